//! The charts of growth: what a train costs, over what grows.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};

/// A curve: what grows, and for each size what a train costs in microseconds.
pub struct Curve {
    pub what: &'static str,
    pub points: Vec<(f64, f64)>,
}

const INK: RGBColor = RGBColor(31, 41, 51);
const GRID: RGBColor = RGBColor(228, 232, 236);
const MAIN: RGBColor = RGBColor(0, 94, 162);
/// What text is measured with; a reader of the SVG takes its own.
static FONT: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.ttf");

/// All curves side by side, as SVG.
pub fn draw(curves: &[Curve]) -> String {
    assert!(register_font("sans-serif", FontStyle::Normal, FONT).is_ok(), "the font is sound");
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (960, 300)).into_drawing_area();
        area.fill(&WHITE).expect("memory");
        for (panel, curve) in area.split_evenly((1, curves.len())).iter().zip(curves) {
            draw_one(panel, curve).expect("memory");
        }
        area.present().expect("memory");
    }
    svg
}

fn draw_one(area: &DrawingArea<SVGBackend<'_>, Shift>, curve: &Curve) -> Result<(), Box<dyn std::error::Error>> {
    let sizes = || curve.points.iter().map(|(size, _)| *size);
    let (least, most) = (sizes().fold(f64::MAX, f64::min), sizes().fold(0.0, f64::max));
    let dearest = curve.points.iter().map(|(_, cost)| *cost).fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .caption(curve.what, ("sans-serif", 15).into_font().color(&INK))
        .margin(12)
        .x_label_area_size(28)
        .y_label_area_size(44)
        .build_cartesian_2d((least * 0.8..most * 1.25).log_scale(), 0.0..dearest * 1.3)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(INK)
        .x_labels(4)
        .y_labels(5)
        .label_style(("sans-serif", 12).into_font().color(&INK))
        .x_label_formatter(&|size| format!("{size:.0}"))
        .y_label_formatter(&|cost| format!("{cost:.1}"))
        .y_desc("µs a train")
        .draw()?;
    chart.draw_series([PathElement::new(curve.points.clone(), MAIN.stroke_width(2))])?;
    chart.draw_series(curve.points.iter().map(|at| Circle::new(*at, 3, MAIN.filled())))?;
    Ok(())
}
