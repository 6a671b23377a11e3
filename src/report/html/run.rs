//! The page of one scenario's run.

use super::findings::findings;
use super::part::{Cell, DataTable, Part};
use super::replay::Replay;
use super::{Page, Section};
use crate::experiment::results::{LedgerEntry, Results};
use crate::report::document::Document;
use crate::report::sheet::{name_of, provenance};
use crate::report::summary::{read_as, waits};
use crate::report::{Chart, Lang, ReportError, number, words};

/// Rows of the list of where the waiting happens.
const WAITS: usize = 15;

/// How the results came to be.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Gives the same results again, in their folder.
    pub command: String,
    /// What the manifest says: its keys and values.
    pub facts: Vec<(String, String)>,
}

impl Origin {
    /// From the document of a manifest: its plain values in order, the command apart.
    #[must_use]
    pub fn new(command: &str, manifest: &serde_json::Value) -> Self {
        let entries = manifest.as_object().into_iter().flatten();
        let shown = entries.filter(|(key, value)| *key != "command" && !value.is_array() && !value.is_object());
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Self {
            command: command.to_owned(),
            facts: shown.map(|(key, value)| (key.clone(), text(value))).collect(),
        }
    }
}

/// All that the page of a run is made of.
#[derive(Clone, Copy, Debug)]
pub struct RunReport<'a> {
    /// What was found.
    pub results: &'a Results,
    /// The charts, in reading order.
    pub charts: &'a [Chart],
    /// What was simulated, and how.
    pub document: &'a Document,
    /// How it came to be.
    pub origin: &'a Origin,
}

/// The page of a run, whole.
///
/// # Errors
/// Where a chart of it cannot be drawn.
pub fn run_page(report: &RunReport<'_>, lang: Lang) -> Result<String, ReportError> {
    let results = report.results;
    let seed = results.run.seed;
    let mut sections = Vec::new();
    let found = findings(results, lang);
    let none = lang.pick("Nothing was measured that a sentence could be made of.", "没有可以成句的结果。");
    sections.push(Section::new(
        "findings",
        lang.pick("What was found", "主要发现"),
        if found.is_empty() {
            vec![Part::Text(none.to_owned())]
        } else {
            vec![Part::Findings(found)]
        },
    ));
    sections.push(headline(results, lang));
    if !results.advice.is_empty() {
        let advice = results.advice.iter().map(|advice| words::advice(advice, lang)).collect();
        let heading = lang.pick("Before believing the numbers", "采信数值之前");
        sections.push(Section::new("advice", heading, vec![Part::List(advice)]));
    }
    sections.push(waiting(results, lang));
    if let Some(replay) = Replay::new(results, lang)? {
        sections.push(Section {
            needs_script: true,
            ..Section::new(
                "replay",
                lang.pick("Trains over the time", "列车回放"),
                vec![Part::Replay(Box::new(replay))],
            )
        });
    }
    sections.push(charts(report.charts, lang));
    sections.push(all_measures(results, lang));
    sections.push(Section::new(
        "model",
        lang.pick("What was simulated, and how", "模型说明（英文）"),
        vec![Part::Folded(
            lang.pick("Open the model documentation (STRESS-DES)", "展开模型文档（STRESS-DES）")
                .to_owned(),
            vec![Part::Document(report.document)],
        )],
    ));
    sections.push(origin(report.origin, lang));
    Page {
        lang,
        title: results.run.title.clone(),
        lead: format!(
            "{} {}",
            provenance(results, true, lang),
            lang.pick(format!("Seed {seed}."), format!("随机种子 {seed}。"))
        ),
        sections,
    }
    .html()
}

/// The charts of any page.
pub(super) fn charts(charts: &[Chart], lang: Lang) -> Section<'_> {
    let parts = charts.iter().map(Part::Chart).collect();
    Section::new("charts", lang.pick("Charts", "图"), parts)
}

/// The command and the manifest of any page.
pub(super) fn origin<'a>(origin: &Origin, lang: Lang) -> Section<'a> {
    let rows = origin
        .facts
        .iter()
        .map(|(key, value)| vec![key.as_str().into(), value.as_str().into()]);
    let table = DataTable {
        caption: lang.pick("manifest.json", "manifest.json").to_owned(),
        head: lang
            .pick(["key", "value"], ["键", "值"])
            .map(|words| (words.to_owned(), false))
            .to_vec(),
        rows: rows.collect(),
    };
    let text = lang.pick(
        "In the folder of this page, this command gives the same results again:",
        "在本页所在文件夹中，下列命令可再次得到相同结果：",
    );
    Section::new(
        "origin",
        lang.pick("How to get it again", "如何重现"),
        vec![
            Part::Text(text.to_owned()),
            Part::Command(origin.command.clone()),
            Part::Table(table),
        ],
    )
}

/// The measures of the summary and what became of the goals.
fn headline<'a>(results: &Results, lang: Lang) -> Section<'a> {
    let mut table = DataTable {
        caption: lang
            .pick(
                "Headline measures: mean over replications ± half-width",
                "主要指标：各次重复的均值 ± 半宽",
            )
            .to_owned(),
        head: head(lang.pick(["of", "measure", "mean", "unit"], ["对象", "指标", "均值", "单位"]), &[2]),
        rows: Vec::new(),
    };
    for m in results.measures.iter().filter(|m| m.headline) {
        let (of, what) = m.label.split_once(lang.pick(": ", "：")).unwrap_or(("", &m.label));
        let (value, unit) = read_as(m, lang);
        let value = match m.estimate {
            Some(e) => Cell::number(value, e.mean),
            None => value.into(),
        };
        table.rows.push(vec![of.into(), what.into(), value, unit.into()]);
    }
    let mut parts = vec![if table.rows.is_empty() {
        Part::Text(
            lang.pick("No measure is marked for the summary.", "没有列入摘要的指标。")
                .to_owned(),
        )
    } else {
        Part::Table(table)
    }];
    if !results.run.goals.is_empty() {
        let goals = results.run.goals.iter().map(|goal| words::goal(goal, lang)).collect();
        parts.push(Part::List(goals));
    }
    Section::new("headline", lang.pick("Headline numbers", "主要数字"), parts)
}

pub(super) fn head<const N: usize>(words: [&str; N], numbers: &[usize]) -> Vec<(String, bool)> {
    let words = words.into_iter().enumerate();
    words.map(|(i, words)| (words.to_owned(), numbers.contains(&i))).collect()
}

/// Places and causes of waiting.
fn waiting<'a>(results: &Results, lang: Lang) -> Section<'a> {
    let heading = lang.pick("Where the waiting happens", "等待发生在哪里");
    let waits = waits(results);
    if waits.is_empty() {
        let none = lang.pick("No train waited.", "没有列车等待。");
        return Section::new("waiting", heading, vec![Part::Text(none.to_owned())]);
    }
    let rest = waits.len().saturating_sub(WAITS);
    let row = |(entry, share): &(&LedgerEntry, f64)| {
        vec![
            name_of(results, entry.location).text.into(),
            words::activity(entry.activity, lang).into(),
            Cell::number(number::with_interval(&entry.hours_per_train), entry.hours_per_train.mean),
            Cell::number(format!("{:.0} %", share * 100.0), *share),
        ]
    };
    let table = DataTable {
        caption: lang.pick("Waiting by place and cause", "按地点与原因的等待").to_owned(),
        head: head(
            lang.pick(
                ["at", "waiting for", "hours per train", "of all waiting"],
                ["位置", "等待原因", "每列车小时", "占全部等待"],
            ),
            &[2, 3],
        ),
        rows: waits.iter().take(WAITS).map(row).collect(),
    };
    let mut parts = vec![Part::Table(table)];
    if rest > 0 {
        let share: f64 = waits[WAITS..].iter().map(|w| w.1).sum::<f64>() * 100.0;
        parts.push(Part::Text(lang.pick(
            format!("{rest} further places and causes are {share:.0} % of all waiting; they are in `tables/ledger`."),
            format!("其余 {rest} 项占全部等待的 {share:.0} %，见 `tables/ledger`。"),
        )));
    }
    Section::new("waiting", heading, parts)
}

/// Every measure, folded.
fn all_measures<'a>(results: &Results, lang: Lang) -> Section<'a> {
    let count = results.measures.len();
    let mut table = DataTable {
        caption: lang.pick("All measures, in their own units", "全部指标，按各自单位").to_owned(),
        head: head(
            lang.pick(
                ["measure", "id", "unit", "n", "mean", "half-width", "least", "most"],
                ["指标", "标识", "单位", "n", "均值", "半宽", "最小", "最大"],
            ),
            &[3, 4, 5, 6, 7],
        ),
        rows: Vec::new(),
    };
    for m in &results.measures {
        let number = |value: Option<f64>| value.map_or_else(Cell::default, |v| Cell::number(number::plain(v), v));
        let e = m.estimate;
        table.rows.push(vec![
            m.label.as_str().into(),
            m.id.as_str().into(),
            words::unit(&m.unit, lang).into(),
            Cell::number(e.map_or(0, |e| e.n).to_string(), f64::from(e.map_or(0, |e| e.n))),
            number(e.map(|e| e.mean)),
            number(e.and_then(|e| e.half_width)),
            number(e.map(|e| e.min)),
            number(e.map(|e| e.max)),
        ]);
    }
    let words = lang.pick(format!("Open all {count} measures"), format!("展开全部 {count} 项指标"));
    Section::new(
        "measures",
        lang.pick("All measures", "全部指标"),
        vec![Part::Folded(words, vec![Part::Table(table)])],
    )
}
