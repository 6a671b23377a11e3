//! What measures are called in Chinese, by the last part of their ids.
//!
//! English labels stand beside their values in `measures`. A test holds this list against every measure of every shipped scenario.

use crate::lang::Lang;

/// The label of a measure: its subject and what is measured of it, which in English is given.
pub(super) fn label(lang: Lang, subject: &str, id: &str, english: &str) -> String {
    match lang {
        Lang::En => format!("{subject}: {english}"),
        Lang::Zh => format!("{subject}：{}", chinese(id).unwrap_or_else(|| english.to_owned())),
    }
}

/// An English label in a language, where no model tells the subject in it: the subject stays as it is.
#[must_use]
pub fn relabelled(lang: Lang, id: &str, english: &str) -> String {
    match english.split_once(": ") {
        Some((subject, what)) if lang != Lang::En => label(lang, subject, id.rsplit('.').next().unwrap_or(id), what),
        _ => english.to_owned(),
    }
}

/// The words for the last part of an id. Measures are written down for trains; of other vehicles they have the same names.
#[must_use]
pub fn chinese(id: &str) -> Option<String> {
    if let Some(words) = of_trains(id) {
        return Some(words.to_owned());
    }
    ["trucks", "flights", "vehicles"].into_iter().find_map(|vehicles| {
        let words = of_trains(&id.replace(vehicles, "trains")).filter(|_| id.contains(vehicles))?;
        Some(words.replace("列车", Lang::Zh.vehicles(vehicles)))
    })
}

fn of_trains(id: &str) -> Option<&'static str> {
    traffic(id).or_else(|| work(id)).or_else(|| boxes(id))
}

/// Counts, times and queues of trains.
fn traffic(id: &str) -> Option<&'static str> {
    Some(match id {
        "trains" => "列车数",
        "trains_generated" => "产生列车数",
        "trains_completed" => "完成列车数",
        "trains_inside_at_end" => "期末在网列车数",
        "trains_inside_mean" => "平均在网列车数",
        "trains_per_day" => "日均列车数",
        "trains_per_day_peak" => "最忙日列车数",
        "trains_present_mean" => "平均在场列车数",
        "trains_present_max" => "最多在场列车数",
        "trains_waiting_mean" => "平均等待列车数",
        "trains_waiting_max" => "最多等待列车数",
        "trains_waiting_growth" => "等待列车数，后半段减前半段",
        "waiting_share" => "等待时间占比",
        "blocked_share" => "因前方占满而受阻的时间占比",
        "waiting_time_hours_mean" => "平均等待时间",
        "dwell_time_hours_mean" => "平均停留时间",
        "dwell_time_hours_p50" => "停留时间，第50百分位",
        "dwell_time_hours_p90" => "停留时间，第90百分位",
        "dwell_time_hours_p95" => "停留时间，第95百分位",
        "transit_time_hours_mean" => "平均运输时间",
        "transit_time_hours_p50" => "运输时间，第50百分位",
        "transit_time_hours_p90" => "运输时间，第90百分位",
        "transit_time_hours_p95" => "运输时间，第95百分位",
        "trains_on_line_mean" => "平均在线列车数",
        "trains_on_line_max" => "最多在线列车数",
        "trains_halted_mean" => "平均待避列车数",
        "trains_halted_max" => "最多待避列车数",
        "halts_per_train" => "每列车待避次数",
        "halting_time_hours_mean" => "每列车待避时间",
        "longest_entry_wait_hours" => "最长进线等待",
        "longest_halt_hours" => "最长待避",
        "meets" => "会让列车对数",
        "share" => "列车占比",
        "trains_diverted" => "改道列车数",
        "occurrences" => "发生次数",
        "in_force_hours" => "生效时间",
        "recovered" => "恢复次数",
        "recovery_time_hours_mean" => "平均恢复时间",
        "trains_held" => "受阻列车数",
        "trains_held_max" => "同时受阻列车数，最多",
        "stopped_hours" => "停装时间",
        "orders" => "停装令次数",
        _ => return None,
    })
}

/// Tracks, facilities, cranes and wagons.
fn work(id: &str) -> Option<&'static str> {
    Some(match id {
        "occupied_share" => "占用率",
        "occupied_max" => "最多占用",
        "busy_share" => "开放时间利用率",
        "busy_share_of_clock" => "全时利用率",
        "trains_served" => "办理列车数",
        "trains_passed" => "交接列车数",
        "in_advance_share" => "提前申报占比",
        "cranes_working_mean" => "平均作业吊机数",
        "crane_busy_share" => "当班吊机利用率",
        "gross_crane_rate" => "当班吊机每小时箱数",
        "net_crane_rate" => "作业吊机每小时箱数",
        "stopped_by_wind_hours" => "大风停机时间",
        "slowed_by_wind_hours" => "大风减速时间",
        "held_by_wind_hours" => "列车因大风等待的时间",
        "crane_breakdowns" => "吊机故障次数",
        "cranes_down_mean" => "平均故障吊机数",
        "crane_availability_share" => "吊机完好率",
        "held_by_breakdown_hours" => "列车因故障等待的时间",
        "cranes_waiting_for_repair_mean" => "平均待修吊机数",
        "trains_loaded" => "装车列车数",
        "trains_turned_back" => "空返列车数",
        "trains_dissolved" => "解体列车数",
        "trains_formed_by_size" => "满载编成列车数",
        "trains_formed_by_wait" => "等待期满编成列车数",
        "trains_formed_by_timetable" => "按时刻编成列车数",
        "wagons_in_pool_mean" => "平均在库车辆数",
        "wagons_in_pool_min" => "最少在库车辆数",
        "trains_supplied" => "配得车辆的列车数",
        _ => return None,
    })
}

/// Boxes.
fn boxes(id: &str) -> Option<&'static str> {
    Some(match id {
        "boxes" => "箱数",
        "boxes_generated" => "产生箱数",
        "boxes_completed" => "完成箱数",
        "teu_completed" => "完成 TEU",
        "boxes_set_out_mean" => "平均扣检箱数",
        "boxes_set_out_max" => "最多扣检箱数",
        "boxes_set_out_at_end" => "期末扣检箱数",
        "boxes_inspected" => "查验箱数",
        "boxes_waiting_mean" => "平均等待箱数",
        "boxes_waiting_max" => "最多等待箱数",
        "inspection_time_hours_mean" => "平均查验扣留时间",
        "inspection_waiting_time_hours_mean" => "其中平均等待时间",
        "boxes_lifted" => "吊装箱数",
        "boxes_set_down" => "卸下箱数",
        "boxes_in_yard_mean" => "平均在场箱数",
        "boxes_in_yard_max" => "最多在场箱数",
        "boxes_taken" => "装走箱数",
        "box_time_hours_mean" => "箱在场时间",
        "boxes_in_stock_mean" => "平均待装箱数",
        "boxes_in_stock_max" => "最多待装箱数",
        "box_waiting_time_hours_mean" => "箱平均等待时间",
        "box_waiting_time_hours_p95" => "箱等待时间，第95百分位",
        "boxes_held" => "受阻箱数",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_vehicles_have_their_own_word() {
        assert_eq!(chinese("trucks_waiting_mean").as_deref(), Some("平均等待卡车数"));
        assert_eq!(chinese("vehicles_served").as_deref(), Some("办理车辆数"));
        assert_eq!(chinese("no_such_measure"), None);
        let label = relabelled(Lang::Zh, "places.x.trains_waiting_mean", "X: trains waiting, mean");
        assert_eq!(label, "X：平均等待列车数");
    }
}
