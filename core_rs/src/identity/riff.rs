//! RIFF: the samples of a WAV track with how they are to be played, the image chunks of a WebP picture.

use std::io::{Read, Seek};
use std::ops::Range;

use super::{Content, Essence, LONGEST_EXIF};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::source::Source;

const UNKNOWN: u32 = u32::MAX;
const EXTENSIBLE: u16 = 0xFFFE;
/// Chunks of a WebP that are picture; the others are colour profile, EXIF, XMP and the list of what there is.
const IMAGE: [&[u8; 4]; 5] = [b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"];

/// One chunk: its name and where its payload is, which may be past the end of the file.
struct Chunk {
    name: [u8; 4],
    body: Range<u64>,
    /// What the chunk itself says of its length.
    told: u32,
}

/// The chunk at `at`; none where fewer than eight bytes are left.
fn chunk<R: Read + Seek>(source: &mut Source<R>, at: u64) -> Result<Option<Chunk>, Problem> {
    let mut fields = Fields(source.up_to(at, 8)?);
    if fields.0.len() < 8 {
        return Ok(None);
    }
    let (name, told) = (fields.array()?, fields.le32()?);
    Ok(Some(Chunk { name, body: at + 8..at + 8 + u64::from(told), told }))
}

fn after(body: &Range<u64>) -> u64 {
    body.end + (body.end - body.start) % 2
}

/// How samples are to be played, the same for both spellings of the format chunk.
struct Sound {
    essence: [u8; 10],
    bytes_a_second: u32,
}

impl Sound {
    fn parse(body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Fields(body);
        let (tag, channels, rate) = (fields.le16()?, fields.le16()?, fields.le32()?);
        let (bytes_a_second, _, bits) = (fields.le32()?, fields.le16()?, fields.le16()?);
        let coding = if tag == EXTENSIBLE { Fields(body.get(24..).unwrap_or_default()).le16()? } else { tag };
        let mut essence = [0; 10];
        essence[..2].copy_from_slice(&coding.to_le_bytes());
        essence[2..4].copy_from_slice(&channels.to_le_bytes());
        essence[4..8].copy_from_slice(&rate.to_le_bytes());
        essence[8..].copy_from_slice(&bits.to_le_bytes());
        Ok(Self { essence, bytes_a_second })
    }
}

/// The samples of a WAV. `Ends` when the data chunk is longer than the file, `Silent` without one.
pub(super) fn read_wav<R: Read + Seek>(source: &mut Source<R>) -> Result<Content, Problem> {
    let mut essence = Essence::new("wav");
    let (mut sound, mut data, mut large) = (None, 0, None);
    let mut at = 12;
    while let Some(Chunk { name, mut body, told }) = chunk(source, at)? {
        match &name {
            b"ds64" => large = Some(Fields(source.at(body.start + 8, 8)?).le64()?),
            b"fmt " if sound.is_none() => {
                let told = Sound::parse(source.at(body.start, told.clamp(16, 40) as usize)?)?;
                essence.add(&told.essence);
                sound = Some(told);
            }
            b"data" => {
                if told == UNKNOWN {
                    let rest = source.size() - body.start;
                    body.end = body.start.checked_add(large.unwrap_or(rest)).ok_or(Problem::Ends)?;
                }
                if body.end > source.size() {
                    return Err(Problem::Ends);
                }
                data += body.end - body.start;
                source.feed(body.clone(), &mut essence)?;
            }
            _ => {}
        }
        at = after(&body);
    }
    match sound {
        Some(sound) if data > 0 => Ok(Content::track(essence, super::seconds(data, sound.bytes_a_second))),
        _ if at > source.size() + 1 => Err(Problem::Ends),
        _ => Err(Problem::Silent),
    }
}

/// The image chunks of a WebP. `Ends` when the file is shorter than its header says.
pub(super) fn read_webp<R: Read + Seek>(source: &mut Source<R>) -> Result<Content, Problem> {
    let end = 8 + u64::from(Fields(source.at(4, 4)?).le32()?);
    if end > source.size() {
        return Err(Problem::Ends);
    }
    let mut essence = Essence::new("webp");
    let (mut size, mut exif) = (None, Vec::new());
    let mut at = 12;
    while let Some(Chunk { name, body, .. }) = chunk(source, at)?.filter(|chunk| chunk.body.start <= end) {
        if body.end > end {
            return Err(Problem::Damaged);
        }
        if size.is_none() {
            size = dimensions(name, source.up_to(body.start, 10)?);
        }
        if IMAGE.contains(&&name) {
            essence.add(&name);
            source.feed(body.clone(), &mut essence)?;
        } else if &name == b"EXIF" && body.end - body.start <= LONGEST_EXIF {
            exif = source.part(body.clone())?;
        }
        at = after(&body);
    }
    if essence.length() == 0 {
        return Err(Problem::Damaged);
    }
    // Some writers put the mark of a JPEG segment in front of the TIFF structure.
    let bare = exif.strip_prefix(b"Exif\0\0").map(<[u8]>::to_vec);
    Ok(Content::picture(essence, size.ok_or(Problem::Damaged)?, bare.unwrap_or(exif)))
}

/// Columns and rows of pixels, from the first ten bytes of the first chunk that tells.
fn dimensions(name: [u8; 4], body: &[u8]) -> Option<(u32, u32)> {
    match (&name, body) {
        (b"VP8X", [_, _, _, _, a, b, c, d, e, f]) => {
            Some((u32::from_le_bytes([*a, *b, *c, 0]) + 1, u32::from_le_bytes([*d, *e, *f, 0]) + 1))
        }
        (b"VP8 ", [_, _, _, 0x9D, 0x01, 0x2A, a, b, c, d]) => {
            let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
            Some((side(*a, *b), side(*c, *d)))
        }
        (b"VP8L", [0x2F, a, b, c, d, ..]) => {
            let packed = u32::from_le_bytes([*a, *b, *c, *d]);
            Some(((packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1))
        }
        _ => None,
    }
}
