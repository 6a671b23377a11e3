//! What every command shares: reading a scenario, failing properly.

use std::io::{self, IsTerminal};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, ValueEnum};

use super::trouble::{Wanted, cannot, refused};
use crate::experiment::spoken::Spoken;
use crate::experiment::stall::{StallReport, stall_report};
use crate::experiment::{Plan, ReplicateError};
use crate::model::{self, Model};
use crate::railway::Ended;
use crate::report::summary::Looks;
use crate::report::{Lang, ReportError};
use crate::scenario::{self, Loaded, Style};
use crate::store::{PartFault, StoreError};
use crate::units::Instant;

/// The scenario of a command, and what is changed in it.
#[derive(Clone, Debug, Args)]
pub(super) struct ScenarioArgs {
    /// The scenario file.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Change any key of the scenario, such as `run.replications=100`; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
}

/// How often a scenario is run, where neither records nor goals are asked for.
#[derive(Clone, Debug, Args)]
pub(super) struct ReplicationArgs {
    /// How many replications of each set of runs; the scenario's own number where absent.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = one_or_more::<NonZeroU32>)]
    replications: Option<NonZeroU32>,
    /// The seed of every draw; the scenario's own where absent.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    seed: Option<u64>,
    /// Threads; as many as there are cores where absent. They have no influence on results.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = one_or_more::<NonZeroUsize>)]
    threads: Option<NonZeroUsize>,
}

/// In which language results are told.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct LangArgs {
    /// The language of what is drawn and told: charts, tables on the screen. Data files are the same in all.
    #[arg(long = "lang", value_name = "LANGUAGE", value_enum, default_value_t = Language::En)]
    language: Language,
}

/// A language by its code of two letters. Never read from the environment: the same command gives the same bytes everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Language {
    /// English.
    En,
    /// Chinese, in simplified characters.
    Zh,
}

impl LangArgs {
    /// The language asked for.
    pub(super) fn lang(self) -> Lang {
        match self.language {
            Language::En => Lang::En,
            Language::Zh => Lang::Zh,
        }
    }

    /// A loaded scenario under its names in the language asked for; nothing for English, in which it was loaded.
    pub(super) fn names(self, loaded: &Loaded) -> Option<Spoken> {
        let lang = self.lang();
        let scenario = (lang != Lang::default()).then(|| loaded.named_in(lang))?;
        // What could be compiled can be compiled under other names.
        let model = model::compile(&scenario).ok()?;
        Some(Spoken { scenario, model })
    }

    /// What a command needs at its end to speak it again; nothing for English, which is spoken unasked.
    pub(super) fn again(self) -> &'static str {
        self.lang().pick("", " --lang zh")
    }
}

/// A number of something on the command line, one or more.
pub(super) fn one_or_more<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "write a whole number, 1 or more".to_owned())
}

/// A seed on the command line, as a scenario may have it.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    let seed = text.parse().ok().filter(|seed| *seed <= i64::MAX.unsigned_abs());
    seed.ok_or_else(|| format!("write a whole number from 0 to {}", i64::MAX))
}

impl ReplicationArgs {
    /// What the options change in the scenario, so that the scenario kept with the results has it too.
    pub(super) fn overrides(&self) -> Vec<String> {
        let replications = self.replications.map(|n| format!("run.replications={n}"));
        let seed = self.seed.map(|n| format!("run.seed={n}"));
        replications.into_iter().chain(seed).collect()
    }

    /// How a scenario that was loaded with them is run.
    pub(super) fn plan(&self, loaded: &Loaded, event_limit: u64) -> Plan {
        let run = &loaded.scenario.run;
        Plan {
            replications: run.replications,
            until: None,
            seed: run.seed,
            confidence: run.confidence,
            records: 0,
            threads: threads(self.threads),
            event_limit,
        }
    }
}

impl ScenarioArgs {
    /// Reads, checks and compiles the scenario; warnings go to the terminal.
    pub(super) fn load(&self, overrides: &[String], quiet: bool) -> Result<(Loaded, Model), Failure> {
        let overrides: Vec<String> = self.set.iter().chain(overrides).cloned().collect();
        let loaded = scenario::load(&self.file, &overrides).map_err(|error| refused(error, &self.file, Wanted::Scenario))?;
        if !quiet && !loaded.warnings.is_empty() {
            anstream::eprintln!("{}", loaded.warnings.render(Style::Coloured));
        }
        let model = model::compile(&loaded.scenario).map_err(|problems| {
            let found = problems.iter().map(|p| (p.key(), p.to_string(), p.remedy()));
            Failure::Refused(loaded.refuse(found).render(Style::Coloured))
        })?;
        Ok((loaded, model))
    }

    /// The name of the file without folder and ending.
    pub(super) fn stem(&self) -> String {
        self.file
            .file_stem()
            .map_or_else(|| "scenario".to_owned(), |stem| stem.to_string_lossy().into_owned())
    }
}

/// What a batch system understands as "try again": `EX_TEMPFAIL` of sysexits.h.
const TRY_AGAIN: u8 = 75;

/// Why a command did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The input is not sound; what is wrong is said in full.
    #[error("{0}")]
    Refused(String),
    /// A file or folder could not be read or written.
    #[error("{path}: cannot {what}: {source}")]
    File {
        /// What was to be done with it.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A replication stalled.
    #[error("{0}")]
    Stalled(Box<StallReport>),
    /// A replication failed.
    #[error("{0}")]
    Run(String),
    /// A table or chart could not be made.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The store of finished runs cannot be used.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// It ended before it was done; the same command goes on.
    #[error("{0}")]
    Unfinished(String),
    /// A fault of the program, which was said when it happened.
    #[error("")]
    Panicked,
}

impl Failure {
    /// An error of the file system.
    pub(super) fn file(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File { what, path, source }
    }

    /// A failure of replications, in the words of the model.
    pub(super) fn of_run(error: &ReplicateError, model: &Model) -> Self {
        match error {
            ReplicateError::Ended {
                replication,
                ended: Ended::Stalled(stall),
            } => Self::Stalled(Box::new(stall_report(model, *replication, stall))),
            ReplicateError::Ended {
                replication,
                ended: Ended::LimitReached { at },
            } => Self::Run(format!(
                "replication {replication} met its limit at {}: more events or trains inside than allowed; look for a queue that grows without bound, or raise --max-events",
                civil(model, *at)
            )),
            error => Self::Run(error.to_string()),
        }
    }

    /// Says on the terminal what is wrong.
    pub(super) fn report(&self) {
        match self {
            Self::Refused(text) | Self::Unfinished(text) => anstream::eprintln!("{text}"),
            Self::Panicked => {}
            Self::File { what, path, source } | Self::Store(StoreError::File { what, path, source }) => {
                anstream::eprintln!("{}", cannot(what, path, source));
            }
            failure => anstream::eprintln!("error: {failure}"),
        }
    }

    /// The exit code that stands for it.
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Refused(_)
            | Self::File { what: "read", .. }
            | Self::Store(StoreError::Part {
                fault: PartFault::OtherPlan(_) | PartFault::OtherVersion(_) | PartFault::NotAPart,
                ..
            }) => 2,
            // Trying again does not help without a right.
            Self::Store(StoreError::File { source, .. })
                if matches!(source.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) =>
            {
                1
            }
            Self::Stalled(_) => 3,
            Self::Unfinished(_) | Self::Store(StoreError::Locked(_) | StoreError::File { .. } | StoreError::Incomplete { .. }) => TRY_AGAIN,
            Self::File { .. } | Self::Run(_) | Self::Report(_) | Self::Store(_) | Self::Panicked => 1,
        })
    }
}

/// A flag that ctrl-C, or the signal by which a batch system ends a task, sets. A second one ends the program at once.
pub(super) fn stop_flag() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    // Without a handler, an interruption only loses what is not yet written.
    let _ = ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) {
            std::process::exit(TRY_AGAIN.into());
        }
        if io::stderr().is_terminal() {
            anstream::eprintln!("\nstopping when what is in hand is finished; once more ends it at once");
        }
    });
    stop
}

/// The threads asked for, or as many as there are cores.
pub(super) fn threads(asked: Option<NonZeroUsize>) -> usize {
    asked
        .unwrap_or_else(|| std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
        .get()
}

/// An instant as the scenario's clock shows it.
pub(super) fn civil(model: &Model, at: Instant) -> String {
    model.clock.civil(&model.clock.zone, at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// How to show tables on standard output.
pub(super) fn looks() -> Looks {
    match terminal_size::terminal_size() {
        Some((width, _)) if io::stdout().is_terminal() => Looks::Terminal { columns: width.0 },
        _ => Looks::Plain,
    }
}
