//! Replications of one model on every core: `Model` -replicate-> `Results`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc;

use super::goal::Sequential;
use super::measures::{Measures, measure};
use super::results::Results;
use super::summarise::Summary;
use crate::model::Model;
use crate::observe::Fault;
use crate::railway::{Ended, Simulator};

/// How often a model is run, and how.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Replications, at least 1; with `until` the fewest.
    pub replications: u32,
    /// Go on until measures are known well enough.
    pub until: Option<Sequential>,
    /// The seed of every stream.
    pub seed: u64,
    /// Level of the intervals.
    pub confidence: f64,
    /// Of how many replications, from the first, full records are kept.
    pub records: u32,
    /// Threads, at least 1.
    pub threads: usize,
    /// The most events of one replication.
    pub event_limit: u64,
}

impl Plan {
    /// The most replications that it may come to.
    #[must_use]
    pub fn most(&self) -> u32 {
        let most = self.until.as_ref().map_or(0, |until| until.at_most);
        self.replications.max(most)
    }
}

/// Why a set of replications did not come to results.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReplicateError {
    /// A replication broke an exact law of the model.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// A replication ended before its time.
    #[error("replication {replication} did not reach its end")]
    Ended {
        /// Its number.
        replication: u32,
        /// How it ended.
        ended: Ended,
    },
    /// It was stopped before the first replication was finished.
    #[error("stopped before the first replication was finished")]
    Stopped,
    /// The threads could not be started.
    #[error("the threads could not be started: {0}")]
    Threads(String),
}

/// What came of a replication.
type Outcome = Result<Measures, ReplicateError>;

/// Finished replications with their numbers, on their way from who ran them to who sums them up.
type HandedIn = Vec<(u32, Outcome)>;

/// A worker hands in what it has finished after so many events, some 20 to 40 ms: soon enough for anyone who watches, and seldom enough that
/// it costs nothing to wake up the one who sums up.
const HAND_IN_AFTER: u64 = 400_000;

/// Runs the replications and sums them up. `each` sees every finished replication, in order of its number;
/// when `stop` is set, those that are finished count.
///
/// The results are the same bits on any number of threads: each replication depends on its number alone, and
/// they are summed up in order. Whether measures are known well enough is asked in that order too; what other threads
/// ran beyond is thrown away.
///
/// # Errors
/// The first replication, in order, that broke a law or ended before its time.
pub fn replicate(model: &Model, plan: &Plan, stop: &AtomicBool, mut each: impl FnMut(&Measures)) -> Result<Results, ReplicateError> {
    let threads = plan.threads.clamp(1, plan.most().max(1) as usize);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|e| ReplicateError::Threads(e.to_string()))?;
    let next = AtomicU32::new(1);
    // Ends the other workers; whether the caller wants to stop stays the caller's own.
    let halt = AtomicBool::new(false);
    let stopped = || stop.load(Ordering::Relaxed) || halt.load(Ordering::Relaxed);
    // Each worker takes the next number, so that finished ones come nearly in order and few need to wait.
    let (sender, receiver) = mpsc::sync_channel::<HandedIn>(2 * threads);
    pool.in_place_scope(|scope| {
        for _ in 0..threads {
            let sender = sender.clone();
            let (next, stopped) = (&next, &stopped);
            scope.spawn(move |_| work(model, plan, next, stopped, &sender));
        }
        drop(sender);
        let outcome = collect(model, plan, receiver, &mut each);
        halt.store(true, Ordering::Relaxed);
        outcome
    })
}

fn work(model: &Model, plan: &Plan, next: &AtomicU32, stopped: &impl Fn() -> bool, sender: &mpsc::SyncSender<HandedIn>) {
    let mut simulator = Simulator::new(model);
    let (mut finished, mut events) = (HandedIn::new(), 0);
    while !stopped() {
        let replication = next.fetch_add(1, Ordering::Relaxed);
        if replication > plan.most() {
            break;
        }
        let outcome = run_one(model, plan, &mut simulator, replication);
        events += outcome.as_ref().map_or(HAND_IN_AFTER, |measures| measures.events);
        finished.push((replication, outcome));
        if events >= HAND_IN_AFTER {
            events = 0;
            if sender.send(std::mem::take(&mut finished)).is_err() {
                return;
            }
        }
    }
    // Where nobody takes it any more, it is not wanted.
    let _ = sender.send(finished);
}

fn run_one(model: &Model, plan: &Plan, simulator: &mut Simulator<'_>, replication: u32) -> Outcome {
    let (ended, seen) = simulator.run(plan.seed, replication, replication <= plan.records, plan.event_limit)?;
    match ended {
        Ended::Finished => Ok(measure(model, seen)),
        ended => Err(ReplicateError::Ended { replication, ended }),
    }
}

/// Takes the receiver, so that whoever still has an outcome to hand in when it returns is not left waiting.
fn collect(
    model: &Model,
    plan: &Plan,
    receiver: mpsc::Receiver<HandedIn>,
    each: &mut impl FnMut(&Measures),
) -> Result<Results, ReplicateError> {
    let mut summary = Summary::new(model, plan.confidence);
    let mut early: BTreeMap<u32, Outcome> = BTreeMap::new();
    let mut expected = 1;
    'outcomes: for handed_in in receiver {
        early.extend(handed_in);
        while let Some(outcome) = early.remove(&expected) {
            expected += 1;
            match outcome {
                Ok(measures) => {
                    each(&measures);
                    summary.add(measures);
                    if expected > plan.replications && summary.knows_enough(plan) {
                        break 'outcomes;
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }
    if expected == 1 {
        Err(ReplicateError::Stopped)
    } else {
        Ok(summary.results(model, plan))
    }
}
