//! `landbridge schema`, `completions` and `man`: what an editor, a shell and a manual reader expect, from the keys and
//! options themselves.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::Shell;
use clap_mangen::Man;

use super::common::Failure;
use crate::report::ReportError;
use crate::scenario::schema;

/// Print a JSON Schema, by which an editor completes, explains and checks keys and values.
#[derive(Debug, Args)]
#[command(
    after_help = "The schema is of draft 2020-12. It knows keys, types, units and words; what depends on the rest of a file, such as whether \
    an id exists, only `landbridge check` knows.\n\n\
    Example, for VS Code with Even Better TOML and for any editor with taplo:\n  \
    landbridge schema > scenario.schema.json\n  and as the first line of a scenario beside it: #:schema ./scenario.schema.json"
)]
pub(super) struct Schema {
    /// Of which files.
    #[arg(value_enum, default_value_t = Of::Scenario)]
    of: Of,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Of {
    /// Scenarios.
    Scenario,
    /// Plans of experiments, as `sweep` and `sensitivity` read them.
    Plan,
}

impl Schema {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let schema = match self.of {
            Of::Scenario => schema::scenario(),
            Of::Plan => schema::plan(),
        };
        let text = serde_json::to_string_pretty(&schema).map_err(ReportError::from)?;
        print(format!("{text}\n").as_bytes())
    }
}

/// Print what a shell needs to complete commands and options.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  landbridge completions bash > ~/.local/share/bash-completion/completions/landbridge\n  \
    landbridge completions zsh > ~/.zfunc/_landbridge        # with fpath+=~/.zfunc before compinit in ~/.zshrc\n  \
    landbridge completions fish > ~/.config/fish/completions/landbridge.fish"
)]
pub(super) struct Completions {
    /// Which shell.
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::Arguments::command(), "landbridge", &mut script);
        print(&script)
    }
}

/// Print the manual page of the program, or write the pages of all its commands into a folder.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  landbridge man | man -l -                           # to read at once\n  \
    landbridge man ~/.local/share/man/man1              # then: man landbridge-run"
)]
pub(super) struct ManualPages {
    /// The folder for landbridge.1, landbridge-run.1 and so on; made where it does not exist, pages in it are replaced.
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl ManualPages {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        // With `help` and the full names that it gives to each command, such as landbridge-run.
        let mut program = super::Arguments::command().disable_help_subcommand(true);
        program.build();
        let Some(folder) = &self.folder else {
            return print(&page(&program));
        };
        fs::create_dir_all(folder).map_err(Failure::file("create the folder", folder))?;
        let pages: Vec<_> = std::iter::once(&program).chain(program.get_subcommands()).collect();
        for command in &pages {
            let path = folder.join(Man::new((*command).clone()).get_filename());
            fs::write(&path, page(command)).map_err(Failure::file("write", &path))?;
        }
        anstream::println!("written: {} pages in {}", pages.len(), folder.display());
        Ok(())
    }
}

fn page(command: &clap::Command) -> Vec<u8> {
    let mut roff = Vec::new();
    // Writing to memory does not fail.
    let _ = Man::new(command.clone()).render(&mut roff);
    roff
}

/// Writes to standard output; whoever closed it has read enough.
fn print(bytes: &[u8]) -> Result<(), Failure> {
    match std::io::stdout().write_all(bytes) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Run(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
