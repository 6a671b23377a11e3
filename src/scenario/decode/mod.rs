//! From the tree to a [`Scenario`]: one file for each kind of table.
//!
//! Where a value is wrong or missing, a problem is noted and a stand-in takes its place, so that the
//! rest is still read and checked; a scenario with a stand-in never leaves this crate's reader.

mod calendar;
mod civil;
mod flow;
mod law;
mod line;
mod place;
mod time_run;

use std::collections::BTreeMap;

use super::problem::Thing;
use super::reader::{Context, Item, Reader};
use super::types::{Corridor, Gauge, Id, Scenario};
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
        Scenario {
            title: title.unwrap_or_default().to_owned(),
            description: description.unwrap_or_default().trim().to_owned(),
            calendars: reader.things("calendars", |_, item| calendar::calendar(item)),
            places: reader.things("places", |id, item| place::place(id, item, &time.zone)),
            lines: reader.things("lines", line::line),
            flows: flows(reader, &gauges),
            corridors: reader.things("corridors", corridor),
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

fn gauge(id: &str, item: &Item<'_>) -> Option<Gauge> {
    item.table(|reader| {
        let name = reader.name(id);
        let width = reader.required("width", "the distance between the rails, such as \"1435 mm\"", |width| {
            let metres = width.quantity_above_zero(Dimension::Length)?;
            if !(0.1..=10.0).contains(&metres) {
                return width.out_of_range("a distance between rails, such as \"1435 mm\"");
            }
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most ten metres")]
            Some((metres * 1_000.0).round() as u32)
        });
        Gauge {
            name,
            width_mm: width.unwrap_or_default(),
        }
    })
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
