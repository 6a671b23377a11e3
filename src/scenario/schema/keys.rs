//! Every key of a scenario with the shape of its value: the table from which the schema is made.
//!
//! Tests hold it against the decoder both ways, key by key and value by value, and against `docs/scenario.md`, from
//! which the descriptions are taken.

use super::shape::Shape::{
    Boolean, Clock, DateTime, Dates, DatesOrId, Days, Either, Goal, Hours, Law, List, Number, OneOrMore, Quantity, Table as Sub, Tables,
    Text, Things, Whole, Word,
};
use super::shape::{Described, LawOf, Shape, Table};
use crate::units::Dimension;

/// As many as there can be of anything.
const MOST: u64 = 1_000_000;
/// The largest whole number of TOML.
const LARGEST: u64 = i64::MAX.unsigned_abs();

const SHARE: Shape = Number { least: 0.0, most: 1.0 };
const ANY: Shape = Number { least: 0.0, most: 1e15 };
const ONE: Shape = Whole { least: 1, most: MOST };
const NONE_OR_MORE: Shape = Whole { least: 0, most: MOST };
const TIME: Shape = Quantity(Dimension::Time);
const RATE: Shape = Quantity(Dimension::Rate);
const WIND: Shape = Quantity(Dimension::Wind);
const TIMES: Shape = Law(LawOf::Times);
const UNLIMITED: Shape = Word(&["unlimited"]);
const LIMIT: Shape = Either(&[ONE, UNLIMITED]);
const AT_CLOSE: Shape = Word(&["finish", "pause", "refuse"]);
/// The id of something, or a dotted path.
const NAME: Shape = Text;
const NAMES: Shape = List(&Text);
/// A name in several languages.
const SPOKEN: Shape = Sub(&LANGUAGES);
const FACTORS: Shape = List(&ANY);

const fn table(name: &'static str, described: &'static [Described], keys: &'static [(&'static str, Shape)]) -> Table {
    Table {
        name,
        described,
        keys,
        or: Some(Shape::Without),
    }
}

/// The whole file.
pub(super) static SCENARIO: Table = Table {
    name: "scenario",
    or: None,
    described: &[Described::in_section("The whole")],
    keys: &[
        ("extends", Text),
        ("title", Text),
        ("titles", SPOKEN),
        ("description", Text),
        ("time", Sub(&TIME_FRAME)),
        ("run", Sub(&RUN)),
        ("gauges", Tables(&GAUGE)),
        ("holidays", Tables(&HOLIDAYS)),
        ("calendars", Tables(&CALENDAR)),
        ("cargo", Tables(&CARGO)),
        ("places", Tables(&PLACE)),
        ("lines", Tables(&LINE)),
        ("flows", Tables(&FLOW)),
        ("priority", Sub(&PRIORITY)),
        ("stop_loading", Tables(&STOP_LOADING)),
        ("corridors", Tables(&CORRIDOR)),
        ("disruptions", Tables(&DISRUPTION)),
    ],
};

static LANGUAGES: Table = table(
    "languages",
    &[Described::in_section("Names in several languages")],
    &[("en", Text), ("zh", Text)],
);

static TIME_FRAME: Table = table(
    "time",
    &[Described::in_section("`[time]`")],
    &[("start", DateTime), ("zone", Text), ("warm_up", TIME), ("length", TIME)],
);

static RUN: Table = table(
    "run",
    &[Described::in_section("`[run]`")],
    &[
        ("replications", ONE),
        ("until", List(&Goal)),
        ("at_most", ONE),
        ("seed", Whole { least: 0, most: LARGEST }),
        ("confidence", SHARE),
        ("records", NONE_OR_MORE),
    ],
);

static GAUGE: Table = table(
    "gauge",
    &[Described::in_section("`[gauges.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("mode", Word(&["rail", "road", "air"])),
        ("width", Quantity(Dimension::Length)),
    ],
);

static HOLIDAYS: Table = table(
    "holidays",
    &[Described::in_section("`[holidays.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("dates", List(&Dates)),
        ("file", Text),
        ("file_dates", List(&Dates)),
    ],
);

static CALENDAR: Table = table(
    "calendar",
    &[Described::in_section("`[calendars.ID]`")],
    &[
        ("windows", List(&Sub(&WINDOW))),
        ("holidays", Either(&[DatesOrId, List(&DatesOrId)])),
        ("exceptions", List(&Sub(&EXCEPTION))),
    ],
);

static WINDOW: Table = table(
    "window",
    &[Described::under("`[calendars.ID]`", "windows[].")],
    &[("days", OneOrMore(&Days)), ("hours", OneOrMore(&Hours)), ("servers", NONE_OR_MORE)],
);

static EXCEPTION: Table = table(
    "exception",
    &[Described::under("`[calendars.ID]`", "exceptions[].")],
    &[
        ("date", Dates),
        ("hours", Either(&[Word(&["closed"]), OneOrMore(&Hours)])),
        ("servers", NONE_OR_MORE),
    ],
);

static CARGO: Table = table(
    "cargo_class",
    &[Described::in_section("`[cargo.ID]`")],
    &[("name", Text), ("names", SPOKEN)],
);

static PLACE: Table = table(
    "place",
    &[Described::in_section("`[places.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("country", Text),
        ("zone", Text),
        (
            "position",
            List(&Number {
                least: -180.0,
                most: 180.0,
            }),
        ),
        ("tracks", Things(&LIMIT)),
        ("clearance", Tables(&CLEARANCE)),
        ("handling", Tables(&HANDLING)),
        ("reloading", Tables(&RELOADING)),
        ("exchange", Tables(&EXCHANGE)),
        ("regrouping", Tables(&REGROUPING)),
        ("transloading", Tables(&TRANSLOADING)),
        ("choice", Tables(&CHOICE)),
        ("wind", Sub(&WIND_OVER)),
        ("wagons", Tables(&WAGONS)),
        ("procedures", Tables(&PROCEDURE)),
    ],
);

static CLEARANCE: Table = table(
    "clearance",
    &[Described::in_section("`[places.ID.clearance.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("desks", ONE),
        ("time", TIMES),
        ("calendar", NAME),
        ("at_close", AT_CLOSE),
        ("advance", Sub(&ADVANCE)),
        ("inspection", Tables(&INSPECTION)),
        ("held", Word(&["train", "set_out"])),
        ("most_boxes", LIMIT),
    ],
);

static HANDLING: Table = table(
    "handling",
    &[Described::in_section("`[places.ID.clearance.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("servers", ONE),
        ("time", TIMES),
        ("calendar", NAME),
        ("at_close", AT_CLOSE),
    ],
);

static ADVANCE: Table = table(
    "advance",
    &[Described::as_the_key("`[places.ID.clearance.ID]`", "advance")],
    &[("share", SHARE), ("time", TIMES)],
);

static INSPECTION: Table = table(
    "inspection",
    &[Described::in_section("`[places.ID.clearance.ID.inspection.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("share", Either(&[SHARE, Things(&SHARE)])),
        ("bays", ONE),
        ("time", TIMES),
        ("calendar", NAME),
        ("at_close", AT_CLOSE),
    ],
);

static RELOADING: Table = table(
    "reloading",
    &[Described::in_section("`[places.ID.reloading.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("from_gauge", NAME),
        ("to_gauge", NAME),
        ("berths", ONE),
        ("lifting", TIMES),
        ("per_lift", TIMES),
        ("cranes", Whole { least: 1, most: 1_000 }),
        ("cranes_per_train", ONE),
        ("placing", TIMES),
        ("withdrawal", TIMES),
        ("calendar", NAME),
        ("at_close", AT_CLOSE),
        ("shifts", NAME),
        ("outdoor", Boolean),
        ("wind_stop", WIND),
        ("wind_slow", WIND),
        ("slow_share", SHARE),
        ("breakdowns", Sub(&BREAKDOWNS)),
    ],
);

static BREAKDOWNS: Table = table(
    "breakdowns",
    &[Described::in_section("`[places.ID.reloading.ID.breakdowns]`")],
    &[
        ("up", TIMES),
        ("down", TIMES),
        ("repairers", ONE),
        ("dated", List(&Sub(&OUTAGE))),
        ("trace", Text),
        ("trace_rows", List(&Sub(&OUTAGE))),
    ],
);

static OUTAGE: Table = table(
    "outage",
    &[Described::under("`[places.ID.reloading.ID.breakdowns]`", "dated[].")],
    &[("crane", ONE), ("from", DateTime), ("to", DateTime)],
);

static WIND_OVER: Table = table(
    "wind",
    &[Described::in_section("`[places.ID.wind]`")],
    &[
        ("storms", Sub(&STORMS)),
        ("dated", List(&Sub(&SPELL))),
        ("trace", Text),
        ("trace_rows", List(&Sub(&READING))),
    ],
);

static STORMS: Table = table(
    "storms",
    &[Described::under("`[places.ID.wind]`", "storms.")],
    &[
        ("every", TIMES),
        ("lasts", TIMES),
        ("speed", Law(LawOf::Winds)),
        ("by_month", FACTORS),
    ],
);

static SPELL: Table = table(
    "spell",
    &[Described::under("`[places.ID.wind]`", "dated[].")],
    &[("from", DateTime), ("to", DateTime), ("speed", WIND)],
);

static READING: Table = table(
    "reading",
    &[Described::under("`[places.ID.wind]`", "trace_rows[].")],
    &[("time", DateTime), ("speed_m_s", Number { least: 0.0, most: 150.0 })],
);

static CHOICE: Table = table(
    "choice",
    &[Described::in_section("`[places.ID.choice.ID]`")],
    &[
        ("of", NAMES),
        ("rule", Word(&["order", "least_queue", "least_work", "shares"])),
        ("shares", List(&SHARE)),
    ],
);

static EXCHANGE: Table = table(
    "exchange",
    &[Described::in_section("`[places.ID.exchange.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("headway", TIME),
        ("quota", Either(&[RATE, UNLIMITED])),
        ("quota_reset", Clock),
        ("exempt_from", CLASS),
        ("calendar", NAME),
    ],
);

const CLASS: Shape = Whole { least: 0, most: 9 };

static TRANSLOADING: Table = table(
    "transloading",
    &[Described::in_section("`[places.ID.transloading.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("yard_boxes", LIMIT),
        ("berths", ONE),
        ("per_box", TIMES),
        ("cranes", ONE),
        ("calendar", NAME),
        ("outlets", Tables(&OUTLET)),
    ],
);

static OUTLET: Table = table(
    "outlet",
    &[Described::in_section("`[places.ID.transloading.ID.outlets.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("flow", NAME),
        ("share", SHARE),
        ("boxes_per_vehicle", ONE),
        ("loading", TIMES),
        ("patience", TIME),
        ("room", LIMIT),
    ],
);

static REGROUPING: Table = table(
    "regrouping",
    &[Described::in_section("`[places.ID.regrouping.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("size", LIMIT),
        ("longest_wait", Either(&[TIME, UNLIMITED])),
        ("every", TIME),
        ("timetable", List(&Sub(&TIMETABLE))),
    ],
);

static WAGONS: Table = table(
    "wagons",
    &[Described::in_section("`[places.ID.wagons.GAUGE]`")],
    &[
        ("stock", ONE),
        ("boxes_per_wagon", ANY),
        ("returns", Either(&[Word(&["with trains"]), TIMES])),
    ],
);

static PROCEDURE: Table = table(
    "procedure",
    &[Described::in_section("`[places.ID.procedures.ID]`")],
    &[("direction", Text), ("flows", NAMES), ("steps", NAMES)],
);

static LINE: Table = table(
    "line",
    &[
        Described::in_section("`[lines.ID]`"),
        Described::in_section("Single track with passing places"),
    ],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("between", NAMES),
        ("gauge", NAME),
        ("length", Quantity(Dimension::Length)),
        ("tracks", TRACKS),
        ("running_time", TIMES),
        ("speed", Quantity(Dimension::Speed)),
        ("headway", TIME),
        ("paths", Either(&[RATE, UNLIMITED])),
        ("room", LIMIT),
        ("overtaking", Boolean),
        ("passing_places", Whole { least: 0, most: 9_999 }),
        ("passing_tracks", PASSING_TRACKS),
        ("passing", List(&Sub(&PASSING))),
        ("sections", List(&Sub(&SECTION))),
        ("bunch", ONE),
        ("crossing", TIME),
    ],
);

const TRACKS: Shape = Word(&["double", "single"]);
const PASSING_TRACKS: Shape = Whole { least: 2, most: MOST };

static PASSING: Table = table(
    "passing",
    &[Described::under("Single track with passing places", "passing[].")],
    &[("name", Text), ("names", SPOKEN), ("tracks", PASSING_TRACKS)],
);

static SECTION: Table = table(
    "section",
    &[Described::under("Single track with passing places", "sections[].")],
    &[("length", Quantity(Dimension::Length)), ("share", SHARE), ("tracks", TRACKS)],
);

static FLOW: Table = table(
    "flow",
    &[Described::in_section("`[flows.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("from", NAME),
        ("to", NAME),
        ("via", NAMES),
        ("routes", Tables(&ROUTE)),
        ("choice", Word(&["fixed", "shares", "least_time", "divert"])),
        ("divert_above", NONE_OR_MORE),
        ("divert_after", TIME),
        ("direction", Text),
        ("gauge", NAME),
        ("boxes", Law(LawOf::Counts)),
        ("cargo", Things(&SHARE)),
        ("teu_per_box", ANY),
        ("growth", ANY),
        ("priority", CLASS),
        ("group", Text),
        ("departures", Sub(&DEPARTURES)),
    ],
);

static ROUTE: Table = table(
    "route",
    &[Described::in_section("`[flows.ID.routes.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("via", NAMES),
        ("preference", NONE_OR_MORE),
        ("share", SHARE),
        ("watch", OneOrMore(&NAME)),
    ],
);

static DEPARTURES: Table = table(
    "departures",
    &[Described::in_section("`[flows.ID.departures]`")],
    &[
        ("rate", RATE),
        ("by_hour", FACTORS),
        ("by_weekday", FACTORS),
        ("by_month", FACTORS),
        ("timetable", List(&Sub(&TIMETABLE))),
        ("lateness", TIMES),
        ("appointments", RATE),
        ("at", NAME),
        ("every", TIMES),
        ("trace", Text),
        ("trace_rows", List(&Sub(&DEPARTURE))),
        ("gather", Sub(&GATHER)),
    ],
);

static TIMETABLE: Table = table(
    "timetable",
    &[Described::under("`[flows.ID.departures]`", "timetable[].")],
    &[("days", OneOrMore(&Days)), ("at", OneOrMore(&Clock))],
);

static DEPARTURE: Table = table(
    "departure",
    &[Described::under("`[flows.ID.departures]`", "trace_rows[].")],
    &[("departure", DateTime), ("boxes", NONE_OR_MORE)],
);

static GATHER: Table = table(
    "gather",
    &[Described::in_section("`[flows.ID.departures.gather]`")],
    &[
        ("lots", Sub(&LOTS)),
        ("lot_size", Law(LawOf::Counts)),
        ("size", LIMIT),
        ("longest_wait", Either(&[TIME, UNLIMITED])),
        ("timetable", List(&Sub(&TIMETABLE))),
        ("min_size", ONE),
    ],
);

static LOTS: Table = table(
    "lots",
    &[
        Described::in_section("`[flows.ID.departures.gather]`"),
        Described::in_section("`[flows.ID.departures]`"),
    ],
    &[
        ("rate", RATE),
        ("every", TIMES),
        ("by_hour", FACTORS),
        ("by_weekday", FACTORS),
        ("by_month", FACTORS),
    ],
);

static PRIORITY: Table = table("priority", &[Described::in_section("`[priority]`")], &[("ageing", TIME)]);

static STOP_LOADING: Table = table(
    "stop_loading",
    &[Described::in_section("`[stop_loading.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("place", NAME),
        ("flows", NAMES),
        ("stop_above", NONE_OR_MORE),
        ("resume_below", ONE),
        ("orders", List(&Sub(&ORDER))),
    ],
);

static ORDER: Table = table(
    "order",
    &[Described::as_the_key("`[stop_loading.ID]`", "orders")],
    &[("from", DateTime), ("until", DateTime)],
);

static CORRIDOR: Table = table(
    "corridor",
    &[Described::in_section("`[corridors.ID]`")],
    &[("name", Text), ("names", SPOKEN), ("places", NAMES)],
);

static DISRUPTION: Table = table(
    "disruption",
    &[Described::in_section("`[disruptions.ID]`")],
    &[
        ("name", Text),
        ("names", SPOKEN),
        ("closes", OneOrMore(&NAME)),
        ("towards", NAME),
        ("in_hand", Word(&["finish", "pause", "start_over"])),
        ("embargoes", OneOrMore(&NAME)),
        ("flows", OneOrMore(&NAME)),
        ("cargo", OneOrMore(&NAME)),
        ("changes", OneOrMore(&NAME)),
        ("to", ONE),
        ("share", ANY),
        ("surges", OneOrMore(&NAME)),
        ("times", ANY),
        ("from", DateTime),
        ("until", DateTime),
        ("windows", OneOrMore(&Sub(&IN_FORCE))),
        ("between", TIMES),
        ("lasts", TIMES),
        ("clock", NAME),
    ],
);

static IN_FORCE: Table = table(
    "in_force",
    &[Described::in_section("`[disruptions.ID]`")],
    &[("from", DateTime), ("until", DateTime)],
);

/// Laws of times, of counts and of speeds of the wind.
pub(super) static LAWS: [(LawOf, Table); 3] = [
    (LawOf::Times, law_table("law_of_times", TIME, &law(TIME, List(&TIME)))),
    (LawOf::Counts, law_table("law_of_counts", ANY, &law(ANY, List(&ANY)))),
    (LawOf::Winds, law_table("law_of_winds", WIND, &law(WIND, List(&WIND)))),
];

/// A law, in whose place a value that does not vary may stand.
const fn law_table(name: &'static str, constant: Shape, keys: &'static [(&'static str, Shape)]) -> Table {
    Table {
        name,
        described: LAW,
        keys,
        or: Some(constant),
    }
}

const LAW: &[Described] = &[Described::in_section("Laws")];

const fn law(value: Shape, values: Shape) -> [(&'static str, Shape); 13] {
    [
        ("law", LAW_WORDS),
        ("value", value),
        ("min", value),
        ("mode", value),
        ("max", value),
        ("mean", value),
        ("sd", value),
        ("cv", ANY),
        ("shape", ONE),
        ("trials", NONE_OR_MORE),
        ("share", SHARE),
        ("values", values),
        ("weights", List(&ANY)),
    ]
}

const LAW_WORDS: Shape = Word(&[
    "constant",
    "uniform",
    "triangular",
    "normal",
    "lognormal",
    "gamma",
    "erlang",
    "weibull",
    "exponential",
    "pert",
    "beta",
    "poisson",
    "binomial",
    "empirical",
]);
