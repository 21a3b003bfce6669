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
