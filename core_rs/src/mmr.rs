//! A page that is good and not all alike: greedy maximal marginal relevance (Carbonell & Goldstein, 1998).
//!
//! The value of a candidate, λ·score − (1 − λ)·(largest cosine to a picked row), only falls as rows are picked.
//! So a stale value is an upper bound, and only the candidates that lead are brought up to date.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use ndarray::{ArrayView1, ArrayView2};

use crate::dot::length;
use crate::hardware::Simd;
use crate::refusal::{Refusal, check_size};

/// How many rows of one group a page may have.
#[derive(Clone, Copy)]
pub struct Quota<'a> {
    /// `(n, axes)`: the group of each row on each axis (its creator, its folder); 0 is no group.
    pub groups: ArrayView2<'a, u32>,
    /// At most so many of a group, as long as others are left; at least 1.
    pub most: usize,
}

/// Pick `k` row indices, trading score against likeness to rows already picked.
///
/// `vectors` is `(n, d)`, of lengths 1e-15 to 1e15 (cosines are taken; a row of zeros is like nothing); `scores` is `(n,)`;
/// λ = 1 − `diversity`, 0..1. The first pick has the best score; ties go to the lower index; `k` over n gives n.
/// Rows whose group is full come in, by the same rule, once nothing else is left.
/// Usually O(n log n + k·d·leaders), at worst O(k·n·d); memory O(n).
///
/// # Errors
/// `Size`, `NotFinite` for a row of either array, `Range` for a diversity outside 0..1 or a quota of 0.
pub fn mmr(
    vectors: ArrayView2<'_, f32>,
    scores: ArrayView1<'_, f32>,
    k: usize,
    diversity: f64,
    quota: Option<Quota<'_>>,
) -> Result<Vec<u32>, Refusal> {
    check(vectors, scores, diversity, quota)?;
    let vectors = vectors.as_standard_layout();
    let directions = Directions::new(vectors.as_slice().unwrap_or_default(), scores.len())?;
    let mut waiting: BinaryHeap<Candidate> =
        (0..).zip(scores).map(|(i, s)| Candidate::new(i, *s, diversity)).collect();
    let mut counts = Counts { quota, taken: HashMap::new() };
    let mut late: Vec<Candidate> = Vec::new();
    let mut picked: Vec<u32> = Vec::with_capacity(k.min(scores.len()));
    while picked.len() < k {
        let Some(mut leader) = waiting.pop() else {
            if late.is_empty() {
                break;
            }
            counts.quota = None;
            waiting.extend(late.drain(..));
            continue;
        };
        if counts.full(leader.index) {
            late.push(leader);
        } else if leader.seen == picked.len() {
            counts.take(leader.index);
            picked.push(leader.index);
        } else {
            // Against one pick after the other, and no longer than it leads.
            while leader.seen < picked.len() && waiting.peek().is_none_or(|next| leader >= *next) {
                leader.meet(directions.cosine(leader.index, picked[leader.seen]));
                leader.seen += 1;
                leader.weigh(diversity);
            }
            waiting.push(leader);
        }
    }
    Ok(picked)
}

fn check(
    vectors: ArrayView2<'_, f32>,
    scores: ArrayView1<'_, f32>,
    diversity: f64,
    quota: Option<Quota<'_>>,
) -> Result<(), Refusal> {
    check_size("scores", scores.len(), vectors.nrows())?;
    if let Some(quota) = quota {
        check_size("groups", quota.groups.nrows(), scores.len())?;
        if quota.most == 0 {
            return Err(Refusal::Range { what: "most", given: 0.0, wanted: "at least 1" });
        }
    }
    if !(0.0..=1.0).contains(&diversity) {
        return Err(Refusal::Range { what: "diversity", given: diversity, wanted: "0 to 1" });
    }
    match scores.iter().position(|score| !score.is_finite()) {
        Some(row) => Err(Refusal::NotFinite { what: "scores", row }),
        None => Ok(()),
    }
}

/// How many rows of each (axis, group) were picked.
struct Counts<'a> {
    quota: Option<Quota<'a>>,
    taken: HashMap<(usize, u32), usize>,
}

impl<'a> Counts<'a> {
    /// The groups of a row, by axis.
    fn of(quota: Quota<'a>, row: u32) -> impl Iterator<Item = (usize, u32)> + 'a {
        (0..quota.groups.ncols())
            .map(move |axis| (axis, quota.groups[[row as usize, axis]]))
            .filter(|&(_, group)| group != 0)
    }

    fn full(&self, row: u32) -> bool {
        self.quota.is_some_and(|quota| {
            Self::of(quota, row).any(|key| self.taken.get(&key).is_some_and(|&count| count >= quota.most))
        })
    }

    fn take(&mut self, row: u32) {
        if let Some(quota) = self.quota {
            Self::of(quota, row).for_each(|key| *self.taken.entry(key).or_default() += 1);
        }
    }
}

struct Candidate {
    /// The value against the first `seen` picks: an upper bound of the value against all of them.
    value: f64,
    likeness: f64,
    score: f32,
    seen: usize,
    index: u32,
}

impl Candidate {
    fn new(index: u32, score: f32, diversity: f64) -> Self {
        // Before the first pick nothing can be less alike than -1, which keeps the order of the scores.
        let mut fresh = Self { value: 0.0, likeness: -1.0, score, seen: 0, index };
        fresh.weigh(diversity);
        fresh
    }

    fn meet(&mut self, likeness: f64) {
        self.likeness = self.likeness.max(likeness);
    }

    fn weigh(&mut self, diversity: f64) {
        // Adding 0 turns -0 into 0, so that the two tie.
        self.value = (1.0 - diversity) * f64::from(self.score) - diversity * self.likeness + 0.0;
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.total_cmp(&other.value).then(other.index.cmp(&self.index))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

/// The candidates' vectors, row after row, with what brings each to length 1.
struct Directions<'a> {
    simd: Simd,
    rows: &'a [f32],
    width: usize,
    scale: Vec<f64>,
}

impl<'a> Directions<'a> {
    fn new(rows: &'a [f32], count: usize) -> Result<Self, Refusal> {
        let width = rows.len() / count.max(1);
        let (simd, mut scale) = (Simd::chosen(), Vec::with_capacity(count));
        for row in 0..count {
            let vector = &rows[row * width..(row + 1) * width];
            match quick_length(simd, vector).unwrap_or_else(|| length(vector)) {
                0.0 => scale.push(0.0),
                length if length.is_finite() => scale.push(length.recip()),
                _ => return Err(Refusal::NotFinite { what: "vectors", row }),
            }
        }
        Ok(Self { simd, rows, width, scale })
    }

    /// Cosine of two rows, kept in -1..1 so that -1 stays a bound; 0 for a row of zeros.
    fn cosine(&self, a: u32, b: u32) -> f64 {
        let row = |index: usize| &self.rows[index * self.width..(index + 1) * self.width];
        let (a, b) = (a as usize, b as usize);
        (f64::from(self.simd.product(row(a), row(b))) * self.scale[a] * self.scale[b]).clamp(-1.0, 1.0)
    }
}

/// Euclidean length from a sum of squares in f32, where that neither overflows nor loses small entries.
fn quick_length(simd: Simd, vector: &[f32]) -> Option<f64> {
    let square = simd.product(vector, vector);
    (1e-24..1e30).contains(&square).then(|| f64::from(square).sqrt())
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, array};
    use proptest::prelude::*;

    use super::*;

    type Groups = Array2<u32>;

    /// The definition, without bounds: at each step every candidate against every pick.
    fn plain(
        vectors: &Array2<f32>,
        scores: &Array1<f32>,
        k: usize,
        diversity: f64,
        (groups, most): (&Groups, usize),
    ) -> Vec<u32> {
        let directions = Directions::new(vectors.as_slice().unwrap(), scores.len()).unwrap();
        let mut picked: Vec<u32> = Vec::new();
        let mut free = true;
        while picked.len() < k.min(scores.len()) {
            let mut best: Option<(f64, u32)> = None;
            for index in (0..scores.len() as u32).filter(|index| !picked.contains(index)) {
                let crowded = groups.row(index as usize).iter().enumerate().any(|(axis, &group)| {
                    let same = picked.iter().filter(|&&other| groups[[other as usize, axis]] == group);
                    group != 0 && same.count() >= most
                });
                if free && crowded {
                    continue;
                }
                let alike = picked.iter().map(|&other| directions.cosine(index, other));
                let alike = alike.fold(-1.0, f64::max);
                let value = (1.0 - diversity) * f64::from(scores[index as usize]) - diversity * alike;
                if best.is_none_or(|(leading, _)| value > leading) {
                    best = Some((value, index));
                }
            }
            free &= best.is_some();
            picked.extend(best.map(|(_, index)| index));
        }
        picked
    }

    proptest! {
        #[test]
        fn lazy_picks_are_the_plain_picks(
            rows in prop::collection::vec((prop::array::uniform3(-2i8..3), -4i8..5, 0u32..4, 0u32..3), 0..40),
            k in 0usize..45,
            diversity in 0u8..5,
            most in 1usize..5,
        ) {
            let vectors = Array2::from_shape_fn((rows.len(), 3), |(r, c)| f32::from(rows[r].0[c]));
            let scores: Array1<f32> = rows.iter().map(|row| f32::from(row.1)).collect();
            let groups = Array2::from_shape_fn((rows.len(), 2), |(r, c)| if c == 0 { rows[r].2 } else { rows[r].3 });
            let diversity = f64::from(diversity) / 4.0;
            let quota = Quota { groups: groups.view(), most };
            let lazy = mmr(vectors.view(), scores.view(), k, diversity, Some(quota)).unwrap();
            prop_assert_eq!(lazy, plain(&vectors, &scores, k, diversity, (&groups, most)));
            let none = Groups::zeros((rows.len(), 1));
            let lazy = mmr(vectors.view(), scores.view(), k, diversity, None).unwrap();
            prop_assert_eq!(lazy, plain(&vectors, &scores, k, diversity, (&none, 1)));
        }
    }

    #[test]
    fn the_twin_of_a_pick_waits_when_diversity_counts() {
        let vectors = array![[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
        let scores = array![1.0, 0.9, 0.8];
        assert_eq!(mmr(vectors.view(), scores.view(), 3, 0.0, None), Ok(vec![0, 1, 2]));
        assert_eq!(mmr(vectors.view(), scores.view(), 3, 0.5, None), Ok(vec![0, 2, 1]));
    }

    #[test]
    fn zero_and_minus_zero_tie() {
        let (vectors, scores) = (array![[0.0], [0.0]], array![-1.0, 0.0]);
        assert_eq!(mmr(vectors.view(), scores.view(), 2, 1.0, None), Ok(vec![0, 1]));
    }

    #[test]
    fn a_full_group_waits_until_nothing_else_is_left() {
        let (vectors, scores) = (Array2::zeros((4, 1)), array![4.0, 3.0, 2.0, 1.0]);
        let groups = array![[7], [7], [0], [0]];
        let quota = Quota { groups: groups.view(), most: 1 };
        assert_eq!(mmr(vectors.view(), scores.view(), 4, 0.0, Some(quota)), Ok(vec![0, 2, 3, 1]));
    }

    #[test]
    fn a_score_that_is_not_a_number_is_refused_by_row() {
        let refused = mmr(array![[1.0], [1.0]].view(), array![0.0, f32::NAN].view(), 1, 0.5, None);
        assert_eq!(refused, Err(Refusal::NotFinite { what: "scores", row: 1 }));
    }
}
