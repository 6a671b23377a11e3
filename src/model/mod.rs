//! The compiled scenario: names have become indices, civil times instants, laws variates, routes
//! programs of steps. Immutable, and shared by all replications.
#![allow(clippy::cast_possible_truncation, reason = "indices: a model has far fewer than 2^32 of anything")]

mod civil;
mod compile;
mod departures;
mod facilities;
mod forming;
mod load;
mod route;
mod single;

use crate::engine::Calendar;
use crate::observe::Activity;
use crate::random::{Draws, Purpose, StreamKey, Variate};
use crate::units::{Duration, Instant};

pub use civil::{CivilClock, DayTable};
pub use compile::{ModelProblem, compile};
pub use departures::{Departures, RateStretch};
pub use forming::{Calls, Formation, Group, Pool};
pub use load::{Load, offered_loads};
pub use single::{Section, SingleLine};

/// Index of a place in [`Model::places`].
pub type PlaceIx = u32;
/// Index of a yard in [`Model::yards`].
pub type YardIx = u32;
/// Index of a lane in [`Model::lanes`].
pub type LaneIx = u32;

/// Everything that a replication reads.
#[derive(Clone, Debug)]
pub struct Model {
    /// Where measuring begins: the end of the warm-up.
    pub measure_from: Instant,
    /// Where the run ends.
    pub end: Instant,
    /// Width of a step of the time series.
    pub step: Duration,
    /// Civil time of the scenario.
    pub clock: CivilClock,
    /// Nodes, by id.
    pub places: Vec<PlaceModel>,
    /// Tracks of one gauge at one place.
    pub yards: Vec<Yard>,
    /// Lines in one direction: two for each line, by id.
    pub lanes: Vec<Lane>,
    /// Lines of sections between passing places, by id.
    pub single_lines: Vec<SingleLine>,
    /// The sections of all of them.
    pub sections: Vec<Section>,
    /// Offices of any kind.
    pub offices: Vec<Office>,
    /// Reloading terminals.
    pub terminals: Vec<Terminal>,
    /// Handovers.
    pub exchanges: Vec<Exchange>,
    /// Where boxes become trains.
    pub formations: Vec<Formation>,
    /// Boxes of one destination in each of them.
    pub groups: Vec<Group>,
    /// Stocks of wagons.
    pub pools: Vec<Pool>,
    /// Yards where boxes change from one vehicle to another.
    pub transloadings: Vec<Transloading>,
    /// Places as the vehicles of one mode see them, which are observed each by itself: first every place, by
    /// its index, then again those that vehicles of a further mode pass.
    pub sites: Vec<Site>,
    /// The site of each mode and place; [`Model::site`] reads it.
    site_of: Vec<u32>,
    /// Streams of trains, by id.
    pub flows: Vec<FlowModel>,
    /// Direction words of the flows, sorted.
    pub directions: Vec<String>,
    /// Days of each time zone in use.
    pub day_tables: Vec<DayTable>,
    /// What is drawn for; [`Drawn::purpose`] points here.
    pub purposes: Vec<Purpose>,
}

impl Model {
    /// Where trains can be: sites, then lanes.
    #[must_use]
    pub fn location_count(&self) -> usize {
        self.sites.len() + self.lanes.len()
    }

    /// A place as vehicles of a mode see it: its index in [`Model::sites`].
    #[inline]
    #[must_use]
    pub fn site(&self, mode: Mode, place: PlaceIx) -> u32 {
        self.site_of[mode as usize * self.places.len() + place as usize]
    }

    /// The dotted path of a site: that of its place, followed by its mode where that is not rail.
    #[must_use]
    pub fn site_path(&self, site: usize) -> String {
        let Site { place, mode } = self.sites[site];
        let place = &self.places[place as usize].id;
        if mode == Mode::Rail {
            format!("places.{place}")
        } else {
            format!("places.{place}.{}", mode.word())
        }
    }

    /// The name of a site for people: that of its place, with its vehicles where these are not trains.
    #[must_use]
    pub fn site_name(&self, site: usize) -> String {
        let Site { place, mode } = self.sites[site];
        let place = &self.places[place as usize].name;
        if mode == Mode::Rail {
            place.clone()
        } else {
            format!("{place}, {}", mode.vehicles())
        }
    }

    /// The mode of what is at a location.
    #[must_use]
    pub fn mode_at(&self, location: usize) -> Mode {
        self.sites
            .get(location)
            .map_or_else(|| self.lanes[location - self.sites.len()].mode, |site| site.mode)
    }

    /// The modes of the flows, in order.
    #[must_use]
    pub fn modes(&self) -> Vec<Mode> {
        let used = |mode: &Mode| self.flows.iter().any(|flow| flow.mode == *mode);
        Mode::ALL.into_iter().filter(used).collect()
    }

    /// When each day begins at a place.
    #[must_use]
    pub fn days_at(&self, place: PlaceIx) -> &[Instant] {
        &self.day_tables[self.places[place as usize].day_table].starts
    }

    /// The location of a lane.
    #[must_use]
    pub fn lane_location(&self, lane: usize) -> usize {
        self.sites.len() + lane
    }
}

impl Model {
    /// Mean time that a step takes a train with so many boxes if it never waits.
    #[must_use]
    pub fn mean_time(&self, step: Step, boxes: f64) -> Duration {
        let millis = match step {
            Step::Form(_)
            | Step::Choose
            | Step::Exchange(_)
            | Step::Regroup(_)
            | Step::TakeWagons(_)
            | Step::BringWagons(_)
            | Step::Leave => 0.0,
            Step::Office(i) => self.offices[i as usize].time.mean,
            Step::Reload(i) => {
                let terminal = &self.terminals[i as usize];
                let lifting = match &terminal.lifting {
                    Lifting::PerTrain(time) => time.mean,
                    Lifting::PerBox {
                        per_lift,
                        cranes,
                        cranes_per_train,
                    } => per_lift.mean * boxes / f64::from(*cranes.min(cranes_per_train)),
                };
                terminal.placing.mean + lifting + terminal.withdrawal.mean
            }
            Step::Unload(i) => {
                let yard = &self.transloadings[i as usize];
                yard.per_box.mean * boxes / f64::from(yard.cranes)
            }
            Step::Load(i, outlet) => self.transloadings[i as usize].outlets[outlet as usize].loading.mean,
            Step::Run(i, _) => self.lanes[i as usize].running_time.mean,
        };
        Duration::from_millis(millis)
    }

    /// The calendar of the facility with this path at this place and the mean time up to it, where it is a step
    /// of a program.
    fn way_to(&self, program: &[Step], place: PlaceIx, path: &str, boxes: f64) -> Option<(&Calendar, Duration)> {
        let mut ahead = Duration::ZERO;
        for step in program {
            let found = match *step {
                Step::Office(i) => self.offices.get(i as usize).map(|o| (o.place, &o.path, &o.calendar)),
                Step::Reload(i) => self.terminals.get(i as usize).map(|t| (t.place, &t.path, &t.calendar)),
                Step::Exchange(i) => self.exchanges.get(i as usize).map(|e| (e.place, &e.path, &e.calendar)),
                Step::Unload(i) => self.transloadings.get(i as usize).map(|y| (y.place, &y.path, &y.calendar)),
                _ => None,
            };
            match found {
                Some((at, own, calendar)) if (at, own.as_str()) == (place, path) => return Some((calendar, ahead)),
                _ => ahead += self.mean_time(*step, boxes),
            }
        }
        None
    }
}

/// A time or a count that is drawn.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The law.
    pub variate: Variate,
    /// Its mean, for arithmetic before any run.
    pub mean: f64,
    /// Index of its purpose in [`Model::purposes`].
    pub purpose: u32,
}

impl Drawn {
    /// The stream of this purpose for one train.
    #[inline]
    fn draws(&self, keys: &[StreamKey], flow: Purpose, number: u32) -> Draws {
        keys[self.purpose as usize].draws(flow, number)
    }

    /// The number for one train.
    #[inline]
    #[must_use]
    pub fn number(&self, keys: &[StreamKey], flow: Purpose, number: u32) -> f64 {
        if let Variate::Constant(v) = self.variate {
            return v;
        }
        self.variate.draw(&mut self.draws(keys, flow, number))
    }

    /// The time for one train.
    #[inline]
    #[must_use]
    pub fn time(&self, keys: &[StreamKey], flow: Purpose, number: u32) -> Duration {
        Duration::from_millis(self.number(keys, flow, number))
    }

    /// The count for one train: the nearest whole number.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    pub fn count(&self, keys: &[StreamKey], flow: Purpose, number: u32) -> u32 {
        libm::rint(self.number(keys, flow, number)) as u32
    }
}

/// A node.
#[derive(Clone, Debug)]
pub struct PlaceModel {
    /// The id.
    pub id: String,
    /// For people.
    pub name: String,
    /// Longitude and latitude.
    pub position: Option<(f64, f64)>,
    /// Index of its days in [`Model::day_tables`].
    pub day_table: usize,
}

/// A place as the vehicles of one mode see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// The place.
    pub place: PlaceIx,
    /// The mode.
    pub mode: Mode,
}

/// Tracks of one gauge at one place.
#[derive(Clone, Debug)]
pub struct Yard {
    /// Its place.
    pub place: PlaceIx,
    /// The id of the gauge.
    pub gauge: String,
    /// How many; `None` is as many as needed.
    pub tracks: Option<u32>,
    /// The stock from which trains that are loaded here take their wagons: index in [`Model::pools`].
    pub pool: Option<u32>,
}

/// A line in one direction.
#[derive(Clone, Debug)]
pub struct Lane {
    /// The id of the line.
    pub line: String,
    /// The line's name, for people.
    pub name: String,
    /// What moves on it.
    pub mode: Mode,
    /// Where it begins.
    pub from: PlaceIx,
    /// Where it ends.
    pub to: PlaceIx,
    /// In kilometres.
    pub length_km: f64,
    /// Time for a train that nothing holds up.
    pub running_time: Drawn,
    /// Least time between trains at entry and at exit.
    pub headway: Duration,
    /// Time between the paths of the daily path capacity.
    pub path_every: Option<Duration>,
    /// The most trains on it.
    pub room: u32,
    /// Whether trains may pass each other.
    pub overtaking: bool,
    /// Index in [`Model::single_lines`] of a line of sections between passing places, and the direction on it: 0 from
    /// its first place, 1 back.
    pub single: Option<(u32, usize)>,
}

/// Servers that work on one train at a time.
#[derive(Clone, Debug)]
pub struct Office {
    /// Its place.
    pub place: PlaceIx,
    /// The path within the place.
    pub path: String,
    /// For people.
    pub name: String,
    /// How its work is named.
    pub activity: Activity,
    /// Time for one train.
    pub time: Drawn,
    /// Servers over time.
    pub calendar: Calendar,
    /// At the end of a window.
    pub at_close: AtClose,
}

pub use crate::scenario::{AtClose, Mode};

/// A reloading terminal.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Its place.
    pub place: PlaceIx,
    /// The path within the place.
    pub path: String,
    /// For people.
    pub name: String,
    /// Where a loaded train finds its departure track.
    pub to_yard: YardIx,
    /// The stock to which trains that are unloaded here bring wagons: index in [`Model::pools`].
    pub brings: Option<u32>,
    /// Time to place a train.
    pub placing: Drawn,
    /// How the lifting comes about.
    pub lifting: Lifting,
    /// Time to withdraw a train.
    pub withdrawal: Drawn,
    /// Berths over time.
    pub calendar: Calendar,
    /// At the end of a window.
    pub at_close: AtClose,
}

/// How the lifting comes about.
#[derive(Clone, Debug)]
pub enum Lifting {
    /// A time for each train.
    PerTrain(Drawn),
    /// Crane-time for each box.
    PerBox {
        /// Time of one lift by one crane.
        per_lift: Drawn,
        /// Cranes of the terminal.
        cranes: u32,
        /// The most on one train.
        cranes_per_train: u32,
    },
}

/// A handover over the border, in one direction.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Its place.
    pub place: PlaceIx,
    /// The path within the place.
    pub path: String,
    /// For people.
    pub name: String,
    /// Least time between trains.
    pub headway: Duration,
    /// Trains between resets, and when these are.
    pub quota: Option<(u32, Vec<Instant>)>,
    /// When trains are handed over.
    pub calendar: Calendar,
}

/// A yard where boxes change from one vehicle to another.
#[derive(Clone, Debug)]
pub struct Transloading {
    /// Its place.
    pub place: PlaceIx,
    /// The path within the place.
    pub path: String,
    /// For people.
    pub name: String,
    /// Boxes that it can hold.
    pub yard_boxes: u32,
    /// Time of one crane to set down one box.
    pub per_box: Drawn,
    /// Cranes at each berth.
    pub cranes: u32,
    /// Berths over time.
    pub calendar: Calendar,
    /// Where the boxes go from here, at least one; by id.
    pub outlets: Vec<Outlet>,
}

/// A flow of vehicles that are loaded from a yard.
#[derive(Clone, Debug)]
pub struct Outlet {
    /// The id.
    pub id: String,
    /// For people.
    pub name: String,
    /// What comes for the boxes.
    pub mode: Mode,
    /// Its part of the boxes, in millionths.
    pub millionths: i64,
    /// Boxes of a full vehicle.
    pub boxes_per_vehicle: u32,
    /// Time to load a vehicle.
    pub loading: Drawn,
    /// How long a vehicle waits for boxes.
    pub patience: Option<Duration>,
    /// Empty vehicles that may wait.
    pub room: u32,
}

/// A way that trains of a flow take.
#[derive(Clone, Debug)]
pub struct RouteModel {
    /// The id; empty where the flow has only one way.
    pub id: String,
    /// For people.
    pub name: String,
    /// What its trains do, from first to last.
    pub program: Vec<Step>,
    /// For each route of the flow, how many steps from the first both have in common.
    pub shared: Vec<u32>,
    /// The step of the last decision; `None` where none is taken on the way.
    pub last_choice: Option<u32>,
    /// Sites whose queues are watched.
    pub watch: Vec<u32>,
}

/// How the trains of a flow choose among its routes.
#[derive(Clone, Debug)]
pub enum Choice {
    /// There is one.
    Fixed,
    /// By chance, up to which share for each route in turn.
    Shares {
        /// Uniform between 0 and 1.
        chance: Drawn,
        /// The share of each route and of those before it.
        up_to: Vec<f64>,
    },
    /// The one on which a train is expected to arrive first.
    LeastTime,
    /// The first that is neither closed nor crowded.
    Divert {
        /// The most trains waiting at the watched places.
        above: u32,
        /// What is closed for longer than this counts as closed.
        after: Duration,
    },
}

/// A stream of trains.
#[derive(Clone, Debug)]
pub struct FlowModel {
    /// The id.
    pub id: String,
    /// For people.
    pub name: String,
    /// Index in [`Model::directions`].
    pub direction: u32,
    /// Its address among the draws.
    pub entity: Purpose,
    /// Where its trains begin.
    pub origin: PlaceIx,
    /// What they are.
    pub mode: Mode,
    /// The ways they can take, at least one, the preferred first.
    pub routes: Vec<RouteModel>,
    /// The place of its first route among those of all flows.
    pub first_route: u32,
    /// How they choose.
    pub choice: Choice,
    /// When they depart.
    pub departures: Departures,
    /// How many trains for one of the scenario's own: scales the departures.
    pub growth: f64,
    /// Boxes of a train; where they are gathered, only their mean is meant.
    pub boxes: Drawn,
    /// TEU of a box.
    pub teu_per_box: f64,
}

/// One step on a train's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Take a track of this yard to be formed on.
    Form(YardIx),
    /// Be worked on by an office: index in [`Model::offices`].
    Office(u32),
    /// Have the boxes lifted to the other gauge: index in [`Model::terminals`].
    Reload(u32),
    /// Be handed over: index in [`Model::exchanges`].
    Exchange(u32),
    /// Have the boxes put on trains of another length: index in [`Model::groups`].
    Regroup(u32),
    /// Take the wagons of a new train: index in [`Model::pools`].
    TakeWagons(u32),
    /// Bring wagons back at the end of the way: index in [`Model::pools`].
    BringWagons(u32),
    /// Have the boxes set down in a yard: index in [`Model::transloadings`].
    Unload(u32),
    /// Be loaded from a yard: index in [`Model::transloadings`], and in its outlets.
    Load(u32, u32),
    /// Decide on the way to take from here.
    Choose,
    /// Run along a lane and take a track of the yard at its end.
    Run(LaneIx, YardIx),
    /// Leave the network.
    Leave,
}
