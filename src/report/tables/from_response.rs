//! The table of a sweep's points for one measure.

use super::Table;
use crate::experiment::sweep::{FactorColumn, Response};
use crate::stats::Estimate;

/// With a column for each factor, or two: as it is written and as a number. `cells` gives, for a factor by its index, its level and number
/// in every row.
#[must_use]
pub fn factor_columns<'a, C>(mut table: Table, factors: &[FactorColumn], cells: impl Fn(usize) -> C) -> Table
where
    C: Iterator<Item = (&'a str, Option<f64>)>,
{
    for (factor, column) in factors.iter().enumerate() {
        let name = format!("factor.{}", column.id);
        let words = |table: Table| table.text(&name, cells(factor).map(|(level, _)| level));
        let numbers = || cells(factor).map(|(_, number)| number);
        table = match column.unit.as_deref() {
            Some("") => table.nullable_float(&name, numbers()),
            Some(unit) => {
                let unit = unit.replace('/', "_per_");
                words(table).nullable_float(&format!("{name}_{}", unit.trim_start_matches('_')), numbers())
            }
            None => words(table),
        };
    }
    table
}

/// A row per point, in the order of the plan.
#[must_use]
pub fn response(response: &Response) -> Table {
    let points = &response.points;
    let each = |of: fn(&Estimate) -> Option<f64>| points.iter().map(move |point| point.estimate.as_ref().and_then(of));
    let numbered = Table::new("response").integer("point", (1_i64..).take(points.len()));
    let with_factors = factor_columns(numbered, &response.factors, |factor| {
        points.iter().map(move |point| {
            let level = point.levels.get(factor).map_or("", String::as_str);
            (level, point.numbers.get(factor).copied().flatten())
        })
    });
    with_factors
        .text("measure", points.iter().map(|_| response.measure.id.as_str()))
        .text("unit", points.iter().map(|_| response.measure.unit.as_str()))
        .integer("runs_finished", points.iter().map(|point| point.finished))
        .integer("runs_unfinished", points.iter().map(|point| point.unfinished))
        .nullable_float("mean", each(|e| Some(e.mean)))
        .nullable_float("half_width", each(|e| e.half_width))
}
