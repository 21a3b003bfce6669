//! The two data sets: Auto MPG from the repository, liver-disorders from a directory or generated.
//! Features are scaled to `[-1, 1]` by the ranges of the training rows, as LIBSVM's `svm-scale` does.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use libsvm_rs::SvmNode;
use libsvm_rs::io::load_problem_from_reader;
use nalgebra::{DMatrix, DVector};

use super::cars::Cars;
use super::random::Random;

/// Rows and what belongs to each.
pub struct Rows {
    pub features: DMatrix<f64>,
    pub labels: DVector<f64>,
}

/// Training and test rows.
pub struct Parts {
    pub training: Rows,
    pub test: Rows,
}

/// Auto MPG, unscaled.
pub fn cars() -> Result<Rows, Box<dyn Error>> {
    let cars = Cars::read()?;
    Ok(Rows { features: cars.rows, labels: cars.mpg })
}

/// LIBSVM's files `liver-disorders` and `liver-disorders.t`, unscaled; labels become -1 and 1.
pub fn liver(directory: &Path) -> Result<Parts, Box<dyn Error>> {
    let read = |name: &str| -> Result<Rows, Box<dyn Error>> {
        let endings = ["", ".txt", ".libsvm.txt"];
        let path = endings.iter().map(|ending| directory.join(format!("{name}{ending}"))).find(|path| path.is_file());
        let path = path.ok_or_else(|| format!("no file `{name}` in {}", directory.display()))?;
        libsvm(BufReader::new(File::open(path)?))
    };
    Ok(Parts { training: signed(read("liver-disorders")?), test: signed(read("liver-disorders.t")?) })
}

/// LIBSVM's format, where what is left out is 0.
pub fn libsvm(text: impl BufRead) -> Result<Rows, Box<dyn Error>> {
    let problem = load_problem_from_reader(text)?;
    let column = |node: &SvmNode| usize::try_from(node.index).ok()?.checked_sub(1);
    let columns = problem.instances.iter().flatten().map(|n| column(n).ok_or("indices start at 1"));
    let width = columns.collect::<Result<Vec<_>, _>>()?.into_iter().max().map_or(0, |last| last + 1);
    let mut features = DMatrix::zeros(problem.labels.len(), width);
    for (row, instance) in problem.instances.iter().enumerate() {
        for (node, column) in instance.iter().filter_map(|n| Some((n, column(n)?))) {
            features[(row, column)] = node.value;
        }
    }
    Ok(Rows { features, labels: DVector::from_vec(problem.labels) })
}

/// Labels 0 and 1 become -1 and 1.
fn signed(mut rows: Rows) -> Rows {
    rows.labels.apply(|label| *label = 2.0 * *label - 1.0);
    rows
}

/// As many rows as liver-disorders has, drawn by a fixed seed: blood values are log-normal around
/// those of the real data, and the label is a logistic function of their logarithms.
pub fn generated() -> Parts {
    let mut random = Random::new(2024);
    Parts { training: generate(&mut random, 145), test: generate(&mut random, 200) }
}

fn generate(random: &mut Random, count: usize) -> Rows {
    const CENTRES: [f64; 5] = [90.0, 66.0, 25.0, 23.0, 26.0];
    const SPREADS: [f64; 5] = [0.05, 0.27, 0.55, 0.35, 0.8];
    const SLOPES: [f64; 5] = [0.3, -0.1, -0.7, 0.6, 0.6];
    let mut labels = Vec::with_capacity(count);
    let mut numbers = Vec::with_capacity(5 * count);
    for _ in 0..count {
        let mut margin = 0.0;
        for k in 0..5 {
            let deviation = random.normal();
            margin += SLOPES[k] * deviation;
            numbers.push(CENTRES[k] * (SPREADS[k] * deviation).exp());
        }
        labels.push(if random.uniform() < 1.0 / (1.0 + (-margin).exp()) { 1.0 } else { -1.0 });
    }
    Rows { features: DMatrix::from_row_slice(count, 5, &numbers), labels: DVector::from_vec(labels) }
}

/// Maps `[least, largest]` of every column to `[-1, 1]`.
pub struct Scale(Vec<(f64, f64)>);

impl Scale {
    /// The ranges of these rows.
    pub fn of(rows: &Rows) -> Self {
        Self(rows.features.column_iter().map(|column| (column.min(), column.max())).collect())
    }

    /// Rows in these units; constant columns become 0.
    pub fn apply(&self, rows: &Rows) -> Rows {
        let mut features = rows.features.clone();
        for (mut column, &(least, largest)) in features.column_iter_mut().zip(&self.0) {
            let width = largest - least;
            column.apply(|value| *value = if width > 0.0 { -1.0 + 2.0 * (*value - least) / width } else { 0.0 });
        }
        Rows { features, labels: rows.labels.clone() }
    }
}

impl Rows {
    /// Only the rows without a zero: the script reads a format that leaves out zeros, and skips rows
    /// that are shorter than the first one. A middle that is rounded to 1e-16 is no zero there either.
    pub fn without_zeros(&self) -> Self {
        let full = |row: &usize| self.features.row(*row).iter().all(|value| *value != 0.0);
        let kept: Vec<usize> = (0..self.labels.len()).filter(full).collect();
        Self { features: self.features.select_rows(&kept), labels: self.labels.select_rows(&kept) }
    }

    /// Every row times its label.
    pub fn times_labels(&self) -> DMatrix<f64> {
        DMatrix::from_fn(self.features.nrows(), self.features.ncols(), |i, j| self.labels[i] * self.features[(i, j)])
    }
}
