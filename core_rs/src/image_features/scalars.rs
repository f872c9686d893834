//! Fifty plain numbers about a picture: its colours, its sharpness, where things are.
//!
//! Each enters as (value - usual) / spread, held within 3: usual and spread are round numbers set by hand, so that
//! no single one rules the block. Shares of the edges start from what evenly spread edges would give.

use super::color::{BINS, Lab};
use super::plane::Plane;
use crate::stats::{deviation, entropy, mean, quantiles, share, standing, variance};

/// How many there are.
pub const COUNT: usize = 50;

/// What the scalars are computed from.
pub struct Picture<'a> {
    /// Red, green, blue.
    pub small: &'a [Plane; 3],
    pub lab: &'a Lab,
    /// Strength of the gradient at full, half and quarter size.
    pub strengths: [&'a Plane; 3],
    /// The colour histogram.
    pub colors: &'a [f64; BINS],
    /// Width over height of the picture as it came.
    pub aspect: f64,
}

impl Picture<'_> {
    /// All of them, `(50,)`.
    pub fn scalars(&self) -> Vec<f64> {
        let (colors, tones) = (self.of_colors(), self.of_tones());
        let (edges, layout) = (self.of_edges(), self.of_layout());
        let mut largest = *self.colors;
        largest.sort_unstable_by(|a, b| b.total_cmp(a));
        let whole = [
            standing(self.aspect.ln(), 0.0, 0.5),
            standing(entropy(self.colors), 2.5, 0.6),
            standing(largest[0], 0.25, 0.15),
            standing(largest[..3].iter().sum(), 0.5, 0.2),
        ];
        [&colors[..], &tones, &edges, &layout, &whole].concat()
    }

    fn of_colors(&self) -> [f64; 18] {
        let [red, green, blue] = self.small.each_ref().map(|plane| &plane.values);
        let pixels = red.len();
        let most: Vec<f64> = (0..pixels).map(|at| red[at].max(green[at]).max(blue[at])).collect();
        let least = (0..pixels).map(|at| red[at].min(green[at]).min(blue[at]));
        let saturation: Vec<f64> =
            least.zip(&most).map(|(least, most)| (most - least) / most.max(1.0)).collect();
        let [low, middle, high] = quantiles(saturation.clone(), [0.1, 0.5, 0.9]);
        let Lab { light, a, b, chroma } = self.lab;
        let [light, a, b, chroma] = [light, a, b, chroma].map(|plane| &plane.values[..]);
        let skin =
            |at: usize| (5.0..28.0).contains(&a[at]) && (5.0..32.0).contains(&b[at]) && light[at] > 20.0;
        let sky = |at: usize| b[at] < -8.0 && light[at] > 45.0;
        let top = 48 * self.lab.light.side;
        [
            standing(colorful(red, green, blue), 45.0, 25.0),
            standing(mean(&saturation), 0.4, 0.2),
            standing(deviation(&saturation), 0.2, 0.1),
            standing(low, 0.15, 0.15),
            standing(middle, 0.4, 0.25),
            standing(high, 0.7, 0.25),
            standing(deviation(light), 22.0, 7.0),
            standing(mean(a), 0.0, 10.0),
            standing(mean(b), 0.0, 12.0),
            standing(deviation(a), 10.0, 7.0),
            standing(deviation(b), 12.0, 7.0),
            standing(mean(chroma), 20.0, 12.0),
            standing(share(pixels, skin), 0.15, 0.2),
            standing(share(top, sky), 0.15, 0.25),
            standing(share(pixels, |at| a[at] < -6.0 && b[at] > 5.0), 0.15, 0.2),
            standing(share(pixels, |at| most[at] > 250.0), 0.05, 0.1),
            standing(share(pixels, |at| most[at] < 12.0), 0.05, 0.1),
            standing(share(pixels, |at| chroma[at] < 8.0), 0.3, 0.3),
        ]
    }

    /// The ramp of lightness from the darkest to the lightest.
    fn of_tones(&self) -> [f64; 7] {
        let ramp = quantiles(self.lab.light.values.clone(), [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]);
        let usual = [8.0, 18.0, 32.0, 50.0, 68.0, 82.0, 92.0];
        let spread = [12.0, 16.0, 20.0, 22.0, 20.0, 16.0, 12.0];
        std::array::from_fn(|k| standing(ramp[k], usual[k], spread[k]))
    }

    fn of_edges(&self) -> [f64; 8] {
        let light = &self.lab.light;
        let inner = 1..light.side - 1;
        let laplace: Vec<f64> = inner
            .clone()
            .flat_map(|y| inner.clone().map(move |x| (y, x)))
            .map(|(y, x)| {
                let around =
                    light.at(y - 1, x) + light.at(y + 1, x) + light.at(y, x - 1) + light.at(y, x + 1);
                4.0 * light.at(y, x) - around
            })
            .collect();
        let [sharp] = quantiles(laplace.iter().map(|value| value.abs()).collect(), [0.95]);
        let strength = &self.strengths[0].values;
        let [fine, middle, coarse] = self.strengths.map(|plane| (mean(&plane.values) + 1.0).ln());
        [
            standing((variance(&laplace) + 1.0).ln(), 4.5, 1.5),
            standing((sharp + 1.0).ln(), 2.5, 0.8),
            standing(share(strength.len(), |at| strength[at] > 8.0), 0.35, 0.2),
            standing(share(strength.len(), |at| strength[at] > 25.0), 0.1, 0.1),
            standing(fine, 2.0, 0.6),
            standing(middle, 2.3, 0.6),
            standing(coarse, 2.6, 0.6),
            standing(fine - coarse, -0.6, 0.4),
        ]
    }

    fn of_layout(&self) -> [f64; 13] {
        let Lab { light, b, chroma, .. } = self.lab;
        let (edges, last) = (self.strengths[0], light.side - 1);
        let total: f64 = edges.values.iter().sum::<f64>() + 16.0;
        let place = |at: usize| at as f64 / last as f64;
        let bump = |at: usize, centre: f64, width: f64| (-(place(at) - centre).powi(2) / width).exp();
        let third: Vec<f64> =
            (0..=last).map(|at| bump(at, 1.0 / 3.0, 0.005) + bump(at, 2.0 / 3.0, 0.005)).collect();
        let middle: Vec<f64> = (0..=last).map(|at| bump(at, 0.5, 0.045)).collect();
        let inside = |y: usize, x: usize| f64::from((32..96).contains(&y) && (32..96).contains(&x));
        let upper = |y: usize, _: usize| if y < 64 { 1.0 } else { -1.0 };
        let difference = |plane: &Plane| plane.weighed(upper) / (plane.values.len() / 2) as f64;
        let inner = |plane: &Plane| plane.weighed(inside) / (64.0 * 64.0) - mean(&plane.values);
        let part = |weight: &dyn Fn(usize, usize) -> f64, usual: f64, spread: f64| {
            standing((edges.weighed(weight) + 16.0 * usual) / total, usual, spread)
        };
        [
            standing(alike(light, |y, x| (y, last - x)), 0.3, 0.35),
            standing(alike(light, |y, x| (last - y, x)), 0.1, 0.35),
            part(&|_, x| third[x], 0.25, 0.05),
            part(&|y, _| third[y], 0.25, 0.05),
            part(&|y, x| middle[y] * middle[x], 0.14, 0.06),
            part(&|y, _| place(y), 0.5, 0.07),
            part(&|_, x| place(x), 0.5, 0.05),
            standing(entropy(&sixteenths(edges).map(|sum| (sum + 1.0) / total)), 2.6, 0.2),
            part(&inside, 0.25, 0.1),
            standing(difference(light), 0.0, 20.0),
            standing(inner(light), 0.0, 10.0),
            standing(inner(chroma), 0.0, 8.0),
            standing(difference(b), 0.0, 12.0),
        ]
    }
}

/// Colourfulness after Hasler and Suesstrunk (2003): 0 grey, 45 average, 109 extreme.
fn colorful(red: &[f64], green: &[f64], blue: &[f64]) -> f64 {
    let warm: Vec<f64> = red.iter().zip(green).map(|(r, g)| r - g).collect();
    let yellow: Vec<f64> =
        red.iter().zip(green).zip(blue).map(|((r, g), b)| f64::midpoint(*r, *g) - b).collect();
    (variance(&warm) + variance(&yellow)).sqrt() + 0.3 * mean(&warm).hypot(mean(&yellow))
}

/// Correlation of a plane with itself turned by `other`, drawn towards 0 where there is hardly anything to compare.
fn alike(plane: &Plane, other: impl Fn(usize, usize) -> (usize, usize)) -> f64 {
    let centre = mean(&plane.values);
    let product = Plane::from_fn(plane.side, |y, x| {
        let (v, u) = other(y, x);
        (plane.at(y, x) - centre) * (plane.at(v, u) - centre)
    });
    mean(&product.values) / (variance(&plane.values) + 1.0)
}

/// Sums over a grid of 4 x 4.
fn sixteenths(plane: &Plane) -> [f64; 16] {
    let size = plane.side / 4;
    let mut sums = [0.0; 16];
    for (at, value) in plane.values.iter().enumerate() {
        sums[at / plane.side / size * 4 + at % plane.side / size] += value;
    }
    sums
}
