//! Roles, signatures, variables and data, from text.

use proc_macro2::TokenStream;

use super::{DataKind, Form, InnerKind, Model, Scalar, build};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::syntax::parse;

fn read(attribute: &str, items: &str) -> Result<Model, Vec<String>> {
    let mut diagnostics = Diagnostics::default();
    let item: TokenStream = format!("mod m {{ use nalgebra::*; {items} }}").parse().unwrap();
    let crate_path: TokenStream = "::hypergrad".parse().unwrap();
    let model = parse(attribute.parse().unwrap(), item, &mut diagnostics)
        .and_then(|(options, module)| build(&module, &options, &crate_path, &mut diagnostics));
    match model {
        Some(model) if diagnostics.is_empty() => Ok(model),
        _ => Err(diagnostics.into_errors().iter().map(Diagnostic::text).collect()),
    }
}

fn model(items: &str) -> Model {
    read("", items).unwrap()
}

/// One error, which contains this text.
fn refused(attribute: &str, items: &str, expected: &str) {
    let errors = read(attribute, items).unwrap_err();
    assert!(matches!(errors.as_slice(), [error] if error.contains(expected)), "{items}\n{errors:#?}");
}

const F: &str = "pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 { x.dot(y) }";
const G: &str = "pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 { x.norm_squared() }";

#[test]
fn roles_by_name_and_by_option() {
    let kind = |attribute: &str, items: &str| read(attribute, items).unwrap().inner.kind;
    let body = "(x: &DVector<f64>, y: &DVector<f64>)";
    assert_eq!(kind("", &format!("{F} {G}")), InnerKind::Objective);
    assert_eq!(kind("", &format!("fn F{body} -> DVector<f64> {{ x - y }} {G}")), InnerKind::Root);
    assert_eq!(kind("", &format!("fn Φ{body} -> DVector<f64> {{ x - y }} {G}")), InnerKind::FixedPoint);
    assert_eq!(kind("", &format!("fn inner{body} -> DVector<f64> {{ x - y }} {G}")), InnerKind::Root);
    assert_eq!(kind("", &format!("fn inner{body} -> f64 {{ x.dot(y) }} {G}")), InnerKind::Objective);
    let named = read(
        "f = loss, g = outer_loss, P = none",
        &format!("fn loss{body} -> f64 {{ x.dot(y) }} fn outer_loss{body} -> f64 {{ y.dot(x) }} fn P() {{}}"),
    );
    let named = named.unwrap();
    assert_eq!(
        (named.inner.function.to_string(), named.outer.function.to_string()),
        ("loss".to_owned(), "outer_loss".to_owned())
    );
}

#[test]
fn missing_and_doubled_roles() {
    refused("", F, "no outer objective `g`");
    refused("", G, "no inner function");
    refused(
        "",
        &format!("{F} {G} fn F(x: f64, y: f64) -> f64 {{ x }}"),
        "`F` is a second inner function: `f` has that role already",
    );
    refused("", &format!("{F} {G} fn outer(x: f64, y: f64) -> f64 {{ x }}"), "`outer` is a second outer function");
    refused("f = los", &format!("fn loss(x: f64, y: f64) -> f64 {{ x }} {G}"), "did you mean `loss`?");
    refused(
        "",
        &format!("{F} {G} fn phi_inv(x: &DVector<f64>, y: &DVector<f64>) -> DVector<f64> {{ x - y }}"),
        "#[bilevel(phi_inv = none)]",
    );
    assert_eq!(read("", "").unwrap_err().len(), 2);
}

#[test]
fn signatures() {
    let f = |signature: &str| format!("{G} pub {signature} {{ x.dot(y) }}");
    refused("", &f("fn f(x: &DVector<f64>) -> f64"), "takes 1 parameter");
    refused("", &f("fn f(x: &DVector<f64>, y: &DVector<f64>, d: &DVector<f64>, e: f64) -> f64"), "takes 4 parameters");
    refused(
        "",
        &f("fn f(x: &DVector<f64>, y: &SVector<f64, 2>) -> f64"),
        "`g` takes `y` as `DVector<f64>`, `f` takes it as `SVector<f64, 2>`",
    );
    refused("", &f("fn f<T: RealField>(x: &DVector<f64>, y: &DVector<f64>) -> f64"), "generic");
    refused("", &f("async fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64"), "async");
    refused("", &f("unsafe fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64"), "unsafe");
    refused("", &f("fn f(mut x: DVector<f64>, y: &DVector<f64>) -> f64"), "remove `mut`");
    refused("", &f("fn f(x: &DVector<f64>, y: &DVector<f64>, data: usize) -> f64"), "the third parameter is the data");
    refused("", &format!("{G} #[cfg(test)] {F}"), "cannot depend on `#[cfg]`");
    refused("", &format!("{G} fn f(x: &DVector<f64>, y: &DVector<f64>) {{ }}"), "returns nothing");
    refused("", &format!("{G} fn f(x: &DVector<f64>, y: &DVector<f64>) -> DVector<f64> {{ x - y }}"), "is called `F`");
    refused(
        "",
        &format!("{G} fn F(x: &DVector<f64>, y: &DVector<f64>) -> SVector<f64, 2> {{ x - y }}"),
        "expected `DVector<f64>`",
    );
    refused("", "fn f(x: f64, y: f32) -> f64 { x } fn g(x: f64, y: f32) -> f64 { x }", "`y` is made of `f32` and `x` of `f64`");
    refused("", "fn f(x: usize, y: f64) -> f64 { y } fn g(x: f64, y: f64) -> f64 { y }", "`x` is `usize`, which is no variable");
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let errors = read(
        "h = 3",
        "fn f(x: &mut f64, y: Vec<f64>) -> f64 { 1.0 } fn g(x: f64) -> f64 { x } fn phi_inv(x: f64, y: f64) -> f64 { x }",
    );
    let errors = errors.unwrap_err();
    assert_eq!(errors.len(), 5, "{errors:#?}");
}

#[test]
fn struct_variables_have_blocks_in_declaration_order() {
    let model = model(
        "pub struct Hyper { pub beta: f64, pub inner: Inner, } pub struct Inner { pub gamma: DVector<f64>, pub w: SMatrix<f64, 2, 3> }
         pub fn f(x: f64, y: &Hyper) -> f64 { x * y.beta } pub fn g(x: f64, _y: &Hyper) -> f64 { x }",
    );
    assert!(model.y.is_struct && !model.x.is_struct);
    let paths: Vec<String> =
        model.y.blocks.iter().map(|block| block.path.iter().fold(String::new(), |path, step| format!("{path}{step}"))).collect();
    assert_eq!(paths, [".beta", ".inner.gamma", ".inner.w"]);
    let forms: Vec<Form> = model.y.blocks.iter().map(|block| block.form).collect();
    assert_eq!(forms, [Form::Scalar, Form::Column, Form::Matrix]);
    refused(
        "",
        "pub struct A { n: usize } fn f(x: f64, y: &A) -> f64 { x } fn g(x: f64, y: &A) -> f64 { x }",
        "`y.n` is `usize`",
    );
    refused("", "pub struct A { a: A } fn f(x: f64, y: &A) -> f64 { x } fn g(x: f64, y: &A) -> f64 { x }", "contains itself");
    refused("", "pub struct A { a: f32 } fn f(x: f64, y: &A) -> f64 { x } fn g(x: f64, y: &A) -> f64 { x }", "one scalar type");
}

#[test]
fn data_fields_are_checked_when_they_are_read() {
    let items = |body: &str| {
        format!(
            "pub struct Data {{ pub label: String, pub a: DMatrix<f64>, pub b: [f64; 3], pub n: usize, pub c: f32, pub s: CsrMatrix<f64>,
               pub t: i64, pub inner: Inner, #[cfg(any())] pub off: f64 }}
             pub struct Inner {{ pub k: usize, pub v: DVector<f64> }}
             pub fn f(x: &DVector<f64>, y: f64, data: &Data) -> f64 {{ {body} }}
             pub fn g(x: &DVector<f64>, _y: f64, _data: &Data) -> f64 {{ x.norm_squared() }}"
        )
    };
    let model = model(&items("y * (&data.a * x).norm_squared() + data.inner.v.dot(x)"));
    assert_eq!(model.scalar, Scalar::F64);
    let data = model.data.unwrap();
    let read: Vec<&str> = data.fields.iter().filter(|field| field.read).map(|field| field.name.as_str()).collect();
    assert_eq!(read, ["data.a", "data.inner.v"]);
    let DataKind::Tensor { shape, .. } = &data.fields[0].kind else { panic!() };
    assert_eq!(model.sizes.display(&shape[1]), "data.a.ncols()");
    assert_eq!(model.sizes.display(model.graph.shape(model.x.blocks[0].input).first().unwrap()), "data.a.ncols()");
    for (body, expected) in [
        ("y * data.label.len() as f64", "unknown type `String`"),
        ("y * data.c as f64", "`data.c` is made of `f32`"),
        ("data.s.nnz() as f64", "not a known method of a sparse matrix"),
        ("data.off", "cannot depend on `#[cfg]`"),
    ] {
        refused("", &items(body), expected);
    }
}

#[test]
fn conditional_items_are_refused_where_roles_reach_them() {
    let items = |helper: &str| format!("{G} {helper} pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {{ h(x.dot(y)) }}");
    refused("", &items("#[cfg(unix)] fn h(t: f64) -> f64 { t * t }"), "`h` is read by a role");
    refused("", &items("fn h(t: f64) -> f64 { t * C } #[cfg(unix)] const C: f64 = 2.0;"), "`C` is read by a role");
    refused("", &items("fn h(t: f64) -> f64 { #[cfg(unix)] let t = t; t }"), "cannot depend on `#[cfg]`");
    assert!(read("", &items("fn h(t: f64) -> f64 { t * t } #[cfg(test)] mod tests {} #[cfg(unix)] fn other() {}")).is_ok());
}

#[test]
fn results_are_shaped_like_x() {
    let root = |body: &str| {
        format!(
            "{G} pub struct Data {{ pub a: DMatrix<f64> }} pub fn F(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DVector<f64> {{ {body} }}"
        )
    };
    let model = model(&root("&data.a * x - y"));
    assert_eq!(model.inner.nodes.len(), 1);
    assert!(!model.checks.is_empty());
    refused("", &root("y.rows(0, x.len() + 1).into_owned()"), "`F` returns a value like `x`");
}
