//! The document for reviewers in a results folder: what STRESS-DES asks for, filled in from the scenario and the run.
//!
//! Monks, Currie, Onggo, Robinson, Kunc & Taylor (2019), Strengthening the reporting of empirical simulation studies:
//! Introducing the STRESS guidelines, Journal of Simulation 13(1), 55-67: the items of STRESS-DES 1.0, in their order.

use std::fmt::Write as _;

use super::check;
use super::manifest::Manifest;
use crate::experiment::Results;
use crate::experiment::results::LocationKind;
use crate::model::{Model, offered_loads};
use crate::report::summary::{self, Looks, cell};
use crate::scenario::{Input, Loaded};

/// What only the author can say.
const AUTHOR: &str = "*To be said by the author of the study.*";

/// The whole document, as Markdown.
pub(super) fn document(loaded: &Loaded, model: &Model, results: &Results, manifest: &Manifest) -> String {
    let inputs = loaded.inputs();
    let mut out = format!(
        "# {}: what was simulated, and how\n\nThe items of STRESS-DES 1.0 (Monks et al. 2019, Journal of Simulation 13(1), 55-67), in their order, written by \
         {} {} from the scenario and the run.\n",
        results.run.title, manifest.program, manifest.version
    );
    objectives(&mut out, loaded, results);
    logic(&mut out, model, results, &inputs);
    data(&mut out, &inputs);
    experimentation(&mut out, loaded, results);
    implementation(&mut out, manifest);
    out
}

fn section(out: &mut String, heading: &str, text: &str) {
    // Writing into a string cannot fail.
    let _ = writeln!(out, "\n{heading}\n\n{text}");
}

fn objectives(out: &mut String, loaded: &Loaded, results: &Results) {
    let description = loaded.scenario.description.trim();
    section(out, "## 1. Objectives", "### 1.1 Purpose of the model");
    section(
        out,
        if description.is_empty() { AUTHOR } else { description },
        "### 1.2 Model outputs",
    );
    let run = &results.run;
    let _ = writeln!(
        out,
        "\nEvery measure is computed in each replication, over the {} after a warm-up of {}; the estimate is the mean over replications, with \
         Student's interval at {} % (Law (2015), Simulation Modeling and Analysis, 5th ed., section 4.5). Quantiles are by nearest rank within a \
         replication. Times are partitioned without gap or overlap into running, service and waiting by cause. The headline measures are below; \
         all {} are in `tables/measures.csv`, defined by their ids.\n",
        run.length,
        run.warm_up,
        run.confidence * 100.0,
        results.measures.len()
    );
    let mut table = summary::table(&["measure", "unit", "id"], Looks::Plain);
    for m in results.measures.iter().filter(|m| m.headline) {
        let unit = if m.unit.is_empty() { "share" } else { m.unit };
        table.add_row([&m.label, unit, &format!("`{}`", m.id)].map(|text| cell(text, Looks::Plain)));
    }
    let _ = writeln!(out, "{table}");
    section(out, "### 1.3 Aims of the experimentation", AUTHOR);
}

fn logic(out: &mut String, model: &Model, results: &Results, inputs: &[Input]) {
    section(
        out,
        "## 2. Logic",
        "### 2.1 Diagram of the base model\n\nThe network is that of the lines below; `charts/` draws trains over time along its corridors.\n",
    );
    let mut table = summary::table(&["line", "from", "to"], Looks::Plain);
    let name = |place: usize| results.locations.get(place).map_or("", |l| l.name.as_str());
    for line in &results.locations {
        if let LocationKind::Line { from, to } = line.kind {
            table.add_row([&line.name, name(from), name(to)].map(|text| cell(text, Looks::Plain)));
        }
    }
    let _ = writeln!(out, "{table}");
    let ways = check::ways(model, Looks::Plain);
    section(
        out,
        "### 2.2 Logic of the base model",
        &format!("A train does the steps of its way in this order, and waits where it must:\n\n{ways}"),
    );
    section(out, "### 2.3 Logic of the scenario", &differences(inputs));
    section(
        out,
        "### 2.4 Algorithms",
        "A train follows the program of its way until it must wait at a gate. Gates serve in order of arrival; whoever gives something back wakes the \
         first who can use it. Trains that find no track ahead wait where they are and hold what they hold: blocking reaches back. On single track, \
         passing places are given so that no set of trains can lock up. Choices among routes and facilities are by the rules named in the inputs; \
         `docs/scenario.md` of the program defines each.",
    );
    let _ = writeln!(out, "\n### 2.5 Components");
    components(out, model, results, inputs);
}

/// What a what-if changes in the file that it extends.
fn differences(inputs: &[Input]) -> String {
    let changed: Vec<&Input> = inputs.iter().filter(|i| i.file == 0).collect();
    if changed.len() == inputs.len() {
        return "The scenario is written in one file and extends no other.".to_owned();
    }
    let mut text = "What the scenario sets other than the files that it extends:\n\n".to_owned();
    for input in changed {
        let _ = writeln!(text, "- `{}` = `{}`", input.key, input.value);
    }
    for input in inputs
        .iter()
        .filter(|i| i.file > 0 && i.remark.is_empty() && i.key.starts_with("run."))
    {
        let _ = writeln!(text, "- `{}` = `{}`", input.key, input.value);
    }
    text
}

fn components(out: &mut String, model: &Model, results: &Results, inputs: &[Input]) {
    let flows = of(inputs, |key| key.starts_with("flows.") && !key.contains(".departures"));
    section(
        out,
        "#### 2.5.1 Entities",
        &format!("Trains (or trucks, flights), by flow, with their attributes:\n\n{flows}"),
    );
    let mut done: Vec<&str> = results.ledger.iter().map(|entry| entry.activity.label()).collect();
    done.sort_unstable();
    done.dedup();
    section(
        out,
        "#### 2.5.2 Activities",
        &format!(
            "What trains did or waited for in these replications: {}. Their times are under 3.3, their order under 2.2.",
            done.join("; ")
        ),
    );
    section(
        out,
        "#### 2.5.3 Resources",
        &format!(
            "Each with the load offered to it:\n\n{}",
            check::table_of(offered_loads(model), Looks::Plain)
        ),
    );
    section(
        out,
        "#### 2.5.4 Queues",
        "First come, first served at every gate, unless an input names classes of priority. Nobody turns away; a queue has the room of the tracks, \
         lines and yards in which its trains stand, and is without limit where these are.",
    );
    let departures = of(inputs, |key| key.contains(".departures"));
    section(
        out,
        "#### 2.5.5 Entry and exit",
        &format!("Trains begin at the `from` of their flow and leave the system at its `to`:\n\n{departures}"),
    );
}

fn data(out: &mut String, inputs: &[Input]) {
    let sourced = inputs.iter().filter(|i| i.remark.contains("source")).count();
    section(
        out,
        "## 3. Data",
        &format!(
            "### 3.1 Sources\n\n{sourced} of {} values name a source beside them: see 3.3.\n\n### 3.2 Pre-processing\n\n{AUTHOR}\n\n### 3.3 Input parameters",
            inputs.len()
        ),
    );
    let _ = writeln!(out, "\n{}", of(inputs, |_| true));
    let assumed: Vec<&Input> = inputs.iter().filter(|i| i.remark.contains("assumed")).collect();
    let mut text = String::new();
    for input in &assumed {
        let at = input.remark.find("assumed").unwrap_or_default();
        let _ = writeln!(text, "- `{}`: {}", input.key, &input.remark[at..]);
    }
    let none = "No value is marked as assumed.";
    section(out, "### 3.4 Assumptions", if assumed.is_empty() { none } else { text.trim_end() });
}

/// A table of inputs.
fn of(inputs: &[Input], wanted: impl Fn(&str) -> bool) -> String {
    let mut table = summary::table(&["key", "value", "remark"], Looks::Plain);
    for input in inputs.iter().filter(|i| wanted(&i.key)) {
        let row = [format!("`{}`", input.key), format!("`{}`", input.value), input.remark.clone()];
        table.add_row(row.map(|text| cell(&text, Looks::Plain)));
    }
    table.to_string()
}

fn experimentation(out: &mut String, loaded: &Loaded, results: &Results) {
    let run = &results.run;
    section(
        out,
        "## 4. Experimentation",
        &format!(
            "### 4.1 Initialisation\n\nEach replication begins on {} ({}) with an empty network; the first {} are simulated and not measured. Whether a \
             steady state is asked for, or the period itself, is for the author to say; where the number of trains waiting still shows the begin \
             (MSER-5: White (1997), Simulation 69(6), 323-334), the advice below says so.\n\n### 4.2 Run length\n\n{} measured; the clock counts whole milliseconds.",
            run.start, run.zone, run.warm_up, run.length
        ),
    );
    let mut text = format!("{} independent replications", run.replications);
    if run.goals.is_empty() {
        text.push_str(", their number given beforehand.");
    } else {
        let _ = writeln!(
            text,
            ", from {} to {} at most, until what follows was known (Law (2015), section 9.4.1; several at once by Bonferroni):",
            loaded.scenario.run.replications, loaded.scenario.run.at_most
        );
        for goal in &run.goals {
            let _ = write!(text, "\n- {}", summary::goal_sentence(goal));
        }
    }
    section(out, "### 4.3 Estimation", &text);
    if !results.advice.is_empty() {
        let advice: Vec<String> = results.advice.iter().map(|advice| format!("- {advice}")).collect();
        section(out, "Before believing the numbers:", &advice.join("\n"));
    }
}

fn implementation(out: &mut String, manifest: &Manifest) {
    section(
        out,
        "## 5. Implementation",
        &format!(
            "### 5.1 Software\n\n{} {} (results version {}), built for {}; time-zone data {}.",
            manifest.program, manifest.version, manifest.results_version, manifest.platform, manifest.time_zone_data
        ),
    );
    section(
        out,
        "### 5.2 Random sampling",
        &format!(
            "Philox2x64-7 (Salmon et al. (2011), Parallel random numbers: as easy as 1, 2, 3). Every draw is addressed by seed ({}), replication, \
             purpose and train, never by the order of events: scenarios that share a seed share their luck (common random numbers). Laws are drawn by \
             inversion where that is practical.",
            manifest.seed
        ),
    );
    section(
        out,
        "### 5.3 Model execution",
        "Event scheduling on a list ordered by time, rank and order of scheduling. Of one instant, what ends comes before what opens or closes, then who \
         may go on, then who comes. Replications run side by side on threads, which have no influence on results; nothing is parallel within one.",
    );
    section(
        out,
        "### 5.4 System specification",
        &format!(
            "{} events in {:.1} s on {} threads. {AUTHOR} (processor and memory)",
            manifest.events, manifest.run_seconds, manifest.threads
        ),
    );
    section(
        out,
        "## 6. Code access",
        &format!(
            "`scenario.toml` in this folder is the whole input (SHA-256 {}). In this folder,\n\n    {}\n\ngives the same results again (records: SHA-256 {}). \
             {AUTHOR} (where program and folder are kept)",
            manifest.scenario_sha256, manifest.command, manifest.records_sha256
        ),
    );
}
