//! What a selection of the cheapest alternative found: cost against each limited measure, and what became of every alternative.

mod list;
mod scatter;

use plotters::style::RGBColor;

use super::axes::Quantity;
use super::panel::{FOOT, HEADING};
use crate::experiment::optimise::{Alternative, Optimisation, Verdict};
use crate::report::number::{self, counted};
use crate::report::picture::{Dot, Label, Rect};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing, remark};
use crate::report::{Chart, Lang, ReportError, tables, theme, words};
use crate::stats::Estimate;

/// Limits drawn at most, a panel each.
const PANELS: usize = 3;
/// Rows at most.
const ROWS: usize = 18;

/// Total cost against the measure of each limit, with intervals, and below it every alternative with the replications it got and why it
/// was chosen or not.
///
/// # Errors
/// Where it cannot be drawn.
pub fn alternatives(found: &Optimisation, lang: Lang) -> Result<Chart, ReportError> {
    let data = tables::alternatives(found);
    let (rows, folded) = rows(found);
    let mut caption = caption(found, lang);
    if folded > 0 {
        let more = words::further(folded, ("further alternative", "further alternatives"), "个方案", lang);
        remark(&mut caption, &more);
    }
    let about = Words {
        lang,
        id: "alternatives".to_owned(),
        title: Label::from(lang.pick(
            "What each alternative costs, and whether it keeps the limits",
            "各方案的费用与是否满足限值",
        )),
        finding: Label::from(finding(found, lang)),
        caption,
    };
    if rows.is_empty() {
        return nothing(about, lang.pick("there are no alternatives.", "没有方案。"), &data);
    }
    draw(found, &rows, about).finish(&data)
}

/// The total, as far as it is known: with what is priced, or what levels cost.
fn cost(alternative: &Alternative) -> Option<Estimate> {
    let fixed = Estimate {
        n: 0,
        mean: alternative.fixed_cost,
        half_width: None,
        sd: None,
        min: alternative.fixed_cost,
        max: alternative.fixed_cost,
    };
    Some(alternative.cost.unwrap_or(fixed)).filter(|e| e.mean.is_finite())
}

/// The alternatives that the choice was about, as many as have room, the cheapest first; and how many are left out. Those
/// that were hard to tell come before those that were not, and of these the ones that took most replications, then those whose
/// cost is nearest to that of the chosen one.
fn rows(found: &Optimisation) -> (Vec<(usize, &Alternative)>, usize) {
    let total = |a: &Alternative| cost(a).map_or(f64::INFINITY, |e| e.mean);
    let chosen = found.chosen.and_then(|at| found.alternatives.get(at)).map_or(0.0, total);
    let hard = |a: &Alternative| match a.verdict {
        Verdict::Chosen => 0,
        Verdict::Close { .. } => 1,
        Verdict::Undecided => 2,
        Verdict::Unfinished { .. } | Verdict::NoValue { .. } => 3,
        Verdict::Dearer { .. } | Verdict::Breaks { .. } => 4,
    };
    let mut all: Vec<(usize, &Alternative)> = found.alternatives.iter().enumerate().collect();
    all.sort_by(|(_, a), (_, b)| {
        let far = |a: &Alternative| (total(a) - chosen).abs();
        let few = b.replications.cmp(&a.replications);
        hard(a).cmp(&hard(b)).then(few).then(far(a).total_cmp(&far(b)))
    });
    let folded = all.len().saturating_sub(ROWS);
    all.truncate(ROWS);
    all.sort_by(|a, b| total(a.1).total_cmp(&total(b.1)));
    (all, folded)
}

/// How a verdict is marked and said.
fn mark(verdict: &Verdict, lang: Lang) -> (RGBColor, Dot, &'static str) {
    match verdict {
        Verdict::Chosen => (theme::GOOD, Dot::Diamond, lang.pick("chosen", "选中")),
        Verdict::Breaks { .. } => (theme::HIGHEST, Dot::Square, lang.pick("breaks a limit", "突破限值")),
        Verdict::Dearer { .. } => (theme::LOWEST, Dot::Disc, lang.pick("costs more", "费用更高")),
        Verdict::Close { .. } => (
            theme::SERIES[0],
            Dot::Triangle,
            lang.pick("too close to tell", "相差过小，无法区分"),
        ),
        Verdict::Undecided => (theme::SERIES[1], Dot::Falling, lang.pick("undecided", "未定")),
        Verdict::Unfinished { .. } => (theme::MUTED, Dot::Falling, lang.pick("did not finish", "未能完成")),
        Verdict::NoValue { .. } => (theme::AXIS, Dot::Square, lang.pick("no value", "无数值")),
    }
}

fn money(found: &Optimisation, e: &Estimate) -> String {
    let text = match e.half_width {
        Some(half) if half > 0.0 => number::with_interval(e),
        _ => number::plain(e.mean).trim_end_matches(".00").trim_end_matches(".0").to_owned(),
    };
    let unit = &found.unit;
    if unit.is_empty() { text } else { format!("{text}\u{a0}{unit}") }
}

fn finding(found: &Optimisation, lang: Lang) -> String {
    let Some(chosen) = found.chosen.and_then(|at| found.alternatives.get(at)) else {
        return lang
            .pick("No alternative is known to keep all limits.", "没有方案可确认满足全部限值。")
            .to_owned();
    };
    let pairs = found.factors.iter().zip(&chosen.levels);
    let levels: Vec<String> = pairs.map(|((_, name), level)| format!("{name} {level}")).collect();
    let levels = levels.join(lang.pick(", ", "，"));
    let own = found.afresh.as_ref();
    let price = own.and_then(|a| a.cost).or_else(|| cost(chosen));
    let price = price.map_or_else(String::new, |e| money(found, &e));
    let point = chosen.point;
    let mut text = lang.pick(
        format!("Chosen is number {point}: {levels}, at {price}."),
        format!("选中第 {point} 号方案：{levels}，费用 {price}。"),
    );
    let estimates = own.map_or(&chosen.estimates, |a| &a.estimates);
    for (limit, e) in found.limits.iter().zip(estimates).filter_map(|(limit, e)| Some((limit, (*e)?))) {
        let of = Quantity::new(&limit.unit, lang);
        let (label, value, most) = (&limit.label, of.words(&e), number::plain(of.value(limit.most)));
        let sentence = lang.pick(
            format!("{label} is then {value}, with a limit of {most}."),
            format!("此时 {label} 为 {value}，限值 {most}。"),
        );
        remark(&mut text, &sentence);
    }
    text
}

fn caption(found: &Optimisation, lang: Lang) -> String {
    let all: u32 = found.alternatives.iter().map(|a| a.replications).sum();
    let level = number::level(found.confidence);
    let mut caption = lang.pick(
        format!(
            "{}, {} in all, the same luck for each; {level} intervals, each for one mean by itself.",
            counted(found.alternatives.len(), "alternative", "alternatives"),
            counted(all as usize, "replication", "replications"),
        ),
        format!(
            "{} 个方案，共 {all} 次重复，各方案用同一组随机数；{level} 置信区间，各自单独计。",
            found.alternatives.len()
        ),
    );
    if found.promised {
        let promise = lang.pick(
            format!("The choice is right with a probability of at least {level}."),
            format!("选择正确的概率不低于 {level}。"),
        );
        remark(&mut caption, &promise);
    } else {
        let promise = lang.pick(
            "Some alternatives were left undecided, so that the choice is not promised to be right.",
            "部分方案未能判定，因此不保证选择正确。",
        );
        remark(&mut caption, promise);
    }
    if let Some(own) = &found.afresh {
        let n = own.replications as usize;
        let sentence = lang.pick(
            format!(
                "The finding is from {} that had no say in the choice; the marks are those of the choice.",
                counted(n, "replication", "replications")
            ),
            format!("上述结论来自未参与选择的 {n} 次重复；图中各点为选择时的数值。"),
        );
        remark(&mut caption, &sentence);
    }
    let without = found
        .alternatives
        .iter()
        .filter(|a| a.estimates.iter().all(Option::is_none))
        .count();
    if without > 0 {
        let sentence = lang.pick(
            format!(
                "{} without a value, so without a mark.",
                counted(without, "alternative is", "alternatives are")
            ),
            format!("{without} 个方案没有数值，图中无标记。"),
        );
        remark(&mut caption, &sentence);
    }
    if found.limits.len() > PANELS {
        let more = words::further(found.limits.len() - PANELS, ("further limit", "further limits"), "个限值", lang);
        remark(&mut caption, &more);
    }
    caption
}

fn draw(found: &Optimisation, rows: &[(usize, &Alternative)], about: Words) -> Sheet {
    let lang = about.lang;
    let mut keys: Vec<Key> = Vec::new();
    let drawn = found.alternatives.iter().filter(|a| a.estimates.iter().any(Option::is_some));
    let shown = rows.iter().map(|(_, a)| *a).chain(drawn);
    for (colour, dot, word) in shown.map(|a| mark(&a.verdict, lang)) {
        if !keys.iter().any(|k| k.label.text == word) {
            keys.push(Key::new(Swatch::Dot(dot), colour, word));
        }
    }
    keys.push(Key::new(
        Swatch::Dashes,
        theme::ALERT,
        lang.pick("limit, with its tolerance", "限值及容差"),
    ));
    let limits = found.limits.len().min(PANELS);
    let height = if limits == 1 { 300.0 } else { 210.0 };
    let panels = limits as f64 * (height + HEADING + FOOT);
    let rows_high = HEADING + rows.len() as f64 * list::ROW + FOOT;
    let mut sheet = Sheet::new(about, &keys, panels + rows_high);
    let body = sheet.body;
    for (at, limit) in found.limits.iter().take(PANELS).enumerate() {
        let area = Rect {
            y: body.y + at as f64 * (height + HEADING + FOOT) + HEADING,
            h: height,
            ..body
        };
        scatter::draw(&mut sheet.picture, (found, limit, at), area, lang);
    }
    let below = Rect {
        y: body.y + panels + HEADING,
        h: rows.len() as f64 * list::ROW,
        ..body
    };
    list::draw(&mut sheet.picture, found, rows, below, lang);
    sheet
}
