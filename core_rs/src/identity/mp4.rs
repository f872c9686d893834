//! MP4: the samples of its audio tracks in their order, wherever `moov` stands and the chunks lie.

use std::io::{Read, Seek};
use std::ops::Range;

use super::fragments::{self, Defaults};
use super::{Content, Essence, seconds};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::source::Source;

/// More boxes than any file has on one level.
const MOST_BOXES: usize = 1 << 20;

/// One box: its name, where it begins and where its payload is.
pub(super) struct Atom {
    pub(super) name: [u8; 4],
    pub(super) start: u64,
    pub(super) body: Range<u64>,
}

/// An audio track: where its tables are and what its fragments go by.
#[derive(Default)]
pub(super) struct Track {
    pub(super) id: u32,
    pub(super) defaults: Defaults,
    tables: Vec<Atom>,
    timescale: u32,
    /// As its header tells it, in units of the timescale; 0 in a live stream.
    duration: u64,
    /// As its fragments add up.
    pub(super) fragments: u64,
}

/// Hash the samples. `Ends` when a box or a sample is past the end or `moov` did not come, `Silent` without
/// an audio track.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Content, Problem> {
    let whole = 0..source.size();
    let (atoms, cut) = atoms(source, whole)?;
    if cut.is_some_and(|name| [b"moov", b"moof", b"mdat"].contains(&&name)) {
        return Err(Problem::Ends);
    }
    let moov = atoms.iter().find(|atom| &atom.name == b"moov").ok_or(Problem::Ends)?;
    let mut tracks = tracks(source, moov)?;
    let mut essence = Essence::new("mp4");
    for track in &tracks {
        add_samples(source, track, &mut essence)?;
    }
    for moof in atoms.iter().filter(|atom| &atom.name == b"moof") {
        fragments::add(source, moof, &mut tracks, &mut essence)?;
    }
    if essence.length() == 0 {
        return Err(Problem::Silent);
    }
    let length = |track: &Track| seconds(track.duration.max(track.fragments), track.timescale);
    Ok(Content::track(essence, tracks.iter().map(length).fold(0.0, f64::max)))
}

/// What the first track of sound is coded in, by its four letters: `mp4a`, `alac`. None where it cannot be told.
pub fn coding<R: Read + Seek>(source: &mut Source<R>) -> Option<[u8; 4]> {
    let whole = 0..source.size();
    let (atoms, _) = atoms(source, whole).ok()?;
    let moov = atoms.iter().find(|atom| &atom.name == b"moov")?;
    let track = tracks(source, moov).ok()?.into_iter().next()?;
    let table = table(source, &track, *b"stsd").ok()?;
    table.get(8..12)?.try_into().ok()
}

/// The boxes that fill `range`, and the name of the last one when it does not fit.
fn atoms<R: Read + Seek>(
    source: &mut Source<R>,
    range: Range<u64>,
) -> Result<(Vec<Atom>, Option<[u8; 4]>), Problem> {
    let mut atoms = Vec::new();
    let mut at = range.start;
    while at + 8 <= range.end && atoms.len() < MOST_BOXES {
        let mut fields = Fields(source.up_to(at, 16)?);
        let (told, name) = (u64::from(fields.be32()?), fields.array()?);
        let (header, length) = match told {
            0 => (8, range.end - at),
            1 => (16, fields.be64()?),
            told => (8, told),
        };
        let end = at.checked_add(length).filter(|end| *end <= range.end);
        let Some(end) = end.filter(|_| length >= header) else { return Ok((atoms, Some(name))) };
        atoms.push(Atom { name, start: at, body: at + header..end });
        at = end;
    }
    Ok((atoms, None))
}

/// The boxes inside a box of `moov` or `moof`. `Damaged` when they do not fit.
pub(super) fn inside<R: Read + Seek>(source: &mut Source<R>, atom: &Atom) -> Result<Vec<Atom>, Problem> {
    match atoms(source, atom.body.clone())? {
        (atoms, None) => Ok(atoms),
        _ => Err(Problem::Damaged),
    }
}

fn tracks<R: Read + Seek>(source: &mut Source<R>, moov: &Atom) -> Result<Vec<Track>, Problem> {
    let inner = inside(source, moov)?;
    let mut tracks = Vec::new();
    for trak in inner.iter().filter(|atom| &atom.name == b"trak") {
        tracks.extend(track(source, trak)?);
    }
    for mvex in inner.iter().filter(|atom| &atom.name == b"mvex") {
        for trex in inside(source, mvex)?.iter().filter(|atom| &atom.name == b"trex") {
            let (id, defaults) = Defaults::parse(Fields(source.at(trex.body.start, 24)?))?;
            if let Some(track) = tracks.iter_mut().find(|track: &&mut Track| track.id == id) {
                track.defaults = defaults;
            }
        }
    }
    Ok(tracks)
}

/// The track of a `trak` box when it is one of sound.
fn track<R: Read + Seek>(source: &mut Source<R>, trak: &Atom) -> Result<Option<Track>, Problem> {
    let mut track = Track::default();
    let mut sound = false;
    let mut open = inside(source, trak)?;
    while let Some(atom) = open.pop() {
        match &atom.name {
            b"mdia" | b"minf" => open.extend(inside(source, &atom)?),
            b"stbl" => track.tables = inside(source, &atom)?,
            b"hdlr" => sound |= source.at(atom.body.start + 8, 4)? == b"soun",
            b"tkhd" => track.id = dated(source, &atom)?.be32()?,
            b"mdhd" => {
                let wide = source.at(atom.body.start, 1)? == [1];
                let mut fields = dated(source, &atom)?;
                track.timescale = fields.be32()?;
                let duration = if wide { fields.be64()? } else { fields.be32()?.into() };
                track.duration = if duration >= u32::MAX.into() { 0 } else { duration };
            }
            _ => {}
        }
    }
    Ok(sound.then_some(track))
}

/// What follows the two dates of a box, whose width depends on its version.
fn dated<'a, R: Read + Seek>(source: &'a mut Source<R>, atom: &Atom) -> Result<Fields<'a>, Problem> {
    let dates = if source.at(atom.body.start, 1)? == [1] { 20 } else { 12 };
    source.at(atom.body.start + dates, 12).map(Fields)
}

/// The payload of a table behind its version and flags; empty when the track has none of that name.
fn table<R: Read + Seek>(source: &mut Source<R>, track: &Track, name: [u8; 4]) -> Result<Vec<u8>, Problem> {
    match track.tables.iter().find(|atom| atom.name == name) {
        Some(atom) => source.part((atom.body.start + 4).min(atom.body.end)..atom.body.end),
        None => Ok(Vec::new()),
    }
}

/// Add the samples that the tables of a track list, chunk by chunk.
fn add_samples<R: Read + Seek>(
    source: &mut Source<R>,
    track: &Track,
    essence: &mut Essence,
) -> Result<(), Problem> {
    let [sizes, runs, near, far] =
        [*b"stsz", *b"stsc", *b"stco", *b"co64"].map(|name| table(source, track, name));
    let (sizes, runs, near, far) = (sizes?, runs?, near?, far?);
    if sizes.is_empty() {
        return Ok(());
    }
    let mut sizes = Sizes::parse(Fields(&sizes))?;
    let mut runs = Runs::parse(&runs);
    let width = if near.is_empty() { 8 } else { 4 };
    let offsets = if near.is_empty() { far } else { near };
    for (index, offset) in (1..).zip(offsets.get(4..).unwrap_or_default().chunks_exact(width)) {
        let offset = offset.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let length = sizes.next(runs.of(index))?;
        add(source, offset, length, essence)?;
    }
    Ok(())
}

/// Add the samples that fill `length` bytes at `offset`; where they end. `Damaged` once they are more than
/// the file, so that no table can have it read over and over.
pub(super) fn add<R: Read + Seek>(
    source: &mut Source<R>,
    offset: u64,
    length: u64,
    essence: &mut Essence,
) -> Result<u64, Problem> {
    let end = offset.checked_add(length).ok_or(Problem::Damaged)?;
    if essence.length().saturating_add(length) > source.size() {
        return Err(if end > source.size() { Problem::Ends } else { Problem::Damaged });
    }
    source.feed(offset..end, essence)?;
    Ok(end)
}

/// Sizes of samples: one for all, or a table.
struct Sizes<'a> {
    each: u64,
    left: u64,
    table: &'a [u8],
}

impl<'a> Sizes<'a> {
    fn parse(mut fields: Fields<'a>) -> Result<Self, Problem> {
        let (each, left) = (fields.be32()?, fields.be32()?);
        Ok(Self { each: each.into(), left: left.into(), table: fields.0 })
    }

    /// Bytes of the next `count` samples, of those that are left.
    fn next(&mut self, count: u32) -> Result<u64, Problem> {
        let count = u64::from(count).min(self.left);
        self.left -= count;
        if self.each > 0 {
            return Ok(self.each * count);
        }
        let mut taken = Fields(self.table);
        let sizes = taken.take(4 * count as usize)?;
        self.table = taken.0;
        Ok(sizes
            .chunks_exact(4)
            .map(|size| size.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
            .sum())
    }
}

/// Samples in a chunk: runs of (first chunk, samples in each, description).
struct Runs<'a> {
    runs: std::iter::Peekable<std::slice::ChunksExact<'a, u8>>,
    samples: u32,
}

impl<'a> Runs<'a> {
    fn parse(table: &'a [u8]) -> Self {
        Self { runs: table.get(4..).unwrap_or_default().chunks_exact(12).peekable(), samples: 0 }
    }

    /// Samples of chunk `index`, counted from 1; asked in order.
    fn of(&mut self, index: u32) -> u32 {
        let number =
            |run: &[u8], at: usize| run[at..at + 4].iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
        while let Some(run) = self.runs.next_if(|run| number(run, 0) <= index) {
            self.samples = number(run, 4);
        }
        self.samples
    }
}
