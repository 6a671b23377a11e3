//! Traces where choices of a route and roads meet clearance in depth: boxes set out, bays, classes of cargo, choices
//! among facilities.

use super::trace::{log, observed};

/// Two ways from a junction to the same destination, over two passes: an hour for each line.
fn two_ways(rest: &str) -> String {
    format!(
        r#"
        title = "two ways"
        [time]
        start = "2022-01-03 00:00"
        zone = "Asia/Shanghai"
        length = "1 day"
        [gauges.standard]
        width = "1435 mm"
        [cargo.all]
        [places.a]
        [places.n]
        [places.s]
        [places.z]
        [lines]
        an = {{ between = ["a", "n"], running_time = "1 h", gauge = "standard" }}
        as = {{ between = ["a", "s"], running_time = "1 h", gauge = "standard" }}
        nz = {{ between = ["n", "z"], running_time = "1 h", gauge = "standard" }}
        sz = {{ between = ["s", "z"], running_time = "1 h", gauge = "standard" }}
        [calendars.night]
        windows = [{{ days = "daily", hours = ["00:00-08:00", "20:00-24:00"] }}]
        [flows.f]
        from = "a"
        to = "z"
        routes.north.via = ["n"]
        routes.south.via = ["s"]
        cargo = {{ all = 1 }}
        {rest}
        "#
    )
}

/// Before the ways part, every box is picked and set out; a scan takes 40 minutes in the only bay. The papers of train 1
/// are done at 06:00, and it goes north, empty, while its boxes are released at 06:40 and 07:20. Those of train 2 are
/// done at 09:30, when the northern handover is closed for ten and a half hours: it takes the two boxes along to the
/// south. Its own are released at 10:10 and 10:50, and no train takes them along.
#[test]
fn boxes_that_were_set_out_follow_on_another_route() {
    let text = two_ways(
        r#"
        boxes = 2
        choice = "divert"
        divert_after = "6 h"
        departures.timetable = [{ days = "daily", at = ["05:00", "08:30"] }]
        [places.a.clearance.c]
        time = "1 h"
        held = "set_out"
        inspection.scan = { share = { all = 1 }, time = "40 min" }
        [places.a.procedures.all]
        steps = ["clearance.c"]
        [places.n.exchange.west]
        calendar = "night"
        [places.n.procedures.all]
        steps = ["exchange.west"]
        "#,
    );
    let expected = "f#1  a  clearance  0 d 05:00 - 0 d 06:00\n\
                    f#1  an>n  running  0 d 06:00 - 0 d 07:00\n\
                    f#1  nz>z  running  0 d 07:00 - 0 d 08:00\n\
                    f#1  left 0 d 08:00\n\
                    f#2  a  clearance  0 d 08:30 - 0 d 09:30\n\
                    f#2  as>s  running  0 d 09:30 - 0 d 10:30\n\
                    f#2  sz>z  running  0 d 10:30 - 0 d 11:30\n\
                    f#2  left 0 d 11:30";
    assert_eq!(log(&text), expected);
    observed(&text, |seen| {
        assert_eq!((seen.created, seen.left), ((2, 4), (2, 2)));
        assert_eq!(seen.offices[0].set_out.value(), 2);
        assert_eq!((seen.cargo[0].created, seen.cargo[0].left), (4, 2));
    });
}

/// In the north ten minutes of papers and six boxes of 40 minutes in one bay, in the south four and a half hours at a
/// desk. Train 1 expects 10 minutes and 4 hours in the north. At 02:00 its boxes still need the bay for up to five times
/// 40 minutes, and 130 of these are left when train 2 would want it at 03:10: six hours and 20 minutes, so south. At
/// 05:00 its last box is in the bay, which will be free; in the south train 2 still owes three and a half hours when
/// train 3 would be there: north.
#[test]
fn the_least_time_counts_the_boxes_at_the_bays() {
    let text = two_ways(
        r#"
        boxes = 6
        choice = "least_time"
        departures.timetable = [{ days = "daily", at = ["00:00", "02:00", "05:00"] }]
        [places.n.clearance.c]
        time = "10 min"
        inspection.scan = { share = { all = 1 }, time = "40 min" }
        [places.n.procedures.all]
        steps = ["clearance.c"]
        [places.s.clearance.c]
        time = "270 min"
        [places.s.procedures.all]
        steps = ["clearance.c"]
        "#,
    );
    let expected = "f#1  an>n  running  0 d 00:00 - 0 d 01:00\n\
                    f#1  n  clearance  0 d 01:00 - 0 d 01:10\n\
                    f#1  n  inspection  0 d 01:10 - 0 d 05:10\n\
                    f#1  nz>z  running  0 d 05:10 - 0 d 06:10\n\
                    f#1  left 0 d 06:10\n\
                    f#2  as>s  running  0 d 02:00 - 0 d 03:00\n\
                    f#2  s  clearance  0 d 03:00 - 0 d 07:30\n\
                    f#2  sz>z  running  0 d 07:30 - 0 d 08:30\n\
                    f#2  left 0 d 08:30\n\
                    f#3  an>n  running  0 d 05:00 - 0 d 06:00\n\
                    f#3  n  clearance  0 d 06:00 - 0 d 06:10\n\
                    f#3  n  inspection  0 d 06:10 - 0 d 10:10\n\
                    f#3  nz>z  running  0 d 10:10 - 0 d 11:10\n\
                    f#3  left 0 d 11:10";
    assert_eq!(log(&text), expected);
}

/// In the north ten minutes of papers, a box for an hour in the bay and three hours of other work, in the south four and a
/// half hours at a desk: 6 h 10 min against 6 h 30 min on the way for train 1. At 01:30 its box is in the bay. It is taken to
/// come to the work five minutes later, and owes it 55 of its 180 minutes when train 2 would come, at 03:40: south.
#[test]
fn trains_under_inspection_are_before_what_follows() {
    let text = two_ways(
        r#"
        boxes = 1
        choice = "least_time"
        departures.timetable = [{ days = "daily", at = ["00:00", "01:30"] }]
        [places.n.handling.h]
        time = "3 h"
        [places.n.clearance.c]
        time = "10 min"
        inspection.scan = { share = { all = 1 }, time = "1 h" }
        [places.n.procedures.all]
        steps = ["clearance.c", "handling.h"]
        [places.s.clearance.c]
        time = "270 min"
        [places.s.procedures.all]
        steps = ["clearance.c"]
        "#,
    );
    let expected = "f#1  an>n  running  0 d 00:00 - 0 d 01:00\n\
                    f#1  n  clearance  0 d 01:00 - 0 d 01:10\n\
                    f#1  n  inspection  0 d 01:10 - 0 d 02:10\n\
                    f#1  n  handling  0 d 02:10 - 0 d 05:10\n\
                    f#1  nz>z  running  0 d 05:10 - 0 d 06:10\n\
                    f#1  left 0 d 06:10\n\
                    f#2  as>s  running  0 d 01:30 - 0 d 02:30\n\
                    f#2  s  clearance  0 d 02:30 - 0 d 07:00\n\
                    f#2  sz>z  running  0 d 07:00 - 0 d 08:00\n\
                    f#2  left 0 d 08:00";
    assert_eq!(log(&text), expected);
}

/// In the north a choice between an hour and three, in the south two hours. Train 1 expects the quick one. Train 2, at
/// 00:30, has train 1 before it, which is taken to come at 01:00 and owes half an hour when train 2 comes: an hour and a
/// half, north, where the quick one is also done with it soonest, at 03:00 against 04:30. At 00:40 two trains are on
/// the way and owe an hour and a half: train 3 goes south.
#[test]
fn the_least_time_foresees_a_choice_among_facilities() {
    let text = two_ways(
        r#"
        choice = "least_time"
        departures.timetable = [{ days = "daily", at = ["00:00", "00:30", "00:40"] }]
        [places.n.clearance]
        slow.time = "3 h"
        quick.time = "1 h"
        [places.n.choice.desks]
        of = ["clearance.slow", "clearance.quick"]
        rule = "least_work"
        [places.n.procedures.all]
        steps = ["choice.desks"]
        [places.s.clearance.c]
        time = "2 h"
        [places.s.procedures.all]
        steps = ["clearance.c"]
        "#,
    );
    let expected = "f#1  an>n  running  0 d 00:00 - 0 d 01:00\n\
                    f#1  n  clearance  0 d 01:00 - 0 d 02:00\n\
                    f#1  nz>z  running  0 d 02:00 - 0 d 03:00\n\
                    f#1  left 0 d 03:00\n\
                    f#2  an>n  running  0 d 00:30 - 0 d 01:30\n\
                    f#2  n  desk_busy  0 d 01:30 - 0 d 02:00\n\
                    f#2  n  clearance  0 d 02:00 - 0 d 03:00\n\
                    f#2  nz>z  running  0 d 03:00 - 0 d 04:00\n\
                    f#2  left 0 d 04:00\n\
                    f#3  as>s  running  0 d 00:40 - 0 d 01:40\n\
                    f#3  s  clearance  0 d 01:40 - 0 d 03:40\n\
                    f#3  sz>z  running  0 d 03:40 - 0 d 04:40\n\
                    f#3  left 0 d 04:40";
    assert_eq!(log(&text), expected);
}

/// At 09:00 one of two handovers in the north is closed for eleven hours, the other never: the north is not closed, and
/// the train takes the one that is open, though the other comes first in the list.
#[test]
fn a_choice_among_facilities_is_closed_where_all_of_them_are() {
    let text = two_ways(
        r#"
        choice = "divert"
        divert_after = "6 h"
        departures.timetable = [{ days = "daily", at = "09:00" }]
        [places.n.exchange]
        own.calendar = "night"
        other = {}
        [places.n.choice.west]
        of = ["exchange.own", "exchange.other"]
        [places.n.procedures.all]
        steps = ["choice.west"]
        "#,
    );
    let expected = "f#1  an>n  running  0 d 09:00 - 0 d 10:00\n\
                    f#1  nz>z  running  0 d 10:00 - 0 d 11:00\n\
                    f#1  left 0 d 11:00";
    assert_eq!(log(&text), expected);
}

/// Two trains of two boxes, those of the first cold, that are set down in 10 minutes each at the only berth: 06:10,
/// 06:20, then 06:30 and 06:40. Four trucks wait for one box each; what is on them is what was on the trains, in the
/// order in which it was set down. At the pass two hours away there are papers of 10 minutes at one lane, and cold boxes
/// are scanned for half an hour in one bay: the trucks of 06:10 and 06:20 have one, the others go on.
#[test]
fn boxes_keep_their_class_from_rail_to_road() {
    let text = r#"
        title = "cold on trucks"
        [time]
        start = "2022-01-03 00:00"
        zone = "Asia/Shanghai"
        length = "12 h"
        [gauges]
        standard.width = "1435 mm"
        road.mode = "road"
        [cargo]
        cold = {}
        dry = {}
        [places.yard.transloading.t]
        per_box = "10 min"
        outlets.road.flow = "trucks"
        [places.yard.procedures.all]
        steps = ["transloading.t"]
        [places.pass.clearance.lanes]
        time = "10 min"
        inspection.scan = { share = { cold = 1 }, time = "30 min" }
        [places.pass.procedures.all]
        steps = ["clearance.lanes"]
        [lines.road]
        between = ["yard", "pass"]
        gauge = "road"
        running_time = "2 h"
        [flows.cold]
        from = "yard"
        to = "yard"
        gauge = "standard"
        boxes = 2
        cargo.cold = 1
        departures.timetable = [{ days = "daily", at = "06:00" }]
        [flows.dry]
        from = "yard"
        to = "yard"
        gauge = "standard"
        boxes = 2
        cargo.dry = 1
        departures.timetable = [{ days = "daily", at = "06:05" }]
        [flows.trucks]
        from = "yard"
        to = "pass"
        gauge = "road"
        departures.timetable = [{ days = "daily", at = ["06:05", "06:06", "06:07", "06:08"] }]
        "#;
    let expected = "cold#1  yard  unloading  0 d 06:00 - 0 d 06:20\n\
                    cold#1  left 0 d 06:20\n\
                    dry#1  yard  berth_busy  0 d 06:05 - 0 d 06:20\n\
                    dry#1  yard  unloading  0 d 06:20 - 0 d 06:40\n\
                    dry#1  left 0 d 06:40\n\
                    trucks#1  yard  box_short  0 d 06:05 - 0 d 06:10\n\
                    trucks#1  road>pass  running  0 d 06:10 - 0 d 08:10\n\
                    trucks#1  pass  clearance  0 d 08:10 - 0 d 08:20\n\
                    trucks#1  pass  inspection  0 d 08:20 - 0 d 08:50\n\
                    trucks#1  left 0 d 08:50\n\
                    trucks#2  yard  box_short  0 d 06:06 - 0 d 06:20\n\
                    trucks#2  road>pass  running  0 d 06:20 - 0 d 08:20\n\
                    trucks#2  pass  clearance  0 d 08:20 - 0 d 08:30\n\
                    trucks#2  pass  inspection_bay_busy  0 d 08:30 - 0 d 08:50\n\
                    trucks#2  pass  inspection  0 d 08:50 - 0 d 09:20\n\
                    trucks#2  left 0 d 09:20\n\
                    trucks#3  yard  box_short  0 d 06:07 - 0 d 06:30\n\
                    trucks#3  road>pass  running  0 d 06:30 - 0 d 08:30\n\
                    trucks#3  pass  clearance  0 d 08:30 - 0 d 08:40\n\
                    trucks#3  left 0 d 08:40\n\
                    trucks#4  yard  box_short  0 d 06:08 - 0 d 06:40\n\
                    trucks#4  road>pass  running  0 d 06:40 - 0 d 08:40\n\
                    trucks#4  pass  clearance  0 d 08:40 - 0 d 08:50\n\
                    trucks#4  left 0 d 08:50";
    assert_eq!(log(text), expected);
}
