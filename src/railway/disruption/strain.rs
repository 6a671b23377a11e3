//! What is in force, laid over a number of the model.

use crate::model::Amount;
use crate::observe::Activity;

/// What disruptions in force do to a number of servers, bays, berths, cranes or tracks, or to a quota.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::railway) struct Strain {
    /// Whether there is anything of it.
    is_laid: bool,
    /// Whether there is none at all.
    closed: bool,
    to: Option<u32>,
    per_million: Option<u32>,
}

impl Strain {
    /// How many there are instead of the usual ones.
    #[inline]
    pub(in crate::railway) fn of(&self, usual: u32) -> u32 {
        if self.is_laid { self.laid_over(usual) } else { usual }
    }

    #[cold]
    fn laid_over(&self, usual: u32) -> u32 {
        if self.closed || usual == 0 {
            return 0;
        }
        let to = self.to.map(Amount::To);
        let changed = to.into_iter().chain(self.per_million.map(Amount::PerMillion));
        changed.map(|amount| amount.of(usual)).min().unwrap_or(usual)
    }

    /// Why there is none.
    pub(in crate::railway) fn cause(&self) -> Activity {
        if self.closed { Activity::Closure } else { Activity::OfficeClosed }
    }

    /// Closes it.
    pub(super) fn close(&mut self) {
        (self.is_laid, self.closed) = (true, true);
    }

    /// Whether there is none at all.
    pub(in crate::railway) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Lays one more number over it; the least of all counts.
    pub(super) fn take_in(&mut self, amount: Amount) {
        self.is_laid = true;
        let least = |known: Option<u32>, new: u32| Some(known.map_or(new, |known| known.min(new)));
        match amount {
            Amount::To(number) => self.to = least(self.to, number),
            Amount::PerMillion(part) => self.per_million = least(self.per_million, part),
        }
    }
}
