//! What a picture looks like in 691 hand-made numbers: colour, direction, texture and 50 scalars.
//!
//! They see light and colour, not what is in the picture. Nothing in them is learnt from data: usual values and
//! spreads are round numbers set by hand. The choice of the four blocks follows our own comparison of eleven.

use ndarray::ArrayView3;

use crate::refusal::{Refusal, check_size};
use crate::stats::{joined, mean, unit};
use color::Lab;

mod color;
mod gradient;
mod lbp;
mod mark;
mod plane;
mod scalars;
mod shrink;

pub use mark::picture_mark;

/// Numbers that describe a picture: 80 + 384 + 177 + 50.
pub const WIDTH: usize = color::BINS + 3 * gradient::WIDTH + 3 * lbp::CODES + scalars::COUNT;

/// The features of a picture, `(691,)`, of length 1: blocks of equal weight for colour, direction, texture, scalars.
///
/// `rgb` is `(h, w, 3)`, sRGB, rows from the top, of any size from 1 x 1; it is averaged down (or spread) to
/// 128 x 128 first, and only the scalar for its shape knows how wide it was. Histograms and energies enter as
/// their square roots, less the block's own mean. Always finite. O(h·w) and about 5 ms.
///
/// # Errors
/// `Size` when there are not 3 channels or no pixel.
pub fn image_features(rgb: ArrayView3<'_, u8>) -> Result<Vec<f32>, Refusal> {
    let (height, width, channels) = rgb.dim();
    check_size("a pixel", channels, 3)?;
    if rgb.is_empty() {
        return Err(Refusal::Size { what: "the picture", given: 0, wanted: 1 });
    }
    let small = shrink::shrink(rgb);
    let lab = Lab::of(&small);
    let half = lab.light.halved();
    let scales = [&lab.light, &half, &half.halved()];
    let gradients = scales.map(gradient::Gradient::of);

    let colors = color::histogram(&lab);
    let picture = scalars::Picture {
        small: &small,
        lab: &lab,
        strengths: [0, 1, 2].map(|scale| &gradients[scale].strength),
        colors: &colors,
        aspect: width as f64 / height as f64,
    };
    let roots = |values: &[f64]| values.iter().map(|value| value.sqrt()).collect::<Vec<_>>();
    let blocks = [
        centred(roots(&colors)),
        centred(gradients.iter().flat_map(|gradient| roots(&unit(gradient.cells()))).collect()),
        centred(scales.iter().flat_map(|scale| roots(&lbp::histogram(scale))).collect()),
        picture.scalars(),
    ];
    Ok(joined(blocks))
}

/// Less their mean, so that what all pictures share does not drown what tells them apart.
fn centred(mut values: Vec<f64>) -> Vec<f64> {
    let mean = mean(&values);
    for value in &mut values {
        *value -= mean;
    }
    values
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_picture_gives_finite_numbers_of_length_1(
            height in 1usize..9, width in 1usize..300, low in 0u8..=255, high in 0u8..=255,
        ) {
            let paint = |(y, x, c)| if (x / 3 + y * (c + 1)) % 2 == 0 { low } else { high };
            let rgb = Array3::from_shape_fn((height, width, 3), paint);
            let features = image_features(rgb.view()).unwrap();
            prop_assert_eq!(features.len(), WIDTH);
            let length: f32 = features.iter().map(|value| value * value).sum();
            prop_assert!((length - 1.0).abs() < 1e-5, "{}", length);
        }
    }

    #[test]
    fn a_picture_without_pixels_or_with_four_channels_is_refused() {
        assert!(image_features(Array3::zeros((0, 4, 3)).view()).is_err());
        assert!(image_features(Array3::zeros((2, 2, 4)).view()).is_err());
    }
}
