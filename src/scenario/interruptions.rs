//! What keeps cranes from working, as a person wrote it: the wind over a place, and breakdowns.

use jiff::civil::DateTime;

use crate::random::Law;

/// `[places.ID.wind]`: the speed of the wind over a place, the same for all that stands there.
#[derive(Clone, Debug, PartialEq)]
pub enum Wind {
    /// Storms and calms by turns, drawn; calm at the start.
    Storms(Box<Storms>),
    /// As stated or recorded: from each moment on, to the next; calm before the first.
    Stated {
        /// The file as it was named; empty where the spells are written in the scenario.
        file: String,
        /// In order of time.
        changes: Vec<WindChange>,
    },
}

/// Storms that are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Storms {
    /// From the end of one storm to the begin of the next, where every factor is 1.
    pub every: Law,
    /// From its begin to its end.
    pub lasts: Law,
    /// Speed of the wind all through it, in metres a second.
    pub speed: Law,
    /// How many times as often storms come in each month from January, 12 factors; or empty.
    pub by_month: Vec<f64>,
}

/// The wind has this speed from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindChange {
    /// Civil time at the place.
    pub at: DateTime,
    /// In millimetres a second.
    pub speed: u32,
}

/// Speeds of the wind at which outdoor cranes stop or slow down, in millimetres a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindLimits {
    /// From this speed on they stand still.
    pub stop: u32,
    /// From this speed on, below `stop`, they work at a share of their rate, in thousandths: 1 to 999.
    pub slow: Option<(u32, u32)>,
}

impl Default for WindLimits {
    /// 20 m/s, the in-service limit of ordinary cranes in the open (FEM 1.001, 3rd ed. 1998, booklet 2).
    fn default() -> Self {
        Self { stop: 20_000, slow: None }
    }
}

/// `[places.ID.reloading.ID.breakdowns]`: when cranes are out of order.
#[derive(Clone, Debug, PartialEq)]
pub enum Breakdowns {
    /// Each crane by itself, by chance; all work at the start.
    Drawn {
        /// From its last repair, or the start, to its breakdown; it passes whether the crane works or not.
        up: Law,
        /// Time to repair it, from when a repairer begins.
        down: Law,
        /// How many cranes can be repaired at once; as many as needed where absent.
        repairers: Option<u32>,
    },
    /// As stated or recorded.
    Stated {
        /// The file as it was named; empty where the outages are written in the scenario.
        file: String,
        /// In any order; those of one crane do not overlap.
        outages: Vec<Outage>,
    },
}

/// A crane is out of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Which one, from 1.
    pub crane: u32,
    /// Civil time at the place when it breaks down.
    pub from: DateTime,
    /// When it works again, later than `from`.
    pub to: DateTime,
}
