//! The language of what people read: every sentence stands in the code in both, side by side.

/// A language in which results are told. Data files keep their English column names and words, so that programs read them alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese, in simplified characters.
    Zh,
}

impl Lang {
    /// What is said in this language.
    ///
    /// Both are written where they are used: a sentence that lacks its translation does not compile, and a change of one is
    /// seen beside the other.
    #[must_use]
    pub fn pick<T>(self, english: T, chinese: T) -> T {
        match self {
            Self::En => english,
            Self::Zh => chinese,
        }
    }

    /// As the `lang` attribute of a page has it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-Hans",
        }
    }
}
