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
/// problem, Communications of the ACM 31(10), 1220-1227. Time is cut into days of equal length, and there is a page for each of a
/// number of days in a row, used again and again. Days are so short that most pages hold one event or none: that one is taken as it
/// is, found by the bits that tell which pages are used. Where several share a page they are sorted into the `front` when their day
/// comes, and so is what is scheduled for a day of those in there. What lies beyond the last page waits in a heap, and is taken from
/// there when it is the next. How long a day is and how many pages there are follows what has been seen.
///
/// The next event is kept apart from all others: so what happens next is known as soon as it is asked for, and who comes after is
/// found while it happens.
#[derive(Clone, Debug)]
pub struct EventList<E> {
    /// The next event, or [`NOTHING`].
    next: u128,
    /// What comes after it but before everything on the pages, the next one last.
    front: Vec<u128>,
    /// What is of an earlier day than this goes to the front: of one up to the last in there, and none where it is empty.
    floor: u64,
    /// Of a time, the bits that tell times of a day apart.
    day_bits: u32,
    /// By page: the event on it, of several the first that came. There are a power of two.
    pages: Vec<u128>,
    /// By 64 pages, a bit for each.
    marks: Vec<Marks>,
    /// The 64 pages of the days that come next, and the first of these days, counted from the start of time.
    word: usize,
    first_day: u64,
    /// By page: the last that came of several events, in `links`.
    chains: Vec<u32>,
    /// Events that share a page with another, and links to be used again.
    links: Vec<Link>,
    free: u32,
    /// What no page was for.
    beyond: BinaryHeap<Reverse<u128>>,
    /// How many events are pending.
    len: u32,
    sequence: u64,
    habits: Habits,
    /// The most events that were pending when it was looked back.
    most: usize,
    /// Room for events that are put on other pages.
    moving: Vec<u128>,
    event: PhantomData<E>,
}

/// Whether there is an event on a page, and whether there are several.
#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    used: u64,
    shared: u64,
}

/// An event on a page, and the one that came before it; none where that is on the page itself.
#[derive(Clone, Copy, Debug)]
struct Link {
    key: u128,
    next: u32,
}

/// What has been seen since the last look back.
#[derive(Clone, Copy, Debug, Default)]
struct Habits {
    /// The sequence then.
    since: u64,
    /// Events that shared a page, but for one on each, or that were put into a long front.
    sharing: u32,
    /// Events for which there was no page.
    beyond: u32,
}

const NONE: u32 = u32::MAX;
/// Greater than the key of any event.
const NOTHING: u128 = u128::MAX;
/// Pages at first, and at most.
const PAGES: [usize; 2] = [64, 1 << 20];
/// There are no more pages than these, which are near at hand, or than so many for each event that was pending.
const PAGES_AT_HAND: usize = 4096;
const PAGES_PER_EVENT: usize = 2;
/// A day of 17 minutes at first.
const DAY_BITS: u32 = 20;
/// After so many events that shared a page or had none, or as many as are pending, it is time to look back: to put all on other pages
/// then costs little for each.
const LOOK_BACK: u32 = 64;
/// From so many events on it is better not to put one more in its place in the front, and from so many not any more.
const LONG_FRONT: [usize; 2] = [4, 256];

impl<E> Default for EventList<E> {
    fn default() -> Self {
        Self {
            next: NOTHING,
            front: Vec::new(),
            floor: 0,
            day_bits: DAY_BITS,
            pages: vec![0; PAGES[0]],
            marks: vec![Marks::default(); PAGES[0] / 64],
            word: 0,
            first_day: 0,
            chains: vec![NONE; PAGES[0]],
            links: Vec::new(),
            free: NONE,
            beyond: BinaryHeap::new(),
            len: 0,
            sequence: 0,
            habits: Habits::default(),
            most: 0,
            moving: Vec::new(),
            event: PhantomData,
        }
    }
}

impl<E: Event> EventList<E> {
    /// Forgets every event and starts counting anew; keeps the memory, and the length of a day.
    pub fn clear(&mut self) {
        self.next = NOTHING;
        self.front.clear();
        self.floor = 0;
        self.tear_out_pages();
        self.open_at(0);
        self.beyond.clear();
        self.len = 0;
        self.sequence = 0;
        self.habits = Habits::default();
    }

    fn tear_out_pages(&mut self) {
        self.marks.fill(Marks::default());
        self.links.clear();
        self.free = NONE;
    }

    /// How many events are pending.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len as usize
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
        if time >> (128 - TIME_SHIFT) != 0 {
            return;
        }
        let mut key = u128::from(time) << TIME_SHIFT
            | u128::from(rank) << (CODE_BITS + SEQUENCE_BITS)
            | u128::from(self.sequence) << CODE_BITS
            | u128::from(code);
        self.sequence += 1;
        self.len += 1;
        if key < self.next {
            std::mem::swap(&mut key, &mut self.next);
            if key == NOTHING {
                return;
            }
        }
        if !self.put(key) {
            self.look_back();
        }
    }

    /// The pages of a day and those after it come next; all are empty.
    fn open_at(&mut self, day: u64) {
        self.word = (day / 64) as usize & (self.marks.len() - 1);
        self.first_day = day & !63;
    }

    /// Puts an event where it belongs; whether it has a page to itself.
    #[inline]
    fn put(&mut self, key: u128) -> bool {
        let day = self.day_of(key);
        let count = self.pages.len();
        // A day before the first wraps around.
        if day >= self.floor && day.wrapping_sub(self.first_day) < count as u64 {
            let page = day as usize & (count - 1);
            let (marks, bit) = (&mut self.marks[page / 64], 1 << (page % 64));
            if marks.used & bit == 0 {
                marks.used |= bit;
                self.pages[page] = key;
                return true;
            }
            self.share_page(key, page);
        } else {
            self.put_aside(key, day);
        }
        false
    }

    /// Puts an event on a page that has one already.
    #[inline(never)]
    fn share_page(&mut self, key: u128, page: usize) {
        let (marks, bit) = (&mut self.marks[page / 64], 1 << (page % 64));
        let next = if marks.shared & bit == 0 { NONE } else { self.chains[page] };
        marks.shared |= bit;
        self.habits.sharing += 1;
        let link = Link { key, next };
        let at = self.free;
        if let Some(unused) = self.links.get_mut(at as usize) {
            self.free = unused.next;
            *unused = link;
            self.chains[page] = at;
        } else {
            self.chains[page] = self.links.len() as u32;
            self.links.push(link);
        }
    }

    /// Puts an event for which there is no page in its place among those of the front, most often near the end, or else beyond.
    #[inline(never)]
    fn put_aside(&mut self, key: u128, day: u64) {
        if day >= self.floor || self.front.len() >= LONG_FRONT[1] {
            self.beyond.push(Reverse(key));
            self.habits.beyond += 1;
            return;
        }
        let mut at = self.front.len();
        self.front.push(key);
        let front = self.front.as_mut_slice();
        while at > 0 && front[at - 1] < key {
            front[at] = front[at - 1];
            at -= 1;
        }
        front[at] = key;
        self.habits.sharing += u32::from(front.len() > LONG_FRONT[0]);
    }

    /// Takes the next event: when it happens, and its code, which [`Event::decode`] reads.
    #[inline]
    pub fn pop(&mut self) -> Option<(Instant, u64)> {
        let next = self.next;
        if next == NOTHING {
            return None;
        }
        self.len -= 1;
        self.next = self.find_next();
        Some((time_of(next), code_of(next)))
    }

    /// Takes the first of all others from where it is, if there are any.
    #[inline]
    fn find_next(&mut self) -> u128 {
        let next = if let Some(next) = self.front.pop() {
            if self.front.is_empty() {
                self.floor = 0;
            }
            next
        } else if let Some(next) = self.take_from_page() {
            next
        } else {
            return self.take_from_beyond();
        };
        match self.beyond.peek() {
            Some(Reverse(first)) if *first < next => self.swap_with_first_beyond(next),
            _ => next,
        }
    }

    /// Takes the first event from the first page that is used, if there is any.
    #[inline]
    fn take_from_page(&mut self) -> Option<u128> {
        if self.marks[self.word].used == 0 && !self.turn_over() {
            return None;
        }
        let marks = &mut self.marks[self.word];
        let nth = marks.used.trailing_zeros();
        let page = self.word * 64 + nth as usize;
        marks.used &= marks.used - 1;
        if marks.shared >> nth & 1 == 0 {
            return Some(self.pages[page]);
        }
        marks.shared &= !(1 << nth);
        Some(self.sort_page(page, self.first_day + u64::from(nth)))
    }

    /// The next 64 pages come of which one is used; whether there are any.
    #[inline(never)]
    fn turn_over(&mut self) -> bool {
        if self.len() == self.beyond.len() {
            return false;
        }
        let mask = self.marks.len() - 1;
        while self.marks[self.word].used == 0 {
            self.word = (self.word + 1) & mask;
            self.first_day += 64;
        }
        true
    }

    /// Sorts the events that share the page of a day into the front, but for the first of them, which it returns.
    #[inline(never)]
    fn sort_page(&mut self, page: usize, day: u64) -> u128 {
        self.front.push(self.pages[page]);
        let mut at = self.chains[page];
        while at != NONE {
            let link = &mut self.links[at as usize];
            self.front.push(link.key);
            let next = std::mem::replace(&mut link.next, self.free);
            self.free = std::mem::replace(&mut at, next);
        }
        self.front.sort_unstable_by(|a, b| b.cmp(a));
        self.floor = day + 1;
        self.front.pop().unwrap_or(NOTHING)
    }

    /// Takes the first event where everything is beyond the last page.
    #[inline(never)]
    fn take_from_beyond(&mut self) -> u128 {
        let Some(Reverse(first)) = self.beyond.pop() else {
            return NOTHING;
        };
        self.open_at(self.day_of(first));
        first
    }

    /// The first of what is beyond is the next, and not this event.
    #[cold]
    fn swap_with_first_beyond(&mut self, event: u128) -> u128 {
        self.front.push(event);
        self.floor = self.floor.max(self.day_of(event) + 1);
        self.beyond.pop().map_or(event, |Reverse(first)| first)
    }

    #[inline]
    fn day_of(&self, key: u128) -> u64 {
        time_of(key).0.cast_unsigned() >> self.day_bits
    }

    /// Makes days longer or shorter, and gives them more pages, if many of the last events shared a page or had none.
    fn look_back(&mut self) {
        let Habits { since, sharing, beyond } = self.habits;
        if sharing + beyond < self.len.max(LOOK_BACK) {
            return;
        }
        let events = u32::try_from(self.sequence - since).unwrap_or(u32::MAX);
        let (mut day_bits, mut pages) = (self.day_bits, self.pages.len());
        self.most = self.most.max(self.len());
        let most_pages = (PAGES_PER_EVENT * self.most).clamp(PAGES_AT_HAND, PAGES[1]);
        let (has_room, are_many_beyond) = (pages < most_pages, beyond > events / 16);
        if sharing > if has_room { events / 8 } else { events / 16 * 15 } {
            let days = events.saturating_sub(sharing).max(1);
            let shorter = (1 + (sharing / days).max(1).ilog2()).min(day_bits);
            day_bits -= shorter;
            // So many more of them cover the time that they did, as far as there is room.
            pages = (pages << shorter).min(most_pages.next_power_of_two()).max(pages);
        } else if are_many_beyond && has_room {
            let more = if beyond > events / 2 { 16 } else { 2 };
            pages = (pages * more).min(most_pages.next_power_of_two()).max(pages);
        } else if are_many_beyond && sharing < events / 4 * 3 {
            day_bits += 1;
        }
        if day_bits != self.day_bits || pages != self.pages.len() {
            self.rewrite(day_bits, pages);
        }
        self.habits = Habits {
            since: self.sequence,
            ..Habits::default()
        };
    }

    /// Puts every event of pages to come, and beyond, on pages of days of another length.
    fn rewrite(&mut self, day_bits: u32, pages: usize) {
        let mut pending = std::mem::take(&mut self.moving);
        pending.extend(self.beyond.drain().map(|Reverse(key)| key));
        for (word, marks) in self.marks.iter().enumerate() {
            let mut bits = marks.used;
            while bits != 0 {
                let page = word * 64 + bits.trailing_zeros() as usize;
                pending.push(self.pages[page]);
                let is_shared = marks.shared & (bits & bits.wrapping_neg()) != 0;
                let mut at = if is_shared { self.chains[page] } else { NONE };
                while at != NONE {
                    pending.push(self.links[at as usize].key);
                    at = self.links[at as usize].next;
                }
                bits &= bits - 1;
            }
        }
        self.day_bits = day_bits;
        // What is in the front stays there.
        self.floor = self.front.first().map_or(0, |last| self.day_of(*last) + 1);
        self.pages.resize(pages, 0);
        self.chains.resize(pages, NONE);
        self.marks.resize(pages / 64, Marks::default());
        self.tear_out_pages();
        // Nothing is ever put anywhere that comes before the next.
        self.open_at(self.day_of(self.next));
        for key in pending.drain(..) {
            self.put(key);
        }
        self.moving = pending;
    }
}

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the shift leaves 46 bits")]
fn time_of(key: u128) -> Instant {
    Instant(((key >> TIME_SHIFT) as u64).cast_signed())
}

#[inline]
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
