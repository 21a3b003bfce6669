//! Equilibrium models (Grazzi et al. 3.2): `w_i = tanh(A w_i + B u_i + c)`, x an h x n matrix with
//! one column per sample.

use hypergrad::bilevel;
use hypergrad::estimator::{Ift, Localized, Preconditioned, Tangent};
use hypergrad::solver::Newton;
use nalgebra::DMatrix;

use crate::copies::log_sum_exp;
use crate::data::{cosines, one_hot, sines};
use crate::oracle::{self, DualNum, Inner, Number, Oracle, dot};
use crate::verify::{Reference, against_oracle, close, flat, shaped, verify};

#[bilevel]
pub mod squares {
    use nalgebra::{DMatrix, DVector};

    pub struct Weights {
        pub a: DMatrix<f64>,
        pub b: DMatrix<f64>,
        pub c: DVector<f64>,
    }

    pub struct Data {
        /// One column per sample.
        pub inputs: DMatrix<f64>,
        pub targets: DMatrix<f64>,
    }

    pub fn Phi(x: &DMatrix<f64>, y: &Weights, data: &Data) -> DMatrix<f64> {
        let sums = &y.a * x + &y.b * &data.inputs;
        DMatrix::from_fn(x.nrows(), x.ncols(), |k, i| (sums[(k, i)] + y.c[k]).tanh())
    }

    pub fn g(x: &DMatrix<f64>, y: &Weights, data: &Data) -> f64 {
        let penalty = y.a.norm_squared() + y.b.norm_squared() + y.c.norm_squared();
        0.5 * (x - &data.targets).norm_squared() + 0.05 * penalty
    }
}

/// With a softmax readout.
#[bilevel]
pub mod readout {
    use hypergrad::math::log_sum_exp;
    use nalgebra::{DMatrix, DVector};

    pub struct Weights {
        pub a: DMatrix<f64>,
        pub b: DMatrix<f64>,
        pub c: DVector<f64>,
        pub readout: Readout,
    }

    pub struct Readout {
        pub slope: DMatrix<f64>,
        pub offset: DVector<f64>,
    }

    pub struct Data {
        pub inputs: DMatrix<f64>,
        /// One row per sample, 1 at its class.
        pub labels: DMatrix<f64>,
    }

    pub fn Phi(x: &DMatrix<f64>, y: &Weights, data: &Data) -> DMatrix<f64> {
        let sums = &y.a * x + &y.b * &data.inputs;
        DMatrix::from_fn(x.nrows(), x.ncols(), |k, i| (sums[(k, i)] + y.c[k]).tanh())
    }

    pub fn g(x: &DMatrix<f64>, y: &Weights, data: &Data) -> f64 {
        (0..x.ncols())
            .map(|i| {
                let logits = &y.readout.slope * x.column(i) + &y.readout.offset;
                log_sum_exp(&logits) - data.labels.row(i).transpose().dot(&logits)
            })
            .sum::<f64>()
            / x.ncols() as f64
    }
}

/// `tanh(A x_i + B u_i + c)`, x four high; A, B and c are the first 28 entries of y.
fn layer(x: &[Number], y: &[Number], inputs: &DMatrix<f64>) -> Vec<Number> {
    let sum = |w: &[Number], i: usize, k: usize| -> Number {
        let hidden: Number = (0..4).map(|j| y[k + 4 * j] * w[j]).sum();
        let input: Number = (0..2).map(|j| y[16 + k + 4 * j] * inputs[(j, i)]).sum();
        (hidden + input + y[24 + k]).tanh()
    };
    x.chunks(4).enumerate().flat_map(|(i, w)| (0..4).map(move |k| sum(w, i, k))).collect()
}

fn recurrence() -> DMatrix<f64> {
    0.3 * sines(4, 4, [1.3, 0.7, 0.1, 0.0])
}

fn input_weights() -> DMatrix<f64> {
    0.6 * sines(4, 2, [0.8, 1.1, 0.2, 0.5])
}

#[test]
fn squared_distance() {
    let data = squares::Data {
        inputs: sines(3, 2, [0.9, 1.4, 0.2, 0.1]).transpose(),
        targets: 0.5 * sines(3, 4, [1.1, 0.5, 0.3, 0.7]).transpose(),
    };
    let problem = squares::Problem::new(&data).unwrap();
    let y = squares::Weights { a: recurrence(), b: input_weights(), c: 0.2 * cosines(4, 1.7, 0.4) };
    let x = 0.3 * sines(4, 3, [0.4, 1.7, 0.3, 0.2]);
    let x_star = verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Map(&|x, y| layer(x, y, &data.inputs)),
        g: &|x, y| oracle::squared_distance(x, data.targets.as_slice()) * 0.5 + dot(y, y) * 0.05,
    };
    against_oracle(&problem, &x, &y, &oracle);
    // The table has A and B row by row.
    let rows_first = |entries: Vec<f64>| {
        let block = |at: usize, columns: usize| {
            let entries = &entries;
            (0..4 * columns).map(move |k| entries[at + k / columns + 4 * (k % columns)])
        };
        block(0, 4).chain(block(16, 2)).chain(entries[24..].iter().copied()).collect()
    };
    REFERENCE.check(&problem, &x_star, &y, rows_first);
    assert!(!squares::Problem::STRUCTURE.f1_symmetric);
}

#[test]
fn softmax_readout() {
    let data = readout::Data { inputs: sines(2, 5, [0.9, 1.4, 0.2, 0.1]), labels: one_hot(5, 3) };
    let problem = readout::Problem::new(&data).unwrap();
    let y = readout::Weights {
        a: recurrence(),
        b: input_weights(),
        c: 0.2 * cosines(4, 1.7, 0.4),
        readout: readout::Readout { slope: sines(3, 4, [0.5, 1.9, 0.4, 0.6]), offset: cosines(3, 0.8, 0.3) },
    };
    let x = 0.3 * sines(4, 5, [0.4, 1.7, 0.3, 0.2]);
    verify(&problem, &x, &y);
    // The readout: slope (3 x 4), offset (3).
    let logit = |w: &[Number], y: &[Number], k: usize| (0..4).map(|j| y[28 + k + 3 * j] * w[j]).sum::<Number>() + y[40 + k];
    let oracle = Oracle {
        inner: Inner::Map(&|x, y| layer(x, y, &data.inputs)),
        g: &|x, y| {
            let loss = |(i, w): (usize, &[Number])| {
                let logits: Vec<Number> = (0..3).map(|k| logit(w, y, k)).collect();
                log_sum_exp(&logits) - logits.iter().enumerate().map(|(k, t)| *t * data.labels[(i, k)]).sum::<Number>()
            };
            x.chunks(4).enumerate().map(loss).sum::<Number>() / 5.0
        },
    };
    against_oracle(&problem, &x, &y, &oracle);
}

fn many(samples: usize, hidden: usize) -> (readout::Data, readout::Weights) {
    let data = readout::Data { inputs: sines(2, samples, [0.9, 1.4, 0.2, 0.1]), labels: one_hot(samples, 3) };
    // Rows of length below 1, so that tanh(A w + ..) contracts.
    let a = sines(hidden, hidden, [1.3, 0.7, 0.1, 0.0]) * (0.9 / hidden as f64);
    let slope = sines(3, hidden, [0.5, 1.9, 0.4, 0.6]);
    let readout = readout::Readout { slope, offset: cosines(3, 0.8, 0.3) };
    (data, readout::Weights { a, b: 0.6 * sines(hidden, 2, [0.8, 1.1, 0.2, 0.5]), c: 0.2 * cosines(hidden, 1.7, 0.4), readout })
}

/// 600 samples, n = 12,000: blocks of 20, where the dense matrix would have 144 million entries and take
/// 10^12 operations to factor. Omega, and its tangent off the root, against differences of h.
#[test]
fn many_samples() {
    let (data, y) = many(600, 20);
    let problem = readout::Problem::new(&data).unwrap();
    assert!(readout::Problem::STRUCTURE.f1_block_diagonal);
    let newton = Newton::new().tolerance(1e-12);
    let x_star = problem.solve(&DMatrix::zeros(20, 600), &y, &newton).unwrap().x;
    let gradient = flat(&problem.hypergradient(&x_star, &y, &Ift::new()).unwrap().gradient);
    let near = x_star.map(|t| t + 1e-5 * (1e3 * t).sin());
    let tangent = problem.hypergradient(&near, &y, &Tangent::new().error_estimate(false)).unwrap();
    // |x - x*| is 1e-5 √n at most, and the error of second order.
    close("Omega^T", &flat(&tangent.gradient), &gradient, 1e-6);
    let jacobi = problem.hypergradient(&near, &y, &Preconditioned::jacobi().error_estimate(false)).unwrap();
    close("Omega^P", &flat(&jacobi.gradient), &gradient, 1e-3);
    let localized = problem.hypergradient(&x_star, &y, &Localized::exp().error_estimate(false)).unwrap();
    close("Omega^psi", &flat(&localized.gradient), &gradient, 1e-9);
    let entries = flat(&y);
    let direction: Vec<f64> = (0..entries.len()).map(|k| (0.3 * k as f64 + 0.3).sin()).collect();
    let h = |t: f64| {
        let moved: Vec<f64> = entries.iter().zip(&direction).map(|(y, d)| y + t * d).collect();
        let moved = shaped(&y, &moved);
        let x = problem.solve(&x_star, &moved, &newton).unwrap().x;
        problem.at(&x, &moved).unwrap().g()
    };
    // Fourth order: error 1e-12 + eps / 1e-3.
    let step = 1e-3;
    let expected = (8.0 * (h(step) - h(-step)) - h(2.0 * step) + h(-2.0 * step)) / (12.0 * step);
    let found: f64 = gradient.iter().zip(&direction).map(|(g, d)| g * d).sum();
    close("h'", &[found], &[expected], 1e-7);
}

const REFERENCE: Reference<'_> = Reference {
    x_star: &[
        0.6110874144558908,
        0.6034093655212028,
        -0.130177269831097,
        -0.6898663799362175,
        0.678215788592683,
        0.7752760258372868,
        0.21774930141177523,
        -0.4782167249726003,
        0.3908243717954813,
        0.43480708984597644,
        0.2948589768153255,
        0.3974107155273302,
    ],
    x_hat: &[0.63, 0.592, -0.142, -0.671, 0.677, 0.757, 0.231, -0.468, 0.371, 0.437, 0.313, 0.383],
    omega_hat: &[
        0.4649037209751205,
        0.517332719566779,
        0.1710968859275222,
        -0.07439627195171637,
        0.6624822654851864,
        0.7188256653083184,
        0.26467419245413926,
        -0.023602375815793913,
        0.26288964356343875,
        0.32189309780617253,
        0.31186108009248376,
        0.32438147877288503,
        -0.3446962266934892,
        -0.3239337011216912,
        0.12206177336020024,
        0.5282275376945275,
        0.6316493295222994,
        0.19495688932746716,
        1.0245615878131178,
        0.030560959864813504,
        0.9366521397167356,
        -0.5782984664072642,
        0.10960652897681007,
        -0.7922832449657912,
        0.9281190641449456,
        1.2987071380163842,
        0.6321617840392639,
        -0.39283278015824435,
    ],
    gradient: &[
        0.46938396160439916,
        0.5242708261110419,
        0.16862948601965305,
        -0.06642286006384636,
        0.6804631882111755,
        0.7328770653651709,
        0.2494252878362585,
        -0.03226526599052201,
        0.2772920009453069,
        0.31438898199468607,
        0.28351777393022914,
        0.33007106322293917,
        -0.33247897202803084,
        -0.33522248910094266,
        0.11846099866154369,
        0.5623678408509868,
        0.6427722561581143,
        0.18248509497463136,
        1.0255535773008932,
        0.046312851191103684,
        0.9163143504048081,
        -0.5664242007233442,
        0.12272793687549335,
        -0.8178266224668503,
        0.9327070552386951,
        1.3082691173736907,
        0.6175471338069111,
        -0.3893652858789048,
    ],
    efficiency: 2.761481150396215,
};
