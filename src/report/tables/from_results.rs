//! The tables of a results folder.

use std::sync::Arc;

use super::Table;
use crate::experiment::results::{ActivityRecord, Band, DailyTrains, ReplicationRecords, Results, TrainRecord};
use crate::observe::Activity;
use crate::report::calendar::Calendar;
use crate::stats::Estimate;
use crate::units::{Instant, millis_as_hours};

/// Every table, in reading order.
#[must_use]
pub fn all(results: &Results) -> Vec<Table> {
    vec![
        measures(results),
        ledger(results),
        queues(results),
        daily(results),
        trains(results),
        activities(results),
    ]
}

/// A row per measure; a measure without a value has empty fields.
#[must_use]
pub fn measures(results: &Results) -> Table {
    let m = &results.measures;
    let each = |f: fn(&Estimate) -> Option<f64>| m.iter().map(move |m| m.estimate.as_ref().and_then(f));
    Table::new("measures")
        .text("id", m.iter().map(|m| m.id.as_str()))
        .text("label", m.iter().map(|m| m.label.as_str()))
        .text("unit", m.iter().map(|m| &*m.unit))
        .integer("n", m.iter().map(|m| m.estimate.map_or(0, |e| e.n)))
        .nullable_float("mean", each(|e| Some(e.mean)))
        .nullable_float("half_width", each(|e| e.half_width))
        .nullable_float("sd", each(|e| e.sd))
        .nullable_float("min", each(|e| Some(e.min)))
        .nullable_float("max", each(|e| Some(e.max)))
}

/// Whether an activity is `running`, `service` or `waiting`.
pub(crate) const fn kind(activity: Activity) -> &'static str {
    match activity {
        Activity::Running => "running",
        a if a.is_waiting() => "waiting",
        _ => "service",
    }
}

/// A row per location and activity.
#[must_use]
pub fn ledger(results: &Results) -> Table {
    let ids = Ids::of(results);
    let l = &results.ledger;
    Table::new("ledger")
        .text("location", l.iter().map(|e| ids.location(e.location)))
        .text("name", l.iter().map(|e| results.locations.get(e.location).map_or("", |l| &l.name)))
        .text("activity", l.iter().map(|e| e.activity.word()))
        .text("kind", l.iter().map(|e| kind(e.activity)))
        .float("total_mean_hours", l.iter().map(|e| e.total_hours.mean))
        .nullable_float("total_half_width_hours", l.iter().map(|e| e.total_hours.half_width))
        .float("per_train_mean_hours", l.iter().map(|e| e.hours_per_train.mean))
        .nullable_float("per_train_half_width_hours", l.iter().map(|e| e.hours_per_train.half_width))
}

/// A row per train of the recorded replications.
#[must_use]
pub fn trains(results: &Results) -> Table {
    let ids = Ids::of(results);
    let calendar = Calendar::of(&results.run);
    let t: Vec<(&ReplicationRecords, &TrainRecord)> = results.records.iter().flat_map(|r| r.trains.iter().map(move |t| (r, t))).collect();
    Table::new("trains")
        .integer("replication", t.iter().map(|(r, _)| r.replication))
        .text("flow", t.iter().map(|(_, t)| ids.flow(t.flow)))
        .integer("number", t.iter().map(|(_, t)| t.number))
        .integer("boxes", t.iter().map(|(_, t)| t.boxes))
        .text("created_civil", t.iter().map(|(_, t)| civil(&calendar, t.created_at)))
        .nullable_text("left_civil", t.iter().map(|(_, t)| t.left_at.map(|at| civil(&calendar, at))))
        .integer("created_ms", t.iter().map(|(_, t)| t.created_at.0))
        .nullable_integer("left_ms", t.iter().map(|(_, t)| t.left_at.map(|at| at.0)))
        .float("moving_or_served_hours", t.iter().map(|(_, t)| t.moving_or_served.as_hours()))
        .float("waiting_hours", t.iter().map(|(_, t)| t.waiting.as_hours()))
        .text(
            "formed_at",
            t.iter().map(|(_, t)| if t.regrouped { "regrouping" } else { "origin" }),
        )
        .text("ended", t.iter().map(|(_, t)| ended(t)))
}

/// How a train ended.
fn ended(train: &TrainRecord) -> &'static str {
    match train.left_at {
        None => "inside",
        Some(_) if train.dissolved => "dissolved",
        Some(_) => "left",
    }
}

/// A row per activity of the recorded replications.
#[must_use]
pub fn activities(results: &Results) -> Table {
    let rows: Vec<(&ReplicationRecords, &ActivityRecord)> = results
        .records
        .iter()
        .flat_map(|r| r.activities.iter().map(move |a| (r, a)))
        .collect();
    activity_rows("activities", results, &rows)
}

/// The given activity records, as a table.
pub(crate) fn activity_rows(name: &str, results: &Results, rows: &[(&ReplicationRecords, &ActivityRecord)]) -> Table {
    let ids = Ids::of(results);
    let calendar = Calendar::of(&results.run);
    let train = |(r, a): &(&ReplicationRecords, &ActivityRecord)| r.trains.get(a.train as usize).copied();
    let words: Vec<Arc<str>> = Activity::ALL.iter().map(|a| Arc::from(a.word())).collect();
    Table::new(name)
        .integer("replication", rows.iter().map(|(r, _)| r.replication))
        .nullable_text("flow", rows.iter().map(|r| train(r).map(|t| ids.flow(t.flow))))
        .nullable_integer("number", rows.iter().map(|r| train(r).map(|t| t.number)))
        .text("location", rows.iter().map(|(_, a)| ids.location(a.location as usize)))
        .text("activity", rows.iter().map(|(_, a)| words[a.activity.index()].clone()))
        .text("begin_civil", rows.iter().map(|(_, a)| civil(&calendar, a.begins_at)))
        .integer("begin_ms", rows.iter().map(|(_, a)| a.begins_at.0))
        .integer("end_ms", rows.iter().map(|(_, a)| a.ends_at.0))
        .float(
            "hours",
            rows.iter().map(|(_, a)| millis_as_hours(a.ends_at.0.saturating_sub(a.begins_at.0))),
        )
        .nullable_integer("section", rows.iter().map(|(_, a)| section(results, a)))
}

/// On a line with passing places, the section in order of travel, from 1; a wait is before it.
fn section(results: &Results, activity: &ActivityRecord) -> Option<u32> {
    let location = results.locations.get(activity.location as usize)?;
    (!location.passing.is_empty()).then(|| u32::from(activity.section) + 1)
}

/// A row per place and step of its queue.
#[must_use]
pub fn queues(results: &Results) -> Table {
    let ids = Ids::of(results);
    let calendar = Calendar::of(&results.run);
    let rows: Vec<(usize, Instant, Band)> = results
        .queues
        .iter()
        .flat_map(|q| {
            q.steps
                .iter()
                .enumerate()
                .map(move |(i, b)| (q.place, step_start(q.first, q.step.0, i), *b))
        })
        .collect();
    Table::new("queues")
        .text("place", rows.iter().map(|r| ids.location(r.0)))
        .text("begin_civil", rows.iter().map(|r| civil(&calendar, r.1)))
        .integer("begin_ms", rows.iter().map(|r| r.1.0))
        .float("mean_trains", rows.iter().map(|r| r.2.mean))
        .float("p10_trains", rows.iter().map(|r| r.2.p10))
        .float("p90_trains", rows.iter().map(|r| r.2.p90))
}

/// The begin of a step of a series.
pub(crate) fn step_start(first: Instant, step: i64, index: usize) -> Instant {
    Instant(first.0.saturating_add(step.saturating_mul(index as i64)))
}

/// A row per place and civil day.
#[must_use]
pub fn daily(results: &Results) -> Table {
    let ids = Ids::of(results);
    let limits = |d: &DailyTrains| {
        d.limits
            .iter()
            .map(|(label, limit)| format!("{label}: {limit}"))
            .collect::<Vec<_>>()
            .join("; ")
    };
    let rows: Vec<(&DailyTrains, String, Band)> = results
        .daily
        .iter()
        .flat_map(|d| {
            let days = d.first.series(jiff::Span::new().days(1));
            d.days.iter().zip(days).map(move |(b, day)| (d, day.to_string(), *b))
        })
        .collect();
    Table::new("daily")
        .text("place", rows.iter().map(|r| ids.location(r.0.place)))
        .text("exchange", rows.iter().map(|r| r.0.exchange.as_ref().map_or("", |e| e.0.as_str())))
        .text("day", rows.iter().map(|r| r.1.as_str()))
        .float("mean_trains", rows.iter().map(|r| r.2.mean))
        .float("p10_trains", rows.iter().map(|r| r.2.p10))
        .float("p90_trains", rows.iter().map(|r| r.2.p90))
        .text("limits_trains", rows.iter().map(|r| limits(r.0)))
}

/// An instant as ISO 8601 civil time.
pub(crate) fn civil(calendar: &Calendar, at: Instant) -> String {
    calendar.civil(at).to_string()
}

/// Ids, shared by the rows that name them.
struct Ids {
    locations: Vec<Arc<str>>,
    flows: Vec<Arc<str>>,
}

impl Ids {
    fn of(results: &Results) -> Self {
        Self {
            locations: results.locations.iter().map(|l| Arc::from(l.id.as_str())).collect(),
            flows: results.flows.iter().map(|f| Arc::from(f.id.as_str())).collect(),
        }
    }

    fn location(&self, index: usize) -> Arc<str> {
        self.locations
            .get(index)
            .cloned()
            .unwrap_or_else(|| Arc::from(format!("location {index}")))
    }

    fn flow(&self, index: u32) -> Arc<str> {
        self.flows
            .get(index as usize)
            .cloned()
            .unwrap_or_else(|| Arc::from(format!("flow {index}")))
    }
}
