//! Lines, one direction at a time: a headway at entry and at exit, order kept, room for so many trains, and
//! the paths of a daily path capacity. A train that finds no track at the end stands there, and holds up
//! whoever is behind it.

use std::collections::VecDeque;

use super::event::Event;
use super::luck::Luck;
use super::plant::Plant;
use super::stage::{Stage, Wake};
use super::state::State;
use super::train::{Phase, Train};
use crate::engine::Gate;
use crate::model::{Lane, Model, Step, StepAt};
use crate::observe::{Activity, LaneTally, WaitInCommon};
use crate::units::{Duration, Instant};

/// A lane in the course of a run: what is known of it, how it is, and what is seen of it.
#[derive(Clone, Debug)]
pub(super) struct LaneState<'m> {
    pub(super) facts: &'m Lane,
    /// Where trains on it are booked.
    location: u32,
    /// The site where trains wait to enter, and that they come to at its end.
    from_site: u32,
    to_site: u32,
    pub(super) entry: Gate<Activity>,
    /// How those who wait to enter are booked, where they wait in common.
    wait: WaitInCommon,
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
    pub(super) fn new(model: &'m Model, lane: usize) -> Self {
        let facts = &model.lanes[lane];
        let [from_site, to_site] = [facts.from, facts.to].map(|place| model.site(facts.mode, place));
        Self::empty(facts, model.lane_location(lane) as u32, from_site, to_site)
    }

    fn empty(facts: &'m Lane, location: u32, from_site: u32, to_site: u32) -> Self {
        Self {
            facts,
            location,
            from_site,
            to_site,
            entry: Gate::default(),
            wait: WaitInCommon::default(),
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
            ..Self::empty(self.facts, self.location, self.from_site, self.to_site)
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

    /// A train may enter at once; if not, what keeps it.
    #[inline(always)]
    pub(super) fn ask(&self, now: Instant) -> Option<Block> {
        if self.entry.is_empty() {
            self.entry_block(now)
        } else {
            // What keeps the first from entering keeps any.
            Some((Activity::LineFull, None))
        }
    }

    /// A train comes to the end.
    #[inline(always)]
    pub(super) fn end_running(&self, t: &mut Train, stage: &mut Stage) {
        t.site = self.to_site;
        stage.seen.arrive(stage.now, self.to_site);
        t.arrived_at = stage.now;
        t.waited_before = t.time.waited;
        t.phase = Phase::AtLineEnd;
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
    &mut state.plant.lanes[lane as usize].entry
}

impl Plant<'_> {
    /// A train departs from its place and is on the line.
    #[inline(always)]
    pub(super) fn set_out(&mut self, lane: u32, t: &mut Train, stage: &mut Stage, model: &Model) {
        let here = &mut self.lanes[lane as usize];
        here.take_in(stage.now);
        stage.seen.switch(&mut t.time, stage.now, here.location, Activity::Running);
        stage.depart(t, model);
        self.give_back_track(t, stage);
    }

    /// A train enters; whether it is through already.
    #[inline(always)]
    pub(super) fn enter(
        &mut self,
        (slot, lane): (u32, u32),
        at: &StepAt,
        t: &mut Train,
        stage: &mut Stage,
        (luck, model): (&mut Luck, &Model),
    ) -> bool {
        let here = &mut self.lanes[lane as usize];
        let facts = here.facts;
        here.entry_free_at = stage.now + facts.headway;
        if !facts.overtaking {
            here.order.push_back(slot);
        }
        self.set_out(lane, t, stage, model);
        let is_through = facts.running_time.is_nothing();
        if !is_through {
            let time = luck.at_step(at, t, &facts.running_time, 0);
            stage.begin(slot, t, Phase::Running, time);
        }
        is_through
    }

    /// A train comes to the end of a line on which trains may pass each other; whether there is a track for it, and the line is
    /// free of it.
    #[inline(always)]
    pub(super) fn arrive(&mut self, (lane, yard): (u32, u32), t: &mut Train, stage: &mut Stage) -> bool {
        let here = &mut self.lanes[lane as usize];
        here.end_running(t, stage);
        let has_track = self.yards[yard as usize].take_for(t, yard, stage.now);
        if has_track {
            here.let_go(lane, stage);
        }
        has_track
    }
}

impl State<'_> {
    /// A train that cannot enter at once joins the queue.
    pub(super) fn queue_at_entry(&mut self, train: u32, lane: u32, (cause, at): Block) {
        self.fleet[train].phase = Phase::Ready;
        let here = &mut self.plant.lanes[lane as usize];
        let is_first = here.entry.is_empty();
        here.tally.waiting.increase(self.stage.now);
        self.queue_up((gate, lane), train, cause);
        if self.waits_in_common() {
            self.plant.lanes[lane as usize].wait.join(&self.fleet[train].time);
        }
        if is_first {
            self.look_again_at_entry(lane, (cause, at));
        }
    }

    /// All trains that wait to enter do so for this cause from now on.
    fn switch_entry(&mut self, lane: u32, cause: Activity) {
        if !self.waits_in_common() {
            return self.switch_all(gate, lane, self.plant.lanes[lane as usize].facts.from, cause);
        }
        let here = &mut self.plant.lanes[lane as usize];
        if let Some(before) = here.entry.cause()
            && here.entry.waits_for(cause)
        {
            let at_entry = (here.from_site, here.entry.len() as u32);
            let seen = &mut self.stage.seen;
            seen.wait_on_in_common(&mut here.wait, self.stage.now, at_entry, (before, cause));
        }
    }

    fn look_again_at_entry(&mut self, lane: u32, (cause, at): Block) {
        self.switch_entry(lane, cause);
        let state = &mut self.plant.lanes[lane as usize];
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
            let state = &mut self.plant.lanes[lane as usize];
            let Some(train) = state.entry.head() else { return };
            if let Some(block) = state.entry_block(self.stage.now) {
                self.look_again_at_entry(lane, block);
                return;
            }
            state.tally.waiting.decrease(self.stage.now);
            if self.waits_in_common() {
                self.settle_wait(train, lane);
            }
            self.call_up((gate, lane), 0);
            if self.enter(train, lane) {
                self.step_done(train);
            }
        }
    }

    /// A train that waits to enter in common with others is booked by itself.
    #[inline]
    fn settle_wait(&mut self, train: u32, lane: u32) {
        let state = &mut self.plant.lanes[lane as usize];
        if let Some(cause) = state.entry.cause() {
            self.stage.seen.settle(&mut state.wait, &mut self.fleet[train].time, cause);
        }
    }

    /// All trains that wait in common are booked by themselves, and go on waiting.
    pub(super) fn settle_waits(&mut self) {
        if !self.waits_in_common() {
            return;
        }
        for lane in 0..self.plant.lanes.len() as u32 {
            for position in 0..self.plant.lanes[lane as usize].entry.len() {
                if let Some(train) = gate(self, lane).at(position) {
                    self.settle_wait(train, lane);
                    self.plant.lanes[lane as usize].wait.join(&self.fleet[train].time);
                }
            }
        }
    }

    pub(super) fn entry_ready(&mut self, lane: u32) {
        self.plant.lanes[lane as usize].entry_timer = Instant::NEVER;
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

    /// A train enters; whether it is through already and goes on.
    fn enter(&mut self, train: u32, lane: u32) -> bool {
        let (at, chance) = (self.step_at(train), (&mut self.luck, self.model));
        let t = &mut self.fleet[train];
        self.plant.enter((train, lane), at, t, &mut self.stage, chance) && self.reach_line_end(train)
    }

    /// A train has run to the end of its line: it has arrived, and wants a track. Whether it has one and goes on.
    #[inline(always)]
    pub(super) fn reach_line_end(&mut self, train: u32) -> bool {
        let (lane, yard) = self.line_of(train);
        if !self.plant.lanes[lane as usize].facts.overtaking {
            return self.queue_at_exit(train, lane);
        }
        let has_track = self.plant.arrive((lane, yard), &mut self.fleet[train], &mut self.stage);
        if !has_track {
            self.wait_for_track(train, yard, Phase::WantsTrack);
        }
        has_track
    }

    /// A train has come to the end of a line on which none passes another. Whether it goes on.
    fn queue_at_exit(&mut self, train: u32, lane: u32) -> bool {
        let here = &mut self.plant.lanes[lane as usize];
        here.end_running(&mut self.fleet[train], &mut self.stage);
        if here.order.front() == Some(&train) {
            return self.exit_first(lane).is_some();
        }
        self.switch_here(train, Activity::TrainAhead);
        false
    }

    /// Lets the first train leave the line if it may.
    pub(super) fn serve_exit(&mut self, lane: u32) {
        if let Some(train) = self.exit_first(lane) {
            self.step_done(train);
        }
    }

    /// The first train leaves the line if it has come to its end, the headway has passed and there is a track.
    fn exit_first(&mut self, lane: u32) -> Option<u32> {
        let state = &self.plant.lanes[lane as usize];
        let train = *state.order.front()?;
        if self.fleet[train].phase != Phase::AtLineEnd {
            return None;
        }
        let free_at = state.exit_free_at;
        if free_at > self.stage.now {
            self.switch_here(train, Activity::Headway);
            let state = &mut self.plant.lanes[lane as usize];
            if state.exit_timer != free_at {
                state.exit_timer = free_at;
                self.stage.pending.schedule(free_at, Event::ExitReady(lane));
            }
            return None;
        }
        let (_, yard) = self.line_of(train);
        let has_track = self.take_track(train, yard, Phase::WantsTrack);
        if has_track {
            self.plant.lanes[lane as usize].let_go(lane, &mut self.stage);
        }
        has_track.then_some(train)
    }

    pub(super) fn exit_ready(&mut self, lane: u32) {
        self.plant.lanes[lane as usize].exit_timer = Instant::NEVER;
        self.serve_exit(lane);
    }

    /// The lane a train is on, and the yard at its end.
    #[inline(always)]
    pub(super) fn line_of(&self, train: u32) -> (u32, u32) {
        match self.step_of(train) {
            Step::Run(lane, yard) => (lane, yard),
            step => unreachable!("a train on a line is at {step:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace::{ledger, observed, seen};
    use crate::observe::Activity;

    /// A train every ten minutes on average, for which there are 140 paths a day and a headway of five minutes: dozens wait for one
    /// and then the other, as the warm-up ends and as the run does. Booked together they have waited as if each were by itself, as
    /// it is for the records.
    #[test]
    fn who_waits_in_common_is_booked_as_by_itself() {
        let toml = r#"
            title = "paths"
            time = { start = "2022-01-03 00:00", zone = "Asia/Shanghai", warm_up = "2 days", length = "3 days" }
            gauges.g.width = "1435 mm"
            places.west.name = "west"
            places.east.name = "east"
            lines.l = { between = ["west", "east"], gauge = "g", running_time = "1 h", headway = "5 min", paths = "140/day" }
            flows.f = { from = "west", to = "east", gauge = "g", departures.rate = "144/day" }
            "#;
        let by_itself = observed(toml, ledger);
        let in_common = seen(toml, 1).unwrap();
        assert_eq!(ledger(&in_common), by_itself);
        let waited = |cause| (0..in_common.waiting.len()).map(|at| in_common.account(at, cause)).sum::<i64>();
        assert!(waited(Activity::Headway) > 0 && waited(Activity::NoPath) > 0);
    }
}
