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
    let per_step = if largest > 0.0 { 127.0 / f64::from(largest) } else { 0.0 };
    let mut sum = 0;
    for (code, &value) in codes.iter_mut().zip(row) {
        *code = (f64::from(value) * per_step).round() as i8;
        sum += i32::from(*code);
    }
    (largest / 127.0, sum)
}
