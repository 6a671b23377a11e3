//! Counts and time-weighted integrals of one replication, within its measured time.

use crate::units::Instant;

/// A whole number that changes over time, with its integral and its maximum.
///
/// A number that is `v` now, and came there by changes `c` at instants `t`, has the integral `v now - sum of c t`: so a change costs
/// two additions, and nobody asks when the last one was. Sums wrap around; integrals that fit in 63 bits are exact all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeWeighted {
    value: i64,
    // Between the two that change together: next to each other they would be changed by one vector instruction, which takes five more
    // to make ready.
    max: i64,
    /// The sum of changes times their instants.
    moment: i64,
}

impl TimeWeighted {
    /// Changes the number.
    #[inline]
    pub fn add(&mut self, now: Instant, change: i64) {
        self.value += change;
        self.moment = self.moment.wrapping_add(change.wrapping_mul(now.0));
        self.max = self.max.max(self.value);
    }

    /// One more.
    #[inline]
    pub fn increase(&mut self, now: Instant) {
        self.value += 1;
        self.moment = self.moment.wrapping_add(now.0);
        if self.value > self.max {
            self.max = self.value;
        }
    }

    /// One less.
    #[inline]
    pub fn decrease(&mut self, now: Instant) {
        self.value -= 1;
        self.moment = self.moment.wrapping_sub(now.0);
    }

    /// Changes the number to this one.
    #[inline]
    pub fn set(&mut self, now: Instant, value: i64) {
        self.add(now, value - self.value);
    }

    /// So many times the number.
    #[must_use]
    pub fn times(&self, factor: i64) -> Self {
        Self {
            value: self.value * factor,
            moment: self.moment.wrapping_mul(factor),
            max: self.max * factor,
        }
    }

    /// Forgets integral and maximum of the past.
    pub fn restart(&mut self, now: Instant) {
        *self = Self {
            value: self.value,
            moment: self.value.wrapping_mul(now.0),
            max: self.value,
        };
    }

    /// The number now.
    #[inline]
    #[must_use]
    pub fn value(&self) -> i64 {
        self.value
    }

    /// The largest number since the restart.
    #[must_use]
    pub fn max(&self) -> i64 {
        self.max
    }

    /// The integral from the restart to this instant, in milliseconds times the number's unit.
    #[inline]
    #[must_use]
    pub fn area(&self, now: Instant) -> i64 {
        self.value.wrapping_mul(now.0).wrapping_sub(self.moment)
    }
}

/// A place.
#[derive(Clone, Debug, Default)]
pub struct PlaceTally {
    /// Trains from their arrival, on the line before it or on a track, to their departure.
    pub present: TimeWeighted,
    /// Trains that departed or left, by day of the place from the start of the run.
    pub daily: DailyCount,
}

/// Trains of one direction through one place.
#[derive(Clone, Debug, Default)]
pub struct PassageTally {
    /// Time from arrival to departure of each train, in milliseconds.
    pub dwell: Vec<i64>,
    /// Of which waiting, summed.
    pub waiting: i64,
    /// Boxes on them.
    pub boxes: u64,
}

impl PassageTally {
    /// Forgets all trains; keeps the memory.
    pub fn restart(&mut self) {
        let mut dwell = std::mem::take(&mut self.dwell);
        dwell.clear();
        *self = Self { dwell, ..Self::default() };
    }
}

/// An office.
#[derive(Clone, Debug, Default)]
pub struct OfficeTally {
    /// Servers at work.
    pub busy: TimeWeighted,
    /// Trains waiting for it.
    pub waiting: TimeWeighted,
    /// Trains served to the end.
    pub served: u32,
    /// Of these, trains declared in advance.
    pub in_advance: u32,
    /// Boxes set out here, until they are on another train.
    pub set_out: TimeWeighted,
}

impl OfficeTally {
    /// Forgets what was counted, and keeps what is going on.
    pub fn restart(&mut self, now: Instant) {
        for number in [&mut self.busy, &mut self.waiting, &mut self.set_out] {
            number.restart(now);
        }
        (self.served, self.in_advance) = (0, 0);
    }
}

/// The bays for one kind of inspection at a clearance.
#[derive(Clone, Debug, Default)]
pub struct BayTally {
    /// Boxes being inspected.
    pub busy: TimeWeighted,
    /// Boxes waiting to be, and those whose inspection rests.
    pub waiting: TimeWeighted,
    /// Boxes inspected to the end.
    pub inspected: u32,
}

/// A class of cargo.
#[derive(Clone, Copy, Debug, Default)]
pub struct CargoTally {
    /// Boxes generated since the start of the run; like `left`, added up when measuring begins and at the end.
    pub created: i64,
    /// Boxes that left since the start of the run.
    pub left: i64,
    /// Boxes generated within the measured time.
    pub generated: u64,
    /// Boxes that left within the measured time.
    pub completed: u64,
    /// Boxes inspected within the measured time.
    pub inspected: u32,
    /// From being held to being released, in milliseconds over all of these.
    pub held: i64,
    /// Of which waiting for a bay, summed.
    pub waiting: i64,
}

impl CargoTally {
    /// Forgets what was counted, but for the whole run.
    pub fn restart(&mut self) {
        *self = Self {
            created: self.created,
            left: self.left,
            ..Self::default()
        };
    }
}

/// A reloading terminal.
#[derive(Clone, Debug, Default)]
pub struct TerminalTally {
    /// Berths taken.
    pub berths: TimeWeighted,
    /// Cranes at work; berths in which boxes are lifted, where cranes are not told apart.
    pub cranes: TimeWeighted,
    /// The same in thousandths of a crane, each at the pace that the wind leaves it.
    pub pace: TimeWeighted,
    /// What of it trains were lifted with: thousandths of a crane times milliseconds.
    pub lifted: i64,
    /// Cranes out of order.
    pub down: TimeWeighted,
    /// Of these, cranes that wait for a repairer.
    pub wait_for_repair: TimeWeighted,
    /// Breakdowns.
    pub breakdowns: u32,
    /// 1 while the wind is too strong for its cranes.
    pub stopped_by_wind: TimeWeighted,
    /// 1 while they are slowed down by it.
    pub slowed_by_wind: TimeWeighted,
    /// Trains in a berth that get no lifting because of the wind.
    pub held_by_wind: TimeWeighted,
    /// Trains in a berth that get no lifting because cranes are out of order.
    pub held_by_breakdown: TimeWeighted,
    /// Trains waiting for a berth.
    pub waiting: TimeWeighted,
    /// Trains that have left their berth.
    pub served: u32,
    /// Boxes lifted.
    pub boxes: u64,
}

impl TerminalTally {
    /// Forgets what was counted, and keeps what is going on.
    pub fn restart(&mut self, now: Instant) {
        for number in [
            &mut self.berths,
            &mut self.cranes,
            &mut self.pace,
            &mut self.down,
            &mut self.wait_for_repair,
            &mut self.stopped_by_wind,
            &mut self.slowed_by_wind,
            &mut self.held_by_wind,
            &mut self.held_by_breakdown,
            &mut self.waiting,
        ] {
            number.restart(now);
        }
        (self.lifted, self.breakdowns, self.served, self.boxes) = (0, 0, 0, 0);
    }
}

/// A handover.
#[derive(Clone, Debug, Default)]
pub struct ExchangeTally {
    /// Trains waiting for it.
    pub waiting: TimeWeighted,
    /// Trains handed over.
    pub passed: u32,
    /// Trains handed over, by day of the place from the start of the run.
    pub daily: DailyCount,
}

/// A yard where boxes change from one vehicle to another.
#[derive(Clone, Debug, Default)]
pub struct TransloadingTally {
    /// Berths taken.
    pub berths: TimeWeighted,
    /// Boxes in the yard.
    pub boxes: TimeWeighted,
    /// Vehicles waiting for a berth.
    pub waiting: TimeWeighted,
    /// Vehicles that have left their berth.
    pub served: u32,
    /// Boxes set down.
    pub set_down: u64,
    /// By outlet.
    pub outlets: Vec<OutletTally>,
}

/// An outlet of such a yard.
#[derive(Clone, Copy, Debug, Default)]
pub struct OutletTally {
    /// Boxes in the yard that are to leave this way.
    pub boxes: TimeWeighted,
    /// Vehicles waiting for boxes.
    pub waiting: TimeWeighted,
    /// Vehicles loaded.
    pub vehicles: u32,
    /// Boxes that vehicles took out of the yard.
    pub taken: u64,
    /// Vehicles that turned back empty.
    pub turned_back: u32,
}

/// A route of a flow that has several.
#[derive(Clone, Copy, Debug, Default)]
pub struct RouteTally {
    /// Trains that were set on it by their last decision.
    pub trains: u32,
    /// Of these, trains that were to go another way at first.
    pub diverted: u32,
}

/// Where boxes become trains: the gathering of a flow, or a regrouping with all its groups.
#[derive(Clone, Debug, Default)]
pub struct FormationTally {
    /// Boxes that wait for their train to be formed.
    pub stock: TimeWeighted,
    /// Trains formed, by [`Reason`].
    pub formed: [u32; Reason::COUNT],
    /// Trains whose boxes were taken over.
    pub dissolved: u32,
    /// Waiting time in milliseconds, and how many boxes waited so long, for each lot that left.
    pub waits: Vec<(i64, u32)>,
}

impl FormationTally {
    /// Forgets what was counted, and keeps the boxes that wait.
    pub fn restart(&mut self, now: Instant) {
        self.stock.restart(now);
        self.formed = [0; Reason::COUNT];
        self.dissolved = 0;
        self.waits.clear();
    }
}

/// Why a train was formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was full.
    Size,
    /// Its oldest box had waited long enough.
    Wait,
    /// It was time.
    Call,
}

impl Reason {
    /// How many there are.
    pub const COUNT: usize = 3;
}

/// A stock of wagons.
#[derive(Clone, Debug, Default)]
pub struct PoolTally {
    /// Wagons that are not in it.
    pub out: TimeWeighted,
    /// Trains waiting for wagons.
    pub waiting: TimeWeighted,
    /// Trains that got theirs.
    pub trains: u32,
}

/// An order to stop loading.
#[derive(Clone, Debug, Default)]
pub struct StopTally {
    /// 1 while loading is stopped.
    pub stopped: TimeWeighted,
    /// How often it was stopped.
    pub orders: u32,
    /// Trains of its flows that are held.
    pub held: TimeWeighted,
    /// Trains that came to be held while it was stopped.
    pub trains: u32,
    /// Boxes on them.
    pub boxes: u64,
}

/// Trains by day.
#[derive(Clone, Debug, Default)]
pub struct DailyCount {
    /// One count a day from the start of the run.
    pub days: Vec<u32>,
    /// The day of the last one, and when the next begins.
    day: usize,
    until: Instant,
}

impl DailyCount {
    /// Forgets all counts.
    pub fn reset(&mut self, days: usize) {
        self.days.clear();
        self.days.resize(days, 0);
        (self.day, self.until) = (0, Instant(i64::MIN));
    }

    /// Forgets all counts, but not which day it is.
    pub fn restart(&mut self) {
        self.days.fill(0);
    }

    /// Counts a train now; `starts` says when each day begins, and is asked once a day.
    #[inline(always)]
    pub fn add<'d>(&mut self, now: Instant, starts: impl FnOnce() -> &'d [Instant]) {
        if now >= self.until {
            self.turn_over(now, starts());
        }
        self.days[self.day] += 1;
    }

    #[cold]
    fn turn_over(&mut self, now: Instant, starts: &[Instant]) {
        while starts.get(self.day + 1).is_some_and(|next| *next <= now) {
            self.day += 1;
        }
        self.until = starts.get(self.day + 1).copied().unwrap_or(Instant::NEVER);
    }
}

/// A line in one direction.
#[derive(Clone, Debug, Default)]
pub struct LaneTally {
    /// Trains on it, those standing at its end included.
    pub trains: TimeWeighted,
    /// Trains waiting to enter it.
    pub waiting: TimeWeighted,
    /// Trains that entered.
    pub entered: u32,
    /// Waits at its passing places that took time.
    pub halts: u32,
    /// The longest wait of one train to enter it, in milliseconds; of a line with passing places.
    pub longest_entry_wait: i64,
    /// The longest wait of one train at one passing place, in milliseconds.
    pub longest_halt: i64,
    /// Trains of the other direction that its trains found standing at passing places.
    pub meets: u32,
}

impl LaneTally {
    /// Forgets what was counted, and keeps what is going on.
    pub fn restart(&mut self, now: Instant) {
        self.trains.restart(now);
        self.waiting.restart(now);
        (self.longest_entry_wait, self.longest_halt) = (0, 0);
        (self.entered, self.halts, self.meets) = (0, 0, 0);
    }
}

/// A flow.
#[derive(Clone, Debug, Default)]
pub struct FlowTally {
    /// Trains created.
    pub generated: u32,
    /// Trains that left.
    pub completed: u32,
    /// Boxes on trains created.
    pub boxes_generated: u64,
    /// Boxes on trains that left.
    pub boxes_completed: u64,
    /// Time from creation to leaving of each train that left, in milliseconds.
    pub transit: Vec<i64>,
    /// Of which waiting, summed.
    pub waiting: i64,
}

impl FlowTally {
    /// Forgets all trains; keeps the memory.
    pub fn restart(&mut self) {
        let mut transit = std::mem::take(&mut self.transit);
        transit.clear();
        *self = Self {
            transit,
            ..Self::default()
        };
    }
}

/// A disruption.
#[derive(Clone, Copy, Debug, Default)]
pub struct DisruptionTally {
    /// Whether it is in force.
    pub in_force: TimeWeighted,
    /// How many have begun.
    pub begun: u32,
    /// Trains that waited because of it, each once in each occurrence.
    pub held: u32,
    /// Occurrences after which, before the next one, no more trains waited than usually.
    pub recovered: u32,
    /// Time from the end of each of these until then, in milliseconds, summed.
    pub recovery: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integral_and_maximum_since_the_restart() {
        let mut n = TimeWeighted::default();
        n.add(Instant(10), 2);
        n.add(Instant(15), 1);
        n.restart(Instant(20));
        assert_eq!((n.value(), n.max(), n.area(Instant(20))), (3, 3, 0));
        n.set(Instant(24), 1);
        assert_eq!((n.value(), n.max(), n.area(Instant(30))), (1, 3, 12 + 6));
    }
}
