//! The first minutes: a scenario to begin with, and what a shell and a manual reader expect.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::cli::landbridge;

fn done(folder: &Path, arguments: &[&str]) -> Output {
    let output = landbridge(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    output
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Whatever the name, the starter is sound, without a warning, and runs as it is; so does its plan.
#[test]
fn a_starter_is_sound_and_runs_as_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["my_border", "口岸 \"A\" 'b' \\n"] {
        let next = said(&done(folder.path(), &["new", name, "--plan"]).stdout);
        assert!(next.contains("landbridge check ") && next.contains("landbridge run "), "{next}");
        let (scenario, plan) = (format!("{name}.toml"), format!("{name}-sweep.toml"));
        let check = done(folder.path(), &["check", &scenario]);
        assert!(!said(&check.stdout).contains("warning") && check.stderr.is_empty());
        assert!(said(&check.stdout).starts_with(&format!("{name}: sound")));
        let dry = said(&done(folder.path(), &["sweep", &plan, "--dry-run"]).stdout);
        assert!(dry.contains("runs     45"), "{dry}");
        let options = ["--replications", "2", "--format", "csv", "--out"];
        done(
            folder.path(),
            &[&["run", &scenario][..], &options, &[&format!("results/{name}")]].concat(),
        );
        assert!(folder.path().join("results").join(name).join("summary.json").is_file());
    }
}

#[test]
fn a_starter_is_never_written_over_a_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("mine.toml"), "mine").expect("writable");
    let refused = [
        (&["new", "mine"][..], "mine.toml exists already and is not overwritten"),
        (&["new", "mine.toml"], "mine.toml exists already"),
        (&["new", "no/where"], "mkdir -p no"),
        (&["new", ".."], "is no name of a file"),
        (&["new", "folder/"], "is no name of a file"),
    ];
    for (arguments, words) in refused {
        let output = landbridge(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said(&output.stderr).contains(words), "{arguments:?}: {}", said(&output.stderr));
    }
    done(folder.path(), &["new", "mine", "--plan"]);
    assert_eq!(fs::read_to_string(folder.path().join("mine.toml")).expect("there"), "mine");
    assert!(folder.path().join("mine-sweep.toml").is_file());
    let output = landbridge(folder.path(), &["new", "mine", "--plan"]);
    assert_eq!(output.status.code(), Some(2));
}

/// A number that is not marked would be taken for a fact.
#[test]
fn every_number_of_the_starters_is_marked_as_an_example() {
    for starter in ["scenario.toml", "plan.toml"] {
        let text = fs::read_to_string(Path::new("assets/starter").join(starter)).expect("readable");
        let numbers = text.lines().filter(|line| {
            let value = line.split('#').next().unwrap_or_default();
            value.contains(|c: char| c.is_ascii_digit())
        });
        for line in numbers {
            assert!(line.contains("# example"), "{starter}: {line}");
        }
    }
}

/// The commands that the program's own help lists.
pub fn commands(folder: &Path) -> Vec<String> {
    let help = said(&done(folder, &["--help"]).stdout);
    let listed = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    let first_words = listed.unwrap_or_default().lines().filter(|line| !line.starts_with("   "));
    first_words
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|word| word != "help")
        .collect()
}

#[test]
fn shells_complete_every_command_and_each_has_its_page() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let commands = commands(folder.path());
    assert!(
        commands.contains(&"new".to_owned()) && commands.contains(&"submit".to_owned()),
        "{commands:?}"
    );
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = said(&done(folder.path(), &["completions", shell]).stdout);
        for command in &commands {
            assert!(script.contains(command.as_str()), "{shell}: {command}");
        }
        assert!(script.contains("replications"), "{shell}");
    }
    let page = said(&done(folder.path(), &["man"]).stdout);
    assert!(page.contains(".TH landbridge 1") && page.contains("landbridge\\-run(1)"), "{page}");
    done(folder.path(), &["man", "pages/man1"]);
    let pages = folder.path().join("pages/man1");
    for command in &commands {
        let page = fs::read_to_string(pages.join(format!("landbridge-{command}.1"))).expect("a page");
        assert!(page.contains(&format!(".TH landbridge-{command} 1")), "{page}");
    }
    assert_eq!(fs::read_dir(pages).expect("a folder").count(), commands.len() + 1);
}

/// The schemas themselves are tested where they are made, against everything that the program accepts and refuses.
#[test]
fn the_schemas_are_printed_whole() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (arguments, title) in [
        (&["schema"][..], "A landbridge scenario"),
        (&["schema", "scenario"], "A landbridge scenario"),
        (&["schema", "plan"], "A landbridge plan of experiments"),
    ] {
        let schema: serde_json::Value = serde_json::from_slice(&done(folder.path(), arguments).stdout).expect("JSON");
        assert_eq!(schema["title"], title);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(schema["$defs"].as_object().is_some_and(|tables| !tables.is_empty()));
    }
}
