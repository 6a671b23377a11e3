//! What is on the trains: boxes by class of cargo.

use super::state::State;
use super::train::Train;

/// The boxes of every train inside, by class and last without one: a side table, since few steps look at it. Where there is one
/// class only it is empty, for then a train itself knows.
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

    /// Whether all boxes are alike.
    #[inline]
    fn is_plain(&self) -> bool {
        self.classes == 1
    }

    /// The boxes of a train in this slot, by class.
    pub(super) fn of<'t>(&'t self, slot: u32, train: &'t Train) -> &'t [u32] {
        if self.is_plain() {
            return std::slice::from_ref(&train.boxes);
        }
        &self.counts[slot as usize * self.classes..][..self.classes]
    }

    /// A new train has no boxes yet.
    pub(super) fn begin(&mut self, train: u32) {
        if self.is_plain() {
            return;
        }
        let needed = (train as usize + 1) * self.classes;
        if self.counts.len() < needed {
            self.counts.resize(needed, 0);
        }
        self.of_mut(train).fill(0);
    }

    /// The boxes of a train in this slot are about to join others.
    pub(super) fn take_apart(&mut self, slot: u32, train: &Train) {
        let mut part = std::mem::take(&mut self.part);
        part.clear();
        part.extend_from_slice(self.of(slot, train));
        self.part = part;
    }

    /// So many of the boxes that are about to join trains join this one, in the order of classes.
    pub(super) fn join(&mut self, train: u32, mut boxes: u32) {
        for class in 0..self.classes {
            let joining = boxes.min(self.part[class]);
            boxes -= joining;
            self.part[class] -= joining;
            if let Some(boxes) = self.count(train, class) {
                *boxes += joining;
            }
        }
    }

    fn of_mut(&mut self, train: u32) -> &mut [u32] {
        &mut self.counts[train as usize * self.classes..][..self.classes]
    }

    /// The boxes of a class on a train, where they are kept here.
    fn count(&mut self, train: u32, class: usize) -> Option<&mut u32> {
        (!self.is_plain()).then(|| &mut self.of_mut(train)[class])
    }
}

impl State<'_> {
    /// A new train has its boxes.
    #[inline]
    pub(super) fn load_boxes(&mut self, train: u32) {
        if !self.manifest.is_plain() {
            self.load_by_class(train);
        }
    }

    fn load_by_class(&mut self, train: u32) {
        let t = &self.fleet[train];
        let (flow, number, boxes) = (t.flow, t.number, t.boxes);
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
            let mut draws = mix.chance.draws(&self.luck.keys, flow.entity, number);
            for _ in 0..boxes {
                let number = draws.uniform();
                // The last sum may be a little below 1.
                let class = mix.cumulative.iter().position(|sum| number < *sum).unwrap_or(classes - 2);
                part[class] += 1;
            }
        } else {
            part[classes - 1] = boxes;
        }
        if classes > 1 {
            for (class, boxes) in part.iter().enumerate() {
                self.stage.seen.load(class, *boxes);
            }
        }
    }

    /// The boxes of a train leave the network with it.
    #[inline]
    pub(super) fn unload_boxes(&mut self, train: u32) {
        if !self.manifest.is_plain() {
            self.unload_by_class(train);
        }
    }

    fn unload_by_class(&mut self, train: u32) {
        for (class, boxes) in self.manifest.of(train, &self.fleet[train]).iter().enumerate() {
            self.stage.seen.unload(class, *boxes);
        }
    }

    /// The boxes of a train by class.
    pub(super) fn boxes_by_class(&self, train: u32) -> &[u32] {
        self.manifest.of(train, &self.fleet[train])
    }

    /// The first class of which a train has boxes.
    pub(super) fn first_class(&self, train: u32) -> usize {
        self.boxes_by_class(train).iter().position(|boxes| *boxes > 0).unwrap_or_default()
    }

    /// Boxes of a class are put on a train.
    pub(super) fn add_boxes(&mut self, train: u32, class: usize, boxes: u32) {
        if let Some(of_class) = self.manifest.count(train, class) {
            *of_class += boxes;
        }
        self.fleet[train].boxes += boxes;
    }

    /// Boxes of a class are taken off a train, which has as many.
    pub(super) fn take_boxes(&mut self, train: u32, class: usize, boxes: u32) {
        if let Some(of_class) = self.manifest.count(train, class) {
            *of_class -= boxes;
        }
        self.fleet[train].boxes -= boxes;
    }
}
