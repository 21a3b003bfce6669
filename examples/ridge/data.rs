//! The cars: split by a fixed seed, standardised by what the training part alone knows.

use nalgebra::{DMatrix, DVector};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::cars::Cars;
use crate::problem::ridge::Data;

/// Rows to fit: few on purpose, where the weights matter most.
pub const TRAINING: usize = 40;
/// Rows to choose the weights by.
pub const VALIDATION: usize = 100;

/// Some of the cars, in standard units.
pub struct Part {
    /// Features, each of mean 0 and deviation 1 over the training part.
    pub a: DMatrix<f64>,
    /// Miles per gallon, less their mean over the training part.
    pub b: DVector<f64>,
}

/// The three parts.
pub struct Split {
    /// Fitted: the inner problem.
    pub training: Part,
    /// Chooses the weights: the outer problem.
    pub validation: Part,
    /// Seen by neither.
    pub test: Part,
}

impl Cars {
    /// The number of cars.
    pub fn len(&self) -> usize {
        self.mpg.len()
    }

    /// A random split that this seed gives on every machine.
    pub fn split(&self, seed: u64) -> Split {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let (training, others) = order.split_at(TRAINING);
        let (validation, test) = others.split_at(VALIDATION);
        let scale = Scale::of(&self.part(training));
        let part = |cars| scale.apply(self.part(cars));
        Split { training: part(training), validation: part(validation), test: part(test) }
    }

    fn part(&self, cars: &[usize]) -> Part {
        Part { a: self.rows.select_rows(cars), b: self.mpg.select_rows(cars) }
    }
}

impl Split {
    /// What the two objectives read.
    pub fn data(&self) -> Data {
        Data {
            a_tr: self.training.a.clone(),
            b_tr: self.training.b.clone(),
            a_val: self.validation.a.clone(),
            b_val: self.validation.b.clone(),
        }
    }
}

impl Part {
    /// `|A x - b|² / rows`, in mpg².
    pub fn mean_square(&self, x: &DVector<f64>) -> f64 {
        (&self.a * x - &self.b).norm_squared() / self.b.len() as f64
    }
}

/// Means and deviations of a part.
struct Scale {
    means: Vec<f64>,
    deviations: Vec<f64>,
    mpg: f64,
}

impl Scale {
    fn of(part: &Part) -> Self {
        let columns = || part.a.column_iter();
        Self {
            means: columns().map(|c| c.mean()).collect(),
            deviations: columns().map(|c| c.variance().sqrt()).collect(),
            mpg: part.b.mean(),
        }
    }

    fn apply(&self, mut part: Part) -> Part {
        for (j, mut column) in part.a.column_iter_mut().enumerate() {
            column.apply(|v| *v = (*v - self.means[j]) / self.deviations[j]);
        }
        part.b.add_scalar_mut(-self.mpg);
        part
    }
}
