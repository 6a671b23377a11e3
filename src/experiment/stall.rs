//! A run that stalled, in the words of its scenario: `Stall` -`stall_report`-> `StallReport`.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::results::NetworkFacts;
use super::summarise::locations;
use crate::model::{Element, Model};
use crate::railway::{Stall, StalledTrain};

/// Who holds what and waits for whom, where trains could never go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StallReport {
    /// The replication, from 1.
    pub replication: u32,
    /// When it was found, by the scenario's clock; for a circular wait, the moment at which the circle closed.
    pub at: String,
    /// The smallest circle of waits: each train waits for what the next one holds, and the last for what the first holds. Empty
    /// where there is none.
    pub circle: Vec<Link>,
    /// All trains that can never go on, by where they wait and for what, most first.
    pub waiting: Vec<WaitingThere>,
}

/// A train of the circle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The id of its flow.
    pub flow: String,
    /// Its number in the flow.
    pub number: u32,
    /// Where it waits.
    pub at: String,
    /// Since when.
    pub since: String,
    /// What it holds and the train before it waits for.
    pub holds: String,
    /// What it waits for.
    pub waits_for: String,
    /// On the map: indices in [`NetworkFacts::places`] of the two ends of what it holds, and of what it waits for; equal for what is
    /// at one place.
    #[serde(skip)]
    pub ends: [(usize, usize); 2],
    /// What it holds and what it waits for, in the model.
    #[serde(skip)]
    pub elements: [Element; 2],
}

/// Trains that can never go on, at one location for one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaitingThere {
    /// Where.
    pub at: String,
    /// The cause of their waiting, as in tables.
    pub cause: &'static str,
    /// The same for people.
    #[serde(skip)]
    pub label: &'static str,
    /// What they wait for, where trains hold it.
    pub waits_for: Option<String>,
    /// How many.
    pub trains: usize,
    /// One of them: its flow and number.
    pub first: (String, u32),
}

/// The words for a stall.
#[must_use]
pub fn stall_report(model: &Model, replication: u32, stall: &Stall) -> StallReport {
    let civil = |at| model.clock.civil(&model.clock.zone, at).strftime("%Y-%m-%d %H:%M").to_string();
    let locations = locations(model);
    let flow = |train: &StalledTrain| model.flows[train.flow as usize].id.clone();
    let ends = |element: Element| {
        let (from, to) = element.ends(model);
        (from as usize, to as usize)
    };
    let next = stall.circle.iter().cycle().skip(1);
    let circle = stall.circle.iter().zip(next).map(|((holds, train), (wants, _))| Link {
        flow: flow(train),
        number: train.number,
        at: locations[train.location as usize].name.clone(),
        since: civil(train.since),
        holds: holds.name(model),
        waits_for: wants.name(model),
        ends: [ends(*holds), ends(*wants)],
        elements: [*holds, *wants],
    });
    let mut groups: BTreeMap<_, (usize, &StalledTrain)> = BTreeMap::new();
    for train in &stall.waiting {
        groups.entry((train.location, train.cause, train.wants)).or_insert((0, train)).0 += 1;
    }
    let mut waiting: Vec<WaitingThere> = groups
        .into_iter()
        .map(|((at, cause, wants), (trains, first))| WaitingThere {
            at: locations[at as usize].name.clone(),
            cause: cause.word(),
            label: cause.label(),
            waits_for: wants.map(|element| element.name(model)),
            trains,
            first: (flow(first), first.number),
        })
        .collect();
    waiting.sort_by_key(|there| std::cmp::Reverse(there.trains));
    StallReport {
        replication,
        at: civil(stall.at),
        circle: circle.collect(),
        waiting,
    }
}

/// The places and lines of a model, for its map.
#[must_use]
pub fn network(model: &Model) -> NetworkFacts {
    let places = model.places.iter().map(|place| (place.name.clone(), place.position));
    let there = model.lanes.iter().step_by(2);
    NetworkFacts {
        places: places.collect(),
        lines: there.map(|lane| (lane.from as usize, lane.to as usize)).collect(),
    }
}

impl StallReport {
    /// How many trains can never go on.
    #[must_use]
    pub fn trains(&self) -> usize {
        self.waiting.iter().map(|there| there.trains).sum()
    }
}

/// For the terminal: when, the circle train by train, the others in groups, and what to do.
impl fmt::Display for StallReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const GROUPS: usize = 8;
        let what = if self.circle.is_empty() {
            "nothing can happen any more, and trains are inside"
        } else {
            "trains wait for each other in a circle"
        };
        write!(f, "replication {} stalled at {}: {what}", self.replication, self.at)?;
        for link in &self.circle {
            write!(
                f,
                "\n  {}#{} at {}, since {}: holds {}, waits for {}",
                link.flow, link.number, link.at, link.since, link.holds, link.waits_for
            )?;
        }
        write!(f, "\ntrains that can never go on: {}", self.trains())?;
        for there in self.waiting.iter().take(GROUPS) {
            let wanted = there.waits_for.as_ref().map_or(String::new(), |wanted| format!(" ({wanted})"));
            write!(
                f,
                "\n  {} at {}: {}{wanted}, such as {}#{}",
                there.trains, there.at, there.label, there.first.0, there.first.1
            )?;
        }
        if let Some(more) = self.waiting.len().checked_sub(GROUPS).filter(|more| *more > 0) {
            write!(f, "\n  and {more} more groups")?;
        }
        let remedy = if self.circle.is_empty() {
            "see that what they wait for can come: wagons that return, hours long enough for the work"
        } else {
            "give one element of the circle more room than trains can fill, or let fewer trains come at once"
        };
        write!(f, "\n  = help: {remedy}")
    }
}
