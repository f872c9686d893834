//! The nearest rows of blocks of vectors: an exact i8 scan or a few lists of it, then an exact f16 re-rank.
//!
//! Pure: a block is borrowed slices, whoever owns the files lends them. Scores are inner products q'x, so for
//! rows and queries of unit norm they are cosines. Ties go to the smaller id. Results depend on neither the
//! number of threads nor how rows are cut into blocks, exact ones at least: lists are an approximation.

pub mod best;
pub mod bitmap;
pub mod block;
mod exact;
pub mod index;
pub mod ivf;
#[cfg(test)]
mod list_tests;
mod lists;
pub mod memory;
pub mod plan;
mod probe;
pub mod quantise;
pub mod reach;
pub mod selection;
#[cfg(test)]
mod tests;
pub mod train;

use std::sync::atomic::{AtomicBool, Ordering};

use best::{Best, Candidate};
use bitmap::Bitmap;
use block::Block;
use ndarray::ArrayView2;
use plan::{Failure, Mode, Plan};

use crate::hardware::Simd;
use crate::hardware::rows::{Query, stride};
use crate::refusal::{Refusal, check_size};

/// The best rows for one query, best first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// Their ids.
    pub ids: Vec<u64>,
    /// q'x with the f16 row, f32.
    pub scores: Vec<f32>,
}

/// What every part of one search shares.
struct Task<'a> {
    blocks: &'a [Block<'a>],
    filter: Option<&'a [Bitmap]>,
    cancel: &'a AtomicBool,
    threads: usize,
    simd: Simd,
}

/// Candidates between the one compared and the one fetched.
const AHEAD: usize = 4;

/// One query in both precisions.
struct Asked<'a> {
    exact: &'a [f32],
    codes: Query,
}

/// The `k` best rows of all `blocks` for each row of `queries`, `(q, dim)`; fewer where fewer pass.
///
/// `filter` has one bitmap a block, of its rows; dead rows are left out whether or not it is given. `cancel`
/// is looked at every 8,192 rows. Cost: one read of the codes for all queries together, by `threads` threads.
///
/// # Errors
/// `Failure::Refused` for sizes that do not fit and queries that are not finite, `Cancelled`, or `Unreadable`
/// with the id of the row whose f16 numbers could not be had.
pub fn search(
    blocks: &[Block<'_>],
    queries: ArrayView2<'_, f32>,
    k: usize,
    plan: &Plan,
    filter: Option<&[Bitmap]>,
    cancel: &AtomicBool,
    threads: usize,
) -> Result<Vec<Hits>, Failure> {
    check(blocks, queries, filter)?;
    let task = Task { blocks, filter, cancel, threads: threads.max(1), simd: Simd::chosen() };
    let rows = queries.as_standard_layout();
    let rows = rows.view();
    let asked = asked(&rows);
    let found = if by_lists(&task, plan) {
        probe::probe(&task, &asked, k, plan.candidates(k), |centroids| centroids.slack(plan.recall))?
    } else {
        exact::scan(&task, &asked, k, plan.candidates(k))?
    };
    task.rerank(&asked, found, k)
}

/// Whether lists are the better way.
fn by_lists(task: &Task<'_>, plan: &Plan) -> bool {
    let listed = task.blocks.iter().any(|block| block.lists.is_some());
    listed
        && match plan.mode {
            Mode::Exact => false,
            Mode::Ivf => true,
            Mode::Auto => task.passing() > plan.ivf_from,
        }
}

/// The rows of a matrix in standard layout, each in both precisions.
fn asked<'a>(rows: &'a ArrayView2<'_, f32>) -> Vec<Asked<'a>> {
    rows.outer_iter().filter_map(|row| row.to_slice()).map(Asked::new).collect()
}

/// Refuse what does not fit together.
fn check(
    blocks: &[Block<'_>],
    queries: ArrayView2<'_, f32>,
    filter: Option<&[Bitmap]>,
) -> Result<(), Refusal> {
    for block in blocks {
        block.check()?;
        check_size("a query", queries.ncols(), block.dim)?;
    }
    if let Some(filter) = filter {
        check_size("the filter", filter.len(), blocks.len())?;
        for (bitmap, block) in filter.iter().zip(blocks) {
            check_size("the filter of a block", bitmap.len(), block.len())?;
        }
    }
    let broken = |row: ndarray::ArrayView1<'_, f32>| row.iter().any(|value| !value.is_finite());
    match queries.rows().into_iter().position(broken) {
        Some(row) => Err(Refusal::NotFinite { what: "the queries", row }),
        None => Ok(()),
    }
}

impl<'a> Asked<'a> {
    fn new(exact: &'a [f32]) -> Self {
        let mut codes = vec![0; stride(exact.len().max(1))];
        let (scale, _) = quantise::quantise(exact, &mut codes);
        Self { exact, codes: Query::new(codes, scale) }
    }
}

impl Task<'_> {
    /// Refuse to go on once it was cancelled.
    fn going(&self) -> Result<(), Failure> {
        if self.cancel.load(Ordering::Relaxed) { Err(Failure::Cancelled) } else { Ok(()) }
    }

    /// How many rows may be found.
    fn passing(&self) -> usize {
        let words = |block: usize| (0..self.blocks[block].len().div_ceil(64)).map(move |word| (block, word));
        let each = (0..self.blocks.len()).flat_map(words);
        each.map(|(block, word)| self.mask(block, word).count_ones() as usize).sum()
    }

    /// The best `k` of what was found for each query, by their f16 rows.
    fn rerank(
        &self,
        asked: &[Asked<'_>],
        found: Vec<Vec<Candidate>>,
        k: usize,
    ) -> Result<Vec<Hits>, Failure> {
        let one = |(asked, found): (&Asked<'_>, Vec<Candidate>)| {
            let mut best = Best::new(k);
            let mut room = Vec::new();
            for (place, &candidate) in found.iter().enumerate() {
                if let Some(later) = found.get(place + AHEAD) {
                    let block = &self.blocks[later.block as usize];
                    block.exact.fetch(later.row as usize, block.dim);
                }
                let block = &self.blocks[candidate.block as usize];
                let row = block.exact.row(candidate.row as usize, block.dim, &mut room);
                let row = row.map_err(|_| Failure::Unreadable { id: candidate.id })?;
                best.offer(Candidate { score: self.simd.dot(asked.exact, row), ..candidate });
            }
            let (ids, scores) = best.sorted().into_iter().map(|best| (best.id, best.score)).unzip();
            Ok(Hits { ids, scores })
        };
        asked.iter().zip(found).map(one).collect()
    }

    /// Which of the 64 rows from row `64 * word` of a block may be found.
    fn mask(&self, block: usize, word: usize) -> u64 {
        let left = self.blocks[block].len() - 64 * word;
        let mut mask = if left < 64 { (1 << left) - 1 } else { !0 };
        if let Some(alive) = self.blocks[block].alive {
            mask &= alive[word];
        }
        if let Some(filter) = self.filter {
            mask &= filter[block].words()[word];
        }
        mask
    }
}
