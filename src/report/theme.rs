//! How everything looks: colours, type sizes, margins, strokes.
//!
//! The hues are those of Okabe and Ito (2008), "Color Universal Design", moved in lightness so that
//! neighbours in a stacked bar also differ in grey print: running and services are cool, waiting is warm.

use plotters::style::RGBColor;

use crate::observe::Activity;

/// The page.
pub const PAPER: RGBColor = RGBColor(255, 255, 255);
/// Titles and values.
pub const INK: RGBColor = RGBColor(31, 41, 51);
/// Axis labels and captions.
pub const MUTED: RGBColor = RGBColor(90, 102, 114);
/// Axis lines.
pub const AXIS: RGBColor = RGBColor(160, 170, 180);
/// Grid lines.
pub const GRID: RGBColor = RGBColor(228, 232, 236);
/// Time that was deleted from the front.
pub const WARM_UP: RGBColor = RGBColor(240, 241, 243);
/// Time in which an office is closed.
pub const CLOSED: RGBColor = RGBColor(223, 227, 234);
/// Time in which a disruption is in force.
pub const DISRUPTED: RGBColor = RGBColor(250, 220, 218);
/// Means and bars.
pub const MAIN: RGBColor = RGBColor(0, 94, 162);
/// The band from the tenth to the ninetieth percentile.
pub const BAND: RGBColor = RGBColor(190, 217, 237);
/// Bars of a histogram.
pub const BARS: RGBColor = RGBColor(132, 178, 212);
/// What deserves attention: limits, and facilities near them.
pub const ALERT: RGBColor = RGBColor(200, 80, 0);
/// Trains running down the page of a time-space diagram.
pub const RUNNING_DOWN: RGBColor = RGBColor(92, 107, 122);
/// Trains running up the page of a time-space diagram.
pub const RUNNING_UP: RGBColor = RGBColor(74, 146, 190);

/// Series beside one another, such as the levels of a factor: after Okabe and Ito (2008), in an order in which neighbours differ
/// in lightness too.
pub const SERIES: [RGBColor; 6] = [
    RGBColor(0, 70, 130),
    RGBColor(226, 140, 0),
    RGBColor(0, 128, 96),
    RGBColor(86, 170, 224),
    RGBColor(150, 40, 90),
    RGBColor(120, 120, 120),
];
/// The highest of many lines.
pub const HIGHEST: RGBColor = RGBColor(178, 56, 0);
/// The lowest of many lines.
pub const LOWEST: RGBColor = RGBColor(62, 148, 205);
/// Those in between.
pub const BETWEEN: RGBColor = RGBColor(212, 217, 222);
/// What is good, such as a limit that holds.
pub const GOOD: RGBColor = RGBColor(0, 128, 96);

/// From little to much in heat maps: one hue, darker step by step, so that print and eyes without colour keep the order.
pub const SEQUENTIAL: [RGBColor; 7] = [
    RGBColor(208, 226, 241),
    RGBColor(176, 205, 229),
    RGBColor(140, 182, 216),
    RGBColor(100, 156, 200),
    RGBColor(60, 126, 180),
    RGBColor(24, 88, 146),
    RGBColor(8, 48, 96),
];

/// The same two where so many trains run that their lines would hide those that wait.
pub const RUNNING_DOWN_FAINT: RGBColor = RGBColor(186, 194, 203);
/// See [`RUNNING_DOWN_FAINT`].
pub const RUNNING_UP_FAINT: RGBColor = RGBColor(170, 206, 226);
/// From few to many trains running, in greys beside which the colours of waiting stand out.
pub const RUNNING: [RGBColor; 6] = [
    RGBColor(238, 240, 243),
    RGBColor(220, 225, 230),
    RGBColor(198, 206, 214),
    RGBColor(172, 182, 192),
    RGBColor(140, 152, 164),
    RGBColor(104, 118, 132),
];

/// The colour of a share, from 0 for the least to 1 for the most.
#[must_use]
pub fn sequential(share: f64) -> RGBColor {
    between(&SEQUENTIAL, share)
}

/// Between the nearest two of evenly spaced colours.
fn between(stops: &[RGBColor], share: f64) -> RGBColor {
    let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
    let place = share * (stops.len() - 1) as f64;
    let at = (place as usize).min(stops.len() - 2);
    let (from, to) = (stops[at], stops[at + 1]);
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * (place - at as f64)).round() as u8;
    RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// How light a colour is in grey print, from 0 to 255.
fn lightness(RGBColor(r, g, b): RGBColor) -> f64 {
    0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b)
}

/// Size of a title, in pixels of a page [`WIDTH`] pixels wide.
pub const TITLE: f64 = 19.0;
/// Size of the sentence below the title.
pub const FINDING: f64 = 13.5;
/// Size of names and of headings of panels.
pub const NAME: f64 = 12.5;
/// Size of ticks, keys and captions.
pub const SMALL: f64 = 11.5;

/// Width of every chart in pixels.
pub const WIDTH: f64 = 960.0;
/// Blank on each side of a chart in pixels.
pub const MARGIN: f64 = 24.0;

/// Paper or ink, whichever is read better on a colour.
#[must_use]
pub fn on(colour: RGBColor) -> RGBColor {
    if lightness(colour) > 135.0 { INK } else { PAPER }
}

/// The colour of an activity, the same in every chart.
#[must_use]
pub const fn activity(activity: Activity) -> RGBColor {
    match activity {
        Activity::Running => RGBColor(198, 207, 216),
        Activity::Clearance => RGBColor(0, 114, 178),
        Activity::Inspection => RGBColor(96, 172, 214),
        Activity::Handling => RGBColor(150, 208, 222),
        Activity::Placing => RGBColor(70, 150, 140),
        Activity::Lifting => RGBColor(18, 62, 105),
        Activity::Withdrawal => RGBColor(140, 200, 168),
        Activity::Unloading => RGBColor(64, 92, 64),
        Activity::Loading => RGBColor(190, 214, 96),
        Activity::TrackAheadFull => RGBColor(140, 24, 60),
        Activity::LineFull => RGBColor(242, 193, 78),
        Activity::TrainAhead => RGBColor(176, 82, 40),
        Activity::Headway => RGBColor(247, 221, 164),
        Activity::NoPath => RGBColor(206, 128, 138),
        Activity::LineSection => RGBColor(92, 58, 104),
        Activity::OfficeClosed => RGBColor(213, 94, 0),
        Activity::ClosingSoon => RGBColor(250, 184, 134),
        Activity::DeskBusy => RGBColor(226, 152, 0),
        Activity::InspectionBay => RGBColor(255, 226, 130),
        Activity::BerthBusy => RGBColor(152, 52, 122),
        Activity::CraneShort => RGBColor(232, 168, 200),
        Activity::Wind => RGBColor(196, 36, 36),
        Activity::Breakdown => RGBColor(244, 148, 120),
        Activity::QuotaUsedUp => RGBColor(88, 40, 28),
        Activity::Closure => RGBColor(220, 50, 60),
        Activity::Embargo => RGBColor(255, 160, 165),
        Activity::NoWagon => RGBColor(178, 138, 98),
        Activity::WaitingToFill => RGBColor(92, 88, 130),
        Activity::Overtaken => RGBColor(188, 184, 222),
        Activity::StopLoading => RGBColor(120, 120, 60),
        Activity::RoutesClosed => RGBColor(240, 140, 110),
        Activity::YardFull => RGBColor(110, 70, 30),
        Activity::TruckShort => RGBColor(214, 160, 90),
        Activity::BoxShort => RGBColor(130, 100, 110),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_differ_in_grey_print() {
        for pair in Activity::ALL.windows(2) {
            let apart = (lightness(activity(pair[0])) - lightness(activity(pair[1]))).abs();
            assert!(apart > 24.0, "{pair:?} are {apart:.0} of 255 apart");
        }
    }

    #[test]
    fn more_is_darker() {
        for pair in SEQUENTIAL.windows(2) {
            let darker = lightness(pair[0]) - lightness(pair[1]);
            assert!(darker > 18.0, "{pair:?} are {darker:.0} of 255 apart");
        }
        assert!(lightness(PAPER) - lightness(SEQUENTIAL[0]) > 18.0);
    }

    #[test]
    fn no_colour_is_used_twice() {
        for (i, a) in Activity::ALL.iter().enumerate() {
            for b in &Activity::ALL[..i] {
                assert_ne!(activity(*a), activity(*b), "{a:?} and {b:?}");
            }
        }
    }

    #[test]
    fn shares_grow_darker() {
        let shades: Vec<f64> = (0..=20).map(|i| lightness(sequential(f64::from(i) / 20.0))).collect();
        assert!(shades.windows(2).all(|w| w[0] > w[1] + 2.0), "{shades:?}");
        assert_eq!(sequential(f64::NAN), sequential(0.0));
        assert_eq!(sequential(7.0), sequential(1.0));
    }

    #[test]
    fn neighbouring_series_differ_in_grey_print() {
        for pair in SERIES.windows(2) {
            assert!((lightness(pair[0]) - lightness(pair[1])).abs() > 20.0, "{pair:?}");
        }
    }
}
