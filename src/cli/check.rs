//! `landbridge check`: problems, then arithmetic before any run.

use clap::Args;
use comfy_table::{CellAlignment, Table};
use serde_json::json;

use super::common::{Failure, ScenarioArgs, looks};
use crate::model::{Load, Model, NarrowWindow, Step, Windows, circular_waits, narrow_windows, offered_loads, shared_hours};
use crate::report::ReportError;
use crate::report::summary::{self, Looks, cell};
use crate::scenario::Loaded;
use crate::units::{Duration, Instant, millis_as_hours};

/// Find every problem of a scenario, with place and remedy, and compare loads with capacities; runs nothing.
#[derive(Debug, Args)]
#[command(after_help = "Exit code 2 where there is a problem, 0 with or without warnings.\n\n\
    Examples:\n  landbridge check scenarios/baseline.toml\n  \
    landbridge check scenarios/baseline.toml --set flows.inland_horgos.growth=1.36")]
pub(super) struct Check {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// Only problems on the terminal.
    #[arg(long, short)]
    quiet: bool,
    /// All of it as JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// From this share of its capacity on an element is shown as tight.
const TIGHT: f64 = 0.85;

impl Check {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let (loaded, model) = self.scenario.load(&[], false)?;
        let loads = sorted(offered_loads(&model));
        if self.json {
            anstream::println!("{}", as_json(&loaded, &model, &loads)?);
            return Ok(());
        }
        if self.quiet {
            return Ok(());
        }
        let looks = looks();
        anstream::println!("{}: sound\n", loaded.scenario.title);
        anstream::println!("Flows and their ways\n{}\n", ways(&model, looks));
        anstream::println!("Offered load, tightest first\n{}", table_of(loads.clone(), looks));
        anstream::println!("\nOpening hours, both sides of every border\n{}", hours(&model, looks));
        if !model.disruptions.is_empty() {
            anstream::println!(
                "\nDisruptions; the offered load is that without them\n{}",
                disruptions(&model, looks)
            );
        }
        for warning in warnings(&model, &loads) {
            anstream::println!("{}", summary::wrapped(&format!("warning: {warning}"), looks));
        }
        Ok(())
    }
}

/// What is probably not meant, though it can be run.
fn warnings(model: &Model, loads: &[Load]) -> Vec<String> {
    let mut found: Vec<String> = narrow_windows(model).iter().map(NarrowWindow::sentence).collect();
    found.extend(circular_waits(model).map(|circle| {
        format!(
            "trains may come to wait for one another in a circle, if every part of it is full at once: {}; \
             more tracks or room in one of them, or \"unlimited\", breaks it",
            circle.sentence()
        )
    }));
    found.extend(loads.iter().filter(|load| load.share() > 1.0).map(|load| {
        format!(
            "{} is offered {:.1} a day and can take {:.1} ({}): its queue grows without bound",
            load.name, load.offered_per_day, load.capacity_per_day, load.limit
        )
    }));
    found
}

/// All of it for a program.
fn as_json(loaded: &Loaded, model: &Model, loads: &[Load]) -> Result<String, Failure> {
    let warned = warnings(model, loads);
    let flows = ways_of(model);
    let flows = flows.iter().map(
        |way| json!({ "flow": way.flow, "trains_per_day": way.per_day, "boxes_mean": way.boxes, "way": way.places, "steps": way.steps }),
    );
    let loads = loads.iter().map(|load| {
        json!({
            "id": load.id, "name": load.name, "limit": load.limit, "offered_per_day": load.offered_per_day,
            "capacity_per_day": load.capacity_per_day, "load": load.share(),
        })
    });
    let hours = shared_hours(model).into_iter().map(|shared| {
        json!({
            "flow": shared.way, "facilities": shared.facilities, "hours_per_week": shared.hours_per_week,
            "longest_hours": shared.longest.as_hours(),
        })
    });
    let document = json!({
        "title": loaded.scenario.title,
        "sound": true,
        "flows": flows.collect::<Vec<_>>(),
        "offered_load": loads.collect::<Vec<_>>(),
        "opening_hours": hours.collect::<Vec<_>>(),
        "warnings": loaded.warnings.iter().map(ToString::to_string).chain(warned).collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&document).map_err(ReportError::from)?)
}

/// One way of a flow.
struct Way {
    flow: String,
    per_day: f64,
    boxes: f64,
    places: Vec<String>,
    steps: Vec<String>,
}

fn ways_of(model: &Model) -> Vec<Way> {
    let ways = model
        .flows
        .iter()
        .flat_map(|flow| flow.routes.iter().map(move |route| (flow, route)));
    ways.map(|(flow, route)| {
        let mut places = vec![model.places[flow.origin as usize].name.clone()];
        let program = &route.program;
        let lanes = program
            .iter()
            .filter_map(|step| if let Step::Run(lane, _) = step { Some(*lane) } else { None });
        places.extend(lanes.map(|lane| model.places[model.lanes[lane as usize].to as usize].name.clone()));
        let steps = program.iter().filter_map(|step| match *step {
            Step::Choose(i) => Some(options(model, i)),
            step => facility(model, step).map(str::to_owned),
        });
        Way {
            flow: flow.way_name(route),
            per_day: flow.departures.per_day(flow.growth, model.end),
            boxes: flow.boxes.mean,
            places,
            steps: steps.collect(),
        }
    })
    .collect()
}

pub(super) fn ways(model: &Model, looks: Looks) -> Table {
    let mut table = summary::table(&["flow", "a day", "boxes", "way", "steps"], looks);
    for way in ways_of(model) {
        table.add_row([
            cell(&way.flow, looks),
            cell(&format!("{:.2}", way.per_day), looks),
            cell(&format!("{:.0}", way.boxes), looks),
            cell(&way.places.join(" > "), looks),
            cell(&way.steps.join(", "), looks),
        ]);
    }
    align_right(&mut table, &[1, 2]);
    table
}

/// The name of the facility of a step.
fn facility(model: &Model, step: Step) -> Option<&str> {
    Some(match step {
        Step::Office(i) => &model.offices[i as usize].name,
        Step::Reload(i) => &model.terminals[i as usize].name,
        Step::Exchange(i) => &model.exchanges[i as usize].name,
        Step::Regroup(i) => &model.formations[model.groups[i as usize].formation as usize].name,
        Step::Unload(i) | Step::Load(i, _) => &model.transloadings[i as usize].name,
        Step::Choose(_) | Step::Form(_) | Step::TakeWagons(_) | Step::BringWagons(_) | Step::Decide | Step::Run(..) | Step::Leave => {
            return None;
        }
    })
}

/// The names among which a train chooses.
fn options(model: &Model, choice: u32) -> String {
    let names = model.choices[choice as usize]
        .options
        .iter()
        .filter_map(|step| facility(model, *step));
    names.collect::<Vec<_>>().join(" or ")
}

/// Opening hours that everything on the way of a flow shares.
fn hours(model: &Model, looks: Looks) -> Table {
    let columns = ["flow", "facilities on the way", "hours a week all are open", "longest stretch"];
    let mut table = summary::table(&columns, looks);
    for shared in shared_hours(model) {
        table.add_row([
            cell(&shared.way, looks),
            cell(&shared.facilities.to_string(), looks),
            cell(&format!("{:.1}", shared.hours_per_week), looks),
            cell(&shared.longest.to_string(), looks),
        ]);
    }
    align_right(&mut table, &[1, 2, 3]);
    table
}

/// What differs from the usual, and when.
fn disruptions(model: &Model, looks: Looks) -> Table {
    let mut table = summary::table(&["disruption", "what", "times", "hours in the run", "first begins"], looks);
    for disruption in &model.disruptions {
        let (times, hours, first) = match &disruption.when {
            Windows::Dated(windows) => (
                windows.len().to_string(),
                format!(
                    "{:.1}",
                    hours_of(windows.iter().map(|(from, until)| (*until).min(model.end) - *from))
                ),
                windows.first().map_or("never".to_owned(), |(from, _)| civil(model, *from)),
            ),
            Windows::Random { between, lasts } => {
                let cycle = between.mean + lasts.mean;
                #[allow(clippy::cast_precision_loss, reason = "far below 2^53 ms")]
                let cycles = model.end.0 as f64 / cycle;
                (
                    format!("{cycles:.1} expected"),
                    format!("{:.1} expected", cycles * hours_of([Duration::from_millis(lasts.mean)].into_iter())),
                    format!("{} expected", civil(model, Instant::START + Duration::from_millis(between.mean))),
                )
            }
        };
        let row = [disruption.name.as_str(), disruption.what(), &times, &hours, &first];
        table.add_row(row.map(|words| cell(words, looks)));
    }
    align_right(&mut table, &[2, 3]);
    table
}

/// By the clock of the scenario.
fn civil(model: &Model, at: Instant) -> String {
    model.clock.civil(&model.clock.zone, at).strftime("%Y-%m-%d %H:%M").to_string()
}

fn hours_of(lengths: impl Iterator<Item = Duration>) -> f64 {
    millis_as_hours(lengths.map(|length| length.0).sum())
}

/// The tightest first.
fn sorted(mut loads: Vec<Load>) -> Vec<Load> {
    loads.sort_by(|a, b| b.share().total_cmp(&a.share()));
    loads
}

pub(super) fn table_of(loads: Vec<Load>, looks: Looks) -> Table {
    let loads = sorted(loads);
    let mut table = summary::table(&["element", "limit", "offered a day", "capacity a day", "load"], looks);
    for load in loads {
        let mark = match load.share() {
            share if share > 1.0 => " over",
            share if share > TIGHT => " tight",
            _ => "",
        };
        table.add_row([
            cell(&load.name, looks),
            cell(load.limit, looks),
            cell(&format!("{:.2}", load.offered_per_day), looks),
            cell(&format!("{:.1}", load.capacity_per_day), looks),
            cell(&format!("{:.0} %{mark}", load.share() * 100.0), looks),
        ]);
    }
    align_right(&mut table, &[2, 3, 4]);
    table
}

fn align_right(table: &mut Table, columns: &[usize]) {
    for column in columns {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}
