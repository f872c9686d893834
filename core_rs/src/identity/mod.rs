//! What a file is when its metadata is gone: the same id whatever its tags, name or container layout.
//!
//! One file a container. Each walks its bytes once, gives the marrow to an `Essence` and notes on the way
//! what only the walk can tell: length, size in pixels, where the EXIF block is. A new rule needs a new
//! identity version and aliases, because ratings hang on these ids.

use std::io::{Read, Seek};

use crate::problem::Problem;
use crate::sniff::Format;
use crate::source::Source;

mod aiff;
mod around;
mod asf;
mod flac;
mod fragments;
mod gif;
mod heif;
mod jpeg;
mod mp3;
mod mp4;
mod ogg;
mod png;
mod riff;
mod tiff;

pub use around::after_tags;
pub use mp3::looks_like as looks_like_mp3;
pub use mp4::coding as mp4_coding;

/// Bytes gathered before they are hashed: BLAKE3 is several times faster on long runs.
const STAGE: usize = 64 << 10;
/// Bytes of the longest EXIF block that is read.
const LONGEST_EXIF: u64 = 1 << 20;

/// The BLAKE3 of some content, of which the first 16 bytes are told.
#[derive(Debug, PartialEq, Eq)]
pub struct Id(blake3::Hash);

impl Id {
    /// The id of the bytes themselves.
    pub fn of(bytes: &[u8]) -> Self {
        Self(blake3::hash(bytes))
    }

    /// 32 lower-case hex digits.
    pub fn hex(&self) -> String {
        self.0.to_hex()[..32].to_owned()
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
        Id(self.hasher.finalize())
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
        Some(Format::Aiff) => aiff::read(source),
        Some(Format::Wma) => asf::read(source),
        Some(Format::Jpeg) => jpeg::read(source),
        Some(Format::Png) => png::read(source),
        Some(Format::Webp) => riff::read_webp(source),
        Some(Format::Gif) => gif::read(source),
        Some(Format::Heif) => heif::read(source, "heif"),
        Some(Format::Avif) => heif::read(source, "avif"),
        Some(Format::Tiff) => tiff::read(source),
        Some(Format::Text | Format::Pdf | Format::Zip) | None => {
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const FORMATS: [Format; 16] = [
        Format::Mp3,
        Format::Flac,
        Format::Ogg,
        Format::Opus,
        Format::M4a,
        Format::Wav,
        Format::Aiff,
        Format::Wma,
        Format::Jpeg,
        Format::Png,
        Format::Webp,
        Format::Gif,
        Format::Heif,
        Format::Avif,
        Format::Tiff,
        Format::Text,
    ];
    /// Words that the walks look for, to be strewn among bytes that mean nothing.
    const WORDS: [&[u8]; 44] = [
        b"ID3\x03\0\0\0\0\0\x20",
        b"APETAGEX",
        b"TAG",
        b"LYRICS200",
        b"\xFF\xFB\x90\x64",
        b"Xing\0\0\0\x01",
        b"fLaC\x80\0\0\x22",
        b"\xFF\xF8\xC9\x18",
        b"OggS\0\x02",
        b"OggS\0\x01",
        b"\x01vorbis",
        b"OpusHead",
        b"\x7FFLAC",
        b"RIFF",
        b"WAVEfmt \x10\0\0\0",
        b"data",
        b"ds64",
        b"\xFF\xFF\xFF\xFF",
        b"\0\0\0\0",
        b"WEBPVP8X",
        b"VP8L\x05\0\0\0\x2F",
        b"ANMF",
        b"\xFF\xD8\xFF\xE1\0\x10",
        b"\xFF\xC0\0\x0B",
        b"\xFF\xDA\0\x08",
        b"\xFF\xD9",
        b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR",
        b"IDAT",
        b"IEND",
        b"GIF89a",
        b"\x21\xFF\x0BNETSCAPE2.0",
        b"\x2C",
        b"\0\0\0\x20ftyp",
        b"\0\0\0\x01moov",
        b"\0\0\0\x40trak",
        b"\0\0\0\x30mdia",
        b"\0\0\0\x20stsz",
        b"\0\0\0\x20stsc",
        b"\0\0\0\x20stco",
        b"\0\0\0\x20trun",
        b"FORM\0\0\x01\0AIFFCOMM\0\0\0\x12",
        b"SSND\0\0\0\x10",
        b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C\x40\0\0\0\0\0\0\0",
        b"\x91\x07\xDC\xB7\xB7\xA9\xCF\x11\x8E\xE6\x00\xC0\x0C\x20\x53\x65\x60\0\0\0\0\0\0\0",
    ];

    fn source(bytes: Vec<u8>) -> Source<Cursor<Vec<u8>>> {
        let size = bytes.len() as u64;
        Source::new(Cursor::new(bytes), size)
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            (0..WORDS.len()).prop_map(|word| WORDS[word].to_vec()),
            vec(any::<u8>(), 0..40),
            (any::<u8>(), 0..300_usize).prop_map(|(byte, count)| vec![byte; count]),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn no_bytes_make_a_walk_panic(pieces in vec(piece(), 0..40)) {
            let bytes = pieces.concat();
            for format in FORMATS {
                let read = read(&mut source(bytes.clone()), Some(format));
                prop_assert!(read.is_err() || read.is_ok_and(|content| content.seconds.is_finite()));
            }
            let _ = crate::sniff::sniff(&mut source(bytes.clone()));
            let _ = crate::exif::read(bytes);
        }

        #[test]
        fn how_content_is_cut_into_calls_does_not_matter(lengths in vec(0..2 * STAGE, 0..6)) {
            let content: Vec<u8> = (0..lengths.iter().sum()).map(|i: usize| (i % 251) as u8).collect();
            let (mut cut, mut whole, mut rest) = (Essence::new("test"), Essence::new("test"), &content[..]);
            for length in lengths {
                cut.add(&rest[..length]);
                rest = &rest[length..];
            }
            whole.add(&content);
            prop_assert_eq!(cut.length(), whole.length());
            prop_assert_eq!(cut.finish(), whole.finish());
        }
    }

    #[test]
    fn an_id_is_told_in_hex() {
        assert_eq!(Id::of(b"abc").hex(), "6437b3ac38465133ffb63b75273a8db5");
    }
}
