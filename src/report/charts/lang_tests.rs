//! Every chart in every language: labels keep apart, which the sheet itself checks, and no word of the other language is left.

use super::*;
use crate::experiment::compare::{Compared, compare};
use crate::experiment::knockout::Loss;
use crate::experiment::results::NetworkFacts;
use crate::experiment::stall::StallReport;
use crate::experiment::{Agreement, Comparison as Figure, MeasureName, TargetKind};
use crate::report::fixture;
use crate::stats::Estimate;

/// Words of Latin letters that Chinese captions have as well: units, names of methods and of file formats, the zone of the clock.
const COMMON: [&str; 10] = [
    "TEU",
    "PNG",
    "SVG",
    "Asia",
    "Shanghai",
    "Holm",
    "Bonferroni",
    "min",
    "MSER",
    "Welch",
];

const SIZES: [fn() -> Results; 4] = [fixture::tiny, fixture::usual, fixture::crowded, fixture::empty];

/// The same results with every name in Chinese, as a scenario would have them; some long.
fn renamed(mut results: Results) -> Results {
    let name = |i: usize| match i % 4 {
        3 => format!("乌鲁木齐国际陆港区集装箱换装与重组站第 {i} 场"),
        _ => format!("口岸站 {i}"),
    };
    for (i, location) in results.locations.iter_mut().enumerate() {
        location.name = name(i);
    }
    for (i, corridor) in results.corridors.iter_mut().enumerate() {
        corridor.name = name(i);
    }
    for (i, u) in results.utilisation.iter_mut().enumerate() {
        u.name = if i % 2 == 0 { "通关办理窗口" } else { "换装库" }.to_owned();
    }
    for (i, flow) in results.flows.iter_mut().enumerate() {
        flow.name = format!("班列车流 {i}");
    }
    for facility in &mut results.facilities {
        "换装库".clone_into(&mut facility.name);
    }
    for d in &mut results.daily {
        d.limits.iter_mut().for_each(|(label, _)| "图定运行线".clone_into(label));
    }
    results
}

/// The texts of an SVG.
fn texts(svg: &str) -> String {
    let mut texts = String::new();
    for part in svg.split('<').skip(1) {
        let text = part.split_once('>').map_or("", |(_, text)| text);
        texts.push_str(text.trim());
        texts.push('\n');
    }
    ["&lt;", "&gt;", "&quot;", "&apos;", "&amp;"]
        .into_iter()
        .fold(texts, |texts, entity| texts.replace(entity, " "))
}

/// Words of three Latin letters or more that are not common to both languages.
fn english(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| word.len() > 2 && !COMMON.contains(word))
        .collect()
}

fn assert_chinese(charts: &[Chart]) {
    for chart in charts {
        for text in [texts(&chart.svg).as_str(), &chart.caption, &chart.alt, &chart.title] {
            assert_eq!(english(text), Vec::<&str>::new(), "{}: {text}", chart.id);
        }
        assert!(chart.svg.contains("xml:lang=\"zh-Hans\"") && chart.alt.chars().any(|c| c > '\u{4e00}'));
        assert!(!chart.caption.contains("缺字"), "{}: {}", chart.id, chart.caption);
    }
}

#[test]
fn charts_of_a_run() {
    for size in SIZES {
        assert_chinese(&gallery(&renamed(size()), Lang::Zh).expect("drawn"));
        // Names in any script go with either language.
        let charts = gallery(&size(), Lang::Zh).expect("drawn");
        for (chart, other) in charts.iter().zip(gallery(&size(), Lang::En).expect("drawn")) {
            assert_eq!(
                (&chart.id, &chart.data_csv),
                (&other.id, &other.data_csv),
                "data are the same in every language"
            );
        }
    }
}

#[test]
fn the_same_language_gives_the_same_bytes() {
    let draw = || gallery(&renamed(fixture::usual()), Lang::Zh).expect("drawn");
    for (a, b) in draw().into_iter().zip(draw()) {
        let [png, again] = [&a, &b].map(|chart| chart.png().expect("painted"));
        assert!(a.svg == b.svg && png == again, "{}", a.id);
    }
}

#[test]
fn charts_of_comparisons() {
    let compared = |name: &str, shift: f64, results: Results| Compared {
        name: name.to_owned(),
        results,
        names: ["a_hours", "b_hours", "c"]
            .map(|id| MeasureName {
                id: id.to_owned(),
                label: "霍尔果斯，换装线：平均等待列车数".to_owned(),
                unit: "trains",
                headline: true,
            })
            .to_vec(),
        values: (0..5)
            .map(|r| vec![Some(f64::from(r) + 1.0 + shift), Some(2.0 + shift * f64::from(r % 3)), Some(7.0)])
            .collect(),
    };
    for size in SIZES {
        for shift in [0.0, 0.3] {
            let scenarios = vec![
                compared("现状", 0.0, renamed(size())),
                compared("换装 45 分钟", shift, renamed(size())),
            ];
            assert_chinese(&comparison_gallery(&compare(scenarios, 0.95), Lang::Zh).expect("drawn"));
        }
    }
}

#[test]
fn charts_of_other_commands() {
    let estimate = Estimate {
        n: 5,
        mean: 40.0,
        half_width: Some(8.0),
        sd: Some(10.0),
        min: 20.0,
        max: 60.0,
    };
    let loss = |vehicle_hours| Loss {
        element: "口岸站换装线".to_owned(),
        vehicle_hours,
        held: None,
        recovery_hours: None,
        recovered: None,
        recovered_interval: None,
        unfinished: None,
        backlog: None,
    };
    for losses in [vec![], vec![loss(Some(estimate)), loss(None)]] {
        assert_chinese(&[knockout(&losses, "3月1日至2日", "5 次重复运行。".to_owned(), Lang::Zh).expect("drawn")]);
    }
    let figure = Figure {
        id: "a".to_owned(),
        name: "阿拉山口列车数".to_owned(),
        value: 7.0,
        unit: "trains".to_owned(),
        tolerance: 1.0,
        kind: TargetKind::Fitted,
        source: "nobody".to_owned(),
        model: None,
        agreement: Agreement::Open,
    };
    for figures in [vec![], vec![figure]] {
        assert_chinese(&[validation(&figures, "半年", "20 次重复。", Lang::Zh).expect("drawn")]);
    }
    let stalled = StallReport {
        replication: 1,
        at: "2022-01-03 02:00".to_owned(),
        circle: Vec::new(),
        waiting: Vec::new(),
    };
    assert_chinese(&[stall(&stalled, &NetworkFacts::default(), Lang::Zh).expect("drawn")]);
}

/// Whatever Chinese the sources say, the font of the PNG can draw; so it can the names of the shipped scenarios.
#[test]
fn the_font_draws_every_chinese_text() {
    fn read(below: &std::path::Path, texts: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(below).expect("a folder") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                read(&path, texts);
            } else if path.extension().is_some_and(|e| e == "rs" || e == "toml") {
                texts.push((path.display().to_string(), std::fs::read_to_string(&path).expect("text")));
            }
        }
    }
    let mut files = Vec::new();
    for below in ["src", "scenarios"] {
        read(std::path::Path::new(below), &mut files);
    }
    let chinese = |c: &char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
    let mut seen = 0;
    for (file, text) in &files {
        for c in text.chars().filter(chinese) {
            assert!(crate::report::font::draws(c), "{c} in {file}");
            seen += 1;
        }
    }
    assert!(seen > 2_000, "{seen}");
}
