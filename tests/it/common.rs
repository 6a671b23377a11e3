//! From text to model to records, and records as lines of text.

use landbridge::model::{Model, compile};
use landbridge::observe::{ReplicationRecords, TrainRecord};
use landbridge::railway::{Ended, Simulator};
use landbridge::scenario;

/// The seed of tests; any number serves.
pub const SEED: u64 = 2022;
/// More events than any test needs.
pub const EVENT_LIMIT: u64 = 1_000_000_000;

/// The model of a scenario text, or a panic with its problems drawn.
pub fn model(text: &str) -> Model {
    let loaded = scenario::parse(text, "test.toml").unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
}

/// The records of one replication, which must reach its end.
pub fn records(model: &Model, replication: u32) -> ReplicationRecords {
    let mut simulator = Simulator::new(model);
    let (ended, seen) = simulator
        .run(SEED, replication, true, EVENT_LIMIT)
        .unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(ended, Ended::Finished);
    seen.records.clone().expect("they were asked for")
}

/// Where a train can be: the id of the place, or of the line with the place to which it leads.
pub fn location(model: &Model, index: u32) -> String {
    let index = index as usize;
    match index.checked_sub(model.sites.len()) {
        None => model.places[model.sites[index].place as usize].id.clone(),
        Some(lane) => {
            let lane = &model.lanes[lane];
            format!("{}>{}", lane.line, model.places[lane.to as usize].id)
        }
    }
}

/// A train as flow and number.
pub fn train_name(model: &Model, train: &TrainRecord) -> String {
    format!("{}#{}", model.flows[train.flow as usize].id, train.number)
}

/// One line an activity, in order of begin, then of train: `f#1 dostyk lifting 0 d 08:00 - 0 d 09:00`.
pub fn log(model: &Model, records: &ReplicationRecords) -> Vec<String> {
    let mut rows: Vec<_> = records
        .activities
        .iter()
        .map(|a| {
            let train = train_name(model, &records.trains[a.train as usize]);
            (a.begins_at, train, a.ends_at, location(model, a.location), a.activity.word())
        })
        .collect();
    rows.sort();
    rows.into_iter()
        .map(|(begin, train, end, place, activity)| format!("{train} {place} {activity} {begin} - {end}"))
        .collect()
}

/// SHA-256 in hexadecimal.
pub fn sha256_of(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    landbridge::experiment::sweep::hexadecimal(&Sha256::digest(bytes))
}
