//! What stands in a section of a page: prose, tables that sort, charts with their data, documents.

use maud::{Markup, PreEscaped, html};

use super::replay::Replay;
use crate::report::document::{Block, Document, Grid, Span, spans};
use crate::report::{Chart, Lang, ReportError};

/// The data of a chart is kept in the page up to so many bytes; beyond, the page names the file in its folder only.
const EMBEDDED: usize = 64 << 10;

/// A part of a section.
#[derive(Clone, Debug)]
pub enum Part<'a> {
    /// A paragraph, with `` `code` `` in it.
    Text(String),
    /// A list of such texts.
    List(Vec<String>),
    /// A list whose entries are what the page has found; each may link to a chart.
    Findings(Vec<(String, Option<String>)>),
    /// A table that a script sorts.
    Table(DataTable),
    /// A chart, whose data lie in `charts/` beside the page.
    Chart(&'a Chart),
    /// Something to type.
    Command(String),
    /// What is opened by who wants to see it.
    Folded(String, Vec<Part<'a>>),
    /// A document in English.
    Document(&'a Document),
    /// Trains on the map and over the time.
    Replay(Box<Replay>),
}

/// A table whose columns sort.
#[derive(Clone, Debug, Default)]
pub struct DataTable {
    /// What it shows.
    pub caption: String,
    /// The heads, each with whether its column holds numbers.
    pub head: Vec<(String, bool)>,
    /// The rows, as wide as the head.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// What it shows.
    pub text: String,
    /// By what it sorts, where that is a number.
    pub key: Option<f64>,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            key: None,
        }
    }
}

impl Cell {
    /// A number as people read it, sorted as it is.
    pub fn number(text: impl Into<String>, key: f64) -> Self {
        Self {
            text: text.into(),
            key: Some(key),
        }
    }
}

impl Part<'_> {
    pub(super) fn markup(&self, lang: Lang) -> Result<Markup, ReportError> {
        Ok(match self {
            Self::Text(text) => html! { p { (inline(text)) } },
            Self::List(entries) => html! { ul { @for entry in entries { li dir="auto" { (inline(entry)) } } } },
            Self::Findings(found) => findings(found, lang),
            Self::Table(table) => data_table(table),
            Self::Chart(chart) => figure(chart, lang),
            Self::Command(line) => html! { pre.command tabindex="0" { code { (line) } } },
            Self::Folded(words, parts) => {
                let parts: Vec<Markup> = parts.iter().map(|part| part.markup(lang)).collect::<Result<_, _>>()?;
                html! { details { summary { (words) } @for part in &parts { (part) } } }
            }
            Self::Document(document) => html! {
                div.document lang="en" { @for block in &document.blocks { (block_markup(block)) } }
            },
            Self::Replay(replay) => replay.markup(lang)?,
        })
    }
}

fn findings(found: &[(String, Option<String>)], lang: Lang) -> Markup {
    html! {
        ul.findings {
            @for (sentence, chart) in found {
                li dir="auto" {
                    (sentence)
                    @if let Some(id) = chart {
                        " "
                        a href={ "#chart-" (id) } { (lang.pick("See the chart.", "见图。")) }
                    }
                }
            }
        }
    }
}

fn data_table(table: &DataTable) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(table.caption) {
            table.sortable {
                caption { (table.caption) }
                thead { tr { @for (words, number) in &table.head { th class=[number.then_some("number")] scope="col" { (words) } } } }
                tbody {
                    @for row in &table.rows {
                        tr {
                            @for (i, cell) in row.iter().enumerate() {
                                @let number = table.head.get(i).is_some_and(|head| head.1);
                                td class=[number.then_some("number")] dir="auto" data-key=[cell.key] { (cell.text) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn figure(chart: &Chart, lang: Lang) -> Markup {
    let embedded = (chart.data_csv.len() <= EMBEDDED).then(|| data_uri(&chart.data_csv));
    let file = format!("{}.csv", chart.id);
    html! {
        figure.chart id={ "chart-" (chart.id) } {
            h3.unseen dir="auto" { (chart.title) }
            div.scroll tabindex="0" role="region" aria-label=(chart.title) { (PreEscaped(&chart.svg)) }
            figcaption {
                // On a narrow screen the words within the chart are too small to read.
                p.narrow dir="auto" { strong { (chart.title) } " " (chart.alt) " " (chart.caption) }
                p.data {
                    (lang.pick("Data: ", "数据："))
                    @if let Some(uri) = &embedded {
                        a href=(uri) download=(file) { (lang.pick("kept in this page", "存于本页")) }
                        " · "
                    }
                    a href={ "charts/" (file) } { "charts/" (file) }
                }
            }
        }
    }
}

/// The data as an address that holds them.
fn data_uri(csv: &str) -> String {
    let mut uri = String::with_capacity(csv.len() + csv.len() / 8);
    uri.push_str("data:text/csv;charset=utf-8,");
    for byte in csv.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.,:;!*()/@$~+=".contains(&byte) {
            uri.push(byte.into());
        } else {
            uri.push('%');
            uri.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])));
        }
    }
    uri
}

fn block_markup(block: &Block) -> Markup {
    match block {
        // The title of the page stands above it.
        Block::Heading(1, _) => html! {},
        Block::Heading(2, words) => html! { h3 dir="auto" { (words) } },
        Block::Heading(3, words) => html! { h4 dir="auto" { (words) } },
        Block::Heading(_, words) => html! { h5 dir="auto" { (words) } },
        Block::Text(text) => html! { p dir="auto" { (inline(text)) } },
        Block::List(entries) => html! { ul { @for entry in entries { li dir="auto" { (inline(entry)) } } } },
        Block::Command(line) => html! { pre.command tabindex="0" { code { (line) } } },
        Block::Table(grid) => grid_markup(grid),
    }
}

fn grid_markup(grid: &Grid) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(grid.head.join(", ")) {
            table {
                thead { tr { @for words in &grid.head { th scope="col" { (words) } } } }
                tbody { @for row in &grid.rows { tr { @for text in row { td dir="auto" { (inline(text)) } } } } }
            }
        }
    }
}

/// A text with its marks.
fn inline(text: &str) -> Markup {
    html! {
        @for span in spans(text) {
            @match span {
                Span::Plain(text) => (text),
                Span::Code(text) => code { (text) },
                Span::Emphasis(text) => em { (text) },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_survive_their_address() {
        let csv = "a,b\n\"1 %\",口岸#&<>\n";
        let uri = data_uri(csv);
        let coded = uri.strip_prefix("data:text/csv;charset=utf-8,").expect("its kind");
        assert!(coded.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>#&".contains(&b)), "{coded}");
        let mut bytes = Vec::new();
        let mut rest = coded.bytes();
        while let Some(byte) = rest.next() {
            let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16)).expect("a digit");
            bytes.push(if byte == b'%' {
                let high = digit(rest.next());
                (high * 16 + digit(rest.next())) as u8
            } else {
                byte
            });
        }
        assert_eq!(String::from_utf8(bytes).expect("text"), csv);
    }
}
