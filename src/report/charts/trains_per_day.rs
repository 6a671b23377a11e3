//! Trains through each place by calendar day, against their limits.

use jiff::civil::Date;

use super::panel::{self, Panel, TimeAxis};
use crate::experiment::results::{Band, DailyTrains, Results};
use crate::report::calendar::Calendar;
use crate::report::font::Weight;
use crate::report::picture::{Align, Label, Rect};
use crate::report::sheet::{Key, Sheet, Swatch, Words, name_of, nothing, provenance, remark};
use crate::report::{Chart, Lang, ReportError, number, tables, theme};
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
    let title = Label::from("Trains per day");
    let id = "trains_per_day".to_owned();
    let Some(first) = ranked.first().copied() else {
        let words = Words {
            lang,
            id,
            title,
            finding: Label::from(""),
            caption: provenance(results, false, lang),
        };
        return nothing(words, "no train left any place in the measured time.", &data);
    };
    let banded = results.run.replications > 1;
    let limited = ranked.iter().any(|(d, _)| !d.limits.is_empty());
    let mut keys = vec![Key::new(Swatch::Line, theme::MAIN, "mean of replications")];
    if banded {
        keys.push(Key::new(Swatch::Box, theme::BAND, "10th to 90th percentile of replications"));
    }
    if limited {
        keys.push(Key::new(Swatch::Dashes, theme::ALERT, "limit"));
    }
    let mut caption = format!(
        "{} Trains that left the place, or were handed over, by civil day of the place; each panel has its own scale.",
        provenance(results, false, lang)
    );
    if folded > 0 {
        remark(
            &mut caption,
            &format!(
                "{} in the data file.",
                number::counted(folded, "further place is", "further places are")
            ),
        );
    }
    let words = Words {
        lang,
        id,
        title,
        finding: finding(results, first),
        caption,
    };
    draw(results, &ranked, words, &keys, limited).finish(&data)
}

fn draw(results: &Results, ranked: &[(&DailyTrains, f64)], words: Words, keys: &[Key], limited: bool) -> Sheet {
    let height = if ranked.len() == 1 { 260.0 } else { 104.0 };
    let mut sheet = Sheet::new(words, keys, ranked.len() as f64 * (height + panel::HEADING) + panel::FOOT);
    let left = panel::AXIS_ROOM + 14.0;
    let labels = ranked
        .iter()
        .flat_map(|(d, _)| &d.limits)
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
    let calendar = Calendar::of(&results.run);
    let steps: Vec<_> = ranked.iter().map(|(d, _)| days(d, &calendar)).collect();
    let begin = steps.iter().filter_map(|s| s.first()).map(|s| s.0).min().unwrap_or_default();
    let end = steps.iter().filter_map(|s| s.last()).map(|s| s.1).max().unwrap_or_default();
    let axis = TimeAxis::new(&calendar, (begin, end), (plot.x, plot.right()));
    let mut last = plot;
    for (i, ((d, _), steps)) in ranked.iter().zip(&steps).enumerate() {
        let y = sheet.body.y + i as f64 * (height + panel::HEADING) + panel::HEADING;
        last = Rect { y, h: height, ..plot };
        let one = Panel {
            disrupted: Vec::new(),
            heading: subject(results, d),
            steps,
            banded: d.replications > 1,
            colour: theme::MAIN,
            others: &[],
            limits: &d.limits,
        };
        panel::draw(&mut sheet.picture, &one, &axis, last, Instant(i64::MIN));
    }
    axis.foot(&mut sheet.picture, last);
    let middle = sheet.body.y + panel::HEADING + (last.bottom() - sheet.body.y - panel::HEADING) / 2.0;
    sheet
        .picture
        .text_upwards("trains per day", (sheet.body.x + 10.0, middle), panel::small(Align::Centre));
    sheet
}

/// The mean over the days.
fn mean(d: &DailyTrains) -> f64 {
    d.days.iter().map(|b| b.mean).filter(|m| m.is_finite()).sum::<f64>() / d.days.len().max(1) as f64
}

/// The place, with the handover where one is counted.
fn subject(results: &Results, d: &DailyTrains) -> Label {
    let place = name_of(results, d.place);
    match &d.exchange {
        Some((_, name)) => place.map(|place| format!("{place}: {name}")),
        None => place,
    }
}

fn finding(results: &Results, (d, mean): (&DailyTrains, f64)) -> Label {
    let tightest = d.limits.iter().filter(|l| l.1 > 0.0).min_by(|a, b| a.1.total_cmp(&b.1));
    let against = tightest.map_or_else(String::new, |(label, limit)| {
        format!(
            ", {}\u{a0}% of its limit of {} ({label})",
            number::plain(mean / limit * 100.0),
            number::plain(*limit)
        )
    });
    subject(results, d).map(|n| format!("{n} passes {} trains a day on average{against}.", number::plain(mean)))
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
