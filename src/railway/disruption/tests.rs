//! Hand-computed traces: each kind of target with each policy for work in hand that differs there.

use crate::railway::trace::{log, observed};
use crate::units::HOUR;

const HEAD: &str = r#"
    title = "disruptions"
    time = { start = "2022-01-03 00:00", zone = "Asia/Shanghai", length = "1 day" }
    gauges.standard.width = "1435 mm"
    gauges.broad.width = "1520 mm"
"#;

/// A flow with trains at these times of each day.
fn flow(id: &str, (from, to): (&str, &str), at: &str) -> String {
    format!(
        "[flows.{id}]\nfrom = \"{from}\"\nto = \"{to}\"\ngauge = \"standard\"\ndepartures.timetable = [{{ days = \"daily\", at = [{at}] }}]\n"
    )
}

/// A disruption on the first day, from one time to another.
fn on_first_day(what: &str, from: &str, until: &str) -> String {
    format!("[disruptions.d]\n{what}\nfrom = \"2022-01-03 {from}\"\nuntil = \"2022-01-03 {until}\"\n")
}

/// One desk, two hours each, closed from 07:00 to 09:00, an hour into the work on the first train; the second waits.
#[test]
fn an_office_closes() {
    let with = |in_hand: &str| {
        let desk = "[places.pass.clearance.customs]\ntime = \"2 h\"\n[places.pass.procedures.all]\nsteps = [\"clearance.customs\"]\n";
        let closed = on_first_day(
            &format!("closes = \"places.pass.clearance.customs\"\nin_hand = \"{in_hand}\""),
            "07:00",
            "09:00",
        );
        log(&(HEAD.to_owned() + desk + &flow("f", ("pass", "pass"), "\"06:00\", \"06:30\"") + &closed))
    };
    // Its work is done in the closed office.
    let finish = "f#1  pass  clearance  0 d 06:00 - 0 d 08:00\n\
                  f#1  left 0 d 08:00\n\
                  f#2  pass  desk_busy  0 d 06:30 - 0 d 07:00\n\
                  f#2  pass  closure  0 d 07:00 - 0 d 09:00\n\
                  f#2  pass  clearance  0 d 09:00 - 0 d 11:00\n\
                  f#2  left 0 d 11:00";
    assert_eq!(with("finish"), finish);
    // An hour of it is left at 09:00.
    let pause = "f#1  pass  clearance  0 d 06:00 - 0 d 07:00\n\
                 f#1  pass  closure  0 d 07:00 - 0 d 09:00\n\
                 f#1  pass  clearance  0 d 09:00 - 0 d 10:00\n\
                 f#1  left 0 d 10:00\n\
                 f#2  pass  desk_busy  0 d 06:30 - 0 d 07:00\n\
                 f#2  pass  closure  0 d 07:00 - 0 d 09:00\n\
                 f#2  pass  desk_busy  0 d 09:00 - 0 d 10:00\n\
                 f#2  pass  clearance  0 d 10:00 - 0 d 12:00\n\
                 f#2  left 0 d 12:00";
    assert_eq!(with("pause"), pause);
    // Both hours are to be done again, and it is still first.
    let start_over = "f#1  pass  clearance  0 d 06:00 - 0 d 07:00\n\
                      f#1  pass  closure  0 d 07:00 - 0 d 09:00\n\
                      f#1  pass  clearance  0 d 09:00 - 0 d 11:00\n\
                      f#1  left 0 d 11:00\n\
                      f#2  pass  desk_busy  0 d 06:30 - 0 d 07:00\n\
                      f#2  pass  closure  0 d 07:00 - 0 d 09:00\n\
                      f#2  pass  desk_busy  0 d 09:00 - 0 d 11:00\n\
                      f#2  pass  clearance  0 d 11:00 - 0 d 13:00\n\
                      f#2  left 0 d 13:00";
    assert_eq!(with("start_over"), start_over);
}

/// An office of 08:00-12:00 whose work rests at the end of the window, two hours each, closed from 09:00 to 13:00. The
/// train of 08:00 has one hour left. At 13:00 the closure ends and the office is not open: until the next morning,
/// one day later, it waits for its hours.
#[test]
fn a_closure_ends_outside_of_the_hours() {
    let toml = HEAD.replace("1 day", "2 days")
        + r#"
        calendars.am.windows = [{ days = "daily", hours = "08:00-12:00" }]
        [places.pass.clearance.customs]
        time = "2 h"
        calendar = "am"
        at_close = "pause"
        [places.pass.procedures.all]
        steps = ["clearance.customs"]
        [flows.f]
        from = "pass"
        to = "pass"
        gauge = "standard"
        departures.timetable = [{ days = "mon", at = ["08:00"] }]
        "#
        + &on_first_day("closes = \"places.pass.clearance.customs\"\nin_hand = \"pause\"", "09:00", "13:00");
    let expected = "f#1  pass  clearance  0 d 08:00 - 0 d 09:00\n\
                    f#1  pass  closure  0 d 09:00 - 0 d 13:00\n\
                    f#1  pass  office_closed  0 d 13:00 - 1 d 08:00\n\
                    f#1  pass  clearance  1 d 08:00 - 1 d 09:00\n\
                    f#1  left 1 d 09:00";
    assert_eq!(log(&toml), expected);
}

/// One berth: half an hour of placing, two hours of lifting, half an hour of withdrawal; closed from 07:30 to 09:30, an
/// hour into the lifting of the first train.
#[test]
fn a_terminal_closes() {
    let with = |in_hand: &str| {
        let shed = r#"
            [places.pass.reloading.shed]
            from_gauge = "standard"
            to_gauge = "broad"
            berths = 1
            placing = "30 min"
            lifting = "2 h"
            withdrawal = "30 min"
            [places.pass.procedures.all]
            steps = ["reloading.shed"]
            "#;
        let what = format!("closes = \"places.pass.reloading.shed\"\nin_hand = \"{in_hand}\"");
        log(&(HEAD.to_owned() + shed + &flow("f", ("pass", "pass"), "\"06:00\", \"06:30\"") + &on_first_day(&what, "07:30", "09:30")))
    };
    let finish = "f#1  pass  placing  0 d 06:00 - 0 d 06:30\n\
                  f#1  pass  lifting  0 d 06:30 - 0 d 08:30\n\
                  f#1  pass  withdrawal  0 d 08:30 - 0 d 09:00\n\
                  f#1  left 0 d 09:00\n\
                  f#2  pass  berth_busy  0 d 06:30 - 0 d 07:30\n\
                  f#2  pass  closure  0 d 07:30 - 0 d 09:30\n\
                  f#2  pass  placing  0 d 09:30 - 0 d 10:00\n\
                  f#2  pass  lifting  0 d 10:00 - 0 d 12:00\n\
                  f#2  pass  withdrawal  0 d 12:00 - 0 d 12:30\n\
                  f#2  left 0 d 12:30";
    assert_eq!(with("finish"), finish);
    let pause = "f#1  pass  placing  0 d 06:00 - 0 d 06:30\n\
                 f#1  pass  lifting  0 d 06:30 - 0 d 07:30\n\
                 f#1  pass  closure  0 d 07:30 - 0 d 09:30\n\
                 f#1  pass  lifting  0 d 09:30 - 0 d 10:30\n\
                 f#1  pass  withdrawal  0 d 10:30 - 0 d 11:00\n\
                 f#1  left 0 d 11:00\n\
                 f#2  pass  berth_busy  0 d 06:30 - 0 d 07:30\n\
                 f#2  pass  closure  0 d 07:30 - 0 d 09:30\n\
                 f#2  pass  berth_busy  0 d 09:30 - 0 d 11:00\n\
                 f#2  pass  placing  0 d 11:00 - 0 d 11:30\n\
                 f#2  pass  lifting  0 d 11:30 - 0 d 13:30\n\
                 f#2  pass  withdrawal  0 d 13:30 - 0 d 14:00\n\
                 f#2  left 0 d 14:00";
    assert_eq!(with("pause"), pause);
    let start_over = with("start_over");
    assert!(
        start_over.contains("f#1  pass  closure  0 d 07:30 - 0 d 09:30\nf#1  pass  lifting  0 d 09:30 - 0 d 11:30\n"),
        "{start_over}"
    );
    assert!(start_over.ends_with("f#2  left 0 d 15:00"), "{start_over}");
}

/// A train that is being placed when the terminal closes stands in its berth until it opens.
#[test]
fn a_terminal_closes_while_a_train_is_placed() {
    let toml = HEAD.to_owned()
        + r#"
        [places.pass.reloading.shed]
        from_gauge = "standard"
        to_gauge = "broad"
        berths = 1
        placing = "30 min"
        lifting = "1 h"
        [places.pass.procedures.all]
        steps = ["reloading.shed"]
        "#
        + &flow("f", ("pass", "pass"), "\"06:00\"")
        + &on_first_day("closes = \"places.pass.reloading.shed\"\nin_hand = \"pause\"", "06:10", "07:10");
    let expected = "f#1  pass  placing  0 d 06:00 - 0 d 06:30\n\
                    f#1  pass  closure  0 d 06:30 - 0 d 07:10\n\
                    f#1  pass  lifting  0 d 07:10 - 0 d 08:10\n\
                    f#1  left 0 d 08:10";
    assert_eq!(log(&toml), expected);
}

/// One bay, two hours for the one box of the train of 06:00, after an hour at the desk; the bay is closed from 08:00 to
/// 10:00.
#[test]
fn a_bay_closes() {
    let with = |in_hand: &str| {
        let customs = r#"
            [places.pass.clearance.customs]
            time = "1 h"
            [places.pass.clearance.customs.inspection.scan]
            share = 1.0
            time = "2 h"
            [places.pass.procedures.all]
            steps = ["clearance.customs"]
            "#;
        let what = format!("closes = \"places.pass.clearance.customs.inspection.scan\"\nin_hand = \"{in_hand}\"");
        let flow = flow("f", ("pass", "pass"), "\"06:00\"").replace("gauge =", "boxes = 1\ngauge =");
        log(&(HEAD.to_owned() + customs + &flow + &on_first_day(&what, "08:00", "10:00")))
    };
    let lines = |begin: &str, rest: &str| format!("f#1  pass  clearance  0 d 06:00 - 0 d 07:00\n{begin}{rest}");
    let until_closed = "f#1  pass  inspection  0 d 07:00 - 0 d 08:00\nf#1  pass  closure  0 d 08:00 - 0 d 10:00\n";
    let done = "f#1  pass  inspection  0 d 07:00 - 0 d 09:00\nf#1  left 0 d 09:00";
    assert_eq!(with("finish"), lines("", done));
    let done = "f#1  pass  inspection  0 d 10:00 - 0 d 11:00\nf#1  left 0 d 11:00";
    assert_eq!(with("pause"), lines(until_closed, done));
    let done = "f#1  pass  inspection  0 d 10:00 - 0 d 12:00\nf#1  left 0 d 12:00";
    assert_eq!(with("start_over"), lines(until_closed, done));
}

const OVER: &str = r#"
    [places.pass.exchange.over]
    headway = "10 min"
    [places.pass.procedures.all]
    steps = ["exchange.over"]
"#;

/// Handovers at 06:00; none from 06:15 to 07:15; then one after the other at the headway.
#[test]
fn an_exchange_closes() {
    let toml = HEAD.to_owned()
        + OVER
        + &flow("f", ("pass", "pass"), "\"06:00\", \"06:30\", \"06:45\"")
        + &on_first_day("closes = \"places.pass.exchange.over\"", "06:15", "07:15");
    let expected = "f#1  left 0 d 06:00\n\
                    f#2  pass  closure  0 d 06:30 - 0 d 07:15\n\
                    f#2  left 0 d 07:15\n\
                    f#3  pass  closure  0 d 06:45 - 0 d 07:15\n\
                    f#3  pass  headway  0 d 07:15 - 0 d 07:25\n\
                    f#3  left 0 d 07:25";
    assert_eq!(log(&toml), expected);
}

const LINE: &str = r#"
    [places.a]
    [places.b]
    [lines.l]
    between = ["a", "b"]
    gauge = "standard"
    running_time = "1 h"
"#;

/// Closed towards b from 06:15 to 08:00: who is on it runs on, nobody enters, the other direction feels nothing.
#[test]
fn a_line_closes_in_one_direction() {
    let closed = on_first_day("closes = \"lines.l\"\ntowards = \"b\"", "06:15", "08:00");
    let flows = flow("f", ("a", "b"), "\"06:00\", \"06:30\"") + &flow("g", ("b", "a"), "\"06:30\"");
    let expected = "f#1  l>b  running  0 d 06:00 - 0 d 07:00\n\
                    f#1  left 0 d 07:00\n\
                    f#2  a  closure  0 d 06:30 - 0 d 08:00\n\
                    f#2  l>b  running  0 d 08:00 - 0 d 09:00\n\
                    f#2  left 0 d 09:00\n\
                    g#1  l>a  running  0 d 06:30 - 0 d 07:30\n\
                    g#1  left 0 d 07:30";
    let lines = |log: &str| {
        let mut lines: Vec<&str> = log.lines().collect();
        lines.sort_unstable();
        lines.join("\n")
    };
    assert_eq!(lines(&log(&(HEAD.to_owned() + LINE + &flows + &closed))), lines(expected));
}

/// The same on a single track with a passing place in the middle, half an hour each way from it. The first train is
/// there at 06:30, meets the opposing one, which entered the free section at 06:25, and runs on though the line is closed.
/// The second opposing train takes the section of the first from 07:25, and from 07:55 the other half: whom the closure
/// keeps outside is not waited for. At 08:00 that half is taken until 08:25.
#[test]
fn a_single_track_closes_in_one_direction() {
    let single = LINE.to_owned() + "tracks = \"single\"\npassing_places = 1\n";
    let closed = on_first_day("closes = \"lines.l\"\ntowards = \"b\"", "06:15", "08:00");
    let flows = flow("f", ("a", "b"), "\"06:00\", \"06:20\"") + &flow("g", ("b", "a"), "\"06:25\", \"07:00\"");
    let expected = "f#1  l>b  running  0 d 06:00 - 0 d 06:30\n\
                    f#1  l>b  line_section_taken  0 d 06:30 - 0 d 06:55\n\
                    f#1  l>b  running  0 d 06:55 - 0 d 07:25\n\
                    f#1  left 0 d 07:25\n\
                    f#2  a  closure  0 d 06:20 - 0 d 08:00\n\
                    f#2  a  line_section_taken  0 d 08:00 - 0 d 08:25\n\
                    f#2  l>b  running  0 d 08:25 - 0 d 08:55\n\
                    f#2  l>b  running  0 d 08:55 - 0 d 09:25\n\
                    f#2  left 0 d 09:25\n\
                    g#1  l>a  running  0 d 06:25 - 0 d 06:55\n\
                    g#1  l>a  running  0 d 06:55 - 0 d 07:25\n\
                    g#1  left 0 d 07:25\n\
                    g#2  b  line_section_taken  0 d 07:00 - 0 d 07:25\n\
                    g#2  l>a  running  0 d 07:25 - 0 d 07:55\n\
                    g#2  l>a  running  0 d 07:55 - 0 d 08:25\n\
                    g#2  left 0 d 08:25";
    assert_eq!(log(&(HEAD.to_owned() + &single + &flows + &closed)), expected);
}

/// One section, one track at b, an hour on the line. The first train stays at b until 08:00; the second asks at 06:10 for
/// the track at b. From 06:30 it may not enter and wants none; at 08:00 the closure ends as well, the track is free,
/// and it goes. In between, at 07:30, a train of b's own finds no track, and would not have found one kept either.
#[test]
fn a_claim_on_a_track_is_withdrawn() {
    let toml = HEAD.to_owned()
        + r#"
        [places.a]
        [places.b]
        tracks.standard = 1
        handling.rest.time = "1 h"
        procedures.all.steps = ["handling.rest"]
        [lines.l]
        between = ["a", "b"]
        gauge = "standard"
        running_time = "1 h"
        tracks = "single"
        passing_places = 0
        "#
        + &flow("f", ("a", "b"), "\"06:00\", \"06:10\"")
        + &flow("own", ("b", "b"), "\"07:30\"")
        + &on_first_day("closes = \"lines.l\"", "06:30", "09:30");
    // f1 is at b from 07:00 to 08:00. Own waits for the track from 07:30, has it at 08:00, leaves at 09:00. With the
    // claim of f2 kept, it would have had to wait for f2.
    let expected = "f#1  l>b  running  0 d 06:00 - 0 d 07:00\n\
                    f#1  b  handling  0 d 07:00 - 0 d 08:00\n\
                    f#1  left 0 d 08:00\n\
                    f#2  a  track_ahead_full  0 d 06:10 - 0 d 06:30\n\
                    f#2  a  closure  0 d 06:30 - 0 d 09:30\n\
                    f#2  l>b  running  0 d 09:30 - 0 d 10:30\n\
                    f#2  b  handling  0 d 10:30 - 0 d 11:30\n\
                    f#2  left 0 d 11:30\n\
                    own#1  b  track_ahead_full  0 d 07:30 - 0 d 08:00\n\
                    own#1  b  handling  0 d 08:00 - 0 d 09:00\n\
                    own#1  left 0 d 09:00";
    assert_eq!(log(&toml), expected);
}

/// A port between two lines of an hour, with a desk of an hour, shut from 06:30 to 08:30. The first train arrives as the
/// port shuts: its work is begun and rests at once. The second is on the line and runs on; the third is kept at a.
/// From 08:30 the desk takes one after the other.
#[test]
fn a_place_closes() {
    let toml = HEAD.to_owned()
        + r#"
        [places.a]
        [places.b]
        [places.port]
        clearance.customs.time = "1 h"
        procedures.all.steps = ["clearance.customs"]
        [lines.one]
        between = ["a", "port"]
        gauge = "standard"
        running_time = "1 h"
        [lines.two]
        between = ["port", "b"]
        gauge = "standard"
        running_time = "1 h"
        "#
        + &flow("f", ("a", "b"), "\"05:30\", \"06:00\", \"06:45\"")
        + &on_first_day("closes = \"places.port\"\nin_hand = \"pause\"", "06:30", "08:30");
    let expected = "f#1  one>port  running  0 d 05:30 - 0 d 06:30\n\
                    f#1  port  closure  0 d 06:30 - 0 d 08:30\n\
                    f#1  port  clearance  0 d 08:30 - 0 d 09:30\n\
                    f#1  two>b  running  0 d 09:30 - 0 d 10:30\n\
                    f#1  left 0 d 10:30\n\
                    f#2  one>port  running  0 d 06:00 - 0 d 07:00\n\
                    f#2  port  closure  0 d 07:00 - 0 d 08:30\n\
                    f#2  port  desk_busy  0 d 08:30 - 0 d 09:30\n\
                    f#2  port  clearance  0 d 09:30 - 0 d 10:30\n\
                    f#2  two>b  running  0 d 10:30 - 0 d 11:30\n\
                    f#2  left 0 d 11:30\n\
                    f#3  a  closure  0 d 06:45 - 0 d 08:30\n\
                    f#3  one>port  running  0 d 08:30 - 0 d 09:30\n\
                    f#3  port  desk_busy  0 d 09:30 - 0 d 10:30\n\
                    f#3  port  clearance  0 d 10:30 - 0 d 11:30\n\
                    f#3  two>b  running  0 d 11:30 - 0 d 12:30\n\
                    f#3  left 0 d 12:30";
    assert_eq!(log(&toml), expected);
    // Nobody waited before. In force for 2 h; three trains held, one of them at a. At 08:30 the second begins to wait
    // for the desk; when it has it at 09:30 the third arrives and waits, until 10:30: then nobody does, two hours after
    // the end.
    observed(&toml, |seen| {
        let tally = &seen.disruptions[0];
        assert_eq!((tally.begun, tally.held, tally.recovered), (1, 3, 1));
        assert_eq!((tally.in_force.area(seen.end), tally.recovery), (2 * HOUR, 2 * HOUR));
    });
}

/// Hourly lots of 2 for trains of 4, or when a box has waited 90 minutes; closed from 03:00 to 06:15. The train of 02:00
/// is formed of the lots of 01:00 and 02:00. 2 boxes come at 03:00 and 2 at 04:00: full, and held. At 05:00 and 06:00
/// the same. At 06:15 both leave.
#[test]
fn a_gathering_closes() {
    let toml = HEAD.replace("1 day", "7 h")
        + r#"
        [places.hub]
        [flows.f]
        from = "hub"
        to = "hub"
        gauge = "standard"
        departures.gather = { lots = { every = "1 h" }, lot_size = 2, size = 4, longest_wait = "90 min" }
        "#
        + &on_first_day("closes = \"flows.f.departures.gather\"", "02:30", "06:15");
    let expected = "f#1  hub  waiting_to_fill  0 d 01:00 - 0 d 02:00\n\
                    f#1  left 0 d 02:00\n\
                    f#2  hub  waiting_to_fill  0 d 03:00 - 0 d 04:00\n\
                    f#2  hub  closure  0 d 04:00 - 0 d 06:15\n\
                    f#2  left 0 d 06:15\n\
                    f#3  hub  waiting_to_fill  0 d 05:00 - 0 d 06:00\n\
                    f#3  hub  closure  0 d 06:00 - 0 d 06:15\n\
                    f#3  left 0 d 06:15";
    assert_eq!(log(&toml), expected);
    // Trains of 8 instead: at 04:30 the boxes of 03:00 have waited long enough and no train is formed; at 06:15 all 8
    // boxes are there, formed at 06:00 by their size.
    let eight = log(&toml.replace("size = 4, longest", "size = 10, longest"));
    // 01:00 + 90 min: a train of 4 at 02:30 - the closure begins first, so its boxes wait on. By 04:00 8 boxes, at
    // 05:00 all 10: full, held until 06:15. Then the 2 of 06:00 fill the next.
    let expected = "f#1  hub  waiting_to_fill  0 d 01:00 - 0 d 05:00\n\
                    f#1  hub  closure  0 d 05:00 - 0 d 06:15\n\
                    f#1  left 0 d 06:15\n\
                    f#2  hub  waiting_to_fill  0 d 06:00 - 0 d 07:00";
    assert_eq!(eight, expected);
    // Trains of 20: when the closure ends the oldest box has waited long enough, and the train is formed at once.
    let twenty = log(&toml.replace("size = 4, longest", "size = 20, longest"));
    let expected = "f#1  hub  waiting_to_fill  0 d 01:00 - 0 d 06:15\nf#1  left 0 d 06:15";
    assert_eq!(twenty, expected);
}

/// A regrouping of two trains of 10 into one of 20, closed from 06:15 to 07:00: the second train is held as it is, and
/// dissolved when it ends.
#[test]
fn a_regrouping_closes() {
    let toml = HEAD.to_owned()
        + r#"
        [places.hub]
        regrouping.yard.size = 20
        procedures.all.steps = ["regrouping.yard"]
        "#
        + &flow("f", ("hub", "hub"), "\"06:00\", \"06:30\"").replace("gauge =", "boxes = 10\ngauge =")
        + &on_first_day("closes = \"places.hub.regrouping.yard\"", "06:15", "07:00");
    let expected = "f#1  dissolved 0 d 06:00\n\
                    f*1  hub  waiting_to_fill  0 d 06:00 - 0 d 07:00\n\
                    f*1  left 0 d 07:00\n\
                    f#2  hub  closure  0 d 06:30 - 0 d 07:00\n\
                    f#2  dissolved 0 d 07:00";
    assert_eq!(log(&toml), expected);
}

/// Handovers an hour apart. At 06:30 an embargo on cold boxes begins: the cold train of 06:10 leaves the queue, and the dry
/// one behind it goes at 07:00 as the headway lets it. The cold train of 07:30 is held as well, and both go when the
/// embargo ends at 09:30, the second an hour after the first.
#[test]
fn an_embargo_holds_the_trains_with_the_cargo() {
    let toml = HEAD.to_owned()
        + &OVER.replace("10 min", "1 h")
        + "[cargo.cold]\n[cargo.dry]\n"
        + &flow("cold", ("pass", "pass"), "\"06:10\", \"07:30\"").replace("gauge =", "boxes = 2\ncargo.cold = 1.0\ngauge =")
        + &flow("dry", ("pass", "pass"), "\"06:00\", \"06:20\"").replace("gauge =", "boxes = 2\ncargo.dry = 1.0\ngauge =")
        + &on_first_day("embargoes = \"places.pass.exchange.over\"\ncargo = \"cold\"", "06:30", "09:30");
    let expected = "cold#1  pass  headway  0 d 06:10 - 0 d 06:30\n\
                    cold#1  pass  embargo  0 d 06:30 - 0 d 09:30\n\
                    cold#1  left 0 d 09:30\n\
                    cold#2  pass  embargo  0 d 07:30 - 0 d 09:30\n\
                    cold#2  pass  headway  0 d 09:30 - 0 d 10:30\n\
                    cold#2  left 0 d 10:30\n\
                    dry#1  left 0 d 06:00\n\
                    dry#2  pass  headway  0 d 06:20 - 0 d 07:00\n\
                    dry#2  left 0 d 07:00";
    let sorted = |log: &str| {
        let mut trains: Vec<(String, usize, String)> = Vec::new();
        for (i, line) in log.lines().enumerate() {
            trains.push((line[..6].to_owned(), i, line.to_owned()));
        }
        trains.sort();
        trains.into_iter().map(|(.., line)| line).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(sorted(&log(&toml)), expected);
    observed(&toml, |seen| assert_eq!(seen.disruptions[0].held, 2));
    // By flow and cargo, it concerns trains of the flow that have the cargo: here none.
    let neither = log(&toml.replace("cargo = \"cold\"", "cargo = \"cold\"\nflows = \"dry\""));
    assert!(!neither.contains("embargo"), "{neither}");
}

/// A quota of 4 a day, halved from 07:30 to 12:00: two went at 06:00 and 07:00, so that of 08:00 waits until there are 4
/// again; on the next day it has no effect.
#[test]
fn a_quota_is_halved() {
    let toml = HEAD.replace("1 day", "2 days")
        + &OVER.replace("10 min\"", "0 min\"\nquota = \"4/day\"")
        + &flow("f", ("pass", "pass"), "\"06:00\", \"07:00\", \"08:00\"")
        + &on_first_day("changes = \"places.pass.exchange.over.quota\"\nshare = 0.5", "07:30", "12:00");
    let expected = "f#1  left 0 d 06:00\n\
                    f#2  left 0 d 07:00\n\
                    f#3  pass  quota_used_up  0 d 08:00 - 0 d 12:00\n\
                    f#3  left 0 d 12:00\n\
                    f#4  left 1 d 06:00\n\
                    f#5  left 1 d 07:00\n\
                    f#6  left 1 d 08:00";
    assert_eq!(log(&toml), expected);
}

/// Two desks of two hours; from 06:45 to 09:00 only one. Both works in hand at 06:45 are finished, at 08:00 and 08:30. The
/// third train cannot take the desk that is free at 08:00, but that at 08:30: then one is at work. The fourth, of
/// 07:40, has the second desk at 09:00.
#[test]
fn desks_are_fewer() {
    let toml = HEAD.to_owned()
        + "[places.pass.clearance.customs]\ntime = \"2 h\"\ndesks = 2\n[places.pass.procedures.all]\nsteps = [\"clearance.customs\"]\n"
        + &flow("f", ("pass", "pass"), "\"06:00\", \"06:30\", \"07:30\", \"07:40\"")
        + &on_first_day("changes = \"places.pass.clearance.customs.desks\"\nto = 1", "06:45", "09:00");
    let expected = "f#1  pass  clearance  0 d 06:00 - 0 d 08:00\n\
                    f#1  left 0 d 08:00\n\
                    f#2  pass  clearance  0 d 06:30 - 0 d 08:30\n\
                    f#2  left 0 d 08:30\n\
                    f#3  pass  desk_busy  0 d 07:30 - 0 d 08:30\n\
                    f#3  pass  clearance  0 d 08:30 - 0 d 10:30\n\
                    f#3  left 0 d 10:30\n\
                    f#4  pass  desk_busy  0 d 07:40 - 0 d 09:00\n\
                    f#4  pass  clearance  0 d 09:00 - 0 d 11:00\n\
                    f#4  left 0 d 11:00";
    assert_eq!(log(&toml), expected);
}

/// 60 boxes of a minute with two cranes, of which one is lost from 06:10 to 06:20: 20 lifts by 06:10, 10 more by 06:20, the
/// last 30 by 06:35.
#[test]
fn cranes_are_fewer() {
    let toml = HEAD.to_owned()
        + r#"
        [places.pass.reloading.shed]
        from_gauge = "standard"
        to_gauge = "broad"
        berths = 1
        per_lift = "1 min"
        cranes = 2
        [places.pass.procedures.all]
        steps = ["reloading.shed"]
        "#
        + &flow("f", ("pass", "pass"), "\"06:00\"").replace("gauge =", "boxes = 60\ngauge =")
        + &on_first_day("changes = \"places.pass.reloading.shed.cranes\"\nshare = 0.5", "06:10", "06:20");
    let expected = "f#1  pass  lifting  0 d 06:00 - 0 d 06:10\n\
                    f#1  pass  lifting  0 d 06:10 - 0 d 06:20\n\
                    f#1  pass  lifting  0 d 06:20 - 0 d 06:35\n\
                    f#1  left 0 d 06:35";
    assert_eq!(log(&toml), expected);
}

/// Two tracks, an hour on each; from 06:10 to 07:40 only one. The tracks of 06:00 and 06:05 are free at 07:00 and 07:05, but
/// only at 07:05 is one of the one free: for the third train, until 08:05. The fourth has the second track at 07:40.
#[test]
fn tracks_are_fewer() {
    let toml = HEAD.to_owned()
        + "[places.pass]\ntracks.standard = 2\nhandling.rest = { time = \"1 h\", servers = 9 }\nprocedures.all.steps = [\"handling.rest\"]\n"
        + &flow("f", ("pass", "pass"), "\"06:00\", \"06:05\", \"06:30\", \"06:40\"")
        + &on_first_day("changes = \"places.pass.tracks.standard\"\nto = 1", "06:10", "07:40");
    let expected = "f#1  pass  handling  0 d 06:00 - 0 d 07:00\n\
                    f#1  left 0 d 07:00\n\
                    f#2  pass  handling  0 d 06:05 - 0 d 07:05\n\
                    f#2  left 0 d 07:05\n\
                    f#3  pass  track_ahead_full  0 d 06:30 - 0 d 07:05\n\
                    f#3  pass  handling  0 d 07:05 - 0 d 08:05\n\
                    f#3  left 0 d 08:05\n\
                    f#4  pass  track_ahead_full  0 d 06:40 - 0 d 07:40\n\
                    f#4  pass  handling  0 d 07:40 - 0 d 08:40\n\
                    f#4  left 0 d 08:40";
    assert_eq!(log(&toml), expected);
}

/// Hourly paths, every two hours from 06:05 to 12:00: the train of 06:10 has that of 08:00, that of 07:00 the next at 10:00;
/// that of 12:30 has the hourly one of 13:00.
#[test]
fn paths_are_fewer() {
    let toml = HEAD.to_owned()
        + LINE
        + "paths = \"24/day\"\n"
        + &flow("f", ("a", "b"), "\"06:10\", \"07:00\", \"12:30\"")
        + &on_first_day("changes = \"lines.l.paths\"\nshare = 0.5", "06:05", "12:00");
    let expected = "f#1  a  no_path  0 d 06:10 - 0 d 08:00\n\
                    f#1  l>b  running  0 d 08:00 - 0 d 09:00\n\
                    f#1  left 0 d 09:00\n\
                    f#2  a  no_path  0 d 07:00 - 0 d 10:00\n\
                    f#2  l>b  running  0 d 10:00 - 0 d 11:00\n\
                    f#2  left 0 d 11:00\n\
                    f#3  a  no_path  0 d 12:30 - 0 d 13:00\n\
                    f#3  l>b  running  0 d 13:00 - 0 d 14:00\n\
                    f#3  left 0 d 14:00";
    assert_eq!(log(&toml), expected);
}

/// From 07:00 to 09:00 two more trains for each, or none at all; the others stay what they are.
#[test]
fn a_surge_of_stated_trains() {
    let with = |times: &str| {
        let what = format!("surges = \"f\"\ntimes = {times}");
        let flow = flow("f", ("pass", "pass"), "\"06:00\", \"08:00\", \"10:00\"");
        log(&(HEAD.to_owned() + "[places.pass]\n" + &flow + &on_first_day(&what, "07:00", "09:00")))
    };
    let mut thrice: Vec<String> = with("3").lines().map(str::to_owned).collect();
    thrice.sort();
    let expected = [
        "f#1  left 0 d 06:00",
        "f#1000000001  left 0 d 08:00",
        "f#1000000002  left 0 d 08:00",
        "f#2  left 0 d 08:00",
        "f#3  left 0 d 10:00",
    ];
    assert_eq!(thrice, expected);
    assert_eq!(with("0"), "f#1  left 0 d 06:00\nf#3  left 0 d 10:00");
}

/// Trains every two hours; from 05:00 to 10:00 one and a half times as many: additional ones four hours apart, at 09:00.
#[test]
fn a_surge_of_regular_trains() {
    let toml = HEAD.replace("1 day", "12 h")
        + "[places.pass]\n[flows.f]\nfrom = \"pass\"\nto = \"pass\"\ngauge = \"standard\"\ndepartures.every = \"2 h\"\n"
        + &on_first_day("surges = \"f\"\ntimes = 1.5", "05:00", "10:00");
    let mut trains: Vec<String> = log(&toml).lines().map(str::to_owned).collect();
    trains.sort();
    let expected = [
        "f#1  left 0 d 02:00",
        "f#1000000001  left 0 d 09:00",
        "f#2  left 0 d 04:00",
        "f#3  left 0 d 06:00",
        "f#4  left 0 d 08:00",
        "f#5  left 0 d 10:00",
    ];
    assert_eq!(trains, expected);
}

/// A Poisson flow of 10 a day over 100 days, three times as many between day 10 and day 60: every usual train is there as
/// without it, and of the additional ones, which are 20 a day, 1000 are expected: within five standard deviations of
/// a Poisson variate of that mean (158), and not within that of 750 or 1250. Half as many: of 500 trains, each is kept with
/// 1/2: within five standard deviations (56) of 250.
#[test]
fn a_surge_of_random_trains() {
    let base = HEAD.replace("1 day", "100 days")
        + "[places.pass]\n[flows.f]\nfrom = \"pass\"\nto = \"pass\"\ngauge = \"standard\"\ndepartures.rate = \"10/day\"\n";
    let surge = |times: &str| {
        format!("{base}[disruptions.d]\nsurges = \"f\"\ntimes = {times}\nfrom = \"2022-01-13 00:00\"\nuntil = \"2022-03-04 00:00\"\n")
    };
    let usual: Vec<String> = log(&base).lines().map(str::to_owned).collect();
    let more = log(&surge("3"));
    let (added, others): (Vec<&str>, Vec<&str>) = more.lines().partition(|line| line.starts_with("f#10000"));
    assert_eq!(others, usual);
    assert!((842..=1158).contains(&added.len()), "{}", added.len());
    let fewer: Vec<String> = log(&surge("0.5")).lines().map(str::to_owned).collect();
    assert!(fewer.iter().all(|train| usual.contains(train)));
    let left_out = usual.len() - fewer.len();
    assert!((194..=306).contains(&left_out), "{left_out}");
}

/// Six hours without, two hours with, again and again: in force from 06:00, 14:00 and 22:00.
#[test]
fn again_and_again() {
    let toml = HEAD.to_owned()
        + OVER
        + &flow("f", ("pass", "pass"), "\"05:59\", \"06:00\", \"08:00\", \"15:00\", \"23:00\"")
        + "[disruptions.d]\ncloses = \"places.pass.exchange.over\"\nbetween = \"6 h\"\nlasts = \"2 h\"\n";
    let expected = "f#1  left 0 d 05:59\n\
                    f#2  pass  closure  0 d 06:00 - 0 d 08:00\n\
                    f#2  left 0 d 08:00\n\
                    f#3  pass  headway  0 d 08:00 - 0 d 08:10\n\
                    f#3  left 0 d 08:10\n\
                    f#4  pass  closure  0 d 15:00 - 0 d 16:00\n\
                    f#4  left 0 d 16:00\n\
                    f#5  pass  closure  0 d 23:00 - 1 d 00:00";
    assert_eq!(log(&toml), expected);
    // In force for 6 of 24 hours. After the first, one train waits ten minutes for the headway; after the second, none.
    observed(&toml, |seen| {
        let tally = &seen.disruptions[0];
        assert_eq!((tally.begun, tally.held, tally.recovered), (3, 3, 2));
        assert_eq!((tally.in_force.area(seen.end), tally.recovery), (6 * HOUR, HOUR / 6));
    });
}

/// Occurrences are drawn by their number: other trains, and other disruptions, leave them as they are.
#[test]
fn the_same_luck_in_another_scenario() {
    let toml = |trains: &str, more: &str| {
        HEAD.replace("1 day", "60 days")
            + OVER
            + &flow("f", ("pass", "pass"), trains)
            + "[disruptions.d]\ncloses = \"places.pass.exchange.over\"\nbetween = { law = \"exponential\", mean = \"2 days\" }\nlasts = { law = \"gamma\", mean = \"5 h\", cv = 1 }\n"
            + more
    };
    let in_force = |toml: String| {
        observed(&toml, |seen| {
            let tally = seen.disruptions.iter().max_by_key(|tally| tally.begun).expect("there is one");
            (tally.begun, tally.in_force.area(seen.end))
        })
    };
    let one = in_force(toml("\"06:00\"", ""));
    assert!(one.0 > 10);
    let other = "[disruptions.c]\nsurges = \"f\"\ntimes = 2\nbetween = \"20 days\"\nlasts = \"1 day\"\n";
    assert_eq!(one, in_force(toml("\"06:00\", \"07:00\", \"08:00\"", other)));
}

/// Of two halls a train takes the one that is not closed, although that is the second of the list and has a queue.
#[test]
fn whoever_can_choose_avoids_a_closure() {
    let toml = HEAD.to_owned()
        + r#"
        [places.pass.handling]
        one.time = "1 h"
        two.time = "1 h"
        [places.pass.choice.halls]
        of = ["handling.one", "handling.two"]
        rule = "order"
        [places.pass.procedures.all]
        steps = ["choice.halls"]
        "#
        + &flow("f", ("pass", "pass"), "\"06:00\", \"06:10\", \"06:20\"")
        + &on_first_day("closes = \"places.pass.handling.one\"", "05:00", "09:00");
    let expected = "f#1  pass  handling  0 d 06:00 - 0 d 07:00\n\
                    f#1  left 0 d 07:00\n\
                    f#2  pass  desk_busy  0 d 06:10 - 0 d 07:00\n\
                    f#2  pass  handling  0 d 07:00 - 0 d 08:00\n\
                    f#2  left 0 d 08:00\n\
                    f#3  pass  desk_busy  0 d 06:20 - 0 d 08:00\n\
                    f#3  pass  handling  0 d 08:00 - 0 d 09:00\n\
                    f#3  left 0 d 09:00";
    assert_eq!(log(&toml), expected);
}

/// Dates are read by the clock of the place: 10:00 at the pass, where it is two hours earlier, is noon here.
#[test]
fn dates_by_the_clock_of_the_place() {
    let toml = |clock: &str| {
        HEAD.to_owned()
            + "[places.here]\n[places.pass]\nzone = \"Asia/Almaty\"\n"
            + OVER
            + &flow("f", ("pass", "pass"), "\"09:30\"")
            + &on_first_day(&format!("closes = \"places.pass.exchange.over\"{clock}"), "09:00", "10:00")
    };
    assert_eq!(log(&toml("")), "f#1  pass  closure  0 d 11:30 - 0 d 12:00\nf#1  left 0 d 12:00");
    assert_eq!(log(&toml("\nclock = \"here\"")), "f#1  left 0 d 11:30");
}

/// Two ways from a junction, over n or over s, an hour for each line; over n first, unless it is closed for more than an hour.
/// It is shut from 06:30 to 09:00, and s from 07:30 to 10:00. The train of 06:00 is at the junction at 07:00 and diverts; at s
/// it is kept. That of 06:40 sets out for s, and at the junction finds n closed for 80 minutes and s for 140: it is held
/// until it is an hour for n, and waits for that before the line. At 08:10 n is closed for 50 minutes and the third train
/// sets out.
#[test]
fn a_closure_diverts() {
    let toml = HEAD.to_owned()
        + r#"
        [places]
        o = {}
        a = {}
        n = {}
        s = {}
        z = {}
        [lines]
        oa = { between = ["o", "a"], running_time = "1 h", gauge = "standard" }
        an = { between = ["a", "n"], running_time = "1 h", gauge = "standard" }
        as = { between = ["a", "s"], running_time = "1 h", gauge = "standard" }
        nz = { between = ["n", "z"], running_time = "1 h", gauge = "standard" }
        sz = { between = ["s", "z"], running_time = "1 h", gauge = "standard" }
        [flows.f]
        from = "o"
        to = "z"
        gauge = "standard"
        routes.north.via = ["n"]
        routes.south.via = ["s"]
        choice = "divert"
        divert_after = "1 h"
        departures.timetable = [{ days = "daily", at = ["06:00", "06:40", "08:10"] }]
        [disruptions.d]
        closes = "places.n"
        from = "2022-01-03 06:30"
        until = "2022-01-03 09:00"
        [disruptions.e]
        closes = "places.s"
        from = "2022-01-03 07:30"
        until = "2022-01-03 10:00"
        "#;
    let expected = "f#1  oa>a  running  0 d 06:00 - 0 d 07:00\n\
                    f#1  as>s  running  0 d 07:00 - 0 d 08:00\n\
                    f#1  s  closure  0 d 08:00 - 0 d 10:00\n\
                    f#1  sz>z  running  0 d 10:00 - 0 d 11:00\n\
                    f#1  left 0 d 11:00\n\
                    f#2  oa>a  running  0 d 06:40 - 0 d 07:40\n\
                    f#2  a  routes_closed  0 d 07:40 - 0 d 08:00\n\
                    f#2  a  closure  0 d 08:00 - 0 d 09:00\n\
                    f#2  an>n  running  0 d 09:00 - 0 d 10:00\n\
                    f#2  nz>z  running  0 d 10:00 - 0 d 11:00\n\
                    f#2  left 0 d 11:00\n\
                    f#3  oa>a  running  0 d 08:10 - 0 d 09:10\n\
                    f#3  an>n  running  0 d 09:10 - 0 d 10:10\n\
                    f#3  nz>z  running  0 d 10:10 - 0 d 11:10\n\
                    f#3  left 0 d 11:10";
    assert_eq!(log(&toml), expected);
}

/// Three boxes of 10 minutes; closed from 06:05 to 07:05. The box in the air is set down, the next is lifted afterwards. One
/// truck at 05:00 takes them all, and is loaded in no time.
#[test]
fn a_transloading_closes() {
    let toml = HEAD.to_owned()
        + r#"
        gauges.road.mode = "road"
        [places.yard]
        procedures.all.steps = ["transloading.t"]
        [places.pass]
        [lines.road]
        between = ["yard", "pass"]
        gauge = "road"
        running_time = "2 h"
        [places.yard.transloading.t]
        per_box = "10 min"
        outlets.road = { flow = "trucks", loading = "0 min", boxes_per_vehicle = 3 }
        [flows.trucks]
        from = "yard"
        to = "pass"
        gauge = "road"
        departures.timetable = [{ days = "daily", at = "05:00" }]
        "#
        + &flow("f", ("yard", "yard"), "\"06:00\"").replace("gauge =", "boxes = 3\ngauge =")
        + &on_first_day("closes = \"places.yard.transloading.t\"", "06:05", "07:05");
    let log = log(&toml);
    let of_train: Vec<&str> = log.lines().filter(|line| line.starts_with("f#")).collect();
    let expected = [
        "f#1  yard  unloading  0 d 06:00 - 0 d 06:10",
        "f#1  yard  closure  0 d 06:10 - 0 d 07:05",
        "f#1  yard  unloading  0 d 07:05 - 0 d 07:25",
        "f#1  left 0 d 07:25",
    ];
    assert_eq!(of_train, expected);
}

/// Hourly lots of 2 for trains of 4; from 02:30 to 05:30 twice as many: additional lots an hour apart from its begin, at 03:30
/// and 04:30. The lots of 01:00 and 02:00 make a train, then 03:00 and 03:30, 04:00 and 04:30, 05:00 and 06:00.
#[test]
fn a_surge_of_boxes() {
    let toml = HEAD.replace("1 day", "6 h 30 min")
        + r#"
        [places.hub]
        [flows.f]
        from = "hub"
        to = "hub"
        gauge = "standard"
        departures.gather = { lots = { every = "1 h" }, lot_size = 2, size = 4 }
        "#
        + &on_first_day("surges = \"f\"\ntimes = 2", "02:30", "05:30");
    let expected = "f#1  hub  waiting_to_fill  0 d 01:00 - 0 d 02:00\n\
                    f#1  left 0 d 02:00\n\
                    f#2  hub  waiting_to_fill  0 d 03:00 - 0 d 03:30\n\
                    f#2  left 0 d 03:30\n\
                    f#3  hub  waiting_to_fill  0 d 04:00 - 0 d 04:30\n\
                    f#3  left 0 d 04:30\n\
                    f#4  hub  waiting_to_fill  0 d 05:00 - 0 d 06:00\n\
                    f#4  left 0 d 06:00";
    assert_eq!(log(&toml), expected);
}

/// One train a direction fits on a line of an hour between two yards of two tracks, of which until noon there is one: at 07:00
/// each first train wants the track on which the second one of the other direction stands, and that one the room of the
/// first. It looks like a circle for ever, and is none: at noon the first ones have the second tracks, and leave.
#[test]
fn what_a_disruption_will_give_back_is_waited_for() {
    let toml = HEAD.to_owned()
        + LINE
        + "room = 1\n[places.a.tracks]\nstandard = 2\n[places.b.tracks]\nstandard = 2\n"
        + &flow("f", ("a", "b"), "\"06:00\", \"06:10\"")
        + &flow("g", ("b", "a"), "\"06:00\", \"06:10\"")
        + &on_first_day(
            "changes = [\"places.a.tracks.standard\", \"places.b.tracks.standard\"]\nto = 1",
            "00:00",
            "12:00",
        );
    let of_flow = |flow: &str, from: &str, to: &str| {
        format!(
            "{flow}#1  l>{to}  running  0 d 06:00 - 0 d 07:00\n\
             {flow}#1  {to}  track_ahead_full  0 d 07:00 - 0 d 12:00\n\
             {flow}#1  left 0 d 12:00\n\
             {flow}#2  {from}  line_full  0 d 06:10 - 0 d 12:00\n\
             {flow}#2  l>{to}  running  0 d 12:00 - 0 d 13:00\n\
             {flow}#2  left 0 d 13:00"
        )
    };
    let log = log(&toml);
    let mut lines: Vec<&str> = log.lines().collect();
    lines.sort_by_key(|line| &line[..3]);
    let expected = of_flow("f", "a", "b") + "\n" + &of_flow("g", "b", "a");
    assert_eq!(lines.join("\n"), expected);
}
