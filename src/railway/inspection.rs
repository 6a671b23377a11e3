//! Inspection of boxes at bays, after the papers of their train are done at a clearance.
//!
//! Boxes of one train and class that get one kind of inspection are a lot in the queue of its bays. What is picked
//! holds its train until the last box is done, or is set out: then the train goes on without it, and each box, once
//! released, follows with the next train of its flow that passes this clearance.

use super::bay::{BayState, BoxAtBay, Lot, Whose};
use super::state::State;
use super::train::Phase;
use crate::model::{Held, Inspection, Model, Step};
use crate::observe::Activity;
use crate::units::Duration;

/// What a train waits for: boxes not yet released, how many of these are in a bay now, and how its time is named.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hold {
    left: u32,
    pub(super) in_bays: u32,
    named: Option<Activity>,
}

/// All inspections in the course of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Inspections {
    pub(super) bays: Vec<BayState>,
    /// Slots that are used again.
    pub(super) boxes: Vec<BoxAtBay>,
    pub(super) free: Vec<u32>,
    /// By train.
    pub(super) holds: Vec<Hold>,
    /// Boxes released and not yet on a train: by stock, flow and class.
    released: Vec<u32>,
    classes: usize,
    flows: usize,
    /// Boxes picked of one class, by kind: memory that is used again.
    picked: Vec<u32>,
}

impl Inspections {
    pub(super) fn reset(&mut self, model: &Model) {
        self.bays.resize_with(model.bays.len(), BayState::default);
        self.bays.iter_mut().for_each(BayState::reset);
        self.boxes.clear();
        self.free.clear();
        self.holds.clear();
        (self.classes, self.flows) = (model.classes(), model.flows.len());
        self.released.clear();
        self.released.resize(model.stocks as usize * self.flows * self.classes, 0);
    }

    fn stock(&mut self, stock: u32, flow: u32, class: usize) -> &mut u32 {
        &mut self.released[(stock as usize * self.flows + flow as usize) * self.classes + class]
    }

    /// Boxes that are set out, each lot with its class.
    pub(super) fn set_out(&self) -> impl Iterator<Item = (usize, i64)> {
        let waiting = self
            .bays
            .iter()
            .flat_map(|bay| &bay.queue)
            .map(|lot| (lot.whose, i64::from(lot.boxes)));
        let free = |slot: usize| self.free.iter().any(|free| *free as usize == slot);
        let in_bays = self
            .boxes
            .iter()
            .enumerate()
            .filter(move |(slot, _)| !free(*slot))
            .map(|(_, b)| (b.whose, 1));
        let released = self
            .released
            .iter()
            .enumerate()
            .map(|(i, boxes)| (i % self.classes, i64::from(*boxes)));
        waiting
            .chain(in_bays)
            .filter(|(whose, _)| whose.train.is_none())
            .map(|(whose, boxes)| (whose.class as usize, boxes))
            .chain(released)
    }
}

impl State<'_> {
    /// The papers of a train are done: boxes are picked. Whether the train goes on at once.
    pub(super) fn inspect(&mut self, train: u32, office: u32) -> bool {
        let Some(inspection) = &self.model.offices[office as usize].inspection else {
            return true;
        };
        let held = self.pick_boxes(train, office, inspection);
        if let Held::SetOut { most_boxes } = inspection.held {
            self.take_along(train, office, inspection, most_boxes.unwrap_or(u32::MAX));
        }
        for bay in inspection.first_bay..inspection.first_bay + inspection.kinds {
            self.serve_bay(bay);
        }
        if held == 0 || inspection.held != Held::Train {
            return true;
        }
        self.plant.offices[office as usize].inspecting += 1;
        self.name_hold(train);
        false
    }

    /// Picks boxes of each class and puts them in the queues; how many.
    fn pick_boxes(&mut self, train: u32, office: u32, inspection: &Inspection) -> u32 {
        let t = &self.fleet[train];
        let (flow, number) = (t.flow, t.number);
        let entity = self.model.flows[flow as usize].entity;
        self.fleet[train].phase = Phase::InInspection;
        self.hold(train);
        let mut held = 0;
        for (class, pick) in inspection.picks.iter().enumerate() {
            let boxes = self.boxes_by_class(train)[class];
            if boxes == 0 || pick.share() == 0.0 {
                continue;
            }
            let mut picked = std::mem::take(&mut self.inspections.picked);
            picked.clear();
            picked.resize(inspection.kinds as usize, 0);
            let mut draws = pick.chance.draws(&self.luck.keys, entity, number);
            for _ in 0..boxes {
                let number = draws.uniform();
                if let Some(kind) = pick.cumulative.iter().position(|sum| number < *sum) {
                    picked[kind] += 1;
                }
            }
            for (bay, boxes) in (inspection.first_bay..).zip(&picked).filter(|(_, boxes)| **boxes > 0) {
                self.queue_lot(train, class, bay, *boxes, inspection.held);
            }
            let sum = picked.iter().sum();
            held += sum;
            if inspection.held != Held::Train {
                self.take_boxes(train, class, sum);
                self.plant.offices[office as usize].tally.set_out.add(self.stage.now, sum.into());
            }
            self.inspections.picked = picked;
        }
        self.inspections.holds[train as usize].left = held;
        held
    }

    /// Makes room to note what a train waits for.
    fn hold(&mut self, train: u32) {
        let holds = &mut self.inspections.holds;
        if holds.len() <= train as usize {
            holds.resize(train as usize + 1, Hold::default());
        }
        holds[train as usize] = Hold::default();
    }

    fn queue_lot(&mut self, train: u32, class: usize, bay: u32, boxes: u32, held: Held) {
        let t = &self.fleet[train];
        let time = &self.model.bays[bay as usize].times[class];
        let mut draws = time.draws(&self.luck.keys, self.model.flows[t.flow as usize].entity, t.number);
        let lot = Lot {
            whose: Whose {
                train: (held == Held::Train).then_some(train),
                flow: t.flow,
                class: class as u32,
            },
            boxes,
            work: Duration::from_millis(time.variate.draw(&mut draws)),
            draws,
            held_at: self.stage.now,
        };
        self.inspections.bays[bay as usize].queue.push_back(lot);
        self.stage.seen.bays[bay as usize].waiting.add(self.stage.now, boxes.into());
    }

    /// Released boxes of the same flow join a train, in the order of classes, as long as it has room.
    fn take_along(&mut self, train: u32, office: u32, inspection: &Inspection, most: u32) {
        let flow = self.fleet[train].flow;
        for class in 0..self.inspections.classes {
            let room = most.saturating_sub(self.fleet[train].boxes);
            let stock = self.inspections.stock(inspection.stock, flow, class);
            let boxes = room.min(*stock);
            *stock -= boxes;
            if boxes > 0 {
                self.add_boxes(train, class, boxes);
                self.plant.offices[office as usize]
                    .tally
                    .set_out
                    .add(self.stage.now, -i64::from(boxes));
            }
        }
    }

    /// A released box waits for another train, or is one less that its train waits for.
    pub(super) fn release(&mut self, whose: Whose, bay: u32) {
        let Some(train) = whose.train else {
            if let Some(stock) = self.model.bays[bay as usize].stock {
                *self.inspections.stock(stock, whose.flow, whose.class as usize) += 1;
            }
            return;
        };
        self.inspections.holds[train as usize].left -= 1;
    }

    /// A train whose box was released goes on if it was the last.
    pub(super) fn go_on(&mut self, train: u32) {
        if self.inspections.holds[train as usize].left == 0 {
            if let Step::Office(office) = self.step_of(train) {
                self.plant.offices[office as usize].inspecting -= 1;
            }
            self.step_done(train);
        } else {
            self.name_hold(train);
        }
    }

    /// Every train that waits for a box in the queue waits for something else now.
    pub(super) fn rest_trains(&mut self, bay: u32) {
        for position in 0..self.inspections.bays[bay as usize].queue.len() {
            if let Some(train) = self.inspections.bays[bay as usize].queue[position].whose.train {
                self.name_hold(train);
            }
        }
    }

    /// Names the time of a train that waits for its boxes: inspection while one of them is in a bay, or else what
    /// keeps them from one.
    pub(super) fn name_hold(&mut self, train: u32) {
        let model = self.model;
        let Step::Office(office) = self.step_of(train) else { return };
        let office = &model.offices[office as usize];
        let Some(inspection) = &office.inspection else { return };
        let hold = self.inspections.holds[train as usize];
        let name = if hold.in_bays > 0 {
            Activity::Inspection
        } else {
            self.hold_cause(train, inspection)
        };
        if hold.named != Some(name) {
            self.inspections.holds[train as usize].named = Some(name);
            self.switch(train, office.place, name);
        }
    }

    /// What a train none of whose boxes is in a bay waits for: a bay where one of them could go if it were free, or
    /// else the end of closing.
    fn hold_cause(&mut self, train: u32, inspection: &Inspection) -> Activity {
        let mut cause = Activity::OfficeClosed;
        for bay in inspection.first_bay..inspection.first_bay + inspection.kinds {
            let state = &self.inspections.bays[bay as usize];
            let rests = |slot: &u32| self.inspections.boxes[*slot as usize].whose.train == Some(train);
            if cause == Activity::OfficeClosed && state.strain.is_closed() && state.paused.iter().any(rests) {
                cause = Activity::Closure;
            }
            let queue = &state.queue;
            if !queue.iter().any(|lot| lot.whose.train == Some(train)) {
                continue;
            }
            cause = match (self.bay_block(bay), cause) {
                (Some(Activity::ClosingSoon), Activity::OfficeClosed | Activity::Closure) => Activity::ClosingSoon,
                (Some(Activity::Closure), Activity::OfficeClosed) => Activity::Closure,
                (Some(Activity::OfficeClosed | Activity::ClosingSoon | Activity::Closure), cause) => cause,
                _ => Activity::InspectionBay,
            };
        }
        cause
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::trace::{self, log};

    /// A border where every box of class `all` gets a scan, after an hour of papers at one desk; trains at 06:00 and
    /// 06:30 with two boxes each.
    fn border(clearance: &str, scan: &str, procedure: &str) -> String {
        format!(
            r#"
            title = "inspection"
            [time]
            start = "2022-01-03 00:00"
            zone = "Asia/Shanghai"
            length = "1 day"
            [gauges.standard]
            width = "1435 mm"
            [gauges.broad]
            width = "1520 mm"
            [calendars.morning]
            windows = [{{ days = "daily", hours = ["06:00-08:30", "10:00-20:00"] }}]
            [cargo.all]
            [places.pass.clearance.customs]
            time = "60 min"
            {clearance}
            [places.pass.clearance.customs.inspection.scan]
            share = {{ all = 1 }}
            time = "40 min"
            {scan}
            [places.pass.reloading.shed]
            from_gauge = "standard"
            to_gauge = "broad"
            berths = 1
            per_lift = "10 min"
            cranes = 1
            [places.pass.procedures.all]
            steps = [{procedure}]
            [flows.f]
            from = "pass"
            to = "pass"
            gauge = "standard"
            boxes = 2
            cargo = {{ all = 1 }}
            [flows.f.departures]
            timetable = [{{ days = "daily", at = ["06:00", "06:30"] }}]
            "#
        )
    }

    /// The papers of train 1 are done at 07:00, and its boxes go through the only bay at 07:00 and 07:40. Those of
    /// train 2 are done at 08:00: the bay is busy until 08:20, and its boxes take it from then.
    #[test]
    fn a_train_waits_for_its_boxes() {
        let expected = "f#1  pass  clearance  0 d 06:00 - 0 d 07:00\n\
                        f#1  pass  inspection  0 d 07:00 - 0 d 08:20\n\
                        f#1  left 0 d 08:20\n\
                        f#2  pass  desk_busy  0 d 06:30 - 0 d 07:00\n\
                        f#2  pass  clearance  0 d 07:00 - 0 d 08:00\n\
                        f#2  pass  inspection_bay_busy  0 d 08:00 - 0 d 08:20\n\
                        f#2  pass  inspection  0 d 08:20 - 0 d 09:40\n\
                        f#2  left 0 d 09:40";
        assert_eq!(log(&border("", "", "\"clearance.customs\"")), expected);
    }

    /// Two bays: both boxes of a train at once, so each is held for 40 minutes and nobody waits for a bay.
    #[test]
    fn boxes_of_a_train_at_several_bays() {
        let expected = "f#1  pass  clearance  0 d 06:00 - 0 d 07:00\n\
                        f#1  pass  inspection  0 d 07:00 - 0 d 07:40\n\
                        f#1  left 0 d 07:40\n\
                        f#2  pass  desk_busy  0 d 06:30 - 0 d 07:00\n\
                        f#2  pass  clearance  0 d 07:00 - 0 d 08:00\n\
                        f#2  pass  inspection  0 d 08:00 - 0 d 08:40\n\
                        f#2  left 0 d 08:40";
        assert_eq!(log(&border("", "bays = 2", "\"clearance.customs\"")), expected);
    }

    /// The bay rests from 08:30 to 10:00. Train 1 is done before. Of train 2, whose papers are done at 08:00, the
    /// first box has had 10 of its 40 minutes (from 08:20) when the bay closes: 30 minutes are left at 10:00, then
    /// comes the second box, from 10:30 to 11:10.
    #[test]
    fn work_that_rests_over_closing() {
        let scan = "calendar = \"morning\"\nat_close = \"pause\"";
        let expected = "f#2  pass  clearance  0 d 07:00 - 0 d 08:00\n\
                        f#2  pass  inspection_bay_busy  0 d 08:00 - 0 d 08:20\n\
                        f#2  pass  inspection  0 d 08:20 - 0 d 08:30\n\
                        f#2  pass  office_closed  0 d 08:30 - 0 d 10:00\n\
                        f#2  pass  inspection  0 d 10:00 - 0 d 11:10\n\
                        f#2  left 0 d 11:10";
        let log = log(&border("", scan, "\"clearance.customs\""));
        assert!(log.ends_with(expected), "{log}");
    }

    /// At 08:20 the first box of train 2 would be done at 09:00, after closing at 08:30, so it is not begun; at 08:30
    /// the bay is closed, and from 10:00 the two boxes take it one after the other.
    #[test]
    fn work_that_is_not_begun_before_closing() {
        let scan = "calendar = \"morning\"\nat_close = \"refuse\"";
        let expected = "f#2  pass  inspection_bay_busy  0 d 08:00 - 0 d 08:20\n\
                        f#2  pass  closing_soon  0 d 08:20 - 0 d 08:30\n\
                        f#2  pass  office_closed  0 d 08:30 - 0 d 10:00\n\
                        f#2  pass  inspection  0 d 10:00 - 0 d 11:20\n\
                        f#2  left 0 d 11:20";
        let log = log(&border("", scan, "\"clearance.customs\""));
        assert!(log.ends_with(expected), "{log}");
    }

    /// Boxes are set out. Train 1 goes on empty at 07:00 and has nothing to lift. Its boxes are released at 07:40
    /// and 08:20. Train 2 sets out its own two at 08:00 and takes along the one that is released: one lift of 10
    /// minutes. Its boxes are done at 09:00 and 09:40. At the end one box of train 1 and both of train 2 are left.
    #[test]
    fn boxes_follow_with_a_later_train() {
        let text = border("held = \"set_out\"", "", "\"clearance.customs\", \"reloading.shed\"");
        let expected = "f#1  pass  clearance  0 d 06:00 - 0 d 07:00\n\
                        f#1  left 0 d 07:00\n\
                        f#2  pass  desk_busy  0 d 06:30 - 0 d 07:00\n\
                        f#2  pass  clearance  0 d 07:00 - 0 d 08:00\n\
                        f#2  pass  lifting  0 d 08:00 - 0 d 08:10\n\
                        f#2  left 0 d 08:10";
        assert_eq!(log(&text), expected);
        let seen = trace::seen(&text, 1).expect("every law holds");
        assert_eq!((seen.flows[0].boxes_generated, seen.flows[0].boxes_completed), (4, 1));
        // For a moment all four: train 2 sets its boxes out before it takes one along.
        assert_eq!((seen.offices[0].set_out.value(), seen.offices[0].set_out.max()), (3, 4));
        assert_eq!((seen.bays[0].inspected, seen.cargo[0].inspected), (4, 4));
        // Held 40 and 80 minutes for train 1, 60 and 100 for train 2 (from 08:00, behind the box that ends at 08:20),
        // of which 40 each are work.
        let minute = crate::units::MINUTE;
        assert_eq!(seen.cargo[0].held, (40 + 80 + 60 + 100) * minute);
        assert_eq!(seen.cargo[0].waiting, (40 + 80 + 60 + 100 - 4 * 40) * minute);
    }

    /// With no room for a box, what is released stays.
    #[test]
    fn a_full_train_takes_nothing_along() {
        let text = border(
            "held = \"set_out\"\nmost_boxes = 1",
            "",
            "\"clearance.customs\", \"reloading.shed\"",
        );
        assert_eq!(trace::seen(&text, 1).expect("every law holds").flows[0].boxes_completed, 1);
        let text = text
            .replace("boxes = 2", "boxes = 3")
            .replace("share = { all = 1 }", "share = { all = 0 }");
        // Nothing is picked and nothing is released: both trains keep their three boxes, above the limit as they are.
        assert_eq!(trace::seen(&text, 1).expect("every law holds").flows[0].boxes_completed, 6);
    }

    /// Random borders: two classes, two kinds of inspection, any way of holding and closing.
    fn random(held: &str, at_close: &str, shares: [f64; 4], bays: u32) -> String {
        let [cold, general, scan, physical] = shares;
        let rest = 1.0 - cold;
        format!(
            r#"
            title = "random"
            [time]
            start = "2022-01-03 00:00"
            zone = "Asia/Shanghai"
            warm_up = "1 day"
            length = "9 days"
            [gauges.g]
            width = "1435 mm"
            [calendars.day]
            windows = [{{ days = "mon-sat", hours = "08:00-20:00" }}, {{ days = "sun", hours = "09:00-12:00", servers = 1 }}]
            [cargo]
            cold = {{}}
            general = {{}}
            [places.a]
            tracks.g = 12
            [places.a.clearance.c]
            desks = 2
            time = {{ law = "gamma", mean = "90 min", cv = 0.7 }}
            advance = {{ share = {scan}, time = "20 min" }}
            {held}
            [places.a.clearance.c.inspection.physical]
            share = {{ cold = {physical} }}
            bays = {bays}
            time = {{ law = "uniform", min = "0 min", max = "80 min" }}
            calendar = "day"
            at_close = "{at_close}"
            [places.a.clearance.c.inspection.scan]
            share = {general}
            time = {{ law = "exponential", mean = "5 min" }}
            [places.a.procedures.all]
            steps = ["clearance.c"]
            [places.b]
            [lines.l]
            between = ["a", "b"]
            gauge = "g"
            running_time = "3 h"
            [flows.f]
            from = "a"
            to = "b"
            boxes = {{ law = "binomial", trials = 20, share = 0.8 }}
            cargo = {{ cold = {cold}, general = {rest} }}
            departures.rate = "8/day"
            [flows.classless]
            from = "a"
            to = "b"
            boxes = 7
            departures.rate = "3/day"
            "#
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// Every run compares boxes generated with boxes completed, on trains and set out, whole and by class.
        #[test]
        fn no_box_is_lost(
            held in prop::sample::select(vec!["", "held = \"set_out\"", "held = \"set_out\"\nmost_boxes = 17"]),
            at_close in prop::sample::select(vec!["finish", "pause", "refuse"]),
            shares in [0.0..1.0_f64, 0.0..0.5_f64, 0.0..1.0_f64, 0.0..0.5_f64],
            bays in 1..5_u32,
            replication in 1..100_u32,
        ) {
            let seen = trace::seen(&random(held, at_close, shares, bays), replication);
            prop_assert!(seen.is_ok(), "{:?}", seen.err());
            if let Ok(seen) = seen {
                let set_out: i64 = seen.offices.iter().map(|o| o.set_out.value()).sum();
                prop_assert!(set_out >= 0 && (set_out == 0 || !held.is_empty()));
                let inspected: u32 = seen.bays.iter().map(|bay| bay.inspected).sum();
                prop_assert!(seen.cargo.iter().map(|class| class.inspected).sum::<u32>() == inspected);
            }
        }

        /// The same trains have the same boxes, whatever is done to them.
        #[test]
        fn boxes_do_not_depend_on_their_treatment(bays in 2..5_u32, replication in 1..50_u32) {
            let shares = [0.3, 0.4, 0.5, 0.2];
            let one = trace::seen(&random("", "finish", shares, 1), replication).expect("every law holds");
            let other = trace::seen(&random("held = \"set_out\"", "pause", shares, bays), replication).expect("every law holds");
            let generated = |seen: &crate::observe::Observations| seen.cargo.iter().map(|class| class.created).collect::<Vec<_>>();
            prop_assert_eq!(generated(&one), generated(&other));
        }
    }

    /// Of 0.3 cold boxes of which 0.2 are opened and 0.1 scanned, and the rest scanned at 0.1: the counted shares lie
    /// within five standard deviations of a binomial count.
    #[test]
    fn shares_are_met() {
        let text = random("", "finish", [0.3, 0.1, 0.5, 0.2], 5).replace("length = \"9 days\"", "length = \"400 days\"");
        let text = text.replace("tracks.g = 12", "").replace("max = \"80 min\"", "max = \"1 min\"");
        let seen = trace::seen(&text, 1).expect("every law holds");
        let near = |found: f64, n: f64, share: f64| {
            let sd = (n * share * (1.0 - share)).sqrt();
            assert!((found - n * share).abs() < 5.0 * sd + 20.0, "{found} of {n} at {share}");
        };
        let count = |class: usize| {
            (
                f64::from(seen.cargo[class].inspected),
                u32::try_from(seen.cargo[class].generated).map_or(0.0, f64::from),
            )
        };
        let (cold, general, without) = (count(0), count(1), count(2));
        near(cold.1, cold.1 + general.1, 0.3);
        near(cold.0, cold.1, 0.3);
        near(general.0, general.1, 0.1);
        near(without.0, without.1, 0.1);
        near(f64::from(seen.bays[0].inspected), cold.1, 0.2);
    }
}
