//! Yards where boxes change from one vehicle to another: trains are unloaded box by box as far as there is
//! room, and vehicles that come for boxes are loaded in the order in which they came.
//!
//! A place in the yard is taken when a crane lifts a box off, and free again when a vehicle begins to be loaded
//! with it. Which way a box goes on is settled when it is set down: by the outlet that is furthest behind its
//! share, so that shares are kept exactly and without chance.

use std::cmp::Reverse;
use std::collections::VecDeque;

use super::disruption::Strain;
use super::event::Event;
use super::stage::Wake;
use super::state::State;
use super::train::Phase;
use crate::engine::{Gate, Hand};
use crate::model::{Outlet, Step, Transloading};
use crate::observe::Activity;
use crate::units::{Duration, Instant};

/// A yard in the course of a run.
#[derive(Clone, Debug)]
pub(super) struct TransloadingState {
    gate: Gate<Activity>,
    hand: Hand,
    berths_taken: u32,
    /// Vehicles in a berth whose next box cannot be lifted off now, first to last.
    resting: VecDeque<u32>,
    /// Places taken, by boxes and by those being lifted off.
    places_taken: u32,
    /// Vehicles being loaded.
    loading: u32,
    outlets: Vec<OutletState>,
    /// What disruptions do to its berths.
    pub(super) strain: Strain,
}

#[derive(Clone, Debug, Default)]
struct OutletState {
    /// The classes of the boxes to leave this way, in the order in which they were set down.
    boxes: VecDeque<u32>,
    /// How far it is behind its share, in millionths of a box.
    behind: i64,
    /// Vehicles waiting for boxes, first to last.
    waiting: VecDeque<u32>,
}

impl TransloadingState {
    pub(super) fn new(model: &Transloading) -> Self {
        Self {
            gate: Gate::default(),
            hand: Hand::default(),
            berths_taken: 0,
            resting: VecDeque::new(),
            places_taken: 0,
            loading: 0,
            outlets: vec![OutletState::default(); model.outlets.len()],
            strain: Strain::default(),
        }
    }

    pub(super) fn reset(&mut self) {
        self.gate.clear();
        self.hand = Hand::default();
        self.strain = Strain::default();
        self.resting.clear();
        (self.berths_taken, self.places_taken, self.loading) = (0, 0, 0);
        for outlet in &mut self.outlets {
            outlet.behind = 0;
            outlet.boxes.clear();
            outlet.waiting.clear();
        }
    }

    /// The classes of the boxes that stand in it.
    pub(super) fn classes(&self) -> impl Iterator<Item = usize> {
        self.outlets.iter().flat_map(|outlet| &outlet.boxes).map(|class| *class as usize)
    }

    /// Trains in its berths and before them.
    pub(super) fn load(&self) -> u32 {
        self.berths_taken + self.gate.len() as u32
    }

    /// Where its calendar has been read up to.
    pub(super) fn hand(&self) -> Hand {
        self.hand
    }

    /// The outlet of the next box: the one furthest behind its share, of equal ones the first.
    fn next_outlet(&mut self, model: &[Outlet]) -> usize {
        for (outlet, facts) in self.outlets.iter_mut().zip(model) {
            outlet.behind += facts.millionths;
        }
        let first_of_most = |(i, outlet): &(usize, &OutletState)| (outlet.behind, Reverse(*i));
        let next = self.outlets.iter().enumerate().max_by_key(first_of_most).map_or(0, |(i, _)| i);
        self.outlets[next].behind -= 1_000_000;
        next
    }
}

impl State<'_> {
    /// The berths now.
    fn transloading_berths(&mut self, yard: u32) -> u32 {
        let state = &mut self.transloadings[yard as usize];
        let usual = self.model.transloadings[yard as usize]
            .calendar
            .servers(&mut state.hand, self.stage.now);
        state.strain.of(usual)
    }

    /// What keeps a train from taking a berth.
    fn transloading_block(&mut self, yard: u32) -> Option<Activity> {
        let berths = self.transloading_berths(yard);
        let state = &self.transloadings[yard as usize];
        match berths {
            0 => Some(state.strain.cause()),
            _ => (state.berths_taken >= berths).then_some(Activity::BerthBusy),
        }
    }

    /// A train asks to be unloaded; whether it goes on at once, because it has no boxes.
    pub(super) fn join_unloading(&mut self, train: u32, yard: u32) -> bool {
        if self.fleet[train].boxes == 0 {
            return true;
        }
        let block = self.transloading_block(yard);
        let state = &mut self.transloadings[yard as usize];
        if state.gate.is_empty() && block.is_none() {
            self.take_unloading_berth(train, yard);
        } else {
            let cause = state.gate.join(train, block.unwrap_or(Activity::BerthBusy));
            self.stage.seen.transloadings[yard as usize].waiting.increase(self.stage.now);
            self.switch(train, self.model.transloadings[yard as usize].place, cause);
        }
        false
    }

    fn take_unloading_berth(&mut self, train: u32, yard: u32) {
        let model = &self.model.transloadings[yard as usize];
        self.transloadings[yard as usize].berths_taken += 1;
        self.stage.seen.transloadings[yard as usize].berths.increase(self.stage.now);
        self.give_back_track(train);
        let cranes = i64::from(model.cranes);
        self.fleet[train].work = Duration((self.luck.of(&self.fleet[train], &model.per_box).0 + cranes - 1) / cranes);
        self.next_box(train, yard);
    }

    /// The next box of a train is lifted off, or the train rests in its berth: behind those that rest already,
    /// so that berths share what room there is.
    fn next_box(&mut self, train: u32, yard: u32) {
        if !self.transloadings[yard as usize].resting.is_empty() || !self.lift_off(train, yard) {
            self.fleet[train].phase = Phase::Ready;
            self.transloadings[yard as usize].resting.push_back(train);
            self.stage.wakes.push(Wake::Transloading(yard));
        }
    }

    /// What keeps a box from being lifted off.
    fn lift_off_block(&mut self, yard: u32) -> Option<Activity> {
        let model = &self.model.transloadings[yard as usize];
        let is_closed = self.transloading_berths(yard) == 0;
        let state = &self.transloadings[yard as usize];
        if is_closed {
            return Some(state.strain.cause());
        }
        let full = if state.loading > 0 {
            Activity::YardFull
        } else {
            Activity::TruckShort
        };
        (state.places_taken >= model.yard_boxes).then_some(full)
    }

    /// The next box of a train in its berth is lifted off, or the train waits; whether it is.
    fn lift_off(&mut self, train: u32, yard: u32) -> bool {
        let place = self.model.transloadings[yard as usize].place;
        if let Some(cause) = self.lift_off_block(yard) {
            self.switch(train, place, cause);
            return false;
        }
        self.transloadings[yard as usize].places_taken += 1;
        // Box after box is one activity.
        if self.fleet[train].phase != Phase::Unloading {
            self.switch(train, place, Activity::Unloading);
        }
        let time = self.fleet[train].work;
        self.begin(train, Phase::Unloading, time);
        true
    }

    /// A box stands in the yard, and the train goes on with the next or leaves its berth.
    pub(super) fn box_set_down(&mut self, train: u32) {
        let Step::Unload(yard) = self.step_of(train) else { return };
        let class = self.first_class(train);
        self.take_boxes(train, class, 1);
        self.stage.seen.boxes_in_yards += 1;
        let state = &mut self.transloadings[yard as usize];
        let outlet = state.next_outlet(&self.model.transloadings[yard as usize].outlets);
        state.outlets[outlet].boxes.push_back(class as u32);
        let tally = &mut self.stage.seen.transloadings[yard as usize];
        tally.set_down += 1;
        tally.boxes.increase(self.stage.now);
        tally.outlets[outlet].boxes.increase(self.stage.now);
        self.load_waiting(yard, outlet as u32);
        if self.fleet[train].boxes == 0 {
            self.leave_unloading_berth(train, yard);
        } else {
            self.next_box(train, yard);
        }
    }

    fn leave_unloading_berth(&mut self, train: u32, yard: u32) {
        let state = &mut self.transloadings[yard as usize];
        state.berths_taken -= 1;
        if !state.gate.is_empty() {
            self.stage.wakes.push(Wake::Transloading(yard));
        }
        let tally = &mut self.stage.seen.transloadings[yard as usize];
        tally.berths.decrease(self.stage.now);
        tally.served += 1;
        self.step_done(train);
    }

    /// A vehicle comes for boxes, or turns back because too many wait already; it never goes on at once.
    pub(super) fn join_loading(&mut self, train: u32, yard: u32, outlet: u32) -> bool {
        let model = &self.model.transloadings[yard as usize];
        let facts = &model.outlets[outlet as usize];
        let state = &mut self.transloadings[yard as usize].outlets[outlet as usize];
        if state.waiting.len() >= facts.room as usize {
            self.turn_back(train, yard, outlet);
            return false;
        }
        state.waiting.push_back(train);
        self.stage.seen.transloadings[yard as usize].outlets[outlet as usize]
            .waiting
            .increase(self.stage.now);
        self.switch(train, model.place, Activity::BoxShort);
        self.fleet[train].phase = Phase::AwaitsBoxes;
        if let Some(patience) = facts.patience {
            self.begin(train, Phase::AwaitsBoxes, patience);
        }
        self.load_waiting(yard, outlet);
        false
    }

    /// Hands out boxes to the vehicles waiting at an outlet, as far as they go.
    fn load_waiting(&mut self, yard: u32, outlet: u32) {
        let most = self.model.transloadings[yard as usize].outlets[outlet as usize].boxes_per_vehicle;
        loop {
            let state = &mut self.transloadings[yard as usize];
            let at = &mut state.outlets[outlet as usize];
            let Some(&vehicle) = at.waiting.front() else { return };
            let room = most.saturating_sub(self.fleet[vehicle].boxes);
            let taken = room.min(at.boxes.len() as u32);
            state.places_taken -= taken;
            let freed = taken > 0 && !state.resting.is_empty();
            for _ in 0..taken {
                let at = &mut self.transloadings[yard as usize].outlets[outlet as usize];
                let class = at.boxes.pop_front().unwrap_or_default();
                self.add_boxes(vehicle, class as usize, 1);
            }
            let full = self.fleet[vehicle].boxes >= most;
            self.stage.seen.boxes_in_yards -= i64::from(taken);
            let tally = &mut self.stage.seen.transloadings[yard as usize];
            tally.boxes.add(self.stage.now, -i64::from(taken));
            let tally = &mut tally.outlets[outlet as usize];
            tally.boxes.add(self.stage.now, -i64::from(taken));
            tally.taken += u64::from(taken);
            if freed {
                self.stage.wakes.push(Wake::Transloading(yard));
            }
            if !full {
                return;
            }
            self.load_vehicle(vehicle, (yard, outlet), 0);
        }
    }

    /// The vehicle at a position of the queue has the boxes that it leaves with: it is loaded.
    fn load_vehicle(&mut self, vehicle: u32, (yard, outlet): (u32, u32), position: usize) {
        let model = &self.model.transloadings[yard as usize];
        let state = &mut self.transloadings[yard as usize];
        state.outlets[outlet as usize].waiting.remove(position);
        state.loading += 1;
        if !state.resting.is_empty() {
            self.stage.wakes.push(Wake::Transloading(yard));
        }
        self.stage.seen.transloadings[yard as usize].outlets[outlet as usize]
            .waiting
            .decrease(self.stage.now);
        self.stage.seen.note_boxes(&self.fleet[vehicle].time, self.fleet[vehicle].boxes);
        self.interrupt(vehicle);
        self.switch(vehicle, model.place, Activity::Loading);
        let time = self.luck.of(&self.fleet[vehicle], &model.outlets[outlet as usize].loading);
        self.begin(vehicle, Phase::Loading, time);
    }

    /// A vehicle is loaded, and goes on.
    pub(super) fn loaded(&mut self, train: u32) {
        let Step::Load(yard, outlet) = self.step_of(train) else { return };
        let state = &mut self.transloadings[yard as usize];
        state.loading -= 1;
        if !state.resting.is_empty() {
            self.stage.wakes.push(Wake::Transloading(yard));
        }
        self.stage.seen.transloadings[yard as usize].outlets[outlet as usize].vehicles += 1;
        self.step_done(train);
    }

    /// A vehicle waits no longer: it leaves with what it has, or turns back.
    pub(super) fn patience_over(&mut self, train: u32) {
        let Step::Load(yard, outlet) = self.step_of(train) else { return };
        let waiting = &mut self.transloadings[yard as usize].outlets[outlet as usize].waiting;
        let Some(position) = waiting.iter().position(|other| *other == train) else {
            return;
        };
        if self.fleet[train].boxes > 0 {
            self.load_vehicle(train, (yard, outlet), position);
            return;
        }
        waiting.remove(position);
        self.stage.seen.transloadings[yard as usize].outlets[outlet as usize]
            .waiting
            .decrease(self.stage.now);
        self.turn_back(train, yard, outlet);
    }

    /// A vehicle leaves the network from here, without boxes.
    fn turn_back(&mut self, train: u32, yard: u32, outlet: u32) {
        self.stage.seen.transloadings[yard as usize].outlets[outlet as usize].turned_back += 1;
        self.leave(train);
    }

    /// Trains take free berths, and boxes are lifted off where there is room; those that wait on know why.
    pub(super) fn serve_transloading(&mut self, yard: u32) {
        for _ in 0..self.transloadings[yard as usize].resting.len() {
            let Some(train) = self.transloadings[yard as usize].resting.pop_front() else {
                break;
            };
            if !self.lift_off(train, yard) {
                self.transloadings[yard as usize].resting.push_back(train);
            }
        }
        while let Some(train) = self.transloadings[yard as usize].gate.head() {
            if let Some(cause) = self.transloading_block(yard) {
                self.switch_all(
                    |s, i| &mut s.transloadings[i as usize].gate,
                    yard,
                    self.model.transloadings[yard as usize].place,
                    cause,
                );
                return;
            }
            self.transloadings[yard as usize].gate.leave();
            self.stage.seen.transloadings[yard as usize].waiting.decrease(self.stage.now);
            self.take_unloading_berth(train, yard);
        }
    }

    /// Looks out for the next change of the number of berths.
    pub(super) fn watch_transloading(&mut self, yard: u32) {
        let state = &mut self.transloadings[yard as usize];
        let calendar = &self.model.transloadings[yard as usize].calendar;
        if let Some(at) = calendar.next_change(&mut state.hand, self.stage.now) {
            self.stage
                .pending
                .schedule(at.max(Instant::START), Event::TransloadingChanges(yard));
        }
    }

    pub(super) fn transloading_changes(&mut self, yard: u32) {
        self.watch_transloading(yard);
        self.serve_transloading(yard);
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace;
    use super::super::{Ended, Simulator};
    use proptest::prelude::*;

    const WORLD: &str = r#"
        title = "rail to road"
        [time]
        start = "2022-01-03 00:00"
        zone = "Asia/Shanghai"
        length = "1 day"
        [gauges.standard]
        width = "1435 mm"
        [gauges.road]
        mode = "road"
        [gauges.air]
        mode = "air"
        [places.pass]
        [places.far]
        [lines.road]
        between = ["yard", "pass"]
        gauge = "road"
        running_time = "2 h"
        [lines.air]
        between = ["yard", "far"]
        gauge = "air"
        running_time = "1 h"
        [places.yard.procedures.all]
        steps = ["transloading.t"]
        [flows.rail]
        from = "yard"
        to = "yard"
        gauge = "standard"
        boxes = 4
        departures.timetable = [{ days = "daily", at = "06:00" }]
        [flows.trucks]
        from = "yard"
        to = "pass"
        gauge = "road"
    "#;

    fn log(rest: &str) -> String {
        trace::log(&format!("{WORLD}{rest}"))
    }

    /// Four boxes of 10 minutes into a yard of two, trucks of one box at 06:15, 07:00, 07:10 and 09:00, loaded in
    /// half an hour. Boxes 1 and 2 are off at 06:10 and 06:20. The first truck takes box 1 at 06:15, so that box 3
    /// has room at 06:20 and stands at 06:30. Then the yard is full with 2 and 3: until 06:45 a truck is being
    /// loaded, after that there is none until the second takes box 2 at 07:00. Box 4 is off at 07:10.
    #[test]
    fn a_train_waits_for_room_then_for_trucks() {
        let log = log(r#"
            departures.timetable = [{ days = "daily", at = ["06:15", "07:00", "07:10", "09:00"] }]
            [places.yard.transloading.t]
            yard_boxes = 2
            per_box = "20 min"
            cranes = 2
            outlets.road = { flow = "trucks", loading = "30 min" }
            "#);
        let expected = "rail#1  yard  unloading  0 d 06:00 - 0 d 06:30\n\
                        rail#1  yard  yard_full  0 d 06:30 - 0 d 06:45\n\
                        rail#1  yard  truck_short  0 d 06:45 - 0 d 07:00\n\
                        rail#1  yard  unloading  0 d 07:00 - 0 d 07:10\n\
                        rail#1  left 0 d 07:10\n\
                        trucks#1  yard  loading  0 d 06:15 - 0 d 06:45\n\
                        trucks#1  road>pass  running  0 d 06:45 - 0 d 08:45\n\
                        trucks#1  left 0 d 08:45\n\
                        trucks#2  yard  loading  0 d 07:00 - 0 d 07:30\n\
                        trucks#2  road>pass  running  0 d 07:30 - 0 d 09:30\n\
                        trucks#2  left 0 d 09:30\n\
                        trucks#3  yard  loading  0 d 07:10 - 0 d 07:40\n\
                        trucks#3  road>pass  running  0 d 07:40 - 0 d 09:40\n\
                        trucks#3  left 0 d 09:40\n\
                        trucks#4  yard  loading  0 d 09:00 - 0 d 09:30\n\
                        trucks#4  road>pass  running  0 d 09:30 - 0 d 11:30\n\
                        trucks#4  left 0 d 11:30";
        assert_eq!(log, expected);
    }

    /// Half of the boxes each way: those set down at 06:10 and 06:30 are for the air, at 06:20 and 06:40 for the
    /// road. The flight of 05:00 has room for three and goes after two hours with two; that of 08:00 finds none
    /// and turns back at 10:00. Trucks 1 and 2 fill the room for waiting, so the third turns back at once; they
    /// get the boxes of 06:20 and 06:40.
    #[test]
    fn outlets_have_shares_patience_and_room() {
        let log = log(r#"
            departures.timetable = [{ days = "daily", at = ["06:00", "06:05", "06:06"] }]
            [flows.flights]
            from = "yard"
            to = "far"
            gauge = "air"
            departures.timetable = [{ days = "daily", at = ["05:00", "08:00"] }]
            [places.yard.transloading.t]
            per_box = "10 min"
            outlets.road = { flow = "trucks", share = 0.5, room = 2 }
            outlets.air = { flow = "flights", boxes_per_vehicle = 3, patience = "2 h" }
            "#);
        let expected = "flights#1  yard  box_short  0 d 05:00 - 0 d 07:00\n\
                        flights#1  air>far  running  0 d 07:00 - 0 d 08:00\n\
                        flights#1  left 0 d 08:00\n\
                        rail#1  yard  unloading  0 d 06:00 - 0 d 06:40\n\
                        rail#1  left 0 d 06:40\n\
                        trucks#1  yard  box_short  0 d 06:00 - 0 d 06:20\n\
                        trucks#1  road>pass  running  0 d 06:20 - 0 d 08:20\n\
                        trucks#1  left 0 d 08:20\n\
                        trucks#2  yard  box_short  0 d 06:05 - 0 d 06:40\n\
                        trucks#2  road>pass  running  0 d 06:40 - 0 d 08:40\n\
                        trucks#2  left 0 d 08:40\n\
                        trucks#3  left 0 d 06:06\n\
                        flights#2  yard  box_short  0 d 08:00 - 0 d 10:00\n\
                        flights#2  left 0 d 10:00";
        assert_eq!(log, expected);
    }

    /// The yard closes at 06:15: the box in hand is set down, at 06:20, and the train goes on at 08:00. A second
    /// train has the only berth after it.
    #[test]
    fn a_closed_yard_finishes_the_box_in_hand() {
        let log = log(r#"
            departures.timetable = [{ days = "daily", at = "20:00" }]
            [calendars.day]
            windows = [{ days = "daily", hours = ["00:00-06:15", "08:00-24:00"] }]
            [flows.again]
            from = "yard"
            to = "yard"
            gauge = "standard"
            boxes = 1
            departures.timetable = [{ days = "daily", at = "06:10" }]
            [places.yard.transloading.t]
            per_box = "10 min"
            calendar = "day"
            outlets.road = { flow = "trucks" }
            "#);
        let expected = "rail#1  yard  unloading  0 d 06:00 - 0 d 06:20\n\
                        rail#1  yard  office_closed  0 d 06:20 - 0 d 08:00\n\
                        rail#1  yard  unloading  0 d 08:00 - 0 d 08:20\n\
                        rail#1  left 0 d 08:20\n\
                        again#1  yard  berth_busy  0 d 06:10 - 0 d 06:15\n\
                        again#1  yard  office_closed  0 d 06:15 - 0 d 08:00\n\
                        again#1  yard  berth_busy  0 d 08:00 - 0 d 08:20\n\
                        again#1  yard  unloading  0 d 08:20 - 0 d 08:30\n\
                        again#1  left 0 d 08:30\n\
                        trucks#1  road>pass  running  0 d 20:00 - 0 d 22:00\n\
                        trucks#1  left 0 d 22:00";
        assert_eq!(log, expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// No box is lost or doubled, and the yard never holds more than it can: the laws of every run are
        /// checked at its end, here with boxes on trains, in the yard, on trucks and on flights.
        #[test]
        fn boxes_are_conserved(yard in 1u32..8, berths in 1u32..4, boxes in 0u32..9, each in 1u32..5, share in 0.0..1.0f64, room in 1u32..4, seed in 0u64..1000) {
            let text = format!(
                "{WORLD}
                departures = {{ rate = '60/day' }}
                [flows.flights]
                from = 'yard'
                to = 'far'
                gauge = 'air'
                departures = {{ every = {{ law = 'uniform', min = '1 h', max = '4 h' }} }}
                [flows.more]
                from = 'yard'
                to = 'yard'
                gauge = 'standard'
                boxes = {{ law = 'poisson', mean = {boxes} }}
                departures.rate = '20/day'
                [places.yard.transloading.t]
                yard_boxes = {yard}
                berths = {berths}
                per_box = {{ law = 'exponential', mean = '5 min' }}
                outlets.road = {{ flow = 'trucks', share = {share}, loading = '7 min', room = {room} }}
                outlets.air = {{ flow = 'flights', boxes_per_vehicle = {each}, patience = '3 h' }}
                "
            ).replace("mean = 0 ", "mean = 1 ");
            let loaded = crate::scenario::parse(&text, "yard.toml").unwrap_or_else(|problems| panic!("{problems}"));
            let model = crate::model::compile(&loaded.scenario).expect("it can be run");
            let mut simulator = Simulator::new(&model);
            let (ended, seen) = simulator.run(seed, 1, false, 1_000_000).expect("every law holds");
            prop_assert_eq!(ended, Ended::Finished);
            prop_assert!(seen.transloadings[0].boxes.max() <= i64::from(yard));
            let taken: u64 = seen.transloadings[0].outlets.iter().map(|outlet| outlet.taken).sum();
            prop_assert_eq!(seen.transloadings[0].set_down.cast_signed(), taken.cast_signed() + seen.boxes_in_yards);
        }
    }
}
