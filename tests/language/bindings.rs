//! Bindings, numbers, counts, conditions, helpers, and the ways to borrow and to own.

use hypergrad::bilevel;

use crate::{check, matrix, vector};

#[bilevel]
pub mod bound {
    #[expect(unused_imports, reason = "a trait in scope: rustc proves that no method is its own")]
    use crate::bystander::*;
    use core::f64::consts::{LN_2, PI};
    use nalgebra::{Const, DVector, Dyn, OMatrix, Vector2};

    const WEIGHT: f64 = 0.5;
    const ORDER: usize = 3;
    type Vector = DVector<f64>;
    type Square = OMatrix<f64, Dyn, Dyn>;
    type Tall = OMatrix<f64, Dyn, Const<2>>;

    pub struct Pair {
        pub left: f64,
        pub right: Vector2<f64>,
    }

    pub struct Data {
        pub a: Square,
        pub tall: Tall,
        pub group: usize,
    }

    fn pair(x: &Vector, k: usize) -> Pair {
        Pair { left: x[k], right: Vector2::new(x[0], x[k] * x[1]) }
    }

    fn weighted(t: f64, k: usize) -> (f64, f64) {
        let scale = (k + 1) as f64 / ORDER as f64;
        (scale * t, t.powi(ORDER as i32))
    }

    pub fn f(x: &Vector, y: &Vector, data: &Data) -> f64 {
        let n = x.len();
        let ((a, b), [c, d], _) = (weighted(x[0], 1), [x[1], y[1]], 1.0);
        let Pair { left, right } = pair(x, 2);
        let block = {
            let inner = &(x + y);
            let copy = inner.clone();
            copy.dot(inner)
        };
        let owned = data.a.row(0).into_owned() * x.to_owned();
        let column: Vector = data.a.column(1).into();
        let last = x[n - 1] * data.a[(n - 1, n - 2)];
        let counted = (n * data.a.ncols() / data.group - 1) as f64 / 2_f64;
        let closure = |t: f64, k: usize| if k == 0 { t } else { WEIGHT * t * t };
        let (rows, columns) = data.a.shape();
        a * b
            + c * d.exp()
            + left * right.norm_squared()
            + block
            + owned[0] * column.dot(y)
            + last
            + counted * closure(x[0], 0) * closure(x[1], ORDER)
            + LN_2 * x[2] * (PI * y[2]).sin()
            + (rows + data.a.nrows() - columns) as f64 * x.norm_squared()
    }

    pub fn g(x: &Vector, y: &Vector, data: &Data) -> f64 {
        let n = data.a.nrows();
        let sign = if x[0] > y[0] && !(x[1] < y[1]) || x[2] >= 0.0 { 1.0 } else { -1.0 };
        let border: f64 = (0..n).map(|i| if i == 0 || i + 1 == n { x[i] * x[i] } else { x[i] * y[i - 1] }).sum();
        let distance = (0..n).map(|i| (0..n).map(|j| x[i] * y[j] * i.abs_diff(j) as f64).sum::<f64>()).sum::<f64>();
        let clipped = (0..n).map(|i| x[i.saturating_sub(1)] * y[i.min(1)] * x[i.max(1)]).sum::<f64>();
        let powers = (0..n).map(|i| x[i] * i.pow(2) as f64 + x[i].powi(i as i32)).sum::<f64>();
        let wrapped = (0..n).map(|i| x[i] * x[(i + 1) % n] * y[i / 2]).sum::<f64>();
        let v = if y[0] > 0.0 { x + y } else { x - y };
        let negative = -x * 2.0 / 3.0 + &data.tall * Vector2::new(x[0], y[1].exp());
        sign * border + distance + clipped + powers + wrapped + v.norm_squared() + negative.dot(y)
    }
}

/// Constants, what says nothing of the value, and what is read over.
#[bilevel]
pub mod silent {
    use core::f64::consts::{
        E, FRAC_1_PI, FRAC_1_SQRT_2, FRAC_2_PI, FRAC_2_SQRT_PI, FRAC_PI_2, FRAC_PI_3, FRAC_PI_4, FRAC_PI_6, FRAC_PI_8, LN_10,
        LOG2_10, LOG2_E, LOG10_2, LOG10_E, SQRT_2, TAU,
    };
    use nalgebra::{ComplexField, DVector, DVectorView};

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        assert!(x.len() == y.len(), "as many");
        assert_eq!(x.nrows(), y.nrows());
        assert_ne!(x.len(), 0);
        debug_assert!(x.iter().all(|t| t.is_finite()));
        debug_assert_eq!(y.ncols(), 1);
        debug_assert_ne!(y.ncols(), 2);
        let scales = DVector::from_vec(vec![E, TAU, LN_10, LOG2_E, LOG10_E, LOG2_10, LOG10_2, SQRT_2, FRAC_1_SQRT_2]);
        let angles = DVector::from_vec(vec![FRAC_1_PI, FRAC_2_PI, FRAC_2_SQRT_PI, FRAC_PI_2, FRAC_PI_3, FRAC_PI_4, FRAC_PI_6]);
        scales.sum() * x.norm_squared() + angles.norm() * x.dot(y) + FRAC_PI_8 * y[0].sin()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let entries: &[f64] = x.as_ref();
        let owned = DVector::from_vec(x.as_slice().to_vec());
        let view: DVectorView<'_, f64> = x.as_view();
        let same = y.clone_owned().conjugate() + view;
        let bounded = (x[0] * y[0]).max(f64::MIN).min(f64::MAX) / (1.0 + f64::EPSILON);
        entries[0] * owned.dot(y)
            + same.norm_squared()
            + ComplexField::real(x[1]).max(f64::MIN_POSITIVE) * bounded
            + (0..3).map(|i| x[0] * (i as i32 - 1).abs() as f64 * y[0]).sum::<f64>()
    }
}

/// Results that borrow; integers and numbers of conditions.
#[bilevel]
pub mod borrowed {
    #[expect(unused_imports, reason = "a trait in scope: rustc proves that no method is its own")]
    use crate::bystander::*;
    use nalgebra::DVector;

    pub fn Phi<'a>(_x: &DVector<f64>, y: &'a DVector<f64>) -> &'a DVector<f64> {
        y
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let counted = f64::from(u8::from(x[0] > -9.0)) + (0..3).map(|k| i32::from(k > 1) as f64).sum::<f64>();
        counted * x.norm_squared() + x.map(|t| f64::from(t > 0.1) * t.powi(3)).sum() + x.dot(y)
    }
}

#[test]
fn results_that_borrow() {
    check(&borrowed::Problem::new().unwrap(), &vector(4, 0.4), &vector(4, 1.3));
}

#[test]
fn what_says_nothing() {
    check(&silent::Problem::new().unwrap(), &vector(4, 0.4), &vector(4, 1.3));
}

#[test]
fn names_and_numbers() {
    let data = bound::Data { a: matrix(4, 4, 0.1), tall: matrix(4, 2, 0.5).fixed_columns::<2>(0).into_owned(), group: 2 };
    check(&bound::Problem::new(&data).unwrap(), &vector(4, 0.4), &vector(4, 1.3));
}
