//! Published examples, and what other programs make of published data: what these print, ours must give.
//!
//! Each says where it is printed and whether it was read there. The paired differences have theirs in `paired.rs`, the
//! skewed law and the stopping rule in `tests/it/coverage.rs`.

use super::{MSER_5, Truncation, batch_means, mser, quantile_estimate, quantile_ranks, welch};

/// The number of molecules in the first 500 cycles of the example data of pyMSER (`example_data/enthalpy_data.csv` of
/// github.com/IBM/pymser): Oliveira, Luan, Esteves, Steiner & Neumann Barros Ferreira (2024), pyMSER: An Open-Source Library for
/// Automatic Equilibration Detection in Molecular Simulations, Journal of Chemical Theory and Computation 20(19), 8559-8568.
#[rustfmt::skip]
const MOLECULES: [u8; 500] = [
    38, 42, 44, 44, 44, 46, 45, 47, 51, 50, 50, 51, 52, 50, 50, 52, 50, 51, 55, 55, 52, 53, 55, 53, 53, 53, 56, 59, 60, 61, 64, 61, 60, 60,
    61, 66, 68, 69, 71, 67, 67, 65, 68, 65, 67, 62, 62, 63, 66, 65, 68, 74, 76, 78, 78, 78, 75, 77, 75, 71, 75, 74, 70, 71, 71, 70, 70, 69,
    66, 67, 66, 66, 68, 69, 66, 66, 64, 64, 65, 65, 65, 67, 66, 69, 65, 65, 63, 64, 60, 64, 65, 68, 68, 68, 66, 68, 71, 71, 73, 72, 74, 78,
    82, 79, 80, 77, 74, 73, 71, 72, 70, 66, 70, 71, 72, 77, 79, 75, 78, 79, 78, 76, 73, 74, 73, 73, 71, 79, 82, 83, 82, 80, 82, 81, 78, 81,
    84, 85, 85, 82, 78, 78, 79, 76, 78, 78, 77, 76, 77, 77, 81, 79, 75, 76, 74, 72, 69, 70, 68, 64, 61, 65, 63, 64, 67, 66, 65, 64, 72, 75,
    77, 76, 71, 70, 70, 67, 61, 61, 63, 65, 64, 65, 65, 69, 67, 73, 67, 65, 67, 72, 67, 69, 69, 68, 66, 67, 69, 67, 66, 66, 69, 69, 73, 67,
    69, 67, 64, 61, 61, 64, 61, 63, 64, 63, 64, 68, 66, 66, 65, 60, 63, 61, 63, 63, 61, 64, 62, 61, 62, 66, 70, 69, 67, 67, 70, 66, 71, 70,
    70, 70, 65, 68, 67, 64, 61, 61, 61, 65, 66, 68, 67, 62, 64, 63, 65, 68, 70, 72, 73, 74, 74, 73, 72, 70, 72, 70, 69, 71, 70, 73, 74, 75,
    74, 73, 73, 73, 72, 72, 75, 77, 73, 76, 75, 74, 72, 70, 68, 71, 68, 67, 70, 72, 67, 67, 68, 65, 64, 62, 66, 66, 65, 70, 71, 69, 66, 67,
    69, 67, 67, 69, 69, 71, 70, 70, 68, 72, 68, 71, 73, 74, 77, 78, 76, 74, 79, 80, 77, 74, 71, 70, 66, 67, 67, 71, 72, 68, 67, 64, 63, 63,
    65, 64, 63, 66, 62, 66, 65, 67, 66, 70, 67, 67, 64, 64, 67, 70, 67, 70, 69, 70, 67, 70, 70, 71, 66, 72, 74, 77, 73, 72, 71, 69, 71, 72,
    69, 69, 67, 67, 65, 67, 67, 70, 69, 71, 65, 64, 65, 63, 61, 63, 64, 69, 69, 68, 70, 70, 67, 64, 67, 72, 69, 67, 70, 68, 69, 68, 71, 69,
    68, 70, 68, 71, 70, 69, 67, 65, 61, 59, 63, 64, 67, 69, 69, 69, 65, 65, 69, 69, 70, 68, 69, 69, 69, 69, 64, 65, 65, 63, 65, 66, 70, 72,
    71, 71, 69, 65, 69, 72, 73, 74, 67, 69, 71, 74, 72, 71, 72, 69, 63, 59, 59, 62, 61, 64, 64, 67, 63, 63, 64, 65, 67, 67, 68, 69, 66, 66,
    65, 64, 64, 67, 69, 70, 70, 71, 66, 67, 69, 66, 66, 68, 69, 69, 68, 66, 69, 68, 65, 69, 67, 71,
];

fn molecules(n: usize) -> Vec<f64> {
    MOLECULES[..n].iter().map(|m| f64::from(*m)).collect()
}

/// The cut of pyMSER 1.0.22 (`PyPI`; `equilibrate` with `LLM=False, batch_size=5`) in the first 350, 400 and 450 is 155, and so
/// is that of kim-convergence 0.1.0 (`PyPI`; `mser_m` with `batch_size=5`), in all 500 too, where it leaves out the last few
/// batches, as we do. In the first 300 the cut of 155 is beyond the half, and kim-convergence calls it not truncated.
#[test]
fn mser_5_as_two_other_programs_have_it() {
    for n in [350, 400, 450, 500] {
        assert_eq!(mser(&molecules(n), MSER_5), Some(Truncation::At(155)), "{n}");
    }
    assert_eq!(mser(&molecules(300), MSER_5), Some(Truncation::NotSettled));
    // The mean over the rest, as pyMSER 1.0.22 prints it for the first 400.
    let rest = &molecules(400)[155..];
    #[allow(clippy::cast_precision_loss, reason = "few")]
    let mean = rest.iter().sum::<f64>() / rest.len() as f64;
    assert!((mean - 68.110_204_081_632_66).abs() < 1e-12, "{mean}");
}

/// The standard errors of pyblock 0.6 (`PyPI`; `blocking.reblock`), after Flyvbjerg & Petersen (1989), Journal of Chemical
/// Physics 91(1), 461-466, of the first 448 in blocks of 8, 16, 32 and 64.
#[test]
fn batch_means_as_another_program_has_them() {
    for (batches, error) in [
        (56, 0.857_338_939_878_967_7),
        (28, 1.171_817_679_374_135),
        (14, 1.572_187_516_723_238_9),
        (7, 1.536_888_307_471_579_8),
    ] {
        let found = batch_means(&molecules(448), batches, 0.95).expect("enough");
        let ours = found.estimate.sd.expect("many") / f64::from(found.estimate.n).sqrt();
        assert!((found.estimate.mean - 67.953_125).abs() < 1e-12);
        assert!((ours - error).abs() < 1e-12, "{batches}: {ours} {error}");
    }
}

/// A question on output analysis of the course in simulation at Georgia Tech (module 9, question 2, as copied in
/// `github.com/gderiddershanghai/gt_test_prep`): eight values in two batches of four, whose means are 167.75 and 186.75; the
/// estimate of the variance is 722, and the 90 % interval of the mean \[117.27, 237.23\].
#[test]
fn batch_means_of_a_course() {
    let found = batch_means(&[154.0, 180.0, 175.0, 162.0, 200.0, 173.0, 191.0, 183.0], 2, 0.9).expect("enough");
    let of_one_value = 4.0 * found.estimate.sd.expect("two").powi(2);
    assert!((of_one_value - 722.0).abs() < 1e-9);
    let (low, high) = found.estimate.interval().expect("two");
    assert!((low - 117.27).abs() < 0.015 && (high - 237.23).abs() < 0.015, "{low} {high}");
}

/// By size: how far from either end the limits of the median lie at 95 %, and what they cover in per cent; and at 99 %, 0 where
/// there are none. Nair (1940), Table of confidence intervals for the median in samples from any continuous population, Sankhya 4,
/// 551-558, as printed with Dixon & Massey (1969) in Jarrard, Scientific Methods, table 5 (read there). That has 98.1 for the 7, which are
/// is 1 - 2 / 2^7, 98.4.
#[rustfmt::skip]
const NAIR: [(u32, u32, f64, u32, f64); 60] = [
    (6, 1, 96.9, 0, 0.0), (7, 1, 98.4, 0, 0.0), (8, 1, 99.2, 1, 99.2), (9, 2, 96.1, 1, 99.6), (10, 2, 97.9, 1, 99.8),
    (11, 2, 98.8, 1, 99.9), (12, 3, 96.1, 2, 99.4), (13, 3, 97.8, 2, 99.7), (14, 3, 98.7, 2, 99.8), (15, 4, 96.5, 3, 99.3),
    (16, 4, 97.9, 3, 99.6), (17, 5, 95.1, 3, 99.8), (18, 5, 96.9, 4, 99.2), (19, 5, 98.1, 4, 99.6), (20, 6, 95.9, 4, 99.7),
    (21, 6, 97.3, 5, 99.3), (22, 6, 98.3, 5, 99.6), (23, 7, 96.5, 5, 99.7), (24, 7, 97.7, 6, 99.3), (25, 8, 95.7, 6, 99.6),
    (26, 8, 97.1, 7, 99.1), (27, 8, 98.1, 7, 99.4), (28, 9, 96.4, 7, 99.6), (29, 9, 97.6, 8, 99.2), (30, 10, 95.7, 8, 99.5),
    (31, 10, 97.1, 8, 99.7), (32, 10, 98.0, 9, 99.3), (33, 11, 96.5, 9, 99.5), (34, 11, 97.6, 10, 99.1), (35, 12, 95.9, 10, 99.4),
    (36, 12, 97.1, 10, 99.6), (37, 13, 95.3, 11, 99.2), (38, 13, 96.6, 11, 99.5), (39, 13, 97.6, 12, 99.1), (40, 14, 96.2, 12, 99.4),
    (41, 14, 97.2, 12, 99.6), (42, 15, 95.6, 13, 99.2), (43, 15, 96.8, 13, 99.5), (44, 16, 95.1, 14, 99.0), (45, 16, 96.4, 14, 99.3),
    (46, 16, 97.4, 14, 99.5), (47, 17, 96.0, 15, 99.2), (48, 17, 97.1, 15, 99.4), (49, 18, 95.6, 16, 99.1), (50, 18, 96.7, 16, 99.3),
    (51, 19, 95.1, 16, 99.5), (52, 19, 96.4, 17, 99.2), (53, 19, 97.3, 17, 99.5), (54, 20, 96.0, 18, 99.1), (55, 20, 97.0, 18, 99.4),
    (56, 21, 95.6, 18, 99.5), (57, 21, 96.7, 19, 99.2), (58, 22, 95.2, 19, 99.5), (59, 22, 96.4, 20, 99.1), (60, 22, 97.3, 20, 99.4),
    (61, 23, 96.0, 21, 99.0), (62, 23, 97.0, 21, 99.3), (63, 24, 95.7, 21, 99.5), (64, 24, 96.7, 22, 99.2), (65, 25, 95.4, 22, 99.4),
];

#[test]
fn the_table_of_limits_of_the_median() {
    for (n, k, covered, k_99, covered_99) in NAIR {
        for (level, k, covered) in [(0.95, k, covered), (0.99, k_99, covered_99)] {
            let found = quantile_ranks(n, 0.5, level);
            if k == 0 {
                assert_eq!(found, None, "{n} at {level}");
                continue;
            }
            let found = found.expect("the table has it");
            assert_eq!((found.lower, found.upper), (k, n + 1 - k), "{n} at {level}");
            assert!((found.coverage * 100.0 - covered).abs() < 0.051, "{n} at {level}: {found:?}");
        }
    }
}

/// The examples of `ci.median` of the R package statpsych 1.4 and later, whose pages print what it gives: 20.7 with the limits
/// 10.8 and 30.9, 20 with 10 and 30, and 29 to 44 about 38, which is the mean of the two in the middle.
#[test]
fn medians_of_statpsych() {
    let mut scores = [
        30.2, 20.4, 15.1, 10.2, 10.5, 60.8, 20.8, 25.0, 20.7, 30.9, 10.8, 5.1, 50.9, 40.0, 20.9, 10.8, 0.0, 20.5, 50.8,
    ];
    let found = quantile_estimate(&mut scores, 0.5, 0.95).expect("nineteen");
    assert_eq!((found.value, found.interval), (20.7, Some((10.8, 30.9))));
    let mut whole = [
        30.0, 20.0, 15.0, 10.0, 10.0, 60.0, 20.0, 25.0, 20.0, 30.0, 10.0, 5.0, 50.0, 40.0, 20.0, 10.0, 0.0, 20.0, 50.0,
    ];
    let found = quantile_estimate(&mut whole, 0.5, 0.95).expect("nineteen");
    assert_eq!((found.value, found.interval), (20.0, Some((10.0, 30.0))));
    let mut ten = [25.0, 29.0, 35.0, 36.0, 36.0, 40.0, 41.0, 43.0, 44.0, 54.0];
    assert_eq!(quantile_estimate(&mut ten, 0.5, 0.95).and_then(|q| q.interval), Some((29.0, 44.0)));
}

/// Intervals of quantiles of `scipy.stats.quantile_test` (`SciPy` 1.17.1) for the numbers from 1 to 200, so that values are ranks, and for
/// the molecules above, with their ties.
#[test]
fn quantiles_of_scipy() {
    for (p, level, low, high) in [
        (0.5, 0.95, 86, 115),
        (0.5, 0.9, 88, 113),
        (0.9, 0.95, 171, 189),
        (0.9, 0.9, 173, 188),
        (0.95, 0.95, 184, 197),
        (0.95, 0.9, 185, 196),
    ] {
        let found = quantile_ranks(200, p, level).map(|ranks| (ranks.lower, ranks.upper));
        assert_eq!(found, Some((low, high)), "{p} at {level}");
    }
    for (p, low, high) in [(0.5, 67.0, 69.0), (0.9, 74.0, 77.0), (0.95, 77.0, 79.0)] {
        let found = quantile_estimate(&mut molecules(500), p, 0.95).and_then(|q| q.interval);
        assert_eq!(found, Some((low, high)), "{p}");
    }
}

/// Welch's moving average keeps a straight line what it is, front and all, as the definition in Law (2015), eq. 9.3, has it.
#[test]
fn welch_of_a_line() {
    let line: Vec<f64> = (0..20).map(f64::from).collect();
    assert_eq!(welch(std::slice::from_ref(&line), 5), line[..15]);
}
