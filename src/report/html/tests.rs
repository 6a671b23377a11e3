//! Pages of every fixture: whole, well formed where it counts, and with names that stay text.

use std::collections::BTreeSet;

use super::*;
use crate::experiment::Results;
use crate::report::document::Document;
use crate::report::{Chart, fixture, gallery};

/// Names as nobody should write them.
const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"' onload='alert(1)",
    "</script><script>alert(2)</script>",
    "\u{202e}txt.exe\u{202c} שלום",
    "霍尔果斯口岸站 & 阿拉山口",
    "=HYPERLINK(\"http://x\")",
];

fn page(results: &Results, charts: &[Chart], lang: Lang) -> String {
    let mut document = Document::default();
    document.heading(2, "1. Objectives");
    document.text(&*results.run.title);
    let origin = Origin {
        command: "landbridge run scenario.toml".to_owned(),
        facts: vec![("seed".to_owned(), results.run.title.clone())],
    };
    let report = RunReport {
        results,
        charts,
        document: &document,
        origin: &origin,
    };
    run_page(&report, lang).expect("it can be written")
}

fn drawn(results: &Results) -> Vec<Chart> {
    gallery(results, Lang::En).expect("they can be drawn")
}

/// The names of elements, each with those of its attributes; what script and style hold is none.
fn elements(page: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let (mut tag, mut quoted, mut end) = (String::new(), false, rest.len());
        for (i, c) in rest.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '>' if !quoted => {
                    end = i;
                    break;
                }
                c if !quoted => tag.push(c),
                _ => {}
            }
        }
        rest = &rest[end..];
        let name = tag.split([' ', '\n']).next().unwrap_or_default().to_owned();
        for raw in ["script", "style"] {
            if name == raw {
                rest = rest.split_once(&format!("</{raw}>")).map_or("", |(_, after)| after);
            }
        }
        found.insert(tag);
    }
    found
}

/// The levels of the headings, in order.
fn levels(page: &str) -> Vec<u32> {
    let starts = page.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10));
    starts.collect()
}

#[test]
fn a_page_holds_all_and_needs_nothing() {
    for results in [fixture::tiny(), fixture::usual(), fixture::crowded(), fixture::empty()] {
        let charts = drawn(&results);
        for lang in [Lang::En, Lang::Zh] {
            let page = page(&results, &charts, lang);
            assert!(page.starts_with("<!DOCTYPE html><html lang=\""), "{}", &page[..60]);
            for id in ["findings", "headline", "charts", "measures", "model", "origin"] {
                assert_eq!(page.matches(&format!("<section id=\"{id}\"")).count(), 1, "{id}");
            }
            for chart in &charts {
                assert!(page.contains(&format!("id=\"chart-{}\"", chart.id)), "{}", chart.id);
                assert!(page.contains(&format!("href=\"charts/{}.csv\"", chart.id)), "{}", chart.id);
            }
            // Nothing is fetched: what is named is a part of the page, its data or a file beside it.
            for address in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default()) {
                let is_near = ["#", "data:text/csv", "charts/"].iter().any(|start| address.starts_with(start));
                assert!(is_near, "{address}");
            }
            assert!(!page.contains(" src=") && !page.contains("@import") && !page.contains("url("));
            let levels = levels(&page);
            assert_eq!(levels[0], 1);
            assert!(levels.windows(2).all(|w| w[1] <= w[0] + 1), "{levels:?}");
            assert!(page.len() < 3 << 20, "{} bytes", page.len());
        }
    }
}

#[test]
fn the_numbers_are_those_of_the_tables() {
    let results = fixture::usual();
    let page = page(&results, &[], Lang::En);
    for m in results.measures.iter().filter(|m| m.headline) {
        if let Some(e) = m.estimate {
            let key = format!("data-key=\"{}\"", e.mean);
            assert!(page.contains(&key), "{}: {key}", m.id);
        }
    }
    for advice in &results.advice {
        let first = advice.to_string();
        assert!(page.contains(first.split('`').next().unwrap_or_default()), "{first}");
    }
}

/// With names that are not meant well the page has the same elements with the same attributes, and the names are read back
/// from its text.
#[test]
fn hostile_names_stay_text() {
    let plain = fixture::usual();
    let mut results = plain.clone();
    let long = "长".repeat(200);
    let mut names = HOSTILE.into_iter().chain([long.as_str()]).cycle().map(str::to_owned);
    let mut next = || names.next().unwrap_or_default();
    results.run.title = next();
    results.locations.iter_mut().for_each(|l| l.name = next());
    results.flows.iter_mut().for_each(|f| f.name = next());
    results.corridors.iter_mut().for_each(|c| c.name = next());
    results
        .measures
        .iter_mut()
        .for_each(|m| m.label = format!("{}: {}", next(), next()));
    results.daily.iter_mut().flat_map(|d| &mut d.limits).for_each(|l| l.0 = next());
    let before = elements(&page(&plain, &drawn(&plain), Lang::En));
    let page = page(&results, &drawn(&results), Lang::En);
    let new: Vec<String> = elements(&page).difference(&before).cloned().collect();
    assert!(new.is_empty(), "{new:?}");
    for name in HOSTILE {
        let escaped = name
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;");
        assert!(page.contains(&escaped), "{name}");
    }
    let start = page.find("id=\"replay-data\">").expect("a replay") + "id=\"replay-data\">".len();
    let data = page[start..].split("</script>").next().expect("its end");
    let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
    let names: Vec<&str> = data["locations"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|l| l[0].as_str())
        .collect();
    assert!(names.iter().zip(&results.locations).all(|(name, l)| *name == l.name), "{names:?}");
}

#[test]
fn what_is_missing_is_said() {
    let page = page(&fixture::empty(), &[], Lang::En);
    assert!(page.contains("Nothing was measured") && page.contains("No train waited.") && page.contains("No measure is marked"));
    assert!(!page.contains("id=\"replay-data\""), "no records, no replay");
}
