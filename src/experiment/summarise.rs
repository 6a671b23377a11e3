//! Replications summed up: `Measures` -estimate-> `Results`.
//!
//! Memory does not grow with the number of replications: estimates are gathered one by one, histograms are
//! added up, and bands over time come from the first [`BANDED`] replications.

use super::advice::advise;
use super::facilities::facilities;
use super::measures::{DWELL_BIN, DWELL_BINS, MeasureName, Measures, QUANTILES, names};
use super::replicate::Plan;
use super::results::{
    Band, CorridorFacts, DailyTrains, DwellDistribution, FlowFacts, LedgerEntry, LineTraffic, LocationFacts, LocationKind, MeasureEstimate,
    QueueSeries, Results, RunFacts, Utilisation, WarmUp,
};
use super::stall::network;
use crate::model::{Model, Windows};
use crate::observe::{Activity, ReplicationRecords};
use crate::stats::{Estimate, Gather, rank};
use crate::units::{Duration, Instant};

/// Bands over time are taken from so many replications, from the first.
pub const BANDED: usize = 200;

/// What has been gathered so far.
pub(super) struct Summary {
    confidence: f64,
    names: Vec<MeasureName>,
    values: Vec<Gather>,
    /// Hours by location and activity, in total and for each vehicle of the location's mode that left.
    hours: Vec<(Gather, Gather)>,
    /// The mode of each location, as an index.
    modes: Vec<usize>,
    dwell: Vec<u64>,
    waiting_by_step: Vec<Vec<f32>>,
    daily: Vec<Vec<Vec<u32>>>,
    records: Vec<ReplicationRecords>,
    replications: u32,
    events: u64,
}

impl Summary {
    pub(super) fn new(model: &Model, confidence: f64) -> Self {
        let names = names(model);
        Self {
            confidence,
            values: vec![Gather::default(); names.len()],
            names,
            hours: vec![(Gather::default(), Gather::default()); model.location_count() * Activity::COUNT],
            modes: (0..model.location_count())
                .map(|location| model.mode_at(location) as usize)
                .collect(),
            dwell: vec![0; model.sites.len() * model.directions.len() * DWELL_BINS],
            waiting_by_step: Vec::new(),
            daily: Vec::new(),
            records: Vec::new(),
            replications: 0,
            events: 0,
        }
    }

    /// Adds a replication; they come in order.
    pub(super) fn add(&mut self, measures: Measures) {
        self.replications += 1;
        self.events += measures.events;
        for (gather, value) in self.values.iter_mut().zip(&measures.values) {
            if let Some(value) = value {
                gather.add(*value);
            }
        }
        let modes = self.modes.iter().flat_map(|mode| [mode; Activity::COUNT]);
        for (((total, each), hours), mode) in self.hours.iter_mut().zip(&measures.hours).zip(modes) {
            total.add(*hours);
            if measures.completed[*mode] > 0 {
                each.add(hours / f64::from(measures.completed[*mode]));
            }
        }
        for (sum, n) in self.dwell.iter_mut().zip(&measures.dwell) {
            *sum += u64::from(*n);
        }
        if self.waiting_by_step.len() < BANDED {
            self.waiting_by_step.push(measures.waiting_by_step);
            self.daily.push(measures.daily);
        }
        self.records.extend(measures.records);
    }

    /// Whether every goal of the plan is reached; without goals never, for then the number of replications decides.
    pub(super) fn knows_enough(&self, plan: &Plan) -> bool {
        let until = plan.until.as_ref();
        until.is_some_and(|until| until.reached(self.confidence, |at, level| self.values[at].estimate(level)))
    }

    pub(super) fn results(self, model: &Model, plan: &Plan) -> Results {
        let skewness: Vec<Option<f64>> = self.values.iter().map(Gather::skewness).collect();
        let queues = self.queues(model);
        let mut results = Results {
            run: RunFacts {
                title: String::new(),
                replications: self.replications,
                seed: plan.seed,
                confidence: self.confidence,
                start: model.clock.civil(&model.clock.zone, Instant::START),
                zone: model.clock.zone.iana_name().unwrap_or("UTC").to_owned(),
                warm_up: Duration(model.measure_from.0),
                length: model.end - model.measure_from,
                events: self.events,
                goals: plan.until.as_ref().map_or_else(Vec::new, |until| {
                    until.report(self.confidence, &self.names, |at, level| self.values[at].estimate(level))
                }),
            },
            locations: locations(model),
            flows: flows(model),
            measures: self.measures(),
            ledger: self.ledger(model),
            warm_up: WarmUp::of(&queues),
            queues,
            dwell: self.dwell(model),
            utilisation: Vec::new(),
            daily: self.daily(model),
            network: network(model),
            traffic: Vec::new(),
            facilities: facilities(model),
            corridors: Vec::new(),
            disrupted: disrupted(model),
            records: self.records,
            advice: Vec::new(),
        };
        results.utilisation = utilisation(model, &results);
        results.traffic = traffic(model, &results);
        results.advice = advise(&results, &skewness);
        results
    }

    fn measures(&self) -> Vec<MeasureEstimate> {
        let estimates = self.values.iter().map(|gather| gather.estimate(self.confidence));
        let named = self.names.iter().cloned().zip(estimates);
        named
            .map(|(MeasureName { id, label, unit, headline }, estimate)| MeasureEstimate {
                id,
                label,
                unit: unit.into(),
                headline,
                estimate,
            })
            .collect()
    }

    fn ledger(&self, model: &Model) -> Vec<LedgerEntry> {
        let cells = (0..model.location_count()).flat_map(|location| Activity::ALL.map(|activity| (location, activity)));
        let entries = cells.zip(&self.hours).filter_map(|((location, activity), (total, each))| {
            let total_hours = total.estimate(self.confidence).filter(|e| e.max > 0.0)?;
            let hours_per_train = each.estimate(self.confidence)?;
            Some(LedgerEntry {
                location,
                activity,
                total_hours,
                hours_per_train,
            })
        });
        entries.collect()
    }

    fn queues(&self, model: &Model) -> Vec<QueueSeries> {
        let places = model.sites.len();
        let steps = self.waiting_by_step.iter().map(Vec::len).min().unwrap_or(0) / places.max(1);
        let series = (0..places).map(|place| QueueSeries {
            place,
            step: model.step,
            first: Instant::START,
            steps: (0..steps)
                .map(|step| band(self.waiting_by_step.iter().map(|run| f64::from(run[step * places + place]))))
                .collect(),
            replications: self.waiting_by_step.len() as u32,
        });
        series.collect()
    }

    fn dwell(&self, model: &Model) -> Vec<DwellDistribution> {
        let directions = model.directions.len();
        let mut all = Vec::new();
        for place in 0..model.sites.len() {
            let histogram = |direction: usize| {
                self.dwell
                    .iter()
                    .skip((place * directions + direction) * DWELL_BINS)
                    .take(DWELL_BINS)
                    .copied()
            };
            let mut together = vec![0; DWELL_BINS];
            for direction in 0..directions {
                together.iter_mut().zip(histogram(direction)).for_each(|(sum, n)| *sum += n);
            }
            let subject = model.site_path(place);
            all.push(DwellDistribution {
                place,
                direction: None,
                bin: DWELL_BIN,
                counts: together,
                quantiles_hours: self.dwell_quantiles(&subject),
            });
            for (direction, name) in model
                .directions
                .iter()
                .enumerate()
                .filter(|(_, name)| directions > 1 && !name.is_empty())
            {
                let quantiles_hours = self.dwell_quantiles(&format!("{subject}.directions.{name}"));
                all.push(DwellDistribution {
                    place,
                    direction: Some(name.clone()),
                    bin: DWELL_BIN,
                    counts: histogram(direction).collect(),
                    quantiles_hours,
                });
            }
        }
        all
    }

    fn dwell_quantiles(&self, subject: &str) -> Vec<(f64, Estimate)> {
        let estimate = |id: String| {
            let at = self.names.iter().position(|name| name.id == id)?;
            self.values[at].estimate(self.confidence)
        };
        QUANTILES
            .into_iter()
            .filter_map(|(p, end)| Some((p, estimate(format!("{subject}.dwell_time_hours_{end}"))?)))
            .collect()
    }

    fn daily(&self, model: &Model) -> Vec<DailyTrains> {
        let places = (0..model.sites.len()).map(|place| (place, None, Vec::new()));
        let exchanges = model.exchanges.iter().map(|exchange| {
            let quota = exchange.quota.as_ref().map(|(trains, _)| ("quota".to_owned(), f64::from(*trains)));
            (
                exchange.place as usize,
                Some((exchange.path.clone(), exchange.name.clone())),
                quota.into_iter().collect(),
            )
        });
        let series = places.chain(exchanges).enumerate().map(|(row, (place, exchange, limits))| {
            let table = &model.day_tables[model.places[model.sites[place].place as usize].day_table];
            // Only days that are measured from begin to end.
            let first = table.starts.partition_point(|start| *start < model.measure_from);
            let whole_last = table.starts.last().is_some_and(|start| *start + Duration::days(1) <= model.end);
            let last = table.starts.len().saturating_sub(usize::from(!whole_last));
            let band_of = |day: usize| band(self.daily.iter().map(|run| f64::from(run[row][day])));
            DailyTrains {
                place,
                exchange,
                first: model
                    .clock
                    .civil(&table.zone, table.starts.get(first).copied().unwrap_or(model.end))
                    .date(),
                days: (first..last.max(first)).map(band_of).collect(),
                replications: self.daily.len() as u32,
                limits,
            }
        });
        series.collect()
    }
}

fn band(values: impl Iterator<Item = f64>) -> Band {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let at = |p: f64| sorted.get(rank(p, sorted.len() as u64) as usize - 1).copied().unwrap_or(0.0);
    #[allow(clippy::cast_precision_loss, reason = "at most BANDED values")]
    let mean = sorted.iter().sum::<f64>() / sorted.len().max(1) as f64;
    Band {
        mean,
        p10: at(0.1),
        p90: at(0.9),
    }
}

pub(super) fn locations(model: &Model) -> Vec<LocationFacts> {
    let places = model.sites.iter().enumerate().map(|(site, facts)| {
        let path = model.site_path(site);
        LocationFacts {
            id: path.strip_prefix("places.").unwrap_or(&path).to_owned(),
            name: model.site_name(site),
            kind: LocationKind::Place {
                place: facts.place as usize,
            },
            passing: Vec::new(),
        }
    });
    let lanes = model.lanes.iter().map(|lane| {
        let to = &model.places[lane.to as usize];
        LocationFacts {
            id: format!("{}>{}", lane.line, to.id),
            name: model.naming.towards(&lane.name, &to.name),
            kind: LocationKind::Line {
                from: lane.from as usize,
                to: lane.to as usize,
            },
            passing: lane
                .single
                .map_or_else(Vec::new, |(line, direction)| passing_places(model, line, direction)),
        }
    });
    places.chain(lanes).collect()
}

/// Passing places in order of travel, with their parts of the way.
fn passing_places(model: &Model, line: u32, direction: usize) -> Vec<(String, f64)> {
    let single = &model.single_lines[line as usize];
    let mut part = 0.0;
    let places = (0..single.sections.len() as u16).filter_map(|after| {
        let section = single.section(direction, after);
        part += model.sections[section as usize].share();
        let place = &model.sections[single.place_after(section, direction)? as usize];
        place.passing.as_ref().map(|place| (place.name.clone(), part))
    });
    places.collect()
}

pub(super) fn flows(model: &Model) -> Vec<FlowFacts> {
    let facts = model.flows.iter().map(|f| FlowFacts {
        id: f.id.clone(),
        name: f.name.clone(),
        direction: model.directions[f.direction as usize].clone(),
    });
    facts.collect()
}

pub(super) fn utilisation(model: &Model, results: &Results) -> Vec<Utilisation> {
    let offices = model.offices.iter().map(|o| (o.place, &o.path, &o.name));
    let terminals = model.terminals.iter().map(|t| (t.place, &t.path, &t.name));
    let yards = model.transloadings.iter().map(|t| (t.place, &t.path, &t.name));
    let rows = offices.chain(terminals).chain(yards).map(|(place, path, name)| {
        let subject = format!("places.{}.{path}", model.places[place as usize].id);
        let estimate = |end: &str| results.estimate(&format!("{subject}.{end}"));
        Utilisation {
            place: place as usize,
            facility: path.clone(),
            name: name.clone(),
            of_open_time: estimate("busy_share"),
            of_clock_time: estimate("busy_share_of_clock"),
        }
    });
    rows.collect()
}

fn traffic(model: &Model, results: &Results) -> Vec<LineTraffic> {
    let entered = model.lanes.iter().enumerate().filter_map(|(lane, facts)| {
        let to = &model.places[facts.to as usize].id;
        let trains = results.estimate(&format!("lines.{}.to.{to}.{}", facts.line, facts.mode.vehicles()))?;
        Some(LineTraffic {
            location: model.lane_location(lane),
            trains,
        })
    });
    entered.collect()
}

/// When dated disruptions are in force, where trains may wait because of them.
fn disrupted(model: &Model) -> Vec<(usize, Instant, Instant)> {
    let times = model.disruptions.iter().flat_map(|disruption| {
        let windows = match &disruption.when {
            Windows::Dated(windows) => &windows[..],
            // Other times in each replication.
            Windows::Random { .. } => &[],
        };
        let at = |site: &u32| {
            windows
                .iter()
                .map(|(from, until)| (*site as usize, *from, *until))
                .collect::<Vec<_>>()
        };
        disruption.sites.iter().flat_map(at)
    });
    times.collect()
}

/// Corridors of a scenario, with distances along the shortest lines and the closed times of offices.
#[must_use]
pub fn corridors(model: &Model, corridors: &std::collections::BTreeMap<String, crate::scenario::Corridor>) -> Vec<CorridorFacts> {
    let index = |id: &str| model.places.iter().position(|p| p.id == id);
    let facts = corridors.iter().map(|(id, corridor)| {
        let chain: Vec<usize> = corridor.places.iter().filter_map(|place| index(place)).collect();
        let mut km = 0.0;
        let places = chain.iter().enumerate().map(|(i, place)| {
            if i > 0 {
                km += distance(model, chain[i - 1], *place);
            }
            (*place, km)
        });
        let places: Vec<(usize, f64)> = places.collect();
        let offices = model.offices.iter().map(|o| (o.place, &o.calendar));
        let terminals = model.terminals.iter().map(|t| (t.place, &t.calendar));
        let exchanges = model.exchanges.iter().map(|e| (e.place, &e.calendar));
        let yards = model.transloadings.iter().map(|t| (t.place, &t.calendar));
        let closed = offices
            .chain(terminals)
            .chain(yards)
            .chain(exchanges)
            .filter(|(place, _)| chain.contains(&(*place as usize)));
        let closed = closed.flat_map(|(place, calendar)| {
            calendar
                .closed(Instant::START, model.end)
                .map(move |(from, to)| (place as usize, from, to))
        });
        CorridorFacts {
            id: id.clone(),
            name: corridor.name.clone(),
            places,
            closed: closed.collect(),
        }
    });
    facts.collect()
}

/// Kilometres between two places that a line joins; a line that gives no length counts as one, so that the
/// places of a diagram still stand apart.
fn distance(model: &Model, a: usize, b: usize) -> f64 {
    let joins = |lane: &&crate::model::Lane| (lane.from as usize, lane.to as usize) == (a, b);
    let lengths = model.lanes.iter().filter(joins).map(|lane| lane.length_km).filter(|km| *km > 0.0);
    let shortest = lengths.fold(f64::INFINITY, f64::min);
    if shortest.is_finite() { shortest } else { 1.0 }
}
