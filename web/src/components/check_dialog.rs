//! The dialog in which every order of a small world's events is explored, and bugs are planted and found.

use super::icon::icon;
use super::sheet::Sheet;
use crate::action::{Action, Ask};
use crate::language::{say, tr};
use crate::scene::checking::{
    self, Choices, LIMITS, Page, Plan, PlantedBug, SEEDS, Tone, Verdict, request_choices, world_option,
};
use crate::scene::words::count_text;
use crate::worker::report::Counts;
use mirrorline_engine::bug::PLANTED;
use mirrorline_engine::explore::small::{FAULTS_MAX, Size};
use mirrorline_engine::explore::worlds::WORLDS;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// All that the dialog shows.
pub struct Dialog<'a> {
    pub choices: Choices,
    pub plan: &'a Plan,
    /// The bug on the stage.
    pub planted: Option<PlantedBug>,
    pub counts: Option<Counts>,
    /// How far a sweep has come, in words and in seeds.
    pub swept: Option<(String, u64)>,
    /// A search goes on, or is paused.
    pub working: Option<bool>,
    /// What is or was explored.
    pub name: Option<&'a str>,
    pub verdict: Option<Verdict>,
}

type Act = Callback<Action>;

fn ask(act: &Act, ask: Ask) -> Callback<MouseEvent> {
    act.reform(move |_: MouseEvent| Action::Check(ask))
}

pub fn check_dialog(dialog: &Dialog<'_>, act: &Act) -> Html {
    let close = act.reform(|()| Action::Close);
    let choices = dialog.choices;
    let pages = Page::ALL.map(|page| {
        let chosen = page == choices.page;
        let onclick = ask(act, Ask::Choose(Choices { page, ..choices }));
        html! { <button key={page.id()} class={classes!(chosen.then_some("on"))} aria-pressed={chosen.to_string()} data-testid={format!("check-page-{}", page.id())} {onclick}>{ page.title() }</button> }
    });
    let body = match choices.page {
        Page::World => world_page(dialog, act),
        Page::Bug => bug_page(dialog, act),
        Page::Sweep => sweep_page(dialog, act),
    };
    html! {
        <Sheet title={tr("Every order of events")} class="check" testid="check-dialog" {close}>
            <div class="seg check-pages" role="group" aria-label={tr("What to do")}>{ for pages }</div>
            { body }
            { progress(dialog, act) }
            { result(dialog, act) }
        </Sheet>
    }
}

fn world_page(dialog: &Dialog<'_>, act: &Act) -> Html {
    let choices = dialog.choices;
    let onchange = {
        let act = act.clone();
        move |event: Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                // The first option is what is on the stage.
                let world = usize::try_from(select.selected_index() - 1).ok();
                act.emit(Action::Check(Ask::Choose(Choices { world, ..choices })));
            }
        }
    };
    let options = WORLDS.iter().enumerate().map(|(place, world)| {
        html! { <option key={world.name} selected={choices.world == Some(place)}>{ world_option(world) }</option> }
    });
    html! {
        <>
            <p class="sub">{ tr("A few requests and faults, and every order in which their events can come: each state is checked against every rule, here in this browser. Whatever breaks a rule is found by the shortest way.") }</p>
            <label class="check-field"><span>{ tr("World") }</span>
                <select data-testid="check-world" {onchange}>
                    <option selected={choices.world.is_none()}>{ tr("This world: what is on the stage") }</option>
                    { for options }
                </select>
            </label>
            { preview(dialog, act) }
            { start(dialog, tr("Explore"), act) }
        </>
    }
}

/// What will be explored, and how large that is.
fn preview(dialog: &Dialog<'_>, act: &Act) -> Html {
    let (plan, choices) = (dialog.plan, dialog.choices);
    let of_stage = choices.world.is_none();
    let tone = match plan.size {
        Size::Small | Size::Middle => "safe",
        Size::Large => "degraded",
        Size::Huge => "risk",
    };
    let planted = dialog.planted.filter(|_| of_stage).map(|planted| {
        html! { <p class="sub">{ say!("With the bug that is planted in it: {name}.", name = planted.name()) }</p> }
    });
    html! {
        <section class="check-plan" aria-label={tr("What will be explored")} data-testid="check-plan">
            <p>{ &plan.about }</p>
            if of_stage {
                <div class="check-sizes">
                    { numbers(tr("Requests"), request_choices(), choices.requests, "requests", act, move |requests| Choices { requests, ..choices }) }
                    if plan.faults_there > 0 {
                        { numbers(tr("Faults"), 0..=plan.faults_there.min(FAULTS_MAX), choices.faults.min(plan.faults_there), "faults", act, move |faults| Choices { faults, ..choices }) }
                    }
                </div>
            }
            <ul class="check-lines">{ for plan.lines.iter().map(|line| html! { <li><code>{ line }</code></li> }) }</ul>
            <p class="sub" data-testid="check-bounds">{ &plan.bounds }</p>
            { planted }
            <p class={classes!("verdict", tone)} data-testid="check-size">{ plan.advice() }</p>
        </section>
    }
}

/// A choice among a few numbers.
fn numbers(
    name: &'static str,
    all: std::ops::RangeInclusive<usize>,
    chosen: usize,
    id: &'static str,
    act: &Act,
    choose: impl Fn(usize) -> Choices,
) -> Html {
    let buttons = all.map(|number| {
        let on = number == chosen;
        html! { <button key={number} class={classes!(on.then_some("on"))} aria-pressed={on.to_string()} data-testid={format!("check-{id}-{number}")} onclick={ask(act, Ask::Choose(choose(number)))}>{ number }</button> }
    });
    html! { <div class="seg" role="group" aria-label={name}><span class="lbl">{ name }</span>{ for buttons }</div> }
}

/// The limit, and the button that begins.
fn start(dialog: &Dialog<'_>, label: &'static str, act: &Act) -> Html {
    if dialog.working.is_some() {
        return Html::default();
    }
    let choices = dialog.choices;
    let limits = LIMITS.iter().enumerate().map(|(limit, (states, megabytes))| {
        let on = limit == choices.limit;
        let title = say!("about {megabytes} MB of memory", megabytes = *megabytes);
        html! { <button key={limit} class={classes!(on.then_some("on"))} aria-pressed={on.to_string()} {title} data-testid={format!("check-limit-{limit}")} onclick={ask(act, Ask::Choose(Choices { limit, ..choices }))}>{ say!("{n} million", n = states / 1_000_000) }</button> }
    });
    html! {
        <div class="check-start">
            <div class="seg" role="group" aria-label={tr("States at most")}><span class="lbl">{ tr("States at most") }</span>{ for limits }</div>
            <button class="btn pri" data-testid="check-start" onclick={ask(act, Ask::Explore)}>{ label }</button>
        </div>
    }
}

fn bug_page(dialog: &Dialog<'_>, act: &Act) -> Html {
    let choices = dialog.choices;
    let bugs = PLANTED.iter().enumerate().map(|(bug, planted)| {
        let on = bug == choices.bug;
        html! {
            <li key={planted.name}>
                <button class={classes!("menu-i", on.then_some("on"))} aria-pressed={on.to_string()} data-testid={format!("bug-{}", planted.name)} onclick={ask(act, Ask::Choose(Choices { bug, ..choices }))}>
                    <b>{ planted.name }</b>
                    <span>{ tr(planted.breaks) }</span>
                    <small>{ tr(planted.rule) }{ planted.harmless.then(|| tr(", harmless")) }</small>
                </button>
            </li>
        }
    });
    let on_stage = dialog.planted.map(|planted| {
        html! {
            <section class="check-plan on-stage" aria-label={tr("On the stage")} data-testid="bug-on-stage">
                <p><b>{ tr("On the stage") }</b>{ ": " }{ planted.name() }</p>
                if planted.hidden {
                    <p class="sub">{ tr("Some rule is not kept. Break and mend things, and watch the invariants: which rule is it?") }</p>
                } else {
                    <p class="sub">{ planted.words() }</p>
                }
                <div class="sheet-f left">
                    <button class="btn pri" data-testid="bug-find" onclick={ask(act, Ask::FindBug)}>{ tr("Let the explorer find it") }</button>
                    if planted.hidden { <button class="btn" data-testid="bug-reveal" onclick={ask(act, Ask::Reveal)}>{ tr("Reveal it") }</button> }
                </div>
            </section>
        }
    });
    html! {
        <>
            <p class="sub">{ tr("Each of these breaks one rule of the protocol, in the controllers’ own program. Hunt it by hand on the stage, or let the explorer find the shortest way to what it breaks.") }</p>
            { on_stage }
            <ul class="bugs" aria-label={tr("Bugs")}>{ for bugs }</ul>
            <div class="sheet-f left">
                <button class="btn" data-testid="bug-hide" onclick={ask(act, Ask::Hide)}>{ tr("Hide one from me") }</button>
                <button class="btn" data-testid="bug-plant" onclick={ask(act, Ask::Plant)}>{ say!("Plant {name} on the stage", name = PLANTED[choices.bug].name) }</button>
            </div>
            { start(dialog, tr("Find the chosen one"), act) }
        </>
    }
}

fn sweep_page(dialog: &Dialog<'_>, act: &Act) -> Html {
    let choices = dialog.choices;
    let oninput = {
        let act = act.clone();
        move |event: InputEvent| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            if let Some(seed) = input.and_then(|input| input.value().trim().parse().ok()) {
                act.emit(Action::Check(Ask::Choose(Choices { seed, ..choices })));
            }
        }
    };
    let onchange = {
        let act = act.clone();
        move |event: Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                // The first option is a world without a bug.
                let bug = usize::try_from(select.selected_index() - 1).ok();
                let (bug, with_bug) = (bug.unwrap_or(choices.bug), bug.is_some());
                act.emit(Action::Check(Ask::Choose(Choices { bug, with_bug, ..choices })));
            }
        }
    };
    let bugs = PLANTED.iter().enumerate().map(|(bug, planted)| {
        html! { <option key={planted.name} selected={choices.with_bug && choices.bug == bug}>{ planted.name }</option> }
    });
    let counts = SEEDS.iter().map(|seeds| {
        let on = *seeds == choices.seeds;
        html! { <button key={seeds.to_string()} class={classes!(on.then_some("on"))} aria-pressed={on.to_string()} data-testid={format!("sweep-{seeds}")} onclick={ask(act, Ask::Choose(Choices { seeds: *seeds, ..choices }))}>{ count_text(*seeds) }</button> }
    });
    html! {
        <>
            <p class="sub">{ tr("Larger worlds, each drawn from one number with all that fails in it, and run once, with every rule watched. The first seed that fails is made as small as can be, and played.") }</p>
            <label class="check-field"><span>{ tr("Planted bug") }</span>
                <select data-testid="sweep-bug" {onchange}><option selected={!choices.with_bug}>{ tr("none") }</option>{ for bugs }</select>
            </label>
            <label class="check-field"><span>{ tr("First seed") }</span>
                <input type="text" inputmode="numeric" autocomplete="off" value={choices.seed.to_string()} data-testid="sweep-from" {oninput} />
            </label>
            if dialog.working.is_none() {
                <div class="check-start">
                    <div class="seg" role="group" aria-label={tr("Seeds")}><span class="lbl">{ tr("Seeds") }</span>{ for counts }</div>
                    <button class="btn pri" data-testid="sweep-start" onclick={ask(act, Ask::Sweep)}>{ tr("Sweep") }</button>
                </div>
            }
        </>
    }
}

/// While a search goes on: how far it is.
fn progress(dialog: &Dialog<'_>, act: &Act) -> Html {
    let (Some(paused), Some(name)) = (dialog.working, dialog.name) else { return Html::default() };
    let figures = checking::figures(dialog.counts.unwrap_or_default()).map(|(id, name, value)| {
        html! { <div key={id}><dt>{ name }</dt><dd data-testid={format!("check-{id}")}>{ value }</dd></div> }
    });
    let words = if paused {
        say!("Paused: {name}", name = name.to_owned())
    } else {
        say!("Exploring: {name}", name = name.to_owned())
    };
    html! {
        <section class="check-run" aria-label={tr("Progress")} data-testid="check-progress">
            <p role="status">{ words }</p>
            if let Some((swept, tried)) = &dialog.swept {
                <p data-testid="sweep-tried">{ swept }</p>
                <progress aria-label={tr("Progress")} max={dialog.choices.seeds.to_string()} value={tried.to_string()}></progress>
            } else if dialog.choices.page != Page::Sweep {
                <dl>{ for figures }</dl>
            }
            <div class="sheet-f left">
                <button class="btn" aria-pressed={paused.to_string()} data-testid="check-pause" onclick={ask(act, Ask::Pause)}>{ if paused { tr("Go on") } else { tr("Pause") } }</button>
                <button class="btn" data-testid="check-stop" onclick={ask(act, Ask::Stop)}>{ tr("Stop") }</button>
            </div>
        </section>
    }
}

/// … and when it has ended: what was found.
fn result(dialog: &Dialog<'_>, act: &Act) -> Html {
    let Some(verdict) = &dialog.verdict else { return Html::default() };
    let (tone, mark) = match verdict.tone {
        Tone::Good => ("safe", "#g-ok"),
        Tone::Open => ("degraded", "#g-none"),
        Tone::Bad => ("lost", "#g-x"),
    };
    html! {
        <section class="check-result" role="status" data-testid="check-result">
            <p class={classes!("verdict", tone)}>{ icon(mark, "ic16") }<b>{ dialog.name.map(|name| format!("{name}: ")) }{ &verdict.title }</b></p>
            <p>{ &verdict.words }</p>
            if !verdict.more.is_empty() { <p class="sub">{ &verdict.more }</p> }
            if verdict.play.is_some() {
                <div class="sheet-f left"><button class="btn pri" autofocus=true data-testid="check-play" onclick={ask(act, Ask::Play)}>{ tr("Play it, step by step") }</button></div>
            }
        </section>
    }
}
