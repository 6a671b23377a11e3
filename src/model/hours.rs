//! Opening hours before any run: how long everything that a train needs is open at once, and windows that are too
//! short for the work.

use super::load::{Streams, mean_boxes, streams, through};
use super::{AtClose, FlowModel, Lifting, Model, RouteModel, Step, Terminal};
use crate::engine::Calendar;
use crate::units::{Duration, Instant};

/// The hours in which every facility on a way of a flow is open, on both sides of every border.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedHours {
    /// Name of the flow, with that of its route where it has several.
    pub way: String,
    /// How many facilities its trains need; those of a choice count as one.
    pub facilities: usize,
    /// Hours a week in which all of them are open at once, on average over the measured time: 0 to 168.
    pub hours_per_week: f64,
    /// The longest such time without a break.
    pub longest: Duration,
}

type Stretches = Vec<(Instant, Instant)>;

/// The shared hours of each way of each flow.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "far below 2^53 ms")]
pub fn shared_hours(model: &Model) -> Vec<SharedHours> {
    let (from, to) = (model.measure_from, model.end);
    let of_way = |flow: &FlowModel, route: &RouteModel| {
        let open: Vec<Stretches> = route.program.iter().filter_map(|step| open(model, *step, from, to)).collect();
        let shared = open.iter().fold(vec![(from, to)], |shared, stretches| both(&shared, stretches));
        let lengths = || shared.iter().map(|(begin, end)| *end - *begin);
        SharedHours {
            way: flow.way_name(route),
            facilities: open.len(),
            hours_per_week: lengths().map(|length| length.0).sum::<i64>() as f64 / (to - from).0 as f64 * 168.0,
            longest: lengths().max().unwrap_or(Duration::ZERO),
        }
    };
    let ways = model
        .flows
        .iter()
        .flat_map(|flow| flow.routes.iter().map(move |route| (flow, route)));
    ways.map(|(flow, route)| of_way(flow, route)).collect()
}

/// When the facility of a step is open, or any facility of a choice.
fn open(model: &Model, step: Step, from: Instant, to: Instant) -> Option<Stretches> {
    let Step::Choose(choice) = step else {
        return model.calendar_of(step).map(|calendar| calendar.open(from, to));
    };
    let options = model.choices[choice as usize].options.iter();
    let mut all: Stretches = options
        .filter_map(|option| model.calendar_of(*option))
        .flat_map(|calendar| calendar.open(from, to))
        .collect();
    all.sort_unstable();
    let mut merged: Stretches = Vec::new();
    for (begin, end) in all {
        match merged.last_mut() {
            Some(last) if last.1 >= begin => last.1 = last.1.max(end),
            _ => merged.push((begin, end)),
        }
    }
    Some(merged)
}

/// What two lists of stretches, each in order and without overlap, have in common.
fn both(one: &Stretches, other: &Stretches) -> Stretches {
    let mut shared = Vec::new();
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (one.get(i), other.get(j)) {
        let (begin, end) = (a.0.max(b.0), a.1.min(b.1));
        if begin < end {
            shared.push((begin, end));
        }
        if a.1 <= b.1 {
            i += 1;
        } else {
            j += 1;
        }
    }
    shared
}

/// A facility whose windows are too short, or that never opens.
#[derive(Clone, Debug, PartialEq)]
pub struct NarrowWindow {
    /// The dotted path of the facility.
    pub id: String,
    /// For people.
    pub name: String,
    /// The longest window within the run; zero where it never opens.
    pub longest: Duration,
    /// Mean and least time of the work that must fit in a window; zero where any work could be begun.
    pub work: (Duration, Duration),
}

impl NarrowWindow {
    /// What is wrong, in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let (name, longest, (mean, least)) = (&self.name, self.longest, self.work);
        if longest == Duration::ZERO {
            format!("{name} never opens within the run")
        } else if least > longest {
            format!(
                "{name} begins no work that it cannot finish before closing, and its longest window, {longest}, is shorter than any of it ({least} at least): it serves nobody"
            )
        } else {
            format!(
                "{name} begins no work that it cannot finish before closing, and its longest window, {longest}, is shorter than its mean, {mean}: what is longer than every window waits for ever, with everyone behind it"
            )
        }
    }
}

/// Facilities that never open, and those that refuse what they cannot finish and whose longest window is shorter
/// than the work.
#[must_use]
pub fn narrow_windows(model: &Model) -> Vec<NarrowWindow> {
    let mut found = Vec::new();
    let mut look = |(place, path, name): (u32, &str, &str), calendar: &Calendar, at_close, work: (f64, f64)| {
        let longest = calendar.longest_window(Instant::START, model.end);
        let closes = calendar.closed(Instant::START, model.end).next().is_some();
        let work = (Duration::from_millis(work.0), Duration::from_millis(work.1));
        let refuses = at_close == AtClose::Refuse && closes;
        if longest == Duration::ZERO || (refuses && work.0.max(work.1) > longest) {
            let place = &model.places[place as usize];
            found.push(NarrowWindow {
                id: format!("places.{}.{path}", place.id),
                name: format!("{}, {name}", place.name),
                longest,
                work,
            });
        }
    };
    for office in &model.offices {
        let advance = office.advance.as_ref().map_or(office.time.least, |advance| advance.time.least);
        let work = (office.mean_time(), office.time.least.min(advance));
        look((office.place, &office.path, &office.name), &office.calendar, office.at_close, work);
    }
    for bay in &model.bays {
        let work = (bay.times[0].mean, bay.times[0].least);
        look((bay.place, &bay.path, &bay.name), &bay.calendar, bay.at_close, work);
    }
    let streams = streams(model);
    for (terminal, ix) in model.terminals.iter().zip(0..) {
        let work = (
            terminal.mean_stay(mean_boxes(model, &streams, &[Step::Reload(ix)])),
            least_stay(model, &streams, terminal, ix),
        );
        look(
            (terminal.place, &terminal.path, &terminal.name),
            &terminal.calendar,
            terminal.at_close,
            work,
        );
    }
    for exchange in &model.exchanges {
        look(
            (exchange.place, &exchange.path, &exchange.name),
            &exchange.calendar,
            AtClose::Finish,
            (0.0, 0.0),
        );
    }
    found
}

/// The least time in a terminal: the shortest of everything, with as many cranes as can work on one train.
fn least_stay(model: &Model, streams: &Streams<'_>, terminal: &Terminal, ix: u32) -> f64 {
    let lifting = match &terminal.lifting {
        Lifting::PerTrain(time) => time.least,
        Lifting::PerBox(per_lift) => {
            let step = [Step::Reload(ix)];
            let boxes = through(model, streams, &step).map(|(stream, _)| stream.least_boxes);
            per_lift.least * boxes.reduce(f64::min).unwrap_or(0.0) / f64::from(terminal.cranes.most_on_one())
        }
    };
    terminal.placing.least + lifting + terminal.withdrawal.least
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model, scenario};

    fn border(hours: &str, at_close: &str, time: &str) -> Model {
        let text = format!(
            r#"
            title = "hours"
            [time]
            start = "2022-01-03 00:00"
            zone = "Asia/Shanghai"
            length = "14 days"
            [gauges.g]
            width = "1435 mm"
            [calendars.one]
            windows = [{{ days = "daily", hours = "08:00-20:00" }}]
            [calendars.other]
            windows = [{{ days = "mon-fri", hours = "{hours}" }}]
            [places.a.clearance.export]
            time = "1 h"
            calendar = "one"
            [places.a.procedures.all]
            steps = ["clearance.export"]
            [places.b]
            zone = "Asia/Almaty"
            [places.b.clearance.import]
            time = {time}
            calendar = "other"
            at_close = "{at_close}"
            [places.b.procedures.all]
            steps = ["clearance.import"]
            [lines.l]
            between = ["a", "b"]
            gauge = "g"
            running_time = "1 h"
            [flows.f]
            from = "a"
            to = "b"
            departures.every = "5 h"
            "#
        );
        let loaded = scenario::parse(&text, "hours.toml").unwrap_or_else(|problems| panic!("{problems}"));
        model::compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    /// Two ways, open for twelve hours a day and always: a row for each, with its name.
    #[test]
    fn every_route_has_hours_of_its_own() {
        let text = "title = 'ways'
            time = { start = '2022-01-03 00:00', zone = 'Asia/Shanghai', length = '14 days' }
            gauges.g.width = '1435 mm'
            calendars.day.windows = [{ days = 'daily', hours = '08:00-20:00' }]
            [places]
            a = {}
            b = {}
            s = {}
            n.exchange.x.calendar = 'day'
            n.procedures.all.steps = ['exchange.x']
            [lines]
            an = { between = ['a', 'n'], gauge = 'g', running_time = '1 h' }
            nb = { between = ['n', 'b'], gauge = 'g', running_time = '1 h' }
            as = { between = ['a', 's'], gauge = 'g', running_time = '1 h' }
            sb = { between = ['s', 'b'], gauge = 'g', running_time = '1 h' }
            [flows.f]
            from = 'a'
            to = 'b'
            choice = 'least_time'
            routes.north.via = ['n']
            routes.south.via = ['s']
            departures.rate = '1/day'";
        let loaded = scenario::parse(text, "ways.toml").unwrap_or_else(|problems| panic!("{problems}"));
        let model = model::compile(&loaded.scenario).expect("it can be run");
        let rows: Vec<_> = shared_hours(&model)
            .into_iter()
            .map(|row| (row.way, row.facilities, row.hours_per_week))
            .collect();
        assert_eq!(rows, [("f, north".to_owned(), 1, 84.0), ("f, south".to_owned(), 0, 168.0)]);
    }

    /// Almaty was two hours behind Shanghai in 2022: 09:00-13:00 there is 11:00-15:00 here, all within 08:00-20:00;
    /// 4 h on each of 5 days. 17:00-23:00 there is 19:00-01:00 here, of which an hour is shared.
    #[test]
    fn hours_are_shared_across_zones() {
        for (hours, shared, longest) in [("09:00-13:00", 20.0, 4), ("17:00-23:00", 5.0, 1)] {
            let found = shared_hours(&border(hours, "finish", "\"1 h\""));
            assert_eq!((found[0].facilities, found[0].longest), (2, Duration::hours(longest)));
            assert!(
                (found[0].hours_per_week - shared).abs() < 1e-9,
                "{hours}: {}",
                found[0].hours_per_week
            );
        }
    }

    #[test]
    fn windows_too_short() {
        let narrow = |at_close: &str, time: &str| {
            let found = narrow_windows(&border("09:00-13:00", at_close, time));
            found.iter().map(NarrowWindow::sentence).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(narrow("finish", "\"5 h\""), "");
        assert_eq!(narrow("refuse", "\"4 h\""), "");
        assert!(narrow("refuse", "\"5 h\"").ends_with("it serves nobody"));
        // From 1 h to 9 h, 5 h on average, in a window of 4 h: some fit.
        let some = narrow("refuse", r#"{ law = "uniform", min = "1 h", max = "9 h" }"#);
        assert!(some.contains("shorter than its mean"), "{some}");
    }

    #[test]
    fn an_office_that_never_opens() {
        let mut model = border("09:00-13:00", "pause", "\"1 h\"");
        model.offices[0].calendar = Calendar::from_changes([]);
        let found = narrow_windows(&model);
        assert_eq!(found[0].id, "places.a.clearance.export");
        assert!(found[0].sentence().ends_with("never opens within the run"));
        assert_eq!(shared_hours(&model)[0].longest, Duration::ZERO);
    }
}
