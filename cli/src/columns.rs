//! Text that fits a narrow terminal: columns are left out, long lines are broken.

use std::io::IsTerminal;

/// The characters of a line of standard output: those that `COLUMNS` says, or the terminal has. `None` where lines may be as
/// long as they like.
pub fn room() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok()).filter(|&room| room > 0);
    let terminal = || std::io::stdout().is_terminal().then(console::Term::stdout).and_then(|own| own.size_checked());
    said.or_else(|| terminal().map(|(_, columns)| usize::from(columns)))
}

/// The room that the last column needs, whose cells go beyond its title.
const LAST: usize = 13;

/// A line of a table, with as many columns as there is room for: first those of the titles in `first`, then the others from the
/// left. A column ends where its title in `head` does.
pub fn fit(head: &str, first: &[&str], line: &str, room: Option<usize>) -> String {
    let Some(room) = room.filter(|room| *room < head.len() + LAST) else { return line.to_string() };
    let columns = columns(head);
    let rank = |title: &str| first.iter().position(|own| *own == title).unwrap_or(first.len());
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|&column| rank(columns[column].0));
    let width = |column: usize| match column + 1 == columns.len() {
        true => LAST,
        false => columns[column].1.len(),
    };
    let (mut left, mut shown) = (room, Vec::new());
    for column in order {
        // What comes first is there in any case.
        if width(column) <= left || shown.is_empty() {
            left = left.saturating_sub(width(column));
            shown.push(column);
        }
    }
    shown.sort_unstable();
    let cell = |column: usize| {
        let (start, end) = (columns[column].1.start, columns[column].1.end);
        let end = if column + 1 == columns.len() { line.len() } else { end };
        line.get(start..end.min(line.len())).unwrap_or("")
    };
    let text: String = shown.into_iter().map(cell).collect();
    text.trim_end().to_string()
}

/// The titles of a head, which two blanks part, each with its place: from the end of the one before to its own.
fn columns(head: &str) -> Vec<(&str, std::ops::Range<usize>)> {
    let mut columns = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(begin) = head[at..].find(|c: char| c != ' ').map(|by| at + by) {
        let end = head[begin..].find("  ").map_or(head.len(), |by| begin + by);
        columns.push((&head[begin..end], start..end));
        (start, at) = (end, end);
    }
    columns
}

/// A row of a name and cells, whose first part and other cells have fixed widths: as many cells as there is room for.
pub fn cut(line: &str, (first, each): (usize, usize), room: Option<usize>) -> String {
    let Some(room) = room.filter(|room| *room < line.len()) else { return line.to_string() };
    let end = first + room.saturating_sub(first) / each * each;
    line.get(..end).unwrap_or(line).trim_end().to_string()
}

/// Text whose long lines are broken between words; what follows is indented.
pub fn wrap(text: &str, room: Option<usize>) -> String {
    let Some(room) = room else { return text.to_string() };
    let line = |line: &str| match line.chars().count() > room {
        true => broken(line, (0, 2), room),
        false => line.to_string(),
    };
    let lines: Vec<String> = text.split('\n').map(line).collect();
    lines.join("\n")
}

/// A line that is broken between words: its first line begins behind `begin` characters, the others behind `indent`. A word
/// that is longer than there is room for stays whole.
pub fn broken(line: &str, (begin, indent): (usize, usize), room: usize) -> String {
    let (mut text, mut used) = (String::new(), begin);
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        let fresh = text.is_empty();
        if !fresh && used + 1 + length > room {
            // Where it would not fit behind the indent, either, it begins nearer to the left.
            let own = if indent + length > room { 2.min(indent) } else { indent };
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', own));
            used = own;
        } else if !fresh {
            text.push(' ');
            used += 1;
        }
        text.push_str(word);
        used += length;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "iteration                energy     gradient    decrement      step       time";
    const ROW: &str = "        3   1.2500000000000e0    1.0000e-3    1.0000e-9    1.00e0    3.000 ms";

    #[test]
    fn columns_are_left_out_where_there_is_no_room() {
        assert_eq!(fit(HEAD, &["energy"], ROW, None), ROW);
        assert_eq!(fit(HEAD, &["energy"], ROW, Some(200)), ROW);
        let narrow = |line| fit(HEAD, &["iteration", "decrement", "time"], line, Some(40));
        assert_eq!(narrow(HEAD), "iteration    decrement       time");
        assert!(narrow(ROW).ends_with("1.0000e-9    3.000 ms") && narrow(ROW).len() <= 40, "{}", narrow(ROW));
        assert!(fit(HEAD, &["energy"], ROW, Some(5)).contains("1.25"));
    }

    #[test]
    fn rows_are_cut_and_lines_broken() {
        assert_eq!(cut("name        1.0   2.0", (9, 6), Some(16)), "name        1.0");
        assert_eq!(cut("name        1.0   2.0", (9, 6), Some(21)), "name        1.0   2.0");
        let text = wrap("one two three four five\nsix", Some(10));
        assert_eq!(text, "one two\n  three\n  four\n  five\nsix");
        assert_eq!(broken("a /a/long/path", (6, 6), 12), "a\n  /a/long/path");
    }
}
