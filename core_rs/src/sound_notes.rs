//! What a player needs to know of a track beside what it is called: its coding, its gains, its words.

use std::io::{Read, Seek};
use std::path::Path;

use lofty::config::ParseOptions;
use lofty::file::{AudioFile, TaggedFileExt};
use lofty::ogg::OpusFile;
use lofty::tag::ItemKey;

use crate::asf::{self, Said};
use crate::facts;
use crate::identity;
use crate::sniff::{self, Format};
use crate::source::Source;
use crate::tags;

/// Characters of a song's words that are kept.
const LONGEST: usize = 100_000;
/// Decibels between the loudness that R128 aims at and that of `ReplayGain`.
const R128_BELOW: f64 = 5.0;
/// In the order of `Notes::gains`.
const KEYS: [(ItemKey, &str); 4] = [
    (ItemKey::ReplayGainTrackGain, "REPLAYGAIN_TRACK_GAIN"),
    (ItemKey::ReplayGainTrackPeak, "REPLAYGAIN_TRACK_PEAK"),
    (ItemKey::ReplayGainAlbumGain, "REPLAYGAIN_ALBUM_GAIN"),
    (ItemKey::ReplayGainAlbumPeak, "REPLAYGAIN_ALBUM_PEAK"),
];

/// What one short look tells; empty or none where the file does not say.
#[derive(Default, Debug, PartialEq)]
pub struct Notes {
    /// The format, and for an MP4 or Ogg file what is in it: `mp3`, `aac`, `alac`, `vorbis`.
    pub coding: String,
    /// Gain of the track in dB towards -18 LUFS, its peak (1 is full scale), then both of its album.
    pub gains: [Option<f64>; 4],
    /// The words, with marks of time where they have some.
    pub lyrics: String,
}

/// Look at one file. Nothing of it is hashed or decoded.
pub fn read(path: &Path) -> Notes {
    let guarded = std::panic::catch_unwind(|| {
        let mut source = facts::open(path).ok()?;
        let format = sniff::sniff(&mut source).ok()?.ok()?;
        Some(look(&mut source, format))
    });
    guarded.ok().flatten().unwrap_or_default()
}

fn look<R: Read + Seek>(source: &mut Source<R>, format: Format) -> Notes {
    let coding = coding(source, format);
    let (mut gains, lyrics) = if format == Format::Wma { windows(source) } else { tagged(source, format) };
    if format == Format::Opus && gains == [None; 4] {
        gains = r128(source).unwrap_or_default();
    }
    Notes {
        coding,
        gains,
        lyrics: lyrics.chars().filter(|c| *c != '\0' && *c != '\r').take(LONGEST).collect(),
    }
}

fn coding<R: Read + Seek>(source: &mut Source<R>, format: Format) -> String {
    let told = match format {
        Format::M4a => match identity::mp4_coding(source).as_ref() {
            Some(b"mp4a") => "aac",
            Some(b"alac") => "alac",
            Some(b"Opus") => "opus",
            Some(b"fLaC") => "flac",
            _ => "other",
        },
        Format::Ogg => match source.up_to(28, 8) {
            Ok(packet) if packet.starts_with(b"\x01vorbis") => "vorbis",
            Ok(packet) if packet.starts_with(b"\x7FFLAC") => "flac",
            _ => "other",
        },
        plain => plain.name(),
    };
    told.to_owned()
}

fn tagged<R: Read + Seek>(source: &mut Source<R>, format: Format) -> ([Option<f64>; 4], String) {
    let Some(file) = tags::open(source, format) else { return Default::default() };
    let text = |key: ItemKey| file.tags().iter().find_map(|tag| tag.get_string(key));
    let lyrics = text(ItemKey::Lyrics).or_else(|| text(ItemKey::UnsyncLyrics)).unwrap_or_default();
    (KEYS.map(|(key, _)| text(key).and_then(number)), lyrics.to_owned())
}

fn windows<R: Read + Seek>(source: &mut Source<R>) -> ([Option<f64>; 4], String) {
    let said = asf::said(source).unwrap_or_default();
    let text = |wanted: &str| {
        let mine = said.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        mine.and_then(|(_, said)| if let Said::Text(text) = said { Some(text.as_str()) } else { None })
    };
    (KEYS.map(|(_, key)| text(key).and_then(number)), text("WM/Lyrics").unwrap_or_default().to_owned())
}

/// The gains that RFC 7845 has for Opus: 256ths of a decibel towards -23 LUFS.
fn r128<R: Read + Seek>(source: &mut Source<R>) -> Option<[Option<f64>; 4]> {
    source.rewind().ok()?;
    let file =
        OpusFile::read_from(source, ParseOptions::new().read_properties(false).read_cover_art(false)).ok()?;
    let gain = |key: &str| {
        let told = file.vorbis_comments().get(key)?.trim().parse::<i16>().ok()?;
        Some(f64::from(told) / 256.0 + R128_BELOW)
    };
    Some([gain("R128_TRACK_GAIN"), None, gain("R128_ALBUM_GAIN"), None])
}

/// The number in front of a text such as "-7.03 dB".
fn number(told: &str) -> Option<f64> {
    let plain = told.trim().trim_start_matches('+');
    let digits = plain.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-').unwrap_or(plain.len());
    plain[..digits].parse::<f64>().ok().filter(|number| number.abs() < 100.0)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_gain_is_the_number_in_front() {
        let told = ["-7.03 dB", "+3.5dB", " 0.988 ", "dB", "1e9", "-900 dB"].map(number);
        assert_eq!(told, [Some(-7.03), Some(3.5), Some(0.988), None, Some(1.0), None]);
    }
}
