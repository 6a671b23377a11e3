//! Cranes of a terminal and what keeps them from working: shifts, breakdowns and wind, compiled.

use jiff::tz::TimeZone;

use super::compile::{Compiler, index};
use super::departures::{RateStretch, rate_stretches};
use super::{Drawn, Model, PlaceIx};
use crate::engine::Calendar;
use crate::random::Purpose;
use crate::scenario;
use crate::units::{DAY, Instant};

/// The full rate of a crane, of which the wind may leave a part.
pub const FULL_PACE: u32 = 1_000;

/// The cranes of a terminal. Where lifting is given by the train, each berth has one that works on one train.
#[derive(Clone, Debug)]
pub struct Cranes {
    /// How many there are.
    pub count: u32,
    /// The most on one train.
    pub per_train: u32,
    /// How many are on shift over time; always all where absent.
    pub shifts: Option<Calendar>,
    /// When they are out of order.
    pub breakdowns: Option<Breakdowns>,
    /// Where they stand in the open and the place has a wind: which, and what it does to them.
    pub wind: Option<Exposure>,
}

impl Cranes {
    /// The most that can ever work on one train; 1 where no shift has any.
    #[must_use]
    pub fn most_on_one(&self) -> u32 {
        let rostered = self.shifts.as_ref().map_or(self.count, Calendar::most_servers);
        self.per_train.min(self.count).min(rostered).max(1)
    }

    /// Whether anything keeps them from working.
    #[must_use]
    pub fn are_interrupted(&self) -> bool {
        self.shifts.is_some() || self.breakdowns.is_some() || self.wind.is_some()
    }
}

/// When cranes are out of order.
#[derive(Clone, Debug)]
pub enum Breakdowns {
    /// By chance; each is in [`Model::fallible`].
    Drawn(Box<Failures>),
    /// As stated.
    Stated {
        /// How many are in order over time.
        fit: Calendar,
        /// When each of them breaks down, in order.
        breaks: Vec<Instant>,
    },
}

/// Breakdowns by chance.
#[derive(Clone, Debug)]
pub struct Failures {
    /// From the last repair of a crane, or the start, to its breakdown.
    pub up: Drawn,
    /// Time of the repair.
    pub down: Drawn,
    /// How many can be repaired at once.
    pub repairers: u32,
}

/// A crane that breaks down by chance.
#[derive(Clone, Copy, Debug)]
pub struct Fallible {
    /// Its terminal.
    pub terminal: u32,
    /// Its address among the draws.
    pub entity: Purpose,
}

/// What the wind does to cranes in the open.
#[derive(Clone, Copy, Debug)]
pub struct Exposure {
    /// Index in [`Model::winds`].
    pub wind: u32,
    /// Where they stop or slow down.
    pub limits: scenario::WindLimits,
}

impl Exposure {
    /// How fast cranes work in a wind of so many millimetres a second, in thousandths of their rate.
    #[inline]
    #[must_use]
    pub fn pace(&self, speed: u32) -> u32 {
        match self.limits.slow {
            _ if speed >= self.limits.stop => 0,
            Some((from, share)) if speed >= from => share,
            _ => FULL_PACE,
        }
    }
}

/// The wind over a place.
#[derive(Clone, Debug)]
pub struct Wind {
    /// The place.
    pub place: PlaceIx,
    /// The terminals there whose cranes stand in the open.
    pub terminals: Vec<u32>,
    /// How its speed comes about.
    pub course: Course,
}

/// How the speed of the wind comes about.
#[derive(Clone, Debug)]
pub enum Course {
    /// From each instant on this speed, in millimetres a second; calm before the first.
    Stated(Vec<(Instant, u32)>),
    /// Storms and calms by turns.
    Storms(Box<Storms>),
}

/// Storms and calms by turns.
#[derive(Clone, Debug)]
pub struct Storms {
    /// The calm before a storm, in milliseconds at a factor of 1.
    pub every: Drawn,
    /// From the begin of a storm to its end.
    pub lasts: Drawn,
    /// Its speed in metres a second.
    pub speed: Drawn,
    /// How fast a calm passes: its `rate` is the factor of the month.
    pub season: Vec<RateStretch>,
    /// Their address among the draws.
    pub entity: Purpose,
}

/// A speed in metres a second as the model keeps it: in millimetres a second.
#[must_use]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float-to-integer cast saturates"
)]
pub fn millimetres(metres: f64) -> u32 {
    libm::rint(metres * 1_000.0) as u32
}

impl Compiler<'_> {
    /// The wind over a place, where cranes there stand in the open; its terminals are added later.
    pub(super) fn wind(&mut self, (place, id): (PlaceIx, &str), zone: &TimeZone, written: &scenario::Place) -> Option<u32> {
        let wind = written.wind.as_ref()?;
        written.reloading.values().find(|terminal| terminal.outdoor.is_some())?;
        let course = match wind {
            scenario::Wind::Stated { changes, .. } => {
                let instant = |change: &scenario::WindChange| (self.model.clock.instant(zone, change.at), change.speed);
                let mut stated: Vec<(Instant, u32)> = changes.iter().map(instant).collect();
                // An hour that comes twice may be recorded twice.
                stated.sort_by_key(|(at, _)| *at);
                Course::Stated(stated)
            }
            scenario::Wind::Storms(storms) => {
                #[allow(clippy::cast_precision_loss, reason = "a day is far below 2^53 ms")]
                let season = rate_stretches(&self.model.clock, zone, DAY as f64, [&[], &[], &storms.by_month]);
                let mut drawn = |law, what: &str| self.drawn(law, &format!("places.{id}.wind.{what}"));
                Course::Storms(Box::new(Storms {
                    every: drawn(&storms.every, "every"),
                    lasts: drawn(&storms.lasts, "lasts"),
                    speed: drawn(&storms.speed, "speed"),
                    season,
                    entity: Purpose::named(&format!("places.{id}.wind")),
                }))
            }
        };
        self.model.winds.push(Wind {
            place,
            terminals: Vec::new(),
            course,
        });
        Some(index(self.model.winds.len() - 1))
    }

    /// The cranes of the terminal that comes next, whose whole path and most berths are given.
    pub(super) fn cranes(
        &mut self,
        path: &str,
        zone: &TimeZone,
        (terminal, berths): (&scenario::Reloading, u32),
        wind: Option<u32>,
    ) -> Cranes {
        let (count, per_train) = match terminal.lifting {
            scenario::Lifting::PerTrain(_) => (berths, 1),
            scenario::Lifting::PerBox {
                cranes, cranes_per_train, ..
            } => (cranes, cranes_per_train),
        };
        let shifts = terminal.shifts.as_ref();
        let exposure = wind.zip(terminal.outdoor).map(|(wind, limits)| Exposure { wind, limits });
        if let Some(exposure) = exposure {
            let next = index(self.model.terminals.len());
            self.model.winds[exposure.wind as usize].terminals.push(next);
        }
        Cranes {
            count,
            per_train,
            shifts: shifts.map(|id| self.calendar(zone, Some(id), count).map(|servers| servers.min(count))),
            breakdowns: terminal
                .breakdowns
                .as_ref()
                .map(|breakdowns| self.breakdowns(path, zone, breakdowns, count)),
            wind: exposure,
        }
    }

    fn breakdowns(&mut self, path: &str, zone: &TimeZone, breakdowns: &scenario::Breakdowns, count: u32) -> Breakdowns {
        match breakdowns {
            scenario::Breakdowns::Drawn { up, down, repairers } => {
                let terminal = index(self.model.terminals.len());
                let cranes = (1..=count).map(|crane| Fallible {
                    terminal,
                    entity: Purpose::named(&format!("crane {crane}")),
                });
                self.model.fallible.extend(cranes);
                Breakdowns::Drawn(Box::new(Failures {
                    up: self.drawn(up, &format!("{path}.breakdowns.up")),
                    down: self.drawn(down, &format!("{path}.breakdowns.down")),
                    repairers: repairers.unwrap_or(count),
                }))
            }
            scenario::Breakdowns::Stated { outages, .. } => {
                let instant = |civil| self.model.clock.instant(zone, civil);
                let mut changes: Vec<(Instant, bool)> = outages
                    .iter()
                    .flat_map(|outage| [(instant(outage.from), true), (instant(outage.to), false)])
                    .collect();
                changes.sort_unstable();
                let mut down = 0;
                let fit = changes.iter().map(|(at, breaks)| {
                    if *breaks {
                        down += 1;
                    } else {
                        down -= 1;
                    }
                    (*at, count.saturating_sub(down))
                });
                Breakdowns::Stated {
                    breaks: changes.iter().filter(|(_, breaks)| *breaks).map(|(at, _)| *at).collect(),
                    fit: Calendar::from_changes(std::iter::once((Instant(i64::MIN), count)).chain(fit)),
                }
            }
        }
    }
}

impl Model {
    /// Cranes of a terminal that can work, no more than `most`, on average over the measured time: on shift, in order,
    /// and counted at their pace in the wind. Where breakdowns are drawn, as if their times were exponential, in the
    /// steady state; where storms are, as in the long run at the factors of the season.
    #[must_use]
    pub fn mean_cranes(&self, cranes: &Cranes, most: u32) -> f64 {
        let most = most.min(cranes.count);
        let pace = cranes.wind.map_or(1.0, |exposure| self.mean_pace(exposure));
        if cranes.shifts.is_none() && cranes.breakdowns.is_none() {
            return f64::from(most) * pace;
        }
        let always = Calendar::always(cranes.count);
        let shifts = cranes.shifts.as_ref().unwrap_or(&always);
        let span = (self.measure_from, self.end);
        let able = |rostered: u32, fit: u32| f64::from(most.min(rostered).min(fit));
        let mean = match &cranes.breakdowns {
            None => shifts.mean_with(&always, span, able),
            Some(Breakdowns::Stated { fit, .. }) => shifts.mean_with(fit, span, able),
            Some(Breakdowns::Drawn(failures)) => {
                let down = shares_down(cranes.count, failures.repairers, failures.down.mean / failures.up.mean);
                let expected = |rostered| (0..).zip(&down).map(|(k, share)| share * able(rostered, cranes.count - k)).sum();
                shifts.mean_with(&always, span, |rostered, _| expected(rostered))
            }
        };
        mean * pace
    }

    /// The mean pace of cranes in the open, as a share of their rate.
    fn mean_pace(&self, exposure: Exposure) -> f64 {
        let pace = |speed| f64::from(exposure.pace(speed)) / f64::from(FULL_PACE);
        match &self.winds[exposure.wind as usize].course {
            Course::Stated(changes) => {
                let ends = changes.iter().skip(1).map(|(at, _)| *at).chain([self.end]);
                let lost = changes
                    .iter()
                    .zip(ends)
                    .map(|((at, speed), end)| self.share_within(*at, end) * (1.0 - pace(*speed)));
                1.0 - lost.sum::<f64>()
            }
            Course::Storms(storms) => 1.0 - self.share_of_storms(storms) * (1.0 - storms.mean_pace(pace)),
        }
    }

    /// The share of the measured time in which there is a storm, in the long run at the factors of the season.
    fn share_of_storms(&self, storms: &Storms) -> f64 {
        let ends = storms.season.iter().skip(1).map(|stretch| stretch.from).chain([self.end]);
        let shares = storms.season.iter().zip(ends).map(|(stretch, end)| {
            let blown = storms.lasts.mean * stretch.rate;
            self.share_within(stretch.from, end) * blown / (storms.every.mean + blown)
        });
        shares.sum()
    }

    /// The share of the measured time between two instants.
    #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
    fn share_within(&self, from: Instant, to: Instant) -> f64 {
        (to.min(self.end) - from.max(self.measure_from)).0.max(0) as f64 / (self.end - self.measure_from).0 as f64
    }
}

/// Storms of which the mean pace is taken, with luck of their own.
const SAMPLE: u32 = 4_096;

impl Storms {
    /// The mean over many storms of the pace that a speed of the wind leaves.
    fn mean_pace(&self, pace: impl Fn(u32) -> f64) -> f64 {
        let mut draws = Purpose::named("check").key(0, 0).draws(self.entity, 0);
        let paces = (0..SAMPLE).map(|_| pace(millimetres(self.speed.variate.draw(&mut draws))));
        paces.sum::<f64>() / f64::from(SAMPLE)
    }
}

/// The shares of time with 0, 1, ... of so many machines down, where all times are exponential: the finite source model
/// (Palm 1947; Feller, An Introduction to Probability Theory and its Applications I, XVII.7). `ratio` is the mean time
/// down over the mean time up.
#[must_use]
pub fn shares_down(machines: u32, repairers: u32, ratio: f64) -> Vec<f64> {
    let mut weights = vec![1.0];
    let mut weight = 1.0;
    for down in 1..=machines {
        weight *= f64::from(machines - down + 1) * ratio / f64::from(down.min(repairers));
        weights.push(weight);
        // Thousands of machines with little repair: only ratios matter.
        if weight > 1e200 {
            for earlier in &mut weights {
                *earlier /= 1e200;
            }
            weight /= 1e200;
        }
    }
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model, scenario};

    fn mean(cranes: &str, place: &str) -> f64 {
        let text = format!(
            r#"
            title = "cranes"
            [time]
            start = "2022-01-03 00:00"
            zone = "UTC"
            length = "10 days"
            [gauges]
            s.width = "1435 mm"
            b.width = "1520 mm"
            [calendars.shifts]
            windows = [{{ days = "daily", hours = "00:00-12:00" }}, {{ days = "daily", hours = "12:00-24:00", servers = 2 }}]
            [places.p]
            {place}
            [places.p.reloading.yard]
            from_gauge = "s"
            to_gauge = "b"
            berths = 2
            per_lift = "3 min"
            cranes = 4
            {cranes}
            [places.p.procedures.all]
            steps = ["reloading.yard"]
            [flows.f]
            from = "p"
            to = "p"
            gauge = "s"
            departures.rate = "1/day"
            "#
        );
        let loaded = scenario::parse(&text, "x.toml").unwrap_or_else(|problems| panic!("{problems}"));
        let model = model::compile(&loaded.scenario).expect("every flow has a way");
        model.mean_cranes(&model.terminals[0].cranes, u32::MAX)
    }

    #[test]
    fn machines_down() {
        // One machine is down for d / (u + d).
        assert!((shares_down(1, 1, 0.25)[1] - 0.2).abs() < 1e-12);
        // Two machines, one repairer, ratio 1: weights 1, 2, 2.
        let two: Vec<i64> = shares_down(2, 1, 1.0).iter().map(|share| (share * 1e6).round() as i64).collect();
        assert_eq!(two, [200_000, 400_000, 400_000]);
        // As many repairers as machines: each by itself.
        assert!((shares_down(2, 2, 1.0)[1] - 0.5).abs() < 1e-12);
        assert!((shares_down(5_000, 1, 9.0).iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_left_of_four_cranes() {
        let near = |cranes: &str, place: &str, expected: f64| {
            let mean = mean(cranes, place);
            assert!((mean - expected).abs() < 1e-9, "{cranes} {place}: {mean}");
        };
        near("", "", 4.0);
        near("shifts = \"shifts\"", "", 3.0);
        // Each in order for four fifths of the time.
        near("breakdowns = { up = \"8 h\", down = \"2 h\" }", "", 3.2);
        // Crane 1 and 2 out of order for two whole days of ten, when two more would do on half of the shifts.
        let outage = |crane| format!("{{ crane = {crane}, from = \"2022-01-04 00:00\", to = \"2022-01-06 00:00\" }}");
        let dated = format!("breakdowns.dated = [{}, {}]", outage(1), outage(2));
        near(&dated, "", 4.0 - 2.0 * 0.2);
        near(&format!("{dated}\nshifts = \"shifts\""), "", 3.0 - 2.0 * 0.1);
        // A day of storm at a stop, a day of wind at half the rate.
        let wind = "wind.dated = [{ from = \"2022-01-04 00:00\", to = \"2022-01-05 00:00\", speed = \"25 m/s\" }, { from = \"2022-01-05 00:00\", to = \"2022-01-06 00:00\", speed = \"15 m/s\" }]";
        near("outdoor = true\nwind_slow = \"14 m/s\"\nslow_share = 0.5", wind, 4.0 * 0.85);
        near("", wind, 4.0);
        // A fifth of the time in storms that stop everything; in a January of twice as many, a third.
        let storms = "wind.storms.every = \"8 h\"\nwind.storms.lasts = \"2 h\"\nwind.storms.speed = \"25 m/s\"";
        near("outdoor = true", storms, 3.2);
        let season = format!("{storms}\nwind.storms.by_month = [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]");
        near("outdoor = true", &season, 4.0 * (1.0 - 4.0 / 12.0));
    }
}
