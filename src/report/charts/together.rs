//! Scenarios side by side: their queues over time, and where their hours go.

use plotters::style::RGBColor;

use super::panel::{self, Panel, TimeAxis};
use super::queue::{mean_after, thinned};
use super::waterfall::{Bar, Hours, activity_keys, all_bars, draw_bars};
use crate::experiment::compare::Comparison;
use crate::experiment::results::{QueueSeries, Results};
use crate::report::calendar::Calendar;
use crate::report::picture::{Align, Label, Rect};
use crate::report::sheet::{Key, Sheet, Swatch, Words, name_of, nothing, provenance};
use crate::report::tables::{Table, Values, ledger, queues as queue_table};
use crate::report::{Chart, Lang, ReportError, number, theme, words};
use crate::units::Instant;

/// Panels at most.
const PANELS: usize = 6;
/// Locations at most.
const LOCATIONS: usize = 9;
/// The colours of scenarios: the first, then the others.
const LINES: [RGBColor; 4] = [theme::MUTED, theme::MAIN, theme::ALERT, theme::RUNNING_UP];

fn colour(scenario: usize) -> RGBColor {
    LINES[scenario.min(LINES.len() - 1)]
}

/// The same table of every scenario, one below the other, with a column that tells which.
fn stacked(comparison: &Comparison, table: fn(&Results) -> Table) -> Table {
    let mut whole: Option<Table> = None;
    let mut names = Vec::new();
    for scenario in &comparison.scenarios {
        let part = table(&scenario.results);
        names.extend(std::iter::repeat_n(scenario.name.clone(), part.rows()));
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => whole
                .columns
                .iter_mut()
                .zip(part.columns)
                .for_each(|(to, from)| match (&mut to.values, from.values) {
                    (Values::Text(to), Values::Text(from)) => to.extend(from),
                    (Values::Integer(to), Values::Integer(from)) => to.extend(from),
                    (Values::Float(to), Values::Float(from)) => to.extend(from),
                    _ => {}
                }),
        }
    }
    let mut whole = whole.unwrap_or_else(|| Table::new("nothing"));
    let column = Table::new("scenario").text("scenario", names).columns;
    whole.columns.splice(0..0, column);
    whole
}

/// Trains waiting over time in every scenario, at the places where they differ most.
///
/// # Errors
/// Where it cannot be drawn.
pub fn queues(comparison: &Comparison, lang: Lang) -> Result<Chart, ReportError> {
    let first = &comparison.scenarios[0].results;
    let data = stacked(comparison, queue_table);
    let warm_up = Instant(first.run.warm_up.0);
    let mut ranked: Vec<(usize, Vec<Option<&QueueSeries>>, f64)> = Vec::new();
    for (place, series) in first.queues.iter().enumerate().filter(|(_, q)| !q.steps.is_empty()) {
        let id = &first.locations[series.place].id;
        let of = |results: &'_ Results| results.queues.iter().position(|q| results.locations[q.place].id == *id);
        let all: Vec<Option<&QueueSeries>> = comparison
            .scenarios
            .iter()
            .map(|s| of(&s.results).map(|at| &s.results.queues[at]))
            .collect();
        let means: Vec<f64> = all.iter().flatten().map(|q| mean_after(q, warm_up)).collect();
        let spread = means.iter().copied().fold(f64::MIN, f64::max) - means.iter().copied().fold(f64::MAX, f64::min);
        if means.iter().any(|mean| *mean > 0.0) {
            ranked.push((place, all, spread));
        }
    }
    ranked.sort_by(|a, b| b.2.total_cmp(&a.2));
    ranked.truncate(PANELS);
    let words = Words {
        lang,
        id: "queues".into(),
        title: Label::from(lang.pick("Trains waiting over time, side by side", "等待列车数的变化：方案对比")),
        finding: ranked.first().map_or_else(
            || Label::from(""),
            |(place, series, _)| {
                let means: Vec<String> = comparison
                    .scenarios
                    .iter()
                    .zip(series)
                    .filter_map(|(s, q)| {
                        let (mean, name) = (number::plain(mean_after((*q)?, warm_up)), &s.name);
                        Some(lang.pick(format!("{mean} in {name}"), format!("{name} {mean} 列")))
                    })
                    .collect();
                let means = means.join(lang.pick(", ", "，"));
                name_of(first, first.queues[*place].place).map(|n| {
                    lang.pick(
                        format!("Most differs at {n}: {means} waiting on average."),
                        format!("{n}差别最大，平均等待：{means}。"),
                    )
                })
            },
        ),
        caption: {
            let provenance = provenance(first, false, lang);
            lang.pick(
                format!("{provenance} Means of replications; each panel has its own scale, those that differ most come first."),
                format!("{provenance}各次重复的均值；各幅纵轴不同，差别最大者在前。"),
            )
        },
    };
    if ranked.is_empty() {
        return nothing(words, words::nobody_waited(lang), &data);
    }
    let mut keys: Vec<Key> = comparison
        .scenarios
        .iter()
        .enumerate()
        .map(|(at, s)| Key::new(Swatch::Line, colour(at), s.name.as_str()))
        .collect();
    if warm_up > Instant::START {
        keys.push(Key::new(Swatch::Box, theme::WARM_UP, words::warm_up(lang)));
    }
    draw_queues(first, &ranked, words, &keys).finish(&data)
}

fn draw_queues(first: &Results, ranked: &[(usize, Vec<Option<&QueueSeries>>, f64)], words: Words, keys: &[Key]) -> Sheet {
    let (warm_up, lang) = (Instant(first.run.warm_up.0), words.lang);
    let height = if ranked.len() == 1 { 260.0 } else { 104.0 };
    let mut sheet = Sheet::new(words, keys, ranked.len() as f64 * (height + panel::HEADING) + panel::FOOT);
    let plot = Rect {
        x: sheet.body.x + panel::AXIS_ROOM + 14.0,
        w: sheet.body.w - panel::AXIS_ROOM - 14.0,
        ..sheet.body
    };
    let steps: Vec<Vec<_>> = ranked
        .iter()
        .map(|(_, all, _)| all.iter().map(|q| q.map(thinned).unwrap_or_default()).collect())
        .collect();
    let all = || steps.iter().flatten().flatten();
    let ends = (
        all().map(|s| s.0).min().unwrap_or_default(),
        all().map(|s| s.1).max().unwrap_or_default(),
    );
    let axis = TimeAxis::new(&Calendar::of(&first.run).spoken(lang), ends, (plot.x, plot.right()));
    let mut last = plot;
    for (i, ((place, ..), steps)) in ranked.iter().zip(&steps).enumerate() {
        let y = sheet.body.y + i as f64 * (height + panel::HEADING) + panel::HEADING;
        last = Rect { y, h: height, ..plot };
        let others: Vec<_> = steps
            .iter()
            .enumerate()
            .skip(1)
            .map(|(at, steps)| (steps.as_slice(), colour(at)))
            .collect();
        let one = Panel {
            heading: name_of(first, first.queues[*place].place),
            steps: &steps[0],
            banded: false,
            colour: colour(0),
            others: &others,
            disrupted: panel::disrupted(first, first.queues[*place].place, axis.ends),
            limits: &[],
        };
        panel::draw(&mut sheet.picture, &one, &axis, last, warm_up);
    }
    axis.foot(&mut sheet.picture, last);
    let middle = sheet.body.y + panel::HEADING + (last.bottom() - sheet.body.y - panel::HEADING) / 2.0;
    let words = lang.pick("trains waiting", "等待列车数");
    sheet
        .picture
        .text_upwards(words, (sheet.body.x + 10.0, middle), panel::small(Align::Centre));
    sheet
}

/// Hours by location in every scenario, one bar below the other.
///
/// # Errors
/// Where it cannot be drawn.
pub fn waterfalls(comparison: &Comparison, lang: Lang) -> Result<Chart, ReportError> {
    let first = &comparison.scenarios[0].results;
    let data = stacked(comparison, ledger);
    let all: Vec<Vec<(String, Bar)>> = comparison
        .scenarios
        .iter()
        .map(|s| {
            all_bars(&s.results, Hours::PerTrain)
                .into_iter()
                .map(|(at, bar)| (s.results.locations[at].id.clone(), bar))
                .collect()
        })
        .collect();
    let of = |scenario: usize, id: &str| all[scenario].iter().find(|(other, _)| other == id).map(|(_, bar)| bar);
    let mut ids: Vec<(&str, f64)> = Vec::new();
    for (id, _) in all.iter().flatten() {
        if !ids.iter().any(|(known, _)| known == id) {
            let stakes = (0..all.len()).filter_map(|s| of(s, id)).map(Bar::at_stake);
            ids.push((id, stakes.fold(0.0, f64::max)));
        }
    }
    ids.sort_by(|a, b| b.1.total_cmp(&a.1));
    ids.truncate(LOCATIONS);
    let mut bars = Vec::new();
    for (id, _) in &ids {
        for (at, scenario) in comparison.scenarios.iter().enumerate() {
            if let Some(bar) = of(at, id) {
                let mut bar = bar.clone();
                // The place is named once, lest its name push that of the scenario out.
                bar.name = if at == 0 { bar.name } else { Label::from(scenario.name.as_str()) };
                bars.push(bar);
            }
        }
    }
    let totals: Vec<String> = comparison
        .scenarios
        .iter()
        .zip(&all)
        .map(|(s, bars)| {
            let (hours, name) = (number::hours(bars.iter().map(|(_, bar)| bar.total()).sum()), &s.name);
            lang.pick(format!("{hours} in {name}"), format!("{name} {hours}"))
        })
        .collect();
    let words = Words {
        lang,
        id: "waterfalls".into(),
        title: Label::from(lang.pick("Where the hours of a train go, side by side", "列车时间去向：方案对比")),
        finding: Label::from(lang.pick(
            format!("A train spends {} in the network.", totals.join(", ")),
            format!("每列车在网时间：{}。", totals.join("，")),
        )),
        caption: {
            let (provenance, name) = (provenance(first, false, lang), &comparison.scenarios[0].name);
            lang.pick(
                format!(
                    "{provenance} Means of replications, of the locations with most waiting and service; the first bar of each is {name}."
                ),
                format!("{provenance}各次重复的均值，取等待与作业最多的位置；每组第一条为 {name}。"),
            )
        },
    };
    if bars.is_empty() {
        return nothing(words, words::nobody_was_there(lang), &data);
    }
    let keys = activity_keys(&bars, lang);
    draw_bars(&bars, words, &keys, Hours::PerTrain).finish(&data)
}
