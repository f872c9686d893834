//! What the tags of a track say, read with lofty over the same open file.

use std::io::{Read, Seek};

use lofty::config::{GlobalOptions, ParseOptions, apply_global_options};
use lofty::file::{FileType, TaggedFile, TaggedFileExt};
use lofty::picture::{Picture, PictureType};
use lofty::probe::Probe;
use lofty::tag::{Accessor, ItemKey, Tag};

use crate::sniff::Format;
use crate::source::Source;
use crate::wma_tags;

/// Characters of one field that are kept.
const LONGEST: usize = 1000;
const MOST_GENRES: usize = 32;
/// What else of a tag a person would search a track by.
const SAID: [ItemKey; 8] = [
    ItemKey::AlbumArtist,
    ItemKey::Composer,
    ItemKey::Conductor,
    ItemKey::Lyricist,
    ItemKey::Performer,
    ItemKey::Label,
    ItemKey::Mood,
    ItemKey::Comment,
];
/// Bytes of one tag frame that are read; a bigger one hides all tags of its file.
const BIGGEST_COVER: usize = 32 << 20;

/// Tags of a track; empty or none where they do not say.
#[derive(Default)]
pub struct Tags {
    pub title: String,
    pub artist: String,
    pub album: String,
    pub genres: Vec<String>,
    pub year: Option<u16>,
    pub track: Option<u32>,
    /// The texts of `SAID` that are there.
    pub said: Vec<String>,
    /// The front cover, else the first picture; only a JPEG, PNG, WebP or GIF.
    pub cover: Option<Vec<u8>>,
}

/// Read the tags; tags that lofty cannot read are as good as none.
pub fn read<R: Read + Seek>(source: &mut Source<R>, format: Format) -> Tags {
    if format == Format::Wma {
        return wma_tags::read(source);
    }
    let Some(file) = open(source, format) else { return Tags::default() };
    let mut tags: Vec<&Tag> = file.tags().iter().collect();
    tags.sort_by_key(|tag| tag.tag_type() != file.primary_tag_type());
    let text = |key: ItemKey| {
        tags.iter().find_map(|tag| tag.get_string(key).map(clean).filter(|text| !text.is_empty()))
    };
    let artist = text(ItemKey::TrackArtist).or_else(|| text(ItemKey::AlbumArtist));
    Tags {
        title: text(ItemKey::TrackTitle).unwrap_or_default(),
        artist: artist.unwrap_or_default(),
        album: text(ItemKey::AlbumTitle).unwrap_or_default(),
        genres: genres(&tags),
        year: tags.iter().find_map(|tag| year(tag)),
        track: tags.iter().find_map(|tag| track(tag)),
        said: SAID.into_iter().filter_map(text).collect(),
        cover: cover(&tags),
    }
}

/// The tags of a file as lofty reads them; none where it cannot.
pub fn open<R: Read + Seek>(source: &mut Source<R>, format: Format) -> Option<TaggedFile> {
    let kind = file_type(source, format)?;
    source.rewind().ok()?;
    apply_global_options(GlobalOptions::new().allocation_limit(BIGGEST_COVER)); // it holds for this thread
    Probe::with_file_type(source, kind).options(ParseOptions::new().read_properties(false)).read().ok()
}

/// What lofty calls it; none when it has no reader for it.
fn file_type<R: Read + Seek>(source: &mut Source<R>, format: Format) -> Option<FileType> {
    Some(match format {
        Format::Mp3 => FileType::Mpeg,
        Format::Flac => FileType::Flac,
        Format::Opus => FileType::Opus,
        Format::M4a => FileType::Mp4,
        Format::Wav => FileType::Wav,
        Format::Aiff => FileType::Aiff,
        Format::Ogg => match source.up_to(28, 8).ok()? {
            packet if packet.starts_with(b"\x01vorbis") => FileType::Vorbis,
            b"Speex   " => FileType::Speex,
            _ => return None,
        },
        _ => return None,
    })
}

/// One line without control characters, bounded.
pub fn clean(text: &str) -> String {
    let printable = text.split('\0').next().unwrap_or_default().trim().chars();
    printable.map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect()
}

fn genres(tags: &[&Tag]) -> Vec<String> {
    let Some(tag) = tags.iter().find(|tag| tag.get(ItemKey::Genre).is_some()) else { return Vec::new() };
    let told = tag.get_strings(ItemKey::Genre).flat_map(|told| told.split(['\0', ';'])).map(clean);
    let mut genres: Vec<String> = Vec::new();
    for genre in told.filter(|genre| !genre.is_empty()).take(MOST_GENRES) {
        if !genres.contains(&genre) {
            genres.push(genre);
        }
    }
    genres
}

/// The year the track was released, else recorded.
fn year(tag: &Tag) -> Option<u16> {
    let of =
        |key: ItemKey| tag.get_string(key)?.trim().get(..4)?.parse::<u16>().ok().filter(|year| *year > 0);
    tag.date().map(|date| date.year).filter(|year| *year > 0).or_else(|| of(ItemKey::Year))
}

/// The number of the track, also where it is told as "3/12".
fn track(tag: &Tag) -> Option<u32> {
    let told = || tag.get_string(ItemKey::TrackNumber)?.split('/').next()?.trim().parse().ok();
    tag.track().or_else(told).filter(|number| *number > 0)
}

fn cover(tags: &[&Tag]) -> Option<Vec<u8>> {
    let mut pictures: Vec<&Picture> = tags.iter().flat_map(|tag| tag.pictures()).collect();
    pictures.sort_by_key(|picture| picture.pic_type() != PictureType::CoverFront);
    pictures.iter().map(|picture| picture.data()).find(|data| is_picture(data)).map(<[u8]>::to_vec)
}

/// Whether these bytes are a picture that a browser shows.
pub fn is_picture(data: &[u8]) -> bool {
    data.starts_with(b"\xFF\xD8\xFF")
        || data.starts_with(b"\x89PNG")
        || data.starts_with(b"GIF8")
        || (data.starts_with(b"RIFF") && data.get(8..12) == Some(b"WEBP"))
}
