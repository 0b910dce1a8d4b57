//! Where we are faster and where we are not, in one picture and two lists of the same type.

use maud::{Markup, html};

use super::chart::percent;
use super::number::ratio;
use super::scale::Scale;
use super::verdict::{Comparison, Verdict, by_workload, tally};

/// Ratios beyond are drawn at the edge.
pub(super) const MOST: f64 = 10.0;
pub(super) const TICKS: [f64; 7] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];

/// The axis of ratios: the same distance to the left is as much slower as to the right faster.
pub(super) const RATIOS: Scale = Scale::Log {
    from: 1.0 / MOST,
    to: MOST,
};

/// A tick of that axis.
pub(super) fn tick(value: f64) -> String {
    format!("{value}\u{d7}")
}

pub(super) fn section(comparisons: &[Comparison<'_>]) -> Markup {
    let [better, even, worse] = tally(comparisons);
    html! {
        dl.tally {
            div.better { dt { "Forebay is better" } dd { (better) } }
            div.even { dt { "no difference above the noise" } dd { (even) } }
            div.worse { dt { "a peer is better" } dd { (worse) } }
        }
        p.lead {
            "Each dot is one comparison: the best peer\u{2019}s figure divided by Forebay\u{2019}s. "
            "To the right of the line Forebay is better, to the left the peer. The best peer is "
            "chosen after the fact, anew for each dot; a difference within the noise of the rounds "
            "counts as none. Hollow dots are other ways to use Forebay, such as by key name."
        }
        (strips(comparisons))
        div.lists {
            (list("Where Forebay is better", "better", comparisons, Verdict::Better))
            (list("Where a peer is better", "worse", comparisons, Verdict::Worse))
            (list("No difference above the noise", "even", comparisons, Verdict::Even))
        }
    }
}

fn strips(comparisons: &[Comparison<'_>]) -> Markup {
    html! {
        div.strips {
            div.strip.sides aria-hidden="true" {
                span {}
                div.track {
                    b.worse { "\u{2190} a peer is better" }
                    b.better { "Forebay is better \u{2192}" }
                }
            }
            div.strip.head aria-hidden="true" {
                span {}
                div.track {
                    @for value in TICKS {
                        @let at = percent(RATIOS.at(value));
                        i.mark style={ "left:" (at) } { (tick(value)) }
                    }
                }
            }
            @for (workload, part) in by_workload(comparisons) {
                div.strip {
                    span { (workload) }
                    div.track {
                        @for each in part { (dot(each)) }
                    }
                }
            }
        }
    }
}

fn dot(each: &Comparison<'_>) -> Markup {
    let by = ratio(each.ratio());
    let variant = if each.ours.variant.is_some() {
        " other"
    } else {
        ""
    };
    let text = format!(
        "{by} {}, {}: {} {}, {} {}",
        each.group.workload,
        each.group.heading(),
        each.ours.label(),
        each.group.text(each.own_figure),
        each.peer.label(),
        each.group.text(each.peer_figure),
    );
    let at = percent(RATIOS.at(each.ratio()));
    html! {
        a class={ "dot " (each.verdict.class()) (variant) } href={ "#" (each.group.id) }
            style={ "left:" (at) } title=(text) aria-label=(text) {}
    }
}

fn list(heading: &str, class: &str, comparisons: &[Comparison<'_>], verdict: Verdict) -> Markup {
    let mut of_it: Vec<&Comparison<'_>> = comparisons
        .iter()
        .filter(|each| each.verdict == verdict)
        .collect();
    // The clearest first.
    let clear = |each: &Comparison<'_>| each.ratio().ln().abs();
    of_it.sort_by(|a, b| clear(b).total_cmp(&clear(a)));
    html! {
        @if !of_it.is_empty() {
            section {
                h3 { (heading) " " span { (of_it.len()) } }
                div.tall tabindex="0" role="region" aria-label=(heading) { ol class=(class) {
                    @for each in of_it { li {
                        b { (ratio(each.ratio())) } " "
                        a href={ "#" (each.group.id) } { (each.group.workload) " " (each.group.heading()) }
                        @if let Some(variant) = &each.ours.variant { " " em { (variant) } }
                        small {
                            (each.group.text(each.own_figure)) ", " (each.peer.label()) " "
                            (each.group.text(each.peer_figure))
                        }
                    } }
                } }
            }
        }
    }
}
