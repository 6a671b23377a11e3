//! `landbridge plan`: a plan point by point, for many machines.

use std::path::PathBuf;

use clap::Args;

use super::common::Failure;
use super::plan_file::{PlanArgs, show};
use crate::store::{Index, publish};

/// Write a plan point by point, for many machines; runs nothing.
#[derive(Debug, Args)]
#[command(
    after_help = "The file holds everything that a shard needs and nothing of this machine: its SHA-256 is the name of the plan.\n\n\
    Example:\n  landbridge plan scenarios/sweeps/reloading_cranes.toml -o plan.json\n  \
    landbridge run-shard --plan plan.json --shard 0/8 --out parts"
)]
pub(super) struct MakePlan {
    #[command(flatten)]
    plan: PlanArgs,
    /// The file to write; one that is there is replaced.
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// Only errors on the terminal.
    #[arg(long, short)]
    quiet: bool,
}

impl MakePlan {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let named = self.plan.load(self.quiet)?;
        if named.plan.stopping.is_some() {
            return Err(Failure::Refused(
                "error: this plan adds replications until measures are known, which shards cannot decide by themselves\n  \
                 = help: give a fixed number by --replications, or run it by `landbridge sweep`"
                    .to_owned(),
            ));
        }
        publish(&self.out, named.text.as_bytes())?;
        if !self.quiet {
            let index = Index::new(&named.plan);
            show(&named, &index.missing(), index.runs(), 1)?;
            anstream::eprintln!("written: {}", self.out.display());
        }
        Ok(())
    }
}
