//! Traces by hand, a year near capacity, and random lines on which everything must drain.

use proptest::prelude::*;

use crate::model::{self, Model};
use crate::observe::{Activity, Observations};
use crate::railway::trace::log;
use crate::railway::{Ended, Simulator};
use crate::scenario;
use crate::units::millis_as_hours;

/// A line from `a` to `b` with trains `d` that way and `u` back, and more tables.
fn line(keys: &str, down: &str, up: &str, more: &str) -> String {
    let flow = |id: &str, from: &str, to: &str, departures: &str| {
        if departures.is_empty() {
            return String::new();
        }
        format!("[flows.{id}]\nfrom = '{from}'\nto = '{to}'\n[flows.{id}.departures]\n{departures}\n")
    };
    let (down, up) = (flow("d", "a", "b", down), flow("u", "b", "a", up));
    format!(
        "title = 'single track'\n[time]\nstart = '2022-01-03 00:00'\nzone = 'Asia/Shanghai'\nlength = '1 day'\n\
         [gauges.standard]\nwidth = '1435 mm'\n[places.a]\n[places.b]\n[lines.x]\nbetween = ['a', 'b']\ngauge = 'standard'\n\
         tracks = 'single'\n{keys}\n{down}{up}{more}"
    )
}

fn at(times: &str) -> String {
    format!("timetable = [{{ days = 'mon', at = [{times}] }}]")
}

/// Three sections of 20 minutes, one train in each. Both trains set out at 06:00 and reach their first passing place at
/// 06:20. The eastbound one happens first (its flow comes first), finds a track at the next place, where the other one has
/// the second, and takes the section between; the other waits for it until 06:40. Then both go on.
#[test]
fn a_meet_at_a_passing_place() {
    let log = log(&line(
        "running_time = '60 min'\npassing_places = 2",
        &at("'06:00'"),
        &at("'06:00'"),
        "",
    ));
    let expected = "d#1  x>b  running  0 d 06:00 - 0 d 06:20\n\
                    d#1  x>b  running  0 d 06:20 - 0 d 06:40\n\
                    d#1  x>b  running  0 d 06:40 - 0 d 07:00\n\
                    d#1  left 0 d 07:00\n\
                    u#1  x>a  running  0 d 06:00 - 0 d 06:20\n\
                    u#1  x>a  line_section_taken  0 d 06:20 - 0 d 06:40\n\
                    u#1  x>a  running  0 d 06:40 - 0 d 07:00\n\
                    u#1  x>a  running  0 d 07:00 - 0 d 07:20\n\
                    u#1  left 0 d 07:20";
    assert_eq!(log, expected);
}

/// One section of 30 minutes, trains 5 minutes apart, 2 minutes between opposing ones, at most two in a row while the
/// other side waits. The first eastbound train enters before the westbound one comes (06:02), so it does not count;
/// two more follow at 06:05 and 06:10; the fourth, at 06:15, must let the other go. The third arrives at 06:40, so the
/// westbound train goes at 06:42 and arrives at 07:12, and the fourth follows at 07:14.
#[test]
fn two_one_way_then_one_the_other() {
    let log = log(&line(
        "running_time = '30 min'\npassing_places = 0\nheadway = '5 min'\ncrossing = '2 min'\nbunch = 2",
        &at("'06:00', '06:05', '06:10', '06:15'"),
        &at("'06:02'"),
        "",
    ));
    let expected = "d#1  x>b  running  0 d 06:00 - 0 d 06:30\n\
                    d#1  left 0 d 06:30\n\
                    u#1  b  line_section_taken  0 d 06:02 - 0 d 06:42\n\
                    u#1  x>a  running  0 d 06:42 - 0 d 07:12\n\
                    u#1  left 0 d 07:12\n\
                    d#2  x>b  running  0 d 06:05 - 0 d 06:35\n\
                    d#2  left 0 d 06:35\n\
                    d#3  x>b  running  0 d 06:10 - 0 d 06:40\n\
                    d#3  left 0 d 06:40\n\
                    d#4  a  line_section_taken  0 d 06:15 - 0 d 07:14\n\
                    d#4  x>b  running  0 d 07:14 - 0 d 07:44\n\
                    d#4  left 0 d 07:44";
    assert_eq!(log, expected);
}

/// 15 minutes of single track, then 25 of double. The westbound train sets out on the double part at 06:10 and meets the
/// first eastbound one (on it from 06:15 to 06:40) there, running. At 06:35 it is at the passing place; the second
/// eastbound train has the single part since 06:25, so it waits until 06:40.
#[test]
fn single_and_double_sections() {
    let log = log(&line(
        "running_time = '40 min'\nsections = [{ length = '15 km' }, { length = '25 km', tracks = 'double' }]\npassing = [{ name = 'P' }]",
        &at("'06:00', '06:25'"),
        &at("'06:10'"),
        "",
    ));
    let expected = "d#1  x>b  running  0 d 06:00 - 0 d 06:15\n\
                    d#1  x>b  running  0 d 06:15 - 0 d 06:40\n\
                    d#1  left 0 d 06:40\n\
                    u#1  x>a  running  0 d 06:10 - 0 d 06:35\n\
                    u#1  x>a  line_section_taken  0 d 06:35 - 0 d 06:40\n\
                    u#1  x>a  running  0 d 06:40 - 0 d 06:55\n\
                    u#1  left 0 d 06:55\n\
                    d#2  x>b  running  0 d 06:25 - 0 d 06:40\n\
                    d#2  x>b  running  0 d 06:40 - 0 d 07:05\n\
                    d#2  left 0 d 07:05";
    assert_eq!(log, expected);
}

/// Three sections of 20 minutes, two tracks at each passing place, one track at the end where each train is worked on for
/// three hours. The first train has that track from 06:40, when one is kept for it, to 10:00. The second and the third
/// fill the second passing place (nobody comes the other way, so they may), and the fourth waits at the first one, from
/// 07:50. At 10:00 the second goes on, which frees a track for the fourth at once. And so on every 3 h 20 min: a track is
/// kept from the entry of the last section.
#[test]
fn a_full_passing_place_holds_trains_further_back() {
    let log = log(&line(
        "running_time = '60 min'\npassing_places = 2",
        &at("'06:00', '06:30', '07:00', '07:30'"),
        "",
        "[places.b.tracks]\nstandard = 1\n[places.b.handling.work]\ntime = '3 h'\nservers = 9\n\
         [places.b.procedures.all]\nsteps = ['handling.work']\n",
    ));
    let expected = "d#1  x>b  running  0 d 06:00 - 0 d 06:20\n\
                    d#1  x>b  running  0 d 06:20 - 0 d 06:40\n\
                    d#1  x>b  running  0 d 06:40 - 0 d 07:00\n\
                    d#1  b  handling  0 d 07:00 - 0 d 10:00\n\
                    d#1  left 0 d 10:00\n\
                    d#2  x>b  running  0 d 06:30 - 0 d 06:50\n\
                    d#2  x>b  running  0 d 06:50 - 0 d 07:10\n\
                    d#2  x>b  track_ahead_full  0 d 07:10 - 0 d 10:00\n\
                    d#2  x>b  running  0 d 10:00 - 0 d 10:20\n\
                    d#2  b  handling  0 d 10:20 - 0 d 13:20\n\
                    d#2  left 0 d 13:20\n\
                    d#3  x>b  running  0 d 07:00 - 0 d 07:20\n\
                    d#3  x>b  running  0 d 07:20 - 0 d 07:40\n\
                    d#3  x>b  track_ahead_full  0 d 07:40 - 0 d 13:20\n\
                    d#3  x>b  running  0 d 13:20 - 0 d 13:40\n\
                    d#3  b  handling  0 d 13:40 - 0 d 16:40\n\
                    d#3  left 0 d 16:40\n\
                    d#4  x>b  running  0 d 07:30 - 0 d 07:50\n\
                    d#4  x>b  track_ahead_full  0 d 07:50 - 0 d 10:00\n\
                    d#4  x>b  running  0 d 10:00 - 0 d 10:20\n\
                    d#4  x>b  track_ahead_full  0 d 10:20 - 0 d 16:40\n\
                    d#4  x>b  running  0 d 16:40 - 0 d 17:00\n\
                    d#4  b  handling  0 d 17:00 - 0 d 20:00\n\
                    d#4  left 0 d 20:00";
    assert_eq!(log, expected);
}

/// A path every two hours: the train of 06:00 uses the path of 06:00 to 08:00, the one of 06:10 waits for the next. A path
/// can be used after its first instant: at 08:00 the section is taken by a westbound train since 07:50 (whose own paths
/// are others), so the second train goes at 08:20.
#[test]
fn paths_are_a_further_limit() {
    let log = log(&line(
        "running_time = '30 min'\npassing_places = 0\npaths = '12/day'",
        &at("'06:00', '06:10'"),
        &at("'07:50'"),
        "",
    ));
    let expected = "d#1  x>b  running  0 d 06:00 - 0 d 06:30\n\
                    d#1  left 0 d 06:30\n\
                    d#2  a  no_path  0 d 06:10 - 0 d 08:00\n\
                    d#2  a  line_section_taken  0 d 08:00 - 0 d 08:20\n\
                    d#2  x>b  running  0 d 08:20 - 0 d 08:50\n\
                    d#2  left 0 d 08:50\n\
                    u#1  x>a  running  0 d 07:50 - 0 d 08:20\n\
                    u#1  left 0 d 08:20";
    assert_eq!(log, expected);
}

fn compiled(toml: &str) -> Model {
    let loaded = scenario::parse(toml, "single.toml").unwrap_or_else(|problems| panic!("{problems}"));
    model::compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// Runs a year, but for 10 days at the begin, of 20 sections of half an hour with two tracks at each passing place,
/// 2 minutes between opposing trains, and so many trains a day each way. With it comes the bound of arithmetic: three
/// trains each way over one section, which changes hands twice, in 6 x 30 + 2 x 2 min.
fn year(per_day: f64) -> (Observations, f64) {
    let keys = "running_time = { law = 'gamma', mean = '10 h', cv = 0.1 }\npassing_places = 19\ncrossing = '2 min'";
    let rate = format!("rate = '{per_day}/day'");
    let toml = line(keys, &rate, &rate, "").replace("length = '1 day'", "warm_up = '10 days'\nlength = '355 days'");
    let model = compiled(&toml);
    let loads = model::offered_loads(&model);
    let bound = loads
        .iter()
        .find(|load| load.limit == "section")
        .expect("it is a limit")
        .capacity_per_day;
    let mut simulator = Simulator::new(&model);
    let (ended, seen) = simulator.run(1, 1, false, 50_000_000).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(ended, Ended::Finished);
    (seen.clone(), bound / 2.0)
}

/// The capacity is what goes through when more wants to than can: 20.3 trains a day each way, of 23.5 that one section alone
/// could take. The rest is lost where trains of different speeds wait for each other.
#[test]
fn a_year_at_95_per_cent_of_capacity() {
    let (saturated, bound) = year(30.0);
    let through = |seen: &Observations| [0, 1].map(|flow: usize| f64::from(seen.flows[flow].completed) / 355.0);
    let [down, up] = through(&saturated);
    println!("capacity {down:.2} and {up:.2} trains a day");
    let capacity = down.min(up);
    assert!(
        (down - up).abs() < 0.02 * capacity,
        "neither direction is favoured: {down} and {up}"
    );
    assert!((bound - 3.0 * 1_440.0 / 184.0).abs() < 1e-9, "{bound}");
    assert!((0.8 * bound..bound).contains(&capacity), "{capacity} of {bound}");
    let (seen, _) = year(0.95 * capacity);
    for (lane, through) in seen.lanes.iter().zip(through(&seen)) {
        let [entry, halt] = [lane.longest_entry_wait, lane.longest_halt].map(millis_as_hours);
        println!("{through:.2} trains a day, longest wait {entry:.1} h to enter, {halt:.1} h at a passing place");
        assert!(through > 0.9 * capacity, "{through} of {capacity} go through");
        assert!((1.0..240.0).contains(&entry), "the longest wait to enter is {entry} h");
        assert!((0.5..12.0).contains(&halt), "the longest halt is {halt} h");
    }
}

#[derive(Clone, Debug)]
struct RandomLine {
    keys: String,
    single: Vec<bool>,
    headway: Option<i64>,
    down: Vec<u32>,
    up: Vec<u32>,
    /// Tracks at the end of the line beyond those that trains of the other direction may all take.
    spare: usize,
    handling: u32,
}

fn random_line() -> impl Strategy<Value = RandomLine> {
    let section = (1..10_u32, prop::bool::weighted(0.8));
    let minutes = || prop::collection::btree_set(0..1_440_u32, 1..20);
    (
        prop::collection::vec((section, 2..4_u32), 1..7),
        (10..120_u32, prop::option::of(0..20_i64), 1..4_u32, 0..4_u32),
        (minutes(), minutes(), 1..600_u32),
        (1..3_usize, 1..120_u32),
    )
        .prop_map(
            |(sections, (running, headway, bunch, crossing), (down, up, squeeze), (spare, handling))| {
                use std::fmt::Write;
                let mut keys = format!(
                    "running_time = {{ law = 'uniform', min = '{running} min', max = '{} min' }}\nbunch = {bunch}\ncrossing = '{crossing} min'\n",
                    running * 3 / 2
                );
                if let Some(headway) = headway {
                    writeln!(keys, "headway = '{headway} min'").expect("a text grows");
                }
                let list: Vec<String> = sections
                    .iter()
                    .map(|((length, single), _)| format!("{{ length = '{length} km', tracks = '{}' }}", if *single { "single" } else { "double" }))
                    .collect();
                let places: Vec<String> = sections[1..].iter().map(|(_, tracks)| format!("{{ tracks = {tracks} }}")).collect();
                writeln!(keys, "sections = [{}]\npassing = [{}]", list.join(", "), places.join(", ")).expect("a text grows");
                // All within a short time, so that they are in each other's way.
                let near = |minutes: std::collections::BTreeSet<u32>| minutes.into_iter().map(|m| m * squeeze / 600).collect();
                RandomLine {
                    keys,
                    single: sections.iter().map(|((_, single), _)| *single).collect(),
                    headway: headway.map(|minutes| minutes * 60_000),
                    down: near(down),
                    up: near(up),
                    spare,
                    handling,
                }
            },
        )
}

impl RandomLine {
    fn toml(&self) -> String {
        let list = |minutes: &[u32]| {
            let times: Vec<String> = minutes.iter().map(|m| format!("'{:02}:{:02}'", m / 60, m % 60)).collect();
            at(&times.join(", "))
        };
        // At both ends trains are worked on one by one, so that the yards fill up and hold trains on the line. All trains
        // that begin there find a track beside `spare` ones, so that no circle goes through the yards.
        let end = |place: &str, begin: usize| {
            format!(
                "[places.{place}.tracks]\nstandard = {}\n[places.{place}.handling.work]\ntime = '{} min'\n\
                 [places.{place}.procedures.all]\nflows = ['{}']\nsteps = ['handling.work']\n",
                begin + self.spare,
                self.handling,
                if place == "a" { "u" } else { "d" },
            )
        };
        let ends = end("a", self.down.len()) + &end("b", self.up.len());
        line(&self.keys, &list(&self.down), &list(&self.up), &ends).replace("length = '1 day'", "length = '167 h'")
    }
}

/// A train in a section: from when to when, and which way.
type Passage = (i64, i64, usize);

fn passages(model: &Model, seen: &Observations, sections: usize) -> Vec<Vec<Passage>> {
    let mut all = vec![Vec::new(); sections];
    for record in &seen.records.as_ref().expect("records are kept").activities {
        let Some(direction) = (record.location as usize).checked_sub(model.places.len()) else {
            continue;
        };
        if record.activity == Activity::Running {
            let section = model.single_lines[0].section(direction, record.section);
            all[section as usize].push((record.begins_at.0, record.ends_at.0, direction));
        }
    }
    for section in &mut all {
        section.sort_unstable();
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Whatever comes: every train gets through, nobody meets anyone in a single section, and followers keep their
    /// distance and order.
    #[test]
    fn whatever_comes_drains(random in random_line()) {
        let model = compiled(&random.toml());
        let mut simulator = Simulator::new(&model);
        let (ended, seen) = simulator.run(1, 1, true, 1_000_000).map_err(|fault| TestCaseError::fail(fault.to_string()))?;
        prop_assert_eq!(ended, Ended::Finished);
        prop_assert_eq!(seen.present.value(), 0, "trains are stuck");
        let trains = random.down.len() + random.up.len();
        prop_assert_eq!(usize::try_from(seen.left.0), Ok(trains));
        for (passages, single) in passages(&model, seen, random.single.len()).iter().zip(&random.single) {
            for (i, one) in passages.iter().enumerate() {
                for other in &passages[i + 1..] {
                    if one.2 != other.2 {
                        prop_assert!(!single || one.1 <= other.0, "{one:?} meets {other:?}");
                    } else if let Some(headway) = random.headway {
                        prop_assert!(one.0 + headway <= other.0 && one.1 + headway <= other.1, "{one:?} is followed by {other:?}");
                    } else {
                        prop_assert!(one.1 <= other.0, "{one:?} is followed by {other:?}");
                    }
                }
            }
        }
    }
}
