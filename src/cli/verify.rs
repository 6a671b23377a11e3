//! `landbridge verify`: what is known of queues, held against this very program.

use std::num::NonZeroUsize;
use std::sync::atomic::Ordering;

use clap::Args;
use comfy_table::CellAlignment;
use serde::Serialize;

use super::common::{Failure, looks, one_or_more, seed, stop_flag};
use super::progress;
use crate::report::summary::{self, Looks, cell};
use crate::scenario::suggestion;
use crate::verify::{FAMILY_ERROR, Oracle, Verdict, checks, identities, level, oracles, verify};

/// Hold this program against answers known from queueing theory: exact, simulated, interval, verdict.
#[derive(Debug, Args)]
#[command(
    after_help = "The scenarios are those in scenarios/oracles, built into the program; each names its source. \
    Exit code 1 when a check fails.\n\n\
    Examples:\n  landbridge verify\n  landbridge verify --only m_m_1,jackson --seed 7"
)]
pub(super) struct Verify {
    /// Only these scenarios of the pack; `baseline` stands for the identities of the baseline.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// The seed of every draw: with another it is another experiment, of the same error.
    #[arg(long, value_name = "N", default_value_t = 2022, allow_negative_numbers = true, value_parser = seed)]
    seed: u64,
    /// Threads; as many as there are cores where absent. They have no influence on results.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = one_or_more::<NonZeroUsize>)]
    threads: Option<NonZeroUsize>,
    /// Only failures on the terminal.
    #[arg(long, short)]
    quiet: bool,
    /// The verdicts as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// `--json`.
#[derive(Serialize)]
struct Document {
    version: &'static str,
    seed: u64,
    family_error: f64,
    level: f64,
    checks: u32,
    failed: usize,
    verdicts: Vec<Verdict>,
}

impl Verify {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let pack = self.chosen()?;
        let with_baseline = self.only.is_empty() || self.only.iter().any(|id| id == "baseline");
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let threads = self.threads.unwrap_or(cores).get();
        let all = u32::try_from(pack.len()).unwrap_or(u32::MAX).saturating_add(with_baseline.into());
        let bar = progress::bar(all.into(), "scenarios", self.quiet);
        let stop = stop_flag();
        let stopped = || stop.load(Ordering::Relaxed);
        let mut verdicts = Vec::new();
        for oracle in &pack {
            let found = verify(oracle, self.seed, threads, &stop);
            // One that was stopped on the way has too few replications to judge by.
            if stopped() {
                break;
            }
            verdicts.extend(found.map_err(|error| Failure::Run(error.to_string()))?);
            bar.inc(1);
        }
        if with_baseline && !stopped() {
            verdicts.extend(identities(self.seed).map_err(|error| Failure::Run(error.to_string()))?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        let (done, all) = (bar.position(), bar.length().unwrap_or_default());
        self.show(verdicts)?;
        if stopped() && done < all {
            return Err(Failure::Unfinished(format!("stopped: {done} of {all} systems are verified")));
        }
        Ok(())
    }

    /// The oracles asked for, in the order of the pack.
    fn chosen(&self) -> Result<Vec<Oracle>, Failure> {
        let pack = oracles();
        for id in self.only.iter().filter(|id| *id != "baseline") {
            if !pack.iter().any(|oracle| oracle.id == id) {
                let ids: Vec<&str> = pack.iter().map(|oracle| oracle.id).chain(["baseline"]).collect();
                let help = suggestion(id, ids).unwrap_or_default();
                return Err(Failure::Refused(format!(
                    "error: `--only {id}` is not in the pack\n  = help: {help}"
                )));
            }
        }
        let wanted = |oracle: &Oracle| self.only.is_empty() || self.only.iter().any(|id| id == oracle.id);
        Ok(pack.into_iter().filter(wanted).collect())
    }

    fn show(&self, verdicts: Vec<Verdict>) -> Result<(), Failure> {
        let failed = verdicts.iter().filter(|v| !v.passed).count();
        let count = verdicts.len();
        if self.json {
            let document = Document {
                version: env!("CARGO_PKG_VERSION"),
                seed: self.seed,
                family_error: FAMILY_ERROR,
                level: level(),
                checks: checks(),
                failed,
                verdicts,
            };
            let text = serde_json::to_string_pretty(&document).map_err(crate::report::ReportError::from)?;
            anstream::println!("{text}");
        } else if !self.quiet || failed > 0 {
            let shown: Vec<&Verdict> = verdicts.iter().filter(|v| !self.quiet || !v.passed).collect();
            anstream::println!("{}\n", table(&shown, looks()));
            anstream::println!(
                "Each interval at {:.3} %, so that a right program passes all {} of the pack with a chance of {:.0} % or more. \
                 Identities hold without tolerance. Seed {}.",
                level() * 100.0,
                checks(),
                (1.0 - FAMILY_ERROR) * 100.0,
                self.seed
            );
            if failed == 0 {
                anstream::println!("{count} checks, all passed.");
            }
        }
        if failed > 0 {
            return Err(Failure::Run(format!("{failed} of {count} checks failed")));
        }
        Ok(())
    }
}

fn table(verdicts: &[&Verdict], looks: Looks) -> comfy_table::Table {
    let mut table = summary::table(&["system", "quantity", "exact", "simulated", "interval", "verdict"], looks);
    let mut last = "";
    for v in verdicts {
        let system = if v.system == last { "" } else { v.system };
        last = v.system;
        let digits = |x: f64| format!("{x:.4}");
        let interval = if v.half_width > 0.0 {
            format!("{} .. {}", digits(v.simulated - v.half_width), digits(v.simulated + v.half_width))
        } else {
            "identity".to_owned()
        };
        let right = |text: &str| cell(text, looks).set_alignment(CellAlignment::Right);
        table.add_row([
            cell(system, looks),
            cell(&v.what, looks),
            right(&digits(v.exact)),
            right(&digits(v.simulated)),
            right(&interval),
            cell(if v.passed { "passed" } else { "FAILED" }, looks),
        ]);
    }
    table
}
