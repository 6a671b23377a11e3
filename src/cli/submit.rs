//! `landbridge submit`: the script by which a batch system runs a plan.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::common::{Failure, one_or_more};
use super::manifest::quoted;
use super::plan_file::{human, pilot, read};
use super::run_shard::least_shards;
use crate::store::{Index, publish};

/// Write the script by which a batch system runs all shards of a plan; runs nothing.
#[derive(Debug, Args)]
#[command(
    after_help = "The script is the usual one of its engine, to be read and changed: an array of tasks, each `landbridge run-shard`. \
    Without --shards, a few runs are timed, and a shard is what takes about 20 minutes on one core.\n\n\
    Example:\n  landbridge submit --engine slurm --plan plan.json --out parts --script submit.sh\n  sbatch submit.sh"
)]
pub(super) struct Submit {
    /// Whose script.
    #[arg(long, value_enum)]
    engine: Engine,
    /// The plan that `landbridge plan` wrote.
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// The folder of parts.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Into how many shards the plan is divided; by a pilot where absent.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = one_or_more::<NonZeroU32>)]
    shards: Option<NonZeroU32>,
    /// The script to write.
    #[arg(long, value_name = "FILE")]
    script: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// A job array of Slurm.
    Slurm,
    /// A task array of `HyperQueue`.
    Hq,
    /// GNU parallel on one machine.
    Parallel,
}

/// What one shard ought to take: long against the start of a task, short against the patience of a queue.
const GOOD_LENGTH: Duration = Duration::from_secs(20 * 60);
/// Sites allow arrays of a thousand tasks.
const MOST_SHARDS: u32 = 1_000;

impl Submit {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let named = read(&self.plan)?;
        let runs = Index::new(&named.plan).missing();
        let each = pilot(&named.plan, &runs)?.unwrap_or_default();
        #[allow(clippy::cast_possible_truncation, reason = "a plan is bounded far below 2^32 runs")]
        let total = each * runs.len() as u32;
        let least = least_shards(named.plan.measures.len(), runs.len());
        let shards = self.shards.map_or_else(|| sized(total, runs.len()).max(least), NonZeroU32::get);
        let script = script(self.engine, shards, total / shards, (&program(), &self.plan, &self.out));
        publish(&self.script, script.as_bytes())?;
        anstream::println!(
            "{} runs of about {}: {shards} shards of about {} on one core each\nwritten: {}\nstart it by: {}",
            runs.len(),
            human(each),
            human(total / shards),
            self.script.display(),
            match self.engine {
                Engine::Slurm => format!("sbatch {}", self.script.display()),
                Engine::Hq | Engine::Parallel => format!("bash {}", self.script.display()),
            }
        );
        Ok(())
    }
}

/// This program, as a script calls it.
fn program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("landbridge"))
}

/// As many shards as good length asks for, within what sites allow.
#[allow(clippy::cast_possible_truncation, reason = "clamped")]
fn sized(total: Duration, runs: usize) -> u32 {
    let wanted = total.as_secs().div_ceil(GOOD_LENGTH.as_secs()).clamp(1, u64::from(MOST_SHARDS));
    (wanted as u32).min(u32::try_from(runs).unwrap_or(MOST_SHARDS)).max(1)
}

fn script(engine: Engine, shards: u32, each: Duration, (program, plan, out): (&Path, &Path, &Path)) -> String {
    let word = |path: &Path| quoted(&path.to_string_lossy());
    let run = |shard: &str| {
        format!(
            "{} run-shard --quiet --plan {} --shard {shard}/{shards} --out {}",
            word(program),
            word(plan),
            word(out)
        )
    };
    let last = shards - 1;
    // Three times what the pilot says, and never less than ten minutes.
    let minutes = (each.as_secs() * 3).div_ceil(60).max(10);
    let again = format!(
        "# What is left after all tasks have ended, if anything:\n#   {} missing --plan {} --shards {shards} --out {}",
        word(program),
        word(plan),
        word(out)
    );
    match engine {
        Engine::Slurm => format!(
            "#!/bin/bash\n#SBATCH --job-name=landbridge\n#SBATCH --array=0-{last}\n#SBATCH --cpus-per-task=1\n#SBATCH --time={minutes}\n\
             # A signal a minute before the time is over: the shard leaves no part and can be run again.\n#SBATCH --signal=B:TERM@60\n\
             #SBATCH --requeue\n{again}\n# and then: sbatch --array=THAT {{this script}}\nexec {}\n",
            run("\"$SLURM_ARRAY_TASK_ID\"")
        ),
        Engine::Hq => format!(
            "#!/bin/bash\n{again} --format hq\n# and then this with --array THAT\nexec hq submit --name landbridge --array 0-{last} --cpus 1 --time-request {minutes}min --wait -- \\\n    \
             bash -c {}\n",
            quoted(&run("$HQ_TASK_ID"))
        ),
        Engine::Parallel => format!(
            "#!/bin/bash\n{again} --format parallel\n# Code 75 is \"try again\"; --retries does.\nexec parallel --retries 3 {} ::: $(seq 0 {last})\n",
            quoted(&run("{}"))
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_of_good_length() {
        assert_eq!(sized(Duration::from_secs(5), 1_000), 1);
        assert_eq!(sized(Duration::from_secs(20 * 60 * 12), 1_000), 12);
        assert_eq!(sized(Duration::from_secs(1 << 40), 1_000_000), MOST_SHARDS);
        assert_eq!(sized(Duration::from_secs(1 << 40), 7), 7, "no shard without a run");
    }

    #[test]
    fn the_usual_script_of_each_engine() {
        let paths = (Path::new("/bin/landbridge"), Path::new("my plan.json"), Path::new("parts"));
        let each = Duration::from_secs(1_200);
        let slurm = script(Engine::Slurm, 8, each, paths);
        insta::assert_snapshot!(slurm, @r#"
        #!/bin/bash
        #SBATCH --job-name=landbridge
        #SBATCH --array=0-7
        #SBATCH --cpus-per-task=1
        #SBATCH --time=60
        # A signal a minute before the time is over: the shard leaves no part and can be run again.
        #SBATCH --signal=B:TERM@60
        #SBATCH --requeue
        # What is left after all tasks have ended, if anything:
        #   /bin/landbridge missing --plan 'my plan.json' --shards 8 --out parts
        # and then: sbatch --array=THAT {this script}
        exec /bin/landbridge run-shard --quiet --plan 'my plan.json' --shard "$SLURM_ARRAY_TASK_ID"/8 --out parts
        "#);
        assert!(script(Engine::Hq, 8, each, paths).contains("--array 0-7"));
        assert!(script(Engine::Parallel, 8, each, paths).contains("--shard {}/8"));
    }
}
