//! The network on a map: how many trains run where, and where they wait.

use std::collections::BTreeMap;

use super::heat::Classes;
use crate::experiment::results::{LocationKind, Results};
use crate::report::font::Weight;
use crate::report::network::{Map, Names, around};
use crate::report::number::{counted, hours, plain};
use crate::report::picture::{Align, Label, Picture, Rect, Style};
use crate::report::scale::ticks;
use crate::report::sheet::{Sheet, Words, id_of, name_of, nothing, provenance, remark};
use crate::report::tables::Table;
use crate::report::{Chart, Lang, ReportError, theme};

/// Height of the map, and of the scales below it, in pixels.
const HEIGHT: f64 = 430.0;
const SCALES: f64 = 46.0;
/// The widest line and the largest place, in pixels.
const WIDEST: f64 = 15.0;
const LARGEST: f64 = 19.0;
const SMALLEST: f64 = 4.5;
/// Paper around a place.
const HALO: f64 = 1.5;

/// A line in one direction, all tracks and gauges together.
struct Way {
    from: usize,
    to: usize,
    trains: f64,
    waiting_hours: f64,
}

/// A place, all its vehicles together.
struct Stop {
    trains: f64,
    waiting_hours: f64,
}

/// What the picture shows.
struct Flows {
    ways: Vec<Way>,
    stops: Vec<Stop>,
    days: f64,
}

impl Way {
    fn delay(&self) -> f64 {
        ratio(self.waiting_hours, self.trains)
    }
}

impl Stop {
    fn delay(&self) -> f64 {
        ratio(self.waiting_hours, self.trains)
    }
}

fn ratio(sum: f64, over: f64) -> f64 {
    if over > 0.0 && sum.is_finite() { sum / over } else { 0.0 }
}

/// Lines as wide as the trains that run on them each day, places as large as the number of trains that wait there; the darker, the
/// longer a train waits.
///
/// # Errors
/// Where it cannot be drawn.
pub fn flow_map(results: &Results, lang: Lang) -> Result<Chart, ReportError> {
    let flows = flows(results);
    let data = data(results, &flows);
    let mut words = Words {
        lang,
        id: "map".to_owned(),
        title: Label::from(lang.pick("Trains on the network, and where they wait", "路网车流与等待")),
        finding: finding(results, &flows, lang),
        caption: provenance(results, false, lang),
    };
    remark(
        &mut words.caption,
        lang.pick(
            "Lines: trains a day in each direction, drawn on the right of it as trains see it. Places: mean number of trains waiting. \
             Colours: mean time that a train waits there. Means of replications.",
            "线路：各方向每日列车数，绘于运行方向的右侧。地点：平均等待列车数。颜色：每列车在该处的平均等待时间。均为各次重复的均值。",
        ),
    );
    if results.network.places.is_empty() || flows.stops.is_empty() {
        let why = lang.pick("no place of the network is known.", "没有已知的路网地点。");
        return nothing(words, why, &data);
    }
    let area = Rect {
        x: theme::MARGIN,
        y: 0.0,
        w: theme::WIDTH - 2.0 * theme::MARGIN,
        h: HEIGHT,
    };
    let (map, moved) = place(results, &flows, area);
    let without = results.network.places.iter().filter(|p| p.1.is_none()).count();
    remark_on_places(&mut words.caption, (&map, moved, without), lang);
    let delays = flows.ways.iter().map(Way::delay).chain(flows.stops.iter().map(Stop::delay));
    let classes = Classes::doubling_up_to(delays.filter(|d| d.is_finite()).fold(0.0, f64::max));
    let keys = classes.keys(|range| lang.pick(format!("a train waits {range}\u{a0}h"), format!("每列等待 {range} 小时")));
    let mut sheet = Sheet::new(words, &keys, HEIGHT + SCALES);
    let shift = sheet.body.y;
    let at: Vec<(f64, f64)> = map.at.iter().map(|(x, y)| (*x, y + shift)).collect();
    let area = Rect { y: shift, ..area };
    let mut names = Names::new(area);
    draw_ways(&mut sheet.picture, &flows, &classes, &at, &mut names);
    draw_stops(&mut sheet.picture, &flows, &classes, &at, &mut names);
    name_places(&mut sheet.picture, results, &flows, &at, &mut names);
    name_ways(&mut sheet.picture, &flows, &at, &mut names);
    scales(&mut sheet.picture, &flows, map.per_km, area, lang);
    sheet.finish(&data)
}

/// Sums up what is known of locations.
fn flows(results: &Results) -> Flows {
    let days = results.run.length.as_hours() / 24.0;
    let mut waiting = vec![0.0; results.locations.len()];
    for e in results
        .ledger
        .iter()
        .filter(|e| e.activity.is_waiting() && e.total_hours.mean.is_finite())
    {
        if let Some(sum) = waiting.get_mut(e.location) {
            *sum += e.total_hours.mean;
        }
    }
    let mut entered = vec![0.0; results.locations.len()];
    for t in results.traffic.iter().filter(|t| t.trains.mean.is_finite()) {
        if let Some(sum) = entered.get_mut(t.location) {
            *sum += t.trains.mean;
        }
    }
    for d in results.daily.iter().filter(|d| d.exchange.is_none() && !d.days.is_empty()) {
        let mean = d.days.iter().map(|b| b.mean).filter(|m| m.is_finite()).sum::<f64>() / d.days.len() as f64;
        if let Some(sum) = entered.get_mut(d.place) {
            *sum += mean * days;
        }
    }
    let places = results.network.places.len();
    let mut stops: Vec<Stop> = (0..places)
        .map(|_| Stop {
            trains: 0.0,
            waiting_hours: 0.0,
        })
        .collect();
    let mut ways: BTreeMap<(usize, usize), Way> = BTreeMap::new();
    for (location, facts) in results.locations.iter().enumerate() {
        match facts.kind {
            LocationKind::Place { place } if place < places => {
                stops[place].trains += entered[location];
                stops[place].waiting_hours += waiting[location];
            }
            LocationKind::Line { from, to } if from < places && to < places => {
                let way = ways.entry((from, to)).or_insert(Way {
                    from,
                    to,
                    trains: 0.0,
                    waiting_hours: 0.0,
                });
                way.trains += entered[location];
                way.waiting_hours += waiting[location];
            }
            _ => {}
        }
    }
    Flows {
        ways: ways.into_values().collect(),
        stops,
        days,
    }
}

impl Flows {
    fn a_day(&self, way: &Way) -> f64 {
        ratio(way.trains, self.days)
    }

    /// Mean number of trains waiting.
    fn queue(&self, stop: &Stop) -> f64 {
        ratio(stop.waiting_hours, self.days * 24.0)
    }

    /// The pixels of one train a day.
    fn width_of_one(&self) -> f64 {
        let most = self.ways.iter().map(|w| self.a_day(w)).fold(0.0, f64::max);
        if most > 0.0 { WIDEST / most } else { 0.0 }
    }

    fn width(&self, way: &Way) -> f64 {
        if way.trains > 0.0 {
            (self.a_day(way) * self.width_of_one()).max(1.0)
        } else {
            0.0
        }
    }

    /// Areas are as the numbers of trains.
    fn radius(&self, queue: f64) -> f64 {
        let most = self.stops.iter().map(|s| self.queue(s)).fold(0.0, f64::max);
        if most > 0.0 {
            SMALLEST.max(LARGEST * (queue / most).sqrt())
        } else {
            SMALLEST
        }
    }

    fn radius_of(&self, place: usize) -> f64 {
        self.stops.get(place).map_or(SMALLEST, |s| self.radius(self.queue(s)))
    }
}

/// The map, with places far enough from each other for their lines to be seen; whether any had to be moved.
fn place<'r>(results: &'r Results, flows: &Flows, area: Rect) -> (Map<'r>, bool) {
    let inner = Rect {
        x: area.x + 80.0,
        y: area.y + 40.0,
        w: area.w - 160.0,
        h: area.h - 80.0,
    };
    let mut map = Map::new(&results.network, inner);
    let n = results.network.places.len() as f64;
    let least = (24.0_f64).min((inner.w * inner.h / (n * 4.0).max(1.0)).sqrt() / 2.0);
    let room: Vec<f64> = (0..flows.stops.len()).map(|p| flows.radius_of(p) + least).collect();
    let wide = Rect {
        x: area.x + 24.0,
        y: area.y + 24.0,
        w: area.w - 48.0,
        h: area.h - 48.0,
    };
    let moved = map.move_apart(&room, wide);
    (map, moved)
}

fn remark_on_places(caption: &mut String, (map, moved, without): (&Map<'_>, bool, usize), lang: Lang) {
    if map.per_km.is_none() {
        remark(
            caption,
            lang.pick(
                "The scenario gives no positions: places are laid out by which line joins them, not to scale.",
                "算例未给出坐标：各地点按线路连接关系示意排列，不按比例。",
            ),
        );
        return;
    }
    if without > 0 {
        let places = counted(without, "place has no position and stands", "places have no position and stand");
        remark(
            caption,
            &lang.pick(
                format!("{places} beside its neighbours."),
                format!("{without} 处没有坐标，置于其相邻地点旁。"),
            ),
        );
    }
    if moved {
        remark(
            caption,
            lang.pick(
                "Places close together are drawn further apart than they are.",
                "相距很近的地点绘得比实际更远。",
            ),
        );
    }
}

/// The two ends of a way on the page: beside the straight line, to its right as its trains see it.
fn course(flows: &Flows, way: &Way, at: &[(f64, f64)]) -> ((f64, f64), (f64, f64), (f64, f64)) {
    let (a, b) = (at[way.from], at[way.to]);
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = libm::hypot(dx, dy).max(1e-9);
    let right = (-dy / length, dx / length);
    let aside = flows.width(way) / 2.0 + 0.75;
    let shifted = |p: (f64, f64)| (p.0 + right.0 * aside, p.1 + right.1 * aside);
    (shifted(a), shifted(b), right)
}

fn between(a: (f64, f64), b: (f64, f64), part: f64) -> (f64, f64) {
    (a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part)
}

fn draw_ways(picture: &mut Picture, flows: &Flows, classes: &Classes, at: &[(f64, f64)], names: &mut Names) {
    // The lines themselves, which also show where no train runs.
    for way in flows.ways.iter().filter(|w| w.from < w.to) {
        picture.line(at[way.from], at[way.to], theme::AXIS, 1.0);
    }
    let mut order: Vec<&Way> = flows.ways.iter().filter(|w| w.trains > 0.0 && at[w.from] != at[w.to]).collect();
    order.sort_by(|a, b| a.trains.total_cmp(&b.trains));
    for way in &order {
        let (from, to, _) = course(flows, way, at);
        // Round ends, so that lines join under a place that is smaller than they are wide.
        for place in [way.from, way.to] {
            picture.disc(at[place], flows.width(way), classes.colour(classes.of(way.delay())));
        }
        picture.line(from, to, classes.colour(classes.of(way.delay())), flows.width(way));
        let length = libm::hypot(to.0 - from.0, to.1 - from.1);
        let steps = (length / 7.0).ceil().max(1.0) as usize;
        (0..=steps).for_each(|i| names.avoid(around(between(from, to, i as f64 / steps as f64), flows.width(way) / 2.0 + 1.0)));
    }
    for way in order {
        let width = flows.width(way);
        let (from, to, right) = course(flows, way, at);
        let length = libm::hypot(to.0 - from.0, to.1 - from.1);
        let free = length - flows.radius_of(way.from) - flows.radius_of(way.to);
        if width < 4.0 || free < 14.0 {
            continue;
        }
        // A chevron in the middle of what is seen of it.
        let middle = between(from, to, (flows.radius_of(way.from) + free / 2.0) / length);
        let ahead = (right.1, -right.0);
        let arm = (width * 0.42).min(5.0);
        let point = |along: f64, aside: f64| {
            (
                middle.0 + ahead.0 * along * arm + right.0 * aside * arm,
                middle.1 + ahead.1 * along * arm + right.1 * aside * arm,
            )
        };
        let ink = theme::on(classes.colour(classes.of(way.delay())));
        picture.path(vec![point(-0.7, -0.85), point(0.7, 0.0), point(-0.7, 0.85)], ink, 1.5);
        names.keep_free(around(middle, arm + 1.0));
    }
}

fn draw_stops(picture: &mut Picture, flows: &Flows, classes: &Classes, at: &[(f64, f64)], names: &mut Names) {
    for (place, stop) in flows.stops.iter().enumerate() {
        let radius = flows.radius_of(place);
        picture.disc(at[place], radius + 1.0 + HALO, theme::PAPER);
        picture.disc(at[place], radius + 1.0, theme::INK);
        picture.disc(at[place], radius, classes.colour(classes.of(stop.delay())));
        names.keep_free(around(at[place], radius + 1.0));
    }
}

/// Names, those where most is waited first; where there is room.
fn name_places(picture: &mut Picture, results: &Results, flows: &Flows, at: &[(f64, f64)], names: &mut Names) {
    let mut order: Vec<usize> = (0..flows.stops.len()).collect();
    order.sort_by(|a, b| flows.stops[*b].waiting_hours.total_cmp(&flows.stops[*a].waiting_hours));
    for place in order {
        let style = Style::new(theme::NAME, theme::INK);
        let joint = |w: &&Way| w.from == place || w.to == place;
        let joint = flows.ways.iter().filter(joint).map(|w| flows.width(w)).fold(0.0, f64::max);
        let radius = joint.max(flows.radius_of(place) + 1.0);
        names.beside(picture, &name_of(results, place), style, (at[place], radius));
    }
}

/// Trains a day beside the lines, where there is room.
fn name_ways(picture: &mut Picture, flows: &Flows, at: &[(f64, f64)], names: &mut Names) {
    let mut order: Vec<&Way> = flows.ways.iter().filter(|w| w.trains > 0.0 && at[w.from] != at[w.to]).collect();
    order.sort_by(|a, b| b.trains.total_cmp(&a.trains));
    for way in order {
        let (from, to, right) = course(flows, way, at);
        let label = Label::from(plain(flows.a_day(way)));
        let aside = flows.width(way) / 2.0 + 3.0;
        let (half, high) = (label.width(theme::SMALL, Weight::Regular) / 2.0, theme::SMALL * 0.4);
        let reach = aside + right.0.abs() * half + right.1.abs() * high;
        let spot = |part: f64| {
            let middle = between(from, to, part);
            (middle.0 + right.0 * reach, middle.1 + right.1 * reach + high, Align::Centre)
        };
        let style = Style::new(theme::SMALL, theme::MUTED);
        names.at_one_of(picture, &[label], style, &[0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78].map(spot));
    }
}

/// What a width, a size and a length stand for.
fn scales(picture: &mut Picture, flows: &Flows, per_km: Option<f64>, area: Rect, lang: Lang) {
    let y = area.bottom() + 24.0;
    let mut x = area.x;
    let style = Style::new(theme::SMALL, theme::MUTED);
    let round = |most: f64| ticks(most, 2).ticks.get(1).map_or(1.0, |t| t.0);
    // Round numbers, without the zeros behind their point.
    let number = |value: f64| {
        let text = format!("{value:.2}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let most = flows.ways.iter().map(|w| flows.a_day(w)).fold(0.0, f64::max);
    if most > 0.0 {
        let trains = round(most);
        picture.line((x, y), (x + 36.0, y), theme::AXIS, trains * flows.width_of_one());
        let label = Label::from(lang.pick(format!("{} trains a day", number(trains)), format!("每日 {} 列", number(trains))));
        let width = label.width(theme::SMALL, Weight::Regular);
        picture.text(label, (x + 44.0, y + 4.0), style);
        x += 44.0 + width + 30.0;
    }
    let queue = flows.stops.iter().map(|s| flows.queue(s)).fold(0.0, f64::max);
    if queue > 0.0 {
        let waiting = round(queue);
        let radius = flows.radius(waiting);
        picture.disc((x + radius, y), radius, theme::AXIS);
        let label = Label::from(lang.pick(format!("{} trains waiting", number(waiting)), format!("{} 列等待", number(waiting))));
        picture.text(label, (x + 2.0 * radius + 8.0, y + 4.0), style);
    }
    if let Some(per_km) = per_km.filter(|p| *p > 0.0 && p.is_finite()) {
        let km = round(260.0 / per_km);
        let (right, left) = (area.right(), area.right() - km * per_km);
        picture.path(
            vec![(left, y - 4.0), (left, y + 2.0), (right, y + 2.0), (right, y - 4.0)],
            theme::MUTED,
            1.25,
        );
        let label = lang.pick(format!("{} km", number(km)), format!("{} 公里", number(km)));
        picture.text(label, (left - 8.0, y + 4.0), style.align(Align::Right));
    }
}

fn finding(results: &Results, flows: &Flows, lang: Lang) -> Label {
    let busiest = flows
        .ways
        .iter()
        .filter(|w| w.trains > 0.0)
        .max_by(|a, b| a.trains.total_cmp(&b.trains));
    let worst = (0..flows.stops.len())
        .filter(|p| flows.stops[*p].waiting_hours > 0.0)
        .max_by(|a, b| flows.stops[*a].waiting_hours.total_cmp(&flows.stops[*b].waiting_hours));
    let Some(way) = busiest else {
        return Label::from(lang.pick("No train runs on any line.", "没有列车在任何线路上运行。"));
    };
    let (from, to, a_day) = (name_of(results, way.from), name_of(results, way.to), plain(flows.a_day(way)));
    let wait = worst.map(|place| {
        let stop = &flows.stops[place];
        (name_of(results, place), plain(flows.queue(stop)), hours(stop.delay()))
    });
    let sentence = |of: fn(&Label) -> &str| {
        let (from, to) = (of(&from), of(&to));
        let lines = lang.pick(
            format!("Most trains run from {from} to {to}: {a_day} a day."),
            format!("列车最多的区间为{from}至{to}：每日 {a_day} 列。"),
        );
        match &wait {
            Some((place, queue, delay)) => lang.pick(
                format!(
                    "{lines} Most waiting is at {}: {queue} trains on average, {delay} for each.",
                    of(place)
                ),
                format!("{lines}等待最多的是{}：平均 {queue} 列，每列 {delay}。", of(place)),
            ),
            None => lang.pick(
                format!("{lines} No train waits at any place."),
                format!("{lines}没有列车在任何地点等待。"),
            ),
        }
    };
    Label {
        text: sentence(|l| &l.text),
        raster: sentence(|l| &l.raster),
    }
}

fn data(results: &Results, flows: &Flows) -> Table {
    let name = |p: usize| id_of(results, p);
    let ways = flows.ways.iter().map(|w| {
        (
            name(w.from),
            Some(name(w.to)),
            ratio(w.trains, flows.days),
            w.delay(),
            w.waiting_hours,
        )
    });
    let stops = flows.stops.iter().enumerate();
    let stops = stops.map(|(p, s)| (name(p), None, ratio(s.trains, flows.days), s.delay(), s.waiting_hours));
    let rows: Vec<_> = ways.chain(stops).collect();
    Table::new("map")
        .text("place", rows.iter().map(|r| r.0.as_str()))
        .nullable_text("line_to", rows.iter().map(|r| r.1.as_deref()))
        .float("trains_per_day", rows.iter().map(|r| r.2))
        .float("waiting_hours_per_train", rows.iter().map(|r| r.3))
        .float("mean_trains_waiting", rows.iter().map(|r| ratio(r.4, flows.days * 24.0)))
}
