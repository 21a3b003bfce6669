//! Rows and targets: of `cpusmall`, or generated in the same form.

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use libsvm_rs::io::load_problem_from_reader;
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Features of `cpusmall`.
const FEATURES: usize = 12;
/// Its rows.
pub const ROWS: usize = 8192;

/// A generator of a seed.
pub fn generator(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Standard normal, by Box and Muller.
pub fn normal(random: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (1.0 - random.random::<f64>(), random.random());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// The first rows as they are scaled, to `[-1, 1]`, and targets with mean 0 and deviation 1.
pub fn rows(
    directory: Option<&Path>,
    random: &mut ChaCha8Rng,
    count: usize,
) -> Result<(DMatrix<f64>, DVector<f64>), Box<dyn Error>> {
    let (a, mut b) = match directory {
        Some(directory) => read(&directory.join("cpusmall_scale.libsvm.txt"), count)?,
        None => generate(random, count.min(ROWS)),
    };
    standardise(b.column_mut(0));
    Ok((a, b))
}

fn standardise(mut column: nalgebra::DVectorViewMut<'_, f64>) {
    let (mean, deviation) = (column.mean(), column.variance().sqrt());
    let scale = if deviation > 0.0 { 1.0 / deviation } else { 1.0 };
    column.apply(|entry| *entry = (*entry - mean) * scale);
}

fn read(path: &Path, count: usize) -> Result<(DMatrix<f64>, DVector<f64>), Box<dyn Error>> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let problem = load_problem_from_reader(BufReader::new(file))?;
    let count = count.min(problem.labels.len());
    let mut a = DMatrix::zeros(count, FEATURES);
    for (i, nodes) in problem.instances.iter().take(count).enumerate() {
        for node in nodes {
            a[(i, node.index as usize - 1)] = node.value;
        }
    }
    Ok((a, DVector::from_iterator(count, problem.labels.into_iter().take(count))))
}

/// Correlated features scaled to `[-1, 1]`, a linear target and noise.
fn generate(random: &mut ChaCha8Rng, count: usize) -> (DMatrix<f64>, DVector<f64>) {
    let mixing = DMatrix::from_fn(4, FEATURES, |_, _| normal(random));
    let hidden = DMatrix::from_fn(count, 4, |_, _| normal(random));
    let own = DMatrix::from_fn(count, FEATURES, |_, _| 0.1 * normal(random));
    let mut a = hidden * mixing + own;
    for mut column in a.column_iter_mut() {
        let (low, high) = (column.min(), column.max());
        column.apply(|entry| *entry = 2.0 * (*entry - low) / (high - low) - 1.0);
    }
    let direction = DVector::from_fn(FEATURES, |_, _| normal(random));
    let b = (&a * direction).map(|t| t + normal(random));
    (a, b)
}
