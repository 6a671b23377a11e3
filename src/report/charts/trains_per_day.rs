//! Trains through each place by calendar day, against their limits.

use jiff::civil::Date;

use super::panel::{self, Panel, TimeAxis};
use crate::experiment::results::{Band, DailyTrains, Results};
use crate::report::calendar::Calendar;
use crate::report::font::Weight;
use crate::report::picture::{Align, Label, Rect};
use crate::report::sheet::{Key, Sheet, Swatch, Words, name_of, nothing, provenance, remark};
use crate::report::{Chart, Lang, ReportError, number, tables, theme, words};
use crate::units::Instant;

/// Panels at most.
const PANELS: usize = 6;
/// Room for the labels of limits, in pixels, at most.
const LIMIT_ROOM: f64 = 240.0;

/// Mean and band of the trains that left the places, day by day: those with limits first, then the busiest.
///
/// # Errors
/// Where it cannot be drawn.
pub fn trains_per_day(results: &Results, lang: Lang) -> Result<Chart, ReportError> {
    let mut ranked: Vec<(&DailyTrains, f64)> = results
        .daily
        .iter()
        .filter(|d| !d.days.is_empty())
        .map(|d| (d, mean(d)))
        .filter(|(d, m)| *m > 0.0 || !d.limits.is_empty())
        .collect();
    ranked.sort_by(|a, b| a.0.limits.is_empty().cmp(&b.0.limits.is_empty()).then(b.1.total_cmp(&a.1)));
    let folded = ranked.len().saturating_sub(PANELS);
    ranked.truncate(PANELS);
    let data = tables::daily(results);
    let title = Label::from(lang.pick("Trains per day", "每日列车数"));
    let id = "trains_per_day".to_owned();
    let Some(first) = ranked.first().copied() else {
        let words = Words {
            lang,
            id,
            title,
            finding: Label::from(""),
            caption: provenance(results, false, lang),
        };
        return nothing(words, words::nobody_left(lang), &data);
    };
    let banded = results.run.replications > 1;
    let limited = ranked.iter().any(|(d, _)| !d.limits.is_empty());
    let mut keys = vec![Key::new(Swatch::Line, theme::MAIN, words::mean(lang))];
    if banded {
        keys.push(Key::new(Swatch::Box, theme::BAND, words::band(lang)));
    }
    if limited {
        keys.push(Key::new(Swatch::Dashes, theme::ALERT, lang.pick("limit", "限值")));
    }
    let mut caption = provenance(results, false, lang);
    remark(
        &mut caption,
        lang.pick(
            "Trains that left the place, or were handed over, by civil day of the place; each panel has its own scale.",
            "按当地日期统计离开该地点或办理交接的列车；各幅纵轴不同。",
        ),
    );
    if folded > 0 {
        remark(
            &mut caption,
            &words::further(folded, ("further place", "further places"), "个地点", lang),
        );
    }
    let words = Words {
        lang,
        id,
        title,
        finding: finding(results, first, lang),
        caption,
    };
    draw(results, &ranked, words, &keys, limited).finish(&data)
}

fn draw(results: &Results, ranked: &[(&DailyTrains, f64)], words: Words, keys: &[Key], limited: bool) -> Sheet {
    let lang = words.lang;
    let height = if ranked.len() == 1 { 260.0 } else { 104.0 };
    let mut sheet = Sheet::new(words, keys, ranked.len() as f64 * (height + panel::HEADING) + panel::FOOT);
    let left = panel::AXIS_ROOM + 14.0;
    let limits: Vec<Vec<(String, f64)>> = ranked.iter().map(|(d, _)| named(&d.limits, lang)).collect();
    let labels = limits
        .iter()
        .flatten()
        .map(|(l, v)| panel::limit_words(l, *v).width(theme::SMALL, Weight::Regular));
    let right = if limited {
        (labels.fold(0.0, f64::max) + 17.0).min(LIMIT_ROOM)
    } else {
        0.0
    };
    let plot = Rect {
        x: sheet.body.x + left,
        w: sheet.body.w - left - right,
        ..sheet.body
    };
    let calendar = Calendar::of(&results.run).spoken(lang);
    let steps: Vec<_> = ranked.iter().map(|(d, _)| days(d, &calendar)).collect();
    let begin = steps.iter().filter_map(|s| s.first()).map(|s| s.0).min().unwrap_or_default();
    let end = steps.iter().filter_map(|s| s.last()).map(|s| s.1).max().unwrap_or_default();
    let axis = TimeAxis::new(&calendar, (begin, end), (plot.x, plot.right()));
    let mut last = plot;
    for (i, (((d, _), steps), limits)) in ranked.iter().zip(&steps).zip(&limits).enumerate() {
        let y = sheet.body.y + i as f64 * (height + panel::HEADING) + panel::HEADING;
        last = Rect { y, h: height, ..plot };
        let one = Panel {
            disrupted: Vec::new(),
            heading: subject(results, d, lang),
            steps,
            banded: d.replications > 1,
            colour: theme::MAIN,
            others: &[],
            limits,
        };
        panel::draw(&mut sheet.picture, &one, &axis, last, Instant(i64::MIN));
    }
    axis.foot(&mut sheet.picture, last);
    let middle = sheet.body.y + panel::HEADING + (last.bottom() - sheet.body.y - panel::HEADING) / 2.0;
    sheet.picture.text_upwards(
        lang.pick("trains per day", "列/日"),
        (sheet.body.x + 10.0, middle),
        panel::small(Align::Centre),
    );
    sheet
}

/// The mean over the days.
fn mean(d: &DailyTrains) -> f64 {
    d.days.iter().map(|b| b.mean).filter(|m| m.is_finite()).sum::<f64>() / d.days.len().max(1) as f64
}

/// The place, with the handover where one is counted.
fn subject(results: &Results, d: &DailyTrains, lang: Lang) -> Label {
    let place = name_of(results, d.place);
    match &d.exchange {
        Some((_, name)) => place.map(|place| lang.pick(format!("{place}: {name}"), format!("{place}：{name}"))),
        None => place,
    }
}

/// Limits by their names in a language.
fn named(limits: &[(String, f64)], lang: Lang) -> Vec<(String, f64)> {
    limits
        .iter()
        .map(|(label, value)| (words::limit(label, lang).to_owned(), *value))
        .collect()
}

fn finding(results: &Results, (d, mean): (&DailyTrains, f64), lang: Lang) -> Label {
    let tightest = d.limits.iter().filter(|l| l.1 > 0.0).min_by(|a, b| a.1.total_cmp(&b.1));
    let against = tightest.map_or_else(String::new, |(label, limit)| {
        let (percent, limit) = (number::plain(mean / limit * 100.0), number::plain(*limit));
        let label = words::limit(label, lang);
        lang.pick(
            format!(", {percent}\u{a0}% of its limit of {limit} ({label})"),
            format!("，为其限值 {limit}（{label}）的 {percent}\u{a0}%"),
        )
    });
    let mean = number::plain(mean);
    subject(results, d, lang).map(|n| {
        lang.pick(
            format!("{n} passes {mean} trains a day on average{against}."),
            format!("{n}平均每日通过 {mean} 列{against}。"),
        )
    })
}

fn days(d: &DailyTrains, calendar: &Calendar) -> Vec<(Instant, Instant, Band)> {
    let midnight = |day: Date| calendar.instant(day.at(0, 0, 0, 0));
    let mut day = d.first;
    let mut steps = Vec::with_capacity(d.days.len());
    for band in &d.days {
        let Ok(next) = day.tomorrow() else { break };
        steps.push((midnight(day), midnight(next), *band));
        day = next;
    }
    steps
}
