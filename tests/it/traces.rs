//! Three to five trains on paper: constant durations, so that every line of every log was worked out by hand.
//!
//! The start is Monday, 3 January 2022, 00:00 in Shanghai. Within one instant, work ends before offices open
//! or close, these change before a headway or path lets a train go, and new trains come last.

use crate::common::{log, model, records};

/// A scenario of two gauges that begins on a Monday, with this body.
fn scenario(length: &str, body: &str) -> String {
    format!(
        r#"title = "Trace"
[time]
start = "2022-01-03 00:00"
zone = "Asia/Shanghai"
length = "{length}"
[gauges.standard]
width = "1435 mm"
[gauges.broad]
width = "1520 mm"
{body}"#
    )
}

/// A flow from one place to another that departs at these dates and times of 2022.
fn flow(id: &str, (from, to): (&str, &str), more: &str, departures: &[&str]) -> String {
    let rows: Vec<String> = departures.iter().map(|at| format!("{{ departure = \"2022-{at}\" }}")).collect();
    let gauge = if more.contains("gauge") { "" } else { "gauge = \"standard\"" };
    format!(
        "\n[flows.{id}]\nfrom = \"{from}\"\nto = \"{to}\"\n{gauge}\n{more}\n[flows.{id}.departures]\ntrace_rows = [{}]\n",
        rows.join(", ")
    )
}

/// Runs a scenario and compares its log with one written by hand; spaces serve only to align it.
#[track_caller]
fn expect(text: &str, by_hand: &str) {
    expect_in_replication(text, 1, by_hand);
}

#[track_caller]
fn expect_in_replication(text: &str, replication: u32, by_hand: &str) {
    let model = model(text);
    let found = log(&model, &records(&model, replication));
    let expected: Vec<String> = by_hand
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect();
    assert!(
        found == expected,
        "\n--- by hand\n{}\n--- simulated\n{}\n",
        expected.join("\n"),
        found.join("\n")
    );
}

/// A post one hour from the hub, whose one desk works from 8 to 12.
fn post(at_close: &str, time: &str, windows: &str, departures: &[&str]) -> String {
    let body = format!(
        r#"
[calendars.shift]
windows = [{windows}]
[places.hub]
[places.post.clearance.desk]
time = "{time}"
desks = 1
calendar = "shift"
at_close = "{at_close}"
[places.post.procedures.all]
steps = ["clearance.desk"]
[lines.road]
between = ["hub", "post"]
gauge = "standard"
running_time = "1 h"
{}"#,
        flow("t", ("hub", "post"), "", departures)
    );
    scenario("4 days", &body)
}

const MORNING: &str = r#"{ days = "daily", hours = "08:00-12:00" }"#;

// ------------------------------------------------------------------------------------------------ closing windows

/// Work that begins before closing goes on after hours. Who comes at the moment of closing is too late; who
/// comes at the moment of opening stands behind those who waited.
#[test]
fn closing_finish() {
    expect(
        &post(
            "finish",
            "3 h",
            MORNING,
            &["01-03 06:00", "01-03 07:30", "01-03 11:00", "01-04 07:00"],
        ),
        "
        t#1  road>post  running        0 d 06:00 - 0 d 07:00
        t#1  post       office_closed  0 d 07:00 - 0 d 08:00
        t#2  road>post  running        0 d 07:30 - 0 d 08:30
        t#1  post       clearance      0 d 08:00 - 0 d 11:00
        t#2  post       desk_busy      0 d 08:30 - 0 d 11:00
        t#2  post       clearance      0 d 11:00 - 0 d 14:00
        t#3  road>post  running        0 d 11:00 - 0 d 12:00
        t#3  post       office_closed  0 d 12:00 - 1 d 08:00
        t#4  road>post  running        1 d 07:00 - 1 d 08:00
        t#3  post       clearance      1 d 08:00 - 1 d 11:00
        t#4  post       desk_busy      1 d 08:00 - 1 d 11:00
        t#4  post       clearance      1 d 11:00 - 1 d 14:00
        ",
    );
}

/// Work in hand rests from closing to opening, and then goes on before anybody else's begins.
#[test]
fn closing_pause() {
    expect(
        &post("pause", "3 h", MORNING, &["01-03 06:00", "01-03 07:30", "01-03 11:00"]),
        "
        t#1  road>post  running        0 d 06:00 - 0 d 07:00
        t#1  post       office_closed  0 d 07:00 - 0 d 08:00
        t#2  road>post  running        0 d 07:30 - 0 d 08:30
        t#1  post       clearance      0 d 08:00 - 0 d 11:00
        t#2  post       desk_busy      0 d 08:30 - 0 d 11:00
        t#2  post       clearance      0 d 11:00 - 0 d 12:00
        t#3  road>post  running        0 d 11:00 - 0 d 12:00
        t#2  post       office_closed  0 d 12:00 - 1 d 08:00
        t#3  post       office_closed  0 d 12:00 - 1 d 08:00
        t#2  post       clearance      1 d 08:00 - 1 d 10:00
        t#3  post       desk_busy      1 d 08:00 - 1 d 10:00
        t#3  post       clearance      1 d 10:00 - 1 d 12:00
        t#3  post       office_closed  1 d 12:00 - 2 d 08:00
        t#3  post       clearance      2 d 08:00 - 2 d 09:00
        ",
    );
}

/// A train that comes at the very moment of opening does not take the desk of one whose work rests.
#[test]
fn closing_pause_and_an_arrival_at_opening() {
    expect(
        &post("pause", "3 h", MORNING, &["01-03 09:00", "01-04 07:00"]),
        "
        t#1  road>post  running        0 d 09:00 - 0 d 10:00
        t#1  post       clearance      0 d 10:00 - 0 d 12:00
        t#1  post       office_closed  0 d 12:00 - 1 d 08:00
        t#2  road>post  running        1 d 07:00 - 1 d 08:00
        t#1  post       clearance      1 d 08:00 - 1 d 09:00
        t#2  post       desk_busy      1 d 08:00 - 1 d 09:00
        t#2  post       clearance      1 d 09:00 - 1 d 12:00
        ",
    );
}

/// Two desks in the morning, one in the afternoon: the second train's work rests on, now for want of a desk.
#[test]
fn closing_pause_with_fewer_desks_afterwards() {
    let windows = r#"{ days = "daily", hours = "08:00-12:00", servers = 2 }, { days = "daily", hours = "13:00-18:00" }"#;
    expect(
        &post("pause", "3 h", windows, &["01-03 10:00", "01-03 10:00", "01-03 13:00"]),
        "
        t#1  road>post  running        0 d 10:00 - 0 d 11:00
        t#2  road>post  running        0 d 10:00 - 0 d 11:00
        t#1  post       clearance      0 d 11:00 - 0 d 12:00
        t#2  post       clearance      0 d 11:00 - 0 d 12:00
        t#1  post       office_closed  0 d 12:00 - 0 d 13:00
        t#2  post       office_closed  0 d 12:00 - 0 d 13:00
        t#1  post       clearance      0 d 13:00 - 0 d 15:00
        t#2  post       desk_busy      0 d 13:00 - 0 d 15:00
        t#3  road>post  running        0 d 13:00 - 0 d 14:00
        t#3  post       desk_busy      0 d 14:00 - 0 d 17:00
        t#2  post       clearance      0 d 15:00 - 0 d 17:00
        t#3  post       clearance      0 d 17:00 - 0 d 18:00
        t#3  post       office_closed  0 d 18:00 - 1 d 08:00
        t#3  post       clearance      1 d 08:00 - 1 d 10:00
        ",
    );
}

/// At 11:00 three hours are too many for what is left of the day.
#[test]
fn closing_refuse() {
    expect(
        &post("refuse", "3 h", MORNING, &["01-03 07:00", "01-03 07:30", "01-03 11:00"]),
        "
        t#1  road>post  running        0 d 07:00 - 0 d 08:00
        t#2  road>post  running        0 d 07:30 - 0 d 08:30
        t#1  post       clearance      0 d 08:00 - 0 d 11:00
        t#2  post       desk_busy      0 d 08:30 - 0 d 11:00
        t#2  post       closing_soon   0 d 11:00 - 0 d 12:00
        t#3  road>post  running        0 d 11:00 - 0 d 12:00
        t#2  post       office_closed  0 d 12:00 - 1 d 08:00
        t#3  post       office_closed  0 d 12:00 - 1 d 08:00
        t#2  post       clearance      1 d 08:00 - 1 d 11:00
        t#3  post       desk_busy      1 d 08:00 - 1 d 11:00
        t#3  post       closing_soon   1 d 11:00 - 1 d 12:00
        t#3  post       office_closed  1 d 12:00 - 2 d 08:00
        t#3  post       clearance      2 d 08:00 - 2 d 11:00
        ",
    );
}

/// Work that ends with the window is finished, not paused, and may have been begun; whoever is next finds the
/// office closed. All three ways of closing give the same log.
#[test]
fn work_that_ends_with_the_window() {
    for at_close in ["finish", "pause", "refuse"] {
        expect(
            &post(
                at_close,
                "2 h",
                MORNING,
                &["01-03 06:00", "01-03 07:30", "01-03 10:30", "01-03 11:00"],
            ),
            "
            t#1  road>post  running        0 d 06:00 - 0 d 07:00
            t#1  post       office_closed  0 d 07:00 - 0 d 08:00
            t#2  road>post  running        0 d 07:30 - 0 d 08:30
            t#1  post       clearance      0 d 08:00 - 0 d 10:00
            t#2  post       desk_busy      0 d 08:30 - 0 d 10:00
            t#2  post       clearance      0 d 10:00 - 0 d 12:00
            t#3  road>post  running        0 d 10:30 - 0 d 11:30
            t#4  road>post  running        0 d 11:00 - 0 d 12:00
            t#3  post       desk_busy      0 d 11:30 - 0 d 12:00
            t#3  post       office_closed  0 d 12:00 - 1 d 08:00
            t#4  post       office_closed  0 d 12:00 - 1 d 08:00
            t#3  post       clearance      1 d 08:00 - 1 d 10:00
            t#4  post       desk_busy      1 d 08:00 - 1 d 10:00
            t#4  post       clearance      1 d 10:00 - 1 d 12:00
            ",
        );
    }
}

/// Round the clock there is no closing to keep clear of, not even near the end of the run: what happens before
/// the end may not depend on when the end is.
#[test]
fn round_the_clock_nothing_is_refused() {
    expect(
        &post(
            "refuse",
            "90 h",
            r#"{ days = "daily", hours = "24h" }"#,
            &["01-03 01:00", "01-03 02:00"],
        ),
        "
        t#1  road>post  running    0 d 01:00 - 0 d 02:00
        t#1  post       clearance  0 d 02:00 - 3 d 20:00
        t#2  road>post  running    0 d 02:00 - 0 d 03:00
        t#2  post       desk_busy  0 d 03:00 - 3 d 20:00
        t#2  post       clearance  3 d 20:00 - 4 d 00:00
        ",
    );
}

/// The fourth is a holiday; on the fifth only the hour of the exception counts.
#[test]
fn holidays_and_exceptions() {
    let text = post("finish", "1 h", MORNING, &["01-03 12:00", "01-03 13:00"]).replace(
        "[places.hub]",
        "holidays = [\"2022-01-04\"]\nexceptions = [{ date = \"2022-01-05\", hours = \"10:00-11:00\" }]\n[places.hub]",
    );
    expect(
        &text,
        "
        t#1  road>post  running        0 d 12:00 - 0 d 13:00
        t#1  post       office_closed  0 d 13:00 - 2 d 10:00
        t#2  road>post  running        0 d 13:00 - 0 d 14:00
        t#2  post       office_closed  0 d 14:00 - 2 d 10:00
        t#1  post       clearance      2 d 10:00 - 2 d 11:00
        t#2  post       desk_busy      2 d 10:00 - 2 d 11:00
        t#2  post       office_closed  2 d 11:00 - 3 d 08:00
        t#2  post       clearance      3 d 08:00 - 3 d 09:00
        ",
    );
}

/// Warsaw is six hours behind Shanghai from the last Sunday of March, seven before: 8:00 there is 15:00, then
/// 14:00, on the clock of the scenario.
#[test]
fn a_place_that_puts_its_clocks_forward() {
    let text = post("finish", "2 h", MORNING, &["03-26 00:00", "03-27 00:00"])
        .replace("2022-01-03 00:00", "2022-03-26 00:00")
        .replace(
            "[places.post.clearance.desk]",
            "[places.post]\nzone = \"Europe/Warsaw\"\n[places.post.clearance.desk]",
        );
    expect(
        &text,
        "
        t#1  road>post  running        0 d 00:00 - 0 d 01:00
        t#1  post       office_closed  0 d 01:00 - 0 d 15:00
        t#1  post       clearance      0 d 15:00 - 0 d 17:00
        t#2  road>post  running        1 d 00:00 - 1 d 01:00
        t#2  post       office_closed  1 d 01:00 - 1 d 14:00
        t#2  post       clearance      1 d 14:00 - 1 d 16:00
        ",
    );
}

/// At noon one of two desks goes home: both works in hand are finished, then one desk is left.
#[test]
fn fewer_desks_without_a_closing() {
    let windows = r#"{ days = "daily", hours = "08:00-12:00", servers = 2 }, { days = "daily", hours = "12:00-20:00" }"#;
    expect(
        &post(
            "finish",
            "2 h",
            windows,
            &["01-03 10:00", "01-03 10:30", "01-03 10:45", "01-03 10:50"],
        ),
        "
        t#1  road>post  running    0 d 10:00 - 0 d 11:00
        t#2  road>post  running    0 d 10:30 - 0 d 11:30
        t#3  road>post  running    0 d 10:45 - 0 d 11:45
        t#4  road>post  running    0 d 10:50 - 0 d 11:50
        t#1  post       clearance  0 d 11:00 - 0 d 13:00
        t#2  post       clearance  0 d 11:30 - 0 d 13:30
        t#3  post       desk_busy  0 d 11:45 - 0 d 13:30
        t#4  post       desk_busy  0 d 11:50 - 0 d 15:30
        t#3  post       clearance  0 d 13:30 - 0 d 15:30
        t#4  post       clearance  0 d 15:30 - 0 d 17:30
        ",
    );
}

// ------------------------------------------------------------------------------------------------- two directions

/// Exports are lifted beyond the border, imports on this side; each direction has its own procedure. ex#2
/// comes to export customs at 01:30, the moment at which ex#1 is done there, and does not wait.
#[test]
fn two_directions_at_one_port() {
    let body = format!(
        r#"
[places.china]
[places.port.clearance.export]
time = "30 min"
[places.port.clearance.import]
time = "2 h"
[places.port.reloading.shed]
from_gauge = "broad"
to_gauge = "standard"
berths = 1
placing = "15 min"
lifting = "60 min"
withdrawal = "15 min"
[places.port.exchange.west]
[places.port.procedures.west]
direction = "west"
steps = ["clearance.export", "exchange.west"]
[places.port.procedures.east]
direction = "east"
steps = ["clearance.import", "reloading.shed"]
[places.beyond.reloading.terminal]
from_gauge = "standard"
to_gauge = "broad"
berths = 1
lifting = "2 h"
[places.beyond.exchange.east]
[places.beyond.procedures.west]
direction = "west"
steps = ["reloading.terminal"]
[places.beyond.procedures.east]
direction = "east"
steps = ["exchange.east"]
[places.far]
[lines.inner]
between = ["china", "port"]
gauge = "standard"
running_time = "1 h"
[lines.border_standard]
between = ["port", "beyond"]
gauge = "standard"
running_time = "20 min"
[lines.border_broad]
between = ["port", "beyond"]
gauge = "broad"
running_time = "20 min"
[lines.outer]
between = ["beyond", "far"]
gauge = "broad"
length = "180 km"
speed = "60 km/h"
{}{}"#,
        flow("ex", ("china", "far"), "direction = \"west\"", &["01-03 00:00", "01-03 00:30"]),
        flow(
            "im",
            ("far", "china"),
            "direction = \"east\"\ngauge = \"broad\"",
            &["01-03 00:00", "01-03 01:00"]
        ),
    );
    expect(
        &scenario("1 day", &body),
        "
        ex#1  inner>port              running     0 d 00:00 - 0 d 01:00
        im#1  outer>beyond            running     0 d 00:00 - 0 d 03:00
        ex#2  inner>port              running     0 d 00:30 - 0 d 01:30
        ex#1  port                    clearance   0 d 01:00 - 0 d 01:30
        im#2  outer>beyond            running     0 d 01:00 - 0 d 04:00
        ex#1  border_standard>beyond  running     0 d 01:30 - 0 d 01:50
        ex#2  port                    clearance   0 d 01:30 - 0 d 02:00
        ex#1  beyond                  lifting     0 d 01:50 - 0 d 03:50
        ex#2  border_standard>beyond  running     0 d 02:00 - 0 d 02:20
        ex#2  beyond                  berth_busy  0 d 02:20 - 0 d 03:50
        im#1  border_broad>port       running     0 d 03:00 - 0 d 03:20
        im#1  port                    clearance   0 d 03:20 - 0 d 05:20
        ex#1  outer>far               running     0 d 03:50 - 0 d 06:50
        ex#2  beyond                  lifting     0 d 03:50 - 0 d 05:50
        im#2  border_broad>port       running     0 d 04:00 - 0 d 04:20
        im#2  port                    desk_busy   0 d 04:20 - 0 d 05:20
        im#1  port                    placing     0 d 05:20 - 0 d 05:35
        im#2  port                    clearance   0 d 05:20 - 0 d 07:20
        im#1  port                    lifting     0 d 05:35 - 0 d 06:35
        ex#2  outer>far               running     0 d 05:50 - 0 d 08:50
        im#1  port                    withdrawal  0 d 06:35 - 0 d 06:50
        im#1  inner>china             running     0 d 06:50 - 0 d 07:50
        im#2  port                    placing     0 d 07:20 - 0 d 07:35
        im#2  port                    lifting     0 d 07:35 - 0 d 08:35
        im#2  port                    withdrawal  0 d 08:35 - 0 d 08:50
        im#2  inner>china             running     0 d 08:50 - 0 d 09:50
        ",
    );
}

// ------------------------------------------------------------------------------------------------------- blocking

/// a - b - c, each line with room for one train, b and c with one track. While t#1 stands at c for ten hours,
/// t#2 fills the line before c, t#3 the track of b, t#4 the line before b, and t#5 stays at a. At 12:00 all of
/// them move up by one, at the same instant.
#[test]
fn a_full_yard_blocks_as_far_back_as_it_reaches() {
    let body = format!(
        r#"
[places.a]
[places.b]
tracks = {{ standard = 1 }}
[places.c]
tracks = {{ standard = 1 }}
[places.c.clearance.desk]
time = "10 h"
[places.c.procedures.all]
steps = ["clearance.desk"]
[lines.ab]
between = ["a", "b"]
gauge = "standard"
running_time = "1 h"
room = 1
[lines.bc]
between = ["b", "c"]
gauge = "standard"
running_time = "1 h"
room = 1
{}"#,
        flow(
            "t",
            ("a", "c"),
            "",
            &["01-03 00:00", "01-03 01:00", "01-03 02:00", "01-03 03:00", "01-03 04:00"]
        )
    );
    expect(
        &scenario("20 h", &body),
        "
        t#1  ab>b  running           0 d 00:00 - 0 d 01:00
        t#1  bc>c  running           0 d 01:00 - 0 d 02:00
        t#2  ab>b  running           0 d 01:00 - 0 d 02:00
        t#1  c     clearance         0 d 02:00 - 0 d 12:00
        t#2  bc>c  running           0 d 02:00 - 0 d 03:00
        t#3  ab>b  running           0 d 02:00 - 0 d 03:00
        t#2  c     track_ahead_full  0 d 03:00 - 0 d 12:00
        t#3  b     line_full         0 d 03:00 - 0 d 12:00
        t#4  ab>b  running           0 d 03:00 - 0 d 04:00
        t#4  b     track_ahead_full  0 d 04:00 - 0 d 12:00
        t#5  a     line_full         0 d 04:00 - 0 d 12:00
        t#2  c     clearance         0 d 12:00 - 0 d 20:00
        t#3  bc>c  running           0 d 12:00 - 0 d 13:00
        t#4  b     line_full         0 d 12:00 - 0 d 20:00
        t#5  ab>b  running           0 d 12:00 - 0 d 13:00
        t#3  c     track_ahead_full  0 d 13:00 - 0 d 20:00
        t#5  b     track_ahead_full  0 d 13:00 - 0 d 20:00
        ",
    );
}

/// A junction with one track, and two lines that lead to it. At 03:00 x#1 leaves the track; l#1 takes it and passes
/// at once; then it is m#1's turn, which asked at 02:00, and not l#2's, which could only ask when l#1 was gone.
#[test]
fn tracks_are_taken_in_the_order_of_asking() {
    let lines = [("la", "a", "j"), ("mb", "b", "j"), ("n", "j", "end")]
        .map(|(id, from, to)| format!("[lines.{id}]\nbetween = [\"{from}\", \"{to}\"]\ngauge = \"standard\"\nrunning_time = \"1 h\"\n"));
    let body = format!(
        r#"
[places.a]
[places.b]
[places.end]
[places.j]
tracks = {{ standard = 1 }}
[places.j.clearance.long]
time = "3 h"
[places.j.clearance.short]
time = "1 h"
[places.j.procedures.x]
flows = ["x"]
steps = ["clearance.long"]
[places.j.procedures.m]
flows = ["m"]
steps = ["clearance.short"]
{}{}{}{}"#,
        lines.concat(),
        flow("x", ("j", "end"), "", &["01-03 00:00"]),
        flow("l", ("a", "end"), "", &["01-03 00:30", "01-03 00:45"]),
        flow("m", ("b", "end"), "", &["01-03 01:00"]),
    );
    expect(
        &scenario("1 day", &body),
        "
        x#1  j      clearance         0 d 00:00 - 0 d 03:00
        l#1  la>j   running           0 d 00:30 - 0 d 01:30
        l#2  la>j   running           0 d 00:45 - 0 d 01:45
        m#1  mb>j   running           0 d 01:00 - 0 d 02:00
        l#1  j      track_ahead_full  0 d 01:30 - 0 d 03:00
        l#2  j      train_ahead       0 d 01:45 - 0 d 03:00
        m#1  j      track_ahead_full  0 d 02:00 - 0 d 03:00
        l#1  n>end  running           0 d 03:00 - 0 d 04:00
        l#2  j      track_ahead_full  0 d 03:00 - 0 d 04:00
        m#1  j      clearance         0 d 03:00 - 0 d 04:00
        x#1  n>end  running           0 d 03:00 - 0 d 04:00
        l#2  n>end  running           0 d 04:00 - 0 d 05:00
        m#1  n>end  running           0 d 04:00 - 0 d 05:00
        ",
    );
}

/// With one departure track, which a loaded train keeps for three hours of clearance, the berth stays taken.
#[test]
fn a_berth_is_kept_without_a_departure_track() {
    let body = format!(
        r#"
[places.port]
tracks = {{ broad = 1 }}
[places.port.reloading.shed]
from_gauge = "standard"
to_gauge = "broad"
berths = 1
lifting = "1 h"
withdrawal = "30 min"
[places.port.clearance.desk]
time = "3 h"
[places.port.procedures.all]
steps = ["reloading.shed", "clearance.desk"]
[places.far]
[lines.out]
between = ["port", "far"]
gauge = "broad"
running_time = "1 h"
{}"#,
        flow("t", ("port", "far"), "", &["01-03 00:00", "01-03 00:10", "01-03 00:20"])
    );
    expect(
        &scenario("1 day", &body),
        "
        t#1  port     lifting           0 d 00:00 - 0 d 01:00
        t#2  port     berth_busy        0 d 00:10 - 0 d 01:30
        t#3  port     berth_busy        0 d 00:20 - 0 d 04:30
        t#1  port     withdrawal        0 d 01:00 - 0 d 01:30
        t#1  port     clearance         0 d 01:30 - 0 d 04:30
        t#2  port     lifting           0 d 01:30 - 0 d 02:30
        t#2  port     withdrawal        0 d 02:30 - 0 d 03:00
        t#2  port     track_ahead_full  0 d 03:00 - 0 d 04:30
        t#1  out>far  running           0 d 04:30 - 0 d 05:30
        t#2  port     clearance         0 d 04:30 - 0 d 07:30
        t#3  port     lifting           0 d 04:30 - 0 d 05:30
        t#3  port     withdrawal        0 d 05:30 - 0 d 06:00
        t#3  port     track_ahead_full  0 d 06:00 - 0 d 07:30
        t#2  out>far  running           0 d 07:30 - 0 d 08:30
        t#3  port     clearance         0 d 07:30 - 0 d 10:30
        t#3  out>far  running           0 d 10:30 - 0 d 11:30
        ",
    );
}

// ------------------------------------------------------------------------------------------------------- handover

/// Two trains a day from midnight to midnight in Almaty, which is 02:00 in Shanghai. t#5 arrives at that very
/// moment and finds the two new permits given to those who waited.
#[test]
fn a_quota_is_reset_by_the_clock_of_its_place() {
    let body = format!(
        r#"
[places.hub]
[places.gate]
zone = "Asia/Almaty"
[places.gate.exchange.west]
quota = "2/day"
quota_reset = "00:00"
[places.gate.procedures.all]
steps = ["exchange.west"]
[places.far]
[lines.road]
between = ["hub", "gate"]
gauge = "standard"
running_time = "1 h"
[lines.out]
between = ["gate", "far"]
gauge = "standard"
running_time = "1 h"
{}"#,
        flow(
            "t",
            ("hub", "far"),
            "",
            &["01-03 21:00", "01-03 22:00", "01-03 22:30", "01-03 23:30", "01-04 01:00"]
        )
    );
    expect(
        &scenario("3 days", &body),
        "
        t#1  road>gate  running        0 d 21:00 - 0 d 22:00
        t#1  out>far    running        0 d 22:00 - 0 d 23:00
        t#2  road>gate  running        0 d 22:00 - 0 d 23:00
        t#3  road>gate  running        0 d 22:30 - 0 d 23:30
        t#2  out>far    running        0 d 23:00 - 1 d 00:00
        t#3  gate       quota_used_up  0 d 23:30 - 1 d 02:00
        t#4  road>gate  running        0 d 23:30 - 1 d 00:30
        t#4  gate       quota_used_up  1 d 00:30 - 1 d 02:00
        t#5  road>gate  running        1 d 01:00 - 1 d 02:00
        t#3  out>far    running        1 d 02:00 - 1 d 03:00
        t#4  out>far    running        1 d 02:00 - 1 d 03:00
        t#5  gate       quota_used_up  1 d 02:00 - 2 d 02:00
        t#5  out>far    running        2 d 02:00 - 2 d 03:00
        ",
    );
}

/// Twenty minutes between handovers, and hours from 8 to 12. The headway of t#3 ends after closing, so t#4
/// waits for it only until then.
#[test]
fn an_exchange_keeps_a_headway_and_its_hours() {
    let body = format!(
        r#"
[calendars.shift]
windows = [{MORNING}]
[places.gate.exchange.west]
headway = "20 min"
calendar = "shift"
[places.gate.procedures.all]
steps = ["exchange.west"]
[places.far]
[lines.out]
between = ["gate", "far"]
gauge = "standard"
running_time = "1 h"
{}"#,
        flow(
            "t",
            ("gate", "far"),
            "",
            &["01-03 07:00", "01-03 07:10", "01-03 11:50", "01-03 11:55"]
        )
    );
    expect(
        &scenario("2 days", &body),
        "
        t#1  gate     office_closed  0 d 07:00 - 0 d 08:00
        t#2  gate     office_closed  0 d 07:10 - 0 d 08:00
        t#1  out>far  running        0 d 08:00 - 0 d 09:00
        t#2  gate     headway        0 d 08:00 - 0 d 08:20
        t#2  out>far  running        0 d 08:20 - 0 d 09:20
        t#3  out>far  running        0 d 11:50 - 0 d 12:50
        t#4  gate     headway        0 d 11:55 - 0 d 12:00
        t#4  gate     office_closed  0 d 12:00 - 1 d 08:00
        t#4  out>far  running        1 d 08:00 - 1 d 09:00
        ",
    );
}

// --------------------------------------------------------------------------------------------------------- cranes

/// A terminal at the origin, a line of one hour behind it; a box takes one crane 100 s, or as stated.
fn terminal(cranes: &str, boxes: u32, per_lift: &str, departures: &[&str]) -> String {
    let body = format!(
        r#"
[places.yard.reloading.shed]
from_gauge = "standard"
to_gauge = "broad"
berths = 3
per_lift = "{per_lift}"
{cranes}
[places.yard.procedures.all]
steps = ["reloading.shed"]
[places.far]
[lines.out]
between = ["yard", "far"]
gauge = "broad"
running_time = "1 h"
{}"#,
        flow("t", ("yard", "far"), &format!("boxes = {boxes}"), departures)
    );
    scenario("1 day", &body)
}

/// 41 boxes of 100,001 ms are 4,100,041 ms of one crane. In ten minutes four cranes do 2,400,000 of t#1's;
/// 1,700,041 are left, and take two cranes 850,021 ms. By then t#2 has had 1,700,042; its 2,399,999 take four
/// cranes 600,000 ms. What is not a whole millisecond is rounded up.
#[test]
fn cranes_are_shared_to_the_millisecond() {
    expect(
        &terminal("cranes = 4", 41, "1 min 40 s 1 ms", &["01-03 00:00", "01-03 00:10"]),
        "
        t#1  yard     lifting  0 d 00:00        - 0 d 00:10
        t#1  yard     lifting  0 d 00:10        - 0 d 00:24:10.021
        t#2  yard     lifting  0 d 00:10        - 0 d 00:24:10.021
        t#1  out>far  running  0 d 00:24:10.021 - 0 d 01:24:10.021
        t#2  yard     lifting  0 d 00:24:10.021 - 0 d 00:34:10.021
        t#2  out>far  running  0 d 00:34:10.021 - 0 d 01:34:10.021
        ",
    );
}

/// 36 boxes are 60 crane-minutes. Cranes at work on t#1, t#2, t#3: 3; 2 2; 2 1 1; 0 2 2; 0 0 3.
#[test]
fn no_more_cranes_on_a_train_than_allowed() {
    expect(
        &terminal(
            "cranes = 4\ncranes_per_train = 3",
            36,
            "100 s",
            &["01-03 00:00", "01-03 00:05", "01-03 00:10"],
        ),
        "
        t#1  yard     lifting  0 d 00:00    - 0 d 00:05
        t#1  yard     lifting  0 d 00:05    - 0 d 00:27:30
        t#2  yard     lifting  0 d 00:05    - 0 d 00:10
        t#2  yard     lifting  0 d 00:10    - 0 d 00:27:30
        t#3  yard     lifting  0 d 00:10    - 0 d 00:27:30
        t#1  out>far  running  0 d 00:27:30 - 0 d 01:27:30
        t#2  yard     lifting  0 d 00:27:30 - 0 d 00:43:45
        t#3  yard     lifting  0 d 00:27:30 - 0 d 00:43:45
        t#2  out>far  running  0 d 00:43:45 - 0 d 01:43:45
        t#3  yard     lifting  0 d 00:43:45 - 0 d 00:47:05
        t#3  out>far  running  0 d 00:47:05 - 0 d 01:47:05
        ",
    );
}

/// Two cranes for three trains: the youngest stands in its berth and waits.
#[test]
fn a_train_in_its_berth_waits_for_a_crane() {
    expect(
        &terminal("cranes = 2", 36, "100 s", &["01-03 00:00", "01-03 00:10", "01-03 00:20"]),
        "
        t#1  yard     lifting      0 d 00:00 - 0 d 00:10
        t#1  yard     lifting      0 d 00:10 - 0 d 00:50
        t#2  yard     lifting      0 d 00:10 - 0 d 01:10
        t#3  yard     crane_short  0 d 00:20 - 0 d 00:50
        t#1  out>far  running      0 d 00:50 - 0 d 01:50
        t#3  yard     lifting      0 d 00:50 - 0 d 01:10
        t#2  out>far  running      0 d 01:10 - 0 d 02:10
        t#3  yard     lifting      0 d 01:10 - 0 d 01:30
        t#3  out>far  running      0 d 01:30 - 0 d 02:30
        ",
    );
}

/// Lifting rests over night; placing and withdrawal do not, being no work of the cranes.
#[test]
fn lifting_rests_at_closing() {
    let text = terminal(
        "cranes = 1\nplacing = \"30 min\"\ncalendar = \"shift\"\nat_close = \"pause\"",
        72,
        "100 s",
        &["01-03 10:00", "01-03 11:45", "01-03 12:00"],
    )
    .replace("[places.far]", &format!("[places.far]\n[calendars.shift]\nwindows = [{MORNING}]"))
    .replace("length = \"1 day\"", "length = \"2 days\"");
    // t#1 has 120 crane-minutes: 90 until noon, 30 in the morning. t#2 is placed over the closing and waits for
    // the opening, then for the crane. t#3 comes at noon, too late for a berth.
    expect(
        &text,
        "
        t#1  yard     placing        0 d 10:00 - 0 d 10:30
        t#1  yard     lifting        0 d 10:30 - 0 d 12:00
        t#2  yard     placing        0 d 11:45 - 0 d 12:15
        t#1  yard     office_closed  0 d 12:00 - 1 d 08:00
        t#3  yard     office_closed  0 d 12:00 - 1 d 08:00
        t#2  yard     office_closed  0 d 12:15 - 1 d 08:00
        t#1  yard     lifting        1 d 08:00 - 1 d 08:30
        t#2  yard     crane_short    1 d 08:00 - 1 d 08:30
        t#3  yard     placing        1 d 08:00 - 1 d 08:30
        t#1  out>far  running        1 d 08:30 - 1 d 09:30
        t#2  yard     lifting        1 d 08:30 - 1 d 10:30
        t#3  yard     crane_short    1 d 08:30 - 1 d 10:30
        t#2  out>far  running        1 d 10:30 - 1 d 11:30
        t#3  yard     lifting        1 d 10:30 - 1 d 12:00
        t#3  yard     office_closed  1 d 12:00 - 2 d 00:00
        ",
    );
}

// ---------------------------------------------------------------------------------------------------------- lines

/// A line from the hub to the end, with these keys.
fn line(keys: &str, departures: &[&str]) -> String {
    let body = format!(
        r#"
[places.hub]
[places.end]
[lines.road]
between = ["hub", "end"]
gauge = "standard"
{keys}
{}"#,
        flow("t", ("hub", "end"), "", departures)
    );
    scenario("1 day", &body)
}

#[test]
fn a_headway_at_entry() {
    expect(
        &line(
            "running_time = \"1 h\"\nheadway = \"20 min\"",
            &["01-03 00:00", "01-03 00:05", "01-03 00:10", "01-03 01:00"],
        ),
        "
        t#1  road>end  running  0 d 00:00 - 0 d 01:00
        t#2  hub       headway  0 d 00:05 - 0 d 00:20
        t#3  hub       headway  0 d 00:10 - 0 d 00:40
        t#2  road>end  running  0 d 00:20 - 0 d 01:20
        t#3  road>end  running  0 d 00:40 - 0 d 01:40
        t#4  road>end  running  0 d 01:00 - 0 d 02:00
        ",
    );
}

/// The replication in which the first of three trains is slow and the others are fast, found by letting them
/// pass each other: the same trains have the same luck whether they may or not.
fn first_train_slow(overtaking: bool) -> (String, u32) {
    let text = |overtaking: bool| {
        line(
            &format!(
                "running_time = {{ law = \"empirical\", values = [\"1 h\", \"2 h\"] }}\nheadway = \"20 min\"\novertaking = {overtaking}"
            ),
            &["01-03 00:00", "01-03 00:30", "01-03 01:20"],
        )
    };
    let free = model(&text(true));
    let replication = (1..200).find(|replication| {
        let activities = records(&free, *replication).activities;
        let hours = |train| {
            let running = activities.iter().find(|a| a.train == train).expect("each train runs");
            (running.ends_at - running.begins_at).0 / 3_600_000
        };
        (hours(0), hours(1), hours(2)) == (2, 1, 1)
    });
    // Not to find one in 199 has the chance (7/8)^199, 3e-12.
    (text(overtaking), replication.expect("one replication in eight is like that"))
}

/// The fast ones catch up with the slow one, and leave the line behind it, twenty minutes apart.
#[test]
fn a_headway_at_exit_and_order_kept() {
    let (text, replication) = first_train_slow(false);
    expect_in_replication(
        &text,
        replication,
        "
        t#1  road>end  running      0 d 00:00 - 0 d 02:00
        t#2  road>end  running      0 d 00:30 - 0 d 01:30
        t#3  road>end  running      0 d 01:20 - 0 d 02:20
        t#2  end       train_ahead  0 d 01:30 - 0 d 02:00
        t#2  end       headway      0 d 02:00 - 0 d 02:20
        t#3  end       headway      0 d 02:20 - 0 d 02:40
        ",
    );
}

#[test]
fn overtaking_leaves_each_train_its_own_time() {
    let (text, replication) = first_train_slow(true);
    expect_in_replication(
        &text,
        replication,
        "
        t#1  road>end  running  0 d 00:00 - 0 d 02:00
        t#2  road>end  running  0 d 00:30 - 0 d 01:30
        t#3  road>end  running  0 d 01:20 - 0 d 02:20
        ",
    );
}

/// Twelve paths a day are one every two hours, on the hour; and with three hours of headway every second path
/// is lost. The fourth train comes at 10:00, with the path of t#3.
#[test]
fn daily_paths_and_a_headway() {
    expect(
        &line(
            "tracks = \"single\"\nrunning_time = \"1 h\"\npaths = \"12/day\"\nheadway = \"3 h\"",
            &["01-03 00:30", "01-03 00:40", "01-03 02:00", "01-03 10:00"],
        ),
        "
        t#1  hub       no_path  0 d 00:30 - 0 d 02:00
        t#2  hub       no_path  0 d 00:40 - 0 d 02:00
        t#1  road>end  running  0 d 02:00 - 0 d 03:00
        t#2  hub       headway  0 d 02:00 - 0 d 05:00
        t#3  hub       headway  0 d 02:00 - 0 d 05:00
        t#2  hub       no_path  0 d 05:00 - 0 d 06:00
        t#3  hub       no_path  0 d 05:00 - 0 d 06:00
        t#2  road>end  running  0 d 06:00 - 0 d 07:00
        t#3  hub       headway  0 d 06:00 - 0 d 09:00
        t#3  hub       no_path  0 d 09:00 - 0 d 10:00
        t#3  road>end  running  0 d 10:00 - 0 d 11:00
        t#4  hub       headway  0 d 10:00 - 0 d 13:00
        t#4  hub       no_path  0 d 13:00 - 0 d 14:00
        t#4  road>end  running  0 d 14:00 - 0 d 15:00
        ",
    );
}

/// Without a headway each path takes one train: 00:30 and 00:40 wait for 02:00 and 04:00.
#[test]
fn one_train_a_path() {
    expect(
        &line(
            "running_time = \"1 h\"\npaths = \"12/day\"",
            &["01-03 00:30", "01-03 00:40", "01-03 02:00", "01-03 08:00"],
        ),
        "
        t#1  hub       no_path  0 d 00:30 - 0 d 02:00
        t#2  hub       no_path  0 d 00:40 - 0 d 04:00
        t#1  road>end  running  0 d 02:00 - 0 d 03:00
        t#3  hub       no_path  0 d 02:00 - 0 d 06:00
        t#2  road>end  running  0 d 04:00 - 0 d 05:00
        t#3  road>end  running  0 d 06:00 - 0 d 07:00
        t#4  road>end  running  0 d 08:00 - 0 d 09:00
        ",
    );
}

// ----------------------------------------------------------------------------------------------------- departures

/// When trains of the only flow come into being, in order.
fn created(text: &str) -> Vec<String> {
    let model = model(text);
    let records = records(&model, 1);
    records.trains.iter().map(|t| t.created_at.to_string()).collect()
}

/// A line whose flow departs as stated, with these keys of the flow.
fn departing(length: &str, keys: &str, departures: &str) -> String {
    let text = line("running_time = \"1 h\"", &[]).replace("length = \"1 day\"", &format!("length = \"{length}\""));
    text.replace(
        "gauge = \"standard\"\n\n[flows.t.departures]",
        &format!("gauge = \"standard\"\n{keys}\n[flows.t.departures]"),
    )
    .replace("trace_rows = []", departures)
}

/// From Monday on: Tuesday and Thursday at 6:00, Sunday at 18:30, each ten minutes late.
#[test]
fn a_timetable_keeps_to_its_days() {
    let timetable =
        "timetable = [{ days = [\"tue\", \"thu\"], at = \"06:00\" }, { days = \"sun\", at = [\"18:30\"] }]\nlateness = \"10 min\"";
    assert_eq!(
        created(&departing("8 days", "", timetable)),
        ["1 d 06:10", "3 d 06:10", "6 d 18:40"]
    );
    assert_eq!(
        created(&departing("4 days", "growth = 2", timetable)),
        ["1 d 06:10", "1 d 06:10", "3 d 06:10", "3 d 06:10"]
    );
}

/// With a growth of 1.5 every timetabled train runs once or twice, even chances. Of 1,000 the number that runs
/// twice is binomial; it leaves 500 +- 65 with a chance of 4e-5.
#[test]
fn a_timetable_grows_by_half() {
    let timetable = "timetable = [{ days = \"daily\", at = [\"06:00\", \"18:00\"] }]\nlateness = \"15 min\"";
    let trains = created(&departing("500 days", "growth = 1.5", timetable));
    let mut times = trains.clone();
    times.dedup();
    let expected: Vec<String> = (0..500)
        .flat_map(|day| [format!("{day} d 06:15"), format!("{day} d 18:15")])
        .collect();
    assert_eq!(times, expected);
    let twice = trains.len() - times.len();
    assert!((435..=565).contains(&twice), "{twice} of 1,000 twice");
}

/// Every seven hours, and with double traffic every three and a half.
#[test]
fn renewals_begin_one_interval_after_the_start() {
    let every = "every = \"7 h\"";
    assert_eq!(created(&departing("1 day", "", every)), ["0 d 07:00", "0 d 14:00", "0 d 21:00"]);
    assert_eq!(
        created(&departing("15 h", "growth = 2", every)),
        ["0 d 03:30", "0 d 07:00", "0 d 10:30", "0 d 14:00"]
    );
}

/// Rows of a trace are read by the clock of the origin; those outside the run are left out. Boxes are as
/// recorded, or else as the flow says.
#[test]
fn a_trace_departs_by_the_clock_of_its_origin() {
    let rows = r#"trace_rows = [
        { departure = "2022-01-02 21:59" },
        { departure = "2022-01-02 22:00", boxes = 7 },
        { departure = "2022-01-03 00:30" },
        { departure = "2022-01-03 22:00" },
    ]"#;
    let text = departing("1 day", "boxes = 40", rows).replace("[places.hub]", "[places.hub]\nzone = \"Asia/Almaty\"");
    let model = model(&text);
    let trains: Vec<_> = records(&model, 1)
        .trains
        .iter()
        .map(|t| (t.number, t.created_at.to_string(), t.boxes))
        .collect();
    assert_eq!(trains, [(1, "0 d 00:00".to_owned(), 7), (2, "0 d 02:30".to_owned(), 40)]);
}

// ----------------------------------------------------------------------------------------------------------- ties

/// Two trains come at 20:00 when the desk becomes free and the office closes: first the work ends, then the
/// office closes, and nobody begins.
#[test]
fn at_one_instant_work_ends_then_the_office_closes() {
    let windows = r#"{ days = "daily", hours = "08:00-20:00" }"#;
    expect(
        &post("finish", "2 h", windows, &["01-03 17:00", "01-03 19:00", "01-03 19:00"]),
        "
        t#1  road>post  running        0 d 17:00 - 0 d 18:00
        t#1  post       clearance      0 d 18:00 - 0 d 20:00
        t#2  road>post  running        0 d 19:00 - 0 d 20:00
        t#3  road>post  running        0 d 19:00 - 0 d 20:00
        t#2  post       office_closed  0 d 20:00 - 1 d 08:00
        t#3  post       office_closed  0 d 20:00 - 1 d 08:00
        t#2  post       clearance      1 d 08:00 - 1 d 10:00
        t#3  post       desk_busy      1 d 08:00 - 1 d 10:00
        t#3  post       clearance      1 d 10:00 - 1 d 12:00
        ",
    );
}

/// An arrival at the instant of a completion finds the desk free, whichever was scheduled first: t#2's arrival
/// at 10:00 was known at 09:00, before the end of t#1's work (known at 09:30); t#3's at 12:00 was known at
/// 11:00, after the end of t#2's (known at 10:00).
#[test]
fn an_arrival_at_the_instant_of_a_completion_does_not_wait() {
    let text = post("finish", "30 min", MORNING, &["01-03 08:30", "01-03 09:00"]);
    expect(
        &text,
        "
        t#1  road>post  running    0 d 08:30 - 0 d 09:30
        t#2  road>post  running    0 d 09:00 - 0 d 10:00
        t#1  post       clearance  0 d 09:30 - 0 d 10:00
        t#2  post       clearance  0 d 10:00 - 0 d 10:30
        ",
    );
    let text = post("finish", "2 h", MORNING, &["01-03 07:00", "01-03 09:00"]);
    expect(
        &text,
        "
        t#1  road>post  running    0 d 07:00 - 0 d 08:00
        t#1  post       clearance  0 d 08:00 - 0 d 10:00
        t#2  road>post  running    0 d 09:00 - 0 d 10:00
        t#2  post       clearance  0 d 10:00 - 0 d 12:00
        ",
    );
}

/// Who departs together arrives together, and is served in the order of the rows.
#[test]
fn equals_are_served_in_order() {
    expect(
        &post("finish", "1 h", MORNING, &["01-03 08:00", "01-03 08:00", "01-03 08:00"]),
        "
        t#1  road>post  running    0 d 08:00 - 0 d 09:00
        t#2  road>post  running    0 d 08:00 - 0 d 09:00
        t#3  road>post  running    0 d 08:00 - 0 d 09:00
        t#1  post       clearance  0 d 09:00 - 0 d 10:00
        t#2  post       desk_busy  0 d 09:00 - 0 d 10:00
        t#3  post       desk_busy  0 d 09:00 - 0 d 11:00
        t#2  post       clearance  0 d 10:00 - 0 d 11:00
        t#3  post       clearance  0 d 11:00 - 0 d 12:00
        ",
    );
}
