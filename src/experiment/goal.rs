//! How long to go on: until some measures are known well enough.

use serde::{Deserialize, Serialize};

use super::measures::{MeasureName, names};
use crate::model::Model;
use crate::scenario::{Until, suggestion};
use crate::stats::{Estimate, Precision, bonferroni_level};

/// Replications go on until every goal is reached, or so many are done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sequential {
    /// What is to be known, and how well.
    pub goals: Vec<Goal>,
    /// The most replications.
    pub at_most: u32,
}

/// A measure that is to be known to a share of its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// Its position among the names of the model.
    pub measure: usize,
    /// How well.
    pub precision: Precision,
}

/// What became of a goal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GoalReport {
    /// The measure.
    pub measure: String,
    /// For people.
    pub label: String,
    /// The largest error asked for, as a share of the mean.
    pub within: f64,
    /// Level of its interval: that of the run, corrected for the number of goals (Bonferroni).
    pub confidence: f64,
    /// Half-width over mean at that level, at the end; absent where there is no interval or the mean is 0.
    pub relative_half_width: Option<f64>,
    /// Whether it was reached.
    pub reached: bool,
}

/// A goal for something that is not measured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`until` names the measure `{measure}`, which this scenario does not have")]
pub struct UnknownMeasure {
    /// Its position in `run.until`, from 0.
    pub at: usize,
    /// What was written.
    pub measure: String,
    /// What to do.
    pub remedy: String,
}

impl Sequential {
    /// The goals of a scenario, with their measures found; `None` where there are none.
    ///
    /// # Errors
    /// Every measure that the model does not have.
    pub fn new(model: &Model, until: &[Until], at_most: u32) -> Result<Option<Self>, Vec<UnknownMeasure>> {
        let names = names(model);
        let (mut goals, mut unknown) = (Vec::new(), Vec::new());
        for (at, goal) in until.iter().enumerate() {
            match names.iter().position(|name| name.id == goal.measure) {
                Some(measure) => goals.push(Goal {
                    measure,
                    precision: Precision { within: goal.within },
                }),
                None => unknown.push(UnknownMeasure {
                    at,
                    measure: goal.measure.clone(),
                    remedy: suggestion(&goal.measure, names.iter().map(|name| name.id.as_str()))
                        .unwrap_or_else(|| "see the ids in tables/measures.csv of any results folder".to_owned()),
                }),
            }
        }
        if unknown.is_empty() {
            Ok((!goals.is_empty()).then_some(Self { goals, at_most }))
        } else {
            Err(unknown)
        }
    }

    /// The level at which each goal is judged, so that all intervals together have the given confidence.
    fn level(&self, confidence: f64) -> f64 {
        bonferroni_level(confidence, u32::try_from(self.goals.len()).unwrap_or(u32::MAX))
    }

    /// Whether all are reached; `estimate` gives that of a measure at a level.
    pub(super) fn reached(&self, confidence: f64, estimate: impl Fn(usize, f64) -> Option<Estimate>) -> bool {
        let level = self.level(confidence);
        let mut goals = self.goals.iter();
        goals.all(|goal| estimate(goal.measure, level).is_some_and(|e| goal.precision.reached(&e)))
    }

    /// What became of each.
    pub(super) fn report(
        &self,
        confidence: f64,
        names: &[MeasureName],
        estimate: impl Fn(usize, f64) -> Option<Estimate>,
    ) -> Vec<GoalReport> {
        let level = self.level(confidence);
        let report = self.goals.iter().map(|goal| {
            let found = estimate(goal.measure, level);
            GoalReport {
                measure: names[goal.measure].id.clone(),
                label: names[goal.measure].label.clone(),
                within: goal.precision.within,
                confidence: level,
                relative_half_width: found.as_ref().and_then(Precision::relative_half_width),
                reached: found.is_some_and(|e| goal.precision.reached(&e)),
            }
        });
        report.collect()
    }
}
