//! The command line: the only part that sees terminal, files and wall clock.
//!
//! Exit codes: 0 done, 1 failed, 2 refused input, 3 the run stalled.

mod check;
mod common;
mod folder;
mod manifest;
mod progress;
mod replay;
mod run;
mod stress_des;
mod validate;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use common::Failure;

/// What the program is called with.
#[derive(Debug, Parser)]
#[command(
    name = "landbridge",
    version,
    about = "Simulates freight trains through border ports: what chokes, what a change buys, how sure that is.",
    after_help = "Exit codes: 0 done, 1 failed, 2 refused input, 3 the run stalled.\n\nStart with: landbridge run scenarios/baseline.toml",
    max_term_width = 110,
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find every problem of a scenario, with place and remedy, and compare loads with capacities; runs nothing.
    Check(check::Check),
    /// Run the replications of a scenario: a summary on the screen, a folder of results.
    Run(run::Run),
    /// Tell the story of one train of a finished run: every step with its cause, and who was before it.
    Replay(replay::Replay),
    /// Hold a model against published figures: met, missed or open, with intervals.
    Validate(validate::Validate),
    /// Hold this program against answers known from queueing theory: exact, simulated, interval, verdict.
    Verify(verify::Verify),
}

/// Reads the arguments, does what they say, reports what went wrong.
#[must_use]
pub fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Check(check) => check.execute(),
        Command::Run(run) => run.execute(),
        Command::Replay(replay) => replay.execute(),
        Command::Validate(validate) => validate.execute(),
        Command::Verify(verify) => verify.execute(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            failure.exit_code()
        }
    }
}
