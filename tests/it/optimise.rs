//! Choosing the cheapest point of a plan, as a person does it: right, the same however it was run, and refused where it must be.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use crate::sweeps::{Folder, kill_after};

/// Desks and how fast they are. By Pollaczek and Khinchine a train waits 0.625 h at one desk of an hour and 0.281 h at one of
/// 45 minutes (12 trains a day, cv 0.5); at two desks a few minutes.
const PLAN: &str = r#"title = "Desks and how fast they are"
base = "base.toml"
[design]
kind = "grid"
[run]
replications = 10
[factors.desks]
key = "places.pass.clearance.customs.desks"
values = [1, 2]
[factors.time]
key = "places.pass.clearance.customs.time.mean"
values = ["60 min", "45 min"]
[optimise]
limits = ["places.pass.clearance.customs.waiting_time_hours_mean <= 0.45 within 0.05"]
unit = "EUR/day"
at_most = 400
afresh = 20
[optimise.costs]
desks = 100
time = [0, 30]
"#;

const LIMIT: &str = "limits = [\"places.pass.clearance.customs.waiting_time_hours_mean <= 0.45 within 0.05\"]";

fn answer(folder: &Folder, out: &str) -> serde_json::Value {
    let text = fs::read(folder.path(out).join("optimise.json")).expect("there");
    serde_json::from_slice::<serde_json::Value>(&text).expect("JSON")["optimisation"].clone()
}

/// One desk of 45 minutes for 130 is the cheapest that keeps the limit: one of an hour for 100 does not, and nobody looks at two.
#[test]
fn the_cheapest_that_keeps_its_limit() {
    let folder = Folder::new(PLAN);
    let said = folder.ends(0, &["optimise", "plan.toml", "--out", "s"]);
    for words in [
        "Desks and how fast they are",
        "Chosen: point 2, desks 1, time 45 min",
        "2 points cost more, and nobody needed to run them.",
        "With 95 % probability",
        "In 20 replications that had no say",
    ] {
        assert!(said.contains(words), "no {words:?} in\n{said}");
    }
    let found = answer(&folder, "s");
    assert_eq!((&found["chosen"], &found["promised"]), (&1.into(), &true.into()));
    let verdicts: Vec<&str> = (0..4)
        .filter_map(|i| found["alternatives"][i]["verdict"]["kind"].as_str())
        .collect();
    assert_eq!(verdicts, ["breaks", "chosen", "dearer", "dearer"]);
    let spent: Vec<u64> = (0..4).filter_map(|i| found["alternatives"][i]["replications"].as_u64()).collect();
    assert!(spent[0] >= 10 && spent[1] >= 10 && spent[2..] == [0, 0], "{spent:?}");
    let afresh = &found["afresh"]["estimates"][0];
    let (mean, half) = (afresh["mean"].as_f64().expect("some"), afresh["half_width"].as_f64().expect("some"));
    assert!((mean - 0.281).abs() < 3.0 * half + 0.02, "{mean} +- {half}");
    let table = fs::read_to_string(folder.path("s/alternatives.csv")).expect("there");
    assert_eq!(table.lines().count(), 6, "four alternatives and the chosen one afresh\n{table}");
    assert!(folder.path("s/alternatives.parquet").exists());
    // The table of runs has those that had a say and those of the report.
    assert_eq!(folder.manifest("s")["runs"].as_u64(), Some(spent.iter().sum::<u64>() + 20));
}

/// Waiting that costs little goes with the cheap desk, waiting that costs much with two.
#[test]
fn waiting_has_a_price() {
    for (price, zone, chosen) in [(100, 2, 1), (400, 10, 2)] {
        let priced = format!("prices = [\"places.pass.clearance.customs.waiting_time_hours_mean at {price}\"]\nindifference = {zone}");
        let folder = Folder::new(&PLAN.replace(LIMIT, &priced));
        folder.ends(0, &["optimise", "plan.toml", "--out", "s", "--quiet"]);
        let found = answer(&folder, "s");
        assert_eq!(found["chosen"], chosen, "{found:#}");
        let cost = &found["afresh"]["cost"]["mean"];
        let fixed = found["alternatives"][chosen]["fixed_cost"].as_f64().expect("some");
        assert!(cost.as_f64().is_some_and(|cost| cost > fixed), "{cost} {fixed}");
    }
}

/// On one thread or two, killed and gone on with: the same tables, and no finished run is made twice.
#[test]
fn killed_and_gone_on_with() {
    let slow = PLAN
        .replace("within 0.05", "within 0.01")
        .replace("at_most = 400", "at_most = 3000");
    let folder = Folder::new(&slow);
    folder.ends(0, &["optimise", "plan.toml", "--out", "whole", "--quiet", "--threads", "1"]);
    for attempt in 0..6 {
        let mut command = folder.command(&["optimise", "plan.toml", "--out", "torn", "--quiet", "--threads", "2"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        kill_after(child, Duration::from_millis(60 + 40 * attempt));
    }
    folder.ends(0, &["optimise", "plan.toml", "--out", "torn", "--quiet"]);
    for file in [
        "runs.parquet",
        "points.csv",
        "alternatives.csv",
        "alternatives.parquet",
        "optimise.json",
    ] {
        let read = |out: &str| fs::read(folder.path(out).join(file)).expect("there");
        assert!(read("torn") == read("whole"), "{file}");
    }
    folder.ends(0, &["optimise", "plan.toml", "--out", "torn", "--quiet"]);
    assert_eq!(folder.manifest("torn")["runs_made"], 0);
    // A sweep of the same plan finds its runs there.
    folder.ends(0, &["sweep", "plan.toml", "--out", "torn", "--quiet", "--replications", "5"]);
    assert_eq!(
        folder.manifest("torn")["runs_made"],
        10,
        "five of each of the two points that nobody looked at"
    );
}

#[test]
fn what_is_left_open_is_said() {
    let none = Folder::new(&PLAN.replace("<= 0.45 within 0.05", "<= 0.0001 within 0.00005"));
    let said = none.ends(1, &["optimise", "plan.toml", "--out", "s"]);
    assert!(said.contains("no point is known to keep its limits"), "{said}");
    assert!(none.path("s/alternatives.csv").exists());
    let narrow = PLAN
        .replace("<= 0.45 within 0.05", "<= 0.281 within 0.0001")
        .replace("at_most = 400", "at_most = 12");
    let narrow = Folder::new(&narrow);
    let said = narrow.ends(0, &["optimise", "plan.toml", "--out", "s"]);
    assert!(
        said.contains("not known after 12 replications") && said.contains("no probability is promised"),
        "{said}"
    );
    assert_eq!(answer(&narrow, "s")["promised"], false);
}

#[test]
fn a_dry_run_shows_costs() {
    let folder = Folder::new(PLAN);
    let said = folder.ends(0, &["optimise", "plan.toml", "--out", "s", "--dry-run"]);
    for words in ["cost of its levels", "230", "0 to 400", "runs     at least"] {
        assert!(said.contains(words), "no {words:?} in\n{said}");
    }
    assert!(!folder.path("s").exists());
}

#[test]
fn bad_tables_are_refused_before_anything_runs() {
    for (right, wrong, said) in [
        ("desks = 100", "dekss = 100", "did you mean `desks`?"),
        ("time = [0, 30]", "time = [0]", "has 1 entries instead of 2"),
        (" within 0.05", "", "not a limit with its tolerance"),
        (" within 0.05", " within 0", "not a limit with its tolerance"),
        ("waiting_time_hours_mean <=", "waiting_time_hours_meen <=", "did you mean"),
        ("at_most = 400", "at_most = 400\nindifference = 3", "means nothing without `prices`"),
        (
            "at_most = 400",
            "at_most = 400\nprices = [\"trains_inside_mean at 3\"]",
            "`optimise.indifference` is missing",
        ),
        ("at_most = 400", "at_most = 400\nconfidence = 0.2", "is out of range"),
        ("at_most = 400", "at_most = 5", "less than the replications before the first look"),
        ("replications = 10", "replications = 1", "says nothing of their spread"),
        ("kind = \"grid\"", "kind = \"one at a time\"", "of which no cost is known"),
        ("[optimise]", "[optimize]", "did you mean `optimise`?"),
    ] {
        let plan = PLAN.replace(right, wrong);
        let plan = if wrong == "[optimize]" {
            plan.replace("[optimise.costs]", "[optimize.costs]")
        } else {
            plan
        };
        let folder = Folder::new(&plan);
        let message = folder.ends(2, &["optimise", "plan.toml", "--out", "s"]);
        assert!(message.contains(said) && message.contains("plan.toml:"), "{wrong}\n{message}");
        assert!(!folder.path("s").exists(), "{wrong}");
    }
    let plain = Folder::new(&PLAN[..PLAN.find("[optimise]").expect("there")]);
    let message = plain.ends(2, &["optimise", "plan.toml", "--out", "s"]);
    assert!(message.contains("add a table [optimise]"), "{message}");
}
