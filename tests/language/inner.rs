//! Items inside of functions, parameters of functions, traits of numbers, `IndexMut`, isometries, blocks.
#![allow(clippy::all, clippy::pedantic, reason = "each way to write something is a case")]

use hypergrad::bilevel;
use nalgebra::DVector;

use crate::check;

#[bilevel]
pub mod items {
    use nalgebra::{DVector, RealField};
    use std::ops::{Index, IndexMut};

    trait Square {
        fn square(self) -> f64;
    }

    impl Square for f64 {
        fn square(self) -> f64 {
            self * self
        }
    }

    trait Power {
        const N: i32;
        fn of(t: f64) -> f64 {
            t.powi(Self::N)
        }
    }

    struct Two;
    struct Three;

    impl Power for Two {
        const N: i32 = 2;
    }

    impl Power for Three {
        const N: i32 = 3;
    }

    struct Image {
        columns: usize,
        pixels: Vec<f64>,
    }

    impl Index<(usize, usize)> for Image {
        type Output = f64;
        fn index(&self, (i, j): (usize, usize)) -> &f64 {
            &self.pixels[i * self.columns + j]
        }
    }

    impl IndexMut<(usize, usize)> for Image {
        fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
            &mut self.pixels[i * self.columns + j]
        }
    }

    fn holling<T: RealField + Copy>(n: T, a: T) -> T {
        a * n / (T::one() + a * n * nalgebra::convert(0.3))
    }

    fn gauss<T: RealField + Copy>(t: T) -> T {
        let zero = T::zero();
        (-(t * t)).exp() / T::pi().sqrt() + zero
    }

    fn power<const N: usize>(t: f64) -> f64 {
        (0..N).map(|_| t).product()
    }

    fn all<P: Power>(v: &DVector<f64>) -> f64 {
        v.iter().map(|&t| P::of(t)).sum()
    }

    fn kernel(k: usize) -> Box<dyn Fn(f64) -> f64> {
        if k == 0 { Box::new(|t| t) } else { Box::new(|t: f64| t.tanh()) }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        use std::f64::consts::TAU;
        const SCALE: f64 = 0.5;
        type Pair = nalgebra::Vector2<f64>;
        struct Weighted {
            value: f64,
            weight: f64,
        }
        impl Weighted {
            fn cost(&self) -> f64 {
                self.weight * self.value * self.value
            }
        }
        enum Kind {
            Near(f64),
            Far,
        }
        let kind = |t: f64| if t.abs() < 0.5 { Kind::Near(t) } else { Kind::Far };
        let costs: f64 = x.iter().map(|&t| Weighted { value: t, weight: y[0] * SCALE }.cost()).sum();
        let chosen: f64 = x
            .iter()
            .map(|&t| match kind(t) {
                Kind::Near(t) => t * t,
                Kind::Far => t,
            })
            .sum();
        let pair = Pair::new(x[x.len().div_ceil(2)], y[1]);
        costs + chosen + pair.norm_squared() + (TAU * x[1]).sin() + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut image = Image { columns: 2, pixels: vec![0.0; 6] };
        for i in 0..3 {
            for j in 0..2 {
                image[(i, j)] = x[i] * y[j];
                if i > 0 {
                    image[(i, j)] += x[i - 1];
                }
            }
        }
        let pixels = image[(2, 1)] * image[(1, 0)];
        // Names that f has for other types.
        static WEIGHT: f64 = 0.25;
        type Pair = nalgebra::Vector3<f64>;
        struct Weighted(f64);
        let weighted = Weighted(WEIGHT * x[1]).0 * Pair::new(x[0], y[0], x[2]).norm_squared();
        let functions = weighted + holling(x[0], y[0]) + gauss(x[1]) + power::<3>(x[2]) * power::<2>(y[1]) + kernel(1)(x[3]);
        pixels + functions + all::<Two>(x) * all::<Three>(y) + x[0].square() + y[1].square() * x[1]
    }
}

#[bilevel]
pub mod poses {
    use nalgebra::{
        DVector, EuclideanNorm, Isometry2, Isometry3, LpNorm, Point2, Point3, Translation2, Translation3, UniformNorm,
        UnitComplex, UnitQuaternion, Vector2, Vector3, stack,
    };

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut pose = Isometry2::identity();
        for angle in [x[0], x[1], y[0]] {
            pose = pose * Isometry2::new(Vector2::zeros(), angle) * Translation2::new(0.7, 0.1);
        }
        let tip = pose * Point2::new(y[1], 0.2);
        let turned = UnitComplex::new(x[2]) * Vector2::new(x[3], 1.0);
        let space = Isometry3::from_parts(
            Translation3::new(x[0], y[0], 0.1),
            UnitQuaternion::from_scaled_axis(Vector3::new(0.3 * x[1], 0.2, x[2])),
        );
        let seen = space.inverse_transform_point(&Point3::new(y[1], 1.0, x[3]));
        (tip - Point2::new(0.4, 0.9)).norm_squared()
            + turned.x * turned.y
            + seen.coords.norm_squared()
            + pose.to_homogeneous().sum()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let norms = x.apply_norm(&LpNorm(4)) + x.apply_norm(&EuclideanNorm) * y.apply_norm(&UniformNorm);
        let distance = x.apply_metric_distance(y, &EuclideanNorm);
        let blocks = stack![x * x.transpose(), y; y.transpose(), nalgebra::Matrix1::new(x[0])];
        let zeros = stack![x, 0; 0, y];
        norms + distance + blocks.norm_squared() + (&zeros * zeros.transpose()).sum()
    }
}

#[test]
fn items_inside_of_functions() {
    let (x, y) = (DVector::from_vec(vec![0.7, -0.4, 0.9, 0.35]), DVector::from_vec(vec![0.3, 0.6]));
    check(&items::Problem::new().unwrap(), &x, &y);
    let problem = items::Problem::new().unwrap();
    let at = problem.at(&x, &y).unwrap();
    assert!((at.f() - items::f(&x, &y)).abs() < 1e-14);
    assert!((at.g() - items::g(&x, &y)).abs() < 1e-14);
}

#[test]
fn isometries_and_blocks() {
    let (x, y) = (DVector::from_vec(vec![0.7, -0.4, 0.9, 0.35]), DVector::from_vec(vec![0.3, 0.6, -0.2, 0.5]));
    let problem = poses::Problem::new().unwrap();
    let at = problem.at(&x, &y).unwrap();
    assert!((at.f() - poses::f(&x, &y)).abs() < 1e-13);
    assert!((at.g() - poses::g(&x, &y)).abs() < 1e-13);
    check(&problem, &x, &y);
}
