//! Rows that are merged are put in order of lists, so that a search may read a few lists instead of all rows.

use std::io;
use std::sync::atomic::AtomicBool;

use half::f16;

use super::lists::Lists;
use super::merge::Source;
use super::view::Live;
use crate::hardware::pages::Pages;
use crate::hardware::rows::stride;
use crate::search::block::{Block, Exact, ReadRow};
use crate::search::ivf::Centroids;
use crate::search::plan::Failure;
use crate::search::reach::measure;
use crate::search::train::{lists_for, sort, train};

/// Sort `sources`, rows of `chosen`, by list and then by id; the lists, with how far to look in them for a recall.
///
/// Holds the codes of all rows in memory while it measures.
///
/// # Errors
/// `Cancelled`, `Unreadable`, `Refused` when memory gives out.
pub fn by_list(
    chosen: &[Live],
    sources: &mut [Source],
    threads: usize,
    cancel: &AtomicBool,
) -> Result<Lists, Failure> {
    let blocks: Vec<Block<'_>> = chosen.iter().map(|live| live.segment.block(&live.alive)).collect();
    let centroids = train(&blocks, lists_for(sources.len()), threads, cancel)?;
    let mut radii = vec![0.0_f32; centroids.len()];
    let mut of_rows: Vec<Vec<u32>> = Vec::new();
    for block in &blocks {
        let sorted = sort(&centroids, block, threads, cancel)?;
        radii.iter_mut().zip(&sorted.radii).for_each(|(radius, own)| *radius = radius.max(*own));
        let mut of_row = vec![0; block.len()];
        for (list, bounds) in (0..).zip(sorted.starts.windows(2)) {
            for &row in &sorted.rows[bounds[0] as usize..bounds[1] as usize] {
                of_row[row as usize] = list;
            }
        }
        of_rows.push(of_row);
    }
    let list = |source: &Source| of_rows[source.segment][source.row];
    sources.sort_unstable_by_key(|source| (list(source), source.id));
    let first = |list_: usize| sources.partition_point(|source| (list(source) as usize) < list_) as u32;
    let starts: Vec<u32> = (0..=centroids.len()).map(first).collect();
    let reach = {
        let sorted = Sorted::new(chosen, &blocks, sources).map_err(|_| out_of_memory())?;
        measure(&[sorted.block(&centroids, &starts, &radii)], threads, cancel)?
    };
    let centroids = Centroids::new(centroids.dim(), &centroids.rows(), reach)?;
    Ok(Lists { centroids, starts, radii })
}

fn out_of_memory() -> Failure {
    let (what, wanted) = ("the rows to merge", "few enough for their codes to fit into memory");
    Failure::Refused(crate::refusal::Refusal::Range { what, given: f64::INFINITY, wanted })
}

/// The rows as the new segment will have them, before it is written.
struct Sorted<'a> {
    chosen: &'a [Live],
    sources: &'a [Source],
    dim: usize,
    ids: Vec<u64>,
    codes: Pages<i8>,
    scales: Vec<f32>,
    sums: Vec<i32>,
}

impl<'a> Sorted<'a> {
    fn new(chosen: &'a [Live], blocks: &[Block<'_>], sources: &'a [Source]) -> io::Result<Self> {
        let dim = blocks.first().map_or(0, |block| block.dim);
        let stride = stride(dim);
        let mut codes = Pages::<i8>::zeroed(sources.len() * stride)?;
        for (into, source) in codes.chunks_exact_mut(stride).zip(sources) {
            into.copy_from_slice(&blocks[source.segment].codes[source.row * stride..][..stride]);
        }
        Ok(Self {
            chosen,
            sources,
            dim,
            ids: sources.iter().map(|source| source.id).collect(),
            codes,
            scales: sources.iter().map(|source| blocks[source.segment].scales[source.row]).collect(),
            sums: sources.iter().map(|source| blocks[source.segment].sums[source.row]).collect(),
        })
    }

    fn block<'b>(&'b self, centroids: &'b Centroids, starts: &'b [u32], radii: &'b [f32]) -> Block<'b> {
        Block {
            dim: self.dim,
            ids: &self.ids,
            codes: &self.codes,
            scales: &self.scales,
            sums: &self.sums,
            exact: Exact::Reader(self),
            alive: None,
            lists: Some(crate::search::block::Lists { centroids, starts, radii }),
        }
    }
}

impl ReadRow for Sorted<'_> {
    fn rows(&self) -> usize {
        self.sources.len()
    }

    fn read(&self, row: usize, into: &mut [f16]) -> io::Result<()> {
        let source = &self.sources[row];
        self.chosen[source.segment].segment.read(source.row, into)
    }
}
