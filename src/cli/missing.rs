//! `landbridge missing`: what a batch system ought to run again.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::common::{Failure, one_or_more};
use super::plan_file::{Named, read};
use super::run_shard::{Shard, folder_of};
use crate::store::{Index, Parts, StoreError};

/// Print the shards of a plan that have no valid part yet.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all runs are there, 2 a part of something else is among them, 75 shards are missing and printed.\n\n\
    Example:\n  sbatch --array=$(landbridge missing --plan plan.json --shards 400 --out parts) submit.sh"
)]
pub(super) struct Missing {
    /// The plan that `landbridge plan` wrote.
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// Into how many shards the plan is divided.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = one_or_more::<NonZeroU32>)]
    shards: NonZeroU32,
    /// The folder of parts.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// For whom: ranges as sbatch and hq take them, or a number a line.
    #[arg(long, value_enum, default_value_t = Format::Slurm)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// 3,17,40-44
    Slurm,
    /// 3,17,40-44
    Hq,
    /// A number a line.
    Parallel,
}

/// What is there of a plan. Damaged parts are named and left out where `forgiving`; else they are an error.
pub(super) fn index_of<'n>(named: &'n Named, out: &std::path::Path, forgiving: bool) -> Result<Index<'n>, Failure> {
    let mut index = Index::new(&named.plan);
    for path in Parts::open(&folder_of(out, named)).list()? {
        let part = match Parts::read(&path) {
            Ok(part) => part,
            Err(StoreError::Part { path, fault }) if forgiving => {
                anstream::eprintln!("warning: {}: {fault}; its runs count as missing", path.display());
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        part.belongs_to(&named.id, named.plan.results_version)
            .map_err(|fault| StoreError::Part { path: path.clone(), fault })?;
        index.add(&path, &part)?;
    }
    Ok(index)
}

impl Missing {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let named = read(&self.plan)?;
        let all = Index::new(&named.plan).missing();
        let missing = index_of(&named, &self.out, true)?.missing();
        let count = self.shards.get();
        let lacks = |index: &u32| {
            let runs = Shard { index: *index, count }.runs(&all);
            runs.iter().any(|run| missing.binary_search(run).is_ok())
        };
        let shards: Vec<u32> = (0..count).filter(lacks).collect();
        if shards.is_empty() {
            return Ok(());
        }
        match self.format {
            Format::Slurm | Format::Hq => anstream::println!("{}", ranges(&shards)),
            Format::Parallel => shards.iter().for_each(|shard| anstream::println!("{shard}")),
        }
        let n = shards.len();
        Err(Failure::Unfinished(format!(
            "{n} of {count} shards {} missing: {} of {} runs",
            if n == 1 { "is" } else { "are" },
            missing.len(),
            all.len()
        )))
    }
}

/// Sorted numbers as `3,17,40-44`.
fn ranges(numbers: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let word = |(first, last): &(u32, u32)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}-{last}")
        }
    };
    runs.iter().map(word).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn ranges_as_batch_systems_take_them() {
        assert_eq!(ranges(&[3, 17, 40, 41, 42, 43, 44]), "3,17,40-44");
        assert_eq!(ranges(&[0]), "0");
        assert_eq!(ranges(&[1, 2, 4, 5]), "1-2,4-5");
    }
}
