//! How long trains stay at a place: histograms with quantiles.

use super::panel;
use crate::experiment::results::{DwellDistribution, Results};
use crate::report::font::Weight;
use crate::report::number::{hours, plain, with_interval};
use crate::report::picture::{Align, Label, Rect};
use crate::report::scale::{Scale, spread, ticks};
use crate::report::sheet::{Key, Sheet, Swatch, Words, id_of, name_of, nothing, provenance, remark};
use crate::report::tables::Table;
use crate::report::{Chart, Lang, ReportError, theme, words};
use crate::units::{Duration, HOUR, MINUTE, millis_as_hours};

/// Panels at most.
const PANELS: usize = 8;
/// Height of a plot.
pub(super) const PLOT: f64 = 128.0;
/// Height of the two lines above it and the labels of the quantiles.
pub(super) const HEAD: f64 = 58.0;
/// Bars at most.
const BARS: f64 = 36.0;

/// Distributions of the time from arrival to departure, for the places where trains spend most time.
///
/// # Errors
/// Where it cannot be drawn.
pub fn dwell(results: &Results, lang: Lang) -> Result<Chart, ReportError> {
    let data = data(results);
    let mut ranked: Vec<&DwellDistribution> = results.dwell.iter().filter(|d| trains(d) > 0 && d.bin.0 > 0).collect();
    if ranked.iter().any(|d| d.direction.is_none()) {
        ranked.retain(|d| d.direction.is_none());
    }
    ranked.sort_by(|a, b| total_hours(b).total_cmp(&total_hours(a)));
    let folded = ranked.len().saturating_sub(PANELS);
    ranked.truncate(PANELS);
    let id = "dwell".to_owned();
    let title = Label::from(lang.pick("How long trains stay", "列车停留时间"));
    let mut caption = provenance(results, true, lang);
    remark(
        &mut caption,
        lang.pick(
            "Trains are pooled over replications; quantiles are means of replications.",
            "各次重复的列车合并统计；分位数为各次重复的均值。",
        ),
    );
    let Some(first) = ranked.first() else {
        let words = Words {
            lang,
            id,
            title,
            finding: Label::from(""),
            caption,
        };
        return nothing(words, words::nobody_left(lang), &data);
    };
    remark(
        &mut caption,
        lang.pick(
            "Of the trains 90\u{a0}% stay less than p90, and so on; the last, lighter bar of a panel holds everything beyond.",
            "90\u{a0}% 的列车停留时间短于 p90，其余类推；各幅最右的浅色柱为更长的全部停留。",
        ),
    );
    if folded > 0 {
        remark(
            &mut caption,
            &words::further(folded, ("further place", "further places"), "个地点", lang),
        );
    }
    let typical = quantile(first, 0.5).or_else(|| quantile(first, 0.9));
    let finding = place(results, first, lang).map(|n| match typical {
        Some((p, e)) => {
            let (percent, time) = (plain(p * 100.0), hours(e));
            let percent = percent.trim_end_matches(".0");
            lang.pick(
                format!("Most time is spent at {n}, where {percent}\u{a0}% of the trains stay less than {time}."),
                format!("列车在{n}耗时最多，其中 {percent}\u{a0}% 的列车停留不足 {time}。"),
            )
        }
        None => lang.pick(format!("Most time is spent at {n}."), format!("列车在{n}耗时最多。")),
    });
    let keys = [
        Key::new(Swatch::Box, theme::BARS, lang.pick("share of trains", "列车占比")),
        Key::new(Swatch::Line, theme::INK, lang.pick("quantile", "分位数")),
    ];
    let words = Words {
        lang,
        id,
        title,
        finding,
        caption,
    };
    draw(results, &ranked, words, &keys).finish(&data)
}

fn draw(results: &Results, ranked: &[&DwellDistribution], words: Words, keys: &[Key]) -> Sheet {
    let lang = words.lang;
    let columns = ranked.len().min(2);
    let row = HEAD + PLOT + panel::FOOT;
    let mut sheet = Sheet::new(words, keys, ranked.len().div_ceil(columns) as f64 * row);
    let wide = sheet.body.w / columns as f64;
    for (i, d) in ranked.iter().enumerate() {
        let (x, y) = (
            sheet.body.x + (i % columns) as f64 * wide,
            sheet.body.y + (i / columns) as f64 * row,
        );
        let plot = Rect {
            x: x + panel::AXIS_ROOM,
            y: y + HEAD,
            w: wide - panel::AXIS_ROOM - 16.0,
            h: PLOT,
        };
        let axis = lang.pick("dwell time (h)", "停留时间（h）");
        panel_of(&mut sheet, &place(results, d, lang), d, plot, axis);
    }
    sheet
}

/// A histogram with its quantiles over an axis of hours with a title.
pub(super) fn panel_of(sheet: &mut Sheet, heading: &Label, d: &DwellDistribution, plot: Rect, axis: &str) {
    let lang = sheet.lang();
    let Histogram {
        begin,
        width,
        bars,
        beyond,
    } = rebin(d);
    let largest = bars.iter().copied().chain([beyond]).fold(0.0, f64::max);
    let t = ticks(largest * 100.0, 4);
    let y = Scale::new((0.0, t.end), (plot.bottom(), plot.y));
    let slots = bars.len() as f64 + if beyond > 0.0 { 1.0 } else { 0.0 };
    let begin = begin.as_hours();
    let end = begin + slots * width.as_hours();
    let x = Scale::new((begin, end), (plot.x, plot.right()));
    let head = heading.fit(plot.w, theme::NAME, Weight::Bold);
    sheet
        .picture
        .text(head, (plot.x, plot.y - HEAD + 16.0), panel::name(Align::Left).bold());
    let sentence = Label::from(
        d.quantiles_hours
            .iter()
            .map(|(p, e)| format!("{} {}\u{a0}h", word(*p, lang), with_interval(e)))
            .collect::<Vec<_>>()
            .join(" · "),
    );
    let sentence = sentence.fit(plot.w, theme::SMALL, Weight::Regular);
    sheet
        .picture
        .text(sentence, (plot.x, plot.y - HEAD + 31.0), panel::small(Align::Left));
    for (value, label) in &t.ticks {
        sheet
            .picture
            .line((plot.x, y.at(*value)), (plot.right(), y.at(*value)), theme::GRID, 1.0);
        sheet
            .picture
            .text(label, (plot.x - 7.0, y.at(*value) + 4.0), panel::small(Align::Right));
    }
    let pixel = plot.w / slots;
    let gap = if pixel > 4.0 { 1.0 } else { 0.25 };
    for (i, share) in bars.iter().chain(Some(&beyond)).enumerate().filter(|(_, s)| **s > 0.0) {
        let colour = if i == bars.len() { theme::BAND } else { theme::BARS };
        let top = y.at(share * 100.0);
        sheet.picture.rect(
            Rect {
                x: plot.x + i as f64 * pixel,
                y: top,
                w: pixel - gap,
                h: plot.bottom() - top,
            },
            colour,
        );
    }
    quantile_lines(sheet, d, &x, (begin, end), plot);
    hours_axis(sheet, (begin, begin + bars.len() as f64 * width.as_hours()), &x, plot, axis);
    sheet.picture.text_upwards(
        lang.pick("share of trains (%)", "列车占比（%）"),
        (plot.x - 34.0, plot.y + plot.h / 2.0),
        panel::small(Align::Centre),
    );
}

/// Upright lines with labels above the plot, moved apart.
fn quantile_lines(sheet: &mut Sheet, d: &DwellDistribution, x: &Scale, (begin, end): (f64, f64), plot: Rect) {
    let drawn: Vec<(f64, f64)> = d
        .quantiles_hours
        .iter()
        .map(|(p, e)| (*p, e.mean))
        .filter(|(_, h)| (begin..=end).contains(h))
        .collect();
    let places: Vec<f64> = drawn.iter().map(|(_, hours)| x.at(*hours)).collect();
    let apart = spread(&places, 46.0, (plot.x + 20.0, plot.right() - 20.0));
    for (((p, _), at), beside) in drawn.iter().zip(&places).zip(apart) {
        sheet.picture.line((*at, plot.y - 2.0), (*at, plot.bottom()), theme::INK, 1.0);
        sheet.picture.line((*at, plot.y - 2.0), (beside, plot.y - 8.0), theme::INK, 1.0);
        sheet
            .picture
            .text(word(*p, sheet.lang()), (beside, plot.y - 11.0), panel::small(Align::Centre));
    }
}

fn hours_axis(sheet: &mut Sheet, (begin, end): (f64, f64), x: &Scale, plot: Rect, axis: &str) {
    sheet
        .picture
        .line((plot.x, plot.bottom()), (plot.right(), plot.bottom()), theme::AXIS, 1.0);
    let count = (6.0 * end / (end - begin).max(end * 0.05)) as usize;
    for (value, label) in ticks(end, count).ticks.iter().filter(|(v, _)| *v >= begin && *v <= end * 1.0001) {
        let at = x.at(*value);
        sheet.picture.line((at, plot.bottom()), (at, plot.bottom() + 4.0), theme::AXIS, 1.0);
        sheet.picture.text(label, (at, plot.bottom() + 16.0), panel::small(Align::Centre));
    }
    sheet.picture.text(
        axis,
        (f64::midpoint(plot.x, plot.right()), plot.bottom() + 32.0),
        panel::small(Align::Centre),
    );
}

/// Shares of trains in wider bins.
struct Histogram {
    /// Where the first bar begins: at zero, unless most of the axis would be empty.
    begin: Duration,
    width: Duration,
    bars: Vec<f64>,
    beyond: f64,
}

/// Bins of a round width such that 99 in 100 trains fall into at most [`BARS`] of them.
fn rebin(d: &DwellDistribution) -> Histogram {
    let all = trains(d) as f64;
    let (last, inner) = d.counts.split_last().map_or((0, &[][..]), |(l, i)| (*l, i));
    let mut seen = 0;
    let mut reach = inner.len();
    for (i, count) in inner.iter().enumerate() {
        seen += count;
        if seen as f64 >= 0.99 * all {
            reach = i + 1;
            break;
        }
    }
    // Every quantile that is drawn lies within the bars where the histogram reaches so far.
    let furthest = d
        .quantiles_hours
        .iter()
        .map(|(_, e)| (e.mean / d.bin.as_hours()).ceil())
        .filter(|b| b.is_finite())
        .fold(0.0, f64::max);
    let reach = reach.max((furthest as usize).min(inner.len())).max(1);
    let first = inner.iter().position(|count| *count > 0).unwrap_or(0);
    let first = if first * 2 > reach { first } else { 0 };
    let nice = [1, 2, 5, 10, 15, 20, 30]
        .map(|m| m * MINUTE)
        .into_iter()
        .chain([1, 2, 3, 4, 6, 12, 24, 48, 96].map(|h| h * HOUR));
    let narrowest = d.bin.0.saturating_mul((reach - first) as i64) as f64 / BARS;
    let width = nice
        .into_iter()
        .find(|w| *w as f64 >= narrowest && w % d.bin.0 == 0)
        .unwrap_or_else(|| d.bin.0 * ((reach - first) as f64 / BARS).ceil().max(1.0) as i64);
    let together = (width / d.bin.0).max(1) as usize;
    let whole = reach.div_ceil(together) * together;
    let shown = &inner[..whole.min(inner.len())];
    let first = first / together * together;
    let mut bars: Vec<f64> = shown[first..]
        .chunks(together)
        .map(|c| c.iter().sum::<u64>() as f64 / all)
        .collect();
    if bars.is_empty() {
        bars.push(0.0);
    }
    let beyond = (inner[shown.len()..].iter().sum::<u64>() + last) as f64 / all;
    Histogram {
        begin: Duration(d.bin.0.saturating_mul(first as i64)),
        width: Duration(width),
        bars,
        beyond,
    }
}

fn word(p: f64, lang: Lang) -> String {
    if (p - 0.5).abs() < 1e-9 {
        lang.pick("median", "中位数").to_owned()
    } else {
        format!("p{}", (p * 1000.0).round() / 10.0)
    }
}

fn place(results: &Results, d: &DwellDistribution, lang: Lang) -> Label {
    let n = name_of(results, d.place);
    match &d.direction {
        Some(direction) if !direction.is_empty() => n.map(|n| {
            let direction = lang.direction(direction);
            lang.pick(format!("{n}, {direction}"), format!("{n}，{direction}"))
        }),
        _ => n,
    }
}

pub(super) fn trains(d: &DwellDistribution) -> u64 {
    d.counts.iter().sum()
}

fn total_hours(d: &DwellDistribution) -> f64 {
    d.counts
        .iter()
        .enumerate()
        .map(|(i, c)| (i as f64 + 0.5) * d.bin.as_hours() * *c as f64)
        .sum()
}

pub(super) fn quantile(d: &DwellDistribution, p: f64) -> Option<(f64, f64)> {
    d.quantiles_hours.iter().find(|q| (q.0 - p).abs() < 1e-9).map(|q| (q.0, q.1.mean))
}

fn data(results: &Results) -> Table {
    let rows: Vec<(&DwellDistribution, usize, u64)> = results
        .dwell
        .iter()
        .flat_map(|d| d.counts.iter().enumerate().map(move |(i, c)| (d, i, *c)))
        .collect();
    let from = |d: &DwellDistribution, i: usize| millis_as_hours(d.bin.0.saturating_mul(i as i64));
    let open = |d: &DwellDistribution, i: usize| i + 1 == d.counts.len();
    Table::new("dwell")
        .text("place", rows.iter().map(|r| id_of(results, r.0.place)))
        .nullable_text("direction", rows.iter().map(|r| r.0.direction.as_deref()))
        .float("from_hours", rows.iter().map(|r| from(r.0, r.1)))
        .nullable_float("to_hours", rows.iter().map(|r| (!open(r.0, r.1)).then(|| from(r.0, r.1 + 1))))
        .integer("trains", rows.iter().map(|r| i64::try_from(r.2).unwrap_or(i64::MAX)))
        .float("share", rows.iter().map(|r| r.2 as f64 / trains(r.0).max(1) as f64))
}
