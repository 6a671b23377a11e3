//! What is on the trains: boxes by class of cargo.

use super::state::State;

/// The boxes of every train inside, by class and last without one: a side table, since few steps look at it.
#[derive(Clone, Debug, Default)]
pub(super) struct Manifest {
    classes: usize,
    counts: Vec<u32>,
    /// Boxes that are about to join trains, by class.
    part: Vec<u32>,
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

    /// A new train has no boxes yet.
    pub(super) fn begin(&mut self, train: u32) {
        let needed = (train as usize + 1) * self.classes;
        if self.counts.len() < needed {
            self.counts.resize(needed, 0);
        }
        self.of_mut(train).fill(0);
    }

    /// A new train has its boxes, where there is only one class.
    fn begin_with(&mut self, train: u32, boxes: u32) {
        if self.counts.len() <= train as usize {
            self.counts.resize(train as usize + 1, 0);
        }
        self.counts[train as usize] = boxes;
    }

    /// The boxes of a train are about to join others.
    pub(super) fn take_apart(&mut self, train: u32) {
        let classes = self.classes;
        self.part.clear();
        self.part.extend_from_slice(&self.counts[train as usize * classes..][..classes]);
    }

    /// So many of the boxes that are about to join trains join this one, in the order of classes.
    pub(super) fn join(&mut self, train: u32, mut boxes: u32) {
        for class in 0..self.classes {
            let joining = boxes.min(self.part[class]);
            boxes -= joining;
            self.part[class] -= joining;
            self.of_mut(train)[class] += joining;
        }
    }

    /// The first class of which a train has boxes.
    pub(super) fn first_class(&self, train: u32) -> usize {
        self.of(train).iter().position(|boxes| *boxes > 0).unwrap_or_default()
    }

    fn of_mut(&mut self, train: u32) -> &mut [u32] {
        &mut self.counts[train as usize * self.classes..][..self.classes]
    }
}

impl State<'_> {
    /// A new train has its boxes.
    pub(super) fn load_boxes(&mut self, train: u32) {
        let t = &self.fleet[train];
        let (flow, number, boxes) = (t.flow, t.number, t.boxes);
        if self.manifest.classes == 1 {
            self.stage.seen.load(self.stage.now, 0, boxes);
            self.manifest.begin_with(train, boxes);
            return;
        }
        self.classify_boxes((flow, number), boxes);
        self.manifest.begin(train);
        self.manifest.join(train, boxes);
    }

    /// Boxes come into being, on a train or in a lot of this number: each is of a class by a number of its own.
    pub(super) fn classify_boxes(&mut self, (flow, number): (u32, u32), boxes: u32) {
        let flow = &self.model.flows[flow as usize];
        let classes = self.manifest.classes;
        let part = &mut self.manifest.part;
        part.clear();
        part.resize(classes, 0);
        if let Some(mix) = &flow.cargo {
            let mut draws = mix.chance.draws(&self.keys, flow.entity, number);
            for _ in 0..boxes {
                let number = draws.uniform();
                // The last sum may be a little below 1.
                let class = mix.cumulative.iter().position(|sum| number < *sum).unwrap_or(classes - 2);
                part[class] += 1;
            }
        } else {
            part[classes - 1] = boxes;
        }
        for (class, boxes) in part.iter().enumerate() {
            self.stage.seen.load(self.stage.now, class, *boxes);
        }
    }

    /// The boxes of a train leave the network with it.
    #[inline]
    pub(super) fn unload_boxes(&mut self, train: u32) {
        if self.manifest.classes == 1 {
            self.stage.seen.unload(self.stage.now, 0, self.fleet[train].boxes);
            return;
        }
        for (class, boxes) in self.manifest.of(train).iter().enumerate() {
            self.stage.seen.unload(self.stage.now, class, *boxes);
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
