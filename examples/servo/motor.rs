//! The motor: it carries a light load, then a heavy one, then a light one, and the sensor has noise.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

/// Samples of a run.
pub const SAMPLES: usize = 4800;
/// The load changes.
pub const CHANGES: [usize; 2] = [1600, 3200];

/// A speed that is measured, and the drive.
pub struct Motor {
    random: ChaCha8Rng,
    speed: f32,
    time: usize,
}

/// What the servo sees of a sample.
pub struct Sample {
    pub speed: f32,
    pub drive: f32,
    pub after: f32,
}

impl Motor {
    pub fn new(seed: u64) -> Self {
        Self { random: ChaCha8Rng::seed_from_u64(seed), speed: 0.0, time: 0 }
    }

    /// a, b and c at a time.
    pub fn truth(time: usize) -> [f32; 3] {
        if (CHANGES[0]..CHANGES[1]).contains(&time) { [0.97, 0.03, -0.01] } else { [0.90, 0.10, -0.02] }
    }

    /// The next sample, driven by steps of random height.
    pub fn sample(&mut self) -> Sample {
        let [a, b, c] = Self::truth(self.time);
        let steps = ((self.time / 40) as f32 * 2.399).sin();
        let drive = 2.0 * steps + self.random.random_range(-0.5..0.5_f32);
        let speed = self.speed;
        self.speed = a * speed + b * drive + c + self.random.random_range(-0.03..0.03_f32);
        self.time += 1;
        Sample { speed, drive, after: self.speed }
    }
}
