//! Rules that hold trains back or let them go first: priority with ageing, orders to stop loading.

use std::collections::BTreeSet;

use super::compile::{Compiler, index};
use super::{Order, StopLoading};
use crate::engine::Calendar;
use crate::scenario;

impl Compiler<'_> {
    /// Compiles the rules; every flow is known.
    pub(super) fn rules(&mut self) {
        let ranked = self.model.flows.iter().any(|flow| flow.class > 0);
        self.model.ageing = self.scenario.ageing.filter(|_| ranked);
        for (id, rule) in &self.scenario.stop_loading {
            let compiled = self.stop_loading(id, rule);
            self.model.stop_loading.push(compiled);
        }
    }

    fn stop_loading(&self, id: &str, rule: &scenario::StopLoading) -> StopLoading {
        let zone = self.zone(&self.scenario.places[&rule.place].zone);
        let order = match &rule.order {
            scenario::Order::Waiting { stop_above, resume_below } => Order::Waiting {
                stop_above: *stop_above,
                resume_below: *resume_below,
            },
            scenario::Order::Dated(spans) => {
                let at = |civil| self.model.clock.instant(&zone, civil);
                let changes = spans.iter().flat_map(|(from, until)| [(at(*from), 1), (at(*until), 0)]);
                Order::Dated(Calendar::from_changes(changes))
            }
        };
        let place = self.place_ix(&rule.place);
        let flows = || (0..).zip(&self.model.flows).filter(|(_, flow)| rule.flows.contains(&flow.id));
        let sites: BTreeSet<u32> = flows().map(|(_, flow)| self.model.site(flow.mode, place)).collect();
        StopLoading {
            id: id.to_owned(),
            name: rule.name.clone(),
            place,
            sites: sites.into_iter().collect(),
            order,
            flows: flows().map(|(at, _)| index(at)).collect(),
        }
    }
}
