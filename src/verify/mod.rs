//! Verification: this very program, run on ordinary scenarios whose numbers are known.
//!
//! Every check asks whether a known value lies in the interval over independent replications, and whether that interval
//! is narrow enough to mean something. There are [`checks`] of them, each at a level of 1 - [`FAMILY_ERROR`] over their
//! number, so that a right program passes all of them with a chance of at least 1 - [`FAMILY_ERROR`] (Bonferroni). The
//! identities of the baseline hold without tolerance.
//!
//! One unit of time is an hour, so that rounding to milliseconds is some 1e-7 of it.

mod formulas;
mod identities;
mod oracles;

use std::sync::atomic::AtomicBool;

use serde::Serialize;

pub use formulas::{
    blocking_tandem, cobham, erlang_b, erlang_c, erlang_m_1, finite_source, m_m_1_breakdowns, m_m_1_waiting, m_m_1_waiting_from_empty,
    m_m_c_k, machine_repair, mean_number, pollaczek_khinchine, time_with_interruptions,
};
pub use identities::identities;
pub use oracles::{Check, Oracle, Slip, SlipOf, oracles};

use crate::experiment::{Plan, ReplicateError, replicate};
use crate::model;
use crate::scenario;
use crate::stats::{bonferroni_level, student_quantile};

/// The chance that a right program fails any check, at most.
pub const FAMILY_ERROR: f64 = 0.01;
/// The widest interval that counts, as a share of the value: one wide enough holds anything.
const WIDEST: f64 = 0.05;
/// More events than any of the scenarios needs.
const EVENT_LIMIT: u64 = 1_000_000_000;

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The id of the oracle.
    pub oracle: &'static str,
    /// The system.
    pub system: &'static str,
    /// What was looked at.
    pub what: String,
    /// The id of the measure, or what an identity compares.
    pub measure: String,
    /// What is known.
    pub exact: f64,
    /// What was simulated: the mean over replications.
    pub simulated: f64,
    /// Half the width of the interval of their difference; 0 for an identity.
    pub half_width: f64,
    /// How many replications there were.
    pub replications: u32,
    /// Whether the known value is in the interval, and the interval narrow.
    pub passed: bool,
}

/// Why there is no verdict.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VerifyError {
    /// A scenario of the pack was refused, or lacks a measure: the program no longer understands it.
    #[error("the scenario `{oracle}` of the pack: {problem}")]
    Scenario {
        /// Which.
        oracle: String,
        /// What is wrong.
        problem: String,
    },
    /// A replication failed.
    #[error("the scenario `{oracle}` of the pack: {error}")]
    Run {
        /// Which.
        oracle: String,
        /// How.
        error: ReplicateError,
    },
}

/// How many checks of an interval there are.
#[must_use]
pub fn checks() -> u32 {
    oracles()
        .iter()
        .map(|oracle| u32::try_from(oracle.checks.len()).unwrap_or(u32::MAX))
        .sum()
}

/// The level of each interval.
#[must_use]
pub fn level() -> f64 {
    bonferroni_level(1.0 - FAMILY_ERROR, checks())
}

/// Runs an oracle, and judges each of its checks. With another seed it is another experiment; the level holds for each.
///
/// # Errors
/// The scenario is not understood, or a replication fails.
pub fn verify(oracle: &Oracle, seed: u64, threads: usize, stop: &AtomicBool) -> Result<Vec<Verdict>, VerifyError> {
    verify_text(oracle, oracle.text, seed, threads, stop)
}

/// The same with a text of the scenario made wrong: one check at least must fail.
///
/// # Errors
/// As [`verify`]; and where the text to be replaced does not stand there once.
pub fn verify_with(oracle: &Oracle, slip: Slip, seed: u64, threads: usize) -> Result<Vec<Verdict>, VerifyError> {
    if oracle.text.matches(slip.right).count() != 1 {
        let problem = format!("{:?} must stand there once", slip.right);
        return Err(VerifyError::Scenario {
            oracle: oracle.id.to_owned(),
            problem,
        });
    }
    let text = oracle.text.replace(slip.right, slip.wrong);
    verify_text(oracle, &text, seed, threads, &AtomicBool::new(false))
}

fn verify_text(oracle: &Oracle, text: &str, seed: u64, threads: usize, stop: &AtomicBool) -> Result<Vec<Verdict>, VerifyError> {
    let refused = |problem: String| VerifyError::Scenario {
        oracle: oracle.id.to_owned(),
        problem,
    };
    let scenario = scenario::parse(text, oracle.id)
        .map_err(|problems| refused(problems.to_string()))?
        .scenario;
    let model = model::compile(&scenario).map_err(|problems| refused(format!("{problems:?}")))?;
    let plan = Plan {
        replications: oracle.replications.unwrap_or(scenario.run.replications),
        until: None,
        seed,
        confidence: level(),
        records: 0,
        threads,
        event_limit: EVENT_LIMIT,
    };
    let results = replicate(&model, &plan, stop, |_| ()).map_err(|error| VerifyError::Run {
        oracle: oracle.id.to_owned(),
        error,
    })?;
    let verdicts = oracle.checks.iter().map(|check| {
        let estimate = results.estimate(check.measure).filter(|e| e.n > 1);
        let estimate = estimate.ok_or_else(|| refused(format!("no value for {}", check.measure)))?;
        let own = estimate.sd.unwrap_or_default() / f64::from(estimate.n).sqrt();
        let half_width = student_quantile(f64::midpoint(1.0, plan.confidence), estimate.n - 1) * libm::hypot(own, check.error);
        Ok(Verdict {
            oracle: oracle.id,
            system: oracle.system,
            what: check.what.to_owned(),
            measure: check.measure.to_owned(),
            exact: check.exact,
            simulated: estimate.mean,
            half_width,
            replications: estimate.n,
            passed: (estimate.mean - check.exact).abs() <= half_width && half_width <= WIDEST * check.exact.abs(),
        })
    });
    verdicts.collect()
}
