//! The one font of the charts: measuring, shortening and wrapping text, and knowing what it cannot draw.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef};
use plotters::style::{FontStyle, register_font};

/// The families that an SVG asks its reader for, best first; also the name under which the font is registered.
pub(crate) const FAMILY: &str = "Inter, 'Helvetica Neue', Arial, 'Noto Sans', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif";

static REGULAR_BYTES: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.ttf");
static BOLD_BYTES: &[u8] = include_bytes!("../../assets/fonts/Inter-Bold.ttf");

static REGULAR: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| FontRef::try_from_slice(REGULAR_BYTES).ok());
static BOLD: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| FontRef::try_from_slice(BOLD_BYTES).ok());
static REGISTERED: LazyLock<bool> = LazyLock::new(|| {
    register_font(FAMILY, FontStyle::Normal, REGULAR_BYTES).is_ok() && register_font(FAMILY, FontStyle::Bold, BOLD_BYTES).is_ok()
});

/// How heavy a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Most text.
    Regular,
    /// Titles and headings.
    Bold,
}

impl Weight {
    fn font(self) -> Option<&'static FontRef<'static>> {
        match self {
            Self::Regular => REGULAR.as_ref(),
            Self::Bold => BOLD.as_ref(),
        }
    }
}

/// Makes the font known to plotters; whether that worked.
pub(crate) fn register() -> bool {
    *REGISTERED
}

/// Height from the lowest to the highest stroke over the size: plotters takes that height for the size.
pub(crate) fn height_per_em(weight: Weight) -> f64 {
    weight
        .font()
        .and_then(|f| Some(f64::from(f.height_unscaled()) / f64::from(f.units_per_em()?)))
        .unwrap_or(1.2)
}

/// Whether the font has a character.
pub(crate) fn draws(c: char) -> bool {
    Weight::Regular.font().is_some_and(|f| f.glyph_id(c).0 != 0)
}

/// The blank before the strokes of a letter, and from its begin to that of the next, in pixels.
pub(crate) fn letter(c: char, size: f64, weight: Weight) -> (f64, f64) {
    let Some(font) = weight.font() else { return (0.0, 0.0) };
    let em = f64::from(font.units_per_em().unwrap_or(1000.0));
    let id = font.glyph_id(c);
    let bearing = font.outline(id).map_or(0.0, |o| f64::from(o.bounds.min.x));
    (bearing / em * size, f64::from(font.h_advance_unscaled(id)) / em * size)
}

/// The width of a text in pixels; a character that the font lacks counts as wide as its size.
pub(crate) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let Some(font) = weight.font() else { return 0.0 };
    let em = f64::from(font.units_per_em().unwrap_or(1000.0));
    text.chars()
        .map(|c| match font.glyph_id(c) {
            id if id.0 == 0 => 1.0,
            id => f64::from(font.h_advance_unscaled(id)) / em,
        })
        .sum::<f64>()
        * size
}

/// The text, or as much of it as fits with an ellipsis.
pub(crate) fn fit(text: &str, room: f64, size: f64, weight: Weight) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while kept.pop().is_some() {
        let shortened = format!("{}…", kept.iter().collect::<String>().trim_end());
        if width(&shortened, size, weight) <= room {
            return shortened;
        }
    }
    String::new()
}

/// The text in lines no wider than the room, broken at spaces; a word wider than a line is shortened.
pub(crate) fn wrap(text: &str, room: f64, size: f64, weight: Weight) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        if let Some(line) = lines.last_mut() {
            let longer = format!("{line} {word}");
            if width(&longer, size, weight) <= room {
                *line = longer;
                continue;
            }
        }
        lines.push(fit(word, room, size, weight));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_is_there_and_has_what_charts_need() {
        assert!(register());
        for c in "AZaz09äčŁőΩλДостык…–−±≥≤→×·%□\u{202f}".chars() {
            assert!(draws(c), "{c:?}");
        }
        assert!(!draws('霍'));
        assert!(height_per_em(Weight::Regular) > 1.0);
    }

    #[test]
    fn text_is_shortened_to_its_room() {
        let long = "A station with a very long name indeed";
        let short = fit(long, 100.0, 12.0, Weight::Regular);
        assert!(short.ends_with('…') && width(&short, 12.0, Weight::Regular) <= 100.0, "{short}");
        assert_eq!(fit("Horgos", 100.0, 12.0, Weight::Regular), "Horgos");
        assert_eq!(fit("Horgos", 0.0, 12.0, Weight::Regular), "");
    }

    #[test]
    fn text_wraps_at_spaces() {
        let lines = wrap("one two three four five six", 60.0, 12.0, Weight::Regular);
        assert!(
            lines.len() > 1 && lines.iter().all(|l| width(l, 12.0, Weight::Regular) <= 60.0),
            "{lines:?}"
        );
        assert_eq!(lines.join(" "), "one two three four five six");
        assert!(wrap("", 60.0, 12.0, Weight::Regular).is_empty());
    }
}
