//! Kernels for 64-bit ARM: `sdot` where the processor has it, widening multiplies where not.

use std::arch::aarch64::{
    float32x4_t, int32x4_t, vaddq_f32, vaddq_s32, vaddvq_f32, vaddvq_s32, vandq_u8, vdupq_n_f32, vdupq_n_s32,
    vdupq_n_u8, vfmaq_f32, vget_low_s8, vld1_u16, vld1q_f32, vld1q_s8, vld1q_u8, vmull_high_s8, vmull_s8,
    vpadalq_s16, vreinterpretq_s8_u8, vshrq_n_u8,
};
use std::arch::asm;

use half::f16;

/// Defines `quad`, `square` and `coarse` from the set's own `step(sum, a, b)`: sum += products of sixteen codes.
macro_rules! shapes {
    ($features:literal) => {
        #[target_feature(enable = $features)]
        #[inline]
        unsafe fn quad(
            query: &Query,
            rows: [*const i8; 4],
            _ahead: [*const i8; 4],
            stride: usize,
        ) -> [i32; 4] {
            let mut sums = [vdupq_n_s32(0); 4];
            for at in (0..stride).step_by(16) {
                // SAFETY: the caller says that query and rows are `stride` long, a multiple of 16.
                unsafe {
                    let query = vld1q_s8(query.codes.as_ptr().add(at));
                    for (sum, row) in sums.iter_mut().zip(rows) {
                        *sum = step(*sum, query, vld1q_s8(row.add(at)));
                    }
                }
            }
            sums.map(|sum| vaddvq_s32(sum))
        }

        #[target_feature(enable = $features)]
        #[inline]
        unsafe fn square(queries: &[Query; 4], rows: [*const i8; 4], stride: usize) -> [[i32; 4]; 4] {
            let mut sums = [[vdupq_n_s32(0); 4]; 4];
            for at in (0..stride).step_by(16) {
                // SAFETY: as in `quad`.
                unsafe {
                    let rows = rows.map(|row| vld1q_s8(row.add(at)));
                    for (sums, query) in sums.iter_mut().zip(queries) {
                        let query = vld1q_s8(query.codes.as_ptr().add(at));
                        for (sum, row) in sums.iter_mut().zip(rows) {
                            *sum = step(*sum, query, row);
                        }
                    }
                }
            }
            sums.map(|sums| sums.map(|sum| vaddvq_s32(sum)))
        }

        /// Sums of query code × lifted coarse code for rows that follow each other.
        ///
        /// # Safety
        /// `rows` are whole rows of half as many bytes as the query has codes, a multiple of 128.
        #[target_feature(enable = $features)]
        unsafe fn coarse(query: &[i8], rows: &[u8], dots: &mut [i32; PIECE]) {
            let width = query.len() / 2;
            for (row, dot) in rows.chunks_exact(width).zip(dots) {
                let mut sums = [vdupq_n_s32(0); 2];
                for at in (0..width).step_by(16) {
                    let codes = at / 64 * 128 + at % 64;
                    // SAFETY: `codes + 80` is within the query, `at + 16` within the row.
                    unsafe {
                        let bytes = vld1q_u8(row.as_ptr().add(at));
                        let low = vreinterpretq_s8_u8(vandq_u8(bytes, vdupq_n_u8(15)));
                        let high = vreinterpretq_s8_u8(vshrq_n_u8::<4>(bytes));
                        sums[0] = step(sums[0], low, vld1q_s8(query.as_ptr().add(codes)));
                        sums[1] = step(sums[1], high, vld1q_s8(query.as_ptr().add(codes + 64)));
                    }
                }
                *dot = vaddvq_s32(vaddq_s32(sums[0], sums[1]));
            }
        }
    };
}

/// With the dot product instruction, by inline assembly: its intrinsic is not stable yet.
pub(super) mod dotprod {
    use std::arch::aarch64::int8x16_t;
    use std::arch::asm;

    use super::{
        int32x4_t, vaddq_s32, vaddvq_s32, vandq_u8, vdupq_n_s32, vdupq_n_u8, vld1q_s8, vld1q_u8,
        vreinterpretq_s8_u8, vshrq_n_u8,
    };

    crate::hardware::pieces::pieces!("neon,dotprod", 0);
    shapes!("neon,dotprod");

    #[target_feature(enable = "neon,dotprod")]
    #[inline]
    fn step(mut sum: int32x4_t, a: int8x16_t, b: int8x16_t) -> int32x4_t {
        // SAFETY: registers in, a register out; the function has the instruction enabled.
        unsafe {
            asm!(
                "sdot {sum:v}.4s, {a:v}.16b, {b:v}.16b",
                sum = inout(vreg) sum,
                a = in(vreg) a,
                b = in(vreg) b,
                options(pure, nomem, nostack, preserves_flags),
            );
        }
        sum
    }
}

/// With what every 64-bit ARM has: products of 8-bit codes fit 16 bits, pairs of them are added into 32.
pub(super) mod widening {
    use std::arch::aarch64::int8x16_t;

    use super::{
        int32x4_t, vaddq_s32, vaddvq_s32, vandq_u8, vdupq_n_s32, vdupq_n_u8, vget_low_s8, vld1q_s8, vld1q_u8,
        vmull_high_s8, vmull_s8, vpadalq_s16, vreinterpretq_s8_u8, vshrq_n_u8,
    };

    crate::hardware::pieces::pieces!("neon", 0);
    shapes!("neon");

    #[target_feature(enable = "neon")]
    #[inline]
    fn step(sum: int32x4_t, a: int8x16_t, b: int8x16_t) -> int32x4_t {
        let low = vmull_s8(vget_low_s8(a), vget_low_s8(b));
        vpadalq_s16(vpadalq_s16(sum, low), vmull_high_s8(a, b))
    }
}

/// Four f16 numbers as f32, by inline assembly: the intrinsic is younger than the oldest compiler we take.
///
/// # Safety
/// Four numbers are there.
#[target_feature(enable = "neon")]
#[inline]
pub(super) unsafe fn widened(halves: *const f16) -> float32x4_t {
    let wide;
    // SAFETY: the caller's promise; registers in, a register out, and every 64-bit ARM has the instruction.
    unsafe {
        asm!(
            "fcvtl {wide:v}.4s, {halves:v}.4h",
            wide = lateout(vreg) wide,
            halves = in(vreg) vld1_u16(halves.cast()),
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    wide
}

/// x'y of an f32 vector and an f16 row.
///
/// # Safety
/// Both have the same length.
#[target_feature(enable = "neon")]
pub(super) unsafe fn dot(query: &[f32], row: &[f16]) -> f32 {
    let mut sums: [float32x4_t; 4] = [vdupq_n_f32(0.0); 4];
    let whole = query.len() / 16 * 16;
    for at in (0..whole).step_by(16) {
        for (lane, sum) in sums.iter_mut().enumerate() {
            // SAFETY: `at + 16` is within both.
            unsafe {
                let query = vld1q_f32(query.as_ptr().add(at + 4 * lane));
                *sum = vfmaq_f32(*sum, query, widened(row.as_ptr().add(at + 4 * lane)));
            }
        }
    }
    let [a, b, c, d] = sums;
    let sum = vaddvq_f32(vaddq_f32(vaddq_f32(a, b), vaddq_f32(c, d)));
    sum + super::scalar::dot(&query[whole..], &row[whole..])
}
