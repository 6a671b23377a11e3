//! From section to section.

use super::{Claim, SectionState, Way};
use crate::model::Step;
use crate::observe::Activity;
use crate::railway::event::Event;
use crate::railway::line::Block;
use crate::railway::stage::Wake;
use crate::railway::state::State;
use crate::railway::train::Phase;
use crate::railway::train::Track;
use crate::units::{Duration, Instant};

impl State<'_> {
    fn way(&mut self, section: u32, direction: usize) -> &mut Way {
        &mut self.sections[section as usize].ways[direction]
    }

    /// The section a train is in or comes to, and its direction.
    fn section_of(&self, train: u32) -> (u32, usize) {
        let step = self.step_of(train);
        let Step::Run(lane, _) = step else {
            unreachable!("a train on a line is at {step:?}")
        };
        let t = &self.fleet[train];
        let Some((number, direction)) = self.model.lanes[lane as usize].single else {
            unreachable!("a train in a section is on a line without any")
        };
        (self.model.single_lines[number as usize].section(direction, t.section), direction)
    }

    /// A train asks to enter a line of sections; it never goes on at once, since running takes time.
    pub(in crate::railway) fn join_single_line(&mut self, train: u32, lane: u32) -> bool {
        let whole = self.luck.of(&self.fleet[train], &self.model.lanes[lane as usize].running_time);
        let t = &mut self.fleet[train];
        (t.work, t.section) = (whole, 0);
        self.join_section(train);
        false
    }

    /// A train stands before a section, or runs on into it.
    fn join_section(&mut self, train: u32) {
        let (section, direction) = self.section_of(train);
        self.fleet[train].phase = Phase::Ready;
        let mut cause = Activity::LineSection;
        let mut look_again = None;
        if self.way(section, direction).gate.is_empty() {
            self.claim_track(train, section, direction);
            let Some(block) = self.section_block(section, direction, self.fleet[train].work) else {
                self.enter_section(train, section, direction);
                return;
            };
            cause = block.0;
            look_again = Some(block);
            self.way(section, direction).first_since = self.stage.now;
        }
        let now = self.stage.now;
        let way = self.way(section, direction);
        way.asked_at.push_back(now);
        let cause = way.gate.join(train, cause);
        let (location, lane) = self.before(section, direction);
        if self.single_line(section).place_before(section, direction).is_none() {
            self.plant.lanes[lane as usize].tally.waiting.increase(now);
        }
        self.switch(train, location, cause);
        if let Some(block) = look_again {
            self.look_again_at_section(section, direction, block);
        }
    }

    /// The location of trains before a section (the place, where it is the first one), and their lane.
    fn before(&self, section: u32, direction: usize) -> (u32, u32) {
        let single = self.single_line(section);
        let lane = single.lanes[direction];
        let location = match single.place_before(section, direction) {
            None => self.model.lanes[lane as usize].from,
            Some(_) => self.model.lane_location(lane as usize) as u32,
        };
        (location, lane)
    }

    /// The first train before the last section asks for a track of the yard, and keeps it when it has one.
    fn claim_track(&mut self, train: u32, section: u32, direction: usize) {
        let single = self.single_line(section);
        let may_enter = single.place_before(section, direction).is_some() || !self.is_entry_closed(single, direction);
        if single.place_after(section, direction).is_none() && may_enter {
            let (_, yard) = self.line_of(train);
            let held = self.keep_track(train, yard);
            self.way(section, direction).claim = if held { Claim::Held } else { Claim::Asked };
        }
    }

    /// A track of the yard at the end is kept for a train that waits before the last section.
    pub(in crate::railway) fn track_kept(&mut self, train: u32) {
        let (section, direction) = self.section_of(train);
        self.fleet[train].phase = Phase::Ready;
        self.way(section, direction).claim = Claim::Held;
        self.stage.wakes.push(Wake::Section(section));
    }

    /// The yard at the end, where a track of it is kept for a train that waits before the last section.
    pub(in crate::railway) fn kept_track(&self, train: u32) -> Option<u32> {
        let t = &self.fleet[train];
        let Step::Run(lane, yard) = self.step_of(train) else { return None };
        self.model.lanes[lane as usize].single?;
        if t.phase != Phase::Ready {
            return None;
        }
        let (section, direction) = self.section_of(train);
        let way = &self.sections[section as usize].ways[direction];
        (way.claim == Claim::Held && way.gate.head() == Some(train)).then_some(yard)
    }

    fn look_again_at_section(&mut self, section: u32, direction: usize, (cause, at): Block) {
        let (location, _) = self.before(section, direction);
        self.switch_all(
            |s, i| &mut s.sections[i as usize / 2].ways[i as usize % 2].gate,
            2 * section + direction as u32,
            location,
            cause,
        );
        if let Some(at) = at
            && self.way(section, direction).timer != at
        {
            self.way(section, direction).timer = at;
            self.stage.pending.schedule(at, Event::SectionReady(section));
        }
    }

    /// Time has passed that somebody waited for.
    pub(in crate::railway) fn section_ready(&mut self, section: u32) {
        for way in &mut self.sections[section as usize].ways {
            if way.timer <= self.stage.now {
                way.timer = Instant::NEVER;
            }
        }
        self.serve_section(section);
    }

    /// Lets trains enter as far as they may, each direction in its turn.
    pub(in crate::railway) fn serve_section(&mut self, section: u32) {
        loop {
            let SectionState {
                ways: [down, up], last, ..
            } = &self.sections[section as usize];
            let first = match down.first_since.cmp(&up.first_since) {
                std::cmp::Ordering::Less => 0,
                std::cmp::Ordering::Greater => 1,
                std::cmp::Ordering::Equal => 1 - last,
            };
            if !self.let_in(section, first) && !self.let_in(section, 1 - first) {
                return;
            }
        }
    }

    /// Lets the first train of a direction enter, if it may.
    fn let_in(&mut self, section: u32, direction: usize) -> bool {
        let Some(train) = self.way(section, direction).gate.head() else {
            return false;
        };
        if let Some(block) = self.section_block(section, direction, self.fleet[train].work) {
            self.look_again_at_section(section, direction, block);
            return false;
        }
        let now = self.stage.now;
        let way = self.way(section, direction);
        way.gate.leave();
        let wait = way.asked_at.pop_front().map_or(Duration::ZERO, |asked_at| now - asked_at);
        self.note_wait(section, direction, wait);
        let single = self.single_line(section);
        let tally = &mut self.plant.lanes[single.lanes[direction] as usize].tally;
        if single.place_before(section, direction).is_none() {
            tally.waiting.decrease(now);
        } else {
            tally.halts += u32::from(wait > Duration::ZERO);
        }
        self.enter_section(train, section, direction);
        let next = self.way(section, direction).gate.head();
        self.way(section, direction).first_since = if next.is_some() { now } else { Instant::NEVER };
        if let Some(next) = next {
            self.claim_track(next, section, direction);
        }
        true
    }

    /// A train has waited so long before a section, or has up to now.
    fn note_wait(&mut self, section: u32, direction: usize, wait: Duration) {
        let single = self.single_line(section);
        let tally = &mut self.plant.lanes[single.lanes[direction] as usize].tally;
        let longest = if single.place_before(section, direction).is_none() {
            &mut tally.longest_entry_wait
        } else {
            &mut tally.longest_halt
        };
        *longest = wait.0.max(*longest);
    }

    /// A train runs into a section; the track it stood on is free, one at the far end is taken.
    fn enter_section(&mut self, train: u32, section: u32, direction: usize) {
        let single = self.single_line(section);
        let lane = single.lanes[direction];
        match single.place_before(section, direction) {
            Some(place) => {
                self.sections[place as usize].taken[direction] -= 1;
                self.switch(train, self.model.lane_location(lane as usize) as u32, Activity::Running);
            }
            None => self.plant.set_out(lane, &mut self.fleet[train], &mut self.stage, self.model),
        }
        if let Some(place) = single.place_after(section, direction) {
            self.sections[place as usize].taken[direction] += 1;
        } else {
            let (_, yard) = self.line_of(train);
            self.fleet[train].track = Track::of(yard);
            self.way(section, direction).claim = Claim::None;
        }
        let time = self.model.sections[section as usize].time(self.fleet[train].work);
        let headway = single.headway.unwrap_or_default();
        let (now, state) = (self.stage.now, &mut self.sections[section as usize]);
        let before = if state.last == direction { state.row } else { 0 };
        let other_waits = !state.ways[1 - direction].gate.is_empty();
        state.row = if other_waits { before + 1 } else { 0 };
        state.last = direction;
        let way = &mut state.ways[direction];
        way.trains += 1;
        way.entry_free_at = now + headway;
        way.exit_free_at = now + time + headway;
        self.begin(train, Phase::InSection, time);
        // Tracks at both its ends are not what they were.
        let neighbours = single.around(section).filter(|other| *other != section);
        self.stage.wakes.extend(neighbours.map(Wake::Section));
    }

    /// A train has come to the end of its section.
    pub(in crate::railway) fn reach_section_end(&mut self, train: u32) {
        let (section, direction) = self.section_of(train);
        let single = self.single_line(section);
        let clear_at = self.stage.now + single.crossing;
        let way = self.way(section, direction);
        way.trains -= 1;
        way.clear_at = clear_at;
        self.stage.wakes.push(Wake::Section(section));
        if single.place_after(section, direction).is_some() {
            // Opposing trains that stand here wait for the section it comes from.
            let met = self.sections[section as usize].ways[1 - direction].gate.len() as u32;
            self.plant.lanes[single.lanes[direction] as usize].tally.meets += met;
            self.fleet[train].section += 1;
            self.stage.seen.book(&mut self.fleet[train].time, self.stage.now);
            self.stage.seen.at_section(&self.fleet[train].time, self.fleet[train].section);
            self.join_section(train);
        } else {
            self.leave_single_line(train, single.lanes[direction]);
        }
    }

    /// A train is on its track at the end: it has arrived, and the line is free of it.
    fn leave_single_line(&mut self, train: u32, lane: u32) {
        let model = &self.model.lanes[lane as usize];
        self.stage.seen.book(&mut self.fleet[train].time, self.stage.now);
        self.stage.seen.at_section(&self.fleet[train].time, 0);
        self.stage.seen.arrive(self.stage.now, model.to);
        let t = &mut self.fleet[train];
        t.site = model.to;
        t.arrived_at = self.stage.now;
        t.waited_before = t.time.waited;
        let state = &mut self.plant.lanes[lane as usize];
        if state.on_line == model.room
            && let Some((number, direction)) = model.single
        {
            let entry = self.model.single_lines[number as usize].section(direction, 0);
            self.stage.wakes.push(Wake::Section(entry));
        }
        state.on_line -= 1;
        self.plant.lanes[lane as usize].tally.trains.decrease(self.stage.now);
        self.step_done(train);
    }

    /// A disruption closes a line in one direction, opens it, or changes its paths.
    pub(in crate::railway) fn single_entry_changes(&mut self, lane: u32) {
        let Some((number, direction)) = self.model.lanes[lane as usize].single else {
            return;
        };
        let single = &self.model.single_lines[number as usize];
        let entry = single.section(direction, 0);
        let first = self.way(entry, direction).gate.head();
        if let Some(first) = first.filter(|_| single.place_after(entry, direction).is_none()) {
            self.reclaim_track(first, entry, direction);
        }
        // Opposing trains may take last tracks, or may no more.
        self.stage.wakes.extend(single.sections.clone().map(Wake::Section));
    }

    /// The first train before a line of one section asks for a track of the yard where it may enter, and withdraws
    /// where it may not: it would stand idle.
    fn reclaim_track(&mut self, train: u32, section: u32, direction: usize) {
        let claim = self.way(section, direction).claim;
        if !self.is_entry_closed(self.single_line(section), direction) {
            if claim == Claim::None {
                self.claim_track(train, section, direction);
            }
            return;
        }
        let (_, yard) = self.line_of(train);
        match claim {
            Claim::None => {}
            Claim::Asked => self.withdraw_from_yard(train, yard),
            Claim::Held => self.give_back_kept_track(yard),
        }
        self.fleet[train].phase = Phase::Ready;
        self.way(section, direction).claim = Claim::None;
    }

    /// Waits for a section that go on at the end of the run count as far as they have come.
    pub(in crate::railway) fn note_unfinished_waits(&mut self, end: Instant) {
        for section in 0..self.sections.len() as u32 {
            for direction in [0, 1] {
                if let Some(asked_at) = self.way(section, direction).asked_at.front().copied() {
                    self.note_wait(section, direction, end - asked_at);
                }
            }
        }
    }
}
