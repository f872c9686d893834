//! ASF, the container of Windows Media: objects named by 16 bytes, and the texts in its header.

use std::io::{Read, Seek};
use std::ops::Range;

use crate::fields::Fields;
use crate::problem::Problem;
use crate::source::Source;

/// What names an object.
pub type Guid = [u8; 16];

/// The header, and with it the file.
pub const HEADER: Guid = *b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C";
/// The packets.
pub const DATA: Guid = *b"\x36\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C";
/// Length and preroll.
pub const FILE: Guid = *b"\xA1\xDC\xAB\x8C\x47\xA9\xCF\x11\x8E\xE4\x00\xC0\x0C\x20\x53\x65";
/// A stream and how it is coded.
pub const STREAM: Guid = *b"\x91\x07\xDC\xB7\xB7\xA9\xCF\x11\x8E\xE6\x00\xC0\x0C\x20\x53\x65";
/// The type of a stream of sound.
pub const SOUND: Guid = *b"\x40\x9E\x69\xF8\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B";
const DESCRIPTION: Guid = *b"\x33\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C";
const FURTHER: Guid = *b"\x40\xA4\xD0\xD2\x07\xE3\xD2\x11\x97\xF0\x00\xA0\xC9\x5E\xA8\x50";
const EXTENSION: Guid = *b"\xB5\x03\xBF\x5F\x2E\xA9\xCF\x11\x8E\xE3\x00\xC0\x0C\x20\x53\x65";
const LIBRARY: Guid = *b"\x94\x1C\x23\x44\x98\x94\xD1\x49\xA1\x41\x1D\x13\x4E\x45\x70\x54";

/// Bytes before the objects within a header: its own head, their count, two reserved.
const BEFORE_INNER: u64 = 30;
/// More objects than any header has.
const MOST: usize = 4096;

/// One object: its name and where its payload is.
pub struct Object {
    /// What it is.
    pub name: Guid,
    /// Its bytes behind the head of 24.
    pub body: Range<u64>,
}

/// The objects that fill `range`, up to the packets. `Ends` when one is longer than the file.
pub fn objects<R: Read + Seek>(source: &mut Source<R>, range: Range<u64>) -> Result<Vec<Object>, Problem> {
    let mut found = Vec::new();
    let mut at = range.start;
    while at + 24 <= range.end && found.len() < MOST {
        let mut fields = Fields(source.at(at, 24)?);
        let (name, length) = (fields.array()?, fields.le64()?);
        let end = at.checked_add(length).filter(|_| length >= 24).ok_or(Problem::Damaged)?;
        if end > source.size() {
            return Err(Problem::Ends);
        }
        found.push(Object { name, body: at + 24..end });
        at = end;
        if name == DATA {
            break; // behind the packets come indexes, and what strangers append
        }
    }
    Ok(found)
}

/// The objects of the header. `Damaged` when the file does not begin with one.
pub fn header<R: Read + Seek>(source: &mut Source<R>) -> Result<Vec<Object>, Problem> {
    let whole = 0..source.size();
    let top = objects(source, whole)?;
    let head = top.first().filter(|one| one.name == HEADER).ok_or(Problem::Damaged)?;
    objects(source, BEFORE_INNER..head.body.end)
}

/// What a header says under a name: a text, or bytes such as a picture.
pub enum Said {
    /// A text, or a number written as one.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

/// Everything that the header says, by name, the five plain fields first: `Title`, `Author`, `Description`.
pub fn said<R: Read + Seek>(source: &mut Source<R>) -> Result<Vec<(String, Said)>, Problem> {
    let mut told = Vec::new();
    for object in header(source)? {
        match object.name {
            DESCRIPTION => plain(&source.part(object.body)?, &mut told)?,
            FURTHER => described(&source.part(object.body)?, false, &mut told)?,
            EXTENSION => {
                let inner = (object.body.start + 22).min(object.body.end)..object.body.end;
                for object in objects(source, inner)?.into_iter().filter(|one| one.name == LIBRARY) {
                    described(&source.part(object.body)?, true, &mut told)?;
                }
            }
            _ => {}
        }
    }
    Ok(told)
}

fn plain(body: &[u8], told: &mut Vec<(String, Said)>) -> Result<(), Problem> {
    let mut fields = Fields(body);
    let lengths = [fields.le16()?, fields.le16()?, fields.le16()?, fields.le16()?, fields.le16()?];
    for (name, length) in ["Title", "Author", "Copyright", "Description", "Rating"].into_iter().zip(lengths) {
        told.push((name.to_owned(), Said::Text(text(fields.take(length.into())?))));
    }
    Ok(())
}

/// The rows of an extended description, or of a metadata library, which says more of each.
fn described(body: &[u8], library: bool, told: &mut Vec<(String, Said)>) -> Result<(), Problem> {
    let mut fields = Fields(body);
    for _ in 0..fields.le16()? {
        let (name, kind, value);
        if library {
            let (_, _, letters) = (fields.le16()?, fields.le16()?, fields.le16()?);
            kind = fields.le16()?;
            let length = fields.le32()?;
            name = text(fields.take(letters.into())?);
            value = fields.take(length as usize)?;
        } else {
            let letters = fields.le16()?;
            name = text(fields.take(letters.into())?);
            kind = fields.le16()?;
            let length = fields.le16()?;
            value = fields.take(length.into())?;
        }
        told.push((name, valued(kind, value)));
    }
    Ok(())
}

fn valued(kind: u16, value: &[u8]) -> Said {
    match kind {
        0 => Said::Text(text(value)),
        2..=5 => {
            let number = value.iter().take(8).rev().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
            Said::Text(number.to_string())
        }
        _ => Said::Bytes(value.to_vec()),
    }
}

/// UTF-16 up to its end mark.
pub fn text(body: &[u8]) -> String {
    let units: Vec<u16> = body.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(units.split(|unit| *unit == 0).next().unwrap_or_default())
}

/// The picture in a `WM/Picture`: a kind, its length, two texts, its bytes.
pub fn picture(body: &[u8]) -> Option<&[u8]> {
    let mut fields = Fields(body.get(1..)?);
    let length = fields.le32().ok()? as usize;
    for _ in 0..2 {
        while fields.le16().ok()? != 0 {}
    }
    fields.take(length).ok()
}
