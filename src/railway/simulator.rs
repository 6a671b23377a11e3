//! One replication: `Model` -simulate(seed, replication)-> `Observations`.

use super::state::State;
use super::transloading::TransloadingState;
use crate::engine::{self, Ending};
use crate::model::{Element, Model};
use crate::observe::{Activity, Fault, Inside, Observations, Shape};
use crate::units::Instant;

/// Runs replications of one model, one after another, in memory that is used again.
#[derive(Clone, Debug)]
pub struct Simulator<'m> {
    state: State<'m>,
    shape: Shape,
    /// What is found inside at the end of a replication.
    inside: Inside,
}

/// How a replication ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its time was over.
    Finished,
    /// Trains inside could never go on.
    Stalled(Box<Stall>),
    /// As many events as allowed happened, or more trains came inside than the program can hold.
    LimitReached {
        /// When.
        at: Instant,
    },
}

/// Why a run came to an end before its time: trains that can never go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stall {
    /// When it was found: for a circular wait, the instant at which the circle closed.
    pub at: Instant,
    /// The smallest circle: each element with a train that holds it and waits for the next. Empty where nothing was pending
    /// any more without one.
    pub circle: Vec<(Element, StalledTrain)>,
    /// Every train that can never go on.
    pub waiting: Vec<StalledTrain>,
}

/// A train that can never go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StalledTrain {
    /// Index of its flow.
    pub flow: u32,
    /// Its number in the flow.
    pub number: u32,
    /// Where it waits: index of a place, or after these of a lane.
    pub location: u32,
    /// The cause of its waiting.
    pub cause: Activity,
    /// What it waits for, where that is held by trains.
    pub wants: Option<Element>,
    /// Since when.
    pub since: Instant,
}

impl<'m> Simulator<'m> {
    /// A simulator of this model.
    #[must_use]
    pub fn new(model: &'m Model) -> Self {
        let shape = Shape {
            measure_from: model.measure_from,
            end: model.end,
            days: model.sites.iter().map(|site| model.days_at(site.place).len()).collect(),
            directions: model.directions.len(),
            lanes: model.lanes.len(),
            bays: model.bays.len(),
            classes: model.classes(),
            exchange_days: model.exchanges.iter().map(|e| model.days_at(e.place).len()).collect(),
            modes: model.flows.iter().map(|flow| flow.mode as usize).collect(),
            routes: model.flows.iter().map(|flow| flow.routes.len()).sum(),
            outlets: model.transloadings.iter().map(|yard| yard.outlets.len()).collect(),
            formations: model.formations.len(),
            pools: model.pools.len(),
            stop_loading: model.stop_loading.len(),
            disruptions: model.disruptions.len(),
        };
        Self {
            state: State::new(model),
            shape,
            inside: Inside::default(),
        }
    }

    /// Runs one replication, numbered from 1, of at most `event_limit` events.
    ///
    /// # Errors
    /// If an exact law of the model does not hold: an error of the program.
    pub fn run(&mut self, seed: u64, replication: u32, keep_records: bool, event_limit: u64) -> Result<(Ended, &Observations), Fault> {
        self.state.stage.seen.reset(&self.shape, replication, keep_records);
        self.state.reset(seed, replication);
        let (ending, events) = engine::run(&mut self.state, self.shape.end, event_limit);
        self.state.stage.seen.events = events;
        if !matches!(ending, Ending::LimitReached(_)) {
            // Nothing more happens before the end.
            self.state.end_steps(Instant(self.shape.end.0 - 1));
        }
        let ended = self.ended(ending);
        if let Some(fault) = self.state.fault.take() {
            return Err(fault);
        }
        // What was seen up to a stall obeys the same laws.
        let until = match &ended {
            Ended::Finished => self.shape.end,
            Ended::Stalled(stall) => stall.at.max(self.shape.measure_from),
            Ended::LimitReached { .. } => {
                self.state.report_facilities();
                return Ok((ended, &self.state.stage.seen));
            }
        };
        if self.state.stage.now < self.shape.measure_from {
            self.state.begin_measuring(until);
        }
        self.state.stage.seen.end = until;
        self.state.look_for_recovery();
        self.state.note_unfinished_waits(until);
        self.state.settle_all_lifting(until);
        self.state.settle_waits();
        self.book_inside();
        self.state.report_facilities();
        self.state.stage.seen.close(&self.inside)?;
        self.close_pools()?;
        Ok((ended, &self.state.stage.seen))
    }

    fn ended(&mut self, ending: Ending) -> Ended {
        match ending {
            _ if self.state.overfull => Ended::LimitReached { at: self.state.stage.now },
            Ending::LimitReached(at) => Ended::LimitReached { at },
            Ending::Exhausted(_) | Ending::Horizon => self.state.watch.stall.take().map_or(Ended::Finished, Ended::Stalled),
        }
    }

    /// Books the trains still inside up to the end, and counts them and all boxes.
    fn book_inside(&mut self) {
        let State {
            fleet,
            stage,
            groups,
            manifest,
            inspections,
            transloadings,
            ..
        } = &mut self.state;
        let mut by_class = std::mem::take(&mut self.inside.by_class);
        by_class.clear();
        by_class.resize(self.shape.classes, 0);
        let mut inside = Inside {
            boxes_in_stock: groups.iter().map(|group| i64::from(group.boxes)).sum(),
            by_class,
            ..Inside::default()
        };
        for (slot, train) in fleet.inside_mut() {
            stage.seen.still_inside(&mut train.time);
            inside.trains += 1;
            inside.boxes += i64::from(train.boxes);
            for (sum, boxes) in inside.by_class.iter_mut().zip(manifest.of(slot, train)) {
                *sum += i64::from(*boxes);
            }
        }
        if let [all] = inside.by_class.as_mut_slice() {
            // Boxes of one kind are not told apart on the train that is being filled.
            *all += inside.boxes_in_stock;
        }
        for class in transloadings.iter().flat_map(TransloadingState::classes) {
            inside.by_class[class] += 1;
        }
        for (class, boxes) in inspections.set_out() {
            inside.set_out += boxes;
            inside.by_class[class] += boxes;
        }
        self.inside = inside;
    }

    fn close_pools(&self) -> Result<(), Fault> {
        let State {
            model,
            pools,
            rakes,
            stage,
            ..
        } = &self.state;
        for (i, (pool, state)) in model.pools.iter().zip(pools).enumerate() {
            let due_back = pool.cycle.as_ref().map(|_| rakes.due_back(i as u32));
            stage.seen.close_pool(i, (pool.stock, state.inside), due_back)?;
        }
        Ok(())
    }
}
