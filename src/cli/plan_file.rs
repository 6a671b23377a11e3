//! What the commands on plans share: reading a plan, showing it, guessing how long it takes.

use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;

use super::common::{Failure, looks, one_or_more, seed};
use super::trouble::{Wanted, refused};
use crate::experiment::sweep::{self, Plan, Row, RunId};
use crate::report::number;
use crate::report::summary::{self, cell};
use crate::scenario::plan::{self, LoadedPlan, PlanFile, Replications};
use crate::scenario::{Problems, Style};

/// The plan of a command, and what is changed in it.
#[derive(Clone, Debug, Args)]
pub(super) struct PlanArgs {
    /// The plan file.
    #[arg(value_name = "PLAN")]
    pub(super) file: PathBuf,
    /// Change any key of the base, such as `time.length="30 days"`; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// How many replications of each point, instead of the plan's number or rule.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = one_or_more::<NonZeroU32>)]
    replications: Option<NonZeroU32>,
    /// The seed of every draw; the plan's own, or that of its base, where absent.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    seed: Option<u64>,
}

/// A plan with its text and its name.
pub(super) struct Named {
    /// The plan as it is written; absent where it was read point by point.
    pub(super) file: Option<PlanFile>,
    pub(super) plan: Plan,
    pub(super) text: String,
    pub(super) id: String,
}

impl PlanArgs {
    /// Reads and checks the plan and every point of it; warnings go to the terminal.
    pub(super) fn load(&self, quiet: bool) -> Result<Named, Failure> {
        self.load_by(quiet, sweep::build)
    }

    /// The same, of a plan of which the cheapest point is to be chosen.
    pub(super) fn load_selection(&self, quiet: bool) -> Result<Named, Failure> {
        self.load_by(quiet, sweep::build_selection)
    }

    fn load_by(&self, quiet: bool, build: fn(&LoadedPlan) -> Result<Plan, Problems>) -> Result<Named, Failure> {
        let mut loaded = plan::load(&self.file, &self.set).map_err(|error| refused(error, &self.file, Wanted::Plan))?;
        if !quiet && !loaded.warnings.is_empty() {
            anstream::eprintln!("{}", loaded.warnings.render(Style::Coloured));
        }
        if let Some(n) = self.replications {
            loaded.file.run.replications = Replications::Fixed(n.get());
        }
        loaded.file.run.seed = self.seed.or(loaded.file.run.seed);
        let plan = build(&loaded).map_err(|problems| Failure::Refused(problems.render(Style::Coloured)))?;
        let text = plan.to_json().map_err(crate::report::ReportError::from)?;
        let id = Plan::id(&text);
        Ok(Named {
            file: Some(loaded.file),
            plan,
            text,
            id,
        })
    }

    /// The name of the file without folder and ending.
    pub(super) fn stem(&self) -> String {
        let stem = self.file.file_stem();
        stem.map_or_else(|| "plan".to_owned(), |stem| stem.to_string_lossy().into_owned())
    }
}

/// Reads a plan that `landbridge plan` wrote.
pub(super) fn read(path: &Path) -> Result<Named, Failure> {
    let text = fs::read_to_string(path).map_err(Failure::file("read", path))?;
    let plan = Plan::from_json(&text).map_err(|error| {
        let help = "write it by: landbridge plan PLAN.toml --out plan.json";
        Failure::Refused(format!("error: {} {error}\n  = help: {help}", path.display()))
    })?;
    let id = Plan::id(&text);
    Ok(Named {
        file: None,
        plan,
        text,
        id,
    })
}

/// Points shown on a terminal; the rest is counted.
const SHOWN: usize = 100;

/// The plan on the screen: its points, how many runs, how long.
pub(super) fn show(named: &Named, missing: &[RunId], runs: usize, threads: usize) -> Result<(), Failure> {
    let Named { plan, id, .. } = named;
    let looks = looks();
    let columns: Vec<&str> = ["point"]
        .into_iter()
        .chain(plan.factors.iter().map(|f| f.name.as_str()))
        .chain(plan.selection.iter().map(|_| "cost of its levels"))
        .chain(["replications"])
        .collect();
    let mut table = summary::table(&columns, looks);
    for (at, point) in plan.points.iter().enumerate().take(SHOWN) {
        let replications = match (&plan.selection, &plan.stopping) {
            (Some(rule), _) => format!("0 to {}", rule.at_most),
            (None, Some(rule)) => format!("{} to {}", point.replications, rule.at_most),
            (None, None) => point.replications.to_string(),
        };
        let cells = std::iter::once((at + 1).to_string())
            .chain(point.levels.iter().cloned())
            .chain(plan.selection.iter().map(|rule| number::plain(rule.fixed_costs[at])))
            .chain([replications]);
        table.add_row(cells.map(|text| cell(&text, looks)));
    }
    anstream::println!("{}\n{table}", plan.title);
    if plan.points.len() > SHOWN {
        anstream::println!(
            "... and {} more points; `landbridge plan` writes all of them",
            plan.points.len() - SHOWN
        );
    }
    let alike = plan.points.len() - (0..).zip(plan.first_alike()).filter(|(n, first)| n == first).count();
    let alike = if alike > 0 {
        format!(" ({alike} of them the same scenario as another)")
    } else {
        String::new()
    };
    anstream::println!("points   {}{alike}", plan.points.len());
    let at_least = if plan.is_watched() { "at least " } else { "" };
    anstream::println!(
        "runs     {at_least}{runs}, of which {} are finished and {} are to be run",
        runs - missing.len(),
        missing.len()
    );
    if let Some(time) = estimated_time(plan, missing, threads)? {
        anstream::println!(
            "time     {at_least}about {} on {threads} thread{}",
            human(time),
            if threads == 1 { "" } else { "s" }
        );
    }
    anstream::println!("plan     {id}");
    Ok(())
}

/// How long runs take, from at most three of them.
pub(super) fn pilot(plan: &Plan, missing: &[RunId]) -> Result<Option<Duration>, Failure> {
    let Some(last) = missing.len().checked_sub(1) else {
        return Ok(None);
    };
    let mut picked = vec![0, last / 2, last];
    picked.dedup();
    let begun = Instant::now();
    let mut runs = 0;
    for at in picked {
        pilot_run(plan, missing[at])?;
        runs += 1;
        if begun.elapsed() > Duration::from_secs(5) {
            break;
        }
    }
    Ok(Some(begun.elapsed() / runs))
}

fn pilot_run(plan: &Plan, run: RunId) -> Result<Row, Failure> {
    sweep::run_one(plan, run).map_err(Failure::Run)
}

pub(super) fn estimated_time(plan: &Plan, missing: &[RunId], threads: usize) -> Result<Option<Duration>, Failure> {
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    let all = |each: Duration| each.mul_f64(missing.len() as f64 / threads.min(missing.len()).max(1) as f64);
    Ok(pilot(plan, missing)?.map(all))
}

/// A time as a person says it.
pub(super) fn human(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds @ 1..=119 => format!("{seconds} s"),
        seconds @ 120..=7_199 => format!("{} min", seconds.div_ceil(60)),
        seconds @ 7_200..=172_799 => format!("{} h", seconds.div_ceil(3_600)),
        seconds => format!("{} days", seconds.div_ceil(86_400)),
    }
}
