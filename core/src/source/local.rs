//! What of a source can be looked at before it is sent: a file that is here.

use super::prepare::decode;
use super::{Kind, Source};
use crate::document::File;
use crate::error::{Error, code};

impl Source {
    /// Whether it can be looked at before it is sent.
    pub(crate) fn is_local(&self) -> bool {
        !matches!(self.0, Kind::Stream { .. } | Kind::Spent | Kind::Url(_))
    }

    /// The same source, and its file to look at.
    pub(crate) fn with_file(self) -> Result<(Self, File), Error> {
        let (source, twin) = match self.0 {
            Kind::Path(path) => (Self::path(&path), Self::path(path)),
            Kind::Base64 { text, filename } => {
                let content = decode(&text)?;
                let twin = Self::bytes(content.clone(), filename.as_deref());
                (Self(Kind::Bytes { content, filename }), twin)
            }
            Kind::Bytes { content, filename } => {
                let twin = Self::bytes(content.clone(), filename.as_deref());
                (Self(Kind::Bytes { content, filename }), twin)
            }
            other => (Self(other), Self(Kind::Spent)),
        };
        Ok((source, twin.into_file()?))
    }

    /// What can be looked at before it is sent: a file that is here.
    pub(crate) fn into_file(self) -> Result<File, Error> {
        match self.0 {
            Kind::Path(path) => File::open(path),
            Kind::Bytes { content, filename } => Ok(File::bytes(content, filename.as_deref())),
            Kind::Base64 { text, filename } => Ok(File::bytes(decode(&text)?, filename.as_deref())),
            Kind::Stream { .. } | Kind::Spent | Kind::Url(_) => Err(Error::new(
                code::SOURCE_MISSING,
                "A stream or URL cannot be looked at here: give a path or bytes",
            )),
        }
    }
}
