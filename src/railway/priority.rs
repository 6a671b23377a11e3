//! Who goes first where trains wait: the class of a train counts like so much time of waiting.
//!
//! At a desk, a berth, a handover, the entry of a line, a track and a stock of wagons trains stand in the order of the
//! time at which they came, less the ageing times their class. So a train is overtaken only by trains of a higher class that
//! come within the ageing times the difference of classes, and nobody waits for ever. The keys never change while trains wait,
//! since all age alike. Without classes in the scenario it is first come first served, and costs nothing.
//!
//! Trains on a line, and before and on single track with passing places, keep their order whatever their class; boxes wait for
//! bays in the order in which they came.

use super::state::State;
use super::train::Phase;
use crate::engine::Gate;
use crate::observe::Activity;
use crate::units::Duration;

/// Finds a gate by its index among those of its kind. Where the kind is known, functions below take it as a type, not as this
/// pointer, so that each kind has code of its own that finds its gate without a call.
pub(super) type GateOf<'m> = for<'s> fn(&'s mut State<'m>, u32) -> &'s mut Gate<Activity>;

/// The ranks of trains that wait, by train; empty where no flow has a class.
#[derive(Clone, Debug, Default)]
pub(super) struct Ranks {
    of: Vec<Rank>,
    joined: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Rank {
    /// The smaller, the sooner.
    key: i64,
    /// Counts those that joined any gate.
    joined: u64,
    /// How many stand before it that came later.
    overtaken_by: u32,
}

impl Ranks {
    pub(super) fn reset(&mut self) {
        self.of.clear();
        self.joined = 0;
    }

    fn begin(&mut self, train: u32, key: i64) {
        let needed = train as usize + 1;
        if self.of.len() < needed {
            self.of.resize(needed, Rank::default());
        }
        self.joined += 1;
        self.of[train as usize] = Rank {
            key,
            joined: self.joined,
            overtaken_by: 0,
        };
    }

    /// Whether a train that came later stands before this one.
    pub(super) fn is_overtaken(&self, train: u32) -> bool {
        self.of.get(train as usize).is_some_and(|rank| rank.overtaken_by > 0)
    }
}

impl<'m> State<'m> {
    /// A train joins a gate where its class allows, and waits for the cause of the first there, or for this one if it is the
    /// first itself. Whether it took the place of another as the first.
    #[inline]
    pub(super) fn queue_up<G>(&mut self, (gate, index): (G, u32), train: u32, cause: Activity) -> bool
    where
        G: Copy + for<'s> Fn(&'s mut State<'m>, u32) -> &'s mut Gate<Activity>,
    {
        if let Some(ageing) = self.model.ageing {
            return self.queue_up_by_class((gate, index), train, cause, ageing);
        }
        let cause = gate(self, index).join(train, cause);
        self.book_waiting(train, cause);
        false
    }

    fn queue_up_by_class<G>(&mut self, (gate, index): (G, u32), train: u32, cause: Activity, ageing: Duration) -> bool
    where
        G: Copy + for<'s> Fn(&'s mut State<'m>, u32) -> &'s mut Gate<Activity>,
    {
        let class = self.model.flows[self.fleet[train].flow as usize].class;
        let key = self.stage.now.0 - i64::from(class) * ageing.0;
        self.ranks.begin(train, key);
        let mut queue = std::mem::take(gate(self, index));
        let behind = queue.waiting().filter(|other| self.ranks.of[*other as usize].key > key).count();
        let cause = queue.join_before(behind, train, cause);
        for other in queue.waiting().skip(queue.len() - behind) {
            let rank = &mut self.ranks.of[other as usize];
            rank.overtaken_by += 1;
            if rank.overtaken_by == 1 {
                self.book_waiting(other, Activity::Overtaken);
            }
        }
        let leads = queue.len() == behind + 1 && behind > 0;
        *gate(self, index) = queue;
        self.book_waiting(train, cause);
        leads
    }

    /// The train at this position of a gate goes on; those that it overtook wait for what the others wait for.
    #[inline]
    pub(super) fn call_up<G>(&mut self, (gate, index): (G, u32), position: usize) -> Option<u32>
    where
        G: Copy + for<'s> Fn(&'s mut State<'m>, u32) -> &'s mut Gate<Activity>,
    {
        let train = gate(self, index).leave_from(position)?;
        if self.model.ageing.is_some() {
            self.relieve_overtaken((gate, index), train);
        }
        Some(train)
    }

    #[cold]
    fn relieve_overtaken<G>(&mut self, (gate, index): (G, u32), train: u32)
    where
        G: Copy + for<'s> Fn(&'s mut State<'m>, u32) -> &'s mut Gate<Activity>,
    {
        let joined = self.ranks.of[train as usize].joined;
        let queue = std::mem::take(gate(self, index));
        for other in queue.waiting() {
            let rank = &mut self.ranks.of[other as usize];
            if rank.joined < joined && rank.overtaken_by > 0 {
                rank.overtaken_by -= 1;
                if let (0, Some(cause)) = (rank.overtaken_by, queue.cause()) {
                    self.book_waiting(other, cause);
                }
            }
        }
        *gate(self, index) = queue;
    }

    /// A train waits for this cause; one for which a track is kept is booked where it stands.
    #[inline(always)]
    fn book_waiting(&mut self, train: u32, cause: Activity) {
        if self.fleet[train].phase != Phase::WantsTrackKept {
            self.switch_here(train, cause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace::{log, seen};
    use crate::stats::estimate;
    use crate::units::HOUR;

    fn scenario(ageing: &str, facility: &str, low: &str, high: &str, length: &str) -> String {
        format!(
            r#"
            title = "priority"
            time = {{ start = "2022-01-03 00:00", zone = "Asia/Shanghai", length = "{length}" }}
            gauges.g.width = "1435 mm"
            priority.ageing = "{ageing}"
            [places.pass.{facility}
            [flows.low]
            from = "pass"
            to = "pass"
            departures = {{ {low} }}
            [flows.high]
            from = "pass"
            to = "pass"
            priority = 2
            departures = {{ {high} }}
            "#
        )
    }

    fn at(times: &str) -> String {
        format!("timetable = [{{ days = \"mon\", at = [{times}] }}]")
    }

    const DESK: &str = "clearance.customs]\ntime = \"1 h\"\n[places.pass.procedures.all]\nsteps = [\"clearance.customs\"]";

    /// `high#1` comes at 06:20 and counts as if it had come twice 3 hours earlier, before `low#2` of 06:10: that one is overtaken
    /// until `high#1` is called up, and then waits for the desk as before.
    #[test]
    fn a_higher_class_goes_first() {
        let toml = scenario("3 h", DESK, &at("\"06:00\", \"06:10\""), &at("\"06:20\""), "1 day");
        let expected = "low#1  pass  clearance  0 d 06:00 - 0 d 07:00\n\
                        low#1  left 0 d 07:00\n\
                        low#2  pass  desk_busy  0 d 06:10 - 0 d 06:20\n\
                        low#2  pass  overtaken  0 d 06:20 - 0 d 07:00\n\
                        low#2  pass  desk_busy  0 d 07:00 - 0 d 08:00\n\
                        low#2  pass  clearance  0 d 08:00 - 0 d 09:00\n\
                        low#2  left 0 d 09:00\n\
                        high#1  pass  desk_busy  0 d 06:20 - 0 d 07:00\n\
                        high#1  pass  clearance  0 d 07:00 - 0 d 08:00\n\
                        high#1  left 0 d 08:00";
        assert_eq!(log(&toml), expected);
    }

    /// With 4 minutes a class it counts as of 06:12: `low#2` has waited for long enough.
    #[test]
    fn waiting_outweighs_class() {
        let toml = scenario("4 min", DESK, &at("\"06:00\", \"06:10\""), &at("\"06:20\""), "1 day");
        let expected = "low#1  pass  clearance  0 d 06:00 - 0 d 07:00\n\
                        low#1  left 0 d 07:00\n\
                        low#2  pass  desk_busy  0 d 06:10 - 0 d 07:00\n\
                        low#2  pass  clearance  0 d 07:00 - 0 d 08:00\n\
                        low#2  left 0 d 08:00\n\
                        high#1  pass  desk_busy  0 d 06:20 - 0 d 08:00\n\
                        high#1  pass  clearance  0 d 08:00 - 0 d 09:00\n\
                        high#1  left 0 d 09:00";
        assert_eq!(log(&toml), expected);
    }

    const QUOTA: &str =
        "exchange.x]\nquota = \"1/day\"\nheadway = \"10 min\"\nexempt_from = 2\n[places.pass.procedures.all]\nsteps = [\"exchange.x\"]";

    /// The quota is used up at 01:00, which keeps `low#2` until midnight; `high#1` goes at once at 03:00, and `high#2` after the
    /// headway. Whether it stands before or behind `low#2` is a matter of ageing: 2 x 3 h count more than the 65 minutes between
    /// them, 2 x 30 min less.
    #[test]
    fn a_class_that_is_free_from_the_quota() {
        let toml = |ageing| scenario(ageing, QUOTA, &at("\"01:00\", \"02:00\""), &at("\"03:00\", \"03:05\""), "2 days");
        let before = "low#1  left 0 d 01:00\n\
                      low#2  pass  quota_used_up  0 d 02:00 - 0 d 03:05\n\
                      low#2  pass  overtaken  0 d 03:05 - 0 d 03:10\n\
                      low#2  pass  quota_used_up  0 d 03:10 - 1 d 00:00\n\
                      low#2  left 1 d 00:00\n\
                      high#1  left 0 d 03:00\n\
                      high#2  pass  headway  0 d 03:05 - 0 d 03:10\n\
                      high#2  left 0 d 03:10";
        let behind = "low#1  left 0 d 01:00\n\
                      low#2  pass  quota_used_up  0 d 02:00 - 1 d 00:00\n\
                      low#2  left 1 d 00:00\n\
                      high#1  left 0 d 03:00\n\
                      high#2  pass  quota_used_up  0 d 03:05 - 0 d 03:10\n\
                      high#2  left 0 d 03:10";
        assert_eq!((log(&toml("3 h")).as_str(), log(&toml("30 min")).as_str()), (before, behind));
    }

    /// One berth, an hour each, and one track on which to wait. `high#1` comes at 06:20 behind `low#3`, which waits for the track
    /// since 06:15; the track is free at 07:00, when `low#2` of 06:10 goes to the berth.
    #[test]
    fn tracks_and_berths() {
        let facility = "reloading.shed]\nfrom_gauge = \"g\"\nto_gauge = \"h\"\nberths = 1\nlifting = \"1 h\"\n\
                        [places.pass]\ntracks.g = 1\n[places.pass.procedures.all]\nsteps = [\"reloading.shed\"]\n[gauges.h]\nwidth = \"1520 mm\"";
        let toml = scenario("3 h", facility, &at("\"06:00\", \"06:10\", \"06:15\""), &at("\"06:20\""), "1 day")
            .replace("to = \"pass\"", "to = \"pass\"\ngauge = \"g\"");
        let expected = "low#1  pass  lifting  0 d 06:00 - 0 d 07:00\n\
                        low#1  left 0 d 07:00\n\
                        low#2  pass  berth_busy  0 d 06:10 - 0 d 07:00\n\
                        low#2  pass  lifting  0 d 07:00 - 0 d 08:00\n\
                        low#2  left 0 d 08:00\n\
                        low#3  pass  track_ahead_full  0 d 06:15 - 0 d 06:20\n\
                        low#3  pass  overtaken  0 d 06:20 - 0 d 07:00\n\
                        low#3  pass  track_ahead_full  0 d 07:00 - 0 d 08:00\n\
                        low#3  pass  berth_busy  0 d 08:00 - 0 d 09:00\n\
                        low#3  pass  lifting  0 d 09:00 - 0 d 10:00\n\
                        low#3  left 0 d 10:00\n\
                        high#1  pass  track_ahead_full  0 d 06:20 - 0 d 07:00\n\
                        high#1  pass  berth_busy  0 d 07:00 - 0 d 08:00\n\
                        high#1  pass  lifting  0 d 08:00 - 0 d 09:00\n\
                        high#1  left 0 d 09:00";
        assert_eq!(log(&toml), expected);
    }

    /// Two classes at one exponential server, each a third of its time: with R = 2/3 h the mean of what is being served still,
    /// the mean waits are R / (1 - 1/3) = 1 h and R / ((1 - 1/3) (1 - 2/3)) = 3 h (Cobham (1954), Priority Assignment in Waiting
    /// Line Problems, Journal of the Operations Research Society of America 2(1), 70-76). A class here is worth a year, so it
    /// is strict. 40 replications of 300 days: intervals of level 99 % hold both, and not those of a desk without classes, 2 h.
    #[test]
    fn cobham() {
        let facility = DESK.replace("\"1 h\"", "{ law = \"exponential\", mean = \"1 h\" }");
        let toml = scenario("500 days", &facility, "rate = \"8/day\"", "rate = \"8/day\"", "300 days");
        #[allow(clippy::cast_precision_loss)]
        let waits: Vec<[f64; 2]> = (1..=40)
            .map(|replication| {
                let seen = seen(&toml, replication).expect("every law holds");
                // Flows by id: high, low.
                [0, 1].map(|flow| {
                    let transit = &seen.flows[flow].transit;
                    transit.iter().sum::<i64>() as f64 / transit.len() as f64 / HOUR as f64 - 1.0
                })
            })
            .collect();
        for (flow, exact) in [(0, 1.0), (1, 3.0)] {
            let (low, high) = estimate(waits.iter().map(|w| w[flow]), 0.99)
                .and_then(|e| e.interval())
                .expect("40 values");
            assert!(low < exact && exact < high, "{exact} is not in {low}..{high}");
            assert!(!(low..high).contains(&2.0), "{low}..{high}");
        }
    }
}
