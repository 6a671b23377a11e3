//! A finished chart.

use super::picture::Picture;
use super::{ReportError, paint};

/// A chart in every form in which it is handed out. Its pixels are painted when they are asked for: they take longer than all
/// else about it.
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
    /// What is drawn, and what was folded away, as CSV with a header.
    pub data_csv: String,
    /// What is drawn, as marks.
    pub(super) picture: Picture,
}

impl Chart {
    /// Paints it as PNG, two pixels to one of the SVG.
    ///
    /// # Errors
    /// Where it cannot be painted at all.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        paint::png(&self.picture)
    }
}
