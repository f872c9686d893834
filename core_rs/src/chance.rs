//! Numbers that look random and follow from (seed, index) alone: no state, so threads and order do not matter.

/// Step of the Weyl sequence of splitmix64 (Steele, Lea & Flood, 2014).
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// Spread a number over all bits: the finaliser of splitmix64.
#[must_use]
pub const fn mix(mut number: u64) -> u64 {
    number = (number ^ number >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number = (number ^ number >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ number >> 31
}

/// 64 bits for (seed, index).
#[must_use]
pub const fn bits(seed: u64, index: u64) -> u64 {
    mix(mix(seed.wrapping_add(STEP)).wrapping_add(index.wrapping_mul(STEP)))
}

/// Uniform in 0..1, neither 0 nor 1.
#[must_use]
pub fn uniform(seed: u64, index: u64) -> f64 {
    ((bits(seed, index) >> 11) as f64 + 0.5) / (1u64 << 53) as f64
}

/// Standard normal (Box & Muller, 1958).
#[must_use]
pub fn normal(seed: u64, index: u64) -> f64 {
    let (radius, turn) = (uniform(seed, 2 * index), uniform(seed, 2 * index + 1));
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * turn).cos()
}

/// Standard Gumbel: the largest of score/T + Gumbel is a draw from softmax(score/T) (Yellott, 1977).
#[must_use]
pub fn gumbel(seed: u64, index: u64) -> f64 {
    -(-uniform(seed, index).ln()).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_distributions() {
        let n = 200_000;
        let of = |draw: fn(u64, u64) -> f64| {
            let drawn: Vec<f64> = (0..n).map(|index| draw(7, index)).collect();
            let mean = drawn.iter().sum::<f64>() / n as f64;
            (mean, drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64)
        };
        let near = |(mean, variance): (f64, f64), m: f64, v: f64| {
            (mean - m).abs() < 0.02 && (variance / v - 1.0).abs() < 0.02
        };
        assert!(near(of(uniform), 0.5, 1.0 / 12.0));
        assert!(near(of(normal), 0.0, 1.0));
        assert!(near(of(gumbel), 0.577_215_664_9, std::f64::consts::PI.powi(2) / 6.0));
    }

    #[test]
    fn seeds_and_indexes_give_other_numbers() {
        let mut seen: Vec<u64> =
            (0..100).flat_map(|seed| (0..100).map(move |index| bits(seed, index))).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 10_000);
    }
}
