//! Everything seen of one replication.

use super::tally::{
    ExchangeTally, FlowTally, LaneTally, OfficeTally, OutletTally, PassageTally, PlaceTally, RouteTally, TerminalTally, TimeWeighted,
    TransloadingTally,
};
use super::{Activity, ActivityRecord, ReplicationRecords, TrainRecord};
use crate::units::{Duration, Instant};

/// A train's own part of the ledger: what it is doing, since when, and what is booked already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrainTime {
    /// Since when it does what it does.
    pub since: Instant,
    /// Location times [`Activity::COUNT`] plus activity.
    account: u32,
    /// Time booked so far; at the end, its whole time in the network.
    pub booked: Duration,
    /// Of which waiting.
    pub waited: Duration,
    /// Its row in the records.
    pub row: u32,
}

impl TrainTime {
    /// Whether this is what the train does.
    #[must_use]
    pub fn is_booked_as(&self, location: u32, activity: Activity) -> bool {
        self.account == location * Activity::COUNT as u32 + activity as u32
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
    /// Offices.
    pub offices: usize,
    /// Terminals.
    pub terminals: usize,
    /// Yards.
    pub yards: usize,
    /// The mode of each flow, as an index.
    pub modes: Vec<usize>,
    /// Routes of all flows.
    pub routes: usize,
    /// Outlets of each transloading.
    pub outlets: Vec<usize>,
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
    /// Vehicles in the network.
    pub present: TimeWeighted,
    /// Of these, by mode.
    pub present_by_mode: [TimeWeighted; 3],
    /// By site.
    pub places: Vec<PlaceTally>,
    /// By site and direction.
    pub passages: Vec<PassageTally>,
    /// By office.
    pub offices: Vec<OfficeTally>,
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
    /// Trains created since the start of the run, and boxes on them.
    pub created: (i64, i64),
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
    /// Events that happened.
    pub events: u64,
    directions: usize,
    /// The mode of each flow.
    modes: Vec<usize>,
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
        fresh(&mut self.accounts, (shape.days.len() + shape.lanes) * Activity::COUNT, |a| *a = 0);
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
        fresh(&mut self.passages, shape.days.len() * self.directions, |p| {
            p.dwell.clear();
            (p.waiting, p.boxes) = (0, 0);
        });
        fresh(&mut self.offices, shape.offices, |o| *o = OfficeTally::default());
        fresh(&mut self.terminals, shape.terminals, |t| *t = TerminalTally::default());
        fresh(&mut self.exchanges, shape.exchange_days.len(), |e| {
            *e = ExchangeTally {
                daily: std::mem::take(&mut e.daily),
                ..ExchangeTally::default()
            };
        });
        for (tally, days) in self.exchanges.iter_mut().zip(&shape.exchange_days) {
            tally.daily.reset(*days);
        }
        fresh(&mut self.lanes, shape.lanes, |l| *l = LaneTally::default());
        fresh(&mut self.yards, shape.yards, |y| *y = TimeWeighted::default());
        fresh(&mut self.flows, shape.modes.len(), |f| {
            *f = FlowTally {
                transit: std::mem::take(&mut f.transit),
                ..FlowTally::default()
            };
            f.transit.clear();
        });
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
        self.present_by_mode = Default::default();
        (self.created, self.left, self.events, self.boxes_in_yards) = ((0, 0), (0, 0), 0, 0);
        self.waiting_by_step.clear();
        fresh(&mut self.step_areas, shape.days.len(), |a| *a = 0);
        self.records = keep_records.then(|| ReplicationRecords {
            replication,
            ..ReplicationRecords::default()
        });
    }

    /// Whether something that happens now is measured.
    #[inline]
    #[must_use]
    pub fn measures(&self, now: Instant) -> bool {
        now >= self.measure_from
    }

    /// A train comes into being at its origin.
    pub fn create(&mut self, now: Instant, (flow, number, boxes): (u32, u32, u32), place: u32) -> TrainTime {
        self.created.0 += 1;
        self.created.1 += i64::from(boxes);
        self.present.add(now, 1);
        self.present_by_mode[self.modes[flow as usize]].add(now, 1);
        self.places[place as usize].present.add(now, 1);
        if self.measures(now) {
            let tally = &mut self.flows[flow as usize];
            tally.generated += 1;
            tally.boxes_generated += u64::from(boxes);
        }
        let mut row = 0;
        if let Some(records) = &mut self.records {
            row = u32::try_from(records.trains.len()).unwrap_or(u32::MAX);
            records.trains.push(TrainRecord {
                flow,
                number,
                boxes,
                created_at: now,
                left_at: None,
                moving_or_served: Duration::ZERO,
                waiting: Duration::ZERO,
            });
        }
        // Until its first activity no time passes; the account is never booked.
        TrainTime {
            since: now,
            account: place * Activity::COUNT as u32,
            booked: Duration::ZERO,
            waited: Duration::ZERO,
            row,
        }
    }

    /// From now on the train does something else, or the same somewhere else.
    #[inline]
    pub fn switch(&mut self, train: &mut TrainTime, now: Instant, location: u32, activity: Activity) {
        self.book(train, now);
        let (was, was_waiting) = (train.account as usize / Activity::COUNT, is_waiting(train.account));
        if was_waiting != activity.is_waiting() || was != location as usize {
            if was_waiting {
                self.places[was].waiting.add(now, -1);
            }
            if activity.is_waiting() {
                self.places[location as usize].waiting.add(now, 1);
            }
        }
        train.account = location * Activity::COUNT as u32 + activity as u32;
    }

    /// Books what the train has done up to now.
    #[inline]
    pub fn book(&mut self, train: &mut TrainTime, now: Instant) {
        let spent = now - train.since;
        if spent == Duration::ZERO {
            return;
        }
        self.accounts[train.account as usize] += (now - train.since.max(self.measure_from)).0.max(0);
        train.booked += spent;
        if is_waiting(train.account) {
            train.waited += spent;
        }
        if let Some(records) = &mut self.records {
            let (location, activity) = (train.account / Activity::COUNT as u32, train.account as usize % Activity::COUNT);
            records.activities.push(ActivityRecord {
                train: train.row,
                location,
                activity: Activity::ALL[activity],
                begins_at: train.since,
                ends_at: now,
            });
        }
        train.since = now;
    }

    /// A train arrives at a place.
    #[inline]
    pub fn arrive(&mut self, now: Instant, place: u32) {
        self.places[place as usize].present.add(now, 1);
    }

    /// A train departs from a place where it arrived at `arrived_at`, having waited `waited` there.
    #[inline]
    pub fn depart(
        &mut self,
        now: Instant,
        day_starts: &[Instant],
        (place, direction): (u32, u32),
        boxes: u32,
        arrived_at: Instant,
        waited: Duration,
    ) {
        let tally = &mut self.places[place as usize];
        tally.present.add(now, -1);
        if now >= self.measure_from {
            tally.daily.add(now, day_starts);
            let passage = &mut self.passages[place as usize * self.directions + direction as usize];
            passage.dwell.push((now - arrived_at).0);
            passage.waiting += waited.0;
            passage.boxes += u64::from(boxes);
        }
    }

    /// A train leaves the network. Its parts must sum to the whole.
    ///
    /// # Errors
    /// If they do not.
    pub fn leave(&mut self, now: Instant, train: &mut TrainTime, (flow, boxes): (u32, u32), created_at: Instant) -> Result<(), Fault> {
        self.book(train, now);
        if is_waiting(train.account) {
            self.places[train.account as usize / Activity::COUNT].waiting.add(now, -1);
        }
        self.present.add(now, -1);
        self.present_by_mode[self.modes[flow as usize]].add(now, -1);
        self.left.0 += 1;
        self.left.1 += i64::from(boxes);
        if self.measures(now) {
            let tally = &mut self.flows[flow as usize];
            tally.completed += 1;
            tally.boxes_completed += u64::from(boxes);
            tally.transit.push((now - created_at).0);
            tally.waiting += train.waited.0;
        }
        if let Some(record) = self.records.as_mut().and_then(|r| r.trains.get_mut(train.row as usize)) {
            record.left_at = Some(now);
            record.waiting = train.waited;
            record.moving_or_served = train.booked - train.waited;
        }
        self.same("the parts of a train's time sum to the whole", train.booked.0, (now - created_at).0)
    }

    /// A vehicle that came empty carries so many boxes from now on.
    pub fn note_boxes(&mut self, train: &TrainTime, boxes: u32) {
        if let Some(record) = self.records.as_mut().and_then(|r| r.trains.get_mut(train.row as usize)) {
            record.boxes = boxes;
        }
    }

    /// A train was set on a route, for good.
    pub fn set_on_route(&mut self, now: Instant, route: u32, diverted: bool) {
        if self.measures(now) {
            let tally = &mut self.routes[route as usize];
            tally.trains += 1;
            tally.diverted += u32::from(diverted);
        }
    }

    /// Measuring begins now: what was counted before is forgotten.
    pub fn begin_measuring(&mut self, now: Instant) {
        self.present.restart(now);
        for present in &mut self.present_by_mode {
            present.restart(now);
        }
        for place in &mut self.places {
            place.present.restart(now);
            place.waiting.restart(now);
        }
        for office in &mut self.offices {
            office.busy.restart(now);
            office.waiting.restart(now);
            office.served = 0;
        }
        for terminal in &mut self.terminals {
            terminal.berths.restart(now);
            terminal.cranes.restart(now);
            terminal.waiting.restart(now);
            (terminal.served, terminal.boxes) = (0, 0);
        }
        for exchange in &mut self.exchanges {
            exchange.waiting.restart(now);
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
        for lane in &mut self.lanes {
            lane.trains.restart(now);
            lane.waiting.restart(now);
            lane.entered = 0;
        }
        for yard in &mut self.yards {
            yard.restart(now);
        }
        // The steps go on over the end of the warm-up.
        self.step_areas.fill(0);
    }

    /// A step of the time series ends now; it began where the last one ended, or where measuring did.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "for a picture")]
    pub fn end_step(&mut self, now: Instant, width: Duration) {
        for (place, before) in self.places.iter().zip(&mut self.step_areas) {
            let area = place.waiting.area(now);
            self.waiting_by_step.push(((area - *before) as f64 / width.0 as f64) as f32);
            *before = area;
        }
    }

    /// Books a train that is still inside at the end.
    pub fn still_inside(&mut self, train: &mut TrainTime) {
        self.book(train, self.end);
        if let Some(record) = self.records.as_mut().and_then(|r| r.trains.get_mut(train.row as usize)) {
            record.waiting = train.waited;
            record.moving_or_served = train.booked - train.waited;
        }
    }

    /// The exact laws of every run, given what is found inside at the end: trains, and boxes on them.
    ///
    /// # Errors
    /// The first law that does not hold.
    pub fn close(&mut self, inside: (i64, i64)) -> Result<(), Fault> {
        self.same("trains generated = completed + inside", self.created.0, self.left.0 + inside.0)?;
        self.same(
            "boxes generated = completed + on vehicles + in yards",
            self.created.1,
            self.left.1 + inside.1 + self.boxes_in_yards,
        )?;
        let in_yards = self.transloadings.iter().map(|yard| yard.boxes.value()).sum();
        self.same("boxes counted in each yard = boxes in yards", in_yards, self.boxes_in_yards)?;
        let by_mode = self.present_by_mode.iter().map(TimeWeighted::value).sum();
        self.same("vehicles of each mode = vehicles in the network", by_mode, self.present.value())?;
        self.same("trains counted in the network = trains inside", self.present.value(), inside.0)?;
        // Little's law with its edge terms: the ledger's sum is the integral of the number of trains.
        self.same(
            "the ledger's sum = the integral of trains in the network",
            self.accounts.iter().sum(),
            self.present.area(self.end),
        )
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
        self.accounts[location * Activity::COUNT + activity.index()]
    }

    /// The tally of a place in a direction.
    #[must_use]
    pub fn passage(&self, place: usize, direction: usize) -> &PassageTally {
        &self.passages[place * self.directions + direction]
    }
}

#[inline]
fn is_waiting(account: u32) -> bool {
    account % Activity::COUNT as u32 >= Activity::TrackAheadFull as u32
}
