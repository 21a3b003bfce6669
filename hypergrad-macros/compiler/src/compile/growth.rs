//! How much is emitted for modules that are doubled: by tokens, so that nothing is timed.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::expand;

/// Tokens, those inside of groups too.
pub(super) fn tokens(stream: TokenStream) -> usize {
    let count = |token| if let TokenTree::Group(group) = token { 2 + tokens(group.stream()) } else { 1 };
    stream.into_iter().map(count).sum()
}

/// Every function with the tokens of its body.
pub(super) fn functions(stream: TokenStream) -> Vec<(String, usize)> {
    let all: Vec<TokenTree> = stream.into_iter().collect();
    let mut found = Vec::new();
    for (k, token) in all.iter().enumerate() {
        match (token, all.get(k + 1)) {
            (TokenTree::Ident(word), Some(TokenTree::Ident(name))) if word == "fn" => {
                let body = all[k..].iter().find_map(|token| match token {
                    TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(tokens(group.stream())),
                    _ => None,
                });
                found.extend(body.map(|body| (name.to_string(), body)));
            }
            (TokenTree::Group(group), _) => found.extend(functions(group.stream())),
            _ => {}
        }
    }
    found
}

const XY: &str = "x: &DVector<f64>, y: &DVector<f64>";

fn list(count: usize, separator: &str, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(separator)
}

/// A perceptron with biases; x has two blocks a layer.
fn network(layers: usize) -> String {
    let fields = list(layers, ", ", |k| format!("pub w{k}: DMatrix<f64>, pub b{k}: DVector<f64>"));
    let hidden = list(layers, " ", |k| {
        format!(
            "let s{k} = &x.w{k} * &h{k}; let h{} = DMatrix::from_fn(s{k}.nrows(), s{k}.ncols(), |i, j| (s{k}[(i, j)] + x.b{k}[i]).tanh());",
            k + 1
        )
    });
    let loss = format!("let h0 = data.a.clone(); {hidden} (&h{layers} - &data.t).norm_squared()");
    let penalty = list(layers, " + ", |k| format!("y[{k}].exp() * x.w{k}.norm_squared()"));
    format!(
        "pub struct X {{ {fields} }} pub struct Data {{ pub a: DMatrix<f64>, pub t: DMatrix<f64> }}
        pub fn f(x: &X, y: &DVector<f64>, data: &Data) -> f64 {{ {loss} + {penalty} }}
        pub fn g(x: &X, y: &DVector<f64>, data: &Data) -> f64 {{ {loss} }}"
    )
}

/// Vectors, each a function of the one before.
fn chain(count: usize) -> String {
    let steps = list(count, " ", |k| format!("let t{} = (&t{k} * 0.9 + y).map(f64::sin);", k + 1));
    format!(
        "pub fn f({XY}) -> f64 {{ let t0 = x.clone(); {steps} (&t{count} - y).norm_squared() }}
        pub fn g({XY}) -> f64 {{ x.norm_squared() }}"
    )
}

/// A sum of functions.
fn terms(count: usize) -> String {
    let sum = list(count, " + ", |k| format!("x.map(|t| (t * {k}.5).sin()).dot(y)"));
    format!("pub fn f({XY}) -> f64 {{ (x - y).norm_squared() + {sum} }} pub fn g({XY}) -> f64 {{ x.norm_squared() }}")
}

/// x and y of many blocks, each coupled to the next.
fn blocks(count: usize) -> String {
    let fields = list(count, ", ", |k| format!("pub a{k}: DVector<f64>"));
    let sum = list(count, " + ", |k| {
        let next = (k + 1) % count;
        format!("(&x.a{k} - &y.a{k}).norm_squared() + x.a{k}.map(f64::cosh).dot(&x.a{next}) * y.a{k}.sum()")
    });
    let squares = list(count, " + ", |k| format!("x.a{k}.norm_squared()"));
    format!("pub struct X {{ {fields} }} pub fn f(x: &X, y: &X) -> f64 {{ {sum} }} pub fn g(x: &X, y: &X) -> f64 {{ {squares} }}")
}

/// Functions that call the next one twice.
fn helpers(count: usize) -> String {
    let calls = list(count, " ", |k| format!("fn h{k}(t: f64) -> f64 {{ 0.5 * h{0}(t) + 0.4 * h{0}(t) }}", k + 1));
    format!(
        "{calls} fn h{count}(t: f64) -> f64 {{ t.sin() }}
        pub fn f({XY}) -> f64 {{ (x - y).norm_squared() + x.map(h0).sum() }} pub fn g({XY}) -> f64 {{ x.norm_squared() }}"
    )
}

/// A matrix whose parts are changed one after the other: each change reads what was there twice.
fn changes(count: usize) -> String {
    let all =
        list(count, " ", |k| format!("m.rows_mut({k}, 2).scale_mut(y[{k}]); m.columns_mut({k}, 2).add_scalar_mut(x[{k}]);"));
    format!(
        "pub fn f({XY}) -> f64 {{ let mut m = x * y.transpose(); {all} (m * x).norm_squared() + x.norm_squared() }}
        pub fn g({XY}) -> f64 {{ x.norm_squared() }}"
    )
}

/// A recursion of so many steps.
fn steps(count: usize) -> String {
    format!(
        "pub fn f({XY}) -> f64 {{
            let (mut p, mut v, mut cost) = (x[0], y[0], 0.0);
            for _ in 0..{count} {{ v -= 0.1 * p.sin(); p += 0.1 * v * x[1]; cost += p * p; }}
            cost + x.norm_squared()
        }}
        pub fn g({XY}) -> f64 {{ x.norm_squared() }}"
    )
}

/// A cart with a pole, steered along a path of any length: states by so many steps of the method of Runge and Kutta
/// between two controls.
fn cart_pole(count: usize) -> String {
    let steps = list(count, " ", |_| "s = step(&s, u);".to_string());
    format!(
        "use nalgebra::Vector4;
        fn velocity(s: &Vector4<f64>, u: f64) -> Vector4<f64> {{
            let (sin, cos) = s[1].sin_cos();
            let mass = 1.0 + 0.1 * sin * sin;
            let pull = 0.1 * s[3] * s[3];
            let cart = (u + sin * (pull + 0.981 * cos)) / mass;
            let pole = (-u * cos - pull * cos * sin - 10.8 * sin) / (0.5 * mass);
            Vector4::new(s[2], s[3], cart, pole)
        }}
        fn step(s: &Vector4<f64>, u: f64) -> Vector4<f64> {{
            let k1 = velocity(s, u);
            let k2 = velocity(&(s + k1 * 0.025), u);
            let k3 = velocity(&(s + k2 * 0.025), u);
            let k4 = velocity(&(s + k3 * 0.05), u);
            s + (k1 + k2 * 2.0 + k3 * 2.0 + k4) * (0.05 / 6.0)
        }}
        fn between(mut s: Vector4<f64>, u: f64) -> Vector4<f64> {{ {steps} s }}
        pub fn f({XY}) -> f64 {{
            let mut s = Vector4::new(0.0, 3.0, 0.0, 0.0);
            let mut cost = 0.0;
            for &u in x.iter() {{ s = between(s, u); cost += y[0].exp() * s.norm_squared() + y[1].exp() * u * u; }}
            cost
        }}
        pub fn g({XY}) -> f64 {{
            let mut s = Vector4::new(0.0, 3.0, 0.0, 0.0);
            for &u in x.iter() {{ s = between(s, u); }}
            s.norm_squared() + x.norm_squared()
        }}"
    )
}

fn emitted(body: &str) -> usize {
    let module = format!("pub mod m {{ use nalgebra::{{DMatrix, DVector}}; {body} }}").parse().unwrap();
    let expansion = expand(&TokenStream::new(), module);
    assert!(functions(expansion.clone()).iter().any(|(name, _)| name == "residual"), "refused: {expansion}");
    tokens(expansion)
}

/// A longer chain than is compiled in reasonable time is refused before anything is derived.
#[test]
fn a_chain_without_end_is_refused() {
    let module = |count| format!("pub mod m {{ use nalgebra::DVector; {} }}", chain(count)).parse().unwrap();
    let text = expand(&TokenStream::new(), module(80)).to_string();
    assert!(text.contains("`f` has 81 functions and products inside of one another: at most 64"), "{text}");
    assert!(!text.contains("residual"));
}

/// Doubling a module multiplies its text by at most so much.
/// Entries at looked-up places, changed one after the other: each change reads all before it several times.
#[test]
fn changes_at_indices_of_the_data_are_stored() {
    let text = format!(
        "mod m {{ use nalgebra::{{DVector, SMatrix}}; pub struct D {{ pub order: [usize; 4] }}
            pub fn f({XY}, d: &D) -> f64 {{ x.norm_squared() }}
            pub fn g({XY}, d: &D) -> f64 {{
                let mut a = SMatrix::<f64, 4, 3>::repeat(0.0);
                for i in 0..3 {{
                    if x[i] > 1.0625 {{ continue; }}
                    a[(i, d.order[3].saturating_sub(i))] = y[0];
                    if d.order[d.order[d.order[i].saturating_sub(2)]] != i {{ a[(i, i)] *= y.sum(); }}
                    a[(i, d.order[i])] *= 2.0;
                }}
                a.norm_squared()
            }} }}"
    );
    let count = tokens(expand(&TokenStream::new(), text.parse().unwrap()));
    assert!(count < 600_000, "{count} tokens");
}

#[test]
fn text_grows_with_the_module() {
    let cases: [(&str, fn(usize) -> String, usize, f64); 7] = [
        ("network", network, 2, 4.0),
        ("chain", chain, 6, 2.2),
        ("terms", terms, 20, 1.8),
        ("blocks", blocks, 4, 2.5),
        ("helpers", helpers, 16, 1.1),
        ("changes", changes, 5, 4.5),
        ("steps", steps, 500, 1.0),
    ];
    for (name, module, size, most) in cases {
        let (small, large) = (emitted(&module(size)), emitted(&module(2 * size)));
        assert!(large as f64 <= most * small as f64, "{name}: {small} tokens at size {size}, {large} at twice the size");
    }
}

fn lengths(body: &str, names: &[&str]) -> Vec<(String, usize)> {
    let module = format!("pub mod m {{ use nalgebra::{{DMatrix, DVector}}; {body} }}").parse().unwrap();
    let mut found = functions(expand(&TokenStream::new(), module));
    found.retain(|(name, _)| names.contains(&name.as_str()));
    assert!(names.iter().all(|name| found.iter().any(|(found, _)| found == name)), "{found:?}");
    found
}

/// Pixels of points that are picked by indices of the data, seen by one of two cameras: quotients of quotients of what a
/// choice of columns picks.
fn bundle(points: usize) -> String {
    format!(
        "pub struct Scene {{ pub turn: DVector<f64>, pub points: [nalgebra::Vector3<f64>; {points}] }}
        pub struct Seen {{ pub point: usize, pub second: bool, pub pixel: f64 }}
        pub struct Data {{ pub seen: Vec<Seen> }}
        fn project(turn: nalgebra::Vector3<f64>, p: &nalgebra::Vector3<f64>, focal: f64) -> f64 {{
            let q = p + turn.cross(p);
            let (a, b) = (q.x / q.z, q.y / q.z);
            focal * a * (1.0 + 0.1 * (a * a + b * b))
        }}
        pub fn f(scene: &Scene, focal: f64, data: &Data) -> f64 {{
            let seen = data.seen.iter().map(|o| {{
                let s = &scene.turn;
                let turn = if o.second {{ nalgebra::Vector3::new(s[0], s[1], s[2]) }} else {{ nalgebra::Vector3::zeros() }};
                (project(turn, &scene.points[o.point], focal) - o.pixel).powi(2)
            }});
            seen.sum()
        }}
        pub fn g(scene: &Scene, _focal: f64, _data: &Data) -> f64 {{ scene.points[0].norm_squared() }}"
    )
}

/// Expressions of what indices of the data pick from a few points are stored: in each loop that read them they doubled.
#[test]
fn what_indices_pick_is_stored() {
    for points in [4, 20] {
        let count = emitted(&bundle(points));
        assert!(count < 600_000, "{count} tokens of {points} points");
    }
}

/// A step of many functions inside of one another is straight lines, each of which is computed once.
#[test]
fn long_steps_are_written_once() {
    let count = emitted(&cart_pole(1));
    assert!(count < 450_000, "{count} tokens");
}

/// Functions of functions, entry by entry: every product with a direction is one loop over one vector, which is computed
/// once for all directions.
#[test]
fn products_with_a_direction_do_not_grow() {
    let names = ["f_1_mul", "f_2_mul", "f_2_tr_mul", "m_11_mul", "m_21_mul", "m_12_mul"];
    for (name, tokens) in lengths(&chain(8), &names) {
        assert!(tokens < 100, "{name}: {tokens} tokens");
    }
}

/// `factor` asks the kernel of `F_1`.
#[test]
fn the_matrix_is_written_once() {
    let found = lengths(&network(2), &["f_1", "factor"]);
    let longest = |name: &str| found.iter().filter(|(found, _)| found == name).map(|(_, tokens)| *tokens).max();
    assert!(longest("factor") < Some(300) && longest("f_1") > Some(1000), "{found:?}");
}

/// Steps along F by blocks of samples repeat the code of F.
#[test]
fn few_terms_have_steps_by_blocks() {
    let has_steps = |count| {
        let module = format!("pub mod m {{ use nalgebra::{{DMatrix, DVector}}; {} }}", terms(count)).parse().unwrap();
        functions(expand(&TokenStream::new(), module)).iter().any(|(name, _)| name == "descend")
    };
    assert!(has_steps(20) && !has_steps(80));
}
