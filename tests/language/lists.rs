//! Lists that grow: in order, in loops, with what a step before pushed.

use hypergrad::bilevel;

use crate::{check, vector};

#[bilevel]
pub mod growing {
    use nalgebra::{DVector, Vector2};

    pub struct Data {
        pub drive: DVector<f64>,
        pub start: Vector2<f64>,
    }

    struct Sample {
        at: Vector2<f64>,
        energy: f64,
    }

    /// A trajectory, from its first state on.
    fn simulate(stiffness: f64, data: &Data) -> Vec<Vector2<f64>> {
        let mut path = vec![data.start];
        for force in data.drive.iter() {
            let s = path[path.len() - 1];
            path.push(s + Vector2::new(s.y, force - stiffness * s.x.sin()) * 0.1);
        }
        path
    }

    /// Samples of a trajectory, smoothed.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let path = simulate(x[0].exp(), data);
        let mut samples = Vec::with_capacity(path.len());
        for s in path.iter().skip(1) {
            samples.push(Sample { at: *s, energy: s.norm_squared() });
        }
        let mut smooth = Vec::new();
        let mut level = x[1];
        for sample in &samples {
            level += 0.3 * (sample.at.x - level) + y[0] * sample.energy;
            smooth.push(level);
        }
        smooth.extend(x.iter());
        let fit: f64 = smooth.iter().zip(data.drive.iter()).map(|(a, b)| (a - b).powi(2)).sum();
        fit + smooth.as_slice().windows(2).map(|w| (w[1] - w[0]).powi(2)).sum::<f64>() + x.norm_squared()
    }

    /// A table, row by row.
    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut table = Vec::new();
        for t in data.drive.iter() {
            for v in x.iter() {
                table.push((t * v + y[1]).cos());
            }
        }
        let mut moments = Vec::new();
        moments.push(table.iter().sum::<f64>());
        moments.push(table.iter().enumerate().map(|(k, t)| (k + 1) as f64 * t * t).sum());
        DVector::from_vec(moments).norm_squared()
    }
}

#[bilevel]
pub mod stateful {
    use nalgebra::DVector;

    /// A filter, its envelope, and weights that decay.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let decay = 1.0 / (1.0 + (-y[0]).exp());
        let filtered: f64 = x
            .iter()
            .scan(0.0, |state, v| {
                *state = decay * *state + v;
                Some(*state)
            })
            .map(|level| level.cosh())
            .sum();
        let mut total = y[1];
        let running: Vec<f64> = x
            .iter()
            .map(|v| {
                total += v.sin();
                total
            })
            .collect();
        let weights = std::iter::successors(Some(1.0), |w| Some(w * decay));
        filtered + weights.zip(x.iter()).map(|(w, v)| w * v * v).sum::<f64>() + running.iter().map(|t| t * t).sum::<f64>()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let orbit: Vec<f64> = std::iter::successors(Some(x[0]), |t| Some((t * y[0]).cos())).take(20).collect();
        orbit[19] + orbit[3] * orbit[0] + x.norm_squared()
    }
}

#[test]
fn iterators_have_states() {
    check(&stateful::Problem::new().unwrap(), &vector(4, 1.1), &vector(2, 0.7));
}

/// Iterators that a `None` may end, and those that a closure or a type of the module gives item by item.
#[bilevel]
pub mod ended {
    use nalgebra::DVector;

    /// So many powers.
    pub struct Powers {
        of: f64,
        next: f64,
        left: usize,
    }

    impl Iterator for Powers {
        type Item = f64;

        fn next(&mut self) -> Option<f64> {
            self.left = self.left.checked_sub(1)?;
            let power = self.next;
            self.next *= self.of;
            Some(power)
        }
    }

    /// What a list holds.
    pub struct Bag {
        held: Vec<f64>,
    }

    impl IntoIterator for Bag {
        type Item = f64;
        type IntoIter = std::vec::IntoIter<f64>;

        fn into_iter(self) -> Self::IntoIter {
            self.held.into_iter()
        }
    }

    /// Of iterators without a length of their own.
    fn counted(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut powers = Powers { of: x[2], next: 1.0, left: 5 };
        let first = powers.next().unwrap() + powers.next().unwrap();
        let mut rest = first * powers.enumerate().map(|(k, t)| t * (k + 1) as f64).sum::<f64>();
        for held in (Bag { held: vec![x[3], y[1]] }) {
            rest += held * held;
        }
        let mut seen = 0.0;
        let all = x.iter().try_for_each(|t| {
            seen += t * y[0];
            if *t < 9.0 { Some(()) } else { None }
        });
        if all.is_some() {
            rest += seen;
        }
        let mut k = 0;
        let counted = std::iter::from_fn(|| {
            k += 1;
            (k < 4).then(|| x[k] * k as f64)
        });
        rest + counted.map(f64::sin).sum::<f64>()
            + std::iter::successors(Some(2_usize), |i| i.checked_sub(1)).map(|i| x[i]).sum::<f64>()
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let halves = std::iter::successors(Some(y[0].exp()), |t| (*t > 0.9).then(|| 0.7 * t));
        let steps: f64 = halves.take(9).map(|t| t * t).sum();
        let mut left = x[0];
        let given = std::iter::from_fn(|| {
            left *= 0.6;
            if left > 0.1 { Some(left * y[1]) } else { None }
        });
        let beside = std::iter::successors(Some(y[1]), |t| if *t > 0.3 { Some(t * t) } else { None });
        0.5 * x.norm_squared()
            + steps * x[1]
            + given.take(20).map(f64::sin).sum::<f64>()
            + x.iter().zip(beside).map(|(v, t)| v * t).sum::<f64>()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let (mut a, mut b) = (x[0], y[0]);
        let fibonacci: Vec<f64> = std::iter::from_fn(|| {
            (a, b) = (b, a + b * y[1]);
            Some(a)
        })
        .take(12)
        .collect();
        let mut power = 1.0;
        let powers: f64 = (0..)
            .map(|_| {
                power *= x[1];
                power
            })
            .take(5)
            .sum();
        let place: f64 = std::iter::successors(Some(3_usize), |i| i.checked_sub(1)).take(4).map(|i| x[i] * i as f64).sum();
        fibonacci[11] * fibonacci[3] + powers + place + counted(x, y)
    }
}

#[test]
fn iterators_end() {
    check(&ended::Problem::new().unwrap(), &vector(4, 1.1), &vector(2, 0.7));
}

/// Tables whose entries follow from earlier ones.
#[bilevel]
pub mod tables {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub transition: DMatrix<f64>,
        pub symbols: Vec<usize>,
    }

    /// The forward recursion of a hidden Markov model.
    fn likelihood(x: &DMatrix<f64>, data: &Data) -> f64 {
        let (n, k) = (data.symbols.len(), x.nrows());
        let mut alpha = vec![vec![0.0; k]; n];
        for s in 0..k {
            alpha[0][s] = x[(s, data.symbols[0])].exp();
        }
        for t in 1..n {
            for to in 0..k {
                let arriving: f64 = (0..k).map(|from| alpha[t - 1][from] * data.transition[(from, to)]).sum();
                alpha[t][to] = arriving * x[(to, data.symbols[t])].exp();
            }
        }
        alpha[n - 1].iter().sum::<f64>().ln()
    }

    /// A soft alignment of two sequences.
    fn alignment(a: &[f64], b: &DVector<f64>, softness: f64) -> f64 {
        let (n, m) = (a.len(), b.len());
        let mut cost: Vec<Vec<f64>> = vec![vec![20.0; m + 1]; n + 1];
        cost[0][0] = 0.0;
        for i in 1..=n {
            for j in 1..=m {
                let before = [cost[i - 1][j], cost[i][j - 1], cost[i - 1][j - 1]];
                let least: f64 = before.iter().map(|c| (-c / softness).exp()).sum::<f64>().ln() * -softness;
                cost[i][j] = (a[i - 1] - b[j - 1]).powi(2) + least;
            }
        }
        cost[n][m]
    }

    pub fn f(x: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        y[0].exp() * x.norm_squared() - likelihood(x, data)
    }

    pub fn g(x: &DMatrix<f64>, y: &DVector<f64>, _data: &Data) -> f64 {
        let (rows, columns) = x.shape();
        let mut smooth = vec![vec![0.0; columns]; rows];
        for (i, row) in smooth.iter_mut().enumerate() {
            for (j, entry) in row.iter_mut().enumerate() {
                *entry = x[(i, j)] + x[(i, (j + 1) % columns)];
            }
        }
        let mut total = alignment(&[x[(0, 0)], x[(1, 0)], x[(0, 1)]], y, 0.5);
        for row in &smooth {
            total += row.iter().map(|v| v * v).sum::<f64>();
        }
        total
    }
}

#[test]
fn tables_are_filled() {
    let transition = nalgebra::DMatrix::from_fn(2, 2, |i, j| if i == j { 0.7 } else { 0.3 });
    let data = tables::Data { transition, symbols: vec![0, 2, 1, 1, 0] };
    let x = nalgebra::DMatrix::from_fn(2, 3, |i, j| 0.4 * i as f64 - 0.3 * j as f64);
    check(&tables::Problem::new(data).unwrap(), &x, &vector(2, 0.7));
}

#[test]
fn lists_grow() {
    let data = growing::Data { drive: vector(6, 0.8), start: nalgebra::Vector2::new(0.4, -0.3) };
    check(&growing::Problem::new(data).unwrap(), &vector(3, 1.1), &vector(2, 0.7));
}
