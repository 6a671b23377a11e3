//! The events of the railway, and their rank at one instant.

use crate::engine;

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A step of the time series ends.
    StepEnds,
    /// The warm-up ends.
    MeasuringBegins,
    /// The timed activity of a train ends, if the stamp is still its own.
    ActivityEnds {
        /// The train.
        train: u32,
        /// Told apart from activities that were interrupted.
        stamp: u32,
    },
    /// The number of servers of an office changes.
    OfficeChanges(u32),
    /// The inspection of a box ends, if the stamp is still its own.
    InspectionEnds {
        /// The box among those in bays.
        slot: u32,
        /// Told apart from inspections that were interrupted.
        stamp: u32,
    },
    /// The number of bays for an inspection changes.
    BaysChange(u32),
    /// The number of berths of a terminal changes.
    TerminalChanges(u32),
    /// An exchange may hand over again.
    ExchangeReady(u32),
    /// An exchange opens or closes.
    ExchangeChanges(u32),
    /// A lane may be entered again.
    EntryReady(u32),
    /// A lane may be left again.
    ExitReady(u32),
    /// A section of single track may be entered again.
    SectionReady(u32),
    /// A train of a flow comes into being, or boxes of it arrive.
    Departure(u32),
    /// The wagons of a train come back.
    WagonsReturn(u32),
    /// A train may be formed of the boxes of a group.
    GroupDue(u32),
    /// A disruption is near, begins or ends.
    DisruptionChanges(u32),
}

const INDEX_BITS: u32 = 22;
/// Stamps count modulo this.
pub(super) const STAMPS: u32 = 1 << 10;

impl engine::Event for Event {
    /// Observation first, so that a step holds what happened before its end. Then what ends before what
    /// opens or closes, so that work which ends with the window is done, and disruptions before usual hours; then who may go, then who comes, then
    /// trains that are formed of what has come.
    fn rank(self) -> u8 {
        match self {
            Self::StepEnds => 0,
            Self::MeasuringBegins => 1,
            Self::ActivityEnds { .. } | Self::InspectionEnds { .. } => 2,
            Self::DisruptionChanges(_) => 3,
            Self::OfficeChanges(_)
            | Self::BaysChange(_)
            | Self::TerminalChanges(_)
            | Self::ExchangeReady(_)
            | Self::ExchangeChanges(_)
            | Self::WagonsReturn(_) => 4,
            Self::EntryReady(_) | Self::ExitReady(_) | Self::SectionReady(_) => 5,
            Self::Departure(_) => 6,
            Self::GroupDue(_) => 7,
        }
    }

    fn encode(self) -> u64 {
        let (kind, index, stamp) = match self {
            Self::StepEnds => (0, 0, 0),
            Self::MeasuringBegins => (1, 0, 0),
            Self::ActivityEnds { train, stamp } => (2, train, stamp),
            Self::OfficeChanges(i) => (3, i, 0),
            Self::TerminalChanges(i) => (4, i, 0),
            Self::ExchangeReady(i) => (5, i, 0),
            Self::EntryReady(i) => (6, i, 0),
            Self::ExitReady(i) => (7, i, 0),
            Self::Departure(i) => (8, i, 0),
            Self::ExchangeChanges(i) => (9, i, 0),
            Self::WagonsReturn(i) => (10, i, 0),
            Self::GroupDue(i) => (11, i, 0),
            Self::SectionReady(i) => (12, i, 0),
            Self::InspectionEnds { slot, stamp } => (13, slot, stamp),
            Self::BaysChange(i) => (14, i, 0),
            Self::DisruptionChanges(i) => (15, i, 0),
        };
        kind | u64::from(stamp) << 4 | u64::from(index) << 14
    }

    #[allow(clippy::cast_possible_truncation, reason = "22 bits")]
    fn decode(code: u64) -> Self {
        let index = (code >> 14) as u32;
        match code & 15 {
            0 => Self::StepEnds,
            1 => Self::MeasuringBegins,
            2 => Self::ActivityEnds {
                train: index,
                stamp: (code >> 4) as u32 % STAMPS,
            },
            3 => Self::OfficeChanges(index),
            4 => Self::TerminalChanges(index),
            5 => Self::ExchangeReady(index),
            6 => Self::EntryReady(index),
            7 => Self::ExitReady(index),
            9 => Self::ExchangeChanges(index),
            10 => Self::WagonsReturn(index),
            11 => Self::GroupDue(index),
            12 => Self::SectionReady(index),
            13 => Self::InspectionEnds {
                slot: index,
                stamp: (code >> 4) as u32 % STAMPS,
            },
            14 => Self::BaysChange(index),
            15 => Self::DisruptionChanges(index),
            _ => Self::Departure(index),
        }
    }
}

/// The most trains that can be inside, or boxes in bays, at once: an index must fit in an event.
pub(super) const MOST_TRAINS: usize = 1 << INDEX_BITS;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Event as _;

    #[test]
    fn codes_fit_and_come_back() {
        let most = (1 << INDEX_BITS) - 1;
        for event in [
            Event::StepEnds,
            Event::MeasuringBegins,
            Event::ActivityEnds {
                train: most,
                stamp: STAMPS - 1,
            },
            Event::InspectionEnds {
                slot: most,
                stamp: STAMPS - 1,
            },
            Event::BaysChange(8),
            Event::OfficeChanges(1),
            Event::TerminalChanges(2),
            Event::ExchangeReady(3),
            Event::ExchangeChanges(7),
            Event::EntryReady(most),
            Event::ExitReady(5),
            Event::SectionReady(8),
            Event::Departure(6),
            Event::WagonsReturn(8),
            Event::GroupDue(9),
            Event::DisruptionChanges(10),
        ] {
            assert_eq!(Event::decode(event.encode()), event);
            assert!(event.encode() < 1 << 36);
        }
    }
}
