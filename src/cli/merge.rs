//! `landbridge merge`: all parts of a plan as one table.

use std::path::PathBuf;

use clap::Args;

use super::common::{Failure, LangArgs};
use super::missing::index_of;
use super::plan_file::read;
use super::sweep::{write_points, write_runs};
use super::sweep_charts::{ShownArgs, draw, write};

/// Make one table of all parts of a plan.
#[derive(Debug, Args)]
#[command(
    after_help = "Nothing is written unless every run of the plan is there, once or bit-equal several times. The table is the same bytes as \
    that of `landbridge sweep` on one machine.\n\n\
    Exit codes: 0 done, 1 a part is damaged or two differ, 2 a part of another plan or program, 75 runs are missing.\n\n\
    Example:\n  landbridge merge --plan plan.json --parts parts --out runs.parquet --points points.csv --charts charts"
)]
pub(super) struct Merge {
    /// The plan that `landbridge plan` wrote.
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// The folder of parts.
    #[arg(long = "parts", visible_alias = "from", value_name = "FOLDER")]
    parts: PathBuf,
    /// The table to write: a Parquet file with one row a run.
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// Write what the headline measures come to at each point as well: a CSV file.
    #[arg(long, value_name = "FILE")]
    points: Option<PathBuf>,
    /// Draw charts of some measures as well: a folder, which must not exist.
    #[arg(long, value_name = "FOLDER")]
    charts: Option<PathBuf>,
    #[command(flatten)]
    shown: ShownArgs,
    #[command(flatten)]
    lang: LangArgs,
}

impl Merge {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let named = read(&self.plan)?;
        self.shown.check(&named.plan)?;
        let index = index_of(&named, &self.parts, false)?;
        let (merged, sha256) = write_runs(&index, &self.out)?;
        if let Some(path) = &self.points {
            write_points(&named.plan, &merged, path)?;
        }
        if let Some(place) = &self.charts {
            let shown = self.shown.positions(&named.plan, &merged);
            write(&draw(&named.plan, &merged, &shown, self.lang.lang())?, place)?;
        }
        anstream::println!("{sha256}  {}", self.out.display());
        Ok(())
    }
}
