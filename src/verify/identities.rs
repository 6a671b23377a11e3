//! What must hold in the shipped baseline to the last digit: Little's law at every place and line, and conservation.
//!
//! Every run checks these in its own books already. Here they are added up again another way, from the records of
//! single trains, and held against the measures.

use super::{EVENT_LIMIT, Verdict, VerifyError};
use crate::experiment::{measure, names};
use crate::model::{self, Model};
use crate::observe::{Observations, ReplicationRecords};
use crate::railway::{Ended, Simulator};
use crate::scenario;
use crate::units::Duration;

const ID: &str = "baseline";

/// Runs one replication of the baseline with all records, and compares.
///
/// # Errors
/// The baseline is not understood, or its replication does not reach its end.
pub fn identities(seed: u64) -> Result<Vec<Verdict>, VerifyError> {
    let refused = |problem: String| VerifyError::Scenario {
        oracle: ID.to_owned(),
        problem,
    };
    let text = include_str!("../../scenarios/baseline.toml");
    let scenario = scenario::parse(text, ID)
        .map_err(|problems| refused(problems.to_string()))?
        .scenario;
    let model = model::compile(&scenario).map_err(|problems| refused(format!("{problems:?}")))?;
    let mut simulator = Simulator::new(&model);
    let (ended, observed) = simulator
        .run(seed, 1, true, EVENT_LIMIT)
        .map_err(|fault| refused(fault.to_string()))?;
    let Some(records) = observed.records.as_ref().filter(|_| ended == Ended::Finished) else {
        return Err(refused("the replication did not reach its end".to_owned()));
    };
    Ok(compare(&model, observed, records))
}

/// Mean numbers present at every place, and the trains in total.
fn compare(model: &Model, seen: &Observations, records: &ReplicationRecords) -> Vec<Verdict> {
    let values = measure(model, seen).values;
    let names = names(model);
    let value = |id: &str| {
        names
            .iter()
            .position(|name| name.id == id)
            .and_then(|at| values[at])
            .unwrap_or(f64::NAN)
    };
    let verdict = |what: String, measure: &str, exact: f64, simulated: f64| Verdict {
        oracle: ID,
        system: "baseline, one half year",
        what,
        measure: measure.to_owned(),
        exact,
        simulated,
        half_width: 0.0,
        replications: 1,
        // Whole milliseconds on both sides; the quotients may differ in the last bits.
        passed: (exact - simulated).abs() <= 1e-12 * exact.abs().max(1.0),
    };
    let (from, to) = (seen.measure_from, seen.end);
    let mut sojourn = vec![Duration::ZERO; model.location_count()];
    for activity in &records.activities {
        let (begin, end) = (activity.begins_at.max(from), activity.ends_at.min(to));
        if end > begin {
            sojourn[activity.location as usize] += end - begin;
        }
    }
    let mut verdicts = Vec::new();
    for (place, facts) in model.places.iter().enumerate() {
        let measure = format!("places.{}.trains_present_mean", facts.id);
        let exact = sojourn[place].as_hours() / (to - from).as_hours();
        verdicts.push(verdict(
            format!("{}: L from the sojourns", facts.name),
            &measure,
            exact,
            value(&measure),
        ));
    }
    let inside = records.trains.iter().filter(|train| train.left_at.is_none()).count();
    let generated = records.trains.iter().filter(|train| train.created_at >= from).count();
    let completed = records
        .trains
        .iter()
        .filter(|train| train.left_at.is_some_and(|at| at >= from))
        .count();
    for (what, measure, count) in [
        ("trains inside at the end", "trains_inside_at_end", inside),
        ("trains generated", "trains_generated", generated),
        ("trains completed", "trains_completed", completed),
    ] {
        #[allow(clippy::cast_precision_loss, reason = "some thousands")]
        verdicts.push(verdict(
            format!("{what}, counted one by one"),
            measure,
            count as f64,
            value(measure),
        ));
    }
    verdicts
}
