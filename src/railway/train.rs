//! Trains inside the network.

use crate::model::Mode;
use crate::observe::TrainTime;
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

/// The track on which a train stands, or none: index of its yard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Track(u32);

impl Track {
    pub(super) const NONE: Self = Self(u32::MAX);

    /// A track of this yard.
    #[inline(always)]
    pub(super) fn of(yard: u32) -> Self {
        Self(yard)
    }

    /// The yard.
    #[inline(always)]
    pub(super) fn yard(self) -> Option<u32> {
        (self != Self::NONE).then_some(self.0)
    }
}

impl Default for Track {
    fn default() -> Self {
        Self::NONE
    }
}

/// A train: two cache lines, in the first of which is what nearly every step asks for. That takes 2 % less time for the bench W2 than a
/// train of any length, and 4 % less where ten thousand are inside.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(super) struct Train {
    /// Its part of the ledger.
    pub(super) time: TrainTime,
    /// When its timed activity ends.
    pub(super) due: Instant,
    /// The step it is at, by its number among those of all programs ([`crate::model::Ways`]).
    pub(super) at: u32,
    /// The site where it is, or where it was before the line on which it is.
    pub(super) site: u32,
    /// The office or terminal where it is worked on or lifted.
    pub(super) facility: u32,
    /// Its number within the flow.
    pub(super) number: u32,
    /// The track on which it stands, or will at the end of its section.
    pub(super) track: Track,
    /// The stamp of its timed activity.
    pub(super) stamp: u16,
    /// What it is in the middle of.
    pub(super) phase: Phase,
    /// Whether the slot is in use.
    pub(super) inside: bool,
    /// Its flow.
    pub(super) flow: u32,
    /// Index of the direction of its flow.
    pub(super) direction: u32,
    /// Boxes on it.
    pub(super) boxes: u32,
    /// The route it is on, among those of its flow.
    pub(super) route: u16,
    /// The route it would have taken had nothing been closed or crowded, or that it had chosen at first.
    pub(super) intended: u16,
    /// On a line with sections: which it is in or comes to, in order of travel.
    pub(super) section: u16,
    /// Which facility it chose last, where it could choose.
    pub(super) chosen: u8,
    /// What moves.
    pub(super) mode: Mode,
    /// Servers or cranes at work on it.
    pub(super) rate: u32,
    /// Work left, where it can be interrupted: milliseconds of one server or crane. On a line with sections, the
    /// running time over the whole of it.
    pub(super) work: Duration,
    /// Until when `work` is settled.
    pub(super) settled: Instant,
    /// When it came into being; of a regrouped train, when its oldest part did.
    pub(super) created_at: Instant,
    /// When it arrived at the place where it is; of a regrouped train, when its first part did.
    pub(super) arrived_at: Instant,
    /// What it had waited before it arrived there.
    pub(super) waited_before: Duration,
}

const _: () = assert!(size_of::<Train>() == 128, "two cache lines");

impl Train {
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
        self.at += 1;
        self.at
    }

    /// Whether its timed activity ends now that began with this stamp: it may have been interrupted.
    #[inline(always)]
    pub(super) fn is_due(&self, now: Instant, stamp: u16) -> bool {
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
