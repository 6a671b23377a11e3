//! The shipped scenarios say in their heads what they found; here it is found again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use landbridge::experiment::{Measures, Plan, names, replicate};
use landbridge::model::compile;
use landbridge::scenario;
use landbridge::stats;

use crate::common::EVENT_LIMIT;

/// The names of the measures, and the values of each replication.
type Values = (Vec<String>, Vec<Measures>);

fn values(path: &Path) -> Values {
    let loaded = scenario::load(path, &[]).unwrap_or_else(|error| panic!("{error}"));
    let model = compile(&loaded.scenario).expect("every flow has a way");
    let run = &loaded.scenario.run;
    let plan = Plan {
        replications: run.replications,
        until: None,
        seed: run.seed,
        confidence: run.confidence,
        records: 0,
        threads: 2,
        event_limit: EVENT_LIMIT,
    };
    let mut all = Vec::new();
    replicate(&model, &plan, &AtomicBool::new(false), |measures| all.push(measures.clone())).expect("it runs");
    (names(&model).into_iter().map(|name| name.id).collect(), all)
}

/// The values of a measure, where there is one.
fn of(measure: &str, (names, all): &Values) -> Option<Vec<f64>> {
    let at = names.iter().position(|name| name == measure)?;
    let value = |m: &Measures| m.values[at].unwrap_or_else(|| panic!("no value of {measure}"));
    Some(all.iter().map(value).collect())
}

/// A line `# found: MEASURE NUMBER +- HALF_WIDTH`, at 95 %. The number is the paired difference from the scenario that the
/// file extends, under common random numbers; where that has no such measure, or there is none, the mean itself.
fn found(text: &str) -> Vec<(String, f64, f64)> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("# found: "));
    let number = |word: &str| word.parse().unwrap_or_else(|_| panic!("{word} is no number"));
    let parts = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
    parts
        .map(|parts| (parts[0].to_owned(), number(parts[1]), number(parts[3])))
        .collect()
}

/// The scenario that a file extends.
fn base(path: &Path, text: &str) -> Option<PathBuf> {
    let extends = text.lines().find_map(|line| line.strip_prefix("extends = "))?;
    let base = path.parent()?.join(extends.trim_matches('"'));
    Some(base.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", base.display())))
}

#[test]
fn each_finds_what_its_head_says() {
    let mut files: Vec<PathBuf> = fs::read_dir("scenarios/what_if")
        .expect("there")
        .map(|e| e.expect("readable").path().canonicalize().expect("there"))
        .collect();
    files.sort();
    assert!(files.len() >= 6);
    let mut known: BTreeMap<PathBuf, Values> = BTreeMap::new();
    for path in files {
        let text = fs::read_to_string(&path).expect("readable");
        let claims = found(&text);
        assert!(!claims.is_empty(), "{} claims nothing", path.display());
        let base = base(&path, &text);
        for needed in base.iter().chain([&path]) {
            known.entry(needed.clone()).or_insert_with(|| values(needed));
        }
        let changed = &known[&path];
        for (measure, number, half_width) in claims {
            let after = of(&measure, changed).unwrap_or_else(|| panic!("{}: no measure {measure}", path.display()));
            let before = base.as_ref().and_then(|base| of(&measure, &known[base]));
            let before = before.unwrap_or_else(|| vec![0.0; after.len()]);
            let e = stats::estimate(before.into_iter().zip(after).map(|(before, after)| after - before), 0.95).expect("pairs");
            let (mean, half) = (e.mean, e.half_width.expect("pairs"));
            let same = |stated: f64, now: f64| (stated - now).abs() <= 0.002 * stated.abs() + 0.000_6;
            assert!(
                same(number, mean) && same(half_width, half),
                "{}: {measure} {mean:+.3} +- {half:.3}",
                path.display()
            );
            assert!(mean.abs() > half, "{}: {measure} is no finding: {mean} +- {half}", path.display());
        }
    }
}

/// The table of the article names scenarios that there are, and every fact has one or says why not.
#[test]
fn the_facts_of_the_article_have_their_scenarios() {
    let text = fs::read_to_string("docs/article.md").expect("readable");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() >= 11, "the article has eleven rows of facts");
    for row in rows {
        let shown = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default();
        let named: Vec<&str> = shown.split('`').filter(|word| word.contains(".toml")).collect();
        assert_eq!(named.is_empty(), shown.trim() == "-", "{row}");
        for file in named {
            assert!(Path::new("scenarios").join(file).is_file(), "{file}");
        }
    }
}
