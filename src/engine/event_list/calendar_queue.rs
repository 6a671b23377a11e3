//! Pending events where they are many: a calendar queue.
#![allow(clippy::cast_possible_truncation, reason = "pages and links are far fewer than 2^32")]

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::pool::{Chained, NONE, Pool};
use super::{CODE_BITS, Pending, RANK_BITS};

const SEQUENCE_BITS: u32 = 42;
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
/// comes, and so is what is scheduled for a day of those in there. Days for which there is no page yet are taken together in volumes,
/// the events of each of which lie in no order, as in a ladder queue: Tang, Goh & Thng (2005), Ladder queue: an O(1) priority queue
/// structure for large-scale discrete event simulation, ACM Transactions on Modeling and Computer Simulation 15(3), 175-204. They are
/// put on pages when their days come near: so the pages are near at hand however many events are pending. What lies beyond the last
/// volume waits in a heap, and is taken from there when it is the next. How long a day is and how many pages there are follows what
/// has been seen.
///
/// The next event is kept apart from all others: so what happens next is known as soon as it is asked for, and who comes after is
/// found while it happens.
#[derive(Clone, Debug)]
pub(super) struct CalendarQueue {
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
    /// The first day that has no page, and the first of a volume.
    closed_from: u64,
    /// By page: the last that came of several events, in `links`.
    chains: Vec<u32>,
    /// Events that share a page with another.
    links: Pool<Link>,
    /// By volume, modulo their number: where its events are, in `sheets`.
    volumes: [u32; VOLUMES as usize],
    /// Events of volumes.
    sheets: Pool<Sheet>,
    /// What lies beyond all volumes.
    beyond: BinaryHeap<Reverse<u128>>,
    /// How many events are pending.
    len: u32,
    sequence: u64,
    habits: Habits,
    /// The most events that were pending when it was looked back.
    most: usize,
    /// Room for events that are put on other pages.
    moving: Vec<u128>,
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

/// Some events of a volume, and the sheet with others of it.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Sheet {
    keys: [u128; ON_A_SHEET],
    used: u32,
    next: u32,
}

impl Chained for Link {
    const UNUSED: Self = Self { key: NOTHING, next: NONE };
    #[inline(always)]
    fn next(&mut self) -> &mut u32 {
        &mut self.next
    }
}

impl Chained for Sheet {
    const UNUSED: Self = Self {
        keys: [NOTHING; ON_A_SHEET],
        used: 0,
        next: NONE,
    };
    #[inline(always)]
    fn next(&mut self) -> &mut u32 {
        &mut self.next
    }
}

/// So many that a sheet is four cache lines.
const ON_A_SHEET: usize = 15;

/// What has been seen since the last look back.
#[derive(Clone, Copy, Debug, Default)]
struct Habits {
    /// The sequence then.
    since: u64,
    /// Events that shared a page with one of another instant, or that were put into a long front.
    sharing: u32,
    /// Events that lay beyond all volumes.
    beyond: u32,
}

/// Greater than the key of any event.
const NOTHING: u128 = u128::MAX;
/// Pages at first, and at most.
const PAGES: [usize; 2] = [256, 1 << 20];
/// There are no more pages than these, which are near at hand, or than one for so many events that were pending.
const PAGES_AT_HAND: usize = 4096;
const EVENTS_PER_PAGE: usize = 2;
/// A volume has so many days as a quarter of the pages, in whole words of 64, so that most pages are open at any time; and there are
/// so many volumes.
const VOLUME_SHIFT: u32 = 2;
const VOLUMES: u64 = 256;
/// A day of 17 minutes at first.
const DAY_BITS: u32 = 20;
/// After so many events that shared a page or had none, or as many as are pending, it is time to look back: to put all on other pages
/// then costs little for each.
const LOOK_BACK: u32 = 64;
/// So many that share a page are put in order one by one.
const FEW: usize = 16;
/// From so many events on it is better not to put one more in its place in the front, and from so many not any more.
const LONG_FRONT: [usize; 2] = [4, 256];

/// Whether this is [`NOTHING`]: no event happens so late as its upper half says.
#[inline(always)]
fn is_nothing(key: u128) -> bool {
    (key >> 64) as u64 == u64::MAX
}

impl Default for CalendarQueue {
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
            closed_from: PAGES[0] as u64,
            chains: vec![NONE; PAGES[0]],
            links: Pool::new(1),
            volumes: [NONE; VOLUMES as usize],
            // Each volume may have begun one.
            sheets: Pool::new(VOLUMES as usize),
            beyond: BinaryHeap::new(),
            len: 0,
            sequence: 0,
            habits: Habits::default(),
            most: 0,
            moving: Vec::new(),
        }
    }
}

impl CalendarQueue {
    /// Forgets every event and starts counting anew; keeps the memory, and the length of a day.
    pub(super) fn clear(&mut self) {
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
        self.volumes.fill(NONE);
        self.sheets.clear();
    }

    #[inline]
    fn len(&self) -> usize {
        self.len as usize
    }

    /// Adds the first events, in order of time.
    pub(super) fn begin_with(&mut self, events: impl Iterator<Item = Pending>) {
        for event in events {
            if self.len == 0 {
                self.open_at(event.time >> self.day_bits);
            }
            self.schedule(event);
        }
    }

    /// Adds an event.
    #[inline(always)]
    pub(super) fn schedule(&mut self, Pending { time, rank, code }: Pending) {
        let mut key = u128::from(time) << TIME_SHIFT
            | u128::from(rank) << (CODE_BITS + SEQUENCE_BITS)
            | u128::from(self.sequence) << CODE_BITS
            | u128::from(code);
        self.sequence += 1;
        self.len += 1;
        if key < self.next {
            std::mem::swap(&mut key, &mut self.next);
            if is_nothing(key) {
                return;
            }
        }
        if !self.put(key) {
            self.look_back();
        }
    }

    /// The pages of a day and those after it come next; all are empty, and so are the volumes.
    fn open_at(&mut self, day: u64) {
        let count = self.pages.len() as u64;
        self.first_day = day & !63;
        self.word = (self.first_day & (count - 1)) as usize / 64;
        let closed_from = self.first_day + count;
        self.closed_from = closed_from >> self.volume_bits() << self.volume_bits();
    }

    /// A volume has two to the power of so many days.
    #[inline]
    fn volume_bits(&self) -> u32 {
        self.pages.len().trailing_zeros() - VOLUME_SHIFT
    }

    #[inline]
    fn days_of_volume(&self) -> u64 {
        1 << self.volume_bits()
    }

    /// Puts an event where it belongs; whether it has a page to itself, or it is too early to tell.
    #[inline(always)]
    fn put(&mut self, key: u128) -> bool {
        let day = self.day_of(key);
        // A day before the first wraps around.
        if day >= self.floor && day.wrapping_sub(self.first_day) < self.closed_from - self.first_day {
            self.put_on_page(key, day)
        } else {
            self.put_elsewhere(key, day)
        }
    }

    /// Puts an event for whose day there is no page where it belongs; whether it is too early to tell if that will be shared.
    #[inline(never)]
    fn put_elsewhere(&mut self, key: u128, day: u64) -> bool {
        // A day before the first wraps around.
        let is_to_come = day >= self.floor && day.wrapping_sub(self.closed_from) >> self.volume_bits() < VOLUMES;
        if is_to_come {
            self.put_in_volume(key, day);
        } else {
            self.put_aside(key, day);
        }
        is_to_come
    }

    /// Puts an event on a page; whether it has that to itself.
    #[inline(always)]
    fn put_on_page(&mut self, key: u128, day: u64) -> bool {
        let page = day as usize & (self.pages.len() - 1);
        let (marks, bit) = (&mut self.marks[page / 64], 1 << (page % 64));
        let is_free = marks.used & bit == 0;
        if is_free {
            marks.used |= bit;
            self.pages[page] = key;
        } else {
            self.share_page(key, page);
        }
        is_free
    }

    /// Where the volume of a day is among all.
    #[inline]
    fn volume_of(&self, day: u64) -> usize {
        (day >> self.volume_bits()) as usize % VOLUMES as usize
    }

    /// Puts an event among those of its volume.
    fn put_in_volume(&mut self, key: u128, day: u64) {
        let volume = self.volume_of(day);
        let head = &mut self.volumes[volume];
        let sheet = match self.sheets.get(*head) {
            Some(sheet) if (sheet.used as usize) < ON_A_SHEET => sheet,
            _ => {
                let (at, sheet) = self.sheets.take(*head);
                (*head, sheet.used) = (at, 0);
                sheet
            }
        };
        sheet.keys[sheet.used as usize % ON_A_SHEET] = key;
        sheet.used += 1;
    }

    /// The days of the next volume have pages from now on.
    #[inline(never)]
    fn open_volume(&mut self) {
        let volume = self.volume_of(self.closed_from);
        self.closed_from += self.days_of_volume();
        let mut at = std::mem::replace(&mut self.volumes[volume], NONE);
        while let Some(Sheet { keys, used, .. }) = self.sheets.get(at).copied() {
            for key in &keys[..used as usize] {
                self.put_on_page(*key, self.day_of(*key));
            }
            at = self.sheets.give_back(at);
        }
    }

    /// Puts an event on a page that has one already.
    #[inline(never)]
    fn share_page(&mut self, key: u128, page: usize) {
        let (marks, bit) = (&mut self.marks[page / 64], 1 << (page % 64));
        let next = if marks.shared & bit == 0 { NONE } else { self.chains[page] };
        marks.shared |= bit;
        // No day is so short that it tells events of one instant apart.
        self.habits.sharing += u32::from(time_of(key) != time_of(self.pages[page]));
        let (at, link) = self.links.take(next);
        link.key = key;
        self.chains[page] = at;
    }

    /// Puts an event for which there is neither page nor volume in its place among those of the front, most often near the end, or else
    /// beyond.
    fn put_aside(&mut self, key: u128, day: u64) {
        if day < self.floor && self.front.len() < LONG_FRONT[1] {
            self.put_in_front(key);
            self.habits.sharing += u32::from(self.front.len() > LONG_FRONT[0]);
        } else {
            self.beyond.push(Reverse(key));
            self.habits.beyond += 1;
        }
    }

    /// Puts an event in its place in the front.
    #[inline(always)]
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

    /// Takes the next event: its time and its code.
    #[inline(always)]
    pub(super) fn pop(&mut self) -> Option<(u64, u64)> {
        self.pop_key().map(|key| (time_of(key), code_of(key)))
    }

    /// Takes all events, one after another.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Pending> {
        std::iter::from_fn(|| self.pop_key()).map(|key| Pending {
            time: time_of(key),
            rank: (key >> (CODE_BITS + SEQUENCE_BITS)) as u8 & ((1 << RANK_BITS) - 1),
            code: code_of(key),
        })
    }

    #[inline(always)]
    fn pop_key(&mut self) -> Option<u128> {
        let next = self.next;
        if is_nothing(next) {
            return None;
        }
        self.len -= 1;
        self.next = self.find_next();
        Some(next)
    }

    /// Takes the first of all others from where it is, if there are any.
    #[inline(always)]
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
    #[inline(always)]
    fn take_from_page(&mut self) -> Option<u128> {
        if self.marks[self.word].used == 0 {
            return self.turn_over();
        }
        Some(self.take_from_word())
    }

    /// The same, where the pages that come next are not all empty.
    #[inline(always)]
    fn take_from_word(&mut self) -> u128 {
        let marks = &mut self.marks[self.word];
        let nth = marks.used.trailing_zeros();
        let page = self.word * 64 + nth as usize;
        marks.used &= marks.used - 1;
        if marks.shared >> nth & 1 == 0 {
            return self.pages[page];
        }
        marks.shared &= !(1 << nth);
        self.sort_page(page, self.first_day + u64::from(nth))
    }

    /// The next 64 pages come of which one is used, if there are any.
    #[inline(never)]
    fn turn_over(&mut self) -> Option<u128> {
        if self.len() == self.beyond.len() {
            return None;
        }
        let (mask, count) = (self.marks.len() - 1, self.pages.len() as u64);
        while self.marks[self.word].used == 0 {
            self.word = (self.word + 1) & mask;
            self.first_day += 64;
            if self.first_day + count == self.closed_from + self.days_of_volume() {
                self.open_volume();
            }
        }
        Some(self.take_from_word())
    }

    /// Sorts the events that share the page of a day into the front, but for the first of them, which it returns.
    #[inline(never)]
    fn sort_page(&mut self, page: usize, day: u64) -> u128 {
        self.front.push(self.pages[page]);
        let mut at = self.chains[page];
        while let Some(&mut Link { key, .. }) = self.links.get(at) {
            at = self.links.give_back(at);
            // A few are put in their places one by one: reads of a sort would wait for these writes, which are of half a key each.
            if self.front.len() < FEW {
                self.put_in_front(key);
            } else {
                self.front.push(key);
            }
        }
        if self.front.len() > FEW {
            self.front.sort_unstable_by(|a, b| b.cmp(a));
        }
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
        time_of(key) >> self.day_bits
    }

    /// Makes days longer or shorter, and gives them more pages, if many of the last events shared a page or had none.
    #[inline(never)]
    fn look_back(&mut self) {
        let Habits { since, sharing, beyond } = self.habits;
        if sharing + beyond < self.len.max(LOOK_BACK) {
            return;
        }
        let events = u32::try_from(self.sequence - since).unwrap_or(u32::MAX);
        let (mut day_bits, mut pages) = (self.day_bits, self.pages.len());
        self.most = self.most.max(self.len());
        let most_pages = (self.most / EVENTS_PER_PAGE).clamp(PAGES_AT_HAND, PAGES[1]);
        let (has_room, are_many_beyond) = (pages < most_pages, beyond > events / 16);
        let many_sharing = match (has_room, are_many_beyond) {
            (true, _) => events / 8,
            (false, false) => events / 4,
            (false, true) => events / 16 * 15,
        };
        if sharing > many_sharing {
            let days = events.saturating_sub(sharing).max(1);
            let shorter = (1 + (sharing / days).max(1).ilog2()).min(day_bits);
            day_bits -= shorter;
            // So many more of them cover the time that they did, as far as there is room.
            pages = (pages << shorter).min(most_pages.next_power_of_two()).max(pages);
        } else if are_many_beyond && has_room {
            let more = if beyond > events / 2 { 16 } else { 2 };
            pages = (pages * more).min(most_pages.next_power_of_two()).max(pages);
        } else if are_many_beyond && sharing < events / 8 {
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

    /// Puts every event of pages and volumes to come, and beyond, on pages of days of another length.
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
                while let Some(link) = self.links.get(at) {
                    pending.push(link.key);
                    at = link.next;
                }
                bits &= bits - 1;
            }
        }
        for head in self.volumes {
            let mut at = head;
            while let Some(sheet) = self.sheets.get(at) {
                pending.extend(&sheet.keys[..sheet.used as usize]);
                at = sheet.next;
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
fn time_of(key: u128) -> u64 {
    (key >> TIME_SHIFT) as u64
}

#[inline]
fn code_of(key: u128) -> u64 {
    key as u64 & ((1 << CODE_BITS) - 1)
}
