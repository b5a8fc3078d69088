use super::*;

fn tabs(docking: &Docking, group: usize) -> Vec<Tab> {
    docking.open(group).collect()
}

fn wished(wishes: &[Wish]) -> Docking {
    let mut docking = Docking::default();
    wishes.iter().for_each(|wish| docking.apply(*wish));
    docking
}

#[test]
fn at_first_what_one_looks_at_stands_above_what_is_safe() {
    let docking = Docking::default();
    assert_eq!(tabs(&docking, 0), [Tab::Inspector, Tab::About, Tab::Charts]);
    assert_eq!(tabs(&docking, 1), [Tab::Writes, Tab::Rules, Tab::Queue, Tab::Events]);
    assert_eq!((docking.top(0), docking.top(1)), (Some(Tab::Inspector), Some(Tab::Writes)));
    assert!(docking.is_seen(Tab::Inspector, false) && !docking.is_seen(Tab::Inspector, true));
    assert!(docking.is_seen(Tab::Writes, true), "the one shown last is the one that there is room for");
}

#[test]
fn every_panel_has_a_key_of_its_own() {
    for tab in Tab::ALL {
        assert_eq!(Tab::of_key(tab.name().key), Some(tab));
        assert_eq!(Tab::of_key(tab.name().key.to_ascii_lowercase()), Some(tab));
    }
    assert_eq!(Tab::of_key('?'), None);
}

#[test]
fn a_closed_panel_comes_back_to_its_place() {
    let mut docking = wished(&[Wish::Show(Tab::Rules), Wish::Close(Tab::Rules)]);
    assert_eq!(tabs(&docking, 1), [Tab::Writes, Tab::Queue, Tab::Events]);
    assert_eq!(docking.top(1), Some(Tab::Queue), "the next one is on top then");
    assert!(!docking.is_open(Tab::Rules) && !docking.is_seen(Tab::Rules, false));
    docking.apply(Wish::Show(Tab::Rules));
    assert_eq!(tabs(&docking, 1), [Tab::Writes, Tab::Rules, Tab::Queue, Tab::Events]);
    assert_eq!(docking.top(1), Some(Tab::Rules));
    docking.apply(Wish::Show(Tab::Events));
    docking.apply(Wish::Close(Tab::Events));
    assert_eq!(docking.top(1), Some(Tab::Queue), "behind the last one there is only the one before");
    docking.apply(Wish::Close(Tab::Writes));
    assert_eq!(docking.top(1), Some(Tab::Queue), "what is not on top leaves the top alone");
}

#[test]
fn with_all_closed_nothing_is_seen() {
    let mut docking = wished(&Tab::ALL.map(Wish::Close));
    assert_eq!((docking.top(0), docking.top(1), docking.front()), (None, None, None));
    docking.apply(Wish::Share(40));
    docking.apply(Wish::Show(Tab::Charts));
    assert_eq!((tabs(&docking, 0), docking.front()), (vec![Tab::Charts], Some(Tab::Charts)));
    docking.apply(Wish::Reset);
    assert_eq!(docking, Docking::default());
}

#[test]
fn a_panel_goes_to_any_place_of_either_group_and_is_on_top_there() {
    let docking = wished(&[Wish::Place(Tab::Writes, 0, Some(Tab::About))]);
    assert_eq!(tabs(&docking, 0), [Tab::Inspector, Tab::Writes, Tab::About, Tab::Charts]);
    assert_eq!(tabs(&docking, 1), [Tab::Rules, Tab::Queue, Tab::Events]);
    assert_eq!((docking.top(0), docking.top(1)), (Some(Tab::Writes), Some(Tab::Rules)));
    let docking = wished(&[Wish::Place(Tab::Inspector, 0, None)]);
    assert_eq!(tabs(&docking, 0), [Tab::About, Tab::Charts, Tab::Inspector]);
    assert_eq!(docking.top(0), Some(Tab::Inspector));
    let docking = wished(&[Wish::Place(Tab::About, 0, Some(Tab::About))]);
    assert_eq!(tabs(&docking, 0), [Tab::Inspector, Tab::About, Tab::Charts], "before itself is where it is");
    let docking = wished(&[Wish::Cross(Tab::Charts), Wish::Cross(Tab::Writes)]);
    assert_eq!(tabs(&docking, 0), [Tab::Inspector, Tab::About, Tab::Writes]);
    assert_eq!(tabs(&docking, 1), [Tab::Rules, Tab::Queue, Tab::Events, Tab::Charts]);
}

#[test]
fn a_panel_goes_on_past_its_open_neighbours_and_no_further_than_the_end() {
    let order = |wishes: &[Wish]| tabs(&wished(wishes), 1);
    assert_eq!(order(&[Wish::Nudge(Tab::Writes, 1)]), [Tab::Rules, Tab::Writes, Tab::Queue, Tab::Events]);
    assert_eq!(order(&[Wish::Nudge(Tab::Events, -1)]), [Tab::Writes, Tab::Rules, Tab::Events, Tab::Queue]);
    assert_eq!(order(&[Wish::Nudge(Tab::Writes, -1)]), order(&[]));
    assert_eq!(order(&[Wish::Nudge(Tab::Events, 1)]), order(&[]));
    assert_eq!(order(&[Wish::Nudge(Tab::Queue, 1)]), [Tab::Writes, Tab::Rules, Tab::Events, Tab::Queue]);
    let past_closed = [Wish::Close(Tab::Rules), Wish::Nudge(Tab::Writes, 1)];
    assert_eq!(order(&past_closed), [Tab::Queue, Tab::Writes, Tab::Events]);
}

#[test]
fn the_share_of_the_height_goes_with_what_is_on_top_below() {
    let mut docking = Docking::default();
    assert_eq!(docking.share(), 66);
    docking.apply(Wish::Share(70));
    docking.apply(Wish::Show(Tab::Events));
    assert_eq!(docking.share(), 32, "a list that is read has more");
    docking.apply(Wish::Share(5));
    assert_eq!(docking.share(), SHARE_LEAST);
    docking.apply(Wish::Show(Tab::Writes));
    assert_eq!(docking.share(), 70);
}

#[test]
fn what_is_remembered_is_read_as_it_was_written() {
    let docking = wished(&[
        Wish::Share(44),
        Wish::Cross(Tab::Events),
        Wish::Nudge(Tab::Events, -1),
        Wish::Close(Tab::Rules),
        Wish::Show(Tab::Queue),
    ]);
    assert_eq!(docking.write(), "i l E g | k44 -v R | ");
    assert_eq!(Docking::read(&docking.write()), docking);
    let bare = wished(&Tab::ALL.map(Wish::Close));
    assert_eq!(Docking::read(&bare.write()), bare);
    assert_eq!(Docking::read(&Docking::default().write()), Docking::default());
}

#[test]
fn nonsense_and_another_versions_words_are_passed_over() {
    let first = Docking::default();
    for text in ["", "| | |", "xyz ! -", "| |"] {
        let read = Docking::read(text);
        assert_eq!((tabs(&read, 0), tabs(&read, 1)), (tabs(&first, 0), tabs(&first, 1)), "{text:?}");
    }
    let read = Docking::read("Z9 e300 e | Q I7 i -I");
    assert_eq!(tabs(&read, 0), [Tab::Events, Tab::About, Tab::Charts]);
    assert_eq!(tabs(&read, 1), [Tab::Inspector, Tab::Writes, Tab::Rules, Tab::Queue]);
    assert_eq!((read.top(0), read.top(1)), (Some(Tab::Events), Some(Tab::Inspector)));
    assert_eq!(read.share(), SHARE_LEAST);
}

#[test]
fn a_tab_lands_before_the_one_whose_left_half_it_is_over() {
    let spot = |tab, left: f64, bottom| Spot { tab, left, right: left + 50.0, bottom };
    let strip = [
        spot(Tab::Inspector, 0.0, 40.0),
        spot(Tab::About, 50.0, 40.0),
        spot(Tab::Charts, 0.0, 80.0),
        spot(Tab::Writes, 50.0, 80.0),
    ];
    let land = |x, y| landing(&strip, x, y);
    assert_eq!(land(10.0, 20.0), Some(Tab::Inspector));
    assert_eq!(land(30.0, -50.0), Some(Tab::About));
    assert_eq!(land(90.0, 20.0), Some(Tab::Charts), "behind the first line is before the second");
    assert_eq!(land(10.0, 60.0), Some(Tab::Charts));
    assert_eq!(land(60.0, 500.0), Some(Tab::Writes));
    assert_eq!(land(90.0, 60.0), None);
    let short = [strip[0], strip[2], strip[3]];
    assert_eq!(
        landing(&short, 60.0, 20.0),
        Some(Tab::Charts),
        "a short first line goes on with the next one's first"
    );
    assert_eq!(landing(&[], 0.0, 0.0), None);
}
