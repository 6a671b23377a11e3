//! The state of a run, and what every step shares.

use super::cargo::Manifest;
use super::departure::Source;
use super::disruption::{Disruptions, SurgeState};
use super::event::{self, Event, MOST_TRAINS, STAMPS, field};
use super::exchange::ExchangeState;
use super::formation::GroupState;
use super::inspection::Inspections;
use super::luck::Luck;
use super::plant::Plant;
use super::priority::Ranks;
use super::route::{Group, HeldTrains};
use super::single::SectionState;
use super::stage::{Stage, Wake};
use super::stall::StallWatch;
use super::stop_loading::Holds;
use super::train::{Fleet, Phase, Train};
use super::transloading::TransloadingState;
use super::wagons::{PoolState, Rakes};
use super::wind::WindState;
use crate::engine::{Event as _, EventList, Gate, Process};
use crate::model::{Drawn, Model, Step, StepAt};
use crate::observe::{Activity, Fault};
use crate::units::{Duration, Instant};

/// Everything that changes in the course of a run.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "three are of the model, found out once")]
pub(super) struct State<'m> {
    pub(super) model: &'m Model,
    pub(super) luck: Luck,
    pub(super) stage: Stage,
    pub(super) fleet: Fleet,
    pub(super) sources: Vec<Source<'m>>,
    pub(super) plant: Plant<'m>,
    pub(super) sections: Vec<SectionState>,
    pub(super) inspections: Inspections,
    pub(super) manifest: Manifest,
    /// Breakdowns so far of each crane in [`Model::fallible`].
    pub(super) breakdowns: Vec<u32>,
    pub(super) winds: Vec<WindState>,
    pub(super) exchanges: Vec<ExchangeState>,
    pub(super) groups: Vec<GroupState>,
    pub(super) pools: Vec<PoolState>,
    pub(super) rakes: Rakes,
    pub(super) ranks: Ranks,
    pub(super) holds: Holds,
    pub(super) disruptions: Disruptions,
    pub(super) surges: Vec<SurgeState>,
    pub(super) transloadings: Vec<TransloadingState>,
    /// By flow: trains that find every route closed.
    pub(super) held: Vec<HeldTrains>,
    /// Room for estimates.
    pub(super) ahead: Vec<Group>,
    /// The first exact law that was broken.
    pub(super) fault: Option<Fault>,
    /// Set when more trains are inside than there is room for.
    pub(super) overfull: bool,
    /// When the next step of the time series ends.
    step_ends_at: Instant,
    /// From when on an event is not just let happen: from then, or always.
    looks_up_at: Instant,
    /// Pending events that are none of any train: the end of the warm-up.
    clockwork: usize,
    /// Whether it matters who waits for what: there are disruptions, or circles of possible waits.
    minds_waits: bool,
    /// Whether trains that wait stand in the order in which they came, and it does not matter who waits for what: then a train
    /// joins a queue here and now, by [`Stage::queue_up`].
    queues_plainly: bool,
    /// Whether places are sites.
    has_one_mode: bool,
    /// Whether more than trains has to be looked after at every event: disruptions, orders to stop loading, possible stalls.
    pub(super) is_vigilant: bool,
    /// The watch for trains that can never go on.
    pub(super) watch: StallWatch,
}

/// Whether a model has what has to be looked after at every event: disruptions, orders to stop loading, possible stalls.
pub(super) fn is_vigilant(model: &Model) -> bool {
    !model.disruptions.is_empty() || !model.stop_loading.is_empty() || !model.in_circles.is_empty()
}

impl Process for State<'_> {
    type Event = Event;

    #[inline]
    fn pending(&mut self) -> &mut EventList<Event> {
        &mut self.stage.pending
    }

    #[inline(always)]
    fn handle(&mut self, now: Instant, code: u64) -> bool {
        if now >= self.looks_up_at && !self.look_up(now) {
            return false;
        }
        self.stage.now = now;
        // Nearly every event is one of these.
        let (holds, index, held) = event::parts_of(code);
        match holds {
            field::RUNNING | field::IN_OFFICE | field::LIFTING => {
                if let Some(at) = self.plain_part_ends(index, held, holds) {
                    self.follow_program(index, at);
                }
            }
            field::KIND if held == event::DEPARTURE => self.departure(index),
            _ => self.happen(Event::decode(code)),
        }
        if self.stage.wakes.are_noted() {
            self.work_off_wakes();
        }
        // Nothing else ends a run.
        if self.is_vigilant || self.stage.pending.len() <= self.clockwork {
            return self.look_after();
        }
        true
    }
}

impl<'m> State<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        let minds_waits = !model.disruptions.is_empty() || !model.in_circles.is_empty();
        let sources = (0..model.flows.len()).map(|flow| Source::new(model, flow as u32)).collect();
        Self {
            model,
            luck: Luck::new(model),
            stage: Stage::default(),
            fleet: Fleet::default(),
            sources,
            plant: Plant::new(model),
            sections: vec![SectionState::default(); model.sections.len()],
            inspections: Inspections::default(),
            manifest: Manifest::default(),
            breakdowns: Vec::new(),
            winds: vec![WindState::default(); model.winds.len()],
            exchanges: vec![ExchangeState::default(); model.exchanges.len()],
            groups: vec![GroupState::default(); model.groups.len()],
            pools: vec![PoolState::default(); model.pools.len()],
            rakes: Rakes::default(),
            ranks: Ranks::default(),
            holds: Holds::new(model),
            disruptions: Disruptions::default(),
            surges: vec![SurgeState::default(); model.surges.len()],
            transloadings: model.transloadings.iter().map(TransloadingState::new).collect(),
            held: vec![HeldTrains::default(); model.flows.len()],
            ahead: Vec::new(),
            fault: None,
            overfull: false,
            step_ends_at: Instant::NEVER,
            looks_up_at: Instant::NEVER,
            clockwork: 0,
            minds_waits,
            queues_plainly: model.ageing.is_none() && !minds_waits,
            has_one_mode: model.has_one_mode(),
            is_vigilant: is_vigilant(model),
            watch: StallWatch::default(),
        }
    }

    /// The state at the start: an empty network.
    pub(super) fn reset(&mut self, seed: u64, replication: u32) {
        let model = self.model;
        self.luck.reset(model, seed, replication);
        self.stage.now = Instant::START;
        self.stage.pending.clear();
        self.fleet.clear();
        self.stage.wakes.clear();
        (self.fault, self.overfull) = (None, false);
        self.watch.reset();
        self.clockwork = 1;
        self.plant.reset();
        self.sections.iter_mut().for_each(SectionState::reset);
        self.inspections.reset(model);
        self.manifest.reset(model.classes());
        self.exchanges.iter_mut().for_each(ExchangeState::reset);
        self.groups.iter_mut().for_each(GroupState::reset);
        self.pools.iter_mut().zip(&model.pools).for_each(|(state, pool)| state.reset(pool));
        self.rakes.clear();
        self.ranks.reset();
        self.holds.reset();
        self.disruptions.reset(model);
        self.surges.fill(SurgeState::default());
        self.transloadings.iter_mut().for_each(TransloadingState::reset);
        self.held.iter_mut().for_each(HeldTrains::reset);
        self.stage.pending.schedule(model.measure_from, Event::MeasuringBegins);
        self.step_ends_at = Instant::START + model.step;
        self.looks_up_at = if self.is_vigilant { Instant::START } else { self.step_ends_at };
        for office in 0..self.plant.offices.len() {
            self.watch_office(office as u32);
        }
        for bay in 0..model.bays.len() {
            self.watch_bay(bay as u32);
        }
        for terminal in 0..self.plant.terminals.len() {
            self.watch_terminal(terminal as u32);
            self.watch_cranes(terminal as u32);
            self.note_stated_breakdowns(terminal as u32);
        }
        self.open_cranes();
        self.open_winds();
        for exchange in 0..self.exchanges.len() {
            self.watch_exchange(exchange as u32);
        }
        for rule in 0..model.stop_loading.len() {
            self.watch_order(rule as u32);
        }
        for disruption in 0..model.disruptions.len() {
            self.watch_disruption(disruption as u32);
        }
        for yard in 0..self.transloadings.len() {
            self.watch_transloading(yard as u32);
        }
        for flow in 0..self.sources.len() {
            self.open_source(flow as u32);
        }
    }

    /// What has to be done before something happens at an instant; whether the run goes on.
    #[cold]
    fn look_up(&mut self, now: Instant) -> bool {
        if self.is_vigilant && now > self.stage.now {
            self.look_for_recovery();
        }
        self.end_steps(now);
        if !self.is_vigilant {
            self.looks_up_at = self.step_ends_at;
        }
        !self.is_over()
    }

    /// What has to be looked at after something has happened, where there is more than trains, or nothing to come; whether the run
    /// goes on.
    #[inline(never)]
    fn look_after(&mut self) -> bool {
        if self.is_vigilant {
            self.watch_stop_loading();
            self.look_for_stall();
        }
        if self.stage.pending.len() <= self.clockwork {
            self.look_for_end();
        }
        !self.is_over()
    }

    /// Ends the steps of the time series up to and at an instant, before anything happens then. They are no events: a step is
    /// the same whenever it is looked at, as long as nothing has happened since.
    pub(super) fn end_steps(&mut self, until: Instant) {
        while self.step_ends_at <= until && !self.is_over() {
            self.stage.now = self.step_ends_at;
            self.stage.seen.end_step(self.stage.now, self.model.step);
            self.search_for_stall();
            self.step_ends_at = self.stage.now + self.model.step;
        }
    }

    #[inline(always)]
    pub(super) fn work_off_wakes(&mut self) {
        let mut done = 0;
        while let Some(wake) = self.stage.wakes.after(done) {
            done += 1;
            match wake {
                Wake::Yard(yard) => self.serve_yard(yard),
                Wake::Entry(lane) => self.serve_entry(lane),
                Wake::Exit(lane) => self.serve_exit(lane),
                Wake::Section(section) => self.serve_section(section),
                Wake::Office(office) => self.serve_office(office),
                Wake::Terminal(terminal) => self.serve_terminal(terminal),
                Wake::Wagons(pool) => self.serve_pool(pool),
                Wake::Transloading(yard) => self.serve_transloading(yard),
            }
        }
        self.stage.wakes.clear();
    }

    /// Something other than the end of what a train does.
    #[inline(never)]
    fn happen(&mut self, event: Event) {
        match event {
            Event::ActivityEnds { train, stamp } => self.activity_ends(train, stamp),
            Event::Departure(flow) => self.departure(flow),
            Event::EntryReady(lane) => self.entry_ready(lane),
            Event::ExitReady(lane) => self.exit_ready(lane),
            Event::SectionReady(section) => self.section_ready(section),
            Event::ExchangeReady(exchange) => self.exchange_ready(exchange),
            Event::ExchangeChanges(exchange) => self.exchange_changes(exchange),
            Event::OfficeChanges(office) => self.office_changes(office),
            Event::InspectionEnds { slot, stamp } => self.inspection_ends(slot, stamp),
            Event::BaysChange(bay) => self.bays_change(bay),
            Event::TerminalChanges(terminal) => self.terminal_changes(terminal),
            Event::CranesChange(terminal) => self.cranes_change(terminal),
            Event::CraneFails(crane) => self.crane_fails(crane),
            Event::CraneRepaired(crane) => self.crane_repaired(crane),
            Event::WindChanges(wind) => self.wind_changes(wind),
            Event::WagonsReturn(rake) => self.wagons_return(rake),
            Event::GroupDue(group) => self.group_due(group),
            Event::OrderChanges(rule) => self.order_changes(rule),
            Event::TransloadingChanges(yard) => self.transloading_changes(yard),
            Event::RouteReady(flow) => self.route_ready(flow),
            Event::DisruptionChanges(disruption) => self.disruption_changes(disruption),
            Event::MeasuringBegins => {
                self.restart_looks();
                self.begin_measuring(self.stage.now);
                self.clockwork -= 1;
            }
        }
    }

    /// Whether trains that wait to enter a line are booked together: nobody asks for each change of each of them.
    #[inline]
    pub(super) fn waits_in_common(&self) -> bool {
        self.queues_plainly && self.stage.seen.records.is_none()
    }

    /// Whether nothing that happens any more would matter.
    #[inline]
    fn is_over(&self) -> bool {
        self.watch.stall.is_some()
    }

    /// Measuring begins now.
    pub(super) fn begin_measuring(&mut self, now: Instant) {
        self.settle_waits();
        self.stage
            .seen
            .begin_measuring(now, self.fleet.inside().map(|(_, train)| &train.time));
        self.plant.begin_measuring(now);
    }

    /// What was seen of facilities joins what was seen of the rest.
    pub(super) fn report_facilities(&mut self) {
        self.plant.report(&mut self.stage.seen);
        self.stage.seen.add_up();
    }

    /// The running time of a train, its time at a desk or its lifting ends; the next step, if this one is done. Where there is
    /// more to it, that is a matter of its own.
    #[inline(always)]
    fn plain_part_ends(&mut self, train: u32, stamp: u16, holds: u64) -> Option<u32> {
        let (t, plant, stage) = (&mut self.fleet[train], &mut self.plant, &mut self.stage);
        if !t.is_due(stage.now, stamp) {
            return None;
        }
        let facility = t.facility;
        let is_done = match holds {
            field::RUNNING => self.reach_line_end(train),
            field::IN_OFFICE => {
                if plant.offices[facility as usize].finish(facility, stage) {
                    return Some(t.next_step());
                }
                self.after_desk(train, facility)
            }
            _ if plant.terminals[facility as usize].is_plain() => {
                if plant.lifted((train, facility), t, stage, self.model.measure_from) {
                    return Some(t.next_step());
                }
                let yard = plant.terminals[facility as usize].facts.to_yard;
                self.wait_for_track(train, yard, Phase::WantsDepartureTrack);
                false
            }
            _ => self.lifted(train, facility),
        };
        is_done.then(|| self.fleet[train].next_step())
    }

    /// Lets a train follow its program until it waits or a timed activity begins.
    pub(super) fn advance(&mut self, train: u32) {
        self.follow_program(train, self.fleet[train].at);
    }

    /// The same for a train at this step, by its number among those of all programs.
    #[inline(always)]
    fn follow_program(&mut self, train: u32, mut at: u32) {
        let ways = &self.model.ways;
        loop {
            let here = ways.at(at);
            let goes_on = if matches!(here.step, Step::Choose(_)) || self.disruptions.in_force > 0 {
                self.take_step_with_care(train, here)
            } else {
                self.take_step(train, &here.step, here)
            };
            if !goes_on {
                return;
            }
            at = self.fleet[train].next_step();
        }
    }

    /// Takes a step for which a facility has to be chosen, or that a disruption may keep a train from; whether it goes on.
    #[cold]
    fn take_step_with_care(&mut self, train: u32, at: &StepAt) -> bool {
        let step = match at.step {
            Step::Choose(choice) => self.choose(train, choice),
            step => step,
        };
        let is_held = self.disruptions.in_force > 0 && self.hold_back(train, step);
        !is_held && self.take_step(train, &step, at)
    }

    /// Takes a step; whether the train goes on at once. What nearly all trains do at nearly all facilities is done here and now.
    #[inline(always)]
    fn take_step(&mut self, train: u32, step: &Step, at: &StepAt) -> bool {
        let (plant, stage, luck) = (&mut self.plant, &mut self.stage, &mut self.luck);
        let t = &mut self.fleet[train];
        match *step {
            Step::Form(yard) => (!self.is_vigilant && plant.yards[yard as usize].take_for(t, yard, stage.now)) || self.form(train, yard),
            Step::Office(office) => {
                let here = &mut plant.offices[office as usize];
                let work = here.desk_time(at, t, luck);
                match here.ask((train, office), t, stage, work) {
                    None => {}
                    Some(cause) if self.queues_plainly => stage.queue_up(&mut here.gate, (train, t), cause),
                    Some(cause) => self.queue_at_office(train, office, cause),
                }
                false
            }
            Step::Reload(terminal) => {
                let here = &mut plant.terminals[terminal as usize];
                if !here.is_plain() {
                    self.join_terminal(train, terminal);
                    return false;
                }
                let block = here.block(stage.now);
                match here.ask(block, stage.now) {
                    None => plant.begin_lifting((train, terminal), at, t, stage, luck),
                    Some(cause) if self.queues_plainly => stage.queue_up(&mut here.gate, (train, t), cause),
                    Some(cause) => self.queue_at_terminal(train, terminal, cause),
                }
                false
            }
            Step::Run(lane, _) => {
                let here = &plant.lanes[lane as usize];
                if here.facts.single.is_some() {
                    return self.join_single_line(train, lane);
                }
                if let Some(block) = here.ask(stage.now) {
                    self.queue_at_entry(train, lane, block);
                    return false;
                }
                plant.enter((train, lane), at, t, stage, (luck, self.model)) && self.reach_line_end(train)
            }
            Step::Leave => {
                self.leave(train);
                false
            }
            Step::Exchange(exchange) => self.join_exchange(train, exchange),
            _ => self.take_rare_step(train, step),
        }
    }

    /// Takes a step that few trains have; whether it goes on.
    #[cold]
    fn take_rare_step(&mut self, train: u32, step: &Step) -> bool {
        match *step {
            Step::Regroup(group) => self.join_regrouping(train, group),
            Step::TakeWagons(pool) => self.take_wagons(train, pool, Phase::Ready),
            Step::BringWagons(pool) => {
                self.bring_wagons(train, pool);
                true
            }
            Step::Unload(yard) => self.join_unloading(train, yard),
            Step::Load(yard, outlet) => self.join_loading(train, yard, outlet),
            Step::Decide => self.decide(train),
            step => unreachable!("{step:?} is taken elsewhere"),
        }
    }

    /// Where in its program a train is.
    #[inline]
    pub(super) fn step_at(&self, train: u32) -> &'m StepAt {
        self.model.ways.at(self.fleet[train].at)
    }

    /// The step that a train is at; where it could choose a facility, that which it chose.
    #[inline]
    pub(super) fn step_of(&self, train: u32) -> Step {
        match self.step_at(train).step {
            Step::Choose(choice) => self.chosen_by(train, choice),
            step => step,
        }
    }

    /// What a train chose.
    fn chosen_by(&self, train: u32, choice: u32) -> Step {
        self.model.choices[choice as usize].options[self.fleet[train].chosen as usize]
    }

    /// Where the program of a route of a flow begins.
    #[inline]
    pub(super) fn way_of(&self, flow: u32, route: u16) -> u32 {
        self.model
            .ways
            .begin(self.model.flows[flow as usize].first_route + u32::from(route))
    }

    /// The step is done: on to the next.
    #[inline]
    pub(super) fn step_done(&mut self, train: u32) {
        self.fleet[train].next_step();
        self.advance(train);
    }

    /// Whether there is no room for one more train; that ends the run.
    pub(super) fn is_overfull(&mut self) -> bool {
        if self.fleet.slots() >= MOST_TRAINS {
            self.overfull = true;
        }
        self.overfull
    }

    /// A train comes into being at its origin, or the network is overfull.
    #[inline(always)]
    pub(super) fn create(&mut self, flow: u32, number: u32, boxes: u32) {
        if self.is_overfull() {
            return;
        }
        let source = &self.sources[flow as usize];
        let now = self.stage.now;
        let (train, mut at) = (self.fleet.free_slot(), source.prototype.at);
        self.fleet[train] = Train {
            time: self.stage.seen.create(now, (flow, number, boxes), source.prototype.site),
            number,
            boxes,
            created_at: now,
            arrived_at: now,
            ..source.prototype
        };
        if source.has_routes() {
            at = self.put_on_route(train);
        }
        self.load_boxes(train);
        self.follow_program(train, at);
    }

    /// A new train is on the route that is drawn for it; its first step there.
    fn put_on_route(&mut self, train: u32) -> u32 {
        let (flow, number) = (self.fleet[train].flow, self.fleet[train].number);
        let route = self.drawn_route(flow, number);
        let at = self.way_of(flow, route) + self.step_at(train).nth;
        let t = &mut self.fleet[train];
        (t.route, t.intended, t.at) = (route, route, at);
        at
    }

    /// A train leaves the network where it is.
    #[inline(always)]
    pub(super) fn leave(&mut self, train: u32) {
        self.unload_boxes(train);
        let (t, stage) = (&mut self.fleet[train], &mut self.stage);
        self.plant.give_back_track(t, stage);
        let outcome = stage.seen.leave(stage.now, &mut t.time, (t.flow, t.boxes), t.created_at);
        if let Err(fault) = outcome {
            self.fault.get_or_insert(fault);
        }
        stage.depart(t, self.model);
        t.go();
        self.fleet.give_back(train);
    }

    /// The place where a train that is on no line is: the end of its last line, or its origin.
    pub(super) fn place_of(&self, train: u32) -> u32 {
        self.step_at(train).place
    }

    /// From now on a train does this at this place, or at the location of a lane.
    #[inline]
    pub(super) fn switch(&mut self, train: u32, place: u32, activity: Activity) {
        if self.minds_waits && activity.is_waiting() {
            self.mind_wait(train, place, activity);
        }
        let t = &mut self.fleet[train];
        let is_site = self.has_one_mode || place as usize >= self.model.places.len();
        let location = if is_site { place } else { self.model.site(t.mode, place) };
        self.stage.seen.switch(&mut t.time, self.stage.now, location, activity);
    }

    /// From now on a train does this where it is.
    #[inline(always)]
    pub(super) fn switch_here(&mut self, train: u32, activity: Activity) {
        if self.minds_waits && activity.is_waiting() {
            self.mind_wait(train, self.model.sites[self.fleet[train].site as usize].place, activity);
        }
        self.stage.switch(&mut self.fleet[train], activity);
    }

    /// A train comes to wait: it may close a circle, or wait because of a disruption.
    #[cold]
    fn mind_wait(&mut self, train: u32, place: u32, activity: Activity) {
        if matches!(activity, Activity::Closure | Activity::Embargo) {
            self.note_held(train, place);
        }
        if activity.is_for_a_train() && !self.model.in_circles.is_empty() {
            self.watch.suspect(train);
        }
    }

    /// Everyone at a gate waits for something else now, but those that are overtaken.
    #[inline]
    pub(super) fn switch_all<G>(&mut self, gate: G, index: u32, place: u32, cause: Activity)
    where
        G: Copy + for<'s> Fn(&'s mut State<'m>, u32) -> &'s mut Gate<Activity>,
    {
        if gate(self, index).waits_for(cause) {
            self.book_all(gate, index, place, cause);
        }
    }

    #[cold]
    fn book_all<G>(&mut self, gate: G, index: u32, place: u32, cause: Activity)
    where
        G: Copy + for<'s> Fn(&'s mut State<'m>, u32) -> &'s mut Gate<Activity>,
    {
        let mut position = 0;
        while let Some(train) = gate(self, index).at(position) {
            position += 1;
            if self.ranks.is_overtaken(train) {
                continue;
            }
            if self.minds_waits {
                self.mind_wait(train, place, cause);
            }
            self.stage.seen.wait_on(&mut self.fleet[train].time, self.stage.now, cause);
        }
    }

    /// A timed activity begins that ends after this time.
    #[inline]
    pub(super) fn begin(&mut self, train: u32, phase: Phase, time: Duration) {
        self.stage.begin(train, &mut self.fleet[train], phase, time);
    }

    /// The timed activity of a train is interrupted: its end, already scheduled, means nothing any more.
    pub(super) fn interrupt(&mut self, train: u32) {
        let t = &mut self.fleet[train];
        t.due = Instant::NEVER;
        t.stamp = (t.stamp + 1) % STAMPS;
    }

    fn activity_ends(&mut self, train: u32, stamp: u16) {
        let t = &self.fleet[train];
        if t.is_due(self.stage.now, stamp) {
            self.part_ends(train, t.phase, self.step_of(train));
        }
    }

    /// A part of a step ends, after which there is more of it, or which knows itself when it is done.
    #[cold]
    fn part_ends(&mut self, train: u32, phase: Phase, step: Step) {
        match (phase, step) {
            (Phase::Placing, Step::Reload(terminal)) => self.placed(train, terminal),
            (Phase::Withdrawal, Step::Reload(terminal)) => self.withdrawal_ends(train, terminal),
            (Phase::InSection, _) => self.reach_section_end(train),
            (Phase::Unloading, _) => self.box_set_down(train),
            (Phase::AwaitsBoxes, _) => self.patience_over(train),
            (Phase::Loading, _) => self.loaded(train),
            // Nothing else ends by itself.
            _ => {}
        }
    }

    /// What is drawn for the step that a train is at: the `nth` thing of it.
    pub(super) fn drawn_here(&mut self, train: u32, drawn: &Drawn, nth: u32) -> Duration {
        self.luck.at_step(self.step_at(train), &self.fleet[train], drawn, nth)
    }
}
