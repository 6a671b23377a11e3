//! The tornado of a screening: mean sizes of elementary effects, the largest on top.

use super::super::axes::Quantity;
use super::super::panel;
use super::id;
use super::influence::{NUMBER_ROOM, bar, bars, caption_of, fold, started, with_noise};
use crate::experiment::sweep::{Response, Sensitivity};
use crate::report::font::Weight;
use crate::report::picture::{Align, Dot, Label};
use crate::report::scale::ticks_around;
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing, remark};
use crate::report::tables::Table;
use crate::report::{Chart, Lang, ReportError, theme};
use crate::stats::Estimate;
use crate::stats::sensitivity::Effect;

/// Height of a row.
const ROW: f64 = 26.0;

/// Mean size and mean of the effects of each factor.
pub(super) fn tornado(found: &Sensitivity, effects: &[Effect], response: &Response, lang: Lang) -> Result<Chart, ReportError> {
    let data = effects_data(effects, response, found);
    let of = Quantity::new(&response.measure.unit, lang);
    let mut rows: Vec<(usize, Effect)> = effects
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, e)| e.mean_size.is_finite())
        .collect();
    rows.sort_by(|a, b| b.1.mean_size.total_cmp(&a.1.mean_size));
    let label = &response.measure.label;
    let mut caption = caption_of(found, response, ("条轨迹", "trajectories"), lang);
    let how = lang.pick(
        "An effect is the change over the whole range of a factor, were it straight; its mean size is mu* of Campolongo et al. (2007), with Student's interval over trajectories.",
        "效应指因素在整个范围内变动（按直线计）引起的变化；平均幅度即 Campolongo 等（2007）的 μ*，区间为各轨迹的 t 区间。",
    );
    remark(&mut caption, how);
    let folded = fold(&mut rows, &mut caption, lang);
    let finding = rows.first().map(|(at, e)| {
        let name = &response.factors[*at].name;
        let mut sentence = lang.pick(
            format!(
                "Most matters “{name}”: over its range it changes the measure by {}",
                with_half(e, of)
            ),
            format!("影响最大的是“{name}”：在其范围内平均改变该指标 {}", with_half(e, of)),
        );
        if e.mean_size > 0.0 {
            sentence.push_str(lang.pick(", ", "，"));
            sentence.push_str(direction(e, lang));
        }
        sentence.push_str(lang.pick(".", "。"));
        sentence
    });
    let words = Words {
        lang,
        id: id("tornado", &response.measure.id),
        title: Label::from(lang.pick(format!("{label}: which factors matter"), format!("{label}：哪些因素重要"))),
        finding: with_noise(finding, found, lang),
        caption,
    };
    if rows.iter().all(|(_, e)| e.mean_size == 0.0) && folded == 0 {
        let why = if rows.is_empty() {
            lang.pick("no trajectory has a value at all of its points.", "没有一条轨迹的各点都有数值。")
        } else {
            lang.pick("no factor changes this measure.", "没有因素改变该指标。")
        };
        return nothing(words, why, &data);
    }
    let keys = [
        Key::new(Swatch::Box, theme::BARS, lang.pick("mean size of the effect", "效应平均幅度")),
        Key::new(Swatch::Line, theme::INK, lang.pick("its interval", "置信区间")),
        Key::new(
            Swatch::Dot(Dot::Diamond),
            theme::ALERT,
            lang.pick("mean effect, with its sign", "平均效应（带符号）"),
        ),
    ];
    draw_effects(&rows, response, words, &keys).finish(&data)
}

/// The mean size with its half-width and unit.
fn with_half(e: &Effect, of: Quantity<'_>) -> String {
    of.words(&Estimate {
        n: e.n,
        mean: e.mean_size,
        half_width: e.mean_size_half_width,
        sd: None,
        min: e.mean_size,
        max: e.mean_size,
    })
}

/// Which way a factor moves the measure: one way where its mean effect is nearly as large as the mean size.
fn direction(e: &Effect, lang: Lang) -> &'static str {
    if e.mean.abs() < 0.9 * e.mean_size {
        lang.pick("up or down", "时升时降")
    } else if e.mean > 0.0 {
        lang.pick("up", "升高")
    } else {
        lang.pick("down", "降低")
    }
}

fn draw_effects(rows: &[(usize, Effect)], response: &Response, words: Words, keys: &[Key]) -> Sheet {
    let lang = words.lang;
    let of = Quantity::new(&response.measure.unit, lang);
    let ends = rows.iter().flat_map(|(_, e)| {
        let half = e.mean_size_half_width.filter(|half| half.is_finite()).unwrap_or(0.0);
        [e.mean_size + half, e.mean].map(|x| of.value(x))
    });
    let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(low, high), x| (low.min(x), high.max(x)));
    let range = ticks_around((low, high), 6);
    let unit = of.unit;
    let title = Label::from(lang.pick(
        format!("effect over the range of the factor, {unit}"),
        format!("因素全范围的效应，{unit}"),
    ));
    let names: Vec<Label> = rows.iter().map(|(at, _)| Label::from(&response.factors[*at].name)).collect();
    let (mut sheet, plot, x) = bars(&names, ROW, words, keys, (&range, &title));
    let zero = x.at(0.0);
    sheet.picture.line((zero, plot.y), (zero, plot.bottom()), theme::AXIS, 1.0);
    for (i, (_, e)) in rows.iter().enumerate() {
        let centre = plot.y + 4.0 + (i as f64 + 0.5) * ROW;
        let size = of.value(e.mean_size);
        bar(&mut sheet.picture, (zero, x.at(size)), (centre, 13.0), theme::BARS);
        if let Some(half) = e.mean_size_half_width.filter(|half| half.is_finite() && *half > 0.0) {
            let half = of.value(half);
            let ends = (x.at((size - half).max(0.0)), x.at(size + half));
            sheet.picture.whisker((ends.0, centre), (ends.1, centre), theme::INK, 1.25);
        }
        sheet.picture.dot((x.at(of.value(e.mean)), centre), Dot::Diamond, 4.0, theme::ALERT);
        let text = format!("{}{}{}", with_half(e, of), lang.pick(", ", "，"), direction(e, lang));
        let text = if e.mean_size == 0.0 {
            lang.pick("none", "无").to_owned()
        } else {
            text
        };
        let label = Label::from(text).fit(NUMBER_ROOM - 12.0, theme::SMALL, Weight::Regular);
        sheet
            .picture
            .text(label, (plot.right() + 10.0, centre + 4.0), panel::small(Align::Left));
    }
    sheet
}

fn effects_data(effects: &[Effect], response: &Response, found: &Sensitivity) -> Table {
    started(response, effects.len(), found)
        .integer("trajectories", effects.iter().map(|e| e.n))
        .float("mean_effect", effects.iter().map(|e| e.mean))
        .float("mean_size", effects.iter().map(|e| e.mean_size))
        .nullable_float("mean_size.half_width", effects.iter().map(|e| e.mean_size_half_width))
        .float("sd", effects.iter().map(|e| e.sd))
}
