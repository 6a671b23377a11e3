//! The table of a search for the most trains a day.

use super::Table;
use crate::experiment::capacity::{Capacity, Search, Trial};

/// A row per trial: what was tried and what came of it.
#[must_use]
pub fn trials(found: &Capacity, search: &Search) -> Table {
    let trials = &found.trials;
    let mut table = Table::new("trials")
        .float("multiple", trials.iter().map(|t| t.multiple))
        .float("trains_per_day", trials.iter().map(|t| t.trains_per_day))
        .text("held", trials.iter().map(|t| t.held.word()));
    for (at, limit) in search.limits.iter().enumerate() {
        let estimate = move |t: &Trial| t.estimates.get(at).copied().flatten();
        table = table
            .nullable_float(&limit.measure, trials.iter().map(|t| estimate(t).map(|e| e.mean)))
            .nullable_float(
                &format!("{}.half_width", limit.measure),
                trials.iter().map(|t| estimate(t).and_then(|e| e.half_width)),
            );
    }
    table
}
