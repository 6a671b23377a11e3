//! The same table for a plan of experiments; its descriptions stand in `docs/sweeps.md`.

use super::shape::Shape::{
    Amount, Any, Either, Goal, Limit, List, Number, OneOrMore, Path, Price, Table as Sub, Tables, Text, Things, Whole, Word,
};
use super::shape::{Described, Shape, Table};

const COUNT: Shape = Whole { least: 1, most: 1_000_000 };
const SEED: Shape = Whole {
    least: 0,
    most: i64::MAX.unsigned_abs(),
};
/// An end of a range: a bare number, or one with a unit.
const END: Shape = Either(&[Number { least: -1e15, most: 1e15 }, Amount]);
const STEP: Shape = Either(&[Number { least: 0.0, most: 1e15 }, Amount]);

/// The whole file.
pub(super) static PLAN: Table = Table {
    name: "plan",
    or: None,
    described: &[Described::in_section("The plan")],
    keys: &[
        ("title", Text),
        ("description", Text),
        ("base", Text),
        ("design", Sub(&DESIGN)),
        ("run", Sub(&RUN)),
        ("factors", Tables(&FACTOR)),
        ("optimise", Sub(&OPTIMISE)),
    ],
};

static DESIGN: Table = Table {
    name: "design",
    or: None,
    described: &[Described::in_section("`[design]`")],
    keys: &[
        (
            "kind",
            Word(&["grid", "one at a time", "latin hypercube", "sobol", "morris", "saltelli"]),
        ),
        ("points", COUNT),
        ("seed", SEED),
    ],
};

static RUN: Table = Table {
    name: "run",
    or: None,
    described: &[Described::in_section("`[run]`")],
    keys: &[
        ("replications", COUNT),
        ("until", List(&Goal)),
        ("at_most", COUNT),
        ("seed", SEED),
        ("confidence", Number { least: 0.0, most: 1.0 }),
        (
            "most_events",
            Whole {
                least: 1,
                most: 1_000_000_000_000_000,
            },
        ),
        (
            "most_runs",
            Whole {
                least: 1,
                most: 1_000_000_000,
            },
        ),
    ],
};

static FACTOR: Table = Table {
    name: "factor",
    or: None,
    described: &[Described::in_section("`[factors.ID]`")],
    keys: &[
        ("name", Text),
        ("key", Path),
        ("keys", OneOrMore(&Path)),
        ("values", List(&Any)),
        ("from", END),
        ("to", END),
        ("step", STEP),
        ("points", Whole { least: 2, most: 100_000 }),
        ("scale", Word(&["linear", "log"])),
        ("levels", List(&Sub(&LEVEL))),
    ],
};

static LEVEL: Table = Table {
    name: "level",
    or: None,
    described: &[Described::under("`[factors.ID]`", "levels[].")],
    keys: &[("name", Text), ("file", Text), ("set", Shape::AnyTable)],
};

const COST: Shape = Number { least: -1e15, most: 1e15 };

static OPTIMISE: Table = Table {
    name: "optimise",
    or: None,
    described: &[Described::in_section("`[optimise]`")],
    keys: &[
        ("limits", List(&Limit)),
        ("costs", Things(&Either(&[COST, List(&COST)]))),
        ("prices", List(&Price)),
        ("unit", Text),
        ("indifference", Number { least: 0.0, most: 1e15 }),
        ("confidence", Number { least: 0.0, most: 1.0 }),
        ("at_most", Whole { least: 2, most: 1_000_000 }),
        ("afresh", Whole { least: 0, most: 1_000_000 }),
    ],
};
