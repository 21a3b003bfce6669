//! What is refused, each with its message.

use super::errors;

fn body(body: &str) -> Vec<String> {
    errors(&format!("fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {{ {body} }}"))
}

fn refused(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let found = body(text);
        assert!(found.len() == 1 && found[0].contains(expected), "{text}: {found:#?}");
    }
}

#[test]
fn statements() {
    refused(&[
        ("y.clone().fill(1.0); 1.0", "is not changed in place"),
        ("fn own(t: f64) -> f64 { if t > 1.0 { own(t - 1.0) } else { t } } own(x[0])", "`own` calls itself"),
        ("while true {} 1.0", "how many steps this loop takes"),
        ("loop {} 1.0", "how many steps this loop takes"),
        ("let a = x[0]?; a", "`?` of a scalar"),
        ("unsafe { 1.0 }", "`unsafe` is not accepted"),
        ("DVector::<f64>::zeros(if x[0] > 0.0 { 2 } else { 3 }).sum()", "differs by a condition"),
        ("(0..3).map(|i| DVector::<f64>::repeat(i - 1, 1.0).sum()).sum::<f64>()", "can be below zero"),
        ("fn one(t: f64) -> f64 { two(t) } fn two(t: f64) -> f64 { one(t) } one(x[0])", "calls itself"),
        ("concat!(1); x[0]", "macro `concat!` is not accepted"),
        ("let s = x[0]; s += 1.0; s", "`s` is not bound with `let mut`"),
    ]);
}

/// A closure that looks at items and changes what is outside of it does so.
#[test]
fn closures_that_change_what_is_outside() {
    refused(&[
        ("let mut c = 0.0; let s: f64 = x.iter().inspect(|t| c += **t).sum(); s * c", "called for each index"),
        (
            "let mut c = 0; let s: f64 = x.iter().filter(|t| **t > 0.3).inspect(|_| c += 1).sum(); s * c as f64",
            "called for each index",
        ),
        ("let mut c = 0.0; let b = x.iter().any(|t| { c += t; *t > 0.5 }); if b { c } else { 1.0 }", "called for each index"),
    ]);
}

/// Arms that leave a list at two lengths, one of them by a count that a size gives.
#[test]
fn lists_of_two_lengths() {
    refused(&[
        (
            "let mut l = x.as_slice().to_vec(); if y[0] > 0.5 { for j in 0..data.n { l.push(y[j]); } } l.len() as f64 * x[0]",
            "differs by a condition",
        ),
        (
            "let mut l = vec![0.5, 0.5]; let mut i = 0; while i < 1 && y[0] > 0.9 { l.extend(x.iter().map(|_| 0.5)); i += 1; } l.iter().sum::<f64>()",
            "`l`",
        ),
    ]);
}

#[test]
fn loops() {
    refused(&[
        (
            "let mut k = 0; let mut s = 0.0; for i in 0..data.n { s += x.rows(0, k).sum(); if x[i] > 0.0 { k += 1; } } s",
            "a size, bound or part is a sum of indices",
        ),
        (
            "#[derive(Clone, Copy)] enum Dose { Rest, Given(f64) } let mut s = 0.0; let mut dose = Dose::Rest; for i in 0..x.len() { s += match dose { Dose::Rest => x[i], Dose::Given(t) => t }; dose = Dose::Given(x[i]); } s",
            "a step of this loop needs what the steps before made of `dose`",
        ),
        (
            "let mut s = 0.0; for (i, t) in x.iter().filter(|t| **t > 0.0).rev().enumerate() { s = s * t; } s",
            "`enumerate` after `filter`",
        ),
        ("let mut s = 0.0; x.iter().filter(|t| { s += *t; true }).sum()", "inside of a closure that is called for each index"),
        (
            "let mut s = 0.0; (0..x.len()).flat_map(|i| (0..i).map(move |j| (i, j))).for_each(|(i, j)| s += x[i] * x[j]); for (i, j) in (0..x.len()).flat_map(|i| (0..i).map(move |j| (i, j))) { if x[i] > 3.0 { break; } s += x[j]; } s",
            "in which order",
        ),
        ("let mut s = 0.0; for i in 0.. { s += x[i]; } s", "no end"),
        ("f64::INFINITY * x[0]", "infinite constant"),
    ]);
}

#[test]
fn shapes() {
    refused(&[
        ("(data.s * y - data.t * y).sum()", "shapes of `-` do not agree: `data.s * y` has length 3, `data.t * y` has length 2"),
        ("(data.s * data.t).sum()", "shapes of `*` do not agree: `data.s` has 3 columns, `data.t` has 2 rows"),
        ("y.dot(&(data.t * y))", "shapes of `dot` do not agree"),
        ("y[3]", "index `3` is 3, but `y` has length 3"),
        ("(0..4).map(|i| y[i]).sum()", "index `i` reaches 3, but `y` has length 3"),
        ("(0..3).map(|i| x[i - 1]).sum()", "can be -1, below zero"),
        ("data.s[(3, 0)]", "index `(3, 0)`"),
        ("y.w", "length 3"),
        ("(x + 1.0).sum()", "shapes of `+` do not agree: `x` is a column vector, `1.0` is a scalar"),
    ]);
}

#[test]
fn names() {
    refused(&[
        ("x.nrom()", "not a known method of a column vector"),
        ("x.norm_sqared()", "did you mean `norm_squared`?"),
        ("xx[0]", "`xx` is not known in this module"),
        ("outside(x)", "move `outside` into the module"),
        ("softpls(x[0])", "did you mean `softplus`?"),
        ("x[0].gamma()", "not a known method of a scalar"),
        ("data.q.clone().symmetric_eigenvalues().sum()", "of decompositions, those that solve systems are read"),
        ("data.q.clone().lu().u().sum()", "its parts have no derivative rule"),
        ("if data.q.clone().try_inverse().is_some() { x[0] } else { y[0] }", "whether there is a solution is asked"),
        ("std::iter::successors(x.iter().copied().find(|b| *b > 0.0), |b| Some(*b)).take(3).sum()", "that may begin with `None`"),
        ("x.rows(0, x[0] as usize).sum()", "a size, bound or part"),
        ("x[x[0] > 0.0]", "cannot be indexed"),
        ("x[x[0]]", "a scalar is no index"),
        ("(0..3).flat_map(|i| (0..i).map(move |j| x[i] * y[j])).step_by(2).sum::<f64>()", "`step_by` after `filter`"),
        (
            "x.iter().zip((0..3).flat_map(|i| (0..i).map(move |j| x[i] * y[j]))).map(|(a, b)| a * b).sum::<f64>()",
            "`zip` after `filter`",
        ),
        ("x.iter().filter(|t| **t > 0.0).chain(y.iter()).rev().take(2).sum::<f64>()", "`take` after `filter`"),
        ("x.rows(0, x.iter().filter(|t| **t > 0.0).count()).sum()", "a size, bound or part"),
        ("let a = 0.0; a / a", "this constant is not finite"),
        ("1.0 / 0.0 * x[0]", "this constant is not finite"),
        ("(-1.0_f64).ln() * x[0]", "this constant is not finite"),
        ("0.0 * x[0].ln()", "`*` with the constant 0"),
        ("0.0 / x[0]", "`/` with the constant 0"),
        ("let a = 0.1f32; a as f64 * x[0]", "single precision"),
        ("(data.n as u8) as f64 * x[0]", "may wrap around"),
        ("(0..3).map(|i| (i as isize - 1) as usize as f64).sum::<f64>()", "may wrap around"),
        ("x[0] * 2", "convert the integer with `as f64`"),
        ("DVector::from_fnn(3, |i, _| x[i]).sum()", "did you mean `from_fn`?"),
        ("f(x, y, data)", "calls itself"),
        ("SVector::from_fn(|i, _| i as f64).sum()", "the dimensions of this are not found"),
    ]);
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let found = body("let a = x.nrom() + y.nrom(); let b = a + xx; b * outside(b) + (data.s * data.t).sum() ");
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[test]
fn exits_of_loops() {
    refused(&[
        (
            "fn h(x: &DVector<f64>) -> Result<f64, String> { let mut s = 0.0; for i in 0..9 { let t = x.get(i).ok_or(\"short\".to_string())?; s += t; } Ok(s) } h(x).unwrap()",
            "a loop is not left by `return` or `?`",
        ),
        (
            "let mut s = 0.0; for i in 0..9 { s += match x.get(i) { Some(t) => *t, None => continue }; } s",
            "`s` is changed behind a `?`",
        ),
        (
            "fn add(s: &mut f64, t: f64) { *s += t; } let mut s = 0.0; for i in 0..9 { add(&mut s, match x.get(i) { Some(t) => *t, None => continue }); } s",
            "`s` is changed behind a `?`",
        ),
        ("let mut o = Some(x[0]); if let Some(ref mut t) = o { *t += 1.0; } o.unwrap()", "`ref mut` is not accepted"),
    ]);
}
