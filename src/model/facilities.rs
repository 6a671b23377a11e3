//! Facilities of a place, compiled.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::compile::{Compiler, cumulated, index};
use super::{AtClose, Choice, ChoiceRule, Exchange, Lifting, Office, PlaceIx, Step, Terminal, YardIx, civil};
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
                steps.insert((kind, office_id.clone()), Step::Office(index(self.model.offices.len())));
                self.model.offices.push(compiled);
            }
        }
        let wind = self.wind((ix, id), &zone, place);
        for (terminal_id, terminal) in &place.reloading {
            let compiled = self.terminal((ix, id), (&zone, wind), terminal_id, terminal, yards);
            steps.insert(
                (FacilityKind::Reloading, terminal_id.clone()),
                Step::Reload(index(self.model.terminals.len())),
            );
            self.model.terminals.push(compiled);
        }
        for (exchange_id, exchange) in &place.exchange {
            let compiled = self.exchange(ix, &zone, exchange_id, exchange);
            steps.insert(
                (FacilityKind::Exchange, exchange_id.clone()),
                Step::Exchange(index(self.model.exchanges.len())),
            );
            self.model.exchanges.push(compiled);
        }
        for (regrouping_id, regrouping) in &place.regrouping {
            let path = format!("places.{id}.regrouping.{regrouping_id}");
            let compiled = self.formation((ix, &zone), (path, regrouping.name.clone()), &regrouping.forming, true);
            // Until every flow is known, the step leads to the formation instead of a group in it.
            steps.insert(
                (FacilityKind::Regrouping, regrouping_id.clone()),
                Step::Regroup(index(self.model.formations.len())),
            );
            self.model.formations.push(compiled);
        }
        for (yard_id, yard) in &place.transloading {
            let compiled = self.transloading((ix, id), &zone, yard_id, yard);
            steps.insert(
                (FacilityKind::Transloading, yard_id.clone()),
                Step::Unload(index(self.model.transloadings.len())),
            );
            self.model.transloadings.push(compiled);
        }
        self.choices((ix, id), place, &mut steps);
        steps
    }

    /// Compiles the choices among the facilities of a place.
    fn choices(&mut self, (ix, id): (PlaceIx, &str), place: &Place, steps: &mut Steps) {
        for (choice_id, choice) in &place.choice {
            let path = format!("choice.{choice_id}");
            let options = choice
                .of
                .iter()
                .filter_map(|step| steps.get(&(step.kind, step.id.clone())).copied())
                .collect();
            let rule = match &choice.rule {
                scenario::ChoiceRule::Order => ChoiceRule::Order,
                scenario::ChoiceRule::LeastQueue => ChoiceRule::LeastQueue,
                scenario::ChoiceRule::LeastWork => ChoiceRule::LeastWork,
                scenario::ChoiceRule::Shares(shares) => ChoiceRule::Shares {
                    chance: self.chance(&format!("places.{id}.{path}")),
                    cumulative: cumulated(shares.iter().copied()),
                },
            };
            steps.insert(
                (FacilityKind::Choice, choice_id.clone()),
                Step::Choose(index(self.model.choices.len())),
            );
            self.model.choices.push(Choice {
                place: ix,
                path,
                options,
                rule,
            });
        }
    }

    pub(super) fn calendar(&self, zone: &TimeZone, calendar: Option<&Id>, own: u32) -> crate::engine::Calendar {
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
        let full = format!("places.{place_id}.{path}");
        Office {
            place,
            time: self.drawn(&office.time, &format!("{full}.time")),
            advance: self.advance(&full, office.customs.advance.as_ref()),
            inspection: self.inspection((place, &path), &full, zone, office),
            path,
            name: office.name.clone(),
            activity,
            calendar: self.calendar(zone, office.calendar.as_ref(), office.servers),
            at_close: office.at_close,
            can_rest: office.at_close == AtClose::Pause,
        }
    }

    fn terminal(
        &mut self,
        (place, place_id): (PlaceIx, &str),
        (zone, wind): (&TimeZone, Option<u32>),
        id: &str,
        terminal: &scenario::Reloading,
        yards: &BTreeMap<Id, YardIx>,
    ) -> Terminal {
        let path = format!("reloading.{id}");
        let mut drawn = |law, what: &str| self.drawn(law, &format!("places.{place_id}.{path}.{what}"));
        let lifting = match &terminal.lifting {
            scenario::Lifting::PerTrain(law) => Lifting::PerTrain(drawn(law, "lifting")),
            scenario::Lifting::PerBox { per_lift, .. } => Lifting::PerBox(drawn(per_lift, "per_lift")),
        };
        let (placing, withdrawal) = (drawn(&terminal.placing, "placing"), drawn(&terminal.withdrawal, "withdrawal"));
        let calendar = self.calendar(zone, terminal.calendar.as_ref(), terminal.berths);
        let berths = calendar.most_servers();
        let cranes = self.cranes(&format!("places.{place_id}.{path}"), zone, (terminal, berths), wind);
        Terminal {
            place,
            path,
            name: terminal.name.clone(),
            to_yard: yards.get(&terminal.to_gauge).copied().unwrap_or_default(),
            brings: yards.get(&terminal.from_gauge).and_then(|yard| self.brings(*yard)),
            placing,
            lifting,
            withdrawal,
            calendar,
            at_close: terminal.at_close,
            cranes,
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
