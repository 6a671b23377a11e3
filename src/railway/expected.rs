//! The time that a train is expected to take on a route, given the queues now.
//!
//! Every step takes its mean time. To this comes, at each office, terminal, exchange, transloading and entry of
//! a line, a wait that follows from the trains in it and before it now. Those before it are taken in groups,
//! one for each step of the way from the train to there: a group arrives together, when it has half of its own
//! step and all steps between behind it. The server-time owed to the groups that came is worked off while the
//! calendar is open, with the servers it then has; the train is served when all but one of the servers have
//! nobody left before it. A used-up quota lets the trains before it pass first, reset by reset. Where boxes are
//! inspected while their train waits, the bays are such servers too: the train has the part of its boxes inspected that
//! is picked on average, and each train before it as many. Of facilities among which it will choose, the soonest
//! done counts, or the mean by the shares.
//!
//! Left out are trains that come from elsewhere or leave the way in between, what a yard without a free track holds
//! up, and chance: it is an estimate from what a dispatcher can see, in whole milliseconds.

use super::state::State;
use crate::engine::{Calendar, Hand};
use crate::model::{Bay, Held, Office, Step};
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
    /// Server-time owed to what is in it and before it now.
    owed: i64,
    each: Duration,
}

/// A train before a step of its way.
#[derive(Clone, Copy)]
struct Comer<'g> {
    train: u32,
    boxes: f64,
    /// Trains between it and the step.
    groups: &'g [Group],
    /// From now on to its arrival there, without waits.
    free: Duration,
    /// When it is expected there.
    arrives_at: Instant,
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
        for step in &program[self.step_at(train).nth as usize..] {
            let comer = Comer {
                train,
                boxes,
                groups: &*groups,
                free,
                arrives_at: self.stage.now + expected,
            };
            expected += self.expected_stay(*step, comer);
            let time = self.model.mean_time(*step, boxes);
            let trains = self.trains_at(*step);
            if trains > 0 {
                groups.push(Group {
                    trains,
                    ahead: free + Duration(time.0 / 2),
                });
            }
            free += time;
        }
        expected
    }

    /// From the arrival of a train before a step until it is done with it.
    fn expected_stay(&self, step: Step, comer: Comer<'_>) -> Duration {
        if let Step::Choose(choice) = step {
            return self.model.of_options(choice, |option| self.expected_stay(option, comer));
        }
        let wait = self
            .server(step, comer)
            .map_or(Duration::ZERO, |server| self.expected_wait(&server, comer));
        let kept = self.stage.now + self.kept_for(comer.train, step) - comer.arrives_at;
        let stay = wait.max(self.quota_wait(step, comer)).max(kept) + self.model.mean_time(step, comer.boxes);
        stay + self.expected_hold(
            step,
            Comer {
                arrives_at: comer.arrives_at + stay,
                ..comer
            },
        )
    }

    /// Trains at a step: in and before what serves there, and beyond that still on the line or under inspection.
    fn trains_at(&self, step: Step) -> u32 {
        match step {
            Step::Run(lane, _) => {
                let (on_line, entering) = self.plant.lanes[lane as usize].load();
                on_line + entering
            }
            Step::Office(office) => self.trains_served(step) + self.plant.offices[office as usize].inspecting,
            Step::Choose(choice) => {
                let options = &self.model.choices[choice as usize].options;
                options.iter().map(|option| self.trains_at(*option)).sum()
            }
            step => self.trains_served(step),
        }
    }

    /// Trains in what serves at a step, and before it.
    fn trains_served(&self, step: Step) -> u32 {
        match step {
            Step::Office(i) => self.plant.offices[i as usize].load(),
            Step::Reload(i) => self.plant.terminals[i as usize].load(),
            Step::Exchange(i) => self.exchanges[i as usize].gate.len() as u32,
            Step::Unload(i) => self.transloadings[i as usize].load(),
            Step::Run(i, _) => self.plant.lanes[i as usize].load().1,
            _ => 0,
        }
    }

    /// What serves at a step.
    fn server(&self, step: Step, comer: Comer<'_>) -> Option<Server<'_>> {
        let (calendar, each) = if let Step::Run(lane, _) = step {
            let model = &self.model.lanes[lane as usize];
            (None, model.headway.max(model.path_every.unwrap_or_default()))
        } else {
            let each = Duration::from_millis(self.model.mean_stay(step, comer.boxes));
            (Some(self.model.calendar_of(step).zip(self.hand_of(step))?), each)
        };
        Some(Server {
            calendar,
            owed: i64::from(self.trains_served(step)).saturating_mul(each.0),
            each,
        })
    }

    /// How far the calendar of a step has been read.
    pub(super) fn hand_of(&self, step: Step) -> Option<Hand> {
        match step {
            Step::Office(i) => Some(self.plant.offices[i as usize].hand()),
            Step::Reload(i) => Some(self.plant.terminals[i as usize].hand()),
            Step::Exchange(i) => Some(self.exchanges[i as usize].hand()),
            Step::Unload(i) => Some(self.transloadings[i as usize].hand()),
            _ => None,
        }
    }

    /// The wait of a train for a server, behind what it owes now and the groups on the way.
    fn expected_wait(&self, server: &Server<'_>, comer: Comer<'_>) -> Duration {
        let each = server.each.0;
        let work = |from: Instant, to: Instant| {
            server
                .calendar
                .map_or((to - from).0, |(calendar, hand)| calendar.work_between(hand, from, to))
        };
        let mut owed = server.owed;
        let mut at = self.stage.now;
        for group in comer.groups.iter().rev() {
            let comes_at = self.stage.now + (comer.free - group.ahead);
            owed = (owed - work(at, comes_at))
                .max(0)
                .saturating_add(i64::from(group.trains).saturating_mul(each));
            at = comes_at;
        }
        owed = (owed - work(at, comer.arrives_at)).max(0);
        let begins_at = server.calendar.map_or(comer.arrives_at + Duration(owed), |(calendar, hand)| {
            calendar.begins_at(hand, comer.arrives_at, owed, each)
        });
        begins_at - comer.arrives_at
    }

    /// The wait for the quota of an exchange.
    fn quota_wait(&self, step: Step, comer: Comer<'_>) -> Duration {
        let Step::Exchange(i) = step else { return Duration::ZERO };
        let before = self.trains_served(step) + comer.groups.iter().map(|group| group.trains).sum::<u32>();
        let passes_at = self.exchanges[i as usize].quota_at(&self.model.exchanges[i as usize], self.stage.now, before);
        (passes_at - comer.arrives_at).max(Duration::ZERO)
    }

    /// How long boxes of a train that are inspected hold it, from the end of its papers on: the longest of the kinds.
    fn expected_hold(&self, step: Step, comer: Comer<'_>) -> Duration {
        let Step::Office(office) = step else { return Duration::ZERO };
        let office = &self.model.offices[office as usize];
        let Some(inspection) = office.inspection.as_ref().filter(|inspection| inspection.held == Held::Train) else {
            return Duration::ZERO;
        };
        let bays = (inspection.first_bay..).zip(&self.model.bays[inspection.first_bay as usize..]);
        let kinds = bays.take(inspection.kinds as usize).enumerate();
        kinds
            .map(|(kind, (ix, bay))| self.expected_inspection(office, kind, (ix, bay), comer))
            .max()
            .unwrap_or_default()
    }

    /// How long one kind of inspection holds a train.
    fn expected_inspection(&self, office: &Office, kind: usize, (ix, bay): (u32, &Bay), comer: Comer<'_>) -> Duration {
        let boxes_of = self.boxes_by_class(comer.train).iter();
        let picks = office.inspection.iter().flat_map(|inspection| &inspection.picks);
        let picked: f64 = boxes_of
            .zip(picks)
            .map(|(boxes, pick)| f64::from(*boxes) * pick.share_of(kind))
            .sum();
        if picked == 0.0 {
            return Duration::ZERO;
        }
        let each = bay.times[0].mean;
        let state = &self.inspections.bays[ix as usize];
        let server = Server {
            calendar: Some((&bay.calendar, state.hand)),
            owed: Duration::from_millis(each).0.saturating_mul(state.load().into()),
            each: Duration::from_millis(each * picked),
        };
        let at_once = f64::from(bay.calendar.most_servers().max(1)).min(picked.max(1.0));
        self.expected_wait(&server, comer) + Duration::from_millis(each * picked / at_once)
    }
}
