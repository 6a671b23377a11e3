//! Arithmetic before any run: what is offered to each element a day, against what it can take.

use super::{Choice, Drawn, FlowModel, Lifting, Model, RouteModel, Step};
use crate::engine::Calendar;
use crate::units::{DAY, Duration};

/// An element of the network with its offered load.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// The dotted path of the element.
    pub id: String,
    /// For people.
    pub name: String,
    /// What limits it: desks, berths, cranes, quota, headway, paths, or the vehicles that carry boxes on.
    pub limit: &'static str,
    /// Trains a day that want it, on average over the run.
    pub offered_per_day: f64,
    /// Trains a day that it can take.
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
    terminals(model, &mut loads);
    exchanges(model, &mut loads);
    transloadings(model, &mut loads);
    lanes(model, &mut loads);
    loads
}

/// Trains a day through a step. Those of a flow that chooses by shares go where these say, others that choose
/// are taken to go the preferred way.
fn offered(model: &Model, is_step: impl Fn(Step) -> bool) -> f64 {
    model
        .flows
        .iter()
        .map(|flow| flow.departures.per_day(flow.growth, model.end) * part(flow, &is_step))
        .sum()
}

/// The part of a flow's trains that take a step.
fn part(flow: &FlowModel, is_step: impl Fn(Step) -> bool) -> f64 {
    let takes = |route: &RouteModel| f64::from(route.program.iter().any(|step| is_step(*step)));
    match &flow.choice {
        Choice::Shares { up_to, .. } => {
            let mut before = 0.0;
            let parts = flow.routes.iter().zip(up_to).map(|(route, up_to)| {
                let share = up_to - before;
                before = *up_to;
                share * takes(route)
            });
            parts.sum()
        }
        Choice::Fixed | Choice::LeastTime | Choice::Divert { .. } => takes(&flow.routes[0]),
    }
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
        let wanted = offered(model, |step| step == Step::Office(i as u32));
        let capacity = open_servers(model, &office.calendar) * per_day(office.time.mean);
        push(
            loads,
            named(model, office.place, &office.path, &office.name),
            "desks",
            wanted,
            capacity,
        );
    }
}

fn terminals(model: &Model, loads: &mut Vec<Load>) {
    for (i, terminal) in model.terminals.iter().enumerate() {
        let step = Step::Reload(i as u32);
        let wanted = offered(model, |s| s == step);
        let subject = || named(model, terminal.place, &terminal.path, &terminal.name);
        let (lifting, cranes) = match &terminal.lifting {
            Lifting::PerTrain(time) => (time.mean, None),
            Lifting::PerBox {
                per_lift,
                cranes,
                cranes_per_train,
            } => {
                let work = per_lift.mean * mean_boxes(model, step);
                (
                    work / f64::from(*cranes.min(cranes_per_train)),
                    Some(per_day(work) * f64::from(*cranes)),
                )
            }
        };
        let mean = |drawn: &Drawn| drawn.mean;
        let stay = mean(&terminal.placing) + lifting + mean(&terminal.withdrawal);
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
fn mean_boxes(model: &Model, step: Step) -> f64 {
    let (boxes, trains) = model.flows.iter().fold((0.0, 0.0), |(boxes, trains), flow| {
        let rate = flow.departures.per_day(flow.growth, model.end) * part(flow, |s| s == step);
        (boxes + rate * flow.boxes.mean, trains + rate)
    });
    if trains > 0.0 { boxes / trains } else { 0.0 }
}

fn exchanges(model: &Model, loads: &mut Vec<Load>) {
    for (i, exchange) in model.exchanges.iter().enumerate() {
        let wanted = offered(model, |step| step == Step::Exchange(i as u32));
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

fn transloadings(model: &Model, loads: &mut Vec<Load>) {
    for (i, yard) in model.transloadings.iter().enumerate() {
        let step = Step::Unload(i as u32);
        let wanted = offered(model, |s| s == step);
        let boxes = mean_boxes(model, step);
        let stay = yard.per_box.mean * boxes / f64::from(yard.cranes);
        let capacity = open_servers(model, &yard.calendar) * per_day(stay);
        push(loads, named(model, yard.place, &yard.path, &yard.name), "berths", wanted, capacity);
        for (o, outlet) in (0..).zip(&yard.outlets) {
            // Counted in trains of boxes for this outlet: what its vehicles can carry away.
            let vehicles = offered(model, |s| s == Step::Load(i as u32, o));
            #[allow(clippy::cast_precision_loss, reason = "millionths")]
            let share = outlet.millionths as f64 / 1e6;
            let (id, name) = named(model, yard.place, &format!("{}.outlets.{}", yard.path, outlet.id), &outlet.name);
            let capacity = vehicles * f64::from(outlet.boxes_per_vehicle) / boxes;
            push(loads, (id, name), outlet.mode.vehicles(), wanted * share, capacity);
        }
    }
}

fn lanes(model: &Model, loads: &mut Vec<Load>) {
    for (i, lane) in model.lanes.iter().enumerate() {
        let wanted = offered(model, |step| matches!(step, Step::Run(l, _) if l as usize == i));
        let to = &model.places[lane.to as usize];
        let subject = || (format!("lines.{}.to.{}", lane.line, to.id), format!("{} to {}", lane.name, to.name));
        push(loads, subject(), "headway", wanted, apart(lane.headway));
        if let Some(every) = lane.path_every {
            push(loads, subject(), "paths", wanted, apart(every));
        }
    }
}
