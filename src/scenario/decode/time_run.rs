//! `[time]` and `[run]`.

use super::super::item::{Item, MOST};
use super::super::problem::ProblemKind;
use super::super::reader::Reader;
use super::super::types::{RunPlan, TimeFrame, Until};
use super::civil;
use crate::units::{Dimension, Duration};

/// The longest time that is simulated.
const LONGEST: Duration = Duration::days(36_525);

/// `[time]`, which must be there.
pub(super) fn time_frame(reader: &mut Reader<'_>) -> TimeFrame {
    let expected = "a table with `start`, `zone` and `length`";
    let frame = reader.required("time", expected, |item| {
        item.table(|reader| TimeFrame {
            start: reader
                .required(
                    "start",
                    "the moment at which it begins, such as \"2021-12-18 00:00\"",
                    civil::date_time,
                )
                .unwrap_or_default(),
            zone: reader
                .required("zone", "the time zone of `start`, such as \"Asia/Shanghai\"", civil::zone)
                .unwrap_or_default(),
            warm_up: reader.optional("warm_up", span).unwrap_or_default(),
            length: reader
                .required("length", "how long is measured, such as \"181 days\"", |item| {
                    item.quantity_above_zero(Dimension::Time).and_then(|_| span(item))
                })
                .unwrap_or_default(),
        })
    });
    frame.unwrap_or_else(|| TimeFrame {
        start: jiff::civil::DateTime::default(),
        zone: String::new(),
        warm_up: Duration::ZERO,
        length: Duration::ZERO,
    })
}

fn span(item: &Item<'_>) -> Option<Duration> {
    let span = item.duration()?;
    if span > LONGEST {
        return item.out_of_range("a hundred years at most");
    }
    Some(span)
}

/// What holds without `[run]`.
pub(super) fn default_plan() -> RunPlan {
    RunPlan {
        replications: 20,
        until: Vec::new(),
        at_most: 1_000,
        seed: 1,
        confidence: 0.95,
        records: 1,
    }
}

/// `[run]`.
pub(super) fn run_plan(item: &Item<'_>) -> Option<RunPlan> {
    let default = default_plan();
    item.table(|reader| RunPlan {
        replications: reader.optional("replications", |n| n.count(1)).unwrap_or(default.replications),
        until: reader.optional("until", |goals| goals.list(UNTIL, until)).unwrap_or_default(),
        at_most: reader.optional("at_most", |n| n.count(1)).unwrap_or(default.at_most),
        seed: reader
            .optional("seed", |seed| seed.whole(0, i64::MAX.unsigned_abs()))
            .unwrap_or(default.seed),
        confidence: reader.optional("confidence", level).unwrap_or(default.confidence),
        records: reader
            .optional("records", |n| n.whole(0, MOST.into()).and_then(|n| u32::try_from(n).ok()))
            .unwrap_or(default.records),
    })
}

/// What `until` is, for messages.
pub(in crate::scenario) const UNTIL: &str = "measures with their precision, such as [\"places.horgos.dwell_time_hours_p95 within 5 %\"]";

/// `MEASURE within N %`. Whether there is such a measure is asked when the model is known.
pub(in crate::scenario) fn until(item: &Item<'_>) -> Option<Until> {
    let expected = "a measure and its precision, such as \"places.horgos.dwell_time_hours_p95 within 5 %\"";
    let text = item.text(expected)?;
    let parts = text.split_once(" within ").and_then(|(measure, share)| {
        let percent: f64 = share.trim().strip_suffix('%')?.trim().parse().ok()?;
        Some((measure.trim(), percent / 100.0))
    });
    match parts {
        Some((measure, within)) if !measure.is_empty() && within.is_finite() && within > 0.0 => Some(Until {
            measure: measure.to_owned(),
            within,
        }),
        _ => item.unclear("a precision", text, expected, None),
    }
}

/// A level of confidence.
pub(in crate::scenario) fn level(item: &Item<'_>) -> Option<f64> {
    let expected = "a level between 0 and 1, such as 0.95";
    let level = item.number(expected)?;
    if level > 0.0 && level < 1.0 {
        return Some(level);
    }
    // 95 is the level of someone who thinks in per cent.
    let remedy = (level > 1.0 && level < 100.0).then(|| format!("write {}", level / 100.0));
    item.refuse(item.problem(ProblemKind::OutOfRange).expected(expected).remedy_if(remedy))
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;

    #[test]
    fn plans() {
        assert_eq!(read_x("x = {}", run_plan), Ok(Some(default_plan())));
        let goals = read_x("x = { until = ['a.b within 2.5 %'], at_most = 70 }", run_plan).map(|plan| plan.map(|p| (p.until, p.at_most)));
        let goal = Until {
            measure: "a.b".to_owned(),
            within: 0.025,
        };
        assert_eq!(goals, Ok(Some((vec![goal], 70))));
        for text in [
            "replications = 0",
            "seed = -1",
            "confidence = 1",
            "confidence = '0.9'",
            "records = 0.5",
            "until = 'trains_completed within 5 %'",
            "until = ['trains_completed']",
            "until = ['trains_completed within 5']",
            "until = ['trains_completed within 0 %']",
            "until = ['within 5 %']",
            "at_most = 0",
            "threads = 2",
        ] {
            assert!(read_x(&format!("x.{text}"), run_plan).is_err(), "{text}");
        }
    }

    #[test]
    fn spans() {
        assert_eq!(read_x("x = '14 days'", span), Ok(Some(Duration::days(14))));
        for text in ["'200000 days'", "14", "'-1 day'", "'14 dais'"] {
            assert!(read_x(&format!("x = {text}"), span).is_err(), "{text}");
        }
    }
}
