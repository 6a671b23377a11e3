//! What to say of files that cannot be read or written: what it is, where, and what to do.

use std::io;
use std::path::Path;

use super::common::Failure;
use crate::scenario::{self, LoadError, Style};

/// What a file is expected to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Scenario,
    Plan,
}

/// Why a scenario or plan was not loaded; where it is the other of the two, that alone is said.
pub(super) fn refused(error: LoadError, file: &Path, wanted: Wanted) -> Failure {
    match error {
        LoadError::Unreadable { path, source } => unreadable(&path, &source),
        LoadError::Refused(problems) => {
            let table = std::fs::read_to_string(file).ok().and_then(|text| text.parse::<toml::Table>().ok());
            let has = |key: &str| table.as_ref().is_some_and(|table| table.contains_key(key));
            let (is_scenario, is_plan) = (has("time") && !has("design"), has("design") && has("factors") && !has("time"));
            let said = match wanted {
                Wanted::Scenario if is_plan => "is a plan of experiments, not a scenario\n  = help: landbridge sweep",
                Wanted::Plan if is_scenario => {
                    "is a scenario, not a plan of experiments\n  = help: a plan names it as its `base`: landbridge new --help; or run it: landbridge run"
                }
                _ => return Failure::Refused(problems.render(Style::Coloured)),
            };
            let file = file.display();
            Failure::Refused(format!("error: {file} {said} {file}"))
        }
    }
}

/// A file that is to be read and cannot be, with what to do.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let is_file = |entry: &std::fs::DirEntry| entry.path().extension().is_some_and(|ending| ending == "toml");
    let files = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().filter(is_file);
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (reason, help) = match error.kind() {
        io::ErrorKind::NotFound => {
            let known = files(folder);
            let help = match scenario::suggestion(&name, known.iter().map(String::as_str)) {
                Some(remedy) => remedy.replace("known here", "files there"),
                None => "to begin with a scenario: landbridge new NAME".to_owned(),
            };
            ("there is no such file".to_owned(), help)
        }
        io::ErrorKind::IsADirectory => {
            let help = match files(path).first() {
                Some(first) => format!("name a file in it, such as {}", path.join(first).display()),
                None => "name a file".to_owned(),
            };
            ("it is a folder".to_owned(), help)
        }
        io::ErrorKind::InvalidData => ("it is not text in UTF-8".to_owned(), "save it as UTF-8 in your editor".to_owned()),
        io::ErrorKind::PermissionDenied => ("it may not be read".to_owned(), "ask its owner, or copy it".to_owned()),
        _ => (error.to_string(), "look whether the path and the disk are right".to_owned()),
    };
    Failure::Refused(format!("error: cannot read {}: {reason}\n  = help: {help}", path.display()))
}

/// A file or folder that cannot be made or written, with what to do.
pub(super) fn cannot(what: &str, path: &Path, error: &io::Error) -> String {
    let help = match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "choose a folder in which you may write, for results by --out FOLDER"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on the disk, or choose another one",
        io::ErrorKind::FileTooLarge => "raise the limit on the size of a file (ulimit -f), or choose another disk",
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => "a part of this path is a file: choose another name",
        io::ErrorKind::InvalidFilename => "choose a shorter name, or one without special characters",
        io::ErrorKind::NotFound => "look whether the path is right",
        _ => return format!("error: {}: cannot {what}: {error}", path.display()),
    };
    format!("error: {}: cannot {what}: {}\n  = help: {help}", path.display(), error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written() {
        let said = |kind: io::ErrorKind| cannot("write", Path::new("results/a"), &kind.into());
        assert_eq!(
            said(io::ErrorKind::PermissionDenied),
            "error: results/a: cannot write: permission denied\n  = help: choose a folder in which you may write, for results by --out FOLDER"
        );
        assert!(said(io::ErrorKind::StorageFull).contains("make room"));
        assert!(!said(io::ErrorKind::Other).contains("help"));
    }
}
