//! The frontier of capacity: the most trains a day at every level of one factor, a line for each level of a second.

use std::collections::BTreeSet;

use super::axes::{Side, foot, side_title};
use super::panel::FOOT;
use super::series::{Series, Value, across, aside, draw_series, name_series, places, room_for};
use crate::experiment::frontier::{Axis, Frontier, FrontierPoint};
use crate::report::number::{self, counted};
use crate::report::picture::{Label, Rect};
use crate::report::sheet::{Sheet, Words, nothing, remark};
use crate::report::{Chart, Lang, ReportError, tables, theme, words};

/// Room for the numbers and the title of the upright axis.
const SIDE: f64 = 72.0;
/// Lines at most.
const LINES: usize = theme::SERIES.len();
const HEIGHT: f64 = 380.0;

/// The most trains a day that keep the limits, by means, with the range from what surely keeps them to what surely does not.
///
/// # Errors
/// Where it cannot be drawn.
pub fn frontier(found: &Frontier, lang: Lang) -> Result<Chart, ReportError> {
    let data = tables::frontier(found);
    let lines = found.axes.get(1).map_or(1, |axis| axis.levels.len());
    let mut caption = caption(found, lang);
    if lines > LINES {
        let more = words::further(lines - LINES, ("further line", "further lines"), "条线", lang);
        remark(&mut caption, &more);
    }
    let across = found.axes.first().map_or("", |axis| axis.key.as_str());
    let about = Words {
        lang,
        id: "frontier".to_owned(),
        title: Label::from(lang.pick(
            format!("How many trains a day the limits bear, by {across}"),
            format!("限值之内每天可通过的列车数：按 {across}"),
        )),
        finding: Label::from(finding(found, lang)),
        caption,
    };
    let Some(axis) = found.axes.first().filter(|_| !found.points.is_empty()) else {
        return nothing(about, lang.pick("nothing was searched.", "没有任何搜索。"), &data);
    };
    draw(found, axis, about).finish(&data)
}

/// A point by its levels.
fn named(found: &Frontier, point: &FrontierPoint, lang: Lang) -> String {
    let level = |(axis, at): (&Axis, &usize)| format!("{} = {}", short(&axis.key), axis.levels.get(*at).map_or("", String::as_str));
    let levels: Vec<String> = found.axes.iter().zip(&point.levels).map(level).collect();
    levels.join(lang.pick(", ", "，"))
}

/// The last of a dotted path, for sentences.
fn short(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

fn finding(found: &Frontier, lang: Lang) -> String {
    let mut text = String::new();
    let known = || found.points.iter().filter_map(|p| Some((p, p.best?)));
    let least = known().min_by(|a, b| a.1.total_cmp(&b.1));
    let most = known().max_by(|a, b| a.1.total_cmp(&b.1));
    if let (Some((low, least)), Some((high, most))) = (least, most) {
        text = if least < most {
            lang.pick(
                format!(
                    "From {} trains a day at {} to {} at {}, by means.",
                    number::plain(least),
                    named(found, low, lang),
                    number::plain(most),
                    named(found, high, lang)
                ),
                format!(
                    "按均值，从每天 {} 列（{}）到 {} 列（{}）。",
                    number::plain(least),
                    named(found, low, lang),
                    number::plain(most),
                    named(found, high, lang)
                ),
            )
        } else {
            lang.pick(
                format!("{} trains a day at every point, by means.", number::plain(least)),
                format!("按均值，各点均为每天 {} 列。", number::plain(least)),
            )
        };
    }
    for measure in found.points.iter().flat_map(|p| &p.binds).collect::<BTreeSet<_>>() {
        let n = found.points.iter().filter(|p| p.binds.contains(measure)).count();
        let of = found.points.len();
        let sentence = lang.pick(
            format!("{measure} binds at {n} of {of} points."),
            format!("{of} 个点中有 {n} 个受 {measure} 约束。"),
        );
        remark(&mut text, &sentence);
    }
    let none = found.points.iter().filter(|p| p.best.is_none()).count();
    if none > 0 {
        let sentence = lang.pick(
            format!(
                "At {} not even the fewest trains searched keep the limits.",
                counted(none, "point", "points")
            ),
            format!("有 {none} 个点，即使搜索范围内最少的列车也不能满足限值。"),
        );
        remark(&mut text, &sentence);
    }
    text.trim_start().to_owned()
}

fn caption(found: &Frontier, lang: Lang) -> String {
    let level = number::level(found.confidence);
    let n = found.replications as usize;
    let mut caption = lang.pick(
        format!(
            "Limits: {}. {} a trial, the same luck in all. A bar goes from what surely keeps the limits to what surely does not, at {level} for each point by itself; where one of these was not found, to the end of the search.",
            found.limits.join(", "),
            counted(n, "replication", "replications"),
        ),
        format!(
            "限值：{}。每次试算 {n} 次重复，各次用同一组随机数。竖线从确定满足限值的列车数到确定不满足的列车数，各点单独计，置信水平 {level}；找不到者画到搜索范围的端点。",
            found.limits.join("，"),
        ),
    );
    if found.points.iter().any(|p| p.best.is_none()) {
        remark(
            &mut caption,
            lang.pick(
                "Crosses: no number of trains searched keeps them.",
                "叉号：搜索范围内没有满足限值的列车数。",
            ),
        );
    }
    caption
}

fn value(point: &FrontierPoint) -> Option<Value> {
    let ends = (
        point.surely.unwrap_or(point.searched.0),
        point.surely_not.unwrap_or(point.searched.1),
    );
    Some(Value {
        mean: point.best.filter(|x| x.is_finite())?,
        ends: (ends.0.is_finite() && ends.1.is_finite()).then_some(ends),
    })
}

fn draw(found: &Frontier, axis: &Axis, about: Words) -> Sheet {
    let lang = about.lang;
    let second = found.axes.get(1);
    let names: Vec<Label> = second.map_or_else(|| vec![Label::from("")], |a| a.levels.iter().take(LINES).map(Label::from).collect());
    let of = Label::from(second.map_or("", |a| short(&a.key)));
    let mut sheet = Sheet::new(about, &[], HEIGHT + 18.0 + FOOT);
    let right = if second.is_some() { room_for(&of, &names) } else { 8.0 };
    let plot = Rect {
        x: sheet.body.x + SIDE,
        y: sheet.body.y + 18.0,
        w: sheet.body.w - SIDE - right,
        h: HEIGHT,
    };
    let known = found.points.iter().filter_map(value);
    let ends = known
        .flat_map(|v| [Some(v.mean), v.ends.map(|e| e.0), v.ends.map(|e| e.1)])
        .flatten();
    let ends = ends.fold(None, |ends: Option<(f64, f64)>, x| {
        Some(ends.map_or((x, x), |(low, high)| (low.min(x), high.max(x))))
    });
    let side = Side::new(ends.unwrap_or((0.0, 1.0)), plot);
    side.draw(&mut sheet.picture, plot);
    let levels: Vec<&str> = axis.levels.iter().map(String::as_str).collect();
    let numbers = (0..levels.len()).map(|at| axis.numbers.as_ref().and_then(|n| n.get(at).copied()));
    let (places, quantity) = places(&levels, numbers.collect());
    let series: Vec<Series> = (0..names.len())
        .map(|line| {
            // Lines often coincide: a little aside, all of them are seen.
            let aside = aside(line, names.len()) * if quantity { 0.6 } else { 1.0 };
            let at = |(level, share): &(&str, f64)| {
                let index = levels.iter().position(|l| l == level)?;
                let wanted = |p: &&FrontierPoint| p.levels.first() == Some(&index) && p.levels.get(1).is_none_or(|l| *l == line);
                Some((across(plot, *share) + aside, value(found.points.iter().find(wanted)?)))
            };
            places.iter().filter_map(at).collect()
        })
        .collect();
    draw_series(&mut sheet.picture, &series, (plot, &side.scale), quantity);
    if second.is_some() {
        name_series(&mut sheet.picture, &series, (plot, &side.scale), (&of, &names));
    }
    let marks: Vec<(f64, Label)> = places
        .iter()
        .map(|(level, share)| (across(plot, *share), Label::from(level)))
        .collect();
    foot(&mut sheet.picture, plot, &marks, &Label::from(&axis.key));
    let title = Label::from(lang.pick("most trains a day", "每日最多列车数"));
    side_title(&mut sheet.picture, &title, (sheet.body.x + 10.0, plot));
    sheet
}
