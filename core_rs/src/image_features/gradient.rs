//! Where lightness changes, how much and in which direction, pooled over 4 x 4 overlapping cells
//! (histograms of oriented gradients after Dalal and Triggs, 2005).

use std::f64::consts::PI;

use super::plane::{Plane, length};

const CELLS: usize = 4;
const DIRECTIONS: usize = 8;
/// Energies of one scale.
pub const WIDTH: usize = CELLS * CELLS * DIRECTIONS;
/// A change of lightness that nobody sees; it takes away what rounding leaves in flat areas.
const UNSEEN: f64 = 0.05;

/// Strength of the change at each pixel, and its direction as 0..8 of a half turn.
pub struct Gradient {
    pub strength: Plane,
    direction: Plane,
}

impl Gradient {
    /// Central differences of `light`; the border has none across it.
    pub fn of(light: &Plane) -> Self {
        let last = light.side - 1;
        let inner = 1..last;
        let across = |y, x| if inner.contains(&x) { light.at(y, x + 1) - light.at(y, x - 1) } else { 0.0 };
        let down = |y, x| if inner.contains(&y) { light.at(y + 1, x) - light.at(y - 1, x) } else { 0.0 };
        let strength =
            Plane::from_fn(light.side, |y, x| (length(across(y, x), down(y, x)) - UNSEEN).max(0.0));
        let direction = Plane::from_fn(light.side, |y, x| {
            if strength.at(y, x) == 0.0 {
                return 0.0;
            }
            down(y, x).atan2(across(y, x)).rem_euclid(PI) / PI * DIRECTIONS as f64
        });
        Self { strength, direction }
    }

    /// Energy by cell row, cell column and direction, `(128,)`.
    ///
    /// A pixel gives to its two nearest directions; a cell also takes a half of each neighbour's sum, so that a
    /// small shift of the picture changes little. Cells at the border lend from themselves.
    pub fn cells(&self) -> Vec<f64> {
        let size = self.strength.side / CELLS;
        let mut sums = [[[0.0; DIRECTIONS]; CELLS]; CELLS];
        for y in 0..self.strength.side {
            for x in 0..self.strength.side {
                let (strength, direction) = (self.strength.at(y, x), self.direction.at(y, x));
                let cell = &mut sums[y / size][x / size];
                cell[direction as usize % DIRECTIONS] += strength * (1.0 - direction.fract());
                cell[(direction as usize + 1) % DIRECTIONS] += strength * direction.fract();
            }
        }
        let mut pooled = Vec::with_capacity(WIDTH);
        for y in 0..CELLS {
            for x in 0..CELLS {
                pooled.extend((0..DIRECTIONS).map(|k| {
                    around(y)
                        .map(|(v, a)| around(x).map(|(u, b)| a * b * sums[v][u][k]).sum::<f64>())
                        .sum::<f64>()
                }));
            }
        }
        pooled
    }
}

/// A cell with its neighbours and their weights.
fn around(cell: usize) -> impl Iterator<Item = (usize, f64)> {
    [(cell.saturating_sub(1), 0.25), (cell, 0.5), ((cell + 1).min(CELLS - 1), 0.25)].into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_to_the_right_has_one_direction_everywhere() {
        let energies = Gradient::of(&Plane::from_fn(32, |_, x| x as f64)).cells();
        assert!(
            energies.chunks(DIRECTIONS).all(|cell| cell[0] > 50.0 && cell[1..].iter().all(|e| *e == 0.0))
        );
    }

    #[test]
    fn a_flat_picture_has_no_energy_even_with_rounding_in_it() {
        let noisy = Plane::from_fn(32, |y, x| 40.0 + 1e-13 * ((x * 7 + y * 3) % 5) as f64);
        assert!(Gradient::of(&noisy).cells().iter().all(|energy| *energy == 0.0));
    }
}
