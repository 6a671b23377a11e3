//! Work on small plans.

use super::tests::built;
use super::*;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

const DESKS: &str = "[factors.desks]\nkey = 'places.pass.clearance.customs.desks'\nvalues = [1, 2, 3]\n";

fn all(plan: &Plan) -> Vec<RunId> {
    let run = |point: u32| (1..=plan.points[point as usize].replications).map(move |replication| RunId { point, replication });
    (0..plan.points.len() as u32).flat_map(run).collect()
}

fn rows(plan: &Plan, threads: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let outcome = work(plan, &all(plan), threads, &AtomicBool::new(false), |row| {
        rows.push(row);
        Ok::<(), String>(())
    });
    assert!(outcome.is_ok(), "{outcome:?}");
    rows.sort_by_key(|row| (row.point, row.replication));
    rows
}

/// Every run once, the same values on any number of threads, alone and together.
#[test]
fn the_same_rows_on_any_number_of_threads() {
    let plan = built(DESKS);
    let one = rows(&plan, 1);
    assert_eq!(one.len(), 9);
    for threads in [2, 3, 8] {
        assert_eq!(rows(&plan, threads), one);
    }
    for row in &one {
        let id = RunId {
            point: row.point,
            replication: row.replication,
        };
        assert_eq!(run_one(&plan, id).as_ref(), Ok(row));
    }
    let completed = plan.measures.iter().position(|m| m.id == "trains_completed").expect("a measure");
    assert!(
        one.iter()
            .all(|row| row.status == Status::Finished && row.values[completed].is_some_and(|n| n > 20.0))
    );
}

#[test]
fn a_run_at_its_limit_is_a_row() {
    let plan = built(&format!("[run]\nmost_events = 10\n{DESKS}"));
    let rows = rows(&plan, 2);
    assert_eq!(rows.len(), 9);
    assert!(
        rows.iter()
            .all(|row| row.status == Status::Limit && row.reason.contains("more events"))
    );
}

/// An error of the taker ends the work, and so does the sign to stop; nothing hangs.
#[test]
fn work_ends_early() {
    let plan = built(&format!("[run]\nreplications = 200\n{DESKS}"));
    let taken = AtomicU32::new(0);
    let outcome = work(&plan, &all(&plan), 2, &AtomicBool::new(false), |_| {
        taken.fetch_add(1, Ordering::Relaxed);
        Err("full")
    });
    assert!(matches!(outcome, Err(WorkError::Taker("full"))));
    assert_eq!(taken.into_inner(), 1);
    let (stop, mut taken) = (AtomicBool::new(false), 0);
    let outcome = work(&plan, &all(&plan), 2, &stop, |_| {
        taken += 1;
        stop.store(true, Ordering::Relaxed);
        Ok::<(), String>(())
    });
    assert!(outcome.is_ok() && taken < 100, "{taken}");
}
