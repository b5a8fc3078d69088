//! Both write-back queues, oldest first.

use super::legend::badge;
use crate::language::{say, tr};
use crate::scene::model::{QueueRow, QueueTable, Selection};
use crate::scene::pick::to_pick;
use crate::scene::words::count_text;
use mirrorline_engine::explain::names;
use mirrorline_engine::mark;
use yew::prelude::*;

/// A then B.
pub fn queues(queues: &[QueueTable; 2]) -> Html {
    let row = |(at, row): (usize, &QueueRow)| {
        let picked = row.selected.then_some("picked");
        html! {
            <tr key={row.line.key.bits().to_string()} class={classes!(picked)}>
                <td>{ (at + 1).to_string() }</td>
                <th scope="row"><button data-pick={to_pick(Selection::Line(row.line.key))} aria-pressed={row.selected.to_string()}>{ row.line.to_string() }</button></th>
                <td>{ row.look.map(badge) }</td>
                <td>{ &row.dirty }</td>
                <td>{ row.mirror.map(|slot| slot.to_string()) }</td>
                <td>{ row.age.to_string() }</td>
            </tr>
        }
    };
    let side = |(queue, name): (&QueueTable, &'static str)| {
        html! {
            <section key={name}>
                <h3>{ say!("{controller}: {lines}", controller = name, lines = names::count(queue.len as usize, mark!("{n} line"), mark!("{n} lines"))) }</h3>
                if queue.rows.is_empty() {
                    <p class="empty">{ tr("Nothing waits to be written back.") }</p>
                } else {
                    <table class="led wb" aria-label={say!("Write-back queue of {controller}", controller = name)}>
                        <thead><tr><th scope="col">{ "#" }</th><th scope="col">{ tr("Line") }</th><th scope="col">{ tr("State") }</th><th scope="col">{ tr("Dirty") }</th>
                            <th scope="col">{ tr("Mirror") }</th><th scope="col">{ tr("Ticks") }</th></tr></thead>
                        <tbody>{ for queue.rows.iter().enumerate().map(row) }</tbody>
                    </table>
                }
                if queue.more > 0 { <p class="more-rows">{ say!("and {more} more lines", more = count_text(u64::from(queue.more))) }</p> }
            </section>
        }
    };
    html! { <div class="pane-in queues" data-testid="queues"><h2 class="sr">{ tr("Write-back queues") }</h2>{ for queues.iter().zip(["A", "B"]).map(side) }<p class="sub">{ &queues[0].policy }</p></div> }
}
