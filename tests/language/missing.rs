//! What the data may lack: `Option` as a field, in lists and in their items; integers with a sign.

use hypergrad::ShapeError;
use hypergrad::bilevel;
use nalgebra::{DVector, Vector2};

use crate::check;

/// A filter that skips what was not measured.
#[bilevel]
pub mod filter {
    use nalgebra::Vector2;

    pub struct Data {
        pub measured: Vec<Option<f64>>,
        pub step: f64,
    }

    struct State {
        mean: f64,
        variance: f64,
    }

    fn predicted(state: &State, noise: f64, step: f64) -> State {
        State { mean: 0.9 * state.mean, variance: 0.81 * state.variance + noise * step }
    }

    pub fn f(x: &Vector2<f64>, y: &f64, data: &Data) -> f64 {
        let mut state = State { mean: 0.0, variance: 1.0 };
        let mut loss = 0.0;
        for measured in &data.measured {
            state = predicted(&state, x[0].exp(), data.step);
            if let Some(measured) = measured {
                let surprise = measured - state.mean;
                let variance = state.variance + x[1].exp();
                let gain = state.variance / variance;
                loss += 0.5 * (surprise * surprise / variance + variance.ln());
                state.mean += gain * surprise;
                state.variance *= 1.0 - gain;
            }
        }
        loss + y.exp() * x.norm_squared()
    }

    pub fn g(x: &Vector2<f64>, y: &f64, data: &Data) -> f64 {
        let known: f64 = data.measured.iter().filter_map(|z| *z).map(|z| z * x[0]).sum();
        known + (x[0] - x[1]).powi(2) + x[0] * y
    }
}

#[bilevel]
pub mod answers {
    use nalgebra::{DVector, Vector2};

    pub struct Person {
        pub age: Option<f64>,
        pub answers: Vec<Option<bool>>,
        pub group: Option<usize>,
        pub place: Option<Vector2<f64>>,
    }

    pub struct Data {
        pub people: Vec<Person>,
        pub from: Option<usize>,
        pub weight: Option<f64>,
        pub balance: i64,
        pub origin: Option<Vector2<f64>>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut loss = 0.0;
        for (i, person) in data.people.iter().enumerate() {
            for (j, answer) in person.answers.iter().enumerate() {
                match answer {
                    Some(true) => loss += (1.0 + (x[j] - x[i]).exp()).ln(),
                    Some(false) => loss += (1.0 + (x[i] - x[j]).exp()).ln(),
                    None => {}
                }
            }
            loss += person.age.map_or(0.1, |age| (age * x[i]).sin()) * person.age.unwrap_or(1.0).ln();
            if let Some(group) = person.group {
                loss += x[group] * y[group];
            }
            loss += person.place.as_ref().map(|place| (place * x[i]).norm_squared()).unwrap_or_default();
        }
        loss * data.weight.unwrap_or(1.0) + x.norm_squared() * y[0].exp()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let late: f64 = (0..x.len()).filter(|i| data.from.is_some_and(|from| *i >= from)).map(|i| x[i] * x[i]).sum();
        let scale = data.balance as f64 / 10.0;
        let origin = if let Some(origin) = data.origin { origin.norm() * x[0] } else { y[0] };
        let sign = if data.balance < 0 { -1.0 } else { 1.0 };
        late + scale * x.sum() + origin * sign
    }
}

#[bilevel]
pub mod exact {
    pub struct Data {
        pub time: Vec<i64>,
    }

    pub fn f(x: &f32, y: &f32, data: &Data) -> f32 {
        data.time.iter().map(|t| if *t > 3 { (x - *t as f32).powi(2) } else { 0.0 }).sum::<f32>() + (x - y).powi(2)
    }

    pub fn g(x: &f32, _y: &f32, _data: &Data) -> f32 {
        x * x
    }
}

fn people() -> Vec<answers::Person> {
    let person = |age, answers: &[Option<bool>], group, place| answers::Person { age, answers: answers.to_vec(), group, place };
    vec![
        person(Some(2.0), &[Some(true), None, Some(false)], None, Some(Vector2::new(0.3, -0.2))),
        person(None, &[None, Some(true)], Some(2), None),
        person(Some(0.7), &[], Some(0), None),
    ]
}

#[test]
fn what_is_missing_is_left_out() {
    for measured in [vec![Some(0.1), None, Some(0.3), None, Some(0.7)], vec![None, None], vec![Some(0.4), Some(0.2)]] {
        let data = filter::Data { measured, step: 0.5 };
        let (x, y) = (Vector2::new(-0.4, -0.7), -1.0);
        let problem = filter::Problem::new(&data).unwrap();
        let at = problem.at(&x, &y).unwrap();
        assert!((at.f() - filter::f(&x, &y, &data)).abs() < 1e-12 && (at.g() - filter::g(&x, &y, &data)).abs() < 1e-12);
        check(&problem, &x, &y);
    }
}

#[test]
fn fields_and_items_may_be_missing() {
    let (x, y) = (DVector::from_vec(vec![0.7, -0.4, 0.9]), DVector::from_vec(vec![0.3, 0.6, -0.2]));
    let origin = Some(Vector2::new(0.3, 0.4));
    for (from, weight, balance, origin) in
        [(Some(1), None, -7, origin), (None, Some(0.3), 12, None), (Some(0), Some(2.0), 0, origin)]
    {
        let data = answers::Data { people: people(), from, weight, balance, origin };
        let problem = answers::Problem::new(&data).unwrap();
        let at = problem.at(&x, &y).unwrap();
        assert!((at.f() - answers::f(&x, &y, &data)).abs() < 1e-12, "{} {}", at.f(), answers::f(&x, &y, &data));
        assert!((at.g() - answers::g(&x, &y, &data)).abs() < 1e-12, "{} {}", at.g(), answers::g(&x, &y, &data));
        check(&problem, &x, &y);
    }
}

/// An integer that is rounded would be compared as another one.
#[test]
fn integers_are_exact() {
    assert!(exact::Problem::new(exact::Data { time: vec![4, (1 << 24) + 2, -(1 << 40)] }).is_ok());
    let found = exact::Problem::new(exact::Data { time: vec![4, (1 << 24) + 1] }).map(|_| ());
    assert_eq!(found, Err(ShapeError::Inexact { what: "data.time", entry: 1, value: (1 << 24) + 1 }));
    let found = exact::Problem::new(exact::Data { time: vec![i64::MAX] }).map(|_| ());
    assert_eq!(found, Err(ShapeError::Inexact { what: "data.time", entry: 0, value: i128::from(i64::MAX) }));
}

/// Vectors of which one may be missing, and matrices that a variant holds, beside others of the same item.
#[bilevel]
pub mod beside {
    use nalgebra::DVector;

    #[derive(Clone)]
    pub enum Noise {
        White,
        Scaled(DVector<f64>),
    }

    #[derive(Clone)]
    pub struct Fold {
        pub target: DVector<f64>,
        pub weight: Option<DVector<f64>>,
        pub noise: Noise,
    }

    pub struct Data {
        pub folds: Vec<Fold>,
        pub priors: Vec<Option<DVector<f64>>>,
    }

    pub fn f(x: &DVector<f64>, y: &f64, data: &Data) -> f64 {
        let weighted = |fold: &Fold| match &fold.weight {
            Some(weight) => (weight - &fold.target).norm_squared(),
            None => fold.target.sum(),
        };
        let noisy = |fold: &Fold| match &fold.noise {
            Noise::White => 0.5,
            Noise::Scaled(scale) => scale.dot(&fold.target),
        };
        let all = data.folds.iter().map(|fold| weighted(fold) + y * noisy(fold)).sum::<f64>();
        x.norm_squared() * all + y * x.sum()
    }

    pub fn g(x: &DVector<f64>, y: &f64, data: &Data) -> f64 {
        let known = |fold: &Fold, prior: &Option<DVector<f64>>| prior.as_ref().map_or(*y, |prior| prior.dot(&fold.target));
        x[0] * data.folds.iter().zip(&data.priors).map(|(fold, prior)| known(fold, prior)).sum::<f64>()
    }
}

#[test]
fn sizes_agree_where_both_are_there() {
    let vector = |length: usize, shift: f64| DVector::from_fn(length, |i, _| (i as f64 + shift).sin());
    let x = vector(3, 0.1);
    let fold = |target: usize, weight: Option<usize>, noise: Option<usize>| beside::Fold {
        target: vector(target, 0.3),
        weight: weight.map(|length| vector(length, 0.7)),
        noise: noise.map_or(beside::Noise::White, |length| beside::Noise::Scaled(vector(length, 0.2))),
    };
    let folds = vec![fold(2, None, Some(2)), fold(3, Some(3), None), fold(2, Some(2), Some(2))];
    let priors = vec![None, Some(vector(3, 0.6)), Some(vector(2, 0.5))];
    let data = beside::Data { folds: folds.clone(), priors };
    let problem = beside::Problem::new(&data).unwrap();
    let at = problem.at(&x, &0.3).unwrap();
    assert!((at.f() - beside::f(&x, &0.3, &data)).abs() < 1e-13, "{} {}", at.f(), beside::f(&x, &0.3, &data));
    assert!((at.g() - beside::g(&x, &0.3, &data)).abs() < 1e-13, "{} {}", at.g(), beside::g(&x, &0.3, &data));
    for (place, wrong) in [(1, fold(3, Some(2), None)), (1, fold(3, None, Some(2)))] {
        let mut folds = folds.clone();
        folds[place] = wrong;
        let found = beside::Problem::new(beside::Data { folds, priors: data.priors.clone() }).map(|_| ());
        assert!(matches!(found, Err(ShapeError::ItemMismatch { left_size: 2, right_size: 3, .. })), "{found:?}");
    }
    let priors = vec![None, Some(vector(2, 0.6)), Some(vector(2, 0.5))];
    let found = beside::Problem::new(beside::Data { folds, priors }).map(|_| ());
    assert!(matches!(found, Err(ShapeError::ItemMismatch { left_size: 2, right_size: 3, .. })), "{found:?}");
}
