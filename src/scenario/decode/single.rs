//! The sections and passing places of a single track.

use super::super::item::Item;
use super::super::layers::{PASSING, SECTION};
use super::super::problem::{Problem, ProblemKind};
use super::super::reader::Reader;
use super::super::types::{PassingPlace, Section, SingleTrack, Tracks};
use super::line::TRACKS;
use crate::units::Dimension;

/// Every key of the detailed form.
const KEYS: [&str; 6] = ["passing_places", "passing_tracks", "passing", "sections", "bunch", "crossing"];
/// The most sections of a line: their number in order of travel is kept in 16 bits.
const MOST_SECTIONS: u64 = 10_000;
/// Lengths of sections may differ from that of the line, and shares from the whole, by so much of it.
const TOLERANCE: f64 = 0.01;

/// A section before its share is known: its length in metres, or its share.
#[derive(Clone, Copy)]
enum Size {
    Length(f64),
    Share(f64),
}

/// The detailed form of a single track, and its length in metres where its sections say so.
pub(super) fn single_track(reader: &mut Reader<'_>, tracks: Tracks, length: Option<f64>) -> (Option<SingleTrack>, Option<f64>) {
    let given: Vec<Item<'_>> = KEYS.into_iter().filter_map(|key| reader.get(key)).collect();
    if given.is_empty() {
        return (None, length);
    }
    if tracks == Tracks::Double {
        for item in &given {
            let at = item.node.key.clone();
            let problem = Problem::error(ProblemKind::OnlyWith("tracks = \"single\""), item.path.as_str(), at);
            item.cx.report(problem.remedy("write tracks = \"single\", or take it out"));
        }
        return (None, length);
    }
    let Some((sections, passing, length)) = parts(reader, length) else {
        return (None, length);
    };
    let bunch = reader.optional("bunch", |n| n.count(1)).unwrap_or(3);
    let track = SingleTrack {
        sections,
        passing,
        bunch,
        crossing: reader.optional("crossing", Item::duration).unwrap_or_default(),
        headway: reader.optional("headway", Item::duration),
    };
    reader.optional("overtaking", overtaking);
    (Some(track), length)
}

/// On one track nobody overtakes.
fn overtaking(item: &Item<'_>) -> Option<()> {
    if item.boolean()? {
        let problem = item.problem(ProblemKind::OnlyWith("tracks = \"double\""));
        return item.refuse(problem.remedy("take it out: trains keep their order on a single track with passing places"));
    }
    Some(())
}

type Parts = (Vec<Section>, Vec<PassingPlace>, Option<f64>);

/// Sections and passing places, by number or one by one.
fn parts(reader: &mut Reader<'_>, length: Option<f64>) -> Option<Parts> {
    if reader.alternative(PASSING)? == "passing_places" {
        let places = reader.optional("passing_places", |n| n.whole(0, MOST_SECTIONS - 1));
        let tracks = reader.optional("passing_tracks", tracks).unwrap_or(2);
        let count = usize::try_from(places?).ok()?;
        let place = |i| PassingPlace {
            name: format!("passing place {i}"),
            tracks,
        };
        return Some((even(count + 1), (1..=count).map(place).collect(), length));
    }
    let passing = reader.optional("passing", passing_places);
    let Some(item) = reader.get("sections") else {
        let passing = passing?;
        return Some((even(passing.len() + 1), passing, length));
    };
    let sections = read_sections(&item);
    let (sizes, passing) = (sections?, passing?);
    if sizes.len() != passing.len() + 1 {
        let kind = ProblemKind::WrongLength {
            found: sizes.len(),
            needed: passing.len() + 1,
        };
        return item.refuse(item.problem(kind).expected("one section more than there are passing places"));
    }
    let (sections, length) = shares(&item, &sizes, length)?;
    Some((sections, passing, length))
}

/// Sections of one length.
#[allow(clippy::cast_precision_loss, reason = "at most 10,000")]
fn even(count: usize) -> Vec<Section> {
    let section = Section {
        share: 1.0 / count as f64,
        tracks: Tracks::Single,
    };
    vec![section; count]
}

/// Where opposing trains meet there are two tracks at least.
fn tracks(item: &Item<'_>) -> Option<u32> {
    let count = item.count(1)?;
    if count < 2 {
        let problem = item.problem(ProblemKind::OutOfRange);
        return item.refuse(problem.expected("the tracks of a passing place, the main track included: 2 or more"));
    }
    Some(count)
}

fn passing_places(item: &Item<'_>) -> Option<Vec<PassingPlace>> {
    let expected = "passing places in order, such as [{ name = \"Mogutan\", tracks = 2 }]";
    let entries = item.array(expected)?;
    let places = entries.iter().enumerate().map(|(i, entry)| {
        entry.table(|reader| PassingPlace {
            name: reader.name(&format!("passing place {}", i + 1)),
            tracks: reader.optional("tracks", tracks).unwrap_or(2),
        })
    });
    // Every entry is looked at, even after a wrong one.
    let places: Vec<Option<PassingPlace>> = places.collect();
    places.into_iter().collect()
}

fn read_sections(item: &Item<'_>) -> Option<Vec<(Size, Tracks)>> {
    let entries = item.array("sections in order, such as [{ length = \"23 km\" }, { length = \"20 km\" }]")?;
    if entries.len() as u64 > MOST_SECTIONS {
        return item.out_of_range("at most 10,000 sections");
    }
    let sections: Vec<Option<(Size, Tracks)>> = entries.iter().map(section).collect();
    sections.into_iter().collect()
}

fn section(item: &Item<'_>) -> Option<(Size, Tracks)> {
    item.table(|reader| {
        let tracks = reader.optional("tracks", |item| item.choice(&TRACKS)).unwrap_or(Tracks::Single);
        let size = match reader.alternative(SECTION)? {
            "length" => Size::Length(reader.optional("length", |item| item.quantity_above_zero(Dimension::Length))?),
            _ => Size::Share(reader.optional("share", share)?),
        };
        Some((size, tracks))
    })?
}

fn share(item: &Item<'_>) -> Option<f64> {
    let expected = "a share of the running time, above 0, at most 1";
    match item.positive_or_zero(expected)? {
        0.0 => item.refuse(item.problem(ProblemKind::Zero).expected(expected)),
        share if share <= 1.0 => Some(share),
        _ => item.out_of_range(expected),
    }
}

/// What each section is of the whole, and the length of the line.
fn shares(item: &Item<'_>, sizes: &[(Size, Tracks)], length: Option<f64>) -> Option<(Vec<Section>, Option<f64>)> {
    let lengths = sizes.iter().filter(|(size, _)| matches!(size, Size::Length(_))).count();
    if lengths != 0 && lengths != sizes.len() {
        let problem = item.problem(ProblemKind::MoreThanOneOf("`length` and `share`".to_owned()));
        return item.refuse(problem.remedy("give every section its `length`, or every one its `share`"));
    }
    let number = |size: Size| match size {
        Size::Length(number) | Size::Share(number) => number,
    };
    let sum: f64 = sizes.iter().map(|(size, _)| number(*size)).sum();
    let whole = if lengths == 0 { 1.0 } else { length.unwrap_or(sum) };
    if (sum - whole).abs() > TOLERANCE * whole {
        let written = |n: f64| {
            if lengths == 0 {
                format!("{n}")
            } else {
                format!("{} km", n / 1_000.0)
            }
        };
        let kind = ProblemKind::NotTheWhole {
            sum: written(sum),
            whole: written(whole),
        };
        return item.refuse(item.problem(kind).remedy("correct the sections, or the `length` of the line"));
    }
    let section = |(size, tracks): &(Size, Tracks)| Section {
        share: number(*size) / sum,
        tracks: *tracks,
    };
    let length = if lengths == 0 { length } else { Some(whole) };
    Some((sizes.iter().map(section).collect(), length))
}

#[cfg(test)]
mod tests {
    use super::super::line::line;
    use super::super::read_x;
    use super::*;

    const AROUND: &str =
        "places = { a = {}, b = {} }\ngauges.g.width = '1435 mm'\nx.between = ['a', 'b']\nx.gauge = 'g'\nx.running_time = '1 h'\n";

    fn read(text: &str) -> Result<(SingleTrack, f64), Vec<String>> {
        let line = read_x(&format!("{AROUND}x.tracks = 'single'\n{text}"), |item| line("x", item))?.expect("it is a table");
        Ok((line.single.expect("it is in detail"), line.length_m))
    }

    #[test]
    fn the_short_form_is_evenly_spaced() {
        let (track, _) = read("x.passing_places = 4").expect("it is right");
        assert_eq!((track.sections.len(), track.sections[0].share), (5, 0.2));
        assert_eq!(
            (track.passing.len(), track.passing[3].name.as_str(), track.passing[0].tracks),
            (4, "passing place 4", 2)
        );
        assert_eq!((track.bunch, track.crossing.0, track.headway), (3, 0, None));
        let (track, _) = read("x.passing_places = 0\nx.bunch = 1\nx.crossing = '2 min'\nx.headway = '8 min'").expect("it is right");
        assert_eq!(
            (track.sections.len(), track.passing.len(), track.bunch, track.crossing.0),
            (1, 0, 1, 120_000)
        );
        assert_eq!(track.headway.map(|h| h.0), Some(480_000));
    }

    #[test]
    fn sections_one_by_one() {
        let text = "x.sections = [{ length = '30 km' }, { length = '10 km', tracks = 'double' }]\nx.passing = [{ name = 'M', tracks = 3 }]";
        let (track, length) = read(text).expect("it is right");
        assert!((length - 40_000.0).abs() < 1e-6, "the line is as long as its sections");
        assert_eq!((track.sections[0].share, track.sections[1].tracks), (0.75, Tracks::Double));
        assert_eq!((track.passing[0].name.as_str(), track.passing[0].tracks), ("M", 3));
        let (track, _) = read("x.sections = [{ share = 0.25 }, { share = 0.75 }]\nx.passing = [{}]").expect("it is right");
        assert_eq!((track.sections[1].share, track.passing[0].tracks), (0.75, 2));
        let (track, _) = read("x.passing = [{}, {}, {}]").expect("it is right");
        assert_eq!(track.sections, even(4));
    }

    #[test]
    fn a_speed_needs_no_other_length_than_that_of_the_sections() {
        let text = "places = { a = {}, b = {} }\ngauges.g.width = '1435 mm'\nx.between = ['a', 'b']\nx.gauge = 'g'\nx.tracks = 'single'\nx.speed = '60 km/h'\nx.sections = [{ length = '30 km' }, { length = '30 km' }]\nx.passing = [{}]";
        let line = read_x(text, |item| line("x", item)).expect("it is right").expect("it is a table");
        assert_eq!(line.running_time, crate::random::Law::Constant(3_600_000.0));
    }

    #[test]
    fn what_is_refused() {
        for (text, problem) in [
            ("x.passing_places = -1", "`x.passing_places` is negative"),
            ("x.passing_places = 1\nx.passing_tracks = 1", "`x.passing_tracks` is out of range"),
            ("x.passing_places = 1\nx.bunch = 0", "`x.bunch` is zero"),
            ("x.passing_places = 1\nx.crossing = 2", "`x.crossing` has no unit"),
            (
                "x.passing_places = 1\nx.overtaking = true",
                "`x.overtaking` means nothing without `tracks = \"double\"`",
            ),
            (
                "x.passing_places = 1\nx.passing = [{}]",
                "`x` gives `passing_places` and `passing`, of which there may be only one",
            ),
            ("x.passing_tracks = 3", "`x` needs one of `passing_places` or `passing`"),
            ("x.sections = [{ share = 1 }]", "`x` needs one of `passing_places` or `passing`"),
            (
                "x.passing_places = 1\nx.sections = [{ share = 1 }]",
                "`x.sections` means nothing without `passing`",
            ),
            ("x.passing = [{ tracks = 1 }]", "`x.passing[0].tracks` is out of range"),
            ("x.passing = [{ track = 2 }]", "`x.passing[0].track` is not a known key"),
            ("x.passing = 1", "`x.passing` is a number"),
            (
                "x.passing = [{}]\nx.sections = [{ share = 1 }]",
                "`x.sections` has 1 entries instead of 2",
            ),
            (
                "x.passing = [{}]\nx.sections = [{ share = 0.5 }, { length = '1 km' }]",
                "`x.sections` gives `length` and `share`, of which there may be only one",
            ),
            (
                "x.passing = [{}]\nx.sections = [{ share = 0.5 }, { share = 0.3 }]",
                "`x.sections` adds up to 0.8 instead of 1",
            ),
            (
                "x.length = '50 km'\nx.passing = [{}]\nx.sections = [{ length = '30 km' }, { length = '10 km' }]",
                "`x.sections` adds up to 40 km instead of 50 km",
            ),
            (
                "x.passing = [{}]\nx.sections = [{ share = 0 }, { share = 1 }]",
                "`x.sections[0].share` is zero",
            ),
            (
                "x.passing = [{}]\nx.sections = [{ share = 2 }, { share = 1 }]",
                "`x.sections[0].share` is out of range",
            ),
            (
                "x.passing = [{}]\nx.sections = [{}, { share = 1 }]",
                "`x.sections[0]` needs one of `length` or `share`",
            ),
            (
                "x.passing = [{}]\nx.sections = [{ share = 0.5, tracks = 'one' }, { share = 0.5 }]",
                "`x.sections[0].tracks` is \"one\", which is not one of the possible words",
            ),
        ] {
            assert_eq!(read(text).map(|_| ()), Err(vec![problem.to_owned()]), "{text}");
        }
        let on_double = read_x(&format!("{AROUND}x.passing_places = 2"), |item| line("x", item).is_some());
        assert_eq!(
            on_double,
            Err(vec!["`x.passing_places` means nothing without `tracks = \"single\"`".to_owned()])
        );
    }
}
