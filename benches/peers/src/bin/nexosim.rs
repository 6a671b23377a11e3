//! The works in nexosim: one model that schedules its own events, on one thread. `nexosim w1|w2 AMOUNT`
//!
//! A tick is a nanosecond of its clock. A model lives in the simulation and cannot be had back, so it leaves its outcome outside.

use std::sync::Mutex;
use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::simulation::{Mailbox, SimInit};
use nexosim::time::MonotonicTime;
use peers::corridor::Corridor;
use peers::queue::Queue;
use peers::{Outcome, Task, Work, report, task};
use serde::{Deserialize, Serialize};

static OUTCOME: Mutex<Option<Outcome>> = Mutex::new(None);

fn ticks(time: MonotonicTime) -> u64 {
    time.as_secs() as u64 * 1_000_000_000 + u64::from(time.subsec_nanos())
}

/// A model of a piece of work; they differ in its type only, which the attribute does not take as a parameter.
macro_rules! model {
    ($name:ident, $work:ty) => {
        #[derive(Serialize, Deserialize)]
        struct $name {
            work: $work,
            seed: u64,
        }

        #[Model]
        impl $name {
            #[nexosim(init)]
            async fn init(&mut self, context: &Context<Self>) {
                let seed = self.seed;
                self.work.begin(seed, &mut |at, event| Self::schedule(context, at, event));
            }

            #[nexosim(schedulable)]
            fn happen(&mut self, event: u32, context: &Context<Self>) {
                let now = ticks(context.time());
                let schedule = &mut |at: u64, event| Self::schedule(context, at - now, event);
                if self.work.happen(now, event, schedule) {
                    *OUTCOME.lock().unwrap() = Some(self.work.outcome());
                }
            }

            fn schedule(context: &Context<Self>, delay: u64, event: u32) {
                let delay = Duration::from_nanos(delay.max(1));
                context.schedule_event(delay, schedulable!(Self::happen), event).unwrap();
            }
        }
    };
}

model!(QueueModel, Queue);
model!(CorridorModel, Corridor);

macro_rules! run {
    ($model:expr) => {{
        let start = SimInit::with_num_threads(1).add_model($model, Mailbox::new(), "work");
        start.init(MonotonicTime::EPOCH).unwrap().run().unwrap();
        OUTCOME.lock().unwrap().take().unwrap()
    }};
}

fn main() {
    match task() {
        Task::W1(customers) => report(1, |seed| {
            run!(QueueModel {
                work: Queue::new(customers),
                seed
            })
        }),
        Task::W2(replications, times) => report(replications, |seed| {
            run!(CorridorModel {
                work: Corridor::new(times),
                seed
            })
        }),
    }
}
