//! Charts of capacity, knock-outs and selections: whole whatever comes, labels apart, numbers those of the results.

use jiff::civil::{DateTime, date};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::tests::{assert_well_formed, row, rows};
use super::*;
use crate::experiment::capacity::{Capacity, Held, Limit, Search, Trial};
use crate::experiment::frontier::{Axis, Frontier, FrontierPoint};
use crate::experiment::knockout::{Backlog, Loss};
use crate::experiment::optimise::{Afresh, Alternative, LimitFacts, Optimisation, Verdict};
use crate::experiment::{MeasureName, Plan};
use crate::stats::Estimate;
use crate::units::Duration;

const HOSTILE: &str =
    "<script>alert(\"x\")</script> & 'more' of a name that nobody would give, but somebody will 霍尔果斯 \u{202e}mirrored\u{7}";

fn about(mean: f64, half: f64) -> Estimate {
    Estimate {
        n: 10,
        mean,
        half_width: Some(half),
        sd: Some(half * 1.5),
        min: mean - half,
        max: mean + half,
    }
}

/// Estimates that make trouble.
fn odd() -> Vec<Estimate> {
    let nan = about(f64::NAN, f64::INFINITY);
    let none = Estimate {
        half_width: None,
        ..about(3.0, 0.0)
    };
    vec![
        about(5.0, 1.0),
        nan,
        none,
        about(0.0, 0.0),
        about(-4.0, f64::INFINITY),
        about(1e9, 1e8),
    ]
}

fn assert_whole(chart: &Chart) {
    assert_well_formed(&chart.svg);
    assert!(!chart.svg.contains("<script") && !chart.svg.contains("NaN"), "{}", chart.id);
    assert!(!chart.data_csv.contains("NaN") && !chart.data_csv.contains("inf"), "{}", chart.id);
    assert!(
        chart.png().expect("painted").starts_with(b"\x89PNG") && chart.alt.chars().count() > 5,
        "{}: {:?}",
        chart.id,
        chart.alt
    );
}

fn both(draw: impl Fn(Lang) -> Result<Chart, ReportError> + Sync) -> Chart {
    let charts: Vec<Chart> = [Lang::Zh, Lang::En]
        .into_par_iter()
        .map(|lang| draw(lang).expect("drawn"))
        .collect();
    charts.iter().for_each(assert_whole);
    charts.into_iter().next_back().expect("two")
}

fn searched(limits: usize, trials: &[(f64, Held, Option<Estimate>)]) -> (Capacity, Search, Vec<MeasureName>) {
    let trial = |(multiple, held, e): &(f64, Held, Option<Estimate>)| Trial {
        multiple: *multiple,
        trains_per_day: 12.0 * multiple,
        estimates: vec![*e; limits],
        unfinished: e.is_none().then(|| "it stalled".to_owned()),
        held: *held,
    };
    let measure = |at: usize| MeasureName {
        id: format!("places.p{at}.dwell_time_hours_p95"),
        label: if at == 0 {
            "A place: dwell time, 95 % below".to_owned()
        } else {
            HOSTILE.to_owned()
        },
        unit: "h",
        headline: true,
    };
    let measures: Vec<MeasureName> = (0..limits).map(measure).collect();
    let search = Search {
        limits: measures
            .iter()
            .map(|m| Limit {
                measure: m.id.clone(),
                most: 24.0,
            })
            .collect(),
        flows: Vec::new(),
        from: 0.5,
        to: 2.0,
        step: 0.1,
        plan: Plan {
            replications: 10,
            until: None,
            seed: 1,
            confidence: 0.95,
            records: 0,
            threads: 1,
            event_limit: 1,
        },
    };
    let found = Capacity {
        trials: trials.iter().map(trial).collect(),
    };
    (found, search, measures)
}

#[test]
fn a_search_shows_its_trials_and_its_answer() {
    let trials = [
        (0.5, Held::Surely, Some(about(10.0, 1.0))),
        (0.9, Held::Seemingly, Some(about(23.0, 2.0))),
        (1.0, Held::SeeminglyNot, Some(about(25.0, 3.0))),
        (1.5, Held::SurelyNot, Some(about(500.0, 20.0))),
        (2.0, Held::SurelyNot, None),
    ];
    let (found, asked, measures) = searched(1, &trials);
    let chart = both(|lang| search(&found, &asked, &measures, lang));
    assert!(
        chart
            .alt
            .starts_with("By means, 10.8 trains a day keep all limits. With 95\u{a0}% confidence 6.00 do."),
        "{}",
        chart.alt
    );
    assert!(
        chart.alt.contains("18.0 surely do not; what binds: A place: dwell time"),
        "{}",
        chart.alt
    );
    assert!(
        chart.caption.contains("1 trial did not finish") && chart.caption.contains("beyond 4 times"),
        "{}",
        chart.caption
    );
    assert_eq!(row(&chart.data_csv, 1), ["0.9", "10.8", "seems to hold", "23", "2"]);
    assert_eq!((rows(&chart.data_csv), &*row(&chart.data_csv, 4)[3]), (5, ""));
}

#[test]
fn searches_of_any_kind() {
    let odd: Vec<_> = odd()
        .into_iter()
        .zip(1..)
        .map(|(e, n)| (f64::from(n) * 0.3, Held::Surely, Some(e)))
        .collect();
    let never = [(1.0, Held::SurelyNot, Some(about(99.0, 1.0)))];
    for trials in [&odd[..], &never, &[]] {
        for limits in [1, 2, 6] {
            let (found, asked, measures) = searched(limits, trials);
            both(|lang| search(&found, &asked, &measures, lang));
        }
    }
}

fn frontier_of(axes: &[&[&str]], best: impl Fn(usize) -> Option<f64>) -> Frontier {
    let named = |(n, levels): (usize, &&[&str])| {
        let values: Vec<String> = levels.iter().map(|&level| level.to_owned()).collect();
        Axis::new(&format!("places.p.factor_{n}"), &values)
    };
    let mut levels = vec![Vec::new()];
    for axis in axes {
        let longer = |begun: &Vec<usize>| {
            let begun = begun.clone();
            (0..axis.len()).map(move |at| begun.iter().copied().chain([at]).collect())
        };
        levels = levels.iter().flat_map(longer).collect();
    }
    let point = |(n, levels): (usize, Vec<usize>)| FrontierPoint {
        levels,
        searched: (5.0, 30.0),
        best: best(n),
        surely: best(n).map(|x| x - 1.0).filter(|_| n % 3 != 1),
        surely_not: best(n).map(|x| x + 2.0).filter(|_| n % 4 != 1),
        binds: vec!["places.p.dwell_time_hours_p95".to_owned()],
        found: Capacity { trials: Vec::new() },
    };
    Frontier {
        limits: vec!["places.p.dwell_time_hours_p95 <= 24".to_owned()],
        confidence: 0.95,
        replications: 20,
        axes: axes.iter().enumerate().map(named).collect(),
        points: levels.into_iter().enumerate().map(point).collect(),
    }
}

#[test]
fn a_frontier_names_its_ends_and_what_binds() {
    let found = frontier_of(&[&["12/day", "14/day", "16/day"]], |n| (n > 0).then_some(10.0 + n as f64));
    let chart = both(|lang| frontier(&found, lang));
    assert!(
        chart
            .alt
            .contains("From 11.0 trains a day at factor_0 = 14/day to 12.0 at factor_0 = 16/day"),
        "{}",
        chart.alt
    );
    assert!(
        chart.alt.contains("binds at 3 of 3 points") && chart.alt.contains("At 1 point not even"),
        "{}",
        chart.alt
    );
    assert_eq!(row(&chart.data_csv, 2)[..2], ["16/day", "12"]);
    assert_eq!(row(&chart.data_csv, 0)[1], "");
}

#[test]
fn frontiers_of_any_kind() {
    let many: Vec<String> = (0..40).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for axes in [
        vec![&["1", "2"][..], &["always", HOSTILE]],
        vec![&many[..], &many[..9]],
        vec![&["a"][..]],
        vec![&["a", HOSTILE, "c"][..], &["1"]],
        vec![],
    ] {
        for how in 0..3 {
            let best = move |n: usize| match how {
                0 => Some(20.0 + (n as f64).sin()),
                1 => None,
                _ => Some(if n.is_multiple_of(2) { f64::NAN } else { 7.0 }),
            };
            both(|lang| frontier(&frontier_of(&axes, best), lang));
        }
    }
}

const CLOSED: (DateTime, DateTime) = (date(2022, 3, 1).at(0, 0, 0, 0), date(2022, 3, 3).at(0, 0, 0, 0));

fn loss(n: usize, hours: Option<Estimate>, recovery: Option<Estimate>) -> Loss {
    let steps = 24 * 60;
    let begin = 24.0 * 20.0;
    let extra = |step: usize| {
        let since = step as f64 - begin;
        if since < 0.0 {
            0.0
        } else {
            (since.min(48.0) - (since - 48.0).max(0.0) / 4.0).max(0.0) / (n as f64 + 1.0)
        }
    };
    Loss {
        element: if n == 1 { HOSTILE.to_owned() } else { format!("places.p{n}") },
        vehicle_hours: hours,
        held: hours,
        recovery_hours: recovery,
        recovered: hours.map(|_| if n == 2 { 0.4 } else { 1.0 }),
        recovered_interval: None,
        unfinished: hours.is_none().then(|| "it stalled".to_owned()),
        backlog: hours.map(|_| Backlog {
            first: date(2022, 2, 9).at(0, 0, 0, 0),
            step: Duration::hours(1),
            usual: vec![4.0; steps],
            closed: (0..steps).map(|step| 4.0 + extra(step)).collect(),
            half_width: (n != 3).then(|| vec![1.5; steps]),
        }),
    }
}

#[test]
fn recovery_shows_peaks_and_when_they_are_over() {
    let losses = [
        loss(0, Some(about(5_000.0, 400.0)), Some(about(192.0, 12.0))),
        loss(4, Some(about(900.0, 90.0)), Some(about(40.0, 3.0))),
        loss(5, None, None),
    ];
    let chart = both(|lang| recovery(&losses, CLOSED, "10 replications.".to_owned(), lang));
    assert!(
        chart.alt.contains("the loss of places.p0: at its peak 48.0 more wait"),
        "{}",
        chart.alt
    );
    assert!(
        chart.alt.contains("places.p0: 192 ± 12\u{a0}h after the closure ends"),
        "{}",
        chart.alt
    );
    assert!(chart.caption.contains("1 closure locks up the network"), "{}", chart.caption);
    let field = row(&chart.data_csv, 24 * 20 + 10);
    assert_eq!(field[..4], ["places.p0", "2022-03-01 10:00", "4", "14"]);
}

#[test]
fn recoveries_of_any_kind() {
    let odd = odd();
    let many: Vec<Loss> = (0..12)
        .map(|n| loss(n, Some(about(100.0 - n as f64, 5.0)), odd.get(n % odd.len()).copied()))
        .collect();
    let mut spoiled = vec![
        loss(0, Some(odd[1]), None),
        loss(3, Some(about(9.0, 1.0)), Some(odd[1])),
        loss(2, Some(odd[0]), None),
    ];
    if let Some(backlog) = &mut spoiled[2].backlog {
        backlog.closed.iter_mut().step_by(3).for_each(|x| *x = f64::NAN);
    }
    let stuck = vec![loss(0, None, None)];
    for losses in [many, spoiled, stuck, Vec::new()] {
        both(|lang| recovery(&losses, CLOSED, "10 replications.".to_owned(), lang));
    }
}

fn selection(alternatives: Vec<Alternative>, limits: usize, chosen: Option<usize>) -> Optimisation {
    let limit = |n: usize| LimitFacts {
        measure: format!("places.p{n}.dwell_time_hours_p95"),
        label: if n == 1 {
            HOSTILE.to_owned()
        } else {
            format!("Place {n}: dwell time")
        },
        unit: if n == 2 { String::new() } else { "h".to_owned() },
        most: 24.0,
        tolerance: 1.0,
    };
    let afresh = chosen.map(|_| Afresh {
        replications: 50,
        cost: Some(about(1_000.0, 0.0)),
        estimates: vec![Some(about(21.5, 0.4)); limits],
    });
    Optimisation {
        unit: "EUR/day".to_owned(),
        confidence: 0.95,
        indifference: None,
        limits: (0..limits).map(limit).collect(),
        factors: vec![("tracks".to_owned(), "tracks".to_owned()), ("hours".to_owned(), HOSTILE.to_owned())],
        alternatives,
        chosen,
        promised: chosen.is_some(),
        afresh,
    }
}

fn alternative(n: usize, estimate: Option<Estimate>, limits: usize) -> Alternative {
    let verdicts = [
        Verdict::Breaks { limit: 0 },
        Verdict::Chosen,
        Verdict::Dearer { than: 1, keeps: None },
        Verdict::Undecided,
        Verdict::Close { to: 1 },
        Verdict::Unfinished {
            reason: "stalled".to_owned(),
        },
        Verdict::NoValue { measure: "m".to_owned() },
    ];
    Alternative {
        point: n + 1,
        levels: vec![(n + 1).to_string(), if n == 3 { HOSTILE.to_owned() } else { "24 h".to_owned() }],
        fixed_cost: 500.0 * n as f64,
        cost: estimate
            .filter(|_| n.is_multiple_of(2))
            .map(|e| about(500.0 * n as f64, e.half_width.unwrap_or(0.0))),
        estimates: vec![estimate; limits],
        replications: if estimate.is_some() { 12 + n as u32 } else { 0 },
        verdict: if n == 1 {
            Verdict::Chosen
        } else {
            verdicts.into_iter().nth(if n == 0 { 0 } else { 2 + n % 5 }).expect("seven")
        },
    }
}

#[test]
fn a_selection_says_what_was_chosen_from_fresh_replications() {
    let all: Vec<Alternative> = (0..7)
        .map(|n| alternative(n, (n != 6).then(|| about(30.0 - 3.0 * n as f64, 1.0)), 1))
        .collect();
    let found = selection(all, 1, Some(1));
    let chart = both(|lang| alternatives(&found, lang));
    assert!(chart.alt.starts_with("Chosen is number 2: tracks 2, "), "{}", chart.alt);
    assert!(
        chart.alt.contains("is then 21.50 ± 0.40\u{a0}h, with a limit of 24.0"),
        "{}",
        chart.alt
    );
    assert!(
        chart.caption.contains("50 replications that had no say") && chart.caption.contains("1 alternative is without a value"),
        "{}",
        chart.caption
    );
    assert_eq!(rows(&chart.data_csv), 8, "seven, and the chosen one afresh");
    let field = row(&chart.data_csv, 1);
    assert_eq!(
        (&*field[0], &*field[3], &*field[4], &*field[8], &*field[9]),
        ("2", "selection", "13", "27", "1"),
        "{field:?}"
    );
}

#[test]
fn selections_of_any_kind() {
    let odd = odd();
    for (n, limits, chosen) in [
        (1, 1, None),
        (40, 1, Some(1)),
        (5, 3, Some(1)),
        (6, 5, Some(1)),
        (0, 1, None),
        (3, 0, None),
    ] {
        let known: Vec<Alternative> = (0..n)
            .map(|n| alternative(n, Some(about(20.0 + n as f64 % 7.0, 0.5)), limits))
            .collect();
        let strange: Vec<Alternative> = (0..n).map(|n| alternative(n, odd.get(n % 7).copied(), limits)).collect();
        for all in [known, strange] {
            both(|lang| alternatives(&selection(all.clone(), limits, chosen), lang));
        }
    }
}
