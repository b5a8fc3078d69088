//! Acknowledged writes: where each block's newest value is, and which failures it survives.

use super::icon::icon;
use crate::language::{say, tr};
use crate::scene::model::{CopyMark, LedgerRow, LedgerView};
use crate::scene::words::count_text;
use mirrorline_engine::check::Safety;
use mirrorline_engine::mark;
use std::rc::Rc;
use yew::prelude::*;

const PLACES: [(&str, &str); 4] = [
    ("A", mark!("A’s memory")),
    ("B", mark!("B’s memory")),
    ("D", mark!("its disk")),
    ("P", mark!("parity")),
];
const FAILURES: [&str; 5] = ["A", "B", mark!("link"), mark!("power"), mark!("disk")];

#[derive(Properties, PartialEq)]
pub struct WritesProps {
    pub ledger: Rc<LedgerView>,
}

#[function_component(Writes)]
pub fn writes(props: &WritesProps) -> Html {
    let ledger = &props.ledger;
    let rows = ledger.rows.iter().map(|row| html! { <Row key={row.blocks.clone()} row={row.clone()} /> });
    let pending = ledger.pending.iter().map(|what| {
        html! { <tr key={what.clone()} class="pending"><th scope="row">{ what }</th><td colspan="6">{ tr("not acknowledged yet") }</td></tr> }
    });
    html! {
        <div class="writes" data-testid="ledger" data-safety={safety_class(ledger.safety)}>
            if ledger.rows.is_empty() && ledger.pending.is_empty() {
                <p class="empty">{ tr("Every block that a host was told is written will be listed here, with all its copies.") }</p>
            } else {
                <table class="led" aria-label={tr("Acknowledged writes")}>
                    <thead>
                        <tr><td></td><td></td><th scope="colgroup" colspan="5">{ tr("Survives the loss of") }</th></tr>
                        <tr><th scope="col">{ tr("Block") }</th><th scope="col">{ tr("Copies") }</th>
                            { for FAILURES.map(|name| html! { <th key={name} scope="col">{ tr(name) }</th> }) }</tr>
                    </thead>
                    <tbody>{ for rows }{ for pending }</tbody>
                </table>
            }
            if ledger.more > 0 { <p class="more-rows">{ say!("and {count} more blocks", count = count_text(ledger.more)) }</p> }
            <div class="led-foot">
            <p class="led-key"><span class="cp keeps">{ "A" }</span>{ tr(" newest, would be written back ") }<span class="cp has">{ "A" }</span>{ tr(" a copy") }</p>
            <p class={classes!("verdict", safety_class(ledger.safety))} data-testid="verdict">
                { icon(if ledger.safety <= Safety::Degraded { "#g-ok" } else { "#g-x" }, "ic16") }<b>{ &ledger.verdict }</b>
            </p>
            </div>
        </div>
    }
}

/// The class that the style sheets colour by.
pub fn safety_class(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::Degraded => "degraded",
        Safety::AtRisk => "risk",
        Safety::Lost => "lost",
    }
}

#[derive(Properties, PartialEq)]
struct RowProps {
    row: LedgerRow,
}

#[function_component(Row)]
fn row_view(props: &RowProps) -> Html {
    let row = &props.row;
    let copies = PLACES.into_iter().zip(row.copies).map(|((letter, place), mark)| {
        let (class, said) = match mark {
            CopyMark::None => ("no", say!("not in {place}", place)),
            CopyMark::Has => ("has", say!("in {place}, a copy", place)),
            CopyMark::Keeps => ("keeps", say!("in {place}", place)),
        };
        let heard = (mark != CopyMark::None).then(|| html! { <span class="sr">{ &said }</span> });
        html! { <span key={letter} class={classes!("cp", class)} title={said}><span aria-hidden="true">{ letter }</span>{ heard }</span> }
    });
    let survives = FAILURES.into_iter().zip(row.survives).map(|(name, safe)| {
        let said = if safe { tr("yes") } else { tr("no") };
        html! {
            <td key={name} class={if safe { "y" } else { "n" }}>
                { icon(if safe { "#g-ok" } else { "#g-x" }, "ic16") }<span class="sr">{ said }</span>
            </td>
        }
    });
    html! {
        <tr class={classes!((!row.readable).then_some("gone"))}>
            <th scope="row" title={row.words.clone()}>{ &row.blocks }</th><td class="cps">{ for copies }</td>{ for survives }
        </tr>
    }
}
