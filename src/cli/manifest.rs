//! What was run, and the command that runs it again.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::experiment::sweep::hexadecimal;
use crate::observe::ReplicationRecords;

/// `manifest.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The program.
    pub(super) program: String,
    /// Its version.
    pub(super) version: String,
    /// The version of its results.
    pub(super) results_version: u32,
    /// Reproduces these results, run in the folder that holds this file.
    pub(super) command: String,
    /// SHA-256 of `scenario.toml`.
    pub(super) scenario_sha256: String,
    /// SHA-256 of `results.json`; absent in folders that have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) results_sha256: Option<String>,
    /// SHA-256 of the records of the replications for which they were kept.
    pub(super) records_sha256: String,
    /// The seed.
    pub(super) seed: u64,
    /// Replications finished.
    pub(super) replications: u32,
    /// Replications asked for.
    pub(super) replications_planned: u32,
    /// The release of the time-zone data compiled in.
    pub(super) time_zone_data: String,
    /// The platform the program was built for.
    pub(super) platform: String,
    /// Threads that ran; they have no influence on results.
    pub(super) threads: usize,
    /// Events that happened.
    pub(super) events: u64,
    /// Wall-clock time of the replications in seconds.
    pub(super) run_seconds: f64,
    /// When the results were written, in UTC.
    pub(super) written_at: String,
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// SHA-256 of a file, however long, in hexadecimal.
pub(super) fn file_sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hexadecimal(&hash.finalize())),
            n => hash.update(&piece[..n]),
        }
    }
}

/// The hash of full records: every field of every row.
pub(super) fn records_sha256(records: &[ReplicationRecords]) -> String {
    let mut hash = Sha256::new();
    for run in records {
        run.feed(|bytes| hash.update(bytes));
    }
    hexadecimal(&hash.finalize())
}

/// A word as a POSIX shell reads it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        for (word, expected) in [("a/b.toml", "a/b.toml"), ("60 min", "'60 min'"), ("it's", r"'it'\''s'"), ("", "''")] {
            assert_eq!(quoted(word), expected);
        }
    }

    #[test]
    fn known_hash() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
