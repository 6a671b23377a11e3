//! Results made up by arithmetic, in three sizes: what charts and tables are tested with.

use jiff::civil::{Date, date};

use crate::experiment::Advice;
use crate::experiment::results::{
    ActivityRecord, Band, CorridorFacts, DailyTrains, DwellDistribution, FacilityFacts, FlowFacts, LedgerEntry, LineTraffic, LocationFacts,
    LocationKind, MeasureEstimate, NetworkFacts, QueueSeries, ReplicationRecords, Results, RunFacts, TrainRecord, Utilisation, WarmUp,
};
use crate::observe::Activity;
use crate::stats::Estimate;
use crate::units::{DAY, Duration, HOUR, Instant, MINUTE};

/// Between 0 and 1, different for every number, the same on every machine.
fn noise(i: usize) -> f64 {
    let x = (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((x ^ (x >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) as f64 / (1_u64 << 24) as f64
}

fn estimate(mean: f64, half_width: f64, n: u32) -> Estimate {
    let some = (n > 1).then_some(half_width);
    Estimate {
        n,
        mean,
        half_width: some,
        sd: some.map(|h| h * 1.5),
        min: mean - half_width,
        max: mean + half_width,
    }
}

fn band(mean: f64, spread: f64) -> Band {
    Band {
        mean,
        p10: (mean - spread).max(0.0),
        p90: mean + spread,
    }
}

/// What differs between the sizes.
struct Size {
    title: &'static str,
    names: Vec<(String, String)>,
    corridors: Vec<Vec<usize>>,
    trains_per_day: usize,
    record_days: usize,
    days: i64,
    warm_up_days: i64,
    replications: u32,
}

/// One place, one train, one replication.
pub(crate) fn tiny() -> Results {
    build(&Size {
        title: "One place, one train",
        names: vec![("yard".into(), "Yard".into())],
        corridors: vec![vec![0]],
        trains_per_day: 1,
        record_days: 1,
        days: 1,
        warm_up_days: 0,
        replications: 1,
    })
}

const USUAL: [(&str, &str); 10] = [
    ("urumqi", "Urumqi West"),
    ("kuytun", "Kuytun"),
    ("jinghe", "Jinghe"),
    ("alashankou", "Alashankou"),
    ("dostyk", "Dostyk"),
    ("aktogay", "Aktogay"),
    ("yining", "Yining East"),
    ("horgos", "Horgos"),
    ("altynkol", "Altynkol"),
    ("zhetygen", "Zhetygen"),
];

/// Ten places, two corridors, 34 trains a day for 181 days.
pub(crate) fn usual() -> Results {
    build(&Size {
        title: "Both ports, half a year",
        names: USUAL.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect(),
        corridors: vec![vec![0, 1, 2, 3, 4, 5], vec![0, 1, 2, 6, 7, 8, 9]],
        trains_per_day: 34,
        record_days: 21,
        days: 181,
        warm_up_days: 14,
        replications: 20,
    })
}

/// Thirty locations, 500 trains in three days, long, hostile, Chinese and Uyghur names.
pub(crate) fn crowded() -> Results {
    let name = |i: usize| match i % 6 {
        1 => "霍尔果斯口岸站".to_owned(),
        2 => format!("Container reloading terminal and regrouping yard number {i} of the eastern approach"),
        3 => format!("<script>alert(\"{i}\")</script> & 'sons'"),
        4 => format!("Шу-Достык {i}"),
        5 => format!("قورغاس {i}"),
        _ => format!("Station {i}"),
    };
    build(&Size {
        title: "A crowded network",
        names: (0..30).map(|i| (format!("station_{i}"), name(i))).collect(),
        corridors: vec![(0..30).collect()],
        trains_per_day: 100,
        record_days: 7,
        days: 181,
        warm_up_days: 2,
        replications: 100,
    })
}

/// A run that measured nothing at all.
pub(crate) fn empty() -> Results {
    let Results { run, .. } = tiny();
    Results {
        run,
        locations: vec![],
        flows: vec![],
        measures: vec![],
        ledger: vec![],
        queues: vec![],
        warm_up: None,
        dwell: vec![],
        utilisation: vec![],
        daily: vec![],
        disrupted: vec![],
        network: NetworkFacts::default(),
        traffic: vec![],
        facilities: vec![],
        corridors: vec![],
        records: vec![],
        advice: vec![],
    }
}

fn build(size: &Size) -> Results {
    let places = size.names.len();
    let mut locations: Vec<LocationFacts> = size
        .names
        .iter()
        .enumerate()
        .map(|(place, (id, name))| LocationFacts {
            id: id.clone(),
            name: name.clone(),
            kind: LocationKind::Place { place },
            passing: Vec::new(),
        })
        .collect();
    for chain in &size.corridors {
        for pair in chain.windows(2) {
            for (from, to) in [(pair[0], pair[1]), (pair[1], pair[0])] {
                if line(&locations, from, to).is_none() {
                    let id = format!("{}_{}>{}", size.names[from.min(to)].0, size.names[from.max(to)].0, size.names[to].0);
                    let name = format!("{} → {}", size.names[from].1, size.names[to].1);
                    locations.push(LocationFacts {
                        id,
                        name,
                        kind: LocationKind::Line { from, to },
                        passing: Vec::new(),
                    });
                }
            }
        }
    }
    let records = ReplicationRecords {
        replication: 1,
        ..run_trains(size, &locations)
    };
    let n = size.replications;
    let queues: Vec<QueueSeries> = (0..places).map(|p| queue(p, size)).collect();
    Results {
        run: RunFacts {
            title: size.title.to_owned(),
            replications: n,
            seed: 42,
            confidence: 0.95,
            start: date(2024, 1, 1).at(0, 0, 0, 0),
            zone: "Asia/Shanghai".to_owned(),
            warm_up: Duration::days(size.warm_up_days),
            length: Duration::days(size.days),
            events: 0,
            goals: Vec::new(),
        },
        flows: ["exports", "imports"]
            .into_iter()
            .map(|id| FlowFacts {
                id: id.to_owned(),
                name: format!("Block trains, {id}"),
                direction: id.trim_end_matches('s').to_owned(),
            })
            .collect(),
        measures: measures(size, n),
        ledger: ledger(&records, &locations, n),
        warm_up: WarmUp::of(&queues),
        queues,
        dwell: (0..places).map(|p| dwell(p, size)).collect(),
        utilisation: utilisation(size),
        daily: (0..places).map(|p| daily(p, size)).collect(),
        disrupted: vec![(0, Instant(9 * DAY), Instant(11 * DAY))],
        network: network(size, &locations),
        traffic: traffic(size, &locations),
        facilities: facilities(size),
        corridors: size.corridors.iter().enumerate().map(|(i, c)| corridor(i, c, size)).collect(),
        records: vec![records],
        advice: vec![Advice::FewReplications {
            replications: 5,
            needed: 10,
        }],
        locations,
    }
}

fn line(locations: &[LocationFacts], from: usize, to: usize) -> Option<usize> {
    locations.iter().position(|l| l.kind == LocationKind::Line { from, to })
}

/// Sends trains both ways along the corridors: running, waiting for a cause, service, waiting again.
fn run_trains(size: &Size, locations: &[LocationFacts]) -> ReplicationRecords {
    let mut records = ReplicationRecords::default();
    let count = size.trains_per_day * size.record_days;
    for i in 0..count {
        let mut chain = size.corridors[i % size.corridors.len()].clone();
        let back = i / size.corridors.len() % 2;
        if back == 1 {
            chain.reverse();
        }
        let created = (i as f64 + noise(i)) * DAY as f64 / size.trains_per_day as f64;
        let mut now = created as i64;
        let (mut waited, mut busy) = (0, 0);
        let mut spend = |records: &mut ReplicationRecords, location: usize, activity: Activity, ms: i64| {
            if ms > 0 {
                let (begins_at, ends_at) = (Instant(now), Instant(now + ms));
                records.activities.push(ActivityRecord {
                    train: i as u32,
                    location: location as u32,
                    activity,
                    section: 0,
                    begins_at,
                    ends_at,
                });
                now += ms;
                *(if activity.is_waiting() { &mut waited } else { &mut busy }) += ms;
            }
        };
        for (step, place) in chain.iter().enumerate() {
            let luck = noise(i * 131 + step * 7);
            let border = place % 5 >= 3 || locations.len() == 1;
            let first = Activity::ALL.iter().position(|activity| activity.is_waiting()).unwrap_or_default();
            let cause = Activity::ALL[first + (place * 3 + usize::from(luck > 0.6) * 5) % 11];
            let wait = luck * luck * if border { 420.0 } else { 60.0 };
            spend(&mut records, *place, cause, wait as i64 * MINUTE);
            let service = Activity::ALL[1 + place % 5];
            spend(&mut records, *place, service, (if border { 60 } else { 12 }) * MINUTE);
            if let Some(next) = chain.get(step + 1)
                && let Some(line) = line(locations, *place, *next)
            {
                spend(&mut records, line, Activity::Running, (80 + (place * 37 % 50) as i64) * MINUTE);
                if luck > 0.8 {
                    spend(&mut records, line, Activity::TrackAheadFull, (luck * 100.0) as i64 * MINUTE);
                }
            }
        }
        records.trains.push(TrainRecord {
            flow: back as u32,
            number: (i / 2 + 1) as u32,
            boxes: 41,
            created_at: Instant(created as i64),
            regrouped: false,
            dissolved: false,
            left_at: (i + 3 < count || count == 1).then_some(Instant(now)),
            moving_or_served: Duration(busy),
            waiting: Duration(waited),
        });
    }
    records.activities.sort_by_key(|a| (a.ends_at, a.train));
    records
}

fn ledger(records: &ReplicationRecords, locations: &[LocationFacts], n: u32) -> Vec<LedgerEntry> {
    let mut ms = vec![[0_i64; Activity::COUNT]; locations.len()];
    for a in &records.activities {
        ms[a.location as usize][a.activity.index()] += a.ends_at.0 - a.begins_at.0;
    }
    let trains = records.trains.len() as f64;
    let entry = |location: usize, activity: Activity, ms: i64| {
        let hours = ms as f64 / HOUR as f64;
        let total_hours = estimate(hours, hours * 0.04, n);
        LedgerEntry {
            location,
            activity,
            total_hours,
            hours_per_train: estimate(hours / trains, hours * 0.04 / trains, n),
        }
    };
    ms.iter()
        .enumerate()
        .flat_map(|(l, row)| Activity::ALL.iter().map(move |a| (l, *a, row[a.index()])))
        .filter(|(_, _, ms)| *ms > 0)
        .map(|(l, a, ms)| entry(l, a, ms))
        .collect()
}

fn queue(place: usize, size: &Size) -> QueueSeries {
    let steps = (size.days + size.warm_up_days) * 24;
    let level = 0.4 + (place * 7 % 10) as f64;
    let at = |i: i64| {
        let i = i as usize;
        let grown = 1.0 - (-(i as f64) / 200.0).exp();
        let wave = 1.0 + 0.5 * (i as f64 / 24.0 * std::f64::consts::TAU).sin() + 0.4 * (i as f64 / 900.0).sin();
        band(level * grown * wave, 0.5 + level * 0.3 * noise(i))
    };
    QueueSeries {
        place,
        step: Duration::hours(1),
        first: Instant::START,
        steps: (0..steps).map(at).collect(),
        replications: size.replications,
    }
}

fn dwell(place: usize, size: &Size) -> DwellDistribution {
    let mode = 4.0 + (place * 5 % 9) as f64 * 3.0;
    let trains = size.trains_per_day as f64 * size.days as f64 * f64::from(size.replications);
    let mut counts: Vec<u64> = (0..288)
        .map(|i| {
            let x = (f64::from(i) + 0.5) / mode;
            (trains * x / mode * (-x).exp() / 1.0) as u64
        })
        .collect();
    if size.trains_per_day == 1 {
        counts = vec![0, 0, 0, 1, 0];
    } else if let Some(last) = counts.last_mut() {
        *last = (trains * 0.003) as u64;
    }
    let quantiles = [(0.5, 1.678), (0.9, 3.89), (0.95, 4.744)];
    DwellDistribution {
        place,
        direction: None,
        bin: Duration::minutes(15),
        counts,
        quantiles_hours: quantiles
            .into_iter()
            .map(|(p, x)| {
                (
                    p,
                    estimate(
                        if size.trains_per_day == 1 { 0.875 } else { x * mode * 0.25 },
                        0.03 * x * mode,
                        size.replications,
                    ),
                )
            })
            .collect(),
    }
}

fn utilisation(size: &Size) -> Vec<Utilisation> {
    let mut all = Vec::new();
    for place in 0..size.names.len() {
        for (i, (facility, name)) in [("clearance.desks", "clearance desks"), ("reloading.shed", "reloading shed")]
            .into_iter()
            .enumerate()
        {
            let open = 0.15 + noise(place * 2 + i) * 0.9;
            let used = place != 2;
            all.push(Utilisation {
                place,
                facility: facility.to_owned(),
                name: name.to_owned(),
                of_open_time: used.then(|| estimate(open, 0.02 + open * 0.02, size.replications)),
                of_clock_time: used.then(|| estimate(open * 0.6, 0.01, size.replications)),
            });
        }
    }
    all
}

fn daily(place: usize, size: &Size) -> DailyTrains {
    let first: Date = date(2024, 1, 1).saturating_add(jiff::Span::new().days(size.warm_up_days));
    let mean = size.trains_per_day as f64 * (1.0 - place as f64 * 0.02);
    let day = |i: usize| band(mean * (1.0 + 0.1 * (i as f64 / 9.0).sin()) + noise(i) * 2.0 - 0.5, 2.0);
    let limits = match place {
        0 => vec![
            ("timetable paths".to_owned(), mean * 1.2),
            ("exchange quota agreed with the neighbouring railway".to_owned(), mean * 1.22),
        ],
        3 => vec![("quota".to_owned(), mean * 0.95)],
        _ => vec![],
    };
    DailyTrains {
        place,
        exchange: None,
        first,
        days: (0..size.days as usize).map(day).collect(),
        replications: size.replications,
        limits,
    }
}

fn corridor(i: usize, chain: &[usize], size: &Size) -> CorridorFacts {
    let mut km = 0.0;
    let places: Vec<(usize, f64)> = chain
        .iter()
        .map(|p| {
            let at = km;
            km += if p % 3 == 0 { 12.0 } else { 90.0 + (p * 41 % 60) as f64 };
            (*p, at)
        })
        .collect();
    let name = |end: Option<&usize>| end.map_or("", |p| &size.names[*p].1);
    let offices = chain.iter().filter(|p| *p % 5 >= 3);
    CorridorFacts {
        id: format!("corridor_{}", i + 1),
        name: format!("{} – {}", name(chain.first()), name(chain.last())),
        closed: offices
            .flat_map(|p| (0..size.days).map(move |d| (*p, Instant(d * DAY + 20 * HOUR), Instant(d * DAY + 32 * HOUR))))
            .collect(),
        places,
    }
}

/// The first half of the places have positions, some of them close together; the others have none.
fn network(size: &Size, locations: &[LocationFacts]) -> NetworkFacts {
    let places = size.names.len();
    let position = |i: usize| {
        let near = usize::from(i % 5 == 4);
        ((i - near) as f64 * 2.0 + 80.0 + near as f64 * 0.02, 42.0 + noise(i + 3) * 4.0)
    };
    let joined = locations.iter().filter_map(|l| match l.kind {
        LocationKind::Line { from, to } if from < to => Some((from, to)),
        _ => None,
    });
    NetworkFacts {
        places: (0..places)
            .map(|i| (size.names[i].1.clone(), (places > 1 && i <= places / 2).then(|| position(i))))
            .collect(),
        lines: joined.collect(),
    }
}

fn traffic(size: &Size, locations: &[LocationFacts]) -> Vec<LineTraffic> {
    let lines = locations
        .iter()
        .enumerate()
        .filter(|(_, l)| matches!(l.kind, LocationKind::Line { .. }));
    let trains = size.trains_per_day as f64 * size.days as f64;
    let entry = |(location, _): (usize, _)| LineTraffic {
        location,
        trains: estimate(trains * (0.2 + 0.3 * noise(location)), trains * 0.01, size.replications),
    };
    lines.map(entry).collect()
}

/// At every place one that does what [`run_trains`] has done there, closed at night at some; with two servers.
fn facilities(size: &Size) -> Vec<FacilityFacts> {
    let days = size.days + size.warm_up_days;
    let at = |place: usize| {
        let activity = Activity::ALL[1 + place % 5];
        let hours = |d: i64| {
            [(0, 12, 2), (12, 24, if place % 5 >= 3 { 0 } else { 2 })].map(|(a, b, n)| {
                let at = |hour| Instant(d * DAY + hour * HOUR);
                (at(a), at(b), n)
            })
        };
        FacilityFacts {
            place,
            path: format!("office.{place}"),
            name: format!("office of {}", size.names[place].1),
            zone: if place.is_multiple_of(2) { "Asia/Almaty" } else { "Asia/Shanghai" }.to_owned(),
            activities: vec![activity],
            flows: vec![0, 1],
            servers: (0..days).flat_map(hours).collect(),
        }
    };
    (0..size.names.len()).map(at).collect()
}

fn measures(size: &Size, n: u32) -> Vec<MeasureEstimate> {
    let measure = |id: String, label: String, unit: &'static str, estimate| MeasureEstimate {
        id,
        label,
        unit: unit.into(),
        headline: true,
        estimate,
    };
    let mut all: Vec<MeasureEstimate> = Vec::new();
    for (i, (id, name)) in size.names.iter().enumerate() {
        let x = 3.0 + noise(i) * 20.0;
        all.push(measure(
            format!("places.{id}.dwell_time_hours_p95"),
            format!("{name}: dwell time, 95th percentile"),
            "h",
            Some(estimate(x, x * 0.031, n)),
        ));
        let share = (i != 2).then(|| estimate(noise(i + 50), 0.0123, n));
        all.push(measure(
            format!("places.{id}.blocked_share"),
            format!("{name}: share of time blocked"),
            "",
            share,
        ));
    }
    let trains = size.trains_per_day as f64 * size.days as f64;
    all.push(measure(
        "flows.exports.trains".into(),
        "Exports: trains out".into(),
        "trains",
        Some(estimate(trains, 12.3, n)),
    ));
    all.push(MeasureEstimate {
        headline: false,
        ..measure("flows.exports.hidden".into(), "Exports: hidden".into(), "h", None)
    });
    all
}
