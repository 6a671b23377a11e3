//! The network as a graph, and the ways of trains through it.
//!
//! A train changes its gauge where its procedure reloads it, so a way is searched over states (place,
//! gauge, before or after the procedure): a line joins the states of its gauge, a procedure joins the
//! state before it to the state after it.

//!
//! The graph is made once, with numbers for names. What is reached from a state, and by which way, is kept for the flows to
//! which every procedure does the same, so that a thousand flows from one place cost one search.

mod search;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::scenario::{Flow, Id, Place, Scenario};
use crate::units::Duration;
use search::{Edge, Line, Search};

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

/// States whose searches are kept at once: some tens of megabytes.
const KEPT: usize = 1 << 21;

/// The states of a network and the lines between them, and what searches have found so far.
pub struct Network<'s> {
    gauges: Vec<&'s str>,
    places: Vec<(&'s Id, &'s Place)>,
    lines: Vec<&'s Id>,
    gauge_numbers: BTreeMap<&'s str, usize>,
    place_numbers: BTreeMap<&'s str, usize>,
    /// For each state the lines that lead on from it, the last first. Among ways that take the same time their order decides.
    edges: Vec<Vec<Edge>>,
    /// Flows that some procedure names.
    named: BTreeSet<&'s str>,
    searches: BTreeMap<(Procedures<'s>, u32), Search>,
}

/// What procedures go by; to flows in which it is the same, every place does the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Procedures<'s> {
    direction: &'s str,
    /// The flow; empty where no procedure names it.
    flow: &'s str,
}

impl<'s> Network<'s> {
    /// The network of a scenario.
    #[must_use]
    pub fn new(scenario: &'s Scenario) -> Self {
        let named = scenario.places.values().flat_map(|place| place.procedures.values());
        let mut network = Self {
            gauges: scenario.gauges.keys().map(String::as_str).collect(),
            places: scenario.places.iter().collect(),
            lines: scenario.lines.keys().collect(),
            gauge_numbers: scenario.gauges.keys().map(String::as_str).zip(0..).collect(),
            place_numbers: scenario.places.keys().map(String::as_str).zip(0..).collect(),
            edges: vec![Vec::new(); scenario.places.len() * scenario.gauges.len() * 2],
            named: named.flat_map(|procedure| &procedure.flows).map(String::as_str).collect(),
            searches: BTreeMap::new(),
        };
        for (number, line) in (0..).zip(scenario.lines.values()) {
            let time = Duration::from_millis(line.running_time.mean());
            for (from, to, forward) in [(&line.between.0, &line.between.1, true), (&line.between.1, &line.between.0, false)] {
                let end = |place, done| network.state(place, &line.gauge, done);
                if let (Some(from), Some(to)) = (end(from, true), end(to, false)) {
                    let line = Line { number, forward };
                    network.edges[from as usize].push(Edge { to, line, time });
                }
            }
        }
        network.edges.iter_mut().for_each(|edges| edges.reverse());
        network
    }

    /// A way of a flow: shortest by mean running time through each place of `via` in turn.
    ///
    /// # Errors
    /// If there is none.
    pub fn route(&mut self, flow_id: &str, flow: &'s Flow, via: &[Id]) -> Result<Route, RouteError> {
        let origin = Stop {
            place: flow.from.clone(),
            gauge: flow.gauge.clone(),
        };
        let procedures = Procedures {
            direction: &flow.direction,
            flow: self.named.get(flow_id).copied().unwrap_or_default(),
        };
        let mut at = self.state(&flow.from, &flow.gauge, false);
        let mut gauge = flow.gauge.as_str();
        let mut legs = Vec::new();
        let mut from = flow.from.as_str();
        for to in via.iter().chain([&flow.to]) {
            let found = at
                .and_then(|start| self.way(procedures, start, to))
                .ok_or_else(|| RouteError::NoWay {
                    from: from.to_owned(),
                    gauge: gauge.to_owned(),
                    to: to.clone(),
                });
            let (arrived, lines) = found?;
            legs.extend(lines.into_iter().map(|(line, to)| self.leg(line, to)));
            at = Some(arrived);
            from = to;
            gauge = self.stop(arrived).1;
        }
        Ok(Route { origin, legs })
    }

    /// The state in which a place is reached first, and the lines that lead there with the states to which they lead.
    fn way(&mut self, procedures: Procedures<'s>, start: u32, to: &str) -> Option<(u32, Vec<(Line, u32)>)> {
        let goals: Vec<u32> = self.gauges.iter().filter_map(|gauge| self.state(to, gauge, false)).collect();
        // Taken out, so that the network can be asked while it goes on.
        let known = self.searches.remove(&(procedures, start));
        let mut search = known.unwrap_or_else(|| Search::new(start, self.edges.len()));
        let arrived = search.first(&goals, &self.edges, |state| self.after_procedure(procedures, state));
        let found = arrived.map(|state| (state, search.lines_to(state)));
        if (self.searches.len() + 1) * self.edges.len() > KEPT {
            self.searches.clear();
        }
        self.searches.insert((procedures, start), search);
        found
    }

    /// The state that a procedure leads to from the one before it; `None` after it, and where it cannot be done on that gauge.
    fn after_procedure(&self, procedures: Procedures<'_>, state: u32) -> Option<u32> {
        let ((id, place), gauge) = self.stop(state);
        let is_before = state.is_multiple_of(2);
        let departure = is_before.then(|| gauge_after(place, procedures, gauge))?;
        self.state(id, departure?, true)
    }

    /// The number of a state: a train at a place on a gauge, and whether its procedure there is done.
    fn state(&self, place: &str, gauge: &str, done: bool) -> Option<u32> {
        let (place, gauge) = (self.place_numbers.get(place)?, self.gauge_numbers.get(gauge)?);
        u32::try_from((place * self.gauges.len() + gauge) * 2 + usize::from(done)).ok()
    }

    /// The place of a state, and its gauge.
    fn stop(&self, state: u32) -> ((&'s Id, &'s Place), &'s str) {
        let (stop, gauges) = (state as usize / 2, self.gauges.len());
        (self.places[stop / gauges], self.gauges[stop % gauges])
    }

    fn leg(&self, line: Line, to: u32) -> Leg {
        let ((place, _), gauge) = self.stop(to);
        Leg {
            line: self.lines[line.number as usize].clone(),
            forward: line.forward,
            stop: Stop {
                place: place.clone(),
                gauge: gauge.to_owned(),
            },
        }
    }
}

/// The gauge on which a train leaves a place where it arrived on another; `None` where its procedure
/// cannot be done on that gauge.
fn gauge_after<'s>(place: &'s Place, procedures: Procedures<'_>, arrival: &'s str) -> Option<&'s str> {
    let found = place.procedure_of(procedures.flow, procedures.direction);
    let steps = found.map_or(&[][..], |(_, procedure)| &procedure.steps[..]);
    steps
        .iter()
        .filter_map(|step| place.reloading_of(step))
        .try_fold(arrival, |gauge, terminal| {
            (terminal.from_gauge == gauge).then_some(terminal.to_gauge.as_str())
        })
}
