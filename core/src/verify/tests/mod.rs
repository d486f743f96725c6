//! Every rule is broken once, in something that keeps all the others, and found.

mod graph;
mod kernel;
mod program;
mod sparse;
mod streams;
mod subject;

use super::{Broken, Rule};
use rustc_hash::FxHashSet;

/// The rule that is broken, and what the verifier says.
type Mutation = (Rule, Result<(), Broken>);

#[test]
fn every_rule_is_broken_and_found() {
    let lists =
        [graph::mutations(), program::mutations(), sparse::mutations(), kernel::mutations(), streams::mutations()];
    let mut found: FxHashSet<Rule> = FxHashSet::default();
    for (number, (rule, result)) in lists.into_iter().flatten().enumerate() {
        let broken = result.err().unwrap_or_else(|| panic!("mutation {number} is not found: {rule:?}"));
        assert_eq!(broken.rule, rule, "mutation {number}: {broken}");
        found.insert(rule);
    }
    let missing: Vec<&Rule> = Rule::ALL.iter().filter(|rule| !found.contains(*rule)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn messages_name_stage_place_and_rule() {
    let broken = graph::mutations().into_iter().find_map(|(_, result)| result.err()).expect("a broken graph");
    let (stage, rule) = ("program, integer ", ": operands come before their users (Ascending)");
    assert!(broken.to_string().starts_with(stage) && broken.to_string().ends_with(rule), "{broken}");
}
