//! HEIF and AVIF: the coded data of the picture that is shown, with what decoders are set up by (ISO/IEC 23008-12).
//!
//! Its thumbnails, EXIF, XMP, the way it is turned and where the parts lie in the file do not count.

use std::io::{Read, Seek};
use std::ops::Range;

use super::{Content, Essence, LONGEST_EXIF};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::source::Source;

/// More items than any picture is put together from, and pictures within pictures.
const MOST_ITEMS: usize = 1 << 16;
const DEEPEST: usize = 4;
/// A grid of 512 x 512 tiles has its own few bytes and its tiles.
const DERIVED: [&[u8; 4]; 3] = [b"grid", b"iovl", b"iden"];

type Box<'a> = ([u8; 4], &'a [u8]);

/// What `meta` says of the items of the file.
#[derive(Default)]
struct Meta<'a> {
    primary: u32,
    /// Number and type of each item.
    items: Vec<(u32, [u8; 4])>,
    places: Vec<Place>,
    /// Which items an item is put together from, by `dimg`.
    parts: Vec<(u32, Vec<u32>)>,
    properties: Vec<Box<'a>>,
    /// Item and the numbers of its properties, from 1.
    has: Vec<(u32, Vec<usize>)>,
    inline: &'a [u8],
}

/// Where the bytes of an item lie: in the file, or in `idat`.
struct Place {
    item: u32,
    inline: bool,
    extents: Vec<Range<u64>>,
}

/// Hash the picture. `Ends` when a part of it is past the end, `Damaged` when its boxes contradict each other.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>, domain: &str) -> Result<Content, Problem> {
    let body = find_meta(source)?;
    let bytes = source.part(body)?;
    let meta = Meta::parse(bytes.get(4..).ok_or(Problem::Damaged)?)?;
    let mut essence = Essence::new(domain);
    meta.add(source, meta.primary, 0, &mut essence)?;
    let size = meta.size();
    let exif = meta.exif(source)?;
    Ok(Content::picture(essence, size, exif))
}

fn find_meta<R: Read + Seek>(source: &mut Source<R>) -> Result<Range<u64>, Problem> {
    let mut at = 0;
    while at + 8 <= source.size() {
        let mut fields = Fields(source.up_to(at, 16)?);
        let (told, name): (u64, [u8; 4]) = (u64::from(fields.be32()?), fields.array()?);
        let (header, length) = match told {
            0 => (8, source.size() - at),
            1 => (16, fields.be64()?),
            told => (8, told),
        };
        let end = at.checked_add(length).filter(|_| length >= header).ok_or(Problem::Damaged)?;
        if end > source.size() {
            return Err(Problem::Ends);
        }
        if &name == b"meta" {
            return Ok(at + header..end);
        }
        at = end;
    }
    Err(Problem::Ends)
}

/// The boxes that fill `bytes`. `Damaged` when they do not fit.
fn boxes(bytes: &[u8]) -> Result<Vec<Box<'_>>, Problem> {
    let (mut found, mut rest) = (Vec::new(), Fields(bytes));
    while !rest.0.is_empty() {
        let left = rest.0.len();
        let (told, name) = (rest.be32()? as usize, rest.array()?);
        let length = match told {
            0 => left,
            1 => usize::try_from(rest.be64()?).map_err(|_| Problem::Damaged)?,
            told => told,
        };
        let header = left - rest.0.len();
        found.push((name, rest.take(length.checked_sub(header).ok_or(Problem::Damaged)?)?));
    }
    Ok(found)
}

/// The version of a full box, and what follows it; flags in the low bits.
fn versioned(body: &[u8]) -> Result<(u8, u32, Fields<'_>), Problem> {
    let mut fields = Fields(body);
    let told = fields.be32()?;
    Ok(((told >> 24) as u8, told & 0x00FF_FFFF, fields))
}

/// A number of 0, 4 or 8 bytes.
fn sized(fields: &mut Fields<'_>, size: u16) -> Result<u64, Problem> {
    match size {
        0 => Ok(0),
        4 => fields.be32().map(u64::from),
        8 => fields.be64(),
        _ => Err(Problem::Damaged),
    }
}

fn number(fields: &mut Fields<'_>, long: bool) -> Result<u32, Problem> {
    if long { fields.be32() } else { fields.be16().map(u32::from) }
}

impl<'a> Meta<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, Problem> {
        let mut meta = Self::default();
        for (name, body) in boxes(bytes)? {
            match &name {
                b"pitm" => {
                    let (version, _, mut fields) = versioned(body)?;
                    meta.primary = number(&mut fields, version > 0)?;
                }
                b"iinf" => meta.items = infos(body)?,
                b"iloc" => meta.places = places(body)?,
                b"iref" => meta.parts = parts(body)?,
                b"idat" => meta.inline = body,
                b"iprp" => {
                    for (name, body) in boxes(body)? {
                        match &name {
                            b"ipco" => meta.properties = boxes(body)?,
                            b"ipma" => meta.has.extend(associations(body)?),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(meta)
    }

    /// Add an item and what it is put together from.
    fn add<R: Read + Seek>(
        &self,
        source: &mut Source<R>,
        item: u32,
        depth: usize,
        essence: &mut Essence,
    ) -> Result<(), Problem> {
        let (_, kind) = self.items.iter().find(|(id, _)| *id == item).ok_or(Problem::Damaged)?;
        essence.add(kind);
        for (name, body) in self.properties_of(item).filter(|(name, _)| name.ends_with(b"C")) {
            essence.add(&name);
            essence.add(body);
        }
        self.feed(source, item, essence)?;
        if !DERIVED.contains(&kind) {
            return Ok(());
        }
        if depth == DEEPEST {
            return Err(Problem::Damaged);
        }
        for part in self.parts.iter().filter(|(whole, _)| *whole == item).flat_map(|(_, parts)| parts) {
            self.add(source, *part, depth + 1, essence)?;
        }
        Ok(())
    }

    fn feed<R: Read + Seek>(
        &self,
        source: &mut Source<R>,
        item: u32,
        essence: &mut Essence,
    ) -> Result<(), Problem> {
        let place = self.places.iter().find(|place| place.item == item).ok_or(Problem::Damaged)?;
        for extent in &place.extents {
            if place.inline {
                let range = extent.start as usize..extent.end as usize;
                essence.add(self.inline.get(range).ok_or(Problem::Damaged)?);
            } else if extent.end > source.size() {
                return Err(Problem::Ends);
            } else {
                source.feed(extent.clone(), essence)?;
            }
        }
        Ok(())
    }

    fn properties_of(&self, item: u32) -> impl Iterator<Item = Box<'a>> + '_ {
        let numbers = self.has.iter().filter(move |(id, _)| *id == item).flat_map(|(_, numbers)| numbers);
        numbers.filter_map(|number| self.properties.get(number.checked_sub(1)?).copied())
    }

    /// Columns and rows of the picture as it is shown: a quarter turn changes them.
    fn size(&self) -> (u32, u32) {
        let mut size = (0, 0);
        let mut turned = false;
        for (name, body) in self.properties_of(self.primary) {
            match &name {
                b"ispe" => {
                    let told =
                        body.get(4..).map(Fields).and_then(|mut of| Some((of.be32().ok()?, of.be32().ok()?)));
                    size = told.unwrap_or(size);
                }
                b"irot" => turned = body.first().is_some_and(|angle| angle & 1 == 1),
                _ => {}
            }
        }
        if turned { (size.1, size.0) } else { size }
    }

    /// The TIFF structure of the first EXIF item, empty without one.
    fn exif<R: Read + Seek>(&self, source: &mut Source<R>) -> Result<Vec<u8>, Problem> {
        let Some((item, _)) = self.items.iter().find(|(_, kind)| kind == b"Exif") else {
            return Ok(Vec::new());
        };
        let place = self.places.iter().find(|place| place.item == *item && !place.inline);
        let Some(extent) = place.and_then(|place| place.extents.first()) else { return Ok(Vec::new()) };
        if extent.end - extent.start > LONGEST_EXIF || extent.end > source.size() {
            return Ok(Vec::new());
        }
        let block = source.part(extent.clone())?;
        let start = Fields(&block).be32().map_or(usize::MAX, |skip| skip as usize).saturating_add(4);
        Ok(block.get(start..).unwrap_or_default().to_vec())
    }
}

fn infos(body: &[u8]) -> Result<Vec<(u32, [u8; 4])>, Problem> {
    let (version, _, mut fields) = versioned(body)?;
    number(&mut fields, version > 0)?;
    let mut items = Vec::new();
    for (name, body) in boxes(fields.0)? {
        let (version, _, mut fields) = versioned(body)?;
        if &name == b"infe" && version >= 2 && items.len() < MOST_ITEMS {
            let id = number(&mut fields, version > 2)?;
            fields.be16()?;
            items.push((id, fields.array()?));
        }
    }
    Ok(items)
}

fn places(body: &[u8]) -> Result<Vec<Place>, Problem> {
    let (version, _, mut fields) = versioned(body)?;
    let sizes = fields.be16()?;
    let [offset, length, base, index] = [12, 8, 4, 0].map(|shift| sizes >> shift & 15);
    let count = number(&mut fields, version > 1)? as usize;
    let mut places = Vec::new();
    for _ in 0..count.min(MOST_ITEMS) {
        let item = number(&mut fields, version > 1)?;
        let method = if version > 0 { fields.be16()? & 15 } else { 0 };
        fields.be16()?;
        let start = sized(&mut fields, base)?;
        let mut extents = Vec::new();
        for _ in 0..fields.be16()? {
            if version > 0 {
                sized(&mut fields, index)?;
            }
            let from = start.checked_add(sized(&mut fields, offset)?).ok_or(Problem::Damaged)?;
            let end = from.checked_add(sized(&mut fields, length)?).ok_or(Problem::Damaged)?;
            extents.push(from..end);
        }
        if method < 2 {
            places.push(Place { item, inline: method == 1, extents });
        }
    }
    Ok(places)
}

fn parts(body: &[u8]) -> Result<Vec<(u32, Vec<u32>)>, Problem> {
    let (version, _, fields) = versioned(body)?;
    let mut found = Vec::new();
    for (name, body) in boxes(fields.0)? {
        if &name != b"dimg" {
            continue;
        }
        let mut fields = Fields(body);
        let whole = number(&mut fields, version > 0)?;
        let count = fields.be16()?;
        let parts = (0..count).map(|_| number(&mut fields, version > 0)).collect::<Result<_, _>>()?;
        found.push((whole, parts));
    }
    Ok(found)
}

fn associations(body: &[u8]) -> Result<Vec<(u32, Vec<usize>)>, Problem> {
    let (version, flags, mut fields) = versioned(body)?;
    let count = (fields.be32()? as usize).min(MOST_ITEMS);
    let mut found = Vec::new();
    for _ in 0..count {
        let item = number(&mut fields, version > 0)?;
        let [many] = fields.array::<1>()?;
        let one = |fields: &mut Fields<'_>| -> Result<usize, Problem> {
            if flags & 1 == 1 {
                return Ok(usize::from(fields.be16()? & 0x7FFF));
            }
            Ok(usize::from(fields.array::<1>()?[0] & 0x7F))
        };
        found.push((item, (0..many).map(|_| one(&mut fields)).collect::<Result<_, _>>()?));
    }
    Ok(found)
}
