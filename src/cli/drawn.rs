//! What is drawn of a run, by `run` and again by `report`: charts, the reviewer's document and the page.

use super::common::Failure;
use super::folder::Folder;
use super::manifest::Manifest;
use super::run::Format;
use super::stress_des::{self, Described};
use crate::experiment::Results;
use crate::report::html::{Origin, RunReport, run_page};
use crate::report::{self, Lang, ReportError};

/// A run, to be drawn in a language.
pub(super) struct Drawn<'a> {
    /// What was run.
    pub(super) described: Described<'a>,
    /// What was found.
    pub(super) results: &'a Results,
    /// The same under the names of the language.
    pub(super) told: &'a Results,
    /// How it came to be.
    pub(super) manifest: &'a Manifest,
    /// The language.
    pub(super) lang: Lang,
}

impl Drawn<'_> {
    /// Writes the document, and of charts and page what is wanted. A page has the data of its charts beside it.
    pub(super) fn write(&self, folder: &Folder, formats: &[Format]) -> Result<(), Failure> {
        let document = stress_des::document(&self.described, self.results, self.manifest);
        folder.write("stress_des.md", document.markdown().as_bytes())?;
        let [svg, png, html] = [Format::Svg, Format::Png, Format::Html].map(|format| formats.contains(&format));
        if !(svg || png || html) {
            return Ok(());
        }
        let charts = report::gallery(self.told, self.lang)?;
        folder.write_charts("charts/", &charts, svg, png)?;
        if !html {
            return Ok(());
        }
        let report = RunReport {
            results: self.told,
            charts: &charts,
            document: &document,
            origin: &origin(self.manifest)?,
        };
        folder.write("report.html", run_page(&report, self.lang)?.as_bytes())
    }
}

/// The manifest as a page shows it.
fn origin(manifest: &Manifest) -> Result<Origin, ReportError> {
    let value = serde_json::to_value(manifest)?;
    Ok(Origin::new(&manifest.command, &value))
}
