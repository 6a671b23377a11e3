//! A results folder: written beside its place and moved there when whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use tempfile::TempDir;

use super::Failure;
use crate::report::Chart;

/// A folder in the making. Dropped before [`Folder::publish`], it vanishes without a trace.
pub(super) struct Folder {
    making: TempDir,
    place: PathBuf,
}

impl Folder {
    /// Where results of this name go: the folder asked for, or the first free one of `results/NAME`,
    /// `results/NAME-2` and so on, so that nothing finished is ever overwritten.
    pub(super) fn new(asked: Option<&Path>, name: &str) -> Result<Self, Failure> {
        let place = match asked {
            Some(place) if place.exists() => {
                return Err(Failure::Refused(format!(
                    "error: `--out {}` exists already and is not overwritten\n  = help: name a folder that does not exist, or remove this one first",
                    place.display()
                )));
            }
            Some(place) => place.to_owned(),
            None => free_place(name),
        };
        let parent = place
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
            .to_owned();
        fs::create_dir_all(&parent).map_err(Failure::file("create the folder", &parent))?;
        let making = tempfile::Builder::new()
            .prefix(".landbridge-")
            .tempdir_in(&parent)
            .map_err(Failure::file("write in the folder", &parent))?;
        Ok(Self { making, place })
    }

    /// New files for a folder that stands: they take their places by [`Folder::renew`].
    pub(super) fn within(place: &Path) -> Result<Self, Failure> {
        let making = tempfile::Builder::new()
            .prefix(".landbridge-")
            .tempdir_in(place)
            .map_err(Failure::file("write in the folder", place))?;
        Ok(Self {
            making,
            place: place.to_owned(),
        })
    }

    /// Moves each file to its place in the folder that stands, over what was there. Nobody sees half a file.
    pub(super) fn renew(self) -> Result<(), Failure> {
        sync(self.making.path())?;
        move_files(self.making.path(), &self.place)
    }

    /// Where it will be.
    pub(super) fn place(&self) -> &Path {
        &self.place
    }

    /// Opens a file in it for writing.
    pub(super) fn create(&self, name: &str) -> Result<Output, Failure> {
        let path = self.making.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(Failure::file("create the folder", parent))?;
        }
        let file = File::create(&path).map_err(Failure::file("write", &self.place.join(name)))?;
        Ok(Output {
            to: BufWriter::new(file),
            path: self.place.join(name),
        })
    }

    /// Writes a whole file.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let mut output = self.create(name)?;
        output.write_all(bytes).map_err(Failure::file("write", &output.path))?;
        output.close()
    }

    /// Writes charts below a folder of it: their data, and the pictures in the forms that are wanted. Pixels are painted on all
    /// threads.
    pub(super) fn write_charts(&self, below: &str, charts: &[Chart], svg: bool, png: bool) -> Result<(), Failure> {
        let painted = charts.par_iter().map(|chart| png.then(|| chart.png()).transpose());
        let painted = painted.collect::<Result<Vec<_>, _>>()?;
        for (chart, png) in charts.iter().zip(painted) {
            let name = |ending: &str| format!("{below}{}.{ending}", chart.id);
            self.write(&name("csv"), chart.data_csv.as_bytes())?;
            if svg {
                self.write(&name("svg"), chart.svg.as_bytes())?;
            }
            if let Some(png) = png {
                self.write(&name("png"), &png)?;
            }
        }
        Ok(())
    }

    /// Moves it to its place. If another took the place meanwhile, the next free one is taken.
    pub(super) fn publish(self, name: &str, asked: bool) -> Result<PathBuf, Failure> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // A temporary folder is its maker's alone; results are for others to read.
            let open = fs::Permissions::from_mode(0o755);
            fs::set_permissions(self.making.path(), open).map_err(Failure::file("open for reading", self.making.path()))?;
        }
        let made = self.making.keep();
        sync(&made)?;
        let mut place = self.place;
        loop {
            match fs::rename(&made, &place) {
                Ok(()) => return Ok(place),
                Err(error) if !asked && matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty) => {
                    place = free_place(name);
                }
                Err(source) => {
                    return Err(Failure::File {
                        what: "move the finished results there; they are kept beside it",
                        path: place,
                        source,
                    });
                }
            }
        }
    }
}

fn move_files(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to).map_err(Failure::file("create the folder", to))?;
    let entries = fs::read_dir(from).map_err(Failure::file("read", from))?;
    for entry in entries {
        let entry = entry.map_err(Failure::file("read", from))?;
        let (made, place) = (entry.path(), to.join(entry.file_name()));
        if made.is_dir() {
            move_files(&made, &place)?;
        } else {
            fs::rename(&made, &place).map_err(Failure::file("write", &place))?;
        }
    }
    Ok(())
}

/// Asks the system to have every file on the disk before the folder takes its name.
fn sync(folder: &Path) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::file("read", folder))?;
    for entry in entries {
        let path = entry.map_err(Failure::file("read", folder))?.path();
        if path.is_dir() {
            sync(&path)?;
        } else {
            File::open(&path)
                .and_then(|file| file.sync_all())
                .map_err(Failure::file("write", &path))?;
        }
    }
    Ok(())
}

fn free_place(name: &str) -> PathBuf {
    let mut place = Path::new("results").join(name);
    let mut number = 2;
    while place.exists() {
        place.set_file_name(format!("{name}-{number}"));
        number += 1;
    }
    place
}

/// A file being written, which knows where it will be.
pub(super) struct Output {
    to: BufWriter<File>,
    path: PathBuf,
}

impl Output {
    /// Writes out what is left.
    pub(super) fn close(mut self) -> Result<(), Failure> {
        self.to.flush().map_err(Failure::file("write", &self.path))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_there_until_it_is_whole() {
        let base = tempfile::tempdir().expect("a temporary folder");
        let place = base.path().join("out");
        let folder = Folder::new(Some(&place), "x").expect("free");
        folder.write("tables/a.csv", b"1").expect("writable");
        assert!(!place.exists());
        drop(folder);
        assert_eq!(
            fs::read_dir(base.path()).expect("readable").count(),
            0,
            "nothing is left of what was not published"
        );
        let folder = Folder::new(Some(&place), "x").expect("free");
        folder.write("a", b"1").expect("writable");
        assert_eq!(folder.publish("x", true).expect("free"), place);
        assert_eq!(fs::read(place.join("a")).expect("there"), b"1");
        let folder = Folder::within(&place).expect("it stands");
        folder.write("a", b"2").expect("writable");
        folder.write("charts/b", b"3").expect("writable");
        assert_eq!(fs::read(place.join("a")).expect("there"), b"1", "not yet");
        folder.renew().expect("writable");
        assert_eq!(fs::read(place.join("a")).expect("there"), b"2");
        assert_eq!(fs::read(place.join("charts/b")).expect("there"), b"3");
        assert_eq!(fs::read_dir(&place).expect("readable").count(), 2, "nothing else is left");
        assert!(
            matches!(Folder::new(Some(&place), "x"), Err(Failure::Refused(_))),
            "what exists is not overwritten"
        );
    }
}
