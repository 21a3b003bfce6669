//! Types of the module by the traits of the standard library: `From` and `Into`, `Default`, `Index`, `Sum`, operators with
//! a float on the left.

use hypergrad::bilevel;
use nalgebra::DVector;

use crate::check;

#[bilevel]
pub mod traits {
    use std::iter::Sum;
    use std::ops::{Add, Index, Mul};

    use nalgebra::{DVector, Vector2};

    #[derive(Clone, Copy, Debug, Default)]
    pub struct Point {
        pub a: f64,
        pub b: f64,
    }

    impl Add for Point {
        type Output = Self;
        fn add(self, other: Self) -> Self {
            Self { a: self.a + other.a, b: self.b + other.b }
        }
    }

    impl Mul<Point> for f64 {
        type Output = Point;
        fn mul(self, point: Point) -> Point {
            Point { a: self * point.a, b: self * point.b }
        }
    }

    impl From<(f64, f64)> for Point {
        fn from((a, b): (f64, f64)) -> Self {
            Self { a, b }
        }
    }

    impl From<Point> for f64 {
        fn from(point: Point) -> Self {
            point.a * point.b
        }
    }

    impl Sum for Point {
        fn sum<I: Iterator<Item = Self>>(points: I) -> Self {
            points.fold(Self::default(), |p, q| p + q)
        }
    }

    struct Moments {
        total: f64,
        squares: f64,
    }

    impl FromIterator<f64> for Moments {
        fn from_iter<I: IntoIterator<Item = f64>>(items: I) -> Self {
            let mut made = Self { total: 0.0, squares: 0.0 };
            for t in items {
                made.total += t;
                made.squares += t * t;
            }
            made
        }
    }

    pub struct Pair {
        parts: [f64; 2],
    }

    impl Index<usize> for Pair {
        type Output = f64;
        fn index(&self, k: usize) -> &f64 {
            &self.parts[k]
        }
    }

    impl From<&Vector2<f64>> for Pair {
        fn from(v: &Vector2<f64>) -> Self {
            Self { parts: [v[0].exp(), v[1]] }
        }
    }

    impl Pair {
        fn product(&self) -> f64 {
            self[0] * self[1]
        }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let start: Point = Default::default();
        let first: Point = (x[0], y[0]).into();
        let moved = start + 0.5 * first + 2.0 * Point::from((x[1], x[2]));
        let all: Point = x.iter().zip(y.iter()).map(|(a, b)| Point { a: a * b, ..Default::default() }).sum();
        let value: f64 = moved.into();
        let zero: f64 = Default::default();
        let middle: f64 = (0..3_i32).map(|i| x[(i - 1).clamp(0, 1) as usize] * y[i as usize]).sum();
        value + f64::from(Point { b: moved.b, ..all }) + zero + f64::default() + middle + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        let pair: Pair = (&Vector2::new(x[0], x[1])).into();
        let moments: Moments = x.iter().copied().filter(|t| *t > -0.3).collect();
        pair.product() + pair[1] + moments.total * moments.squares + x.iter().copied().collect::<Moments>().total
    }
}

#[test]
fn traits_of_own_types() {
    let (x, y) = (DVector::from_vec(vec![0.7, -0.4, 0.9]), DVector::from_vec(vec![0.3, 0.6, -0.2]));
    let problem = traits::Problem::new().unwrap();
    let at = problem.at(&x, &y).unwrap();
    assert!((at.f() - traits::f(&x, &y)).abs() < 1e-12 && (at.g() - traits::g(&x, &y)).abs() < 1e-12);
    check(&problem, &x, &y);
}
