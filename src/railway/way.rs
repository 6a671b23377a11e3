//! The programs of all routes, one after the other, with what a train at each step needs to know: a train finds its step by
//! one number, wherever it is on whatever route.

use crate::model::{Drawn, Lifting, Model, Step};

/// A step of a route.
#[derive(Clone, Copy, Debug)]
pub(super) struct StepAt<'m> {
    /// What is to be done.
    pub(super) step: Step,
    /// The place where a train is before it is done: the end of the last line, or the origin.
    pub(super) place: u32,
    /// What every train draws once for it, whatever happens before it comes here.
    pub(super) drawn: Option<&'m Drawn>,
}

/// What every train draws once for a step.
fn drawn_for(model: &Model, step: Step) -> Option<&Drawn> {
    match step {
        Step::Run(lane, _) => Some(&model.lanes[lane as usize].running_time),
        Step::Office(office) => {
            let office = &model.offices[office as usize];
            office.advance.is_none().then_some(&office.time)
        }
        Step::Reload(terminal) => match &model.terminals[terminal as usize].lifting {
            Lifting::PerTrain(time) | Lifting::PerBox(time) => Some(time),
        },
        _ => None,
    }
}

/// The programs of all routes.
#[derive(Clone, Debug)]
pub(super) struct Ways<'m> {
    steps: Vec<StepAt<'m>>,
    /// Where the program of each route begins: those of the first flow, then of the next.
    begins: Vec<u32>,
}

impl<'m> Ways<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        let (mut steps, mut begins) = (Vec::new(), Vec::new());
        for flow in &model.flows {
            for route in &flow.routes {
                begins.push(steps.len() as u32);
                let mut place = flow.origin;
                for step in &route.program {
                    steps.push(StepAt {
                        step: *step,
                        place,
                        drawn: drawn_for(model, *step),
                    });
                    if let Step::Run(lane, _) = step {
                        place = model.lanes[*lane as usize].to;
                    }
                }
            }
        }
        Self { steps, begins }
    }

    /// Where the program of a route begins, by its place among the routes of all flows.
    pub(super) fn begin(&self, route: u32) -> u32 {
        self.begins[route as usize]
    }

    /// A step, by its number among those of all programs.
    #[inline]
    pub(super) fn at(&self, step: u32) -> &StepAt<'m> {
        &self.steps[step as usize]
    }

    /// What the first step of a program is that takes time for sure, and what is drawn for it.
    pub(super) fn first_drawn(&self, begin: u32) -> Option<(u32, &'m Drawn)> {
        let first = (begin..).find(|at| !matches!(self.at(*at).step, Step::Form(_) | Step::TakeWagons(_)))?;
        self.at(first).drawn.map(|drawn| (first, drawn))
    }
}
