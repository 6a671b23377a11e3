//! What a change does to each headline measure, with intervals.

use super::panel;
use crate::experiment::compare::{Comparison, Difference, Verdict};
use crate::report::font::Weight;
use crate::report::number::{self, counted};
use crate::report::picture::{Align, Label, Rect};
use crate::report::scale::{Scale, ticks};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing, provenance, remark};
use crate::report::{Chart, Lang, ReportError, tables, theme, words};

/// Rows at most.
const ROWS: usize = 22;
const ROW: f64 = 23.0;
/// Room for names, at most.
const NAME_ROOM: f64 = 330.0;
/// Room for the numbers to the right.
const NUMBER_ROOM: f64 = 150.0;

/// The difference of each headline measure as a share of its value in the first scenario, with its interval; the sure
/// ones first, the largest on top.
///
/// # Errors
/// Where it cannot be drawn.
pub fn differences(comparison: &Comparison, other: usize, lang: Lang) -> Result<Chart, ReportError> {
    let data = tables::differences(comparison);
    let first = &comparison.scenarios[0];
    let name = &comparison.scenarios[other + 1].name;
    let mut rows: Vec<&Difference> = comparison.differences[other].iter().filter(|d| shown(d)).collect();
    rows.sort_by(|a, b| sure(b).cmp(&sure(a)).then(relative(b).0.abs().total_cmp(&relative(a).0.abs())));
    let same = comparison.differences[other]
        .iter()
        .filter(|d| d.verdict == Some(Verdict::Same))
        .count();
    let folded = rows.len().saturating_sub(ROWS);
    let finding = finding(&rows, (name, &first.name), same, lang);
    rows.truncate(ROWS);
    let mut caption = provenance(&first.results, true, lang);
    remark(
        &mut caption,
        lang.pick(
            "Paired differences, the same luck in both; an interval is for one measure, the colour for all of them together (Holm).",
            "配对差值，两方案用相同的随机数；区间针对单项指标，颜色针对全部指标（Holm）。",
        ),
    );
    if folded > 0 {
        remark(
            &mut caption,
            &words::further(folded, ("further measure", "further measures"), "项指标", lang),
        );
    }
    let end = ticks(axis_end(&rows), 3).end;
    if rows.iter().map(|d| relative(d)).any(|(mean, half)| mean.abs() + half > end) {
        remark(
            &mut caption,
            lang.pick("Marks at the edge lie beyond it.", "画在边缘的标记实际在其外。"),
        );
    }
    let words = Words {
        lang,
        id: format!("differences_{}", other + 1),
        title: Label::from(lang.pick(
            format!("What changes: {name} against {}", first.name),
            format!("变化：{name} 对比 {}", first.name),
        )),
        finding: Label::from(finding),
        caption,
    };
    if rows.is_empty() {
        let why = lang.pick(
            "no headline measure differs in any replication.",
            "没有主要指标在任何一次重复中有差别。",
        );
        return nothing(words, why, &data);
    }
    let keys = [
        Key::new(Swatch::Line, theme::MAIN, lang.pick("differs, with its interval", "有差别，附区间")),
        Key::new(Swatch::Line, theme::AXIS, lang.pick("not enough evidence", "证据不足")),
    ];
    draw(&rows, words, &keys, &first.name).finish(&data)
}

/// Whether it has a place in the chart: a headline that differs and a value to compare with.
fn shown(difference: &Difference) -> bool {
    matches!(difference.verdict, Some(Verdict::More | Verdict::Less | Verdict::Unsure(_))) && difference.first.mean != 0.0
}

fn sure(difference: &Difference) -> bool {
    matches!(difference.verdict, Some(Verdict::More | Verdict::Less))
}

/// The difference and its half-width in per cent of the first.
fn relative(difference: &Difference) -> (f64, f64) {
    let of = &difference.paired.difference;
    let per_cent = 100.0 / difference.first.mean.abs();
    (of.mean * per_cent, of.half_width.unwrap_or(0.0) * per_cent)
}

fn finding(rows: &[&Difference], (name, first): (&str, &str), same: usize, lang: Lang) -> String {
    let certain: Vec<_> = rows.iter().filter(|d| sure(d)).collect();
    let same = if same > 0 {
        lang.pick(
            format!("; {} not differ at all", counted(same, "does", "do")),
            format!("；{same} 项毫无差别"),
        )
    } else {
        String::new()
    };
    match certain.first() {
        Some(most) => {
            let (n, label) = (certain.len(), &most.measure.label);
            let [other, of_first] = [&most.other, &most.first].map(number::with_interval);
            lang.pick(
                format!(
                    "{} for sure, most of all {label}: {other} in {name} against {of_first} in {first}{same}.",
                    counted(n, "headline measure differs", "headline measures differ"),
                ),
                format!("{n} 项主要指标确有差别，最大的是“{label}”：{name} 为 {other}，{first} 为 {of_first}{same}。"),
            )
        }
        None => lang.pick(
            format!("No headline measure differs for sure{same}."),
            format!("没有主要指标确有差别{same}。"),
        ),
    }
}

fn draw(rows: &[&Difference], words: Words, keys: &[Key], first: &str) -> Sheet {
    let height = rows.len() as f64 * ROW + 8.0;
    let mut sheet = Sheet::new(words, keys, height + panel::FOOT);
    let (body, lang) = (sheet.body, sheet.lang());
    let names: Vec<Label> = rows.iter().map(|d| Label::from(d.measure.label.as_str())).collect();
    let left = panel::name_room(names.iter(), NAME_ROOM);
    let plot = Rect {
        x: body.x + left,
        w: body.w - left - NUMBER_ROOM,
        h: height,
        ..body
    };
    let t = ticks(axis_end(rows), 3);
    let x = Scale::new((-t.end, t.end), (plot.x, plot.right()));
    for (value, label) in &t.ticks {
        for (value, label) in [(-value, format!("-{label}")), (*value, label.clone())] {
            if value != 0.0 || !label.starts_with('-') {
                sheet
                    .picture
                    .line((x.at(value), plot.y), (x.at(value), plot.bottom()), theme::GRID, 1.0);
                sheet
                    .picture
                    .text(label, (x.at(value), plot.bottom() + 17.0), panel::small(Align::Centre));
            }
        }
    }
    let title = lang.pick(format!("difference in per cent of {first}"), format!("相对 {first} 的差值（%）"));
    let middle = (f64::midpoint(plot.x, plot.right()), plot.bottom() + 35.0);
    sheet.picture.text(title, middle, panel::small(Align::Centre));
    sheet.picture.line((x.at(0.0), plot.y), (x.at(0.0), plot.bottom()), theme::INK, 1.0);
    for (i, (difference, label)) in rows.iter().zip(&names).enumerate() {
        let centre = plot.y + 4.0 + (i as f64 + 0.5) * ROW;
        let name = label.fit(left - 14.0, theme::NAME, Weight::Regular);
        sheet.picture.text(name, (plot.x - 10.0, centre + 4.5), panel::name(Align::Right));
        let colour = if sure(difference) { theme::MAIN } else { theme::AXIS };
        let (mean, half) = relative(difference);
        let (low, high) = (x.at(mean - half), x.at(mean + half));
        sheet.picture.line((low, centre), (high, centre), colour, 2.0);
        for end in [low, high] {
            sheet.picture.line((end, centre - 4.0), (end, centre + 4.0), colour, 2.0);
        }
        let dot = Rect {
            x: x.at(mean) - 3.5,
            y: centre - 3.5,
            w: 7.0,
            h: 7.0,
        };
        if mean.abs() > t.end {
            // Beyond the edge: an arrow that says so.
            let (at, out) = (x.at(mean), 7.0 * mean.signum());
            let arrow = vec![(at - out, centre - 5.0), (at + out, centre), (at - out, centre + 5.0)];
            sheet.picture.area(arrow, colour, 1.0);
        } else {
            sheet.picture.rect(dot, colour);
        }
        let words = Label::from(written(difference, lang)).fit(NUMBER_ROOM - 12.0, theme::NAME, Weight::Regular);
        sheet
            .picture
            .text(words, (plot.right() + 10.0, centre + 4.5), panel::name(Align::Left));
    }
    sheet
}

/// The end of the axis: one row of many per cent must not press the others together.
fn axis_end(rows: &[&Difference]) -> f64 {
    let mut ends: Vec<f64> = rows.iter().map(|d| relative(d)).map(|(mean, half)| mean.abs() + half).collect();
    ends.sort_by(f64::total_cmp);
    let middle = ends.get(ends.len() / 2).copied().unwrap_or(0.0);
    ends.last().copied().unwrap_or(0.0).min(3.0 * middle)
}

/// The difference in its own unit, of shares in percentage points (pp).
fn written(difference: &Difference, lang: Lang) -> String {
    let of = &difference.paired.difference;
    let sign = if of.mean > 0.0 { "+" } else { "" };
    let (of, unit) = match difference.measure.unit {
        "" => (number::as_percent(of), lang.pick("pp", "个百分点")),
        unit => (*of, words::unit(unit, lang)),
    };
    let text = number::with_interval(&of).replace('-', "\u{2212}");
    format!("{sign}{text} {unit}")
}
