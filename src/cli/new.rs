//! `landbridge new`: a scenario to begin with.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::common::Failure;
use super::manifest::quoted;

const SCENARIO: &str = include_str!("../../assets/starter/scenario.toml");
const PLAN: &str = include_str!("../../assets/starter/plan.toml");

/// Write a commented scenario to begin with: a border with a break of gauge, sound as it is.
#[derive(Debug, Args)]
#[command(
    after_help = "Writes NAME.toml, and with --plan NAME-sweep.toml beside it; never over a file that exists. Where NAME.toml is there \
    already, --plan adds only the plan.\n\n\
    Examples:\n  landbridge new my_border\n  landbridge new studies/my_border --plan"
)]
pub(super) struct New {
    /// What to call it: the file without `.toml`, in a folder that exists.
    #[arg(value_name = "NAME")]
    name: PathBuf,
    /// A plan of a sweep over it as well.
    #[arg(long)]
    plan: bool,
    /// Only errors on the terminal.
    #[arg(long, short)]
    quiet: bool,
}

impl New {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let (folder, stem) = self.place()?;
        let scenario = folder.join(format!("{stem}.toml"));
        let plan = folder.join(format!("{stem}-sweep.toml"));
        if self.plan && plan.exists() {
            return Err(there_already(&plan));
        }
        let made = !(self.plan && scenario.is_file());
        if made {
            write(&scenario, &filled(SCENARIO, &scenario, &stem, &stem))?;
        }
        if self.plan {
            let title = format!("{stem}: customs desks and growth of exports");
            write(&plan, &filled(PLAN, &plan, &title, &format!("{stem}.toml")))?;
        }
        if !self.quiet {
            self.say_what_next(made, &scenario, &plan);
        }
        Ok(())
    }

    /// The folder to write in, and what the files are called in it.
    fn place(&self) -> Result<(&Path, String), Failure> {
        let refused = |why: &str, help: &str| Failure::Refused(format!("error: `{}` {why}\n  = help: {help}", self.name.display()));
        let name = self.name.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let stem = name.strip_suffix(".toml").unwrap_or(name);
        let ends_as_folder = self.name.to_string_lossy().ends_with(std::path::is_separator);
        if stem.is_empty() || stem.starts_with('.') || stem.chars().any(char::is_control) || ends_as_folder {
            return Err(refused("is no name of a file", "for example: landbridge new my_border"));
        }
        let folder = self.name.parent().unwrap_or(Path::new(""));
        if !folder.as_os_str().is_empty() && !folder.is_dir() {
            return Err(refused(
                "is in a folder that does not exist",
                &format!("make it first: mkdir -p {}", quoted(&folder.to_string_lossy())),
            ));
        }
        Ok((folder, stem.to_owned()))
    }

    fn say_what_next(&self, made: bool, scenario: &Path, plan: &Path) {
        let word = |path: &Path| quoted(&path.to_string_lossy());
        match (made, self.plan) {
            (true, true) => anstream::println!("written: {} and {}", scenario.display(), plan.display()),
            (true, false) => anstream::println!("written: {}", scenario.display()),
            (false, _) => anstream::println!("written: {}; {} was there and is as it was", plan.display(), scenario.display()),
        }
        anstream::println!("\nNext:");
        if made {
            anstream::println!("  landbridge check {}", word(scenario));
            anstream::println!("  landbridge run {}", word(scenario));
            anstream::println!("and put your numbers in the place of the examples in it.");
        }
        if self.plan {
            anstream::println!("  landbridge sweep {} --dry-run", word(plan));
        }
    }
}

/// A starter with its own name in it.
fn filled(starter: &str, path: &Path, title: &str, base: &str) -> String {
    let text = |words: &str| toml::Value::from(words).to_string();
    starter
        .replace("{file}", &quoted(&path.to_string_lossy()))
        .replace("{title}", &text(title))
        .replace("{base}", &text(base))
}

fn there_already(path: &Path) -> Failure {
    Failure::Refused(format!(
        "error: {} exists already and is not overwritten\n  = help: choose another name, or remove this file first",
        path.display()
    ))
}

/// Writes a file that must not exist.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    match opened.and_then(|mut file| file.write_all(text.as_bytes())) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(there_already(path)),
        outcome => outcome.map_err(Failure::file("write", path)),
    }
}
