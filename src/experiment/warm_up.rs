//! How long a run shows how it began: the number of trains waiting in the whole network, day by day.

use super::results::{QueueSeries, WarmUp};
use crate::stats::{MSER_5, Truncation, mser, welch};
use crate::units::{DAY, Duration};

/// Below so many whole days the series is shown as fine as it was recorded.
const FEW_DAYS: usize = 20;
/// From so many days on, a batch and the moving average span whole weeks: a week at a border has a rhythm.
const MANY_DAYS: usize = 20 * 7;

impl WarmUp {
    /// The series of all places together; `None` where none was recorded.
    ///
    /// The days are averaged before anything else is done, since a day at a border has a rhythm, which is no trend.
    #[must_use]
    pub fn of(queues: &[QueueSeries]) -> Option<Self> {
        let first = queues.first()?;
        let steps = queues.iter().map(|q| q.steps.len()).min().filter(|n| *n > 0)?;
        let waiting = |step: usize| queues.iter().map(|q| q.steps[step].mean).sum::<f64>();
        let recorded: Vec<f64> = (0..steps).map(waiting).collect();
        let per_day = usize::try_from(DAY / first.step.0).unwrap_or(0).max(1);
        let by_day = steps / per_day >= FEW_DAYS;
        let per_step = if by_day { per_day } else { 1 };
        #[allow(clippy::cast_precision_loss, reason = "few steps a day")]
        let means: Vec<f64> = recorded
            .chunks_exact(per_step)
            .map(|part| part.iter().sum::<f64>() / per_step as f64)
            .collect();
        let step = Duration(first.step.0 * i64::try_from(per_step).ok()?);
        let by_week = step == Duration(DAY) && means.len() >= MANY_DAYS;
        let batch = if by_week { 7 } else { MSER_5 };
        // A day, seven steps or three weeks; at most half of the series, as Law says.
        let window = match (by_day, by_week) {
            (false, _) => (per_day / 2).min(means.len() / 4),
            (true, false) => 3,
            (true, true) => 10,
        };
        Some(Self {
            step,
            moving_average: welch(std::slice::from_ref(&means), window),
            truncation: if by_day { mser(&means, batch) } else { None },
            means,
            window,
            batch,
            replications: first.replications,
        })
    }

    /// The time that MSER would delete; `None` where the series is too short for it or its cut lies in the last half.
    #[must_use]
    pub fn cut(&self) -> Option<Duration> {
        match self.truncation? {
            Truncation::At(steps) => Some(Duration(self.step.0 * i64::try_from(steps).ok()?)),
            Truncation::NotSettled => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::results::Band;
    use crate::units::{HOUR, Instant};

    /// Two places; at each of them so many wait in an hour.
    fn queues(hours: usize, waiting: impl Fn(usize) -> f64) -> Vec<QueueSeries> {
        let steps = |share: f64| {
            let band = |hour| Band {
                mean: share * waiting(hour),
                ..Band::default()
            };
            (0..hours).map(band).collect()
        };
        let place = |(place, share)| QueueSeries {
            place,
            step: Duration(HOUR),
            first: Instant::START,
            steps: steps(share),
            replications: 7,
        };
        [(0, 0.25), (1, 0.75)].map(place).to_vec()
    }

    /// Twelve wait by day and none by night; for the first thirty days twelve more. By days that is 18 and then 6.
    fn with_rhythm(hour: usize) -> f64 {
        let night = hour % 24 < 12;
        f64::from(u8::from(!night)) * 12.0 + if hour < 30 * 24 { 12.0 } else { 0.0 }
    }

    #[test]
    fn days_without_their_rhythm() {
        let found = WarmUp::of(&queues(100 * 24 + 5, with_rhythm)).expect("a series");
        assert_eq!((found.step, found.means.len(), found.replications), (Duration(DAY), 100, 7));
        assert_eq!((found.means[29], found.means[30]), (18.0, 6.0));
        assert_eq!((found.window, found.batch), (3, 5));
        // Around the step: 18, 18, 18 and 18, 6, 6, 6 make the mean of seven.
        assert!((found.moving_average[30] - (3.0 * 18.0 + 4.0 * 6.0) / 7.0).abs() < 1e-12);
        assert_eq!(found.moving_average.len(), 97);
        assert_eq!(found.cut(), Some(Duration::days(30)));
    }

    #[test]
    fn weeks_in_a_long_run() {
        let found = WarmUp::of(&queues(200 * 24, with_rhythm)).expect("a series");
        assert_eq!((found.window, found.batch), (10, 7));
        // The first whole week after thirty days.
        assert_eq!(found.cut(), Some(Duration::days(35)));
    }

    #[test]
    fn what_only_grows_is_not_settled() {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let found = WarmUp::of(&queues(100 * 24, |hour| hour as f64)).expect("a series");
        assert_eq!((found.truncation, found.cut()), (Some(Truncation::NotSettled), None));
    }

    #[test]
    fn a_short_run_is_shown_as_recorded_and_not_judged() {
        let found = WarmUp::of(&queues(48, with_rhythm)).expect("a series");
        assert_eq!((found.step, found.means.len()), (Duration(HOUR), 48));
        assert_eq!((found.window, found.truncation), (12, None));
        assert_eq!(WarmUp::of(&queues(0, with_rhythm)), None);
        assert_eq!(WarmUp::of(&[]), None);
    }
}
