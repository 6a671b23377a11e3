//! The name that was probably meant.

/// The known name nearest to the written one, where one is near.
pub(super) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |s: &str| s.to_lowercase().replace(['_', '-', ' '], "");
    let written = plain(written);
    let length = written.chars().count();
    let tolerated = (length / 3).max(1);
    known
        .into_iter()
        .filter_map(|name| {
            let name_plain = plain(name);
            // "horgos" for "horgos_road": a part of the name is near whatever the rest.
            let part = length >= 4 && (name_plain.contains(&written) || (name_plain.len() >= 4 && written.contains(&name_plain)));
            let distance = strsim::osa_distance(&written, &name_plain);
            if distance <= tolerated {
                Some((distance, name))
            } else {
                part.then_some((tolerated + 1, name))
            }
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// A remedy: the nearest name, or else all of them where they are few.
#[must_use]
pub fn suggestion<'a>(written: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(name) = nearest(written, known.clone()) {
        return Some(format!("did you mean `{name}`?"));
    }
    let names: Vec<_> = known.into_iter().map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => None,
        1..=12 => Some(format!("known here: {}", names.join(", "))),
        n => Some(format!("known here: {} and {} more", names[..10].join(", "), n - 10)),
    }
}

#[cfg(test)]
mod tests {
    use super::{nearest, suggestion};

    #[test]
    fn near_and_far_names() {
        let known = ["clearance", "reloading", "alataw_pass", "horgos_road"];
        assert_eq!(nearest("clearence", known), Some("clearance"));
        assert_eq!(nearest("Alataw-Pass", known), Some("alataw_pass"));
        assert_eq!(nearest("horgos", known), Some("horgos_road"));
        assert_eq!(nearest("log-normal", ["normal", "lognormal"]), Some("lognormal"));
        assert_eq!(nearest("kashgar", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("阿拉", ["阿拉山"]), Some("阿拉山"));
    }

    #[test]
    fn far_names_are_listed() {
        assert_eq!(suggestion("q", ["one", "two"]).as_deref(), Some("known here: `one`, `two`"));
        assert_eq!(suggestion("q", []), None);
    }
}
