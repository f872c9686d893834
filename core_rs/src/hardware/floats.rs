//! The product of two f32 vectors.

use super::choice::Simd;
use crate::dot::dot;

impl Simd {
    /// x'y of two slices of equal length, f32 sums in the instruction set's own order.
    ///
    /// # Panics
    /// When the lengths differ.
    #[must_use]
    pub fn product(self, x: &[f32], y: &[f32]) -> f32 {
        assert_eq!(x.len(), y.len());
        #[cfg(target_arch = "x86_64")]
        match self.name() {
            // SAFETY: a `Simd` of that name is only had where its instructions are; the lengths are equal.
            "avx512" => return unsafe { x86::wide(x, y) },
            // SAFETY: as above.
            "avx2" => return unsafe { x86::narrow(x, y) },
            _ => {}
        }
        dot(x, y)
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_maskz_loadu_ps, _mm512_reduce_add_ps, _mm512_setzero_ps,
    };

    const LANES: usize = 16;
    const SUMS: usize = 4;

    /// Four sums of 16 lanes; what is left is loaded behind a mask.
    #[target_feature(enable = "avx512f")]
    pub fn wide(x: &[f32], y: &[f32]) -> f32 {
        let mut sums = [_mm512_setzero_ps(); SUMS];
        let whole = x.len() / LANES;
        for step in 0..whole {
            let at = step * LANES;
            // SAFETY: `step` is one of the whole steps of both slices.
            let (a, b) =
                unsafe { (_mm512_loadu_ps(x.as_ptr().add(at)), _mm512_loadu_ps(y.as_ptr().add(at))) };
            sums[step % SUMS] = _mm512_fmadd_ps(a, b, sums[step % SUMS]);
        }
        let (at, mask) = (whole * LANES, (1u16 << (x.len() % LANES)) - 1);
        // SAFETY: only the entries of the mask are read, and they lie within both slices.
        let (a, b) = unsafe {
            (_mm512_maskz_loadu_ps(mask, x.as_ptr().add(at)), _mm512_maskz_loadu_ps(mask, y.as_ptr().add(at)))
        };
        sums[0] = _mm512_fmadd_ps(a, b, sums[0]);
        sums.into_iter().map(|sum| _mm512_reduce_add_ps(sum)).sum()
    }

    /// The plain loop, in the registers and with the fused steps that AVX2 has.
    #[target_feature(enable = "avx2,fma")]
    pub fn narrow(x: &[f32], y: &[f32]) -> f32 {
        let mut sums = [0.0f32; 2 * LANES];
        let (a, b) = (x.chunks_exact(2 * LANES), y.chunks_exact(2 * LANES));
        let tail: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
        for (a, b) in a.zip(b) {
            for lane in 0..2 * LANES {
                sums[lane] = a[lane].mul_add(b[lane], sums[lane]);
            }
        }
        tail + sums.iter().sum::<f32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::normal;

    #[test]
    fn every_set_gives_the_product_at_every_length() {
        for simd in Simd::available() {
            for length in 0..=1200 {
                let of = |seed| (0..=length).map(move |n| normal(seed, n) as f32).collect::<Vec<_>>();
                let (x, y) = (of(1), of(2));
                let terms = x[1..].iter().zip(&y[1..]).map(|(x, y)| f64::from(*x) * f64::from(*y));
                let (sum, size) = terms.fold((0.0, 0.0), |(sum, size), term| (sum + term, size + term.abs()));
                let got = f64::from(simd.product(&x[1..], &y[1..]));
                assert!((got - sum).abs() <= 1e-6 * size, "{} {length}", simd.name());
            }
        }
    }
}
