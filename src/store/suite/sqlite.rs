//! The suite, run for the embedded store; and what only its files can show.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use tempfile::TempDir;

use super::*;
use crate::store::{Home, open};

struct Folder {
    dir: TempDir,
}

impl Folder {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn database(&self) -> PathBuf {
        self.dir.path().join("huiliu.db")
    }
}

impl House for Folder {
    fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        open(&Home { folder: self.dir.path().into(), zone, keys: None })
    }

    /// Copies the files while the store is open. The database goes first: what is copied of the log later can only
    /// hold more. The index of the log is left out; a machine that lost its power has none.
    fn crashed(&self) -> Box<dyn House> {
        let copy = Self::new();
        for name in ["keys/data.key", "keys/matching.key", "huiliu.db", "huiliu.db-wal"] {
            let to = copy.dir.path().join(name);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            let bytes = std::fs::read(self.dir.path().join(name)).unwrap();
            std::fs::write(to, bytes).unwrap();
        }
        Box::new(copy)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(self.dir.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                all.extend(std::fs::read(path).unwrap());
            }
        }
        all
    }
}

/// Each story as a test of its own, in a house of its own.
macro_rules! stories {
    ($($room:ident: $($name:ident),+;)+) => {$($(
        #[tokio::test]
        async fn $name() {
            $room::$name(&Folder::new()).await;
        }
    )+)+};
}

stories! {
    alarming:
        an_alarm_is_raised_told_and_over,
        what_did_not_leave_gives_way_to_what_is_told_later,
        a_letter_is_raised_once_a_version,
        what_people_do_with_alarms_is_on_record;
    reckoning:
        every_item_stands_somewhere,
        a_gap_stays_until_it_is_mended,
        a_person_signs_for_what_they_saw;
    alike:
        the_same_words_join,
        what_the_words_leave_open_is_named,
        only_what_may_be_the_same_is_compared,
        one_letter_told_over_and_over_slows_nobody,
        apart_is_apart_for_words_too,
        a_mended_letter_joins,
        a_first_run_names_what_it_looks_like,
        the_deadline_is_of_those_that_wait;
    files:
        named_files_are_to_be_fetched,
        a_file_that_came_is_told,
        a_revision_fetches_only_what_is_new,
        a_file_that_never_comes_holds_nothing_up,
        a_released_letter_gets_its_files,
        orphans_are_swept_after_a_day;
    enclosing:
        a_letter_waits_for_its_files,
        what_an_event_carries_is_decided_once,
        where_links_go_nothing_waits,
        what_is_added_brings_its_files,
        an_act_that_waits_keeps_its_files;
    facts:
        a_reference_is_counted_once,
        what_an_act_made_is_no_reference,
        a_reference_tells_its_life,
        a_span_is_decided_by_one_time;
    frozen:
        a_report_is_frozen_edition_by_edition;
    handled:
        a_registered_letter_is_the_cores,
        another_letter_under_a_registered_number_is_held,
        what_came_on_trial_is_registered_too;
    answers:
        the_files_of_an_answer_are_in_its_lane,
        the_files_of_a_forgotten_answer_are_forgotten;
    homeward:
        outcomes_are_planted_for_live_tickets,
        a_try_is_on_disk_before_it_is_sent,
        facts_are_written_and_lanes_rest,
        lanes_are_read_together,
        people_have_the_last_word,
        a_redo_opens_the_ticket_again,
        we_sign_when_the_channel_says_so;
    acting:
        a_mended_act_is_carried_out,
        an_act_is_an_event_on_its_ticket,
        an_act_waits_for_its_item,
        after_the_closing_the_channel_decides,
        a_supplement_after_the_closing_is_a_new_ticket_or_an_event,
        a_decision_ends_what_is_judged,
        acts_ask_live_tickets_only;
    closing:
        an_urging_after_the_closing_is_answered_again,
        what_opens_a_ticket_again_sets_a_deadline_and_is_counted,
        a_redo_that_waits_keeps_its_deadline,
        a_granted_return_concludes_and_handed_over_anew_it_is_open_again,
        a_return_that_one_road_was_granted_leaves_the_others,
        what_a_closed_order_does_not_take_waits_for_a_choice,
        a_revision_that_a_closed_order_does_not_take_is_a_ticket_of_its_own;
    joining:
        the_same_letter_joins_its_ticket,
        what_is_not_sure_is_only_linked,
        every_road_is_answered,
        a_person_takes_them_apart;
    registering:
        a_number_is_registered_once_and_for_one_ticket,
        what_was_not_registered_goes_to_the_next_core,
        a_stream_is_offered_until_it_is_acknowledged,
        what_is_refused_in_a_stream_stops_its_lane_alone,
        a_sheet_is_the_same_until_it_is_noted;
    splitting:
        a_letter_with_two_matters_becomes_two_tickets,
        what_cannot_be_split_is_refused,
        one_answer_leaves_when_all_parts_are_concluded,
        what_is_told_of_one_part_names_it_or_is_asked_about,
        what_the_source_asks_reaches_the_parts,
        the_core_may_conclude_the_whole_itself;
    accepting:
        numbers_go_on_over_midnight,
        told_twice_is_one_ticket,
        told_by_many_at_once_is_one_ticket,
        an_id_twice_in_one_member_never_makes_two_tickets,
        a_guilty_member_fails_alone,
        a_token_is_used_once,
        a_question_uses_no_token,
        the_cursor_moves_with_the_commit_under_the_lease,
        strays_are_kept_once,
        a_page_of_the_core_is_kept;
    deciding:
        a_changed_letter_is_a_revision,
        an_answer_about_an_old_version_is_asked_again,
        changed_but_equal_once_mapped_tells_nobody,
        a_late_repeat_depends_on_who_asked,
        the_sources_version_alone_decides,
        a_reused_number_is_held,
        a_held_letter_can_be_let_through,
        an_unmapped_letter_is_mended,
        mending_an_old_letter_never_overwrites_a_newer,
        unmapped_versions_mend_in_either_order,
        a_namespace_is_one_memory;
    arriving:
        what_came_is_told_page_by_page;
    doing:
        a_dropped_claim_comes_back,
        forwarding_walks_the_lane,
        a_retry_waits_and_remembers,
        a_dead_letter_stops_its_own_lane_only,
        news_during_dying_waits_behind,
        an_unwritten_settlement_is_done_again_later;
    unticketing: what_is_no_submission_is_listed_and_may_become_a_ticket, what_cannot_change_is_a_repeat_however_it_looks,
        a_reply_finds_its_ticket_by_another_name, a_strangers_letter_names_the_ticket_and_enters_it_not,
        a_bounce_is_a_failed_answer, what_may_leave_is_counted_over_restarts;
    waiting:
        what_does_not_count_is_not_forwarded,
        a_person_ends_a_first_run,
        a_small_first_run_lets_all_go,
        what_was_never_polled_has_its_first_run_before_it,
        a_channel_with_items_is_remembered_where_it_was,
        a_page_under_way_is_not_left_waiting;
    people:
        a_person_sets_the_lane_going,
        an_unmapped_letter_is_no_event,
        a_ticket_is_found,
        what_is_due_is_listed,
        an_outcome_is_kept_once,
        a_deed_stands_with_what_was_done,
        deeds_stay;
    noting:
        a_note_stays_until_somebody_has_done_it,
        a_shift_is_counted_from_one_moment_to_the_next;
    routing:
        a_tag_is_counted_and_searched,
        a_letter_that_joins_keeps_its_tag,
        what_becomes_a_ticket_of_its_own_keeps_the_tag;
    kept:
        a_clean_stop_leaves_everything,
        time_never_runs_backward,
        only_one_may_hold_it,
        a_session_is_kept_apart,
        nothing_personal_lies_readable;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_loses_nothing_acknowledged() {
    kept::a_crash_loses_nothing_acknowledged(&Folder::new()).await;
}

#[test]
fn random_lives_follow_the_model() {
    model::random_lives(48, || Box::new(Folder::new()));
}

fn set_user_version(path: &Path, version: u32) {
    let db = rusqlite::Connection::open(path).unwrap();
    db.pragma_update(None, "user_version", version).unwrap();
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_alone() {
    let house = Folder::new();
    let site = Site::pushed(&house).await;
    let key = site.new_ticket(&letter("A", "one")).await;
    drop(site);
    set_user_version(&house.database(), 99);
    match house.open() {
        Err(StoreError::Newer { found: 99, known }) => set_user_version(&house.database(), known as u32),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("opened a database of the future"),
    }
    assert_eq!(Site::pushed(&house).await.tell(&letter("A", "one")).await, (What::Repeat, Some(key)));
}

#[tokio::test]
async fn a_database_without_its_keys_is_refused_and_gets_no_new_ones() {
    let house = Folder::new();
    drop(house.open().unwrap());
    for name in ["data.key", "matching.key"] {
        let (key, aside) = (house.dir.path().join("keys").join(name), house.dir.path().join("aside"));
        std::fs::rename(&key, &aside).unwrap();
        assert!(house.open().is_err(), "{name}");
        assert!(!key.exists(), "a new key would lock out all that is stored");
        std::fs::rename(&aside, &key).unwrap();
    }
    house.open().unwrap();
}

#[tokio::test]
async fn the_files_are_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let house = Folder::new();
    let site = Site::pushed(&house).await;
    site.new_ticket(&letter("A", "one")).await;
    for name in ["huiliu.db", "huiliu.db-wal", "huiliu.db-shm", "huiliu.lock", "keys/data.key", "keys/matching.key"] {
        let mode = std::fs::metadata(house.dir.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
}

fn rows(path: &Path) -> i64 {
    let db = rusqlite::Connection::open(path).unwrap();
    let mut tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let names: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let count =
        |name: &String| db.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |row| row.get::<_, i64>(0));
    names.iter().map(|name| count(name).unwrap()).sum()
}

/// The cost that is promised: five rows and one for each blind key for a new letter, none for one told again.
#[tokio::test]
async fn a_new_letter_costs_five_rows_and_a_repeat_none() {
    let house = Folder::new();
    let site = Site::pushed(&house).await;
    site.new_ticket(&letter("the day's first", "one")).await;
    let before = rows(&house.database());
    site.new_ticket(&letter("A", "one").phone("13800000000")).await;
    assert_eq!(rows(&house.database()) - before, 5 + 1);
    site.tell(&letter("A", "one").phone("13800000000")).await;
    assert_eq!(rows(&house.database()) - before, 5 + 1);
}

/// A split costs its parts: four rows each, and the event on the whole with its note, its errand and the deed.
#[tokio::test]
async fn a_split_costs_its_parts_and_other_letters_nothing() {
    let house = Folder::new();
    let site = Site::pushed(&house).await;
    let whole = site.new_ticket(&letter("the day's first", "one")).await;
    site.forward_all().await;
    let before = rows(&house.database());
    site.split(whole).await;
    assert_eq!(rows(&house.database()) - before, 2 * 4 + 4);
    let before = rows(&house.database());
    site.new_ticket(&letter("A", "one").phone("13800000000")).await;
    assert_eq!(rows(&house.database()) - before, 5 + 1);
}

/// A ticket whose errand is gone would never be forwarded: that is told, not taken for waiting.
#[tokio::test]
async fn a_ticket_that_nothing_carries_stands_nowhere() {
    let folder = Folder::new();
    {
        let site = Site::pushed(&folder).await;
        site.new_ticket(&letter("L1", "one")).await;
        site.store.flush().await;
    }
    rusqlite::Connection::open(folder.database()).unwrap().execute("DELETE FROM errand WHERE task = 2", []).unwrap();
    let site = Site::pushed(&folder).await;
    let found = site.store.items_known(site.channel.channel, vec!["L1".into()]).await.unwrap();
    assert_eq!(found[0].place, crate::store::ItemPlace::Lost);
}
