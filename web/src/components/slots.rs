//! A region of cache memory, slot by slot. One component a cell: an event draws the cells that it changed.

use super::heat::Heat;
use super::icon::icon;
use crate::action::Action;
use crate::language::{say, tr};
use crate::movers::use_mover;
use crate::scene::look::Look;
use crate::scene::model::{Region, Selection, SlotCell, Slots};
use crate::scene::pick::to_pick;
use crate::scene::words::count_text;
use crate::theme::Skin;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct RegionProps {
    /// `Own lines`, `Lent to B`.
    pub title: String,
    pub class: &'static str,
    pub region: Region,
    pub skin: Skin,
    pub act: Callback<Action>,
}

#[function_component(RegionView)]
pub fn region_view(props: &RegionProps) -> Html {
    let Region { used, total, slots } = &props.region;
    let body = match slots {
        Slots::Cells(cells) => {
            let cells = cells.iter().map(|cell| html! { <Cell key={cell.at.slot} cell={*cell} /> });
            html! {
                <ol class="slots" role="listbox" tabindex="0" data-grid="" aria-label={say!("{title}, {used} of {total} slots in use", title = props.title.clone(), used = *used, total = *total)}>
                    { for cells }
                </ol>
            }
        }
        Slots::Heat(map) => {
            html! { <Heat map={map.clone()} title={props.title.clone()} skin={props.skin} act={props.act.clone()} /> }
        }
    };
    html! {
        <section class={props.class}>
            <h3>{ &props.title }<span>{ say!("{used} of {total}", used = count_text((*used).into()), total = total_text(*total)) }</span></h3>
            { body }
        </section>
    }
}

/// Many are short: two regions stand side by side.
fn total_text(total: u32) -> String {
    match total {
        1_000_000.. if total.is_multiple_of(1_000_000) => format!("{} M", total / 1_000_000),
        10_000.. if total.is_multiple_of(1_000) => format!("{} k", total / 1_000),
        _ => count_text(total.into()),
    }
}

/// Labels longer than this do not fit a cell; their last digits do.
const LABEL_MAX: usize = 6;

fn short_label(full: &str) -> String {
    if full.len() <= LABEL_MAX { full.to_owned() } else { format!("…{}", &full[full.len() - 5..]) }
}

#[derive(Properties, PartialEq)]
struct CellProps {
    cell: SlotCell,
}

#[function_component(Cell)]
fn cell_view(props: &CellProps) -> Html {
    let cell = &props.cell;
    let node = use_mover(cell.fill);
    let name = cell.at.to_string();
    let label = cell.line.map(|line| line.to_string());
    let said = match &label {
        Some(label) => {
            let asked = if cell.asked { tr(", ownership asked for") } else { "" };
            say!(
                "{name}, line {line}, {words}{asked}",
                name = name.clone(),
                line = label,
                words = cell.look.words(),
                asked
            )
        }
        None => say!("{name}, free", name = name.clone()),
    };
    let class = classes!(
        if cell.look == Look::Free { "f" } else { "s" },
        cell.look.class(),
        cell.selected.then_some("sel"),
        cell.kin.then_some("kin"),
        cell.changed.then_some("changed"),
        cell.promoted.then_some("promoted"),
    );
    html! {
        <li ref={node} id={format!("slot-{name}")} class={class} role="option" aria-selected={cell.selected.to_string()} aria-label={said.clone()}
            title={said} data-slot={name} data-look={cell.look.code()} data-pick={to_pick(Selection::Slot(cell.at))}>
            if let Some(label) = label {
                <b>{ cell.look.code() }</b>
                <span>{ short_label(&label) }</span>
                if let Some(glyph) = cell.look.glyph() { { icon(glyph.href(), "") } }
                if cell.asked { <em>{ "Q" }</em> }
            } else {
                { format!("{:02}", cell.at.slot) }
            }
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_totals_are_short() {
        assert_eq!(total_text(2_000_000), "2 M");
        assert_eq!(total_text(10_000), "10 k");
        assert_eq!(total_text(10_001), "10\u{202f}001");
        assert_eq!(total_text(0), "0");
    }

    #[test]
    fn a_long_label_keeps_its_end() {
        assert_eq!(short_label("0:4092"), "0:4092");
        assert_eq!(short_label("0:1234567"), "…34567");
    }
}
