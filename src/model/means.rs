//! Mean times: what a step takes a train that never waits.

use super::{ChoiceRule, Model, PlaceIx, Step};
use crate::engine::Calendar;
use crate::units::Duration;

impl Model {
    /// Milliseconds for which a train with so many boxes takes a server of the facility of a step, on average. Zero for
    /// a step that is no facility, or a choice of several.
    #[must_use]
    pub fn mean_stay(&self, step: Step, boxes: f64) -> f64 {
        match step {
            Step::Office(office) => self.offices[office as usize].mean_time(),
            Step::Reload(terminal) => self.terminals[terminal as usize].mean_stay(boxes),
            Step::Unload(yard) => self.transloadings[yard as usize].mean_stay(boxes),
            #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
            Step::Exchange(exchange) => self.exchanges[exchange as usize].headway.0 as f64,
            Step::Form(_)
            | Step::Regroup(_)
            | Step::TakeWagons(_)
            | Step::BringWagons(_)
            | Step::Choose(_)
            | Step::Load(..)
            | Step::Decide
            | Step::Run(..)
            | Step::Leave => 0.0,
        }
    }

    /// The calendar of the facility of a step; none of a choice of several.
    #[must_use]
    pub fn calendar_of(&self, step: Step) -> Option<&Calendar> {
        match step {
            Step::Office(office) => Some(&self.offices[office as usize].calendar),
            Step::Reload(terminal) => Some(&self.terminals[terminal as usize].calendar),
            Step::Exchange(exchange) => Some(&self.exchanges[exchange as usize].calendar),
            Step::Unload(yard) => Some(&self.transloadings[yard as usize].calendar),
            Step::Form(_)
            | Step::Regroup(_)
            | Step::TakeWagons(_)
            | Step::BringWagons(_)
            | Step::Choose(_)
            | Step::Load(..)
            | Step::Decide
            | Step::Run(..)
            | Step::Leave => None,
        }
    }

    /// Mean time that a step takes a train with so many boxes if it never waits, inspection of boxes left out. Of a
    /// choice among facilities, that of the quickest, or by the shares.
    #[must_use]
    pub fn mean_time(&self, step: Step, boxes: f64) -> Duration {
        let millis = match step {
            // A train passes a handover at once; the headway holds the one behind it.
            Step::Exchange(_) => 0.0,
            Step::Load(yard, outlet) => self.transloadings[yard as usize].outlets[outlet as usize].loading.mean,
            Step::Run(lane, _) => self.lanes[lane as usize].running_time.mean,
            Step::Choose(choice) => return self.of_options(choice, |option| self.mean_time(option, boxes)),
            step => self.mean_stay(step, boxes),
        };
        Duration::from_millis(millis)
    }

    /// What a time is at a choice among facilities: the least among them, or the mean by the shares.
    pub(crate) fn of_options(&self, choice: u32, mut time: impl FnMut(Step) -> Duration) -> Duration {
        let choice = &self.choices[choice as usize];
        let ChoiceRule::Shares { cumulative, .. } = &choice.rule else {
            return choice.options.iter().map(|option| time(*option)).min().unwrap_or_default();
        };
        let mut before = 0.0;
        let part = |(option, up_to): (&Step, &f64)| {
            let share = up_to - before;
            before = *up_to;
            #[allow(clippy::cast_precision_loss, reason = "an estimate")]
            let part = share * time(*option).0 as f64;
            part
        };
        Duration::from_millis(choice.options.iter().zip(cumulative).map(part).sum())
    }

    /// The calendar of the facility with this path at this place and the mean time up to it, where it is a step
    /// of a program.
    pub(super) fn way_to(&self, program: &[Step], place: PlaceIx, path: &str, boxes: f64) -> Option<(&Calendar, Duration)> {
        let mut ahead = Duration::ZERO;
        for step in program {
            if self.facility(*step) == Some((place, path)) {
                return self.calendar_of(*step).map(|calendar| (calendar, ahead));
            }
            ahead += self.mean_time(*step, boxes);
        }
        None
    }

    /// The place of the facility of a step, and its path there.
    fn facility(&self, step: Step) -> Option<(PlaceIx, &str)> {
        match step {
            Step::Office(i) => self.offices.get(i as usize).map(|o| (o.place, &*o.path)),
            Step::Reload(i) => self.terminals.get(i as usize).map(|t| (t.place, &*t.path)),
            Step::Exchange(i) => self.exchanges.get(i as usize).map(|e| (e.place, &*e.path)),
            Step::Unload(i) => self.transloadings.get(i as usize).map(|y| (y.place, &*y.path)),
            _ => None,
        }
    }
}
