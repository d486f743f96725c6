//! The window itself, on a virtual display without anybody before it.

use super::device;
use super::net::net;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// A virtual display; it ends with this.
struct Display {
    server: Child,
    name: String,
    folder: tempfile::TempDir,
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Display {
    /// None where the program is missing.
    fn open() -> Option<Display> {
        let folder = tempfile::tempdir().unwrap();
        // The server takes a number that is free, and says which.
        let said = folder.path().join("number");
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-fbdir"]);
        let pipe = fs::File::create(&said).unwrap();
        let server = command.arg(folder.path()).stdout(pipe).stderr(Stdio::null()).spawn().ok()?;
        let mut display = Display { server, name: String::new(), folder };
        let number = wait("a display", || fs::read_to_string(&said).ok().filter(|text| text.ends_with('\n')));
        display.name = format!(":{}", number.trim());
        Some(display)
    }

    /// A command that sees this display and no other.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.name).env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
        command
    }

    /// What the display shows.
    fn look(&self) -> Screenshot {
        Screenshot::read(&fs::read(self.folder.path().join("Xvfb_screen0")).unwrap())
    }

    /// The same, once it does not change any more to the left of the panel.
    fn still(&self) -> Screenshot {
        let mut last = self.look();
        let mut same = 0;
        wait("a still picture", || {
            let next = self.look();
            same = if next.differing(&last, 0..980, 0..800) == 0 { same + 1 } else { 0 };
            last = next;
            (same == 24).then_some(())
        });
        last
    }

    /// Presses the button at a place and goes some steps, without letting it go.
    fn drag(&self, from: (i32, i32), by: (i32, i32)) {
        assert!(self.act(&["mousemove", &from.0.to_string(), &from.1.to_string(), "mousedown", "1"]));
        for step in 1..10 {
            let (x, y) = (from.0 + step * by.0, from.1 + step * by.1);
            assert!(self.act(&["mousemove", &x.to_string(), &y.to_string()]));
            sleep(Duration::from_millis(40));
        }
    }

    /// Moves the mouse and presses keys, if there is a program for it.
    fn act(&self, arguments: &[&str]) -> bool {
        let status = self.command("xdotool").args(arguments).status();
        status.is_ok_and(|status| status.success())
    }
}

/// Waits until something is there.
fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "{what} did not come");
        sleep(Duration::from_millis(50));
    }
}

/// The pixels of a display, red, green and blue.
#[derive(Clone, PartialEq)]
struct Screenshot {
    width: usize,
    pixels: Vec<[u8; 4]>,
}

impl Screenshot {
    /// From a dump of X11's window format: numbers of the header, colours, and rows of 32-bit pixels.
    fn read(dump: &[u8]) -> Screenshot {
        let word = |k: usize| dump[4 * k..4 * k + 4].iter().fold(0usize, |sum, &byte| 256 * sum + usize::from(byte));
        let (header, width, height, bytes_per_row, colors) = (word(0), word(4), word(5), word(12), word(19));
        let rows = dump[header + 12 * colors..].chunks(bytes_per_row).take(height);
        let pixels = rows.flat_map(|row| row.chunks_exact(4).take(width)).map(|p| [p[2], p[1], p[0], 255]).collect();
        Screenshot { width, pixels }
    }

    /// How many pixels of some columns and rows differ by more than a little.
    fn differing(&self, other: &Screenshot, columns: Range<usize>, rows: Range<usize>) -> usize {
        let pixels = rows.flat_map(|row| columns.clone().map(move |column| row * self.width + column));
        let differ = |&k: &usize| (0..3).any(|i| self.pixels[k][i].abs_diff(other.pixels[k][i]) > 24);
        pixels.filter(differ).count()
    }

    /// Pixels of the mesh's blue, to the left of the panel.
    fn blue(&self) -> usize {
        let seen = |(k, p): &(usize, &[u8; 4])| k % self.width < 980 && p[2] > 90 && p[2].saturating_sub(p[0]) > 40;
        self.pixels.iter().enumerate().filter(seen).count()
    }

    /// Writes it where the environment says, to be looked at.
    fn keep(&self, name: &str) {
        if let Some(folder) = std::env::var_os("SPADINA_PICTURES") {
            let (width, height) = (self.width as u32, (self.pixels.len() / self.width) as u32);
            let image = spadina_pictures::render::Image { width, height, pixels: self.pixels.clone() };
            fs::write(PathBuf::from(folder).join(name), image.png().unwrap()).unwrap();
        }
    }
}

/// The display, if everything is there that the window needs.
fn display() -> Option<Display> {
    device()?;
    let display = Display::open();
    assert!(display.is_some() || !spadina_conformance::everything_is_required(), "Xvfb is missing");
    if display.is_none() {
        println!("not tested: Xvfb is missing");
    }
    display
}

/// The program, showing a problem.
fn view(display: &Display, problem: &Path, options: &[&str]) -> Child {
    let mut command = display.command(env!("CARGO_BIN_EXE_spadina"));
    command.arg("view").arg(problem).args(options).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until the program ends, which it must do with success.
fn finish(mut child: Child) {
    let status = wait("the end", || child.try_wait().unwrap());
    let mut message = String::new();
    if let Some(mut errors) = child.stderr.take() {
        std::io::Read::read_to_string(&mut errors, &mut message).unwrap();
    }
    assert!(status.success(), "{status}: {message}");
}

/// Whether there is a program that moves the mouse; without it neither mouse nor keys are tested.
fn has_mouse(display: &Display) -> bool {
    let found = display.act(&["mousemove", "500", "60"]);
    assert!(found || !spadina_conformance::everything_is_required(), "xdotool is missing");
    if !found {
        println!("neither mouse nor keys are tested: xdotool is missing");
    }
    found
}

/// Drags a node of the net in its middle, and gives what is to be seen then: it follows, while the fixed side stays.
fn drag_a_node(display: &Display, rest: &Screenshot) -> Screenshot {
    display.drag((495, 457), (10, 9));
    let held = display.still();
    let (moved, above) = (held.differing(rest, 200..980, 300..700), held.differing(rest, 0..980, 0..59));
    assert!(moved > 2_000 && above < 300, "{moved} {above}");
    assert!(display.act(&["mouseup", "1"]));
    held
}

#[test]
fn a_window_shows_a_problem_and_takes_the_mouse() {
    let Some(display) = display() else { return };
    let mut child = view(&display, &net(display.folder.path()), &[]);
    wait("the mesh", || (display.look().blue() > 20_000).then_some(()));
    let rest = display.still();
    rest.keep("window.png");
    if !has_mouse(&display) {
        child.kill().unwrap();
        child.wait().unwrap();
        return;
    }
    drag_a_node(&display, &rest).keep("window-dragged.png");
    // Beside the net the mouse turns the camera.
    let loose = display.still();
    display.drag((60, 700), (20, -10));
    assert!(display.act(&["mouseup", "1"]));
    let turned = display.still();
    turned.keep("window-turned.png");
    let moved = turned.differing(&loose, 0..980, 0..800);
    assert!(moved > 5_000, "{moved}");
    // Without a window manager nobody else gives it the keyboard.
    assert!(display.act(&["search", "--name", "net", "windowfocus", "--sync", "key", "f"]));
    assert!(display.still().differing(&turned, 0..980, 0..800) > 100);
    assert!(display.act(&["key", "Escape"]));
    finish(child);
}

#[test]
fn a_window_draws_the_buffer_of_the_solver() {
    let Some(display) = display() else { return };
    let mut child = view(&display, &net(display.folder.path()), &["--device", "gpu"]);
    wait("the mesh", || (display.look().blue() > 20_000).then_some(()));
    let rest = display.still();
    rest.keep("window-gpu.png");
    if has_mouse(&display) {
        drag_a_node(&display, &rest).keep("window-gpu-dragged.png");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_window_closes_after_as_many_frames_as_asked() {
    let Some(display) = display() else { return };
    let problem = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/neo_hookean/problem.toml");
    finish(view(&display, Path::new(problem), &["--frames", "12"]));
}
