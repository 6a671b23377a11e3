//! What `landbridge report` draws from a folder is what the run drew, to the byte; a folder that it cannot trust is refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::cli::{files, landbridge};

/// Two places and a line, with a name that is not meant well and a calendar of random disruptions.
const SCENARIO: &str = r#"title = "A </script><b>desk</b>"
[time]
start = "2022-01-03 00:00"
zone = "Asia/Shanghai"
length = "10 days"
[run]
replications = 3
[gauges.standard]
width = "1435 mm"
[places.pass.clearance.customs]
time = { law = "exponential", mean = "2 h" }
[places.pass.procedures.all]
steps = ["clearance.customs"]
[places.beyond]
[lines.over]
between = ["pass", "beyond"]
gauge = "standard"
running_time = "2 h"
[flows.west]
from = "pass"
to = "beyond"
departures.rate = "9/day"
"#;

/// Every file of a folder but those of data, with its bytes.
fn drawn(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.strip_prefix(folder).expect("below it").display().to_string();
    let is_drawn = |name: &String| name.starts_with("charts") || name == "report.html" || name == "stress_des.md";
    let files = files(folder)
        .into_iter()
        .map(|path| (name(&path), fs::read(path).expect("readable")));
    files.filter(|(name, _)| is_drawn(name)).collect()
}

#[test]
fn the_same_bytes_come_from_the_folder_and_another_language_is_another_page() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("desk.toml"), SCENARIO).expect("writable");
    let output = landbridge(folder.path(), &["run", "desk.toml", "--quiet", "--out", "run"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let run = folder.path().join("run");
    let first = drawn(&run);
    assert!(first.contains_key("report.html") && first.len() > 20, "{:?}", first.keys());
    let output = landbridge(folder.path(), &["report", "run", "--quiet", "--out", "again"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(drawn(&folder.path().join("again")) == first, "some file differs");
    // In place: what is not asked for stays as it is.
    let output = landbridge(folder.path(), &["report", "run", "--format", "html", "--lang", "zh"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("drawn: run"), "{output:?}");
    let second = drawn(&run);
    assert!(second.keys().eq(first.keys()) && second["stress_des.md"] == first["stress_des.md"]);
    let page = String::from_utf8(second["report.html"].clone()).expect("text");
    assert!(page.contains("<html lang=\"zh-Hans\">") && page.contains("主要发现") && !page.contains("<b>desk"));
    // What exists is not overwritten.
    let output = landbridge(folder.path(), &["report", "run", "--out", "again"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn a_folder_that_is_not_as_it_was_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("desk.toml"), SCENARIO).expect("writable");
    let output = landbridge(folder.path(), &["run", "desk.toml", "--format", "csv", "--quiet", "--out", "run"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let refused = |said: &str| {
        let output = landbridge(folder.path(), &["report", "run", "--format", "svg"]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.code() == Some(2) && stderr.contains(said) && stderr.contains("help:"),
            "{said}: {stderr}"
        );
        assert!(!folder.path().join("run/charts").exists(), "nothing is drawn");
    };
    let path = |name: &str| folder.path().join("run").join(name);
    let text = |name: &str| fs::read_to_string(path(name)).expect("it is there");
    let hash = |text: &str| {
        use sha2::Digest;
        sha2::Sha256::digest(text.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let (results, manifest, scenario) = (text("results.json"), text("manifest.json"), text("scenario.toml"));
    fs::write(path("results.json"), results.replacen("\"seed\":", "\"seed\": ", 1)).expect("writable");
    refused("results.json was changed after the run");
    // Of another version, and honest about it.
    let other = results.replacen(env!("CARGO_PKG_VERSION"), "0.0.9", 1);
    fs::write(path("results.json"), &other).expect("writable");
    fs::write(path("manifest.json"), manifest.replace(&hash(&results), &hash(&other))).expect("writable");
    refused("is not understood by this program");
    fs::remove_file(path("results.json")).expect("it is there");
    refused("has no results.json");
    fs::write(path("results.json"), &results).expect("writable");
    fs::write(path("manifest.json"), &manifest).expect("writable");
    fs::write(path("scenario.toml"), format!("{scenario}# a remark\n")).expect("writable");
    refused("scenario.toml was changed after the run");
    fs::write(path("manifest.json"), "{}").expect("writable");
    refused("manifest.json is not of a run");
    fs::remove_file(path("manifest.json")).expect("it is there");
    refused("is no results folder");
}
