//! Whether a mean is below or above zero, looked at after every value.

use super::super::estimate::Gather;

/// What a test found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The mean is below zero, or within the zone around it.
    Below,
    /// The mean is above zero, or within the zone around it.
    Above,
}

/// A fully sequential test of the sign of a mean, as the procedure KN compares two alternatives with it: Kim & Nelson (2001),
/// ACM TOMACS 11(3), 251-273; and as a limit is checked by Andradóttir & Kim (2010), Naval Research Logistics 57(5), 403-421,
/// and Batur & Kim (2010), ACM TOMACS 20(3), article 13.
///
/// The sum of the first r values is watched from r = `first` on. It goes on within a triangle, from -R(r) to R(r) with
/// R(r) = max(0, h² S² / (2 d) - d r / 2), where S² is the variance of the first values and d the zone; the side on which it
/// leaves is the answer. For normal values that are independent from one to the next, and a mean at least d from zero, the
/// answer is wrong with at most the stated probability. Nearer to zero either answer is right. It ends by r = h² S² / d² at the
/// latest, and much sooner for a mean that is far from zero.
#[derive(Clone, Debug)]
pub struct SignTest {
    zone: f64,
    factor: f64,
    first: u32,
    seen: Gather,
    sum: f64,
    /// h² S², once known.
    spread: Option<f64>,
    found: Option<Sign>,
}

impl SignTest {
    /// A test that errs with at most this probability, with a first look after `first` values, at least 2. The zone is above
    /// zero.
    #[must_use]
    pub fn new(zone: f64, error: f64, first: u32) -> Self {
        Self {
            zone,
            factor: h_squared(error, first),
            first,
            seen: Gather::default(),
            sum: 0.0,
            spread: None,
            found: None,
        }
    }

    /// Adds one value, without effect once the answer is known.
    pub fn add(&mut self, x: f64) {
        if self.found.is_some() {
            return;
        }
        self.seen.add(x);
        self.sum += x;
        let r = self.seen.n();
        if r == self.first {
            let sd = self.seen.estimate(0.5).and_then(|e| e.sd).unwrap_or(0.0);
            self.spread = Some(self.factor * sd * sd);
        }
        let Some(spread) = self.spread else { return };
        let edge = (spread / (2.0 * self.zone) - self.zone * f64::from(r) / 2.0).max(0.0);
        if self.sum <= -edge {
            self.found = Some(Sign::Below);
        } else if self.sum >= edge {
            self.found = Some(Sign::Above);
        }
    }

    /// The answer, once known.
    #[must_use]
    pub fn found(&self) -> Option<Sign> {
        self.found
    }
}

/// A [`SignTest`], and beside it two with a zone several times as wide, which end much sooner where the mean is far from zero:
/// one that can only find it below, and one that can only find it above.
///
/// Let the wide zone be D and s = D - d. If the mean is at least d above zero, that of x + s is at least D above it, so the test of
/// x + s with the zone D finds it below with at most its error; and so on the other side. Each of the tests gets half of the error, and
/// for a mean on either side two of them may err. This is the relaxation of the zone of Zhou, Andradóttir & Kim (2025), arXiv
/// 2509.04514, with one further level.
#[derive(Clone, Debug)]
pub struct Judgement {
    near: SignTest,
    /// The tests of x + s and of x - s, with s.
    far: Option<(SignTest, SignTest, f64)>,
    found: Option<Sign>,
}

impl Judgement {
    /// A judgement that errs with at most this probability; `wider` is how many times as wide the other zone is, above 1, and
    /// without it there is the one test alone.
    #[must_use]
    pub fn new(zone: f64, wider: Option<f64>, error: f64, first: u32) -> Self {
        let error = if wider.is_some() { error / 2.0 } else { error };
        let far = wider.map(|times| {
            let wide = SignTest::new(times * zone, error, first);
            (wide.clone(), wide, (times - 1.0) * zone)
        });
        Self {
            near: SignTest::new(zone, error, first),
            far,
            found: None,
        }
    }

    /// Adds one value, without effect once the answer is known.
    pub fn add(&mut self, x: f64) {
        if self.found.is_some() {
            return;
        }
        self.near.add(x);
        self.found = self.near.found();
        if let Some((below, above, shift)) = &mut self.far {
            below.add(x + *shift);
            above.add(x - *shift);
            let far_below = below.found().filter(|found| *found == Sign::Below);
            let far_above = above.found().filter(|found| *found == Sign::Above);
            self.found = self.found.or(far_below).or(far_above);
        }
    }

    /// The answer, once known.
    #[must_use]
    pub fn found(&self) -> Option<Sign> {
        self.found
    }
}

/// The constant h² = 2 η (n - 1) with η = ((2 e)^(-2/(n - 1)) - 1) / 2, for a first look after n values and an error of e:
/// Kim & Nelson (2001), section 3, with the constant c = 1 that they recommend.
#[must_use]
pub fn h_squared(error: f64, first: u32) -> f64 {
    let degrees = f64::from(first.max(2) - 1);
    2.0 * eta(error, first) * degrees
}

/// The constant η of the same.
#[must_use]
pub fn eta(error: f64, first: u32) -> f64 {
    let degrees = f64::from(first.max(2) - 1);
    // An error of a half or more asks for nothing.
    (f64::midpoint(libm::pow(2.0 * error, -2.0 / degrees), -1.0)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For the best of k at 95 %, each of k - 1 comparisons may err with 0.05 / (k - 1). The constants were computed from the
    /// formula by themselves.
    #[test]
    fn constants_of_kn() {
        for (k, first, exact_eta, exact_h2) in [
            (2.0, 10, 0.334_050, 6.012_905),
            (5.0, 10, 0.634_967, 11.429_411),
            (10.0, 20, 0.302_934, 11.511_485),
        ] {
            let error = 0.05 / (k - 1.0);
            assert!((eta(error, first) - exact_eta).abs() < 1e-6, "{k}: {}", eta(error, first));
            assert!(
                (h_squared(error, first) - exact_h2).abs() < 1e-6,
                "{k}: {}",
                h_squared(error, first)
            );
        }
    }

    /// Three values of variance 1 with an error of 0.1: η = (0.2^(-1) - 1) / 2 = 2, h² = 8; with a zone of 1 the edge is
    /// 4 - r / 2: 2.5 at the first look, 0 at r = 8.
    #[test]
    fn a_walk_by_hand() {
        let walk = |values: &[f64]| {
            let mut test = SignTest::new(1.0, 0.1, 3);
            let mut looks = 0;
            for x in values.iter().take_while(|_| test.found().is_none()).copied().collect::<Vec<_>>() {
                if test.found().is_none() {
                    test.add(x);
                    looks += 1;
                }
            }
            (test.found(), looks)
        };
        assert_eq!(walk(&[-1.0, 0.0]), (None, 2), "not before the first look");
        assert_eq!(walk(&[-1.0, 0.0, 1.0]), (None, 3));
        // Sums: 0, -1, -2 with edges 2.5, 2, 1.5.
        assert_eq!(walk(&[-1.0, 0.0, 1.0, -1.0, -1.0]), (Some(Sign::Below), 5));
        assert_eq!(walk(&[-1.0, 0.0, 1.0, 2.0]), (Some(Sign::Above), 4));
        // -2 - 1 + 0 = -3 with a variance of 1: beyond the edge at once.
        assert_eq!(walk(&[-2.0, -1.0, 0.0]), (Some(Sign::Below), 3));
        // At the end of the triangle the sign itself decides.
        assert_eq!(walk(&[-1.0, 0.0, 1.0, 0.1, 0.0, 0.0, 0.0, 0.0]), (Some(Sign::Above), 8));
    }

    #[test]
    fn what_does_not_vary_is_known_at_the_first_look() {
        let mut test = SignTest::new(0.5, 0.05, 2);
        test.add(0.1);
        assert_eq!(test.found(), None);
        test.add(0.1);
        assert_eq!(test.found(), Some(Sign::Above));
    }
}
