//! Full records: one flat row per train and per finished activity.

use serde::{Deserialize, Serialize};

use super::Activity;
use crate::units::{Duration, Instant};

/// Full records of one replication.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicationRecords {
    /// Its number, from 1.
    pub replication: u32,
    /// One row per train, in order of creation.
    pub trains: Vec<TrainRecord>,
    /// One row per activity, in order of its end.
    pub activities: Vec<ActivityRecord>,
}

impl ReplicationRecords {
    /// A train comes into being; its row.
    #[cold]
    pub fn begin(&mut self, train: TrainRecord) -> u32 {
        let row = u32::try_from(self.trains.len()).unwrap_or(u32::MAX);
        self.trains.push(train);
        row
    }

    /// Every field of every row, in order: equal records, and only these, give equal bytes. An activity goes by its word, so that
    /// records stay the same where another activity comes to be known.
    pub fn feed(&self, mut put: impl FnMut(&[u8])) {
        let mut numbers = |row: &[i64]| row.iter().for_each(|n| put(&n.to_le_bytes()));
        numbers(&[self.replication.into(), i64::try_from(self.trains.len()).unwrap_or(i64::MAX)]);
        for t in &self.trains {
            numbers(&[
                t.flow.into(),
                t.number.into(),
                t.boxes.into(),
                t.created_at.0,
                t.regrouped.into(),
                t.dissolved.into(),
                t.left_at.map_or(-1, |at| at.0),
                t.moving_or_served.0,
                t.waiting.0,
            ]);
        }
        for a in &self.activities {
            let row: [i64; 5] = [a.train.into(), a.location.into(), a.section.into(), a.begins_at.0, a.ends_at.0];
            for n in row {
                put(&n.to_le_bytes());
            }
            put(a.activity.word().as_bytes());
        }
    }
}

/// One train.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainRecord {
    /// Index in the flows.
    pub flow: u32,
    /// Its number within the flow, from 1.
    pub number: u32,
    /// Boxes on it.
    pub boxes: u32,
    /// When it came into being: at its origin, or where it was regrouped.
    pub created_at: Instant,
    /// Whether it was formed on the way, from the boxes of others; it is counted apart from those of the origin.
    pub regrouped: bool,
    /// Whether its boxes went on with others; then `left_at` is when they did.
    pub dissolved: bool,
    /// When it left the network, or was dissolved; `None` is still inside at the end.
    pub left_at: Option<Instant>,
    /// Time in activities that are not waiting.
    pub moving_or_served: Duration,
    /// Time waiting.
    pub waiting: Duration,
}

/// One activity of one train, from its begin up to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Row", try_from = "Row")]
pub struct ActivityRecord {
    /// Index in [`ReplicationRecords::trains`].
    pub train: u32,
    /// Index in the locations: places, then lanes.
    pub location: u32,
    /// What it was.
    pub activity: Activity,
    /// On a line with sections: which of them in order of travel, from 0; a wait is before it. Else 0.
    pub section: u16,
    /// Begin.
    pub begins_at: Instant,
    /// End; for the last activity of a train inside, the end of the run.
    pub ends_at: Instant,
}

/// An activity without the names of its fields, of which a half year has a hundred thousand: train, location, index of what
/// it was, section, begin and end.
type Row = (u32, u32, usize, u16, Instant, Instant);

impl From<ActivityRecord> for Row {
    fn from(a: ActivityRecord) -> Self {
        (a.train, a.location, a.activity.index(), a.section, a.begins_at, a.ends_at)
    }
}

impl TryFrom<Row> for ActivityRecord {
    type Error = String;

    fn try_from((train, location, activity, section, begins_at, ends_at): Row) -> Result<Self, String> {
        let known = Activity::ALL.get(activity).copied();
        Ok(Self {
            train,
            location,
            activity: known.ok_or_else(|| format!("there is no activity {activity}"))?,
            section,
            begins_at,
            ends_at,
        })
    }
}
