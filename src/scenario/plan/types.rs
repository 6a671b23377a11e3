//! What a plan asks for.

use super::super::types::Until;
use super::decimal::Decimal;

/// A plan as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanFile {
    /// One line for headings.
    pub title: String,
    /// What the plan asks, in sentences; may be empty.
    pub description: String,
    /// Which combinations of levels are run.
    pub design: Design,
    /// What is varied, sorted by id.
    pub factors: Vec<Factor>,
    /// How often each point is run.
    pub run: PlannedRuns,
    /// What the cheapest of its points is looked for by; absent where nothing is said of it.
    pub optimise: Option<Optimise>,
}

/// What alternatives cost, and what they must keep.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimise {
    /// What costs are in; may be empty.
    pub unit: String,
    /// Of each factor what its levels cost.
    pub costs: Vec<Price>,
    /// What must be kept.
    pub limits: Vec<Limited>,
    /// What is paid by measures.
    pub prices: Vec<Priced>,
    /// The difference of costs that does not matter; where there are prices.
    pub indifference: Option<f64>,
    /// The promised probability of a correct selection.
    pub promise: f64,
    /// Replications of an alternative at most.
    pub at_most: u32,
    /// Replications of the chosen one that have no say in choosing it.
    pub afresh: u32,
}

/// What the levels of a factor cost.
#[derive(Clone, Debug, PartialEq)]
pub enum Price {
    /// Each level by itself, in order.
    Levels(Vec<f64>),
    /// Each unit of the level's number.
    Each(f64),
}

/// A measure and the most that its mean may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Limited {
    /// The id of the measure.
    pub measure: String,
    /// The most that its mean may be, in its unit.
    pub most: f64,
    /// How near to that it may be judged either way, in its unit; above zero.
    pub tolerance: f64,
}

/// A measure of which each unit costs something.
#[derive(Clone, Debug, PartialEq)]
pub struct Priced {
    /// The id of the measure.
    pub measure: String,
    /// What one unit of it costs.
    pub each: f64,
}

/// Which points of the space of factors are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// Every combination of levels, the last factor changing fastest.
    Grid,
    /// The base, then each other level of each factor by itself.
    OneAtATime,
    /// In each factor, one point in each of as many equal strata as there are points.
    LatinHypercube {
        /// How many points.
        points: u32,
        /// The seed of the design; that of the runs is another.
        seed: u64,
    },
    /// Trajectories on which every factor is moved once, for elementary effects.
    Morris {
        /// How many trajectories.
        points: u32,
        /// The seed of the design.
        seed: u64,
    },
    /// Two random points and those between them, factor by factor, for shares of variance.
    Saltelli {
        /// How many pairs.
        points: u32,
        /// The seed of the scrambling.
        seed: u64,
    },
    /// The first points of Sobol's sequence, scrambled.
    Sobol {
        /// How many points.
        points: u32,
        /// The seed of the scrambling.
        seed: u64,
    },
}

/// How often each point is run.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedRuns {
    /// The seed of every run; that of the base where absent.
    pub seed: Option<u64>,
    /// The level of intervals; that of the base where absent.
    pub confidence: Option<f64>,
    /// A fixed number or a rule.
    pub replications: Replications,
    /// The most events of one run.
    pub most_events: u64,
    /// More runs than this are a slip.
    pub most_runs: u64,
}

/// How many replications a point gets.
#[derive(Clone, Debug, PartialEq)]
pub enum Replications {
    /// As many as the base says.
    OfBase,
    /// So many.
    Fixed(u32),
    /// As many as it takes until measures are known well enough.
    Until {
        /// How many before the first look; the base's number where absent.
        least: Option<u32>,
        /// What is to be known, and how well.
        goals: Vec<Until>,
        /// How many at most, known or not.
        at_most: u32,
    },
}

/// Something that is varied.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// The id: the name of a column.
    pub id: String,
    /// For people; the id where none is given.
    pub name: String,
    /// The dotted paths of the keys that take its value; empty where levels change several things.
    pub keys: Vec<String>,
    /// What it can be.
    pub levels: Levels,
}

/// What a factor can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Levels {
    /// One of several.
    Listed(Vec<Shown>),
    /// Anything between two numbers.
    Between(Span),
}

/// A level or value as tables show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// As it is written: `45 min`, `night shift`.
    pub label: String,
    /// Its number and unit, where it is a quantity: 45 and `min`.
    pub number: Option<(f64, String)>,
}

/// The numbers between two ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// The lower end.
    pub(super) from: Decimal,
    /// The upper end.
    pub(super) to: Decimal,
    /// What follows the number, with its blank: ` min`; empty for a bare number.
    pub(super) unit: String,
    /// Whether equal ratios are equally likely, instead of equal differences.
    pub(super) log: bool,
    /// Whether only whole numbers are meant.
    pub(super) whole: bool,
}

/// What one factor is set to at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// As in the base.
    Base,
    /// The level of this index.
    Level(usize),
    /// At this share of the way between the ends, from 0 up to but not including 1.
    At(f64),
}

impl Factor {
    /// How many levels there are; `None` for a range without steps.
    #[must_use]
    pub fn count(&self) -> Option<usize> {
        match &self.levels {
            Levels::Listed(levels) => Some(levels.len()),
            Levels::Between(_) => None,
        }
    }

    /// The setting at a share of the way through all that the factor can be: each level has an equal part.
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of levels"
    )]
    pub fn at(&self, share: f64) -> Setting {
        match &self.levels {
            Levels::Listed(levels) => Setting::Level(((share * levels.len() as f64) as usize).min(levels.len() - 1)),
            Levels::Between(_) => Setting::At(share),
        }
    }

    /// A setting as tables show it; `None` for what the base has.
    #[must_use]
    pub fn shown(&self, setting: Setting) -> Option<Shown> {
        match (&self.levels, setting) {
            (Levels::Listed(levels), Setting::Level(index)) => levels.get(index).cloned(),
            (Levels::Between(span), Setting::At(share)) => Some(Shown::quantity(span.number(share), &span.unit)),
            _ => None,
        }
    }
}

impl Shown {
    /// A number with what follows it.
    pub(super) fn quantity(number: Decimal, unit: &str) -> Self {
        Self {
            label: format!("{number}{unit}"),
            number: Some((number.as_f64(), unit.trim().to_owned())),
        }
    }
}

impl Span {
    /// The number at a share of the way from one end to the other, written with as few digits as tell a millionth of
    /// the range apart.
    pub(super) fn number(&self, share: f64) -> Decimal {
        let (from, to) = (self.from.as_f64(), self.to.as_f64());
        if self.whole {
            // Each whole number has an equal part.
            return Decimal::rounded((from + libm::floor(share * (to - from + 1.0))).min(to), 0);
        }
        let (value, fineness) = if self.log {
            (from * libm::exp(share * libm::log(to / from)), from.min(to - from))
        } else {
            (from + share * (to - from), to - from)
        };
        let places = libm::ceil(6.0 - libm::log10(fineness)).clamp(0.0, 12.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 12")]
        let number = Decimal::rounded(value, places as usize);
        if number > self.to { self.to } else { number }
    }
}
