//! W1: one server, a queue, and exponential times.

use std::collections::VecDeque;

use rand_distr::{Distribution, Exp};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

use crate::{Outcome, Work};

const TICKS_A_MINUTE: f64 = 1_048_576.0;
const ARRIVAL: u32 = 0;
const END: u32 = 1;

/// The state of the system.
#[derive(Serialize, Deserialize)]
pub struct Queue {
    draws: Xoshiro256PlusPlus,
    gap: Exp<f64>,
    service: Exp<f64>,
    customers: u64,
    arrived: u64,
    /// When those in the system came; the first is being served.
    inside: VecDeque<u64>,
    served: u64,
    time_in_system: u64,
}

impl Queue {
    /// For so many customers.
    pub fn new(customers: u64) -> Self {
        let rate = |a_minute: f64| Exp::new(a_minute / TICKS_A_MINUTE).expect("it is positive");
        Self {
            draws: Xoshiro256PlusPlus::seed_from_u64(0),
            gap: rate(0.9),
            service: rate(1.0),
            customers,
            arrived: 0,
            inside: VecDeque::with_capacity(1024),
            served: 0,
            time_in_system: 0,
        }
    }
}

impl Work for Queue {
    fn begin(&mut self, seed: u64, later: &mut impl FnMut(u64, u32)) {
        self.draws = Xoshiro256PlusPlus::seed_from_u64(seed);
        self.inside.clear();
        (self.arrived, self.served, self.time_in_system) = (0, 0, 0);
        later(self.gap.sample(&mut self.draws) as u64, ARRIVAL);
    }

    #[inline]
    fn happen(&mut self, now: u64, event: u32, later: &mut impl FnMut(u64, u32)) -> bool {
        if event == ARRIVAL {
            self.arrived += 1;
            if self.arrived < self.customers {
                later(now + self.gap.sample(&mut self.draws) as u64, ARRIVAL);
            }
            self.inside.push_back(now);
            if self.inside.len() > 1 {
                return false;
            }
        } else {
            self.served += 1;
            self.time_in_system += now - self.inside.pop_front().unwrap_or(now);
            if self.inside.is_empty() {
                return self.served == self.customers;
            }
        }
        later(now + self.service.sample(&mut self.draws) as u64, END);
        false
    }

    fn outcome(&mut self) -> Outcome {
        Outcome {
            through: self.served as usize,
            mean: self.time_in_system as f64 / self.served as f64 / TICKS_A_MINUTE,
            p95: f64::NAN,
        }
    }
}
