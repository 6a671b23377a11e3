//! The run as a calendar: a square a day, weeks as columns, a panel per place.

use jiff::civil::{Date, Weekday};

use super::heat::{Classes, Heat};
use super::panel;
use crate::experiment::results::{QueueSeries, Results};
use crate::report::calendar::{self, Calendar, Days};
use crate::report::font::Weight;
use crate::report::number::plain;
use crate::report::picture::{Align, Label, Picture, Rect};
use crate::report::sheet::{Key, Sheet, Swatch, Words, id_of, name_of, nothing, provenance, remark};
use crate::report::tables::{Table, step_start};
use crate::report::{Chart, Lang, ReportError, theme, words};
use crate::units::Instant;

/// Panels at most.
const PANELS: usize = 6;
/// The widest side of a day, in pixels.
const SIDE: f64 = 17.0;
/// From so many weeks on a panel takes the whole width.
const WIDE: usize = 32;
/// Weeks at most; of longer runs the last ones.
const WEEKS: usize = 270;
/// Room for the names of days, and above for the heading and the months.
const NAMES: f64 = 34.0;
const HEAD: f64 = 46.0;
/// Paper between days, and below a panel.
const HAIR: f64 = 1.0;
const BELOW: f64 = 16.0;

/// What a day is coloured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarOf {
    /// Trains that left the place on this day.
    Trains,
    /// Trains that waited there, on average over the day.
    Waiting,
}

impl CalendarOf {
    fn id(self) -> &'static str {
        match self {
            Self::Trains => "calendar_trains",
            Self::Waiting => "calendar_waiting",
        }
    }

    fn unit(self, lang: Lang) -> &'static str {
        match self {
            Self::Trains => lang.pick("trains a day", "列/日"),
            Self::Waiting => lang.pick("trains waiting", "列等待"),
        }
    }
}

/// A place with a value for each day.
struct Series {
    place: usize,
    days: Vec<(Date, f64)>,
}

impl Series {
    fn mean(&self) -> f64 {
        self.days.iter().map(|d| d.1).sum::<f64>() / self.days.len().max(1) as f64
    }

    fn most(&self) -> Option<(Date, f64)> {
        self.days.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The values of the days with fewest and with most.
    fn range(&self) -> (f64, f64) {
        let values = || self.days.iter().map(|d| d.1);
        (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max))
    }
}

/// Trains, or trains waiting, day by day at the places that have most of them.
///
/// # Errors
/// Where it cannot be drawn.
pub fn calendar_map(results: &Results, of: CalendarOf, lang: Lang) -> Result<Chart, ReportError> {
    let mut ranked = match of {
        CalendarOf::Trains => trains(results),
        CalendarOf::Waiting => waiting(results),
    };
    ranked.sort_by(|a, b| b.mean().total_cmp(&a.mean()));
    let data = data(results, of, &ranked);
    ranked.retain(|s| s.days.iter().any(|d| d.1 > 0.0));
    let folded = ranked.len().saturating_sub(PANELS);
    ranked.truncate(PANELS);
    let title = match of {
        CalendarOf::Trains => lang.pick("Trains day by day", "逐日列车数日历"),
        CalendarOf::Waiting => lang.pick("Trains waiting day by day", "逐日等待列车数日历"),
    };
    let mut caption = format!("{} {}", provenance(results, false, lang), what_a_day_is(of, lang));
    if folded > 0 {
        remark(
            &mut caption,
            &words::further(folded, ("further place", "further places"), "处", lang),
        );
    }
    let longest = ranked.iter().map(|s| weeks(s).len()).max().unwrap_or(0);
    if longest >= WEEKS {
        remark(
            &mut caption,
            &lang.pick(
                format!("Only the last {WEEKS} weeks are drawn."),
                format!("仅绘出最后 {WEEKS} 周。"),
            ),
        );
    }
    let words = Words {
        lang,
        id: of.id().to_owned(),
        title: Label::from(title),
        finding: ranked.first().map_or_else(|| Label::from(""), |s| finding(results, s, of, lang)),
        caption,
    };
    if ranked.is_empty() {
        let why = match of {
            CalendarOf::Trains => lang.pick(
                "no train left any place on a whole day of the measured time.",
                "统计期内没有任何完整的一日有列车离开。",
            ),
            CalendarOf::Waiting => lang.pick("no train waited at any place.", "没有列车在任何地点等待。"),
        };
        return nothing(words, why, &data);
    }
    let shared = Classes::up_to(ranked.iter().map(|s| s.range().1).fold(0.0, f64::max));
    let keys = match of {
        CalendarOf::Trains => ends_of_a_place(lang),
        CalendarOf::Waiting => shared.keys(|range| format!("{range} {}", of.unit(lang))),
    };
    let columns = if ranked.len() == 1 || longest > WIDE { 1 } else { 2 };
    let side = side(columns, longest);
    let row = HEAD + 7.0 * side.min(SIDE * 0.9) + BELOW;
    let mut sheet = Sheet::new(words, &keys, ranked.len().div_ceil(columns) as f64 * row);
    let wide = sheet.body.w / columns as f64;
    for (i, series) in ranked.iter().enumerate() {
        let area = Rect {
            x: sheet.body.x + (i % columns) as f64 * wide,
            y: sheet.body.y + (i / columns) as f64 * row,
            w: wide - 14.0,
            h: row,
        };
        let name = name_of(results, series.place);
        // Places differ far more in their trains than a place does from day to day: each has a scale of its own.
        let ((low, high), own) = (series.range(), of == CalendarOf::Trains);
        let heading = if own { name.map(|n| from_to(n, (low, high), lang)) } else { name };
        let own = own.then(|| Classes::between(low, high));
        draw(
            &mut sheet.picture,
            (series, heading),
            own.as_ref().unwrap_or(&shared),
            side,
            area,
            lang,
        );
    }
    sheet.finish(&data)
}

/// What the colours of a place with a scale of its own mean.
fn ends_of_a_place(lang: Lang) -> Vec<Key> {
    let [lightest, .., darkest] = theme::SEQUENTIAL;
    vec![
        Key::new(
            Swatch::Box,
            lightest,
            lang.pick("the fewest trains of a day at the place", "该地单日最少列车数"),
        ),
        Key::new(Swatch::Box, darkest, lang.pick("the most", "最多")),
    ]
}

fn from_to(name: &str, (low, high): (f64, f64), lang: Lang) -> String {
    let (low, high) = (plain(low), plain(high));
    lang.pick(format!("{name}: {low} to {high} a day"), format!("{name}：每日 {low} 至 {high} 列"))
}

/// How wide a day is.
fn side(columns: usize, weeks: usize) -> f64 {
    let room = (theme::WIDTH - 2.0 * theme::MARGIN) / columns as f64 - 14.0 - NAMES;
    (room / weeks.clamp(1, WEEKS) as f64).min(SIDE)
}

fn what_a_day_is(of: CalendarOf, lang: Lang) -> &'static str {
    match of {
        CalendarOf::Trains => lang.pick(
            "A square is a civil day of the place: trains that left it, mean of replications; each place has a scale of its own. A column is a week; lines part months.",
            "每格为当地民用日一天：离开该地的列车数，取各次重复的均值；各地自有标度。每列为一周，折线分隔月份。",
        ),
        CalendarOf::Waiting => lang.pick(
            "A square is a civil day of the run: trains waiting, time-weighted mean of replications. A column is a week; lines part months.",
            "每格为一个民用日：等待的列车数，对时间加权并取各次重复的均值。每列为一周，折线分隔月份。",
        ),
    }
}

fn trains(results: &Results) -> Vec<Series> {
    let all = results.daily.iter().filter(|d| d.exchange.is_none());
    let series = all.map(|d| {
        let dates = std::iter::successors(Some(d.first), |date| date.tomorrow().ok());
        let finite = |x: f64| if x.is_finite() { x } else { 0.0 };
        Series {
            place: d.place,
            days: dates.zip(&d.days).map(|(date, band)| (date, finite(band.mean))).collect(),
        }
    });
    series.collect()
}

fn waiting(results: &Results) -> Vec<Series> {
    let warm_up = Instant(results.run.warm_up.0);
    let days = Days::of(&Calendar::of(&results.run), (warm_up, warm_up + results.run.length));
    results.queues.iter().map(|q| waiting_at(q, &days, warm_up)).collect()
}

/// Means over civil days of the steps that begin on them.
fn waiting_at(q: &QueueSeries, days: &Days, warm_up: Instant) -> Series {
    let mut sums = vec![(0.0, 0); days.dates.len()];
    for (i, band) in q.steps.iter().enumerate() {
        let begin = step_start(q.first, q.step.0, i);
        if begin >= warm_up && band.mean.is_finite() {
            let (sum, n) = &mut sums[days.day(begin)];
            *sum += band.mean;
            *n += 1;
        }
    }
    let means = days.dates.iter().zip(sums).filter(|(_, (_, n))| *n > 0);
    Series {
        place: q.place,
        days: means.map(|(date, (sum, n))| (*date, sum / f64::from(n))).collect(),
    }
}

/// The Mondays of the weeks that are drawn.
fn weeks(series: &Series) -> Vec<Date> {
    let monday = |date: Date| {
        date.checked_sub(jiff::Span::new().days(date.weekday().to_monday_zero_offset()))
            .unwrap_or(date)
    };
    let mut mondays: Vec<Date> = series.days.iter().map(|d| monday(d.0)).collect();
    mondays.dedup();
    mondays.split_off(mondays.len().saturating_sub(WEEKS))
}

fn draw(picture: &mut Picture, (series, heading): (&Series, Label), classes: &Classes, side: f64, area: Rect, lang: Lang) {
    let high = side.clamp(7.0, SIDE * 0.9);
    let mondays = weeks(series);
    let plot = Rect {
        x: area.x + NAMES,
        y: area.y + HEAD,
        w: side * mondays.len() as f64,
        h: 7.0 * high,
    };
    let heading = heading.fit(area.w, theme::NAME, Weight::Bold);
    picture.text(heading, (area.x, area.y + 14.0), panel::name(Align::Left).bold());
    for day in [0, 2, 4, 6] {
        let at = (plot.x - 6.0, plot.y + (day as f64 + 0.5) * high + 4.0);
        if high >= 8.0 || day % 4 == 0 {
            picture.text(calendar::weekday(day, lang), at, panel::small(Align::Right));
        }
    }
    let mut heat = Heat::new(classes);
    let column = |date: Date| mondays.partition_point(|monday| *monday <= date).checked_sub(1);
    let hair = HAIR.min(side * 0.2);
    for (date, value) in &series.days {
        let Some(week) = column(*date) else { continue };
        let row = f64::from(date.weekday().to_monday_zero_offset());
        let cell = Rect {
            x: plot.x + week as f64 * side,
            y: plot.y + row * high,
            w: side - hair,
            h: high - HAIR,
        };
        heat.put(cell, *value);
    }
    heat.draw(picture);
    months(picture, (series, &mondays), (side, high), plot, lang);
}

/// Names of months above their first week, and lines before their first day.
fn months(picture: &mut Picture, (series, mondays): (&Series, &[Date]), (side, high): (f64, f64), plot: Rect, lang: Lang) {
    let Some((first, last)) = series.days.first().zip(series.days.last()).map(|(a, b)| (a.0, b.0)) else {
        return;
    };
    let many_years = last.year() != first.year();
    let begins = |date: &Date| date.day() == 1 || *date == first;
    let mut free_from = f64::NEG_INFINITY;
    let dates = series
        .days
        .iter()
        .map(|d| d.0)
        .filter(|date| mondays.first().is_some_and(|monday| date >= monday));
    let dates: Vec<Date> = dates.filter(begins).collect();
    for (i, date) in dates.iter().enumerate() {
        let week = mondays.partition_point(|monday| monday <= date).saturating_sub(1) as f64;
        let x = plot.x + week * side;
        let label = match date.month() {
            1 if many_years => date.year().to_string(),
            number => calendar::month(number, lang),
        };
        let label = Label::from(label);
        let end = x + label.width(theme::SMALL, Weight::Regular);
        // A month of which only the last days are there gives way to the next.
        let next = dates.get(i + 1).map_or(f64::INFINITY, |next| {
            plot.x + mondays.partition_point(|monday| monday <= next).saturating_sub(1) as f64 * side
        });
        let gives_way = *date == first && end + 5.0 > next;
        if x >= free_from && !gives_way && (end < theme::WIDTH - theme::MARGIN) {
            picture.text(label, (x, plot.y - 6.0), panel::small(Align::Left));
            free_from = end + 5.0;
        }
        if *date != first && side >= 3.0 {
            let row = f64::from(date.weekday().to_monday_zero_offset());
            let (left, right) = (x - HAIR / 2.0, x + side - HAIR / 2.0);
            let (top, step, bottom) = (plot.y - 1.0, plot.y + row * high - HAIR / 2.0, plot.bottom());
            let line = if date.weekday() == Weekday::Monday {
                vec![(left, top), (left, bottom)]
            } else {
                vec![(right, top), (right, step), (left, step), (left, bottom)]
            };
            picture.path(line, theme::MUTED, 1.0);
        }
    }
}

fn finding(results: &Results, series: &Series, of: CalendarOf, lang: Lang) -> Label {
    let Some((date, most)) = series.most() else {
        return Label::from("");
    };
    let (mean, most, date) = (plain(series.mean()), plain(most), calendar::day_in_words(date, lang));
    name_of(results, series.place).map(|n| match of {
        CalendarOf::Trains => lang.pick(
            format!("Most trains pass {n}: {mean} a day on average, {most} on the busiest day, {date}."),
            format!("列车最多的是{n}：日均 {mean} 列，最繁忙的一日为{date}，{most} 列。"),
        ),
        CalendarOf::Waiting => lang.pick(
            format!("Most trains wait at {n}: {mean} on average, {most} on the worst day, {date}."),
            format!("等待列车最多的是{n}：平均 {mean} 列，最严重的一日为{date}，{most} 列。"),
        ),
    })
}

fn data(results: &Results, of: CalendarOf, all: &[Series]) -> Table {
    let rows: Vec<(usize, &(Date, f64))> = all.iter().flat_map(|s| s.days.iter().map(move |d| (s.place, d))).collect();
    let value = match of {
        CalendarOf::Trains => "mean_trains",
        CalendarOf::Waiting => "mean_trains_waiting",
    };
    Table::new(of.id())
        .text("place", rows.iter().map(|r| id_of(results, r.0)))
        .text("day", rows.iter().map(|r| r.1.0.to_string()))
        .float(value, rows.iter().map(|r| r.1.1))
}
