//! The best k of a stream of (value, row), without sorting the rest.

use std::cmp::Ordering;

/// A place in the order "value descending, row ascending"; what stands after it is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Below {
    /// Value of the last row already seen.
    pub value: f64,
    /// That row.
    pub row: u32,
}

impl Below {
    /// Whether a row stands at or before this place.
    fn reaches(self, value: f64, row: u32) -> bool {
        value > self.value || (value == self.value && row <= self.row)
    }
}

/// Values looked at together, most of which hold nothing that is wanted.
const LANES: usize = 16;

/// Keeps the best `k` offered: a buffer of `2k` cut by selection whenever it is full.
pub struct Top {
    k: usize,
    below: Option<Below>,
    kept: Vec<(f64, u32)>,
    /// Once `k` are kept, what does not beat the least of them is not looked at.
    least: Option<(f64, u32)>,
}

impl Top {
    /// The best `k` of what will be offered, of those that stand after `below` if it is given.
    #[must_use]
    pub fn new(k: usize, below: Option<Below>) -> Self {
        Self { k, below, kept: Vec::new(), least: None }
    }

    /// Offer one row. `value` is not NaN. Amortised O(1).
    #[inline]
    pub fn offer(&mut self, value: f64, row: u32) {
        if self.below.is_some_and(|below| below.reaches(value, row)) {
            return;
        }
        if self.least.is_some_and(|least| order(&least, &(value, row)) != Ordering::Greater) {
            return;
        }
        self.kept.push((value, row));
        if self.kept.len() >= 2 * self.k.max(32) {
            self.cut();
        }
    }

    /// Offer those of `values` of the rows from `first` on that are `allowed`; what cannot be kept is not asked for.
    pub fn sweep(&mut self, values: &[f64], first: u32, allowed: impl Fn(usize) -> bool) {
        for (few, first) in values.chunks(LANES).zip((first..).step_by(LANES)) {
            let least = self.least.map_or(f64::NEG_INFINITY, |least| least.0);
            if few.iter().filter(|&&value| value >= least).count() == 0 {
                continue;
            }
            for (row, &value) in (first..).zip(few) {
                if value >= least && allowed(row as usize) {
                    self.offer(value, row);
                }
            }
        }
    }

    /// What is best of what both were offered; both for the same `k` and place.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        other.kept.into_iter().for_each(|(value, row)| self.offer(value, row));
        self
    }

    /// What is kept, best first. O(k log k).
    #[must_use]
    pub fn sorted(mut self) -> Vec<(f64, u32)> {
        self.cut();
        self.kept.sort_unstable_by(order);
        self.kept
    }

    fn cut(&mut self) {
        if self.k == 0 {
            self.kept.clear();
        } else if self.kept.len() > self.k {
            let (_, last, _) = self.kept.select_nth_unstable_by(self.k - 1, order);
            self.least = Some(*last);
            self.kept.truncate(self.k);
        }
    }
}

/// Value descending, row ascending. 0 and -0 are equal.
fn order(a: &(f64, u32), b: &(f64, u32)) -> Ordering {
    b.0.partial_cmp(&a.0).unwrap_or(Ordering::Equal).then(a.1.cmp(&b.1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pages_are_the_slices_of_a_full_sort(
            values in prop::collection::vec(-3i8..4, 0..200),
            k in 0usize..90,
            skip in 0usize..200,
        ) {
            let mut rows: Vec<(f64, u32)> =
                values.iter().enumerate().map(|(row, &value)| (f64::from(value), row as u32)).collect();
            let offered = rows.clone();
            rows.sort_by(order);
            let skip = skip.min(rows.len());
            let below = skip.checked_sub(1).map(|last| Below { value: rows[last].0, row: rows[last].1 });
            let mut top = Top::new(k, below);
            for (value, row) in offered {
                top.offer(value, row);
            }
            let expected: Vec<_> = rows[skip..].iter().take(k).copied().collect();
            prop_assert_eq!(top.sorted(), expected);
        }
    }
}
