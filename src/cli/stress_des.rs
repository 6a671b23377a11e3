//! The document for reviewers in a results folder: what STRESS-DES asks for, filled in from the scenario and the run.
//!
//! Monks, Currie, Onggo, Robinson, Kunc & Taylor (2019), Strengthening the reporting of empirical simulation studies:
//! Introducing the STRESS guidelines, Journal of Simulation 13(1), 55-67: the items of STRESS-DES 1.0, in their order.

use super::check;
use super::manifest::Manifest;
use crate::experiment::Results;
use crate::experiment::results::LocationKind;
use crate::model::{Model, offered_loads};
use crate::report::document::{Block, Document, Grid};
use crate::report::summary::Looks;
use crate::report::{Lang, words};
use crate::scenario::{Input, Loaded};
use crate::stats::Truncation;

/// What only the author can say.
const AUTHOR: &str = "*To be said by the author of the study.*";

/// So wide that nothing is shortened; the tables are laid out elsewhere.
const WIDE: Looks = Looks::Terminal { columns: u16::MAX };

/// What a scenario was read from, and what it became.
pub(super) struct Described<'a> {
    /// The scenario.
    pub(super) loaded: &'a Loaded,
    /// Its values as they were written, by file.
    pub(super) inputs: &'a [Input],
    /// What it was compiled to.
    pub(super) model: &'a Model,
}

/// The values of a scenario as they were written, without its names in other languages, which change nothing.
pub(super) fn inputs(loaded: &Loaded) -> Vec<Input> {
    let is_name = |input: &Input| input.key.contains(".names.") || input.key.starts_with("titles.");
    loaded.inputs().into_iter().filter(|input| !is_name(input)).collect()
}

/// The whole document, of which Markdown and the page are made.
pub(super) fn document(described: &Described<'_>, results: &Results, manifest: &Manifest) -> Document {
    let Described { loaded, inputs, model } = described;
    let is_name = |input: &&Input| input.key.contains(".names.") || input.key.starts_with("titles.");
    let inputs: &[Input] = &inputs.iter().filter(|input| !is_name(input)).cloned().collect::<Vec<_>>();
    let mut out = Document::default();
    out.heading(1, format!("{}: what was simulated, and how", results.run.title));
    out.text(format!(
        "The items of STRESS-DES 1.0 (Monks et al. 2019, Journal of Simulation 13(1), 55-67), in their order, written by {} {} from the \
         scenario and the run.",
        manifest.program, manifest.version
    ));
    objectives(&mut out, loaded, results);
    logic(&mut out, model, results, inputs);
    data(&mut out, inputs);
    experimentation(&mut out, loaded, results);
    implementation(&mut out, manifest);
    out
}

fn section(out: &mut Document, level: u8, heading: &str, text: impl Into<String>) {
    out.heading(level, heading);
    out.text(text);
}

fn objectives(out: &mut Document, loaded: &Loaded, results: &Results) {
    let description = loaded.scenario.description.trim();
    out.heading(2, "1. Objectives");
    let purpose = if description.is_empty() { AUTHOR } else { description };
    section(out, 3, "1.1 Purpose of the model", purpose);
    let run = &results.run;
    section(
        out,
        3,
        "1.2 Model outputs",
        format!(
            "Every measure is computed in each replication, over the {} after a warm-up of {}; the estimate is the mean over replications, with \
             Student's interval at {} % (Law (2015), Simulation Modeling and Analysis, 5th ed., section 4.5). Quantiles are by nearest rank within a \
             replication. Times are partitioned without gap or overlap into running, service and waiting by cause. The headline measures are below; \
             all {} are in `tables/measures.csv`, defined by their ids.",
            run.length,
            run.warm_up,
            run.confidence * 100.0,
            results.measures.len()
        ),
    );
    let mut table = Grid::new(["measure", "unit", "id"]);
    for m in results.measures.iter().filter(|m| m.headline) {
        let unit = if m.unit.is_empty() { "share" } else { &m.unit };
        table.row([m.label.clone(), unit.to_owned(), format!("`{}`", m.id)]);
    }
    out.table(table);
    out.heading(3, "1.3 Aims of the experimentation");
    out.text(format!(
        "(a) Scenarios: this folder holds one, named above; what it changes is under 2.3. {AUTHOR} (why it is asked)"
    ));
    out.text(
        "(b) Design of experiments: one point, in independent replications; a design over several points is the plan of `landbridge sweep`, \
         whose folders say so.",
    );
    out.text("(c) Optimisation: nothing is optimised.");
}

fn logic(out: &mut Document, model: &Model, results: &Results, inputs: &[Input]) {
    out.heading(2, "2. Logic");
    section(
        out,
        3,
        "2.1 Diagram of the base model",
        "The network is that of the lines below; `charts/` draws trains over time along its corridors.",
    );
    let mut table = Grid::new(["line", "from", "to"]);
    let name = |place: usize| results.locations.get(place).map_or_else(String::new, |l| l.name.clone());
    for line in &results.locations {
        if let LocationKind::Line { from, to } = line.kind {
            table.row([line.name.clone(), name(from), name(to)]);
        }
    }
    out.table(table);
    section(
        out,
        3,
        "2.2 Logic of the base model",
        "A train does the steps of its way in this order, and waits where it must:",
    );
    out.table(&check::ways(model, WIDE));
    out.heading(3, "2.3 Logic of the scenario");
    differences(out, inputs);
    section(
        out,
        3,
        "2.4 Algorithms",
        "A train follows the program of its way until it must wait at a gate. Gates serve in order of arrival; whoever gives something back wakes the \
         first who can use it. Trains that find no track ahead wait where they are and hold what they hold: blocking reaches back. On single track, \
         passing places are given so that no set of trains can lock up. Choices among routes and facilities are by the rules named in the inputs; \
         `docs/scenario.md` of the program defines each.",
    );
    out.heading(3, "2.5 Components");
    components(out, model, results, inputs);
}

/// What a what-if changes in the file that it extends.
fn differences(out: &mut Document, inputs: &[Input]) {
    let changed: Vec<&Input> = inputs.iter().filter(|i| i.file == 0).collect();
    if changed.len() == inputs.len() {
        out.text("The scenario is written in one file and extends no other.");
        return;
    }
    out.text("What the scenario sets other than the files that it extends:");
    let overrides = inputs
        .iter()
        .filter(|i| i.file > 0 && i.remark.is_empty() && i.key.starts_with("run."));
    let entries = changed.into_iter().chain(overrides);
    out.list(entries.map(|input| format!("`{}` = `{}`", input.key, input.value)).collect());
}

fn components(out: &mut Document, model: &Model, results: &Results, inputs: &[Input]) {
    section(
        out,
        4,
        "2.5.1 Entities",
        "Trains (or trucks, flights), by flow, with their attributes:",
    );
    out.table(of(inputs, |key| key.starts_with("flows.") && !key.contains(".departures")));
    let mut done: Vec<&str> = results.ledger.iter().map(|entry| entry.activity.label()).collect();
    done.sort_unstable();
    done.dedup();
    section(
        out,
        4,
        "2.5.2 Activities",
        format!(
            "What trains did or waited for in these replications: {}. Their times are under 3.3, their order under 2.2.",
            done.join("; ")
        ),
    );
    section(out, 4, "2.5.3 Resources", "Each with the load offered to it:");
    out.table(&check::table_of(offered_loads(model), WIDE));
    section(
        out,
        4,
        "2.5.4 Queues",
        "First come, first served at every gate, unless an input names classes of priority: then each class counts like so much time of waiting. A \
         train turns away only where an input has `choice = \"divert\"`, before it joins a queue (balking); none leaves a queue that it has joined (no \
         reneging). A queue has the room of the tracks, lines and yards in which its trains stand, and is without limit where these are; a train that finds \
         no room waits where it is.",
    );
    section(
        out,
        4,
        "2.5.5 Entry and exit",
        "Trains begin at the `from` of their flow and leave the system at its `to`. Those of a `rate` come as a Poisson process, whose exponential steps \
         are laid off along the number of trains expected (inversion, no thinning), so that a rate may change by hour, weekday and month; `every` \
         has independent times between trains; timetables and traces give the instants.",
    );
    out.table(of(inputs, |key| key.contains(".departures")));
}

fn data(out: &mut Document, inputs: &[Input]) {
    let sourced = inputs.iter().filter(|i| i.remark.contains("source")).count();
    out.heading(2, "3. Data");
    section(
        out,
        3,
        "3.1 Sources",
        format!("{sourced} of {} values name a source beside them: see 3.3.", inputs.len()),
    );
    section(out, 3, "3.2 Pre-processing", AUTHOR);
    out.heading(3, "3.3 Input parameters");
    out.table(of(inputs, |_| true));
    out.heading(3, "3.4 Assumptions");
    let assumed = inputs.iter().filter_map(|input| {
        let at = input.remark.find("assumed")?;
        Some(format!("`{}`: {}", input.key, &input.remark[at..]))
    });
    let assumed: Vec<String> = assumed.collect();
    if assumed.is_empty() {
        out.text("No value is marked as assumed.");
    }
    out.list(assumed);
}

/// A table of inputs.
fn of(inputs: &[Input], wanted: impl Fn(&str) -> bool) -> Grid {
    let mut table = Grid::new(["key", "value", "remark"]);
    for input in inputs.iter().filter(|i| wanted(&i.key)) {
        table.row([format!("`{}`", input.key), format!("`{}`", input.value), input.remark.clone()]);
    }
    table
}

fn experimentation(out: &mut Document, loaded: &Loaded, results: &Results) {
    let run = &results.run;
    out.heading(2, "4. Experimentation");
    section(
        out,
        3,
        "4.1 Initialisation",
        format!(
            "Each replication begins on {} ({}) with an empty network, a fixed state; the first {} are simulated and not measured. {} {AUTHOR} \
             (whether a steady state is asked for, or the period itself)",
            run.start,
            run.zone,
            run.warm_up,
            settling(results)
        ),
    );
    section(
        out,
        3,
        "4.2 Run length",
        format!(
            "Each replication ends after a fixed time: {} measured; the clock counts whole milliseconds.",
            run.length
        ),
    );
    let n = format!("{} independent replications", run.replications);
    if run.goals.is_empty() {
        section(out, 3, "4.3 Estimation", format!("{n}, their number given beforehand."));
    } else {
        let (least, most) = (loaded.scenario.run.replications, loaded.scenario.run.at_most);
        section(
            out,
            3,
            "4.3 Estimation",
            format!(
                "{n}, from {least} to {most} at most, until what follows was known (Law (2015), section 9.4.1; several at once by Bonferroni):"
            ),
        );
        out.list(run.goals.iter().map(|goal| words::goal(goal, Lang::En)).collect());
    }
    if !results.advice.is_empty() {
        out.text("Before believing the numbers:");
        out.list(results.advice.iter().map(ToString::to_string).collect());
    }
}

/// What MSER says of the warm-up.
fn settling(results: &Results) -> String {
    let method = "By MSER-5 (White (1997), Simulation 69(6), 323-334) on the number of trains waiting in the whole network, averaged over replications and days,";
    match results.warm_up.as_ref().and_then(|series| Some((series, series.truncation?))) {
        None => "The run is too short to judge the warm-up by MSER-5.".to_owned(),
        Some((_, Truncation::NotSettled)) => format!("{method} the series does not settle: the best cut lies in the last half."),
        Some((series, Truncation::At(_))) => format!("{method} {} would be deleted.", series.cut().unwrap_or_default()),
    }
}

fn implementation(out: &mut Document, manifest: &Manifest) {
    out.heading(2, "5. Implementation");
    section(
        out,
        3,
        "5.1 Software",
        format!(
            "{} {} (results version {}), written in Rust with the libraries of its `Cargo.lock`, built for {} (processor and operating system); \
             time-zone data {}.",
            manifest.program, manifest.version, manifest.results_version, manifest.platform, manifest.time_zone_data
        ),
    );
    section(
        out,
        3,
        "5.2 Random sampling",
        format!(
            "Philox2x64-7 (Salmon et al. (2011), Parallel random numbers: as easy as 1, 2, 3). Every draw is addressed by seed ({}), replication, \
             purpose and train, never by the order of events: scenarios that share a seed share their luck (common random numbers). Laws are drawn by \
             inversion where that is practical.",
            manifest.seed
        ),
    );
    section(
        out,
        3,
        "5.3 Model execution",
        "Event scheduling on a list ordered by time, rank and order of scheduling. Of one instant, what ends comes before what opens or closes, then who \
         may go on, then who comes. Replications run side by side on threads, which have no influence on results; nothing is parallel within one.",
    );
    section(
        out,
        3,
        "5.4 System specification",
        format!(
            "{} events in {:.1} s on {} threads. {AUTHOR} (processor and memory)",
            manifest.events, manifest.run_seconds, manifest.threads
        ),
    );
    section(
        out,
        2,
        "6. Code access",
        format!(
            "`scenario.toml` in this folder is the whole input (SHA-256 {}). In this folder,",
            manifest.scenario_sha256
        ),
    );
    out.blocks.push(Block::Command(manifest.command.clone()));
    out.text(format!(
        "gives the same results again (records: SHA-256 {}). {AUTHOR} (where program and folder are kept)",
        manifest.records_sha256
    ));
}
