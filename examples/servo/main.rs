//! A servo that identifies its motor, and tunes by hypergradients how fast it forgets: constant sizes, `f32`, no heap.
//!
//! ```text
//! cargo run --release --example servo [directory of the pictures]
//! ```
//!
//! `identify.rs` is what runs on the servo; it needs neither `std` nor an allocator. This program runs it against a
//! simulated motor. `firmware/` is the same file as a static library for a machine without an operating system:
//!
//! ```text
//! cargo build --release --manifest-path examples/servo/firmware/Cargo.toml --target thumbv7em-none-eabihf
//! ```

mod identify;
mod motor;
#[path = "../shared/pictures.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod pictures;
mod plot;
#[path = "../shared/style.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod style;
#[path = "../shared/table.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod table;

use std::error::Error;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use nalgebra::Vector2;

use crate::identify::{Servo, fit};
use crate::motor::{CHANGES, Motor, SAMPLES};
use crate::table::Table;

/// Of the simulation.
const SEED: u64 = 3;
/// Samples after which errors count.
const WARM: usize = 96;
/// Samples after a change of the load.
const AFTER: usize = 160;

/// What came of a run.
struct Run {
    /// Root mean square of what was expected less what came: near a change of the load, and elsewhere.
    near: f64,
    elsewhere: f64,
    moments: Vec<plot::Moment>,
    servo: Servo,
}

fn main() -> Result<(), Box<dyn Error>> {
    let bar = ProgressBar::new(4 * SAMPLES as u64);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} samples")?);
    let start = Instant::now();
    let memory = |samples: f32| Vector2::new(-samples.ln(), -8.0);
    let runs = [
        ("remembers 3 samples", run(Servo::new(memory(3.0), false), &bar)),
        ("remembers 12 samples", run(Servo::new(memory(12.0), false), &bar)),
        ("remembers 100 samples", run(Servo::new(memory(100.0), false), &bar)),
        ("tunes its memory, from 3 samples", run(Servo::new(memory(3.0), true), &bar)),
    ];
    bar.finish_and_clear();
    println!(" error of the expected speed (root mean square; the noise alone is {:.4})\n", 0.03 / 3.0_f64.sqrt());
    let mut table = Table::new(["a servo that", "after a change of load", "elsewhere", "failures"]);
    for (name, run) in &runs {
        table.row([
            (*name).to_owned(),
            format!("{:.4}", run.near),
            format!("{:.4}", run.elsewhere),
            run.servo.failures.to_string(),
        ]);
    }
    println!("{table}");
    let windows = (SAMPLES / fit::NEXT) as f64;
    println!(" {:.1} µs a window, on this machine", 1e6 * start.elapsed().as_secs_f64() / (4.0 * windows));
    println!(" the servo keeps {} bytes; {} of them are samples\n", size_of::<Servo>(), size_of::<fit::Window>());
    let folder = pictures::folder("servo");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("servo.svg");
    plot::picture(&path, &runs[3].1.moments)?;
    println!(" {}", path.display());
    Ok(())
}

fn run(mut servo: Servo, bar: &ProgressBar) -> Run {
    let mut motor = Motor::new(SEED);
    let (mut near, mut elsewhere) = ((0.0, 0.0), (0.0, 0.0));
    let mut moments = Vec::new();
    for time in 0..SAMPLES {
        let sample = motor.sample();
        let error = f64::from(servo.expected(sample.speed, sample.drive) - sample.after);
        let changed = CHANGES.iter().any(|&change| (change..change + AFTER).contains(&time));
        let sum: &mut (f64, f64) = if changed { &mut near } else { &mut elsewhere };
        if time >= WARM {
            *sum = (sum.0 + error * error, sum.1 + 1.0);
        }
        servo.sample(sample.speed, sample.drive, sample.after);
        if time % fit::NEXT == 0 {
            moments.push((time, servo.motor[0], (-servo.y[0]).exp()));
        }
        bar.inc(1);
    }
    let root = |(squares, count): (f64, f64)| (squares / count).sqrt();
    Run { near: root(near), elsewhere: root(elsewhere), moments, servo }
}
