//! When boxes become trains: `[flows.ID.departures.gather]` and `[places.ID.regrouping.ID]`; and the wagons under
//! them, `[places.ID.wagons.GAUGE]`.

use super::super::item::{Item, MOST};
use super::super::layers::{CALLS, LOTS};
use super::super::problem::{ProblemKind, Thing};
use super::super::reader::Reader;
use super::super::types::{Calls, Departures, Forming, Gather, Regrouping, Returns, Wagons};
use super::{STAND_IN, flow, law, place};
use crate::random::Law;
use crate::units::{Dimension, Duration};

/// What takes back a limit of a layer below.
const UNLIMITED: &str = "unlimited";

/// Boxes that arrive until they make a train.
pub(super) fn gather(item: &Item<'_>) -> Option<Departures> {
    let gather = item.table(|reader| {
        let lots = reader.required("lots", "a table with `rate` or `every`", |lots| lots.table(lots_of).flatten());
        let lot_size = reader.optional("lot_size", lot_size).unwrap_or(Law::Constant(1.0));
        let size = reader.optional("size", place::limit);
        let longest_wait = reader.optional("longest_wait", longest_wait);
        let timetable = reader.optional("timetable", flow::timetable);
        if !["size", "longest_wait", "timetable"].into_iter().any(|key| limits(reader, key)) {
            let list = "`size`, `longest_wait` or `timetable`".to_owned();
            let problem = reader.item().problem(ProblemKind::NoneOf(list));
            reader.item().cx.report(problem.remedy("say when a train is formed"));
        }
        let min_size = min_size(reader, size);
        Some(Gather {
            lots: Box::new(lots?),
            lot_size,
            forming: Forming {
                size,
                min_size: min_size.unwrap_or(1),
                longest_wait,
                calls: timetable.map_or(Calls::None, Calls::Timetable),
            },
        })
    });
    gather.flatten().map(Departures::Gather)
}

/// Whether a key is given, and not only to take back what a layer below says.
fn limits(reader: &mut Reader<'_>, key: &'static str) -> bool {
    reader.get(key).is_some_and(|item| item.node.text() != Some(UNLIMITED))
}

fn lots_of(reader: &mut Reader<'_>) -> Option<Departures> {
    match reader.alternative(LOTS)? {
        "rate" => flow::poisson(reader),
        _ => reader
            .optional("every", law::of_times_above_zero)
            .map(|every| Departures::Renewal { every }),
    }
}

/// The law of a number of boxes that are not for ever none.
fn lot_size(item: &Item<'_>) -> Option<Law> {
    let law = law::of_counts(item)?;
    let expected = "a number of boxes, above zero on average";
    match law.mean() {
        mean if mean <= 0.0 => item.refuse(item.problem(ProblemKind::Zero).expected(expected)),
        mean if mean > f64::from(MOST) => item.out_of_range(expected),
        _ => Some(law),
    }
}

/// The fewest boxes of a train that leaves before it is full.
fn min_size(reader: &mut Reader<'_>, size: Option<u32>) -> Option<u32> {
    let item = reader.get("min_size")?;
    if !limits(reader, "longest_wait") && !reader.has("timetable") {
        let problem = item.problem(ProblemKind::OnlyWith("longest_wait"));
        return item
            .refuse(problem.remedy("give `longest_wait` or `timetable`, or take it out: by `size` alone every train has that size"));
    }
    let least = item.count(1)?;
    if size.is_some_and(|size| least > size) {
        return item.out_of_range("no more than `size`");
    }
    Some(least)
}

/// A time; none where it is `"unlimited"`.
fn longest_wait(item: &Item<'_>) -> Option<Duration> {
    (item.node.text() != Some(UNLIMITED)).then(|| item.duration()).flatten()
}

/// Boxes of arriving trains onto trains of another length.
pub(super) fn regrouping(id: &str, item: &Item<'_>) -> Option<Regrouping> {
    item.table(|reader| {
        let calls = if CALLS.iter().any(|keys| reader.has(keys[0])) {
            match reader.alternative(CALLS) {
                Some("every") => reader.optional("every", every).map(Calls::Every),
                Some(_) => reader.optional("timetable", flow::timetable).map(Calls::Timetable),
                None => None,
            }
        } else {
            // So that a misspelt key is compared with these as well.
            for keys in CALLS {
                drop(reader.get(keys[0]));
            }
            None
        };
        Regrouping {
            name: reader.name(id),
            forming: Forming {
                size: reader.optional("size", place::limit),
                min_size: 1,
                longest_wait: reader.optional("longest_wait", longest_wait),
                calls: calls.unwrap_or_default(),
            },
        }
    })
}

fn every(item: &Item<'_>) -> Option<Duration> {
    item.quantity_above_zero(Dimension::Time)
        .map(|ms| Duration::from_millis(ms).max(Duration(1)))
}

/// The stock of wagons of one gauge.
pub(super) fn wagons(gauge: &str, item: &Item<'_>) -> Option<Wagons> {
    if !item.has_known_key(Thing::Gauge, gauge) {
        return None;
    }
    item.table(|reader| Wagons {
        stock: reader
            .required("stock", "how many wagons there are, such as 300", |n| n.count(1))
            .unwrap_or(1),
        boxes_per_wagon: reader.optional("boxes_per_wagon", boxes_per_wagon).unwrap_or(1.0),
        returns: reader
            .required(
                "returns",
                "the time until they come back, such as \"6 days\", or \"with trains\"",
                returns,
            )
            .unwrap_or(Returns::After(STAND_IN)),
    })
}

fn boxes_per_wagon(item: &Item<'_>) -> Option<f64> {
    let expected = "boxes on one wagon, above zero";
    let boxes = item.positive_or_zero(expected)?;
    if boxes > 0.0 {
        return Some(boxes);
    }
    item.refuse(item.problem(ProblemKind::Zero).expected(expected))
}

fn returns(item: &Item<'_>) -> Option<Returns> {
    if item.node.text() == Some("with trains") {
        return Some(Returns::WithTrains);
    }
    law::of_times(item).map(Returns::After)
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;

    fn refused(text: &str, read: impl FnOnce(&Item<'_>) -> Option<()>) -> String {
        read_x(text, read).expect_err(text).join("; ")
    }

    #[test]
    fn gatherings() {
        let read = |text: &str| read_x(text, gather);
        let lots = "x.lots.rate = '20/day'";
        let Ok(Some(Departures::Gather(full))) = read(&format!(
            "{lots}\nx.lot_size = 3\nx.size = 50\nx.min_size = 30\nx.longest_wait = '48 h'\nx.timetable = [{{ days = 'mon', at = '06:00' }}]"
        )) else {
            panic!("it is right");
        };
        assert_eq!(full.lot_size, Law::Constant(3.0));
        assert_eq!((full.forming.size, full.forming.min_size), (Some(50), 30));
        assert_eq!(full.forming.longest_wait, Some(Duration::hours(48)));
        assert!(matches!(full.forming.calls, Calls::Timetable(_)));
        for (text, problem) in [
            ("x.size = 50".to_owned(), "`x.lots` is missing"),
            ("x.lots = {}\nx.size = 50".to_owned(), "`x.lots` needs one of `rate` or `every`"),
            (
                "x.lots = { rate = '1/day', every = '1 h' }\nx.size = 50".to_owned(),
                "`x.lots` gives `rate` and `every`, of which there may be only one",
            ),
            (lots.to_owned(), "`x` needs one of `size`, `longest_wait` or `timetable`"),
            (
                format!("{lots}\nx.size = 'unlimited'"),
                "`x` needs one of `size`, `longest_wait` or `timetable`",
            ),
            (
                format!("{lots}\nx.size = 50\nx.min_size = 30"),
                "`x.min_size` means nothing without `longest_wait`",
            ),
            (
                format!("{lots}\nx.size = 50\nx.min_size = 51\nx.longest_wait = '1 h'"),
                "`x.min_size` is out of range",
            ),
            (format!("{lots}\nx.size = 0"), "`x.size` is zero"),
            (format!("{lots}\nx.size = 50\nx.longest_wait = 48"), "`x.longest_wait` has no unit"),
            (format!("{lots}\nx.size = 50\nx.lot_size = 0"), "`x.lot_size` is zero"),
            (format!("{lots}\nx.size = 50\nx.lot_size = 1e7"), "`x.lot_size` is out of range"),
        ] {
            assert_eq!(read(&text), Err(vec![problem.to_owned()]), "{text}");
        }
    }

    #[test]
    fn regroupings() {
        let read = |text: &str| read_x(text, |item| regrouping("x", item).map(|r| r.forming));
        assert_eq!(
            read("x = {}"),
            Ok(Some(Forming {
                min_size: 1,
                ..Forming::default()
            }))
        );
        let Ok(Some(timed)) = read("x = { every = '12 h', size = 62, longest_wait = 'unlimited' }") else {
            panic!("it is right");
        };
        assert_eq!((timed.size, timed.longest_wait), (Some(62), None));
        assert_eq!(timed.calls, Calls::Every(Duration::hours(12)));
        for (text, problem) in [
            ("x.every = '0 h'", "`x.every` is zero"),
            (
                "x = { every = '12 h', timetable = [] }",
                "`x` gives `every` and `timetable`, of which there may be only one",
            ),
            ("x.min_size = 3", "`x.min_size` is not a known key"),
        ] {
            assert_eq!(refused(text, |item| regrouping("x", item).map(drop)), problem, "{text}");
        }
    }

    #[test]
    fn wagon_pools() {
        let around = "gauges.broad = {}\n";
        let read = |text: &str| read_x(&format!("{around}{text}"), |item| wagons("broad", item));
        assert_eq!(
            read("x = { stock = 300, returns = 'with trains' }"),
            Ok(Some(Wagons {
                stock: 300,
                boxes_per_wagon: 1.0,
                returns: Returns::WithTrains
            }))
        );
        assert!(matches!(
            read("x = { stock = 300, boxes_per_wagon = 2, returns = '6 days' }"),
            Ok(Some(Wagons {
                returns: Returns::After(Law::Constant(_)),
                ..
            }))
        ));
        for (text, problem) in [
            ("x = { stock = 0, returns = '6 days' }", "`x.stock` is zero"),
            ("x = { stock = 5 }", "`x.returns` is missing"),
            ("x = { stock = 5, returns = 6 }", "`x.returns` has no unit"),
            (
                "x = { stock = 5, returns = '6 days', boxes_per_wagon = 0 }",
                "`x.boxes_per_wagon` is zero",
            ),
        ] {
            assert_eq!(
                refused(&format!("{around}{text}"), |item| wagons("broad", item).map(drop)),
                problem,
                "{text}"
            );
        }
        let text = format!("{around}x = {{ stock = 5, returns = '6 days' }}");
        assert_eq!(
            refused(&text, |item| wagons("brod", item).map(drop)),
            "`x` names the unknown gauge \"brod\""
        );
    }
}
