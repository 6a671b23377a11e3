//! Sweeps as a person runs them: interrupted and gone on with, spread over shards, and refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use landbridge::store::Parts;

use crate::cli::program;
use crate::common::sha256_of;

/// A desk that is quick to simulate: half a second for all of the plan below.
const BASE: &str = r#"title = "A desk"
[time]
start = "2022-01-03 00:00"
zone = "UTC"
length = "60 days"
[gauges.standard]
width = "1435 mm"
[places.pass.clearance.customs]
desks = 1
time = { law = "lognormal", mean = "60 min", cv = 0.5 }
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
departures.rate = "12/day"
"#;

const PLAN: &str = r#"title = "Desks and growth"
base = "base.toml"
[design]
kind = "grid"
[run]
replications = 40
[factors.desks]
key = "places.pass.clearance.customs.desks"
values = [1, 2, 3]
[factors.growth]
key = "flows.west.growth"
from = 0.8
to = 1.2
step = 0.1
"#;

/// A folder with the base and a plan.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new(plan: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("base.toml"), BASE).expect("writable");
        fs::write(folder.path().join("plan.toml"), plan).expect("writable");
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.0.path(), arguments);
        command.env_remove("SLURM_CPUS_PER_TASK").env_remove("HQ_CPUS");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("it starts")
    }

    /// Runs a command that must end with a code; what it says on both channels.
    #[track_caller]
    pub(crate) fn ends(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{said}");
        said
    }

    pub(crate) fn parts(&self, below: &str) -> Vec<PathBuf> {
        let mut parts: Vec<PathBuf> =
            fs::read_dir(self.path(below)).map_or_else(|_| Vec::new(), |all| all.map(|e| e.expect("readable").path()).collect());
        parts.retain(|path| path.extension().is_some_and(|e| e == "parquet"));
        parts.sort();
        parts
    }

    pub(crate) fn manifest(&self, out: &str) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.path(out).join("manifest.json")).expect("there")).expect("JSON")
    }
}

/// Kills a process after some time; whether it was still at work.
pub(crate) fn kill_after(mut child: Child, time: Duration) -> bool {
    std::thread::sleep(time);
    let working = child.try_wait().is_ok_and(|ended| ended.is_none());
    let _ = child.kill();
    let _ = child.wait();
    working
}

/// A number that is another one each time, below `most`.
fn at_random(most: u64) -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0) % most
}

/// Killed at twenty random moments, a sweep ends with the bytes of one that was left alone, and makes no finished run twice
/// but those of the last unwritten batch.
#[test]
fn a_killed_sweep_goes_on() {
    let folder = Folder::new(&PLAN.replace("replications = 40", "replications = 240"));
    folder.ends(0, &["sweep", "plan.toml", "--out", "whole", "--quiet"]);
    let whole = fs::read(folder.path("whole/runs.parquet")).expect("there");
    assert_eq!(folder.manifest("whole")["runs"], 3_600);
    assert_eq!(folder.manifest("whole")["runs_sha256"], sha256_of(&whole));
    let mut published = Vec::new();
    let mut working = 0;
    for _ in 0..20 {
        let mut command = folder.command(&["sweep", "plan.toml", "--out", "torn", "--quiet", "--threads", "2", "--batch", "20"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        working += u32::from(kill_after(child, Duration::from_millis(20 + at_random(300))));
        let parts = folder.parts("torn/parts");
        // What was published stays as it was.
        for (path, bytes) in &published {
            assert_eq!(&fs::read(path).expect("still there"), bytes);
        }
        published = parts
            .into_iter()
            .map(|path| (path.clone(), fs::read(path).expect("readable")))
            .collect();
    }
    assert!(working >= 5, "killed at work {working} times only: give it more to do");
    let rows = |folder: &Folder| {
        folder
            .parts("torn/parts")
            .iter()
            .map(|path| Parts::read(path).expect("whole").rows.len() as u64)
            .sum::<u64>()
    };
    let before = rows(&folder);
    println!("killed at work {working} times of 20, with {before} of 3600 runs published");
    assert!(before > 0, "never was a part published before the kill");
    folder.ends(0, &["sweep", "plan.toml", "--out", "torn", "--quiet"]);
    assert_eq!(
        folder.manifest("torn")["runs_made"],
        3_600 - before,
        "what was published is not run again"
    );
    assert_eq!(rows(&folder), 3_600, "no run is there twice");
    assert!(
        fs::read(folder.path("torn/runs.parquet")).expect("there") == whole,
        "other bytes after {before} runs"
    );
    for file in ["points.csv", "points.parquet"] {
        let read = |out: &str| fs::read(folder.path(out).join(file)).expect("there");
        assert_eq!(read("torn"), read("whole"), "{file}");
    }
    let hidden = fs::read_dir(folder.path("torn/parts"))
        .expect("readable")
        .filter(|e| e.as_ref().expect("readable").file_name().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0, "what was torn is swept up");
    // Nothing is left to do.
    folder.ends(0, &["sweep", "plan.toml", "--out", "torn", "--quiet"]);
    assert_eq!(folder.manifest("torn")["runs_made"], 0);
}

/// More replications, more points and fewer of both run only what is missing.
#[test]
fn only_what_is_missing_is_run() {
    let folder = Folder::new(PLAN);
    let made = |arguments: &[&str]| {
        folder.ends(0, &[&["sweep", "plan.toml", "--out", "s", "--quiet"], arguments].concat());
        folder.manifest("s")["runs_made"].as_u64().expect("a number")
    };
    assert_eq!(made(&["--replications", "2"]), 30);
    assert_eq!(made(&["--replications", "3"]), 15);
    fs::write(folder.path("plan.toml"), PLAN.replace("[1, 2, 3]", "[1, 2, 3, 4]")).expect("writable");
    assert_eq!(made(&["--replications", "3"]), 15);
    assert_eq!(made(&["--replications", "1"]), 0);
    let table = fs::read(folder.path("s/runs.parquet")).expect("there");
    folder.ends(
        0,
        &[
            "sweep",
            "plan.toml",
            "--out",
            "fresh",
            "--quiet",
            "--replications",
            "1",
            "--threads",
            "1",
        ],
    );
    assert!(fs::read(folder.path("fresh/runs.parquet")).expect("there") == table);
    // Another seed is another run.
    assert_eq!(made(&["--replications", "1", "--seed", "5"]), 20);
}

#[test]
fn a_dry_run_shows_the_plan_and_leaves_nothing() {
    let folder = Folder::new(PLAN);
    let said = folder.ends(0, &["sweep", "plan.toml", "--out", "s", "--dry-run"]);
    for words in [
        "Desks and growth",
        "points   15",
        "runs     600, of which 0 are finished and 600 are to be run",
        "time     about",
        "plan     ",
    ] {
        assert!(said.contains(words), "no {words:?} in\n{said}");
    }
    assert!(!folder.path("s").exists());
    folder.ends(0, &["sweep", "plan.toml", "--out", "s", "--quiet", "--replications", "2"]);
    let said = folder.ends(0, &["sweep", "plan.toml", "--out", "s", "--dry-run", "--replications", "3"]);
    assert!(said.contains("of which 30 are finished and 15 are to be run"), "{said}");
}

/// Replications are added in rounds until the rule is met, the same number however the work was interrupted.
#[test]
fn a_stopping_rule() {
    let rule = "replications = 10\nuntil = [\"places.pass.clearance.customs.waiting_time_hours_mean within 20 %\"]\nat_most = 60";
    let folder = Folder::new(&PLAN.replace("replications = 40", rule));
    let said = folder.ends(0, &["sweep", "plan.toml", "--out", "a", "--dry-run"]);
    assert!(said.contains("at least 150") && said.contains("10 to 60"), "{said}");
    folder.ends(0, &["sweep", "plan.toml", "--out", "a", "--quiet", "--threads", "1"]);
    folder.ends(
        0,
        &[
            "sweep",
            "plan.toml",
            "--out",
            "b",
            "--quiet",
            "--threads",
            "2",
            "--replications",
            "7",
        ],
    );
    folder.ends(0, &["sweep", "plan.toml", "--out", "b", "--quiet", "--threads", "2"]);
    let table = |out: &str| fs::read(folder.path(out).join("runs.parquet")).expect("there");
    assert!(table("a") == table("b"));
    let runs = folder.manifest("a")["runs"].as_u64().expect("a number");
    assert!((151..900).contains(&runs), "{runs}: some points need more than others");
    let said = folder.ends(2, &["plan", "plan.toml", "-o", "plan.json"]);
    assert!(said.contains("--replications"), "{said}");
}

/// A run that meets its limit is a row with its reason; the others count.
#[test]
fn runs_that_do_not_finish_are_rows() {
    let limited = PLAN.replace("replications = 40", "replications = 4\nmost_events = 2200");
    let folder = Folder::new(&limited);
    let said = folder.ends(0, &["sweep", "plan.toml", "--out", "s"]);
    assert!(said.contains("runs did not finish (limit)"), "{said}");
    let points = fs::read_to_string(folder.path("s/points.csv")).expect("there");
    let mut lines = points.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let column = |name: &str| {
        header
            .iter()
            .position(|c| *c == name)
            .unwrap_or_else(|| panic!("no {name} in {header:?}"))
    };
    let (finished, unfinished) = (column("runs_finished"), column("runs_unfinished"));
    let mut counts: Vec<(u32, u32)> = lines
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|f| (f[finished].parse().expect("n"), f[unfinished].parse().expect("n")))
        .collect();
    counts.dedup();
    assert!(counts.iter().all(|(f, u)| f + u == 4), "{counts:?}");
    assert!(
        counts.iter().any(|(_, u)| *u == 4) && counts.iter().any(|(f, _)| *f == 4),
        "{counts:?}"
    );
}

/// A second process on the folder is told, and what it finds wrong there it names; nothing finished is lost.
#[test]
fn folders_in_use_or_in_disorder() {
    let folder = Folder::new(&PLAN.replace("replications = 40", "replications = 2"));
    fs::create_dir(folder.path("s")).expect("writable");
    let lock = fs::File::create(folder.path("s/lock")).expect("writable");
    lock.lock().expect("free");
    let said = folder.ends(75, &["sweep", "plan.toml", "--out", "s"]);
    assert!(said.contains("another process is at work in this folder"), "{said}");
    drop(lock);
    folder.ends(0, &["sweep", "plan.toml", "--out", "s", "--quiet"]);
    let table = fs::read(folder.path("s/runs.parquet")).expect("there");
    // A part of another plan.
    fs::write(folder.path("other.toml"), PLAN.replace("replications = 40", "replications = 1")).expect("writable");
    folder.ends(0, &["sweep", "other.toml", "--out", "o", "--quiet"]);
    let foreign = folder.path("s/parts/foreign.parquet");
    fs::copy(&folder.parts("o/parts")[0], &foreign).expect("writable");
    let said = folder.ends(2, &["sweep", "plan.toml", "--out", "s"]);
    assert!(said.contains("foreign.parquet: this part belongs to another plan"), "{said}");
    fs::remove_file(foreign).expect("writable");
    // A torn part: only its runs are made again.
    let part = folder.parts("s/parts")[0].clone();
    let bytes = fs::read(&part).expect("there");
    fs::write(&part, &bytes[..bytes.len() / 2]).expect("writable");
    let said = folder.ends(1, &["sweep", "plan.toml", "--out", "s"]);
    assert!(said.contains("this part is damaged") && said.contains("remove this file"), "{said}");
    fs::remove_file(part).expect("writable");
    folder.ends(0, &["sweep", "plan.toml", "--out", "s", "--quiet"]);
    assert!(fs::read(folder.path("s/runs.parquet")).expect("there") == table);
    // Where nothing can be written.
    fs::write(folder.path("file"), b"no folder").expect("writable");
    let said = folder.ends(75, &["sweep", "plan.toml", "--out", "file"]);
    assert!(said.contains("file: cannot"), "{said}");
}

/// A system that takes no more bytes, here by a limit on the size of a file: the sweep names the file, says what to do and ends
/// with "try again", and so does a shard; what is there stays, and the same command goes on where there is room.
#[cfg(unix)]
#[test]
fn no_room_for_a_part() {
    let folder = Folder::new(&PLAN.replace("replications = 40", "replications = 4"));
    folder.ends(0, &["sweep", "plan.toml", "--out", "whole", "--quiet"]);
    folder.ends(0, &["plan", "plan.toml", "-o", "plan.json", "--quiet"]);
    folder.ends(0, &["sweep", "plan.toml", "--out", "torn", "--quiet", "--replications", "1"]);
    let before: Vec<Vec<u8>> = folder
        .parts("torn/parts")
        .iter()
        .map(|path| fs::read(path).expect("there"))
        .collect();
    // Blocks of 512 bytes; a plan has more than one, a part of all runs more than that.
    let limited = |arguments: &[&str]| {
        let mut command = Command::new("sh");
        command.current_dir(folder.0.path()).env("NO_COLOR", "1");
        command.args([
            "-c",
            "ulimit -f 24; trap '' XFSZ; exec \"$@\"",
            "sh",
            env!("CARGO_BIN_EXE_landbridge"),
        ]);
        let output = command.args(arguments).output().expect("a shell");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = limited(&["sweep", "plan.toml", "--out", "torn"]);
    assert_eq!(code, Some(75), "{said}");
    assert!(
        said.contains("torn/") && said.contains("cannot write") && said.contains("help: "),
        "{said}"
    );
    let after: Vec<Vec<u8>> = folder
        .parts("torn/parts")
        .iter()
        .map(|path| fs::read(path).expect("there"))
        .collect();
    assert_eq!(after, before, "what was finished is as it was");
    let (code, said) = limited(&["run-shard", "--plan", "plan.json", "--shard", "0/1", "--out", "shards"]);
    assert_eq!(code, Some(75), "{said}");
    let below = format!("shards/{}", sha256_of(&fs::read(folder.path("plan.json")).expect("there")));
    assert!(folder.parts(&below).is_empty());
    folder.ends(0, &["sweep", "plan.toml", "--out", "torn", "--quiet"]);
    let table = |out: &str| fs::read(folder.path(out).join("runs.parquet")).expect("there");
    assert!(table("torn") == table("whole"));
}

/// One table from any number of shards in any order, some run twice; what is missing, and what is refused.
#[test]
fn shards_in_any_number_and_order() {
    let folder = Folder::new(&PLAN.replace("replications = 40", "replications = 4"));
    folder.ends(0, &["sweep", "plan.toml", "--out", "one", "--quiet"]);
    let table = fs::read(folder.path("one/runs.parquet")).expect("there");
    folder.ends(0, &["plan", "plan.toml", "-o", "plan.json"]);
    let plan = fs::read(folder.path("plan.json")).expect("there");
    folder.ends(0, &["plan", "plan.toml", "-o", "plan.json", "--quiet"]);
    assert_eq!(
        fs::read(folder.path("plan.json")).expect("there"),
        plan,
        "a plan is the same bytes again"
    );
    let id = sha256_of(&plan);
    for n in [1, 2, 7, 16_u32] {
        let out = format!("parts{n}");
        // In an order that is neither up nor down, the first two once more at the end.
        let mut order: Vec<u32> = (0..n).map(|i| (i * 5 + 3) % n).collect();
        order.extend(order.clone().into_iter().take(2));
        for i in order {
            folder.ends(
                0,
                &[
                    "run-shard",
                    "--plan",
                    "plan.json",
                    "--shard",
                    &format!("{i}/{n}"),
                    "--out",
                    &out,
                    "--threads",
                    "2",
                ],
            );
        }
        let below = format!("{out}/{id}");
        assert_eq!(folder.parts(&below).len(), n as usize);
        folder.ends(0, &["missing", "--plan", "plan.json", "--shards", &n.to_string(), "--out", &out]);
        let said = folder.ends(0, &["merge", "--plan", "plan.json", "--parts", &out, "-o", "merged.parquet"]);
        let merged = fs::read(folder.path("merged.parquet")).expect("there");
        assert!(merged == table, "{n} shards give other bytes");
        assert!(said.contains(&sha256_of(&merged)), "{said}");
    }
    // A lost and a torn part: both are named, run again and the same.
    let parts = folder.parts(&format!("parts7/{id}"));
    let whole = fs::read(&parts[2]).expect("there");
    fs::remove_file(&parts[4]).expect("writable");
    let said = folder.ends(75, &["merge", "--plan", "plan.json", "--parts", "parts7", "-o", "merged.parquet"]);
    assert!(said.contains("runs of the plan are not there"), "{said}");
    fs::write(&parts[2], &whole[..whole.len() - 9]).expect("writable");
    let said = folder.ends(1, &["merge", "--plan", "plan.json", "--parts", "parts7", "-o", "merged.parquet"]);
    assert!(said.contains("part-2-of-7.parquet: this part is damaged"), "{said}");
    let output = folder.run(&["missing", "--plan", "plan.json", "--shards", "7", "--out", "parts7"]);
    assert_eq!(
        (output.status.code(), String::from_utf8_lossy(&output.stdout).trim()),
        (Some(75), "2,4")
    );
    for i in ["2", "4"] {
        folder.ends(
            0,
            &[
                "run-shard",
                "--plan",
                "plan.json",
                "--shard",
                &format!("{i}/7"),
                "--out",
                "parts7",
                "--quiet",
            ],
        );
    }
    assert_eq!(
        fs::read(&parts[2]).expect("there"),
        whole,
        "a shard that is run again gives the same bytes"
    );
    // Parts of another number of shards are as good, where they are bit-equal.
    fs::copy(
        &folder.parts(&format!("parts2/{id}"))[1],
        folder.path(&format!("parts7/{id}/part-1-of-2.parquet")),
    )
    .expect("writable");
    folder.ends(0, &["merge", "--plan", "plan.json", "--parts", "parts7", "-o", "merged.parquet"]);
    assert!(fs::read(folder.path("merged.parquet")).expect("there") == table);
    // A part of another plan, and a plan that is none.
    let other = folder.ends(0, &["plan", "plan.toml", "-o", "other.json", "--replications", "3"]);
    assert!(!other.contains(&id));
    folder.ends(
        0,
        &["run-shard", "--plan", "other.json", "--shard", "0/9", "--out", "other", "--quiet"],
    );
    let other_id = sha256_of(&fs::read(folder.path("other.json")).expect("there"));
    let foreign = folder.path(&format!("parts7/{id}/foreign.parquet"));
    fs::copy(&folder.parts(&format!("other/{other_id}"))[0], &foreign).expect("writable");
    let said = folder.ends(2, &["merge", "--plan", "plan.json", "--parts", "parts7", "-o", "merged.parquet"]);
    assert!(said.contains("foreign.parquet: this part belongs to another plan"), "{said}");
    let said = folder.ends(2, &["run-shard", "--plan", "plan.toml", "--shard", "0/9", "--out", "other"]);
    assert!(said.contains("is not a plan that `landbridge plan` wrote"), "{said}");
}

/// The signal by which a batch system ends a task leaves no part and says "try again".
#[cfg(unix)]
#[test]
fn a_signal_leaves_no_part() {
    let folder = Folder::new(&PLAN.replace("replications = 40", "replications = 4000"));
    folder.ends(0, &["plan", "plan.toml", "-o", "plan.json", "--quiet"]);
    let mut command = folder.command(&["run-shard", "--plan", "plan.json", "--shard", "0/1", "--out", "parts"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    std::thread::sleep(Duration::from_millis(400));
    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .expect("kill is there");
    assert!(killed.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(75));
    let id = sha256_of(&fs::read(folder.path("plan.json")).expect("there"));
    let left = fs::read_dir(folder.path("parts").join(id)).map_or(0, Iterator::count);
    assert_eq!(left, 0);
}

/// Two processes on one shard at once leave one valid part.
#[test]
fn one_shard_twice_at_once() {
    let folder = Folder::new(&PLAN.replace("replications = 40", "replications = 8"));
    folder.ends(0, &["plan", "plan.toml", "-o", "plan.json", "--quiet"]);
    let start = || {
        folder
            .command(&["run-shard", "--plan", "plan.json", "--shard", "0/2", "--out", "parts", "--quiet"])
            .spawn()
            .expect("it starts")
    };
    for mut child in [start(), start()] {
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
    }
    folder.ends(
        0,
        &["run-shard", "--plan", "plan.json", "--shard", "1/2", "--out", "parts", "--quiet"],
    );
    folder.ends(0, &["merge", "--plan", "plan.json", "--parts", "parts", "-o", "merged.parquet"]);
}

#[test]
fn bad_plans_are_refused_before_anything_runs() {
    for (right, wrong, said) in [
        (
            "places.pass.clearance.customs.desks",
            "places.pass.clearance.customs.dekss",
            "did you mean `desks`?",
        ),
        ("from = 0.8", "from = 1.2", "is a range without values"),
        ("step = 0.1", "step = 0.3", "let the range end at 1.1 or 1.4"),
        (
            "replications = 40",
            "replications = 40\nmost_runs = 500",
            "600 runs, more than `run.most_runs`, which is 500",
        ),
        ("[1, 2, 3]", "[1, 2, 0]", "is zero"),
        ("\"base.toml\"", "\"bas.toml\"", "there is no such file"),
    ] {
        let folder = Folder::new(&PLAN.replace(right, wrong));
        let message = folder.ends(2, &["sweep", "plan.toml", "--out", "s"]);
        assert!(message.contains(said) && message.contains("plan.toml:"), "{wrong}\n{message}");
        assert!(!folder.path("s").exists(), "{wrong}");
    }
}

/// Plans that are shipped are sound and small enough to be meant.
#[test]
fn shipped_plans_are_sound() {
    let plans = fs::read_dir("scenarios/sweeps")
        .expect("there")
        .map(|e| e.expect("readable").path());
    let plans: Vec<PathBuf> = plans
        .filter(|path: &PathBuf| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    assert!(plans.len() >= 4);
    for plan in plans {
        let loaded = landbridge::scenario::plan::load(Path::new(&plan), &[]).unwrap_or_else(|error| panic!("{}\n{error}", plan.display()));
        assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
        let make = match loaded.file.optimise {
            Some(_) => landbridge::experiment::sweep::build_selection,
            None => landbridge::experiment::sweep::build,
        };
        let built = make(&loaded).unwrap_or_else(|error| panic!("{}\n{error}", plan.display()));
        assert!(!built.points.is_empty());
    }
}
