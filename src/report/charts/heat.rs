//! What heat maps share: classes of values, their colours and their keys.

use plotters::style::RGBColor;

use crate::report::picture::{Picture, Rect};
use crate::report::scale::{ticks, ticks_between};
use crate::report::sheet::{Key, Swatch};
use crate::report::theme;

/// Values in a few classes, of which each has a colour.
pub(super) struct Classes {
    /// Where each class begins, with its words.
    begins: Vec<(f64, String)>,
    /// Where the last one ends; it holds what is beyond too.
    end: String,
    /// From little to much.
    colours: &'static [RGBColor],
}

impl Classes {
    /// Classes of equal width from zero up to a value, with round limits.
    pub fn up_to(most: f64) -> Self {
        Self::in_colours(most, &theme::SEQUENTIAL)
    }

    /// The same in other colours than those of heat maps.
    pub fn in_colours(most: f64, colours: &'static [RGBColor]) -> Self {
        let mut begins = ticks(most, colours.len()).ticks;
        let end = begins.pop().map_or_else(String::new, |last| last.1);
        Self { begins, end, colours }
    }

    /// Classes of equal width around values from `low` to `high`, with round limits, whether or not near zero.
    pub fn between(low: f64, high: f64) -> Self {
        let mut begins = ticks_between((low, high), theme::SEQUENTIAL.len()).ticks;
        let end = begins.pop().map_or_else(String::new, |last| last.1);
        Self {
            begins,
            end,
            colours: &theme::SEQUENTIAL,
        }
    }

    /// Classes of which each is twice as wide as the one before, the last from a power of two up to a value and beyond it.
    pub fn doubling_up_to(most: f64) -> Self {
        let last = libm::exp2(if most > 0.0 && most.is_finite() {
            libm::log2(most).floor()
        } else {
            0.0
        });
        let count = theme::SEQUENTIAL.len() as i32;
        let begin = |class: i32| if class == 0 { 0.0 } else { last * 2_f64.powi(class + 1 - count) };
        let words = |value: f64| {
            let text = format!("{value:.3}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        Self {
            begins: (0..count).map(begin).map(|value| (value, words(value))).collect(),
            end: String::new(),
            colours: &theme::SEQUENTIAL,
        }
    }

    /// Classes of shares, finer towards the whole; words are in percent.
    pub fn of_shares() -> Self {
        let begins = [0, 20, 40, 60, 80, 90, 100];
        Self {
            begins: begins.iter().map(|p| (f64::from(*p) / 100.0, p.to_string())).collect(),
            end: String::new(),
            colours: &theme::SEQUENTIAL,
        }
    }

    /// The class of a value.
    pub fn of(&self, value: f64) -> usize {
        let reached = self.begins.iter().take_while(|(begin, _)| value >= begin - 1e-12).count();
        reached.saturating_sub(1)
    }

    /// The colour of a class: where there are few, they spread over all colours.
    pub fn colour(&self, class: usize) -> RGBColor {
        let (last, darkest) = (self.begins.len().saturating_sub(1).max(1), self.colours.len() - 1);
        self.colours[(class * darkest / last).min(darkest)]
    }

    /// An entry of the key for each class; `words` puts the unit to the range.
    pub fn keys(&self, words: impl Fn(&str) -> String) -> Vec<Key> {
        let range = |class: usize, begin: &str| match self.begins.get(class + 1) {
            Some((_, end)) => format!("{begin}–{end}"),
            None if self.end.is_empty() => format!("≥ {begin}"),
            None => format!("{begin}–{}", self.end),
        };
        let key = |(class, (_, begin)): (usize, &(f64, String))| {
            let range = range(class, begin);
            let label = if class == 0 { words(&range) } else { range };
            Key::new(Swatch::Box, self.colour(class), label)
        };
        self.begins.iter().enumerate().map(key).collect()
    }
}

/// Cells by their class.
pub(super) struct Heat<'c> {
    classes: &'c Classes,
    areas: Vec<Vec<Rect>>,
}

impl<'c> Heat<'c> {
    /// Without cells.
    pub fn new(classes: &'c Classes) -> Self {
        let areas = vec![Vec::new(); classes.begins.len()];
        Self { classes, areas }
    }

    /// A cell with its value; it grows together with the one before where both are of one class and touch.
    pub fn put(&mut self, area: Rect, value: f64) {
        let Some(areas) = self.areas.get_mut(self.classes.of(value)) else {
            return;
        };
        match areas.last_mut() {
            Some(last) if (last.right() - area.x).abs() < 1e-6 && (last.y, last.h) == (area.y, area.h) => last.w = area.right() - last.x,
            _ => areas.push(area),
        }
    }

    /// Draws them, a path for each class.
    pub fn draw(self, picture: &mut Picture) {
        for (class, areas) in self.areas.into_iter().enumerate() {
            picture.cells(areas, self.classes.colour(class));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fall_into_classes_of_round_limits() {
        let classes = Classes::up_to(11.0);
        assert_eq!([0.0, 1.99, 2.0, 11.0, 500.0].map(|v| classes.of(v)), [0, 0, 1, 5, 5]);
        let doubling = Classes::doubling_up_to(9.0);
        assert_eq!(
            [0.0, 0.2, 0.25, 1.0, 7.9, 8.0, 500.0].map(|v| doubling.of(v)),
            [0, 0, 1, 3, 5, 6, 6]
        );
        let words: Vec<String> = classes
            .keys(|range| format!("{range} trains"))
            .into_iter()
            .map(|k| k.label.text)
            .collect();
        assert_eq!(words, ["0–2 trains", "2–4", "4–6", "6–8", "8–10", "10–12"]);
        assert_eq!((classes.colour(0), classes.colour(5)), (theme::SEQUENTIAL[0], theme::SEQUENTIAL[6]));
        let shares = Classes::of_shares();
        assert_eq!([0.0, 0.2, 0.899, 0.9, 1.0, 7.0].map(|v| shares.of(v)), [0, 1, 4, 5, 6, 6]);
    }

    #[test]
    fn neighbours_of_one_class_grow_together() {
        let classes = Classes::up_to(10.0);
        let mut heat = Heat::new(&classes);
        for (i, value) in [1.0, 1.5, 9.0, 1.0].into_iter().enumerate() {
            heat.put(
                Rect {
                    x: i as f64 * 5.0,
                    y: 0.0,
                    w: 5.0,
                    h: 4.0,
                },
                value,
            );
        }
        assert_eq!(heat.areas.iter().map(Vec::len).sum::<usize>(), 3);
        assert!((heat.areas[0][0].w - 10.0).abs() < 1e-9);
    }
}
