//! Scenario to model.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::circular;
use super::departures::{Departures, appointments, rate_stretches, timetable, trace};
use super::facilities::Steps;
use super::way::Ways;
use super::{
    CargoMix, CargoModel, CivilClock, DayTable, Drawn, FlowModel, Lane, LaneIx, Mode, Model, Naming, PlaceIx, PlaceModel, Section,
    SingleLine, Step, Yard, YardIx,
};
use crate::network::{Network, RouteError};
use crate::random::{Law, Purpose, Variate};
use crate::scenario::{self, Flow, Id, Scenario};
use crate::units::{Duration, HOUR, Instant};

/// What can still be wrong with a scenario in which every name and number is sound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelProblem {
    /// A flow has no way to its destination.
    #[error("flow {flow:?}: {error}")]
    NoRoute {
        /// The id of the flow.
        flow: Id,
        /// Why.
        error: RouteError,
    },
    /// A route watches a place that it does not pass.
    #[error("route {route:?} of flow {flow:?} watches {place:?}, which is not on its way")]
    WatchesElsewhere {
        /// The id of the flow.
        flow: Id,
        /// The id of the route.
        route: Id,
        /// The place.
        place: Id,
    },
    /// Two routes of a flow are one.
    #[error("routes {one:?} and {other:?} of flow {flow:?} are the same way")]
    SameWay {
        /// The id of the flow.
        flow: Id,
        /// The id of one route.
        one: Id,
        /// The id of the other.
        other: Id,
    },
    /// Appointments of a facility that a flow does not come to.
    #[error("flow {flow:?} has appointments at {facility:?}, which is not a step on its way")]
    NoAppointment {
        /// The id of the flow.
        flow: Id,
        /// The facility, with its place.
        facility: String,
    },
    /// The way of a flow passes one place twice, so that a facility would serve a train twice.
    #[error("flow {flow:?} passes {place:?} twice")]
    Loop {
        /// The id of the flow.
        flow: Id,
        /// The place.
        place: Id,
    },
}

impl ModelProblem {
    /// The dotted path of the table at fault.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::NoRoute { flow, .. } | Self::Loop { flow, .. } => format!("flows.{flow}"),
            Self::WatchesElsewhere { flow, route, .. } => format!("flows.{flow}.routes.{route}.watch"),
            Self::SameWay { flow, other, .. } => format!("flows.{flow}.routes.{other}"),
            Self::NoAppointment { flow, .. } => format!("flows.{flow}.departures.at"),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::NoRoute {
                error: RouteError::NoWay { from, gauge, to },
                ..
            } => format!(
                "add a line of gauge {gauge:?} that leads on from {from:?} to {to:?}, or a procedure on the way whose reloading changes the gauge, or correct `from`, `to`, `via` or `gauge`"
            ),
            Self::WatchesElsewhere { .. } => {
                "name a place on the way, or leave `watch` out: then those that not every route passes".to_owned()
            }
            Self::SameWay { .. } => "give them different `via`, or take one out".to_owned(),
            Self::NoAppointment { .. } => {
                "name a clearance, handling, reloading or exchange that a procedure of the flow has as a step, on its first route"
                    .to_owned()
            }
            Self::Loop { .. } => "order `via` so that the way does not come back".to_owned(),
        }
    }
}

/// Compiles a scenario. Afterwards no error of the user is possible.
///
/// # Errors
/// Every flow that has no way, at once.
pub fn compile(scenario: &Scenario) -> Result<Model, Vec<ModelProblem>> {
    let mut compiler = Compiler::new(scenario);
    compiler.days();
    let steps = compiler.places();
    compiler.lanes();
    compiler.flows(&steps);
    compiler.groups();
    compiler.sites();
    compiler.rules();
    compiler.disruptions(&steps);
    if compiler.problems.is_empty() {
        compiler.model.in_circles = circular::in_circles(&compiler.model);
        compiler.model.ways = Ways::new(&compiler.model.flows, &compiler.model.lanes);
        Ok(compiler.model)
    } else {
        Err(compiler.problems)
    }
}

/// A model being made.
pub(super) struct Compiler<'s> {
    pub(super) scenario: &'s Scenario,
    pub(super) network: Network<'s>,
    pub(super) model: Model,
    pub(super) places: BTreeMap<&'s str, PlaceIx>,
    yards: BTreeMap<(PlaceIx, &'s str), YardIx>,
    pub(super) lanes: BTreeMap<(&'s str, bool), LaneIx>,
    purposes: BTreeMap<Purpose, u32>,
    pub(super) problems: Vec<ModelProblem>,
}

impl<'s> Compiler<'s> {
    fn new(scenario: &'s Scenario) -> Self {
        let time = &scenario.time;
        let zone = TimeZone::get(&time.zone).unwrap_or(TimeZone::UTC);
        let end = Instant(time.warm_up.0 + time.length.0);
        let directions: BTreeSet<String> = scenario.flows.values().map(|f| f.direction.clone()).collect();
        let model = Model {
            measure_from: Instant(time.warm_up.0),
            end,
            step: step(end),
            clock: CivilClock::new(time.start, zone, end),
            naming: Naming::new(scenario),
            places: Vec::new(),
            yards: Vec::new(),
            lanes: Vec::new(),
            single_lines: Vec::new(),
            sections: Vec::new(),
            offices: Vec::new(),
            bays: Vec::new(),
            stocks: 0,
            terminals: Vec::new(),
            winds: Vec::new(),
            fallible: Vec::new(),
            exchanges: Vec::new(),
            formations: Vec::new(),
            groups: Vec::new(),
            pools: Vec::new(),
            stop_loading: Vec::new(),
            ageing: None,
            choices: Vec::new(),
            cargo: scenario
                .cargo
                .iter()
                .map(|(id, class)| CargoModel {
                    id: id.clone(),
                    name: class.name.clone(),
                })
                .collect(),
            transloadings: Vec::new(),
            sites: Vec::new(),
            site_of: Vec::new(),
            flows: Vec::new(),
            disruptions: Vec::new(),
            surges: Vec::new(),
            directions: directions.into_iter().collect(),
            day_tables: Vec::new(),
            purposes: Vec::new(),
            in_circles: Vec::new(),
            ways: Ways::default(),
        };
        let places = scenario.places.keys().enumerate().map(|(i, id)| (id.as_str(), index(i))).collect();
        Self {
            scenario,
            network: Network::new(scenario),
            model,
            places,
            yards: BTreeMap::new(),
            lanes: BTreeMap::new(),
            purposes: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn zone(&self, name: &str) -> TimeZone {
        TimeZone::get(name).unwrap_or_else(|_| self.model.clock.zone.clone())
    }

    pub(super) fn drawn(&mut self, law: &Law, name: &str) -> Drawn {
        let purpose = Purpose::named(name);
        let next = index(self.model.purposes.len());
        let known = *self.purposes.entry(purpose).or_insert(next);
        if known == next {
            self.model.purposes.push(purpose);
        }
        Drawn {
            variate: Variate::new(law),
            mean: law.mean(),
            least: law.least(),
            purpose: known,
        }
    }

    /// What moves on a gauge.
    pub(super) fn mode(&self, gauge: &str) -> Mode {
        self.scenario.gauges.get(gauge).map_or_else(Mode::default, |gauge| gauge.mode)
    }

    fn days(&mut self) {
        let zones: BTreeSet<&str> = self.scenario.places.values().map(|p| p.zone.as_str()).collect();
        self.model.day_tables = zones
            .into_iter()
            .map(|name| DayTable::new(&self.model.clock, name, &self.zone(name)))
            .collect();
    }

    fn places(&mut self) -> Vec<Steps> {
        let scenario = self.scenario;
        let mut steps = Vec::new();
        for (i, (id, place)) in scenario.places.iter().enumerate() {
            let day_table = self
                .model
                .day_tables
                .iter()
                .position(|t| t.zone_name == place.zone)
                .unwrap_or_default();
            self.model.places.push(PlaceModel {
                id: id.clone(),
                name: place.name.clone(),
                position: place.position,
                day_table,
            });
            let mut yards = BTreeMap::new();
            for gauge in scenario.gauges.keys() {
                let yard = index(self.model.yards.len());
                let pool = place.wagons.get(gauge).map(|wagons| self.pool(index(i), id, gauge, wagons));
                self.model.yards.push(Yard {
                    place: index(i),
                    gauge: gauge.clone(),
                    tracks: place.tracks.get(gauge).copied(),
                    pool,
                });
                self.yards.insert((index(i), gauge), yard);
                yards.insert(gauge.clone(), yard);
            }
            steps.push(self.facilities(index(i), id, place, &yards));
        }
        steps
    }

    fn lanes(&mut self) {
        let scenario = self.scenario;
        for (id, line) in &scenario.lines {
            let single = line.single.as_ref().map(|track| self.single_line(track));
            for forward in [true, false] {
                let (from, to) = if forward {
                    (&line.between.0, &line.between.1)
                } else {
                    (&line.between.1, &line.between.0)
                };
                self.lanes.insert((id, forward), index(self.model.lanes.len()));
                let lane = Lane {
                    line: id.clone(),
                    name: line.name.clone(),
                    mode: self.mode(&line.gauge),
                    from: self.places[from.as_str()],
                    to: self.places[to.as_str()],
                    length_km: line.length_m / 1_000.0,
                    running_time: self.drawn(&line.running_time, &format!("lines.{id}.running_time>{to}")),
                    headway: line.headway,
                    #[allow(clippy::cast_precision_loss, reason = "a day is far below 2^53 ms")]
                    path_every: line.paths_per_day.map(|n| Duration::from_millis(Duration::days(1).0 as f64 / n)),
                    room: line.room.unwrap_or(u32::MAX),
                    overtaking: line.overtaking,
                    single: single.map(|line| (line, usize::from(!forward))),
                };
                self.model.lanes.push(lane);
            }
        }
    }

    /// The sections of a line whose lanes come next.
    fn single_line(&mut self, track: &scenario::SingleTrack) -> u32 {
        let (number, lane) = (index(self.model.single_lines.len()), index(self.model.lanes.len()));
        let first = index(self.model.sections.len());
        self.model.sections.extend(Section::of(track, number));
        self.model.single_lines.push(SingleLine {
            lanes: [lane, lane + 1],
            sections: first..index(self.model.sections.len()),
            bunch: track.bunch,
            headway: track.headway,
            crossing: track.crossing,
        });
        number
    }

    fn flows(&mut self, steps: &[Steps]) {
        let scenario = self.scenario;
        for (id, flow) in &scenario.flows {
            let Some((routes, choice)) = self.routes(id, flow, steps) else {
                continue;
            };
            let departures = self.departures(id, flow, &routes[0].program);
            let boxes = match &departures {
                Departures::Gather { boxes_per_train, .. } => &Law::Constant(*boxes_per_train),
                _ => &flow.boxes,
            };
            let compiled = FlowModel {
                id: id.clone(),
                name: flow.name.clone(),
                direction: index(self.model.directions.iter().position(|d| *d == flow.direction).unwrap_or_default()),
                entity: Purpose::named(&format!("flows.{id}")),
                origin: self.places[flow.from.as_str()],
                mode: self.mode(&flow.gauge),
                first_route: self
                    .model
                    .flows
                    .last()
                    .map_or(0, |last| last.first_route + index(last.routes.len())),
                routes,
                choice,
                // Appointments are spread anew for each growth.
                growth: if matches!(flow.departures, scenario::Departures::Appointments { .. }) {
                    1.0
                } else {
                    flow.growth
                },
                departures,
                class: flow.priority,
                boxes: self.drawn(boxes, &format!("flows.{id}.boxes")),
                cargo: self.mix(id, flow),
                teu_per_box: flow.teu_per_box,
            };
            self.model.flows.push(compiled);
        }
    }

    pub(super) fn place_ix(&self, id: &str) -> PlaceIx {
        self.places[id]
    }

    pub(super) fn yard_ix(&self, place: PlaceIx, gauge: &str) -> YardIx {
        self.yards[&(place, gauge)]
    }

    /// A number between 0 and 1 that decides on something about a train or its boxes.
    pub(super) fn chance(&mut self, name: &str) -> Drawn {
        self.drawn(&Law::Uniform { min: 0.0, max: 1.0 }, name)
    }

    /// How the boxes of a flow fall into classes of cargo.
    fn mix(&mut self, id: &str, flow: &Flow) -> Option<CargoMix> {
        let shares = self
            .scenario
            .cargo
            .keys()
            .map(|class| flow.cargo.get(class).copied().unwrap_or(0.0));
        let cumulative = cumulated(shares);
        (!flow.cargo.is_empty()).then(|| CargoMix {
            chance: self.chance(&format!("flows.{id}.cargo")),
            cumulative,
        })
    }

    /// The pool to which trains that are unloaded from this gauge bring wagons.
    pub(super) fn brings(&self, yard: YardIx) -> Option<u32> {
        let pool = self.model.yards[yard as usize].pool?;
        self.model.pools[pool as usize].cycle.is_none().then_some(pool)
    }

    fn departures(&mut self, id: &str, flow: &Flow, program: &[Step]) -> Departures {
        let zone = self.zone(&self.scenario.places[&flow.from].zone);
        let path = format!("flows.{id}.departures");
        match &flow.departures {
            scenario::Departures::Gather(gather) => self.gathering(id, flow, gather, &zone),
            scenario::Departures::Appointments {
                per_day,
                place,
                facility,
                lateness,
            } => {
                let at = format!("{}.{}", facility.kind.word(), facility.id);
                let slots = self.model.way_to(program, self.places[place.as_str()], &at, flow.boxes.mean());
                let entries = slots.map(|(calendar, ahead)| appointments(&self.model.clock, calendar, per_day * flow.growth, ahead));
                if entries.is_none() {
                    self.problems.push(ModelProblem::NoAppointment {
                        flow: id.to_owned(),
                        facility: format!("{place}.{at}"),
                    });
                }
                self.stated(&path, entries.unwrap_or_default(), lateness)
            }
            trains => self.arrivals(&path, flow, trains, &zone),
        }
    }

    /// Departures at stated times.
    fn stated(&mut self, path: &str, entries: Vec<(Instant, Option<u32>)>, lateness: &Law) -> Departures {
        Departures::Stated {
            entries,
            lateness: self.drawn(lateness, &format!("{path}.lateness")),
            chance: self.drawn(&Law::Uniform { min: 0.0, max: 1.0 }, &format!("{path}.chance")),
        }
    }

    /// What comes one after the other: trains, or lots of boxes. The path names the purposes of its draws.
    pub(super) fn arrivals(&mut self, path: &str, flow: &Flow, arrivals: &scenario::Departures, zone: &TimeZone) -> Departures {
        let clock = self.model.clock.clone();
        let name = |what: &str| format!("{path}.{what}");
        match arrivals {
            scenario::Departures::Poisson {
                per_day,
                by_hour,
                by_weekday,
                by_month,
            } => Departures::Poisson {
                gap: self.drawn(&Law::Exponential { mean: 1.0 }, &name("gap")),
                rate: rate_stretches(&clock, zone, per_day * flow.growth, [by_hour, by_weekday, by_month]),
            },
            scenario::Departures::Renewal { every } => Departures::Renewal {
                gap: self.drawn(every, &name("gap")),
            },
            scenario::Departures::Timetable { entries, lateness } => self.stated(path, timetable(&clock, zone, entries), lateness),
            // Lots are neither gathered once more nor by appointment.
            scenario::Departures::Gather(gather) => self.arrivals(path, flow, &gather.lots, zone),
            scenario::Departures::Appointments { lateness, .. } => self.stated(path, Vec::new(), lateness),
            scenario::Departures::Trace { rows, .. } => self.stated(path, trace(&clock, zone, rows), &Law::Constant(0.0)),
        }
    }
}

/// The sums of the first share, the first two, and so on.
pub(super) fn cumulated(shares: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let sum = |total: &mut f64, share| {
        *total += share;
        Some(*total)
    };
    shares.into_iter().scan(0.0, sum).collect()
}

/// An index as the model stores it.
#[allow(clippy::cast_possible_truncation, reason = "a file with 2^32 tables does not fit in memory")]
pub(super) fn index(i: usize) -> u32 {
    i as u32
}

/// The width of a step of the time series: fine enough to show a day in a short run, few enough for a
/// picture of a long one.
fn step(end: Instant) -> Duration {
    let hours = [1, 6, 24].into_iter().find(|h| end.0 <= h * HOUR * 24 * 40);
    Duration::hours(hours.unwrap_or(24 * 7))
}
