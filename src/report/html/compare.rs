//! The page of a comparison.

use super::part::{Cell, DataTable, Part};
use super::run::{Origin, charts, head, origin};
use super::{Page, Section};
use crate::experiment::compare::{Comparison, Difference, KeyDifference, Verdict};
use crate::report::sheet::provenance;
use crate::report::{Chart, Lang, ReportError, number, words};

/// Measures that a sentence names.
const NAMED: usize = 3;

/// The page of a comparison, whole.
///
/// # Errors
/// None that memory does not give.
pub fn compare_page(
    comparison: &Comparison,
    keys: &[KeyDifference],
    drawn: &[Chart],
    from: &Origin,
    lang: Lang,
) -> Result<String, ReportError> {
    let names: Vec<&str> = comparison.scenarios.iter().map(|s| s.name.as_str()).collect();
    let Some((first, others)) = comparison.scenarios.split_first() else {
        return Err(ReportError::Drawing("a comparison without a scenario".to_owned()));
    };
    let mut found = Vec::new();
    let mut tables = Vec::new();
    for (i, (other, differences)) in others.iter().zip(&comparison.differences).enumerate() {
        let chart = format!("differences_{}", i + 1);
        let chart = drawn.iter().any(|c| c.id == chart).then_some(chart);
        found.push((finding(differences, (&first.name, &other.name), lang), chart));
        tables.push(Part::Table(table(differences, (&first.name, &other.name), lang)));
    }
    let same_luck = lang.pick(
        "The same luck in all: differences are of replications in pairs.",
        "各方案使用相同的随机数；差值按重复配对计算。",
    );
    let sections = vec![
        Section::new("findings", lang.pick("What was found", "主要发现"), vec![Part::Findings(found)]),
        Section::new(
            "keys",
            lang.pick("What differs in the scenarios", "方案的不同之处"),
            vec![differing(keys, &names, lang)],
        ),
        Section::new("differences", lang.pick("What that changes", "由此带来的变化"), tables),
        charts(drawn, lang),
        origin(from, lang),
    ];
    Page {
        lang,
        title: names.join(lang.pick(" against ", " 对比 ")),
        lead: format!("{} {same_luck}", provenance(&first.results, true, lang)),
        sections,
    }
    .html()
}

fn is_sure(d: &Difference) -> bool {
    matches!(d.verdict, Some(Verdict::More | Verdict::Less))
}

/// What is surely other, the largest changes by name, and what is open.
fn finding(differences: &[Difference], (first, other): (&str, &str), lang: Lang) -> String {
    let change = |d: &Difference| d.paired.difference.mean / d.first.mean.abs();
    let mut sure: Vec<&Difference> = differences.iter().filter(|d| is_sure(d)).collect();
    // Where the first is nothing, no share can be told.
    sure.sort_by(|a, b| {
        let size = |d: &Difference| Some(change(d).abs()).filter(|c| c.is_finite()).unwrap_or(0.0);
        size(b).total_cmp(&size(a))
    });
    let open = differences.iter().filter(|d| matches!(d.verdict, Some(Verdict::Unsure(_)))).count();
    let count = sure.len();
    let mut said = lang.pick(
        format!(
            "With {other} in place of {first}, {} surely",
            number::counted(count, "headline measure changes", "headline measures change")
        ),
        format!("以 {other} 代替 {first}，有 {count} 项主要指标确定改变"),
    );
    let named: Vec<String> = sure
        .iter()
        .filter(|d| change(d).is_finite())
        .take(NAMED)
        .map(|d| {
            let sign = if d.paired.difference.mean > 0.0 { "+" } else { "" };
            let (by, unit) = (number::with_interval(&d.paired.difference), words::unit(d.measure.unit, lang));
            format!("{} {sign}{}", d.measure.label, format!("{by} {unit}").trim_end())
        })
        .collect();
    if !named.is_empty() {
        let list = named.join(lang.pick("; ", "；"));
        said += &lang.pick(format!(", by share the most: {list}"), format!("，按比例最大者：{list}"));
    }
    if open > 0 {
        said += &lang.pick(
            format!(". For {open} there is not enough evidence"),
            format!("。另有 {open} 项证据不足"),
        );
    }
    said + lang.pick(".", "。")
}

fn differing<'a>(keys: &[KeyDifference], names: &[&str], lang: Lang) -> Part<'a> {
    if keys.is_empty() {
        return Part::Text(
            lang.pick("The scenarios do not differ in any key.", "各方案没有任何键不同。")
                .to_owned(),
        );
    }
    let words = std::iter::once(lang.pick("key", "键")).chain(names.iter().copied());
    let row = |key: &KeyDifference| {
        let values = key
            .values
            .iter()
            .map(|v| v.as_deref().unwrap_or(lang.pick("not given", "未给出")).into());
        std::iter::once(Cell::from(key.key.as_str())).chain(values).collect()
    };
    Part::Table(DataTable {
        caption: lang.pick("Keys with other values", "取值不同的键").to_owned(),
        head: words.map(|words| (words.to_owned(), false)).collect(),
        rows: keys.iter().map(row).collect(),
    })
}

/// Headline measures that differ or may.
fn table(differences: &[Difference], (first, other): (&str, &str), lang: Lang) -> DataTable {
    let shown = differences.iter().filter(|d| d.verdict.is_some_and(|v| v != Verdict::Same));
    let row = |d: &Difference| {
        let of = &d.paired.difference;
        let sign = if of.mean > 0.0 { "+" } else { "" };
        let verdict = match d.verdict {
            Some(Verdict::More) => lang.pick("more", "增加").to_owned(),
            Some(Verdict::Less) => lang.pick("less", "减少").to_owned(),
            Some(Verdict::Unsure(Some(n))) => lang.pick(
                format!("not enough evidence, about {n} more replications"),
                format!("证据不足，约需再重复 {n} 次"),
            ),
            _ => lang.pick("not enough evidence", "证据不足").to_owned(),
        };
        vec![
            d.measure.label.as_str().into(),
            Cell::number(number::mean(&d.first), d.first.mean),
            Cell::number(number::mean(&d.other), d.other.mean),
            Cell::number(format!("{sign}{}", number::with_interval(of)), of.mean),
            words::unit(d.measure.unit, lang).into(),
            verdict.into(),
        ]
    };
    DataTable {
        caption: lang.pick(
            format!("{other} against {first}: headline measures that differ, or may"),
            format!("{other} 对比 {first}：不同或可能不同的主要指标"),
        ),
        head: head(
            [
                lang.pick("measure", "指标"),
                first,
                other,
                lang.pick("difference", "差值"),
                lang.pick("unit", "单位"),
                lang.pick("verdict", "结论"),
            ],
            &[1, 2, 3],
        ),
        rows: shown.map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::MeasureName;
    use crate::experiment::compare::{Compared, compare};
    use crate::report::fixture;

    fn compared(name: &str, shift: f64) -> Compared {
        let names = ["a.sure_hours", "b.unsure_hours", "c.same"].map(|id| MeasureName {
            id: id.to_owned(),
            label: format!("<A>: {id}"),
            unit: "h",
            headline: true,
        });
        let values = (0..6).map(|r| {
            let r = f64::from(r);
            let unsure = if shift > 0.0 && r < 1.0 { 1.0 } else { 0.0 };
            vec![Some(10.0 + r + shift), Some(r + unsure), Some(7.0)]
        });
        Compared {
            name: name.to_owned(),
            results: fixture::tiny(),
            names: names.to_vec(),
            values: values.collect(),
        }
    }

    #[test]
    fn what_is_sure_is_named_with_its_difference_and_the_rest_is_open() {
        let comparison = compare(vec![compared("base", 0.0), compared("if <b>", 5.0)], 0.95);
        let said = finding(&comparison.differences[0], ("base", "if <b>"), Lang::En);
        assert_eq!(
            said,
            "With if <b> in place of base, 1 headline measure changes surely, by share the most: <A>: a.sure_hours +5 ± 0 h. For 1 there is not enough evidence."
        );
        let keys = [KeyDifference {
            key: "a.b".to_owned(),
            values: vec![Some("1".to_owned()), None],
        }];
        let page = compare_page(&comparison, &keys, &[], &Origin::default(), Lang::En).expect("memory");
        assert!(page.contains("base against if &lt;b&gt;") && page.contains("not given") && !page.contains("<A>"));
        assert!(page.contains("data-key=\"5\"") && !page.contains("c.same"));
        let same = compare(vec![compared("base", 0.0), compared("again", 0.0)], 0.95);
        let said = finding(&same.differences[0], ("base", "again"), Lang::En);
        assert_eq!(said, "With again in place of base, 0 headline measures change surely.");
    }
}
