//! Hand-computed traces: a scenario as text, its first replication as a log to compare with one written by hand.

use super::{Ended, Simulator};
use crate::model::{self, Model};
use crate::observe::{Activity, Fault, Observations};
use crate::scenario;

/// The log of the first replication: a line `FLOW#NUMBER  LOCATION  ACTIVITY  BEGIN - END` per activity, in order
/// of train, then time; a line `FLOW#NUMBER  left TIME` for each train that left, or `dissolved`. A train that was
/// formed on the way is `FLOW*NUMBER`.
pub(super) fn log(toml: &str) -> String {
    let (ended, lines) = run(toml);
    assert_eq!(ended, Ended::Finished);
    lines.join("\n")
}

/// What is read from the first replication, which must finish.
pub(super) fn observed<T>(toml: &str, read: impl FnOnce(&Observations) -> T) -> T {
    simulated(toml, (1, true), |_, ended, seen| {
        assert_eq!(ended, Ended::Finished);
        read(seen)
    })
    .unwrap_or_else(|fault| panic!("{fault}"))
}

/// What a replication was seen to do, without records.
pub(super) fn seen(toml: &str, replication: u32) -> Result<Observations, Fault> {
    simulated(toml, (replication, false), |_, _, seen| seen.clone())
}

/// How the first replication ended, and its log line by line. Without records it must end with the same ledger.
pub(super) fn run(toml: &str) -> (Ended, Vec<String>) {
    let with = |keep| {
        simulated(toml, (1, keep), |model, ended, seen| {
            let lines = if keep { lines(model, seen) } else { Vec::new() };
            ((ended, ledger(seen)), lines)
        })
        .unwrap_or_else(|fault| panic!("{fault}"))
    };
    let (with_records, lines) = with(true);
    assert_eq!(with_records, with(false).0, "the ledger without records");
    (with_records.0, lines)
}

/// Every account of the time ledger, by location and activity, and what trains waited in all.
pub(super) fn ledger(seen: &Observations) -> Vec<i64> {
    let locations = 0..seen.waiting.len();
    let accounts = locations.flat_map(|at| Activity::ALL.iter().map(move |activity| seen.account(at, *activity)));
    accounts.chain(seen.flows.iter().map(|flow| flow.waiting)).collect()
}

/// What is read from the model of a scenario.
pub(super) fn with_model<T>(toml: &str, read: impl FnOnce(&Model) -> T) -> T {
    let loaded = scenario::parse(toml, "trace.toml").unwrap_or_else(|problems| panic!("{problems}"));
    read(&model::compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{problems:?}")))
}

/// What is read from a replication of a scenario, by its number and whether records are kept.
fn simulated<T>(toml: &str, (replication, keep): (u32, bool), read: impl FnOnce(&Model, Ended, &Observations) -> T) -> Result<T, Fault> {
    with_model(toml, |model| {
        let mut simulator = Simulator::new(model);
        let (ended, seen) = simulator.run(1, replication, keep, 10_000_000)?;
        Ok(read(model, ended, seen))
    })
}

fn lines(model: &Model, seen: &Observations) -> Vec<String> {
    let records = seen.records.as_ref().expect("records are kept");
    let location = |ix: u32| {
        let sites = model.sites.len();
        model.sites.get(ix as usize).map_or_else(
            || {
                let lane = &model.lanes[ix as usize - sites];
                format!("{}>{}", lane.line, model.places[lane.to as usize].id)
            },
            |site| model.places[site.place as usize].id.clone(),
        )
    };
    let mut lines: Vec<(u32, i64, String)> = Vec::new();
    let name = |train: u32| {
        let t = &records.trains[train as usize];
        let mark = if t.regrouped { '*' } else { '#' };
        format!("{}{mark}{}", model.flows[t.flow as usize].id, t.number)
    };
    for a in &records.activities {
        let line = format!(
            "{}  {}  {}  {} - {}",
            name(a.train),
            location(a.location),
            a.activity.word(),
            a.begins_at,
            a.ends_at
        );
        lines.push((a.train, a.begins_at.0, line));
    }
    for (train, t) in (0..).zip(&records.trains) {
        if let Some(at) = t.left_at {
            let word = if t.dissolved { "dissolved" } else { "left" };
            lines.push((train, i64::MAX, format!("{}  {word} {at}", name(train))));
        }
    }
    lines.sort();
    lines.into_iter().map(|(.., line)| line).collect()
}

#[cfg(test)]
mod tests {
    /// One place, one desk, an hour each, two trains half an hour apart.
    #[test]
    fn two_trains_at_one_desk() {
        let log = super::log(
            r#"
            title = "one desk"
            [time]
            start = "2022-01-03 00:00"
            zone = "Asia/Shanghai"
            length = "1 day"
            [gauges.standard]
            width = "1435 mm"
            [places.pass.clearance.customs]
            time = "60 min"
            [places.pass.procedures.all]
            steps = ["clearance.customs"]
            [flows.f]
            from = "pass"
            to = "pass"
            [flows.f.departures]
            timetable = [{ days = "daily", at = ["06:00", "06:30"] }]
            "#,
        );
        let expected = "f#1  pass  clearance  0 d 06:00 - 0 d 07:00\n\
                        f#1  left 0 d 07:00\n\
                        f#2  pass  desk_busy  0 d 06:30 - 0 d 07:00\n\
                        f#2  pass  clearance  0 d 07:00 - 0 d 08:00\n\
                        f#2  left 0 d 08:00";
        assert_eq!(log, expected);
    }
}
