//! Networks of several layers with biases: dense derivatives that come from products, column by column.

use hypergrad::bilevel;
use hypergrad::nalgebra::{DMatrix, DVector};

use crate::data;

#[bilevel]
pub mod deep {
    use nalgebra::{DMatrix, DVector};

    pub struct Weights {
        pub first: DMatrix<f64>,
        pub first_bias: DVector<f64>,
        pub second: DMatrix<f64>,
        pub second_bias: DVector<f64>,
        pub last: DMatrix<f64>,
        pub last_bias: DVector<f64>,
    }

    pub struct Data {
        pub inputs: DMatrix<f64>,
        pub targets: DMatrix<f64>,
    }

    fn layer(weights: &DMatrix<f64>, bias: &DVector<f64>, inputs: &DMatrix<f64>) -> DMatrix<f64> {
        let sums = weights * inputs;
        DMatrix::from_fn(sums.nrows(), sums.ncols(), |i, j| (sums[(i, j)] + bias[i]).tanh())
    }

    fn loss(x: &Weights, data: &Data) -> f64 {
        let hidden = layer(&x.second, &x.second_bias, &layer(&x.first, &x.first_bias, &data.inputs));
        (layer(&x.last, &x.last_bias, &hidden) - &data.targets).norm_squared()
    }

    pub fn f(x: &Weights, y: &DVector<f64>, data: &Data) -> f64 {
        let decay = y[0].exp() * x.first.norm_squared() + y[1].exp() * x.second.norm_squared();
        loss(x, data) + decay + y[2].exp() * x.last.norm_squared() + 0.1 * x.first_bias.norm_squared()
    }

    pub fn g(x: &Weights, y: &DVector<f64>, data: &Data) -> f64 {
        loss(x, data) + 0.01 * y.norm_squared() * x.last.norm_squared()
    }
}

/// More outer than inner entries, and a root: `F_1` is not symmetric.
#[bilevel]
pub mod composed {
    use nalgebra::{DMatrix, DVector};

    pub struct State {
        pub a: DVector<f64>,
        pub b: DVector<f64>,
        pub c: DVector<f64>,
        pub d: DVector<f64>,
    }

    fn next(state: &DVector<f64>, weights: &DMatrix<f64>, other: &DVector<f64>) -> DVector<f64> {
        (weights * state.component_mul(other) + state).map(f64::sin)
    }

    fn last(x: &State, y: &DMatrix<f64>) -> DVector<f64> {
        let first = next(&next(&x.a, y, &x.b), y, &x.c);
        next(&next(&first, y, &x.d), y, &x.b)
    }

    pub fn F(x: &State, y: &DMatrix<f64>) -> State {
        let last = last(x, y);
        let second = next(&last, y, &x.a);
        State {
            a: &x.a * 3.0 - &second,
            b: &x.b * 2.0 - next(&second, y, &x.c),
            c: &x.c + last.component_mul(&second),
            d: &x.d + second,
        }
    }

    pub fn g(x: &State, y: &DMatrix<f64>) -> f64 {
        last(x, y).norm_squared() + x.d.norm_squared()
    }
}

#[test]
fn two_hidden_layers() {
    let data = deep::Data { inputs: data::matrix(2, 5, 0.3), targets: data::matrix(2, 5, 0.9) };
    let x = deep::Weights {
        first: data::matrix(3, 2, 0.1) * 0.4,
        first_bias: data::vector(3, 0.7) * 0.2,
        second: data::matrix(2, 3, 1.1) * 0.5,
        second_bias: data::vector(2, 1.3) * 0.3,
        last: data::matrix(2, 2, 0.6) * 0.7,
        last_bias: data::vector(2, 0.4) * 0.1,
    };
    let y = DVector::from_vec(vec![-0.5, 0.2, 0.1]);
    let problem = deep::Problem::new(&data).unwrap();
    let report = problem.check_derivatives(&x, &y).unwrap();
    assert!(report.agrees(), "{report}");
    repeats(&problem, &x, &y);
}

#[test]
fn more_outer_than_inner_entries() {
    let x =
        composed::State { a: data::vector(2, 0.3), b: data::vector(2, 0.8), c: data::vector(2, 1.1), d: data::vector(2, 0.5) };
    let y = data::matrix(2, 2, 0.2) * 0.6;
    let problem = composed::Problem::new().unwrap();
    let report = problem.check_derivatives(&x, &y).unwrap();
    assert!(report.agrees(), "{report}");
    repeats(&problem, &x, &y);
}

/// The adjoint that is held, and the unit directions, are as they were after a derivative was asked for.
fn repeats<P: hypergrad::problem::Bilevel<Scalar = f64>>(problem: &P, x: &P::X, y: &P::Y) {
    let mut work = hypergrad::point::start(problem, x, y).unwrap();
    let (n, m) = problem.dims(&work);
    let (v, u) = (data::vector(n, 0.9), data::vector(n, 1.7));
    let product = |work: &mut P::Work| {
        let mut out = vec![0.0; n];
        problem.m_11_mul(work, u.as_slice(), &mut out);
        out
    };
    problem.set_adjoint(&mut work, v.as_slice());
    let before = product(&mut work);
    let mut out = vec![0.0; n * n * n.max(m)];
    let all: [fn(&P, &mut P::Work, &mut [f64]); 7] = [P::f_1, P::m_11, P::g_11, P::f_2, P::m_21, P::g_21, P::f_1_diagonal];
    let lengths = [n * n, n * n, n * n, n * m, m * n, m * n, n];
    for _ in 0..2 {
        for (kernel, length) in all.iter().zip(lengths) {
            kernel(problem, &mut work, &mut out[..length]);
        }
        problem.f_1_diagonal_2_tr_mul(&mut work, u.as_slice(), &mut out[..m]);
        problem.f_11(&mut work, &mut out[..n * n * n]);
        problem.f_21(&mut work, &mut out[..n * m * n]);
        assert_eq!(product(&mut work), before);
    }
    let mut matrix = DMatrix::zeros(n, n);
    problem.f_1(&mut work, matrix.as_mut_slice());
    problem.f_1_mul(&mut work, u.as_slice(), &mut out[..n]);
    assert!((matrix * &u - DVector::from_column_slice(&out[..n])).norm() < 1e-12 * u.norm());
}
