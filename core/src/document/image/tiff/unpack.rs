//! The compressions of TIFF.

use std::io::Read;

use bytes::Bytes;
use flate2::read::ZlibDecoder;
use hayro_ccitt::{DecodeSettings, DecoderContext, EncodingMode};
use weezl::{BitOrder, LzwStatus};

use super::super::super::Budget;
use super::super::picture::{damaged, length};
use crate::error::{Error, code};
use crate::sizes::wide;

/// Numbers of compressions (TIFF 6.0 and its supplements).
const NONE: u64 = 1;
const FAX_RUNS: u64 = 2;
const FAX_G3: u64 = 3;
const FAX_G4: u64 = 4;
const LZW: u64 = 5;
/// "JPEG" of TIFF Technical Note 2.
pub(in super::super) const JPEG: u64 = 7;
const DEFLATE: [u64; 2] = [8, 32_946];
const PACK_BITS: u64 = 32_773;

/// What has to be known of a strip or tile to unpack it.
pub(super) struct Packed {
    pub(super) compression: u64,
    /// Whether the lowest bit of a byte is its first.
    pub(super) reversed: bool,
    /// Whether rows of G3 lean on the row above.
    pub(super) two_dimensional: bool,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bytes of a row when it is unpacked.
    pub(super) row: usize,
}

impl Packed {
    /// Its rows, one behind the other, of exactly the length that they must have.
    pub(super) fn unpack(&self, data: &Bytes, budget: &Budget) -> Result<Vec<u8>, Error> {
        let size = self.row.saturating_mul(length(self.height));
        budget.inflated(wide(size))?;
        let turned;
        let data: &[u8] = if self.reversed {
            turned = data
                .iter()
                .map(|byte| byte.reverse_bits())
                .collect::<Vec<u8>>();
            &turned
        } else {
            data
        };
        let mut rows = match self.compression {
            NONE => data
                .get(..size.min(data.len()))
                .unwrap_or_default()
                .to_vec(),
            LZW => lzw(data, size),
            PACK_BITS => pack_bits(data, size),
            FAX_RUNS | FAX_G3 | FAX_G4 => self.fax(data, size)?,
            method if DEFLATE.contains(&method) => {
                let mut rows = Vec::new();
                let limit = wide(size);
                // What is there counts; its length is looked at below.
                let _ = ZlibDecoder::new(data).take(limit).read_to_end(&mut rows);
                rows
            }
            method => {
                let what = format!("TIFF of compression {method} is not read here");
                return Err(Error::new(code::DOCUMENT_TYPE_UNFIT, what));
            }
        };
        if rows.len() < size {
            return Err(damaged("a part of it breaks off before its end"));
        }
        rows.truncate(size);
        Ok(rows)
    }

    fn fax(&self, data: &[u8], size: usize) -> Result<Vec<u8>, Error> {
        let encoding = match (self.compression, self.two_dimensional) {
            (FAX_G4, _) => EncodingMode::Group4,
            (FAX_G3, true) => EncodingMode::Group3_2D,
            _ => EncodingMode::Group3_1D,
        };
        let settings = DecodeSettings {
            columns: self.width,
            rows: self.height,
            end_of_block: self.compression != FAX_RUNS,
            end_of_line: self.compression == FAX_G3,
            rows_are_byte_aligned: self.compression == FAX_RUNS,
            encoding,
            strict: false,
        };
        let mut rows = Rows {
            bits: Vec::new(),
            row: self.row,
            size,
        };
        hayro_ccitt::decode(data, &mut rows, &mut DecoderContext::new(settings))
            .map_err(|error| damaged(&error.to_string()))?;
        Ok(rows.bits)
    }
}

/// Takes the rows of a fax, eight pixels a byte, black as one.
struct Rows {
    bits: Vec<u8>,
    row: usize,
    size: usize,
}

impl hayro_ccitt::Decoder for Rows {
    fn push_row(&mut self, changes: &[u32]) {
        let from = self.bits.len();
        if from >= self.size {
            return;
        }
        self.bits.resize(from.saturating_add(self.row), 0);
        let row = self.bits.get_mut(from..).unwrap_or_default();
        let end = u32::try_from(row.len().saturating_mul(8)).unwrap_or(u32::MAX);
        for run in changes.chunks(2) {
            let black = run.first().copied().unwrap_or(end)..run.get(1).copied().unwrap_or(end);
            for pixel in black {
                if let Some(byte) = row.get_mut(length(pixel / 8)) {
                    *byte |= 0x80 >> (pixel % 8);
                }
            }
        }
    }
}

fn lzw(data: &[u8], size: usize) -> Vec<u8> {
    let mut rows = vec![0; size];
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(BitOrder::Msb, 8);
    let (mut read, mut written) = (0, 0);
    while let (Some(from), Some(to)) = (data.get(read..), rows.get_mut(written..)) {
        let step = decoder.decode_bytes(from, to);
        read = read.saturating_add(step.consumed_in);
        written = written.saturating_add(step.consumed_out);
        let stuck = step.consumed_in == 0 && step.consumed_out == 0;
        if stuck || !matches!(step.status, Ok(LzwStatus::Ok)) || written >= size {
            break;
        }
    }
    rows.truncate(written);
    rows
}

fn pack_bits(data: &[u8], size: usize) -> Vec<u8> {
    let mut rows = Vec::with_capacity(size);
    let mut rest = data;
    while let [count, tail @ ..] = rest {
        if rows.len() >= size {
            break;
        }
        let count = usize::from(*count);
        match count {
            0..=127 => {
                let (run, tail) = tail.split_at(tail.len().min(count + 1));
                rows.extend_from_slice(run);
                rest = tail;
            }
            128 => rest = tail,
            _ => {
                let [byte, tail @ ..] = tail else { break };
                rows.resize(rows.len() + 257 - count, *byte);
                rest = tail;
            }
        }
    }
    rows
}
