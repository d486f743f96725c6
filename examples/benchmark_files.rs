//! Writes a benchmark problem as files, for `spadina bench` and other tools:
//!
//! ```text
//! cargo run --release --example benchmark_files -- B 26 out    # 6 · 26³ tetrahedra
//! cargo run --release -- bench out/problem.toml --threads 1,2
//! ```
//!
//! `A` symmetric Dirichlet triangles (2 n²), `B` neo-Hookean tetrahedra (6 n³), `C` springs (3 n (n + 1)²), `D` hinges
//! (3 n² - 2 n). Without arguments it writes a small `B` to a folder of its own, bench_B_2.

#[path = "../benches/problems/peers.rs"]
mod peers;

use peers::PEERS;
use spadina::npy;
use std::fmt::Write;
use std::fs::{File, create_dir_all, write};
use std::io::BufWriter;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let letter = arguments.first().map_or("B", String::as_str);
    let size: usize = arguments.get(1).map_or(Ok(2), |size| size.parse())?;
    let folder = arguments.get(2).map_or_else(|| std::env::temp_dir().join("bench_B_2"), PathBuf::from);
    let (_, make) = PEERS.into_iter().find(|(name, _)| *name == letter).ok_or("the problem is A, B, C or D")?;
    if size == 0 {
        return Err("the size is at least 1".into());
    }
    let (elements, _) = make(size).problem();
    let peer = make(size);
    create_dir_all(&folder)?;
    let file = |name: &str| File::create(folder.join(format!("{name}.npy"))).map(BufWriter::new);
    npy::write(&mut file("x")?, &peer.x.shape, &peer.x.data)?;
    let mut problem = "[unknowns]\nx = \"x.npy\"\n\n[arrays]\n".to_string();
    for (name, array) in &peer.arrays {
        if let [number] = array.data[..] {
            writeln!(problem, "{name} = {number:?}")?;
        } else {
            writeln!(problem, "{name} = \"{name}.npy\"")?;
            npy::write(&mut file(name)?, &array.shape, &array.data)?;
        }
    }
    let (over, stencils) = &peer.over;
    npy::write_integers(&mut file(over)?, &stencils.shape, &stencils.data)?;
    write!(problem, "\n[indices]\n{over} = \"{over}.npy\"\n\n")?;
    write!(problem, "[[terms]]\nenergy = \"energy.wgsl\"\nover = \"{over}\"\n")?;
    write(folder.join("energy.wgsl"), peer.energy)?;
    write(folder.join("problem.toml"), problem)?;
    println!("{}: {elements} elements", folder.join("problem.toml").display());
    Ok(())
}
