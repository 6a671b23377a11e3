//! Ways against another search, on random networks in which many ways take the same time.

use std::fmt::Write;

use petgraph::algo::astar;
use petgraph::graph::{DiGraph, NodeIndex};
use proptest::prelude::*;

use super::*;
use crate::scenario;

/// A state on a way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State<'s> {
    place: &'s str,
    gauge: &'s str,
    /// Whether the procedure at the place is done.
    done: bool,
}

/// The same ways by the search of petgraph, over a graph of names made anew for every flow.
fn reference(scenario: &Scenario, flow_id: &str, flow: &Flow, via: &[Id]) -> Result<Route, RouteError> {
    let (graph, nodes) = states(scenario, flow_id, flow);
    let origin = Stop {
        place: flow.from.clone(),
        gauge: flow.gauge.clone(),
    };
    let mut at = nodes
        .get(&State {
            place: &flow.from,
            gauge: &flow.gauge,
            done: false,
        })
        .copied();
    let mut gauge = flow.gauge.as_str();
    let mut legs = Vec::new();
    let mut from = flow.from.as_str();
    for to in via.iter().chain([&flow.to]) {
        let no_way = || RouteError::NoWay {
            from: from.to_owned(),
            gauge: gauge.to_owned(),
            to: to.clone(),
        };
        let start = at.ok_or_else(no_way)?;
        let cost = |edge: petgraph::graph::EdgeReference<'_, Edge<'_>>| match edge.weight() {
            Edge::Line { time, .. } => *time,
            Edge::Procedure => Duration::ZERO,
        };
        let arrived = |node: NodeIndex| graph[node].place == to && !graph[node].done;
        let (_, path) = astar(&graph, start, arrived, |e| cost(e).0, |_| 0).ok_or_else(no_way)?;
        legs.extend(path.windows(2).filter_map(|pair| leg(&graph, pair[0], pair[1])));
        at = path.last().copied();
        from = to;
        gauge = at.map_or(gauge, |node| graph[node].gauge);
    }
    Ok(Route { origin, legs })
}

/// The quickest line from one state to the next; `None` where they are joined by a procedure.
fn leg(graph: &DiGraph<State<'_>, Edge<'_>>, from: NodeIndex, to: NodeIndex) -> Option<Leg> {
    let stop = Stop {
        place: graph[to].place.to_owned(),
        gauge: graph[to].gauge.to_owned(),
    };
    graph
        .edges_connecting(from, to)
        .filter_map(|edge| match *edge.weight() {
            Edge::Line { id, forward, time } => Some((time, id, forward)),
            Edge::Procedure => None,
        })
        .min()
        .map(|(_, id, forward)| Leg {
            line: id.to_owned(),
            forward,
            stop,
        })
}

#[derive(Clone, Debug)]
enum Edge<'s> {
    Line { id: &'s str, forward: bool, time: Duration },
    Procedure,
}

type States<'s> = (DiGraph<State<'s>, Edge<'s>>, BTreeMap<State<'s>, NodeIndex>);

fn states<'s>(scenario: &'s Scenario, flow_id: &str, flow: &Flow) -> States<'s> {
    let mut graph = DiGraph::new();
    let mut nodes = BTreeMap::new();
    for place in scenario.places.keys() {
        for gauge in scenario.gauges.keys() {
            for done in [false, true] {
                let state = State { place, gauge, done };
                nodes.insert(state.clone(), graph.add_node(state));
            }
        }
    }
    for (id, line) in &scenario.lines {
        let time = Duration::from_millis(line.running_time.mean());
        for (from, to, forward) in [(&line.between.0, &line.between.1, true), (&line.between.1, &line.between.0, false)] {
            let end = |place: &'s Id, done| {
                nodes.get(&State {
                    place,
                    gauge: &line.gauge,
                    done,
                })
            };
            if let (Some(a), Some(b)) = (end(from, true), end(to, false)) {
                graph.add_edge(*a, *b, Edge::Line { id, forward, time });
            }
        }
    }
    for (place, facts) in &scenario.places {
        for arrival in scenario.gauges.keys() {
            let procedures = Procedures {
                direction: &flow.direction,
                flow: flow_id,
            };
            let departure = gauge_after(facts, procedures, arrival);
            let end = |gauge, done| nodes.get(&State { place, gauge, done });
            if let Some((a, b)) = departure.and_then(|departure| Some((end(arrival, false)?, end(departure, true)?))) {
                graph.add_edge(*a, *b, Edge::Procedure);
            }
        }
    }
    (graph, nodes)
}

const PLACES: usize = 6;

/// What is done at a place: nothing, or a reloading for some flows.
const PROCEDURES: [&str; 6] = [
    "",
    "procedures.all.steps = ['reloading.up']",
    "procedures.all.steps = ['reloading.down']",
    "procedures.west = { direction = 'west', steps = ['reloading.up'] }",
    "procedures.f0 = { flows = ['f0'], steps = ['reloading.up'] }\nprocedures.all.steps = ['reloading.down']",
    "procedures.two = { flows = ['f1', 'f2'], steps = ['reloading.up', 'reloading.down'] }",
];

prop_compose! {
    fn random_network()(
        procedures in prop::collection::vec(prop_oneof![3 => Just(0), 2 => 1..PROCEDURES.len()], PLACES),
        ring in prop::collection::vec((any::<bool>(), 1..3), PLACES),
        lines in prop::collection::vec((0..PLACES, 1..PLACES, any::<bool>(), 1..3), 0..12),
        flows in prop::collection::vec((0..3_usize, 1..PLACES, any::<bool>(), any::<bool>(), 0..PLACES), 8),
    ) -> String {
        let gauge = |broad: bool| if broad { "broad" } else { "standard" };
        let mut text = "title = 'ways'
            time = { start = '2022-01-03 00:00', zone = 'UTC', length = '1 day' }
            gauges = { broad.width = '1520 mm', standard.width = '1435 mm' }\n".to_owned();
        for (place, procedure) in procedures.into_iter().enumerate() {
            let work = "berths = 1, lifting = '1 h'";
            write!(
                text,
                "[places.p{place}]
                reloading.up = {{ from_gauge = 'standard', to_gauge = 'broad', {work} }}
                reloading.down = {{ from_gauge = 'broad', to_gauge = 'standard', {work} }}
                {}\n",
                PROCEDURES[procedure]
            ).expect("a string takes everything");
        }
        // Places that no line joins are refused before any search.
        let ring = ring.into_iter().enumerate().map(|(from, (broad, hours))| (from, 1, broad, hours));
        for (line, (from, on, broad, hours)) in ring.chain(lines).enumerate() {
            let (to, gauge) = ((from + on) % PLACES, gauge(broad));
            writeln!(text, "[lines.l{line}]\nbetween = ['p{from}', 'p{to}']\ngauge = '{gauge}'\nrunning_time = '{hours} h'")
                .expect("a string takes everything");
        }
        for (flow, (from, on, broad, west, via)) in flows.into_iter().enumerate() {
            let (to, gauge, direction) = ((from + on) % PLACES, gauge(broad), if west { "west" } else { "east" });
            let via = if via == from || via == to { String::new() } else { format!("via = ['p{via}']\n") };
            writeln!(
                text,
                "[flows.f{flow}]\nfrom = 'p{from}'\nto = 'p{to}'\ngauge = '{gauge}'\ndirection = '{direction}'\n{via}departures.rate = '1/day'"
            )
            .expect("a string takes everything");
        }
        text
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ways_are_those_of_another_search(text in random_network()) {
        let loaded = scenario::parse(&text, "ways.toml").map_err(|problems| TestCaseError::fail(problems.to_string()))?;
        let scenario = &loaded.scenario;
        let mut network = Network::new(scenario);
        for (id, flow) in &scenario.flows {
            prop_assert_eq!(network.route(id, flow, &flow.via), reference(scenario, id, flow, &flow.via));
        }
    }
}
