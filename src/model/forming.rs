//! Where boxes become trains, and the wagons that carry them, compiled.

use jiff::tz::TimeZone;

use super::compile::{Compiler, index};
use super::departures::timetable;
use super::{Departures, Drawn, FlowModel, Model, PlaceIx, Step, YardIx};
use crate::scenario::{self, Flow, Forming, Gather, Returns, Wagons};
use crate::units::{DAY, Duration, Instant};

/// No train has more boxes than this, even where its size is not limited: sums stay far from every limit.
const LONGEST_TRAIN: u32 = 1_000_000;

/// Boxes that become trains by one set of rules: the gathering of a flow, or a regrouping.
#[derive(Clone, Debug)]
pub struct Formation {
    /// Its place.
    pub place: PlaceIx,
    /// The dotted path.
    pub id: String,
    /// For people.
    pub name: String,
    /// A train is formed with so many boxes, and never with more.
    pub size: u32,
    /// Fewer than this never leave.
    pub min_size: u32,
    /// A train is formed when its oldest box has waited so long.
    pub longest_wait: Option<Duration>,
    /// A train is formed at these times.
    pub calls: Calls,
    /// Whether trains bring the boxes, rather than lots.
    pub regroups: bool,
}

/// Stated times at which trains are formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Calls {
    /// None.
    Never,
    /// At every multiple of this, which is above zero, from the start on.
    Every(Duration),
    /// At these instants, in order.
    At(Vec<Instant>),
}

impl Calls {
    /// The first that is not before an instant; `hand` is where a reader that only moves forward has got to.
    pub fn next(&self, hand: &mut usize, from: Instant) -> Option<Instant> {
        match self {
            Self::Never => None,
            Self::Every(every) => Some(Instant((from.0 + every.0 - 1).div_euclid(every.0).saturating_mul(every.0))),
            Self::At(instants) => {
                while instants.get(*hand).is_some_and(|at| *at < from) {
                    *hand += 1;
                }
                instants.get(*hand).copied()
            }
        }
    }
}

impl Formation {
    /// Whether no rule is given: each train that arrives goes on as it is.
    #[must_use]
    pub fn passes_through(&self) -> bool {
        self.size == LONGEST_TRAIN && self.longest_wait.is_none() && self.calls == Calls::Never
    }

    /// Trains a day from so many boxes a day, roughly, for arithmetic before any run: the quickest of its rules.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
    pub fn trains_per_day(&self, boxes_per_day: f64, end: Instant) -> f64 {
        let by_size = boxes_per_day / f64::from(self.size);
        let by_wait = self.longest_wait.map_or(0.0, |wait| DAY as f64 / wait.0 as f64);
        let by_call = match &self.calls {
            Calls::Never => 0.0,
            Calls::Every(every) => DAY as f64 / every.0 as f64,
            Calls::At(instants) => instants.len() as f64 * DAY as f64 / end.0 as f64,
        };
        by_wait.max(by_call).min(boxes_per_day / f64::from(self.min_size)).max(by_size)
    }
}

/// Boxes of one destination within a formation: they may be on one train.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Index in [`Model::formations`].
    pub formation: u32,
    /// Where a train that is ready finds its track.
    pub yard: YardIx,
}

/// A stock of wagons of one gauge at one place.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its place.
    pub place: PlaceIx,
    /// The id of the gauge.
    pub gauge: String,
    /// How many wagons there are.
    pub stock: u32,
    /// Boxes on one of them.
    pub boxes_per_wagon: f64,
    /// Time until the wagons of a train come back; `None` is with trains that are unloaded at the place.
    pub cycle: Option<Drawn>,
}

impl Pool {
    /// Wagons under so many boxes, and no more than there are: a longer train would wait for ever.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    pub fn wagons_for(&self, boxes: u32) -> u32 {
        (libm::ceil(f64::from(boxes) / self.boxes_per_wagon) as u32).min(self.stock)
    }
}

impl Compiler<'_> {
    /// The formation of a flow whose boxes are gathered, with the one group in it.
    pub(super) fn gathering(&mut self, id: &str, flow: &Flow, gather: &Gather, zone: &TimeZone) -> Departures {
        let path = format!("flows.{id}.departures.gather");
        let lots = self.arrivals(&path, flow, &gather.lots, zone);
        let lot_size = self.drawn(&gather.lot_size, &format!("{path}.lot_size"));
        let place = self.place_ix(&flow.from);
        let formation = self.formation((place, zone), (path, flow.name.clone()), &gather.forming, false);
        let boxes_per_day = lots.per_day(flow.growth, self.model.end) * lot_size.mean;
        let per_day = formation.trains_per_day(boxes_per_day, self.model.end);
        let group = index(self.model.groups.len());
        self.model.groups.push(Group {
            formation: index(self.model.formations.len()),
            yard: self.yard_ix(place, &flow.gauge),
        });
        self.model.formations.push(formation);
        Departures::Gather {
            lots: Box::new(lots),
            lot_size,
            group,
            per_day,
            boxes_per_train: if per_day > 0.0 { boxes_per_day / per_day } else { 0.0 },
        }
    }

    /// Compiles the rules of a formation.
    pub(super) fn formation(
        &self,
        (place, zone): (PlaceIx, &TimeZone),
        (id, name): (String, String),
        forming: &Forming,
        regroups: bool,
    ) -> Formation {
        let calls = match &forming.calls {
            scenario::Calls::None => Calls::Never,
            scenario::Calls::Every(every) => Calls::Every(*every),
            scenario::Calls::Timetable(entries) => {
                let at = timetable(&self.model.clock, zone, entries).into_iter().map(|(at, _)| at);
                Calls::At(at.collect())
            }
        };
        Formation {
            place,
            id,
            name,
            size: forming.size.unwrap_or(LONGEST_TRAIN),
            min_size: forming.min_size,
            longest_wait: forming.longest_wait,
            calls,
            regroups,
        }
    }

    /// Compiles a stock of wagons.
    pub(super) fn pool(&mut self, place: PlaceIx, place_id: &str, gauge: &str, wagons: &Wagons) -> u32 {
        let cycle = match &wagons.returns {
            Returns::After(law) => Some(self.drawn(law, &format!("places.{place_id}.wagons.{gauge}.returns"))),
            Returns::WithTrains => None,
        };
        self.model.pools.push(Pool {
            place,
            gauge: gauge.to_owned(),
            stock: wagons.stock,
            boxes_per_wagon: wagons.boxes_per_wagon,
            cycle,
        });
        index(self.model.pools.len() - 1)
    }

    /// Sorts trains at each regrouping by what they still have to do: only trains with the same steps ahead, from
    /// the same yard, of the same word `group` and with boxes of the same size form one group. So the boxes of a
    /// train always go where they would have gone, and TEU stay countable. Where a decision lies ahead, only trains
    /// of one flow, which decide alike; on whichever of their routes they are, those that are still one are one group.
    pub(super) fn groups(&mut self) {
        let mut known: Vec<(Group, Alike)> = Vec::new();
        let mut steps: Vec<(usize, usize, usize, u32)> = Vec::new();
        let flows = self.model.flows.iter().enumerate();
        for (f, r, flow, route) in flows.flat_map(|(f, flow)| flow.routes.iter().enumerate().map(move |(r, route)| (f, r, flow, route))) {
            for (s, step) in route.program.iter().enumerate() {
                let Step::Regroup(formation) = *step else { continue };
                let yard = self.model.yard_before(&route.program[..s]);
                let key = Group { formation, yard };
                let alike = Alike::new(f, flow, &self.scenario.flows[&flow.id].group, (r, s));
                let at = known.iter().position(|known| *known == (key, alike.clone())).unwrap_or_else(|| {
                    known.push((key, alike));
                    known.len() - 1
                });
                steps.push((f, r, s, index(self.model.groups.len() + at)));
            }
        }
        for (f, r, s, group) in steps {
            self.model.flows[f].routes[r].program[s] = Step::Regroup(group);
        }
        self.model.groups.extend(known.into_iter().map(|(group, _)| group));
    }
}

/// What trains of one group have in common.
#[derive(Clone, PartialEq, Eq)]
struct Alike {
    word: String,
    teu_per_box: u64,
    ahead: Vec<Step>,
    /// Their flow, where a decision lies ahead.
    decides: Option<usize>,
}

impl Alike {
    /// Trains of a flow on one of its routes at a step.
    fn new(number: usize, flow: &FlowModel, word: &str, (route, step): (usize, usize)) -> Self {
        // Of the routes that are still one here, the first stands for all.
        let shared = &flow.routes[route].shared;
        let first = shared.iter().position(|shared| *shared as usize > step).unwrap_or(route);
        let ahead = flow.routes[first].program[step + 1..].to_vec();
        Self {
            word: word.to_owned(),
            teu_per_box: flow.teu_per_box.to_bits(),
            decides: ahead.contains(&Step::Decide).then_some(number),
            ahead,
        }
    }
}

impl Model {
    /// The yard on whose gauge a train is after these steps.
    pub(super) fn yard_before(&self, done: &[Step]) -> YardIx {
        let last = done.iter().rev().find_map(|step| self.yard_after(*step));
        last.unwrap_or_default()
    }

    /// The yard to which a step leads; the terminals of a choice all lead to one.
    fn yard_after(&self, step: Step) -> Option<YardIx> {
        match step {
            Step::Form(yard) | Step::Run(_, yard) => Some(yard),
            Step::Reload(terminal) => Some(self.terminals[terminal as usize].to_yard),
            Step::Choose(choice) => self.choices[choice as usize]
                .options
                .first()
                .and_then(|first| self.yard_after(*first)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_at_or_after() {
        let mut hand = 0;
        let every = Calls::Every(Duration(10));
        let found = [0, 1, 10, 11].map(|from| every.next(&mut hand, Instant(from)));
        assert_eq!(found, [0, 10, 10, 20].map(|at| Some(Instant(at))));
        let stated = Calls::At(vec![Instant(5), Instant(8)]);
        let found = [5, 6, 8, 9].map(|from| stated.next(&mut hand, Instant(from)));
        assert_eq!(found, [Some(Instant(5)), Some(Instant(8)), Some(Instant(8)), None]);
    }

    #[test]
    fn wagons_are_whole_and_no_more_than_there_are() {
        let pool = |boxes_per_wagon| Pool {
            place: 0,
            gauge: String::new(),
            stock: 50,
            boxes_per_wagon,
            cycle: None,
        };
        assert_eq!([0, 1, 41, 60].map(|boxes| pool(1.0).wagons_for(boxes)), [0, 1, 41, 50]);
        assert_eq!([41, 60].map(|boxes| pool(2.0).wagons_for(boxes)), [21, 30]);
    }
}
