//! Reads objects from a piece of a file.

use super::object::{Dictionary, Object, is_regular, is_space, unescaped};

/// The most values in one object of the file: each takes some 40 bytes of memory.
const MOST_VALUES: u32 = 1_000_000;

/// Why there is no object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The piece ends before the object does.
    More,
    /// This is no object.
    Bad,
}

pub(super) type Parsed<T> = Result<T, Fault>;

/// An object with its number, as it stands in the file.
#[derive(Debug)]
pub(crate) struct Indirect {
    pub number: u32,
    pub generation: u16,
    pub object: Object,
    /// How far into the piece its stream's data begin, where it has one.
    pub data: Option<usize>,
    /// How far into the piece it reaches; its stream is left out.
    pub end: usize,
}

/// A place in a piece of a file.
pub(crate) struct Parser<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
    last: bool,
    values: u32,
    deepest: u64,
    wanted: Option<&'static [&'static str]>,
}

impl<'a> Parser<'a> {
    /// `last`: nothing follows after these bytes. `deepest`: how deep values may be nested.
    pub(crate) fn new(bytes: &'a [u8], last: bool, deepest: u64) -> Self {
        Self {
            bytes,
            at: 0,
            last,
            values: MOST_VALUES,
            deepest,
            wanted: None,
        }
    }

    /// Of the outermost dictionary no more than these entries: the others are passed over.
    pub(crate) fn only(mut self, wanted: Option<&'static [&'static str]>) -> Self {
        self.wanted = wanted;
        self
    }

    /// How far it has come.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn end(&self) -> Fault {
        if self.last { Fault::Bad } else { Fault::More }
    }

    /// Passes over spaces and comments.
    pub(crate) fn skip_space(&mut self) {
        loop {
            let rest = self.rest();
            let spaces = rest
                .iter()
                .position(|byte| !is_space(*byte))
                .unwrap_or(rest.len());
            self.at = self.at.saturating_add(spaces);
            if self.peek() != Some(b'%') {
                break;
            }
            let line = self
                .rest()
                .iter()
                .position(|byte| matches!(byte, b'\r' | b'\n'));
            self.at = line.map_or(self.bytes.len(), |length| self.at.saturating_add(length));
        }
    }

    /// The name, number or keyword that begins here; empty at a delimiter.
    fn word(&mut self) -> Parsed<&'a [u8]> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !is_regular(*byte));
        let length = match length {
            Some(length) => length,
            None if self.last => rest.len(),
            None => return Err(Fault::More),
        };
        self.at = self.at.saturating_add(length);
        Ok(rest.get(..length).unwrap_or_default())
    }

    /// The keyword must be next.
    pub(crate) fn keyword(&mut self, keyword: &str) -> Parsed<()> {
        self.skip_space();
        // A stream's data may follow its keyword without a space between.
        if self.rest().starts_with(keyword.as_bytes()) {
            self.at = self.at.saturating_add(keyword.len());
            return Ok(());
        }
        let begun = keyword.as_bytes().starts_with(self.rest());
        Err(if begun { self.end() } else { Fault::Bad })
    }

    /// A number without sign or fraction.
    pub(crate) fn whole(&mut self) -> Parsed<u64> {
        self.skip_space();
        let word = self.word()?;
        if word.is_empty() {
            return Err(if self.at >= self.bytes.len() {
                self.end()
            } else {
                Fault::Bad
            });
        }
        digits(word).ok_or(Fault::Bad)
    }

    /// `12 0 obj`, an object, and where its stream begins.
    pub(crate) fn indirect(&mut self) -> Parsed<Indirect> {
        let number = u32::try_from(self.whole()?).map_err(|_| Fault::Bad)?;
        let generation = u16::try_from(self.whole()?).map_err(|_| Fault::Bad)?;
        self.keyword("obj")?;
        self.skip_space();
        let nothing = self.rest().starts_with(b"endobj");
        let object = if nothing {
            Object::Null
        } else {
            self.object(0)?
        };
        let end = self.at;
        let mut data = None;
        if matches!(object, Object::Dictionary(_)) {
            match self.keyword("stream") {
                Ok(()) => data = Some(self.line_end()?),
                Err(Fault::More) => return Err(Fault::More),
                Err(Fault::Bad) => {}
            }
        }
        Ok(Indirect {
            number,
            generation,
            object,
            data,
            end,
        })
    }

    /// Passes over the one end of line after `stream`.
    fn line_end(&mut self) -> Parsed<usize> {
        let length = match self.rest() {
            [b'\r', b'\n', ..] => 2,
            [b'\r'] | [] if !self.last => return Err(Fault::More),
            [b'\r' | b'\n', ..] => 1,
            _ => 0,
        };
        self.at = self.at.saturating_add(length);
        Ok(self.at)
    }

    /// The value that begins here, or after spaces.
    pub(crate) fn object(&mut self, depth: u64) -> Parsed<Object> {
        self.skip_space();
        self.values = self.values.checked_sub(1).ok_or(Fault::Bad)?;
        if depth > self.deepest {
            return Err(Fault::Bad);
        }
        match self.rest() {
            [] => Err(self.end()),
            [b'/', ..] => self.name().map(Object::Name),
            [b'(', ..] => self.literal(),
            [b'<'] if !self.last => Err(Fault::More),
            [b'<', b'<', ..] => self.dictionary(depth).map(Object::Dictionary),
            [b'<', ..] => self.hexadecimal(),
            [b'[', ..] => self.array(depth),
            [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => self.number(),
            _ => match self.word()? {
                b"true" => Ok(Object::Bool(true)),
                b"false" => Ok(Object::Bool(false)),
                b"" | b"endobj" | b"obj" | b"endstream" | b"stream" | b"trailer" | b"xref"
                | b"startxref" => Err(Fault::Bad),
                // Readers pass over words that mean nothing.
                _ => Ok(Object::Null),
            },
        }
    }

    fn name(&mut self) -> Parsed<Vec<u8>> {
        self.at = self.at.saturating_add(1);
        let raw = self.word()?;
        Ok(if raw.contains(&b'#') {
            unescaped(raw)
        } else {
            raw.to_vec()
        })
    }

    fn take(&mut self, length: usize) -> Object {
        let raw = self.rest().get(..length).unwrap_or_default().to_vec();
        self.at = self.at.saturating_add(length);
        Object::Text(raw)
    }

    pub(super) fn literal(&mut self) -> Parsed<Object> {
        let mut open = 0_u32;
        let mut escaped = false;
        for (place, byte) in self.rest().iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'(' => open = open.saturating_add(1),
                b')' => {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        return Ok(self.take(place.saturating_add(1)));
                    }
                }
                _ => {}
            }
        }
        Err(self.end())
    }

    pub(super) fn hexadecimal(&mut self) -> Parsed<Object> {
        let place = self
            .rest()
            .iter()
            .position(|byte| *byte == b'>')
            .ok_or(self.end())?;
        Ok(self.take(place.saturating_add(1)))
    }

    fn array(&mut self, depth: u64) -> Parsed<Object> {
        self.at = self.at.saturating_add(1);
        let mut items = Vec::new();
        loop {
            self.skip_space();
            if self.peek() == Some(b']') {
                self.at = self.at.saturating_add(1);
                return Ok(Object::Array(items));
            }
            items.push(self.object(depth.saturating_add(1))?);
        }
    }

    fn dictionary(&mut self, depth: u64) -> Parsed<Dictionary> {
        self.at = self.at.saturating_add(2);
        let mut entries = Vec::new();
        let wanted = if depth == 0 { self.wanted } else { None };
        loop {
            self.skip_space();
            match self.rest() {
                [b'>', b'>', ..] => {
                    self.at = self.at.saturating_add(2);
                    return Ok(Dictionary(entries));
                }
                [] => return Err(self.end()),
                [b'>'] if !self.last => return Err(Fault::More),
                [b'/', ..] => {}
                _ => return Err(Fault::Bad),
            }
            if let Some(wanted) = wanted {
                let before = self.at;
                self.at = self.at.saturating_add(1);
                let key = self.word()?;
                if !key.contains(&b'#') && !wanted.iter().any(|wanted| wanted.as_bytes() == key) {
                    self.pass_value()?;
                    continue;
                }
                self.at = before;
            }
            let key = self.name()?;
            self.skip_space();
            if self.rest().starts_with(b">>") {
                continue;
            }
            entries.push((key, self.object(depth.saturating_add(1))?));
        }
    }

    fn number(&mut self) -> Parsed<Object> {
        let word = self.word()?;
        if let Some(number) = digits(word).and_then(|number| i64::try_from(number).ok()) {
            let after = self.at;
            if self.is_reference()? {
                // No file has so many objects: it refers to nothing.
                return Ok(u32::try_from(number).map_or(Object::Null, Object::Reference));
            }
            self.at = after;
            return Ok(Object::Integer(number));
        }
        if !word
            .iter()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.'))
        {
            return Ok(Object::Null);
        }
        let whole = std::str::from_utf8(word)
            .ok()
            .and_then(|text| text.parse::<i64>().ok());
        Ok(whole.map_or_else(|| Object::Real(word.to_vec()), Object::Integer))
    }

    /// Whether a generation and `R` follow; passes over them.
    fn is_reference(&mut self) -> Parsed<bool> {
        self.skip_space();
        match self.peek() {
            Some(b'0'..=b'9') => {}
            None => {
                return if self.last {
                    Ok(false)
                } else {
                    Err(Fault::More)
                };
            }
            Some(_) => return Ok(false),
        }
        if digits(self.word()?).is_none() {
            return Ok(false);
        }
        self.skip_space();
        match self.rest() {
            [b'R', next, ..] => {
                self.at = self.at.saturating_add(1);
                Ok(!is_regular(*next))
            }
            [b'R'] if self.last => {
                self.at = self.at.saturating_add(1);
                Ok(true)
            }
            [b'R'] | [] if !self.last => Err(Fault::More),
            _ => Ok(false),
        }
    }
}

/// The number that these digits are; nothing where one of them is none, or they are too many.
pub(crate) fn digits(word: &[u8]) -> Option<u64> {
    if word.is_empty() || word.len() > 19 {
        return None;
    }
    let mut number = 0_u64;
    for byte in word {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    Some(number)
}
