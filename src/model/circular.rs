//! Circular waits before any run: whether trains could hold what others wait for, and wait for what those hold.
//!
//! What can be held without end is finite: yard tracks, berths, room on a line, and wagons that come back with trains. A
//! train that holds one and waits for another is an edge of a graph; without a circle in it no deadlock over these is
//! possible. With one it is possible, not certain: every element of the circle must be full at once (Coffman, Elphick &
//! Shoshani (1971), System Deadlocks, ACM Computing Surveys 3(2), 67-78). Boxes in transloading yards are not followed:
//! vehicles that come for them can be short for want of what others hold.

use std::collections::BTreeMap;

use petgraph::algo::{astar, tarjan_scc};
use petgraph::graph::{DiGraph, EdgeReference, NodeIndex};
use petgraph::visit::EdgeRef;

use super::{Model, Step};

/// Something finite that a train can hold while it waits for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Element {
    /// A track of a yard.
    Track(u32),
    /// Room on a lane; of a line of sections, on the whole of it, by its first lane.
    Room(u32),
    /// A berth of a terminal.
    Berth(u32),
    /// Wagons of a stock, held by the trains that will bring them back.
    Wagons(u32),
}

impl Element {
    /// Room on a lane.
    #[must_use]
    pub fn room(model: &Model, lane: u32) -> Self {
        let single = model.lanes[lane as usize].single;
        Self::Room(single.map_or(lane, |(number, _)| model.single_lines[number as usize].lanes[0]))
    }

    /// For people.
    #[must_use]
    pub fn name(self, model: &Model) -> String {
        let (place, naming) = (|ix: u32| &model.places[ix as usize].name, &model.naming);
        match self {
            Self::Track(yard) => {
                let yard = &model.yards[yard as usize];
                naming.of(&naming.tracks(&yard.gauge), place(yard.place))
            }
            Self::Room(lane) => {
                let lane = &model.lanes[lane as usize];
                let way = match lane.single {
                    Some(_) => lane.name.clone(),
                    None => naming.towards(&lane.name, place(lane.to)),
                };
                naming.lang.pick(format!("room on {way}"), format!("{way}上的空位"))
            }
            Self::Berth(terminal) => {
                let terminal = &model.terminals[terminal as usize];
                let terminal = naming.part(place(terminal.place), &terminal.name);
                naming.lang.pick(format!("berths of {terminal}"), format!("{terminal}的换装线"))
            }
            Self::Wagons(pool) => {
                let pool = &model.pools[pool as usize];
                naming.of(&naming.wagons(&pool.gauge), place(pool.place))
            }
        }
    }

    /// Where it is on the map: a place, or the two ends of a line.
    #[must_use]
    pub fn ends(self, model: &Model) -> (u32, u32) {
        let at = |place| (place, place);
        match self {
            Self::Track(yard) => at(model.yards[yard as usize].place),
            Self::Room(lane) => (model.lanes[lane as usize].from, model.lanes[lane as usize].to),
            Self::Berth(terminal) => at(model.terminals[terminal as usize].place),
            Self::Wagons(pool) => at(model.pools[pool as usize].place),
        }
    }

    /// Its index among all elements of a model, of which there are [`Element::count`].
    #[must_use]
    pub fn index(self, model: &Model) -> usize {
        let (yards, lanes) = (model.yards.len(), model.lanes.len());
        match self {
            Self::Track(yard) => yard as usize,
            Self::Room(lane) => yards + lane as usize,
            Self::Berth(terminal) => yards + lanes + terminal as usize,
            Self::Wagons(pool) => yards + lanes + model.terminals.len() + pool as usize,
        }
    }

    /// How many elements a model has.
    #[must_use]
    pub fn count(model: &Model) -> usize {
        model.yards.len() + model.lanes.len() + model.terminals.len() + model.pools.len()
    }

    fn is_finite(self, model: &Model) -> bool {
        match self {
            Self::Track(yard) => model.yards[yard as usize].tracks.is_some(),
            Self::Room(lane) => model.lanes[lane as usize].room < u32::MAX || model.lanes[lane as usize].single.is_some(),
            Self::Berth(_) => true,
            // Those that come back after a time come back whatever others hold.
            Self::Wagons(pool) => model.pools[pool as usize].cycle.is_none(),
        }
    }
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
    let links = waits(model).smallest_circle()?;
    let links = links.into_iter().map(|(element, flow)| {
        let flow = &model.flows[flow as usize];
        (element.name(model), flow.id.clone())
    });
    Some(Circle { links: links.collect() })
}

/// Of every element, by its index, whether it is part of a circle: only there can trains lock up. Empty where there is none.
pub(super) fn in_circles(model: &Model) -> Vec<bool> {
    let Waits { graph, .. } = waits(model);
    let mut circles = tarjan_scc(&graph).into_iter().filter(|component| component.len() > 1).peekable();
    let mut flags = vec![false; if circles.peek().is_some() { Element::count(model) } else { 0 }];
    for component in circles {
        for node in component {
            flags[graph[node].index(model)] = true;
        }
    }
    flags
}

/// Which element is held while another is waited for, each with a word of who does, the first that was told.
#[derive(Clone, Debug)]
pub struct Waits<W> {
    graph: DiGraph<Element, W>,
    nodes: BTreeMap<Element, NodeIndex>,
}

impl<W> Default for Waits<W> {
    fn default() -> Self {
        Self {
            graph: DiGraph::new(),
            nodes: BTreeMap::new(),
        }
    }
}

impl<W: Copy> Waits<W> {
    /// Somebody holds one element and waits for another.
    pub fn add(&mut self, held: Element, wanted: Element, who: W) {
        if held == wanted {
            return;
        }
        let Self { graph, nodes } = self;
        let mut node = |element: Element| *nodes.entry(element).or_insert_with(|| graph.add_node(element));
        let (from, to) = (node(held), node(wanted));
        if graph.find_edge(from, to).is_none() {
            graph.add_edge(from, to, who);
        }
    }

    /// The smallest circle: each element with who holds it and waits for the next.
    #[must_use]
    pub fn smallest_circle(&self) -> Option<Vec<(Element, W)>> {
        let graph = &self.graph;
        let back = |edge: EdgeReference<'_, W>| {
            let (_, path) = astar(graph, edge.target(), |node| node == edge.source(), |_| 1, |_| 0)?;
            Some(path)
        };
        // The way back from the end of an edge to its begin closes a circle; the first of the shortest is kept.
        let smallest = graph.edge_references().filter_map(back).min_by_key(Vec::len)?;
        let next = smallest.iter().cycle().skip(1);
        let links = smallest.iter().zip(next).filter_map(|(node, next)| {
            let edge = graph.find_edge(*node, *next)?;
            Some((graph[*node], graph[edge]))
        });
        Some(links.collect())
    }
}

/// Who may wait for what while holding what; each with the first flow that does.
fn waits(model: &Model) -> Waits<u32> {
    let mut waits = Waits::default();
    for (flow, facts) in (0..).zip(&model.flows) {
        for route in &facts.routes {
            waits.add_way(model, flow, &route.program);
        }
    }
    waits
}

impl Waits<u32> {
    /// What trains of a flow on one of its ways may wait for.
    fn add_way(&mut self, model: &Model, flow: u32, program: &[Step]) {
        let mut held: Option<Element> = None;
        for (at, step) in program.iter().enumerate() {
            for way in ways(model, *step) {
                let mut holds = held;
                for wanted in way {
                    let finite = wanted.filter(|element| element.is_finite(model));
                    if let (Some(held), Some(wanted)) = (holds, finite) {
                        self.add(held, wanted, flow);
                    }
                    // Wagons are had beside what is held.
                    if !matches!(wanted, Some(Element::Wagons(_))) {
                        holds = finite;
                    }
                }
            }
            held = after(model, *step, held);
            // Until a train has brought wagons, whatever it still needs keeps them from those that wait for them.
            for pool in brought(model, *step) {
                let before = program[..=at].iter().flat_map(|step| ways(model, *step)).flatten().flatten();
                for wanted in before.filter(|wanted| wanted.is_finite(model)) {
                    if Element::Wagons(pool).is_finite(model) {
                        self.add(Element::Wagons(pool), wanted, flow);
                    }
                }
            }
        }
    }
}

/// The stocks to which a train brings wagons at a step.
pub(crate) fn brought(model: &Model, step: Step) -> Vec<u32> {
    match step {
        Step::BringWagons(pool) => vec![pool],
        Step::Reload(terminal) => model.terminals[terminal as usize].brings.into_iter().collect(),
        Step::Choose(choice) => {
            let options = &model.choices[choice as usize].options;
            options.iter().flat_map(|option| brought(model, *option)).collect()
        }
        _ => Vec::new(),
    }
}

/// What a step takes, one after the other, each given back when the next is had; of a choice, each way there is.
/// `None` is something that is not finite.
pub(crate) fn ways(model: &Model, step: Step) -> Vec<Vec<Option<Element>>> {
    match step {
        Step::Form(yard) => vec![vec![Some(Element::Track(yard))]],
        Step::Run(lane, yard) => vec![vec![Some(Element::room(model, lane)), Some(Element::Track(yard))]],
        Step::Reload(terminal) => {
            let yard = model.terminals[terminal as usize].to_yard;
            let wagons = model.yards[yard as usize].pool.map(|pool| Some(Element::Wagons(pool)));
            let berth = [Some(Element::Berth(terminal))].into_iter();
            vec![berth.chain(wagons).chain([Some(Element::Track(yard))]).collect()]
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
            vec![vec![None, Some(Element::Track(group.yard))]]
        }
        Step::TakeWagons(pool) => vec![vec![Some(Element::Wagons(pool))]],
        // A train to be unloaded gives its track back.
        Step::Unload(_) => vec![vec![None]],
        // Desks, bays and handovers are given back by time alone, whatever others hold.
        Step::Office(_) | Step::Exchange(_) | Step::BringWagons(_) | Step::Load(..) | Step::Decide | Step::Leave => Vec::new(),
    }
}

/// What a train holds after a step, given what it held before.
fn after(model: &Model, step: Step, before: Option<Element>) -> Option<Element> {
    let Some(way) = ways(model, step).into_iter().next() else {
        return before;
    };
    match way.last().copied().flatten() {
        Some(Element::Wagons(_)) => before,
        last => last.filter(|element| element.is_finite(model)),
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
