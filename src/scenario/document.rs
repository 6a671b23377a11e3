//! A TOML text as a tree in which each value knows where it was written.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use super::problem::{Problem, ProblemKind, SourcePlace};

/// A table: sorted by key, so that the order in a file has no influence.
pub(super) type Table = BTreeMap<String, Node>;

/// A value with the places of its key and of itself.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    /// Where the value stands; for a table with a header, the header.
    pub(super) at: SourcePlace,
    /// Where its key stands; the value itself within an array.
    pub(super) key: SourcePlace,
}

/// A TOML value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i128),
    Float(f64),
    Boolean(bool),
    Moment(Datetime),
    Array(Vec<Node>),
    Table(Table),
}

/// Tables within tables beyond which nothing sensible is meant.
const DEEPEST: usize = 20;

impl Node {
    /// A value whose key and value are the same stretch of text.
    pub(super) fn new(value: Value, at: SourcePlace) -> Self {
        Self {
            value,
            key: at.clone(),
            at,
        }
    }

    /// The table, where it is one.
    pub(super) fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The table, where it is one.
    pub(super) fn table_mut(&mut self) -> Option<&mut Table> {
        match &mut self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The text, where it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The node at the end of a path of keys through tables.
    pub(super) fn find(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.table()?.get(*key))
    }
}

impl Value {
    /// What it is, with its article.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Boolean(_) => "a bare true or false",
            Self::Moment(_) => "a date or time",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

/// Reads a whole TOML text as far as it can be read, with a problem for each syntax error.
pub(super) fn parse_document(text: &str, file: usize, problems: &mut Vec<Problem>) -> Node {
    let (table, errors) = DeTable::parse_recoverable(text);
    problems.extend(errors.iter().map(|error| syntax(error, file)));
    let mut tree = Tree { file, offset: 0, problems };
    let at = tree.place(0..0);
    Node::new(tree.table(table.get_ref(), 0), at)
}

/// Reads a single TOML value that stands at an offset in its file; `None` where it is none.
pub(super) fn parse_value(text: &str, file: usize, offset: usize, problems: &mut Vec<Problem>) -> Option<Node> {
    let value = DeValue::parse(text).ok()?;
    let mut tree = Tree { file, offset, problems };
    let at = tree.place(value.span());
    Some(tree.node(at, &value, 0))
}

fn syntax(error: &toml::de::Error, file: usize) -> Problem {
    let place = SourcePlace {
        file,
        span: error.span().unwrap_or(0..0),
    };
    match error.message() {
        "duplicate key" => {
            Problem::error(ProblemKind::DuplicateKey, "", place).remedy("keep one of them; a table may have only one header")
        }
        message => Problem::error(ProblemKind::Syntax(message.to_owned()), "", place),
    }
}

struct Tree<'p> {
    file: usize,
    offset: usize,
    problems: &'p mut Vec<Problem>,
}

impl Tree<'_> {
    fn place(&self, span: std::ops::Range<usize>) -> SourcePlace {
        SourcePlace {
            file: self.file,
            span: span.start + self.offset..span.end + self.offset,
        }
    }

    fn table(&mut self, table: &DeTable<'_>, depth: usize) -> Value {
        let mut nodes = Table::new();
        for (key, value) in table {
            let at = self.place(key.span());
            if depth >= DEEPEST {
                self.problems.push(Problem::error(ProblemKind::TooDeep, key.get_ref().as_ref(), at));
                break;
            }
            nodes.insert(key.get_ref().to_string(), self.node(at, value, depth));
        }
        Value::Table(nodes)
    }

    fn node(&mut self, key: SourcePlace, value: &Spanned<DeValue<'_>>, depth: usize) -> Node {
        let at = self.place(value.span());
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => {
                i128::from_str_radix(number.as_str(), number.radix()).map_or(Value::Float(f64::INFINITY), Value::Integer)
            }
            DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(truth) => Value::Boolean(*truth),
            DeValue::Datetime(moment) => Value::Moment(*moment),
            DeValue::Array(entries) if depth < DEEPEST => Value::Array(
                entries
                    .iter()
                    .map(|entry| self.node(self.place(entry.span()), entry, depth + 1))
                    .collect(),
            ),
            DeValue::Array(_) => {
                self.problems.push(Problem::error(ProblemKind::TooDeep, "", at.clone()));
                Value::Array(Vec::new())
            }
            DeValue::Table(table) => self.table(table, depth + 1),
        };
        Node { value, at, key }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Node, Vec<Problem>) {
        let mut problems = Vec::new();
        let node = parse_document(text, 0, &mut problems);
        (node, problems)
    }

    #[test]
    fn values_know_their_places() {
        let text = "[a.b]\nc = 12\n";
        let (root, problems) = read(text);
        assert_eq!(problems, []);
        let node = root.find(&["a", "b", "c"]).expect("it is there");
        assert_eq!((&text[node.key.span.clone()], &text[node.at.span.clone()]), ("c", "12"));
        assert!(matches!(node.value, Value::Integer(12)));
        assert!(root.find(&["a", "x"]).is_none());
    }

    #[test]
    fn several_syntax_errors_at_once() {
        let (_, problems) = read("a = \nb = 1\nb = 2\nc = [1\nd = 'x\n");
        assert!(problems.len() >= 3, "{problems:?}");
        assert!(problems.iter().any(|p| p.kind == ProblemKind::DuplicateKey));
    }

    #[test]
    fn depth_is_limited() {
        let keys = vec!["a"; 50].join(".");
        let (_, problems) = read(&format!("{keys} = 1"));
        assert_eq!(problems[0].kind, ProblemKind::TooDeep);
        let (_, problems) = read(&format!("a = {}1{}", "[".repeat(30), "]".repeat(30)));
        assert_eq!(problems[0].kind, ProblemKind::TooDeep);
    }

    #[test]
    fn huge_numbers_are_read_as_infinite() {
        let (root, _) = read("a = 99999999999999999999999999999999999999999999");
        assert!(
            root.find(&["a"])
                .is_some_and(|n| matches!(n.value, Value::Float(v) if v.is_infinite()))
        );
    }
}
