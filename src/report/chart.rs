//! A finished chart.

/// A chart in every form in which it is handed out.
#[derive(Clone, Debug)]
pub struct Chart {
    /// For file names and links, such as `queue` or `stringline_north`.
    pub id: String,
    /// What it shows; also drawn at its top.
    pub title: String,
    /// How it was made: replications, intervals, warm-up, folding; also drawn at its foot.
    pub caption: String,
    /// What it says, in a sentence, for those who cannot see it; also drawn below the title.
    pub alt: String,
    /// As SVG.
    pub svg: String,
    /// As PNG, two pixels to one of the SVG.
    pub png: Vec<u8>,
    /// What is drawn, and what was folded away, as CSV with a header.
    pub data_csv: String,
}
