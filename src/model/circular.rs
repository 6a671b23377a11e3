//! Circular waits before any run: whether trains could hold what others wait for, and wait for what those hold.
//!
//! What can be held without end is finite: yard tracks, berths, room on a line. A train that holds one and waits for
//! another is an edge of a graph; without a circle in it no deadlock over these is possible. With one it is possible, not
//! certain: every element of the circle must be full at once (Coffman, Elphick & Shoshani (1971), System Deadlocks, ACM
//! Computing Surveys 3(2), 67-78). Neither wagons nor boxes in transloading yards are followed: wagons that come
//! back with trains, and vehicles that come for boxes, can be short for want of what others hold.

use std::collections::BTreeMap;

use petgraph::algo::astar;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::{Model, RouteModel, Step};

/// Something finite that a train can hold while it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Resource {
    /// A track of a yard.
    Track(u32),
    /// Room on a lane, or its passing places.
    Room(u32),
    /// A berth of a terminal.
    Berth(u32),
}

/// A circle of elements: trains that hold one wait for the next, and those that hold the last for the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    /// Each element, for people, with the id of a flow whose trains hold it and wait for the next.
    pub links: Vec<(String, String)>,
}

impl Circle {
    /// The circle in words.
    #[must_use]
    pub fn sentence(&self) -> String {
        let links = self.links.iter().map(|(element, flow)| format!("{element} (held by {flow})"));
        let first = self.links.first().map_or("", |(element, _)| element);
        format!("{} -> {first}", links.collect::<Vec<_>>().join(" -> "))
    }
}

/// The smallest circle, if there is any.
#[must_use]
pub fn circular_waits(model: &Model) -> Option<Circle> {
    let graph = waits(model);
    let back = |edge: petgraph::graph::EdgeReference<'_, u32>| {
        let (_, path) = astar(&graph, edge.target(), |node| node == edge.source(), |_| 1, |_| 0)?;
        Some(path)
    };
    // The way back from the end of an edge to its begin closes a circle; the first of the shortest is kept.
    let smallest = graph.edge_references().filter_map(back).min_by_key(Vec::len)?;
    let next = smallest.iter().cycle().skip(1);
    let links = smallest.iter().zip(next).map(|(node, next)| {
        let flow = graph.find_edge(*node, *next).map_or(0, |edge| graph[edge]);
        (name(model, graph[*node]), model.flows[flow as usize].id.clone())
    });
    Some(Circle { links: links.collect() })
}

/// Who may wait for what while holding what; each edge with the first flow that does.
fn waits(model: &Model) -> DiGraph<Resource, u32> {
    let mut graph = DiGraph::new();
    let mut nodes: BTreeMap<Resource, NodeIndex> = BTreeMap::new();
    for (flow, facts) in (0..).zip(&model.flows) {
        for route in &facts.routes {
            add_waits(model, (flow, route), &mut nodes, &mut graph);
        }
    }
    graph
}

/// The waits of trains on one route of a flow.
fn add_waits(
    model: &Model,
    (flow, route): (u32, &RouteModel),
    nodes: &mut BTreeMap<Resource, NodeIndex>,
    graph: &mut DiGraph<Resource, u32>,
) {
    let mut held: Option<Resource> = None;
    for step in &route.program {
        for way in ways(model, *step) {
            let mut holds = held;
            for wanted in way {
                let finite = wanted.filter(|resource| is_finite(model, *resource));
                if let (Some(held), Some(wanted)) = (holds, finite) {
                    let mut node = |r: Resource| *nodes.entry(r).or_insert_with(|| graph.add_node(r));
                    let (from, to) = (node(held), node(wanted));
                    if graph.find_edge(from, to).is_none() {
                        graph.add_edge(from, to, flow);
                    }
                }
                holds = finite;
            }
        }
        held = after(model, *step, held);
    }
}

/// What a step takes, one after the other, each given back when the next is had; of a choice, each way there is.
/// `None` is something that is not finite.
fn ways(model: &Model, step: Step) -> Vec<Vec<Option<Resource>>> {
    match step {
        Step::Form(yard) => vec![vec![Some(Resource::Track(yard))]],
        Step::Run(lane, yard) => vec![vec![Some(Resource::Room(lane)), Some(Resource::Track(yard))]],
        Step::Reload(terminal) => {
            let yard = model.terminals[terminal as usize].to_yard;
            vec![vec![Some(Resource::Berth(terminal)), Some(Resource::Track(yard))]]
        }
        Step::Choose(choice) => {
            let options = &model.choices[choice as usize].options;
            options.iter().flat_map(|option| ways(model, *option)).collect()
        }
        // A train that is regrouped gives its track back; one that is formed wants another.
        Step::Regroup(group) => {
            let group = &model.groups[group as usize];
            if model.formations[group.formation as usize].passes_through() {
                return Vec::new();
            }
            vec![vec![None, Some(Resource::Track(group.yard))]]
        }
        // A train to be unloaded gives its track back.
        Step::Unload(_) => vec![vec![None]],
        // Desks, bays and handovers are given back by time alone, whatever others hold.
        Step::Office(_) | Step::Exchange(_) | Step::TakeWagons(_) | Step::BringWagons(_) | Step::Load(..) | Step::Decide | Step::Leave => {
            Vec::new()
        }
    }
}

/// What a train holds after a step, given what it held before.
fn after(model: &Model, step: Step, before: Option<Resource>) -> Option<Resource> {
    let Some(way) = ways(model, step).into_iter().next() else {
        return before;
    };
    let last = way.last().copied().flatten();
    last.filter(|resource| is_finite(model, *resource))
}

fn is_finite(model: &Model, resource: Resource) -> bool {
    match resource {
        Resource::Track(yard) => model.yards[yard as usize].tracks.is_some(),
        Resource::Room(lane) => model.lanes[lane as usize].room < u32::MAX || model.lanes[lane as usize].single.is_some(),
        Resource::Berth(_) => true,
    }
}

fn name(model: &Model, resource: Resource) -> String {
    let place = |ix: u32| &model.places[ix as usize].name;
    match resource {
        Resource::Track(yard) => {
            let yard = &model.yards[yard as usize];
            format!("{} tracks of {}", yard.gauge, place(yard.place))
        }
        Resource::Room(lane) => {
            let lane = &model.lanes[lane as usize];
            format!("room on {} to {}", lane.name, place(lane.to))
        }
        Resource::Berth(terminal) => {
            let terminal = &model.terminals[terminal as usize];
            format!("berths of {}, {}", place(terminal.place), terminal.name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model, scenario};

    fn smallest(tracks: &str, room: &str) -> Option<String> {
        let text = format!(
            r#"
            title = "two ways"
            [time]
            start = "2022-01-03 00:00"
            zone = "Asia/Shanghai"
            length = "1 day"
            [gauges.g]
            width = "1435 mm"
            [places.a]
            tracks.g = {tracks}
            [places.b]
            tracks.g = 2
            [lines.l]
            between = ["a", "b"]
            gauge = "g"
            running_time = "1 h"
            room = {room}
            [flows.east]
            from = "b"
            to = "a"
            departures.every = "5 h"
            [flows.west]
            from = "a"
            to = "b"
            departures.every = "5 h"
            "#
        );
        let loaded = scenario::parse(&text, "circle.toml").unwrap_or_else(|problems| panic!("{problems}"));
        let model = model::compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{problems:?}"));
        circular_waits(&model).map(|circle| circle.sentence())
    }

    #[test]
    fn yards_used_both_ways_with_little_room_between() {
        // Westbound trains hold tracks at a and wait for room on the line, or hold room and wait for tracks at b;
        // eastbound ones hold tracks at b, and so back to a.
        let circle = smallest("2", "1").expect("each yard may wait for the other");
        let links: Vec<&str> = circle.split(" -> ").collect();
        assert_eq!((links.len(), links[0].split(" (").next()), (5, links.last().copied()));
        let doubled = links[..4].repeat(2).join(" -> ");
        for part in [
            "g tracks of a (held by west) -> room on l to b (held by west) -> g tracks of b",
            "g tracks of b (held by east) -> room on l to a (held by east) -> g tracks of a",
        ] {
            assert!(doubled.contains(part), "{circle}");
        }
    }

    #[test]
    fn one_element_without_limit_breaks_the_circle() {
        assert_eq!(smallest("\"unlimited\"", "1"), None);
        assert_eq!(smallest("2", "\"unlimited\""), None);
    }

    /// Trains from `a` fill the only track at `n`, and wait there for nobody; with a second way, those from `s` may come
    /// through `n` to the only track at `a`, and each may wait for the other, even if that way is not preferred.
    #[test]
    fn every_route_is_followed() {
        let is_circle = |ways: &str| {
            let text = format!(
                "title = 'ways'
                time = {{ start = '2022-01-03 00:00', zone = 'Asia/Shanghai', length = '1 day' }}
                gauges.g.width = '1435 mm'
                [places]
                a = {{ tracks.g = 1 }}
                n = {{ tracks.g = 1 }}
                s = {{}}
                [lines]
                an = {{ between = ['a', 'n'], gauge = 'g', running_time = '1 h', room = 1 }}
                ns = {{ between = ['n', 's'], gauge = 'g', running_time = '1 h', room = 1 }}
                as = {{ between = ['a', 's'], gauge = 'g', running_time = '1 h' }}
                [flows.west]
                from = 'a'
                to = 'n'
                departures.rate = '1/day'
                [flows.east]
                from = 's'
                to = 'a'
                departures.rate = '1/day'
                {ways}"
            );
            let loaded = scenario::parse(&text, "ways.toml").unwrap_or_else(|problems| panic!("{problems}"));
            let model = model::compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{problems:?}"));
            circular_waits(&model).is_some()
        };
        assert!(!is_circle(""));
        let long = "routes.long = { preference = 2, via = ['n'] }";
        assert!(is_circle(&format!(
            "choice = 'divert'\ndivert_after = '6 h'\nroutes.short = {{}}\n{long}"
        )));
    }
}
