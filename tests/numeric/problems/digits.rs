//! Indices taken apart by `/` and `%`: a matrix flattened, transposed and unflattened, blocks whose
//! number does not divide the length, pooling with a stride, a ring and a torus.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod reshaped {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub width: usize,
        pub block: usize,
        pub w: DVector<f64>,
    }

    /// x as a matrix of 3 rows, its rows side by side; its transpose laid out in the same way.
    fn transposed(x: &DVector<f64>, width: usize) -> DVector<f64> {
        let rows = DMatrix::from_fn(3, width, |i, j| x[i * width + j]);
        DVector::from_fn(3 * width, |r, _| rows[(r % 3, r / 3)])
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = 3 * data.width;
        let blocks = (0..n).map(|r| y[r / data.block].exp() * x[r] * x[r]).sum::<f64>();
        let ring = (0..n).map(|i| (x[(i + 1) % n] - x[i]).powi(2) * (x[(i + n - 2) % n] * 0.3).cos()).sum::<f64>();
        let moved = (transposed(x, data.width) - x).map(f64::sin).norm_squared();
        0.5 * blocks + 0.1 * ring + 0.1 * moved - data.w.dot(x)
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let (m, n) = (data.width, 3 * data.width);
        let pooled = (0..6).map(|i| (0..2).map(|d| x[2 * i + d]).sum::<f64>().tanh() * y[i % 3]).sum::<f64>();
        let torus = (0..n).map(|r| x[r] * x[(r / m + 1) % 3 * m + (r % m + 1) % m] * data.w[r % m]).sum::<f64>();
        let odd = (0..n).map(|r| if r % 2 == 1 { (1.0 + x[r] * x[r]).ln() } else { y[r / data.block] * x[r] }).sum::<f64>();
        pooled + torus + odd
    }
}

#[test]
fn against_the_oracle() {
    let (m, block) = (4, 5);
    let n = 3 * m;
    let data = reshaped::Data { width: m, block, w: data::vector(n, 1.7) };
    let w = &data.w;
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let mut sum = constant(0.0);
            for r in 0..n {
                let (next, before) = (if r == n - 1 { 0 } else { r + 1 }, if r < 2 { r + n - 2 } else { r - 2 });
                sum += y[[0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2][r]].exp() * x[r] * x[r] * 0.5 - x[r] * w[r];
                sum += (x[next] - x[r]).powi(2) * (x[before] * 0.3).cos() * 0.1;
            }
            for (column, row) in (0..m).flat_map(|column| (0..3).map(move |row| (column, row))) {
                sum += (x[row * m + column] - x[column * 3 + row]).sin().powi(2) * 0.1;
            }
            sum
        }),
        g: &|x, y| {
            let mut sum = constant(0.0);
            for i in 0..6 {
                sum += (x[2 * i] + x[2 * i + 1]).tanh() * y[[0, 1, 2, 0, 1, 2][i]];
            }
            for (i, j) in (0..3).flat_map(|i| (0..m).map(move |j| (i, j))) {
                let (below, right) = ([1, 2, 0][i], [1, 2, 3, 0][j]);
                sum += x[i * m + j] * x[below * m + right] * w[j];
                let r = i * m + j;
                sum += if j % 2 == 1 { (x[r] * x[r] + 1.0).ln() } else { y[usize::from(r >= 5) + usize::from(r >= 10)] * x[r] };
            }
            sum
        },
    };
    let (x, y) = (data::vector(n, 0.9), data::vector(3, 2.1));
    let problem = reshaped::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
