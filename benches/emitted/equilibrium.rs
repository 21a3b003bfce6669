//! The equilibrium model `w_i = tanh(A w_i + B u_i + c)` with a softmax readout: 500 samples, 50 hidden
//! units, 64 inputs, 10 classes; sizes known at run time. n = 25,000.

use hypergrad::bilevel;
use hypergrad::problem::Variable;
use hypergrad::solver::{FixedPoint, Newton};
use nalgebra::{DMatrix, DVector};

use crate::data::Numbers;
use crate::harness::{compare, contender};

#[bilevel]
pub mod problem {
    use hypergrad::math::log_sum_exp;
    use nalgebra::{DMatrix, DVector};

    pub struct Weights {
        pub a: DMatrix<f64>,
        pub b: DMatrix<f64>,
        pub c: DVector<f64>,
        pub slope: DMatrix<f64>,
        pub offset: DVector<f64>,
    }

    pub struct Data {
        /// One column per sample.
        pub inputs: DMatrix<f64>,
        /// One column per sample, 1 at its class.
        pub labels: DMatrix<f64>,
    }

    pub fn Phi(x: &DMatrix<f64>, y: &Weights, data: &Data) -> DMatrix<f64> {
        let sums = &y.a * x + &y.b * &data.inputs;
        DMatrix::from_fn(sums.nrows(), sums.ncols(), |k, i| (sums[(k, i)] + y.c[k]).tanh())
    }

    pub fn g(x: &DMatrix<f64>, y: &Weights, data: &Data) -> f64 {
        (0..x.ncols())
            .map(|i| {
                let logits = &y.slope * x.column(i) + &y.offset;
                log_sum_exp(&logits) - data.labels.column(i).dot(&logits)
            })
            .sum::<f64>()
            / x.ncols() as f64
    }
}

use problem::{Data, Problem, Weights};

type M = DMatrix<f64>;

mod plain {
    use super::{Data, M, Weights};

    fn with_offset(mut a: M, offset: &nalgebra::DVector<f64>) -> M {
        for mut column in a.column_iter_mut() {
            column += offset;
        }
        a
    }

    pub fn layer(x: &M, y: &Weights, data: &Data) -> M {
        with_offset(&y.a * x + &y.b * &data.inputs, &y.c).map(f64::tanh)
    }

    /// `I - A` with its rows times these slopes.
    fn block(y: &Weights, slopes: nalgebra::DVectorView<'_, f64>) -> M {
        let mut block = -&y.a;
        for mut column in block.column_iter_mut() {
            column.component_mul_assign(&slopes);
        }
        block.fill_diagonal(1.0);
        for k in 0..slopes.len() {
            block[(k, k)] -= y.a[(k, k)] * slopes[k];
        }
        block
    }

    /// So many steps of the map; the part of the inputs is computed once.
    pub fn iterate(x: &M, y: &Weights, data: &Data, steps: usize) -> M {
        let constant = with_offset(&y.b * &data.inputs, &y.c);
        let mut x = x.clone();
        for _ in 0..steps {
            let mut next = constant.clone();
            next.gemm(1.0, &y.a, &x, 1.0);
            next.apply(|t| *t = t.tanh());
            x = next;
        }
        x
    }

    /// So many steps of Newton's method, sample by sample.
    pub fn newton(mut x: M, y: &Weights, data: &Data, steps: usize) -> Option<M> {
        for _ in 0..steps {
            let t = layer(&x, y, data);
            let slopes = t.map(|t| 1.0 - t * t);
            let mut residual = &x - t;
            for (i, mut column) in residual.column_iter_mut().enumerate() {
                let solved = block(y, slopes.column(i)).lu().solve(&column)?;
                column.copy_from(&solved);
            }
            x -= residual;
        }
        Some(x)
    }

    pub fn omega(x: &M, y: &Weights, data: &Data) -> Option<Weights> {
        let slopes = layer(x, y, data).map(|t| 1.0 - t * t);
        let mut logits = with_offset(&y.slope * x, &y.offset);
        for (i, mut column) in logits.column_iter_mut().enumerate() {
            let top = column.max();
            column.apply(|t| *t = (*t - top).exp());
            let total = column.sum();
            column /= total;
            column -= data.labels.column(i);
        }
        logits /= x.ncols() as f64;
        let mut v = y.slope.transpose() * &logits;
        for (i, mut column) in v.column_iter_mut().enumerate() {
            let solved = block(y, slopes.column(i)).transpose().lu().solve(&column)?;
            column.copy_from(&solved);
        }
        v.component_mul_assign(&slopes);
        let transposed = x.transpose();
        Some(Weights {
            a: &v * &transposed,
            b: &v * data.inputs.transpose(),
            c: v.column_sum(),
            slope: &logits * &transposed,
            offset: logits.column_sum(),
        })
    }
}

pub fn run() {
    let (samples, hidden, inputs, classes) = (500, 50, 64, 10);
    let numbers = Numbers::new(5);
    let matrix = |rows, columns, size: f64| M::from_fn(rows, columns, |_, _| size * numbers.next());
    let data = Data {
        inputs: matrix(inputs, samples, 1.0),
        labels: M::from_fn(classes, samples, |k, i| if (7 * i * i + i) % classes == k { 1.0 } else { 0.0 }),
    };
    let y = Weights {
        a: matrix(hidden, hidden, 0.15),
        b: matrix(hidden, inputs, 0.2),
        c: DVector::from_fn(hidden, |_, _| 0.2 * numbers.next()),
        slope: matrix(classes, hidden, 0.5),
        offset: DVector::from_fn(classes, |_, _| 0.2 * numbers.next()),
    };
    let problem = Problem::new(&data).unwrap();
    let start = M::zeros(hidden, samples);
    let newton = Newton::new().steps(4);
    let solution = problem.solve(&start, &y, &newton).unwrap();
    println!("\nequilibrium, n = {}: |F| = {:.1e} after {} steps", hidden * samples, solution.residual, solution.steps);
    let x = solution.x;
    let flat = |y: &Weights| {
        let mut entries = vec![0.0; y.flat_len()];
        y.read(&mut entries);
        entries
    };
    let steps = FixedPoint::new().steps(20);
    compare(
        "equilibrium 500 x 50, dynamic sizes: 20 fixed-point steps",
        vec![
            contender("emitted", || problem.solve(&start, &y, &steps).unwrap().x, |x: &M| x.as_slice().to_vec()),
            contender("nalgebra", || plain::iterate(&start, &y, &data, 20), |x: &M| x.as_slice().to_vec()),
        ],
    );
    compare(
        "equilibrium 500 x 50, dynamic sizes: four steps of Newton's method",
        vec![
            contender("emitted", || problem.solve(&start, &y, &newton).unwrap().x, |x: &M| x.as_slice().to_vec()),
            contender(
                "nalgebra, LU per sample",
                || plain::newton(start.clone(), &y, &data, 4).unwrap(),
                |x: &M| x.as_slice().to_vec(),
            ),
        ],
    );
    compare(
        "equilibrium 500 x 50, dynamic sizes: Omega, direct",
        vec![
            contender("emitted", || problem.at(&x, &y).unwrap().Omega().unwrap(), flat),
            contender("nalgebra, LU per sample", || plain::omega(&x, &y, &data).unwrap(), flat),
        ],
    );
}
