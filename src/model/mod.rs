//! The compiled scenario: names have become indices, civil times instants, laws variates, routes
//! programs of steps. Immutable, and shared by all replications.
#![allow(clippy::cast_possible_truncation, reason = "indices: a model has far fewer than 2^32 of anything")]

mod circular;
mod civil;
mod compile;
mod cranes;
mod customs;
mod departures;
mod disruption;
mod facilities;
mod forming;
mod hours;
mod load;
mod means;
mod naming;
mod route;
mod rules;
mod single;
mod sites;
mod transloading;
mod way;

use crate::engine::Calendar;
use crate::observe::Activity;
use crate::random::{Draws, Purpose, StreamKey, Variate};
use crate::units::{Duration, Instant, rounded};

pub use circular::{Circle, Element, Waits, circular_waits};
pub(crate) use circular::{brought, ways};
pub use civil::{CivilClock, DayTable};
pub use compile::{ModelProblem, compile};
pub use cranes::{Breakdowns, Course, Cranes, Exposure, FULL_PACE, Failures, Fallible, Storms, Wind, millimetres, shares_down};
pub use customs::{Advance, Bay, Inspection, Pick};
pub use departures::{Departures, RateStretch, expected_at, expected_until};
pub use disruption::{Amount, Barred, Disruption, Effect, InHand, Surge, Target, Windows};
pub use forming::{Calls, Formation, Group, Pool};
pub use hours::{NarrowWindow, SharedHours, narrow_windows, shared_hours};
pub use load::{Load, offered_loads};
pub use naming::Naming;
pub use route::{RouteChoice, RouteModel};
pub use single::{Section, SingleLine};
pub use sites::Site;
pub use transloading::{Outlet, Transloading};
pub use way::{StepAt, Ways};

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
    /// How its names are put together.
    pub naming: Naming,
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
    /// Bays for inspection, one for each kind at each clearance.
    pub bays: Vec<Bay>,
    /// How many clearances set boxes out.
    pub stocks: u32,
    /// Reloading terminals.
    pub terminals: Vec<Terminal>,
    /// Winds over places where cranes stand in the open.
    pub winds: Vec<Wind>,
    /// Cranes that break down by chance, those of a terminal one after the other.
    pub fallible: Vec<Fallible>,
    /// Handovers.
    pub exchanges: Vec<Exchange>,
    /// Where boxes become trains.
    pub formations: Vec<Formation>,
    /// Boxes of one destination in each of them.
    pub groups: Vec<Group>,
    /// Stocks of wagons.
    pub pools: Vec<Pool>,
    /// Orders to stop loading, by id.
    pub stop_loading: Vec<StopLoading>,
    /// How much waiting a class of priority is worth; none where every flow is of the lowest class.
    pub ageing: Option<Duration>,
    /// Facilities among which trains choose.
    pub choices: Vec<Choice>,
    /// Classes of cargo, by id.
    pub cargo: Vec<CargoModel>,
    /// Yards where boxes change from one vehicle to another.
    pub transloadings: Vec<Transloading>,
    /// Places as the vehicles of one mode see them, which are observed each by itself: first every place, by
    /// its index, then again those that vehicles of a further mode pass.
    pub sites: Vec<Site>,
    /// The site of each mode and place; [`Model::site`] reads it.
    site_of: Vec<u32>,
    /// Streams of trains, by id.
    pub flows: Vec<FlowModel>,
    /// What differs from the usual for a time, by id.
    pub disruptions: Vec<Disruption>,
    /// Flows of which more or fewer trains depart in some of them.
    pub surges: Vec<Surge>,
    /// Direction words of the flows, sorted.
    pub directions: Vec<String>,
    /// Days of each time zone in use.
    pub day_tables: Vec<DayTable>,
    /// What is drawn for; [`Drawn::purpose`] points here.
    pub purposes: Vec<Purpose>,
    /// Of every element by [`Element::index`], whether it is part of a circle of possible waits; empty where there is none.
    pub in_circles: Vec<bool>,
    /// The programs of all routes.
    pub ways: Ways,
}

impl Model {
    /// Where trains can be: sites, then lanes.
    #[must_use]
    pub fn location_count(&self) -> usize {
        self.sites.len() + self.lanes.len()
    }

    /// When each day begins at a place.
    #[must_use]
    pub fn days_at(&self, place: PlaceIx) -> &[Instant] {
        &self.day_tables[self.places[place as usize].day_table].starts
    }

    /// Classes of boxes: those of cargo, and last that of boxes without.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.cargo.len() + 1
    }

    /// The share of a flow's boxes that are of one class.
    #[must_use]
    pub fn share_of_class(&self, flow: &FlowModel, class: usize) -> f64 {
        let Some(mix) = &flow.cargo else {
            return f64::from(u8::from(class == self.cargo.len()));
        };
        let upto = |n: usize| n.checked_sub(1).map_or(0.0, |last| mix.cumulative[last]);
        if class < self.cargo.len() {
            upto(class + 1) - upto(class)
        } else {
            0.0
        }
    }

    /// The location of a lane.
    #[must_use]
    pub fn lane_location(&self, lane: usize) -> usize {
        self.sites.len() + lane
    }
}

/// A time or a count that is drawn.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The law.
    pub variate: Variate,
    /// Its mean, for arithmetic before any run.
    pub mean: f64,
    /// No value is smaller.
    pub least: f64,
    /// Index of its purpose in [`Model::purposes`].
    pub purpose: u32,
}

impl Drawn {
    /// Whether it takes no time, for any train: then nothing happens in between.
    #[inline]
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(self.variate, Variate::Constant(v) if v < 0.5)
    }

    /// The stream of this purpose for one train.
    #[inline]
    #[must_use]
    pub fn draws(&self, keys: &[StreamKey], flow: Purpose, number: u32) -> Draws {
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

    /// The numbers for trains in a row, of which this one is the number of the first; in less time than one by one.
    #[must_use]
    pub fn numbers<const N: usize>(&self, keys: &[StreamKey], flow: Purpose, first: u32) -> [f64; N] {
        self.variate.draw_firsts(keys[self.purpose as usize], flow, first)
    }

    /// The time for one train.
    #[inline]
    #[must_use]
    pub fn time(&self, keys: &[StreamKey], flow: Purpose, number: u32) -> Duration {
        Duration::from_millis(self.number(keys, flow, number))
    }

    /// The count for any train, where it is as much for all.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    pub fn always(&self) -> Option<u32> {
        match self.variate {
            Variate::Constant(v) => Some(rounded(v) as u32),
            _ => None,
        }
    }

    /// The count for one train: the nearest whole number.
    #[inline]
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    pub fn count(&self, keys: &[StreamKey], flow: Purpose, number: u32) -> u32 {
        rounded(self.number(keys, flow, number)) as u32
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
    /// Of a clearance: trains declared before they arrive.
    pub advance: Option<Advance>,
    /// Of a clearance: the inspection of boxes, after the papers.
    pub inspection: Option<Inspection>,
    /// Servers over time.
    pub calendar: Calendar,
    /// At the end of a window.
    pub at_close: AtClose,
    /// Whether work in hand can come to rest: at the end of a window, or by a closure.
    pub can_rest: bool,
}

impl Office {
    /// Mean time at a desk in milliseconds.
    #[must_use]
    pub fn mean_time(&self) -> f64 {
        self.advance
            .as_ref()
            .map_or(self.time.mean, |a| a.share * a.time.mean + (1.0 - a.share) * self.time.mean)
    }
}

pub use crate::scenario::{AtClose, Held, Mode};

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
    /// Its cranes, and what keeps them from working.
    pub cranes: Cranes,
}

impl Terminal {
    /// Mean time from placing to withdrawal, both included, of a train with so many boxes, in milliseconds, with as
    /// many cranes on it as can be.
    #[must_use]
    pub fn mean_stay(&self, boxes: f64) -> f64 {
        self.mean_stay_with(boxes, f64::from(self.cranes.most_on_one()))
    }

    /// The same with so many cranes on it.
    #[must_use]
    pub fn mean_stay_with(&self, boxes: f64, cranes: f64) -> f64 {
        self.placing.mean + self.mean_work(boxes) / cranes + self.withdrawal.mean
    }

    /// Whether lifting, once begun, goes on at one pace: each berth has its own crane, and neither shifts, breakdowns, the wind
    /// nor the end of a window interrupts it. What a disruption does is not counted.
    #[inline]
    #[must_use]
    pub fn is_steady(&self) -> bool {
        matches!(self.lifting, Lifting::PerTrain(_))
            && self.cranes.per_train == 1
            && self.at_close != AtClose::Pause
            && !self.cranes.are_interrupted()
    }

    /// Mean crane-time to lift a train with so many boxes, in milliseconds.
    #[must_use]
    pub fn mean_work(&self, boxes: f64) -> f64 {
        match &self.lifting {
            Lifting::PerTrain(time) => time.mean,
            Lifting::PerBox(per_lift) => per_lift.mean * boxes,
        }
    }
}

/// How the lifting comes about.
#[derive(Clone, Debug)]
pub enum Lifting {
    /// A time for each train.
    PerTrain(Drawn),
    /// Time of one lift by one crane, for each box.
    PerBox(Drawn),
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
    /// Trains of this class and higher ones do not count for the quota.
    pub exempt_from: Option<u32>,
    /// When trains are handed over.
    pub calendar: Calendar,
}

/// A rule by which flows are held at their origin.
#[derive(Clone, Debug)]
pub struct StopLoading {
    /// The id.
    pub id: String,
    /// For people.
    pub name: String,
    /// The place whose queue it relieves.
    pub place: PlaceIx,
    /// The place as the vehicles of its flows see it: indices in [`Model::sites`].
    pub sites: Vec<u32>,
    /// When flows are held.
    pub order: Order,
    /// Which flows, as indices in [`Model::flows`].
    pub flows: Vec<u32>,
}

/// When flows are held.
#[derive(Clone, Debug)]
pub enum Order {
    /// From when more trains than one number wait at the place until fewer than another do.
    Waiting {
        /// Held when more trains wait.
        stop_above: u32,
        /// Let go when fewer trains wait.
        resume_below: u32,
    },
    /// While this calendar has a server.
    Dated(Calendar),
}

/// Facilities of one kind, of which a train uses one.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Their place.
    pub place: PlaceIx,
    /// The path within the place.
    pub path: String,
    /// The steps that lead to them, in the order of preference; at most 255.
    pub options: Vec<Step>,
    /// How a train chooses.
    pub rule: ChoiceRule,
}

/// How a train chooses among facilities when it comes to them.
#[derive(Clone, Debug)]
pub enum ChoiceRule {
    /// The first that can begin at once; if none can, the shortest queue.
    Order,
    /// The fewest trains waiting.
    LeastQueue,
    /// The least expected time until the work on it would be done.
    LeastWork,
    /// At random.
    Shares {
        /// One number for each train.
        chance: Drawn,
        /// The shares, added up.
        cumulative: Vec<f64>,
    },
}

/// A class of cargo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CargoModel {
    /// The id.
    pub id: String,
    /// For people.
    pub name: String,
}

/// How the boxes of a flow fall into classes of cargo.
#[derive(Clone, Debug)]
pub struct CargoMix {
    /// One number for each box.
    pub chance: Drawn,
    /// The shares of the classes, added up.
    pub cumulative: Vec<f64>,
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
    pub choice: RouteChoice,
    /// When they depart.
    pub departures: Departures,
    /// Its class of priority; 0 is the lowest.
    pub class: u32,
    /// How many trains for one of the scenario's own: scales the departures.
    pub growth: f64,
    /// Boxes of a train; where they are gathered, only their mean is meant.
    pub boxes: Drawn,
    /// Their classes of cargo; none where they have no class.
    pub cargo: Option<CargoMix>,
    /// TEU of a box.
    pub teu_per_box: f64,
}

impl FlowModel {
    /// The name of one of its ways for people: its own, with that of the route where there are several.
    #[must_use]
    pub fn way_name(&self, route: &RouteModel) -> String {
        if self.routes.len() > 1 {
            format!("{}, {}", self.name, route.name)
        } else {
            self.name.clone()
        }
    }
}

/// One step on a train's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    /// Take one of several of the three above: index in [`Model::choices`].
    Choose(u32),
    /// Have the boxes set down in a yard: index in [`Model::transloadings`].
    Unload(u32),
    /// Be loaded from a yard: index in [`Model::transloadings`], and in its outlets.
    Load(u32, u32),
    /// Decide on the way to take from here.
    Decide,
    /// Run along a lane and take a track of the yard at its end.
    Run(LaneIx, YardIx),
    /// Leave the network.
    Leave,
}
