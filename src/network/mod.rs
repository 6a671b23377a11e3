//! The network as a graph, and the ways of trains through it.
//!
//! A train changes its gauge where its procedure reloads it, so a way is searched over states (place,
//! gauge, before or after the procedure): a line joins the states of its gauge, a procedure joins the
//! state before it to the state after it.

use std::collections::BTreeMap;

use petgraph::algo::astar;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::scenario::{Flow, Id, Place, Scenario};
use crate::units::Duration;

/// A train's way: the places it passes and the lines between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The origin with the gauge after its procedure there, then each line with what follows it.
    pub origin: Stop,
    /// The lines in order.
    pub legs: Vec<Leg>,
}

/// A line on a way, and the place at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The id of the line.
    pub line: Id,
    /// Whether it is run from its first place to its second.
    pub forward: bool,
    /// The place at its end.
    pub stop: Stop,
}

/// A place on a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The id of the place.
    pub place: Id,
    /// The gauge on which the train arrives.
    pub gauge: Id,
}

/// Why there is no way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// No chain of lines and reloadings leads from one place to the other.
    #[error("no way leads from {from:?} on gauge {gauge:?} to {to:?}")]
    NoWay {
        /// Where it would begin.
        from: Id,
        /// The gauge there.
        gauge: Id,
        /// Where it would end.
        to: Id,
    },
}

/// A state on a way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State<'s> {
    place: &'s str,
    gauge: &'s str,
    /// Whether the procedure at the place is done.
    done: bool,
}

/// A way of a flow: shortest by mean running time through each place of `via` in turn.
///
/// # Errors
/// If there is none.
pub fn route(scenario: &Scenario, flow_id: &str, flow: &Flow, via: &[Id]) -> Result<Route, RouteError> {
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
            let departure = gauge_after(facts, flow_id, flow, arrival);
            let end = |gauge, done| nodes.get(&State { place, gauge, done });
            if let Some((a, b)) = departure.and_then(|departure| Some((end(arrival, false)?, end(departure, true)?))) {
                graph.add_edge(*a, *b, Edge::Procedure);
            }
        }
    }
    (graph, nodes)
}

/// The gauge on which a train leaves a place where it arrived on another; `None` where its procedure
/// cannot be done on that gauge.
fn gauge_after<'s>(place: &'s Place, flow_id: &str, flow: &Flow, arrival: &'s str) -> Option<&'s str> {
    let steps = place.procedure_of(flow_id, &flow.direction).map_or(&[][..], |(_, p)| &p.steps[..]);
    steps
        .iter()
        .filter_map(|step| place.reloading_of(step))
        .try_fold(arrival, |gauge, terminal| {
            (terminal.from_gauge == gauge).then_some(terminal.to_gauge.as_str())
        })
}
