//! Callers, the queue and agents' phones: whole calls over SIP and RTP, and whatever can go wrong in them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/baresip.rs"]
mod baresip;
mod common;
#[path = "queue/handset.rs"]
mod handset;
#[path = "queue/office.rs"]
mod office;
#[path = "queue/sound.rs"]
mod sound;

#[path = "queue/briefing.rs"]
mod briefing;
#[path = "queue/call_back.rs"]
mod call_back;
#[path = "queue/codecs.rs"]
mod codecs;
#[path = "queue/duty.rs"]
mod duty;
#[path = "queue/faults.rs"]
mod faults;
#[path = "queue/joined.rs"]
mod joined;
#[path = "queue/nobody.rs"]
mod nobody;
#[path = "queue/restart.rs"]
mod restart;

use handset::LIMIT;

/// Most of the time nothing happens in a call: these are made at the same time.
macro_rules! side_by_side {
    ($name:ident: $($test:path),+ $(,)?) => {
        #[test]
        fn $name() {
            at_once(&[$((stringify!($test), $test as fn())),+]);
        }
    };
}

/// Runs them all, and fails with the names of those that fail. `QUEUE_TEST=name` runs one.
fn at_once(tests: &[(&str, fn())]) {
    let only = std::env::var("QUEUE_TEST").unwrap_or_default();
    let failed: Vec<&str> = std::thread::scope(|scope| {
        let wanted = tests.iter().filter(|(name, _)| name.contains(&only));
        let running: Vec<_> = wanted
            .map(|(name, test)| (*name, scope.spawn(test)))
            .collect();
        let ended = running.into_iter().map(|(name, test)| (name, test.join()));
        ended
            .filter_map(|(name, end)| end.is_err().then_some(name))
            .collect()
    });
    assert!(failed.is_empty(), "failed: {failed:#?}");
}

side_by_side!(
    they_talk:
    joined::nothing_is_lost_where_the_two_are_joined,
    joined::keys_go_through_both_ways_and_either_hanging_up_ends_both,
    joined::holds_of_either_side_end_and_the_two_hear_each_other_again,
    joined::each_side_has_a_codec_of_its_own,
    joined::a_phone_that_is_muted_and_sends_nothing_keeps_its_caller,
    joined::a_phone_that_wants_to_pass_its_caller_on_is_refused_and_keeps_them,
    codecs::callers_are_understood_in_every_codec_and_when_it_changes,
    codecs::a_wideband_caller_and_a_narrowband_agent_hear_each_other,
    codecs::the_packet_time_of_a_phone_is_honoured_and_a_pause_of_its_own_bridged,
    codecs::real_phones_with_wideband_codecs_hear_and_are_heard,
    briefing::an_agent_hears_who_waits_and_presses_1_or_2_on_a_real_phone,
    briefing::a_voice_mail_that_answers_takes_nobody,
    briefing::whoever_takes_over_knows_what_it_is_about,
);

side_by_side!(
    phones_do_anything_but_answer:
    faults::a_phone_that_refuses_in_whatever_way_leaves_the_caller_to_the_next,
    faults::a_phone_that_only_rings_or_dies_ringing_is_given_up_and_paused_the_second_time,
    faults::early_media_and_answers_said_twice_are_one_call,
    faults::a_phone_that_dies_in_the_conversation_gives_the_caller_back_to_the_queue,
    faults::a_phone_that_is_not_registered_is_not_rung,
    faults::of_two_agents_who_pick_up_together_one_has_the_caller_and_the_other_is_told,
);

side_by_side!(
    callers_hang_up_and_agents_go_off_duty:
    faults::a_caller_who_hangs_up_while_it_rings_stops_the_phone,
    faults::a_caller_who_hangs_up_while_waiting_leaves_the_others_their_places,
    faults::a_caller_who_hangs_up_in_the_moment_of_acceptance_leaves_a_phone_that_is_ready,
    faults::a_caller_who_hangs_up_while_the_agent_is_briefed_is_said_to_be_gone,
    faults::a_phone_with_one_line_is_rung_for_the_next_when_the_last_call_to_it_is_over,
    duty::commands_put_agents_on_and_off_duty_and_name_what_is_wrong,
    duty::codes_dialled_on_a_real_phone_put_its_owner_on_and_off_duty,
    duty::a_server_whose_dialplan_names_another_queue_says_so_and_does_not_start,
    duty::a_server_that_is_told_to_stop_lets_those_who_talk_finish_and_keeps_the_others_places,
);

side_by_side!(
    promises_are_kept:
    call_back::a_promise_is_kept_once_over_a_trunk_that_asks_who_we_are,
    call_back::who_does_not_answer_is_called_again_and_then_given_up,
    call_back::an_agent_who_hangs_up_while_it_rings_there_stops_it_and_it_is_tried_again,
    call_back::a_number_is_keyed_in_where_there_is_none_and_a_promise_can_be_cancelled,
    nobody::where_nobody_is_there_it_is_said_and_a_message_or_a_call_back_is_taken,
    nobody::more_than_may_wait_are_told_so_and_what_takes_too_long_goes_elsewhere,
    nobody::where_nobody_can_be_called_no_call_back_is_promised,
    restart::after_a_crash_callers_have_their_places_and_promises_are_kept_once,
);
