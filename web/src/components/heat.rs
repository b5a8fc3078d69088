//! A region of a big cache as pixels: one for each slot, in the colours of the theme. Pointing at one, or steering
//! a cursor with the arrow keys, says which slot it is; a click or Enter inspects it.

use crate::action::Action;
use crate::language::{say, tr};
use crate::scene::look::Look;
use crate::scene::model::{HeatMap, Selection, SlotId};
use crate::theme::Skin;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement, ImageData};
use yew::prelude::*;

/// A colour as the canvas takes it.
type Rgba = [u8; 4];

#[derive(Properties, PartialEq)]
pub struct HeatProps {
    pub map: HeatMap,
    pub title: String,
    pub skin: Skin,
    pub act: Callback<Action>,
}

/// How the slots are laid out, and how big one of them is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Raster {
    columns: u32,
    rows: u32,
}

impl Raster {
    /// The raster of `slots` that fills `width × height` with the biggest squares.
    fn fit(slots: u32, width: f64, height: f64) -> Raster {
        let slots = slots.max(1);
        let (width, height) = (width.max(1.0), height.max(1.0));
        let columns = (f64::from(slots) * width / height).sqrt().ceil().clamp(1.0, f64::from(slots)) as u32;
        Raster { columns, rows: slots.div_ceil(columns) }
    }

    /// The slot at a place given in shares of width and height.
    fn at(self, x: f64, y: f64, slots: u32) -> Option<u32> {
        let column = (x * f64::from(self.columns)) as u32;
        let row = (y * f64::from(self.rows)) as u32;
        let index = row.checked_mul(self.columns)?.checked_add(column)?;
        (column < self.columns && index < slots).then_some(index)
    }
}

#[function_component(Heat)]
pub fn heat(props: &HeatProps) -> Html {
    let canvas = use_node_ref();
    let cursor = use_state_eq(|| None::<u32>);
    let raster = use_mut_ref(|| Raster { columns: 1, rows: 1 });
    let slots = props.map.codes.len() as u32;
    let palette = use_memo(props.skin.theme, |_| Palette::read());
    {
        let (canvas, raster) = (canvas.clone(), raster.clone());
        use_effect_with((props.skin, slots), move |&(_, slots)| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                *raster.borrow_mut() = lay_out(&canvas, slots);
            }
        });
    }
    {
        let (canvas, raster, palette, cursor) = (canvas.clone(), raster.clone(), palette.clone(), *cursor);
        use_effect_with((props.map.clone(), props.skin, cursor), move |(map, _, cursor)| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                paint(&canvas, *raster.borrow(), map, &palette, *cursor);
            }
        });
    }
    let slot_at = {
        let (canvas, raster) = (canvas.clone(), raster.clone());
        move |x: f64, y: f64| {
            let rect = canvas.cast::<HtmlElement>()?.get_bounding_client_rect();
            let (x, y) = ((x - rect.left()) / rect.width(), (y - rect.top()) / rect.height());
            if x < 0.0 || y < 0.0 { None } else { raster.borrow().at(x, y, slots) }
        }
    };
    let pick = {
        let (send, memory, first) = (props.act.clone(), props.map.memory, props.map.first_slot);
        move |index: u32| send.emit(Action::Pick(Selection::Slot(SlotId { memory, slot: first + index })))
    };
    let onpointermove = {
        let (slot_at, cursor) = (slot_at.clone(), cursor.clone());
        move |event: PointerEvent| {
            cursor.set(slot_at(f64::from(event.client_x()), f64::from(event.client_y())))
        }
    };
    let onpointerleave = {
        let cursor = cursor.clone();
        move |_: PointerEvent| cursor.set(None)
    };
    let onclick = {
        let pick = pick.clone();
        move |event: MouseEvent| {
            if let Some(index) = slot_at(f64::from(event.client_x()), f64::from(event.client_y())) {
                pick(index);
            }
        }
    };
    let onkeydown = {
        let (cursor, raster) = (cursor.clone(), raster.clone());
        move |event: KeyboardEvent| {
            let columns = i64::from(raster.borrow().columns);
            let by = match event.key().as_str() {
                "ArrowLeft" => -1,
                "ArrowRight" => 1,
                "ArrowUp" => -columns,
                "ArrowDown" => columns,
                "Enter" => {
                    if let Some(index) = *cursor {
                        pick(index);
                    }
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            let from = cursor.map_or(0, i64::from);
            let to = if cursor.is_none() { 0 } else { from + by };
            if (0..i64::from(slots)).contains(&to) {
                cursor.set(Some(to as u32));
            }
        }
    };
    let said = match *cursor {
        Some(index) => {
            let at = SlotId { memory: props.map.memory, slot: props.map.first_slot + index };
            format!("{at}: {}", look_of(&props.map, index).words())
        }
        None => tr("point at a slot").into(),
    };
    html! {
        <div class="heat" tabindex="0" role="application" aria-label={say!("{title}: {slots} slots, arrow keys move, Enter inspects", title = props.title.to_string().to_string().to_string().to_string().to_string(), slots)}
            {onpointermove} {onpointerleave} {onclick} {onkeydown} data-testid="heat">
            <canvas ref={canvas}></canvas>
            <p aria-live="polite">{ said }</p>
        </div>
    }
}

fn look_of(map: &HeatMap, index: u32) -> Look {
    let code = map.codes.get(index as usize).copied().unwrap_or(0);
    Look::ALL.get(usize::from(code)).copied().unwrap_or(Look::Free)
}

/// Chooses the raster for the canvas's size on the screen, and gives it that many pixels.
fn lay_out(canvas: &HtmlCanvasElement, slots: u32) -> Raster {
    let raster = Raster::fit(slots, f64::from(canvas.client_width()), f64::from(canvas.client_height()));
    canvas.set_width(raster.columns);
    canvas.set_height(raster.rows);
    raster
}

/// Paints the map. A canvas that gives no context stays empty; its label still speaks.
fn paint(canvas: &HtmlCanvasElement, raster: Raster, map: &HeatMap, palette: &Palette, cursor: Option<u32>) {
    let mut pixels = vec![0u8; (raster.columns * raster.rows * 4) as usize];
    for (pixel, &code) in pixels.chunks_exact_mut(4).zip(&map.codes) {
        let colour = palette.colours.get(usize::from(code)).unwrap_or(&palette.mark);
        pixel.copy_from_slice(colour);
    }
    let marked = map.marked.iter().filter_map(|slot| slot.checked_sub(map.first_slot)).chain(cursor);
    for index in marked {
        if let Some(pixel) = pixels.chunks_exact_mut(4).nth(index as usize) {
            pixel.copy_from_slice(&palette.mark);
        }
    }
    let context =
        canvas.get_context("2d").ok().flatten().and_then(|it| it.dyn_into::<CanvasRenderingContext2d>().ok());
    if let (Some(context), Ok(image)) =
        (context, ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), raster.columns, raster.rows))
    {
        let _ = context.put_image_data(&image, 0.0, 0.0);
    }
}

struct Palette {
    colours: [Rgba; Look::ALL.len()],
    mark: Rgba,
}

impl Palette {
    /// The theme's colours, out of the same tokens as the cells'. Mirrors are outlined there, and paler here.
    fn read() -> Palette {
        let style = web_sys::window()
            .zip(web_sys::window().and_then(|it| it.document()?.document_element()))
            .and_then(|(window, root)| window.get_computed_style(&root).ok().flatten());
        let token = |name: &str| -> Rgba {
            let value =
                style.as_ref().and_then(|style| style.get_property_value(name).ok()).unwrap_or_default();
            parse_hex(value.trim()).unwrap_or([128, 128, 128, 255])
        };
        let panel = token("--panel");
        let colours = Look::ALL.map(|look| match look {
            Look::Free => token("--well"),
            Look::Filling => mix(token("--send"), panel),
            Look::OP => token("--send"),
            Look::OD | Look::SD => token("--dirty"),
            Look::OF | Look::OW | Look::SF | Look::SW => token("--flush"),
            Look::OK | Look::OX => token("--clean-fill"),
            Look::OC | Look::SC | Look::OR | Look::M0 => token("--line-2"),
            Look::MD => mix(token("--dirty"), panel),
            Look::MF => mix(token("--flush"), panel),
            Look::MK => mix(token("--clean-fill"), panel),
        });
        Palette { colours, mark: token("--sel") }
    }
}

fn mix(a: Rgba, b: Rgba) -> Rgba {
    let half = |i: usize| ((u16::from(a[i]) + u16::from(b[i])) / 2) as u8;
    [half(0), half(1), half(2), 255]
}

/// `#rrggbb`.
fn parse_hex(text: &str) -> Option<Rgba> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    Some([(value >> 16) as u8, (value >> 8) as u8, value as u8, 255])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raster_holds_every_slot_and_finds_it_again() {
        for slots in [1, 2, 48, 1_000, 10_007] {
            let raster = Raster::fit(slots, 220.0, 170.0);
            assert!(raster.columns * raster.rows >= slots, "{slots}");
            let last = slots - 1;
            let x = (f64::from(last % raster.columns) + 0.5) / f64::from(raster.columns);
            let y = (f64::from(last / raster.columns) + 0.5) / f64::from(raster.rows);
            assert_eq!(raster.at(x, y, slots), Some(last));
        }
    }

    #[test]
    fn beyond_the_last_slot_there_is_none() {
        let raster = Raster { columns: 4, rows: 3 };
        assert_eq!(raster.at(0.99, 0.99, 10), None);
        assert_eq!(raster.at(1.5, 0.1, 10), None);
    }

    #[test]
    fn colours_are_read_from_tokens() {
        assert_eq!(parse_hex("#f0a63c"), Some([0xf0, 0xa6, 0x3c, 255]));
        assert_eq!(parse_hex("red"), None);
    }
}
