//! What the pages for people say of each key.

/// The tables of keys of a page.
#[derive(Debug)]
pub(super) struct Reference {
    rows: Vec<Row>,
}

/// One key in one table.
#[derive(Debug)]
pub(super) struct Row {
    /// The heading above it.
    pub(super) section: String,
    /// The key as it is written there, such as `windows[].days`.
    pub(super) key: String,
    /// What it means, and what holds where it is left out.
    description: String,
}

impl Reference {
    /// Reads a page in Markdown: rows whose first cell is a key, or several, in back quotes.
    pub(super) fn read(page: &str) -> Self {
        let (mut section, mut rows) = (String::new(), Vec::new());
        let mut cells_of_head = 0;
        for line in page.lines() {
            if let Some(heading) = line.strip_prefix('#') {
                heading.trim_start_matches('#').trim().clone_into(&mut section);
            }
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            match cells[..] {
                ["key" | "parameter", ..] => cells_of_head = cells.len(),
                [first, meaning, ref rest @ ..] if first.starts_with('`') && cells_of_head == cells.len() => {
                    let description = described(meaning, rest.first().copied());
                    rows.extend(keys(first).map(|key| Row {
                        section: section.clone(),
                        key,
                        description: description.clone(),
                    }));
                }
                _ if !line.starts_with('|') => cells_of_head = 0,
                _ => {}
            }
        }
        Self { rows }
    }

    /// What is said of a key in the section whose heading begins so.
    pub(super) fn description(&self, section: &str, key: &str) -> Option<String> {
        let row = self.rows.iter().find(|row| row.section.starts_with(section) && row.key == key);
        row.map(|row| row.description.clone())
    }

    /// Every row, in the order of the page.
    #[cfg(test)]
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// The keys of a first cell; what stands before the first holds for all.
fn keys(cell: &str) -> impl Iterator<Item = String> {
    let names: Vec<&str> = cell.split(", ").map(|name| name.trim_matches('`')).collect();
    let prefix = match names.first().and_then(|name| name.rsplit_once('.')) {
        Some((table, _)) => format!("{table}."),
        None => String::new(),
    };
    let full = names.into_iter().map(move |name| {
        if name.contains('.') {
            name.to_owned()
        } else {
            format!("{prefix}{name}")
        }
    });
    full.collect::<Vec<_>>().into_iter()
}

/// A sentence or two without Markdown.
fn described(meaning: &str, default: Option<&str>) -> String {
    let plain = |text: &str| {
        let mut plain = text.replace('`', "");
        // A link keeps its words.
        while let Some((before, rest)) = plain.clone().split_once('[') {
            let Some((words, rest)) = rest.split_once("](") else { break };
            let Some((_, after)) = rest.split_once(')') else { break };
            plain = format!("{before}{words}{after}");
        }
        plain
            .trim_end_matches(": see below")
            .trim_end_matches(", see below")
            .trim()
            .to_owned()
    };
    let meaning = plain(meaning);
    match default.map(plain).as_deref() {
        None | Some("") => meaning,
        Some("required") => format!("{meaning} (required)"),
        Some(default) => format!("{meaning} (default: {default})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_page() {
        let page = "## `[a.ID]`: things\n\n| key | meaning | default |\n|---|---|---|\n| `x` | what [it](#there) is: see below | `1` |\n\
                    | `y[].from`, `to` | a `date` | required |\n\n| `rule` | takes |\n|---|---|\n| `\"order\"` | first |\n";
        let reference = Reference::read(page);
        let said = |key: &str| reference.description("`[a.ID]`", key);
        assert_eq!(said("x").as_deref(), Some("what it is (default: 1)"));
        assert_eq!(said("y[].to").as_deref(), Some("a date (required)"));
        assert_eq!(said("to"), None);
        assert_eq!(reference.rows().len(), 3);
    }
}
