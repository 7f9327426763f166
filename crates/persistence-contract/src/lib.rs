//! The tests that every store must pass.
//!
//! A store's `tests/contract.rs` hands [`contract!`] a function that makes a fresh, empty store; the macro makes one test
//! of each case. A new method of the port needs a case here: one that proves what it does, and one that proves what is
//! left untouched.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "what is not as it should be fails the test, with the line that says so"
)]

pub mod cases;
pub mod postgres;
pub mod queue;
pub mod race;
pub mod samples;
pub mod walk;

/// Expands to one test for each case. `$make` is an `async fn() -> (Guard, Arc<dyn Store>)`: the guard keeps whatever
/// the store lives in, and is dropped after the store has been closed.
#[macro_export]
macro_rules! contract {
    ($make:path) => {
        $crate::contract! { @tests $make,
            accounts: [
                an_account_of_every_platform_comes_back_as_it_was,
                an_account_that_was_never_there_is_absent,
                an_account_does_not_show_under_another_site,
                an_account_cannot_be_written_under_another_site,
                an_account_of_an_unknown_site_is_refused,
                an_id_is_used_once,
                an_update_saves_the_new_state,
                an_update_sets_replaces_and_removes_secrets,
                an_update_of_one_account_leaves_the_others_alone,
                an_update_of_an_older_version_changes_nothing,
                an_update_of_a_removed_account_is_refused,
                a_removal_of_an_older_version_is_refused,
                a_removed_account_leaves_nothing_behind,
                changes_are_listed_oldest_first_and_after_a_version,
                every_kind_of_change_comes_back,
                a_list_of_writes_is_carried_out_in_its_order,
                a_list_of_writes_that_fails_leaves_nothing_behind,
                an_empty_list_of_writes_does_nothing,
                hostile_text_comes_back_as_it_was,
                fifty_updates_of_one_version_have_one_winner,
                two_lists_over_the_same_accounts_do_not_block_each_other,
            ],
            list: [
                a_site_without_accounts_has_an_empty_page,
                the_list_shows_accounts_of_its_site_only,
                the_list_shows_whole_accounts_without_their_secrets,
                each_row_names_its_keys_once,
                a_search_looks_through_description_platform_and_target,
                a_search_takes_wildcards_as_they_are,
                a_search_does_not_care_for_capitals_in_any_script,
                a_search_takes_hostile_text_as_it_is,
                a_search_for_nothing_narrows_nothing,
                filters_narrow_together_and_count_what_they_match,
                every_column_sorts_both_ways,
                accounts_that_sort_alike_keep_their_order,
                pages_hold_every_account_once,
                a_page_past_the_end_is_empty_but_counts,
                a_search_finds_the_new_words_of_a_changed_account,
            ],
            slots: [
                a_second_active_account_of_a_slot_is_refused,
                a_second_activation_of_a_slot_is_refused,
                inactive_accounts_may_share_a_slot,
                another_site_has_slots_of_its_own,
                an_account_takes_a_slot_that_was_left_before_it_in_the_list,
                a_slot_that_is_left_later_in_the_list_is_still_taken,
                a_removed_account_leaves_its_slot,
                clerk_has_one_active_account_for_each_language,
                clerk_has_one_active_default_account,
                the_default_mark_moves_from_one_account_to_another,
                an_active_account_cannot_move_to_a_taken_language,
                holders_of_slots_are_the_active_accounts_in_the_order_of_their_ids,
                fifty_activations_at_once_leave_one_active,
                fifty_new_active_accounts_at_once_leave_one,
                fifty_swaps_at_once_leave_one_active,
                activations_that_cross_leave_no_slot_shared,
            ],
            checks: [
                a_check_comes_back_as_it_was,
                a_check_belongs_to_its_account_and_site,
                what_is_newer_is_not_replaced,
                twenty_reports_at_once_leave_the_latest,
                a_check_and_its_entries_are_written_together,
                a_removed_account_takes_its_check_along_and_leaves_its_log,
                twenty_claimers_hand_out_each_account_once,
                checks_are_handed_out_when_they_are_due,
                new_settings_and_activation_make_a_check_due_at_once,
                the_list_shows_the_last_check_of_each_account,
                attention_goes_to_active_accounts_whose_present_settings_fail,
                contact_is_counted_among_active_accounts_with_a_present_test,
            ],
            log: [
                an_entry_comes_back_as_it_was,
                an_id_of_an_entry_is_used_once,
                every_filter_finds_its_entries_from_every_place,
                pages_hold_every_entry_once_both_ways,
                the_log_of_another_site_is_not_seen,
                writes_and_their_entries_are_one_act,
                entries_that_are_added_at_once_are_all_there,
                accounts_of_the_log_go_by_their_latest_description,
                a_search_for_accounts_of_the_log_takes_text_as_it_is,
                what_is_old_goes_in_batches,
                every_way_to_read_the_log_is_explained,
            ],
            events: [
                an_event_comes_back_as_it_was,
                an_event_is_taken_once,
                one_event_at_once_is_taken_once,
                every_active_account_that_an_event_reaches_gets_a_delivery,
                events_that_fail_leave_nothing_behind,
                events_are_listed_newest_first,
                an_order_skips_the_cart_that_it_ends,
                an_order_leaves_a_cart_that_was_tried,
                old_events_go_unless_one_of_their_deliveries_waits,
                however_many_wait_a_purge_goes_past_them,
            ],
            claims: [
                deliveries_are_handed_out_oldest_first,
                twenty_claimers_hand_out_each_delivery_once,
                first_attempts_and_others_are_wanted_apart,
                what_is_released_keeps_its_place,
                a_claim_is_finished_once,
                a_later_event_makes_an_earlier_one_needless,
                whoever_waits_for_work_is_woken,
            ],
            lanes: [
                one_lane_goes_out_one_after_the_other,
                a_lane_keeps_its_order_whoever_sends_and_claims,
                a_cart_that_waits_is_in_nobodys_way,
                a_retry_holds_what_is_behind_it,
                what_waited_behind_one_that_is_skipped_is_due_at_once,
                more_than_a_thousand_behind_a_retry_keep_their_order,
                an_earlier_one_waits_while_a_later_one_of_its_lane_is_under_way,
                one_of_a_lane_is_under_way_whoever_claims_ends_and_tries_again,
            ],
            leases: [
                an_ended_lease_is_handed_out_again_as_doubtful,
                a_late_finish_counts_while_nobody_else_has_it,
                doubt_stays_until_an_attempt_ends_it,
                a_lease_of_a_clock_that_was_ahead_has_ended,
                leases_that_end_without_a_word_are_counted_until_somebody_speaks,
                what_a_clock_that_was_ahead_had_under_way_is_tried_again_by_hand,
            ],
            due: [
                only_active_accounts_whose_queue_is_not_held_have_work,
                what_is_ready_stays_ready_when_the_clock_is_set_back,
                a_lane_keeps_its_order_when_the_clock_is_set_back,
            ],
            deliveries: [
                every_end_and_retry_leaves_its_mark,
                attempts_are_kept_in_their_order,
                what_ends_is_counted_by_the_hour,
                a_finish_and_its_entries_are_one_act,
                every_filter_finds_its_deliveries_from_every_place,
                pages_hold_every_delivery_once_both_ways,
                deliveries_of_another_site_are_not_seen,
                what_failed_is_tried_again_in_steps,
                a_step_goes_on_where_the_one_before_it_stopped,
                changes_of_the_same_deliveries_at_once_count_each_once,
                trying_everything_again_comes_to_an_end,
                what_waits_is_skipped_unless_it_is_under_way,
                a_backlog_tells_what_is_due_from_what_is_later,
                a_large_backlog_is_counted_to_its_end_only_by_whoever_asks_for_it,
                what_is_due_is_weighed_by_what_would_come_of_it,
                failures_that_are_alike_are_one_group,
                a_removed_account_takes_its_deliveries_along,
            ],
            holds: [
                a_hold_comes_back_as_it_was,
                a_hold_of_nobody_is_not_set,
                twenty_holds_at_once_are_told_once,
                the_end_of_a_delivery_remembers_whoever_holds_its_claim,
                what_is_remembered_comes_back_until_it_is_forgotten,
            ],
            paces: [
                turns_are_taken_one_after_the_other,
                turns_that_are_over_are_not_waited_for,
                twenty_takers_at_once_share_no_turn,
                a_rest_is_kept_by_everybody,
                what_lies_far_ahead_stops_nobody,
                paces_that_nobody_needs_any_more_go,
            ],
            tokens: [
                a_token_comes_back_as_it_was,
                a_hash_of_a_token_is_used_once,
                the_last_use_of_a_token_is_noted,
                a_token_is_revoked_once,
            ],
            sites: [
                there_is_no_site_at_first,
                a_site_comes_back_as_it_was,
                sites_are_listed_oldest_first,
                a_first_site_is_added_only_while_there_is_none,
                two_first_sites_at_once_leave_one,
                an_update_changes_its_site_only,
            ],
            users: [
                there_is_no_user_at_first,
                a_user_comes_back_as_it_was,
                users_are_listed_by_name,
                a_name_is_taken_once,
                one_name_at_once_is_taken_once,
                a_new_password_ends_the_sessions_of_its_user_only,
                a_password_of_nobody_is_not_set,
                a_first_start_link_is_good_until_it_expires,
                a_new_first_start_link_takes_the_place_of_the_old,
                a_first_start_link_is_used_up,
                a_wrong_first_start_link_uses_nothing_up,
                a_first_start_link_is_void_once_there_is_a_user,
                a_first_start_link_is_used_once_by_twenty_at_once,
            ],
            sessions: [
                a_session_comes_back_as_it_was,
                a_session_needs_its_token,
                a_session_of_nobody_is_refused,
                an_expired_session_stays_until_it_is_removed,
                a_touch_moves_its_session_only,
                a_removed_session_is_gone,
                stale_sessions_drafts_and_attempts_go,
                a_draft_is_handed_out_once,
                a_draft_is_handed_out_to_its_own_user_only,
                a_draft_is_handed_out_once_to_twenty_at_once,
                a_draft_holds_whatever_was_typed,
                attempts_are_counted_from_one,
                attempts_of_other_subjects_are_counted_apart,
                old_attempts_do_not_count_any_more,
                forgotten_attempts_start_again,
                twenty_attempts_at_once_are_all_counted,
            ],
            keys: [
                there_is_no_key_at_first,
                the_first_key_is_registered_once,
                one_of_twenty_first_keys_at_once_is_registered,
            ],
            health: [
                a_store_answers_and_describes_itself,
                a_closed_store_cannot_be_reached,
            ],
        }
    };
    (@tests $make:path, $($module:ident: [$($case:ident,)*],)*) => {
        $(
            mod $module {
                use super::*;

                $(
                    #[::tokio::test(flavor = "multi_thread")]
                    async fn $case() {
                        let (guard, store) = $make().await;
                        $crate::cases::$module::$case(::std::sync::Arc::clone(&store)).await;
                        store.close().await;
                        drop(store);
                        drop(guard);
                    }
                )*
            }
        )*
    };
}

#[cfg(test)]
mod tests {
    /// What the macro lists and what is written must be the same.
    #[test]
    fn every_case_is_in_the_contract() {
        let listed = include_str!("lib.rs");
        let files = [
            include_str!("cases/accounts.rs"),
            include_str!("cases/checks.rs"),
            include_str!("cases/claims.rs"),
            include_str!("cases/deliveries.rs"),
            include_str!("cases/due.rs"),
            include_str!("cases/events.rs"),
            include_str!("cases/health.rs"),
            include_str!("cases/holds.rs"),
            include_str!("cases/keys.rs"),
            include_str!("cases/lanes.rs"),
            include_str!("cases/leases.rs"),
            include_str!("cases/list.rs"),
            include_str!("cases/log.rs"),
            include_str!("cases/paces.rs"),
            include_str!("cases/sessions.rs"),
            include_str!("cases/sites.rs"),
            include_str!("cases/slots.rs"),
            include_str!("cases/tokens.rs"),
            include_str!("cases/users.rs"),
        ];
        let cases: Vec<&str> = files
            .iter()
            .flat_map(|file| file.lines())
            .filter_map(|line| line.strip_prefix("pub async fn ")?.split('(').next())
            .collect();
        assert!(cases.len() > 80);
        for case in cases {
            assert!(
                listed.contains(&format!(" {case},")),
                "{case} is not in the list of the macro"
            );
        }
    }
}
