//! What can be wrong with a scenario: each problem a value with its place and its remedy.

use super::document::Node;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

use crate::units::QuantityError;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can be run.
    Error,
    /// It can be run, but is probably not what was meant.
    Warning,
}

/// Kinds of named things, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Thing {
    /// `[places.ID]`.
    #[error("place")]
    Place,
    /// `[lines.ID]`.
    #[error("line")]
    Line,
    /// `[flows.ID]`.
    #[error("flow")]
    Flow,
    /// `[gauges.ID]`.
    #[error("gauge")]
    Gauge,
    /// `[calendars.ID]`.
    #[error("calendar")]
    Calendar,
    /// `[holidays.ID]`.
    #[error("set of holidays")]
    Holidays,
    /// `[cargo.ID]`.
    #[error("class of cargo")]
    Cargo,
    /// `[corridors.ID]`.
    #[error("corridor")]
    Corridor,
    /// A clearance, handling, reloading, exchange or transloading of a place.
    #[error("facility")]
    Facility,
    /// `[places.ID.procedures.ID]`.
    #[error("procedure")]
    Procedure,
    /// `[flows.ID.routes.ID]`.
    #[error("route")]
    Route,
    /// `[places.ID.transloading.ID.outlets.ID]`.
    #[error("outlet")]
    Outlet,
    /// An entry of a procedure's `steps`.
    #[error("step")]
    Step,
    /// `[places.ID.wagons.GAUGE]`.
    #[error("wagon pool")]
    WagonPool,
    /// `[disruptions.ID]`.
    #[error("disruption")]
    Disruption,
    /// A place, a line or a facility.
    #[error("element")]
    Element,
    /// A number that limits trains.
    #[error("capacity")]
    Capacity,
    /// `[places.ID.wind]`.
    #[error("wind")]
    Wind,
    /// An IANA time zone.
    #[error("time zone")]
    Zone,
    /// `[factors.ID]` of a plan.
    #[error("factor")]
    Factor,
}

/// What is wrong, as the rest of a sentence that begins with the key.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ProblemKind {
    /// The text is not TOML.
    #[error("this is not valid TOML: {0}")]
    Syntax(String),
    /// A key or table stands twice in one file.
    #[error("this key is given a second time")]
    DuplicateKey,
    /// Tables in tables beyond all sense.
    #[error("is nested too deeply")]
    TooDeep,
    /// `--set` without a key and a value.
    #[error("this is not of the form key.path=value")]
    NotAnOverride,
    /// A file that `extends` or `trace` names cannot be read.
    #[error("names {path:?}, which cannot be read: {reason}")]
    Unreadable {
        /// The path as it was looked for.
        path: String,
        /// Why, in the words of the operating system.
        reason: String,
    },
    /// Files extend each other in a circle.
    #[error("comes back to a file that extends this one: {chain}")]
    ExtendsCircle {
        /// The files in order, joined by arrows.
        chain: String,
    },
    /// A key that means nothing here.
    #[error("is not a known key")]
    UnknownKey,
    /// A key that must be given is not.
    #[error("is missing")]
    Missing,
    /// None of several keys of which one must be given.
    #[error("needs one of {0}")]
    NoneOf(String),
    /// Several keys of which only one may be given.
    #[error("gives {0}, of which there may be only one")]
    MoreThanOneOf(String),
    /// A key that means something only beside another.
    #[error("means nothing without `{0}`")]
    OnlyWith(&'static str),
    /// A key that another one makes idle.
    #[error("means nothing beside `{0}`")]
    IdleBeside(&'static str),
    /// A text where a number is needed, and the like.
    #[error("is {found}")]
    WrongType {
        /// What it is, with its article.
        found: &'static str,
    },
    /// A number where a quantity is needed.
    #[error("has no unit")]
    NoUnit,
    /// A text that is no quantity.
    #[error("{0}")]
    Quantity(QuantityError),
    /// Below zero where that makes no sense.
    #[error("is negative")]
    Negative,
    /// Zero where that makes no sense.
    #[error("is zero")]
    Zero,
    /// Outside of its range.
    #[error("is out of range")]
    OutOfRange,
    /// Fractions where whole numbers are needed.
    #[error("is not a whole number")]
    NotWhole,
    /// An array without entries.
    #[error("is empty")]
    Empty,
    /// An array of the wrong length.
    #[error("has {found} entries instead of {needed}")]
    WrongLength {
        /// How many there are.
        found: usize,
        /// How many there must be.
        needed: usize,
    },
    /// Parts that are not the whole.
    #[error("adds up to {sum} instead of {whole}")]
    NotTheWhole {
        /// All parts together.
        sum: String,
        /// What they ought to be.
        whole: String,
    },
    /// A word that is not among the possible ones.
    #[error("is {0:?}, which is not one of the possible words")]
    NotAChoice(String),
    /// A text that is no date, time of day or the like.
    #[error("is {text:?}, which is not {what}")]
    Unclear {
        /// What it ought to be, with its article.
        what: &'static str,
        /// What stands there.
        text: String,
    },
    /// An id with other characters than letters, digits, `_` and `-`.
    #[error("has an id that cannot be used in a dotted path")]
    BadId,
    /// A name that nothing has.
    #[error("names the unknown {thing} {name:?}")]
    Unknown {
        /// What kind of thing is named.
        thing: Thing,
        /// The name.
        name: String,
    },
    /// `--set` reaches into something that does not exist.
    #[error("changes the {thing} {name:?}, which does not exist")]
    ChangesUnknown {
        /// What kind of thing is named.
        thing: Thing,
        /// The name.
        name: String,
    },
    /// A window of hours whose end does not come after its beginning.
    #[error("ends before it begins")]
    Backward,
    /// A time no part of which is simulated.
    #[error("lies outside of the run")]
    OutsideRun,
    /// A direction towards a place where a closed line does not end.
    #[error("leads to {0:?}, which is not an end of every line that is closed")]
    NoEnd(String),
    /// Work in hand on a line.
    #[error("concerns work in hand, of which there is none on a line")]
    RunsOn,
    /// A stretch of wind that begins before the end of the one above it.
    #[error("begins before the one above it ends")]
    SpellOrder,
    /// A recorded wind out of the order of time.
    #[error("is not later than the row above it")]
    RowOrder,
    /// A crane that breaks down while it is out of order.
    #[error("has crane {0} break down while it is out of order")]
    TwiceDown(u32),
    /// Two windows that share an hour of a day.
    #[error("overlaps another window on {day}")]
    Overlap {
        /// The day of the week, or the date.
        day: String,
    },
    /// A law whose parameters no distribution has.
    #[error("{0}")]
    LawParameter(&'static str),
    /// A law of counts that is given for something else.
    #[error("is a law of counts, not of {0}")]
    LawOfCounts(&'static str),
    /// A line from a place to itself, a reloading from a gauge to itself.
    #[error("is the same {0} at both ends")]
    SameEnds(Thing),
    /// Two neighbours of a corridor without a line.
    #[error("has no line between {0:?} and {1:?}")]
    NotJoined(String, String),
    /// A rule of choice where there is nothing to choose.
    #[error("leaves nothing to choose, because there are fewer than two routes")]
    NothingToChoose,
    /// A flow that is loaded in two yards, or twice in one.
    #[error("is loaded by another outlet as well")]
    LoadedTwice,
    /// Boxes on a vehicle that comes empty to be loaded.
    #[error("has boxes although its vehicles come empty to the outlet {0:?}")]
    LoadedAndFull(String),
    /// An outlet whose vehicles do not come to it.
    #[error("names the flow {0:?}, which has no step here")]
    NotLoadedHere(String),
    /// A width where there are no rails, and the like.
    #[error("means nothing on a gauge of mode {0:?}")]
    NotOfMode(&'static str),
    /// No chain of lines leads from one place to another.
    #[error("has no way from {0:?} to {1:?}")]
    NoWay(String, String),
    /// What only the compiled network shows.
    #[error("{0}")]
    Network(String),
    /// Two procedures that fit a flow equally well.
    #[error("fits the flow {flow:?} just as well as the procedure {other:?}")]
    Ambiguous {
        /// The other procedure.
        other: String,
        /// A flow that both fit.
        flow: String,
    },
    /// A recorded departure before the one above it.
    #[error("is before the departure above it")]
    OutOfOrder,
    /// A CSV file without the column that it must have.
    #[error("has no column {0:?}")]
    NoColumn(&'static str),
    /// A CSV row that cannot be split into fields.
    #[error("has a row that is not CSV: {0}")]
    BadRow(String),
    /// Factors that change the mean rate.
    #[error("has factors that average {0}, which changes the mean rate")]
    FactorAverage(f64),
    /// Something that nothing refers to.
    #[error("is a {0} that nothing uses")]
    Unused(Thing),
    /// A trace without rows or a timetable without times.
    #[error("has no departures")]
    NoDepartures,
    /// A pool whose wagons leave and never come back.
    #[error("is to get its wagons back with trains, but no train of this gauge is unloaded here")]
    NothingReturns,
    /// Shares of a whole that are not the whole.
    #[error("has shares that add up to {0} instead of 1")]
    ShareSum(f64),
    /// Inspections that take more boxes than there are.
    #[error("inspects {sum} of the boxes of {class}, more than all of them")]
    InspectsMoreThanAll {
        /// The class, in words.
        class: String,
        /// The sum of the shares.
        sum: f64,
    },
    /// Facilities among which a train cannot choose.
    #[error("names {name:?}, which is of another {what} than {first:?}")]
    NoAlternative {
        /// The facility.
        name: String,
        /// Kind or gauge.
        what: &'static str,
        /// The first facility.
        first: String,
    },
    /// A range whose upper end is not above its lower one.
    #[error("is a range without values")]
    EmptyRange,
    /// A range of equal ratios that begins at zero or below.
    #[error("is the end of a range of equal ratios that does not begin above zero")]
    LogOfZero,
    /// Steps that jump over the end of a range.
    #[error("misses the end of the range, {0}")]
    StepMisses(String),
    /// A quantity of a range in another unit than its first.
    #[error("is not in the unit of `from`, {0:?}")]
    OtherUnit(String),
    /// A factor changes what the plan itself says.
    #[error("changes `{0}`, which a plan decides by itself")]
    DecidedByPlan(String),
    /// A level given twice.
    #[error("has the level {0:?} twice")]
    Repeated(String),
    /// Two factors that would overwrite each other.
    #[error("changes `{key}`, and so does the factor {other:?}")]
    SameKey {
        /// The key that both change, or one within the other.
        key: String,
        /// The other factor.
        other: String,
    },
    /// A key without effect.
    #[error("means nothing for {0}")]
    Idle(&'static str),
    /// A grid over a range without steps.
    #[error("has neither `step` nor `points`, which a {0} needs")]
    NoSteps(&'static str),
    /// Sobol points whose number is no power of two.
    #[error("is no power of two, so the points are not balanced")]
    NotPowerOfTwo,
    /// A procedure for a direction that no flow has.
    #[error("is a direction that no flow has: {0:?}")]
    UnusedDirection(String),
}

/// A stretch of text in one of the files that make up a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePlace {
    /// Index into [`Problems::sources`].
    pub file: usize,
    /// The bytes from the first up to but not including the last.
    pub span: Range<usize>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Whether anything can be run.
    pub severity: Severity,
    /// What is wrong.
    pub kind: ProblemKind,
    /// The dotted path of the key concerned; empty for what has none.
    pub key: String,
    /// Where it is written.
    pub place: Option<SourcePlace>,
    /// What was expected there, with its unit.
    pub expected: Option<String>,
    /// What to write instead.
    pub remedy: Option<String>,
    /// Other places that have to do with it, each with a few words.
    pub notes: Vec<(SourcePlace, String)>,
}

impl Problem {
    /// An error.
    pub(super) fn error(kind: ProblemKind, key: impl Into<String>, place: SourcePlace) -> Self {
        Self {
            severity: Severity::Error,
            kind,
            key: key.into(),
            place: Some(place),
            expected: None,
            remedy: None,
            notes: Vec::new(),
        }
    }

    /// The same as a warning.
    pub(super) fn warning(self) -> Self {
        Self {
            severity: Severity::Warning,
            ..self
        }
    }

    /// Says what was expected.
    pub(super) fn expected(self, expected: impl Into<String>) -> Self {
        Self {
            expected: Some(expected.into()),
            ..self
        }
    }

    /// Says what to write instead.
    pub(super) fn remedy(self, remedy: impl Into<String>) -> Self {
        Self {
            remedy: Some(remedy.into()),
            ..self
        }
    }

    /// Says what to write instead, where something is known.
    pub(super) fn remedy_if(self, remedy: Option<String>) -> Self {
        Self { remedy, ..self }
    }

    /// Points to another place.
    pub(super) fn note(mut self, place: &SourcePlace, words: impl Into<String>) -> Self {
        self.notes.push((place.clone(), words.into()));
        self
    }
}

impl std::fmt::Display for Problem {
    /// One sentence without its place: `` `time.length` has no unit ``.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.key.is_empty() {
            write!(f, "{}", self.kind)
        } else {
            write!(f, "`{}` {}", self.key, self.kind)
        }
    }
}

/// A text that is part of a scenario: a TOML file, a trace, or what `--set` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as messages show it, or `--set`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// All problems of a scenario, with the texts that they point into.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problems {
    pub(in crate::scenario) list: Vec<Problem>,
    pub(in crate::scenario) sources: Vec<Source>,
}

impl Problems {
    /// Problems of a text that is sound, found later: the key of each, what is wrong with it and the remedy.
    pub(super) fn later(root: &Node, sources: Vec<Source>, found: impl IntoIterator<Item = (String, String, String)>) -> Self {
        let problem = |(key, wrong, remedy): (String, String, String)| {
            let path: Vec<&str> = key.split('.').collect();
            let place = root.find(&path).map(|node| node.key.clone());
            Problem {
                severity: Severity::Error,
                kind: ProblemKind::Network(wrong),
                key,
                place,
                expected: None,
                remedy: Some(remedy),
                notes: Vec::new(),
            }
        };
        Self::new(found.into_iter().map(problem).collect(), sources)
    }

    /// Sorts by file and position, errors before warnings at the same place.
    pub(super) fn new(mut list: Vec<Problem>, sources: Vec<Source>) -> Self {
        let position = |p: &Problem| {
            p.place
                .as_ref()
                .map_or((usize::MAX, 0, 0), |at| (at.file, at.span.start, at.span.end))
        };
        list.sort_by(|a, b| (position(a), a.severity, &a.key).cmp(&(position(b), b.severity, &b.key)));
        list.dedup();
        Self { list, sources }
    }

    /// The problems, sorted by file and position.
    #[must_use]
    pub fn as_slice(&self) -> &[Problem] {
        &self.list
    }

    /// One after the other.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.list.iter()
    }

    /// The texts that [`SourcePlace::file`] counts.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|p| p.severity == severity).count()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl std::fmt::Display for Problems {
    /// The drawing without colours.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render(super::Style::Plain))
    }
}

impl std::error::Error for Problems {}

/// Why there is no scenario.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file itself cannot be read.
    #[error("cannot read the scenario {}: {}", path.display(), reason(source))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// It can be read, but not run.
    #[error("{0}")]
    Refused(Problems),
}

/// Why a file cannot be read, in the same words on every system where that is possible.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}
