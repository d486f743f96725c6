//! The panel beside the picture: buttons, sliders, times and what the animation tells.

use super::clock::Clock;
use super::player::Player;
use egui::{Button, Color32, Grid, Pos2, RichText, Sense, Slider, Stroke, Ui, vec2};
use spadina_pictures::render::{Color, to_srgb};

/// Its width in points.
const WIDTH: f32 = 290.0;
/// The height of small drawings in points.
const STRIP: f32 = 46.0;

/// A request of the user.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Wish {
    Toggle,
    Step,
    Reset,
    Fit,
    Set(usize, f64),
}

/// Shows the panel; gives what was asked for.
pub(super) fn show(ui: &mut Ui, player: &mut Player, clock: &Clock, title: &str) -> Option<Wish> {
    let panel = egui::Panel::right("panel").exact_size(WIDTH).resizable(false);
    let shown = panel.show(ui, |ui| {
        let mut wish = None;
        ui.spacing_mut().item_spacing.y = 2.0;
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.add_space(8.0);
            ui.label(RichText::new(title).heading().strong());
            ui.add_space(6.0);
            wish = buttons(ui, player.is_running());
            if let Some(message) = &player.message {
                ui.add_space(6.0);
                ui.colored_label(Color32::from_rgb(176, 32, 32), message);
            }
            wish = parameters(ui, player).or(wish);
            statistics(ui, player);
            scale(ui, player);
            times(ui, player, clock);
            help(ui);
        });
        wish
    });
    shown.inner
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(9.0);
    ui.label(RichText::new(text).strong());
    ui.separator();
}

fn buttons(ui: &mut Ui, running: bool) -> Option<Wish> {
    let mut wish = None;
    ui.horizontal(|ui| {
        let names = [
            (if running { "Pause" } else { "Run" }, Wish::Toggle),
            ("Step", Wish::Step),
            ("Reset", Wish::Reset),
            ("Fit", Wish::Fit),
        ];
        for (name, meaning) in names {
            if ui.add_sized(vec2(58.0, 26.0), Button::new(name)).clicked() {
                wish = Some(meaning);
            }
        }
    });
    wish
}

fn parameters(ui: &mut Ui, player: &Player) -> Option<Wish> {
    let parameters = player.animation.parameters();
    if parameters.is_empty() {
        return None;
    }
    heading(ui, "Parameters");
    let mut wish = None;
    for (number, parameter) in parameters.iter().enumerate() {
        let mut value = parameter.value;
        ui.label(&parameter.name);
        ui.spacing_mut().slider_width = WIDTH - 120.0;
        let slider = Slider::new(&mut value, parameter.low..=parameter.high).logarithmic(parameter.logarithmic);
        if ui.add(slider.smart_aim(false).custom_formatter(|value, _| short(value))).changed() && value.is_finite() {
            wish = Some(Wish::Set(number, value));
        }
    }
    wish
}

/// A number with four digits.
fn short(value: f64) -> String {
    let size = value.abs();
    match () {
        () if size == 0.0 => "0".into(),
        () if !(1e-3..1e5).contains(&size) => format!("{value:.3e}"),
        () => {
            let digits = (3 - size.log10().floor() as i32).max(0) as usize;
            format!("{value:.digits$}")
        }
    }
}

/// The same without zeros at the end.
fn trimmed(value: f32) -> String {
    let text = short(value.into());
    match text.contains('.') && !text.contains('e') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

fn rows(ui: &mut Ui, name: &str, rows: &[(String, String)]) {
    Grid::new(name).num_columns(2).min_col_width(118.0).spacing(vec2(10.0, 1.0)).show(ui, |ui| {
        for (name, value) in rows {
            ui.label(name);
            ui.label(RichText::new(value).monospace());
            ui.end_row();
        }
    });
}

fn statistics(ui: &mut Ui, player: &Player) {
    let statistics = player.animation.statistics();
    if !statistics.is_empty() {
        heading(ui, "Statistics");
        rows(ui, "statistics", &statistics);
    }
}

/// The colours of the numbers at the nodes, if these are shown.
fn scale(ui: &mut Ui, player: &mut Player) {
    let Color::Scalars { range: (low, high), map, .. } = player.animation.scene().color else { return };
    heading(ui, "Colours");
    let (_, place) = ui.allocate_space(vec2(WIDTH - 20.0, 14.0));
    let steps = 64;
    for i in 0..steps {
        let at = |i: usize| place.min.x + place.width() * i as f32 / steps as f32;
        let color = map.at((i as f32 + 0.5) / steps as f32).map(to_srgb).unwrap_or_default();
        let [r, g, b] = color.map(|c| (255.0 * c) as u8);
        let strip = egui::Rect::from_x_y_ranges(at(i)..=at(i + 1), place.y_range());
        ui.painter().rect_filled(strip, 0.0, Color32::from_rgb(r, g, b));
    }
    ui.horizontal(|ui| {
        ui.label(trimmed(low));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| ui.label(trimmed(high)));
    });
}

fn times(ui: &mut Ui, player: &Player, clock: &Clock) {
    heading(ui, "Time");
    let mean = clock.mean();
    let frame = mean.map_or("-".into(), |mean| format!("{:.1} ms", 1e3 * mean));
    let rate = mean.map_or("-".into(), |mean| format!("{:.0}", 1.0 / mean.max(1e-6)));
    let (step, steps) = match player.step_seconds {
        seconds if seconds > 0.0 => (format!("{:.2} ms", 1e3 * seconds), player.steps.to_string()),
        _ => ("-".into(), player.steps.to_string()),
    };
    let running =
        mean.filter(|_| player.is_running()).map_or("-".into(), |mean| format!("{:.0}", 1.0 / mean.max(1e-6)));
    let named = [
        ("frame", frame),
        ("frames per second", rate),
        ("step", step),
        ("steps", steps),
        ("steps per second", running),
    ];
    rows(ui, "times", &named.map(|(name, value)| (name.to_string(), value)));
    ui.add_space(6.0);
    plot(ui, clock);
}

/// The times of the last pictures, the latest to the right.
fn plot(ui: &mut Ui, clock: &Clock) {
    let (response, painter) = ui.allocate_painter(vec2(WIDTH - 20.0, STRIP), Sense::hover());
    let place = response.rect;
    painter.rect_filled(place, 3.0, Color32::from_gray(235));
    // Twice the mean is high enough; what is longer touches the top.
    let top = clock.mean().map_or(1.0, |mean| 2.5 * mean).max(1e-4);
    let step = place.width() / 199.0;
    let count = clock.times().len();
    let point = |(i, time): (usize, f32)| {
        let x = place.max.x - (count - 1 - i) as f32 * step;
        Pos2::new(x, place.max.y - place.height() * (time / top).min(1.0))
    };
    let line: Vec<Pos2> = clock.times().enumerate().map(point).collect();
    if line.len() > 1 {
        painter.line(line, Stroke::new(1.2, Color32::from_rgb(40, 104, 176)));
    }
}

fn help(ui: &mut Ui) {
    heading(ui, "Mouse and keys");
    let lines = [
        ("left, on a node", "drag it"),
        ("left, elsewhere", "turn"),
        ("right, shift + left", "move"),
        ("wheel", "nearer, farther"),
        ("space, S, R", "run, step, reset"),
        ("F, Esc", "fit, quit"),
    ];
    Grid::new("help").num_columns(2).min_col_width(118.0).spacing(vec2(10.0, 0.0)).show(ui, |ui| {
        for (name, meaning) in lines {
            ui.label(RichText::new(name).weak());
            ui.label(RichText::new(meaning).weak());
            ui.end_row();
        }
    });
    ui.add_space(8.0);
}

#[cfg(test)]
mod tests {
    use super::{short, trimmed};

    #[test]
    fn numbers_have_four_digits() {
        let written = [0.0, 1.0, -0.06, 123.456, 12345.6, 1e7, 2.5e-9].map(short);
        assert_eq!(written, ["0", "1.000", "-0.06000", "123.5", "12346", "1.000e7", "2.500e-9"]);
        assert_eq!([0.06, 300.0, 12345.0, 1e9].map(trimmed), ["0.06", "300", "12345", "1.000e9"]);
    }
}
