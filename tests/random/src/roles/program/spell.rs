//! Programs as the text of a module over nalgebra.

use super::ast::{Body, Dim, Fun, Function, INPUTS, Op, Program, Type, Value};

/// `pub mod name { .. }`.
pub fn module(program: &Program, name: &str) -> String {
    let helpers: String = program
        .helpers
        .iter()
        .enumerate()
        .map(|(k, body)| format!("    fn helper{k}(t: f64) -> f64 {{ {} }}\n", spell_body(body, &["t"], 0)))
        .collect();
    format!(
        "pub mod {name} {{\n    use nalgebra::{{DMatrix, DVector}};\n\
         \x20   pub struct Data {{ pub a: DMatrix<f64>, pub b: DVector<f64>, pub w: DVector<f64>, pub c: DMatrix<f64> }}\n\
         {helpers}{}{}}}\n",
        function("f", &program.f),
        function("g", &program.g)
    )
}

fn function(name: &str, function: &Function) -> String {
    let mut text = format!("    pub fn {name}(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {{\n");
    for (position, (ty, op)) in function.statements.iter().enumerate() {
        let value = position + INPUTS.len();
        text.push_str(&format!("        let {} = {};\n", name_of(value), operation(function, *ty, op)));
    }
    let terms: Vec<String> = function.terms.iter().map(|t| name_of(*t)).collect();
    text.push_str(&format!(
        "        0.25 * x.norm_squared() + x[0] * y[0] + data.w[0] + data.c[(0, 0)] + {}\n    }}\n",
        terms.join(" + ")
    ));
    text
}

pub fn name_of(value: Value) -> String {
    INPUTS.get(value).map_or_else(|| format!("t{}", value - INPUTS.len()), |(name, _)| (*name).to_owned())
}

/// A tensor by reference.
fn by_reference(value: Value) -> String {
    let name = name_of(value);
    if name == "x" || name == "y" { name } else { format!("&{name}") }
}

fn length(dim: Dim) -> &'static str {
    match dim {
        Dim::N => "x.len()",
        Dim::M => "y.len()",
        Dim::K => "data.b.len()",
        Dim::Less => "(x.len() - 1)",
    }
}

fn operation(function: &Function, ty: Type, op: &Op) -> String {
    let n = |value: &Value| name_of(*value);
    let r = |value: &Value| by_reference(*value);
    let scalar = ty == Type::Scalar;
    let operand = |value: &Value| if function.ty(*value) == Type::Scalar { n(value) } else { r(value) };
    match op {
        Op::Literal(value) => format!("{value}_f64"),
        Op::Index(v, i) => format!("{}[{i}]", n(v)),
        Op::Add(a, b) => format!("{} + {}", operand(a), operand(b)),
        Op::Subtract(a, b) => format!("{} - {}", operand(a), operand(b)),
        Op::Negate(a) => format!("-{}", operand(a)),
        Op::Multiply(a, b) => format!("{} * {}", n(a), n(b)),
        Op::Divide(a, b) => format!("{} / (1.5 + {b} * {b})", operand(a), b = n(b)),
        Op::Apply(fun, a) => apply(*fun, &n(a)),
        Op::Helper(k, a) => format!("helper{k}({})", n(a)),
        Op::Dot(a, b) => format!("{}.dot({})", n(a), r(b)),
        Op::NormSquared(a) => format!("{}.norm_squared()", n(a)),
        Op::Norm(a) => format!("{}.norm()", n(a)),
        Op::Total(a) => format!("{}.sum()", n(a)),
        Op::Mean(a) => format!("{}.mean()", n(a)),
        Op::Max(a) => format!("{}.max()", n(a)),
        Op::Min(a) => format!("{}.min()", n(a)),
        Op::LogSumExp(a) => format!("{}.map(f64::exp).sum().ln()", n(a)),
        Op::Trace(a) => format!("{}.trace()", n(a)),
        Op::If(c, a, b) if scalar => format!("if {} > 0.1 {{ {} }} else {{ {} }}", n(c), n(a), n(b)),
        Op::If(c, a, b) => format!("if {} > 0.1 {{ {}.clone() }} else {{ {}.clone() }}", n(c), n(a), n(b)),
        Op::RangeSum(dim, body) => format!("(0..{}).map(|i| {}).sum::<f64>()", length(*dim), spell_body(body, &[], 1)),
        Op::RangeProduct(dim, body) => format!("(0..{}).map(|i| {}).product::<f64>()", length(*dim), spell_body(body, &[], 1)),
        Op::Scale(s, a) => format!("{} * {}", r(a), n(s)),
        Op::ComponentMultiply(a, b) => format!("{}.component_mul({})", n(a), r(b)),
        Op::Map(a, body) => format!("{}.map(|a| {})", n(a), spell_body(body, &["a"], 0)),
        Op::ZipMap(a, b, body) => format!("{}.zip_map({}, |a, b| {})", n(a), r(b), spell_body(body, &["a", "b"], 0)),
        Op::MatrixVector(a, b) | Op::MatrixMatrix(a, b) => format!("{} * {}", r(a), r(b)),
        Op::TransposeVector(a, b) => format!("{}.tr_mul({})", n(a), r(b)),
        Op::FromFn(Type::Matrix(rows, columns), body) => {
            format!("DMatrix::from_fn({}, {}, |i, j| {})", length(*rows), length(*columns), spell_body(body, &[], 2))
        }
        Op::FromFn(Type::Vector(dim), body) => format!("DVector::from_fn({}, |i, _| {})", length(*dim), spell_body(body, &[], 1)),
        Op::FromFn(Type::Scalar, body) => spell_body(body, &[], 0),
        Op::Row(a, i) => format!("{}.row({i}).transpose()", n(a)),
        Op::Column(a, i) => format!("{}.column({i}).into_owned()", n(a)),
        Op::Diagonal(a) => format!("{}.diagonal()", n(a)),
        Op::Rows(a, from) => format!("{}.rows({from}, x.len() - 1).into_owned()", n(a)),
        Op::Outer(a, b) => format!("{} * {}.transpose()", r(a), n(b)),
        Op::Transpose(a) => format!("{}.transpose()", n(a)),
        Op::FromDiagonal(a) => format!("DMatrix::from_diagonal({})", r(a)),
    }
}

/// A function of an atom.
fn apply(fun: Fun, t: &str) -> String {
    match fun {
        Fun::Sin => format!("{t}.sin()"),
        Fun::Cos => format!("{t}.cos()"),
        Fun::Tanh => format!("{t}.tanh()"),
        Fun::Atan => format!("{t}.atan()"),
        Fun::Asinh => format!("{t}.asinh()"),
        Fun::Exp => format!("(0.3 * {t}).exp()"),
        Fun::Ln1p => format!("({t} * {t}).ln_1p()"),
        Fun::Sqrt => format!("(1.0 + {t} * {t}).sqrt()"),
        Fun::Recip => format!("(1.0 + {t} * {t}).recip()"),
        Fun::Softplus => format!("(1.0 + {t}.exp()).ln()"),
        Fun::Sigmoid => format!("(1.0 / (1.0 + (-{t}).exp()))"),
        Fun::Square => format!("{t}.powi(2)"),
        Fun::Cube => format!("{t}.powi(3)"),
        Fun::Powf => format!("(1.0 + {t} * {t}).powf(1.3)"),
        Fun::Abs => format!("{t}.abs()"),
        Fun::Clamp => format!("{t}.clamp(-0.7, 0.8)"),
        Fun::Max => format!("{t}.max(0.05)"),
    }
}

const INDICES: [&str; 4] = ["i", "j", "k", "l"];

/// An atom: names, literals, calls, or in parentheses. `depth` indices are in scope.
fn spell_body(body: &Body, arguments: &[&str], depth: usize) -> String {
    let go = |inner: &Body| spell_body(inner, arguments, depth);
    match body {
        Body::Argument(k) => arguments.get(*k).map_or_else(String::new, |a| (*a).to_owned()),
        Body::Literal(value) if *value < 0.0 => format!("({value}_f64)"),
        Body::Literal(value) => format!("{value:?}_f64"),
        Body::Scalar(value) => name_of(*value),
        Body::At(value, i) => format!("{}[{}]", name_of(*value), INDICES[*i]),
        Body::Entry(value, i, j) => format!("{}[({}, {})]", name_of(*value), INDICES[*i], INDICES[*j]),
        Body::Previous(value, i, otherwise) => {
            let i = INDICES[*i];
            format!("(if {i} > 0 {{ {}[{i} - 1] }} else {{ {} }})", name_of(*value), go(otherwise))
        }
        Body::Add(a, b) => format!("({} + {})", go(a), go(b)),
        Body::Subtract(a, b) => format!("({} - {})", go(a), go(b)),
        Body::Multiply(a, b) => format!("({} * {})", go(a), go(b)),
        Body::Divide(a, b) => format!("({} / (1.5 + {b} * {b}))", go(a), b = go(b)),
        Body::Apply(fun, a) => apply(*fun, &go(a)),
        Body::IfLess(i, j, a, b) => format!("(if {} < {} {{ {} }} else {{ {} }})", INDICES[*i], INDICES[*j], go(a), go(b)),
        Body::IfEqual(i, c, a, b) => format!("(if {} == {c} {{ {} }} else {{ {} }})", INDICES[*i], go(a), go(b)),
        Body::IfPositive(c, a, b) => format!("(if {} > 0.1 {{ {} }} else {{ {} }})", go(c), go(a), go(b)),
        Body::Sum(dim, inner) => {
            let inner = spell_body(inner, arguments, depth + 1);
            format!("(0..{}).map(|{}| {inner}).sum::<f64>()", length(*dim), INDICES[depth])
        }
    }
}
