//! Plans: what is read, what is laid over the base, and what is refused.

use super::*;
use crate::scenario::{Until, lines};

const BASE: &str = r#"title = "A desk"
[time]
start = "2022-01-03 00:00"
zone = "UTC"
length = "10 days"
[gauges.standard]
width = "1435 mm"
[places.pass.clearance.customs]
desks = 1
time = "60 min"
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
[flows.west.departures]
rate = "6/day"
[flows.late]
from = "pass"
to = "beyond"
[flows.late.departures]
every = "12 h"
"#;

const HEAD: &str = "title = 'p'\nbase = 'base.toml'\n[design]\nkind = 'grid'\n";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        for (name, text) in [("base.toml", BASE)].iter().chain(files) {
            fs::write(folder.path().join(name), text).expect("a file can be written");
        }
        Self(folder)
    }

    fn load(&self, plan: &str) -> Result<LoadedPlan, String> {
        let path = self.0.path().join("plan.toml");
        fs::write(&path, plan).expect("a file can be written");
        load(&path, &[]).map_err(|error| self.drawn(&error.to_string()))
    }

    fn drawn(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.0.path().display()), "")
    }
}

fn loaded(plan: &str) -> LoadedPlan {
    Folder::new(&[]).load(plan).unwrap_or_else(|problems| panic!("{problems}"))
}

/// What a plan of these factors is refused with.
fn refused(rest: &str) -> String {
    Folder::new(&[]).load(&format!("{HEAD}{rest}")).expect_err(rest)
}

/// The lines in which the scenario of a point differs from the base.
fn differs(plan: &LoadedPlan, settings: &[Setting]) -> Vec<String> {
    let base = lines(&plan.base.resolved);
    let point = plan.scenario(settings).unwrap_or_else(|problems| panic!("{problems}"));
    let point = lines(&point.resolved);
    let gone = base.iter().filter(|line| !point.contains(line)).map(|line| format!("- {line}"));
    let come = point.iter().filter(|line| !base.contains(line)).map(|line| format!("+ {line}"));
    gone.chain(come).collect()
}

fn labels(plan: &LoadedPlan, factor: usize) -> Vec<String> {
    match &plan.file.factors[factor].levels {
        Levels::Listed(levels) => levels.iter().map(|level| level.label.clone()).collect(),
        Levels::Between(_) => panic!("a range without steps"),
    }
}

#[test]
fn ranges_lists_and_ties() {
    let plan = loaded(&format!(
        "{HEAD}[factors.a]\nkey = 'places.pass.clearance.customs.time'\nfrom = '30 min'\nto = '60 min'\nstep = '7.5 min'\n\
         [factors.b]\nkeys = ['flows.west.growth', 'flows.late.growth']\nvalues = [1, 1.5, [1, 2]]\n\
         [factors.c]\nkey = 'places.pass.clearance.customs.desks'\nfrom = 1\nto = 100\npoints = 3\nscale = 'log'\n"
    ));
    assert_eq!(labels(&plan, 0), ["30 min", "37.5 min", "45 min", "52.5 min", "60 min"]);
    assert_eq!(labels(&plan, 1), ["1", "1.5", "[1, 2]"]);
    assert_eq!(labels(&plan, 2), ["1", "10", "100"]);
    assert_eq!(
        differs(&plan, &[Setting::Level(1), Setting::Level(2), Setting::Base]),
        [
            "- places.pass.clearance.customs.time = \"60 min\"",
            "+ flows.late.growth = 2",
            "+ flows.west.growth = 1",
            "+ places.pass.clearance.customs.time = \"37.5 min\"",
        ]
    );
    assert_eq!(differs(&plan, &[Setting::Base; 3]), Vec::<String>::new());
    assert_eq!(plan.base_label(&plan.file.factors[0]), "60 min");
}

#[test]
fn ranges_without_steps() {
    let plan = loaded(
        "title = 'p'\nbase = 'base.toml'\n[design]\nkind = 'sobol'\npoints = 8\n\
         [factors.a]\nkey = 'places.pass.clearance.customs.time'\nfrom = '10 min'\nto = '1000 min'\nscale = 'log'\n\
         [factors.b]\nkey = 'places.pass.clearance.customs.desks'\nfrom = 1\nto = 3\n\
         [factors.c]\nkey = 'flows.west.growth'\nfrom = 1.0\nto = 2.0\n",
    );
    let label = |factor: usize, share| plan.file.factors[factor].shown(Setting::At(share)).map(|shown| shown.label);
    assert_eq!(label(0, 0.5).as_deref(), Some("100 min"));
    // Each of the three whole numbers has a third of the range.
    let desks: Vec<_> = [0.0, 0.33, 0.34, 0.66, 0.67, 0.999]
        .iter()
        .filter_map(|share| label(1, *share))
        .collect();
    assert_eq!(desks, ["1", "1", "2", "2", "3", "3"]);
    assert_eq!(label(2, 1.0 / 3.0).as_deref(), Some("1.333333"));
    assert_eq!(
        differs(&plan, &[Setting::Base, Setting::At(0.7), Setting::At(0.25)]),
        [
            "- places.pass.clearance.customs.desks = 1",
            "+ flows.west.growth = 1.25",
            "+ places.pass.clearance.customs.desks = 3"
        ]
    );
}

/// A level may be a file that extends the base, then only what it changes counts; or one that stands alone; its seed
/// and number of replications never do.
#[test]
fn files_and_tables_as_levels() {
    let folder = Folder::new(&[
        (
            "more.toml",
            "extends = 'base.toml'\ntitle = 'More'\n[run]\nseed = 9\n[flows.west]\ngrowth = 1.36\n",
        ),
        ("patch.toml", "[places.pass.clearance.customs]\ndesks = 2\n"),
    ]);
    let plan = folder.load(&format!(
        "{HEAD}[factors.policy]\nlevels = [{{ name = 'now' }}, {{ name = 'more', file = 'more.toml' }}, \
         {{ name = 'both', file = 'patch.toml', set = {{ flows.west.departures.every = '3 h' }} }}]\n\
         [factors.time]\nkey = 'places.pass.clearance.customs.time'\nvalues = ['30 min']\n"
    ));
    let plan = plan.unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(differs(&plan, &[Setting::Level(0), Setting::Base]), Vec::<String>::new());
    assert_eq!(
        differs(&plan, &[Setting::Level(1), Setting::Level(0)]),
        [
            "- places.pass.clearance.customs.time = \"60 min\"",
            "- title = \"A desk\"",
            "+ flows.west.growth = 1.36",
            "+ places.pass.clearance.customs.time = \"30 min\"",
            "+ title = \"More\"",
        ]
    );
    assert_eq!(
        differs(&plan, &[Setting::Level(2), Setting::Base]),
        [
            "- flows.west.departures.rate = \"6/day\"",
            "- places.pass.clearance.customs.desks = 1",
            "+ flows.west.departures.every = \"3 h\"",
            "+ places.pass.clearance.customs.desks = 2",
        ]
    );
}

#[test]
fn a_plan_and_its_rule() {
    let plan = loaded(&format!(
        "{HEAD}[run]\nuntil = ['trains_completed within 5 %']\nat_most = 50\nseed = 3\n[factors.a]\nkey = 'flows.west.growth'\nvalues = [1]\n"
    ));
    let rule = Replications::Until {
        least: None,
        goals: vec![Until {
            measure: "trains_completed".to_owned(),
            within: 0.05,
        }],
        at_most: 50,
    };
    assert_eq!(plan.file.run.replications, rule);
    assert_eq!((plan.file.run.seed, plan.file.run.confidence), (Some(3), None));
}

/// Each slip, and what is said of it.
#[test]
fn slips() {
    let time = "[factors.a]\nkey = 'places.pass.clearance.customs.time'\n";
    for (rest, said) in [
        (
            format!("{time}from = '30 min'\nto = '100 min'\nstep = '15 min'"),
            "misses the end of the range, 100 min",
        ),
        (
            format!("{time}from = '30 min'\nto = '100 min'\nstep = '15 min'"),
            "let the range end at 90 min or 105 min",
        ),
        (
            format!("{time}from = '30 min'\nto = '30 min'\nstep = '1 min'"),
            "is a range without values",
        ),
        (
            format!("{time}from = '60 min'\nto = '30 min'\nstep = '1 min'"),
            "exchange `from` and `to`",
        ),
        (
            format!("{time}from = '30 min'\nto = '1 h'\nstep = '1 min'"),
            "is not in the unit of `from`, \"min\"",
        ),
        (
            format!("{time}from = '1 h 30 min'\nto = '2 h'\nstep = '1 h'"),
            "which is not a number with one unit",
        ),
        (
            format!("{time}from = '30 min'\nto = '60 min'\nstep = '0 min'"),
            "`factors.a.step` is zero",
        ),
        (
            format!("{time}from = '30 min'\nto = '60 min'"),
            "has neither `step` nor `points`, which a grid needs",
        ),
        (
            format!("{time}from = '0 min'\nto = '60 min'\npoints = 3\nscale = 'log'"),
            "does not begin above zero",
        ),
        (
            format!("{time}from = '1 min'\nto = '60 min'\nstep = '1 min'\nscale = 'log'"),
            "means nothing beside `scale`",
        ),
        (
            format!("{time}from = '1 min'\nto = '60 min'\nstep = '1 min'\npoints = 2"),
            "means nothing beside `step`",
        ),
        (format!("{time}values = []"), "`factors.a.values` is empty"),
        (format!("{time}values = ['1 h', '1 h']"), "has the level \"1 h\" twice"),
        (format!("{time}valeus = ['1 h']"), "did you mean `values`?"),
        (format!("{time}levels = [{{ name = 'x' }}]"), "means nothing without `values`"),
        ("[factors.a]\nvalues = [1]".to_owned(), "`factors.a.key` is missing"),
        (
            "[factors.a]\nkey = 'places.pas.zone'\nvalues = ['UTC']".to_owned(),
            "did you mean `pass`?",
        ),
        (
            "[factors.a]\nkey = 'run.seed'\nvalues = [1]".to_owned(),
            "which a plan decides by itself",
        ),
        (
            "[factors.a]\nlevels = [{ name = 'x', set = { run.seed = 1 } }]".to_owned(),
            "which a plan decides by itself",
        ),
        (
            "[factors.a]\nlevels = [{ name = 'x', file = 'none.toml' }]".to_owned(),
            "there is no such file",
        ),
        ("[factors.a]\nlevels = [{ file = 'base.toml' }]".to_owned(), "name` is missing"),
        (
            "[factors.a]\nkeys = ['flows.west.growth', 'flows.late.growth']\nvalues = [[1, 2, 3]]".to_owned(),
            "has 3 entries instead of 2",
        ),
        (
            format!("{time}values = ['1 h']\n[factors.b]\nkey = 'places.pass.clearance'\nvalues = [1]"),
            "and so does the factor \"a\"",
        ),
        (
            "[run]\nat_most = 3\n[factors.a]\nkey = 'flows.west.growth'\nvalues = [1]".to_owned(),
            "means nothing without `until`",
        ),
        (
            "[run]\nuntil = ['trains_completed in 5 %']\n[factors.a]\nkey = 'flows.west.growth'\nvalues = [1]".to_owned(),
            "which is not a precision",
        ),
        (String::new(), "`factors` is missing"),
    ] {
        let drawn = refused(&rest);
        assert!(drawn.contains(said), "{rest}\n{drawn}");
        assert!(drawn.contains("plan.toml:"), "no place in\n{drawn}");
    }
}

#[test]
fn a_base_that_is_not_sound() {
    let folder = Folder::new(&[("base.toml", &BASE.replace("desks = 1", "dekss = 1"))]);
    let drawn = folder
        .load(&format!("{HEAD}[factors.a]\nkey = 'flows.west.growth'\nvalues = [1]"))
        .expect_err("a slip");
    assert!(
        drawn.contains("base.toml:9:1") && drawn.contains("did you mean `desks`?"),
        "{drawn}"
    );
    let drawn = refused("").replace('\'', "");
    assert!(drawn.contains("nothing was run"), "{drawn}");
    let drawn = Folder::new(&[]).load("title = 'p'\nbase = 'bse.toml'\n[design]\nkind='grid'\n[factors.a]\nkey='x'\nvalues=[1]");
    assert!(drawn.expect_err("no base").contains("there is no such file"));
}

/// What only the scenario of a point shows is drawn where the level stands, once, with the point at which it was met.
#[test]
fn levels_that_make_invalid_scenarios() {
    let folder = Folder::new(&[]);
    let plan = folder.load(&format!(
        "{HEAD}[factors.a]\nkey = 'places.pass.clearance.customs.dekss'\nvalues = [1]\n\
         [factors.b]\nkey = 'flows.west.growth'\nvalues = [1, -2]\n"
    ));
    let plan = plan.unwrap_or_else(|problems| panic!("{problems}"));
    let point = |n: usize| {
        let problems = plan.scenario(&[Setting::Level(0), Setting::Level(n)]).expect_err("not sound");
        (format!("point {}", n + 1), problems)
    };
    insta::assert_snapshot!(folder.drawn(&plan.gather([point(0), point(1)]).to_string()));
}

const REFERENCE: &str = include_str!("../../../docs/sweeps.md");

pub(in crate::scenario) fn reference_plan() -> String {
    let blocks = REFERENCE.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.collect::<Vec<_>>().join("\n")
}

/// The reference of plans: its TOML blocks are one plan, and its tables have every key and no other.
#[test]
fn the_reference_is_a_plan_and_has_every_key() {
    use std::collections::BTreeSet;
    let text = reference_plan();
    let tree = parse_document(&text, 0, &mut Vec::new());
    let cx = Context::new(&tree, Vec::new());
    let draw = decode::plan(&cx).expect("a table");
    assert_eq!(draw.factors.len(), 4);
    let known: BTreeSet<&str> = cx.known_keys.borrow().values().flatten().copied().collect();
    let problems: Vec<String> = cx.into_problems().iter().map(ToString::to_string).collect();
    assert_eq!(problems, Vec::<String>::new());
    let tables = REFERENCE.split("## What it writes").next().expect("a first part");
    let written: BTreeSet<&str> = tables
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(" |").next())
        .flat_map(|cell| cell.split(", "))
        .map(|key| key.trim_matches('`'))
        .map(|key| key.rsplit("[].").next().unwrap_or(key))
        .collect();
    assert_eq!(known, written);
}
