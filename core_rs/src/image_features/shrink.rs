//! Any picture as 128 x 128 pixels, each the mean of the area it covers.

use ndarray::ArrayView3;

use super::plane::Plane;

/// Rows and columns of the small picture.
pub const SIDE: usize = 128;

/// Red, green and blue of the small picture, 0..255, not rounded.
///
/// Rows are summed in f32, which is exact: a sum has 7 binary places and stays below 2^24 for heights below 65,000.
pub fn shrink(rgb: ArrayView3<'_, u8>) -> [Plane; 3] {
    let (height, width, _) = rgb.dim();
    let rgb = rgb.as_standard_layout();
    let pixels = rgb.as_slice().unwrap_or_default();
    let columns: Vec<Vec<(usize, f64)>> = (0..SIDE).map(|x| covered(x, width)).collect();
    let mut planes = [0; 3].map(|_| Plane { side: SIDE, values: Vec::with_capacity(SIDE * SIDE) });
    let mut line = vec![0.0f32; width * 3];
    for y in 0..SIDE {
        line.fill(0.0);
        for (row, weight) in covered(y, height) {
            let weight = weight as f32;
            for (sum, &value) in line.iter_mut().zip(&pixels[row * width * 3..(row + 1) * width * 3]) {
                *sum += f32::from(value) * weight;
            }
        }
        let area = (height * width) as f64 / (SIDE * SIDE) as f64;
        for (channel, plane) in planes.iter_mut().enumerate() {
            plane.values.extend(columns.iter().map(|column| {
                let sum: f64 =
                    column.iter().map(|(x, weight)| f64::from(line[x * 3 + channel]) * weight).sum();
                sum / area
            }));
        }
    }
    planes
}

/// Which of `length` pixels the small pixel `index` covers, and how much of each. Exact: edges are 128ths.
fn covered(index: usize, length: usize) -> Vec<(usize, f64)> {
    let edge = |index: usize| (index * length) as f64 / SIDE as f64;
    let (start, end) = (edge(index), edge(index + 1));
    let pixels = start.floor() as usize..end.ceil() as usize;
    pixels.map(|at| (at, end.min(at as f64 + 1.0) - start.max(at as f64))).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn a_picture_of_that_size_stays_as_it_is() {
        let rgb = Array3::from_shape_fn((SIDE, SIDE, 3), |(y, x, c)| (y * 7 + x * 3 + c) as u8);
        let planes = shrink(rgb.view());
        assert!((0..3).all(|c| planes[c].at(5, 9) == f64::from(rgb[[5, 9, c]])));
    }

    #[test]
    fn a_small_pixel_is_the_mean_of_what_it_covers() {
        let rgb =
            Array3::from_shape_fn((256, 192, 3), |(y, x, _)| if (y % 2, x % 3) == (0, 1) { 90 } else { 0 });
        let [red, ..] = shrink(rgb.view());
        // 192 columns: a small pixel covers 1.5 of them, so column 0 half of the bright one, column 1 the other half.
        assert_eq!((red.at(0, 0), red.at(0, 1)), (15.0, 15.0));
    }
}
