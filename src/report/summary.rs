//! The summary: on a terminal as tables, for programs as JSON.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

use super::calendar::Calendar;
use super::number;
use super::sheet::{id_of, name_of, provenance, remark};
use super::tables::{civil, kind};
use super::{Lang, ReportError, words};
use crate::experiment::results::{LedgerEntry, MeasureEstimate, Results};
use crate::experiment::{Advice, GoalReport};
use crate::stats::Estimate;
use crate::units::Instant;

/// Rows of the list of where the waiting happens.
const WAITS: usize = 8;

/// Where the summary is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// On a terminal of a width in columns: drawn borders.
    Terminal {
        /// The width in columns.
        columns: u16,
    },
    /// In a pipe or a file: Markdown.
    Plain,
}

/// A terminal with fewer columns has tables without borders between columns.
const NARROW: u16 = 50;

/// The headline measures, where the waiting happens, and what to know before believing the numbers.
#[must_use]
pub fn text(results: &Results, lang: Lang, looks: Looks) -> String {
    let run = &results.run;
    let mut out = String::new();
    let heading = |out: &mut String, words: &str| match looks {
        Looks::Terminal { .. } => writeln!(out, "\n{words}"),
        Looks::Plain => writeln!(out, "\n## {words}\n"),
    };
    let title = if looks == Looks::Plain {
        format!("# {}\n", run.title)
    } else {
        run.title.clone()
    };
    let mut provenance = provenance(results, true, lang).replace('\u{a0}', " ");
    remark(
        &mut provenance,
        &lang.pick(format!("Seed {}.", run.seed), format!("随机种子 {}。", run.seed)),
    );
    // Writing into a string cannot fail.
    let _ = writeln!(out, "{}\n{}", wrapped(&title, looks), wrapped(&provenance, looks));
    for goal in &run.goals {
        let _ = writeln!(out, "{}", wrapped(&words::goal(goal, lang), looks));
    }
    let headline: Vec<&MeasureEstimate> = results.measures.iter().filter(|m| m.headline).collect();
    if headline.is_empty() {
        let _ = writeln!(
            out,
            "\n{}",
            lang.pick("No measure is marked for the summary.", "没有列入摘要的指标。")
        );
    } else {
        let _ = heading(&mut out, lang.pick("Measures", "指标"));
        let _ = writeln!(out, "{}", measures_table(&headline, lang, looks));
    }
    let waits = waits(results);
    if waits.is_empty() {
        let _ = writeln!(out, "\n{}", lang.pick("No train waited.", "没有列车等待。"));
    } else {
        let _ = heading(&mut out, lang.pick("Where the waiting happens", "等待发生在哪里"));
        let _ = writeln!(out, "{}", waits_table(results, &waits, lang, looks));
    }
    if !results.advice.is_empty() {
        let _ = heading(&mut out, lang.pick("Before believing the numbers", "采信数值之前"));
        for advice in &results.advice {
            let _ = writeln!(out, "{}", wrapped(&format!("- {}", words::advice(advice, lang)), looks));
        }
    }
    out
}

/// Sentences with line breaks between words, so that a terminal does not break within them.
#[must_use]
pub fn wrapped(text: &str, looks: Looks) -> String {
    let Looks::Terminal { columns } = looks else {
        return text.to_owned();
    };
    // From the first wide script on, a character takes two columns.
    let width = |word: &str| word.chars().map(|c| if c >= '\u{1100}' { 2 } else { 1 }).sum::<usize>();
    let (mut out, mut used) = (String::new(), 0);
    for word in text.split(' ') {
        if used > 0 && used + 1 + width(word) > usize::from(columns) {
            out.push('\n');
            used = 0;
        } else if !out.is_empty() {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += width(word);
    }
    out
}

/// An empty table in the looks of where it is shown.
#[must_use]
pub fn table(header: &[&str], looks: Looks) -> Table {
    let mut table = Table::new();
    match looks {
        Looks::Terminal { columns } => {
            // Where every column counts, borders would break words.
            table.load_style(if columns < NARROW {
                presets::UTF8_HORIZONTAL_ONLY
            } else {
                presets::UTF8_FULL_CONDENSED.with_rounded_corners()
            });
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(columns.max(20));
        }
        Looks::Plain => {
            table.load_style(presets::ASCII_MARKDOWN);
        }
    }
    table.set_header(header.iter().copied());
    if matches!(looks, Looks::Terminal { columns } if columns < NARROW) {
        table.column_iter_mut().for_each(|column| _ = column.set_padding((0, 1)));
    }
    table
}

/// A cell that does not break the table it is in.
#[must_use]
pub fn cell(text: &str, looks: Looks) -> Cell {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Cell::new(if looks == Looks::Plain { text.replace('|', "\\|") } else { text })
}

fn measures_table(headline: &[&MeasureEstimate], lang: Lang, looks: Looks) -> Table {
    let columns = lang.pick(
        ["of", "measure", "mean ± half-width", "unit"],
        ["对象", "指标", "均值 ± 半宽", "单位"],
    );
    let mut table = table(&columns, looks);
    let mut last = "";
    for m in headline {
        let (of, what) = m.label.split_once(lang.pick(": ", "：")).unwrap_or(("", &m.label));
        let shown = if of == last { "" } else { of };
        last = of;
        let (value, unit) = read_as(m, lang);
        table.add_row([
            cell(shown, looks),
            cell(what, looks),
            cell(&value, looks).set_alignment(CellAlignment::Right),
            cell(unit, looks),
        ]);
    }
    table
}

/// The estimate of a measure and its unit as people read them: a share, which has no unit, in percent.
pub(super) fn read_as(m: &MeasureEstimate, lang: Lang) -> (String, &str) {
    let share = m.unit.is_empty();
    let estimate = m.estimate.map(|e| if share { number::as_percent(&e) } else { e });
    let value = estimate.map_or_else(|| lang.pick("no value", "无值").to_owned(), |e| number::with_interval(&e));
    (value, if share { "%" } else { words::unit(&m.unit, lang) })
}

fn waits_table(results: &Results, waits: &[(&LedgerEntry, f64)], lang: Lang, looks: Looks) -> Table {
    let columns = lang.pick(
        ["at", "waiting for", "hours per train", "of all waiting"],
        ["位置", "等待原因", "每列车小时", "占全部等待"],
    );
    let mut table = table(&columns, looks);
    for (entry, share) in waits.iter().take(WAITS) {
        table.add_row([
            cell(&name_of(results, entry.location).text, looks),
            cell(words::activity(entry.activity, lang), looks),
            cell(&number::with_interval(&entry.hours_per_train), looks).set_alignment(CellAlignment::Right),
            cell(&format!("{:.0} %", share * 100.0), looks).set_alignment(CellAlignment::Right),
        ]);
    }
    table
}

/// Places and causes of waiting from most hours per train to least, each with its share of all waiting.
pub(super) fn waits(results: &Results) -> Vec<(&LedgerEntry, f64)> {
    let hours = |e: &LedgerEntry| {
        if e.hours_per_train.mean.is_finite() {
            e.hours_per_train.mean
        } else {
            0.0
        }
    };
    let mut waits: Vec<&LedgerEntry> = results
        .ledger
        .iter()
        .filter(|e| e.activity.is_waiting() && hours(e) > 0.0)
        .collect();
    let sum: f64 = waits.iter().map(|e| hours(e)).sum();
    waits.sort_by(|a, b| hours(b).total_cmp(&hours(a)).then(a.location.cmp(&b.location)));
    waits.into_iter().map(|e| (e, hours(e) / sum)).collect()
}

/// The summary as a document, the fields in a fixed order; numbers are not rounded.
///
/// # Errors
/// None that memory does not give.
pub fn json(results: &Results) -> Result<String, ReportError> {
    let run = &results.run;
    let calendar = Calendar::of(run);
    let warm_up_ends = Instant(run.warm_up.0);
    let document = Document {
        title: &run.title,
        version: env!("CARGO_PKG_VERSION"),
        replications: run.replications,
        seed: run.seed,
        confidence: run.confidence,
        start: run.start.to_string(),
        zone: &run.zone,
        warm_up_hours: run.warm_up.as_hours(),
        measured_hours: run.length.as_hours(),
        measured_from: civil(&calendar, warm_up_ends),
        measured_to: civil(&calendar, warm_up_ends + run.length),
        precision: &run.goals,
        measures: &results.measures,
        waiting: waits(results)
            .into_iter()
            .map(|(e, share)| Wait {
                location: id_of(results, e.location),
                cause: e.activity.word(),
                unit: "h per train",
                estimate: e.hours_per_train,
                share_of_waiting: share,
            })
            .collect(),
        hours_per_train: ["running", "service", "waiting"].map(|k| KindHours {
            kind: k,
            unit: "h per train",
            mean: kind_hours(results, k),
        }),
        advice: results
            .advice
            .iter()
            .map(|advice| Warning {
                advice,
                text: advice.to_string(),
            })
            .collect(),
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

pub(super) fn kind_hours(results: &Results, of: &str) -> f64 {
    results
        .ledger
        .iter()
        .filter(|e| kind(e.activity) == of)
        .map(|e| e.hours_per_train.mean)
        .filter(|h| h.is_finite())
        .fold(0.0, |sum, h| sum + h)
}

#[derive(Serialize)]
struct Document<'a> {
    title: &'a str,
    version: &'static str,
    replications: u32,
    seed: u64,
    confidence: f64,
    start: String,
    zone: &'a str,
    warm_up_hours: f64,
    measured_hours: f64,
    measured_from: String,
    measured_to: String,
    hours_per_train: [KindHours; 3],
    waiting: Vec<Wait>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    precision: &'a [GoalReport],
    measures: &'a [MeasureEstimate],
    advice: Vec<Warning<'a>>,
}

#[derive(Serialize)]
struct Warning<'a> {
    #[serde(flatten)]
    advice: &'a Advice,
    text: String,
}

#[derive(Serialize)]
struct KindHours {
    kind: &'static str,
    unit: &'static str,
    mean: f64,
}

#[derive(Serialize)]
struct Wait {
    location: String,
    cause: &'static str,
    unit: &'static str,
    estimate: Estimate,
    share_of_waiting: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn plain_is_markdown_and_names_each_thing_once() {
        let text = text(&fixture::usual(), Lang::En, Looks::Plain);
        assert!(text.starts_with("# Both ports, half a year\n"));
        assert!(text.contains("| Urumqi West | dwell time, 95th percentile |"), "{text}");
        assert!(text.contains("|             | share of time blocked "), "{text}");
        assert!(text.contains("45.3 ± 1.2 | %") && text.contains("no value") && !text.contains("hidden"));
        assert_eq!(text.matches(" % |").count(), WAITS);
        assert!(!text.contains('│') && !text.contains('\u{1b}'));
    }

    #[test]
    fn a_terminal_is_not_overrun() {
        for columns in [40, 50, 80, 120] {
            let text = text(&fixture::crowded(), Lang::En, Looks::Terminal { columns });
            assert_eq!(text.contains('╭'), columns >= NARROW);
            // Sentences are for the terminal to wrap.
            let edges = ['│', '╭', '╰', '╞', '├', '─', '═'];
            let table: Vec<&str> = text.lines().filter(|l| l.starts_with(edges)).collect();
            let table = table.into_iter();
            // A Chinese character is two columns wide.
            let widest = table
                .map(|l| {
                    l.chars()
                        .map(|c| if ('\u{4e00}'..'\u{a000}').contains(&c) { 2 } else { 1 })
                        .sum::<usize>()
                })
                .max();
            assert!(widest.is_some_and(|w| w <= usize::from(columns)), "{widest:?} of {columns}\n{text}");
        }
    }

    #[test]
    fn sentences_are_broken_between_words() {
        let narrow = |columns| wrapped("one two 口岸 three", Looks::Terminal { columns });
        assert_eq!(narrow(8), "one two\n口岸\nthree");
        assert_eq!(narrow(12), "one two 口岸\nthree");
        assert_eq!(narrow(3), "one\ntwo\n口岸\nthree");
        assert_eq!(wrapped("one two", Looks::Plain), "one two");
    }

    #[test]
    fn json_has_units_and_a_fixed_order() {
        let results = fixture::usual();
        let document = json(&results).expect("memory");
        assert_eq!(document, json(&results).expect("memory"));
        let at = |field: &str| {
            document
                .find(&format!("\"{field}\":"))
                .unwrap_or_else(|| panic!("{field} is missing"))
        };
        assert!(at("title") < at("replications") && at("replications") < at("hours_per_train") && at("waiting") < at("measures"));
        let value: serde_json::Value = serde_json::from_str(&document).expect("JSON");
        assert_eq!(value["measured_from"], "2024-01-15T00:00:00");
        let measure = &value["measures"][0];
        assert_eq!(measure["unit"], "h");
        assert_eq!(measure["estimate"]["mean"].as_f64(), results.measures[0].estimate.map(|e| e.mean));
        let shares: f64 = value["waiting"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|w| w["share_of_waiting"].as_f64())
            .sum();
        assert!((shares - 1.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_measured_is_said() {
        let text = text(&fixture::empty(), Lang::En, Looks::Plain);
        assert!(text.contains("No measure is marked") && text.contains("No train waited."));
        assert!(json(&fixture::empty()).is_ok());
    }

    #[test]
    fn hostile_labels_do_not_break_the_table() {
        let mut results = fixture::tiny();
        results.measures[0].label = "Yard: a | b\u{1b}[31m\nc".to_owned();
        let text = text(&results, Lang::En, Looks::Plain);
        assert!(text.contains("a \\| b [31m c"), "{text}");
    }
}
