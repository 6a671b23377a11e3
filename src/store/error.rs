//! What can go wrong with a store.

use std::io;
use std::path::PathBuf;

use super::part::PartFault;
use crate::experiment::sweep::RunId;
use crate::report::ReportError;

/// Why a store cannot be used, or not gone on with. What it holds is never lost by that.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder could not be read or written.
    #[error("{}: cannot {what}: {source}", path.display())]
    File {
        /// What was to be done with it.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process is at work in the folder.
    #[error("{}: another process is at work in this folder; wait for it, or give another folder by --out", .0.display())]
    Locked(PathBuf),
    /// A part is not what it ought to be.
    #[error("{}: {fault}\n  = help: {}", path.display(), fault.remedy())]
    Part {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: PartFault,
    },
    /// Two parts hold the same run with other results.
    #[error(
        "{} and {} hold the same run, replication {} of point {}, with other results: one of them was not made by this program on sound data\n  = \
         help: find out which, and remove it",
        one.display(), other.display(), run.replication, run.point + 1
    )]
    Differ {
        /// The first part.
        one: PathBuf,
        /// The second part.
        other: PathBuf,
        /// The run.
        run: RunId,
    },
    /// Not every run of the plan is there.
    #[error("{missing} of the {runs} runs of the plan are not there, the first of them replication {} of point {}", first.replication, first.point + 1)]
    Incomplete {
        /// How many are not.
        missing: usize,
        /// How many there ought to be.
        runs: usize,
        /// The first that is not.
        first: RunId,
    },
    /// A table could not be made.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl StoreError {
    /// An error of the file system.
    pub(super) fn file(what: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File { what, path, source }
    }
}
