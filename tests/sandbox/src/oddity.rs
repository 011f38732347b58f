//! Answers that are meant to harm the client: bombs, nests, and bodies without end.

use std::io;
use std::io::Write as _;

use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress};
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde::Deserialize;
use serde_json::Value;

use crate::edit;
use crate::effect::Body;
use crate::reply::Reply;
use crate::rule::{Change, Rule};

const MEBIBYTE: usize = 1024 * 1024;
/// Where an endless body ends after all, in pieces.
const ENDLESS_PIECES: usize = 1024 * MEBIBYTE / PIECE;
const PIECE: usize = 64 * 1024;
/// More headers than this do not fit into one answer.
const MOST_HEADERS: usize = 20_000;
const DEEPEST: usize = 10_000_000;
const MOST_DIGITS: usize = 100_000_000;
/// A gzip bomb has a thousandth of this size on the wire.
const MOST_INFLATED: u64 = 16 * 1024 * 1024 * 1024;

/// How many headers to add, and how long the value of each is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderBomb {
    /// How many; 20,000 at most.
    pub count: usize,
    /// Bytes of each value.
    pub bytes: usize,
}

/// Something too large in a JSON answer. In JSON a number, or `{"count", "pointer"}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Given")]
pub struct Oversized {
    /// How much of it.
    pub count: usize,
    /// Where; under a key of its own at the top when absent.
    pub pointer: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Count(usize),
    At { count: usize, pointer: String },
}

impl From<Given> for Oversized {
    fn from(given: Given) -> Self {
        match given {
            Given::Count(count) => Self {
                count,
                pointer: None,
            },
            Given::At { count, pointer } => Self {
                count,
                pointer: Some(pointer),
            },
        }
    }
}

pub(crate) fn add_headers(reply: &mut Reply, bomb: HeaderBomb) {
    let value = "x".repeat(bomb.bytes);
    for number in 0..bomb.count.min(MOST_HEADERS) {
        reply.set_header(&format!("x-bomb-{number}"), &value);
    }
}

/// The JSON text of an answer, with what is too large put in as text: nothing here has to
/// bear it as a value.
pub(crate) fn json_text(mut json: Value, rule: &Rule) -> String {
    let deep = rule.deep.as_ref().map(|wanted| {
        let depth = wanted.count.min(DEEPEST);
        ("/deep", wanted, "[".repeat(depth) + &"]".repeat(depth))
    });
    let digits = rule.digits.as_ref().map(|wanted| {
        let digits = wanted.count.min(MOST_DIGITS);
        ("/digits", wanted, "7".repeat(digits))
    });
    let mut texts = Vec::new();
    for (place, wanted, text) in deep.into_iter().chain(digits) {
        let mark = Value::String(format!("\u{1}{place}\u{1}"));
        texts.push((mark.to_string(), text));
        let change = Change {
            pointer: wanted.pointer.clone().unwrap_or_else(|| place.to_owned()),
            value: mark,
            remove: false,
        };
        edit::apply(&mut json, &change);
    }
    texts
        .into_iter()
        .fold(json.to_string(), |json, (mark, text)| {
            json.replacen(&mark, &text, 1)
        })
}

/// A gzip stream that inflates to at least so many bytes. One mebibyte is compressed and
/// its piece repeated, so that making it costs next to nothing.
pub(crate) fn gzip_bomb(inflated: u64) -> io::Result<Bytes> {
    let mebibytes = inflated.min(MOST_INFLATED).div_ceil(1024 * 1024);
    let block = vec![b'0'; MEBIBYTE];
    let mut piece = Vec::with_capacity(PIECE);
    // A full flush ends on a whole byte and refers to nothing before it.
    Compress::new(Compression::best(), false).compress_vec(
        &block,
        &mut piece,
        FlushCompress::Full,
    )?;
    let mut of_block = Crc::new();
    of_block.update(&block);
    let mut whole = Crc::new();
    let mut bomb = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
    for _ in 0..mebibytes {
        bomb.write_all(&piece)?;
        whole.combine(&of_block);
    }
    // The last block of the stream, an empty one.
    bomb.write_all(&[3, 0])?;
    bomb.write_all(&whole.sum().to_le_bytes())?;
    bomb.write_all(&whole.amount().to_le_bytes())?;
    Ok(bomb.into())
}

/// Garbage until the client goes away.
pub(crate) fn endless() -> Body {
    let piece = Bytes::from(vec![b'['; PIECE]);
    let pieces = (0..ENDLESS_PIECES).map(move |_| Ok(Frame::data(piece.clone())));
    StreamBody::new(stream::iter(pieces)).boxed_unsync()
}
