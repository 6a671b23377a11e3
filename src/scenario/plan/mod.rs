//! A plan of experiments: a base scenario, what is varied in it, and how often each point is run.
//!
//! A plan is TOML like a scenario, and is read by the same rules: every problem at once, with place and remedy. Each
//! level of a factor is a layer that is laid over the base, so whatever a scenario file can change, a level can; and
//! a point of the design is a scenario like any other, read and checked as one.

use std::fs;
use std::path::Path;

mod decimal;
pub(super) mod decode;
mod factor;
mod optimise;
mod types;

pub use types::{Design, Factor, Levels, Limited, Optimise, PlanFile, PlannedRuns, Price, Priced, Replications, Setting, Shown, Span};

use super::document::{Node, parse_document};
use super::layers::Document;
use super::problem::{LoadError, Problem, ProblemKind, Problems, Severity, SourcePlace, reason};
use super::reader::Context;
use super::{Loaded, finish, holidays, trace};
use factor::{Draft, Part};

/// A plan that is sound but for its points, which are read one by one.
#[derive(Clone, Debug)]
pub struct LoadedPlan {
    /// What is asked for.
    pub file: PlanFile,
    /// What is probably not meant.
    pub warnings: Problems,
    /// The base by itself.
    pub base: Loaded,
    /// The plan and the base as trees.
    tree: Node,
    document: Document,
    factors: Vec<Draft>,
    /// Of each factor and level, what is laid over the base.
    layers: Vec<Vec<Vec<Node>>>,
}

/// Reads a plan file and its base, with overrides of the form `key.path=value` laid over the base.
///
/// # Errors
/// The file cannot be read, or there are problems in it: then all of them.
pub fn load(path: &Path, overrides: &[String]) -> Result<LoadedPlan, LoadError> {
    let text = fs::read_to_string(path).map_err(|source| LoadError::Unreadable {
        path: path.to_path_buf(),
        source,
    })?;
    read(text, path, overrides).map_err(LoadError::Refused)
}

fn read(text: String, path: &Path, overrides: &[String]) -> Result<LoadedPlan, Problems> {
    let mut problems = Vec::new();
    let mut document = Document::empty();
    let tree = parse_document(&text, 0, &mut problems);
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    document.add_source(path.display().to_string(), text, folder.clone());
    if !problems.is_empty() {
        return Err(Problems::new(problems, document.sources));
    }
    let cx = Context::new(&tree, problems);
    let draw = decode::plan(&cx);
    let mut problems = cx.into_problems();
    let Some(draw) = draw else {
        return Err(Problems::new(problems, document.sources));
    };
    let Some(base) = read_base(&mut document, draw.base.as_ref(), &folder, overrides, &mut problems) else {
        return Err(Problems::new(problems, document.sources));
    };
    document.begin_plan_layers();
    let layers = draw
        .factors
        .iter()
        .map(|draft| layers_of(draft, &mut document, &folder, &mut problems))
        .collect();
    for keys in draw.factors.iter().flat_map(|draft| &draft.targets) {
        problems.extend(document.unknown_id(keys));
    }
    let problems = Problems::new(problems, document.sources.clone());
    if problems.count(Severity::Error) > 0 {
        return Err(problems);
    }
    Ok(LoadedPlan {
        file: PlanFile {
            title: draw.title,
            description: draw.description,
            design: draw.design,
            factors: draw.factors.iter().map(|draft| draft.factor.clone()).collect(),
            run: draw.run,
            optimise: draw.optimise,
        },
        warnings: problems,
        base,
        tree,
        document,
        factors: draw.factors,
        layers,
    })
}

/// Reads the base below the plan; `None`, with its problems, where it cannot be run.
fn read_base(
    document: &mut Document,
    named: Option<&(String, SourcePlace)>,
    folder: &Path,
    overrides: &[String],
    problems: &mut Vec<Problem>,
) -> Option<Loaded> {
    let (name, at) = named?;
    let path = folder.join(name);
    let text = fs::read_to_string(&path)
        .map_err(|error| problems.push(unreadable("base".to_owned(), at, &path, &error)))
        .ok()?;
    let before = problems.len();
    document.lay_scenario(text, &path, overrides, problems);
    if problems.len() > before {
        return None;
    }
    trace::embed(document, problems);
    holidays::embed(document, problems);
    match finish(document.clone(), Vec::new()) {
        Ok(loaded) => (problems.len() == before).then_some(loaded),
        Err(found) => {
            problems.extend(found.list);
            None
        }
    }
}

fn unreadable(key: String, at: &SourcePlace, path: &Path, error: &std::io::Error) -> Problem {
    let kind = ProblemKind::Unreadable {
        path: path.display().to_string(),
        reason: reason(error),
    };
    Problem::error(kind, key, at.clone())
        .expected("the path of a scenario, relative to the plan")
        .remedy("give its path relative to the plan")
}

/// What each level of a factor lays over the base, with the files read.
fn layers_of(draft: &Draft, document: &mut Document, folder: &Path, problems: &mut Vec<Problem>) -> Vec<Vec<Node>> {
    let mut levels = Vec::new();
    for parts in &draft.layers {
        let mut layers = Vec::new();
        for part in parts {
            match part {
                Part::Tree(tree) => layers.push(tree.clone()),
                Part::File(name, at) => {
                    let path = folder.join(name);
                    match fs::read_to_string(&path) {
                        Ok(text) => {
                            for mut layer in document.read_above(text, &path, problems) {
                                // How often and with which seed, the plan says.
                                layer.table_mut().and_then(|table| table.remove("run"));
                                layers.push(layer);
                            }
                        }
                        Err(error) => problems.push(unreadable(format!("factors.{}.levels", draft.factor.id), at, &path, &error)),
                    }
                }
            }
        }
        levels.push(layers);
    }
    levels
}

impl LoadedPlan {
    /// The scenario of a point: a setting for each factor, in order.
    ///
    /// # Errors
    /// Every problem of it, at the place of the level or of the base.
    pub fn scenario(&self, settings: &[Setting]) -> Result<Loaded, Problems> {
        let mut document = self.document.clone();
        for ((draft, layers), setting) in self.factors.iter().zip(&self.layers).zip(settings) {
            match (*setting, &draft.factor.levels) {
                (Setting::Level(index), _) => layers
                    .get(index)
                    .into_iter()
                    .flatten()
                    .for_each(|layer| document.lay(layer.clone())),
                (Setting::At(share), Levels::Between(span)) => draft.tree(span, share).into_iter().for_each(|layer| document.lay(layer)),
                (Setting::Base | Setting::At(_), _) => {}
            }
        }
        finish(document, Vec::new())
    }

    /// What the base says for a factor, where that is one key with a value.
    #[must_use]
    pub fn base_label(&self, factor: &Factor) -> String {
        let leaf = factor.keys.first().and_then(|key| {
            let path: Vec<&str> = key.split('.').collect();
            self.document.root.find(&path)
        });
        match leaf.map(|node| &node.value) {
            Some(super::document::Value::Text(text)) => text.clone(),
            Some(value) => super::resolved::inline(value),
            None => "as in the base".to_owned(),
        }
    }

    /// Problems found after reading, drawn at their places in the plan: the dotted path of a table or key, what is
    /// wrong with it, and the remedy.
    #[must_use]
    pub fn refuse(&self, found: impl IntoIterator<Item = (String, String, String)>) -> Problems {
        Problems::later(&self.tree, self.document.sources.clone(), found)
    }

    /// The problems of several points as one list, each once; `points` says in a few words at which point the problems
    /// were met first.
    #[must_use]
    pub fn gather(&self, points: impl IntoIterator<Item = (String, Problems)>) -> Problems {
        let mut list: Vec<Problem> = Vec::new();
        let mut sources = self.document.sources.clone();
        for (words, problems) in points {
            if problems.sources.len() > sources.len() {
                sources.clone_from(&problems.sources);
            }
            for problem in problems.list {
                let known = |p: &Problem| (&p.place, &p.kind, &p.key) == (&problem.place, &problem.kind, &problem.key);
                if problem.severity == Severity::Error && !list.iter().any(known) {
                    let place = self.tree.find(&["factors"]).map(|node| node.key.clone());
                    list.push(match place {
                        Some(place) => problem.note(&place, format!("at {words}")),
                        None => problem,
                    });
                }
            }
        }
        Problems::new(list, sources)
    }
}

#[cfg(test)]
pub(super) mod tests;
