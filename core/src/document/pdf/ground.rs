//! Objects at given places of a file, before anything is known of its cross-reference.

use super::object::Object;
use super::parse::{Fault, Indirect, Parser};
use super::window::{LARGEST_OBJECT, Window};
use super::{damaged, index, wide};
use crate::document::{Budget, File};
use crate::error::Error;

/// The tag of a PDF may stand this far from the start, in bytes; readers look no further.
const TAG_WITHIN: usize = 1024;
/// Enough for most objects.
const FIRST_LOOK: usize = 512;

/// A file, and where in it the PDF begins.
pub(crate) struct Ground<'a> {
    pub window: Window<'a>,
    pub budget: &'a Budget,
    /// Where `%PDF-` stands; what is in front of it is junk.
    pub tag: u64,
}

/// An object with the place of its stream's data in the file.
#[derive(Debug)]
pub(crate) struct Located {
    pub number: u32,
    pub generation: u16,
    pub object: Object,
    /// Where its stream's data begin.
    pub data: Option<u64>,
    /// Where it ends; its stream is left out.
    pub end: u64,
}

impl<'a> Ground<'a> {
    /// A file without a tag is no PDF, whatever could be found in it.
    pub(crate) fn of(file: &'a File, budget: &'a Budget) -> Result<Self, Error> {
        let mut window = Window::of(file);
        let (head, _) = window.look(0, TAG_WITHIN)?;
        let head = head.get(..TAG_WITHIN).unwrap_or(head);
        let tag = memchr::memmem::find(head, b"%PDF-").map(wide).ok_or_else(|| {
            damaged(format!("There is no `%PDF-` in the first {TAG_WITHIN} bytes, so this is no PDF that can be mended"))
        })?;
        Ok(Self {
            window,
            budget,
            tag,
        })
    }

    /// Reads with a parser there, and sees to it that it has enough before it.
    pub(crate) fn parse<T>(
        &mut self,
        offset: u64,
        read: impl Fn(&mut Parser<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Error> {
        self.parse_only(offset, None, read)
    }

    fn parse_only<T>(
        &mut self,
        offset: u64,
        only: Option<&'static [&'static str]>,
        read: impl Fn(&mut Parser<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Error> {
        let deepest = self.budget.deepest();
        let mut wanted = FIRST_LOOK;
        loop {
            let (bytes, last) = self.window.look(offset, wanted)?;
            let held = bytes.len();
            match read(&mut Parser::new(bytes, last, deepest).only(only)) {
                Ok(found) => return Ok(Some(found)),
                Err(Fault::More) if held >= wanted && wanted < LARGEST_OBJECT => {
                    wanted = held.saturating_mul(4).min(LARGEST_OBJECT);
                }
                Err(_) => return Ok(None),
            }
        }
    }

    /// The object that begins there, whatever its number.
    pub(crate) fn object_at(&mut self, offset: u64) -> Result<Option<Located>, Error> {
        self.entries_at(offset, None)
    }

    /// The same; of a dictionary no more than these entries.
    pub(crate) fn entries_at(
        &mut self,
        offset: u64,
        only: Option<&'static [&'static str]>,
    ) -> Result<Option<Located>, Error> {
        self.budget.objects(1)?;
        if offset >= self.window.length() {
            return Ok(None);
        }
        self.parse_only(offset, only, |parser| {
            let Indirect {
                number,
                generation,
                object,
                data,
                end,
            } = parser.indirect()?;
            let data = data.map(|data| offset.saturating_add(wide(data)));
            Ok(Located {
                number,
                generation,
                object,
                data,
                end: offset.saturating_add(wide(end)),
            })
        })
    }

    /// The length of the stream whose data begin there; nothing where it does not end.
    /// A length that leads to no `endstream` is not believed.
    pub(crate) fn stream_length(
        &mut self,
        data: u64,
        declared: Option<u64>,
    ) -> Result<Option<Extent>, Error> {
        if let Some(length) = declared {
            let after = data.saturating_add(length);
            if after <= self.window.length() && self.ends_at(after)? {
                return Ok(Some(Extent {
                    length,
                    as_declared: true,
                }));
            }
        }
        let file = self.window.length();
        let Some(end) = self.window.find(b"endstream", data, file, self.budget)? else {
            return Ok(None);
        };
        // The end of line in front of the keyword is not part of the data.
        let from = end.saturating_sub(2).max(data);
        let (before, _) = self.window.look(from, 2)?;
        let eol = match before.get(..index(end - from)).unwrap_or_default() {
            [b'\r', b'\n'] => 2,
            [.., b'\r' | b'\n'] => 1,
            _ => 0,
        };
        let length = end.saturating_sub(eol).saturating_sub(data);
        Ok(Some(Extent {
            length,
            as_declared: false,
        }))
    }

    /// Whether an object that ends there is closed, the end of its stream passed over.
    pub(crate) fn is_closed(&mut self, end: u64) -> Result<bool, Error> {
        let closed = self.parse(end, |parser| {
            if let Err(Fault::More) = parser.keyword("endstream") {
                return Err(Fault::More);
            }
            parser.keyword("endobj")
        })?;
        Ok(closed.is_some())
    }

    fn ends_at(&mut self, after: u64) -> Result<bool, Error> {
        const LEAST: usize = 16;
        let (bytes, _) = self.window.look(after, LEAST)?;
        let bytes = bytes.get(..LEAST).unwrap_or(bytes);
        let text = bytes.trim_ascii_start();
        // Some writers leave the keyword out.
        Ok(text.starts_with(b"endstream") || text.starts_with(b"endobj"))
    }
}

/// How long a stream is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    pub length: u64,
    /// Whether its dictionary says so too.
    pub as_declared: bool,
}
