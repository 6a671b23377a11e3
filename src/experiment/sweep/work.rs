//! Runs of a plan on every core: `Plan` -work-> `Row`s.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use super::plan::Plan;
use super::row::{Row, Status};
use crate::experiment::stall::stall_report;
use crate::experiment::{measure, names};
use crate::model::Model;
use crate::railway::{Ended, Simulator};
use crate::units::Instant;

/// A run: the index of the first point with its scenario, and the number of the replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunId {
    /// Index of the point.
    pub point: u32,
    /// From 1.
    pub replication: u32,
}

/// Why work on a plan ended early.
#[derive(Debug, thiserror::Error)]
pub enum WorkError<E> {
    /// Who takes the rows could not.
    #[error(transparent)]
    Taker(E),
    /// A point of the plan cannot be read.
    #[error("point {point} of the plan cannot be run: {reason}")]
    Point {
        /// Its number, from 1.
        point: u32,
        /// Why.
        reason: String,
    },
    /// The threads could not be started.
    #[error("the threads could not be started: {0}")]
    Threads(String),
}

type Sent = Result<Row, (u32, String)>;

/// Runs what is listed, in any order, and gives each row to `take` as it comes; ends early when `stop` is set, and then
/// the runs that were begun are finished and given.
///
/// Points and replications are one list. A thread takes a stretch of it within one point, long while much is left and
/// short at the end, so a model is compiled seldom and no core waits for the last point.
///
/// # Errors
/// A point that cannot be read, or the first error of `take`.
pub fn work<E>(
    plan: &Plan,
    list: &[RunId],
    threads: usize,
    stop: &AtomicBool,
    mut take: impl FnMut(Row) -> Result<(), E>,
) -> Result<(), WorkError<E>> {
    let threads = threads.clamp(1, list.len().max(1));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| WorkError::Threads(error.to_string()))?;
    let queue = Queue {
        list,
        next: Mutex::new(0),
        threads,
    };
    let columns: BTreeMap<&str, usize> = plan
        .measures
        .iter()
        .enumerate()
        .map(|(at, measure)| (measure.id.as_str(), at))
        .collect();
    let (sender, receiver) = mpsc::sync_channel::<Sent>(4 * threads);
    let halt = AtomicBool::new(false);
    pool.in_place_scope(|scope| {
        for _ in 0..threads {
            let (sender, queue, columns, halt) = (sender.clone(), &queue, &columns, &halt);
            scope.spawn(move |_| {
                let stopped = || stop.load(Ordering::Relaxed) || halt.load(Ordering::Relaxed);
                while let Some(stretch) = queue.take().filter(|_| !stopped()) {
                    run_stretch(plan, stretch, columns, &stopped, &sender);
                }
            });
        }
        drop(sender);
        let outcome = collect(receiver, &mut take);
        halt.store(outcome.is_err(), Ordering::Relaxed);
        outcome
    })
}

/// What is left to be run.
struct Queue<'l> {
    list: &'l [RunId],
    next: Mutex<usize>,
    threads: usize,
}

impl<'l> Queue<'l> {
    /// The next stretch within one point: a quarter of a fair share of what is left, at most.
    fn take(&self) -> Option<&'l [RunId]> {
        let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let left = &self.list[*next..];
        let point = left.first()?.point;
        let most = (left.len() / (4 * self.threads)).max(1);
        let length = left.iter().take(most).take_while(|run| run.point == point).count();
        *next += length;
        Some(&left[..length])
    }
}

fn collect<E>(receiver: mpsc::Receiver<Sent>, take: &mut impl FnMut(Row) -> Result<(), E>) -> Result<(), WorkError<E>> {
    // On an error the receiver is dropped, so that nobody waits to send.
    for sent in receiver {
        let row = sent.map_err(|(point, reason)| WorkError::Point { point: point + 1, reason })?;
        take(row).map_err(WorkError::Taker)?;
    }
    Ok(())
}

fn run_stretch(
    plan: &Plan,
    stretch: &[RunId],
    columns: &BTreeMap<&str, usize>,
    stopped: &impl Fn() -> bool,
    sender: &mpsc::SyncSender<Sent>,
) {
    let Some(first) = stretch.first() else { return };
    let model = match plan.model(&plan.points[first.point as usize]) {
        Ok(model) => model,
        Err(reason) => {
            let _ = sender.send(Err((first.point, reason)));
            return;
        }
    };
    let places: Vec<Option<usize>> = names(&model).iter().map(|name| columns.get(name.id.as_str()).copied()).collect();
    let mut simulator = Simulator::new(&model);
    for run in stretch {
        // A run that was told to stop is not begun.
        if stopped() {
            return;
        }
        let attempt = catch_unwind(AssertUnwindSafe(|| one(plan, *run, &model, &mut simulator, &places)));
        let row = attempt.unwrap_or_else(|_| {
            simulator = Simulator::new(&model);
            failed(*run, Status::Failed, "the program broke down in this run".to_owned())
        });
        if sender.send(Ok(row)).is_err() {
            return;
        }
    }
}

/// One run by itself.
///
/// # Errors
/// Its point cannot be read.
pub fn run_one(plan: &Plan, run: RunId) -> Result<Row, String> {
    let model = plan.model(&plan.points[run.point as usize])?;
    let columns: BTreeMap<&str, usize> = plan
        .measures
        .iter()
        .enumerate()
        .map(|(at, measure)| (measure.id.as_str(), at))
        .collect();
    let places: Vec<Option<usize>> = names(&model).iter().map(|name| columns.get(name.id.as_str()).copied()).collect();
    Ok(one(plan, run, &model, &mut Simulator::new(&model), &places))
}

fn one(plan: &Plan, run: RunId, model: &Model, simulator: &mut Simulator<'_>, places: &[Option<usize>]) -> Row {
    let (ended, seen) = match simulator.run(plan.seed, run.replication, false, plan.most_events) {
        Ok(outcome) => outcome,
        Err(fault) => return failed(run, Status::Failed, fault.to_string()),
    };
    let at = |at: Instant| model.clock.civil(&model.clock.zone, at).strftime("%Y-%m-%d %H:%M").to_string();
    match ended {
        Ended::Finished => {
            let measures = measure(model, seen);
            let mut values = vec![None; plan.measures.len()];
            for (place, value) in places.iter().zip(&measures.values) {
                if let Some(place) = place {
                    values[*place] = value.filter(|value| value.is_finite());
                }
            }
            Row {
                point: run.point,
                replication: run.replication,
                status: Status::Finished,
                reason: String::new(),
                events: seen.events,
                values,
            }
        }
        Ended::Stalled(stall) => {
            let report = stall_report(model, run.replication, &stall);
            let circle: Vec<&str> = report.circle.iter().map(|link| link.holds.as_str()).collect();
            let circle = if circle.is_empty() {
                String::new()
            } else {
                format!(", in a circle over {}", circle.join(", "))
            };
            let trains = stall.waiting.len();
            failed(
                run,
                Status::Stalled,
                format!("at {}: {trains} trains can never go on{circle}", report.at),
            )
        }
        Ended::LimitReached { at: when } => failed(
            run,
            Status::Limit,
            format!("at {}: more events or trains inside than allowed", at(when)),
        ),
    }
}

fn failed(run: RunId, status: Status, reason: String) -> Row {
    Row {
        point: run.point,
        replication: run.replication,
        status,
        reason,
        events: 0,
        values: Vec::new(),
    }
}
