//! The counter-based generator Philox2x64-7.

/// The multiplier and the key increment of Philox2x64: Salmon, Moraes, Dror & Shaw (2011), Parallel
/// random numbers: as easy as 1, 2, 3, Proc. SC11, section 3.3.
const MULTIPLIER: u64 = 0xD2B7_4407_B1CE_6E93;
const WEYL: u64 = 0x9E37_79B9_7F4A_7C15;
/// Six rounds pass `BigCrush`; seven are the least with a margin that the authors ship (Salmon et al., section 4.2 and table 2). Against
/// their ten, each draw takes a third less of a chain in which every step waits for the one before.
const ROUNDS: u32 = 7;

/// Two random words from a counter and a key; a bijection of the counter for every key.
#[inline]
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "the halves of a 128-bit product are meant")]
pub fn philox2x64(counter: [u64; 2], key: u64) -> [u64; 2] {
    let [mut a, mut b] = counter;
    let mut k = key;
    for _ in 0..ROUNDS {
        let product = u128::from(a) * u128::from(MULTIPLIER);
        a = (product >> 64) as u64 ^ k ^ b;
        b = product as u64;
        k = k.wrapping_add(WEYL);
    }
    [a, b]
}

#[cfg(test)]
mod tests {
    use super::philox2x64;

    /// The known answers that the authors ship with Random123.
    #[test]
    fn published_vectors() {
        let all = u64::MAX;
        for (counter, key, expected) in [
            ([0, 0], 0, [0xb41d_a69f_bfef_c666, 0x511e_9ce1_a553_4056]),
            ([all, all], all, [0xa469_6cc0_4462_015d, 0x7247_82da_e171_69e9]),
            (
                [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344],
                0xa409_3822_299f_31d0,
                [0x98ed_1534_392b_f372, 0x6752_8b15_6888_2fd5],
            ),
        ] {
            assert_eq!(philox2x64(counter, key), expected);
        }
    }
}
