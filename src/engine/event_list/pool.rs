//! Places that are used again and again, linked to chains.
#![allow(clippy::cast_possible_truncation, reason = "far fewer than 2^32 places")]
#![allow(clippy::inline_always, reason = "parts of two functions, each of which is one in the end")]

/// No place: the end of a chain.
pub(super) const NONE: u32 = u32::MAX;

/// What stands at a place and knows the next one of its chain.
pub(super) trait Chained {
    /// At a place that was never used.
    const UNUSED: Self;
    /// The next of its chain, or [`NONE`].
    fn next(&mut self) -> &mut u32;
}

/// Places in one list, those not in use in a chain of their own.
#[derive(Clone, Debug)]
pub(super) struct Pool<T> {
    places: Vec<T>,
    free: u32,
    /// For how many more there is to be room when there is no room for one.
    spare: usize,
}

impl<T: Chained> Pool<T> {
    /// No places; room is made for so many at a time.
    pub(super) fn new(spare: usize) -> Self {
        Self {
            places: Vec::new(),
            free: NONE,
            spare,
        }
    }

    /// Gives all back; keeps the memory.
    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.free = NONE;
    }

    /// What stands at a place; none at [`NONE`].
    #[inline(always)]
    pub(super) fn get(&mut self, at: u32) -> Option<&mut T> {
        self.places.get_mut(at as usize)
    }

    /// Takes a place, and links it to the next one. What stood there last stands there still.
    #[inline(always)]
    pub(super) fn take(&mut self, next: u32) -> (u32, &mut T) {
        let mut at = self.free;
        if at == NONE {
            at = self.append();
        } else {
            self.free = *self.places[at as usize].next();
        }
        let place = &mut self.places[at as usize];
        *place.next() = next;
        (at, place)
    }

    #[inline(never)]
    fn append(&mut self) -> u32 {
        if self.places.len() == self.places.capacity() {
            self.places.reserve(self.spare);
        }
        self.places.push(T::UNUSED);
        self.places.len() as u32 - 1
    }

    /// Gives a place back; the next one of its chain.
    #[inline(always)]
    pub(super) fn give_back(&mut self, at: u32) -> u32 {
        let free = std::mem::replace(&mut self.free, at);
        std::mem::replace(self.places[at as usize].next(), free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ring(u32);

    impl Chained for Ring {
        const UNUSED: Self = Self(NONE);
        fn next(&mut self) -> &mut u32 {
            &mut self.0
        }
    }

    #[test]
    fn places_are_used_again() {
        let mut pool = Pool::<Ring>::new(8);
        let (first, _) = pool.take(NONE);
        let (second, _) = pool.take(first);
        assert_eq!((pool.give_back(second), pool.give_back(first)), (first, NONE));
        // The last one given back comes first, and no third is needed.
        assert_eq!((pool.take(NONE).0, pool.take(first).0), (first, second));
        assert!(pool.get(2).is_none() && pool.get(NONE).is_none());
        pool.clear();
        assert!(pool.get(first).is_none());
        assert_eq!(pool.take(NONE).0, 0);
    }
}
