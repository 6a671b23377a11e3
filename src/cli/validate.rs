//! `landbridge validate`: a model against published figures.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use clap::Args;
use comfy_table::CellAlignment;
use serde::Serialize;

use super::common::{Failure, LangArgs, ReplicationArgs, ScenarioArgs, looks, stop_flag};
use super::folder::Folder;
use super::progress;
use super::trouble::unreadable;
use crate::experiment::{self, Agreement, Comparison, Results, TargetKind, Targets, Validation};
use crate::model::Model;
use crate::report::summary::{self, Looks, cell};
use crate::report::{Lang, ReportError, charts, number};
use crate::scenario::Loaded;

/// Hold a model against published figures: met, missed or open, with intervals.
#[derive(Debug, Args)]
#[command(
    after_help = "A figure is met where the whole interval of the model is within its tolerance, missed where all of it is outside, and \
    open where more replications would tell. Exit code 1 when a figure to which the model was fitted is not met; a predicted \
    one that is missed is a finding.\n\n\
    Example:\n  landbridge validate scenarios/baseline.toml --targets validation/half_year_2022.toml"
)]
pub(super) struct Validate {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// The file of published figures.
    #[arg(long, value_name = "FILE")]
    targets: PathBuf,
    #[command(flatten)]
    replications: ReplicationArgs,
    /// The folder to write, which must not exist; results/NAME-validation where absent.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    #[command(flatten)]
    lang: LangArgs,
    /// Only errors on the terminal.
    #[arg(long, short)]
    quiet: bool,
    /// The comparison as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// `validation.json`.
#[derive(Serialize)]
struct Document<'a> {
    title: &'a str,
    scenario: &'a str,
    version: &'static str,
    replications: u32,
    seed: u64,
    confidence: f64,
    comparisons: &'a [Comparison],
}

impl Validate {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let targets = self.read()?;
        let (loaded, model) = self.scenario.load(&self.replications.overrides(), self.quiet)?;
        let mut validation = Validation::new(&targets, &experiment::names(&model)).map_err(|unknown| {
            let said: Vec<String> = unknown.iter().map(|u| format!("error: {}: {u}", self.targets.display())).collect();
            Failure::Refused(said.join("\n"))
        })?;
        let name = format!("{}-validation", self.scenario.stem());
        let stop = stop_flag();
        let folder = Folder::new(self.out.as_deref(), &name)?;
        let results = self.replicate(&loaded, &model, &mut validation, &stop)?;
        let comparisons = validation.compare(results.run.confidence);
        let json = Self::write(&folder, &targets, &results, &comparisons, self.lang.lang())?;
        let place = folder.publish(&name, self.out.is_some())?;
        if self.json {
            anstream::print!("{json}");
        } else if !self.quiet {
            anstream::println!("{}", table(&comparisons, self.lang.lang(), looks()));
        }
        if !self.quiet {
            anstream::eprintln!("results: {}", place.display());
        }
        let fitted = comparisons.iter().filter(|c| c.kind == TargetKind::Fitted);
        let unmet = fitted.filter(|c| c.agreement != Agreement::Met).count();
        if unmet > 0 {
            return Err(Failure::Run(format!(
                "{unmet} of the figures to which the model was fitted are not met, or not surely: see the table, or raise --replications"
            )));
        }
        Ok(())
    }

    fn read(&self) -> Result<Targets, Failure> {
        let text = fs::read_to_string(&self.targets).map_err(|error| unreadable(&self.targets, &error))?;
        toml::from_str(&text).map_err(|error| Failure::Refused(format!("error: {}: {error}", self.targets.display())))
    }

    fn replicate(&self, loaded: &Loaded, model: &Model, validation: &mut Validation<'_>, stop: &AtomicBool) -> Result<Results, Failure> {
        let plan = self.replications.plan(loaded, 10_000_000_000);
        let bar = progress::bar(plan.replications.into(), "replications", self.quiet);
        let outcome = experiment::replicate(model, &plan, stop, |measures| {
            validation.add(measures);
            bar.inc(1);
        });
        bar.finish_and_clear();
        let mut results = outcome.map_err(|error| Failure::of_run(&error, model))?;
        results.run.title.clone_from(&loaded.scenario.title);
        if results.run.replications < plan.replications {
            let done = results.run.replications;
            anstream::eprintln!("stopped: {done} of {} replications are finished and counted", plan.replications);
        }
        Ok(results)
    }

    /// Writes table, chart and document; the document.
    fn write(folder: &Folder, targets: &Targets, results: &Results, comparisons: &[Comparison], lang: Lang) -> Result<String, Failure> {
        let run = &results.run;
        let document = Document {
            title: &targets.title,
            scenario: &run.title,
            version: env!("CARGO_PKG_VERSION"),
            replications: run.replications,
            seed: run.seed,
            confidence: run.confidence,
            comparisons,
        };
        let json = serde_json::to_string_pretty(&document).map_err(ReportError::from)? + "\n";
        let (title, n, level) = (&run.title, run.replications, run.confidence * 100.0);
        let caption = lang.pick(
            format!("{title}: {n} replications, {level} % intervals. The band is what the figure allows; sources are in validation.csv."),
            format!("{title}：{n} 次重复运行，{level} % 置信区间。色带为公布值的容许范围；出处见 validation.csv。"),
        );
        let chart = charts::validation(comparisons, &targets.title, &caption, lang)?;
        folder.write("validation.json", json.as_bytes())?;
        folder.write_charts("", &[chart], true, true)?;
        Ok(json)
    }
}

fn table(comparisons: &[Comparison], lang: Lang, looks: Looks) -> comfy_table::Table {
    let columns = lang.pick(
        ["kind", "figure", "published", "tolerance", "model", "unit", "verdict"],
        ["类别", "指标", "公布值", "容差", "模型值", "单位", "结论"],
    );
    let mut table = summary::table(&columns, looks);
    let right = |text: &str| cell(text, looks).set_alignment(CellAlignment::Right);
    for kind in [TargetKind::Predicted, TargetKind::Fitted] {
        for c in comparisons.iter().filter(|c| c.kind == kind) {
            let verdict = match c.agreement {
                Agreement::Met => lang.pick("met", "符合"),
                Agreement::Missed => lang.pick("MISSED", "不符"),
                Agreement::Open => lang.pick("open", "未定"),
                Agreement::NoValue => lang.pick("no value", "无值"),
            };
            let model = c.model.map_or_else(|| "-".to_owned(), |model| number::with_interval(&model));
            table.add_row([
                cell(kind_word(kind, lang), looks),
                cell(&c.name, looks),
                right(&c.value.to_string()),
                right(&format!("\u{b1} {}", number::plain(c.tolerance))),
                right(&model),
                cell(&c.unit, looks),
                cell(verdict, looks),
            ]);
        }
    }
    table
}

fn kind_word(kind: TargetKind, lang: Lang) -> &'static str {
    match kind {
        TargetKind::Fitted => lang.pick("fitted", "拟合"),
        TargetKind::Predicted => lang.pick("predicted", "预测"),
    }
}
