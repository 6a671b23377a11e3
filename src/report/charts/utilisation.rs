//! How busy each facility is, with intervals.

use super::panel;
use super::waterfall::value_axis;
use crate::experiment::results::{Results, Utilisation};
use crate::report::font::Weight;
use crate::report::number::{self, as_percent, counted};
use crate::report::picture::{Align, Label, Rect};
use crate::report::scale::{Scale, ticks};
use crate::report::sheet::{Key, Sheet, Swatch, Words, id_of, name_of, nothing, provenance, remark};
use crate::report::tables::Table;
use crate::report::{Chart, Lang, ReportError, theme, words};
use crate::stats::Estimate;

/// Bars at most.
const BARS: usize = 24;
const ROW: f64 = 23.0;
/// Room for names, at most.
const NAME_ROOM: f64 = 290.0;
const VALUE_ROOM: f64 = 96.0;
/// From this share of open time on a bar is drawn as near its limit.
const NEAR_LIMIT: f64 = 0.9;

/// Busy time of every facility over its open time, and over all time; the busiest first.
///
/// # Errors
/// Where it cannot be drawn.
pub fn utilisation(results: &Results, lang: Lang) -> Result<Chart, ReportError> {
    let data = data(results);
    let mut used: Vec<&Utilisation> = results.utilisation.iter().filter(|u| main(u).is_some()).collect();
    let never = results.utilisation.len() - used.len();
    used.sort_by(|a, b| value(b).total_cmp(&value(a)));
    let folded = used.len().saturating_sub(BARS);
    used.truncate(BARS);
    let title = Label::from(lang.pick("How busy the facilities are", "设施利用率"));
    let mut caption = provenance(results, true, lang);
    if folded > 0 {
        remark(
            &mut caption,
            &words::further(folded, ("less busy facility", "less busy facilities"), "处较闲的设施", lang),
        );
    }
    if never > 0 {
        remark(
            &mut caption,
            &lang.pick(
                format!(
                    "{} open in the measured time.",
                    counted(never, "facility was never", "facilities were never")
                ),
                format!("{never} 处设施在统计期内从未开放。"),
            ),
        );
    }
    let id = "utilisation".to_owned();
    let Some(first) = used.first() else {
        let words = Words {
            lang,
            id,
            title,
            finding: Label::from(""),
            caption,
        };
        let why = lang.pick("no facility was open in the measured time.", "统计期内没有设施开放。");
        return nothing(words, why, &data);
    };
    let near = used.iter().filter(|u| value(u) >= NEAR_LIMIT).count();
    let many = match near {
        0 => lang
            .pick(
                "no facility is busy for 90\u{a0}% of its open time or more",
                "没有设施的利用率达到开放时间的 90\u{a0}%",
            )
            .to_owned(),
        n => lang.pick(
            format!(
                "{} busy for 90\u{a0}% of open time or more",
                counted(n, "facility is", "facilities are")
            ),
            format!("{n} 处设施的利用率达到开放时间的 90\u{a0}%"),
        ),
    };
    let finding = facility(results, first, 400.0, lang).map(|n| {
        let percent = number::plain(value(first) * 100.0);
        lang.pick(
            format!("The busiest is {n} with {percent}\u{a0}% of its open time; {many}."),
            format!("最忙的是{n}，占其开放时间的 {percent}\u{a0}%；{many}。"),
        )
    });
    let mut keys = vec![Key::new(Swatch::Box, theme::MAIN, lang.pick("share of open time", "占开放时间"))];
    if near > 0 {
        keys.push(Key::new(
            Swatch::Box,
            theme::ALERT,
            lang.pick("90\u{a0}% or more of open time", "占开放时间 90\u{a0}% 及以上"),
        ));
    }
    if used.iter().any(|u| u.of_open_time.is_some() && u.of_clock_time.is_some()) {
        keys.push(Key::new(Swatch::Box, theme::BAND, lang.pick("share of clock time", "占全部时间")));
    }
    if used.iter().any(|u| main(u).is_some_and(|e| e.half_width.is_some())) {
        keys.push(Key::new(Swatch::Line, theme::INK, lang.pick("confidence interval", "置信区间")));
    }
    let words = Words {
        lang,
        id,
        title,
        finding,
        caption,
    };
    draw(results, &used, words, &keys).finish(&data)
}

fn draw(results: &Results, used: &[&Utilisation], words: Words, keys: &[Key]) -> Sheet {
    let mut sheet = Sheet::new(words, keys, used.len() as f64 * ROW + 12.0 + panel::FOOT);
    let (body, lang) = (sheet.body, sheet.lang());
    let names: Vec<Label> = used.iter().map(|u| facility(results, u, NAME_ROOM - 16.0, lang)).collect();
    let left = panel::name_room(names.iter(), NAME_ROOM);
    let plot = Rect {
        x: body.x + left,
        w: body.w - left - VALUE_ROOM,
        h: used.len() as f64 * ROW + 12.0,
        ..body
    };
    let ends = used
        .iter()
        .filter_map(|u| main(u))
        .map(|e| e.interval().map_or(e.mean, |i| i.1))
        .filter(|v| v.is_finite());
    let end = ends.fold(1.0, f64::max).min(3.0) * 102.0;
    let t = ticks(end, 6).up_to(end);
    let x = Scale::new((0.0, t.end), (plot.x, plot.right()));
    value_axis(&mut sheet, &t, &x, plot, lang.pick("share of time busy (%)", "繁忙时间占比（%）"));
    for (i, (u, name)) in used.iter().zip(&names).enumerate() {
        let Some(e) = main(u) else { continue };
        let top = plot.y + 8.0 + i as f64 * ROW;
        let base = top + 12.0;
        sheet.picture.text(name.clone(), (plot.x - 10.0, base), panel::name(Align::Right));
        let bar = |share: f64| x.at(share * 100.0) - plot.x;
        let colour = if value(u) >= NEAR_LIMIT { theme::ALERT } else { theme::MAIN };
        let clock = u
            .of_clock_time
            .as_ref()
            .filter(|_| u.of_open_time.is_some())
            .filter(|c| c.mean.is_finite());
        let height = if clock.is_some() { 9.0 } else { 13.0 };
        sheet.picture.rect(
            Rect {
                x: plot.x,
                y: top,
                w: bar(e.mean),
                h: height,
            },
            colour,
        );
        if let Some(c) = clock {
            sheet.picture.rect(
                Rect {
                    x: plot.x,
                    y: top + height + 1.0,
                    w: bar(c.mean),
                    h: 4.5,
                },
                theme::BAND,
            );
        }
        if let Some((low, high)) = e.interval() {
            let middle = top + height / 2.0;
            let (low, high) = (x.at(low * 100.0), x.at(high * 100.0));
            sheet.picture.line((low, middle), (high, middle), theme::INK, 1.25);
            for end in [low, high] {
                sheet.picture.line((end, middle - 3.0), (end, middle + 3.0), theme::INK, 1.25);
            }
        }
        let words = format!("{}\u{a0}%", number::with_interval(&as_percent(e)));
        sheet.picture.text(words, (body.right(), base), panel::name(Align::Right));
    }
    sheet.picture.line((plot.x, plot.y), (plot.x, plot.bottom()), theme::AXIS, 1.0);
    let full = x.at(100.0);
    sheet.picture.dashes((full, plot.y), (full, plot.bottom()), theme::INK, 1.25);
    sheet
}

/// What the bar shows: of open time, or of clock time where there is no other.
fn main(u: &Utilisation) -> Option<&Estimate> {
    u.of_open_time.as_ref().or(u.of_clock_time.as_ref()).filter(|e| e.mean.is_finite())
}

fn value(u: &Utilisation) -> f64 {
    main(u).map_or(0.0, |e| e.mean)
}

/// Place and facility; the name of the place gives way where both are too wide.
fn facility(results: &Results, u: &Utilisation, room: f64, lang: Lang) -> Label {
    let colon = lang.pick(": ", "：");
    let facility = Label::named(&u.name, &u.facility).fit(room * 0.6, theme::NAME, Weight::Regular);
    let left = room - facility.map(|f| format!("{colon}{f}")).width(theme::NAME, Weight::Regular);
    let place = name_of(results, u.place).fit(left, theme::NAME, Weight::Regular);
    Label {
        text: format!("{}{colon}{}", place.text, facility.text),
        raster: format!("{}{colon}{}", place.raster, facility.raster),
    }
}

fn data(results: &Results) -> Table {
    let u = &results.utilisation;
    let each =
        |of: fn(&Utilisation) -> Option<Estimate>, f: fn(&Estimate) -> Option<f64>| u.iter().map(move |u| of(u).as_ref().and_then(f));
    Table::new("utilisation")
        .text("place", u.iter().map(|u| id_of(results, u.place)))
        .text("facility", u.iter().map(|u| u.facility.as_str()))
        .text("name", u.iter().map(|u| u.name.as_str()))
        .nullable_float("of_open_time_mean_share", each(|u| u.of_open_time, |e| Some(e.mean)))
        .nullable_float("of_open_time_half_width_share", each(|u| u.of_open_time, |e| e.half_width))
        .nullable_float("of_clock_time_mean_share", each(|u| u.of_clock_time, |e| Some(e.mean)))
        .nullable_float("of_clock_time_half_width_share", each(|u| u.of_clock_time, |e| e.half_width))
}
