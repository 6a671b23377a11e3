//! What only a clearance has, compiled: declaration in advance and inspection of boxes at bays.

use jiff::tz::TimeZone;

use super::compile::{Compiler, cumulated, index};
use super::{AtClose, Drawn, Held, PlaceIx};
use crate::engine::Calendar;
use crate::scenario;

/// Trains declared before they arrive.
#[derive(Clone, Debug)]
pub struct Advance {
    /// Decides whether a train is one of them: whether this is below `share`.
    pub chance: Drawn,
    /// Their share of all trains.
    pub share: f64,
    /// Time for one of them.
    pub time: Drawn,
}

/// How boxes are picked for inspection, and where they are inspected.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The first of its bays in [`super::Model::bays`]; one for each kind of inspection.
    pub first_bay: u32,
    /// How many kinds there are.
    pub kinds: u32,
    /// By class of cargo, and last for boxes without: how boxes are picked.
    pub picks: Vec<Pick>,
    /// What becomes of the train.
    pub held: Held,
    /// Which stock of boxes set out it has, of [`super::Model::stocks`].
    pub stock: u32,
}

/// How boxes of one class are picked.
#[derive(Clone, Debug)]
pub struct Pick {
    /// One number for each box.
    pub chance: Drawn,
    /// Shares of the kinds, added up: a box gets the first whose sum its number is below, or none.
    pub cumulative: Vec<f64>,
}

impl Pick {
    /// The share of boxes that are inspected at all.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.cumulative.last().copied().unwrap_or(0.0)
    }

    /// The share of boxes that get one kind.
    #[must_use]
    pub fn share_of(&self, kind: usize) -> f64 {
        self.cumulative[kind] - kind.checked_sub(1).map_or(0.0, |before| self.cumulative[before])
    }
}

/// The bays for one kind of inspection at a clearance.
#[derive(Clone, Debug)]
pub struct Bay {
    /// Its place.
    pub place: PlaceIx,
    /// The path within the place.
    pub path: String,
    /// For people.
    pub name: String,
    /// Time for one box, by class of cargo and last for boxes without: one law, with draws of its own for each.
    pub times: Vec<Drawn>,
    /// Boxes that can be inspected at once, over time.
    pub calendar: Calendar,
    /// At the end of a window.
    pub at_close: AtClose,
    /// Whether work in hand can come to rest: at the end of a window, or by a closure.
    pub can_rest: bool,
    /// The stock that released boxes go to, where they are set out.
    pub stock: Option<u32>,
}

impl Compiler<'_> {
    pub(super) fn advance(&mut self, path: &str, advance: Option<&scenario::Advance>) -> Option<Advance> {
        let advance = advance?;
        Some(Advance {
            chance: self.chance(&format!("{path}.advance")),
            share: advance.share,
            time: self.drawn(&advance.time, &format!("{path}.advance.time")),
        })
    }

    /// The inspection of a clearance whose path within its place, and whole path, are given.
    pub(super) fn inspection(
        &mut self,
        (place, path): (PlaceIx, &str),
        full: &str,
        zone: &TimeZone,
        office: &scenario::Office,
    ) -> Option<Inspection> {
        let customs = &office.customs;
        if customs.inspection.is_empty() {
            return None;
        }
        let first_bay = index(self.model.bays.len());
        let stock = self.model.stocks;
        let sets_out = customs.held != Held::Train;
        for (id, kind) in &customs.inspection {
            let bay = Bay {
                place,
                path: format!("{path}.inspection.{id}"),
                name: self.model.naming.part(&office.name, &kind.name),
                times: self.by_class(&format!("{full}.inspection.{id}.time"), |compiler, name| {
                    compiler.drawn(&kind.time, name)
                }),
                calendar: self.calendar(zone, kind.calendar.as_ref(), kind.bays),
                at_close: kind.at_close,
                can_rest: kind.at_close == AtClose::Pause,
                stock: sets_out.then_some(stock),
            };
            self.model.bays.push(bay);
        }
        let chances = self.by_class(&format!("{full}.inspection"), Self::chance);
        let classes = self.scenario.cargo.keys().map(|id| Some(id.as_str())).chain([None]);
        let picks = classes.zip(chances).map(|(class, chance)| Pick {
            chance,
            cumulative: cumulated(customs.inspection.values().map(|kind| kind.share.of(class))),
        });
        self.model.stocks += u32::from(sets_out);
        Some(Inspection {
            first_bay,
            kinds: index(customs.inspection.len()),
            picks: picks.collect(),
            held: customs.held,
            stock,
        })
    }

    /// Something drawn for each class of cargo, and last for boxes without, each with a stream of its own: a class
    /// more in a scenario leaves the draws of the others as they were.
    fn by_class(&mut self, name: &str, mut drawn: impl FnMut(&mut Self, &str) -> Drawn) -> Vec<Drawn> {
        let scenario = self.scenario;
        let mut all: Vec<Drawn> = scenario
            .cargo
            .keys()
            .map(|class| drawn(self, &format!("{name}[{class}]")))
            .collect();
        all.push(drawn(self, name));
        all
    }
}
