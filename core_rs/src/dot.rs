//! Dot products in a fixed order of sums, written so that the compiler keeps the parts in vector registers.

use half::f16;

/// Partial sums of one product. A tree of sums at the end would be shorter but makes the compiler halve its vectors.
const LANES: usize = 8;

/// x'y of two slices of equal length, in f32.
#[must_use]
pub fn dot(x: &[f32], y: &[f32]) -> f32 {
    let mut parts = [0.0; LANES];
    let (x_lanes, y_lanes) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    let tail: f32 = x_lanes.remainder().iter().zip(y_lanes.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in x_lanes.zip(y_lanes) {
        for lane in 0..LANES {
            parts[lane] += a[lane] * b[lane];
        }
    }
    tail + parts.iter().sum::<f32>()
}

/// Euclidean length, summed in f64 so that no finite entry overflows; NaN or infinite if an entry is.
#[must_use]
pub fn length(x: &[f32]) -> f64 {
    let mut parts = [0.0; LANES];
    let lanes = x.chunks_exact(LANES);
    let tail: f64 = lanes.remainder().iter().map(|&a| f64::from(a) * f64::from(a)).sum();
    for a in lanes {
        for lane in 0..LANES {
            parts[lane] += f64::from(a[lane]) * f64::from(a[lane]);
        }
    }
    (tail + parts.iter().sum::<f64>()).sqrt()
}

/// A vector to be multiplied with many f16 rows, prepared once.
///
/// The bits of an f16 moved to the places of an f32 read as the same number times 2^-112, subnormal ones
/// included. So the rows need no conversion: the vector carries the 2^112, after its largest entry was taken
/// out of it so that nothing overflows. On x86-64 without AVX this is twice as fast as converting rows first.
pub struct HalfDot {
    scaled: Vec<f32>,
    largest: f64,
}

impl HalfDot {
    /// Prepare `vector`, finite numbers.
    #[must_use]
    pub fn new(vector: &[f64]) -> Self {
        let largest = vector.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        let scale = if largest > 0.0 { 2f64.powi(112) / largest } else { 0.0 };
        Self { scaled: vector.iter().map(|value| (value * scale) as f32).collect(), largest }
    }

    /// Entries of the vector.
    #[must_use]
    pub fn width(&self) -> usize {
        self.scaled.len()
    }

    /// x'vector, where `row` has the length of the vector. f32 sums.
    #[must_use]
    pub fn with(&self, row: &[f16]) -> f64 {
        let mut parts = [0.0; LANES];
        let (x_lanes, y_lanes) = (row.chunks_exact(LANES), self.scaled.chunks_exact(LANES));
        let tail = x_lanes.remainder().iter().zip(y_lanes.remainder());
        let tail: f32 = tail.map(|(&a, b)| lowered(a) * b).sum();
        for (a, b) in x_lanes.zip(y_lanes) {
            for lane in 0..LANES {
                parts[lane] += lowered(a[lane]) * b[lane];
            }
        }
        f64::from(tail + parts.iter().sum::<f32>()) * self.largest
    }
}

/// The number times 2^-112: sign to bit 31, exponent and mantissa 13 places up.
#[inline]
fn lowered(half: f16) -> f32 {
    f32::from_bits(((i32::from(half.to_bits() as i16) << 13) & 0x8fff_e000_u32 as i32) as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_finite_half_is_lowered_exactly() {
        for bits in 0..=u16::MAX {
            let half = f16::from_bits(bits);
            if half.is_finite() {
                assert_eq!(f64::from(lowered(half)) * 2f64.powi(112), half.to_f64(), "{bits:#06x}");
            }
        }
    }

    proptest! {
        #[test]
        fn products_of_any_length_and_size_are_right(
            pairs in prop::collection::vec((-1e3f64..1e3, -1.0f64..1.0), 0..70),
            size in -30i32..30,
        ) {
            let row: Vec<f16> = pairs.iter().map(|pair| f16::from_f64(pair.0)).collect();
            let vector: Vec<f64> = pairs.iter().map(|pair| pair.1 * 2f64.powi(size)).collect();
            let terms: Vec<f64> = row.iter().zip(&vector).map(|(a, b)| a.to_f64() * b).collect();
            let bound = 1e-6 * terms.iter().map(|term| term.abs()).sum::<f64>();
            let expected: f64 = terms.iter().sum();
            prop_assert!((HalfDot::new(&vector).with(&row) - expected).abs() <= bound);
            let wide: Vec<f32> = row.iter().map(|half| half.to_f32()).collect();
            let narrow: Vec<f32> = vector.iter().map(|&value| value as f32).collect();
            prop_assert!((f64::from(dot(&wide, &narrow)) - expected).abs() <= bound);
        }
    }
}
