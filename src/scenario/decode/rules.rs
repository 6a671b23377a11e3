//! `[priority]` and `[stop_loading.ID]`: who goes first, and who is held back.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use super::super::item::Item;
use super::super::layers::ORDER;
use super::super::problem::{ProblemKind, Thing};
use super::super::reader::Reader;
use super::super::types::{Order, StopLoading};
use super::civil;
use crate::units::{Dimension, Duration};

/// The highest class of priority.
const HIGHEST: u32 = 9;

/// A class of priority.
pub(super) fn class(item: &Item<'_>) -> Option<u32> {
    let class = item.count(0)?;
    if class > HIGHEST {
        return item.out_of_range("a class from 0, the lowest, to 9");
    }
    Some(class)
}

/// How much waiting a class is worth.
pub(super) fn ageing(item: &Item<'_>) -> Option<Duration> {
    let expected = "the waiting that a class is worth, such as \"6 h\"";
    let read = |ageing: &Item<'_>| ageing.quantity_above_zero(Dimension::Time).map(Duration::from_millis);
    item.table(|reader| reader.required("ageing", expected, read)).flatten()
}

/// Flows that are held at their origin for the relief of a place.
pub(super) fn stop_loading(id: &str, item: &Item<'_>) -> Option<StopLoading> {
    item.table(|reader| {
        let name = reader.name(id);
        let place = reader.required("place", "the place that is relieved", |place| place.known(Thing::Place));
        let expected = "the flows that are held, such as [\"inland_west\"]";
        let flows = reader.required("flows", expected, |flows| flows_of(flows, expected));
        Some(StopLoading {
            name,
            place: place.unwrap_or_default(),
            order: order(reader).unwrap_or(Order::Dated(Vec::new())),
            flows: flows.unwrap_or_default(),
        })
    })
    .flatten()
}

fn flows_of(item: &Item<'_>, expected: &str) -> Option<BTreeSet<String>> {
    let flows = item.list(expected, |flow| flow.known(Thing::Flow))?;
    if flows.is_empty() {
        return item.refuse(item.problem(ProblemKind::WrongLength { found: 0, needed: 1 }).expected(expected));
    }
    Some(flows.into_iter().collect())
}

fn order(reader: &mut Reader<'_>) -> Option<Order> {
    if reader.alternative(ORDER)? == "orders" {
        let expected = "an array of { from = \"2022-03-01 00:00\", until = \"2022-03-08 00:00\" }";
        return reader.optional("orders", |orders| spans(orders, expected)).map(Order::Dated);
    }
    let stop_above = reader.optional("stop_above", |n| n.count(0));
    let expected = "the number of waiting trains below which loading goes on";
    let resume_below = reader.required("resume_below", expected, |n| {
        let below = n.count(1)?;
        if stop_above.is_some_and(|above| below > above + 1) {
            return n.out_of_range("no more than `stop_above` and one: else it would stop again at once");
        }
        Some(below)
    });
    Some(Order::Waiting {
        stop_above: stop_above?,
        resume_below: resume_below?,
    })
}

/// Civil spans in order, none of which begins before the last one has ended.
fn spans(item: &Item<'_>, expected: &str) -> Option<Vec<(DateTime, DateTime)>> {
    let mut ended: Option<DateTime> = None;
    let mut all = Vec::new();
    for entry in item.array(expected)? {
        let span = entry.table(|reader| {
            let from = reader.required("from", "when it begins, such as \"2022-03-01 00:00\"", civil::date_time);
            let until = reader.required("until", "when it ends, such as \"2022-03-08 00:00\"", civil::date_time);
            from.zip(until)
        });
        let Some((from, until)) = span.flatten() else { continue };
        if until <= from || ended.is_some_and(|ended| from < ended) {
            let problem = entry.problem(ProblemKind::Backward);
            return entry.refuse(problem.remedy("let each end after it begins, and begin after the one before has ended"));
        }
        ended = Some(until);
        all.push((from, until));
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;

    #[test]
    fn classes() {
        assert_eq!(read_x("x = 9", class), Ok(Some(9)));
        assert_eq!(read_x("x = 10", class), Err(vec!["`x` is out of range".to_owned()]));
        assert_eq!(read_x("x.ageing = '6 h'", ageing), Ok(Some(Duration::hours(6))));
        assert_eq!(read_x("x.ageing = '0 h'", ageing), Err(vec!["`x.ageing` is zero".to_owned()]));
        assert_eq!(read_x("x = {}", ageing), Err(vec!["`x.ageing` is missing".to_owned()]));
    }

    #[test]
    fn orders() {
        let read = |text: &str| read_x(text, |item| item.table(order));
        assert_eq!(
            read("x = { stop_above = 40, resume_below = 20 }"),
            Ok(Some(Some(Order::Waiting {
                stop_above: 40,
                resume_below: 20
            })))
        );
        let at = |text: &str| text.parse::<DateTime>().expect("a civil moment");
        assert_eq!(
            read("x.orders = [{ from = '2022-03-01 00:00', until = '2022-03-08 12:00' }]"),
            Ok(Some(Some(Order::Dated(vec![(at("2022-03-01T00:00"), at("2022-03-08T12:00"))]))))
        );
        for (text, problem) in [
            ("x = {}", "`x` needs one of `stop_above` or `orders`"),
            ("x.stop_above = 5", "`x.resume_below` is missing"),
            ("x = { stop_above = 5, resume_below = 7 }", "`x.resume_below` is out of range"),
            ("x = { stop_above = 5, resume_below = 0 }", "`x.resume_below` is zero"),
            (
                "x.orders = [{ from = '2022-03-08 00:00', until = '2022-03-01 00:00' }]",
                "`x.orders[0]` ends before it begins",
            ),
            ("x.orders = [{ from = '2022-03-08 00:00' }]", "`x.orders[0].until` is missing"),
            (
                "x = { orders = [], stop_above = 3 }",
                "`x` gives `stop_above` and `orders`, of which there may be only one",
            ),
        ] {
            assert_eq!(read(text).expect_err(text), vec![problem.to_owned()], "{text}");
        }
    }
}
