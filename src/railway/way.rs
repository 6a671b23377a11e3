//! The programs of all routes, one after the other, with what a train at each step needs to know: a train finds its step by
//! one number, wherever it is on whatever route.

use crate::model::{Model, Step};

/// A step of a route.
#[derive(Clone, Copy, Debug)]
pub(super) struct StepAt {
    /// What is to be done.
    pub(super) step: Step,
    /// The place where a train is before it is done: the end of the last line, or the origin.
    pub(super) place: u32,
    /// The first of the things that are drawn for it in [`super::luck::Luck`]; none where a facility is chosen first.
    pub(super) draws: Option<u32>,
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
#[derive(Clone, Debug)]
pub(super) struct Ways {
    steps: Vec<StepAt>,
    /// How many things are drawn for all of them.
    pub(super) draws: u32,
    /// Where the program of each route begins: those of the first flow, then of the next.
    begins: Vec<u32>,
}

impl Ways {
    pub(super) fn new(model: &Model) -> Self {
        let (mut steps, mut begins, mut draws) = (Vec::new(), Vec::new(), 0);
        for flow in &model.flows {
            for route in &flow.routes {
                begins.push(steps.len() as u32);
                let mut place = flow.origin;
                for step in &route.program {
                    steps.push(StepAt {
                        step: *step,
                        place,
                        draws: (!matches!(step, Step::Choose(_))).then_some(draws),
                    });
                    draws += drawn_for(*step);
                    if let Step::Run(lane, _) = step {
                        place = model.lanes[*lane as usize].to;
                    }
                }
            }
        }
        Self { steps, draws, begins }
    }

    /// Where the program of a route begins, by its place among the routes of all flows.
    pub(super) fn begin(&self, route: u32) -> u32 {
        self.begins[route as usize]
    }

    /// A step, by its number among those of all programs.
    #[inline]
    pub(super) fn at(&self, step: u32) -> &StepAt {
        &self.steps[step as usize]
    }
}
