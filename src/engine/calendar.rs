//! When something is open and with how many servers, as a list of changes.

use crate::units::{Duration, Instant};

/// The number of servers over time; constant between changes. Zero is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// When each stretch begins, its servers, and when the next closed stretch begins.
    stretches: Vec<Stretch>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    from: Instant,
    servers: u32,
    closes_at: Instant,
}

/// Where a reader of a calendar has got to; it only moves forward. It carries along what it has read: nearly every look
/// is within the same stretch as the one before.
#[derive(Clone, Copy, Debug)]
pub struct Hand {
    /// The stretch.
    at: usize,
    /// When the next begins.
    until: Instant,
    servers: u32,
    closes_at: Instant,
}

impl Default for Hand {
    /// Before the first look.
    fn default() -> Self {
        Self {
            at: 0,
            until: Instant(i64::MIN),
            servers: 0,
            closes_at: Instant::NEVER,
        }
    }
}

impl Calendar {
    /// Always open with this many servers.
    #[must_use]
    pub fn always(servers: u32) -> Self {
        Self::from_changes([(Instant::START, servers)])
    }

    /// From changes in order of time; before the first it is closed. Changes that change nothing are
    /// dropped.
    pub fn from_changes(changes: impl IntoIterator<Item = (Instant, u32)>) -> Self {
        let mut stretches = vec![Stretch {
            from: Instant(i64::MIN),
            servers: 0,
            closes_at: Instant::NEVER,
        }];
        for (from, servers) in changes {
            if stretches.last().is_some_and(|last| last.servers != servers) {
                stretches.push(Stretch {
                    from,
                    servers,
                    closes_at: Instant::NEVER,
                });
            }
        }
        let mut closes_at = Instant::NEVER;
        for stretch in stretches.iter_mut().rev() {
            if stretch.servers == 0 {
                closes_at = stretch.from;
            }
            stretch.closes_at = closes_at;
        }
        Self { stretches }
    }

    #[inline]
    fn read(&self, hand: &mut Hand, now: Instant) {
        if now >= hand.until {
            self.read_on(hand, now);
        }
    }

    fn read_on(&self, hand: &mut Hand, now: Instant) {
        hand.until = self.ends_at(hand.at);
        while now >= hand.until && hand.until != Instant::NEVER {
            hand.at += 1;
            hand.until = self.ends_at(hand.at);
        }
        let stretch = &self.stretches[hand.at];
        (hand.servers, hand.closes_at) = (stretch.servers, stretch.closes_at);
    }

    /// When a stretch ends.
    fn ends_at(&self, at: usize) -> Instant {
        self.stretches.get(at + 1).map_or(Instant::NEVER, |next| next.from)
    }

    /// The servers now.
    #[inline]
    #[must_use]
    pub fn servers(&self, hand: &mut Hand, now: Instant) -> u32 {
        self.read(hand, now);
        hand.servers
    }

    /// When it closes next; now or earlier if it is closed, [`Instant::NEVER`] if it stays open.
    #[inline]
    #[must_use]
    pub fn closes_at(&self, hand: &mut Hand, now: Instant) -> Instant {
        self.read(hand, now);
        hand.closes_at
    }

    /// When the number of servers changes next.
    #[must_use]
    pub fn next_change(&self, hand: &mut Hand, now: Instant) -> Option<Instant> {
        self.read(hand, now);
        (hand.until != Instant::NEVER).then_some(hand.until)
    }

    /// Server-time from one instant to a later one, read from where a hand is, which is at or before the first.
    #[must_use]
    pub fn work_between(&self, mut hand: Hand, from: Instant, to: Instant) -> i64 {
        self.read(&mut hand, from);
        let mut work = 0_i64;
        let mut at = from;
        while at < to {
            let ends_at = self.ends_at(hand.at).min(to);
            work = work.saturating_add((ends_at - at).0.saturating_mul(self.stretches[hand.at].servers.into()));
            at = ends_at;
            hand.at += 1;
        }
        work
    }

    /// When a server begins on a newcomer of this instant, where so much server-time is owed to those before it
    /// and each of them takes `each`: it begins when all but one server still have one of them.
    #[must_use]
    pub fn begins_at(&self, mut hand: Hand, from: Instant, mut owed: i64, each: i64) -> Instant {
        self.read(&mut hand, from);
        let mut at = from;
        loop {
            let servers = i64::from(self.stretches[hand.at].servers);
            let ends_at = self.ends_at(hand.at);
            if servers > 0 {
                let first = (owed - (servers - 1).saturating_mul(each)).max(0);
                let begins_at = Instant(at.0.saturating_add((first + servers - 1) / servers));
                if begins_at < ends_at || ends_at == Instant::NEVER {
                    return begins_at;
                }
                owed -= (ends_at - at).0.saturating_mul(servers);
            }
            if ends_at == Instant::NEVER {
                return Instant::NEVER;
            }
            at = ends_at;
            hand.at += 1;
        }
    }

    /// When it is open next, at this instant or later.
    #[must_use]
    pub fn opens_at(&self, hand: Hand, from: Instant) -> Instant {
        self.begins_at(hand, from, 0, 0)
    }

    /// The most servers at any time.
    #[must_use]
    pub fn most_servers(&self) -> u32 {
        self.stretches.iter().map(|s| s.servers).max().unwrap_or(0)
    }

    /// Server-time from one instant to another: the integral of the number of servers.
    #[must_use]
    pub fn server_time(&self, from: Instant, to: Instant) -> Duration {
        Duration(
            self.within(from, to)
                .map(|(begin, end, servers)| (end - begin).0 * i64::from(servers))
                .sum(),
        )
    }

    /// Closed stretches between two instants.
    pub fn closed(&self, from: Instant, to: Instant) -> impl Iterator<Item = (Instant, Instant)> {
        self.within(from, to)
            .filter(|(_, _, servers)| *servers == 0)
            .map(|(begin, end, _)| (begin, end))
    }

    /// Open stretches between two instants, each as long as it goes on without a break.
    #[must_use]
    pub fn open(&self, from: Instant, to: Instant) -> Vec<(Instant, Instant)> {
        let mut open: Vec<(Instant, Instant)> = Vec::new();
        for (begin, end, servers) in self.within(from, to) {
            match open.last_mut() {
                _ if servers == 0 => {}
                Some(last) if last.1 == begin => last.1 = end,
                _ => open.push((begin, end)),
            }
        }
        open
    }

    /// The longest time it stays open without a break, between two instants.
    #[must_use]
    pub fn longest_window(&self, from: Instant, to: Instant) -> Duration {
        let open = self.open(from, to);
        open.into_iter().map(|(begin, end)| end - begin).max().unwrap_or(Duration::ZERO)
    }

    /// The same with another number of servers for each.
    #[must_use]
    pub fn map(&self, servers: impl Fn(u32) -> u32) -> Self {
        Self::from_changes(self.stretches.iter().map(|s| (s.from, servers(s.servers))))
    }

    /// The mean between two instants of something that depends on the servers of this calendar and of another.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "spans far below 2^53 ms")]
    pub fn mean_with(&self, other: &Self, (from, to): (Instant, Instant), value: impl Fn(u32, u32) -> f64) -> f64 {
        let parts = self.within(from, to).flat_map(|(begin, end, servers)| {
            let both = other.within(begin, end);
            both.map(move |(begin, end, others)| ((end - begin).0 as f64, servers, others))
        });
        parts.map(|(length, servers, others)| length * value(servers, others)).sum::<f64>() / (to - from).0 as f64
    }

    fn within(&self, from: Instant, to: Instant) -> impl Iterator<Item = (Instant, Instant, u32)> {
        let ends = self.stretches.iter().skip(1).map(|s| s.from).chain([Instant::NEVER]);
        self.stretches
            .iter()
            .zip(ends)
            .map(move |(s, end)| (s.from.max(from), end.min(to), s.servers))
            .filter(|(begin, end, _)| begin < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office() -> Calendar {
        Calendar::from_changes([(8, 3), (12, 1), (13, 3), (20, 0), (32, 3), (44, 0)].map(|(at, n)| (Instant(at), n)))
    }

    #[test]
    fn read_forward() {
        let (c, mut hand) = (office(), Hand::default());
        for (now, servers, closes_at) in [(0, 0, i64::MIN), (8, 3, 20), (12, 1, 20), (19, 3, 20), (20, 0, 20), (33, 3, 44)] {
            assert_eq!(c.servers(&mut hand, Instant(now)), servers, "{now}");
            assert_eq!(c.closes_at(&mut hand, Instant(now)), Instant(closes_at), "{now}");
        }
        assert_eq!(c.next_change(&mut hand, Instant(33)), Some(Instant(44)));
        assert_eq!(c.next_change(&mut hand, Instant(44)), None);
    }

    #[test]
    fn integrals() {
        let c = office();
        assert_eq!(c.server_time(Instant(0), Instant(24)), Duration(4 * 3 + 1 + 7 * 3));
        assert_eq!(c.server_time(Instant(12), Instant(14)), Duration(4));
        assert_eq!(c.longest_window(Instant(0), Instant(100)), Duration(12));
        assert_eq!(
            c.closed(Instant(0), Instant(40)).collect::<Vec<_>>(),
            [(Instant(0), Instant(8)), (Instant(20), Instant(32))]
        );
        assert_eq!(
            c.open(Instant(9), Instant(40)),
            [(Instant(9), Instant(20)), (Instant(32), Instant(40))]
        );
        // From 8 to 14 there are 3, 1 and 3 servers; twice as many until 10.
        let other = Calendar::from_changes([(0, 2), (10, 1)].map(|(at, n)| (Instant(at), n)));
        let product = |a: u32, b: u32| f64::from(a * b);
        let mean = c.mean_with(&other, (Instant(8), Instant(14)), product);
        assert!((mean - f64::from(2 * 6 + 2 * 3 + 1 + 3) / 6.0).abs() < 1e-12);
        assert_eq!(c.map(|n| n.min(2)).server_time(Instant(8), Instant(14)), Duration(4 * 2 + 1 + 2));
        let hand = Hand::default();
        assert_eq!(c.work_between(hand, Instant(11), Instant(33)), 3 + 1 + 7 * 3 + 3);
        // Three servers owe 9 to three others, of 3 each: one is free after 1; closed at 20, the rest waits.
        assert_eq!(c.begins_at(hand, Instant(13), 9, 3), Instant(14));
        assert_eq!(c.begins_at(hand, Instant(18), 15, 3), Instant(33));
        assert_eq!(c.opens_at(hand, Instant(20)), Instant(32));
        assert_eq!(c.opens_at(hand, Instant(44)), Instant::NEVER);
        assert_eq!(Calendar::always(2).server_time(Instant(5), Instant(7)), Duration(4));
        assert_eq!(Calendar::always(2).closes_at(&mut Hand::default(), Instant(5)), Instant::NEVER);
    }
}
