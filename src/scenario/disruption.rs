//! `[disruptions.ID]`: what differs from the usual for a time.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::types::{Id, Scenario, StepRef};
use crate::random::Law;

/// Something that differs from the usual, at stated times or at random.
#[derive(Clone, Debug, PartialEq)]
pub struct Disruption {
    /// For people; the id where none is given.
    pub name: String,
    /// What it does while it is in force.
    pub effect: Effect,
    /// When it is in force.
    pub when: When,
    /// The place whose clock its dates are read by; that of the first thing it concerns where absent.
    pub clock: Option<Id>,
}

/// What a disruption does while it is in force.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Nothing is begun.
    Closure {
        /// What is closed; at least one.
        elements: Vec<Element>,
        /// Of lines, only in the direction that leads to this place.
        towards: Option<Id>,
        /// What becomes of work in hand.
        in_hand: InHand,
    },
    /// Some trains are held.
    Embargo {
        /// Before which facilities; at least one.
        elements: Vec<Element>,
        /// Trains of these flows; of any where empty.
        flows: BTreeSet<Id>,
        /// Trains with boxes of these classes; with any where empty.
        cargo: BTreeSet<Id>,
    },
    /// There is another number of something.
    Change {
        /// Of what; at least one.
        capacities: Vec<Capacity>,
        /// How many.
        amount: Amount,
    },
    /// More trains or lots depart, or fewer.
    Surge {
        /// Of which flows; at least one.
        flows: BTreeSet<Id>,
        /// How many for each of the usual ones, 0 or more.
        times: f64,
    },
}

/// What becomes of work in hand when a closure begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum InHand {
    /// It is finished.
    #[default]
    Finish,
    /// It rests, and goes on afterwards.
    Pause,
    /// It is given up, and begins anew afterwards.
    StartOver,
}

/// When a disruption is in force.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// From one civil moment up to, but not at, another; in order and without overlap; at least one.
    Dated(Vec<(DateTime, DateTime)>),
    /// Again and again.
    Random {
        /// Time from the start of the run, or from the end of one, to the begin of the next.
        between: Law,
        /// How long each lasts.
        lasts: Law,
    },
}

/// Something that can be closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Element {
    /// A place: all its facilities, and every line that leads to it or from it.
    Place(Id),
    /// A line.
    Line(Id),
    /// A facility of a place.
    Facility(Id, StepRef),
    /// A kind of inspection of a clearance of a place.
    Inspection(Id, Id, Id),
    /// The gathering of boxes of a flow.
    Gathering(Id),
}

/// A number that can be changed: its key is its path in the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// `desks` of a clearance, `servers` of a handling, `berths` of a reloading or transloading.
    Servers(Id, StepRef),
    /// `bays` of a kind of inspection of a clearance of a place.
    Bays(Id, Id, Id),
    /// `cranes` of a reloading.
    Cranes(Id, Id),
    /// `quota` of an exchange, in trains a day.
    Quota(Id, Id),
    /// `tracks` of a gauge.
    Tracks(Id, Id),
    /// `paths` of a line, a day in each direction.
    Paths(Id),
}

/// Another number in place of the usual one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// This many, 1 or more.
    To(u32),
    /// This share of the usual number, above 0, at most 1000.
    Share(f64),
}

impl Element {
    /// The place at whose clock one would look for it.
    fn place<'s>(&'s self, scenario: &'s Scenario) -> Option<&'s Id> {
        match self {
            Self::Place(place) | Self::Facility(place, _) | Self::Inspection(place, ..) => Some(place),
            Self::Line(line) => scenario.lines.get(line).map(|line| &line.between.0),
            Self::Gathering(flow) => scenario.flows.get(flow).map(|flow| &flow.from),
        }
    }

    /// The dotted path in the scenario.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Place(place) => format!("places.{place}"),
            Self::Line(line) => format!("lines.{line}"),
            Self::Facility(place, step) => format!("places.{place}.{}.{}", step.kind.word(), step.id),
            Self::Inspection(place, clearance, id) => format!("places.{place}.clearance.{clearance}.inspection.{id}"),
            Self::Gathering(flow) => format!("flows.{flow}.departures.gather"),
        }
    }
}

impl Capacity {
    fn place<'s>(&'s self, scenario: &'s Scenario) -> Option<&'s Id> {
        match self {
            Self::Servers(place, _) | Self::Bays(place, ..) | Self::Cranes(place, _) | Self::Quota(place, _) | Self::Tracks(place, _) => {
                Some(place)
            }
            Self::Paths(line) => scenario.lines.get(line).map(|line| &line.between.0),
        }
    }
}

impl Disruption {
    /// The IANA zone in which its dates are read.
    #[must_use]
    pub fn zone<'s>(&'s self, scenario: &'s Scenario) -> &'s str {
        let first = || match &self.effect {
            Effect::Closure { elements, .. } | Effect::Embargo { elements, .. } => elements.first()?.place(scenario),
            Effect::Change { capacities, .. } => capacities.first()?.place(scenario),
            Effect::Surge { flows, .. } => scenario.flows.get(flows.first()?).map(|flow| &flow.from),
        };
        let place = self.clock.as_ref().or_else(first);
        place
            .and_then(|place| scenario.places.get(place))
            .map_or(&scenario.time.zone, |place| &place.zone)
    }
}

/// Milliseconds since 1970 in UTC when a clock of a zone shows this.
fn instant(zone: &str, civil: DateTime) -> Option<i64> {
    let zone = TimeZone::get(zone).ok()?;
    let moment = zone.to_ambiguous_timestamp(civil).compatible().ok()?;
    Some(moment.as_millisecond())
}

impl Disruption {
    /// The first of its dated windows no part of which is simulated.
    pub(super) fn outside_of_run(&self, scenario: &Scenario) -> Option<usize> {
        let When::Dated(windows) = &self.when else { return None };
        let zone = self.zone(scenario);
        let time = &scenario.time;
        let start = instant(&time.zone, time.start)?;
        let end = start + time.warm_up.0 + time.length.0;
        let is_outside = |(from, until): &(DateTime, DateTime)| {
            let window = instant(zone, *from).zip(instant(zone, *until));
            window.is_some_and(|(from, until)| from >= end || until <= start)
        };
        windows.iter().position(is_outside)
    }
}
