//! What only the whole scenario shows: ambiguous procedures, ways that do not exist, things that nothing uses.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::unionfind::UnionFind;

use super::document::{Node, Value};
use super::nearest::nearest;
use super::problem::{Problem, ProblemKind, Thing};
use super::reader::Context;
use super::types::{Departures, FacilityKind, Flow, Id, Place, Returns, Scenario, StepRef};

/// Notes every problem between things that are each right by themselves.
pub(super) fn check(scenario: &Scenario, cx: &Context<'_>) {
    for (id, place) in &scenario.places {
        ambiguous_procedures(id, place, scenario, cx);
        alternatives(id, place, cx);
    }
    // A line whose ends are wrong is one problem, not one for each way that it would be part of.
    if scenario.lines.values().all(|line| !line.between.0.is_empty()) {
        ways(scenario, cx);
        corridors(scenario, cx);
    }
    // What is misnamed in one place only seems unused in another.
    if !cx.has_errors() {
        for (id, place) in &scenario.places {
            unused_facilities(id, place, cx);
            unused_directions(id, place, scenario, cx);
            wagon_pools(id, place, scenario, cx);
            if place.wind.is_some() && place.reloading.values().all(|terminal| terminal.outdoor.is_none()) {
                let remedy = "give a terminal of this place outdoor = true, or take the wind out";
                warn(cx, &["places", id, "wind"], Thing::Wind, remedy);
            }
        }
        unused(scenario, cx);
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
        for (from, to) in legs(flow) {
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

/// Each place of a flow with the next.
fn legs(flow: &Flow) -> impl Iterator<Item = (&Id, &Id)> {
    let stops = || std::iter::once(&flow.from).chain(&flow.via).chain(std::iter::once(&flow.to));
    stops().zip(stops().skip(1))
}

fn corridors(scenario: &Scenario, cx: &Context<'_>) {
    for (id, corridor) in &scenario.corridors {
        for pair in corridor.places.windows(2) {
            let [one, other] = pair else { continue };
            let joins = |(a, b): &(Id, Id)| (a, b) == (one, other) || (b, a) == (one, other);
            if !scenario.lines.values().any(|line| joins(&line.between)) {
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
fn unused_directions(id: &str, place: &Place, scenario: &Scenario, cx: &Context<'_>) {
    let directions: BTreeSet<&str> = scenario.flows.values().map(|flow| flow.direction.as_str()).collect();
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
        .chain(flows().flat_map(|flow| [&flow.from, &flow.to].into_iter().chain(&flow.via)))
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
            Departures::Poisson { .. } | Departures::Renewal { .. } | Departures::Gather(_) => false,
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
}
