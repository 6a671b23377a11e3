//! The events of the railway, and their rank at one instant.

use super::train::Phase;
use crate::engine;

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// The warm-up ends.
    MeasuringBegins,
    /// The timed activity of a train ends, if the stamp is still its own.
    ActivityEnds {
        /// The train.
        train: u32,
        /// Told apart from activities that were interrupted.
        stamp: u16,
    },
    /// The number of servers of an office changes.
    OfficeChanges(u32),
    /// The inspection of a box ends, if the stamp is still its own.
    InspectionEnds {
        /// The box among those in bays.
        slot: u32,
        /// Told apart from inspections that were interrupted.
        stamp: u16,
    },
    /// The number of bays for an inspection changes.
    BaysChange(u32),
    /// The number of berths of a terminal changes.
    TerminalChanges(u32),
    /// A shift of cranes begins or ends, or one breaks down or works again as stated.
    CranesChange(u32),
    /// A crane breaks down.
    CraneFails(u32),
    /// A crane works again.
    CraneRepaired(u32),
    /// A wind rises, falls or changes.
    WindChanges(u32),
    /// An exchange may hand over again.
    ExchangeReady(u32),
    /// An exchange opens or closes.
    ExchangeChanges(u32),
    /// A lane may be entered again.
    EntryReady(u32),
    /// A lane may be left again.
    ExitReady(u32),
    /// The berths of a transloading change.
    TransloadingChanges(u32),
    /// A route of a flow may be open again.
    RouteReady(u32),
    /// A section of single track may be entered again.
    SectionReady(u32),
    /// A train of a flow comes into being, or boxes of it arrive.
    Departure(u32),
    /// The wagons of a train come back.
    WagonsReturn(u32),
    /// A train may be formed of the boxes of a group.
    GroupDue(u32),
    /// A dated order to stop loading begins or ends.
    OrderChanges(u32),
    /// A disruption is near, begins or ends.
    DisruptionChanges(u32),
}

const INDEX_BITS: u32 = 22;
const STAMP_BITS: u32 = 10;
/// Stamps count modulo this.
pub(super) const STAMPS: u16 = 1 << STAMP_BITS;

/// What the stamp field of a code holds.
pub(super) mod field {
    /// The kind of an event without a stamp.
    pub(in crate::railway) const KIND: u64 = 0;
    /// The stamp of the inspection of a box.
    pub(in crate::railway) const INSPECTION: u64 = 1;
    /// The stamp of the timed activity of a train: of one that few have, and of those that nearly all have, so that the code of
    /// an event tells what to do without a look at the train.
    pub(in crate::railway) const ACTIVITY: u64 = 2;
    pub(in crate::railway) const RUNNING: u64 = 3;
    pub(in crate::railway) const IN_OFFICE: u64 = 4;
    pub(in crate::railway) const LIFTING: u64 = 5;
}

/// What tells a departure from other kinds.
pub(super) const DEPARTURE: u16 = 7;

/// The rank of a departure.
pub(super) const DEPARTS: u8 = 6;

/// The code of [`Event::Departure`].
#[inline(always)]
pub(super) fn code_of_departure(flow: u32) -> u64 {
    pack(field::KIND, DEPARTURE, flow)
}

/// The rank of the end of an activity.
pub(super) const ACTIVITY_ENDS: u8 = 2;

/// From the lowest bit: 4 bits that say what the next 10 hold, these, and the index.
#[inline]
fn pack(holds: u64, held: u16, index: u32) -> u64 {
    holds | u64::from(held) << 4 | u64::from(index) << (4 + STAMP_BITS)
}

/// The code of [`Event::ActivityEnds`] for a train in this phase.
#[inline(always)]
pub(super) fn code_of_activity(phase: Phase, train: u32, stamp: u16) -> u64 {
    let holds = match phase {
        Phase::Running => field::RUNNING,
        Phase::InOffice => field::IN_OFFICE,
        Phase::Lifting => field::LIFTING,
        _ => field::ACTIVITY,
    };
    pack(holds, stamp, train)
}

/// What a code holds, one of [`field`], and its index and stamp.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "22 bits and 10")]
pub(super) fn parts_of(code: u64) -> (u64, u32, u16) {
    (code & 15, (code >> (4 + STAMP_BITS)) as u32, (code >> 4) as u16 % STAMPS)
}

impl engine::Event for Event {
    /// Observation first. Then what ends before what
    /// opens or closes, so that work which ends with the window is done, and disruptions before usual hours; then who may go, then who comes, then
    /// trains that are formed of what has come.
    #[inline(always)]
    fn rank(self) -> u8 {
        match self {
            Self::MeasuringBegins => 1,
            Self::ActivityEnds { .. } | Self::InspectionEnds { .. } => ACTIVITY_ENDS,
            Self::DisruptionChanges(_) => 3,
            Self::OfficeChanges(_)
            | Self::BaysChange(_)
            | Self::TerminalChanges(_)
            | Self::ExchangeReady(_)
            | Self::ExchangeChanges(_)
            | Self::WagonsReturn(_)
            | Self::CranesChange(_)
            | Self::CraneFails(_)
            | Self::CraneRepaired(_)
            | Self::WindChanges(_)
            | Self::OrderChanges(_)
            | Self::TransloadingChanges(_) => 4,
            Self::EntryReady(_) | Self::ExitReady(_) | Self::SectionReady(_) | Self::RouteReady(_) => 5,
            Self::Departure(_) => DEPARTS,
            Self::GroupDue(_) => 7,
        }
    }

    #[inline(always)]
    fn encode(self) -> u64 {
        let (holds, held, index) = match self {
            Self::ActivityEnds { train, stamp } => (field::ACTIVITY, stamp, train),
            Self::InspectionEnds { slot, stamp } => (field::INSPECTION, stamp, slot),
            Self::MeasuringBegins => (field::KIND, 0, 0),
            Self::OfficeChanges(i) => (field::KIND, 2, i),
            Self::TerminalChanges(i) => (field::KIND, 3, i),
            Self::ExchangeReady(i) => (field::KIND, 4, i),
            Self::EntryReady(i) => (field::KIND, 5, i),
            Self::ExitReady(i) => (field::KIND, 6, i),
            Self::Departure(i) => (field::KIND, DEPARTURE, i),
            Self::ExchangeChanges(i) => (field::KIND, 8, i),
            Self::WagonsReturn(i) => (field::KIND, 9, i),
            Self::GroupDue(i) => (field::KIND, 10, i),
            Self::SectionReady(i) => (field::KIND, 11, i),
            Self::BaysChange(i) => (field::KIND, 12, i),
            Self::CranesChange(i) => (field::KIND, 20, i),
            Self::CraneFails(i) => (field::KIND, 21, i),
            Self::CraneRepaired(i) => (field::KIND, 22, i),
            Self::WindChanges(i) => (field::KIND, 23, i),
            Self::TransloadingChanges(i) => (field::KIND, 13, i),
            Self::RouteReady(i) => (field::KIND, 14, i),
            Self::OrderChanges(i) => (field::KIND, 15, i),
            Self::DisruptionChanges(i) => (field::KIND, 16, i),
        };
        pack(holds, held, index)
    }

    fn decode(code: u64) -> Self {
        let (holds, index, held) = parts_of(code);
        match (holds, held) {
            (field::INSPECTION, stamp) => Self::InspectionEnds { slot: index, stamp },
            (field::ACTIVITY..=field::LIFTING, stamp) => Self::ActivityEnds { train: index, stamp },
            (_, 0) => Self::MeasuringBegins,
            (_, 2) => Self::OfficeChanges(index),
            (_, 3) => Self::TerminalChanges(index),
            (_, 4) => Self::ExchangeReady(index),
            (_, 5) => Self::EntryReady(index),
            (_, 6) => Self::ExitReady(index),
            (_, 8) => Self::ExchangeChanges(index),
            (_, 9) => Self::WagonsReturn(index),
            (_, 10) => Self::GroupDue(index),
            (_, 11) => Self::SectionReady(index),
            (_, 12) => Self::BaysChange(index),
            (_, 20) => Self::CranesChange(index),
            (_, 21) => Self::CraneFails(index),
            (_, 22) => Self::CraneRepaired(index),
            (_, 23) => Self::WindChanges(index),
            (_, 13) => Self::TransloadingChanges(index),
            (_, 14) => Self::RouteReady(index),
            (_, 15) => Self::OrderChanges(index),
            (_, 16) => Self::DisruptionChanges(index),
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
            Event::CranesChange(4),
            Event::CraneFails(most),
            Event::CraneRepaired(most),
            Event::WindChanges(6),
            Event::TransloadingChanges(8),
            Event::RouteReady(9),
            Event::EntryReady(most),
            Event::ExitReady(5),
            Event::SectionReady(8),
            Event::Departure(6),
            Event::WagonsReturn(8),
            Event::GroupDue(9),
            Event::OrderChanges(10),
            Event::DisruptionChanges(10),
        ] {
            assert_eq!(Event::decode(event.encode()), event);
            assert!(event.encode() < 1 << 36);
        }
    }
}
