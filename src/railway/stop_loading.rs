//! Orders to stop loading: when more than so many trains wait at a place, or between stated dates, named flows are held
//! at their origin; when fewer than so many wait, they are let go.
//!
//! A train that is held has not been formed: it has no track and no wagons. It counts as inside, and its time as waiting at its
//! origin. Boxes that are gathered go on being gathered; the trains that they fill are held.

use super::event::Event;
use super::state::State;
use crate::engine::{Gate, Hand};
use crate::model::{Model, Order, StopLoading};
use crate::observe::Activity;

/// The orders of a run, and who is held.
#[derive(Clone, Debug, Default)]
pub(super) struct Holds {
    /// Of each rule: whether loading is stopped.
    stopped: Vec<bool>,
    /// Of each rule with dates: where its calendar is.
    hands: Vec<Hand>,
    /// Of each flow: how many rules hold it.
    orders: Vec<u32>,
    /// Of each flow: the trains that are held, in order.
    held: Vec<Gate<Activity>>,
}

impl Holds {
    pub(super) fn new(model: &Model) -> Self {
        let (rules, flows) = match model.stop_loading.len() {
            0 => (0, 0),
            rules => (rules, model.flows.len()),
        };
        Self {
            stopped: vec![false; rules],
            hands: vec![Hand::default(); rules],
            orders: vec![0; flows],
            held: vec![Gate::default(); flows],
        }
    }

    pub(super) fn reset(&mut self) {
        self.stopped.fill(false);
        self.hands.fill(Hand::default());
        self.orders.fill(0);
        self.held.iter_mut().for_each(Gate::clear);
    }
}

impl State<'_> {
    /// Whether an order keeps a train from being formed; then it waits.
    pub(super) fn is_held_back(&mut self, train: u32) -> bool {
        let t = &self.fleet[train];
        let (flow, boxes) = (t.flow as usize, t.boxes);
        if self.holds.orders.get(flow).is_none_or(|orders| *orders == 0) {
            return false;
        }
        self.holds.held[flow].join(train, Activity::StopLoading);
        for (rule, facts) in self.model.stop_loading.iter().enumerate() {
            if facts.flows.contains(&(flow as u32)) {
                let tally = &mut self.stage.seen.stop_loading[rule];
                tally.held.increase(self.stage.now);
                if self.holds.stopped[rule] {
                    tally.trains += 1;
                    tally.boxes += u64::from(boxes);
                }
            }
        }
        self.switch(train, self.model.flows[flow].origin, Activity::StopLoading);
        true
    }

    /// Gives and takes back orders by the number of trains that wait, until none changes: those that are let go may at once
    /// be too many.
    pub(super) fn watch_stop_loading(&mut self) {
        while self.judge_orders() {}
    }

    /// Looks at every rule once; whether an order was given or taken back.
    fn judge_orders(&mut self) -> bool {
        let mut changed = false;
        for (rule, facts) in (0..).zip(&self.model.stop_loading) {
            let Order::Waiting { stop_above, resume_below } = facts.order else {
                continue;
            };
            let waiting = self.waiting_for(facts);
            match self.holds.stopped[rule as usize] {
                false if waiting > i64::from(stop_above) => self.stop(rule),
                true if waiting < i64::from(resume_below) => self.resume(rule),
                _ => continue,
            }
            changed = true;
        }
        changed
    }

    /// Trains that wait at the place of a rule, without those that are held there.
    fn waiting_for(&self, rule: &StopLoading) -> i64 {
        let flows = self.model.flows.iter().zip(&self.holds.held);
        let held = flows
            .filter(|(flow, _)| flow.origin == rule.place && rule.sites.contains(&self.model.site(flow.mode, flow.origin)))
            .map(|(_, held)| held.len() as u32);
        let waiting = rule.sites.iter().map(|site| self.stage.seen.waiting[*site as usize].value());
        waiting.sum::<i64>() - i64::from(held.sum::<u32>())
    }

    fn stop(&mut self, rule: u32) {
        self.holds.stopped[rule as usize] = true;
        for flow in &self.model.stop_loading[rule as usize].flows {
            self.holds.orders[*flow as usize] += 1;
        }
        let tally = &mut self.stage.seen.stop_loading[rule as usize];
        tally.stopped.set(self.stage.now, 1);
        tally.orders += 1;
    }

    fn resume(&mut self, rule: u32) {
        let model = self.model;
        self.holds.stopped[rule as usize] = false;
        self.stage.seen.stop_loading[rule as usize].stopped.set(self.stage.now, 0);
        for flow in &model.stop_loading[rule as usize].flows {
            let orders = &mut self.holds.orders[*flow as usize];
            *orders -= 1;
            if *orders == 0 {
                self.let_go(*flow);
            }
        }
        self.work_off_wakes();
    }

    /// Every train of a flow that is held goes on to be formed, in the order in which they came.
    fn let_go(&mut self, flow: u32) {
        while let Some(train) = self.holds.held[flow as usize].leave() {
            for (rule, facts) in self.model.stop_loading.iter().enumerate() {
                if facts.flows.contains(&flow) {
                    self.stage.seen.stop_loading[rule].held.decrease(self.stage.now);
                }
            }
            self.advance(train);
        }
    }

    /// Looks out for the next begin or end of a dated order.
    pub(super) fn watch_order(&mut self, rule: u32) {
        if let Order::Dated(calendar) = &self.model.stop_loading[rule as usize].order
            && let Some(at) = calendar.next_change(&mut self.holds.hands[rule as usize], self.stage.now)
        {
            self.stage
                .pending
                .schedule(at.max(crate::units::Instant::START), Event::OrderChanges(rule));
        }
    }

    pub(super) fn order_changes(&mut self, rule: u32) {
        self.watch_order(rule);
        let Order::Dated(calendar) = &self.model.stop_loading[rule as usize].order else {
            return;
        };
        let stopped = calendar.servers(&mut self.holds.hands[rule as usize], self.stage.now) > 0;
        match (self.holds.stopped[rule as usize], stopped) {
            (false, true) => self.stop(rule),
            (true, false) => self.resume(rule),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace::{log, observed};
    use crate::units::MINUTE;

    fn scenario(order: &str, times: &str) -> String {
        format!(
            r#"
            title = "loading stopped"
            time = {{ start = "2022-01-03 00:00", zone = "Asia/Shanghai", length = "1 day" }}
            gauges.g.width = "1435 mm"
            [places.hub]
            [places.pass.clearance.customs]
            time = "1 h"
            [places.pass.procedures.all]
            steps = ["clearance.customs"]
            [lines.l]
            between = ["hub", "pass"]
            gauge = "g"
            running_time = "1 h"
            [flows.f]
            from = "hub"
            to = "pass"
            boxes = 40
            departures.timetable = [{{ days = "mon", at = [{times}] }}]
            [stop_loading.relief]
            place = "pass"
            flows = ["f"]
            {order}
            "#
        )
    }

    /// At 01:20 a second train waits at the pass: loading stops. `f#4` is under way; `f#5`, of 01:30, is held. At 04:00 the last
    /// one waiting is called to the desk: fewer than one wait, and `f#5` goes.
    #[test]
    fn a_queue_holds_trains_at_their_origin() {
        let toml = scenario(
            "stop_above = 1\nresume_below = 1",
            "\"00:00\", \"00:10\", \"00:20\", \"00:30\", \"01:30\"",
        );
        let expected = "f#1  l>pass  running  0 d 00:00 - 0 d 01:00\n\
                        f#1  pass  clearance  0 d 01:00 - 0 d 02:00\n\
                        f#1  left 0 d 02:00\n\
                        f#2  l>pass  running  0 d 00:10 - 0 d 01:10\n\
                        f#2  pass  desk_busy  0 d 01:10 - 0 d 02:00\n\
                        f#2  pass  clearance  0 d 02:00 - 0 d 03:00\n\
                        f#2  left 0 d 03:00\n\
                        f#3  l>pass  running  0 d 00:20 - 0 d 01:20\n\
                        f#3  pass  desk_busy  0 d 01:20 - 0 d 03:00\n\
                        f#3  pass  clearance  0 d 03:00 - 0 d 04:00\n\
                        f#3  left 0 d 04:00\n\
                        f#4  l>pass  running  0 d 00:30 - 0 d 01:30\n\
                        f#4  pass  desk_busy  0 d 01:30 - 0 d 04:00\n\
                        f#4  pass  clearance  0 d 04:00 - 0 d 05:00\n\
                        f#4  left 0 d 05:00\n\
                        f#5  hub  stop_loading  0 d 01:30 - 0 d 04:00\n\
                        f#5  l>pass  running  0 d 04:00 - 0 d 05:00\n\
                        f#5  pass  clearance  0 d 05:00 - 0 d 06:00\n\
                        f#5  left 0 d 06:00";
        assert_eq!(log(&toml), expected);
        observed(&toml, |seen| {
            let tally = &seen.stop_loading[0];
            assert_eq!(
                (tally.stopped.area(seen.end), tally.orders, tally.trains, tally.boxes),
                (160 * MINUTE, 1, 1, 40)
            );
            assert_eq!((tally.held.max(), tally.held.area(seen.end)), (1, 150 * MINUTE));
        });
    }

    /// One desk at the hub itself. Loading stops at 00:20, when two wait, and goes on at 02:00, when nobody does; `f#4` and `f#5`
    /// are let go, and wait both: it stops again at that instant, so that `f#6` is held at 02:30, until at 04:00 nobody waits.
    #[test]
    fn those_let_go_may_be_too_many_at_once() {
        let toml = scenario(
            "stop_above = 1\nresume_below = 1",
            "\"00:00\", \"00:10\", \"00:20\", \"00:30\", \"00:40\", \"02:30\"",
        )
        .replace("[places.hub]", "")
        .replace("places.pass", "places.hub")
        .replace("[lines.l]", "[places.pass]\n[lines.l]")
        .replace("place = \"pass\"", "place = \"hub\"");
        let log = log(&toml);
        let last: Vec<&str> = log.lines().filter(|line| line.starts_with("f#6")).collect();
        let expected = [
            "f#6  hub  stop_loading  0 d 02:30 - 0 d 04:00",
            "f#6  hub  desk_busy  0 d 04:00 - 0 d 05:00",
            "f#6  hub  clearance  0 d 05:00 - 0 d 06:00",
        ];
        assert_eq!(last[..3], expected, "{log}");
        observed(&toml, |seen| {
            let tally = &seen.stop_loading[0];
            // From 00:20 to 04:00 without a break, though it was ordered twice.
            assert_eq!((tally.orders, tally.stopped.area(seen.end)), (2, 220 * MINUTE));
        });
    }

    /// An order from 01:00 until 03:00 holds the trains of 01:00 and 02:00; at 03:00 they go, and then the one of 03:00, first
    /// come first served. A second order, of an hour that nobody departs in, holds nobody.
    #[test]
    fn a_dated_order() {
        let orders = "orders = [{ from = \"2022-01-03 01:00\", until = \"2022-01-03 03:00\" }, { from = \"2022-01-03 08:00\", until = \"2022-01-03 09:00\" }]";
        let toml = scenario(orders, "\"00:30\", \"01:00\", \"02:00\", \"03:00\"");
        let expected = "f#1  l>pass  running  0 d 00:30 - 0 d 01:30\n\
                        f#1  pass  clearance  0 d 01:30 - 0 d 02:30\n\
                        f#1  left 0 d 02:30\n\
                        f#2  hub  stop_loading  0 d 01:00 - 0 d 03:00\n\
                        f#2  l>pass  running  0 d 03:00 - 0 d 04:00\n\
                        f#2  pass  clearance  0 d 04:00 - 0 d 05:00\n\
                        f#2  left 0 d 05:00\n\
                        f#3  hub  stop_loading  0 d 02:00 - 0 d 03:00\n\
                        f#3  l>pass  running  0 d 03:00 - 0 d 04:00\n\
                        f#3  pass  desk_busy  0 d 04:00 - 0 d 05:00\n\
                        f#3  pass  clearance  0 d 05:00 - 0 d 06:00\n\
                        f#3  left 0 d 06:00\n\
                        f#4  l>pass  running  0 d 03:00 - 0 d 04:00\n\
                        f#4  pass  desk_busy  0 d 04:00 - 0 d 06:00\n\
                        f#4  pass  clearance  0 d 06:00 - 0 d 07:00\n\
                        f#4  left 0 d 07:00";
        assert_eq!(log(&toml), expected);
        observed(&toml, |seen| {
            let tally = &seen.stop_loading[0];
            assert_eq!((tally.orders, tally.trains, tally.stopped.area(seen.end)), (2, 2, 180 * MINUTE));
        });
    }
}
