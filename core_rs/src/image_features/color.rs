//! CIE L*a*b* and a joint histogram of what colours there are: 8 greys, 12 hues in 2 strengths and 3 lightnesses.

use super::plane::{Plane, length};

/// Bins of the histogram.
pub const BINS: usize = 8 + 12 * 2 * 3;
/// Below this chroma a pixel counts as grey, above the other as strong.
const GREY: f64 = 10.0;
const STRONG: f64 = 35.0;

/// sRGB to XYZ (IEC 61966-2-1) and the white D65.
const XYZ: [[f64; 3]; 3] = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
const WHITE: [f64; 3] = [0.9505, 1.0, 1.089];

/// Lightness 0..100, a (green to red), b (blue to yellow) and chroma, the distance to grey.
pub struct Lab {
    pub light: Plane,
    pub a: Plane,
    pub b: Plane,
    pub chroma: Plane,
}

impl Lab {
    /// Convert red, green and blue in 0..255.
    pub fn of(rgb: &[Plane; 3]) -> Self {
        let side = rgb[0].side;
        let empty = || Plane { side, values: Vec::with_capacity(side * side) };
        let mut lab = Self { light: empty(), a: empty(), b: empty(), chroma: empty() };
        for at in 0..side * side {
            let linear = [0, 1, 2].map(|channel| linear(rgb[channel].values[at] / 255.0));
            let [x, y, z] = [0, 1, 2].map(|axis| {
                let sum: f64 = XYZ[axis].iter().zip(linear).map(|(weight, value)| weight * value).sum();
                perceived(sum / WHITE[axis])
            });
            let (a, b) = (500.0 * (x - y), 200.0 * (y - z));
            lab.light.values.push(116.0 * y - 16.0);
            lab.a.values.push(a);
            lab.b.values.push(b);
            lab.chroma.values.push(length(a, b));
        }
        lab
    }
}

/// sRGB's curve undone.
fn linear(value: f64) -> f64 {
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// CIE 1976: a cube root with a straight foot.
fn perceived(t: f64) -> f64 {
    if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 }
}

/// The share of pixels in each of the `BINS`.
pub fn histogram(lab: &Lab) -> [f64; BINS] {
    let mut counts = [0.0; BINS];
    let pixels = lab.light.values.len();
    for at in 0..pixels {
        counts[bin(lab.light.values[at], lab.a.values[at], lab.b.values[at], lab.chroma.values[at])] += 1.0;
    }
    counts.map(|count| count / pixels as f64)
}

fn bin(light: f64, a: f64, b: f64, chroma: f64) -> usize {
    if chroma < GREY {
        return (light / 12.5).clamp(0.0, 7.0) as usize;
    }
    let turn = (b.atan2(a) / std::f64::consts::TAU).rem_euclid(1.0);
    let hue = (turn * 12.0) as usize % 12;
    let tone = (light * 3.0 / 100.0).clamp(0.0, 2.0) as usize;
    8 + (hue * 2 + usize::from(chroma > STRONG)) * 3 + tone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(rgb: [f64; 3]) -> [f64; 4] {
        let lab = Lab::of(&rgb.map(|value| Plane { side: 1, values: vec![value] }));
        [&lab.light, &lab.a, &lab.b, &lab.chroma].map(|plane| plane.values[0])
    }

    #[test]
    fn known_colors_have_their_published_lab_values() {
        for (rgb, expected) in [
            ([255.0, 255.0, 255.0], [100.0, 0.0, 0.0]),
            ([255.0, 0.0, 0.0], [53.24, 80.09, 67.20]),
            ([0.0, 0.0, 255.0], [32.30, 79.19, -107.86]),
            ([119.0, 119.0, 119.0], [50.03, 0.0, 0.0]),
        ] {
            for (value, known) in one(rgb).iter().zip(expected) {
                assert!((value - known).abs() < 0.05, "{rgb:?}: {value} is not {known}");
            }
        }
    }

    #[test]
    fn greys_fall_in_the_ramp_and_hues_behind_it() {
        let bin_of = |rgb| {
            let [light, a, b, chroma] = one(rgb);
            bin(light, a, b, chroma)
        };
        assert_eq!((bin_of([0.0; 3]), bin_of([119.0; 3]), bin_of([255.0; 3])), (0, 4, 7));
        assert!(bin_of([255.0, 0.0, 0.0]) >= 8);
    }
}
