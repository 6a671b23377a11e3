//! The cheapest of several alternatives that keep stated limits: what a selection found, as plain data.

use serde::Serialize;

use super::sweep::{Plan, Seen, SelectionRule, Standing};
use crate::stats::selection::Fate;
use crate::stats::{Estimate, Gather};

/// What came of a selection: everything that a table or chart of it shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Optimisation {
    /// What costs are in, such as `EUR/day`; may be empty.
    pub unit: String,
    /// The promised probability of a correct selection.
    pub confidence: f64,
    /// The difference of total costs that does not matter; absent where costs are known beforehand.
    pub indifference: Option<f64>,
    /// What must be kept.
    pub limits: Vec<LimitFacts>,
    /// The ids and names of the factors.
    pub factors: Vec<(String, String)>,
    /// The alternatives in the order of the plan.
    pub alternatives: Vec<Alternative>,
    /// Index of the alternative that was chosen; absent where none is known to keep the limits.
    pub chosen: Option<usize>,
    /// Whether the promise holds: no alternative that had a say was left undecided at the most replications.
    pub promised: bool,
    /// What the chosen alternative comes to in replications that had no say in choosing it, which leaves these numbers
    /// without the luck of the winner.
    pub afresh: Option<Afresh>,
}

/// A limit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LimitFacts {
    /// The id of the measure.
    pub measure: String,
    /// For people.
    pub label: String,
    /// The unit; empty for a share.
    pub unit: String,
    /// The most that its mean may be.
    pub most: f64,
    /// Means so near to it, above or below, may be judged either way.
    pub tolerance: f64,
}

/// One alternative and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alternative {
    /// Its number in the plan, from 1.
    pub point: usize,
    /// The level of each factor, as it is written.
    pub levels: Vec<String>,
    /// What its levels cost, known beforehand.
    pub fixed_cost: f64,
    /// The total with what is priced, from the replications it got; absent without any. Of those that were compared, so not
    /// free of the luck of the winner.
    pub cost: Option<Estimate>,
    /// What the measure of each limit came to in these replications; absent without any.
    pub estimates: Vec<Option<Estimate>>,
    /// Replications that were looked at.
    pub replications: u32,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of an alternative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Verdict {
    /// It is the cheapest that keeps the limits.
    Chosen,
    /// It breaks a limit.
    Breaks {
        /// Index of the limit that was found broken first.
        limit: usize,
    },
    /// One that keeps the limits costs less.
    Dearer {
        /// Index of that one.
        than: usize,
        /// Whether it keeps the limits itself; absent where nobody needed to know.
        keeps: Option<bool>,
    },
    /// At the most replications, or so far, it was not known whether it keeps its limits; it counts as one that does not.
    Undecided,
    /// At the most replications neither it nor the chosen one was known to cost less; the mean decided.
    Close {
        /// Index of the chosen one.
        to: usize,
    },
    /// A replication did not finish, which breaks every limit.
    Unfinished {
        /// Why.
        reason: String,
    },
    /// A limited or priced measure had no value in some replication: nothing shows that the limits hold.
    NoValue {
        /// The measure.
        measure: String,
    },
}

/// The chosen alternative in replications of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Afresh {
    /// How many.
    pub replications: u32,
    /// The total cost.
    pub cost: Option<Estimate>,
    /// The measure of each limit.
    pub estimates: Vec<Option<Estimate>>,
}

impl Verdict {
    /// The word in tables.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Chosen => "chosen",
            Self::Breaks { .. } => "breaks a limit",
            Self::Dearer { .. } => "costs more",
            Self::Undecided => "undecided",
            Self::Close { .. } => "too close to tell",
            Self::Unfinished { .. } => "did not finish",
            Self::NoValue { .. } => "no value",
        }
    }
}

impl Optimisation {
    /// Why an alternative was not chosen, in a few words; of the chosen one, that it is.
    #[must_use]
    pub fn reason(&self, alternative: &Alternative) -> String {
        let number = |at: &usize| self.alternatives.get(*at).map_or(0, |other| other.point);
        match &alternative.verdict {
            Verdict::Chosen => "the cheapest that keeps all limits".to_owned(),
            Verdict::Breaks { limit } => match self.limits.get(*limit) {
                Some(limit) => format!("{} is above {}", limit.measure, limit.most),
                None => String::new(),
            },
            Verdict::Dearer { than, keeps: Some(true) } => format!("keeps all limits, but costs more than point {}", number(than)),
            Verdict::Dearer { than, .. } => format!("costs more than point {}, which keeps all limits", number(than)),
            Verdict::Undecided => format!(
                "not known after {} replications whether it keeps its limits",
                alternative.replications
            ),
            Verdict::Close { to } => format!("keeps all limits; its cost cannot be told from that of point {}", number(to)),
            Verdict::Unfinished { reason } => reason.clone(),
            Verdict::NoValue { measure } => format!("{measure} has no value in some replication"),
        }
    }
}

/// What a selection came to; `seen` gives a run by its point and the number of its replication. `None` where the plan has no
/// selection.
#[must_use]
pub fn optimisation<'a>(plan: &Plan, standing: &Standing, seen: impl Fn(usize, u32) -> Option<Seen<'a>>) -> Option<Optimisation> {
    let rule = plan.selection.as_ref()?;
    let selection = &standing.selection;
    let limits = rule.limits.iter().map(|limit| {
        let measure = &plan.measures[limit.measure as usize];
        LimitFacts {
            measure: measure.id.clone(),
            label: measure.label.clone(),
            unit: measure.unit.clone(),
            most: limit.most,
            tolerance: limit.tolerance,
        }
    });
    let alternative = |at: usize| {
        let gathered = gathered(
            rule,
            plan.confidence,
            rule.fixed_costs[at],
            (1..=selection.values(at)).map(|r| seen(at, r)),
        );
        Alternative {
            point: at + 1,
            levels: plan.points[at].levels.clone(),
            fixed_cost: rule.fixed_costs[at],
            cost: gathered.cost,
            estimates: gathered.estimates,
            replications: selection.values(at),
            verdict: verdict(plan, standing, at, &seen),
        }
    };
    let chosen = selection.chosen();
    let afresh = chosen.filter(|_| rule.afresh > 0).map(|at| {
        let own = rule.at_most + 1..=rule.at_most + rule.afresh;
        gathered(rule, plan.confidence, rule.fixed_costs[at], own.map(|r| seen(at, r)))
    });
    Some(Optimisation {
        unit: rule.unit.clone(),
        confidence: rule.promise,
        indifference: rule.indifference,
        limits: limits.collect(),
        factors: plan.factors.iter().map(|factor| (factor.id.clone(), factor.name.clone())).collect(),
        alternatives: (0..plan.points.len()).map(alternative).collect(),
        chosen,
        promised: selection.is_promised(),
        afresh: afresh.filter(|afresh| afresh.replications > 0),
    })
}

/// What runs come to, those that are there and have all values.
fn gathered<'a>(rule: &SelectionRule, confidence: f64, fixed: f64, runs: impl Iterator<Item = Option<Seen<'a>>>) -> Afresh {
    let (mut cost, mut limits) = (Gather::default(), vec![Gather::default(); rule.limits.len()]);
    for run in runs.flatten() {
        let Seen::Values(values) = run else { continue };
        let Ok((measures, paid)) = rule.split(values) else { continue };
        cost.add(fixed + paid);
        for (gather, value) in limits.iter_mut().zip(measures) {
            gather.add(value);
        }
    }
    Afresh {
        replications: cost.n(),
        cost: cost.estimate(confidence),
        estimates: limits.iter().map(|gather| gather.estimate(confidence)).collect(),
    }
}

fn verdict<'a>(plan: &Plan, standing: &Standing, at: usize, seen: &impl Fn(usize, u32) -> Option<Seen<'a>>) -> Verdict {
    let selection = &standing.selection;
    match selection.fate(at) {
        Fate::In if selection.chosen() == Some(at) => Verdict::Chosen,
        Fate::In | Fate::Undecided => Verdict::Undecided,
        Fate::Breaks(limit) => Verdict::Breaks { limit },
        Fate::Dearer(than) => Verdict::Dearer {
            than,
            keeps: selection.keeps_limits(at),
        },
        Fate::Close(to) => Verdict::Close { to },
        // It was put out by its last run.
        Fate::Failed => match seen(at, selection.values(at)) {
            Some(Seen::Unfinished(reason)) => Verdict::Unfinished { reason: reason.to_owned() },
            Some(Seen::Values(values)) => {
                let watched = plan.selection.iter().flat_map(SelectionRule::measures);
                let absent = watched.zip(values).find(|(_, value)| value.is_none());
                Verdict::NoValue {
                    measure: absent.map_or_else(String::new, |(index, _)| plan.measures[index as usize].id.clone()),
                }
            }
            None => Verdict::Undecided,
        },
    }
}
