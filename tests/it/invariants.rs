//! The exact laws hold in any scenario: random small networks over the whole format.
//!
//! Conservation and the ledger are checked by every run itself ([`landbridge::observe::Fault`]); here also what a
//! run cannot see of itself: that no capacity is ever exceeded, that a train's time has neither gap nor overlap,
//! and that what should not matter does not.

use std::collections::BTreeMap;
use std::fmt::Write;

use landbridge::model::Model;
use landbridge::observe::{Activity, ReplicationRecords};
use landbridge::railway::{Ended, Simulator, StalledTrain};
use landbridge::units::Instant;
use proptest::prelude::*;

use crate::common::{SEED, location, model, train_name};

const EVENTS: u64 = 200_000;

/// A scenario as its tables, so that they can be put in any order.
#[derive(Clone, Debug)]
struct Written {
    days: u32,
    tables: Vec<String>,
    desks: Vec<u32>,
    berths: Vec<u32>,
    rooms: Vec<Option<u32>>,
}

impl Written {
    fn text(&self) -> String {
        let head = format!(
            "title = \"random\"\n[time]\nstart = \"2022-01-03 00:00\"\nzone = \"Asia/Shanghai\"\nwarm_up = \"1 day\"\nlength = \"{} days\"\n[gauges.standard]\nwidth = \"1435 mm\"\n[gauges.broad]\nwidth = \"1520 mm\"\n",
            self.days
        );
        head + &self.tables.join("\n")
    }
}

fn law() -> impl Strategy<Value = String> {
    let mean = 1u32..600;
    prop_oneof![
        mean.clone().prop_map(|m| format!("\"{m} min\"")),
        (mean.clone(), 0.1..2.0).prop_map(|(m, cv)| format!("{{ law = \"lognormal\", mean = \"{m} min\", cv = {cv:.2} }}")),
        (mean.clone(), 0.1..2.0).prop_map(|(m, cv)| format!("{{ law = \"gamma\", mean = \"{m} min\", cv = {cv:.2} }}")),
        (mean.clone(), 0.2..1.5).prop_map(|(m, cv)| format!("{{ law = \"weibull\", mean = \"{m} min\", cv = {cv:.2} }}")),
        mean.clone()
            .prop_map(|m| format!("{{ law = \"exponential\", mean = \"{m} min\" }}")),
        (mean.clone(), 1u32..500).prop_map(|(m, w)| format!("{{ law = \"uniform\", min = \"{m} min\", max = \"{} min\" }}", m + w)),
        (mean, 1u32..500).prop_map(|(m, w)| format!(
            "{{ law = \"pert\", min = \"{m} min\", mode = \"{m} min\", max = \"{} min\" }}",
            m + w
        )),
    ]
}

fn window() -> impl Strategy<Value = String> {
    let days = prop_oneof![Just("daily"), Just("mon-fri"), Just("sat")];
    (days, 0u32..20, 1u32..4).prop_map(|(days, from, hours)| {
        format!(
            "[calendars.hours]\nwindows = [{{ days = \"{days}\", hours = \"{from:02}:00-{:02}:00\" }}]",
            from + hours
        )
    })
}

fn departures() -> impl Strategy<Value = String> {
    prop_oneof![
        (1u32..40).prop_map(|n| format!("rate = \"{n}/day\"")),
        law().prop_map(|law| format!("every = {}", law.replace(" min\"", " h\""))),
        (0u32..24, 0u32..24)
            .prop_map(|(a, b)| format!("timetable = [{{ days = \"daily\", at = [\"{a:02}:00\", \"{b:02}:30\"] }}]\nlateness = \"7 min\"")),
        (1u32..60, 1u32..50, 1u32..40).prop_map(|(lots, size, wait)| format!(
            "gather = {{ lots = {{ rate = \"{lots}/day\" }}, lot_size = 3, size = {size}, longest_wait = \"{wait} h\" }}"
        )),
    ]
}

/// What keeps the cranes of a terminal from working; those of a terminal indoors feel no wind.
fn interruptions() -> impl Strategy<Value = String> {
    let wind = prop_oneof![
        Just(""),
        Just("outdoor = true\n"),
        Just("outdoor = true\nwind_slow = \"12 m/s\"\nslow_share = 0.3\n")
    ];
    let shifts = prop_oneof![Just(""), Just("shifts = \"hours\"\n")];
    let drawn = (law(), law(), prop_oneof![Just(""), Just(", repairers = 1")])
        .prop_map(|(up, down, repairers)| format!("breakdowns = {{ up = {up}, down = {down}{repairers} }}\n"));
    (wind, shifts, prop_oneof![Just(String::new()), drawn]).prop_map(|(wind, shifts, drawn)| format!("{wind}{shifts}{drawn}"))
}

/// What is looked at in the boxes of a train after its papers.
fn inspection(place: usize) -> impl Strategy<Value = String> {
    let kind = (law(), 0.0..1.0, 1u32..4, any::<bool>(), any::<bool>()).prop_map(move |(time, share, bays, set_out, hours)| {
        let held = if set_out { "held = \"set_out\"\nmost_boxes = 70\n" } else { "" };
        let hours = if hours {
            "calendar = \"hours\"\nat_close = \"pause\"\n"
        } else {
            ""
        };
        format!("{held}[places.p{place}.clearance.office.inspection.scan]\nshare = {share:.2}\ntime = {time}\nbays = {bays}\n{hours}")
    });
    prop_oneof![2 => Just(String::new()), 1 => kind]
}

/// Who goes first, and who is held at the origin.
fn rules(places: usize) -> impl Strategy<Value = String> {
    let relief = (0..places, 0u32..4, any::<bool>()).prop_map(|(at, above, dated)| {
        let order = if dated {
            "orders = [{ from = \"2022-01-04 06:00\", until = \"2022-01-05 18:00\" }]".to_owned()
        } else {
            format!("stop_above = {above}\nresume_below = {}", above / 2 + 1)
        };
        format!("[stop_loading.relief]\nplace = \"p{at}\"\nflows = [\"f0\"]\n{order}\n")
    });
    let relief = prop_oneof![Just(String::new()), relief];
    (1u32..2_000, relief).prop_map(|(ageing, relief)| format!("[priority]\nageing = \"{ageing} min\"\n{relief}"))
}

prop_compose! {
    /// A border place: an office, perhaps a terminal to the other gauge, perhaps an exchange.
    fn place(index: usize)(
        desks in 1u32..4, office in law(), calendar in any::<bool>(), at_close in 0usize..3, tracks in prop::option::of(1u32..5),
        berths in 1u32..3, per_box in any::<bool>(), lifting in law(), headway in 0u32..60, quota in prop::option::of(1u32..20),
        reloads in any::<bool>(), hands_over in any::<bool>(), interruptions in interruptions(), inspection in inspection(index),
        wagons in prop::option::of((70u32..200, 1u32..60)),
    ) -> (String, u32, u32, bool) {
        let close = ["finish", "pause", "refuse"][at_close];
        let calendar = if calendar { format!("calendar = \"hours\"\nat_close = \"{close}\"\n") } else { String::new() };
        let tracks = tracks.map_or(String::new(), |n| format!("tracks = {{ standard = {n} }}\n"));
        let quota = quota.map_or(String::new(), |n| format!("quota = \"{n}/day\"\nexempt_from = 2\n"));
        let lifting = if per_box { "per_lift = \"50 s\"\ncranes = 3\ncranes_per_train = 2".to_owned() } else { format!("lifting = {lifting}") };
        let mut steps = vec!["\"clearance.office\""];
        let mut text = format!("[places.p{index}]\n{tracks}[places.p{index}.clearance.office]\ndesks = {desks}\ntime = {office}\n{calendar}{inspection}");
        if hands_over {
            steps.push("\"exchange.over\"");
            let _ = write!(text, "[places.p{index}.exchange.over]\nheadway = \"{headway} min\"\n{quota}");
        }
        // The gauge changes at most once, at the second place.
        let reloads = reloads && index == 1;
        if reloads {
            steps.push("\"reloading.shed\"");
            let _ = write!(
                text,
                "[places.p{index}.reloading.shed]\nfrom_gauge = \"standard\"\nto_gauge = \"broad\"\nberths = {berths}\n{lifting}\nplacing = \"20 min\"\nwithdrawal = \"10 min\"\n{calendar}{interruptions}\n[places.p{index}.wind.storms]\nevery = \"9 h\"\nlasts = {office}\nspeed = {{ law = \"weibull\", mean = \"18 m/s\", cv = 0.3 }}\n"
            );
        }
        if let Some((stock, hours)) = wagons.filter(|_| reloads) {
            let _ = writeln!(text, "[places.p{index}.wagons.broad]\nstock = {stock}\nreturns = \"{hours} h\"");
        }
        let _ = writeln!(text, "[places.p{index}.procedures.all]\nsteps = [{}]", steps.join(", "));
        (text, desks, berths, reloads)
    }
}

prop_compose! {
    fn line()(
        running in law(), headway in 0u32..30, room in prop::option::of(1u32..4), overtaking in any::<bool>(), paths in prop::option::of(4u32..40),
        passing in prop::option::of((0u32..4, 2u32..4, 1u32..3)),
    ) -> (String, Option<u32>) {
        let room_text = room.map_or(String::new(), |n| format!("room = {n}\n"));
        let paths = paths.map_or(String::new(), |n| format!("paths = \"{n}/day\"\n"));
        let form = match passing {
            Some((places, tracks, bunch)) => {
                format!("tracks = \"single\"\npassing_places = {places}\npassing_tracks = {tracks}\nbunch = {bunch}\n")
            }
            None => format!("overtaking = {overtaking}\n"),
        };
        (format!("running_time = {running}\nheadway = \"{headway} min\"\n{form}{room_text}{paths}"), room)
    }
}

prop_compose! {
    fn written()(
        n in 2usize..5)(
        places in (0..n).map(place).collect::<Vec<_>>(), lines in prop::collection::vec(line(), n - 1), window in window(),
        flows in prop::collection::vec((departures(), 0u32..60, 0u32..4, any::<bool>()), 1..4), days in 2u32..6, n in Just(n), rules in rules(n),
        disruptions in prop::collection::vec(disruption(n), 0..4),
    ) -> Written {
        let reloaded = places.iter().position(|p| p.3);
        let mut tables = vec![window, rules];
        let (mut desks, mut berths, mut rooms) = (Vec::new(), Vec::new(), Vec::new());
        for (text, d, b, _) in places {
            tables.push(text);
            desks.push(d);
            berths.push(b);
        }
        for (i, (text, room)) in lines.into_iter().enumerate() {
            let gauge = if reloaded.is_some_and(|at| i >= at) { "broad" } else { "standard" };
            tables.push(format!("[lines.l{i}]\nbetween = [\"p{i}\", \"p{}\"]\ngauge = \"{gauge}\"\n{text}", i + 1));
            rooms.extend([room, room]);
        }
        for (i, (departures, boxes, class, back)) in flows.into_iter().enumerate() {
            // Trains come back where no gauge changes on the way.
            let (from, to) = if back && reloaded.is_none() { (n - 1, 0) } else { (0, n - 1) };
            let boxes = if departures.starts_with("gather") { String::new() } else { format!("boxes = {boxes}\n") };
            tables.push(format!(
                "[flows.f{i}]\nfrom = \"p{from}\"\nto = \"p{to}\"\ngauge = \"standard\"\npriority = {class}\n{boxes}[flows.f{i}.departures]\n{departures}\n"
            ));
        }
        for (i, text) in disruptions.into_iter().enumerate() {
            tables.push(format!("[disruptions.d{i}]\n{text}"));
        }
        Written { days, tables, desks, berths, rooms }
    }
}

prop_compose! {
    /// A disruption of the chain of places that [`written`] makes, with this many of them.
    fn disruption(places: usize)(
        what in 0usize..8, at in 0..places, line in 0..places - 1, in_hand in 0usize..3, towards in prop::option::of(0usize..2), dated in any::<bool>(),
        begin in 0u32..120, lasts in 1u32..60, between in 1u32..60, half in any::<bool>(),
    ) -> String {
        let in_hand = ["finish", "pause", "start_over"][in_hand];
        let towards = towards.map_or(String::new(), |end| format!("towards = \"p{}\"", line + end));
        let what = match what {
            0 => format!("closes = \"places.p{at}\"\nin_hand = \"{in_hand}\""),
            1 | 2 => format!("closes = \"lines.l{line}\"\n{towards}"),
            3 => format!("closes = \"places.p{at}.clearance.office\"\nin_hand = \"{in_hand}\""),
            4 => format!("embargoes = \"places.p{at}.clearance.office\"\nflows = \"f0\""),
            5 => format!("changes = \"places.p{at}.clearance.office.desks\"\nshare = 0.5"),
            6 => format!("surges = \"f0\"\ntimes = {}", if half { "0.5" } else { "2.5" }),
            _ => format!("closes = [\"places.p{at}\", \"lines.l{line}\"]\nin_hand = \"{in_hand}\""),
        };
        // Civil hours from the start on, which is a midnight in January.
        let civil = |hour: u32| format!("2022-01-{:02} {:02}:00", 3 + hour / 24, hour % 24);
        let when = if dated {
            format!("from = \"{}\"\nuntil = \"{}\"", civil(begin), civil(begin + lasts))
        } else {
            format!("between = {{ law = \"exponential\", mean = \"{between} h\" }}\nlasts = {{ law = \"gamma\", mean = \"{lasts} h\", cv = 0.7 }}")
        };
        format!("{what}\n{when}\n")
    }
}

fn run(model: &Model) -> Option<ReplicationRecords> {
    let mut simulator = Simulator::new(model);
    let (ended, seen) = simulator.run(SEED, 1, true, EVENTS).unwrap_or_else(|fault| panic!("{fault}"));
    if let Ended::Stalled(stall) = &ended {
        assert!(!stall.waiting.is_empty(), "a stall has its evidence");
        let dead = |train: &StalledTrain| stall.waiting.contains(train);
        assert!(
            stall.circle.iter().all(|(_, train)| dead(train)),
            "whoever is in the circle can never go on"
        );
    }
    (ended == Ended::Finished).then(|| seen.records.clone().expect("they were asked for"))
}

/// The most activities of a kind going on at once at each location.
fn most_at_once(records: &ReplicationRecords, counted: impl Fn(Activity) -> bool) -> BTreeMap<u32, i64> {
    let mut changes: Vec<(u32, Instant, i64)> = Vec::new();
    for a in records.activities.iter().filter(|a| counted(a.activity)) {
        changes.push((a.location, a.begins_at, 1));
        changes.push((a.location, a.ends_at, -1));
    }
    // At one instant what ends comes first.
    changes.sort_unstable();
    let (mut most, mut now) = (BTreeMap::new(), BTreeMap::new());
    for (location, _, change) in changes {
        let count = now.entry(location).or_insert(0);
        *count += change;
        let peak = most.entry(location).or_insert(0);
        *peak = (*peak).max(*count);
    }
    most
}

fn no_gap_and_no_overlap(model: &Model, records: &ReplicationRecords) {
    let mut at: Vec<Instant> = records.trains.iter().map(|t| t.created_at).collect();
    let mut ordered = records.activities.clone();
    ordered.sort_by_key(|a| (a.train, a.begins_at, a.ends_at));
    for a in &ordered {
        let name = train_name(model, &records.trains[a.train as usize]);
        assert_eq!(a.begins_at, at[a.train as usize], "{name} at {}", location(model, a.location));
        assert!(a.ends_at > a.begins_at, "{name}: an activity without time");
        at[a.train as usize] = a.ends_at;
    }
    for (train, reached) in records.trains.iter().zip(at) {
        assert_eq!(
            reached,
            train.left_at.unwrap_or(model.end.max(train.created_at)),
            "{}",
            train_name(model, train)
        );
    }
}

fn no_capacity_exceeded(written: &Written, model: &Model, records: &ReplicationRecords) {
    let berth = |a| {
        matches!(
            a,
            Activity::Placing | Activity::Lifting | Activity::Withdrawal | Activity::CraneShort | Activity::Wind | Activity::Breakdown
        )
    };
    let desks = most_at_once(records, |a| a == Activity::Clearance);
    let berths = most_at_once(records, berth);
    let trains = most_at_once(records, |a| a == Activity::Running);
    for (place, (desk_limit, berth_limit)) in (0u32..).zip(written.desks.iter().zip(&written.berths)) {
        assert!(
            desks.get(&place).is_none_or(|most| *most <= i64::from(*desk_limit)),
            "desks at p{place}"
        );
        assert!(
            berths.get(&place).is_none_or(|most| *most <= i64::from(*berth_limit)),
            "berths at p{place}"
        );
    }
    for (lane, room) in written.rooms.iter().enumerate() {
        let most = trains
            .get(&u32::try_from(model.lane_location(lane)).expect("few"))
            .copied()
            .unwrap_or(0);
        assert!(room.is_none_or(|room| most <= i64::from(room)), "room on lane {lane}");
    }
}

/// What happened up to an instant, as text that does not depend on indices.
fn story(model: &Model, records: &ReplicationRecords, until: Instant) -> Vec<String> {
    let finished = records.activities.iter().filter(|a| a.ends_at < until);
    let mut lines: Vec<String> = finished
        .map(|a| {
            let train = train_name(model, &records.trains[a.train as usize]);
            format!(
                "{train} {} {} {} {}",
                location(model, a.location),
                a.activity.word(),
                a.begins_at.0,
                a.ends_at.0
            )
        })
        .collect();
    lines.sort();
    lines
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_exact_laws_hold(written in written()) {
        let model = model(&written.text());
        if let Some(records) = run(&model) {
            no_gap_and_no_overlap(&model, &records);
            no_capacity_exceeded(&written, &model, &records);
        }
    }

    #[test]
    fn what_should_not_matter_does_not(written in written(), turn in any::<prop::sample::Index>()) {
        let first = model(&written.text());
        let Some(records) = run(&first) else { return Ok(()) };
        let told = story(&first, &records, first.end);

        let mut turned = written.clone();
        let by = turn.index(turned.tables.len());
        turned.tables.rotate_left(by);
        let other = model(&turned.text());
        prop_assert_eq!(&told, &story(&other, &run(&other).expect("it ended before"), first.end), "the order of tables");

        let mut longer = written.clone();
        longer.days += 2;
        let other = model(&longer.text());
        if let Some(records) = run(&other) {
            prop_assert_eq!(&told, &story(&other, &records, first.end), "a longer run begins as the shorter one");
        }

        let mut more = written.clone();
        more.tables.push("[places.a_new_one]\n[places.a_new_one.clearance.c]\ntime = \"1 h\"\n[places.a_new_one.procedures.all]\nsteps = [\"clearance.c\"]\n[flows.a_new_one]\nfrom = \"a_new_one\"\nto = \"a_new_one\"\ngauge = \"standard\"\n[flows.a_new_one.departures]\nrate = \"5/day\"\n[disruptions.a_new_one]\ncloses = \"places.a_new_one\"\nbetween = \"1 day\"\nlasts = \"5 h\"\n".to_owned());
        let other = model(&more.text());
        let mut with_more = story(&other, &run(&other).expect("it ended before"), first.end);
        with_more.retain(|line| !line.starts_with("a_new_one#"));
        prop_assert_eq!(&told, &with_more, "a new place, flow and disruption leave every other draw as it was");
    }
}
