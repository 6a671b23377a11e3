//! Stocks of wagons: a train that is loaded on a gauge takes what it needs, first come first served, and waits
//! where it stands until there are enough. Wagons come back together after a time, or with trains that are unloaded.

use super::event::{Event, MOST_TRAINS};
use super::stage::Wake;
use super::state::State;
use super::train::Phase;
use crate::engine::Gate;
use crate::model::Pool;
use crate::observe::Activity;

/// A stock of wagons in the course of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct PoolState {
    gate: Gate<Activity>,
    /// Wagons that can be taken.
    pub(super) inside: u32,
}

impl PoolState {
    pub(super) fn reset(&mut self, pool: &Pool) {
        self.gate.clear();
        self.inside = pool.stock;
    }
}

/// The wagons of each train that left, until they come back, in slots that are used again.
#[derive(Clone, Debug, Default)]
pub(super) struct Rakes {
    /// Pool and wagons; none where the slot is free.
    slots: Vec<(u32, u32)>,
    free: Vec<u32>,
}

impl Rakes {
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.free.clear();
    }

    fn add(&mut self, pool: u32, wagons: u32) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = (pool, wagons);
            return slot;
        }
        self.slots.push((pool, wagons));
        self.slots.len() as u32 - 1
    }

    /// Whether the index of one more would not fit in an event.
    fn are_too_many(&self) -> bool {
        self.free.is_empty() && self.slots.len() >= MOST_TRAINS
    }

    fn remove(&mut self, slot: u32) -> (u32, u32) {
        self.free.push(slot);
        std::mem::take(&mut self.slots[slot as usize])
    }

    /// Wagons that will come back to a pool.
    pub(super) fn due_back(&self, pool: u32) -> i64 {
        let of_pool = self.slots.iter().filter(|(of, _)| *of == pool);
        of_pool.map(|(_, wagons)| i64::from(*wagons)).sum()
    }
}

fn gate<'s>(state: &'s mut State<'_>, pool: u32) -> &'s mut Gate<Activity> {
    &mut state.pools[pool as usize].gate
}

impl State<'_> {
    /// A train takes its wagons, or waits for them in this phase; whether it has them.
    pub(super) fn take_wagons(&mut self, train: u32, pool: u32, waits_as: Phase) -> bool {
        let model = &self.model.pools[pool as usize];
        let state = &mut self.pools[pool as usize];
        if state.gate.is_empty() && model.wagons_for(self.fleet[train].boxes) <= state.inside {
            self.wagons_leave(train, pool);
            return true;
        }
        self.fleet[train].phase = waits_as;
        self.stage.seen.pools[pool as usize].waiting.increase(self.stage.now);
        if self.queue_up((gate, pool), train, Activity::NoWagon) {
            self.stage.wakes.push(Wake::Wagons(pool));
        }
        false
    }

    fn wagons_leave(&mut self, train: u32, pool: u32) {
        let model = &self.model.pools[pool as usize];
        let wagons = model.wagons_for(self.fleet[train].boxes);
        self.pools[pool as usize].inside -= wagons;
        let tally = &mut self.stage.seen.pools[pool as usize];
        tally.out.add(self.stage.now, i64::from(wagons));
        tally.trains += 1;
        if let Some(cycle) = model.cycle.as_ref().filter(|_| wagons > 0) {
            if self.rakes.are_too_many() {
                self.overfull = true;
                return;
            }
            let back_at = self.stage.now + self.luck.of(&self.fleet[train], cycle);
            let rake = self.rakes.add(pool, wagons);
            self.stage.pending.schedule(back_at, Event::WagonsReturn(rake));
        }
    }

    /// The wagons of a train come back after their cycle.
    pub(super) fn wagons_return(&mut self, rake: u32) {
        let (pool, wagons) = self.rakes.remove(rake);
        self.wagons_come(pool, wagons);
    }

    /// A train is unloaded at a place: its wagons go to the stock, as far as some are missing there; any others
    /// belong elsewhere.
    pub(super) fn bring_wagons(&mut self, train: u32, pool: u32) {
        let model = &self.model.pools[pool as usize];
        let missing = model.stock - self.pools[pool as usize].inside;
        self.wagons_come(pool, model.wagons_for(self.fleet[train].boxes).min(missing));
    }

    fn wagons_come(&mut self, pool: u32, wagons: u32) {
        let state = &mut self.pools[pool as usize];
        state.inside += wagons;
        self.stage.seen.pools[pool as usize].out.add(self.stage.now, -i64::from(wagons));
        if !state.gate.is_empty() {
            self.stage.wakes.push(Wake::Wagons(pool));
        }
    }

    /// Lets trains take wagons as far as there are enough for the first.
    pub(super) fn serve_pool(&mut self, pool: u32) {
        while let Some(train) = self.pools[pool as usize].gate.head() {
            if self.model.pools[pool as usize].wagons_for(self.fleet[train].boxes) > self.pools[pool as usize].inside {
                return;
            }
            self.call_up((gate, pool), 0);
            self.stage.seen.pools[pool as usize].waiting.decrease(self.stage.now);
            self.wagons_leave(train, pool);
            if self.fleet[train].phase != Phase::WantsWagons || self.want_departure_track(train, self.terminal_of(train)) {
                self.step_done(train);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace::{log, observed};
    use crate::units::HOUR;

    const HEAD: &str = r#"
        title = "wagons"
        time = { start = "2022-01-03 00:00", zone = "Asia/Shanghai", length = "LENGTH" }
        gauges.standard.width = "1435 mm"
        gauges.broad.width = "1520 mm"
    "#;

    /// One berth, an hour of lifting, 5 wagons that come back after 6 hours, trains of 4 boxes. The first takes 4 at
    /// 02:00, back at 08:00. The second is lifted at 03:00, finds 1, and keeps the berth until 08:00; the third waits
    /// for the berth that long, and from 09:00 for the wagons that the second took at 08:00.
    #[test]
    fn a_shortage_holds_the_berth() {
        let toml = HEAD.replace("LENGTH", "1 day")
            + r#"
            [places.port.wagons.broad]
            stock = 5
            returns = "6 h"
            [places.port.reloading.shed]
            from_gauge = "standard"
            to_gauge = "broad"
            berths = 1
            lifting = "1 h"
            [places.port.procedures.all]
            steps = ["reloading.shed"]
            [flows.f]
            from = "port"
            to = "port"
            gauge = "standard"
            boxes = 4
            departures.timetable = [{ days = "mon", at = ["01:00", "02:00", "03:00"] }]
            "#;
        let expected = "f#1  port  lifting  0 d 01:00 - 0 d 02:00\n\
                        f#1  left 0 d 02:00\n\
                        f#2  port  lifting  0 d 02:00 - 0 d 03:00\n\
                        f#2  port  no_wagon  0 d 03:00 - 0 d 08:00\n\
                        f#2  left 0 d 08:00\n\
                        f#3  port  berth_busy  0 d 03:00 - 0 d 08:00\n\
                        f#3  port  lifting  0 d 08:00 - 0 d 09:00\n\
                        f#3  port  no_wagon  0 d 09:00 - 0 d 14:00\n\
                        f#3  left 0 d 14:00";
        assert_eq!(log(&toml), expected);
        observed(&toml, |seen| {
            let pool = &seen.pools[0];
            // Out: 4 from 02:00 to 20:00 without a break, since others leave when they come back.
            assert_eq!((pool.out.area(seen.end), pool.out.max(), pool.trains), (4 * 18 * HOUR, 4, 3));
            assert_eq!(pool.waiting.area(seen.end), 10 * HOUR);
            // The only berth is held from 01:00 to 14:00.
            assert_eq!(seen.terminals[0].berths.area(seen.end), 13 * HOUR);
        });
    }

    /// A pool of 4 that is filled by trains the other way. `w` takes 4 boxes out, `e` brings 3 boxes in. The wagons of
    /// the first `w` leave at 02:00. The first `e` is unloaded at 05:30: 3 wagons are too few for the second `w`, in
    /// its berth since 04:00. The second `e`, at 08:00, has 3 as well, of which only 1 is missing: now there are 4.
    #[test]
    fn trains_the_other_way_bring_wagons() {
        let toml = HEAD.replace("LENGTH", "1 day")
            + r#"
            [places.port.wagons.broad]
            stock = 4
            returns = "with trains"
            [places.port.reloading.out]
            from_gauge = "standard"
            to_gauge = "broad"
            berths = 1
            lifting = "1 h"
            [places.port.reloading.in]
            from_gauge = "broad"
            to_gauge = "standard"
            berths = 1
            lifting = "1 h"
            [places.port.procedures]
            west = { direction = "west", steps = ["reloading.out"] }
            east = { direction = "east", steps = ["reloading.in"] }
            [places.beyond]
            [lines.beyond]
            between = ["port", "beyond"]
            gauge = "broad"
            running_time = "2 h"
            [flows.w]
            from = "port"
            to = "beyond"
            direction = "west"
            gauge = "standard"
            boxes = 4
            departures.timetable = [{ days = "mon", at = ["01:00", "03:00"] }]
            [flows.e]
            from = "beyond"
            to = "port"
            direction = "east"
            gauge = "broad"
            boxes = 3
            departures.timetable = [{ days = "mon", at = ["02:30", "05:00"] }]
            "#;
        let expected = "w#1  port  lifting  0 d 01:00 - 0 d 02:00\n\
                        w#1  beyond>beyond  running  0 d 02:00 - 0 d 04:00\n\
                        w#1  left 0 d 04:00\n\
                        e#1  beyond>port  running  0 d 02:30 - 0 d 04:30\n\
                        e#1  port  lifting  0 d 04:30 - 0 d 05:30\n\
                        e#1  left 0 d 05:30\n\
                        w#2  port  lifting  0 d 03:00 - 0 d 04:00\n\
                        w#2  port  no_wagon  0 d 04:00 - 0 d 08:00\n\
                        w#2  beyond>beyond  running  0 d 08:00 - 0 d 10:00\n\
                        w#2  left 0 d 10:00\n\
                        e#2  beyond>port  running  0 d 05:00 - 0 d 07:00\n\
                        e#2  port  lifting  0 d 07:00 - 0 d 08:00\n\
                        e#2  left 0 d 08:00";
        assert_eq!(log(&toml), expected);
        // Out: 4 from 02:00, 1 from 05:30, 4 again from 08:00 to the end.
        observed(&toml, |seen| {
            assert_eq!(seen.pools[0].out.area(seen.end), 4 * 7 * HOUR / 2 + 5 * HOUR / 2 + 4 * 16 * HOUR);
        });
    }

    /// Trains that are formed need wagons as well: 2 for 4 boxes, and there are 2, back after 5 hours. The second is
    /// full at 04:00 and waits on its track until 07:00; the third, full at 06:00, until those of the second are back.
    /// A train that ends its way at the stock brings wagons only where they come back with trains.
    #[test]
    fn trains_are_formed_on_wagons() {
        let gathered = HEAD.replace("LENGTH", "8 h")
            + r#"
            [places.hub.wagons.standard]
            stock = 2
            boxes_per_wagon = 2
            returns = "5 h"
            [flows.f]
            from = "hub"
            to = "hub"
            gauge = "standard"
            [flows.f.departures.gather]
            lots = { every = "1 h" }
            lot_size = 2
            size = 4
            "#;
        let expected = "f#1  hub  waiting_to_fill  0 d 01:00 - 0 d 02:00\n\
                        f#1  left 0 d 02:00\n\
                        f#2  hub  waiting_to_fill  0 d 03:00 - 0 d 04:00\n\
                        f#2  hub  no_wagon  0 d 04:00 - 0 d 07:00\n\
                        f#2  left 0 d 07:00\n\
                        f#3  hub  waiting_to_fill  0 d 05:00 - 0 d 06:00\n\
                        f#3  hub  no_wagon  0 d 06:00 - 0 d 08:00\n\
                        f#4  hub  waiting_to_fill  0 d 07:00 - 0 d 08:00";
        assert_eq!(log(&gathered), expected);
        let brought = gathered.replace("\"5 h\"", "\"with trains\"");
        observed(&brought, |seen| assert_eq!((seen.pools[0].waiting.max(), seen.left.0), (0, 3)));
    }
}
