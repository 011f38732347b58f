//! The door for wrappers: an operation on a local file, by its call.

use serde_json::{Value, json};

use super::{
    Budget, CutOptions, Document, File, Limits, Shrink, cut, inspect, keep_pages, preflight,
    remove_pages, repair, shrink,
};
use crate::call::Call;
use crate::error::{Error, code};
use crate::options::Preparation;
use crate::value::Pages;

/// What an operation on a local file gave.
#[derive(Debug)]
pub struct Prepared {
    /// What was found or done.
    pub about: Value,
    /// The files that were made: none by `inspect` and `preflight`, several by `cut`.
    pub documents: Vec<Document>,
}

impl Limits {
    /// The limits that were given; the defaults for the others.
    pub fn of(given: &Preparation) -> Self {
        let defaults = Self::default();
        Self {
            pixels: given.limit_pixels.unwrap_or(defaults.pixels),
            pages: given.limit_pages.unwrap_or(defaults.pages),
            objects: given.limit_objects.unwrap_or(defaults.objects),
            inflated: given.limit_inflated.unwrap_or(defaults.inflated),
            nesting: given.limit_nesting.unwrap_or(defaults.nesting),
            time: given.limit_time.unwrap_or(defaults.time),
        }
    }
}

impl Shrink {
    /// The sizes that were given; the defaults for the rest.
    pub fn of(given: &Preparation) -> Result<Self, Error> {
        let defaults = Self::default();
        Ok(Self {
            max_width: given.max_width,
            max_height: given.max_height,
            megapixels: given.megapixels,
            max_bytes: given.max_bytes,
            quality: quality(given, defaults.quality)?,
            dpi: dpi(given, defaults.dpi)?,
            fast: given.fast.unwrap_or(defaults.fast),
        })
    }
}

impl CutOptions {
    /// The options that were given; the defaults for the rest.
    pub fn of(given: &Preparation) -> Result<Self, Error> {
        let defaults = Self::default();
        Ok(Self {
            quality: quality(given, defaults.quality)?,
            dpi: dpi(given, defaults.dpi)?,
        })
    }
}

fn quality(given: &Preparation, default: u8) -> Result<u8, Error> {
    let Some(quality) = given.quality else {
        return Ok(default);
    };
    let quality = u8::try_from(quality).ok().filter(|q| (1..=100).contains(q));
    quality.ok_or_else(|| Error::new(code::OPTION_INVALID, "Option `quality` takes 1 to 100"))
}

fn dpi(given: &Preparation, default: u32) -> Result<u32, Error> {
    let dpi = given.dpi.unwrap_or(default);
    if (36..=1200).contains(&dpi) {
        return Ok(dpi);
    }
    Err(Error::new(
        code::OPTION_INVALID,
        "Option `dpi` takes 36 to 1200",
    ))
}

fn needed<'a, T>(name: &str, given: Option<&'a T>) -> Result<&'a T, Error> {
    given.ok_or_else(|| {
        Error::new(
            code::OPTION_MISSING,
            format!("Option `{name}` is not given"),
        )
    })
}

/// Performs an operation on a local file. It blocks until it is done; any thread may call it.
pub fn perform(call: Call) -> Result<Prepared, Error> {
    let (operation, source, given) = call.preparing()?;
    let file = File::of(source)?;
    let budget = Budget::new(Limits::of(&given));
    let pages = || needed("pages", given.pages.as_ref()).map(|Pages(pages)| pages.as_slice());
    let on_min_pages = given.on_min_pages.unwrap_or(0);
    match operation {
        "document.inspect" => Ok(told(inspect(&file, &budget)?.to_json())),
        "document.preflight" => Ok(told(preflight(&file, &budget)?.to_json())),
        "document.keep_pages" => {
            let document = keep_pages(&file, pages()?, on_min_pages, &budget)?;
            Ok(made(json!({}), vec![document]))
        }
        "document.remove_pages" => {
            let document = remove_pages(&file, pages()?, on_min_pages, &budget)?;
            Ok(made(json!({}), vec![document]))
        }
        "document.repair" => {
            let repaired = repair(&file, &budget)?;
            let about = json!({ "mended": repaired.mended });
            Ok(made(about, vec![repaired.document]))
        }
        "document.shrink" => {
            let shrunk = shrink(&file, &Shrink::of(&given)?, &budget)?;
            let about = json!({ "smaller": shrunk.smaller, "note": shrunk.note });
            Ok(made(about, vec![shrunk.document]))
        }
        "document.cut" => {
            let result = needed("result", given.result.as_ref())?.as_json();
            let options = CutOptions::of(&given)?;
            let documents = cut(&file, result.as_bytes(), &options, &budget)?;
            Ok(made(json!({}), documents))
        }
        other => {
            let message = format!("Operation `{other}` is of a client, not of a local file");
            Err(Error::new(code::OPERATION_UNKNOWN, message))
        }
    }
}

fn told(about: Value) -> Prepared {
    made(about, Vec::new())
}

fn made(about: Value, documents: Vec<Document>) -> Prepared {
    Prepared { about, documents }
}
