//! The names that a train's time can have.

use serde::{Deserialize, Serialize};

/// What a train is doing, or what it waits for. Every millisecond of every train has exactly one.
///
/// The order is the order in charts and tables: running, services, then causes of waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Activity {
    /// Moving along a line.
    Running,
    /// Being cleared at a desk.
    Clearance,
    /// Boxes of it are inspected.
    Inspection,
    /// Any other work on the train.
    Handling,
    /// Being placed in a berth.
    Placing,
    /// Boxes are lifted to the other gauge.
    Lifting,
    /// Being taken out of a berth.
    Withdrawal,
    /// Boxes are set down in a yard.
    Unloading,
    /// Boxes are loaded from a yard.
    Loading,
    /// Waiting: every track at the place ahead is taken.
    TrackAheadFull,
    /// Waiting: as many trains as there is room for are on the line ahead.
    LineFull,
    /// Waiting: the train ahead has not left the line.
    TrainAhead,
    /// Waiting: the least time after the train before has not passed.
    Headway,
    /// Waiting: the next free train path of the line has not come.
    NoPath,
    /// Waiting: the section of single track ahead is taken, or it is the other direction's turn.
    LineSection,
    /// Waiting: the office is closed, or no crane is on shift.
    OfficeClosed,
    /// Waiting: the office closes before the work could be finished.
    ClosingSoon,
    /// Waiting: every desk or server is busy.
    DeskBusy,
    /// Waiting: every bay for the inspection of its boxes is busy.
    InspectionBay,
    /// Waiting: every berth is taken.
    BerthBusy,
    /// Waiting: no crane is free.
    CraneShort,
    /// Waiting: the wind is too strong for its cranes.
    Wind,
    /// Waiting: its cranes are out of order.
    Breakdown,
    /// Waiting: the day's quota of the handover is used up.
    QuotaUsedUp,
    /// Waiting: what it needs next is closed by a disruption.
    Closure,
    /// Waiting: a disruption holds trains of its flow, or with its cargo.
    Embargo,
    /// Waiting: the wagons of the other gauge, or of the origin, are all out.
    NoWagon,
    /// Waiting: more boxes must come before the train is formed.
    WaitingToFill,
    /// Waiting: every route is closed.
    RoutesClosed,
    /// Waiting: the transloading yard is full, while vehicles that come for boxes are being loaded.
    YardFull,
    /// Waiting: the transloading yard is full, and no vehicle has come for boxes.
    TruckShort,
    /// Waiting: there are no boxes to be loaded with.
    BoxShort,
}

impl Activity {
    /// All of them, in order.
    pub const ALL: [Self; 32] = [
        Self::Running,
        Self::Clearance,
        Self::Inspection,
        Self::Handling,
        Self::Placing,
        Self::Lifting,
        Self::Withdrawal,
        Self::Unloading,
        Self::Loading,
        Self::TrackAheadFull,
        Self::LineFull,
        Self::TrainAhead,
        Self::Headway,
        Self::NoPath,
        Self::LineSection,
        Self::OfficeClosed,
        Self::ClosingSoon,
        Self::DeskBusy,
        Self::InspectionBay,
        Self::BerthBusy,
        Self::CraneShort,
        Self::Wind,
        Self::Breakdown,
        Self::QuotaUsedUp,
        Self::Closure,
        Self::Embargo,
        Self::NoWagon,
        Self::WaitingToFill,
        Self::RoutesClosed,
        Self::YardFull,
        Self::TruckShort,
        Self::BoxShort,
    ];

    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Its place in [`Activity::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether the train waits, rather than runs or is served.
    #[must_use]
    pub const fn is_waiting(self) -> bool {
        self as u8 >= Self::TrackAheadFull as u8
    }

    /// Whether it ends only when another train gives something back: a track, room on a line, a berth, wagons.
    #[must_use]
    pub const fn is_for_a_train(self) -> bool {
        matches!(
            self,
            Self::TrackAheadFull | Self::LineFull | Self::TrainAhead | Self::LineSection | Self::BerthBusy | Self::NoWagon
        )
    }

    /// The identifier in tables, such as `office_closed`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Clearance => "clearance",
            Self::Inspection => "inspection",
            Self::Handling => "handling",
            Self::Placing => "placing",
            Self::Lifting => "lifting",
            Self::Withdrawal => "withdrawal",
            Self::Unloading => "unloading",
            Self::Loading => "loading",
            Self::TrackAheadFull => "track_ahead_full",
            Self::LineFull => "line_full",
            Self::TrainAhead => "train_ahead",
            Self::Headway => "headway",
            Self::NoPath => "no_path",
            Self::LineSection => "line_section_taken",
            Self::OfficeClosed => "office_closed",
            Self::ClosingSoon => "closing_soon",
            Self::DeskBusy => "desk_busy",
            Self::InspectionBay => "inspection_bay_busy",
            Self::BerthBusy => "berth_busy",
            Self::CraneShort => "crane_short",
            Self::Wind => "wind",
            Self::Breakdown => "breakdown",
            Self::QuotaUsedUp => "quota_used_up",
            Self::Closure => "closure",
            Self::Embargo => "embargo",
            Self::NoWagon => "no_wagon",
            Self::WaitingToFill => "waiting_to_fill",
            Self::RoutesClosed => "routes_closed",
            Self::YardFull => "yard_full",
            Self::TruckShort => "truck_short",
            Self::BoxShort => "box_short",
        }
    }

    /// The words for people, such as `office closed`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Clearance => "clearance",
            Self::Inspection => "inspection",
            Self::Handling => "handling",
            Self::Placing => "placing",
            Self::Lifting => "lifting",
            Self::Withdrawal => "withdrawal",
            Self::Unloading => "unloading",
            Self::Loading => "loading",
            Self::TrackAheadFull => "track ahead full",
            Self::LineFull => "line full",
            Self::TrainAhead => "train ahead",
            Self::Headway => "headway",
            Self::NoPath => "no train path",
            Self::LineSection => "line section taken",
            Self::OfficeClosed => "office closed",
            Self::ClosingSoon => "closing soon",
            Self::DeskBusy => "desk busy",
            Self::InspectionBay => "inspection bay busy",
            Self::BerthBusy => "berth busy",
            Self::CraneShort => "crane short",
            Self::Wind => "wind",
            Self::Breakdown => "breakdown",
            Self::QuotaUsedUp => "quota used up",
            Self::Closure => "closed by disruption",
            Self::Embargo => "embargo",
            Self::NoWagon => "no wagon",
            Self::WaitingToFill => "waiting to fill",
            Self::RoutesClosed => "every route closed",
            Self::YardFull => "transloading yard full",
            Self::TruckShort => "truck short",
            Self::BoxShort => "box short",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Activity;

    #[test]
    fn every_activity_knows_its_place() {
        for (i, a) in Activity::ALL.into_iter().enumerate() {
            assert_eq!(a.index(), i);
            assert_eq!(a.word().replace('_', " ").len(), a.word().len());
        }
    }
}
