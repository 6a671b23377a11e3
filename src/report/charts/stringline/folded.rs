//! The time-space diagram with all weeks laid upon each other: how many trains run and how many stand, by hour of the week.

use std::collections::BTreeMap;

use super::paths::{self, Axis, Stretch};
use super::{KM_ROOM, NAME_ROOM, StringlineOptions, heading, unable};
use crate::experiment::results::{CorridorFacts, Results};
use crate::observe::Activity;
use crate::report::calendar::{self, Calendar, Days};
use crate::report::charts::heat::{Classes, Heat};
use crate::report::charts::panel;
use crate::report::font::Weight;
use crate::report::number::plain;
use crate::report::picture::{Align, Label, Rect};
use crate::report::sheet::{Key, Sheet, Swatch, Words, id_of, name_of, provenance, remark};
use crate::report::tables::Table;
use crate::report::{Chart, Lang, ReportError, theme};
use crate::units::{DAY, Instant};

/// Hours of a column, and columns of a week.
const HOURS: usize = 2;
const COLUMNS: usize = 168 / HOURS;
/// How high a cell of running trains is, in pixels; rows of them between two places at least, and between all beyond that.
const CELL: f64 = 7.0;
const LEAST_ROWS: usize = 3;
const ROWS: f64 = 26.0;
/// The most pixels of one train that stands, and of all strips together; the least of one strip.
const TRAIN: f64 = 10.0;
const STRIPS: f64 = 250.0;
const LEAST_STRIP: f64 = 12.0;

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
    let axis = Axis::new(facts);
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
    let any_closed = closed.iter().any(|(_, shares)| shares.iter().any(|share| *share >= 0.5));
    if any_closed {
        keys.push(Key::new(Swatch::Box, theme::CLOSED, lang.pick("office closed", "窗口关闭")));
    }
    let layout = Layout::new(&week, facts);
    let (id, title) = heading(Some(facts), options, lang);
    let words = Words {
        lang,
        id,
        title,
        finding: finding(results, facts, &week, lang),
        caption: caption(results, window, any_closed, lang),
    };
    let mut sheet = Sheet::new(words, &keys, layout.height + 16.0 + 36.0);
    let names: Vec<Label> = facts.places.iter().map(|p| name_of(results, p.0)).collect();
    let left = panel::name_room(names.iter(), NAME_ROOM) + KM_ROOM;
    let plot = Rect {
        x: sheet.body.x + left,
        y: sheet.body.y + 16.0,
        w: sheet.body.w - left,
        h: layout.height,
    };
    running(&mut sheet, &week, &classes, (&layout, facts), plot);
    for (place, shares) in &closed {
        let strip = layout.strip(*place, plot);
        let cells = shares
            .iter()
            .enumerate()
            .filter(|(_, share)| **share >= 0.5)
            .map(|(column, _)| column_of(plot, column, strip));
        sheet.picture.cells(cells.collect(), theme::CLOSED);
    }
    standing(&mut sheet, &week, (&layout, facts), plot);
    places(&mut sheet, &names, (&layout, facts), plot);
    foot(&mut sheet, &layout, plot);
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
                let all = rows(facts, gap);
                for row in 0..all {
                    // At its middle.
                    let part = (row as f64 + 0.5) / all as f64;
                    let y = axis.y(gap) + (axis.y(gap + 1) - axis.y(gap)) * part;
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
fn rows(facts: &CorridorFacts, gap: usize) -> usize {
    let km = |gap: usize| {
        let ends = facts.places.get(gap).zip(facts.places.get(gap + 1));
        ends.map_or(0.0, |(a, b)| (b.1 - a.1).abs()).max(0.0)
    };
    let gaps = facts.places.len().saturating_sub(1);
    let all: f64 = (0..gaps).map(km).filter(|km| km.is_finite()).sum();
    let share = if all > 0.0 && km(gap).is_finite() {
        km(gap) / all
    } else {
        1.0 / gaps.max(1) as f64
    };
    LEAST_ROWS + (share * ROWS).round() as usize
}

/// Where things are on the page: the trains that stand at a place on its line, the cells of those that run below it.
struct Layout {
    /// Of the line of each place.
    lines: Vec<f64>,
    /// Above each line.
    strips: Vec<f64>,
    /// Pixels of one train that stands: the same at every place.
    train: f64,
    height: f64,
}

impl Layout {
    fn new(week: &Week, facts: &CorridorFacts) -> Self {
        let most = |place: usize| {
            (0..COLUMNS)
                .map(|column| week.standing_at(place, column, |_| true))
                .fold(0.0, f64::max)
        };
        let most: Vec<f64> = (0..facts.places.len()).map(most).collect();
        let train = TRAIN.min(STRIPS / most.iter().sum::<f64>().max(1e-9));
        let strips: Vec<f64> = most.iter().map(|m| (m * train).max(LEAST_STRIP) + 4.0).collect();
        let (mut y, mut lines) = (0.0, Vec::new());
        for (place, strip) in strips.iter().enumerate() {
            y += strip;
            lines.push(y);
            y += if place + 1 < strips.len() {
                rows(facts, place) as f64 * CELL
            } else {
                6.0
            };
        }
        Self {
            lines,
            strips,
            train,
            height: y,
        }
    }

    /// Where the trains of a place are drawn.
    fn strip(&self, place: usize, plot: Rect) -> Rect {
        Rect {
            y: plot.y + self.lines[place] - self.strips[place],
            h: self.strips[place],
            ..plot
        }
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

fn running(sheet: &mut Sheet, week: &Week, classes: &Classes, (layout, facts): (&Layout, &CorridorFacts), plot: Rect) {
    let mut heat = Heat::new(classes);
    for gap in 0..facts.places.len().saturating_sub(1) {
        for row in 0..rows(facts, gap) {
            let Some(crossing) = week.crossing.get(&(gap, row)) else { continue };
            let area = Rect {
                y: plot.y + layout.lines[gap] + row as f64 * CELL,
                h: CELL,
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
fn standing(sheet: &mut Sheet, week: &Week, (layout, facts): (&Layout, &CorridorFacts), plot: Rect) {
    for place in 0..facts.places.len() {
        let line = plot.y + layout.lines[place];
        let mut level = [line; COLUMNS];
        for ((_, activity), sums) in week.standing.iter().filter(|((p, _), _)| *p == place) {
            let columns = sums.iter().enumerate().map(|(column, sum)| {
                let high = week.trains(*sum, column) * layout.train;
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
        sheet.picture.line((plot.x, line), (plot.right(), line), theme::AXIS, 1.0);
    }
}

/// Names of places with their distances, at their lines.
fn places(sheet: &mut Sheet, names: &[Label], (layout, facts): (&Layout, &CorridorFacts), plot: Rect) {
    let room = plot.x - sheet.body.x - KM_ROOM - 6.0;
    sheet.picture.text("km", (plot.x - 10.0, plot.y - 6.0), panel::small(Align::Right));
    for ((line, name), (_, km)) in layout.lines.iter().zip(names).zip(&facts.places) {
        let y = plot.y + line + 3.0;
        let name = name.fit(room, theme::NAME, Weight::Regular);
        sheet.picture.text(name, (plot.x - KM_ROOM - 4.0, y), panel::name(Align::Right));
        sheet
            .picture
            .text(format!("{km:.0}"), (plot.x - 10.0, y), panel::small(Align::Right));
    }
}

/// Days of the week, and how high so many trains are.
fn foot(sheet: &mut Sheet, layout: &Layout, plot: Rect) {
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
    let round = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0];
    let trains = round.into_iter().rev().find(|n| n * layout.train <= 26.0).unwrap_or(0.1);
    let (x, y) = (plot.x - 14.0, plot.bottom() + 6.0);
    let end = y + trains * layout.train;
    picture.path(vec![(x - 3.0, y), (x + 3.0, y)], theme::INK, 1.0);
    picture.path(vec![(x, y), (x, end)], theme::INK, 1.0);
    picture.path(vec![(x - 3.0, end), (x + 3.0, end)], theme::INK, 1.0);
    let label = lang.pick(format!("{trains} trains standing"), format!("停留 {trains} 列"));
    picture.text(label, (x - 8.0, f64::midpoint(y, end) + 4.0), panel::small(Align::Right));
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

fn caption(results: &Results, (from, to): (Instant, Instant), any_closed: bool, lang: Lang) -> String {
    let weeks = plain((to.0 - from.0) as f64 / (7 * DAY) as f64);
    let kept = results.records.len();
    let mut caption = provenance(results, false, lang);
    remark(
        &mut caption,
        &lang.pick(
            format!(
                "From the records of {kept} of these replications, {weeks} weeks each, laid upon each other in steps of {HOURS} h of the \
                 run’s civil time. On the line of a place: mean number of trains that stand there. Between places: trains an hour, both \
                 directions."
            ),
            format!(
                "取自其中 {kept} 次重复的记录，每次 {weeks} 周，按算例民用时间每 {HOURS} 小时叠加。地点线上为停留列车的平均数；地点之间为每小时\
                 列车数（双向）。"
            ),
        ),
    );
    if any_closed {
        let shaded = lang.pick(
            "Shaded: an office is closed for most of that time.",
            "阴影：该时段多数时间窗口关闭。",
        );
        remark(&mut caption, shaded);
    }
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
    let crossing = week.crossing.iter().flat_map(|((gap, row), crossing)| {
        let part = (*row as f64 + 0.5) / rows(facts, *gap) as f64;
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
