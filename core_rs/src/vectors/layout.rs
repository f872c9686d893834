//! The header of a segment: which sections it has, where, and the checksums that hold it together.
//!
//! 4096 bytes, little-endian: `magic [8] | version u32 | dim u32 | stride u32 | sections u32 | rows u64 |
//! BLAKE3 of the model [32] | sections × (kind u32, crc32c of its checks u32, offset u64,
//! length u64) | zeros | crc32c u32 of all before`. Sections begin on pages, in the order of the table, and
//! after the last come the checks: one crc32c for each 1 MB of each section, in the same order. Rows have none:
//! each has a mark of its own, so that a damaged one is told from its neighbours and one read proves one row.

use std::ops::Range;
use std::path::Path;

use super::bytes::Cursor;
use super::disk::{BLOCK, PAGE, paged};
use super::fault::Fault;
use super::manifest::VERSION;

const MAGIC: &[u8; 8] = b"ANAGSEG\0";
/// More sections than any version will have.
const MOST_SECTIONS: u32 = 16;

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// u64 each.
    Ids = 1,
    /// f16 × dim each: what everything else can be made from again.
    Rows = 2,
    /// u32 each: row numbers in order of their ids.
    Order = 3,
    /// i8 × stride each.
    Codes = 4,
    /// f32 each.
    Scales = 5,
    /// i32 each.
    Sums = 6,
    /// u32 each: crc32c of the row.
    Marks = 7,
    /// Centroids, starts and radii of lists; only where there are lists.
    Lists = 8,
}

/// Every kind, in the order of the file.
pub const KINDS: [Kind; 8] =
    [Kind::Ids, Kind::Marks, Kind::Order, Kind::Scales, Kind::Sums, Kind::Rows, Kind::Codes, Kind::Lists];

impl Kind {
    /// Bytes of a row.
    const fn size(self, dim: usize, stride: usize) -> Option<usize> {
        match self {
            Self::Ids => Some(8),
            Self::Rows => Some(2 * dim),
            Self::Codes => Some(stride),
            Self::Order | Self::Scales | Self::Sums | Self::Marks => Some(4),
            Self::Lists => None,
        }
    }
}

/// A section of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it holds.
    pub kind: Kind,
    /// Where in the file.
    pub at: Range<usize>,
    /// crc32c over its checks.
    pub check: u32,
}

/// A whole header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Numbers in a vector.
    pub dim: usize,
    /// Codes of a row, padding included.
    pub stride: usize,
    /// Rows, dead ones too.
    pub rows: usize,
    /// BLAKE3 of the model's name.
    pub model: [u8; 32],
    /// In the order of the file.
    pub sections: Vec<Section>,
}

impl Section {
    /// How many checks it has.
    #[must_use]
    pub fn blocks(&self) -> usize {
        if self.kind == Kind::Rows { 0 } else { self.at.len().div_ceil(BLOCK) }
    }
}

impl Layout {
    /// The sections of `rows` rows and of `lists` bytes about their lists; their checks are still to come.
    #[must_use]
    pub fn sections(dim: usize, stride: usize, rows: usize, lists: usize) -> Vec<Section> {
        let length = |&kind: &Kind| (kind, kind.size(dim, stride).map_or(lists, |size| size * rows));
        let lengths: Vec<_> =
            KINDS.iter().map(length).filter(|one| one.0 != Kind::Lists || lists > 0).collect();
        Self::place(&lengths)
    }

    fn place(lengths: &[(Kind, usize)]) -> Vec<Section> {
        let mut end = PAGE;
        let section = |&(kind, length): &(Kind, usize)| {
            let at = end..end + length;
            end = paged(at.end);
            Section { kind, at, check: 0 }
        };
        lengths.iter().map(section).collect()
    }

    /// Where the checks are.
    #[must_use]
    pub fn checks(&self) -> Range<usize> {
        let start = self.sections.last().map_or(PAGE, |last| paged(last.at.end));
        start..start + 4 * self.sections.iter().map(Section::blocks).sum::<usize>()
    }

    /// The section of a kind.
    #[must_use]
    pub fn section(&self, kind: Kind) -> Option<&Section> {
        self.sections.iter().find(|section| section.kind == kind)
    }

    /// The header as bytes.
    #[must_use]
    pub fn header(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for number in [VERSION, self.dim as u32, self.stride as u32, self.sections.len() as u32] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend((self.rows as u64).to_le_bytes());
        bytes.extend(self.model);
        for section in &self.sections {
            bytes.extend((section.kind as u32).to_le_bytes());
            bytes.extend(section.check.to_le_bytes());
            bytes.extend((section.at.start as u64).to_le_bytes());
            bytes.extend((section.at.len() as u64).to_le_bytes());
        }
        bytes.resize(PAGE - 4, 0);
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        bytes
    }

    /// Take a header apart and see that it describes a file of `size` bytes.
    ///
    /// # Errors
    /// `Corrupt`, `VersionMismatch`.
    pub fn parse(header: &[u8], size: usize, path: &Path) -> Result<Self, Fault> {
        let damaged = |why: &str| Fault::corrupt(path, why);
        let (body, check) =
            header.split_at_checked(PAGE - 4).ok_or_else(|| damaged("it is shorter than its header"))?;
        if !body.starts_with(MAGIC) {
            return Err(damaged("it is no segment"));
        }
        if check != crc32c::crc32c(body).to_le_bytes() {
            return Err(damaged("the checksum of its header does not hold"));
        }
        let mut cursor = Cursor(&body[MAGIC.len()..]);
        match cursor.u32() {
            Some(VERSION) => {}
            found => {
                let found = found.unwrap_or(0);
                return Err(Fault::VersionMismatch { file: path.to_owned(), found, known: VERSION });
            }
        }
        let layout = fields(&mut cursor).ok_or_else(|| damaged("its header makes no sense"))?;
        if layout.checks().end == size { Ok(layout) } else { Err(damaged("it has not the size it should")) }
    }

    fn fits(&self) -> bool {
        let lengths: Vec<_> = self.sections.iter().map(|one| (one.kind, one.at.len())).collect();
        let same = |(a, b): (&Section, &Section)| a.kind == b.kind && a.at == b.at;
        let placed = Self::place(&lengths);
        let row = |kind: Kind| kind.size(self.dim, self.stride);
        let length = |kind| self.section(kind).map(|one| one.at.len());
        self.dim > 0
            && self.stride >= self.dim
            && placed.iter().zip(&self.sections).all(same)
            && KINDS
                .iter()
                .all(|&kind| row(kind).is_none_or(|row| length(kind) == row.checked_mul(self.rows)))
    }
}

fn fields(cursor: &mut Cursor<'_>) -> Option<Layout> {
    let (dim, stride) = (cursor.u32()? as usize, cursor.u32()? as usize);
    let count = cursor.u32().filter(|&count| count <= MOST_SECTIONS)?;
    let rows = usize::try_from(cursor.u64()?).ok().filter(|&rows| rows < u32::MAX as usize)?;
    let model = cursor.bytes(32)?.try_into().ok()?;
    let sections = (0..count).map(|_| section(cursor)).collect::<Option<_>>()?;
    let layout = Layout { dim, stride, rows, model, sections };
    layout.fits().then_some(layout)
}

fn section(cursor: &mut Cursor<'_>) -> Option<Section> {
    let (number, check, start, length) = (cursor.u32()?, cursor.u32()?, cursor.u64()?, cursor.u64()?);
    let kind = *KINDS.iter().find(|&&kind| kind as u32 == number)?;
    let end = start.checked_add(length).filter(|&end| end < 1 << 47)?;
    Some(Section { kind, at: start as usize..end as usize, check })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn some() -> Layout {
        let sections = Layout::sections(3, 64, 10, 33);
        Layout { dim: 3, stride: 64, rows: 10, model: [7; 32], sections }
    }

    #[test]
    fn what_is_written_is_read_and_no_flipped_bit_goes_unnoticed() {
        let (layout, path) = (some(), Path::new("s"));
        let header = layout.header();
        let size = layout.checks().end;
        assert_eq!(Layout::parse(&header, size, path).unwrap(), layout);
        assert!(Layout::parse(&header, size + 1, path).is_err());
        for at in 0..header.len() {
            let mut bytes = header.clone();
            bytes[at] ^= 1 << (at % 8);
            assert!(Layout::parse(&bytes, size, path).is_err(), "byte {at}");
        }
    }

    proptest! {
        #[test]
        fn no_header_behind_a_right_checksum_breaks_the_parser(
            body in prop::collection::vec(any::<u8>(), 0..400),
            flips in prop::collection::vec((8_usize..300, any::<u8>()), 1..4),
        ) {
            for start in [some().header()[..PAGE - 4].to_vec(), MAGIC.iter().copied().chain(body).collect()] {
                let mut bytes: Vec<u8> = start;
                bytes.resize(PAGE - 4, 0);
                for &(at, value) in &flips {
                    bytes[at] = value;
                }
                bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
                if let Ok(layout) = Layout::parse(&bytes, some().checks().end, Path::new("s")) {
                    prop_assert!(layout.fits());
                }
            }
        }
    }
}
