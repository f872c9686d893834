//! MP4 in fragments, as streams are saved: the samples that `moof` boxes list.

use std::io::{Read, Seek};

use super::Essence;
use super::mp4::{self, Atom, Track, inside};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::source::Source;

/// What a sample has when its run does not say.
#[derive(Clone, Copy, Default)]
pub(super) struct Defaults {
    duration: u32,
    size: u32,
}

impl Defaults {
    /// Track number and defaults of a `trex` box.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<(u32, Self), Problem> {
        let (_, id, _) = (fields.be32()?, fields.be32()?, fields.be32()?);
        Ok((id, Self { duration: fields.be32()?, size: fields.be32()? }))
    }
}

/// The header of a track's part of a fragment.
struct Header {
    base: Option<u64>,
    defaults: Defaults,
}

/// Add what a fragment brings of the audio tracks.
pub(super) fn add<R: Read + Seek>(
    source: &mut Source<R>,
    moof: &Atom,
    tracks: &mut [Track],
    essence: &mut Essence,
) -> Result<(), Problem> {
    for traf in inside(source, moof)?.iter().filter(|atom| &atom.name == b"traf") {
        let inner = inside(source, traf)?;
        let tfhd = inner.iter().find(|atom| &atom.name == b"tfhd").ok_or(Problem::Damaged)?;
        let header = source.part(tfhd.body.clone())?;
        let track =
            u32::from_be_bytes(header.get(4..8).and_then(|id| id.try_into().ok()).ok_or(Problem::Damaged)?);
        let Some(track) = tracks.iter_mut().find(|known| known.id == track) else { continue };
        let header = self::header(Fields(&header), track.defaults)?;
        let base = header.base.unwrap_or(moof.start);
        let mut at = base;
        for trun in inner.iter().filter(|atom| &atom.name == b"trun") {
            let run = source.part(trun.body.clone())?;
            let (from, length, duration) = self::run(Fields(&run), header.defaults)?;
            if let Some(step) = from {
                at = base.checked_add_signed(step.into()).ok_or(Problem::Damaged)?;
            }
            at = mp4::add(source, at, length, essence)?;
            track.fragments = track.fragments.saturating_add(duration);
        }
    }
    Ok(())
}

fn header(mut fields: Fields<'_>, mut defaults: Defaults) -> Result<Header, Problem> {
    let (flags, _track) = (fields.be32()?, fields.be32()?);
    let base = if flags & 1 != 0 { Some(fields.be64()?) } else { None };
    if flags & 2 != 0 {
        fields.be32()?;
    }
    if flags & 8 != 0 {
        defaults.duration = fields.be32()?;
    }
    if flags & 0x10 != 0 {
        defaults.size = fields.be32()?;
    }
    Ok(Header { base, defaults })
}

/// Offset from the base when it is told, bytes and duration of a run of samples.
fn run(mut fields: Fields<'_>, defaults: Defaults) -> Result<(Option<i32>, u64, u64), Problem> {
    let (flags, count) = (fields.be32()?, u64::from(fields.be32()?));
    let from = if flags & 1 != 0 { Some(fields.be32()? as i32) } else { None };
    if flags & 4 != 0 {
        fields.be32()?;
    }
    if flags & 0xF00 == 0 {
        return Ok((from, count * u64::from(defaults.size), count * u64::from(defaults.duration)));
    }
    let (mut length, mut duration) = (0, 0);
    for _ in 0..count {
        duration += u64::from(if flags & 0x100 != 0 { fields.be32()? } else { defaults.duration });
        length += u64::from(if flags & 0x200 != 0 { fields.be32()? } else { defaults.size });
        for _ in 0..(flags >> 10 & 1) + (flags >> 11 & 1) {
            fields.be32()?;
        }
    }
    Ok((from, length, duration))
}
