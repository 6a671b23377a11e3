//! The same results under names in another language: names have no influence on any number.

use super::compare::{Compared, Comparison};
use super::facilities::facilities;
use super::measures::{MeasureName, names};
use super::results::{DailyTrains, Results, Utilisation};
use super::stall::{StallReport, network};
use super::summarise::{corridors, flows, locations, utilisation};
use super::{Advice, GoalReport};
use crate::model::Model;
use crate::scenario::Scenario;

/// A scenario in another language, and its model: what the one is called that was run.
#[derive(Clone, Debug)]
pub struct Spoken {
    /// The scenario with its names in the language.
    pub scenario: Scenario,
    /// Its model.
    pub model: Model,
}

impl Spoken {
    /// Results of the same scenario under these names.
    #[must_use]
    pub fn results(&self, results: &Results) -> Results {
        let (model, names) = (&self.model, names(&self.model));
        let mut spoken = results.clone();
        spoken.run.title.clone_from(&self.scenario.title);
        spoken.locations = locations(model);
        spoken.flows = flows(model);
        spoken.network = network(model);
        spoken.facilities = facilities(model);
        for (measure, name) in spoken.measures.iter_mut().zip(&names) {
            measure.label.clone_from(&name.label);
        }
        for goal in &mut spoken.run.goals {
            rename_goal(goal, &names);
        }
        for (entry, named) in spoken.utilisation.iter_mut().zip(utilisation(model, results)) {
            let Utilisation { name, .. } = named;
            entry.name = name;
        }
        for entry in &mut spoken.daily {
            rename_exchange(entry, model);
        }
        if !spoken.corridors.is_empty() {
            spoken.corridors = corridors(model, &self.scenario.corridors);
        }
        for advice in &mut spoken.advice {
            if let Advice::QueueGrows { place, name, .. } = advice
                && let Some(location) = spoken.locations.iter().find(|l| l.id == *place)
            {
                name.clone_from(&location.name);
            }
        }
        spoken
    }

    /// A stall of the same scenario, with what trains hold and wait for under these names.
    #[must_use]
    pub fn stall(&self, stall: &StallReport) -> StallReport {
        let mut spoken = stall.clone();
        for link in &mut spoken.circle {
            [link.holds, link.waits_for] = link.elements.map(|element| element.name(&self.model));
        }
        spoken
    }
}

fn rename_goal(goal: &mut GoalReport, names: &[MeasureName]) {
    if let Some(name) = names.iter().find(|name| name.id == goal.measure) {
        goal.label.clone_from(&name.label);
    }
}

fn rename_exchange(entry: &mut DailyTrains, model: &Model) {
    let place = model.sites[entry.place].place;
    if let Some((path, name)) = &mut entry.exchange
        && let Some(exchange) = model.exchanges.iter().find(|e| e.place == place && e.path == *path)
    {
        name.clone_from(&exchange.name);
    }
}

/// A comparison under the names of its scenarios in another language, which come in the same order.
#[must_use]
pub fn spoken_comparison(comparison: &Comparison, spoken: &[Spoken]) -> Comparison {
    let mut renamed = comparison.clone();
    for (
        Compared {
            results, names: labels, ..
        },
        spoken,
    ) in renamed.scenarios.iter_mut().zip(spoken)
    {
        *results = spoken.results(results);
        *labels = names(&spoken.model);
    }
    let Some(first) = renamed.scenarios.first() else { return renamed };
    for difference in renamed.differences.iter_mut().flatten() {
        if let Some(name) = first.names.iter().find(|name| name.id == difference.measure.id) {
            difference.measure.label.clone_from(&name.label);
        }
    }
    renamed
}
