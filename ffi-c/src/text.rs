//! Text and bytes, in and out, as a pointer and a length.

#![allow(
    unsafe_code,
    reason = "a boundary file: memory that C names by pointer and length is read here alone"
)]

use std::ffi::{c_char, c_void};
use std::marker::PhantomData;

use mindee_core::Error;
use mindee_core::error::{Row, code};

use crate::boundary::null;

/// UTF-8 text as a pointer and a length in bytes; no NUL stands at its end.
///
/// Text in is read during the call alone. Text out lives as long as the handle it came from.
/// `data` is NULL where there is no text, which is not the same as empty text.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mindee_str<'a> {
    /// The first byte, or NULL.
    data: *const c_char,
    /// The number of bytes.
    length: usize,
    life: PhantomData<&'a [u8]>,
}

/// Bytes as a pointer and a length.
///
/// Bytes out live as long as the handle they came from. `data` is NULL where there are none.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mindee_bytes<'a> {
    /// The first byte, or NULL.
    data: *const u8,
    /// The number of bytes.
    length: usize,
    life: PhantomData<&'a [u8]>,
}

/// A header of a request, as it came.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mindee_header<'a> {
    /// Its name, in any case.
    name: mindee_str<'a>,
    /// Its value.
    value: mindee_str<'a>,
}

impl mindee_header<'_> {
    /// Name and value. Requests may bring any bytes: what is not UTF-8 is no signature either, so
    /// that it need not stop the reading of the others.
    pub(crate) fn pair(&self) -> [String; 2] {
        [self.name, self.value].map(|text| String::from_utf8_lossy(text.bytes().read()).into())
    }
}

/// Tells the owner of lent bytes, or of a reader's context, that the library is done with them.
///
/// It comes exactly once, from any thread, and must not call the library.
pub type mindee_release = Option<extern "C" fn(context: *mut c_void)>;

impl<'a> mindee_str<'a> {
    /// No text.
    pub(crate) const NONE: Self = Self {
        data: std::ptr::null(),
        length: 0,
        life: PhantomData,
    };

    /// Text to hand out.
    pub(crate) fn new(text: &'a str) -> Self {
        // Empty text still points somewhere that C may look at.
        let data = if text.is_empty() {
            c"".as_ptr()
        } else {
            text.as_ptr().cast()
        };
        Self {
            data,
            length: text.len(),
            life: PhantomData,
        }
    }

    /// The text; `None` where it is NULL.
    pub(crate) fn given(self) -> Result<Option<&'a str>, Error> {
        self.read(code::TEXT_NOT_UTF8)
    }

    /// The text, or an error that names what is NULL.
    pub(crate) fn required(self, what: &str) -> Result<&'a str, Error> {
        self.given()?.ok_or_else(|| null(what))
    }

    /// The text of a path, for which there is another way if it is not UTF-8.
    pub(crate) fn path(self) -> Result<&'a str, Error> {
        self.read(code::SOURCE_PATH_NOT_UTF8)?
            .ok_or_else(|| null("path"))
    }

    fn bytes(self) -> mindee_bytes<'a> {
        mindee_bytes {
            data: self.data.cast(),
            length: self.length,
            life: PhantomData,
        }
    }

    fn read(self, not_utf8: &'static Row) -> Result<Option<&'a str>, Error> {
        if self.data.is_null() {
            return Ok(None);
        }
        let text = std::str::from_utf8(self.bytes().read())
            .map_err(|_| Error::new(not_utf8, "The text is not UTF-8"))?;
        if text.contains('\0') {
            return Err(Error::new(code::TEXT_NOT_UTF8, "The text holds a NUL byte"));
        }
        Ok(Some(text))
    }
}

impl<'a> mindee_bytes<'a> {
    /// No bytes.
    pub(crate) const NONE: Self = Self {
        data: std::ptr::null(),
        length: 0,
        life: PhantomData,
    };

    /// Bytes to hand out.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            data: bytes.as_ptr(),
            length: bytes.len(),
            life: PhantomData,
        }
    }

    /// The bytes; NULL and an impossible length have none.
    pub(crate) fn read(self) -> &'a [u8] {
        if self.data.is_null() || isize::try_from(self.length).is_err() {
            return &[];
        }
        // SAFETY: `data` is not NULL and `length` fits; the header asks callers that `length`
        // bytes are readable there until the call returns, or for lent bytes until they are
        // released. The fields are private, so that in Rust only a borrow of `'a` makes one.
        unsafe { std::slice::from_raw_parts(self.data, self.length) }
    }
}

/// A list that C gave as a pointer and a number of items; NULL is an empty list. For arguments of
/// exported functions alone.
pub(crate) fn many<'a, T>(first: *const T, count: usize) -> &'a [T] {
    let bytes = count.checked_mul(size_of::<T>());
    if first.is_null() || bytes.is_none_or(|bytes| isize::try_from(bytes).is_err()) {
        return &[];
    }
    // SAFETY: `first` is not NULL and the size fits; the header asks callers that `count` items
    // are readable there until the call returns, and they are plain pointers and numbers.
    unsafe { std::slice::from_raw_parts(first, count) }
}

/// What belongs to C until it is released; exactly once, whatever happens.
pub(crate) struct Context {
    release: mindee_release,
    pub(crate) pointer: *mut c_void,
}

// SAFETY: it is handed back to C's own functions alone, one at a time, and the header says that
// those come from any thread.
unsafe impl Send for Context {}

impl Context {
    pub(crate) fn new(release: mindee_release, pointer: *mut c_void) -> Self {
        Self { release, pointer }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            release(self.pointer);
        }
    }
}

/// Bytes that stay C's own until they are released.
pub(crate) struct Lent {
    bytes: mindee_bytes<'static>,
    _context: Context,
}

// SAFETY: the bytes are only read.
unsafe impl Send for Lent {}

impl Lent {
    pub(crate) fn new(bytes: mindee_bytes<'_>, context: Context) -> Self {
        let bytes = mindee_bytes {
            data: bytes.data,
            length: bytes.length,
            life: PhantomData,
        };
        Self {
            bytes,
            _context: context,
        }
    }
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        self.bytes.read()
    }
}
