//! What is reached from a state, nearest first: Dijkstra's search, which can be gone on with later.
//!
//! What is found for a goal does not depend on what was asked before: states are settled in one order, whatever the goals.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::units::Duration;

/// A line, run in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    /// Its place among the lines of the scenario.
    pub number: u32,
    /// Whether it is run from its first place to its second.
    pub forward: bool,
}

/// A line that leads on from a state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// The state at its end.
    pub to: u32,
    /// The line.
    pub line: Line,
    /// Its mean running time.
    pub time: Duration,
}

/// How a state is reached.
#[derive(Clone, Copy, Debug)]
struct Reached {
    time: Duration,
    /// When it was settled, counted in states; never yet where this is the greatest number.
    rank: u32,
    /// The state before it; itself for the start.
    before: u32,
    /// The line from there; none if it is a procedure that leads from one to the other.
    line: Option<Line>,
}

/// A state to be settled. The nearest is the greatest; those equally near are equal, whichever they are.
#[derive(Clone, Copy, Debug)]
struct Next {
    time: Duration,
    state: u32,
}

impl Ord for Next {
    fn cmp(&self, other: &Self) -> Ordering {
        other.time.cmp(&self.time)
    }
}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Next {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Next {}

/// A search from one state, as far as it has got.
#[derive(Debug)]
pub(super) struct Search {
    reached: Vec<Option<Reached>>,
    next: BinaryHeap<Next>,
    settled: u32,
}

impl Search {
    /// A search that has not left its start yet, among so many states.
    pub(super) fn new(start: u32, states: usize) -> Self {
        let mut search = Self {
            reached: vec![None; states],
            next: BinaryHeap::new(),
            settled: 0,
        };
        search.reach(start, Duration::ZERO, start, None);
        search
    }

    /// The goal that is settled first; `None` where none can be reached. States are joined by lines and by procedures, of which
    /// at most one leads on from each.
    pub(super) fn first(&mut self, goals: &[u32], edges: &[Vec<Edge>], procedure: impl Fn(u32) -> Option<u32>) -> Option<u32> {
        let rank = |state: u32| self.reached[state as usize].map_or(u32::MAX, |reached| reached.rank);
        let known = goals.iter().copied().min_by_key(|goal| rank(*goal));
        if let Some(goal) = known.filter(|goal| rank(*goal) < u32::MAX) {
            return Some(goal);
        }
        while let Some(state) = self.settle() {
            let time = self.reached[state as usize].map_or(Duration::ZERO, |reached| reached.time);
            for edge in &edges[state as usize] {
                self.reach(edge.to, Duration(time.0.saturating_add(edge.time.0)), state, Some(edge.line));
            }
            if let Some(after) = procedure(state) {
                self.reach(after, time, state, None);
            }
            if goals.contains(&state) {
                return Some(state);
            }
        }
        None
    }

    /// The next state to be settled.
    fn settle(&mut self) -> Option<u32> {
        loop {
            let Next { time, state } = self.next.pop()?;
            let reached = self.reached[state as usize].as_mut()?;
            // One that was reached sooner in the meantime is settled already.
            if reached.time == time {
                reached.rank = self.settled;
                self.settled += 1;
                return Some(state);
            }
        }
    }

    /// Notes that a state can be reached in this time from another, if that is sooner than was known. Of lines between the same
    /// two states that take the same time it is the first.
    fn reach(&mut self, state: u32, time: Duration, before: u32, line: Option<Line>) {
        let reached = &mut self.reached[state as usize];
        match reached {
            Some(known) if known.time < time => {}
            Some(known) if known.time == time => {
                if known.before == before {
                    known.line = known.line.min(line);
                }
            }
            _ => {
                *reached = Some(Reached {
                    time,
                    rank: u32::MAX,
                    before,
                    line,
                });
                self.next.push(Next { time, state });
            }
        }
    }

    /// The lines on the way to a state, each with the state to which it leads.
    pub(super) fn lines_to(&self, state: u32) -> Vec<(Line, u32)> {
        let mut lines = Vec::new();
        let mut at = state;
        while let Some(reached) = self.reached[at as usize].filter(|reached| reached.before != at) {
            lines.extend(reached.line.map(|line| (line, at)));
            at = reached.before;
        }
        lines.reverse();
        lines
    }
}
