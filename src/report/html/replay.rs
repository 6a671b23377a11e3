//! Trains of the first recorded replication as data of the page: a script moves them on the map and draws them over time.

use maud::{Markup, PreEscaped, html};
use serde::Serialize;

use super::{dark, json};
use crate::experiment::results::{ActivityRecord, CorridorFacts, LocationKind, NetworkFacts, ReplicationRecords, Results};
use crate::observe::Activity;
use crate::report::calendar::Calendar;
use crate::report::charts::{Axis, parts_of_way};
use crate::report::network::Map;
use crate::report::picture::{Picture, Rect};
use crate::report::sheet::name_of;
use crate::report::{Lang, ReportError, paint, theme, words};
use crate::units::{DAY, HOUR, Instant, MINUTE};

/// Days that are replayed: a week, or less where more activities than [`MOST`] are in it.
const DAYS: [i64; 4] = [7, 3, 2, 1];
/// Activities that a page carries at most, where a day has no more.
const MOST: usize = 40_000;
/// Height of the map in pixels of the page.
const MAP: f64 = 420.0;
/// Parts of the way along a line are given in so many parts of the whole.
const WHOLE: f64 = 1000.0;

/// What the script is given, and the map on which it moves trains.
#[derive(Clone, Debug)]
pub struct Replay {
    data: Data,
    map: String,
    replication: u32,
}

/// Times are whole minutes from the begin of what is replayed; indices are those of the lists of this type.
#[derive(Clone, Debug, Serialize)]
struct Data {
    /// How long.
    minutes: i64,
    /// Civil time: from a minute on, the civil minute since 1970.
    clock: Vec<(i64, i64)>,
    /// Where each place is on the map.
    nodes: Vec<(f64, f64)>,
    /// Name, node where it begins and node where it ends.
    locations: Vec<(String, usize, usize)>,
    /// Words, colour, whether trains wait.
    activities: Vec<(String, String, bool)>,
    /// Names.
    flows: Vec<String>,
    /// Ids, as `replay --train` takes them.
    flow_ids: Vec<String>,
    corridors: Vec<Corridor>,
    /// Flow, number, boxes, begin of the first activity; then of each activity its location, what it is, how long, and
    /// how far along its line the train is at its end.
    trains: Vec<Vec<i64>>,
}

#[derive(Clone, Debug, Serialize)]
struct Corridor {
    name: String,
    height: f64,
    /// Node, name, pixels down the page, pixels that standing trains may take to each side, kilometres.
    places: Vec<(usize, String, f64, f64, f64)>,
    /// Index of the place, from, to.
    closed: Vec<(usize, i64, i64)>,
}

impl Replay {
    /// The week after the warm-up; `None` where no records were kept or no train was there.
    ///
    /// # Errors
    /// Where the map cannot be drawn.
    pub(super) fn new(results: &Results, lang: Lang) -> Result<Option<Self>, ReportError> {
        let Some(records) = results.records.first().filter(|_| !results.network.places.is_empty()) else {
            return Ok(None);
        };
        let begin = results.run.warm_up.0;
        let end = begin.saturating_add(results.run.length.0);
        let within = |days: i64| (Instant(begin), Instant(begin.saturating_add(days * DAY).min(end)));
        let count = |window: (Instant, Instant)| records.activities.iter().filter(|a| overlaps(a, window)).count();
        let fits = DAYS.into_iter().map(within).find(|window| count(*window) <= MOST);
        let window = fits.unwrap_or_else(|| within(1));
        if count(window) == 0 {
            return Ok(None);
        }
        let (map, nodes) = map(&results.network, lang)?;
        let used = |a: &Activity| records.activities.iter().any(|r| r.activity == *a && overlaps(r, window));
        let activities: Vec<Activity> = Activity::ALL.into_iter().filter(used).collect();
        let data = Data {
            minutes: minute(window.1, window),
            clock: clock(&Calendar::of(&results.run), window),
            nodes,
            locations: results
                .locations
                .iter()
                .map(|l| match l.kind {
                    LocationKind::Place { place } => (l.name.clone(), place, place),
                    LocationKind::Line { from, to } => (l.name.clone(), from, to),
                })
                .collect(),
            activities: activities
                .iter()
                .map(|a| (words::activity(*a, lang).to_owned(), dark::hex(colour(*a)), a.is_waiting()))
                .collect(),
            flows: results
                .flows
                .iter()
                .map(|f| if f.name.is_empty() { f.id.clone() } else { f.name.clone() })
                .collect(),
            flow_ids: results.flows.iter().map(|f| f.id.clone()).collect(),
            corridors: results.corridors.iter().map(|c| corridor(results, c, window)).collect(),
            trains: trains(results, records, &activities, window),
        };
        Ok(Some(Self {
            data,
            map,
            replication: records.replication,
        }))
    }

    pub(super) fn markup(&self, lang: Lang) -> Result<Markup, ReportError> {
        let data = json::for_script(&self.data)?;
        let days = (self.data.minutes as f64 / 1440.0).ceil();
        let n = self.replication;
        let intro = lang.pick(
            format!(
                "Replication {n}, the first {days:.0} days after the warm-up. Move the time, or let it run; point at a train, or go through the trains \
                 of the diagram with the arrow keys, to read its story. Causes and flows below can be taken out."
            ),
            format!("第 {n} 次重复，预热期后最初 {days:.0} 天。拖动或播放时间；指向列车，或在运行图中用方向键逐列选择，可查看其经过。下方可隐去原因或车流。"),
        );
        let corridors = self.data.corridors.iter().enumerate();
        Ok(html! {
            p { (intro) }
            div.controls {
                button type="button" id="play" { (lang.pick("Play", "播放")) }
                label for="time" { (lang.pick("Time", "时间")) }
                input type="range" id="time" min="0" max=(self.data.minutes) value="0" step="10";
                output id="clock" for="time" {}
            }
            figure.replay-map {
                h3 { (lang.pick("On the map", "地图")) }
                div.scroll tabindex="0" role="region" aria-label=(lang.pick("Map", "地图")) { (PreEscaped(&self.map)) }
            }
            figure.replay-line {
                h3 { (lang.pick("Over distance and time", "运行图")) }
                @if self.data.corridors.len() > 1 {
                    p {
                        label for="corridor" { (lang.pick("Corridor ", "通道 ")) }
                        select id="corridor" { @for (i, c) in corridors { option value=(i) { (c.name) } } }
                    }
                }
                div.scroll { svg id="strings" role="application" tabindex="0" aria-label=(lang.pick("Trains over distance and time: arrow keys go from train to train", "列车运行图：方向键逐列选择")) {} }
            }
            div.story id="story" aria-live="polite" {
                p { (lang.pick("No train is chosen.", "未选列车。")) }
            }
            fieldset.legend id="causes" { legend { (lang.pick("Causes and activities", "原因与活动")) } }
            fieldset.legend id="flows" { legend { (lang.pick("Flows", "车流")) } }
            script type="application/json" id="replay-data" { (PreEscaped(data)) }
        })
    }
}

/// Running is drawn as in time-space diagrams, where the pale colour of bars could not be seen.
const fn colour(activity: Activity) -> plotters::style::RGBColor {
    match activity {
        Activity::Running => theme::RUNNING_DOWN,
        activity => theme::activity(activity),
    }
}

fn overlaps(a: &ActivityRecord, (from, to): (Instant, Instant)) -> bool {
    a.begins_at < to && a.ends_at > from
}

/// Whole minutes after the begin of a window, rounded.
fn minute(at: Instant, window: (Instant, Instant)) -> i64 {
    (at.0 - window.0.0 + MINUTE / 2).div_euclid(MINUTE)
}

/// Civil time at the begin, and again wherever its offset changes, to the hour.
fn clock(calendar: &Calendar, window: (Instant, Instant)) -> Vec<(i64, i64)> {
    let mut pieces: Vec<(i64, i64)> = Vec::new();
    let mut at = window.0;
    while at < window.1 {
        let civil = calendar.civil(at);
        let day = i64::from(
            jiff::civil::date(1970, 1, 1)
                .until((jiff::Unit::Day, civil.date()))
                .map_or(0, |span| span.get_days()),
        );
        let now = (
            minute(at, window),
            (day * 24 + i64::from(civil.hour())) * 60 + i64::from(civil.minute()),
        );
        if pieces.last().is_none_or(|last| last.1 - last.0 != now.1 - now.0) {
            pieces.push(now);
        }
        at = Instant(at.0 + HOUR);
    }
    pieces
}

/// The map, and where its places are.
fn map(network: &NetworkFacts, lang: Lang) -> Result<(String, Vec<(f64, f64)>), ReportError> {
    let mut picture = Picture {
        height: MAP,
        ..Picture::default()
    };
    let area = Rect {
        x: 110.0,
        y: 40.0,
        w: theme::WIDTH - 220.0,
        h: MAP - 80.0,
    };
    let map = Map::new(network, area);
    map.draw(&mut picture);
    let page = Rect {
        x: 4.0,
        y: 4.0,
        w: theme::WIDTH - 8.0,
        h: MAP - 8.0,
    };
    map.names(&mut picture, page, 0..network.places.len());
    let title = lang.pick("The network", "路网");
    let alt = lang.pick(
        "Places and lines; trains are moved on it by the time above.",
        "地点与线路；列车随上方时间移动。",
    );
    Ok((paint::svg(&picture, lang, "replay-map", (title, alt))?, map.at))
}

fn corridor(results: &Results, facts: &CorridorFacts, window: (Instant, Instant)) -> Corridor {
    let axis = Axis::new(facts);
    let node = |location: usize| match results.locations.get(location).map(|l| l.kind) {
        Some(LocationKind::Place { place }) => place,
        _ => location,
    };
    let places = facts.places.iter().enumerate();
    let place_of = |location: usize| facts.places.iter().position(|p| p.0 == location);
    let closed = facts.closed.iter().filter(|(_, from, to)| *from < window.1 && *to > window.0);
    Corridor {
        name: if facts.name.is_empty() {
            facts.id.clone()
        } else {
            facts.name.clone()
        },
        height: axis.height,
        places: places
            .map(|(i, (location, km))| (node(*location), name_of(results, *location).text, axis.y(i), axis.room(i), *km))
            .collect(),
        closed: closed
            .filter_map(|(location, from, to)| {
                let [from, to] = [from, to].map(|at| minute((*at).clamp(window.0, window.1), window));
                Some((place_of(*location)?, from, to))
            })
            .collect(),
    }
}

/// The trains of a window, in whole minutes; what takes less than half of one is left out.
fn trains(results: &Results, records: &ReplicationRecords, activities: &[Activity], window: (Instant, Instant)) -> Vec<Vec<i64>> {
    let mut by_train: Vec<Vec<&ActivityRecord>> = vec![Vec::new(); records.trains.len()];
    for a in &records.activities {
        if let Some(list) = by_train.get_mut(a.train as usize) {
            list.push(a);
        }
    }
    let seen = by_train.iter().zip(&records.trains).filter_map(|(list, train)| {
        let first = list.iter().find(|a| overlaps(a, window))?;
        let mut row = vec![
            i64::from(train.flow),
            i64::from(train.number),
            i64::from(train.boxes),
            minute(first.begins_at, window),
        ];
        for visit in list.chunk_by(|a, b| a.location == b.location) {
            let line = results.locations.get(visit[0].location as usize);
            let parts = parts_of_way(line, visit);
            for (a, (_, part)) in visit.iter().zip(parts).filter(|(a, _)| overlaps(a, window)) {
                let lasts = minute(a.ends_at, window) - minute(a.begins_at, window);
                let what = activities.iter().position(|known| *known == a.activity).unwrap_or_default();
                if lasts > 0 {
                    row.extend([i64::from(a.location), what as i64, lasts, (part * WHOLE).round() as i64]);
                }
            }
        }
        (row.len() > 4).then_some(row)
    });
    seen.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    /// Every minute of every train of the window is where its records say.
    #[test]
    fn trains_are_those_of_the_records() {
        let results = fixture::usual();
        let replay = Replay::new(&results, Lang::En).expect("drawn").expect("trains are there");
        let window = (Instant(14 * DAY), Instant(21 * DAY));
        assert_eq!(replay.data.minutes, 7 * 1440);
        let records = &results.records[0];
        let mut compared = 0;
        let seen = |train: &usize| records.activities.iter().any(|a| a.train as usize == *train && overlaps(a, window));
        let seen: Vec<usize> = (0..records.trains.len()).filter(seen).collect();
        assert_eq!(seen.len(), replay.data.trains.len());
        for (row, train) in replay.data.trains.iter().zip(seen) {
            let facts = &records.trains[train];
            assert_eq!(row[..3], [facts.flow, facts.number, facts.boxes].map(i64::from));
            let mut at = row[3];
            for activity in row[4..].chunks_exact(4) {
                let begin = Instant(window.0.0 + at * MINUTE);
                let same = |a: &&ActivityRecord| a.train as usize == train && (a.begins_at.0 - begin.0).abs() <= MINUTE / 2;
                let of_this = records
                    .activities
                    .iter()
                    .filter(same)
                    .find(|a| i64::from(a.location) == activity[0]);
                let record = of_this.expect("it begins then and there");
                assert_eq!(replay.data.activities[activity[1] as usize].0, record.activity.label());
                let is_place = matches!(results.locations[record.location as usize].kind, LocationKind::Place { .. });
                assert!(if is_place {
                    activity[3] == 0
                } else {
                    (0..=1000).contains(&activity[3])
                });
                at += activity[2];
                assert!((window.0.0 + at * MINUTE - record.ends_at.0).abs() <= MINUTE / 2);
                compared += 1;
            }
        }
        let all = records
            .activities
            .iter()
            .filter(|a| overlaps(a, window) && a.ends_at.0 - a.begins_at.0 >= MINUTE);
        assert_eq!(compared, all.count());
    }

    #[test]
    fn a_change_of_offset_is_in_the_clock() {
        let mut run = fixture::usual().run;
        run.zone = "Asia/Almaty".to_owned();
        let calendar = Calendar::of(&run);
        // 59 days after 1 January 2024 it is 29 February; clocks go back an hour at the end of that day.
        let pieces = clock(&calendar, (Instant(58 * DAY), Instant(62 * DAY)));
        assert_eq!(pieces.len(), 2, "{pieces:?}");
        assert_eq!((pieces[1].0 - pieces[0].0) - (pieces[1].1 - pieces[0].1), 60);
    }

    #[test]
    fn nothing_recorded_is_not_replayed() {
        let results = fixture::empty();
        assert!(Replay::new(&results, Lang::En).expect("nothing to draw").is_none());
    }
}
