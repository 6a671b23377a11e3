//! What the whole program promises, from scenario text to results.
//!
//! | module | question |
//! |---|---|
//! | `traces` | does every train do, minute by minute, what a person with paper and pencil finds? |
//! | `invariants` | do the exact laws hold in any scenario at all? |
//! | `limits` | is every limit that a scenario sets kept at every instant, as far as the records tell? |
//! | `theory` | do the numbers agree with what queueing theory proves, and with other simulators? |
//! | `fit_to_targets` | does the shipped baseline meet the figures to which it was fitted, and only those? |
//! | `precision` | do runs that go on until a measure is known end where they should? |
//! | `interruptions` | do servers that break down, rest or serve in batches agree with what is proved of them? |
//! | `coverage` | do intervals cover what they say? |
//! | `common_numbers` | does a change leave alone what it does not touch? |
//! | `cli` | does the program say, write and return what a person expects? |
//! | `drawn_again` | does a folder give its charts and its page again, and is a changed one refused? |
//! | `lang` | do charts, screens and names speak the language that is asked for, and data none but English? |
//! | `newcomer` | does the scenario to begin with run as it is, and does a shell complete every command? |
//! | `growth` | does a run of ten times the length cost ten times as much? |
//! | `walks` | can the guide and the front page be followed as they stand? |
//! | `manners` | does the program behave at its edges: pipes, signals, files that are not what they should be? |
//! | `stability` | are results the same bits on any number of threads, and as they were? |
//! | `what_ifs` | do the shipped what-ifs find what their heads say? |
//! | `sweeps` | does a sweep survive being killed, spread over shards and gone on with, and give the same bytes? |
//! | `optimise` | is the cheapest point chosen that keeps its limits, the same however it was run? |
//! | `structure` | does each module know only those that it may know? |

mod cli;
mod common;
mod common_numbers;
mod coverage;
mod drawn_again;
mod fit_to_targets;
mod growth;
mod invariants;
mod lang;
mod limits;
mod manners;
mod newcomer;
mod optimise;
mod precision;
mod stability;
mod structure;
mod sweeps;
mod theory;
mod traces;
mod walks;
mod what_ifs;
