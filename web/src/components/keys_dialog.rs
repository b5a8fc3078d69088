//! The dialog that lists the keys; on small screens also the key to the states.

use super::header::language_switch;
use super::legend::{full_key, legend};
use super::sheet::Sheet;
use crate::action::Action;
use crate::keys::HELP;
use crate::language::tr;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct KeysDialogProps {
    pub act: Callback<Action>,
}

#[function_component(KeysDialog)]
pub fn keys_dialog(props: &KeysDialogProps) -> Html {
    let close = props.act.reform(|()| Action::Close);
    let again = props.act.clone();
    let rows = HELP.into_iter().map(|(keys, what)| {
        let keys = keys.iter().map(|key| html! { <kbd key={*key}>{ tr(key) }</kbd> });
        html! { <li key={what}><span class="keyset">{ for keys }</span><span>{ tr(what) }</span></li> }
    });
    html! {
        <Sheet title={tr("Keys")} testid="keys-dialog" {close}>
            <div class="twin">
                <section><h3>{ tr("Keyboard") }</h3><ul class="keylist">{ for rows }</ul>
                    <p><button class="btn" data-testid="tour-again" onclick={move |_: MouseEvent| again.emit(Action::Tour(Some(0)))}>{ tr("Show the tour again") }</button> { language_switch(&props.act) }</p>
                    <p class="hint-p">{ tr("In the caches, their maps and the disk grid the arrow keys move over the cells, and Enter inspects one.") }</p></section>
                <section><h3>{ tr("Line states") }</h3>{ legend(false) }{ legend(true) }{ full_key(true) }</section>
            </div>
        </Sheet>
    }
}
