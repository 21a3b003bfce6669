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

#[bilevel]
pub mod leaving {
    use nalgebra::{DVector, Vector2};

    /// The first entry above a level, and the one before it.
    fn crossing(x: &DVector<f64>, level: f64) -> Vector2<f64> {
        for i in 1..x.len() {
            if x[i] < level {
                return Vector2::new(x[i - 1], x[i]);
            }
        }
        Vector2::new(x[0], level)
    }

    /// A fixed point, until it moves no more.
    fn settled(t: f64) -> f64 {
        let mut z = 0.5;
        for _ in 0..80 {
            let next = 0.4 * (z + t).cos();
            if (next - z).abs() < 1e-12 {
                return next;
            }
            z = next;
        }
        z
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let p = crossing(x, 0.3);
        p.x * p.y + settled(x[0] * y[0]) + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut sum = 0.0;
        'rows: for i in 0..x.len() {
            for j in 0..y.len() {
                if j > i {
                    continue 'rows;
                }
                if x[i] * y[j] < -5.0 {
                    break 'rows;
                }
                sum += x[i] * y[j];
            }
            sum += 0.5 * x[i] * x[i];
        }
        sum
    }
}

#[test]
fn loops_are_left() {
    check(&leaving::Problem::new().unwrap(), &vector(4, 0.6), &vector(2, 0.7));
}

#[test]
fn steps_are_counted() {
    let data = counting::Data { table: vector(6, 0.9), most: 40 };
    check(&counting::Problem::new(data).unwrap(), &vector(3, 1.1), &vector(2, 0.7));
}
