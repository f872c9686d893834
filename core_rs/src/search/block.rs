//! Rows as they are searched: borrowed slices of a segment, of a memtable, of anything that owns them.

use half::f16;

use crate::hardware::coarse::width;
use crate::hardware::pages::fetch;
use crate::hardware::rows::{Rows, stride};
use crate::refusal::{Refusal, check_size};

/// `n` rows of `dim` numbers. All slices belong to the same rows in the same order.
#[derive(Clone, Copy)]
pub struct Block<'a> {
    /// Numbers of a vector.
    pub dim: usize,
    /// `(n,)`; distinct over all blocks of a search.
    pub ids: &'a [u64],
    /// `(n, stride(dim))` as `quantise` gives them, zeros after `dim`.
    pub codes: &'a [i8],
    /// `(n, coarse::width(dim))` as `coarse::pack` gives them, to be scanned in the place of the codes; or none.
    pub coarse: Option<&'a [u8]>,
    /// `(n,)`: what one step of a code is worth.
    pub scales: &'a [f32],
    /// `(n,)`: sums of the codes.
    pub sums: &'a [i32],
    /// `(n, dim)` in f16, for the re-rank.
    pub exact: Exact<'a>,
    /// A bit for each row that is not deleted, `n / 64` words rounded up; none: all live.
    pub alive: Option<&'a [u64]>,
    /// Present where the rows lie in order of their list.
    pub lists: Option<Lists<'a>>,
}

/// Where the f16 rows are.
#[derive(Clone, Copy)]
pub enum Exact<'a> {
    /// `(n, dim)` in memory or in a mapped file.
    Rows(&'a [f16]),
    /// Read one at a time.
    Reader(&'a dyn ReadRow),
}

/// Somewhere else that f16 rows can be had from.
pub trait ReadRow: Sync {
    /// How many rows there are.
    fn rows(&self) -> usize;

    /// Fill `into`, `(dim,)`, with row `row`, checked against its checksum if there is one.
    ///
    /// # Errors
    /// When it cannot be read or is damaged; the search then fails and names the id.
    fn read(&self, row: usize, into: &mut [f16]) -> std::io::Result<()>;
}

/// Which rows of a block are in which list.
#[derive(Clone, Copy)]
pub struct Lists<'a> {
    /// Shared by all blocks whose lists were made with it: compared by address.
    pub centroids: &'a super::ivf::Centroids,
    /// `(lists + 1,)`: list l is rows `starts[l]..starts[l + 1]`.
    pub starts: &'a [u32],
    /// `(lists,)`: the largest distance of a row of the list from its centroid, 0 when it has none.
    pub radii: &'a [f32],
}

impl<'a> Block<'a> {
    /// How many rows, dead ones included.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether row `row` is not deleted.
    #[must_use]
    pub fn lives(&self, row: usize) -> bool {
        self.alive.is_none_or(|alive| alive[row / 64] >> (row % 64) & 1 == 1)
    }

    /// The codes with what belongs to them.
    pub(crate) fn rows(&self) -> Rows<'a> {
        Rows::new(self.codes, self.scales, self.sums, stride(self.dim))
    }

    /// Refuse slices that do not belong to the same rows.
    ///
    /// # Errors
    /// `Size` or `Range`, naming the slice.
    pub fn check(&self) -> Result<(), Refusal> {
        let n = self.len();
        if self.dim == 0 || n > u32::MAX as usize {
            let (what, given) = if self.dim == 0 { ("dim", 0.0) } else { ("a block", n as f64) };
            return Err(Refusal::Range { what, given, wanted: "at least 1 wide and below 2^32 rows" });
        }
        check_size("codes of a block", self.codes.len(), n * stride(self.dim))?;
        check_size("scales of a block", self.scales.len(), n)?;
        check_size("sums of a block", self.sums.len(), n)?;
        match self.exact {
            Exact::Rows(rows) => check_size("f16 rows of a block", rows.len(), n * self.dim)?,
            Exact::Reader(reader) => check_size("f16 rows of a block", reader.rows(), n)?,
        }
        if let Some(coarse) = self.coarse {
            check_size("coarse codes of a block", coarse.len(), n * width(self.dim))?;
        }
        if let Some(alive) = self.alive {
            check_size("live words of a block", alive.len(), n.div_ceil(64))?;
        }
        self.lists.map_or(Ok(()), |lists| lists.check(self.dim, n))
    }
}

impl Lists<'_> {
    fn check(&self, dim: usize, rows: usize) -> Result<(), Refusal> {
        let lists = self.centroids.len();
        check_size("a centroid", self.centroids.dim(), dim)?;
        check_size("starts of lists", self.starts.len(), lists + 1)?;
        check_size("radii of lists", self.radii.len(), lists)?;
        check_size("rows in lists", self.starts.last().map_or(0, |&end| end as usize), rows)?;
        if self.starts[0] != 0 || !self.starts.is_sorted() {
            let given = f64::from(self.starts[0]);
            return Err(Refusal::Range {
                what: "the first start of a list",
                given,
                wanted: "0, and none falls",
            });
        }
        Ok(())
    }
}

impl<'a> Exact<'a> {
    /// Say that row `row` will be asked for soon.
    pub(crate) fn fetch(&self, row: usize, dim: usize) {
        if let Exact::Rows(rows) = self {
            fetch(&rows[row * dim..(row + 1) * dim]);
        }
    }

    /// Row `row`, read into `room` unless it lies in memory.
    pub(crate) fn row<'r>(&self, row: usize, dim: usize, room: &'r mut Vec<f16>) -> std::io::Result<&'r [f16]>
    where
        'a: 'r,
    {
        match *self {
            Exact::Rows(rows) => Ok(&rows[row * dim..(row + 1) * dim]),
            Exact::Reader(reader) => {
                room.resize(dim, f16::ZERO);
                reader.read(row, room)?;
                Ok(room)
            }
        }
    }
}
