//! `[lines.ID]`.

use super::super::item::Item;
use super::super::layers::{PASSING, RUNNING};
use super::super::problem::{ProblemKind, Thing};
use super::super::reader::Reader;
use super::super::types::{Id, Line, Mode, Tracks};
use super::place::limit;
use super::{STAND_IN, law, mode_of, single};
use crate::random::Law;
use crate::units::{Dimension, HOUR};

/// How a number of tracks is written.
pub(super) const TRACKS: [(&str, Tracks); 2] = [("double", Tracks::Double), ("single", Tracks::Single)];

/// An edge of the network.
pub(super) fn line(id: &str, item: &Item<'_>) -> Option<Line> {
    item.table(|reader| {
        let length = reader.optional("length", |item| item.quantity_above_zero(Dimension::Length));
        let tracks = reader.optional("tracks", |item| item.choice(&TRACKS)).unwrap_or(Tracks::Double);
        let in_detail = PASSING.iter().copied().flatten().any(|key| reader.has(key));
        let (single, length) = single::single_track(reader, tracks, length);
        let gauge = reader
            .required("gauge", "the gauge of its track", |gauge| gauge.known(Thing::Gauge))
            .unwrap_or_default();
        // Trains keep their order between stations; trucks and flights pass each other.
        let passes = mode_of(reader.item().cx, &gauge) != Mode::Rail;
        Line {
            name: reader.name(id),
            between: reader
                .required("between", "the two places that it joins, such as [\"urumqi\", \"jinghe\"]", between)
                .unwrap_or_default(),
            gauge,
            length_m: length.unwrap_or(0.0),
            tracks,
            running_time: running_time(reader, length).unwrap_or(STAND_IN),
            headway: reader.optional("headway", Item::duration).unwrap_or_default(),
            paths_per_day: paths(reader, tracks == Tracks::Single && !in_detail),
            room: reader.optional("room", limit),
            overtaking: reader.optional("overtaking", Item::boolean).unwrap_or(passes),
            single,
        }
    })
}

/// Two different places.
fn between(item: &Item<'_>) -> Option<(Id, Id)> {
    let expected = "the two places that it joins, such as [\"urumqi\", \"jinghe\"]";
    let entries = item.array(expected)?;
    let [one, other] = &entries[..] else {
        let found = entries.len();
        return item.refuse(item.problem(ProblemKind::WrongLength { found, needed: 2 }).expected(expected));
    };
    let (one, other) = (one.known(Thing::Place), other.known(Thing::Place));
    if one.is_some() && one == other {
        return item.refuse(item.problem(ProblemKind::SameEnds(Thing::Place)).expected("two different places"));
    }
    one.zip(other)
}

/// The running time as such, or from length and speed.
fn running_time(reader: &mut Reader<'_>, length: Option<f64>) -> Option<Law> {
    if reader.alternative(RUNNING)? == "running_time" {
        return reader.optional("running_time", law::of_times);
    }
    let kilometres_an_hour = reader.optional("speed", |item| item.quantity_above_zero(Dimension::Speed));
    if length.is_none() && !reader.has("length") {
        let problem = reader
            .missing("length")
            .expected("a length such as \"388 km\", because `speed` is given");
        reader
            .item()
            .cx
            .report(problem.remedy("give `length`, or `running_time` instead of `speed`"));
    }
    #[allow(clippy::cast_precision_loss, reason = "a small constant")]
    let hour = HOUR as f64;
    Some(Law::Constant(length? / 1_000.0 / kilometres_an_hour? * hour))
}

/// Paths a day in each direction, which a single track must have in its simple form.
fn paths(reader: &mut Reader<'_>, needed: bool) -> Option<f64> {
    let given = reader.get("paths");
    let unlimited = given.as_ref().is_none_or(|item| item.node.text() == Some("unlimited"));
    if unlimited && needed {
        let problem = reader
            .missing("paths")
            .expected("the daily path capacity of a single track in each direction");
        let remedy = "write, for example, paths = \"18/day\", which stands for the waits of opposing trains, or give the \
                      passing places of the line: passing_places = 4";
        reader.item().cx.report(problem.remedy(remedy));
    }
    if unlimited {
        None
    } else {
        given?.quantity_above_zero(Dimension::Rate)
    }
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;

    const AROUND: &str = "places = { a = {}, b = {} }\ngauges.g.width = '1435 mm'\nx.between = ['a', 'b']\nx.gauge = 'g'\n";

    #[test]
    fn lines() {
        let read = |text: &str| read_x(&format!("{AROUND}{text}"), |item| line("x", item));
        let fast = read("x.length = '60 km'\nx.speed = '120 km/h'")
            .expect("it is right")
            .expect("it is a table");
        assert_eq!((fast.running_time, fast.length_m), (Law::Constant(1_800_000.0), 60_000.0));
        let free = read("x.running_time = '1 h'\nx.paths = 'unlimited'\nx.room = 'unlimited'").expect("it is right");
        assert_eq!(free.map(|line| (line.paths_per_day, line.room)), Some((None, None)));
        assert!(!free_overtaking("x.gauge = 'g'") && free_overtaking("x.gauge = 'r'"));
        for (text, problem) in [
            ("", "`x` needs one of `running_time` or `speed`"),
            (
                "x.running_time = '1 h'\nx.speed = '1 km/h'",
                "`x` gives `running_time` and `speed`, of which there may be only one",
            ),
            ("x.speed = '60 km/h'", "`x.length` is missing"),
            ("x.speed = '0 km/h'\nx.length = '1 km'", "`x.speed` is zero"),
            ("x.running_time = '1 h'\nx.tracks = 'single'", "`x.paths` is missing"),
            (
                "x.running_time = '1 h'\nx.tracks = 'single'\nx.paths = 'unlimited'",
                "`x.paths` is missing",
            ),
            ("x.running_time = '1 h'\nx.room = 0", "`x.room` is zero"),
            ("x.running_time = '1 h'\nx.room = 'none'", "`x.room` is a text"),
            ("x.running_time = '1 h'\nx.overtaking = 'no'", "`x.overtaking` is a text"),
        ] {
            assert_eq!(read(text), Err(vec![problem.to_owned()]), "{text}");
        }
    }

    fn free_overtaking(gauge: &str) -> bool {
        let around = AROUND.replace("x.gauge = 'g'\n", "gauges.r.mode = 'road'\n");
        let read = read_x(&format!("{around}{gauge}\nx.running_time = '1 h'"), |item| line("x", item));
        read.expect("it is right").is_some_and(|line| line.overtaking)
    }

    #[test]
    fn ends() {
        let read = |ends: &str| read_x(&format!("places = {{ a = {{}}, b = {{}} }}\nx = {ends}"), between);
        assert_eq!(read("['b', 'a']"), Ok(Some(("b".to_owned(), "a".to_owned()))));
        for ends in ["[]", "['a']", "['a', 'b', 'a']", "['a', 'a']", "['a', 'c']", "['a', 1]", "'a'"] {
            assert!(read(ends).is_err(), "{ends}");
        }
    }
}
