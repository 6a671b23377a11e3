//! The index chart: how much of the variance each factor explains, by itself and with its interactions.

use super::super::panel;
use super::id;
use super::influence::{NUMBER_ROOM, bar, bars, caption_of, fold, started, with_noise};
use crate::experiment::sweep::{Response, Sensitivity};
use crate::report::font::Weight;
use crate::report::number;
use crate::report::picture::{Align, Label};
use crate::report::scale::{Range, ticks};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing, remark};
use crate::report::tables::Table;
use crate::report::{Chart, Lang, ReportError, theme};
use crate::stats::sensitivity::Index;

/// Height of a row.
const ROW: f64 = 36.0;

/// First-order and total index of each factor.
pub(super) fn shares(found: &Sensitivity, indices: &[Index], response: &Response, lang: Lang) -> Result<Chart, ReportError> {
    let data = indices_data(indices, response, found);
    let mut rows: Vec<(usize, Index)> = indices.iter().copied().enumerate().filter(|(_, i)| i.total.is_finite()).collect();
    rows.sort_by(|a, b| b.1.total.total_cmp(&a.1.total));
    let label = &response.measure.label;
    let mut caption = caption_of(found, response, ("行", "rows"), lang);
    let how = lang.pick(
        "Sobol's indices by Jansen's estimators (Saltelli et al. (2010)), with bootstrap intervals over rows. What estimators give below zero is drawn as nothing; it is in the data file.",
        "Sobol 指数按 Jansen 估计量计算（Saltelli 等（2010）），置信区间为按行的自助法区间。低于零的估计值不画出，见数据文件。",
    );
    remark(&mut caption, how);
    fold(&mut rows, &mut caption, lang);
    let finding = rows.first().map(|(at, i)| {
        let name = &response.factors[*at].name;
        let percent = |x: f64| number::plain(100.0 * x.max(0.0));
        lang.pick(
            format!(
                "Most matters “{name}”: by itself it explains {}\u{a0}% of the variance, with its interactions {}\u{a0}%.",
                percent(i.first),
                percent(i.total)
            ),
            format!(
                "影响最大的是“{name}”：单独解释方差的 {}\u{a0}%，连同交互作用 {}\u{a0}%。",
                percent(i.first),
                percent(i.total)
            ),
        )
    });
    let words = Words {
        lang,
        id: id("indices", &response.measure.id),
        title: Label::from(lang.pick(format!("{label}: where its variance comes from"), format!("{label}：方差的来源"))),
        finding: with_noise(finding, found, lang),
        caption,
    };
    if rows.is_empty() {
        return nothing(
            words,
            lang.pick(
                "nothing varies, or no row has a value at all of its points.",
                "没有变化，或没有一行的各点都有数值。",
            ),
            &data,
        );
    }
    let keys = [
        Key::new(
            Swatch::Box,
            theme::MAIN,
            lang.pick("by itself (first-order index)", "单独作用（一阶指数）"),
        ),
        Key::new(
            Swatch::Box,
            theme::BAND,
            lang.pick("with all interactions (total index)", "含全部交互作用（总效应指数）"),
        ),
        Key::new(Swatch::Line, theme::INK, lang.pick("interval", "置信区间")),
        Key::new(
            Swatch::Box,
            theme::AXIS,
            lang.pick("replication noise, at most", "重复间随机波动（上限）"),
        ),
    ];
    let keys = &keys[..if found.noise_share.is_some() { 4 } else { 3 }];
    draw_indices(&rows, found, response, words, keys).finish(&data)
}

fn draw_indices(rows: &[(usize, Index)], found: &Sensitivity, response: &Response, words: Words, keys: &[Key]) -> Sheet {
    let lang = words.lang;
    let noise = found.noise_share.filter(|share| share.is_finite());
    let ends = rows
        .iter()
        .flat_map(|(_, i)| [i.total, i.total_interval.1, i.first, i.first_interval.1]);
    let most = ends.chain(noise).filter(|x| x.is_finite()).fold(0.0, f64::max) * 100.0;
    let t = ticks(most, 5);
    let range = Range {
        ends: (0.0, t.end),
        ticks: t.ticks,
    };
    let mut names: Vec<Label> = rows.iter().map(|(at, _)| Label::from(&response.factors[*at].name)).collect();
    if noise.is_some() {
        names.push(Label::from(lang.pick("replication noise", "重复间随机波动")));
    }
    let title = Label::from(lang.pick("share of the variance between points, %", "占各点间方差的比例，%"));
    let (mut sheet, plot, x) = bars(&names, ROW, words, keys, (&range, &title));
    let level = |share: f64| x.at((100.0 * share).max(0.0));
    let text = |sheet: &mut Sheet, words: String, centre: f64| {
        let label = Label::from(words).fit(NUMBER_ROOM - 12.0, theme::SMALL, Weight::Regular);
        sheet
            .picture
            .text(label, (plot.right() + 10.0, centre + 4.0), panel::small(Align::Left));
    };
    for (i, (_, index)) in rows.iter().enumerate() {
        let centre = plot.y + 4.0 + (i as f64 + 0.5) * ROW;
        let both = [
            (index.first, index.first_interval, theme::MAIN, -7.5),
            (index.total, index.total_interval, theme::BAND, 7.5),
        ];
        for (share, (low, high), colour, aside) in both {
            if !share.is_finite() {
                continue;
            }
            bar(&mut sheet.picture, (plot.x, level(share)), (centre + aside, 12.0), colour);
            if low.is_finite() && high.is_finite() {
                let y = centre + aside;
                sheet.picture.whisker((level(low), y), (level(high), y), theme::INK, 1.25);
            }
            let percent = |x: f64| {
                let text = format!("{:.1}", 100.0 * x);
                if text == "-0.0" {
                    "0.0".to_owned()
                } else {
                    text.replace('-', "\u{2212}")
                }
            };
            let words = lang.pick(
                format!("{} ({} to {})", percent(share), percent(low), percent(high)),
                format!("{}（{} 至 {}）", percent(share), percent(low), percent(high)),
            );
            text(&mut sheet, words, centre + aside);
        }
    }
    if let Some(share) = noise {
        let centre = plot.y + 4.0 + (rows.len() as f64 + 0.5) * ROW;
        bar(&mut sheet.picture, (plot.x, level(share)), (centre, 12.0), theme::AXIS);
        let percent = number::plain(100.0 * share);
        text(
            &mut sheet,
            lang.pick(format!("at most {percent}"), format!("至多 {percent}")),
            centre,
        );
    }
    sheet
}

fn indices_data(indices: &[Index], response: &Response, found: &Sensitivity) -> Table {
    started(response, indices.len(), found)
        .float("first", indices.iter().map(|i| i.first))
        .float("first_low", indices.iter().map(|i| i.first_interval.0))
        .float("first_high", indices.iter().map(|i| i.first_interval.1))
        .float("total", indices.iter().map(|i| i.total))
        .float("total_low", indices.iter().map(|i| i.total_interval.0))
        .float("total_high", indices.iter().map(|i| i.total_interval.1))
}
