//! Charts and screens in the language that is asked for; data that are the same in all.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use landbridge::experiment::{names, wording};
use landbridge::lang::Lang;
use landbridge::model::compile;
use landbridge::scenario;

use crate::cli::landbridge;

fn shipped() -> Vec<PathBuf> {
    let folder = |path: &str| fs::read_dir(path).expect("scenarios").map(|entry| entry.expect("readable").path());
    let mut found: Vec<PathBuf> = folder("scenarios").chain(folder("scenarios/what_if")).collect();
    found.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    found.sort();
    found
}

/// Words of three Latin letters or more.
fn latin(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| word.len() > 2)
        .collect()
}

/// Every measure of every shipped scenario has a Chinese word, and its subject a Chinese name; ids are the same.
#[test]
fn every_measure_of_the_shipped_scenarios_has_chinese_words() {
    let mut left: BTreeSet<String> = BTreeSet::new();
    for path in shipped() {
        let loaded = scenario::load(&path, &[]).unwrap_or_else(|error| panic!("{error}"));
        let english = names(&compile(&loaded.scenario).expect("sound"));
        let spoken = loaded.named_in(Lang::Zh);
        assert!(latin(&spoken.title).is_empty(), "{}", spoken.title);
        let chinese = names(&compile(&spoken).expect("names do no harm"));
        assert_eq!(english.len(), chinese.len());
        for (en, zh) in english.iter().zip(&chinese) {
            assert_eq!((&en.id, en.unit, en.headline), (&zh.id, zh.unit, zh.headline));
            let last = en.id.rsplit('.').next().unwrap_or_default();
            assert!(wording::chinese(last).is_some(), "{} has no Chinese word: {}", en.id, en.label);
            assert!(zh.label.contains('：') && !zh.label.contains(", "), "{}", zh.label);
            // Where English labels have a colon is what tells subject and measure apart.
            assert_eq!(en.label.matches(": ").count(), 1, "{}", en.label);
            left.extend(latin(&zh.label).into_iter().map(str::to_owned));
        }
    }
    // A unit, and a direction that one scenario calls so.
    left.retain(|word| word != "TEU" && word != "others");
    assert_eq!(left.into_iter().collect::<Vec<_>>(), Vec::<String>::new());
}

const SCENARIO: &str = r#"title = "A desk"
titles.zh = "一个窗口"
time = { start = "2022-01-03 00:00", zone = "Asia/Shanghai", length = "10 days" }
run.replications = 3
gauges.standard.width = "1435 mm"
calendars.day.windows = [{ days = "daily", hours = "08:00-20:00" }]
[places.pass]
name = "Pass"
names.zh = "阿拉山口"
[places.pass.clearance.customs]
names.zh = "通关窗口"
time = "60 min"
calendar = "day"
[places.pass.procedures.all]
steps = ["clearance.customs"]
[places.beyond]
names = { zh = "多斯特克", en = "Dostyk" }
[lines.over]
names.zh = "口岸线"
between = ["pass", "beyond"]
gauge = "standard"
running_time = "2 h"
[flows.west]
names.zh = "西行列车"
from = "pass"
to = "beyond"
departures.rate = "6/day"
[corridors.main]
names.zh = "主通道"
places = ["pass", "beyond"]
"#;

fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = landbridge(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_run_in_chinese_has_the_same_data_and_can_be_repeated() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join("results").join(name);
    fs::write(folder.path().join("desk.toml"), SCENARIO).expect("writable");
    let english = run(folder.path(), &["run", "desk.toml"]);
    assert!(english.contains("Pass") && !english.contains("阿拉山口"));
    let svg = fs::read_to_string(place("desk").join("charts/stringline_main.svg")).expect("drawn");
    assert!(svg.contains("running towards Dostyk") && !svg.contains("多斯特克"));
    let screen = run(folder.path(), &["run", "desk.toml", "--lang", "zh", "--out", "results/zh"]);
    for text in ["一个窗口", "等待发生在哪里", "阿拉山口", "第95百分位", "窗口关闭", "随机种子"] {
        assert!(screen.contains(text), "{text} is not in\n{screen}");
    }
    for data in [
        "tables/measures.csv",
        "tables/ledger.csv",
        "summary.json",
        "charts/queue.csv",
        "stress_des.md",
    ] {
        let read = |name: &str| fs::read_to_string(place(name).join(data)).unwrap_or_else(|error| panic!("{data}: {error}"));
        // The document names threads, time and command of its run.
        if data != "stress_des.md" {
            assert_eq!(read("desk"), read("zh"), "{data}");
        }
        assert!(!read("zh").contains("阿拉山口"), "{data}");
    }
    let svg = fs::read_to_string(place("zh").join("charts/stringline_main.svg")).expect("drawn");
    for text in ["主通道", "驶向多斯特克", "窗口关闭", "1月"] {
        assert!(svg.contains(text), "{text}");
    }
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(place("zh").join("manifest.json")).expect("there")).expect("JSON");
    let command = manifest["command"].as_str().expect("text");
    assert!(command.ends_with("--lang zh"), "{command}");
    let arguments: Vec<&str> = command.split(' ').skip(1).collect();
    run(&place("zh"), &arguments);
    for chart in ["waterfall.svg", "waterfall.png", "dwell.svg", "stringline_main.png"] {
        let read = |below: PathBuf| fs::read(below.join("charts").join(chart)).expect("drawn");
        assert!(read(place("zh")) == read(place("zh").join("again")), "{chart}");
    }
    let refused = landbridge(folder.path(), &["run", "desk.toml", "--lang", "fr"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("[possible values: en, zh]"));
}

#[test]
fn comparisons_and_other_commands_speak_chinese() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("desk.toml"), SCENARIO).expect("writable");
    let two = "extends = \"desk.toml\"\ntitle = \"Two\"\nplaces.pass.clearance.customs.desks = 2\n";
    fs::write(folder.path().join("two.toml"), two).expect("writable");
    run(folder.path(), &["compare", "desk.toml", "two.toml", "--lang", "zh", "--out", "c"]);
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    assert!(read("c/charts/differences_1.svg").contains("阿拉山口"));
    assert!(read("c/charts/waterfalls.svg").contains("方案对比"));
    assert!(!read("c/tables/differences.csv").contains("阿拉山口"));
    assert!(read("c/manifest.json").contains("--lang zh"));
    run(
        folder.path(),
        &["knockout", "desk.toml", "--lang", "zh", "--only", "lines.over", "--out", "k"],
    );
    assert!(read("k/charts/knockout.svg").contains("各要素关闭的代价"));
    let capacity = [
        "capacity",
        "desk.toml",
        "--limit",
        "trains_completed <= 1000",
        "--step",
        "0.5",
        "--lang",
        "zh",
    ];
    assert!(run(folder.path(), &capacity).contains("每日列车"));
}

/// An unknown language of a name is refused with what there is.
#[test]
fn names_in_languages_that_nobody_reads() {
    let text = SCENARIO.replace("names.zh = \"口岸线\"", "names.zn = \"口岸线\"");
    let problems = scenario::parse(&text, "desk.toml").expect_err("refused").to_string();
    assert!(problems.contains("`lines.over.names.zn` is not a known key"), "{problems}");
}
