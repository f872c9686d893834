//! Scores of 4-bit rows: half the bytes of an i8 scan, so twice its speed where memory is the limit.
//!
//! A coarse code is the i8 code in steps of 127/7, −7..7, held as 1..15. Byte j of a group of 64 bytes holds
//! code j of its 128 in the low half and code 64 + j in the high half. A score is off by about 0.6 % of
//! |q||x| for 512 numbers, enough to choose candidates by and nothing else; `slack` says how far at most.

use super::choice::{Kind, Simd};
#[cfg(target_arch = "aarch64")]
use super::neon;
use super::rows::{PIECE, Query, Rows, Scores, dispatch};
use super::scalar;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// What is added to a coarse code so that it is not negative.
pub(super) const LIFT: i32 = 8;

/// i8 steps in a coarse step.
pub(super) const STEP: f32 = 127.0 / 7.0;

/// Standard deviations of a coarse score that no row is held to be off by: a sum of rounding errors as uniform as
/// theirs is off by more once in two million times.
const FAR: f32 = 5.0;

/// Codes of a group: what 64 bytes hold.
const GROUP: usize = 128;

/// Bytes of a coarse row of `dim` numbers.
#[must_use]
pub const fn width(dim: usize) -> usize {
    dim.next_multiple_of(GROUP) / 2
}

/// How far below the true one the coarse score of a row of that scale may be, for a query of that length.
#[must_use]
pub fn slack(scale: f32, length: f32) -> f32 {
    FAR * length * scale * STEP / 12f32.sqrt()
}

/// Write the coarse form of an i8 row.
///
/// # Panics
/// When `out` is not `width` of the row.
pub fn pack(codes: &[i8], out: &mut [u8]) {
    assert_eq!(out.len(), width(codes.len()));
    let lifted = |at: usize| codes.get(at).map_or(0, |&code| coarse(code));
    for (group, out) in out.chunks_mut(GROUP / 2).enumerate() {
        for (at, byte) in out.iter_mut().enumerate() {
            *byte = lifted(GROUP * group + at) | lifted(GROUP * group + GROUP / 2 + at) << 4;
        }
    }
}

/// The nearest coarse step, lifted: 1..15.
fn coarse(code: i8) -> u8 {
    let code = i32::from(code);
    ((code * 7 + 63 * code.signum()) / 127 + LIFT) as u8
}

impl Simd {
    /// As `sweep`, of the coarse form of the same rows, `(n, width)`.
    ///
    /// # Panics
    /// As `sweep`, and when there are not as many coarse rows.
    #[allow(clippy::too_many_arguments, reason = "as sweep, and the coarse rows")]
    pub fn sweep_coarse(
        self,
        query: &Query,
        rows: Rows<'_>,
        coarse: &[u8],
        first: usize,
        count: usize,
        floor: f32,
        out: &mut Scores,
    ) -> u64 {
        assert!(count <= PIECE && first + count <= rows.len() && query.stride() == rows.stride);
        let width = width(rows.stride);
        assert!(coarse.len() == rows.len() * width && query.padded.len() == 2 * width);
        dispatch!(self, sweep_coarse(query, rows, coarse, first, count, floor, out))
    }
}
