//! The handover over the border: a headway, a daily quota, opening hours.

use super::choice::Look;
use super::disruption::Strain;
use super::event::Event;
use super::line::Block;
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

pub(super) fn gate<'s>(state: &'s mut State<'_>, exchange: u32) -> &'s mut Gate<Activity> {
    &mut state.exchanges[exchange as usize].gate
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
    /// What keeps a train from being handed over, and when to look again.
    fn exchange_block(&mut self, exchange: u32, is_exempt: bool) -> Option<Block> {
        let (model, state) = (&self.model.exchanges[exchange as usize], &mut self.exchanges[exchange as usize]);
        if state.strains.0.of(model.calendar.servers(&mut state.hand, self.stage.now)) == 0 {
            // Its opening is watched.
            return Some((state.strains.0.cause(), None));
        }
        if let Some((trains, resets)) = &model.quota {
            while resets.get(state.reset + 1).is_some_and(|next| *next <= self.stage.now) {
                state.reset += 1;
                state.used = 0;
            }
            if state.used >= state.strains.1.of(*trains) && !is_exempt {
                return Some((Activity::QuotaUsedUp, resets.get(state.reset + 1).copied()));
            }
        }
        (state.free_at > self.stage.now).then_some((Activity::Headway, Some(state.free_at)))
    }

    /// Whether the class of a train frees it from the quota.
    fn is_exempt(&self, train: u32, exchange: u32) -> bool {
        let class = self.model.flows[self.fleet[train].flow as usize].class;
        self.model.exchanges[exchange as usize]
            .exempt_from
            .is_some_and(|from| class >= from)
    }

    /// A train asks to be handed over; whether it was, at once.
    pub(super) fn join_exchange(&mut self, train: u32, exchange: u32) -> bool {
        let is_exempt = self.is_exempt(train, exchange);
        let block = self.exchange_block(exchange, is_exempt);
        // Whoever waits, waits for the quota; or there is no one.
        let nobody_before = match self.exchanges[exchange as usize].gate.cause() {
            Some(Activity::QuotaUsedUp) if is_exempt => self.first_exempt(exchange).is_none(),
            _ => self.exchanges[exchange as usize].gate.is_empty(),
        };
        if nobody_before && block.is_none() {
            self.hand_over(exchange, is_exempt);
            return true;
        }
        self.stage.seen.exchanges[exchange as usize].waiting.increase(self.stage.now);
        let model = &self.model.exchanges[exchange as usize];
        let cause = block.map_or(Activity::Headway, |b| b.0);
        self.queue_up((gate, exchange), train, cause);
        if model.exempt_from.is_some() {
            // It may pass those that the quota keeps, after the headway.
            self.serve_exchange(exchange);
        } else if let Some(block) = block {
            self.look_again_at_exchange(exchange, block);
        }
        false
    }

    /// Where the first train stands that is free from the quota.
    fn first_exempt(&self, exchange: u32) -> Option<usize> {
        self.model.exchanges[exchange as usize].exempt_from?;
        let mut waiting = self.exchanges[exchange as usize].gate.waiting();
        waiting.position(|train| self.is_exempt(train, exchange))
    }

    /// What a train that could choose this exchange sees of it.
    pub(super) fn look_at_exchange(&mut self, exchange: u32) -> Look {
        let is_free = self.exchange_block(exchange, false).is_none();
        let state = &self.exchanges[exchange as usize];
        Look {
            begins_at_once: state.gate.is_empty() && is_free,
            waiting: state.gate.len() as u32,
            inside: u32::from(!is_free),
            hand: state.hand,
        }
    }

    fn hand_over(&mut self, exchange: u32, is_exempt: bool) {
        let state = &mut self.exchanges[exchange as usize];
        state.free_at = self.stage.now + self.model.exchanges[exchange as usize].headway;
        state.used += u32::from(!is_exempt);
        let tally = &mut self.stage.seen.exchanges[exchange as usize];
        tally.passed += 1;
        let model = self.model;
        tally
            .daily
            .add(self.stage.now, || model.days_at(model.exchanges[exchange as usize].place));
    }

    fn look_again_at_exchange(&mut self, exchange: u32, (cause, at): Block) {
        self.switch_all(gate, exchange, self.model.exchanges[exchange as usize].place, cause);
        if let Some(at) = at
            && self.exchanges[exchange as usize].timer != at
        {
            self.exchanges[exchange as usize].timer = at;
            self.stage.pending.schedule(at, Event::ExchangeReady(exchange));
        }
    }

    /// Hands over as many as may go: the first, or where the quota keeps it the first that is free from the quota.
    pub(super) fn serve_exchange(&mut self, exchange: u32) {
        while let Some(first) = self.exchanges[exchange as usize].gate.head() {
            let is_exempt = self.is_exempt(first, exchange);
            let position = match self.exchange_block(exchange, is_exempt) {
                None => 0,
                Some(block) => {
                    let passes = if block.0 == Activity::QuotaUsedUp {
                        self.first_exempt(exchange)
                    } else {
                        None
                    };
                    let Some(position) = passes else {
                        self.look_again_at_exchange(exchange, block);
                        return;
                    };
                    if let Some((_, at)) = self.exchange_block(exchange, true) {
                        self.look_again_at_exchange(exchange, (block.0, at));
                        return;
                    }
                    position
                }
            };
            let Some(train) = self.call_up((gate, exchange), position) else {
                return;
            };
            self.stage.seen.exchanges[exchange as usize].waiting.decrease(self.stage.now);
            let is_exempt = self.is_exempt(train, exchange);
            self.hand_over(exchange, is_exempt);
            self.step_done(train);
        }
    }

    /// Looks out for the next opening or closing.
    pub(super) fn watch_exchange(&mut self, exchange: u32) {
        let state = &mut self.exchanges[exchange as usize];
        if let Some(at) = self.model.exchanges[exchange as usize]
            .calendar
            .next_change(&mut state.hand, self.stage.now)
        {
            self.stage
                .pending
                .schedule(at.max(Instant::START), Event::ExchangeChanges(exchange));
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
