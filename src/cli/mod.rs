//! The command line: the only part that sees terminal, files and wall clock.
//!
//! Exit codes: 0 done, 1 failed, 2 refused input, 3 the run stalled, 75 unfinished, the same command goes on.

mod capacity;
mod check;
mod common;
mod compare;
mod drawn;
mod folder;
mod frontier;
mod knockout;
mod manifest;
mod merge;
mod missing;
mod new;
mod optimise;
mod plan;
mod plan_file;
mod progress;
mod replay;
mod report;
mod run;
mod run_shard;
mod sensitivity;
mod shell;
mod stored;
mod stress_des;
mod submit;
mod sweep;
mod sweep_charts;
mod sweep_json;
mod trouble;
mod validate;
mod verify;

use std::panic;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use common::Failure;

/// What the program is called with.
#[derive(Debug, Parser)]
#[command(
    name = "landbridge",
    version,
    about = "Simulates freight trains through border ports: what chokes, what a change buys, how sure that is.",
    after_help = "Exit codes: 0 done, 1 failed, 2 refused input, 3 the run stalled, 75 unfinished: the same command goes on.\n\nStart with: landbridge run scenarios/baseline.toml",
    max_term_width = 110,
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a commented scenario to begin with: a border with a break of gauge, sound as it is.
    New(new::New),
    /// Find every problem of a scenario, with place and remedy, and compare loads with capacities; runs nothing.
    Check(check::Check),
    /// Run the replications of a scenario: a summary on the screen, a folder of results.
    Run(run::Run),
    /// Tell the story of one train of a finished run: every step with its cause, and who was before it.
    Replay(replay::Replay),
    /// Draw charts and report of a finished run again, from what its folder holds; runs nothing.
    Report(report::Report),
    /// Hold a model against published figures: met, missed or open, with intervals.
    Validate(validate::Validate),
    /// Hold this program against answers known from queueing theory: exact, simulated, interval, verdict.
    Verify(verify::Verify),
    /// Run scenarios with the same luck, and show what tells them apart and how sure that is.
    Compare(compare::Compare),
    /// Find the most trains a day such that stated limits hold.
    Capacity(capacity::FindCapacity),
    /// Close each place, line and facility in turn for a time, and rank them by what that costs.
    Knockout(knockout::CloseEach),
    /// Run every point of a plan on all cores; goes on where it was stopped.
    Sweep(sweep::Sweep),
    /// Run a plan made for it, and say which of its factors matter.
    Sensitivity(sensitivity::WhichMatter),
    /// Choose the cheapest point of a plan that keeps stated limits, with a promised probability of being right.
    Optimise(optimise::Choose),
    /// Write a plan point by point, for many machines; runs nothing.
    Plan(plan::MakePlan),
    /// Run one shard of a plan and publish its part.
    RunShard(run_shard::RunShard),
    /// Print the shards of a plan that have no valid part yet.
    Missing(missing::Missing),
    /// Make one table of all parts of a plan.
    Merge(merge::Merge),
    /// Write the script by which a batch system runs all shards of a plan; runs nothing.
    Submit(submit::Submit),
    /// Print a JSON Schema, by which an editor completes, explains and checks keys and values.
    Schema(shell::Schema),
    /// Print what a shell needs to complete commands and options.
    Completions(shell::Completions),
    /// Print the manual page of the program, or write the pages of all its commands into a folder.
    Man(shell::ManualPages),
}

/// Reads the arguments, does what they say, reports what went wrong.
#[must_use]
pub fn main() -> ExitCode {
    panic::set_hook(Box::new(say_of_panic));
    let outcome = panic::catch_unwind(execute).unwrap_or(Err(Failure::Panicked));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            failure.exit_code()
        }
    }
}

/// In place of what the language says of a panic: that it is nobody's input, or that the output cannot be written.
fn say_of_panic(info: &panic::PanicHookInfo<'_>) {
    let payload = info.payload();
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let said = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or_default();
    if let Some(reason) = said.strip_prefix("failed printing to ") {
        anstream::eprintln!("error: cannot write to standard output: {reason}");
        return;
    }
    let place = info
        .location()
        .map_or_else(String::new, |place| format!(" ({}:{})", place.file(), place.line()));
    anstream::eprintln!(
        "error: a fault of landbridge {} itself, not of the input: {said}{place}\n  = help: please report it, with this message and the files it was given",
        env!("CARGO_PKG_VERSION")
    );
}

/// Does what the arguments say.
fn execute() -> Result<(), Failure> {
    match Arguments::parse().command {
        Command::New(new) => new.execute(),
        Command::Check(check) => check.execute(),
        Command::Run(run) => run.execute(),
        Command::Replay(replay) => replay.execute(),
        Command::Report(report) => report.execute(),
        Command::Validate(validate) => validate.execute(),
        Command::Verify(verify) => verify.execute(),
        Command::Compare(compare) => compare.execute(),
        Command::Capacity(capacity) => capacity.execute(),
        Command::Knockout(knockout) => knockout.execute(),
        Command::Sweep(sweep) => sweep.execute(),
        Command::Sensitivity(which) => which.execute(),
        Command::Optimise(choose) => choose.execute(),
        Command::Plan(plan) => plan.execute(),
        Command::RunShard(shard) => shard.execute(),
        Command::Missing(missing) => missing.execute(),
        Command::Merge(merge) => merge.execute(),
        Command::Submit(submit) => submit.execute(),
        Command::Schema(schema) => schema.execute(),
        Command::Completions(completions) => completions.execute(),
        Command::Man(man) => man.execute(),
    }
}
