//! The ways of a flow, compiled: a program of steps for each, with the decisions between them.

use std::collections::BTreeSet;

use super::compile::{Compiler, ModelProblem, index};
use super::facilities::Steps;
use super::{Drawn, Step, YardIx};
use crate::network::{Route, Stop};
use crate::scenario::{self, Alternative, FacilityKind, Flow, Id};
use crate::units::Duration;

/// A way that trains of a flow take.
#[derive(Clone, Debug)]
pub struct RouteModel {
    /// The id; empty where the flow has only one way.
    pub id: String,
    /// For people.
    pub name: String,
    /// What its trains do, from first to last.
    pub program: Vec<Step>,
    /// For each route of the flow, how many steps from the first both have in common.
    pub shared: Vec<u32>,
    /// The step of the last decision; `None` where none is taken on the way.
    pub last_decision: Option<u32>,
    /// Sites whose queues are watched.
    pub watch: Vec<u32>,
}

/// How the trains of a flow choose among its routes.
#[derive(Clone, Debug)]
pub enum RouteChoice {
    /// There is one.
    Fixed,
    /// By chance, up to which share for each route in turn.
    Shares {
        /// Uniform between 0 and 1.
        chance: Drawn,
        /// The share of each route and of those before it.
        up_to: Vec<f64>,
    },
    /// The one on which a train is expected to arrive first.
    LeastTime,
    /// The first that is neither closed nor crowded.
    Divert {
        /// The most trains waiting at the watched places.
        above: u32,
        /// What is closed for longer than this counts as closed.
        after: Duration,
    },
}

/// A way as the scenario states it, and the route found for it.
struct Way<'s> {
    id: &'s str,
    stated: Option<&'s Alternative>,
    route: Route,
    program: Vec<Step>,
}

impl<'s> Compiler<'s> {
    /// The routes of a flow, the preferred first, and how its trains choose; `None` where there is a problem.
    pub(super) fn routes(&mut self, id: &str, flow: &'s Flow, steps: &[Steps]) -> Option<(Vec<RouteModel>, RouteChoice)> {
        let mut ways = self.ways(id, flow, steps)?;
        ways.sort_by_key(|way| way.stated.map(|stated| stated.preference));
        if ways.len() < 2 || flow.choice == scenario::RouteChoice::Fixed {
            ways.truncate(1);
        }
        let watched: Vec<Vec<u32>> = ways.iter().map(|way| self.watched(way, &ways)).collect();
        let decides = matches!(flow.choice, scenario::RouteChoice::LeastTime | scenario::RouteChoice::Divert { .. }) && ways.len() > 1;
        let choice = self.choice(id, flow, &ways);
        let programs: Vec<&[Step]> = ways.iter().map(|way| &way.program[..]).collect();
        let routes = ways.iter().zip(watched).enumerate().map(|(i, (way, watch))| {
            let (program, shared) = with_decisions(&programs, i, decides);
            let last_decision = program.iter().rposition(|step| *step == Step::Decide).map(index);
            RouteModel {
                id: way.stated.map_or("", |_| way.id).to_owned(),
                name: way.stated.map_or("", |stated| &stated.name).to_owned(),
                program,
                shared,
                last_decision,
                watch,
            }
        });
        Some((routes.collect(), choice))
    }

    fn ways(&mut self, id: &str, flow: &'s Flow, steps: &[Steps]) -> Option<Vec<Way<'s>>> {
        let before = self.problems.len();
        let stated = flow.routes.iter().map(|(id, way)| (id.as_str(), Some(way), &way.via[..]));
        let only = flow.routes.is_empty().then_some(("", None, &flow.via[..]));
        let mut ways: Vec<Way<'s>> = Vec::new();
        for (way, stated, via) in stated.chain(only) {
            let Some(route) = self.found(id, flow, via) else { continue };
            let program = self.program(id, flow, &route, steps);
            let on_way = |place: &Id| passed(&route).any(|stop| stop.place == *place);
            for place in stated.iter().flat_map(|s| &s.watch).filter(|place| !on_way(place)) {
                self.problems.push(ModelProblem::WatchesElsewhere {
                    flow: id.to_owned(),
                    route: way.to_owned(),
                    place: place.clone(),
                });
            }
            if let Some(same) = ways.iter().find(|other| other.program == program) {
                self.problems.push(ModelProblem::SameWay {
                    flow: id.to_owned(),
                    one: same.id.to_owned(),
                    other: way.to_owned(),
                });
            }
            ways.push(Way {
                id: way,
                stated,
                route,
                program,
            });
        }
        (self.problems.len() == before).then_some(ways)
    }

    /// A way that passes no place twice.
    fn found(&mut self, id: &str, flow: &'s Flow, via: &[Id]) -> Option<Route> {
        let route = match self.network.route(id, flow, via) {
            Ok(route) => route,
            Err(error) => {
                self.problems.push(ModelProblem::NoRoute {
                    flow: id.to_owned(),
                    error,
                });
                return None;
            }
        };
        let mut seen = BTreeSet::new();
        if let Some(stop) = passed(&route).find(|stop| !seen.insert(stop.place.as_str())) {
            self.problems.push(ModelProblem::Loop {
                flow: id.to_owned(),
                place: stop.place.clone(),
            });
            return None;
        }
        Some(route)
    }

    fn yard(&self, stop: &Stop) -> YardIx {
        self.yard_ix(self.place_ix(&stop.place), &stop.gauge)
    }

    fn program(&self, id: &str, flow: &Flow, route: &Route, steps: &[Steps]) -> Vec<Step> {
        let procedure = |stop: &Stop| {
            let here = &steps[self.places[stop.place.as_str()] as usize];
            let place = &self.scenario.places[&stop.place];
            let written = place.procedure_of(id, &flow.direction).map_or(&[][..], |(_, p)| &p.steps[..]);
            let step = |step: &scenario::StepRef| {
                let found = here.get(&(step.kind, step.id.clone())).copied()?;
                if let (FacilityKind::Transloading, Step::Unload(yard)) = (step.kind, found) {
                    let outlets = &place.transloading.get(&step.id)?.outlets;
                    let loads = outlets.values().position(|outlet| outlet.flow == id);
                    return Some(loads.map_or(found, |outlet| Step::Load(yard, index(outlet))));
                }
                Some(found)
            };
            written.iter().filter_map(step).collect::<Vec<Step>>()
        };
        let origin = self.yard(&route.origin);
        let mut program = vec![Step::Form(origin)];
        program.extend(self.model.yards[origin as usize].pool.map(Step::TakeWagons));
        program.extend(procedure(&route.origin));
        for leg in &route.legs {
            program.push(Step::Run(self.lanes[&(leg.line.as_str(), leg.forward)], self.yard(&leg.stop)));
            program.extend(procedure(&leg.stop));
        }
        program.extend(self.brings(self.model.yard_before(&program)).map(Step::BringWagons));
        program.push(Step::Leave);
        program
    }

    /// The places of a way whose queues are watched: those named, or else those that not every way passes.
    fn watched(&self, way: &Way<'_>, ways: &[Way<'_>]) -> Vec<u32> {
        let named = way.stated.map_or(&[][..], |stated| &stated.watch[..]);
        let everywhere = |place: &Id| ways.iter().all(|way| passed(&way.route).any(|stop| stop.place == *place));
        let own = passed(&way.route).map(|stop| &stop.place).filter(|place| !everywhere(place));
        let watched: Vec<&Id> = if named.is_empty() { own.collect() } else { named.iter().collect() };
        watched.into_iter().map(|place| self.places[place.as_str()]).collect()
    }

    fn choice(&mut self, id: &str, flow: &Flow, ways: &[Way<'_>]) -> RouteChoice {
        match flow.choice {
            _ if ways.len() < 2 => RouteChoice::Fixed,
            scenario::RouteChoice::Fixed => RouteChoice::Fixed,
            scenario::RouteChoice::Shares => {
                let shares = ways
                    .iter()
                    .map(|way| way.stated.and_then(|stated| stated.share).unwrap_or_default());
                let up_to = shares.scan(0.0, |sum, share| {
                    *sum += share;
                    Some(*sum)
                });
                RouteChoice::Shares {
                    up_to: up_to.collect(),
                    chance: self.chance(&format!("flows.{id}.routes")),
                }
            }
            scenario::RouteChoice::LeastTime => RouteChoice::LeastTime,
            scenario::RouteChoice::Divert { above, after } => RouteChoice::Divert {
                above: above.unwrap_or(u32::MAX),
                after,
            },
        }
    }
}

/// The places of a way, first to last.
fn passed(route: &Route) -> impl Iterator<Item = &Stop> {
    std::iter::once(&route.origin).chain(route.legs.iter().map(|leg| &leg.stop))
}

/// The program of one of several ways with its decisions: one before the train runs from its origin, and one
/// wherever another way that was the same up to there parts from it. With how many steps it then shares with
/// each. Ways that are the same up to a step have the same decisions up to there, so a train that changes
/// from one to another is at the same step of both.
fn with_decisions(programs: &[&[Step]], own: usize, decides: bool) -> (Vec<Step>, Vec<u32>) {
    let program = programs[own];
    let common = |other: &[Step]| program.iter().zip(other).take_while(|(a, b)| a == b).count();
    let common: Vec<usize> = programs.iter().map(|other| common(other)).collect();
    let mut points = BTreeSet::new();
    if decides {
        points.extend(program.iter().position(|step| matches!(step, Step::Run(..))));
        points.extend(common.iter().enumerate().filter(|(i, _)| *i != own).map(|(_, n)| *n));
    }
    let mut with = Vec::with_capacity(program.len() + points.len());
    for (i, step) in program.iter().enumerate() {
        if points.contains(&i) {
            with.push(Step::Decide);
        }
        with.push(*step);
    }
    let shared = common.iter().map(|n| index(n + points.range(..=n).count()));
    (with, shared.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_stand_where_ways_part() {
        let (form, leave) = (Step::Form(0), Step::Leave);
        let run = |lane| Step::Run(lane, 0);
        let ways: [&[Step]; 3] = [
            &[form, run(0), run(1), run(2), leave],
            &[form, run(0), run(1), run(3), leave],
            &[form, run(0), run(4), leave],
        ];
        let (first, shared) = with_decisions(&ways, 0, true);
        let decide = Step::Decide;
        assert_eq!(first, [form, decide, run(0), decide, run(1), decide, run(2), leave]);
        assert_eq!(shared, [8, 6, 4]);
        let (third, shared) = with_decisions(&ways, 2, true);
        assert_eq!(third, [form, decide, run(0), decide, run(4), leave]);
        assert_eq!(shared, [4, 4, 6]);
        assert_eq!(with_decisions(&ways, 2, false).0, ways[2]);
    }

    /// What is wrong with the ways of one flow between `a` and `b`, over `n` or `s`.
    fn refused(flow: &str) -> Vec<(String, String)> {
        let text = format!(
            "title = 'ways'
            time = {{ start = '2022-01-03 00:00', zone = 'Asia/Shanghai', length = '1 day' }}
            gauges.g.width = '1435 mm'
            [places]
            a = {{}}
            b.clearance.c.time = '1 h'
            n.handling.h.time = '1 h'
            s = {{}}
            [lines]
            an = {{ between = ['a', 'n'], gauge = 'g', running_time = '1 h' }}
            nb = {{ between = ['n', 'b'], gauge = 'g', running_time = '1 h' }}
            as = {{ between = ['a', 's'], gauge = 'g', running_time = '2 h' }}
            sb = {{ between = ['s', 'b'], gauge = 'g', running_time = '2 h' }}
            [flows.f]
            from = 'a'
            to = 'b'
            departures.rate = '1/day'
            {flow}"
        );
        let loaded = scenario::parse(&text, "ways.toml").unwrap_or_else(|problems| panic!("{problems}"));
        let problems = super::super::compile(&loaded.scenario).expect_err("it cannot be run");
        problems.iter().map(|problem| (problem.key(), problem.to_string())).collect()
    }

    #[test]
    fn ways_that_cannot_be() {
        let of = |key: &str, problem: &str| vec![(key.to_owned(), problem.to_owned())];
        assert_eq!(
            refused("choice = 'least_time'\nroutes.short = {}\nroutes.north.via = ['n']"),
            of(
                "flows.f.routes.short",
                "routes \"north\" and \"short\" of flow \"f\" are the same way"
            )
        );
        assert_eq!(
            refused("choice = 'fixed'\nroutes.short.watch = 's'\nroutes.south.via = ['s']"),
            of(
                "flows.f.routes.short.watch",
                "route \"short\" of flow \"f\" watches \"s\", which is not on its way"
            )
        );
        assert_eq!(
            refused("choice = 'fixed'\nroutes.short = {}\nroutes.back.via = ['n', 'a']"),
            of("flows.f", "flow \"f\" passes \"a\" twice")
        );
        assert_eq!(
            refused("[flows.g]\nfrom = 'a'\nto = 'b'\ndepartures = { appointments = '3/day', at = 'b.clearance.c' }"),
            of(
                "flows.g.departures.at",
                "flow \"g\" has appointments at \"b.clearance.c\", which is not a step on its way"
            )
        );
    }
}
