//! Civil time: which instant a local date and time is.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::engine::Calendar;
use crate::scenario::{self, Day, Hours};
use crate::units::{DAY, Duration, Instant};

/// The scenario's origin of time, and the end of its run.
#[derive(Clone, Debug, PartialEq)]
pub struct CivilClock {
    /// Milliseconds since 1970 in UTC at the start.
    start_ms: i64,
    /// The zone of the start.
    pub zone: TimeZone,
    /// The end of the run.
    pub end: Instant,
}

impl CivilClock {
    /// The clock that shows `start` in `zone` at the start.
    #[must_use]
    pub fn new(start: DateTime, zone: TimeZone, end: Instant) -> Self {
        let start_ms = millis(&zone, start);
        Self { start_ms, zone, end }
    }

    /// The instant at which a clock of the zone shows this; a time skipped when clocks are put forward
    /// is read with the old offset, one that comes twice means the first.
    #[must_use]
    pub fn instant(&self, zone: &TimeZone, civil: DateTime) -> Instant {
        Instant(millis(zone, civil).saturating_sub(self.start_ms))
    }

    /// What a clock of the zone shows at an instant.
    #[must_use]
    pub fn civil(&self, zone: &TimeZone, at: Instant) -> DateTime {
        let timestamp = jiff::Timestamp::from_millisecond(self.start_ms.saturating_add(at.0)).unwrap_or(jiff::Timestamp::MAX);
        zone.to_datetime(timestamp)
    }

    /// The local dates of the run, from the day before its start to the day after its end.
    pub fn dates(&self, zone: &TimeZone) -> impl Iterator<Item = Date> + use<> {
        self.dates_until(zone, self.end + Duration::days(1))
    }

    /// The local dates from the day before the start to that of an instant.
    fn dates_until(&self, zone: &TimeZone, until: Instant) -> impl Iterator<Item = Date> + use<> {
        let first = self.civil(zone, Instant(-DAY)).date();
        let last = self.civil(zone, until).date();
        std::iter::successors(Some(first), |date| date.tomorrow().ok()).take_while(move |date| *date <= last)
    }

    /// Whether an instant lies within the run.
    #[must_use]
    pub fn holds(&self, at: Instant) -> bool {
        at >= Instant::START && at < self.end
    }
}

fn millis(zone: &TimeZone, civil: DateTime) -> i64 {
    zone.to_ambiguous_timestamp(civil)
        .compatible()
        .map_or(0, jiff::Timestamp::as_millisecond)
}

/// The days of a time zone.
#[derive(Clone, Debug, PartialEq)]
pub struct DayTable {
    /// The name of the zone.
    pub zone_name: String,
    /// The zone.
    pub zone: TimeZone,
    /// The day of the first entry.
    pub first: Date,
    /// When each day begins; the first begins at or before the start of the run.
    pub starts: Vec<Instant>,
}

impl DayTable {
    /// The days of the run.
    #[must_use]
    pub fn new(clock: &CivilClock, zone_name: &str, zone: &TimeZone) -> Self {
        let first = clock.civil(zone, Instant::START).date();
        let starts = clock
            .dates(zone)
            .filter(|date| *date >= first)
            .map(|date| clock.instant(zone, date.at(0, 0, 0, 0)))
            .take_while(|at| *at < clock.end)
            .collect();
        Self {
            zone_name: zone_name.to_owned(),
            zone: zone.clone(),
            first,
            starts,
        }
    }

    /// The day that holds an instant of the run.
    #[must_use]
    pub fn day(&self, at: Instant) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }
}

/// Work begun before the end of the run may be meant to end so much later: closings up to then count.
const LOOK_AHEAD: Duration = Duration::days(15);

/// A facility's servers over time; `own` where a window names no number.
#[must_use]
pub fn calendar(clock: &CivilClock, zone: &TimeZone, calendar: Option<&scenario::Calendar>, own: u32) -> Calendar {
    let Some(calendar) = calendar else { return Calendar::always(own) };
    let mut changes: Vec<(Instant, u32)> = Vec::new();
    let until = clock.end + LOOK_AHEAD;
    for date in clock.dates_until(zone, until) {
        let mut windows = windows_on(calendar, date);
        windows.sort_by_key(|(hours, _)| hours.opens_at);
        for (hours, servers) in windows {
            let opens_at = clock.instant(zone, date.to_datetime(hours.opens_at));
            let closes_at = match hours.closes_at {
                Some(time) => clock.instant(zone, date.to_datetime(time)),
                None => date
                    .tomorrow()
                    .map_or(Instant::NEVER, |next| clock.instant(zone, next.to_datetime(Time::midnight()))),
            };
            // Clocks that are put forward may skip a whole window.
            if opens_at >= closes_at {
                continue;
            }
            // A window that begins as another ends is no closing.
            if changes.last().is_some_and(|(at, _)| *at >= opens_at) {
                changes.pop();
            }
            changes.push((opens_at, servers.unwrap_or(own)));
            changes.push((closes_at, 0));
        }
    }
    // What is open then stays open: the end of the list is not the end of the window.
    if changes.last().is_some_and(|(at, _)| *at >= until) {
        changes.pop();
    }
    Calendar::from_changes(changes)
}

fn windows_on(calendar: &scenario::Calendar, date: Date) -> Vec<(Hours, Option<u32>)> {
    if let Some(exception) = calendar.exceptions.iter().find(|e| e.dates.holds(date)) {
        return exception.hours.iter().map(|hours| (*hours, exception.servers)).collect();
    }
    if calendar.holidays.iter().any(|range| range.holds(date)) {
        return Vec::new();
    }
    let day = Day::from(date.weekday());
    calendar
        .windows
        .iter()
        .filter(|w| w.days.contains(&day))
        .map(|w| (w.hours, w.servers))
        .collect()
}

/// The instants within the run at which a clock of the zone shows this time of day, with the last one
/// before the start.
#[must_use]
pub fn daily(clock: &CivilClock, zone: &TimeZone, time: Time) -> Vec<Instant> {
    let all: Vec<Instant> = clock.dates(zone).map(|date| clock.instant(zone, date.to_datetime(time))).collect();
    let before = all.partition_point(|at| *at <= Instant::START).saturating_sub(1);
    all[before..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{DateRange, Exception, Window};
    use crate::units::HOUR;
    use jiff::civil::{date, time};

    fn clock(start: DateTime, zone: &str, days: i64) -> (CivilClock, TimeZone) {
        let zone = TimeZone::get(zone).expect("bundled");
        (CivilClock::new(start, zone.clone(), Instant(days * DAY)), zone)
    }

    fn hours(from: i8, to: Option<i8>) -> Hours {
        Hours {
            opens_at: time(from, 0, 0, 0),
            closes_at: to.map(|h| time(h, 0, 0, 0)),
        }
    }

    #[test]
    fn a_place_reads_its_own_clock() {
        let (clock, _) = clock(date(2022, 1, 3).at(0, 0, 0, 0), "Asia/Shanghai", 7);
        let almaty = TimeZone::get("Asia/Almaty").expect("bundled");
        // UTC+6 in 2022: two hours behind.
        assert_eq!(clock.instant(&almaty, date(2022, 1, 3).at(8, 0, 0, 0)), Instant(10 * HOUR));
        assert_eq!(clock.civil(&almaty, Instant(0)), date(2022, 1, 2).at(22, 0, 0, 0));
        assert_eq!(
            daily(&clock, &almaty, time(0, 0, 0, 0))[..2],
            [Instant(-22 * HOUR), Instant(2 * HOUR)]
        );
    }

    /// Eastern Kazakhstan went from UTC+6 to UTC+5 on 1 March 2024 (Astana Times, Feb 2024).
    #[test]
    fn a_change_of_offset_is_right_by_itself() {
        let (clock, zone) = clock(date(2024, 2, 29).at(0, 0, 0, 0), "Asia/Almaty", 3);
        let table = DayTable::new(&clock, "Asia/Almaty", &zone);
        let lengths: Vec<i64> = table.starts.windows(2).map(|w| (w[1] - w[0]).0 / HOUR).collect();
        assert_eq!(lengths[0], 25, "the last day of February had 25 hours");
    }

    #[test]
    fn windows_holidays_and_exceptions() {
        let (clock, zone) = clock(date(2022, 1, 3).at(0, 0, 0, 0), "Asia/Shanghai", 4);
        let range = |d| DateRange {
            first: date(2022, 1, d),
            last: date(2022, 1, d),
        };
        let written = scenario::Calendar {
            windows: vec![Window {
                days: (1..=7).map(Day).collect(),
                hours: hours(8, Some(20)),
                servers: None,
            }],
            holidays: vec![range(4)],
            exceptions: vec![Exception {
                dates: range(5),
                hours: vec![hours(10, None)],
                servers: Some(1),
            }],
        };
        let c = calendar(&clock, &zone, Some(&written), 3);
        let at = |h| Instant(h * HOUR);
        assert_eq!(c.server_time(at(0), at(24)), Duration::hours(36));
        assert_eq!(c.server_time(at(24), at(48)), Duration::ZERO);
        assert_eq!(c.server_time(at(48), at(72)), Duration::hours(14));
        assert_eq!(c.closed(at(0), at(96)).count(), 4);
    }

    /// Warsaw skips the hour from two to three on 27 March 2022: the second window is empty, the first still ends.
    #[test]
    fn a_skipped_window_leaves_the_others_as_they_are() {
        let (clock, zone) = clock(date(2022, 3, 27).at(0, 0, 0, 0), "Europe/Warsaw", 1);
        let window = |from, to| Window {
            days: (1..=7).map(Day).collect(),
            hours: hours(from, to),
            servers: None,
        };
        let written = scenario::Calendar {
            windows: vec![window(0, Some(2)), window(2, Some(3))],
            ..Default::default()
        };
        let c = calendar(&clock, &zone, Some(&written), 1);
        assert_eq!(c.server_time(Instant(0), Instant(20 * HOUR)), Duration::hours(2));
    }

    #[test]
    fn the_end_of_the_run_closes_nothing() {
        let (clock, zone) = clock(date(2022, 1, 3).at(0, 0, 0, 0), "Asia/Shanghai", 4);
        let window = |from, to, days: std::ops::RangeInclusive<i8>| Window {
            days: days.map(Day).collect(),
            hours: hours(from, to),
            servers: None,
        };
        let closes_at = |windows| {
            let written = scenario::Calendar {
                windows,
                ..Default::default()
            };
            let c = calendar(&clock, &zone, Some(&written), 1);
            c.closes_at(&mut crate::engine::Hand::default(), Instant(3 * DAY))
        };
        assert_eq!(closes_at(vec![window(0, None, 1..=7)]), Instant::NEVER);
        assert_eq!(closes_at(vec![window(0, None, 1..=6)]), Instant(6 * DAY));
    }

    #[test]
    fn round_the_clock_has_no_gap_at_midnight() {
        let (clock, zone) = clock(date(2022, 1, 3).at(0, 0, 0, 0), "Asia/Shanghai", 4);
        let window = |from, to| Window {
            days: (1..=7).map(Day).collect(),
            hours: hours(from, to),
            servers: None,
        };
        for windows in [vec![window(0, None)], vec![window(0, Some(8)), window(8, None)]] {
            let c = calendar(
                &clock,
                &zone,
                Some(&scenario::Calendar {
                    windows,
                    ..Default::default()
                }),
                2,
            );
            assert_eq!(c.closed(Instant(0), Instant(4 * DAY)).count(), 0);
        }
    }
}
