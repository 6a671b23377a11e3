//! Event lists for the loop written by hand: the heap of the standard library, and a quicker one. Ties go by order of scheduling.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Pending events.
pub trait EventList: Default {
    fn clear(&mut self);
    fn schedule(&mut self, at: u64, event: u32);
    fn next(&mut self) -> Option<(u64, u32)>;
}

/// The heap of the standard library.
#[derive(Default)]
pub struct Standard {
    heap: BinaryHeap<Reverse<(u64, u32, u32)>>,
    sequence: u32,
}

impl EventList for Standard {
    fn clear(&mut self) {
        self.heap.clear();
        self.sequence = 0;
    }

    #[inline]
    fn schedule(&mut self, at: u64, event: u32) {
        self.sequence += 1;
        self.heap.push(Reverse((at, self.sequence, event)));
    }

    #[inline]
    fn next(&mut self) -> Option<(u64, u32)> {
        self.heap.pop().map(|Reverse((at, _, event))| (at, event))
    }
}

/// Four children a node, one key of 128 bits an event, and lazy: taking the first leaves a hole at the top, which the next event
/// scheduled fills with one pass down instead of one down and one up.
#[derive(Default)]
pub struct Lazy {
    keys: Vec<u128>,
    hole: bool,
    sequence: u32,
}

impl Lazy {
    #[inline]
    fn sift_down(&mut self, key: u128) {
        let keys = self.keys.as_mut_slice();
        let mut hole = 0;
        loop {
            let first = 4 * hole + 1;
            let (least, at) = if let Some(&[a, b, c, d]) = keys.get(first..first + 4) {
                let left = if b < a { (b, first + 1) } else { (a, first) };
                let right = if d < c { (d, first + 3) } else { (c, first + 2) };
                if right.0 < left.0 { right } else { left }
            } else {
                let tail = keys.get(first..).unwrap_or_default().iter().copied().zip(first..);
                match tail.min() {
                    Some(least) => least,
                    None => break,
                }
            };
            if key <= least {
                break;
            }
            keys[hole] = least;
            hole = at;
        }
        keys[hole] = key;
    }

    #[inline]
    fn sift_up(&mut self, key: u128) {
        let mut hole = self.keys.len();
        self.keys.push(key);
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if self.keys[parent] <= key {
                break;
            }
            self.keys[hole] = self.keys[parent];
            hole = parent;
        }
        self.keys[hole] = key;
    }
}

impl EventList for Lazy {
    fn clear(&mut self) {
        self.keys.clear();
        self.hole = false;
        self.sequence = 0;
    }

    #[inline]
    fn schedule(&mut self, at: u64, event: u32) {
        self.sequence += 1;
        let key = u128::from(at) << 64 | u128::from(self.sequence) << 32 | u128::from(event);
        if std::mem::take(&mut self.hole) {
            self.sift_down(key);
        } else {
            self.sift_up(key);
        }
    }

    #[inline]
    fn next(&mut self) -> Option<(u64, u32)> {
        if std::mem::take(&mut self.hole)
            && let Some(last) = self.keys.pop()
            && !self.keys.is_empty()
        {
            self.sift_down(last);
        }
        let first = *self.keys.first()?;
        self.hole = true;
        Some(((first >> 64) as u64, first as u32))
    }
}
