//! Enums whose variants hold values, as data: fields, items of lists, in structs, of other enums.

use hypergrad::bilevel;
use nalgebra::{DVector, Vector2};

use crate::{check, vector};

/// Instruments of a curve: numbers, lists of their own lengths, tuples and structs in the variants.
#[bilevel]
pub mod curve {
    use nalgebra::{DVector, Vector2};

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Day {
        Business(usize),
        Holiday,
    }

    #[derive(Clone, Debug)]
    pub struct Flow {
        pub time: f64,
        pub day: Day,
    }

    #[derive(Clone, Debug)]
    pub enum Instrument {
        Missing,
        Deposit { maturity: f64, rate: f64 },
        Bond { coupon: f64, times: Vec<f64>, price: f64 },
        Flows(Vec<Flow>, Day),
        Spread(Vector2<f64>, (i32, bool)),
        Index(usize),
    }

    #[derive(Clone, Copy)]
    pub enum Loss {
        Squared,
        Huber { delta: f64 },
        Scaled(f64, f64),
    }

    #[derive(Clone, Copy)]
    pub enum Only {
        Value(f64),
    }

    pub struct Data {
        pub instruments: Vec<Instrument>,
        pub pairs: [(Day, f64); 2],
        pub loss: Loss,
        pub only: Only,
        pub fallback: Option<Loss>,
    }

    impl Loss {
        fn of(&self, r: f64) -> f64 {
            match *self {
                Loss::Squared => r * r,
                Loss::Huber { delta } if r.abs() < delta => 0.5 * r * r,
                Loss::Huber { delta } => delta * (r.abs() - 0.5 * delta),
                Loss::Scaled(a, b) => a * r * r + b.ln(),
            }
        }
    }

    fn discount(x: &DVector<f64>, t: f64) -> f64 {
        (-t * (x[0] + x[1] * (-t).exp())).exp()
    }

    fn weight(day: Day, x: &DVector<f64>) -> f64 {
        match day {
            Day::Business(k) => x[k],
            Day::Holiday => 0.5,
        }
    }

    fn error(x: &DVector<f64>, instrument: &Instrument) -> f64 {
        match instrument {
            Instrument::Missing => 0.0,
            Instrument::Deposit { maturity, rate } => discount(x, *maturity) * (1.0 + rate * maturity) - 1.0,
            Instrument::Bond { coupon, times, price } => {
                let mut previous = 0.0;
                let mut fixed = 0.0;
                for &t in times {
                    fixed += (t - previous) * discount(x, t);
                    previous = t;
                }
                let redemption = times.last().map_or(0.0, |&t| discount(x, t));
                coupon * fixed + redemption - price.ln()
            }
            Instrument::Flows(flows, day) => {
                flows.iter().map(|flow| discount(x, flow.time) * weight(flow.day, x)).sum::<f64>() * weight(*day, x)
            }
            Instrument::Spread(pair, (sign, known)) => {
                let slope = x[2] * f64::from(*sign);
                if *known { pair.norm_squared() * slope } else { pair.dot(&Vector2::new(x[0], slope)) }
            }
            Instrument::Index(k) => x[*k].sin(),
        }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let errors: f64 =
            data.instruments.iter().enumerate().map(|(i, one)| data.loss.of(error(x, one)) * (i as f64 + 1.0)).sum();
        let Only::Value(scale) = data.only;
        scale * errors + y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let fallback = data.fallback.map_or(1.0, |loss| loss.of(x[0]));
        let deposits =
            data.instruments.iter().filter(|one| matches!(one, Instrument::Deposit { rate, .. } if *rate > 0.02)).count();
        let mut total = 0.0;
        for (day, t) in &data.pairs {
            if let Day::Business(k) = day {
                total += x[*k] * t;
            }
        }
        total + fallback * y[0] + deposits as f64 * x[1] * x[1]
    }
}

fn instruments() -> Vec<curve::Instrument> {
    use curve::{Day, Flow, Instrument};
    let flow = |time, day| Flow { time, day };
    vec![
        Instrument::Deposit { maturity: 0.5, rate: 0.021 },
        Instrument::Bond { coupon: 0.03, times: vec![1.0, 2.0], price: 1.05 },
        Instrument::Missing,
        Instrument::Bond { coupon: 0.04, times: vec![1.0, 2.0, 3.0, 4.0], price: 1.1 },
        Instrument::Flows(
            vec![flow(0.3, Day::Holiday), flow(0.8, Day::Business(2)), flow(1.3, Day::Business(0))],
            Day::Business(1),
        ),
        Instrument::Spread(Vector2::new(0.3, 0.4), (-2, true)),
        Instrument::Spread(Vector2::new(0.2, -0.4), (3, false)),
        Instrument::Bond { coupon: 0.05, times: vec![], price: 1.2 },
        Instrument::Index(1),
        Instrument::Flows(vec![], Day::Holiday),
        Instrument::Deposit { maturity: 0.7, rate: 0.01 },
    ]
}

#[test]
fn variants_hold_values() {
    use curve::{Day, Loss, Only};
    let (x, y) = (DVector::from_vec(vec![0.7, -0.4, 0.9]), DVector::from_vec(vec![0.3, 0.6, -0.2]));
    let some = |kept: &[usize]| kept.iter().map(|k| instruments()[*k].clone()).collect();
    for (instruments, loss, fallback) in [
        (instruments(), Loss::Squared, None),
        (instruments(), Loss::Huber { delta: 0.15 }, Some(Loss::Scaled(0.5, 1.5))),
        (some(&[2, 5, 0]), Loss::Scaled(2.0, 0.7), Some(Loss::Huber { delta: 0.2 })),
        (some(&[]), Loss::Squared, Some(Loss::Squared)),
    ] {
        let pairs = [(Day::Holiday, 0.3), (Day::Business(2), 0.6)];
        let data = curve::Data { instruments, pairs, loss, only: Only::Value(1.3), fallback };
        let problem = curve::Problem::new(&data).unwrap();
        let at = problem.at(&x, &y).unwrap();
        assert!((at.f() - curve::f(&x, &y, &data)).abs() < 1e-12, "{} {}", at.f(), curve::f(&x, &y, &data));
        assert!((at.g() - curve::g(&x, &y, &data)).abs() < 1e-12, "{} {}", at.g(), curve::g(&x, &y, &data));
        check(&problem, &x, &y);
    }
}

/// Patterns of which one applies, functions of which one is meant, arrays whose length is a parameter.
#[bilevel]
pub mod alternatives {
    use nalgebra::DVector;

    pub struct Data {
        pub steep: bool,
    }

    enum Side {
        Up(f64),
        Down(f64),
        Level,
    }

    fn side(t: f64) -> Side {
        if t > 0.5 {
            Side::Up(t * t)
        } else if t < -0.5 {
            Side::Down(t.sin())
        } else {
            Side::Level
        }
    }

    fn scaled<const N: usize>(v: [f64; N], c: f64) -> [f64; N] {
        std::array::from_fn(|k| v[k] * c * (k + 1) as f64)
    }

    fn total<const N: usize>(v: [f64; N]) -> f64 {
        std::array::from_fn::<f64, N, _>(|k| v[k] * v[k]).iter().sum()
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let slope: fn(f64) -> f64 = if data.steep { f64::exp } else { f64::sin };
        let bent: Box<dyn Fn(f64) -> f64> = if x[1] > 0.0 { Box::new(|t| t * y[0]) } else { Box::new(|t: f64| t.cosh()) };
        let held: f64 = (0..3)
            .map(|i| match side(x[i]) {
                Side::Up(t) | Side::Down(t) => t * y[0],
                Side::Level => 0.3 * x[i],
            })
            .sum();
        let (Ok(either) | Err(either)) = if x[0] > 0.2 { Ok(x[0].exp()) } else { Err(y[1]) };
        held + slope(x[0]) + bent(x[2]) + either + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, _data: &Data) -> f64 {
        let mut state = scaled([x[0], x[1]], y[0]);
        state = std::array::from_fn(|k| state[k].sin() + y[k]);
        let table: [[f64; 2]; 2] = std::array::from_fn(|i| std::array::from_fn(|j| x[i] * y[j]));
        let only = match (Some(x[0]), Some(y[0])) {
            (Some(t), None) | (None, Some(t)) => t,
            (first, second) => first.unwrap() * second.unwrap(),
        };
        total(state) + table[0][1] * table[1][0] + only + x[0].midpoint(y[1])
    }
}

#[test]
fn one_of_several_applies() {
    for steep in [false, true] {
        check(&alternatives::Problem::new(alternatives::Data { steep }).unwrap(), &vector(3, 0.9), &vector(2, 0.7));
    }
}
