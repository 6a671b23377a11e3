//! Yards where boxes change from one vehicle to another, compiled.

use jiff::tz::TimeZone;

use super::compile::Compiler;
use super::{Drawn, Mode, PlaceIx};
use crate::engine::Calendar;
use crate::scenario;
use crate::units::Duration;

/// A yard where boxes change from one vehicle to another.
#[derive(Clone, Debug)]
pub struct Transloading {
    /// Its place.
    pub place: PlaceIx,
    /// The path within the place.
    pub path: String,
    /// For people.
    pub name: String,
    /// Boxes that it can hold.
    pub yard_boxes: u32,
    /// Time of one crane to set down one box.
    pub per_box: Drawn,
    /// Cranes at each berth.
    pub cranes: u32,
    /// Berths over time.
    pub calendar: Calendar,
    /// Where the boxes go from here, at least one; by id.
    pub outlets: Vec<Outlet>,
}

/// A flow of vehicles that are loaded from a yard.
#[derive(Clone, Debug)]
pub struct Outlet {
    /// The id.
    pub id: String,
    /// For people.
    pub name: String,
    /// What comes for the boxes.
    pub mode: Mode,
    /// Its part of the boxes, in millionths.
    pub millionths: i64,
    /// Boxes of a full vehicle.
    pub boxes_per_vehicle: u32,
    /// Time to load a vehicle.
    pub loading: Drawn,
    /// How long a vehicle waits for boxes.
    pub patience: Option<Duration>,
    /// Empty vehicles that may wait.
    pub room: u32,
}

impl Transloading {
    /// Mean time to set down so many boxes of one vehicle, in milliseconds.
    #[must_use]
    pub fn mean_stay(&self, boxes: f64) -> f64 {
        self.per_box.mean * boxes / f64::from(self.cranes)
    }
}

impl Outlet {
    /// Its part of the boxes, 0 to 1.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "millionths")]
    pub fn share(&self) -> f64 {
        self.millionths as f64 / 1e6
    }
}

impl Compiler<'_> {
    /// Compiles a transloading yard.
    pub(super) fn transloading(
        &mut self,
        (place, place_id): (PlaceIx, &str),
        zone: &TimeZone,
        id: &str,
        yard: &scenario::Transloading,
    ) -> Transloading {
        let path = format!("transloading.{id}");
        let prefix = format!("places.{place_id}.{path}");
        let per_box = self.drawn(&yard.per_box, &format!("{prefix}.per_box"));
        let outlets = yard.outlets.iter().map(|(id, outlet)| Outlet {
            id: id.clone(),
            name: outlet.name.clone(),
            mode: self.mode(&self.scenario.flows[&outlet.flow].gauge),
            #[allow(clippy::cast_possible_truncation, reason = "a share is at most 1")]
            millionths: (outlet.share * 1e6).round() as i64,
            boxes_per_vehicle: outlet.boxes_per_vehicle,
            loading: self.drawn(&outlet.loading, &format!("{prefix}.outlets.{id}.loading")),
            patience: outlet.patience,
            room: outlet.room.unwrap_or(u32::MAX),
        });
        let outlets = outlets.collect();
        Transloading {
            place,
            path,
            name: yard.name.clone(),
            yard_boxes: yard.yard_boxes.unwrap_or(u32::MAX),
            per_box,
            cranes: yard.cranes,
            calendar: self.calendar(zone, yard.calendar.as_ref(), yard.berths),
            outlets,
        }
    }
}
