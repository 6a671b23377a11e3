//! Every value of a scenario with the remark that stands beside it, for the document of inputs.

use serde::{Deserialize, Serialize};

use super::document::{Node, Value};
use super::layers::names_a_law;
use super::problem::Source;
use super::resolved::inline;

/// A value as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The dotted path of its key.
    pub key: String,
    /// The value, on one line.
    pub value: String,
    /// The comment after it on its line: where the number is from. Empty where there is none.
    pub remark: String,
    /// Index of the file, or override, in which it is written; 0 is the file that was asked for.
    pub file: usize,
}

/// The values of a tree, laws and arrays whole, sorted by path.
pub(super) fn inputs(root: &Node, sources: &[Source]) -> Vec<Input> {
    let mut found = Vec::new();
    collect(root, "", sources, &mut found);
    found.sort_by(|a, b| a.key.cmp(&b.key));
    found
}

fn collect(node: &Node, path: &str, sources: &[Source], found: &mut Vec<Input>) {
    match node.table() {
        Some(table) if !table.is_empty() && !names_a_law(table) => {
            for (key, child) in table {
                let separator = if path.is_empty() { "" } else { "." };
                collect(child, &format!("{path}{separator}{key}"), sources, found);
            }
        }
        _ if path.is_empty() => {}
        _ => found.push(Input {
            key: path.to_owned(),
            value: inline(&node.value),
            remark: remark(node, sources),
            file: node.at.file,
        }),
    }
}

/// What follows the value on its line after a `#`; within an array of tables, what follows on the line of its last row.
fn remark(node: &Node, sources: &[Source]) -> String {
    let end = match &node.value {
        Value::Array(entries) => entries
            .last()
            .map_or(node.at.span.end, |last| last.at.span.end.max(node.at.span.end)),
        _ => node.at.span.end,
    };
    let rest = sources
        .get(node.at.file)
        .and_then(|source| source.text.get(end..))
        .unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default();
    line.split_once('#')
        .map_or_else(String::new, |(_, remark)| remark.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::document::parse_document;
    use super::*;

    #[test]
    fn remarks_beside_values() {
        let text = "a = 1  # source: here\n[b]\nc = { law = 'gamma', mean = '1 h', cv = 0.5 }  # assumed: # of it\nd = ['x # y']\ne.f = true # last";
        let root = parse_document(text, 0, &mut Vec::new());
        let sources = [Source {
            name: "t.toml".to_owned(),
            text: text.to_owned(),
        }];
        let found: Vec<(String, String)> = inputs(&root, &sources).into_iter().map(|i| (i.key, i.remark)).collect();
        let expected = [("a", "source: here"), ("b.c", "assumed: # of it"), ("b.d", ""), ("b.e.f", "last")];
        assert_eq!(found, expected.map(|(key, remark)| (key.to_owned(), remark.to_owned())));
    }
}
