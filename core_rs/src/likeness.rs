//! Near-duplicates by 64-bit marks in less than quadratic time: multi-index hashing (Norouzi, Punjani & Fleet, 2012).
//!
//! A mark is cut into four parts of 16 bits, each with an index of its own. Two marks within a radius
//! r = 4·s + a differ in at most s bits in one of the first a + 1 parts or in fewer than s in one of the
//! others; so a mark looks up few neighbours of each of its parts instead of every other mark.

use ndarray::ArrayView2;

use crate::hardware::Simd;
use crate::refusal::{Refusal, check_size};

const PARTS: usize = 4;
const BITS: usize = 16;
/// Up to here the lookups of a mark stay in the thousands.
pub const WIDEST: u32 = 15;

/// What besides close marks two rows must have in common.
#[derive(Clone, Copy)]
pub struct Agreement<'a> {
    /// A size of each row: seconds, words, shape.
    pub sizes: &'a [f64],
    /// Two sizes agree when they differ by at most `apart` + `share` · the larger.
    pub apart: f64,
    /// See `apart`.
    pub share: f64,
    /// `(n, d)` vectors and the least cosine of two of them.
    pub vectors: Option<(ArrayView2<'a, f32>, f64)>,
}

/// For each row the row that stands for its group: the first of it, itself for a row alone.
///
/// Rows are taken in their order. One that agrees with a leader within `radius` bits joins the nearest, of
/// equally near ones the first; any other becomes a leader. So every member is close to its leader, and no
/// chain of small steps joins strangers. A mark of 0 says nothing: its row stays alone.
/// Far below O(n²) on marks that are spread: each row looks up 4 parts (radius up to 3), 68 (7), 548 (11).
///
/// # Errors
/// `Size` when the arrays have different lengths, `Range` for a radius above `WIDEST`.
pub fn leaders(marks: &[i64], radius: u32, agreement: &Agreement<'_>) -> Result<Vec<u32>, Refusal> {
    check_size("sizes", agreement.sizes.len(), marks.len())?;
    if let Some((vectors, _)) = agreement.vectors {
        check_size("vectors", vectors.nrows(), marks.len())?;
    }
    if radius > WIDEST {
        return Err(Refusal::Range { what: "radius", given: f64::from(radius), wanted: "0 to 15" });
    }
    let vectors = Vectors::new(agreement);
    let mut index = Index::new(radius);
    let mut leaders: Vec<u32> = (0..marks.len() as u32).collect();
    for (row, &mark) in marks.iter().enumerate().filter(|(_, mark)| **mark != 0) {
        let near = index.near(mark as u64, |leader| (marks[leader as usize] ^ mark).count_ones());
        let agreeing = near.iter().find(|&&(_, leader)| {
            agreement.sizes_agree(row, leader as usize) && vectors.agree(row, leader as usize)
        });
        match agreeing {
            Some(&(_, leader)) => leaders[row] = leader,
            None => index.add(mark as u64, row as u32),
        }
    }
    Ok(leaders)
}

impl Agreement<'_> {
    fn sizes_agree(&self, a: usize, b: usize) -> bool {
        let (a, b) = (self.sizes[a], self.sizes[b]);
        (a - b).abs() <= self.apart + self.share * a.max(b)
    }
}

/// The vectors, if they count, contiguous.
struct Vectors {
    simd: Simd,
    rows: Vec<f32>,
    width: usize,
    least: Option<f64>,
}

impl Vectors {
    fn new(agreement: &Agreement<'_>) -> Self {
        let simd = Simd::chosen();
        let Some((vectors, least)) = agreement.vectors else {
            return Self { simd, rows: Vec::new(), width: 0, least: None };
        };
        Self { simd, rows: vectors.iter().copied().collect(), width: vectors.ncols(), least: Some(least) }
    }

    /// Whether the cosine of two rows is large enough; a row of zeros is like nothing.
    fn agree(&self, a: usize, b: usize) -> bool {
        let Some(least) = self.least else { return true };
        let row = |n: usize| &self.rows[n * self.width..(n + 1) * self.width];
        let product = |a: usize, b: usize| f64::from(self.simd.product(row(a), row(b)));
        let lengths = (product(a, a) * product(b, b)).sqrt();
        lengths > 0.0 && product(a, b) >= least * lengths
    }
}

/// Leaders by each part of their marks.
struct Index {
    radius: u32,
    tables: Vec<Vec<Vec<u32>>>,
    /// For each part the bits to flip in it when looking something up.
    flips: [Vec<u16>; PARTS],
}

impl Index {
    fn new(radius: u32) -> Self {
        let (some, more) = (radius / PARTS as u32, radius as usize % PARTS);
        let flips = std::array::from_fn(|part| match (part <= more, some) {
            (true, some) => flips(some),
            (false, 0) => Vec::new(),
            (false, some) => flips(some - 1),
        });
        Self { radius, tables: vec![vec![Vec::new(); 1 << BITS]; PARTS], flips }
    }

    fn add(&mut self, mark: u64, row: u32) {
        for (part, table) in self.tables.iter_mut().enumerate() {
            table[piece(mark, part)].push(row);
        }
    }

    /// The rows within the radius with their distances, nearest first, then by row.
    fn near(&self, mark: u64, distance: impl Fn(u32) -> u32) -> Vec<(u32, u32)> {
        let mut found: Vec<(u32, u32)> = Vec::new();
        for (part, table) in self.tables.iter().enumerate() {
            let own = piece(mark, part);
            for &flip in &self.flips[part] {
                let rows = table[own ^ usize::from(flip)].iter();
                found.extend(rows.map(|&row| (distance(row), row)).filter(|pair| pair.0 <= self.radius));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

const fn piece(mark: u64, part: usize) -> usize {
    (mark >> (part * BITS)) as usize & ((1 << BITS) - 1)
}

/// Every pattern of 16 bits with at most `most` set.
fn flips(most: u32) -> Vec<u16> {
    (0..=u16::MAX).filter(|bits| bits.count_ones() <= most).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chance::bits;

    /// The definition: every row against every leader before it.
    fn plain(marks: &[i64], sizes: &[f64], radius: u32) -> Vec<u32> {
        let mut found: Vec<u32> = Vec::new();
        for row in 0..marks.len() {
            let leads = |&other: &usize| found[other] == other as u32 && marks[other] != 0;
            let near = |&other: &usize| {
                (marks[other] ^ marks[row]).count_ones() <= radius && (sizes[other] - sizes[row]).abs() <= 1.0
            };
            let best = (0..row)
                .filter(leads)
                .filter(near)
                .min_by_key(|&other| ((marks[other] ^ marks[row]).count_ones(), other));
            found.push(if marks[row] == 0 { row } else { best.unwrap_or(row) } as u32);
        }
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn the_index_finds_what_looking_at_every_pair_finds(
            rows in prop::collection::vec((0u64..6, prop::collection::vec(0u32..64, 0..9), 0u8..4), 0..120),
            radius in 0u32..=WIDEST,
        ) {
            let flipped = |(base, flips, _): &(u64, Vec<u32>, u8)| {
                let mark = if *base == 0 { 0 } else { bits(1, *base) };
                flips.iter().fold(mark, |mark, bit| mark ^ 1 << bit) as i64
            };
            let marks: Vec<i64> = rows.iter().map(flipped).collect();
            let sizes: Vec<f64> = rows.iter().map(|row| f64::from(row.2)).collect();
            let agreement = Agreement { sizes: &sizes, apart: 1.0, share: 0.0, vectors: None };
            prop_assert_eq!(leaders(&marks, radius, &agreement).unwrap(), plain(&marks, &sizes, radius));
        }
    }

    #[test]
    fn vectors_that_point_elsewhere_keep_equal_marks_apart() {
        let vectors = ndarray::array![[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.0, 0.0]];
        let agreement =
            Agreement { sizes: &[1.0; 4], apart: 0.0, share: 0.0, vectors: Some((vectors.view(), 0.98)) };
        assert_eq!(leaders(&[5; 4], 3, &agreement), Ok(vec![0, 0, 2, 3]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let agreement = Agreement { sizes: &[1.0], apart: 0.0, share: 0.0, vectors: None };
        assert!(leaders(&[1, 2], 3, &agreement).is_err());
        assert!(leaders(&[1], 16, &agreement).is_err());
    }
}
