//! Arithmetic before any run: what is offered to each element a day, against what it can take.

use std::collections::{BTreeMap, BTreeSet};

use super::{ChoiceRule, Departures, FlowModel, LaneIx, Lifting, Model, RouteChoice, RouteModel, Step, Terminal};
use crate::engine::Calendar;
use crate::units::{DAY, Duration};

/// An element of the network with its offered load.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// The dotted path of the element.
    pub id: String,
    /// For people.
    pub name: String,
    /// What limits it: desks, bays, berths, cranes, wagons, quota, headway, paths, section, or the vehicles that carry boxes
    /// on.
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
    let streams = streams(model);
    offices(model, &streams, &mut loads);
    bays(model, &streams, &mut loads);
    terminals(model, &streams, &mut loads);
    pools(model, &streams, &mut loads);
    exchanges(model, &streams, &mut loads);
    transloadings(model, &streams, &mut loads);
    lanes(model, &streams, &mut loads);
    single_lines(model, &streams, &mut loads);
    loads
}

/// Trains of a flow along a part of its way: until they are regrouped or loaded from a yard, or to the end.
pub(super) struct Stream<'m> {
    /// The part of its boxes that are of each class.
    classes: Vec<f64>,
    steps: &'m [Step],
    trains_per_day: f64,
    boxes_per_train: f64,
    /// No train has fewer.
    pub(super) least_boxes: f64,
}

/// The routes of a flow with the part of its trains that takes each. Where these choose by shares, it is these; by the
/// least time, equal parts, since none is preferred; those that divert are taken to go the preferred way.
fn parts(flow: &FlowModel) -> impl Iterator<Item = (&RouteModel, f64)> {
    let mut before = 0.0;
    flow.routes.iter().enumerate().map(move |(i, route)| match &flow.choice {
        RouteChoice::Shares { up_to, .. } => {
            let part = up_to[i] - before;
            before = up_to[i];
            (route, part)
        }
        #[allow(clippy::cast_precision_loss, reason = "few routes")]
        RouteChoice::LeastTime => (route, 1.0 / flow.routes.len() as f64),
        RouteChoice::Fixed | RouteChoice::Divert { .. } => (route, if i == 0 { 1.0 } else { 0.0 }),
    })
}

/// Every way of every flow, with the part of its trains that takes it.
fn ways(model: &Model) -> impl Iterator<Item = (&FlowModel, &RouteModel, f64)> {
    let of_flow = |flow| parts(flow).map(move |(route, part)| (flow, route, part));
    model.flows.iter().flat_map(of_flow)
}

/// Boxes a day, by class, of the trains that take a step.
fn boxes_through(model: &Model, step: Step) -> Vec<f64> {
    let mut boxes = vec![0.0; model.classes()];
    for (flow, _, part) in ways(model).filter(|(_, route, _)| route.program.contains(&step)) {
        let per_day = part * flow.departures.per_day(flow.growth, model.end) * flow.boxes.mean;
        for (class, sum) in boxes.iter_mut().enumerate() {
            *sum += per_day * model.share_of_class(flow, class);
        }
    }
    boxes
}

/// Every stream, and which of them take a step.
pub(super) struct Streams<'m> {
    all: Vec<Stream<'m>>,
    /// The positions of those that take a step for certain or as one of a choice. A run counts whichever yard it leads to.
    of_step: BTreeMap<Step, BTreeSet<usize>>,
}

/// A step without what does not matter to a load: the yard at the end of a run.
fn plain(step: Step) -> Step {
    match step {
        Step::Run(lane, _) => run_on(lane),
        step => step,
    }
}

/// A run on a lane, whichever yard it leads to.
fn run_on(lane: LaneIx) -> Step {
    Step::Run(lane, 0)
}

/// The parts of the ways of all flows.
pub(super) fn streams(model: &Model) -> Streams<'_> {
    let all = parts_of_ways(model);
    let mut of_step: BTreeMap<Step, BTreeSet<usize>> = BTreeMap::new();
    for (at, stream) in all.iter().enumerate() {
        for step in stream.steps {
            let options = match step {
                Step::Choose(choice) => &model.choices[*choice as usize].options,
                _ => std::slice::from_ref(step),
            };
            for option in options {
                of_step.entry(plain(*option)).or_default().insert(at);
            }
        }
    }
    Streams { all, of_step }
}

fn parts_of_ways(model: &Model) -> Vec<Stream<'_>> {
    let formation_of = |group: u32| &model.formations[model.groups[group as usize].formation as usize];
    let mut streams = Vec::new();
    for (flow, route, part) in ways(model) {
        let mut trains_per_day = part * flow.departures.per_day(flow.growth, model.end);
        let mut boxes_per_train = flow.boxes.mean;
        let boxes_per_day = trains_per_day * boxes_per_train;
        let mut least_boxes = match flow.departures {
            Departures::Gather { group, .. } => f64::from(formation_of(group).min_size),
            _ => flow.boxes.least,
        };
        let mut classes: Vec<f64> = (0..model.classes()).map(|class| model.share_of_class(flow, class)).collect();
        let together = |last: &Step, next: &Step| !matches!((last, next), (Step::Load(..), _) | (_, Step::Regroup(_)));
        for steps in route.program.chunk_by(together) {
            if let Some(Step::Regroup(group)) = steps.first().filter(|_| boxes_per_train > 0.0) {
                let formation = formation_of(*group);
                let of_group: f64 = boxes_through(model, steps[0]).iter().sum();
                if !formation.passes_through() && of_group > 0.0 {
                    boxes_per_train = of_group / formation.trains_per_day(of_group, model.end);
                    trains_per_day = boxes_per_day / boxes_per_train;
                    least_boxes = f64::from(formation.min_size);
                }
            }
            streams.push(Stream {
                classes: classes.clone(),
                steps,
                trains_per_day,
                boxes_per_train,
                least_boxes,
            });
            if let Some(Step::Load(yard, outlet)) = steps.last() {
                let outlet = &model.transloadings[*yard as usize].outlets[*outlet as usize];
                classes = boxes_through(model, Step::Unload(*yard));
                let all: f64 = classes.iter().sum();
                for boxes in &mut classes {
                    *boxes /= all.max(f64::MIN_POSITIVE);
                }
                // Vehicles beyond what there is for them turn back, or wait.
                boxes_per_train = outlet.boxes_per_vehicle.into();
                trains_per_day = trains_per_day.min(all * outlet.share() / boxes_per_train);
                least_boxes = boxes_per_train.min(1.0);
            }
        }
    }
    streams
}

/// The streams that take one of some steps, in order, each with its trains a day that do.
pub(super) fn through<'s, 'm>(
    model: &'s Model,
    streams: &'s Streams<'m>,
    wanted: &'s [Step],
) -> impl Iterator<Item = (&'s Stream<'m>, f64)> {
    let takers = wanted.iter().filter_map(|step| streams.of_step.get(step)).flatten();
    let takers: BTreeSet<usize> = takers.copied().collect();
    takers.into_iter().filter_map(move |at| {
        let stream = &streams.all[at];
        let part: f64 = stream.steps.iter().map(|has| part_of(model, stream, *has, wanted)).sum();
        (part > 0.0).then_some((stream, part * stream.trains_per_day))
    })
}

/// The part of a stream's trains that takes one of the wanted steps where its program has another: all, none, or its part of a
/// choice. Where trains look for the free or quick, that is taken to be in proportion to what each can do.
fn part_of(model: &Model, stream: &Stream<'_>, has: Step, wanted: &[Step]) -> f64 {
    let is_wanted = |step: Step| wanted.contains(&plain(step));
    let Step::Choose(choice) = has else {
        return f64::from(u8::from(is_wanted(has)));
    };
    let choice = &model.choices[choice as usize];
    let speed = |step: Step| {
        let servers = model.calendar_of(step).map_or(0.0, |calendar| open_servers(model, calendar));
        servers / model.mean_stay(step, stream.boxes_per_train).max(1.0)
    };
    let part = |(position, option): (usize, &Step)| {
        if let ChoiceRule::Shares { cumulative, .. } = &choice.rule {
            return cumulative[position] - position.checked_sub(1).map_or(0.0, |before| cumulative[before]);
        }
        let all: f64 = choice.options.iter().map(|option| speed(*option)).sum();
        if all > 0.0 { speed(*option) / all } else { 0.0 }
    };
    let options = choice.options.iter().enumerate();
    options.filter(|(_, option)| is_wanted(**option)).map(part).sum()
}

/// Trains a day through any of some steps.
fn offered(model: &Model, streams: &Streams<'_>, wanted: &[Step]) -> f64 {
    through(model, streams, wanted).map(|(_, per_day)| per_day).sum()
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

fn offices(model: &Model, streams: &Streams<'_>, loads: &mut Vec<Load>) {
    for (i, office) in model.offices.iter().enumerate() {
        let wanted = offered(model, streams, &[Step::Office(i as u32)]);
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
fn bays(model: &Model, streams: &Streams<'_>, loads: &mut Vec<Load>) {
    for (i, office) in model.offices.iter().enumerate() {
        let Some(inspection) = &office.inspection else { continue };
        for kind in 0..inspection.kinds as usize {
            let bay = &model.bays[inspection.first_bay as usize + kind];
            let picked = |stream: &Stream<'_>| -> f64 {
                let picks = stream.classes.iter().zip(&inspection.picks);
                picks.map(|(share, pick)| share * pick.share_of(kind)).sum()
            };
            let office = [Step::Office(i as u32)];
            let passing = through(model, streams, &office);
            let boxes = passing.map(|(stream, trains)| trains * stream.boxes_per_train * picked(stream));
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

fn terminals(model: &Model, streams: &Streams<'_>, loads: &mut Vec<Load>) {
    for (i, terminal) in model.terminals.iter().enumerate() {
        let step = [Step::Reload(i as u32)];
        let wanted = offered(model, streams, &step);
        let subject = || named(model, terminal.place, &terminal.path, &terminal.name);
        let boxes = mean_boxes(model, streams, &step);
        // What shifts, breakdowns and wind leave of the cranes, for one train and for all.
        let on_one = model.mean_cranes(&terminal.cranes, terminal.cranes.per_train);
        let at_all = model.mean_cranes(&terminal.cranes, terminal.cranes.count);
        let stay = terminal.mean_stay_with(boxes, on_one);
        let told_apart = matches!(terminal.lifting, Lifting::PerBox(_)) || terminal.cranes.are_interrupted();
        push(
            loads,
            subject(),
            "berths",
            wanted,
            open_servers(model, &terminal.calendar) * per_day(stay),
        );
        if told_apart {
            let capacity = per_day(terminal.mean_work(boxes)) * at_all;
            push(loads, subject(), "cranes", wanted, capacity);
        }
    }
}

/// Boxes of a train that takes one of these steps, on average over its flows; where none is expected to, because other routes
/// are preferred, over the flows that could.
pub(super) fn mean_boxes(model: &Model, streams: &Streams<'_>, steps: &[Step]) -> f64 {
    let mean = |weight: fn(f64) -> f64| {
        let (boxes, trains) = through(model, streams, steps).fold((0.0, 0.0), |(boxes, trains), (stream, rate)| {
            (boxes + weight(rate) * stream.boxes_per_train, trains + weight(rate))
        });
        (trains > 0.0).then_some(boxes / trains)
    };
    mean(|rate| rate).or_else(|| mean(|_| 1.0)).unwrap_or(0.0)
}

/// Stocks of wagons that come back after a time: how many trains they can carry.
fn pools(model: &Model, streams: &Streams<'_>, loads: &mut Vec<Load>) {
    let terminals: Vec<(u32, &Terminal)> = (0..).zip(&model.terminals).collect();
    for (i, pool) in model.pools.iter().enumerate() {
        let Some(cycle) = &pool.cycle else { continue };
        let loads_it = |terminal: &&(u32, &Terminal)| model.yards[terminal.1.to_yard as usize].pool == Some(i as u32);
        let reloads = terminals.iter().filter(loads_it).map(|(terminal, _)| Step::Reload(*terminal));
        let loaded: Vec<Step> = std::iter::once(Step::TakeWagons(i as u32)).chain(reloads).collect();
        let wagons = mean_boxes(model, streams, &loaded) / pool.boxes_per_wagon;
        let gauge = format!("wagons.{}", pool.gauge);
        push(
            loads,
            named(model, pool.place, &gauge, &format!("{} wagons", pool.gauge)),
            "wagons",
            offered(model, streams, &loaded),
            per_day(cycle.mean) * f64::from(pool.stock) / wagons,
        );
    }
}

fn exchanges(model: &Model, streams: &Streams<'_>, loads: &mut Vec<Load>) {
    for (i, exchange) in model.exchanges.iter().enumerate() {
        let wanted = offered(model, streams, &[Step::Exchange(i as u32)]);
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

fn transloadings(model: &Model, streams: &Streams<'_>, loads: &mut Vec<Load>) {
    for (i, yard) in model.transloadings.iter().enumerate() {
        let step = [Step::Unload(i as u32)];
        let wanted = offered(model, streams, &step);
        let boxes = mean_boxes(model, streams, &step);
        let stay = yard.mean_stay(boxes);
        let capacity = open_servers(model, &yard.calendar) * per_day(stay);
        push(loads, named(model, yard.place, &yard.path, &yard.name), "berths", wanted, capacity);
        for (o, outlet) in (0..).zip(&yard.outlets) {
            // Counted in trains of boxes for this outlet: what its vehicles can carry away.
            let vehicles = offered(model, streams, &[Step::Load(i as u32, o)]);
            let (id, name) = named(model, yard.place, &format!("{}.outlets.{}", yard.path, outlet.id), &outlet.name);
            let capacity = vehicles * f64::from(outlet.boxes_per_vehicle) / boxes;
            push(loads, (id, name), outlet.mode.vehicles(), wanted * outlet.share(), capacity);
        }
    }
}

fn lanes(model: &Model, streams: &Streams<'_>, loads: &mut Vec<Load>) {
    for (i, lane) in model.lanes.iter().enumerate() {
        let wanted = offered(model, streams, &[run_on(i as u32)]);
        let to = &model.places[lane.to as usize];
        let subject = || (format!("lines.{}.to.{}", lane.line, to.id), format!("{} to {}", lane.name, to.name));
        push(loads, subject(), "headway", wanted, apart(lane.headway));
        if let Some(every) = lane.path_every {
            push(loads, subject(), "paths", wanted, apart(every));
        }
    }
}

/// The longest section of single track, when trains run as many in a row as they may.
fn single_lines(model: &Model, streams: &Streams<'_>, loads: &mut Vec<Load>) {
    for single in &model.single_lines {
        let lanes = single.lanes.map(|lane| &model.lanes[lane as usize]);
        let on_it = single.lanes.map(run_on);
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
        push(loads, subject, "section", offered(model, streams, &on_it), capacity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;

    /// 12 trains of 41 boxes a day become 492 / 62 of 62, which need 62 of the 620 wagons for 5 days each: 2 trains a
    /// day. Gathered, 30 lots of 5 boxes a day make 3 trains of 50, or 6 where they wait for 4 hours at most.
    #[test]
    fn trains_and_wagons_after_boxes_are_put_together() {
        let text = r#"
            title = "loads"
            time = { start = "2022-01-03 00:00", zone = "UTC", length = "10 days" }
            gauges = { standard.width = "1435 mm", broad.width = "1520 mm" }
            [places.far]
            [places.port.regrouping.yard]
            size = 62
            [places.port.reloading.shed]
            from_gauge = "standard"
            to_gauge = "broad"
            berths = 1
            lifting = "3 h"
            [places.port.wagons.broad]
            stock = 620
            returns = "5 days"
            [places.port.procedures.west]
            flows = ["f"]
            steps = ["regrouping.yard", "reloading.shed"]
            [lines.l]
            between = ["port", "far"]
            gauge = "standard"
            running_time = "1 h"
            paths = "24/day"
            [flows.f]
            from = "far"
            to = "port"
            gauge = "standard"
            boxes = 41
            departures.rate = "12/day"
            [flows.g]
            from = "port"
            to = "far"
            gauge = "standard"
            [flows.g.departures.gather]
            lots.rate = "30/day"
            lot_size = 5
            size = 50
            WAIT
        "#;
        let offered = |wait: &str, id: &str, limit: &str| {
            let loaded = scenario::parse(&text.replace("WAIT", wait), "x.toml").unwrap_or_else(|problems| panic!("{problems}"));
            let model = super::super::compile(&loaded.scenario).expect("every flow has a way");
            let load = offered_loads(&model)
                .into_iter()
                .find(|load| (&*load.id, load.limit) == (id, limit));
            let load = load.unwrap_or_else(|| panic!("{id} is used"));
            (load.offered_per_day, load.capacity_per_day)
        };
        let near = |(a, b): (f64, f64), (c, d): (f64, f64)| (a - c).abs() < 1e-9 && (b - d).abs() < 1e-9;
        assert!(near(offered("", "lines.l.to.port", "paths"), (12.0, 24.0)));
        assert!(near(offered("", "places.port.reloading.shed", "berths"), (492.0 / 62.0, 8.0)));
        assert!(near(offered("", "places.port.wagons.broad", "wagons"), (492.0 / 62.0, 2.0)));
        assert!(near(offered("", "lines.l.to.far", "paths"), (3.0, 24.0)));
        assert!(near(offered("longest_wait = '4 h'", "lines.l.to.far", "paths"), (6.0, 24.0)));
    }

    /// 12 boxes a day come by rail, a quarter of them for the trucks of one box: 3 a day go on, though 5 come, and all boxes
    /// are of the class of which half is inspected, 1.5 a day against 24.
    #[test]
    fn vehicles_carry_on_what_there_is() {
        let text = r#"
            title = "loads"
            time = { start = "2022-01-03 00:00", zone = "UTC", length = "10 days" }
            gauges = { standard.width = "1435 mm", road.mode = "road", air.mode = "air" }
            cargo.cold = {}
            [places.yard.transloading.t]
            per_box = "30 min"
            outlets.road = { flow = "trucks", share = 0.25 }
            outlets.air = { flow = "flights", boxes_per_vehicle = 10 }
            [places.yard.procedures.all]
            steps = ["transloading.t"]
            [places.pass.clearance.lanes]
            time = "4 h"
            inspection.scan = { share = { cold = 0.5 }, time = "1 h" }
            [places.pass.procedures.all]
            steps = ["clearance.lanes"]
            [lines]
            road = { between = ["yard", "pass"], gauge = "road", running_time = "1 h" }
            air = { between = ["yard", "pass"], gauge = "air", running_time = "1 h" }
            [flows.rail]
            from = "yard"
            to = "yard"
            gauge = "standard"
            boxes = 6
            cargo.cold = 1
            departures.rate = "2/day"
            [flows.trucks]
            from = "yard"
            to = "pass"
            gauge = "road"
            departures.rate = "5/day"
            [flows.flights]
            from = "yard"
            to = "yard"
            gauge = "air"
            departures.rate = "1/day"
        "#;
        let loaded = scenario::parse(text, "x.toml").unwrap_or_else(|problems| panic!("{problems}"));
        let model = super::super::compile(&loaded.scenario).expect("every flow has a way");
        let loads: Vec<_> = offered_loads(&model)
            .into_iter()
            .map(|load| (load.limit, load.offered_per_day, load.capacity_per_day))
            .collect();
        // Outlets are measured in trains of 6 boxes: half a train a day for 5 trucks of one box, one and a half for a flight of 10.
        assert_eq!(
            loads,
            [
                ("desks", 3.0, 6.0),
                ("bays (boxes)", 1.5, 24.0),
                ("berths", 2.0, 8.0),
                ("flights", 1.5, 10.0 / 6.0),
                ("trucks", 0.5, 5.0 / 6.0),
            ]
        );
    }
}
