//! A part: rows with what is known of them, as one Parquet file.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::experiment::sweep::{Plan, Row, Status, hexadecimal};
use crate::report::ReportError;
use crate::report::tables::{Table, Values};

/// Rows and what is known of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What is known of the rows.
    pub facts: PartFacts,
    /// The ids of the measures, in the order of [`StoredRow::values`].
    pub measures: Vec<String>,
    /// The rows, sorted.
    pub rows: Vec<StoredRow>,
}

/// What is known of the rows of a part: its footer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFacts {
    /// The plan under which it was made.
    pub plan: String,
    /// The version of results.
    pub results_version: u32,
    /// The program and its version.
    pub program: String,
    /// Which shard of how many it is, from 0; absent where it is a batch of a sweep.
    pub shard: Option<(u32, u32)>,
    /// How many rows there are.
    pub rows: u64,
    /// SHA-256 of the content of all rows, in hexadecimal.
    pub rows_sha256: String,
}

/// A run and what came of it, known by what has an influence on it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRow {
    /// SHA-256 of the scenario, in hexadecimal.
    pub scenario: Arc<str>,
    /// The seed.
    pub seed: u64,
    /// The version of results.
    pub results_version: u32,
    /// The number of the replication, from 1.
    pub replication: u32,
    /// How it ended.
    pub status: Status,
    /// Why it did not finish; empty where it did.
    pub reason: Arc<str>,
    /// Events that happened.
    pub events: u64,
    /// The values, in the order of [`Part::measures`].
    pub values: Vec<Option<f64>>,
}

/// What can be wrong with a part.
#[derive(Debug, thiserror::Error)]
pub enum PartFault {
    /// It cannot be read to its end.
    #[error("this part is damaged: {0}")]
    Damaged(ReportError),
    /// It can be read, but its rows are not those that were written.
    #[error("this part is damaged: its rows are not those that its footer names")]
    OtherRows,
    /// It is a Parquet file of something else.
    #[error("this is no part of a plan")]
    NotAPart,
    /// It belongs to another plan.
    #[error("this part belongs to another plan, {0}")]
    OtherPlan(String),
    /// It holds results of another version.
    #[error("this part holds results of version {0}")]
    OtherVersion(u32),
}

impl StoredRow {
    /// The row of a plan as it is kept.
    #[must_use]
    pub fn new(plan: &Plan, row: Row) -> Self {
        Self {
            scenario: Arc::from(plan.points[row.point as usize].scenario.as_str()),
            seed: plan.seed,
            results_version: plan.results_version,
            replication: row.replication,
            status: row.status,
            reason: row.reason.into(),
            events: row.events,
            values: row.values,
        }
    }

    /// The hash of the content: the same for the same results, whatever columns its part has besides.
    #[must_use]
    pub fn hash(&self, measures: &[String]) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut text = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        };
        text(&self.scenario);
        text(self.status.word());
        text(&self.reason);
        for number in [self.seed, self.results_version.into(), self.replication.into(), self.events] {
            hash.update(number.to_le_bytes());
        }
        // In the order of the ids, for parts may have their columns in another.
        let values: BTreeMap<&str, f64> = measures
            .iter()
            .zip(&self.values)
            .filter_map(|(id, value)| Some((id.as_str(), (*value)?)))
            .collect();
        for (id, value) in values {
            hash.update((id.len() as u64).to_le_bytes());
            hash.update(id.as_bytes());
            hash.update(value.to_bits().to_le_bytes());
        }
        hash.finalize().into()
    }
}

impl Part {
    /// A part of the given rows.
    #[must_use]
    pub fn new(plan: &str, results_version: u32, shard: Option<(u32, u32)>, measures: Vec<String>, mut rows: Vec<StoredRow>) -> Self {
        rows.sort_by(|a, b| (&a.scenario, a.replication).cmp(&(&b.scenario, b.replication)));
        let facts = PartFacts {
            plan: plan.to_owned(),
            results_version,
            program: concat!("landbridge ", env!("CARGO_PKG_VERSION")).to_owned(),
            shard,
            rows: rows.len() as u64,
            rows_sha256: rows_sha256(&rows, &measures),
        };
        Self { facts, measures, rows }
    }

    /// The bytes of its file; the same for the same part.
    ///
    /// # Errors
    /// None that memory does not give.
    pub fn encode(&self) -> Result<Vec<u8>, ReportError> {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let mut table = Table::new("part")
            .text("scenario", self.rows.iter().map(|row| Arc::clone(&row.scenario)))
            .integer("seed", self.rows.iter().map(|row| whole(row.seed)))
            .integer("results_version", self.rows.iter().map(|row| row.results_version))
            .integer("replication", self.rows.iter().map(|row| row.replication))
            .text("status", self.rows.iter().map(|row| row.status.word()))
            .text("reason", self.rows.iter().map(|row| Arc::clone(&row.reason)))
            .integer("events", self.rows.iter().map(|row| whole(row.events)));
        for (at, id) in self.measures.iter().enumerate() {
            table = table.nullable_float(id, self.rows.iter().map(|row| row.values.get(at).copied().flatten()));
        }
        let mut bytes = Vec::new();
        table.write_parquet_noted(&serde_json::to_string(&self.facts)?, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads a part and holds its rows against the hash in its footer.
    ///
    /// # Errors
    /// It is damaged or something else.
    pub fn decode(bytes: Vec<u8>) -> Result<Self, PartFault> {
        let (table, note) = Table::read_parquet("part", bytes).map_err(PartFault::Damaged)?;
        let facts: PartFacts = note.and_then(|note| serde_json::from_str(&note).ok()).ok_or(PartFault::NotAPart)?;
        let rows = rows(&table).ok_or(PartFault::NotAPart)?;
        let measures: Vec<String> = table.columns.iter().skip(FIXED).map(|column| column.name.clone()).collect();
        if facts.rows != rows.len() as u64 || facts.rows_sha256 != rows_sha256(&rows, &measures) {
            return Err(PartFault::OtherRows);
        }
        Ok(Self { facts, measures, rows })
    }

    /// Refuses a part of another plan or of other results.
    ///
    /// # Errors
    /// It is one.
    pub fn belongs_to(&self, plan: &str, results_version: u32) -> Result<(), PartFault> {
        if self.facts.results_version != results_version {
            return Err(PartFault::OtherVersion(self.facts.results_version));
        }
        if self.facts.plan != plan {
            return Err(PartFault::OtherPlan(self.facts.plan.clone()));
        }
        Ok(())
    }
}

/// Columns before the measures.
const FIXED: usize = 7;

fn rows(table: &Table) -> Option<Vec<StoredRow>> {
    let (Values::Text(scenario), Values::Text(status), Values::Text(reason)) =
        (table.values("scenario")?, table.values("status")?, table.values("reason")?)
    else {
        return None;
    };
    let whole = |name: &str| match table.values(name)? {
        Values::Integer(values) => Some(values),
        _ => None,
    };
    let (seed, version) = (whole("seed")?, whole("results_version")?);
    let (replication, events) = (whole("replication")?, whole("events")?);
    let value = |column: &Values, row: usize| match column {
        Values::Float(values) => values.get(row).copied().flatten(),
        _ => None,
    };
    let row = |at: usize| {
        let word = status.get(at)?.as_deref()?;
        Some(StoredRow {
            scenario: scenario.get(at)?.clone()?,
            seed: seed.get(at).copied()??.try_into().ok()?,
            results_version: version.get(at).copied()??.try_into().ok()?,
            replication: replication.get(at).copied()??.try_into().ok()?,
            status: Status::ALL.into_iter().find(|status| status.word() == word)?,
            reason: reason.get(at)?.clone()?,
            events: events.get(at).copied()??.try_into().ok()?,
            values: table.columns.iter().skip(FIXED).map(|column| value(&column.values, at)).collect(),
        })
    };
    (0..table.rows()).map(row).collect()
}

fn rows_sha256(rows: &[StoredRow], measures: &[String]) -> String {
    let mut hash = Sha256::new();
    for row in rows {
        hash.update(row.hash(measures));
    }
    hexadecimal(&hash.finalize())
}
