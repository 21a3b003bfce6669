//! Integer constants of the module: `const N: usize = 3 * K;`, and the expressions in types.

use super::Module;
use super::scope::Scope;
use crate::diagnostics::{Diagnostic, nearest};

/// Constants and aliases may refer to each other so deep: a cycle is rustc's error, not our stack's.
pub(super) const DEPTH: usize = 64;

impl Module {
    /// The value of a constant integer expression over the module's constants.
    ///
    /// # Errors
    /// What is no constant integer, at its own span.
    pub fn constant_value(&self, expression: &syn::Expr) -> Result<i64, Diagnostic> {
        Constants { module: self, scope: &Scope::default(), depth: 0 }.value(expression)
    }

    /// A dimension of a type: no negative number.
    pub(super) fn dimension_value(&self, expression: &syn::Expr, scope: &Scope) -> Result<i64, Diagnostic> {
        size(expression, Constants { module: self, scope, depth: 0 }.value(expression)?)
    }

    pub(super) fn dimension_at_path(&self, path: &syn::Path, scope: &Scope) -> Result<i64, Diagnostic> {
        size(path, Constants { module: self, scope, depth: 0 }.path(path)?)
    }
}

struct Constants<'a> {
    module: &'a Module,
    scope: &'a Scope,
    depth: usize,
}

impl Constants<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn value(&self, expression: &syn::Expr) -> Result<i64, Diagnostic> {
        match expression {
            syn::Expr::Lit(literal) => integer(literal),
            syn::Expr::Paren(inner) => self.value(&inner.expr),
            syn::Expr::Group(inner) => self.value(&inner.expr),
            syn::Expr::Cast(cast) => self.value(&cast.expr),
            syn::Expr::Block(block) => match block.block.stmts.as_slice() {
                [syn::Stmt::Expr(inner, None)] => self.value(inner),
                _ => Err(refused(expression)),
            },
            syn::Expr::Unary(syn::ExprUnary { op: syn::UnOp::Neg(_), expr, .. }) => {
                self.value(expr)?.checked_neg().ok_or_else(|| overflow(expression))
            }
            syn::Expr::Binary(binary) => self.binary(expression, binary),
            syn::Expr::Path(path) => self.path(&path.path),
            _ => Err(refused(expression)),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn binary(&self, whole: &syn::Expr, binary: &syn::ExprBinary) -> Result<i64, Diagnostic> {
        let (left, right) = (self.value(&binary.left)?, self.value(&binary.right)?);
        let result = match binary.op {
            syn::BinOp::Add(_) => left.checked_add(right),
            syn::BinOp::Sub(_) => left.checked_sub(right),
            syn::BinOp::Mul(_) => left.checked_mul(right),
            syn::BinOp::Div(_) => left.checked_div(right),
            syn::BinOp::Rem(_) => left.checked_rem(right),
            _ => return Err(refused(whole)),
        };
        result.ok_or_else(|| overflow(whole))
    }

    fn path(&self, path: &syn::Path) -> Result<i64, Diagnostic> {
        if let Some(value) = path.get_ident().and_then(|name| self.scope.constant(name)) {
            return Ok(value);
        }
        let own = self.module.own_name(path).and_then(|name| self.module.constant(&name.to_string()));
        match own {
            Some(constant) if self.depth < DEPTH => {
                let inner = Constants { module: self.module, scope: &Scope::default(), depth: self.depth + 1 };
                inner.value(&constant.expr)
            }
            Some(_) => Err(refused(path)),
            None => Err(self.unknown(path)),
        }
    }

    fn unknown(&self, path: &syn::Path) -> Diagnostic {
        let name = spelled(path);
        let diagnostic =
            Diagnostic::new(path, format!("`{name}` is no constant of this module: dimensions are read when it is compiled"));
        let constants: Vec<String> = self.module.constants().map(|constant| constant.ident.to_string()).collect();
        match nearest(&name, constants.iter().map(String::as_str)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help(format!("write the number, or put `const {}: usize = ..;` into the module", last(path))),
        }
    }
}

/// Larger ones exist on no machine; products of them stay in range.
const LARGEST: i64 = 1 << 31;

fn size(syntax: &impl quote::ToTokens, value: i64) -> Result<i64, Diagnostic> {
    if (0..=LARGEST).contains(&value) {
        return Ok(value);
    }
    Err(Diagnostic::new(syntax, format!("a dimension of {value} is out of range")))
}

/// A path without spaces.
pub(super) fn spelled(path: &syn::Path) -> String {
    let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    segments.join("::")
}

fn last(path: &syn::Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

fn integer(literal: &syn::ExprLit) -> Result<i64, Diagnostic> {
    if let syn::Lit::Int(value) = &literal.lit {
        value.base10_parse().map_err(|_| overflow(literal))
    } else {
        Err(refused(literal))
    }
}

fn refused(syntax: &impl quote::ToTokens) -> Diagnostic {
    Diagnostic::new(syntax, "expected a constant integer: a literal, a `const` of this module, or `+ - * / %` of them")
}

fn overflow(syntax: &impl quote::ToTokens) -> Diagnostic {
    Diagnostic::new(syntax, "this constant has no value: it overflows or divides by zero")
}
