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
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The key under which a scenario gives a name in it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

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

    /// What moves: trains, trucks, flights, or vehicles of several modes.
    #[must_use]
    pub fn vehicles(self, english: &str) -> &str {
        match (self, english) {
            (Self::Zh, "trains") => "列车",
            (Self::Zh, "trucks") => "卡车",
            (Self::Zh, "flights") => "航班",
            (Self::Zh, "vehicles") => "车辆",
            (_, word) => word,
        }
    }

    /// A direction of travel: usual words are known, any other stays as a scenario has it.
    #[must_use]
    pub fn direction(self, word: &str) -> &str {
        match (self, word) {
            (Self::Zh, "west") => "西行",
            (Self::Zh, "east") => "东行",
            (Self::Zh, "north") => "北行",
            (Self::Zh, "south") => "南行",
            (Self::Zh, "import") => "进口",
            (Self::Zh, "export") => "出口",
            (_, word) => word,
        }
    }
}
