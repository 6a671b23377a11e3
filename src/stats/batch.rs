//! The mean of one long run, by batches.

use serde::Serialize;

use super::estimate::{Estimate, estimate};

/// The mean of a correlated series with an interval from the means of its batches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BatchMeans {
    /// The mean over all batches, with Student's interval from their means; `n` is the number of batches.
    pub estimate: Estimate,
    /// Values in a batch; what is left over at the front is deleted with the warm-up.
    pub batch: usize,
    /// Correlation of neighbouring batch means. Where it is far from 0, as judged by von Neumann's ratio, the batches
    /// are too short and the interval too narrow.
    pub correlation: f64,
    /// Whether the batch means pass as independent at 5 %, one-sided; two never do.
    pub independent: bool,
}

/// Batch means of a series after its warm-up: Law (2015), Simulation Modeling and Analysis, 5th ed., section 9.5.3;
/// 20 to 30 batches serve, as found by Schmeiser (1982), Operations Research 30(3), 556-568. Independence is asked of
/// von Neumann's ratio, which for independent normal means is normal about 2 with the variance 4 (k - 2) / (k^2 - 1)
/// (von Neumann (1941), Annals of Mathematical Statistics 12(4), 367-395); it says nothing of two. `None` with fewer than
/// 2 batches or fewer values than batches, or where all means are equal and there is nothing to judge.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "few batches")]
pub fn batch_means(series: &[f64], batches: usize, confidence: f64) -> Option<BatchMeans> {
    let batch = series.len().checked_div(batches).filter(|batch| batches >= 2 && *batch > 0)?;
    let rest = &series[series.len() - batch * batches..];
    let means: Vec<f64> = rest
        .chunks_exact(batch)
        .map(|part| part.iter().sum::<f64>() / batch as f64)
        .collect();
    let estimate = estimate(means.iter().copied(), confidence)?;
    let squares: f64 = means.iter().map(|x| (x - estimate.mean).powi(2)).sum();
    let successive: f64 = means.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum();
    let products: f64 = means
        .windows(2)
        .map(|pair| (pair[0] - estimate.mean) * (pair[1] - estimate.mean))
        .sum();
    if squares <= 0.0 {
        return None;
    }
    let k = batches as f64;
    let ratio = (successive / (k - 1.0)) / (squares / k);
    // Its mean is 2 k / (k - 1) with these divisors.
    let z = (ratio - 2.0 * k / (k - 1.0)) / (k / (k - 1.0) * (4.0 * (k - 2.0) / (k * k - 1.0)).sqrt());
    Some(BatchMeans {
        estimate,
        batch,
        correlation: products / squares,
        independent: z > -1.645,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 1..=12 in three batches of four has means 2.5, 6.5, 10.5: mean 6.5, variance 16, and t(0.975; 2).
    #[test]
    fn by_hand() {
        let series: Vec<f64> = (1..=12).map(f64::from).collect();
        let found = batch_means(&series, 3, 0.95).expect("three batches");
        assert_eq!((found.estimate.mean, found.estimate.sd, found.batch), (6.5, Some(4.0), 4));
        assert!((found.estimate.half_width.expect("three") - 4.302_652_730 * 4.0 / 3f64.sqrt()).abs() < 1e-8);
        assert!(found.correlation.abs() < 1e-12);
    }

    #[test]
    fn what_is_left_over_goes_from_the_front() {
        let series = [100.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0];
        assert_eq!(batch_means(&series, 3, 0.95).map(|b| (b.batch, b.estimate.mean)), Some((2, 2.0)));
    }

    #[test]
    fn a_trend_is_not_independent() {
        let trend: Vec<f64> = (0..100).map(f64::from).collect();
        assert!(batch_means(&trend, 20, 0.95).is_some_and(|b| !b.independent && b.correlation > 0.5));
        let turns: Vec<f64> = (0..100_u32).map(|i| f64::from(i / 5 * 7_919 % 101)).collect();
        assert!(batch_means(&turns, 20, 0.95).is_some_and(|b| b.independent));
        assert_eq!(batch_means(&trend, 1, 0.95), None);
        assert!(batch_means(&turns, 2, 0.95).is_some_and(|b| !b.independent));
        assert_eq!(batch_means(&[1.0; 30], 10, 0.95), None);
    }
}
