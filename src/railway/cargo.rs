//! What is on the trains: boxes by class of cargo.

use super::state::State;

/// The boxes of every train inside, by class and last without one: a side table, since few steps look at it.
#[derive(Clone, Debug, Default)]
pub(super) struct Manifest {
    classes: usize,
    counts: Vec<u32>,
}

impl Manifest {
    pub(super) fn reset(&mut self, classes: usize) {
        self.classes = classes;
        self.counts.clear();
    }

    /// The boxes of a train by class.
    pub(super) fn of(&self, train: u32) -> &[u32] {
        &self.counts[train as usize * self.classes..][..self.classes]
    }

    fn of_mut(&mut self, train: u32) -> &mut [u32] {
        &mut self.counts[train as usize * self.classes..][..self.classes]
    }
}

impl State<'_> {
    /// A new train has its boxes: each is of a class by a number of its own.
    pub(super) fn load_boxes(&mut self, train: u32) {
        let classes = self.manifest.classes;
        let needed = (train as usize + 1) * classes;
        if self.manifest.counts.len() < needed {
            self.manifest.counts.resize(needed, 0);
        }
        let t = &self.fleet[train];
        let flow = &self.model.flows[t.flow as usize];
        let counts = self.manifest.of_mut(train);
        counts.fill(0);
        if let Some(mix) = &flow.cargo {
            let mut draws = mix.chance.draws(&self.keys, flow.entity, t.number);
            for _ in 0..t.boxes {
                let number = draws.uniform();
                // The last sum may be a little below 1.
                let class = mix.cumulative.iter().position(|sum| number < *sum).unwrap_or(classes - 2);
                counts[class] += 1;
            }
        } else {
            counts[classes - 1] = t.boxes;
        }
        for (class, boxes) in counts.iter().enumerate() {
            self.seen.load(self.now, class, *boxes);
        }
    }

    /// The boxes of a train leave the network with it.
    pub(super) fn unload_boxes(&mut self, train: u32) {
        for (class, boxes) in self.manifest.of(train).iter().enumerate() {
            self.seen.unload(self.now, class, *boxes);
        }
    }

    /// Boxes of a class are put on a train.
    pub(super) fn add_boxes(&mut self, train: u32, class: usize, boxes: u32) {
        self.manifest.of_mut(train)[class] += boxes;
        self.fleet[train].boxes += boxes;
    }

    /// Boxes of a class are taken off a train, which has as many.
    pub(super) fn take_boxes(&mut self, train: u32, class: usize, boxes: u32) {
        self.manifest.of_mut(train)[class] -= boxes;
        self.fleet[train].boxes -= boxes;
    }
}
