//! `LoadedPlan` -`build_selection`-> `Plan`: what its table `[optimise]` asks for, point by point.

use super::design::settings;
use super::plan::{MeasureColumn, Plan, build};
use super::selecting::{PointLimit, PointPrice, SelectionRule};
use crate::scenario::plan::{LoadedPlan, Optimise, Price, Setting};
use crate::scenario::{self, Problems};

/// Finds measures by their ids and notes what is unknown.
pub(super) struct MeasuresFound<'a> {
    loaded: &'a LoadedPlan,
    measures: &'a [MeasureColumn],
    unknown: Vec<(String, String, String)>,
}

impl<'a> MeasuresFound<'a> {
    pub(super) fn new(loaded: &'a LoadedPlan, measures: &'a [MeasureColumn]) -> Self {
        Self {
            loaded,
            measures,
            unknown: Vec::new(),
        }
    }

    /// The index of a measure that a key of the plan names.
    pub(super) fn index(&mut self, key: &str, id: &str) -> Option<u32> {
        let found = self.measures.iter().position(|measure| measure.id == id);
        if found.is_none() {
            let ids = self.measures.iter().map(|measure| measure.id.as_str());
            let remedy = scenario::suggestion(id, ids.collect::<Vec<_>>());
            let wrong = format!("names the measure {id:?}, which no point has");
            self.unknown.push((key.to_owned(), wrong, remedy.unwrap_or_default()));
        }
        found.map(|index| index as u32)
    }

    pub(super) fn or_refuse<T>(self, value: T) -> Result<T, Problems> {
        if self.unknown.is_empty() {
            Ok(value)
        } else {
            Err(self.loaded.refuse(self.unknown))
        }
    }
}

/// Reads, checks and compiles every point of a plan file of which the cheapest point is to be chosen.
///
/// # Errors
/// Every problem of the plan, and of the scenarios that its points make; the plan says nothing of costs and limits.
pub fn build_selection(loaded: &LoadedPlan) -> Result<Plan, Problems> {
    let refuse = |key: &str, wrong: &str, remedy: &str| loaded.refuse([(key.to_owned(), wrong.to_owned(), remedy.to_owned())]);
    let Some(asked) = &loaded.file.optimise else {
        let remedy = "add a table [optimise] with `limits` and `costs`";
        return Err(refuse(
            "design",
            "says which points there are, but nothing says what they cost and must keep",
            remedy,
        ));
    };
    let mut plan = build(loaded)?;
    // The selection decides how many replications a point gets.
    plan.stopping = None;
    if plan.points.iter().any(|point| point.replications < 2) {
        let remedy = "let `run.replications` be 10 to 20, at least 2";
        return Err(refuse(
            "run",
            "leaves one replication before the first look, which says nothing of their spread",
            remedy,
        ));
    }
    if plan.points.iter().any(|point| point.replications > asked.at_most) {
        let remedy = "let `run.replications` be at most `optimise.at_most`";
        return Err(refuse(
            "optimise.at_most",
            "is less than the replications before the first look",
            remedy,
        ));
    }
    let settings = settings(&loaded.file);
    let costs: Option<Vec<f64>> = settings.iter().map(|point| fixed_cost(loaded, asked, point)).collect();
    let Some(fixed_costs) = costs else {
        let remedy = "take \"grid\", and let the base be one of the levels";
        return Err(refuse(
            "design",
            "has a point at which a factor is as in the base, of which no cost is known",
            remedy,
        ));
    };
    plan.selection = Some(selection_rule(loaded, asked, fixed_costs, &plan.measures)?);
    Ok(plan)
}

/// What the levels of a point cost; `None` where a factor that costs something is as in the base.
fn fixed_cost(loaded: &LoadedPlan, asked: &Optimise, point: &[Setting]) -> Option<f64> {
    let factors = loaded.file.factors.iter().zip(&asked.costs).zip(point);
    let cost = factors.map(|((factor, price), setting)| match (price, setting) {
        (Price::Levels(costs), Setting::Level(index)) => costs.get(*index).copied(),
        (Price::Each(each), _) if *each == 0.0 => Some(0.0),
        (Price::Each(each), setting) => Some(each * factor.shown(*setting)?.number?.0),
        (Price::Levels(_), _) => None,
    });
    cost.sum()
}

fn selection_rule(
    loaded: &LoadedPlan,
    asked: &Optimise,
    fixed_costs: Vec<f64>,
    measures: &[MeasureColumn],
) -> Result<SelectionRule, Problems> {
    let mut found = MeasuresFound::new(loaded, measures);
    let limits = asked.limits.iter().filter_map(|limit| {
        Some(PointLimit {
            measure: found.index("optimise.limits", &limit.measure)?,
            most: limit.most,
            tolerance: limit.tolerance,
        })
    });
    let limits = limits.collect();
    let prices = asked.prices.iter().filter_map(|price| {
        Some(PointPrice {
            measure: found.index("optimise.prices", &price.measure)?,
            each: price.each,
        })
    });
    let prices = prices.collect();
    found.or_refuse(SelectionRule {
        unit: asked.unit.clone(),
        fixed_costs,
        limits,
        prices,
        indifference: asked.indifference,
        promise: asked.promise,
        at_most: asked.at_most,
        afresh: asked.afresh,
    })
}
