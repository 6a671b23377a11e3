//! What `sweep` and `sensitivity` say, for a program.

use serde_json::{Map, Value, json};

use super::common::Failure;
use super::plan_file::{Named, estimated_time};
use super::sweep::Done;
use crate::experiment::sweep::{Plan, RunId, Sensitivity};
use crate::report::ReportError;

/// Shows a document.
pub(super) fn print(document: &Value) -> Result<(), Failure> {
    anstream::println!("{}", serde_json::to_string_pretty(document).map_err(ReportError::from)?);
    Ok(())
}

/// The plan point by point, how many runs are left, and how long they take.
pub(super) fn dry_run(named: &Named, missing: &[RunId], runs: usize, threads: usize) -> Result<Value, Failure> {
    let plan = &named.plan;
    let points = (0..plan.points.len()).map(|at| {
        let mut point = begun(plan, at);
        point.insert("replications".to_owned(), plan.points[at].replications.into());
        point
    });
    Ok(json!({
        "title": plan.title,
        "plan": named.id,
        "points": points.collect::<Vec<_>>(),
        "at_most": plan.stopping.as_ref().map(|rule| rule.at_most).or(plan.selection.as_ref().map(|rule| rule.at_most)),
        "fixed_costs": plan.selection.as_ref().map(|rule| &rule.fixed_costs),
        "runs": runs,
        "runs_finished": runs - missing.len(),
        "seconds_left": estimated_time(plan, missing, threads)?.map(|time| time.as_secs_f64()),
        "threads": threads,
    }))
}

/// What the headline measures come to at each point.
pub(super) fn points(done: &Done<'_>) -> Value {
    let (plan, merged) = (&done.named.plan, done.merged);
    let points = merged
        .estimates
        .iter()
        .zip(&merged.runs)
        .enumerate()
        .map(|(at, (estimates, runs))| {
            let measures = merged.measures.iter().map(|index| plan.measures[*index].id.clone());
            let estimates: Map<String, Value> = measures.zip(estimates.iter().map(|e| json!(e))).collect();
            let mut point = begun(plan, at);
            point.insert("runs_finished".to_owned(), runs.0.into());
            point.insert("runs_unfinished".to_owned(), runs.1.into());
            point.insert("measures".to_owned(), estimates.into());
            point
        });
    let unfinished = done
        .index
        .unfinished()
        .into_iter()
        .map(|(status, n)| (status.word().to_owned(), n.into()));
    json!({
        "title": plan.title,
        "plan": done.named.id,
        "folder": done.place.display().to_string(),
        "confidence": plan.confidence,
        "runs": merged.rows,
        "unfinished": unfinished.collect::<Map<String, Value>>(),
        "points": points.collect::<Vec<_>>(),
    })
}

/// What the factors do to each headline measure.
pub(super) fn sensitivity(done: &Done<'_>, found: &[Sensitivity]) -> Value {
    let plan = &done.named.plan;
    let measures = done.merged.measures.iter().map(|index| plan.measures[*index].id.clone());
    json!({
        "title": plan.title,
        "plan": done.named.id,
        "folder": done.place.display().to_string(),
        "factors": plan.factors.iter().map(|factor| &factor.id).collect::<Vec<_>>(),
        "measures": measures.zip(found.iter().map(|found| json!(found))).collect::<Map<String, Value>>(),
    })
}

/// A point with its number, from 1, and the level of each factor.
fn begun(plan: &Plan, at: usize) -> Map<String, Value> {
    let levels = plan.factors.iter().zip(&plan.points[at].levels);
    let levels: Map<String, Value> = levels.map(|(factor, level)| (factor.id.clone(), level.as_str().into())).collect();
    Map::from_iter([("point".to_owned(), (at + 1).into()), ("factors".to_owned(), levels.into())])
}
