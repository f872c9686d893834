//! PNG: header, palette, transparency, frames of animation and image data, however the data is cut.

use std::io::{Read, Seek};

use super::{Content, Essence, LONGEST_EXIF};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::source::Source;

/// Chunks that are picture and are marked with their name; IDAT runs on without marks.
const MARKED: [&[u8; 4]; 6] = [b"IHDR", b"PLTE", b"tRNS", b"acTL", b"fcTL", b"fdAT"];

/// Walk the chunks. `Ends` without IEND, `Damaged` when IHDR is not the first.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Content, Problem> {
    let mut essence = Essence::new("png");
    let mut exif = Vec::new();
    let mut header = Fields(source.at(8, 16)?);
    let (_, name) = (header.be32()?, header.array::<4>()?);
    let size = (header.be32()?, header.be32()?);
    if &name != b"IHDR" {
        return Err(Problem::Damaged);
    }
    let mut at = 8;
    loop {
        let mut fields = Fields(source.at(at, 8)?);
        let (length, name) = (u64::from(fields.be32()?), fields.array::<4>()?);
        let body = at + 8..at + 8 + length;
        at = body.end + 4;
        match &name {
            b"IEND" => break,
            b"IDAT" => source.feed(body, &mut essence)?,
            b"eXIf" if length <= LONGEST_EXIF => exif = source.part(body)?,
            marked if MARKED.contains(&marked) => {
                essence.add(marked);
                source.feed(body, &mut essence)?;
            }
            _ => {}
        }
    }
    Ok(Content::picture(essence, size, exif))
}
