//! `landbridge optimise`: the cheapest point of a plan that keeps its limits.

use clap::Args;
use serde_json::json;

use super::common::{Failure, looks};
use super::sweep::{Done, Sweep};
use super::sweep_charts::{draw, replace};
use super::sweep_json::print;
use crate::experiment::optimise::{Alternative, Optimisation, Verdict};
use crate::report::summary::{self, Looks, cell};
use crate::report::{ReportError, charts, number, tables};
use crate::stats::Estimate;
use crate::store::publish;

/// Choose the cheapest point of a plan that keeps stated limits, with a promised probability of being right.
#[derive(Debug, Args)]
#[command(
    after_help = "The plan's table [optimise] says what levels and measures cost and what must be kept. Replications are spent where they \
    matter: a point gets more until it is known whether it keeps its limits, or that it costs more than one that does. What the \
    chosen one comes to is reported from replications that had no say in choosing it. It runs as by `landbridge sweep`, in \
    a folder of the same kind and as safely, and adds alternatives.csv, alternatives.parquet, optimise.json and charts.\n\n\
    --replications is how many each point gets before the first look. Exit codes are those of `landbridge sweep`, and 1 where no \
    point is known to keep its limits.\n\n\
    Example:\n  landbridge optimise scenarios/sweeps/cheapest_horgos.toml --dry-run\n  \
    landbridge optimise scenarios/sweeps/cheapest_horgos.toml"
)]
pub(super) struct Choose {
    #[command(flatten)]
    sweep: Sweep,
}

impl Choose {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        self.sweep.choose(|done| self.tell(done))
    }

    fn tell(&self, done: &Done<'_>) -> Result<(), Failure> {
        let Some(found) = done.index.optimisation() else { return Ok(()) };
        let table = tables::alternatives(&found);
        publish(&done.place.join("alternatives.csv"), table.to_csv()?.as_bytes())?;
        let mut parquet = Vec::new();
        table.write_parquet(&mut parquet)?;
        publish(&done.place.join("alternatives.parquet"), &parquet)?;
        let answer = json!({
            "program": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "results_version": done.named.plan.results_version,
            "plan": done.named.id,
            "title": done.named.plan.title,
            "seed": done.named.plan.seed,
            "optimisation": found,
        });
        let text = serde_json::to_string_pretty(&answer).map_err(ReportError::from)? + "\n";
        publish(&done.place.join("optimise.json"), text.as_bytes())?;
        let mut drawn = vec![charts::alternatives(&found, done.lang)?];
        drawn.extend(draw(&done.named.plan, done.merged, &done.shown, done.lang)?);
        replace(&drawn, &done.place.join("charts"))?;
        if self.sweep.json {
            print(&answer)?;
        } else if !done.quiet {
            anstream::println!("{}", done.named.plan.title);
            show(&found, looks());
        }
        if !done.quiet {
            anstream::eprintln!("results: {}", done.place.display());
        }
        match found.chosen {
            Some(_) => Ok(()),
            None => Err(Failure::Run("no point is known to keep its limits".to_owned())),
        }
    }
}

fn show(found: &Optimisation, looks: Looks) {
    let limits: Vec<String> = found
        .limits
        .iter()
        .map(|limit| format!("{} <= {}", limit.label, limit.most))
        .collect();
    let cost = if found.unit.is_empty() {
        "cost".to_owned()
    } else {
        format!("cost, {}", found.unit)
    };
    let columns: Vec<&str> = ["point"]
        .into_iter()
        .chain(found.factors.iter().map(|(_, name)| name.as_str()))
        .chain([cost.as_str()])
        .chain(limits.iter().map(String::as_str))
        .chain(["replications", ""])
        .collect();
    let mut table = summary::table(&columns, looks);
    let (looked_at, never): (Vec<_>, Vec<_>) = by_cost(found)
        .into_iter()
        .partition(|a| a.replications > 0 || a.verdict == Verdict::Chosen);
    for alternative in looked_at {
        let cells = std::iter::once(alternative.point.to_string())
            .chain(alternative.levels.iter().cloned())
            .chain([total(found, alternative)])
            .chain(alternative.estimates.iter().map(|e| shown(e.as_ref())))
            .chain([alternative.replications.to_string(), found.reason(alternative)]);
        table.add_row(cells.map(|text| cell(&text, looks)));
    }
    anstream::println!("{table}");
    if !never.is_empty() {
        let points = number::counted(never.len(), "point costs", "points cost");
        anstream::println!(
            "{points} more, and nobody needed to run {}.",
            if never.len() == 1 { "it" } else { "them" }
        );
    }
    let all: u32 = found.alternatives.iter().map(|a| a.replications).sum();
    let level = (found.confidence * 1e5).round() / 1e3;
    let Some(chosen) = found.chosen.and_then(|at| found.alternatives.get(at)) else {
        anstream::println!("No point is known to keep its limits, after {all} replications.");
        return;
    };
    let levels = found
        .factors
        .iter()
        .zip(&chosen.levels)
        .map(|((_, name), level)| format!("{name} {level}"));
    let levels: Vec<String> = levels.collect();
    anstream::println!("Chosen: point {}, {}; {all} replications in all.", chosen.point, levels.join(", "));
    if found.promised {
        anstream::println!("With {level} % probability it is right, as far as tolerances and indifference let anything be told apart.");
    } else {
        anstream::println!("Some points were left undecided, so no probability is promised: raise `at_most`, or allow wider tolerances.");
    }
    if let Some(own) = &found.afresh {
        let limits = found.limits.iter().zip(&own.estimates);
        let limits: Vec<String> = limits.map(|(limit, e)| format!("{} {}", limit.label, shown(e.as_ref()))).collect();
        let cost = own.cost.as_ref().filter(|_| found.indifference.is_some());
        let cost = cost.map(|e| format!("cost {}", number::with_interval(e)));
        anstream::println!(
            "In {} replications that had no say in that: {}.",
            own.replications,
            cost.into_iter().chain(limits).collect::<Vec<_>>().join("; ")
        );
    }
}

/// The cheapest first, as far as costs are known.
fn by_cost(found: &Optimisation) -> Vec<&Alternative> {
    let cost = |a: &Alternative| a.cost.map_or(a.fixed_cost, |e| e.mean);
    let mut all: Vec<&Alternative> = found.alternatives.iter().collect();
    all.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
    all
}

/// The total cost; where it varies and nothing was run, what is known of it.
fn total(found: &Optimisation, alternative: &Alternative) -> String {
    match (&alternative.cost, found.indifference) {
        (Some(cost), Some(_)) => number::with_interval(cost),
        (None, Some(_)) => format!("{} and more", number::plain(alternative.fixed_cost)),
        _ => number::plain(alternative.fixed_cost),
    }
}

fn shown(estimate: Option<&Estimate>) -> String {
    estimate.map_or_else(|| "-".to_owned(), number::with_interval)
}
