//! The pack: ordinary scenarios with what is known of them.

use super::formulas::{
    blocking_tandem, cobham, erlang_b, erlang_c, erlang_m_1, finite_source, m_m_1_breakdowns, m_m_1_waiting, m_m_1_waiting_from_empty,
    m_m_c_k, machine_repair, mean_number, pollaczek_khinchine, time_with_interruptions,
};

/// A scenario whose numbers are known.
#[derive(Clone, Debug)]
pub struct Oracle {
    /// The name of its file in `scenarios/oracles`, without ending.
    pub id: &'static str,
    /// The system, in the usual notation.
    pub system: &'static str,
    /// The scenario, an ordinary one.
    pub text: &'static str,
    /// How often it is run, where that is not the number of the scenario itself.
    pub replications: Option<u32>,
    /// What is known.
    pub checks: Vec<Check>,
    /// A text of the scenario and what makes it wrong: with each, one check at least must fail.
    pub slips: Vec<Slip>,
}

/// One exact value.
#[derive(Clone, Debug)]
pub struct Check {
    /// For people.
    pub what: &'static str,
    /// The id of the measure.
    pub measure: &'static str,
    /// What it must be.
    pub exact: f64,
    /// The standard error of that; 0 where it is exact, above where it comes from another simulator.
    pub error: f64,
}

/// What is made wrong in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slip {
    /// What kind of thing is wrong.
    pub of: SlipOf,
    /// The text, which stands once.
    pub right: &'static str,
    /// What takes its place.
    pub wrong: &'static str,
}

/// What kind of thing is made wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlipOf {
    /// A rate or a time, by 10 % or less.
    Rate,
    /// How many there are of something.
    Count,
    /// Who goes where, or first.
    Order,
    /// The form of a distribution, its mean being right.
    Law,
}

const fn slip(of: SlipOf, right: &'static str, wrong: &'static str) -> Slip {
    Slip { of, right, wrong }
}

const fn check(what: &'static str, measure: &'static str, exact: f64) -> Check {
    Check {
        what,
        measure,
        exact,
        error: 0.0,
    }
}

/// An oracle whose scenario is the file of its id.
macro_rules! oracle {
    ($id:literal, $system:literal, $checks:expr, $slips:expr) => {
        Oracle {
            id: $id,
            system: $system,
            text: include_str!(concat!("../../scenarios/oracles/", $id, ".toml")),
            replications: None,
            checks: $checks,
            slips: $slips,
        }
    };
}

/// The mean time in the queue: the integral of the number waiting over the trains served. Both are of the same span but
/// not quite of the same trains; with 30,000 trains the ratio is off by some 1e-4, against half-widths of some 2e-2.
const WAIT: &str = "places.q.clearance.desk.waiting_time_hours_mean";
const WAITING: &str = "places.q.clearance.desk.trains_waiting_mean";
const LATE: Slip = slip(SlipOf::Rate, r#"mean = "1 h""#, r#"mean = "1.1 h""#);
const FEWER: Slip = slip(SlipOf::Rate, r#"rate = "19.2/day""#, r#"rate = "17.28/day""#);

/// All of them.
#[must_use]
pub fn oracles() -> Vec<Oracle> {
    let mut all = single_stations();
    all.extend(limited());
    all.extend(interrupted());
    all.extend(in_batches());
    all.extend(networks());
    all.extend(formation());
    all.push(corridor());
    all
}

fn single_stations() -> Vec<Oracle> {
    vec![
        oracle!(
            "m_m_1",
            "M/M/1",
            vec![
                check("wait, h", WAIT, pollaczek_khinchine(0.8, 1.0)),
                check("trains waiting", WAITING, m_m_1_waiting(0.8)),
                check(
                    "95 % of times in the system, h",
                    "places.q.dwell_time_hours_p95",
                    5.0 * libm::log(20.0)
                ),
            ],
            vec![
                LATE,
                FEWER,
                slip(SlipOf::Count, "[places.q.clearance.desk]", "[places.q.clearance.desk]\ndesks = 2")
            ]
        ),
        oracle!(
            "m_d_1",
            "M/D/1",
            vec![check("wait, h", WAIT, pollaczek_khinchine(0.8, 0.0))],
            vec![slip(SlipOf::Rate, r#"time = "1 h""#, r#"time = "1.1 h""#)]
        ),
        oracle!(
            "m_g_1_lognormal",
            "M/G/1, lognormal",
            vec![check("wait, h", WAIT, pollaczek_khinchine(0.8, 0.6))],
            vec![LATE, slip(SlipOf::Law, "cv = 0.6", "cv = 0.8")]
        ),
        oracle!(
            "m_g_1_erlang",
            "M/E3/1",
            vec![check("wait, h", WAIT, pollaczek_khinchine(0.8, (1f64 / 3.0).sqrt()))],
            vec![FEWER, slip(SlipOf::Law, "shape = 3", "shape = 2")]
        ),
        oracle!(
            "m_g_1_gamma",
            "M/G/1, gamma",
            vec![check("wait, h", WAIT, pollaczek_khinchine(0.8, 1.5))],
            vec![FEWER]
        ),
        oracle!(
            "m_m_3",
            "M/M/3",
            vec![
                check("wait, h", WAIT, erlang_c(3, 2.4) / 0.6),
                check("share busy", "places.q.clearance.desk.busy_share", 0.8),
            ],
            vec![LATE, slip(SlipOf::Count, "desks = 3", "desks = 4")]
        ),
        oracle!(
            "m_m_5",
            "M/M/5",
            vec![check("wait, h", WAIT, erlang_c(5, 4.0))],
            vec![
                LATE,
                slip(SlipOf::Rate, "96/day", "86.4/day"),
                slip(SlipOf::Count, "desks = 5", "desks = 6")
            ]
        ),
        oracle!(
            "busy_share",
            "M/G/2, Weibull",
            vec![check("share busy", "places.q.clearance.desk.busy_share", 0.4)],
            vec![LATE, slip(SlipOf::Count, "desks = 2", "desks = 3")]
        ),
    ]
}

/// Those with a limit or a begin.
fn limited() -> Vec<Oracle> {
    let lost = 8.0 * erlang_b(10, 8.0) * 8_000.0;
    let (one_desk, three_desks) = (m_m_c_k(1, 0.8, 5), m_m_c_k(3, 2.4, 8));
    vec![
        oracle!(
            "erlang_b",
            "M/G/10/10",
            vec![
                check(
                    "lost trains, exponential",
                    "places.exponential.handling.elsewhere.trains_served",
                    lost
                ),
                check("lost trains, fixed time", "places.fixed.handling.elsewhere.trains_served", lost),
                check("lost trains, lognormal", "places.lognormal.handling.elsewhere.trains_served", lost),
            ],
            vec![
                slip(
                    SlipOf::Order,
                    r#"["handling.tracks", "handling.elsewhere"]
[places.fixed"#,
                    r#"["handling.elsewhere", "handling.tracks"]
[places.fixed"#
                ),
                slip(SlipOf::Rate, r#"time = "1 h""#, r#"time = "1.1 h""#),
            ]
        ),
        oracle!(
            "m_m_1_5",
            "M/M/1/5",
            vec![
                check("trains at the desk", "places.q.trains_present_mean", mean_number(&one_desk)),
                check("trains served", "places.q.trains", 0.8 * 20_000.0 * (1.0 - one_desk[5])),
            ],
            vec![slip(SlipOf::Count, "divert_above = 3", "divert_above = 4"), LATE]
        ),
        oracle!(
            "m_m_3_8",
            "M/M/3/8",
            vec![
                check("trains at the desks", "places.q.trains_present_mean", mean_number(&three_desks)),
                check("trains served", "places.q.trains", 2.4 * 20_000.0 * (1.0 - three_desks[8])),
            ],
            vec![
                slip(SlipOf::Count, "divert_above = 4", "divert_above = 5"),
                slip(SlipOf::Count, "desks = 3", "desks = 4"),
                LATE
            ]
        ),
        oracle!(
            "from_empty",
            "M/M/1 from empty",
            vec![check("trains waiting, first 100 h", WAITING, m_m_1_waiting_from_empty(0.9, 100.0))],
            vec![LATE, slip(SlipOf::Rate, r#"warm_up = "0 h""#, r#"warm_up = "100 h""#)]
        ),
    ]
}

/// Those whose server is not always there, or serves others first.
fn interrupted() -> Vec<Oracle> {
    const FIRST: &str = "flows.first.transit_time_hours_mean";
    const SECOND: &str = "flows.second.transit_time_hours_mean";
    const TRAINS: &str = "flows.trains.transit_time_hours_mean";
    const STAY: &str = "places.q.dwell_time_hours_mean";
    let waits = cobham(&[0.3, 0.5]);
    vec![
        oracle!(
            "priority",
            "M/M/1 with priority",
            vec![
                check("time of the higher class, h", FIRST, waits[0] + 1.0),
                check("time of the lower class, h", SECOND, waits[1] + 1.0),
            ],
            vec![
                slip(SlipOf::Order, "priority = 1", "priority = 0"),
                slip(SlipOf::Order, "100000 h", "10 h"),
                LATE,
            ]
        ),
        oracle!(
            "vacations",
            "M/M/1 with vacations",
            vec![check("time in the system, h", TRAINS, pollaczek_khinchine(0.8, 1.0) + 1.0 + 1.0)],
            vec![
                FEWER,
                slip(SlipOf::Rate, r#"every = "3 h""#, r#"every = "30 h""#),
                slip(SlipOf::Law, r#"{ law = "exponential", mean = "1 h" }"#, r#""1 h""#),
            ]
        ),
        oracle!(
            "vacations_fixed",
            "M/D/1 with vacations",
            vec![check("time in the system, h", TRAINS, pollaczek_khinchine(0.8, 0.0) + 0.5 + 1.0)],
            vec![FEWER, slip(SlipOf::Order, "priority = 1", "priority = 0")]
        ),
        oracle!(
            "m_m_1_breakdowns",
            "M/M/1 with breakdowns",
            vec![check(
                "trains at the desk",
                "places.q.trains_present_mean",
                m_m_1_breakdowns(0.5, 0.05, 0.2)
            )],
            vec![LATE, slip(SlipOf::Order, "in_hand = \"pause\"", "in_hand = \"finish\""),]
        ),
        oracle!(
            "berth_breakdowns",
            "M/M/1, crane breaks down",
            vec![check(
                "time at the berth, h",
                STAY,
                time_with_interruptions(0.6, (1.0, 2.0), 10.0, (2.5, 12.5))
            )],
            vec![LATE, slip(SlipOf::Rate, r#"mean = "150 min""#, r#"mean = "165 min""#)]
        ),
        oracle!(
            "storms",
            "M/G/1 with storms",
            vec![check(
                "time at the berth, h",
                STAY,
                time_with_interruptions(0.6, (1.0, 1.25), 9.0, (3.0, 9.0 * 1.25))
            )],
            vec![
                slip(SlipOf::Rate, r#"mean = "3 h""#, r#"mean = "3.3 h""#),
                slip(SlipOf::Order, "outdoor = true", "outdoor = false"),
            ]
        ),
        oracle!(
            "machine_repair",
            "machine repair",
            vec![
                check(
                    "cranes down, 1 repairer",
                    "places.q.reloading.one.cranes_down_mean",
                    machine_repair(10, 1, 0.1)
                ),
                check(
                    "cranes down, 2 repairers",
                    "places.q.reloading.two.cranes_down_mean",
                    machine_repair(10, 2, 0.2)
                ),
            ],
            vec![
                slip(SlipOf::Rate, r#"mean = "60 min""#, r#"mean = "66 min""#),
                slip(SlipOf::Count, "repairers = 2", "repairers = 3"),
            ]
        ),
    ]
}

/// Those where several come or are served at once.
fn in_batches() -> Vec<Oracle> {
    vec![
        oracle!(
            "batches",
            "service in batches of 3",
            vec![check("wait of a batch, h", WAIT, erlang_m_1(3, 2.4))],
            vec![LATE, slip(SlipOf::Count, "size = 3", "size = 4")]
        ),
        oracle!(
            "batch_arrivals",
            "arrivals in batches of 3",
            vec![check(
                "boxes waiting",
                "places.q.clearance.papers.inspection.bay.boxes_waiting_mean",
                // r (1 + E[X^2] / E[X]) / (2 (1 - r)) less those in service.
                0.8 * (1.0 + 3.0) / (2.0 * 0.2) - 0.8
            )],
            vec![LATE, slip(SlipOf::Count, "boxes = 3", "boxes = 4")]
        ),
    ]
}

fn networks() -> Vec<Oracle> {
    const NEXT: &str = "places.next.trains_per_day";
    vec![
        oracle!(
            "tandem",
            "M/M/1 after M/M/1",
            vec![check("wait at the second, h", WAIT, pollaczek_khinchine(0.72, 1.0) * 0.9)],
            vec![
                slip(SlipOf::Rate, r#"mean = "0.9 h""#, r#"mean = "0.99 h""#),
                slip(
                    SlipOf::Order,
                    r#"["clearance.first", "clearance.desk"]"#,
                    r#"["clearance.desk", "clearance.desk"]"#
                ),
            ]
        ),
        oracle!(
            "jackson",
            "open Jackson network",
            vec![
                check(
                    "waiting at the first",
                    "places.q.clearance.first.trains_waiting_mean",
                    m_m_1_waiting(0.7)
                ),
                check(
                    "waiting on the left",
                    "places.q.clearance.left.trains_waiting_mean",
                    m_m_1_waiting(0.6)
                ),
                check(
                    "waiting on the right",
                    "places.q.clearance.right.trains_waiting_mean",
                    m_m_1_waiting(0.6)
                ),
                check(
                    "waiting at the last",
                    "places.q.clearance.last.trains_waiting_mean",
                    m_m_1_waiting(0.75)
                ),
                check(
                    "time through it, h",
                    "places.q.dwell_time_hours_mean",
                    0.7 / 0.3 + 0.6 / 0.4 + 0.4 * 1.5 / 0.4 + 0.75 / 0.25,
                ),
            ],
            vec![
                slip(SlipOf::Order, "shares = [0.6, 0.4]", "shares = [0.56, 0.44]"),
                slip(SlipOf::Rate, r#"mean = "0.75 h""#, r#"mean = "0.8 h""#),
            ]
        ),
        oracle!(
            "blocking_0",
            "blocking tandem, no room",
            vec![check("trains a day", "places.q.trains_per_day", 24.0 * blocking_tandem(0))],
            vec![LATE, slip(SlipOf::Count, "tracks = { broad = 1 }", "tracks = { broad = 2 }")]
        ),
        oracle!(
            "blocking_1",
            "blocking tandem, room for 1",
            vec![check("trains a day", NEXT, 24.0 * blocking_tandem(1))],
            vec![LATE, slip(SlipOf::Count, "room = 1", "room = 2")]
        ),
        oracle!(
            "blocking_2",
            "blocking tandem, room for 2",
            vec![check("trains a day", NEXT, 24.0 * blocking_tandem(2))],
            vec![LATE, slip(SlipOf::Count, "room = 2", "room = 1")]
        ),
    ]
}

fn formation() -> Vec<Oracle> {
    const BOX_WAIT: &str = "flows.f.departures.gather.box_waiting_time_hours_mean";
    const STOCK: &str = "flows.f.departures.gather.boxes_in_stock_mean";
    let (held, out) = finite_source(4, 5.0);
    vec![
        oracle!(
            "fill_by_size",
            "bulk service of 10",
            vec![check("wait of a box, h", BOX_WAIT, 4.5), check("boxes in stock", STOCK, 4.5)],
            vec![
                slip(SlipOf::Count, "size = 10", "size = 11"),
                slip(SlipOf::Rate, "24/day", "26.4/day"),
            ]
        ),
        oracle!(
            "fill_by_wait",
            "gathering for 10 h",
            vec![
                check("wait of a box, h", BOX_WAIT, 60.0 / 11.0),
                check("boxes in stock", STOCK, 60.0 / 11.0),
            ],
            vec![slip(SlipOf::Rate, "\"10 h\"", "\"11 h\"")]
        ),
        oracle!(
            "fill_by_time",
            "regrouping every 12 h",
            vec![check(
                "wait of a box, h",
                "places.hub.regrouping.yard.box_waiting_time_hours_mean",
                6.0
            )],
            vec![slip(SlipOf::Rate, "\"12 h\"", "\"13.2 h\"")]
        ),
        oracle!(
            "wagons",
            "M/M/3 of wagons",
            vec![
                check(
                    "wait for a wagon, h",
                    "places.hub.wagons.standard.waiting_time_hours_mean",
                    erlang_c(3, 2.0)
                ),
                check("wagons in the pool", "places.hub.wagons.standard.wagons_in_pool_mean", 1.0),
            ],
            vec![
                slip(SlipOf::Rate, "48/day", "52.8/day"),
                slip(SlipOf::Count, "stock = 3", "stock = 4"),
            ]
        ),
        oracle!(
            "finite_source",
            "finite source of 4 wagons",
            vec![
                check("share of time a train waits", "places.port.wagons.broad.trains_waiting_mean", held),
                check("wagons in the pool", "places.port.wagons.broad.wagons_in_pool_mean", 4.0 - out),
                check(
                    "trains reloaded",
                    "places.port.reloading.shed.trains_served",
                    400.0 * 24.0 * (1.0 - held),
                ),
            ],
            vec![
                slip(SlipOf::Rate, "\"5 h\"", "\"5.5 h\""),
                slip(SlipOf::Count, "stock = 4", "stock = 5"),
            ]
        ),
    ]
}

/// A year at a border, against 10,000 replications of eleven independent implementations, of which the half-width at
/// 99 % is known; normal, so that the standard error is 1 / 2.576 of it.
fn corridor() -> Oracle {
    let known = |what, measure, mean: f64, half_width: f64| Check {
        what,
        measure,
        exact: mean,
        error: half_width / 2.576,
    };
    Oracle {
        id: "w2",
        system: "corridor, by other simulators",
        text: include_str!("../../scenarios/bench/w2.toml"),
        replications: Some(200),
        checks: vec![
            known("trains completed", "trains_completed", 6557.7, 2.1),
            known("mean dwell, h", "places.port.dwell_time_hours_mean", 548.70 / 60.0, 0.22 / 60.0),
            known("95 % of dwell, h", "places.port.dwell_time_hours_p95", 929.26 / 60.0, 0.34 / 60.0),
        ],
        slips: vec![
            slip(SlipOf::Rate, r#"mean = "90 min""#, r#"mean = "91 min""#),
            slip(SlipOf::Order, "08:00-20:00", "08:00-21:00"),
            slip(SlipOf::Rate, r#"time = "40 min""#, r#"time = "38 min""#),
        ],
    }
}
