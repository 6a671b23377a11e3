//! Pending events, earliest first.
#![allow(clippy::inline_always, reason = "parts of two functions, each of which is one in the end")]

mod calendar_queue;
mod few;
mod pool;

use std::marker::PhantomData;

use self::calendar_queue::CalendarQueue;
use self::few::Few;
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

/// Bits of a code and of a rank.
const CODE_BITS: u32 = 36;
const RANK_BITS: u32 = 4;
/// What is due at this time or later never happens: some 2,200 years in milliseconds, in 46 bits.
const NEVER: u64 = (1 << 46) - 1;

/// An event that is pending: its time in milliseconds, its rank and its code.
#[derive(Clone, Copy, Debug)]
struct Pending {
    time: u64,
    rank: u8,
    code: u64,
}

/// A priority queue on (time, rank, order of scheduling).
///
/// Few events are looked through for the next one; many are kept in a calendar queue. Both keep the next event apart from all
/// others: so what happens next is known as soon as it is asked for, and who comes after is found while it happens.
#[derive(Clone, Debug)]
pub struct EventList<E> {
    few: Few,
    many: CalendarQueue,
    are_many: bool,
    /// How many events are pending.
    len: usize,
    event: PhantomData<E>,
}

/// They are few again when they are no more than these.
const FEW_AGAIN: usize = few::MOST / 2;

impl<E> Default for EventList<E> {
    fn default() -> Self {
        Self {
            few: Few::default(),
            many: CalendarQueue::default(),
            are_many: false,
            len: 0,
            event: PhantomData,
        }
    }
}

impl<E: Event> EventList<E> {
    /// Forgets every event; keeps the memory, and what was learned of how they lie in time.
    pub fn clear(&mut self) {
        self.few = Few::default();
        self.many.clear();
        (self.are_many, self.len) = (false, 0);
    }

    /// How many events are pending.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is pending.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds an event. One that could only happen after 2,200 years is dropped: it never happens.
    #[inline]
    pub fn schedule(&mut self, at: Instant, event: E) {
        self.schedule_coded(at, event.rank(), event.encode());
    }

    /// The same for an event whose rank and code are known.
    #[inline]
    pub fn schedule_coded(&mut self, at: Instant, rank: u8, code: u64) {
        let time = at.0.cast_unsigned();
        if time >= NEVER {
            return;
        }
        self.len += 1;
        if self.are_many || self.few.is_full() {
            self.schedule_among_many(time, rank, code);
        } else {
            self.few.schedule(Pending { time, rank, code });
        }
    }

    // By itself, so that the other way is short: that takes 3 % less time for W1.
    #[inline(never)]
    fn schedule_among_many(&mut self, time: u64, rank: u8, code: u64) {
        if !self.are_many {
            self.are_many = true;
            self.many.begin_with(self.few.drain());
        }
        self.many.schedule(Pending { time, rank, code });
    }

    /// Takes the next event: when it happens, and its code, which [`Event::decode`] reads.
    #[inline]
    pub fn pop(&mut self) -> Option<(Instant, u64)> {
        let next = if !self.are_many {
            self.few.pop()
        } else if self.len > FEW_AGAIN {
            self.many.pop()
        } else {
            self.become_few();
            self.few.pop()
        };
        let (time, code) = next?;
        self.len -= 1;
        Some((Instant(time.cast_signed()), code))
    }

    #[cold]
    fn become_few(&mut self) {
        self.are_many = false;
        self.many.drain().for_each(|event| self.few.schedule(event));
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

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

    /// A page for each day and what is beyond, days that become longer or shorter, hundreds of events of one instant: against a
    /// heap of the standard library, over thousands of events.
    fn as_a_heap(pending: u32, spread: u32, together: u32, seed: u64) -> Result<(), TestCaseError> {
        let (mut list, mut heap) = (EventList::default(), BinaryHeap::new());
        let mut state = seed | 1;
        let mut draw = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut number = 0;
        let mut put = |list: &mut EventList<Ring>, heap: &mut BinaryHeap<Reverse<(i64, u8, u32)>>, now: i64, many: u32| {
            // Most are soon, some at once, few far away.
            let delay = match draw(16) {
                0 => 0,
                1 => draw(1 << (spread + 6)),
                _ => draw(1 << spread),
            };
            for _ in 0..many {
                let (at, rank) = (now + delay.cast_signed(), draw(3).to_le_bytes()[0]);
                list.schedule(Instant(at), Ring(rank, number));
                heap.push(Reverse((at, rank, number)));
                number += 1;
            }
        };
        for _ in 0..pending {
            put(&mut list, &mut heap, 0, 1);
        }
        for turn in 0..20_000_u32 {
            let Some(Reverse((at, rank, number))) = heap.pop() else { break };
            prop_assert_eq!(list.pop(), Some((Instant(at), Ring(rank, number).encode())));
            prop_assert_eq!(list.len(), heap.len());
            // In the second half one in two leads to none.
            match turn {
                5_000 => put(&mut list, &mut heap, at, together),
                10_000.. if turn % 2 == 0 => {}
                _ => put(&mut list, &mut heap, at, 1),
            }
        }
        // Once more with what was learned of it.
        list.clear();
        list.schedule(Instant(7), Ring(0, 1));
        prop_assert_eq!(
            (list.len(), list.pop(), list.pop()),
            (1, Some((Instant(7), Ring(0, 1).encode())), None)
        );
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn pages_and_days(pending in prop_oneof![1u32..40, 40u32..4_000], spread in 1u32..34, together in 1u32..1_000, seed in any::<u64>()) {
            as_a_heap(pending, spread, together, seed)?;
        }
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
