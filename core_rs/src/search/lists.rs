//! Which list each row belongs to, the order of rows by list, and how wide a list is.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::ivf::Centroids;
use super::plan::Failure;
use crate::hardware::Simd;
use crate::hardware::rows::{PIECE, Query, Rows, Scores};

/// Centroids compared with a piece of rows at a time: their scores stay in the first cache.
const GROUP: usize = 32;

/// Rows to a task of a thread.
const PART: usize = 4096;

/// The list of every row: the centroid c with the greatest x'c − |c|²/2, the first of equals, which is the
/// nearest. Cost: n × lists × dim products of codes.
///
/// # Errors
/// `Cancelled`.
pub(super) fn assign(
    centroids: &Centroids,
    rows: Rows<'_>,
    threads: usize,
    cancel: &AtomicBool,
) -> Result<Vec<u32>, Failure> {
    let queries = centroids.queries();
    let halves: Vec<f32> = queries.iter().map(|query| query.length_squared() / 2.0).collect();
    let mut lists = vec![0; rows.len()];
    in_parts(&mut lists, threads, |at, part| {
        if !cancel.load(Ordering::Relaxed) {
            nearest(&queries, &halves, rows, at, part);
        }
    });
    if cancel.load(Ordering::Relaxed) { Err(Failure::Cancelled) } else { Ok(lists) }
}

/// Run `work(first row, its part)` over parts of fixed size, by at most `threads` threads.
pub(super) fn in_parts<T: Send>(out: &mut [T], threads: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    let part = |(at, part): (usize, &mut [T])| work(at * PART, part);
    if threads <= 1 {
        out.chunks_mut(PART).enumerate().for_each(part);
        return;
    }
    let each = out.len().div_ceil(PART).div_ceil(threads).max(1);
    out.par_chunks_mut(PART).enumerate().with_min_len(each).for_each(part);
}

fn nearest(queries: &[Query], halves: &[f32], rows: Rows<'_>, first: usize, lists: &mut [u32]) {
    let simd = Simd::chosen();
    let mut out: Vec<Scores> = vec![[0.0; PIECE]; GROUP];
    for (at, lists) in lists.chunks_mut(PIECE).enumerate() {
        let (mut best, mut which) = ([f32::NEG_INFINITY; PIECE], [0u32; PIECE]);
        for (group, queries) in queries.chunks(GROUP).enumerate() {
            simd.tile(queries, rows, first + at * PIECE, lists.len(), &mut out);
            for (list, scores) in (group * GROUP..halves.len()).zip(&out) {
                better(&mut best, &mut which, scores, halves[list], list as u32);
            }
        }
        lists.copy_from_slice(&which[..lists.len()]);
    }
}

/// Where the score less `half` beats the best so far, take it.
#[inline]
fn better(best: &mut Scores, which: &mut [u32; PIECE], scores: &Scores, half: f32, list: u32) {
    for row in 0..PIECE {
        let value = scores[row] - half;
        let wins = value > best[row];
        best[row] = if wins { value } else { best[row] };
        which[row] = if wins { list } else { which[row] };
    }
}

/// Rows sorted by list: the numbers of the rows in their new order, earlier rows of a list first, and
/// `(lists + 1,)` where each list starts in it.
#[must_use]
pub fn order(lists: &[u32], count: usize) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0u32; count + 1];
    for &list in lists {
        starts[list as usize + 1] += 1;
    }
    for list in 0..count {
        starts[list + 1] += starts[list];
    }
    let (mut next, mut rows) = (starts.clone(), vec![0; lists.len()]);
    for (row, &list) in lists.iter().enumerate() {
        rows[next[list as usize] as usize] = row as u32;
        next[list as usize] += 1;
    }
    (rows, starts)
}

/// `(lists,)`: the greatest distance of a row from the centroid of its list, a little above it rather than
/// below, 0 for an empty list. `lists` is that of each of `rows`.
#[must_use]
pub(super) fn radii(centroids: &Centroids, rows: Rows<'_>, lists: &[u32]) -> Vec<f32> {
    let queries = centroids.queries();
    let lengths: Vec<f32> = queries.iter().map(Query::length_squared).collect();
    let mut radii = vec![0.0f32; queries.len()];
    let mut out = [0.0; PIECE];
    for (row, &list) in lists.iter().enumerate() {
        let list = list as usize;
        Simd::chosen().sweep(&queries[list], rows, row, 1, f32::INFINITY, &mut out);
        let size = rows.length_squared(row) + lengths[list];
        let squared = size - 2.0 * out[0] + ROUNDING * size;
        radii[list] = radii[list].max(squared.max(0.0).sqrt());
    }
    radii
}

/// What a few f32 roundings can take from a squared distance, for each unit of the squares it is made of.
const ROUNDING: f32 = 1e-6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_stable_and_complete() {
        let (rows, starts) = order(&[2, 0, 2, 1, 0], 4);
        assert_eq!(rows, [1, 4, 3, 0, 2]);
        assert_eq!(starts, [0, 2, 3, 5, 5]);
        assert_eq!(order(&[], 2), (vec![], vec![0, 0, 0]));
    }
}
