//! `landbridge knockout`: each element closed in turn, ranked by what its loss costs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::DateTime;
use serde_json::json;

use super::common::{Failure, LangArgs, ReplicationArgs, ScenarioArgs, looks, stop_flag};
use super::folder::Folder;
use super::manifest::sha256;
use super::progress;
use crate::experiment::knockout::{Knockout, KnockoutError, Loss, elements, knockout};
use crate::experiment::{RESULTS_VERSION, ReplicateError};
use crate::model::Model;
use crate::report::summary::{self, Looks, cell};
use crate::report::{Lang, ReportError, charts, number, tables};
use crate::scenario::{self, Loaded};
use crate::units::{Dimension, Duration, Instant};

/// Close each place, line and facility in turn for a time, and rank them by what that costs.
#[derive(Debug, Args)]
#[command(
    after_help = "Every run has the same luck, with and without a closure. What a window of hours is worth shows at its facility.\n\n\
    Example:\n  landbridge knockout scenarios/baseline.toml --replications 10 \\\n    \
    --from \"2022-03-01 00:00\" --lasts \"2 days\""
)]
pub(super) struct CloseEach {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// When each is closed, by its own clock, such as "2022-03-01 00:00"; a third into the measured time where absent.
    #[arg(long, value_name = "DATE AND TIME", value_parser = moment)]
    from: Option<DateTime>,
    /// For how long.
    #[arg(long, value_name = "TIME", default_value = "1 day", value_parser = duration)]
    lasts: Duration,
    /// What becomes of work in hand.
    #[arg(long, value_enum, default_value_t = InHand::Finish)]
    in_hand: InHand,
    /// Only this element, such as lines.LINE or places.PLACE.reloading.SHED; may be repeated.
    #[arg(long, value_name = "PATH")]
    only: Vec<String>,
    #[command(flatten)]
    replications: ReplicationArgs,
    /// The folder to write, which must not exist; results/knockout-NAME where absent.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// The most events of one replication.
    #[arg(long, value_name = "N", default_value_t = 10_000_000_000)]
    max_events: u64,
    #[command(flatten)]
    lang: LangArgs,
    /// Only errors on the terminal.
    #[arg(long, short)]
    quiet: bool,
    /// The answer as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// What becomes of work in hand when a closure begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum InHand {
    /// It is finished.
    Finish,
    /// It rests, and goes on afterwards.
    Pause,
    /// It is given up, and begins anew afterwards.
    StartOver,
}

fn moment(text: &str) -> Result<DateTime, String> {
    DateTime::strptime("%Y-%m-%d %H:%M", text).map_err(|_| "write a date and a time of day, such as \"2022-03-01 00:00\"".to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    let time = Dimension::Time
        .parse(text)
        .map(Duration::from_millis)
        .map_err(|error| error.to_string())?;
    if time <= Duration::ZERO {
        return Err("write a time above zero, such as \"2 days\"".to_owned());
    }
    Ok(time)
}

impl CloseEach {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let (loaded, model) = self.scenario.load(&self.replications.overrides(), self.quiet)?;
        let asked = self.asked(&loaded, &model);
        let stem = format!("knockout-{}", self.scenario.stem());
        let folder = Folder::new(self.out.as_deref(), &stem)?;
        let stop = stop_flag();
        let count = if asked.only.is_empty() {
            elements(&loaded.scenario).len()
        } else {
            asked.only.len()
        };
        let bar = progress::bar(count as u64, "elements", self.quiet);
        let found = knockout(&loaded.scenario, &asked, &stop, |_| bar.inc(1));
        bar.finish_and_clear();
        let losses = found.map_err(|error| match error {
            KnockoutError::Run(ReplicateError::Stopped) => Failure::Unfinished("stopped before the first element was closed".to_owned()),
            KnockoutError::Run(error) => Failure::of_run(&error, &model),
            error => Failure::Refused(format!("error: {error}")),
        })?;
        if losses.len() < count {
            anstream::eprintln!("stopped: {} of {count} elements were closed and are ranked", losses.len());
        }
        let lang = self.lang.lang();
        let (from, to) = (shown(asked.closed.0), shown(asked.closed.1));
        let closed = lang.pick(format!("{from} to {to}"), format!("{from} 至 {to}"));
        let answer = json!({
            "program": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "results_version": RESULTS_VERSION,
            "scenario_sha256": sha256(loaded.resolved.as_bytes()),
            "closed": [from, to],
            "replications": asked.plan.replications,
            "seed": asked.plan.seed,
            "confidence": asked.plan.confidence,
            "losses": losses,
        });
        let answer = serde_json::to_string_pretty(&answer).map_err(ReportError::from)? + "\n";
        folder.write("scenario.toml", loaded.resolved.as_bytes())?;
        folder.write("knockout.json", answer.as_bytes())?;
        for table in [tables::losses(&losses), tables::backlogs(&losses)] {
            let mut output = folder.create(&format!("tables/{}.csv", table.name))?;
            table.write_csv(&mut output)?;
            output.close()?;
        }
        let drawn = [
            charts::knockout(&losses, &closed, caption(&asked, lang), lang)?,
            charts::recovery(&losses, asked.closed, caption(&asked, lang), lang)?,
        ];
        folder.write_charts("charts/", &drawn, true, true)?;
        let place = folder.publish(&stem, self.out.is_some())?;
        if self.json {
            anstream::println!("{answer}");
        } else if !self.quiet {
            show(&losses, &asked, lang, looks());
        }
        if !self.quiet {
            anstream::eprintln!("results: {}", place.display());
        }
        Ok(())
    }

    fn asked(&self, loaded: &Loaded, model: &Model) -> Knockout {
        let from = self.from.unwrap_or_else(|| {
            let third = Instant(model.measure_from.0 + (model.end - model.measure_from).0 / 3);
            model.clock.civil(&model.clock.zone, third).date().at(0, 0, 0, 0)
        });
        let lasts = jiff::SignedDuration::from_millis(self.lasts.0);
        Knockout {
            closed: (from, from.saturating_add(lasts)),
            in_hand: match self.in_hand {
                InHand::Finish => scenario::InHand::Finish,
                InHand::Pause => scenario::InHand::Pause,
                InHand::StartOver => scenario::InHand::StartOver,
            },
            only: self.only.clone(),
            plan: self.replications.plan(loaded, self.max_events),
        }
    }
}

fn shown(at: DateTime) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

fn caption(asked: &Knockout, lang: Lang) -> String {
    let n = asked.plan.replications as usize;
    let level = (asked.plan.confidence * 1e5).round() / 1e3;
    lang.pick(
        format!(
            "{}, the same luck with and without each closure; {level} % intervals for all elements together (Bonferroni).",
            number::counted(n, "replication", "replications"),
        ),
        format!("{n} 次重复运行，有无关闭均用相同的随机数；{level} % 置信区间对全部要素同时成立（Bonferroni）。"),
    )
}

fn show(losses: &[Loss], asked: &Knockout, lang: Lang, looks: Looks) {
    let columns = lang.pick(
        ["element", "vehicle-hours lost", "vehicles held", "hours to recover", "recovered"],
        ["要素", "损失车辆小时", "滞留车辆", "恢复所需小时", "已恢复"],
    );
    let mut table = summary::table(&columns, looks);
    for loss in losses {
        let text = |e: &Option<crate::stats::Estimate>| e.as_ref().map_or_else(|| "-".to_owned(), number::with_interval);
        let lost = loss.unfinished.clone().unwrap_or_else(|| text(&loss.vehicle_hours));
        let per_cent = |share: f64| format!("{:.0}", share * 100.0);
        let share = loss.recovered.zip(loss.recovered_interval).map_or_else(
            || "-".to_owned(),
            |(share, (low, high))| format!("{} % ({} to {} %)", per_cent(share), per_cent(low), per_cent(high)),
        );
        table.add_row([loss.element.clone(), lost, text(&loss.held), text(&loss.recovery_hours), share].map(|text| cell(&text, looks)));
    }
    let (from, to) = (shown(asked.closed.0), shown(asked.closed.1));
    let heading = lang.pick(format!("Closed {from} to {to}"), format!("关闭时段：{from} 至 {to}"));
    anstream::println!("{heading}\n{table}\n{}", caption(asked, lang));
}
