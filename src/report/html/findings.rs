//! What the results say, in sentences: each states numbers of the tables and claims no order that its intervals do not show.

use crate::experiment::results::{DailyTrains, LedgerEntry, Results, Utilisation};
use crate::observe::Activity;
use crate::report::calendar::Calendar;
use crate::report::sheet::name_of;
use crate::report::summary::{kind_hours, waits};
use crate::report::tables::step_start;
use crate::report::{Lang, number, words};
use crate::stats::Estimate;
use crate::units::Instant;

/// A sentence, and the id of the chart that shows it.
pub(super) type Finding = (String, Option<String>);

/// All that there is to say, the most important first.
pub(super) fn findings(results: &Results, lang: Lang) -> Vec<Finding> {
    let makers: [fn(&Results, Lang) -> Option<Finding>; 7] = [
        time_in_network,
        longest_wait,
        busiest_facility,
        longest_queue,
        slowest_place,
        nearest_limit,
        disruptions,
    ];
    makers.iter().filter_map(|make| make(results, lang)).collect()
}

/// Whether the first is surely more than the second: their intervals lie apart.
fn surely_more(a: &Estimate, b: &Estimate) -> bool {
    match (a.interval(), b.interval()) {
        (Some((low, _)), Some((_, high))) => low > high,
        _ => false,
    }
}

fn place(results: &Results, location: usize) -> String {
    name_of(results, location).text
}

/// How the time of a train divides.
fn time_in_network(results: &Results, lang: Lang) -> Option<Finding> {
    let [running, service, waiting] = ["running", "service", "waiting"].map(|kind| kind_hours(results, kind));
    let total = running + service + waiting;
    if total <= 0.0 {
        return None;
    }
    let share = percent(waiting / total);
    let [total, running, service, waiting] = [total, running, service, waiting].map(number::hours);
    let said = lang.pick(
        format!("A train spends {total} in the network: {running} running, {service} in service and {waiting} waiting, which is {share} of its time."),
        format!("每列车在网内平均 {total}：运行 {running}，作业 {service}，等待 {waiting}，等待占 {share}。"),
    );
    Some((said, Some("waterfall".to_owned())))
}

/// The place and cause at which most is waited.
fn longest_wait(results: &Results, lang: Lang) -> Option<Finding> {
    let waits = waits(results);
    let (first, share) = waits.first()?;
    let name = |e: &LedgerEntry| {
        let (cause, place) = (words::activity(e.activity, lang), place(results, e.location));
        lang.pick(format!("for “{cause}” at {place}"), format!("{place}的“{cause}”"))
    };
    let hours = |e: &LedgerEntry| number::with_interval(&e.hours_per_train);
    let (share, wait, lasts) = (percent(*share), name(first), hours(first));
    let mut said = lang.pick(
        format!("{share} of all waiting is {wait}: {lasts} h per train."),
        format!("全部等待中有 {share} 是{wait}：每列车 {lasts} 小时。"),
    );
    if let Some((second, _)) = waits.get(1)
        && !surely_more(&first.hours_per_train, &second.hours_per_train)
    {
        let (wait, lasts) = (name(second), hours(second));
        said += &lang.pick(
            format!(" Waiting {wait}, {lasts} h, may be as long: these replications do not tell the two apart."),
            format!("{wait}为 {lasts} 小时，可能同样长：现有重复运行无法区分二者。"),
        );
    }
    Some((said, Some("waterfall".to_owned())))
}

/// Causes of waiting that a facility gives to trains at its place, by the kind in its path.
fn causes(facility: &str) -> &'static [Activity] {
    match facility.split('.').next() {
        Some("reloading") => &[Activity::BerthBusy, Activity::CraneShort, Activity::Wind, Activity::Breakdown],
        Some("clearance") => &[Activity::DeskBusy, Activity::ClosingSoon],
        _ => &[],
    }
}

/// The facility that is busy for the largest share of its open time, and how much waiting is for it.
fn busiest_facility(results: &Results, lang: Lang) -> Option<Finding> {
    let mut used: Vec<(&Utilisation, Estimate)> = results.utilisation.iter().filter_map(|u| Some((u, u.of_open_time?))).collect();
    used.sort_by(|a, b| b.1.mean.total_cmp(&a.1.mean));
    let (facility, busy) = used.first().filter(|(_, busy)| busy.mean > 0.0)?;
    let name = |u: &Utilisation| {
        let (place, facility) = (place(results, u.place), &u.name);
        lang.pick(format!("{facility} at {place}"), format!("{place}的{facility}"))
    };
    let share = |e: &Estimate| number::with_interval(&number::as_percent(e));
    let (named, share_busy) = (name(facility), share(busy));
    let mut said = lang.pick(
        format!("{named} is busy {share_busy} % of its open time"),
        format!("{named}在开放时间内有 {share_busy} % 繁忙"),
    );
    match used.get(1) {
        Some((other, less)) if !surely_more(busy, less) => {
            let (named, share) = (name(other), share(less));
            said += &lang.pick(
                format!("; {named}, {share} %, may be as busy"),
                format!("；{named}为 {share} %，可能同样繁忙"),
            );
        }
        Some(_) => said += lang.pick(", more than any other facility", "，高于其他任何设施"),
        None => {}
    }
    said += lang.pick(".", "。");
    if let Some(waiting) = waiting_for(results, facility) {
        let (named, waiting) = (name(facility), percent(waiting));
        said += &lang.pick(
            format!(" It causes {waiting} of all waiting."),
            format!("{named}造成全部等待的 {waiting}。"),
        );
    }
    Some((said, Some("utilisation".to_owned())))
}

/// The share of all waiting that is for a facility; `None` where its place has several of the kind, so that nobody knows for which.
fn waiting_for(results: &Results, facility: &Utilisation) -> Option<f64> {
    let causes = causes(&facility.facility);
    let alike = |u: &&Utilisation| u.place == facility.place && causes == self::causes(&u.facility);
    if causes.is_empty() || results.utilisation.iter().filter(alike).count() > 1 {
        return None;
    }
    let here = waits(results)
        .into_iter()
        .filter(|(e, _)| e.location == facility.place && causes.contains(&e.activity));
    Some(here.map(|(_, share)| share).sum())
}

/// The place where most trains wait.
fn longest_queue(results: &Results, lang: Lang) -> Option<Finding> {
    let waiting = |place: usize| results.estimate(&format!("places.{}.trains_waiting_mean", results.locations.get(place)?.id));
    let mut queues: Vec<_> = results.queues.iter().filter_map(|q| Some((q, waiting(q.place)?))).collect();
    queues.sort_by(|a, b| b.1.mean.total_cmp(&a.1.mean));
    let (queue, mean) = queues.first().filter(|(_, mean)| mean.mean > 0.0)?;
    let (name, shown) = (place(results, queue.place), number::with_interval(mean));
    let surely = queues.get(1).is_none_or(|(_, second)| surely_more(mean, second));
    let mut said = if surely {
        lang.pick(
            format!("Most trains wait at {name}: {shown} on average"),
            format!("等待列车最多的是{name}：平均 {shown} 列"),
        )
    } else {
        lang.pick(
            format!("At {name} {shown} trains wait on average, not surely more than elsewhere"),
            format!("{name}平均有 {shown} 列车等待，但不能确定多于他处"),
        )
    };
    let measured = |i: usize| step_start(queue.first, queue.step.0, i) >= Instant(results.run.warm_up.0);
    let steps = queue.steps.iter().enumerate().filter(|(i, _)| measured(*i));
    if let Some((step, most)) = steps.max_by(|a, b| a.1.mean.total_cmp(&b.1.mean)) {
        let at = Calendar::of(&results.run).civil(step_start(queue.first, queue.step.0, step));
        let (at, most, step) = (
            at.strftime("%Y-%m-%d %H:%M"),
            number::plain(most.mean),
            words::duration(queue.step, lang),
        );
        said += &lang.pick(
            format!("; {most} in the worst {step} of the mean over replications, from {at}."),
            format!("；按各次重复的均值，自 {at} 起的 {step} 内最多，为 {most} 列。"),
        );
    } else {
        said += lang.pick(".", "。");
    }
    Some((said, Some("queue".to_owned())))
}

/// The place where one train in twenty stays longest.
fn slowest_place(results: &Results, lang: Lang) -> Option<Finding> {
    let quantile = |quantiles: &[(f64, Estimate)], p: f64| quantiles.iter().find(|q| (q.0 - p).abs() < 1e-9).map(|q| q.1);
    let all = results.dwell.iter().filter(|d| d.direction.is_none());
    let mut tails: Vec<_> = all
        .filter_map(|d| Some((d, quantile(&d.quantiles_hours, 0.5)?, quantile(&d.quantiles_hours, 0.95)?)))
        .collect();
    tails.sort_by(|a, b| b.2.mean.total_cmp(&a.2.mean));
    let (dwell, half, tail) = tails.first()?;
    let (name, half, lasts) = (
        place(results, dwell.place),
        number::with_interval(half),
        number::with_interval(tail),
    );
    let first = lang.pick(
        format!("At {name} half of the trains stay less than {half} h, and one in twenty longer than {lasts} h"),
        format!("{name}有一半列车停留少于 {half} 小时，二十分之一停留超过 {lasts} 小时"),
    );
    let surely = tails.get(1).is_some_and(|other| surely_more(tail, &other.2));
    let end = if surely {
        lang.pick(", longer than at any other place.", "，长于其他任何地点。")
    } else {
        lang.pick(".", "。")
    };
    Some((first + end, Some("dwell".to_owned())))
}

/// The stated limit of trains a day to which the trains come nearest.
fn nearest_limit(results: &Results, lang: Lang) -> Option<Finding> {
    let mean = |d: &DailyTrains| d.days.iter().map(|day| day.mean).sum::<f64>() / d.days.len().max(1) as f64;
    let limits = results.daily.iter().filter(|d| !d.days.is_empty());
    let limits = limits.flat_map(|d| d.limits.iter().map(move |(label, limit)| (d, label, *limit)));
    let (daily, label, limit) = limits
        .filter(|(_, _, limit)| *limit > 0.0)
        .max_by(|a, b| (mean(a.0) / a.2).total_cmp(&(mean(b.0) / b.2)))?;
    let label = words::limit(label, lang);
    let place = place(results, daily.place);
    let name = daily
        .exchange
        .as_ref()
        .map_or_else(|| place.clone(), |(_, name)| format!("{place}{}{name}", lang.pick(", ", "，")));
    let full = daily.days.iter().filter(|day| day.p90 >= limit).count();
    let (days, shown, share) = (daily.days.len(), number::plain(mean(daily)), percent(mean(daily) / limit));
    let limit = number::plain(limit).trim_end_matches('0').trim_end_matches('.').to_owned();
    let said = lang.pick(
        format!("{name}: {shown} trains a day, {share} of “{label}”, {limit} a day; on {full} of {days} days at least a tenth of the replications reach it."),
        format!("{name}：每日 {shown} 列，为“{label}”每日 {limit} 列的 {share}；{days} 天中有 {full} 天至少十分之一的重复运行达到该值。"),
    );
    Some((said, Some("trains_per_day".to_owned())))
}

/// What is disrupted, and when; the first three.
fn disruptions(results: &Results, lang: Lang) -> Option<Finding> {
    let calendar = Calendar::of(&results.run);
    let mut all: Vec<String> = Vec::new();
    for (location, from, to) in &results.disrupted {
        let [from, to] = [from, to].map(|at| calendar.civil(*at).strftime("%Y-%m-%d %H:%M").to_string());
        let name = place(results, *location);
        let said = lang.pick(format!("{name} from {from} to {to}"), format!("{name}，{from} 至 {to}"));
        if !all.contains(&said) {
            all.push(said);
        }
    }
    let more = all.len().saturating_sub(3);
    all.truncate(3);
    let list = all.join(lang.pick("; ", "；"));
    let more = match more {
        0 => lang.pick(".".to_owned(), "。".to_owned()),
        n => lang.pick(format!("; and {n} more."), format!("；另有 {n} 处。")),
    };
    (!list.is_empty()).then(|| (lang.pick(format!("Disrupted: {list}{more}"), format!("扰动：{list}{more}")), None))
}

/// A share in percent, without decimals.
fn percent(share: f64) -> String {
    format!("{:.0}\u{a0}%", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::results::Band;
    use crate::report::fixture;
    use crate::report::tables;

    fn found(results: &Results, make: fn(&Results, Lang) -> Option<Finding>) -> String {
        make(results, Lang::En).map(|f| f.0).unwrap_or_default()
    }

    fn estimate(mean: f64, half_width: f64) -> Estimate {
        Estimate {
            n: 10,
            mean,
            half_width: Some(half_width),
            sd: Some(half_width),
            min: mean,
            max: mean,
        }
    }

    /// The column of a table, as it is written.
    fn column(table: &tables::Table, name: &str) -> Vec<String> {
        let column = table.columns.iter().find(|c| c.name == name).expect("a column");
        (0..column.values.len()).map(|row| column.values.field(row)).collect()
    }

    #[test]
    fn the_hours_of_a_train_are_those_of_the_ledger() {
        let results = fixture::usual();
        let ledger = tables::ledger(&results);
        let hours: Vec<f64> = column(&ledger, "per_train_mean_hours")
            .iter()
            .map(|h| h.parse().expect("a number"))
            .collect();
        let kinds = column(&ledger, "kind");
        let sum = |of: &str| {
            kinds
                .iter()
                .zip(&hours)
                .filter(|(kind, _)| *kind == of)
                .map(|(_, h)| h)
                .sum::<f64>()
        };
        let said = found(&results, time_in_network);
        for (kind, words) in [("running", "running"), ("service", "in service"), ("waiting", "waiting")] {
            assert!(said.contains(&format!("{} {words}", number::hours(sum(kind)))), "{said}");
        }
        let share = sum("waiting") / hours.iter().sum::<f64>();
        assert!(said.contains(&format!("which is {:.0}\u{a0}% of", share * 100.0)), "{said}");
    }

    #[test]
    fn the_longest_wait_is_that_of_the_ledger_and_its_rival_is_named() {
        let mut results = fixture::usual();
        results.ledger.retain(|e| e.activity.is_waiting());
        results.ledger.truncate(3);
        for (entry, (mean, half)) in results.ledger.iter_mut().zip([(1.0, 0.1), (2.0, 0.1), (1.0, 0.1)]) {
            entry.hours_per_train = estimate(mean, half);
        }
        let said = found(&results, longest_wait);
        let cause = results.ledger[1].activity.label();
        assert!(
            said.starts_with(&format!("50\u{a0}% of all waiting is for “{cause}” at ")),
            "{said}"
        );
        assert!(said.contains(": 2.00 ± 0.10 h per train.") && !said.contains("may be"), "{said}");
        results.ledger[0].hours_per_train = estimate(1.9, 0.1);
        assert!(found(&results, longest_wait).contains("1.90 ± 0.10 h, may be as long"));
        for entry in &mut results.ledger {
            entry.hours_per_train.half_width = None;
        }
        assert!(
            found(&results, longest_wait).contains("may be as long"),
            "without intervals nothing is sure"
        );
    }

    #[test]
    fn the_busiest_facility_causes_what_is_waited_for_it() {
        let mut results = fixture::usual();
        let share = |results: &mut Results, i: usize, mean: f64| {
            results.utilisation[i].of_open_time = Some(estimate(mean, 0.01));
        };
        for i in 0..results.utilisation.len() {
            share(&mut results, i, 0.5);
        }
        // The reloading shed of the third place.
        share(&mut results, 7, 0.93);
        let template = results.ledger[0].clone();
        let entry = |location, activity, mean| LedgerEntry {
            location,
            activity,
            hours_per_train: estimate(mean, 0.1),
            ..template.clone()
        };
        results.ledger = vec![
            entry(3, Activity::BerthBusy, 5.0),
            entry(3, Activity::CraneShort, 1.1),
            entry(3, Activity::DeskBusy, 1.9),
            entry(4, Activity::BerthBusy, 2.0),
        ];
        let said = found(&results, busiest_facility);
        assert_eq!(
            said,
            "reloading shed at Alashankou is busy 93.0 ± 1.0 % of its open time, more than any other facility. It causes 61\u{a0}% of all waiting."
        );
        share(&mut results, 2, 0.92);
        assert!(found(&results, busiest_facility).contains("may be as busy. "));
        // With a second shed at the place nobody knows for which of them trains wait.
        results.utilisation[6].facility = "reloading.second".to_owned();
        assert!(!found(&results, busiest_facility).contains("causes"));
    }

    #[test]
    fn queues_and_dwell_times_are_those_of_the_tables() {
        let mut results = fixture::usual();
        let template = results.measures[0].clone();
        for (i, id) in ["urumqi", "horgos"].into_iter().enumerate() {
            results.measures.push(crate::experiment::results::MeasureEstimate {
                id: format!("places.{id}.trains_waiting_mean"),
                estimate: Some(estimate(3.0 + 4.0 * i as f64, 0.5)),
                ..template.clone()
            });
        }
        // Before the warm-up ends it counts for nothing.
        results.queues[7].steps[0] = Band {
            mean: 99.0,
            p10: 99.0,
            p90: 99.0,
        };
        results.queues[7].steps[1000] = Band {
            mean: 55.0,
            p10: 55.0,
            p90: 55.0,
        };
        let said = found(&results, longest_queue);
        assert!(
            said.starts_with("Most trains wait at Horgos: 7.00 ± 0.50 on average; 55.0 in the worst 1 h"),
            "{said}"
        );
        assert!(said.ends_with("from 2024-02-11 16:00."), "{said}");
        let tail = |d: &crate::experiment::results::DwellDistribution| d.quantiles_hours[2].1;
        let most = results
            .dwell
            .iter()
            .max_by(|a, b| tail(a).mean.total_cmp(&tail(b).mean))
            .expect("some");
        let said = found(&results, slowest_place);
        assert!(
            said.contains(&format!("one in twenty longer than {} h", number::with_interval(&tail(most)))),
            "{said}"
        );
    }

    #[test]
    fn the_nearest_limit_and_its_days() {
        let results = fixture::usual();
        let said = found(&results, nearest_limit);
        let daily = results
            .daily
            .iter()
            .find(|d| d.limits.iter().any(|l| l.0 == "quota"))
            .expect("it has one");
        let mean = daily.days.iter().map(|d| d.mean).sum::<f64>() / daily.days.len() as f64;
        assert!(
            said.contains(&format!("{} trains a day", number::plain(mean))) && said.contains("“quota”"),
            "{said}"
        );
        let full = daily.days.iter().filter(|d| d.p90 >= daily.limits[0].1).count();
        assert!(said.contains(&format!("on {full} of 181 days")), "{said}");
    }

    #[test]
    fn nothing_is_said_of_nothing_and_all_of_it_in_both_languages() {
        assert_eq!(findings(&fixture::empty(), Lang::En), []);
        for results in [fixture::tiny(), fixture::usual(), fixture::crowded()] {
            let (english, chinese) = (findings(&results, Lang::En), findings(&results, Lang::Zh));
            assert_eq!(english.len(), chinese.len());
            for (e, c) in english.iter().zip(&chinese) {
                assert!(e.0.ends_with('.') && c.0.ends_with('。') && e.1 == c.1, "{e:?} {c:?}");
                assert!(!e.0.contains("NaN") && !e.0.contains("inf"), "{e:?}");
            }
        }
    }
}
