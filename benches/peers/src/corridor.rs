//! W2: a hub, a line, and a port that clears by day and reloads round the clock.

use std::collections::VecDeque;

use rand_distr::{Distribution, Exp, Gamma, LogNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

use crate::{Outcome, Work};

const MINUTE: u64 = 60_000;
const DAY: u64 = 1_440 * MINUTE;
const YEAR: u64 = 365 * DAY;
const OPENS: u64 = 480 * MINUTE;
const CLOSES: u64 = 1_200 * MINUTE;
const SLOT: u64 = 40 * MINUTE;
const TRACKS: u32 = 12;
const DESKS: u32 = 3;
const BERTHS: u32 = 4;

// What happens, in the lowest three bits of an event; the train stands above.
const DEPARTS: u32 = 0;
const ARRIVES: u32 = 1;
const CLEARED: u32 = 2;
const RELOADED: u32 = 3;
const LEAVES: u32 = 4;
const IS_OVER: u32 = 5;

/// When a job may begin that is asked for now.
#[inline]
fn opens_at(now: u64) -> u64 {
    let time = now % DAY;
    if time < OPENS {
        now - time + OPENS
    } else if time < CLOSES {
        now
    } else {
        now - time + DAY + OPENS
    }
}

/// How many of everything there are, and how long a train holds the departure slot.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Capacity {
    tracks: u32,
    desks: u32,
    berths: u32,
    slot: u64,
}

/// The state of the system.
#[derive(Serialize, Deserialize)]
pub struct Corridor {
    capacity: Capacity,
    draws: Xoshiro256PlusPlus,
    gap: Exp<f64>,
    running: LogNormal<f64>,
    clearing: LogNormal<f64>,
    reloading: Gamma<f64>,
    /// When each train reached the port, and which numbers of trains are to be had again.
    arrived_at: Vec<u64>,
    gone: Vec<u32>,
    /// Who waits: for a track, a desk, a berth, the slot.
    on_the_line: VecDeque<u32>,
    for_a_desk: VecDeque<u32>,
    for_a_berth: VecDeque<u32>,
    for_the_slot: VecDeque<u32>,
    tracks: u32,
    desks: u32,
    berths: u32,
    slot_is_free: bool,
    is_over: bool,
    times: Vec<u64>,
}

impl Corridor {
    /// With so many times the traffic, and capacity in proportion.
    pub fn new(times: u32) -> Self {
        const SOUND: &str = "the laws are sound";
        let minutes = |n: f64| n * MINUTE as f64;
        let shape = 1.0 / (0.3 * 0.3);
        Self {
            draws: Xoshiro256PlusPlus::seed_from_u64(0),
            capacity: Capacity {
                tracks: TRACKS * times,
                desks: DESKS * times,
                berths: BERTHS * times,
                slot: SLOT / u64::from(times),
            },
            gap: Exp::new(f64::from(times) / minutes(80.0)).expect(SOUND),
            running: LogNormal::from_mean_cv(minutes(600.0), 0.15).expect(SOUND),
            clearing: LogNormal::from_mean_cv(minutes(90.0), 0.6).expect(SOUND),
            reloading: Gamma::new(shape, minutes(60.0) / shape).expect(SOUND),
            arrived_at: Vec::with_capacity(256),
            gone: Vec::with_capacity(256),
            on_the_line: VecDeque::with_capacity(256),
            for_a_desk: VecDeque::with_capacity(16),
            for_a_berth: VecDeque::with_capacity(16),
            for_the_slot: VecDeque::with_capacity(64),
            tracks: 0,
            desks: 0,
            berths: 0,
            slot_is_free: true,
            is_over: false,
            times: Vec::with_capacity(8_192),
        }
    }
}

impl Corridor {
    #[inline]
    fn enter(&mut self, now: u64, train: u32, later: &mut impl FnMut(u64, u32)) {
        if self.desks > 0 {
            self.desks -= 1;
            self.clear(now, train, later);
        } else {
            self.for_a_desk.push_back(train);
        }
    }

    #[inline]
    fn clear(&mut self, now: u64, train: u32, later: &mut impl FnMut(u64, u32)) {
        let time = self.clearing.sample(&mut self.draws) as u64;
        later(opens_at(now) + time, train << 3 | CLEARED);
    }

    #[inline]
    fn reload(&mut self, now: u64, train: u32, later: &mut impl FnMut(u64, u32)) {
        let time = self.reloading.sample(&mut self.draws) as u64;
        later(now + time, train << 3 | RELOADED);
        // Its receiving track is free now.
        match self.on_the_line.pop_front() {
            Some(next) => self.enter(now, next, later),
            None => self.tracks += 1,
        }
    }

    #[inline]
    fn depart(&mut self, now: u64, later: &mut impl FnMut(u64, u32)) {
        later(now + self.gap.sample(&mut self.draws) as u64, DEPARTS);
        let train = self.gone.pop().unwrap_or_else(|| {
            self.arrived_at.push(0);
            self.arrived_at.len() as u32 - 1
        });
        later(now + self.running.sample(&mut self.draws) as u64, train << 3 | ARRIVES);
    }
}

impl Work for Corridor {
    fn begin(&mut self, seed: u64, later: &mut impl FnMut(u64, u32)) {
        self.draws = Xoshiro256PlusPlus::seed_from_u64(seed);
        self.arrived_at.clear();
        self.gone.clear();
        for queue in [
            &mut self.on_the_line,
            &mut self.for_a_desk,
            &mut self.for_a_berth,
            &mut self.for_the_slot,
        ] {
            queue.clear();
        }
        let Capacity { tracks, desks, berths, .. } = self.capacity;
        (self.tracks, self.desks, self.berths) = (tracks, desks, berths);
        (self.slot_is_free, self.is_over) = (true, false);
        self.times.clear();
        later(YEAR, IS_OVER);
        later(self.gap.sample(&mut self.draws) as u64, DEPARTS);
    }

    #[inline]
    fn happen(&mut self, now: u64, event: u32, later: &mut impl FnMut(u64, u32)) -> bool {
        if self.is_over {
            return false;
        }
        let train = event >> 3;
        match event & 7 {
            DEPARTS => self.depart(now, later),
            ARRIVES => {
                self.arrived_at[train as usize] = now;
                if self.tracks > 0 {
                    self.tracks -= 1;
                    self.enter(now, train, later);
                } else {
                    self.on_the_line.push_back(train);
                }
            }
            CLEARED => {
                match self.for_a_desk.pop_front() {
                    Some(next) => self.clear(now, next, later),
                    None => self.desks += 1,
                }
                if self.berths > 0 {
                    self.berths -= 1;
                    self.reload(now, train, later);
                } else {
                    self.for_a_berth.push_back(train);
                }
            }
            RELOADED => {
                match self.for_a_berth.pop_front() {
                    Some(next) => self.reload(now, next, later),
                    None => self.berths += 1,
                }
                if self.slot_is_free {
                    self.slot_is_free = false;
                    later(now + self.capacity.slot, train << 3 | LEAVES);
                } else {
                    self.for_the_slot.push_back(train);
                }
            }
            LEAVES => {
                self.times.push(now - self.arrived_at[train as usize]);
                self.gone.push(train);
                match self.for_the_slot.pop_front() {
                    Some(next) => later(now + self.capacity.slot, next << 3 | LEAVES),
                    None => self.slot_is_free = true,
                }
            }
            _ => self.is_over = true,
        }
        self.is_over
    }

    fn outcome(&mut self) -> Outcome {
        Outcome::of(&mut self.times, MINUTE as f64)
    }
}
