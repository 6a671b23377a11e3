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

/// So many blocks are kept of each thing that is drawn at first, and at most.
const BLOCKS: [u32; 2] = [2, 64];
/// There are no more than this in all, 9 MB, but for those at first.
const MOST: usize = 1 << 16;

/// The luck of a replication: what trains draw, and what is drawn already.
///
/// For each thing that is drawn for a step of a route the last few blocks of numbers are kept, so that trains which come a little out
/// of order do not drive each other out: more where traffic is so dense that trains come further out of order. At 3,400 trains a day
/// that takes 7 % less time than two blocks.
#[derive(Clone, Debug)]
pub(super) struct Luck {
    /// One per purpose of the model.
    pub(super) keys: Vec<StreamKey>,
    /// The address of each flow among the draws.
    pub(super) flows: Vec<Purpose>,
    /// By block, modulo their number, and what is drawn.
    drawn: Vec<Batch>,
    /// How many things are drawn, and how many blocks are kept of each, less one: they are a power of two.
    things: u32,
    mask: u32,
    /// Since it was last seen to: trains that came too late for their block, and blocks that were drawn for.
    late: u64,
    made: u64,
}

impl Luck {
    /// Room for what the trains of a model draw.
    pub(super) fn new(model: &Model) -> Self {
        Self {
            keys: Vec::new(),
            flows: model.flows.iter().map(|flow| flow.entity).collect(),
            drawn: vec![NOTHING_YET; (model.ways.draws * BLOCKS[0]) as usize],
            things: model.ways.draws,
            mask: BLOCKS[0] - 1,
            late: 0,
            made: 0,
        }
    }

    /// Another replication has other luck.
    pub(super) fn reset(&mut self, model: &Model, seed: u64, replication: u32) {
        self.keys.clear();
        self.keys
            .extend(model.purposes.iter().map(|purpose| purpose.key(seed, replication)));
        self.drawn.fill(NOTHING_YET);
        (self.late, self.made) = (0, 0);
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
        let at = self.place_of(first + nth, block);
        match self.drawn.get(at) {
            Some(batch) if batch.block == block => batch.times[(t.number % TOGETHER) as usize],
            _ => self.draw_at(at, t, drawn),
        }
    }

    /// Where the draws of a block are, if they are made.
    #[inline(always)]
    fn place_of(&self, what: u32, block: u32) -> usize {
        ((block & self.mask) * self.things + what) as usize
    }

    /// What a train draws whose block is not drawn for: that is done now, unless one of higher numbers is in its place. Where trains
    /// come far out of order, those that are late draw for themselves.
    #[inline(never)]
    fn draw_at(&mut self, at: usize, t: &Train, drawn: &Drawn) -> Duration {
        let block = t.number / TOGETHER;
        let batch = &mut self.drawn[at];
        if batch.block != NOTHING_YET.block && batch.block > block {
            self.late += 1;
            self.see_to_blocks();
            return self.of(t, drawn);
        }
        self.made += 1;
        batch.block = block;
        let numbers = drawn.numbers::<{ TOGETHER as usize }>(&self.keys, self.flows[t.flow as usize], block * TOGETHER);
        batch.times = numbers.map(Duration::from_millis);
        batch.times[(t.number % TOGETHER) as usize]
    }

    /// Keeps twice as many blocks if about one train in thirty came too late for its own.
    fn see_to_blocks(&mut self) {
        // To begin with more costs little for each of these.
        if self.late < self.drawn.len() as u64 {
            return;
        }
        let has_room = self.mask + 1 < BLOCKS[1] && 2 * self.drawn.len() <= MOST;
        if has_room && self.late > self.made * u64::from(TOGETHER) / 32 {
            // What was drawn has other places now, and is drawn anew.
            let batches = 2 * self.drawn.len();
            self.drawn.clear();
            self.drawn.resize(batches, NOTHING_YET);
            self.mask = 2 * self.mask + 1;
        }
        (self.late, self.made) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace::with_model;
    use super::*;
    use crate::model::Step;

    /// Trains that come hundreds of numbers out of order draw what each would by itself, and after a while find it drawn already.
    #[test]
    fn what_is_drawn_does_not_depend_on_the_order() {
        let toml = r#"
            title = "draws"
            time = { start = "2022-01-03 00:00", zone = "Asia/Shanghai", length = "1 day" }
            gauges.g.width = "1435 mm"
            places.west.name = "west"
            places.east.name = "east"
            lines.l = { between = ["west", "east"], gauge = "g", running_time = { law = "lognormal", mean = "10 h", cv = 0.15 } }
            flows.f = { from = "west", to = "east", gauge = "g", departures.rate = "24/day" }
            "#;
        with_model(toml, |model| {
            let mut luck = Luck::new(model);
            luck.reset(model, 1, 1);
            let at = (0..9)
                .map(|step| model.ways.at(step))
                .find(|at| matches!(at.step, Step::Run(..)))
                .expect("a train runs");
            let running_time = &model.lanes[0].running_time;
            let train = |number| Train {
                number,
                ..Train::default()
            };
            for turn in 0..20_000_u32 {
                // Far out of order: every number once, within 512 of its turn.
                let number = (turn & !511) | (turn.wrapping_mul(293) & 511);
                let by_itself = luck.of(&train(number), running_time);
                assert_eq!(luck.at_step(at, &train(number), running_time, 0), by_itself, "{number}");
            }
            assert!(luck.mask + 1 >= 512 / TOGETHER, "it has seen how far out of order they come");
            luck.late = 0;
            for number in [1_000_000, 999_600, 999_999, 999_520] {
                luck.at_step(at, &train(number), running_time, 0);
            }
            assert_eq!(luck.late, 0, "nobody within 512 numbers is late");
        });
    }
}
