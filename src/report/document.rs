//! Prose with headings, lists and tables, written once and shown as Markdown in a file and as HTML in a report.

use super::summary::{self, Looks, cell};

/// A document: blocks in reading order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The blocks.
    pub blocks: Vec<Block>,
}

/// A block of a document. Texts are plain but for `` `code` `` and `*emphasis*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading: its level, from 1, and its words.
    Heading(u8, String),
    /// A paragraph.
    Text(String),
    /// A list without numbers.
    List(Vec<String>),
    /// A table.
    Table(Grid),
    /// Something to type.
    Command(String),
}

/// A table of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// The heads of the columns.
    pub head: Vec<String>,
    /// The rows, as wide as the head.
    pub rows: Vec<Vec<String>>,
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span<'a> {
    /// As it is.
    Plain(&'a str),
    /// A name as a program reads it.
    Code(&'a str),
    /// Set apart.
    Emphasis(&'a str),
}

impl Grid {
    /// An empty table.
    #[must_use]
    pub fn new<const N: usize>(head: [&str; N]) -> Self {
        Self {
            head: head.map(str::to_owned).to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, row: [String; N]) {
        self.rows.push(row.into());
    }
}

/// The contents of a table that was laid out for a terminal.
impl From<&comfy_table::Table> for Grid {
    fn from(table: &comfy_table::Table) -> Self {
        let texts = |row: &comfy_table::Row| row.cell_iter().map(comfy_table::Cell::content).collect();
        Self {
            head: table.header().map(texts).unwrap_or_default(),
            rows: table.row_iter().map(texts).collect(),
        }
    }
}

impl Document {
    /// Adds a heading.
    pub fn heading(&mut self, level: u8, words: impl Into<String>) {
        self.blocks.push(Block::Heading(level, words.into()));
    }

    /// Adds a paragraph.
    pub fn text(&mut self, words: impl Into<String>) {
        self.blocks.push(Block::Text(words.into()));
    }

    /// Adds a list; nothing where it is empty.
    pub fn list(&mut self, entries: Vec<String>) {
        if !entries.is_empty() {
            self.blocks.push(Block::List(entries));
        }
    }

    /// Adds a table.
    pub fn table(&mut self, table: impl Into<Grid>) {
        self.blocks.push(Block::Table(table.into()));
    }

    /// The document as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let blocks: Vec<String> = self.blocks.iter().map(markdown).collect();
        blocks.join("\n\n") + "\n"
    }
}

fn markdown(block: &Block) -> String {
    match block {
        Block::Heading(level, words) => format!("{} {words}", "#".repeat((*level).into())),
        Block::Text(words) => words.clone(),
        Block::List(entries) => {
            let entries: Vec<String> = entries.iter().map(|entry| format!("- {entry}")).collect();
            entries.join("\n")
        }
        Block::Table(grid) => {
            let head: Vec<&str> = grid.head.iter().map(String::as_str).collect();
            let mut table = summary::table(&head, Looks::Plain);
            for row in &grid.rows {
                table.add_row(row.iter().map(|text| cell(text, Looks::Plain)));
            }
            table.to_string()
        }
        Block::Command(line) => format!("    {line}"),
    }
}

/// The pieces of a text. A mark without its partner is itself.
pub(crate) fn spans(text: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*']) {
        let mark = &rest[at..=at];
        let inner = &rest[at + 1..];
        // A star amid blanks or words is a star; code may hold anything but its mark.
        let end = inner
            .find(mark)
            .filter(|end| mark == "`" || (*end > 0 && !inner.starts_with(' ') && !inner[..*end].ends_with(' ')));
        let Some(end) = end else {
            spans.push(Span::Plain(&rest[..=at]));
            rest = inner;
            continue;
        };
        if at > 0 {
            spans.push(Span::Plain(&rest[..at]));
        }
        let held = &inner[..end];
        spans.push(if mark == "`" { Span::Code(held) } else { Span::Emphasis(held) });
        rest = &inner[end + 1..];
    }
    if !rest.is_empty() {
        spans.push(Span::Plain(rest));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_their_marks() {
        use Span::{Code, Emphasis, Plain};
        for (text, expected) in [
            ("", vec![]),
            ("a", vec![Plain("a")]),
            ("see `a.b` = `*`", vec![Plain("see "), Code("a.b"), Plain(" = "), Code("*")]),
            ("*Said.* (x)", vec![Emphasis("Said."), Plain(" (x)")]),
            ("2 * 3 * 4", vec![Plain("2 *"), Plain(" 3 *"), Plain(" 4")]),
            ("`half", vec![Plain("`"), Plain("half")]),
        ] {
            assert_eq!(spans(text), expected, "{text}");
        }
    }

    #[test]
    fn markdown_has_blank_lines_between_blocks() {
        let mut document = Document::default();
        document.heading(2, "A | b");
        document.list(vec!["one".to_owned(), "two".to_owned()]);
        document.list(vec![]);
        let mut grid = Grid::new(["key", "value"]);
        grid.row(["a".to_owned(), "b | c".to_owned()]);
        document.table(grid);
        document.blocks.push(Block::Command("landbridge run x".to_owned()));
        assert_eq!(
            document.markdown(),
            "## A | b\n\n- one\n- two\n\n| key | value  |\n|-----|--------|\n| a   | b \\| c |\n\n    landbridge run x\n"
        );
    }
}
