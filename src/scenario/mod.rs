//! What a person writes: TOML files become a [`Scenario`], and every problem in them is found at once.
//!
//! A file may extend another and be overridden by `key.path=value`; the layers are merged into one
//! tree in which each value knows its file and position. The tree is decoded table by table, then the
//! whole is checked.
//!
//! ```
//! use landbridge::scenario::{Style, parse};
//!
//! let problems = parse("title = 'A line'\n[time]\nstart = '2022-01-01 00:00'\nzone = 'Asia/Shanghai'\nlength = 7", "line.toml");
//! let text = problems.unwrap_err().render(Style::Plain);
//! assert!(text.contains("`time.length` has no unit"));
//! assert!(text.contains("line.toml:5:10"));
//! assert!(text.contains(r#"write "7 min""#));
//! ```

use std::fs;
use std::path::Path;

use crate::lang::Lang;

mod check;
mod decode;
mod disruption;
mod document;
mod holidays;
mod inputs;
mod interruptions;
mod item;
mod layers;
mod nearest;
pub mod plan;
mod problem;
mod reader;
mod render;
mod resolved;
pub mod schema;
mod trace;
mod types;

pub use disruption::{Amount, Capacity, Disruption, Effect, Element, InHand, When};
pub use inputs::Input;
pub use nearest::suggestion;
pub use problem::{LoadError, Problem, ProblemKind, Problems, Severity, Source, SourcePlace, Thing};
pub use render::Style;
pub use resolved::{leaves, lines};
pub use types::*;

/// A scenario that can be run.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What was read.
    pub scenario: Scenario,
    /// What is probably not meant, though it can be run.
    pub warnings: Problems,
    /// The same scenario as one TOML text that needs no other file, with its keys sorted.
    pub resolved: String,
    /// Where everything is written.
    root: document::Node,
    /// The texts in which it is.
    sources: Vec<Source>,
}

impl Loaded {
    /// Every value with the remark beside it, sorted by key.
    #[must_use]
    pub fn inputs(&self) -> Vec<Input> {
        inputs::inputs(&self.root, &self.sources)
    }

    /// The same scenario under its names in another language, where they are given in it.
    #[must_use]
    pub fn named_in(&self, lang: Lang) -> Scenario {
        let cx = reader::Context::new(&self.root, Vec::new()).speaking(lang);
        decode::scenario(&cx).unwrap_or_else(|| self.scenario.clone())
    }

    /// Problems found after loading, drawn at their places: the dotted path of a table or key, what is
    /// wrong with it, and the remedy.
    #[must_use]
    pub fn refuse(&self, found: impl IntoIterator<Item = (String, String, String)>) -> Problems {
        Problems::later(&self.root, self.sources.clone(), found)
    }
}

/// Reads a scenario file with the files that it extends and overrides of the form `key.path=value`.
///
/// # Errors
/// The file cannot be read, or there are problems in it: then all of them.
pub fn load(path: &Path, overrides: &[String]) -> Result<Loaded, LoadError> {
    let text = fs::read_to_string(path).map_err(|source| LoadError::Unreadable {
        path: path.to_path_buf(),
        source,
    })?;
    read(text, path, overrides).map_err(LoadError::Refused)
}

/// Reads a scenario from a text. `name` is what messages call it; files that it names are looked for beside it.
///
/// # Errors
/// All problems in it.
pub fn parse(text: &str, name: &str) -> Result<Loaded, Problems> {
    read(text.to_owned(), Path::new(name), &[])
}

fn read(text: String, path: &Path, overrides: &[String]) -> Result<Loaded, Problems> {
    let mut problems = Vec::new();
    let document = layers::assemble(text, path, overrides, &mut problems);
    finish(document, problems)
}

/// Decodes and checks a merged tree.
fn finish(mut document: layers::Document, mut problems: Vec<Problem>) -> Result<Loaded, Problems> {
    // What is left of a broken text, or stands without its base, is not worth more messages.
    let broken = |problem: &Problem| matches!(problem.kind, ProblemKind::Syntax(_)) || problem.key == "extends";
    if problems.iter().any(broken) {
        return Err(Problems::new(problems, document.sources));
    }
    trace::embed(&mut document, &mut problems);
    holidays::embed(&mut document, &mut problems);
    let cx = reader::Context::new(&document.root, problems);
    let scenario = decode::scenario(&cx);
    if let Some(scenario) = &scenario {
        check::check(scenario, &cx);
    }
    let problems = Problems::new(cx.into_problems(), document.sources.clone());
    match scenario {
        Some(scenario) if problems.count(Severity::Error) == 0 => Ok(Loaded {
            scenario,
            resolved: resolved::write(&document.root),
            warnings: problems,
            root: document.root,
            sources: document.sources,
        }),
        _ => Err(problems),
    }
}

#[cfg(test)]
mod tests;
