//! Parts on disk, an index over them, and the table made of them.

use std::fs;
use std::path::Path;

use super::*;
use crate::experiment::sweep::{Plan, RunId, Status, run_one};
use crate::report::tables::{Table, Values};

fn plan(desks: &str, replications: u32) -> Plan {
    crate::experiment::sweep::tests::built(&format!(
        "[run]\nreplications = {replications}\n[factors.desks]\nkey = 'places.pass.clearance.customs.desks'\nvalues = {desks}\n"
    ))
}

fn measures(plan: &Plan) -> Vec<String> {
    plan.measures.iter().map(|measure| measure.id.clone()).collect()
}

fn row(plan: &Plan, point: u32, replication: u32) -> StoredRow {
    StoredRow::new(plan, run_one(plan, RunId { point, replication }).expect("it runs"))
}

fn part(plan: &Plan, runs: &[(u32, u32)]) -> Part {
    let rows = runs.iter().map(|(point, replication)| row(plan, *point, *replication)).collect();
    Part::new("some plan", plan.results_version, None, measures(plan), rows)
}

fn merged(plan: &Plan, parts: &[Part]) -> Result<Vec<u8>, StoreError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Parts::create(&folder.path().join("parts")).expect("writable");
    let mut index = Index::new(plan);
    for (number, part) in parts.iter().enumerate() {
        let path = store.publish(&format!("{number}.parquet"), part).expect("writable");
        index.add(&path, part)?;
    }
    let mut bytes = Vec::new();
    merge(&index, &mut bytes)?;
    Ok(bytes)
}

#[test]
fn a_part_survives_and_is_the_same_bytes() {
    let plan = plan("[1, 2]", 2);
    let mut part = part(&plan, &[(1, 2), (0, 1)]);
    part.rows[0].status = Status::Stalled;
    part.rows[0].reason = "nothing could happen".into();
    part.rows[0].values = Vec::new();
    let part = Part::new("some plan", 1, Some((3, 8)), part.measures, part.rows);
    let bytes = part.encode().expect("memory");
    assert_eq!(bytes, part.encode().expect("memory"));
    let read = Part::decode(bytes).expect("a part");
    assert_eq!(read.facts, part.facts);
    assert_eq!(read.rows.len(), 2);
    let stalled = read.rows.iter().find(|row| row.status == Status::Stalled).expect("it is there");
    assert!(&*stalled.reason == "nothing could happen" && stalled.values.iter().all(Option::is_none));
    assert!(read.belongs_to("some plan", 1).is_ok());
    assert!(matches!(read.belongs_to("another", 1), Err(PartFault::OtherPlan(_))));
    assert!(matches!(read.belongs_to("some plan", 2), Err(PartFault::OtherVersion(1))));
}

/// A part that was cut, or whose rows were changed behind its back, is told by its name; so is what is no part.
#[test]
fn damaged_parts_are_refused_by_name() {
    let plan = plan("[1]", 3);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Parts::create(folder.path()).expect("writable");
    let whole = part(&plan, &[(0, 1), (0, 2)]);
    let path = store.publish("a.parquet", &whole).expect("writable");
    assert_eq!(Parts::read(&path).expect("whole").facts, whole.facts);
    let bytes = fs::read(&path).expect("there");
    fs::write(&path, &bytes[..bytes.len() * 2 / 3]).expect("writable");
    let said = Parts::read(&path).expect_err("cut").to_string();
    assert!(
        said.contains("a.parquet: this part is damaged") && said.contains("remove this file"),
        "{said}"
    );
    let mut other = whole.clone();
    other.rows[0].events += 1;
    fs::write(&path, other.encode().expect("memory")).expect("writable");
    assert!(matches!(
        Parts::read(&path),
        Err(StoreError::Part {
            fault: PartFault::OtherRows,
            ..
        })
    ));
    let mut bytes = Vec::new();
    Table::new("x").integer("n", [1_i64]).write_parquet(&mut bytes).expect("memory");
    fs::write(&path, bytes).expect("writable");
    assert!(matches!(
        Parts::read(&path),
        Err(StoreError::Part {
            fault: PartFault::NotAPart,
            ..
        })
    ));
}

#[test]
fn one_process_at_a_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lock = Lock::take(folder.path()).expect("free");
    assert!(matches!(Lock::take(folder.path()), Err(StoreError::Locked(_))));
    drop(lock);
    let lock = Lock::take(folder.path()).expect("free again");
    fs::write(folder.path().join(".unfinished-x"), b"half").expect("writable");
    let parts = Parts::open(folder.path());
    assert_eq!(
        parts.list().expect("readable"),
        Vec::<std::path::PathBuf>::new(),
        "half a file is no part"
    );
    parts.sweep_up(&lock).expect("writable");
    assert!(!folder.path().join(".unfinished-x").exists());
}

/// What cannot be published leaves nothing and says which file it was to be.
#[test]
fn a_folder_that_takes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let blocked = folder.path().join("blocked");
    fs::write(&blocked, b"a file, where a folder is wanted").expect("writable");
    let said = publish(&blocked.join("a.parquet"), b"x").expect_err("no folder").to_string();
    assert!(said.contains("a.parquet: cannot write"), "{said}");
    let said = Lock::take(&blocked).expect_err("no folder").to_string();
    assert!(said.contains("cannot create the folder"), "{said}");
    let failed = publish_with(&folder.path().join("b"), |_| {
        Err::<(), _>(StoreError::Locked(folder.path().to_owned()))
    });
    assert!(failed.is_err());
    assert_eq!(
        fs::read_dir(folder.path()).expect("readable").count(),
        1,
        "nothing is left of what failed"
    );
}

/// The table is the same bytes however its rows are spread over parts, and with some there twice.
#[test]
fn the_table_does_not_know_how_it_was_made() {
    let plan = crate::experiment::sweep::tests::built(
        "[run]\nreplications = 2\n[factors.desks]\nlevels = [{ name = 'one' }, { name = 'two', set = { places.pass.clearance.customs.desks = 2 } }, { name = 'uno' }]",
    );
    // The third point is the first again: its runs are the same.
    let runs = [(0, 1), (0, 2), (1, 1), (1, 2)];
    let one = merged(&plan, &[part(&plan, &runs)]).expect("complete");
    let two = merged(
        &plan,
        &[part(&plan, &[runs[3], runs[0]]), part(&plan, &[runs[2], runs[1], runs[0]])],
    )
    .expect("complete");
    assert!(one == two);
    let (table, _) = Table::read_parquet("runs", one).expect("a table");
    assert_eq!(table.rows(), 6);
    let points: Vec<String> = (0..6).map(|row| table.values("point").expect("a column").field(row)).collect();
    assert_eq!(points, ["1", "1", "2", "2", "3", "3"]);
    assert!(matches!(table.values("factor.desks"), Some(Values::Text(v)) if v[4].as_deref() == Some("uno")));
    assert_eq!(
        table.values("trains_completed").expect("a column").field(0),
        table.values("trains_completed").expect("a column").field(4)
    );
}

#[test]
fn what_is_missing_and_what_differs() {
    let plan = plan("[1, 2]", 2);
    let error = merged(&plan, &[part(&plan, &[(0, 1), (1, 2)])])
        .expect_err("incomplete")
        .to_string();
    assert_eq!(
        error,
        "2 of the 4 runs of the plan are not there, the first of them replication 2 of point 1"
    );
    let mut other = part(&plan, &[(0, 1)]);
    other.rows[0].events += 1;
    let other = Part::new("some plan", 1, None, other.measures, other.rows);
    let error = merged(&plan, &[part(&plan, &[(0, 1)]), other]).expect_err("another result");
    assert!(
        error
            .to_string()
            .contains("hold the same run, replication 1 of point 1, with other results"),
        "{error}"
    );
}

/// More points and more replications need only what is not there; rows of other seeds are of no use.
#[test]
fn rows_serve_every_plan_that_asks_for_them() {
    let small = plan("[1, 2]", 2);
    let kept = part(&small, &[(0, 1), (0, 2), (1, 1), (1, 2)]);
    let missing = |plan: &Plan| {
        let mut index = Index::new(plan);
        let used = index.add(Path::new("a.parquet"), &kept).expect("sound");
        (
            used,
            index.missing().iter().map(|run| (run.point, run.replication)).collect::<Vec<_>>(),
        )
    };
    assert_eq!(missing(&small), (4, vec![]));
    assert_eq!(missing(&plan("[3, 2, 1]", 3)), (4, vec![(0, 1), (0, 2), (0, 3), (1, 3), (2, 3)]));
    let mut other = small.clone();
    other.seed += 1;
    assert_eq!(missing(&other).0, 0);
}
