//! An immutable file of rows as it is read: ids and numbers about rows are proved at opening, each f16 row when it is
//! read, the i8 codes when they are taken into memory; what can be made from the f16 rows again is.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::disk::{BLOCK, PAGE, checks_of};
use super::fault::Fault;
use super::layout::{Kind, Layout};
use super::lists::Lists;
use crate::hardware::coarse::{pack, width};
use crate::hardware::map::FileMap;
use crate::hardware::pages::Pages;
use crate::hardware::rows::stride;
use crate::search::bitmap::Bitmap;
use crate::search::block::{Block, Exact, ReadRow};
use crate::search::quantise::quantise;

/// A segment open for reading.
pub struct Segment {
    /// Its number in the manifest.
    pub number: u64,
    path: PathBuf,
    file: File,
    map: FileMap,
    layout: Layout,
    lists: Option<Lists>,
    /// Made from the ids and f16 rows, where those of the file are damaged.
    remade: Option<Remade>,
    /// The codes in huge pages, once they were taken into memory.
    codes: OnceLock<Pages<i8>>,
    /// Their coarse form, made from them; it is in no file.
    coarse: OnceLock<Pages<u8>>,
}

struct Remade {
    order: Vec<u32>,
    scales: Vec<f32>,
    sums: Vec<i32>,
}

/// The name of segment `number`.
#[must_use]
pub fn name(number: u64) -> String {
    format!("segment-{number}")
}

/// What stands in a segment for the model that made its vectors.
#[must_use]
pub fn mark_of(model: &str) -> [u8; 32] {
    *blake3::hash(model.as_bytes()).as_bytes()
}

impl Segment {
    /// Open segment `number` of `rows` rows. Reads all but rows and codes.
    ///
    /// # Errors
    /// `Corrupt` when its header, ids or marks do not hold, `VersionMismatch`, `Disk`.
    pub fn open(folder: &Path, number: u64, rows: usize, dim: usize, model: &str) -> Result<Self, Fault> {
        let path = folder.join(name(number));
        let file = File::open(&path).map_err(Fault::at(&path))?;
        let map = FileMap::new(&file).map_err(Fault::at(&path))?;
        let size = map.bytes().len();
        let layout = Layout::parse(&map.bytes()[..size.min(PAGE)], size, &path)?;
        if (layout.rows, layout.dim, layout.model) != (rows, dim, mark_of(model)) {
            return Err(Fault::corrupt(&path, "it is not the segment that the manifest lists"));
        }
        let (codes, coarse) = (OnceLock::new(), OnceLock::new());
        let mut segment = Self { number, path, file, map, layout, lists: None, remade: None, codes, coarse };
        for kind in [Kind::Ids, Kind::Marks] {
            if !segment.damaged_blocks(kind).is_empty() {
                return Err(Fault::corrupt(&segment.path, format!("its {kind:?} do not hold")));
            }
        }
        let derived = [Kind::Order, Kind::Scales, Kind::Sums];
        if segment.layout.stride == stride(dim)
            && derived.iter().all(|&kind| segment.damaged_blocks(kind).is_empty())
        {
            segment.lists = segment.kept_lists();
        } else {
            segment.remake()?;
        }
        Ok(segment)
    }

    /// Rows, dead ones too.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.layout.rows
    }

    /// Whether parts of it had to be made again, so that a new file should take its place.
    #[must_use]
    pub const fn is_remade(&self) -> bool {
        self.remade.is_some()
    }

    /// Whether its rows lie in lists.
    #[must_use]
    pub const fn has_lists(&self) -> bool {
        self.lists.is_some()
    }

    /// Bytes its codes take in memory: of a file, not counted, until `warm`.
    #[must_use]
    pub fn held(&self) -> usize {
        self.codes.get().map_or(0, |codes| codes.len()) + self.coarse.get().map_or(0, |coarse| coarse.len())
    }

    /// Bytes that `warm` takes, and besides them `warm_coarse`.
    #[must_use]
    pub fn takes(&self) -> (usize, usize) {
        (self.rows() * stride(self.layout.dim), self.rows() * width(self.layout.dim))
    }

    /// `(rows,)` in the order of the file.
    #[must_use]
    pub fn ids(&self) -> &[u64] {
        bytemuck::cast_slice(self.section(Kind::Ids))
    }

    /// The row of an id, dead or alive. O(log rows).
    #[must_use]
    pub fn row_of(&self, id: u64) -> Option<usize> {
        let (ids, order) = (self.ids(), self.order());
        order.binary_search_by_key(&id, |&row| ids[row as usize]).ok().map(|at| order[at] as usize)
    }

    /// As a search borrows it; `shown` are the rows that may be found.
    #[must_use]
    pub fn block<'a>(&'a self, shown: &'a Bitmap) -> Block<'a> {
        Block {
            dim: self.layout.dim,
            ids: self.ids(),
            codes: self.codes(),
            coarse: self.coarse.get().map(|coarse| &coarse[..]),
            scales: self.remade.as_ref().map_or_else(|| self.cast(Kind::Scales), |made| &made.scales),
            sums: self.remade.as_ref().map_or_else(|| self.cast(Kind::Sums), |made| &made.sums),
            exact: Exact::Reader(self),
            alive: Some(shown.words()),
            lists: self.lists.as_ref().map(Lists::view),
        }
    }

    /// Take the codes into huge pages, proved; those that are damaged are made again from their rows.
    ///
    /// # Errors
    /// `Disk` when memory or the file gives out.
    pub fn warm(&self) -> Result<(), Fault> {
        if self.codes.get().is_some() {
            return Ok(());
        }
        let section = self.section(Kind::Codes);
        let mut codes = Pages::<i8>::zeroed(section.len()).map_err(Fault::at(&self.path))?;
        codes.copy_from_slice(bytemuck::cast_slice(section));
        let damaged = self.damaged_in(Kind::Codes, bytemuck::cast_slice(&codes));
        for block in damaged {
            let first = block * BLOCK / self.layout.stride;
            let end = ((block + 1) * BLOCK).div_ceil(self.layout.stride).min(self.rows());
            self.requantise(first..end, &mut codes);
        }
        let _ = self.codes.set(codes);
        Ok(())
    }

    /// Make the coarse form of codes that `warm` took into memory: it halves what an exact scan reads.
    ///
    /// # Errors
    /// `Disk` when memory gives out.
    pub fn warm_coarse(&self) -> Result<(), Fault> {
        let Some(codes) = self.codes.get().filter(|_| self.coarse.get().is_none()) else { return Ok(()) };
        let (stride, width) = (self.layout.stride, width(self.layout.dim));
        let mut coarse = Pages::<u8>::zeroed(self.rows() * width).map_err(Fault::at(&self.path))?;
        for (codes, out) in codes.chunks_exact(stride).zip(coarse.chunks_exact_mut(width)) {
            pack(codes, out);
        }
        let _ = self.coarse.set(coarse);
        Ok(())
    }

    /// Rows whose f16 numbers do not hold. Reads the whole file.
    #[must_use]
    pub fn damaged_rows(&self) -> Vec<usize> {
        let mut room = vec![f16::ZERO; self.layout.dim];
        (0..self.rows()).filter(|&row| self.read(row, &mut room).is_err()).collect()
    }

    fn section(&self, kind: Kind) -> &[u8] {
        self.layout.section(kind).map_or(&[], |section| &self.map.bytes()[section.at.clone()])
    }

    fn cast<T: bytemuck::Pod>(&self, kind: Kind) -> &[T] {
        bytemuck::cast_slice(self.section(kind))
    }

    fn codes(&self) -> &[i8] {
        match self.codes.get() {
            Some(held) => held,
            None => self.cast(Kind::Codes),
        }
    }

    fn order(&self) -> &[u32] {
        self.remade.as_ref().map_or_else(|| self.cast(Kind::Order), |made| &made.order)
    }

    fn damaged_blocks(&self, kind: Kind) -> Vec<usize> {
        self.damaged_in(kind, self.section(kind))
    }

    /// Which blocks of `bytes`, which stand for the section of that kind, do not hold.
    fn damaged_in(&self, kind: Kind, bytes: &[u8]) -> Vec<usize> {
        let mut checks: &[u32] = bytemuck::cast_slice(&self.map.bytes()[self.layout.checks()]);
        for section in &self.layout.sections {
            let (own, rest) = checks.split_at(section.blocks());
            if section.kind == kind {
                let proven = crc32c::crc32c(bytemuck::cast_slice(own)) == section.check;
                let found = checks_of(bytes);
                return (0..own.len()).filter(|&n| !proven || own[n] != found[n]).collect();
            }
            checks = rest;
        }
        Vec::new()
    }

    fn kept_lists(&self) -> Option<Lists> {
        let whole = self.damaged_blocks(Kind::Lists).is_empty();
        Lists::parse(self.section(Kind::Lists), self.layout.dim, self.rows()).filter(|_| whole)
    }

    fn remake(&mut self) -> Result<(), Fault> {
        let (rows, ids) = (self.rows(), self.ids());
        let mut order: Vec<u32> = (0..rows as u32).collect();
        order.sort_unstable_by_key(|&row| ids[row as usize]);
        let stride = stride(self.layout.dim);
        let mut codes = Pages::<i8>::zeroed(rows * stride).map_err(Fault::at(&self.path))?;
        self.layout.stride = stride;
        let (scales, sums) = self.requantise(0..rows, &mut codes);
        self.remade = Some(Remade { order, scales, sums });
        let _ = self.codes.set(codes);
        Ok(())
    }

    /// Codes of some rows anew, with their scales and sums; a row that does not hold becomes zeros.
    fn requantise(&self, rows: std::ops::Range<usize>, codes: &mut [i8]) -> (Vec<f32>, Vec<i32>) {
        let stride = self.layout.stride;
        let mut room = vec![f16::ZERO; self.layout.dim];
        rows.map(|row| {
            if self.read(row, &mut room).is_err() {
                room.fill(f16::ZERO);
            }
            quantise(&room.to_f32_vec(), &mut codes[row * stride..(row + 1) * stride])
        })
        .unzip()
    }
}

impl ReadRow for Segment {
    fn rows(&self) -> usize {
        self.layout.rows
    }

    fn read(&self, row: usize, into: &mut [f16]) -> io::Result<()> {
        let start = self.layout.section(Kind::Rows).map_or(0, |section| section.at.start);
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(into);
        self.file.read_exact_at(bytes, (start + row * bytes.len()) as u64)?;
        let marks: &[u32] = self.cast(Kind::Marks);
        if crc32c::crc32c(bytes) == marks[row] {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "the mark of the row does not hold"))
    }
}
