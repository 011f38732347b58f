//! The size of a picture within a PDF where its own coding tells it, beside the dictionary: the
//! decoders set aside what that says.

use super::{damaged, index};
use crate::document::Budget;
use crate::error::Error;

/// JPEG 2000: the size of its grid and the number of its components.
pub(super) fn jpx(data: &[u8], budget: &Budget) -> Result<(), Error> {
    // The start of the codestream and its first marker, which must be this one.
    let start = memchr::memmem::find(data, b"\xFF\x4F\xFF\x51");
    let mut reader = Reader(
        start
            .and_then(|start| data.get(start + 8..))
            .unwrap_or_default(),
    );
    let (Some(wide), Some(high)) = (reader.number(4), reader.number(4)) else {
        return Ok(());
    };
    reader.skip(24);
    // The samples of four components are as many bytes as those of the others' pixels.
    let components = reader.number(2).unwrap_or(1).div_ceil(4).max(1);
    budget.pixels(wide.saturating_mul(components), high)
}

/// JBIG2: its page, and all the regions that are drawn on it (ITU-T T.88, 7.2 and 7.4).
pub(super) fn jbig2(data: &[u8], budget: &Budget) -> Result<(), Error> {
    let mut reader = Reader(data);
    let mut all: u64 = 0;
    while let Some(segment) = reader.segment() {
        budget.objects(1)?;
        let Some(length) = segment.length else {
            return Err(damaged("A JBIG2 picture does not say where its parts end"));
        };
        let mut body = reader;
        let region = matches!(
            segment.kind,
            4 | 6 | 7 | 20 | 22 | 23 | 36 | 38 | 39 | 40 | 42 | 43
        );
        if let (true, Some(wide), Some(high)) =
            (region || segment.kind == 48, body.number(4), body.number(4))
        {
            // The height of a page may be left open; its stripes then tell it.
            let high = if high == 0xFFFF_FFFF { 0 } else { high };
            all = all.saturating_add(wide.saturating_mul(high));
            budget.pixels(all, 1)?;
        }
        reader.skip(length);
    }
    Ok(())
}

struct Segment {
    kind: u64,
    /// Of its data, in bytes; none where that is left open.
    length: Option<u64>,
}

/// Numbers in a row, the highest byte first.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self, bytes: usize) -> Option<u64> {
        let (number, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(
            number
                .iter()
                .fold(0, |all, byte| (all << 8) | u64::from(*byte)),
        )
    }

    fn skip(&mut self, bytes: u64) {
        self.0 = self.0.get(index(bytes)..).unwrap_or_default();
    }

    fn segment(&mut self) -> Option<Segment> {
        let number = self.number(4)?;
        let flags = self.number(1)?;
        let count = self.number(1)?;
        let referred = if count >> 5 == 7 {
            let count = (count & 0x1F) << 24 | self.number(3)?;
            self.skip((count + 1).div_ceil(8));
            count
        } else {
            count >> 5
        };
        self.skip(referred.saturating_mul(match number {
            0..=256 => 1,
            257..=65_536 => 2,
            _ => 4,
        }));
        self.number(if flags & 0x40 == 0 { 1 } else { 4 })?;
        let length = self.number(4)?;
        Some(Segment {
            kind: flags & 0x3F,
            length: (length != 0xFFFF_FFFF).then_some(length),
        })
    }
}
