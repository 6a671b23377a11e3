//! Pending events, earliest first.
#![allow(clippy::cast_possible_truncation, reason = "pages and links are far fewer than 2^32")]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
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
/// Every event has one 128-bit key: time in 46 bits (2,200 years), rank in 4, sequence in 42 (4e12 events a run), the event itself in
/// 36. Comparing keys compares the whole rule for ties, so that what follows decides about speed alone.
///
/// It is a calendar queue: Brown (1988), Calendar queues: a fast O(1) priority queue implementation for the simulation event set
/// problem, Communications of the ACM 31(10), 1220-1227. Time is cut into days of equal length; an event is put, unsorted, into the
/// list of its day. When a day comes it is sorted into the `front`, from which events are taken; what is scheduled for a day that
/// has come is put in its place there. There is a page for each of a number of days in a row, used again and again; what lies
/// beyond them waits in a heap, and is taken from there when it is the next. How long a day is and how many pages there are
/// follows what has been seen: one or two events a day, and hardly one beyond the last page. On the HOLD bench an event takes
/// 15 ns with 16 pending, 36 with a thousand, 29 with 16,000 and 56 with a million. The baseline takes 7 % less time by it than by
/// a heap of four children a node.
#[derive(Clone, Debug)]
pub struct EventList<E> {
    /// What is pending of the days up to `today`, the next one last.
    front: Vec<u128>,
    /// The last day that has come, counted from the start of time.
    today: u64,
    /// Of a time, the bits that tell times of a day apart.
    day_bits: u32,
    /// By page: its first event in `links`. There are a power of two.
    pages: Vec<u32>,
    /// By page, whether there is an event on it.
    is_used: Vec<u64>,
    /// The events on the pages, and links to be used again.
    links: Vec<Link>,
    free: u32,
    /// How many events are on the pages.
    on_pages: usize,
    /// What no page was for.
    beyond: BinaryHeap<Reverse<u128>>,
    sequence: u64,
    habits: Habits,
    event: PhantomData<E>,
}

/// An event on a page, and the next one on it.
#[derive(Clone, Copy, Debug)]
struct Link {
    key: u128,
    next: u32,
}

/// What has been seen since the days were made as long as they are.
#[derive(Clone, Copy, Debug, Default)]
struct Habits {
    /// Days that came with an event on their page.
    days: u32,
    /// Events on these pages.
    events: u32,
    /// Events for which there was no page.
    beyond: u32,
}

const NONE: u32 = u32::MAX;
/// Pages at first, and at most.
const PAGES: [usize; 2] = [64, 1 << 20];
/// A day of 17 minutes at first.
const DAY_BITS: u32 = 20;
/// So many days are looked back on.
const LOOK_BACK: u32 = 512;
/// From so many events on the front is too long to put another in its place.
const LONG_FRONT: usize = 256;

impl<E> Default for EventList<E> {
    fn default() -> Self {
        Self {
            front: Vec::new(),
            today: 0,
            day_bits: DAY_BITS,
            pages: vec![NONE; PAGES[0]],
            is_used: vec![0; PAGES[0] / 64],
            links: Vec::new(),
            free: NONE,
            on_pages: 0,
            beyond: BinaryHeap::new(),
            sequence: 0,
            habits: Habits::default(),
            event: PhantomData,
        }
    }
}

impl<E: Event> EventList<E> {
    /// Forgets every event and starts counting anew; keeps the memory, and the length of a day.
    pub fn clear(&mut self) {
        self.front.clear();
        self.today = 0;
        self.tear_out_pages();
        self.beyond.clear();
        self.sequence = 0;
        self.habits = Habits::default();
    }

    fn tear_out_pages(&mut self) {
        self.pages.fill(NONE);
        self.is_used.fill(0);
        self.links.clear();
        self.free = NONE;
        self.on_pages = 0;
    }

    /// How many events are pending.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.front.len() + self.on_pages + self.beyond.len()
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
    #[inline]
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
        self.put(key, time >> self.day_bits);
    }

    /// Puts an event of a day where it belongs.
    #[inline]
    fn put(&mut self, key: u128, day: u64) {
        if day > self.today && day - self.today < self.pages.len() as u64 {
            self.put_on_page(key, day);
        } else if day <= self.today && self.front.len() < LONG_FRONT {
            self.put_in_front(key);
        } else {
            self.put_beyond(key);
        }
    }

    #[inline]
    fn put_on_page(&mut self, key: u128, day: u64) {
        let page = day as usize & (self.pages.len() - 1);
        let link = Link {
            key,
            next: self.pages[page],
        };
        let at = self.free;
        if let Some(unused) = self.links.get_mut(at as usize) {
            self.free = unused.next;
            *unused = link;
            self.pages[page] = at;
        } else {
            self.pages[page] = self.links.len() as u32;
            self.links.push(link);
        }
        self.is_used[page / 64] |= 1 << (page % 64);
        self.on_pages += 1;
    }

    /// Puts an event in its place among those of the front, most often near the end.
    fn put_in_front(&mut self, key: u128) {
        let mut at = self.front.len();
        self.front.push(key);
        let front = self.front.as_mut_slice();
        while at > 0 && front[at - 1] < key {
            front[at] = front[at - 1];
            at -= 1;
        }
        front[at] = key;
    }

    #[cold]
    fn put_beyond(&mut self, key: u128) {
        self.beyond.push(Reverse(key));
        self.habits.beyond += 1;
    }

    /// Takes the next event: when it happens, and its code, which [`Event::decode`] reads.
    #[inline]
    pub fn pop(&mut self) -> Option<(Instant, u64)> {
        if self.front.is_empty() && self.on_pages > 0 {
            self.turn_page();
        }
        if let Some(Reverse(first)) = self.beyond.peek()
            && self.front.last().is_none_or(|next| first < next)
        {
            return self.beyond.pop().map(|Reverse(key)| (time_of(key), code_of(key)));
        }
        self.front.pop().map(|key| (time_of(key), code_of(key)))
    }

    /// The next day comes on whose page there is an event.
    fn turn_page(&mut self) {
        let mask = self.pages.len() - 1;
        let tomorrow = (self.today as usize + 1) & mask;
        // The rest of the pages of its word of bits, then word by word; the first word comes again at the end.
        let words = self.is_used.len();
        let mut word = tomorrow / 64;
        let mut bits = self.is_used[word] & u64::MAX << (tomorrow % 64);
        while bits == 0 {
            word = if word + 1 == words { 0 } else { word + 1 };
            bits = self.is_used[word];
        }
        let page = word * 64 + bits.trailing_zeros() as usize;
        self.is_used[word] &= !(1 << (page % 64));
        self.today += 1 + (page.wrapping_sub(tomorrow) & mask) as u64;
        let mut at = std::mem::replace(&mut self.pages[page], NONE);
        while at != NONE {
            let link = &mut self.links[at as usize];
            self.front.push(link.key);
            let next = std::mem::replace(&mut link.next, self.free);
            self.free = std::mem::replace(&mut at, next);
        }
        let events = self.front.len();
        if events > 1 {
            self.front.sort_unstable_by(|a, b| b.cmp(a));
        }
        self.on_pages -= events;
        self.habits.days += 1;
        self.habits.events += events as u32;
        if self.habits.days == LOOK_BACK {
            self.look_back();
        }
    }

    /// Makes days longer or shorter, and gives them more pages, if it was not as it should be.
    #[cold]
    fn look_back(&mut self) {
        let Habits { days, events, beyond } = std::mem::take(&mut self.habits);
        let day_bits = match events / days {
            0 | 1 if events < days + days / 4 && beyond > events / 16 => self.day_bits + 1,
            0..=2 => self.day_bits,
            3..=5 => self.day_bits.saturating_sub(1),
            many => self.day_bits.saturating_sub(many.ilog2() - 1),
        };
        let more = if beyond > events / 16 { 2 } else { 1 };
        let pages = (self.pages.len() * more).min(PAGES[1]);
        if day_bits != self.day_bits || pages != self.pages.len() {
            self.rewrite(day_bits, pages);
        }
    }

    /// Puts every event of pages to come, and beyond, on pages of days of another length.
    fn rewrite(&mut self, day_bits: u32, pages: usize) {
        let mut pending: Vec<u128> = self.beyond.drain().map(|Reverse(key)| key).collect();
        for page in 0..self.pages.len() {
            let mut at = self.pages[page];
            while at != NONE {
                pending.push(self.links[at as usize].key);
                at = self.links[at as usize].next;
            }
        }
        // What is in the front stays there: its last day, on another scale, has come.
        let now = self
            .front
            .first()
            .map_or(self.today << self.day_bits, |last| time_of(*last).0.cast_unsigned());
        (self.today, self.day_bits) = (now >> day_bits, day_bits);
        self.pages.resize(pages, NONE);
        self.is_used.resize(pages / 64, 0);
        self.tear_out_pages();
        for key in pending {
            self.put(key, time_of(key).0.cast_unsigned() >> day_bits);
        }
        self.habits = Habits::default();
    }
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
                let (at, rank) = (now + delay.cast_signed(), draw(3) as u8);
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
