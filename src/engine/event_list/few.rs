//! Pending events where they are few: looked through for the next.
#![allow(clippy::cast_possible_truncation, reason = "the lowest bits are meant")]

use super::{Pending, RANK_BITS};

/// The most there can be but for the next one.
pub(super) const MOST: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 5;
const SEQUENCE_BITS: u32 = 9;
const TIME_SHIFT: u32 = RANK_BITS + SEQUENCE_BITS + SLOT_BITS;
/// Slots are looked through so many at a time: their number seldom changes then, and the processor knows it.
const AT_A_TIME: usize = 8;
/// Greater than the key of any event.
const NOTHING: u64 = u64::MAX;

/// A priority queue on (time, rank, order of scheduling).
///
/// Every event has one 64-bit key: time in 46 bits, rank in 4, sequence in 9, its slot in 5. The next event is kept apart, the others
/// are in no order, and all of them are looked through for the one after it. That takes more steps than a tree, but none that waits for
/// what another one finds, and no branch that could be guessed wrong. After 512 events the sequence begins anew.
#[derive(Clone, Debug)]
pub(super) struct Few {
    next: u64,
    next_code: u64,
    /// [`NOTHING`] from `len` on.
    keys: [u64; MOST],
    codes: [u64; MOST],
    len: usize,
    sequence: u64,
}

impl Default for Few {
    fn default() -> Self {
        Self {
            next: NOTHING,
            next_code: 0,
            keys: [NOTHING; MOST],
            codes: [0; MOST],
            len: 0,
            sequence: 0,
        }
    }
}

impl Few {
    /// Whether there is no room for another event.
    #[inline(always)]
    pub(super) fn is_full(&self) -> bool {
        self.len == MOST
    }

    /// Adds an event, if it is not full.
    #[inline(always)]
    pub(super) fn schedule(&mut self, event: Pending) {
        debug_assert!(!self.is_full(), "no room");
        if self.sequence >> SEQUENCE_BITS != 0 {
            self.number_anew();
        }
        let key = event.time << TIME_SHIFT | u64::from(event.rank) << (SEQUENCE_BITS + SLOT_BITS) | self.sequence << SLOT_BITS;
        self.sequence += 1;
        let mut later = (key, event.code);
        if key < self.next {
            later = (self.next, self.next_code);
            (self.next, self.next_code) = (key, event.code);
            if later.0 == NOTHING {
                return;
            }
        }
        if let (Some(key), Some(code)) = (self.keys.get_mut(self.len), self.codes.get_mut(self.len)) {
            (*key, *code) = (in_slot(later.0, self.len), later.1);
            self.len += 1;
        }
    }

    /// Takes the next event: its time and its code.
    #[inline(always)]
    pub(super) fn pop(&mut self) -> Option<(u64, u64)> {
        self.pop_key().map(|(key, code)| (key >> TIME_SHIFT, code))
    }

    /// Takes all events, one after another.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Pending> {
        std::iter::from_fn(|| self.pop_key()).map(|(key, code)| Pending {
            time: key >> TIME_SHIFT,
            rank: (key >> (SEQUENCE_BITS + SLOT_BITS)) as u8 & ((1 << RANK_BITS) - 1),
            code,
        })
    }

    /// Takes the next event: its key and its code.
    #[inline(always)]
    fn pop_key(&mut self) -> Option<(u64, u64)> {
        let (next, code) = (self.next, self.next_code);
        if next == NOTHING {
            return None;
        }
        let least = self.least();
        let slot = slot_of(least);
        (self.next, self.next_code) = (least, self.codes[slot]);
        if least != NOTHING {
            // The last takes its slot.
            self.len -= 1;
            let end = self.len % MOST;
            self.keys[slot] = in_slot(self.keys[end], slot);
            self.codes[slot] = self.codes[end];
            self.keys[end] = NOTHING;
        }
        Some((next, code))
    }

    /// The least key of all but the next.
    #[inline(always)]
    fn least(&self) -> u64 {
        // Where a queue stands alone there is hardly ever more.
        if self.len <= 1 {
            return self.keys[0];
        }
        let mut least = [NOTHING; AT_A_TIME / 2];
        let mut looked_through = 0;
        for keys in self.keys.as_chunks::<AT_A_TIME>().0 {
            if looked_through >= self.len {
                break;
            }
            for (i, least) in least.iter_mut().enumerate() {
                *least = (*least).min(keys[2 * i]).min(keys[2 * i + 1]);
            }
            looked_through += AT_A_TIME;
        }
        least[0].min(least[1]).min(least[2].min(least[3]))
    }

    /// Lets the sequence begin anew.
    #[inline(never)]
    fn number_anew(&mut self) {
        let mut pending = Self::default();
        self.drain().for_each(|event| pending.schedule(event));
        *self = pending;
    }
}

#[inline(always)]
fn slot_of(key: u64) -> usize {
    key as usize % MOST
}

#[inline(always)]
fn in_slot(key: u64, slot: usize) -> u64 {
    key & !(MOST as u64 - 1) | slot as u64
}
