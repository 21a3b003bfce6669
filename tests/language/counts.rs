//! Integers that count steps, `while` and `loop`.

use hypergrad::bilevel;

use crate::{check, vector};

#[bilevel]
pub mod counting {
    use nalgebra::DVector;

    pub struct Data {
        pub table: DVector<f64>,
        pub most: usize,
    }

    /// `z² = 2 + t²`, by Heron's method.
    fn root(t: f64, most: usize) -> f64 {
        let mut z = 1.5;
        let mut k = 0;
        while (z * z - 2.0 - t * t).abs() > 1e-9 && k < most {
            z = 0.5 * (z + (2.0 + t * t) / z);
            k += 1;
        }
        z
    }

    /// Rows of a packed triangle, a `while` of pairs.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut k = 0;
        let mut energy = 0.0;
        for (i, v) in x.iter().enumerate() {
            for w in y.iter() {
                energy += data.table[k] * (v * w).sin() * (i + 1) as f64;
                k += 1;
            }
        }
        let (mut low, mut high) = (0, x.len() - 1);
        while low < high {
            energy += x[low] * x[high];
            low += 1;
            high -= 1;
        }
        energy + root(x[0], data.most) + x.norm_squared()
    }

    /// `loop`, with its end in the middle.
    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut state = y[0];
        let mut t = data.table.len();
        loop {
            if t == 0 {
                break;
            }
            t -= 1;
            state = 0.8 * state.sin() + data.table[t] * x[0];
        }
        let mut steps = 0;
        let mut z = x[1];
        loop {
            z = z.cos() * y[1];
            steps += 1;
            if steps > data.most || z > 2.0 {
                break;
            }
        }
        state * state + z + x.norm_squared()
    }
}

#[test]
fn steps_are_counted() {
    let data = counting::Data { table: vector(6, 0.9), most: 40 };
    check(&counting::Problem::new(data).unwrap(), &vector(3, 1.1), &vector(2, 0.7));
}
