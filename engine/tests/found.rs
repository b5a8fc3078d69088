//! What sweeps of random worlds have found, each reduced to the least that failed. They hold for ever after.

use mirrorline_engine::check::{Depth, Watch};
use mirrorline_engine::scenario::Scenario;
use mirrorline_engine::sim::Run;

/// Runs a scenario to its end; every invariant holds after every event.
fn holds(text: &str) {
    let scenario = Scenario::parse(text).expect("a scenario that was found is sound");
    let world = scenario.world().expect("its world is sound");
    let mut run = Run::new(world, scenario.source().expect("its requests are sound"), scenario.pacing);
    let mut watch = Watch::new(Depth::EveryEvent);
    while run.step(&mut watch).is_some() {
        watch.after_event(run.world());
        assert_eq!(watch.violations(), []);
        assert!(run.world().events() < 4_000_000, "the run does not end");
    }
    watch.at_end(run.world());
    assert_eq!(watch.violations(), []);
}

macro_rules! found {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            holds(include_str!(concat!("found/", stringify!($name), ".scenario")));
        })+
    };
}

found!(
    a_join_that_fails_under_load_succeeds_later,
    a_gap_in_the_session_is_noticed_at_the_switch,
    a_read_that_meets_one_missing_disk_after_another_is_answered,
    a_rebuild_that_is_over_is_over_after_a_start_too,
    no_copy_counts_whose_data_was_turned_away,
    a_look_at_the_record_counts_only_for_its_session,
    an_old_answer_about_the_record_does_not_count,
    one_that_starts_while_it_is_fenced_looks_again,
    what_was_read_before_a_takeover_is_not_kept,
    a_read_after_a_takeover_sees_what_the_peer_wrote,
    a_memory_that_waits_to_recover_knows_its_stripes,
    one_at_rest_answers_one_that_joins,
    a_false_alarm_and_a_death_are_two_failures,
    a_late_alarm_and_a_missing_disk_are_two_failures,
    after_a_half_done_recovery_only_dirty_blocks_are_believed,
    copies_of_an_abandoned_join_do_not_count,
    a_false_alarm_and_a_bad_sector_are_two_failures,
    a_link_that_goes_down_during_the_switch_is_noticed,
    a_patrol_ends_though_two_disks_are_missing,
    a_read_at_a_controller_that_is_given_up_is_tried_again,
    a_read_of_a_peer_that_is_gone_is_answered_to_nobody,
    a_sector_that_was_mended_stays_mended,
    a_rebuild_ends_though_another_disk_is_pulled,
    a_slow_boot_makes_no_second_owner,
    an_answer_to_a_forwarded_read_ends_with_its_session,
    data_lands_in_no_slot_that_is_in_use,
    data_of_an_old_session_lands_nowhere,
    nobody_refuses_after_a_short_power_loss,
    one_hello_answered_twice_makes_two_sessions,
    only_one_side_owns_a_line_after_a_drain,
    the_number_of_a_line_does_not_fall_after_a_hang,
    the_number_of_a_line_does_not_fall_in_a_takeover,
    the_number_of_a_line_starts_anew_with_its_entry,
    wrong_parity_is_known_to_somebody,
);
