//! Facts that the data decides: on which of it they hang, and that nothing hangs on what it must not.

use super::modules::facts_and_conditions;

/// Of an objective: what `f1_definite` and `f1_diagonal_plus_gram` hang on (`None`: not proved at all).
fn decided(f: &str) -> [Option<Vec<String>>; 2] {
    let head = "x: &DVector<f64>, y: &DVector<f64>, d: &Data";
    let text = format!("pub fn f({head}) -> f64 {{ {f} }} pub fn g({head}) -> f64 {{ x.sum() + 0.0 * d.s * y[0] }}");
    let (facts, shown) = facts_and_conditions(&text);
    [&facts.f1_definite, &facts.f1_diagonal_plus_gram]
        .map(|fact| fact.may_hold().then(|| fact.given.iter().map(|node| shown(*node)).collect()))
}

const LOSSES: &str = "(&d.a * x - &d.b).map(softplus)";

#[track_caller]
fn assert_decided(f: &str, definite: Option<&[&str]>, gram: Option<&[&str]>) {
    let expected = [definite, gram].map(|given| given.map(|given| given.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()));
    assert_eq!(decided(f), expected, "{f}");
}

#[test]
fn weights_of_unknown_sign() {
    assert_decided(&format!("{LOSSES}.sum() + 0.5 * 0.1 * x.norm_squared()"), Some(&[]), Some(&[]));
    assert_decided(&format!("{LOSSES}.sum() + 0.5 * d.s * x.norm_squared()"), Some(&["s"]), Some(&["s"]));
    assert_decided(&format!("{LOSSES}.mean() + d.s * y[0].exp() * x.norm_squared()"), Some(&["s"]), Some(&["s"]));
    assert_decided(&format!("{LOSSES}.sum() - 0.5 * d.s * x.norm_squared()"), None, None);
    assert_decided(&format!("{LOSSES}.dot(&d.w) + 0.1 * x.norm_squared()"), Some(&["w"]), Some(&["w"]));
    assert_decided(&format!("{LOSSES}.dot(&d.w) / d.w.sum() + d.s * d.s * x.norm_squared()"), Some(&["w"]), Some(&["w"]));
    assert_decided(&format!("{LOSSES}.dot(&d.w) + d.s * x.norm_squared()"), Some(&["w", "s"]), Some(&["w", "s"]));
}

/// A count is not negative, a difference of counts can be.
#[test]
fn differences_of_counts() {
    let ridge = |weight: &str| format!("{LOSSES}.sum() + {weight} * x.norm_squared()");
    for weight in ["d.b.len() as f64", "(d.a.nrows() * d.w.len()) as f64", "(d.w.len() + 2) as f64", "1.0 / d.b.len() as f64"] {
        assert_decided(&ridge(weight), Some(&[]), Some(&[]));
    }
    for (weight, shown) in [
        ("(d.w.len() as i32 - 5) as f64", "d.w.len() - 5"),
        ("(d.w.len() - 1) as f64", "d.w.len() - 1"),
        ("1.0 / (d.w.len() as i64 - d.b.len() as i64) as f64", "-d.a.nrows() + d.w.len()"),
        ("(d.w.len() as i32 * d.w.len() as i32 - 3) as f64", "d.w.len()·d.w.len() - 3"),
    ] {
        assert_decided(&ridge(weight), Some(&[shown]), Some(&[shown]));
    }
    // Signs that no data changes, or that y decides.
    for weight in ["(-(d.b.len() as i32)) as f64", "(-1 - d.b.len() as i32) as f64", "(y.len() as i32 - 3) as f64"] {
        assert_decided(&ridge(weight), None, None);
    }
    let weighted = |weight: &str| format!("{LOSSES}.sum() + (0..x.len()).map(|i| {weight} * x[i] * x[i]).sum::<f64>()");
    assert_decided(&weighted("i as f64"), Some(&[]), Some(&[]));
    assert_decided(&weighted("(i as i32 - 2) as f64"), None, None);
    assert_decided(&weighted("(2 * i + d.b.len()) as f64"), Some(&[]), Some(&[]));
    assert_decided(&weighted("-(i as f64)"), None, None);
}

/// What is known of all data needs no condition, and what y decides has none.
#[test]
fn nothing_hangs_on_what_it_need_not() {
    assert_decided(&format!("{LOSSES}.sum() + d.s.abs() * x.norm_squared() + d.b.dot(&d.b) * x.sum()"), Some(&[]), Some(&[]));
    assert_decided(&format!("{LOSSES}.sum() + d.s.exp() * x.norm_squared() + d.eps * x.sum()"), Some(&[]), Some(&[]));
    assert_decided(&format!("{LOSSES}.sum() + d.s.max(0.0) * x.norm_squared()"), Some(&[]), Some(&[]));
    assert_decided(&format!("{LOSSES}.sum() + y[0] * x.norm_squared()"), None, None);
    assert_decided(&format!("{LOSSES}.sum() + d.s * y[0] * x.norm_squared()"), None, None);
    assert_decided(&format!("{LOSSES}.sum() + d.s * x.map(|x| x.cos()).sum()"), None, None);
}

#[test]
fn masks_and_selections() {
    assert_decided(&format!("{LOSSES}.dot(&d.w.map(|w| 1.0 - w)) + 0.1 * x.norm_squared()"), Some(&["1 - w"]), Some(&["1 - w"]));
    assert_decided(
        &format!("{LOSSES}.dot(&d.w.map(|w| if w == d.s {{ 1.0 }} else {{ 0.0 }})) + 0.1 * x.norm_squared()"),
        Some(&[]),
        Some(&[]),
    );
}

#[test]
fn fields_decide_before_expressions_and_no_matrices_are_multiplied() {
    // Fields before what is computed from them.
    assert_decided("d.a.tr_mul(&(&d.a * &d.w)).dot(&x.map(f64::exp))", Some(&["a", "w"]), None);
    assert_decided("(d.a.transpose() * &d.a).component_mul(&(x * x.transpose())).sum()", Some(&[]), None);
    // (b·e^x)²
    let square = "(&d.b * d.b.transpose()).component_mul(&(x.map(f64::exp) * x.map(f64::exp).transpose())).sum()";
    assert_decided(square, Some(&["b"]), Some(&["b"]));
}
