//! What just happened and why, and how far the operation in focus has come.

use super::causes::why_button;
use super::icon::icon;
use crate::action::{Action, Ask};
use crate::language::{say, tr};
use crate::scene::checking::PlantedBug;
use crate::scene::model::{Broken, Headline, StepState, Story};
use yew::prelude::*;

/// How much there is to say, as classes: the more, the smaller it is set, since its place never grows. The figures are
/// letters; what fits at them is held by `e2e/tests/narration.test.mjs`.
fn amount(what: &str, why: &str) -> Classes {
    let [what, why] = [what, why].map(|text| text.chars().count());
    let mut classes = Classes::new();
    classes.push((what > 44).then_some("two"));
    classes.push((what > 58).then_some("long"));
    classes.push((why > 130).then_some("wordy"));
    classes.push((why > 185 || what > 54 && why > 110 || what > 80).then_some("full"));
    classes
}

#[derive(Properties, PartialEq)]
pub struct NarrationProps {
    pub headline: Headline,
    pub story: Story,
    /// The event has broken a rule: that is the news.
    pub broken: Option<Broken>,
    /// A rule is broken on purpose in this run.
    pub planted: Option<PlantedBug>,
    /// A message was tampered with: what is shown from there on is a what-if.
    pub tampered: bool,
    /// What a screen reader is told. What is shown changes faster than it can be heard.
    pub said: AttrValue,
    /// Nothing has happened yet: there is nothing to ask about.
    pub at_start: bool,
    pub act: Callback<Action>,
}

#[function_component(Narration)]
pub fn narration(props: &NarrationProps) -> Html {
    let Headline { what, why, chips, .. } = &props.headline;
    let news = props.broken.as_ref().map(|broken| {
        let planted = props.planted.map(PlantedBug::words).filter(|words| !words.is_empty());
        let why = planted.unwrap_or_else(|| what.clone());
        (broken.words(), why)
    });
    let (what, why) = news.as_ref().map_or((what, why), |(what, why)| (what, why));
    let chips = chips.iter().map(|chip| {
        html! { <span key={chip.text.clone()} class="rule" title={chip.about.clone()}>{ &chip.text }</span> }
    });
    let steps = props.story.steps.iter().enumerate().map(|(index, step)| {
        let (class, mark) = match step.state {
            StepState::Done => ("done", icon("#g-ok", "")),
            StepState::Now if props.broken.is_some() => ("now bad", icon("#g-x", "")),
            StepState::Now => ("now", html! { index + 1 }),
            StepState::Next => ("next", html! { index + 1 }),
        };
        let current = (step.state == StepState::Now).then_some("step");
        html! { <li key={index} class={class} aria-current={current}><i>{ mark }</i><span>{ &step.text }</span></li> }
    });
    html! {
        <section class={classes!("say", amount(what, why), props.broken.is_some().then_some("broken"))} aria-label={tr("What just happened")}>
            <p class="sr" role="status" data-testid="voice">{ &props.said }</p>
            <div class="say-t" data-testid="narration">
                <p class="say-1">{ what }</p>
                <p class="say-2">
                    if props.tampered { <span class="what-if-chip" title={tr("A message was tampered with, which a correct link never does.")}>{ tr("What if: tampered link") }</span> }
                    if let Some(planted) = props.planted { { bug_chip(planted, &props.act) } }
                { why }{ " " }{ for chips }
            </p>
            </div>
            { why_button("why", tr("Why did this happen? (Q)"), props.at_start, Action::Why, &props.act) }
            if !props.story.steps.is_empty() {
                <ol class="story" aria-label={props.story.title.clone()} data-testid="story">{ for steps }</ol>
            }
        </section>
    }
}

/// A rule is broken on purpose: which one, and where it can be hunted.
fn bug_chip(planted: PlantedBug, act: &Callback<Action>) -> Html {
    let onclick = act.reform(|_: MouseEvent| Action::Check(Ask::Bugs));
    let title = if planted.hidden {
        tr("A rule of the protocol is not kept in this run.").to_owned()
    } else {
        planted.words()
    };
    html! { <button class="what-if-chip bug-chip" {title} data-testid="bug-chip" {onclick}>{ say!("Planted bug: {name}", name = planted.name()) }</button> }
}
