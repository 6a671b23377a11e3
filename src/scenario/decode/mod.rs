//! From the tree to a [`Scenario`]: one file for each kind of table.
//!
//! Where a value is wrong or missing, a problem is noted and a stand-in takes its place, so that the
//! rest is still read and checked; a scenario with a stand-in never leaves this crate's reader.

mod calendar;
mod choice;
mod civil;
mod clearance;
mod disruption;
mod flow;
mod forming;
mod holidays;
mod interruptions;
mod law;
mod line;
mod place;
mod route;
mod rules;
mod single;
pub(super) mod time_run;
mod transloading;

use std::collections::BTreeMap;

use super::item::Item;
use super::problem::{ProblemKind, Thing};
use super::reader::{Context, Reader};
use super::types::{CargoClass, Corridor, Gauge, Id, Mode, Scenario};
use crate::random::Law;
use crate::units::Dimension;

/// What stands in for a law that cannot be read.
const STAND_IN: Law = Law::Constant(0.0);

/// Reads the whole document.
pub(super) fn scenario(cx: &Context<'_>) -> Option<Scenario> {
    let root = Item {
        node: cx.root(),
        path: String::new(),
        cx,
    };
    root.table(|reader| {
        let title = reader.required("title", "one line that says what is simulated", |item| {
            item.text("one line of text")
        });
        let description = reader.optional("description", |item| item.text("sentences"));
        let time = time_run::time_frame(reader);
        let run = reader.optional("run", time_run::run_plan).unwrap_or_else(time_run::default_plan);
        let gauges = reader.things("gauges", gauge);
        let holidays = reader.things("holidays", holidays::holidays);
        Scenario {
            lang: cx.lang(),
            title: reader.spoken("titles").or(title).unwrap_or_default().to_owned(),
            description: description.unwrap_or_default().trim().to_owned(),
            calendars: reader.things("calendars", |_, item| calendar::calendar(item, &holidays)),
            cargo: reader.things("cargo", cargo_class),
            places: reader.things("places", |id, item| place::place(id, item, &time.zone)),
            lines: reader.things("lines", line::line),
            flows: flows(reader, &gauges),
            ageing: reader.optional("priority", rules::ageing),
            stop_loading: reader.things("stop_loading", rules::stop_loading),
            corridors: reader.things("corridors", corridor),
            disruptions: reader.things("disruptions", disruption::disruption),
            holidays,
            gauges,
            time,
            run,
        }
    })
}

fn flows(reader: &mut Reader<'_>, gauges: &BTreeMap<Id, Gauge>) -> BTreeMap<Id, super::types::Flow> {
    let only_gauge = match gauges.len() {
        1 => gauges.keys().next(),
        _ => None,
    };
    reader.things("flows", |id, item| flow::flow(id, item, only_gauge))
}

fn cargo_class(id: &str, item: &Item<'_>) -> Option<CargoClass> {
    item.table(|reader| CargoClass { name: reader.name(id) })
}

/// The mode of a gauge that is read elsewhere; what is wrong with it is reported there.
fn mode_of(cx: &Context<'_>, gauge: &str) -> Mode {
    let word = cx.root().find(&["gauges", gauge, "mode"]).and_then(super::document::Node::text);
    Mode::ALL.into_iter().find(|mode| Some(mode.word()) == word).unwrap_or_default()
}

fn gauge(id: &str, item: &Item<'_>) -> Option<Gauge> {
    item.table(|reader| {
        let name = reader.name(id);
        let words = Mode::ALL.map(|mode| (mode.word(), mode));
        let mode = reader.optional("mode", |word| word.choice(&words)).unwrap_or_default();
        let expected = "the distance between the rails, such as \"1435 mm\"";
        let width = if mode == Mode::Rail {
            reader.required("width", expected, width)
        } else {
            reader.optional("width", |item| {
                let problem = item.problem(ProblemKind::NotOfMode(mode.word()));
                item.refuse(problem.remedy("take it out: only rails have a distance"))
            })
        };
        Gauge {
            name,
            mode,
            width_mm: width.unwrap_or_default(),
        }
    })
}

/// A distance between rails, in millimetres.
fn width(item: &Item<'_>) -> Option<u32> {
    let metres = item.quantity_above_zero(Dimension::Length)?;
    if !(0.1..=10.0).contains(&metres) {
        return item.out_of_range("a distance between rails, such as \"1435 mm\"");
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most ten metres")]
    Some((metres * 1_000.0).round() as u32)
}

fn corridor(id: &str, item: &Item<'_>) -> Option<Corridor> {
    item.table(|reader| {
        let name = reader.name(id);
        let expected = "the places in order, such as [\"urumqi\", \"jinghe\"]";
        let places = reader.required("places", expected, |places| {
            places.list(expected, |place| place.known(Thing::Place))
        });
        Corridor {
            name,
            places: places.unwrap_or_default(),
        }
    })
}

/// Reads the value of `x` in a TOML text; what is wrong comes back as sentences.
#[cfg(test)]
fn read_x<T>(text: &str, read: impl FnOnce(&Item<'_>) -> T) -> Result<T, Vec<String>> {
    let mut problems = Vec::new();
    let root = super::document::parse_document(text, 0, &mut problems);
    let cx = Context::new(&root, problems);
    let node = root.find(&["x"]).expect("the text gives x");
    let item = Item {
        node,
        path: "x".to_owned(),
        cx: &cx,
    };
    let value = read(&item);
    let problems: Vec<String> = cx.into_problems().iter().map(ToString::to_string).collect();
    if problems.is_empty() { Ok(value) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gauges() {
        let width = |text: &str| read_x(text, |item| gauge("g", item).map(|gauge| gauge.width_mm));
        assert_eq!(width("x.width = '1435 mm'"), Ok(Some(1435)));
        assert_eq!(width("x.width = '1.52 m'"), Ok(Some(1520)));
        assert_eq!(width("x.width = '1435 m'"), Err(vec!["`x.width` is out of range".to_owned()]));
        assert_eq!(width("x.mode = 'road'"), Ok(Some(0)));
        assert_eq!(
            width("x = { mode = 'road', width = '7 m' }"),
            Err(vec!["`x.width` means nothing on a gauge of mode \"road\"".to_owned()])
        );
        assert_eq!(width("x.mode = 'rail'"), Err(vec!["`x.width` is missing".to_owned()]));
        assert_eq!(width("x = 1435"), Err(vec!["`x` is a number".to_owned()]));
    }

    fn refused<T: std::fmt::Debug>(text: &str, read: impl FnOnce(&Item<'_>) -> T) -> String {
        read_x(text, read).expect_err(text).join("; ")
    }

    #[test]
    fn values_of_every_type() {
        for (text, problem) in [
            ("x = 0", "`x` is zero"),
            ("x = -1", "`x` is negative"),
            ("x = 1_000_001", "`x` is out of range"),
            ("x = 1.5", "`x` is not a whole number"),
            ("x = [1]", "`x` is an array"),
        ] {
            assert_eq!(refused(text, |item| item.count(1)), problem, "{text}");
        }
        assert_eq!(read_x("x = 0xff", |item| item.count(1)), Ok(Some(255)));
        for (text, problem) in [
            ("x = nan", "`x` is out of range"),
            ("x = -0.1", "`x` is negative"),
            ("x = '1'", "`x` is a text"),
        ] {
            assert_eq!(refused(text, |item| item.positive_or_zero("a number")), problem, "{text}");
        }
        let endless = format!("x = '{} days'", "9".repeat(400));
        for (text, problem) in [
            ("x = 3", "`x` has no unit"),
            ("x = ''", "`x` is empty"),
            ("x = 'soon'", "`x` has no number at \"soon\""),
            (&endless, "`x` is out of range"),
        ] {
            assert_eq!(refused(text, |item| item.duration().is_some()), problem, "{text}");
        }
        assert_eq!(refused("x = 1", |item| item.boolean().is_some()), "`x` is a number");
        assert_eq!(
            refused("x = 2022-01-01", |item| item.text("a name").map(str::len)),
            "`x` is a date or time"
        );
    }
}
