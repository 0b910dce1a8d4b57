//! Lines over two axes, as SVG in a page.
//!
//! Places are in percent and lines are drawn in a box that is stretched, so that a chart takes
//! whatever width there is while its text keeps its size, without any script.

use core::fmt::Write;

use maud::{Markup, html};

use super::number::plain;
use super::scale::Scale;

const HEIGHT: f64 = 280.0;
/// What a label needs.
const LABEL: f64 = 15.0;
/// Lines with fewer points show them.
const DOTS_MAX: usize = 24;

/// One direction of a chart.
#[derive(Debug)]
pub(super) struct Axis {
    pub(super) scale: Scale,
    /// Values, and what is written there.
    pub(super) ticks: Vec<(f64, String)>,
    pub(super) name: &'static str,
    /// How a script writes its values: `ns`, `rate`, `bytes`, `count`, `quantile`.
    pub(super) kind: &'static str,
}

impl Axis {
    pub(super) fn new(
        scale: Scale,
        name: &'static str,
        kind: &'static str,
        write: fn(f64) -> String,
    ) -> Self {
        let ticks = scale.ticks().into_iter();
        Self {
            scale,
            ticks: ticks.map(|value| (value, plain(&write(value)))).collect(),
            name,
            kind,
        }
    }
}

/// Something that is drawn.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) class: String,
    pub(super) points: Vec<(f64, f64)>,
}

#[derive(Debug)]
pub(super) struct Chart {
    pub(super) title: String,
    pub(super) note: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) lines: Vec<Line>,
    /// From which x on the background is hatched, and why.
    pub(super) hatched: Option<(f64, &'static str)>,
    /// What else belongs to it.
    pub(super) below: Markup,
}

impl Chart {
    /// The chart, or nothing where no line has two points.
    pub(super) fn render(&self) -> Markup {
        if self.lines.iter().all(|line| line.points.len() < 2) {
            return html! {};
        }
        let many = if self.lines.len() > 1 { "many" } else { "one" };
        let summary = self.summary();
        html! {
            figure class={ "chart " (many) } {
                figcaption {
                    b { (self.title) } " "
                    span { (self.note) @if let [only] = &self.lines[..] { ", " (only.name) } }
                }
                div.y-name { (self.y.name) }
                div.plot tabindex="0" role="img" aria-label=(summary)
                    data-x=(self.x.scale.describe()) data-x-kind=(self.x.kind)
                    data-y=(self.y.scale.describe()) data-y-kind=(self.y.kind) {
                    svg width="100%" height=(HEIGHT) aria-hidden="true" {
                        (self.background())
                        (self.grid())
                        svg.lines width="100%" height="100%" viewBox="0 0 1000 1000"
                            preserveAspectRatio="none" {
                            @for line in &self.lines {
                                path class=(line.class) d=(self.path(line)) data-name=(line.name) {}
                            }
                        }
                        @for line in &self.lines { (self.dots(line)) }
                        (self.labels())
                    }
                }
                div.x-name { (self.x.name) }
                ul.legend {
                    @for line in &self.lines {
                        li { svg width="26" height="10" aria-hidden="true" {
                            path class=(line.class) d="M1 5H25" {}
                        } (line.name) }
                    }
                }
                (self.below)
            }
        }
    }

    /// What it shows, for who does not see it.
    fn summary(&self) -> String {
        let mut text = format!(
            "{}: {} by {}; arrow keys tell values.",
            self.title, self.y.name, self.x.name
        );
        for line in &self.lines {
            if let Some((_, last)) = line.points.last() {
                let end = self.written(*last);
                // Writing to a string cannot fail.
                let _ = write!(text, " {} ends at {end}.", line.name);
            }
        }
        text
    }

    fn written(&self, value: f64) -> String {
        match self.y.kind {
            "ns" => super::number::duration(value),
            "bytes" => super::number::bytes(value),
            "rate" => super::number::rate(value),
            _ => super::number::short(value),
        }
    }

    fn background(&self) -> Markup {
        let Some((from, why)) = self.hatched else {
            return html! {};
        };
        let left = self.x.scale.at(from);
        html! {
            rect.hatched x=(percent(left)) y="0" width=(percent(1.0 - left)) height="100%" {}
            text.why x=(percent(left)) y="0" dx="2" dy="-4" { (why) }
        }
    }

    fn grid(&self) -> Markup {
        let crowded = self.x.ticks.len() > 5;
        html! {
            @for (value, text) in &self.y.ticks {
                @let y = percent(1.0 - self.y.scale.at(*value));
                line.grid x1="0" x2="100%" y1=(y) y2=(y) {}
                text.tick x="0" y=(y) dx="-8" dy="4" text-anchor="end" { (text) }
            }
            line.axis x1="0" x2="100%" y1="100%" y2="100%" {}
            @for (index, (value, text)) in self.x.ticks.iter().enumerate() {
                @let x = percent(self.x.scale.at(*value));
                line.axis x1=(x) x2=(x) y1="100%" y2="100%" transform="translate(0 5)" {}
                text class=(if crowded && index % 2 == 1 { "tick odd" } else { "tick" }) x=(x) y="100%"
                    dy="19" text-anchor="middle" { (text) }
            }
        }
    }

    fn path(&self, line: &Line) -> String {
        let mut path = String::new();
        let mut last = None;
        for (x, y) in &line.points {
            let x = 1000.0 * self.x.scale.at(*x);
            let y = 1000.0 * (1.0 - self.y.scale.at(*y));
            let to = format!("{x:.1} {y:.1}");
            if last.as_ref() == Some(&to) {
                continue;
            }
            path.push(if path.is_empty() { 'M' } else { 'L' });
            path.push_str(&to);
            last = Some(to);
        }
        path
    }

    fn dots(&self, line: &Line) -> Markup {
        html! {
            @if line.points.len() <= DOTS_MAX {
                @for (x, y) in &line.points {
                    circle class=(line.class) cx=(percent(self.x.scale.at(*x)))
                        cy=(percent(1.0 - self.y.scale.at(*y))) r="3" {}
                }
            }
        }
    }

    /// The names at the ends of their lines, moved apart where they would cover one another.
    fn labels(&self) -> Markup {
        let end = |line: &Line| Some(HEIGHT * (1.0 - self.y.scale.at(line.points.last()?.1)));
        let ends = self
            .lines
            .iter()
            .filter_map(|line| Some((end(line)?, line)));
        let mut ends: Vec<(f64, &Line)> = ends.collect();
        ends.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let mut places: Vec<f64> = ends.iter().map(|(at, _)| *at).collect();
        spread_out(&mut places);
        html! {
            @for ((_, line), at) in ends.iter().zip(&places) {
                text class={ "name " (line.class) } x="100%" y={ (format!("{at:.1}")) }
                    dx="9" dy="4" { (line.name) }
            }
        }
    }
}

/// Moves rising places apart by at least a label's height, within the chart.
fn spread_out(places: &mut [f64]) {
    let mut above = f64::NEG_INFINITY;
    for at in &mut *places {
        *at = at.max(above + LABEL);
        above = *at;
    }
    let mut below = HEIGHT + LABEL;
    for at in places.iter_mut().rev() {
        *at = at.min(below - LABEL);
        below = *at;
    }
}

/// A part of the whole, as SVG and style sheets take it.
pub(super) fn percent(part: f64) -> String {
    format!("{:.2}%", 100.0 * part)
}

/// Ticks at these values.
pub(super) fn ticks_at(values: &[f64], write: fn(f64) -> String) -> Vec<(f64, String)> {
    // More would run into one another.
    const MOST: usize = 9;
    let step = values.len().div_ceil(MOST).max(1);
    let few = values.iter().step_by(step);
    few.map(|value| (*value, plain(&write(*value)))).collect()
}

#[cfg(test)]
mod tests {
    use super::{HEIGHT, LABEL, spread_out};

    #[test]
    fn labels_do_not_cover_one_another() {
        let mut places = [10.0, 11.0, 12.0, HEIGHT - 1.0, HEIGHT];
        spread_out(&mut places);
        assert!((places[0] - 10.0).abs() < 0.01, "the first one stays");
        for two in places.windows(2) {
            assert!(two[1] - two[0] >= LABEL, "{places:?}");
        }
        assert!(places[4] <= HEIGHT, "{places:?}");
        let mut crowd = [0.0; 10];
        spread_out(&mut crowd);
        assert!((crowd[9] - 9.0 * LABEL).abs() < 0.01, "{crowd:?}");
    }
}
