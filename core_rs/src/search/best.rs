//! The best k candidates of many blocks: score descending, id ascending.

use std::cmp::Ordering;

/// A row that was scored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Not NaN.
    pub score: f32,
    /// Id of the row.
    pub id: u64,
    /// Which block.
    pub block: u32,
    /// Which row of it.
    pub row: u32,
}

/// Keeps the best `k` offered: a buffer of `4k + 64`, cut by selection whenever it is full.
pub struct Best {
    k: usize,
    kept: Vec<Candidate>,
    floor: f32,
}

impl Best {
    /// Nothing kept yet.
    #[must_use]
    pub fn new(k: usize) -> Self {
        let floor = if k == 0 { f32::INFINITY } else { f32::NEG_INFINITY };
        Self { k, kept: Vec::with_capacity((4 * k + 64).min(1 << 16)), floor }
    }

    /// A score below this is not wanted any more.
    #[must_use]
    pub const fn floor(&self) -> f32 {
        self.floor
    }

    /// Offer one. Amortised O(1).
    #[inline]
    pub fn offer(&mut self, candidate: Candidate) {
        if candidate.score < self.floor || self.k == 0 {
            return;
        }
        self.kept.push(Candidate { score: candidate.score + 0.0, ..candidate }); // -0 becomes 0
        if self.kept.len() >= 4 * self.k + 64 {
            self.cut();
        }
    }

    /// The best of both.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.kept.extend(other.kept);
        self.cut();
        self
    }

    /// The score of the `place`-th best so far, 1 the best; -inf where fewer are kept. O(buffer).
    pub fn score_of(&mut self, place: usize) -> f32 {
        match place.checked_sub(1) {
            Some(at) if at < self.kept.len() => self.kept.select_nth_unstable_by(at, order).1.score,
            _ => f32::NEG_INFINITY,
        }
    }

    /// What is kept, best first. O(k log k).
    #[must_use]
    pub fn sorted(mut self) -> Vec<Candidate> {
        self.cut();
        self.kept.sort_unstable_by(order);
        self.kept
    }

    #[cold]
    fn cut(&mut self) {
        if self.kept.len() > self.k {
            let (_, last, _) = self.kept.select_nth_unstable_by(self.k - 1, order);
            self.floor = last.score;
            self.kept.truncate(self.k);
        }
    }
}

/// Score descending, id ascending.
fn order(a: &Candidate, b: &Candidate) -> Ordering {
    place(b).cmp(&place(a))
}

/// One number that is greater for what is better: compared without a branch, where branches would be guesses.
fn place(one: &Candidate) -> u128 {
    let bits = one.score.to_bits();
    let rising = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
    u128::from(rising) << 64 | u128::from(!one.id)
}
