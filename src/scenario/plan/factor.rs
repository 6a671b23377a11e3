//! `[factors.ID]`: keys and the values they take, or levels that change several things at once.

use super::super::document::{Node, Table, Value};
use super::super::item::Item;
use super::super::layers::{Keys, bare, nest};
use super::super::problem::{Problem, ProblemKind, SourcePlace};
use super::super::reader::Reader;
use super::super::resolved::inline;
use super::decimal::{Decimal, Steps, steps};
use super::types::{Factor, Levels, Shown, Span};

/// A factor with what is needed to lay its levels over the base.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) factor: Factor,
    /// The keys that take the value.
    pub(super) targets: Vec<Keys>,
    /// Of each listed level, what it lays over the base, first to last.
    pub(super) layers: Vec<Vec<Part>>,
    /// Where the factor stands.
    pub(super) place: SourcePlace,
    /// Where the values of a range come from.
    pub(super) origin: SourcePlace,
}

/// Something that a level lays over the base.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// A tree.
    Tree(Node),
    /// A file, by its name in the plan and where that stands.
    File(String, SourcePlace),
}

/// The ways to say what a factor can be.
const LEVELS: &[&[&str]] = &[&["values"], &["from", "to", "step", "points", "scale"], &["levels"]];

/// What a plan decides by itself.
const DECIDED: [&str; 2] = ["run", "extends"];

impl Draft {
    /// The tree that sets every key of the factor to one value.
    pub(super) fn tree(&self, span: &Span, share: f64) -> Vec<Node> {
        let value = number_node(span.number(share), &span.unit, span.whole, &self.origin);
        self.targets.iter().map(|keys| nest(keys.clone(), value.clone())).collect()
    }
}

/// A factor.
pub(super) fn factor(id: &str, item: &Item<'_>) -> Option<Draft> {
    let place = item.node.key.clone();
    item.table(|reader| {
        let name = reader.optional("name", |item| item.text("a name")).unwrap_or(id).to_owned();
        let targets = targets(reader);
        let origin = reader.get("from").map_or_else(|| place.clone(), |from| from.node.at.clone());
        let chosen = reader.alternative(LEVELS)?;
        let (levels, layers) = match chosen {
            "values" => values(&reader.get("values")?, &targets)?,
            "from" => range(reader, &targets)?,
            _ => free_levels(&reader.get("levels")?)?,
        };
        if chosen == "levels" && !targets.is_empty() {
            let item = reader.item();
            let problem = Problem::error(ProblemKind::OnlyWith("values"), joined_key(item, "key"), targets[0][0].1.clone());
            item.cx
                .report(problem.remedy("levels say themselves what they change, by `set` or `file`"));
        }
        if chosen != "levels" && targets.is_empty() && !reader.has("key") && !reader.has("keys") {
            let problem = reader.missing("key");
            reader
                .item()
                .cx
                .report(problem.expected("the dotted path of a key of the scenario, or several in `keys`"));
        }
        if let Levels::Listed(levels) = &levels {
            repeated(levels, reader.item());
        }
        Some(Draft {
            factor: Factor {
                id: id.to_owned(),
                name,
                keys: targets.iter().map(path_of).collect(),
                levels,
            },
            targets,
            layers,
            place,
            origin,
        })
    })?
}

fn joined_key(item: &Item<'_>, key: &str) -> String {
    format!("{}.{key}", item.path)
}

/// A path of keys as it is written.
#[allow(clippy::ptr_arg, reason = "a path is of this type everywhere")]
pub(super) fn path_of(keys: &Keys) -> String {
    let names: Vec<&str> = keys.iter().map(|(key, _)| key.as_str()).collect();
    names.join(".")
}

/// The keys of `key` or `keys`.
fn targets(reader: &mut Reader<'_>) -> Vec<Keys> {
    let expected = "the dotted path of a key of the scenario, such as \"flows.west.growth\"";
    let one = reader.get("key");
    let several = reader.get("keys");
    if let (Some(_), Some(several)) = (&one, &several) {
        several
            .cx
            .report(several.problem(ProblemKind::IdleBeside("key")).remedy("keep one of them"));
    }
    let items = match (one, several) {
        (Some(one), _) => vec![one],
        (None, Some(several)) => several.one_or_more(expected),
        (None, None) => Vec::new(),
    };
    items.iter().filter_map(|item| keys(item, expected)).collect()
}

/// A dotted path with the place of each key.
fn keys(item: &Item<'_>, expected: &str) -> Option<Keys> {
    let text = item.text(expected)?;
    let at = &item.node.at;
    // Between simple quotes and without escapes, the text is the span without its ends.
    let inner = (at.span.len() == text.len() + 2).then_some(at.span.start + 1);
    let mut start = 0;
    let keys: Keys = text
        .split('.')
        .map(|part| {
            let place = match inner {
                Some(first) => SourcePlace {
                    file: at.file,
                    span: first + start..first + start + part.len(),
                },
                None => at.clone(),
            };
            start += part.len() + 1;
            (bare(part).to_owned(), place)
        })
        .collect();
    if keys.iter().any(|(key, _)| key.is_empty()) {
        return item.unclear("a dotted path", text, expected, None);
    }
    if DECIDED.contains(&keys[0].0.as_str()) {
        let problem = item.problem(ProblemKind::DecidedByPlan(keys[0].0.clone()));
        return item.refuse(problem.remedy("seed, replications and confidence stand in the plan's own [run]"));
    }
    Some(keys)
}

type Listed = (Levels, Vec<Vec<Part>>);

/// `values`: one for all keys, or a row with one for each.
fn values(item: &Item<'_>, targets: &[Keys]) -> Option<Listed> {
    let expected = "an array of the values that the key takes, such as [\"45 min\", \"60 min\"]";
    let entries = item.array(expected)?;
    if entries.is_empty() {
        return item.refuse(item.problem(ProblemKind::Empty).expected(expected));
    }
    let (mut shown, mut layers) = (Vec::new(), Vec::new());
    for entry in &entries {
        let row = match &entry.node.value {
            Value::Array(row) if targets.len() > 1 && row.len() == targets.len() => row.iter().collect(),
            Value::Array(row) if targets.len() > 1 => {
                let problem = entry.problem(ProblemKind::WrongLength {
                    found: row.len(),
                    needed: targets.len(),
                });
                entry.cx.report(problem.expected("one value for each of `keys`"));
                continue;
            }
            _ => vec![entry.node; targets.len().max(1)],
        };
        shown.push(shown_value(entry.node));
        let set = |(keys, value): (&Keys, &Node)| Part::Tree(nest(keys.clone(), value.clone()));
        layers.push(targets.iter().zip(row).map(set).collect());
    }
    Some((Levels::Listed(shown), layers))
}

/// A written value as tables show it.
fn shown_value(node: &Node) -> Shown {
    let label = match &node.value {
        Value::Text(text) => text.clone(),
        value => inline(value),
    };
    let number = quantity(node).map(|(number, unit, _)| (number.as_f64(), unit.trim().to_owned()));
    Shown { label, number }
}

/// The number, what follows it, and whether it is whole.
fn quantity(node: &Node) -> Option<(Decimal, String, bool)> {
    match &node.value {
        Value::Integer(number) => Some((Decimal::parse(&number.to_string())?, String::new(), true)),
        Value::Float(number) => Some((Decimal::parse(&number.to_string())?, String::new(), false)),
        Value::Text(text) => amount(text).map(|(number, unit)| (number, unit.to_owned(), false)),
        _ => None,
    }
}

/// The number of a text and what follows it, which must be no more than a unit.
fn amount(text: &str) -> Option<(Decimal, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | '_')))?;
    let (number, unit) = text.split_at(end);
    let plain = unit.chars().all(|c| c.is_alphabetic() || matches!(c, '/' | ' '));
    let number = Decimal::parse(number).filter(|_| plain && !unit.trim().is_empty())?;
    Some((number, unit))
}

impl Shown {
    /// A value as it stands on a command line: without quotes, and with its number where it is a quantity.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let label = text.trim().trim_matches(['"', '\'']);
        let bare = Decimal::parse(label).map(|number| (number, ""));
        Self {
            label: label.to_owned(),
            number: bare
                .or_else(|| amount(label))
                .map(|(number, unit)| (number.as_f64(), unit.trim().to_owned())),
        }
    }
}

/// A number as a value of the scenario.
fn number_node(number: Decimal, unit: &str, whole: bool, place: &SourcePlace) -> Node {
    let value = match unit {
        "" if whole => number.to_string().parse().map_or(Value::Float(number.as_f64()), Value::Integer),
        "" => Value::Float(number.as_f64()),
        unit => Value::Text(format!("{number}{unit}")),
    };
    Node::new(value, place.clone())
}

/// One end or the step of a range, which must be a number with at most one unit.
fn end(item: &Item<'_>, unit: Option<&str>) -> Option<(Decimal, String, bool)> {
    let expected = "a number with one unit, such as \"45 min\", or a bare number";
    let Some((number, found, whole)) = quantity(item.node) else {
        let found = item.node.value.kind();
        let problem = match item.node.text() {
            Some(text) => item.problem(ProblemKind::Unclear {
                what: "a number with one unit",
                text: text.to_owned(),
            }),
            None => item.problem(ProblemKind::WrongType { found }),
        };
        return item.refuse(problem.expected(expected).remedy("write \"1 h 30 min\" as \"90 min\""));
    };
    if let Some(unit) = unit.filter(|unit| unit.trim() != found.trim()) {
        let problem = item.problem(ProblemKind::OtherUnit(unit.trim().to_owned()));
        return item.refuse(problem.remedy("write all ends and steps of a range in one unit"));
    }
    Some((number, found, whole))
}

/// `from`, `to` and `step`, or `points`, or neither.
fn range(reader: &mut Reader<'_>, targets: &[Keys]) -> Option<Listed> {
    let from = reader.get("from").and_then(|item| end(&item, None));
    let unit = from.as_ref().map(|(_, unit, _)| unit.clone());
    let to = reader.required("to", "the upper end of the range", |item| {
        let (last, _, whole) = end(item, unit.as_deref())?;
        Some((last, whole, item.clone()))
    });
    let log = reader
        .optional("scale", |item| item.choice(&[("linear", false), ("log", true)]))
        .unwrap_or(false);
    let step = reader.get("step");
    let points = reader.get("points");
    let (number, unit, whole_from) = from?;
    let (last, whole_to, to) = to?;
    if last <= number {
        let expected = format!("more than `from`, which is {number}{unit}");
        return to.refuse(
            to.problem(ProblemKind::EmptyRange)
                .expected(expected)
                .remedy("exchange `from` and `to`, or use `values`"),
        );
    }
    if log && number.sign() <= 0 {
        return to.refuse(
            to.problem(ProblemKind::LogOfZero)
                .expected("`from` above zero where `scale` is \"log\""),
        );
    }
    let span = Span {
        from: number,
        to: last,
        unit,
        log,
        whole: whole_from && whole_to,
    };
    let numbers = match (step, points) {
        (Some(step), Some(points)) => {
            let problem = points.problem(ProblemKind::IdleBeside("step"));
            return step.refuse(problem.remedy("keep one of them"));
        }
        (Some(step), None) => stepped(&step, &span)?,
        (None, Some(points)) => spaced(points.whole(2, 100_000)?, &span),
        (None, None) => return Some((Levels::Between(span), Vec::new())),
    };
    let place = to.node.at.clone();
    let whole = span.whole && numbers.iter().all(|n| !n.to_string().contains('.'));
    let layer = |number: &Decimal| {
        let value = number_node(*number, &span.unit, whole, &place);
        targets.iter().map(|keys| Part::Tree(nest(keys.clone(), value.clone()))).collect()
    };
    let layers = numbers.iter().map(layer).collect();
    let shown = numbers.iter().map(|number| Shown::quantity(*number, &span.unit)).collect();
    Some((Levels::Listed(shown), layers))
}

fn stepped(item: &Item<'_>, span: &Span) -> Option<Vec<Decimal>> {
    let (step, _, _) = end(item, Some(&span.unit))?;
    if span.log {
        let problem = item.problem(ProblemKind::IdleBeside("scale"));
        return item.refuse(problem.remedy("a range with equal ratios has no step; give `points`"));
    }
    if step.sign() <= 0 {
        let kind = if step.sign() == 0 {
            ProblemKind::Zero
        } else {
            ProblemKind::Negative
        };
        return item.refuse(item.problem(kind).expected("a step above zero"));
    }
    let unit = &span.unit;
    match steps(span.from, span.to, step) {
        Steps::Exact(numbers) => Some(numbers),
        Steps::Miss(last, next) => {
            let kind = ProblemKind::StepMisses(format!("{}{unit}", span.to));
            let remedy = format!("let the range end at {last}{unit} or {next}{unit}, or take a step that divides it");
            item.refuse(item.problem(kind).remedy(remedy))
        }
        Steps::TooMany => item.refuse(item.problem(ProblemKind::OutOfRange).expected("at most 100,000 steps")),
    }
}

/// So many numbers with equal differences, or ratios, both ends among them.
#[allow(clippy::cast_precision_loss, reason = "at most 100,000 points")]
fn spaced(points: u64, span: &Span) -> Vec<Decimal> {
    let ends = Span {
        whole: false,
        ..span.clone()
    };
    let share = |n: u64| n as f64 / (points - 1) as f64;
    (0..points)
        .map(|n| match n {
            0 => span.from,
            n if n == points - 1 => span.to,
            n => ends.number(share(n)),
        })
        .collect()
}

/// `levels`: each with a name and what it changes.
fn free_levels(item: &Item<'_>) -> Option<Listed> {
    let expected = "an array of tables with `name`, and `set` or `file`";
    let entries = item.array(expected)?;
    if entries.is_empty() {
        return item.refuse(item.problem(ProblemKind::Empty).expected(expected));
    }
    let (mut shown, mut layers) = (Vec::new(), Vec::new());
    for entry in &entries {
        let level = entry.table(|reader| {
            let label = reader.required("name", "what tables call this level", |item| item.text("a name"))?;
            let mut parts = Vec::new();
            if let Some(file) = reader.get("file") {
                let name = file.text("the path of a scenario file, relative to the plan")?;
                parts.push(Part::File(name.to_owned(), file.node.at.clone()));
            }
            if let Some(set) = reader.get("set") {
                parts.push(Part::Tree(set_tree(&set)?));
            }
            Some((label.to_owned(), parts))
        });
        if let Some((label, parts)) = level.flatten() {
            shown.push(Shown { label, number: None });
            layers.push(parts);
        }
    }
    Some((Levels::Listed(shown), layers))
}

/// The tree of `set`, without what a plan decides.
fn set_tree(item: &Item<'_>) -> Option<Node> {
    let Some(table) = item.node.table() else {
        return item.wrong_type("a table of keys of the scenario, such as { flows.west.growth = 1.36 }");
    };
    for (key, node) in table.iter().filter(|(key, _)| DECIDED.contains(&key.as_str())) {
        let problem = Problem::error(
            ProblemKind::DecidedByPlan(key.clone()),
            format!("{}.{key}", item.path),
            node.key.clone(),
        );
        item.cx
            .report(problem.remedy("seed, replications and confidence stand in the plan's own [run]"));
    }
    let kept: Table = table
        .clone()
        .into_iter()
        .filter(|(key, _)| !DECIDED.contains(&key.as_str()))
        .collect();
    Some(Node::new(Value::Table(kept), item.node.at.clone()))
}

/// Two levels of one name cannot be told apart.
fn repeated(levels: &[Shown], item: &Item<'_>) {
    let mut seen = std::collections::BTreeSet::new();
    for level in levels {
        if !seen.insert(&level.label) {
            let problem = Problem::error(
                ProblemKind::Repeated(level.label.clone()),
                item.path.as_str(),
                item.node.key.clone(),
            );
            item.cx.report(problem.remedy("give each level once"));
        }
    }
}
