//! Every alternative in a row, with its cost, the replications spent on it and what became of it.

use super::super::axes::values_below;
use super::super::panel::name;
use super::{cost, mark, money};
use crate::experiment::optimise::{Alternative, Optimisation, Verdict};
use crate::report::font::Weight;
use crate::report::picture::{Align, Label, Picture, Rect, Style};
use crate::report::scale::ticks_between;
use crate::report::{Lang, theme};

/// Height of a row.
pub(super) const ROW: f64 = 22.0;
/// Room for the bars of replications, and for the verdict beside them.
const BARS: f64 = 190.0;
const VERDICT: f64 = 190.0;

/// A row for each: number and levels, cost, replications as a bar, and the verdict.
pub(super) fn draw(picture: &mut Picture, found: &Optimisation, rows: &[(usize, &Alternative)], area: Rect, lang: Lang) {
    let bars = Rect {
        x: area.right() - VERDICT - BARS,
        w: BARS,
        ..area
    };
    let most = rows.iter().map(|(_, a)| f64::from(a.replications)).fold(1.0, f64::max);
    let range = ticks_between((0.0, most), 3);
    let title = Label::from(lang.pick("replications spent", "所用重复次数"));
    let scale = values_below(picture, bars, &range, &title);
    let costs = bars.x - 14.0;
    let heading = |picture: &mut Picture, text: &str, x: f64, align: Align| picture.text(text, (x, area.y - 8.0), name(align).bold());
    let factors: Vec<&str> = found.factors.iter().map(|(_, name)| name.as_str()).collect();
    let factors = factors.join(lang.pick(", ", "，"));
    let about = lang.pick(format!("number and {factors}"), format!("序号与{factors}"));
    let about = Label::from(about).fit(costs - area.x - 70.0, theme::NAME, Weight::Bold);
    picture.text(about, (area.x, area.y - 8.0), name(Align::Left).bold());
    heading(picture, lang.pick("cost", "费用"), costs, Align::Right);
    heading(picture, lang.pick("verdict", "判定"), bars.right() + 14.0, Align::Left);
    for (i, (_, a)) in rows.iter().enumerate() {
        let middle = area.y + (i as f64 + 0.5) * ROW;
        let (colour, dot, word) = mark(&a.verdict, lang);
        let chosen = a.verdict == Verdict::Chosen;
        let weight = if chosen { Weight::Bold } else { Weight::Regular };
        let style = |align: Align| Style { weight, ..name(align) };
        let price = cost(a).map_or_else(String::new, |e| money(found, &e));
        let price = Label::from(price).fit(170.0, theme::NAME, weight);
        let room = costs - area.x - price.width(theme::NAME, weight) - 16.0;
        let label = Label::from(format!("{}  {}", a.point, a.levels.join(lang.pick(", ", "，")))).fit(room, theme::NAME, weight);
        picture.text(label, (area.x, middle + 4.5), style(Align::Left));
        picture.text(price, (costs, middle + 4.5), style(Align::Right));
        let bar = Rect {
            x: bars.x,
            y: middle - 5.0,
            w: scale.at(f64::from(a.replications)) - bars.x,
            h: 10.0,
        };
        picture.rect(bar, theme::BARS);
        picture.dot((bars.right() + 18.0, middle), dot, 4.0, colour);
        let word = Label::from(word).fit(VERDICT - 34.0, theme::NAME, weight);
        picture.text(word, (bars.right() + 30.0, middle + 4.5), style(Align::Left));
    }
}
