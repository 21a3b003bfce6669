//! Sparse data: multinomial logistic regression as on 20 newsgroups (Grazzi et al. 3.2), logistic
//! and least-squares losses by products and by rows, and a factorisation of the stored entries.

use hypergrad::bilevel;
use hypergrad::estimator::Ift;
use hypergrad::linear::ConjugateGradient;
use nalgebra::{DMatrix, DVector};
use nalgebra_sparse::{CooMatrix, CsrMatrix};

use crate::copies::{cross_entropy, exp, weighted_rows, weighted_squares};
use crate::data::{cosines, log_weights, one_hot, signs, sines};
use crate::oracle::{DualNum, Inner, Number, Oracle, dot, times};
use crate::verify::{against_oracle, close, flat, verify};

/// Multinomial logistic regression with a weight `e^{y_j}` per feature.
#[bilevel]
pub mod newsgroups {
    use hypergrad::math::log_sum_exp;
    use nalgebra::{DMatrix, DVector};
    use nalgebra_sparse::CsrMatrix;

    pub struct Data {
        pub a_tr: CsrMatrix<f64>,
        pub labels_tr: DMatrix<f64>,
        pub a_val: CsrMatrix<f64>,
        pub labels_val: DMatrix<f64>,
    }

    fn cross_entropy(logits: &DMatrix<f64>, labels: &DMatrix<f64>) -> f64 {
        (0..logits.nrows()).map(|i| log_sum_exp(&logits.row(i)) - logits.row(i).dot(&labels.row(i))).sum::<f64>()
            / logits.nrows() as f64
    }

    pub fn f(x: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let penalty = (0..x.nrows()).map(|j| y[j].exp() * x.row(j).norm_squared()).sum::<f64>();
        cross_entropy(&(&data.a_tr * x), &data.labels_tr) + penalty / x.len() as f64
    }

    pub fn g(x: &DMatrix<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        cross_entropy(&(&data.a_val * x), &data.labels_val)
    }
}

/// The same with dense data.
#[bilevel]
pub mod dense {
    use hypergrad::math::log_sum_exp;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub labels_tr: DMatrix<f64>,
        pub a_val: DMatrix<f64>,
        pub labels_val: DMatrix<f64>,
    }

    fn cross_entropy(logits: &DMatrix<f64>, labels: &DMatrix<f64>) -> f64 {
        (0..logits.nrows()).map(|i| log_sum_exp(&logits.row(i)) - logits.row(i).dot(&labels.row(i))).sum::<f64>()
            / logits.nrows() as f64
    }

    pub fn f(x: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let penalty = (0..x.nrows()).map(|j| y[j].exp() * x.row(j).norm_squared()).sum::<f64>();
        cross_entropy(&(&data.a_tr * x), &data.labels_tr) + penalty / x.len() as f64
    }

    pub fn g(x: &DMatrix<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        cross_entropy(&(&data.a_val * x), &data.labels_val)
    }
}

/// Margins by products and by rows; a residual through the transpose.
#[bilevel]
pub mod logistic {
    use nalgebra::DVector;
    use nalgebra_sparse::CsrMatrix;

    pub struct Data {
        pub a: CsrMatrix<f64>,
        pub b: DVector<f64>,
    }

    fn margin(a: &CsrMatrix<f64>, i: usize, x: &DVector<f64>) -> f64 {
        a.row(i).col_indices().iter().zip(a.row(i).values()).map(|(&j, &v)| v * x[j]).sum::<f64>()
    }

    fn loss(m: f64) -> f64 {
        (1.0 + (-m).exp()).ln()
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        (0..data.a.nrows()).map(|i| loss(data.b[i] * margin(&data.a, i, x))).sum::<f64>()
            + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        let back = data.a.transpose() * (&data.a * x - &data.b);
        0.5 * back.norm_squared()
    }
}

/// `Σ over stored (i, j) of (v_ij - u_i · w_j)²`: the stored entries are the observations.
#[bilevel]
pub mod factors {
    use nalgebra::{DMatrix, Vector2};
    use nalgebra_sparse::CsrMatrix;

    pub struct Factors {
        pub u: DMatrix<f64>,
        pub w: DMatrix<f64>,
    }

    pub struct Data {
        pub ratings: CsrMatrix<f64>,
        pub held_out: CsrMatrix<f64>,
        /// Keeps the factors from turning into each other.
        pub prior: DMatrix<f64>,
    }

    fn misfit(a: &CsrMatrix<f64>, x: &Factors) -> f64 {
        (0..a.nrows())
            .map(|i| {
                let row = a.row(i);
                row.col_indices().iter().zip(row.values()).map(|(&j, &v)| (v - x.u.row(i).dot(&x.w.row(j))).powi(2)).sum::<f64>()
            })
            .sum()
    }

    pub fn f(x: &Factors, y: &Vector2<f64>, data: &Data) -> f64 {
        0.5 * misfit(&data.ratings, x)
            + 0.5 * y.x.exp() * x.u.norm_squared()
            + 0.5 * y.y.exp() * (&x.w - &data.prior).norm_squared()
    }

    pub fn g(x: &Factors, _y: &Vector2<f64>, data: &Data) -> f64 {
        misfit(&data.held_out, x)
    }
}

/// Functions of the value, the column and x together; a weight that y gives to each column.
#[bilevel]
pub mod rows {
    use nalgebra::DVector;
    use nalgebra_sparse::CsrMatrix;

    pub struct Data {
        pub a: CsrMatrix<f64>,
        pub b: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let a = &data.a;
        let response = |i: usize| {
            let row = a.row(i);
            let terms = row.values().iter().zip(row.col_indices().iter());
            terms.map(|(v, &j)| (v * x[j]).tanh() * y[j].exp() + (x[j] * x[j] + v * v).sqrt()).sum::<f64>()
        };
        (0..a.nrows()).map(|i| 0.1 * (response(i) - data.b[i]).powi(2)).sum::<f64>() + 0.1 * a.ncols() as f64 * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let columns = |i: usize| data.a.row(i).col_indices().iter().map(|&j| x[j] * y[j]).sum::<f64>();
        (0..data.a.nrows()).map(|i| columns(i).sin()).sum()
    }
}

/// About two of five entries, one row empty.
fn sample(rows: usize, columns: usize, shift: f64) -> CsrMatrix<f64> {
    let mut entries = CooMatrix::new(rows, columns);
    for i in (0..rows).filter(|i| *i != 2) {
        for j in (0..columns).filter(|j| (i * i + 3 * j + i * j) % 5 < 2) {
            entries.push(i, j, (1.3 * i as f64 + 0.7 * j as f64 + shift).sin());
        }
    }
    CsrMatrix::from(&entries)
}

#[test]
fn twenty_newsgroups() {
    let data = newsgroups::Data {
        a_tr: sample(9, 5, 0.1),
        labels_tr: one_hot(9, 3),
        a_val: sample(6, 5, 0.7),
        labels_val: one_hot(6, 3),
    };
    let dense_data = dense::Data {
        a_tr: DMatrix::from(&data.a_tr),
        labels_tr: one_hot(9, 3),
        a_val: DMatrix::from(&data.a_val),
        labels_val: one_hot(6, 3),
    };
    let (problem, twin) = (newsgroups::Problem::new(&data).unwrap(), dense::Problem::new(&dense_data).unwrap());
    let (x, y) = (sines(5, 3, [0.4, 1.7, 0.3, 0.2]), log_weights(5));
    verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| cross_entropy(&dense_data.a_tr, &data.labels_tr, x) / 9.0 + weighted_rows(x, y) / 15.0),
        g: &|x, _| cross_entropy(&dense_data.a_val, &data.labels_val, x) / 6.0,
    };
    against_oracle(&problem, &x, &y, &oracle);
    let (at, twin) = (problem.at(&x, &y).unwrap(), twin.at(&x, &y).unwrap());
    close("F", &flat(&at.F()), &flat(&twin.F()), 1e-14);
    close("F_1", at.F_1().as_slice(), twin.F_1().as_slice(), 1e-14);
    close("F_11", at.F_11().flat(), twin.F_11().flat(), 1e-13);
    close("Omega", &flat(&at.Omega().unwrap()), &flat(&twin.Omega().unwrap()), 1e-12);
    close("Omega_1", at.Omega_1().unwrap().as_slice(), twin.Omega_1().unwrap().as_slice(), 1e-12);
}

#[test]
fn products_and_rows() {
    let data = logistic::Data { a: sample(8, 5, 0.3), b: signs(8, 0.9, 0.2) };
    let problem = logistic::Problem::new(&data).unwrap();
    let (x, y) = (cosines(5, 0.3, 0.1), log_weights(5));
    verify(&problem, &x, &y);
    let a = DMatrix::from(&data.a);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| crate::copies::logistic(&a, &data.b, x) + weighted_squares(x, y) * 0.5),
        g: &|x, _| {
            let residual: Vec<Number> = times(&a, x).into_iter().zip(data.b.iter()).map(|(t, b)| t - *b).collect();
            let back = times(&a.transpose(), &residual);
            dot(&back, &back) * 0.5
        },
    };
    against_oracle(&problem, &x, &y, &oracle);
}

#[test]
fn factorization_of_stored_entries() {
    let data =
        factors::Data { ratings: sample(6, 5, 0.4), held_out: sample(6, 5, 1.1), prior: sines(5, 2, [0.9, 0.6, 0.2, 0.3]) };
    let problem = factors::Problem::new(&data).unwrap();
    let x = factors::Factors { u: sines(6, 2, [0.8, 1.1, 0.2, 0.5]), w: sines(5, 2, [1.3, 0.7, 0.1, 0.4]) };
    let y = nalgebra::Vector2::new(-1.5, -1.0);
    verify(&problem, &x, &y);
    // U (6 x 2), W (5 x 2).
    let misfit = |a: &CsrMatrix<f64>, u: &[Number], w: &[Number]| -> Number {
        let error = |i: usize, j: usize, v: f64| u[i] * w[j] + u[i + 6] * w[j + 5] - v;
        a.triplet_iter().map(|(i, j, v)| error(i, j, *v)).map(|r| r * r).sum()
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let (u, w) = x.split_at(12);
            let prior = crate::oracle::squared_distance(w, data.prior.as_slice());
            (misfit(&data.ratings, u, w) + exp(y[0]) * dot(u, u) + exp(y[1]) * prior) * 0.5
        }),
        g: &|x, _| misfit(&data.held_out, &x[..12], &x[12..]),
    };
    against_oracle(&problem, &x, &y, &oracle);
}

#[test]
fn functions_of_stored_entries() {
    let data = rows::Data { a: sample(7, 5, 0.2), b: cosines(7, 0.6, 0.3) };
    let problem = rows::Problem::new(&data).unwrap();
    let (x, y) = (cosines(5, 0.3, 0.1), 0.5 * log_weights(5));
    verify(&problem, &x, &y);
    // The entries of row i, by a function of column and value.
    let row = |i: usize, term: &dyn Fn(usize, f64) -> Number| -> Number {
        data.a.triplet_iter().filter(|(row, ..)| *row == i).map(|(_, j, v)| term(j, *v)).sum()
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let response = |i| row(i, &|j, v| (x[j] * v).tanh() * exp(y[j]) + (x[j] * x[j] + v * v).sqrt());
            let errors = (0..7).map(|i| response(i) - data.b[i]);
            errors.map(|r| r * r * 0.1).sum::<Number>() + dot(x, x) * 0.5
        }),
        g: &|x, y| (0..7).map(|i| row(i, &|j, _| x[j] * y[j]).sin()).sum(),
    };
    against_oracle(&problem, &x, &y, &oracle);
}

/// Products alone give what the factored matrix gives: conjugate gradients, as the
/// example `sparse_multinomial` takes at 101,631 words.
#[test]
fn hypergradient_by_products() {
    let data = newsgroups::Data {
        a_tr: sample(9, 5, 0.1),
        labels_tr: one_hot(9, 3),
        a_val: sample(6, 5, 0.7),
        labels_val: one_hot(6, 3),
    };
    let problem = newsgroups::Problem::new(&data).unwrap();
    let (x, y) = (sines(5, 3, [0.4, 1.7, 0.3, 0.2]), log_weights(5));
    let at = problem.at(&x, &y).unwrap();
    let estimator = Ift::with(ConjugateGradient::new().tolerance(1e-13)).error_estimate(false);
    let found = problem.hypergradient(&x, &y, &estimator).unwrap();
    assert!(found.report.linear_iterations < 100);
    close("Omega", &flat(&found.gradient), &flat(&at.Omega().unwrap()), 1e-10);
}

/// Sizes that do not fit are errors when the problem is made, or at a point.
#[test]
fn sizes_are_checked() {
    let data = newsgroups::Data {
        a_tr: sample(9, 5, 0.1),
        labels_tr: one_hot(8, 3),
        a_val: sample(6, 5, 0.7),
        labels_val: one_hot(6, 3),
    };
    let error = newsgroups::Problem::new(&data).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("`data.labels_tr.nrows()` is 8"), "{error}");
    let data = logistic::Data { a: sample(8, 5, 0.3), b: signs(8, 0.9, 0.2) };
    let problem = logistic::Problem::new(&data).unwrap();
    assert!(problem.at(&DVector::zeros(4), &DVector::zeros(4)).is_err());
}

fn newsgroups_of(a_tr: CsrMatrix<f64>, a_val: CsrMatrix<f64>) -> newsgroups::Data {
    let (labels_tr, labels_val) = (one_hot(a_tr.nrows(), 3), one_hot(a_val.nrows(), 3));
    newsgroups::Data { a_tr, labels_tr, a_val, labels_val }
}

/// Columns that differ, and what a row of another matrix is indexed by.
#[test]
fn sparse_sizes_name_both_fields() {
    let data = newsgroups_of(sample(9, 5, 0.1), sample(6, 4, 0.7));
    let error = newsgroups::Problem::new(&data).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("`data.a_tr.ncols()`") && error.contains("`data.a_val.ncols()`"), "{error}");
    let data = logistic::Data { a: sample(8, 5, 0.3), b: signs(7, 0.9, 0.2) };
    let error = logistic::Problem::new(&data).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("`data.a.nrows()`") && error.contains('7') && error.contains('8'), "{error}");
    let prior = sines(4, 2, [0.9, 0.6, 0.2, 0.3]);
    let data = factors::Data { ratings: sample(6, 5, 0.4), held_out: sample(6, 5, 1.1), prior };
    // The stored columns index the rows of w, of which the prior has too few.
    let error = factors::Problem::new(&data).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("is 4, at least 5"), "{error}");
}

/// Nothing stored, no rows, no columns: every quantity is that of the penalty alone.
#[test]
fn matrices_that_store_nothing() {
    let empty = |rows: usize, columns: usize| CsrMatrix::<f64>::zeros(rows, columns);
    for (rows, columns) in [(4, 3), (1, 1), (4, 0)] {
        let data = logistic::Data { a: empty(rows, columns), b: signs(rows, 0.9, 0.2) };
        let problem = logistic::Problem::new(&data).unwrap();
        let (x, y) = (cosines(columns, 0.3, 0.1), log_weights(columns));
        let at = problem.at(&x, &y).unwrap();
        close("F", at.F().as_slice(), y.map(f64::exp).component_mul(&x).as_slice(), 1e-14);
        assert!(at.g_1().iter().all(|entry| *entry == 0.0));
        assert!(problem.check_derivatives(&x, &y).unwrap().agrees());
    }
    let data = logistic::Data { a: empty(0, 3), b: signs(0, 0.9, 0.2) };
    let problem = logistic::Problem::new(&data).unwrap();
    assert!(problem.at(&cosines(3, 0.3, 0.1), &log_weights(3)).unwrap().Omega().is_ok());
}

/// Stored values that are no numbers: accessors are arithmetic, what solves is an error.
#[test]
fn stored_values_that_are_no_numbers() {
    for bad in [f64::NAN, f64::INFINITY] {
        let mut data = newsgroups_of(sample(9, 5, 0.1), sample(6, 5, 0.7));
        data.a_tr.values_mut()[3] = bad;
        let problem = newsgroups::Problem::new(&data).unwrap();
        let (x, y) = (sines(5, 3, [0.4, 1.7, 0.3, 0.2]), log_weights(5));
        let at = problem.at(&x, &y).unwrap();
        assert!(!at.f().is_finite() && at.Omega().is_err() && at.Omega_1().is_err());
        assert!(problem.solve(&x, &y, &hypergrad::solver::Newton::new()).is_err());
    }
}

/// A table of 100,000 x 100,000 places, of which few are stored: nothing of its size is made.
#[test]
fn hundred_thousand_rows_and_columns() {
    let size = 100_000;
    let ratings = |shift: usize| {
        let mut entries = CooMatrix::new(size, size);
        for i in (0..size).step_by(50) {
            entries.push(i, (7919 * i + shift) % size, (0.3 * i as f64).cos());
            entries.push(i, (104_729 * i + 13 + shift) % size, 0.5);
        }
        CsrMatrix::from(&entries)
    };
    let data = factors::Data { ratings: ratings(0), held_out: ratings(5), prior: DMatrix::from_element(size, 2, 0.1) };
    let problem = factors::Problem::new(&data).unwrap();
    let factors = |slope: f64| {
        let entries = |shift: f64| DMatrix::from_fn(size, 2, |i, k| (slope * (i + 3 * k) as f64 + shift).sin());
        factors::Factors { u: entries(0.0), w: entries(0.4) }
    };
    let at = problem.at(&factors(0.2), &nalgebra::Vector2::new(-1.5, -1.0)).unwrap();
    let (u, v) = (factors(0.3), factors(0.5));
    let dot = |a: &factors::Factors, b: &factors::Factors| a.u.dot(&b.u) + a.w.dot(&b.w);
    close("symmetry", &[dot(&at.F_1_mul(&u), &v)], &[dot(&at.F_1_mul(&v), &u)], 1e-9);
    let c = nalgebra::Vector2::new(0.7, -0.4);
    close("F_2", &[dot(&at.F_2_mul(&c), &u)], &[at.F_2_tr_mul(&u).dot(&c)], 1e-9);
    assert!(flat(&at.F()).iter().chain(&flat(&at.g_1())).all(|entry| entry.is_finite()));
}

/// As many columns as a bag of words has: only vectors of that length are made.
#[test]
fn hundred_thousand_columns() {
    let (rows, columns, classes) = (60, 100_000, 2);
    let words = |i: usize| (0..30_usize).map(move |k| (i * 7919 + k * k * 104_729 + k) % columns);
    let matrix = |shift: usize| {
        let mut entries = CooMatrix::new(rows, columns);
        for i in 0..rows {
            words(i + shift).for_each(|j| entries.push(i, j, 1.0 / (1 + j % 7) as f64));
        }
        CsrMatrix::from(&entries)
    };
    let labels = || one_hot(rows, classes);
    let data = newsgroups::Data { a_tr: matrix(0), labels_tr: labels(), a_val: matrix(60), labels_val: labels() };
    let problem = newsgroups::Problem::new(&data).unwrap();
    let (x, y) = (DMatrix::from_element(columns, classes, 0.1), DVector::from_element(columns, -3.0));
    let at = problem.at(&x, &y).unwrap();
    let [u, w] = [0.3, 0.5].map(|s| DMatrix::from_fn(columns, classes, |j, k| (s * (j + 5 * k) as f64).sin()));
    close("symmetry", &[at.F_1_mul(&u).dot(&w)], &[at.F_1_mul(&w).dot(&u)], 1e-9);
    // Along a unit vector the product has the entry of the diagonal.
    let work = &mut hypergrad::point::start(&problem, &x, &y).unwrap();
    let mut diagonal = vec![0.0; columns * classes];
    hypergrad::problem::Bilevel::f_1_diagonal(&problem, work, &mut diagonal);
    for entry in [0, 7, columns + 7919] {
        let unit = DMatrix::from_fn(columns, classes, |j, k| if j + columns * k == entry { 1.0 } else { 0.0 });
        close("diagonal", &[diagonal[entry]], &[at.F_1_mul(&unit)[entry]], 1e-9);
    }
    // The dense matrix would take 320 GB: its few rows are solved for, as are products alone.
    let x = DMatrix::from_fn(columns, classes, |j, k| 0.1 * ((j + 3 * k) as f64).sin());
    let at = problem.at(&x, &y).unwrap();
    let by_products = Ift::with(ConjugateGradient::new().tolerance(1e-13)).error_estimate(false);
    let expected = problem.hypergradient(&x, &y, &by_products).unwrap().gradient;
    let found = at.Omega().unwrap();
    assert!(expected.norm() > 0.0 && (&found - &expected).norm() <= 1e-9 * expected.norm(), "{}", expected.norm());
}
