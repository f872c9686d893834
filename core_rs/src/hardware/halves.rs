//! Dot products of f16 rows: the re-rank of what the i8 scan found.

use half::f16;

use super::choice::{Kind, Simd};
#[cfg(target_arch = "aarch64")]
use super::neon;
use super::scalar;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

impl Simd {
    /// x'y of an f32 vector and an f16 row of equal length, f32 sums. The order of the sums is the set's own.
    ///
    /// # Panics
    /// When the lengths differ.
    #[must_use]
    pub fn dot(self, query: &[f32], row: &[f16]) -> f32 {
        assert_eq!(query.len(), row.len());
        // SAFETY: whoever holds a `Simd` has its instructions; the lengths agree.
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => unsafe { avx512::dot(query, row) },
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => unsafe { avx2::dot(query, row) },
            #[cfg(target_arch = "aarch64")]
            Kind::NeonDot | Kind::Neon => unsafe { neon::dot(query, row) },
            Kind::Scalar => scalar::dot(query, row),
        }
    }
}
