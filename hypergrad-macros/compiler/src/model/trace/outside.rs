//! What is called or named and cannot be read: what it is, and what to write instead.

use super::Tracer;
use super::spell::spell;
use super::words::{MathWord, Words};
use crate::diagnostics::{Diagnostic, nearest};
use crate::syntax::{ITEM, without_arguments};

/// nalgebra's types that are no vector and no matrix.
const ROTATIONS: Words = Words(
    "Rotation Rotation2 Rotation3 Unit UnitVector2 UnitVector3 UnitComplex UnitQuaternion Quaternion UnitDualQuaternion \
    DualQuaternion Isometry Isometry2 Isometry3 IsometryMatrix2 IsometryMatrix3 Similarity2 Similarity3 Transform2 Transform3 \
    Affine2 Affine3 Projective2 Projective3 Translation Translation1 Translation2 Translation3 Scale2 Scale3 Reflection2 \
    Reflection3 Perspective3 Orthographic3",
);

/// nalgebra's points.
const POINTS: Words = Words("Point OPoint Point1 Point2 Point3 Point4 Point5 Point6");

/// The item that a path leads to: of a variant, its enum.
fn item_of(path: &syn::Path) -> syn::Path {
    let mut item = without_arguments(path);
    let owner = path.segments.len().checked_sub(2).and_then(|k| path.segments.get(k));
    if owner.is_some_and(|owner| owner.ident.to_string().starts_with(char::is_uppercase)) {
        item.segments.pop();
        item.segments.pop_punct();
    }
    item
}

fn annotate(path: &syn::Path) -> String {
    let name = item_of(path).segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
    format!("write `#[hypergrad::{ITEM}]` on `{name}`, or move it into the module")
}

impl Tracer<'_> {
    /// A call of a function whose body cannot be read.
    pub(super) fn unknown_function(&mut self, path: &syn::ExprPath, full: &[String]) {
        let written = spell(&path.path);
        // A function inside a body does not see itself.
        if self.refuse_recursion(&written, syn::spanned::Spanned::span(&path.path)) {
            return;
        }
        if self.refuse_by_owner(path, full) {
            return;
        }
        let last = full.last().map_or("", String::as_str);
        let own: Vec<String> = self.module.functions().map(|f| f.sig.ident.to_string()).collect();
        let message = format!("function `{written}` is not defined in this module, where its body could be read");
        let mut known: Vec<&str> = MathWord::NAMES.to_vec();
        known.extend(own.iter().map(String::as_str));
        let error = Diagnostic::new(&path.path, message);
        let error = match nearest(&written, known) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            // Methods are not carried.
            None if self.is_of_this_crate(full) && item_of(&path.path).segments.len() == path.path.segments.len() => {
                error.help(annotate(&path.path)).wants_item(item_of(&path.path))
            }
            None => error.help(format!("move `{last}` into the module")),
        };
        self.diagnostics.push(error);
    }

    /// A constant or a value whose definition cannot be read.
    pub(super) fn unknown_name(&mut self, path: &syn::ExprPath, full: &[String]) {
        let written = spell(path);
        let last = full.last().map_or("", String::as_str);
        if self.refuse_by_owner(path, full) {
            return;
        }
        let constants: Vec<String> = self.module.constants().map(|c| c.ident.to_string()).collect();
        let functions: Vec<String> = self.module.functions().map(|f| f.sig.ident.to_string()).collect();
        let known = self.environment.names().into_iter().chain(constants.iter().chain(&functions).map(String::as_str));
        let error = Diagnostic::new(path, format!("`{written}` is not known in this module"));
        let error = match nearest(&written, known) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None if self.is_of_this_crate(full) && path.qself.is_none() => {
                error.help(annotate(&path.path)).wants_item(item_of(&path.path))
            }
            None => error.help(format!("the bodies are read from the module alone: move `{last}` into it")),
        };
        self.diagnostics.push(error);
    }

    /// Whether a path, as imported, leads out of the module and stays in its crate.
    fn is_of_this_crate(&self, full: &[String]) -> bool {
        full.len() > 1 && full.first().is_some_and(|first| matches!(first.as_str(), "super" | "crate"))
    }

    /// Whether the type before the last segment, or the name itself, says why it cannot be read: then
    /// moving it into the module would not help.
    fn refuse_by_owner(&mut self, path: &syn::ExprPath, full: &[String]) -> bool {
        let written = spell(&path.path);
        let last = full.last().map_or("", String::as_str);
        let owner = full.len().checked_sub(2).and_then(|k| full.get(k)).map_or("", String::as_str);
        let first = path.path.segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let (message, help) = if ROTATIONS.contains(owner) {
            (
                format!("`{written}` is not accepted: of nalgebra's types, vectors and matrices are read"),
                "write the matrix by its entries: `Matrix2::new(c, -s, s, c)` for a rotation".to_owned(),
            )
        } else if POINTS.contains(owner) {
            (
                format!("`{written}` is not accepted: of nalgebra's types, vectors and matrices are read"),
                "write a vector: `Vector2::new(a, b)`".to_owned(),
            )
        } else if self.module.structure(&first).is_some() || self.module.enumeration(&first).is_some() {
            (
                format!("`{written}` is no item of an `impl` block of this module, where it could be read"),
                format!("write it in the module: `impl {first} {{ .. {last} .. }}`, for all that the type can be"),
            )
        } else {
            return false;
        };
        self.diagnostics.error_with_help(&path.path, message, help);
        true
    }
}
