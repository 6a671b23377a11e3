//! Intervals of quantiles that assume nothing of the distribution.

use serde::Serialize;

use super::beta::binomial_at_most;
use super::quantile::rank;

/// Which order statistics of a sample hold a quantile between them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct QuantileRanks {
    /// The rank of the lower end, from 1.
    pub lower: u32,
    /// The rank of the upper end, at most the size of the sample.
    pub upper: u32,
    /// The chance that they hold the quantile of a continuous distribution; at least the level asked for.
    pub coverage: f64,
}

/// The ranks that hold the quantile `p` of any continuous distribution with at least the given confidence, each
/// end missing it with at most half of the rest: the largest lower and the smallest upper rank that do.
///
/// How many of `n` independent values lie below the quantile is binomial: Conover (1999), Practical Nonparametric
/// Statistics, 3rd ed., section 3.2. `None` where the sample is too small for any such pair: then no quantile
/// of it should be shown as known.
#[must_use]
pub fn quantile_ranks(n: u32, p: f64, confidence: f64) -> Option<QuantileRanks> {
    let tail = (1.0 - confidence) / 2.0;
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    // How many values lie below; rank r is above the quantile when fewer than r do.
    let at_most = |count: u32| binomial_at_most(count, n, p);
    let lower = partition(n, |r| at_most(r - 1) <= tail).checked_sub(1)?;
    let upper = partition(n, |r| at_most(r - 1) < 1.0 - tail);
    if lower == 0 || upper > n {
        return None;
    }
    Some(QuantileRanks {
        lower,
        upper,
        coverage: at_most(upper - 1) - at_most(lower - 1),
    })
}

/// The first rank from 1 to n + 1 for which `before` is false; it is true of all before, and of none after.
fn partition(n: u32, before: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (1, n + 1);
    while low < high {
        let middle = u32::midpoint(low, high);
        if before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// A quantile of a sample with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct QuantileEstimate {
    /// Which quantile, 0 to 1.
    pub p: f64,
    /// The quantile of the sample, by nearest rank.
    pub value: f64,
    /// Its interval; absent where the sample is too small to have one.
    pub interval: Option<(f64, f64)>,
}

/// The quantile of independent values, such as those of a measure over replications; `None` without a value.
/// Sorts the slice. See [`quantile_ranks`] for the interval.
pub fn quantile_estimate(values: &mut [f64], p: f64, confidence: f64) -> Option<QuantileEstimate> {
    values.sort_by(f64::total_cmp);
    let n = u32::try_from(values.len()).ok().filter(|n| *n > 0)?;
    let at = |rank: u32| values[rank as usize - 1];
    Some(QuantileEstimate {
        p,
        value: values[usize::try_from(rank(p, n.into())).ok()? - 1],
        interval: quantile_ranks(n, p, confidence).map(|ranks| (at(ranks.lower), at(ranks.upper))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of intervals for the median that textbooks print, by size: ranks, coverage in per cent.
    #[test]
    fn medians_as_tabulated() {
        for (n, lower, upper, coverage) in [
            (6, 1, 6, 96.9),
            (9, 2, 8, 96.1),
            (12, 3, 10, 96.1),
            (17, 5, 13, 95.1),
            (18, 5, 14, 96.9),
            (20, 6, 15, 95.9),
        ] {
            let ranks = quantile_ranks(n, 0.5, 0.95).expect("large enough");
            assert_eq!((ranks.lower, ranks.upper), (lower, upper), "{n}");
            assert!((ranks.coverage * 100.0 - coverage).abs() < 0.051, "{n}: {ranks:?}");
        }
    }

    #[test]
    fn high_quantiles_from_the_binomial_sum() {
        for (n, p, lower, upper, coverage) in [(100, 0.9, 84, 96, 0.955_69), (200, 0.95, 184, 197, 0.967_15)] {
            let ranks = quantile_ranks(n, p, 0.95).expect("large enough");
            assert_eq!((ranks.lower, ranks.upper), (lower, upper), "{n}");
            assert!((ranks.coverage - coverage).abs() < 5e-6, "{ranks:?}");
            // The same by adding up the terms of the binomial one after the other.
            let mut term = (1.0 - p).powi(i32::try_from(n).expect("small"));
            let mut sum = 0.0;
            for below in 0..upper {
                sum += if below >= lower { term } else { 0.0 };
                term *= f64::from(n - below) / f64::from(below + 1) * p / (1.0 - p);
            }
            assert!((ranks.coverage - sum).abs() < 1e-10);
        }
    }

    /// The largest of n is above the 95 % quantile with the chance 1 - 0.95^n: for a one-sided 95 % it takes 59, for an
    /// upper end that misses it with 2.5 % it takes 72.
    #[test]
    fn small_samples_know_no_high_quantile() {
        assert_eq!(quantile_ranks(58, 0.95, 0.9), None);
        assert_eq!(quantile_ranks(59, 0.95, 0.9).map(|r| r.upper), Some(59));
        assert_eq!(
            (quantile_ranks(71, 0.95, 0.95), quantile_ranks(72, 0.95, 0.95).map(|r| r.upper)),
            (None, Some(72))
        );
        assert_eq!(quantile_ranks(5, 0.5, 0.95), None);
    }

    #[test]
    fn values_at_the_ranks() {
        let mut values: Vec<f64> = (1..=20).rev().map(f64::from).collect();
        let median = quantile_estimate(&mut values, 0.5, 0.95).expect("twenty");
        assert_eq!((median.value, median.interval), (10.0, Some((6.0, 15.0))));
        assert_eq!(quantile_estimate(&mut [], 0.5, 0.95), None);
        assert_eq!(
            quantile_estimate(&mut [3.0], 0.5, 0.95).map(|q| (q.value, q.interval)),
            Some((3.0, None))
        );
    }
}
