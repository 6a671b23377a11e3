//! The program as a person calls it: exit codes, messages, and what it writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SOUND: &str = r#"title = "A desk"
[time]
start = "2022-01-03 00:00"
zone = "Asia/Shanghai"
length = "10 days"
[run]
replications = 3
[gauges.standard]
width = "1435 mm"
[calendars.day]
windows = [{ days = "daily", hours = "08:00-20:00" }]
[places.pass.clearance.customs]
desks = 1
time = { law = "lognormal", mean = "60 min", cv = 0.5 }
calendar = "day"
[places.pass.procedures.all]
steps = ["clearance.customs"]
[places.beyond]
[lines.over]
between = ["pass", "beyond"]
gauge = "standard"
running_time = "2 h"
[flows.west]
from = "pass"
to = "beyond"
boxes = { law = "binomial", trials = 50, share = 0.96 }
[flows.west.departures]
rate = "6/day"
"#;

/// The program, to be started in a folder.
pub fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_landbridge"));
    command.current_dir(folder).args(arguments).env("NO_COLOR", "1");
    command
}

pub fn landbridge(folder: &Path, arguments: &[&str]) -> Output {
    program(folder, arguments).output().expect("it starts")
}

pub fn files(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(below).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What a person gets wrong, what is said of it, and what to do: nothing is written, and the exit code is 2.
#[test]
fn bad_input_is_refused_with_place_and_remedy() {
    let slips = [
        ("an unknown key", "desks = 1", "dekss = 1", &["dekss", "did you mean `desks`"][..]),
        (
            "a missing unit",
            "running_time = \"2 h\"",
            "running_time = \"2\"",
            &["`lines.over.running_time` has no unit", "write \"2 min\""],
        ),
        (
            "a negative time",
            "running_time = \"2 h\"",
            "running_time = \"-2 h\"",
            &["`lines.over.running_time`", "negative"],
        ),
        (
            "an unknown place",
            "to = \"beyond\"",
            "to = \"beyon\"",
            &["beyon", "did you mean `beyond`"],
        ),
        (
            "a line to nowhere",
            "between = [\"pass\", \"beyond\"]",
            "between = [\"pass\", \"nowhere\"]",
            &["nowhere", "lines.over.between"],
        ),
        ("a share above 1", "share = 0.96", "share = 1.2", &["share", "from 0 to 1"]),
        (
            "a window that ends before it begins",
            "08:00-20:00",
            "20:00-08:00",
            &["20:00", "08:00", "24:00"],
        ),
        ("a negative spread", "cv = 0.5", "cv = -0.5", &["cv", "negative"]),
        (
            "an unreadable trace",
            "rate = \"6/day\"",
            "trace = \"none.csv\"",
            &["none.csv", "no such file"],
        ),
    ];
    for (what, right, wrong, said) in slips {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let text = SOUND.replacen(right, wrong, 1);
        assert_ne!(text, SOUND, "{what}");
        fs::write(folder.path().join("slip.toml"), &text).expect("writable");
        let output = landbridge(folder.path(), &["run", "slip.toml"]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{what}: {message}");
        for words in said {
            assert!(message.contains(words), "{what}: no {words:?} in\n{message}");
        }
        assert!(
            message.contains("slip.toml:") && message.contains('^'),
            "{what}: no place in\n{message}"
        );
        assert!(output.stdout.is_empty(), "{what}");
        assert_eq!(files(folder.path()).len(), 1, "{what}: something was written");
    }
}

#[test]
fn a_file_that_is_not_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = landbridge(folder.path(), &["run", "none.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("none.toml"));
}

/// A whole folder, the same bytes from the manifest's command, and nothing overwritten.
#[test]
fn a_run_can_be_repeated_from_its_manifest() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("desk.toml"), SOUND).expect("writable");
    let output = landbridge(
        folder.path(),
        &["run", "desk.toml", "--replications", "4", "--seed", "7", "--threads", "2"],
    );
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("All trains"));
    let results = folder.path().join("results/desk");
    for file in [
        "summary.json",
        "manifest.json",
        "scenario.toml",
        "tables/replications.csv",
        "tables/measures.parquet",
        "charts/queue.svg",
        "charts/queue.png",
        "charts/queue.csv",
    ] {
        assert!(fs::metadata(results.join(file)).is_ok_and(|m| m.len() > 0), "{file}");
    }
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(results.join("manifest.json")).expect("there")).expect("JSON");
    let command: Vec<&str> = manifest["command"].as_str().expect("text").split(' ').collect();
    assert_eq!(command[0], "landbridge");
    let again = landbridge(&results, &[&command[1..], &["--threads", "1", "--quiet"]].concat());
    assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stderr));
    let again = results.join("again");
    // Both say when and how long they were run, and which files were read.
    let say_so = ["manifest.json", "stress_des.md", "report.html", "results.json"];
    let differ = |file: &Path| say_so.iter().any(|name| file.ends_with(name));
    for file in files(&again).iter().filter(|file| !differ(file)) {
        let first = results.join(file.strip_prefix(&again).expect("below it"));
        assert_eq!(
            fs::read(file).expect("there"),
            fs::read(&first).expect("there"),
            "{}",
            first.display()
        );
    }
    let second = landbridge(folder.path(), &["run", "desk.toml", "--format", "csv", "--quiet"]);
    assert_eq!(second.status.code(), Some(0));
    assert!(folder.path().join("results/desk-2/summary.json").exists());
    let refused = landbridge(folder.path(), &["run", "desk.toml", "--out", "results/desk"]);
    assert_eq!(refused.status.code(), Some(2), "what exists is not overwritten");
}

/// A run that goes on until a measure is known says so, and its manifest's command finds the same end.
#[test]
fn a_run_until_something_is_known() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("desk.toml"), SOUND).expect("writable");
    let run = |until: &str| landbridge(folder.path(), &["run", "desk.toml", "--format", "csv", "--until", until]);
    let output = run("trains_completed within 8 %");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(
        said.contains("All trains: completed is known to ±") && said.contains("within 8.00 %: reached."),
        "{said}"
    );
    let written = folder.path().join("results/desk");
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(written.join("manifest.json")).expect("there")).expect("JSON");
    assert!(
        manifest["replications"].as_u64().is_some_and(|n| (10..100).contains(&n)),
        "{manifest}"
    );
    assert_eq!(manifest["command"], "landbridge run scenario.toml --out again");
    let again = landbridge(&written, &["run", "scenario.toml", "--out", "again", "--format", "csv", "--quiet"]);
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    for file in ["scenario.toml", "summary.json", "tables/replications.csv"] {
        assert_eq!(
            fs::read(written.join(file)).ok(),
            fs::read(written.join("again").join(file)).ok(),
            "{file}"
        );
    }
    let output = run("trains_complete within 8 %");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(said.contains("did you mean `trains_completed`?"), "{said}");
}

#[test]
fn a_limit_is_a_failure_and_not_the_users() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("desk.toml"), SOUND).expect("writable");
    let output = landbridge(folder.path(), &["run", "desk.toml", "--max-events", "10"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--max-events"));
    assert_eq!(files(folder.path()).len(), 1, "half a folder");
}

/// Two trains that stand in each other's way: exit code 3, who waits for whom, and the same in a folder with the picture.
#[test]
fn a_stall_is_told_with_its_circle() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = r#"
        title = "Head on"
        time = { start = "2022-01-03 00:00", zone = "Asia/Shanghai", length = "1 day" }
        run.replications = 2
        gauges.g.width = "1435 mm"
        places.a = { tracks.g = 1, position = [80.0, 45.0] }
        places.b = { tracks.g = 1, position = [82.0, 44.5] }
        lines.l = { between = ["a", "b"], gauge = "g", running_time = "1 h", room = 1 }
        flows.east = { from = "a", to = "b", departures.timetable = [{ days = "mon", at = ["01:00", "01:10"] }] }
        flows.west = { from = "b", to = "a", departures.timetable = [{ days = "mon", at = ["01:00", "01:10"] }] }
    "#;
    fs::write(folder.path().join("head_on.toml"), text).expect("writable");
    let output = landbridge(folder.path(), &["run", "head_on.toml"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    for part in [
        "replication 1 stalled at 2022-01-03 02:00: trains wait for each other in a circle",
        "east#1 at b, since 2022-01-03 02:00: holds room on l to b, waits for g tracks of b",
        "west#2 at b, since 2022-01-03 01:10: holds g tracks of b, waits for room on l to a",
        "trains that can never go on: 4",
        "= help:",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    let written = folder.path().join("results/head_on");
    let json: serde_json::Value = serde_json::from_slice(&fs::read(written.join("stall.json")).expect("evidence")).expect("JSON");
    assert_eq!(
        (json["circle"].as_array().map(Vec::len), &json["replication"]),
        (Some(4), &1.into())
    );
    let svg = fs::read_to_string(written.join("charts/stall.svg")).expect("a picture");
    assert!(svg.contains("4 trains can never go on: 4 of them wait for each other in a circle."));
    assert!(written.join("scenario.toml").exists() && written.join("charts/stall.png").exists());
    let warned = landbridge(folder.path(), &["check", "head_on.toml"]);
    assert_eq!(warned.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&warned.stdout).contains("circle"), "{warned:?}");
}

#[test]
fn check_says_what_is_offered_and_runs_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("desk.toml"), SOUND).expect("writable");
    let output = landbridge(
        folder.path(),
        &["check", "desk.toml", "--set", "flows.west.departures.rate=\"20/day\""],
    );
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    assert!(said.contains("167 %") && said.contains("grows without bound"), "{said}");
    assert_eq!(files(folder.path()).len(), 1);
}

/// The oracle pack: exit 0 with a table, JSON on demand, and a remedy for a name that is not in it.
#[test]
fn verify_holds_the_program_against_theory() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = landbridge(folder.path(), &["verify", "--only", "m_d_1,wagons"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    for part in [
        "M/D/1",
        "2.0000",
        "M/M/3 of wagons",
        "passed",
        "3 checks, all passed.",
        "with a chance of 99 %",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    let output = landbridge(folder.path(), &["verify", "--only", "m_d_1", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["failed"], 0);
    assert!(
        json["verdicts"][0]["exact"]
            .as_f64()
            .is_some_and(|exact| (exact - 2.0).abs() < 1e-9),
        "{json}"
    );
    let output = landbridge(folder.path(), &["verify", "--only", "m_d_2"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("did you mean `m_d_1`"),
        "{output:?}"
    );
}

/// Published figures: a chart and a table; 1 when a fitted one is missed, 2 for a measure that is not there.
#[test]
fn validate_compares_with_published_figures() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("desk.toml"), SOUND).expect("writable");
    let target = |value: u32, kind: &str, measure: &str| {
        let text = format!(
            "title = \"T\"\n[targets.trains]\nname = \"Trains of ten days\"\nof = [\"{measure}\"]\nvalue = {value}\nunit = \"trains\"\n\
             tolerance = \"60 %\"\nkind = \"{kind}\"\nsource = \"nobody\"\n"
        );
        fs::write(folder.path().join("targets.toml"), text).expect("writable");
        landbridge(
            folder.path(),
            &["validate", "desk.toml", "--targets", "targets.toml", "--replications", "10"],
        )
    };
    let output = target(60, "fitted", "trains_generated");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("| met "), "{output:?}");
    for file in ["validation.json", "validation.csv", "validation.svg", "validation.png"] {
        assert!(folder.path().join("results/desk-validation").join(file).exists(), "{file}");
    }
    for (kind, code) in [("fitted", 1), ("predicted", 0)] {
        let output = target(10, kind, "trains_generated");
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("MISSED"), "{output:?}");
    }
    let output = target(10, "fitted", "trains_generatd");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("did you mean `trains_generated`?"),
        "{output:?}"
    );
}

/// One train's story from the folder of a run; the folder has the reviewer's document.
#[test]
fn replay_tells_the_story_of_a_train() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("desk.toml"), SOUND).expect("writable");
    let output = landbridge(folder.path(), &["run", "desk.toml", "--format", "csv", "--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let document = fs::read_to_string(folder.path().join("results/desk/stress_des.md")).expect("it is written");
    for item in [
        "1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5.1", "2.5.2", "2.5.3", "2.5.4", "2.5.5", "3.1", "3.2", "3.3", "3.4",
    ] {
        assert!(document.contains(&format!("# {item} ")), "{item} is not in the document");
    }
    for item in [
        "4.1",
        "4.2",
        "4.3",
        "5.1",
        "5.2",
        "5.3",
        "5.4",
        "## 6. ",
        "`places.pass.clearance.customs.time`",
        "Philox",
        "few: the intervals",
    ] {
        assert!(document.contains(item), "{item} is not in the document");
    }
    let replay = |arguments: &[&str]| landbridge(folder.path(), &[&["replay", "results/desk", "--train"], arguments].concat());
    let output = replay(&["west#5", "--replication", "2"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(said.contains("west#5, replication 2") && said.contains("| clearance "), "{said}");
    assert_eq!(said, String::from_utf8_lossy(&replay(&["west#5", "--replication", "2"]).stdout));
    for (arguments, code, text) in [
        (&["west#5", "--replication", "4"][..], 2, "the run has 3"),
        (&["wets#5"], 2, "did you mean `west`?"),
        (&["west#5000"], 2, "no train 5000"),
        (&["west"], 2, "--train 'west#12'"),
    ] {
        let output = replay(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(said.contains(text), "{said}");
    }
    fs::write(folder.path().join("results/desk/scenario.toml"), SOUND).expect("writable");
    let output = replay(&["west#5"]);
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("was changed after the run"),
        "{output:?}"
    );
}

/// What differs, how sure that is, and the same bytes again from the manifest's command.
#[test]
fn two_scenarios_are_compared() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("desk.toml"), SOUND).expect("writable");
    let faster = "extends = \"desk.toml\"\ntitle = \"Faster\"\nplaces.pass.clearance.customs.time.mean = \"30 min\"\n";
    fs::write(folder.path().join("faster.toml"), faster).expect("writable");
    let output = landbridge(
        folder.path(),
        &["compare", "desk.toml", "faster.toml", "--replications", "10", "--out", "c"],
    );
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    for words in [
        "places.pass.clearance.customs.time.mean",
        "\"30 min\"",
        "faster against desk: 10 replications with the same luck",
        "less",
        "the same in every replication",
        "Train by train, in the first replication",
    ] {
        assert!(said.contains(words), "no {words:?} in\n{said}");
    }
    let results = folder.path().join("c");
    for file in [
        "tables/keys.csv",
        "tables/trains.parquet",
        "charts/differences_1.svg",
        "charts/queues.png",
        "charts/waterfalls.svg",
    ] {
        assert!(fs::metadata(results.join(file)).is_ok_and(|m| m.len() > 0), "{file}");
    }
    let compared: serde_json::Value = serde_json::from_slice(&fs::read(results.join("compare.json")).expect("there")).expect("JSON");
    assert_eq!(compared["keys"].as_array().map(Vec::len), Some(1));
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(results.join("manifest.json")).expect("there")).expect("JSON");
    let command: Vec<&str> = manifest["command"].as_str().expect("text").split(' ').collect();
    let again = landbridge(&results, &[&command[1..], &["--threads", "1", "--quiet"]].concat());
    assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stderr));
    // The page shows the manifest, which has the time that the runs took.
    let timeless = |file: &&PathBuf| !file.ends_with("manifest.json") && !file.ends_with("report.html");
    for file in files(&results.join("again")).iter().filter(timeless) {
        let first = results.join(file.strip_prefix(results.join("again")).expect("below it"));
        assert_eq!(
            fs::read(file).expect("there"),
            fs::read(&first).expect("there"),
            "{}",
            first.display()
        );
    }
    let alone = landbridge(folder.path(), &["compare", "desk.toml"]);
    assert_eq!(alone.status.code(), Some(2));
}

#[test]
fn the_capacity_of_a_desk() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("desk.toml"), SOUND).expect("writable");
    let limit = "places.pass.clearance.customs.waiting_time_hours_mean <= 20";
    let arguments = [
        "capacity",
        "desk.toml",
        "--limit",
        limit,
        "--to",
        "4",
        "--step",
        "0.25",
        "--replications",
        "5",
        "--out",
        "c",
    ];
    let output = landbridge(folder.path(), &arguments);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("By means, ") && said.contains("With 95"), "{said}");
    let answer: serde_json::Value = serde_json::from_slice(&fs::read(folder.path().join("c/capacity.json")).expect("there")).expect("JSON");
    // Twelve open hours bear twelve trains of an hour; under a limit of twenty hours of waiting, ten days bear a few more.
    let trains = answer["best"]["trains_per_day"].as_f64().expect("a number");
    assert!((6.0..18.0).contains(&trains), "{trains}");
    let refused = landbridge(
        folder.path(),
        &["capacity", "desk.toml", "--limit", "places.pass.dwell_time_hours_p59 <= 3"],
    );
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("did you mean"));
}

/// The same at one and two desks: twice the desks bear more, and each point says what binds.
#[test]
fn the_capacity_of_one_desk_and_of_two() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("desk.toml"), SOUND).expect("writable");
    let measure = "places.pass.clearance.customs.waiting_time_hours_mean";
    let limit = format!("{measure} <= 20");
    let over = "places.pass.clearance.customs.desks=1,2";
    let begin = [
        "capacity",
        "desk.toml",
        "--limit",
        &limit,
        "--to",
        "6",
        "--step",
        "0.5",
        "--replications",
        "3",
    ];
    let output = landbridge(folder.path(), &[&begin[..], &["--over", over, "--out", "f"]].concat());
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("most trains a day") && said.contains(measure), "{said}");
    let answer: serde_json::Value = serde_json::from_slice(&fs::read(folder.path().join("f/frontier.json")).expect("there")).expect("JSON");
    let points = answer["frontier"]["points"].as_array().expect("a list");
    let trains = |at: usize| points[at]["best"].as_f64().expect("a number");
    assert!(points.len() == 2 && trains(1) > trains(0), "{points:?}");
    assert_eq!(answer["frontier"]["axes"][0]["numbers"], serde_json::json!([1.0, 2.0]));
    assert!(folder.path().join("f/tables/frontier.csv").exists() && folder.path().join("f/tables/trials-2.csv").exists());
    for (over, text) in [
        ("places.pass.clearance.customs.dekss=1,2", "did you mean `desks`?"),
        ("places.pass.clearance.customs.desks=1,0", "is zero"),
        ("places.pass.clearance.customs.desks", "write a key and its values"),
    ] {
        let refused = landbridge(folder.path(), &[&begin[..], &["--over", over]].concat());
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains(text), "{refused:?}");
    }
}

/// Every element of a small border, ranked; a slip in a name is refused with what was meant.
#[test]
fn what_each_loss_costs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("desk.toml"), SOUND).expect("writable");
    let closing = [
        "knockout",
        "desk.toml",
        "--from",
        "2022-01-06 08:00",
        "--lasts",
        "6 h",
        "--out",
        "k",
    ];
    let output = landbridge(folder.path(), &closing);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("Closed 2022-01-06 08:00 to 2022-01-06 14:00"), "{said}");
    let answer: serde_json::Value = serde_json::from_slice(&fs::read(folder.path().join("k/knockout.json")).expect("there")).expect("JSON");
    let losses = answer["losses"].as_array().expect("a list");
    let hours = |loss: &serde_json::Value| loss["vehicle_hours"]["mean"].as_f64().expect("a number");
    assert_eq!(losses.len(), 4, "two places, a desk, a line");
    assert!(losses.windows(2).all(|two| hours(&two[0]) >= hours(&two[1])) && hours(&losses[0]) > 0.0);
    assert!(folder.path().join("k/charts/knockout.png").exists() && folder.path().join("k/tables/losses.csv").exists());
    let backlogs = fs::read_to_string(folder.path().join("k/tables/backlogs.csv")).expect("there");
    assert!(
        backlogs.starts_with("element,step_start,usual_waiting,closed_waiting") && backlogs.lines().count() > 4 * 24,
        "{backlogs}"
    );
    for (arguments, text) in [
        (["--only", "lines.ovre"], "did you mean `lines.over`?"),
        (["--from", "2022-01-06"], "write a date and a time of day"),
        (["--lasts", "0 h"], "write a time above zero"),
    ] {
        let refused = landbridge(folder.path(), &[&["knockout", "desk.toml"], &arguments[..]].concat());
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains(text), "{refused:?}");
    }
}
