//! Integers that values decide: as numbers, and as indices of entries.

use hypergrad::bilevel;

use crate::{check, matrix, vector};

/// Tables that are read between their entries.
#[bilevel]
pub mod tables {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub drag: DVector<f64>,
        pub map: DMatrix<f64>,
        pub step: f64,
        pub at: f64,
    }

    fn between(table: &DVector<f64>, t: f64) -> f64 {
        let k = (t.floor() as usize).min(table.len() - 2);
        let u = t - k as f64;
        (1.0 - u) * table[k] + u * table[k + 1]
    }

    fn on_map(map: &DMatrix<f64>, s: f64, t: f64) -> f64 {
        let (i, j) = (s as usize, t as usize);
        let (u, v) = (s - i as f64, t - j as f64);
        let low = (1.0 - u) * map[(i, j)] + u * map[(i + 1, j)];
        let high = (1.0 - u) * map[(i, j + 1)] + u * map[(i + 1, j + 1)];
        (1.0 - v) * low + v * high
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut speed = 0.5;
        for i in 0..20 {
            let t = (2.0 * speed / data.step).clamp(0.0, 3.9);
            speed += 0.05 * (y[0].exp() * x[i % 3] - between(&data.drag, t));
        }
        let here = between(x, data.at / data.step);
        speed * speed + here + x.norm_squared() + x.iter().map(|v| between(&data.drag, 2.0 + v)).sum::<f64>()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let k = (data.at / data.step) as usize;
        let row = data.map.row(k) * x;
        on_map(&data.map, 1.2 + 0.3 * x[0], 1.1 - 0.2 * x[1]) * y[0] + row[0] + data.map.column(k).sum() * x[2]
    }
}

#[test]
fn tables_are_read_between_entries() {
    let map = matrix(3, 3, 0.4);
    let data = tables::Data { drag: vector(5, 0.2), map, step: 0.5, at: 0.6 };
    check(&tables::Problem::new(data).unwrap(), &vector(3, 0.3), &vector(2, 0.7));
}

/// Counters that wrap around, or count what values decide.
#[bilevel]
pub mod counters {
    use nalgebra::DVector;

    pub struct Data {
        pub gains: [f64; 3],
        pub levels: DVector<f64>,
    }

    fn largest(v: &DVector<f64>) -> usize {
        let mut best = 0;
        for i in 1..v.len() {
            if v[i] > v[best] {
                best = i;
            }
        }
        best
    }

    fn first_below(v: &DVector<f64>, level: f64) -> usize {
        for i in 0..v.len() {
            if v[i] < level {
                return i;
            }
        }
        0
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let (mut k, mut turns) = (0, 0);
        let mut sum = 0.0;
        for v in x.iter() {
            sum += v * v * data.gains[k];
            k = (k + 1) % 3;
        }
        for v in x.iter() {
            sum += v * y[turns];
            turns += 1;
            if turns == 2 {
                turns = 0;
            }
        }
        let mut mode = 0;
        let mut state = x[0];
        for i in 0..20 {
            state += 0.1 * data.gains[mode] * x[i % 3];
            mode = if state > 0.7 {
                1
            } else if state > 0.6 {
                2
            } else {
                0
            };
        }
        sum + state * state + x[largest(x)] * y[0] + x[first_below(&data.levels, 0.0)]
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut counted = vec![0.0; 6];
        for v in x.iter() {
            counted[(3.0 * v.abs()) as usize] += v * v;
        }
        let mut seen = 0;
        let mut sum = 0.0;
        for v in x.iter() {
            if *v > 0.0 {
                sum += data.levels[seen] * v;
                seen += 1;
            }
        }
        let products: f64 = (0..2).map(|i| (0..2).map(|j| x[i * j] * y[j]).sum::<f64>()).sum();
        let parts = (4.0 * x[0]) as i32 as f64 + (-3.0 * x[1]) as u8 as f64 + (900.0 * x[0]) as i8 as f64;
        counted[0] * counted[1] + counted[2] + sum + products + parts * x[1]
    }
}

#[test]
fn counters_wrap_around() {
    let data = counters::Data { gains: [0.5, -0.3, 0.2], levels: vector(5, 1.4) };
    let problem = counters::Problem::new(data).unwrap();
    let (x, y) = (vector(4, 0.3), vector(2, 0.7));
    let data = counters::Data { gains: [0.5, -0.3, 0.2], levels: vector(5, 1.4) };
    let at = problem.at(&x, &y).unwrap();
    assert!((at.f() - counters::f(&x, &y, &data)).abs() < 1e-13);
    assert!((at.g() - counters::g(&x, &y, &data)).abs() < 1e-13);
    check(&problem, &x, &y);
}
