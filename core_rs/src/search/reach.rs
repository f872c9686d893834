//! How far a search by lists has to look for a recall: measured on the index itself.

use std::collections::HashSet;
use std::sync::atomic::AtomicBool;

use half::slice::HalfFloatSliceExt;
use ndarray::Array2;

use super::block::Block;
use super::ivf::{CERTAIN, Reach};
use super::plan::{Failure, Mode, Plan};
use super::probe::probe;
use super::{Hits, Task, asked, search};
use crate::hardware::Simd;

/// Rows that are asked for their neighbours.
const ASKED: usize = 512;

/// Neighbours that shall be found.
const NEIGHBOURS: usize = 10;

/// Beyond this recall no further slack is tried: the certain one comes next.
const ENOUGH: f32 = 0.9995;

/// Slacks tried: more of them where recall still changes much.
const STEPS: [f32; 16] =
    [0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9];

/// The recall table of blocks with lists: 512 of their rows, evenly spaced, each asked for its ten nearest
/// others with each slack of `STEPS` in turn and compared with an exact scan. Cost: about one scan of all rows
/// for 512 queries together, and some ten times 512 searches by lists.
///
/// # Errors
/// As `search`.
pub fn measure(blocks: &[Block<'_>], threads: usize, cancel: &AtomicBool) -> Result<Vec<Reach>, Failure> {
    let queries = sample(blocks)?;
    let exact = Plan { mode: Mode::Exact, ..Plan::default() };
    let truth = search(blocks, queries.view(), NEIGHBOURS + 1, &exact, None, cancel, threads)?;
    let task = Task { blocks, filter: None, cancel, threads: threads.max(1), simd: Simd::chosen() };
    let rows = queries.view();
    let asked = asked(&rows);
    let mut table: Vec<Reach> = Vec::new();
    for slack in STEPS {
        let found = probe(&task, &asked, NEIGHBOURS + 1, exact.candidates(NEIGHBOURS + 1), |_| slack)?;
        let found = task.rerank(&asked, found, NEIGHBOURS + 1)?;
        let least = table.last().map_or(0.0, |line| line.recall);
        table.push(Reach { recall: recall(&truth, &found).max(least), slack });
        if table.last().is_some_and(|line| line.recall >= ENOUGH) {
            break;
        }
    }
    table.push(Reach { recall: 1.0, slack: CERTAIN });
    Ok(table)
}

/// Living rows, evenly spaced, as queries.
fn sample(blocks: &[Block<'_>]) -> Result<Array2<f32>, Failure> {
    blocks.iter().try_for_each(Block::check)?;
    let dim = blocks.first().map_or(1, |block| block.dim);
    let rows: usize = blocks.iter().map(Block::len).sum();
    let living = blocks.iter().flat_map(|block| (0..block.len()).map(move |row| (block, row)));
    let mut values = Vec::new();
    let mut room = Vec::new();
    for (block, row) in living.step_by(rows.div_ceil(ASKED).max(1)).filter(|(block, row)| block.lives(*row)) {
        let halves = block.exact.row(row, dim, &mut room);
        let halves = halves.map_err(|_| Failure::Unreadable { id: block.ids[row] })?;
        values.extend(halves.to_f32_vec());
    }
    Ok(Array2::from_shape_vec((values.len() / dim, dim), values).unwrap_or_else(|_| Array2::zeros((0, dim))))
}

/// The mean share of the true hits that was found. A row finds itself always: the first hit does not count.
fn recall(truth: &[Hits], found: &[Hits]) -> f32 {
    let (mut hits, mut wanted) = (0, 0);
    for (truth, found) in truth.iter().zip(found) {
        let known: HashSet<u64> = truth.ids.iter().skip(1).copied().collect();
        hits += found.ids.iter().filter(|id| known.contains(id)).count();
        wanted += known.len();
    }
    hits as f32 / wanted.max(1) as f32
}
