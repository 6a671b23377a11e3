//! `[places.ID.transloading.ID]` with its outlets.

use super::super::item::Item;
use super::super::problem::{ProblemKind, Thing};
use super::super::reader::Reader;
use super::super::types::{Id, Outlet, Transloading};
use super::place::{calendar, limit};
use super::route::complete_shares;
use super::{STAND_IN, law};
use crate::random::Law;

/// A yard where boxes change from one vehicle to another.
pub(super) fn transloading(id: &str, item: &Item<'_>) -> Option<Transloading> {
    item.table(|reader| Transloading {
        name: reader.name(id),
        yard_boxes: reader.optional("yard_boxes", limit),
        berths: reader.optional("berths", |n| n.count(1)).unwrap_or(1),
        per_box: reader
            .required("per_box", "the time to set down one box, such as \"4 min\"", law::of_times)
            .unwrap_or(STAND_IN),
        cranes: reader.optional("cranes", |n| n.count(1)).unwrap_or(1),
        calendar: calendar(reader),
        outlets: reader
            .required("outlets", "a table with the flows whose vehicles take the boxes on", outlets)
            .unwrap_or_default(),
    })
}

fn outlets(item: &Item<'_>) -> Option<std::collections::BTreeMap<Id, Outlet>> {
    let mut outlets = item.things(outlet)?;
    if outlets.is_empty() {
        return item.refuse(item.problem(ProblemKind::Empty).expected("at least one outlet"));
    }
    complete_shares(item, "share", outlets.iter_mut().map(|(id, (_, share))| (id.as_str(), share)));
    let whole = |(outlet, share): (Outlet, Option<f64>)| Outlet {
        share: share.unwrap_or_default(),
        ..outlet
    };
    Some(outlets.into_iter().map(|(id, outlet)| (id, whole(outlet))).collect())
}

/// An outlet, and its share as far as it is given.
fn outlet(id: &str, item: &Item<'_>) -> Option<(Outlet, Option<f64>)> {
    item.table(|reader| {
        let share = reader.optional("share", Item::share);
        (outlet_of(id, reader), share)
    })
}

fn outlet_of(id: &str, reader: &mut Reader<'_>) -> Outlet {
    Outlet {
        name: reader.name(id),
        flow: reader
            .required("flow", "the flow whose vehicles come for boxes", |flow| flow.known(Thing::Flow))
            .unwrap_or_default(),
        share: 0.0,
        boxes_per_vehicle: reader.optional("boxes_per_vehicle", |n| n.count(1)).unwrap_or(1),
        loading: reader.optional("loading", law::of_times).unwrap_or(Law::Constant(0.0)),
        patience: reader.optional("patience", Item::duration),
        room: reader.optional("room", limit),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;

    #[test]
    fn yards() {
        let read = |text: &str| read_x(&format!("flows = {{ t = {{}}, p = {{}} }}\n{text}"), |item| transloading("x", item));
        let yard = read(
            "x.yard_boxes = 120\nx.per_box = '3 min'\nx.outlets.road = { flow = 't' }\nx.outlets.air = { flow = 'p', share = 0.125, boxes_per_vehicle = 20, patience = '2 h' }",
        );
        let yard = yard.expect("it is right").expect("it is a table");
        assert_eq!((yard.yard_boxes, yard.berths, yard.cranes), (Some(120), 1, 1));
        assert_eq!(yard.outlets.values().map(|o| o.share).collect::<Vec<_>>(), [0.125, 0.875]);
        for (text, problem) in [
            ("x.outlets.o.flow = 't'", "`x.per_box` is missing"),
            ("x.per_box = '3 min'", "`x.outlets` is missing"),
            ("x = { per_box = '3 min', outlets = {} }", "`x.outlets` is empty"),
            ("x = { per_box = '3 min', outlets.o = {} }", "`x.outlets.o.flow` is missing"),
            (
                "x = { per_box = '3 min', outlets.o.flow = 'u' }",
                "`x.outlets.o.flow` names the unknown flow \"u\"",
            ),
            (
                "x = { per_box = '3 min', outlets.o = { flow = 't', share = 0.5 } }",
                "`x.outlets` has shares that add up to 0.5 instead of 1",
            ),
            (
                "x = { per_box = '3 min', outlets.o = { flow = 't', boxes_per_vehicle = 0 } }",
                "`x.outlets.o.boxes_per_vehicle` is zero",
            ),
            (
                "x = { per_box = '3 min', yard_boxes = 0, outlets.o.flow = 't' }",
                "`x.yard_boxes` is zero",
            ),
        ] {
            assert_eq!(read(text).map(|_| ()), Err(vec![problem.to_owned()]), "{text}");
        }
    }
}
