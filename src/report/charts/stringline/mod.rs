//! The time-space diagram of a corridor: a line per train, places down the page, civil time across.

mod folded;
mod paths;

use std::collections::{BTreeMap, BTreeSet};

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
/// From so many trains on lines are thinner, and from so many on running trains are faint.
const MANY: usize = 150;
const CROWD: usize = 230;

type Points = Vec<(f64, f64)>;

/// What to draw of a corridor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringlineOptions {
    /// The begin; `None` is the end of the warm-up.
    pub from: Option<Instant>,
    /// How long; cut at the end of the run.
    pub length: Duration,
    /// Only trains of this flow, by its index; `None` is all of them.
    pub flow: Option<u32>,
    /// Whether all weeks of that time are laid upon each other: instead of single trains, how many run and how many wait on
    /// average, by day of the week and hour.
    pub folded: bool,
}

impl Default for StringlineOptions {
    /// Three days after the warm-up, train by train.
    fn default() -> Self {
        Self {
            from: None,
            length: Duration(3 * DAY),
            flow: None,
            folded: false,
        }
    }
}

impl StringlineOptions {
    /// The first week after the warm-up, train by train.
    #[must_use]
    pub fn week() -> Self {
        Self {
            length: Duration(7 * DAY),
            ..Self::default()
        }
    }

    /// The whole measured time, folded over the week.
    #[must_use]
    pub fn folded() -> Self {
        Self {
            length: Duration(i64::MAX),
            folded: true,
            ..Self::default()
        }
    }

    /// What tells the file from others of the same corridor.
    fn suffix(&self) -> &'static str {
        match (self.folded, self.length.0 >= 7 * DAY) {
            (true, _) => "_folded",
            (false, true) => "_week",
            (false, false) => "",
        }
    }

    fn takes(&self, records: &ReplicationRecords, train: u32) -> bool {
        self.flow
            .is_none_or(|flow| records.trains.get(train as usize).is_some_and(|t| t.flow == flow))
    }
}

/// The trains on a corridor, by its index: those of the first recorded replication, or of all of them folded over the week.
///
/// # Errors
/// Where it cannot be drawn.
pub fn stringline(results: &Results, corridor: usize, options: &StringlineOptions, lang: Lang) -> Result<Chart, ReportError> {
    let run = &results.run;
    let Some(facts) = results.corridors.get(corridor) else {
        let why = lang.pick("no corridor is described.", "没有描述任何通道。");
        return unable(results, None, (options, lang), why);
    };
    let Some(records) = results.records.first() else {
        let why = lang.pick("no records of single trains were kept.", "没有保留单列列车的记录。");
        return unable(results, Some(facts), (options, lang), why);
    };
    let run_ends = Instant(run.warm_up.0.saturating_add(run.length.0));
    let from = options.from.unwrap_or(Instant(run.warm_up.0));
    let window = (from, Instant(from.0.saturating_add(options.length.0).min(run_ends.0)));
    if options.folded {
        return folded::draw(results, facts, options, window, lang);
    }
    let axis = Axis::new(facts);
    let mut stretches = paths::stretches(results, records, facts, &axis, window);
    stretches.retain(|s| options.takes(records, s.train));
    if window.1 <= window.0 || stretches.is_empty() {
        let why = lang.pick("no train was on this corridor in the time to draw.", "所绘时段内该通道上没有列车。");
        return unable(results, Some(facts), (options, lang), why);
    }
    let words = texts(results, (records, facts), &stretches, (options, window), lang);
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

fn unable(
    results: &Results,
    facts: Option<&CorridorFacts>,
    (options, lang): (&StringlineOptions, Lang),
    why: &str,
) -> Result<Chart, ReportError> {
    let (id, title) = heading(facts, options, lang);
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

fn heading(facts: Option<&CorridorFacts>, options: &StringlineOptions, lang: Lang) -> (String, Label) {
    let title = if options.folded {
        lang.pick("Trains over distance and the hours of the week", "按星期叠加的列车运行图")
    } else {
        lang.pick("Trains over distance and time", "列车运行图")
    };
    let Some(facts) = facts else {
        return (format!("stringline{}", options.suffix()), Label::from(title));
    };
    let safe = safe(&facts.id);
    let name = Label::named(if facts.name.is_empty() { &facts.id } else { &facts.name }, &facts.id);
    (
        format!("stringline_{safe}{}", options.suffix()),
        name.map(|n| lang.pick(format!("{title}: {n}"), format!("{title}：{n}"))),
    )
}

fn texts(
    results: &Results,
    (records, facts): (&ReplicationRecords, &CorridorFacts),
    stretches: &[Stretch],
    (options, window): (&StringlineOptions, (Instant, Instant)),
    lang: Lang,
) -> Words {
    let (id, title) = heading(Some(facts), options, lang);
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

fn colour((activity, direction): (Activity, Direction), faint: bool) -> RGBColor {
    match (activity, direction, faint) {
        (Activity::Running, Direction::Down, false) => theme::RUNNING_DOWN,
        (Activity::Running, Direction::Up, false) => theme::RUNNING_UP,
        (Activity::Running, Direction::Down, true) => theme::RUNNING_DOWN_FAINT,
        (Activity::Running, Direction::Up, true) => theme::RUNNING_UP_FAINT,
        (a, ..) => theme::activity(a),
    }
}

fn keys(results: &Results, facts: &CorridorFacts, stretches: &[Stretch], window: (Instant, Instant), lang: Lang) -> Vec<Key> {
    let mut keys = Vec::new();
    let faint = count_trains(stretches) > CROWD;
    for (direction, end) in [(Direction::Down, facts.places.last()), (Direction::Up, facts.places.first())] {
        let runs = |s: &Stretch| s.activity == Activity::Running && s.direction == direction;
        if let (true, Some((place, _))) = (stretches.iter().any(runs), end) {
            let label = name_of(results, *place).map(|n| lang.pick(format!("running towards {n}"), format!("驶向{n}")));
            keys.push(Key::new(Swatch::Line, colour((Activity::Running, direction), faint), label));
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
    let trains = count_trains(stretches);
    let (thin, faint) = (trains > MANY, trains > CROWD);
    // Running lowest, causes of waiting on top; all lines of a colour together.
    let mut layers: BTreeMap<(Activity, Direction), Vec<Points>> = BTreeMap::new();
    let mut last: Option<&Stretch> = None;
    for s in stretches {
        let (a, b) = ((time.at(s.from), plot.y + s.y.0), (time.at(s.to), plot.y + s.y.1));
        let goes_on = |l: &Stretch| l.train == s.train && l.to == s.from && l.activity == s.activity && l.direction == s.direction;
        let lines = layers.entry((s.activity, s.direction)).or_default();
        match lines.last_mut().filter(|_| last.is_some_and(goes_on)) {
            Some(points) => points.push(b),
            None => lines.push(vec![a, b]),
        }
        last = Some(s);
    }
    for ((activity, direction), lines) in layers {
        let width = match (activity, thin) {
            (Activity::Running, true) => 0.75,
            (Activity::Running, false) => 1.0,
            (_, true) => 1.5,
            (_, false) => 2.0,
        };
        sheet.picture.strokes(lines, colour((activity, direction), faint), width);
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
