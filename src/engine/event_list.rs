//! Pending events, earliest first.

use std::marker::PhantomData;

use crate::units::Instant;

/// Something that will happen: small enough to be written in 36 bits, ranked against others of its
/// instant.
pub trait Event: Copy {
    /// Orders events of one instant: lower happens first. At most 15.
    fn rank(self) -> u8;
    /// The event in 36 bits.
    fn encode(self) -> u64;
    /// The event of a code made by [`Event::encode`].
    fn decode(code: u64) -> Self;
}

const CODE_BITS: u32 = 36;
const SEQUENCE_BITS: u32 = 42;
const RANK_BITS: u32 = 4;
const TIME_SHIFT: u32 = CODE_BITS + SEQUENCE_BITS + RANK_BITS;

/// A priority queue on (time, rank, order of scheduling).
///
/// A heap of four children a node over one 128-bit key per event: time in 46 bits (2,200 years), rank
/// in 4, sequence in 42 (4e12 events a run), the event itself in 36. Comparing keys compares the whole
/// rule for ties, and four children share a cache line.
#[derive(Clone, Debug)]
pub struct EventList<E> {
    heap: Vec<u128>,
    sequence: u64,
    event: PhantomData<E>,
}

impl<E> Default for EventList<E> {
    fn default() -> Self {
        Self {
            heap: Vec::new(),
            sequence: 0,
            event: PhantomData,
        }
    }
}

impl<E: Event> EventList<E> {
    /// Forgets every event and starts counting anew; keeps the memory.
    pub fn clear(&mut self) {
        self.heap.clear();
        self.sequence = 0;
    }

    /// How many events are pending.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is pending.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Adds an event. One that could only happen after 2,200 years is dropped: it never happens.
    #[inline]
    pub fn schedule(&mut self, at: Instant, event: E) {
        let time = at.0.cast_unsigned();
        if time >> (128 - TIME_SHIFT) != 0 {
            return;
        }
        let key = u128::from(time) << TIME_SHIFT
            | u128::from(event.rank()) << (CODE_BITS + SEQUENCE_BITS)
            | u128::from(self.sequence) << CODE_BITS
            | u128::from(event.encode());
        self.sequence += 1;
        let mut hole = self.heap.len();
        self.heap.push(key);
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if self.heap[parent] <= key {
                break;
            }
            self.heap[hole] = self.heap[parent];
            hole = parent;
        }
        self.heap[hole] = key;
    }

    /// When the next event happens.
    #[must_use]
    pub fn next_at(&self) -> Option<Instant> {
        self.heap.first().map(|key| time_of(*key))
    }

    /// Takes the next event.
    #[inline]
    pub fn pop(&mut self) -> Option<(Instant, E)> {
        let last = self.heap.pop()?;
        let Some(&top) = self.heap.first() else {
            return Some(open::<E>(last));
        };
        self.sift_down(last);
        Some(open::<E>(top))
    }

    /// Puts a key in the place of the first and moves it down to where it belongs.
    #[inline]
    fn sift_down(&mut self, key: u128) {
        let heap = self.heap.as_mut_slice();
        let mut hole = 0;
        loop {
            let first = 4 * hole + 1;
            let least = if let Some(&[a, b, c, d]) = heap.get(first..first + 4) {
                let (left, left_at) = if b < a { (b, first + 1) } else { (a, first) };
                let (right, right_at) = if d < c { (d, first + 3) } else { (c, first + 2) };
                if right < left { (right, right_at) } else { (left, left_at) }
            } else {
                let Some(tail) = heap.get(first..) else { break };
                let Some((offset, &child)) = tail.iter().enumerate().min_by_key(|(_, child)| **child) else {
                    break;
                };
                (child, first + offset)
            };
            if key <= least.0 {
                break;
            }
            heap[hole] = least.0;
            hole = least.1;
        }
        heap[hole] = key;
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the shift leaves 46 bits")]
fn time_of(key: u128) -> Instant {
    Instant(((key >> TIME_SHIFT) as u64).cast_signed())
}

#[allow(clippy::cast_possible_truncation, reason = "the code is the lowest 36 bits")]
fn open<E: Event>(key: u128) -> (Instant, E) {
    (time_of(key), E::decode(key as u64 & ((1 << CODE_BITS) - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Ring(u8, u32);

    impl Event for Ring {
        fn rank(self) -> u8 {
            self.0
        }
        fn encode(self) -> u64 {
            u64::from(self.1) << 4 | u64::from(self.0)
        }
        #[allow(clippy::cast_possible_truncation, reason = "the number was a u32")]
        fn decode(code: u64) -> Self {
            Self((code & 15) as u8, (code >> 4) as u32)
        }
    }

    #[test]
    fn what_never_happens_is_not_kept() {
        let mut list = EventList::default();
        list.schedule(Instant::NEVER, Ring(0, 1));
        assert!(list.is_empty());
    }

    proptest! {
        /// Against a sort: by time, then rank, then order of scheduling.
        #[test]
        fn earliest_first_then_rank_then_order(batches in prop::collection::vec(prop::collection::vec((0i64..20, 0u8..3), 0..40), 1..6)) {
            let mut list = EventList::default();
            let mut waiting: Vec<(i64, u8, u32)> = Vec::new();
            let (mut number, mut now) = (0, 0);
            for batch in batches {
                for (delay, rank) in batch {
                    list.schedule(Instant(now + delay), Ring(rank, number));
                    waiting.push((now + delay, rank, number));
                    number += 1;
                }
                waiting.sort_unstable();
                for (at, rank, n) in waiting.drain(..waiting.len() / 2) {
                    prop_assert_eq!(list.next_at(), Some(Instant(at)));
                    prop_assert_eq!(list.pop(), Some((Instant(at), Ring(rank, n))));
                    now = at;
                }
            }
            waiting.sort_unstable();
            for (at, rank, n) in waiting {
                prop_assert_eq!(list.pop(), Some((Instant(at), Ring(rank, n))));
            }
            prop_assert_eq!(list.pop(), None);
        }
    }
}
