//! From records to stays: when which train was at which facility.

use crate::experiment::results::{FacilityFacts, LocationKind, ReplicationRecords, Results};
use crate::observe::Activity;
use crate::units::Instant;

/// A train at a facility: at a desk, or in a berth from being placed to being withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stay {
    /// Index of the train.
    pub train: u32,
    /// Index in [`Results::facilities`].
    pub facility: usize,
    /// Begin.
    pub from: Instant,
    /// End.
    pub to: Instant,
    /// Indices of its records, in order.
    pub records: Vec<usize>,
}

/// The records of each train, in order.
pub(super) fn by_train(records: &ReplicationRecords) -> Vec<Vec<usize>> {
    let mut by_train: Vec<Vec<usize>> = vec![Vec::new(); records.trains.len()];
    for (i, a) in records.activities.iter().enumerate() {
        if let Some(list) = by_train.get_mut(a.train as usize) {
            list.push(i);
        }
    }
    by_train
}

/// All stays, train by train.
pub(super) fn stays(results: &Results, records: &ReplicationRecords) -> Vec<Stay> {
    let mut stays = Vec::new();
    for (train, list) in by_train(records).iter().enumerate() {
        let mut way = Way {
            results,
            records,
            train: train as u32,
            first: stays.len(),
            pending: Vec::new(),
        };
        for i in list {
            way.follow(*i, &mut stays);
        }
        way.end(&mut stays);
    }
    stays
}

/// One train on its way through its records.
struct Way<'r> {
    results: &'r Results,
    records: &'r ReplicationRecords,
    train: u32,
    /// Its first stay.
    first: usize,
    /// Records at the place since its last stay there.
    pending: Vec<usize>,
}

impl Way<'_> {
    fn follow(&mut self, record: usize, stays: &mut Vec<Stay>) {
        let a = &self.records.activities[record];
        let last = stays.get_mut(self.first..).and_then(|own| own.last_mut());
        // Withdrawn, a train leaves its berth when there is a track for it.
        let wants_track = |last: &&mut Stay| {
            let before = &self.records.activities[last.records[last.records.len() - 1]];
            let withdrawn = before.activity == Activity::Withdrawal && before.location == a.location && last.to == a.begins_at;
            withdrawn && a.activity == Activity::TrackAheadFull
        };
        let last = match last {
            Some(last) if wants_track(&last) => {
                last.to = a.ends_at;
                last.records.push(record);
                return;
            }
            last => last,
        };
        let Some(facility) = self.facility(record) else {
            self.pending.push(record);
            return;
        };
        let pending = std::mem::take(&mut self.pending);
        let goes_on = last.filter(|last| {
            let before = &self.records.activities[last.records[last.records.len() - 1]];
            let at_once = before.location == a.location && last.to == a.begins_at;
            last.facility == facility && (at_once || self.is_in_berth(last, &pending, a.location))
        });
        match goes_on {
            Some(last) => {
                last.to = a.ends_at;
                last.records.extend(pending);
                last.records.push(record);
            }
            None => stays.push(Stay {
                train: self.train,
                facility,
                from: a.begins_at,
                to: a.ends_at,
                records: vec![record],
            }),
        }
    }

    /// Whether a train is still in its berth there after what it did since: it was not withdrawn and has not moved.
    fn is_in_berth(&self, last: &Stay, since: &[usize], location: u32) -> bool {
        let before = &self.records.activities[last.records[last.records.len() - 1]];
        self.results.facilities[last.facility].has_berths()
            && before.activity != Activity::Withdrawal
            && before.location == location
            && since.iter().all(|i| self.records.activities[*i].location == location)
    }

    /// A train may wait in its berth when the run ends.
    fn end(&self, stays: &mut [Stay]) {
        let Some(last) = stays.get_mut(self.first..).and_then(|own| own.last_mut()) else {
            return;
        };
        let Some(record) = self.pending.last().map(|i| &self.records.activities[*i]) else {
            return;
        };
        let left = self.records.trains.get(self.train as usize).is_some_and(|t| t.left_at.is_some());
        if !left && self.is_in_berth(last, &self.pending, record.location) {
            last.to = record.ends_at;
            last.records.extend(&self.pending);
        }
    }

    /// Where a record has its train: what is done tells the facility, and some waits are only in a berth.
    fn facility(&self, record: usize) -> Option<usize> {
        let a = &self.records.activities[record];
        let flow = self.records.trains.get(a.train as usize)?.flow;
        let LocationKind::Place { place } = self.results.locations.get(a.location as usize)?.kind else {
            return None;
        };
        let here = |f: &FacilityFacts| f.place == place && f.flows.binary_search(&flow).is_ok();
        let held = matches!(a.activity, Activity::CraneShort | Activity::Breakdown | Activity::Wind);
        let does = |f: &FacilityFacts| f.activities.contains(&a.activity) || (held && f.has_berths());
        self.results.facilities.iter().position(|f| here(f) && does(f))
    }
}
