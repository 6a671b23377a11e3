//! How many trains a day can be carried such that stated limits hold: a bisection with the same luck at every trial.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::atomic::AtomicBool;

use super::replicate::{Plan, ReplicateError, replicate};
use crate::model::{Model, compile};
use crate::scenario::Scenario;
use crate::stats::{Estimate, bonferroni_level};

/// A measure and the most that it may come to: `places.horgos.dwell_time_hours_p95 <= 24`.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// The id of the measure.
    pub measure: String,
    /// The most that its mean over replications may be, in its unit.
    pub most: f64,
}

impl FromStr for Limit {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text
            .split_once("<=")
            .map(|(measure, most)| (measure.trim(), most.trim().parse::<f64>()));
        match parts {
            Some((measure, Ok(most))) if !measure.is_empty() && most.is_finite() => Ok(Self {
                measure: measure.to_owned(),
                most,
            }),
            _ => Err("write a measure and the most that it may be, such as \"places.horgos.dwell_time_hours_p95 <= 24\"".to_owned()),
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} <= {}", self.measure, self.most)
    }
}

/// What is searched for, and how.
#[derive(Clone, Debug)]
pub struct Search {
    /// All of them must hold.
    pub limits: Vec<Limit>,
    /// The flows whose trains are multiplied; all where empty.
    pub flows: Vec<String>,
    /// The multiple of trains at which the search begins.
    pub from: f64,
    /// The multiple at which it ends.
    pub to: f64,
    /// Multiples are tried in steps of this.
    pub step: f64,
    /// How each trial is run; the level of `confidence` is for all limits of a trial together.
    pub plan: Plan,
}

/// One multiple, tried.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The multiple of trains.
    pub multiple: f64,
    /// Trains a day of the flows that are multiplied, as offered.
    pub trains_per_day: f64,
    /// What each limit's measure came to; absent where it had no value or the run did not finish.
    pub estimates: Vec<Option<Estimate>>,
    /// Why the runs did not finish, where they did not.
    pub unfinished: Option<String>,
    /// Whether the limits hold.
    pub held: Held,
}

/// Whether limits hold at a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Held {
    /// The whole interval of every measure is within its limit.
    Surely,
    /// Every mean is within its limit.
    Seemingly,
    /// Some mean is beyond its limit.
    SeeminglyNot,
    /// The whole interval of some measure is beyond its limit, or the runs did not finish.
    SurelyNot,
}

impl Held {
    /// In words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Surely => "holds",
            Self::Seemingly => "seems to hold",
            Self::SeeminglyNot => "seems not to hold",
            Self::SurelyNot => "does not hold",
        }
    }

    fn by_mean(self) -> bool {
        self <= Self::Seemingly
    }
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Capacity {
    /// Every trial, by its multiple.
    pub trials: Vec<Trial>,
}

impl Capacity {
    /// The largest multiple at which every mean is within its limit; `None` where there is none.
    #[must_use]
    pub fn best(&self) -> Option<&Trial> {
        let first_bad = self.trials.iter().position(|t| !t.held.by_mean()).unwrap_or(self.trials.len());
        self.trials[..first_bad].last()
    }

    /// The largest multiple at which the limits surely hold, below any at which they do not seem to.
    #[must_use]
    pub fn surely(&self) -> Option<&Trial> {
        self.trials
            .iter()
            .take_while(|t| t.held.by_mean())
            .filter(|t| t.held == Held::Surely)
            .last()
    }

    /// The smallest multiple at which they surely do not.
    #[must_use]
    pub fn surely_not(&self) -> Option<&Trial> {
        self.trials.iter().find(|t| t.held == Held::SurelyNot)
    }

    /// The measures whose means are beyond their limits at the smallest multiple at which not all limits seem to hold: what
    /// binds. Empty where all of them hold to the end, or the runs there did not finish.
    #[must_use]
    pub fn binds(&self, search: &Search) -> Vec<String> {
        let first = self.trials.iter().find(|trial| !trial.held.by_mean());
        let limits = first.into_iter().flat_map(|trial| search.limits.iter().zip(&trial.estimates));
        limits
            .filter(|(limit, estimate)| estimate.is_some_and(|e| e.mean > limit.most))
            .map(|(limit, _)| limit.measure.clone())
            .collect()
    }
}

/// Why a search came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// A limit on something that is not measured.
    #[error("{measure:?} is not measured here{}", remedy.as_ref().map(|r| format!("; {r}")).unwrap_or_default())]
    UnknownMeasure {
        /// What was written.
        measure: String,
        /// What was probably meant.
        remedy: Option<String>,
    },
    /// A flow that does not exist.
    #[error("there is no flow {flow:?}{}", remedy.as_ref().map(|r| format!("; {r}")).unwrap_or_default())]
    UnknownFlow {
        /// What was written.
        flow: String,
        /// What was probably meant.
        remedy: Option<String>,
    },
    /// The multiples leave nothing to search.
    #[error("the multiples must be above zero, `to` above `from`, and `step` above zero and at most their distance")]
    Range,
    /// Trials are models that cannot be compiled.
    #[error("{0}")]
    Model(String),
    /// A replication broke an exact law, or it was stopped.
    #[error(transparent)]
    Run(ReplicateError),
}

/// Searches for the largest multiple of trains at which every limit holds. `tried` sees every trial as it is done.
///
/// More trains never help in what this model knows, so the means are taken to rise with the multiple; as every trial has the
/// same luck, their order is that of the multiples but for little. First the bisection goes by means; then it is
/// followed down until the limits surely hold, and up until they surely do not, in steps that double: between these two the
/// answer lies, each at its level of confidence.
///
/// # Errors
/// The search makes no sense, or a run broke a law.
pub fn capacity(scenario: &Scenario, search: &Search, stop: &AtomicBool, mut tried: impl FnMut(&Trial)) -> Result<Capacity, SearchError> {
    check(scenario, search)?;
    #[allow(clippy::cast_sign_loss, reason = "checked: above zero and at most a million")]
    let steps = ((search.to - search.from) / search.step).round() as u32;
    let mut trials: BTreeMap<u32, Trial> = BTreeMap::new();
    let mut held = |at: u32, trials: &mut BTreeMap<u32, Trial>| -> Result<Held, SearchError> {
        if let Some(trial) = trials.get(&at) {
            return Ok(trial.held);
        }
        let trial = one(scenario, search, search.from + f64::from(at) * search.step, stop)?;
        tried(&trial);
        let held = trial.held;
        trials.insert(at, trial);
        Ok(held)
    };
    let (mut low, mut high) = (0, steps);
    if held(low, &mut trials)?.by_mean() {
        if held(high, &mut trials)?.by_mean() {
            low = high;
        }
        while high - low > 1 {
            let middle = u32::midpoint(low, high);
            if held(middle, &mut trials)?.by_mean() {
                low = middle;
            } else {
                high = middle;
            }
        }
    } else {
        high = low;
    }
    let mut jump = 1;
    let mut at = low;
    while held(at, &mut trials)? != Held::Surely && at > 0 {
        at = at.saturating_sub(jump);
        jump *= 2;
    }
    (at, jump) = (high, 1);
    while held(at, &mut trials)? != Held::SurelyNot && at < steps {
        at = (at + jump).min(steps);
        jump *= 2;
    }
    Ok(Capacity {
        trials: trials.into_values().collect(),
    })
}

fn check(scenario: &Scenario, search: &Search) -> Result<(), SearchError> {
    let range = search.to - search.from;
    if !(search.from > 0.0 && search.step > 0.0 && range >= search.step && range.is_finite() && range / search.step < 1e6) {
        return Err(SearchError::Range);
    }
    if let Some(flow) = search.flows.iter().find(|flow| !scenario.flows.contains_key(*flow)) {
        let known: Vec<&str> = scenario.flows.keys().map(String::as_str).collect();
        return Err(SearchError::UnknownFlow {
            flow: flow.clone(),
            remedy: crate::scenario::suggestion(flow, known),
        });
    }
    let model = multiplied(scenario, search, search.from)?;
    let names = super::names(&model);
    let unknown = search
        .limits
        .iter()
        .find(|limit| !names.iter().any(|name| name.id == limit.measure));
    match unknown {
        Some(limit) => Err(SearchError::UnknownMeasure {
            measure: limit.measure.clone(),
            remedy: crate::scenario::suggestion(&limit.measure, names.iter().map(|name| name.id.as_str()).collect::<Vec<_>>()),
        }),
        None => Ok(()),
    }
}

/// The model with so many times the trains.
fn multiplied(scenario: &Scenario, search: &Search, multiple: f64) -> Result<Model, SearchError> {
    let mut scenario = scenario.clone();
    for (id, flow) in &mut scenario.flows {
        if search.flows.is_empty() || search.flows.contains(id) {
            flow.growth *= multiple;
        }
    }
    compile(&scenario).map_err(|problems| SearchError::Model(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))
}

fn one(scenario: &Scenario, search: &Search, multiple: f64, stop: &AtomicBool) -> Result<Trial, SearchError> {
    let model = multiplied(scenario, search, multiple)?;
    let chosen = model
        .flows
        .iter()
        .filter(|flow| search.flows.is_empty() || search.flows.contains(&flow.id));
    let trains_per_day = chosen.map(|flow| flow.departures.per_day(flow.growth, model.end)).sum();
    let plan = Plan {
        confidence: bonferroni_level(search.plan.confidence, search.limits.len() as u32),
        ..search.plan.clone()
    };
    let (estimates, unfinished) = match replicate(&model, &plan, stop, |_| ()) {
        Ok(results) => (search.limits.iter().map(|limit| results.estimate(&limit.measure)).collect(), None),
        Err(error @ ReplicateError::Ended { .. }) => (vec![None; search.limits.len()], Some(error.to_string())),
        Err(error) => return Err(SearchError::Run(error)),
    };
    let held = if unfinished.is_some() {
        Held::SurelyNot
    } else {
        judge(&search.limits, &estimates)
    };
    Ok(Trial {
        multiple,
        trains_per_day,
        estimates,
        unfinished,
        held,
    })
}

/// A measure without a value breaks no limit: there was nothing that could.
fn judge(limits: &[Limit], estimates: &[Option<Estimate>]) -> Held {
    let of_limit = |(limit, estimate): (&Limit, &Option<Estimate>)| {
        let Some(e) = estimate else { return Held::Surely };
        let (low, high) = e.interval().unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        match e.mean <= limit.most {
            true if high <= limit.most => Held::Surely,
            true => Held::Seemingly,
            false if low > limit.most => Held::SurelyNot,
            false => Held::SeeminglyNot,
        }
    };
    limits.iter().zip(estimates).map(of_limit).max().unwrap_or(Held::Surely)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::scenario;

    /// One server with exponential times of an hour, trains at half that rate.
    pub(crate) const QUEUE: &str = r#"title = "M/M/1"
[time]
start = "2022-01-03 00:00"
zone = "UTC"
warm_up = "20 days"
length = "400 days"
[gauges.standard]
width = "1435 mm"
[places.queue.clearance.server]
desks = 1
time = { law = "exponential", mean = "1 h" }
[places.queue.procedures.all]
steps = ["clearance.server"]
[places.exit]
[lines.out]
between = ["queue", "exit"]
gauge = "standard"
running_time = "0 min"
[flows.trains]
from = "queue"
to = "exit"
departures.rate = "12/day"
"#;

    pub(crate) fn search(limit: &str) -> Search {
        Search {
            limits: vec![limit.parse().expect(limit)],
            flows: Vec::new(),
            from: 1.0,
            to: 1.9,
            step: 0.02,
            plan: Plan {
                replications: 20,
                until: None,
                seed: 5,
                confidence: 0.99,
                records: 0,
                threads: 2,
                event_limit: 100_000_000,
            },
        }
    }

    fn found(search: &Search) -> Result<Capacity, SearchError> {
        let loaded = scenario::parse(QUEUE, "mm1.toml").unwrap_or_else(|problems| panic!("{problems}"));
        capacity(&loaded.scenario, search, &AtomicBool::new(false), |_| ())
    }

    /// The mean wait of an M/M/1 with service times of an hour is r / (1 - r) hours at a load r, so no more than 4 hours up to
    /// r = 0.8, which is 19.2 trains a day and 1.6 times those of the scenario: Gross et al. (2008), section 2.2. A limit of 1.5
    /// hours is met up to r = 0.6.
    #[test]
    fn one_server_under_a_limit_on_its_mean_wait() {
        for (most, trains) in [(4.0, 19.2), (1.5, 14.4)] {
            let capacity =
                found(&search(&format!("places.queue.clearance.server.waiting_time_hours_mean <= {most}"))).expect("it makes sense");
            let surely = capacity.surely().expect("half as many are no problem").trains_per_day;
            let not = capacity.surely_not().expect("the load is nearly 1").trains_per_day;
            assert!(surely <= trains + 1e-9 && trains <= not + 1e-9, "{surely} to {not} misses {trains}");
            assert!(not - surely < 0.12 * trains, "{surely} to {not} says little");
            let best = capacity.best().expect("some are met").trains_per_day;
            assert!((surely..=not).contains(&best));
            assert!(capacity.trials.len() < 20, "a bisection");
        }
    }

    #[test]
    fn ends_of_the_search() {
        let never = found(&search("places.queue.clearance.server.waiting_time_hours_mean <= 0.1")).expect("it makes sense");
        assert!(never.best().is_none() && never.surely().is_none() && never.surely_not().is_some());
        let always = found(&search("places.queue.clearance.server.waiting_time_hours_mean <= 1000")).expect("it makes sense");
        assert!(always.surely().is_some_and(|t| (t.multiple - 1.9).abs() < 1e-9) && always.surely_not().is_none());
        assert!(always.trials.len() == 2);
    }

    #[test]
    fn searches_without_sense() {
        assert!("places.x".parse::<Limit>().is_err() && "a <= b".parse::<Limit>().is_err() && "<= 3".parse::<Limit>().is_err());
        let unknown = found(&search("places.queue.dwell_time_hours_p59 <= 1")).expect_err("no such measure");
        assert!(unknown.to_string().contains("did you mean"), "{unknown}");
        let flow = Search {
            flows: vec!["train".to_owned()],
            ..search("trains_completed <= 1")
        };
        assert!(
            found(&flow)
                .expect_err("no such flow")
                .to_string()
                .contains("did you mean `trains`?")
        );
        let range = Search {
            to: 1.0,
            ..search("trains_completed <= 1")
        };
        assert!(matches!(found(&range), Err(SearchError::Range)));
    }
}
