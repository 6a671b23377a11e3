//! The difference of two scenarios with the same luck.

use serde::Serialize;

use super::estimate::{Estimate, estimate};
use super::student::student_two_sided;

/// What pairs of replications say of the difference of two means.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Paired {
    /// The mean of the differences, second less first, with Student's interval.
    pub difference: Estimate,
    /// The chance of a difference at least so large where there is none (two-sided); absent below two pairs. 0 where
    /// every pair differs by the same amount, 1 where none differs.
    pub p_value: Option<f64>,
    /// Variance of the differences over that of independent runs, the sum of both variances: what common random
    /// numbers left of it. Below 1 they helped. Absent where nothing varies.
    pub variance_left: Option<f64>,
    /// Correlation of the two in a pair; absent where one of them does not vary.
    pub correlation: Option<f64>,
}

impl Paired {
    /// How many more pairs make an interval of at most this half-width likely, if the spread stays as it is: after
    /// Law (2015), section 9.4.1, with the normal in place of Student's quantile beyond what is there. 0 where it is
    /// narrow enough.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    pub fn pairs_needed(&self, half_width: f64) -> Option<u32> {
        let has = self.difference.half_width?;
        let n = f64::from(self.difference.n);
        let needed = n * (has / half_width).powi(2);
        Some((needed - n).ceil().clamp(0.0, f64::from(u32::MAX)) as u32)
    }
}

/// The paired-t interval for the mean difference, second less first: Law (2015), Simulation Modeling and Analysis,
/// 5th ed., section 10.2.1; the variances compared as in section 11.2. `None` without a pair.
#[must_use]
pub fn paired(pairs: &[(f64, f64)], confidence: f64) -> Option<Paired> {
    let difference = estimate(pairs.iter().map(|(a, b)| b - a), confidence)?;
    let first = estimate(pairs.iter().map(|(a, _)| *a), confidence)?;
    let second = estimate(pairs.iter().map(|(_, b)| *b), confidence)?;
    let squared = |e: &Estimate| e.sd.map(|sd| sd * sd);
    let (of, a, b) = (squared(&difference), squared(&first), squared(&second));
    let p_value = difference.sd.map(|sd| {
        if sd > 0.0 {
            let t = difference.mean / (sd / f64::from(difference.n).sqrt());
            student_two_sided(t, difference.n - 1)
        } else if difference.mean == 0.0 {
            1.0
        } else {
            0.0
        }
    });
    Some(Paired {
        difference,
        p_value,
        variance_left: of.zip(a).zip(b).and_then(|((of, a), b)| (a + b > 0.0).then(|| of / (a + b))),
        // Var(b - a) = Var a + Var b - 2 Cov.
        correlation: of
            .zip(a)
            .zip(b)
            .and_then(|((of, a), b)| (a * b > 0.0).then(|| ((a + b - of) / (2.0 * (a * b).sqrt())).clamp(-1.0, 1.0))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two inventory policies, five replications each: Law & Kelton (2000), Simulation Modeling and Analysis, 3rd ed.,
    /// table 10.2 and example 10.5: mean difference 4.98, variance of it 2.44, 90 % interval [1.65, 8.31].
    const POLICIES: [(f64, f64); 5] = [
        (118.21, 126.97),
        (120.22, 124.31),
        (122.45, 126.68),
        (122.68, 122.66),
        (119.40, 127.23),
    ];

    #[test]
    fn two_inventory_policies() {
        let found = paired(&POLICIES, 0.9).expect("five pairs");
        assert!((found.difference.mean - 4.98).abs() < 0.005);
        assert!((found.difference.sd.expect("five").powi(2) / 5.0 - 2.44).abs() < 0.005);
        let (low, high) = found.difference.interval().expect("five");
        assert!((low - 1.65).abs() < 0.005 && (high - 8.31).abs() < 0.005, "{low} {high}");
        assert!(found.p_value.is_some_and(|p| (0.02..0.05).contains(&p)));
    }

    /// Twice as narrow takes four times as many.
    #[test]
    fn narrower_takes_more() {
        let found = paired(&POLICIES, 0.9).expect("five pairs");
        let half_width = found.difference.half_width.expect("five");
        assert_eq!(found.pairs_needed(half_width / 2.0), Some(15));
        assert_eq!(found.pairs_needed(half_width * 2.0), Some(0));
    }

    /// Exponentials of means 1 and 1.1 by inversion of the same uniforms differ by 0.1 of the first: the variance of
    /// the difference is 0.01 of 1 + 1.21, and the correlation is 1.
    #[test]
    fn the_same_uniforms() {
        let pairs: Vec<(f64, f64)> = (1..1_000).map(|i| -(f64::from(i) / 1_000.0).ln()).map(|x| (x, 1.1 * x)).collect();
        let found = paired(&pairs, 0.95).expect("many");
        assert!((found.variance_left.expect("varies") - 0.01 / 2.21).abs() < 1e-9);
        assert!((found.correlation.expect("varies") - 1.0).abs() < 1e-9);
    }

    #[test]
    fn where_nothing_varies() {
        let same = paired(&[(1.0, 1.0); 4], 0.95).expect("four");
        assert_eq!((same.p_value, same.variance_left, same.correlation), (Some(1.0), None, None));
        assert_eq!(paired(&[(1.0, 3.0); 4], 0.95).expect("four").p_value, Some(0.0));
        assert_eq!(paired(&[(1.0, 3.0)], 0.95).expect("one").p_value, None);
        assert_eq!(paired(&[], 0.95), None);
    }
}
