//! Whether a page shows text.

use super::object::{Dictionary, Object, is_regular, is_space};
use super::reader::Reader;
use super::stream::Want;
use crate::error::Error;

/// How much of a page's content is looked at, in bytes.
const MOST_CONTENT: usize = 4 * 1024 * 1024;
/// How many forms of a page are looked at.
const MOST_FORMS: usize = 32;
/// How deep forms may be drawn by forms.
const DEEPEST_FORM: u64 = 4;

/// Whether a page's content, or a form that it can draw, shows text with a font of its resources.
/// Text counts that is not to be seen, as that over a scan that was read.
pub(crate) fn shows_text(reader: &mut Reader<'_>, contents: &Object, resources: &Object) -> Result<bool, Error> {
    let streams = match reader.resolved(contents)? {
        Object::Array(items) => items,
        _ => vec![contents.clone()],
    };
    let streams: Vec<u32> = streams.iter().filter_map(Object::as_reference).collect();
    let mut forms = MOST_FORMS;
    content_shows(reader, &streams, resources, 0, &mut forms)
}

fn content_shows(
    reader: &mut Reader<'_>,
    streams: &[u32],
    resources: &Object,
    depth: u64,
    forms: &mut usize,
) -> Result<bool, Error> {
    let Object::Dictionary(resources) = reader.resolved(resources)? else { return Ok(false) };
    if matches!(reader.entry(&resources, "Font")?, Object::Dictionary(fonts) if !fonts.0.is_empty()) {
        let mut search = Search::default();
        for number in streams {
            let item = reader.get(*number)?;
            reader.pieces(&item, &mut |piece| search.go(piece))?;
            search.go(b"\n");
            if search.found {
                return Ok(true);
            }
        }
    }
    let Object::Dictionary(drawn) = reader.entry(&resources, "XObject")? else { return Ok(false) };
    for number in drawn.0.iter().filter_map(|(_, value)| value.as_reference()) {
        if *forms == 0 || depth >= DEEPEST_FORM {
            break;
        }
        let sort = reader.get_only(number, Some(&["Subtype"]))?.object;
        if !sort.as_dictionary().is_some_and(|sort| sort.is("Subtype", "Form")) {
            continue;
        }
        let Object::Dictionary(form) = reader.get(number)?.object else { continue };
        *forms = forms.saturating_sub(1);
        let own = form.get("Resources").cloned();
        let own = own.unwrap_or_else(|| Object::Dictionary(without_forms(&resources)));
        if content_shows(reader, &[number], &own, depth.saturating_add(1), forms)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a form without resources takes from the page: fonts, but not itself.
fn without_forms(resources: &Dictionary) -> Dictionary {
    let mut fonts = resources.clone();
    fonts.remove("XObject");
    fonts
}

/// Looks for an operator that shows a string with something in it, over pieces of a content.
#[derive(Default)]
struct Search {
    within: Within,
    word: Vec<u8>,
    /// Whether a string came since the last operator.
    string: bool,
    looked: usize,
    found: bool,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Within {
    #[default]
    Content,
    Literal { open: u32, escaped: bool },
    Hexadecimal,
    Comment,
    /// A picture within the content, with how much of its end was seen.
    Picture(u8),
}

impl Search {
    fn go(&mut self, piece: &[u8]) -> Want {
        for byte in piece {
            self.step(*byte);
            if self.found {
                return Want::Enough;
            }
        }
        self.looked = self.looked.saturating_add(piece.len());
        if self.looked >= MOST_CONTENT { Want::Enough } else { Want::More }
    }

    fn step(&mut self, byte: u8) {
        match self.within {
            Within::Content if is_regular(byte) => {
                // Longer than any operator is enough to know that it is none.
                if self.word.len() < 4 {
                    self.word.push(byte);
                }
            }
            Within::Content => {
                self.operator();
                match byte {
                    b'(' => self.within = Within::Literal { open: 1, escaped: false },
                    b'<' => self.within = Within::Hexadecimal,
                    b'%' => self.within = Within::Comment,
                    // A name is no operator.
                    b'/' => self.word.push(b'/'),
                    _ => {}
                }
            }
            Within::Literal { open, escaped } => {
                let open = match byte {
                    _ if escaped => open,
                    b'(' => open.saturating_add(1),
                    b')' => open.saturating_sub(1),
                    _ => open,
                };
                self.string |= open > 0;
                let escaped = byte == b'\\' && !escaped;
                self.within = if open == 0 { Within::Content } else { Within::Literal { open, escaped } };
            }
            Within::Hexadecimal => {
                self.string |= byte.is_ascii_hexdigit();
                if !byte.is_ascii_hexdigit() && !is_space(byte) {
                    self.within = Within::Content;
                }
            }
            Within::Comment if matches!(byte, b'\r' | b'\n') => self.within = Within::Content,
            Within::Comment => {}
            Within::Picture(seen) => {
                self.within = match (seen, byte) {
                    (1, b'E') => Within::Picture(2),
                    (2, b'I') => Within::Picture(3),
                    (3, byte) if is_space(byte) => Within::Content,
                    (_, byte) if is_space(byte) => Within::Picture(1),
                    _ => Within::Picture(0),
                };
            }
        }
    }

    /// At the end of a word.
    fn operator(&mut self) {
        match self.word.as_slice() {
            b"Tj" | b"TJ" | b"'" | b"\"" => self.found = self.string,
            b"ID" => self.within = Within::Picture(0),
            _ => {}
        }
        let is_operator = self.word.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'\'' | b'"'));
        if is_operator {
            self.string = false;
        }
        self.word.clear();
    }
}
