//! Boxes become trains: those gathered at the origin of their flow, and those of trains that are regrouped on the
//! way. A train is inside the network from its first box on, and waits to fill; it needs a track when it is formed.
//!
//! A regrouped train is dissolved: its time ends, its track is given back, and its boxes join the train of their
//! group that is being filled; what is too much for that one begins the next. The train that is formed goes on with
//! the flow of its first box, and carries on the time of its oldest part, so that a transit time is always the
//! journey of the boxes that have been on the way for longest.

use super::event::Event;
use super::state::State;
use super::train::{Phase, Train};
use crate::model::Formation;
use crate::observe::{Activity, Reason};
use crate::units::{Duration, Instant};

/// The boxes of one destination in the course of a run.
#[derive(Clone, Debug)]
pub(super) struct GroupState {
    /// The train that is being filled; there is one as long as there are boxes.
    train: Option<u32>,
    /// When the boxes for it came, and how many, in order.
    lots: Vec<(Instant, u32)>,
    /// Their sum.
    pub(super) boxes: u32,
    /// The number of the last train.
    number: u32,
    /// Where the stated times have got to.
    hand: usize,
    /// For when it is to be looked at again.
    timer: Instant,
}

impl Default for GroupState {
    fn default() -> Self {
        Self {
            train: None,
            lots: Vec::new(),
            boxes: 0,
            number: 0,
            hand: 0,
            timer: Instant::NEVER,
        }
    }
}

impl GroupState {
    pub(super) fn reset(&mut self) {
        let mut lots = std::mem::take(&mut self.lots);
        lots.clear();
        *self = Self { lots, ..Self::default() };
    }

    /// When the oldest box will have waited long enough.
    fn due_at(&self, longest_wait: Option<Duration>) -> Instant {
        let oldest = self.lots.first().zip(longest_wait);
        oldest.map_or(Instant::NEVER, |((came_at, _), longest)| *came_at + longest)
    }
}

impl<'m> State<'m> {
    fn formation_of(&self, group: u32) -> &'m Formation {
        let model = self.model;
        &model.formations[model.groups[group as usize].formation as usize]
    }

    /// The lot of this number of a flow arrives at its origin.
    pub(super) fn lot_arrives(&mut self, (flow, number): (u32, u32), group: u32, boxes: u32) {
        self.stage.seen.boxes_arrive(flow, boxes);
        self.classify_boxes((flow, number), boxes);
        let lot = Train {
            flow,
            boxes,
            created_at: self.stage.now,
            arrived_at: self.stage.now,
            ..Train::default()
        };
        self.join_group(group, &lot);
    }

    /// A train comes to be regrouped; whether it goes on as it is.
    pub(super) fn join_regrouping(&mut self, train: u32, group: u32) -> bool {
        let formation = self.formation_of(group);
        if formation.passes_through() || self.fleet[train].boxes == 0 {
            return true;
        }
        self.give_back_track(train);
        let t = &mut self.fleet[train];
        let site = self.model.site(self.model.flows[t.flow as usize].mode, formation.place);
        let outcome = self.stage.seen.dissolve(self.stage.now, &mut t.time, (t.flow, site), t.created_at);
        if let Err(fault) = outcome {
            self.fault.get_or_insert(fault);
        }
        self.stage.seen.formations[self.model.groups[group as usize].formation as usize].dissolved += 1;
        let part = self.fleet[train];
        self.manifest.take_apart(train, &part);
        self.fleet.remove(train);
        self.join_group(group, &part);
        false
    }

    /// Boxes join the train that is being filled, and as many further ones as they fill.
    fn join_group(&mut self, group: u32, part: &Train) {
        let formation = self.formation_of(group);
        let mut left = part.boxes;
        while left > 0 {
            let known = self.groups[group as usize].train;
            let Some(train) = known.or_else(|| self.start_filling(group, part)) else {
                return;
            };
            self.take_on_time(train, part);
            let state = &mut self.groups[group as usize];
            let joining = left.min(formation.size - state.boxes);
            left -= joining;
            state.boxes += joining;
            self.manifest.join(train, joining);
            state.lots.push((self.stage.now, joining));
            self.stage
                .seen
                .join_stock(self.stage.now, self.model.groups[group as usize].formation, joining);
            if state.boxes == formation.size {
                self.form_train(group, Reason::Size);
            } else if state.boxes >= formation.min_size && state.due_at(formation.longest_wait) <= self.stage.now && !self.is_shut(group) {
                self.form_train(group, Reason::Wait);
            } else if known.is_none() {
                self.look_at_group_again(group, self.stage.now);
            }
        }
    }

    /// A train comes into being with its first box; none where the network is overfull.
    fn start_filling(&mut self, group: u32, part: &Train) -> Option<u32> {
        if self.is_overfull() {
            return None;
        }
        let formation = self.formation_of(group);
        let state = &mut self.groups[group as usize];
        state.number += 1;
        let number = state.number;
        let flow = &self.model.flows[part.flow as usize];
        let site = self.model.site(flow.mode, formation.place);
        let (mut time, route) = if formation.regroups {
            (self.stage.seen.regroup(self.stage.now, (part.flow, number), site), part.route)
        } else {
            let time = self.stage.seen.create(self.stage.now, (part.flow, number, 0), site);
            (time, self.drawn_route(part.flow, number))
        };
        (time.booked, time.waited) = (part.time.booked, part.time.waited);
        let train = self.fleet.free_slot();
        self.fleet[train] = Train {
            time,
            number,
            boxes: 0,
            phase: Phase::Filling,
            inside: true,
            flow: part.flow,
            direction: flow.direction,
            mode: flow.mode,
            at: self.way_of(part.flow, route) + self.model.ways.at(part.at).nth,
            route,
            intended: if formation.regroups { part.intended } else { route },
            site,
            created_at: part.created_at,
            arrived_at: part.arrived_at,
            waited_before: part.waited_before,
            ..Train::default()
        };
        self.manifest.begin(train);
        self.groups[group as usize].train = Some(train);
        self.switch(train, formation.place, Activity::WaitingToFill);
        Some(train)
    }

    /// Where a part is older than the train that it joins, the train carries on the time of that part.
    fn take_on_time(&mut self, train: u32, part: &Train) {
        let now = self.stage.now;
        let t = &mut self.fleet[train];
        if part.created_at >= t.created_at {
            return;
        }
        // What the train has waited since it was last booked will still be booked.
        let unbooked = now - t.time.since;
        let waited = part.time.waited - unbooked;
        t.waited_before += waited - t.time.waited;
        t.time.waited = waited;
        t.time.booked = part.time.booked - unbooked;
        t.created_at = part.created_at;
    }

    /// Sets the timer on the next stated time from an instant on, or on the end of the longest wait.
    fn look_at_group_again(&mut self, group: u32, from: Instant) {
        let formation = self.formation_of(group);
        let state = &mut self.groups[group as usize];
        let called_at = formation.calls.next(&mut state.hand, from).unwrap_or(Instant::NEVER);
        let due_at = state.due_at(formation.longest_wait);
        state.timer = if due_at < from { called_at } else { called_at.min(due_at) };
        self.stage.pending.schedule(state.timer, Event::GroupDue(group));
    }

    /// The oldest box has waited long enough, or it is time for a train.
    pub(super) fn group_due(&mut self, group: u32) {
        let formation = self.formation_of(group);
        let state = &mut self.groups[group as usize];
        // While it is closed no train is formed unless it is full; the end of the closure looks again.
        if state.timer != self.stage.now || state.train.is_none() || self.is_shut(group) {
            return;
        }
        let state = &mut self.groups[group as usize];
        if state.boxes >= formation.min_size {
            let waited = state.due_at(formation.longest_wait) <= self.stage.now;
            self.form_train(group, if waited { Reason::Wait } else { Reason::Call });
        } else {
            self.look_at_group_again(group, self.stage.now + Duration(1));
        }
    }

    fn is_shut(&self, group: u32) -> bool {
        self.disruptions.closed_formations[self.model.groups[group as usize].formation as usize]
    }

    /// A disruption closes a formation or opens it: then trains are formed that have waited long enough.
    pub(super) fn formation_changes(&mut self, formation: u32) {
        if self.disruptions.closed_formations[formation as usize] {
            return;
        }
        let facts = &self.model.formations[formation as usize];
        for group in 0..self.groups.len() as u32 {
            let state = &self.groups[group as usize];
            if self.model.groups[group as usize].formation != formation || state.train.is_none() {
                continue;
            }
            if state.boxes >= facts.min_size && state.due_at(facts.longest_wait) <= self.stage.now {
                self.form_train(group, Reason::Wait);
            } else {
                self.look_at_group_again(group, self.stage.now);
            }
        }
    }

    /// The train has its boxes: on to the next step, as soon as it has a track.
    fn form_train(&mut self, group: u32, reason: Reason) {
        let (formation, facts) = (self.formation_of(group), self.model.groups[group as usize]);
        let state = &mut self.groups[group as usize];
        let Some(train) = state.train.take() else { return };
        let t = &mut self.fleet[train];
        t.boxes = std::mem::take(&mut state.boxes);
        t.phase = Phase::Ready;
        state.timer = Instant::NEVER;
        self.stage
            .seen
            .form(self.stage.now, facts.formation, reason, &t.time, state.lots.drain(..));
        if !formation.regroups {
            // Its first step is to take a track.
            self.advance(train);
        } else if self.take_track(train, facts.yard, Phase::Ready) {
            self.step_done(train);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace::{log, observed};
    use crate::observe::Observations;
    use crate::units::HOUR;

    const HEAD: &str = r#"
        title = "boxes become trains"
        time = { start = "2022-01-03 00:00", zone = "Asia/Shanghai", length = "LENGTH" }
        gauges.standard.width = "1435 mm"
    "#;

    fn at_hub(length: &str, rest: &str) -> String {
        let head = HEAD.replace("LENGTH", length);
        format!("{head}\nplaces.hub.name = \"Hub\"\n{rest}")
    }

    fn flow(id: &str, gather: &str) -> String {
        format!("[flows.{id}]\nfrom = \"hub\"\nto = \"hub\"\n[flows.{id}.departures.gather]\n{gather}\n")
    }

    /// Lots of 3 at 01:00, 02:00 ... for trains of 4: 3; 3 + 1, and 2 begin the next; 2 + 2, and 1; 1 + 3, and none.
    #[test]
    fn full_trains_leave_and_the_surplus_begins_the_next() {
        let toml = at_hub("6 h", &flow("f", "lots = { every = \"1 h\" }\nlot_size = 3\nsize = 4"));
        let expected = "f#1  hub  waiting_to_fill  0 d 01:00 - 0 d 02:00\n\
                        f#1  left 0 d 02:00\n\
                        f#2  hub  waiting_to_fill  0 d 02:00 - 0 d 03:00\n\
                        f#2  left 0 d 03:00\n\
                        f#3  hub  waiting_to_fill  0 d 03:00 - 0 d 04:00\n\
                        f#3  left 0 d 04:00\n\
                        f#4  hub  waiting_to_fill  0 d 05:00 - 0 d 06:00";
        assert_eq!(log(&toml), expected);
        observed(&toml, |seen| {
            let tally = &seen.formations[0];
            assert_eq!(tally.formed, [3, 0, 0]);
            // 15 boxes came; the 3 of 05:00 are in stock. Boxes waited an hour each on the trains: 3, 2 and 1 of them.
            assert_eq!((seen.created, seen.left, tally.stock.value()), ((4, 15), (3, 12), 3));
            let boxes_hours: i64 = tally.waits.iter().map(|(ms, boxes)| ms * i64::from(*boxes)).sum();
            assert_eq!(boxes_hours, 6 * HOUR);
            // The stock: 3, 2, 1 in three hours, none in the fourth, 3 in the last; 4 when a train is full.
            assert_eq!((tally.stock.area(seen.end), tally.stock.max()), (9 * HOUR, 4));
        });
    }

    /// After at most 6 hours with at least 5 boxes. The boxes of `a` come in threes at 05:00 and 10:00: at 11:00 the
    /// oldest have waited 6 hours, and there are 6. The boxes of `b` come in twos: at 11:00 there are only 4; at 15:00
    /// there are 6, and the oldest have waited long enough.
    #[test]
    fn the_oldest_box_waits_no_longer_once_there_are_enough() {
        let rules = |lot: u32| format!("lots = {{ every = \"5 h\" }}\nlot_size = {lot}\nsize = 10\nmin_size = 5\nlongest_wait = \"6 h\"");
        let toml = at_hub("1 day", &format!("{}{}", flow("a", &rules(3)), flow("b", &rules(2))));
        let expected = "a#1  hub  waiting_to_fill  0 d 05:00 - 0 d 11:00\n\
                        a#1  left 0 d 11:00\n\
                        b#1  hub  waiting_to_fill  0 d 05:00 - 0 d 15:00\n\
                        b#1  left 0 d 15:00\n\
                        a#2  hub  waiting_to_fill  0 d 15:00 - 0 d 21:00\n\
                        a#2  left 0 d 21:00\n\
                        b#2  hub  waiting_to_fill  0 d 20:00 - 1 d 00:00";
        assert_eq!(log(&toml), expected);
        observed(&toml, |seen| {
            assert_eq!([&seen.formations[0], &seen.formations[1]].map(|f| f.formed), [[0, 2, 0], [0, 1, 0]]);
        });
    }

    /// Twos at 04:00, 08:00 ..., trains of 4 or more at 06:00, 12:00 and 18:00. At 06:00 there are only 2; those that
    /// come at 12:00 sharp are still on the train; at 18:00 there are only the 2 of 16:00.
    #[test]
    fn timetabled_departures_take_what_is_there() {
        let rules = "lots = { every = \"4 h\" }\nlot_size = 2\nmin_size = 4\n\
                     timetable = [{ days = \"daily\", at = [\"06:00\", \"12:00\", \"18:00\"] }]";
        let toml = at_hub("1 day", &flow("f", rules));
        let expected = "f#1  hub  waiting_to_fill  0 d 04:00 - 0 d 12:00\n\
                        f#1  left 0 d 12:00\n\
                        f#2  hub  waiting_to_fill  0 d 16:00 - 1 d 00:00";
        assert_eq!(log(&toml), expected);
        observed(&toml, |seen| {
            assert_eq!((seen.formations[0].formed, seen.left), ([0, 0, 1], (1, 6)));
        });
    }

    /// One track, three hours at a desk, trains of two boxes that come hourly: the second train fills without a track
    /// from 03:00, and wants one at 04:00, when the first still stands there.
    #[test]
    fn a_train_needs_a_track_when_it_is_formed() {
        let toml = at_hub(
            "6 h",
            &format!(
                "places.hub.tracks.standard = 1\nplaces.hub.clearance.customs.time = \"3 h\"\n\
                 places.hub.procedures.all.steps = [\"clearance.customs\"]\n{}",
                flow("f", "lots = { every = \"1 h\" }\nsize = 2")
            ),
        );
        let expected = "f#1  hub  waiting_to_fill  0 d 01:00 - 0 d 02:00\n\
                        f#1  hub  clearance  0 d 02:00 - 0 d 05:00\n\
                        f#1  left 0 d 05:00\n\
                        f#2  hub  waiting_to_fill  0 d 03:00 - 0 d 04:00\n\
                        f#2  hub  track_ahead_full  0 d 04:00 - 0 d 05:00\n\
                        f#2  hub  clearance  0 d 05:00 - 0 d 06:00\n\
                        f#3  hub  waiting_to_fill  0 d 05:00 - 0 d 06:00";
        assert_eq!(log(&toml), expected);
    }

    /// Trains run from `near` in 1 h and from `far` in 7 h to the yard, and on to `west` or `north` in 1 h; each flow
    /// is its id, origin, destination, boxes and times of departure.
    fn at_yard(length: &str, rules: &str, flows: &[(&str, &str, &str, u32, &str)]) -> String {
        let lines = [("near", 1), ("far", 7), ("west", 1), ("north", 1)].map(|(place, time)| {
            format!(
                "[places.{place}]\n[lines.{place}]\nbetween = [\"{place}\", \"yard\"]\ngauge = \"standard\"\nrunning_time = \"{time} h\"\n"
            )
        });
        let yard = format!("[places.yard.regrouping.r]\n{rules}\n[places.yard.procedures.all]\nsteps = [\"regrouping.r\"]\n");
        let flows = flows.iter().map(|(id, from, to, boxes, at)| {
            format!(
                "[flows.{id}]\nfrom = \"{from}\"\nto = \"{to}\"\nboxes = {boxes}\n\
                 departures.timetable = [{{ days = \"mon\", at = {at} }}]\n"
            )
        });
        let head = HEAD.replace("LENGTH", length);
        format!("{head}\n{}{yard}{}", lines.concat(), flows.collect::<String>())
    }

    fn boxes(seen: &Observations) -> Vec<(bool, u32)> {
        let trains = &seen.records.as_ref().expect("records are kept").trains;
        trains.iter().map(|t| (t.regrouped, t.boxes)).collect()
    }

    /// Dostyk, 2017: three trains of 41 become two of 62 and 61. The second brings 41 + 41 = 82: 62 go on at 04:00, and
    /// 20 begin the next. With the third there are 61, which is less than 62: they go on when the 20 have waited a day.
    #[test]
    fn three_trains_of_41_become_two_of_62_and_61() {
        let toml = at_yard(
            "2 days",
            "size = 62\nlongest_wait = \"24 h\"",
            &[("f", "near", "west", 41, "[\"01:00\", \"03:00\", \"05:00\"]")],
        );
        let expected = "f#1  near>yard  running  0 d 01:00 - 0 d 02:00\n\
                        f#1  dissolved 0 d 02:00\n\
                        f*1  yard  waiting_to_fill  0 d 02:00 - 0 d 04:00\n\
                        f*1  west>west  running  0 d 04:00 - 0 d 05:00\n\
                        f*1  left 0 d 05:00\n\
                        f#2  near>yard  running  0 d 03:00 - 0 d 04:00\n\
                        f#2  dissolved 0 d 04:00\n\
                        f*2  yard  waiting_to_fill  0 d 04:00 - 1 d 04:00\n\
                        f*2  west>west  running  1 d 04:00 - 1 d 05:00\n\
                        f*2  left 1 d 05:00\n\
                        f#3  near>yard  running  0 d 05:00 - 0 d 06:00\n\
                        f#3  dissolved 0 d 06:00";
        assert_eq!(log(&toml), expected);
        observed(&toml, |seen| {
            assert_eq!(boxes(seen), [(false, 41), (true, 62), (false, 41), (true, 61), (false, 41)]);
            assert_eq!((seen.created, seen.left, seen.regrouped), ((3, 123), (2, 123), (2, 3)));
            assert_eq!((seen.formations[0].formed, seen.formations[0].dissolved), ([1, 1, 0], 3));
            // From the departures at 01:00 and at 03:00, the oldest part of each.
            assert_eq!(seen.flows[0].transit, [4 * HOUR, 26 * HOUR]);
        });
    }

    /// Trains at noon: `a` and `c` have the same way ahead and share one, which goes with the flow of its first box;
    /// the boxes of `b` go elsewhere, and never with them.
    #[test]
    fn destinations_are_never_mixed() {
        let flows = [
            ("a", "near", "west", 10, "\"01:00\""),
            ("b", "near", "north", 10, "\"03:00\""),
            ("c", "near", "west", 10, "\"05:00\""),
        ];
        let toml = at_yard("1 day", "every = \"12 h\"", &flows);
        let expected = "a#1  near>yard  running  0 d 01:00 - 0 d 02:00\n\
                        a#1  dissolved 0 d 02:00\n\
                        a*1  yard  waiting_to_fill  0 d 02:00 - 0 d 12:00\n\
                        a*1  west>west  running  0 d 12:00 - 0 d 13:00\n\
                        a*1  left 0 d 13:00\n\
                        b#1  near>yard  running  0 d 03:00 - 0 d 04:00\n\
                        b#1  dissolved 0 d 04:00\n\
                        b*1  yard  waiting_to_fill  0 d 04:00 - 0 d 12:00\n\
                        b*1  north>north  running  0 d 12:00 - 0 d 13:00\n\
                        b*1  left 0 d 13:00\n\
                        c#1  near>yard  running  0 d 05:00 - 0 d 06:00\n\
                        c#1  dissolved 0 d 06:00";
        assert_eq!(log(&toml), expected);
        observed(&toml, |seen| assert_eq!(boxes(seen)[1], (true, 20)));
        // With words of their own, `a` and `c` are apart as well.
        let apart = toml.replace("[flows.c]\n", "[flows.c]\ngroup = \"cold\"\n");
        observed(&apart, |seen| assert_eq!(boxes(seen)[1], (true, 10)));
    }

    /// The train that begins at 06:00 gets an older part at 08:00, which left `far` at 01:00: from then on it carries
    /// the time of that part, 12 h in all until 13:00, of which 4 h waiting. Its time at the yard is still that since
    /// its first box came, at 06:00.
    #[test]
    fn a_train_carries_the_time_of_its_oldest_part() {
        let flows = [("a", "near", "west", 10, "\"05:00\""), ("b", "far", "west", 10, "\"01:00\"")];
        observed(&at_yard("1 day", "every = \"12 h\"", &flows), |seen| {
            let a = &seen.flows[0];
            assert_eq!((&a.transit[..], a.waiting), (&[12 * HOUR][..], 4 * HOUR));
            // Places by id: far, near, north, west, yard.
            let yard = seen.passage(4, 0);
            assert_eq!((&yard.dwell[..], yard.waiting), (&[6 * HOUR][..], 6 * HOUR));
        });
    }

    /// Without a rule, and without boxes, nothing is regrouped.
    #[test]
    fn one_to_one_is_the_same_train() {
        let expected = "f#1  near>yard  running  0 d 01:00 - 0 d 02:00\n\
                        f#1  west>west  running  0 d 02:00 - 0 d 03:00\n\
                        f#1  left 0 d 03:00";
        assert_eq!(log(&at_yard("1 day", "", &[("f", "near", "west", 41, "\"01:00\"")])), expected);
        assert_eq!(
            log(&at_yard("1 day", "size = 62", &[("f", "near", "west", 0, "\"01:00\"")])),
            expected
        );
    }

    /// A train of 100 for trains of 62 that wait for nobody: two leave at once.
    #[test]
    fn without_a_wait_what_is_left_goes_on_at_once() {
        let toml = at_yard(
            "1 day",
            "size = 62\nlongest_wait = \"0 h\"",
            &[("f", "near", "west", 100, "\"01:00\"")],
        );
        let expected = "f#1  near>yard  running  0 d 01:00 - 0 d 02:00\n\
                        f#1  dissolved 0 d 02:00\n\
                        f*1  west>west  running  0 d 02:00 - 0 d 03:00\n\
                        f*1  left 0 d 03:00\n\
                        f*2  west>west  running  0 d 02:00 - 0 d 03:00\n\
                        f*2  left 0 d 03:00";
        assert_eq!(log(&toml), expected);
        observed(&toml, |seen| assert_eq!(boxes(seen), [(false, 100), (true, 62), (true, 38)]));
    }
}
