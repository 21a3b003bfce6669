//! The module's own types: what is traced is what rustc compiles.

use nalgebra::{DVector, SVector};

use super::{Data, agrees, errors};

#[test]
fn methods_and_associated_items() {
    agrees! {
        struct Line { slope: f64, offset: f64 }
        impl Line {
            const UNIT: Self = Self { slope: 1.0, offset: 0.0 };
            const SCALE: f64 = 2.0 * Self::HALF;
            const HALF: f64 = 0.5;
            fn new(slope: f64) -> Self { Self { slope, ..Self::UNIT } }
            fn at(&self, t: f64) -> f64 { self.slope * t + self.offset * Line::SCALE }
            fn moved(self, by: f64) -> Line { Line { offset: self.offset + by, ..self } }
        }
        impl Line {
            fn twice(&self, t: f64) -> f64 { self.at(self.at(t)).sin() }
        }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let line = Line::new(x[0]).moved(y[1]);
            let far = Line { slope: 0.3, ..line };
            line.twice(x[1]) * far.at(data.k) + x.map(|t| line_at(&far, t)).sum() + Line::at(&far, x[2]) + [0.1, 0.2].map(Line::new)[1].slope
        }
        fn line_at(line: &Line, t: f64) -> f64 { line.at(t) }
    }
}

#[test]
fn tuple_structs() {
    agrees! {
        struct Pair(f64, f64);
        struct Weights(DVector<f64>);
        struct Nothing;
        impl Pair {
            fn swap(self) -> Self { Pair(self.1, self.0) }
            fn energy(&self) -> f64 { let Pair(a, b) = self; a * b.sin() }
        }
        impl Weights { fn norm(&self) -> f64 { self.0.norm() } }
        impl Nothing { fn one(&self) -> f64 { 1.5 } }
        fn sum(Pair(a, _): Pair, &Pair(.., d): &Pair) -> f64 { a + d * d }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let pair = Pair(x[0], y[1]);
            let other = Pair { 0: x[2], 1: x[3] * x[1] };
            let w = Weights(x * 2.0);
            let Weights(inner) = &w;
            pair.energy() + other.0 * other.1 + w.norm() * inner[0] + sum(pair.swap(), &other) + Nothing.one()
        }
    }
}

#[test]
fn traits_and_operators() {
    agrees! {
        use core::ops::{Add, Deref, Mul, Neg};
        trait Energy {
            const FACTOR: f64 = 3.0;
            fn energy(&self) -> f64;
            fn double(&self) -> f64 { Self::FACTOR * self.energy() }
        }
        struct A { t: f64 }
        struct B(DVector<f64>);
        impl Energy for A { fn energy(&self) -> f64 { self.t.cos() } }
        impl Energy for B {
            const FACTOR: f64 = 0.5;
            fn energy(&self) -> f64 { self.0.norm_squared() }
        }
        impl Add for A { type Output = A; fn add(self, other: A) -> A { A { t: self.t * other.t } } }
        impl Mul<f64> for A { type Output = Self; fn mul(self, by: f64) -> Self { Self { t: self.t + by } } }
        impl Neg for A { type Output = A; fn neg(self) -> A { A { t: 1.0 - self.t } } }
        impl Deref for B { type Target = DVector<f64>; fn deref(&self) -> &DVector<f64> { &self.0 } }
        fn total<T: Energy>(of: &T) -> f64 { of.double() }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let (a, b) = (A { t: x[0] }, B(x.clone()));
            let both = -(A { t: x[1] } + a * 2.5);
            b.double() + total(&both) + both.energy() + Energy::double(&b) + <A as Energy>::FACTOR + b.norm()
        }
    }
}

#[test]
fn what_is_not_decided_is_refused() {
    let head = "struct P { a: f64 } trait T { fn a(self) -> f64; } ";
    let f = "fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64";
    for (items, body, expected) in [
        (
            "impl P { fn a(&self) -> f64 { self.a } } impl T for P { fn a(self) -> f64 { 1.0 } }",
            "P { a: x[0] }.a()",
            "defined twice",
        ),
        ("", "P { a: x[0] }.b()", "`b` is no method of `P` in this module"),
        ("impl P { fn aa(&self) -> f64 { 1.0 } }", "P { a: x[0] }.aaa()", "did you mean `aa`?"),
        ("", "P::default().a", "is no item of an `impl` block"),
        ("impl P { fn a(&self) -> f64 { self.a() } }", "P { a: x[0] }.a()", "calls itself"),
        ("", "(P { a: x[0] } + P { a: x[1] }).a", "is not defined between"),
    ] {
        let found = errors(&format!("{head} {items} {f} {{ {body} }}"));
        assert!(found.iter().any(|error| error.contains(expected)), "{body}: {found:#?}");
    }
}

/// Types of the module are compared by their own `eq` and `partial_cmp`, or by derived ones; enums are integers.
#[test]
fn comparisons_of_own_types() {
    agrees! {
        use core::cmp::Ordering;
        #[derive(Clone, Copy, PartialEq, PartialOrd)]
        struct Pair { a: f64, b: f64 }
        #[derive(Clone, Copy)]
        struct Near(f64);
        impl PartialEq for Near { fn eq(&self, other: &Self) -> bool { (self.0 - other.0).abs() < 0.3 } }
        impl PartialOrd for Near { fn partial_cmp(&self, other: &Self) -> Option<Ordering> { other.0.partial_cmp(&self.0) } }
        #[derive(PartialEq, Eq)]
        struct Version(u32, u32);
        impl PartialOrd for Version { fn partial_cmp(&self, other: &Self) -> Option<Ordering> { Some(self.cmp(other)) } }
        impl Ord for Version { fn cmp(&self, other: &Self) -> Ordering { self.1.cmp(&other.1).then(self.0.cmp(&other.0)) } }
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        enum Level { Low = 2, Middle, High = -1 }
        fn level(t: f64) -> Level { if t > 0.5 { Level::Low } else if t > 0.0 { Level::Middle } else { Level::High } }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let (p, q) = (Pair { a: 1.0, b: x[0] }, Pair { a: 1.0, b: x[1] });
            let smaller = if p < q { x[0] } else { x[1] * 2.0 } + if p <= p && p == p && p != q { 0.5 * x[2] } else { 1.0 };
            let near = if Near(x[0]) == Near(x[1]) { 3.0 } else { x[1] } + if Near(x[0]) != Near(x[0] + 0.1) { 1.0 } else { x[0] };
            let reversed = if Near(x[0]) > Near(x[1]) { x[2] } else { x[3] } + if Near(1.0) >= Near(1.0) { x[0] } else { 0.0 };
            let version = if Version(1, 2) > Version(2, 1) { x[1] } else { x[2] };
            let levels = if Level::High < Level::Low && level(x[0]) > Level::High { x[0] * x[1] } else { x[2] };
            let number = f64::from(level(x[0]) as i32) * x[1] + Level::Middle as usize as f64 + Level::High as u8 as f64;
            let mut sums = [0.0; 5];
            for t in x.iter() { sums[(level(*t) as i32 + 1) as usize] += t; }
            smaller + near + reversed + version + levels + number + sums[0] * sums[3] + sums[4]
        }
    }
}

/// What `collect` and `into` make is what the place says: a list, a type of the module by its `from_iter`, or nothing that is read.
#[test]
fn collections_that_are_no_lists() {
    agrees! {
        struct Moments { n: f64, total: f64 }
        impl Moments { fn mean(&self) -> f64 { self.total / (1.0 + self.n) } }
        impl FromIterator<f64> for Moments {
            fn from_iter<I: IntoIterator<Item = f64>>(items: I) -> Self {
                let mut made = Moments { n: 0.0, total: 0.0 };
                for t in items { made.n += 1.0; made.total += t * t; }
                made
            }
        }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let all: Moments = x.iter().copied().collect();
            let positive = x.iter().copied().filter(|t| *t > 0.0).collect::<Moments>();
            let boxed: Box<[f64]> = y.iter().copied().collect();
            all.mean() * positive.mean() + boxed[1]
        }
    }
    let body = |text: &str| {
        let uses = "use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashSet}; use std::collections::HashSet as Unique; type Set = BTreeSet<usize>;";
        let f =
            format!("fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {{ let order = [2_usize, 0, 2]; {text} }}");
        format!(
            "{uses} struct Held {{ set: Set }} struct Tuple(Set); fn of(v: &[usize]) -> Set {{ v.iter().copied().collect() }} fn count(s: &Set) -> f64 {{ s.len() as f64 }} {f}"
        )
    };
    for (text, name) in [
        ("let s: HashSet<usize> = order.into_iter().collect(); s.len() as f64", "HashSet"),
        ("let s: Set = order.into(); s.len() as f64", "BTreeSet"),
        ("let s: Unique<_> = order.iter().collect(); s.len() as f64", "Unique"),
        ("order.iter().collect::<BTreeSet<_>>().len() as f64", "BTreeSet"),
        ("of(&order).len() as f64", "BTreeSet"),
        ("count(&order.into_iter().collect())", "BTreeSet"),
        ("Held { set: order.into_iter().collect() }.set.len() as f64", "BTreeSet"),
        ("Tuple(order.into_iter().collect()).0.len() as f64", "BTreeSet"),
        ("let s = |v: &[usize]| -> BinaryHeap<usize> { v.iter().copied().collect() }; s(&order).len() as f64", "BinaryHeap"),
        (
            "let (a, b): (Vec<usize>, HashSet<usize>) = order.iter().map(|i| (*i, *i)).unzip(); (a.len() + b.len()) as f64",
            "HashSet",
        ),
        ("let m: BTreeMap<usize, f64> = order.iter().map(|i| (*i, x[*i])).collect(); m.len() as f64", "BTreeMap"),
        ("let s: Vec<Set> = [1, 2].iter().map(|_| order.into_iter().collect()).collect(); s.len() as f64", "BTreeSet"),
        ("let s: Option<Set> = order.iter().map(|i| Some(*i)).collect(); s.unwrap().len() as f64", "BTreeSet"),
    ] {
        let said = errors(&body(text));
        assert!(said.iter().any(|message| message.contains(&format!("`{name}` is no list"))), "{text}: {said:?}");
    }
}
