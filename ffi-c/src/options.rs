//! Options by key, for a client or for a call.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use std::mem::MaybeUninit;

use crate::boundary::{guard, guard_free, guard_new, null};
use crate::error::mindee_error;
use crate::text::mindee_str;

/// Options by key. One thread at a time may set; threads may share one that nobody sets.
#[derive(Default)]
pub struct mindee_options(Vec<(String, String)>);

impl mindee_options {
    /// Keys and values, in the order that they were first given.
    pub(crate) fn given(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Gives an option, or takes it back.
    pub(crate) fn put(&mut self, key: &str, value: Option<&str>) {
        let place = self.0.iter().position(|(known, _)| known == key);
        let mut old = match (place, value) {
            (Some(place), Some(value)) => self
                .0
                .get_mut(place)
                .map(|(_, old)| std::mem::replace(old, value.to_owned())),
            (Some(place), None) => Some(self.0.remove(place).1),
            (None, Some(value)) => {
                self.0.push((key.to_owned(), value.to_owned()));
                None
            }
            (None, None) => None,
        };
        old.iter_mut().for_each(wipe);
    }
}

impl Drop for mindee_options {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|(_, value)| wipe(value));
    }
}

/// A value may be a secret; `black_box` keeps the compiler from leaving the writing out.
fn wipe(value: &mut String) {
    let mut bytes = std::mem::take(value).into_bytes();
    bytes.fill(0);
    std::hint::black_box(&bytes);
}

/// Makes an empty set of options: everything is left to the environment and the defaults.
///
/// Ownership: `*out` is the caller's, to free with `mindee_options_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_options_new(
    out: Option<&mut MaybeUninit<Option<Box<mindee_options>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || Ok(mindee_options::default()))
}

/// Gives one option; given again, the later value holds, and a NULL value takes it back.
///
/// Keys and values are checked when the options are used: the README has the table of them.
///
/// Ownership: `key` and `value` are copied; the copies are wiped when the options are freed.
/// Threads: any, one at a time.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_options_set(
    options: Option<&mut mindee_options>,
    key: mindee_str<'_>,
    value: mindee_str<'_>,
) -> Option<Box<mindee_error>> {
    guard(|| {
        let options = options.ok_or_else(|| null("set of options"))?;
        options.put(key.required("key")?, value.given()?);
        Ok(())
    })
}

/// Frees options and nulls their place. Clients and calls made with them are not touched.
///
/// Ownership: takes `*slot`; NULL in either place is fine.
/// Threads: any, once at most.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_options_free(slot: Option<&mut Option<Box<mindee_options>>>) {
    guard_free(slot);
}
