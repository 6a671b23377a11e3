//! A scenario after every check: what a person wrote, in units, with every name known to exist.
//!
//! Ids are the keys of the TOML tables, kept sorted, so that the order of tables in a file has no
//! influence on anything.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::disruption::Disruption;
pub use super::interruptions::{Breakdowns, Outage, Storms, Wind, WindChange, WindLimits};
use crate::lang::Lang;
use crate::random::Law;
use crate::units::Duration;

/// The key of a table, as a dotted path uses it: `alataw_pass` in `places.alataw_pass.tracks`.
pub type Id = String;

/// Everything that a run needs to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// In which language its names are read where they are given in it.
    pub lang: Lang,
    /// One line for headings.
    pub title: String,
    /// What the scenario asks or shows, in sentences; may be empty.
    pub description: String,
    /// When the simulated time begins and how long it lasts.
    pub time: TimeFrame,
    /// How often it is run and how results are stated.
    pub run: RunPlan,
    /// Track gauges by id.
    pub gauges: BTreeMap<Id, Gauge>,
    /// Named sets of dates, of which calendars make holidays.
    pub holidays: BTreeMap<Id, Holidays>,
    /// Named calendars.
    pub calendars: BTreeMap<Id, Calendar>,
    /// Classes of cargo, one for each box.
    pub cargo: BTreeMap<Id, CargoClass>,
    /// Nodes of the network.
    pub places: BTreeMap<Id, Place>,
    /// Edges of the network.
    pub lines: BTreeMap<Id, Line>,
    /// Streams of trains.
    pub flows: BTreeMap<Id, Flow>,
    /// How much waiting a class of priority is worth; given where a flow has a class above 0.
    pub ageing: Option<Duration>,
    /// Orders to stop loading.
    pub stop_loading: BTreeMap<Id, StopLoading>,
    /// Chains of places to draw as a time-space diagram.
    pub corridors: BTreeMap<Id, Corridor>,
    /// What differs from the usual for a time.
    pub disruptions: BTreeMap<Id, Disruption>,
}

/// `[time]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeFrame {
    /// Civil moment at which the simulation begins, with an empty network.
    pub start: DateTime,
    /// IANA time zone in which `start` is read, such as `Asia/Shanghai`.
    pub zone: String,
    /// Time after the start that is simulated but not measured.
    pub warm_up: Duration,
    /// Time after the warm-up that is measured.
    pub length: Duration,
}

/// `[run]`.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPlan {
    /// How many independent replications, at least 1; with `until` the fewest.
    pub replications: u32,
    /// Go on until these measures are known so well.
    pub until: Vec<Until>,
    /// The most replications where there is an `until`.
    pub at_most: u32,
    /// The seed of every stream.
    pub seed: u64,
    /// Level of the intervals, between 0 and 1, usually 0.95.
    pub confidence: f64,
    /// Of how many replications, from the first, every activity of every train is kept.
    pub records: u32,
}

/// One entry of `run.until`: `places.horgos.dwell_time_hours_p95 within 5 %`.
#[derive(Clone, Debug, PartialEq)]
pub struct Until {
    /// The id of the measure.
    pub measure: String,
    /// The largest error as a share of the true mean, above 0.
    pub within: f64,
}

/// `[gauges.ID]`: what vehicles need under them. Rails at a distance, or a way without rails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gauge {
    /// For people; the id where none is given.
    pub name: String,
    /// What moves on it.
    pub mode: Mode,
    /// The distance between the rails in millimetres; 0 where there are none.
    pub width_mm: u32,
}

/// A mode of transport: what moves on a line of a gauge, and so what a flow on it consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Mode {
    /// Trains on rails.
    #[default]
    Rail,
    /// Trucks on roads.
    Road,
    /// Flights in the air.
    Air,
}

impl Mode {
    /// All of them, in the order in which results show them.
    pub const ALL: [Self; 3] = [Self::Rail, Self::Road, Self::Air];

    /// The word in TOML and in the ids of measures.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rail => "rail",
            Self::Road => "road",
            Self::Air => "air",
        }
    }

    /// What results call the vehicles of a flow: several of them.
    #[must_use]
    pub fn vehicles(self) -> &'static str {
        match self {
            Self::Rail => "trains",
            Self::Road => "trucks",
            Self::Air => "flights",
        }
    }
}

/// `[holidays.ID]`: the dates on which a country rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holidays {
    /// For people; the id where none is given.
    pub name: String,
    /// Those written here, then those of the file that the table names.
    pub dates: Vec<DateRange>,
}

/// `[cargo.ID]`: what a box holds, as customs tells boxes apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CargoClass {
    /// For people; the id where none is given.
    pub name: String,
}

/// `[calendars.ID]`: when something is open, in the civil time of the place that uses it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Calendar {
    /// Weekly clearance windows; they may not overlap.
    pub windows: Vec<Window>,
    /// Days on which the weekly windows do not hold: closed all day. Named sets are written out.
    pub holidays: Vec<DateRange>,
    /// Dated exceptions, which take the place of weekly windows and holidays on their days.
    pub exceptions: Vec<Exception>,
}

/// One weekly clearance window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The days of the week on which it opens.
    pub days: BTreeSet<Day>,
    /// The hours of the day.
    pub hours: Hours,
    /// How many servers work in it; the facility's own number where absent.
    pub servers: Option<u32>,
}

/// A day of the week that sorts from Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(
    /// 1 for Monday to 7 for Sunday, as ISO 8601 has it.
    pub i8,
);

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        Self(day.to_monday_one_offset())
    }
}

/// Hours of one day, from the first up to but not including the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// When it opens.
    pub opens_at: Time,
    /// When it closes; `None` is midnight at the end of the day.
    pub closes_at: Option<Time>,
}

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateRange {
    /// The first day.
    pub first: Date,
    /// The last day, not before the first.
    pub last: Date,
}

/// Other hours on certain dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The days concerned.
    pub dates: DateRange,
    /// The hours on each of them; empty is closed.
    pub hours: Vec<Hours>,
    /// How many servers work in them; the facility's own number where absent.
    pub servers: Option<u32>,
}

/// `[places.ID]`: a node of the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// For people; the id where none is given.
    pub name: String,
    /// ISO 3166 code of the country, or any word; may be empty.
    pub country: String,
    /// IANA time zone of its clocks.
    pub zone: String,
    /// Longitude and latitude in degrees, east and north positive.
    pub position: Option<(f64, f64)>,
    /// Yard tracks by gauge; a gauge that is absent has as many as needed.
    pub tracks: BTreeMap<Id, u32>,
    /// The wind over it; none where absent.
    pub wind: Option<Wind>,
    /// Customs offices.
    pub clearance: BTreeMap<Id, Office>,
    /// Any other work on a train: locomotive change, brake test, a departure slot.
    pub handling: BTreeMap<Id, Office>,
    /// Terminals where boxes are lifted to the other gauge.
    pub reloading: BTreeMap<Id, Reloading>,
    /// Handovers over the border.
    pub exchange: BTreeMap<Id, Exchange>,
    /// Where the boxes of arriving trains make trains of another length.
    pub regrouping: BTreeMap<Id, Regrouping>,
    /// Stocks of wagons by gauge; a gauge that is absent has as many as needed.
    pub wagons: BTreeMap<Id, Wagons>,
    /// Yards where boxes change from one vehicle to another of any kind.
    pub transloading: BTreeMap<Id, Transloading>,
    /// Several facilities of one kind, of which a train uses one.
    pub choice: BTreeMap<Id, Choice>,
    /// What a train does here, by direction and flow.
    pub procedures: BTreeMap<Id, Procedure>,
}

/// `[places.ID.clearance.ID]` and `[places.ID.handling.ID]`: servers that work on one train at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Office {
    /// For people; the id where none is given.
    pub name: String,
    /// How many trains are served at once while open: desks of a clearance, servers of a handling.
    pub servers: u32,
    /// Time for one train.
    pub time: Law,
    /// When it is open; always where absent.
    pub calendar: Option<Id>,
    /// What happens to work in hand when it closes.
    pub at_close: AtClose,
    /// What only a clearance has.
    pub customs: Customs,
}

/// Declaration in advance and inspection, which only a clearance has.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Customs {
    /// Trains declared before they arrive.
    pub advance: Option<Advance>,
    /// Kinds of inspection, by id.
    pub inspection: BTreeMap<Id, Treatment>,
    /// What becomes of the train while boxes of it are inspected.
    pub held: Held,
}

/// `advance` of a clearance: trains declared before they arrive take another time.
#[derive(Clone, Debug, PartialEq)]
pub struct Advance {
    /// The share of trains, 0 to 1.
    pub share: f64,
    /// Time for one of them.
    pub time: Law,
}

/// `[places.ID.clearance.ID.inspection.ID]`: one kind of inspection, box by box.
#[derive(Clone, Debug, PartialEq)]
pub struct Treatment {
    /// For people; the id where none is given.
    pub name: String,
    /// The share of boxes that get it.
    pub share: InspectionShare,
    /// How many boxes are inspected at once while open.
    pub bays: u32,
    /// Time for one box.
    pub time: Law,
    /// When it is open; always where absent.
    pub calendar: Option<Id>,
    /// What happens to boxes in hand when it closes.
    pub at_close: AtClose,
}

/// The share of boxes that get an inspection, 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub enum InspectionShare {
    /// Of all boxes, whatever their class.
    All(f64),
    /// By class of cargo; none of a class that is absent.
    ByClass(BTreeMap<Id, f64>),
}

impl InspectionShare {
    /// The share of a class; `None` is the class of boxes that have none.
    #[must_use]
    pub fn of(&self, class: Option<&str>) -> f64 {
        match self {
            Self::All(share) => *share,
            Self::ByClass(shares) => class.and_then(|class| shares.get(class)).copied().unwrap_or(0.0),
        }
    }
}

/// What becomes of a train while boxes of it are inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Held {
    /// It waits for them.
    #[default]
    Train,
    /// They are set out; it goes on without them, and they follow with a later train of the flow.
    SetOut {
        /// The most boxes that a train may have after others have joined it; no limit where absent.
        most_boxes: Option<u32>,
    },
}

/// What happens at the end of a clearance window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AtClose {
    /// Work in hand is finished after hours.
    #[default]
    Finish,
    /// Work in hand rests and goes on when the office opens again.
    Pause,
    /// Work that cannot be finished before closing is not begun.
    Refuse,
}

/// `[places.ID.reloading.ID]`: a terminal with tracks of both gauges side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Reloading {
    /// For people; the id where none is given.
    pub name: String,
    /// Gauge of the trains that are unloaded.
    pub from_gauge: Id,
    /// Gauge of the trains that are loaded and leave.
    pub to_gauge: Id,
    /// Pairs of tracks: how many trains can stand in it at once.
    pub berths: u32,
    /// How the lifting time comes about.
    pub lifting: Lifting,
    /// Time to place the train in its berth, before lifting.
    pub placing: Law,
    /// Time to take the loaded train out, after lifting.
    pub withdrawal: Law,
    /// When it works; always where absent.
    pub calendar: Option<Id>,
    /// What happens to lifting in hand when it closes.
    pub at_close: AtClose,
    /// When which number of its cranes are at work; all of them at any time where absent.
    pub shifts: Option<Id>,
    /// At which wind its cranes stop, where they stand in the open.
    pub outdoor: Option<WindLimits>,
    /// When its cranes are out of order; never where absent.
    pub breakdowns: Option<Breakdowns>,
}

/// The two ways to give the lifting time.
#[derive(Clone, Debug, PartialEq)]
pub enum Lifting {
    /// One time per train, whatever it carries.
    PerTrain(Law),
    /// From the work: boxes x time per lift / cranes.
    PerBox {
        /// Time of one lift by one crane, drawn once per train.
        per_lift: Law,
        /// Cranes of the terminal, shared by the berths.
        cranes: u32,
        /// The most cranes that can work on one train.
        cranes_per_train: u32,
    },
}

/// `[places.ID.exchange.ID]`: the handover of trains over the border in one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// For people; the id where none is given.
    pub name: String,
    /// Least time between two trains.
    pub headway: Duration,
    /// Trains a day, and the civil time at which the count starts anew.
    pub quota: Option<Quota>,
    /// Trains of this class of priority and higher ones do not count for the quota.
    pub exempt_from: Option<u32>,
    /// When trains are handed over; always where absent.
    pub calendar: Option<Id>,
}

/// `[stop_loading.ID]`: flows that are held at their origin for the relief of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopLoading {
    /// For people; the id where none is given.
    pub name: String,
    /// The place that is relieved; dates are read in its zone.
    pub place: Id,
    /// When flows are held.
    pub order: Order,
    /// Which flows.
    pub flows: BTreeSet<Id>,
}

/// When flows are held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// From when more than `stop_above` trains wait at the place until fewer than `resume_below` do.
    Waiting {
        /// Trains; any number.
        stop_above: u32,
        /// Trains, from 1 to `stop_above` and one more.
        resume_below: u32,
    },
    /// From a civil moment until another, several times in order.
    Dated(Vec<(DateTime, DateTime)>),
}

/// A number of trains a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Trains from one reset to the next.
    pub trains: u32,
    /// When the count starts anew, in the civil time of the place.
    pub reset_at: Time,
}

/// `[places.ID.regrouping.ID]`: boxes of arriving trains onto trains of another length, by destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regrouping {
    /// For people; the id where none is given.
    pub name: String,
    /// When a train is formed; without any rule, one for each train that arrives.
    pub forming: Forming,
}

/// When boxes that wait become a train: at the first of the conditions that are given.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Forming {
    /// With so many boxes, and never with more.
    pub size: Option<u32>,
    /// Never with fewer boxes than this, for the conditions below; at least 1.
    pub min_size: u32,
    /// When the oldest box has waited so long.
    pub longest_wait: Option<Duration>,
    /// At stated times, with what is there.
    pub calls: Calls,
}

/// Stated times at which trains are formed.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Calls {
    /// None.
    #[default]
    None,
    /// At equal distances, counted from the start of the simulation.
    Every(Duration),
    /// Civil times on days of the week, in the time of the place.
    Timetable(Vec<TimetableEntry>),
}

/// `[places.ID.wagons.GAUGE]`: the stock of wagons from which trains of a gauge are loaded at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Wagons {
    /// How many there are, at least 1; all at the place at the start.
    pub stock: u32,
    /// Boxes on one wagon, above 0.
    pub boxes_per_wagon: f64,
    /// How wagons that left come back.
    pub returns: Returns,
}

/// How wagons come back to their pool.
#[derive(Clone, Debug, PartialEq)]
pub enum Returns {
    /// So much later, all wagons of a train together.
    After(Law),
    /// With trains of the same gauge that are unloaded at the place.
    WithTrains,
}

/// `[places.ID.choice.ID]`: facilities of one kind, of which a train uses one.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The facilities, at least two, all of one kind; reloadings all between the same gauges.
    pub of: Vec<StepRef>,
    /// How a train chooses.
    pub rule: ChoiceRule,
}

/// How a train chooses among facilities when it comes to them.
#[derive(Clone, Debug, PartialEq)]
pub enum ChoiceRule {
    /// The first that can begin at once; if none can, the shortest queue.
    Order,
    /// The fewest trains waiting.
    LeastQueue,
    /// The least expected time until the work on it would be done.
    LeastWork,
    /// At random, each with its share; as many as there are facilities, of sum 1.
    Shares(Vec<f64>),
}

/// `[places.ID.procedures.ID]`: the ordered steps of a train at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// Only for flows of this direction; any where absent.
    pub direction: Option<String>,
    /// Only for these flows; any where empty.
    pub flows: Vec<Id>,
    /// What is done, in order.
    pub steps: Vec<StepRef>,
}

impl Procedure {
    /// How well it fits a flow, to be compared with other procedures of the place; `None` where it does not.
    /// A procedure that lists the flow comes before one for its direction, and that before one for any.
    #[must_use]
    pub fn fit(&self, flow: &str, direction: &str) -> Option<(bool, bool)> {
        let listed = self.flows.iter().any(|id| id == flow);
        let directed = self.direction.as_deref() == Some(direction);
        let excluded = (!self.flows.is_empty() && !listed) || (self.direction.is_some() && !directed);
        (!excluded).then_some((listed, directed))
    }
}

impl Place {
    /// The procedure of a flow here: the one that fits best, which is only one in a checked scenario.
    #[must_use]
    pub fn procedure_of(&self, flow: &str, direction: &str) -> Option<(&Id, &Procedure)> {
        self.procedures
            .iter()
            .filter_map(|(id, procedure)| Some((procedure.fit(flow, direction)?, (id, procedure))))
            .max_by_key(|(fit, _)| *fit)
            .map(|(_, found)| found)
    }

    /// The terminal of a step that changes the gauge: of a choice, the first, since all change it alike.
    #[must_use]
    pub fn reloading_of(&self, step: &StepRef) -> Option<&Reloading> {
        match step.kind {
            FacilityKind::Reloading => self.reloading.get(&step.id),
            FacilityKind::Choice => self.choice.get(&step.id)?.of.first().and_then(|first| self.reloading_of(first)),
            _ => None,
        }
    }
}

/// A step by the name of its facility, such as `clearance.export`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRef {
    /// The kind of facility.
    pub kind: FacilityKind,
    /// Its id within the place and kind.
    pub id: Id,
}

/// Kinds of facility, as they stand in TOML paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FacilityKind {
    /// A customs office.
    Clearance,
    /// Any other work on a train.
    Handling,
    /// A reloading terminal.
    Reloading,
    /// A handover over the border.
    Exchange,
    /// Boxes of arriving trains onto trains of another length.
    Regrouping,
    /// A yard where boxes change from one vehicle to another.
    Transloading,
    /// One of several facilities.
    Choice,
}

impl FacilityKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Clearance,
        Self::Handling,
        Self::Reloading,
        Self::Exchange,
        Self::Regrouping,
        Self::Transloading,
        Self::Choice,
    ];

    /// Those among which trains can choose.
    pub const ALTERNATIVES: [Self; 4] = [Self::Clearance, Self::Handling, Self::Reloading, Self::Exchange];

    /// The word in TOML.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Clearance => "clearance",
            Self::Handling => "handling",
            Self::Reloading => "reloading",
            Self::Exchange => "exchange",
            Self::Regrouping => "regrouping",
            Self::Transloading => "transloading",
            Self::Choice => "choice",
        }
    }
}

/// `[places.ID.transloading.ID]`: a yard where vehicles are unloaded box by box, and others loaded from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Transloading {
    /// For people; the id where none is given.
    pub name: String,
    /// Boxes that the yard can hold; as many as needed where absent.
    pub yard_boxes: Option<u32>,
    /// How many vehicles can be unloaded at once.
    pub berths: u32,
    /// Time of one crane to set down one box, drawn once per vehicle.
    pub per_box: Law,
    /// Cranes at each berth.
    pub cranes: u32,
    /// When boxes are set down; always where absent.
    pub calendar: Option<Id>,
    /// Where the boxes go from here; at least one.
    pub outlets: BTreeMap<Id, Outlet>,
}

/// `[places.ID.transloading.ID.outlets.ID]`: a flow of vehicles that are loaded from the yard.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlet {
    /// For people; the id where none is given.
    pub name: String,
    /// The flow whose vehicles come for boxes.
    pub flow: Id,
    /// The part of the boxes that goes this way, 0 to 1; the shares of a yard sum to 1.
    pub share: f64,
    /// Boxes of a full vehicle, at least 1.
    pub boxes_per_vehicle: u32,
    /// Time to load a vehicle once its boxes are there.
    pub loading: Law,
    /// How long a vehicle waits for boxes before it leaves with what it has; until it is full where absent.
    pub patience: Option<Duration>,
    /// Empty vehicles that may wait; one more turns back. As many as come where absent.
    pub room: Option<u32>,
}

/// `[lines.ID]`: an edge of the network, used in both directions.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// For people; the id where none is given.
    pub name: String,
    /// The places it joins.
    pub between: (Id, Id),
    /// The gauge of its track, or the gauge without rails that says what kind of way it is.
    pub gauge: Id,
    /// In metres; 0 where not given.
    pub length_m: f64,
    /// How many tracks.
    pub tracks: Tracks,
    /// Time from one end to the other for a train that nothing holds up.
    pub running_time: Law,
    /// Least time between two trains in one direction, at entry and at exit.
    pub headway: Duration,
    /// Daily path capacity in each direction: paths evenly spaced over the day; none where absent.
    pub paths_per_day: Option<f64>,
    /// The most trains on the line at once in each direction; no limit where absent.
    pub room: Option<u32>,
    /// Whether a train may arrive before one that entered earlier.
    pub overtaking: bool,
    /// A single track in its detailed form.
    pub single: Option<SingleTrack>,
}

/// A single track as sections between passing places.
#[derive(Clone, Debug, PartialEq)]
pub struct SingleTrack {
    /// From the first place of the line to the second; at least one.
    pub sections: Vec<Section>,
    /// Between each section and the next.
    pub passing: Vec<PassingPlace>,
    /// The most trains in a row over a section while a train of the other direction waits that could go; 1 or more.
    pub bunch: u32,
    /// Least time from a train's leaving a section until one enters it the other way.
    pub crossing: Duration,
    /// Least time between trains that follow each other; one train a section where absent.
    pub headway: Option<Duration>,
}

/// A part of a line without a passing place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Section {
    /// Its part of the line's length and running time, above 0, at most 1; all add up to 1.
    pub share: f64,
    /// How many tracks.
    pub tracks: Tracks,
}

/// Where trains can pass each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassingPlace {
    /// For people.
    pub name: String,
    /// The main track included; at least 2.
    pub tracks: u32,
}

/// The tracks of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracks {
    /// One for each direction.
    Double,
    /// One for both directions: in detail ([`SingleTrack`]), or with a daily path capacity that stands for the meets.
    Single,
}

/// `[flows.ID]`: a stream of trains.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// For people; the id where none is given.
    pub name: String,
    /// Where its trains begin.
    pub from: Id,
    /// Where they end.
    pub to: Id,
    /// Places to pass on the way, in order; empty where there are `routes`.
    pub via: Vec<Id>,
    /// The ways among which its trains choose; empty where there is only one.
    pub routes: BTreeMap<Id, Alternative>,
    /// How they choose.
    pub choice: RouteChoice,
    /// A word by which procedures are chosen and results are grouped; may be empty.
    pub direction: String,
    /// The gauge on which its trains begin.
    pub gauge: Id,
    /// Boxes per train.
    pub boxes: Law,
    /// Share of its boxes of each class of cargo, of sum 1; empty where its boxes have no class.
    pub cargo: BTreeMap<Id, f64>,
    /// TEU of one box: 2 for a forty-foot container.
    pub teu_per_box: f64,
    /// How its trains depart.
    pub departures: Departures,
    /// Its class of priority, 0 to 9; 0 is the lowest.
    pub priority: u32,
    /// Scales the departures: 1.36 is 36 % more.
    pub growth: f64,
    /// Boxes of flows with another word are not put on one train where trains are regrouped; may be empty.
    pub group: String,
}

/// `[flows.ID.routes.ID]`: a way that trains of a flow may take.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// For people; the id where none is given.
    pub name: String,
    /// Places to pass on the way, in order.
    pub via: Vec<Id>,
    /// The part of the trains that takes it, 0 to 1; given wherever that is how they choose.
    pub share: Option<f64>,
    /// Lower comes first; equal ones in the order of their ids.
    pub preference: u32,
    /// Places whose queues are watched; those that not every route passes where empty.
    pub watch: Vec<Id>,
}

/// How the trains of a flow choose among its routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RouteChoice {
    /// All take the first.
    #[default]
    Fixed,
    /// Each by chance, in stated shares.
    Shares,
    /// Each the one on which it is expected to arrive first, given the queues now.
    LeastTime,
    /// Each the first that is neither closed nor crowded.
    Divert {
        /// More trains waiting than this at the watched places are too many; no number is where absent.
        above: Option<u32>,
        /// What is closed for longer than this from now on counts as closed.
        after: Duration,
    },
}

/// `[flows.ID.departures]`.
#[derive(Clone, Debug, PartialEq)]
pub enum Departures {
    /// A Poisson process with a rate that may vary by hour, weekday and month.
    Poisson {
        /// Trains a day where every factor is 1.
        per_day: f64,
        /// Factors for each hour of the day, 24 of them, or empty.
        by_hour: Vec<f64>,
        /// Factors for each day of the week from Monday, 7 of them, or empty.
        by_weekday: Vec<f64>,
        /// Factors for each month from January, 12 of them, or empty.
        by_month: Vec<f64>,
    },
    /// Civil times on days of the week, in the time of the origin.
    Timetable {
        /// The entries.
        entries: Vec<TimetableEntry>,
        /// How much later than its time a train is ready.
        lateness: Law,
    },
    /// Independent times between departures.
    Renewal {
        /// The time between two departures.
        every: Law,
    },
    /// Boxes arrive in lots and become trains.
    Gather(Gather),
    /// By appointment: arrivals at a facility spread evenly over the time that it is open.
    Appointments {
        /// Trains a day on average over the run.
        per_day: f64,
        /// The place of the facility, on the way of the flow.
        place: Id,
        /// The facility.
        facility: StepRef,
        /// How much later than its time a train is ready.
        lateness: Law,
    },
    /// Departures as recorded, in order.
    Trace {
        /// The file as it was named.
        file: String,
        /// One row per departure, in order of time.
        rows: Vec<TraceRow>,
    },
}

/// `[flows.ID.departures.gather]`: boxes that arrive at the origin until they make a train.
#[derive(Clone, Debug, PartialEq)]
pub struct Gather {
    /// When lots arrive: a Poisson or a renewal process.
    pub lots: Box<Departures>,
    /// Boxes of a lot.
    pub lot_size: Law,
    /// When a train is formed.
    pub forming: Forming,
}

/// One line of a timetable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimetableEntry {
    /// The days of the week on which it runs.
    pub days: BTreeSet<Day>,
    /// The departure times on each.
    pub at: Vec<Time>,
}

/// One recorded departure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceRow {
    /// Civil time at the origin.
    pub departs_at: DateTime,
    /// Boxes on the train, where recorded.
    pub boxes: Option<u32>,
}

/// `[corridors.ID]`: places in the order of a time-space diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corridor {
    /// For people; the id where none is given.
    pub name: String,
    /// The chain; each is joined to the next by at least one line.
    pub places: Vec<Id>,
}

impl DateRange {
    /// Whether the range holds a date.
    #[must_use]
    pub fn holds(&self, date: Date) -> bool {
        self.first <= date && date <= self.last
    }
}
