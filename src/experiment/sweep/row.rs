//! What one run gives.

/// One run of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Index of the first point of the plan with its scenario.
    pub point: u32,
    /// The number of the replication, from 1.
    pub replication: u32,
    /// How it ended.
    pub status: Status,
    /// Why it did not finish; empty where it did.
    pub reason: String,
    /// Events that happened.
    pub events: u64,
    /// The values, in the order of the plan's measures; absent where there was nothing to measure.
    pub values: Vec<Option<f64>>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Its time was over.
    Finished,
    /// Nothing could happen any more while trains were inside.
    Stalled,
    /// It met the limit of its events, or more trains came inside than the program can hold.
    Limit,
    /// It broke an exact law of the model: an error of the program.
    Failed,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Finished, Self::Stalled, Self::Limit, Self::Failed];

    /// The word in tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Stalled => "stalled",
            Self::Limit => "limit",
            Self::Failed => "failed",
        }
    }
}
