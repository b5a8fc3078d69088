//! The dialog that lists the keys; on small screens also the key to the states.

use super::legend::{full_key, legend};
use crate::action::Action;
use crate::keys::HELP;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

/// A dialog's reference, opened as soon as it is there: the browser keeps the focus inside and listens to Esc.
#[hook]
pub fn use_modal() -> NodeRef {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                // Refused only when it is open already.
                let _ = dialog.show_modal();
            }
        });
    }
    node
}

#[derive(Properties, PartialEq)]
pub struct KeysDialogProps {
    pub act: Callback<Action>,
}

#[function_component(KeysDialog)]
pub fn keys_dialog(props: &KeysDialogProps) -> Html {
    let node = use_modal();
    let close = {
        let send = props.act.clone();
        Callback::from(move |()| send.emit(Action::Close))
    };
    let (on_cancel, on_click) = (close.clone(), close);
    let again = props.act.clone();
    let rows = HELP.into_iter().map(|(keys, what)| {
        let keys = keys.iter().map(|key| html! { <kbd key={*key}>{ *key }</kbd> });
        html! { <li key={what}><span class="keyset">{ for keys }</span><span>{ what }</span></li> }
    });
    html! {
        <dialog ref={node} class="sheet" aria-label="Keys" data-testid="keys-dialog" oncancel={move |_: Event| on_cancel.emit(())}>
            <div class="sheet-h"><h2>{ "Keys" }</h2><button class="btn" onclick={move |_: MouseEvent| on_click.emit(())}>{ "Close" }</button></div>
            <div class="twin">
                <section><h3>{ "Keyboard" }</h3><ul class="keylist">{ for rows }</ul>
                    <p><button class="btn" data-testid="tour-again" onclick={move |_: MouseEvent| again.emit(Action::Tour(Some(0)))}>{ "Show the tour again" }</button></p>
                    <p class="hint-p">{ "In the cache and disk grids the arrow keys move over the cells, and Enter inspects one." }</p></section>
                <section><h3>{ "Line states" }</h3>{ legend(false) }{ legend(true) }{ full_key(true) }</section>
            </div>
        </dialog>
    }
}
