//! Hand-computed traces: each kind of target with each policy for work in hand that differs there.

use crate::observe::{DisruptionTally, Observations};
use crate::railway::trace::{log, observed};
use crate::units::{HOUR, Instant};

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
        + &on_first_day(
            "closes = \"places.pass.clearance.customs\"\nin_hand = \"pause\"",
            "09:00",
            "13:00",
        );
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
        log(&(HEAD.to_owned()
            + shed
            + &flow("f", ("pass", "pass"), "\"06:00\", \"06:30\"")
            + &on_first_day(&what, "07:30", "09:30")))
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

/// The same on a single track with a passing place in the middle: the first train has its second half before it when the
/// line closes and runs on, with its meet there; the opposing one runs through. The one that waits outside is not
/// waited for.
#[test]
fn a_single_track_closes_in_one_direction() {
    let single = LINE.to_owned() + "tracks = \"single\"\npassing_places = 1\n";
    let closed = on_first_day("closes = \"lines.l\"\ntowards = \"b\"", "06:15", "08:00");
    let flows = flow("f", ("a", "b"), "\"06:00\", \"06:20\"") + &flow("g", ("b", "a"), "\"06:25\", \"07:00\"");
    // Halves of 30 minutes. f1 is at the passing place at 06:30 and goes on, since g1 waits for that section from
    // 06:25 for less long than ... f1 asks at 06:30: g1 has been first since 06:25 and goes first? The section is
    // free at 06:25 for g1, so it entered at once; f1 meets it at 06:55.
    let expected = "f#1  l>b  running  0 d 06:00 - 0 d 06:30\n\
                    f#1  l>b  line_section_taken  0 d 06:30 - 0 d 06:55\n\
                    f#1  l>b  running  0 d 06:55 - 0 d 07:25\n\
                    f#1  left 0 d 07:25\n\
                    f#2  a  closure  0 d 06:20 - 0 d 08:00\n\
                    f#2  l>b  running  0 d 08:00 - 0 d 08:30\n\
                    f#2  l>b  running  0 d 08:30 - 0 d 09:00\n\
                    f#2  left 0 d 09:00\n\
                    g#1  l>a  running  0 d 06:25 - 0 d 06:55\n\
                    g#1  l>a  running  0 d 06:55 - 0 d 07:25\n\
                    g#1  left 0 d 07:25\n\
                    g#2  b  line_section_taken  0 d 07:00 - 0 d 07:25\n\
                    g#2  l>a  running  0 d 07:25 - 0 d 07:55\n\
                    g#2  l>a  running  0 d 07:55 - 0 d 08:25\n\
                    g#2  left 0 d 08:25";
    let log = log(&(HEAD.to_owned() + &single + &flows + &closed));
    assert_eq!(log, expected);
}
