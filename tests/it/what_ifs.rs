//! The shipped what-ifs say in their heads what they found; here it is found again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use landbridge::experiment::{Measures, Plan, names, replicate};
use landbridge::model::compile;
use landbridge::scenario;
use landbridge::stats;

use crate::common::EVENT_LIMIT;

/// The values of every measure, by replication.
fn values(path: &Path) -> (Vec<String>, Vec<Measures>) {
    let loaded = scenario::load(path, &[]).unwrap_or_else(|error| panic!("{error}"));
    let model = compile(&loaded.scenario).expect("every flow has a way");
    let run = &loaded.scenario.run;
    let plan = Plan {
        replications: run.replications,
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

/// The values of a measure; zeros where it is new in the what-if.
fn of(measure: &str, (names, all): &(Vec<String>, Vec<Measures>)) -> Vec<f64> {
    let Some(at) = names.iter().position(|name| name == measure) else {
        return vec![0.0; all.len()];
    };
    all.iter()
        .map(|m| m.values[at].unwrap_or_else(|| panic!("no value of {measure}")))
        .collect()
}

/// A line `# found: MEASURE DIFFERENCE +- HALF_WIDTH`: the paired difference from the baseline under common random
/// numbers, at 95 %.
fn found(text: &str) -> Vec<(String, f64, f64)> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("# found: "));
    let number = |word: &str| word.parse().unwrap_or_else(|_| panic!("{word} is no number"));
    let parts = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
    parts
        .map(|parts| (parts[0].to_owned(), number(parts[1]), number(parts[3])))
        .collect()
}

#[test]
fn each_finds_what_its_head_says() {
    let base = values(Path::new("scenarios/baseline.toml"));
    let mut files: Vec<PathBuf> = fs::read_dir("scenarios/what_if")
        .expect("there")
        .map(|e| e.expect("readable").path())
        .collect();
    files.sort();
    assert!(files.len() >= 6);
    for path in files {
        let claims = found(&fs::read_to_string(&path).expect("readable"));
        assert!(!claims.is_empty(), "{} claims nothing", path.display());
        let changed = values(&path);
        for (measure, difference, half_width) in claims {
            assert!(changed.0.contains(&measure), "{}: no measure {measure}", path.display());
            let pairs = of(&measure, &base).into_iter().zip(of(&measure, &changed));
            let e = stats::estimate(pairs.map(|(before, after)| after - before), 0.95).expect("20 pairs");
            let (mean, half) = (e.mean, e.half_width.expect("20 pairs"));
            let same = |stated: f64, now: f64| (stated - now).abs() <= 0.002 * stated.abs() + 0.000_6;
            assert!(
                same(difference, mean) && same(half_width, half),
                "{}: {measure} {mean:+.3} +- {half:.3}",
                path.display()
            );
            assert!(mean.abs() > half, "{}: {measure} is no finding: {mean} +- {half}", path.display());
        }
    }
}
