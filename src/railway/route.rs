//! The choice of a route: by chance, by the time expected, or away from what is closed or crowded.
//!
//! A decision is taken before a train runs from its origin and again wherever ways that were one up to there
//! part; what a train has behind it is common to every route that it may still choose.

use std::collections::VecDeque;

use super::event::Event;
use super::state::State;
use crate::model::{RouteChoice, Step};
use crate::observe::Activity;
use crate::units::{Duration, Instant};

pub(super) use super::expected::Group;

/// Trains of a flow that wait until one of their routes opens, first to last.
#[derive(Clone, Debug)]
pub(super) struct HeldTrains {
    trains: VecDeque<u32>,
    /// For when the routes are already to be looked at again.
    timer: Instant,
}

impl Default for HeldTrains {
    fn default() -> Self {
        Self {
            trains: VecDeque::new(),
            timer: Instant::NEVER,
        }
    }
}

impl HeldTrains {
    pub(super) fn reset(&mut self) {
        self.trains.clear();
        self.timer = Instant::NEVER;
    }
}

impl State<'_> {
    /// The route that a new train of a flow is on: drawn, or the preferred one until it decides.
    #[inline]
    pub(super) fn drawn_route(&mut self, flow: u32, number: u32) -> u16 {
        let model = &self.model.flows[flow as usize];
        if model.routes.len() == 1 {
            return 0;
        }
        let mut route = 0;
        if let RouteChoice::Shares { chance, up_to } = &model.choice {
            let chance = chance.number(&self.luck.keys, model.entity, number);
            // The last takes what rounding leaves of the shares.
            route = up_to.iter().position(|up_to| chance < *up_to).unwrap_or(up_to.len() - 1);
        }
        if model.routes[route].last_decision.is_none() {
            self.stage.seen.set_on_route(model.first_route + route as u32, false);
        }
        route as u16
    }

    /// A train decides on its way from here; whether it goes on, or is held because every route is closed.
    pub(super) fn decide(&mut self, train: u32) -> bool {
        let flow = self.fleet[train].flow;
        let chosen = match self.model.flows[flow as usize].choice {
            RouteChoice::Fixed | RouteChoice::Shares { .. } => Some(self.fleet[train].route),
            RouteChoice::LeastTime => Some(self.quickest(train)),
            RouteChoice::Divert { above, after } => self.undisturbed(train, above, after),
        };
        if let Some(route) = chosen {
            self.set_on_route(train, route);
            return true;
        }
        let place = self.place_of(train);
        self.held[flow as usize].trains.push_back(train);
        self.switch(train, place, Activity::RoutesClosed);
        self.look_again_at_routes(train);
        false
    }

    fn set_on_route(&mut self, train: u32, route: u16) {
        let nth = self.step_at(train).nth;
        let t = &mut self.fleet[train];
        let model = &self.model.flows[t.flow as usize];
        let first = model.routes[t.route as usize].program.iter().position(|step| *step == Step::Decide) == Some(nth as usize);
        if first && matches!(model.choice, RouteChoice::LeastTime) {
            t.intended = route;
        }
        t.route = route;
        t.at = self.model.ways.begin(model.first_route + u32::from(route)) + nth;
        if model.routes[route as usize].last_decision == Some(nth) {
            self.stage
                .seen
                .set_on_route(model.first_route + u32::from(route), route != t.intended);
        }
    }

    /// The routes that a train may still take, in order of preference.
    pub(super) fn open_to(&self, train: u32) -> impl Iterator<Item = u16> {
        let t = &self.fleet[train];
        let (nth, route) = (self.step_at(train).nth, &self.model.flows[t.flow as usize].routes[t.route as usize]);
        (0..)
            .zip(&route.shared)
            .filter(move |(_, shared)| **shared > nth)
            .map(|(route, _)| route)
    }

    /// The route on which the train is expected to arrive first; of equal ones the first.
    fn quickest(&mut self, train: u32) -> u16 {
        let mut ahead = std::mem::take(&mut self.ahead);
        let time = |route: &u16| self.expected_time(train, *route, &mut ahead);
        // `min_by_key` keeps the first of equal ones.
        let quickest = self.open_to(train).min_by_key(time).unwrap_or_default();
        self.ahead = ahead;
        quickest
    }

    /// The first route that is neither closed nor crowded, or else the first that is not closed.
    fn undisturbed(&self, train: u32, above: u32, after: Duration) -> Option<u16> {
        let flow = &self.model.flows[self.fleet[train].flow as usize];
        let waiting = |route: u16| -> i64 {
            let watch = &flow.routes[route as usize].watch;
            watch.iter().map(|site| self.stage.seen.waiting[*site as usize].value()).sum()
        };
        let open = |route: &u16| self.opens_after(train, *route, after).is_none();
        let mut fallback = None;
        for route in self.open_to(train).filter(open) {
            if waiting(route) <= i64::from(above) {
                return Some(route);
            }
            fallback = fallback.or(Some(route));
        }
        fallback
    }

    /// Where something on a route ahead of a train is closed for longer than this, the time until none is.
    fn opens_after(&self, train: u32, route: u16, after: Duration) -> Option<Duration> {
        let t = &self.fleet[train];
        let program = &self.model.flows[t.flow as usize].routes[route as usize].program;
        let ahead = &program[self.step_at(train).nth as usize..];
        let closed = ahead.iter().map(|step| self.closed_for(train, *step)).max().unwrap_or_default();
        (closed > after).then_some(closed - after)
    }

    /// For how long from now on a train cannot do a step, because what does it is closed, or a disruption keeps the train
    /// from it; zero where it is open, or where one of several is among which a train chooses.
    pub(super) fn closed_for(&self, train: u32, step: Step) -> Duration {
        if let Step::Choose(choice) = step {
            let options = &self.model.choices[choice as usize].options;
            return options
                .iter()
                .map(|option| self.closed_for(train, *option))
                .min()
                .unwrap_or_default();
        }
        let calendar = self.model.calendar_of(step).zip(self.hand_of(step));
        let closed = calendar.map_or(Duration::ZERO, |(calendar, hand)| {
            calendar.opens_at(hand, self.stage.now) - self.stage.now
        });
        closed.max(self.kept_for(train, step))
    }

    /// Schedules the next look at the routes of held trains: when the first may be open for this one.
    fn look_again_at_routes(&mut self, train: u32) {
        let flow = self.fleet[train].flow;
        let RouteChoice::Divert { after, .. } = self.model.flows[flow as usize].choice else {
            return;
        };
        let soonest = self.open_to(train).filter_map(|route| self.opens_after(train, route, after)).min();
        let at = soonest.map_or(Instant::NEVER, |time| self.stage.now + time);
        let held = &mut self.held[flow as usize];
        if at < held.timer {
            held.timer = at;
            self.stage.pending.schedule(at, Event::RouteReady(flow));
        }
    }

    /// A route of a flow may be open: every held train looks again.
    pub(super) fn route_ready(&mut self, flow: u32) {
        if self.held[flow as usize].timer == self.stage.now {
            self.held[flow as usize].timer = Instant::NEVER;
        }
        for _ in 0..self.held[flow as usize].trains.len() {
            let Some(train) = self.held[flow as usize].trains.pop_front() else {
                return;
            };
            if self.decide(train) {
                self.step_done(train);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Simulator, trace};
    use crate::observe::Observations;
    use proptest::prelude::*;

    /// Two ways from a junction to the same destination, over two passes an hour away.
    const WORLD: &str = r#"
        title = "two ways"
        [gauges.standard]
        width = "1435 mm"
        [places.o]
        [places.a]
        [places.z]
        [places.n.procedures.all]
        steps = ["PASS"]
        [places.s.procedures.all]
        steps = ["PASS"]
        [lines]
        oa = { between = ["o", "a"], running_time = "1 h", gauge = "standard" }
        an = { between = ["a", "n"], running_time = "TIME", gauge = "standard" }
        as = { between = ["a", "s"], running_time = "TIME", gauge = "standard" }
        nz = { between = ["n", "z"], running_time = "TIME", gauge = "standard" }
        sz = { between = ["s", "z"], running_time = "TIME", gauge = "standard" }
        [calendars.night]
        windows = [{ days = "daily", hours = ["00:00-08:00", "20:00-24:00"] }]
        [calendars.late]
        windows = [{ days = "daily", hours = ["00:00-08:00", "22:00-24:00"] }]
        [calendars.always]
        windows = [{ days = "daily", hours = "24h" }]
        [time]
        start = "2022-01-03 00:00"
        zone = "Asia/Shanghai"
    "#;

    /// Trains at these times from this place, with what the passes are and how trains choose.
    fn log(from: &str, at: &str, pass: &str, [north, south]: [&str; 2], choice: &str) -> String {
        let world = WORLD.replace("PASS", pass).replace("TIME", "1 h");
        trace::log(&format!(
            r#"
            {world}
            length = "1 day"
            [places.n.{pass}]
            {north}
            [places.s.{pass}]
            {south}
            [flows.f]
            from = "{from}"
            to = "z"
            routes.north.via = ["n"]
            routes.south.via = ["s"]
            {choice}
            departures.timetable = [{{ days = "daily", at = {at} }}]
            "#
        ))
    }

    /// From an origin an hour before the junction. The northern handover is closed from 08:00 to 20:00, and
    /// closed for more than 6 hours counts. Train 1 comes through the junction at 07:00, before, and has to wait.
    /// At 09:00 it is closed for 11 hours, at 10:00 for 10: train 2 goes south. At 13:30 it is closed for six and
    /// a half, so train 3 sets out for the south; at the junction it is only five and a half, and it turns north.
    #[test]
    fn a_train_turns_off_at_the_junction() {
        let calendars = ["calendar = 'night'", "calendar = 'always'"];
        let choice = "choice = 'divert'\ndivert_after = '6 h'";
        let log = log("o", "['06:00', '09:00', '13:30']", "exchange.west", calendars, choice);
        let expected = "f#1  oa>a  running  0 d 06:00 - 0 d 07:00\n\
                        f#1  an>n  running  0 d 07:00 - 0 d 08:00\n\
                        f#1  n  office_closed  0 d 08:00 - 0 d 20:00\n\
                        f#1  nz>z  running  0 d 20:00 - 0 d 21:00\n\
                        f#1  left 0 d 21:00\n\
                        f#2  oa>a  running  0 d 09:00 - 0 d 10:00\n\
                        f#2  as>s  running  0 d 10:00 - 0 d 11:00\n\
                        f#2  sz>z  running  0 d 11:00 - 0 d 12:00\n\
                        f#2  left 0 d 12:00\n\
                        f#3  oa>a  running  0 d 13:30 - 0 d 14:30\n\
                        f#3  an>n  running  0 d 14:30 - 0 d 15:30\n\
                        f#3  n  office_closed  0 d 15:30 - 0 d 20:00\n\
                        f#3  nz>z  running  0 d 20:00 - 0 d 21:00\n\
                        f#3  left 0 d 21:00";
        assert_eq!(log, expected);
    }

    /// At 09:00 the north is closed for 11 hours and the south for 13: the train is held. At 14:00 the north is
    /// closed for 6 hours and no longer, so the train goes and waits there for the rest.
    #[test]
    fn a_train_is_held_where_every_route_is_closed() {
        let calendars = ["calendar = 'night'", "calendar = 'late'"];
        let log = log(
            "a",
            "'09:00'",
            "exchange.west",
            calendars,
            "choice = 'divert'\ndivert_after = '6 h'",
        );
        let expected = "f#1  a  routes_closed  0 d 09:00 - 0 d 14:00\n\
                        f#1  an>n  running  0 d 14:00 - 0 d 15:00\n\
                        f#1  n  office_closed  0 d 15:00 - 0 d 20:00\n\
                        f#1  nz>z  running  0 d 20:00 - 0 d 21:00\n\
                        f#1  left 0 d 21:00";
        assert_eq!(log, expected);
    }

    /// Five hours between handovers in the north. Train 1 is handed over at 01:00; train 2 waits there from 01:30
    /// for 06:00, train 3 from 01:50 for 11:00. At 00:50 nobody waited yet; at 02:30 two do, more than one, so
    /// train 4 goes south. There it is the first; the preferred way is taken again by train 5 at 06:10, when only
    /// train 3 waits in the north, for 11:00; it follows at 16:00.
    #[test]
    fn a_long_queue_diverts() {
        let headways = ["headway = '5 h'", ""];
        let choice = "choice = 'divert'\ndivert_after = '6 h'\ndivert_above = 1";
        let at = "['00:00', '00:30', '00:50', '02:30', '06:10']";
        let log = log("a", at, "exchange.west", headways, choice);
        let expected = "f#1  an>n  running  0 d 00:00 - 0 d 01:00\n\
                        f#1  nz>z  running  0 d 01:00 - 0 d 02:00\n\
                        f#1  left 0 d 02:00\n\
                        f#2  an>n  running  0 d 00:30 - 0 d 01:30\n\
                        f#2  n  headway  0 d 01:30 - 0 d 06:00\n\
                        f#2  nz>z  running  0 d 06:00 - 0 d 07:00\n\
                        f#2  left 0 d 07:00\n\
                        f#3  an>n  running  0 d 00:50 - 0 d 01:50\n\
                        f#3  n  headway  0 d 01:50 - 0 d 11:00\n\
                        f#3  nz>z  running  0 d 11:00 - 0 d 12:00\n\
                        f#3  left 0 d 12:00\n\
                        f#4  as>s  running  0 d 02:30 - 0 d 03:30\n\
                        f#4  sz>z  running  0 d 03:30 - 0 d 04:30\n\
                        f#4  left 0 d 04:30\n\
                        f#5  an>n  running  0 d 06:10 - 0 d 07:10\n\
                        f#5  n  headway  0 d 07:10 - 0 d 16:00\n\
                        f#5  nz>z  running  0 d 16:00 - 0 d 17:00\n\
                        f#5  left 0 d 17:00";
        assert_eq!(log, expected);
    }

    /// One desk each, two hours a train. Train 1 finds both ways equal and takes the first. For train 2 the desk
    /// in the north owes 2 hours to train 1, who is taken to come half an hour from now and so has an hour and a
    /// half of them left when train 2 would come: south. Train 3 finds one train on either line: north again. At
    /// 03:20 train 3 has been at the northern desk since 03:00 and train 2 has left the southern: south.
    #[test]
    fn the_least_time_counts_who_is_on_the_way() {
        let desks = ["time = '2 h'", "time = '2 h'"];
        let at = "['00:00', '00:10', '00:20', '03:20']";
        let log = log("a", at, "clearance.c", desks, "choice = 'least_time'");
        let expected = "f#1  an>n  running  0 d 00:00 - 0 d 01:00\n\
                        f#1  n  clearance  0 d 01:00 - 0 d 03:00\n\
                        f#1  nz>z  running  0 d 03:00 - 0 d 04:00\n\
                        f#1  left 0 d 04:00\n\
                        f#2  as>s  running  0 d 00:10 - 0 d 01:10\n\
                        f#2  s  clearance  0 d 01:10 - 0 d 03:10\n\
                        f#2  sz>z  running  0 d 03:10 - 0 d 04:10\n\
                        f#2  left 0 d 04:10\n\
                        f#3  an>n  running  0 d 00:20 - 0 d 01:20\n\
                        f#3  n  desk_busy  0 d 01:20 - 0 d 03:00\n\
                        f#3  n  clearance  0 d 03:00 - 0 d 05:00\n\
                        f#3  nz>z  running  0 d 05:00 - 0 d 06:00\n\
                        f#3  left 0 d 06:00\n\
                        f#4  as>s  running  0 d 03:20 - 0 d 04:20\n\
                        f#4  s  clearance  0 d 04:20 - 0 d 06:20\n\
                        f#4  sz>z  running  0 d 06:20 - 0 d 07:20\n\
                        f#4  left 0 d 07:20";
        assert_eq!(log, expected);
    }

    /// The first 40 replications of two exponential desks behind a Poisson stream, seen by `read`.
    fn runs<T>(per_day: u32, means: [&str; 2], (choice, share): (&str, f64), read: impl Fn(&Observations) -> T) -> Vec<T> {
        let world = WORLD.replace("PASS", "clearance.c").replace("TIME", "1 min");
        let desk = |mean: &str| format!("time = {{ law = 'exponential', mean = '{mean}' }}");
        let text = format!(
            "{world}
            warm_up = '20 days'
            length = '200 days'
            [places.n.clearance.c]
            {}
            [places.s.clearance.c]
            {}
            [flows.f]
            from = 'a'
            to = 'z'
            routes.north = {{ via = ['n'], share = {share} }}
            routes.south = {{ via = ['s'] }}
            departures.rate = '{per_day}/day'
            choice = '{choice}'",
            desk(means[0]),
            desk(means[1])
        );
        let loaded = crate::scenario::parse(&text, "theory.toml").unwrap_or_else(|problems| panic!("{problems}"));
        let model = crate::model::compile(&loaded.scenario).expect("it can be run");
        let mut simulator = Simulator::new(&model);
        let mut one = |replication| {
            let (_, seen) = simulator.run(7, replication, false, u64::MAX).expect("every law holds");
            read(seen)
        };
        (1..=40).map(&mut one).collect()
    }

    /// Mean and half-width of the interval at level 0.995, so that two of them hold together at 0.99.
    fn interval(sample: &[f64]) -> (f64, f64) {
        let estimate = crate::stats::estimate(sample.iter().copied(), 0.995).expect("40 values");
        (estimate.mean, estimate.half_width.expect("40 values"))
    }

    /// Hours that each train waited for an office.
    #[allow(clippy::cast_precision_loss)]
    fn hours_waited(seen: &Observations, office: usize) -> f64 {
        let tally = &seen.offices[office];
        tally.waiting.area(seen.end) as f64 / 3_600_000.0 / f64::from(tally.served)
    }

    /// Shares of a Poisson stream are independent Poisson streams, so that each desk is M/M/1 with a mean wait of
    /// rho / (mu - lambda): 12 a day against 24 wait 1 h, 8 a day against 12 wait 4 h.
    #[test]
    fn shares_of_a_poisson_stream_are_poisson() {
        let waits = runs(20, ["60 min", "120 min"], ("shares", 0.6), |seen| {
            [hours_waited(seen, 0), hours_waited(seen, 1)]
        });
        for (desk, exact) in [1.0, 4.0].into_iter().enumerate() {
            let (mean, half_width) = interval(&waits.iter().map(|waits| waits[desk]).collect::<Vec<_>>());
            assert!((mean - exact).abs() < half_width, "{mean} +- {half_width} against {exact}");
            // A share of one half would give 0.71 h and 10 h.
            assert!(half_width < 0.2 * exact, "{half_width}");
        }
    }

    /// With two equal desks the least time is the shorter queue. At 36 a day against 24 a desk, trains that are
    /// shared out by halves wait as at M/M/1 with a load of three quarters, 3 h; joining the shorter queue waits much
    /// less, but no less than one queue for both desks, M/M/2 with rho^2 / (mu (1 - rho^2)) = 1.286 h. Arrivals and
    /// services of a train are the same in both, so the difference is taken in pairs.
    #[test]
    fn the_least_time_joins_the_shorter_queue() {
        let wait = |seen: &Observations| {
            let served = seen.offices.iter().map(|office| f64::from(office.served));
            let total: f64 = served.clone().zip(0..).map(|(served, i)| served * hours_waited(seen, i)).sum();
            total / served.sum::<f64>()
        };
        let shares = runs(36, ["60 min", "60 min"], ("shares", 0.5), wait);
        let shorter = runs(36, ["60 min", "60 min"], ("least_time", 0.5), wait);
        let (mean, half_width) = interval(&shorter);
        assert!(mean + half_width > 1.286 && mean - half_width < 2.0, "{mean} +- {half_width}");
        let saved: Vec<f64> = shares.iter().zip(&shorter).map(|(one, other)| one - other).collect();
        let (mean, half_width) = interval(&saved);
        assert!(mean - half_width > 1.0, "{mean} +- {half_width}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        /// Every train that decided was set on one route, whatever is closed and whoever waits.
        #[test]
        fn every_train_takes_one_route(opens in 0u32..12, hours in 1u32..12, after in 0u32..9, above in 0u32..4, rule in 0usize..4, seed in 0u64..1000) {
            let world = WORLD.replace("PASS", "exchange.west").replace("TIME", "1 h");
            let rule = ["fixed", "shares", "least_time", "divert"][rule];
            let text = format!(
                "{world}
                length = '5 days'
                [calendars.some]
                windows = [{{ days = 'daily', hours = '{opens:02}:00-{:02}:00' }}]
                [places.n.exchange.west]
                calendar = 'some'
                quota = '5/day'
                [places.s.exchange.west]
                calendar = 'late'
                headway = '3 h'
                [flows.f]
                from = 'o'
                to = 'z'
                routes.north = {{ via = ['n'], share = 0.5, preference = 2 }}
                routes.south = {{ via = ['s'] }}
                choice = '{rule}'
                divert_above = {above}
                divert_after = '{after} h'
                departures.rate = '12/day'",
                opens + hours
            );
            let loaded = crate::scenario::parse(&text, "routes.toml").unwrap_or_else(|problems| panic!("{problems}"));
            let model = crate::model::compile(&loaded.scenario).expect("it can be run");
            let mut simulator = Simulator::new(&model);
            let (_, seen) = simulator.run(seed, 1, false, 1_000_000).expect("every law holds");
            let decided: u32 = seen.routes.iter().map(|route| route.trains).sum();
            let run = seen.lanes.iter().zip(&model.lanes).filter(|(_, lane)| model.places[lane.from as usize].id == "a");
            let onward: u32 = run.map(|(lane, _)| lane.entered).sum();
            match rule {
                "fixed" => prop_assert_eq!(decided, 0),
                "shares" => prop_assert_eq!(decided, seen.flows[0].generated),
                _ => prop_assert_eq!(decided, onward),
            }
        }
    }
}
