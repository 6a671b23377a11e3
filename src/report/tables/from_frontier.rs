//! The table of a frontier.

use super::Table;
use crate::experiment::frontier::{Frontier, FrontierPoint};

/// A row per combination of levels.
#[must_use]
pub fn frontier(found: &Frontier) -> Table {
    let points = &found.points;
    let each = |of: fn(&FrontierPoint) -> Option<f64>| points.iter().map(of);
    let mut table = Table::new("frontier");
    for (at, axis) in found.axes.iter().enumerate() {
        table = table.text(&axis.key, points.iter().map(|point| axis.levels[point.levels[at]].as_str()));
    }
    table
        .nullable_float("trains_per_day", each(|point| point.best))
        .nullable_float("surely", each(|point| point.surely))
        .nullable_float("surely_not", each(|point| point.surely_not))
        .float("searched_from", points.iter().map(|point| point.searched.0))
        .float("searched_to", points.iter().map(|point| point.searched.1))
        .text("binds", points.iter().map(|point| point.binds.join(" ")))
}
