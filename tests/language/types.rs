//! The module's own types: methods, associated items, tuple structs, data that borrows.

use hypergrad::bilevel;

use crate::{check, matrix, vector};

/// Methods of the data, of x and of values made on the way.
#[bilevel]
pub mod methods {
    use nalgebra::DVector;

    #[derive(Clone, Debug)]
    pub struct Point {
        pub position: DVector<f64>,
        pub scale: f64,
    }

    pub struct Params<'a> {
        pub target: &'a DVector<f64>,
        pub weight: &'a f64,
        pub count: &'a usize,
        pub inner: Inner<'a>,
    }

    pub struct Inner<'b> {
        pub shift: &'b DVector<f64>,
    }

    trait Energy {
        const FACTOR: f64 = 0.5;

        fn energy(&self) -> f64;

        fn scaled(&self) -> f64 {
            Self::FACTOR * self.energy()
        }
    }

    impl Energy for Point {
        fn energy(&self) -> f64 {
            self.position.norm_squared() + self.scale.powi(2)
        }
    }

    impl Params<'_> {
        pub const POWER: i32 = 2;

        fn residual(&self, point: &Point) -> DVector<f64> {
            &point.position - self.target + self.inner.shift * point.scale
        }

        fn loss(&self, point: &Point) -> f64 {
            self.weight * self.residual(point).norm_squared() + *self.count as f64 * point.scale.powi(Self::POWER)
        }
    }

    /// An interval of the reals.
    #[derive(Clone, Copy)]
    struct Interval {
        low: f64,
        high: f64,
    }

    impl Interval {
        const UNIT: Self = Self { low: 0.0, high: 1.0 };

        fn new(high: f64) -> Self {
            Self { high, ..Self::UNIT }
        }

        fn length(self) -> f64 {
            let Self { low, high } = self;
            high - low
        }
    }

    impl core::ops::Add for Interval {
        type Output = Self;

        fn add(self, other: Self) -> Self {
            Self { low: self.low + other.low, high: self.high + other.high }
        }
    }

    impl core::ops::Mul<f64> for Interval {
        type Output = Self;

        fn mul(self, by: f64) -> Self {
            Self { low: self.low * by, high: self.high * by }
        }
    }

    pub fn f(x: &Point, y: &DVector<f64>, params: &Params<'_>) -> f64 {
        let both = Interval::new(y[0].exp()) + Interval::new(x.scale) * 2.0;
        params.loss(x) + x.scaled() * y[1].exp() + both.length()
    }

    pub fn g(x: &Point, _y: &DVector<f64>, params: &Params<'_>) -> f64 {
        Params::loss(params, x) + x.energy()
    }
}

/// Structs without names of fields: as x, as y, as data, and newtypes.
#[bilevel]
pub mod numbered {
    use core::ops::Deref;
    use nalgebra::{DMatrix, DVector, Vector2};

    #[derive(Clone, Debug)]
    pub struct X(pub DVector<f64>, pub f64);

    pub struct Y(pub f64, pub Inner);

    pub struct Inner(pub Vector2<f64>, pub DVector<f64>);

    pub struct Data(pub DMatrix<f64>, pub Targets);

    pub struct Targets(pub DVector<f64>);

    impl Deref for Targets {
        type Target = DVector<f64>;

        fn deref(&self) -> &DVector<f64> {
            &self.0
        }
    }

    pub fn F(X(v, t): &X, y: &Y, data: &Data) -> X {
        let Y(a, Inner(b, c)) = y;
        X(v * a.exp() - c - data.0.tr_mul(&data.1.0), t * (2.0 + b.x * b.y) - v.sum())
    }

    pub fn g(x: &X, y: &Y, data: &Data) -> f64 {
        data.1.dot(&(&data.0 * &x.0)) * data.1.norm() + x.1 * y.1.0.norm_squared() + data.1.len() as f64 * x.1
    }
}

/// Names that are words of Rust.
#[bilevel]
pub mod raw_names {
    use nalgebra::DVector;

    #[derive(Clone, Debug)]
    #[allow(non_camel_case_types, reason = "a name that has to be written raw")]
    pub struct r#type {
        pub r#in: DVector<f64>,
        pub r#match: f64,
    }

    pub struct r#Data {
        pub r#loop: DVector<f64>,
    }

    fn r#mod(r#ref: f64) -> f64 {
        r#ref * r#ref.exp()
    }

    pub fn f(x: &r#type, y: &DVector<f64>, r#move: &r#Data) -> f64 {
        let r#fn = &x.r#in - &r#move.r#loop;
        r#fn.norm_squared() * y[0].exp() + (x.r#match - y[1]).powi(2) + r#mod(x.r#match) * x.r#in[0]
    }

    pub fn g(x: &r#type, _y: &DVector<f64>, r#move: &r#Data) -> f64 {
        x.r#in.dot(&r#move.r#loop) * x.r#match
    }
}

#[test]
fn raw_identifiers() {
    let data = raw_names::Data { r#loop: vector(3, 0.4) };
    let problem = raw_names::Problem::new(&data).unwrap();
    let x = raw_names::r#type { r#in: vector(3, 0.7), r#match: 0.3 };
    check(&problem, &x, &vector(2, 0.2));
}

#[test]
fn methods_of_data_and_variables() {
    let (target, shift) = (vector(4, 0.4), vector(4, 0.7));
    let params = methods::Params { target: &target, weight: &0.7, count: &3, inner: methods::Inner { shift: &shift } };
    let x = methods::Point { position: vector(4, 0.9), scale: 0.6 };
    let problem = methods::Problem::new(&params).unwrap();
    check(&problem, &x, &vector(2, 0.3));
    let at = problem.at(&x, &vector(2, 0.3)).unwrap();
    assert!((at.f() - methods::f(&x, &vector(2, 0.3), &params)).abs() < 1e-12);
    let owned = methods::Problem::new(params).unwrap();
    check(&owned, &x, &vector(2, 0.3));
}

#[test]
fn fields_by_number() {
    let data = numbered::Data(matrix(3, 4, 0.2), numbered::Targets(vector(3, 0.8)));
    let y = numbered::Y(0.3, numbered::Inner(nalgebra::Vector2::new(0.4, -0.7), vector(4, 0.5)));
    let problem = numbered::Problem::new(&data).unwrap();
    let x = numbered::X(vector(4, 0.6), 0.9);
    check(&problem, &x, &y);
    assert_eq!(problem.at(&x, &y).unwrap().g_1().0.len(), 4);
}

/// What `#[derive(Default)]` writes.
#[bilevel]
pub mod derived_defaults {
    #[derive(Clone, Default)]
    struct Inner {
        scale: f64,
        count: usize,
    }

    #[derive(Default)]
    struct Settings {
        inner: Inner,
        shift: f64,
        strict: bool,
    }

    pub fn f(x: f64, y: f64) -> f64 {
        let settings = Settings { shift: y, ..Settings::default() };
        let inner = Inner { scale: 2.0, ..settings.inner.clone() };
        let strict = if settings.strict { 7.0 } else { 1.0 };
        (x - settings.shift).powi(2) * inner.scale * strict + inner.count as f64 * x + settings.inner.scale
    }

    pub fn g(x: f64, y: f64) -> f64 {
        x * y + Settings::default().shift
    }
}

#[test]
fn defaults_that_are_derived() {
    let problem = derived_defaults::Problem::new().unwrap();
    let at = problem.at(&0.7, &0.2).unwrap();
    assert!((at.f() - derived_defaults::f(0.7, 0.2)).abs() < 1e-14);
    check(&problem, &0.7, &0.2);
}

/// Types with parameters, whose `impl` blocks are for all that these can be.
#[bilevel]
pub mod parameters {
    use nalgebra::{DMatrix, DVector, SVector};

    trait Kernel {
        const SHARP: f64;

        fn eval(&self, a: f64, b: f64) -> f64;

        fn gram(&self, t: &DVector<f64>) -> DMatrix<f64> {
            DMatrix::from_fn(t.len(), t.len(), |i, j| self.eval(t[i], t[j]))
        }
    }

    struct Gauss {
        length: f64,
    }

    struct Linear;

    struct Sum<'a, A: Kernel, B>(&'a A, &'a B);

    struct Model<K> {
        kernel: K,
        noise: f64,
    }

    #[derive(Clone, Copy)]
    struct Polynomial<const N: usize> {
        c: [f64; N],
    }

    struct Filter<const N: usize> {
        mean: SVector<f64, N>,
        gain: f64,
    }

    struct Loss<H>(H);

    #[derive(Clone, Copy)]
    enum Bound<T> {
        Below(T),
        Free,
    }

    impl Kernel for Gauss {
        const SHARP: f64 = 2.0;

        fn eval(&self, a: f64, b: f64) -> f64 {
            (-(a - b).powi(2) / self.length).exp()
        }
    }

    impl Kernel for Linear {
        const SHARP: f64 = 0.5;

        fn eval(&self, a: f64, b: f64) -> f64 {
            a * b
        }
    }

    impl<A: Kernel, B: Kernel> Sum<'_, A, B> {
        fn sharp(&self) -> f64 {
            A::SHARP * B::SHARP
        }

        fn eval(&self, a: f64, b: f64) -> f64 {
            self.0.eval(a, b) + self.1.eval(a, b)
        }
    }

    impl<Own> Model<Own>
    where
        Own: Kernel,
    {
        fn energy(&self, v: &DVector<f64>) -> f64 {
            v.dot(&(self.kernel.gram(v) * v)) + self.noise * v.norm_squared()
        }
    }

    impl<const M: usize> Polynomial<M> {
        fn new(c: [f64; M]) -> Self {
            Self { c }
        }

        fn degree(&self) -> usize {
            M - 1
        }

        fn eval(&self, t: f64) -> f64 {
            (0..M).map(|k| self.c[k] * t.powi(k as i32)).sum()
        }
    }

    impl<const N: usize> std::ops::Add for Polynomial<N> {
        type Output = Self;

        fn add(self, other: Self) -> Self {
            let mut c = self.c;
            for k in 0..N {
                c[k] += other.c[k];
            }
            Self { c }
        }
    }

    impl<const N: usize> Filter<N> {
        fn update(&mut self, z: f64) {
            for k in 0..N {
                self.mean[k] += self.gain * (z - self.mean[k]) * (k + 1) as f64;
            }
        }
    }

    impl<H: Fn(f64) -> f64> Loss<H> {
        fn of(&self, v: &DVector<f64>) -> f64 {
            v.iter().map(|t| (self.0)(*t)).sum()
        }
    }

    impl<T: PartialOrd + Copy> Bound<T> {
        fn limit(self, t: T) -> T {
            match self {
                Bound::Below(most) if t > most => most,
                Bound::Below(_) | Bound::Free => t,
            }
        }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let model = Model { kernel: Gauss { length: y[0].exp() }, noise: y[1].exp() };
        let (gauss, linear) = (Gauss { length: 0.7 }, Linear);
        let sum = Sum(&gauss, &linear);
        model.energy(x) + sum.sharp() * sum.eval(x[0], x[1] * y[0])
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let p = Polynomial::new([1.0, x[0], 0.5]) + Polynomial { c: [y[0], 0.0, x[1]] };
        let mut filter = Filter { mean: SVector::<f64, 2>::zeros(), gain: 0.3 };
        for v in x.iter() {
            filter.update(*v);
        }
        let bounded = Bound::Below(0.5).limit(x[0]) * Bound::Free.limit(x[1]);
        let loss = Loss(|t: f64| (1.0 + t * t).ln());
        p.eval(x[1]) * p.degree() as f64 + filter.mean.norm_squared() + loss.of(x) + bounded
    }
}

#[test]
fn types_with_parameters() {
    check(&parameters::Problem::new().unwrap(), &vector(3, 0.6), &vector(2, 0.7));
}
