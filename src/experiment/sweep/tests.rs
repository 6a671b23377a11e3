//! Plans: what their points say, what names them, and what is refused.

use super::*;
use crate::scenario::plan;
use crate::scenario::plan::LoadedPlan;

const BASE: &str = r#"title = "A desk"
[time]
start = "2022-01-03 00:00"
zone = "UTC"
length = "10 days"
[run]
replications = 3
seed = 7
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
departures.rate = "6/day"
"#;

fn loaded(rest: &str) -> LoadedPlan {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("plan.toml");
    std::fs::write(folder.path().join("base.toml"), BASE).expect("writable");
    let design = if rest.contains("[design]") {
        ""
    } else {
        "[design]\nkind = 'grid'\n"
    };
    std::fs::write(&path, format!("title = 'p'\nbase = 'base.toml'\n{design}{rest}")).expect("writable");
    plan::load(&path, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The plan of these tables over a small base.
pub(crate) fn built(rest: &str) -> Plan {
    build(&loaded(rest)).unwrap_or_else(|problems| panic!("{problems}"))
}

const TWO: &str = "[factors.desks]\nkey = 'places.pass.clearance.customs.desks'\nvalues = [1, 2]\n\
                       [factors.time]\nkey = 'places.pass.clearance.customs.time'\nfrom = '45 min'\nto = '60 min'\nstep = '15 min'\n";

#[test]
fn points_say_what_they_change() {
    let plan = built(TWO);
    assert_eq!((plan.seed, plan.points.len(), plan.points[0].replications), (7, 4, 3));
    let shown: Vec<_> = plan.points.iter().map(|p| p.levels.join(" ")).collect();
    assert_eq!(shown, ["1 45 min", "1 60 min", "2 45 min", "2 60 min"]);
    let units: Vec<_> = plan.factors.iter().map(|f| f.unit.as_deref()).collect();
    assert_eq!(units, [Some(""), Some("min")]);
    assert_eq!(plan.points[3].numbers, [Some(2.0), Some(60.0)]);
    let set: Vec<_> = plan.points[2].set.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    assert_eq!(
        set,
        [
            "places.pass.clearance.customs.desks = 2",
            "places.pass.clearance.customs.time = \"45 min\""
        ]
    );
    assert!(plan.points[1].set.is_empty(), "it is the base");
}

/// The text of a plan is the same again, reads back, and its name changes with what it says.
#[test]
fn a_plan_is_its_text() {
    let (plan, again) = (built(TWO), built(TWO));
    let text = plan.to_json().expect("text");
    assert_eq!(text, again.to_json().expect("text"));
    assert_eq!(Plan::from_json(&text).expect("a plan"), plan);
    let other = built(&TWO.replace("[1, 2]", "[1, 3]")).to_json().expect("text");
    assert_ne!(Plan::id(&text), Plan::id(&other));
    assert!(matches!(Plan::from_json("{}"), Err(PlanError::NotAPlan(_))));
    let older = text.replace("\"results_version\": ", "\"results_version\": 99");
    assert!(matches!(Plan::from_json(&older), Err(PlanError::OtherVersion(_))));
    let changed = text.replace("\"45 min\\\"", "\"44 min\\\"");
    assert_ne!(changed, text);
    let changed = Plan::from_json(&changed).expect("a plan");
    assert!(changed.model(&changed.points[0]).is_err(), "a scenario that is not the one named");
}

/// What has no influence on a run does not make another scenario of it; the limit of its events does.
#[test]
fn the_same_scenario_has_the_same_name() {
    let plan = built(
        "[factors.a]\nlevels = [{ name = 'x' }, { name = 'y', set = { title = 'Another' } }, { name = 'z', set = { places.pass.name = 'Z' } }]",
    );
    assert_eq!(plan.first_alike(), [0, 0, 2]);
    assert!(plan.points[1].set.is_empty());
    let limited = built("[run]\nmost_events = 5\n[factors.a]\nlevels = [{ name = 'x' }]");
    assert_ne!(limited.points[0].scenario, plan.points[0].scenario);
    let more = built("[run]\nreplications = 50\n[factors.a]\nlevels = [{ name = 'x' }]");
    assert_eq!(more.points[0].scenario, plan.points[0].scenario);
}

#[test]
fn what_is_refused_before_anything_runs() {
    let refused = |rest: &str| build(&loaded(rest)).expect_err(rest).to_string();
    let drawn = refused(&format!("[run]\nmost_runs = 11\n{TWO}"));
    assert!(
        drawn.contains("comes to 4 points of up to 3 replications, 12 runs, more than `run.most_runs`, which is 11"),
        "{drawn}"
    );
    let drawn = refused("[factors.a]\nkey = 'places.pass.clearance.customs.desks'\nvalues = [1, 0, -1]");
    assert!(
        drawn.contains("is zero") && drawn.contains("is negative") && drawn.contains("at point 2: a = 0"),
        "{drawn}"
    );
    // What only the compiled network shows.
    let drawn = refused(
        "[factors.a]\nkey = 'lines.over.running_time'\nvalues = ['1 h']\n[factors.b]\nlevels = [{ name = 'x', set = { flows.west.to = 'beyon' } }]",
    );
    assert!(drawn.contains("did you mean `beyond`"), "{drawn}");
    let drawn = refused("[run]\nuntil = ['trains_complete within 10 %']\n[factors.a]\nkey = 'flows.west.growth'\nvalues = [1]");
    assert!(drawn.contains("did you mean") && drawn.contains("which no point has"), "{drawn}");
}

/// Points with different facilities have different measures; the columns of the plan are all of them.
#[test]
fn columns_of_all_points() {
    let plan = built(
        "[factors.a]\nlevels = [{ name = 'x' }, { name = 'y', set = { places.pass.clearance.second = { desks = 1, time = '1 h' }, places.pass.procedures.all.steps = ['clearance.customs', 'clearance.second'] } }]",
    );
    let second = plan.measures.iter().filter(|m| m.id.contains("clearance.second")).count();
    let first = plan.measures.iter().filter(|m| m.id.contains("clearance.customs")).count();
    assert!(first > 3 && first == second);
}
