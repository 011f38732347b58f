//! A file on its way in: hashed and counted as it comes, never held in memory.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};

use crate::pages;

/// Bytes of the beginning that are kept to tell the file's type.
const HEAD: usize = 4096;

/// What the sandbox knows of a file it has taken in.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) filename: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    /// The media type by content; `None` when Mindee does not take such files.
    pub(crate) media_type: Option<&'static str>,
    pub(crate) page_count: u32,
    pub(crate) encrypted: bool,
}

/// Takes a file in, piece by piece. Only files whose pages must be counted are written
/// down, to a nameless temporary file.
pub(crate) struct Intake {
    head: Vec<u8>,
    hash: Sha256,
    bytes: u64,
    spool: Option<File>,
}

impl Intake {
    pub(crate) fn new() -> Self {
        Self {
            head: Vec::with_capacity(HEAD),
            hash: Sha256::new(),
            bytes: 0,
            spool: None,
        }
    }

    pub(crate) fn push(&mut self, piece: &[u8]) -> std::io::Result<()> {
        self.hash.update(piece);
        self.bytes += length(piece);
        if let Some(spool) = &mut self.spool {
            return spool.write_all(piece);
        }
        let free = HEAD.saturating_sub(self.head.len());
        let (kept, rest) = piece.split_at(free.min(piece.len()));
        self.head.extend_from_slice(kept);
        if !rest.is_empty() && pages::are_counted(media_type(&self.head)) {
            let mut spool = tempfile::tempfile()?;
            spool.write_all(&self.head)?;
            spool.write_all(rest)?;
            self.spool = Some(spool);
        }
        Ok(())
    }

    pub(crate) fn finish(
        self,
        filename: Option<String>,
        content_type: Option<String>,
    ) -> std::io::Result<Upload> {
        let media_type = media_type(&self.head);
        let counted = match self.spool {
            Some(mut spool) => {
                spool.seek(SeekFrom::Start(0))?;
                pages::count(media_type, std::io::BufReader::new(spool))
            }
            None => pages::count(media_type, std::io::Cursor::new(&self.head)),
        };
        Ok(Upload {
            filename,
            content_type,
            bytes: self.bytes,
            sha256: hex(&self.hash.finalize()),
            media_type,
            page_count: counted.pages,
            encrypted: counted.encrypted,
        })
    }
}

/// The number of bytes, as files count them.
pub(crate) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// The sha256 of a text, as hexadecimal digits.
pub(crate) fn sha256_of(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The media type of a file that begins with `head`, if Mindee takes such files.
fn media_type(head: &[u8]) -> Option<&'static str> {
    let found = infer::get(head)?.mime_type();
    match found {
        "image/heif" => Some(match head.get(8..12) {
            Some(b"heic" | b"heix") => "image/heic",
            _ => "image/heif",
        }),
        "application/pdf" | "image/jpeg" | "image/png" | "image/webp" | "image/tiff" => Some(found),
        _ => None,
    }
}
