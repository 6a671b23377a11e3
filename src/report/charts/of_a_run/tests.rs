//! The charts of one run against a run: what is derived from records equals what the simulation counted.

use std::sync::atomic::AtomicBool;

use crate::experiment::results::{LocationKind, Results};
use crate::experiment::{Plan, replicate};
use crate::observe::Activity;
use crate::report::charts::*;
use crate::report::fixture;
use crate::units::{DAY, Duration, Instant, millis_as_hours};
use crate::{model, scenario};

/// The baseline for two weeks after two days, with a storm over the outdoor cranes of Dostyk.
fn two_weeks() -> Results {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/baseline.toml");
    let text = std::fs::read_to_string(file).expect("the baseline");
    let text = text
        .replace("warm_up = \"14 days\"", "warm_up = \"2 days\"")
        .replace("length = \"181 days\"", "length = \"14 days\"")
        .replace(
            "[places.dostyk.reloading.terminals]\n",
            "[places.dostyk.wind]\ndated = [{ from = \"2021-12-24 08:00\", to = \"2021-12-26 02:00\", speed = \"22 m/s\" }]\n\
             [places.dostyk.reloading.terminals]\noutdoor = true\nwind_stop = \"20 m/s\"\n",
        );
    let loaded = scenario::parse(&text, "baseline.toml").unwrap_or_else(|problems| panic!("{problems}"));
    let model = model::compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{problems:?}"));
    let plan = Plan {
        replications: 1,
        until: None,
        seed: 7,
        confidence: 0.95,
        records: 1,
        threads: 1,
        event_limit: 10_000_000,
    };
    let mut results = replicate(&model, &plan, &AtomicBool::new(false), |_| {}).expect("it runs");
    results.corridors = crate::experiment::corridors(&model, &loaded.scenario.corridors);
    results
}

/// The rows of a data file, field by field, by the names of its columns.
fn table(csv: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().map(|row| row.expect("CSV")).collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("{text:?} is no number"))
}

fn close(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()), "{what}: {a} and {b}");
}

#[test]
fn what_is_derived_from_records_is_what_was_counted() {
    let results = two_weeks();
    // Hours of the week: in each facility that records tell apart, busy time over open time is the measured share.
    let week = table(&week(&results, Lang::En).expect("drawn").data_csv);
    let mut compared = 0;
    for u in &results.utilisation {
        let own: Vec<_> = week
            .iter()
            .filter(|r| r["place"] == results.locations[u.place].id && r["facility"] == u.facility)
            .collect();
        let sum = |column: &str| own.iter().map(|r| number(&r[column])).sum::<f64>();
        let share = u.of_open_time.expect("it was open").mean;
        assert_eq!(own.len(), 168, "{}", u.facility);
        close(sum("busy_hours") / sum("open_hours"), share, &u.facility);
        compared += usize::from(share > 0.05);
    }
    assert!(compared >= 10, "{compared}");
    assert!(
        results.records[0].activities.iter().any(|a| a.activity == Activity::Wind),
        "the storm is felt"
    );

    // Transit times: the trains of the histogram are those that were completed.
    let transit = table(&transit(&results, Lang::En).expect("drawn").data_csv);
    for flow in &results.flows {
        let own = transit.iter().filter(|r| r["flow"] == flow.id);
        let trains: f64 = own.map(|r| number(&r["trains"])).sum();
        let counted = results
            .estimate(&format!("flows.{}.trains_completed", flow.id))
            .expect("a measure")
            .mean;
        close(trains, counted, &flow.id);
    }

    // Occupancy: the mean over the measured time is that of the time-weighted counts.
    let occupancy = table(&occupancy(&results, Lang::En).expect("drawn").data_csv);
    for place in ["dostyk", "horgos", "jinghe"] {
        let measured = occupancy
            .iter()
            .filter(|r| r["place"] == place && number(&r["begin_ms"]) >= results.run.warm_up.0 as f64);
        let (sum, n) = measured.fold((0.0, 0.0), |(sum, n), r| (sum + number(&r["mean_trains_present"]), n + 1.0));
        let counted = results
            .estimate(&format!("places.{place}.trains_present_mean"))
            .expect("a measure")
            .mean;
        close(sum / n, counted, place);
    }

    // The map: trains on lines, and the waiting of the ledger.
    let map = table(&flow_map(&results, Lang::En).expect("drawn").data_csv);
    let row = map
        .iter()
        .find(|r| r["place"] == "jinghe" && r["line_to"] == "horgos")
        .expect("a line");
    let counted = results.estimate("lines.jinghe_horgos.to.horgos.trains").expect("a measure").mean;
    close(number(&row["trains_per_day"]), counted / 14.0, "trains on a line");
    let row = map
        .iter()
        .find(|r| r["place"] == "dostyk" && r["line_to"].is_empty())
        .expect("a place");
    let counted = results.estimate("places.dostyk.trains_waiting_mean").expect("a measure").mean;
    close(number(&row["mean_trains_waiting"]), counted, "trains waiting");

    folded_holds_every_hour(&results);
    no_more_trains_than_berths(&results);
}

/// Folded over the week, the hours that trains stand at the places of a corridor, or are held on its lines, are all there.
fn folded_holds_every_hour(results: &Results) {
    let facts = &results.corridors[0];
    let folded = stringline(results, 0, &StringlineOptions::folded(), Lang::En).expect("drawn");
    let rows = table(&folded.data_csv);
    // Each column of two hours is there twice in two weeks.
    let standing: f64 = rows
        .iter()
        .filter(|r| r["line_to"].is_empty())
        .map(|r| number(&r["mean_trains"]) * 4.0)
        .sum();
    let at = |place: usize| facts.places.iter().any(|p| p.0 == place);
    let from = results.run.warm_up.0;
    let to = from + results.run.length.0;
    let hours = results.records[0]
        .activities
        .iter()
        .filter(|a| a.activity != Activity::Running)
        .filter(|a| match results.locations[a.location as usize].kind {
            LocationKind::Place { place } => at(place),
            LocationKind::Line { from, to } => at(from) && at(to),
        });
    let hours: i64 = hours.map(|a| (a.ends_at.0.min(to) - a.begins_at.0.max(from)).max(0)).sum();
    close(standing, millis_as_hours(hours), "train-hours standing");
    // As many trains are counted in the middle of a line as run over it in the window, but for those under way at its ends.
    let middle = |r: &&std::collections::BTreeMap<String, String>| r["place"] == "urumqi" && r["line_to"] == "jinghe";
    let parts: std::collections::BTreeSet<String> = rows.iter().filter(middle).map(|r| r["part_of_way"].clone()).collect();
    let counted = |part: &String| {
        let own = rows.iter().filter(middle).filter(|r| &r["part_of_way"] == part);
        own.map(|r| number(&r["trains_per_hour"]) * 4.0).sum::<f64>()
    };
    let lines = ["lines.urumqi_jinghe.to.jinghe.trains", "lines.urumqi_jinghe.to.urumqi.trains"];
    let entered: f64 = lines.iter().map(|id| results.estimate(id).expect("a measure").mean).sum();
    for part in &parts {
        assert!((counted(part) - entered).abs() <= 25.0, "{part}: {} and {entered}", counted(part));
    }
    assert!(!parts.is_empty());
}

/// At no time are more trains in the berths than there are, and at most as many at the desks.
fn no_more_trains_than_berths(results: &Results) {
    let stays = stays::stays(results, &results.records[0]);
    for (facility, facts) in results.facilities.iter().enumerate() {
        let own: Vec<_> = stays.iter().filter(|s| s.facility == facility).collect();
        let at_once = |at: Instant| own.iter().filter(|s| s.from <= at && at < s.to).count();
        let most = own.iter().map(|s| at_once(s.from)).max().unwrap_or(0);
        assert!(most <= facts.most_servers() as usize, "{}: {most}", facts.path);
    }
}

#[test]
fn calendars_and_welch_hold_their_series() {
    let results = fixture::usual();
    let trains = table(&calendar_map(&results, CalendarOf::Trains, Lang::En).expect("drawn").data_csv);
    assert_eq!(trains.len(), results.daily.iter().map(|d| d.days.len()).sum::<usize>());
    let (day, second) = (
        &results.daily[3].days[1],
        results.daily[3].first.tomorrow().expect("a day").to_string(),
    );
    let id = &results.locations[3].id;
    let row = trains.iter().find(|r| &r["place"] == id && r["day"] == second).expect("a row");
    close(number(&row["mean_trains"]), day.mean, "trains of a day");
    let waiting = table(&calendar_map(&results, CalendarOf::Waiting, Lang::En).expect("drawn").data_csv);
    let row = waiting.iter().find(|r| &r["place"] == id && r["day"] == second).expect("a row");
    // The run begins 14 days before, on 1 January at midnight, in steps of an hour.
    let hours = &results.queues[3].steps[15 * 24..16 * 24];
    let mean = hours.iter().map(|b| b.mean).sum::<f64>() / 24.0;
    close(number(&row["mean_trains_waiting"]), mean, "trains waiting on a day");
    let series = results.warm_up.as_ref().expect("a series");
    let welch = table(&warm_up(&results, Lang::En).expect("drawn").data_csv);
    assert_eq!(welch.len(), series.means.len());
    close(number(&welch[40]["mean_trains_waiting"]), series.means[40], "a step");
    close(
        number(&welch[40]["moving_average_trains_waiting"]),
        series.moving_average[40],
        "its average",
    );
}

#[test]
fn a_place_train_by_train_holds_its_records() {
    let results = fixture::usual();
    let options = GanttOptions {
        from: Some(Instant(5 * DAY)),
        length: Duration(DAY),
    };
    let chart = gantt(&results, 3, &options, Lang::En).expect("drawn");
    let rows = table(&chart.data_csv);
    let here = results.records[0].activities.iter().filter(|a| a.location == 3);
    let there = here.filter(|a| a.begins_at.0 < 6 * DAY && a.ends_at.0 > 5 * DAY).count();
    assert!(there > 20);
    assert_eq!(rows.len(), there);
    let elsewhere = gantt(&results, 1000, &options, Lang::En).expect("drawn");
    assert!(elsewhere.alt.starts_with("Nothing to draw"));
}

#[test]
fn one_flow_alone_and_a_whole_week() {
    let results = fixture::usual();
    let options = StringlineOptions {
        flow: Some(1),
        ..StringlineOptions::week()
    };
    let chart = stringline(&results, 0, &options, Lang::En).expect("drawn");
    assert_eq!(chart.id, "stringline_corridor_1_week");
    let rows = table(&chart.data_csv);
    assert!(!rows.is_empty() && rows.iter().all(|r| r["flow"] == "imports"));
}
