//! The cheapest of several alternatives that keep stated limits: what a selection found, as plain data.

use serde::Serialize;

use crate::stats::Estimate;

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
    /// At the most replications it was not known whether it keeps its limits; it counts as one that does not.
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
