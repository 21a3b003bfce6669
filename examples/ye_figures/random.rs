//! The generator of the paper's script, so that a seed gives the same draws here: the Mersenne
//! twister and Marsaglia's polar method, as in `numpy.random.RandomState`.

use nalgebra::{DMatrix, DVector};
use rand_mt::Mt;

/// MT19937 with the distributions of `numpy`.
pub struct Random {
    twister: Mt,
    /// The polar method gives two numbers at a time.
    spare: Option<f64>,
}

impl Random {
    /// The state of a seed.
    pub fn new(seed: u32) -> Self {
        Self { twister: Mt::new(seed), spare: None }
    }

    /// 32 random bits.
    pub fn bits(&mut self) -> u32 {
        self.twister.next_u32()
    }

    /// Uniform in `[0, 1)`, of 53 bits.
    pub fn uniform(&mut self) -> f64 {
        let (high, low) = (self.bits() >> 5, self.bits() >> 6);
        (f64::from(high) * f64::from(1 << 26) + f64::from(low)) / 2.0_f64.powi(53)
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (a, b) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = a * a + b * b;
            if square > 0.0 && square < 1.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                self.spare = Some(factor * a);
                return factor * b;
            }
        }
    }

    /// Standard normal entries.
    pub fn normals(&mut self, length: usize) -> DVector<f64> {
        DVector::from_fn(length, |_, _| self.normal())
    }

    /// Standard normal entries, drawn row by row.
    pub fn normal_matrix(&mut self, rows: usize, columns: usize) -> DMatrix<f64> {
        let entries = self.normals(rows * columns);
        DMatrix::from_row_slice(rows, columns, entries.as_slice())
    }

    /// Uniform entries.
    pub fn uniforms(&mut self, length: usize) -> DVector<f64> {
        DVector::from_fn(length, |_, _| self.uniform())
    }
}
