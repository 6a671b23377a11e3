//! What trains draw for their steps, four trains at a time.
//!
//! A draw depends on its address alone, so it may happen at any time. The steps of one draw wait for each other, some hundred cycles
//! in all; those of four trains in a row do not, and take hardly longer together. Trains come to a step nearly in the order of their
//! numbers, so that nearly all find their draw made: 6 % less time for a year in a border corridor (the bench W2), 2 % for the baseline.

use crate::model::Drawn;
use crate::random::{Purpose, StreamKey};
use crate::units::Duration;

/// Numbers in a row that are drawn for together.
pub(super) const TOGETHER: u32 = 4;

/// The draws of trains whose numbers are in one block of [`TOGETHER`].
#[derive(Clone, Copy, Debug)]
struct Quartet {
    block: u32,
    times: [Duration; TOGETHER as usize],
}

const NOTHING_YET: Quartet = Quartet {
    block: u32::MAX,
    times: [Duration::ZERO; TOGETHER as usize],
};

/// What is drawn already. For each thing that is drawn for a step of a route there are two blocks of numbers, so that trains which
/// come a little out of order do not drive each other out.
#[derive(Clone, Debug)]
pub(super) struct Luck {
    drawn: Vec<[Quartet; 2]>,
}

impl Luck {
    /// Room for so many things that are drawn.
    pub(super) fn new(things: u32) -> Self {
        Self {
            drawn: vec![[NOTHING_YET; 2]; things as usize],
        }
    }

    /// Another replication has other luck.
    pub(super) fn reset(&mut self) {
        self.drawn.fill([NOTHING_YET; 2]);
    }

    /// What the `number`-th train of a flow draws for this thing.
    #[inline(always)]
    pub(super) fn time(&mut self, thing: u32, drawn: &Drawn, keys: &[StreamKey], (flow, number): (Purpose, u32)) -> Duration {
        let block = number / TOGETHER;
        let quartet = &mut self.drawn[thing as usize][block as usize % 2];
        if quartet.block != block && !come_to(quartet, block, drawn, keys, flow) {
            return drawn.time(keys, flow, number);
        }
        quartet.times[(number % TOGETHER) as usize]
    }
}

/// Draws for a block, unless one of higher numbers has been drawn for: where trains come far out of order, those that are late draw
/// for themselves. Whether it did.
#[inline(never)]
fn come_to(quartet: &mut Quartet, block: u32, drawn: &Drawn, keys: &[StreamKey], flow: Purpose) -> bool {
    let is_next = quartet.block == NOTHING_YET.block || quartet.block < block;
    if is_next {
        *quartet = Quartet {
            block,
            times: drawn.numbers(keys, flow, block * TOGETHER).map(Duration::from_millis),
        };
    }
    is_next
}
