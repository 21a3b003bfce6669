//! Sparse logistic regression, one weight per feature: 6000 x 100,000 with 100 entries a row.

use hypergrad::bilevel;
use nalgebra::DVector;
use nalgebra_sparse::{CooMatrix, CsrMatrix};

use crate::data::Numbers;
use crate::harness::{compare, contender};

#[bilevel]
pub mod problem {
    use hypergrad::math::softplus;
    use nalgebra::DVector;
    use nalgebra_sparse::CsrMatrix;

    pub struct Data {
        pub a: CsrMatrix<f64>,
        pub b: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let losses = (&data.a * x).zip_map(&data.b, |z, b| softplus(-b * z));
        losses.mean() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x)) / x.len() as f64
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a * x).zip_map(&data.b, |z, b| softplus(-b * z)).mean()
    }
}

use problem::{Data, Problem};

/// By hand: each row gathered and scattered while it is in the cache, into kept storage.
mod expert {
    use super::{DVector, Data};

    pub fn residual(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DVector<f64> {
        let (n, m) = (x.len() as f64, data.b.len() as f64);
        let mut out = DVector::zeros(x.len());
        for ((out, x), y) in out.iter_mut().zip(x).zip(y) {
            *out = y.exp() * x / n;
        }
        for (row, b) in data.a.row_iter().zip(&data.b) {
            let z: f64 = row.values().iter().zip(row.col_indices()).map(|(a, j)| a * x[*j]).sum();
            let weight = -b / (1.0 + (b * z).exp()) / m;
            for (a, j) in row.values().iter().zip(row.col_indices()) {
                out[*j] += weight * a;
            }
        }
        out
    }
}

pub fn run() {
    let (rows, columns, entries) = (6000, 100_000, 100);
    let numbers = Numbers::new(11);
    let mut a = CooMatrix::new(rows, columns);
    for i in 0..rows {
        for k in 0..entries {
            let part = columns / entries;
            let column = part * k + ((0.5 + 0.5 * numbers.next()) * (part - 1) as f64) as usize;
            a.push(i, column, numbers.next());
        }
    }
    let b = DVector::from_fn(rows, |_, _| if numbers.next() > 0.0 { 1.0 } else { -1.0 });
    let data = Data { a: CsrMatrix::from(&a), b };
    let (x, y) = (DVector::from_fn(columns, |_, _| numbers.next()), DVector::from_fn(columns, |_, _| numbers.next()));
    let problem = Problem::new(&data).unwrap();
    let vector = |v: &DVector<f64>| v.as_slice().to_vec();
    compare(
        "sparse logistic 6000 x 100,000, 100 entries a row: F",
        vec![
            contender("emitted", || problem.at(&x, &y).unwrap().F(), vector),
            contender("one pass over the rows", || expert::residual(&x, &y, &data), vector),
        ],
    );
}
