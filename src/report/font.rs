//! The fonts of the charts: measuring, shortening and wrapping text, and knowing what they cannot draw.
//!
//! Letters come from Inter. What it lacks comes from Noto Sans CJK, in one weight for all; its bytes are read only where a text
//! has such a character.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, GlyphId};
use plotters::style::{FontStyle, register_font};

/// The families that an SVG asks its reader for, best first; also the name under which Inter is registered.
pub(crate) const FAMILY: &str =
    "Inter, 'Helvetica Neue', Arial, 'Noto Sans', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";
/// The name under which the Chinese font is registered; only pixels ask for it.
const HAN_FAMILY: &str = "Noto Sans CJK SC";

static REGULAR_BYTES: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.ttf");
static BOLD_BYTES: &[u8] = include_bytes!("../../assets/fonts/Inter-Bold.ttf");
static HAN_BYTES: &[u8] = include_bytes!("../../assets/fonts/NotoSansCJKsc-Regular.otf");

static REGULAR: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| FontRef::try_from_slice(REGULAR_BYTES).ok());
static BOLD: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| FontRef::try_from_slice(BOLD_BYTES).ok());
/// Known to plotters as soon as it is read.
static HAN: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| {
    register_font(HAN_FAMILY, FontStyle::Normal, HAN_BYTES).ok()?;
    FontRef::try_from_slice(HAN_BYTES).ok()
});
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

/// The font that draws a character, and its glyph there; that for what is lacking where no font has it.
fn glyph(c: char, weight: Weight) -> Option<(&'static FontRef<'static>, GlyphId, &'static str)> {
    let font = weight.font()?;
    let id = font.glyph_id(c);
    if id.0 == 0
        && let Some(han) = HAN.as_ref()
        && han.glyph_id(c).0 != 0
    {
        return Some((han, han.glyph_id(c), HAN_FAMILY));
    }
    Some((font, id, FAMILY))
}

fn units_per_em(font: &FontRef<'_>) -> f64 {
    f64::from(font.units_per_em().unwrap_or(1000.0))
}

/// Whether one of the fonts has a character.
pub(crate) fn draws(c: char) -> bool {
    glyph(c, Weight::Regular).is_some_and(|(_, id, _)| id.0 != 0)
}

/// How a character is drawn, in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Letter {
    /// The name under which plotters knows its font.
    pub family: &'static str,
    /// The blank before its strokes.
    pub bearing: f64,
    /// From its begin to that of the next.
    pub advance: f64,
    /// From the lowest to the highest stroke of its font: plotters takes that height for the size.
    pub height: f64,
    /// Whether its font is lighter than asked for.
    pub lacks_weight: bool,
}

/// How a character of a size is drawn.
pub(crate) fn letter(c: char, size: f64, weight: Weight) -> Option<Letter> {
    let (font, id, family) = glyph(c, weight)?;
    let pixels = size / units_per_em(font);
    Some(Letter {
        family,
        bearing: font.outline(id).map_or(0.0, |o| f64::from(o.bounds.min.x)) * pixels,
        advance: f64::from(font.h_advance_unscaled(id)) * pixels,
        height: f64::from(font.height_unscaled()) * pixels,
        lacks_weight: weight == Weight::Bold && family == HAN_FAMILY,
    })
}

/// The width of a text in pixels; a character that the fonts lack counts as wide as its size.
pub(crate) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let of = |c: char| match glyph(c, weight) {
        Some((font, id, _)) if id.0 != 0 => f64::from(font.h_advance_unscaled(id)) / units_per_em(font),
        _ => 1.0,
    };
    text.chars().map(of).sum::<f64>() * size
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

/// The text in lines no wider than the room, broken at spaces and between Chinese characters; what is wider than a line is shortened.
pub(crate) fn wrap(text: &str, room: f64, size: f64, weight: Weight) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        for (i, piece) in pieces(word).enumerate() {
            if let Some(line) = lines.last_mut() {
                let longer = format!("{line}{}{piece}", if i == 0 { " " } else { "" });
                if width(&longer, size, weight) <= room {
                    *line = longer;
                    continue;
                }
            }
            lines.push(fit(piece, room, size, weight));
        }
    }
    lines
}

/// What of a word stays on one line: a run of letters, or a Chinese character with the marks that belong to it.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let breaks = word.char_indices().zip(word.chars().skip(1));
    let breaks = breaks.filter(|((_, a), b)| parts(*a, *b)).map(|((at, a), _)| at + a.len_utf8());
    let ends: Vec<usize> = breaks.chain([word.len()]).collect();
    let begins: Vec<usize> = std::iter::once(0).chain(ends.iter().copied()).collect();
    begins.into_iter().zip(ends).map(|(from, to)| &word[from..to])
}

/// Whether a line may end between two characters: beside a Chinese one, but not before what closes nor after what opens.
fn parts(before: char, after: char) -> bool {
    let chinese = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}');
    let closes = |c: char| "，。、；：！？）》」』】”’…·,.;:!?)]%‰\u{a0}\u{202f}".contains(c);
    let opens = |c: char| "（《「『【“‘([\u{a0}\u{202f}".contains(c);
    (chinese(before) || chinese(after)) && !closes(after) && !opens(before)
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
        for c in "霍尔果斯阿拉山口喀什，。、（）：".chars() {
            assert!(draws(c), "{c:?}");
        }
        assert!(!draws('ق'));
        let (latin, han) = (letter('o', 10.0, Weight::Bold), letter('口', 10.0, Weight::Bold));
        let (latin, han) = (latin.expect("a letter"), han.expect("a letter"));
        assert!(latin.family != han.family && latin.height > 10.0 && han.height > 10.0);
        assert!((han.advance - 10.0).abs() < 1e-9 && latin.advance < 8.0);
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

    #[test]
    fn chinese_wraps_between_characters_but_not_before_marks() {
        let text = "列车在霍尔果斯（口岸）等待 12.5\u{a0}h，其中 40\u{a0}% 因“换装线占用”。";
        for room in [60.0, 75.0, 90.0, 200.0] {
            let lines = wrap(text, room, 12.0, Weight::Regular);
            assert!(lines.iter().all(|l| width(l, 12.0, Weight::Regular) <= room), "{lines:?}");
            let bad = |l: &String| l.starts_with(['，', '。', '）', '”', '%']) || l.ends_with(['（', '“']);
            assert!(!lines.iter().any(bad), "{lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }
}
