//! Pages of every fixture: whole, well formed where it counts, and with names that stay text.

use super::*;
use crate::experiment::Results;
use crate::report::document::Document;
use crate::report::{fixture, gallery};

/// Names as nobody should write them.
const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"' onload='alert(1)",
    "</script><script>alert(2)</script>",
    "\u{202e}txt.exe\u{202c} שלום",
    "霍尔果斯口岸站 & 阿拉山口",
    "=HYPERLINK(\"http://x\")",
];

fn page(results: &Results, lang: Lang) -> String {
    let charts = gallery(results, lang).expect("they can be drawn");
    let mut document = Document::default();
    document.heading(2, "1. Objectives");
    document.text(&*results.run.title);
    let origin = Origin {
        command: "landbridge run scenario.toml".to_owned(),
        facts: vec![("seed".to_owned(), results.run.title.clone())],
    };
    let report = RunReport {
        results,
        network: &fixture::network(results),
        charts: &charts,
        document: &document,
        origin: &origin,
    };
    run_page(&report, lang).expect("it can be written")
}

/// The levels of the headings, in order.
fn levels(page: &str) -> Vec<u32> {
    let starts = page.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10));
    starts.collect()
}

#[test]
fn a_page_holds_all_and_needs_nothing() {
    for results in [fixture::tiny(), fixture::usual(), fixture::crowded(), fixture::empty()] {
        for lang in [Lang::En, Lang::Zh] {
            let page = page(&results, lang);
            assert!(page.starts_with("<!DOCTYPE html><html lang=\""), "{}", &page[..60]);
            for id in ["findings", "headline", "charts", "measures", "model", "origin"] {
                assert_eq!(page.matches(&format!("<section id=\"{id}\"")).count(), 1, "{id}");
            }
            for chart in gallery(&results, lang).expect("drawn") {
                assert!(page.contains(&format!("id=\"chart-{}\"", chart.id)), "{}", chart.id);
                assert!(page.contains(&format!("href=\"charts/{}.csv\"", chart.id)), "{}", chart.id);
            }
            // Nothing is fetched: what is named is a part of the page, its data or a file beside it.
            for address in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default()) {
                assert!(
                    ["#", "data:text/csv", "charts/"].iter().any(|start| address.starts_with(start)),
                    "{address}"
                );
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
    let page = page(&results, Lang::En);
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

#[test]
fn hostile_names_stay_text() {
    let long = "長".repeat(200);
    for name in HOSTILE.into_iter().chain([long.as_str()]) {
        let mut results = fixture::usual();
        results.run.title = name.to_owned();
        for location in &mut results.locations {
            location.name = name.to_owned();
        }
        for flow in &mut results.flows {
            flow.name = name.to_owned();
        }
        for m in &mut results.measures {
            m.label = format!("{name}: {name}");
        }
        results.corridors[0].name = name.to_owned();
        let plain = page(&fixture::usual(), Lang::En);
        let page = page(&results, Lang::En);
        for mark in ["<script", "</script", " onload=", "<style"] {
            let (before, now) = (plain.matches(mark).count(), page.matches(mark).count());
            // A name within an attribute or a text has its quotes and brackets escaped.
            let escaped = page.matches("&#39; onload=").count() + page.matches("' onload=").count();
            assert!(
                now == before || (mark == " onload=" && escaped >= now),
                "{name}: {mark} {before} {now}"
            );
        }
        assert!(!page.contains(&format!("=\"{name}")) || !name.contains('"'));
    }
}

#[test]
fn what_is_missing_is_said() {
    let page = page(&fixture::empty(), Lang::En);
    assert!(page.contains("Nothing was measured") && page.contains("No train waited.") && page.contains("No measure is marked"));
    assert!(!page.contains("replay-data\""), "no records, no replay");
}
