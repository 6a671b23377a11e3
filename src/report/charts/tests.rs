//! Every chart over every fixture: whole, deterministic, well formed; the sheet itself checks that labels keep apart.

use super::*;
use crate::observe::Activity;
use crate::report::fixture;
use crate::report::tables;
use crate::stats::Estimate;
use crate::units::{Duration, HOUR, Instant};

/// Reads XML as strictly as these files need: tags balance, text and attributes are escaped.
pub(super) fn assert_well_formed(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        assert!(!text.contains('>'), "a bare > in {text:?}");
        for part in text.split('&').skip(1) {
            assert!(
                ["amp;", "lt;", "gt;", "quot;", "apos;"].iter().any(|e| part.starts_with(e)),
                "a bare & before {part:?}"
            );
        }
        let end = tag.find('>').expect("a tag ends");
        let (inside, after) = (&tag[1..end], &tag[end + 1..]);
        assert!(!inside.contains('<') && inside.matches('"').count() % 2 == 0, "{inside:?}");
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !inside.ends_with('/') {
            open.push(inside.split(' ').next().unwrap_or(inside));
        }
        rest = after;
    }
    assert!(open.is_empty() && rest.trim().is_empty());
    assert!(!xml.contains(|c: char| c.is_control() && c != '\n'));
}

pub(super) fn row(csv: &str, n: usize) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let record = reader.records().nth(n).expect("so many rows").expect("CSV");
    record.iter().map(str::to_owned).collect()
}

pub(super) fn rows(csv: &str) -> usize {
    csv::Reader::from_reader(csv.as_bytes()).records().count()
}

#[test]
fn every_chart_of_every_size_is_whole() {
    for results in [fixture::tiny(), fixture::usual(), fixture::crowded(), fixture::empty()] {
        let charts = gallery(&results, Lang::En).expect("drawn");
        assert!(charts.len() >= 7);
        for chart in &charts {
            assert_well_formed(&chart.svg);
            assert!(!chart.svg.contains("<script"), "{}", chart.id);
            let png = chart.png().expect("painted");
            assert!(png.starts_with(b"\x89PNG") && png.len() < 3_000_000, "{}: {}", chart.id, png.len());
            assert!(
                !chart.title.is_empty() && chart.alt.len() > 15 && chart.caption.contains("eplication"),
                "{chart:?}"
            );
            for text in [&chart.svg, &chart.alt, &chart.data_csv] {
                assert!(!text.contains("NaN") && !text.contains("inf "), "{}", chart.id);
            }
        }
        let ids: std::collections::BTreeSet<_> = charts.iter().map(|c| &c.id).collect();
        assert_eq!(ids.len(), charts.len(), "ids are file names");
    }
}

#[test]
fn the_same_results_give_the_same_bytes() {
    let draw = || gallery(&fixture::usual(), Lang::En).expect("drawn");
    for (a, b) in draw().into_iter().zip(draw()) {
        let [png, again] = [&a, &b].map(|chart| chart.png().expect("painted"));
        assert!(a.svg == b.svg && png == again && a.data_csv == b.data_csv, "{}", a.id);
    }
}

#[test]
fn without_results_a_chart_says_why() {
    for chart in gallery(&fixture::empty(), Lang::En).expect("drawn") {
        assert!(
            chart.alt.starts_with("Nothing to draw: ") && chart.alt.ends_with('.'),
            "{}",
            chart.alt
        );
    }
}

#[test]
fn odd_numbers_do_no_harm() {
    let mut results = fixture::usual();
    let odd = Estimate {
        n: 3,
        mean: f64::NAN,
        half_width: Some(f64::INFINITY),
        sd: None,
        min: 0.0,
        max: f64::INFINITY,
    };
    for entry in results.ledger.iter_mut().step_by(2) {
        entry.hours_per_train = odd;
        entry.total_hours = Estimate { mean: 0.0, ..odd };
    }
    for q in &mut results.queues {
        q.steps.truncate(1);
        q.steps[0].p90 = f64::NAN;
    }
    for d in &mut results.dwell {
        d.counts = vec![7];
        d.quantiles_hours = vec![(0.5, odd)];
    }
    for u in &mut results.utilisation {
        u.of_open_time = Some(Estimate {
            mean: 12.0,
            half_width: Some(0.0),
            ..odd
        });
    }
    for d in &mut results.daily {
        d.days.truncate(1);
        d.limits = vec![(String::new(), 0.0), ("same".to_owned(), 5.0), ("same".to_owned(), 5.0)];
    }
    results.records[0].activities[0].train = 1_000_000;
    results.records[0].activities[1].location = 1_000_000;
    for chart in gallery(&results, Lang::En).expect("drawn") {
        assert_well_formed(&chart.svg);
        assert!(!chart.svg.contains("NaN"), "{}", chart.id);
    }
}

#[test]
fn names_that_the_font_lacks_are_in_the_svg() {
    let chart = utilisation(&fixture::crowded(), Lang::En).expect("drawn");
    assert!(chart.svg.contains("霍尔果斯口岸站") && chart.svg.contains("قورغاس"));
    assert!(chart.svg.contains("&lt;script&gt;alert"));
    assert!(chart.caption.contains("replaced there by their ids"), "{}", chart.caption);
    assert!(
        !utilisation(&fixture::usual(), Lang::En)
            .expect("drawn")
            .caption
            .contains("replaced")
    );
}

#[test]
fn waterfall_data_is_the_ledger() {
    let results = fixture::usual();
    let chart = waterfall(&results, Hours::PerTrain, Lang::En).expect("drawn");
    assert_eq!(chart.data_csv, tables::ledger(&results).to_csv().expect("text"));
    assert_eq!(rows(&chart.data_csv), results.ledger.len());
    let entry = &results.ledger[5];
    let field = row(&chart.data_csv, 5);
    assert_eq!(field[0], results.locations[entry.location].id);
    assert_eq!(field[2], entry.activity.word());
    assert_eq!(field[6].parse(), Ok(entry.hours_per_train.mean));
    assert_eq!(field[7].parse().ok(), entry.hours_per_train.half_width);
}

#[test]
fn queue_and_daily_data_are_the_series() {
    let results = fixture::usual();
    let csv = queue(&results, Lang::En).expect("drawn").data_csv;
    assert_eq!(rows(&csv), results.queues.iter().map(|q| q.steps.len()).sum::<usize>());
    let field = row(&csv, 100);
    let (step, band) = (100 * HOUR, results.queues[0].steps[100]);
    assert_eq!(
        field,
        [
            &results.locations[0].id,
            "2024-01-05T04:00:00",
            &step.to_string(),
            &band.mean.to_string(),
            &band.p10.to_string(),
            &band.p90.to_string()
        ]
    );
    let csv = trains_per_day(&results, Lang::En).expect("drawn").data_csv;
    assert_eq!(rows(&csv), results.daily.iter().map(|d| d.days.len()).sum::<usize>());
    assert_eq!(
        row(&csv, 1)[2..4],
        ["2024-01-16".to_owned(), results.daily[0].days[1].mean.to_string()]
    );
}

#[test]
fn dwell_and_utilisation_data_are_the_results() {
    let results = fixture::usual();
    let csv = dwell(&results, Lang::En).expect("drawn").data_csv;
    assert_eq!(rows(&csv), results.dwell.iter().map(|d| d.counts.len()).sum::<usize>());
    let field = row(&csv, 10);
    assert_eq!(
        field[2..5],
        ["2.5".to_owned(), "2.75".to_owned(), results.dwell[0].counts[10].to_string()]
    );
    let csv = utilisation(&results, Lang::En).expect("drawn").data_csv;
    assert_eq!(rows(&csv), results.utilisation.len());
    let open = results.utilisation[0].of_open_time.expect("used");
    assert_eq!(row(&csv, 0)[3].parse(), Ok(open.mean));
    assert_eq!(row(&csv, 4)[3], "", "a facility that never opened has no number");
}

#[test]
fn stringline_data_are_the_records_within_the_window() {
    let results = fixture::usual();
    let options = StringlineOptions {
        from: Some(Instant(5 * 24 * HOUR)),
        length: Duration::hours(12),
        ..StringlineOptions::default()
    };
    let csv = stringline(&results, 0, &options, Lang::En).expect("drawn").data_csv;
    let on_corridor: Vec<&str> = results.corridors[0]
        .places
        .iter()
        .map(|p| results.locations[p.0].id.as_str())
        .collect();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut seen = 0;
    for record in reader.records() {
        let record = record.expect("CSV");
        let (begin, end): (i64, i64) = (record[6].parse().expect("ms"), record[7].parse().expect("ms"));
        assert!(begin < (5 * 24 + 12) * HOUR && end > 5 * 24 * HOUR);
        assert!(on_corridor.iter().any(|id| record[3].contains(id)), "{}", &record[3]);
        seen += 1;
    }
    assert!(seen > 100, "{seen}");
    let later = StringlineOptions {
        from: Some(Instant(400 * 24 * HOUR)),
        ..options
    };
    assert!(
        stringline(&results, 0, &later, Lang::En)
            .expect("drawn")
            .alt
            .starts_with("Nothing to draw")
    );
}

#[test]
fn a_key_names_only_what_appears() {
    let mut results = fixture::usual();
    results
        .ledger
        .retain(|e| matches!(e.activity, Activity::Running | Activity::OfficeClosed | Activity::Clearance));
    let chart = waterfall(&results, Hours::Total, Lang::En).expect("drawn");
    assert!(chart.svg.contains("waiting: office closed") && !chart.svg.contains("crane short"));
}

/// Charts of comparisons over every fixture, with itself and with another: whole, well formed, with labels apart.
#[test]
fn comparisons() {
    use crate::experiment::MeasureName;
    use crate::experiment::compare::{Compared, compare};
    let compared = |name: &str, shift: f64, results: Results| {
        let names = ["a.one_hours", "b.two_hours", "c.three", "d.four"];
        let names = names.map(|id| MeasureName {
            id: id.to_owned(),
            label: format!("A place with a rather long name: the measure {id} of it"),
            unit: "h",
            headline: id != "d.four",
        });
        let values = (0..5).map(|r| {
            vec![
                Some(f64::from(r) + 1.0 + shift),
                Some(2.0 + shift * f64::from(r % 3)),
                Some(7.0),
                None,
            ]
        });
        Compared {
            name: name.to_owned(),
            results,
            names: names.to_vec(),
            values: values.collect(),
        }
    };
    for results in [fixture::tiny as fn() -> Results, fixture::usual, fixture::crowded, fixture::empty] {
        for (shift, other) in [(0.0, results()), (0.3, fixture::usual())] {
            let comparison = compare(
                vec![compared("as it is", 0.0, results()), compared("what if <&>", shift, other)],
                0.95,
            );
            let charts = comparison_gallery(&comparison, Lang::En).expect("they can be drawn");
            assert_eq!(
                charts.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(),
                ["differences_1", "queues", "waterfalls"]
            );
            for chart in &charts {
                assert_well_formed(&chart.svg);
                assert!(!chart.alt.is_empty() && chart.data_csv.lines().count() > 0);
            }
            let sure = if shift > 0.0 {
                "1 headline measure differs"
            } else {
                "No headline measure"
            };
            let said = if charts[0].alt.contains("Nothing to draw") {
                "Nothing to draw"
            } else {
                sure
            };
            assert!(charts[0].alt.contains(said), "{}", charts[0].alt);
        }
    }
}
