//! Sobol's sequence, and its scrambling.

use sobol::Sobol;
use sobol::params::JoeKuoD6;

/// As many coordinates as there are direction numbers for.
pub const MOST_DIMENSIONS: usize = 1_000;

/// The first points of Sobol's sequence, each coordinate as 32 bits after the point, with the direction numbers of
/// Joe & Kuo (2008), SIAM J. Sci. Comput. 30(5), 2635-2654.
#[must_use]
pub fn sobol(dimensions: usize, points: u32) -> Vec<Vec<u32>> {
    let sequence = Sobol::<u32>::new(dimensions.min(MOST_DIMENSIONS), &JoeKuoD6::standard());
    sequence.take(points as usize).collect()
}

/// Owen's nested uniform scrambling of one coordinate: each bit is flipped or not by a coin that belongs to the bits
/// before it, so that points keep their balance and each is uniform by itself (Owen (1995), in Monte Carlo and
/// Quasi-Monte Carlo Methods in Scientific Computing, Springer, 299-317). `coin(depth, prefix)` must always give the
/// same answer for the same arguments.
#[must_use]
pub fn scrambled(bits: u32, coin: impl Fn(u32, u32) -> bool) -> f64 {
    let mut flipped = bits;
    for depth in 0..32 {
        let prefix = bits.checked_shr(32 - depth).unwrap_or(0);
        if coin(depth, prefix) {
            flipped ^= 1 << (31 - depth);
        }
    }
    // The middle of the smallest cell, so that neither end is met.
    (f64::from(flipped) + 0.5) / 4_294_967_296.0
}

#[cfg(test)]
mod tests {
    use super::super::star_discrepancy;
    use super::*;

    /// A coin for tests: a bit of a mixed address.
    fn coin(seed: u64, dimension: u64) -> impl Fn(u32, u32) -> bool {
        move |depth, prefix| {
            let mut z = seed.wrapping_mul(0xD605_BBB5_8C8A_BC03) ^ (dimension << 40) ^ (u64::from(depth) << 32) ^ u64::from(prefix);
            for _ in 0..3 {
                z = (z ^ (z >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            }
            z >> 63 == 1
        }
    }

    /// The first points as published: (0, 0), (.5, .5), (.75, .25), (.25, .75), (.375, .375).
    #[test]
    fn the_first_points() {
        let points: Vec<Vec<f64>> = sobol(2, 5)
            .iter()
            .map(|p| p.iter().map(|b| f64::from(*b) / 4_294_967_296.0).collect())
            .collect();
        assert_eq!(points, [[0.0, 0.0], [0.5, 0.5], [0.75, 0.25], [0.25, 0.75], [0.375, 0.375]]);
    }

    /// A (0, m, 2)-net in base 2: each of the 64 boxes of area 1/64, of every shape, holds one of 64 points. Scrambling
    /// keeps that.
    #[test]
    fn every_box_of_every_shape_holds_one_point() {
        for seed in 0..5 {
            let points: Vec<[f64; 2]> = sobol(2, 64)
                .iter()
                .map(|p| [scrambled(p[0], coin(seed, 0)), scrambled(p[1], coin(seed, 1))])
                .collect();
            for columns in [1, 2, 4, 8, 16, 32, 64_u32] {
                let rows = 64 / columns;
                let mut seen = std::collections::BTreeSet::new();
                for [x, y] in &points {
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                    seen.insert(((x * f64::from(columns)) as u32, (y * f64::from(rows)) as u32));
                }
                assert_eq!(seen.len(), 64, "{columns} columns, seed {seed}");
            }
        }
    }

    /// Points of a (0, m, 2)-net are spread so evenly that their star discrepancy is at most (m / 2 + 3 / 2) / 2^m:
    /// Niederreiter (1992), Random Number Generation and Quasi-Monte Carlo Methods, theorem 4.6 (base 2, s = 2).
    #[test]
    fn star_discrepancy_within_its_bound() {
        for m in [4_u32, 6, 8] {
            let n = 1 << m;
            for seed in 0..3 {
                let points: Vec<[f64; 2]> = sobol(2, n)
                    .iter()
                    .map(|p| [scrambled(p[0], coin(seed, 0)), scrambled(p[1], coin(seed, 1))])
                    .collect();
                let bound = (f64::from(m) / 2.0 + 1.5) / f64::from(n);
                let found = star_discrepancy(&points);
                assert!(found <= bound, "{found} above {bound} for 2^{m}");
            }
        }
    }

    /// A scrambled coordinate is uniform by itself, whatever the point: the mean of 2,000 scramblings of the first one.
    #[test]
    fn each_point_is_uniform() {
        let sum: f64 = (0..2_000).map(|seed| scrambled(0, coin(seed, 3))).sum();
        let off = (sum / 2_000.0 - 0.5) * 2_000.0_f64.sqrt() * 12.0_f64.sqrt();
        assert!(off.abs() < 4.0, "{off} standard errors");
    }
}
