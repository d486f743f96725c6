//! `spadina devices`.

use crate::{columns, summary};
use spadina::cpu;
use spadina::gpu::{ADAPTER_VARIABLE, summaries};
use std::fmt::Write;

/// The devices that can evaluate, one a line.
pub fn run() -> String {
    let mut text = processor();
    text.push('\n');
    adapters(&mut text);
    columns::wrap(&text, columns::room())
}

/// The processor and what compiled kernels use of it.
fn processor() -> String {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let kernels = match cpu::has_vectors() {
        true => "kernels in vectors of 128 bits",
        false => "kernels number by number",
    };
    let fused = if cpu::has_fused_multiply_add() { "with" } else { "without" };
    format!(
        "processor: {}, {cores} {}; {kernels}, {fused} fused multiply-add; projection in vectors of {} bits\n",
        std::env::consts::ARCH,
        if cores == 1 { "core" } else { "cores" },
        cpu::projection_bits()
    )
}

fn adapters(text: &mut String) {
    let found = summaries();
    if found.is_empty() {
        text.push_str(
            "There is no GPU adapter: install the driver of the GPU, on Linux that for Vulkan; without a GPU, Mesa's software\n\
             adapter (mesa-vulkan-drivers) will do. Where WGPU_BACKEND or VK_DRIVER_FILES are set, they may hide adapters.\n",
        );
        return;
    }
    let head = ["", "adapter", "backend", "kind", "driver", "f64", "float atomics", "timestamps", "largest buffer"];
    let yes = |has: bool| if has { "yes" } else { "no" }.to_string();
    let mut rows = vec![head.map(String::from)];
    rows.extend(found.iter().map(|adapter| {
        [
            if adapter.is_default { "*" } else { "" }.to_string(),
            adapter.name.clone(),
            adapter.backend.clone(),
            adapter.kind.to_string(),
            adapter.driver.clone(),
            yes(adapter.double_precision),
            yes(adapter.float_atomics),
            yes(adapter.timestamps),
            format!("{} MiB", adapter.largest_binding >> 20),
        ]
    }));
    let lines = table(&rows);
    let fits = columns::room().is_none_or(|room| lines.lines().all(|line| line.chars().count() <= room));
    text.push_str(&if fits { lines } else { stacked(&rows) });
    let _ = match found.iter().any(|adapter| adapter.is_default) {
        true => writeln!(text, "\n* is taken unless --adapter NAME or {ADAPTER_VARIABLE} say otherwise."),
        false => writeln!(text, "\nNone is taken without --adapter NAME: {ADAPTER_VARIABLE} names none of them."),
    };
}

/// The cells of each row one below the other, beside the words of the first row.
fn stacked<const N: usize>(rows: &[[String; N]]) -> String {
    let Some((head, rows)) = rows.split_first() else { return String::new() };
    let one = |row: &[String; N]| {
        let cells: Vec<(&str, String)> = head.iter().map(String::as_str).zip(row.iter().cloned()).collect();
        summary::aligned(&cells.into_iter().filter(|(_, cell)| !cell.is_empty()).collect::<Vec<_>>())
    };
    rows.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Columns that line up.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
    text
}
