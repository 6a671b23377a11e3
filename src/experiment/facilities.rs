//! Where trains are served, as far as their records tell: which facility does what to the trains of which flow.

use std::collections::BTreeSet;

use super::results::FacilityFacts;
use crate::engine::{Calendar, Hand};
use crate::model::{Model, Step};
use crate::observe::Activity;
use crate::units::Instant;

/// Offices, terminals and transloading yards, in this order; those at one place that do the same to trains of one flow as one.
pub(super) fn facilities(model: &Model) -> Vec<FacilityFacts> {
    let users = users(model);
    let mut facts: Vec<FacilityFacts> = Vec::new();
    for (own, flows) in all(model).zip(users) {
        let found = own.facts(model, flows);
        let alike = |other: &FacilityFacts| {
            other.place == found.place
                && other.activities.iter().any(|a| found.activities.contains(a))
                && other.flows.iter().any(|f| found.flows.contains(f))
        };
        // A third may be like two that are unlike each other.
        let (together, apart): (Vec<_>, Vec<_>) = facts.into_iter().partition(alike);
        facts = apart;
        facts.push(match together.into_iter().reduce(joined) {
            Some(first) => joined(first, found),
            None => found,
        });
    }
    facts.sort_by_key(|f| f.place);
    facts
}

/// What all facilities have in common.
struct Own<'m> {
    place: u32,
    path: &'m str,
    name: &'m str,
    calendar: &'m Calendar,
    activities: Vec<Activity>,
}

fn all(model: &Model) -> impl Iterator<Item = Own<'_>> {
    let offices = model.offices.iter().map(|o| Own {
        place: o.place,
        path: &o.path,
        name: &o.name,
        calendar: &o.calendar,
        activities: vec![o.activity],
    });
    let terminals = model.terminals.iter().map(|t| Own {
        place: t.place,
        path: &t.path,
        name: &t.name,
        calendar: &t.calendar,
        activities: vec![Activity::Placing, Activity::Lifting, Activity::Withdrawal],
    });
    let yards = model.transloadings.iter().map(|t| Own {
        place: t.place,
        path: &t.path,
        name: &t.name,
        calendar: &t.calendar,
        activities: vec![Activity::Unloading, Activity::Loading],
    });
    offices.chain(terminals).chain(yards)
}

/// The flows whose trains may come to each facility, in the order of [`all`].
fn users(model: &Model) -> Vec<BTreeSet<u32>> {
    let (offices, terminals) = (model.offices.len(), model.terminals.len());
    let mut users = vec![BTreeSet::new(); offices + terminals + model.transloadings.len()];
    let index = |step: Step| match step {
        Step::Office(i) => Some(i as usize),
        Step::Reload(i) => Some(offices + i as usize),
        Step::Unload(i) | Step::Load(i, _) => Some(offices + terminals + i as usize),
        _ => None,
    };
    for (flow, facts) in (0..).zip(&model.flows) {
        for step in facts.routes.iter().flat_map(|route| &route.program) {
            let options = match step {
                Step::Choose(choice) => &model.choices[*choice as usize].options,
                step => std::slice::from_ref(step),
            };
            for i in options.iter().filter_map(|option| index(*option)) {
                users[i].insert(flow);
            }
        }
    }
    users
}

impl Own<'_> {
    fn facts(&self, model: &Model, flows: BTreeSet<u32>) -> FacilityFacts {
        let place = &model.places[self.place as usize];
        FacilityFacts {
            place: self.place as usize,
            path: self.path.to_owned(),
            name: self.name.to_owned(),
            zone: model.day_tables[place.day_table].zone_name.clone(),
            activities: self.activities.clone(),
            flows: flows.into_iter().collect(),
            servers: stretches(self.calendar, model.end),
        }
    }
}

/// The servers of a calendar from the start of the run to its end.
fn stretches(calendar: &Calendar, end: Instant) -> Vec<(Instant, Instant, u32)> {
    let mut hand = Hand::default();
    let mut stretches = Vec::new();
    let mut from = Instant::START;
    while from < end {
        let servers = calendar.servers(&mut hand, from);
        let to = calendar.next_change(&mut hand, from).map_or(end, |next| next.min(end));
        stretches.push((from, to, servers));
        from = to;
    }
    stretches
}

/// Two facilities as one, with the servers of both.
fn joined(one: FacilityFacts, other: FacilityFacts) -> FacilityFacts {
    let activities: BTreeSet<Activity> = one.activities.into_iter().chain(other.activities).collect();
    let flows: BTreeSet<u32> = one.flows.into_iter().chain(other.flows).collect();
    let mut ends: Vec<Instant> = one.servers.iter().chain(&other.servers).map(|s| s.1).collect();
    ends.sort_unstable();
    ends.dedup();
    let at = |servers: &[(Instant, Instant, u32)], end: Instant| servers.iter().find(|s| s.0 < end && end <= s.1).map_or(0, |s| s.2);
    let mut from = Instant::START;
    let servers = ends.into_iter().map(|to| {
        let stretch = (from, to, at(&one.servers, to) + at(&other.servers, to));
        from = to;
        stretch
    });
    FacilityFacts {
        path: format!("{}+{}", one.path, other.path),
        name: format!("{} + {}", one.name, other.name),
        servers: servers.collect(),
        activities: activities.into_iter().collect(),
        flows: flows.into_iter().collect(),
        ..one
    }
}
