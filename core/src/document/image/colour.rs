//! Colours to sRGB.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::picture::{Picture, Space};

/// How many pixels are converted at a time.
const STEP: usize = 4096;
/// The colours that a profile is tried with are made of these.
const LEVELS: [u8; 6] = [0, 32, 96, 160, 224, 255];

impl Picture {
    /// The picture in sRGB. A profile that cannot be read, or is not of this kind of picture, is
    /// none: every reader shows such a picture so.
    pub(super) fn into_srgb(self, icc: Option<&[u8]>) -> Self {
        let Some(icc) = icc else { return self };
        let Ok(profile) = ColorProfile::new_from_slice(icc) else {
            return self;
        };
        match (profile.color_space, self.space()) {
            (DataColorSpace::Rgb, Space::Rgb | Space::Ycc | Space::Planes { .. }) => {
                rgb(self, &profile)
            }
            (DataColorSpace::Gray, Space::Gray) => gray(self, &profile),
            _ => self,
        }
    }
}

fn rgb(picture: Picture, profile: &ColorProfile) -> Picture {
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options)
    else {
        return picture;
    };
    // Most profiles are sRGB under one of its many names: asked with colours of every kind.
    let mut asked = Vec::new();
    for red in LEVELS {
        for green in LEVELS {
            asked.extend(LEVELS.into_iter().flat_map(|blue| [red, green, blue]));
        }
    }
    let mut answer = vec![0; asked.len()];
    let same = transform.transform(&asked, &mut answer).is_ok()
        && asked
            .iter()
            .zip(&answer)
            .all(|(asked, answer)| asked.abs_diff(*answer) <= 2);
    if same {
        return picture;
    }
    let mut picture = picture.into_rgb();
    let mut from = vec![0; STEP * 3];
    for part in picture.samples_mut().chunks_mut(STEP * 3) {
        let Some(from) = from.get_mut(..part.len()) else {
            continue;
        };
        from.copy_from_slice(part);
        if transform.transform(from, part).is_err() {
            part.copy_from_slice(from);
        }
    }
    picture
}

fn gray(mut picture: Picture, profile: &ColorProfile) -> Picture {
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = profile.create_transform_8bit(Layout::Gray, &srgb, Layout::Rgb, options)
    else {
        return picture;
    };
    let asked: Vec<u8> = (0..=u8::MAX).collect();
    let mut answer = vec![0; asked.len() * 3];
    if transform.transform(&asked, &mut answer).is_err() {
        return picture;
    }
    let (table, _) = answer.as_chunks::<3>();
    for sample in picture.samples_mut() {
        if let Some([light, ..]) = table.get(usize::from(*sample)) {
            *sample = *light;
        }
    }
    picture
}

/// Cyan, magenta, yellow and black, each 255 where there is all of that ink, as red, green and blue:
/// by the profile where it is of inks, else as if inks were perfect.
pub(super) fn inks_to_rgb(inks: &[u8], profile: Option<&[u8]>) -> Vec<u8> {
    let profile = profile.and_then(|icc| ColorProfile::new_from_slice(icc).ok());
    let profile = profile.filter(|profile| profile.color_space == DataColorSpace::Cmyk);
    let transform = profile.and_then(|profile| {
        let (srgb, options) = (ColorProfile::new_srgb(), TransformOptions::default());
        profile
            .create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgb, options)
            .ok()
    });
    let mut rgb = vec![0; inks.len() / 4 * 3];
    for (inks, rgb) in inks.chunks(STEP * 4).zip(rgb.chunks_mut(STEP * 3)) {
        let done = transform
            .as_ref()
            .is_some_and(|transform| transform.transform(inks, rgb).is_ok());
        if !done {
            for (ink, colour) in inks.chunks_exact(4).zip(rgb.chunks_exact_mut(3)) {
                let (colours, black) = ink.split_at(3);
                let light = 255 - u32::from(black.first().copied().unwrap_or_default());
                for (ink, colour) in colours.iter().zip(colour) {
                    *colour = u8::try_from((255 - u32::from(*ink)) * light / 255).unwrap_or(255);
                }
            }
        }
    }
    rgb
}

/// Samples with alpha as they look on white paper: `N` colours each, and their alpha behind them.
pub(super) fn over_white<const N: usize>(samples: &mut Vec<u8>) {
    let pixels = samples.len() / (N + 1);
    for pixel in 0..pixels {
        let from = pixel * (N + 1);
        let alpha = u32::from(samples.get(from + N).copied().unwrap_or(u8::MAX));
        for colour in 0..N {
            let Some(value) = samples.get(from + colour).copied() else {
                continue;
            };
            let mixed = (u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255;
            if let Some(to) = samples.get_mut(pixel * N + colour) {
                *to = u8::try_from(mixed).unwrap_or(u8::MAX);
            }
        }
    }
    samples.truncate(pixels * N);
}
