//! Charts on a dark page: their neutral colours give way to those of the page, and what is too dark to be seen is lightened.
//!
//! Charts are drawn once, for paper. Rules that match the colours of the theme by attribute change them on a dark screen
//! only; print never sees them.

use std::fmt::Write as _;

use plotters::style::RGBColor;

use crate::observe::Activity;
use crate::report::theme;

/// The dark page, as `--paper` of the style has it there.
const DARK_PAPER: RGBColor = RGBColor(22, 27, 34);
/// Least contrast of what is drawn with its ground (WCAG 2.2, success criterion 1.4.11).
const LEAST: f64 = 3.0;

/// Neutral colours of the theme, and what each is on a dark page.
const NEUTRAL: [(RGBColor, RGBColor); 9] = [
    (theme::PAPER, DARK_PAPER),
    (theme::INK, RGBColor(230, 235, 240)),
    (theme::MUTED, RGBColor(165, 177, 189)),
    (theme::AXIS, RGBColor(104, 116, 128)),
    (theme::GRID, RGBColor(46, 54, 63)),
    (theme::WARM_UP, RGBColor(32, 38, 46)),
    (theme::CLOSED, RGBColor(44, 52, 64)),
    (theme::DISRUPTED, RGBColor(84, 40, 42)),
    (theme::BAND, RGBColor(40, 70, 96)),
];

/// The rules, to follow the style.
pub(super) fn style() -> String {
    let mut rules = String::new();
    let mut rule = |from: RGBColor, to: RGBColor| {
        let (from, to) = (hex(from), hex(to));
        // Writing into a string cannot fail.
        let _ = write!(rules, "svg [fill=\"{from}\"]{{fill:{to}}}svg [stroke=\"{from}\"]{{stroke:{to}}}");
    };
    for (from, to) in NEUTRAL {
        rule(from, to);
    }
    let data = [theme::MAIN, theme::ALERT, theme::RUNNING_DOWN, theme::RUNNING_UP];
    for colour in data.into_iter().chain(Activity::ALL.map(theme::activity)) {
        let seen = lightened(colour);
        if seen != colour {
            rule(colour, seen);
        }
    }
    format!("@media screen and (prefers-color-scheme:dark){{{rules}}}")
}

/// As the SVG backend writes a colour.
pub(super) fn hex(RGBColor(r, g, b): RGBColor) -> String {
    format!("#{r:02X}{g:02X}{b:02X}")
}

/// The colour, moved towards white until it can be seen on a dark page.
fn lightened(colour: RGBColor) -> RGBColor {
    let towards = |c: u8, share: f64| (f64::from(c) + (255.0 - f64::from(c)) * share).round() as u8;
    let RGBColor(r, g, b) = colour;
    (0..=20)
        .map(|step| f64::from(step) / 20.0)
        .map(|share| RGBColor(towards(r, share), towards(g, share), towards(b, share)))
        .find(|c| contrast(*c, DARK_PAPER) >= LEAST)
        .unwrap_or(theme::PAPER)
}

/// The ratio of contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").
fn contrast(a: RGBColor, b: RGBColor) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance (WCAG 2.2, "relative luminance").
fn luminance(RGBColor(r, g, b): RGBColor) -> f64 {
    let linear = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            libm::pow((c + 0.055) / 1.055, 2.4)
        }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((contrast(RGBColor(0, 0, 0), RGBColor(255, 255, 255)) - 21.0).abs() < 1e-9);
        assert!((contrast(RGBColor(119, 119, 119), RGBColor(255, 255, 255)) - 4.48).abs() < 0.01);
    }

    #[test]
    fn everything_drawn_can_be_seen_in_the_dark() {
        for activity in Activity::ALL {
            assert!(contrast(lightened(theme::activity(activity)), DARK_PAPER) >= LEAST, "{activity:?}");
        }
        let [_, (_, ink), (_, muted), ..] = NEUTRAL;
        assert!(contrast(ink, DARK_PAPER) > 7.0 && contrast(muted, DARK_PAPER) > 4.5);
        assert!(super::super::STYLE.contains(&format!("--paper: {}", hex(DARK_PAPER).to_lowercase())));
    }
}
