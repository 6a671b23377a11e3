//! Arithmetic before any run: what is offered to each element a day, against what it can take.

use super::{ChoiceRule, FlowModel, Lifting, Model, Step};
use crate::engine::Calendar;
use crate::units::{DAY, Duration};

/// An element of the network with its offered load.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// The dotted path of the element.
    pub id: String,
    /// For people.
    pub name: String,
    /// What limits it: desks, bays, berths, cranes, quota, headway or paths.
    pub limit: &'static str,
    /// Trains a day, or boxes of bays, that want it, on average over the run.
    pub offered_per_day: f64,
    /// Trains, or boxes, a day that it can take.
    pub capacity_per_day: f64,
}

impl Load {
    /// Offered over capacity; above 1 a queue grows without bound.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.offered_per_day / self.capacity_per_day
    }
}

/// Every element that can be a limit and that some flow uses, in the order of the model.
#[must_use]
pub fn offered_loads(model: &Model) -> Vec<Load> {
    let mut loads = Vec::new();
    offices(model, &mut loads);
    bays(model, &mut loads);
    terminals(model, &mut loads);
    exchanges(model, &mut loads);
    lanes(model, &mut loads);
    loads
}

/// Trains a day through a step, by flow.
pub(super) fn by_flow(model: &Model, step: Step) -> impl Iterator<Item = (&FlowModel, f64)> {
    model.flows.iter().filter_map(move |flow| {
        let part: f64 = flow.program.iter().map(|s| part_of(model, flow, *s, step)).sum();
        (part > 0.0).then(|| (flow, part * flow.departures.per_day(flow.growth, model.end)))
    })
}

/// The part of a flow's trains that takes a step where its program has another: all, none, or its part of a
/// choice. Where trains look for the free or quick, that is taken to be in proportion to what each can do.
fn part_of(model: &Model, flow: &FlowModel, has: Step, step: Step) -> f64 {
    let Step::Choose(choice) = has else {
        return f64::from(u8::from(has == step));
    };
    let choice = &model.choices[choice as usize];
    let speed = |step: Step| {
        let servers = model.calendar_of(step).map_or(0.0, |calendar| open_servers(model, calendar));
        servers / model.mean_stay(step, flow.boxes.mean).max(1.0)
    };
    let part = |(position, _): (usize, &Step)| {
        if let ChoiceRule::Shares { cumulative, .. } = &choice.rule {
            return cumulative[position] - position.checked_sub(1).map_or(0.0, |before| cumulative[before]);
        }
        let all: f64 = choice.options.iter().map(|option| speed(*option)).sum();
        if all > 0.0 { speed(step) / all } else { 0.0 }
    };
    choice
        .options
        .iter()
        .enumerate()
        .filter(|(_, option)| **option == step)
        .map(part)
        .sum()
}

/// Trains a day through a step.
fn offered(model: &Model, step: Step) -> f64 {
    by_flow(model, step).map(|(_, per_day)| per_day).sum()
}

/// Servers open on average within the measured time.
#[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
fn open_servers(model: &Model, calendar: &Calendar) -> f64 {
    calendar.server_time(model.measure_from, model.end).0 as f64 / (model.end - model.measure_from).0 as f64
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
fn per_day(mean_ms: f64) -> f64 {
    DAY as f64 / mean_ms
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
fn apart(headway: Duration) -> f64 {
    per_day(headway.0 as f64)
}

fn push(loads: &mut Vec<Load>, (id, name): (String, String), limit: &'static str, offered_per_day: f64, capacity_per_day: f64) {
    if offered_per_day > 0.0 && capacity_per_day.is_finite() {
        loads.push(Load {
            id,
            name,
            limit,
            offered_per_day,
            capacity_per_day,
        });
    }
}

fn named(model: &Model, place: u32, path: &str, name: &str) -> (String, String) {
    let place = &model.places[place as usize];
    (format!("places.{}.{path}", place.id), format!("{}, {name}", place.name))
}

fn offices(model: &Model, loads: &mut Vec<Load>) {
    for (i, office) in model.offices.iter().enumerate() {
        let wanted = offered(model, Step::Office(i as u32));
        let capacity = open_servers(model, &office.calendar) * per_day(office.mean_time());
        push(
            loads,
            named(model, office.place, &office.path, &office.name),
            "desks",
            wanted,
            capacity,
        );
    }
}

/// Boxes that are inspected.
fn bays(model: &Model, loads: &mut Vec<Load>) {
    for (i, office) in model.offices.iter().enumerate() {
        let Some(inspection) = &office.inspection else { continue };
        for kind in 0..inspection.kinds as usize {
            let bay = &model.bays[inspection.first_bay as usize + kind];
            let picked = |flow: &FlowModel| -> f64 {
                let picks = inspection.picks.iter().enumerate();
                picks
                    .map(|(class, pick)| model.share_of_class(flow, class) * pick.share_of(kind))
                    .sum()
            };
            let boxes = by_flow(model, Step::Office(i as u32)).map(|(flow, trains)| trains * flow.boxes.mean * picked(flow));
            let capacity = open_servers(model, &bay.calendar) * per_day(bay.times[0].mean);
            push(
                loads,
                named(model, bay.place, &bay.path, &bay.name),
                "bays (boxes)",
                boxes.sum(),
                capacity,
            );
        }
    }
}

fn terminals(model: &Model, loads: &mut Vec<Load>) {
    for (i, terminal) in model.terminals.iter().enumerate() {
        let step = Step::Reload(i as u32);
        let wanted = offered(model, step);
        let subject = || named(model, terminal.place, &terminal.path, &terminal.name);
        let boxes = mean_boxes(model, step);
        let stay = terminal.mean_stay(boxes);
        let cranes = match &terminal.lifting {
            Lifting::PerTrain(_) => None,
            Lifting::PerBox { per_lift, cranes, .. } => Some(per_day(per_lift.mean * boxes) * f64::from(*cranes)),
        };
        push(
            loads,
            subject(),
            "berths",
            wanted,
            open_servers(model, &terminal.calendar) * per_day(stay),
        );
        if let Some(capacity) = cranes {
            push(loads, subject(), "cranes", wanted, capacity);
        }
    }
}

/// Boxes of a train that takes this step, on average over its flows.
pub(super) fn mean_boxes(model: &Model, step: Step) -> f64 {
    let (boxes, trains) = by_flow(model, step).fold((0.0, 0.0), |(boxes, trains), (flow, rate)| {
        (boxes + rate * flow.boxes.mean, trains + rate)
    });
    if trains > 0.0 { boxes / trains } else { 0.0 }
}

fn exchanges(model: &Model, loads: &mut Vec<Load>) {
    for (i, exchange) in model.exchanges.iter().enumerate() {
        let wanted = offered(model, Step::Exchange(i as u32));
        let subject = || named(model, exchange.place, &exchange.path, &exchange.name);
        if let Some((trains, _)) = exchange.quota {
            push(loads, subject(), "quota", wanted, f64::from(trains));
        }
        push(
            loads,
            subject(),
            "headway",
            wanted,
            open_servers(model, &exchange.calendar) * apart(exchange.headway),
        );
    }
}

fn lanes(model: &Model, loads: &mut Vec<Load>) {
    for (i, lane) in model.lanes.iter().enumerate() {
        let through = |flow: &&FlowModel| flow.program.iter().any(|step| matches!(step, Step::Run(l, _) if *l as usize == i));
        let flows = model.flows.iter().filter(through);
        let wanted: f64 = flows.map(|flow| flow.departures.per_day(flow.growth, model.end)).sum();
        let to = &model.places[lane.to as usize];
        let subject = || (format!("lines.{}.to.{}", lane.line, to.id), format!("{} to {}", lane.name, to.name));
        push(loads, subject(), "headway", wanted, apart(lane.headway));
        if let Some(every) = lane.path_every {
            push(loads, subject(), "paths", wanted, apart(every));
        }
    }
}
