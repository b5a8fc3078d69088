//! The tour: five captions over a run that goes on meanwhile, for somebody who has never been here.

use crate::action::Action;
use crate::language::tr;
use mirrorline_engine::mark;
use yew::prelude::*;

/// How long a caption stays while the run goes on, in milliseconds.
pub const CAPTION_MS: f64 = 8_000.0;

/// A caption, and the part of the page that it is about, as the style sheet knows it.
struct Caption {
    part: &'static str,
    title: &'static str,
    text: &'static str,
}

const CAPTIONS: [Caption; 5] = [
    Caption {
        part: "controllers",
        title: mark!("Two controllers, one array"),
        text: mark!(
            "A and B serve the same hosts from the same disks. Each keeps written data in its own fast memory for a while."
        ),
    },
    Caption {
        part: "link",
        title: mark!("Every write is copied first"),
        text: mark!(
            "The data flies over the mirror link into a slot of the other’s memory, and a message behind it says what it is."
        ),
    },
    Caption {
        part: "hosts",
        title: mark!("Then the host hears “done”"),
        text: mark!(
            "Not before both hold it. So if one controller dies, nothing that a host was told is lost."
        ),
    },
    Caption {
        part: "disks",
        title: mark!("Later it goes to the disks"),
        text: mark!(
            "A flush is announced, data and parity are written, and the mirror is told that it is consistent."
        ),
    },
    Caption {
        part: "dock",
        title: mark!("Now break something"),
        text: mark!(
            "Press A to kill a controller, X to cut the link. Step back with ←. The bar below says at each moment whether data is safe."
        ),
    },
];

/// How many captions there are.
pub const COUNT: usize = CAPTIONS.len();

/// The part of the page that a caption is about.
#[must_use]
pub fn part(step: usize) -> &'static str {
    CAPTIONS[step.min(COUNT - 1)].part
}

/// The card with a caption.
pub fn tour(step: usize, act: &Callback<Action>) -> Html {
    let Some(caption) = CAPTIONS.get(step) else { return Html::default() };
    let go = |to: Option<usize>| act.reform(move |_: MouseEvent| Action::Tour(to));
    let last = step + 1 == COUNT;
    let dots = (0..COUNT).map(|n| html! { <i key={n} class={classes!((n == step).then_some("on"))}></i> });
    html! {
        <section class="tour" aria-label={tr("Tour")} data-testid="tour">
            // Said as one, in order; two pieces are not always.
            <p class="sr" role="status">{ format!("{}. {}", tr(caption.title), tr(caption.text)) }</p>
            <div aria-hidden="true"><h2>{ tr(caption.title) }</h2><p>{ tr(caption.text) }</p></div>
            <div class="tour-f">
                <span class="dots" aria-hidden="true">{ for dots }</span>
                if !last { <button class="btn" data-testid="tour-skip" onclick={go(None)}>{ tr("Skip the tour") }</button> }
                <button class="btn pri" data-testid="tour-next" onclick={go((!last).then_some(step + 1))}>{ if last { tr("Let’s go") } else { tr("Next") } }</button>
            </div>
        </section>
    }
}
