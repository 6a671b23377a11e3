//! How long trains take from origin to destination, flow by flow.

use super::{dwell, panel};
use crate::experiment::results::{DwellDistribution, Results, TrainRecord};
use crate::report::number::{counted, hours, plain};
use crate::report::picture::{Label, Rect};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing, provenance, remark};
use crate::report::tables::Table;
use crate::report::{Chart, Lang, ReportError, theme, words};
use crate::stats::Estimate;
use crate::units::{Duration, Instant, MINUTE, millis_as_hours};

/// Panels at most.
const PANELS: usize = 8;
/// Width of a bin.
const BIN: Duration = Duration(15 * MINUTE);
/// Bins at most: some ten years, beyond which no run reaches.
const BINS: usize = 400_000;

/// Transit times of the trains of a flow: `place` of the distribution is the index of the flow.
type Transit = DwellDistribution;

/// Distributions of the time from origin to destination: for the flows with most trains.
///
/// # Errors
/// Where it cannot be drawn.
pub fn transit(results: &Results, lang: Lang) -> Result<Chart, ReportError> {
    let all: Vec<Transit> = (0..results.flows.len()).map(|flow| of_flow(results, flow)).collect();
    let data = data(results, &all);
    let mut ranked: Vec<&Transit> = all.iter().filter(|t| dwell::trains(t) > 0).collect();
    ranked.sort_by_key(|t| std::cmp::Reverse(dwell::trains(t)));
    let folded = ranked.len().saturating_sub(PANELS);
    ranked.truncate(PANELS);
    let mut caption = provenance(results, true, lang);
    let kept = results.records.len();
    remark(
        &mut caption,
        &lang.pick(
            format!(
                "Histograms hold the trains that arrived in {kept} of the replications, of which records were kept; quantiles are means of \
                 all replications. Of the trains 90\u{a0}% take less than p90, and so on; the last, lighter bar holds everything beyond."
            ),
            format!(
                "直方图为保留了记录的 {kept} 次重复中到达的列车；分位数为全部重复的均值。90\u{a0}% 的列车用时短于 p90，余类推；\
                 最后一根浅色柱为更长的全部。"
            ),
        ),
    );
    if folded > 0 {
        let flows = ("further flow", "further flows");
        remark(&mut caption, &words::further(folded, flows, "个车流", lang));
    }
    let words = Words {
        lang,
        id: "transit".to_owned(),
        title: Label::from(lang.pick("How long trains take from origin to destination", "列车全程运行时间")),
        finding: ranked.first().map_or_else(|| Label::from(""), |t| finding(results, t, lang)),
        caption,
    };
    if ranked.is_empty() {
        let why = if kept == 0 {
            lang.pick("no records of single trains were kept.", "没有保留单列车的记录。")
        } else {
            lang.pick(
                "no train of the recorded replications arrived in the measured time.",
                "有记录的重复中，统计期内没有列车到达。",
            )
        };
        return nothing(words, why, &data);
    }
    let keys = [
        Key::new(Swatch::Box, theme::BARS, lang.pick("share of trains", "列车占比")),
        Key::new(Swatch::Line, theme::INK, lang.pick("quantile", "分位数")),
    ];
    let columns = ranked.len().min(2);
    let row = dwell::HEAD + dwell::PLOT + panel::FOOT;
    let mut sheet = Sheet::new(words, &keys, ranked.len().div_ceil(columns) as f64 * row);
    let wide = sheet.body.w / columns as f64;
    for (i, transit) in ranked.iter().enumerate() {
        let plot = Rect {
            x: sheet.body.x + (i % columns) as f64 * wide + panel::AXIS_ROOM,
            y: sheet.body.y + (i / columns) as f64 * row + dwell::HEAD,
            w: wide - panel::AXIS_ROOM - 16.0,
            h: dwell::PLOT,
        };
        let axis = lang.pick("time from origin to destination (h)", "全程运行时间（小时）");
        dwell::panel_of(&mut sheet, &name(results, transit.place), transit, plot, axis);
    }
    sheet.finish(&data)
}

fn of_flow(results: &Results, flow: usize) -> Transit {
    let measured = Instant(results.run.warm_up.0);
    let mut counts: Vec<u64> = Vec::new();
    for train in results.records.iter().flat_map(|r| &r.trains) {
        let arrived = |t: &TrainRecord| t.left_at.filter(|at| *at >= measured && t.flow as usize == flow && !t.dissolved);
        if let Some(at) = arrived(train) {
            let bin = ((at - train.created_at).0.max(0) / BIN.0) as usize;
            let bin = bin.min(BINS);
            if counts.len() <= bin {
                counts.resize(bin + 1, 0);
            }
            counts[bin] += 1;
        }
    }
    // The last one, for everything beyond, stays empty.
    counts.push(0);
    let estimate = |p: f64| {
        let id = &results.flows[flow].id;
        let found = results.estimate(&format!("flows.{id}.transit_time_hours_p{:.0}", p * 100.0));
        found.map(|e: Estimate| (p, e))
    };
    Transit {
        place: flow,
        direction: None,
        bin: BIN,
        counts,
        quantiles_hours: [0.5, 0.9, 0.95].into_iter().filter_map(estimate).collect(),
    }
}

fn name(results: &Results, flow: usize) -> Label {
    let facts = &results.flows[flow];
    Label::named(if facts.name.is_empty() { &facts.id } else { &facts.name }, &facts.id)
}

fn finding(results: &Results, t: &Transit, lang: Lang) -> Label {
    let trains = dwell::trains(t);
    let [median, most] = [0.5, 0.95].map(|p| dwell::quantile(t, p).map(|q| hours(q.1)));
    name(results, t.place).map(|n| match (&median, &most) {
        (Some(median), Some(most)) => lang.pick(
            format!("The largest flow is {n}: half of its trains take less than {median}, 95\u{a0}% less than {most}."),
            format!("最大的车流为{n}：一半列车用时短于 {median}，95\u{a0}% 短于 {most}。"),
        ),
        _ => lang.pick(
            format!(
                "The largest flow is {n}, with {} in the records.",
                counted(trains as usize, "train", "trains")
            ),
            format!("最大的车流为{n}，记录中有 {} 列。", plain(trains as f64)),
        ),
    })
}

fn data(results: &Results, all: &[Transit]) -> Table {
    let rows: Vec<(&Transit, i64, u64)> = all
        .iter()
        .flat_map(|t| (0..).zip(&t.counts).map(move |(i, count)| (t, i, *count)))
        .filter(|(t, i, _)| *i + 1 < t.counts.len() as i64)
        .collect();
    Table::new("transit")
        .text("flow", rows.iter().map(|r| results.flows[r.0.place].id.as_str()))
        .float("from_hours", rows.iter().map(|r| millis_as_hours(r.0.bin.0 * r.1)))
        .float("to_hours", rows.iter().map(|r| millis_as_hours(r.0.bin.0 * (r.1 + 1))))
        .integer("trains", rows.iter().map(|r| i64::try_from(r.2).unwrap_or(i64::MAX)))
        .float("share", rows.iter().map(|r| r.2 as f64 / dwell::trains(r.0).max(1) as f64))
}
