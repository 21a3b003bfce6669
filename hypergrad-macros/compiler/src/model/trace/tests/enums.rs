//! `match`, enums and `Option`: what is traced is what rustc compiles.

use nalgebra::{DVector, SVector};

use super::{Data, agrees, bodies, errors};

#[test]
fn arms_on_indices_and_conditions() {
    bodies! { (x, y, data) -> f64:
        { (0..5).map(|i| match i { 0 => x[0], 1..=2 => x[i] * y[i - 1], 3 | 4 => x[i].sin(), _ => 0.0 }).sum::<f64>() }
        { (0..5).map(|i| match i { 0 => x[0], i if i == data.n - 1 => x[i] * 2.0, _ => x[i - 1] * x[i + 1] }).sum::<f64>() }
        { (0..3).map(|i| (0..3).map(|j| match (i, j) { (0, 0) => x[0], (i, j) if i == j => x[i] * y[j], (_, 2) => y[i], _ => x[j] }).sum::<f64>()).sum::<f64>() }
        { (0..3).map(|i| (0..3).map(|j| match i.cmp(&j) {
            core::cmp::Ordering::Less => x[i] * y[j], core::cmp::Ordering::Equal => x[i].exp(), core::cmp::Ordering::Greater => y[i] - x[j] }).sum::<f64>()).sum::<f64>() }
        { (0..5).map(|i| match i % 2 == 0 { true => x[i], false => -x[i] * x[i] }).sum::<f64>() }
        { match (x[0] > 0.0, x[1] > 0.0) { (true, false) => x[0] * x[1], (false, _) | (true, true) => 1.0 } }
        { match x[0] { t if t > 1.0 => t, t if t > 0.5 => t * t, t => t.powi(3) } }
        { match data.n { 0..=3 => x[0], n @ 4..=6 => x[1] * n as f64, _ => x[2] } }
        { const LAST: usize = 4; (0..5).map(|i| match i { LAST => x[0], _ => x[i] * x[i] }).sum::<f64>() }
        { (0..5).map(|i| if matches!(i, 1..=3) && !matches!(i, 2) { x[i].cos() } else { 0.5 }).sum::<f64>() }
        { let [a, b] = match data.n { 5 => [x[0], y[0]], _ => [y[1], x[1]] }; a * b }
        { match [x[0], x[1], 2.0] { [a, .., c] => a * c } }
        { match x.as_slice() { [a, .., b] => a * b, _ => 0.0 } }
        { match x.as_slice() { [a, b] => a * b, [a, b, _, _, e] => a * b - e, _ => 0.0 } }
        { if let [a, b] = x.as_slice() { a * b } else { x[2] } }
        { match x.as_slice() { [first, rest @ ..] => first * rest.iter().map(|t| t.sin()).sum::<f64>() * rest[1], [] => 0.0 } }
        { let [first, rest @ ..] = [x[0], y[0], x[1]]; first * rest[0] - rest[1] * rest.len() as f64 }
        { match [x[0], x[1], y[2]] { [first, rest @ .., last] => first * rest[0] + last } }
        { (0..5usize).map(|i| (0..5usize).map(|j| match i.abs_diff(j) { 0 => x[i], 1 => x[j] * x[i], d => 0.1 * d as f64 * x[i] }).sum::<f64>()).sum::<f64>() }
        { if data.n.cmp(&3).is_ge() && x[0].partial_cmp(&y[0]).unwrap().reverse().is_lt() { x[0] } else { y[1] * x[2] } }
    }
}

#[test]
fn options() {
    bodies! { (x, y, data) -> f64:
        { (0..5).map(|i| if let Some(next) = x.get(i + 1) { x[i] * next } else { x[i] }).sum::<f64>() }
        { (0..5usize).map(|i| i.checked_sub(1).map_or(0.5, |k| x[k] * x[i])).sum::<f64>() }
        { fn h(t: f64, k: Option<f64>) -> f64 { t * k.unwrap_or(2.0) } h(x[0], None) + h(x[1], Some(y[0])) }
        { (data.n > 3).then(|| x[0]).unwrap_or(0.0) + (x[0] > 5.0).then_some(x[1]).unwrap_or_default() }
        { x.as_slice().first().unwrap() * x.as_slice().last().unwrap() }
        { let o = if x[0] > 0.0 { Some(x[1]) } else { None }; match o { Some(t) if t > 0.0 => t, Some(t) => -t * x[2], None => 3.0 } }
        { (0..5usize).map(|i| i.checked_sub(2).map(|k| x[k] * y[0]).or(x.get(i).copied()).unwrap_or_default()).sum::<f64>() }
        { (0..5usize).map(|i| i.checked_sub(3).and_then(|k| x.get(k)).map_or_else(|| y[1], |t| t * t)).sum::<f64>() }
        { (0..5usize).map(|i| if x.get(i + 2).is_some_and(|t| *t > 0.0) && let Some(k) = i.checked_sub(1) && k < 2 { x[k] * x[i + 2] } else { x[i] }).sum::<f64>() }
        { let o: Option<usize> = None; o.map_or(x[0], |k| x[k]) + o.unwrap_or_else(|| 2) as f64 * y[0] }
        { let (a, b) = (Some(1.5), None::<f64>); if a.is_some() && b.is_none() { a.unwrap() * x[0] } else { 0.0 } }
    }
}

#[test]
fn early_returns() {
    agrees! {
        fn h(t: f64) -> f64 { if t > 0.0 { return t * t; } -t }
        fn log(t: f64) -> f64 { if t <= 0.0 { return 0.0; } let s = t.ln(); if s > 0.5 { return s * s; } else if s < -5.0 { return 1.0; } s.sin() }
        fn at(x: &DVector<f64>, i: usize) -> Option<f64> { let next = x.get(i + 1)?; if i == 2 { return None; } Some(next * x[i]) }
        fn first(x: &DVector<f64>, i: usize) -> f64 { let Some(k) = i.checked_sub(1) else { return x[0]; }; x[k] * x[i] }
        fn all(x: &DVector<f64>) -> f64 { return x.norm(); }
        fn by(i: usize) -> f64 { match i { 0 => return 1.5, 1 => {} _ => return 0.1 * i as f64 } 3.0 }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let c = |t: f64| { if t < 0.0 { return 2.0 * t; } t.sqrt() };
            if data.n == 0 { return 0.0; }
            let sum: f64 = (0..5).map(|i| at(x, i).unwrap_or(0.5) + first(x, i) + by(i) * x[i]).sum();
            x.iter().map(|t| h(*t) + log(*t) + c(*t)).sum::<f64>() + sum + all(x)
        }
    }
}

#[test]
fn own_enums() {
    agrees! {
        #[derive(Clone, Copy, PartialEq)]
        enum Kernel { Rbf, Linear, Cubic }
        enum Loss { Square, Huber { delta: f64 }, Scaled(f64, f64) }
        use Kernel::Cubic;
        const DEFAULT: Kernel = Kernel::Linear;
        impl Kernel {
            const ALL: [Kernel; 3] = [Self::Rbf, Self::Linear, Cubic];
            fn at(self, r: f64) -> f64 {
                match self { Self::Rbf => (-r * r).exp(), Kernel::Linear => r, Cubic => r.powi(3) }
            }
        }
        impl Loss {
            fn of(&self, r: f64) -> f64 {
                match self {
                    Self::Square => r * r,
                    Self::Huber { delta } if r.abs() < *delta => 0.5 * r * r,
                    Self::Huber { delta } => delta * (r.abs() - 0.5 * delta),
                    Self::Scaled(a, b) => a * r.powi(2) + b,
                }
            }
        }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let chosen = if x[0] > 0.0 { Kernel::Rbf } else { DEFAULT };
            let loss = if x[1] > 0.0 { Loss::Huber { delta: 0.3 } } else { Loss::Scaled(y[0], y[1]) };
            let by_index = (0..5).map(|i| { let k = if i < 2 { Kernel::Rbf } else { Cubic }; k.at(x[i]) }).sum::<f64>();
            let same = if chosen == DEFAULT || chosen != Kernel::Rbf { 1.0 } else { x[2] };
            chosen.at(x[1]) + loss.of(x[0]) + Loss::Square.of(x[2]) + by_index + same + Kernel::ALL[2].at(x[3]) + Some(y[0]).map(Some).unwrap().unwrap()
        }
    }
}

#[test]
fn what_is_no_choice_is_refused() {
    let head = "#[derive(Clone, Copy)] enum K { A, B(f64) } impl PartialEq for K { fn eq(&self, o: &K) -> bool { true } }";
    let f = "fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64";
    for (body, expected) in [
        ("if K::A == K::B(1.0) { 1.0 } else { 2.0 }", "`==` of these is not read"),
        ("None::<f64>.unwrap()", "of what is `None` here"),
        ("match K::A { K::A => x.nrom(), K::B(t) => t }", "`nrom` is not a known method"),
    ] {
        let found = errors(&format!("{head} {f} {{ {body} }}"));
        assert!(found.iter().any(|error| error.contains(expected)), "{body}: {found:#?}");
    }
}

/// An enum without values, and an `Ordering`, from step to step.
#[test]
fn variants_are_carried() {
    agrees! {
        #[derive(Clone, Copy, PartialEq)]
        enum Mode { Up, Down, Rest }
        #[derive(Clone, Copy)]
        struct State { mode: Mode, level: f64, last: f64 }
        impl State {
            fn step(&mut self, t: f64) {
                match self.mode {
                    Mode::Up => { self.level += t * t; if self.level > 1.0 { self.mode = Mode::Down; } }
                    Mode::Down => { self.level *= 0.5; if t < 0.0 { self.mode = Mode::Rest; } }
                    Mode::Rest => self.mode = Mode::Up,
                }
                self.last = t.sin();
            }
        }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let mut mode = Mode::Rest;
            let mut s = 0.0;
            for i in 0..x.len() {
                s += match mode { Mode::Up => x[i], Mode::Down => x[i] * x[i], Mode::Rest => x[i].exp() };
                mode = if x[i] > 0.5 { Mode::Up } else if mode == Mode::Up { Mode::Down } else { mode };
            }
            let mut state = State { mode: Mode::Up, level: y[0], last: 0.0 };
            for t in x.iter() { state.step(*t); }
            let mut order = std::cmp::Ordering::Equal;
            for i in 0..x.len() { order = x[i].total_cmp(&data.b[i]); }
            let found = x.iter().fold(std::cmp::Ordering::Less, |found, t| if *t > 2.0 { std::cmp::Ordering::Greater } else { found });
            s + state.level * state.last + if state.mode == Mode::Rest { y[1] } else { y[2] * x[0] }
                + if mode == Mode::Down { x[0] } else { x[1] } + if order.is_lt() { x[2] } else { x[3] } + if found.is_lt() { 1.0 } else { x[4] }
        }
    }
}

/// Fields that steps only set are read behind the loop.
#[test]
fn fields_are_set_by_steps() {
    agrees! {
        #[derive(Clone, Copy)]
        struct State { sum: f64, last: f64, pair: (f64, f64), above: bool }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let mut s = State { sum: 0.0, last: 0.5, pair: (0.0, 1.0), above: false };
            for (i, t) in x.iter().enumerate() {
                s.sum += t * t;
                s.last = t.sin() * y[0];
                s.pair.1 = data.b[i] * t;
                s.above = *t > 0.0;
            }
            let mut p = (0.0, 0.0);
            for t in x.iter() { p.0 += t; if *t > 0.0 { p.1 = *t; } }
            s.sum * s.last + s.pair.1 + s.pair.0 + if s.above { x[0] } else { y[1] } + p.0 * p.1
        }
    }
}
