//! How busy each facility is in each hour of the week.

use super::heat::{Classes, Heat};
use super::panel;
use super::stays::stays;
use crate::experiment::results::{FacilityFacts, Results};
use crate::report::calendar::{self, Calendar, Days, HOURS_OF_WEEK};
use crate::report::font::Weight;
use crate::report::number::plain;
use crate::report::picture::{Align, Label, Rect};
use crate::report::sheet::{Sheet, Words, id_of, name_of, nothing, provenance, remark};
use crate::report::tables::Table;
use crate::report::{Chart, Lang, ReportError, theme, words};
use crate::units::{Instant, millis_as_hours};

/// Panels at most.
const PANELS: usize = 15;
const COLUMNS: usize = 3;
/// Height of an hour, in pixels.
const HIGH: f64 = 11.0;
/// Room for the names of days, above for heading and sentence, and below for the hours.
const NAMES: f64 = 30.0;
const HEAD: f64 = 40.0;
const FOOT: f64 = 26.0;
/// Below so much open time in all weeks a cell says nothing.
const LEAST_MS: i64 = 1000;

/// Busy and open desk-time or berth-time of a facility by hour of the week, in milliseconds.
struct Week {
    facility: usize,
    busy: [i64; HOURS_OF_WEEK],
    open: [i64; HOURS_OF_WEEK],
}

impl Week {
    fn share(&self, hour: usize) -> Option<f64> {
        (self.open[hour] >= LEAST_MS).then(|| self.busy[hour] as f64 / self.open[hour] as f64)
    }

    fn overall(&self) -> f64 {
        self.busy.iter().sum::<i64>() as f64 / self.open.iter().sum::<i64>().max(1) as f64
    }
}

/// Busy time over open time of every facility, by day of the week and hour: the busiest first.
///
/// # Errors
/// Where it cannot be drawn.
pub fn week(results: &Results, lang: Lang) -> Result<Chart, ReportError> {
    let mut ranked = weeks(results);
    let data = data(results, &ranked);
    ranked.retain(|w| w.busy.iter().any(|ms| *ms > 0) && w.open.iter().any(|ms| *ms >= LEAST_MS));
    ranked.sort_by(|a, b| b.overall().total_cmp(&a.overall()));
    let folded = ranked.len().saturating_sub(PANELS);
    ranked.truncate(PANELS);
    let mut caption = provenance(results, false, lang);
    let kept = results.records.len();
    let whole = results.run.length.as_hours() / 168.0;
    remark(
        &mut caption,
        &lang.pick(
            format!(
                "From the records of {kept} of these replications, {} weeks each: busy time of desks or berths over their open time, in civil \
                 hours of the place. Blank: closed. Above 100\u{a0}%: work goes on after closing.",
                plain(whole)
            ),
            format!(
                "取自其中 {kept} 次重复的记录，每次 {} 周：各台位或换装线的占用时间与开放时间之比，按当地民用时刻。空白为关闭时段；\
                 超过 100\u{a0}% 表示关闭后仍在作业。",
                plain(whole)
            ),
        ),
    );
    if folded > 0 {
        let less = ("less busy facility", "less busy facilities");
        remark(&mut caption, &words::further(folded, less, "个较闲的设施", lang));
    }
    let words = Words {
        lang,
        id: "utilisation_week".to_owned(),
        title: Label::from(lang.pick("How busy the facilities are, hour by hour of the week", "各设施一周逐小时利用率")),
        finding: ranked.first().map_or_else(|| Label::from(""), |w| finding(results, w, lang)),
        caption,
    };
    if ranked.is_empty() {
        let why = if kept == 0 {
            lang.pick("no records of single trains were kept.", "没有保留单列车的记录。")
        } else {
            lang.pick("no facility served a train in the measured time.", "统计期内没有设施为列车作业。")
        };
        return nothing(words, why, &data);
    }
    let classes = Classes::of_shares();
    let keys = classes.keys(|range| lang.pick(format!("{range}\u{a0}% of open time busy"), format!("利用率 {range}\u{a0}%")));
    let columns = ranked.len().min(COLUMNS);
    let row = HEAD + 7.0 * HIGH + FOOT;
    let mut sheet = Sheet::new(words, &keys, ranked.len().div_ceil(columns) as f64 * row);
    let wide = sheet.body.w / COLUMNS as f64;
    for (i, week) in ranked.iter().enumerate() {
        let (column, line) = ((i % columns) as f64, (i / columns) as f64);
        let area = Rect {
            x: sheet.body.x + column * wide,
            y: sheet.body.y + line * row,
            w: wide - 16.0,
            h: row,
        };
        draw(&mut sheet, results, week, &classes, area);
    }
    sheet.finish(&data)
}

/// Every facility, with its hours within the measured time.
fn weeks(results: &Results) -> Vec<Week> {
    let warm_up = Instant(results.run.warm_up.0);
    let measured = (warm_up, warm_up + results.run.length);
    let within = |from: Instant, to: Instant| (from.max(measured.0), to.min(measured.1));
    let days = |f: &FacilityFacts| Days::of(&Calendar::in_zone(&results.run, &f.zone), measured);
    let zones: Vec<Days> = results.facilities.iter().map(days).collect();
    let replications = results.records.len() as i64;
    let open = results.facilities.iter().enumerate().map(|(facility, f)| {
        let mut week = Week {
            facility,
            busy: [0; HOURS_OF_WEEK],
            open: [0; HOURS_OF_WEEK],
        };
        for (from, to, servers) in f.servers.iter().filter(|s| s.2 > 0) {
            let each = i64::from(*servers) * replications;
            zones[facility].each_hour(within(*from, *to), |hour, ms| week.open[hour] += ms * each);
        }
        week
    });
    let mut weeks: Vec<Week> = open.collect();
    for records in &results.records {
        for stay in stays(results, records) {
            let week = &mut weeks[stay.facility];
            zones[stay.facility].each_hour(within(stay.from, stay.to), |hour, ms| week.busy[hour] += ms);
        }
    }
    weeks
}

/// Place and facility.
fn name(results: &Results, f: &FacilityFacts) -> Label {
    let (place, facility) = (name_of(results, f.place), Label::named(&f.name, &f.path));
    Label {
        text: format!("{}: {}", place.text, facility.text),
        raster: format!("{}: {}", place.raster, facility.raster),
    }
}

fn draw(sheet: &mut Sheet, results: &Results, week: &Week, classes: &Classes, area: Rect) {
    let lang = sheet.lang();
    let picture = &mut sheet.picture;
    let facts = &results.facilities[week.facility];
    let plot = Rect {
        x: area.x + NAMES,
        y: area.y + HEAD,
        w: area.w - NAMES,
        h: 7.0 * HIGH,
    };
    let heading = name(results, facts).fit(area.w, theme::NAME, Weight::Bold);
    picture.text(heading, (area.x, area.y + 14.0), panel::name(Align::Left).bold());
    let percent = plain(week.overall() * 100.0);
    let servers = facts.most_servers();
    let sentence = lang.pick(
        format!("busy {percent}\u{a0}% of open time; {servers} at once"),
        format!("开放时间利用率 {percent}\u{a0}%；同时 {servers} 列"),
    );
    picture.text(
        Label::from(sentence).fit(area.w, theme::SMALL, Weight::Regular),
        (area.x, area.y + 30.0),
        panel::small(Align::Left),
    );
    let wide = plot.w / 24.0;
    let mut heat = Heat::new(classes);
    for hour in 0..HOURS_OF_WEEK {
        let Some(share) = week.share(hour) else { continue };
        let cell = Rect {
            x: plot.x + (hour % 24) as f64 * wide,
            y: plot.y + (hour / 24) as f64 * HIGH,
            w: wide,
            h: HIGH - 1.0,
        };
        heat.put(cell, share);
    }
    heat.draw(picture);
    for day in 0..7 {
        let at = (plot.x - 5.0, plot.y + (day as f64 + 0.5) * HIGH + 3.5);
        if day % 2 == 0 {
            picture.text(calendar::weekday(day, lang), at, panel::small(Align::Right));
        }
    }
    for hour in [0, 6, 12, 18, 24] {
        let x = plot.x + f64::from(hour) * wide;
        picture.line((x, plot.bottom()), (x, plot.bottom() + 4.0), theme::AXIS, 1.0);
        let align = if hour == 24 { Align::Right } else { Align::Centre };
        picture.text(format!("{hour}:00"), (x, plot.bottom() + 16.0), panel::small(align));
    }
}

/// The busiest, and when it is busiest.
fn finding(results: &Results, week: &Week, lang: Lang) -> Label {
    let hours = (0..HOURS_OF_WEEK).filter_map(|hour| Some((hour, week.share(hour)?)));
    let (hour, most) = hours.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0));
    let when = format!("{} {}:00–{}:00", calendar::weekday(hour / 24, lang), hour % 24, hour % 24 + 1);
    let (overall, most) = (plain(week.overall() * 100.0), plain(most * 100.0));
    name(results, &results.facilities[week.facility]).map(|n| {
        lang.pick(
            format!("The busiest is {n} with {overall}\u{a0}% of its open time, and {most}\u{a0}% in its busiest hour, {when}."),
            format!("最繁忙的是{n}：开放时间利用率 {overall}\u{a0}%，最忙的一小时（{when}）为 {most}\u{a0}%。"),
        )
    })
}

fn data(results: &Results, weeks: &[Week]) -> Table {
    let rows: Vec<(&FacilityFacts, &Week, usize)> = weeks
        .iter()
        .flat_map(|w| (0..HOURS_OF_WEEK).map(move |hour| (&results.facilities[w.facility], w, hour)))
        .collect();
    Table::new("utilisation_week")
        .text("place", rows.iter().map(|r| id_of(results, r.0.place)))
        .text("facility", rows.iter().map(|r| r.0.path.as_str()))
        .text("weekday", rows.iter().map(|r| calendar::weekday(r.2 / 24, Lang::En)))
        .integer("hour", rows.iter().map(|r| (r.2 % 24) as i64))
        .float("busy_hours", rows.iter().map(|r| millis_as_hours(r.1.busy[r.2])))
        .float("open_hours", rows.iter().map(|r| millis_as_hours(r.1.open[r.2])))
        .nullable_float("busy_share", rows.iter().map(|r| r.1.share(r.2)))
}
