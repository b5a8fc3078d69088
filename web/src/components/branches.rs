//! The futures of a run: a menu beside the transport, and two of them side by side.

use super::icon::icon;
use super::sheet::Sheet;
use crate::action::{Action, Panel};
use crate::language::{say, tr};
use crate::scene::model::BranchName;
use crate::scene::words::{count_text, time_text};
use crate::session::Command;
use crate::session::compare::{Compared, Side};
use yew::prelude::*;

/// The button that says which future is shown, and the menu of all. Nothing while there is only one.
pub fn branch_menu(branches: &[BranchName], open: bool, act: &Callback<Action>) -> Html {
    let Some(shown) = branches.iter().find(|branch| branch.shown).filter(|_| branches.len() > 1) else {
        return Html::default();
    };
    let send = |action: Action| {
        let send = act.clone();
        Callback::from(move |_: MouseEvent| send.emit(action.clone()))
    };
    let toggle = send(if open { Action::Close } else { Action::Open(Panel::Branches) });
    let item = |branch: &BranchName| {
        let testid = format!("branch-{}", branch.id);
        html! {
            <li key={branch.id} class={classes!(branch.shown.then_some("on"))}>
                <button class="menu-i" aria-pressed={branch.shown.to_string()} data-testid={testid} disabled={branch.shown}
                    onclick={send(Action::Play(Command::Switch(branch.id)))}><b data-shown={tr(" · shown")}>{ &branch.name }</b></button>
                if !branch.shown {
                    <button class="btn ghost" onclick={send(Action::Open(Panel::Compare(branch.id)))} data-testid={format!("compare-{}", branch.id)}>{ tr("Compare") }</button>
                    if branch.id != 0 {
                        <button class="btn ghost" aria-label={say!("Forget {name}", name = &branch.name)} title={tr("Forget")} onclick={send(Action::Play(Command::Forget(branch.id)))}>{ icon("#g-x", "ic16") }</button>
                    }
                }
            </li>
        }
    };
    html! {
        <div class="pick branches">
            <button class="btn" aria-expanded={open.to_string()} data-testid="branches" title={tr("Other futures of this run")} onclick={toggle}>
                { icon("#i-branch", "ic20") }<span class="branch-n">{ &shown.name }</span>{ " " }<em>{ branches.len() }</em>{ " " }<small class="branch-w">{ tr("futures") }</small>
            </button>
            if open {
                <div class="menu branch-menu" data-testid="branch-menu">
                    <p class="menu-h">{ tr("Futures of this run") }</p>
                    <ul>{ for branches.iter().map(item) }</ul>
                </div>
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub struct CompareDialogProps {
    pub compared: Compared,
    pub act: Callback<Action>,
}

/// Where two futures part, and what happens then in each.
#[function_component(CompareDialog)]
pub fn compare_dialog(props: &CompareDialogProps) -> Html {
    let close = props.act.reform(|()| Action::Close);
    let body = match &props.compared {
        Compared::Gone => {
            html! { <p class="failed-w" role="alert">{ tr("That future is no longer there.") }</p> }
        }
        Compared::Looking { same, of } => html! {
            <div class="reading" data-testid="compare-looking">
                <p class="sub">{ say!("The same up to event {count} so far. Looking on for the first difference …", count = count_text(*same)) }</p>
                <progress max={of.to_string()} value={same.to_string()} aria-label={tr("Events compared")}></progress>
            </div>
        },
        Compared::Done(comparison) => html! {
            <>
                <p class="sub" role="status" data-testid="compare-same">{ if comparison.part {
                    say!("The same up to event {count}. The first difference is the next one.", count = count_text(comparison.same))
                } else {
                    say!("The same up to event {count}. There is no difference: both end there.", count = count_text(comparison.same))
                } }</p>
                <div class="twin">{ for comparison.sides.iter().map(|side| column(side, comparison.same, &props.act)) }</div>
            </>
        },
    };
    html! {
        <Sheet title={tr("Two futures")} label={tr("Compare two futures")} class="wide" testid="compare-dialog" {close}>
            { body }
        </Sheet>
    }
}

fn column(side: &Side, same: u64, act: &Callback<Action>) -> Html {
    let rows = side.rows.iter().map(|row| {
        let first = (row.index == same).then_some("first");
        html! { <li key={row.index} class={classes!(first)}><span class="t">{ time_text(row.at_ns) }</span><span>{ &row.text }</span></li> }
    });
    let go = side.id.map(|id| {
        let send = act.clone();
        let onclick = move |_: MouseEvent| {
            send.emit(Action::Close);
            send.emit(Action::Play(Command::Switch(id)));
        };
        html! { <button class="btn" {onclick}>{ tr("Show this one") }</button> }
    });
    let broken = match side.broken {
        0 => tr("all rules hold").to_owned(),
        n => say!("{count} broken rules", count = count_text(n)),
    };
    html! {
        <section class="future">
            <h3>{ &side.name }</h3>
            <p class="sub">{ if side.whole {
                say!("At worst {words} from here on; {broken}; {count} events.", words = side.worst.words(), broken, count = count_text(side.events))
            } else {
                say!("At worst {words} from here on; {broken}; looked at up to event {count}.", words = side.worst.words(), broken, count = count_text(side.events))
            } }</p>
            if side.rows.is_empty() { <p class="empty">{ tr("Nothing happens any more.") }</p> }
            <ol>{ for rows }</ol>
            { for go }
        </section>
    }
}
