//! Which of several facilities a train uses: chosen when it comes to them, and kept.

use super::state::State;
use crate::engine::Hand;
use crate::model::{ChoiceRule, Step};
use crate::units::Duration;

/// What a train sees of a facility that it could choose.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Whether work on the train could begin now.
    pub(super) begins_at_once: bool,
    /// Trains that wait.
    pub(super) waiting: u32,
    /// Trains that are worked on.
    pub(super) inside: u32,
    /// Where the reader of its calendar has got to.
    pub(super) hand: Hand,
}

impl State<'_> {
    /// A train chooses; the step that leads to what it chose.
    pub(super) fn choose(&mut self, train: u32, choice: u32) -> Step {
        let model = self.model;
        let choice = &model.choices[choice as usize];
        let count = choice.options.len();
        let chosen = match &choice.rule {
            ChoiceRule::Shares { chance, cumulative } => {
                let t = &self.fleet[train];
                let number = chance.number(&self.luck.keys, model.flows[t.flow as usize].entity, t.number);
                // The last sum may be a little below 1.
                cumulative.iter().position(|sum| number < *sum).unwrap_or(count - 1)
            }
            rule => {
                // The first of the best: earlier in the list wins where all else is equal.
                let best = (0..count).min_by_key(|option| self.rank(rule, train, choice.options[*option]));
                best.unwrap_or_default()
            }
        };
        self.fleet[train].chosen = chosen as u8;
        choice.options[chosen]
    }

    /// How a facility ranks for a train; the lowest is chosen. What a disruption keeps from it comes last, but for the rule
    /// that counts until when.
    fn rank(&mut self, rule: &ChoiceRule, train: u32, step: Step) -> (bool, bool, i64, bool) {
        let look = match step {
            Step::Office(office) => self.look_at_office(train, office),
            Step::Reload(terminal) => self.look_at_terminal(train, terminal),
            Step::Exchange(exchange) => self.look_at_exchange(exchange),
            step => unreachable!("{step:?} is no facility"),
        };
        let opens_after = self.closed_for(train, step);
        let is_kept = self.kept_for(train, step) > Duration::ZERO;
        let is_closed = opens_after > Duration::ZERO;
        let waiting = i64::from(look.waiting);
        match rule {
            ChoiceRule::Order => (
                is_kept,
                !look.begins_at_once,
                if look.begins_at_once { 0 } else { waiting },
                is_closed,
            ),
            ChoiceRule::LeastWork => (false, false, self.done_after(train, step, look, opens_after).0, false),
            _ => (is_kept, is_closed, waiting, !look.begins_at_once),
        }
    }

    /// Expected time until the work on a train would be done, if everyone took the mean: until it opens, until there is
    /// a server, and the work itself.
    fn done_after(&self, train: u32, step: Step, mut look: Look, opens_after: Duration) -> Duration {
        let stay = Duration::from_millis(self.model.mean_stay(step, self.fleet[train].boxes.into()));
        let calendar = self.model.calendar_of(step);
        let open = calendar.map_or(1, |calendar| calendar.servers(&mut look.hand, self.stage.now));
        let servers = if open > 0 {
            open
        } else {
            calendar.map_or(1, |c| c.most_servers().max(1))
        };
        let ahead = (i64::from(look.waiting) + i64::from(look.inside) + 1 - i64::from(servers)).max(0);
        let queue = ahead.saturating_mul(stay.0) / i64::from(servers);
        Duration(opens_after.0.saturating_add(queue).saturating_add(stay.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace::log;

    /// Two halls, one of an hour and one of two, and trains at 06:00, 06:10 and 06:20 that choose by a rule.
    fn halls(rule: &str) -> String {
        halls_with("quick.time = \"1 h\"", rule)
    }

    fn halls_with(quick: &str, rule: &str) -> String {
        let text = format!(
            r#"
            title = "two halls"
            [time]
            start = "2022-01-03 00:00"
            zone = "Asia/Shanghai"
            length = "1 day"
            [gauges.g]
            width = "1435 mm"
            [calendars.noon]
            windows = [{{ days = "daily", hours = "12:00-24:00" }}]
            [places.pass.handling]
            {quick}
            slow.time = "2 h"
            [places.pass.choice.halls]
            of = ["handling.quick", "handling.slow"]
            {rule}
            [places.pass.procedures.all]
            steps = ["choice.halls"]
            [flows.f]
            from = "pass"
            to = "pass"
            [flows.f.departures]
            timetable = [{{ days = "daily", at = ["06:00", "06:10", "06:20"] }}]
            "#
        );
        log(&text)
    }

    /// The second finds the first hall taken and the other free. For the third none is free and nobody waits at
    /// either, so that it waits at the first of the list.
    #[test]
    fn in_order() {
        let expected = "f#1  pass  handling  0 d 06:00 - 0 d 07:00\n\
                        f#1  left 0 d 07:00\n\
                        f#2  pass  handling  0 d 06:10 - 0 d 08:10\n\
                        f#2  left 0 d 08:10\n\
                        f#3  pass  desk_busy  0 d 06:20 - 0 d 07:00\n\
                        f#3  pass  handling  0 d 07:00 - 0 d 08:00\n\
                        f#3  left 0 d 08:00";
        assert_eq!(halls("rule = \"order\""), expected);
        // The shortest queue is the same here: an empty one where there is a free server comes first.
        assert_eq!(halls("rule = \"least_queue\""), expected);
    }

    /// The second would be done after an hour of waiting and one of work at the quick hall, or after two at the slow
    /// one: equal, so the first of the list. The third has two before it at the quick one, three hours, and takes
    /// the slow one.
    #[test]
    fn by_least_work() {
        let expected = "f#1  pass  handling  0 d 06:00 - 0 d 07:00\n\
                        f#1  left 0 d 07:00\n\
                        f#2  pass  desk_busy  0 d 06:10 - 0 d 07:00\n\
                        f#2  pass  handling  0 d 07:00 - 0 d 08:00\n\
                        f#2  left 0 d 08:00\n\
                        f#3  pass  handling  0 d 06:20 - 0 d 08:20\n\
                        f#3  left 0 d 08:20";
        assert_eq!(halls("rule = \"least_work\""), expected);
    }

    /// The quick hall opens at noon: least work is at the slow one for the first two (2 h, then 4 h, against 7 h less
    /// ten minutes); for the third it is 6 h less twenty minutes of which nothing has been worked off in the estimate,
    /// 6 h, against 5 h 40 min until noon and 1 h.
    #[test]
    fn closed_halls_count_until_they_open() {
        let log = halls_with("quick = { time = \"1 h\", calendar = \"noon\" }", "rule = \"least_work\"");
        assert!(log.contains("f#1  pass  handling  0 d 06:00 - 0 d 08:00"), "{log}");
        assert!(log.contains("f#2  pass  handling  0 d 08:00 - 0 d 10:00"), "{log}");
        assert!(log.contains("f#3  pass  handling  0 d 10:00 - 0 d 12:00"), "{log}");
    }

    /// All trains in one hall, whatever is free.
    #[test]
    fn by_shares() {
        let log = halls("rule = \"shares\"\nshares = [0, 1]");
        assert!(
            log.ends_with("f#3  pass  handling  0 d 10:00 - 0 d 12:00\nf#3  left 0 d 12:00"),
            "{log}"
        );
    }

    /// Terminals: the second train finds the shed taken and goes to the yard, where each lift takes longer. Both have
    /// the other gauge afterwards, or they could not run on.
    #[test]
    fn among_terminals() {
        let text = r#"
            title = "shed and yard"
            [time]
            start = "2022-01-03 00:00"
            zone = "Asia/Shanghai"
            length = "1 day"
            [gauges.standard]
            width = "1435 mm"
            [gauges.broad]
            width = "1520 mm"
            [places.pass.reloading.shed]
            from_gauge = "standard"
            to_gauge = "broad"
            berths = 1
            lifting = "1 h"
            [places.pass.reloading.yard]
            from_gauge = "standard"
            to_gauge = "broad"
            berths = 1
            lifting = "3 h"
            outdoor = true
            [places.pass.choice.terminals]
            of = ["reloading.shed", "reloading.yard"]
            rule = "order"
            [places.pass.procedures.all]
            steps = ["choice.terminals"]
            [places.west]
            [lines.l]
            between = ["pass", "west"]
            gauge = "broad"
            running_time = "30 min"
            [flows.f]
            from = "pass"
            to = "west"
            gauge = "standard"
            departures.timetable = [{ days = "daily", at = ["06:00", "06:30"] }]
            "#;
        let expected = "f#1  pass  lifting  0 d 06:00 - 0 d 07:00\n\
                        f#1  l>west  running  0 d 07:00 - 0 d 07:30\n\
                        f#1  left 0 d 07:30\n\
                        f#2  pass  lifting  0 d 06:30 - 0 d 09:30\n\
                        f#2  l>west  running  0 d 09:30 - 0 d 10:00\n\
                        f#2  left 0 d 10:00";
        assert_eq!(log(text), expected);
    }
}
