//! Dot products of f16 rows: the re-rank of what the i8 scan found.

use half::f16;

use super::choice::{Kind, Simd};
use super::scalar;

impl Simd {
    /// x'y of an f32 vector and an f16 row of equal length, f32 sums. The order of the sums is the set's own.
    ///
    /// # Panics
    /// When the lengths differ.
    #[must_use]
    pub fn dot(self, query: &[f32], row: &[f16]) -> f32 {
        assert_eq!(query.len(), row.len());
        match self.0 {
            Kind::Scalar => scalar::dot(query, row),
        }
    }
}
