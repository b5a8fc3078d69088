//! The list of all events in words, and its filter. Only the rows on the screen are in the document.

use super::causes::chain;
use super::icon::icon;
use crate::action::Action;
use crate::feed::Feed;
use crate::language::{say, tr};
use crate::scene::causes::Why;
use crate::scene::events::{EventRow, EventsView, Filter, SORTS, When};
use crate::scene::reel::Reel;
use crate::scene::words::css_number;
use crate::session::Command;
use mirrorline_engine::explain::about::Sort;
use mirrorline_engine::ids::ControllerId;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// A way to the instant that an event leads to.
pub fn go(index: u64, act: &Callback<Action>) -> Callback<MouseEvent> {
    let send = act.clone();
    Callback::from(move |_: MouseEvent| seek(index, &send))
}

fn seek(index: u64, act: &Callback<Action>) {
    act.emit(Action::Play(Command::Pause));
    act.emit(Action::Play(Command::Seek(index + 1)));
}

/// The symbol of a sort of events.
pub fn sort_icon(sort: Sort) -> &'static str {
    match sort {
        Sort::Host => "#i-host",
        Sort::Message => "#i-tamper",
        Sort::Disk => "#i-disk",
        Sort::Fault => "#i-bolt",
        Sort::Controller => "#i-slow",
    }
}

#[derive(Properties, PartialEq)]
pub struct EventsProps {
    pub feed: Feed,
    pub view: EventsView,
    pub why: Option<Why>,
    /// How often the window has changed its size.
    pub resized: u32,
    pub act: Callback<Action>,
}

pub enum Msg {
    /// The list was scrolled.
    Scrolled,
    /// Sizes were measured that differ from what was drawn.
    Measured,
    Key(KeyboardEvent),
}

pub struct Events {
    list: NodeRef,
    reel: Reel,
    /// The row that the arrow keys have come to.
    cursor: Option<u64>,
    /// The scroll bar has to be put where the reel is.
    due: bool,
}

impl Events {
    /// Keeps the event in view in sight.
    fn follow(&mut self, view: &EventsView) {
        self.due |= self.reel.settle();
        self.due |= self.reel.show(view.now.unwrap_or(0));
    }

    /// The sizes as they are on the screen. Says whether they are other ones.
    fn measure(&mut self) -> bool {
        let Some(list) = self.list.cast::<HtmlElement>() else { return false };
        let row = list.query_selector("[role=option]").ok().flatten();
        let row_px = row.map_or(self.reel.row_px, |row| f64::from(row.client_height()).max(1.0));
        let view_px = f64::from(list.client_height());
        let news = row_px != self.reel.row_px || view_px != self.reel.view_px;
        (self.reel.row_px, self.reel.view_px) = (row_px, view_px);
        news
    }

    fn steer(&mut self, event: &KeyboardEvent, props: &EventsProps) -> bool {
        let view = &props.view;
        let Some(last) = view.rows.checked_sub(1) else { return false };
        let from = self.cursor.or(view.now).unwrap_or(0);
        let page = self.reel.page();
        let to = match event.key().as_str() {
            "ArrowDown" => from + 1,
            "ArrowUp" => from.saturating_sub(1),
            "PageDown" => from + page,
            "PageUp" => from.saturating_sub(page),
            "Home" => 0,
            "End" => last,
            "Enter" => {
                if let Some(index) = props.feed.index(from) {
                    seek(index, &props.act);
                }
                from
            }
            _ => return false,
        };
        // These keys are the list's own as long as it has the focus.
        event.prevent_default();
        event.stop_propagation();
        let to = to.min(last);
        self.cursor = Some(to);
        self.due |= self.reel.nudge(to);
        true
    }
}

impl Component for Events {
    type Message = Msg;
    type Properties = EventsProps;

    fn create(ctx: &Context<Events>) -> Events {
        let mut events = Events {
            list: NodeRef::default(),
            reel: Reel::new(ctx.props().view.rows),
            cursor: None,
            due: false,
        };
        events.follow(&ctx.props().view);
        events
    }

    fn changed(&mut self, ctx: &Context<Events>, old: &EventsProps) -> bool {
        let view = &ctx.props().view;
        self.reel.rows = view.rows;
        let other =
            old.view.edition != view.edition || old.view.filter != view.filter || old.view.line != view.line;
        if other {
            self.cursor = None;
        }
        // A list that only grows stays where one reads in it.
        if other || old.view.event != view.event || old.view.now != view.now {
            self.follow(view);
        } else {
            self.due |= self.reel.settle();
        }
        true
    }

    fn update(&mut self, ctx: &Context<Events>, msg: Msg) -> bool {
        match msg {
            Msg::Scrolled => {
                let Some(list) = self.list.cast::<HtmlElement>() else { return false };
                let before = self.reel;
                self.reel.scrolled(f64::from(list.scroll_top()));
                self.reel != before
            }
            Msg::Measured => true,
            Msg::Key(event) => self.steer(&event, ctx.props()),
        }
    }

    fn view(&self, ctx: &Context<Events>) -> Html {
        let EventsProps { feed, view, why, act, .. } = ctx.props();
        let rows = feed.rows(self.reel.window());
        let here = self.cursor.or(view.now);
        let active = rows.iter().find(|row| Some(row.row) == here).map(|row| format!("ev-{}", row.index));
        let option = |row: &EventRow| {
            let class = match row.when {
                When::Past => "",
                When::Now => "now",
                When::Later => "later",
            };
            html! {
                <div key={row.index.to_string()} id={format!("ev-{}", row.index)} role="option" aria-selected={(row.when == When::Now).to_string()}
                    aria-posinset={(row.row + 1).to_string()} aria-setsize={view.rows.to_string()}
                    class={classes!("ev", class, (Some(row.row) == here).then_some("here"))} title={row.text.clone()} onclick={go(row.index, act)}>
                    { icon(sort_icon(row.sort), "ic16") }
                    <b>{ &row.text }</b><span>{ &row.number }</span><time>{ &row.at }</time>
                </div>
            }
        };
        let onscroll = ctx.link().callback(|_: Event| Msg::Scrolled);
        let onkeydown = ctx.link().callback(Msg::Key);
        html! {
            <div class="events" data-testid="events">
                if let Some(why) = why { { chain(&feed.causes(*why), act) } }
                { filter_bar(view, act) }
                if view.rows > 0 {
                    <div ref={&self.list} class="ev-list" role="listbox" tabindex="0" aria-label={tr("Events")} aria-activedescendant={active}
                        data-testid="events-list" {onscroll} {onkeydown}>
                        <div class="ev-all" role="presentation"><div class="ev-some" role="presentation">{ for rows.iter().map(option) }</div></div>
                    </div>
                } else if view.searched < view.total {
                    <p class="empty">{ tr("Nothing found so far …") }</p>
                } else {
                    <div class="empty" data-testid="events-empty">
                        <p>{ view.filter.advice(view.line) }</p>
                        <button class="btn" onclick={all(act)}>{ tr("Show all events") }</button>
                    </div>
                }
                <p class="ev-count" role="status" data-testid="events-count">{ view.count() }</p>
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Events>, _first: bool) {
        if self.measure() {
            self.follow(&ctx.props().view);
            ctx.link().send_message(Msg::Measured);
        }
        let Some(list) = self.list.cast::<HtmlElement>() else { return };
        let child = |class: &str| {
            list.query_selector(class).ok().flatten().and_then(|found| found.dyn_into::<HtmlElement>().ok())
        };
        // The page’s policy allows no style attributes; these are set one by one.
        if let Some(all) = child(".ev-all") {
            let _ = all.style().set_property("height", &format!("{}px", css_number(self.reel.tall())));
        }
        if let Some(some) = child(".ev-some") {
            let offset = css_number(self.reel.offset());
            let _ = some.style().set_property("transform", &format!("translateY({offset}px)"));
        }
        if std::mem::take(&mut self.due) {
            list.set_scroll_top(self.reel.bar() as i32);
        }
    }
}

/// Shows everything again.
fn all(act: &Callback<Action>) -> Callback<MouseEvent> {
    let send = act.clone();
    Callback::from(move |_: MouseEvent| send.emit(Action::Filter(Filter::default())))
}

fn filter_bar(view: &EventsView, act: &Callback<Action>) -> Html {
    let filter = &view.filter;
    let wish = |filter: Filter| {
        let send = act.clone();
        Callback::from(move |_: MouseEvent| send.emit(Action::Filter(filter.clone())))
    };
    let oninput = {
        let (send, filter) = (act.clone(), filter.clone());
        move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                send.emit(Action::Filter(Filter { text: input.value(), ..filter.clone() }));
            }
        }
    };
    let onchange = {
        let (send, filter) = (act.clone(), filter.clone());
        move |event: Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                let chosen = SORTS.iter().find(|(_, _, id)| *id == select.value());
                send.emit(Action::Filter(Filter { sort: chosen.map(|(sort, ..)| *sort), ..filter.clone() }));
            }
        }
    };
    let sorts = SORTS.iter().map(|(sort, name, id)| {
        html! { <option key={*id} value={*id} selected={filter.sort == Some(*sort)}>{ tr(name) }</option> }
    });
    let actors = ControllerId::BOTH.map(|id| {
        let on = filter.actor == Some(id);
        let next = Filter { actor: (!on).then_some(id), ..filter.clone() };
        let name = say!("Only what happens at {id}", id);
        html! {
            <button key={id.to_string()} class={classes!(on.then_some("on"))} aria-pressed={on.to_string()} aria-label={name.clone()} title={name}
                data-testid={format!("events-{id}")} onclick={wish(next)}>{ id.to_string() }</button>
        }
    });
    let line = view.line.map(|line| {
        let next = Filter { line: !filter.line, ..filter.clone() };
        html! {
            <button class={classes!("ev-line", filter.line.then_some("on"))} aria-pressed={filter.line.to_string()} title={say!("Only events about line {line}", line)}
                data-testid="events-line" onclick={wish(next)}>{ line.to_string() }</button>
        }
    });
    html! {
        <div class="ev-filter" role="group" aria-label={tr("Which events")}>
            <input type="search" placeholder={tr("Find in sentences")} aria-label={tr("Find in sentences")} data-testid="events-text" value={filter.text.clone()} {oninput} />
            <select aria-label={tr("Kind of event")} data-testid="events-kind" {onchange}><option value="all" selected={filter.sort.is_none()}>{ tr("All kinds") }</option>{ for sorts }</select>
            <div class="seg" role="group" aria-label={tr("Where")}>{ for actors }{ line }</div>
        </div>
    }
}
