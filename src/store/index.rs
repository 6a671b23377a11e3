//! Which runs of a plan are there, and where.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::StoreError;
use super::part::Part;
use crate::experiment::optimise::{Optimisation, optimisation};
use crate::experiment::sweep::{Plan, RunId, Seen, Standing, Status, needed, standing};

/// The runs of a plan that are in parts; some fifty bytes a run, and nothing of their values but what a stopping rule
/// or a selection looks at.
#[derive(Debug)]
pub struct Index<'p> {
    plan: &'p Plan,
    /// For each point the first that is the same scenario.
    alike: Vec<u32>,
    /// The first point of each scenario.
    scenarios: BTreeMap<String, u32>,
    parts: Vec<PathBuf>,
    places: BTreeMap<RunId, Place>,
    /// What the measures came to at which a stopping rule or a selection looks.
    watched: BTreeMap<RunId, Vec<Option<f64>>>,
    /// Why runs did not finish, where a selection looks at them.
    reasons: BTreeMap<RunId, Arc<str>>,
    unfinished: [usize; Status::ALL.len()],
}

/// Where a row is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) part: u32,
    pub(super) row: u32,
    hash: [u8; 16],
}

impl<'p> Index<'p> {
    /// Nothing is there.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Self {
        let alike = plan.first_alike();
        let first = alike.iter().map(|point| (plan.points[*point as usize].scenario.clone(), *point));
        Self {
            plan,
            scenarios: first.collect(),
            alike,
            parts: Vec::new(),
            places: BTreeMap::new(),
            watched: BTreeMap::new(),
            reasons: BTreeMap::new(),
            unfinished: [0; Status::ALL.len()],
        }
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &'p Plan {
        self.plan
    }

    /// Adds the rows of a part that the plan can use, and tells how many they are.
    ///
    /// # Errors
    /// A run is there already with other results.
    #[allow(clippy::cast_possible_truncation, reason = "far fewer than 2^32 parts and rows in one")]
    pub fn add(&mut self, path: &Path, part: &Part) -> Result<usize, StoreError> {
        let number = self.parts.len() as u32;
        self.parts.push(path.to_owned());
        let watched = self.watched_columns(part);
        let mut used = 0;
        for (at, row) in part.rows.iter().enumerate() {
            let fits = row.seed == self.plan.seed && row.results_version == self.plan.results_version;
            let Some(point) = self.scenarios.get(&*row.scenario).copied().filter(|_| fits) else {
                continue;
            };
            let run = RunId {
                point,
                replication: row.replication,
            };
            let mut hash = [0; 16];
            hash.copy_from_slice(&row.hash(&part.measures)[..16]);
            used += 1;
            if let Some(place) = self.places.get(&run) {
                if place.hash != hash {
                    return Err(StoreError::Differ {
                        one: self.parts[place.part as usize].clone(),
                        other: path.to_owned(),
                        run,
                    });
                }
                continue;
            }
            self.places.insert(
                run,
                Place {
                    part: number,
                    row: at as u32,
                    hash,
                },
            );
            self.unfinished[row.status as usize] += 1;
            if self.plan.selection.is_some() && row.status != Status::Finished {
                self.reasons.insert(run, Arc::clone(&row.reason));
            }
            if self.plan.is_watched() {
                let value = |column: &Option<usize>| column.and_then(|column| row.values.get(column).copied().flatten());
                self.watched.insert(run, watched.iter().map(value).collect());
            }
        }
        Ok(used)
    }

    /// The columns of a part that the stopping rule or the selection looks at.
    fn watched_columns(&self, part: &Part) -> Vec<Option<usize>> {
        let ids = self.plan.watched().into_iter().map(|at| &self.plan.measures[at as usize].id);
        ids.map(|id| part.measures.iter().position(|measure| measure == id)).collect()
    }

    /// How many replications a point needs, as far as is known now.
    fn needed(&self, first: u32) -> u32 {
        let values: Vec<Vec<Option<f64>>> = (1..)
            .map_while(|replication| self.watched.get(&RunId { point: first, replication }).cloned())
            .collect();
        let alike = self.plan.points.iter().zip(&self.alike).filter(|(_, alike)| **alike == first);
        alike.map(|(point, _)| needed(self.plan, point, &values)).max().unwrap_or(0)
    }

    /// The runs of each scenario that are needed now: the index of its first point, and replications.
    fn wanted(&self) -> Vec<(u32, RangeInclusive<u32>)> {
        match self.standing() {
            Some(standing) => self.wanted_by(&standing),
            None => self.firsts().map(|point| (point, 1..=self.needed(point))).collect(),
        }
    }

    /// Each point that is the first with its scenario.
    fn firsts(&self) -> impl Iterator<Item = u32> + '_ {
        (0_u32..).zip(&self.alike).filter(|(n, first)| n == *first).map(|(point, _)| point)
    }

    /// How far the selection of the plan has come; `None` where it has none.
    fn standing(&self) -> Option<Standing> {
        standing(self.plan, |point, replication| self.seen(point, replication))
    }

    fn seen(&self, point: usize, replication: u32) -> Option<Seen<'_>> {
        let run = RunId {
            point: self.alike[point],
            replication,
        };
        let values = self.watched.get(&run)?;
        Some(match self.reasons.get(&run) {
            Some(reason) => Seen::Unfinished(reason),
            None => Seen::Values(values),
        })
    }

    /// What a selection needs to go on; once a point is chosen, also its replications that had no say in that.
    fn wanted_by(&self, standing: &Standing) -> Vec<(u32, RangeInclusive<u32>)> {
        let needed = |first: u32| {
            let alike = standing.needed.iter().zip(&self.alike).filter(|(_, alike)| **alike == first);
            alike.map(|(needed, _)| *needed).max().unwrap_or(0)
        };
        let afresh = self.plan.selection.as_ref().zip(standing.selection.chosen());
        let chosen = afresh.map(|(rule, point)| (self.alike[point], rule.at_most + 1..=rule.at_most + rule.afresh));
        let each = self.firsts().map(|point| (point, 1..=needed(point))).chain(chosen);
        let mut each: Vec<_> = each.filter(|(_, replications)| !replications.is_empty()).collect();
        each.sort_by_key(|(point, replications)| (*point, *replications.start()));
        each
    }

    /// What the selection came to, or has come to so far; `None` where the plan has none.
    #[must_use]
    pub fn optimisation(&self) -> Option<Optimisation> {
        let standing = self.standing()?;
        optimisation(self.plan, &standing, |point, replication| self.seen(point, replication))
    }

    /// The runs that the plan needs and that are not there, in the order of the plan. With a stopping rule or a selection
    /// there may be more when these are done.
    #[must_use]
    pub fn missing(&self) -> Vec<RunId> {
        let runs = self.wanted().into_iter().flat_map(runs_of);
        runs.filter(|run| !self.places.contains_key(run)).collect()
    }

    /// How many runs the plan needs, as far as is known now.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.wanted().iter().map(|(_, replications)| replications.clone().count()).sum()
    }

    /// How many runs are there that did not finish, by how they ended.
    #[must_use]
    pub fn unfinished(&self) -> Vec<(Status, usize)> {
        let counts = Status::ALL.into_iter().map(|status| (status, self.unfinished[status as usize]));
        counts.filter(|(status, n)| *status != Status::Finished && *n > 0).collect()
    }

    /// Every row of the final table in order: the index of its point, and the run.
    pub(super) fn table_rows(&self) -> Vec<(u32, RunId)> {
        let mut wanted: BTreeMap<u32, Vec<RangeInclusive<u32>>> = BTreeMap::new();
        for (point, replications) in self.wanted() {
            wanted.entry(point).or_default().push(replications);
        }
        let of_point = |(point, first): (u32, &u32)| {
            let ranges = wanted.get(first).into_iter().flatten();
            let runs = ranges.flat_map(|replications| runs_of((*first, replications.clone())));
            runs.map(|run| (point, run)).collect::<Vec<_>>()
        };
        (0_u32..).zip(&self.alike).flat_map(of_point).collect()
    }

    pub(super) fn place(&self, run: RunId) -> Option<Place> {
        self.places.get(&run).copied()
    }

    pub(super) fn part(&self, number: u32) -> &Path {
        &self.parts[number as usize]
    }
}

/// The runs of a point.
fn runs_of((point, replications): (u32, RangeInclusive<u32>)) -> impl Iterator<Item = RunId> {
    replications.map(move |replication| RunId { point, replication })
}
