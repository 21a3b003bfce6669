#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub n: usize,
    }

    enum Dose {
        Rest,
        Given(f64),
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let pairs = (0..x.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        let mut total = 0.0;
        for (i, j) in pairs {
            total = 0.9 * total + x[i] * y[j];
        }
        let mut table = DVector::from_element(x.len(), f64::INFINITY);
        for i in 1..x.len() {
            table[i] = table[i - 1].min(x[i]);
        }
        total += table[0];
        let mut dose = Dose::Rest;
        for i in 0..x.len() {
            total += match dose {
                Dose::Rest => x[i],
                Dose::Given(t) => t * t,
            };
            dose = Dose::Given(x[i]);
        }
        let last = x.iter().fold(Dose::Rest, |last, t| match last {
            Dose::Rest => Dose::Given(*t),
            Dose::Given(before) => Dose::Given(before * t),
        });
        total + if let Dose::Given(t) = last { t } else { 0.0 }
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
