//! A merged tree as one TOML text that stands by itself, and as a list of keys and values.

use std::fmt::Write as _;

use super::document::{Node, Table, Value, parse_document};
use super::layers::names_a_law;

/// Writes a tree with its keys sorted: values first, then a header for each table.
pub(super) fn write(root: &Node) -> String {
    let mut text = String::new();
    if let Some(table) = root.table() {
        write_table(table, "", &mut text);
    }
    text
}

/// Each value of a resolved scenario with its dotted path, as `--set` takes it; sorted by path.
///
/// Laws are taken apart into their parameters, arrays are kept whole.
#[must_use]
pub fn leaves(resolved: &str) -> Vec<(String, String)> {
    let root = parse_document(resolved, 0, &mut Vec::new());
    let mut leaves = Vec::new();
    collect(&root, "", &mut leaves);
    leaves.sort();
    leaves
}

/// A resolved scenario as one line for each value, `key.path = value`, sorted: the same for the same scenario,
/// easily compared, and itself a TOML text.
#[must_use]
pub fn lines(resolved: &str) -> Vec<String> {
    let line = |(path, value): (String, String)| {
        let keys: Vec<String> = path.split('.').map(written_key).collect();
        format!("{} = {value}", keys.join("."))
    };
    let mut lines: Vec<String> = leaves(resolved).into_iter().map(line).collect();
    lines.sort();
    lines
}

fn collect(node: &Node, path: &str, leaves: &mut Vec<(String, String)>) {
    match node.table() {
        Some(table) if !table.is_empty() => {
            for (key, child) in table {
                let separator = if path.is_empty() { "" } else { "." };
                collect(child, &format!("{path}{separator}{key}"), leaves);
            }
        }
        _ if path.is_empty() => {}
        _ => leaves.push((path.to_owned(), inline(&node.value))),
    }
}

/// Whether a table has a header of its own instead of standing after an equals sign.
fn has_header(node: &Node) -> bool {
    node.table().is_some_and(|table| !names_a_law(table))
}

fn write_table(table: &Table, path: &str, text: &mut String) {
    for (key, node) in table.iter().filter(|(_, node)| !has_header(node)) {
        let _ = writeln!(text, "{} = {}", written_key(key), block(&node.value));
    }
    for (key, node) in table.iter().filter(|(_, node)| has_header(node)) {
        let Some(inner) = node.table() else { continue };
        let separator = if path.is_empty() { "" } else { "." };
        let path = format!("{path}{separator}{}", written_key(key));
        // A table that holds only tables exists by their headers.
        if inner.is_empty() || inner.values().any(|node| !has_header(node)) {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}[{path}]");
        }
        write_table(inner, &path, text);
    }
}

fn written_key(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if bare { key.to_owned() } else { written_text(key) }
}

/// On one line and between double quotes, so that it can be a key as well as a value.
fn written_text(text: &str) -> String {
    let mut written = String::from('"');
    for c in text.chars() {
        match c {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '\r' => written.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(written, "\\u{:04X}", u32::from(c));
            }
            c => written.push(c),
        }
    }
    written.push('"');
    written
}

/// A value after an equals sign: arrays of tables with a row on each line, texts with lines as such.
fn block(value: &Value) -> String {
    match value {
        Value::Array(entries) if entries.iter().any(|entry| entry.table().is_some()) => {
            let mut text = String::from("[\n");
            for entry in entries {
                let _ = writeln!(text, "    {},", inline(&entry.value));
            }
            text + "]"
        }
        Value::Text(words) if words.contains('\n') => toml::Value::String(words.clone()).to_string(),
        value => inline(value),
    }
}

pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::Text(text) => written_text(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => toml::Value::Float(*number).to_string(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Moment(moment) => moment.to_string(),
        Value::Array(entries) => {
            let entries: Vec<_> = entries.iter().map(|entry| inline(&entry.value)).collect();
            format!("[{}]", entries.join(", "))
        }
        Value::Table(table) if table.is_empty() => "{}".to_owned(),
        Value::Table(table) => {
            // The name of a law explains what follows.
            let (law, others): (Vec<_>, Vec<_>) = table.iter().partition(|(key, _)| *key == "law");
            let entries: Vec<_> = law
                .into_iter()
                .chain(others)
                .map(|(key, node)| format!("{} = {}", written_key(key), inline(&node.value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        write(&parse_document(text, 0, &mut Vec::new()))
    }

    #[test]
    fn tables_are_sorted_and_laws_stay_on_a_line() {
        let text =
            rewritten("z = 1\na.t = { mean = '1 h', law = 'gamma', cv = 0.5 }\n[b]\nrows = [{ y = 1, x = 'ä\"' }]\n['阿'.c]\nn = 1.0");
        insta::assert_snapshot!(text, @r#"
        z = 1

        [a]
        t = { law = "gamma", cv = 0.5, mean = "1 h" }

        [b]
        rows = [
            { x = "ä\"", y = 1 },
        ]

        ["阿".c]
        n = 1.0
        "#);
        assert_eq!(rewritten(&text), text);
    }

    #[test]
    fn texts_survive() {
        for text in ["a\nb\n", "\"\"\"", "\\ \u{7f} \u{1}", "", "'''\n\"\"\"\n", "\r\n", "\n"] {
            let node = Node::new(Value::Text(text.to_owned()), crate::scenario::SourcePlace { file: 0, span: 0..0 });
            for written in [inline(&node.value), block(&node.value)] {
                let read = parse_document(&format!("a = {written}"), 0, &mut Vec::new());
                assert_eq!(read.find(&["a"]).and_then(Node::text), Some(text), "{written}");
            }
        }
    }

    #[test]
    fn lines_are_the_same_tree() {
        let text = "z = 1\na.t = { mean = '1 h', law = 'gamma', cv = 0.5 }\n[b]\nrows = [{ y = 1, x = 'ä\"' }]\nno = {}\n['阿'.c]\nn = 1.0";
        let lines = lines(text);
        assert_eq!(lines[0], "\"阿\".c.n = 1.0");
        assert_eq!(rewritten(&lines.join("\n")), rewritten(text));
    }

    #[test]
    fn leaves_are_what_set_takes() {
        let leaves = leaves("[a.b]\nx = { law = 'constant', value = '1 h' }\ny = [1, 2]\n[c]\n");
        let expected = [
            ("a.b.x.law", "\"constant\""),
            ("a.b.x.value", "\"1 h\""),
            ("a.b.y", "[1, 2]"),
            ("c", "{}"),
        ];
        assert_eq!(leaves, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }
}
