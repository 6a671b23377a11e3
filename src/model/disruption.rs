//! Disruptions, compiled: what each does to which facility, line or flow, and when.

use std::collections::BTreeSet;

use super::compile::{Compiler, index};
use super::facilities::Steps;
use super::{Departures, Drawn, LaneIx, Model, PlaceIx, Step, YardIx};
use crate::random::{Law, Purpose};
use crate::scenario::{self, Capacity, Element, Id, StepRef, When};
use crate::units::{Duration, Instant};

pub use crate::scenario::InHand;

/// What differs from the usual for a time.
#[derive(Clone, Debug)]
pub struct Disruption {
    /// The id.
    pub id: String,
    /// For people.
    pub name: String,
    /// Its address among the draws: with the number of the occurrence, one for each of them.
    pub entity: Purpose,
    /// When it is in force.
    pub when: Windows,
    /// What it does to which part of the model.
    pub effects: Vec<(Target, Effect)>,
    /// What becomes of work in hand where it closes something.
    pub in_hand: InHand,
    /// Which trains an embargo holds.
    pub barred: Option<Barred>,
    /// Where trains wait because of it, or where the trains of a surge pass; in order.
    pub places: Vec<PlaceIx>,
    /// These as vehicles of each mode see them: indices in [`Model::sites`].
    pub sites: Vec<u32>,
    /// The first and the number of its surges in [`Model::surges`].
    pub surges: (u32, u32),
}

impl Disruption {
    /// What it does, in a word or two.
    #[must_use]
    pub fn what(&self) -> &'static str {
        match self.effects.first() {
            Some((_, Effect::Closed)) => "closure",
            Some((_, Effect::Barred)) => "embargo",
            Some(_) => "change",
            None => "surge",
        }
    }

    /// Whether trains wait because of it alone, and not only longer for what they wait for anyway.
    #[must_use]
    pub fn holds_trains(&self) -> bool {
        self.effects
            .iter()
            .any(|(_, effect)| matches!(effect, Effect::Closed | Effect::Barred))
    }
}

/// When a disruption is in force.
#[derive(Clone, Debug)]
pub enum Windows {
    /// From each first instant to each second, within the run, in order, apart from each other.
    Dated(Vec<(Instant, Instant)>),
    /// Again and again.
    Random {
        /// From the start, or from the end of one, to the begin of the next.
        between: Box<Drawn>,
        /// From begin to end.
        lasts: Box<Drawn>,
    },
}

/// A part of the model that is not as usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Index in [`Model::offices`].
    Office(u32),
    /// Index in [`Model::bays`].
    Bay(u32),
    /// Index in [`Model::terminals`].
    Terminal(u32),
    /// Index in [`Model::exchanges`].
    Exchange(u32),
    /// Index in [`Model::transloadings`].
    Transloading(u32),
    /// Index in [`Model::formations`].
    Formation(u32),
    /// Index in [`Model::lanes`].
    Lane(LaneIx),
    /// Index in [`Model::yards`].
    Yard(YardIx),
}

/// What is not as usual about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is closed.
    Closed,
    /// Some trains are held before it.
    Barred,
    /// Another number of desks, servers, bays, berths or tracks.
    Number(Amount),
    /// Another number of cranes.
    Cranes(Amount),
    /// Another quota.
    Quota(Amount),
    /// Another time between paths.
    PathEvery(Duration),
}

/// Another number in place of the usual one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// So many.
    To(u32),
    /// So many in a million of the usual ones.
    PerMillion(u32),
}

impl Amount {
    /// What there is instead of this number, which is above zero: the nearest whole number, at least one.
    #[must_use]
    pub fn of(self, usual: u32) -> u32 {
        match self {
            Self::To(number) => number,
            Self::PerMillion(part) => {
                let nearest = (u64::from(usual) * u64::from(part) + 500_000) / 1_000_000;
                u32::try_from(nearest).unwrap_or(u32::MAX).max(1)
            }
        }
    }

    fn new(amount: scenario::Amount) -> Self {
        match amount {
            scenario::Amount::To(number) => Self::To(number),
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a thousand")]
            scenario::Amount::Share(share) => Self::PerMillion((share * 1e6).round() as u32),
        }
    }
}

/// Which trains an embargo holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Barred {
    /// By flow.
    pub flows: Vec<bool>,
    /// By class of cargo: those of which a train must have a box to be held; none where any train is.
    pub classes: Option<Vec<bool>>,
}

/// More trains or lots of one flow, or fewer, while a disruption is in force.
#[derive(Clone, Debug)]
pub struct Surge {
    /// Index in [`Model::disruptions`].
    pub disruption: u32,
    /// Index in [`Model::flows`].
    pub flow: u32,
    /// How many for each of the usual ones.
    pub times: f64,
    /// The number of the first additional one.
    pub first_number: u32,
    /// Exponential of mean 1, or the time between two of the usual ones, of which additional ones are made.
    pub gap: Drawn,
    /// Decides on one more or less where `times` is no whole number.
    pub chance: Drawn,
}

/// Additional trains of a flow are numbered from here on, each surge of the flow with a range of its own.
const FIRST_ADDED: u32 = 1_000_000_000;
const RANGE: u32 = 10_000_000;

impl Compiler<'_> {
    /// Compiles every disruption; all facilities, lines and flows are known.
    pub(super) fn disruptions(&mut self, steps: &[Steps]) {
        let scenario = self.scenario;
        for (id, disruption) in &scenario.disruptions {
            let zone = self.zone(disruption.zone(scenario));
            let when = match &disruption.when {
                When::Dated(windows) => {
                    let clock = &self.model.clock;
                    let at = |civil| clock.instant(&zone, civil);
                    windows_within(windows.iter().map(|(from, until)| (at(*from), at(*until))), clock.end)
                }
                When::Random { between, lasts } => Windows::Random {
                    between: Box::new(self.drawn(between, &format!("disruptions.{id}.between"))),
                    lasts: Box::new(self.drawn(lasts, &format!("disruptions.{id}.lasts"))),
                },
            };
            let mut compiled = Disruption {
                id: id.clone(),
                name: disruption.name.clone(),
                entity: Purpose::named(&format!("disruptions.{id}")),
                when,
                effects: Vec::new(),
                in_hand: InHand::Finish,
                barred: None,
                places: Vec::new(),
                sites: Vec::new(),
                surges: (index(self.model.surges.len()), 0),
            };
            self.effects(&mut compiled, &disruption.effect, steps);
            let sites = (0..).zip(&self.model.sites);
            compiled.sites = sites
                .filter(|(_, site)| compiled.places.contains(&site.place))
                .map(|(ix, _)| ix)
                .collect();
            self.model.disruptions.push(compiled);
        }
    }

    fn effects(&mut self, compiled: &mut Disruption, effect: &scenario::Effect, steps: &[Steps]) {
        match effect {
            scenario::Effect::Closure {
                elements,
                towards,
                in_hand,
            } => {
                let towards = towards.as_ref().map(|place| self.place_ix(place));
                let mut targets: Vec<Target> = elements.iter().flat_map(|element| self.targets(element, steps)).collect();
                targets.retain(|target| match target {
                    Target::Lane(lane) => towards.is_none_or(|place| self.model.lanes[*lane as usize].to == place),
                    _ => true,
                });
                compiled.in_hand = *in_hand;
                compiled.places = self.places_of(&targets);
                compiled.effects = targets.into_iter().map(|target| (target, Effect::Closed)).collect();
                if *in_hand != InHand::Finish {
                    self.let_rest(&compiled.effects);
                }
            }
            scenario::Effect::Embargo { elements, flows, cargo } => {
                let targets: Vec<Target> = elements.iter().flat_map(|element| self.targets(element, steps)).collect();
                compiled.places = self.places_of(&targets);
                compiled.effects = targets.into_iter().map(|target| (target, Effect::Barred)).collect();
                compiled.barred = Some(Barred {
                    flows: self
                        .scenario
                        .flows
                        .keys()
                        .map(|flow| flows.is_empty() || flows.contains(flow))
                        .collect(),
                    classes: (!cargo.is_empty()).then(|| {
                        let classes = self.scenario.cargo.keys().map(|class| cargo.contains(class));
                        classes.chain([false]).collect()
                    }),
                });
            }
            scenario::Effect::Change { capacities, amount } => {
                compiled.effects = capacities
                    .iter()
                    .flat_map(|capacity| self.changes(capacity, *amount, steps))
                    .collect();
                let targets: Vec<Target> = compiled.effects.iter().map(|(target, _)| *target).collect();
                compiled.places = self.places_of(&targets);
            }
            scenario::Effect::Surge { flows, times } => {
                for flow in flows {
                    self.surge(&compiled.id, flow, *times);
                }
                compiled.surges.1 = index(flows.len());
                let surges = &self.model.surges[compiled.surges.0 as usize..];
                let places: BTreeSet<PlaceIx> = surges.iter().flat_map(|surge| places_on_way(&self.model, surge.flow)).collect();
                compiled.places = places.into_iter().collect();
            }
        }
    }

    fn surge(&mut self, id: &str, flow: &Id, times: f64) {
        let Some(ix) = self.model.flows.iter().position(|model| model.id == *flow) else {
            // A flow without a way is a problem of its own.
            return;
        };
        let ix = index(ix);
        let before = index(self.model.surges.iter().filter(|surge| surge.flow == ix).count());
        let gap = match self.model.flows[ix as usize].departures.arrivals() {
            Departures::Renewal { .. } => self.usual_gap(flow),
            _ => Law::Exponential { mean: 1.0 },
        };
        let surge = Surge {
            disruption: index(self.model.disruptions.len()),
            flow: ix,
            times,
            first_number: FIRST_ADDED + before.saturating_mul(RANGE),
            gap: self.drawn(&gap, &format!("disruptions.{id}.gap")),
            chance: self.chance(&format!("disruptions.{id}.chance")),
        };
        self.model.surges.push(surge);
    }

    /// The law of the time between two trains, or lots, of a flow that has one.
    fn usual_gap(&self, flow: &Id) -> Law {
        let departures = &self.scenario.flows[flow].departures;
        let arrivals = match departures {
            scenario::Departures::Gather(gather) => &gather.lots,
            trains => trains,
        };
        match arrivals {
            scenario::Departures::Renewal { every } => every.clone(),
            _ => Law::Exponential { mean: 1.0 },
        }
    }

    /// What is closed where an element is.
    fn targets(&self, element: &Element, steps: &[Steps]) -> Vec<Target> {
        match element {
            Element::Place(id) => {
                let place = self.place_ix(id);
                let facilities = steps[place as usize].values().flat_map(|step| self.facility_targets(*step));
                let gatherings = self
                    .model
                    .formations
                    .iter()
                    .zip(0..)
                    .filter(|(f, _)| f.place == place && !f.regroups);
                let lanes = self.model.lanes.iter().zip(0..).filter(|(l, _)| l.from == place || l.to == place);
                facilities
                    .chain(gatherings.map(|(_, ix)| Target::Formation(ix)))
                    .chain(lanes.map(|(_, ix)| Target::Lane(ix)))
                    .collect()
            }
            Element::Line(id) => self.lanes_of(id).map(Target::Lane).collect(),
            Element::Facility(place, step) => self
                .step(place, step, steps)
                .map(|step| self.facility_targets(step))
                .unwrap_or_default(),
            Element::Inspection(place, clearance, id) => self.bay(place, clearance, id).map(Target::Bay).into_iter().collect(),
            Element::Gathering(flow) => {
                let id = format!("flows.{flow}.departures.gather");
                let found = self.model.formations.iter().zip(0..).find(|(f, _)| f.id == id);
                found.map(|(_, ix)| Target::Formation(ix)).into_iter().collect()
            }
        }
    }

    fn step(&self, place: &Id, step: &StepRef, steps: &[Steps]) -> Option<Step> {
        steps[self.place_ix(place) as usize].get(&(step.kind, step.id.clone())).copied()
    }

    fn lanes_of(&self, line: &str) -> impl Iterator<Item = LaneIx> {
        let lanes = self.model.lanes.iter().zip(0..);
        lanes.filter(move |(lane, _)| lane.line == line).map(|(_, ix)| ix)
    }

    fn bay(&self, place: &Id, clearance: &Id, id: &Id) -> Option<u32> {
        let (place, path) = (self.place_ix(place), format!("clearance.{clearance}.inspection.{id}"));
        let mut bays = self.model.bays.iter().zip(0..);
        bays.find(|(bay, _)| bay.place == place && bay.path == path).map(|(_, ix)| ix)
    }

    /// A facility by its step, a clearance with its bays; none for a choice, whose facilities are there themselves.
    fn facility_targets(&self, step: Step) -> Vec<Target> {
        match step {
            Step::Office(ix) => {
                let inspection = self.model.offices[ix as usize].inspection.as_ref();
                let bays = inspection.map_or(0..0, |i| i.first_bay..i.first_bay + i.kinds);
                std::iter::once(Target::Office(ix)).chain(bays.map(Target::Bay)).collect()
            }
            Step::Reload(ix) => vec![Target::Terminal(ix)],
            Step::Exchange(ix) => vec![Target::Exchange(ix)],
            Step::Regroup(ix) => vec![Target::Formation(ix)],
            Step::Unload(ix) => vec![Target::Transloading(ix)],
            _ => Vec::new(),
        }
    }

    /// What a change of a number comes to.
    fn changes(&self, capacity: &Capacity, amount: scenario::Amount, steps: &[Steps]) -> Vec<(Target, Effect)> {
        let compiled = Amount::new(amount);
        let at = |place: &Id, kind, id: &Id| {
            let step = StepRef { kind, id: id.clone() };
            let step = self.step(place, &step, steps);
            step.and_then(|step| self.facility_targets(step).first().copied())
        };
        let one = |target: Option<Target>, effect| target.map(|target| (target, effect)).into_iter().collect();
        match capacity {
            Capacity::Servers(place, step) => one(at(place, step.kind, &step.id), Effect::Number(compiled)),
            Capacity::Bays(place, clearance, id) => one(self.bay(place, clearance, id).map(Target::Bay), Effect::Number(compiled)),
            Capacity::Cranes(place, id) => one(at(place, scenario::FacilityKind::Reloading, id), Effect::Cranes(compiled)),
            Capacity::Quota(place, id) => one(at(place, scenario::FacilityKind::Exchange, id), Effect::Quota(compiled)),
            Capacity::Tracks(place, gauge) => {
                let yard = self.yard_ix(self.place_ix(place), gauge);
                vec![(Target::Yard(yard), Effect::Number(compiled))]
            }
            Capacity::Paths(line) => {
                let usual = self.scenario.lines[line].paths_per_day.unwrap_or(1.0);
                let a_day = match amount {
                    scenario::Amount::To(paths) => f64::from(paths),
                    scenario::Amount::Share(share) => usual * share,
                };
                #[allow(clippy::cast_precision_loss, reason = "a day is far below 2^53 ms")]
                let every = Duration::from_millis(Duration::days(1).0 as f64 / a_day);
                self.lanes_of(line)
                    .map(|lane| (Target::Lane(lane), Effect::PathEvery(every)))
                    .collect()
            }
        }
    }

    /// Where trains wait because of these.
    fn places_of(&self, targets: &[Target]) -> Vec<PlaceIx> {
        let model = &self.model;
        let places: BTreeSet<PlaceIx> = targets
            .iter()
            .map(|target| match *target {
                Target::Office(ix) => model.offices[ix as usize].place,
                Target::Bay(ix) => model.bays[ix as usize].place,
                Target::Terminal(ix) => model.terminals[ix as usize].place,
                Target::Exchange(ix) => model.exchanges[ix as usize].place,
                Target::Transloading(ix) => model.transloadings[ix as usize].place,
                Target::Formation(ix) => model.formations[ix as usize].place,
                Target::Lane(ix) => model.lanes[ix as usize].from,
                Target::Yard(ix) => model.yards[ix as usize].place,
            })
            .collect();
        places.into_iter().collect()
    }

    /// Work in hand there may come to rest.
    fn let_rest(&mut self, effects: &[(Target, Effect)]) {
        for (target, _) in effects {
            match *target {
                Target::Office(ix) => self.model.offices[ix as usize].can_rest = true,
                Target::Bay(ix) => self.model.bays[ix as usize].can_rest = true,
                _ => {}
            }
        }
    }
}

/// The part of windows that is simulated, with those that touch joined.
fn windows_within(windows: impl Iterator<Item = (Instant, Instant)>, end: Instant) -> Windows {
    let mut within: Vec<(Instant, Instant)> = Vec::new();
    for (from, until) in windows {
        let from = from.max(Instant::START);
        if from >= until || from >= end {
            continue;
        }
        match within.last_mut() {
            Some(last) if last.1 >= from => last.1 = until,
            _ => within.push((from, until)),
        }
    }
    Windows::Dated(within)
}

/// The places on the way of a flow, its origin first.
fn places_on_way(model: &Model, flow: u32) -> impl Iterator<Item = PlaceIx> {
    let flow = &model.flows[flow as usize];
    let steps = flow.routes.iter().flat_map(|route| &route.program);
    let lanes = steps.filter_map(|step| if let Step::Run(lane, _) = step { Some(*lane) } else { None });
    std::iter::once(flow.origin).chain(lanes.map(|lane| model.lanes[lane as usize].to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_the_nearest_whole_number_and_at_least_one() {
        for (share, usual, there) in [
            (0.5, 14, 7),
            (0.5, 13, 7),
            (1.0 / 3.0, 3, 1),
            (0.1, 2, 1),
            (1.5, 4, 6),
            (2.0 / 3.0, 3, 2),
        ] {
            assert_eq!(Amount::new(scenario::Amount::Share(share)).of(usual), there, "{share} of {usual}");
        }
        assert_eq!(Amount::To(3).of(14), 3);
    }

    #[test]
    fn windows_are_cut_to_the_run_and_joined_where_they_touch() {
        let at = |(from, until)| (Instant(from), Instant(until));
        let written = [(-9, -5), (-5, 3), (3, 4), (6, 7), (8, 20), (30, 40)];
        let Windows::Dated(within) = windows_within(written.into_iter().map(at), Instant(10)) else {
            panic!("they are dated")
        };
        assert_eq!(within, [(0, 4), (6, 7), (8, 20)].map(at));
    }
}
