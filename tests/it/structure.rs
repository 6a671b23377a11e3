//! Who may know whom, read off the `use` lines and paths of the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A module, and the modules that it may name.
const MAY_KNOW: [(&str, &[&str]); 14] = [
    ("lang", &[]),
    ("units", &[]),
    ("random", &["units"]),
    ("engine", &["units"]),
    ("stats", &["units"]),
    ("observe", &["units"]),
    ("scenario", &["lang", "random", "units"]),
    ("network", &["scenario", "units"]),
    ("model", &["engine", "lang", "network", "observe", "random", "scenario", "units"]),
    ("railway", &["engine", "model", "observe", "random", "units"]),
    (
        "experiment",
        &[
            "engine", "lang", "model", "observe", "railway", "random", "scenario", "stats", "units",
        ],
    ),
    (
        "verify",
        &["experiment", "model", "observe", "railway", "scenario", "stats", "units"],
    ),
    ("report", &["experiment", "lang", "observe", "stats", "units"]),
    ("store", &["experiment", "report", "stats"]),
];

fn sources(below: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(below).expect("a folder of sources") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Every source file with the module it belongs to; tests of a module, which may know anything, are cut off.
fn modules() -> Vec<(String, PathBuf, String)> {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let of = |path: &Path| {
        let part = path.strip_prefix("src").ok()?.components().next()?.as_os_str().to_str()?;
        Some(part.trim_end_matches(".rs").to_owned())
    };
    let is_test = |path: &Path| {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        name.ends_with("tests.rs") || matches!(name, "trace.rs" | "fixture.rs" | "published.rs")
    };
    files.sort();
    files
        .into_iter()
        .filter(|path| !is_test(path) || path.starts_with("src/scenario/trace.rs"))
        .filter_map(|path| {
            let text = fs::read_to_string(&path).expect("readable");
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
            Some((of(&path)?, path, code))
        })
        .collect()
}

fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim_start).filter(|line| !line.starts_with("//"))
}

/// The modules that a line of code names.
fn named(line: &str) -> BTreeSet<&str> {
    line.split("crate::")
        .skip(1)
        .map(|rest| {
            rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .next()
                .unwrap_or_default()
        })
        .collect()
}

#[test]
fn each_module_knows_only_those_that_it_may_know() {
    for (module, path, text) in modules() {
        let Some((_, may_know)) = MAY_KNOW.iter().find(|(name, _)| *name == module) else {
            continue;
        };
        let documented = text.replace("#[cfg(doc)]\nuse crate::", "// ");
        for line in code_lines(&documented) {
            for other in named(line) {
                assert!(
                    other == module || may_know.contains(&other),
                    "{} knows {other}: {line}\nif that is right, docs/architecture.md and this list say so",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn only_the_command_line_sees_files_and_the_wall_clock() {
    for (module, path, text) in modules() {
        if matches!(module.as_str(), "cli" | "main" | "lib") {
            continue;
        }
        for line in code_lines(&text) {
            let sees_files = !matches!(module.as_str(), "scenario" | "store") && (line.contains("std::fs") || line.contains("std::env"));
            assert!(!sees_files && !line.contains("std::time"), "{}: {line}", path.display());
        }
    }
}

/// Functions of `f64` whose last digits are the platform's; a square root, rounding, sums and products are exact everywhere.
const OF_THE_PLATFORM: [&str; 27] = [
    "ln", "log", "log2", "log10", "ln_1p", "exp", "exp2", "exp_m1", "powf", "powi", "cbrt", "hypot", "sin", "cos", "tan", "sin_cos",
    "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "gamma",
];

/// A call of such a function in a line of code, other than the square that is one multiplication.
fn platform_function(line: &str) -> Option<&'static str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    OF_THE_PLATFORM.into_iter().find(|name| {
        let called = line.replace(".powi(2)", "").contains(&format!(".{name}("));
        let path = format!("f64::{name}");
        called || line.split(&path).skip(1).any(|rest| !rest.starts_with(is_name))
    })
}

#[test]
fn platform_functions_are_noticed() {
    for line in [
        "x.ln()",
        "let y = (a + b).powf(0.5);",
        "values.map(f64::exp)",
        "x.powi(3)",
        "a.hypot(b)",
        "f64::sin(x)",
    ] {
        assert!(platform_function(line).is_some(), "{line}");
    }
    for line in [
        "x.powi(2)",
        "libm::log(x)",
        "x.sqrt()",
        "f64::exponent",
        "list.length()",
        "catalog(x)",
    ] {
        assert_eq!(platform_function(line), None, "{line}");
    }
}

/// All of the program, whatever it may be on the way to: nothing needs them. The powers of ten by which numbers are shown are
/// exact; nor is any number from `statrs`, which is there for tests.
#[test]
fn nothing_asks_the_platform_for_a_logarithm() {
    for (module, path, text) in modules() {
        for line in code_lines(&text) {
            let found = platform_function(line).filter(|name| !(module == "report" && *name == "powi"));
            assert_eq!(
                found,
                None,
                "{}: {line}\nlibm has the same with the same bits everywhere",
                path.display()
            );
            assert!(!line.contains("statrs"), "{}: {line}", path.display());
        }
    }
}

#[test]
fn no_hash_map_on_the_way_to_a_result() {
    for (module, path, text) in modules() {
        if !matches!(module.as_str(), "random" | "engine" | "railway" | "observe" | "model" | "network") {
            continue;
        }
        for line in code_lines(&text) {
            for word in ["HashMap", "HashSet"] {
                assert!(!line.contains(word), "{}: {word} in {line}", path.display());
            }
        }
    }
}
