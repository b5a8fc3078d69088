//! The disk array: one row a stripe, one column a disk.

use super::icon::icon;
use crate::movers::use_mover;
use crate::scene::model::{ArrayView, Content, DiskCell, DiskMark, LineLabel, Selection, StripeRow};
use crate::scene::pick::to_pick;
use mirrorline_engine::ids::LineKey;
use std::rc::Rc;
use yew::prelude::*;

/// From this many disks on, headings are numbers only.
const MANY_DISKS: u8 = 9;

#[derive(Properties, PartialEq)]
pub struct DisksProps {
    pub array: Rc<ArrayView>,
}

#[function_component(Disks)]
pub fn disks(props: &DisksProps) -> Html {
    let array = &props.array;
    let many = array.disks >= MANY_DISKS;
    let heads = (0..array.disks).map(|disk| {
        let name = if many { disk.to_string() } else { format!("Disk {disk}") };
        html! { <th key={disk} scope="col">{ icon("#i-disk", "") }{ name }</th> }
    });
    let rows = array
        .rows
        .iter()
        .map(|row| html! { <Row key={row.line.key.bits().to_string()} row={row.clone()} /> });
    let (level, layout) = array.caption.rsplit_once(", ").unwrap_or((&array.caption, ""));
    html! {
        <section class={classes!("array", many.then_some("many"))} aria-label="Disk array" data-testid="array">
            <div class="array-n"><h2>{ "Disk array" }</h2><p>{ level }</p><p>{ layout }</p></div>
            if array.rows.is_empty() {
                <p class="empty">{ "No stripe has been touched yet." }</p>
            } else {
                <table class="disks" tabindex="0" data-grid="" role="grid" aria-label={format!("Disks: {}", array.caption)}>
                    <thead><tr><th scope="col">{ "Stripe" }</th>{ for heads }</tr></thead>
                    <tbody>{ for rows }</tbody>
                </table>
            }
            <ul class="marks" aria-label="Key to disk marks">
                <li><i class="mk done"></i>{ "just written" }</li>
                <li><i class="mk writing"></i>{ "being written" }</li>
                <li><i class="mk reading"></i>{ "being read" }</li>
                <li><i class="mk behind"></i>{ "older than cache" }</li>
                <li><i class="mk suspect">{ "?" }</i>{ "parity not yet right" }</li>
            </ul>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct RowProps {
    row: StripeRow,
}

#[function_component(Row)]
fn row_view(props: &RowProps) -> Html {
    let row = &props.row;
    let rank = match row.rank {
        0 => "r0",
        1 => "r1",
        _ => "r2",
    };
    let class = classes!(rank, row.active.then_some("flushing"), row.selected.then_some("selrow"));
    let cells = row.cells.iter().map(|cell| html! { <Cell key={cell.disk} cell={*cell} line={row.line} /> });
    html! { <tr class={class}><th scope="row">{ row.line.to_string() }</th>{ for cells }</tr> }
}

#[derive(Properties, PartialEq)]
struct CellProps {
    cell: DiskCell,
    line: LineLabel,
}

fn content_text(content: Content) -> String {
    match content {
        Content::Parity => "P".into(),
        Content::Blocks { first, last } if first == last => first.to_string(),
        Content::Blocks { first, last } => format!("{first}–{last}"),
    }
}

fn said(cell: &DiskCell, key: LineKey) -> String {
    let what = match cell.content {
        Content::Parity => format!("parity of stripe {}", key.stripe()),
        Content::Blocks { .. } => format!("block {}", content_text(cell.content)),
    };
    let state = match cell.mark {
        DiskMark::Quiet => "",
        DiskMark::JustWritten => ", just written",
        DiskMark::Writing(_) => ", being written",
        DiskMark::Reading(_) => ", being read",
        DiskMark::Suspect => ", does not match the data just now",
        DiskMark::Expected => ", newer data is being mirrored",
    };
    let behind = if cell.behind { ", older than the cache" } else { "" };
    format!("Disk {}: {what}{state}{behind}", cell.disk)
}

#[function_component(Cell)]
fn cell_view(props: &CellProps) -> Html {
    let cell = &props.cell;
    let (mark, span) = match cell.mark {
        DiskMark::Quiet => (None, None),
        DiskMark::JustWritten => (Some("done"), None),
        DiskMark::Writing(span) => (Some("writing"), Some(span)),
        DiskMark::Reading(span) => (Some("reading"), Some(span)),
        DiskMark::Suspect => (Some("suspect"), None),
        DiskMark::Expected => (Some("soon"), None),
    };
    let node = use_mover(span);
    let mut text = content_text(cell.content);
    if cell.mark == DiskMark::Suspect {
        text.push_str(" ?");
    }
    let said = said(cell, props.line.key);
    let parity = (cell.content == Content::Parity).then_some("p");
    let class = classes!(mark, parity, cell.behind.then_some("behind"), cell.selected.then_some("picked"));
    let pick = to_pick(Selection::Disk { key: props.line.key, disk: cell.disk });
    html! {
        <td ref={node} id={format!("disk-{}-{}", props.line.key.bits(), cell.disk)} class={class} title={said.clone()} aria-label={said}
            data-pick={pick}>{ text }</td>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_of_several_blocks_is_a_run() {
        assert_eq!(content_text(Content::Blocks { first: 40, last: 43 }), "40–43");
        assert_eq!(content_text(Content::Blocks { first: 40, last: 40 }), "40");
    }
}
