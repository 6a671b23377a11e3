//! `landbridge capacity`: the most trains a day such that stated limits hold.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::common::{Failure, LangArgs, ReplicationArgs, ScenarioArgs, looks, stop_flag};
use super::folder::Folder;
use super::frontier::Over;
use super::manifest::sha256;
use crate::experiment::capacity::{Capacity, Held, Limit, Search, SearchError, Trial, capacity};
use crate::experiment::{MeasureName, RESULTS_VERSION, ReplicateError, names};
use crate::model::Model;
use crate::report::summary::{self, Looks, cell};
use crate::report::{Lang, ReportError, charts, number, tables};
use crate::scenario::Loaded;

/// Find the most trains a day such that stated limits hold.
#[derive(Debug, Args)]
#[command(
    after_help = "The trains of all flows, or of those named, are multiplied; every trial has the same luck. The answer goes by means, \
    with the number that surely holds and the one that surely does not. With --over, it is searched for at each of the values, \
    or with two of them at each pair: a frontier.\n\n\
    Examples:\n  landbridge capacity scenarios/baseline.toml --limit \"places.horgos.dwell_time_hours_p95 <= 24\" \\\n    \
    --flow inland_horgos --flow urumqi_horgos --flow central_asia_horgos\n  \
    landbridge capacity scenarios/baseline.toml --limit \"places.alataw_pass.dwell_time_hours_p95 <= 36\" \\\n    \
    --over places.alataw_pass.reloading.shed.cranes=1,2,3"
)]
pub(super) struct FindCapacity {
    #[command(flatten)]
    pub(super) scenario: ScenarioArgs,
    /// A measure and the most that its mean may be; may be repeated, and all must hold.
    #[arg(long, value_name = "MEASURE <= NUMBER", required = true)]
    limit: Vec<Limit>,
    /// A flow whose trains are multiplied; may be repeated. All flows where absent.
    #[arg(long, value_name = "ID")]
    flow: Vec<String>,
    /// The multiple of trains at which the search begins.
    #[arg(long, value_name = "NUMBER", default_value_t = 0.5)]
    from: f64,
    /// The multiple at which it ends.
    #[arg(long, value_name = "NUMBER", default_value_t = 2.0)]
    to: f64,
    /// Multiples are tried in steps of this.
    #[arg(long, value_name = "NUMBER", default_value_t = 0.01)]
    step: f64,
    /// A key and the values it takes in turn, such as `places.PLACE.reloading.SHED.cranes=1,2,3`; may be given twice.
    #[arg(long, value_name = "KEY=VALUE,VALUE..")]
    pub(super) over: Vec<Over>,
    #[command(flatten)]
    pub(super) replications: ReplicationArgs,
    /// The folder to write, which must not exist; results/capacity-NAME where absent.
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
    /// The most events of one replication; a trial that meets it does not hold.
    #[arg(long, value_name = "N", default_value_t = 10_000_000_000)]
    max_events: u64,
    #[command(flatten)]
    pub(super) lang: LangArgs,
    /// Only errors on the terminal.
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// The answer as JSON instead of a table.
    #[arg(long)]
    pub(super) json: bool,
}

impl FindCapacity {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let (loaded, model) = self.scenario.load(&self.replications.overrides(), self.quiet)?;
        let search = self.search(&loaded);
        if !self.over.is_empty() {
            return self.along_frontier(&loaded, &model, &search);
        }
        let stem = format!("capacity-{}", self.scenario.stem());
        let folder = Folder::new(self.out.as_deref(), &stem)?;
        let stop = stop_flag();
        let found = capacity(&loaded.scenario, &search, &stop, |trial| {
            if !self.quiet {
                anstream::eprintln!("{:.3} times the trains: {}", trial.multiple, trial.held.word());
            }
        });
        let found = found.map_err(|error| broken_search(error, &model))?;
        let answer = pretty(&as_json(&found, &search, &loaded))?;
        folder.write("scenario.toml", loaded.resolved.as_bytes())?;
        folder.write("capacity.json", answer.as_bytes())?;
        let mut output = folder.create("tables/trials.csv")?;
        tables::trials(&found, &search).write_csv(&mut output)?;
        output.close()?;
        let chart = charts::search(&found, &search, &limited(&model, &search), self.lang.lang())?;
        folder.write_charts("charts/", &[chart], true, true)?;
        let place = folder.publish(&stem, self.out.is_some())?;
        if self.json {
            anstream::println!("{answer}");
        } else if !self.quiet {
            show(&found, &search, self.lang.lang(), looks());
        }
        if !self.quiet {
            anstream::eprintln!("results: {}", place.display());
        }
        Ok(())
    }

    fn search(&self, loaded: &Loaded) -> Search {
        Search {
            limits: self.limit.clone(),
            flows: self.flow.clone(),
            from: self.from,
            to: self.to,
            step: self.step,
            plan: self.replications.plan(loaded, self.max_events),
        }
    }
}

/// The measures of the limits, in their order; nothing is left out where the search made sense.
fn limited(model: &Model, search: &Search) -> Vec<MeasureName> {
    let all = names(model);
    let of = |limit: &Limit| all.iter().find(|name| name.id == limit.measure).cloned();
    search.limits.iter().filter_map(of).collect()
}

/// A search that came to nothing, in the words of the model.
pub(super) fn broken_search(error: SearchError, model: &Model) -> Failure {
    match error {
        SearchError::Run(ReplicateError::Stopped) => Failure::Unfinished("stopped before the search was done".to_owned()),
        SearchError::Run(error) => Failure::of_run(&error, model),
        error => Failure::Refused(format!("error: {error}")),
    }
}

pub(super) fn pretty(value: &Value) -> Result<String, Failure> {
    Ok(serde_json::to_string_pretty(value).map_err(ReportError::from)? + "\n")
}

fn as_json(found: &Capacity, search: &Search, loaded: &Loaded) -> Value {
    let trial = |t: &Trial| json!({ "multiple": t.multiple, "trains_per_day": t.trains_per_day, "held": t.held.word(), "estimates": t.estimates, "unfinished": t.unfinished });
    json!({
        "program": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "results_version": RESULTS_VERSION,
        "scenario_sha256": sha256(loaded.resolved.as_bytes()),
        "limits": search.limits.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "flows": search.flows,
        "replications": search.plan.replications,
        "seed": search.plan.seed,
        "confidence": search.plan.confidence,
        "best": found.best().map(trial),
        "surely": found.surely().map(trial),
        "surely_not": found.surely_not().map(trial),
        "trials": found.trials.iter().map(trial).collect::<Vec<_>>(),
    })
}

/// What a trial says of its limits, in a language.
fn held(held: Held, lang: Lang) -> &'static str {
    let chinese = match held {
        Held::Surely => "满足",
        Held::Seemingly => "似满足",
        Held::SeeminglyNot => "似不满足",
        Held::SurelyNot => "不满足",
    };
    lang.pick(held.word(), chinese)
}

fn show(found: &Capacity, search: &Search, lang: Lang, looks: Looks) {
    let limits: Vec<String> = search.limits.iter().map(ToString::to_string).collect();
    let columns: Vec<&str> = lang
        .pick(["times the trains", "trains a day"], ["列车倍数", "每日列车"])
        .into_iter()
        .chain(limits.iter().map(String::as_str))
        .chain([""])
        .collect();
    let mut shown = summary::table(&columns, looks);
    for trial in &found.trials {
        let none = || lang.pick("no value", "无值").to_owned();
        let estimates = trial.estimates.iter().map(|e| e.as_ref().map_or_else(none, number::with_interval));
        let cells = [format!("{:.3}", trial.multiple), format!("{:.2}", trial.trains_per_day)]
            .into_iter()
            .chain(estimates)
            .chain([held(trial.held, lang).to_owned()]);
        shown.add_row(cells.map(|text| cell(&text, looks)));
    }
    anstream::println!("{shown}");
    for sentence in sentences(found, search, lang).into_iter().flatten() {
        anstream::println!("{sentence}");
    }
}

/// What the search found: by means, surely, and surely not.
fn sentences(found: &Capacity, search: &Search, lang: Lang) -> [Option<String>; 3] {
    let trains = |t: &Trial| {
        let (a_day, multiple) = (t.trains_per_day, t.multiple);
        lang.pick(
            format!("{a_day:.2} trains a day ({multiple:.2} times the scenario's)"),
            format!("每日 {a_day:.2} 列（为本方案的 {multiple:.2} 倍）"),
        )
    };
    let best = match found.best().map(trains) {
        Some(best) => lang.pick(
            format!("By means, {best} hold all limits."),
            format!("按均值，{best}满足全部限值。"),
        ),
        None => lang.pick(
            format!("Not even {:.2} times the trains hold all limits.", search.from),
            format!("列车减至 {:.2} 倍仍不能满足全部限值。", search.from),
        ),
    };
    let level = number::plain(search.plan.confidence * 100.0);
    let surely = found.surely().map(trains).map(|surely| {
        lang.pick(
            format!("With {level} % confidence, {surely} hold them."),
            format!("以 {level} % 的置信度，{surely}满足限值。"),
        )
    });
    let not = match found.surely_not() {
        Some(not) => {
            let pairs = search.limits.iter().zip(&not.estimates);
            let broken = pairs.filter(|(limit, e)| e.is_none_or(|e| e.mean > limit.most));
            let broken: Vec<&str> = broken.map(|(limit, _)| limit.measure.as_str()).collect();
            let (trains, broken) = (trains(not), broken.join(", "));
            lang.pick(
                format!("With {level} % confidence, {trains} do not: {broken}."),
                format!("以 {level} % 的置信度，{trains}不满足：{broken}。"),
            )
        }
        None => lang.pick(
            format!("Up to {:.2} times the trains, no limit is surely broken.", search.to),
            format!("直至 {:.2} 倍的列车，没有限值被确定突破。", search.to),
        ),
    };
    [Some(best), surely, Some(not)]
}
