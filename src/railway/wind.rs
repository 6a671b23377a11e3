//! The wind over a place: the same for every terminal there whose cranes stand in the open. Storms are drawn one after
//! the other, addressed by place and number, so that they are the same whatever else happens.

use super::event::Event;
use super::state::State;
use crate::model::{Course, FULL_PACE, RateStretch, millimetres};
use crate::units::Instant;

/// The wind over a place in the course of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WindState {
    /// The number of the storm that is on or comes next, from 1; of a stated wind, how many of its changes are past.
    number: u32,
    /// Whether there is a storm on.
    storm: bool,
}

/// When a calm that begins at an instant ends, if it lasts so many milliseconds at a factor of 1.
#[allow(clippy::cast_precision_loss, reason = "spans far below 2^53 ms")]
fn calm_ends(season: &[RateStretch], from: Instant, calm: f64) -> Instant {
    let now = season.partition_point(|stretch| stretch.from <= from).saturating_sub(1);
    let passed = season[now].before + season[now].rate * (from - season[now].from).0 as f64;
    let end = passed + calm;
    let last = season.partition_point(|stretch| stretch.before <= end).saturating_sub(1);
    // Where the factor is 0 for ever, the quotient is infinite: never.
    let after = (end - season[last].before) / season[last].rate;
    season[last].from.after(after).max(from)
}

impl State<'_> {
    /// Makes every wind ready: what is stated for before the start holds at the start.
    pub(super) fn open_winds(&mut self) {
        for wind in 0..self.winds.len() {
            self.winds[wind] = WindState::default();
            self.next_wind(wind as u32);
        }
    }

    /// The wind changes.
    pub(super) fn wind_changes(&mut self, wind: u32) {
        self.winds[wind as usize].storm = !self.winds[wind as usize].storm;
        self.next_wind(wind);
    }

    /// Sets the speed of the wind from now on, and schedules the next change.
    fn next_wind(&mut self, wind: u32) {
        let model = self.model;
        let now = self.stage.now;
        let state = &mut self.winds[wind as usize];
        let (speed, next) = match &model.winds[wind as usize].course {
            Course::Stated(changes) => {
                let mut number = state.number as usize;
                while changes.get(number).is_some_and(|(at, _)| *at <= now) {
                    number += 1;
                }
                state.number = number as u32;
                let speed = number.checked_sub(1).map_or(0, |last| changes[last].1);
                (speed, changes.get(number).map_or(Instant::NEVER, |(at, _)| *at))
            }
            Course::Storms(storms) if state.storm => {
                let speed = millimetres(storms.speed.number(&self.luck.keys, storms.entity, state.number));
                (speed, now + storms.lasts.time(&self.luck.keys, storms.entity, state.number))
            }
            Course::Storms(storms) => {
                state.number += 1;
                let calm = storms.every.number(&self.luck.keys, storms.entity, state.number);
                (0, calm_ends(&storms.season, now, calm))
            }
        };
        self.stage.pending.schedule(next, Event::WindChanges(wind));
        for terminal in &model.winds[wind as usize].terminals {
            self.feel_wind(*terminal, speed);
        }
    }

    /// The cranes of a terminal in the open work at the pace that this wind leaves them.
    fn feel_wind(&mut self, terminal: u32, speed: u32) {
        let Some(exposure) = self.model.terminals[terminal as usize].cranes.wind else {
            return;
        };
        let lost = FULL_PACE - exposure.pace(speed);
        if lost == self.plant.terminals[terminal as usize].cranes.lost_pace {
            return;
        }
        self.plant.terminals[terminal as usize].cranes.lost_pace = lost;
        let tally = &mut self.plant.terminals[terminal as usize].tally;
        tally.stopped_by_wind.set(self.stage.now, i64::from(lost == FULL_PACE));
        tally.slowed_by_wind.set(self.stage.now, i64::from(lost > 0 && lost < FULL_PACE));
        self.share_cranes(terminal);
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::super::trace::{log, observed};
    use super::*;
    use crate::units::HOUR;

    /// A border with a wind, a yard in the open and a shed, an hour of lifting at each; flows by terminal.
    pub(super) fn border(wind: &str, yard: &str, flows: &[(&str, &str, &str)]) -> String {
        let mut text = format!(
            r#"
            title = "wind"
            [time]
            start = "2022-01-03 00:00"
            zone = "Asia/Shanghai"
            length = "2 days"
            [gauges]
            s.width = "1435 mm"
            b.width = "1520 mm"
            [calendars.day]
            windows = [{{ days = "daily", hours = ["06:00-08:00", "10:00-24:00"] }}]
            [places.pass.wind]
            {wind}
            [places.pass.reloading.yard]
            from_gauge = "s"
            to_gauge = "b"
            outdoor = true
            {yard}
            [places.pass.reloading.shed]
            from_gauge = "s"
            to_gauge = "b"
            berths = 1
            lifting = "1 h"
            [places.pass.choice.either]
            of = ["reloading.yard", "reloading.shed"]
            "#
        );
        for (flow, step, at) in flows {
            write!(
                text,
                r#"
                [places.pass.procedures.{flow}]
                flows = ["{flow}"]
                steps = ["{step}"]
                [flows.{flow}]
                from = "pass"
                to = "pass"
                gauge = "s"
                boxes = 100
                departures.trace_rows = [{at}]
                "#
            )
            .expect("a string takes everything");
        }
        text
    }

    fn at(time: &str) -> String {
        format!("{{ departure = \"2022-01-03 {time}\" }}")
    }

    const STORM: &str = "dated = [{ from = \"2022-01-03 06:30\", to = \"2022-01-03 08:00\", speed = \"25 m/s\" }]";

    /// The train in the open stands for an hour and a half and is then lifted for the half hour that is left; one that
    /// comes meanwhile is placed, and waits in its berth. The shed feels nothing.
    #[test]
    fn a_storm_stops_the_yard_and_not_the_shed() {
        let flows = [
            ("f", "reloading.yard", &*[at("06:00"), at("07:00")].join(", ")),
            ("g", "reloading.shed", &at("06:00")),
        ];
        let expected = "f#1  pass  lifting  0 d 06:00 - 0 d 06:30\n\
                        f#1  pass  wind  0 d 06:30 - 0 d 08:00\n\
                        f#1  pass  lifting  0 d 08:00 - 0 d 08:30\n\
                        f#1  left 0 d 08:30\n\
                        g#1  pass  lifting  0 d 06:00 - 0 d 07:00\n\
                        g#1  left 0 d 07:00\n\
                        f#2  pass  wind  0 d 07:00 - 0 d 08:00\n\
                        f#2  pass  lifting  0 d 08:00 - 0 d 09:00\n\
                        f#2  left 0 d 09:00";
        let text = border(STORM, "berths = 2\nlifting = \"1 h\"", &flows);
        assert_eq!(log(&text), expected);
        let hours = |ms: i64| ms / HOUR * 60 + ms % HOUR * 60 / HOUR;
        observed(&text, |seen| {
            let [shed, yard] = [&seen.terminals[0], &seen.terminals[1]];
            assert_eq!(hours(yard.stopped_by_wind.area(seen.end)), 90);
            assert_eq!(hours(yard.held_by_wind.area(seen.end)), 90 + 60);
            assert_eq!(shed.stopped_by_wind.area(seen.end), 0);
        });
    }

    /// 100 s of work: 10 s are done before the wind, 30 s x 0.333 in it, and 80.010 s are left.
    #[test]
    fn slower_lifting_is_exact_to_the_millisecond() {
        let wind =
            "trace_rows = [{ time = \"2022-01-03 06:00:10\", speed_m_s = 15 }, { time = \"2022-01-03 06:00:40\", speed_m_s = 13.9 }]";
        let yard = "berths = 1\nper_lift = \"1 s\"\ncranes = 1\nwind_slow = \"14 m/s\"\nslow_share = 0.333";
        let expected = "f#1  pass  lifting  0 d 06:00 - 0 d 06:00:10\n\
                        f#1  pass  lifting  0 d 06:00:10 - 0 d 06:00:40\n\
                        f#1  pass  lifting  0 d 06:00:40 - 0 d 06:02:00.010\n\
                        f#1  left 0 d 06:02:00.010";
        let text = border(wind, yard, &[("f", "reloading.yard", &at("06:00"))]);
        assert_eq!(log(&text), expected);
        observed(&text, |seen| assert_eq!(seen.terminals[1].slowed_by_wind.area(seen.end), 30_000));
    }

    /// The storm holds up work that would have ended with the window at 08:00. It is finished after hours, also where
    /// it would not have been begun for being too long; or it rests until the terminal opens again at 10:00.
    #[test]
    fn a_storm_and_the_end_of_a_window() {
        let storm = "dated = [{ from = \"2022-01-03 07:30\", to = \"2022-01-03 09:00\", speed = \"20 m/s\" }]";
        let run = |at_close: &str| {
            let yard = format!("berths = 1\nlifting = \"1 h\"\ncalendar = \"day\"\nat_close = \"{at_close}\"");
            log(&border(storm, &yard, &[("f", "reloading.yard", &at("07:00"))]))
        };
        let finished = "f#1  pass  lifting  0 d 07:00 - 0 d 07:30\n\
                        f#1  pass  wind  0 d 07:30 - 0 d 09:00\n\
                        f#1  pass  lifting  0 d 09:00 - 0 d 09:30\n\
                        f#1  left 0 d 09:30";
        assert_eq!(run("finish"), finished);
        assert_eq!(run("refuse"), finished);
        let paused = "f#1  pass  lifting  0 d 07:00 - 0 d 07:30\n\
                      f#1  pass  wind  0 d 07:30 - 0 d 08:00\n\
                      f#1  pass  office_closed  0 d 08:00 - 0 d 10:00\n\
                      f#1  pass  lifting  0 d 10:00 - 0 d 10:30\n\
                      f#1  left 0 d 10:30";
        assert_eq!(run("pause"), paused);
    }

    /// Calms of 6 h and storms of 2 h; in a January of twice as many, calms of 3 h. 10 h of lifting.
    #[test]
    fn storms_come_so_long_after_the_last() {
        let storms = "storms.every = \"6 h\"\nstorms.lasts = \"2 h\"\nstorms.speed = \"25 m/s\"";
        let run = |wind: &str| {
            log(&border(
                wind,
                "berths = 1\nlifting = \"10 h\"",
                &[("f", "reloading.yard", &at("00:00"))],
            ))
        };
        let expected = "f#1  pass  lifting  0 d 00:00 - 0 d 06:00\n\
                        f#1  pass  wind  0 d 06:00 - 0 d 08:00\n\
                        f#1  pass  lifting  0 d 08:00 - 0 d 12:00\n\
                        f#1  left 0 d 12:00";
        assert_eq!(run(storms), expected);
        let twice = format!("{storms}\nstorms.by_month = [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]");
        let expected = "f#1  pass  lifting  0 d 00:00 - 0 d 03:00\n\
                        f#1  pass  wind  0 d 03:00 - 0 d 05:00\n\
                        f#1  pass  lifting  0 d 05:00 - 0 d 08:00\n\
                        f#1  pass  wind  0 d 08:00 - 0 d 10:00\n\
                        f#1  pass  lifting  0 d 10:00 - 0 d 13:00\n\
                        f#1  pass  wind  0 d 13:00 - 0 d 15:00\n\
                        f#1  pass  lifting  0 d 15:00 - 0 d 16:00\n\
                        f#1  left 0 d 16:00";
        assert_eq!(run(&twice), expected);
        // A storm below the limit stops nothing.
        assert_eq!(
            run(&storms.replace("25 m/s", "19.9 m/s")),
            "f#1  pass  lifting  0 d 00:00 - 0 d 10:00\nf#1  left 0 d 10:00"
        );
    }

    /// A month without storms: the calm goes on where it stopped.
    #[test]
    fn calms_over_the_end_of_a_month() {
        let season = [(0, 1.0, 0.0), (10, 0.0, 10.0), (30, 2.0, 10.0)].map(|(from, rate, before)| RateStretch {
            from: Instant(from),
            rate,
            before,
        });
        for (from, calm, end) in [(0, 4.0, 4), (4, 6.0, 30), (4, 10.0, 32), (15, 4.0, 32), (31, 4.0, 33)] {
            assert_eq!(calm_ends(&season, Instant(from), calm), Instant(end), "{calm} from {from}");
        }
        assert_eq!(calm_ends(&season[..2], Instant(4), 10.0), Instant::NEVER);
    }

    /// The storms of a place are its own: the same over two terminals, and with another law of lifting.
    #[test]
    fn one_storm_for_all_at_a_place() {
        let storms = "storms.every = { law = \"exponential\", mean = \"3 h\" }\nstorms.lasts = { law = \"gamma\", mean = \"2 h\", cv = 0.5 }\nstorms.speed = { law = \"weibull\", mean = \"20 m/s\", cv = 0.3 }";
        let run = |lifting: &str, berths: u32| {
            let yard = format!("berths = {berths}\nlifting = {lifting}");
            let text = border(
                storms,
                &yard,
                &[("f", "reloading.yard", &at("00:00")), ("g", "reloading.gantry", &at("00:00"))],
            );
            let gantry =
                "[places.pass.reloading.gantry]\nfrom_gauge = \"s\"\nto_gauge = \"b\"\nberths = 1\nlifting = \"40 h\"\noutdoor = true\n";
            log(&text.replace("[places.pass.choice.either]", &format!("{gantry}[places.pass.choice.either]")))
        };
        let of = |flow: &str, log: &str| -> Vec<String> {
            let storms = log.lines().filter(|line| line.starts_with(flow) && line.contains("  wind  "));
            storms.map(|line| line[2..].to_owned()).collect()
        };
        let same = run("\"40 h\"", 1);
        assert!(of("f", &same).len() > 1, "{same}");
        assert_eq!(of("f", &same), of("g", &same));
        let other = run("{ law = \"uniform\", min = \"1 h\", max = \"9 h\" }", 3);
        assert_eq!(of("g", &same), of("g", &other));
    }

    /// In the storm the yard cannot begin, so that the shed, second on the list, is taken; after it, the yard.
    #[test]
    fn a_choice_looks_at_the_cranes() {
        let trains = [at("07:00"), at("08:00")].join(", ");
        let expected = "f#1  pass  lifting  0 d 07:00 - 0 d 08:00\n\
                        f#1  left 0 d 08:00\n\
                        f#2  pass  lifting  0 d 08:00 - 0 d 10:00\n\
                        f#2  left 0 d 10:00";
        assert_eq!(
            log(&border(STORM, "berths = 1\nlifting = \"2 h\"", &[("f", "choice.either", &trains)])),
            expected
        );
    }
}
