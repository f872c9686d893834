//! FLAC: its frames, without the metadata blocks in front of them and tags before and behind.

use std::io::{Read, Seek};

use memchr::memchr_iter;

use super::around::{after_tags, before_tail_tags};
use super::{Content, Essence, seconds};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::source::Source;

const STREAMINFO: u8 = 0;
/// Bytes at the end in which the last frame is looked for, at least.
const TAIL: u64 = 64 << 10;

/// What the first metadata block says of the whole stream.
struct StreamInfo {
    block_size: u32,
    longest_frame: u32,
    rate: u32,
    /// 0 when the encoder did not know.
    samples: u64,
}

impl StreamInfo {
    fn parse(mut fields: Fields<'_>) -> Result<Self, Problem> {
        let (block_size, _) = (fields.be16()?, fields.be16()?);
        let sizes = fields.take(6)?;
        let longest_frame = u32::from_be_bytes([0, sizes[3], sizes[4], sizes[5]]);
        let packed = fields.be64()?;
        Ok(Self {
            block_size: block_size.into(),
            longest_frame,
            rate: (packed >> 44) as u32,
            samples: packed & ((1 << 36) - 1),
        })
    }
}

/// Hash the frames. `Ends` when the last frame does not carry the last sample that was announced.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Content, Problem> {
    let (info, frames) = blocks(source)?;
    let end = before_tail_tags(source, frames)?;
    if frames == end || (info.samples > 0 && !holds_last(source, frames, end, &info)?) {
        return Err(Problem::Ends);
    }
    let mut essence = Essence::new("flac");
    source.feed(frames..end, &mut essence)?;
    Ok(Content::track(essence, seconds(info.samples, info.rate)))
}

/// STREAMINFO and where the metadata blocks end.
fn blocks<R: Read + Seek>(source: &mut Source<R>) -> Result<(StreamInfo, u64), Problem> {
    let mut at = after_tags(source)? + 4;
    let mut info = None;
    loop {
        let [kind, a, b, c] = *source.at(at, 4)? else { return Err(Problem::Ends) };
        let length = u64::from(u32::from_be_bytes([0, a, b, c]));
        if kind & 0x7F == STREAMINFO && info.is_none() {
            info = Some(StreamInfo::parse(Fields(source.at(at + 4, 34)?))?);
        }
        at += 4 + length;
        if kind & 0x80 != 0 {
            break;
        }
    }
    if at > source.size() {
        return Err(Problem::Ends);
    }
    Ok((info.ok_or(Problem::Damaged)?, at))
}

fn holds_last<R: Read + Seek>(
    source: &mut Source<R>,
    start: u64,
    end: u64,
    info: &StreamInfo,
) -> Result<bool, Problem> {
    let reach = TAIL.max(2 * u64::from(info.longest_frame)).min(end - start);
    let tail = source.part(end - reach..end)?;
    let last = |at: usize| last_sample(&tail[at..], info.block_size).is_some_and(|last| last >= info.samples);
    Ok(memchr_iter(0xFF, &tail).any(last))
}

/// One past the last sample of the frame that begins with these bytes; none when no frame does.
fn last_sample(bytes: &[u8], block_size: u32) -> Option<u64> {
    let [0xFF, sync, codes, _, lead, ..] = *bytes else { return None };
    if sync & 0xFE != 0xF8 {
        return None;
    }
    let (number, mut at) = coded_number(bytes.get(4..)?, lead)?;
    at += 4;
    let size = match codes >> 4 {
        0 => return None,
        1 => 192,
        code @ 2..=5 => 144 << code,
        6 => u32::from(*bytes.get(at)?) + 1,
        7 => u32::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])) + 1,
        code => 1 << code,
    };
    at += match codes >> 4 {
        6 => 1,
        7 => 2,
        _ => 0,
    };
    at += match codes & 15 {
        12 => 1,
        13 | 14 => 2,
        _ => 0,
    };
    if crc8(bytes.get(..at)?) != *bytes.get(at)? {
        return None;
    }
    let first = if sync & 1 == 1 { number } else { number * u64::from(block_size) };
    Some(first + u64::from(size))
}

/// A number in FLAC's longer kind of UTF-8, and its length in bytes.
fn coded_number(bytes: &[u8], lead: u8) -> Option<(u64, usize)> {
    let length = match lead.leading_ones() {
        0 => return Some((lead.into(), 1)),
        1 | 8 => return None,
        ones => ones as usize,
    };
    let first = u64::from(lead) & (0x7F >> length);
    let rest = bytes.get(1..length)?;
    let number = rest.iter().fold(first, |number, byte| number << 6 | u64::from(byte & 0x3F));
    Some((number, length))
}

fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ byte, |sum, _| if sum & 0x80 != 0 { sum << 1 ^ 0x07 } else { sum << 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_header_tells_its_last_sample() {
        // Frame 2 of fixed blocks of 4096, 44.1 kHz stereo: sync, codes, number, CRC-8.
        let mut frame = vec![0xFF, 0xF8, 0xC9, 0x18, 0x02];
        frame.push(crc8(&frame));
        frame.push(0);
        assert_eq!(last_sample(&frame, 4096), Some(3 * 4096));
        frame[4] = 3;
        assert_eq!(last_sample(&frame, 4096), None);
    }

    #[test]
    fn coded_numbers_reach_36_bits() {
        assert_eq!(coded_number(&[0x7F], 0x7F), Some((127, 1)));
        assert_eq!(coded_number(&[0xC2, 0x80], 0xC2), Some((128, 2)));
        assert_eq!(coded_number(&[0xFE, 0xBF, 0xBF, 0xBF, 0xBF, 0xBF, 0xBF], 0xFE), Some(((1 << 36) - 1, 7)));
        assert_eq!(coded_number(&[0xC2], 0xC2), None);
    }

    #[test]
    fn crc8_is_that_of_the_format() {
        assert_eq!(crc8(b"123456789"), 0xF4);
    }
}
