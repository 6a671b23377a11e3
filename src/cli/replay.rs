//! `landbridge replay`: one train of a finished run, step by step.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use comfy_table::CellAlignment;
use serde::{Deserialize, Serialize};

use super::common::{Failure, ScenarioArgs, civil, looks};
use super::manifest::sha256;
use crate::experiment::{RESULTS_VERSION, ReplicateError, StoryStep, Trains, find_train, story};
use crate::model::Model;
use crate::railway::{Ended, Simulator};
use crate::report::ReportError;
use crate::report::summary::{self, cell};
use crate::scenario::{self, Loaded};

/// Tell the story of one train of a finished run: every step with its cause, and who was before it.
#[derive(Debug, Args)]
#[command(
    after_help = "The replication is run again from the scenario and seed of the folder, and gives what it gave.\n\n\
    Example:\n  landbridge replay results/baseline --replication 7 --train inland_alataw_pass#120"
)]
pub(super) struct Replay {
    /// The results folder.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Which replication, from 1.
    #[arg(long, value_name = "N", default_value_t = 1)]
    replication: u32,
    /// Which train: the id of its flow and its number in it, from 1.
    #[arg(long, value_name = "FLOW#NUMBER")]
    train: String,
    /// The story as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// What is read of `manifest.json`.
#[derive(Debug, Deserialize)]
struct Known {
    results_version: u32,
    scenario_sha256: String,
    seed: u64,
    replications: u32,
}

/// `--json`.
#[derive(Serialize)]
struct Document<'a> {
    train: &'a str,
    replication: u32,
    seed: u64,
    steps: &'a [StoryStep],
}

impl Replay {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let (flow, number) = self.train()?;
        let (known, model) = self.read()?;
        let mut simulator = Simulator::new(&model);
        let (ended, seen) = simulator
            .run(known.seed, self.replication, true, 10_000_000_000)
            .map_err(|fault| Failure::Run(fault.to_string()))?;
        if ended != Ended::Finished {
            let error = ReplicateError::Ended {
                replication: self.replication,
                ended,
            };
            return Err(Failure::of_run(&error, &model));
        }
        let records = seen
            .records
            .as_ref()
            .ok_or_else(|| Failure::Run("no records were kept".to_owned()))?;
        let Some(train) = find_train(&model, records, flow, number) else {
            return Err(no_train(&model, flow, number));
        };
        let steps = story(&model, records, train);
        if self.json {
            let document = Document {
                train: &self.train,
                replication: self.replication,
                seed: known.seed,
                steps: &steps,
            };
            let text = serde_json::to_string_pretty(&document).map_err(ReportError::from)?;
            anstream::println!("{text}");
        } else {
            let facts = &records.trains[train];
            anstream::println!(
                "{}, replication {}, seed {}: {} boxes, waiting {} of {}\n\n{}",
                self.train,
                self.replication,
                known.seed,
                facts.boxes,
                facts.waiting,
                facts.waiting + facts.moving_or_served,
                table(&model, &steps)
            );
        }
        Ok(())
    }

    /// The flow and number asked for.
    fn train(&self) -> Result<(&str, u32), Failure> {
        let parts = self.train.split_once('#');
        parts.and_then(|(flow, number)| Some((flow, number.parse().ok()?))).ok_or_else(|| {
            Failure::Refused(format!(
                "error: `--train {}` names no train\n  = help: write the flow and the number in it, such as --train 'west#12'",
                self.train
            ))
        })
    }

    /// The manifest and the model of the folder.
    fn read(&self) -> Result<(Known, Model), Failure> {
        let manifest = self.folder.join("manifest.json");
        if !manifest.is_file() {
            return Err(no_folder(&self.folder));
        }
        let text = fs::read(&manifest).map_err(Failure::file("read", &manifest))?;
        let known: Known = serde_json::from_slice(&text)
            .map_err(|error| Failure::Refused(format!("error: {} is no manifest: {error}", manifest.display())))?;
        let (_, model) = scenario_of(&self.folder, &known.scenario_sha256)?;
        if known.results_version != RESULTS_VERSION {
            return Err(Failure::Refused(format!(
                "error: the run is of results version {}, and this program gives {RESULTS_VERSION}: the train would do something else\n  \
                 = help: run the scenario again, or take the version of the program in the manifest",
                known.results_version
            )));
        }
        if self.replication == 0 || self.replication > known.replications {
            return Err(Failure::Refused(format!(
                "error: there is no replication {}: the run has {}",
                self.replication, known.replications
            )));
        }
        Ok((known, model))
    }
}

/// That a folder is none of results.
pub(super) fn no_folder(folder: &Path) -> Failure {
    Failure::Refused(format!(
        "error: {} is no results folder: it has no manifest.json\n  = help: name a folder that `landbridge run` wrote, such as results/NAME",
        folder.display()
    ))
}

/// The scenario of a results folder, which must be as it was run.
pub(super) fn scenario_of(folder: &Path, known_sha256: &str) -> Result<(Loaded, Model), Failure> {
    let file = folder.join("scenario.toml");
    let text = fs::read(&file).map_err(Failure::file("read", &file))?;
    if sha256(&text) != known_sha256 {
        return Err(Failure::Refused(format!(
            "error: {} was changed after the run\n  = help: `landbridge run` it, and take the new folder",
            file.display()
        )));
    }
    let arguments = ScenarioArgs { file, set: Vec::new() };
    arguments.load(&[], true)
}

fn no_train(model: &Model, flow: &str, number: u32) -> Failure {
    let ids = model.flows.iter().map(|f| f.id.as_str());
    let said = if ids.clone().any(|id| id == flow) {
        format!("error: {flow} has no train {number} in this replication\n  = help: its trains count from 1")
    } else {
        let remedy = scenario::suggestion(flow, ids).map_or_else(String::new, |remedy| format!("\n  = help: {remedy}"));
        format!("error: there is no flow `{flow}`{remedy}")
    };
    Failure::Refused(said)
}

fn table(model: &Model, steps: &[StoryStep]) -> comfy_table::Table {
    let looks = looks();
    let mut table = summary::table(&["since", "for", "at", "what", "before it", "in its way"], looks);
    for step in steps {
        let what = if step.activity.is_waiting() {
            format!("waits: {}", step.activity.label())
        } else {
            step.activity.label().to_owned()
        };
        table.add_row([
            cell(&civil(model, step.begins_at), looks),
            cell(&step.lasted.to_string(), looks).set_alignment(CellAlignment::Right),
            cell(&step.at, looks),
            cell(&what, looks),
            cell(&named(&step.before_it), looks),
            cell(&named(&step.in_its_way), looks),
        ]);
    }
    table
}

fn named(trains: &Trains) -> String {
    let more = trains.count - trains.first.len();
    let names = trains.first.join(", ");
    if more > 0 { format!("{names} and {more} more") } else { names }
}
