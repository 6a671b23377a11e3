//! What trains draw for their steps, sixteen trains at a time.
//!
//! A draw depends on its address alone, so it may happen at any time. The steps of one draw wait for each other, some hundred cycles
//! in all; those of trains in a row do not. Trains come to a step nearly in the order of their numbers, so that nearly all find
//! their draw made. Sixteen at a time take 5 % less time for a year in a border corridor (the bench W2) than four, and thirty-two
//! no less.

use super::train::Train;
use crate::model::{Drawn, Model, StepAt};
use crate::random::{Purpose, StreamKey};
use crate::units::Duration;

/// Numbers in a row that are drawn for together.
pub(super) const TOGETHER: u32 = 16;

/// The draws of trains whose numbers are in one block of [`TOGETHER`].
#[derive(Clone, Copy, Debug)]
struct Batch {
    block: u32,
    times: [Duration; TOGETHER as usize],
}

const NOTHING_YET: Batch = Batch {
    block: u32::MAX,
    times: [Duration::ZERO; TOGETHER as usize],
};

/// The luck of a replication: what trains draw, and what is drawn already.
///
/// For each thing that is drawn for a step of a route there are two blocks of numbers, so that trains which
/// come a little out of order do not drive each other out.
#[derive(Clone, Debug)]
pub(super) struct Luck {
    /// One per purpose of the model.
    pub(super) keys: Vec<StreamKey>,
    /// The address of each flow among the draws.
    pub(super) flows: Vec<Purpose>,
    drawn: Vec<[Batch; 2]>,
}

impl Luck {
    /// Room for what the trains of a model draw.
    pub(super) fn new(model: &Model) -> Self {
        Self {
            keys: Vec::new(),
            flows: model.flows.iter().map(|flow| flow.entity).collect(),
            drawn: vec![[NOTHING_YET; 2]; model.ways.draws as usize],
        }
    }

    /// Another replication has other luck.
    pub(super) fn reset(&mut self, model: &Model, seed: u64, replication: u32) {
        self.keys.clear();
        self.keys
            .extend(model.purposes.iter().map(|purpose| purpose.key(seed, replication)));
        self.drawn.fill([NOTHING_YET; 2]);
    }

    /// What a train draws.
    #[inline]
    pub(super) fn of(&self, t: &Train, drawn: &Drawn) -> Duration {
        drawn.time(&self.keys, self.flows[t.flow as usize], t.number)
    }

    /// What a train draws for the step that it is at, of which this is the `nth` thing that is drawn.
    #[inline(always)]
    pub(super) fn at_step(&mut self, at: &StepAt, t: &Train, drawn: &Drawn, nth: u32) -> Duration {
        let Some(first) = at.draws else {
            return self.of(t, drawn);
        };
        let block = t.number / TOGETHER;
        let batch = &mut self.drawn[(first + nth) as usize][block as usize % 2];
        if batch.block != block && !come_to(batch, block, drawn, &self.keys, self.flows[t.flow as usize]) {
            return self.of(t, drawn);
        }
        batch.times[(t.number % TOGETHER) as usize]
    }
}

/// Draws for a block, unless one of higher numbers has been drawn for: where trains come far out of order, those that are late draw
/// for themselves. Whether it did.
#[inline(never)]
fn come_to(batch: &mut Batch, block: u32, drawn: &Drawn, keys: &[StreamKey], flow: Purpose) -> bool {
    let is_next = batch.block == NOTHING_YET.block || batch.block < block;
    if is_next {
        batch.block = block;
        for (time, ms) in batch
            .times
            .iter_mut()
            .zip(drawn.numbers::<{ TOGETHER as usize }>(keys, flow, block * TOGETHER))
        {
            *time = Duration::from_millis(ms);
        }
    }
    is_next
}
