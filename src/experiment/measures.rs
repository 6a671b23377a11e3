//! What is measured in one replication: `Observations` -measure-> `Measures`.

use std::borrow::Cow;

use super::wording;
use crate::model::{Breakdowns, FlowModel, Held, Inspection, Lifting, Mode, Model, Naming, Step, Terminal};
use crate::observe::{Activity, Observations, OutletTally, Reason, ReplicationRecords, TimeWeighted};
use crate::stats::{nearest_ranks, weighted_rank};
use crate::units::{DAY, Duration, HOUR, Instant, millis_as_hours};

/// Quantiles of dwell and transit times, with the ends of their ids.
pub const QUANTILES: [(f64, &str); 3] = [(0.5, "p50"), (0.9, "p90"), (0.95, "p95")];
/// Width of a bin of the dwell histograms.
pub const DWELL_BIN: Duration = Duration::minutes(15);
/// Bins of a dwell histogram; the last holds everything beyond a week.
pub const DWELL_BINS: usize = 7 * 24 * 4 + 1;

/// A measure: what it is called and in which unit it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasureName {
    /// The dotted path with the unit last.
    pub id: String,
    /// For people.
    pub label: String,
    /// The unit; empty for a share.
    pub unit: &'static str,
    /// Whether it belongs on the summary.
    pub headline: bool,
}

/// What one replication gives.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    /// The number of the replication, from 1.
    pub replication: u32,
    /// The values, in the order of [`names`]; absent where there was nothing to measure.
    pub values: Vec<Option<f64>>,
    /// Train-hours by location and activity.
    pub hours: Vec<f64>,
    /// Vehicles that left the network, by mode.
    pub completed: [u32; 3],
    /// Trains by site, direction and bin of the dwell time.
    pub dwell: Vec<u32>,
    /// Mean number waiting by step and site.
    pub waiting_by_step: Vec<f32>,
    /// Trains by day: of each site, then of each exchange.
    pub daily: Vec<Vec<u32>>,
    /// Events that happened.
    pub events: u64,
    /// Full records, where kept.
    pub records: Option<ReplicationRecords>,
}

/// The names of all measures of a model, in the order of [`Measures::values`].
#[must_use]
pub fn names(model: &Model) -> Vec<MeasureName> {
    let mut sheet = Sheet {
        naming: &model.naming,
        seen: None,
        names: Vec::new(),
        values: Vec::new(),
    };
    sheet.fill(model);
    sheet.names
}

/// Reads off a replication.
#[must_use]
pub fn measure(model: &Model, seen: &Observations) -> Measures {
    let mut sheet = Sheet {
        naming: &model.naming,
        seen: Some(seen),
        names: Vec::new(),
        values: Vec::new(),
    };
    sheet.fill(model);
    let hours = (0..model.location_count())
        .flat_map(|location| Activity::ALL.map(|activity| millis_as_hours(seen.account(location, activity))))
        .collect();
    Measures {
        replication: seen.replication,
        values: sheet.values,
        hours,
        completed: completed(model, seen),
        dwell: dwell_histograms(seen),
        waiting_by_step: seen.waiting_by_step.clone(),
        daily: seen
            .places
            .iter()
            .map(|p| &p.daily)
            .chain(seen.exchanges.iter().map(|e| &e.daily))
            .map(|d| d.days.clone())
            .collect(),
        events: seen.events,
        records: seen.records.clone(),
    }
}

fn completed(model: &Model, seen: &Observations) -> [u32; 3] {
    let mut completed = [0; 3];
    for (flow, tally) in model.flows.iter().zip(&seen.flows) {
        completed[flow.mode as usize] += tally.completed;
    }
    completed
}

fn dwell_histograms(seen: &Observations) -> Vec<u32> {
    let mut counts = vec![0; seen.passages.len() * DWELL_BINS];
    for (passage, bins) in seen.passages.iter().zip(counts.chunks_exact_mut(DWELL_BINS)) {
        for dwell in &passage.dwell {
            let bin = usize::try_from(dwell / DWELL_BIN.0).unwrap_or(0).min(DWELL_BINS - 1);
            bins[bin] += 1;
        }
    }
    counts
}

/// Names, or values: both come from one list, so they cannot fall out of step.
struct Sheet<'o> {
    naming: &'o Naming,
    seen: Option<&'o Observations>,
    names: Vec<MeasureName>,
    values: Vec<Option<f64>>,
}

/// One measure of a subject: the end of its id, the end of its label, its unit, whether it is a headline.
type Column<'c> = (&'c str, &'c str, &'static str, bool);

/// A subject: the begin of its ids and of its labels, and what its vehicles are called.
struct Subject {
    id: String,
    label: String,
    vehicles: &'static str,
}

impl Subject {
    /// A part of it, or a facility in it.
    fn part(&self, naming: &Naming, path: &str, name: &str) -> Self {
        Self {
            id: format!("{}.{path}", self.id),
            label: naming.part(&self.label, name),
            vehicles: self.vehicles,
        }
    }
}

/// All vehicles of a mode.
fn all(naming: &Naming, mode: Mode) -> Subject {
    let vehicles = mode.vehicles();
    Subject {
        id: if mode == Mode::Rail {
            String::new()
        } else {
            mode.word().to_owned()
        },
        label: naming.all(vehicles),
        vehicles,
    }
}

/// What moves through a step: of one mode, or vehicles of several.
fn vehicles_through(model: &Model, is_step: impl Fn(Step) -> bool) -> &'static str {
    let offers = |step: Step| match step {
        Step::Choose(choice) => model.choices[choice as usize].options.iter().any(|option| is_step(*option)),
        step => is_step(step),
    };
    let takes = |flow: &&FlowModel| flow.routes.iter().any(|route| route.program.iter().any(|step| offers(*step)));
    let mut users = model.flows.iter().filter(takes).map(|flow| flow.mode);
    let first = users.next().unwrap_or_default();
    if users.all(|mode| mode == first) {
        first.vehicles()
    } else {
        "vehicles"
    }
}

impl Sheet<'_> {
    fn put(&mut self, subject: &Subject, (id, label, unit, headline): Column<'_>, value: impl FnOnce(&Observations) -> Option<f64>) {
        if let Some(seen) = self.seen {
            self.values.push(value(seen));
        } else {
            let dot = if subject.id.is_empty() { "" } else { "." };
            // Measures are written down for trains; of trucks they have the same names with their own word.
            let own = |text: &str| text.replace("trains", subject.vehicles);
            let id = own(id);
            self.names.push(MeasureName {
                label: wording::label(self.naming.lang, &subject.label, &id, &own(label)),
                id: format!("{}{dot}{id}", subject.id),
                unit: if unit == "trains" { subject.vehicles } else { unit },
                headline,
            });
        }
    }

    fn fill(&mut self, model: &Model) {
        let used = model.modes();
        let used = if used.is_empty() { vec![Mode::Rail] } else { used };
        for mode in &used {
            self.network(model, *mode);
        }
        self.boxes(model);
        for mode in &used {
            self.waiting_share(model, *mode);
            self.blocked_share(model, *mode);
        }
        for site in 0..model.sites.len() {
            self.place(model, site);
        }
        self.lines(model);
        self.cargo(model);
        self.disruptions(model);
        for flow in 0..model.flows.len() {
            self.flow(model, flow);
        }
        self.stop_loading(model);
    }

    /// All vehicles of one mode.
    fn network(&mut self, model: &Model, mode: Mode) {
        let all = all(self.naming, mode);
        let sum = |f: fn(&crate::observe::FlowTally) -> u64| {
            move |seen: &Observations| {
                let own = seen.flows.iter().zip(&model.flows).filter(|(_, m)| m.mode == mode);
                Some(count(own.map(|(tally, _)| f(tally)).sum()))
            }
        };
        let present = |seen: &Observations| seen.present_by_mode[mode as usize];
        self.put(&all, ("trains_generated", "generated", "trains", true), sum(|f| f.generated.into()));
        self.put(&all, ("trains_completed", "completed", "trains", true), sum(|f| f.completed.into()));
        self.put(&all, ("trains_inside_at_end", "inside at the end", "trains", true), |seen| {
            Some(whole(present(seen).value()))
        });
        self.put(&all, ("trains_inside_mean", "inside, mean", "trains", false), |seen| {
            Some(mean(&present(seen), seen))
        });
    }

    fn waiting_share(&mut self, model: &Model, mode: Mode) {
        self.put(
            &all(self.naming, mode),
            ("waiting_share", "share of time spent waiting", "", true),
            |seen| {
                let of_each = model
                    .sites
                    .iter()
                    .map(|site| site.mode)
                    .chain(model.lanes.iter().map(|lane| lane.mode));
                let waiting = seen.waiting.iter().zip(of_each).filter(|(_, of)| *of == mode);
                ratio(
                    waiting.map(|(n, _)| n.area(seen.end)).sum(),
                    seen.present_by_mode[mode as usize].area(seen.end),
                )
            },
        );
    }

    /// What spills back: time in which no track, room or section ahead is free, of all time in the network.
    fn blocked_share(&mut self, model: &Model, mode: Mode) {
        const BLOCKED: [Activity; 3] = [Activity::TrackAheadFull, Activity::LineFull, Activity::LineSection];
        let locations = model
            .sites
            .iter()
            .map(|site| site.mode)
            .chain(model.lanes.iter().map(|lane| lane.mode));
        let own: Vec<usize> = locations.enumerate().filter(|(_, its)| *its == mode).map(|(at, _)| at).collect();
        let what = ("blocked_share", "share of time held by what is full ahead", "", false);
        self.put(&all(self.naming, mode), what, move |seen| {
            let cells = own
                .iter()
                .flat_map(|location| BLOCKED.map(|activity| seen.account(*location, activity)));
            ratio(cells.sum(), seen.present_by_mode[mode as usize].area(seen.end))
        });
    }

    /// Boxes that came to their destination, on whatever vehicle.
    fn boxes(&mut self, model: &Model) {
        let all = Subject {
            id: String::new(),
            label: self.naming.all(vehicles_through(model, |_| true)),
            vehicles: "trains",
        };
        self.put(&all, ("boxes_completed", "boxes completed", "boxes", false), |seen| {
            Some(count(seen.flows.iter().map(|f| f.boxes_completed).sum()))
        });
        self.put(&all, ("teu_completed", "TEU completed", "TEU", true), |seen| {
            Some(
                seen.flows
                    .iter()
                    .zip(&model.flows)
                    .map(|(f, m)| count(f.boxes_completed) * m.teu_per_box)
                    .sum(),
            )
        });
    }

    /// A place as the vehicles of one mode see it; its yards and facilities stand under the first of them.
    fn place(&mut self, model: &Model, place: usize) {
        let site = model.sites[place];
        let subject = Subject {
            id: model.site_path(place),
            label: model.site_name(place),
            vehicles: site.mode.vehicles(),
        };
        let ix = site.place;
        let works = model.offices.iter().any(|o| o.place == ix)
            || model.terminals.iter().any(|t| t.place == ix)
            || model.exchanges.iter().any(|e| e.place == ix)
            || model.transloadings.iter().any(|t| t.place == ix);
        self.passages(model, &subject, place, &(0..model.directions.len()).collect::<Vec<_>>(), works);
        self.put(
            &subject,
            ("trains_per_day_peak", "trains on the busiest day", "trains", false),
            |seen| seen.places[place].daily.days.iter().max().map(|n| f64::from(*n)),
        );
        self.put(&subject, ("trains_waiting_mean", "trains waiting, mean", "trains", works), |seen| {
            Some(mean(&seen.waiting[place], seen))
        });
        self.put(&subject, ("trains_waiting_max", "trains waiting, most", "trains", false), |seen| {
            Some(whole(seen.waiting[place].max()))
        });
        self.put(&subject, ("trains_present_mean", "trains present, mean", "trains", false), |seen| {
            Some(mean(&seen.places[place].present, seen))
        });
        self.put(&subject, ("trains_present_max", "trains present, most", "trains", false), |seen| {
            Some(whole(seen.places[place].present.max()))
        });
        let sites = model.sites.len();
        self.put(
            &subject,
            ("trains_waiting_growth", "trains waiting, second half less first", "trains", false),
            |seen| growth(model, seen, place, sites),
        );
        if place == ix as usize {
            self.facilities(model, ix);
        }
        if model.directions.len() > 1 {
            for direction in (0..model.directions.len()).filter(|d| !model.directions[*d].is_empty()) {
                let name = &model.directions[direction];
                self.passages(
                    model,
                    &subject.part(self.naming, &format!("directions.{name}"), self.naming.lang.direction(name)),
                    place,
                    &[direction],
                    false,
                );
            }
        }
    }

    /// Yards and facilities of a place.
    fn facilities(&mut self, model: &Model, ix: u32) {
        let place = &model.places[ix as usize];
        let subject = Subject {
            id: format!("places.{}", place.id),
            label: place.name.clone(),
            vehicles: "trains",
        };
        for (yard, facts) in model.yards.iter().enumerate().filter(|(_, y)| y.place == ix && y.tracks.is_some()) {
            let tracks = facts.tracks.unwrap_or_default();
            let subject = subject.part(self.naming, &format!("tracks.{}", facts.gauge), &self.naming.tracks(&facts.gauge));
            self.put(&subject, ("occupied_share", "share occupied", "", false), |seen| {
                Some(mean(&seen.yards[yard], seen) / f64::from(tracks))
            });
            self.put(&subject, ("occupied_max", "most occupied", "tracks", false), |seen| {
                Some(whole(seen.yards[yard].max()))
            });
        }
        self.offices(model, &subject, ix);
        self.terminals(model, &subject, ix);
        self.exchanges(model, &subject, ix);
        self.transloadings(model, &subject, ix);
        self.formations(model, &subject, ix);
        self.pools(model, &subject, ix);
    }

    fn disruptions(&mut self, model: &Model) {
        for (i, facts) in model.disruptions.iter().enumerate() {
            let subject = Subject {
                id: format!("disruptions.{}", facts.id),
                label: facts.name.clone(),
                vehicles: "trains",
            };
            self.put(&subject, ("occurrences", "begun", "", false), |seen| {
                Some(seen.disruptions[i].begun.into())
            });
            self.put(&subject, ("in_force_hours", "in force", "h", true), |seen| {
                Some(millis_as_hours(seen.disruptions[i].in_force.area(seen.end)))
            });
            if facts.holds_trains() {
                self.put(&subject, ("trains_held", "trains held", "trains", true), |seen| {
                    Some(seen.disruptions[i].held.into())
                });
            }
            self.put(&subject, ("recovered", "recovered from", "", false), |seen| {
                Some(seen.disruptions[i].recovered.into())
            });
            self.put(&subject, ("recovery_time_hours_mean", "time to recover, mean", "h", true), |seen| {
                hours_each(seen.disruptions[i].recovery, seen.disruptions[i].recovered.into())
            });
        }
    }

    /// Trains through a place in some directions together.
    fn passages(&mut self, model: &Model, subject: &Subject, place: usize, directions: &[usize], headline: bool) {
        let all = |seen: &Observations, f: fn(&crate::observe::PassageTally) -> i64| -> i64 {
            directions.iter().map(|d| f(seen.passage(place, *d))).sum()
        };
        let trains = |p: &crate::observe::PassageTally| i64::try_from(p.dwell.len()).unwrap_or(i64::MAX);
        self.put(subject, ("trains", "trains", "trains", headline), |seen| {
            Some(whole(all(seen, trains)))
        });
        self.put(subject, ("trains_per_day", "trains a day", "1/d", false), |seen| {
            ratio(all(seen, trains) * DAY, (model.end - model.measure_from).0)
        });
        self.put(subject, ("boxes", "boxes", "boxes", false), |seen| {
            Some(whole(all(seen, |p| p.boxes.cast_signed())))
        });
        self.put(subject, ("dwell_time_hours_mean", "dwell time, mean", "h", headline), |seen| {
            hours_each(all(seen, |p| p.dwell.iter().sum()), all(seen, trains))
        });
        self.put(
            subject,
            ("waiting_time_hours_mean", "of which waiting, mean", "h", headline),
            |seen| hours_each(all(seen, |p| p.waiting), all(seen, trains)),
        );
        let dwell = self.seen.map(|seen| match directions {
            [direction] => Cow::Borrowed(&seen.passage(place, *direction).dwell[..]),
            all => all.iter().flat_map(|d| seen.passage(place, *d).dwell.iter().copied()).collect(),
        });
        self.quantiles(
            subject,
            &dwell.unwrap_or_default(),
            ["dwell_time_hours_p50", "dwell_time_hours_p90", "dwell_time_hours_p95"],
            "dwell time",
            headline,
        );
    }

    fn quantiles(&mut self, subject: &Subject, sample: &[i64], ids: [&'static str; 3], what: &str, headline: bool) {
        let values = nearest_ranks(sample, QUANTILES.map(|(p, _)| p));
        for (i, ((p, _), id)) in QUANTILES.into_iter().zip(ids).enumerate() {
            let label = format!("{what}, {:.0} % below", p * 100.0);
            self.put(subject, (id, &label, "h", headline && p > 0.94), |_| {
                values.map(|values| millis_as_hours(values[i]))
            });
        }
    }

    fn queue(&mut self, subject: &Subject, queue: impl Fn(&Observations) -> (TimeWeighted, u32)) {
        self.put(subject, ("trains_waiting_mean", "trains waiting, mean", "trains", false), |seen| {
            Some(mean(&queue(seen).0, seen))
        });
        self.put(subject, ("trains_waiting_max", "trains waiting, most", "trains", false), |seen| {
            Some(whole(queue(seen).0.max()))
        });
        self.put(
            subject,
            ("waiting_time_hours_mean", "waiting for each train served", "h", false),
            |seen| hours_each(queue(seen).0.area(seen.end), queue(seen).1.into()),
        );
    }

    fn busy(&mut self, subject: &Subject, calendar: &crate::engine::Calendar, busy: impl Fn(&Observations) -> TimeWeighted) {
        self.put(subject, ("busy_share", "busy share of open time", "", true), |seen| {
            ratio(busy(seen).area(seen.end), calendar.server_time(seen.measure_from, seen.end).0)
        });
        self.put(subject, ("busy_share_of_clock", "busy share of clock time", "", false), |seen| {
            ratio(
                busy(seen).area(seen.end),
                i64::from(calendar.most_servers()) * (seen.end - seen.measure_from).0,
            )
        });
    }

    fn offices(&mut self, model: &Model, place: &Subject, ix: u32) {
        for (i, office) in model.offices.iter().enumerate().filter(|(_, o)| o.place == ix) {
            let mut subject = place.part(self.naming, &office.path, &office.name);
            subject.vehicles = vehicles_through(model, |step| step == Step::Office(i as u32));
            self.put(&subject, ("trains_served", "trains served", "trains", false), |seen| {
                Some(seen.offices[i].served.into())
            });
            self.busy(&subject, &office.calendar, |seen| seen.offices[i].busy);
            self.queue(&subject, |seen| (seen.offices[i].waiting, seen.offices[i].served));
            if office.advance.is_some() {
                self.put(&subject, ("in_advance_share", "share declared in advance", "", false), |seen| {
                    ratio(seen.offices[i].in_advance.into(), seen.offices[i].served.into())
                });
            }
            if let Some(inspection) = &office.inspection {
                self.inspection(model, place, i, inspection);
            }
        }
    }

    /// What was held at a clearance, and the bays of each kind of inspection.
    fn inspection(&mut self, model: &Model, place: &Subject, office: usize, inspection: &Inspection) {
        if inspection.held != Held::Train {
            let facts = &model.offices[office];
            let subject = place.part(self.naming, &facts.path, &facts.name);
            self.put(&subject, ("boxes_set_out_mean", "boxes set out, mean", "boxes", false), |seen| {
                Some(mean(&seen.offices[office].set_out, seen))
            });
            self.put(&subject, ("boxes_set_out_max", "boxes set out, most", "boxes", false), |seen| {
                Some(whole(seen.offices[office].set_out.max()))
            });
            self.put(
                &subject,
                ("boxes_set_out_at_end", "boxes set out at the end", "boxes", false),
                |seen| Some(whole(seen.offices[office].set_out.value())),
            );
        }
        for i in inspection.first_bay as usize..(inspection.first_bay + inspection.kinds) as usize {
            let bay = &model.bays[i];
            let subject = place.part(self.naming, &bay.path, &bay.name);
            self.put(&subject, ("boxes_inspected", "boxes inspected", "boxes", false), |seen| {
                Some(seen.bays[i].inspected.into())
            });
            self.busy(&subject, &bay.calendar, |seen| seen.bays[i].busy);
            self.put(&subject, ("boxes_waiting_mean", "boxes waiting, mean", "boxes", false), |seen| {
                Some(mean(&seen.bays[i].waiting, seen))
            });
            self.put(&subject, ("boxes_waiting_max", "boxes waiting, most", "boxes", false), |seen| {
                Some(whole(seen.bays[i].waiting.max()))
            });
        }
    }

    /// Boxes by class of cargo.
    fn cargo(&mut self, model: &Model) {
        for (i, class) in model.cargo.iter().enumerate() {
            let subject = Subject {
                id: format!("cargo.{}", class.id),
                label: class.name.clone(),
                vehicles: Mode::Rail.vehicles(),
            };
            self.put(&subject, ("boxes_generated", "boxes generated", "boxes", false), |seen| {
                Some(count(seen.cargo[i].generated))
            });
            self.put(&subject, ("boxes_completed", "boxes completed", "boxes", false), |seen| {
                Some(count(seen.cargo[i].completed))
            });
            self.put(&subject, ("boxes_inspected", "boxes inspected", "boxes", false), |seen| {
                Some(seen.cargo[i].inspected.into())
            });
            self.put(
                &subject,
                ("inspection_time_hours_mean", "held for inspection, mean", "h", false),
                |seen| hours_each(seen.cargo[i].held, seen.cargo[i].inspected.into()),
            );
            self.put(
                &subject,
                ("inspection_waiting_time_hours_mean", "of which waiting, mean", "h", false),
                |seen| hours_each(seen.cargo[i].waiting, seen.cargo[i].inspected.into()),
            );
        }
    }

    fn terminals(&mut self, model: &Model, place: &Subject, ix: u32) {
        for (i, terminal) in model.terminals.iter().enumerate().filter(|(_, t)| t.place == ix) {
            let mut subject = place.part(self.naming, &terminal.path, &terminal.name);
            subject.vehicles = vehicles_through(model, |step| step == Step::Reload(i as u32));
            self.put(&subject, ("trains_served", "trains reloaded", "trains", false), |seen| {
                Some(seen.terminals[i].served.into())
            });
            self.put(&subject, ("boxes_lifted", "boxes lifted", "boxes", false), |seen| {
                Some(count(seen.terminals[i].boxes))
            });
            self.busy(&subject, &terminal.calendar, |seen| seen.terminals[i].berths);
            self.put(&subject, ("cranes_working_mean", "cranes at work, mean", "cranes", false), |seen| {
                Some(mean(&seen.terminals[i].cranes, seen))
            });
            self.cranes(&subject, terminal, i);
            self.queue(&subject, |seen| (seen.terminals[i].waiting, seen.terminals[i].served));
        }
    }

    /// Cranes against those on shift, their breakdowns, and the wind.
    fn cranes(&mut self, subject: &Subject, terminal: &Terminal, i: usize) {
        let cranes = &terminal.cranes;
        // Without shifts, all while the terminal is open.
        let open = terminal.calendar.map(|berths| berths.min(1) * cranes.count);
        let roster = cranes.shifts.as_ref().unwrap_or(&open);
        let rostered = |seen: &Observations| roster.server_time(seen.measure_from, seen.end).0;
        if matches!(terminal.lifting, Lifting::PerBox(_)) || cranes.shifts.is_some() {
            self.put(subject, ("crane_busy_share", "busy share of cranes on shift", "", false), |seen| {
                ratio(seen.terminals[i].cranes.area(seen.end), rostered(seen))
            });
            self.put(
                subject,
                ("gross_crane_rate", "boxes an hour of a crane on shift", "1/h", false),
                |seen| ratio(whole_boxes(seen, i) * HOUR, rostered(seen)),
            );
            self.put(
                subject,
                ("net_crane_rate", "boxes an hour of a crane at work", "1/h", false),
                |seen| ratio(whole_boxes(seen, i) * HOUR, seen.terminals[i].cranes.area(seen.end)),
            );
        }
        if let Some(breakdowns) = &cranes.breakdowns {
            self.breakdowns(subject, (breakdowns, cranes.count), i);
        }
        if cranes.wind.is_some() {
            self.put(
                subject,
                ("stopped_by_wind_hours", "time in which the wind stops its cranes", "h", false),
                |seen| Some(millis_as_hours(seen.terminals[i].stopped_by_wind.area(seen.end))),
            );
            self.put(
                subject,
                ("slowed_by_wind_hours", "time in which the wind slows its cranes down", "h", false),
                |seen| Some(millis_as_hours(seen.terminals[i].slowed_by_wind.area(seen.end))),
            );
            self.put(
                subject,
                ("held_by_wind_hours", "waiting of trains in berths for the wind", "h", false),
                |seen| Some(millis_as_hours(seen.terminals[i].held_by_wind.area(seen.end))),
            );
        }
    }

    fn breakdowns(&mut self, subject: &Subject, (breakdowns, count): (&Breakdowns, u32), i: usize) {
        self.put(subject, ("crane_breakdowns", "breakdowns of cranes", "breakdowns", false), |seen| {
            let drawn = seen.terminals[i].breakdowns;
            let Breakdowns::Stated { breaks, .. } = breakdowns else {
                return Some(drawn.into());
            };
            let measured = breaks.iter().filter(|at| **at >= seen.measure_from && **at < seen.end);
            Some(whole(i64::try_from(measured.count()).unwrap_or(i64::MAX)))
        });
        self.put(
            subject,
            ("cranes_down_mean", "cranes out of order, mean", "cranes", false),
            |seen| Some(mean(&seen.terminals[i].down, seen)),
        );
        self.put(
            subject,
            ("crane_availability_share", "share of time that a crane is in order", "", false),
            |seen| Some(1.0 - mean(&seen.terminals[i].down, seen) / f64::from(count)),
        );
        self.put(
            subject,
            ("held_by_breakdown_hours", "waiting of trains in berths for repairs", "h", false),
            |seen| Some(millis_as_hours(seen.terminals[i].held_by_breakdown.area(seen.end))),
        );
        if matches!(breakdowns, Breakdowns::Drawn(failures) if failures.repairers < count) {
            self.put(
                subject,
                (
                    "cranes_waiting_for_repair_mean",
                    "cranes waiting for a repairer, mean",
                    "cranes",
                    false,
                ),
                |seen| Some(mean(&seen.terminals[i].wait_for_repair, seen)),
            );
        }
    }

    fn exchanges(&mut self, model: &Model, place: &Subject, ix: u32) {
        for (i, exchange) in model.exchanges.iter().enumerate().filter(|(_, e)| e.place == ix) {
            let mut subject = place.part(self.naming, &exchange.path, &exchange.name);
            subject.vehicles = vehicles_through(model, |step| step == Step::Exchange(i as u32));
            self.put(&subject, ("trains_passed", "trains handed over", "trains", false), |seen| {
                Some(seen.exchanges[i].passed.into())
            });
            self.queue(&subject, |seen| (seen.exchanges[i].waiting, seen.exchanges[i].passed));
        }
    }

    fn transloadings(&mut self, model: &Model, place: &Subject, ix: u32) {
        for (i, yard) in model.transloadings.iter().enumerate().filter(|(_, t)| t.place == ix) {
            let mut subject = place.part(self.naming, &yard.path, &yard.name);
            subject.vehicles = vehicles_through(model, |step| step == Step::Unload(i as u32));
            self.put(&subject, ("trains_served", "trains unloaded", "trains", false), |seen| {
                Some(seen.transloadings[i].served.into())
            });
            self.put(&subject, ("boxes_set_down", "boxes set down", "boxes", true), |seen| {
                Some(count(seen.transloadings[i].set_down))
            });
            self.put(
                &subject,
                ("boxes_in_yard_mean", "boxes in the yard, mean", "boxes", false),
                |seen| Some(mean(&seen.transloadings[i].boxes, seen)),
            );
            self.put(&subject, ("boxes_in_yard_max", "boxes in the yard, most", "boxes", false), |seen| {
                Some(whole(seen.transloadings[i].boxes.max()))
            });
            self.busy(&subject, &yard.calendar, |seen| seen.transloadings[i].berths);
            self.queue(&subject, |seen| (seen.transloadings[i].waiting, seen.transloadings[i].served));
            for (o, outlet) in yard.outlets.iter().enumerate() {
                let mut subject = subject.part(self.naming, &format!("outlets.{}", outlet.id), &outlet.name);
                subject.vehicles = outlet.mode.vehicles();
                self.outlet(&subject, move |seen| seen.transloadings[i].outlets[o]);
            }
        }
    }

    fn outlet(&mut self, subject: &Subject, tally: impl Fn(&Observations) -> OutletTally) {
        self.put(subject, ("trains_loaded", "trains loaded", "trains", false), |seen| {
            Some(tally(seen).vehicles.into())
        });
        self.put(
            subject,
            ("trains_turned_back", "trains turned back empty", "trains", false),
            |seen| Some(tally(seen).turned_back.into()),
        );
        self.put(subject, ("boxes_taken", "boxes taken on", "boxes", true), |seen| {
            Some(count(tally(seen).taken))
        });
        // Little's law: exact but for boxes in the yard at the two ends.
        self.put(subject, ("box_time_hours_mean", "time of a box in the yard", "h", true), |seen| {
            hours_each(tally(seen).boxes.area(seen.end), tally(seen).taken.cast_signed())
        });
        self.put(subject, ("boxes_waiting_mean", "boxes waiting, mean", "boxes", false), |seen| {
            Some(mean(&tally(seen).boxes, seen))
        });
        self.queue(subject, |seen| (tally(seen).waiting, tally(seen).vehicles));
    }

    /// The routes of a flow that chooses among several.
    fn routes(&mut self, model: &Model, flow: &Subject, ix: usize) {
        let facts = &model.flows[ix];
        let first = facts.first_route as usize;
        let all = first..first + facts.routes.len();
        for (route, i) in facts.routes.iter().zip(all.clone()).filter(|_| all.len() > 1) {
            let subject = flow.part(self.naming, &format!("routes.{}", route.id), &route.name);
            self.put(&subject, ("trains", "trains", "trains", false), |seen| {
                Some(seen.routes[i].trains.into())
            });
            self.put(&subject, ("share", "share of trains", "", true), |seen| {
                let total: u32 = seen.routes[all.clone()].iter().map(|route| route.trains).sum();
                ratio(seen.routes[i].trains.into(), total.into())
            });
            self.put(&subject, ("trains_diverted", "trains diverted to it", "trains", false), |seen| {
                Some(seen.routes[i].diverted.into())
            });
        }
    }

    /// Gatherings and regroupings, each under the path of its own table.
    fn formations(&mut self, model: &Model, place: &Subject, ix: u32) {
        for (i, formation) in model.formations.iter().enumerate().filter(|(_, f)| f.place == ix) {
            let subject = Subject {
                id: formation.id.clone(),
                ..place.part(self.naming, "", &formation.name)
            };
            if formation.regroups {
                self.put(&subject, ("trains_dissolved", "trains dissolved", "trains", false), |seen| {
                    Some(seen.formations[i].dissolved.into())
                });
            }
            for (reason, column) in [
                (Reason::Size, ("trains_formed_by_size", "trains formed when full", "trains", false)),
                (
                    Reason::Wait,
                    ("trains_formed_by_wait", "trains formed after the longest wait", "trains", false),
                ),
                (
                    Reason::Call,
                    ("trains_formed_by_timetable", "trains formed at a stated time", "trains", false),
                ),
            ] {
                self.put(&subject, column, |seen| Some(seen.formations[i].formed[reason as usize].into()));
            }
            self.put(&subject, ("boxes_in_stock_mean", "boxes in stock, mean", "boxes", true), |seen| {
                Some(mean(&seen.formations[i].stock, seen))
            });
            self.put(&subject, ("boxes_in_stock_max", "boxes in stock, most", "boxes", false), |seen| {
                Some(whole(seen.formations[i].stock.max()))
            });
            let waits = |seen: &Observations| seen.formations[i].waits.clone();
            self.put(
                &subject,
                ("box_waiting_time_hours_mean", "box waiting time, mean", "h", true),
                |seen| {
                    let waits = waits(seen);
                    hours_each(
                        waits.iter().map(|(ms, boxes)| ms * i64::from(*boxes)).sum(),
                        waits.iter().map(|(_, boxes)| i64::from(*boxes)).sum(),
                    )
                },
            );
            self.put(
                &subject,
                ("box_waiting_time_hours_p95", "box waiting time, 95 % below", "h", false),
                |seen| weighted_rank(&mut waits(seen), 0.95).map(millis_as_hours),
            );
        }
    }

    fn pools(&mut self, model: &Model, place: &Subject, ix: u32) {
        for (i, pool) in model.pools.iter().enumerate().filter(|(_, p)| p.place == ix) {
            let subject = place.part(self.naming, &format!("wagons.{}", pool.gauge), &self.naming.wagons(&pool.gauge));
            self.put(
                &subject,
                ("wagons_in_pool_mean", "wagons in the pool, mean", "wagons", true),
                |seen| Some(f64::from(pool.stock) - mean(&seen.pools[i].out, seen)),
            );
            self.put(
                &subject,
                ("wagons_in_pool_min", "wagons in the pool, fewest", "wagons", false),
                |seen| Some(f64::from(pool.stock) - whole(seen.pools[i].out.max())),
            );
            self.put(&subject, ("trains_supplied", "trains that got wagons", "trains", false), |seen| {
                Some(seen.pools[i].trains.into())
            });
            self.queue(&subject, |seen| (seen.pools[i].waiting, seen.pools[i].trains));
        }
    }

    fn stop_loading(&mut self, model: &Model) {
        for (i, rule) in model.stop_loading.iter().enumerate() {
            let subject = Subject {
                id: format!("stop_loading.{}", rule.id),
                label: rule.name.clone(),
                vehicles: "trains",
            };
            self.put(&subject, ("stopped_hours", "loading stopped", "h", true), |seen| {
                Some(millis_as_hours(seen.stop_loading[i].stopped.area(seen.end)))
            });
            self.put(&subject, ("orders", "orders to stop", "orders", false), |seen| {
                Some(seen.stop_loading[i].orders.into())
            });
            self.put(&subject, ("trains_held", "trains held at their origin", "trains", true), |seen| {
                Some(seen.stop_loading[i].trains.into())
            });
            self.put(&subject, ("boxes_held", "boxes held at their origin", "boxes", false), |seen| {
                Some(count(seen.stop_loading[i].boxes))
            });
            self.put(
                &subject,
                ("trains_held_max", "trains held at once, most", "trains", false),
                |seen| Some(whole(seen.stop_loading[i].held.max())),
            );
        }
    }

    fn lines(&mut self, model: &Model) {
        for (i, lane) in model.lanes.iter().enumerate() {
            let to = &model.places[lane.to as usize];
            let subject = Subject {
                id: format!("lines.{}.to.{}", lane.line, to.id),
                label: self.naming.towards(&lane.name, &to.name),
                vehicles: lane.mode.vehicles(),
            };
            self.put(&subject, ("trains", "trains", "trains", false), |seen| {
                Some(seen.lanes[i].entered.into())
            });
            self.put(&subject, ("trains_on_line_mean", "trains on it, mean", "trains", false), |seen| {
                Some(mean(&seen.lanes[i].trains, seen))
            });
            self.put(&subject, ("trains_on_line_max", "trains on it, most", "trains", false), |seen| {
                Some(whole(seen.lanes[i].trains.max()))
            });
            self.queue(&subject, |seen| (seen.lanes[i].waiting, seen.lanes[i].entered));
            if lane.single.is_some() {
                self.passing_places(&subject, i);
            }
        }
        for single in &model.single_lines {
            let [one, other] = single.lanes.map(|lane| lane as usize);
            let subject = Subject {
                id: format!("lines.{}", model.lanes[one].line),
                label: model.lanes[one].name.clone(),
                vehicles: model.lanes[one].mode.vehicles(),
            };
            self.put(
                &subject,
                ("meets", "pairs of trains that met at passing places", "pairs", false),
                |seen| Some((seen.lanes[one].meets + seen.lanes[other].meets).into()),
            );
        }
    }

    /// What trains of one direction wait on a line with passing places.
    fn passing_places(&mut self, subject: &Subject, i: usize) {
        self.put(
            subject,
            ("trains_halted_mean", "trains waiting on it, mean", "trains", false),
            |seen| Some(mean(seen.halted(i), seen)),
        );
        self.put(
            subject,
            ("trains_halted_max", "trains waiting on it, most", "trains", false),
            |seen| Some(whole(seen.halted(i).max())),
        );
        self.put(
            subject,
            ("halts_per_train", "halts at passing places for each train", "halts", false),
            |seen| ratio(seen.lanes[i].halts.into(), seen.lanes[i].entered.into()),
        );
        self.put(
            subject,
            ("halting_time_hours_mean", "waiting at passing places for each train", "h", false),
            |seen| hours_each(seen.halted(i).area(seen.end), seen.lanes[i].entered.into()),
        );
        self.put(subject, ("longest_entry_wait_hours", "longest wait to enter", "h", false), |seen| {
            Some(millis_as_hours(seen.lanes[i].longest_entry_wait))
        });
        self.put(
            subject,
            ("longest_halt_hours", "longest wait at a passing place", "h", false),
            |seen| Some(millis_as_hours(seen.lanes[i].longest_halt)),
        );
    }

    fn flow(&mut self, model: &Model, flow: usize) {
        let facts = &model.flows[flow];
        let subject = Subject {
            id: format!("flows.{}", facts.id),
            label: facts.name.clone(),
            vehicles: facts.mode.vehicles(),
        };
        self.routes(model, &subject, flow);
        self.put(&subject, ("trains_generated", "trains generated", "trains", false), |seen| {
            Some(seen.flows[flow].generated.into())
        });
        self.put(&subject, ("trains_completed", "trains completed", "trains", true), |seen| {
            Some(seen.flows[flow].completed.into())
        });
        self.put(&subject, ("boxes_completed", "boxes completed", "boxes", false), |seen| {
            Some(count(seen.flows[flow].boxes_completed))
        });
        self.put(&subject, ("teu_completed", "TEU completed", "TEU", false), |seen| {
            Some(count(seen.flows[flow].boxes_completed) * facts.teu_per_box)
        });
        self.put(&subject, ("transit_time_hours_mean", "transit time, mean", "h", true), |seen| {
            hours_each(seen.flows[flow].transit.iter().sum(), seen.flows[flow].completed.into())
        });
        self.put(
            &subject,
            ("waiting_time_hours_mean", "of which waiting, mean", "h", false),
            |seen| hours_each(seen.flows[flow].waiting, seen.flows[flow].completed.into()),
        );
        self.quantiles(
            &subject,
            self.seen.map_or(&[], |seen| &seen.flows[flow].transit),
            ["transit_time_hours_p50", "transit_time_hours_p90", "transit_time_hours_p95"],
            "transit time",
            false,
        );
    }
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
fn whole(n: i64) -> f64 {
    n as f64
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
fn count(n: u64) -> f64 {
    n as f64
}

/// Boxes lifted at a terminal.
fn whole_boxes(seen: &Observations, terminal: usize) -> i64 {
    seen.terminals[terminal].boxes.cast_signed()
}

fn ratio(part: i64, of: i64) -> Option<f64> {
    (of != 0).then(|| whole(part) / whole(of))
}

fn hours_each(total_ms: i64, n: i64) -> Option<f64> {
    (n != 0).then(|| millis_as_hours(total_ms) / whole(n))
}

fn mean(n: &TimeWeighted, seen: &Observations) -> f64 {
    ratio(n.area(seen.end), (seen.end - seen.measure_from).0).unwrap_or(0.0)
}

/// Mean number waiting in the second half of the measured time less that in the first: a queue that grows
/// without bound shows here.
fn growth(model: &Model, seen: &Observations, place: usize, places: usize) -> Option<f64> {
    let first = usize::try_from(model.measure_from.0.div_euclid(model.step.0) + i64::from(model.measure_from > Instant::START)).ok()?;
    let steps: Vec<f64> = seen
        .waiting_by_step
        .iter()
        .skip(place)
        .step_by(places)
        .skip(first)
        .map(|x| f64::from(*x))
        .collect();
    let half = steps.len() / 2;
    let average = |part: &[f64]| part.iter().sum::<f64>() / count(part.len() as u64);
    (half > 0).then(|| average(&steps[steps.len() - half..]) - average(&steps[..half]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::railway::Simulator;

    /// A train of three boxes and a truck through one place that clears both.
    #[test]
    fn trains_and_trucks_are_told_apart() {
        let text = r#"
            title = "one port"
            [time]
            start = "2022-01-03 00:00"
            zone = "Asia/Shanghai"
            length = "1 day"
            [gauges.standard]
            width = "1435 mm"
            [gauges.road]
            mode = "road"
            [places.port.clearance.c]
            time = "1 h"
            [places.port.procedures.all]
            steps = ["clearance.c"]
            [flows.rail]
            from = "port"
            to = "port"
            gauge = "standard"
            boxes = 3
            departures.timetable = [{ days = "daily", at = "06:00" }]
            [flows.road]
            from = "port"
            to = "port"
            gauge = "road"
            boxes = 1
            departures.timetable = [{ days = "daily", at = ["06:30", "08:00"] }]
            "#;
        let loaded = crate::scenario::parse(text, "port.toml").unwrap_or_else(|problems| panic!("{problems}"));
        let model = crate::model::compile(&loaded.scenario).expect("it can be run");
        let mut simulator = Simulator::new(&model);
        let (_, seen) = simulator.run(1, 1, false, 1_000).expect("every law holds");
        let (names, measures) = (names(&model), measure(&model, seen));
        let ids: std::collections::BTreeSet<&str> = names.iter().map(|name| name.id.as_str()).collect();
        assert_eq!(ids.len(), names.len(), "every measure has an id of its own");
        let value = |id: &str| {
            let at = names.iter().position(|name| name.id == id);
            measures.values[at.unwrap_or_else(|| panic!("there is no {id}"))]
        };
        for (id, expected) in [
            ("trains_completed", 1.0),
            ("road.trucks_completed", 2.0),
            ("boxes_completed", 5.0),
            ("places.port.trains", 1.0),
            ("places.port.road.trucks", 2.0),
            ("places.port.waiting_time_hours_mean", 0.0),
            ("places.port.road.waiting_time_hours_mean", 0.25),
            ("places.port.clearance.c.vehicles_served", 3.0),
            ("flows.road.trucks_generated", 2.0),
            ("road.waiting_share", 0.2),
        ] {
            assert_eq!(value(id), Some(expected), "{id}");
        }
        assert_eq!(measures.completed, [1, 2, 0]);
    }

    /// One track before a desk of ten hours: the train of 00:00 runs an hour and is cleared until 11:00, that of 01:00 comes at
    /// 02:00, stands on the line until 11:00 and is cleared until the end at 20:00. Of 11 + 19 hours, nine are blocked.
    #[test]
    fn what_spills_back() {
        let text = r#"
            title = "one track"
            time = { start = "2022-01-03 00:00", zone = "UTC", length = "20 h" }
            gauges.g.width = "1435 mm"
            [places.a]
            [places.b]
            tracks = { g = 1 }
            [places.b.clearance.desk]
            time = "10 h"
            [places.b.procedures.all]
            steps = ["clearance.desk"]
            [lines.ab]
            between = ["a", "b"]
            gauge = "g"
            running_time = "1 h"
            [flows.f]
            from = "a"
            to = "b"
            departures.timetable = [{ days = "daily", at = ["00:00", "01:00"] }]
            "#;
        let loaded = crate::scenario::parse(text, "track.toml").unwrap_or_else(|problems| panic!("{problems}"));
        let model = crate::model::compile(&loaded.scenario).expect("it can be run");
        let mut simulator = Simulator::new(&model);
        let (_, seen) = simulator.run(1, 1, false, 1_000).expect("every law holds");
        let at = names(&model).iter().position(|name| name.id == "blocked_share").expect("a measure");
        assert_eq!(measure(&model, seen).values[at], Some(0.3));
    }
}
