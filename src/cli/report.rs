//! `landbridge report`: charts and page of a finished run, drawn again from its folder.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::common::{Failure, LangArgs};
use super::drawn::Drawn;
use super::folder::Folder;
use super::manifest::Manifest;
use super::replay;
use super::run::Format;
use super::stored;
use super::stress_des::Described;

/// Draw charts and report of a finished run again, from what its folder holds; runs nothing.
#[derive(Debug, Args)]
#[command(
    after_help = "The folder must be as `landbridge run` wrote it: a changed one, or one of another version, is refused.\n\n\
    Examples:\n  landbridge report results/baseline --lang zh\n  landbridge report results/baseline --format html --out for-review"
)]
pub(super) struct Report {
    /// The results folder.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// A folder to write into, which must not exist; the results folder itself where absent.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// What to draw: svg, png, html.
    #[arg(long, value_delimiter = ',', value_parser = drawable, default_values = ["svg", "png", "html"])]
    format: Vec<Format>,
    #[command(flatten)]
    lang: LangArgs,
    /// Only errors on the terminal.
    #[arg(long, short)]
    quiet: bool,
}

fn drawable(text: &str) -> Result<Format, String> {
    match text {
        "svg" => Ok(Format::Svg),
        "png" => Ok(Format::Png),
        "html" => Ok(Format::Html),
        _ => Err("write svg, png or html; tables are in the folder already".to_owned()),
    }
}

impl Report {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let manifest = manifest(&self.folder)?;
        let (loaded, model) = replay::scenario_of(&self.folder, &manifest.scenario_sha256)?;
        let (results, inputs) = stored::read(&self.folder, &manifest)?;
        let told = self.lang.names(&loaded).map(|names| names.results(&results));
        let drawn = Drawn {
            described: Described {
                loaded: &loaded,
                inputs: &inputs,
                model: &model,
            },
            results: &results,
            told: told.as_ref().unwrap_or(&results),
            manifest: &manifest,
            lang: self.lang.lang(),
        };
        let place = if let Some(out) = &self.out {
            let folder = Folder::new(Some(out), "report")?;
            drawn.write(&folder, &self.format)?;
            folder.publish("report", true)?
        } else {
            let folder = Folder::within(&self.folder)?;
            drawn.write(&folder, &self.format)?;
            folder.renew()?;
            self.folder.clone()
        };
        if !self.quiet {
            anstream::eprintln!("drawn: {}", place.display());
        }
        Ok(())
    }
}

fn manifest(folder: &Path) -> Result<Manifest, Failure> {
    let file = folder.join("manifest.json");
    if !file.is_file() {
        return Err(replay::no_folder(folder));
    }
    let text = fs::read(&file).map_err(Failure::file("read", &file))?;
    serde_json::from_slice(&text).map_err(|error| {
        Failure::Refused(format!(
            "error: {} is not of a run: {error}\n  = help: name a folder that `landbridge run` wrote, such as results/NAME",
            file.display()
        ))
    })
}
