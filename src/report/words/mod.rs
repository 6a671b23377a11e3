//! What the program calls things, in both languages: activities, units, spans of time, and phrases that several charts share.
//!
//! The terms are those of `docs/glossary.md`.

mod advice;

pub use advice::{advice, goal};

use super::{Lang, number};
use crate::observe::Activity;
use crate::units::Duration;

/// What a train does, or what it waits for.
#[must_use]
pub const fn activity(activity: Activity, lang: Lang) -> &'static str {
    match lang {
        Lang::En => activity.label(),
        Lang::Zh => chinese(activity),
    }
}

/// The same for a legend, where waiting is told from work.
#[must_use]
pub fn legend(a: Activity, lang: Lang) -> String {
    let label = activity(a, lang);
    if a.is_waiting() {
        lang.pick(format!("waiting: {label}"), format!("等待：{label}"))
    } else {
        label.to_owned()
    }
}

const fn chinese(activity: Activity) -> &'static str {
    match activity {
        Activity::Running => "运行",
        Activity::Clearance => "通关办理",
        Activity::Inspection => "查验",
        Activity::Handling => "其他作业",
        Activity::Placing => "取送对位",
        Activity::Lifting => "吊装换装",
        Activity::Withdrawal => "取车",
        Activity::Unloading => "卸箱",
        Activity::Loading => "装箱",
        Activity::TrackAheadFull => "前方股道占满",
        Activity::LineFull => "区间占满",
        Activity::TrainAhead => "前方有车",
        Activity::Headway => "追踪间隔",
        Activity::NoPath => "无运行线",
        Activity::LineSection => "单线区间被占",
        Activity::OfficeClosed => "窗口关闭",
        Activity::ClosingSoon => "即将关闭",
        Activity::DeskBusy => "窗口繁忙",
        Activity::InspectionBay => "查验台位繁忙",
        Activity::BerthBusy => "换装线占用",
        Activity::CraneShort => "吊机不足",
        Activity::Wind => "大风停机",
        Activity::Breakdown => "吊机故障",
        Activity::QuotaUsedUp => "配额用尽",
        Activity::Closure => "中断关闭",
        Activity::Embargo => "禁运",
        Activity::NoWagon => "车辆不足",
        Activity::WaitingToFill => "等待集结",
        Activity::Overtaken => "让行优先列车",
        Activity::StopLoading => "停装",
        Activity::RoutesClosed => "各径路均关闭",
        Activity::YardFull => "转运场占满",
        Activity::TruckShort => "缺少卡车",
        Activity::BoxShort => "缺少集装箱",
    }
}

/// A unit of a measure. Symbols are the same in both languages; what is counted is not.
#[must_use]
pub fn unit(unit: &str, lang: Lang) -> &str {
    if lang == Lang::En {
        return unit;
    }
    match unit {
        "trains" => "列",
        "trucks" | "vehicles" | "wagons" => "辆",
        "flights" => "架次",
        "boxes" => "箱",
        "tracks" => "股",
        "cranes" => "台",
        "pairs" => "对",
        "halts" | "breakdowns" | "orders" => "次",
        "trains/day" => "列/日",
        unit => unit,
    }
}

/// A span of time as a person writes it, the largest unit first.
#[must_use]
pub fn duration(time: Duration, lang: Lang) -> String {
    let text = time.to_string();
    if lang == Lang::En {
        return text;
    }
    let word = |part: &str| {
        match part {
            "d" => "天",
            "h" => "小时",
            "min" => "分钟",
            "s" => "秒",
            "ms" => "毫秒",
            number => number,
        }
        .to_owned()
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// What limits the trains of a day: a quota is known, a limit that a scenario names stays as it is.
#[must_use]
pub fn limit(label: &str, lang: Lang) -> &str {
    match (lang, label) {
        (Lang::Zh, "quota") => "配额",
        (_, label) => label,
    }
}

/// What is folded away: `3 further places are in the data file.`
#[must_use]
pub fn further(n: usize, (one, many): (&str, &str), counted: &str, lang: Lang) -> String {
    let are = if n == 1 { "is" } else { "are" };
    lang.pick(
        format!("{} {are} in the data file.", number::counted(n, one, many)),
        format!("另有 {n} {counted}见数据文件。"),
    )
}

/// Why a chart of those who left a place is empty.
pub(crate) fn nobody_left(lang: Lang) -> &'static str {
    lang.pick("no train left any place in the measured time.", "统计期内没有列车离开任何地点。")
}

/// Why a chart of queues is empty.
pub(crate) fn nobody_waited(lang: Lang) -> &'static str {
    lang.pick("no train waited at any place.", "没有列车在任何地点等待。")
}

/// Why a chart of hours is empty.
pub(crate) fn nobody_was_there(lang: Lang) -> &'static str {
    lang.pick("no train spent any time in the measured time.", "统计期内没有列车在网内停留。")
}

/// The key of a line that is a mean over replications.
pub(crate) fn mean(lang: Lang) -> &'static str {
    lang.pick("mean of replications", "各次重复的均值")
}

/// The key of a band over replications.
pub(crate) fn band(lang: Lang) -> &'static str {
    lang.pick("10th to 90th percentile of replications", "各次重复的第10至第90百分位")
}

/// The key of what is shaded before the measured time.
pub(crate) fn warm_up(lang: Lang) -> &'static str {
    lang.pick("warm-up, deleted from all numbers", "预热期，不计入任何数值")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{DAY, HOUR, MINUTE};

    #[test]
    fn every_activity_has_a_word_of_its_own() {
        for (i, a) in Activity::ALL.into_iter().enumerate() {
            let word = activity(a, Lang::Zh);
            assert!(!word.is_empty() && !word.contains(|c: char| c.is_ascii()), "{word}");
            assert!(
                Activity::ALL[..i].iter().all(|b| activity(*b, Lang::Zh) != word),
                "{word} stands for two"
            );
        }
    }

    #[test]
    fn time_in_words() {
        let time = Duration(2 * DAY + 3 * HOUR + 30 * MINUTE);
        assert_eq!(duration(time, Lang::En), "2 d 3 h 30 min");
        assert_eq!(duration(time, Lang::Zh), "2 天 3 小时 30 分钟");
    }
}
