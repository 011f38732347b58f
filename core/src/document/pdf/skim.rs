//! Passes over what is not wanted of a dictionary.

use super::object::all_but;
use super::parse::{Fault, Parsed, Parser};

/// What neither opens nor closes anything.
const PLAIN: [bool; 256] = all_but(b"()<>[]/%");

impl Parser<'_> {
    /// Passes over the value of an entry, to the next key or the end of the dictionary.
    pub(super) fn pass_value(&mut self) -> Parsed<()> {
        self.skip_space();
        if self.peek() == Some(b'/') {
            self.at = self.at.saturating_add(1);
        }
        let mut open = 0_u32;
        loop {
            let rest = self.rest();
            let is_plain = |byte: &u8| PLAIN.get(usize::from(*byte)).copied().unwrap_or_default();
            let plain = rest.iter().position(|byte| !is_plain(byte));
            self.at = self.at.saturating_add(plain.unwrap_or(rest.len()));
            let length = match self.rest() {
                [b'/', ..] | [b'>', b'>', ..] if open == 0 => return Ok(()),
                [b'/', ..] => 1,
                [b'(', ..] => {
                    self.literal()?;
                    0
                }
                [b'<', b'<', ..] => {
                    open = open.saturating_add(1);
                    2
                }
                [b'>', b'>', ..] => {
                    open = open.checked_sub(1).ok_or(Fault::Bad)?;
                    2
                }
                [b'[', ..] => {
                    open = open.saturating_add(1);
                    1
                }
                [b']', ..] => {
                    open = open.checked_sub(1).ok_or(Fault::Bad)?;
                    1
                }
                [b'%', ..] => {
                    self.skip_space();
                    0
                }
                [b'<' | b'>'] | [] => return Err(self.end()),
                [b'<', ..] => {
                    self.hexadecimal()?;
                    0
                }
                _ => return Err(Fault::Bad),
            };
            self.at = self.at.saturating_add(length);
        }
    }
}
