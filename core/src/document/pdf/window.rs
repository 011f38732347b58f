//! The bytes of a file where they are asked for; of a file on the disk, no more than those.

use std::io::{Read, SeekFrom};

use bytes::Bytes;
use memchr::memmem;

use super::{index, wide};
use crate::document::Budget;
use crate::document::content::{File, ReadSeek};
use crate::error::{Error, code};

/// The least that is read from the disk at once, in bytes: an object, and what stands around it.
const BLOCK: usize = 512;
/// The most that one object may take, its stream left out, in bytes.
pub(crate) const LARGEST_OBJECT: usize = 16 * 1024 * 1024;
/// How much is searched at once, in bytes.
const STEP: usize = 64 * 1024;

/// A look into a file.
pub(crate) struct Window<'a> {
    held: Held<'a>,
    length: u64,
}

enum Held<'a> {
    Memory(Bytes),
    Disk {
        reader: Box<dyn ReadSeek + 'a>,
        from: u64,
        bytes: Vec<u8>,
        block: usize,
    },
}

impl<'a> Window<'a> {
    pub(crate) fn of(file: &'a File) -> Self {
        let held = match file.memory() {
            Some(content) => Held::Memory(content.clone()),
            None => Held::Disk {
                reader: file.reader(),
                from: 0,
                bytes: Vec::new(),
                block: BLOCK,
            },
        };
        Self {
            held,
            length: file.length(),
        }
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// At least so many bytes from there, fewer only at the end of the file; and whether it is the end.
    pub(crate) fn look(&mut self, offset: u64, least: usize) -> Result<(&[u8], bool), Error> {
        let length = self.length;
        match &mut self.held {
            Held::Memory(content) => {
                let from = index(offset).min(content.len());
                let to = from
                    .saturating_add(least.max(LARGEST_OBJECT))
                    .min(content.len());
                Ok((
                    content.get(from..to).unwrap_or_default(),
                    to == content.len(),
                ))
            }
            Held::Disk {
                reader,
                from,
                bytes,
                block,
            } => {
                let offset = offset.min(length);
                let wanted = offset.saturating_add(wide(least)).min(length);
                let held_to = from.saturating_add(wide(bytes.len()));
                if offset < *from || wanted > held_to {
                    // Whoever goes on from where he was will go on again.
                    let goes_on = offset >= *from && offset <= held_to.saturating_add(wide(*block));
                    *block = if goes_on {
                        block.saturating_mul(4).min(STEP)
                    } else {
                        BLOCK
                    };
                    let most = wide(least.max(*block)).min(length - offset);
                    *from = offset;
                    bytes.resize(index(most), 0);
                    let read = reader
                        .seek(SeekFrom::Start(offset))
                        .and_then(|_| reader.read_exact(bytes));
                    if let Err(error) = read {
                        bytes.clear();
                        return Err(unreadable(&error));
                    }
                }
                let held_to = from.saturating_add(wide(bytes.len()));
                let slice = bytes.get(index(offset - *from)..).unwrap_or_default();
                Ok((slice, held_to >= length))
            }
        }
    }

    /// Where these bytes stand first between the two places.
    pub(crate) fn find(
        &mut self,
        needle: &[u8],
        from: u64,
        to: u64,
        budget: &Budget,
    ) -> Result<Option<u64>, Error> {
        let finder = memmem::Finder::new(needle);
        let to = to.min(self.length);
        let mut at = from;
        // What is near is often in memory already.
        let mut step = needle.len();
        while at < to {
            budget.time()?;
            let (piece, last) = self.look(at, step)?;
            let piece = piece.get(..index(to - at)).unwrap_or(piece);
            if let Some(place) = finder.find(piece) {
                return Ok(Some(at.saturating_add(wide(place))));
            }
            // What begins at the end of a piece is found in the next one.
            let passed = piece.len().saturating_sub(needle.len().saturating_sub(1));
            if passed == 0 || last {
                break;
            }
            at = at.saturating_add(wide(passed));
            step = STEP;
        }
        Ok(None)
    }

    /// Adds so many bytes from there to the output; fewer only at the end of the file.
    pub(crate) fn copy(
        &mut self,
        offset: u64,
        length: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let length = length.min(self.length.saturating_sub(offset));
        match &mut self.held {
            Held::Memory(content) => {
                let from = index(offset).min(content.len());
                let to = from.saturating_add(index(length)).min(content.len());
                out.extend_from_slice(content.get(from..to).unwrap_or_default());
            }
            Held::Disk { reader, .. } => {
                out.reserve(index(length));
                reader
                    .seek(SeekFrom::Start(offset))
                    .and_then(|_| reader.by_ref().take(length).read_to_end(out))
                    .map_err(|error| unreadable(&error))?;
            }
        }
        Ok(())
    }
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::new(code::SOURCE_UNREADABLE, "The file cannot be read").caused_by(error)
}
