//! The time that a train is expected to take on a route, given the queues now.
//!
//! Every step takes its mean time. To this comes, at each office, terminal, exchange, transloading and entry of
//! a line, a wait that follows from the trains in it and before it now. Those before it are taken in groups,
//! one for each step of the way from the train to there: a group arrives together, when it has half of its own
//! step and all steps between behind it. The server-time owed to the groups that came is worked off while the
//! calendar is open, with the servers it then has; the train is served when all but one of the servers have
//! nobody left before it. A used-up quota lets the trains before it pass first, reset by reset.
//!
//! Left out are trains that come from elsewhere or leave the way in between, what a yard without a free track
//! holds up, and chance: it is an estimate from what a dispatcher can see, in whole milliseconds.

use super::state::State;
use crate::engine::{Calendar, Hand};
use crate::model::Step;
use crate::units::{Duration, Instant};

/// Trains that will be at a facility before the train in question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    trains: u32,
    /// Where it is on the way: the mean time, without waits, from the train to the middle of its step.
    ahead: Duration,
}

/// What serves at a step: when, since which point of its calendar, and how long each train takes a server.
struct Server<'m> {
    calendar: Option<(&'m Calendar, Hand)>,
    each: Duration,
}

impl State<'_> {
    /// From now to the end of a route for a train at a decision; `groups` is room to work in.
    pub(super) fn expected_time(&self, train: u32, route: u16, groups: &mut Vec<Group>) -> Duration {
        let t = &self.fleet[train];
        let program = &self.model.flows[t.flow as usize].routes[route as usize].program;
        groups.clear();
        let boxes = f64::from(t.boxes);
        // Without waits, and with them.
        let (mut free, mut expected) = (Duration::ZERO, Duration::ZERO);
        for step in &program[t.step as usize..] {
            let time = self.model.mean_time(*step, boxes);
            let (here, beyond) = self.trains_at(*step);
            if let Some(server) = self.server(*step, time) {
                let wait = self.expected_wait(&server, (here, groups), free, self.now + expected);
                expected += wait.max(self.quota_wait(*step, here, groups, self.now + expected));
            }
            if here + beyond > 0 {
                groups.push(Group {
                    trains: here + beyond,
                    ahead: free + Duration(time.0 / 2),
                });
            }
            free += time;
            expected += time;
        }
        expected
    }

    /// Trains in or before what serves at a step, and trains beyond that are still at the step.
    fn trains_at(&self, step: Step) -> (u32, u32) {
        match step {
            Step::Office(i) => (self.offices[i as usize].load(), 0),
            Step::Reload(i) => (self.terminals[i as usize].load(), 0),
            Step::Exchange(i) => (self.exchanges[i as usize].gate.len() as u32, 0),
            Step::Unload(i) => (self.transloadings[i as usize].load(), 0),
            Step::Run(i, _) => {
                let (on_line, entering) = self.lanes[i as usize].load();
                (entering, on_line)
            }
            Step::Form(_) | Step::Load(..) | Step::Regroup(_) | Step::TakeWagons(_) | Step::BringWagons(_) | Step::Choose | Step::Leave => {
                (0, 0)
            }
        }
    }

    fn server(&self, step: Step, time: Duration) -> Option<Server<'_>> {
        let (calendar, hand, each) = match step {
            Step::Office(i) => (&self.model.offices[i as usize].calendar, self.offices[i as usize].hand(), time),
            Step::Reload(i) => (&self.model.terminals[i as usize].calendar, self.terminals[i as usize].hand(), time),
            Step::Unload(i) => (
                &self.model.transloadings[i as usize].calendar,
                self.transloadings[i as usize].hand(),
                time,
            ),
            Step::Exchange(i) => {
                let model = &self.model.exchanges[i as usize];
                (&model.calendar, self.exchanges[i as usize].hand(), model.headway)
            }
            Step::Run(i, _) => {
                let model = &self.model.lanes[i as usize];
                return Some(Server {
                    calendar: None,
                    each: model.headway.max(model.path_every.unwrap_or_default()),
                });
            }
            Step::Form(_) | Step::Load(..) | Step::Regroup(_) | Step::TakeWagons(_) | Step::BringWagons(_) | Step::Choose | Step::Leave => {
                return None;
            }
        };
        Some(Server {
            calendar: Some((calendar, hand)),
            each,
        })
    }

    /// The wait of a train that arrives at this instant, `free` without waits from now, behind those here and
    /// the groups on the way.
    fn expected_wait(&self, server: &Server<'_>, (here, groups): (u32, &[Group]), free: Duration, arrives_at: Instant) -> Duration {
        let each = server.each.0;
        let work = |from: Instant, to: Instant| {
            server
                .calendar
                .map_or((to - from).0, |(calendar, hand)| calendar.work_between(hand, from, to))
        };
        let mut owed = i64::from(here).saturating_mul(each);
        let mut at = self.now;
        for group in groups.iter().rev() {
            let comes_at = self.now + (free - group.ahead);
            owed = (owed - work(at, comes_at))
                .max(0)
                .saturating_add(i64::from(group.trains).saturating_mul(each));
            at = comes_at;
        }
        owed = (owed - work(at, arrives_at)).max(0);
        let begins_at = server.calendar.map_or(arrives_at + Duration(owed), |(calendar, hand)| {
            calendar.begins_at(hand, arrives_at, owed, each)
        });
        begins_at - arrives_at
    }

    /// The wait for the quota of an exchange.
    fn quota_wait(&self, step: Step, here: u32, groups: &[Group], arrives_at: Instant) -> Duration {
        let Step::Exchange(i) = step else { return Duration::ZERO };
        let before = here + groups.iter().map(|group| group.trains).sum::<u32>();
        let passes_at = self.exchanges[i as usize].quota_at(&self.model.exchanges[i as usize], self.now, before);
        (passes_at - arrives_at).max(Duration::ZERO)
    }
}
