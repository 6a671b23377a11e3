//! Puts a picture on any backend of plotters; SVG and PNG come from the same marks.

use std::fmt::Write as _;

use plotters::backend::DrawingBackend;
use plotters::prelude::{BitMapBackend, Color, FontDesc, FontFamily, SVGBackend, ShapeStyle, TextStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, FontTransform, RGBColor};

use super::font::{self, Letter, Weight};
use super::picture::{Align, Label, Mark, Picture, Rect, Text};
use super::theme;
use super::{Lang, ReportError};

/// Steps of a backend in a pixel of the page: plotters counts whole steps only, which are too coarse for thin lines.
const FINE: f64 = 4.0;
/// A pixel of the PNG averages so many steps each way; the PNG has `FINE / POOL` pixels to one of the page.
const POOL: usize = 2;

/// What the SVG backend divides a size by.
const SVG_SIZE: f64 = 1.24;
/// How far below the place of a text it puts the base line, over the size of the font.
const SVG_DROP: f64 = 0.76;

/// Where a backend differs in its text.
#[derive(Clone, Copy)]
enum Target {
    /// Writes text and leaves it to its reader.
    Svg,
    /// Draws the letters.
    Pixels,
}

impl Target {
    fn says(self, label: &Label) -> &str {
        match self {
            Self::Svg => &label.text,
            Self::Pixels => &label.raster,
        }
    }
}

/// The picture as SVG, with a title and a description for those who cannot see it.
pub(crate) fn svg(picture: &Picture, lang: Lang, id: &str, (title, alt): (&str, &str)) -> Result<String, ReportError> {
    let (width, height) = page(picture);
    let mut marks = through_backend(&[], Some(picture.height), (width, height))?;
    for group in picture.marks.chunk_by(|a, b| is_compact(a) == is_compact(b)) {
        if group.first().is_some_and(is_compact) {
            for mark in group {
                compact(mark, &mut marks);
            }
        } else {
            marks.push_str(&through_backend(group, None, (width, height))?);
        }
    }
    marks.push_str("</svg>\n");
    let (id, title, alt) = (escape(id), escape(&Label::from(title).text), escape(&Label::from(alt).text));
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" xml:lang=\"{}\" role=\"img\" \
         aria-labelledby=\"{id}-title {id}-desc\">\n<title id=\"{id}-title\">{title}</title>\n<desc id=\"{id}-desc\">{alt}</desc>\n{marks}",
        f64::from(width) / FINE,
        f64::from(height) / FINE,
        lang.tag(),
    ))
}

/// Marks as the backend writes them, over the page where its height is given.
fn through_backend(marks: &[Mark], page: Option<f64>, size: (u32, u32)) -> Result<String, ReportError> {
    let mut drawn = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut drawn, size);
        paint(marks, page, &mut backend, Target::Svg)?;
    }
    // The backend's first tag gives the size in its own fine steps, its last one closes the file.
    let inside = drawn.split_once('\n').map_or("", |(_, rest)| rest);
    let inside = inside.trim_end().strip_suffix("</svg>").unwrap_or(inside);
    // Everything is opaque; a quotation mark of a text is escaped, so that this is no text.
    Ok(inside.replace(" opacity=\"1\"", ""))
}

/// Whether a mark of many parts is one path in an SVG, for which the backend has no call.
fn is_compact(mark: &Mark) -> bool {
    matches!(mark, Mark::Cells { .. } | Mark::Strokes { .. })
}

/// Marks of many parts as one path, each part by its differences: a tenth of the letters.
fn compact(mark: &Mark, svg: &mut String) {
    // Writing into a string cannot fail.
    match mark {
        Mark::Cells { areas, fill } => {
            let _ = write!(svg, "<path fill=\"{}\" d=\"", hex(*fill));
            for area in areas {
                let (left, top) = (step(area.x), step(area.y));
                let (wide, high) = (step(area.right()) - left, step(area.bottom()) - top);
                let _ = write!(svg, "M{left} {top}h{wide}v{high}h{}z", -wide);
            }
            svg.push_str("\"/>\n");
        }
        Mark::Strokes { lines, colour, width } => {
            let stroke = hex(*colour);
            let _ = write!(
                svg,
                "<path fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{}\" stroke-linejoin=\"round\" d=\"",
                stroke_width(*width)
            );
            for points in lines {
                let mut pen = (0, 0);
                for (i, (x, y)) in points.iter().enumerate() {
                    let at = (step(*x), step(*y));
                    let _ = match (i, at.0 - pen.0, at.1 - pen.1) {
                        (0, ..) => write!(svg, "M{} {}", at.0, at.1),
                        (_, 0, 0) => Ok(()),
                        (_, dx, 0) => write!(svg, "h{dx}"),
                        (_, 0, dy) => write!(svg, "v{dy}"),
                        (_, dx, dy) => write!(svg, "l{dx} {dy}"),
                    };
                    pen = at;
                }
            }
            svg.push_str("\"/>\n");
        }
        _ => {}
    }
}

fn hex(RGBColor(r, g, b): RGBColor) -> String {
    format!("#{r:02X}{g:02X}{b:02X}")
}

/// The picture as PNG, two pixels to one of the page.
pub(crate) fn png(picture: &Picture) -> Result<Vec<u8>, ReportError> {
    let (width, height) = page(picture);
    let mut fine = vec![0; width as usize * height as usize * 3];
    {
        let mut backend = BitMapBackend::with_buffer(&mut fine, (width, height));
        paint(&picture.marks, Some(picture.height), &mut backend, Target::Pixels)?;
    }
    let pooled = pool(&fine, width as usize);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width / POOL as u32, height / POOL as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // No filter: charts are plain areas and straight lines, whose bytes repeat as they stand; differences from the line above
    // made files a quarter larger. Beyond this level the time doubles for 4 % of size.
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_deflate_compression(png::DeflateCompression::Level(4));
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: 7559,
        yppu: 7559,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&pooled).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// Where along the line a letter is drawn, over and over: a font without the weight is made heavier by it.
fn strokes(letter: &Letter, em: f64) -> impl Iterator<Item = f64> + use<> {
    let times = if letter.lacks_weight { 3 } else { 1 };
    (0..times).map(move |n| f64::from(n) * 0.018 * em)
}

/// The page in fine steps.
fn page(picture: &Picture) -> (u32, u32) {
    let steps = |pixels: f64| (pixels.ceil().clamp(1.0, 8000.0) * FINE) as u32;
    (steps(theme::WIDTH), steps(picture.height))
}

/// Each pixel the mean of a square of two by two fine ones.
///
/// Row by row over slices of known length: the page has some ten million fine pixels, and reading each by its index
/// took longer than simulating the half year that the chart shows.
fn pool(fine: &[u8], width: usize) -> Vec<u8> {
    let mut pooled = Vec::with_capacity(fine.len() / (POOL * POOL));
    for rows in fine.chunks_exact(width * 3 * POOL) {
        let (upper, lower) = rows.split_at(width * 3);
        for (a, b) in upper.as_chunks::<6>().0.iter().zip(lower.as_chunks::<6>().0) {
            let mean = |i: usize| ((u16::from(a[i]) + u16::from(a[i + 3]) + u16::from(b[i]) + u16::from(b[i + 3])) / 4) as u8;
            pooled.extend_from_slice(&[mean(0), mean(1), mean(2)]);
        }
    }
    pooled
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&apos;")
}

/// Draws marks over paper down to the height that is given, or over what is there.
fn paint<B: DrawingBackend>(marks: &[Mark], page: Option<f64>, backend: &mut B, target: Target) -> Result<(), ReportError> {
    if !font::register() {
        return Err(ReportError::Drawing("the font of the charts cannot be read".to_owned()));
    }
    if let Some(height) = page {
        let background = Rect {
            x: 0.0,
            y: 0.0,
            w: theme::WIDTH,
            h: height.ceil(),
        };
        fill(backend, background, theme::PAPER)?;
    }
    for mark in marks {
        match mark {
            Mark::Rect { area, fill: colour } => fill(backend, *area, *colour)?,
            Mark::Path { points, colour, width } => path(backend, points, *colour, *width, target)?,
            Mark::Band { steps, fill: colour } => band(backend, steps, *colour, target)?,
            Mark::Area { corners, fill, opacity } => area(backend, corners, *fill, *opacity)?,
            Mark::Cells { areas, fill: colour } => areas.iter().try_for_each(|area| fill(backend, *area, *colour))?,
            Mark::Strokes { lines, colour, width } => lines.iter().try_for_each(|points| path(backend, points, *colour, *width, target))?,
            Mark::Disc { centre, radius, fill } => {
                let middle = (step(centre.0), step(centre.1));
                let radius = step(*radius).unsigned_abs();
                backend.draw_circle(middle, radius, &fill.filled(), true).map_err(failed)?;
            }
            Mark::Text(text) => write(backend, text, target)?,
        }
    }
    backend.present().map_err(failed)
}

type Drawn = Result<(), ReportError>;

fn failed(e: impl std::error::Error) -> ReportError {
    ReportError::Drawing(e.to_string())
}

fn step(pixels: f64) -> i32 {
    (pixels * FINE).round() as i32
}

fn fill<B: DrawingBackend>(backend: &mut B, area: Rect, colour: RGBColor) -> Drawn {
    let (left, top, right, bottom) = (step(area.x), step(area.y), step(area.right()), step(area.bottom()));
    backend
        .draw_rect((left, top), (right, bottom), &colour.filled(), true)
        .map_err(failed)
}

/// In steps of the backend; below three its rasteriser loses slanted lines.
fn stroke_width(pixels: f64) -> u32 {
    step(pixels).max(3).unsigned_abs()
}

fn path<B: DrawingBackend>(backend: &mut B, points: &[(f64, f64)], colour: RGBColor, width: f64, target: Target) -> Drawn {
    let fine: Vec<(i32, i32)> = points.iter().map(|(x, y)| (step(*x), step(*y))).collect();
    let stroke = stroke_width(width);
    let style = ShapeStyle {
        color: colour.to_rgba(),
        filled: false,
        stroke_width: stroke,
    };
    match target {
        Target::Svg => backend.draw_path(fine, &style).map_err(failed),
        Target::Pixels => {
            // Segment by segment: the polygon that plotters makes of a whole path has spikes at sharp corners.
            for (i, pair) in fine.windows(2).enumerate() {
                if i > 0 {
                    backend.draw_circle(pair[0], stroke / 2, &colour.filled(), true).map_err(failed)?;
                }
                backend.draw_line(pair[0], pair[1], &style).map_err(failed)?;
            }
            Ok(())
        }
    }
}

fn band<B: DrawingBackend>(backend: &mut B, steps: &[Rect], colour: RGBColor, target: Target) -> Drawn {
    match target {
        Target::Svg => {
            let upper = steps.iter().flat_map(|s| [(s.x, s.y), (s.right(), s.y)]);
            let lower = steps.iter().rev().flat_map(|s| [(s.right(), s.bottom()), (s.x, s.bottom())]);
            backend
                .fill_polygon(upper.chain(lower).map(|(x, y)| (step(x), step(y))), &colour.filled())
                .map_err(failed)
        }
        Target::Pixels => steps.iter().try_for_each(|s| fill(backend, *s, colour)),
    }
}

fn area<B: DrawingBackend>(backend: &mut B, corners: &[(f64, f64)], colour: RGBColor, opacity: f64) -> Drawn {
    let fine = corners.iter().map(|(x, y)| (step(*x), step(*y)));
    backend.fill_polygon(fine, &colour.mix(opacity).filled()).map_err(failed)
}

fn write<B: DrawingBackend>(backend: &mut B, text: &Text, target: Target) -> Drawn {
    let style = text.style;
    let em = style.size * FINE;
    let weight = match style.weight {
        Weight::Regular => FontStyle::Normal,
        Weight::Bold => FontStyle::Bold,
    };
    let across = match style.align {
        Align::Left => HPos::Left,
        Align::Centre => HPos::Center,
        Align::Right => HPos::Right,
    };
    let (x, y) = (text.at.0 * FINE, text.at.1 * FINE);
    // A place so far along the line of writing, and so far above the base line.
    let place = |along: f64, above: f64| {
        let (dx, dy) = if text.upwards { (-above, -along) } else { (along, -above) };
        ((x + dx).round() as i32, (y + dy).round() as i32)
    };
    let turn = if text.upwards {
        FontTransform::Rotate270
    } else {
        FontTransform::None
    };
    let look = |family: &'static str, size: f64, across: HPos| TextStyle {
        font: FontDesc::new(FontFamily::Name(family), size, weight).transform(turn.clone()),
        color: style.colour.to_backend_color(),
        pos: Pos::new(across, VPos::Top),
    };
    let says = target.says(&text.label);
    match target {
        Target::Svg => {
            let look = look(font::FAMILY, em * SVG_SIZE, across);
            backend.draw_text(says, &look, place(0.0, em * SVG_DROP)).map_err(failed)
        }
        Target::Pixels => {
            // Letter by letter: plotters leaves out the blank before a letter, which makes a line uneven, and knows one font a text.
            let mut pen = match style.align {
                Align::Left => 0.0,
                Align::Centre => -font::width(says, em, style.weight) / 2.0,
                Align::Right => -font::width(says, em, style.weight),
            };
            for c in says.chars() {
                let Some(letter) = font::letter(c, em, style.weight) else {
                    continue;
                };
                let look = look(letter.family, letter.height, HPos::Left);
                // The rasteriser puts the base line half the height below the place.
                for along in strokes(&letter, em) {
                    let at = place(pen + letter.bearing + along, letter.height / 2.0);
                    backend.draw_text(c.encode_utf8(&mut [0; 4]), &look, at).map_err(failed)?;
                }
                pen += letter.advance;
            }
            Ok(())
        }
    }
}
