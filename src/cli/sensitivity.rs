//! `landbridge sensitivity`: which factors of a plan matter.

use clap::Args;

use super::common::{Failure, looks};
use super::sweep::{Done, Sweep, report};
use super::sweep_charts::{draw, replace, response};
use super::sweep_json::{self, print};
use crate::experiment::sweep::{Factors, Sensitivity, sensitivity};
use crate::report::summary::{self, Looks, cell};
use crate::report::tables::Table;
use crate::report::{Lang, charts, number};
use crate::store::publish;

/// Run a plan made for it, and say which of its factors matter.
#[derive(Debug, Args)]
#[command(
    after_help = "The plan's design is \"morris\", which screens many factors with few runs, or \"saltelli\", which shares the variance out. \
    It runs as by `landbridge sweep`, in the same folder, and adds sensitivity.csv, every headline measure and factor, and charts.\n\n\
    Example:\n  landbridge sensitivity scenarios/sweeps/screening.toml \\\n    --measure places.horgos.dwell_time_hours_mean"
)]
pub(super) struct WhichMatter {
    #[command(flatten)]
    sweep: Sweep,
}

impl WhichMatter {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        self.sweep.run(|done| self.tell(done))
    }

    fn tell(&self, done: &Done<'_>) -> Result<(), Failure> {
        let plan = &done.named.plan;
        let Some(file) = &done.named.file else { return Ok(()) };
        let of = |at: usize| {
            let estimates: Vec<_> = done.merged.estimates.iter().map(|point| point[at]).collect();
            sensitivity(file, plan.confidence, &estimates)
        };
        let found: Option<Vec<Sensitivity>> = (0..done.merged.measures.len()).map(of).collect();
        let Some(found) = found else {
            return Err(Failure::Refused(
                "error: the design of this plan tells nothing of single factors\n  = help: let `design.kind` be \"morris\" or \"saltelli\""
                    .to_owned(),
            ));
        };
        let id = |at: usize| plan.measures[done.merged.measures[at]].id.as_str();
        let all: Vec<(&str, &Sensitivity)> = found.iter().enumerate().map(|(at, s)| (id(at), s)).collect();
        let factors: Vec<&str> = plan.factors.iter().map(|f| f.id.as_str()).collect();
        publish(&done.place.join("sensitivity.csv"), table(&all, &factors).to_csv()?.as_bytes())?;
        let mut drawn = Vec::new();
        for at in &done.shown {
            drawn.push(charts::influence(&found[*at], &response(plan, done.merged, *at), done.lang)?);
        }
        drawn.extend(draw(plan, done.merged, &done.shown, done.lang)?);
        replace(&drawn, &done.place.join("charts"))?;
        if self.sweep.json {
            return print(&sweep_json::sensitivity(done, &found));
        }
        report(done);
        if !done.quiet {
            for at in done.shown.iter().copied() {
                let label = done.label(done.merged.measures[at]);
                let names: Vec<&str> = plan.factors.iter().map(|f| f.name.as_str()).collect();
                show(&label, &found[at], &names, done.lang, looks());
            }
        }
        Ok(())
    }
}

/// A row per measure and factor.
fn table(all: &[(&str, &Sensitivity)], factors: &[&str]) -> Table {
    let cells: Vec<(&str, &Sensitivity, usize)> = all
        .iter()
        .flat_map(|(id, found)| (0..factors.len()).map(|factor| (*id, *found, factor)))
        .collect();
    #[allow(clippy::cast_possible_wrap, reason = "a number of rows")]
    let count = |n: usize| n as i64;
    let table = Table::new("sensitivity")
        .text("measure", cells.iter().map(|(id, ..)| *id))
        .text("factor", cells.iter().map(|(_, _, factor)| factors[*factor]))
        .integer("used", cells.iter().map(|(_, found, _)| count(found.used)))
        .integer("of", cells.iter().map(|(_, found, _)| count(found.all)))
        .nullable_float("noise_share", cells.iter().map(|(_, found, _)| found.noise_share));
    let number = |of: fn(&Factors, usize) -> Option<f64>| cells.iter().map(move |(_, found, factor)| of(&found.factors, *factor));
    match all.first().map(|(_, found)| &found.factors) {
        Some(Factors::Effects(_)) => {
            let effect = |of: fn(&crate::stats::sensitivity::Effect) -> Option<f64>| {
                cells.iter().map(move |(_, found, factor)| match &found.factors {
                    Factors::Effects(all) => all.get(*factor).and_then(of),
                    Factors::Indices(_) => None,
                })
            };
            table
                .nullable_float("mean_effect", effect(|e| Some(e.mean)))
                .nullable_float("mean_size", effect(|e| Some(e.mean_size)))
                .nullable_float("mean_size_half_width", effect(|e| e.mean_size_half_width))
                .nullable_float("sd", effect(|e| Some(e.sd)))
        }
        _ => table
            .nullable_float("first", number(|f, at| index(f, at).map(|i| i.first)))
            .nullable_float("first_low", number(|f, at| index(f, at).map(|i| i.first_interval.0)))
            .nullable_float("first_high", number(|f, at| index(f, at).map(|i| i.first_interval.1)))
            .nullable_float("total", number(|f, at| index(f, at).map(|i| i.total)))
            .nullable_float("total_low", number(|f, at| index(f, at).map(|i| i.total_interval.0)))
            .nullable_float("total_high", number(|f, at| index(f, at).map(|i| i.total_interval.1))),
    }
}

fn index(factors: &Factors, at: usize) -> Option<&crate::stats::sensitivity::Index> {
    match factors {
        Factors::Indices(all) => all.get(at),
        Factors::Effects(_) => None,
    }
}

fn show(label: &str, found: &Sensitivity, names: &[&str], lang: Lang, looks: Looks) {
    let noise = found.noise_share.map_or_else(String::new, |share| {
        let share = number::plain(share * 100.0);
        lang.pick(
            format!("; replication noise is at most {share} % of the variance between points"),
            format!("；重复运行间的噪声至多占各点间方差的 {share} %"),
        )
    });
    let (used, all) = (found.used, found.all);
    let heading = lang.pick(format!("{label}: {used} of {all} used"), format!("{label}：采用 {used}/{all}"));
    anstream::println!("\n{heading}{noise}");
    let mut rows: Vec<(f64, Vec<String>)> = Vec::new();
    let header = match &found.factors {
        Factors::Effects(effects) => {
            for (name, e) in names.iter().zip(effects) {
                let half = e
                    .mean_size_half_width
                    .map_or_else(String::new, |half| format!(" ± {}", number::plain(half)));
                let size = format!("{}{half}", number::plain(e.mean_size));
                let cells = [(*name).to_owned(), number::plain(e.mean), size, number::plain(e.sd)];
                rows.push((e.mean_size, cells.to_vec()));
            }
            lang.pick(
                ["factor", "mean effect", "mean size", "spread"],
                ["因素", "平均效应", "平均大小", "离散"],
            )
            .to_vec()
        }
        Factors::Indices(indices) => {
            for (name, i) in names.iter().zip(indices) {
                let with = |x: f64, (low, high): (f64, f64)| {
                    lang.pick(
                        format!("{x:.3} ({low:.3} to {high:.3})"),
                        format!("{x:.3}（{low:.3} 至 {high:.3}）"),
                    )
                };
                let numbers = [with(i.first, i.first_interval), with(i.total, i.total_interval)];
                rows.push((i.total, std::iter::once((*name).to_owned()).chain(numbers).collect()));
            }
            lang.pick(
                ["factor", "share by itself", "share with interactions"],
                ["因素", "单独贡献", "含交互贡献"],
            )
            .to_vec()
        }
    };
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut table = summary::table(&header, looks);
    for (_, cells) in rows {
        table.add_row(cells.iter().map(|text| cell(text, looks)));
    }
    anstream::println!("{table}");
}
