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

/// What is returned out of a loop may be an `Option`, hold integers, or be as long as x is.
#[bilevel]
pub mod found {
    use nalgebra::DVector;

    struct Turn {
        at: usize,
        value: f64,
        around: [f64; 2],
    }

    /// The first entry above a level, which there may not be.
    fn above(x: &DVector<f64>, level: f64) -> Option<(usize, f64)> {
        for (k, v) in x.iter().enumerate() {
            if *v > level {
                return Some((k, v * v));
            }
        }
        None
    }

    fn turn(x: &DVector<f64>) -> Turn {
        let mut slope = x[1] - x[0];
        for at in 1..x.len() - 1 {
            let next = x[at + 1] - x[at];
            if slope * next < 0.0 {
                return Turn { at, value: x[at] * x[at], around: [slope, next] };
            }
            slope = next;
        }
        Turn { at: 0, value: x[0], around: [0.0; 2] }
    }

    /// Grows until it is large.
    fn grown(x: &DVector<f64>, rate: f64) -> DVector<f64> {
        let mut u = x.clone();
        for _ in 0..40 {
            if u.norm_squared() > 50.0 {
                return u;
            }
            u *= 1.0 + 0.1 * rate.exp();
        }
        DVector::zeros(x.len())
    }

    fn root(t: f64) -> Option<f64> {
        if t < 0.0 { None } else { Some(t.sqrt()) }
    }

    /// `?` ends the loop and the function.
    fn chain(x: &DVector<f64>, shift: f64) -> Option<f64> {
        let mut sum = 0.0;
        for v in x.iter() {
            let near = root(v + shift)?;
            sum += near * root(v * v + 0.1)?;
        }
        Some(sum)
    }

    fn halve(t: &mut f64) {
        for _ in 0..30 {
            if t.abs() < 0.1 {
                return;
            }
            *t *= 0.5;
        }
        *t = 0.0;
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let here = above(x, 0.4).map_or(y[0], |(k, v)| (k as f64 + 1.0) * v * y[0]);
        let nowhere = above(x, 40.0).map_or(x[0] * x[1], |(_, v)| v);
        let turn = turn(x);
        here + nowhere + turn.value * turn.around[0] * turn.around[1] + turn.at as f64 * x[1] + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut t = x[0] * y[1];
        halve(&mut t);
        grown(x, y[0]).dot(x) + chain(x, 9.0).unwrap_or(0.5) + chain(x, -0.4).unwrap_or(x[1] * y[1]) + t * t
    }
}

#[test]
fn returns_of_what_is_found() {
    check(&found::Problem::new().unwrap(), &vector(5, 0.6), &vector(2, 0.7));
}

#[test]
fn steps_are_counted() {
    let data = counting::Data { table: vector(6, 0.9), most: 40 };
    check(&counting::Problem::new(data).unwrap(), &vector(3, 1.1), &vector(2, 0.7));
}
