//! Trains that can never go on: the run ends at once, and says who holds what and waits for whom.
//!
//! A train that waits for another train to give something back (a track, room on a line, a berth, wagons) can go on if
//! some train that holds it can. Whoever is served, runs, or waits for time alone (an office, a headway, a quota, boxes)
//! can go on by itself. The least set of trains closed under this is that of the living; whatever the living give back,
//! the others get nothing of it, so these are dead: Holt (1972), Some Deadlock Properties of Computer Systems, ACM Computing
//! Surveys 4(3), 179-196, reduces the same graph the same way. The reduction is exact in saying "dead"; whoever it says
//! lives may still lock up later, and is then found.
//!
//! The search begins with a train that has come to wait for an element that is part of a circle of possible waits
//! ([`crate::model::circular_waits`]); in a network without one it never begins. It ends at the first holder that
//! goes on by itself, nearly always at once.

use super::simulator::{Stall, StalledTrain};
use super::state::State;
use super::train::{Phase, Track};
use crate::model::{Effect, Element, Step, Target, Waits, brought, ways};

/// What is remembered between searches, and what one search needs.
#[derive(Clone, Debug, Default)]
pub(super) struct StallWatch {
    suspects: Vec<u32>,
    /// Of each train, what it waits for; `None` where it goes on by itself or is known to live.
    wants: Vec<Option<Element>>,
    /// Of each element, what is known of it.
    elements: Vec<Known>,
    /// What was found.
    pub(super) stall: Option<Box<Stall>>,
}

/// What a search knows of an element.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// Trains that hold it.
    holders: u32,
    /// Whether one of them lives, or it will be there without them.
    lives: bool,
    /// Whether a train that is not known to live waits for it.
    wanted: bool,
}

impl StallWatch {
    pub(super) fn reset(&mut self) {
        self.suspects.clear();
        self.stall = None;
    }

    /// A train has come to wait for another.
    #[inline]
    pub(super) fn suspect(&mut self, train: u32) {
        self.suspects.push(train);
    }
}

impl State<'_> {
    /// Whether those that have come to wait since the last search can ever go on.
    pub(super) fn look_for_stall(&mut self) {
        if self.watch.suspects.is_empty() {
            return;
        }
        let mut suspects = std::mem::take(&mut self.watch.suspects);
        let is_grave = suspects.iter().any(|train| self.may_be_dead(*train));
        suspects.clear();
        self.watch.suspects = suspects;
        if is_grave {
            self.search_for_stall();
        }
    }

    /// Nothing is pending any more: whoever is inside, and neither a train still being filled nor a vehicle that waits for
    /// boxes, is so for ever.
    pub(super) fn look_for_end(&mut self) {
        self.settle_waits();
        let inside: Vec<u32> = self
            .trains_inside()
            .filter(|train| !matches!(self.fleet[*train].phase, Phase::Filling | Phase::AwaitsBoxes))
            .collect();
        if !inside.is_empty() && self.watch.stall.is_none() {
            self.stalled(&inside);
        }
    }

    /// Whether a train waits for an element of a circle, and no holder of it goes on by itself.
    fn may_be_dead(&self, train: u32) -> bool {
        let Some(wanted) = self.wanted(train) else { return false };
        self.model.in_circles[wanted.index(self.model)]
            && !self
                .trains_inside()
                .any(|holder| self.wanted(holder).is_none() && self.held(holder).contains(&Some(wanted)))
    }

    fn trains_inside(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.fleet.slots() as u32).filter(|train| self.fleet[*train].inside)
    }

    /// The element for which a train waits until another gives it back; none where it does not wait for a train.
    fn wanted(&self, train: u32) -> Option<Element> {
        let t = &self.fleet[train];
        if !t.inside || !t.time.activity().is_for_a_train() {
            return None;
        }
        let wagons = |yard: u32| self.model.yards[yard as usize].pool.map(Element::Wagons);
        match self.step_of(train) {
            Step::Form(yard) => Some(Element::Track(yard)),
            Step::Regroup(group) => Some(Element::Track(self.model.groups[group as usize].yard)),
            Step::TakeWagons(pool) => Some(Element::Wagons(pool)),
            Step::Reload(terminal) => match t.phase {
                Phase::WantsWagons => wagons(self.model.terminals[terminal as usize].to_yard),
                Phase::WantsDepartureTrack => Some(Element::Track(self.model.terminals[terminal as usize].to_yard)),
                _ => Some(Element::Berth(terminal)),
            },
            Step::Run(lane, yard) => match t.phase {
                Phase::WantsTrack | Phase::WantsTrackKept => Some(Element::Track(yard)),
                // It goes when the first on the line has gone.
                Phase::AtLineEnd => self.plant.lanes[lane as usize].first().and_then(|first| self.wanted_at_end(first)),
                _ => Some(Element::room(self.model, lane)),
            },
            _ => None,
        }
    }

    fn wanted_at_end(&self, train: u32) -> Option<Element> {
        (self.fleet[train].phase == Phase::WantsTrack).then(|| self.wanted(train))?
    }

    /// What a train holds that others can wait for.
    fn held(&self, train: u32) -> [Option<Element>; 2] {
        let t = &self.fleet[train];
        let track = t.track.yard().or_else(|| self.kept_track(train)).map(Element::Track);
        // Whoever stands on no track is on a line or in a berth, or is being filled.
        let other = match self.step_of(train) {
            Step::Run(lane, _) if t.track == Track::NONE || matches!(t.phase, Phase::Running | Phase::InSection) => {
                Some(Element::room(self.model, lane))
            }
            Step::Reload(terminal) if t.track == Track::NONE => Some(Element::Berth(terminal)),
            _ => None,
        };
        [track, other]
    }

    /// Looks through all trains for such as can never go on.
    pub(super) fn search_for_stall(&mut self) {
        if self.model.in_circles.is_empty() {
            return;
        }
        let mut watch = std::mem::take(&mut self.watch);
        watch.elements.clear();
        watch.elements.resize(Element::count(self.model), Known::default());
        watch.wants.clear();
        watch.wants.extend((0..self.fleet.slots() as u32).map(|train| self.wanted(train)));
        for train in self.trains_inside() {
            for element in self.held(train).into_iter().flatten() {
                watch.elements[element.index(self.model)].holders += 1;
            }
        }
        self.count_on_time(&mut watch.elements);
        while self.spread_life(&mut watch) {}
        let dead: Vec<u32> = self
            .trains_inside()
            .filter(|train| watch.wants[*train as usize].is_some())
            .collect();
        self.watch = watch;
        if !dead.is_empty() {
            self.stalled(&dead);
        }
    }

    /// Elements that come by time, whatever trains do.
    fn count_on_time(&self, elements: &mut [Known]) {
        let model = self.model;
        for (terminal, state) in (0..).zip(&self.plant.terminals) {
            elements[Element::Berth(terminal).index(model)].lives |= state.can_grow();
        }
        for single in &model.single_lines {
            if single.sections.clone().any(|section| self.sections[section as usize].is_timed()) {
                elements[Element::room(model, single.lanes[0]).index(model)].lives = true;
            }
        }
        for (target, effect) in self.effects_to_come() {
            match (target, effect) {
                (Target::Terminal(ix), Effect::Number(_)) => elements[Element::Berth(ix).index(model)].lives = true,
                (Target::Yard(ix), Effect::Number(_)) => elements[Element::Track(ix).index(model)].lives = true,
                _ => {}
            }
        }
        for (pool, facts) in (0..).zip(&model.pools) {
            elements[Element::Wagons(pool).index(model)].lives |= facts.cycle.is_some();
        }
    }

    /// One round: elements live by their holders, trains by what they wait for. Whether anything came to live.
    fn spread_life(&self, watch: &mut StallWatch) -> bool {
        let model = self.model;
        let StallWatch { wants, elements, .. } = watch;
        for known in elements.iter_mut() {
            known.wanted = false;
        }
        for train in self.trains_inside() {
            match wants[train as usize] {
                Some(wanted) => elements[wanted.index(model)].wanted = true,
                None => {
                    for element in self.held(train).into_iter().flatten() {
                        elements[element.index(model)].lives = true;
                    }
                }
            }
        }
        for pool in 0..model.pools.len() as u32 {
            let at = Element::Wagons(pool).index(model);
            elements[at].lives = elements[at].lives || self.wagons_may_come(pool, wants, elements);
        }
        let mut spread = false;
        for train in self.trains_inside() {
            let Some(wanted) = wants[train as usize] else { continue };
            let known = elements[wanted.index(model)];
            // What nobody holds but the train itself is not what keeps it.
            let others = known.holders - u32::from(self.held(train).contains(&Some(wanted)));
            let is_there = others == 0 && !matches!(wanted, Element::Wagons(_));
            if known.lives || is_there {
                wants[train as usize] = None;
                spread = true;
            }
        }
        spread
    }

    /// Whether a train inside or one still to come can bring wagons to a stock.
    fn wagons_may_come(&self, pool: u32, wants: &[Option<Element>], elements: &[Known]) -> bool {
        let flows = &self.model.flows;
        let mut inside = self.trains_inside().filter(|train| wants[*train as usize].is_none());
        let goes_on = |flow: usize| self.sources[flow].goes_on() || self.may_surge(flow as u32);
        let mut sources = flows.iter().enumerate().filter(|(flow, _)| goes_on(*flow));
        let brings = |program: &[Step]| self.brings_from(pool, program, elements);
        inside.any(|train| {
            let t = &self.fleet[train];
            let routes = &flows[t.flow as usize].routes;
            self.open_to(train)
                .any(|route| brings(&routes[route as usize].program[self.step_at(train).nth as usize..]))
        }) || sources.any(|(_, flow)| flow.routes.iter().any(|route| brings(&route.program)))
    }

    /// Whether a train with these steps before it comes to bring wagons, past nothing that is not known to live.
    fn brings_from(&self, pool: u32, steps: &[Step], elements: &[Known]) -> bool {
        for step in steps {
            if brought(self.model, *step).contains(&pool) {
                return true;
            }
            let ways = ways(self.model, *step);
            let can_pass = |way: &Vec<Option<Element>>| {
                way.iter().flatten().all(|element| {
                    let known = elements[element.index(self.model)];
                    known.lives || !known.wanted
                })
            };
            if !ways.is_empty() && !ways.iter().any(can_pass) {
                return false;
            }
        }
        false
    }

    /// These trains can never go on.
    fn stalled(&mut self, dead: &[u32]) {
        let mut waits = Waits::default();
        for train in dead {
            let Some(wanted) = self.wanted(*train) else { continue };
            let first = matches!(self.fleet[*train].phase, Phase::AtLineEnd);
            for held in self.held(*train).into_iter().flatten().filter(|_| !first) {
                waits.add(held, wanted, *train);
            }
            // Who would bring wagons holds them, as it were.
            for pool in self.would_bring(*train) {
                waits.add(Element::Wagons(pool), wanted, *train);
            }
        }
        let circle = waits.smallest_circle().unwrap_or_default();
        self.watch.stall = Some(Box::new(Stall {
            at: self.stage.now,
            circle: circle
                .into_iter()
                .map(|(element, train)| (element, self.stalled_train(train)))
                .collect(),
            waiting: dead.iter().map(|train| self.stalled_train(*train)).collect(),
        }));
    }

    fn would_bring(&self, train: u32) -> Vec<u32> {
        let t = &self.fleet[train];
        let ahead = &self.model.flows[t.flow as usize].routes[t.route as usize].program[self.step_at(train).nth as usize..];
        let mut pools: Vec<u32> = ahead.iter().flat_map(|step| brought(self.model, *step)).collect();
        // Whoever waits in a berth has brought its own.
        if t.track == Track::NONE && matches!(self.step_of(train), Step::Reload(_)) {
            let done = brought(self.model, self.step_of(train)).len();
            pools.drain(..done);
        }
        pools
    }

    fn stalled_train(&self, train: u32) -> StalledTrain {
        let t = &self.fleet[train];
        StalledTrain {
            flow: t.flow,
            number: t.number,
            location: t.time.location(),
            cause: t.time.activity(),
            wants: self.wanted(train),
            since: t.time.since,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::simulator::{Ended, Stall};
    use super::super::trace::{run, with_model};
    use crate::observe::Activity;
    use crate::units::{HOUR, Instant, MINUTE};

    fn stall(toml: &str) -> Stall {
        match run(toml) {
            (Ended::Stalled(stall), _) => *stall,
            (ended, log) => panic!("{ended:?}\n{}", log.join("\n")),
        }
    }

    /// Each link of the circle as `flow#number holds`, in the order of waiting, begun at the name that sorts first.
    fn circle(toml: &str) -> Vec<String> {
        let stall = stall(toml);
        let mut links: Vec<String> = with_model(toml, |model| {
            let links = stall.circle.iter();
            links
                .map(|(held, train)| format!("{}#{} {}", model.flows[train.flow as usize].id, train.number, held.name(model)))
                .collect()
        });
        let first = (0..links.len()).min_by_key(|i| links[*i].clone()).unwrap_or(0);
        links.rotate_left(first);
        links
    }

    /// Two places with so many tracks each, an hour apart, and room for one train each way.
    fn two_ways(tracks_at_b: u32, elsewhere: &str) -> String {
        format!(
            r#"
            title = "two ways"
            time = {{ start = "2022-01-03 00:00", zone = "Asia/Shanghai", length = "1 day" }}
            gauges.g.width = "1435 mm"
            places.a.tracks.g = 1
            places.b.tracks.g = {tracks_at_b}
            lines.l = {{ between = ["a", "b"], gauge = "g", running_time = "1 h", room = 1 }}
            flows.east = {{ from = "a", to = "b", departures.timetable = [{{ days = "mon", at = ["01:00", "01:10"] }}] }}
            flows.west = {{ from = "b", to = "a", departures.timetable = [{{ days = "mon", at = ["01:00", "01:10"] }}] }}
            {elsewhere}
            "#
        )
    }

    /// At 01:00 the first trains enter the line; at 01:10 the second ones take the only tracks and wait for room. At 02:00
    /// the first ones are at the ends and want those tracks: `east#1`, handled first, may still hope that `west#1` runs on
    /// into a; with `west#1` the circle is closed.
    #[test]
    fn a_circle_of_four_ends_the_run_when_it_closes() {
        let toml = two_ways(1, "");
        let found = stall(&toml);
        assert_eq!((found.at, found.waiting.len()), (Instant(2 * HOUR), 4));
        assert_eq!(
            circle(&toml),
            [
                "east#1 room on l to b",
                "west#2 g tracks of b",
                "west#1 room on l to a",
                "east#2 g tracks of a"
            ]
        );
    }

    /// It ends at once though trains elsewhere run on, and these are not among those that can never go on.
    #[test]
    fn trains_elsewhere_do_not_hide_it() {
        let toml = two_ways(
            1,
            r#"
            places.c = {}
            places.d = {}
            lines.m = { between = ["c", "d"], gauge = "g", running_time = "7 h" }
            flows.north = { from = "c", to = "d", departures.timetable = [{ days = "mon", at = ["00:30", "12:00"] }] }
            "#,
        );
        let found = stall(&toml);
        assert_eq!((found.at, found.waiting.len()), (Instant(2 * HOUR), 4));
    }

    /// One track more, and `east#1` gets it: everything runs out.
    #[test]
    fn one_track_more_and_it_finishes() {
        let (ended, log) = run(&two_ways(2, ""));
        assert_eq!(ended, Ended::Finished);
        assert_eq!(log.iter().filter(|line| line.contains("left")).count(), 4, "{}", log.join("\n"));
    }

    /// With three trains each way, the third waits at its origin for a track, and is as dead as the rest.
    #[test]
    fn those_behind_are_counted() {
        let toml = two_ways(1, "").replace("\"01:10\"", "\"01:10\", \"01:20\"");
        let found = stall(&toml);
        assert_eq!((found.circle.len(), found.waiting.len()), (4, 6));
    }

    const WAGONS: &str = r#"
        title = "wagons"
        time = { start = "2022-01-03 00:00", zone = "Asia/Shanghai", length = "2 days" }
        gauges.g.width = "1520 mm"
        places.far = {}
        [places.port]
        tracks.g = 1
        [places.port.wagons.g]
        stock = 1
        returns = "with trains"
        [lines.l]
        between = ["far", "port"]
        gauge = "g"
        running_time = "1 h"
        [flows.out]
        from = "port"
        to = "far"
        boxes = 1
        departures.timetable = [{ days = "mon", at = ["01:00", "02:00"] }]
    "#;

    /// `out#1` takes the only wagon at 01:00; `out#2` stands on the only track from 02:00 and waits for one. `in#1` would
    /// bring it at 03:30, and waits for the track.
    #[test]
    fn wagons_that_cannot_come_in() {
        let toml = format!(
            "{WAGONS}\n[flows.in]\nfrom = \"far\"\nto = \"port\"\nboxes = 1\ndepartures.timetable = [{{ days = \"mon\", at = [\"02:30\"] }}]"
        );
        assert_eq!(stall(&toml).at, Instant(3 * HOUR + 30 * MINUTE));
        assert_eq!(circle(&toml), ["in#1 g wagons of port", "out#2 g tracks of port"]);
        // A second track lets it in.
        let (ended, _) = run(&toml.replace("tracks.g = 1", "tracks.g = 2"));
        assert_eq!(ended, Ended::Finished);
    }

    /// Nobody ever brings wagons: `out#2` waits for them from 02:00 on, and when `out#1` is through, at 02:00, that is all.
    #[test]
    fn nothing_pending() {
        let found = stall(WAGONS);
        assert_eq!((found.circle.len(), found.waiting.len()), (0, 1));
        assert_eq!(found.at, Instant(2 * HOUR));
    }

    /// Trains that pass through bring none either. The first two come to stand on the line, since the only track is taken; the second
    /// enters it at 02:10, when the headway lets it, and from then on those behind it wait for room.
    #[test]
    fn those_at_an_entry_are_told_since_when_it_is_full() {
        let through = r#"
            [places.beyond]
            [lines.m]
            between = ["port", "beyond"]
            gauge = "g"
            running_time = "1 h"
            [flows.through]
            from = "far"
            to = "beyond"
            departures.timetable = [{ days = "mon", at = ["02:00", "02:05", "02:06", "02:08"] }]
        "#;
        let on_line = "room = 2\nheadway = \"10 min\"\nrunning_time";
        let found = stall(&(WAGONS.replace("running_time", on_line) + through));
        let at_entry: Vec<(u32, Instant)> = found
            .waiting
            .iter()
            .filter(|train| train.cause == Activity::LineFull)
            .map(|train| (train.number, train.since))
            .collect();
        let full_at = Instant(2 * HOUR + 10 * MINUTE);
        assert_eq!(at_entry, [(3, full_at), (4, full_at)]);
    }

    /// Trains that wait for hours, for a quota or for boxes are no stall, though nothing happens in between.
    #[test]
    fn waiting_for_time_is_no_stall() {
        let toml = r#"
            title = "night"
            time = { start = "2022-01-03 00:00", zone = "Asia/Shanghai", length = "2 days" }
            gauges.g.width = "1435 mm"
            calendars.morning = { windows = [{ days = "sun", hours = "08:00-09:00" }] }
            [places.pass.clearance.customs]
            time = "1 h"
            calendar = "morning"
            [places.pass.procedures.all]
            steps = ["clearance.customs"]
            [flows.f]
            from = "pass"
            to = "pass"
            departures.timetable = [{ days = "mon", at = ["06:00"] }]
        "#;
        let (ended, log) = run(toml);
        assert_eq!((ended, log.len()), (Ended::Finished, 1), "{}", log.join("\n"));
    }
}
