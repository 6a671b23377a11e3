//! Cranes that break down and are repaired. Each breaks down by itself, so long after its last repair; it is repaired
//! as soon as a repairer is free, first broken first. Its draws are addressed by terminal, crane and the number of the
//! breakdown.

use super::event::Event;
use super::state::State;
use crate::model::{Breakdowns, Failures};

impl<'m> State<'m> {
    /// All cranes are in order; each of those that break down by chance will.
    pub(super) fn open_cranes(&mut self) {
        self.breakdowns.clear();
        self.breakdowns.resize(self.model.fallible.len(), 0);
        for crane in 0..self.model.fallible.len() as u32 {
            self.schedule_breakdown(crane);
        }
    }

    /// The terminal of a crane, and how it breaks down.
    fn failures_of(&self, crane: u32) -> (u32, &'m Failures) {
        let model = self.model;
        let terminal = model.fallible[crane as usize].terminal;
        match &model.terminals[terminal as usize].cranes.breakdowns {
            Some(Breakdowns::Drawn(failures)) => (terminal, failures),
            other => unreachable!("crane {crane} breaks down by {other:?}"),
        }
    }

    fn schedule_breakdown(&mut self, crane: u32) {
        let (_, failures) = self.failures_of(crane);
        let number = self.breakdowns[crane as usize] + 1;
        let time = failures
            .up
            .time(&self.luck.keys, self.model.fallible[crane as usize].entity, number);
        self.stage.pending.schedule(self.stage.now + time, Event::CraneFails(crane));
    }

    /// A crane breaks down.
    pub(super) fn crane_fails(&mut self, crane: u32) {
        let (terminal, failures) = self.failures_of(crane);
        self.breakdowns[crane as usize] += 1;
        let tally = &mut self.plant.terminals[terminal as usize].tally;
        tally.down.increase(self.stage.now);
        tally.breakdowns += 1;
        let state = &mut self.plant.terminals[terminal as usize].cranes;
        state.down += 1;
        if state.in_repair < failures.repairers {
            self.repair(crane);
        } else {
            state.wait_for_repair.push_back(crane);
            self.plant.terminals[terminal as usize]
                .tally
                .wait_for_repair
                .increase(self.stage.now);
        }
        self.share_cranes(terminal);
    }

    fn repair(&mut self, crane: u32) {
        let (terminal, failures) = self.failures_of(crane);
        let entity = self.model.fallible[crane as usize].entity;
        let time = failures.down.time(&self.luck.keys, entity, self.breakdowns[crane as usize]);
        self.plant.terminals[terminal as usize].cranes.in_repair += 1;
        self.stage.pending.schedule(self.stage.now + time, Event::CraneRepaired(crane));
    }

    /// A crane works again; the repairer takes the next.
    pub(super) fn crane_repaired(&mut self, crane: u32) {
        let (terminal, _) = self.failures_of(crane);
        self.plant.terminals[terminal as usize].tally.down.decrease(self.stage.now);
        let state = &mut self.plant.terminals[terminal as usize].cranes;
        state.down -= 1;
        state.in_repair -= 1;
        if let Some(next) = state.wait_for_repair.pop_front() {
            self.plant.terminals[terminal as usize]
                .tally
                .wait_for_repair
                .decrease(self.stage.now);
            self.repair(next);
        }
        self.schedule_breakdown(crane);
        self.share_cranes(terminal);
    }

    /// Notes how many cranes are out of order where that is stated.
    pub(super) fn note_stated_breakdowns(&mut self, terminal: u32) {
        let model = &self.model.terminals[terminal as usize].cranes;
        let Some(Breakdowns::Stated { fit, .. }) = &model.breakdowns else {
            return;
        };
        let state = &mut self.plant.terminals[terminal as usize].cranes;
        let down = model.count - fit.servers(&mut state.fit, self.stage.now);
        self.plant.terminals[terminal as usize].tally.down.set(self.stage.now, down.into());
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace::{log, observed};
    use crate::units::HOUR;

    /// A terminal of two berths whose cranes take 2 min a lift; trains at 04:00 and, with `second`, 04:10.
    fn yard(cranes: u32, boxes: u32, second: bool, breakdowns: &str) -> String {
        let second = if second { ", \"04:10\"" } else { "" };
        format!(
            r#"
            title = "breakdowns"
            [time]
            start = "2022-01-03 00:00"
            zone = "Asia/Shanghai"
            length = "1 day"
            [gauges]
            s.width = "1435 mm"
            b.width = "1520 mm"
            [places.pass.reloading.yard]
            from_gauge = "s"
            to_gauge = "b"
            berths = 2
            per_lift = "2 min"
            cranes = {cranes}
            [places.pass.reloading.yard.breakdowns]
            {breakdowns}
            [places.pass.procedures.all]
            steps = ["reloading.yard"]
            [flows.f]
            from = "pass"
            to = "pass"
            gauge = "s"
            boxes = {boxes}
            departures.timetable = [{{ days = "daily", at = ["04:00"{second}] }}]
            "#
        )
    }

    fn outage(crane: u32, from: &str, to: &str) -> String {
        format!("{{ crane = {crane}, from = \"2022-01-03 {from}\", to = \"2022-01-03 {to}\" }}")
    }

    /// 240 crane-minutes a train. The first has 40 done when the second comes, and 80 when three of four cranes break
    /// down; it keeps the fourth, and the second stands. At 05:30, with 100 left, two are back: one more for the first,
    /// which is done 50 min later, and one for the second, which then has 150 of its 200 left for all three.
    #[test]
    fn a_breakdown_while_two_trains_share_the_cranes() {
        let outages = [
            outage(1, "04:30", "05:30"),
            outage(2, "04:30", "05:30"),
            outage(3, "04:30", "20:00"),
        ];
        let expected = "f#1  pass  lifting  0 d 04:00 - 0 d 04:10\n\
                        f#1  pass  lifting  0 d 04:10 - 0 d 04:30\n\
                        f#1  pass  lifting  0 d 04:30 - 0 d 05:30\n\
                        f#1  pass  lifting  0 d 05:30 - 0 d 06:20\n\
                        f#1  left 0 d 06:20\n\
                        f#2  pass  lifting  0 d 04:10 - 0 d 04:30\n\
                        f#2  pass  breakdown  0 d 04:30 - 0 d 05:30\n\
                        f#2  pass  lifting  0 d 05:30 - 0 d 06:20\n\
                        f#2  pass  lifting  0 d 06:20 - 0 d 07:10\n\
                        f#2  left 0 d 07:10";
        let text = yard(4, 120, true, &format!("dated = [{}]", outages.join(", ")));
        assert_eq!(log(&text), expected);
        observed(&text, |seen| {
            assert_eq!(seen.terminals[0].down.area(seen.end) * 2, (2 + 2 + 31) * HOUR);
            assert_eq!(seen.terminals[0].held_by_breakdown.area(seen.end), HOUR);
        });
    }

    /// One crane for two trains, and it breaks down: the first waits for its repair, the second for a crane.
    #[test]
    fn who_would_have_no_crane_anyway_is_short_of_one() {
        let expected = "f#1  pass  lifting  0 d 04:00 - 0 d 04:30\n\
                        f#1  pass  breakdown  0 d 04:30 - 0 d 05:00\n\
                        f#1  pass  lifting  0 d 05:00 - 0 d 05:10\n\
                        f#1  left 0 d 05:10\n\
                        f#2  pass  crane_short  0 d 04:10 - 0 d 05:10\n\
                        f#2  pass  lifting  0 d 05:10 - 0 d 05:50\n\
                        f#2  left 0 d 05:50";
        let text = yard(1, 20, true, &format!("dated = [{}]", outage(1, "04:30", "05:00")));
        assert_eq!(log(&text), expected);
    }

    /// Two cranes break down at 05:00 and one repairer takes two hours for each. 120 of 300 crane-minutes are done by
    /// then; the first crane does 120 from 07:00 to 09:00, both the other 60. Each breaks down again five hours after its
    /// repair: at 12:00 and 14:00, 19:00 and 21:00, when the repairer is free, at the same instant at 14:00 and 21:00.
    #[test]
    fn cranes_wait_for_the_repairer() {
        let text = yard(2, 150, false, "up = \"5 h\"\ndown = \"2 h\"\nrepairers = 1");
        let expected = "f#1  pass  lifting  0 d 04:00 - 0 d 05:00\n\
                        f#1  pass  breakdown  0 d 05:00 - 0 d 07:00\n\
                        f#1  pass  lifting  0 d 07:00 - 0 d 09:00\n\
                        f#1  pass  lifting  0 d 09:00 - 0 d 09:30\n\
                        f#1  left 0 d 09:30";
        assert_eq!(log(&text), expected);
        observed(&text, |seen| {
            let yard = &seen.terminals[0];
            assert_eq!(yard.down.area(seen.end), (2 + 2 + 2 + 4 + 2 + 2) * HOUR);
            assert_eq!(yard.wait_for_repair.area(seen.end), 2 * HOUR);
            assert_eq!(yard.breakdowns, 6);
            assert_eq!(yard.held_by_breakdown.area(seen.end), 2 * HOUR);
        });
        // With a repairer for each both work again at 07:00.
        let expected = "f#1  pass  lifting  0 d 04:00 - 0 d 05:00\n\
                        f#1  pass  breakdown  0 d 05:00 - 0 d 07:00\n\
                        f#1  pass  lifting  0 d 07:00 - 0 d 08:30\n\
                        f#1  left 0 d 08:30";
        assert_eq!(log(&text.replace("repairers = 1", "")), expected);
    }

    /// Where lifting is given by the train, each berth has a crane of its own: the younger train stands while one of
    /// them is out of order, and is carried on where it was.
    #[test]
    fn lifting_by_the_train_is_paused() {
        let text = yard(1, 0, true, &format!("dated = [{}]", outage(2, "04:30", "04:50")));
        let expected = "f#1  pass  lifting  0 d 04:00 - 0 d 05:00\n\
                        f#1  left 0 d 05:00\n\
                        f#2  pass  lifting  0 d 04:10 - 0 d 04:30\n\
                        f#2  pass  breakdown  0 d 04:30 - 0 d 04:50\n\
                        f#2  pass  lifting  0 d 04:50 - 0 d 05:30\n\
                        f#2  left 0 d 05:30";
        assert_eq!(
            log(&text.replace("per_lift = \"2 min\"\n            cranes = 1", "lifting = \"1 h\"")),
            expected
        );
    }
}
