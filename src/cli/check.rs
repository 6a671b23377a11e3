//! `landbridge check`: problems, then arithmetic before any run.

use std::io::IsTerminal;

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};

use super::common::{Failure, ScenarioArgs};
use crate::model::{Load, Model, Step, offered_loads};

/// Find every problem of a scenario, with place and remedy, and compare loads with capacities; runs nothing.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// Only problems on the terminal.
    #[arg(long, short)]
    quiet: bool,
}

/// From this share of its capacity on an element is shown as tight.
const TIGHT: f64 = 0.85;

impl Check {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let (loaded, model) = self.scenario.load(&[], false)?;
        if self.quiet {
            return Ok(());
        }
        let loads = offered_loads(&model);
        anstream::println!("{}: sound\n", loaded.scenario.title);
        anstream::println!("Flows and their ways\n{}\n", ways(&model));
        anstream::println!("Offered load, tightest first\n{}", table_of(loads.clone()));
        for load in loads.iter().filter(|load| load.share() > 1.0) {
            anstream::println!(
                "warning: {} is offered {:.1} trains a day and can take {:.1} ({}): its queue grows without bound",
                load.name,
                load.offered_per_day,
                load.capacity_per_day,
                load.limit
            );
        }
        Ok(())
    }
}

fn plain_table(header: [&str; 5]) -> Table {
    let mut table = Table::new();
    table.load_preset(if std::io::stdout().is_terminal() { presets::UTF8_HORIZONTAL_ONLY } else { presets::ASCII_MARKDOWN });
    table.set_header(header);
    table
}

fn ways(model: &Model) -> Table {
    let mut table = plain_table(["flow", "trains a day", "boxes", "way", "steps"]);
    for flow in &model.flows {
        let mut places = vec![model.places[flow.origin as usize].name.clone()];
        let lanes = flow.program.iter().filter_map(|step| if let Step::Run(lane, _) = step { Some(*lane) } else { None });
        places.extend(lanes.map(|lane| model.places[model.lanes[lane as usize].to as usize].name.clone()));
        let steps = flow.program.iter().filter_map(|step| match *step {
            Step::Office(i) => Some(model.offices[i as usize].name.as_str()),
            Step::Reload(i) => Some(model.terminals[i as usize].name.as_str()),
            Step::Exchange(i) => Some(model.exchanges[i as usize].name.as_str()),
            Step::Form(_) | Step::Run(..) | Step::Leave => None,
        });
        let per_day = flow.departures.per_day(flow.growth, model.end);
        table.add_row([
            flow.name.clone(),
            format!("{per_day:.2}"),
            format!("{:.0}", flow.boxes.mean),
            places.join(" > "),
            steps.collect::<Vec<_>>().join(", "),
        ]);
    }
    align_right(&mut table, &[1, 2]);
    table
}

fn table_of(mut loads: Vec<Load>) -> Table {
    loads.sort_by(|a, b| b.share().total_cmp(&a.share()));
    let mut table = plain_table(["element", "limit", "offered a day", "capacity a day", "load"]);
    for load in loads {
        let mark = match load.share() {
            share if share > 1.0 => " over",
            share if share > TIGHT => " tight",
            _ => "",
        };
        table.add_row([
            load.name.clone(),
            load.limit.to_owned(),
            format!("{:.2}", load.offered_per_day),
            format!("{:.1}", load.capacity_per_day),
            format!("{:.0} %{mark}", load.share() * 100.0),
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
