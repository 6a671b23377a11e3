//! `landbridge run-shard`: one shard of a plan, published as one part.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::Ordering;

use clap::Args;

use super::common::{Failure, one_or_more, stop_flag};
use super::plan_file::{Named, read};
use super::progress;
use crate::experiment::sweep::{RunId, WorkError, work};
use crate::store::{Index, Part, Parts, StoredRow};

/// Run one shard of a plan and publish its part.
#[derive(Debug, Args)]
#[command(
    after_help = "A shard is every n-th run of the plan. Its part appears in FOLDER/PLAN-ID when it is whole, and is the same bytes from \
    whatever machine; a shard whose valid part is there is not run again, so any number of tries does no harm. \
    A run that fails is a row, never a lost shard.\n\n\
    Exit codes: 0 published or already there, 1 failed, 2 not a plan of this program, 75 stopped by a signal or by the file \
    system: no part is left, try again.\n\n\
    Threads: --threads, or what the batch system gives (SLURM_CPUS_PER_TASK, HQ_CPUS), or 1.\n\n\
    Example:\n  landbridge run-shard --plan plan.json --shard 0/8 --out parts"
)]
pub(super) struct RunShard {
    /// The plan that `landbridge plan` wrote.
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// Which shard of how many, from 0: 17/400.
    #[arg(long, value_name = "I/N")]
    shard: Shard,
    /// The folder of parts, the same for all shards.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Threads of this shard.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = one_or_more::<NonZeroUsize>)]
    threads: Option<NonZeroUsize>,
    /// Only errors on the terminal.
    #[arg(long, short)]
    quiet: bool,
}

/// Shard `index` of `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shard {
    pub(super) index: u32,
    pub(super) count: u32,
}

impl FromStr for Shard {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((index, count)) if index < count => Ok(Self { index, count }),
            Some((_, count)) => Err(format!(
                "shards are counted from 0, so {count} of them end at {}",
                count.saturating_sub(1)
            )),
            None => Err("write the shard and how many there are, from 0, such as 17/400".to_owned()),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl Shard {
    /// Its runs: every n-th, so that points that take long are shared out.
    pub(super) fn runs(self, all: &[RunId]) -> Vec<RunId> {
        all.iter().copied().skip(self.index as usize).step_by(self.count as usize).collect()
    }

    /// The name of its part.
    fn file(self) -> String {
        format!("part-{}-of-{}.parquet", self.index, self.count)
    }
}

/// The folder of a plan's parts.
pub(super) fn folder_of(out: &Path, named: &Named) -> PathBuf {
    out.join(&named.id)
}

/// Values of one part at most: half a gigabyte while they are held.
const MOST_VALUES: usize = 1 << 25;

/// The fewest shards into which so many runs may be divided.
pub(super) fn least_shards(measures: usize, runs: usize) -> u32 {
    let each = (MOST_VALUES / measures.max(1)).max(1);
    u32::try_from(runs.div_ceil(each)).unwrap_or(u32::MAX).max(1)
}

impl RunShard {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let named = read(&self.plan)?;
        let folder = folder_of(&self.out, &named);
        let parts = Parts::create(&folder)?;
        let path = folder.join(self.shard.file());
        if self.is_there(&named, &path) {
            self.say(&format!("already there: {}", path.display()));
            return Ok(());
        }
        let runs = self.shard.runs(&Index::new(&named.plan).missing());
        self.within_memory(&named, runs.len())?;
        let stop = stop_flag();
        let bar = progress::bar(runs.len() as u64, "runs", self.quiet);
        let mut rows = Vec::with_capacity(runs.len());
        let worked = work(&named.plan, &runs, self.threads(), &stop, |row| {
            bar.inc(1);
            rows.push(StoredRow::new(&named.plan, row));
            Ok::<(), Failure>(())
        });
        bar.finish_and_clear();
        worked.map_err(|error| match error {
            WorkError::Taker(failure) => failure,
            error => Failure::Run(error.to_string()),
        })?;
        // Once all is run, publishing takes less time than a batch system leaves after its signal.
        if stop.load(Ordering::Relaxed) && rows.len() < runs.len() {
            return Err(Failure::Unfinished(format!(
                "stopped: shard {} is not finished, and left no part",
                self.shard
            )));
        }
        let measures = named.plan.measures.iter().map(|measure| measure.id.clone()).collect();
        let shard = Some((self.shard.index, self.shard.count));
        let part = Part::new(&named.id, named.plan.results_version, shard, measures, rows);
        let path = parts.publish(&self.shard.file(), &part)?;
        self.say(&format!("published: {} ({} runs)", path.display(), part.rows.len()));
        Ok(())
    }

    /// The rows of a shard are held until its part is written, so there may not be too many of them.
    fn within_memory(&self, named: &Named, runs: usize) -> Result<(), Failure> {
        let measures = named.plan.measures.len();
        if least_shards(measures, runs) == 1 {
            return Ok(());
        }
        let least = least_shards(measures, Index::new(&named.plan).runs());
        Err(Failure::Refused(format!(
            "error: shard {} has {runs} runs of {} measures each, more than are held in memory until a part is written\n  \
             = help: divide the plan into {least} shards or more",
            self.shard, measures
        )))
    }

    /// Whether a valid part is there: whole, of this plan, and with every run of the shard.
    fn is_there(&self, named: &Named, path: &Path) -> bool {
        let Ok(part) = Parts::read(path) else { return false };
        let mut index = Index::new(&named.plan);
        let runs = self.shard.runs(&index.missing());
        let belongs = part.belongs_to(&named.id, named.plan.results_version).is_ok();
        belongs && part.rows.len() == runs.len() && index.add(path, &part).is_ok_and(|used| used == runs.len()) && {
            let missing = index.missing();
            runs.iter().all(|run| missing.binary_search(run).is_err())
        }
    }

    fn threads(&self) -> usize {
        let given = |name: &str| std::env::var(name).ok();
        // A number, or the numbers of the cores.
        let count = |text: String| text.trim().parse::<usize>().ok().filter(|n| *n > 0);
        let cores = |text: String| (!text.trim().is_empty()).then(|| text.split(',').count());
        let batch = || {
            given("SLURM_CPUS_PER_TASK")
                .and_then(count)
                .or_else(|| given("HQ_CPUS").and_then(cores))
        };
        self.threads.map(NonZeroUsize::get).or_else(batch).unwrap_or(1)
    }

    fn say(&self, words: &str) {
        if !self.quiet {
            anstream::eprintln!("{words}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For every number of shards: each run in one of them.
    #[test]
    fn shards_cover_a_plan_without_overlap() {
        let all: Vec<RunId> = (0..97).map(|point| RunId { point, replication: 1 }).collect();
        for count in 1..=50 {
            let mut together: Vec<RunId> = (0..count).flat_map(|index| Shard { index, count }.runs(&all)).collect();
            together.sort();
            assert_eq!(together, all, "{count} shards");
        }
    }

    /// 33,554,432 values are 33,554 runs of a thousand measures.
    #[test]
    fn shards_fit_into_memory() {
        assert_eq!(
            [0, 1, 33_554, 33_555, 335_540].map(|runs| least_shards(1_000, runs)),
            [1, 1, 1, 2, 10]
        );
    }

    #[test]
    fn written_shards() {
        assert_eq!("17/400".parse(), Ok(Shard { index: 17, count: 400 }));
        for text in ["4/4", "1", "a/b", "-1/4", "0/0", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
