//! What a file holds, by its first bytes and whatever its name says.

use std::io::{Read, Seek};

use crate::asf::HEADER;
use crate::identity::{after_tags, looks_like_mp3};
use crate::problem::Problem;
use crate::source::Source;

const HEAD: usize = 4096;

/// The formats that are walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Mp3,
    Flac,
    Ogg,
    Opus,
    M4a,
    Wav,
    Aiff,
    Wma,
    Jpeg,
    Png,
    Webp,
    Gif,
    Heif,
    Avif,
    Tiff,
    Pdf,
    Zip,
    Text,
}

impl Format {
    /// As it is called in facts.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// With its article, for a sentence.
    pub fn says(self) -> &'static str {
        self.row().2
    }

    /// Suffixes under which it is expected.
    pub fn suffixes(self) -> &'static [&'static str] {
        self.row().3
    }

    fn row(self) -> &'static (Self, &'static str, &'static str, &'static [&'static str]) {
        &FORMATS[self as usize]
    }
}

type Row = (Format, &'static str, &'static str, &'static [&'static str]);
/// In the order of the enumeration.
const FORMATS: [Row; 18] = [
    (Format::Mp3, "mp3", "an MP3 track", &["mp3"]),
    (Format::Flac, "flac", "a FLAC track", &["flac"]),
    (Format::Ogg, "ogg", "an Ogg track", &["ogg"]),
    (Format::Opus, "opus", "an Opus track", &["opus", "ogg"]),
    (Format::M4a, "m4a", "an MP4 file", &["m4a"]),
    (Format::Wav, "wav", "a WAV track", &["wav"]),
    (Format::Aiff, "aiff", "an AIFF track", &["aif", "aiff"]),
    (Format::Wma, "wma", "a Windows Media file", &["wma"]),
    (Format::Jpeg, "jpeg", "a JPEG image", &["jpg", "jpeg"]),
    (Format::Png, "png", "a PNG image", &["png"]),
    (Format::Webp, "webp", "a WebP image", &["webp"]),
    (Format::Gif, "gif", "a GIF image", &["gif"]),
    (Format::Heif, "heif", "a HEIF image", &["heic", "heif", "hif"]),
    (Format::Avif, "avif", "an AVIF image", &["avif"]),
    (Format::Tiff, "tiff", "a TIFF image", &["tif", "tiff"]),
    (Format::Pdf, "pdf", "a PDF document", &["pdf"]),
    (Format::Zip, "zip", "a ZIP archive", &["epub"]),
    (Format::Text, "text", "text", &["txt", "md", "html", "htm", "xhtml"]),
];

/// Beginnings of what is not walked, with its article.
const STRANGERS: [(&[u8], &str); 11] = [
    (b"Rar!\x1A\x07", "a RAR archive"),
    (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"\x1A\x45\xDF\xA3", "a Matroska or WebM video"),
    (b"BM", "a BMP image"),
    (b"MAC ", "a Monkey's Audio track"),
    (b"wvpk", "a WavPack track"),
    (b"MThd", "a MIDI tune"),
    (b"\x7FELF", "a program"),
    (b"MZ", "a program"),
    (b"\xFF\x0A", "a JPEG XL image"),
];

/// What was found: one of our formats, or the name of something else.
pub type Holding = Result<Format, &'static str>;

/// Look at the beginning of a file that is not empty.
pub fn sniff<R: Read + Seek>(source: &mut Source<R>) -> Result<Holding, Problem> {
    let head = source.up_to(0, HEAD)?;
    if let Some(format) = marked(head) {
        return Ok(format);
    }
    if head.iter().all(|byte| *byte == 0) {
        return Ok(Err("nothing but zeros"));
    }
    if is_text(head) {
        return Ok(Ok(Format::Text));
    }
    let start = after_tags(source)?;
    if source.up_to(start, 4)? == b"fLaC" {
        return Ok(Ok(Format::Flac));
    }
    if looks_like_mp3(source, start)? {
        return Ok(Ok(Format::Mp3));
    }
    if start > 0 && start == source.size() {
        return Err(Problem::Ends);
    }
    Ok(stranger(source.up_to(0, HEAD)?))
}

/// The lower-case suffix of a path without its dot, empty when it has none.
pub fn suffix(path: &[u8]) -> String {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > 0);
    dot.map(|dot| String::from_utf8_lossy(&name[dot + 1..]).to_ascii_lowercase()).unwrap_or_default()
}

/// Refuse a file whose suffix is one of ours and not of what it holds.
pub fn agree(suffix: &str, holding: Holding) -> Result<(), Problem> {
    let ours = FORMATS.iter().any(|row| row.3.contains(&suffix));
    let holds = match holding {
        Ok(format) if format.suffixes().contains(&suffix) => return Ok(()),
        Ok(format) => format.says(),
        Err(stranger) => stranger,
    };
    if ours { Err(Problem::Misnamed { suffix: suffix.to_owned(), holds }) } else { Ok(()) }
}

fn marked(head: &[u8]) -> Option<Holding> {
    let format = match head {
        [b'f', b'L', b'a', b'C', ..] => Format::Flac,
        [b'O', b'g', b'g', b'S', ..] if memchr::memmem::find(head, b"OpusHead").is_some() => Format::Opus,
        [b'O', b'g', b'g', b'S', ..] => Format::Ogg,
        [0xFF, 0xD8, 0xFF, ..] => Format::Jpeg,
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Format::Png,
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => Format::Tiff,
        [b'%', b'P', b'D', b'F', b'-', ..] => Format::Pdf,
        [b'P', b'K', 3, 4, ..] => Format::Zip,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Format::Gif,
        [
            b'R' | b'B',
            b'I' | b'F' | b'W',
            b'F' | b'6',
            b'F' | b'4',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ] => Format::Wav,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Format::Webp,
        [b'F', b'O', b'R', b'M', _, _, _, _, b'A', b'I', b'F', b'F' | b'C', ..] => Format::Aiff,
        head if head.starts_with(&HEADER) => Format::Wma,
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => of_brand(brand),
        _ => return None,
    };
    Some(Ok(format))
}

fn of_brand(brand: &[u8]) -> Format {
    match brand.get(..4) {
        Some(b"avif" | b"avis") => Format::Avif,
        Some(b"mif1" | b"msf1") if names(brand, *b"avif") => Format::Avif,
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => Format::Heif,
        _ => Format::M4a,
    }
}

/// Whether a file that is a picture of any coding names one among the codings it goes with.
fn names(brand: &[u8], coding: [u8; 4]) -> bool {
    brand
        .get(8..64)
        .unwrap_or(brand)
        .chunks_exact(4)
        .take_while(|one| one.is_ascii())
        .any(|one| one == coding)
}

/// Text has no control characters but its own; UTF-16 only with its mark.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return !head.chunks_exact(2).any(|pair| pair == [0, 0]);
    }
    let own = |byte: &u8| *byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A | 0x1B);
    head.iter().all(own) && !head.starts_with(b"%PDF-")
}

fn stranger(head: &[u8]) -> Holding {
    let known = STRANGERS.iter().find(|(mark, _)| head.starts_with(mark));
    Err(known.map_or("something else", |(_, says)| says))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_stand_in_their_table_in_their_own_order() {
        for (place, row) in FORMATS.iter().enumerate() {
            assert_eq!(row.0 as usize, place);
            assert_eq!(row.0.name(), row.1);
        }
    }

    #[test]
    fn the_suffix_of_a_path_is_that_of_its_name() {
        for (path, want) in
            [("/a.b/c.MP3", "mp3"), ("a.tar.gz", "gz"), ("/a.b/c", ""), (".mp3", ""), ("a.", "")]
        {
            assert_eq!(suffix(path.as_bytes()), want);
        }
    }

    #[test]
    fn a_suffix_that_is_not_ours_may_hold_anything() {
        assert!(agree("bin", Ok(Format::Png)).is_ok());
        assert!(agree("png", Ok(Format::Png)).is_ok());
        assert!(agree("png", Err("a program")).is_err());
    }

    #[test]
    fn text_may_be_of_any_spelling() {
        for text in [b"caf\xE9\r\n".as_slice(), "\u{FEFF}日本".as_bytes(), b"\xFF\xFEa\0\n\0", b"FORM 27B"]
        {
            assert!(is_text(text));
        }
        for other in [b"a\0b".as_slice(), b"\x01\x02", b"%PDF-1.7 "] {
            assert!(!is_text(other));
        }
    }
}
