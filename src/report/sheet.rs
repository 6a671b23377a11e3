//! The page of a chart: title, finding, key, body, caption.

use plotters::style::RGBColor;

use super::chart::Chart;
use super::font::{self, Weight};
use super::number;
use super::paint;
#[cfg(test)]
use super::picture::Mark;
use super::picture::{Dot, Label, Picture, Rect, Style};
use super::tables::Table;
use super::{Lang, ReportError, theme, words};
use crate::experiment::results::{LocationFacts, Results};

/// What is written on a chart.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    /// In which language.
    pub lang: Lang,
    /// For file names.
    pub id: String,
    /// What it shows.
    pub title: Label,
    /// What it says.
    pub finding: Label,
    /// How it was made.
    pub caption: String,
}

/// How a key shows its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Swatch {
    /// A filled box.
    Box,
    /// A line.
    Line,
    /// A dashed line.
    Dashes,
    /// A mark of a value.
    Dot(Dot),
}

/// An entry of the key.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// How its colour is shown.
    pub swatch: Swatch,
    /// The colour.
    pub colour: RGBColor,
    /// What it stands for.
    pub label: Label,
}

impl Key {
    /// An entry.
    pub fn new(swatch: Swatch, colour: RGBColor, label: impl Into<Label>) -> Self {
        Self {
            swatch,
            colour,
            label: label.into(),
        }
    }
}

/// A page whose head is drawn and whose body is to be filled.
pub(crate) struct Sheet {
    /// The marks so far.
    pub picture: Picture,
    /// Where the body goes.
    pub body: Rect,
    words: Words,
}

const INNER: f64 = theme::WIDTH - 2.0 * theme::MARGIN;

impl Sheet {
    /// In which language it is written.
    pub fn lang(&self) -> Lang {
        self.words.lang
    }

    /// Draws title, finding and key above a body of a given height.
    pub fn new(words: Words, keys: &[Key], body_height: f64) -> Self {
        let mut picture = Picture::default();
        let mut y = theme::MARGIN;
        let title = Style::new(theme::TITLE, theme::INK).bold();
        let finding = Style::new(theme::FINDING, theme::MUTED);
        y = lines(&mut picture, &words.title, title, 2, y);
        y = lines(&mut picture, &words.finding, finding, 3, y + 4.0);
        y = key(&mut picture, keys, y + 8.0);
        let body = Rect {
            x: theme::MARGIN,
            y: y + 10.0,
            w: INNER,
            h: body_height,
        };
        Self { picture, body, words }
    }

    /// Draws the caption below the body and makes a chart of it.
    pub fn finish(mut self, data: &Table) -> Result<Chart, ReportError> {
        if self.picture.has_substitutes() {
            let said = self.words.lang.pick(
                "Names that the font of the PNG lacks are replaced there by their ids; the SVG has them.",
                "PNG 所用字体缺字的名称，图中以其标识代替；SVG 中为原名。",
            );
            remark(&mut self.words.caption, said);
        }
        let caption = Label::from(&self.words.caption);
        let bottom = lines(
            &mut self.picture,
            &caption,
            Style::new(theme::SMALL, theme::MUTED),
            6,
            self.body.bottom() + 14.0,
        );
        self.picture.height = bottom + theme::MARGIN - 6.0;
        #[cfg(test)]
        check::labels_are_apart(&self.words.id, &self.picture);
        let lang = self.words.lang;
        let (id, title, alt) = (self.words.id, self.words.title.text, self.words.finding.text);
        Ok(Chart {
            svg: paint::svg(&self.picture, lang, &id, (&title, &alt))?,
            data_csv: data.to_csv()?,
            caption: self.words.caption,
            id,
            title,
            alt,
            picture: self.picture,
        })
    }
}

/// A frame with a sentence that says why there is nothing in it.
pub(crate) fn nothing(mut words: Words, why: &str, data: &Table) -> Result<Chart, ReportError> {
    words.finding = Label::from(why);
    let Words {
        title, caption, id, lang, ..
    } = words;
    let blank = Words {
        lang,
        id,
        title,
        caption,
        finding: Label::from(lang.pick("Nothing to draw.", "无可绘内容。")),
    };
    let mut sheet = Sheet::new(blank, &[], 120.0);
    let body = sheet.body;
    for (from, to) in [
        ((body.x, body.y), (body.right(), body.y)),
        ((body.right(), body.y), (body.right(), body.bottom())),
        ((body.right(), body.bottom()), (body.x, body.bottom())),
        ((body.x, body.bottom()), (body.x, body.y)),
    ] {
        sheet.picture.line(from, to, theme::GRID, 1.0);
    }
    let style = Style::new(theme::FINDING, theme::INK).align(super::picture::Align::Centre);
    let centre = body.x + body.w / 2.0;
    let sentence = capital(why);
    let wrapped = font::wrap(&sentence, body.w - 60.0, theme::FINDING, Weight::Regular);
    let first = body.y + body.h / 2.0 + 5.0 - (wrapped.len().saturating_sub(1)) as f64 * 9.0;
    for (i, line) in wrapped.iter().enumerate() {
        sheet.picture.text(line, (centre, first + i as f64 * 18.0), style);
    }
    sheet.words.finding = Label::from(lang.pick(format!("Nothing to draw: {why}"), format!("无可绘内容：{why}")));
    sheet.finish(data)
}

/// With a capital at its begin.
fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A text in at most so many lines from `y` down; the bottom of the last line.
fn lines(picture: &mut Picture, label: &Label, style: Style, most: usize, y: f64) -> f64 {
    let wrap = |text: &str| {
        let mut lines = font::wrap(text, INNER, style.size, style.weight);
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                *last = font::fit(&format!("{last} …"), INNER, style.size, style.weight);
            }
        }
        lines
    };
    let (text, raster) = (wrap(&label.text), wrap(&label.raster));
    let mut y = y;
    for i in 0..text.len().max(raster.len()) {
        let line = Label {
            text: text.get(i).cloned().unwrap_or_default(),
            raster: raster.get(i).cloned().unwrap_or_default(),
        };
        y += style.size * 1.32;
        if line.text.is_empty() {
            // Lines that only the pixels have; the mark is kept for them by a blank.
            picture.text(
                Label {
                    text: "\u{a0}".to_owned(),
                    ..line
                },
                (theme::MARGIN, y - style.size * 0.3),
                style,
            );
        } else {
            picture.text(line, (theme::MARGIN, y - style.size * 0.3), style);
        }
    }
    y
}

/// The key in as many rows as it needs; the bottom of the last row.
fn key(picture: &mut Picture, keys: &[Key], y: f64) -> f64 {
    const ROW: f64 = 19.0;
    if keys.is_empty() {
        return y - 8.0;
    }
    let style = Style::new(theme::SMALL, theme::INK);
    let (mut x, mut y) = (theme::MARGIN, y);
    for Key { swatch, colour, label } in keys {
        let label = label.fit(300.0, style.size, style.weight);
        let width = 24.0 + label.width(style.size, style.weight) + 18.0;
        if x + width > theme::MARGIN + INNER + 18.0 && x > theme::MARGIN {
            x = theme::MARGIN;
            y += ROW;
        }
        let middle = y + ROW / 2.0;
        match swatch {
            Swatch::Box => picture.rect(
                Rect {
                    x,
                    y: middle - 5.5,
                    w: 18.0,
                    h: 11.0,
                },
                *colour,
            ),
            Swatch::Dot(dot) => picture.dot((x + 9.0, middle), *dot, 4.5, *colour),
            Swatch::Line => picture.line((x, middle), (x + 18.0, middle), *colour, 2.0),
            Swatch::Dashes => picture.dashes((x, middle), (x + 18.0, middle), *colour, 1.5),
        }
        picture.text(label, (x + 24.0, middle + style.size * 0.36), style);
        x += width;
    }
    y + ROW
}

/// How sure the numbers are: `10 replications, 95 % intervals, first 14 d deleted as warm-up`.
pub(crate) fn provenance(results: &Results, intervals: bool, lang: Lang) -> String {
    let run = &results.run;
    let n = lang.pick(
        number::counted(run.replications as usize, "replication", "replications"),
        format!("{} 次重复", run.replications),
    );
    let percent = number::plain(run.confidence * 100.0);
    let percent = percent.trim_end_matches('0').trim_end_matches('.');
    let level = if !intervals {
        String::new()
    } else if run.replications < 2 {
        lang.pick(", no interval from a single one", "，单次重复没有区间").to_owned()
    } else {
        lang.pick(format!(", {percent}\u{a0}% intervals"), format!("，{percent}\u{a0}% 置信区间"))
    };
    let [warm_up_time, length] = [run.warm_up, run.length].map(|time| words::duration(time, lang));
    let warm_up = if run.warm_up.0 > 0 {
        lang.pick(
            format!("the first {warm_up_time} deleted as warm-up"),
            format!("删去最初 {warm_up_time}的预热期"),
        )
    } else {
        lang.pick("no warm-up deleted", "未删预热期").to_owned()
    };
    lang.pick(
        format!("{n}{level}; {length} measured, {warm_up}."),
        format!("{n}{level}；统计时长 {length}，{warm_up}。"),
    )
}

/// Adds a sentence to a caption; after a Chinese full stop, which is wide by itself, without a blank.
pub(crate) fn remark(caption: &mut String, sentence: &str) {
    if !caption.ends_with('。') {
        caption.push(' ');
    }
    caption.push_str(sentence);
}

/// An id as part of a file name.
pub(crate) fn safe(id: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    id.chars().map(|c| if plain(c) { c } else { '_' }).collect()
}

/// The name of a location by index.
pub(crate) fn name_of(results: &Results, location: usize) -> Label {
    results.locations.get(location).map_or_else(
        || Label::from(format!("location {location}")),
        |LocationFacts { id, name, .. }| Label::named(if name.is_empty() { id } else { name }, id),
    )
}

/// The id of a location by index.
pub(crate) fn id_of(results: &Results, location: usize) -> String {
    results
        .locations
        .get(location)
        .map_or_else(|| format!("location {location}"), |l| l.id.clone())
}

/// What every chart of every test must keep.
#[cfg(test)]
mod check {
    use super::*;

    /// Every text is on the page and no two texts touch.
    pub(super) fn labels_are_apart(id: &str, picture: &Picture) {
        let texts: Vec<_> = picture
            .marks
            .iter()
            .filter_map(|m| if let Mark::Text(t) = m { Some((t, t.bounds())) } else { None })
            .collect();
        for (i, (t, a)) in texts.iter().enumerate() {
            let inside = a.x >= 0.0 && a.y >= 0.0 && a.right() <= theme::WIDTH && a.bottom() <= picture.height;
            assert!(inside, "{id}: {:?} is cut off: {a:?}", t.label.text);
            for (u, b) in &texts[..i] {
                let apart = a.right() <= b.x || b.right() <= a.x || a.bottom() <= b.y || b.bottom() <= a.y;
                assert!(apart, "{id}: {:?} {a:?} touches {:?} {b:?}", t.label.text, u.label.text);
            }
        }
        let numbers = picture.marks.iter().flat_map(|m| match m {
            Mark::Rect { area, .. } => vec![area.x, area.y, area.w, area.h],
            Mark::Path { points, .. } => points.iter().flat_map(|p| [p.0, p.1]).collect(),
            Mark::Band { steps, .. } => steps.iter().flat_map(|s| [s.x, s.y, s.w, s.h]).collect(),
            Mark::Area { corners, .. } => corners.iter().flat_map(|p| [p.0, p.1]).collect(),
            Mark::Cells { areas, .. } => areas.iter().flat_map(|s| [s.x, s.y, s.w, s.h]).collect(),
            Mark::Strokes { lines, .. } => lines.iter().flatten().flat_map(|p| [p.0, p.1]).collect(),
            Mark::Disc { centre, radius, .. } => vec![centre.0, centre.1, *radius],
            Mark::Text(t) => vec![t.at.0, t.at.1],
        });
        assert!(numbers.into_iter().all(f64::is_finite), "{id} has a mark at no place");
    }
}
