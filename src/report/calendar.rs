//! Axes of civil time: midnights, Mondays, beginnings of months, in the zone of the run.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::Lang;
use crate::experiment::results::RunFacts;
use crate::units::{DAY, HOUR, Instant};

/// Ties simulated time to the clocks of a zone.
#[derive(Clone, Debug)]
pub struct Calendar {
    start: Timestamp,
    zone: TimeZone,
    name: String,
    lang: Lang,
}

/// A place on an axis of civil time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    /// When.
    pub at: Instant,
    /// What to write below it; empty for a lesser tick.
    pub label: String,
}

impl Calendar {
    /// That of a run; UTC where its zone is unknown or cannot hold its start.
    #[must_use]
    pub fn of(run: &RunFacts) -> Self {
        let known = TimeZone::get(&run.zone).ok().and_then(|zone| {
            let start = zone.to_timestamp(run.start).ok()?;
            Some(Self {
                start,
                zone,
                name: run.zone.clone(),
                lang: Lang::En,
            })
        });
        known.unwrap_or_else(|| Self {
            start: TimeZone::UTC.to_timestamp(run.start).unwrap_or(Timestamp::UNIX_EPOCH),
            zone: TimeZone::UTC,
            name: "UTC".to_owned(),
            lang: Lang::En,
        })
    }

    /// The clocks of a place in another zone than the run's; those of the run where its zone is unknown.
    #[must_use]
    pub fn in_zone(run: &RunFacts, zone: &str) -> Self {
        let own = Self::of(run);
        match TimeZone::get(zone) {
            Ok(known) => Self {
                zone: known,
                name: zone.to_owned(),
                ..own
            },
            Err(_) => own,
        }
    }

    /// The same with its axes in a language.
    #[must_use]
    pub fn spoken(self, lang: Lang) -> Self {
        Self { lang, ..self }
    }

    /// The civil time of an instant, to the millisecond; the nearest that can be written for instants out of range.
    #[must_use]
    pub fn civil(&self, at: Instant) -> DateTime {
        let ms = self.start.as_millisecond().saturating_add(at.0);
        let limit = if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
        self.zone.to_datetime(Timestamp::from_millisecond(ms).unwrap_or(limit))
    }

    /// The instant of a civil time; times that a change of offset skips or repeats are read as jiff's "compatible".
    #[must_use]
    pub fn instant(&self, civil: DateTime) -> Instant {
        let stamp = self.zone.to_timestamp(civil).unwrap_or(self.start);
        Instant(stamp.as_millisecond() - self.start.as_millisecond())
    }

    /// The words below an axis: the year or years and whose clock it is.
    pub(crate) fn axis_title(&self, from: Instant, to: Instant) -> String {
        let (first, last) = (self.civil(from).year(), self.civil(Instant(to.0 - 1).max(from)).year());
        let years = if first == last {
            first.to_string()
        } else {
            format!("{first}–{last}")
        };
        let name = self.name.replace('_', " ");
        self.lang
            .pick(format!("civil time in {name}, {years}"), format!("{name} 当地时间，{years} 年"))
    }

    /// Ticks between two instants such that labels have `room` pixels on an axis `width` pixels wide.
    pub(crate) fn ticks(&self, from: Instant, to: Instant, width: f64, room: f64) -> Vec<Tick> {
        let span = (to.0 - from.0).max(1);
        let most = (width / room).max(1.0);
        let ms_per_label = span as f64 / most;
        if ms_per_label <= 12.0 * HOUR as f64 && span <= 3 * DAY {
            let hours = [1, 2, 3, 6, 12]
                .into_iter()
                .find(|h| (h * HOUR) as f64 >= ms_per_label)
                .unwrap_or(12);
            return self.hours(from, to, hours);
        }
        let days = self.days(from, to);
        let mondays = |d: &Date| d.weekday() == Weekday::Monday;
        let labelled: Box<dyn Fn(&Date) -> bool> = match ms_per_label / DAY as f64 {
            d if d <= 1.0 => Box::new(|_| true),
            d if d <= 7.0 => Box::new(mondays),
            d if d <= 28.0 => Box::new(|d| d.day() == 1),
            d if d <= 90.0 => Box::new(|d| d.day() == 1 && d.month() % 3 == 1),
            d => {
                let years = (d / 365.0).ceil() as i16;
                Box::new(move |d| d.day_of_year() == 1 && d.year() % years == 0)
            }
        };
        let lesser: fn(&Date) -> bool = match ms_per_label / DAY as f64 {
            d if d <= 7.0 => |_| true,
            d if d <= 28.0 => |d| d.weekday() == Weekday::Monday,
            _ => |d| d.day() == 1,
        };
        let many_years = ms_per_label > 90.0 * DAY as f64;
        let ticks: Vec<Tick> = days
            .into_iter()
            .filter(|d| labelled(d) || lesser(d))
            .map(|d| Tick {
                at: self.instant(d.at(0, 0, 0, 0)),
                label: match labelled(&d) {
                    true if many_years => d.year().to_string(),
                    true if ms_per_label <= DAY as f64 => self.weekday_and_day(d),
                    true => self.day(d),
                    false => String::new(),
                },
            })
            .collect();
        if ticks.iter().any(|t| !t.label.is_empty()) {
            ticks
        } else {
            self.ends(from, to)
        }
    }

    /// Such as `8 Jan`.
    fn day(&self, day: Date) -> String {
        day.strftime(self.lang.pick("%-d %b", "%-m月%-d日")).to_string()
    }

    /// Such as `Mon 8 Jan`, no wider than that in either language.
    fn weekday_and_day(&self, day: Date) -> String {
        match self.lang {
            Lang::En => day.strftime("%a %-d %b").to_string(),
            Lang::Zh => {
                let name = weekday(day.weekday().to_monday_zero_offset().unsigned_abs().into(), self.lang);
                format!("{name} {}/{}", day.month(), day.day())
            }
        }
    }

    /// Where no usual tick falls into the time: its begin and end.
    fn ends(&self, from: Instant, to: Instant) -> Vec<Tick> {
        [from, to]
            .into_iter()
            .map(|at| Tick {
                at,
                label: format!("{} {}", self.day(self.civil(at).date()), self.civil(at).strftime("%H:%M")),
            })
            .collect()
    }

    fn hours(&self, from: Instant, to: Instant, step: i64) -> Vec<Tick> {
        let mut ticks = Vec::new();
        for day in self.days(Instant(from.0 - DAY), to) {
            for hour in (0..24).step_by(step.unsigned_abs() as usize) {
                let at = self.instant(day.at(hour, 0, 0, 0));
                if at >= from && at <= to {
                    let label = if hour == 0 { self.day(day) } else { format!("{hour:02}:00") };
                    ticks.push(Tick { at, label });
                }
            }
        }
        // A skipped hour lands on its neighbour.
        ticks.dedup_by_key(|t| t.at);
        if ticks.len() > 1 { ticks } else { self.ends(from, to) }
    }

    /// The days whose midnight lies within the time; a bounded number of them.
    fn days(&self, from: Instant, to: Instant) -> Vec<Date> {
        let mut days = Vec::new();
        let mut day = self.civil(from).date();
        while days.len() < 40_000 {
            let at = self.instant(day.at(0, 0, 0, 0));
            if at > to {
                break;
            }
            if at >= from {
                days.push(day);
            }
            let Ok(next) = day.checked_add(1.day()) else { break };
            day = next;
        }
        days
    }
}

/// Hours of a civil week.
pub(crate) const HOURS_OF_WEEK: usize = 168;

/// The civil days that a stretch of time touches, in order.
#[derive(Clone, Debug)]
pub(crate) struct Days {
    /// The dates.
    pub dates: Vec<Date>,
    /// When each begins, and at last when the one after them does.
    starts: Vec<Instant>,
}

impl Days {
    /// Those of a calendar; a bounded number of them.
    pub fn of(calendar: &Calendar, (from, to): (Instant, Instant)) -> Self {
        let first = calendar.civil(from).date();
        let start = |date: Date| calendar.instant(date.at(0, 0, 0, 0));
        let dates: Vec<Date> = std::iter::successors(Some(first), |date| date.tomorrow().ok())
            .take(40_000)
            .take_while(|date| *date == first || start(*date) < to)
            .collect();
        let after = dates.last().and_then(|last| last.tomorrow().ok());
        let starts = dates.iter().copied().chain(after).map(start).collect();
        Self { dates, starts }
    }

    /// The day that holds an instant; the nearest for one before or after all of them.
    pub fn day(&self, at: Instant) -> usize {
        let day = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        day.min(self.dates.len().saturating_sub(1))
    }

    /// The hour of the week of an instant, from 0 on Monday at midnight.
    pub fn hour_of_week(&self, at: Instant) -> usize {
        let day = self.day(at);
        let Some(date) = self.dates.get(day) else { return 0 };
        let hour = ((at.0 - self.starts[day].0) / HOUR).clamp(0, 23);
        date.weekday().to_monday_zero_offset().unsigned_abs() as usize * 24 + hour.unsigned_abs() as usize
    }

    /// Cuts a stretch at the full hours: for each part the hour of the week, from 0 on Monday at midnight, and its milliseconds.
    ///
    /// Hours are counted from midnight; where a day has 23 or 25 of them, the last is the shorter or longer one.
    pub fn each_hour(&self, (from, to): (Instant, Instant), mut part: impl FnMut(usize, i64)) {
        let mut at = from;
        let mut day = self.day(from);
        while at < to && day < self.dates.len() {
            let (begins, ends) = (self.starts[day], self.starts.get(day + 1).copied().unwrap_or(to));
            let hour = ((at.0 - begins.0) / HOUR).clamp(0, 23);
            let next = if hour == 23 {
                ends
            } else {
                Instant(begins.0 + (hour + 1) * HOUR).min(ends)
            };
            let until = next.min(to).max(Instant(at.0 + 1));
            let weekday = i64::from(self.dates[day].weekday().to_monday_zero_offset());
            part((weekday * 24 + hour) as usize, until.0 - at.0);
            at = until;
            day += usize::from(at >= ends);
        }
    }
}

/// The short name of a month, 1 to 12.
pub(crate) fn month(number: i8, lang: Lang) -> String {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let english = NAMES.get((number - 1).max(0).unsigned_abs() as usize).copied().unwrap_or_default();
    lang.pick(english.to_owned(), format!("{number}月"))
}

/// The short name of a day of the week, 0 for Monday.
pub(crate) fn weekday(number: usize, lang: Lang) -> &'static str {
    let english = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let chinese = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    lang.pick(english, chinese).get(number).copied().unwrap_or_default()
}

/// A date in words, such as `Tue 4 Jan 2022`.
pub(crate) fn day_in_words(date: Date, lang: Lang) -> String {
    let weekday = weekday(date.weekday().to_monday_zero_offset().unsigned_abs().into(), lang);
    let (year, number, day) = (date.year(), month(date.month(), lang), date.day());
    lang.pick(
        format!("{weekday} {day} {number} {year}"),
        format!("{year}年{}月{day}日（{weekday}）", date.month()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn labels(calendar: &Calendar, days: i64) -> Vec<String> {
        let ticks = calendar.ticks(Instant(0), Instant(days * DAY), 800.0, 60.0);
        assert!(ticks.windows(2).all(|w| w[0].at < w[1].at));
        ticks.into_iter().map(|t| t.label).filter(|l| !l.is_empty()).collect()
    }

    #[test]
    fn ticks_fall_on_what_a_calendar_shows() {
        let calendar = Calendar::of(&fixture::usual().run);
        assert_eq!(labels(&calendar, 1)[..2], ["1 Jan".to_owned(), "02:00".to_owned()]);
        assert_eq!(labels(&calendar, 7)[0], "Mon 1 Jan");
        assert_eq!(labels(&calendar, 60)[..2], ["1 Jan".to_owned(), "8 Jan".to_owned()]);
        assert_eq!(labels(&calendar, 181), ["1 Jan", "1 Feb", "1 Mar", "1 Apr", "1 May", "1 Jun"]);
        assert!(labels(&calendar, 20_000).len() < 16);
        let calendar = calendar.spoken(Lang::Zh);
        assert_eq!(labels(&calendar, 1)[..2], ["1月1日".to_owned(), "02:00".to_owned()]);
        assert_eq!(labels(&calendar, 7)[..2], ["周一 1/1".to_owned(), "周二 1/2".to_owned()]);
        assert_eq!(labels(&calendar, 60)[1], "1月8日");
        assert_eq!(calendar.axis_title(Instant(0), Instant(DAY)), "Asia/Shanghai 当地时间，2024 年");
    }

    #[test]
    fn a_change_of_offset_is_right_by_itself() {
        let mut run = fixture::usual().run;
        run.zone = "Asia/Almaty".to_owned();
        let calendar = Calendar::of(&run);
        // UTC+6 until 29 February 2024, UTC+5 since: that day lasts 25 hours.
        let before = calendar.instant(Date::constant(2024, 2, 29).at(0, 0, 0, 0));
        let after = calendar.instant(Date::constant(2024, 3, 1).at(0, 0, 0, 0));
        assert_eq!(after.0 - before.0, 25 * HOUR);
        assert_eq!(calendar.civil(after).to_string(), "2024-03-01T00:00:00");
    }

    #[test]
    fn stretches_fall_into_hours_of_the_week() {
        let calendar = Calendar::of(&fixture::usual().run);
        let days = Days::of(&calendar, (Instant(0), Instant(3 * DAY)));
        // 1 January 2024 is a Monday.
        assert_eq!(days.dates.len(), 3);
        assert_eq!(
            (days.day(Instant(DAY)), days.day(Instant(DAY - 1)), days.day(Instant(90 * DAY))),
            (1, 0, 2)
        );
        let mut parts = Vec::new();
        days.each_hour((Instant(DAY - HOUR / 2), Instant(DAY + HOUR + 1)), |hour, ms| {
            parts.push((hour, ms));
        });
        assert_eq!(parts, [(23, HOUR / 2), (24, HOUR), (25, 1)]);
        // The day of 25 hours in Almaty, a Thursday: nothing is lost.
        let mut run = fixture::usual().run;
        run.zone = "Asia/Almaty".to_owned();
        let calendar = Calendar::of(&run);
        let at = |day: i8| calendar.instant(Date::constant(2024, 2, day).at(0, 0, 0, 0));
        let window = (at(28), Instant(at(28).0 + 3 * DAY));
        let mut sum = [0; HOURS_OF_WEEK];
        Days::of(&calendar, window).each_hour(window, |hour, ms| sum[hour] += ms);
        assert_eq!(sum.iter().sum::<i64>(), 3 * DAY);
        assert_eq!((sum[3 * 24], sum[3 * 24 + 23]), (HOUR, 2 * HOUR));
    }

    #[test]
    fn odd_zones_and_instants_do_no_harm() {
        let mut run = fixture::usual().run;
        run.zone = "Nowhere/Atall".to_owned();
        let calendar = Calendar::of(&run);
        assert!(calendar.axis_title(Instant(0), Instant(DAY)).contains("UTC"));
        assert_eq!(calendar.civil(Instant::NEVER).year(), 9999);
        assert!(calendar.ticks(Instant(5), Instant(5), 800.0, 60.0).len() >= 2);
    }
}
