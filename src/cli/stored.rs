//! `results.json`: everything that a report is made of, so that it can be drawn again without a simulation.

use std::fs;
use std::path::Path;

use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::common::Failure;
use super::folder::Folder;
use super::manifest::{Manifest, sha256};
use crate::experiment::{RESULTS_VERSION, Results};
use crate::observe::Activity;
use crate::report::ReportError;
use crate::scenario::Input;

/// The name of the file.
pub(super) const FILE: &str = "results.json";

#[derive(Serialize)]
struct Written<'a> {
    version: &'static str,
    results_version: u32,
    activities: Vec<&'static str>,
    inputs: &'a [Input],
    results: &'a Results,
}

/// Its head is read first; the rest only where the head says that it can be understood.
#[derive(Deserialize)]
struct Read<'a> {
    version: String,
    results_version: u32,
    activities: Vec<String>,
    #[serde(borrow)]
    inputs: &'a RawValue,
    #[serde(borrow)]
    results: &'a RawValue,
}

fn activities() -> Vec<&'static str> {
    Activity::ALL.iter().map(|a| a.word()).collect()
}

/// Writes the file; its hash.
pub(super) fn write(folder: &Folder, results: &Results, inputs: &[Input]) -> Result<String, Failure> {
    let written = Written {
        version: env!("CARGO_PKG_VERSION"),
        results_version: RESULTS_VERSION,
        activities: activities(),
        inputs,
        results,
    };
    let text = serde_json::to_string(&written).map_err(ReportError::from)?;
    folder.write(FILE, text.as_bytes())?;
    Ok(sha256(text.as_bytes()))
}

/// Reads the file of a folder, which must be as it was written.
pub(super) fn read(folder: &Path, manifest: &Manifest) -> Result<(Results, Vec<Input>), Failure> {
    let file = folder.join(FILE);
    let again = "run it again by the command in its manifest.json, and draw the new folder";
    let Some(known) = manifest.results_sha256.as_ref().filter(|_| file.is_file()) else {
        return Err(Failure::Refused(format!(
            "error: {} has no {FILE}, from which it could be drawn\n  = help: {again}",
            folder.display()
        )));
    };
    let text = fs::read_to_string(&file).map_err(Failure::file("read", &file))?;
    if sha256(text.as_bytes()) != *known {
        return Err(Failure::Refused(format!(
            "error: {} was changed after the run\n  = help: {again}",
            file.display()
        )));
    }
    understood(&text).map_err(|why| {
        Failure::Refused(format!(
            "error: {} was written by landbridge {} and is not understood by this program, {}: {why}\n  = help: take that version of the program, or {again}",
            file.display(),
            manifest.version,
            env!("CARGO_PKG_VERSION")
        ))
    })
}

fn understood(text: &str) -> Result<(Results, Vec<Input>), serde_json::Error> {
    let read: Read<'_> = serde_json::from_str(text)?;
    if read.results_version != RESULTS_VERSION || read.version != env!("CARGO_PKG_VERSION") || read.activities != activities() {
        return Err(serde_json::Error::custom("it is of another version"));
    }
    Ok((serde_json::from_str(read.results.get())?, serde_json::from_str(read.inputs.get())?))
}
