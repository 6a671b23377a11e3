//! The program at its edges: pipes that close, signals, files and numbers that are not what they should be.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::cli::{landbridge, program};

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with a scenario and a plan over it.
fn begun() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(landbridge(folder.path(), &["new", "mine", "--plan", "--quiet"]).status.success());
    folder
}

fn started(folder: &Path, arguments: &[&str], out: Stdio) -> Child {
    program(folder, arguments)
        .stdout(out)
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

/// What is wrong with a file, and what to do: exit code 2, and nothing else on the screen.
#[test]
fn files_that_are_not_what_they_should_be() {
    let folder = begun();
    fs::create_dir(folder.path().join("folder")).expect("a folder");
    fs::write(folder.path().join("folder/inner.toml"), "").expect("writable");
    fs::write(folder.path().join("latin.toml"), b"title = \"\xdcr\xfcmqi\"").expect("writable");
    fs::write(folder.path().join("empty.toml"), "").expect("writable");
    let slips = [
        (
            &["check", "mime.toml"][..],
            &["mime.toml: there is no such file", "did you mean `mine.toml`"][..],
        ),
        (&["run", "none/mine.toml"], &["there is no such file", "landbridge new NAME"]),
        (&["check", "folder"], &["it is a folder", "folder/inner.toml"]),
        (&["check", "latin.toml"], &["it is not text in UTF-8", "save it as UTF-8"]),
        (&["check", "empty.toml"], &["`time` is missing", "`title` is missing", "empty.toml"]),
        (
            &["run", "mine-sweep.toml"],
            &["a plan of experiments, not a scenario", "landbridge sweep mine-sweep.toml"],
        ),
        (&["sweep", "mine.toml"], &["a scenario, not a plan", "landbridge run mine.toml"]),
        (&["sensitivity", "folder"], &["it is a folder"]),
        (
            &["replay", "folder", "--train", "export#1"],
            &["folder is no results folder", "`landbridge run` wrote"],
        ),
        (
            &["missing", "--plan", "mine.toml", "--shards", "2", "--out", "p"],
            &["mine.toml is not a plan", "landbridge plan PLAN.toml"],
        ),
        (
            &["merge", "--plan", "no.json", "--parts", "p", "--out", "x"],
            &["no.json: cannot read", "= help: "],
        ),
        (&["verify", "--only", "mm1"], &["did you mean `m_m_1`"]),
        (
            &["validate", "mine.toml", "--targets", "mime.toml"],
            &["cannot read mime.toml", "did you mean `mine.toml`"],
        ),
    ];
    for (arguments, words) in slips {
        let output = landbridge(folder.path(), arguments);
        let message = said(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        for word in words {
            assert!(message.contains(word), "{arguments:?}: no {word:?} in\n{message}");
        }
        assert!(output.stdout.is_empty() && !folder.path().join("results").exists(), "{arguments:?}");
        assert!(!message.contains('\u{1b}'), "colours in a pipe: {message:?}");
    }
}

#[test]
fn results_that_cannot_be_written() {
    let folder = begun();
    fs::write(folder.path().join("results"), "a file").expect("writable");
    for arguments in [&["run", "mine.toml", "--replications", "1"][..], &["sweep", "mine-sweep.toml"]] {
        let output = landbridge(folder.path(), arguments);
        let message = said(&output.stderr);
        assert!(matches!(output.status.code(), Some(1 | 75)), "{arguments:?}: {message}");
        assert!(
            message.contains("results") && message.contains("a part of this path is a file"),
            "{message}"
        );
    }
}

#[test]
fn slips_on_the_command_line() {
    let folder = begun();
    let slips = [
        (&["chekc", "mine.toml"][..], "'check'"),
        (&["run", "mine.toml", "--replication", "2"], "'--replications'"),
        (&["run", "mine.toml", "--threads", "0"], "write a whole number, 1 or more"),
        (&["run", "mine.toml", "--replications", "-3"], "write a whole number, 1 or more"),
        (&["run", "mine.toml", "--seed", "-1"], "write a whole number from 0"),
        (
            &["sweep", "mine-sweep.toml", "--seed", "9223372036854775808"],
            "write a whole number from 0",
        ),
        (
            &["run", "mine.toml", "--format", "pdf"],
            "[possible values: csv, parquet, svg, png, html]",
        ),
        (&["run", "mine.toml", "--set", "run.replication=3"], "did you mean `replications`"),
        (&["run", "mine.toml", "--set", "flows.exprt.growth=2"], "did you mean `export`"),
        (&["completions", "bas"], "'bash'"),
        (&["run"], "<FILE>"),
    ];
    for (arguments, words) in slips {
        let output = landbridge(folder.path(), arguments);
        let message = said(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(message.contains(words), "{arguments:?}: no {words:?} in\n{message}");
    }
}

#[test]
fn help_says_exit_codes_and_shows_each_command_at_work() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let help = said(&landbridge(folder.path(), &["--help"]).stdout);
    let words: Vec<&str> = help.split_whitespace().collect();
    let codes = "0 done, 1 failed, 2 refused input, 3 the run stalled, 75 unfinished";
    assert!(words.join(" ").contains(codes), "{help}");
    for command in crate::newcomer::commands(folder.path()) {
        let help = said(&landbridge(folder.path(), &[&command, "--help"]).stdout);
        assert!(help.contains("Example"), "{command}: {help}");
        let shown = help.lines().filter(|line| line.contains("landbridge "));
        assert!(shown.clone().count() >= 1, "{command}: {help}");
        // Lines of examples are not wrapped: they can be copied.
        let examples = help.split("Example").nth(1).unwrap_or_default();
        for line in examples.lines().filter(|line| line.trim_start().starts_with("landbridge ")) {
            assert!(line.len() <= 100, "{command}: {line}");
        }
    }
}

/// A reader that has seen enough, as `head` has, is no error.
#[test]
fn a_pipe_that_closes_is_no_error() {
    let folder = begun();
    for arguments in [
        &["check", "mine.toml"][..],
        &["run", "mine.toml", "--replications", "2", "--format", "csv"],
        &["sweep", "mine-sweep.toml", "--dry-run"],
        &["schema"],
        &["completions", "zsh"],
        &["man"],
        &["--help"],
    ] {
        let mut child = started(folder.path(), arguments, Stdio::piped());
        drop(child.stdout.take());
        let mut message = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut message).expect("UTF-8");
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{arguments:?}: {message}");
        let alone = message.lines().all(|line| line.starts_with("results: "));
        assert!(alone, "{arguments:?}: {message}");
    }
}

/// Output that cannot be written is a failure with a message.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output() {
    let folder = begun();
    for arguments in [&["check", "mine.toml"][..], &["schema"], &["sweep", "mine-sweep.toml", "--dry-run"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("it is there");
        let output = started(folder.path(), arguments, full.into()).wait_with_output().expect("it ends");
        let message = said(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {message}");
        assert!(message.contains("standard output") && !message.contains("panicked"), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

#[test]
fn what_check_says_for_a_program() {
    let folder = begun();
    let output = landbridge(folder.path(), &["check", "mine.toml", "--json", "--set", "flows.export.growth=2"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["sound"], true);
    let tightest = &document["offered_load"][0];
    assert_eq!(tightest["limit"], "quota");
    assert!(
        tightest["load"].as_f64().is_some_and(|load| (load - 1.4).abs() < 1e-9),
        "{tightest}"
    );
    assert!(
        document["warnings"][0]
            .as_str()
            .is_some_and(|words| words.contains("grows without bound"))
    );
    assert_eq!(document["flows"][0]["way"].as_array().map(Vec::len), Some(3));
}

#[test]
fn what_a_sweep_says_for_a_program() {
    let folder = begun();
    let read = |arguments: &[&str]| -> serde_json::Value {
        let output = landbridge(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON alone")
    };
    let dry = read(&["sweep", "mine-sweep.toml", "--dry-run", "--json"]);
    assert_eq!((&dry["runs"], &dry["runs_finished"]), (&45.into(), &0.into()));
    assert_eq!(dry["points"][8]["factors"], serde_json::json!({ "desks": "3", "growth": "1.4" }));
    let done = read(&["sweep", "mine-sweep.toml", "--json"]);
    assert_eq!(done["points"].as_array().map(Vec::len), Some(9));
    assert_eq!(done["points"][0]["runs_finished"], 5);
    let mean = &done["points"][8]["measures"]["trains_completed"]["mean"];
    assert!(mean.as_f64().is_some_and(|trains| trains > 1000.0), "{mean}");
    let plan = fs::read_to_string(folder.path().join("mine-sweep.toml")).expect("readable");
    let screening = plan
        .replace("kind = \"grid\"", "kind = \"morris\"\npoints = 4")
        .replace("replications = 5", "replications = 1");
    fs::write(folder.path().join("screening.toml"), screening).expect("writable");
    let effects = read(&["sensitivity", "screening.toml", "--json"]);
    assert_eq!(effects["factors"], serde_json::json!(["desks", "growth"]));
    let factors = &effects["measures"]["trains_completed"]["factors"]["effects"];
    assert_eq!(factors.as_array().map(Vec::len), Some(2), "{effects}");
}

/// Begins a command, interrupts it when its folder in the making is there, and waits for its end.
#[cfg(unix)]
fn interrupted(folder: &Path, arguments: &[&str], times: usize) -> Output {
    let child = started(folder, arguments, Stdio::piped());
    let results = folder.join("results");
    let in_the_making = || {
        let entries = fs::read_dir(&results).into_iter().flatten().flatten();
        let mut names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.any(|name| name.starts_with(".landbridge-"))
    };
    while !in_the_making() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    // Long enough for some replications, and far too short for all.
    std::thread::sleep(std::time::Duration::from_millis(700));
    for _ in 0..times {
        let status = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .expect("it is there");
        assert!(status.success());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.wait_with_output().expect("it ends")
}

/// A second ctrl-C does not wait for the charts.
#[cfg(unix)]
#[test]
fn a_second_interruption_ends_it_at_once() {
    let folder = begun();
    let output = interrupted(folder.path(), &["run", "mine.toml", "--replications", "1000000"], 2);
    assert_eq!(output.status.code(), Some(75), "{}", said(&output.stderr));
    assert!(!folder.path().join("results/mine").exists());
}

/// After ctrl-C what is finished counts, and no half folder is left.
#[cfg(unix)]
#[test]
fn an_interruption_leaves_what_is_finished() {
    let folder = begun();
    let targets = "title = 'Figures'\n[targets.all]\nname = 'Trains'\nof = ['trains_completed']\nvalue = 987\n\
                   unit = 'trains'\ntolerance = '90 %'\nkind = 'predicted'\nsource = 'none'\n";
    fs::write(folder.path().join("targets.toml"), targets).expect("writable");
    let many = "1000000";
    for (arguments, result) in [
        (
            &["run", "mine.toml", "--format", "csv", "--replications", many][..],
            "mine/manifest.json",
        ),
        (
            &["validate", "mine.toml", "--targets", "targets.toml", "--replications", many],
            "mine-validation/validation.json",
        ),
    ] {
        let output = interrupted(folder.path(), arguments, 1);
        let message = said(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {message}");
        assert!(message.contains(" of 1000000 replications are finished and counted"), "{message}");
        assert!(folder.path().join("results").join(result).is_file(), "{result}");
    }
    let output = interrupted(folder.path(), &["knockout", "mine.toml", "--replications", "400"], 1);
    let message = said(&output.stderr);
    assert!(
        (output.status.code() == Some(0) && message.contains("elements were closed and are ranked"))
            || (output.status.code() == Some(75) && message.contains("stopped before")),
        "{message}"
    );
    let output = interrupted(
        folder.path(),
        &[
            "compare",
            "mine.toml",
            "mine.toml",
            "--set",
            "flows.export.growth=1.1",
            "--replications",
            many,
        ],
        1,
    );
    let message = said(&output.stderr);
    assert_eq!(output.status.code(), Some(75), "{message}");
    assert!(
        message.contains("of 1000000 replications of mine: there is nothing to compare yet"),
        "{message}"
    );
    let left = fs::read_dir(folder.path().join("results")).expect("a folder").flatten();
    let half: Vec<_> = left.filter(|entry| entry.file_name().to_string_lossy().starts_with('.')).collect();
    assert!(half.is_empty(), "{half:?}");
}
