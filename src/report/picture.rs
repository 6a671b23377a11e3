//! A chart before it is drawn: marks at places, in pixels of the page, from which SVG and PNG are made alike.

use plotters::style::RGBColor;

use super::font::{self, Weight};

/// A text with what stands for it where the font lacks a character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    /// As it should be; an SVG shows this, as its reader has more fonts.
    pub text: String,
    /// As the pixels show it.
    pub raster: String,
}

impl Label {
    /// A name, or the id for it where the font cannot draw the name.
    pub fn named(name: &str, id: &str) -> Self {
        let text = clean(name);
        let raster = if text.chars().all(font::draws) {
            text.clone()
        } else {
            boxed(&clean(id))
        };
        Self { text, raster }
    }

    /// A sentence around this label.
    pub fn map(&self, f: impl Fn(&str) -> String) -> Self {
        Self {
            text: f(&self.text),
            raster: f(&self.raster),
        }
    }

    /// Shortened to a room.
    pub fn fit(&self, room: f64, size: f64, weight: Weight) -> Self {
        self.map(|t| font::fit(t, room, size, weight))
    }

    /// The wider of both.
    pub fn width(&self, size: f64, weight: Weight) -> f64 {
        font::width(&self.text, size, weight).max(font::width(&self.raster, size, weight))
    }
}

impl<T: AsRef<str>> From<T> for Label {
    fn from(text: T) -> Self {
        let text = clean(text.as_ref());
        let raster = boxed(&text);
        Self { text, raster }
    }
}

/// Without the control characters that XML forbids, and without those that turn the direction of writing of what follows.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}') {
                ' '
            } else {
                c
            }
        })
        .collect()
}

/// With a box for every character that the font lacks.
fn boxed(text: &str) -> String {
    text.chars().map(|c| if font::draws(c) { c } else { '□' }).collect()
}

/// Which end of a text its place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// It begins there.
    Left,
    /// Its middle is there.
    Centre,
    /// It ends there.
    Right,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// The size in pixels.
    pub size: f64,
    /// The weight.
    pub weight: Weight,
    /// The colour.
    pub colour: RGBColor,
    /// The alignment.
    pub align: Align,
}

impl Style {
    /// Regular and left-aligned.
    pub const fn new(size: f64, colour: RGBColor) -> Self {
        Self {
            size,
            weight: Weight::Regular,
            colour,
            align: Align::Left,
        }
    }

    /// The same in bold.
    pub const fn bold(self) -> Self {
        Self {
            weight: Weight::Bold,
            ..self
        }
    }

    /// The same with another alignment.
    pub const fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }
}

/// A piece of text at a place.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    /// What it says.
    pub label: Label,
    /// Where it stands: across, and down to the base line.
    pub at: (f64, f64),
    /// How it looks.
    pub style: Style,
    /// Whether it reads upwards.
    pub upwards: bool,
}

/// One thing to draw.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    /// A filled rectangle.
    Rect {
        /// Its bounds.
        area: Rect,
        /// Its colour.
        fill: RGBColor,
    },
    /// A line through points.
    Path {
        /// The points.
        points: Vec<(f64, f64)>,
        /// Its colour.
        colour: RGBColor,
        /// Its width in pixels.
        width: f64,
    },
    /// The strip between two staircases over the same steps.
    Band {
        /// The steps from left to right.
        steps: Vec<Rect>,
        /// Its colour.
        fill: RGBColor,
    },
    /// A filled shape with straight edges.
    Area {
        /// Its corners in order.
        corners: Vec<(f64, f64)>,
        /// Its colour.
        fill: RGBColor,
        /// How much it hides of what is below, from 0 to 1.
        opacity: f64,
    },
    /// Many filled rectangles of one colour.
    Cells {
        /// Their bounds.
        areas: Vec<Rect>,
        /// Their colour.
        fill: RGBColor,
    },
    /// Many lines of one colour and width.
    Strokes {
        /// The points of each.
        lines: Vec<Vec<(f64, f64)>>,
        /// Their colour.
        colour: RGBColor,
        /// Their width in pixels.
        width: f64,
    },
    /// A filled circle.
    Disc {
        /// Its middle.
        centre: (f64, f64),
        /// Its radius in pixels.
        radius: f64,
        /// Its colour.
        fill: RGBColor,
    },
    /// A text.
    Text(Text),
}

/// A small shape that marks a value, so that series differ without colour too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dot {
    /// A disc.
    Disc,
    /// A square.
    Square,
    /// A square on its corner.
    Diamond,
    /// A triangle that points up.
    Triangle,
    /// A triangle that points down.
    Falling,
}

impl Dot {
    /// All of them, for series in order.
    pub const ALL: [Self; 5] = [Self::Disc, Self::Square, Self::Triangle, Self::Diamond, Self::Falling];

    /// The corners of it about a place, as wide as twice the radius or so.
    fn corners(self, (x, y): (f64, f64), radius: f64) -> Vec<(f64, f64)> {
        let (corners, first, reach) = match self {
            Self::Disc | Self::Square => (4, 0.125, 1.25),
            Self::Diamond => (4, 0.0, 1.3),
            Self::Triangle => (3, 0.75, 1.35),
            Self::Falling => (3, 0.25, 1.35),
        };
        let corner = |n: u32| {
            let turn = std::f64::consts::TAU * (f64::from(n) / f64::from(corners) + first);
            (x + radius * reach * libm::cos(turn), y + radius * reach * libm::sin(turn))
        };
        (0..corners).map(corner).collect()
    }
}

/// Bounds in pixels of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rect {
    /// The left edge.
    pub x: f64,
    /// The upper edge.
    pub y: f64,
    /// How wide.
    pub w: f64,
    /// How high.
    pub h: f64,
}

impl Rect {
    /// The right edge.
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// The lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// Whether they have no point in common.
    pub fn is_apart(&self, other: &Self) -> bool {
        self.right() <= other.x || other.right() <= self.x || self.bottom() <= other.y || other.bottom() <= self.y
    }
}

/// Marks in the order in which they are drawn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Picture {
    /// How high, in pixels; the width is that of the theme.
    pub height: f64,
    /// The marks, the lowest first.
    pub marks: Vec<Mark>,
}

impl Picture {
    /// A filled rectangle; nothing where it would be empty.
    pub fn rect(&mut self, area: Rect, fill: RGBColor) {
        if area.w > 0.0 && area.h > 0.0 {
            self.marks.push(Mark::Rect { area, fill });
        }
    }

    /// Filled rectangles of one colour; those that would be empty are left out.
    pub fn cells(&mut self, mut areas: Vec<Rect>, fill: RGBColor) {
        areas.retain(|area| area.w > 0.0 && area.h > 0.0);
        if !areas.is_empty() {
            self.marks.push(Mark::Cells { areas, fill });
        }
    }

    /// Lines of one colour and width.
    pub fn strokes(&mut self, mut lines: Vec<Vec<(f64, f64)>>, colour: RGBColor, width: f64) {
        lines.retain(|points| points.len() > 1);
        if !lines.is_empty() {
            self.marks.push(Mark::Strokes { lines, colour, width });
        }
    }

    /// A filled circle.
    pub fn disc(&mut self, centre: (f64, f64), radius: f64, fill: RGBColor) {
        self.marks.push(Mark::Disc { centre, radius, fill });
    }

    /// A line through points.
    pub fn path(&mut self, points: Vec<(f64, f64)>, colour: RGBColor, width: f64) {
        if points.len() > 1 {
            self.marks.push(Mark::Path { points, colour, width });
        }
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: RGBColor, width: f64) {
        self.path(vec![from, to], colour, width);
    }

    /// A dashed line, level or upright.
    pub fn dashes(&mut self, from: (f64, f64), to: (f64, f64), colour: RGBColor, width: f64) {
        let length = libm::hypot(to.0 - from.0, to.1 - from.1);
        let (dash, gap) = (5.0, 3.5);
        let along = |d: f64| (from.0 + (to.0 - from.0) * d / length, from.1 + (to.1 - from.1) * d / length);
        let mut at = 0.0;
        while at < length {
            self.line(along(at), along((at + dash).min(length)), colour, width);
            at += dash + gap;
        }
    }

    /// The strip between two staircases, by steps from left to right.
    pub fn band(&mut self, steps: Vec<Rect>, fill: RGBColor) {
        if !steps.is_empty() {
            self.marks.push(Mark::Band { steps, fill });
        }
    }

    /// A filled shape by its corners, through which what is below shows where the opacity is under 1.
    pub fn area(&mut self, corners: Vec<(f64, f64)>, fill: RGBColor, opacity: f64) {
        if corners.len() > 2 {
            self.marks.push(Mark::Area { corners, fill, opacity });
        }
    }

    /// A small shape that marks a value, with a rim of paper that sets it off from lines.
    pub fn dot(&mut self, at: (f64, f64), dot: Dot, radius: f64, fill: RGBColor) {
        for (radius, fill) in [(radius + 1.0, super::theme::PAPER), (radius, fill)] {
            match dot {
                Dot::Disc => self.disc(at, radius, fill),
                _ => self.area(dot.corners(at, radius), fill, 1.0),
            }
        }
    }

    /// An upright or level line with short bars across its ends, as intervals are drawn.
    pub fn whisker(&mut self, from: (f64, f64), to: (f64, f64), colour: RGBColor, width: f64) {
        self.line(from, to, colour, width);
        let level = (to.1 - from.1).abs() < 1e-9;
        let (dx, dy) = if level { (0.0, 3.5) } else { (3.5, 0.0) };
        for (x, y) in [from, to] {
            self.line((x - dx, y - dy), (x + dx, y + dy), colour, width);
        }
    }

    /// A text; nothing where it is empty.
    pub fn text(&mut self, label: impl Into<Label>, at: (f64, f64), style: Style) {
        self.place(label.into(), at, style, false);
    }

    /// A text that reads upwards.
    pub fn text_upwards(&mut self, label: impl Into<Label>, at: (f64, f64), style: Style) {
        self.place(label.into(), at, style, true);
    }

    fn place(&mut self, label: Label, at: (f64, f64), style: Style, upwards: bool) {
        if !label.text.is_empty() {
            self.marks.push(Mark::Text(Text { label, at, style, upwards }));
        }
    }

    /// Whether the pixels show another text somewhere than the SVG.
    pub fn has_substitutes(&self) -> bool {
        self.marks
            .iter()
            .any(|m| matches!(m, Mark::Text(t) if t.label.text != t.label.raster))
    }
}

#[cfg(test)]
impl Text {
    /// Where its letters are.
    pub fn bounds(&self) -> Rect {
        let width = self.label.width(self.style.size, self.style.weight);
        let (up, down) = (self.style.size * 0.75, self.style.size * 0.2);
        let before = match self.style.align {
            Align::Left => 0.0,
            Align::Centre => width / 2.0,
            Align::Right => width,
        };
        if self.upwards {
            let bottom = self.at.1 + before;
            Rect {
                x: self.at.0 - up,
                y: bottom - width,
                w: up + down,
                h: width,
            }
        } else {
            Rect {
                x: self.at.0 - before,
                y: self.at.1 - up,
                w: width,
                h: up + down,
            }
        }
    }
}
