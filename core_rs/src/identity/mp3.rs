//! MP3: its frames, without ID3, APE and Lyrics3 tags and without the Xing, Info or VBRI frame.

use std::io::{Read, Seek};

use memchr::memchr;

use super::around::{after_tags, before_tail_tags, id3_length};
use super::{Content, Essence, seconds};
use crate::problem::Problem;
use crate::source::Source;

/// How far behind the tags the first frame may be.
const JUNK: u64 = 64 << 10;
const GLANCE: u64 = 8 << 10;
const HEADER: u64 = 4;

const RATES: [u32; 3] = [44_100, 48_000, 32_000];
/// kbit/s of MPEG-1 layers I, II, III and of MPEG-2 layer I and layers II, III.
const BITRATES: [[u32; 14]; 5] = [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// A frame as its header announces it.
#[derive(Clone, Copy)]
struct Frame {
    length: u64,
    samples: u32,
    rate: u32,
    /// Version and layer bits: they do not change within a track.
    make: u8,
    /// Where a Xing or Info mark would be in it.
    mark: u64,
}

impl Frame {
    /// The frame that begins with these bytes; none for free format, which nothing announces the length of.
    fn parse(head: [u8; 4]) -> Option<Self> {
        let [sync, make, rates, mode] = head;
        let (version, layer) = (make >> 3 & 3, 4 - (make >> 1 & 3));
        let (bitrate, rate) = (usize::from(rates >> 4), usize::from(rates >> 2 & 3));
        let fits = sync == 0xFF && make >> 5 == 7 && version != 1 && layer != 4;
        if !fits || !(1..15).contains(&bitrate) || rate == 3 {
            return None;
        }
        let first = version == 3;
        let rate = RATES[rate]
            >> match version {
                3 => 0,
                2 => 1,
                _ => 2,
            };
        let table = match (first, layer) {
            (true, _) => usize::from(layer) - 1,
            (false, 1) => 3,
            (false, _) => 4,
        };
        let bits = BITRATES[table][bitrate - 1] * 1000;
        let padding = u32::from(rates >> 1 & 1);
        let samples = match (layer, first) {
            (1, _) => 384,
            (3, false) => 576,
            _ => 1152,
        };
        let length =
            if layer == 1 { (12 * bits / rate + padding) * 4 } else { samples / 8 * bits / rate + padding };
        let mono = mode >> 6 == 3;
        let mark = match (first, mono) {
            (true, false) => 36,
            (true, true) | (false, false) => 21,
            (false, true) => 13,
        };
        Some(Self { length: u64::from(length), samples, rate, make: make & 0x1E, mark })
    }

    fn goes_with(self, other: Self) -> bool {
        self.make == other.make && self.rate == other.rate
    }
}

/// Walk the frames. `Ends` when the last one is cut and the Xing frame promised more.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Content, Problem> {
    let start = after_tags(source)?;
    let end = before_tail_tags(source, start)?;
    let first = find(source, start, end.min(start + JUNK), end, None)?.ok_or(Problem::Silent)?;
    let (mut at, like) = first;
    let mut essence = Essence::new("mp3");
    let (mut frames, mut promised, mut clean) = (0, 0, false);
    if let Some(count) = counted(source, at, like)? {
        promised = count;
        at += like.length;
    }
    loop {
        let frame = if at + HEADER <= end { frame_at(source, at)? } else { None };
        match frame.filter(|frame| frame.goes_with(like) && at + frame.length <= end) {
            Some(frame) => {
                essence.add(source.at(at, frame.length as usize)?);
                frames += 1;
                at += frame.length;
                clean = at == end;
            }
            None => match find(source, at, end, end, Some(like))? {
                Some((next, _)) => at = next,
                None => break,
            },
        }
    }
    if !clean && frames + 1 < promised {
        return Err(Problem::Ends);
    }
    Ok(Content::track(essence, seconds(frames * u64::from(like.samples), like.rate)))
}

/// Whether frames follow one another from near the beginning.
pub fn looks_like<R: Read + Seek>(source: &mut Source<R>, start: u64) -> Result<bool, Problem> {
    let end = source.size();
    Ok(find(source, start, end.min(start + JUNK), end, None)?.is_some())
}

fn frame_at<R: Read + Seek>(source: &mut Source<R>, at: u64) -> Result<Option<Frame>, Problem> {
    Ok(source.up_to(at, 4)?.try_into().ok().and_then(Frame::parse))
}

/// The first frame that begins from `at` before `until` and is followed by another or by the end.
fn find<R: Read + Seek>(
    source: &mut Source<R>,
    mut at: u64,
    until: u64,
    end: u64,
    like: Option<Frame>,
) -> Result<Option<(u64, Frame)>, Problem> {
    while at + HEADER <= until {
        if let Some(length) = id3_length(source.up_to(at, 10)?).filter(|length| at + length <= end) {
            at += length;
            continue;
        }
        let piece = source.up_to(at, (until - at).min(GLANCE) as usize)?;
        match memchr(0xFF, piece) {
            None => at += piece.len().max(1) as u64,
            Some(skip) => {
                at += skip as u64;
                if let Some(frame) = confirmed(source, at, end, like)? {
                    return Ok(Some((at, frame)));
                }
                at += 1;
            }
        }
    }
    Ok(None)
}

fn confirmed<R: Read + Seek>(
    source: &mut Source<R>,
    at: u64,
    end: u64,
    like: Option<Frame>,
) -> Result<Option<Frame>, Problem> {
    let Some(frame) = frame_at(source, at)? else { return Ok(None) };
    let next = at + frame.length;
    if next > end || like.is_some_and(|like| !frame.goes_with(like)) {
        return Ok(None);
    }
    let followed = next + HEADER > end || frame_at(source, next)?.is_some_and(|next| next.goes_with(frame));
    Ok(followed.then_some(frame))
}

/// Frames announced by the Xing, Info or VBRI frame at `at`; none when it is a frame of sound.
fn counted<R: Read + Seek>(source: &mut Source<R>, at: u64, frame: Frame) -> Result<Option<u64>, Problem> {
    let bytes = source.up_to(at, frame.length as usize)?;
    let number =
        |at: usize| bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_be_bytes);
    let mark = frame.mark as usize;
    Ok(match bytes.get(mark..mark + 4) {
        Some(b"Xing" | b"Info") => {
            let has_count = number(mark + 4).is_some_and(|flags| flags & 1 == 1);
            Some(if has_count { number(mark + 8).unwrap_or(0).into() } else { 0 })
        }
        _ if bytes.get(36..40) == Some(b"VBRI") => Some(number(50).unwrap_or(0).into()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_header_tells_its_length_and_samples() {
        let told = |head| Frame::parse(head).map(|frame| (frame.length, frame.samples, frame.rate));
        assert_eq!(told([0xFF, 0xFB, 0x90, 0x64]), Some((417, 1152, 44_100)));
        assert_eq!(told([0xFF, 0xFB, 0x92, 0x64]), Some((418, 1152, 44_100)));
        assert_eq!(told([0xFF, 0xF3, 0x80, 0xC4]), Some((208, 576, 22_050)));
        assert_eq!(told([0xFF, 0xE3, 0x18, 0xC4]), Some((72, 576, 8_000)));
        assert_eq!(told([0xFF, 0xFD, 0x80, 0x04]), Some((417, 1152, 44_100)));
        assert_eq!(told([0xFF, 0xFF, 0x94, 0x04]), Some((288, 384, 48_000)));
    }

    #[test]
    fn what_is_no_header_of_a_frame_is_refused() {
        for head in
            [[0xFF, 0xF1, 0x50, 0x80], [0xFF, 0xFB, 0x00, 0], [0xFF, 0xFB, 0xF0, 0], [0xFF, 0xFB, 0x9C, 0]]
        {
            assert!(Frame::parse(head).is_none());
        }
    }
}
