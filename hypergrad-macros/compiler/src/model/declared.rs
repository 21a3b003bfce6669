//! `#[derivative(erf)] fn d_erf(t: f64) -> f64`: functions that the language cannot read, each declared with its
//! first derivative, which it can.

use super::trace::{Surroundings, Tensor, Tracer, Value};
use super::{Declared, Scalar};
use crate::diagnostics::Diagnostics;
use crate::ir::{Formula, Graph, InputInfo, Name, Role};
use crate::shape::Sizes;
use crate::syntax::{DERIVATIVE, Module, Type};

/// Reads every declaration of the module into the graph.
pub fn read(
    module: &Module,
    scalar: Scalar,
    graph: &mut Graph,
    surroundings: &mut dyn Surroundings,
    diagnostics: &mut Diagnostics,
) -> Vec<Declared> {
    let mut declared: Vec<Declared> = Vec::new();
    for (attribute, function) in module.derivatives() {
        let Ok(of) = attribute.parse_args::<syn::Ident>() else {
            diagnostics.error_with_help(
                attribute,
                format!("`#[{DERIVATIVE}(..)]` takes the name of the function whose derivative this is"),
                format!("write `#[{DERIVATIVE}(name)]`, of a function of this module or one that it imports"),
            );
            continue;
        };
        let name = of.to_string();
        if module.function(&name).is_none() && module.imports.path(&name).is_none() {
            let message = format!("`{name}` is neither a function of this module nor imported");
            let names: Vec<String> = module.functions().map(|function| function.sig.ident.to_string()).collect();
            match crate::diagnostics::nearest(&name, names.iter().map(String::as_str)) {
                Some(near) => diagnostics.error_with_help(&of, message, format!("did you mean `{near}`?")),
                None => diagnostics.error(&of, message),
            }
            continue;
        }
        if declared.iter().any(|known| known.function == of) {
            diagnostics.error(&of, format!("`{name}` has a derivative already"));
            continue;
        }
        if !takes_and_gives_a_number(module, function, scalar) {
            let float = if scalar == Scalar::F32 { "f32" } else { "f64" };
            diagnostics.error_with_help(
                &function.sig,
                "a declared derivative takes a number and gives a number",
                format!("write `fn {}(t: {float}) -> {float}`", function.sig.ident),
            );
            continue;
        }
        if let Some(formula) = formula(module, function, scalar, surroundings, diagnostics) {
            graph.declare(Name::new(&name), formula);
        }
        declared.push(Declared { function: of, derivative: function.sig.ident.clone() });
    }
    declared
}

fn takes_and_gives_a_number(module: &Module, function: &syn::ItemFn, scalar: Scalar) -> bool {
    let is_number = |ty: &syn::Type| module.resolve_type(ty, &mut Diagnostics::default()) == Some(Type::Scalar(scalar));
    let by_value = |ty: &syn::Type| !matches!(ty, syn::Type::Reference(_)) && is_number(ty);
    let mut inputs = function.sig.inputs.iter();
    let takes = matches!((inputs.next(), inputs.next()), (Some(syn::FnArg::Typed(only)), None) if by_value(&only.ty));
    takes && matches!(&function.sig.output, syn::ReturnType::Type(_, ty) if by_value(ty))
}

/// The body on an argument of its own, in a graph of its own.
fn formula(
    module: &Module,
    function: &syn::ItemFn,
    scalar: Scalar,
    surroundings: &mut dyn Surroundings,
    diagnostics: &mut Diagnostics,
) -> Option<Formula> {
    let (mut graph, mut sizes) = (Graph::new(), Sizes::default());
    let info = InputInfo { role: Role::X, block: 0, name: "t".to_owned() };
    let argument = graph.input(info, Vec::new());
    let before = diagnostics.len();
    let value = Tracer::new(&mut graph, &mut sizes, diagnostics, module, surroundings, scalar)
        .call(function, vec![Value::Tensor(Tensor::scalar(argument))]);
    let formula = match value {
        Some(Value::Tensor(tensor)) if tensor.is_scalar() && tensor.batch.is_empty() => Formula::of(&graph, tensor.node),
        _ => None,
    };
    if formula.is_none() && diagnostics.len() == before {
        diagnostics.error_with_help(
            &function.sig.ident,
            "this derivative is no formula of numbers",
            "write it with functions of numbers, without sums over indices; it may call the function itself",
        );
    }
    formula
}
