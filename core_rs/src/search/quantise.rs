//! One f32 row to i8 codes with a scale of its own.

/// Write round(x / scale) to `out[..dim]` and zeros after; returns (scale, sum of the codes).
///
/// scale = max |x| / 127, so a code is off by at most half a scale; 0 for a row of zeros. `row` is finite,
/// `out` at least as long.
///
/// # Panics
/// When `out` is shorter than the row.
pub fn quantise(row: &[f32], out: &mut [i8]) -> (f32, i32) {
    let (codes, padding) = out.split_at_mut(row.len());
    padding.fill(0);
    let largest = row.iter().fold(0.0f32, |most, value| most.max(value.abs()));
    let per_step = if largest > 0.0 { 127.0 / largest } else { 0.0 };
    if !per_step.is_finite() {
        return quantise_tiny(row, largest, codes);
    }
    for (code, &value) in codes.iter_mut().zip(row) {
        let steps = value * per_step;
        *code = (steps + 0.5f32.copysign(steps)) as i8;
    }
    (largest / 127.0, codes.iter().map(|&code| i32::from(code)).sum())
}

/// The same for rows so small that 127 / max |x| is no f32.
#[cold]
fn quantise_tiny(row: &[f32], largest: f32, codes: &mut [i8]) -> (f32, i32) {
    let lifted: Vec<f32> = row.iter().map(|value| value / largest).collect();
    let (_, sum) = quantise(&lifted, codes);
    (largest / 127.0, sum)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_code_is_off_by_at_most_half_a_step(
            row in prop::collection::vec(-1.0f32..1.0, 0..200),
            size in -130i32..120,
            padding in 0usize..70,
        ) {
            let row: Vec<f32> = row.iter().map(|value| value * 2f32.powi(size)).collect();
            let mut codes = vec![99; row.len() + padding];
            let (scale, sum) = quantise(&row, &mut codes);
            prop_assert!(codes[row.len()..].iter().all(|&code| code == 0));
            prop_assert_eq!(sum, codes.iter().map(|&code| i32::from(code)).sum::<i32>());
            let largest = row.iter().fold(0.0f32, |most, value| most.max(value.abs()));
            for (&value, &code) in row.iter().zip(&codes) {
                let off = (f64::from(value) - f64::from(code) * f64::from(largest) / 127.0).abs();
                prop_assert!(off <= f64::from(largest) / 127.0 * 0.500_05, "{value:e} {code}");
            }
            prop_assert_eq!(scale, largest / 127.0);
        }
    }

    #[test]
    fn the_largest_number_becomes_127() {
        let mut codes = [0; 4];
        assert_eq!(quantise(&[-2.0, 1.0, 0.0], &mut codes), (2.0 / 127.0, -63));
        assert_eq!(codes, [-127, 64, 0, 0]);
        assert_eq!(quantise(&[0.0; 4], &mut codes), (0.0, 0));
    }
}
