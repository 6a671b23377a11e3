//! `[holidays.ID]`, and their names in calendars.

use std::collections::BTreeMap;

use super::super::item::Item;
use super::super::problem::{Problem, ProblemKind, Thing};
use super::super::types::{DateRange, Holidays, Id};
use super::civil;

/// A set of dates, written here or in a file whose dates are already in the tree.
pub(super) fn holidays(id: &str, item: &Item<'_>) -> Option<Holidays> {
    item.table(|reader| {
        let name = reader.name(id);
        let given = ["dates", "file", "file_dates"].iter().any(|key| reader.has(key));
        let expected = "an array of dates such as [\"2022-05-01\", \"2022-01-31..2022-02-06\"]";
        reader.optional("file", |file| file.text("the path of a TOML file with `dates`"));
        let mut list = |key| reader.optional(key, |dates| dates.list(expected, civil::dates)).unwrap_or_default();
        let dates = [list("dates"), list("file_dates")].concat();
        if !given {
            let kind = ProblemKind::NoneOf("`dates` or `file`".to_owned());
            let problem = Problem::error(kind, item.path.as_str(), item.node.key.clone());
            item.cx.report(problem.remedy("give one of them"));
        }
        Holidays { name, dates }
    })
}

/// A date, dates from one to another, or the id of a set of holidays.
pub(super) fn dates_or_set(item: &Item<'_>, sets: &BTreeMap<Id, Holidays>) -> Option<Vec<DateRange>> {
    // A date begins with a digit, and what begins with one is a date gone wrong rather than an id.
    let names_a_set = item.node.text().is_some_and(|text| text.starts_with(char::is_alphabetic));
    if names_a_set {
        let id = item.known(Thing::Holidays)?;
        return sets.get(&id).map(|set| set.dates.clone());
    }
    civil::dates(item).map(|dates| vec![dates])
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;
    use jiff::civil::date;

    #[test]
    fn sets_of_dates() {
        let read = |text: &str| read_x(text, |item| holidays("x", item).map(|set| set.dates.len()));
        assert_eq!(read("x.dates = ['2022-01-01', '2022-05-01..2022-05-03']"), Ok(Some(2)));
        assert_eq!(
            read("x = { file = 'a.toml', file_dates = ['2022-01-01'], dates = ['2022-01-02'] }"),
            Ok(Some(2))
        );
        for (text, problem) in [
            ("x = {}", "`x` needs one of `dates` or `file`"),
            ("x.dates = '2022-01-01'", "`x.dates` is a text"),
            ("x.dates = ['1 May']", "`x.dates[0]` is \"1 May\", which is not a date"),
            ("x = { file = 3, dates = [] }", "`x.file` is a number"),
        ] {
            assert_eq!(read(text), Err(vec![problem.to_owned()]), "{text}");
        }
    }

    #[test]
    fn names_and_dates() {
        let day = |d| DateRange {
            first: date(2022, 1, d),
            last: date(2022, 1, d),
        };
        let set = Holidays {
            name: "Land".to_owned(),
            dates: vec![day(1), day(2)],
        };
        let sets = BTreeMap::from([("land".to_owned(), set)]);
        let read = |text: &str| read_x(&format!("holidays.land.dates = []\nx = {text}"), |item| dates_or_set(item, &sets));
        assert_eq!(read("'land'"), Ok(Some(vec![day(1), day(2)])));
        assert_eq!(read("'2022-01-03'"), Ok(Some(vec![day(3)])));
        assert_eq!(
            read("'lend'"),
            Err(vec!["`x` names the unknown set of holidays \"lend\"".to_owned()])
        );
        assert_eq!(
            read("'3 January'"),
            Err(vec!["`x` is \"3 January\", which is not a date".to_owned()])
        );
    }
}
