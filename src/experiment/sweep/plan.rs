//! `PlanFile` -build-> `Plan`: every point read, compiled and named before anything runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::asked::MeasuresFound;
use super::design::{count, settings};
use super::selecting::SelectionRule;
use crate::experiment::{MeasureName, RESULTS_VERSION, names};
use crate::model::{self, Model};
use crate::scenario::plan::{Design, LoadedPlan, Replications, Setting};
use crate::scenario::{self, Loaded, Problems, Until};
use crate::stats::design::MOST_DIMENSIONS;

/// The first words of every plan, so that no other file is taken for one.
const FORMAT: &str = "landbridge plan 1";
/// Points whose problems are shown; a slip in a level is met at most of its points.
const BAD_POINTS: usize = 40;
/// Points that are read before their measures are added to the others', which bounds memory.
const AT_ONCE: usize = 64;
/// What a scenario says about itself, and what a plan says in its place, has no influence on a run.
const WITHOUT_INFLUENCE: [&str; 4] = ["title", "titles", "description", "run"];

/// Everything that is to be run, in order; the same bytes on every machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    format: String,
    /// One line for headings.
    pub title: String,
    /// The version of results; a program of another one cannot carry this plan out.
    pub results_version: u32,
    /// The seed of every run.
    pub seed: u64,
    /// The level of intervals.
    pub confidence: f64,
    /// The most events of one run.
    pub most_events: u64,
    /// When a point has enough replications; where absent, `replications` of the point are run.
    pub stopping: Option<StoppingRule>,
    /// How the cheapest point is chosen, and which runs that takes; where absent, every point is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<SelectionRule>,
    /// What is varied: the columns of the points.
    pub factors: Vec<FactorColumn>,
    /// What is measured, at any of the points.
    pub measures: Vec<MeasureColumn>,
    /// The base, value by value.
    pub base: BTreeMap<String, String>,
    /// The points in order.
    pub points: Vec<Point>,
}

/// When a point has enough replications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoppingRule {
    /// What is to be known, and how well.
    pub goals: Vec<PointGoal>,
    /// Replications of a point after which it ends, known or not.
    pub at_most: u32,
}

/// A measure that is to be known at every point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointGoal {
    /// Its index in [`Plan::measures`].
    pub measure: u32,
    /// The largest error as a share of its mean.
    pub within: f64,
}

/// A factor as a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactorColumn {
    /// The id.
    pub id: String,
    /// For people.
    pub name: String,
    /// The unit of all its levels; absent where they are no quantities of one unit, empty for bare numbers.
    pub unit: Option<String>,
}

/// A measure as a column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureColumn {
    /// The dotted path with the unit last.
    pub id: String,
    /// For people.
    pub label: String,
    /// The unit; empty for a share.
    pub unit: String,
    /// Whether it belongs on a summary.
    pub headline: bool,
}

/// A point of the design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// The level of each factor as it is written.
    pub levels: Vec<String>,
    /// The number of each level, where it is a quantity.
    pub numbers: Vec<Option<f64>>,
    /// How many replications are run; with a stopping rule, before the first look.
    pub replications: u32,
    /// SHA-256 of what has an influence on its runs, in hexadecimal; equal for points that are the same scenario.
    pub scenario: String,
    /// What it sets over the base, value by value.
    pub set: BTreeMap<String, String>,
    /// What it takes out of the base.
    pub unset: BTreeSet<String>,
}

/// Why a text is no plan that this program can carry out.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// It is something else.
    #[error("is not a plan that `landbridge plan` wrote: {0}")]
    NotAPlan(String),
    /// It was made by a program with other results.
    #[error(
        "was made for results of version {0}, and this program gives version {RESULTS_VERSION}; make the plan again, or use the program that made it"
    )]
    OtherVersion(u32),
}

/// Reads, checks and compiles every point of a plan file.
///
/// # Errors
/// Every problem of the plan, and of the scenarios that its points make.
pub fn build(loaded: &LoadedPlan) -> Result<Plan, Problems> {
    let run = &loaded.base.scenario.run;
    let asked = &loaded.file.run;
    let asked_replications = replications_of(loaded);
    let replications = match &asked_replications {
        Replications::OfBase => run.replications,
        Replications::Fixed(n) => *n,
        Replications::Until { least, .. } => least.unwrap_or(run.replications),
    };
    within_bounds(loaded)?;
    let base = values(&loaded.base.resolved);
    let settings = settings(&loaded.file);
    let cx = Builder {
        loaded,
        base: &base,
        replications,
        most_events: asked.most_events,
    };
    let (mut points, mut measures, mut bad) = (Vec::new(), Columns::default(), Vec::new());
    for (stretch, at_once) in settings.chunks(AT_ONCE).enumerate() {
        let built: Vec<Built> = at_once
            .par_iter()
            .enumerate()
            .map(|(n, point)| cx.point(stretch * AT_ONCE + n, point))
            .collect();
        for outcome in built {
            match outcome {
                Ok((point, names)) => {
                    measures.add(names);
                    points.push(point);
                }
                Err(problems) => bad.push(problems),
            }
        }
    }
    if !bad.is_empty() {
        return Err(loaded.gather(bad.into_iter().take(BAD_POINTS)));
    }
    let stopping = match &asked_replications {
        Replications::Until { goals, at_most, .. } => Some(StoppingRule {
            goals: point_goals(loaded, goals, &measures.list)?,
            at_most: (*at_most).max(replications),
        }),
        Replications::OfBase | Replications::Fixed(_) => None,
    };
    Ok(Plan {
        format: FORMAT.to_owned(),
        title: loaded.file.title.clone(),
        results_version: RESULTS_VERSION,
        seed: asked.seed.unwrap_or(run.seed),
        confidence: asked.confidence.unwrap_or(run.confidence),
        most_events: asked.most_events,
        stopping,
        selection: None,
        factors: factor_columns(loaded, &points, &settings),
        measures: measures.list,
        base,
        points,
    })
}

/// How many replications are asked for: where the plan says nothing, as the base has it, its goals included.
fn replications_of(loaded: &LoadedPlan) -> Replications {
    let run = &loaded.base.scenario.run;
    match &loaded.file.run.replications {
        Replications::OfBase if !run.until.is_empty() => Replications::Until {
            least: None,
            goals: run.until.clone(),
            at_most: run.at_most,
        },
        asked => asked.clone(),
    }
}

/// More points or runs than meant are refused before any of them is read.
fn within_bounds(loaded: &LoadedPlan) -> Result<(), Problems> {
    let file = &loaded.file;
    let points = count(file);
    let each = match &replications_of(loaded) {
        Replications::OfBase => loaded.base.scenario.run.replications,
        Replications::Fixed(n) => *n,
        Replications::Until { at_most, .. } => *at_most,
    };
    let runs = points.saturating_mul(each.into());
    if runs > file.run.most_runs.into() {
        let wrong = format!(
            "comes to {points} points of up to {each} replications, {runs} runs, more than `run.most_runs`, which is {}",
            file.run.most_runs
        );
        let remedy = "take fewer levels or replications, or raise `run.most_runs` if so many are meant".to_owned();
        return Err(loaded.refuse([("design".to_owned(), wrong, remedy)]));
    }
    let coordinates = match file.design {
        Design::Sobol { .. } => file.factors.len(),
        Design::Saltelli { .. } => 2 * file.factors.len(),
        _ => 0,
    };
    if coordinates > MOST_DIMENSIONS {
        let wrong = format!("needs {coordinates} coordinates of Sobol's sequence, which has {MOST_DIMENSIONS}");
        return Err(loaded.refuse([("design".to_owned(), wrong, "take \"latin hypercube\"".to_owned())]));
    }
    Ok(())
}

/// A resolved scenario value by value, without what has no influence on a run.
fn values(resolved: &str) -> BTreeMap<String, String> {
    let lines = scenario::lines(resolved);
    let pairs = lines.iter().filter_map(|line| line.split_once(" = "));
    let first = |key: &str| key.split('.').next().unwrap_or_default().to_owned();
    pairs
        .filter(|(key, _)| !WITHOUT_INFLUENCE.contains(&first(key).as_str()) && !key.contains(".names."))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// A point with its measures, or where it is and what is wrong with it.
type Built = Result<(Point, Vec<MeasureName>), (String, Problems)>;

struct Builder<'a> {
    loaded: &'a LoadedPlan,
    base: &'a BTreeMap<String, String>,
    replications: u32,
    most_events: u64,
}

impl Builder<'_> {
    fn point(&self, n: usize, settings: &[Setting]) -> Built {
        let factors = &self.loaded.file.factors;
        let shown = factors.iter().zip(settings).map(|(factor, setting)| {
            let shown = factor.shown(*setting);
            let label = shown
                .as_ref()
                .map_or_else(|| self.loaded.base_label(factor), |shown| shown.label.clone());
            (label, shown.and_then(|shown| shown.number).map(|(number, _)| number))
        });
        let (levels, numbers): (Vec<String>, Vec<Option<f64>>) = shown.unzip();
        let words = || {
            let levels: Vec<String> = factors
                .iter()
                .zip(&levels)
                .map(|(f, level)| format!("{} = {level}", f.id))
                .collect();
            format!("point {}: {}", n + 1, levels.join(", "))
        };
        let loaded = self.loaded.scenario(settings).map_err(|problems| (words(), problems))?;
        let model = compiled(&loaded).map_err(|problems| (words(), problems))?;
        let values = values(&loaded.resolved);
        let set = values.iter().filter(|(key, value)| self.base.get(*key) != Some(value));
        let unset = self.base.keys().filter(|key| !values.contains_key(*key));
        let point = Point {
            levels,
            numbers,
            replications: self.replications,
            scenario: content_hash(&values, self.most_events),
            set: set.map(|(key, value)| (key.clone(), value.clone())).collect(),
            unset: unset.cloned().collect(),
        };
        Ok((point, names(&model)))
    }
}

fn compiled(loaded: &Loaded) -> Result<Model, Problems> {
    model::compile(&loaded.scenario).map_err(|problems| loaded.refuse(problems.iter().map(|p| (p.key(), p.to_string(), p.remedy()))))
}

/// The name of a scenario: what has an influence on its runs, and their limit.
fn content_hash(values: &BTreeMap<String, String>, most_events: u64) -> String {
    let mut hash = Sha256::new();
    for (key, value) in values {
        hash.update(format!("{key} = {value}\n"));
    }
    hash.update(format!("most_events = {most_events}\n"));
    hexadecimal(&hash.finalize())
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        // Writing into a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The measures of all points, each once, in the order in which they are met.
#[derive(Default)]
struct Columns {
    list: Vec<MeasureColumn>,
    known: BTreeSet<String>,
}

impl Columns {
    fn add(&mut self, names: Vec<MeasureName>) {
        for MeasureName { id, label, unit, headline } in names {
            if self.known.insert(id.clone()) {
                self.list.push(MeasureColumn {
                    id,
                    label,
                    unit: unit.to_owned(),
                    headline,
                });
            }
        }
    }
}

fn point_goals(loaded: &LoadedPlan, goals: &[Until], measures: &[MeasureColumn]) -> Result<Vec<PointGoal>, Problems> {
    let mut found = MeasuresFound::new(loaded, measures);
    let goals = goals.iter().filter_map(|goal| {
        Some(PointGoal {
            measure: found.index("run.until", &goal.measure)?,
            within: goal.within,
        })
    });
    let goals = goals.collect();
    found.or_refuse(goals)
}

fn factor_columns(loaded: &LoadedPlan, points: &[Point], settings: &[Vec<Setting>]) -> Vec<FactorColumn> {
    let column = |(at, factor): (usize, &scenario::plan::Factor)| {
        let units = settings
            .iter()
            .map(|point| factor.shown(point[at]))
            .map(|shown| shown?.number.map(|(_, unit)| unit));
        let units: BTreeSet<Option<String>> = units.collect();
        let of_base = points.iter().any(|point| point.numbers[at].is_none());
        let unit = match (units.into_iter().collect::<Vec<_>>().as_slice(), of_base) {
            ([Some(unit)], false) => Some(unit.clone()),
            _ => None,
        };
        FactorColumn {
            id: factor.id.clone(),
            name: factor.name.clone(),
            unit,
        }
    };
    loaded.file.factors.iter().enumerate().map(column).collect()
}

impl Plan {
    /// The plan as a text: its bytes are what [`Plan::id`] names.
    ///
    /// # Errors
    /// None that memory does not give.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Reads what [`Plan::to_json`] wrote.
    ///
    /// # Errors
    /// The text is something else, or of another version of results.
    pub fn from_json(text: &str) -> Result<Self, PlanError> {
        let plan: Self = serde_json::from_str(text).map_err(|error| PlanError::NotAPlan(error.to_string()))?;
        let whole = |point: &Point| point.levels.len() == plan.factors.len() && point.numbers.len() == plan.factors.len();
        if plan.format != FORMAT || !plan.points.iter().all(whole) {
            return Err(PlanError::NotAPlan(format!("it does not begin with the format {FORMAT:?}")));
        }
        if plan.results_version != RESULTS_VERSION {
            return Err(PlanError::OtherVersion(plan.results_version));
        }
        Ok(plan)
    }

    /// The name of a plan: SHA-256 of its text.
    #[must_use]
    pub fn id(text: &str) -> String {
        hexadecimal(&Sha256::digest(text.as_bytes()))
    }

    /// The model of a point.
    ///
    /// # Errors
    /// What is wrong with its scenario; nothing if [`build`] made the plan.
    pub fn model(&self, point: &Point) -> Result<Model, String> {
        let mut values = self.base.clone();
        values.retain(|key, _| !point.unset.contains(key));
        values.extend(point.set.iter().map(|(key, value)| (key.clone(), value.clone())));
        if content_hash(&values, self.most_events) != point.scenario {
            return Err("the scenario of a point is not the one that the plan names".to_owned());
        }
        let text = values.iter().fold("title = \"a point\"\n".to_owned(), |text, (key, value)| {
            text + key + " = " + value + "\n"
        });
        let loaded = scenario::parse(&text, "a point of the plan").map_err(|problems| problems.to_string())?;
        compiled(&loaded).map_err(|problems| problems.to_string())
    }

    /// The measures at which a stopping rule or a selection looks, as indices in [`Plan::measures`].
    #[must_use]
    pub fn watched(&self) -> Vec<u32> {
        let goals = self.stopping.iter().flat_map(|rule| &rule.goals).map(|goal| goal.measure);
        goals.chain(self.selection.iter().flat_map(SelectionRule::measures)).collect()
    }

    /// Whether the values of runs decide which others are needed.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.stopping.is_some() || self.selection.is_some()
    }

    /// For each point the first point that is the same scenario, and so has the same runs.
    #[must_use]
    pub fn first_alike(&self) -> Vec<u32> {
        let mut first = BTreeMap::new();
        let of = |(n, point): (usize, &Point)| *first.entry(point.scenario.clone()).or_insert(n as u32);
        self.points.iter().enumerate().map(of).collect()
    }
}
