//! `[places.ID]` with its facilities and procedures.

use std::collections::BTreeMap;

use super::super::document::Node;
use super::super::item::{Item, MOST};
use super::super::layers::LIFTING;
use super::super::problem::{ProblemKind, Thing};
use super::super::reader::Reader;
use super::super::types::{AtClose, Customs, Exchange, FacilityKind, Id, Lifting, Office, Place, Procedure, Quota, Reloading, StepRef};
use super::transloading::transloading;
use super::{STAND_IN, choice, civil, clearance, forming, interruptions, law};
use crate::random::Law;
use crate::units::Dimension;

const AT_CLOSE: [(&str, AtClose); 3] = [("finish", AtClose::Finish), ("pause", AtClose::Pause), ("refuse", AtClose::Refuse)];

/// No terminal has more cranes, so that crane-time in thousandths stays far from every limit.
const MOST_CRANES: u64 = 1_000;

/// A node of the network.
pub(super) fn place(id: &str, item: &Item<'_>, zone: &str) -> Option<Place> {
    item.table(|reader| Place {
        name: reader.name(id),
        country: reader
            .optional("country", |country| country.text("a country, such as \"CN\""))
            .unwrap_or_default()
            .to_owned(),
        zone: reader.optional("zone", civil::zone).unwrap_or_else(|| zone.to_owned()),
        position: reader.optional("position", position),
        tracks: reader.optional("tracks", tracks).unwrap_or_default(),
        wind: reader.optional("wind", interruptions::wind),
        clearance: reader.things("clearance", clearance::clearance),
        handling: reader.things("handling", handling),
        reloading: reader.things("reloading", reloading),
        exchange: reader.things("exchange", exchange),
        regrouping: reader.things("regrouping", forming::regrouping),
        wagons: reader.things("wagons", forming::wagons),
        transloading: reader.things("transloading", transloading),
        choice: {
            let steps = steps_of(reader.item(), &FacilityKind::ALTERNATIVES);
            reader.things("choice", |_, item| choice::choice(item, &steps))
        },
        procedures: {
            let steps = steps_of(reader.item(), &FacilityKind::ALL);
            reader.things("procedures", |_, item| procedure(item, &steps))
        },
    })
}

fn position(item: &Item<'_>) -> Option<(f64, f64)> {
    let expected = "longitude and latitude in degrees, such as [82.57, 45.17]";
    let entries = item.array(expected)?;
    let [longitude, latitude] = &entries[..] else {
        let found = entries.len();
        return item.refuse(item.problem(ProblemKind::WrongLength { found, needed: 2 }).expected(expected));
    };
    let degrees = |item: &Item<'_>, most: f64, expected: &str| {
        let value = item.number(expected)?;
        if value.abs() <= most {
            Some(value)
        } else {
            item.out_of_range(expected)
        }
    };
    let longitude = degrees(longitude, 180.0, "a longitude from -180 to 180, east positive");
    longitude.zip(degrees(latitude, 90.0, "a latitude from -90 to 90, north positive"))
}

/// Tracks by gauge; an unlimited number is the same as no entry.
fn tracks(item: &Item<'_>) -> Option<BTreeMap<Id, u32>> {
    item.things(|gauge, entry| entry.has_known_key(Thing::Gauge, gauge).then(|| limit(entry)).flatten())
}

/// A number of at least 1; none where it is `"unlimited"`.
pub(super) fn limit(item: &Item<'_>) -> Option<u32> {
    match item.node.text() {
        Some("unlimited") => None,
        Some(_) => item.refuse(
            item.problem(ProblemKind::WrongType { found: "a text" })
                .expected("a whole number, or \"unlimited\""),
        ),
        None => item.count(1),
    }
}

/// Any work on a train but clearance.
fn handling(id: &str, item: &Item<'_>) -> Option<Office> {
    item.table(|reader| office(id, reader, "servers"))
}

/// What every office has; `servers` is the key of their number.
pub(super) fn office(id: &str, reader: &mut Reader<'_>, servers: &'static str) -> Office {
    Office {
        name: reader.name(id),
        servers: reader.optional(servers, |n| n.count(1)).unwrap_or(1),
        time: reader
            .required("time", "the time for one train, such as \"90 min\"", law::of_times)
            .unwrap_or(STAND_IN),
        calendar: calendar(reader),
        at_close: at_close(reader),
        customs: Customs::default(),
    }
}

/// The id of a calendar; none where it is left out or `"always"`.
pub(super) fn calendar(reader: &mut Reader<'_>) -> Option<Id> {
    known_calendar(reader, "calendar")
}

fn known_calendar(reader: &mut Reader<'_>, key: &'static str) -> Option<Id> {
    let item = reader.get(key)?;
    if item.node.text() == Some("always") {
        return None;
    }
    item.known(Thing::Calendar)
}

pub(super) fn at_close(reader: &mut Reader<'_>) -> AtClose {
    reader.optional("at_close", |item| item.choice(&AT_CLOSE)).unwrap_or_default()
}

fn reloading(id: &str, item: &Item<'_>) -> Option<Reloading> {
    item.table(|reader| {
        let from_gauge = reader.required("from_gauge", "the gauge of the trains that come in", |gauge| {
            gauge.known(Thing::Gauge)
        });
        let to_gauge = reader.required("to_gauge", "the gauge of the trains that go out", |gauge| {
            let known = gauge.known(Thing::Gauge)?;
            if Some(&known) == from_gauge.as_ref() {
                let problem = gauge.problem(ProblemKind::SameEnds(Thing::Gauge));
                return gauge.refuse(problem.expected("another gauge than `from_gauge`"));
            }
            Some(known)
        });
        let none = Law::Constant(0.0);
        let berths = reader.required("berths", "how many trains can stand in it at once, such as 3", |n| n.count(1));
        let lifting = lifting(reader).unwrap_or(Lifting::PerTrain(STAND_IN));
        let cranes = match lifting {
            Lifting::PerTrain(_) => berths.unwrap_or(MOST),
            Lifting::PerBox { cranes, .. } => cranes,
        };
        let outdoor = reader.optional("outdoor", Item::boolean).unwrap_or(false);
        Reloading {
            name: reader.name(id),
            from_gauge: from_gauge.unwrap_or_default(),
            to_gauge: to_gauge.unwrap_or_default(),
            berths: berths.unwrap_or(1),
            lifting,
            placing: reader.optional("placing", law::of_times).unwrap_or(none.clone()),
            withdrawal: reader.optional("withdrawal", law::of_times).unwrap_or(none),
            calendar: calendar(reader),
            at_close: at_close(reader),
            shifts: known_calendar(reader, "shifts"),
            outdoor: interruptions::wind_limits(reader, outdoor),
            breakdowns: reader.optional("breakdowns", |item| interruptions::breakdowns(item, cranes)),
        }
    })
}

/// The lifting time, given per train or per lift.
fn lifting(reader: &mut Reader<'_>) -> Option<Lifting> {
    if reader.alternative(LIFTING)? == "lifting" {
        return reader.optional("lifting", law::of_times).map(Lifting::PerTrain);
    }
    let per_lift = reader.optional("per_lift", law::of_times_above_zero);
    let cranes = reader.required("cranes", "how many cranes the terminal has, such as 4", |n| {
        n.whole(1, MOST_CRANES).and_then(|n| u32::try_from(n).ok())
    });
    let cranes_per_train = reader.optional("cranes_per_train", |n| {
        let count = n.count(1)?;
        if cranes.is_some_and(|cranes| count > cranes) {
            return n.out_of_range("no more than `cranes`");
        }
        Some(count)
    });
    Some(Lifting::PerBox {
        per_lift: per_lift?,
        cranes: cranes?,
        cranes_per_train: cranes_per_train.or(cranes)?,
    })
}

fn exchange(id: &str, item: &Item<'_>) -> Option<Exchange> {
    item.table(|reader| {
        let quota = reader.optional("quota", quota);
        let reset_at = reader.optional("quota_reset", civil::clock).unwrap_or_default();
        Exchange {
            name: reader.name(id),
            headway: reader.optional("headway", Item::duration).unwrap_or_default(),
            quota: quota.map(|trains| Quota { trains, reset_at }),
            calendar: calendar(reader),
        }
    })
}

/// Whole trains a day; none where it is `"unlimited"`.
fn quota(item: &Item<'_>) -> Option<u32> {
    if item.node.text() == Some("unlimited") {
        return None;
    }
    let trains = item.quantity(Dimension::Rate)?;
    let expected = "a whole number of trains a day, such as \"14/day\", or \"unlimited\"";
    if trains.fract() != 0.0 {
        return item.refuse(item.problem(ProblemKind::NotWhole).expected(expected));
    }
    if trains > f64::from(MOST) {
        return item.out_of_range(expected);
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number up to MOST")]
    Some(trains as u32)
}

/// The facilities of a place of some kinds, as steps name them.
fn steps_of(place: &Item<'_>, kinds: &[FacilityKind]) -> Vec<String> {
    let mut steps = Vec::new();
    for kind in kinds {
        let ids = place
            .node
            .find(&[kind.word()])
            .and_then(Node::table)
            .into_iter()
            .flat_map(BTreeMap::keys);
        steps.extend(ids.map(|id| format!("{}.{id}", kind.word())));
    }
    steps
}

fn procedure(item: &Item<'_>, known: &[String]) -> Option<Procedure> {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    item.table(|reader| {
        let expected = "the facilities in order, such as [\"clearance.export\", \"exchange.west\"]";
        let steps = reader.required("steps", expected, |steps| steps.list(expected, |entry| step(entry, &known)));
        Procedure {
            direction: reader
                .optional("direction", |word| word.text("a direction, such as \"west\""))
                .map(str::to_owned),
            flows: reader
                .optional("flows", |flows| flows.list("an array of flows", |flow| flow.known(Thing::Flow)))
                .unwrap_or_default(),
            steps: steps.unwrap_or_default(),
        }
    })
}

/// A facility by its name.
pub(super) fn step(item: &Item<'_>, known: &[&str]) -> Option<StepRef> {
    let name = item.known_among(
        Thing::Step,
        known,
        "a facility of this place as kind.id, such as \"clearance.export\"",
    )?;
    let (word, id) = name.split_once('.')?;
    let kind = FacilityKind::ALL.into_iter().find(|kind| kind.word() == word)?;
    Some(StepRef { kind, id: id.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;

    const AROUND: &str = "gauges = { s = {}, b = {} }\ncalendars.day = {}\nflows.f = {}\n";

    fn refused(text: &str) -> String {
        let text = format!("{AROUND}{text}");
        read_x(&text, |item| place("x", item, "Asia/Shanghai")).expect_err(&text).join("; ")
    }

    #[test]
    fn places() {
        for (text, problem) in [
            ("x.position = [1]", "`x.position` has 1 entries instead of 2"),
            ("x.position = [181, 0]", "`x.position[0]` is out of range"),
            ("x.tracks.s = 0", "`x.tracks.s` is zero"),
            ("x.tracks.s = '8'", "`x.tracks.s` is a text"),
            ("x.tracks.c = 1", "`x.tracks.c` names the unknown gauge \"c\""),
            (
                "x.clearance.c = { time = '1 h', servers = 2 }",
                "`x.clearance.c.servers` is not a known key",
            ),
            (
                "x.handling.c = { time = '1 h', desks = 2 }",
                "`x.handling.c.desks` is not a known key",
            ),
            (
                "x.handling.c = { time = '1 h', calendar = 'night' }",
                "`x.handling.c.calendar` names the unknown calendar \"night\"",
            ),
            ("x.exchange.e.quota = '1.5/day'", "`x.exchange.e.quota` is not a whole number"),
            (
                "x.exchange.e.quota_reset = '24:00'",
                "`x.exchange.e.quota_reset` is \"24:00\", which is not a time of day",
            ),
            ("x.procedures.p = {}", "`x.procedures.p.steps` is missing"),
            (
                "x.procedures.p = { steps = ['clearance.c'] }",
                "`x.procedures.p.steps[0]` names the unknown step \"clearance.c\"",
            ),
            (
                "x.procedures.p = { steps = [], flows = ['g'] }",
                "`x.procedures.p.flows[0]` names the unknown flow \"g\"",
            ),
            (
                "x.reloading.r = { from_gauge = 's', to_gauge = 's', berths = 1, lifting = '1 h' }",
                "`x.reloading.r.to_gauge` is the same gauge at both ends",
            ),
            (
                "x.reloading.r = { from_gauge = 's', to_gauge = 'b', berths = 1 }",
                "`x.reloading.r` needs one of `lifting` or `per_lift`",
            ),
            (
                "x.reloading.r = { from_gauge = 's', to_gauge = 'b', berths = 1, per_lift = '2 min' }",
                "`x.reloading.r.cranes` is missing",
            ),
        ] {
            assert_eq!(refused(text), problem, "{text}");
        }
    }

    #[test]
    fn what_takes_back_a_limit() {
        let text = format!("{AROUND}x.exchange.e = {{ quota = 'unlimited', calendar = 'always' }}\nx.tracks.s = 'unlimited'");
        let read = read_x(&text, |item| place("x", item, "Asia/Shanghai"))
            .expect("it is right")
            .expect("it is a table");
        assert_eq!((read.exchange["e"].quota, &read.exchange["e"].calendar), (None, &None));
        assert!(read.tracks.is_empty());
    }
}
