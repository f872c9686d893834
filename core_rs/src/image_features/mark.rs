//! A mark of 64 bits that stays close when a picture is made smaller, packed harder or a little lighter.
//!
//! The perceptual hash of Zauner (2010): the grey picture averaged down to 32 x 32, its 8 x 8 lowest cosine
//! frequencies, one bit each for lying above their median. The frequency 0 is left out, so that the light of
//! the whole does not count; it and its neighbours in the first row and column come as 1..=8 instead of 0..8.

use std::f64::consts::PI;

use ndarray::ArrayView3;

use super::plane::Plane;
use super::shrink::shrink;
use crate::refusal::{Refusal, check_size};

const SIDE: usize = 32;
const LOWEST: usize = 8;
/// Grey levels by which the frequencies must spread for a picture to look like anything.
const LEAST: f64 = 0.5;

/// The mark of a picture `(h, w, 3)`, sRGB, from 1 x 1; 0 when it is all one tone.
///
/// Copies of a picture in other sizes and packings differ in a few bits, strangers in about 32. O(h·w).
///
/// # Errors
/// `Size` when there are not 3 channels or no pixel.
pub fn picture_mark(rgb: ArrayView3<'_, u8>) -> Result<i64, Refusal> {
    check_size("a pixel", rgb.dim().2, 3)?;
    if rgb.is_empty() {
        return Err(Refusal::Size { what: "the picture", given: 0, wanted: 1 });
    }
    let [red, green, blue] = shrink(rgb);
    let grey = Plane::from_fn(red.side, |y, x| {
        0.299 * red.at(y, x) + 0.587 * green.at(y, x) + 0.114 * blue.at(y, x)
    });
    let frequencies = lowest(&grey.halved().halved());
    let mut sorted = frequencies;
    sorted.sort_unstable_by(f64::total_cmp);
    let half = LOWEST * LOWEST / 2;
    if sorted[LOWEST * LOWEST - 1] - sorted[0] < LEAST {
        return Ok(0);
    }
    let median = f64::midpoint(sorted[half - 1], sorted[half]);
    let mark = frequencies.iter().enumerate().fold(0, |mark, (bit, &f)| mark | u64::from(f > median) << bit);
    Ok(mark as i64)
}

/// The cosine frequencies 1..=8 by 1..=8 of a 32 x 32 picture (DCT-II, scaled to grey levels).
fn lowest(grey: &Plane) -> [f64; LOWEST * LOWEST] {
    let wave = |frequency: usize, at: usize| {
        ((frequency + 1) as f64 * PI * (at as f64 + 0.5) / SIDE as f64).cos() * 2.0 / SIDE as f64
    };
    let rows = Plane::from_fn(SIDE, |y, u| {
        if u < LOWEST { (0..SIDE).map(|x| grey.at(y, x) * wave(u, x)).sum() } else { 0.0 }
    });
    std::array::from_fn(|bit| {
        let (v, u) = (bit / LOWEST, bit % LOWEST);
        (0..SIDE).map(|y| rows.at(y, u) * wave(v, y)).sum()
    })
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, s};

    use super::*;
    use crate::chance::normal;

    /// Patches of light, others for each seed, stretched to `size` by their nearest pixel.
    fn scene(seed: u64, size: usize) -> Array3<u8> {
        Array3::from_shape_fn((size, size, 3), |(y, x, _)| {
            let patch = (y * 8 / size * 8 + x * 8 / size) as u64;
            (128.0 + 30.0 * normal(seed, patch)).clamp(0.0, 255.0) as u8
        })
    }

    fn distance(a: &Array3<u8>, b: &Array3<u8>) -> u32 {
        (picture_mark(a.view()).unwrap() ^ picture_mark(b.view()).unwrap()).count_ones()
    }

    #[test]
    fn a_copy_stays_close_and_a_stranger_does_not() {
        for seed in 0..8 {
            let whole = scene(seed, 128);
            let lighter = whole.mapv(|value| value.saturating_add(12));
            let noisy = Array3::from_shape_fn(whole.raw_dim(), |(y, x, c)| {
                whole[[y, x, c]].saturating_add(((y * 7 + x * 3 + c) % 5) as u8)
            });
            let smaller = whole.slice(s![..;2, ..;2, ..]).to_owned();
            for copy in [lighter, noisy, smaller] {
                assert!(distance(&whole, &copy) <= 10, "{seed}: {}", distance(&whole, &copy));
            }
            assert!(distance(&whole, &scene(seed + 100, 128)) > 12, "{seed}");
        }
    }

    #[test]
    fn a_picture_of_one_tone_has_no_mark() {
        assert_eq!(picture_mark(Array3::from_elem((40, 30, 3), 77).view()), Ok(0));
        assert_ne!(picture_mark(scene(1, 64).view()), Ok(0));
    }
}
