//! The story of one train, step by step: what it did, what it waited for, and who was before it.

use serde::Serialize;

use crate::model::Model;
use crate::observe::{Activity, ActivityRecord, ReplicationRecords};
use crate::units::{Duration, Instant};

/// How many trains are named.
const NAMED: usize = 4;

/// One activity of a train.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoryStep {
    /// When it began, since the start of the scenario.
    #[serde(serialize_with = "as_hours")]
    pub begins_at: Instant,
    /// How long it took, or was taking at the end of the run.
    #[serde(serialize_with = "duration_as_hours")]
    pub lasted: Duration,
    /// The place, or the line with its direction.
    pub at: String,
    /// What it was.
    pub activity: Activity,
    /// Of a wait: trains that waited there for the same when it began, the longest first.
    pub before_it: Trains,
    /// Of a wait: trains that had what it waited for when it began.
    pub in_its_way: Trains,
}

/// Trains, the first few by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Trains {
    /// How many.
    pub count: usize,
    /// The first of them, as flow and number.
    pub first: Vec<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
fn as_hours<S: serde::Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(Duration(at.0).as_hours())
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
fn duration_as_hours<S: serde::Serializer>(lasted: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(lasted.as_hours())
}

/// The position of a train in the records, by its flow and number; of trains formed on the way the first so called.
#[must_use]
pub fn find_train(model: &Model, records: &ReplicationRecords, flow: &str, number: u32) -> Option<usize> {
    let flow = model.flows.iter().position(|f| f.id == flow)?;
    let of_origin = |regrouped: bool| {
        let mut trains = records.trains.iter();
        trains.position(|t| t.flow as usize == flow && t.number == number && t.regrouped == regrouped)
    };
    of_origin(false).or_else(|| of_origin(true))
}

/// Its activities in order, each wait with who was before the train and who had what it waited for, as far as records
/// of activities tell.
#[must_use]
pub fn story(model: &Model, records: &ReplicationRecords, train: usize) -> Vec<StoryStep> {
    let own: Vec<&ActivityRecord> = records.activities.iter().filter(|a| a.train as usize == train).collect();
    let steps = own.iter().enumerate().map(|(i, a)| {
        let (before_it, in_its_way) = if a.activity.is_waiting() {
            let next = own[i + 1..]
                .iter()
                .find(|next| !next.activity.is_waiting())
                .map(|next| next.location);
            (queue(model, records, a), holders(model, records, a, next))
        } else {
            (Trains::default(), Trains::default())
        };
        StoryStep {
            begins_at: a.begins_at,
            lasted: a.ends_at - a.begins_at,
            at: location(model, a.location),
            activity: a.activity,
            before_it,
            in_its_way,
        }
    });
    steps.collect()
}

/// Those that already waited there for the same.
fn queue(model: &Model, records: &ReplicationRecords, wait: &ActivityRecord) -> Trains {
    let same = |a: &&ActivityRecord| a.location == wait.location && a.activity == wait.activity && a.train != wait.train;
    let waits = records.activities.iter().filter(same);
    trains(
        model,
        records,
        waits.filter(|a| a.begins_at < wait.begins_at && wait.begins_at < a.ends_at),
    )
}

/// Those that had what the wait was for: at work there, or on the line or at the place ahead.
fn holders(model: &Model, records: &ReplicationRecords, wait: &ActivityRecord, next: Option<u32>) -> Trains {
    let place = |location: u32| (location as usize) < model.places.len();
    let (location, work): (Option<u32>, &[Activity]) = match wait.activity {
        Activity::DeskBusy => (Some(wait.location), &[Activity::Clearance, Activity::Handling]),
        Activity::InspectionBay => (Some(wait.location), &[Activity::Inspection]),
        Activity::BerthBusy => (
            Some(wait.location),
            &[Activity::Placing, Activity::Lifting, Activity::Withdrawal, Activity::NoWagon],
        ),
        Activity::CraneShort => (Some(wait.location), &[Activity::Lifting]),
        Activity::YardFull => (Some(wait.location), &[Activity::Loading]),
        // Whoever is there holds a track or room, whatever it does or waits for.
        Activity::TrackAheadFull => (next.filter(|next| place(*next)), &Activity::ALL),
        Activity::LineFull | Activity::TrainAhead | Activity::LineSection => (next.filter(|next| !place(*next)), &Activity::ALL),
        _ => (None, &[]),
    };
    let Some(location) = location else {
        return Trains::default();
    };
    let at_it = |a: &&ActivityRecord| {
        let then = a.begins_at <= wait.begins_at && wait.begins_at < a.ends_at;
        then && a.location == location && work.contains(&a.activity) && a.train != wait.train
    };
    trains(model, records, records.activities.iter().filter(at_it))
}

/// The trains of these activities, by begin.
fn trains<'r>(model: &Model, records: &ReplicationRecords, of: impl Iterator<Item = &'r ActivityRecord>) -> Trains {
    let mut of: Vec<&ActivityRecord> = of.collect();
    of.sort_by_key(|a| (a.begins_at, a.train));
    let name = |a: &&ActivityRecord| {
        let train = &records.trains[a.train as usize];
        format!("{}#{}", model.flows[train.flow as usize].id, train.number)
    };
    Trains {
        count: of.len(),
        first: of.iter().take(NAMED).map(name).collect(),
    }
}

/// The name of a place, or of a line with the place it leads to.
fn location(model: &Model, location: u32) -> String {
    let location = location as usize;
    match location.checked_sub(model.places.len()) {
        None => model.places[location].name.clone(),
        Some(lane) => {
            let lane = &model.lanes[lane];
            format!("{} to {}", lane.name, model.places[lane.to as usize].name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::railway::Simulator;
    use crate::{model, scenario};

    /// Trains at 06:00, 06:20 and 06:40 at one desk that takes an hour: the third waits from 06:40 to 08:00, the
    /// second being before it until 07:00 and the first at the desk.
    #[test]
    fn who_was_before_the_third() {
        let text = "title = \"Desk\"\ntime = { start = \"2022-01-03 00:00\", zone = \"UTC\", length = \"1 day\" }\n\
                    gauges.g.width = \"1435 mm\"\n[places.q]\nname = \"Pass\"\n[places.q.clearance.desk]\ntime = \"1 h\"\n\
                    [places.q.procedures.all]\nsteps = [\"clearance.desk\"]\n[flows.f]\nfrom = \"q\"\nto = \"q\"\n\
                    departures.timetable = [{ days = \"daily\", at = [\"06:00\", \"06:20\", \"06:40\"] }]\n";
        let loaded = scenario::parse(text, "desk.toml").unwrap_or_else(|problems| panic!("{problems}"));
        let model = model::compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{problems:?}"));
        let mut simulator = Simulator::new(&model);
        let (_, seen) = simulator.run(1, 1, true, 1_000).unwrap_or_else(|fault| panic!("{fault}"));
        let records = seen.records.as_ref().expect("they are kept");
        let third = find_train(&model, records, "f", 3).expect("it came");
        let told: Vec<String> = story(&model, records, third)
            .iter()
            .map(|step| {
                let (before, way) = (step.before_it.first.join(" "), step.in_its_way.first.join(" "));
                format!(
                    "{} {} {} {} [{before}] [{way}]",
                    step.begins_at,
                    step.lasted,
                    step.at,
                    step.activity.word()
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "0 d 06:40 1 h 20 min Pass desk_busy [f#2] [f#1]",
                "0 d 08:00 1 h Pass clearance [] []",
            ]
        );
        assert_eq!(find_train(&model, records, "f", 4), None);
        assert_eq!(find_train(&model, records, "g", 1), None);
    }
}
