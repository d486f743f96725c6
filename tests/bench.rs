//! `spadina bench`: the table is there for each number of threads, and its columns line up.

mod common;

use common::{spadina, stderr};

#[test]
fn a_table_for_each_number_of_threads() {
    let problem = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/neo_hookean/problem.toml");
    let output = spadina(["bench", problem, "--threads", "1,2", "--repeat", "2"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    for start in
        ["1 thread; ", "2 threads; ", "value", "gradient", "Hessian", "projected", "hoist", "to the first Hessian"]
    {
        assert!(text.lines().any(|line| line.starts_with(start)), "no line `{start}` in\n{text}");
    }
    let rows: Vec<&str> = text.lines().filter(|line| line.contains(" %")).collect();
    assert_eq!(rows.len(), 6, "{text}");
    assert!(rows.iter().all(|row| row.chars().count() == rows[0].chars().count()), "{text}");
    // One operation for each that `explain` counts, for each element.
    let operations = |row: &str| row.split_whitespace().nth(4).unwrap().parse::<f64>().unwrap();
    assert!(operations(rows[0]) < operations(rows[1]) && operations(rows[1]) < operations(rows[2]), "{text}");
}
