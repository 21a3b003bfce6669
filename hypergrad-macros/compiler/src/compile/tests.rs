//! Whole expansions: valid modules, and modules with tokens dropped, doubled, exchanged.

use proc_macro2::{Group, TokenStream, TokenTree};

use super::expand;

const RIDGE: &str = "pub mod ridge {
    use nalgebra::{DMatrix, DVector};
    pub struct Data { pub a: DMatrix<f64>, pub b: DVector<f64>, pub n: usize }
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a * x - &data.b;
        r.norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }
    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a * x - &data.b).norm_squared() / data.n as f64
    }
}";

const ROOT: &str = "mod root {
    use nalgebra::{self as na, SVector as V};
    const N: usize = 2 * M; const M: usize = 2;
    type X = V<f64, N>;
    pub struct Hyper { pub beta: f64, pub inner: Inner } pub struct Inner { pub gamma: na::Vector2<f64> }
    fn leaky(t: f64) -> f64 { if t > 0.0 { t } else { 0.1 * t } }
    pub fn F(x: &X, y: &Hyper) -> X {
        X::from_fn(|i, _| y.beta * leaky(x[i]) + (0..N).map(|j| if i < j { x[j].tanh() } else { x[j] }).sum::<f64>())
    }
    pub fn g(x: &X, y: &Hyper) -> f64 { let (a, b) = (x.norm(), y.inner.gamma.dot(&y.inner.gamma)); a * b.ln() }
}";

const LOSS: &str = "mod logistic {
    use nalgebra::{DMatrix, RowDVector, DVector};
    pub struct Data { pub z: DMatrix<f32>, pub labels: DVector<f32>, pub w: [f32; 3] }
    fn loss(x: DVector<f32>, y: f32, data: &Data) -> f32 {
        (0..data.z.nrows()).map(|i| { let m = data.labels[i] * data.z.row(i).dot(&x.transpose()); (-m).exp().ln_1p() }).sum::<f32>()
            + y.exp() * x.iter().zip(x.iter()).map(|(a, b)| a * b).sum::<f32>()
    }
    fn g(x: DVector<f32>, _: f32, d: &Data) -> f32 { (&d.z * x).sum() * d.w[1] }
}";

const FAULT: &str = "fault of hypergrad";

fn expanded(attribute: &str, item: TokenStream) -> String {
    expand(&attribute.parse().unwrap(), item).to_string()
}

#[test]
fn valid_modules_have_no_error() {
    for (attribute, module) in [("", RIDGE), ("", ROOT), ("f = loss", LOSS)] {
        let text = expanded(attribute, module.parse().unwrap());
        assert!(!text.contains("compile_error"), "{text}");
        assert!(text.contains("const _"));
    }
}

/// Exponents, factors and chains at the ends of their types: the arithmetic of the compiler does not overflow, and what
/// is accepted is emitted.
#[test]
fn extreme_numbers_are_expanded_or_refused() {
    let factors = "* &m ".repeat(12);
    let bodies = [
        "x[0].powi(i32::MIN) * y",
        "x[0].powi(-2147483648) * y",
        "x[0].powi(i32::MAX) * y.powi(i32::MIN + 1)",
        "(1.0 + x[0] * x[0]).powf(1e308) * y",
        "(1.0 + x[0] * x[0]).powf(-1e308).powf(1e308) * y",
        "x[0] * 1e308 * 1e308 * y - x[1] * 1e-308 * 1e-308",
        "f64::MAX * x[0] + f64::MAX * x[0] + y * f64::MIN_POSITIVE * 1e-300",
        "(0..3).map(|i| if i * 9223372036854775807 > 4 { x[i] } else { y }).sum::<f64>()",
        &format!("{{ let m = DMatrix::from_fn(3, 3, |i, j| x[i] * y + j as f64); (&m {factors}).trace() }}"),
    ];
    for body in bodies {
        let f = format!(
            "pub fn f(x: &DVector<f64>, y: f64) -> f64 {{ {body} }} pub fn g(x: &DVector<f64>, y: f64) -> f64 {{ x[0] * y }}"
        );
        let text = expanded("", format!("mod extreme {{ use nalgebra::{{DMatrix, DVector}}; {f} }}").parse().unwrap());
        assert!(!text.contains("a fault of hypergrad"), "{body}: {text}");
        assert!(text.contains("impl Problem") || text.contains("compile_error"), "{body}: {text}");
    }
}

/// What the message about `product` of matrices says to write.
#[test]
fn matrices_are_multiplied_in_a_loop() {
    let steps = "let mut all = DMatrix::from_fn(2, 2, |r, c| x[r] * y + c as f64);
        for i in 0..x.len() { all = all * DMatrix::from_fn(2, 2, |r, c| x[i] * y + (r + c) as f64); }";
    let f = format!("pub fn f(x: &DVector<f64>, y: f64) -> f64 {{ {steps} all.trace() }}");
    let g = "pub fn g(x: &DVector<f64>, y: f64) -> f64 { x[0] * y }";
    let text = expanded("", format!("mod product {{ use nalgebra::{{DMatrix, DVector}}; {f} {g} }}").parse().unwrap());
    assert!(!text.contains("compile_error"), "{text}");
}

#[test]
fn expansions_are_equal_each_time() {
    for (attribute, module) in [("", RIDGE), ("", ROOT), ("f = loss", LOSS), ("h = 3", ROOT)] {
        let once = expanded(attribute, module.parse().unwrap());
        assert_eq!(once, expanded(attribute, module.parse().unwrap()));
    }
}

/// A wrong module is refused with a reason; it never takes the macro down.
#[test]
fn garbage_is_refused_with_a_reason() {
    let mut random = Random(7);
    let valid: Vec<TokenStream> = [RIDGE, ROOT, LOSS].iter().map(|module| module.parse().unwrap()).collect();
    for round in 0..600 {
        let module = valid[round % valid.len()].clone();
        let attribute = if round % valid.len() == 2 { "f = loss" } else { "" };
        let mutated = (0..=random.below(2)).fold(module, |module, _| mutate(module, &mut random));
        let source = mutated.to_string();
        let text = expanded(attribute, mutated);
        assert!(!text.contains(FAULT), "{source}");
    }
}

#[test]
fn nothing_at_all_is_refused() {
    for (attribute, item) in
        [("", ""), ("f = ", "mod m {}"), ("=,=,", "mod"), ("crate", "mod m;"), ("f(x)", "{}"), ("none = none", "mod m { }")]
    {
        let text = expanded(attribute, item.parse().unwrap());
        assert!(text.contains("compile_error") && !text.contains(FAULT), "{item}: {text}");
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// Changes one token somewhere in the tree.
fn mutate(tokens: TokenStream, random: &mut Random) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let groups: Vec<usize> =
        (0..tokens.len()).filter(|k| matches!(&tokens[*k], TokenTree::Group(group) if !group.stream().is_empty())).collect();
    // Mostly inside: the outermost tokens are few.
    if !groups.is_empty() && random.below(8) > 0 {
        let k = groups[random.below(groups.len())];
        if let TokenTree::Group(group) = &tokens[k] {
            tokens[k] = TokenTree::Group(Group::new(group.delimiter(), mutate(group.stream(), random)));
        }
        return tokens.into_iter().collect();
    }
    if tokens.is_empty() {
        return TokenStream::new();
    }
    let (k, other) = (random.below(tokens.len()), random.below(tokens.len()));
    match random.below(4) {
        0 => drop(tokens.remove(k)),
        1 => tokens.insert(k, tokens[other].clone()),
        2 => tokens[k] = tokens[other].clone(),
        _ => tokens.swap(k, other),
    }
    tokens.into_iter().collect()
}

/// The macro of a module's struct, as rustc would expand it, gives the importing module its fields.
#[test]
fn an_importing_module_asks_and_is_answered() {
    let ask = "mod b { use super::ridge::Data; fn f(x: f64, y: f64, data: &Data) -> f64 { x * y * data.b[0] } fn g(x: f64, y: f64) -> f64 { x } }";
    let asked = expanded("crate = ::there", ask.parse().unwrap());
    assert!(asked.contains("Data ! { [:: there :: bilevel] [Data] [crate = :: there ,] mod b"), "{asked}");
    assert!(!asked.contains("Problem"));
    let defined = expanded("", RIDGE.parse().unwrap());
    let fields = defined.split("fields ($ name = ").nth(1).unwrap().split("))]").next().unwrap();
    let answered = expanded(&format!("crate = ::there, fields(Data = {fields})"), ask.parse().unwrap());
    assert!(answered.contains("struct Problem") && !answered.contains("mod b"));
}

/// Trees: what a role reads of an item is read, and its children are refused.
#[test]
fn types_that_hold_themselves_end() {
    let module = |read: &str| {
        let text = format!(
            "mod trees {{ pub struct Tree {{ pub value: f64, pub children: Vec<Tree>, pub kind: Kind }}
                pub enum Kind {{ Leaf(f64), Both(Vec<Kind>) }}
                pub struct Data {{ pub trees: Vec<Tree> }}
                pub fn f(x: f64, y: f64, data: &Data) -> f64 {{ (x - y).powi(2) + x * data.trees.iter().map(|t| {read}).sum::<f64>() }}
                pub fn g(x: f64, _y: f64) -> f64 {{ x }} }}"
        );
        expanded("", text.parse().unwrap())
    };
    assert!(!module("t.value").contains("compile_error"), "{}", module("t.value"));
    for read in ["t.children.len() as f64", "t.children[0].value", "match &t.kind { Kind::Leaf(v) => *v, Kind::Both(_) => 0.0 }"]
    {
        assert!(module(read).contains("which no role can read in a list"), "{read}");
    }
}
