//! Whether a page shows text.

use super::object::{Dictionary, Object, is_regular, is_space};
use super::reader::Reader;
use super::stream::Want;
use crate::error::Error;

/// How much content of one page is looked at, and of all pages, in bytes.
const OF_A_PAGE: usize = 256 * 1024;
const OF_ALL: usize = 1024 * 1024;
/// How many drawn objects of a page are looked at.
const DRAWN: usize = 64;
/// How deep forms may be drawn by forms.
const DEEPEST_FORM: u64 = 4;

/// Looks for text over the pages of a file, as far as that is cheap.
pub(crate) struct TextSearch {
    left: usize,
    left_of_page: usize,
    drawn: usize,
}

impl TextSearch {
    pub(crate) fn new() -> Self {
        Self {
            left: OF_ALL,
            left_of_page: 0,
            drawn: 0,
        }
    }

    /// Whether a page's content, or a form that it can draw, shows text with a font of its resources.
    /// Text counts that is not to be seen, as that over a scan that was read.
    pub(crate) fn shows(
        &mut self,
        reader: &mut Reader<'_>,
        contents: &Object,
        resources: &Object,
    ) -> Result<bool, Error> {
        self.left_of_page = self.left.min(OF_A_PAGE);
        self.drawn = DRAWN;
        self.content_shows(reader, contents, resources, 0)
    }

    fn content_shows(
        &mut self,
        reader: &mut Reader<'_>,
        contents: &Object,
        resources: &Object,
        depth: u64,
    ) -> Result<bool, Error> {
        let resources = reader.followed(resources)?;
        let Object::Dictionary(resources) = resources.as_ref() else {
            return Ok(false);
        };
        let fonts = reader.followed(resources.get("Font").unwrap_or(&Object::Null))?;
        let has_fonts = fonts
            .as_dictionary()
            .is_some_and(|fonts| !fonts.0.is_empty());
        if has_fonts && self.is_shown_in(reader, contents)? {
            return Ok(true);
        }
        let drawn = reader.followed(resources.get("XObject").unwrap_or(&Object::Null))?;
        let Object::Dictionary(drawn) = drawn.as_ref() else {
            return Ok(false);
        };
        for drawn in drawn.0.iter().map(|(_, value)| value) {
            let Some(number) = drawn.as_reference() else {
                continue;
            };
            if self.drawn == 0 || depth >= DEEPEST_FORM {
                break;
            }
            self.drawn = self.drawn.saturating_sub(1);
            let look = reader
                .get_only(number, Some(&["Subtype", "Resources"]))?
                .object;
            let Some(form) = look
                .as_dictionary()
                .filter(|look| look.is("Subtype", "Form"))
            else {
                continue;
            };
            let own = form.get("Resources").cloned();
            let own = own.unwrap_or_else(|| Object::Dictionary(without_forms(resources)));
            if self.content_shows(reader, drawn, &own, depth.saturating_add(1))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_shown_in(&mut self, reader: &mut Reader<'_>, contents: &Object) -> Result<bool, Error> {
        let mut search = Search::default();
        let streams = reader.followed(contents)?;
        let streams = streams.as_array().unwrap_or(std::slice::from_ref(contents));
        for number in streams.iter().filter_map(Object::as_reference) {
            let item = reader.get(number)?;
            let before = self.left_of_page;
            reader.pieces(&item, OF_ALL, &mut |piece| {
                let piece = piece.get(..self.left_of_page).unwrap_or(piece);
                self.left_of_page = self.left_of_page.saturating_sub(piece.len());
                search.go(piece);
                if search.found || self.left_of_page == 0 {
                    Want::Enough
                } else {
                    Want::More
                }
            })?;
            self.left = self
                .left
                .saturating_sub(before.saturating_sub(self.left_of_page));
            search.go(b"\n");
            if search.found || self.left_of_page == 0 {
                break;
            }
        }
        Ok(search.found)
    }
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
    found: bool,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Within {
    #[default]
    Content,
    Literal {
        open: u32,
        escaped: bool,
    },
    Hexadecimal,
    Comment,
    /// A picture within the content, with how much of its end was seen.
    Picture(u8),
}

impl Search {
    fn go(&mut self, piece: &[u8]) {
        for byte in piece {
            self.step(*byte);
            if self.found {
                break;
            }
        }
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
                    b'(' => {
                        self.within = Within::Literal {
                            open: 1,
                            escaped: false,
                        }
                    }
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
                self.within = if open == 0 {
                    Within::Content
                } else {
                    Within::Literal { open, escaped }
                };
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
        let is_operator = self
            .word
            .first()
            .is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'\'' | b'"'));
        if is_operator {
            self.string = false;
        }
        self.word.clear();
    }
}
