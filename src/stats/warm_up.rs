//! How much of the start of a series still shows how it began.

use serde::{Deserialize, Serialize};

/// Values in a batch of MSER-5.
pub const MSER_5: usize = 5;

/// What MSER says of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Truncation {
    /// Delete so many values from the front.
    At(usize),
    /// The best cut lies in the last half: the series is too short to see its steady state, or has none.
    NotSettled,
}

/// The cut after which the mean of a series is known best, in values from the front, by means of `batch` values each, 5 in
/// MSER-5; `None` below ten batches.
///
/// The cut minimises the sum of squares about the mean of what is left, over the
/// square of its number: White (1997), Simulation 69(6), 323-334; the batches of five: White, Cobb & Spratt (2000),
/// Proceedings of the Winter Simulation Conference, 755-760. A cut in the last half is refused, as there. Of equal
/// minima the earliest counts.
///
/// A series with a rhythm must be averaged over whole periods, in batches or before: one cycle is no trend.
#[must_use]
pub fn mser(series: &[f64], batch: usize) -> Option<Truncation> {
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let batches: Vec<f64> = series
        .chunks_exact(batch)
        .map(|part| part.iter().sum::<f64>() / batch as f64)
        .collect();
    if batches.len() < 10 {
        return None;
    }
    // From the back, so that each statistic follows from the one before (Welford's update).
    let (mut n, mut mean, mut squares) = (0.0, 0.0, 0.0);
    let mut best = (f64::INFINITY, 0);
    for (cut, value) in batches.iter().enumerate().rev() {
        n += 1.0;
        let delta = value - mean;
        mean += delta / n;
        squares += delta * (value - mean);
        // The last few batches may agree by chance: fewer than five are no evidence.
        if n >= 5.0 && squares / (n * n) <= best.0 {
            best = (squares / (n * n), cut);
        }
    }
    Some(if best.1 > batches.len() / 2 {
        Truncation::NotSettled
    } else {
        Truncation::At(best.1 * batch)
    })
}

/// Welch's plot: for each step the mean over replications, then the moving average over `window` steps to each side,
/// fewer near the front; without the last `window` steps. The replications are of equal length.
///
/// Welch (1983), in Lavenberg (ed.), The Computer Performance Modeling Handbook, 268-328; Law (2015), section 9.5.1,
/// eq. 9.3.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "few replications and steps")]
pub fn welch(replications: &[Vec<f64>], window: usize) -> Vec<f64> {
    let steps = replications.iter().map(Vec::len).min().unwrap_or(0);
    let mean = |step: usize| replications.iter().map(|run| run[step]).sum::<f64>() / replications.len() as f64;
    let means: Vec<f64> = (0..steps).map(mean).collect();
    let smooth = |step: usize| {
        let side = window.min(step);
        let part = &means[step - side..=step + side];
        part.iter().sum::<f64>() / part.len() as f64
    };
    (0..steps.saturating_sub(window)).map(smooth).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(n: u32, value: impl Fn(u32) -> f64) -> Vec<f64> {
        (0..n).map(value).collect()
    }

    /// The definition, written down term by term, as an independent computation.
    fn by_definition(series: &[f64]) -> usize {
        let batches: Vec<f64> = series.chunks_exact(5).map(|b| b.iter().sum::<f64>() / 5.0).collect();
        let statistic = |cut: usize| {
            let rest = &batches[cut..];
            let n = f64::from(u32::try_from(rest.len()).expect("small"));
            let mean = rest.iter().sum::<f64>() / n;
            rest.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n * n)
        };
        let cuts = 0..=batches.len() - 5;
        5 * cuts.min_by(|a, b| statistic(*a).total_cmp(&statistic(*b))).expect("there are some")
    }

    #[test]
    fn known_cuts() {
        let step = series(600, |i| if i < 60 { 10.0 } else { 1.0 - 2.0 * f64::from(i % 2) });
        assert_eq!(mser(&step, MSER_5), Some(Truncation::At(60)));
        let ramp = series(500, |i| (10.0 - f64::from(i) / 5.0).max(0.0));
        assert_eq!(mser(&ramp, MSER_5), Some(Truncation::At(50)));
        let still = series(500, |i| f64::from(i * 7_919 % 101));
        assert_eq!(mser(&still, MSER_5), Some(Truncation::At(by_definition(&still))));
    }

    #[test]
    fn as_defined_on_decaying_waves() {
        for rate in [0.01, 0.02, 0.05] {
            let wave = series(1_000, |i| {
                20.0 * (-rate * f64::from(i)).exp() + (f64::from(i) * 1.7).sin() + (f64::from(i) * 0.31).cos()
            });
            assert_eq!(mser(&wave, MSER_5), Some(Truncation::At(by_definition(&wave))), "{rate}");
        }
    }

    #[test]
    fn a_series_that_only_grows_is_not_settled() {
        assert_eq!(mser(&series(500, f64::from), MSER_5), Some(Truncation::NotSettled));
        assert_eq!(mser(&series(49, f64::from), MSER_5), None);
    }

    /// Two replications 0..5 and 2..7 have means 1, 2, 3, 4, 5; window 1: 1, then means of three.
    #[test]
    fn moving_averages_by_hand() {
        let runs = [series(5, f64::from), series(5, |i| f64::from(i) + 2.0)];
        assert_eq!(welch(&runs, 1), [1.0, 2.0, 3.0, 4.0]);
        let bent = [vec![0.0, 0.0, 6.0, 0.0, 0.0]];
        assert_eq!(welch(&bent, 1), [0.0, 2.0, 2.0, 2.0]);
        assert!(welch(&[], 3).is_empty());
    }
}
