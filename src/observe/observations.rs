//! Everything seen of one replication.

use super::tally::{
    BayTally, CargoTally, DisruptionTally, ExchangeTally, FlowTally, FormationTally, LaneTally, OfficeTally, OutletTally, PassageTally,
    PlaceTally, PoolTally, Reason, RouteTally, StopTally, TerminalTally, TimeWeighted, TransloadingTally,
};
use super::{Activity, ActivityRecord, ReplicationRecords, TrainRecord};
use crate::units::{Duration, Instant};

/// A train's own part of the ledger: what it is doing, since when, and what is booked already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrainTime {
    /// Since when it does what it does.
    pub since: Instant,
    /// Where and what, as [`account`] has it.
    account: u32,
    /// Time booked so far; at the end, its whole time in the network. A regrouped train carries on the time of its
    /// oldest part.
    pub booked: Duration,
    /// Of which waiting.
    pub waited: Duration,
    /// Its row in the records.
    pub row: u32,
}

impl TrainTime {
    /// Where the train is: a place, or after these a lane.
    #[must_use]
    pub fn location(&self) -> u32 {
        location_of(self.account)
    }

    /// What the train does; of one that waits in common with others and is not settled, what it came to wait for.
    #[must_use]
    pub fn activity(&self) -> Activity {
        Activity::ALL[activity_of(self.account)]
    }

    /// Whether this is what the train does.
    #[must_use]
    pub fn is_booked_as(&self, location: u32, activity: Activity) -> bool {
        self.account == account(location, activity)
    }
}

/// Vehicles that wait at one location and always for the same cause, the one that the first of them waits for.
///
/// They have one account: a vehicle is booked when it goes on, as if it had waited for what it waits for then all the time, and when
/// the cause changes, what that would book too much for the new one is moved to the old one, for all of them at once. The sums are the
/// same as if each were booked at each change, to the millisecond. With a hundred times the traffic of the baseline, where many wait
/// for the headway and the next path in turn, that takes 7 % fewer instructions.
#[derive(Clone, Copy, Debug, Default)]
pub struct WaitInCommon {
    /// The sum of what their own parts of the ledger have as [`TrainTime::since`].
    since: i64,
    /// When the cause changed last.
    changed_at: Instant,
}

impl WaitInCommon {
    /// A vehicle comes to wait, for the common cause.
    #[inline]
    pub fn join(&mut self, train: &TrainTime) {
        self.since = self.since.wrapping_add(train.since.0);
    }
}

/// A run that broke an exact law of the model: an error of the program, never of the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{law} does not hold in replication {replication}: {left} against {right}; please report this with the scenario")]
pub struct Fault {
    /// The law.
    pub law: &'static str,
    /// The replication.
    pub replication: u32,
    /// One side.
    pub left: i64,
    /// The other.
    pub right: i64,
}

/// What is found inside at the end of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inside {
    /// Trains.
    pub trains: i64,
    /// Boxes on trains that are formed.
    pub boxes: i64,
    /// Boxes that wait for their train to be formed.
    pub boxes_in_stock: i64,
    /// Boxes set out for inspection or after it.
    pub set_out: i64,
    /// Boxes by class, on trains, in stock or set out.
    pub by_class: Vec<i64>,
}

/// How many of everything there are, and when they are measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Where measuring begins.
    pub measure_from: Instant,
    /// Where the run ends.
    pub end: Instant,
    /// Days of the run at each site: a place as vehicles of one mode see it.
    pub days: Vec<usize>,
    /// Days of the run at the place of each exchange.
    pub exchange_days: Vec<usize>,
    /// Directions.
    pub directions: usize,
    /// Lines in one direction.
    pub lanes: usize,
    /// Kinds of inspection at all clearances.
    pub bays: usize,
    /// Classes of boxes.
    pub classes: usize,
    /// The mode of each flow, as an index.
    pub modes: Vec<usize>,
    /// Routes of all flows.
    pub routes: usize,
    /// Outlets of each transloading.
    pub outlets: Vec<usize>,
    /// Gatherings and regroupings.
    pub formations: usize,
    /// Stocks of wagons.
    pub pools: usize,
    /// Rules that stop loading.
    pub stop_loading: usize,
    /// Disruptions.
    pub disruptions: usize,
}

/// What one replication was seen to do within its measured time.
#[derive(Clone, Debug, Default)]
pub struct Observations {
    /// The number of the replication, from 1.
    pub replication: u32,
    /// Where measuring begins.
    pub measure_from: Instant,
    /// Where it ends.
    pub end: Instant,
    /// Milliseconds by location and activity.
    accounts: Vec<i64>,
    /// By location, vehicles that wait there: of a site, of those present, and of a lane, of those on it.
    pub waiting: Vec<TimeWeighted>,
    /// Vehicles in the network.
    pub present: TimeWeighted,
    /// Of these, by mode.
    pub present_by_mode: [TimeWeighted; 3],
    /// By site.
    pub places: Vec<PlaceTally>,
    /// By site and direction.
    pub passages: Vec<PassageTally>,
    /// By office; like terminals, lanes and yards, filled in at the end of the run.
    pub offices: Vec<OfficeTally>,
    /// By kind of inspection at each clearance.
    pub bays: Vec<BayTally>,
    /// By class of cargo, and last for boxes without.
    pub cargo: Vec<CargoTally>,
    /// By terminal.
    pub terminals: Vec<TerminalTally>,
    /// By exchange.
    pub exchanges: Vec<ExchangeTally>,
    /// By transloading.
    pub transloadings: Vec<TransloadingTally>,
    /// By route: those of the first flow, then of the next.
    pub routes: Vec<RouteTally>,
    /// By lane.
    pub lanes: Vec<LaneTally>,
    /// By yard: tracks taken.
    pub yards: Vec<TimeWeighted>,
    /// By flow.
    pub flows: Vec<FlowTally>,
    /// By gathering or regrouping.
    pub formations: Vec<FormationTally>,
    /// By stock of wagons.
    pub pools: Vec<PoolTally>,
    /// By rule that stops loading.
    pub stop_loading: Vec<StopTally>,
    /// By disruption.
    pub disruptions: Vec<DisruptionTally>,
    /// Trains created at their origin since the start of the run, and boxes that came with them or for them; like `left`, added up when
    /// measuring begins and at the end of the run.
    pub created: (i64, i64),
    /// Trains that were formed from boxes of others, and trains whose boxes went on with others, since the start.
    pub regrouped: (i64, i64),
    /// Trains that left since the start of the run, and boxes on them.
    pub left: (i64, i64),
    /// Boxes in the yards of transloadings.
    pub boxes_in_yards: i64,
    /// Mean number waiting by step and site: all sites of the first step, then of the next.
    pub waiting_by_step: Vec<f32>,
    /// The integrals at the last step.
    step_areas: Vec<i64>,
    /// Full records, where they are kept.
    pub records: Option<ReplicationRecords>,
    /// By train of the records: the section of its line, in order of travel.
    sections: Vec<u16>,
    /// Events that happened.
    pub events: u64,
    directions: usize,
    /// The mode of each flow, and whether they are of several.
    modes: Vec<usize>,
    has_modes: bool,
}

impl Observations {
    /// Forgets everything and makes ready for a replication; keeps the memory.
    pub fn reset(&mut self, shape: &Shape, replication: u32, keep_records: bool) {
        fn fresh<T: Default>(list: &mut Vec<T>, n: usize, clear: impl FnMut(&mut T)) {
            list.resize_with(n, T::default);
            list.iter_mut().for_each(clear);
        }
        self.replication = replication;
        self.measure_from = shape.measure_from;
        self.end = shape.end;
        self.directions = shape.directions;
        fresh(&mut self.accounts, (shape.days.len() + shape.lanes) << ACTIVITY_BITS, |a| *a = 0);
        fresh(&mut self.waiting, shape.days.len() + shape.lanes, |w| *w = TimeWeighted::default());
        self.present = TimeWeighted::default();
        fresh(&mut self.places, shape.days.len(), |p| {
            *p = PlaceTally {
                daily: std::mem::take(&mut p.daily),
                ..PlaceTally::default()
            };
        });
        for (tally, days) in self.places.iter_mut().zip(&shape.days) {
            tally.daily.reset(*days);
        }
        fresh(&mut self.passages, shape.days.len() * self.directions, PassageTally::restart);
        fresh(&mut self.bays, shape.bays, |b| *b = BayTally::default());
        fresh(&mut self.cargo, shape.classes, |c| *c = CargoTally::default());
        fresh(&mut self.exchanges, shape.exchange_days.len(), |e| {
            *e = ExchangeTally {
                daily: std::mem::take(&mut e.daily),
                ..ExchangeTally::default()
            };
        });
        for (tally, days) in self.exchanges.iter_mut().zip(&shape.exchange_days) {
            tally.daily.reset(*days);
        }
        fresh(&mut self.flows, shape.modes.len(), FlowTally::restart);
        fresh(&mut self.routes, shape.routes, |r| *r = RouteTally::default());
        fresh(&mut self.transloadings, shape.outlets.len(), |t| {
            *t = TransloadingTally {
                outlets: std::mem::take(&mut t.outlets),
                ..TransloadingTally::default()
            };
        });
        for (tally, outlets) in self.transloadings.iter_mut().zip(&shape.outlets) {
            fresh(&mut tally.outlets, *outlets, |o| *o = OutletTally::default());
        }
        self.modes.clone_from(&shape.modes);
        self.has_modes = self.modes.windows(2).any(|two| two[0] != two[1]);
        self.present_by_mode = Default::default();
        fresh(&mut self.formations, shape.formations, |f| {
            f.stock = TimeWeighted::default();
            f.restart(Instant::START);
        });
        fresh(&mut self.pools, shape.pools, |p| *p = PoolTally::default());
        fresh(&mut self.stop_loading, shape.stop_loading, |s| *s = StopTally::default());
        fresh(&mut self.disruptions, shape.disruptions, |d| *d = DisruptionTally::default());
        (self.created, self.left, self.events, self.boxes_in_yards) = ((0, 0), (0, 0), 0, 0);
        self.regrouped = (0, 0);
        self.waiting_by_step.clear();
        fresh(&mut self.step_areas, shape.days.len(), |a| *a = 0);
        self.sections.clear();
        self.records = keep_records.then(|| ReplicationRecords {
            replication,
            ..ReplicationRecords::default()
        });
    }

    /// A train comes into being at its origin.
    #[inline(always)]
    pub fn create(&mut self, now: Instant, (flow, number, boxes): (u32, u32, u32), place: u32) -> TrainTime {
        self.flows[flow as usize].generated += 1;
        self.boxes_arrive(flow, boxes);
        self.enter(now, (flow, number, boxes), place, false)
    }

    /// Boxes come to the origin of their flow, with a train or to wait for one.
    #[inline(always)]
    pub fn boxes_arrive(&mut self, flow: u32, boxes: u32) {
        self.flows[flow as usize].boxes_generated += u64::from(boxes);
    }

    /// A train comes into being where others are regrouped, to be filled with their boxes.
    pub fn regroup(&mut self, now: Instant, (flow, number): (u32, u32), place: u32) -> TrainTime {
        self.regrouped.0 += 1;
        self.enter(now, (flow, number, 0), place, true)
    }

    #[inline(always)]
    fn enter(&mut self, now: Instant, (flow, number, boxes): (u32, u32, u32), place: u32, regrouped: bool) -> TrainTime {
        self.present.increase(now);
        if self.has_modes {
            self.present_by_mode[self.modes[flow as usize]].increase(now);
        }
        self.places[place as usize].present.increase(now);
        let mut row = 0;
        if let Some(records) = &mut self.records {
            row = records.begin(TrainRecord {
                flow,
                number,
                boxes,
                created_at: now,
                regrouped,
                dissolved: false,
                left_at: None,
                moving_or_served: Duration::ZERO,
                waiting: Duration::ZERO,
            });
            self.sections.push(0);
        }
        // Until its first activity no time passes; the account is never booked.
        TrainTime {
            since: now,
            account: account(place, Activity::Running),
            booked: Duration::ZERO,
            waited: Duration::ZERO,
            row,
        }
    }

    /// Boxes of a class come into being.
    #[inline]
    pub fn load(&mut self, class: usize, boxes: u32) {
        self.cargo[class].generated += u64::from(boxes);
    }

    /// Boxes of a class leave the network.
    #[inline]
    pub fn unload(&mut self, class: usize, boxes: u32) {
        self.cargo[class].completed += u64::from(boxes);
    }

    /// A box of a class is released after inspection, for which it was held this long, the work included.
    pub fn release_box(&mut self, class: usize, held: Duration, work: Duration) {
        let tally = &mut self.cargo[class];
        tally.inspected += 1;
        tally.held += held.0;
        tally.waiting += (held - work).0;
    }

    /// From now on the train does something else, or the same somewhere else.
    #[inline(always)]
    pub fn switch(&mut self, train: &mut TrainTime, now: Instant, location: u32, activity: Activity) {
        self.end(train, now);
        if activity.is_waiting() {
            self.waiting[location as usize].increase(now);
        }
        train.account = account(location, activity);
    }

    /// The train goes on waiting where it is, for another cause.
    #[inline(always)]
    pub fn wait_on(&mut self, train: &mut TrainTime, now: Instant, cause: Activity) {
        debug_assert!(is_waiting(train.account) && cause.is_waiting(), "it waits");
        let spent = self.spend(train, now);
        train.waited.0 += spent.0;
        train.account = account(train.location(), cause);
    }

    /// So many vehicles that wait in common at a location wait for another cause from now on.
    #[inline]
    pub fn wait_on_in_common(
        &mut self,
        wait: &mut WaitInCommon,
        now: Instant,
        (location, vehicles): (u32, u32),
        (before, cause): (Activity, Activity),
    ) {
        debug_assert!(self.records.is_none(), "records tell each change of each vehicle");
        let waited = i64::from(vehicles).wrapping_mul(now.0).wrapping_sub(wait.since);
        self.accounts[account(location, before) as usize] += waited;
        self.accounts[account(location, cause) as usize] -= waited;
        wait.changed_at = now;
    }

    /// A vehicle that waits in common with others is booked as if it always had by itself; this is what they wait for.
    #[inline]
    pub fn settle(&mut self, wait: &mut WaitInCommon, train: &mut TrainTime, cause: Activity) {
        wait.since = wait.since.wrapping_sub(train.since.0);
        train.account = account(train.location(), cause);
        if wait.changed_at > train.since {
            // When the cause changed, as much was taken from its account.
            self.wait_on(train, wait.changed_at, cause);
        }
    }

    /// A train on a line with sections is in, or waits before, this one in order of travel, from 0.
    #[inline]
    pub fn at_section(&mut self, train: &TrainTime, section: u16) {
        if self.records.is_some() {
            self.sections[train.row as usize] = section;
        }
    }

    /// Books what the train has done up to now, and goes on doing.
    pub fn book(&mut self, train: &mut TrainTime, now: Instant) {
        let spent = self.spend(train, now);
        if is_waiting(train.account) {
            train.waited.0 += spent.0;
        }
    }

    /// Books what the train has done up to now, and does no longer.
    #[inline(always)]
    fn end(&mut self, train: &mut TrainTime, now: Instant) {
        let spent = self.spend(train, now);
        if is_waiting(train.account) {
            train.waited.0 += spent.0;
            self.waiting[location_of(train.account) as usize].decrease(now);
        }
    }

    /// The time that the train has spent on what it has done up to now joins its account.
    #[inline(always)]
    fn spend(&mut self, train: &mut TrainTime, now: Instant) -> Duration {
        if self.records.is_some() {
            self.record(train, now);
        }
        let spent = now - train.since;
        self.accounts[train.account as usize] += spent.0;
        train.booked.0 += spent.0;
        train.since = now;
        spent
    }

    /// Writes down what the train has done up to now.
    #[cold]
    fn record(&mut self, train: &TrainTime, now: Instant) {
        let Some(records) = &mut self.records else { return };
        if now == train.since {
            return;
        }
        if let Some(record) = records.trains.get_mut(train.row as usize) {
            *(if is_waiting(train.account) {
                &mut record.waiting
            } else {
                &mut record.moving_or_served
            }) += now - train.since;
        }
        records.activities.push(ActivityRecord {
            train: train.row,
            location: train.location(),
            activity: train.activity(),
            section: self.sections[train.row as usize],
            begins_at: train.since,
            ends_at: now,
        });
    }

    /// A train arrives at a place.
    #[inline(always)]
    pub fn arrive(&mut self, now: Instant, place: u32) {
        self.places[place as usize].present.increase(now);
    }

    /// A train departs from a place where it arrived at `arrived_at`, having waited `waited` there.
    #[inline(always)]
    pub fn depart<'d>(
        &mut self,
        now: Instant,
        day_starts: impl FnOnce() -> &'d [Instant],
        (place, direction): (u32, u32),
        boxes: u32,
        arrived_at: Instant,
        waited: Duration,
    ) {
        let tally = &mut self.places[place as usize];
        tally.present.decrease(now);
        tally.daily.add(now, day_starts);
        let passage = &mut self.passages[place as usize * self.directions + direction as usize];
        passage.dwell.push((now - arrived_at).0);
        passage.waiting += waited.0;
        passage.boxes += u64::from(boxes);
    }

    /// A train leaves the network. Its parts must sum to the whole.
    ///
    /// # Errors
    /// If they do not.
    #[inline(always)]
    pub fn leave(&mut self, now: Instant, train: &mut TrainTime, (flow, boxes): (u32, u32), created_at: Instant) -> Result<(), Fault> {
        self.exit(now, train, flow);
        let tally = &mut self.flows[flow as usize];
        tally.completed += 1;
        tally.boxes_completed += u64::from(boxes);
        tally.transit.push((now - created_at).0);
        tally.waiting += train.waited.0;
        self.same("the parts of a train's time sum to the whole", train.booked.0, (now - created_at).0)
    }

    /// A vehicle that came empty carries so many boxes from now on.
    pub fn note_boxes(&mut self, train: &TrainTime, boxes: u32) {
        if let Some(record) = self.record_of(train) {
            record.boxes = boxes;
        }
    }

    /// A train ends at a place where its boxes go on with others. Its parts must sum to the whole.
    ///
    /// # Errors
    /// If they do not.
    pub fn dissolve(&mut self, now: Instant, train: &mut TrainTime, (flow, place): (u32, u32), created_at: Instant) -> Result<(), Fault> {
        self.exit(now, train, flow);
        self.places[place as usize].present.decrease(now);
        self.regrouped.1 += 1;
        if let Some(record) = self.record_of(train) {
            record.dissolved = true;
        }
        self.same(
            "the parts of a dissolved train's time sum to the whole",
            train.booked.0,
            (now - created_at).0,
        )
    }

    #[inline(always)]
    fn exit(&mut self, now: Instant, train: &mut TrainTime, flow: u32) {
        self.end(train, now);
        self.present.decrease(now);
        if self.has_modes {
            self.present_by_mode[self.modes[flow as usize]].decrease(now);
        }
        if let Some(record) = self.record_of(train) {
            record.left_at = Some(now);
        }
    }

    fn record_of(&mut self, train: &TrainTime) -> Option<&mut TrainRecord> {
        self.records.as_mut()?.trains.get_mut(train.row as usize)
    }

    /// Boxes begin to wait for their train to be formed.
    pub fn join_stock(&mut self, now: Instant, formation: u32, boxes: u32) {
        self.formations[formation as usize].stock.add(now, i64::from(boxes));
    }

    /// A train is formed of these lots: when each came, and its boxes.
    pub fn form(&mut self, now: Instant, formation: u32, reason: Reason, train: &TrainTime, lots: impl Iterator<Item = (Instant, u32)>) {
        let tally = &mut self.formations[formation as usize];
        let first = tally.waits.len();
        tally.waits.extend(lots.map(|(came_at, boxes)| ((now - came_at).0, boxes)));
        let boxes: u32 = tally.waits[first..].iter().map(|(_, boxes)| *boxes).sum();
        tally.stock.add(now, -i64::from(boxes));
        tally.formed[reason as usize] += 1;
        if let Some(record) = self.record_of(train) {
            record.boxes = boxes;
        }
    }

    /// A train was set on a route, for good.
    pub fn set_on_route(&mut self, route: u32, diverted: bool) {
        let tally = &mut self.routes[route as usize];
        tally.trains += 1;
        tally.diverted += u32::from(diverted);
    }

    /// Measuring begins now: what was counted before is forgotten, but for what facilities keep themselves, and for what the exact laws
    /// ask of the whole run. Of what the trains inside are doing, only what is still to come will count.
    pub fn begin_measuring<'t>(&mut self, now: Instant, inside: impl Iterator<Item = &'t TrainTime>) {
        self.add_to_whole_run();
        self.flows.iter_mut().for_each(FlowTally::restart);
        self.cargo.iter_mut().for_each(CargoTally::restart);
        self.passages.iter_mut().for_each(PassageTally::restart);
        self.routes.fill(RouteTally::default());
        self.accounts.fill(0);
        for train in inside {
            self.accounts[train.account as usize] -= (now - train.since).0;
        }
        for waiting in &mut self.waiting {
            waiting.restart(now);
        }
        self.present.restart(now);
        for present in &mut self.present_by_mode {
            present.restart(now);
        }
        for place in &mut self.places {
            place.present.restart(now);
            place.daily.restart();
        }
        for bay in &mut self.bays {
            bay.busy.restart(now);
            bay.waiting.restart(now);
            bay.inspected = 0;
        }
        for exchange in &mut self.exchanges {
            exchange.waiting.restart(now);
            exchange.daily.restart();
            exchange.passed = 0;
        }
        for yard in &mut self.transloadings {
            yard.berths.restart(now);
            yard.boxes.restart(now);
            yard.waiting.restart(now);
            (yard.served, yard.set_down) = (0, 0);
            for outlet in &mut yard.outlets {
                outlet.boxes.restart(now);
                outlet.waiting.restart(now);
                (outlet.vehicles, outlet.taken, outlet.turned_back) = (0, 0, 0);
            }
        }
        for formation in &mut self.formations {
            formation.restart(now);
        }
        for rule in &mut self.stop_loading {
            rule.stopped.restart(now);
            rule.held.restart(now);
            (rule.orders, rule.trains, rule.boxes) = (0, 0, 0);
        }
        for pool in &mut self.pools {
            pool.out.restart(now);
            pool.waiting.restart(now);
            pool.trains = 0;
        }
        for disruption in &mut self.disruptions {
            disruption.in_force.restart(now);
            (disruption.begun, disruption.held, disruption.recovered, disruption.recovery) = (0, 0, 0, 0);
        }
        // The steps go on over the end of the warm-up.
        self.step_areas.fill(0);
    }

    /// A step of the time series ends now; it began where the last one ended, or where measuring did.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "for a picture")]
    pub fn end_step(&mut self, now: Instant, width: Duration) {
        for (waiting, before) in self.waiting.iter().zip(&mut self.step_areas) {
            let area = waiting.area(now);
            self.waiting_by_step.push(((area - *before) as f64 / width.0 as f64) as f32);
            *before = area;
        }
    }

    /// Books a train that is still inside at the end.
    pub fn still_inside(&mut self, train: &mut TrainTime) {
        self.book(train, self.end);
    }

    /// What was counted since measuring began, or since the start, joins what is known of the whole run.
    fn add_to_whole_run(&mut self) {
        for flow in &self.flows {
            self.created.0 += i64::from(flow.generated);
            self.created.1 += flow.boxes_generated.cast_signed();
            self.left.0 += i64::from(flow.completed);
            self.left.1 += flow.boxes_completed.cast_signed();
        }
        for class in &mut self.cargo {
            class.created += class.generated.cast_signed();
            class.left += class.completed.cast_signed();
        }
    }

    /// Adds up what is counted in parts. Where all boxes, or all vehicles, are alike, these are counted as all are.
    pub fn add_up(&mut self) {
        self.add_to_whole_run();
        if let [only] = self.cargo.as_mut_slice() {
            (only.created, only.left) = (self.created.1, self.left.1);
            only.generated = self.flows.iter().map(|flow| flow.boxes_generated).sum();
            only.completed = self.flows.iter().map(|flow| flow.boxes_completed).sum();
        }
        if let (false, Some(mode)) = (self.has_modes, self.modes.first()) {
            self.present_by_mode[*mode] = self.present;
        }
    }

    /// The exact laws of every run, given what is found inside at the end.
    ///
    /// # Errors
    /// The first law that does not hold.
    pub fn close(&mut self, inside: &Inside) -> Result<(), Fault> {
        self.same(
            "trains generated + formed on the way = completed + dissolved + inside",
            self.created.0 + self.regrouped.0,
            self.left.0 + self.regrouped.1 + inside.trains,
        )?;
        self.same(
            "boxes generated = completed + on vehicles inside + in stock + set out + in yards",
            self.created.1,
            self.left.1 + inside.boxes + inside.boxes_in_stock + inside.set_out + self.boxes_in_yards,
        )?;
        self.same(
            "boxes counted in stock = boxes in stock",
            self.formations.iter().map(|f| f.stock.value()).sum(),
            inside.boxes_in_stock,
        )?;
        let set_out = self.offices.iter().map(|office| office.set_out.value()).sum();
        self.same("boxes counted as set out = boxes found set out", set_out, inside.set_out)?;
        let in_yards = self.transloadings.iter().map(|yard| yard.boxes.value()).sum();
        self.same("boxes counted in each yard = boxes in yards", in_yards, self.boxes_in_yards)?;
        for (tally, found) in self.cargo.iter().zip(&inside.by_class) {
            self.same("boxes of a class generated = completed + inside", tally.created, tally.left + found)?;
        }
        let of_classes = inside.by_class.iter().sum();
        self.same(
            "boxes of all classes = boxes on vehicles + in stock + set out + in yards",
            of_classes,
            inside.boxes + inside.boxes_in_stock + inside.set_out + self.boxes_in_yards,
        )?;
        let by_mode = self.present_by_mode.iter().map(TimeWeighted::value).sum();
        self.same("vehicles of each mode = vehicles in the network", by_mode, self.present.value())?;
        self.same("trains counted in the network = trains inside", self.present.value(), inside.trains)?;
        // Little's law with its edge terms: the ledger's sum is the integral of the number of trains.
        self.same(
            "the ledger's sum = the integral of trains in the network",
            self.accounts.iter().sum(),
            self.present.area(self.end),
        )?;
        self.close_terminals()?;
        let places = self.places.len();
        let on_lines = (places..places + self.lanes.len()).flat_map(|lane| Activity::ALL.map(|activity| (lane, activity)));
        let waiting = on_lines.filter(|(_, activity)| activity.is_waiting());
        self.same(
            "the ledger's waiting on lines = the integral of trains halted on them",
            waiting.map(|(lane, activity)| self.account(lane, activity)).sum(),
            self.waiting[places..].iter().map(|halted| halted.area(self.end)).sum(),
        )
    }

    /// The laws of cranes: what trains were lifted with is what cranes did; and what trains in berths waited for the
    /// wind and for repairs is what terminals saw them wait.
    fn close_terminals(&self) -> Result<(), Fault> {
        for terminal in &self.terminals {
            self.same(
                "what trains were lifted with = the integral of cranes at work",
                terminal.lifted,
                terminal.pace.area(self.end),
            )?;
        }
        let booked = |activity| (0..self.places.len()).map(|place| self.account(place, activity)).sum();
        let seen = |held: fn(&TerminalTally) -> &TimeWeighted| self.terminals.iter().map(|t| held(t).area(self.end)).sum();
        self.same(
            "the ledger's waiting for the wind = the integral of trains it holds in berths",
            booked(Activity::Wind),
            seen(|terminal| &terminal.held_by_wind),
        )?;
        self.same(
            "the ledger's waiting for repairs = the integral of trains they hold in berths",
            booked(Activity::Breakdown),
            seen(|terminal| &terminal.held_by_breakdown),
        )
    }

    /// The law of a stock of wagons, given how many there are, how many of them are in it, and how many are due
    /// back, where that is known.
    ///
    /// # Errors
    /// If it does not hold.
    pub fn close_pool(&self, pool: usize, (stock, inside): (u32, u32), due_back: Option<i64>) -> Result<(), Fault> {
        let out = self.pools[pool].out.value();
        self.same("wagons in stock = in the pool + out", stock.into(), i64::from(inside) + out)?;
        self.same("wagons out = wagons due back", out, due_back.unwrap_or(out))
    }

    fn same(&self, law: &'static str, left: i64, right: i64) -> Result<(), Fault> {
        if left == right {
            Ok(())
        } else {
            Err(Fault {
                law,
                replication: self.replication,
                left,
                right,
            })
        }
    }

    /// Milliseconds at a location in an activity.
    #[must_use]
    pub fn account(&self, location: usize, activity: Activity) -> i64 {
        self.accounts[location << ACTIVITY_BITS | activity.index()]
    }

    /// Trains that wait on a lane: at its passing places.
    #[must_use]
    pub fn halted(&self, lane: usize) -> &TimeWeighted {
        &self.waiting[self.places.len() + lane]
    }

    /// The tally of a place in a direction.
    #[must_use]
    pub fn passage(&self, place: usize, direction: usize) -> &PassageTally {
        &self.passages[place * self.directions + direction]
    }
}

/// The location of an account.
#[inline]
fn location_of(account: u32) -> u32 {
    account >> ACTIVITY_BITS
}

/// Bits of an account that say what is done; the others say where.
const ACTIVITY_BITS: u32 = 6;
const _: () = assert!(Activity::COUNT <= 1 << ACTIVITY_BITS);

/// The account of an activity at a location.
#[inline]
fn account(location: u32, activity: Activity) -> u32 {
    location << ACTIVITY_BITS | activity as u32
}

#[inline]
fn activity_of(account: u32) -> usize {
    account as usize & ((1 << ACTIVITY_BITS) - 1)
}

#[inline]
fn is_waiting(account: u32) -> bool {
    activity_of(account) >= Activity::TrackAheadFull.index()
}
