//! Parts -merge-> one table of runs, and one of what they come to at each point.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use super::error::StoreError;
use super::folder::Parts;
use super::index::{Index, Place};
use super::part::{Part, StoredRow};
use crate::experiment::sweep::{Plan, RunId, Status};
use crate::report::tables::{Table, TableStream, factor_columns};
use crate::stats::{Estimate, Gather};

/// Values held in memory at once: some 16 MB.
const VALUES: usize = 1 << 20;

/// What a merge gives besides the table of runs.
#[derive(Clone, Debug)]
pub struct Merged {
    /// Rows of the table.
    pub rows: usize,
    /// What the headline measures, and those of the stopping rule or selection, come to, by point and measure.
    pub estimates: Vec<Vec<Option<Estimate>>>,
    /// Indices in [`Plan::measures`] of these measures.
    pub measures: Vec<usize>,
    /// Runs of each point that finished, and that did not.
    pub runs: Vec<(u32, u32)>,
}

/// Writes the table of all runs of a plan, in the order of the plan: the same bytes from whatever parts.
///
/// Memory is that of a stretch of the table and one part, however many runs there are.
///
/// # Errors
/// A run is missing, a part cannot be read, or the destination does not take the bytes.
pub fn merge(index: &Index<'_>, to: impl Write + Send) -> Result<Merged, StoreError> {
    let missing = index.missing();
    if let Some(first) = missing.first() {
        return Err(StoreError::Incomplete {
            missing: missing.len(),
            runs: index.runs(),
            first: *first,
        });
    }
    let plan = index.plan();
    let rows = index.table_rows();
    let mut stream = TableStream::new(&runs_table(plan, &[]), to)?;
    let mut summary = PointSummary::new(plan);
    let mut last: Option<(u32, Part)> = None;
    for stretch in rows.chunks((VALUES / plan.measures.len().max(1)).max(1)) {
        let filled = fill(index, stretch, &mut last)?;
        summary.add(&filled);
        stream.push(&runs_table(plan, &filled))?;
    }
    stream.finish()?;
    Ok(summary.finish(rows.len()))
}

/// A row of the final table: the index of its point, and the row with its values in the order of the plan.
type Filled = (u32, StoredRow);

/// Fetches a stretch of rows, each part once.
fn fill(index: &Index<'_>, stretch: &[(u32, RunId)], last: &mut Option<(u32, Part)>) -> Result<Vec<Filled>, StoreError> {
    let mut wanted: BTreeMap<u32, Vec<(usize, Place)>> = BTreeMap::new();
    for (at, (_, run)) in stretch.iter().enumerate() {
        if let Some(place) = index.place(*run) {
            wanted.entry(place.part).or_default().push((at, place));
        }
    }
    let mut filled: Vec<Option<Filled>> = vec![None; stretch.len()];
    for (number, places) in wanted {
        let part = match last.take() {
            Some((at, part)) if at == number => part,
            _ => Parts::read(index.part(number))?,
        };
        let columns: BTreeMap<&str, usize> = part.measures.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
        let order: Vec<Option<usize>> = index.plan().measures.iter().map(|m| columns.get(m.id.as_str()).copied()).collect();
        for (at, place) in places {
            let row = &part.rows[place.row as usize];
            let value = |column: &Option<usize>| column.and_then(|column| row.values.get(column).copied().flatten());
            let values = order.iter().map(value).collect();
            filled[at] = Some((stretch[at].0, StoredRow { values, ..row.clone() }));
        }
        *last = Some((number, part));
    }
    Ok(filled.into_iter().flatten().collect())
}

/// The columns that tell a point, for points by their indices.
fn point_columns(table: Table, plan: &Plan, points: &[u32]) -> Table {
    let numbered = table.integer("point", points.iter().map(|at| i64::from(*at) + 1));
    factor_columns(numbered, &plan.factors, |factor| {
        let point = move |at: &u32| &plan.points[*at as usize];
        points
            .iter()
            .map(move |at| (point(at).levels[factor].as_str(), point(at).numbers[factor]))
    })
}

fn runs_table(plan: &Plan, rows: &[Filled]) -> Table {
    let points: Vec<u32> = rows.iter().map(|(point, _)| *point).collect();
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut table = point_columns(Table::new("runs"), plan, &points)
        .integer("replication", rows.iter().map(|(_, row)| row.replication))
        .integer("seed", rows.iter().map(|(_, row)| whole(row.seed)))
        .text("status", rows.iter().map(|(_, row)| row.status.word()))
        .text("reason", rows.iter().map(|(_, row)| Arc::clone(&row.reason)))
        .integer("events", rows.iter().map(|(_, row)| whole(row.events)))
        .text("scenario", rows.iter().map(|(_, row)| Arc::clone(&row.scenario)));
    for (at, measure) in plan.measures.iter().enumerate() {
        table = table.nullable_float(&measure.id, rows.iter().map(|(_, row)| row.values[at]));
    }
    table
}

/// The indices of the measures of which the table of points has an estimate: headlines and those that a rule looks at.
#[must_use]
pub fn headlines(plan: &Plan) -> Vec<usize> {
    let watched = plan.watched();
    (0..plan.measures.len())
        .filter(|at| plan.measures[*at].headline || watched.iter().any(|index| *index as usize == *at))
        .collect()
}

/// Gathers what the runs of each point come to, point after point.
struct PointSummary<'p> {
    plan: &'p Plan,
    measures: Vec<usize>,
    runs: Vec<(u32, u32)>,
    estimates: Vec<Vec<Option<Estimate>>>,
    gathers: Vec<Gather>,
    current: u32,
}

impl<'p> PointSummary<'p> {
    fn new(plan: &'p Plan) -> Self {
        let measures = headlines(plan);
        Self {
            plan,
            runs: vec![(0, 0); plan.points.len()],
            estimates: Vec::new(),
            gathers: vec![Gather::default(); measures.len()],
            measures,
            current: 0,
        }
    }

    /// Adds rows; points come in order. Runs that did not finish count as such and have no other say.
    fn add(&mut self, rows: &[Filled]) {
        for (point, row) in rows {
            while self.current < *point {
                self.close_point();
            }
            let at = *point as usize;
            if row.status == Status::Finished {
                self.runs[at].0 += 1;
                for (gather, measure) in self.gathers.iter_mut().zip(&self.measures) {
                    if let Some(value) = row.values[*measure] {
                        gather.add(value);
                    }
                }
            } else {
                self.runs[at].1 += 1;
            }
        }
    }

    fn close_point(&mut self) {
        let estimates = self
            .gathers
            .iter_mut()
            .map(|gather| std::mem::take(gather).estimate(self.plan.confidence));
        self.estimates.push(estimates.collect());
        self.current += 1;
    }

    fn finish(mut self, rows: usize) -> Merged {
        while (self.current as usize) < self.plan.points.len() {
            self.close_point();
        }
        Merged {
            rows,
            estimates: self.estimates,
            measures: self.measures,
            runs: self.runs,
        }
    }
}

impl Merged {
    /// What the headline measures come to at some of the points: a row for each point and measure.
    #[must_use]
    pub fn points(&self, plan: &Plan, points: Range<u32>) -> Table {
        let cells: Vec<(u32, usize)> = points
            .flat_map(|point| (0..self.measures.len()).map(move |measure| (point, measure)))
            .collect();
        let points: Vec<u32> = cells.iter().map(|(point, _)| *point).collect();
        let runs = |point: &u32| self.runs[*point as usize];
        let estimate = |(point, measure): &(u32, usize)| self.estimates[*point as usize][*measure];
        let measure = |(_, measure): &(u32, usize)| &plan.measures[self.measures[*measure]];
        let each = |of: fn(&Estimate) -> Option<f64>| cells.iter().map(move |cell| estimate(cell).as_ref().and_then(of));
        point_columns(Table::new("points"), plan, &points)
            .integer("runs_finished", points.iter().map(|point| runs(point).0))
            .integer("runs_unfinished", points.iter().map(|point| runs(point).1))
            .text("measure", cells.iter().map(|cell| measure(cell).id.as_str()))
            .text("label", cells.iter().map(|cell| measure(cell).label.as_str()))
            .text("unit", cells.iter().map(|cell| measure(cell).unit.as_str()))
            .integer("n", cells.iter().map(|cell| estimate(cell).map_or(0, |e| e.n)))
            .nullable_float("mean", each(|e| Some(e.mean)))
            .nullable_float("half_width", each(|e| e.half_width))
            .nullable_float("sd", each(|e| e.sd))
            .nullable_float("min", each(|e| Some(e.min)))
            .nullable_float("max", each(|e| Some(e.max)))
    }
}
