//! The frame of every modal dialog: a title, a button that closes it, and the browser's own care for focus and Esc.

use crate::language::tr;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct SheetProps {
    pub title: AttrValue,
    /// What a screen reader calls the dialog; the title, when it is not given.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    #[prop_or_default]
    pub class: Classes,
    pub testid: &'static str,
    pub close: Callback<()>,
    /// Who else listens to keys pressed in it.
    #[prop_or_default]
    pub onkeydown: Option<Callback<KeyboardEvent>>,
    pub children: Html,
}

/// Opened as soon as it is there.
#[function_component(Sheet)]
pub fn sheet(props: &SheetProps) -> Html {
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
    let label = props.label.clone().unwrap_or_else(|| props.title.clone());
    html! {
        <dialog ref={node} class={classes!("sheet", props.class.clone())} aria-label={label} data-testid={props.testid} oncancel={props.close.reform(|_: Event| ())} onkeydown={props.onkeydown.clone()}>
            <div class="sheet-h"><h2>{ &props.title }</h2><button class="btn" onclick={props.close.reform(|_: MouseEvent| ())}>{ tr("Close") }</button></div>
            { props.children.clone() }
        </dialog>
    }
}
