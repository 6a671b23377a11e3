//! Places as the vehicles of each mode see them. What trains, trucks and flights do at one place is observed apart.

use super::compile::{Compiler, index};
use super::{Mode, Model, PlaceIx, Step};

/// A place as the vehicles of one mode see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// The place.
    pub place: PlaceIx,
    /// The mode.
    pub mode: Mode,
}

impl Model {
    /// A place as vehicles of a mode see it: its index in [`Model::sites`].
    #[inline]
    #[must_use]
    pub fn site(&self, mode: Mode, place: PlaceIx) -> u32 {
        self.site_of[mode as usize * self.places.len() + place as usize]
    }

    /// The dotted path of a site: that of its place, followed by its mode where that is not rail.
    #[must_use]
    pub fn site_path(&self, site: usize) -> String {
        let Site { place, mode } = self.sites[site];
        let place = &self.places[place as usize].id;
        if mode == Mode::Rail {
            format!("places.{place}")
        } else {
            format!("places.{place}.{}", mode.word())
        }
    }

    /// The name of a site for people: that of its place, with its vehicles where these are not trains.
    #[must_use]
    pub fn site_name(&self, site: usize) -> String {
        let Site { place, mode } = self.sites[site];
        let place = &self.places[place as usize].name;
        if mode == Mode::Rail {
            place.clone()
        } else {
            self.naming.part(place, self.naming.lang.vehicles(mode.vehicles()))
        }
    }

    /// The mode of what is at a location.
    #[must_use]
    pub fn mode_at(&self, location: usize) -> Mode {
        self.sites
            .get(location)
            .map_or_else(|| self.lanes[location - self.sites.len()].mode, |site| site.mode)
    }

    /// The modes of the flows, in order.
    #[must_use]
    pub fn modes(&self) -> Vec<Mode> {
        let used = |mode: &Mode| self.flows.iter().any(|flow| flow.mode == *mode);
        Mode::ALL.into_iter().filter(used).collect()
    }
}

impl Compiler<'_> {
    /// The sites: each place as the first mode sees it that passes there, then again for further modes.
    pub(super) fn sites(&mut self) {
        let model = &mut self.model;
        let places = model.places.len();
        let mut passes = vec![[false; Mode::ALL.len()]; places];
        for flow in &model.flows {
            passes[flow.origin as usize][flow.mode as usize] = true;
            for step in flow.routes.iter().flat_map(|route| &route.program) {
                if let Step::Run(lane, _) = step {
                    passes[model.lanes[*lane as usize].to as usize][flow.mode as usize] = true;
                }
            }
        }
        let first = |passes: &[bool; 3]| Mode::ALL.into_iter().find(|mode| passes[*mode as usize]).unwrap_or_default();
        model.sites = (0..)
            .zip(&passes)
            .map(|(place, passes)| Site {
                place,
                mode: first(passes),
            })
            .collect();
        model.site_of = (0..Mode::ALL.len()).flat_map(|_| 0..index(places)).collect();
        for mode in Mode::ALL {
            for (place, passes) in passes.iter().enumerate() {
                if passes[mode as usize] && model.sites[place].mode != mode {
                    model.site_of[mode as usize * places + place] = index(model.sites.len());
                    model.sites.push(Site { place: index(place), mode });
                }
            }
        }
        // Queues are watched as the flow's own mode sees them.
        let watched = model.flows.iter_mut().flat_map(|flow| {
            let mode = flow.mode as usize;
            flow.routes
                .iter_mut()
                .flat_map(|route| &mut route.watch)
                .map(move |watch| (mode, watch))
        });
        for (mode, watch) in watched {
            *watch = model.site_of[mode * places + *watch as usize];
        }
    }
}
