//! What keeps cranes from working: `[places.ID.wind]`, and the wind limits and breakdowns of a terminal.

use jiff::civil::DateTime;

use super::super::item::Item;
use super::super::layers::{BREAKDOWNS, WIND};
use super::super::problem::{Problem, ProblemKind};
use super::super::reader::Reader;
use super::super::types::{Breakdowns, Outage, Storms, Wind, WindChange, WindLimits};
use super::{STAND_IN, civil, flow, law};
use crate::units::Dimension;

/// A trace with more bad rows than this is probably another file altogether.
const BAD_ROWS: usize = 10;
/// No wind is faster, in metres a second.
const FASTEST: f64 = 150.0;
const SPELLS: &str = "an array of tables such as { from = \"2022-04-10 06:00\", to = \"2022-04-13 06:00\", speed = \"24 m/s\" }";
const READINGS: &str = "an array of tables such as { time = \"2022-04-10 06:00\", speed_m_s = 24.0 }";
const OUTAGES: &str = "an array of tables such as { crane = 2, from = \"2022-04-10 06:00\", to = \"2022-04-11 18:00\" }";
const MOMENT: &str = "a date and time of day, such as \"2022-04-10 06:00\"";

/// Which of the alternatives is given; rows without the name of a file are a trace as well.
fn chosen(reader: &mut Reader<'_>, alternatives: &[&'static [&'static str]]) -> Option<&'static str> {
    let rows_only = reader.has("trace_rows") && !alternatives.iter().any(|keys| reader.has(keys[0]));
    if rows_only {
        Some("trace")
    } else {
        reader.alternative(alternatives)
    }
}

/// The name of the file of a trace; empty where there is none.
fn file(reader: &mut Reader<'_>) -> String {
    let file = reader.optional("trace", |file| file.text("the path of a CSV file, relative to this one"));
    file.unwrap_or_default().to_owned()
}

/// The entries of an array in their order, each read and held against those before it, until too many are wrong.
fn rows<T>(
    item: &Item<'_>,
    expected: &str,
    read: impl Fn(&Item<'_>) -> Option<T>,
    clash: impl Fn(&[T], &T) -> Option<ProblemKind>,
) -> Option<Vec<T>> {
    let mut good = Vec::new();
    let mut bad = 0;
    for entry in item.array(expected)? {
        match read(&entry) {
            Some(row) => match clash(&good, &row) {
                None => good.push(row),
                Some(kind) => {
                    entry.cx.report(entry.problem(kind));
                    bad += 1;
                }
            },
            None => bad += 1,
        }
        if bad == BAD_ROWS {
            break;
        }
    }
    Some(good)
}

/// `from` and `to`, in this order of time.
fn span(reader: &mut Reader<'_>) -> Option<(DateTime, DateTime)> {
    let from = reader.required("from", MOMENT, civil::date_time);
    let to = reader.required("to", MOMENT, civil::date_time);
    let (from, to) = (from?, to?);
    if from < to {
        return Some((from, to));
    }
    let item = reader.item();
    item.refuse(item.problem(ProblemKind::Backward).expected("`to` later than `from`"))
}

/// The wind over a place.
pub(super) fn wind(item: &Item<'_>) -> Option<Wind> {
    let read = |reader: &mut Reader<'_>| match chosen(reader, WIND)? {
        "storms" => reader.optional("storms", storms).map(|storms| Wind::Storms(Box::new(storms))),
        "dated" => Some(Wind::Stated {
            file: String::new(),
            changes: reader.optional("dated", spells)?,
        }),
        _ => Some(Wind::Stated {
            file: file(reader),
            changes: reader.optional("trace_rows", readings).unwrap_or_default(),
        }),
    };
    item.table(read).flatten()
}

fn storms(item: &Item<'_>) -> Option<Storms> {
    let calm = "the time from the end of one storm to the begin of the next, such as { law = \"exponential\", mean = \"3 days\" }";
    item.table(|reader| Storms {
        every: reader.required("every", calm, law::of_times_above_zero).unwrap_or(STAND_IN),
        lasts: reader
            .required("lasts", "the time that a storm lasts, such as \"20 h\"", law::of_times_above_zero)
            .unwrap_or(STAND_IN),
        speed: reader
            .required("speed", "the speed of the wind in a storm, such as \"24 m/s\"", law::of_winds)
            .unwrap_or(STAND_IN),
        by_month: flow::factors(reader, "by_month", 12),
    })
}

/// A speed in millimetres a second.
fn speed(item: &Item<'_>) -> Option<u32> {
    item.quantity_above_zero(Dimension::Wind)
        .and_then(|speed| millimetres(item, speed, Dimension::Wind.expected()))
}

fn millimetres(item: &Item<'_>, metres: f64, expected: &str) -> Option<u32> {
    if metres > FASTEST {
        return item.out_of_range(expected);
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 150,000")]
    Some((metres * 1_000.0).round() as u32)
}

/// Stretches of wind with calms between them, as changes.
fn spells(item: &Item<'_>) -> Option<Vec<WindChange>> {
    let read = |entry: &Item<'_>| {
        let spell = entry.table(|reader| {
            let span = span(reader);
            let speed = reader.required("speed", "the speed of the wind, such as \"24 m/s\"", speed);
            Some((span?, speed?))
        });
        spell.flatten()
    };
    let found = rows(item, SPELLS, read, |before, (span, _)| {
        before
            .last()
            .is_some_and(|((_, end), _)| span.0 < *end)
            .then_some(ProblemKind::SpellOrder)
    })?;
    let mut changes: Vec<WindChange> = Vec::new();
    for ((from, to), speed) in found {
        // A spell that begins as another ends leaves no calm between them.
        changes.pop_if(|last| last.at == from);
        changes.push(WindChange { at: from, speed });
        changes.push(WindChange { at: to, speed: 0 });
    }
    Some(changes)
}

/// Recorded speeds, in order of time.
fn readings(item: &Item<'_>) -> Option<Vec<WindChange>> {
    let metres = "a speed in metres a second, such as 17.2";
    let read = |entry: &Item<'_>| {
        let reading = entry.table(|reader| {
            let at = reader.required("time", MOMENT, civil::date_time);
            let speed = reader.required("speed_m_s", metres, |speed| {
                let value = speed.positive_or_zero(metres)?;
                millimetres(speed, value, metres)
            });
            Some(WindChange { at: at?, speed: speed? })
        });
        reading.flatten()
    };
    rows(item, READINGS, read, |before, row: &WindChange| {
        before.last().is_some_and(|last| row.at <= last.at).then_some(ProblemKind::RowOrder)
    })
}

/// The wind limits of a terminal; none where its cranes are not in the open.
pub(super) fn wind_limits(reader: &mut Reader<'_>, outdoor: bool) -> Option<WindLimits> {
    let stop = reader.optional("wind_stop", speed);
    let slow = reader.optional("wind_slow", speed);
    let share = reader.optional("slow_share", thousandths);
    for key in ["wind_stop", "wind_slow", "slow_share"] {
        let kind = match key {
            _ if !outdoor => ProblemKind::OnlyWith("outdoor = true"),
            "slow_share" if !reader.has("wind_slow") => ProblemKind::OnlyWith("wind_slow"),
            _ => continue,
        };
        if let Some(item) = reader.get(key) {
            let problem = Problem::error(kind, item.path.as_str(), item.node.key.clone());
            item.cx.report(problem);
        }
    }
    let stop = stop.unwrap_or(WindLimits::default().stop);
    if let Some(item) = reader.get("wind_slow") {
        if slow.is_some_and(|slow| slow >= stop) {
            item.out_of_range::<()>("a speed below that of `wind_stop`");
        }
        if !reader.has("slow_share") {
            let expected = "the share of their rate at which cranes work in it, such as 0.5";
            item.cx.report(reader.missing("slow_share").expected(expected));
        }
    }
    outdoor.then_some(WindLimits {
        stop,
        slow: slow.zip(share),
    })
}

/// A share strictly between nothing and the whole, in thousandths.
fn thousandths(item: &Item<'_>) -> Option<u32> {
    let expected = "a share from 0.001 to 0.999";
    let share = item.positive_or_zero(expected)?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let share = (share * 1_000.0).round() as u32;
    if (1..1_000).contains(&share) {
        Some(share)
    } else {
        item.out_of_range(expected)
    }
}

/// The breakdowns of a terminal with so many cranes, or berths where lifting is given by the train.
pub(super) fn breakdowns(item: &Item<'_>, cranes: u32) -> Option<Breakdowns> {
    let read = |reader: &mut Reader<'_>| match chosen(reader, BREAKDOWNS)? {
        "up" => {
            let up = reader.optional("up", law::of_times_above_zero);
            let expected = "the time to repair a crane, such as { law = \"lognormal\", mean = \"4 h\", cv = 1 }";
            let down = reader.required("down", expected, law::of_times_above_zero);
            let repairers = reader.optional("repairers", |n| n.count(1));
            Some(Breakdowns::Drawn {
                up: up?,
                down: down?,
                repairers,
            })
        }
        "dated" => Some(Breakdowns::Stated {
            file: String::new(),
            outages: reader.optional("dated", |item| outages(item, cranes))?,
        }),
        _ => Some(Breakdowns::Stated {
            file: file(reader),
            outages: reader.optional("trace_rows", |item| outages(item, cranes)).unwrap_or_default(),
        }),
    };
    item.table(read).flatten()
}

fn outages(item: &Item<'_>, cranes: u32) -> Option<Vec<Outage>> {
    let read = |entry: &Item<'_>| {
        let outage = entry.table(|reader| {
            let crane = reader.required("crane", "the number of the crane, from 1", |number| {
                let crane = number.count(1)?;
                if crane > cranes {
                    return number.out_of_range("the number of a crane: as many as `cranes`, or as `berths` where `lifting` is given");
                }
                Some(crane)
            });
            let span = span(reader);
            let (from, to) = span?;
            Some(Outage { crane: crane?, from, to })
        });
        outage.flatten()
    };
    rows(item, OUTAGES, read, |before, row: &Outage| {
        let clash = |other: &Outage| other.crane == row.crane && other.from < row.to && row.from < other.to;
        before.iter().any(clash).then_some(ProblemKind::TwiceDown(row.crane))
    })
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;
    use jiff::civil::date;

    #[test]
    fn winds() {
        let read = |text: &str| read_x(text, wind);
        let spells = "x.dated = [{ from = '2022-01-03 06:00', to = '2022-01-03 08:00', speed = '17.2 m/s' },
                                 { from = '2022-01-03 08:00', to = '2022-01-03 09:00', speed = '36 km/h' }]";
        let change = |hour, speed| WindChange {
            at: date(2022, 1, 3).at(hour, 0, 0, 0),
            speed,
        };
        let changes = vec![change(6, 17_200), change(8, 10_000), change(9, 0)];
        let file = String::new();
        assert_eq!(read(spells), Ok(Some(Wind::Stated { file, changes })));
        assert!(matches!(
            read("x.storms = { every = '3 days', lasts = '20 h', speed = { law = 'gamma', mean = '20 m/s', cv = 0.2 } }"),
            Ok(Some(Wind::Storms(_)))
        ));
        let spell = |from: &str, to: &str| format!("{{ from = '2022-01-03 {from}', to = '2022-01-03 {to}', speed = '20 m/s' }}");
        for (text, problem) in [
            ("x = {}".to_owned(), "`x` needs one of `storms`, `dated` or `trace`"),
            (
                "x.storms = { lasts = '1 h', speed = '20 m/s' }".to_owned(),
                "`x.storms.every` is missing",
            ),
            (
                "x.storms = { every = '0 h', lasts = '1 h', speed = '20 m/s' }".to_owned(),
                "`x.storms.every` is zero",
            ),
            (
                "x.storms = { every = '1 h', lasts = '1 h', speed = 20 }".to_owned(),
                "`x.storms.speed` has no unit",
            ),
            (
                "x.storms = { every = '1 h', lasts = '1 h', speed = '20 m/s', by_month = [1] }".to_owned(),
                "`x.storms.by_month` has 1 entries instead of 12",
            ),
            (
                format!("x.dated = [{}]", spell("06:00", "06:00")),
                "`x.dated[0]` ends before it begins",
            ),
            (
                format!("x.dated = [{}, {}]", spell("06:00", "09:00"), spell("08:00", "10:00")),
                "`x.dated[1]` begins before the one above it ends",
            ),
            (
                "x.trace_rows = [{ time = '2022-01-03 06:00', speed_m_s = 200 }]".to_owned(),
                "`x.trace_rows[0].speed_m_s` is out of range",
            ),
            (
                "x.trace_rows = [{ time = '2022-01-03 06:00', speed_m_s = 2 }, { time = '2022-01-03 06:00', speed_m_s = 2 }]".to_owned(),
                "`x.trace_rows[1]` is not later than the row above it",
            ),
        ] {
            assert_eq!(read(&text), Err(vec![problem.to_owned()]), "{text}");
        }
    }

    #[test]
    fn limits() {
        let read = |text: &str, outdoor| read_x(text, |item| item.table(|reader| wind_limits(reader, outdoor)).flatten());
        assert_eq!(read("x = {}", true), Ok(Some(WindLimits::default())));
        assert_eq!(read("x = {}", false), Ok(None));
        let slow = Some((14_000, 500));
        assert_eq!(
            read("x = { wind_stop = '18 m/s', wind_slow = '14 m/s', slow_share = 0.5 }", true),
            Ok(Some(WindLimits { stop: 18_000, slow }))
        );
        for (text, outdoor, problem) in [
            (
                "x.wind_stop = '18 m/s'",
                false,
                "`x.wind_stop` means nothing without `outdoor = true`",
            ),
            ("x.slow_share = 0.5", true, "`x.slow_share` means nothing without `wind_slow`"),
            ("x.wind_slow = '14 m/s'", true, "`x.slow_share` is missing"),
            (
                "x = { wind_slow = '20 m/s', slow_share = 0.5 }",
                true,
                "`x.wind_slow` is out of range",
            ),
            (
                "x = { wind_slow = '14 m/s', slow_share = 1 }",
                true,
                "`x.slow_share` is out of range",
            ),
            ("x.wind_stop = '0 m/s'", true, "`x.wind_stop` is zero"),
        ] {
            assert_eq!(read(text, outdoor), Err(vec![problem.to_owned()]), "{text}");
        }
    }

    #[test]
    fn outages_and_laws() {
        let read = |text: &str| read_x(text, |item| breakdowns(item, 2));
        assert!(matches!(
            read("x = { up = '40 h', down = '4 h', repairers = 1 }"),
            Ok(Some(Breakdowns::Drawn { repairers: Some(1), .. }))
        ));
        let outage =
            |crane: u32, from: &str, to: &str| format!("{{ crane = {crane}, from = '2022-01-03 {from}', to = '2022-01-03 {to}' }}");
        let dated = |outages: &[String]| format!("x.dated = [{}]", outages.join(", "));
        assert!(
            read(&dated(&[
                outage(1, "08:00", "10:00"),
                outage(1, "10:00", "11:00"),
                outage(2, "09:00", "10:00")
            ]))
            .is_ok()
        );
        for (text, problem) in [
            ("x = {}".to_owned(), "`x` needs one of `up`, `dated` or `trace`"),
            ("x.up = '40 h'".to_owned(), "`x.down` is missing"),
            (
                "x = { up = '40 h', down = '4 h', repairers = 0 }".to_owned(),
                "`x.repairers` is zero",
            ),
            (
                "x = { dated = [], repairers = 1 }".to_owned(),
                "`x.repairers` means nothing without `up`",
            ),
            (dated(&[outage(3, "08:00", "10:00")]), "`x.dated[0].crane` is out of range"),
            (dated(&[outage(1, "10:00", "08:00")]), "`x.dated[0]` ends before it begins"),
            (
                dated(&[outage(1, "08:00", "10:00"), outage(1, "09:00", "11:00")]),
                "`x.dated[1]` has crane 1 break down while it is out of order",
            ),
        ] {
            assert_eq!(read(&text), Err(vec![problem.to_owned()]), "{text}");
        }
    }
}
