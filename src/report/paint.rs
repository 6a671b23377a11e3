//! Puts a picture on any backend of plotters; SVG and PNG come from the same marks.

use plotters::backend::DrawingBackend;
use plotters::prelude::{BitMapBackend, Color, FontDesc, FontFamily, SVGBackend, ShapeStyle, TextStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, FontTransform, RGBColor};

use super::ReportError;
use super::font::{self, Weight};
use super::picture::{Align, Label, Mark, Picture, Rect, Text};
use super::theme;

/// Steps of a backend in a pixel of the page: plotters counts whole steps only, which are too coarse for thin lines.
const FINE: f64 = 4.0;
/// A pixel of the PNG averages so many steps each way; the PNG has `FINE / POOL` pixels to one of the page.
const POOL: usize = 2;

/// Where a backend differs in its text: what it takes for a size, and where it puts the base line.
#[derive(Clone, Copy)]
enum Target {
    /// Writes text and leaves it to its reader.
    Svg,
    /// Draws the letters.
    Pixels,
}

impl Target {
    /// The size to ask for, over the size of the font.
    fn size_factor(self, weight: Weight) -> f64 {
        match self {
            // The SVG backend divides by this number.
            Self::Svg => 1.24,
            Self::Pixels => font::height_per_em(weight),
        }
    }

    /// How far the base line is below the place of a text that hangs from it, over the size of the font.
    fn drop(self, weight: Weight) -> f64 {
        match self {
            Self::Svg => 0.76,
            Self::Pixels => font::height_per_em(weight) / 2.0,
        }
    }

    fn says(self, label: &Label) -> &str {
        match self {
            Self::Svg => &label.text,
            Self::Pixels => &label.raster,
        }
    }
}

/// The picture as SVG, with a title and a description for those who cannot see it.
pub(crate) fn svg(picture: &Picture, id: &str, title: &str, alt: &str) -> Result<String, ReportError> {
    let (width, height) = page(picture);
    let mut drawn = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut drawn, (width, height));
        paint(picture, &mut backend, Target::Svg)?;
    }
    // The backend's first tag gives the size in its own fine steps.
    // Everything is opaque; a quotation mark of a text is escaped, so that this is no text.
    let marks = drawn.split_once('\n').map_or("", |(_, rest)| rest).replace(" opacity=\"1\"", "");
    let (id, title, alt) = (escape(id), escape(&Label::from(title).text), escape(&Label::from(alt).text));
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"{id}-title {id}-desc\">\n<title id=\"{id}-title\">{title}</title>\n<desc id=\"{id}-desc\">{alt}</desc>\n{marks}",
        f64::from(width) / FINE,
        f64::from(height) / FINE,
    ))
}

/// The picture as PNG, two pixels to one of the page.
pub(crate) fn png(picture: &Picture) -> Result<Vec<u8>, ReportError> {
    let (width, height) = page(picture);
    let mut fine = vec![0; width as usize * height as usize * 3];
    {
        let mut backend = BitMapBackend::with_buffer(&mut fine, (width, height));
        paint(picture, &mut backend, Target::Pixels)?;
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

fn paint<B: DrawingBackend>(picture: &Picture, backend: &mut B, target: Target) -> Result<(), ReportError> {
    if !font::register() {
        return Err(ReportError::Drawing("the font of the charts cannot be read".to_owned()));
    }
    let background = Rect {
        x: 0.0,
        y: 0.0,
        w: theme::WIDTH,
        h: picture.height.ceil(),
    };
    fill(backend, background, theme::PAPER)?;
    for mark in &picture.marks {
        match mark {
            Mark::Rect { area, fill: colour } => fill(backend, *area, *colour)?,
            Mark::Path { points, colour, width } => path(backend, points, *colour, *width, target)?,
            Mark::Band { steps, fill: colour } => band(backend, steps, *colour, target)?,
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

fn path<B: DrawingBackend>(backend: &mut B, points: &[(f64, f64)], colour: RGBColor, width: f64, target: Target) -> Drawn {
    let fine: Vec<(i32, i32)> = points.iter().map(|(x, y)| (step(*x), step(*y))).collect();
    // Below three steps the rasteriser loses slanted lines.
    let stroke = step(width).max(3).unsigned_abs();
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
    let desc = FontDesc::new(FontFamily::Name(font::FAMILY), em * target.size_factor(style.weight), weight);
    let drop = em * target.drop(style.weight);
    let (x, y) = (text.at.0 * FINE, text.at.1 * FINE);
    let says = target.says(&text.label);
    // A place so far along the line of writing.
    let along = |d: f64| {
        if text.upwards {
            ((x - drop).round() as i32, (y - d).round() as i32)
        } else {
            ((x + d).round() as i32, (y - drop).round() as i32)
        }
    };
    let turn = if text.upwards {
        FontTransform::Rotate270
    } else {
        FontTransform::None
    };
    let look = |across: HPos| TextStyle {
        font: desc.transform(turn.clone()),
        color: style.colour.to_backend_color(),
        pos: Pos::new(across, VPos::Top),
    };
    match target {
        Target::Svg => backend.draw_text(says, &look(across), along(0.0)).map_err(failed),
        Target::Pixels => {
            // Letter by letter: plotters leaves out the blank before a letter, which makes a line uneven.
            let before = match style.align {
                Align::Left => 0.0,
                Align::Centre => font::width(says, em, style.weight) / 2.0,
                Align::Right => font::width(says, em, style.weight),
            };
            let mut pen = -before;
            let look = look(HPos::Left);
            for c in says.chars() {
                let (bearing, advance) = font::letter(c, em, style.weight);
                backend
                    .draw_text(c.encode_utf8(&mut [0; 4]), &look, along(pen + bearing))
                    .map_err(failed)?;
                pen += advance;
            }
            Ok(())
        }
    }
}
