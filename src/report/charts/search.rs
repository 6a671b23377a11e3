//! A search for the most trains a day, as a picture: what was tried, the limits, the answer.

use super::axes::{Quantity, Side, reach, side_title, values_below, whole};
use super::panel::{self, FOOT};
use super::series::cross;
use crate::experiment::MeasureName;
use crate::experiment::capacity::{Capacity, Held, Search, Trial};
use crate::report::font::Weight;
use crate::report::number::{self, counted};
use crate::report::picture::{Align, Dot, Label, Picture, Rect, Style};
use crate::report::scale::{Scale, ticks_between};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing, remark};
use crate::report::{Chart, Lang, ReportError, tables, theme};
use crate::stats::Estimate;

/// Limits drawn at most, a panel each.
const PANELS: usize = 4;
/// Room for the numbers and the title of the upright axis.
const SIDE: f64 = 72.0;
/// Height of the heading of a panel, with the answer below it.
const HEADING: f64 = 48.0;
/// Room for the words of the limit to the right.
const WORDS: f64 = 110.0;
/// Values are drawn up to so many times the limit: beyond, a network is overrun, and how far says nothing.
const MOST: f64 = 4.0;

/// The measure of each limit at every number of trains that was tried, with the range in which the answer lies. `measures` are the
/// measures of the limits, in their order.
///
/// # Errors
/// Where it cannot be drawn.
pub fn search(found: &Capacity, search: &Search, measures: &[MeasureName], lang: Lang) -> Result<Chart, ReportError> {
    let data = tables::trials(found, search);
    let words = Words {
        lang,
        id: "search".to_owned(),
        title: Label::from(lang.pick("How many trains a day the limits bear", "限值之内每天可通过的列车数")),
        finding: Label::from(finding(found, search, measures, lang)),
        caption: caption(found, search, lang),
    };
    if found.trials.is_empty() || measures.len() != search.limits.len() {
        return nothing(words, lang.pick("nothing was tried.", "没有任何试算。"), &data);
    }
    draw(found, search, measures, words).finish(&data)
}

/// What it is called and how it is marked.
fn mark(held: Held, lang: Lang) -> (plotters::style::RGBColor, Dot, &'static str) {
    match held {
        Held::Surely => (theme::GOOD, Dot::Disc, lang.pick("surely holds", "确定满足")),
        Held::Seemingly => (theme::LOWEST, Dot::Triangle, lang.pick("seems to hold", "似乎满足")),
        Held::SeeminglyNot => (theme::SERIES[1], Dot::Falling, lang.pick("seems not to hold", "似乎不满足")),
        Held::SurelyNot => (theme::HIGHEST, Dot::Square, lang.pick("surely does not", "确定不满足")),
    }
}

fn finding(found: &Capacity, search: &Search, measures: &[MeasureName], lang: Lang) -> String {
    let trains = |trial: &Trial| number::plain(trial.trains_per_day);
    let level = number::level(search.plan.confidence);
    let mut text = match found.best() {
        Some(best) => lang.pick(
            format!("By means, {} trains a day keep all limits.", trains(best)),
            format!("按均值，每天 {} 列满足全部限值。", trains(best)),
        ),
        None => lang.pick(
            format!("Not even {} times the trains keep all limits.", search.from),
            format!("即使只有原来的 {} 倍列车，也不能满足全部限值。", search.from),
        ),
    };
    if let Some(surely) = found.surely() {
        let sentence = lang.pick(
            format!("With {level} confidence {} do.", trains(surely)),
            format!("在 {level} 置信水平下，每天 {} 列确定满足。", trains(surely)),
        );
        remark(&mut text, &sentence);
    }
    let sentence = match found.surely_not() {
        Some(not) => {
            let binds = found.binds(search);
            let label = |id: &String| measures.iter().find(|m| m.id == *id).map_or(id.clone(), |m| m.label.clone());
            let binds: Vec<String> = binds.iter().map(label).collect();
            let what = if binds.is_empty() {
                String::new()
            } else {
                lang.pick(
                    format!("; what binds: {}", binds.join(", ")),
                    format!("；起约束作用的是：{}", binds.join("、")),
                )
            };
            lang.pick(
                format!("But {} surely do not{what}.", trains(not)),
                format!("每天 {} 列确定不满足{what}。", trains(not)),
            )
        }
        None => lang.pick(
            format!("Up to {} times the trains no limit is surely broken.", search.to),
            format!("直到原来的 {} 倍列车，也没有限值确定被突破。", search.to),
        ),
    };
    remark(&mut text, &sentence);
    text
}

fn caption(found: &Capacity, search: &Search, lang: Lang) -> String {
    let (n, limits) = (search.plan.replications as usize, search.limits.len());
    let level = number::level(search.plan.confidence);
    let flows = if search.flows.is_empty() {
        lang.pick("all flows", "全部车流").to_owned()
    } else {
        search.flows.join(lang.pick(", ", "、"))
    };
    let corrected = if limits > 1 {
        lang.pick(" for all limits of a trial together", "，对一次试算的全部限值同时成立")
    } else {
        ""
    };
    let mut caption = lang.pick(
        format!(
            "Trains of {flows}, multiplied; {} of {}, the same luck in all; {level} intervals{corrected}. The shaded range holds the answer.",
            counted(found.trials.len(), "trial", "trials"),
            counted(n, "replication", "replications"),
        ),
        format!(
            "按倍数改变{flows}的列车数；{} 次试算，每次 {n} 次重复，各次用同一组随机数；{level} 置信区间{corrected}。答案在阴影范围内。",
            found.trials.len()
        ),
    );
    let unfinished = found.trials.iter().filter(|t| t.unfinished.is_some()).count();
    if unfinished > 0 {
        let sentence = lang.pick(
            format!(
                "{} did not finish and {} as not holding: crosses.",
                counted(unfinished, "trial", "trials"),
                if unfinished == 1 { "counts" } else { "count" }
            ),
            format!("{unfinished} 次试算未能完成，按不满足计，以叉号标出。"),
        );
        remark(&mut caption, &sentence);
    }
    if search.limits.len() > PANELS {
        let more = crate::report::words::further(limits - PANELS, ("further limit", "further limits"), "个限值", lang);
        remark(&mut caption, &more);
    }
    if search
        .limits
        .iter()
        .enumerate()
        .any(|(at, limit)| values(found, at).any(|(_, e)| is_beyond(&e, limit.most)))
    {
        let sentence = lang.pick(
            format!("Values beyond {MOST} times the limit are marked at the upper edge."),
            format!("超过限值 {MOST} 倍的数值标在上缘。"),
        );
        remark(&mut caption, &sentence);
    }
    caption
}

/// The trials with a value for a limit.
fn values(found: &Capacity, limit: usize) -> impl Iterator<Item = (&Trial, Estimate)> {
    let value = move |trial: &Trial| trial.estimates.get(limit).copied().flatten().filter(|e| e.mean.is_finite());
    found.trials.iter().filter_map(move |trial| Some((trial, value(trial)?)))
}

fn is_beyond(e: &Estimate, most: f64) -> bool {
    most > 0.0 && e.mean > MOST * most
}

fn draw(found: &Capacity, search: &Search, measures: &[MeasureName], words: Words) -> Sheet {
    let lang = words.lang;
    let mut keys: Vec<Key> = [Held::Surely, Held::Seemingly, Held::SeeminglyNot, Held::SurelyNot]
        .into_iter()
        .filter(|held| found.trials.iter().any(|t| t.held == *held && t.unfinished.is_none()))
        .map(|held| mark(held, lang))
        .map(|(colour, dot, label)| Key::new(Swatch::Dot(dot), colour, label))
        .collect();
    keys.push(Key::new(Swatch::Dashes, theme::ALERT, lang.pick("limit", "限值")));
    let limits = search.limits.len().min(PANELS);
    let height = if limits == 1 { 320.0 } else { 190.0 };
    let mut sheet = Sheet::new(words, &keys, limits as f64 * (height + HEADING) + FOOT);
    let plot = Rect {
        x: sheet.body.x + SIDE,
        w: sheet.body.w - SIDE - WORDS,
        h: height,
        ..sheet.body
    };
    let trains = || found.trials.iter().map(|t| t.trains_per_day);
    let range = ticks_between((trains().fold(f64::MAX, f64::min), trains().fold(f64::MIN, f64::max)), 8);
    let mut last = plot;
    for (limit, measure) in measures.iter().enumerate().take(limits) {
        let y = sheet.body.y + limit as f64 * (height + HEADING) + HEADING;
        last = Rect { y, ..plot };
        let heading = Label::from(&measure.label).fit(plot.w, theme::NAME, Weight::Bold);
        sheet.picture.text(heading, (plot.x, y - 24.0), panel::name(Align::Left).bold());
        let x = Scale::new(range.ends, (plot.x, plot.right()));
        answer(&mut sheet.picture, found, &x, last);
        for (value, _) in range.ticks.iter().filter(|_| limit + 1 < limits) {
            sheet
                .picture
                .line((x.at(*value), y), (x.at(*value), last.bottom()), theme::GRID, 1.0);
        }
        panel_of(&mut sheet.picture, (found, search, limit), (&x, last), (measure.unit, lang));
    }
    let title = Label::from(lang.pick("trains a day of the flows that are multiplied", "所乘车流的每日列车数"));
    values_below(&mut sheet.picture, last, &range, &title);
    sheet
}

/// The range in which the answer lies, and the answer by means.
fn answer(picture: &mut Picture, found: &Capacity, x: &Scale, plot: Rect) {
    let place = |trial: Option<&Trial>| trial.map(|t| x.at(t.trains_per_day));
    let from = place(found.surely()).unwrap_or(plot.x);
    let to = place(found.surely_not()).unwrap_or(plot.right());
    let shaded = Rect {
        x: from,
        w: (to - from).max(0.0),
        ..plot
    };
    picture.rect(shaded, theme::WARM_UP);
    if let Some(trial) = found.best() {
        let best = x.at(trial.trains_per_day);
        picture.line((best, plot.y - 4.0), (best, plot.bottom()), theme::INK, 1.25);
        let label = Label::from(number::plain(trial.trains_per_day));
        let half = label.width(theme::SMALL, Weight::Bold) / 2.0;
        let style = Style::new(theme::SMALL, theme::INK).bold().align(Align::Centre);
        picture.text(label, (best.clamp(plot.x + half, plot.right() - half), plot.y - 8.0), style);
    }
}

/// The values of one limit.
fn panel_of(
    picture: &mut Picture,
    (found, search, limit): (&Capacity, &Search, usize),
    (x, plot): (&Scale, Rect),
    (unit, lang): (&str, Lang),
) {
    let of = Quantity::new(unit, lang);
    let most = search.limits[limit].most;
    let shown: Vec<(&Trial, Estimate)> = values(found, limit).map(|(t, e)| (t, of.shown(&e))).collect();
    let (low, high) = reach(shown.iter().map(|(_, e)| e)).unwrap_or((0.0, 1.0));
    let most = of.value(most);
    let ceiling = if most > 0.0 { MOST * most } else { f64::INFINITY };
    let side = Side::new((low.min(most), high.min(ceiling).max(most)), plot);
    side.draw(picture, plot);
    let level = side.scale.at(most);
    picture.dashes((plot.x, level), (plot.right(), level), theme::ALERT, 1.5);
    let words = panel::limit_words(of.unit, most).fit(WORDS - 12.0, theme::SMALL, Weight::Regular);
    picture.text(words, (plot.right() + 8.0, level + 4.0), Style::new(theme::SMALL, theme::ALERT));
    for (trial, e) in &shown {
        let (colour, dot, _) = mark(trial.held, lang);
        let at = x.at(trial.trains_per_day);
        if is_beyond(e, most) {
            picture.dot((at, plot.y + 5.0), Dot::Triangle, 4.5, colour);
            continue;
        }
        if let Some(half) = whole(e).filter(|half| *half > 0.0) {
            picture.whisker((at, side.scale.at(e.mean + half)), (at, side.scale.at(e.mean - half)), colour, 1.25);
        }
        picture.dot((at, side.scale.at(e.mean)), dot, 4.5, colour);
    }
    for trial in found.trials.iter().filter(|t| t.unfinished.is_some()) {
        cross(picture, (x.at(trial.trains_per_day), plot.y + 8.0));
    }
    side_title(picture, &Label::from(of.unit), (plot.x - SIDE + 10.0, plot));
}
