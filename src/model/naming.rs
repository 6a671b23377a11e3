//! How names are put together, in the language in which the names of the scenario were read.

use std::collections::BTreeMap;

use crate::lang::Lang;
use crate::scenario::Scenario;

/// The language of a model, and what it calls its gauges.
#[derive(Clone, Debug)]
pub struct Naming {
    /// The language.
    pub lang: Lang,
    gauges: BTreeMap<String, String>,
}

impl Naming {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let gauges = scenario.gauges.iter().map(|(id, gauge)| (id.clone(), gauge.name.clone()));
        Self {
            lang: scenario.lang,
            gauges: gauges.collect(),
        }
    }

    fn gauge<'n>(&'n self, id: &'n str) -> &'n str {
        self.gauges.get(id).map_or(id, String::as_str)
    }

    /// The tracks of a gauge.
    #[must_use]
    pub fn tracks(&self, gauge: &str) -> String {
        self.lang.pick(format!("{gauge} tracks"), format!("{}股道", self.gauge(gauge)))
    }

    /// The wagons of a gauge.
    #[must_use]
    pub fn wagons(&self, gauge: &str) -> String {
        self.lang.pick(format!("{gauge} wagons"), format!("{}车辆", self.gauge(gauge)))
    }

    /// What belongs to a place.
    #[must_use]
    pub fn of(&self, what: &str, place: &str) -> String {
        self.lang.pick(format!("{what} of {place}"), format!("{place}{what}"))
    }

    /// A part of something, or a facility in it.
    #[must_use]
    pub fn part(&self, whole: &str, part: &str) -> String {
        self.lang.pick(format!("{whole}, {part}"), format!("{whole}，{part}"))
    }

    /// A line in one direction.
    #[must_use]
    pub fn towards(&self, line: &str, place: &str) -> String {
        self.lang.pick(format!("{line} to {place}"), format!("{line} → {place}"))
    }

    /// All vehicles of a kind.
    #[must_use]
    pub fn all(&self, vehicles: &str) -> String {
        self.lang
            .pick(format!("All {vehicles}"), format!("全部{}", self.lang.vehicles(vehicles)))
    }
}
