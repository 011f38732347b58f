//! The objects that a PDF is made of, as they stand in the file.

use super::write::holds_keyword;

/// A value. Numbers with a fraction and strings keep their spelling, so that a copy is the same.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Object {
    Null,
    Bool(bool),
    Integer(i64),
    /// As written.
    Real(Vec<u8>),
    /// As written, with its brackets.
    Text(Vec<u8>),
    /// Without the slash, escapes resolved.
    Name(Vec<u8>),
    Array(Vec<Object>),
    Dictionary(Dictionary),
    /// The number of another object. Generations are not told apart: a number has one object at a time.
    Reference(u32),
}

impl Object {
    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Integer(_) | Self::Real(_))
    }

    pub(crate) fn name(text: &str) -> Self {
        Self::Name(text.as_bytes().to_vec())
    }

    pub(crate) fn count(number: usize) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }

    pub(crate) fn as_name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn as_reference(&self) -> Option<u32> {
        match self {
            Self::Reference(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Object]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_dictionary(&self) -> Option<&Dictionary> {
        match self {
            Self::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }

    /// The bytes that a string or a name stands for.
    pub(crate) fn as_bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(raw) => Some(unquoted(raw)),
            Self::Name(name) => Some(name.clone()),
            _ => None,
        }
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(true) => out.extend_from_slice(b"true"),
            Self::Bool(false) => out.extend_from_slice(b"false"),
            Self::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Self::Text(raw) if holds_keyword(raw) => quoted(&unquoted(raw)).write(out),
            Self::Real(raw) | Self::Text(raw) => out.extend_from_slice(raw),
            Self::Name(name) => write_name(name, out),
            Self::Array(items) => {
                out.push(b'[');
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        out.push(b' ');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
            Self::Dictionary(dictionary) => dictionary.write(out),
            Self::Reference(number) => out.extend_from_slice(format!("{number} 0 R").as_bytes()),
        }
    }
}

/// Entries in the order of the file. Of two with one key the later counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Dictionary(pub(crate) Vec<(Vec<u8>, Object)>);

impl Dictionary {
    pub(crate) fn get(&self, key: &str) -> Option<&Object> {
        let found = self
            .0
            .iter()
            .rev()
            .find(|(known, _)| known == key.as_bytes());
        found.map(|(_, value)| value)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Whether the entry is this name.
    pub(crate) fn is(&self, key: &str, name: &str) -> bool {
        self.get(key).and_then(Object::as_name) == Some(name.as_bytes())
    }

    pub(crate) fn set(&mut self, key: &str, value: Object) {
        self.remove(key);
        self.0.push((key.as_bytes().to_vec(), value));
    }

    /// Sets the entry where there is a value, and removes it where there is none.
    pub(crate) fn put(&mut self, key: &str, value: Option<Object>) {
        self.remove(key);
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<Object> {
        let is_key = |(known, _): &(Vec<u8>, Object)| known == key.as_bytes();
        let last = self.0.iter().rposition(is_key)?;
        let (_, value) = self.0.remove(last);
        self.0.retain(|entry| !is_key(entry));
        Some(value)
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"<<");
        for (key, value) in &self.0 {
            write_name(key, out);
            let starts_regular = !matches!(
                value,
                Object::Text(_) | Object::Name(_) | Object::Array(_) | Object::Dictionary(_)
            );
            if starts_regular {
                out.push(b' ');
            }
            value.write(out);
        }
        out.extend_from_slice(b">>");
    }
}

impl FromIterator<(&'static str, Object)> for Dictionary {
    fn from_iter<T: IntoIterator<Item = (&'static str, Object)>>(entries: T) -> Self {
        let owned = |(key, value): (&str, Object)| (key.as_bytes().to_vec(), value);
        Self(entries.into_iter().map(owned).collect())
    }
}

fn write_name(name: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for byte in name {
        if is_regular(*byte) && *byte != b'#' && byte.is_ascii_graphic() {
            out.push(*byte);
        } else {
            out.extend_from_slice(format!("#{byte:02X}").as_bytes());
        }
    }
}

pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ')
}

/// Part of a name, a number or a keyword.
pub(crate) fn is_regular(byte: u8) -> bool {
    REGULAR.get(usize::from(byte)).copied().unwrap_or_default()
}

const REGULAR: [bool; 256] = all_but(b"()<>[]{}/%\0\t\n\x0C\r ");

/// Which bytes are none of these: asked for every byte, so it is worked out once.
pub(crate) const fn all_but(mut others: &[u8]) -> [bool; 256] {
    let mut bytes = [true; 256];
    while let [other, rest @ ..] = others {
        #[allow(
            clippy::indexing_slicing,
            clippy::as_conversions,
            reason = "at compile time, a byte into 256"
        )]
        {
            bytes[*other as usize] = false;
        }
        others = rest;
    }
    bytes
}

/// A name's bytes, its `#` escapes resolved.
pub(crate) fn unescaped(raw: &[u8]) -> Vec<u8> {
    let mut name = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((first, after)) = rest.split_first() {
        let escaped = match after {
            [high, low, ..] if *first == b'#' => hexadecimal(*high).zip(hexadecimal(*low)),
            _ => None,
        };
        name.push(escaped.map_or(*first, |(high, low)| high << 4 | low));
        rest = if escaped.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    name
}

/// A string of these bytes, as it is written.
pub(crate) fn quoted(bytes: &[u8]) -> Object {
    let mut raw = Vec::with_capacity(bytes.len().saturating_mul(2).saturating_add(2));
    raw.push(b'<');
    for byte in bytes {
        raw.extend_from_slice(format!("{byte:02x}").as_bytes());
    }
    raw.push(b'>');
    Object::Text(raw)
}

/// The bytes of a string as it is written.
fn unquoted(raw: &[u8]) -> Vec<u8> {
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    if raw.first() == Some(&b'<') {
        let mut digits: Vec<u8> = inner.iter().filter_map(|byte| hexadecimal(*byte)).collect();
        if digits.len() % 2 == 1 {
            digits.push(0);
        }
        let pair = |pair: &[u8]| pair.iter().fold(0, |byte, digit| byte << 4 | digit);
        return digits.chunks(2).map(pair).collect();
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            // A line's end counts as one line feed, however it is written.
            if byte == b'\r' {
                rest.next_if_eq(&b'\n');
            }
            bytes.push(if byte == b'\r' { b'\n' } else { byte });
            continue;
        }
        match rest.next() {
            Some(b'n') => bytes.push(b'\n'),
            Some(b'r') => bytes.push(b'\r'),
            Some(b't') => bytes.push(b'\t'),
            Some(b'b') => bytes.push(8),
            Some(b'f') => bytes.push(12),
            Some(b'\n') | None => {}
            Some(b'\r') => {
                rest.next_if_eq(&b'\n');
            }
            Some(digit @ b'0'..=b'7') => {
                let mut code = u16::from(digit - b'0');
                for _ in 0..2 {
                    let Some(next) = rest.next_if(|byte| matches!(byte, b'0'..=b'7')) else {
                        break;
                    };
                    code = code << 3 | u16::from(next - b'0');
                }
                bytes.push(code.to_le_bytes().first().copied().unwrap_or_default());
            }
            Some(other) => bytes.push(other),
        }
    }
    bytes
}

fn hexadecimal(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}
