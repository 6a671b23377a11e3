//! The handover over the border: a headway, a daily quota, opening hours.

use super::choice::Look;
use super::disruption::Strain;
use super::event::Event;
use super::state::State;
use crate::engine::{Gate, Hand};
use crate::model::Exchange;
use crate::observe::Activity;
use crate::units::Instant;

/// An exchange in the course of a run.
#[derive(Clone, Debug)]
pub(super) struct ExchangeState {
    pub(super) gate: Gate<Activity>,
    hand: Hand,
    free_at: Instant,
    /// Trains handed over since the last reset, and which reset that was.
    used: u32,
    reset: usize,
    timer: Instant,
    /// What disruptions do to it, and to its quota.
    pub(super) strains: (Strain, Strain),
}

impl Default for ExchangeState {
    fn default() -> Self {
        Self {
            gate: Gate::default(),
            hand: Hand::default(),
            free_at: Instant::START,
            used: 0,
            reset: 0,
            timer: Instant::NEVER,
            strains: (Strain::default(), Strain::default()),
        }
    }
}

impl ExchangeState {
    pub(super) fn reset(&mut self) {
        let mut gate = std::mem::take(&mut self.gate);
        gate.clear();
        *self = Self { gate, ..Self::default() };
    }
}

impl ExchangeState {
    /// Where its calendar has been read up to.
    pub(super) fn hand(&self) -> Hand {
        self.hand
    }

    /// When its quota lets a train pass that has so many before it, counted from those already handed over.
    pub(super) fn quota_at(&self, model: &Exchange, now: Instant, before: u32) -> Instant {
        let Some((trains, resets)) = &model.quota else { return now };
        let reset = self.reset + resets[self.reset..].partition_point(|at| *at <= now).saturating_sub(1);
        let used = if reset == self.reset { self.used } else { 0 };
        let days = (used + before) / (*trains).max(1);
        resets.get(reset + days as usize).copied().unwrap_or(Instant::NEVER).max(now)
    }
}

impl State<'_> {
    /// What keeps the next train from being handed over, and when to look again.
    fn exchange_block(&mut self, exchange: u32) -> Option<(Activity, Option<Instant>)> {
        let (model, state) = (&self.model.exchanges[exchange as usize], &mut self.exchanges[exchange as usize]);
        if state.strains.0.of(model.calendar.servers(&mut state.hand, self.now)) == 0 {
            // Its opening is watched.
            return Some((state.strains.0.cause(), None));
        }
        if let Some((trains, resets)) = &model.quota {
            while resets.get(state.reset + 1).is_some_and(|next| *next <= self.now) {
                state.reset += 1;
                state.used = 0;
            }
            if state.used >= state.strains.1.of(*trains) {
                return Some((Activity::QuotaUsedUp, resets.get(state.reset + 1).copied()));
            }
        }
        (state.free_at > self.now).then_some((Activity::Headway, Some(state.free_at)))
    }

    /// A train asks to be handed over; whether it was, at once.
    pub(super) fn join_exchange(&mut self, train: u32, exchange: u32) -> bool {
        let block = self.exchange_block(exchange);
        if self.exchanges[exchange as usize].gate.is_empty() && block.is_none() {
            self.hand_over(exchange);
            return true;
        }
        let place = self.model.exchanges[exchange as usize].place;
        let state = &mut self.exchanges[exchange as usize];
        let cause = state.gate.join(train, block.map_or(Activity::Headway, |b| b.0));
        self.seen.exchanges[exchange as usize].waiting.add(self.now, 1);
        self.switch(train, place, cause);
        if let Some(block) = block {
            self.look_again_at_exchange(exchange, block);
        }
        false
    }

    /// What a train that could choose this exchange sees of it.
    pub(super) fn look_at_exchange(&mut self, exchange: u32) -> Look {
        let is_free = self.exchange_block(exchange).is_none();
        let state = &self.exchanges[exchange as usize];
        Look {
            begins_at_once: state.gate.is_empty() && is_free,
            waiting: state.gate.len() as u32,
            inside: u32::from(!is_free),
            hand: state.hand,
        }
    }

    fn hand_over(&mut self, exchange: u32) {
        let state = &mut self.exchanges[exchange as usize];
        state.free_at = self.now + self.model.exchanges[exchange as usize].headway;
        state.used += 1;
        let tally = &mut self.seen.exchanges[exchange as usize];
        tally.passed += 1;
        if self.now >= self.model.measure_from {
            tally
                .daily
                .add(self.now, self.model.days_at(self.model.exchanges[exchange as usize].place));
        }
    }

    fn look_again_at_exchange(&mut self, exchange: u32, (cause, at): (Activity, Option<Instant>)) {
        self.switch_all(
            |s, i| &mut s.exchanges[i as usize].gate,
            exchange,
            self.model.exchanges[exchange as usize].place,
            cause,
        );
        if let Some(at) = at
            && self.exchanges[exchange as usize].timer != at
        {
            self.exchanges[exchange as usize].timer = at;
            self.pending.schedule(at, Event::ExchangeReady(exchange));
        }
    }

    /// Hands over as many as may go.
    pub(super) fn serve_exchange(&mut self, exchange: u32) {
        while let Some(train) = self.exchanges[exchange as usize].gate.head() {
            if let Some(block) = self.exchange_block(exchange) {
                self.look_again_at_exchange(exchange, block);
                return;
            }
            self.exchanges[exchange as usize].gate.leave();
            self.seen.exchanges[exchange as usize].waiting.add(self.now, -1);
            self.hand_over(exchange);
            self.step_done(train);
        }
    }

    /// Looks out for the next opening or closing.
    pub(super) fn watch_exchange(&mut self, exchange: u32) {
        let state = &mut self.exchanges[exchange as usize];
        if let Some(at) = self.model.exchanges[exchange as usize]
            .calendar
            .next_change(&mut state.hand, self.now)
        {
            self.pending.schedule(at.max(Instant::START), Event::ExchangeChanges(exchange));
        }
    }

    /// The headway has passed, or the quota is new.
    pub(super) fn exchange_ready(&mut self, exchange: u32) {
        self.exchanges[exchange as usize].timer = Instant::NEVER;
        self.serve_exchange(exchange);
    }

    /// It opens or closes.
    pub(super) fn exchange_changes(&mut self, exchange: u32) {
        self.watch_exchange(exchange);
        self.serve_exchange(exchange);
    }
}
