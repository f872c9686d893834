//! Where the centroids come from: k-means (Lloyd 1982) over codes of a sample of the rows.

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::block::{Block, Lists};
use super::ivf::Centroids;
use super::lists::{assign, order, radii};
use super::plan::Failure;
use crate::hardware::rows::{Rows, stride};
use crate::refusal::{Refusal, check_size};

/// Rows of the sample for each list.
const SAMPLED: usize = 64;

/// Rounds of k-means. More move centroids by less than the i8 rounding of rows.
const ROUNDS: usize = 10;

/// A list of the sample this many times the mean is cut in two where another is empty.
const HEAVY: usize = 2;

/// How many lists for `rows` rows: the power of two next above √rows.
#[must_use]
pub fn lists_for(rows: usize) -> usize {
    rows.isqrt().next_power_of_two()
}

/// `lists` centroids for the rows of all blocks that live, fewer where there are fewer rows.
///
/// The sample is 64 rows a list, evenly spaced, so the same rows give the same centroids with any number of
/// threads. Cost: 10 × 64 × lists² × dim products of codes.
///
/// # Errors
/// `Refused` when no row lives or blocks do not fit, `Cancelled`.
pub fn train(
    blocks: &[Block<'_>],
    lists: usize,
    threads: usize,
    cancel: &AtomicBool,
) -> Result<Centroids, Failure> {
    let sample = Sample::new(blocks, lists * SAMPLED)?;
    let lists = lists.clamp(1, sample.scales.len());
    let mut rows = sample.spread(lists);
    for _ in 0..ROUNDS {
        let centroids = Centroids::new(sample.dim, &rows, Vec::new())?;
        let assigned = assign(&centroids, sample.rows(), threads, cancel)?;
        rows = sample.means(&assigned, &rows, threads);
    }
    Ok(Centroids::new(sample.dim, &rows, Vec::new())?)
}

/// The rows of a block by list: what a segment is written from.
#[derive(Clone, Debug, PartialEq)]
pub struct Sorted {
    /// Numbers of the rows in their new order.
    pub rows: Vec<u32>,
    /// `Lists::starts` of the rows in that order.
    pub starts: Vec<u32>,
    /// `Lists::radii`.
    pub radii: Vec<f32>,
}

/// Put every row of a block, dead ones too, into the list of its nearest centroid.
///
/// # Errors
/// `Refused` when the block does not fit the centroids, `Cancelled`.
pub fn sort(
    centroids: &Centroids,
    block: &Block<'_>,
    threads: usize,
    cancel: &AtomicBool,
) -> Result<Sorted, Failure> {
    block.check()?;
    check_size("a centroid", centroids.dim(), block.dim)?;
    let assigned = assign(centroids, block.rows(), threads, cancel)?;
    let radii = radii(centroids, block.rows(), &assigned);
    let (rows, starts) = order(&assigned, centroids.len());
    Ok(Sorted { rows, starts, radii })
}

impl Sorted {
    /// As a block wants it, once its rows lie in this order.
    #[must_use]
    pub fn lists<'a>(&'a self, centroids: &'a Centroids) -> Lists<'a> {
        Lists { centroids, starts: &self.starts, radii: &self.radii }
    }
}

/// Rows copied out to learn from.
struct Sample {
    dim: usize,
    codes: Vec<i8>,
    scales: Vec<f32>,
    sums: Vec<i32>,
}

impl Sample {
    /// At most `wanted` of the living rows, evenly spaced.
    fn new(blocks: &[Block<'_>], wanted: usize) -> Result<Self, Failure> {
        blocks.iter().try_for_each(Block::check)?;
        let dim = blocks.first().map_or(1, |block| block.dim);
        let places = || blocks.iter().flat_map(|block| (0..block.len()).map(move |row| (block, row)));
        let living = || places().filter(|(block, row)| block.lives(*row));
        let count = living().count();
        let mut sample = Self { dim, codes: Vec::new(), scales: Vec::new(), sums: Vec::new() };
        for (block, row) in living().step_by(count.div_ceil(wanted.max(1)).max(1)) {
            check_size("a row", block.dim, dim)?;
            let stride = stride(dim);
            sample.codes.extend_from_slice(&block.codes[row * stride..(row + 1) * stride]);
            sample.scales.push(block.scales[row]);
            sample.sums.push(block.sums[row]);
        }
        match sample.scales.len() {
            0 => Err(Refusal::Range { what: "living rows", given: 0.0, wanted: "at least 1" }.into()),
            _ => Ok(sample),
        }
    }

    fn rows(&self) -> Rows<'_> {
        Rows::new(&self.codes, &self.scales, &self.sums, stride(self.dim))
    }

    /// Row `row` as numbers.
    fn values(&self, row: usize) -> impl Iterator<Item = f32> + '_ {
        let scale = self.scales[row];
        self.codes[row * stride(self.dim)..][..self.dim].iter().map(move |&code| f32::from(code) * scale)
    }

    /// `lists` rows of the sample, evenly spaced: where k-means starts.
    fn spread(&self, lists: usize) -> Vec<f32> {
        (0..lists).flat_map(|list| self.values(list * self.scales.len() / lists)).collect()
    }

    /// The mean of the rows of each list. Each sum has one thread and one order.
    fn means(&self, assigned: &[u32], before: &[f32], threads: usize) -> Vec<f32> {
        let count = before.len() / self.dim;
        let (rows, starts) = order(assigned, count);
        let heavy = self.heavy(&starts, count);
        let mean = |(list, mean): (usize, &mut [f32])| {
            let mut members = &rows[starts[list] as usize..starts[list + 1] as usize];
            if members.is_empty() {
                // An empty list takes every other row of a heavy one; both then draw apart.
                let Some(&from) = heavy.get(list % heavy.len().max(1)) else { return };
                members = &rows[starts[from] as usize..starts[from + 1] as usize];
                members = &members[..members.len() / 2];
            }
            mean.fill(0.0);
            for &row in members {
                mean.iter_mut().zip(self.values(row as usize)).for_each(|(sum, value)| *sum += value);
            }
            for sum in mean.iter_mut() {
                *sum /= members.len() as f32;
            }
        };
        let mut means = before.to_vec();
        let each = count.div_ceil(threads.max(1));
        means.par_chunks_mut(self.dim).enumerate().with_min_len(each).for_each(mean);
        means
    }

    /// The lists that could be cut in two, the fullest first.
    fn heavy(&self, starts: &[u32], count: usize) -> Vec<usize> {
        let size = |list: usize| (starts[list + 1] - starts[list]) as usize;
        let mean = self.scales.len() / count;
        let mut heavy: Vec<usize> = (0..count).filter(|&list| size(list) >= HEAVY * mean.max(1)).collect();
        heavy.sort_by_key(|&list| std::cmp::Reverse(size(list)));
        heavy
    }
}
