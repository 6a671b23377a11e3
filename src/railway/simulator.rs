//! One replication: `Model` -simulate(seed, replication)-> `Observations`.

use super::state::State;
use crate::engine::{self, Ending};
use crate::model::Model;
use crate::observe::{Fault, Inside, Observations, Shape};
use crate::units::Instant;

/// Runs replications of one model, one after another, in memory that is used again.
#[derive(Clone, Debug)]
pub struct Simulator<'m> {
    state: State<'m>,
    shape: Shape,
}

/// How a replication ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its time was over.
    Finished,
    /// Nothing could happen any more while trains were inside.
    Stalled {
        /// From when on.
        at: Instant,
        /// Who waits where.
        waiting: Vec<Waiting>,
    },
    /// As many events as allowed happened, or more trains came inside than the program can hold.
    LimitReached {
        /// When.
        at: Instant,
    },
}

/// A train that waits at the end of a run that stalled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Index of its flow.
    pub flow: u32,
    /// Its number in the flow.
    pub number: u32,
    /// Index of the place.
    pub place: u32,
}

impl<'m> Simulator<'m> {
    /// A simulator of this model.
    #[must_use]
    pub fn new(model: &'m Model) -> Self {
        let shape = Shape {
            measure_from: model.measure_from,
            end: model.end,
            days: (0..model.places.len()).map(|place| model.days_at(place as u32).len()).collect(),
            directions: model.directions.len(),
            lanes: model.lanes.len(),
            offices: model.offices.len(),
            bays: model.bays.len(),
            classes: model.classes(),
            terminals: model.terminals.len(),
            exchange_days: model.exchanges.iter().map(|e| model.days_at(e.place).len()).collect(),
            yards: model.yards.len(),
            flows: model.flows.len(),
            formations: model.formations.len(),
            pools: model.pools.len(),
        };
        Self {
            state: State::new(model),
            shape,
        }
    }

    /// Runs one replication, numbered from 1, of at most `event_limit` events.
    ///
    /// # Errors
    /// If an exact law of the model does not hold: an error of the program.
    pub fn run(&mut self, seed: u64, replication: u32, keep_records: bool, event_limit: u64) -> Result<(Ended, &Observations), Fault> {
        self.state.seen.reset(&self.shape, replication, keep_records);
        self.state.reset(seed, replication);
        let (ending, events) = engine::run(&mut self.state, self.shape.end, event_limit);
        self.state.seen.events = events;
        let ended = self.ended(ending);
        if let Some(fault) = self.state.fault.take() {
            return Err(fault);
        }
        if ended == Ended::Finished {
            self.state.note_unfinished_waits(self.shape.end);
            self.state.settle_all_lifting(self.shape.end);
            let inside = self.book_inside();
            self.state.seen.close(&inside)?;
            self.close_pools()?;
        }
        Ok((ended, &self.state.seen))
    }

    fn ended(&mut self, ending: Ending) -> Ended {
        match ending {
            _ if self.state.overfull => Ended::LimitReached { at: self.state.now },
            Ending::LimitReached(at) => Ended::LimitReached { at },
            Ending::Exhausted(at) => {
                let slots: Vec<(u32, u32, u32)> = self.state.fleet.inside_mut().map(|(slot, t)| (slot, t.flow, t.number)).collect();
                let waiting = slots.into_iter().map(|(slot, flow, number)| Waiting {
                    flow,
                    number,
                    place: self.state.place_of(slot),
                });
                Ended::Stalled {
                    at,
                    waiting: waiting.collect(),
                }
            }
            Ending::Horizon => Ended::Finished,
        }
    }

    /// Books the trains still inside up to the end, and counts them and all boxes.
    fn book_inside(&mut self) -> Inside {
        let State {
            fleet,
            seen,
            groups,
            manifest,
            inspections,
            ..
        } = &mut self.state;
        let mut inside = Inside {
            boxes_in_stock: groups.iter().map(|group| i64::from(group.boxes)).sum(),
            by_class: vec![0; self.shape.classes],
            ..Inside::default()
        };
        for (slot, train) in fleet.inside_mut() {
            seen.still_inside(&mut train.time);
            inside.trains += 1;
            inside.boxes += i64::from(train.boxes);
            for (sum, boxes) in inside.by_class.iter_mut().zip(manifest.of(slot)) {
                *sum += i64::from(*boxes);
            }
        }
        for (class, boxes) in inspections.set_out() {
            inside.set_out += boxes;
            inside.by_class[class] += boxes;
        }
        inside
    }

    fn close_pools(&self) -> Result<(), Fault> {
        let State {
            model, pools, rakes, seen, ..
        } = &self.state;
        for (i, (pool, state)) in model.pools.iter().zip(pools).enumerate() {
            let due_back = pool.cycle.as_ref().map(|_| rakes.due_back(i as u32));
            seen.close_pool(i, (pool.stock, state.inside), due_back)?;
        }
        Ok(())
    }
}
