//! The time-space diagram of a corridor: a line per train, places down the page, civil time across.

mod paths;

use std::collections::BTreeSet;

use plotters::style::RGBColor;

use super::panel::{self, TimeAxis};
use crate::experiment::results::{CorridorFacts, LocationFacts, LocationKind, ReplicationRecords, Results};
use crate::observe::Activity;
use crate::report::calendar::Calendar;
use crate::report::font::Weight;
use crate::report::number::{counted, plain};
use crate::report::picture::{Align, Label, Rect, Style};
use crate::report::sheet::{Key, Sheet, Swatch, Words, name_of, nothing, safe};
use crate::report::{Chart, Lang, ReportError, tables, theme, words};
use crate::units::{DAY, Duration, Instant, millis_as_hours};
pub(in crate::report) use paths::{Axis, parts_of_way};
use paths::{Direction, Stretch};

/// Room for the names of places and their distances, in pixels.
const NAME_ROOM: f64 = 200.0;
const KM_ROOM: f64 = 50.0;
/// From so many trains on lines are thinner.
const MANY: usize = 150;

type Points = Vec<(f64, f64)>;

/// What part of the time to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringlineOptions {
    /// The begin; `None` is the end of the warm-up.
    pub from: Option<Instant>,
    /// How long; cut at the end of the run.
    pub length: Duration,
}

impl Default for StringlineOptions {
    /// Three days after the warm-up.
    fn default() -> Self {
        Self {
            from: None,
            length: Duration(3 * DAY),
        }
    }
}

/// The trains of the first recorded replication on a corridor, by its index.
///
/// # Errors
/// Where it cannot be drawn.
pub fn stringline(results: &Results, corridor: usize, options: &StringlineOptions, lang: Lang) -> Result<Chart, ReportError> {
    let run = &results.run;
    let Some(facts) = results.corridors.get(corridor) else {
        return unable(results, None, lang, lang.pick("no corridor is described.", "没有描述任何通道。"));
    };
    let Some(records) = results.records.first() else {
        return unable(
            results,
            Some(facts),
            lang,
            lang.pick("no records of single trains were kept.", "没有保留单列列车的记录。"),
        );
    };
    let run_ends = Instant(run.warm_up.0.saturating_add(run.length.0));
    let from = options.from.unwrap_or(Instant(run.warm_up.0));
    let window = (from, Instant(from.0.saturating_add(options.length.0).min(run_ends.0)));
    let axis = Axis::new(facts);
    let stretches = paths::stretches(results, records, facts, &axis, window);
    if window.1 <= window.0 || stretches.is_empty() {
        let why = lang.pick("no train was on this corridor in the time to draw.", "所绘时段内该通道上没有列车。");
        return unable(results, Some(facts), lang, why);
    }
    let words = texts(results, (records, facts), &stretches, window, lang);
    let rows: Vec<_> = stretches
        .iter()
        .map(|s| s.record)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|i| (records, &records.activities[i]))
        .collect();
    let data = tables::activity_rows("stringline", results, &rows);
    let keys = keys(results, facts, &stretches, window, lang);
    draw(results, facts, (words, &keys), &axis, &stretches, window).finish(&data)
}

fn unable(results: &Results, facts: Option<&CorridorFacts>, lang: Lang, why: &str) -> Result<Chart, ReportError> {
    let (id, title) = heading(facts, lang);
    let words = Words {
        lang,
        id,
        title,
        finding: Label::from(""),
        caption: lang.pick(
            format!("{}.", counted(results.run.replications as usize, "replication", "replications")),
            format!("{} 次重复。", results.run.replications),
        ),
    };
    nothing(words, why, &tables::activity_rows("stringline", results, &[]))
}

fn heading(facts: Option<&CorridorFacts>, lang: Lang) -> (String, Label) {
    let title = lang.pick("Trains over distance and time", "列车运行图");
    let Some(facts) = facts else {
        return ("stringline".to_owned(), Label::from(title));
    };
    let safe = safe(&facts.id);
    let name = Label::named(if facts.name.is_empty() { &facts.id } else { &facts.name }, &facts.id);
    (
        format!("stringline_{safe}"),
        name.map(|n| lang.pick(format!("{title}: {n}"), format!("{title}：{n}"))),
    )
}

fn texts(
    results: &Results,
    (records, facts): (&ReplicationRecords, &CorridorFacts),
    stretches: &[Stretch],
    window: (Instant, Instant),
    lang: Lang,
) -> Words {
    let (id, title) = heading(Some(facts), lang);
    let trains = count_trains(stretches);
    let mut waits: Vec<((u32, Activity), i64)> = Vec::new();
    for s in stretches.iter().filter(|s| s.activity.is_waiting()) {
        let key = (records.activities[s.record].location, s.activity);
        match waits.iter_mut().find(|w| w.0 == key) {
            Some(w) => w.1 += s.to.0 - s.from.0,
            None => waits.push((key, s.to.0 - s.from.0)),
        }
    }
    let sum: i64 = waits.iter().map(|w| w.1).sum();
    let time = words::duration(Duration(window.1.0 - window.0.0), lang);
    let seen = lang.pick(
        format!("{} seen in {time}", counted(trains, "train is", "trains are")),
        format!("{time}内可见 {trains} 列列车"),
    );
    let finding = match waits.iter().max_by_key(|w| w.1) {
        Some(((location, cause), ms)) => name_of(results, *location as usize).map(|n| {
            let (hours, percent) = (plain(millis_as_hours(sum)), plain(100.0 * *ms as f64 / sum as f64));
            let (percent, cause) = (percent.trim_end_matches(".0"), words::activity(*cause, lang));
            lang.pick(
                format!("{seen}; together they wait {hours} train-hours, {percent}\u{a0}% of it for “{cause}” at {n}."),
                format!("{seen}；共等待 {hours} 列车小时，其中 {percent}\u{a0}% 是在{n}因“{cause}”。"),
            )
        }),
        None => Label::from(lang.pick(format!("{seen}; no train waits."), format!("{seen}；没有列车等待。"))),
    };
    let shaded = if facts.closed.is_empty() {
        ""
    } else {
        lang.pick(" Shaded at a place: an office there is closed.", "地点处的阴影：当地窗口关闭。")
    };
    let passing = if passing_between(results, facts).next().is_some() {
        lang.pick(
            " Thin lines between places: passing places of a single track.",
            "地点之间的细线：单线的会让站。",
        )
    } else {
        ""
    };
    let (n, of) = (records.replication, results.run.replications);
    let caption = lang.pick(
        format!(
            "Replication {n} of {of}, one line per train: slanted is running, level is standing; trains that stand at one place are \
             drawn side by side. Between places short distances are drawn wider than they are.{shaded}{passing}"
        ),
        format!(
            "{of} 次重复中的第 {n} 次，每列车一条线：斜线为运行，水平线为停留；停在同一地点的列车并排绘出。\
             地点之间的短距离绘得比实际宽。{shaded}{passing}"
        ),
    );
    Words {
        lang,
        id,
        title,
        finding,
        caption,
    }
}

fn count_trains(stretches: &[Stretch]) -> usize {
    stretches.iter().map(|s| s.train).collect::<BTreeSet<_>>().len()
}

fn colour(s: &Stretch) -> RGBColor {
    match (s.activity, s.direction) {
        (Activity::Running, Direction::Down) => theme::RUNNING_DOWN,
        (Activity::Running, Direction::Up) => theme::RUNNING_UP,
        (a, _) => theme::activity(a),
    }
}

fn keys(results: &Results, facts: &CorridorFacts, stretches: &[Stretch], window: (Instant, Instant), lang: Lang) -> Vec<Key> {
    let mut keys = Vec::new();
    for (direction, end) in [(Direction::Down, facts.places.last()), (Direction::Up, facts.places.first())] {
        let runs = |s: &Stretch| s.activity == Activity::Running && s.direction == direction;
        if let (Some(s), Some((place, _))) = (stretches.iter().find(|s| runs(s)), end) {
            let label = name_of(results, *place).map(|n| lang.pick(format!("running towards {n}"), format!("驶向{n}")));
            keys.push(Key::new(Swatch::Line, colour(s), label));
        }
    }
    let seen = |a: Activity| a != Activity::Running && stretches.iter().any(|s| s.activity == a);
    keys.extend(panel::activity_keys(seen, Swatch::Line, lang));
    if facts.closed.iter().any(|(_, from, to)| *from < window.1 && *to > window.0) {
        keys.push(Key::new(Swatch::Box, theme::CLOSED, lang.pick("office closed", "窗口关闭")));
    }
    let shown = |(place, _): &(usize, f64)| !panel::disrupted(results, *place, window).is_empty();
    if facts.places.iter().any(shown) {
        keys.push(panel::disruption_key(lang));
    }
    keys
}

fn draw(
    results: &Results,
    facts: &CorridorFacts,
    (words, keys): (Words, &[Key]),
    axis: &Axis,
    stretches: &[Stretch],
    window: (Instant, Instant),
) -> Sheet {
    let lang = words.lang;
    let mut sheet = Sheet::new(words, keys, axis.height + 16.0 + panel::FOOT);
    let names: Vec<Label> = facts.places.iter().map(|p| name_of(results, p.0)).collect();
    let left = panel::name_room(names.iter(), NAME_ROOM) + KM_ROOM;
    let plot = Rect {
        x: sheet.body.x + left,
        y: sheet.body.y + 16.0,
        w: sheet.body.w - left,
        h: axis.height,
    };
    let time = TimeAxis::new(&Calendar::of(&results.run).spoken(lang), window, (plot.x, plot.right()));
    let disrupted: Vec<_> = facts
        .places
        .iter()
        .flat_map(|(place, _)| {
            panel::disrupted(results, *place, window)
                .into_iter()
                .map(|(from, to)| (*place, from, to))
        })
        .collect();
    shade(&mut sheet, (facts, axis), (&facts.closed, theme::CLOSED), &time, plot);
    shade(&mut sheet, (facts, axis), (&disrupted, theme::DISRUPTED), &time, plot);
    time.grid(&mut sheet.picture, plot);
    passing_places(&mut sheet, results, facts, axis, plot);
    name_places(&mut sheet, &names, facts, axis, plot);
    let thin = count_trains(stretches) > MANY;
    // Running lowest, causes of waiting on top.
    let mut layers: Vec<(Activity, Points, RGBColor)> = Vec::new();
    let mut last: Option<&Stretch> = None;
    for s in stretches {
        let (a, b) = ((time.at(s.from), plot.y + s.y.0), (time.at(s.to), plot.y + s.y.1));
        let joins = last.is_some_and(|l| l.train == s.train && l.to == s.from && l.activity == s.activity && colour(l) == colour(s));
        match layers.last_mut().filter(|_| joins) {
            Some((_, points, _)) => points.push(b),
            None => layers.push((s.activity, vec![a, b], colour(s))),
        }
        last = Some(s);
    }
    layers.sort_by_key(|l| l.0);
    for (activity, points, colour) in layers {
        let width = match (activity, thin) {
            (Activity::Running, true) => 0.75,
            (Activity::Running, false) => 1.0,
            (_, true) => 1.25,
            (_, false) => 2.0,
        };
        sheet.picture.path(points, colour, width);
    }
    time.foot(&mut sheet.picture, plot);
    sheet
}

/// Shades stretches of time at places.
fn shade(
    sheet: &mut Sheet,
    (facts, axis): (&CorridorFacts, &Axis),
    (stretches, colour): (&[(usize, Instant, Instant)], RGBColor),
    time: &TimeAxis,
    plot: Rect,
) {
    for (place, from, to) in stretches {
        for (i, _) in facts.places.iter().enumerate().filter(|(_, p)| p.0 == *place) {
            let (x, end) = (time.at(*from), time.at(*to));
            let half = axis.room(i) + 2.0;
            let y = (plot.y + axis.y(i) - half).max(plot.y - 6.0);
            sheet.picture.rect(
                Rect {
                    x,
                    y,
                    w: end - x,
                    h: 2.0 * half,
                },
                colour,
            );
        }
    }
}

/// The passing places of each line in sections from a place of the corridor to the next, as parts of the way down.
fn passing_between<'r>(results: &'r Results, facts: &'r CorridorFacts) -> impl Iterator<Item = (usize, f64)> + 'r {
    facts.places.windows(2).enumerate().flat_map(move |(i, pair)| {
        let (from, to) = (pair[0].0, pair[1].0);
        let joins = move |l: &&LocationFacts| l.kind == LocationKind::Line { from, to };
        let lines = results.locations.iter().filter(joins);
        lines.flat_map(move |line| line.passing.iter().map(move |(_, part)| (i, *part)))
    })
}

fn passing_places(sheet: &mut Sheet, results: &Results, facts: &CorridorFacts, axis: &Axis, plot: Rect) {
    for (i, part) in passing_between(results, facts) {
        let y = plot.y + axis.y(i) + (axis.y(i + 1) - axis.y(i)) * part;
        sheet.picture.line((plot.x, y), (plot.right(), y), theme::GRID, 0.5);
    }
}

fn name_places(sheet: &mut Sheet, names: &[Label], facts: &CorridorFacts, axis: &Axis, plot: Rect) {
    let head = Style {
        align: Align::Right,
        ..Style::new(theme::SMALL, theme::MUTED)
    };
    sheet.picture.text("km", (plot.x - 10.0, plot.y - 8.0), head);
    let room = plot.x - sheet.body.x - KM_ROOM - 6.0;
    for (i, ((_, km), name)) in facts.places.iter().zip(names).enumerate() {
        let y = plot.y + axis.y(i);
        sheet.picture.line((plot.x, y), (plot.right(), y), theme::GRID, 1.0);
        sheet.picture.text(
            name.fit(room, theme::NAME, Weight::Regular),
            (plot.x - KM_ROOM - 4.0, y + 4.5),
            panel::name(Align::Right),
        );
        sheet.picture.text(format!("{km:.0}"), (plot.x - 10.0, y + 4.5), head);
    }
}
