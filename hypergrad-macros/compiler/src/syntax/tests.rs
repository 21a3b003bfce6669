//! Types, options and items, from text.

use proc_macro2::TokenStream;

use super::{Dimension, Keyword, Module, Options, Storage, Type, parse};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::model::{Form, Scalar};

fn module(items: &str) -> Module {
    let mut diagnostics = Diagnostics::default();
    let item: TokenStream = format!("mod m {{ {items} }}").parse().unwrap();
    let (_, module) = parse(TokenStream::new(), item, &mut diagnostics).unwrap();
    assert!(diagnostics.is_empty());
    module
}

fn resolve(items: &str, written: &str) -> Result<Type, String> {
    let mut diagnostics = Diagnostics::default();
    let resolved = module(items).resolve_type(&syn::parse_str(written).unwrap(), &mut diagnostics);
    resolved.ok_or_else(|| messages(diagnostics))
}

fn messages(diagnostics: Diagnostics) -> String {
    diagnostics.into_errors().iter().map(Diagnostic::text).collect::<Vec<_>>().join("\n")
}

fn f64_tensor(rows: i64, columns: i64) -> Type {
    let dimension = |value| if value < 0 { Dimension::Dynamic } else { Dimension::Constant(value) };
    Type::tensor(Scalar::F64, dimension(rows), dimension(columns))
}

#[test]
fn types_of_nalgebra() {
    let cases = [
        ("&DVector<f64>", f64_tensor(-1, 1)),
        ("&'a nalgebra::DMatrix<f64>", f64_tensor(-1, -1)),
        ("SVector<f64, 3>", f64_tensor(3, 1)),
        ("SVector<f64, { 2 * N + 1 }>", f64_tensor(15, 1)),
        ("SMatrix<f64, N, M>", f64_tensor(7, 5)),
        ("na::RowVector3<f64>", f64_tensor(1, 3)),
        ("V<f64>", f64_tensor(-1, 1)),
        ("SVector<f64, U3>", f64_tensor(9, 1)),
        ("Matrix2xX<f64>", f64_tensor(2, -1)),
        ("OMatrix<f64, Const<N>, Dyn>", f64_tensor(7, -1)),
        ("OMatrix<f64, U4, U12>", f64_tensor(4, 12)),
        ("OVector<f64, Rows>", f64_tensor(4, 1)),
        ("Vector<f64, Const<3>, S>", f64_tensor(3, 1)),
        ("DVectorView<'_, f64>", f64_tensor(-1, 1)),
        ("MatrixN<f64, Const<2>>", f64_tensor(2, 2)),
        ("Weights", f64_tensor(7, 1)),
        ("Pair<f64, 4>", f64_tensor(4, 4)),
        ("Sized_<Const<6>>", f64_tensor(6, 1)),
        ("Matrix1<f64>", f64_tensor(1, 1)),
    ];
    let items = "use nalgebra::{self as na, DVector as V}; const N: usize = M + 2; const M: usize = 5; const U3: usize = 9; type Rows = Const<4>;
        type Weights = SVector<Real, N>; type Real = f64; type Pair<T, const K: usize> = SMatrix<T, K, K>; type Sized_<D> = OVector<f64, D>;";
    for (written, expected) in cases {
        assert_eq!(resolve(items, written), Ok(expected), "{written}");
    }
}

#[test]
fn forms_follow_from_dimensions() {
    let form = |written| match resolve("", written) {
        Ok(Type::Tensor { form, .. }) => form,
        other => panic!("{other:?}"),
    };
    assert_eq!(form("SMatrix<f64, 3, 1>"), Form::Column);
    assert_eq!(form("SMatrix<f64, 1, 3>"), Form::Row);
    assert_eq!(form("SMatrix<f64, 1, 1>"), Form::Column);
    assert_eq!(form("Matrix1xX<f64>"), Form::Row);
    assert_eq!(form("DMatrix<f64>"), Form::Matrix);
}

#[test]
fn other_types() {
    assert_eq!(resolve("", "f32"), Ok(Type::Scalar(Scalar::F32)));
    assert_eq!(resolve("", "usize"), Ok(Type::Count));
    assert_eq!(resolve("", "i32"), Ok(Type::Integer("i32")));
    assert_eq!(resolve("const N: usize = 2;", "[f64; N]"), Ok(list(Type::Scalar(Scalar::F64), Storage::Array(2))));
    assert_eq!(resolve("", "Vec<[u8; 2]>"), Ok(list(list(Type::Integer("u8"), Storage::Array(2)), Storage::Vec)));
    let storage = Storage::Tensor { form: Form::Column, rows: Dimension::Dynamic, columns: Dimension::Constant(1) };
    assert_eq!(resolve("", "DVector<usize>"), Ok(list(Type::Count, storage)));
    assert_eq!(resolve("pub struct Data { a: f64 }", "&self::Data"), Ok(Type::Struct("Data".to_owned())));
    assert_eq!(resolve("", "(f64, usize)"), Ok(Type::Tuple(vec![Type::Scalar(Scalar::F64), Type::Count])));
    assert_eq!(resolve("use nalgebra_sparse::CsrMatrix;", "&CsrMatrix<f64>"), Ok(Type::Csr { scalar: Scalar::F64 }));
}

fn list(item: Type, storage: Storage) -> Type {
    Type::List { item: Box::new(item), storage }
}

#[test]
fn refused_types() {
    let cases = [
        ("", "DVectr<f64>", "did you mean `DVector`?"),
        ("", "Vec", "generic arguments"),
        ("", "DVector<DVector<f64>>", "write `DVector<f64>`"),
        ("", "&mut DVector<f64>", "mutable reference"),
        ("", "SVector<f64, N>", "`N` is no constant of this module"),
        ("const ROWS: usize = 1;", "SVector<f64, ROW>", "did you mean `ROWS`?"),
        ("const N: usize = M; const M: usize = N;", "SVector<f64, N>", "expected a constant integer"),
        ("type A = B; type B = A;", "A", "defined by itself"),
        ("type A = A;", "OVector<f64, A>", "no constant"),
        ("", "SVector<f64>", "generic arguments"),
        ("", "SVector", "generic arguments"),
        ("use super::other::Data;", "Data", "define `Data` in this module"),
        ("struct Data<T> { a: T }", "Data<f64>", "generic"),
        ("", "fn(f64) -> f64", "kind of type"),
        ("const N: usize = 9223372036854775807 + 1;", "[f64; N]", "overflows"),
        ("", "[f64; 1 / 0]", "overflows"),
        ("", "SVector<f64, { 1 - 3 }>", "a dimension of -2"),
        ("", "[f64; 99999999999]", "a dimension of 99999999999"),
    ];
    for (items, written, expected) in cases {
        let text = resolve(items, written).unwrap_err();
        assert!(text.contains(expected), "{written}: {text}");
    }
}

#[test]
fn views_own_nothing() {
    let mut diagnostics = Diagnostics::default();
    let written = syn::parse_str("DVectorView<'a, f64>").unwrap();
    assert_eq!(module("").resolve_owned_type(&written, &mut diagnostics), None);
    assert!(messages(diagnostics).contains("write `DVector<f64>`"));
}

fn options(text: &str) -> (Options, String) {
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse(text.parse().unwrap(), &mut diagnostics);
    (options, messages(diagnostics))
}

#[test]
fn options_are_read_one_by_one() {
    let (read, errors) = options("f = loss, g = validation, psi = none, φ = change, crate = ::a::b,");
    assert_eq!(errors, "");
    assert_eq!(read.role(Keyword::Objective).unwrap().function.as_ref().unwrap(), "loss");
    assert!(read.role(Keyword::Local).unwrap().function.is_none());
    assert_eq!(read.role(Keyword::Change).unwrap().function.as_ref().unwrap(), "change");
    assert!(read.crate_path.is_some());
    let (read, errors) = options("h = loss, g validation, f = \"loss\", f = a, f = b, outer = c, g = d, inr = e, crate = 3");
    assert_eq!(read.roles.len(), 2);
    for expected in [
        "unknown key `h`",
        "expected `key = value`",
        "write `loss`",
        "`f` is given twice",
        "`g` is given twice",
        "`inner`",
        "path of",
    ] {
        assert!(errors.contains(expected), "{expected} in {errors}");
    }
}

#[test]
fn items_that_are_no_inline_module() {
    let read = |text: &str| {
        let mut diagnostics = Diagnostics::default();
        assert!(parse(TokenStream::new(), text.parse().unwrap(), &mut diagnostics).is_none());
        messages(diagnostics)
    };
    assert!(read("mod ridge;").contains("write it inline: `mod ridge { .. }`"));
    assert!(read("fn f() {}").contains("inline module"));
    assert!(read("mod m { struct Problem; }").contains("`Problem`"));
    assert!(read("mod m { use super::other as Problem; }").contains("`Problem`"));
    assert!(!read("mod m { fn f(x: ) }").is_empty());
}

#[test]
fn fields_of_other_modules() {
    let (read, errors) = options(
        "f = loss, fields(Set = struct Data { a: ::hypergrad::nalgebra::DVector<f64>, inner: Inner, #[refused(\"no\", \"mend\")] s: ! }
            struct Inner { n: ::core::primitive::usize })",
    );
    assert_eq!((errors.as_str(), read.roles.len()), ("", 1));
    let mut module = module("use super::other::Data as Set; struct Own { set: Set }");
    module.foreign = read.foreign;
    let field = |structure: &str, k: usize| {
        let field = module.structure(structure).unwrap().fields.iter().nth(k).unwrap().clone();
        let mut diagnostics = Diagnostics::default();
        module.resolve_type(&field.ty, &mut diagnostics).map(|resolved| resolved.to_string()).ok_or(super::refusal(&field))
    };
    assert_eq!(field("Own", 0).unwrap(), "Set");
    assert_eq!(field("Set", 0).unwrap(), "DVector<f64>");
    let inner = field("Set", 1).unwrap();
    assert_eq!(field(&inner, 0).unwrap(), "usize");
    assert_eq!(field("Set", 2).unwrap_err().unwrap().text(), "no\nhelp: mend");
    assert!(module.is_foreign("Set") && module.is_foreign(&inner) && !module.is_foreign("Own"));
}

/// Only what another module of the crate may define is asked for.
#[test]
fn imports_that_are_asked_for() {
    let wanted = |items: &str, written: &str| {
        let mut diagnostics = Diagnostics::default();
        assert_eq!(module(items).resolve_type(&syn::parse_str(written).unwrap(), &mut diagnostics), None);
        diagnostics.wanted().map(|(_, wanted)| match wanted {
            crate::diagnostics::Wanted::Struct(name) => name.to_string(),
            crate::diagnostics::Wanted::Item(path) => panic!("{path:?}"),
        })
    };
    for path in ["super::a::Data", "crate::a::Data", "self::a::Data", "super::super::Data", "a::{Data}"] {
        assert_eq!(wanted(&format!("use {path}; mod a {{}}"), "&Data").unwrap(), "Data");
    }
    assert_eq!(wanted("use super::a::{Other as Renamed, Data};", "self::Renamed").unwrap(), "Renamed");
    assert_eq!(wanted("use super::Data; type Set = Data;", "Set").unwrap(), "Data");
    for (items, written) in [("use outside::Data;", "Data"), ("", "super::a::Data"), ("use super::a;", "a::Data"), ("", "Data")] {
        assert_eq!(wanted(items, written), None);
    }
}
