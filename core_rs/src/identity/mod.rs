//! What a file is when its metadata is gone: the same id whatever its tags, name or container layout.
//!
//! One file a container. Each walks its bytes once, gives the marrow to an `Essence` and notes on the way
//! what only the walk can tell: length, size in pixels, where the EXIF block is. A new rule needs a new
//! identity version and aliases, because ratings hang on these ids.

use std::io::{Read, Seek};

use crate::problem::Problem;
use crate::sniff::Format;
use crate::source::Source;

mod flac;
mod fragments;
mod gif;
mod jpeg;
mod mp3;
mod mp4;
mod ogg;
mod png;
mod riff;

pub use mp3::{after_tags as after_id3, looks_like as looks_like_mp3};

/// Bytes gathered before they are hashed: BLAKE3 is several times faster on long runs.
const STAGE: usize = 64 << 10;

/// The first 16 bytes of the BLAKE3 of some content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(pub [u8; 16]);

impl Id {
    /// The id of the bytes themselves.
    pub fn of(bytes: &[u8]) -> Self {
        Self::first(blake3::hash(bytes))
    }

    /// 32 lower-case hex digits.
    pub fn hex(self) -> String {
        blake3::Hash::from_bytes([self.0, [0; 16]].concat().try_into().unwrap_or_default()).to_hex()[..32]
            .to_owned()
    }

    fn first(hash: blake3::Hash) -> Self {
        let mut id = [0; 16];
        id.copy_from_slice(&hash.as_bytes()[..16]);
        Self(id)
    }
}

/// The content of one file on its way into an id. Its domain keeps formats from ever sharing one.
pub struct Essence {
    hasher: blake3::Hasher,
    stage: Vec<u8>,
    length: u64,
}

impl Essence {
    /// Nothing yet, of the format named `domain`.
    pub fn new(domain: &str) -> Self {
        let hasher = blake3::Hasher::new_derive_key(&format!("anagnorisis identity 1 {domain}"));
        Self { hasher, stage: Vec::new(), length: 0 }
    }

    /// More of the content; how it is cut into calls does not matter.
    pub fn add(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        if self.stage.len() + bytes.len() > STAGE {
            self.hasher.update(&self.stage);
            self.stage.clear();
        }
        if bytes.len() > STAGE {
            self.hasher.update(bytes);
        } else {
            self.stage.extend_from_slice(bytes);
        }
    }

    /// Bytes added so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The id of all that was added.
    pub fn finish(mut self) -> Id {
        self.hasher.update(&self.stage);
        Id::first(self.hasher.finalize())
    }
}

/// What one walk over a file tells.
pub struct Content {
    /// The id.
    pub id: Id,
    /// Length of a track, 0 for anything else.
    pub seconds: f64,
    /// Columns of pixels as stored, 0 for a track or a text.
    pub width: u32,
    /// Rows of pixels as stored.
    pub height: u32,
    /// The EXIF block: a TIFF structure, empty when there is none.
    pub exif: Vec<u8>,
}

impl Content {
    fn track(essence: Essence, seconds: f64) -> Self {
        Self { id: essence.finish(), seconds, width: 0, height: 0, exif: Vec::new() }
    }

    fn picture(essence: Essence, size: (u32, u32), exif: Vec<u8>) -> Self {
        Self { id: essence.finish(), seconds: 0.0, width: size.0, height: size.1, exif }
    }
}

/// Walk a file of that format; the whole file counts when the format is not one of ours.
///
/// `Ends` when it announces more than it holds, `Damaged` when its parts contradict each other, `Silent`
/// when no track is in it. Reads each byte once, holds a window of it; hashes no byte twice.
pub fn read<R: Read + Seek>(source: &mut Source<R>, format: Option<Format>) -> Result<Content, Problem> {
    match format {
        Some(Format::Mp3) => mp3::read(source),
        Some(Format::Flac) => flac::read(source),
        Some(Format::Ogg | Format::Opus) => ogg::read(source),
        Some(Format::M4a) => mp4::read(source),
        Some(Format::Wav) => riff::read_wav(source),
        Some(Format::Jpeg) => jpeg::read(source),
        Some(Format::Png) => png::read(source),
        Some(Format::Webp) => riff::read_webp(source),
        Some(Format::Gif) => gif::read(source),
        Some(Format::Text) | None => {
            let mut essence = Essence::new("whole");
            source.feed(0..source.size(), &mut essence)?;
            Ok(Content::track(essence, 0.0))
        }
    }
}

/// `count` units at `rate` a second, 0 where that makes no sense.
fn seconds(count: u64, rate: u32) -> f64 {
    if rate == 0 { 0.0 } else { count as f64 / f64::from(rate) }
}
