//! The network as a map: where places are on the page, and where their names go.

use super::font::Weight;
use super::picture::{Align, Label, Picture, Rect, Style};
use super::theme;
use crate::experiment::results::NetworkFacts;

/// Radius of the mark of a place, in pixels.
pub(crate) const MARK: f64 = 5.0;

/// Where each place is on the page.
pub(crate) struct Map<'n> {
    network: &'n NetworkFacts,
    /// One for each place.
    pub at: Vec<(f64, f64)>,
}

impl<'n> Map<'n> {
    /// Places by longitude and latitude, as wide as the area allows with degrees of longitude shortened as in its middle; where any
    /// place has none, all on a circle in the order of the scenario.
    pub fn new(network: &'n NetworkFacts, area: Rect) -> Self {
        let positions: Option<Vec<(f64, f64)>> = network.places.iter().map(|(_, position)| *position).collect();
        let at = match positions {
            Some(positions) if positions.len() > 1 => projected(&positions, area),
            _ => on_a_circle(network.places.len(), area),
        };
        Self { network, at }
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
        let marks: Vec<Rect> = self
            .at
            .iter()
            .map(|(x, y)| Rect {
                x: x - MARK,
                y: y - MARK,
                w: 2.0 * MARK,
                h: 2.0 * MARK,
            })
            .collect();
        let mut taken: Vec<Rect> = Vec::new();
        for place in asked {
            let label = Label::from(self.network.places[place].0.as_str());
            let width = label.width(theme::SMALL, Weight::Regular);
            let (x, y) = self.at[place];
            let gap = MARK + 4.0;
            let spots = [
                (x + gap, y + 4.0, Align::Left),
                (x - gap, y + 4.0, Align::Right),
                (x, y - gap - 2.0, Align::Centre),
                (x, y + gap + 10.0, Align::Centre),
                (x + gap, y - gap, Align::Left),
                (x + gap, y + gap + 9.0, Align::Left),
                (x - gap, y - gap, Align::Right),
                (x - gap, y + gap + 9.0, Align::Right),
            ];
            let bounds = |(x, y, align): (f64, f64, Align)| Rect {
                x: match align {
                    Align::Left => x,
                    Align::Centre => x - width / 2.0,
                    Align::Right => x - width,
                } - 2.0,
                y: y - theme::SMALL - 1.0,
                w: width + 4.0,
                h: theme::SMALL + 5.0,
            };
            let is_free = |spot: &(f64, f64, Align)| {
                let b = bounds(*spot);
                let apart = |a: &Rect| a.right() <= b.x || b.right() <= a.x || a.bottom() <= b.y || b.bottom() <= a.y;
                let inside = b.x >= area.x && b.right() <= area.right() && b.y >= area.y && b.bottom() <= area.bottom();
                inside && taken.iter().all(apart) && marks.iter().enumerate().all(|(other, mark)| other == place || apart(mark))
            };
            if let Some(spot) = spots.into_iter().find(is_free) {
                taken.push(bounds(spot));
                let style = Style::new(theme::SMALL, theme::INK).align(spot.2);
                picture.text(label, (spot.0, spot.1), style);
            }
        }
    }
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

/// Degrees to pixels: one scale for both, with longitude shortened by the cosine of the middle latitude.
fn projected(positions: &[(f64, f64)], area: Rect) -> Vec<(f64, f64)> {
    let range =
        |values: &mut dyn Iterator<Item = f64>| values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let (west, east) = range(&mut positions.iter().map(|p| p.0));
    let (south, north) = range(&mut positions.iter().map(|p| p.1));
    let shortened = libm::cos(f64::midpoint(south, north).to_radians()).max(0.1);
    let (width, height) = (((east - west) * shortened).max(1e-6), (north - south).max(1e-6));
    let scale = (area.w / width).min(area.h / height);
    let (left, top) = (area.x + (area.w - width * scale) / 2.0, area.y + (area.h - height * scale) / 2.0);
    positions
        .iter()
        .map(|(longitude, latitude)| (left + (longitude - west) * shortened * scale, top + (north - latitude) * scale))
        .collect()
}

fn on_a_circle(places: usize, area: Rect) -> Vec<(f64, f64)> {
    let (middle, radius) = ((area.x + area.w / 2.0, area.y + area.h / 2.0), area.w.min(area.h) / 2.0);
    (0..places)
        .map(|place| {
            let angle = (place as f64 / places.max(1) as f64) * std::f64::consts::TAU - std::f64::consts::FRAC_PI_2;
            let is_alone = places == 1;
            let (dx, dy) = if is_alone {
                (0.0, 0.0)
            } else {
                (libm::cos(angle), libm::sin(angle))
            };
            // Wider than high, as the page is.
            (middle.0 + dx * radius * 1.6, middle.1 + dy * radius)
        })
        .collect()
}
