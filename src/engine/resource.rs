//! What entities share, and where they queue for it.

use std::collections::VecDeque;

/// A number of identical servers or places, some of them taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// How many there are; more may be taken where the number fell while they were in use.
    pub capacity: u32,
    /// How many are taken.
    pub taken: u32,
}

impl Resource {
    /// All free.
    #[must_use]
    pub fn new(capacity: u32) -> Self {
        Self { capacity, taken: 0 }
    }

    /// Whether one can be taken.
    #[inline]
    #[must_use]
    pub fn has_free(self) -> bool {
        self.taken < self.capacity
    }

    /// Takes one; whether there was one to take.
    #[inline]
    pub fn take(&mut self) -> bool {
        let free = self.has_free();
        self.taken += u32::from(free);
        free
    }

    /// Gives one back.
    #[inline]
    pub fn give_back(&mut self) {
        debug_assert!(self.taken > 0, "more given back than taken");
        self.taken -= 1;
    }
}

/// A queue, first come first served, that knows what its head is waiting for.
#[derive(Clone, Debug)]
pub struct Gate<C> {
    queue: VecDeque<u32>,
    cause: Option<C>,
}

impl<C> Default for Gate<C> {
    fn default() -> Self {
        Self {
            queue: VecDeque::new(),
            cause: None,
        }
    }
}

impl<C: Copy + PartialEq> Gate<C> {
    /// Sends everyone away; keeps the memory.
    pub fn clear(&mut self) {
        self.queue.clear();
        self.cause = None;
    }

    /// Who is first.
    #[inline]
    #[must_use]
    pub fn head(&self) -> Option<u32> {
        self.queue.front().copied()
    }

    /// Whether nobody waits.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Who is at this position from the head, which is 0.
    #[inline]
    #[must_use]
    pub fn at(&self, position: usize) -> Option<u32> {
        self.queue.get(position).copied()
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Those waiting, first to last.
    pub fn waiting(&self) -> impl Iterator<Item = u32> + '_ {
        self.queue.iter().copied()
    }

    /// An entity joins at the end, for this cause, or for that of those before it.
    /// Returns the cause for which it waits.
    #[inline]
    pub fn join(&mut self, entity: u32, cause: C) -> C {
        let cause = match self.cause {
            Some(first) if !self.queue.is_empty() => first,
            _ => {
                self.cause = Some(cause);
                cause
            }
        };
        self.queue.push_back(entity);
        cause
    }

    /// An entity joins before the last so many. Returns the cause for which it waits, as [`Gate::join`] does; the first of the
    /// gate waits for its own.
    pub fn join_before(&mut self, behind: usize, entity: u32, cause: C) -> C {
        let position = self.queue.len() - behind;
        if position == 0 {
            self.cause = Some(cause);
        }
        self.queue.insert(position, entity);
        self.cause.unwrap_or(cause)
    }

    /// What the first waits for.
    #[must_use]
    pub fn cause(&self) -> Option<C> {
        self.cause
    }

    /// Notes what the head waits for now; whether that is something new.
    #[inline]
    pub fn waits_for(&mut self, cause: C) -> bool {
        self.cause.replace(cause) != Some(cause)
    }

    /// The entity at a position from the head, which is 0, leaves.
    #[inline]
    pub fn leave_from(&mut self, position: usize) -> Option<u32> {
        if position == 0 {
            self.queue.pop_front()
        } else {
            self.queue.remove(position)
        }
    }

    /// The head leaves.
    #[inline]
    pub fn leave(&mut self) -> Option<u32> {
        self.queue.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_there_are() {
        let mut r = Resource::new(2);
        assert!(r.take() && r.take() && !r.take());
        r.give_back();
        assert!(r.has_free() && r.take());
    }

    #[test]
    fn first_come_first_served_for_one_cause() {
        let mut gate = Gate::default();
        assert_eq!(gate.join(7, 'a'), 'a');
        assert_eq!(gate.join(8, 'b'), 'a', "behind the first, one waits for what the first waits for");
        assert!(gate.waits_for('b') && !gate.waits_for('b'));
        assert_eq!((gate.leave(), gate.head(), gate.len()), (Some(7), Some(8), 1));
        assert_eq!(gate.waiting().collect::<Vec<_>>(), [8]);
        assert_eq!((gate.join_before(0, 9, 'c'), gate.join_before(1, 10, 'd')), ('b', 'b'));
        assert_eq!(
            (gate.join_before(3, 11, 'e'), gate.cause()),
            ('e', Some('e')),
            "the first waits for its own cause"
        );
        assert_eq!(
            (gate.leave_from(2), gate.leave_from(0), gate.leave_from(5)),
            (Some(10), Some(11), None)
        );
        assert_eq!(gate.waiting().collect::<Vec<_>>(), [8, 9]);
    }
}
