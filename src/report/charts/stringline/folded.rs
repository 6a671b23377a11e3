//! The time-space diagram with all weeks laid upon each other: how many trains run and how many stand, by hour of the week.

use std::collections::BTreeMap;

use super::paths::{self, Axis, Stretch};
use super::{KM_ROOM, NAME_ROOM, StringlineOptions, heading, name_places, unable};
use crate::experiment::results::{CorridorFacts, Results};
use crate::observe::Activity;
use crate::report::calendar::{self, Calendar, Days};
use crate::report::charts::heat::{Classes, Heat};
use crate::report::charts::panel;
use crate::report::number::plain;
use crate::report::picture::{Align, Label, Rect};
use crate::report::scale::ticks;
use crate::report::sheet::{Key, Sheet, Swatch, Words, id_of, name_of, provenance, remark};
use crate::report::tables::Table;
use crate::report::{Chart, Lang, ReportError, theme};
use crate::units::{DAY, Instant};

/// Hours of a column, and columns of a week.
const HOURS: usize = 2;
const COLUMNS: usize = 168 / HOURS;
/// About how high a cell of running trains is, in pixels.
const CELL: f64 = 7.0;
/// The most pixels of one train that stands.
const TRAIN: f64 = 9.0;

/// Trains of a corridor by column of the week.
struct Week {
    /// Milliseconds of the time that is folded, by column.
    time: [i64; COLUMNS],
    /// Train-milliseconds at each place, by activity and column.
    standing: BTreeMap<(usize, Activity), [i64; COLUMNS]>,
    /// Trains that cross each row of cells, by the place before it, the row and the column.
    crossing: BTreeMap<(usize, usize), [u32; COLUMNS]>,
}

/// Draws the corridor.
pub(super) fn draw(
    results: &Results,
    facts: &CorridorFacts,
    options: &StringlineOptions,
    window: (Instant, Instant),
    lang: Lang,
) -> Result<Chart, ReportError> {
    if (window.1.0 - window.0.0) < 7 * DAY {
        let why = lang.pick("less than a week is there to be folded.", "不足一周，无法叠加。");
        return unable(results, Some(facts), (options, lang), why);
    }
    let calendar = Calendar::of(&results.run);
    let days = Days::of(&calendar, window);
    let axis = Axis::spaced(facts, 62.0, 0.8);
    let mut week = Week {
        time: [0; COLUMNS],
        standing: BTreeMap::new(),
        crossing: BTreeMap::new(),
    };
    for records in &results.records {
        days.each_hour(window, |hour, ms| week.time[hour / HOURS] += ms);
        for s in paths::stretches(results, records, facts, &axis, window) {
            if options.takes(records, s.train) {
                week.add(&s, facts, &axis, &days);
            }
        }
    }
    if week.standing.is_empty() && week.crossing.is_empty() {
        let why = lang.pick("no train was on this corridor in the time to draw.", "所绘时段内该通道上没有列车。");
        return unable(results, Some(facts), (options, lang), why);
    }
    let closed = closed(facts, &days, window);
    let most = week.crossing.values().flat_map(|row| row.iter().enumerate());
    let most = most.map(|(column, n)| week.an_hour(*n, column)).fold(0.0, f64::max);
    let classes = Classes::in_colours(most, &theme::RUNNING);
    let mut keys = classes.keys(|range| lang.pick(format!("{range} trains an hour running"), format!("每小时运行 {range} 列")));
    let seen = |a: Activity| week.standing.keys().any(|(_, activity)| *activity == a);
    keys.extend(panel::activity_keys(seen, Swatch::Box, lang));
    if closed.iter().any(|(_, shares)| shares.iter().any(|share| *share >= 0.5)) {
        keys.push(Key::new(Swatch::Box, theme::CLOSED, lang.pick("office closed", "窗口关闭")));
    }
    let scale = scale(&week, facts, &axis);
    let (id, title) = heading(Some(facts), options, lang);
    let words = Words {
        lang,
        id,
        title,
        finding: finding(results, facts, &week, lang),
        caption: caption(results, scale, window, lang),
    };
    let mut sheet = Sheet::new(words, &keys, axis.height + 16.0 + 30.0);
    let names: Vec<Label> = facts.places.iter().map(|p| name_of(results, p.0)).collect();
    let left = panel::name_room(names.iter(), NAME_ROOM) + KM_ROOM;
    let plot = Rect {
        x: sheet.body.x + left,
        y: sheet.body.y + 16.0,
        w: sheet.body.w - left,
        h: axis.height,
    };
    running(&mut sheet, &week, &classes, (&axis, facts), plot);
    for (place, shares) in &closed {
        let strip = strip(&axis, *place, plot);
        let cells = shares
            .iter()
            .enumerate()
            .filter(|(_, share)| **share >= 0.5)
            .map(|(column, _)| column_of(plot, column, strip));
        sheet.picture.cells(cells.collect(), theme::CLOSED);
    }
    name_places(&mut sheet, &names, facts, &axis, plot);
    standing(&mut sheet, &week, scale, (&axis, facts), plot);
    foot(&mut sheet, plot);
    sheet.finish(&data(results, facts, &week))
}

impl Week {
    fn add(&mut self, s: &Stretch, facts: &CorridorFacts, axis: &Axis, days: &Days) {
        if s.activity == Activity::Running {
            // Trains that stand side by side set out beside the line of their place; for the count they begin on it.
            let on_line = |y: f64| {
                let near = |place: &usize| (axis.y(*place) - y).abs() <= axis.room(*place) + 1.0;
                (0..facts.places.len()).find(near).map_or(y, |place| axis.y(place))
            };
            let (begin, end) = (on_line(s.y.0), on_line(s.y.1));
            let (up, down) = (begin.min(end), begin.max(end));
            for gap in 0..facts.places.len().saturating_sub(1) {
                for row in 0..rows(axis, gap) {
                    let y = middle_of_row(axis, gap, row);
                    if y > up && y <= down {
                        let part = (y - begin) / (end - begin);
                        let at = Instant(s.from.0 + ((s.to.0 - s.from.0) as f64 * part) as i64);
                        self.crossing.entry((gap, row)).or_insert([0; COLUMNS])[days.hour_of_week(at) / HOURS] += 1;
                    }
                }
            }
            return;
        }
        // Who is held up on a line is shown at the nearest place.
        let away = |place: &usize| (axis.y(*place) - s.y.1).abs();
        let place = (0..facts.places.len()).min_by(|a, b| away(a).total_cmp(&away(b))).unwrap_or(0);
        let sums = self.standing.entry((place, s.activity)).or_insert([0; COLUMNS]);
        days.each_hour((s.from, s.to), |hour, ms| sums[hour / HOURS] += ms);
    }

    /// Mean number of trains.
    fn trains(&self, sum: i64, column: usize) -> f64 {
        sum as f64 / self.time[column].max(1) as f64
    }

    /// Trains an hour.
    fn an_hour(&self, n: u32, column: usize) -> f64 {
        f64::from(n) * 3.6e6 / self.time[column].max(1) as f64
    }

    fn standing_at(&self, place: usize, column: usize, of: impl Fn(Activity) -> bool) -> f64 {
        let own = self.standing.iter().filter(|((p, a), _)| *p == place && of(*a));
        own.map(|(_, sums)| self.trains(sums[column], column)).sum()
    }
}

/// Rows of cells between a place and the next.
fn rows(axis: &Axis, gap: usize) -> usize {
    (between(axis, gap).1 / CELL).round().max(1.0) as usize
}

/// Where the way between a place and the next is drawn: from where, and how high.
fn between(axis: &Axis, gap: usize) -> (f64, f64) {
    let top = axis.y(gap) + 2.0;
    (top, (axis.y(gap + 1) - 2.0 * axis.room(gap + 1) - top).max(1.0))
}

/// At which height of the whole way a row is, as the lines of trains have it.
fn middle_of_row(axis: &Axis, gap: usize, row: usize) -> f64 {
    let part = (row as f64 + 0.5) / rows(axis, gap) as f64;
    axis.y(gap) + (axis.y(gap + 1) - axis.y(gap)) * part
}

/// Where the trains of a place are drawn: on its line.
fn strip(axis: &Axis, place: usize, plot: Rect) -> Rect {
    let high = 2.0 * axis.room(place);
    Rect {
        y: plot.y + axis.y(place) - high,
        h: high,
        ..plot
    }
}

fn column_of(plot: Rect, column: usize, area: Rect) -> Rect {
    let wide = plot.w / COLUMNS as f64;
    Rect {
        x: plot.x + column as f64 * wide,
        w: wide,
        ..area
    }
}

/// Pixels of one train that stands: the same at every place.
fn scale(week: &Week, facts: &CorridorFacts, axis: &Axis) -> f64 {
    let fits = |place: usize| {
        let most = (0..COLUMNS)
            .map(|column| week.standing_at(place, column, |_| true))
            .fold(0.0, f64::max);
        if most > 0.0 { 2.0 * axis.room(place) / most } else { TRAIN }
    };
    (0..facts.places.len()).map(fits).fold(TRAIN, f64::min)
}

fn running(sheet: &mut Sheet, week: &Week, classes: &Classes, (axis, facts): (&Axis, &CorridorFacts), plot: Rect) {
    let mut heat = Heat::new(classes);
    for gap in 0..facts.places.len().saturating_sub(1) {
        let (top, high) = between(axis, gap);
        let each = high / rows(axis, gap) as f64;
        for row in 0..rows(axis, gap) {
            let Some(crossing) = week.crossing.get(&(gap, row)) else { continue };
            let area = Rect {
                y: plot.y + top + row as f64 * each,
                h: each,
                ..plot
            };
            for (column, n) in crossing.iter().enumerate() {
                heat.put(column_of(plot, column, area), week.an_hour(*n, column));
            }
        }
    }
    heat.draw(&mut sheet.picture);
}

/// Columns of trains on the line of each place, causes of waiting on top.
fn standing(sheet: &mut Sheet, week: &Week, scale: f64, (axis, facts): (&Axis, &CorridorFacts), plot: Rect) {
    for place in 0..facts.places.len() {
        let mut level = [plot.y + axis.y(place); COLUMNS];
        for ((_, activity), sums) in week.standing.iter().filter(|((p, _), _)| *p == place) {
            let columns = sums.iter().enumerate().map(|(column, sum)| {
                let high = week.trains(*sum, column) * scale;
                level[column] -= high;
                let area = Rect {
                    y: level[column],
                    h: high,
                    ..plot
                };
                column_of(plot, column, area)
            });
            let columns: Vec<Rect> = columns.collect();
            if columns.iter().any(|c| c.h >= 0.25) {
                sheet.picture.band(columns, theme::activity(*activity));
            }
        }
        let y = plot.y + axis.y(place);
        sheet.picture.line((plot.x, y), (plot.right(), y), theme::AXIS, 1.0);
    }
}

fn foot(sheet: &mut Sheet, plot: Rect) {
    let lang = sheet.lang();
    let picture = &mut sheet.picture;
    let day = plot.w / 7.0;
    for i in 0..=7 {
        let x = plot.x + f64::from(i) * day;
        picture.line((x, plot.y), (x, plot.bottom() + 5.0), theme::AXIS, 0.75);
    }
    picture.line((plot.x, plot.bottom()), (plot.right(), plot.bottom()), theme::AXIS, 1.0);
    for i in 0..7 {
        let x = plot.x + (i as f64 + 0.5) * day;
        picture.text(calendar::weekday(i, lang), (x, plot.bottom() + 18.0), panel::small(Align::Centre));
    }
}

/// The share of each column in which an office of a place is closed, by place of the corridor.
fn closed(facts: &CorridorFacts, days: &Days, window: (Instant, Instant)) -> Vec<(usize, [f64; COLUMNS])> {
    let mut all = [0; COLUMNS];
    days.each_hour(window, |hour, ms| all[hour / HOURS] += ms);
    let at = |(i, (place, _)): (usize, &(usize, f64))| {
        let mut sums = [0; COLUMNS];
        for (_, from, to) in facts.closed.iter().filter(|c| c.0 == *place) {
            let (from, to) = ((*from).max(window.0), (*to).min(window.1));
            days.each_hour((from, to), |hour, ms| sums[hour / HOURS] += ms);
        }
        let mut shares = [0.0; COLUMNS];
        (0..COLUMNS).for_each(|c| shares[c] = sums[c] as f64 / all[c].max(1) as f64);
        (i, shares)
    };
    facts.places.iter().enumerate().map(at).collect()
}

/// Where and when most trains wait.
fn finding(results: &Results, facts: &CorridorFacts, week: &Week, lang: Lang) -> Label {
    let spots = (0..facts.places.len()).flat_map(|place| (0..COLUMNS).map(move |column| (place, column)));
    let waiting = |(place, column): (usize, usize)| week.standing_at(place, column, Activity::is_waiting);
    let most = spots
        .max_by(|a, b| waiting(*a).total_cmp(&waiting(*b)))
        .filter(|spot| waiting(*spot) > 0.0);
    let Some((place, column)) = most else {
        return Label::from(lang.pick("No train waits on this corridor.", "该通道上没有列车等待。"));
    };
    let mean = (0..COLUMNS).map(|c| waiting((place, c))).sum::<f64>() / COLUMNS as f64;
    let (from, day) = (column * HOURS % 24, calendar::weekday(column * HOURS / 24, lang));
    let (most, mean, to) = (plain(waiting((place, column))), plain(mean), from + HOURS);
    name_of(results, facts.places[place].0).map(|n| {
        lang.pick(
            format!("Most trains wait at {n} on {day} from {from}:00 to {to}:00: {most} on average, against {mean} over the whole week."),
            format!("等待列车最多的是{n}，{day} {from}:00–{to}:00：平均 {most} 列，全周平均 {mean} 列。"),
        )
    })
}

fn caption(results: &Results, scale: f64, (from, to): (Instant, Instant), lang: Lang) -> String {
    let weeks = plain((to.0 - from.0) as f64 / (7 * DAY) as f64);
    let kept = results.records.len();
    // A height that is easily seen.
    let trains = ticks(18.0 / scale, 1).end;
    let (trains, high) = (plain(trains), plain(trains * scale));
    let mut caption = provenance(results, false, lang);
    remark(
        &mut caption,
        &lang.pick(
            format!(
                "From the records of {kept} of these replications, {weeks} weeks each, laid upon each other in steps of {HOURS} h of the \
                 run’s civil time. On the line of a place: mean number of trains that stand there, {high} pixels to {trains} trains. Between \
                 places: trains an hour, both directions. Shaded: an office is closed for most of that time."
            ),
            format!(
                "取自其中 {kept} 次重复的记录，每次 {weeks} 周，按算例民用时间每 {HOURS} 小时叠加。地点线上为停留列车的平均数，{high} 像素为 \
                 {trains} 列；地点之间为每小时列车数（双向）。阴影：该时段多数时间窗口关闭。"
            ),
        ),
    );
    caption
}

fn data(results: &Results, facts: &CorridorFacts, week: &Week) -> Table {
    struct Row {
        place: usize,
        to: Option<usize>,
        part: Option<f64>,
        activity: Activity,
        column: usize,
        trains: Option<f64>,
        an_hour: Option<f64>,
    }
    let standing = week.standing.iter().flat_map(|((place, activity), sums)| {
        sums.iter().enumerate().map(move |(column, sum)| Row {
            place: *place,
            to: None,
            part: None,
            activity: *activity,
            column,
            trains: Some(week.trains(*sum, column)),
            an_hour: None,
        })
    });
    let count = |gap: usize| {
        week.crossing
            .keys()
            .filter(|(g, _)| *g == gap)
            .map(|(_, row)| row + 1)
            .max()
            .unwrap_or(1)
    };
    let crossing = week.crossing.iter().flat_map(|((gap, row), crossing)| {
        let part = (*row as f64 + 0.5) / count(*gap) as f64;
        crossing.iter().enumerate().map(move |(column, n)| Row {
            place: *gap,
            to: Some(gap + 1),
            part: Some(part),
            activity: Activity::Running,
            column,
            trains: None,
            an_hour: Some(week.an_hour(*n, column)),
        })
    });
    let rows: Vec<Row> = standing.chain(crossing).collect();
    let id = |place: usize| id_of(results, facts.places[place].0);
    Table::new("stringline_folded")
        .text("place", rows.iter().map(|r| id(r.place)))
        .nullable_text("line_to", rows.iter().map(|r| r.to.map(id)))
        .nullable_float("part_of_way", rows.iter().map(|r| r.part))
        .text("activity", rows.iter().map(|r| r.activity.word()))
        .text("weekday", rows.iter().map(|r| calendar::weekday(r.column * HOURS / 24, Lang::En)))
        .integer("from_hour", rows.iter().map(|r| (r.column * HOURS % 24) as i64))
        .nullable_float("mean_trains", rows.iter().map(|r| r.trains))
        .nullable_float("trains_per_hour", rows.iter().map(|r| r.an_hour))
}
