//! The ratio of two means.

use super::estimate::Estimate;
use super::student::student_quantile;

/// The ratio of the means of pairs (numerator, denominator), one a replication, such as hours over trains.
///
/// The interval is that of the linearised ratio: the residuals x - r y, each over the mean of the y, are treated as a
/// sample with n - 1 degrees of freedom (Cochran (1977), Sampling Techniques, 3rd ed., section 6.4, eq. 6.13). It
/// differs from the mean of the ratios, which weighs replications alike, however many trains each had. `min` and
/// `max` are those of the single ratios. `None` without a pair or where the denominators sum to 0.
#[must_use]
pub fn ratio_estimate(pairs: &[(f64, f64)], confidence: f64) -> Option<Estimate> {
    let n = u32::try_from(pairs.len()).ok().filter(|n| *n > 0)?;
    let (x, y) = pairs.iter().fold((0.0, 0.0), |(x, y), pair| (x + pair.0, y + pair.1));
    if y == 0.0 {
        return None;
    }
    let ratio = x / y;
    let mean = y / f64::from(n);
    let squares: f64 = pairs.iter().map(|(x, y)| ((x - ratio * y) / mean).powi(2)).sum();
    let sd = (n > 1).then(|| (squares / f64::from(n - 1)).sqrt());
    let each = || pairs.iter().filter(|(_, y)| *y != 0.0).map(|(x, y)| x / y);
    Some(Estimate {
        n,
        mean: ratio,
        half_width: sd.map(|sd| student_quantile(f64::midpoint(1.0, confidence), n - 1) * sd / f64::from(n).sqrt()),
        sd,
        min: each().fold(f64::INFINITY, f64::min),
        max: each().fold(f64::NEG_INFINITY, f64::max),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: x = 2, 6, 4 over y = 1, 2, 3 is 12 / 6 = 2; residuals 0, 2, -2 over the mean 2 are 0, 1, -1; their
    /// variance is 2 / 2 = 1.
    #[test]
    fn by_hand() {
        let ratio = ratio_estimate(&[(2.0, 1.0), (6.0, 2.0), (4.0, 3.0)], 0.95).expect("three pairs");
        assert_eq!((ratio.mean, ratio.sd, ratio.n), (2.0, Some(1.0), 3));
        // t(0.975; 2) / sqrt(3) = 4.302652730 / 1.732050808
        assert!((ratio.half_width.expect("three") - 2.484_137_712).abs() < 1e-8);
        assert_eq!((ratio.min, ratio.max), (4.0 / 3.0, 3.0));
    }

    #[test]
    fn equal_denominators_are_a_mean() {
        let values = [3.0, 5.0, 10.0, 2.0];
        let ratio = ratio_estimate(&values.map(|x| (x, 1.0)), 0.9).expect("four");
        let mean = super::super::estimate(values, 0.9).expect("four");
        assert!((ratio.mean - mean.mean).abs() < 1e-12 && (ratio.half_width.expect("4") - mean.half_width.expect("4")).abs() < 1e-12);
    }

    #[test]
    fn nothing_over_nothing() {
        assert_eq!(ratio_estimate(&[], 0.95), None);
        assert_eq!(ratio_estimate(&[(1.0, 0.0)], 0.95), None);
    }
}
