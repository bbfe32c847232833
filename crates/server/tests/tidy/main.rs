//! Rules about the source tree that neither the compiler nor clippy can hold.
//!
//! Each module holds one family of rules, as a function from the tree to what is wrong in it, and
//! proves on a small sample that the rule can fail.

mod boundaries;
mod links;
mod modules;
mod sql;
mod text;
mod tree;
mod variables;

use tree::{Complaint, Tree};

/// Fails with one line for each complaint, in the form that editors can jump to.
#[track_caller]
fn assert_none(complaints: Vec<Complaint>) {
    let lines: Vec<String> = complaints.iter().map(Complaint::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    assert_none(modules::without_a_purpose(&Tree::of_this_repository()));
}

#[test]
fn no_file_holds_two_ideas() {
    assert_none(modules::too_long(&Tree::of_this_repository()));
}

#[test]
fn only_the_store_names_our_tables() {
    assert_none(sql::outside_the_store(&Tree::of_this_repository()));
}

#[test]
fn the_rules_depend_on_no_runtime_database_or_http() {
    assert_none(boundaries::rules_with_io(&Tree::of_this_repository()));
}

#[test]
fn only_the_clock_reads_the_time_and_only_config_the_environment() {
    assert_none(boundaries::unguarded_time_and_environment(&Tree::of_this_repository()));
}

#[test]
fn a_vendors_json_stays_in_its_wire_module() {
    assert_none(boundaries::json_outside_wire(&Tree::of_this_repository()));
}

#[test]
fn nothing_names_a_developers_machine() {
    assert_none(text::machine_paths(&Tree::of_this_repository()));
}

#[test]
fn what_is_left_to_do_has_an_issue() {
    assert_none(text::todo_without_issue(&Tree::of_this_repository()));
}

#[test]
fn lines_end_in_the_unix_way() {
    assert_none(text::carriage_returns(&Tree::of_this_repository()));
}

#[test]
fn every_local_link_leads_somewhere() {
    assert_none(links::broken(&Tree::of_this_repository()));
}

#[test]
fn every_page_can_be_found_from_the_front_page() {
    assert_none(links::unreachable_pages(&Tree::of_this_repository()));
}

#[test]
fn every_variable_is_explained() {
    assert_none(variables::unexplained(&Tree::of_this_repository()));
}
