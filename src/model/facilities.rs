//! Facilities of a place, compiled.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::compile::Compiler;
use super::{Exchange, Lifting, Office, Outlet, PlaceIx, Step, Terminal, Transloading, YardIx, civil};
use crate::observe::Activity;
use crate::scenario::{self, FacilityKind, Id, Place};

/// The step of each facility of one place.
pub(super) type Steps = BTreeMap<(FacilityKind, Id), Step>;

impl Compiler<'_> {
    /// Compiles every facility of a place, and says which step leads to each.
    pub(super) fn facilities(&mut self, ix: PlaceIx, id: &str, place: &Place, yards: &BTreeMap<Id, YardIx>) -> Steps {
        let zone = self.zone(&place.zone);
        let mut steps = Steps::new();
        let offices = [
            (FacilityKind::Clearance, Activity::Clearance, &place.clearance),
            (FacilityKind::Handling, Activity::Handling, &place.handling),
        ];
        for (kind, activity, offices) in offices {
            for (office_id, office) in offices {
                let compiled = self.office((ix, id), &zone, (kind, office_id), activity, office);
                steps.insert(
                    (kind, office_id.clone()),
                    Step::Office(super::compile::index(self.model.offices.len())),
                );
                self.model.offices.push(compiled);
            }
        }
        for (terminal_id, terminal) in &place.reloading {
            let compiled = self.terminal((ix, id), &zone, terminal_id, terminal, yards);
            steps.insert(
                (FacilityKind::Reloading, terminal_id.clone()),
                Step::Reload(super::compile::index(self.model.terminals.len())),
            );
            self.model.terminals.push(compiled);
        }
        for (exchange_id, exchange) in &place.exchange {
            let compiled = self.exchange(ix, &zone, exchange_id, exchange);
            steps.insert(
                (FacilityKind::Exchange, exchange_id.clone()),
                Step::Exchange(super::compile::index(self.model.exchanges.len())),
            );
            self.model.exchanges.push(compiled);
        }
        for (regrouping_id, regrouping) in &place.regrouping {
            let path = format!("places.{id}.regrouping.{regrouping_id}");
            let compiled = self.formation((ix, &zone), (path, regrouping.name.clone()), &regrouping.forming, true);
            // Until every flow is known, the step leads to the formation instead of a group in it.
            steps.insert(
                (FacilityKind::Regrouping, regrouping_id.clone()),
                Step::Regroup(super::compile::index(self.model.formations.len())),
            );
            self.model.formations.push(compiled);
        }
        for (yard_id, yard) in &place.transloading {
            let compiled = self.transloading((ix, id), &zone, yard_id, yard);
            steps.insert(
                (FacilityKind::Transloading, yard_id.clone()),
                Step::Unload(super::compile::index(self.model.transloadings.len())),
            );
            self.model.transloadings.push(compiled);
        }
        steps
    }

    fn transloading(
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

    fn calendar(&self, zone: &TimeZone, calendar: Option<&Id>, own: u32) -> crate::engine::Calendar {
        civil::calendar(
            &self.model.clock,
            zone,
            calendar.and_then(|id| self.scenario.calendars.get(id)),
            own,
        )
    }

    fn office(
        &mut self,
        (place, place_id): (PlaceIx, &str),
        zone: &TimeZone,
        (kind, id): (FacilityKind, &str),
        activity: Activity,
        office: &scenario::Office,
    ) -> Office {
        let path = format!("{}.{id}", kind.word());
        Office {
            place,
            time: self.drawn(&office.time, &format!("places.{place_id}.{path}.time")),
            path,
            name: office.name.clone(),
            activity,
            calendar: self.calendar(zone, office.calendar.as_ref(), office.servers),
            at_close: office.at_close,
        }
    }

    fn terminal(
        &mut self,
        (place, place_id): (PlaceIx, &str),
        zone: &TimeZone,
        id: &str,
        terminal: &scenario::Reloading,
        yards: &BTreeMap<Id, YardIx>,
    ) -> Terminal {
        let path = format!("reloading.{id}");
        let mut drawn = |law, what: &str| self.drawn(law, &format!("places.{place_id}.{path}.{what}"));
        let lifting = match &terminal.lifting {
            scenario::Lifting::PerTrain(law) => Lifting::PerTrain(drawn(law, "lifting")),
            scenario::Lifting::PerBox {
                per_lift,
                cranes,
                cranes_per_train,
            } => Lifting::PerBox {
                per_lift: drawn(per_lift, "per_lift"),
                cranes: *cranes,
                cranes_per_train: *cranes_per_train,
            },
        };
        let (placing, withdrawal) = (drawn(&terminal.placing, "placing"), drawn(&terminal.withdrawal, "withdrawal"));
        Terminal {
            place,
            path,
            name: terminal.name.clone(),
            to_yard: yards.get(&terminal.to_gauge).copied().unwrap_or_default(),
            brings: yards.get(&terminal.from_gauge).and_then(|yard| self.brings(*yard)),
            placing,
            lifting,
            withdrawal,
            calendar: self.calendar(zone, terminal.calendar.as_ref(), terminal.berths),
            at_close: terminal.at_close,
        }
    }

    fn exchange(&self, place: PlaceIx, zone: &TimeZone, id: &str, exchange: &scenario::Exchange) -> Exchange {
        Exchange {
            place,
            path: format!("exchange.{id}"),
            name: exchange.name.clone(),
            headway: exchange.headway,
            quota: exchange
                .quota
                .map(|quota| (quota.trains, civil::daily(&self.model.clock, zone, quota.reset_at))),
            calendar: self.calendar(zone, exchange.calendar.as_ref(), 1),
        }
    }
}
