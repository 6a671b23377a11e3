//! `[calendars.ID]`.

use std::collections::{BTreeMap, BTreeSet};

use super::super::item::Item;
use super::super::problem::ProblemKind;
use super::super::types::{Calendar, DateRange, Day, Exception, Holidays, Hours, Id, Window};
use super::{civil, holidays};

/// A calendar with its weekly windows, holidays and exceptions.
pub(super) fn calendar(item: &Item<'_>, sets: &BTreeMap<Id, Holidays>) -> Option<Calendar> {
    item.table(|reader| {
        let expected = "an array of weekly windows such as { days = \"mon-fri\", hours = \"08:00-20:00\" }";
        let windows = reader.required("windows", expected, |windows| weekly(windows, expected));
        Calendar {
            windows: windows.unwrap_or_default(),
            holidays: reader.optional("holidays", |days| days_off(days, sets)).unwrap_or_default(),
            exceptions: reader.optional("exceptions", exceptions).unwrap_or_default(),
        }
    })
}

/// Dates, and sets of dates by name, one or an array of them.
fn days_off(item: &Item<'_>, sets: &BTreeMap<Id, Holidays>) -> Option<Vec<DateRange>> {
    let expected = "an array of dates and of ids of `holidays`";
    let entries = match item.node.text() {
        Some(_) => vec![item.clone()],
        None => item.array(expected)?,
    };
    Some(
        entries
            .iter()
            .filter_map(|entry| holidays::dates_or_set(entry, sets))
            .flatten()
            .collect(),
    )
}

/// The weekly windows, one for each stretch of hours; none may overlap.
fn weekly(item: &Item<'_>, expected: &str) -> Option<Vec<Window>> {
    let mut found: Vec<(Window, Item<'_>)> = Vec::new();
    for entry in item.array(expected)? {
        let window = entry.table(|reader| {
            let days: BTreeSet<Day> = reader.required("days", "days such as \"mon-fri\"", civil::days).unwrap_or_default();
            let hours = reader.required("hours", "hours such as \"08:00-20:00\"", |hours| Some(civil::hours(hours)));
            let servers = reader.optional("servers", |n| n.count(0));
            (days, hours.unwrap_or_default(), servers)
        });
        let Some((days, hours, servers)) = window else { continue };
        for (hours, place) in hours {
            let clash = found.iter().find_map(|(other, other_place)| {
                let day = other.days.intersection(&days).next()?;
                civil::overlap(other.hours, hours).then_some((*day, other_place))
            });
            if let Some((day, other)) = clash {
                report_overlap(&place, other, civil::day_name(day).to_owned());
            }
            let days = days.clone();
            found.push((Window { days, hours, servers }, place));
        }
    }
    Some(found.into_iter().map(|(window, _)| window).collect())
}

fn report_overlap(item: &Item<'_>, other: &Item<'_>, day: String) {
    let problem = item.problem(ProblemKind::Overlap { day }).note(&other.node.at, "the other window");
    item.cx.report(problem.remedy("let one end where the other begins"));
}

/// Dated exceptions; no date may have two.
fn exceptions(item: &Item<'_>) -> Option<Vec<Exception>> {
    let mut found: Vec<(Exception, Item<'_>)> = Vec::new();
    for entry in item.array("an array of tables such as { date = \"2022-02-10\", hours = \"10:00-14:00\" }")? {
        let exception = entry.table(|reader| {
            let dates = reader.required("date", "a date such as \"2022-02-10\"", civil::dates);
            let hours = reader.required("hours", "hours such as \"10:00-14:00\", or \"closed\"", |hours| {
                Some(exception_hours(hours))
            });
            let servers = reader.optional("servers", |n| n.count(0));
            Some(Exception {
                dates: dates?,
                hours: hours?,
                servers,
            })
        });
        let Some(exception) = exception.flatten() else { continue };
        let shared = found.iter().find_map(|(other, place)| {
            let day = other.dates.first.max(exception.dates.first);
            (day <= other.dates.last && day <= exception.dates.last).then_some((day, place))
        });
        if let Some((day, other)) = shared {
            let problem = entry
                .problem(ProblemKind::Overlap { day: day.to_string() })
                .note(&other.node.at, "the other exception");
            entry
                .cx
                .report(problem.remedy("give each date one exception; `hours` may be an array"));
        }
        found.push((exception, entry));
    }
    Some(found.into_iter().map(|(exception, _)| exception).collect())
}

fn exception_hours(item: &Item<'_>) -> Vec<Hours> {
    if item.node.text() == Some("closed") {
        return Vec::new();
    }
    let found = civil::hours(item);
    for (index, (hours, place)) in found.iter().enumerate() {
        if let Some((_, other)) = found[..index].iter().find(|(other, _)| civil::overlap(*other, *hours)) {
            report_overlap(place, other, "that date".to_owned());
        }
    }
    found.into_iter().map(|(hours, _)| hours).collect()
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;

    #[test]
    fn calendars() {
        let windows = |text: &str| {
            read_x(text, |item| {
                calendar(item, &BTreeMap::new()).map_or(0, |calendar| calendar.windows.len())
            })
        };
        assert_eq!(windows("x.windows = []"), Ok(0));
        assert_eq!(
            windows("x.windows = [{ days = 'daily', hours = ['08:00-12:00', '12:00-24:00'] }]"),
            Ok(2)
        );
        let two_days = "x.windows = [{ days = 'mon', hours = '24h' }, { days = 'tue-sun', hours = '24h', servers = 0 }]";
        assert_eq!(windows(two_days), Ok(2));
        for (text, problem) in [
            ("x = {}", "`x.windows` is missing"),
            ("x.windows = '24h'", "`x.windows` is a text"),
            ("x.windows = [{ days = 'daily' }]", "`x.windows[0].hours` is missing"),
            ("x.windows = [{ days = 'daily', hours = [] }]", "`x.windows[0].hours` is empty"),
            (
                "x.windows = [{ days = 'daily', hours = ['24h', '08:00-09:00'] }]",
                "`x.windows[0].hours[1]` overlaps another window on Monday",
            ),
            (
                "x.windows = []\nx.holidays = ['2022-02-30']",
                "`x.holidays[0]` is \"2022-02-30\", which is not a date",
            ),
            (
                "x.windows = []\nx.exceptions = [{ date = '2022-02-01..2022-02-03', hours = 'closed' }, { date = '2022-02-03', hours = '24h' }]",
                "`x.exceptions[1]` overlaps another window on 2022-02-03",
            ),
            (
                "x.windows = []\nx.exceptions = [{ date = '2022-02-01', hours = ['24h', '24h'] }]",
                "`x.exceptions[0].hours[1]` overlaps another window on that date",
            ),
        ] {
            assert_eq!(windows(text), Err(vec![problem.to_owned()]), "{text}");
        }
    }
}
