//! The table of a selection.

use super::Table;
use crate::experiment::optimise::{Afresh, Alternative, Optimisation};
use crate::stats::Estimate;

/// A row per alternative, in the order of the plan, and one more for the chosen one afresh.
#[must_use]
pub fn alternatives(found: &Optimisation) -> Table {
    let all = &found.alternatives;
    let afresh: Vec<Alternative> = found
        .afresh
        .iter()
        .zip(found.chosen)
        .map(|(own, at)| afresh(&all[at], own))
        .collect();
    let rows: Vec<(&Alternative, bool)> = all.iter().map(|a| (a, false)).chain(afresh.iter().map(|a| (a, true))).collect();
    let each = |of: fn(&Alternative) -> Option<f64>| rows.iter().map(move |(row, _)| of(row));
    let mut table = Table::new("alternatives").integer("point", rows.iter().map(|(row, _)| i64::try_from(row.point).unwrap_or(i64::MAX)));
    for (at, (id, _)) in found.factors.iter().enumerate() {
        table = table.text(&format!("factor.{id}"), rows.iter().map(|(row, _)| row.levels[at].as_str()));
    }
    table = table
        .text(
            "replications_of",
            rows.iter().map(|(_, own)| if *own { "report" } else { "selection" }),
        )
        .integer("replications", rows.iter().map(|(row, _)| row.replications))
        .float("fixed_cost", rows.iter().map(|(row, _)| row.fixed_cost))
        .nullable_float("cost", each(|row| row.cost.map(|e| e.mean)))
        .nullable_float("cost.half_width", each(|row| row.cost.and_then(|e| e.half_width)));
    for (at, limit) in found.limits.iter().enumerate() {
        let estimate = |of: fn(Estimate) -> Option<f64>| rows.iter().map(move |(row, _)| row.estimates[at].and_then(of));
        table = table
            .nullable_float(&limit.measure, estimate(|e| Some(e.mean)))
            .nullable_float(&format!("{}.half_width", limit.measure), estimate(|e| e.half_width));
    }
    table
        .text("verdict", rows.iter().map(|(row, _)| row.verdict.word()))
        .text("reason", rows.iter().map(|(row, _)| found.reason(row)))
}

/// The chosen alternative with what it came to in replications of its own.
fn afresh(chosen: &Alternative, own: &Afresh) -> Alternative {
    Alternative {
        cost: own.cost,
        estimates: own.estimates.clone(),
        replications: own.replications,
        ..chosen.clone()
    }
}
