//! GIF: screen, palettes and frames with their delays and looping, without comments and other applications' notes.

use std::io::{Read, Seek};

use super::{Content, Essence};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::source::Source;

const SCREEN: u64 = 6;
const COMMENT: u8 = 0xFE;
const APPLICATION: u8 = 0xFF;
const LOOPING: [&[u8]; 2] = [b"\x0BNETSCAPE2.0", b"\x0BANIMEXTS1.0"];

/// Walk the blocks. `Ends` without a trailer, `Damaged` where no block begins.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Content, Problem> {
    let mut essence = Essence::new("gif");
    let mut screen = Fields(source.at(SCREEN, 7)?);
    let size = (screen.le16()?.into(), screen.le16()?.into());
    let [flags] = screen.array()?;
    let mut at = SCREEN + 7 + palette(flags);
    source.feed(SCREEN..at, &mut essence)?;
    loop {
        let coded = match *source.at(at, 1)? {
            [0x3B] => break,
            [0x2C] => at + 11 + palette(source.at(at + 9, 1)?[0]),
            [0x21] => at + 2,
            [0] => {
                at += 1;
                continue;
            }
            _ => return Err(Problem::Damaged),
        };
        if is_note(source, at)? {
            at = pieces(source, coded, None)?;
        } else {
            source.feed(at..coded, &mut essence)?;
            at = pieces(source, coded, Some(&mut essence))?;
        }
    }
    Ok(Content::picture(essence, size, Vec::new()))
}

/// Bytes of the palette that these flags announce.
fn palette(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// Whether the block at `at` is a comment or an application's that does not change what is seen.
fn is_note<R: Read + Seek>(source: &mut Source<R>, at: u64) -> Result<bool, Problem> {
    Ok(match source.up_to(at, 14)? {
        [0x21, COMMENT, ..] => true,
        [0x21, APPLICATION, name @ ..] => !LOOPING.contains(&name),
        _ => false,
    })
}

/// Walk the pieces that begin at `at`, adding them when asked to; where they end, behind the empty one.
fn pieces<R: Read + Seek>(
    source: &mut Source<R>,
    mut at: u64,
    mut essence: Option<&mut Essence>,
) -> Result<u64, Problem> {
    loop {
        let length = source.at(at, 1)?[0];
        let piece = source.at(at, 1 + usize::from(length))?;
        if let Some(essence) = &mut essence {
            essence.add(piece);
        }
        at += piece.len() as u64;
        if length == 0 {
            return Ok(at);
        }
    }
}
