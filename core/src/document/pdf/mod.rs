//! PDF files.
//!
//! A file is never held as a whole: [`reader`] fetches single objects from where the
//! cross-reference ([`xref`]) says they are, or from where a search ([`scan`]) finds them, and
//! reads them with [`parse`]. [`tree`] walks the pages. On these stand [`inspect`](fn@inspect),
//! the choice of [`pages`] and [`repair`](fn@repair).

mod census;
mod codec;
mod crypt;
mod data;
mod ending;
mod faults;
mod ground;
mod inspect;
mod object;
mod outlay;
mod packed;
mod pages;
mod parse;
mod places;
mod reader;
mod recode;
pub(crate) mod render;
mod repair;
mod rewrite;
mod scan;
mod scans;
mod shrink;
mod skim;
mod stream;
mod survey;
mod text;
mod tree;
mod window;
mod write;
mod xref;

pub(crate) use inspect::inspect;
pub(crate) use pages::Pages;
pub(crate) use repair::repair;
pub(crate) use shrink::shrink;

use crate::error::{Error, code};
use crate::sizes::{index, wide};

fn damaged(why: impl Into<String>) -> Error {
    Error::new(code::DOCUMENT_DAMAGED, why)
}

fn is_damage(error: &Error) -> bool {
    error.code() == code::DOCUMENT_DAMAGED.code
}
