//! From records to stretches of lines: where each train was, in pixels down the page.

use crate::experiment::results::{ActivityRecord, CorridorFacts, LocationFacts, LocationKind, ReplicationRecords, Results};
use crate::observe::Activity;
use crate::units::Instant;

/// Between the lines of two trains that stand at one place, in pixels.
const PITCH: f64 = 2.25;
/// Pixels between neighbouring places at least, where the page has them.
const GAP: f64 = 18.0;

/// Which way along the corridor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    /// From the first place to the last.
    Down,
    /// From the last place to the first.
    Up,
}

/// A straight piece of a train's line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// Index of the train.
    pub train: u32,
    /// Index of its record.
    pub record: usize,
    /// What the train does.
    pub activity: Activity,
    /// Which way it goes, where it runs.
    pub direction: Direction,
    /// Begin, within the window.
    pub from: Instant,
    /// End, within the window.
    pub to: Instant,
    /// Pixels below the top of the plot at begin and end.
    pub y: (f64, f64),
}

/// Where places are down the page: by distance, with some room between neighbours.
#[derive(Clone, Debug)]
pub(in crate::report) struct Axis {
    /// Height of the plot.
    pub height: f64,
    places: Vec<f64>,
}

impl Axis {
    /// For a corridor.
    pub fn new(facts: &CorridorFacts) -> Self {
        let km: Vec<f64> = facts
            .places
            .windows(2)
            .map(|p| (p[1].1 - p[0].1).abs())
            .map(|d| if d.is_finite() { d } else { 0.0 })
            .collect();
        let sum: f64 = km.iter().sum();
        let edge = 22.0;
        let height = (facts.places.len() as f64 * 26.0 + 2.0 * edge).max(if km.is_empty() { 160.0 } else { 420.0 });
        let inner = height - 2.0 * edge;
        let gaps = km.len().max(1) as f64;
        let least = (inner * 0.55 / gaps).max(GAP).min(inner / gaps);
        let per_km = if sum > 0.0 { (inner - least * gaps) / sum } else { 0.0 };
        let even = if sum > 0.0 { least } else { inner / gaps };
        let first = if km.is_empty() { height / 2.0 } else { edge };
        let mut places = vec![first];
        for d in km {
            places.push(places.last().copied().unwrap_or(first) + even + d * per_km);
        }
        Self { height, places }
    }

    /// Pixels from the top to a place.
    pub fn y(&self, place: usize) -> f64 {
        self.places.get(place).copied().unwrap_or(0.0)
    }

    /// Pixels above and below a place that its standing trains may take.
    pub fn room(&self, place: usize) -> f64 {
        let near = |other: Option<usize>| {
            other
                .and_then(|o| self.places.get(o))
                .map_or(f64::INFINITY, |y| (y - self.y(place)).abs())
        };
        let nearest = near(place.checked_sub(1)).min(near(Some(place + 1))).min(self.y(place) * 1.6);
        (nearest * 0.42).min(26.0)
    }
}

/// A train at one place of the corridor or on one line, over consecutive records.
struct Visit {
    records: Vec<usize>,
    /// Index of the location.
    location: usize,
    spot: Spot,
    offset: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Spot {
    At(usize),
    Between(usize, usize),
}

/// All stretches within a window, train by train in order of time.
pub(super) fn stretches(
    results: &Results,
    records: &ReplicationRecords,
    facts: &CorridorFacts,
    axis: &Axis,
    window: (Instant, Instant),
) -> Vec<Stretch> {
    let mut by_train: Vec<Vec<usize>> = vec![Vec::new(); records.trains.len()];
    for (i, a) in records.activities.iter().enumerate() {
        if let Some(list) = by_train.get_mut(a.train as usize) {
            list.push(i);
        }
    }
    let mut visits: Vec<Vec<Visit>> = by_train.iter().map(|list| visits(results, records, facts, list)).collect();
    place_side_by_side(&mut visits, records, axis, window);
    let mut stretches = Vec::new();
    for list in &visits {
        for (i, visit) in list.iter().enumerate() {
            let around = (i.checked_sub(1).and_then(|b| list.get(b)), list.get(i + 1));
            draw_visit(visit, around, (results, records), axis, &mut stretches);
        }
    }
    stretches.into_iter().filter_map(|s| cut(s, window)).collect()
}

fn visits(results: &Results, records: &ReplicationRecords, facts: &CorridorFacts, list: &[usize]) -> Vec<Visit> {
    let index = |place: usize| facts.places.iter().position(|p| p.0 == place);
    let mut visits: Vec<Visit> = Vec::new();
    let mut last_location = None;
    for i in list {
        let location = records.activities[*i].location;
        let spot = match results.locations.get(location as usize).map(|l| l.kind) {
            Some(LocationKind::Place { place }) => index(place).map(Spot::At),
            Some(LocationKind::Line { from, to }) => index(from).zip(index(to)).map(|(a, b)| Spot::Between(a, b)),
            None => None,
        };
        match (spot, visits.last_mut()) {
            (Some(_), Some(visit)) if last_location == Some(location) => visit.records.push(*i),
            (Some(spot), _) => visits.push(Visit {
                records: vec![*i],
                location: location as usize,
                spot,
                offset: 0.0,
            }),
            (None, _) => {}
        }
        last_location = Some(location);
    }
    visits
}

fn ends(visit: &Visit, records: &ReplicationRecords) -> (Instant, Instant) {
    let at = |i: Option<&usize>| i.and_then(|i| records.activities.get(*i));
    (
        at(visit.records.first()).map_or(Instant::START, |a| a.begins_at),
        at(visit.records.last()).map_or(Instant::START, |a| a.ends_at),
    )
}

/// Gives every standing train of the window the free lane nearest to the middle of its place.
fn place_side_by_side(visits: &mut [Vec<Visit>], records: &ReplicationRecords, axis: &Axis, window: (Instant, Instant)) {
    for place in 0..axis.places.len() {
        let lanes = ((2.0 * axis.room(place) / PITCH) as usize).max(1);
        let mut free_at = vec![Instant(i64::MIN); lanes];
        let mut here: Vec<&mut Visit> = visits.iter_mut().flatten().filter(|v| v.spot == Spot::At(place)).collect();
        here.retain(|v| {
            let (from, to) = ends(v, records);
            from < window.1 && to > window.0
        });
        here.sort_by_key(|v| ends(v, records).0);
        for visit in here {
            let (from, to) = ends(visit, records);
            // Where all are taken, the one that is free first.
            let free = free_at.iter().position(|f| *f <= from);
            let lane = free.or_else(|| (0..lanes).min_by_key(|l| free_at[*l])).unwrap_or(0);
            free_at[lane] = to.max(free_at[lane]);
            // 0, 1, -1, 2, -2 ...
            let steps = lane.div_ceil(2) as f64;
            visit.offset = if lane % 2 == 1 { steps * PITCH } else { -steps * PITCH };
        }
    }
}

fn draw_visit(
    visit: &Visit,
    (before, after): (Option<&Visit>, Option<&Visit>),
    (results, records): (&Results, &ReplicationRecords),
    axis: &Axis,
    stretches: &mut Vec<Stretch>,
) {
    let offset_at = |other: Option<&Visit>, place: usize| other.filter(|v| v.spot == Spot::At(place)).map_or(0.0, |v| v.offset);
    let (direction, start, end) = match visit.spot {
        Spot::At(place) => {
            let y = axis.y(place) + visit.offset;
            (Direction::Down, y, y)
        }
        Spot::Between(a, b) => {
            let direction = if a <= b { Direction::Down } else { Direction::Up };
            (direction, axis.y(a) + offset_at(before, a), axis.y(b) + offset_at(after, b))
        }
    };
    let acts: Vec<&ActivityRecord> = visit.records.iter().map(|i| &records.activities[*i]).collect();
    let parts = parts_of_way(results.locations.get(visit.location), &acts);
    for ((record, a), (from, to)) in visit.records.iter().zip(acts).zip(parts) {
        let y = |part: f64| start + (end - start) * part;
        stretches.push(Stretch {
            train: a.train,
            record: *record,
            activity: a.activity,
            direction,
            from: a.begins_at,
            to: a.ends_at,
            y: (y(from), y(to)),
        });
    }
}

/// How far along its line a train is at the begin and the end of each activity of one visit, from 0 to 1; 0 at a place.
///
/// A train still on the line at the end of the run is taken to have reached the other end, of the line or of its section.
pub(in crate::report) fn parts_of_way(line: Option<&LocationFacts>, acts: &[&ActivityRecord]) -> Vec<(f64, f64)> {
    let runs = |a: &ActivityRecord| a.activity == Activity::Running;
    let time = |a: &ActivityRecord| if runs(a) { (a.ends_at.0 - a.begins_at.0).max(0) } else { 0 };
    let whole = acts.iter().map(|a| time(a)).sum::<i64>().max(1) as f64;
    let in_sections = line.filter(|l| !l.passing.is_empty());
    let mut done = 0;
    let part = |a: &&ActivityRecord| {
        let before = done;
        done += time(a);
        // On a line in sections a train runs through one, or waits before it.
        let section = usize::from(a.section);
        in_sections.map_or((before as f64 / whole, done as f64 / whole), |line| {
            (line.section_begins(section), line.section_begins(section + usize::from(runs(a))))
        })
    };
    acts.iter().map(part).collect()
}

/// The part of a stretch within the window.
fn cut(s: Stretch, (from, to): (Instant, Instant)) -> Option<Stretch> {
    if s.to <= from || s.from >= to || s.to <= s.from {
        return None;
    }
    let y = |at: Instant| s.y.0 + (s.y.1 - s.y.0) * (at.0 - s.from.0) as f64 / (s.to.0 - s.from.0) as f64;
    let (begin, end) = (s.from.max(from), s.to.min(to));
    Some(Stretch {
        from: begin,
        to: end,
        y: (y(begin), y(end)),
        ..s
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::units::HOUR;

    /// A line in two sections, the first a quarter of the way, seen from either end: a train runs through the first one it
    /// comes to, waits, and is on the second one when the run ends.
    #[test]
    fn trains_wait_where_the_passing_place_is() {
        let mut results = fixture::usual();
        let facts = results.corridors[0].clone();
        let axis = Axis::new(&facts);
        for (ends, part, share) in [((0, 1), 0.25, 0.25), ((1, 0), 0.75, 0.25)] {
            let kind = LocationKind::Line { from: ends.0, to: ends.1 };
            let location = results.locations.iter().position(|l| l.kind == kind).expect("they are joined");
            results.locations[location].passing = vec![("P".to_owned(), part)];
            let record = |section, activity, hours: (i64, i64)| ActivityRecord {
                train: 0,
                location: location as u32,
                activity,
                section,
                begins_at: Instant(hours.0 * HOUR),
                ends_at: Instant(hours.1 * HOUR),
            };
            let records = ReplicationRecords {
                replication: 1,
                trains: results.records[0].trains[..1].to_vec(),
                activities: vec![
                    record(0, Activity::Running, (1, 2)),
                    record(1, Activity::LineSection, (2, 5)),
                    record(1, Activity::Running, (5, 6)),
                ],
            };
            let drawn = stretches(&results, &records, &facts, &axis, (Instant(0), Instant(10 * HOUR)));
            let (top, bottom) = (axis.y(0), axis.y(1));
            let (begin, end) = (axis.y(ends.0), axis.y(ends.1));
            let place = top + (bottom - top) * share;
            let expected = [(begin, place), (place, place), (place, end)];
            assert_eq!(drawn.len(), 3);
            for (stretch, y) in drawn.iter().zip(expected) {
                assert!(
                    (stretch.y.0 - y.0).abs() < 1e-9 && (stretch.y.1 - y.1).abs() < 1e-9,
                    "{:?} {y:?}",
                    stretch.y
                );
            }
        }
    }
}
