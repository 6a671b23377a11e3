//! Welch's plot: how the number of trains waiting settles, and what is deleted from the front.
//!
//! After Welch (1983), "The statistical analysis of simulation results", as Law (2015), "Simulation modeling and analysis",
//! section 9.5.1, tells it; the cut is that of MSER by White (1997), "An effective truncation heuristic for bias reduction in
//! simulation output".

use super::panel::{self, TimeAxis};
use crate::experiment::results::{Results, WarmUp};
use crate::report::calendar::Calendar;
use crate::report::number::{counted, plain};
use crate::report::picture::{Align, Label, Rect};
use crate::report::scale::{Scale, ticks};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing, provenance};
use crate::report::tables::{Table, civil, step_start};
use crate::report::{Chart, Lang, ReportError, theme, words};
use crate::stats::Truncation;
use crate::units::{Duration, Instant};

/// Height of the plot.
const PLOT: f64 = 300.0;

/// The number of trains waiting in the whole network from the very start: means of replications, their moving average, where MSER
/// would cut and what is deleted.
///
/// # Errors
/// Where it cannot be drawn.
pub fn warm_up(results: &Results, lang: Lang) -> Result<Chart, ReportError> {
    let series = results.warm_up.as_ref().filter(|s| !s.means.is_empty());
    let data = data(results, series);
    let words = Words {
        lang,
        id: "warm_up".to_owned(),
        title: Label::from(lang.pick("How the run settles (Welch’s plot)", "预热期判断（Welch 图）")),
        finding: Label::from(series.map_or_else(String::new, |s| finding(results, s, lang))),
        caption: series.map_or_else(|| provenance(results, false, lang), |s| caption(results, s, lang)),
    };
    let Some(series) = series else {
        let why = lang.pick("no series of trains waiting was recorded.", "没有记录等待列车数的时间序列。");
        return nothing(words, why, &data);
    };
    let mut keys = vec![
        Key::new(Swatch::Line, theme::BARS, words::mean(lang)),
        Key::new(Swatch::Line, theme::MAIN, lang.pick("moving average", "移动平均")),
    ];
    if results.run.warm_up > Duration::ZERO {
        let label = words::warm_up(lang);
        keys.push(Key::new(Swatch::Box, theme::WARM_UP, label));
    }
    if cut(series).is_some() {
        keys.push(Key::new(
            Swatch::Dashes,
            theme::ALERT,
            lang.pick("where MSER would cut", "MSER 截断点"),
        ));
    }
    let mut sheet = Sheet::new(words, &keys, PLOT + 26.0 + panel::FOOT);
    draw(&mut sheet, results, series);
    sheet.finish(&data)
}

fn draw(sheet: &mut Sheet, results: &Results, series: &WarmUp) {
    let lang = sheet.lang();
    let plot = Rect {
        x: sheet.body.x + panel::AXIS_ROOM + 14.0,
        y: sheet.body.y + 22.0,
        w: sheet.body.w - panel::AXIS_ROOM - 14.0,
        h: PLOT,
    };
    let at = |step: usize| step_start(Instant::START, series.step.0, step);
    let axis = TimeAxis::new(
        &Calendar::of(&results.run).spoken(lang),
        (Instant::START, at(series.means.len())),
        (plot.x, plot.right()),
    );
    let most = series.means.iter().copied().filter(|m| m.is_finite()).fold(0.0, f64::max);
    let t = ticks(most, 6);
    let y = Scale::new((0.0, t.end), (plot.bottom(), plot.y));
    let picture = &mut sheet.picture;
    let warm = axis.at(Instant(results.run.warm_up.0)) - plot.x;
    picture.rect(Rect { w: warm, ..plot }, theme::WARM_UP);
    axis.grid(picture, plot);
    for (value, label) in &t.ticks {
        let level = y.at(*value);
        picture.line((plot.x, level), (plot.right(), level), theme::GRID, 1.0);
        picture.text(label, (plot.x - 8.0, level + 4.0), panel::small(Align::Right));
    }
    // A step is drawn at its middle.
    let line = |values: &[f64]| -> Vec<(f64, f64)> {
        let middle = |step: usize| f64::midpoint(axis.at(at(step)), axis.at(at(step + 1)));
        values.iter().enumerate().map(|(step, v)| (middle(step), y.at(*v))).collect()
    };
    picture.strokes(vec![line(&series.means)], theme::BARS, 1.25);
    picture.strokes(vec![line(&series.moving_average)], theme::MAIN, 2.5);
    if let Some(cut) = cut(series) {
        let x = axis.at(Instant(cut.0));
        picture.dashes((x, plot.y - 4.0), (x, plot.bottom()), theme::ALERT, 1.5);
        let style = crate::report::picture::Style::new(theme::SMALL, theme::ALERT);
        let align = if x > plot.x + plot.w / 2.0 { Align::Right } else { Align::Left };
        picture.text(
            format!("MSER: {}", words::duration(cut, lang)),
            (x, plot.y - 9.0),
            style.align(align),
        );
    }
    axis.foot(picture, plot);
    let unit = lang.pick("trains waiting, all places", "等待列车数（全部地点）");
    let middle = plot.y + plot.h / 2.0;
    picture.text_upwards(unit, (sheet.body.x + 10.0, middle), panel::small(Align::Centre));
}

/// Where something would be cut.
fn cut(series: &WarmUp) -> Option<Duration> {
    series.cut().filter(|cut| *cut > Duration::ZERO)
}

fn finding(results: &Results, series: &WarmUp, lang: Lang) -> String {
    let in_words = |time: Duration| words::duration(time, lang);
    let warm_up = results.run.warm_up;
    let (own, mser) = (in_words(warm_up), series.cut().map(in_words).unwrap_or_default());
    match (series.truncation, series.cut()) {
        (Some(Truncation::NotSettled), _) => lang
            .pick(
                "The number of trains waiting has not settled: MSER would cut in the last half of the run.",
                "等待列车数尚未稳定：MSER 的截断点落在运行期的后半段。",
            )
            .to_owned(),
        (_, Some(cut)) if cut > warm_up => lang.pick(
            format!("MSER would delete the first {mser}, more than the warm-up of {own}; small differences may be chance."),
            format!("MSER 建议删去最初 {mser}，超过所设的预热期 {own}；小的差别可能出于偶然。"),
        ),
        (_, Some(Duration::ZERO)) => lang.pick(
            format!("The warm-up of {own} is long enough: MSER would delete nothing."),
            format!("所设的预热期 {own} 足够：MSER 认为无需删去。"),
        ),
        (_, Some(_)) => lang.pick(
            format!("The warm-up of {own} is long enough: MSER would delete no more than the first {mser}."),
            format!("所设的预热期 {own} 足够：MSER 最多只需删去最初 {mser}。"),
        ),
        (None | Some(Truncation::At(_)), None) => lang.pick(
            format!("The run is too short for a judgement of its warm-up of {own}."),
            format!("运行期太短，无法判断预热期 {own} 是否足够。"),
        ),
    }
}

fn caption(results: &Results, series: &WarmUp, lang: Lang) -> String {
    let (step, window, batch) = (words::duration(series.step, lang), series.window, series.batch);
    let lately = series.means.iter().rev().take(series.means.len().div_ceil(2));
    let level = plain(lately.clone().sum::<f64>() / lately.count().max(1) as f64);
    let replications = series.replications;
    let n = counted(replications as usize, "replication", "replications");
    lang.pick(
        format!(
            "{} Trains waiting at all places together, time-weighted over steps of {step}, mean of {n} from the start of the \
             run; the moving average takes {window} steps to each side, MSER batches of {batch} steps. Mean of the last half: {level}.",
            provenance(results, false, lang)
        ),
        format!(
            "{} 全部地点等待列车数之和，按 {step} 的步长对时间加权，自运行开始取 {replications} 次重复的均值；移动平均向两侧各取 {window} 步，MSER 每批 \
             {batch} 步。后半段均值：{level}。",
            provenance(results, false, lang)
        ),
    )
}

fn data(results: &Results, series: Option<&WarmUp>) -> Table {
    let calendar = Calendar::of(&results.run);
    let steps = series.map_or(0, |s| s.means.len());
    let begin = |step: usize| step_start(Instant::START, series.map_or(0, |s| s.step.0), step);
    Table::new("warm_up")
        .text("begin_civil", (0..steps).map(|i| civil(&calendar, begin(i))))
        .integer("begin_ms", (0..steps).map(|i| begin(i).0))
        .float("mean_trains_waiting", series.into_iter().flat_map(|s| s.means.iter().copied()))
        .nullable_float(
            "moving_average_trains_waiting",
            (0..steps).map(|i| series.and_then(|s| s.moving_average.get(i).copied())),
        )
}
