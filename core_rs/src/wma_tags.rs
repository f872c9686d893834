//! What the header of a Windows Media track says, in the words of other tags.

use std::io::{Read, Seek};

use crate::asf::{self, Said};
use crate::source::Source;
use crate::tags::{Tags, clean, is_picture};

/// What else of it a person would search a track by.
const SAID: [&str; 6] =
    ["WM/AlbumArtist", "WM/Composer", "WM/Conductor", "WM/Writer", "WM/Mood", "Description"];

/// Read the tags; a header that makes no sense says nothing.
pub fn read<R: Read + Seek>(source: &mut Source<R>) -> Tags {
    let said = asf::said(source).unwrap_or_default();
    let texts = |wanted: &str| {
        let mine = said.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        let texts =
            mine.filter_map(|(_, said)| if let Said::Text(text) = said { Some(clean(text)) } else { None });
        texts.filter(|text| !text.is_empty()).collect::<Vec<_>>()
    };
    let text = |wanted: &str| texts(wanted).into_iter().next();
    let genres = texts("WM/Genre");
    Tags {
        title: text("Title").unwrap_or_default(),
        artist: text("Author").or_else(|| text("WM/AlbumArtist")).unwrap_or_default(),
        album: text("WM/AlbumTitle").unwrap_or_default(),
        genres: genres.iter().flat_map(|told| told.split(';')).map(|genre| genre.trim().to_owned()).collect(),
        year: text("WM/Year")
            .or_else(|| text("date"))
            .and_then(|year| year.get(..4)?.parse().ok())
            .filter(|year| *year > 0),
        track: text("WM/TrackNumber").and_then(|told| told.split('/').next()?.parse().ok()),
        said: SAID.into_iter().filter_map(text).collect(),
        cover: said.iter().find_map(|(name, said)| cover(name, said)),
    }
}

fn cover(name: &str, said: &Said) -> Option<Vec<u8>> {
    let Said::Bytes(bytes) = said else { return None };
    let picture = asf::picture(bytes).filter(|_| name == "WM/Picture")?;
    is_picture(picture).then(|| picture.to_vec())
}
