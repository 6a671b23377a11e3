//! When the trains of a flow depart.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{CivilClock, Drawn};
use crate::engine::Calendar;
use crate::scenario::{Day, TimetableEntry, TraceRow};
use crate::units::{DAY, Duration, Instant};

/// How the departures of a flow come about.
#[derive(Clone, Debug)]
pub enum Departures {
    /// A Poisson process: the `k`-th train departs where the integral of the rate reaches the sum of `k`
    /// exponential variates of mean 1 (inversion of the cumulative rate: Cinlar (1975), Introduction to
    /// Stochastic Processes, section 4.7). One variate a train, and a growth of the rate moves every
    /// train forward smoothly.
    Poisson {
        /// Exponential of mean 1.
        gap: Drawn,
        /// The rate over time.
        rate: Vec<RateStretch>,
    },
    /// Independent times between departures, divided by the growth.
    Renewal {
        /// The time between two departures.
        gap: Drawn,
    },
    /// Stated instants, in order.
    Stated {
        /// When, and with how many boxes where that is known.
        entries: Vec<(Instant, Option<u32>)>,
        /// How much later than stated a train is ready.
        lateness: Drawn,
        /// Decides on a train more or less where the growth is no whole number.
        chance: Drawn,
    },
    /// Boxes that become trains.
    Gather {
        /// When lots arrive: a Poisson or a renewal process, counted in lots.
        lots: Box<Departures>,
        /// Boxes of a lot.
        lot_size: Drawn,
        /// Index in [`Model::groups`](super::Model::groups).
        group: u32,
        /// Trains a day, roughly.
        per_day: f64,
        /// Boxes on each of them, roughly.
        boxes_per_train: f64,
    },
}

impl Departures {
    /// Trains a day, on average over the run.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
    pub fn per_day(&self, growth: f64, end: Instant) -> f64 {
        let days = end.0 as f64 / DAY as f64;
        match self {
            Self::Poisson { rate, .. } => rate
                .last()
                .map_or(0.0, |last| (last.before + last.rate * (end - last.from).0 as f64) / days),
            Self::Renewal { gap } => growth * DAY as f64 / gap.mean,
            Self::Stated { entries, .. } => growth * entries.len() as f64 / days,
            Self::Gather { per_day, .. } => *per_day,
        }
    }

    /// The process of what comes one after the other: lots where boxes are gathered, trains otherwise.
    #[inline]
    #[must_use]
    pub fn arrivals(&self) -> &Self {
        match self {
            Self::Gather { lots, .. } => lots,
            trains => trains,
        }
    }
}

/// A stretch of constant rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateStretch {
    /// When it begins; it ends where the next begins.
    pub from: Instant,
    /// Trains expected in a millisecond.
    pub rate: f64,
    /// Trains expected from the start of the run to the begin of this stretch.
    pub before: f64,
}

/// Trains expected from the start of the run to an instant.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "spans far below 2^53 ms")]
pub fn expected_until(rate: &[RateStretch], at: Instant) -> f64 {
    let next = rate.partition_point(|stretch| stretch.from <= at);
    let stretch = next.checked_sub(1).and_then(|ix| rate.get(ix));
    stretch.map_or(0.0, |s| s.before + s.rate * (at - s.from).0 as f64)
}

/// The instant until which so many trains are expected; `stretch` is where a reader that only moves forward has got
/// to. Without trains to come, never.
#[inline]
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "spans far below 2^53 ms")]
pub fn expected_at(rate: &[RateStretch], stretch: &mut usize, expected: f64) -> Instant {
    while rate.get(*stretch + 1).is_some_and(|next| next.before <= expected) {
        *stretch += 1;
    }
    rate.get(*stretch).map_or(Instant::NEVER, |s| {
        // Without trains to come the quotient is infinite.
        s.from.after((expected - s.before) / s.rate)
    })
}

/// The rate over time from a daily rate and factors by hour, weekday and month (each empty or whole).
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "spans far below 2^53 ms")]
pub fn rate_stretches(clock: &CivilClock, zone: &TimeZone, per_day: f64, factors: [&[f64]; 3]) -> Vec<RateStretch> {
    let [by_hour, by_weekday, by_month] = factors;
    let mut stretches: Vec<RateStretch> = Vec::new();
    let mut push = |from: Instant, factor: f64| {
        let rate = per_day * factor / DAY as f64;
        match stretches.last().copied() {
            Some(last) if last.rate.to_bits() == rate.to_bits() => {}
            Some(last) => stretches.push(RateStretch {
                from,
                rate,
                before: last.before + last.rate * (from - last.from).0 as f64,
            }),
            None => stretches.push(RateStretch {
                from: Instant::START,
                rate,
                before: 0.0,
            }),
        }
    };
    if factors.iter().all(|f| f.is_empty()) {
        push(Instant::START, 1.0);
        return stretches;
    }
    let factor = |list: &[f64], index: i8| usize::try_from(index).ok().and_then(|i| list.get(i)).copied().unwrap_or(1.0);
    let mut hour = clock
        .civil(zone, Instant::START)
        .date()
        .at(clock.civil(zone, Instant::START).hour(), 0, 0, 0);
    loop {
        let from = clock.instant(zone, hour);
        if from >= clock.end {
            return stretches;
        }
        let weekday = factor(by_weekday, hour.date().weekday().to_monday_zero_offset());
        push(from, factor(by_hour, hour.hour()) * weekday * factor(by_month, hour.month() - 1));
        let Ok(next) = hour.checked_add(1.hour()) else { return stretches };
        hour = next;
    }
}

/// The instants of a timetable within the run, in order.
#[must_use]
pub fn timetable(clock: &CivilClock, zone: &TimeZone, entries: &[TimetableEntry]) -> Vec<(Instant, Option<u32>)> {
    let runs_on = |date: Date| {
        let day = Day::from(date.weekday());
        entries
            .iter()
            .filter(move |entry| entry.days.contains(&day))
            .flat_map(|entry| entry.at.iter().copied())
    };
    let mut all: Vec<(Instant, Option<u32>)> = clock
        .dates(zone)
        .flat_map(|date| runs_on(date).map(move |time| date.to_datetime(time)))
        .map(|civil| (clock.instant(zone, civil), None))
        .filter(|(at, _)| clock.holds(*at))
        .collect();
    all.sort_unstable();
    all
}

/// The departures for appointments spread evenly over the time that a facility is open: the `k`-th is due where
/// the time open since the start reaches `k` less one half equal parts, and the vehicle departs `ahead` of that.
/// Those that would have had to depart before the start are left out.
#[must_use]
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "spans far below 2^53 ms"
)]
pub fn appointments(clock: &CivilClock, calendar: &Calendar, per_day: f64, ahead: Duration) -> Vec<(Instant, Option<u32>)> {
    let count = (per_day * clock.end.0 as f64 / DAY as f64).round() as u64;
    let closed: Vec<(Instant, Instant)> = calendar.closed(Instant::START, clock.end).collect();
    let open = clock.end.0 - closed.iter().map(|(from, to)| (*to - *from).0).sum::<i64>();
    let mut closed = closed.into_iter().peekable();
    let mut passed = 0;
    let due = (0..count).map(|k| {
        let into = ((k as f64 + 0.5) / count as f64 * open as f64) as i64;
        while let Some((from, to)) = closed.next_if(|(from, _)| from.0 <= into + passed) {
            passed += (to - from).0;
        }
        Instant(into + passed)
    });
    due.map(|at| (Instant(at.0 - ahead.0), None))
        .filter(|(at, _)| clock.holds(*at))
        .collect()
}

/// The instants of a trace within the run, in order.
#[must_use]
pub fn trace(clock: &CivilClock, zone: &TimeZone, rows: &[TraceRow]) -> Vec<(Instant, Option<u32>)> {
    rows.iter()
        .map(|row| (clock.instant(zone, row.departs_at), row.boxes))
        .filter(|(at, _)| clock.holds(*at))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::HOUR;
    use jiff::civil::{date, time};

    fn clock() -> (CivilClock, TimeZone) {
        let zone = TimeZone::get("Asia/Shanghai").expect("bundled");
        // A Monday.
        (
            CivilClock::new(date(2022, 1, 31).at(0, 30, 0, 0), zone.clone(), Instant(2 * DAY)),
            zone,
        )
    }

    #[test]
    #[allow(clippy::cast_precision_loss)]
    fn factors_multiply_and_the_integral_is_right() {
        let (clock, zone) = clock();
        let mut by_hour = [1.0; 24];
        by_hour[1] = 3.0;
        let mut by_month = [1.0; 12];
        by_month[1] = 2.0;
        let stretches = rate_stretches(&clock, &zone, 24.0, [&by_hour, &[], &by_month]);
        let from: Vec<(i64, f64)> = stretches
            .iter()
            .map(|s| (s.from.0 * 2 / HOUR, (s.rate * HOUR as f64 * 1e9).round() / 1e9))
            .collect();
        // Half hours from the start: hour 1 of Monday at 1, hour 2 at 3, February at 47, its hour 1 at 49.
        let expected = [(0, 1.0), (1, 3.0), (3, 1.0), (47, 2.0), (49, 6.0), (51, 2.0), (95, 2.0)];
        assert_eq!(from[..6], expected[..6]);
        // 24 h at rate 1 less half an hour, and two more for the busy hour.
        assert!((stretches[3].before - 25.5).abs() < 1e-12);
    }

    #[test]
    fn a_plain_rate_is_one_stretch() {
        let (clock, zone) = clock();
        assert_eq!(rate_stretches(&clock, &zone, 24.0, [&[], &[], &[]]).len(), 1);
    }

    #[test]
    fn appointments_are_spread_over_open_time() {
        let (clock, _) = clock();
        // Open from hour 8 to 20 of the first day and from 32 to 44: 24 h in all, for 6 appointments 4 h apart.
        let calendar = Calendar::from_changes([(8, 2), (20, 0), (32, 1), (44, 0)].map(|(at, n)| (Instant(at * HOUR), n)));
        let hours = |ahead: i64| {
            let all = appointments(&clock, &calendar, 3.0, Duration::hours(ahead));
            all.iter().map(|(at, _)| at.0 / HOUR).collect::<Vec<_>>()
        };
        assert_eq!(hours(0), [10, 14, 18, 34, 38, 42]);
        assert_eq!(hours(12), [2, 6, 22, 26, 30], "the first would have had to depart before the start");
        assert_eq!(appointments(&clock, &Calendar::always(0), 3.0, Duration::ZERO).len(), 0);
    }

    #[test]
    fn timetables_keep_to_their_days() {
        let (clock, zone) = clock();
        let entries = [TimetableEntry {
            days: [Day(1), Day(3)].into(),
            at: vec![time(6, 0, 0, 0), time(0, 0, 0, 0)],
        }];
        // Monday's midnight is past, Wednesday's is within the last half hour, its morning is not.
        assert_eq!(
            timetable(&clock, &zone, &entries),
            [(Instant(11 * HOUR / 2), None), (Instant(95 * HOUR / 2), None)]
        );
    }
}
