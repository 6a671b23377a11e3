//! Problems as text: title, file, line, column, caret, what was expected, and the remedy.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use super::problem::{Problem, Problems, Severity, Source, SourcePlace};

/// How problems are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Characters only, for pipes and logs.
    #[default]
    Plain,
    /// With ANSI colours, for a terminal.
    Coloured,
}

impl Problems {
    /// Draws every problem and closes with a line that counts them. No problems, no text.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        let renderer = match style {
            Style::Plain => Renderer::plain(),
            Style::Coloured => Renderer::styled(),
        }
        .term_width(120);
        let mut text = String::new();
        for problem in &self.list {
            text.push_str(renderer.render(&[self.group(problem)]).trim_end());
            text.push_str("\n\n");
        }
        if !self.list.is_empty() {
            text.push_str(&self.closing());
            text.push('\n');
        }
        text
    }

    fn closing(&self) -> String {
        let count = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let warnings = self.count(Severity::Warning);
        match (self.count(Severity::Error), warnings) {
            (0, n) => count(n, "warning"),
            (n, 0) => format!("{}, nothing was run", count(n, "problem")),
            (n, _) => format!("{} and {}, nothing was run", count(n, "problem"), count(warnings, "warning")),
        }
    }

    fn group<'a>(&'a self, problem: &'a Problem) -> annotate_snippets::Group<'a> {
        let level = match problem.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = annotate_snippets::Group::with_title(level.primary_title(problem.to_string()));
        let expected = problem.expected.as_ref().map(|e| format!("expected {e}"));
        match problem
            .place
            .as_ref()
            .and_then(|place| Some((place, self.sources.get(place.file)?)))
        {
            Some((place, source)) if !source.text.is_empty() => {
                group = group.element(self.snippet(place, source, problem, expected));
                for (other, words) in problem.notes.iter().filter(|(other, _)| other.file != place.file) {
                    if let Some(source) = self.sources.get(other.file).filter(|s| !s.text.is_empty()) {
                        let mark = AnnotationKind::Context
                            .span(visible(&source.text, &other.span))
                            .label(words.as_str());
                        group = group.element(Snippet::source(&source.text).path(&source.name).annotation(mark));
                    }
                }
            }
            found => {
                if let Some((_, source)) = found {
                    group = group.element(Origin::path(&source.name));
                }
                if let Some(expected) = expected {
                    group = group.element(Level::NOTE.message(expected));
                }
            }
        }
        match &problem.remedy {
            Some(remedy) => group.element(Level::HELP.message(remedy.as_str())),
            None => group,
        }
    }

    #[allow(clippy::unused_self, reason = "reads as part of the drawing")]
    fn snippet<'a>(
        &self,
        place: &SourcePlace,
        source: &'a Source,
        problem: &'a Problem,
        expected: Option<String>,
    ) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let mark = AnnotationKind::Primary.span(visible(&source.text, &place.span)).label(expected);
        let notes = problem.notes.iter().filter(|(other, _)| other.file == place.file);
        Snippet::source(&source.text)
            .path(&source.name)
            .annotation(mark)
            .annotations(notes.map(|(other, words)| {
                AnnotationKind::Context
                    .span(visible(&source.text, &other.span))
                    .label(words.as_str())
            }))
    }
}

/// The part of a span that can be underlined: within the text, on character boundaries, on one line.
fn visible(text: &str, span: &Range<usize>) -> Range<usize> {
    let boundary = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(span.start);
    let end = boundary(span.end).max(start);
    let first_line = text[start..end].find(['\n', '\r']).map_or(end, |length| start + length);
    start..first_line
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn spans_are_cut_to_what_can_be_shown() {
        assert_eq!(visible("abc\ndef", &(1..6)), 1..3);
        assert_eq!(visible("abc", &(2..9)), 2..3);
        assert_eq!(visible("阿", &(1..2)), 0..0);
        assert_eq!(visible("", &(4..9)), 0..0);
    }
}
