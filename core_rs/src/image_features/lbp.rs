//! Fine texture: local binary patterns (Ojala, Pietikainen and Maenpaa, 2002).

use super::plane::Plane;

/// 58 uniform patterns, those with at most two changes around the circle, and one for all others.
pub const CODES: usize = 59;
const OTHER: usize = CODES - 1;
/// A neighbour counts as lighter from this difference of L* on: below is noise of the file format.
const LIGHTER: f64 = 1.0;

/// Neighbours clockwise from the top left, as steps from the top left corner of the 3 x 3.
const CIRCLE: [(usize, usize); 8] = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)];

/// The share of pixels with each pattern; pixels at the border have none.
pub fn histogram(light: &Plane) -> [f64; CODES] {
    let names = names();
    let inner = light.side - 2;
    let mut counts = [0.0; CODES];
    for y in 0..inner {
        for x in 0..inner {
            let centre = light.at(y + 1, x + 1) + LIGHTER;
            let pattern = CIRCLE
                .iter()
                .enumerate()
                .map(|(bit, (down, right))| usize::from(light.at(y + down, x + right) > centre) << bit)
                .sum::<usize>();
            counts[names[pattern]] += 1.0;
        }
    }
    counts.map(|count| count / (inner * inner) as f64)
}

/// Pattern to code: uniform ones are numbered as they come.
fn names() -> [usize; 256] {
    let mut names = [OTHER; 256];
    let uniform = (0..=u8::MAX).filter(|bits| (bits ^ bits.rotate_left(1)).count_ones() <= 2);
    for (code, bits) in uniform.enumerate() {
        names[usize::from(bits)] = code;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_58_uniform_patterns() {
        let names = names();
        assert_eq!(names.iter().filter(|name| **name != OTHER).count(), 58);
        assert_eq!([0, 1, 2, 3, 255].map(|pattern| names[pattern]), [0, 1, 2, 3, 57]);
        assert_eq!(names[0b0101_0000], OTHER);
    }

    #[test]
    fn a_flat_picture_has_only_the_empty_pattern() {
        let histogram = histogram(&Plane::from_fn(16, |_, _| 50.0));
        assert_eq!((histogram[0], histogram.iter().sum::<f64>()), (1.0, 1.0));
    }
}
