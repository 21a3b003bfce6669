//! Lists in order, places of largest and smallest entries, running maxima with companions, and what steps choose and set.

use hypergrad::bilevel;
use nalgebra::DVector;

use crate::{check, matrix, vector};

#[bilevel]
pub mod orders {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub t: Vec<f64>,
        pub group: Vec<usize>,
        pub a: DMatrix<f64>,
    }

    fn median(values: &[f64]) -> f64 {
        let mut v = values.to_vec();
        v.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let m = v.len() / 2;
        if v.len() % 2 == 0 { 0.5 * (v[m - 1] + v[m]) } else { v[m] }
    }

    /// The negative logarithm of Cox's partial likelihood, and a mean without the ends.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut order: Vec<usize> = (0..data.t.len()).collect();
        order.sort_by(|&i, &j| data.t[j].partial_cmp(&data.t[i]).unwrap());
        let (mut risk, mut cost) = (0.0_f64, 0.0);
        for &i in &order {
            risk += x[i].exp();
            cost += risk.ln() - x[i];
        }
        let mut squares: Vec<f64> = x.iter().map(|v| v * v).collect();
        squares.sort_unstable_by(f64::total_cmp);
        let trimmed: f64 = squares.iter().skip(1).take(2).sum();
        cost + trimmed * y[0] + median(&data.t) * x[1] + (x - y).norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut groups = data.group.clone();
        groups.sort();
        let mut places = data.group.to_vec();
        places.sort_unstable();
        let mut by_group: Vec<usize> = (0..4).collect();
        by_group.sort_by_key(|&i| data.group[i]);
        let mut others: Vec<usize> = (0..4).collect();
        others.sort_unstable_by_key(|&i| 9 - 2 * i);
        let mut cached = vec![2_usize, 0, 1];
        cached.sort_by_cached_key(|k| (k * 2) % 5);
        let largest = x[x.imax()] * y[y.imin()] + x[x.iamax()] * x[x.iamin()] + data.a.column(0).icamax() as f64;
        let (at, most) = x.argmax();
        let sums = data.a.row_variance().sum() + data.a.column_variance().dot(x);
        let picked = x[by_group[0]] * x[others[1]] * x[cached[2]] + (groups[3] * places[2]) as f64;
        largest + at as f64 * most + x.argmin().1 + sums * x[0] + picked * y[1]
    }
}

#[bilevel]
pub mod states {
    use nalgebra::DVector;

    #[derive(Clone, Copy, PartialEq)]
    pub enum Mode {
        Charge,
        Drain,
    }

    #[derive(Clone, Copy)]
    pub struct Tank {
        pub mode: Mode,
        pub level: f64,
        pub last: f64,
    }

    impl Tank {
        fn step(&mut self, inflow: f64) {
            match self.mode {
                Mode::Charge => self.level += inflow * inflow,
                Mode::Drain => self.level *= 0.8,
            }
            self.mode = if self.level > 1.0 { Mode::Drain } else { Mode::Charge };
            self.last = inflow.sin();
        }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut tank = Tank { mode: Mode::Charge, level: 0.3, last: 0.0 };
        for t in x.iter().chain(y.iter()) {
            tank.step(*t);
        }
        let (mut best, mut at) = (f64::NEG_INFINITY, 0);
        for i in 0..x.len() {
            let t = x[i] * (y[i] + 2.0);
            if t > best {
                best = t;
                at = i;
            }
        }
        let mut order = std::cmp::Ordering::Equal;
        for i in 0..x.len() {
            order = x[i].total_cmp(&y[i]);
        }
        tank.level * tank.last * best * y[at]
            + if order.is_lt() || tank.mode == Mode::Drain { x[0] } else { x[1] * x[2] }
            + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let subsets: f64 = (0..8_usize)
            .map(|m| (0..3_usize).filter(|j| m & (1 << j) != 0).map(|j| x[j] * (m as f64 + 1.0)).product::<f64>())
            .sum();
        let bits: f64 = (0..8_usize).map(|m| x[m >> 1] * ((m >> (m % 3)) & 1) as f64).sum();
        let signs: f64 = (0..4_i32).map(|i| (i - 2).signum() as f64 * x[i as usize]).sum();
        let divisors: f64 =
            (1..4_usize).map(|i| (1..4_usize).filter(|j| i % j == 0).map(|j| x[i] * (i / j) as f64).sum::<f64>()).sum();
        let k = (y[0] * 10.0) as i32;
        let rounded = (x[0] * 2.5).round_ties_even() + 2.5_f64.round_ties_even();
        subsets * bits + signs * divisors + (k.rem_euclid(4) + k.div_euclid(4)) as f64 * x[1] + rounded * y[1]
    }
}

#[bilevel]
pub mod places {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub grid: Vec<f64>,
        pub label: Vec<usize>,
        pub n: usize,
    }

    /// Between two places of a grid.
    fn interpolated(grid: &[f64], values: &DVector<f64>, t: f64) -> f64 {
        let k = grid.partition_point(|s| *s <= t);
        let w = (t - grid[k - 1]) / (grid[k] - grid[k - 1]);
        (1.0 - w) * values[k - 1] + w * values[k]
    }

    /// The cheapest way through a table of differences.
    fn warped(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let (n, m) = (x.len(), y.len());
        let mut cost = DMatrix::from_element(n + 1, m + 1, 1e30_f64);
        cost[(0, 0)] = 0.0;
        for i in 1..=n {
            for j in 1..=m {
                let own = (x[i - 1] - y[j - 1]).powi(2);
                cost[(i, j)] = own + cost[(i - 1, j)].min(cost[(i, j - 1)]).min(cost[(i - 1, j - 1)]);
            }
        }
        cost[(n, m)]
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut order: Vec<usize> = (0..data.n).collect();
        order.sort_by(|&i, &j| data.label[i].cmp(&data.label[j]).then_with(|| j.cmp(&i)));
        let mut others = order.clone();
        others.sort_by(|&i, &j| (i % 2).cmp(&(j % 2)).then(x[i].total_cmp(&x[j])));
        let mut rank = vec![0_usize; data.n];
        for (r, &i) in order.iter().enumerate() {
            rank[i] = r;
        }
        let mut count = vec![0_usize; data.n];
        for &k in &data.label {
            count[k] += 1;
        }
        let ranked: f64 = rank.iter().zip(x.iter()).map(|(r, v)| *r as f64 * v).sum();
        let counted: f64 = (0..data.n).map(|k| (count[k] / 2) as f64 * x[others[k]]).sum();
        warped(x, y) + ranked * counted + interpolated(&data.grid, x, 0.7) + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let k = match data.grid.binary_search_by(|t| t.partial_cmp(&0.4).unwrap()) {
            Ok(k) => k,
            Err(k) => k - 1,
        };
        let known = match [1_usize, 2, 3].binary_search(&data.n) {
            Ok(k) => x[k],
            Err(k) => x[k] * y[0],
        };
        let folded = y.clone().reshape_generic(nalgebra::Dyn(2), nalgebra::Dyn(2));
        let ends: [f64; 4] = x.as_slice().try_into().unwrap();
        let pairs = || (0..2_usize).flat_map(|i| (0..2_usize).map(move |j| (i, j)));
        let products: f64 = pairs().zip(y.iter()).map(|((i, j), t)| x[i] * x[j] * t).sum();
        let numbered: f64 = pairs().enumerate().skip(1).map(|(k, (i, j))| x[k] * (i + 2 * j) as f64).sum();
        let rows = vec![vec![x[0], x[1]], vec![x[2]]];
        let flat: f64 = rows.iter().flatten().zip(y.iter()).map(|(a, b)| a * b).sum();
        let kept: Vec<f64> = x.iter().copied().filter(|v| *v > 0.0).collect();
        let rough: f64 = kept.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum();
        let beside: f64 = x.iter().filter(|v| **v > 0.0).zip(y.iter()).map(|(a, b)| a * b).sum();
        let other: f64 = x.iter().filter(|v| **v > 0.0).step_by(2).sum();
        products
            + numbered
            + flat
            + rough * beside
            + other
            + known * ends[3] * x[k]
            + (folded * nalgebra::Vector2::new(x[0], x[1])).norm_squared()
    }
}

#[test]
fn places_are_found() {
    let data = places::Data { grid: vec![0.0, 0.5, 1.0, 2.0], label: vec![2, 0, 2, 2], n: 4 };
    let problem = places::Problem::new(&data).unwrap();
    for (x, y) in [(vector(4, 1.1), vector(4, 0.7)), (-vector(4, 0.6), vector(4, 2.3))] {
        let at = problem.at(&x, &y).unwrap();
        assert!((at.f() - places::f(&x, &y, &data)).abs() < 1e-12, "{} {}", at.f(), places::f(&x, &y, &data));
        assert!((at.g() - places::g(&x, &y, &data)).abs() < 1e-12, "{} {}", at.g(), places::g(&x, &y, &data));
        check(&problem, &x, &y);
    }
}

#[test]
fn lists_are_sorted() {
    let data = orders::Data { t: vec![0.4, 1.7, 0.9, 0.4], group: vec![2, 0, 1, 0], a: matrix(4, 3, 0.2) };
    let problem = orders::Problem::new(&data).unwrap();
    for (x, y) in [(vector(4, 1.1), vector(4, 0.7)), (-vector(4, 0.6), vector(4, 2.3))] {
        let at = problem.at(&x, &y).unwrap();
        assert!((at.f() - orders::f(&x, &y, &data)).abs() < 1e-12, "{} {}", at.f(), orders::f(&x, &y, &data));
        assert!((at.g() - orders::g(&x, &y, &data)).abs() < 1e-12, "{} {}", at.g(), orders::g(&x, &y, &data));
        check(&problem, &x, &y);
    }
}

/// Numbers that are none have no place in an order.
#[test]
fn what_is_no_number_is_in_no_order() {
    let data = orders::Data { t: vec![0.4, f64::NAN, 0.9, 0.4], group: vec![2, 0, 1, 0], a: matrix(4, 3, 0.2) };
    let problem = orders::Problem::new(&data).unwrap();
    assert!(problem.at(&vector(4, 1.1), &vector(4, 0.7)).unwrap().f().is_nan());
}

#[test]
fn states_are_chosen_and_set() {
    let problem = states::Problem::new().unwrap();
    for (x, y) in [(vector(4, 1.1), vector(4, 0.7)), (-vector(4, 0.6), vector(4, 2.3)), (DVector::repeat(4, 0.3), vector(4, 0.9))]
    {
        let at = problem.at(&x, &y).unwrap();
        assert!((at.f() - states::f(&x, &y)).abs() < 1e-12, "{} {}", at.f(), states::f(&x, &y));
        assert!((at.g() - states::g(&x, &y)).abs() < 1e-12, "{} {}", at.g(), states::g(&x, &y));
        check(&problem, &x, &y);
    }
}
