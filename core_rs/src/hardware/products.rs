//! Products of f16 rows with a few vectors at once: what one rating, or a burst of them, means to every row.
//!
//! A row is widened once and multiplied with all vectors, so a burst costs little more memory traffic than one
//! rating. Sums are f32 in the instruction set's own order; within 1e-6 of the sum of the absolute terms.

use half::f16;

use super::choice::Simd;
use crate::dot::HalfDot;

/// Vectors multiplied in one pass over the rows.
pub const MOST: usize = 8;
/// Entries of a row taken at a time.
const STEP: usize = 16;

/// Up to `MOST` vectors of one width, laid out for the kernels.
///
/// Each is cut into whole steps and, where the width is no multiple, a last step that belongs to the last
/// 16 entries of a row, with zeros where it overlaps the step before. So no kernel reads past a row.
pub struct Vectors {
    width: usize,
    stride: usize,
    steps: Vec<f32>,
    plain: Vec<HalfDot>,
}

impl Vectors {
    /// Prepare `vectors`, each of `width` finite numbers.
    ///
    /// # Panics
    /// When there are more than `MOST` or one has another width.
    #[must_use]
    pub fn new(width: usize, vectors: &[&[f64]]) -> Self {
        assert!(vectors.len() <= MOST && vectors.iter().all(|vector| vector.len() == width));
        let stride = width.next_multiple_of(STEP);
        let mut steps = vec![0.0; stride * vectors.len()];
        for (laid, vector) in steps.chunks_exact_mut(stride.max(1)).zip(vectors) {
            let whole = width / STEP * STEP;
            for (to, from) in laid.iter_mut().zip(&vector[..whole]) {
                *to = *from as f32;
            }
            let rest = width - whole;
            for (to, from) in laid[stride - rest..].iter_mut().zip(&vector[whole..]) {
                *to = *from as f32;
            }
        }
        Self { width, stride, steps, plain: vectors.iter().map(|vector| HalfDot::new(vector)).collect() }
    }

    /// How many.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.plain.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.plain.is_empty()
    }
}

impl Simd {
    /// `out[v * n + r]` = row r times vector v, for the n rows that `rows` holds one after the other.
    ///
    /// # Panics
    /// When `rows` is no whole number of rows or `out` has not a place for every product.
    pub fn products(self, rows: &[f16], vectors: &Vectors, out: &mut [f32]) {
        let width = vectors.width;
        let count = rows.len() / width.max(1);
        assert!(rows.len() == count * width && out.len() == count * vectors.len());
        if width >= STEP && count > 0 && self.widens(rows, vectors, out) {
            return;
        }
        for (vector, out) in vectors.plain.iter().zip(out.chunks_exact_mut(count.max(1))) {
            for (row, out) in rows.chunks_exact(width).zip(out) {
                *out = vector.with(row) as f32;
            }
        }
    }

    /// As `products`, by vector instructions; false when this is the reference.
    fn widens(self, rows: &[f16], vectors: &Vectors, out: &mut [f32]) -> bool {
        let kernel: unsafe fn(&[f16], &Vectors, &mut [f32]) = match (self.name(), vectors.len()) {
            #[cfg(target_arch = "aarch64")]
            ("neon" | "neon-dot", 1) => arm::narrow::<1>,
            #[cfg(target_arch = "aarch64")]
            ("neon" | "neon-dot", 2) => arm::narrow::<2>,
            #[cfg(target_arch = "aarch64")]
            ("neon" | "neon-dot", _) => arm::narrow::<4>,
            #[cfg(target_arch = "x86_64")]
            ("avx512", 1) => x86::wide::<1>,
            #[cfg(target_arch = "x86_64")]
            ("avx512", 2) => x86::wide::<2>,
            #[cfg(target_arch = "x86_64")]
            ("avx512", 3..=4) => x86::wide::<4>,
            #[cfg(target_arch = "x86_64")]
            ("avx512", _) => x86::wide::<8>,
            #[cfg(target_arch = "x86_64")]
            ("avx2", 1) => x86::narrow::<1>,
            #[cfg(target_arch = "x86_64")]
            ("avx2", 2) => x86::narrow::<2>,
            #[cfg(target_arch = "x86_64")]
            ("avx2", _) => x86::narrow::<4>,
            _ => return false,
        };
        // SAFETY: a `Simd` of that name is only had where its instructions are; `products` checked every length.
        unsafe { kernel(rows, vectors, out) };
        true
    }
}

/// Where step `index` of a row begins: the last one ends with the row.
const fn begin(index: usize, width: usize) -> usize {
    let plain = index * STEP;
    if plain + STEP > width { width - STEP } else { plain }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        _mm_add_ps, _mm_add_ss, _mm_cvtss_f32, _mm_loadu_si128, _mm_movehdup_ps, _mm_movehl_ps,
        _mm256_add_ps, _mm256_castps256_ps128, _mm256_cvtph_ps, _mm256_extractf128_ps, _mm256_fmadd_ps,
        _mm256_loadu_ps, _mm256_loadu_si256, _mm256_setzero_ps, _mm512_cvtph_ps, _mm512_fmadd_ps,
        _mm512_loadu_ps, _mm512_reduce_add_ps, _mm512_setzero_ps,
    };

    use half::f16;

    use super::{STEP, Vectors, begin};

    /// G vectors at a time, 16 entries a step. What is asked for beyond the last vector is computed from it again.
    #[target_feature(enable = "avx512f,avx2,f16c")]
    pub fn wide<const G: usize>(rows: &[f16], vectors: &Vectors, out: &mut [f32]) {
        let (width, stride, count) = (vectors.width, vectors.stride, rows.len() / vectors.width);
        for (first, out) in (0..vectors.len()).step_by(G).zip(out.chunks_mut((G * count).max(1))) {
            let last = vectors.len() - first - 1;
            for r in 0..count {
                let mut sums = [_mm512_setzero_ps(); G];
                for step in 0..stride / STEP {
                    // SAFETY: a step lies within its row, and its part of a vector within the `stride` of the vector.
                    unsafe {
                        let row = rows.as_ptr().add(r * width + begin(step, width));
                        let x = _mm512_cvtph_ps(_mm256_loadu_si256(row.cast()));
                        for (v, sum) in sums.iter_mut().enumerate() {
                            let vector = (first + v.min(last)) * stride + step * STEP;
                            let y = _mm512_loadu_ps(vectors.steps.as_ptr().add(vector));
                            *sum = _mm512_fmadd_ps(x, y, *sum);
                        }
                    }
                }
                for (v, sum) in sums.iter().enumerate().take(last + 1) {
                    out[v * count + r] = _mm512_reduce_add_ps(*sum);
                }
            }
        }
    }

    /// As `wide`, with two halves of 8 a step.
    #[target_feature(enable = "avx2,fma,f16c")]
    pub fn narrow<const G: usize>(rows: &[f16], vectors: &Vectors, out: &mut [f32]) {
        let (width, stride, count) = (vectors.width, vectors.stride, rows.len() / vectors.width);
        for (first, out) in (0..vectors.len()).step_by(G).zip(out.chunks_mut((G * count).max(1))) {
            let last = vectors.len() - first - 1;
            for r in 0..count {
                let mut sums = [[_mm256_setzero_ps(); 2]; G];
                for step in 0..stride / STEP {
                    // SAFETY: as in `wide`; a half is 8 entries of the step.
                    unsafe {
                        let row = rows.as_ptr().add(r * width + begin(step, width));
                        let x = _mm256_cvtph_ps(_mm_loadu_si128(row.cast()));
                        let x2 = _mm256_cvtph_ps(_mm_loadu_si128(row.add(8).cast()));
                        for (v, sum) in sums.iter_mut().enumerate() {
                            let vector = (first + v.min(last)) * stride + step * STEP;
                            let y = vectors.steps.as_ptr().add(vector);
                            sum[0] = _mm256_fmadd_ps(x, _mm256_loadu_ps(y), sum[0]);
                            sum[1] = _mm256_fmadd_ps(x2, _mm256_loadu_ps(y.add(8)), sum[1]);
                        }
                    }
                }
                for (v, sum) in sums.iter().enumerate().take(last + 1) {
                    let four = _mm256_add_ps(sum[0], sum[1]);
                    let four = _mm_add_ps(_mm256_castps256_ps128(four), _mm256_extractf128_ps::<1>(four));
                    let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
                    out[v * count + r] = _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
                }
            }
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod arm {
    use std::arch::aarch64::{vaddq_f32, vaddvq_f32, vdupq_n_f32, vfmaq_f32, vld1q_f32};

    use half::f16;

    use super::super::neon::widened;
    use super::{STEP, Vectors, begin};

    /// As `x86::wide`, with four quarters of 4 a step: sixteen sums for four vectors, of 32 registers.
    #[target_feature(enable = "neon")]
    pub fn narrow<const G: usize>(rows: &[f16], vectors: &Vectors, out: &mut [f32]) {
        let (width, stride, count) = (vectors.width, vectors.stride, rows.len() / vectors.width);
        for (first, out) in (0..vectors.len()).step_by(G).zip(out.chunks_mut((G * count).max(1))) {
            let last = vectors.len() - first - 1;
            for r in 0..count {
                let mut sums = [[vdupq_n_f32(0.0); 4]; G];
                for step in 0..stride / STEP {
                    // SAFETY: a step lies within its row, and its part of a vector within the `stride` of the vector.
                    unsafe {
                        let row = rows.as_ptr().add(r * width + begin(step, width));
                        let x = [0, 4, 8, 12].map(|at| widened(row.add(at)));
                        for (v, sums) in sums.iter_mut().enumerate() {
                            let vector = (first + v.min(last)) * stride + step * STEP;
                            let y = vectors.steps.as_ptr().add(vector);
                            for (quarter, sum) in sums.iter_mut().enumerate() {
                                *sum = vfmaq_f32(*sum, x[quarter], vld1q_f32(y.add(4 * quarter)));
                            }
                        }
                    }
                }
                for (v, [a, b, c, d]) in sums.iter().enumerate().take(last + 1) {
                    out[v * count + r] = vaddvq_f32(vaddq_f32(vaddq_f32(*a, *b), vaddq_f32(*c, *d)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::normal;

    /// Rows whose number and width leave tails everywhere, and vectors of very different lengths.
    fn agree(simd: Simd, width: usize, count: usize, several: usize) {
        let rows: Vec<f16> =
            (0..=count * width).map(|n| f16::from_f64(normal(width as u64, n as u64))).collect();
        let rows = &rows[1..]; // off the alignment of the allocation
        let made: Vec<Vec<f64>> = (0..several)
            .map(|v| {
                (0..width).map(|n| normal(9, (v * width + n) as u64) * 10f64.powi(v as i32 - 4)).collect()
            })
            .collect();
        let vectors = Vectors::new(width, &made.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let mut out = vec![f32::NAN; count * several];
        simd.products(rows, &vectors, &mut out);
        for (v, vector) in made.iter().enumerate() {
            for (r, row) in rows.chunks_exact(width).enumerate() {
                let terms = row.iter().zip(vector).map(|(x, y)| x.to_f64() * y);
                let (sum, size) = terms.fold((0.0, 0.0), |(sum, size), term| (sum + term, size + term.abs()));
                let got = f64::from(out[v * count + r]);
                assert!((got - sum).abs() <= 1e-6 * size, "{} {width} {v} {r}: {got} {sum}", simd.name());
            }
        }
    }

    #[test]
    fn every_set_multiplies_every_width_and_number_of_vectors() {
        for simd in Simd::available() {
            (1..=1200).for_each(|width| agree(simd, width, 1 + width % 3, 1 + width % MOST));
            (0..=MOST).for_each(|several| agree(simd, 98, 67, several));
            agree(simd, 98, 0, 3);
        }
    }
}
