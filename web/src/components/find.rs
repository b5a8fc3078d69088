//! Finding a block by its number: the line that it belongs to is selected, wherever it is.

use super::sheet::Sheet;
use crate::action::Action;
use crate::language::tr;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct FindDialogProps {
    /// What was wrong with the last try.
    pub wrong: Option<String>,
    pub act: Callback<Action>,
}

#[function_component(FindDialog)]
pub fn find_dialog(props: &FindDialogProps) -> Html {
    let field = use_node_ref();
    let close = props.act.reform(|()| Action::Close);
    let find = {
        let (field, send) = (field.clone(), props.act.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(input) = field.cast::<HtmlInputElement>() {
                send.emit(Action::Find(input.value()));
            }
        }
    };
    html! {
        <Sheet title={tr("Find a block")} class="find" testid="find-dialog" {close}>
            <form onsubmit={find}>
                <label class="copyfield">
                    <span class="sr">{ tr("LUN and block") }</span>
                    <input ref={field} type="text" name="block" autocomplete="off" autofocus=true inputmode="numeric" placeholder="0:42" aria-describedby="find-how" data-testid="find-input" />
                    <button class="btn pri" data-testid="find-go">{ tr("Find") }</button>
                </label>
                <p id="find-how" class="sub">{ tr("LUN:block, as in 0:42, or the block alone in LUN 0. Its line is shown in the inspector, and ringed on the stage wherever it is.") }</p>
                if let Some(wrong) = &props.wrong { <p class="failed-w" role="alert" data-testid="find-wrong">{ wrong }</p> }
            </form>
        </Sheet>
    }
}
