//! Tracks of one gauge at one place: taken one train at a time, in the order of asking.

use super::disruption::Strain;
use super::state::{State, Wake};
use super::train::Phase;
use crate::engine::{Gate, Resource};
use crate::model::Yard;
use crate::observe::Activity;

/// A yard in the course of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct YardState {
    tracks: Resource,
    /// Trains that want a track: new ones, the first of each line, loaded ones.
    pub(super) gate: Gate<Activity>,
}

impl YardState {
    pub(super) fn reset(&mut self, yard: &Yard) {
        self.tracks = Resource::new(yard.tracks.unwrap_or(u32::MAX));
        self.gate.clear();
    }

    /// Disruptions change the number of tracks; those that are taken stay so until their trains leave.
    pub(super) fn strain(&mut self, strain: Strain, yard: &Yard) {
        self.tracks.capacity = yard.tracks.map_or(u32::MAX, |tracks| strain.of(tracks));
    }
}

fn gate<'s>(state: &'s mut State<'_>, yard: u32) -> &'s mut Gate<Activity> {
    &mut state.yards[yard as usize].gate
}

impl State<'_> {
    /// A new train takes a track to be formed on; whether it has one.
    pub(super) fn form(&mut self, train: u32, yard: u32) -> bool {
        self.take_track(train, yard, Phase::Ready)
    }

    /// A train takes a track if nobody else waits for one, or joins the queue, in this phase.
    pub(super) fn take_track(&mut self, train: u32, yard: u32, waits_as: Phase) -> bool {
        let state = &mut self.yards[yard as usize];
        if state.gate.is_empty() && state.tracks.take() {
            self.has_track(train, yard);
            return true;
        }
        self.fleet[train].phase = waits_as;
        self.want_track(train, yard);
        false
    }

    /// Keeps a track for a train that comes, if nobody else waits for one, or lets it join the queue.
    pub(super) fn keep_track(&mut self, train: u32, yard: u32) -> bool {
        let state = &mut self.yards[yard as usize];
        if state.gate.is_empty() && state.tracks.take() {
            self.seen.yards[yard as usize].add(self.now, 1);
            return true;
        }
        self.fleet[train].phase = Phase::WantsTrackKept;
        self.want_track(train, yard);
        false
    }

    fn want_track(&mut self, train: u32, yard: u32) {
        // A free track is for anyone: whoever is first does not matter to when the next one is.
        self.queue_up(
            (gate, yard),
            train,
            (self.model.yards[yard as usize].place, Activity::TrackAheadFull),
        );
    }

    /// A train that was to come does not: a track that was kept for it is free.
    pub(super) fn give_back_kept_track(&mut self, yard: u32) {
        self.seen.yards[yard as usize].add(self.now, -1);
        self.yards[yard as usize].tracks.give_back();
        self.wakes.push_back(Wake::Yard(yard));
    }

    /// A train wants no track any more.
    pub(super) fn withdraw_from_yard(&mut self, train: u32, yard: u32) {
        let position = self.yards[yard as usize].gate.waiting().position(|other| other == train);
        if let Some(position) = position {
            self.call_up((gate, yard), position, self.model.yards[yard as usize].place);
        }
        self.wakes.push_back(Wake::Yard(yard));
    }

    fn has_track(&mut self, train: u32, yard: u32) {
        self.seen.yards[yard as usize].add(self.now, 1);
        self.fleet[train].yard = Some(yard);
    }

    /// A train gives back the track it stands on.
    pub(super) fn give_back_track(&mut self, train: u32) {
        if let Some(yard) = self.fleet[train].yard.take() {
            self.seen.yards[yard as usize].add(self.now, -1);
            let state = &mut self.yards[yard as usize];
            state.tracks.give_back();
            if !state.gate.is_empty() {
                self.wakes.push_back(Wake::Yard(yard));
            }
        }
    }

    /// Lets those in the queue take free tracks, first come first served.
    pub(super) fn serve_yard(&mut self, yard: u32) {
        loop {
            let state = &mut self.yards[yard as usize];
            if state.gate.is_empty() || !state.tracks.take() {
                return;
            }
            let place = self.model.yards[yard as usize].place;
            let Some(train) = self.call_up((gate, yard), 0, place) else {
                return;
            };
            if self.fleet[train].phase == Phase::WantsTrackKept {
                self.seen.yards[yard as usize].add(self.now, 1);
                self.track_kept(train);
                continue;
            }
            self.has_track(train, yard);
            match self.fleet[train].phase {
                Phase::WantsTrack => self.leave_line(self.line_of(train).0),
                Phase::WantsDepartureTrack => self.leave_berth(self.terminal_of(train)),
                _ => {}
            }
            self.step_done(train);
        }
    }
}
