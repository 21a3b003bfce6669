//! Sizes, indices, conditions and numbers as tokens.

use proc_macro2::{Literal, Punct, Spacing, TokenStream};
use quote::{ToTokens, TokenStreamExt, format_ident, quote};

use crate::ir::{Affine, Guard, Size, Symbol, Test, Wire};
use crate::model::Scalar;

/// The local that holds a size symbol.
pub fn symbol(symbol: Symbol) -> proc_macro2::Ident {
    format_ident!("s{}", symbol.0)
}

/// The loop variable of a wire.
pub fn variable(wire: Wire) -> proc_macro2::Ident {
    format_ident!("i{}", wire.0)
}

pub fn usize_literal(value: i64) -> TokenStream {
    Literal::usize_suffixed(value.max(0) as usize).to_token_stream()
}

/// A number of the module's scalar type.
pub fn number(value: f64, scalar: Scalar) -> TokenStream {
    if !value.is_finite() {
        let ty = scalar_type(scalar);
        let name = if value.is_nan() {
            "NAN"
        } else if value > 0.0 {
            "INFINITY"
        } else {
            "NEG_INFINITY"
        };
        let name = format_ident!("{name}");
        return quote!(#ty::#name);
    }
    let magnitude = value.abs();
    let literal = match scalar {
        Scalar::F64 => Literal::f64_suffixed(magnitude),
        Scalar::F32 => Literal::f32_suffixed(magnitude as f32),
    };
    if value < 0.0 { quote!((-#literal)) } else { quote!(#literal) }
}

/// A size: never negative.
pub fn size(size: &Size) -> TokenStream {
    affine(&Affine::constant(size.clone()))
}

/// A size as a floating-point number.
pub fn float_size(size: &Size) -> TokenStream {
    let terms = size.terms().map(|(monomial, coefficient)| {
        let coefficient = number(coefficient as f64, Scalar::F64);
        let symbols = monomial.iter().map(|s| symbol(*s));
        quote!(#coefficient #(* #symbols as f64)*)
    });
    quote!((0.0_f64 #(+ #terms)*))
}

/// A non-negative index: positive terms less the negative ones.
pub fn affine(affine: &Affine) -> TokenStream {
    // What nearly all indices and sizes are.
    if let Some(wire) = affine.as_wire() {
        return variable(wire).to_token_stream();
    }
    if let Some(size) = affine.as_size() {
        match (size.as_constant(), size.as_symbol()) {
            (Some(constant), _) if constant >= 0 => return usize_literal(constant),
            (_, Some(one)) => return symbol(one).to_token_stream(),
            _ => {}
        }
    }
    let (positive, negative) = parts(affine);
    match (sum(&positive), sum(&negative)) {
        (Some(p), None) => p,
        (Some(p), Some(n)) => quote!((#p).saturating_sub(#n)),
        (None, _) => quote!(0usize),
    }
}

/// A condition, without subtraction.
pub fn condition(guard: &Guard) -> TokenStream {
    let (positive, negative) = parts(&guard.affine);
    let left = sum(&positive).unwrap_or_else(|| quote!(0usize));
    let right = sum(&negative).unwrap_or_else(|| quote!(0usize));
    match guard.test {
        Test::Zero => quote!((#left) == (#right)),
        Test::NonZero => quote!((#left) != (#right)),
        Test::NonNegative => quote!((#left) >= (#right)),
    }
}

pub fn conditions(guards: &[Guard]) -> TokenStream {
    let all = guards.iter().map(condition);
    quote!(#(#all)&&*)
}

/// An index as a number of the module's scalar type; may be negative.
pub fn as_number(affine: &Affine, scalar: Scalar) -> TokenStream {
    let (positive, negative) = parts(affine);
    let ty = scalar_type(scalar);
    let cast = |terms: &[TokenStream]| sum(terms).map_or_else(|| number(0.0, scalar), |s| quote!(((#s) as #ty)));
    let (p, n) = (cast(&positive), cast(&negative));
    if negative.is_empty() { p } else { quote!((#p - #n)) }
}

pub fn scalar_type(scalar: Scalar) -> TokenStream {
    match scalar {
        Scalar::F64 => quote!(f64),
        Scalar::F32 => quote!(f32),
    }
}

fn sum(terms: &[TokenStream]) -> Option<TokenStream> {
    match terms {
        [] => None,
        [one] => Some(one.clone()),
        _ => Some(quote!((#(#terms)+*))),
    }
}

/// Terms with positive and with negative coefficients.
fn parts(affine: &Affine) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let (mut positive, mut negative) = (Vec::new(), Vec::new());
    for (wire, coefficient) in &affine.terms {
        monomials(coefficient, Some(*wire), &mut positive, &mut negative);
    }
    monomials(&affine.constant, None, &mut positive, &mut negative);
    (positive, negative)
}

fn monomials(size: &Size, wire: Option<Wire>, positive: &mut Vec<TokenStream>, negative: &mut Vec<TokenStream>) {
    for (monomial, coefficient) in size.terms() {
        let mut factors: Vec<TokenStream> = Vec::new();
        if coefficient.abs() != 1 || (monomial.is_empty() && wire.is_none()) {
            factors.push(usize_literal(coefficient.abs()));
        }
        factors.extend(monomial.iter().map(|s| symbol(*s).to_token_stream()));
        factors.extend(wire.map(|w| variable(w).to_token_stream()));
        let term = times(factors);
        if coefficient > 0 { positive.push(term) } else { negative.push(term) }
    }
}

/// `a * b * c`.
pub fn times(factors: impl IntoIterator<Item = TokenStream>) -> TokenStream {
    let mut factors = factors.into_iter();
    let mut code = factors.next().unwrap_or_default();
    for factor in factors {
        code.append(Punct::new('*', Spacing::Alone));
        code.extend(factor);
    }
    code
}
