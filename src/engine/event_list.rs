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
///
/// What is taken leaves its place at the top empty until the next event is scheduled or taken. Most events lead to one
/// more, which then moves down from the top at once, instead of the last one and after it the new one up: on the bench of
/// a border corridor that saves a third of the work of the list.
#[derive(Clone, Debug)]
pub struct EventList<E> {
    /// With what was taken last in the place of the first while `top_is_taken`. Behind the last event it is filled up with
    /// [`NOTHING`], so that a node has all of its children or none.
    heap: Vec<u128>,
    len: usize,
    top_is_taken: bool,
    sequence: u64,
    event: PhantomData<E>,
}

/// Later than any event.
const NOTHING: u128 = u128::MAX;

impl<E> Default for EventList<E> {
    fn default() -> Self {
        Self {
            heap: vec![NOTHING],
            len: 0,
            top_is_taken: false,
            sequence: 0,
            event: PhantomData,
        }
    }
}

impl<E: Event> EventList<E> {
    /// Forgets every event and starts counting anew; keeps the memory.
    pub fn clear(&mut self) {
        self.heap.fill(NOTHING);
        self.len = 0;
        self.top_is_taken = false;
        self.sequence = 0;
    }

    /// How many events are pending.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len - usize::from(self.top_is_taken)
    }

    /// Whether nothing is pending.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds an event. One that could only happen after 2,200 years is dropped: it never happens.
    #[inline]
    pub fn schedule(&mut self, at: Instant, event: E) {
        self.schedule_coded(at, event.rank(), event.encode());
    }

    /// The same for an event whose rank and code are known.
    pub fn schedule_coded(&mut self, at: Instant, rank: u8, code: u64) {
        let time = at.0.cast_unsigned();
        if time >> (128 - TIME_SHIFT) != 0 {
            return;
        }
        let key = u128::from(time) << TIME_SHIFT
            | u128::from(rank) << (CODE_BITS + SEQUENCE_BITS)
            | u128::from(self.sequence) << CODE_BITS
            | u128::from(code);
        self.sequence += 1;
        if std::mem::take(&mut self.top_is_taken) {
            sift_down(&mut self.heap, key);
        } else {
            self.sift_up(key);
        }
    }

    /// Takes the next event: when it happens, and its code, which [`Event::decode`] reads.
    #[inline]
    pub fn pop(&mut self) -> Option<(Instant, u64)> {
        if self.top_is_taken {
            self.fill_top();
        }
        if self.len == 0 {
            return None;
        }
        self.top_is_taken = true;
        let top = self.heap[0];
        Some((time_of(top), code_of(top)))
    }

    /// Nothing was scheduled since the first was taken: the last takes its place.
    fn fill_top(&mut self) {
        self.top_is_taken = false;
        self.len -= 1;
        let last = std::mem::replace(&mut self.heap[self.len], NOTHING);
        if self.len > 0 {
            sift_down(&mut self.heap, last);
        }
    }

    /// Puts a key at the end and moves it up to where it belongs.
    fn sift_up(&mut self, key: u128) {
        let mut hole = self.len;
        self.len += 1;
        if self.len > self.heap.len() {
            self.heap.resize(self.heap.len() + 4, NOTHING);
        }
        let heap = self.heap.as_mut_slice();
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if heap[parent] <= key {
                break;
            }
            heap[hole] = heap[parent];
            hole = parent;
        }
        heap[hole] = key;
    }
}

/// Puts a key in the place of the first and moves it down to where it belongs.
#[inline]
fn sift_down(heap: &mut [u128], key: u128) {
    let mut hole = 0;
    // Which child is the least is worked out without a branch, which would be guessed wrong half of the time.
    while let Some(children) = heap.get(4 * hole + 1..4 * hole + 5) {
        let left = usize::from(children[1] < children[0]);
        let right = 2 + usize::from(children[3] < children[2]);
        let least = if children[right] < children[left] { right } else { left };
        let child = children[least];
        if key <= child {
            break;
        }
        heap[hole] = child;
        hole = 4 * hole + 1 + least;
    }
    heap[hole] = key;
}

#[allow(clippy::cast_possible_truncation, reason = "the shift leaves 46 bits")]
fn time_of(key: u128) -> Instant {
    Instant(((key >> TIME_SHIFT) as u64).cast_signed())
}

#[allow(clippy::cast_possible_truncation, reason = "the code is the lowest 36 bits")]
fn code_of(key: u128) -> u64 {
    key as u64 & ((1 << CODE_BITS) - 1)
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
                let mut left = waiting.len();
                prop_assert_eq!(list.len(), left);
                for (at, rank, n) in waiting.drain(..waiting.len() / 2) {
                    prop_assert_eq!(list.pop(), Some((Instant(at), Ring(rank, n).encode())));
                    left -= 1;
                    prop_assert_eq!(list.len(), left);
                    now = at;
                }
            }
            waiting.sort_unstable();
            for (at, rank, n) in waiting {
                prop_assert_eq!(list.pop(), Some((Instant(at), Ring(rank, n).encode())));
            }
            prop_assert_eq!(list.pop(), None);
        }
    }
}
