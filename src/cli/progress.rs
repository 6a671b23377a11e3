//! How far a command has come, on a terminal.

use std::fmt::Write;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// A bar with rate and time left on stderr; nothing where that is no terminal or silence is wanted.
pub(super) fn bar(total: u64, what: &'static str, quiet: bool) -> ProgressBar {
    let shown = !quiet && std::io::stderr().is_terminal();
    let target = if shown {
        ProgressDrawTarget::stderr_with_hz(10)
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:32} {pos}/{len}  {rate}  {eta} left") {
        bar.set_style(style.with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
            // Three digits say all; a bar that fails to be drawn is no matter.
            let _ = match state.per_sec() {
                rate if rate >= 100.0 => write!(out, "{rate:.0}/s"),
                rate if rate >= 1.0 => write!(out, "{rate:.1}/s"),
                rate => write!(out, "{:.1}/min", rate * 60.0),
            };
        }));
    }
    bar.set_message(what);
    if shown {
        bar.enable_steady_tick(Duration::from_millis(200));
    }
    bar
}
