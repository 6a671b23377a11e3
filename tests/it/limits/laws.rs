//! Laws that the records of any run must keep.
//!
//! What a train holds is read off its activities. In one case these do not tell: a wait for a headway, first after
//! an arrival, may be at the end of the line or at a handover. There the train is taken to hold neither line nor
//! track for that time, so that no law is called broken which is not.

use std::collections::BTreeMap;

use landbridge::engine::{Calendar, Hand};
use landbridge::model::{AtClose, Model, Step};
use landbridge::observe::{Activity, ActivityRecord, ReplicationRecords};
use landbridge::units::{Duration, Instant};

type Law = Result<(), String>;

/// From the first instant up to, but not including, the second.
type Span = (Instant, Instant);

/// What the trains of a run held, and when.
#[derive(Default)]
struct Held {
    /// By lane: since a train entered.
    lanes: BTreeMap<usize, Vec<Span>>,
    /// By lane: entry and, where it is certain, exit of each train.
    passages: BTreeMap<usize, Vec<(Instant, Option<Instant>)>>,
    yards: BTreeMap<u32, Vec<Span>>,
    /// By terminal.
    berths: BTreeMap<u32, Vec<Span>>,
    lifting: BTreeMap<u32, Vec<Span>>,
    /// By office.
    desks: BTreeMap<u32, Vec<Span>>,
    /// By office: when a train joined its queue and when its work began.
    begun: BTreeMap<u32, Vec<Span>>,
    /// By exchange.
    handovers: BTreeMap<u32, Vec<Instant>>,
}

/// Checks every law.
pub fn check(model: &Model, records: &ReplicationRecords) -> Law {
    let mut doings: Vec<Vec<ActivityRecord>> = vec![Vec::new(); records.trains.len()];
    for a in &records.activities {
        doings[a.train as usize].push(*a);
    }
    let mut held = Held::default();
    for (train, doing) in records.trains.iter().zip(&doings) {
        let name = || format!("{}#{}", model.flows[train.flow as usize].id, train.number);
        partition(model, train, doing).map_err(|problem| format!("{}: {problem}", name()))?;
        let gone_at = train.left_at.unwrap_or(model.end);
        // The flows of these worlds have one way each.
        let program = &model.flows[train.flow as usize].routes[0].program;
        held.add(model, program, doing, train.created_at, gone_at)
            .map_err(|problem| format!("{}: {problem}", name()))?;
    }
    held.lines(model)?;
    held.yards(model)?;
    held.offices(model)?;
    held.terminals(model)?;
    held.exchanges(model)
}

/// From creation to leaving, or to the end, each train does one thing after another, without gap or overlap.
fn partition(model: &Model, train: &landbridge::observe::TrainRecord, doing: &[ActivityRecord]) -> Law {
    let mut now = train.created_at;
    let (mut waiting, mut other) = (Duration::ZERO, Duration::ZERO);
    for a in doing {
        if a.begins_at != now || a.ends_at <= a.begins_at {
            return Err(format!("something is missing or double at {now}: {a:?}"));
        }
        now = a.ends_at;
        *(if a.activity.is_waiting() { &mut waiting } else { &mut other }) += a.ends_at - a.begins_at;
        if (a.activity == Activity::Running) != (a.location as usize >= model.sites.len()) {
            return Err(format!("{a:?} is not where it belongs"));
        }
    }
    let gone_at = train.left_at.unwrap_or(model.end);
    if now != gone_at || gone_at > model.end {
        return Err(format!("its activities end at {now}, it leaves at {gone_at}"));
    }
    if (train.waiting, train.moving_or_served) != (waiting, other) {
        return Err(format!("waited {waiting} and else {other}, against {train:?}"));
    }
    Ok(())
}

impl Held {
    /// Reads off what one train held, stay by stay.
    fn add(&mut self, model: &Model, program: &[Step], doing: &[ActivityRecord], created_at: Instant, gone_at: Instant) -> Law {
        let mut rest = doing;
        let mut steps = program;
        let mut arrived_at = created_at;
        let mut lane = None;
        // Each round: a stay at a place, then a run to the next.
        loop {
            let stay = rest.split(|a| a.activity == Activity::Running).next().unwrap_or_default();
            let run = rest.get(stay.len());
            rest = rest.get(stay.len() + 1..).unwrap_or_default();
            let left_at = run.map_or(gone_at, |run| run.begins_at);
            let here = &steps[1..];
            let until = here.iter().position(|s| matches!(s, Step::Run(..))).unwrap_or(here.len());
            let (Step::Form(yard) | Step::Run(_, yard)) = steps[0] else {
                return Err(format!("a stay begins with {:?}", steps[0]));
            };
            self.stay(model, &here[..until], (lane, yard), stay, (arrived_at, left_at));
            let Some(run) = run else { return Ok(()) };
            let Some(Step::Run(next, _)) = here.get(until) else {
                return Err("it runs on after its way".to_owned());
            };
            if model.lane_location(*next as usize) != run.location as usize {
                return Err(format!("it runs on another line than {next}: {run:?}"));
            }
            steps = &here[until..];
            arrived_at = run.ends_at;
            lane = Some((*next as usize, run.begins_at));
        }
    }

    fn stay(
        &mut self,
        model: &Model,
        steps: &[Step],
        (lane, yard): (Option<(usize, Instant)>, u32),
        stay: &[ActivityRecord],
        (from, to): Span,
    ) {
        let headway = lane.is_some_and(|(lane, _)| model.lanes[lane].headway > Duration::ZERO);
        let (before_track, certain) = waits_before_track(stay, headway);
        let at = |n: usize| stay.get(n).map_or(to, |a| a.begins_at);
        if let Some((lane, entered_at)) = lane {
            let sure = if certain { before_track } else { before_track - 1 };
            self.lanes.entry(lane).or_default().push((entered_at, at(sure).max(from)));
            // A train still before its track at the end has not left the line.
            let off = certain && (at(before_track) < model.end);
            self.passages
                .entry(lane)
                .or_default()
                .push((entered_at, off.then(|| at(before_track))));
        }
        let placed = stay.iter().position(|a| a.activity == Activity::Placing);
        let on_track = (at(before_track), placed.map_or(to, at));
        self.yards.entry(yard).or_default().push(on_track);
        for step in steps {
            match *step {
                Step::Office(office) if model.offices[office as usize].activity == Activity::Clearance => self.office(office, stay),
                Step::Exchange(exchange) => {
                    let coupled = stay.iter().filter(|a| a.activity == Activity::Handling);
                    self.handovers.entry(exchange).or_default().extend(coupled.map(|a| a.begins_at));
                }
                Step::Reload(terminal) => {
                    let Some(placed) = placed else { continue };
                    let mut end = stay
                        .iter()
                        .position(|a| a.activity == Activity::Withdrawal)
                        .map_or(stay.len(), |at| at + 1);
                    if stay.get(end).is_some_and(|a| a.activity == Activity::TrackAheadFull) {
                        end += 1;
                    }
                    self.berths.entry(terminal).or_default().push((at(placed), at(end)));
                    let lifting = stay.iter().filter(|a| a.activity == Activity::Lifting);
                    self.lifting
                        .entry(terminal)
                        .or_default()
                        .extend(lifting.map(|a| (a.begins_at, a.ends_at)));
                    self.yards
                        .entry(model.terminals[terminal as usize].to_yard)
                        .or_default()
                        .push((at(end), to));
                }
                _ => {}
            }
        }
    }

    fn office(&mut self, office: u32, stay: &[ActivityRecord]) {
        let work = stay.iter().filter(|a| a.activity == Activity::Clearance);
        self.desks.entry(office).or_default().extend(work.map(|a| (a.begins_at, a.ends_at)));
        if let Some(first) = stay.iter().position(|a| a.activity == Activity::Clearance) {
            let waits = [Activity::OfficeClosed, Activity::ClosingSoon, Activity::DeskBusy];
            let joined = stay[..first].iter().rev().take_while(|a| waits.contains(&a.activity)).last();
            let begun_at = stay[first].begins_at;
            self.begun
                .entry(office)
                .or_default()
                .push((joined.map_or(begun_at, |a| a.begins_at), begun_at));
        }
    }

    fn lines(&mut self, model: &Model) -> Law {
        for (lane, spans) in &self.lanes {
            let most = most_at_once(spans);
            let room = model.lanes[*lane].room;
            if most > room as usize {
                return Err(format!("{most} trains on {}, which has room for {room}", model.lanes[*lane].line));
            }
        }
        for (lane, passages) in &mut self.passages {
            let facts = &model.lanes[*lane];
            passages.sort_unstable();
            for pair in passages.windows(2) {
                let (one, other) = (pair[0].0, pair[1].0);
                if other - one < facts.headway || (facts.path_every.is_some() && other == one) {
                    return Err(format!("{}: entries at {one} and {other}", facts.line));
                }
            }
            if let Some(every) = facts.path_every
                && let Some((at, _)) = passages.iter().find(|(at, _)| at.0 % every.0 != 0)
            {
                return Err(format!("{}: an entry at {at}, off its paths", facts.line));
            }
            if facts.overtaking {
                continue;
            }
            // Who entered together may leave in either order.
            let exits: Vec<Span> = passages.iter().filter_map(|(entered, left)| Some((*entered, (*left)?))).collect();
            for pair in exits.windows(2) {
                if pair[0].0 < pair[1].0 && pair[1].1 - pair[0].1 < facts.headway {
                    return Err(format!("{}: exits at {} and {}", facts.line, pair[0].1, pair[1].1));
                }
            }
        }
        Ok(())
    }

    fn yards(&self, model: &Model) -> Law {
        for (yard, spans) in &self.yards {
            let (most, facts) = (most_at_once(spans), &model.yards[*yard as usize]);
            if facts.tracks.is_some_and(|tracks| most > tracks as usize) {
                return Err(format!(
                    "{most} trains on {:?} tracks of {}",
                    facts.tracks, model.places[facts.place as usize].id
                ));
            }
        }
        Ok(())
    }

    fn offices(&mut self, model: &Model) -> Law {
        for (office, spans) in &self.desks {
            let facts = &model.offices[*office as usize];
            limits(&facts.calendar, spans, spans).map_err(|problem| format!("office {office}: {problem}"))?;
            if facts.at_close != AtClose::Finish {
                open_throughout(&facts.calendar, spans, model.end).map_err(|problem| format!("office {office}: {problem}"))?;
            }
        }
        for (office, begun) in &mut self.begun {
            begun.sort_unstable();
            for pair in begun.windows(2) {
                if pair[0].0 < pair[1].0 && pair[0].1 > pair[1].1 {
                    return Err(format!("office {office}: {pair:?} not first come first served"));
                }
            }
        }
        Ok(())
    }

    fn terminals(&self, model: &Model) -> Law {
        for (terminal, spans) in &self.berths {
            let calendar = &model.terminals[*terminal as usize].calendar;
            limits(calendar, spans, spans).map_err(|problem| format!("terminal {terminal}: {problem}"))?;
        }
        for (terminal, spans) in &self.lifting {
            let facts = &model.terminals[*terminal as usize];
            if facts.at_close == AtClose::Pause {
                open_throughout(&facts.calendar, spans, model.end).map_err(|problem| format!("terminal {terminal}: {problem}"))?;
            }
            let (most, cranes) = (most_at_once(spans), &facts.cranes);
            if most > cranes.count as usize {
                return Err(format!("terminal {terminal}: {most} trains lifted by {} cranes", cranes.count));
            }
            if let Some(shifts) = &cranes.shifts {
                limits(shifts, spans, spans).map_err(|problem| format!("cranes of terminal {terminal}: {problem}"))?;
                open_throughout(shifts, spans, model.end).map_err(|problem| format!("cranes of terminal {terminal}: {problem}"))?;
            }
        }
        Ok(())
    }

    fn exchanges(&mut self, model: &Model) -> Law {
        for (exchange, at) in &mut self.handovers {
            let facts = &model.exchanges[*exchange as usize];
            at.sort_unstable();
            if let Some([one, other, ..]) = at.windows(2).find(|pair| pair[1] - pair[0] < facts.headway) {
                return Err(format!("exchange {exchange}: handovers at {one} and {other}"));
            }
            if let Some(closed) = at.iter().find(|at| facts.calendar.servers(&mut Hand::default(), **at) == 0) {
                return Err(format!("exchange {exchange}: a handover at {closed}, when it is closed"));
            }
            let Some((quota, resets)) = &facts.quota else { continue };
            let mut used: BTreeMap<usize, u32> = BTreeMap::new();
            for at in at.iter() {
                let day = resets.partition_point(|reset| reset <= at);
                *used.entry(day).or_default() += 1;
            }
            if let Some((day, n)) = used.into_iter().find(|(_, n)| n > quota) {
                return Err(format!("exchange {exchange}: {n} handovers of {quota} before reset {day}"));
            }
        }
        Ok(())
    }
}

/// How many of the first activities of a stay are waits on the line, or for the track to be formed on; and whether
/// the last of them is so for certain.
fn waits_before_track(stay: &[ActivityRecord], line_has_headway: bool) -> (usize, bool) {
    let is = |n: usize, activity| stay.get(n).is_some_and(|a| a.activity == activity);
    let behind = usize::from(is(0, Activity::TrainAhead));
    let headway = usize::from(line_has_headway && is(behind, Activity::Headway));
    let full = usize::from(is(behind + headway, Activity::TrackAheadFull));
    (behind + headway + full, headway == 0 || behind == 1 || full == 1)
}

/// The most spans that hold one instant.
fn most_at_once(spans: &[Span]) -> usize {
    let mut changes: Vec<(Instant, i8)> = spans
        .iter()
        .filter(|(from, to)| from < to)
        .flat_map(|(from, to)| [(*from, 1), (*to, -1)])
        .collect();
    changes.sort_unstable();
    let (mut now, mut most) = (0i64, 0i64);
    for (_, change) in changes {
        now += i64::from(change);
        most = most.max(now);
    }
    usize::try_from(most).unwrap_or_default()
}

/// When one begins, no more are held than there are servers at that instant, the new one included.
fn limits(calendar: &Calendar, begins: &[Span], held: &[Span]) -> Law {
    for (begin, _) in begins {
        let now = held.iter().filter(|(from, to)| from <= begin && begin < to).count();
        let servers = calendar.servers(&mut Hand::default(), *begin);
        if now > servers as usize {
            return Err(format!("{now} trains with {servers} servers at {begin}"));
        }
    }
    Ok(())
}

/// None goes on after closing.
fn open_throughout(calendar: &Calendar, spans: &[Span], end: Instant) -> Law {
    for (begin, finish) in spans {
        let closes_at = calendar.closes_at(&mut Hand::default(), *begin);
        if *finish > closes_at && *finish <= end {
            return Err(format!("work from {begin} to {finish} over the closing at {closes_at}"));
        }
    }
    Ok(())
}
