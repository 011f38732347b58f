//! A local file to be looked at: in memory, or on the disk and read where it is asked for.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use bytes::Bytes;

use crate::error::{Error, code};
use crate::media;
use crate::sizes::{index, wide};
use crate::source::{self, Source};

/// A local file. One on the disk is not read before it is asked for, and only there.
pub struct File {
    filename: Option<String>,
    length: u64,
    held: Held,
}

enum Held {
    Memory(Bytes),
    Disk(std::fs::File),
}

/// Reads a file from its start, and anywhere.
pub(crate) trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

impl File {
    /// Bytes in memory, shared and not copied.
    pub fn bytes(content: impl Into<Bytes>, filename: Option<&str>) -> Self {
        let content = content.into();
        Self {
            filename: filename.map(str::to_owned),
            length: wide(content.len()),
            held: Held::Memory(content),
        }
    }

    /// A file on the disk.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let unreadable = |error: io::Error| source::file_error(path, &error);
        let file = std::fs::File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            let message = format!("{} is not a file", path.display());
            return Err(Error::new(code::SOURCE_NOT_A_FILE, message));
        }
        Ok(Self {
            filename: path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned()),
            length: metadata.len(),
            held: Held::Disk(file),
        })
    }

    /// What a source holds, where that is a path, bytes or base64 text.
    pub fn of(source: Source) -> Result<Self, Error> {
        source.into_file()
    }

    /// Its name, where it has one.
    pub fn filename(&self) -> Option<&str> {
        self.filename.as_deref()
    }

    /// In bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Its media type by its content, or why Mindee would not take it.
    pub(crate) fn media_type(&self) -> Result<&'static str, Error> {
        if self.length == 0 {
            return Err(Error::new(code::SOURCE_EMPTY, "The file is empty"));
        }
        media::sniff(&self.range(0, media::HEAD)?, self.filename())
    }

    /// Some of its bytes: fewer than asked for where the file ends before.
    pub(crate) fn range(&self, offset: u64, length: u64) -> Result<Bytes, Error> {
        let from = offset.min(self.length);
        let length = length.min(self.length - from);
        match &self.held {
            Held::Memory(content) => {
                let from = index(from);
                let length = index(length);
                Ok(content.slice(from..from.saturating_add(length)))
            }
            Held::Disk(_) => {
                let mut reader = self.reader();
                // Without room for all of it, it would be read in many small steps.
                let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
                reader
                    .seek(SeekFrom::Start(from))
                    .and_then(|_| reader.take(length).read_to_end(&mut bytes))
                    .map_err(|error| broken(&error))?;
                Ok(bytes.into())
            }
        }
    }

    /// All of it, where it is in memory.
    pub(crate) fn memory(&self) -> Option<&Bytes> {
        match &self.held {
            Held::Memory(content) => Some(content),
            Held::Disk(_) => None,
        }
    }

    /// All of it; refused where it is longer than what Mindee takes.
    pub(crate) fn whole(&self) -> Result<Bytes, Error> {
        if self.length > source::LARGEST {
            let message = format!("The file has {} bytes", self.length);
            return Err(Error::new(code::SOURCE_TOO_LARGE, message));
        }
        self.range(0, self.length)
    }

    /// A reader of its own place in the file.
    pub(crate) fn reader(&self) -> Box<dyn ReadSeek + '_> {
        match &self.held {
            Held::Memory(content) => Box::new(Cursor::new(content.as_ref())),
            Held::Disk(file) => Box::new(At {
                file,
                place: 0,
                length: self.length,
            }),
        }
    }
}

/// Reads at a place of its own, so that several readers of one open file do not disturb each other.
struct At<'a> {
    file: &'a std::fs::File,
    place: u64,
    length: u64,
}

impl Read for At<'_> {
    #[cfg(unix)]
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = std::os::unix::fs::FileExt::read_at(self.file, into, self.place)?;
        self.place = self.place.saturating_add(u64::try_from(read).unwrap_or(0));
        Ok(read)
    }

    #[cfg(windows)]
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = std::os::windows::fs::FileExt::seek_read(self.file, into, self.place)?;
        self.place = self.place.saturating_add(u64::try_from(read).unwrap_or(0));
        Ok(read)
    }
}

impl Seek for At<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.place.checked_add_signed(offset),
        };
        self.place = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.place)
    }
}

fn broken(error: &io::Error) -> Error {
    Error::new(code::SOURCE_UNREADABLE, "The file cannot be read").caused_by(error)
}
