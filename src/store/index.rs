//! Which runs of a plan are there, and where.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::part::Part;
use crate::experiment::sweep::{Plan, RunId, Status, needed};

/// The runs of a plan that are in parts; some fifty bytes a run, and nothing of their values but what a stopping rule
/// looks at.
#[derive(Debug)]
pub struct Index<'p> {
    plan: &'p Plan,
    /// For each point the first that is the same scenario.
    alike: Vec<u32>,
    /// The first point of each scenario.
    scenarios: BTreeMap<String, u32>,
    parts: Vec<PathBuf>,
    places: BTreeMap<RunId, Place>,
    /// What the measures of the stopping rule came to.
    watched: BTreeMap<RunId, Vec<Option<f64>>>,
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
            if self.plan.stopping.is_some() {
                let value = |column: &Option<usize>| column.and_then(|column| row.values.get(column).copied().flatten());
                self.watched.insert(run, watched.iter().map(value).collect());
            }
        }
        Ok(used)
    }

    /// The columns of a part that the stopping rule looks at.
    fn watched_columns(&self, part: &Part) -> Vec<Option<usize>> {
        let goals = self.plan.stopping.iter().flat_map(|rule| &rule.goals);
        let ids = goals.map(|goal| &self.plan.measures[goal.measure as usize].id);
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

    /// The replications of each scenario: the index of its first point and how many it needs now.
    fn wanted(&self) -> Vec<(u32, u32)> {
        let firsts = (0_u32..).zip(&self.alike).filter(|(n, first)| n == *first);
        firsts.map(|(point, _)| (point, self.needed(point))).collect()
    }

    /// The runs that the plan needs and that are not there, in the order of the plan. With a stopping rule there may be
    /// more when these are done.
    #[must_use]
    pub fn missing(&self) -> Vec<RunId> {
        let runs = self
            .wanted()
            .into_iter()
            .flat_map(|(point, most)| (1..=most).map(move |replication| RunId { point, replication }));
        runs.filter(|run| !self.places.contains_key(run)).collect()
    }

    /// How many runs the plan needs, as far as is known now.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.wanted().iter().map(|(_, most)| *most as usize).sum()
    }

    /// How many runs are there that did not finish, by how they ended.
    #[must_use]
    pub fn unfinished(&self) -> Vec<(Status, usize)> {
        let counts = Status::ALL.into_iter().map(|status| (status, self.unfinished[status as usize]));
        counts.filter(|(status, n)| *status != Status::Finished && *n > 0).collect()
    }

    /// Every row of the final table in order: the index of its point, and the run.
    pub(super) fn table_rows(&self) -> Vec<(u32, RunId)> {
        let wanted: BTreeMap<u32, u32> = self.wanted().into_iter().collect();
        let of_point = |(point, first): (u32, &u32)| {
            let first = *first;
            let most = wanted.get(&first).copied().unwrap_or(0);
            (1..=most).map(move |replication| (point, RunId { point: first, replication }))
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
