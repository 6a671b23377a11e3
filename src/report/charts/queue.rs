//! Trains waiting over time, a panel per place.

use super::panel::{self, Panel, TimeAxis};
use crate::experiment::results::{Band, QueueSeries, Results};
use crate::report::calendar::Calendar;
use crate::report::picture::{Align, Label, Rect};
use crate::report::sheet::{Key, Sheet, Swatch, Words, name_of, nothing, provenance, remark};
use crate::report::tables::{self, step_start};
use crate::report::{Chart, Lang, ReportError, number, theme, words};
use crate::units::{Duration, Instant};

/// Panels at most.
const PANELS: usize = 6;
/// Steps drawn at most; more are averaged.
const STEPS: usize = 240;

/// Mean and band of the trains waiting at the places that have most of them.
///
/// # Errors
/// Where it cannot be drawn.
pub fn queue(results: &Results, lang: Lang) -> Result<Chart, ReportError> {
    let warm_up = Instant(results.run.warm_up.0);
    let mut ranked: Vec<(&QueueSeries, f64)> = results
        .queues
        .iter()
        .filter(|q| !q.steps.is_empty())
        .map(|q| (q, mean_after(q, warm_up)))
        .filter(|(_, m)| *m > 0.0)
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let folded = ranked.len().saturating_sub(PANELS);
    ranked.truncate(PANELS);
    let data = tables::queues(results);
    let title = Label::from(lang.pick("Trains waiting over time", "等待列车数的变化"));
    let Some((first, mean)) = ranked.first().copied() else {
        let words = Words {
            lang,
            id: "queue".into(),
            title,
            finding: Label::from(""),
            caption: provenance(results, false, lang),
        };
        return nothing(words, words::nobody_waited(lang), &data);
    };
    let finding = name_of(results, first.place).map(|n| {
        let (mean, peak) = (number::plain(mean), peak(first, warm_up, lang));
        lang.pick(
            format!("Most trains wait at {n}: {mean} on average{peak}."),
            format!("{n}等待的列车最多：平均 {mean} 列{peak}。"),
        )
    });
    let banded = results.run.replications > 1;
    let width = drawn_step(first);
    let caption = caption(results, folded, banded, width, lang);
    let mut keys = vec![Key::new(Swatch::Line, theme::MAIN, words::mean(lang))];
    if banded {
        keys.push(Key::new(Swatch::Box, theme::BAND, words::band(lang)));
    }
    if warm_up > Instant::START {
        keys.push(Key::new(Swatch::Box, theme::WARM_UP, words::warm_up(lang)));
    }
    let run_ends = warm_up + results.run.length;
    if ranked
        .iter()
        .any(|(q, _)| !panel::disrupted(results, q.place, (q.first, run_ends)).is_empty())
    {
        keys.push(panel::disruption_key(lang));
    }
    let words = Words {
        lang,
        id: "queue".into(),
        title,
        finding,
        caption,
    };
    draw(results, &ranked, words, &keys, warm_up).finish(&data)
}

fn draw(results: &Results, ranked: &[(&QueueSeries, f64)], words: Words, keys: &[Key], warm_up: Instant) -> Sheet {
    let lang = words.lang;
    let height = if ranked.len() == 1 { 260.0 } else { 104.0 };
    let mut sheet = Sheet::new(words, keys, ranked.len() as f64 * (height + panel::HEADING) + panel::FOOT);
    let plot = Rect {
        x: sheet.body.x + panel::AXIS_ROOM + 14.0,
        w: sheet.body.w - panel::AXIS_ROOM - 14.0,
        ..sheet.body
    };
    let steps: Vec<_> = ranked.iter().map(|(q, _)| thinned(q)).collect();
    let begin = steps.iter().filter_map(|s| s.first()).map(|s| s.0).min().unwrap_or_default();
    let end = steps.iter().filter_map(|s| s.last()).map(|s| s.1).max().unwrap_or_default();
    let axis = TimeAxis::new(&Calendar::of(&results.run).spoken(lang), (begin, end), (plot.x, plot.right()));
    let mut last = plot;
    for (i, ((q, _), steps)) in ranked.iter().zip(&steps).enumerate() {
        let y = sheet.body.y + i as f64 * (height + panel::HEADING) + panel::HEADING;
        last = Rect { y, h: height, ..plot };
        let heading = name_of(results, q.place);
        let one = Panel {
            heading,
            steps,
            banded: q.replications > 1,
            colour: theme::MAIN,
            others: &[],
            disrupted: panel::disrupted(results, q.place, axis.ends),
            limits: &[],
        };
        panel::draw(&mut sheet.picture, &one, &axis, last, warm_up);
    }
    axis.foot(&mut sheet.picture, last);
    let middle = sheet.body.y + panel::HEADING + (last.bottom() - sheet.body.y - panel::HEADING) / 2.0;
    sheet.picture.text_upwards(
        lang.pick("trains waiting", "等待列车数"),
        (sheet.body.x + 10.0, middle),
        panel::small(Align::Centre),
    );
    sheet
}

fn caption(results: &Results, folded: usize, banded: bool, width: Duration, lang: Lang) -> String {
    let mut caption = provenance(results, false, lang);
    let width = words::duration(width, lang);
    remark(
        &mut caption,
        &lang.pick(
            format!("Time-weighted means over steps of {width}; each panel has its own scale."),
            format!("每 {width}的时间加权均值；各幅纵轴不同。"),
        ),
    );
    if !banded {
        remark(&mut caption, lang.pick("One replication: no band.", "只有一次重复：无区间带。"));
    }
    if folded > 0 {
        remark(
            &mut caption,
            &words::further(folded, ("further place", "further places"), "个地点", lang),
        );
    }
    caption
}

/// The mean over the steps after the warm-up.
pub(super) fn mean_after(q: &QueueSeries, warm_up: Instant) -> f64 {
    let after = || {
        q.steps
            .iter()
            .enumerate()
            .filter(|(i, _)| step_start(q.first, q.step.0, *i) >= warm_up)
    };
    let n = after().count();
    if n == 0 {
        0.0
    } else {
        after().map(|(_, b)| b.mean).filter(|m| m.is_finite()).sum::<f64>() / n as f64
    }
}

/// The largest mean after the warm-up, in words.
fn peak(q: &QueueSeries, warm_up: Instant, lang: Lang) -> String {
    let after = q
        .steps
        .iter()
        .enumerate()
        .filter(|(i, _)| step_start(q.first, q.step.0, *i) >= warm_up);
    let most = after.map(|(_, b)| b.mean).fold(0.0, f64::max);
    let (most, step) = (number::plain(most), words::duration(q.step, lang));
    lang.pick(
        format!(", {most} in the busiest step of {step}"),
        format!("，最多的 {step}内为 {most} 列"),
    )
}

/// How many steps are averaged into one that is drawn.
fn together(q: &QueueSeries) -> usize {
    let least = q.steps.len().div_ceil(STEPS);
    // Steps of an hour become steps that a day holds a whole number of.
    [1, 2, 3, 4, 6, 8, 12, 24, 48, 168]
        .into_iter()
        .find(|n| *n >= least)
        .unwrap_or(least)
}

fn drawn_step(q: &QueueSeries) -> Duration {
    Duration(q.step.0.saturating_mul(together(q) as i64))
}

/// The steps as drawn.
pub(super) fn thinned(q: &QueueSeries) -> Vec<(Instant, Instant, Band)> {
    let n = together(q);
    let mean = |bands: &[Band], f: fn(&Band) -> f64| bands.iter().map(f).sum::<f64>() / bands.len() as f64;
    let group = |(i, bands): (usize, &[Band])| {
        let band = Band {
            mean: mean(bands, |b| b.mean),
            p10: mean(bands, |b| b.p10),
            p90: mean(bands, |b| b.p90),
        };
        (
            step_start(q.first, q.step.0, i * n),
            step_start(q.first, q.step.0, i * n + bands.len()),
            band,
        )
    };
    q.steps.chunks(n).enumerate().map(group).collect()
}
