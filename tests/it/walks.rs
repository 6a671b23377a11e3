//! The commands of the pages that a newcomer follows, run as they stand.

use std::fs;
use std::path::Path;

use crate::cli::landbridge;

/// The words of a command line, with quotes as a shell reads them.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            c => word.push(c),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// The commands of a page, without what stands behind them as a remark, and the files that it has one write, in order.
enum Step {
    Command(Vec<String>),
    File(String, String),
}

fn steps(page: &str, program: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(rest) = line.strip_prefix("    ").and_then(|line| line.strip_prefix(program)) {
            steps.push(Step::Command(words(rest.split("  ").next().unwrap_or_default())));
        } else if line == "```toml" {
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let name = text[0].strip_prefix("# ").and_then(|rest| rest.split(':').next()).expect("a name");
            steps.push(Step::File(name.to_owned(), text.join("\n")));
        }
    }
    steps
}

fn walk(folder: &Path, page: &str, program: &str, sparing: impl Fn(&mut Vec<String>)) -> usize {
    let mut commands = 0;
    for step in steps(page, program) {
        match step {
            Step::File(name, text) => fs::write(folder.join(name), text).expect("writable"),
            Step::Command(mut words) => {
                sparing(&mut words);
                let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
                let output = landbridge(folder, &arguments);
                let said = String::from_utf8_lossy(&output.stderr);
                assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
                commands += 1;
            }
        }
    }
    commands
}

#[test]
fn the_guide_can_be_followed_to_its_end() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let page = fs::read_to_string("docs/guide.md").expect("readable");
    assert!(walk(folder.path(), &page, "landbridge ", |_| ()) >= 10);
    for result in ["my_border", "my_border-2", "compare-weekend", "three_desks", "my_border-sweep"] {
        assert!(folder.path().join("results").join(result).is_dir(), "{result}");
    }
    let charts = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    for chart in charts {
        let picture = folder.path().join("results/my_border/charts").join(format!("{chart}.svg"));
        assert!(picture.is_file(), "{}", picture.display());
    }
}

/// The commands of the front page, with fewer replications: their scenario is the half year.
#[cfg(unix)]
#[test]
fn the_front_page_can_be_followed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for shipped in ["scenarios", "validation"] {
        let there = std::path::absolute(shipped).expect("a folder");
        std::os::unix::fs::symlink(there, folder.path().join(shipped)).expect("a link");
    }
    let page = fs::read_to_string("README.md").expect("readable");
    let sparing = |words: &mut Vec<String>| {
        let extra: &[&str] = match words[0].as_str() {
            "run" if words.iter().any(|word| word == "--until") => &["--set", "run.at_most=12"],
            "run" | "compare" => &["--replications", "2"],
            "knockout" => &["--replications", "2", "--only", "places.horgos"],
            "verify" => &["--only", "m_m_1"],
            _ => &[],
        };
        words.extend(extra.iter().map(|&word| word.to_owned()));
    };
    assert!(walk(folder.path(), &page, "cargo run --release -- ", sparing) >= 8);
}
