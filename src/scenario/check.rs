//! What only the whole scenario shows: ambiguous procedures, ways that do not exist, things that nothing uses.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::unionfind::UnionFind;

use super::document::{Node, Value};
use super::nearest::nearest;
use super::problem::{Problem, ProblemKind, Thing};
use super::reader::Context;
use super::types::{Departures, FacilityKind, Flow, Id, Place, Returns, Scenario, StepRef};
use crate::random::Law;

/// Notes every problem between things that are each right by themselves.
pub(super) fn check(scenario: &Scenario, cx: &Context<'_>) {
    for (id, place) in &scenario.places {
        ambiguous_procedures(id, place, scenario, cx);
        alternatives(id, place, cx);
    }
    classes(scenario, cx);
    outlets(scenario, cx);
    // A line whose ends are wrong is one problem, not one for each way that it would be part of.
    if scenario.lines.values().all(|line| !line.between.0.is_empty()) {
        ways(scenario, cx);
        corridors(scenario, cx);
    }
    // What is misnamed in one place only seems unused in another.
    if !cx.has_errors() {
        let directions: BTreeSet<&str> = scenario.flows.values().map(|flow| flow.direction.as_str()).collect();
        for (id, place) in &scenario.places {
            unused_facilities(id, place, cx);
            unused_directions(id, place, &directions, cx);
            wagon_pools(id, place, scenario, cx);
            if place.wind.is_some() && place.reloading.values().all(|terminal| terminal.outdoor.is_none()) {
                let remedy = "give a terminal of this place outdoor = true, or take the wind out";
                warn(cx, &["places", id, "wind"], Thing::Wind, remedy);
            }
        }
        unused(scenario, cx);
        disruptions(scenario, cx);
    }
}

/// A class means nothing as long as nobody says how much waiting it is worth.
fn classes(scenario: &Scenario, cx: &Context<'_>) {
    if scenario.ageing.is_some() {
        return;
    }
    for id in scenario.flows.iter().filter(|(_, flow)| flow.priority > 0).map(|(id, _)| id) {
        let problem = at(cx, &["flows", id, "priority"], ProblemKind::OnlyWith("priority.ageing"));
        report(
            cx,
            problem.map(|p| p.remedy("say how much waiting a class is worth, such as priority.ageing = \"6 h\"")),
        );
    }
}

/// A problem at the value of a key, or at the key where it is a table.
fn at(cx: &Context<'_>, path: &[&str], kind: ProblemKind) -> Option<Problem> {
    let node = cx.root().find(path)?;
    let place = if node.table().is_some() { &node.key } else { &node.at };
    Some(Problem::error(kind, path.join("."), place.clone()))
}

fn report(cx: &Context<'_>, problem: Option<Problem>) {
    if let Some(problem) = problem {
        cx.report(problem);
    }
}

/// For each flow, the procedures that fit it best must be one.
fn ambiguous_procedures(id: &str, place: &Place, scenario: &Scenario, cx: &Context<'_>) {
    if place.procedures.len() < 2 {
        return;
    }
    let mut reported = BTreeSet::new();
    for (flow_id, flow) in &scenario.flows {
        let fits = |id: &Id| place.procedures.get(id).and_then(|p| p.fit(flow_id, &flow.direction));
        let best = place.procedures.keys().filter_map(fits).max();
        let mut tied = place.procedures.keys().filter(|id| best.is_some() && fits(id) == best);
        let (Some(one), Some(other)) = (tied.next(), tied.next()) else {
            continue;
        };
        let key_of = |procedure: &str| cx.root().find(&["places", id, "procedures", procedure]).map(|node| &node.key);
        let position = |procedure: &str| key_of(procedure).map(|key| (key.file, key.span.start));
        let (one, other) = if position(one) > position(other) {
            (other, one)
        } else {
            (one, other)
        };
        if !reported.insert((one, other)) {
            continue;
        }
        let kind = ProblemKind::Ambiguous {
            other: one.clone(),
            flow: flow_id.clone(),
        };
        let first = key_of(one);
        let problem = at(cx, &["places", id, "procedures", other], kind)
            .zip(first)
            .map(|(problem, first)| {
                problem
                    .note(first, "the other procedure")
                    .remedy("give one of them `direction` or `flows`: a procedure that lists the flow wins, then one of its direction")
            });
        report(cx, problem);
    }
}

/// The facilities of a choice must be of one kind, and change the gauge alike.
fn alternatives(id: &str, place: &Place, cx: &Context<'_>) {
    for (choice_id, choice) in &place.choice {
        let Some((first, others)) = choice.of.split_first() else { continue };
        let gauges = |step: &StepRef| place.reloading.get(&step.id).map(|t| (&t.from_gauge, &t.to_gauge));
        let odd = others.iter().find_map(|other| {
            let reloads = other.kind == FacilityKind::Reloading;
            let what = match other.kind == first.kind {
                false => "kind",
                true if reloads && gauges(other) != gauges(first) => "gauge",
                true => return None,
            };
            Some((what, other))
        });
        if let Some((what, other)) = odd {
            let name = |step: &StepRef| format!("{}.{}", step.kind.word(), step.id);
            let kind = ProblemKind::NoAlternative {
                name: name(other),
                what,
                first: name(first),
            };
            let expected = "facilities of one kind; terminals that all reload between the same gauges";
            let problem = at(cx, &["places", id, "choice", choice_id, "of"], kind);
            report(cx, problem.map(|p| p.expected(expected)));
        }
    }
}

/// Every leg of every flow must lead over lines, whatever their gauge.
fn ways(scenario: &Scenario, cx: &Context<'_>) {
    let numbers: BTreeMap<&Id, usize> = scenario.places.keys().zip(0..).collect();
    let mut joined = UnionFind::<usize>::new(numbers.len());
    for line in scenario.lines.values() {
        if let (Some(one), Some(other)) = (numbers.get(&line.between.0), numbers.get(&line.between.1)) {
            joined.union(*one, *other);
        }
    }
    for (id, flow) in &scenario.flows {
        for (from, to) in ways_of(flow).flat_map(|via| legs(flow, via)) {
            let (Some(one), Some(other)) = (numbers.get(from), numbers.get(to)) else {
                continue;
            };
            if !joined.equiv(*one, *other) {
                let problem = at(cx, &["flows", id], ProblemKind::NoWay(from.clone(), to.clone()));
                report(
                    cx,
                    problem.map(|p| p.expected("lines that join them").remedy("add the line that is missing")),
                );
            }
        }
    }
}

/// The places to pass on each way of a flow.
fn ways_of(flow: &Flow) -> impl Iterator<Item = &[Id]> {
    let only = flow.routes.is_empty().then_some(&flow.via[..]);
    only.into_iter().chain(flow.routes.values().map(|route| &route.via[..]))
}

/// Each place of a flow on one of its ways with the next.
fn legs<'f>(flow: &'f Flow, via: &'f [Id]) -> impl Iterator<Item = (&'f Id, &'f Id)> {
    let stops = move || std::iter::once(&flow.from).chain(via).chain(std::iter::once(&flow.to));
    stops().zip(stops().skip(1))
}

/// An outlet and the flow that it names must fit: its vehicles come there, empty, and nowhere else for boxes.
fn outlets(scenario: &Scenario, cx: &Context<'_>) {
    let mut loaded = BTreeSet::new();
    for (place_id, place) in &scenario.places {
        for (yard_id, yard) in &place.transloading {
            for (id, outlet) in &yard.outlets {
                let Some(flow) = scenario.flows.get(&outlet.flow) else { continue };
                let path = ["places", place_id, "transloading", yard_id, "outlets", id, "flow"];
                if !loaded.insert(&outlet.flow) {
                    let remedy = "give each outlet a flow of its own";
                    report(cx, at(cx, &path, ProblemKind::LoadedTwice).map(|p| p.remedy(remedy)));
                }
                let steps = place.procedure_of(&outlet.flow, &flow.direction).map_or(&[][..], |(_, p)| &p.steps);
                let here = |step: &StepRef| step.kind == FacilityKind::Transloading && step.id == *yard_id;
                if steps.iter().filter(|step| here(step)).count() != 1 {
                    let remedy = format!("add \"transloading.{yard_id}\", once, to the procedure of that flow at {place_id:?}");
                    let problem = at(cx, &path, ProblemKind::NotLoadedHere(outlet.flow.clone()));
                    report(cx, problem.map(|p| p.remedy(remedy)));
                }
                let gathers = match &flow.departures {
                    Departures::Gather(_) => true,
                    Departures::Trace { rows, .. } => rows.iter().any(|row| row.boxes.is_some_and(|boxes| boxes > 0)),
                    _ => false,
                };
                let full = [
                    ("departures", gathers, "let them depart without boxes"),
                    (
                        "boxes",
                        flow.boxes != Law::Constant(0.0),
                        "take it out of the flow: `boxes_per_vehicle` of the outlet says how many it takes",
                    ),
                    (
                        "cargo",
                        !flow.cargo.is_empty(),
                        "take it out of the flow: the boxes that it takes are of their own classes",
                    ),
                ];
                for (key, _, remedy) in full.into_iter().filter(|(_, full, _)| *full) {
                    let kind = ProblemKind::LoadedAndFull(format!("{place_id}.transloading.{yard_id}.outlets.{id}"));
                    report(cx, at(cx, &["flows", &outlet.flow, key], kind).map(|p| p.remedy(remedy)));
                }
            }
        }
    }
}

fn corridors(scenario: &Scenario, cx: &Context<'_>) {
    let joined: BTreeSet<(&Id, &Id)> = scenario.lines.values().map(|line| (&line.between.0, &line.between.1)).collect();
    for (id, corridor) in &scenario.corridors {
        for pair in corridor.places.windows(2) {
            let [one, other] = pair else { continue };
            if !joined.contains(&(one, other)) && !joined.contains(&(other, one)) {
                let problem = at(cx, &["corridors", id, "places"], ProblemKind::NotJoined(one.clone(), other.clone()));
                let remedy = "name every place on the way, each joined to the next by a line";
                report(cx, problem.map(|p| p.remedy(remedy)));
            }
        }
    }
}

fn warn(cx: &Context<'_>, path: &[&str], thing: Thing, remedy: &str) {
    let problem = at(cx, path, ProblemKind::Unused(thing));
    report(cx, problem.map(|p| p.remedy(remedy).warning()));
}

/// A facility without a procedure does nothing, which is rarely meant.
fn unused_facilities(id: &str, place: &Place, cx: &Context<'_>) {
    let steps: BTreeSet<(FacilityKind, &str)> = place
        .procedures
        .values()
        .flat_map(|procedure| &procedure.steps)
        .chain(place.choice.values().flat_map(|choice| &choice.of))
        .map(|step| (step.kind, step.id.as_str()))
        .collect();
    for kind in FacilityKind::ALL {
        let table = cx.root().find(&["places", id, kind.word()]).and_then(Node::table);
        for facility in table.into_iter().flat_map(BTreeMap::keys) {
            if !steps.contains(&(kind, facility.as_str())) {
                let remedy = format!("add \"{}.{facility}\" to the steps of a procedure of this place", kind.word());
                warn(cx, &["places", id, kind.word(), facility], Thing::Facility, &remedy);
            }
        }
    }
}

/// A procedure for a misspelt direction would never be used.
fn unused_directions(id: &str, place: &Place, directions: &BTreeSet<&str>, cx: &Context<'_>) {
    for (procedure_id, procedure) in &place.procedures {
        let Some(direction) = procedure.direction.as_deref().filter(|word| !directions.contains(word)) else {
            continue;
        };
        let near = nearest(direction, directions.iter().copied()).map(|word| format!("did you mean {word:?}?"));
        let path = ["places", id, "procedures", procedure_id, "direction"];
        let problem = at(cx, &path, ProblemKind::UnusedDirection(direction.to_owned()));
        report(cx, problem.map(|p| p.remedy_if(near).warning()));
    }
}

/// A pool from which nothing is loaded does nothing; one to which nothing returns soon stops everything.
fn wagon_pools(id: &str, place: &Place, scenario: &Scenario, cx: &Context<'_>) {
    let terminals = || place.reloading.values();
    for (gauge, pool) in &place.wagons {
        let begins = |flow: &Flow| flow.from == id && flow.gauge == *gauge;
        if !terminals().any(|t| t.to_gauge == *gauge) && !scenario.flows.values().any(begins) {
            let remedy = "add a reloading to this gauge or a flow that begins here on it, or take the pool out";
            warn(cx, &["places", id, "wagons", gauge], Thing::WagonPool, remedy);
        }
        let ends = scenario.flows.values().any(|flow| flow.to == id);
        if pool.returns == Returns::WithTrains && !ends && !terminals().any(|t| t.from_gauge == *gauge) {
            let problem = at(cx, &["places", id, "wagons", gauge, "returns"], ProblemKind::NothingReturns);
            let remedy = "give the time after which they come back, such as \"6 days\", or a reloading from this gauge";
            report(cx, problem.map(|p| p.remedy(remedy).warning()));
        }
    }
}

fn unused(scenario: &Scenario, cx: &Context<'_>) {
    let lines = || scenario.lines.values();
    let flows = || scenario.flows.values();
    let places: BTreeSet<&Id> = lines()
        .flat_map(|line| [&line.between.0, &line.between.1])
        .chain(flows().flat_map(|flow| [&flow.from, &flow.to].into_iter().chain(ways_of(flow).flatten())))
        .collect();
    let terminals = || scenario.places.values().flat_map(|place| place.reloading.values());
    let gauges: BTreeSet<&Id> = lines()
        .map(|line| &line.gauge)
        .chain(flows().map(|flow| &flow.gauge))
        .chain(terminals().flat_map(|terminal| [&terminal.from_gauge, &terminal.to_gauge]))
        .collect();
    let calendars: BTreeSet<&Id> = scenario.places.values().flat_map(calendars_of).collect();
    for id in scenario.places.keys().filter(|id| !places.contains(id)) {
        warn(
            cx,
            &["places", id],
            Thing::Place,
            "join it to the network by a line, or take it out",
        );
    }
    for id in scenario.gauges.keys().filter(|id| !gauges.contains(id)) {
        warn(
            cx,
            &["gauges", id],
            Thing::Gauge,
            "give it to a line, a flow or a reloading, or take it out",
        );
    }
    for id in scenario.calendars.keys().filter(|id| !calendars.contains(id)) {
        warn(
            cx,
            &["calendars", id],
            Thing::Calendar,
            "name it as the `calendar` of a facility or the `shifts` of a terminal, or take it out",
        );
    }
    unused_names(scenario, cx);
    for (id, flow) in &scenario.flows {
        let empty = match &flow.departures {
            Departures::Trace { rows, .. } => rows.is_empty(),
            Departures::Timetable { entries, .. } => entries.iter().all(|entry| entry.at.is_empty()),
            Departures::Poisson { .. } | Departures::Renewal { .. } | Departures::Appointments { .. } | Departures::Gather(_) => false,
        };
        if empty {
            let problem = at(cx, &["flows", id, "departures"], ProblemKind::NoDepartures);
            report(cx, problem.map(Problem::warning));
        }
    }
}

/// Classes of cargo that no flow carries, sets of holidays that no calendar keeps.
fn unused_names(scenario: &Scenario, cx: &Context<'_>) {
    let carried: BTreeSet<&Id> = scenario.flows.values().flat_map(|flow| flow.cargo.keys()).collect();
    for id in scenario.cargo.keys().filter(|id| !carried.contains(id)) {
        warn(
            cx,
            &["cargo", id],
            Thing::Cargo,
            "give it a share in the `cargo` of a flow, or take it out",
        );
    }
    // The names are gone from the calendars, where their dates stand.
    let calendars = cx
        .root()
        .find(&["calendars"])
        .and_then(Node::table)
        .into_iter()
        .flat_map(BTreeMap::values);
    let named = calendars.filter_map(|calendar| calendar.find(&["holidays"]));
    let kept: BTreeSet<&str> = named
        .flat_map(|holidays| match &holidays.value {
            Value::Array(entries) => entries.iter().filter_map(Node::text).collect(),
            _ => holidays.text().into_iter().collect::<Vec<_>>(),
        })
        .collect();
    for id in scenario.holidays.keys().filter(|id| !kept.contains(id.as_str())) {
        let remedy = "name it in the `holidays` of a calendar, or take it out";
        warn(cx, &["holidays", id], Thing::Holidays, remedy);
    }
}

/// Dated disruptions that have no effect within the run.
fn disruptions(scenario: &Scenario, cx: &Context<'_>) {
    for (id, disruption) in &scenario.disruptions {
        if disruption.outside_of_run(scenario).is_none() {
            continue;
        }
        let key = ["from", "windows"].into_iter().find_map(|key| {
            let path = ["disruptions", id, key];
            at(cx, &path, ProblemKind::OutsideRun)
        });
        let (start, zone) = (scenario.time.start, &scenario.time.zone);
        let remedy = format!("it has no effect; the run begins at {start} in {zone} and takes `time.warm_up` and `time.length`");
        report(cx, key.map(|problem| problem.warning().remedy(remedy)));
    }
}

fn calendars_of(place: &Place) -> impl Iterator<Item = &Id> {
    let offices = place.clearance.values().chain(place.handling.values());
    let inspections = place.clearance.values().flat_map(|office| office.customs.inspection.values());
    offices
        .filter_map(|office| office.calendar.as_ref())
        .chain(inspections.filter_map(|kind| kind.calendar.as_ref()))
        .chain(
            place
                .reloading
                .values()
                .flat_map(|terminal| terminal.calendar.iter().chain(&terminal.shifts)),
        )
        .chain(place.exchange.values().filter_map(|exchange| exchange.calendar.as_ref()))
        .chain(place.transloading.values().filter_map(|yard| yard.calendar.as_ref()))
}

#[cfg(test)]
mod tests {
    /// A yard with one outlet for the flow `t`, which is loaded there, and a change of it.
    fn refused(old: &str, new: &str) -> Vec<String> {
        let text = "title = 'yard'
            time = { start = '2022-01-03 00:00', zone = 'Asia/Shanghai', length = '1 day' }
            gauges.road.mode = 'road'
            [places.yard.procedures.all]
            steps = ['transloading.y']
            [places.yard.transloading.y]
            per_box = '1 min'
            outlets.o = { flow = 't' }
            [flows.t]
            from = 'yard'
            to = 'yard'
            departures.rate = '1/day'
            [flows.u]
            from = 'yard'
            to = 'yard'
            departures.rate = '1/day'";
        assert!(text.contains(old));
        let problems = super::super::parse(&text.replace(old, new), "yard.toml").expect_err("it is wrong");
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn outlets_and_their_flows_fit() {
        assert_eq!(
            refused(
                "outlets.o = { flow = 't' }",
                "outlets = { o = { flow = 't', share = 1 }, p = { flow = 't' } }"
            ),
            ["`places.yard.transloading.y.outlets.p.flow` is loaded by another outlet as well"]
        );
        assert_eq!(
            refused("procedures.all]", "procedures.some]\nflows = ['u']"),
            ["`places.yard.transloading.y.outlets.o.flow` names the flow \"t\", which has no step here"]
        );
        assert_eq!(
            refused("[flows.t]", "[flows.t]\nboxes = 2"),
            ["`flows.t.boxes` has boxes although its vehicles come empty to the outlet \"yard.transloading.y.outlets.o\""]
        );
        assert_eq!(
            refused("[flows.t]", "[cargo.c]\n[flows.t]\ncargo = { c = 1 }"),
            ["`flows.t.cargo` has boxes although its vehicles come empty to the outlet \"yard.transloading.y.outlets.o\""]
        );
    }
}
