//! Dates, times of day and days of the week, as people write them.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz;

use super::super::document::Value;
use super::super::item::Item;
use super::super::nearest::nearest;
use super::super::problem::{ProblemKind, Thing};
use super::super::types::{DateRange, Day, Hours};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const EXPECTED_DAYS: &str = "\"daily\", a day such as \"mon\", days such as \"mon-fri\", or an array of these";
const EXPECTED_HOURS: &str = "hours such as \"08:00-20:00\", \"24h\", or an array of these";
const EXPECTED_DATES: &str = "a date such as \"2022-05-01\", or dates such as \"2022-01-31..2022-02-06\"";

/// What is written, whether as a text or as TOML's own date and time.
fn written(item: &Item<'_>, expected: &str) -> Option<String> {
    match &item.node.value {
        Value::Moment(moment) => Some(moment.to_string().replace('T', " ")),
        Value::Text(text) => Some(text.trim().to_owned()),
        _ => item.wrong_type(expected),
    }
}

/// A civil date and time, such as `2021-12-18 00:00`.
pub(super) fn date_time(item: &Item<'_>) -> Option<DateTime> {
    let expected = "a date and time of day, such as \"2021-12-18 00:00\"";
    let text = written(item, expected)?;
    let plain = text.replacen('T', " ", 1);
    let parsed = DateTime::strptime("%Y-%m-%d %H:%M", &plain).or_else(|_| DateTime::strptime("%Y-%m-%d %H:%M:%S", &plain));
    match parsed {
        Ok(moment) if (1900..=2200).contains(&moment.year()) => Some(moment),
        Ok(_) => item.out_of_range("a year from 1900 to 2200"),
        Err(_) => {
            let remedy = Date::strptime("%Y-%m-%d", &plain)
                .is_ok()
                .then(|| format!("write \"{plain} 00:00\""));
            item.unclear("a date and time", &text, expected, remedy)
        }
    }
}

/// A time of day, such as `06:00`.
pub(super) fn clock(item: &Item<'_>) -> Option<Time> {
    let expected = "a time of day, such as \"06:00\"";
    let text = written(item, expected)?;
    parse_clock(&text).map_or_else(|| item.unclear("a time of day", &text, expected, None), Some)
}

fn parse_clock(text: &str) -> Option<Time> {
    let digits = text.len() >= 4 && text.bytes().all(|b| b.is_ascii_digit() || b == b':');
    let time = || Time::strptime("%H:%M", text).or_else(|_| Time::strptime("%H:%M:%S", text)).ok();
    digits.then(time).flatten()
}

fn parse_date(text: &str) -> Option<Date> {
    Date::strptime("%Y-%m-%d", text.trim()).ok()
}

/// One date, or the first and the last of several.
pub(super) fn dates(item: &Item<'_>) -> Option<DateRange> {
    let text = written(item, EXPECTED_DATES)?;
    let (first, last) = text.split_once("..").unwrap_or((&text, &text));
    match (parse_date(first), parse_date(last)) {
        (Some(first), Some(last)) if first <= last => Some(DateRange { first, last }),
        (Some(first), Some(last)) => {
            let remedy = format!("write \"{last}..{first}\"");
            item.refuse(item.problem(ProblemKind::Backward).expected(EXPECTED_DATES).remedy(remedy))
        }
        _ => item.unclear("a date", &text, EXPECTED_DATES, None),
    }
}

/// Days of the week.
pub(super) fn days(item: &Item<'_>) -> Option<BTreeSet<Day>> {
    let mut days = BTreeSet::new();
    for entry in item.one_or_more(EXPECTED_DAYS) {
        let text = entry.text(EXPECTED_DAYS)?;
        if let Some(found) = parse_days(text) {
            days.extend(found);
        } else {
            let remedy = abbreviated(text).map(|days| format!("did you mean {days:?}?"));
            entry.unclear::<()>("days of the week", text, EXPECTED_DAYS, remedy);
        }
    }
    (!days.is_empty()).then_some(days)
}

/// `mon-fri` for `Monday-Friday`.
fn abbreviated(text: &str) -> Option<String> {
    let parts: Vec<String> = text
        .split('-')
        .map(|part| part.trim().to_lowercase().chars().take(3).collect())
        .collect();
    let short = parts.join("-");
    parse_days(&short).map(|_| short)
}

/// `mon`, `mon-fri`, `sat-mon` or `daily`.
fn parse_days(text: &str) -> Option<Vec<Day>> {
    if text == "daily" {
        return Some((1..=7).map(Day).collect());
    }
    let number = |name: &str| DAYS.iter().position(|day| *day == name.trim());
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    // "sat-mon" goes on over the end of the week.
    let length = (last + 7 - first) % 7;
    let days = (first..=first + length).map(|day| (1_i8..=7).nth(day % 7).map(Day));
    days.collect()
}

/// The name of a day, for messages.
pub(super) fn day_name(day: Day) -> &'static str {
    let names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    usize::try_from(day.0 - 1).ok().and_then(|index| names.get(index)).unwrap_or(&"?")
}

/// Hours of a day, each with the item that gives it.
pub(super) fn hours<'a>(item: &Item<'a>) -> Vec<(Hours, Item<'a>)> {
    let entries = item.one_or_more(EXPECTED_HOURS);
    entries.into_iter().filter_map(|entry| Some((one_window(&entry)?, entry))).collect()
}

fn one_window(item: &Item<'_>) -> Option<Hours> {
    let text = item.text(EXPECTED_HOURS)?;
    if text == "24h" {
        return Some(Hours {
            opens_at: Time::midnight(),
            closes_at: None,
        });
    }
    let parsed = text.split_once('-').and_then(|(opens, closes)| {
        let closes = closes.trim();
        let closes_at = if closes == "24:00" { None } else { Some(parse_clock(closes)?) };
        Some((parse_clock(opens.trim())?, closes_at))
    });
    match parsed {
        None => item.unclear("hours of a day", text, EXPECTED_HOURS, None),
        Some((opens_at, Some(closes_at))) if closes_at <= opens_at => {
            let (opens, closes) = text.split_once('-').unwrap_or_default();
            let (opens, closes) = (opens.trim(), closes.trim());
            let remedy = if closes_at == Time::midnight() {
                format!("write \"{opens}-24:00\"")
            } else if closes_at == opens_at {
                "write \"24h\" for the whole day".to_owned()
            } else {
                format!("write two windows, one up to midnight and one from midnight: \"{opens}-24:00\" and \"00:00-{closes}\"")
            };
            item.refuse(item.problem(ProblemKind::Backward).expected(EXPECTED_HOURS).remedy(remedy))
        }
        Some((opens_at, closes_at)) => Some(Hours { opens_at, closes_at }),
    }
}

/// Whether two windows of hours share a moment.
pub(super) fn overlap(one: Hours, other: Hours) -> bool {
    let ends_after = |closes: Option<Time>, opens: Time| closes.is_none_or(|closes| closes > opens);
    ends_after(one.closes_at, other.opens_at) && ends_after(other.closes_at, one.opens_at)
}

/// An IANA time zone of the bundled data, by its proper name.
pub(super) fn zone(item: &Item<'_>) -> Option<String> {
    let expected = "a name of the IANA time-zone database, such as \"Asia/Shanghai\"";
    let name = item.text(expected)?;
    if let Some(proper) = tz::TimeZone::get(name).ok().and_then(|zone| zone.iana_name().map(str::to_owned)) {
        return Some(proper);
    }
    let known: Vec<String> = tz::db().available().map(|zone| zone.to_string()).collect();
    let kind = ProblemKind::Unknown {
        thing: Thing::Zone,
        name: name.to_owned(),
    };
    // "Urumqi" is a zone without its continent.
    let city = known
        .iter()
        .find(|zone| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(name)));
    let near = city.map(String::as_str).or_else(|| nearest(name, known.iter().map(String::as_str)));
    let remedy = near.map(|zone| format!("did you mean \"{zone}\"?"));
    item.refuse(item.problem(kind).expected(expected).remedy_if(remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_week() {
        let numbers = |text| parse_days(text).map(|days| days.iter().map(|day| day.0).collect::<Vec<_>>());
        assert_eq!(numbers("mon-fri"), Some(vec![1, 2, 3, 4, 5]));
        assert_eq!(numbers("sat"), Some(vec![6]));
        assert_eq!(numbers("sat-mon"), Some(vec![6, 7, 1]));
        assert_eq!(numbers("daily"), Some(vec![1, 2, 3, 4, 5, 6, 7]));
        for text in ["", "Monday", "mon-", "mon-fri-sat", "-"] {
            assert_eq!(numbers(text), None, "{text}");
        }
    }

    #[test]
    fn times_of_day() {
        assert_eq!(parse_clock("06:30"), Some(Time::constant(6, 30, 0, 0)));
        assert_eq!(parse_clock("06:30:15"), Some(Time::constant(6, 30, 15, 0)));
        for text in ["", "24:00", "6 pm", "06:60", "0630", "::::"] {
            assert_eq!(parse_clock(text), None, "{text}");
        }
    }

    #[test]
    fn windows_overlap_or_touch() {
        let hours = |opens, closes: Option<i8>| Hours {
            opens_at: Time::constant(opens, 0, 0, 0),
            closes_at: closes.map(|hour| Time::constant(hour, 0, 0, 0)),
        };
        assert!(overlap(hours(8, Some(12)), hours(11, None)));
        assert!(overlap(hours(0, None), hours(23, None)));
        assert!(!overlap(hours(8, Some(12)), hours(12, None)));
    }

    #[test]
    fn texts_and_toml_dates_are_both_read() {
        use super::super::read_x;
        for text in [
            "x = '2022-01-02 06:30'",
            "x = 2022-01-02T06:30:00",
            "x = 2022-01-02 06:30:00",
            "x = '2022-01-02T06:30:00'",
        ] {
            assert_eq!(
                read_x(text, date_time),
                Ok(Some(jiff::civil::date(2022, 1, 2).at(6, 30, 0, 0))),
                "{text}"
            );
        }
        for text in [
            "x = '2022-13-02 06:30'",
            "x = 2022-01-02",
            "x = 06:30:00",
            "x = 1",
            "x = '1022-01-02 06:30'",
            "x = 2022-01-02T06:30:00Z",
        ] {
            assert!(read_x(text, date_time).is_err(), "{text}");
        }
        assert_eq!(read_x("x = 06:30:00", clock), Ok(Some(Time::constant(6, 30, 0, 0))));
        let one = DateRange {
            first: jiff::civil::date(2022, 2, 28),
            last: jiff::civil::date(2022, 2, 28),
        };
        assert_eq!(read_x("x = 2022-02-28", dates), Ok(Some(one)));
        for text in ["x = '2022-02-29'", "x = '2022-02-02..'", "x = '2022-02-02..2022-02-01'", "x = true"] {
            assert!(read_x(text, dates).is_err(), "{text}");
        }
        for text in ["x = []", "x = 'someday'", "x = ['mon', 'tues']", "x = 1"] {
            assert!(read_x(text, days).is_err(), "{text}");
        }
        for text in [
            "x = []",
            "x = '8-20'",
            "x = '08:00'",
            "x = '20:00-20:00'",
            "x = '08:00-00:00'",
            "x = '24:00-24:00'",
            "x = 1",
        ] {
            assert!(read_x(text, |item| hours(item).len()).is_err(), "{text}");
        }
        assert_eq!(read_x("x = 'asia/shanghai'", zone), Ok(Some("Asia/Shanghai".to_owned())));
        for text in ["x = ''", "x = 'Mars'", "x = '+08:00'", "x = 8"] {
            assert!(read_x(text, zone).is_err(), "{text}");
        }
    }
}
