//! `Result`, labelled blocks, iterators that are moved on.

use nalgebra::{DVector, SVector};

use super::{Data, agrees, bodies, errors};

#[test]
fn results() {
    agrees! {
        fn positive(t: f64) -> Result<f64, String> { if t > 0.0 { Ok(t.ln()) } else { Err(format!("{t} is not positive")) } }
        fn total(x: &DVector<f64>, data: &Data) -> Result<f64, String> { let s = positive(data.k)?; let t = positive(x[0])?; Ok(s * t) }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            total(x, data).unwrap_or(0.0) + positive(x[1]).unwrap_or(-1.0) * y[0] + positive(x[3]).expect("positive")
                + positive(x[2]).map(|t| t * t).unwrap_or_else(|_| 0.0) + positive(x[1]).map_or(y[1], |t| t)
                + positive(y[1]).and_then(|t| positive(t)).unwrap_or_default() + if positive(x[4]).is_ok() { x[0] } else { x[1] }
                + positive(x[1]).ok().map_or(y[2], f64::sin) + positive(x[1]).or_else(|_| positive(x[3])).unwrap()
                + positive(x[2]).map_or_else(|_| 0.0, |t| t * y[0]) + f64::from(positive(x[1]).is_err())
        }
    }
    agrees! {
        enum Bad { Negative(f64), Zero }
        fn checked(t: f64) -> Result<f64, Bad> { if t < 0.0 { return Err(Bad::Negative(t)); } if t == 0.0 { return Err(Bad::Zero); } Ok(t.sqrt()) }
        fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
            let one = |t: f64| match checked(t) { Ok(v) => v, Err(Bad::Negative(t)) => -t * t, Err(Bad::Zero) => 0.5 };
            let second = x.get(1).ok_or(Bad::Zero).map(|t| t * y[0]).unwrap_or(0.0);
            let found = (|| -> Result<f64, ()> { let a = x.get(7).ok_or(())?; Ok(a * 2.0) })().unwrap_or(y[1]);
            x.iter().map(|t| one(*t)).sum::<f64>() + second + found + match checked(x[4]) { Err(_) => x[0], Ok(t) => t }
        }
    }
    agrees! { fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
        let some = x.get(1).copied().filter(|t| *t < 0.0).or_else(|| Some(y[0])).unwrap();
        let all: Option<f64> = x.iter().map(|t| (*t > -9.0).then_some(t * t)).sum();
        let none: Option<f64> = x.iter().map(|t| (*t > 0.0).then_some(t * t)).sum();
        let list: Option<Vec<f64>> = x.iter().map(|t| if *t > -3.0 { Some(t + 1.0) } else { None }).collect();
        let more = x.iter().map(|t| Some(*t)).collect::<Option<Vec<_>>>().unwrap();
        some + all.unwrap_or(0.0) + none.unwrap_or(y[1]) + list.map_or(0.0, |v| v.iter().product::<f64>()) + more[2]
    } }
}

#[test]
fn labelled_blocks() {
    bodies! { (x, y, data) -> f64:
        { let t = 'a: { if data.k > 10.0 { break 'a x[0]; } if x[1] > 0.0 { break 'a x[1]; } x[2] * x[2] }; t * t }
        { let mut s = y[0]; 'done: { if x[0] > 0.5 { s += x[1]; break 'done; } s *= x[2]; } s }
        { let t: f64 = 'found: { for i in 0..5 { if x[i] < 0.0 { break 'found x[i] * 2.0; } } 0.0 }; t * y[0] }
        { let mut s = 0.0; for i in 0..5 { s += 'v: { if i == 2 { break 'v y[0]; } x[i] }; } s }
    }
    let found = errors(
        "fn h(t: Option<f64>) -> Option<f64> { Some('a: { if t? > 0.0 { break 'a 1.0; } 2.0 }) } fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 { h(x.get(0).copied()).unwrap() }",
    );
    assert!(found.iter().any(|text| text.contains("what leaves more than a labelled block")), "{found:#?}");
}

#[test]
fn iterators_that_are_moved_on() {
    bodies! { (x, y, data) -> f64:
        { let mut it = x.iter(); let first = it.next().unwrap(); it.fold(*first, |m, v| m + v * v * first) }
        { let mut it = x.iter(); let (a, b) = (it.next().unwrap(), it.nth(1).unwrap()); a * b + it.map(|t| t * t).sum::<f64>() }
        { let mut it = x.iter(); let mut s = 0.0; while let Some(v) = it.next() { s += v * v; } s + it.count() as f64 }
        { let mut it = x.iter().zip(y.iter()).enumerate(); let mut s = 1.0; while let Some((i, (a, b))) = it.next() { s = s * 0.5 + a * b * i as f64; } s }
        { let mut it = x.iter(); it.next(); let mut s = 0.0; while let Some(v) = it.next() { if *v > 2.0 { break; } s += v; } s }
    }
    let found = errors(
        "fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 { let mut it = x.iter(); let a = it.any(|t| *t > 1.0); if a { it.sum() } else { 0.0 } }",
    );
    assert!(found.iter().any(|text| text.contains("of an iterator that it moves on")), "{found:#?}");
}
