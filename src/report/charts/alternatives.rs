//! What a selection of the cheapest alternative found: cost against each limited measure, and what became of every alternative.

use plotters::style::RGBColor;

use super::axes::{Quantity, Side, side_title, values_below, whole};
use super::panel::{self, FOOT, HEADING, name, small};
use crate::experiment::optimise::{Alternative, LimitFacts, Optimisation, Verdict};
use crate::report::font::Weight;
use crate::report::number::{self, counted};
use crate::report::picture::{Align, Dot, Label, Picture, Rect, Style};
use crate::report::scale::{Scale, ticks_around, ticks_between};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing, remark};
use crate::report::{Chart, Lang, ReportError, tables, theme, words};
use crate::stats::Estimate;

/// Limits drawn at most, a panel each.
const PANELS: usize = 3;
/// Rows at most.
const ROWS: usize = 18;
const ROW: f64 = 22.0;
/// Room for the numbers and the title of the upright axis.
const SIDE: f64 = 84.0;
/// Room for the words of the limit to the right.
const WORDS: f64 = 110.0;
/// Room for the bars of replications, and for the verdict beside them.
const BARS: f64 = 190.0;
const VERDICT: f64 = 190.0;

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
    let scatter = limits as f64 * (height + HEADING + FOOT);
    let list = HEADING + rows.len() as f64 * ROW + FOOT;
    let mut sheet = Sheet::new(about, &keys, scatter + list);
    let body = sheet.body;
    for (at, limit) in found.limits.iter().take(PANELS).enumerate() {
        let plot = Rect {
            x: body.x + SIDE,
            y: body.y + at as f64 * (height + HEADING + FOOT) + HEADING,
            w: body.w - SIDE - WORDS,
            h: height,
        };
        panel_of(&mut sheet.picture, (found, limit, at), plot, lang);
    }
    let below = Rect {
        y: body.y + scatter + HEADING,
        h: rows.len() as f64 * ROW,
        ..body
    };
    draw_rows(&mut sheet.picture, found, rows, below, lang);
    sheet
}

/// From the lowest to the highest end.
fn over(ends: impl Iterator<Item = f64>) -> (f64, f64) {
    let ends = ends.filter(|x| x.is_finite());
    ends.fold(None, |all: Option<(f64, f64)>, x| {
        Some(all.map_or((x, x), |(a, b)| (a.min(x), b.max(x))))
    })
    .unwrap_or((0.0, 1.0))
}

/// Cost against the measure of one limit.
fn panel_of(picture: &mut Picture, (found, limit, at): (&Optimisation, &LimitFacts, usize), plot: Rect, lang: Lang) {
    let of = Quantity::new(&limit.unit, lang);
    let points: Vec<(&Alternative, Estimate, Estimate)> = found
        .alternatives
        .iter()
        .filter_map(|a| {
            let e = a.estimates.get(at).copied().flatten().filter(|e| e.mean.is_finite())?;
            Some((a, of.shown(&e), cost(a)?))
        })
        .collect();
    let ends = |e: &Estimate| [e.mean - whole(e).unwrap_or(0.0), e.mean + whole(e).unwrap_or(0.0)];
    let (most, tolerance) = (of.value(limit.most), of.value(limit.tolerance));
    // One alternative that is overrun must not press the others together.
    let (low, high) = over(points.iter().flat_map(|p| ends(&p.1)).chain([most - tolerance, most + tolerance]));
    let cap = if most > 0.0 { 4.0 * most } else { f64::INFINITY };
    let range = ticks_around((low.min(cap), high.min(cap)), 8);
    let side = Side::new(over(points.iter().flat_map(|p| ends(&p.2))), plot);
    let x = Scale::new(range.ends, (plot.x, plot.right()));
    let allowed = Rect {
        x: x.at(most - tolerance),
        w: x.at(most + tolerance) - x.at(most - tolerance),
        ..plot
    };
    picture.rect(allowed, theme::WARM_UP);
    side.draw(picture, plot);
    let title = of.title(&limit.label);
    values_below(picture, plot, &range, &title);
    picture.dashes((x.at(most), plot.y), (x.at(most), plot.bottom()), theme::ALERT, 1.5);
    let words = panel::limit_words(of.unit, most);
    let half = words.width(theme::SMALL, Weight::Regular) / 2.0;
    let style = Style::new(theme::SMALL, theme::ALERT).align(Align::Centre);
    picture.text(
        words,
        (x.at(most).clamp(plot.x + half, plot.right() + WORDS - half), plot.y - 7.0),
        style,
    );
    let mut taken: Vec<Rect> = Vec::new();
    for (a, e, price) in &points {
        let (colour, dot, _) = mark(&a.verdict, lang);
        let (across, up) = (x.at(e.mean), side.scale.at(price.mean));
        if let Some(half) = whole(e).filter(|h| *h > 0.0) {
            let (low, high) = (x.at(e.mean - half), x.at(e.mean + half));
            picture.whisker((low, up), (high, up), colour, 1.0);
            taken.push(Rect {
                x: low,
                y: up - 3.5,
                w: high - low,
                h: 7.0,
            });
        }
        if let Some(half) = whole(price).filter(|h| *h > 0.0) {
            let (high, low) = (side.scale.at(price.mean + half), side.scale.at(price.mean - half));
            picture.whisker((across, high), (across, low), colour, 1.0);
        }
        let radius = if a.verdict == Verdict::Chosen { 6.5 } else { 4.0 };
        picture.dot((across, up), dot, radius, colour);
        taken.push(Rect {
            x: across - radius,
            y: up - radius,
            w: 2.0 * radius,
            h: 2.0 * radius,
        });
    }
    number_points(picture, &points, (&x, &side.scale), &mut taken, plot);
    let cost = match found.unit.as_str() {
        "" => lang.pick("total cost", "总费用").to_owned(),
        unit => lang.pick(format!("total cost, {unit}"), format!("总费用，{unit}")),
    };
    side_title(picture, &Label::from(cost), (plot.x - SIDE + 10.0, plot));
}

/// The numbers of alternatives beside their marks, wherever one has room; the chosen one first.
fn number_points(
    picture: &mut Picture,
    points: &[(&Alternative, Estimate, Estimate)],
    (x, y): (&Scale, &Scale),
    taken: &mut Vec<Rect>,
    plot: Rect,
) {
    let mut order: Vec<_> = points.iter().collect();
    order.sort_by_key(|(a, ..)| (a.verdict != Verdict::Chosen, a.point));
    for (a, e, price) in order {
        let label = Label::from(a.point.to_string());
        let wide = label.width(theme::SMALL, Weight::Regular);
        let (across, up) = (x.at(e.mean), y.at(price.mean));
        let places = [
            (across + 8.0, up - 5.0),
            (across - 8.0 - wide, up - 5.0),
            (across + 8.0, up + 14.0),
            (across - 8.0 - wide, up + 14.0),
        ];
        let room = |(left, base): (f64, f64)| Rect {
            x: left,
            y: base - 9.0,
            w: wide,
            h: 12.0,
        };
        let free = |place: &&(f64, f64)| {
            let room = room(**place);
            let inside = room.x > plot.x && room.right() < theme::WIDTH - theme::MARGIN && room.y > plot.y && room.bottom() < plot.bottom();
            inside && taken.iter().all(|other| room.is_apart(other))
        };
        if let Some(place) = places.iter().find(free) {
            taken.push(room(*place));
            picture.text(label, *place, small(Align::Left));
        }
    }
}

/// A row for each: number and levels, cost, replications as a bar, and the verdict.
fn draw_rows(picture: &mut Picture, found: &Optimisation, rows: &[(usize, &Alternative)], area: Rect, lang: Lang) {
    let bars = Rect {
        x: area.right() - VERDICT - BARS,
        w: BARS,
        ..area
    };
    let most = rows.iter().map(|(_, a)| f64::from(a.replications)).fold(1.0, f64::max);
    let range = ticks_between((0.0, most), 3);
    let title = Label::from(lang.pick("replications spent", "所用重复次数"));
    let scale = values_below(picture, bars, &range, &title);
    let costs = bars.x - 14.0;
    let heading = |picture: &mut Picture, text: &str, x: f64, align: Align| picture.text(text, (x, area.y - 8.0), name(align).bold());
    let factors: Vec<&str> = found.factors.iter().map(|(_, name)| name.as_str()).collect();
    let factors = factors.join(lang.pick(", ", "，"));
    let about = lang.pick(format!("number and {factors}"), format!("序号与{factors}"));
    let about = Label::from(about).fit(costs - area.x - 70.0, theme::NAME, Weight::Bold);
    picture.text(about, (area.x, area.y - 8.0), name(Align::Left).bold());
    heading(picture, lang.pick("cost", "费用"), costs, Align::Right);
    heading(picture, lang.pick("verdict", "判定"), bars.right() + 14.0, Align::Left);
    for (i, (_, a)) in rows.iter().enumerate() {
        let middle = area.y + (i as f64 + 0.5) * ROW;
        let (colour, dot, word) = mark(&a.verdict, lang);
        let chosen = a.verdict == Verdict::Chosen;
        let weight = if chosen { Weight::Bold } else { Weight::Regular };
        let style = |align: Align| Style { weight, ..name(align) };
        let price = cost(a).map_or_else(String::new, |e| money(found, &e));
        let price = Label::from(price).fit(170.0, theme::NAME, weight);
        let room = costs - area.x - price.width(theme::NAME, weight) - 16.0;
        let label = Label::from(format!("{}  {}", a.point, a.levels.join(lang.pick(", ", "，")))).fit(room, theme::NAME, weight);
        picture.text(label, (area.x, middle + 4.5), style(Align::Left));
        picture.text(price, (costs, middle + 4.5), style(Align::Right));
        let bar = Rect {
            x: bars.x,
            y: middle - 5.0,
            w: scale.at(f64::from(a.replications)) - bars.x,
            h: 10.0,
        };
        picture.rect(bar, theme::BARS);
        picture.dot((bars.right() + 18.0, middle), dot, 4.0, colour);
        let word = Label::from(word).fit(VERDICT - 34.0, theme::NAME, weight);
        picture.text(word, (bars.right() + 30.0, middle + 4.5), style(Align::Left));
    }
}
