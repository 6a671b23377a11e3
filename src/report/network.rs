//! The network as a map: where places are on the page, and where names go.

use std::collections::VecDeque;

use super::font;
use super::picture::{Align, Label, Picture, Rect, Style};
use super::theme;
use crate::experiment::results::NetworkFacts;

/// Radius of the mark of a place, in pixels.
pub(crate) const MARK: f64 = 5.0;
/// Kilometres to a degree of latitude.
const KM_PER_DEGREE: f64 = 111.2;
/// Room for a line of a name, and from a line to the next over the size of its letters.
const NAME_ROOM: f64 = 128.0;
const LINE: f64 = 1.2;
/// Places side by side in a map without positions, at most.
const PER_ROW: usize = 10;

/// Where each place is on the page.
pub(crate) struct Map<'n> {
    network: &'n NetworkFacts,
    /// One for each place.
    pub at: Vec<(f64, f64)>,
    /// Pixels to a kilometre; `None` where not one place has a position and all are drawn by who is whose neighbour.
    pub per_km: Option<f64>,
}

impl<'n> Map<'n> {
    /// Places by longitude and latitude, as wide as the area allows with degrees of longitude shortened as in its middle; those
    /// without a position beside their neighbours.
    pub fn new(network: &'n NetworkFacts, area: Rect) -> Self {
        let mut known: Vec<Option<(f64, f64)>> = network.places.iter().map(|(_, position)| *position).collect();
        let neighbours = neighbours(network);
        if known.iter().flatten().count() < 2 {
            let at = in_rows(&neighbours, area);
            return Self { network, at, per_km: None };
        }
        beside_neighbours(&mut known, &neighbours);
        let positions: Vec<(f64, f64)> = known.into_iter().map(Option::unwrap_or_default).collect();
        let (at, per_degree) = projected(&positions, area);
        Self {
            network,
            at,
            per_km: Some(per_degree / KM_PER_DEGREE),
        }
    }

    /// Moves places apart that are closer than their rooms together, within an area; whether any moved by more than a hair.
    pub fn move_apart(&mut self, room: &[f64], area: Rect) -> bool {
        let before = self.at.clone();
        for _ in 0..400 {
            let mut moved = false;
            for i in 0..self.at.len() {
                for j in 0..i {
                    let (dx, dy) = (self.at[i].0 - self.at[j].0, self.at[i].1 - self.at[j].1);
                    let (distance, least) = (libm::hypot(dx, dy), room[i] + room[j]);
                    if distance >= least - 0.05 {
                        continue;
                    }
                    // Places on one spot go apart in a direction of their own.
                    let angle = i as f64 * 2.4;
                    let (ux, uy) = if distance > 1e-6 {
                        (dx / distance, dy / distance)
                    } else {
                        (libm::cos(angle), libm::sin(angle))
                    };
                    let push = (least - distance) / 2.0;
                    for (k, way) in [(i, push), (j, -push)] {
                        let (x, y) = self.at[k];
                        self.at[k] = (
                            (x + ux * way).clamp(area.x, area.right()),
                            (y + uy * way).clamp(area.y, area.bottom()),
                        );
                    }
                    moved = true;
                }
            }
            if !moved {
                break;
            }
        }
        self.at.iter().zip(before).any(|(a, b)| libm::hypot(a.0 - b.0, a.1 - b.1) > 2.0)
    }

    /// Lines below, marks of places above them.
    pub fn draw(&self, picture: &mut Picture) {
        for (from, to) in &self.network.lines {
            picture.line(self.at[*from], self.at[*to], theme::AXIS, 1.5);
        }
        for at in &self.at {
            dot(picture, *at, MARK, theme::MUTED);
        }
    }

    /// Names the places for which it is asked, in order of urgency: each where it touches nothing, or not at all.
    pub fn names(&self, picture: &mut Picture, area: Rect, asked: impl IntoIterator<Item = usize>) {
        let mut names = Names::new(area);
        self.at.iter().for_each(|at| names.keep_free(around(*at, MARK)));
        for place in asked {
            let label = Label::from(self.network.places[place].0.as_str());
            let style = Style::new(theme::SMALL, theme::INK);
            names.beside(picture, &label, style, (self.at[place], MARK));
        }
    }
}

/// A square around a point.
pub(crate) fn around((x, y): (f64, f64), radius: f64) -> Rect {
    Rect {
        x: x - radius,
        y: y - radius,
        w: 2.0 * radius,
        h: 2.0 * radius,
    }
}

/// Texts on a map, none of which touches another, a mark or the edge.
pub(crate) struct Names {
    area: Rect,
    taken: Vec<Rect>,
    /// What a text should keep off where it can.
    avoided: Vec<Rect>,
}

impl Names {
    /// Without any.
    pub fn new(area: Rect) -> Self {
        Self {
            area,
            taken: Vec::new(),
            avoided: Vec::new(),
        }
    }

    /// No text goes there.
    pub fn keep_free(&mut self, area: Rect) {
        self.taken.push(area);
    }

    /// A text goes there only where it has no other room.
    pub fn avoid(&mut self, area: Rect) {
        self.avoided.push(area);
    }

    /// Writes beside a mark of a radius, in two lines where one would be long; whether there was room.
    pub fn beside(&mut self, picture: &mut Picture, label: &Label, style: Style, ((x, y), radius): ((f64, f64), f64)) -> bool {
        let lines = in_lines(label, style);
        let (down, more) = (style.size * 0.36, (lines.len() - 1) as f64 * style.size * LINE);
        // Around the mark, then further and further away from it.
        let spots = [0.0, 12.0, 24.0, 36.0].into_iter().flat_map(|away| {
            let (gap, slant) = (radius + 4.0 + away, (radius + away) * 0.75 + 3.0);
            // Base lines of the first line: level with the mark, above it and below it.
            let (level, above, below) = (y + down - more / 2.0, y - gap - 2.0 - more, y + gap + style.size * 0.85);
            [
                (x + gap, level, Align::Left),
                (x - gap, level, Align::Right),
                (x, above, Align::Centre),
                (x, below, Align::Centre),
                (x + slant, above + gap - slant, Align::Left),
                (x + slant, below - gap + slant, Align::Left),
                (x - slant, above + gap - slant, Align::Right),
                (x - slant, below - gap + slant, Align::Right),
            ]
        });
        let spots: Vec<_> = spots.collect();
        self.at_one_of(picture, &lines, style, &spots)
    }

    /// Writes lines, the first of them at the first spot that is free; whether there was one.
    pub fn at_one_of(&mut self, picture: &mut Picture, lines: &[Label], style: Style, spots: &[(f64, f64, Align)]) -> bool {
        let width = lines.iter().map(|line| line.width(style.size, style.weight)).fold(0.0, f64::max);
        let more = lines.len().saturating_sub(1) as f64 * style.size * LINE;
        let bounds = |(x, y, align): (f64, f64, Align)| Rect {
            x: match align {
                Align::Left => x,
                Align::Centre => x - width / 2.0,
                Align::Right => x - width,
            } - 2.0,
            y: y - style.size - 1.0,
            w: width + 4.0,
            h: style.size + 5.0 + more,
        };
        let inside =
            |b: &Rect| b.x >= self.area.x && b.right() <= self.area.right() && b.y >= self.area.y && b.bottom() <= self.area.bottom();
        let free = |spot: &&(f64, f64, Align)| {
            let b = bounds(**spot);
            inside(&b) && self.taken.iter().all(|taken| taken.is_apart(&b))
        };
        let clear = |spot: &&(f64, f64, Align)| self.avoided.iter().all(|avoided| avoided.is_apart(&bounds(**spot)));
        let found = spots.iter().filter(free).find(clear).or_else(|| spots.iter().find(free)).copied();
        let Some(spot) = found else { return false };
        self.taken.push(bounds(spot));
        for (i, line) in lines.iter().enumerate() {
            let y = spot.1 + i as f64 * style.size * LINE;
            picture.text(line.clone(), (spot.0, y), style.align(spot.2));
        }
        true
    }
}

/// A label in at most two lines.
fn in_lines(label: &Label, style: Style) -> Vec<Label> {
    let wrapped = |text: &str| {
        let mut lines = font::wrap(text, NAME_ROOM, style.size, style.weight);
        let rest = lines.split_off(lines.len().min(1)).join(" ");
        if !rest.is_empty() {
            lines.push(font::fit(&rest, NAME_ROOM, style.size, style.weight));
        }
        lines
    };
    let (text, raster) = (wrapped(&label.text), wrapped(&label.raster));
    // A line that only the pixels have is kept for them by a blank.
    let line = |lines: &[String], i: usize| lines.get(i).cloned().unwrap_or_else(|| "\u{a0}".to_owned());
    (0..text.len().max(raster.len()).max(1))
        .map(|i| Label {
            text: line(&text, i),
            raster: line(&raster, i),
        })
        .collect()
}

/// A filled mark: a square turned on its corner, which stays itself in print.
pub(crate) fn dot(picture: &mut Picture, (x, y): (f64, f64), radius: f64, colour: plotters::style::RGBColor) {
    let side = radius * 1.6;
    picture.rect(
        Rect {
            x: x - side / 2.0,
            y: y - side / 2.0,
            w: side,
            h: side,
        },
        colour,
    );
}

/// The places that a line joins with each place.
fn neighbours(network: &NetworkFacts) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); network.places.len()];
    for (from, to) in &network.lines {
        if from != to && !neighbours[*from].contains(to) {
            neighbours[*from].push(*to);
            neighbours[*to].push(*from);
        }
    }
    neighbours
}

/// Gives places without a position the mean of their neighbours' positions, round by round; those that no line joins with any
/// that has one, that of the first.
fn beside_neighbours(known: &mut [Option<(f64, f64)>], neighbours: &[Vec<usize>]) {
    for _ in 0..known.len() {
        let before = known.to_vec();
        for place in (0..known.len()).filter(|place| before[*place].is_none()) {
            let near: Vec<(f64, f64)> = neighbours[place].iter().filter_map(|n| before[*n]).collect();
            if !near.is_empty() {
                let sum = near.iter().fold((0.0, 0.0), |sum, p| (sum.0 + p.0, sum.1 + p.1));
                let n = near.len() as f64;
                known[place] = Some((sum.0 / n, sum.1 / n));
            }
        }
    }
    let first = known.iter().flatten().next().copied();
    known.iter_mut().filter(|p| p.is_none()).for_each(|p| *p = first);
}

/// Degrees to pixels: one scale for both, with longitude shortened by the cosine of the middle latitude; and that scale.
fn projected(positions: &[(f64, f64)], area: Rect) -> (Vec<(f64, f64)>, f64) {
    let range =
        |values: &mut dyn Iterator<Item = f64>| values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let (west, east) = range(&mut positions.iter().map(|p| p.0));
    let (south, north) = range(&mut positions.iter().map(|p| p.1));
    let shortened = libm::cos(f64::midpoint(south, north).to_radians()).max(0.1);
    let (width, height) = (((east - west) * shortened).max(1e-6), (north - south).max(1e-6));
    let scale = (area.w / width).min(area.h / height);
    let (left, top) = (area.x + (area.w - width * scale) / 2.0, area.y + (area.h - height * scale) / 2.0);
    let at = positions
        .iter()
        .map(|(longitude, latitude)| (left + (longitude - west) * shortened * scale, top + (north - latitude) * scale));
    (at.collect(), scale)
}

/// By how many lines places are away from an end of the network, from left to right and back in rows; places as far away as each
/// other stand below each other.
fn in_rows(neighbours: &[Vec<usize>], area: Rect) -> Vec<(f64, f64)> {
    let mut rank = vec![0; neighbours.len()];
    let mut begin = 0;
    let mut left: Vec<usize> = (0..neighbours.len()).collect();
    while let Some(any) = left.first().copied() {
        // The place furthest from any other one is an end.
        let end = steps_from(neighbours, any)
            .into_iter()
            .rev()
            .max_by_key(|s| s.1)
            .map_or(any, |s| s.0);
        let reached = steps_from(neighbours, end);
        for (place, steps) in &reached {
            rank[*place] = begin + steps;
        }
        begin += reached.iter().map(|s| s.1).max().unwrap_or(0) + 1;
        left.retain(|place| reached.iter().all(|(other, _)| other != place));
    }
    let rows = begin.div_ceil(PER_ROW).max(1);
    let columns = begin.min(PER_ROW);
    let across = if columns > 1 { area.w / (columns - 1) as f64 } else { 0.0 };
    let down = area.h / rows as f64;
    let mut seen = vec![0; begin.max(1)];
    let mut of_rank = vec![0; begin.max(1)];
    for r in &rank {
        of_rank[*r] += 1;
    }
    let place = |rank: &usize| {
        let (row, column) = (rank / PER_ROW, rank % PER_ROW);
        let column = if row % 2 == 0 { column } else { PER_ROW - 1 - column };
        let (nth, all) = (seen[*rank], of_rank[*rank]);
        seen[*rank] += 1;
        let shift = (f64::from(nth) + 0.5) / f64::from(all);
        let x = if columns > 1 {
            area.x + column as f64 * across
        } else {
            area.x + area.w / 2.0
        };
        (x, area.y + (row as f64 + shift) * down)
    };
    rank.iter().map(place).collect()
}

/// The places that lines join with one, each with how many it is away, the nearest first.
fn steps_from(neighbours: &[Vec<usize>], from: usize) -> Vec<(usize, usize)> {
    let mut seen = vec![false; neighbours.len()];
    seen[from] = true;
    let mut queue = VecDeque::from([(from, 0)]);
    let mut reached = Vec::new();
    while let Some((place, steps)) = queue.pop_front() {
        reached.push((place, steps));
        for next in &neighbours[place] {
            if !std::mem::replace(&mut seen[*next], true) {
                queue.push_back((*next, steps + 1));
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect = Rect {
        x: 0.0,
        y: 0.0,
        w: 800.0,
        h: 300.0,
    };

    fn network(positions: &[Option<(f64, f64)>], lines: &[(usize, usize)]) -> NetworkFacts {
        NetworkFacts {
            places: positions.iter().map(|p| (String::new(), *p)).collect(),
            lines: lines.to_vec(),
        }
    }

    #[test]
    fn a_degree_of_latitude_is_as_long_everywhere() {
        let network = network(&[Some((80.0, 40.0)), Some((80.0, 43.0)), None], &[(0, 2), (2, 1)]);
        let map = Map::new(&network, AREA);
        let km = 3.0 * KM_PER_DEGREE;
        assert!((map.per_km.expect("a scale") * km - 300.0).abs() < 1e-6);
        assert!((map.at[2].1 - 150.0).abs() < 1e-6, "between its neighbours: {:?}", map.at);
    }

    #[test]
    fn places_without_positions_stand_in_the_order_of_the_lines() {
        let network = network(&[None; 4], &[(2, 0), (0, 3), (3, 1)]);
        let map = Map::new(&network, AREA);
        assert_eq!(map.per_km, None);
        let mut order = [0, 1, 2, 3];
        order.sort_by(|a, b| map.at[*a].0.total_cmp(&map.at[*b].0));
        assert!(order == [2, 0, 3, 1] || order == [1, 3, 0, 2], "{order:?}");
    }

    #[test]
    fn places_move_apart_but_stay_on_the_page() {
        let network = network(
            &[Some((80.0, 40.0)), Some((80.0, 40.0)), Some((90.0, 40.0)), Some((90.0, 40.001))],
            &[],
        );
        let mut map = Map::new(&network, AREA);
        assert!(map.move_apart(&[20.0; 4], AREA));
        for i in 0..4 {
            for j in 0..i {
                let apart = libm::hypot(map.at[i].0 - map.at[j].0, map.at[i].1 - map.at[j].1);
                assert!(apart > 39.0, "{i} {j}: {apart}");
            }
            assert!(map.at[i].0 >= 0.0 && map.at[i].0 <= 800.0);
        }
        assert!(!map.move_apart(&[1.0; 4], AREA));
    }
}
