//! Trains inside the network.

use crate::model::{FlowModel, Mode};
use crate::observe::TrainTime;
use crate::random::Purpose;
use crate::units::{Duration, Instant};

/// What a train is in the middle of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// Between steps, or waiting at the gate of its step.
    #[default]
    Ready,
    /// Moving along a line.
    Running,
    /// Moving along a section of single track.
    InSection,
    /// First before the last section of single track, in the queue for a track at the end.
    WantsTrackKept,
    /// Standing at the end of a line, behind others or within the headway.
    AtLineEnd,
    /// First at the end of a line, in the queue for a track.
    WantsTrack,
    /// Being worked on by an office.
    InOffice,
    /// Its work in an office rests.
    Paused,
    /// Boxes of it are inspected, or wait for a bay.
    InInspection,
    /// Being placed in a berth.
    Placing,
    /// Its boxes are lifted, or wait for a crane.
    Lifting,
    /// Being taken out of a berth.
    Withdrawal,
    /// A train in formation, waiting for boxes.
    Filling,
    /// Loaded, in the queue for wagons.
    WantsWagons,
    /// Loaded, in the queue for a departure track.
    WantsDepartureTrack,
    /// A box of it is being set down in a yard.
    Unloading,
    /// Waiting for boxes as long as its patience lasts.
    AwaitsBoxes,
    /// Being loaded from a yard.
    Loading,
}

/// What is kept of the flow of a train with the train itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OfFlow {
    /// Its address among the draws.
    pub(super) entity: Purpose,
    /// Index of its direction.
    pub(super) direction: u32,
    /// What moves.
    pub(super) mode: Mode,
}

impl OfFlow {
    pub(super) fn new(flow: &FlowModel) -> Self {
        Self {
            entity: flow.entity,
            direction: flow.direction,
            mode: flow.mode,
        }
    }
}

/// A train.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Train {
    /// Its part of the ledger.
    pub(super) time: TrainTime,
    /// What of its flow is asked for at every step.
    pub(super) of_flow: OfFlow,
    /// Its flow.
    pub(super) flow: u32,
    /// Its number within the flow.
    pub(super) number: u32,
    /// Boxes on it.
    pub(super) boxes: u32,
    /// The route it is on, among those of its flow.
    pub(super) route: u16,
    /// The route it would have taken had nothing been closed or crowded, or that it had chosen at first.
    pub(super) intended: u16,
    /// The site where it is, or where it was before the line on which it is.
    pub(super) site: u32,
    /// Where the program of that route begins among all; [`super::way::Ways`] reads it.
    pub(super) way: u32,
    /// The step it is at.
    pub(super) step: u32,
    /// What it is in the middle of.
    pub(super) phase: Phase,
    /// The office or terminal where it is worked on or lifted.
    pub(super) facility: u32,
    /// The stamp of its timed activity.
    pub(super) stamp: u32,
    /// When that ends.
    pub(super) due: Instant,
    /// Work left, where it can be interrupted: milliseconds of one server or crane. On a line with sections, the
    /// running time over the whole of it.
    pub(super) work: Duration,
    /// Servers or cranes at work on it.
    pub(super) rate: u32,
    /// Until when `work` is settled.
    pub(super) settled: Instant,
    /// When it came into being; of a regrouped train, when its oldest part did.
    pub(super) created_at: Instant,
    /// When it arrived at the place where it is; of a regrouped train, when its first part did.
    pub(super) arrived_at: Instant,
    /// What it had waited before it arrived there.
    pub(super) waited_before: Duration,
    /// On a line with sections: which it is in or comes to, in order of travel.
    pub(super) section: u16,
    /// The yard on a track of which it stands, or will at the end of its section.
    pub(super) yard: Option<u32>,
    /// Which facility it chose last, where it could choose.
    pub(super) chosen: u8,
    /// Whether the slot is in use.
    pub(super) inside: bool,
}

impl Train {
    /// The step it is at, by its number among those of all programs.
    #[inline]
    pub(super) fn at(&self) -> u32 {
        self.way + self.step
    }

    /// The work done on it up to an instant since it was settled, as far as that is measured.
    #[inline(always)]
    pub(super) fn measured_work(&self, at: Instant, measure_from: Instant) -> i64 {
        (at - self.settled.max(measure_from)).0.max(0) * i64::from(self.rate)
    }

    /// It is inside no longer: what was still to come for it means nothing any more.
    #[inline]
    pub(super) fn go(&mut self) {
        (self.inside, self.due) = (false, Instant::NEVER);
    }

    /// It is at the next one, of which this is the number among those of all programs.
    #[inline(always)]
    pub(super) fn next_step(&mut self) -> u32 {
        self.phase = Phase::Ready;
        self.step += 1;
        self.at()
    }

    /// Whether its timed activity ends now that began with this stamp: it may have been interrupted.
    #[inline(always)]
    pub(super) fn is_due(&self, now: Instant, stamp: u32) -> bool {
        self.due == now && self.stamp == stamp
    }
}

/// All trains inside, in slots that are used again.
#[derive(Clone, Debug, Default)]
pub(super) struct Fleet {
    slots: Vec<Train>,
    free: Vec<u32>,
}

impl Fleet {
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.free.clear();
    }

    /// A slot that is free, for a train to be put in.
    #[inline(always)]
    pub(super) fn free_slot(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.slots.push(Train::default());
            self.slots.len() as u32 - 1
        })
    }

    pub(super) fn remove(&mut self, slot: u32) {
        self.slots[slot as usize].go();
        self.give_back(slot);
    }

    /// The slot of a train that is gone can be used again.
    #[inline]
    pub(super) fn give_back(&mut self, slot: u32) {
        self.free.push(slot);
    }

    /// How many slots have ever been needed.
    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }

    /// The trains inside, with their slots.
    pub(super) fn inside(&self) -> impl Iterator<Item = (u32, &Train)> {
        (0..).zip(&self.slots).filter(|(_, train)| train.inside)
    }

    /// The same, to be changed.
    pub(super) fn inside_mut(&mut self) -> impl Iterator<Item = (u32, &mut Train)> {
        (0..).zip(&mut self.slots).filter(|(_, train)| train.inside)
    }
}

impl std::ops::Index<u32> for Fleet {
    type Output = Train;
    #[inline]
    fn index(&self, slot: u32) -> &Train {
        &self.slots[slot as usize]
    }
}

impl std::ops::IndexMut<u32> for Fleet {
    #[inline]
    fn index_mut(&mut self, slot: u32) -> &mut Train {
        &mut self.slots[slot as usize]
    }
}
