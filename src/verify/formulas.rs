//! Exact answers of queueing theory, each as its source has it.

/// Erlang's B: the share lost of an offered load in erlang on so many servers, by the recursion of the number of servers.
/// Gross, Shortle, Thompson & Harris (2008), Fundamentals of Queueing Theory, 4th ed., section 2.4.
#[must_use]
pub fn erlang_b(servers: u32, offered: f64) -> f64 {
    (1..=servers).fold(1.0, |lost, n| offered * lost / (f64::from(n) + offered * lost))
}

/// Erlang's C: the share that waits. Gross et al. (2008), section 2.3 with 2.4.
#[must_use]
pub fn erlang_c(servers: u32, offered: f64) -> f64 {
    let (lost, servers) = (erlang_b(servers, offered), f64::from(servers));
    servers * lost / (servers - offered * (1.0 - lost))
}

/// The mean wait of M/G/1 in units of the mean service, by Pollaczek and Khinchine: Gross et al. (2008), section 5.1.
#[must_use]
pub fn pollaczek_khinchine(utilisation: f64, coefficient_of_variation: f64) -> f64 {
    utilisation * (1.0 + coefficient_of_variation.powi(2)) / (2.0 * (1.0 - utilisation))
}

/// Mean number in M/M/1 with unit work whose server breaks down and is repaired at these rates, at work or not, the work
/// resting meanwhile: derived in `scenarios/oracles/m_m_1_breakdowns.toml`; the chain is that of White & Christie (1958),
/// Operations Research 6(1), 79-95.
#[must_use]
pub fn m_m_1_breakdowns(arrivals: f64, breakdowns: f64, repairs: f64) -> f64 {
    let (l, f, r) = (arrivals, breakdowns, repairs);
    l * (1.0 + f / r + f * l / (r * r)) / (1.0 - l - f * l / r) + f * l / (r * (f + r))
}

/// Mean number waiting in M/M/1: Gross et al. (2008), section 2.2.
#[must_use]
pub fn m_m_1_waiting(utilisation: f64) -> f64 {
    utilisation * utilisation / (1.0 - utilisation)
}

/// Shares of time with 0, 1, ... `most` in M/M/c/K: Gross et al. (2008), section 2.5.
#[must_use]
pub fn m_m_c_k(servers: u32, offered: f64, most: u32) -> Vec<f64> {
    let weights = (0..=most).scan(1.0, |weight, n| {
        if n > 0 {
            *weight *= offered / f64::from(n.min(servers));
        }
        Some(*weight)
    });
    shares(weights.collect())
}

/// Mean number out of order among so many machines with so many repairers, each machine breaking down at `ratio` of the rate at
/// which one is repaired: Gross et al. (2008), section 2.7.
#[must_use]
pub fn machine_repair(machines: u32, repairers: u32, ratio: f64) -> f64 {
    let weights = (0..=machines).scan(1.0, |weight, n| {
        if n > 0 {
            *weight *= f64::from(machines + 1 - n) * ratio / f64::from(n.min(repairers));
        }
        Some(*weight)
    });
    mean_number(&shares(weights.collect()))
}

fn shares(weights: Vec<f64>) -> Vec<f64> {
    let all: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / all).collect()
}

/// The mean number where 0, 1, 2 and so on have these shares of time.
#[must_use]
pub fn mean_number(shares: &[f64]) -> f64 {
    (0u32..).zip(shares).map(|(n, share)| f64::from(n) * share).sum()
}

/// Mean waits of the classes of a queue with priority without interruption, the highest first, unit exponential work for all:
/// Cobham (1954), Operations Research 2(1), 70-76; Gross et al. (2008), section 3.4.1.
#[must_use]
pub fn cobham(loads: &[f64]) -> Vec<f64> {
    let left: f64 = loads.iter().sum();
    let waits = loads.iter().scan(0.0, |above, load| {
        let below = *above + load;
        let wait = left / ((1.0 - *above) * (1.0 - below));
        *above = below;
        Some(wait)
    });
    waits.collect()
}

/// The mean time in M/G/1, with mean and second moment of the work, whose server is up for exponential times of mean `up` and
/// down for times of mean and second moment `down`, busy or not, the work resting meanwhile: derived in
/// `scenarios/oracles/storms.toml`. With exponential times this is White & Christie (1958), Operations Research 6(1), 79-95; in
/// general model A of Avi-Itzhak & Naor (1963), Operations Research 11(3), 303-320.
#[must_use]
pub fn time_with_interruptions(rate: f64, work: (f64, f64), up: f64, down: (f64, f64)) -> f64 {
    let a = 1.0 + down.0 / up;
    let rest = (1.0 - 1.0 / a) * down.1 / (2.0 * down.0);
    let load = rate * work.0;
    let found = (load * rest + rate * work.1 * a / 2.0) / (1.0 - load * a);
    rest + a * (found + work.0)
}

/// The mean wait in `E_k`/M/1 with unit work, arrivals at the rate `rate / k`: s / (1 - s) with the root s of
/// s = (rate / (rate + 1 - s))^k. Kleinrock (1975), Queueing Systems I, section 6.4.
#[must_use]
pub fn erlang_m_1(phases: u32, rate: f64) -> f64 {
    let next = |s: f64| (0..phases).fold(1.0, |product, _| product * rate / (rate + 1.0 - s));
    let root = (0..500).fold(0.5, |s, _| next(s));
    root / (1.0 - root)
}

/// Throughput of two stations in a row with unit exponential work, the first never without work and room for so many
/// between them: Hunt (1956), Operations Research 4(6), 674-683.
#[must_use]
pub fn blocking_tandem(room: u32) -> f64 {
    f64::from(room + 2) / f64::from(room + 3)
}

/// The time average of the mean number waiting in M/M/1 from empty, unit service rate, over so many units: the forward
/// equations (Gross et al. (2008), section 2.11) cut at 400, by the classical Runge-Kutta method.
#[must_use]
pub fn m_m_1_waiting_from_empty(arrival_rate: f64, length: f64) -> f64 {
    const STATES: usize = 400;
    let slope = |p: &[f64]| -> Vec<f64> {
        let flow = |n: usize| arrival_rate * p[n] - p[n + 1];
        (0..STATES)
            .map(|n| if n > 0 { flow(n - 1) } else { 0.0 } - if n + 1 < STATES { flow(n) } else { 0.0 })
            .collect()
    };
    let waiting = |p: &[f64]| -> f64 { (0u32..).zip(p).skip(2).map(|(n, p)| f64::from(n - 1) * p).sum() };
    let steps = 2_000;
    let h = length / f64::from(steps);
    let mut p = vec![0.0; STATES];
    p[0] = 1.0;
    let mut area = 0.0;
    for _ in 0..steps {
        let before = waiting(&p);
        let moved = |k: &[f64], by: f64| -> Vec<f64> { p.iter().zip(k).map(|(p, k)| p + by * k).collect() };
        let k1 = slope(&p);
        let k2 = slope(&moved(&k1, h / 2.0));
        let k3 = slope(&moved(&k2, h / 2.0));
        let k4 = slope(&moved(&k3, h));
        p = (0..STATES)
            .map(|n| p[n] + h / 6.0 * (k1[n] + 2.0 * k2[n] + 2.0 * k3[n] + k4[n]))
            .collect();
        area += h * f64::midpoint(before, waiting(&p));
    }
    area / length
}

/// The berth and the wagons of the finite source: share of time with the berth held, and mean number of wagons out. The
/// states and their weights are told in `scenarios/oracles/finite_source.toml`; the method is that of the machine-repair
/// model, Gross et al. (2008), section 2.7.
#[must_use]
pub fn finite_source(wagons: u32, cycle: f64) -> (f64, f64) {
    let (mut weight, mut sum, mut out) = (1.0, 1.0, 0.0);
    for n in 1..=wagons {
        weight *= cycle / f64::from(n);
        sum += weight;
        out += f64::from(n) * weight;
    }
    let held = weight * cycle / f64::from(wagons);
    let all = sum + held;
    (held / all, (out + f64::from(wagons) * held) / all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of the usual tables, or worked out another way.
    #[test]
    fn known_values() {
        for (found, expected) in [
            (erlang_b(10, 8.0), 0.121_661_1),
            (erlang_c(3, 2.4), 0.647_191_0),
            (erlang_c(5, 4.0), 0.554_112_6),
            (erlang_c(3, 2.0), 4.0 / 9.0),
            (pollaczek_khinchine(0.8, 0.0), 2.0),
            (pollaczek_khinchine(0.8, 2.0), 10.0),
            (m_m_1_waiting(0.8), 3.2),
            (m_m_1_breakdowns(0.5, 0.05, 0.2), 3.0),
            (m_m_1_breakdowns(0.8, 0.0, 1.0), 4.0),
            (m_m_c_k(1, 0.8, 5)[5], 0.088_819_5),
            (mean_number(&m_m_c_k(1, 0.8, 5)), 1.868_332_0),
            (m_m_c_k(10, 8.0, 10)[10], 0.121_661_1),
            (machine_repair(10, 1, 0.1), 2.145_823),
            (machine_repair(10, 2, 0.2), 2.403_722),
            (machine_repair(4, 1, 0.5), 23.0 / 10.5),
            (cobham(&[0.3, 0.5])[0], 1.142_857),
            (cobham(&[0.3, 0.5])[1], 5.714_286),
            (time_with_interruptions(0.6, (1.0, 2.0), 10.0, (2.5, 12.5)), 7.0),
            (time_with_interruptions(0.5, (1.0, 2.0), 20.0, (5.0, 50.0)), 3.0 / 0.5),
            (erlang_m_1(1, 0.8), 4.0),
            (erlang_m_1(2, 1.6), 2.843_980),
            (blocking_tandem(2), 0.8),
        ] {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    /// Weights 1, 5, 25/2, 125/6, 625/24 and 5/4 of the last.
    #[test]
    fn finite_source_by_hand() {
        let all = 1.0 + 5.0 + 12.5 + 125.0 / 6.0 + 625.0 / 24.0 * 2.25;
        let (held, out) = finite_source(4, 5.0);
        assert!((held - 625.0 / 24.0 * 1.25 / all).abs() < 1e-12);
        assert!((out - (5.0 + 25.0 + 62.5 + 625.0 / 6.0 * 2.25) / all).abs() < 1e-12);
    }

    /// Over a long time the begin is forgotten: (0.5: 1 / 2 waiting).
    #[test]
    fn from_empty_tends_to_the_steady_state() {
        let long = m_m_1_waiting_from_empty(0.5, 400.0);
        assert!((long - 0.5).abs() < 0.01 && long < 0.5, "{long}");
        assert!(m_m_1_waiting_from_empty(0.5, 1.0) < 0.05);
    }
}
