//! Arithmetic before any run: what is offered to each element a day, against what it can take.

use super::{Drawn, Lifting, Model, Step};
use crate::engine::Calendar;
use crate::units::{DAY, Duration};

/// An element of the network with its offered load.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// The dotted path of the element.
    pub id: String,
    /// For people.
    pub name: String,
    /// What limits it: desks, berths, cranes, quota, headway, paths or section.
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
    lanes(model, &mut loads);
    single_lines(model, &mut loads);
    loads
}

/// Trains a day through a step.
fn offered(model: &Model, is_step: impl Fn(Step) -> bool) -> f64 {
    let through = model.flows.iter().filter(|flow| flow.program.iter().any(|step| is_step(*step)));
    through.map(|flow| flow.departures.per_day(flow.growth, model.end)).sum()
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
    let through = model.flows.iter().filter(|flow| flow.program.contains(&step));
    let (boxes, trains) = through.fold((0.0, 0.0), |(boxes, trains), flow| {
        let rate = flow.departures.per_day(flow.growth, model.end);
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

/// The longest section of single track, when trains run as many in a row as they may.
fn single_lines(model: &Model, loads: &mut Vec<Load>) {
    for single in &model.single_lines {
        let lanes = single.lanes.map(|lane| &model.lanes[lane as usize]);
        let on_it = |step| matches!(step, Step::Run(lane, _) if single.lanes.contains(&lane));
        let sections = &model.sections[single.sections.start as usize..single.sections.end as usize];
        let shares = sections.iter().filter(|section| !section.double).map(super::Section::share);
        let Some(share) = shares.max_by(f64::total_cmp) else { continue };
        let running = share * lanes.map(|lane| lane.running_time.mean).iter().sum::<f64>();
        let bunch = f64::from(single.bunch);
        #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
        let [crossing, headway] = [Some(single.crossing), single.headway].map(|time| time.map(|time| time.0 as f64));
        // One bunch each way, and the section changes hands twice.
        let bunches = headway.map_or(bunch * running, |headway| running + 2.0 * (bunch - 1.0) * headway);
        let capacity = 2.0 * bunch * per_day(bunches + 2.0 * crossing.unwrap_or_default());
        let subject = (format!("lines.{}", lanes[0].line), lanes[0].name.clone());
        push(loads, subject, "section", offered(model, on_it), capacity);
    }
}
