//! A report as one page: a file that needs no other, no network and no script, with more to do where scripts run.
//!
//! A [`Page`] is sections of parts; what commands have to tell differs, how it looks does not. Every text is escaped by
//! the template library; what is not escaped is made here: the SVG of our charts, our own style and script.

mod compare;
mod dark;
mod findings;
mod json;
mod part;
mod replay;
mod run;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Lang, ReportError};

pub use compare::compare_page;
pub use part::{Cell, DataTable, Part};
pub use run::{Origin, RunReport, run_page};

/// The style of every page.
const STYLE: &str = include_str!("../../../assets/report/report.css");
/// What a page does where scripts run.
const SCRIPT: &str = include_str!("../../../assets/report/report.js");

/// A page before it is written.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// Its language.
    pub lang: Lang,
    /// What it is about.
    pub title: String,
    /// How sure the numbers are, below the title.
    pub lead: String,
    /// Its sections in reading order.
    pub sections: Vec<Section<'a>>,
}

/// A section of a page.
#[derive(Clone, Debug)]
pub struct Section<'a> {
    /// For links.
    pub id: &'static str,
    /// Its heading.
    pub heading: String,
    /// What is in it.
    pub parts: Vec<Part<'a>>,
    /// Whether it does something only where scripts run; hidden elsewhere, and on paper.
    pub needs_script: bool,
}

impl<'a> Section<'a> {
    /// A section that any reader sees.
    #[must_use]
    pub fn new(id: &'static str, heading: &str, parts: Vec<Part<'a>>) -> Self {
        Self {
            id,
            heading: heading.to_owned(),
            parts,
            needs_script: false,
        }
    }

    fn class(&self) -> Option<&'static str> {
        self.needs_script.then_some("needs-script")
    }
}

impl Page<'_> {
    /// The whole file.
    ///
    /// # Errors
    /// None that memory does not give.
    pub fn html(&self) -> Result<String, ReportError> {
        let words = json::for_script(&words(self.lang))?;
        let sections = self.sections.iter().map(|section| self.section(section));
        let sections: Vec<Markup> = sections.collect::<Result<_, _>>()?;
        let page = html! {
            (DOCTYPE)
            html lang=(self.lang.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    // Nothing is fetched, whatever a name in a scenario tries.
                    meta http-equiv="Content-Security-Policy"
                        content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
                    meta name="generator" content=(concat!("landbridge ", env!("CARGO_PKG_VERSION")));
                    meta name="color-scheme" content="light dark";
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) (PreEscaped(dark::style())) }
                }
                body {
                    a.skip href="#content" { (self.lang.pick("To the content", "跳到正文")) }
                    header {
                        h1 dir="auto" { (self.title) }
                        p.lead { (self.lead) }
                    }
                    (self.contents())
                    main id="content" { @for section in &sections { (section) } }
                    footer {
                        p { (self.lang.pick("Written by landbridge ", "由 landbridge 生成，版本 ")) (env!("CARGO_PKG_VERSION")) "." }
                    }
                    script type="application/json" id="words" { (PreEscaped(words)) }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        Ok(page.into_string())
    }

    /// Links to the sections.
    fn contents(&self) -> Markup {
        html! {
            nav aria-label=(self.lang.pick("Contents", "目录")) {
                ol {
                    @for section in &self.sections {
                        li class=[section.class()] { a href={ "#" (section.id) } { (section.heading) } }
                    }
                }
            }
        }
    }

    fn section(&self, section: &Section<'_>) -> Result<Markup, ReportError> {
        let parts = section.parts.iter().map(|part| part.markup(self.lang));
        let parts: Vec<Markup> = parts.collect::<Result<_, _>>()?;
        let heading = format!("{}-heading", section.id);
        Ok(html! {
            section id=(section.id) class=[section.class()] aria-labelledby=(heading) {
                h2 id=(heading) { (section.heading) }
                @for part in &parts { (part) }
            }
        })
    }
}

/// What the script says.
fn words(lang: Lang) -> serde_json::Value {
    serde_json::json!({
        "sort": lang.pick("sort by this column", "按此列排序"),
        "play": lang.pick("Play", "播放"),
        "pause": lang.pick("Pause", "暂停"),
        "trains": lang.pick("trains in the network", "列车在网内"),
        "waiting": lang.pick("waiting", "等待中"),
        "boxes": lang.pick("boxes", "箱"),
        "hours": lang.pick("h", "小时"),
        "minutes": lang.pick("min", "分钟"),
        "since": lang.pick("since", "起始"),
        "lasted": lang.pick("for", "历时"),
        "where": lang.pick("at", "地点"),
        "what": lang.pick("what", "活动"),
        "waits": lang.pick("waits: ", "等待："),
        "days": lang.pick(["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"], ["周日", "周一", "周二", "周三", "周四", "周五", "周六"]),
        "more": lang.pick("What it did before and after these days:", "这些天之前与之后的经过："),
    })
}

#[cfg(test)]
mod tests;
