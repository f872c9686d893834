//! Every row of every block, in chunks that threads take in turn.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::best::{Best, Candidate};
use super::plan::Failure;
use super::{Asked, Task};
use crate::crew::crew;
use crate::hardware::coarse::slack;
use crate::hardware::rows::{PIECE, Query, Rows, Scores};

/// Rows to a chunk: the unit of work and of cancelling.
pub const CHUNK: usize = 8192;

/// A piece with this many rows to score is scored whole: jumping between rows costs more than a few in vain.
const DENSE: u32 = 48;

/// Up to so many queries scan the coarse form where a block has it, if nothing is filtered out: then memory
/// is the limit. More share the reading of the codes, and arithmetic is.
const FEW: usize = 3;

/// Candidates of a coarse scan for each of an i8 scan, and a number on top for small k: its scores are rougher.
const COARSE: (usize, usize) = (3, 256);

/// The `width` best of every row by i8 score, for each query. After a coarse scan: of those that by coarse score may
/// be among the best `k`.
pub(super) fn scan(
    task: &Task<'_>,
    asked: &[Asked<'_>],
    k: usize,
    width: usize,
) -> Result<Vec<Vec<Candidate>>, Failure> {
    let chunks: Vec<(usize, usize)> = (0..task.blocks.len())
        .flat_map(|block| (0..task.blocks[block].len()).step_by(CHUNK).map(move |first| (block, first)))
        .collect();
    let queries: Vec<Query> = asked.iter().map(|asked| asked.codes.clone()).collect();
    let coarse = task.filter.is_none() && (1..=FEW).contains(&queries.len());
    let coarse = coarse && task.blocks.iter().any(|block| block.coarse.is_some());
    let most = if coarse && width > 0 { COARSE.0 * width + COARSE.1 } else { width };
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<Best>, Failure> {
        let mut sweep = Sweep::new(task, &queries, most);
        sweep.coarse = coarse;
        while let Some(&(block, first)) = chunks.get(next.fetch_add(1, Ordering::Relaxed)) {
            task.going()?;
            sweep.rows(block, first, (first + CHUNK).min(task.blocks[block].len()));
        }
        Ok(sweep.best)
    };
    let threads = task.threads.min(chunks.len()).max(1);
    let each: Vec<Vec<Best>> = crew(threads, work).into_iter().collect::<Result<_, _>>()?;
    let joined =
        each.into_iter().reduce(|one, other| one.into_iter().zip(other).map(|(a, b)| a.with(b)).collect());
    let found = joined.unwrap_or_default().into_iter().map(Best::sorted);
    if coarse {
        return Ok(found.zip(&queries).map(|(found, query)| closer(task, query, &found, k, width)).collect());
    }
    Ok(found.collect())
}

/// The `width` best by i8 score of what a coarse scan found, best first: the first `2k` are scored, and of the others
/// those that may be among the best `k` for all that a coarse score says.
fn closer(task: &Task<'_>, query: &Query, found: &[Candidate], k: usize, width: usize) -> Vec<Candidate> {
    let mut sweep = Sweep::new(task, std::slice::from_ref(query), width);
    let (sure, rest) = found.split_at(found.len().min(2 * k));
    sweep.again(sure);
    let (least, length) = (sweep.best[0].score_of(k), query.length_squared().sqrt());
    let slack = |one: &Candidate| slack(task.blocks[one.block as usize].scales[one.row as usize], length);
    let rest: Vec<_> = rest.iter().filter(|one| one.score + slack(one) >= least).copied().collect();
    sweep.again(&rest);
    sweep.best.pop().map(Best::sorted).unwrap_or_default()
}

/// One thread's walk over rows: the best so far for each query.
pub(super) struct Sweep<'a> {
    task: &'a Task<'a>,
    queries: &'a [Query],
    pub(super) best: Vec<Best>,
    scores: Vec<Scores>,
    /// Scan the coarse form, whole pieces always, so that a row has the same score wherever it is.
    coarse: bool,
    waiting: Vec<u32>,
}

impl<'a> Sweep<'a> {
    pub(super) fn new(task: &'a Task<'a>, queries: &'a [Query], width: usize) -> Self {
        Self {
            task,
            queries,
            best: queries.iter().map(|_| Best::new(width)).collect(),
            scores: vec![[0.0; PIECE]; queries.len()],
            coarse: false,
            waiting: Vec::with_capacity(2 * PIECE),
        }
    }

    /// Look at every row of a block.
    pub(super) fn block(&mut self, block: usize) -> Result<(), Failure> {
        let len = self.task.blocks[block].len();
        for first in (0..len).step_by(CHUNK) {
            self.task.going()?;
            self.rows(block, first, (first + CHUNK).min(len));
        }
        Ok(())
    }

    /// Look at rows `first..end` of a block, of those that may be found.
    pub(super) fn rows(&mut self, block: usize, first: usize, end: usize) {
        let rows = self.task.blocks[block].rows();
        let mut at = first;
        while at < end {
            let word = at / PIECE;
            let stop = ((word + 1) * PIECE).min(end);
            let mask = self.task.mask(block, word) >> (at % PIECE) & span(stop - at);
            if mask.count_ones() >= DENSE || (self.coarse && mask != 0) {
                self.piece(block, rows, at, stop - at, mask);
            } else {
                self.wait(block, rows, at as u32, mask);
            }
            at = stop;
        }
        self.scattered(block, rows);
    }

    /// Score a piece whole and keep what is wanted of it.
    fn piece(&mut self, block: usize, rows: Rows<'_>, first: usize, count: usize, mask: u64) {
        if let (true, Some(coarse)) = (self.coarse, self.task.blocks[block].coarse) {
            for ((query, best), scores) in self.queries.iter().zip(&mut self.best).zip(&mut self.scores) {
                let floor = best.floor();
                let reached = self.task.simd.sweep_coarse(query, rows, coarse, first, count, floor, scores);
                keep(self.task, best, scores, reached & mask, block, |place| (first + place) as u32);
            }
            return;
        }
        if let [query] = self.queries {
            let (best, scores) = (&mut self.best[0], &mut self.scores[0]);
            let reached = self.task.simd.sweep(query, rows, first, count, best.floor(), scores);
            keep(self.task, best, scores, reached & mask, block, |place| (first + place) as u32);
            return;
        }
        self.task.simd.tile(self.queries, rows, first, count, &mut self.scores);
        for (best, scores) in self.best.iter_mut().zip(&self.scores) {
            let reached = at_least(scores, count, best.floor());
            keep(self.task, best, scores, reached & mask, block, |place| (first + place) as u32);
        }
    }

    /// Put the rows of a thin mask aside until there are enough of them for a call.
    fn wait(&mut self, block: usize, rows: Rows<'_>, first: u32, mut mask: u64) {
        while mask != 0 {
            self.waiting.push(first + mask.trailing_zeros());
            mask &= mask - 1;
        }
        if self.waiting.len() >= PIECE {
            self.scattered(block, rows);
        }
    }

    /// Score rows that were found by other scores.
    fn again(&mut self, found: &[Candidate]) {
        for (number, block) in self.task.blocks.iter().enumerate() {
            let here = found.iter().filter(|one| one.block as usize == number);
            self.waiting.extend(here.map(|one| one.row));
            self.scattered(number, block.rows());
        }
    }

    /// Score the rows put aside.
    fn scattered(&mut self, block: usize, rows: Rows<'_>) {
        for numbers in self.waiting.chunks(PIECE) {
            for ((query, best), scores) in self.queries.iter().zip(&mut self.best).zip(&mut self.scores) {
                let reached = self.task.simd.gather(query, rows, numbers, best.floor(), scores);
                keep(self.task, best, scores, reached, block, |place| numbers[place]);
            }
        }
        self.waiting.clear();
    }
}

/// The lowest `count` bits, 1 to 64 of them.
const fn span(count: usize) -> u64 {
    !0 >> (PIECE - count)
}

/// The bits of the first `count` scores that reach `floor`.
fn at_least(scores: &Scores, count: usize, floor: f32) -> u64 {
    scores[..count].iter().rev().fold(0, |bits, &score| bits << 1 | u64::from(score >= floor))
}

/// Offer the scores of the set bits.
#[inline]
fn keep(
    task: &Task<'_>,
    best: &mut Best,
    scores: &Scores,
    mut bits: u64,
    block: usize,
    row_at: impl Fn(usize) -> u32,
) {
    while bits != 0 {
        let place = bits.trailing_zeros() as usize;
        bits &= bits - 1;
        let row = row_at(place);
        let id = task.blocks[block].ids[row as usize];
        best.offer(Candidate { score: scores[place], id, block: block as u32, row });
    }
}
