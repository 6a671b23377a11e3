//! The programs of all routes, one after the other, with what a train at each step needs to know: a train finds its step by
//! one number, wherever it is on whatever route.

use super::compile::index;
use super::{FlowModel, Lane, PlaceIx, Step};

/// A step of a route.
#[derive(Clone, Copy, Debug)]
pub struct StepAt {
    /// What is to be done.
    pub step: Step,
    /// Which step of its route it is, from 0.
    pub nth: u32,
    /// The place where a train is before it is done: the end of the last line, or the origin.
    pub place: PlaceIx,
    /// The first of the things that every train draws for it, counted over all steps; none where a facility is chosen first.
    pub draws: Option<u32>,
}

/// How many things every train draws for a step: of a terminal lifting, placing and withdrawal.
fn drawn_for(step: Step) -> u32 {
    match step {
        Step::Run(..) | Step::Office(_) => 1,
        Step::Reload(_) => 3,
        _ => 0,
    }
}

/// The programs of all routes.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    steps: Vec<StepAt>,
    /// How many things are drawn for all of them.
    pub draws: u32,
    /// Where the program of each route begins: those of the first flow, then of the next.
    begins: Vec<u32>,
}

impl Ways {
    pub(super) fn new(flows: &[FlowModel], lanes: &[Lane]) -> Self {
        let mut ways = Self::default();
        for flow in flows {
            for route in &flow.routes {
                ways.begins.push(index(ways.steps.len()));
                let mut place = flow.origin;
                for (step, nth) in route.program.iter().zip(0..) {
                    ways.steps.push(StepAt {
                        step: *step,
                        nth,
                        place,
                        draws: (!matches!(step, Step::Choose(_))).then_some(ways.draws),
                    });
                    ways.draws += drawn_for(*step);
                    if let Step::Run(lane, _) = step {
                        place = lanes[*lane as usize].to;
                    }
                }
            }
        }
        ways
    }

    /// Where the program of a route begins, by its place among the routes of all flows.
    #[must_use]
    pub fn begin(&self, route: u32) -> u32 {
        self.begins[route as usize]
    }

    /// A step, by its number among those of all programs.
    #[inline]
    #[must_use]
    pub fn at(&self, step: u32) -> &StepAt {
        &self.steps[step as usize]
    }
}
