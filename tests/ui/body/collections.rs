use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;
    use std::collections::{BTreeSet, HashSet};

    pub struct Data {
        pub label: Vec<usize>,
    }

    fn classes(label: &[usize]) -> BTreeSet<usize> {
        label.iter().copied().collect()
    }

    pub fn f(x: &DVector<f64>, y: f64, data: &Data) -> f64 {
        let seen: HashSet<usize> = data.label.iter().copied().collect();
        x.norm_squared() * y.exp() / seen.len() as f64
    }

    pub fn g(x: &DVector<f64>, _y: f64, data: &Data) -> f64 {
        let largest = data.label.iter().copied().collect::<BTreeSet<_>>().into_iter().next_back();
        let first: BTreeSet<usize> = [0, 1, 0].into();
        x[0] * largest.map_or(0.0, |k| k as f64) + x[first.len()] * classes(&data.label).len() as f64
    }
}

fn main() {}
