//! Random small scenarios as a person would write them.

use std::fmt::Write as _;

/// A tape of numbers from which choices are made, one after another; beyond its end every choice is the first.
/// The testing library makes tapes simpler by shortening them and making their numbers smaller, so first choices
/// are the plain ones.
pub struct Tape<'t> {
    numbers: &'t [u16],
    at: usize,
}

impl<'t> Tape<'t> {
    pub fn new(numbers: &'t [u16]) -> Self {
        Self { numbers, at: 0 }
    }

    /// A number below `n`.
    fn below(&mut self, n: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        usize::from(number) * n / (1 << 16)
    }

    fn from(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// Whether something rarer than not is so.
    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    fn of<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}

/// A scenario in pieces that may stand in any order.
#[derive(Clone, Debug)]
pub struct World {
    pub tables: Vec<String>,
    pub hours: usize,
    pub warm_up: usize,
}

impl World {
    /// The text with `[time]` first; `hours` are those of warm-up and measured time together.
    pub fn text(&self, hours: usize) -> String {
        let start = &self.tables[0];
        let (warm_up, length) = (self.warm_up, hours - self.warm_up);
        format!(
            "title = \"Random\"\n[time]\n{start}\nwarm_up = \"{warm_up} h\"\nlength = \"{length} h\"\n{}",
            self.tables[1..].join("\n")
        )
    }

    /// The same tables in another order.
    pub fn shuffled(&self, order: &[u16]) -> Self {
        let mut keyed: Vec<(u16, String)> = self.tables[1..]
            .iter()
            .enumerate()
            .map(|(i, table)| (order.get(i).copied().unwrap_or_default(), table.clone()))
            .collect();
        keyed.reverse();
        keyed.sort_by_key(|(key, _)| *key);
        let first = [self.tables[0].clone()];
        Self {
            tables: first.into_iter().chain(keyed.into_iter().map(|(_, table)| table)).collect(),
            ..self.clone()
        }
    }

    /// With places, a line and a flow that have nothing to do with the rest; by name first and last of all.
    pub fn with_strangers(&self) -> Self {
        let mut more = self.clone();
        more.tables.push(
            r#"
[places.aa_stranger]
tracks = { standard = 1 }
[places.aa_stranger.clearance.desk]
time = { law = "uniform", min = "10 min", max = "90 min" }
[places.aa_stranger.procedures.all]
steps = ["clearance.desk"]
[places.zz_stranger]
[lines.aa_stranger]
between = ["aa_stranger", "zz_stranger"]
gauge = "standard"
running_time = "45 min"
headway = "7 min"
[flows.aa_stranger]
from = "aa_stranger"
to = "zz_stranger"
gauge = "standard"
direction = "stray"
boxes = 5
departures = { rate = "20/day" }
[flows.zz_stranger]
from = "zz_stranger"
to = "aa_stranger"
gauge = "standard"
departures = { every = "90 min" }
"#
            .to_owned(),
        );
        more
    }
}

const GAUGES: [&str; 2] = ["standard", "broad"];
const ZONES: [&str; 4] = ["Asia/Shanghai", "Asia/Almaty", "Europe/Warsaw", "America/New_York"];

/// An ordinary Monday, or a day around which clocks change in Warsaw, New York or Almaty.
const STARTS: [&str; 5] = [
    "2022-01-03 00:00",
    "2022-03-26 05:30",
    "2022-03-12 18:00",
    "2022-10-29 12:00",
    "2024-02-28 21:15",
];

/// Which gauge the line to its parent has, by place; the first place is the root.
struct Tree {
    parent: Vec<usize>,
    gauge: Vec<usize>,
}

/// Draws a scenario.
pub fn world(tape: &mut Tape<'_>) -> World {
    let mut tables = vec![format!(
        "start = \"{}\"\nzone = \"{}\"",
        STARTS[tape.below(STARTS.len())],
        ZONES[tape.below(ZONES.len())]
    )];
    for (gauge, width) in GAUGES.iter().zip(["1435 mm", "1520 mm"]) {
        tables.push(format!("[gauges.{gauge}]\nwidth = \"{width}\""));
    }
    let calendars = tape.from(1, 3);
    tables.extend((0..calendars).map(|i| calendar(tape, i)));
    let places = tape.from(2, 5);
    let chain = tape.below(2) == 0;
    let mut tree = Tree {
        parent: vec![0],
        gauge: vec![0],
    };
    for place in 1..places {
        tree.parent.push(if chain { place - 1 } else { tape.below(place) });
        tree.gauge.push(tape.below(2));
    }
    let flows = tape.from(1, 3);
    let ways: Vec<(usize, usize)> = (0..flows)
        .map(|_| {
            let from = tape.below(places);
            (from, (from + tape.from(1, places - 1)) % places)
        })
        .collect();
    for place in 0..places {
        tables.push(place_table(tape, place, &tree, &ways, calendars));
    }
    for place in 1..places {
        tables.push(line_table(tape, place, &tree));
    }
    for (flow, way) in ways.iter().enumerate() {
        tables.push(flow_table(tape, flow, *way, &tree));
    }
    World {
        tables,
        hours: tape.from(30, 150),
        warm_up: 7 * tape.below(2),
    }
}

/// The places from one to another.
fn path(tree: &Tree, from: usize, to: usize) -> Vec<usize> {
    let up = |mut place: usize| {
        let mut way = vec![place];
        while place != 0 {
            place = tree.parent[place];
            way.push(place);
        }
        way
    };
    let (mut there, mut back) = (up(from), up(to));
    while there.len() > 1 && back.len() > 1 && there[there.len() - 2] == back[back.len() - 2] {
        there.pop();
        back.pop();
    }
    back.pop();
    there.extend(back.into_iter().rev());
    there
}

/// The gauge of the line between two neighbours.
fn gauge_between(tree: &Tree, a: usize, b: usize) -> usize {
    if a != 0 && tree.parent[a] == b {
        tree.gauge[a]
    } else {
        tree.gauge[b]
    }
}

fn calendar(tape: &mut Tape<'_>, number: usize) -> String {
    let mut text = format!("[calendars.c{number}]\nwindows = [");
    if tape.below(3) == 0 {
        text.push_str("{ days = \"daily\", hours = \"24h\" }");
    } else {
        // Up to three windows a day that do not overlap, some of them adjacent, with any number of servers.
        let mut hour = tape.below(10);
        for _ in 0..tape.from(1, 3) {
            let until = (hour + tape.from(1, 8)).min(24);
            let days = tape.of(&["daily", "daily", "mon-fri", "sat-mon"]);
            let servers = match tape.below(8) {
                n @ 0..3 => format!(", servers = {n}"),
                _ => String::new(),
            };
            write!(text, "{{ days = \"{days}\", hours = \"{hour:02}:00-{until:02}:00\"{servers} }}, ").expect("a string");
            hour = until + tape.below(4);
            if hour >= 23 {
                break;
            }
        }
    }
    text.push_str("]\n");
    if tape.one_in(3) {
        text.push_str("holidays = [\"2022-01-04\", \"2022-03-27..2022-03-28\", \"2024-02-29\"]\n");
    }
    if tape.one_in(3) {
        text.push_str("exceptions = [{ date = \"2022-01-05\", hours = [\"03:15-04:45\", \"22:00-24:00\"], servers = 1 }, { date = \"2022-10-30\", hours = \"closed\" }]\n");
    }
    text
}

fn law(tape: &mut Tape<'_>, minutes: usize) -> String {
    let (half, double) = (minutes.div_ceil(2), minutes * 2);
    match tape.below(14) {
        0..=2 => format!("\"{minutes} min\""),
        3 => format!("{{ law = \"uniform\", min = \"{half} min\", max = \"{double} min\" }}"),
        4 => format!("{{ law = \"triangular\", min = \"{half} min\", mode = \"{minutes} min\", max = \"{double} min\" }}"),
        5 => format!("{{ law = \"normal\", mean = \"{minutes} min\", cv = 0.5 }}"),
        6 => format!("{{ law = \"lognormal\", mean = \"{minutes} min\", cv = 0.8 }}"),
        7 => format!("{{ law = \"gamma\", mean = \"{minutes} min\", cv = 1.3 }}"),
        8 => format!("{{ law = \"erlang\", mean = \"{minutes} min\", shape = 2 }}"),
        9 => format!("{{ law = \"weibull\", mean = \"{minutes} min\", sd = \"{half} min\" }}"),
        10 => format!("{{ law = \"exponential\", mean = \"{minutes} min\" }}"),
        11 => format!("{{ law = \"pert\", min = \"{half} min\", mode = \"{minutes} min\", max = \"{double} min\" }}"),
        12 => format!("{{ law = \"beta\", min = \"0 min\", max = \"{double} min\", mean = \"{minutes} min\", cv = 0.4 }}"),
        _ => format!("{{ law = \"empirical\", values = [\"{half} min\", \"{minutes} min\", \"{double} min\"], weights = [1, 2, 1] }}"),
    }
}

fn hours_of(tape: &mut Tape<'_>, calendars: usize) -> String {
    if tape.below(2) == 0 {
        return String::new();
    }
    let calendar = tape.below(calendars);
    let at_close = tape.of(&["finish", "pause", "refuse"]);
    format!("calendar = \"c{calendar}\"\nat_close = \"{at_close}\"\n")
}

/// A place with a clearance, an exchange and a terminal each way, of which each flow uses some. A handover is
/// followed by a coupling that always takes a minute, so that the records show when it was.
fn place_table(tape: &mut Tape<'_>, place: usize, tree: &Tree, ways: &[(usize, usize)], calendars: usize) -> String {
    let mut text = format!("[places.p{place}]\n");
    if tape.below(2) == 1 {
        writeln!(text, "zone = \"{}\"", ZONES[tape.below(ZONES.len())]).expect("a string");
    }
    if tape.below(2) == 1 {
        let (standard, broad) = (tape.from(1, 6), tape.from(1, 6));
        let broad = if tape.below(2) == 0 {
            "\"unlimited\"".to_owned()
        } else {
            broad.to_string()
        };
        writeln!(text, "tracks = {{ standard = {standard}, broad = {broad} }}").expect("a string");
    }
    let minutes = tape.from(5, 120);
    let time = law(tape, minutes);
    let (desks, hours) = (tape.from(1, 3), hours_of(tape, calendars));
    writeln!(text, "[places.p{place}.clearance.desk]\ndesks = {desks}\ntime = {time}\n{hours}").expect("a string");
    writeln!(text, "[places.p{place}.handling.coupling]\nservers = 1000\ntime = \"1 min\"").expect("a string");
    let (headway, quota) = (tape.below(40), tape.below(16));
    let quota = if quota == 0 {
        "\"unlimited\"".to_owned()
    } else {
        format!("\"{}/day\"", quota - 1)
    };
    let reset = tape.below(24);
    let hours = if tape.below(2) == 0 {
        String::new()
    } else {
        format!("calendar = \"c{}\"", tape.below(calendars))
    };
    writeln!(
        text,
        "[places.p{place}.exchange.gate]\nheadway = \"{headway} min\"\nquota = {quota}\nquota_reset = \"{reset:02}:30\"\n{hours}"
    )
    .expect("a string");
    for (from, to) in [(0, 1), (1, 0)] {
        text.push_str(&terminal_table(tape, place, (from, to), calendars));
    }
    if tape.one_in(3) {
        let (every, lasts, speed) = (tape.from(1, 40), tape.from(1, 300), tape.from(12, 30));
        let law = law(tape, lasts);
        writeln!(
            text,
            "[places.p{place}.wind.storms]\nevery = {{ law = \"exponential\", mean = \"{every} h\" }}\nlasts = {law}\nspeed = \"{speed} m/s\""
        )
        .expect("a string");
    }
    for (flow, (from, to)) in ways.iter().enumerate() {
        let way = path(tree, *from, *to);
        let Some(at) = way.iter().position(|p| *p == place) else { continue };
        let before = at.checked_sub(1).map(|b| gauge_between(tree, way[b], place));
        let after = way.get(at + 1).map(|next| gauge_between(tree, place, *next));
        let mut steps = Vec::new();
        if tape.below(3) > 0 {
            steps.push("clearance.desk".to_owned());
        }
        if let (Some(before), Some(after)) = (before, after)
            && before != after
        {
            let lifting = format!("reloading.{}", GAUGES[after]);
            let at = tape.below(steps.len() + 1);
            steps.insert(at, lifting);
        }
        if tape.below(3) == 2 {
            steps.extend(["exchange.gate".to_owned(), "handling.coupling".to_owned()]);
        }
        writeln!(
            text,
            "[places.p{place}.procedures.f{flow}]\nflows = [\"f{flow}\"]\nsteps = {steps:?}"
        )
        .expect("a string");
    }
    text
}

/// A terminal that is named by the gauge on which trains leave it. Placing and withdrawal take some time, so that
/// the records show who is in a berth.
fn terminal_table(tape: &mut Tape<'_>, place: usize, (from, to): (usize, usize), calendars: usize) -> String {
    let (berths, placing, withdrawal) = (tape.from(1, 3), tape.from(1, 40), tape.from(1, 40));
    let lifting = if tape.below(2) == 0 {
        let minutes = tape.from(10, 100);
        format!("lifting = {}", law(tape, minutes))
    } else {
        let (cranes, seconds) = (tape.from(1, 5), tape.from(30, 400));
        let most = tape.from(1, cranes);
        format!("per_lift = \"{seconds} s 7 ms\"\ncranes = {cranes}\ncranes_per_train = {most}")
    };
    let hours = hours_of(tape, calendars);
    let interruptions = interruptions(tape, calendars);
    format!(
        "[places.p{place}.reloading.{}]\nfrom_gauge = \"{}\"\nto_gauge = \"{}\"\nberths = {berths}\nplacing = \"{placing} min\"\nwithdrawal = \"{withdrawal} min\"\n{lifting}\n{hours}\n{interruptions}",
        GAUGES[to], GAUGES[from], GAUGES[to]
    )
}

/// What keeps the cranes of a terminal from working: shifts, the wind, breakdowns.
fn interruptions(tape: &mut Tape<'_>, calendars: usize) -> String {
    let mut text = String::new();
    if tape.one_in(3) {
        writeln!(text, "shifts = \"c{}\"", tape.below(calendars)).expect("a string");
    }
    if tape.below(2) == 1 {
        text.push_str("outdoor = true\nwind_stop = \"21 m/s\"\nwind_slow = \"15 m/s\"\nslow_share = 0.333\n");
    }
    match tape.below(4) {
        2 => {
            let (up, down) = (tape.from(30, 3_000), tape.from(1, 300));
            let (up, down) = (law(tape, up), law(tape, down));
            let repairers = if tape.below(2) == 0 { "" } else { ", repairers = 1" };
            writeln!(text, "breakdowns = {{ up = {up}, down = {down}{repairers} }}").expect("a string");
        }
        3 => {
            let outage = "{ crane = 1, from = \"2022-01-04 07:10\", to = \"2022-01-04 21:00:07\" }";
            writeln!(text, "breakdowns.dated = [{outage}]").expect("a string");
        }
        _ => {}
    }
    text
}

fn line_table(tape: &mut Tape<'_>, place: usize, tree: &Tree) -> String {
    let parent = tree.parent[place];
    let gauge = GAUGES[tree.gauge[place]];
    let between = if tape.below(2) == 0 { [parent, place] } else { [place, parent] };
    let mut text = format!(
        "[lines.l{place}]\nbetween = [\"p{}\", \"p{}\"]\ngauge = \"{gauge}\"\n",
        between[0], between[1]
    );
    if tape.below(3) == 0 {
        writeln!(text, "length = \"{} km\"\nspeed = \"50 km/h\"", tape.from(1, 300)).expect("a string");
    } else {
        let minutes = tape.from(1, 240);
        writeln!(text, "running_time = {}", law(tape, minutes)).expect("a string");
    }
    if tape.below(2) == 1 {
        writeln!(text, "headway = \"{} min\"", tape.from(1, 60)).expect("a string");
    }
    if tape.below(2) == 1 {
        writeln!(text, "room = {}", tape.from(1, 4)).expect("a string");
    }
    let single = tape.one_in(3);
    if single {
        text.push_str("tracks = \"single\"\n");
    }
    if single || tape.one_in(3) {
        writeln!(text, "paths = \"{}/day\"", tape.from(6, 48)).expect("a string");
    }
    if tape.one_in(3) {
        text.push_str("overtaking = true\n");
    }
    text
}

fn flow_table(tape: &mut Tape<'_>, flow: usize, (from, to): (usize, usize), tree: &Tree) -> String {
    let way = path(tree, from, to);
    let gauge = GAUGES[gauge_between(tree, way[0], way[1])];
    let boxes = match tape.below(4) {
        0 => "48".to_owned(),
        1 => "0".to_owned(),
        2 => "{ law = \"poisson\", mean = 30 }".to_owned(),
        _ => "{ law = \"binomial\", trials = 50, share = 0.9 }".to_owned(),
    };
    let direction = tape.of(&["", "west", "east"]);
    let growth = tape.of(&["1", "0.5", "1.5", "3"]);
    let departures = match tape.below(5) {
        0 => format!("rate = \"{}/day\"", tape.from(1, 24)),
        1 => {
            let hours: Vec<String> = (0..24).map(|hour| format!("{}", [0.0, 1.0, 2.0][(hour / 2 + flow) % 3])).collect();
            let weekdays = if tape.below(2) == 0 {
                ""
            } else {
                "by_weekday = [1, 0, 1, 2, 1, 1, 1]\n"
            };
            let months = if tape.below(2) == 0 {
                ""
            } else {
                "by_month = [1, 0.5, 0, 1, 1, 1, 1, 1, 1, 2, 1, 1]\n"
            };
            format!(
                "rate = \"{}/day\"\nby_hour = [{}]\n{weekdays}{months}",
                tape.from(1, 40),
                hours.join(", ")
            )
        }
        2 => {
            let minutes = tape.from(0, 90);
            let days = tape.of(&["daily", "mon-fri", "tue"]);
            format!(
                "timetable = [{{ days = \"{days}\", at = [\"00:00\", \"06:00\", \"06:00\", \"17:45\"] }}, {{ days = \"sun\", at = \"02:30\" }}]\nlateness = {}",
                law(tape, minutes + 1)
            )
        }
        3 => {
            let minutes = tape.from(20, 500);
            format!("every = {}", law(tape, minutes))
        }
        _ => {
            let dates = ["2022-01-03", "2022-03-26", "2022-03-27", "2022-10-30", "2024-02-29"];
            let rows: Vec<String> = dates
                .iter()
                .flat_map(|date| {
                    [
                        format!("{{ departure = \"{date} 01:59\" }}"),
                        format!("{{ departure = \"{date} 02:30\", boxes = 12 }}"),
                        format!("{{ departure = \"{date} 02:30\", boxes = 0 }}"),
                        format!("{{ departure = \"{date} 23:10\", boxes = 60 }}"),
                    ]
                })
                .collect();
            format!("trace_rows = [{}]", rows.join(", "))
        }
    };
    format!(
        "[flows.f{flow}]\nfrom = \"p{from}\"\nto = \"p{to}\"\ngauge = \"{gauge}\"\ndirection = \"{direction}\"\nboxes = {boxes}\ngrowth = {growth}\n[flows.f{flow}.departures]\n{departures}\n"
    )
}
