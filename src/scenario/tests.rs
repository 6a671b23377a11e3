//! Whole texts in, scenarios or drawn problems out.

use std::fs;

use jiff::civil::{date, time};
use proptest::prelude::*;

use super::*;
use crate::random::Law;
use crate::units::{Duration, HOUR, MINUTE};

/// A scenario with every kind of table, from which the tests of problems change a few words.
const BORDER: &str = r#"title = "A border"

[time]
start = "2021-12-18 00:00"
zone = "Asia/Shanghai"
warm_up = "14 days"
length = "181 days"

[gauges.standard]
width = "1435 mm"

[gauges.broad]
width = "1520 mm"

[calendars.day_shift]
windows = [
    { days = "mon-fri", hours = "08:00-20:00", servers = 3 },
    { days = ["sat", "sun"], hours = ["09:00-12:00", "13:00-24:00"] },
]
holidays = ["2022-05-01", "2022-01-31..2022-02-06"]
exceptions = [{ date = "2022-02-10", hours = "closed" }]

[places.urumqi]
position = [87.6, 43.8]

[places.pass]
name = "The pass"
tracks = { standard = 8, broad = "unlimited" }

[places.pass.clearance.export]
desks = 3
time = { law = "lognormal", mean = "90 min", cv = 0.6 }
calendar = "day_shift"
at_close = "pause"

[places.pass.reloading.shed]
from_gauge = "standard"
to_gauge = "broad"
berths = 2
per_lift = "2 min"
cranes = 4

[places.pass.exchange.west]
headway = "20 min"
quota = "14/day"

[places.pass.procedures.west]
direction = "west"
steps = ["clearance.export", "reloading.shed", "exchange.west"]

[places.dostyk]
zone = "Asia/Almaty"

[lines.urumqi_pass]
between = ["urumqi", "pass"]
gauge = "standard"
length = "480 km"
speed = "60 km/h"

[lines.pass_dostyk]
between = ["pass", "dostyk"]
gauge = "broad"
tracks = "single"
running_time = "30 min"
paths = "18/day"

[flows.west]
from = "urumqi"
to = "dostyk"
direction = "west"
gauge = "standard"
boxes = { law = "binomial", trials = 50, share = 0.9 }

[flows.west.departures]
rate = "9.5/day"

[corridors.main]
places = ["urumqi", "pass", "dostyk"]
"#;

/// The border with each first text replaced by the second.
fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(BORDER.to_owned(), |text, (old, new)| {
        assert_eq!(text.matches(old).count(), 1, "{old:?} must stand there once");
        text.replace(old, new)
    })
}

fn border() -> Loaded {
    parse(BORDER, "border.toml").unwrap_or_else(|problems| panic!("{problems}"))
}

/// The drawing of what is wrong, or of the warnings.
fn drawn(text: &str) -> String {
    match parse(text, "border.toml") {
        Ok(loaded) => loaded.warnings.to_string(),
        Err(problems) => problems.to_string(),
    }
}

#[test]
fn a_whole_scenario_is_read() {
    let Loaded { scenario, warnings, .. } = border();
    assert!(warnings.is_empty(), "{warnings}");
    assert_eq!(scenario.time.start, date(2021, 12, 18).at(0, 0, 0, 0));
    assert_eq!(
        scenario.run,
        RunPlan {
            replications: 20,
            until: Vec::new(),
            at_most: 1_000,
            seed: 1,
            confidence: 0.95,
            records: 1
        }
    );
    let calendar = &scenario.calendars["day_shift"];
    assert_eq!(calendar.windows.len(), 3);
    assert_eq!(
        calendar.windows[2].hours,
        Hours {
            opens_at: time(13, 0, 0, 0),
            closes_at: None
        }
    );
    assert_eq!(calendar.exceptions[0].hours, []);
    let pass = &scenario.places["pass"];
    assert_eq!((pass.name.as_str(), pass.zone.as_str()), ("The pass", "Asia/Shanghai"));
    assert_eq!(pass.tracks.iter().collect::<Vec<_>>(), [(&"standard".to_owned(), &8)]);
    #[allow(clippy::cast_precision_loss)]
    let minute = MINUTE as f64;
    let spread = Law::LogNormal {
        mean: 90.0 * minute,
        sd: 0.6 * 90.0 * minute,
    };
    assert_eq!(pass.clearance["export"].time, spread);
    let lifting = Lifting::PerBox {
        per_lift: Law::Constant(2.0 * minute),
        cranes: 4,
        cranes_per_train: 4,
    };
    assert_eq!(pass.reloading["shed"].lifting, lifting);
    assert_eq!(
        pass.exchange["west"].quota,
        Some(Quota {
            trains: 14,
            reset_at: time(0, 0, 0, 0)
        })
    );
    assert_eq!(pass.exchange["west"].headway, Duration::minutes(20));
    #[allow(clippy::cast_precision_loss)]
    let eight_hours = 8.0 * HOUR as f64;
    assert_eq!(scenario.lines["urumqi_pass"].running_time, Law::Constant(eight_hours));
    assert_eq!(pass.procedure_of("west", "west").map(|(id, _)| id.as_str()), Some("west"));
    assert_eq!(pass.procedure_of("east", "east"), None);
}

#[test]
fn resolved_is_the_same_scenario() {
    let first = border();
    let second = parse(&first.resolved, "resolved.toml").unwrap_or_else(|problems| panic!("{problems}\n{}", first.resolved));
    assert_eq!(first.scenario, second.scenario);
    assert_eq!(first.resolved, second.resolved);
    insta::assert_snapshot!("resolved", first.resolved);
}

#[test]
fn the_order_of_tables_is_irrelevant() {
    let (top, tables) = BORDER.split_once("\n\n").expect("there is a top");
    let mut tables: Vec<&str> = tables.split("\n\n").map(str::trim_end).collect();
    tables.reverse();
    let reversed = format!("{top}\n\n{}\n", tables.join("\n\n"));
    let reversed = parse(&reversed, "reversed.toml").unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(border().scenario, reversed.scenario);
    assert_eq!(border().resolved, reversed.resolved);
}

/// Each with a name, and the words of the border that are replaced.
const SLIPS: &[(&str, &[(&str, &str)])] = &[
    (
        "unknown_key",
        &[("berths = 2", "berths = 2\nberth_count = 3"), ("desks = 3", "desk = 3")],
    ),
    ("unknown_table", &[("[corridors.main]", "[coridors.main]")]),
    ("missing_unit", &[("\"20 min\"", "20"), ("\"480 km\"", "\"480\"")]),
    (
        "unknown_unit",
        &[("\"20 min\"", "\"20 minits\""), ("\"14 days\"", "\"1 h 2 days\"")],
    ),
    ("negative_time", &[("\"20 min\"", "\"-20 min\"")]),
    ("zero_length", &[("\"181 days\"", "\"0 days\"")]),
    ("unknown_place", &[("to = \"dostyk\"", "to = \"dostik\"")]),
    ("line_to_nowhere", &[("[\"pass\", \"dostyk\"]", "[\"pass\", \"druzhba\"]")]),
    ("line_to_itself", &[("[\"pass\", \"dostyk\"]", "[\"pass\", \"pass\"]")]),
    ("share_above_1", &[("share = 0.9", "share = 90")]),
    ("backward_window", &[("\"08:00-20:00\"", "\"20:00-08:00\"")]),
    ("overlapping_windows", &[("\"09:00-12:00\"", "\"09:00-14:00\"")]),
    (
        "negative_variance",
        &[
            ("cv = 0.6", "cv = -0.6"),
            ("\"2 min\"", "{ law = \"gamma\", mean = \"2 min\", cv = 0 }"),
        ],
    ),
    (
        "impossible_law",
        &[(
            "\"30 min\"",
            "{ law = \"triangular\", min = \"1 h\", mode = \"3 h\", max = \"2 h\" }",
        )],
    ),
    ("unknown_law", &[("\"lognormal\"", "\"log-normal\"")]),
    ("law_of_counts", &[("\"30 min\"", "{ law = \"poisson\", mean = 30 }")]),
    (
        "unknown_zone",
        &[("\"Asia/Almaty\"", "\"Asia/Alma-Ata\""), ("\"Asia/Shanghai\"", "\"Beijing\"")],
    ),
    ("unknown_calendar", &[("calendar = \"day_shift\"", "calendar = \"dayshift\"")]),
    (
        "unknown_gauge",
        &[
            ("to_gauge = \"broad\"", "to_gauge = \"wide\""),
            ("{ standard = 8", "{ standart = 8"),
        ],
    ),
    ("same_gauge", &[("to_gauge = \"broad\"", "to_gauge = \"standard\"")]),
    ("unknown_step", &[("\"reloading.shed\"", "\"reloading.hall\"")]),
    (
        "ambiguous_procedures",
        &[(
            "[places.dostyk]",
            "[places.pass.procedures.other]\ndirection = \"west\"\nsteps = [\"clearance.export\"]\n\n[places.dostyk]",
        )],
    ),
    ("lifting_twice", &[("berths = 2", "berths = 2\nlifting = \"60 min\"")]),
    ("cranes_without_lifts", &[("per_lift = \"2 min\"", "lifting = \"60 min\"")]),
    ("more_cranes_than_there_are", &[("cranes = 4", "cranes = 4\ncranes_per_train = 5")]),
    ("departures_twice", &[("rate = \"9.5/day\"", "rate = \"9.5/day\"\nevery = \"2 h\"")]),
    ("departures_not_given", &[("rate = \"9.5/day\"", "")]),
    ("single_track_without_paths", &[("paths = \"18/day\"", "")]),
    ("speed_without_length", &[("length = \"480 km\"\n", "")]),
    ("quota_of_half_trains", &[("\"14/day\"", "\"100/week\"")]),
    ("trace_missing", &[("rate = \"9.5/day\"", "trace = \"nowhere/departures.csv\"")]),
    (
        "base_missing",
        &[("title = \"A border\"", "title = \"A border\"\nextends = \"nowhere/base.toml\"")],
    ),
    ("duplicate_key", &[("desks = 3", "desks = 3\ndesks = 4"), ("\"20 min\"", "20")]),
    (
        "syntax",
        &[
            ("desks = 3", "desks = "),
            ("\"1435 mm\"", "\"1435 mm"),
            ("[places.urumqi]", "[places.urumqi"),
        ],
    ),
    (
        "wrong_types",
        &[
            ("\"A border\"", "1"),
            ("desks = 3", "desks = \"3\""),
            ("berths = 2", "berths = 2.5"),
            ("\"day_shift\"", "true"),
        ],
    ),
    (
        "wrong_dates",
        &[
            ("\"2021-12-18 00:00\"", "\"2021-12-18\""),
            ("\"2022-05-01\"", "\"1 May\""),
            ("..2022-02-06", "..2022-01-06"),
        ],
    ),
    ("wrong_days", &[("\"mon-fri\"", "\"Monday-Friday\""), ("\"closed\"", "\"shut\"")]),
    ("wrong_position", &[("[87.6, 43.8]", "[43.8, 187.6]")]),
    ("bad_id", &[("[lines.urumqi_pass]", "[lines.\"Ürümqi.Pass\"]")]),
    ("wrong_word", &[("\"pause\"", "\"paus\""), ("\"single\"", "\"one\"")]),
    (
        "corridor_with_a_gap",
        &[("[\"urumqi\", \"pass\", \"dostyk\"]", "[\"urumqi\", \"dostyk\"]")],
    ),
    ("no_way", &[("[\"pass\", \"dostyk\"]", "[\"pass\", \"urumqi\"]")]),
    (
        "missing_keys",
        &[
            ("length = \"181 days\"\n", ""),
            ("time = { law = \"lognormal\", mean = \"90 min\", cv = 0.6 }\n", ""),
            ("from = \"urumqi\"\n", ""),
        ],
    ),
    (
        "confidence_in_per_cent",
        &[("[gauges.standard]", "[run]\nconfidence = 95\nreplications = 0\n\n[gauges.standard]")],
    ),
    (
        "factors",
        &[(
            "rate = \"9.5/day\"",
            "rate = \"9.5/day\"\nby_weekday = [1, 1, 1]\nby_month = [0,0,0,0,0,0,0,0,0,0,0,0]\nlateness = \"5 min\"",
        )],
    ),
    (
        "warning_average",
        &[("rate = \"9.5/day\"", "rate = \"9.5/day\"\nby_weekday = [1, 1, 1, 1, 1, 2, 2]")],
    ),
    (
        "warnings_unused",
        &[
            (
                "[lines.urumqi_pass]",
                "[places.kashgar]\n[gauges.cape]\nwidth = \"1067 mm\"\n[calendars.night]\nwindows = []\n[lines.urumqi_pass]",
            ),
            (", \"exchange.west\"", ""),
        ],
    ),
    (
        "cargo_shares",
        &[
            (
                "[flows.west]",
                "[cargo.general]\n[cargo.cold]\n\n[flows.west]\ncargo = { general = 0.9, cold = 0.2, warm = 0 }",
            ),
            (
                "desks = 3",
                "desks = 3\ninspection.scan = { share = { genral = 0.1 }, time = \"5 min\" }",
            ),
        ],
    ),
    (
        "cargo_sum",
        &[(
            "[flows.west]",
            "[cargo.general]\n[cargo.cold]\n\n[flows.west]\ncargo = { general = 0.9, cold = 0.2 }",
        )],
    ),
    (
        "no_alternative",
        &[(
            "[places.pass.procedures.west]",
            "[places.pass.choice.any]\nof = [\"reloading.shed\", \"exchange.west\"]\n\n[places.pass.procedures.west]",
        )],
    ),
    (
        "warnings_unused_names",
        &[("[places.dostyk]", "[cargo.cold]\n[holidays.land]\ndates = []\n[places.dostyk]")],
    ),
    (
        "warning_direction",
        &[
            ("direction = \"west\"\nsteps", "direction = \"vest\"\nsteps"),
            ("\"urumqi\", \"pass\"]", "\"pass\", \"urumqi\"]"),
        ],
    ),
    (
        "gather_without_end",
        &[(
            "rate = \"9.5/day\"",
            "gather = { lots = { rate = \"20/day\" }, lot_sise = 3, min_size = 30 }",
        )],
    ),
    (
        "warnings_wagons",
        &[
            (
                "[places.pass.exchange.west]",
                "[places.pass.wagons]\nbroad = { stock = 300, returns = \"with trains\" }\n\
                 standard = { stock = 300, returns = \"6 days\" }\n\n[places.pass.exchange.west]",
            ),
            ("rate = \"9.5/day\"", "gather = { lots = { rate = \"20/day\" }, size = 50 }"),
        ],
    ),
];

#[test]
fn every_slip_is_drawn_with_its_place_and_remedy() {
    for (name, changes) in SLIPS {
        insta::assert_snapshot!(format!("slip_{name}"), drawn(&changed(changes)));
    }
}

#[test]
fn colours_only_where_asked_for() {
    let problems = parse("title = 1", "x.toml").expect_err("it lacks the time");
    assert!(problems.render(Style::Coloured).contains('\u{1b}'));
    assert!(!problems.render(Style::Plain).contains('\u{1b}'));
}

/// The key reference, whose TOML blocks are one scenario.
const REFERENCE: &str = include_str!("../../docs/scenario.md");

pub(super) fn reference_scenario() -> String {
    let blocks = REFERENCE.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_key_reference_is_a_scenario() {
    let loaded = parse(&reference_scenario(), "docs/scenario.md").unwrap_or_else(|problems| panic!("{problems}"));
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    let again = parse(&loaded.resolved, "resolved.toml").unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(loaded.scenario, again.scenario);
}

#[test]
fn the_key_reference_has_every_key_and_no_other() {
    use std::collections::BTreeSet;
    let text = reference_scenario();
    let document = layers::assemble(text, Path::new("x.toml"), &[], &mut Vec::new());
    let cx = reader::Context::new(&document.root, Vec::new());
    assert!(decode::scenario(&cx).is_some());
    // A layer takes this key before the rest is decoded.
    let mut known: BTreeSet<&str> = cx.known_keys.borrow().values().flatten().copied().collect();
    known.insert("extends");
    let first_cells = REFERENCE.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    let written: BTreeSet<&str> = first_cells
        .flat_map(|cell| cell.split(", "))
        .map(|key| key.trim_matches('`'))
        .filter(|key| !key.starts_with('"'))
        .map(|key| key.rsplit("[].").next().unwrap_or(key))
        .map(|key| key.strip_prefix("storms.").unwrap_or(key))
        .collect();
    assert_eq!(known, written);
}

/// Files in a folder of their own, and what is drawn with the folder's name taken out.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("a file can be written");
        }
        Self(folder)
    }

    fn load(&self, name: &str, overrides: &[&str]) -> Result<Loaded, String> {
        let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
        load(&self.0.path().join(name), &overrides).map_err(|error| error.to_string().replace(&format!("{}/", self.0.path().display()), ""))
    }

    fn refused(&self, name: &str, overrides: &[&str]) -> String {
        self.load(name, overrides).expect_err("it must be refused")
    }
}

#[test]
fn layers_are_merged_and_know_their_files() {
    let what_if = "extends = \"border.toml\"\ntitle = \"Faster\"\n[places.pass.reloading.shed]\nlifting = \"45 min\"\n";
    let folder = Folder::new(&[
        ("border.toml", BORDER),
        ("what_if.toml", what_if),
        ("third.toml", "extends = 'what_if.toml'\n[run]\nseed = 7"),
    ]);
    let loaded = folder.load("third.toml", &["run.replications=5", "places.pass.clearance.export.time=45 min"]);
    let loaded = loaded.unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(loaded.scenario.title, "Faster");
    assert_eq!((loaded.scenario.run.seed, loaded.scenario.run.replications), (7, 5));
    let pass = &loaded.scenario.places["pass"];
    assert_eq!(pass.reloading["shed"].lifting, Lifting::PerTrain(Law::Constant(2_700_000.0)));
    assert_eq!(pass.clearance["export"].time, Law::Constant(2_700_000.0));
    assert!(!loaded.resolved.contains("extends"));
    let again = parse(&loaded.resolved, "resolved.toml").unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(again.scenario, loaded.scenario);

    fs::write(folder.0.path().join("what_if.toml"), what_if.replace("45 min", "45")).expect("a file can be written");
    let overrides = [
        "run.replication=5",
        "places.pas.zone=Asia/Almaty",
        "places.pass.clearance.export.time=45",
        "lies.x.gauge=broad",
        "title",
    ];
    insta::assert_snapshot!("layers", folder.refused("third.toml", &overrides));
}

#[test]
fn ids_in_any_script() {
    let text = BORDER
        .replace("[places.dostyk]", "[places.\"多斯特克\"]")
        .replace("\"dostyk\"", "\"多斯特克\"");
    let overrides = ["places.多斯特克.tracks.broad=3".to_owned()];
    let loaded = read(text, Path::new("x.toml"), &overrides).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(loaded.scenario.places["多斯特克"].tracks["broad"], 3);
    let again = parse(&loaded.resolved, "resolved.toml").unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(again.scenario, loaded.scenario);
    assert!(leaves(&loaded.resolved).contains(&("places.多斯特克.tracks.broad".to_owned(), "3".to_owned())));
}

#[test]
fn leaves_can_be_set_again() {
    let loaded = border();
    let overrides: Vec<String> = leaves(&loaded.resolved)
        .into_iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let again = read(BORDER.to_owned(), Path::new("x.toml"), &overrides).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(again.resolved, loaded.resolved);
}

#[test]
fn columns_count_characters_and_lines_may_end_as_on_windows() {
    let text = "title = \"标题\" # 标\r\n[time]\r\nstart = \"2022-01-01 00:00\"\r\nzone = \"Asia/Shanghai\"\r\nlength = \"二 days\"\r\nends = 1\r\n";
    insta::assert_snapshot!("windows_lines", drawn(text));
}

#[test]
fn files_that_extend_in_a_circle() {
    let folder = Folder::new(&[
        ("a.toml", "extends = 'b.toml'"),
        ("b.toml", "extends = 'c.toml'"),
        ("c.toml", "extends = './a.toml'"),
    ]);
    let drawn = folder.refused("a.toml", &[]);
    assert!(
        drawn.contains("`extends` comes back to a file that extends this one: a.toml -> b.toml -> c.toml -> ./a.toml"),
        "{drawn}"
    );
    assert!(drawn.contains("c.toml:1:11"), "{drawn}");
    assert_eq!(
        folder.refused("none.toml", &[]),
        "cannot read the scenario none.toml: there is no such file"
    );
}

#[test]
fn traces_are_read_and_embedded() {
    let traced = changed(&[("rate = \"9.5/day\"", "trace = \"departures.csv\"")]);
    let rows = "departure,boxes\n2022-01-01 06:00,41\n2022-01-01 18:30:30,\n";
    let folder = Folder::new(&[
        ("border.toml", &traced),
        ("departures.csv", rows),
        ("other.csv", "departure\n2022-03-01 06:00\n"),
    ]);
    let loaded = folder.load("border.toml", &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let Departures::Trace { rows, .. } = &loaded.scenario.flows["west"].departures else {
        panic!("it is a trace");
    };
    assert_eq!(rows.iter().map(|row| row.boxes).collect::<Vec<_>>(), [Some(41), None]);
    // The resolved text needs no other file, and a layer above it can still name another trace.
    fs::write(folder.0.path().join("resolved.toml"), &loaded.resolved).expect("a file can be written");
    fs::remove_file(folder.0.path().join("departures.csv")).expect("a file can be removed");
    let again = folder.load("resolved.toml", &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(again.scenario, loaded.scenario);
    fs::write(
        folder.0.path().join("above.toml"),
        "extends = 'resolved.toml'\nflows.west.departures.trace = 'other.csv'",
    )
    .expect("written");
    let other = folder.load("above.toml", &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(matches!(&other.scenario.flows["west"].departures, Departures::Trace { rows, .. } if rows.len() == 1));
}

#[test]
fn bad_rows_of_a_trace_are_drawn_in_the_csv_file() {
    let traced = changed(&[("rate = \"9.5/day\"", "trace = \"departures.csv\"")]);
    let rows = "departure,boxes\n2022-01-02 06:00,41\n2022-01-01 06:00,41\nyesterday,41\n2022-01-03 06:00,many\n2022-01-04 06:00,-1\n";
    let folder = Folder::new(&[("border.toml", &traced), ("departures.csv", rows)]);
    insta::assert_snapshot!("trace_rows", folder.refused("border.toml", &[]));
}

#[test]
fn winds_and_breakdowns_are_read_from_files() {
    let traced = changed(&[(
        "[places.pass.exchange.west]",
        "[places.pass.wind]\ntrace = \"wind.csv\"\n[places.pass.reloading.shed.breakdowns]\ntrace = \"cranes.csv\"\n[places.pass.exchange.west]",
    )]);
    let folder = Folder::new(&[
        ("border.toml", &traced),
        ("wind.csv", "time,speed_m_s\n2022-01-01 06:00,17.2\n2022-01-01 07:00,3\n"),
        ("cranes.csv", "crane,from,to\n2,2022-01-01 06:00,2022-01-02 06:00\n"),
        ("bad.csv", "crane,from,until\n2,2022-01-01 06:00,2022-01-02 06:00\n"),
    ]);
    let loaded = folder.load("border.toml", &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let pass = &loaded.scenario.places["pass"];
    let Some(Wind::Stated { changes, .. }) = &pass.wind else {
        panic!("it is stated");
    };
    assert_eq!(changes.iter().map(|change| change.speed).collect::<Vec<_>>(), [17_200, 3_000]);
    let Some(Breakdowns::Stated { outages, .. }) = &pass.reloading["shed"].breakdowns else {
        panic!("they are stated");
    };
    assert_eq!(outages.iter().map(|outage| outage.crane).collect::<Vec<_>>(), [2]);
    let again = parse(&loaded.resolved, "resolved.toml").unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(again.scenario, loaded.scenario);
    let above = "extends = 'border.toml'\nplaces.pass.reloading.shed.breakdowns.trace = 'bad.csv'";
    fs::write(folder.0.path().join("above.toml"), above).expect("written");
    let problem = folder.refused("above.toml", &[]);
    assert!(problem.contains("write crane,from,to"), "{problem}");
    // A layer that draws breakdowns does away with the file.
    let drawn = ["places.pass.reloading.shed.breakdowns={ up = \"9 h\", down = \"1 h\" }"];
    let loaded = folder.load("border.toml", &drawn).unwrap_or_else(|problems| panic!("{problems}"));
    let breakdowns = &loaded.scenario.places["pass"].reloading["shed"].breakdowns;
    assert!(matches!(breakdowns, Some(Breakdowns::Drawn { .. })));
}

#[test]
fn holidays_are_read_and_embedded() {
    let with_file = changed(&[
        ("holidays = [\"2022-05-01\", ", "holidays = [\"land\", \"2022-05-01\", "),
        (
            "[gauges.broad]",
            "[holidays.land]\nfile = \"sets/land.toml\"\ndates = [\"2022-12-16\"]\n\n[gauges.broad]",
        ),
    ]);
    let folder = Folder::new(&[("border.toml", &with_file), ("other.toml", "dates = ['2022-03-08']")]);
    fs::create_dir(folder.0.path().join("sets")).expect("a folder can be made");
    fs::write(
        folder.0.path().join("sets/land.toml"),
        "name = 'Land'\ndates = ['2022-03-21..2022-03-23']",
    )
    .expect("written");
    let loaded = folder.load("border.toml", &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    assert_eq!(loaded.scenario.holidays["land"].name, "Land");
    let off = |loaded: &Loaded| {
        loaded.scenario.calendars["day_shift"]
            .holidays
            .iter()
            .map(|r| r.first)
            .collect::<Vec<_>>()
    };
    let (own, nauryz, shared) = (date(2022, 12, 16), date(2022, 3, 21), [date(2022, 5, 1), date(2022, 1, 31)]);
    assert_eq!(off(&loaded), [own, nauryz, shared[0], shared[1]]);
    // The resolved text needs no other file, and a layer above it can still name another one.
    fs::write(folder.0.path().join("resolved.toml"), &loaded.resolved).expect("written");
    fs::remove_file(folder.0.path().join("sets/land.toml")).expect("a file can be removed");
    let again = folder.load("resolved.toml", &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(again.scenario, loaded.scenario);
    let above = "extends = 'resolved.toml'\nholidays.land.file = 'other.toml'";
    fs::write(folder.0.path().join("above.toml"), above).expect("written");
    let other = folder.load("above.toml", &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(off(&other)[1], date(2022, 3, 8));
}

#[test]
fn slips_in_files_of_holidays() {
    let named = |name: &str| {
        changed(&[
            ("holidays = [\"2022-05-01\", ", &format!("holidays = [\"{name}\", \"2022-05-01\", ")),
            ("[gauges.broad]", "[holidays.land]\nfile = \"land.toml\"\n\n[gauges.broad]"),
        ])
    };
    let folder = Folder::new(&[("border.toml", &named("land")), ("slip.toml", &named("lamd"))]);
    let mut drawn = vec![folder.refused("border.toml", &[])];
    fs::write(folder.0.path().join("land.toml"), "date = []\ndates = ['2022-02-30', '1 May']").expect("written");
    drawn.push(folder.refused("border.toml", &[]));
    fs::write(folder.0.path().join("land.toml"), "name = 'Land'").expect("written");
    drawn.push(folder.refused("border.toml", &[]));
    fs::write(folder.0.path().join("land.toml"), "dates = []").expect("written");
    drawn.push(folder.refused("slip.toml", &[]));
    insta::assert_snapshot!("holiday_files", drawn.join("\n"));
}

/// The files that are shipped, with a few dates of each that are known from elsewhere.
#[test]
fn shipped_holidays() {
    let sets = |file: &str| {
        let text = changed(&[
            ("holidays = [\"2022-05-01\", \"2022-01-31..2022-02-06\"]", "holidays = \"land\""),
            (
                "[gauges.broad]",
                &format!("[holidays.land]\nfile = \"scenarios/holidays/{file}\"\n\n[gauges.broad]"),
            ),
        ]);
        let loaded = parse(&text, "border.toml").unwrap_or_else(|problems| panic!("{problems}"));
        loaded.scenario.holidays["land"].dates.clone()
    };
    let days = |set: &[DateRange], year: i16| {
        let all = date(year, 1, 1)
            .series(jiff::Span::new().days(1))
            .take_while(|day| day.year() == year);
        all.filter(|day| set.iter().any(|range| range.holds(*day))).count()
    };
    let china = sets("china.toml");
    // 3 + 7 + 3 + 5 + 3 + 3 + 7 days off in 2021 and 2022, and 31 December 2022 for the year after; 2 + 7 + 1 + 5 + 3 + 8
    // in 2023; 1 + 8 + 3 + 5 + 1 + 3 + 7 in 2024.
    assert_eq!([2021, 2022, 2023, 2024].map(|year| days(&china, year)), [31, 32, 26, 28]);
    assert!(china.iter().any(|range| range.holds(date(2022, 10, 7))) && !china.iter().any(|range| range.holds(date(2022, 10, 8))));
    let kazakhstan = sets("kazakhstan.toml");
    assert!(
        kazakhstan.windows(2).all(|pair| pair[0].last < pair[1].first),
        "in order, none twice"
    );
    assert_eq!(days(&sets("road_posts.toml"), 2022), 3);
    assert_eq!(days(&sets("road_posts.toml"), 2023), 4);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        drawn(&text);
    }

    #[test]
    fn no_toml_like_text_makes_it_panic(text in "([a-c\"'\\[\\]{}=.,#0-9 \\-\n\u{963f}]|time|places|law|= \"){0,60}") {
        drawn(&text);
    }

    #[test]
    fn no_mutation_makes_it_panic(cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize, "[a-z0-9\"'\\[\\]{}=.,\\- \n\u{963f}]{0,6}"), 1..6)) {
        let mut text: Vec<char> = BORDER.chars().collect();
        for (at, length, new) in cuts {
            let start = at.index(text.len());
            let end = (start + length).min(text.len());
            text.splice(start..end, new.chars());
            if text.is_empty() {
                break;
            }
        }
        drawn(&text.into_iter().collect::<String>());
    }

    #[test]
    fn no_override_makes_it_panic(key in "[a-z.=\"]{0,20}", value in "\\PC{0,20}") {
        let overrides = [format!("{key}={value}"), format!("places.pass.{key}={value}"), value];
        let _ = read(BORDER.to_owned(), Path::new("x.toml"), &overrides).map_err(|problems| problems.to_string());
    }

    #[test]
    fn what_is_read_survives_its_resolved_text(minutes in 1..10_000_i64, boxes in 0..100_u32, growth in 0.0..10.0_f64, title in "\\PC{1,20}") {
        let overrides = [
            format!("places.pass.exchange.west.headway={}", Duration::minutes(minutes)),
            format!("flows.west.boxes={boxes}"),
            format!("flows.west.growth={growth:?}"),
            format!("places.pass.name={}", toml::Value::String(title)),
        ];
        let first = read(BORDER.to_owned(), Path::new("x.toml"), &overrides).map_err(|problems| TestCaseError::fail(problems.to_string()))?;
        let second = parse(&first.resolved, "y.toml").map_err(|problems| TestCaseError::fail(problems.to_string()))?;
        prop_assert_eq!(first.scenario, second.scenario);
    }
}
