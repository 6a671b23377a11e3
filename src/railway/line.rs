//! Lines, one direction at a time: a headway at entry and at exit, order kept, room for so many trains, and
//! the paths of a daily path capacity. A train that finds no track at the end stands there, and holds up
//! whoever is behind it.

use std::collections::VecDeque;

use super::event::Event;
use super::state::{State, Wake};
use super::train::Phase;
use crate::engine::Gate;
use crate::model::{Lane, Step};
use crate::observe::Activity;
use crate::units::{Duration, Instant};

/// A lane in the course of a run.
#[derive(Clone, Debug)]
pub(super) struct LaneState {
    pub(super) entry: Gate<Activity>,
    /// Trains on it.
    pub(super) on_line: u32,
    /// In order of entry, where trains may not pass each other.
    order: VecDeque<u32>,
    /// When the next train may enter, or leave, after the one before.
    entry_free_at: Instant,
    exit_free_at: Instant,
    /// The first path not yet used, counted from the start.
    next_path: i64,
    /// For when the entry or exit is already to be looked at again.
    entry_timer: Instant,
    exit_timer: Instant,
    /// Whether a disruption lets no train enter.
    pub(super) is_closed: bool,
    /// The time between paths, where a disruption changes it.
    path_every: Option<Duration>,
}

impl Default for LaneState {
    fn default() -> Self {
        Self {
            entry: Gate::default(),
            on_line: 0,
            order: VecDeque::new(),
            entry_free_at: Instant::START,
            exit_free_at: Instant::START,
            next_path: 0,
            entry_timer: Instant::NEVER,
            exit_timer: Instant::NEVER,
            is_closed: false,
            path_every: None,
        }
    }
}

impl LaneState {
    pub(super) fn reset(&mut self) {
        let (mut entry, mut order) = (std::mem::take(&mut self.entry), std::mem::take(&mut self.order));
        entry.clear();
        order.clear();
        *self = Self {
            entry,
            order,
            ..Self::default()
        };
    }

    /// Trains on it and trains waiting to enter it.
    pub(super) fn load(&self) -> (u32, u32) {
        (self.on_line, self.entry.len() as u32)
    }

    /// The train that leaves next, where trains may not pass each other.
    pub(super) fn first(&self) -> Option<u32> {
        self.order.front().copied()
    }

    /// The instant of the first free path that is not past.
    fn path_at(&self, lane: &Lane, now: Instant) -> Instant {
        let Some(every) = self.path_every(lane) else { return now };
        let every = every.0.max(1);
        let first = ((now.0 + every - 1) / every).max(self.next_path);
        Instant(first.saturating_mul(every))
    }

    /// The time between paths now.
    #[inline]
    pub(super) fn path_every(&self, lane: &Lane) -> Option<Duration> {
        self.path_every.or(lane.path_every)
    }

    /// Disruptions close it, or change the time between its paths: then paths are counted anew.
    pub(super) fn strain(&mut self, is_closed: bool, path_every: Option<Duration>, lane: &Lane, now: Instant) {
        self.is_closed = is_closed;
        if path_every == self.path_every {
            return;
        }
        self.path_every = path_every;
        if let Some(every) = self.path_every(lane) {
            let every = every.0.max(1);
            self.next_path = (now.0 + every - 1) / every;
        }
    }

    /// When the first path not yet used begins, where paths are so far apart.
    pub(super) fn path_opens_at(&self, every: Duration) -> Instant {
        Instant(self.next_path.saturating_mul(every.0.max(1)))
    }
}

/// What keeps the first train from entering, and when to look again if no other train's going tells.
pub(super) type Block = (Activity, Option<Instant>);

fn gate<'s>(state: &'s mut State<'_>, lane: u32) -> &'s mut Gate<Activity> {
    &mut state.lanes[lane as usize].entry
}

impl State<'_> {
    fn entry_block(&self, lane: u32) -> Option<Block> {
        let (state, model) = (&self.lanes[lane as usize], &self.model.lanes[lane as usize]);
        if state.is_closed {
            return Some((Activity::Closure, None));
        }
        if state.on_line >= model.room {
            return Some((Activity::LineFull, None));
        }
        if state.entry_free_at > self.now {
            return Some((Activity::Headway, Some(state.entry_free_at)));
        }
        let path_at = state.path_at(model, self.now);
        (path_at > self.now).then_some((Activity::NoPath, Some(path_at)))
    }

    /// A train asks to enter; it goes on at once only where running takes no time.
    pub(super) fn join_entry(&mut self, train: u32, lane: u32) -> bool {
        if self.model.lanes[lane as usize].single.is_some() {
            return self.join_single_line(train, lane);
        }
        if self.lanes[lane as usize].entry.is_empty() {
            match self.entry_block(lane) {
                None => return self.enter(train, lane),
                Some(block) => {
                    self.queue_at_entry(train, lane, block.0);
                    self.look_again_at_entry(lane, block);
                }
            }
        } else {
            self.queue_at_entry(train, lane, Activity::LineFull);
        }
        false
    }

    fn queue_at_entry(&mut self, train: u32, lane: u32, cause: Activity) {
        self.fleet[train].phase = Phase::Ready;
        self.seen.lanes[lane as usize].waiting.add(self.now, 1);
        // What keeps the first from entering keeps any.
        self.queue_up((gate, lane), train, (self.model.lanes[lane as usize].from, cause));
    }

    fn look_again_at_entry(&mut self, lane: u32, (cause, at): Block) {
        self.switch_all(gate, lane, self.model.lanes[lane as usize].from, cause);
        if let Some(at) = at
            && self.lanes[lane as usize].entry_timer != at
        {
            self.lanes[lane as usize].entry_timer = at;
            self.pending.schedule(at, Event::EntryReady(lane));
        }
    }

    /// Lets trains enter as far as they may.
    pub(super) fn serve_entry(&mut self, lane: u32) {
        while let Some(train) = self.lanes[lane as usize].entry.head() {
            if let Some(block) = self.entry_block(lane) {
                self.look_again_at_entry(lane, block);
                return;
            }
            self.call_up((gate, lane), 0, self.model.lanes[lane as usize].from);
            self.seen.lanes[lane as usize].waiting.add(self.now, -1);
            if self.enter(train, lane) {
                self.step_done(train);
            }
        }
    }

    pub(super) fn entry_ready(&mut self, lane: u32) {
        self.lanes[lane as usize].entry_timer = Instant::NEVER;
        self.serve_entry(lane);
    }

    /// A disruption closes a line, opens it, or changes its paths.
    pub(super) fn entry_changes(&mut self, lane: u32) {
        if self.model.lanes[lane as usize].single.is_some() {
            self.single_entry_changes(lane);
        } else {
            self.wakes.push_back(Wake::Entry(lane));
        }
    }

    /// A train enters; whether it is through already.
    fn enter(&mut self, train: u32, lane: u32) -> bool {
        let model = &self.model.lanes[lane as usize];
        let state = &mut self.lanes[lane as usize];
        state.entry_free_at = self.now + model.headway;
        if !model.overtaking {
            state.order.push_back(train);
        }
        self.set_out(train, lane);
        if model.running_time.is_nothing() {
            let (_, yard) = self.line_of(train);
            return self.reach_line_end(train, lane, yard);
        }
        let time = self.drawn(train, &model.running_time);
        self.begin(train, Phase::Running, time);
        false
    }

    /// A train departs from its place and is on the line.
    pub(super) fn set_out(&mut self, train: u32, lane: u32) {
        let model = &self.model.lanes[lane as usize];
        let state = &mut self.lanes[lane as usize];
        state.on_line += 1;
        if let Some(every) = state.path_every(model) {
            state.next_path = self.now.0 / every.0.max(1) + 1;
        }
        let tally = &mut self.seen.lanes[lane as usize];
        tally.trains.add(self.now, 1);
        tally.entered += 1;
        self.switch(train, self.model.lane_location(lane as usize) as u32, Activity::Running);
        self.depart_from(train, model.from);
        self.give_back_track(train);
    }

    /// A train has run to the end of its line: it has arrived, and wants a track. Whether it has one and goes on.
    pub(super) fn reach_line_end(&mut self, train: u32, lane: u32, yard: u32) -> bool {
        let model = &self.model.lanes[lane as usize];
        self.arrive_at(train, model.to);
        let t = &mut self.fleet[train];
        t.arrived_at = self.now;
        t.waited_before = t.time.waited;
        t.phase = Phase::AtLineEnd;
        if model.overtaking {
            return self.take_track_at_end(train, lane, yard);
        }
        if self.lanes[lane as usize].order.front() == Some(&train) {
            return self.exit_first(lane).is_some();
        }
        self.switch(train, model.to, Activity::TrainAhead);
        false
    }

    fn take_track_at_end(&mut self, train: u32, lane: u32, yard: u32) -> bool {
        let has_track = self.take_track(train, yard, Phase::WantsTrack);
        if has_track {
            self.leave_line(lane);
        }
        has_track
    }

    /// Lets the first train leave the line if it may.
    pub(super) fn serve_exit(&mut self, lane: u32) {
        if let Some(train) = self.exit_first(lane) {
            self.step_done(train);
        }
    }

    /// The first train leaves the line if it has come to its end, the headway has passed and there is a track.
    fn exit_first(&mut self, lane: u32) -> Option<u32> {
        let state = &self.lanes[lane as usize];
        let train = *state.order.front()?;
        if self.fleet[train].phase != Phase::AtLineEnd {
            return None;
        }
        let free_at = state.exit_free_at;
        if free_at > self.now {
            self.switch(train, self.model.lanes[lane as usize].to, Activity::Headway);
            if self.lanes[lane as usize].exit_timer != free_at {
                self.lanes[lane as usize].exit_timer = free_at;
                self.pending.schedule(free_at, Event::ExitReady(lane));
            }
            return None;
        }
        let (_, yard) = self.line_of(train);
        self.take_track_at_end(train, lane, yard).then_some(train)
    }

    pub(super) fn exit_ready(&mut self, lane: u32) {
        self.lanes[lane as usize].exit_timer = Instant::NEVER;
        self.serve_exit(lane);
    }

    /// A train has its track: the line is free of it.
    pub(super) fn leave_line(&mut self, lane: u32) {
        let model = &self.model.lanes[lane as usize];
        let state = &mut self.lanes[lane as usize];
        if state.on_line == model.room && !state.entry.is_empty() {
            self.wakes.push_back(Wake::Entry(lane));
        }
        state.on_line -= 1;
        if !model.overtaking {
            state.order.pop_front();
            state.exit_free_at = self.now + model.headway;
            if !state.order.is_empty() {
                self.wakes.push_back(Wake::Exit(lane));
            }
        }
        self.seen.lanes[lane as usize].trains.add(self.now, -1);
    }

    /// The lane a train is on, and the yard at its end.
    pub(super) fn line_of(&self, train: u32) -> (u32, u32) {
        match self.step_of(train) {
            Step::Run(lane, yard) => (lane, yard),
            step => unreachable!("a train on a line is at {step:?}"),
        }
    }
}
