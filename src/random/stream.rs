//! Addresses of draws.

use std::convert::Infallible;

use rand::TryRng;
use sha2::{Digest, Sha256};

use super::philox::philox2x64;

/// What is drawn for: a hash of a name such as `places.horgos.clearance.rail.time`.
///
/// Two names with one hash would share their luck; with a thousand names the chance is below 1e-13.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purpose(u64);

impl Purpose {
    /// The purpose, or entity, of this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let digest = Sha256::digest(name.as_bytes());
        let mut word = [0; 8];
        word.copy_from_slice(&digest[..8]);
        Self(u64::from_le_bytes(word))
    }

    /// The key of this purpose in one replication of one seed.
    #[must_use]
    pub fn key(self, seed: u64, replication: u32) -> StreamKey {
        StreamKey(philox2x64([self.0, u64::from(replication)], seed)[0])
    }
}

/// The streams of one purpose in one replication: one for each entity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamKey(u64);

impl StreamKey {
    /// The stream of an entity: the `number`-th train of a flow.
    #[inline]
    #[must_use]
    pub fn draws(self, flow: Purpose, number: u32) -> Draws {
        Draws {
            key: self.0,
            flow: flow.0,
            block: u64::from(number) << 32,
            spare: None,
        }
    }

    /// The first two numbers of the streams of entities in a row, of which `first` is the number of the first: first all the first,
    /// then all the second.
    #[inline]
    pub(super) fn firsts<const N: usize>(self, flow: Purpose, first: u32) -> [[f64; N]; 2] {
        #[allow(clippy::cast_possible_truncation, reason = "a few")]
        let words: [[u64; 2]; N] = std::array::from_fn(|i| philox2x64([flow.0, u64::from(first.wrapping_add(i as u32)) << 32], self.0));
        let mut numbers = [[0.0; N]; 2];
        for (i, words) in words.into_iter().enumerate() {
            for (numbers, word) in numbers.iter_mut().zip(words) {
                numbers[i] = uniform(word);
            }
        }
        numbers
    }
}

/// [`Draws::uniform`] of a word.
#[inline]
#[allow(clippy::cast_precision_loss, reason = "52 bits and a half fit exactly")]
fn uniform(word: u64) -> f64 {
    const STEP: f64 = 1.0 / (1u64 << 52) as f64;
    const WHOLE: f64 = (1u64 << 52) as f64;
    // The 52 bits as the lowest of a number between 2^52 and 2^53: its distance from the lower end is exactly the number they make.
    (f64::from_bits(word >> 12 | WHOLE.to_bits()) - WHOLE + 0.5) * STEP
}

/// A stream of random words: 2^33 of them before it would run into the next entity's.
#[derive(Clone, Debug)]
pub struct Draws {
    key: u64,
    flow: u64,
    block: u64,
    spare: Option<u64>,
}

impl Draws {
    /// The next word.
    #[inline]
    pub fn word(&mut self) -> u64 {
        if let Some(word) = self.spare.take() {
            return word;
        }
        let [first, second] = philox2x64([self.flow, self.block], self.key);
        self.block += 1;
        self.spare = Some(second);
        first
    }

    /// A number strictly between 0 and 1, from 52 bits, symmetric around one half: the middle of one of so many equal parts.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        uniform(self.word())
    }
}

impl TryRng for Draws {
    type Error = Infallible;

    #[allow(clippy::cast_possible_truncation, reason = "the upper half is wanted")]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.word() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.word())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.word().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_address_matters() {
        let first = |purpose: &str, seed, replication, flow: &str, number| {
            Purpose::named(purpose)
                .key(seed, replication)
                .draws(Purpose::named(flow), number)
                .word()
        };
        let base = first("p", 1, 1, "f", 1);
        assert_eq!(base, first("p", 1, 1, "f", 1));
        for other in [
            first("q", 1, 1, "f", 1),
            first("p", 2, 1, "f", 1),
            first("p", 1, 2, "f", 1),
            first("p", 1, 1, "g", 1),
            first("p", 1, 1, "f", 2),
        ] {
            assert_ne!(base, other);
        }
    }

    /// Pinned, so that a change of results is noticed where it begins.
    #[test]
    fn pinned_words() {
        let mut draws = Purpose::named("places.a.clearance.b.time")
            .key(2022, 1)
            .draws(Purpose::named("flows.f"), 7);
        let words: Vec<String> = (0..3).map(|_| format!("{:016x}", draws.word())).collect();
        insta::assert_snapshot!(words.join(" "), @"501630e9790440c4 b7f622285a1aa9e1 a48c9871344e3f52");
    }
}
