//! Train by train at a place: who stands at which desk, in which berth, and who waits for what.

use std::collections::BTreeMap;

use super::panel::{self, TimeAxis};
use super::stays::{Stay, stays};
use crate::experiment::results::{LocationKind, ReplicationRecords, Results};
use crate::observe::Activity;
use crate::report::calendar::{Calendar, Days};
use crate::report::font::Weight;
use crate::report::number::{counted, plain};
use crate::report::picture::{Align, Label, Rect, Style};
use crate::report::sheet::{Key, Sheet, Swatch, Words, id_of, name_of, nothing, safe};
use crate::report::tables;
use crate::report::{Chart, Lang, ReportError, theme, words};
use crate::units::{DAY, Duration, Instant, millis_as_hours};

/// Room for the names of facilities, in pixels.
const NAME_ROOM: f64 = 215.0;
/// Height of a desk or berth where there are few, and of a waiting train, in pixels.
const LANE: f64 = 16.0;
const THIN: f64 = 5.0;
/// From so many lanes on all are thin.
const MANY: usize = 26;
/// Between groups of lanes.
const GAP: f64 = 12.0;
/// Up to so many desks or berths are drawn though no train comes to them.
const FEW: usize = 6;
/// Lanes of one group at most.
const LANES: usize = 90;

/// What part of the time to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GanttOptions {
    /// The begin; `None` is the midnight from which most train-hours are waited there.
    pub from: Option<Instant>,
    /// How long; cut at the end of the run.
    pub length: Duration,
}

impl Default for GanttOptions {
    /// Four days.
    fn default() -> Self {
        Self {
            from: None,
            length: Duration(4 * DAY),
        }
    }
}

/// A train from one instant to another: on a row of its own within its group.
struct Bar {
    lane: usize,
    records: Vec<usize>,
    to: Instant,
}

/// Rows that belong together.
struct Group {
    name: Label,
    /// What is written below the name.
    note: String,
    /// When it is closed.
    closed: Vec<(Instant, Instant)>,
    lanes: usize,
    bars: Vec<Bar>,
    /// Trains for which there was no row.
    left_out: usize,
    waits: bool,
}

/// The places that have facilities, those where trains wait and are served longest first.
pub(super) fn places_to_draw(results: &Results, most: usize) -> Vec<usize> {
    let at_stake = |place: usize| {
        let own = results
            .ledger
            .iter()
            .filter(|e| e.location == place && e.activity != Activity::Running);
        own.map(|e| e.total_hours.mean).filter(|h| h.is_finite()).sum::<f64>()
    };
    let with_berths = |place: &usize| results.facilities.iter().any(|f| f.place == *place && f.has_berths());
    let mut places: Vec<usize> = results.facilities.iter().map(|f| f.place).collect();
    places.dedup();
    if places.iter().any(with_berths) {
        places.retain(with_berths);
    }
    places.sort_by(|a, b| at_stake(*b).total_cmp(&at_stake(*a)));
    places.truncate(most);
    places
}

/// The trains of the first recorded replication at a place, by its index in [`Results::locations`].
///
/// # Errors
/// Where it cannot be drawn.
pub fn gantt(results: &Results, place: usize, options: &GanttOptions, lang: Lang) -> Result<Chart, ReportError> {
    let name = name_of(results, place);
    let mut words = Words {
        lang,
        id: format!("gantt_{}", safe(&id_of(results, place))),
        title: name.map(|n| lang.pick(format!("Train by train at {n}"), format!("{n}逐列车作业图"))),
        finding: Label::from(""),
        caption: lang.pick(
            format!("{}.", counted(results.run.replications as usize, "replication", "replications")),
            format!("{} 次重复。", results.run.replications),
        ),
    };
    let empty = tables::activity_rows("gantt", results, &[]);
    if !results.facilities.iter().any(|f| f.place == place) {
        let why = lang.pick("no facility of this place is known.", "该地没有已知的设施。");
        return nothing(words, why, &empty);
    }
    let Some(records) = results.records.first() else {
        let why = lang.pick("no records of single trains were kept.", "没有保留单列车的记录。");
        return nothing(words, why, &empty);
    };
    let here: Vec<usize> = (0..records.activities.len())
        .filter(|i| is_here(results, records, *i, place))
        .collect();
    let window = window(results, records, &here, options);
    let groups = groups(results, records, (place, &here), window, lang);
    if groups.iter().all(|g| g.bars.is_empty()) {
        let why = lang.pick("no train was there in the time to draw.", "所绘时段内没有列车在该地。");
        return nothing(words, why, &empty);
    }
    let drawn: Vec<usize> = groups
        .iter()
        .flat_map(|g| &g.bars)
        .flat_map(|b| b.records.iter().copied())
        .collect();
    let mut rows: Vec<usize> = drawn.iter().copied().filter(|i| overlaps(records, *i, window)).collect();
    rows.sort_unstable();
    let table: Vec<_> = rows.iter().map(|i| (records, &records.activities[*i])).collect();
    let data = tables::activity_rows("gantt", results, &table);
    words.finding = finding(records, &rows, &name, window, lang);
    words.caption = caption(results, records, &groups, options.from.is_none(), lang);
    let keys = keys(results, records, (&rows, &groups), place, window, lang);
    draw(results, records, (words, &keys), &groups, (place, window)).finish(&data)
}

fn is_here(results: &Results, records: &ReplicationRecords, record: usize, place: usize) -> bool {
    let location = results.locations.get(records.activities[record].location as usize);
    matches!(location.map(|l| l.kind), Some(LocationKind::Place { place: p }) if p == place)
}

fn overlaps(records: &ReplicationRecords, record: usize, window: (Instant, Instant)) -> bool {
    let a = &records.activities[record];
    a.begins_at < window.1 && a.ends_at > window.0 && a.ends_at > a.begins_at
}

/// The stretch of time that is drawn: as asked for, or from the midnight after which most is waited.
fn window(results: &Results, records: &ReplicationRecords, here: &[usize], options: &GanttOptions) -> (Instant, Instant) {
    let begin = Instant(results.run.warm_up.0);
    let end = begin + results.run.length;
    let until = |from: Instant| Instant(from.0.saturating_add(options.length.0).min(end.0));
    if let Some(from) = options.from {
        return (from, until(from));
    }
    let calendar = Calendar::of(&results.run);
    let days = Days::of(&calendar, (begin, end));
    let midnight = |day: usize| calendar.instant(days.dates[day].at(0, 0, 0, 0)).max(begin);
    let mut waited = vec![0; days.dates.len()];
    for a in here
        .iter()
        .map(|i| &records.activities[*i])
        .filter(|a| a.activity.is_waiting() && a.ends_at > begin)
    {
        for day in days.day(a.begins_at.max(begin))..=days.day(a.ends_at) {
            let next = if day + 1 < waited.len() { midnight(day + 1) } else { end };
            waited[day] += (a.ends_at.min(next).0 - a.begins_at.max(midnight(day)).0).max(0);
        }
    }
    let together = ((options.length.0 + DAY - 1) / DAY).max(1) as usize;
    let whole = waited.len().saturating_sub(together);
    let sum = |day: usize| waited.iter().skip(day).take(together).sum::<i64>();
    // Of equal ones the first.
    let worst = (0..=whole).max_by_key(|day| (sum(*day), std::cmp::Reverse(*day))).unwrap_or(0);
    let from = midnight(worst);
    (from, until(from))
}

/// A group for each facility, and one for trains that wait elsewhere at the place, or are worked on there.
fn groups(
    results: &Results,
    records: &ReplicationRecords,
    (place, here): (usize, &[usize]),
    window: (Instant, Instant),
    lang: Lang,
) -> Vec<Group> {
    let mut seen = vec![false; records.activities.len()];
    let mut by_facility: BTreeMap<usize, Vec<Stay>> = BTreeMap::new();
    for stay in stays(results, records) {
        if results.facilities[stay.facility].place == place {
            stay.records.iter().for_each(|i| seen[*i] = true);
            if stay.from < window.1 && stay.to > window.0 {
                by_facility.entry(stay.facility).or_default().push(stay);
            }
        }
    }
    let mut groups = Vec::new();
    for (facility, f) in results.facilities.iter().enumerate().filter(|(_, f)| f.place == place) {
        let own = by_facility.remove(&facility).unwrap_or_default();
        let bars = own.into_iter().map(|s| (s.from, s.to, s.records)).collect();
        let servers = f.most_servers() as usize;
        let group = packed(bars, if servers > FEW { 1 } else { servers });
        let n = servers;
        let note = if f.has_berths() {
            lang.pick(counted(n, "berth", "berths"), format!("{n} 条换装线"))
        } else if f.activities == [Activity::Clearance] {
            lang.pick(counted(n, "desk", "desks"), format!("{n} 个通关台位"))
        } else {
            lang.pick(counted(n, "server", "servers"), format!("{n} 个作业组"))
        };
        let used = group.lanes;
        let note = if used < servers {
            lang.pick(format!("{note}, {used} used"), format!("{note}，用到 {used} 个"))
        } else {
            note
        };
        let closed = f.servers.iter().filter(|s| s.2 == 0).map(|s| (s.0, s.1));
        groups.push(Group {
            name: Label::named(&f.name, &f.path),
            note,
            closed: closed.filter(|(from, to)| *from < window.1 && *to > window.0).collect(),
            waits: false,
            ..group
        });
    }
    let rest = |waiting: bool| {
        let own = here.iter().filter(|i| !seen[**i] && overlaps(records, **i, window));
        let own = own.filter(|i| records.activities[**i].activity.is_waiting() == waiting);
        // What follows without a break is one bar of several colours.
        let mut bars: Vec<(Instant, Instant, Vec<usize>)> = Vec::new();
        let mut open: BTreeMap<u32, usize> = BTreeMap::new();
        for i in own {
            let a = &records.activities[*i];
            if let Some(bar) = open.get(&a.train).map(|at| &mut bars[*at]).filter(|bar| bar.1 == a.begins_at) {
                bar.1 = a.ends_at;
                bar.2.push(*i);
            } else {
                open.insert(a.train, bars.len());
                bars.push((a.begins_at, a.ends_at, vec![*i]));
            }
        }
        packed(bars, 0)
    };
    let [work, waiting] = [rest(false), rest(true)];
    for (group, name, waits) in [
        (work, lang.pick("Other work", "其他作业"), false),
        (waiting, lang.pick("Waiting", "等待"), true),
    ] {
        if !group.bars.is_empty() {
            let trains = group.lanes + group.left_out;
            groups.push(Group {
                name: Label::from(name),
                note: lang.pick(
                    format!("up to {} at once", counted(trains, "train", "trains")),
                    format!("同时最多 {trains} 列"),
                ),
                waits,
                ..group
            });
        }
    }
    groups
}

/// Bars on as few lanes as may be, the first free one for each in order of begin; at least so many lanes.
fn packed(mut bars: Vec<(Instant, Instant, Vec<usize>)>, least: usize) -> Group {
    bars.sort_by_key(|b| (b.0, b.1));
    let mut free_at: Vec<Instant> = Vec::new();
    let mut placed = Vec::new();
    let mut left_out = 0;
    for (from, to, records) in bars {
        let free = free_at.iter().position(|free| *free <= from);
        let lane = free.unwrap_or(free_at.len());
        if lane == free_at.len() {
            free_at.push(to);
        }
        free_at[lane] = to;
        if lane < LANES {
            placed.push(Bar { lane, records, to });
        } else {
            left_out += 1;
        }
    }
    Group {
        name: Label::from(""),
        note: String::new(),
        closed: Vec::new(),
        lanes: free_at.len().clamp(least.max(1), LANES),
        bars: placed,
        left_out,
        waits: false,
    }
}

fn height_of(groups: &[Group], group: &Group) -> f64 {
    let desks: usize = groups.iter().filter(|g| !g.waits).map(|g| g.lanes).sum();
    let lane = match (group.waits, desks > MANY) {
        (true, _) => THIN,
        (false, true) => THIN * 1.6,
        (false, false) => LANE,
    };
    if group.waits && group.lanes < 12 { THIN * 2.0 } else { lane }
}

fn draw(
    results: &Results,
    records: &ReplicationRecords,
    (words, keys): (Words, &[Key]),
    groups: &[Group],
    (place, window): (usize, (Instant, Instant)),
) -> Sheet {
    let lang = words.lang;
    let room = |g: &Group| (g.lanes as f64 * height_of(groups, g)).max(30.0);
    let height: f64 = groups.iter().map(|g| room(g) + GAP).sum();
    let mut sheet = Sheet::new(words, keys, height + panel::FOOT);
    let names = groups
        .iter()
        .flat_map(|g| [g.name.clone(), Label::from(&g.note)])
        .collect::<Vec<_>>();
    let left = panel::name_room(names.iter(), NAME_ROOM);
    let plot = Rect {
        x: sheet.body.x + left,
        w: sheet.body.w - left,
        h: height,
        ..sheet.body
    };
    let time = TimeAxis::new(&Calendar::of(&results.run).spoken(lang), window, (plot.x, plot.right()));
    let across = |from: Instant, to: Instant, y: f64, h: f64| {
        let x = time.at(from.max(window.0));
        Rect {
            x,
            y,
            w: time.at(to.min(window.1)) - x,
            h,
        }
    };
    let mut y = plot.y;
    for group in groups {
        let high = room(group);
        for (from, to) in &group.closed {
            sheet.picture.rect(across(*from, *to, y, high), theme::CLOSED);
        }
        for (from, to) in panel::disrupted(results, place, window) {
            sheet.picture.rect(across(from, to, y, high), theme::DISRUPTED);
        }
        y += high + GAP;
    }
    time.grid(&mut sheet.picture, plot);
    let mut y = plot.y;
    for group in groups {
        let (high, each) = (room(group), height_of(groups, group));
        let style = panel::name(Align::Right);
        let fitted = group.name.fit(left - 14.0, theme::NAME, Weight::Regular);
        sheet.picture.text(fitted, (plot.x - 10.0, y + 12.0), style);
        let note = Label::from(&group.note).fit(left - 14.0, theme::SMALL, Weight::Regular);
        sheet.picture.text(note, (plot.x - 10.0, y + 27.0), panel::small(Align::Right));
        for i in 0..=group.lanes {
            if each >= 8.0 || i == 0 || i == group.lanes {
                let level = y + i as f64 * each;
                sheet.picture.line((plot.x, level), (plot.right(), level), theme::GRID, 0.75);
            }
        }
        bars(&mut sheet, records, group, (y, each), &across);
        y += high + GAP;
    }
    time.foot(
        &mut sheet.picture,
        Rect {
            h: height - GAP + 4.0,
            ..plot
        },
    );
    sheet
}

/// The bars of a group by activity, and numbers of trains where there is room.
fn bars(
    sheet: &mut Sheet,
    records: &ReplicationRecords,
    group: &Group,
    (y, lane): (f64, f64),
    across: &dyn Fn(Instant, Instant, f64, f64) -> Rect,
) {
    let mut by_activity: BTreeMap<Activity, Vec<Rect>> = BTreeMap::new();
    let inset = if lane >= 8.0 { 1.0 } else { 0.25 };
    for bar in &group.bars {
        let top = y + bar.lane as f64 * lane + inset;
        for a in bar.records.iter().map(|i| &records.activities[*i]) {
            let mut area = across(a.begins_at, a.ends_at, top, lane - 2.0 * inset);
            // A hair of paper between a train and the next.
            area.w -= if a.ends_at == bar.to && area.w > 2.0 { 0.75 } else { 0.0 };
            by_activity.entry(a.activity).or_default().push(area);
        }
    }
    for (activity, areas) in by_activity {
        sheet.picture.cells(areas, theme::activity(activity));
    }
    if lane < LANE {
        return;
    }
    for bar in &group.bars {
        let longest = bar
            .records
            .iter()
            .map(|i| &records.activities[*i])
            .max_by_key(|a| a.ends_at.0 - a.begins_at.0);
        let Some(a) = longest else { continue };
        let Some(train) = records.trains.get(a.train as usize) else {
            continue;
        };
        let area = across(a.begins_at, a.ends_at, y + bar.lane as f64 * lane, lane);
        let label = Label::from(train.number.to_string());
        if label.width(theme::SMALL, Weight::Regular) + 6.0 <= area.w {
            let style = Style::new(theme::SMALL, theme::on(theme::activity(a.activity))).align(Align::Centre);
            sheet.picture.text(label, (area.x + area.w / 2.0, area.y + lane / 2.0 + 4.0), style);
        }
    }
}

fn keys(
    results: &Results,
    records: &ReplicationRecords,
    (rows, groups): (&[usize], &[Group]),
    place: usize,
    window: (Instant, Instant),
    lang: Lang,
) -> Vec<Key> {
    let mut keys = panel::activity_keys(|a| rows.iter().any(|i| records.activities[*i].activity == a), Swatch::Box, lang);
    if groups.iter().any(|g| !g.closed.is_empty()) {
        keys.push(Key::new(Swatch::Box, theme::CLOSED, lang.pick("closed", "关闭")));
    }
    if !panel::disrupted(results, place, window).is_empty() {
        keys.push(panel::disruption_key(lang));
    }
    keys
}

fn finding(records: &ReplicationRecords, rows: &[usize], name: &Label, window: (Instant, Instant), lang: Lang) -> Label {
    let within = |i: &usize| {
        let a = &records.activities[*i];
        (a.activity, (a.ends_at.min(window.1).0 - a.begins_at.max(window.0).0).max(0))
    };
    let mut trains: Vec<u32> = rows.iter().map(|i| records.activities[*i].train).collect();
    trains.sort_unstable();
    trains.dedup();
    let mut waits: BTreeMap<Activity, i64> = BTreeMap::new();
    let mut served = 0;
    for (activity, ms) in rows.iter().map(within) {
        if activity.is_waiting() {
            *waits.entry(activity).or_default() += ms;
        } else {
            served += ms;
        }
    }
    let sum: i64 = waits.values().sum();
    let [sum_hours, served] = [sum, served].map(|ms| plain(millis_as_hours(ms)));
    let n = trains.len();
    let length = words::duration(Duration(window.1.0 - window.0.0), lang);
    let most = waits
        .iter()
        .max_by_key(|w| *w.1)
        .map(|(cause, ms)| (words::activity(*cause, lang), plain(100.0 * *ms as f64 / sum as f64)));
    name.map(|place| match &most {
        Some((cause, share)) => lang.pick(
            format!(
                "In {length} {} at {place}: {served} train-hours in service and {sum_hours} waiting, {share}\u{a0}% of it for “{cause}”.",
                counted(n, "train is", "trains are")
            ),
            format!("{length} 内有 {n} 列车在{place}：作业 {served} 列·小时，等待 {sum_hours} 列·小时，其中 {share}\u{a0}% 因“{cause}”。"),
        ),
        None => lang.pick(
            format!(
                "In {length} {} at {place}: {served} train-hours in service, and no train waits.",
                counted(n, "train is", "trains are")
            ),
            format!("{length} 内有 {n} 列车在{place}：作业 {served} 列·小时，没有列车等待。"),
        ),
    })
}

fn caption(results: &Results, records: &ReplicationRecords, groups: &[Group], worst: bool, lang: Lang) -> String {
    let which = if worst {
        lang.pick(
            " The days of this replication with most waiting here.",
            "所绘为该次重复中此地等待最多的几日。",
        )
    } else {
        ""
    };
    let left_out: usize = groups.iter().map(|g| g.left_out).sum();
    let more = match left_out {
        0 => String::new(),
        n => lang.pick(
            format!(" {} without a row.", counted(n, "further stay is", "further stays are")),
            format!(" 另有 {n} 段未绘出。"),
        ),
    };
    lang.pick(
        format!(
            "Replication {} of {}. Records do not tell one desk or berth of a facility from another: trains are on the first row that is \
             free. Numbers are those of trains within their flow.{which}{more}",
            records.replication, results.run.replications
        ),
        format!(
            "第 {} 次重复（共 {} 次）。记录不区分同一设施的各台位或换装线，列车依次置于最先空闲的一行；数字为列车在其车流中的编号。\
             {which}{more}",
            records.replication, results.run.replications
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trains_take_the_first_free_lane() {
        let hours = |from, to| (Instant(from), Instant(to), vec![]);
        let group = packed(vec![hours(0, 5), hours(2, 4), hours(4, 6), hours(5, 7)], 1);
        assert_eq!(group.bars.iter().map(|b| b.lane).collect::<Vec<_>>(), [0, 1, 1, 0]);
        assert_eq!((group.lanes, group.left_out), (2, 0));
        let crowd = packed((0..LANES as i64 + 3).map(|i| hours(i, 1000)).collect(), 1);
        assert_eq!((crowd.lanes, crowd.left_out), (LANES, 3));
    }
}
