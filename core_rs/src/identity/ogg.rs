//! Ogg: the packets of the sound, however they are cut into pages, without the comment header.

use std::io::{Read, Seek};
use std::ops::Range;

use memchr::memmem;

use super::{Content, Essence, seconds};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::source::Source;

const PAGE_HEADER: usize = 27;
const CONTINUED: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;
/// Where the Opus header keeps its output gain: volume scanners write it as taggers write tags.
const OPUS_GAIN: Range<usize> = 16..18;
/// How far the next page is looked for where none begins.
const JUNK: usize = 128 << 10;
/// More samples than one page can hold: 255 packets of 8192. A first page beyond it was cut out of a broadcast.
const MOST_IN_A_PAGE: u64 = 255 * 8192;

#[derive(Clone, Copy, PartialEq)]
enum Codec {
    Vorbis,
    Opus,
    Flac,
    Speex,
}

impl Codec {
    fn of(packet: &[u8]) -> Option<Self> {
        let marks: [(&[u8], Self); 4] = [
            (b"\x01vorbis", Self::Vorbis),
            (b"OpusHead", Self::Opus),
            (b"\x7FFLAC", Self::Flac),
            (b"Speex   ", Self::Speex),
        ];
        marks.into_iter().find(|(mark, _)| packet.starts_with(mark)).map(|(_, codec)| codec)
    }

    /// Samples a second of the granule position, and samples to leave out at the beginning.
    fn clock(self, packet: &[u8]) -> Option<(u32, u64)> {
        let little = |at: usize| Some(u32::from_le_bytes(packet.get(at..at + 4)?.try_into().ok()?));
        match self {
            Self::Vorbis => Some((little(12)?, 0)),
            Self::Opus => Some((48_000, u64::from(little(8)? >> 16))),
            Self::Flac => Some((u32::from_be_bytes(packet.get(27..31)?.try_into().ok()?) >> 12, 0)),
            Self::Speex => Some((little(36)?, 0)),
        }
    }

    /// Whether a packet is metadata. FLAC's headers are blocks, its frames begin with their sync code.
    fn leaves_out(self, packet: u64, first: Option<u8>) -> bool {
        match self {
            Self::Vorbis | Self::Opus | Self::Speex => packet == 1,
            Self::Flac => first != Some(0xFF),
        }
    }
}

/// One page: where its body is and how it is laced.
struct Page {
    flags: u8,
    granule: u64,
    serial: u32,
    lacing: Vec<u8>,
    body: u64,
}

impl Page {
    fn read<R: Read + Seek>(source: &mut Source<R>, at: u64) -> Result<Option<Self>, Problem> {
        let head = source.up_to(at, PAGE_HEADER)?;
        if !b"OggS\0".starts_with(&head[..head.len().min(5)]) || head.is_empty() {
            return Ok(None);
        }
        if head.len() < PAGE_HEADER {
            return Err(Problem::Ends);
        }
        let mut fields = Fields(&head[5..]);
        let [flags] = fields.array()?;
        let (granule, serial) = (fields.le64()?, fields.le32()?);
        let count = usize::from(head[26]);
        let body = at + (PAGE_HEADER + count) as u64;
        let lacing = source.at(at + PAGE_HEADER as u64, count)?.to_vec();
        Ok(Some(Self { flags, granule, serial, lacing, body }))
    }

    fn end(&self) -> u64 {
        self.body + self.lacing.iter().map(|length| u64::from(*length)).sum::<u64>()
    }
}

/// The track of one link of the chain: the first sound among the streams that begin together.
struct Track {
    serial: u32,
    codec: Codec,
    rate: u32,
    skip: u64,
    packet: u64,
    /// Whether the packet that goes on from the page before is left out.
    left_out: bool,
    begins: Option<u64>,
    ends: u64,
}

impl Track {
    fn open(serial: u32, packet: &[u8]) -> Option<Self> {
        let codec = Codec::of(packet)?;
        let (rate, skip) = codec.clock(packet)?;
        Some(Self { serial, codec, rate, skip, packet: 0, left_out: false, begins: None, ends: 0 })
    }

    /// Add the packets of a page to the essence. `body` holds the whole body.
    fn add(&mut self, page: &Page, body: &[u8], essence: &mut Essence) {
        let mut rest = body;
        let mut fresh = page.flags & CONTINUED == 0;
        for length in &page.lacing {
            let (piece, after) = rest.split_at(usize::from(*length).min(rest.len()));
            rest = after;
            if fresh {
                self.left_out = self.codec.leaves_out(self.packet, piece.first().copied());
            }
            match piece.split_at_checked(OPUS_GAIN.start) {
                _ if self.left_out => {}
                Some((head, tail)) if self.codec == Codec::Opus && self.packet == 0 => {
                    essence.add(head);
                    essence.add(&tail[OPUS_GAIN.len().min(tail.len())..]);
                }
                _ => essence.add(piece),
            }
            fresh = *length < 255;
            self.packet += u64::from(fresh);
        }
        if page.granule != u64::MAX && page.granule > 0 {
            self.begins.get_or_insert(page.granule);
            self.ends = page.granule;
        }
    }

    fn seconds(&self) -> f64 {
        let from = self.begins.filter(|begins| *begins > MOST_IN_A_PAGE).unwrap_or(0);
        seconds(self.ends.saturating_sub(from.max(self.skip)), self.rate)
    }
}

/// Walk the pages. `Ends` when the last one is cut, `Silent` without Vorbis, Opus, FLAC or Speex.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Content, Problem> {
    let mut essence = Essence::new("ogg");
    let (mut at, mut length) = (0, 0.0);
    let mut track: Option<Track> = None;
    let mut opening = true;
    while let Some(page) = next_page(source, &mut at)? {
        let body = source.at(page.body, (page.end() - page.body) as usize)?;
        if page.flags & FIRST != 0 {
            if !opening {
                length += track.take().map_or(0.0, |track| track.seconds());
            }
            track = track.or_else(|| Track::open(page.serial, body));
        }
        opening = page.flags & FIRST != 0;
        if let Some(track) = track.as_mut().filter(|track| track.serial == page.serial) {
            track.add(&page, body, &mut essence);
        }
        let over = track.take_if(|track| track.serial == page.serial && page.flags & LAST != 0);
        length += over.map_or(0.0, |track| track.seconds());
        at = page.end();
    }
    if essence.length() == 0 {
        return Err(Problem::Silent);
    }
    Ok(Content::track(essence, length + track.map_or(0.0, |track| track.seconds())))
}

/// The page at `at`, or else the next one not far behind; `at` moves to it.
fn next_page<R: Read + Seek>(source: &mut Source<R>, at: &mut u64) -> Result<Option<Page>, Problem> {
    if let Some(page) = Page::read(source, *at)? {
        return Ok(Some(page));
    }
    match memmem::find(source.up_to(*at, JUNK)?, b"OggS\0") {
        Some(skip) => {
            *at += skip as u64;
            Page::read(source, *at)
        }
        None => Ok(None),
    }
}
