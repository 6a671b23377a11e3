//! The clock and the loop.

use super::event_list::{Event, EventList};
use crate::units::Instant;

/// What happens at an event.
pub trait Process {
    /// The events of the process.
    type Event: Event;

    /// The list on which it schedules what follows, never in the past.
    fn pending(&mut self) -> &mut EventList<Self::Event>;

    /// Changes the state at an instant by the event of this code; whether what happens from now on can still matter.
    fn handle(&mut self, now: Instant, code: u64) -> bool;
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The end of the run length was reached; what was due at that instant or later did not happen.
    Horizon,
    /// Nothing was pending any more, or the process was over, from this instant on.
    Exhausted(Instant),
    /// As many events as allowed had happened, at this instant.
    LimitReached(Instant),
}

/// Lets events happen one after another up to, but not at, the end; at most `limit` of them.
/// Returns how it ended and how many happened.
pub fn run<P: Process>(process: &mut P, end: Instant, limit: u64) -> (Ending, u64) {
    let mut now = Instant::START;
    let mut happened = 0;
    loop {
        let Some((at, code)) = process.pending().pop() else {
            return (Ending::Exhausted(now), happened);
        };
        debug_assert!(at >= now, "an event in the past");
        if at >= end {
            return (Ending::Horizon, happened);
        }
        if happened == limit {
            return (Ending::LimitReached(now), happened);
        }
        now = at;
        happened += 1;
        if !process.handle(now, code) {
            return (Ending::Exhausted(now), happened);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy)]
    struct Tick;

    impl Event for Tick {
        fn rank(self) -> u8 {
            0
        }
        fn encode(self) -> u64 {
            0
        }
        fn decode(_: u64) -> Self {
            Self
        }
    }

    struct Clock {
        pending: EventList<Tick>,
        period: i64,
        ticks: Vec<i64>,
        last: i64,
    }

    impl Process for Clock {
        type Event = Tick;
        fn pending(&mut self) -> &mut EventList<Tick> {
            &mut self.pending
        }
        fn handle(&mut self, now: Instant, _: u64) -> bool {
            self.ticks.push(now.0);
            if now.0 < self.last {
                self.pending.schedule(Instant(now.0 + self.period), Tick);
            }
            self.ticks.len() < 5
        }
    }

    fn start(last: i64, end: i64, limit: u64) -> (Ending, u64, Vec<i64>) {
        let mut clock = Clock {
            pending: EventList::default(),
            period: 10,
            ticks: Vec::new(),
            last,
        };
        clock.pending.schedule(Instant(0), Tick);
        let (ending, happened) = run(&mut clock, Instant(end), limit);
        (ending, happened, clock.ticks)
    }

    #[test]
    fn the_endings() {
        assert_eq!(start(100, 20, 99), (Ending::Horizon, 2, vec![0, 10]));
        assert_eq!(start(20, 1000, 99), (Ending::Exhausted(Instant(20)), 3, vec![0, 10, 20]));
        assert_eq!(start(1000, 1000, 99), (Ending::Exhausted(Instant(40)), 5, vec![0, 10, 20, 30, 40]));
        assert_eq!(start(1000, 1000, 2), (Ending::LimitReached(Instant(10)), 2, vec![0, 10]));
    }
}
