//! Lines, one direction at a time: a headway at entry and at exit, order kept, room for so many trains, and
//! the paths of a daily path capacity. A train that finds no track at the end stands there, and holds up
//! whoever is behind it.

use std::collections::VecDeque;

use super::event::Event;
use super::stage::{Stage, Wake};
use super::state::State;
use super::train::Phase;
use crate::engine::Gate;
use crate::model::{Lane, Step};
use crate::observe::{Activity, LaneTally};
use crate::units::{Duration, Instant};

/// A lane in the course of a run: what is known of it, how it is, and what is seen of it.
#[derive(Clone, Debug)]
pub(super) struct LaneState<'m> {
    pub(super) facts: &'m Lane,
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
    pub(super) tally: LaneTally,
}

impl<'m> LaneState<'m> {
    pub(super) fn new(facts: &'m Lane) -> Self {
        Self {
            facts,
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
            tally: LaneTally::default(),
        }
    }

    pub(super) fn reset(&mut self) {
        let (mut entry, mut order) = (std::mem::take(&mut self.entry), std::mem::take(&mut self.order));
        entry.clear();
        order.clear();
        *self = Self {
            entry,
            order,
            ..Self::new(self.facts)
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
    fn path_at(&self, every: Duration, now: Instant) -> Instant {
        let every = every.0.max(1);
        let first = ((now.0 + every - 1) / every).max(self.next_path);
        Instant(first.saturating_mul(every))
    }

    /// The time between paths now.
    #[inline]
    pub(super) fn path_every(&self) -> Option<Duration> {
        self.path_every.or(self.facts.path_every)
    }

    /// Disruptions close it, or change the time between its paths: then paths are counted anew.
    pub(super) fn strain(&mut self, is_closed: bool, path_every: Option<Duration>, now: Instant) {
        self.is_closed = is_closed;
        if path_every == self.path_every {
            return;
        }
        self.path_every = path_every;
        if let Some(every) = self.path_every() {
            let every = every.0.max(1);
            self.next_path = (now.0 + every - 1) / every;
        }
    }

    /// A train has its track: the line is free of it.
    #[inline(always)]
    pub(super) fn let_go(&mut self, lane: u32, stage: &mut Stage) {
        if self.on_line == self.facts.room && !self.entry.is_empty() {
            stage.wakes.push(Wake::Entry(lane));
        }
        self.on_line -= 1;
        if !self.facts.overtaking {
            self.order.pop_front();
            self.exit_free_at = stage.now + self.facts.headway;
            if !self.order.is_empty() {
                stage.wakes.push(Wake::Exit(lane));
            }
        }
        self.tally.trains.decrease(stage.now);
    }

    /// A train is on the line.
    #[inline(always)]
    pub(super) fn take_in(&mut self, now: Instant) {
        self.on_line += 1;
        if let Some(every) = self.path_every() {
            self.next_path = now.0 / every.0.max(1) + 1;
        }
        self.tally.trains.increase(now);
        self.tally.entered += 1;
    }

    /// What keeps the first train from entering.
    #[inline(always)]
    fn entry_block(&self, now: Instant) -> Option<Block> {
        if self.is_closed {
            return Some((Activity::Closure, None));
        }
        if self.on_line >= self.facts.room {
            return Some((Activity::LineFull, None));
        }
        if self.entry_free_at > now {
            return Some((Activity::Headway, Some(self.entry_free_at)));
        }
        let path_at = self.path_at(self.path_every()?, now);
        (path_at > now).then_some((Activity::NoPath, Some(path_at)))
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
    /// A train asks to enter; it goes on at once only where running takes no time.
    #[inline(always)]
    pub(super) fn join_entry(&mut self, train: u32, lane: u32) -> bool {
        let state = &self.lanes[lane as usize];
        if state.facts.single.is_some() {
            return self.join_single_line(train, lane);
        }
        if state.entry.is_empty() {
            match state.entry_block(self.stage.now) {
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
        let state = &mut self.lanes[lane as usize];
        state.tally.waiting.increase(self.stage.now);
        // What keeps the first from entering keeps any.
        self.queue_up((gate, lane), train, cause);
    }

    fn look_again_at_entry(&mut self, lane: u32, (cause, at): Block) {
        self.switch_all(gate, lane, self.lanes[lane as usize].facts.from, cause);
        let state = &mut self.lanes[lane as usize];
        if let Some(at) = at
            && state.entry_timer != at
        {
            state.entry_timer = at;
            self.stage.pending.schedule(at, Event::EntryReady(lane));
        }
    }

    /// Lets trains enter as far as they may.
    pub(super) fn serve_entry(&mut self, lane: u32) {
        loop {
            let state = &mut self.lanes[lane as usize];
            let Some(train) = state.entry.head() else { return };
            if let Some(block) = state.entry_block(self.stage.now) {
                self.look_again_at_entry(lane, block);
                return;
            }
            state.tally.waiting.decrease(self.stage.now);
            self.call_up((gate, lane), 0);
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
            self.stage.wakes.push(Wake::Entry(lane));
        }
    }

    /// A train enters; whether it is through already.
    #[inline(always)]
    fn enter(&mut self, train: u32, lane: u32) -> bool {
        let state = &mut self.lanes[lane as usize];
        let facts = state.facts;
        state.entry_free_at = self.stage.now + facts.headway;
        if !facts.overtaking {
            state.order.push_back(train);
        }
        self.set_out(train, lane);
        if facts.running_time.is_nothing() {
            let (_, yard) = self.line_of(train);
            return self.reach_line_end(train, lane, yard);
        }
        let time = self.drawn_here(train, &facts.running_time, 0);
        self.stage.begin(train, &mut self.fleet[train], Phase::Running, time);
        false
    }

    /// A train departs from its place and is on the line.
    #[inline(always)]
    pub(super) fn set_out(&mut self, train: u32, lane: u32) {
        let (t, stage) = (&mut self.fleet[train], &mut self.stage);
        self.lanes[lane as usize].take_in(stage.now);
        let location = self.model.lane_location(lane as usize) as u32;
        stage.seen.switch(&mut t.time, stage.now, location, Activity::Running);
        stage.depart(t, self.model);
        self.give_back_track(train);
    }

    /// The running time of a train is over. Whether it goes on.
    #[inline(always)]
    pub(super) fn running_ends(&mut self, train: u32) -> bool {
        let (lane, yard) = self.line_of(train);
        self.reach_line_end(train, lane, yard)
    }

    /// A train has run to the end of its line: it has arrived, and wants a track. Whether it has one and goes on.
    #[inline(always)]
    pub(super) fn reach_line_end(&mut self, train: u32, lane: u32, yard: u32) -> bool {
        let facts = self.lanes[lane as usize].facts;
        let site = self.site_at(facts.mode, facts.to);
        let (t, stage) = (&mut self.fleet[train], &mut self.stage);
        t.site = site;
        stage.seen.arrive(stage.now, site);
        t.arrived_at = stage.now;
        t.waited_before = t.time.waited;
        t.phase = Phase::AtLineEnd;
        if facts.overtaking {
            return self.take_track_at_end(train, lane, yard);
        }
        self.queue_at_exit(train, lane)
    }

    /// A train stands at the end of a line on which none passes another. Whether it goes on.
    fn queue_at_exit(&mut self, train: u32, lane: u32) -> bool {
        if self.lanes[lane as usize].order.front() == Some(&train) {
            return self.exit_first(lane).is_some();
        }
        self.switch_here(train, Activity::TrainAhead);
        false
    }

    #[inline(always)]
    fn take_track_at_end(&mut self, train: u32, lane: u32, yard: u32) -> bool {
        let has_track = self.take_track(train, yard, Phase::WantsTrack);
        if has_track {
            self.lanes[lane as usize].let_go(lane, &mut self.stage);
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
        if free_at > self.stage.now {
            self.switch_here(train, Activity::Headway);
            let state = &mut self.lanes[lane as usize];
            if state.exit_timer != free_at {
                state.exit_timer = free_at;
                self.stage.pending.schedule(free_at, Event::ExitReady(lane));
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

    /// The lane a train is on, and the yard at its end.
    pub(super) fn line_of(&self, train: u32) -> (u32, u32) {
        match self.step_of(train) {
            Step::Run(lane, yard) => (lane, yard),
            step => unreachable!("a train on a line is at {step:?}"),
        }
    }
}
