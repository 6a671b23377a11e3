//! From the tree of a plan to what it asks for.

use std::collections::BTreeMap;

use super::super::decode::time_run::{UNTIL, level, until};
use super::super::item::Item;
use super::super::problem::{Problem, ProblemKind, SourcePlace};
use super::super::reader::Context;
use super::factor::{Draft, factor, path_of};
use super::optimise::optimise;
use super::types::{Design, Levels, Optimise, PlannedRuns, Replications};

/// A plan whose base is not yet read.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Draw {
    pub(super) title: String,
    pub(super) description: String,
    /// The file of the base and where its name stands.
    pub(super) base: Option<(String, SourcePlace)>,
    pub(super) design: Design,
    pub(super) run: PlannedRuns,
    pub(super) factors: Vec<Draft>,
    pub(super) optimise: Option<Optimise>,
}

/// What holds without `[run]`: the replications of the base, and bounds that only a slip meets.
const DEFAULT_RUNS: PlannedRuns = PlannedRuns {
    seed: None,
    confidence: None,
    replications: Replications::OfBase,
    most_events: 10_000_000_000,
    most_runs: 100_000,
};
/// Replications of a point at most, where measures are to be known and no other number is given.
const MOST_REPLICATIONS: u32 = 200;
/// Points of a design at most.
const MOST_POINTS: u64 = 1_000_000;

/// Reads the whole plan.
pub(in crate::scenario) fn plan(cx: &Context<'_>) -> Option<Draw> {
    let root = Item {
        node: cx.root(),
        path: String::new(),
        cx,
    };
    root.table(|reader| {
        let title = reader.required("title", "one line that says what the plan asks", |item| {
            item.text("one line of text")
        });
        let description = reader.optional("description", |item| item.text("sentences"));
        let expected = "the path of a scenario, relative to the plan";
        let base = reader.required("base", expected, |item| {
            Some((item.text(expected)?.to_owned(), item.node.at.clone()))
        });
        let design = reader.required("design", "a table with `kind`", design);
        let expected = "a table for each factor, such as [factors.cranes]";
        let factors: BTreeMap<_, _> = reader.required("factors", expected, |item| item.things(factor)).unwrap_or_default();
        let factors: Vec<Draft> = factors.into_values().collect();
        let run = reader.optional("run", runs).unwrap_or(DEFAULT_RUNS);
        let optimise = reader.optional("optimise", |item| optimise(item, &factors));
        no_key_twice(&factors, reader.item());
        if let Some(word) = design.and_then(Design::needs_steps) {
            without_steps(&factors, word, reader.item());
        }
        Draw {
            title: title.unwrap_or_default().to_owned(),
            description: description.unwrap_or_default().trim().to_owned(),
            base,
            design: design.unwrap_or(Design::Grid),
            run,
            factors,
            optimise,
        }
    })
}

impl Design {
    /// What it is called, for messages, where every factor must have levels.
    fn needs_steps(self) -> Option<&'static str> {
        match self {
            Self::Grid => Some("grid"),
            Self::OneAtATime => Some("design of one at a time"),
            Self::LatinHypercube { .. } | Self::Sobol { .. } | Self::Morris { .. } | Self::Saltelli { .. } => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Grid,
    OneAtATime,
    LatinHypercube,
    Sobol,
    Morris,
    Saltelli,
}

fn design(item: &Item<'_>) -> Option<Design> {
    item.table(|reader| {
        let words = [
            ("grid", Kind::Grid),
            ("one at a time", Kind::OneAtATime),
            ("latin hypercube", Kind::LatinHypercube),
            ("sobol", Kind::Sobol),
            ("morris", Kind::Morris),
            ("saltelli", Kind::Saltelli),
        ];
        let kind = reader.required("kind", "the word of a design, such as \"grid\"", |item| item.choice(&words));
        let points = reader.get("points");
        let seed = reader.get("seed");
        let kind = kind?;
        if matches!(kind, Kind::Grid | Kind::OneAtATime) {
            for item in points.iter().chain(&seed) {
                let problem = Problem::error(
                    ProblemKind::Idle("a design whose points follow from its levels"),
                    item.path.as_str(),
                    item.node.key.clone(),
                );
                item.cx.report(problem.remedy("take it out"));
            }
            return Some(if kind == Kind::Grid { Design::Grid } else { Design::OneAtATime });
        }
        let seed = seed.map_or(Some(1), |seed| seed.whole(0, i64::MAX.unsigned_abs()))?;
        let Some(item) = points else {
            let problem = reader.missing("points").expected("how many points, such as 64");
            return reader.item().refuse(problem);
        };
        #[allow(clippy::cast_possible_truncation, reason = "at most MOST_POINTS")]
        let points = item.whole(1, MOST_POINTS)? as u32;
        if matches!(kind, Kind::Sobol | Kind::Saltelli) && !points.is_power_of_two() {
            let remedy = format!("take {} or {}", points.next_power_of_two() / 2, points.next_power_of_two());
            item.cx.report(item.problem(ProblemKind::NotPowerOfTwo).remedy(remedy).warning());
        }
        Some(match kind {
            Kind::Sobol => Design::Sobol { points, seed },
            Kind::Morris => Design::Morris { points, seed },
            Kind::Saltelli => Design::Saltelli { points, seed },
            Kind::LatinHypercube | Kind::Grid | Kind::OneAtATime => Design::LatinHypercube { points, seed },
        })
    })?
}

fn runs(item: &Item<'_>) -> Option<PlannedRuns> {
    item.table(|reader| {
        let number = reader.optional("replications", |n| n.count(1));
        let goals = reader.optional("until", |goals| goals.list(UNTIL, until)).unwrap_or_default();
        let at_most = reader.get("at_most");
        let replications = match (number, goals.is_empty()) {
            (Some(n), true) => Replications::Fixed(n),
            (None, true) => Replications::OfBase,
            (least, false) => Replications::Until {
                least,
                goals,
                at_most: at_most.as_ref().and_then(|n| n.count(1)).unwrap_or(MOST_REPLICATIONS),
            },
        };
        if let Some(idle) = at_most.filter(|_| !matches!(replications, Replications::Until { .. })) {
            let problem = Problem::error(ProblemKind::OnlyWith("until"), idle.path.as_str(), idle.node.key.clone());
            idle.cx.report(problem.remedy("give `until`, or take it out"));
        }
        PlannedRuns {
            seed: reader.optional("seed", |seed| seed.whole(0, i64::MAX.unsigned_abs())),
            confidence: reader.optional("confidence", level),
            replications,
            most_events: reader
                .optional("most_events", |n| n.whole(1, 1_000_000_000_000_000))
                .unwrap_or(DEFAULT_RUNS.most_events),
            most_runs: reader
                .optional("most_runs", |n| n.whole(1, 1_000_000_000))
                .unwrap_or(DEFAULT_RUNS.most_runs),
        }
    })
}

/// No factor may change a key that another changes, or that lies within it.
fn no_key_twice(factors: &[Draft], item: &Item<'_>) {
    let within = |one: &str, other: &str| one == other || one.strip_prefix(other).is_some_and(|rest| rest.starts_with('.'));
    for (at, draft) in factors.iter().enumerate() {
        for keys in &draft.targets {
            let path = path_of(keys);
            let clash = |other: &&Draft| other.factor.keys.iter().any(|key| within(key, &path) || within(&path, key));
            if let Some(other) = factors[..at].iter().find(clash) {
                let kind = ProblemKind::SameKey {
                    key: path.clone(),
                    other: other.factor.id.clone(),
                };
                let problem = Problem::error(kind, format!("factors.{}", draft.factor.id), keys[0].1.clone());
                item.cx.report(problem.remedy("tie them together in one factor by `keys`"));
            }
        }
    }
}

/// Every factor of a grid needs levels.
fn without_steps(factors: &[Draft], word: &'static str, item: &Item<'_>) {
    for draft in factors.iter().filter(|draft| matches!(draft.factor.levels, Levels::Between(_))) {
        let problem = Problem::error(
            ProblemKind::NoSteps(word),
            format!("factors.{}", draft.factor.id),
            draft.place.clone(),
        );
        item.cx
            .report(problem.remedy("give `step` or `points`, or choose \"latin hypercube\" or \"sobol\""));
    }
}
