//! Warnings and goals, in both languages.

use crate::experiment::{Advice, GoalReport};
use crate::report::{Lang, number};

/// A warning with what to do.
#[must_use]
pub fn advice(advice: &Advice, lang: Lang) -> String {
    match lang {
        Lang::En => advice.to_string(),
        Lang::Zh => chinese(advice),
    }
}

fn chinese(advice: &Advice) -> String {
    match advice {
        Advice::FewReplications { replications: 1, needed } => {
            format!("一次重复只是许多可能的半年之一，给不出置信区间。请运行 {needed} 次或更多：--replications {needed}。")
        }
        Advice::FewReplications { replications, needed } => {
            format!("{replications} 次重复偏少：置信区间宽，且取决于数值是否接近正态。请运行 {needed} 次或更多：--replications {needed}。")
        }
        Advice::ShortWarmUp { hours, needed_hours } => format!(
            "{} 的预热期偏短：按 MSER-5，等待列车数在 {} 内仍受初始状态影响。请将 `time.warm_up` 设为不短于此；若起始阶段本身就是要研究的问题，则可保留。",
            days(*hours),
            days(*needed_hours)
        ),
        Advice::NotSettled { hours } => format!(
            "等待列车数在 {} 内未趋于平稳（MSER-5 的最佳截断点在后半段）。若要研究稳态，请加长 `time.length` 与 `time.warm_up`；若需求本身随时间变化，请与数值一并说明。",
            days(*hours)
        ),
        Advice::QueueGrows {
            name, growth, half_width, ..
        } => format!(
            "{name}的排队在增长：后半段等待列车比前半段多 {growth:.1} ± {half_width:.1} 列，其均值取决于模拟时长。请用 `landbridge check` 比较负荷与能力；若需求在增长，请改看排队随时间的变化。"
        ),
        Advice::QuantileNotSupported { measures, trains, needed } => format!(
            "{}是高分位数，每次重复仅有约 {trains:.0} 列列车，而所需为 {needed:.0} 列：请看中位数，或加长 `time.length`。",
            list(measures)
        ),
        Advice::Skewed {
            measures,
            replications,
            needed,
        } => format!(
            "{}在 {replications} 次重复中偏斜明显，置信区间的实际覆盖率低于所称水平。请运行 {needed} 次或更多：--replications {needed}。",
            list(measures)
        ),
    }
}

/// The first three, and how many they are.
fn list(measures: &[String]) -> String {
    let shown: Vec<String> = measures.iter().take(3).map(|m| format!("`{m}`")).collect();
    let shown = shown.join("、");
    if measures.len() > 3 {
        format!("{shown} 等 {} 项", measures.len())
    } else {
        format!("{shown} ")
    }
}

fn days(hours: f64) -> String {
    let days = hours / 24.0;
    if days.fract() == 0.0 {
        format!("{days} 天")
    } else {
        format!("{days:.1} 天")
    }
}

/// What became of a goal of precision.
#[must_use]
pub fn goal(goal: &GoalReport, lang: Lang) -> String {
    let per_cent = |share: f64| number::plain(share * 100.0);
    let (label, level, within) = (&goal.label, per_cent(goal.confidence), per_cent(goal.within));
    let known = goal.relative_half_width.map_or_else(
        || {
            lang.pick("has no interval relative to its mean", "没有相对于均值的置信区间")
                .to_owned()
        },
        |share| {
            let share = per_cent(share);
            lang.pick(format!("is known to ± {share} %"), format!("已知至 ± {share} %"))
        },
    );
    let reached = if goal.reached {
        lang.pick("reached", "已达到")
    } else {
        lang.pick("not reached", "未达到")
    };
    lang.pick(
        format!("{label} {known} at {level} % confidence; asked for was an error within {within} %: {reached}."),
        format!("{label}：{known}（置信度 {level} %）；要求误差在 {within} % 以内：{reached}。"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers and remedies of the English sentence are in the Chinese one.
    #[test]
    fn nothing_is_lost_in_translation() {
        let measures: Vec<String> = ["a.p95", "b.p95", "c.p95", "d.p95"].map(str::to_owned).to_vec();
        for warning in [
            Advice::FewReplications {
                replications: 1,
                needed: 10,
            },
            Advice::FewReplications {
                replications: 4,
                needed: 10,
            },
            Advice::ShortWarmUp {
                hours: 36.0,
                needed_hours: 240.0,
            },
            Advice::NotSettled { hours: 4320.0 },
            Advice::QueueGrows {
                place: "q".to_owned(),
                name: "Q".to_owned(),
                growth: 3.25,
                half_width: 1.5,
            },
            Advice::QuantileNotSupported {
                measures: measures.clone(),
                trains: 40.0,
                needed: 200.0,
            },
            Advice::Skewed {
                measures: measures[..2].to_vec(),
                replications: 12,
                needed: 60,
            },
        ] {
            let (english, chinese) = (advice(&warning, Lang::En), advice(&warning, Lang::Zh));
            let facts = english.split([' ', ',', ':', '(', ')']).filter(|word| {
                let word = word.trim_end_matches('.');
                word.starts_with('`') || word.starts_with("--") || (word.parse::<f64>().is_ok() && measures.len() == 4)
            });
            for fact in facts.map(|word| word.trim_end_matches('.')).filter(|word| *word != "1") {
                assert!(chinese.contains(fact), "{fact} of {english:?} is not in {chinese:?}");
            }
            assert!(chinese.ends_with('。'));
        }
    }
}
