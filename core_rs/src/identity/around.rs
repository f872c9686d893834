//! Tags that stand around a stream which knows nothing of them: ID3, APE, Lyrics3.

use std::io::{Read, Seek};

use crate::problem::Problem;
use crate::source::Source;

/// Bytes at the end in which a tag shows itself: the oldest ID3 with its extension.
const TAIL: u64 = 128 + 227;

/// Where the ID3 and APE tags in front end. `Ends` when the file does inside one.
pub fn after_tags<R: Read + Seek>(source: &mut Source<R>) -> Result<u64, Problem> {
    let mut at = 0;
    while let Some(length) = id3_length(source.up_to(at, 10)?).or(ape_length(source.up_to(at, 32)?)) {
        at += length;
    }
    if at > source.size() { Err(Problem::Ends) } else { Ok(at) }
}

/// Length of the ID3 tag that begins with these ten bytes.
pub(super) fn id3_length(head: &[u8]) -> Option<u64> {
    let [b'I', b'D', b'3', version, _, flags, a, b, c, d] = *head else { return None };
    let footer = if flags & 0x10 != 0 { 10 } else { 0 };
    let plausible = version < 0xFF && [a, b, c, d].iter().all(|byte| *byte < 0x80);
    plausible.then(|| 10 + footer + syncsafe([a, b, c, d]))
}

fn syncsafe(bytes: [u8; 4]) -> u64 {
    bytes.iter().fold(0, |sum, byte| sum << 7 | u64::from(byte & 0x7F))
}

/// Length of the APE tag that this header opens or this footer closes.
fn ape_length(head: &[u8]) -> Option<u64> {
    let fields = head.strip_prefix(b"APETAGEX")?;
    let [size, flags] = [4, 12].map(|at| fields.get(at..at + 4).and_then(|four| four.try_into().ok()));
    let header = if u32::from_le_bytes(flags?) >> 31 == 1 { 32 } else { 0 };
    Some(u64::from(u32::from_le_bytes(size?)) + header)
}

/// Where the tags at the back begin.
pub(super) fn before_tail_tags<R: Read + Seek>(source: &mut Source<R>, start: u64) -> Result<u64, Problem> {
    let mut end = source.size();
    loop {
        let tail_start = end.saturating_sub(TAIL).max(start);
        let tail = source.at(tail_start, (end - tail_start) as usize)?;
        let Some(length) = tail_tag(tail).filter(|length| *length <= end - start) else { return Ok(end) };
        end -= length;
    }
}

fn tail_tag(tail: &[u8]) -> Option<u64> {
    let back = |count: usize| tail.len().checked_sub(count).map(|from| &tail[from..]);
    if back(128).is_some_and(|tag| tag.starts_with(b"TAG")) {
        let extended = back(128 + 227).is_some_and(|tag| tag.starts_with(b"TAG+"));
        return Some(if extended { 128 + 227 } else { 128 });
    }
    if let Some(length) = back(32).and_then(ape_length) {
        return Some(length.max(32));
    }
    if let Some(digits) = back(15).and_then(|tag| tag.strip_suffix(b"LYRICS200")) {
        return std::str::from_utf8(digits).ok()?.parse::<u64>().ok().map(|size| size + 15);
    }
    match *back(10)? {
        [b'3', b'D', b'I', _, _, _, a, b, c, d] => Some(20 + syncsafe([a, b, c, d])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_at_the_end_tells_its_length() {
        let padded = |tag: &[u8]| tail_tag(&[&[0; 600], tag].concat());
        assert_eq!(padded(&[b"TAG".as_slice(), &[0; 125]].concat()), Some(128));
        assert_eq!(padded(&[b"TAG+".as_slice(), &[0; 223], b"TAG", &[0; 125]].concat()), Some(355));
        assert_eq!(padded(b"000123LYRICS200"), Some(138));
        assert_eq!(padded(b"3DI\x04\0\0\0\0\x01\x00"), Some(148));
        assert_eq!(padded(b""), None);
    }
}
