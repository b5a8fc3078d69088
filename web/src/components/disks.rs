//! The disk array: one row a stripe, one column a disk.

use super::icon::icon;
use crate::language::{say, tr};
use crate::movers::use_mover;
use crate::scene::model::{
    ArrayView, Content, DiskCell, DiskHead, DiskMark, LineLabel, RecordView, Selection, StripeRow, Tone,
};
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
    let heads = array.heads.iter().map(|head| disk_head(head, many));
    let rows = array
        .rows
        .iter()
        .map(|row| html! { <Row key={row.line.key.bits().to_string()} row={row.clone()} /> });
    let (level, layout) = array.caption.rsplit_once(", ").unwrap_or((&array.caption, ""));
    html! {
        <section class={classes!("array", many.then_some("many"))} aria-label={tr("Disk array")} data-testid="array">
            <div class="array-n">
                <div class="raid"><h2>{ tr("Disk array") }</h2><p>{ level }</p><p>{ layout }</p></div>
                { record(&array.record) }
            </div>
            <table class="disks" tabindex="0" data-grid="" role="grid" aria-label={say!("Disks: {caption}", caption = &array.caption)}>
                <thead><tr><th scope="col">{ tr("Stripe") }</th>{ for heads }</tr></thead>
                <tbody>{ for rows }</tbody>
            </table>
            <ul class="marks" aria-label={tr("Key to disk marks")}>
                <li><i class="mk done"></i>{ tr("just written") }</li>
                <li><i class="mk writing"></i>{ tr("being written") }</li>
                <li><i class="mk reading"></i>{ tr("being read") }</li>
                <li><i class="mk behind"></i>{ tr("older than cache") }</li>
                <li><i class="mk suspect">{ "?" }</i>{ tr("parity in doubt") }</li>
                <li><i class="mk missing"></i>{ tr("cannot be read") }</li>
            </ul>
        </section>
    }
}

/// A disk above its column: a click takes it out of service, or puts a spare into its place.
fn disk_head(head: &DiskHead, many: bool) -> Html {
    let disk = head.disk;
    let name = if many { disk.to_string() } else { say!("Disk {disk}", disk) };
    let does = if head.tone == Tone::Alarm { tr("put a spare into its place") } else { tr("fail it") };
    let state = if head.text.is_empty() { String::new() } else { format!(" {}", head.text) };
    html! {
        <th key={disk} scope="col" class={head.tone.class()}>
            <button data-break={format!("disk-{disk}")} title={say!("Disk {disk}{state}: {does}", disk, state = &state, does)} aria-label={say!("Disk {disk}{state}: {does}", disk, state, does)}>
                { icon(if head.tone == Tone::Alarm { "#i-diskx" } else { "#i-disk" }, "") }<span class="d-n">{ name }</span>
                if !head.text.is_empty() { { " " }<span class="d-s">{ &head.text }</span> }
            </button>
            if let Some((done, total)) = head.rebuilt {
                <progress max={total.to_string()} value={done.to_string()} aria-label={say!("Disk {disk} rebuilt", disk)}></progress>
            }
        </th>
    }
}

/// Who may serve, as it stands on the disks.
fn record(record: &RecordView) -> Html {
    let owner = match record.holder {
        None => tr("both may serve").to_owned(),
        Some(at) => say!("only {at} may serve", at),
    };
    let pinned = if record.pinned { tr(", pinned") } else { "" };
    let class = classes!(
        "record",
        record.holder.map(|at| if at.index() == 0 { "to-a" } else { "to-b" }),
        record.changed.then_some("swapped"),
        record.selected.then_some("picked")
    );
    html! {
        <div {class} data-testid="record" data-pick={to_pick(Selection::Record)} title={tr("The record on the disks decides who may serve. It is changed only by compare-and-swap.")}>
            <h3><button aria-pressed={record.selected.to_string()}>{ tr("Record") }</button></h3>
            <p class="rec-m">{ &record.mode }</p>
            <p class="rec-e">{ say!("epoch {epoch}{pinned}", epoch = record.epoch, pinned) }</p>
            if let Some(fence) = &record.fence {
                <p class={classes!("fence", fence.tone.class())}>{ icon("#i-fence", "ic16") }{ &fence.text }</p>
            } else {
                <p class="rec-o">{ owner }</p>
            }
        </div>
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
        Content::Parity if cell.mark == DiskMark::Suspect => {
            say!("P ?, parity of stripe {stripe}", stripe = key.stripe())
        }
        Content::Parity => say!("parity of stripe {stripe}", stripe = key.stripe()),
        Content::Blocks { .. } => say!("block {block}", block = content_text(cell.content)),
    };
    let state = match cell.mark {
        DiskMark::Quiet => "",
        DiskMark::JustWritten => tr(", just written"),
        DiskMark::Writing(_) => tr(", being written"),
        DiskMark::Reading(_) => tr(", being read"),
        DiskMark::Suspect => tr(", does not match the data just now"),
        DiskMark::Missing => tr(", cannot be read"),
        DiskMark::Expected => tr(", newer data is being mirrored"),
    };
    let behind = if cell.behind { tr(", older than the cache") } else { "" };
    say!("Disk {disk}: {what}{state}{behind}", disk = cell.disk, what, state, behind)
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
        DiskMark::Missing => (Some("missing"), None),
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
