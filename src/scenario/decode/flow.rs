//! `[flows.ID]` and its departures.

use std::collections::BTreeMap;

use super::super::document::Node;
use super::super::item::Item;
use super::super::layers::DEPARTURES;
use super::super::problem::{ProblemKind, Thing};
use super::super::reader::Reader;
use super::super::types::{Departures, FacilityKind, Flow, Id, StepRef, TimetableEntry, TraceRow};
use super::{STAND_IN, civil, forming, law, route};
use crate::random::Law;
use crate::units::Dimension;

/// A trace with more bad rows than this is probably another file altogether.
const BAD_ROWS: usize = 10;

/// A stream of trains.
pub(super) fn flow(id: &str, item: &Item<'_>, only_gauge: Option<&Id>) -> Option<Flow> {
    item.table(|reader| read(id, reader, only_gauge))
}

fn read(id: &str, reader: &mut Reader<'_>, only_gauge: Option<&Id>) -> Flow {
    let (routes, choice) = route::routes(reader);
    Flow {
        name: reader.name(id),
        routes,
        choice,
        from: reader
            .required("from", "the place where its trains begin", |place| place.known(Thing::Place))
            .unwrap_or_default(),
        to: reader
            .required("to", "the place where its trains end", |place| place.known(Thing::Place))
            .unwrap_or_default(),
        via: reader
            .optional("via", |via| {
                via.list("an array of places in order", |place| place.known(Thing::Place))
            })
            .unwrap_or_default(),
        direction: reader
            .optional("direction", |word| word.text("a word such as \"west\""))
            .unwrap_or_default()
            .to_owned(),
        gauge: match only_gauge {
            Some(only) => reader
                .optional("gauge", |gauge| gauge.known(Thing::Gauge))
                .unwrap_or_else(|| only.clone()),
            None => reader
                .required("gauge", "the gauge on which its trains begin", |gauge| gauge.known(Thing::Gauge))
                .unwrap_or_default(),
        },
        boxes: reader.optional("boxes", law::of_counts).unwrap_or(Law::Constant(0.0)),
        cargo: reader.optional("cargo", cargo).unwrap_or_default(),
        teu_per_box: reader
            .optional("teu_per_box", |n| n.positive_or_zero("a number, 2 for forty-foot containers"))
            .unwrap_or(2.0),
        growth: reader
            .optional("growth", |n| n.positive_or_zero("a factor, 1.36 for 36 % more"))
            .unwrap_or(1.0),
        departures: reader
            .required(
                "departures",
                "a table with `rate`, `timetable`, `appointments`, `every`, `trace` or `gather`",
                |departures| departures.table(departures_of),
            )
            .flatten()
            .inspect(|departures| warn_of_idle_boxes(reader, departures))
            .unwrap_or(Departures::Renewal { every: STAND_IN }),
        group: reader
            .optional("group", |word| word.text("a word such as \"refrigerated\""))
            .unwrap_or_default()
            .to_owned(),
    }
}

/// A train of gathered boxes carries those that were gathered. A layer below may well say how many they were before.
fn warn_of_idle_boxes(reader: &mut Reader<'_>, departures: &Departures) {
    let gather = reader.item().node.find(&["departures", "gather"]);
    if let (Departures::Gather(_), Some(gather), Some(boxes)) = (departures, gather, reader.get("boxes"))
        && gather.at.file == boxes.node.at.file
    {
        let problem = boxes.problem(ProblemKind::IdleBeside("departures.gather")).warning();
        boxes
            .cx
            .report(problem.remedy("take it out: a train carries the boxes that were gathered for it"));
    }
}

/// Shares by class of cargo, of sum 1.
fn cargo(item: &Item<'_>) -> Option<BTreeMap<Id, f64>> {
    let shares = item.things(|class, entry| entry.has_known_key(Thing::Cargo, class).then(|| entry.share()).flatten())?;
    let read = item.node.table().is_some_and(|table| table.len() == shares.len());
    (read && item.is_whole(shares.values().copied())).then_some(shares)
}

fn departures_of(reader: &mut Reader<'_>) -> Option<Departures> {
    // Rows without the name of a file are a trace as well.
    let rows_only = reader.has("trace_rows") && !DEPARTURES.iter().any(|keys| reader.has(keys[0]));
    let chosen = if rows_only { "trace" } else { reader.alternative(DEPARTURES)? };
    match chosen {
        "rate" => poisson(reader),
        "timetable" => Some(Departures::Timetable {
            entries: reader.optional("timetable", timetable)?,
            lateness: reader.optional("lateness", law::of_times).unwrap_or(Law::Constant(0.0)),
        }),
        "appointments" => appointments(reader),
        "every" => reader
            .optional("every", law::of_times_above_zero)
            .map(|every| Departures::Renewal { every }),
        "gather" => forming::gather(&reader.get("gather")?),
        _ => Some(Departures::Trace {
            file: reader
                .optional("trace", |file| file.text("the path of a CSV file, relative to this one"))
                .unwrap_or_default()
                .to_owned(),
            rows: reader.optional("trace_rows", rows).unwrap_or_default(),
        }),
    }
}

fn appointments(reader: &mut Reader<'_>) -> Option<Departures> {
    let per_day = reader.optional("appointments", |rate| rate.quantity(Dimension::Rate));
    let expected = "the facility that gives the appointments, such as \"pass.clearance.trucks\"";
    let at = reader.required("at", expected, |at| facility(at, expected));
    let lateness = reader.optional("lateness", law::of_times).unwrap_or(Law::Constant(0.0));
    let (place, facility) = at?;
    Some(Departures::Appointments {
        per_day: per_day?,
        place,
        facility,
        lateness,
    })
}

/// A facility of any place, as place.kind.id.
fn facility(item: &Item<'_>, expected: &str) -> Option<(Id, StepRef)> {
    let places = item.cx.root().find(&["places"]).and_then(Node::table);
    let mut known = Vec::new();
    for (place, node) in places.into_iter().flatten() {
        for kind in FacilityKind::ALL {
            let ids = node.find(&[kind.word()]).and_then(Node::table).into_iter().flat_map(BTreeMap::keys);
            known.extend(ids.map(|id| (format!("{place}.{}.{id}", kind.word()), place, kind, id)));
        }
    }
    let names: Vec<&str> = known.iter().map(|(name, ..)| name.as_str()).collect();
    let name = item.known_among(Thing::Facility, &names, expected)?;
    let (_, place, kind, id) = known.into_iter().find(|(known, ..)| *known == name)?;
    Some((place.clone(), StepRef { kind, id: id.clone() }))
}

/// A Poisson process with its factors.
pub(super) fn poisson(reader: &mut Reader<'_>) -> Option<Departures> {
    let per_day = reader.optional("rate", |rate| rate.quantity(Dimension::Rate));
    let by_hour = factors(reader, "by_hour", 24);
    let by_weekday = factors(reader, "by_weekday", 7);
    let by_month = factors(reader, "by_month", 12);
    Some(Departures::Poisson {
        per_day: per_day?,
        by_hour,
        by_weekday,
        by_month,
    })
}

/// A factor for each hour, weekday or month; empty where the key is left out.
pub(super) fn factors(reader: &mut Reader<'_>, key: &'static str, needed: usize) -> Vec<f64> {
    let expected = format!("{needed} factors, 1 where the rate is as given");
    let read = |item: &Item<'_>| {
        let entries = item.array(&expected)?;
        if entries.len() != needed {
            let found = entries.len();
            return item.refuse(item.problem(ProblemKind::WrongLength { found, needed }).expected(expected.as_str()));
        }
        let factors: Vec<f64> = entries
            .iter()
            .filter_map(|entry| entry.positive_or_zero("a factor, zero or more"))
            .collect();
        let sum: f64 = factors.iter().sum();
        if factors.len() == needed && sum <= 0.0 {
            return item.refuse(item.problem(ProblemKind::Zero).expected("at least one factor above zero"));
        }
        if factors.len() == needed && needed != 12 {
            warn_of_average(item, sum, needed);
        }
        Some(factors)
    };
    reader.optional(key, read).unwrap_or_default()
}

/// Months differ in length and a run rarely covers them all, so only hours and weekdays are expected to average 1.
fn warn_of_average(item: &Item<'_>, sum: f64, needed: usize) {
    #[allow(clippy::cast_precision_loss, reason = "24 at most")]
    let average = sum / needed as f64;
    if (average - 1.0).abs() > 0.001 {
        let rounded = (average * 1_000.0).round() / 1_000.0;
        let problem = item.problem(ProblemKind::FactorAverage(rounded)).warning();
        item.cx
            .report(problem.remedy(format!("divide each by {rounded} to keep the rate as it is given")));
    }
}

/// Civil times on days of the week.
pub(super) fn timetable(item: &Item<'_>) -> Option<Vec<TimetableEntry>> {
    let expected = "an array of tables such as { days = \"daily\", at = [\"06:00\", \"18:30\"] }";
    item.list(expected, |entry| {
        let times = "departure times such as [\"06:00\", \"18:30\"]";
        let read = entry.table(|reader| {
            let days = reader.required("days", "days such as \"mon-fri\"", civil::days);
            let at = reader.required("at", times, |at| {
                Some(at.one_or_more(times).iter().filter_map(civil::clock).collect())
            });
            Some(TimetableEntry { days: days?, at: at? })
        });
        read.flatten()
    })
}

/// Recorded departures, in order of time.
fn rows(item: &Item<'_>) -> Option<Vec<TraceRow>> {
    let mut rows: Vec<TraceRow> = Vec::new();
    let mut bad = 0;
    for entry in item.array("an array of tables such as { departure = \"2022-01-01 06:00\", boxes = 41 }")? {
        match row(&entry) {
            Some(row) if rows.last().is_some_and(|last| row.departs_at < last.departs_at) => {
                let problem = entry.problem(ProblemKind::OutOfOrder).expected("rows in order of time");
                item.cx.report(problem.remedy("sort the rows by `departure`"));
                bad += 1;
            }
            Some(row) => rows.push(row),
            None => bad += 1,
        }
        if bad == BAD_ROWS {
            break;
        }
    }
    Some(rows)
}

fn row(item: &Item<'_>) -> Option<TraceRow> {
    item.table(|reader| {
        let departs_at = reader.required(
            "departure",
            "a date and time of day, such as \"2022-01-01 06:00\"",
            civil::date_time,
        );
        let boxes = reader.optional("boxes", |boxes| boxes.count(0).map(Some)).unwrap_or_default();
        Some(TraceRow {
            departs_at: departs_at?,
            boxes,
        })
    })
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;

    #[test]
    fn departures() {
        let read = |text: &str| read_x(text, |item| item.table(departures_of).flatten());
        assert!(matches!(read("x.every = '2 h'"), Ok(Some(Departures::Renewal { .. }))));
        assert!(matches!(read("x.rate = '0/day'"), Ok(Some(Departures::Poisson { .. }))));
        assert!(matches!(
            read("x.timetable = [{ days = 'mon', at = '06:00' }]"),
            Ok(Some(Departures::Timetable { .. }))
        ));
        assert!(matches!(
            read("x = { appointments = '9/day', at = 'p.clearance.c', lateness = '1 h' }\nplaces.p.clearance.c = {}"),
            Ok(Some(Departures::Appointments { .. }))
        ));
        assert!(matches!(
            read("x.trace_rows = [{ departure = '2022-01-01 00:00' }]"),
            Ok(Some(Departures::Trace { .. }))
        ));
        for (text, problem) in [
            ("x.rate = 9", "`x.rate` has no unit"),
            ("x.every = '0 h'", "`x.every` is zero"),
            ("x.rate = '9/day'\nx.by_hour = [1]", "`x.by_hour` has 1 entries instead of 24"),
            (
                "x.rate = '9/day'\nx.by_weekday = [1, 1, 1, 1, 1, 1, -1]",
                "`x.by_weekday[6]` is negative",
            ),
            ("x.every = '1 h'\nx.by_hour = [1]", "`x.by_hour` means nothing without `rate`"),
            (
                "x.timetable = [{ days = 'mon', at = ['25:00'] }]",
                "`x.timetable[0].at[0]` is \"25:00\", which is not a time of day",
            ),
            ("x.timetable = [{ days = 'mon' }]", "`x.timetable[0].at` is missing"),
            ("x.trace_rows = [{ boxes = 3 }]", "`x.trace_rows[0].departure` is missing"),
            ("x.trace = 3", "`x.trace` is a number"),
            ("x.appointments = '9/day'", "`x.at` is missing"),
            (
                "x.appointments = '9/day'\nx.at = 'p.clearance.c'",
                "`x.at` names the unknown facility \"p.clearance.c\"",
            ),
            (
                "x.appointments = '9/day'\nx.at = 'p.clearance.d'\nplaces.p.clearance.d = {}\nx.by_hour = [1]",
                "`x.by_hour` means nothing without `rate`",
            ),
        ] {
            assert_eq!(read(text), Err(vec![problem.to_owned()]), "{text}");
        }
    }

    #[test]
    fn another_file_altogether_is_not_quoted_in_full() {
        let rows = "{ departure = 'x' }, ".repeat(100);
        let problems = read_x(&format!("x = [{rows}]"), rows_of_x).expect_err("no row is right");
        assert_eq!(problems.len(), BAD_ROWS);
    }

    fn rows_of_x(item: &Item<'_>) -> usize {
        rows(item).map_or(0, |rows| rows.len())
    }
}
