//! Data: read from a directory, or generated in the same form.

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// A generator of a seed.
pub fn generator(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Standard normal, by Box and Muller.
pub fn normal(random: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (1.0 - random.random::<f64>(), random.random());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// Standard normal entries.
pub fn normal_matrix(random: &mut ChaCha8Rng, rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |_, _| normal(random))
}

/// Standard normal entries.
pub fn normal_vector(random: &mut ChaCha8Rng, length: usize) -> DVector<f64> {
    DVector::from_fn(length, |_, _| normal(random))
}

/// The same places in another order.
pub fn shuffled(random: &mut ChaCha8Rng, count: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    for k in (1..count).rev() {
        places.swap(k, random.random_range(0..=k));
    }
    places
}

/// Rows and their labels ±1.
pub struct Rows {
    pub features: DMatrix<f64>,
    pub labels: DVector<f64>,
}

/// UCI's `parkinsons.data`: 195 recordings, 22 features.
pub fn parkinsons(directory: &Path) -> Result<Rows, Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(directory.join("parkinsons.data"))?;
    let status = reader.headers()?.iter().position(|name| name.trim() == "status").ok_or("no column `status`")?;
    let (mut features, mut labels) = (Vec::new(), Vec::new());
    for record in reader.records() {
        // The first column is a name.
        for (k, field) in record?.iter().enumerate().skip(1) {
            let value: f64 = field.trim().parse()?;
            if k == status { labels.push(2.0 * value - 1.0) } else { features.push(value) }
        }
    }
    let columns = features.len() / labels.len().max(1);
    Ok(Rows { features: DMatrix::from_row_slice(labels.len(), columns, &features), labels: DVector::from_vec(labels) })
}

/// Of the same form: correlated features, three quarters of the labels +1.
pub fn like_parkinsons(random: &mut ChaCha8Rng) -> Rows {
    let (rows, columns) = (195, 22);
    let mixing = normal_matrix(random, 5, columns);
    let features = normal_matrix(random, rows, 5) * mixing + 0.3 * normal_matrix(random, rows, columns);
    let direction = normal_vector(random, columns) / (columns as f64).sqrt();
    let scores = &features * direction;
    let labels = scores.map(|s| if s + 1.5 + normal(random) > 0.0 { 1.0 } else { -1.0 });
    Rows { features, labels }
}

/// Images, one per row, pixels in `[0, 1]`, with their classes.
pub struct Images {
    pub pixels: DMatrix<f64>,
    pub classes: Vec<usize>,
}

impl Images {
    /// One row per image, 1 at its class.
    pub fn one_hot(&self) -> DMatrix<f64> {
        DMatrix::from_fn(self.classes.len(), 10, |i, k| if self.classes[i] == k { 1.0 } else { 0.0 })
    }
}

fn unpacked(path: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    GzDecoder::new(file).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The first images of IDX files: `train` or `t10k`.
pub fn images(directory: &Path, part: &str, count: usize) -> Result<Images, Box<dyn Error>> {
    let pixels = unpacked(&directory.join(format!("{part}-images-idx3-ubyte.gz")))?;
    let classes = unpacked(&directory.join(format!("{part}-labels-idx1-ubyte.gz")))?;
    // Headers of 16 and 8 bytes; 28 x 28 pixels.
    let (pixels, classes) = (pixels.get(16..).unwrap_or(&[]), classes.get(8..).unwrap_or(&[]));
    let count = count.min(classes.len()).min(pixels.len() / 784);
    Ok(Images {
        pixels: DMatrix::from_fn(count, 784, |i, j| f64::from(pixels[784 * i + j]) / 255.0),
        classes: classes[..count].iter().map(|&class| usize::from(class)).collect(),
    })
}

/// Of the same form: a smooth pattern for each class, and noise.
pub fn like_images(random: &mut ChaCha8Rng, count: usize) -> Images {
    // The same patterns for every part.
    let mut fixed = generator(4);
    let patterns = DMatrix::from_fn(10, 6, |_, _| normal(&mut fixed));
    let classes: Vec<usize> = (0..count).map(|_| random.random_range(0..10)).collect();
    let pixels = DMatrix::from_fn(count, 784, |i, j| {
        let (row, column) = ((j / 28) as f64 / 28.0, (j % 28) as f64 / 28.0);
        let p = patterns.row(classes[i]);
        let wave = (3.0 * p[0] * row + 3.0 * p[1] * column + p[2]).sin() + (4.0 * p[3] * row + 4.0 * p[4] * column + p[5]).cos();
        (0.5 + 0.2 * wave + 0.25 * normal(random)).clamp(0.0, 1.0)
    });
    Images { pixels, classes }
}
