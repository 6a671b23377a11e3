//! Charts of sweeps over every shape and size: whole, well formed, labels apart, numbers those of the results.

use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::*;
use crate::experiment::sweep::{FactorColumn, Factors, MeasureColumn, Sensitivity};
use crate::report::charts::tests::{assert_well_formed, row, rows};
use crate::stats::sensitivity::{Effect, Index};

/// A sweep over points by the levels of their factors: numbers where they begin with a digit.
fn sweep(names: &[&str], points: &[Vec<String>]) -> Response {
    let number = |level: &String| level.split(' ').next().and_then(|word| word.parse().ok());
    let point = |(n, levels): (usize, &Vec<String>)| ResponsePoint {
        numbers: levels.iter().map(number).collect(),
        levels: levels.clone(),
        estimate: Some(Estimate {
            n: 4,
            mean: 10.0 + 7.0 * (n as f64 * 0.7).sin(),
            half_width: Some(0.5 + 0.1 * n as f64 % 2.0),
            sd: Some(1.0),
            min: 0.0,
            max: 30.0,
        }),
        finished: 4,
        unfinished: 0,
    };
    let factor = |(at, name): (usize, &&str)| FactorColumn {
        id: format!("f{at}"),
        name: (*name).to_owned(),
        unit: points.first().map_or(Some(String::new()), |p| {
            number(&p[at]).map(|_: f64| p[at].split_once(' ').map_or(String::new(), |(_, unit)| unit.to_owned()))
        }),
    };
    Response {
        title: "A sweep".to_owned(),
        confidence: 0.95,
        measure: MeasureColumn {
            id: "places.a/b.wait_hours".to_owned(),
            label: "A place: waiting time, mean".to_owned(),
            unit: "h".to_owned(),
            headline: true,
        },
        factors: names.iter().enumerate().map(factor).collect(),
        points: points.iter().enumerate().map(point).collect(),
    }
}

fn grid(names: &[&str], levels: &[Vec<String>]) -> Response {
    let mut points = vec![Vec::new()];
    for factor in levels {
        points = points
            .iter()
            .flat_map(|p: &Vec<String>| factor.iter().map(move |l| p.iter().cloned().chain([l.clone()]).collect()))
            .collect();
    }
    sweep(names, &points)
}

fn counted_levels(n: usize, unit: &str) -> Vec<String> {
    (0..n).map(|i| format!("{}{unit}", 10 + 5 * i)).collect()
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|w| (*w).to_owned()).collect()
}

const HOSTILE: &str =
    "<script>alert(\"x\")</script> & 'more' of a name that nobody would give, but somebody will 霍尔果斯 \u{202e}mirrored\u{7}";

/// Shapes and sizes that people and machines make.
fn all() -> Vec<Response> {
    let hostile = words(&[HOSTILE, "b\u{0}", "", "霍尔果斯", &HOSTILE.repeat(3)]);
    let star: Vec<Vec<String>> = [
        ["1", "x", "3 h"],
        ["2", "x", "3 h"],
        ["0.5", "x", "3 h"],
        ["1", "y", "3 h"],
        ["1", "x", "4 h"],
    ]
    .iter()
    .map(|p| words(p))
    .collect();
    let scattered: Vec<Vec<String>> = (0..700_usize)
        .map(|i| (0..14_usize).map(|f| format!("{}.{} min", (i * (f + 3)) % 97, f)).collect())
        .collect();
    let names: Vec<String> = (0..14).map(|f| format!("factor {f} with a rather long name, mean")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    vec![
        grid(&["desks"], &[counted_levels(5, "")]),
        grid(&["time of a lift", "cranes"], &[counted_levels(5, " min"), words(&["1", "2", "3"])]),
        grid(
            &["policy", "hours"],
            &[
                words(&["as it is", "night"]),
                words(&["24 h of customs, every day of the week", "none"]),
            ],
        ),
        grid(
            &["a", "b", "c"],
            &[
                counted_levels(3, " h"),
                words(&["x", "y"]),
                words(&["p", "q", "r", "s", "t", "u", "v", "w"]),
            ],
        ),
        grid(&["crowded", "more"], &[counted_levels(60, " min"), counted_levels(45, "")]),
        grid(&[HOSTILE, HOSTILE], &[hostile.clone(), hostile]),
        grid(&["from 1 to 1e6"], &[words(&["1", "10", "100", "10000", "1000000"])]),
        sweep(&["a", "b", "c"], &star),
        sweep(&names, &scattered),
        sweep(&["one"], &[words(&["1"])]),
        sweep(&["none"], &[]),
        sweep(&[], &[Vec::new()]),
    ]
}

/// The same where runs failed, values are no numbers, or one replication was made.
fn spoiled(mut response: Response, how: usize) -> Response {
    let odd = |e: Estimate| match how {
        1 => Estimate {
            mean: f64::NAN,
            half_width: Some(f64::INFINITY),
            ..e
        },
        2 => Estimate {
            half_width: None,
            n: 1,
            ..e
        },
        3 => Estimate {
            mean: 0.0,
            half_width: Some(0.0),
            ..e
        },
        5 => Estimate {
            half_width: Some(f64::INFINITY),
            ..e
        },
        _ => Estimate { mean: -e.mean, ..e },
    };
    for (n, point) in response.points.iter_mut().enumerate() {
        match how {
            4 => point.estimate = None,
            0 if n % 3 == 0 => (point.estimate, point.finished, point.unfinished) = (None, 0, 4),
            6 if n % 3 == 0 => point.numbers.iter_mut().for_each(|n| *n = Some(f64::NAN)),
            2 | 3 => point.estimate = point.estimate.map(odd),
            _ if n % 3 == 1 => point.estimate = point.estimate.map(odd),
            _ => {}
        }
    }
    response
}

fn assert_whole(chart: &Chart) {
    assert_well_formed(&chart.svg);
    assert!(!chart.svg.contains("<script") && !chart.svg.contains("NaN"), "{}", chart.id);
    assert!(!chart.data_csv.contains("NaN") && !chart.data_csv.contains("inf,"), "{}", chart.id);
    assert!(
        chart.png().expect("painted").starts_with(b"\x89PNG") && chart.alt.chars().count() > 5,
        "{}: {:?}",
        chart.id,
        chart.alt
    );
    assert!(!chart.id.contains(['/', '\\']), "{} is a file name", chart.id);
}

#[test]
fn every_shape_and_size_is_whole_in_both_languages() {
    all().into_par_iter().for_each(|response| {
        for lang in [Lang::En, Lang::Zh] {
            let charts = response_gallery(&response, lang).expect("drawn");
            charts.iter().for_each(assert_whole);
        }
    });
}

#[test]
fn odd_numbers_and_failures_do_no_harm() {
    (0..8).into_par_iter().for_each(|how| {
        // Large ones take long to draw: once is enough.
        for response in all().into_iter().filter(|r| how == 0 || r.points.len() < 60) {
            let response = spoiled(response, how);
            let charts = response_gallery(&response, Lang::En).expect("drawn");
            charts.iter().for_each(assert_whole);
        }
    });
}

#[test]
fn a_chart_of_another_shape_says_why_it_is_empty() {
    let scattered = sweep(&["a", "b"], &[words(&["1", "5"]), words(&["2", "6"]), words(&["3", "7"])]);
    for chart in [
        response_curves(&scattered, Lang::En),
        heat_map(&scattered, Lang::En),
        one_at_a_time(&scattered, Lang::En),
    ] {
        let chart = chart.expect("drawn");
        assert_whole(&chart);
        assert!(chart.alt.starts_with("Nothing to draw: "), "{}", chart.alt);
    }
}

#[test]
fn failed_runs_are_counted_and_their_points_marked() {
    let response = spoiled(grid(&["a"], &[counted_levels(6, " h")]), 0);
    let chart = response_curves(&response, Lang::En).expect("drawn");
    assert!(
        chart
            .caption
            .contains("8 runs stalled, failed or met a limit and count in no mean."),
        "{}",
        chart.caption
    );
    assert!(chart.caption.contains("2 points have no value: crosses"), "{}", chart.caption);
    let field = row(&chart.data_csv, 0);
    assert_eq!(field[5..], ["0", "4", "", ""]);
}

#[test]
fn data_are_the_points() {
    let response = grid(&["time of a lift", "cranes"], &[counted_levels(5, " min"), words(&["1", "2", "3"])]);
    for chart in response_gallery(&response, Lang::Zh).expect("drawn") {
        assert_eq!(rows(&chart.data_csv), 15);
        for n in [0, 7, 14] {
            let (field, point) = (row(&chart.data_csv, n), &response.points[n]);
            let e = point.estimate.expect("there");
            assert_eq!((&field[1], &field[3]), (&point.levels[0], &point.levels[1]));
            assert_eq!(field[2].parse().ok(), point.numbers[0]);
            assert_eq!((field[8].parse(), field[9].parse().ok()), (Ok(e.mean), e.half_width));
        }
    }
}

#[test]
fn findings_name_the_ends_and_what_is_unsure() {
    let mut response = grid(&["lift", "cranes"], &[words(&["1 min", "2 min"]), words(&["1", "2"])]);
    for (point, mean) in response.points.iter_mut().zip([4.0, 3.0, 9.0, 5.0]) {
        point.estimate = point.estimate.map(|e| Estimate {
            mean,
            half_width: Some(0.5),
            ..e
        });
    }
    let alt = response_curves(&response, Lang::En).expect("drawn").alt;
    assert_eq!(
        alt,
        "Lowest 3.00 ± 0.50\u{a0}h at lift 1 min, cranes 2; highest 9.00 ± 0.50\u{a0}h at lift 2 min, cranes 1."
    );
    response.points[2].estimate = response.points[2].estimate.map(|e| Estimate {
        half_width: Some(6.0),
        ..e
    });
    let map = heat_map(&response, Lang::En).expect("drawn");
    assert!(
        map.alt.contains("Their intervals overlap") && map.alt.contains("Least sure at lift 2 min, cranes 1: ± 6.00"),
        "{}",
        map.alt
    );
    assert!(map.svg.contains("± 0.50"), "half-widths stand in their cells");
}

#[test]
fn a_share_is_shown_in_per_cent() {
    let mut response = grid(&["a"], &[words(&["1", "2"])]);
    response.measure.unit = String::new();
    for (point, mean) in response.points.iter_mut().zip([0.25, 0.5]) {
        point.estimate = point.estimate.map(|e| Estimate {
            mean,
            half_width: None,
            ..e
        });
    }
    let chart = response_curves(&response, Lang::En).expect("drawn");
    assert!(
        chart.alt.starts_with("Lowest 25\u{a0}%") && chart.svg.contains("mean, %"),
        "{}",
        chart.alt
    );
    assert_eq!(row(&chart.data_csv, 0)[6], "0.25", "the data are as measured");
}

fn sensitivity(factors: Factors) -> Sensitivity {
    Sensitivity {
        factors,
        used: 9,
        all: 10,
        noise_share: Some(0.03),
    }
}

#[test]
fn influence_is_ranked_and_its_data_are_the_results() {
    let response = grid(&["small", "large", HOSTILE], &[words(&["1"]), words(&["1"]), words(&["1", "2"])]);
    let effect = |mean: f64, size: f64| Effect {
        n: 9,
        mean,
        mean_size: size,
        mean_size_half_width: Some(0.25),
        sd: 0.1,
    };
    let effects = vec![effect(0.5, 1.0), effect(-4.0, 4.0), effect(f64::NAN, f64::NAN)];
    let chart = influence(&sensitivity(Factors::Effects(effects)), &response, Lang::En).expect("drawn");
    assert_whole(&chart);
    assert!(
        chart
            .alt
            .starts_with("Most matters “large”: over its range it changes the measure by 4.00 ± 0.25\u{a0}h, down."),
        "{}",
        chart.alt
    );
    assert!(
        chart.alt.contains("3.00\u{a0}% of the variance") && chart.caption.contains("9 of 10 trajectories used"),
        "{}",
        chart.caption
    );
    assert_eq!(row(&chart.data_csv, 1)[5..], ["9", "-4", "4", "0.25", "0.1"]);
    let index = |first: f64, total: f64| Index {
        first,
        first_interval: (first - 0.1, first + 0.1),
        total,
        total_interval: (total - 0.1, total + 0.1),
    };
    let indices = vec![index(-0.05, 0.1), index(0.6, 0.8), index(f64::NAN, f64::NAN)];
    let chart = influence(&sensitivity(Factors::Indices(indices)), &response, Lang::Zh).expect("drawn");
    assert_whole(&chart);
    assert!(
        chart.alt.contains("影响最大的是“large”") && chart.alt.contains("60.0"),
        "{}",
        chart.alt
    );
    let field = row(&chart.data_csv, 1);
    assert_eq!((&*field[5], &*field[8]), ("0.6", "0.8"));
    assert_eq!(row(&chart.data_csv, 0)[5], "-0.05");
}

#[test]
fn influence_of_nothing_says_why() {
    let response = grid(&["a"], &[words(&["1", "2"])]);
    for (factors, why) in [
        (Factors::Indices(Vec::new()), "nothing varies"),
        (Factors::Effects(Vec::new()), "no trajectory"),
        (
            Factors::Effects(vec![Effect {
                n: 3,
                mean: 0.0,
                mean_size: 0.0,
                mean_size_half_width: Some(0.0),
                sd: 0.0,
            }]),
            "no factor changes",
        ),
    ] {
        let chart = influence(&sensitivity(factors), &response, Lang::En).expect("drawn");
        assert!(chart.alt.starts_with("Nothing to draw") && chart.alt.contains(why), "{}", chart.alt);
    }
}
