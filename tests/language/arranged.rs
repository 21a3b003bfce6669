//! Items exchanged, moved and removed; operators between conditions, tuples and bits; steps inside of steps.

use hypergrad::bilevel;
use nalgebra::DVector;

use crate::{check, vector};

#[bilevel]
pub mod exchanges {
    use nalgebra::{DMatrix, DVector};

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut v = vec![x[0], x[1], y[0], y[1]];
        v.swap(0, 2);
        v.reverse();
        v.rotate_left(1);
        let taken = v.remove(1);
        v.insert(0, taken * x[2]);
        let last = v.pop().unwrap();
        v.rotate_right(2);
        v.truncate(2);
        let mut more = vec![y[1] * y[1]];
        v.append(&mut more);
        v.extend_from_slice(x.as_slice());
        let (first, rest) = v.split_first().unwrap();
        let end = if let Some((end, _)) = x.as_slice().split_last() { *end } else { 0.0 };
        let weighed: f64 = rest.iter().enumerate().map(|(i, t)| (i + 1) as f64 * t.sin()).sum();
        more.clear();
        weighed * first + last * end + more.len() as f64 + x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let (mut a, mut b) = (x[0], y[0]);
        std::mem::swap(&mut a, &mut b);
        let old = std::mem::replace(&mut a, x[1] * b);
        let gone = std::mem::take(&mut b);
        let mut m = x * y.transpose();
        m.swap_rows(0, 1);
        m.swap_columns(0, 2);
        let (mut p, mut q, mut r, mut s) = (DVector::zeros(3), DVector::zeros(3), DVector::zeros(3), DVector::zeros(3));
        m.mul_to(x, &mut p);
        m.tr_mul_to(x, &mut q);
        p.add_to(&q, &mut r);
        p.sub_to(y, &mut s);
        let mut kept = DMatrix::zeros(3, 3);
        kept.clone_from(&m);
        let mut few = [0.0; 3];
        few.copy_from_slice(y.as_slice());
        let mut same = [0.0; 3];
        same.clone_from_slice(&few);
        a * old + gone + b + r.dot(&s) + kept.sum() + same[0] * few[2]
    }
}

#[bilevel]
pub mod decided {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut good = true;
        good &= x[0] < 3.0;
        good |= y[0] > 9.0;
        let either = if (x[0] > 0.0) ^ (y[1] > 5.0) { x[0] * x[1] } else { y[0] };
        let odd: f64 = (0..3_usize).filter(|k| k & 1 == 1).map(|k| x[k] * x[k >> 1] * (k << 2) as f64).sum();
        let later: f64 = (0..3_usize).map(|i| if (i / 2, i % 2) >= (0, 1) { x[i].sin() } else { x[i] * y[i] }).sum();
        let ordered = if (x[0], x[1]) < (y[0], y[1]) { x[0] * y[1] } else { x[1] };
        either + odd + later + ordered + if good { x.norm_squared() } else { 0.0 }
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

/// Ten small steps in each of the data's, and the amount in two compartments that do not both read each other.
#[bilevel]
pub mod compartments {
    use nalgebra::{DVector, Vector2};

    pub struct Data {
        pub times: DVector<f64>,
        pub observed: DVector<f64>,
    }

    pub fn f(x: &Vector2<f64>, y: &f64, data: &Data) -> f64 {
        let (mut gut, mut central, mut before) = (2.0, 0.0, 0.0);
        let mut loss = 0.0;
        for (time, observed) in data.times.iter().zip(data.observed.iter()) {
            let step = (time - before) / 10.0;
            for _ in 0..10 {
                let moved = x[0].exp() * gut;
                gut -= step * moved;
                central += step * (moved - x[1].exp() * central);
            }
            before = *time;
            loss += (central - observed).powi(2);
        }
        loss + y.exp() * x.norm_squared()
    }

    pub fn g(x: &Vector2<f64>, y: &f64, _data: &Data) -> f64 {
        (x[0] - x[1]).powi(2) + y * x[0]
    }
}

#[test]
fn items_and_conditions() {
    let (x, y) = (DVector::from_vec(vec![0.7, -0.4, 0.9]), DVector::from_vec(vec![0.3, 0.6, -0.2]));
    check(&exchanges::Problem::new().unwrap(), &x, &y);
    check(&decided::Problem::new().unwrap(), &x, &y);
    let at = exchanges::Problem::new().unwrap();
    let at = at.at(&x, &y).unwrap();
    assert!((at.f() - exchanges::f(&x, &y)).abs() < 1e-12 && (at.g() - exchanges::g(&x, &y)).abs() < 1e-12);
}

#[test]
fn small_steps_inside_of_steps() {
    let data = compartments::Data { times: DVector::from_vec(vec![0.3, 0.9, 1.4, 2.0]), observed: vector(4, 0.3) };
    let (x, y) = (nalgebra::Vector2::new(-0.2, -0.6), -1.0);
    let expected = compartments::f(&x, &y, &data);
    let problem = compartments::Problem::new(&data).unwrap();
    assert!((problem.at(&x, &y).unwrap().f() - expected).abs() < 1e-12);
    check(&problem, &x, &y);
}
