//! JPEG: its tables, headers and scans, without `APPn` segments, comments and what is appended.

use std::io::{Read, Seek};

use memchr::memchr;

use super::{Content, Essence};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::source::Source;

const END_OF_IMAGE: u8 = 0xD9;
const START_OF_SCAN: u8 = 0xDA;
const COMMENT: u8 = 0xFE;
const EXIF: u8 = 0xE1;
const GLANCE: usize = 64 << 10;

/// Walk the segments. `Ends` without an end-of-image marker, `Damaged` without a frame header.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Content, Problem> {
    let mut essence = Essence::new("jpeg");
    let (mut size, mut exif) = (None, Vec::new());
    let mut at = 2;
    loop {
        let (marker, body) = next_marker(source, at)?;
        match marker {
            END_OF_IMAGE => break,
            0x01 | 0xD0..=0xD8 => {
                at = body;
                continue;
            }
            _ => {}
        }
        let length = u64::from(Fields(source.at(body, 2)?).be16()?).max(2);
        at = body + length;
        match marker {
            EXIF if exif.is_empty() => exif = exif_block(source.at(body, length as usize)?),
            0xE0..=0xEF | COMMENT => {}
            _ => {
                essence.add(&[marker]);
                source.feed(body..at, &mut essence)?;
            }
        }
        if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
            let mut fields = Fields(source.at(body + 3, 4)?);
            let (height, width) = (fields.be16()?, fields.be16()?);
            size.get_or_insert((width.into(), height.into()));
        }
        if marker == START_OF_SCAN {
            at = scan(source, at, &mut essence)?;
        }
    }
    Ok(Content::picture(essence, size.ok_or(Problem::Damaged)?, exif))
}

/// The next marker from `at` on, past whatever stands before it, and where what follows it begins.
fn next_marker<R: Read + Seek>(source: &mut Source<R>, mut at: u64) -> Result<(u8, u64), Problem> {
    let mut before = 0;
    loop {
        let byte = source.at(at, 1)?[0];
        at += 1;
        if before == 0xFF && !matches!(byte, 0 | 0xFF) {
            return Ok((byte, at));
        }
        before = byte;
    }
}

/// Add entropy-coded data up to the next marker that ends it; where that marker is.
fn scan<R: Read + Seek>(source: &mut Source<R>, mut at: u64, essence: &mut Essence) -> Result<u64, Problem> {
    loop {
        let piece = source.up_to(at, GLANCE)?;
        let mut from = 0;
        let stop = loop {
            match memchr(0xFF, &piece[from..]).map(|skip| from + skip) {
                Some(mark) => match piece.get(mark + 1) {
                    Some(0 | 0xD0..=0xD7) => from = mark + 2,
                    Some(_) => break Some(mark),
                    None => break None,
                },
                None => break None,
            }
        };
        if let Some(stop) = stop {
            essence.add(&piece[..stop]);
            return Ok(at + stop as u64);
        }
        let whole = piece.len().saturating_sub(1);
        if whole == 0 {
            return Err(Problem::Ends);
        }
        let keep = if piece[whole] == 0xFF { whole } else { whole + 1 };
        essence.add(&piece[..keep]);
        at += keep as u64;
    }
}

fn exif_block(segment: &[u8]) -> Vec<u8> {
    segment.get(2..).and_then(|body| body.strip_prefix(b"Exif\0\0")).unwrap_or_default().to_vec()
}
