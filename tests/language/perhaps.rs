//! What may have no value: an `Option` that a loop carries, `try_fold`, lists of `Result`s; order and equality of lists.

use hypergrad::bilevel;
use nalgebra::DVector;

use crate::check;

#[bilevel]
pub mod carried {
    use nalgebra::DVector;

    pub struct Data {
        pub gaps: Vec<bool>,
        pub w: Vec<f64>,
    }

    /// The differences of neighbours that were measured.
    fn roughness(x: &DVector<f64>, data: &Data) -> f64 {
        let mut last: Option<f64> = None;
        let mut total = 0.0;
        for (v, gap) in x.iter().zip(&data.gaps) {
            if *gap {
                last = None;
                continue;
            }
            if let Some(before) = last {
                total += (v - before).powi(2) * before.exp();
            }
            last = Some(v.sin());
        }
        total + last.unwrap_or(0.5)
    }

    fn chained(x: &DVector<f64>, most: f64) -> Option<f64> {
        x.iter().try_fold(0.3, |a: f64, v| if a.abs() > most { None } else { Some(0.5 * a + v) })
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let far = chained(x, 0.01).unwrap_or(x[0] * y[1]);
        roughness(x, data) + y.map(f64::exp).dot(&x.component_mul(x)) + far + chained(x, 90.0).map_or(0.0, |t| t * t)
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let roots: Result<Vec<f64>, String> =
            x.iter().map(|v| if *v > -9.0 { Ok((v + 9.0).ln()) } else { Err(String::from("low")) }).collect();
        let squares = x.iter().map(|v| if *v > 0.0 { Some(v * v) } else { None }).collect::<Option<Vec<_>>>();
        let mut kept: Vec<f64> = x.iter().copied().collect();
        kept.retain(|v| *v > 0.0);
        let mut front: Vec<f64> = data.w.iter().zip(x.iter()).map(|(w, v)| w * v).collect();
        let back = front.split_off(1);
        let ordered = if data.w.is_sorted() { y[0] } else { y[1] };
        let same = if x.iter().eq(y.iter()) || x.iter().ne(x.iter().take(99)) { x[1] } else { x[0] * x[0] };
        let both = Some(x[0]).zip(data.gaps.iter().position(|gap| *gap)).map_or(0.0, |(v, k)| v * x[k]);
        let one = (x[0] > 0.0).then_some(x[1]).xor(None).unwrap_or(x[2]);
        let there: f64 = (x[0] > 0.0).then_some(x[1]).into_iter().chain((x[1] > 2.0).then_some(x[0]).iter().copied()).sum();
        let none = there + if data.gaps.iter().position(|gap| *gap).is_none_or(|k| k > 0) { x[0] } else { x[1] };
        let distance = nalgebra::distance(&nalgebra::Point2::new(x[0], x[1]), &nalgebra::Point2::new(y[1], y[0]))
            + nalgebra::distance_squared(&nalgebra::Point2::new(x[0], x[1]), &nalgebra::Point2::new(y[1], y[0]));
        roots.unwrap().iter().sum::<f64>() * y[0]
            + squares.map_or(x[0], |v| v[1] * y[1])
            + kept.iter().product::<f64>() * kept.len() as f64
            + front[0] * back.iter().sum::<f64>()
            + ordered * same
            + both * one * none
            + distance
    }
}

#[test]
fn what_may_be_missing_is_carried() {
    let (x, y) = (DVector::from_vec(vec![0.7, -0.4, 0.9, 0.2]), DVector::from_vec(vec![0.3, 0.6, -0.2, 0.5]));
    for (gaps, w) in [
        (vec![false, true, false, false], vec![0.1, 0.2, 0.4, 0.8]),
        (vec![false; 4], vec![0.3, 0.2, 0.4, 0.8]),
        (vec![true; 4], vec![0.3, 0.3, 0.4, 0.8]),
    ] {
        for x in [x.clone(), x.abs()] {
            let data = carried::Data { gaps: gaps.clone(), w: w.clone() };
            let problem = carried::Problem::new(&data).unwrap();
            let at = problem.at(&x, &y).unwrap();
            assert!((at.f() - carried::f(&x, &y, &data)).abs() < 1e-12, "{} {}", at.f(), carried::f(&x, &y, &data));
            assert!((at.g() - carried::g(&x, &y, &data)).abs() < 1e-12, "{} {}", at.g(), carried::g(&x, &y, &data));
            check(&problem, &x, &y);
        }
    }
}
