//! The schema against the decoder, both ways; against the pages for people; and against every shipped file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value as Json;

use super::super::document::{Node, Value, parse_document, parse_value};
use super::super::plan::decode::plan as decode_plan;
use super::super::plan::tests::reference_plan;
use super::super::problem::{Problem, ProblemKind, Severity};
use super::super::reader::Context;
use super::super::tests::reference_scenario;
use super::super::{decode, schema};
use super::keys::{LAWS, SCENARIO};
use super::plan_keys::PLAN;
use super::reference::Reference;
use super::shape::{Shape, Table};

/// A schema as a validator reads it.
struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    fn new(schema: Json) -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("schema.json", schema).expect("JSON");
        let index = compiler.compile("schema.json", &mut schemas).expect("a schema of draft 2020-12");
        Self { schemas, index }
    }

    fn refuses(&self, root: &Node) -> bool {
        self.schemas.validate(&json_of(root), self.index).is_err()
    }

    fn problem(&self, root: &Node) -> Option<String> {
        let instance = json_of(root);
        let verdict = self.schemas.validate(&instance, self.index);
        verdict.err().map(|problem| problem.to_string())
    }
}

/// What an editor makes of TOML to hold it against a schema.
fn json_of(node: &Node) -> Json {
    match &node.value {
        Value::Text(text) => text.as_str().into(),
        Value::Integer(number) => i64::try_from(*number).map_or(Json::Null, Json::from),
        Value::Float(number) => (*number).into(),
        Value::Boolean(truth) => (*truth).into(),
        Value::Moment(moment) => moment.to_string().into(),
        Value::Array(entries) => entries.iter().map(json_of).collect(),
        Value::Table(table) => Json::Object(table.iter().map(|(key, node)| (key.clone(), json_of(node))).collect()),
    }
}

/// One of the two languages.
struct Language {
    root: &'static Table,
    validator: Validator,
    decode: fn(&Context<'_>),
    /// Texts in which every key stands at least once.
    examples: Vec<String>,
    reference: Reference,
}

fn languages() -> [Language; 2] {
    [
        Language {
            root: &SCENARIO,
            validator: Validator::new(schema::scenario()),
            decode: |cx| drop(decode::scenario(cx)),
            examples: vec![reference_scenario(), MORE.to_owned()],
            reference: Reference::read(super::SCENARIO_PAGE),
        },
        Language {
            root: &PLAN,
            validator: Validator::new(schema::plan()),
            decode: |cx| drop(decode_plan(cx)),
            examples: vec![reference_plan()],
            reference: Reference::read(super::PLAN_PAGE.split("## What it writes").next().expect("a first part")),
        },
    ]
}

/// Keys that the example of the reference does not give; it need not be a sound scenario.
const MORE: &str = r#"
gauges.g = { width = "1 m", names = { en = "G", zh = "轨" } }
cargo.c = { name = "C", names.zh = "货" }
holidays.h = { names.zh = "假日", dates = [] }
corridors.c = { names.zh = "通道", places = [] }
lines.l = { names.zh = "线", between = ["p", "p"], gauge = "g" }
calendars.day = { windows = [], holidays = "2022-01-01" }
[places.p]
names.zh = "口岸"
reloading.r = { name = "R", names.zh = "换装", shifts = "always", calendar = "always", at_close = "finish", from_gauge = "g", to_gauge = "g", berths = 1, lifting = "1 h" }
handling.h = { name = "H", names.zh = "作业", calendar = "always", at_close = "pause", time = "1 h" }
regrouping.r = { names.zh = "重组", timetable = [{ days = "daily", at = "06:00" }] }
exchange.e = { name = "E", names.zh = "交接", quota = "9/day", exempt_from = 1, calendar = "always" }
transloading.t = { name = "T", names.zh = "转运", per_box = "1 min", outlets.o = { name = "O", names.zh = "出口", flow = "f" } }
clearance.c = { names.zh = "通关", time = "1 h", inspection.i = { share = 0.1, name = "I", names.zh = "查验", time = "1 h" } }
clearance.d = { time = "1 h", inspection.i = { share = { c = 0.1 }, calendar = "always", time = "1 h" } }
reloading.s.breakdowns.trace = "a.csv"
wind.trace = "a.csv"
[flows.f]
names.zh = "列车"
departures.trace = "a.csv"
group = "x"
[flows.g]
routes.r = { name = "R", names.zh = "径路" }
[flows.h.departures.gather.lots]
rate = "2/day"
by_hour = []
by_weekday = []
by_month = []
[flows.i.departures.gather.lots]
every = "1 h"
[flows.j.departures]
timetable = []
lateness = "1 h"
[stop_loading.s]
name = "S"
names.zh = "停装"
place = "p"
flows = ["f"]
orders = [{ from = "2022-01-01 00:00", until = "2022-01-02 00:00" }]
[disruptions.a]
names.zh = "中断"
closes = "places.p"
towards = "p"
windows = [{ from = "2022-01-01 00:00", until = "2022-01-02 00:00" }]
clock = "p"
[disruptions.b]
embargoes = "places.p.exchange.e"
flows = "f"
cargo = "c"
between = "9 days"
lasts = "1 day"
[disruptions.c]
changes = "places.p.exchange.e.quota"
to = 1
from = "2022-01-01 00:00"
until = "2022-01-02 00:00"
[disruptions.d]
changes = "places.p.exchange.e.quota"
share = 0.5
[disruptions.e]
surges = "f"
times = 2
"#;

fn tree(text: &str) -> Node {
    let mut problems = Vec::new();
    let root = parse_document(text, 0, &mut problems);
    assert_eq!(problems, [], "{text}");
    root
}

fn decoded(root: &Node, decode: fn(&Context<'_>)) -> (Vec<Problem>, BTreeMap<String, BTreeSet<&'static str>>) {
    let cx = Context::new(root, Vec::new());
    decode(&cx);
    let known = cx.known_keys.take();
    (cx.into_problems(), known)
}

/// The table that a dotted path leads to.
fn table_at(root: &'static Table, path: &str) -> &'static Table {
    let (mut table, mut under_ids) = (root, None);
    for part in path.split('.').filter(|part| !part.is_empty()) {
        if let Some(each) = under_ids.take() {
            table = each;
            continue;
        }
        let key = part.split('[').next().unwrap_or_default();
        let shape = table.keys.iter().find(|(name, _)| *name == key).map(|(_, shape)| *shape);
        let shape = shape.unwrap_or_else(|| panic!("the schema has no `{path}` at `{key}`"));
        let inner = *shape.tables().first().unwrap_or_else(|| panic!("`{path}` is no table"));
        match shape {
            Shape::Tables(_) => under_ids = Some(inner),
            _ => table = inner,
        }
    }
    table
}

#[test]
fn the_schema_has_the_keys_that_the_decoder_knows_and_no_others() {
    for language in languages() {
        let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for text in &language.examples {
            for (path, keys) in decoded(&tree(text), language.decode).1 {
                known.entry(table_at(language.root, &path).name).or_default().extend(keys);
            }
        }
        // A layer takes this key before the rest is decoded.
        if let Some(whole) = known.get_mut("scenario") {
            whole.insert("extends");
        }
        let mut tables = BTreeMap::new();
        super::collect(language.root, &mut tables);
        let is_law = |name: &str| LAWS.iter().any(|(_, table)| table.name == name);
        for (name, table) in &tables {
            let keys: BTreeSet<&str> = table.keys.iter().map(|(key, _)| *key).collect();
            let known = known.get(name).unwrap_or_else(|| panic!("no example has a table `{name}`"));
            if is_law(name) {
                assert!(known.is_subset(&keys), "{name}: {known:?}");
            } else {
                assert_eq!(*known, keys, "{name}");
            }
        }
        if language.root.name == "scenario" {
            let of_laws: BTreeSet<&str> = LAWS.iter().flat_map(|(_, table)| known[table.name].clone()).collect();
            assert_eq!(of_laws, LAWS[0].1.keys.iter().map(|(key, _)| *key).collect());
        }
    }
}

#[test]
fn the_pages_describe_every_key_of_the_schema_and_the_schema_has_every_key_described() {
    for language in languages() {
        let mut tables = BTreeMap::new();
        super::collect(language.root, &mut tables);
        let mut used = BTreeSet::new();
        for table in tables.values() {
            for (key, _) in table.keys {
                assert!(
                    table.description(key, &language.reference).is_some_and(|said| said.len() > 3),
                    "{}.{key} is not described",
                    table.name
                );
                for place in table.described {
                    let row = place.row.map_or_else(|| format!("{}{key}", place.prefix), str::to_owned);
                    used.insert((place.section, row));
                }
            }
        }
        for row in language.reference.rows() {
            let is_used = used
                .iter()
                .any(|(section, key)| row.section.starts_with(section) && *key == row.key);
            assert!(is_used, "the schema has no key for `{}` of {:?}", row.key, row.section);
        }
    }
}

/// A step on the way to a value.
#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

/// A value of an example and what the schema says of it.
struct Site {
    shape: Shape,
    way: Vec<Step>,
}

impl Site {
    fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.way {
            match step {
                Step::Key(key) if path.is_empty() => path.clone_from(key),
                Step::Key(key) => path = format!("{path}.{key}"),
                Step::Index(index) => path = format!("{path}[{index}]"),
            }
        }
        path
    }

    fn put(&self, root: &Node, value: &Node) -> Node {
        let mut changed = root.clone();
        let mut node = &mut changed;
        for step in &self.way {
            node = match (step, &mut node.value) {
                (Step::Key(key), Value::Table(table)) => table.get_mut(key).expect("it is there"),
                (Step::Index(index), Value::Array(entries)) => &mut entries[*index],
                _ => panic!("no way to {}", self.path()),
            };
        }
        node.value = value.value.clone();
        changed
    }
}

/// The first value of each key of each table, and of what is in it.
fn sites(node: &Node, table: &'static Table, way: &[Step], found: &mut BTreeMap<(String, String), Site>) {
    for (key, shape) in table.keys {
        let Some(child) = node.table().and_then(|table| table.get(*key)) else {
            continue;
        };
        let way = [way, &[Step::Key((*key).to_owned())]].concat();
        values(child, *shape, &way, (table.name, key), found);
    }
}

fn values(node: &Node, shape: Shape, way: &[Step], (table, key): (&str, &str), found: &mut BTreeMap<(String, String), Site>) {
    let site = Site { shape, way: way.to_vec() };
    let kind = if node.table().is_some() { "{}" } else { "" };
    found.entry((table.to_owned(), format!("{key}{kind}"))).or_insert(site);
    let longer = |step| [way, &[step]].concat();
    match (shape, &node.value) {
        (Shape::Table(inner), Value::Table(_)) => sites(node, inner, way, found),
        (Shape::Law(_), Value::Table(_)) => sites(node, shape.tables()[0], way, found),
        (Shape::Tables(inner), Value::Table(entries)) => {
            for (id, entry) in entries {
                sites(entry, inner, &longer(Step::Key(id.clone())), found);
            }
        }
        (Shape::Things(each), Value::Table(entries)) => {
            for (id, entry) in entries {
                values(entry, *each, &longer(Step::Key(id.clone())), (table, &format!("{key}.ID")), found);
            }
        }
        (Shape::List(each) | Shape::OneOrMore(each), Value::Array(entries)) => {
            for (index, entry) in entries.iter().enumerate() {
                values(entry, *each, &longer(Step::Index(index)), (table, &format!("{key}[]")), found);
            }
        }
        (Shape::Either(shapes), _) => {
            for shape in shapes.iter().filter(|shape| fits(**shape, node)) {
                values(node, *shape, way, (table, key), found);
            }
        }
        _ => {}
    }
}

/// Whether what is in a value is described by a shape.
fn fits(shape: Shape, node: &Node) -> bool {
    match shape {
        Shape::Law(_) | Shape::Things(_) => node.table().is_some(),
        Shape::List(_) | Shape::OneOrMore(_) => matches!(node.value, Value::Array(_)),
        _ => false,
    }
}

/// Values of every kind, right somewhere and wrong elsewhere. TOML's own dates are texts to an editor, and left out.
const PROBES: [&str; 33] = [
    "'x'",
    "''",
    "7",
    "-1",
    "0",
    "2.5",
    "-0.5",
    "true",
    "[]",
    "['x']",
    "[7]",
    "[[]]",
    "{}",
    "{ unknown_key = 1 }",
    "{ 'Bad.Id' = {} }",
    "'90 min'",
    "'1 h 30 min'",
    "'90 minx'",
    "'90'",
    "'-5 min'",
    "'388 km'",
    "'60 km/h'",
    "'20 m/s'",
    "'18/day'",
    "'unlimited'",
    "'always'",
    "'2022-01-01'",
    "'2022-01-01..2022-01-03'",
    "'2022-01-01 06:00'",
    "'06:00'",
    "'08:00-20:00'",
    "'mon-fri'",
    "'Monday'",
];

/// What a schema can see, and so must refuse.
fn is_visible(kind: &ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::WrongType { .. }
            | ProblemKind::NoUnit
            | ProblemKind::Quantity(_)
            | ProblemKind::Negative
            | ProblemKind::NotWhole
            | ProblemKind::NotAChoice(_)
            | ProblemKind::Unclear { .. }
            | ProblemKind::UnknownKey
            | ProblemKind::BadId
    )
}

/// Wherever a value stands, the schema refuses nothing that the decoder takes, and nothing passes it that the decoder refuses
/// for its type, unit, word, form or unknown key.
#[test]
fn the_schema_judges_every_value_as_the_decoder_does() {
    let mut wrong = Vec::new();
    for language in languages() {
        let mut given = BTreeSet::new();
        for text in &language.examples {
            let root = tree(text);
            assert_eq!(language.validator.problem(&root), None);
            let mut found = BTreeMap::new();
            sites(&root, language.root, &[], &mut found);
            for ((table, key), site) in &found {
                if !given.insert((table.clone(), key.clone())) || key == "extends" {
                    continue;
                }
                for probe in PROBES {
                    wrong.extend(disagreement(&language, &root, site, probe));
                }
                wrong.extend(words_of(&language, &root, site));
            }
        }
        let mut tables = BTreeMap::new();
        super::collect(language.root, &mut tables);
        for table in tables.values() {
            for (key, _) in table.keys.iter().filter(|(key, _)| *key != "extends") {
                let has = |kind: &str| given.contains(&(table.name.to_owned(), format!("{key}{kind}")));
                let is_law = LAWS.iter().any(|(_, law)| law.name == table.name);
                if !(has("") || has("{}") || is_law) {
                    wrong.push(format!("no example gives `{key}` of {}", table.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong.join("\n"));
}

fn errors_at(language: &Language, root: &Node, path: &str) -> Vec<Problem> {
    let at_or_below = |key: &str| {
        key.strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let problems = decoded(root, language.decode).0;
    problems
        .into_iter()
        .filter(|p| p.severity == Severity::Error && at_or_below(&p.key))
        .collect()
}

fn disagreement(language: &Language, root: &Node, site: &Site, probe: &str) -> Option<String> {
    let value = parse_value(probe, 0, 0, &mut Vec::new()).expect("a value");
    let changed = site.put(root, &value);
    let path = site.path();
    let errors = errors_at(language, &changed, &path);
    let refused = language.validator.refuses(&changed);
    let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
    match refused {
        true if errors.is_empty() => Some(format!("{path} = {probe}: only the schema refuses it")),
        false if errors.iter().any(|p| is_visible(&p.kind)) => {
            Some(format!("{path} = {probe}: the schema lets pass that {}", said.join("; ")))
        }
        _ => None,
    }
}

/// The words of a choice are those of the decoder.
fn words_of(language: &Language, root: &Node, site: &Site) -> Option<String> {
    let Shape::Word(words) = site.shape else { return None };
    let value = parse_value("'x'", 0, 0, &mut Vec::new()).expect("a value");
    let path = site.path();
    let errors = errors_at(language, &site.put(root, &value), &path);
    let listed = errors
        .iter()
        .find_map(|p| p.expected.as_ref()?.strip_prefix("one of ").map(str::to_owned))?;
    let listed: BTreeSet<&str> = listed.split(", ").map(|word| word.trim_matches('"')).collect();
    let words: BTreeSet<&str> = words.iter().copied().collect();
    (listed != words).then(|| format!("{path}: the decoder knows {listed:?}, the schema {words:?}"))
}

fn shipped(below: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(below).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            shipped(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
}

#[test]
fn every_shipped_file_is_valid_and_a_slip_in_it_is_not() {
    let [scenarios, plans] = languages();
    let mut files = Vec::new();
    shipped(Path::new("scenarios"), &mut files);
    shipped(Path::new("assets/starter"), &mut files);
    files.retain(|path| !path.starts_with("scenarios/holidays"));
    assert!(files.len() > 60);
    for path in files {
        let text = fs::read_to_string(&path).expect("readable");
        let text = ["{title}", "{base}"].iter().fold(text, |text, field| text.replace(field, "'x'"));
        let is_plan = path.starts_with("scenarios/sweeps") || path.ends_with("plan.toml");
        let validator = if is_plan { &plans.validator } else { &scenarios.validator };
        let root = tree(&text);
        assert_eq!(validator.problem(&root), None, "{}", path.display());
        let mut slipped = root.clone();
        let table = slipped.table_mut().expect("a table");
        let title = table.remove("title").expect("a title");
        table.insert("titel".to_owned(), title);
        assert!(validator.problem(&slipped).is_some(), "{}", path.display());
    }
}

#[test]
fn what_layers_write_is_valid() {
    let [scenarios, _] = languages();
    for text in [
        "extends = 'a.toml'\nlines.x = 'none'\nflows.y = 'none'\nplaces.p.wagons.broad = 'none'\nplaces.p.wind = 'none'",
        "extends = 'a.toml'\nplaces.p.exchange.e.quota = 'unlimited'\nplaces.p.clearance.c.calendar = 'always'",
        "extends = 'a.toml'\nplaces.p.clearance.c.time = { mean = '2 h' }\nlines.x.paths = 'unlimited'",
        "[time]\nstart = 2022-01-01 06:00:00\n[calendars.c]\nwindows = []\nexceptions = [{ date = 2022-01-01, hours = 'closed' }]",
    ] {
        assert_eq!(scenarios.validator.problem(&tree(text)), None, "{text}");
    }
}
