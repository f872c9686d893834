//! TIFF: the whole file counts, for what is picture in it and what is note lie among each other; its first page is measured.

use std::io::{Read, Seek};

use super::{Content, Essence};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::source::Source;

const MOST_ENTRIES: u16 = 4096;
/// Bytes of a file whose notes are looked at.
const SMALL: u64 = 16 << 20;
const WIDTH: u16 = 256;
const LENGTH: u16 = 257;

/// Hash the file. `Ends` when its first directory is past the end.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Content, Problem> {
    let size = size(source)?;
    let mut essence = Essence::new("whole");
    source.feed(0..source.size(), &mut essence)?;
    let exif = if source.size() <= SMALL { source.part(0..source.size())? } else { Vec::new() };
    Ok(Content::picture(essence, size, exif))
}

/// Columns and rows of the first page, 0 where it does not say.
fn size<R: Read + Seek>(source: &mut Source<R>) -> Result<(u32, u32), Problem> {
    let little = source.at(0, 2)? == b"II";
    let be = |bytes: [u8; 4]| if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
    let be16 = |bytes: [u8; 2]| if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) };
    let start = u64::from(be(Fields(source.at(4, 4)?).array()?));
    let count = be16(Fields(source.at(start, 2)?).array()?).min(MOST_ENTRIES);
    let mut fields = Fields(source.at(start + 2, usize::from(count) * 12)?);
    let mut size = (0, 0);
    for _ in 0..count {
        let (tag, kind) = (be16(fields.array()?), be16(fields.array()?));
        fields.be32()?;
        let value: [u8; 4] = fields.array()?;
        let told = if kind == 3 { u32::from(be16([value[0], value[1]])) } else { be(value) };
        match tag {
            WIDTH => size.0 = told,
            LENGTH => size.1 = told,
            _ => {}
        }
    }
    Ok(size)
}
