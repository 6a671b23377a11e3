//! Numbers that are known, from queueing theory and from other simulators: the pack of `landbridge verify`, and that it
//! notices what is wrong.

use std::sync::atomic::AtomicBool;

use landbridge::experiment::{Plan, Results, replicate};
use landbridge::observe::Activity;
use landbridge::scenario;
use landbridge::verify::{Oracle, SlipOf, Verdict, identities, level, oracles, verify, verify_with};

use crate::common::{EVENT_LIMIT, SEED, model};

fn off(verdict: &Verdict) -> String {
    let Verdict {
        oracle,
        what,
        exact,
        simulated,
        half_width,
        ..
    } = verdict;
    format!("{oracle}, {what}: {exact} against {simulated} +- {half_width}")
}

/// Every known value is in its interval, which is narrow. A right program fails this with a chance of 1 % at most; the
/// seed is fixed and was not chosen.
#[test]
fn the_pack_passes() {
    let mut failed = Vec::new();
    for oracle in oracles() {
        let verdicts = verify(&oracle, SEED, 2, &AtomicBool::new(false)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(verdicts.len(), oracle.checks.len());
        failed.extend(verdicts.iter().filter(|v| !v.passed).map(off));
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// With a wrong rate, count, order or law in its scenario, every one of the pack fails.
#[test]
fn every_slip_is_noticed() {
    let slips = oracles().into_iter().flat_map(|oracle: Oracle| {
        let slips = oracle.slips.clone();
        slips.into_iter().map(move |slip| (oracle.clone(), slip))
    });
    let (mut kinds, mut unnoticed) = (Vec::new(), Vec::new());
    for (oracle, slip) in slips {
        let verdicts = verify_with(&oracle, slip, SEED, 2).unwrap_or_else(|error| panic!("{error}"));
        if verdicts.iter().all(|v| v.passed) {
            unnoticed.push((slip.wrong, verdicts.iter().map(off).collect::<Vec<_>>()));
        }
        kinds.push(slip.of);
    }
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
    for kind in [SlipOf::Rate, SlipOf::Count, SlipOf::Order, SlipOf::Law] {
        assert!(kinds.iter().filter(|k| **k == kind).count() >= 2, "{kind:?}");
    }
    assert!(kinds.len() >= 10);
}

/// Every oracle of the folder is in the pack, and each says where its answer is from.
#[test]
fn the_folder_is_the_pack() {
    let mut files: Vec<String> = std::fs::read_dir("scenarios/oracles")
        .expect("the folder")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let mut pack: Vec<String> = oracles()
        .iter()
        .filter(|o| o.id != "w2")
        .map(|o| format!("{}.toml", o.id))
        .collect();
    pack.sort();
    assert_eq!(files, pack);
    for oracle in oracles() {
        let cited = ["section", "Operations Research"].iter().any(|word| oracle.text.contains(word));
        assert!(oracle.id == "w2" || cited, "{}", oracle.id);
        let loaded = scenario::parse(oracle.text, oracle.id).unwrap_or_else(|problems| panic!("{problems}"));
        assert!(loaded.warnings.is_empty(), "{}: {}", oracle.id, loaded.warnings);
    }
}

/// Little's law and conservation in the baseline, from the records of single trains.
#[test]
fn the_baseline_adds_up() {
    let verdicts = identities(SEED).unwrap_or_else(|error| panic!("{error}"));
    assert!(verdicts.len() > 8 && verdicts.iter().filter(|v| v.exact > 0.1).count() > 6);
    for verdict in verdicts {
        assert!(verdict.passed, "{}", off(&verdict));
    }
}

fn run(text: &str, replications: u32) -> Results {
    let plan = Plan {
        replications,
        until: None,
        seed: SEED,
        confidence: level(),
        records: 0,
        threads: 2,
        event_limit: EVENT_LIMIT,
    };
    replicate(&model(text), &plan, &AtomicBool::new(false), |_| ()).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn changed(text: &str, [right, wrong]: [&str; 2]) -> String {
    assert_eq!(text.matches(right).count(), 1, "{right:?} must stand there once");
    text.replace(right, wrong)
}

/// The mean wait for a receiving track, on the line, is 6.5 min: a track more or fewer shows here, and only here.
#[test]
fn the_receiving_tracks_of_the_corridor_agree_with_other_simulators() {
    let text = include_str!("../../scenarios/bench/w2.toml");
    let wait_on_the_line = |text: &str| {
        let results = run(text, 100);
        let port = results.locations.iter().position(|place| place.id == "port").expect("it is there");
        let waits = results
            .ledger
            .iter()
            .find(|e| e.location == port && e.activity == Activity::TrackAheadFull);
        let wait = waits.expect("some wait").hours_per_train;
        (wait.mean * 60.0, wait.half_width.expect("many") * 60.0)
    };
    // The reference is rounded to 0.1.
    let (minutes, half_width) = wait_on_the_line(text);
    assert!((minutes - 6.5).abs() <= 0.05 + half_width, "{minutes} +- {half_width}");
    for tracks in ["standard = 11", "standard = 13"] {
        let (minutes, half_width) = wait_on_the_line(&changed(text, ["standard = 12", tracks]));
        assert!((minutes - 6.5).abs() > 0.05 + half_width, "{tracks}: {minutes} +- {half_width}");
    }
}

/// The mean time in the system at utilisation 0.9 tends to 10 minutes. Over forty times a tenth of the length of the bench
/// the half-width is some 3 %; to begin with an empty queue lowers the mean by some 0.1 %.
#[test]
fn the_single_queue_of_the_bench() {
    let text = changed(include_str!("../../scenarios/bench/w1.toml"), ["771 d 14 h 31 min", "77 d"]);
    let dwell = |text: &str| run(text, 40).estimate("places.queue.dwell_time_hours_mean").expect("trains came");
    let right = dwell(&text);
    let half_width = right.half_width.expect("many");
    assert!(
        (right.mean - 10.0 / 60.0).abs() <= half_width && half_width < 0.05 * right.mean,
        "{right:?}"
    );
    let wrong = dwell(&changed(&text, [r#"mean = "1 min""#, r#"mean = "0.9 min""#]));
    assert!((wrong.mean - 10.0 / 60.0).abs() > wrong.half_width.expect("many"), "{wrong:?}");
}
