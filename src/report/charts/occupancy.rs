//! Trains present at each place over time, and how many of them wait.

use super::panel::{self, Panel, TimeAxis};
use crate::experiment::results::{Band, LocationKind, ReplicationRecords, Results};
use crate::observe::Activity;
use crate::report::calendar::Calendar;
use crate::report::number::plain;
use crate::report::picture::{Align, Label, Rect};
use crate::report::sheet::{Key, Sheet, Swatch, Words, id_of, name_of, nothing, provenance, remark};
use crate::report::tables::{Table, civil, step_start};
use crate::report::{Chart, Lang, ReportError, theme, words};
use crate::units::{Duration, HOUR, Instant};

/// Panels at most.
const PANELS: usize = 6;
/// Steps drawn at most.
const STEPS: i64 = 240;

/// A place over time; means of the replications whose records were kept.
struct Series {
    place: usize,
    present: Vec<Band>,
    waiting: Vec<Band>,
}

impl Series {
    /// Mean numbers present and waiting, from a step on.
    fn means(&self, first: usize) -> (f64, f64) {
        let mean = |bands: &[Band]| {
            let after = bands.get(first..).unwrap_or_default();
            after.iter().map(|b| b.mean).sum::<f64>() / after.len().max(1) as f64
        };
        (mean(&self.present), mean(&self.waiting))
    }
}

/// Trains that stand at the places that hold most of them, and how many of these wait.
///
/// # Errors
/// Where it cannot be drawn.
pub fn occupancy(results: &Results, lang: Lang) -> Result<Chart, ReportError> {
    let step = step(results);
    let warm_up = Instant(results.run.warm_up.0);
    let first = (warm_up.0 / step.0) as usize;
    let mut ranked = series(results, step);
    let data = data(results, &ranked, step);
    ranked.retain(|s| s.means(first).0 > 0.0);
    ranked.sort_by(|a, b| b.means(first).0.total_cmp(&a.means(first).0));
    let folded = ranked.len().saturating_sub(PANELS);
    ranked.truncate(PANELS);
    let kept = results.records.len();
    let mut caption = provenance(results, false, lang);
    let wide = words::duration(step, lang);
    remark(
        &mut caption,
        &lang.pick(
            format!("From the records of {kept} of these replications, time-weighted over steps of {wide}; each panel has its own scale."),
            format!("取自其中 {kept} 次重复的记录，按 {wide} 的步长对时间加权；各图比例不同。"),
        ),
    );
    if folded > 0 {
        remark(
            &mut caption,
            &words::further(folded, ("further place", "further places"), "处", lang),
        );
    }
    let texts = Words {
        lang,
        id: "occupancy".to_owned(),
        title: Label::from(lang.pick("Trains present over time", "在站列车数")),
        finding: ranked.first().map_or_else(|| Label::from(""), |s| finding(results, s, first, lang)),
        caption,
    };
    if ranked.is_empty() {
        let why = if kept == 0 {
            lang.pick("no records of single trains were kept.", "没有保留单列列车的记录。")
        } else {
            lang.pick("no train stood at any place.", "没有列车在任何地点停留。")
        };
        return nothing(texts, why, &data);
    }
    let mut keys = vec![Key::new(Swatch::Line, theme::MAIN, lang.pick("trains present", "在站列车"))];
    if kept > 1 {
        keys.push(Key::new(Swatch::Box, theme::BAND, words::band(lang)));
    }
    keys.push(Key::new(Swatch::Line, theme::ALERT, lang.pick("of which waiting", "其中等待")));
    if warm_up > Instant::START {
        keys.push(Key::new(Swatch::Box, theme::WARM_UP, words::warm_up(lang)));
    }
    let ends = (Instant::START, warm_up + results.run.length);
    if ranked.iter().any(|s| !panel::disrupted(results, s.place, ends).is_empty()) {
        keys.push(panel::disruption_key(lang));
    }
    draw(results, &ranked, (texts, &keys), step).finish(&data)
}

/// Hours of which a day, or a week, holds a whole number.
fn step(results: &Results) -> Duration {
    let all = results.run.warm_up.0.saturating_add(results.run.length.0);
    let hours = [1, 2, 3, 4, 6, 8, 12, 24, 48, 168];
    let least = all / STEPS;
    Duration(hours.into_iter().map(|h| h * HOUR).find(|ms| *ms >= least).unwrap_or(least))
}

fn series(results: &Results, step: Duration) -> Vec<Series> {
    let steps = ((results.run.warm_up.0 + results.run.length.0).max(0) as usize).div_ceil(step.0.max(1) as usize);
    let places = results
        .locations
        .iter()
        .filter(|l| matches!(l.kind, LocationKind::Place { .. }))
        .count();
    let sums: Vec<Vec<[i64; 2]>> = results.records.iter().map(|r| sums(results, r, (places, steps), step)).collect();
    let band = |place: usize, of: usize, i: usize| {
        let mut values: Vec<f64> = sums.iter().map(|s| s[place * steps + i][of] as f64 / step.0 as f64).collect();
        values.sort_by(f64::total_cmp);
        let at = |p: f64| values[((p * values.len() as f64).ceil() as usize).clamp(1, values.len()) - 1];
        Band {
            mean: values.iter().sum::<f64>() / values.len() as f64,
            p10: at(0.1),
            p90: at(0.9),
        }
    };
    let of_place = |place: usize| Series {
        place,
        present: (0..steps).map(|i| band(place, 0, i)).collect(),
        waiting: (0..steps).map(|i| band(place, 1, i)).collect(),
    };
    if sums.is_empty() {
        return Vec::new();
    }
    (0..places).map(of_place).collect()
}

/// Train-milliseconds present and waiting, by place and step.
fn sums(results: &Results, records: &ReplicationRecords, (places, steps): (usize, usize), step: Duration) -> Vec<[i64; 2]> {
    let mut sums = vec![[0; 2]; places * steps];
    for a in records.activities.iter().filter(|a| a.activity != Activity::Running) {
        let place = a.location as usize;
        if place >= places || !matches!(results.locations[place].kind, LocationKind::Place { .. }) {
            continue;
        }
        let mut at = a.begins_at.0.max(0);
        while at < a.ends_at.0 {
            let i = (at / step.0) as usize;
            if i >= steps {
                break;
            }
            let until = ((i as i64 + 1) * step.0).min(a.ends_at.0);
            let sum = &mut sums[place * steps + i];
            sum[0] += until - at;
            sum[1] += if a.activity.is_waiting() { until - at } else { 0 };
            at = until;
        }
    }
    sums
}

fn draw(results: &Results, ranked: &[Series], (texts, keys): (Words, &[Key]), step: Duration) -> Sheet {
    let lang = texts.lang;
    let height = if ranked.len() == 1 { 260.0 } else { 104.0 };
    let mut sheet = Sheet::new(texts, keys, ranked.len() as f64 * (height + panel::HEADING) + panel::FOOT);
    let plot = Rect {
        x: sheet.body.x + panel::AXIS_ROOM + 14.0,
        w: sheet.body.w - panel::AXIS_ROOM - 14.0,
        ..sheet.body
    };
    let end = Instant(results.run.warm_up.0 + results.run.length.0);
    let axis = TimeAxis::new(
        &Calendar::of(&results.run).spoken(lang),
        (Instant::START, end),
        (plot.x, plot.right()),
    );
    let timed = |bands: &[Band]| -> Vec<panel::Step> {
        let at = |i: usize| step_start(Instant::START, step.0, i).min(end);
        bands.iter().enumerate().map(|(i, b)| (at(i), at(i + 1), *b)).collect()
    };
    let mut last = plot;
    for (i, series) in ranked.iter().enumerate() {
        let y = sheet.body.y + i as f64 * (height + panel::HEADING) + panel::HEADING;
        last = Rect { y, h: height, ..plot };
        let (present, waiting) = (timed(&series.present), timed(&series.waiting));
        let one = Panel {
            heading: name_of(results, series.place),
            steps: &present,
            banded: results.records.len() > 1,
            colour: theme::MAIN,
            others: &[(&waiting, theme::ALERT)],
            disrupted: panel::disrupted(results, series.place, axis.ends),
            limits: &[],
        };
        panel::draw(&mut sheet.picture, &one, &axis, last, Instant(results.run.warm_up.0));
    }
    axis.foot(&mut sheet.picture, last);
    let middle = sheet.body.y + panel::HEADING + (last.bottom() - sheet.body.y - panel::HEADING) / 2.0;
    let unit = lang.pick("trains", "列车数");
    sheet
        .picture
        .text_upwards(unit, (sheet.body.x + 10.0, middle), panel::small(Align::Centre));
    sheet
}

fn finding(results: &Results, series: &Series, first: usize, lang: Lang) -> Label {
    let (present, waiting) = series.means(first);
    let most = series
        .present
        .get(first..)
        .unwrap_or_default()
        .iter()
        .map(|b| b.mean)
        .fold(0.0, f64::max);
    let [present, waiting, most] = [present, waiting, most].map(plain);
    name_of(results, series.place).map(|n| {
        lang.pick(
            format!("Most trains stand at {n}: {present} on average, {waiting} of them waiting, and {most} in the fullest step."),
            format!("在站列车最多的是{n}：平均 {present} 列，其中等待 {waiting} 列；最多的时段 {most} 列。"),
        )
    })
}

fn data(results: &Results, all: &[Series], step: Duration) -> Table {
    let calendar = Calendar::of(&results.run);
    let rows: Vec<(usize, Instant, &Band, &Band)> = all
        .iter()
        .flat_map(|s| {
            let both = s.present.iter().zip(&s.waiting).enumerate();
            both.map(move |(i, (present, waiting))| (s.place, step_start(Instant::START, step.0, i), present, waiting))
        })
        .collect();
    Table::new("occupancy")
        .text("place", rows.iter().map(|r| id_of(results, r.0)))
        .text("begin_civil", rows.iter().map(|r| civil(&calendar, r.1)))
        .integer("begin_ms", rows.iter().map(|r| r.1.0))
        .float("mean_trains_present", rows.iter().map(|r| r.2.mean))
        .float("p10_trains_present", rows.iter().map(|r| r.2.p10))
        .float("p90_trains_present", rows.iter().map(|r| r.2.p90))
        .float("mean_trains_waiting", rows.iter().map(|r| r.3.mean))
}
