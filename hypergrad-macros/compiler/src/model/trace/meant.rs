//! Whose method a call means. Words are read by name, and a trait in scope can have a method of that name
//! that Rust takes instead: at each step of the receiver's references, inherent methods come first, then
//! those of traits. So of values a trait's `fn norm(self)` comes before nalgebra's `norm(&self)`, and of
//! references a trait's `fn exp(&self)` before `f64::exp(self)`. Where a trait of unknown methods can be in
//! scope, rustc has to prove that it has none that is taken.

use super::Tracer;
use super::call::Call;
use super::value::Value;
use super::words::{
    ChangeWord, CoordinatesWord, IDENTITIES, MapWord, NormWord, PairWord, PlaceOfWord, PlaceWord, PowerNormWord,
    RearrangementWord, ReductionWord, ScalingWord, Words,
};
use crate::ir::Size;
use crate::model::{Form, Taken};
use crate::syntax::{Dimension, Storage, Type, library_methods};

/// nalgebra's methods that take the value itself.
const CONSUMING: Words =
    Words("into_owned into_scalar remove_row remove_column remove_rows remove_columns insert_rows insert_columns resize");

/// Methods of the prelude's traits that take the value itself: rustc takes no other beside them.
const PRELUDE: Words = Words("into into_iter");

/// Methods of integers that are no trait's.
const OF_INTEGERS: Words = Words("abs_diff saturating_sub wrapping_add wrapping_sub checked_sub pow");

/// Of the traits through which scalars have methods, what `RealField` has; the rest is `ComplexField`'s.
const REAL: Words = Words("atan2 max min clamp");

/// Conversions of scalars that no trait of nalgebra has.
const OF_ANY: Words = Words("clone to_owned as_ref partial_cmp");

/// Whether lists of the standard library, which are read as columns, lack a method of this name.
fn is_of_tensors_alone(name: &str) -> bool {
    ReductionWord::named(name).is_some()
        || PlaceOfWord::named(name).is_some()
        || RearrangementWord::named(name).is_some()
        || CoordinatesWord::named(name).is_some()
        || library_methods().any(|known| known == name)
        || PowerNormWord::named(name).is_some()
        || NormWord::named(name).is_some()
        || MapWord::named(name).is_some()
        || ScalingWord::named(name).is_some()
        || PairWord::named(name).is_some()
}

impl Tracer<'_> {
    /// Whether the method is refused because it is one of the module's own traits; otherwise what rustc has
    /// to prove is noted.
    pub(super) fn is_of_another_trait(&mut self, call: &Call<'_>, receiver: &Value) -> bool {
        if !self.has_traits || self.is_in_library() {
            return false;
        }
        if let Value::State(state) = receiver {
            return self.is_of_another_trait(call, &Value::Tensor(state.shape().clone()));
        }
        let name = call.name();
        let is_number = matches!(receiver, Value::Tensor(tensor) if tensor.is_scalar());
        let is_tensor = is_number || matches!(receiver, Value::Tensor(_) | Value::Csr(_));
        if is_tensor && let Some(own) = self.module.own_trait_with(name, is_number) {
            let message = format!(
                "`{name}` is a method of the module's trait `{own}`, and is read as nalgebra's or the standard library's"
            );
            self.diagnostics.error_with_help(
                call.site.span,
                message,
                format!("rename it in `{own}`, or write a function of the module and call that"),
            );
            return true;
        }
        for (ty, taken) in self.receivers(name, receiver) {
            self.surroundings.method(name, call.site.span, &ty, taken);
        }
        false
    }

    /// The types that the receiver may have, and how the method that is read takes it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn receivers(&mut self, name: &str, receiver: &Value) -> Vec<(Type, Taken)> {
        match receiver {
            _ if PRELUDE.contains(name) => Vec::new(),
            Value::Tensor(tensor) if tensor.is_scalar() => {
                let ty = Type::Scalar(self.scalar);
                if OF_ANY.contains(name) {
                    return vec![(ty, Taken::Borrowed)];
                }
                let mut all = vec![(ty.clone(), Taken::Owned)];
                let wanted = if REAL.contains(name) { "RealField" } else { "ComplexField" };
                match self.module.imported_trait(wanted) {
                    Some(path) => self.surroundings.outside(&path, &format!("nalgebra::{wanted}")),
                    None => all.push((ty, Taken::Named)),
                }
                all
            }
            Value::Tensor(tensor) => {
                // What takes `&mut self` comes after both.
                let changes = ChangeWord::named(name).is_some() || PlaceWord::named(name).is_some();
                let taken: &[Taken] = match name {
                    _ if changes => &[Taken::Borrowed, Taken::Owned],
                    _ if CONSUMING.contains(name) => &[Taken::Owned],
                    _ => &[Taken::Borrowed],
                };
                let dimension =
                    |size: &Size| self.sizes.resolve(size).as_constant().map_or(Dimension::Dynamic, Dimension::Constant);
                let (rows, columns) = (dimension(&tensor.rows), dimension(&tensor.columns));
                let dynamic = match tensor.form {
                    Form::Scalar => (Dimension::Constant(1), Dimension::Constant(1)),
                    Form::Column => (Dimension::Dynamic, Dimension::Constant(1)),
                    Form::Row => (Dimension::Constant(1), Dimension::Dynamic),
                    Form::Matrix => (Dimension::Dynamic, Dimension::Dynamic),
                };
                let mut shapes = vec![(rows, columns)];
                if dynamic != (rows, columns) {
                    shapes.push(dynamic);
                }
                let ty = |(rows, columns)| Type::Tensor { scalar: self.scalar, form: tensor.form, rows, columns };
                let mut all: Vec<(Type, Taken)> =
                    shapes.into_iter().flat_map(|shape| taken.iter().map(move |taken| (ty(shape), *taken))).collect();
                if tensor.form == Form::Column && is_of_tensors_alone(name) {
                    let list = |storage| Type::List { item: Box::new(Type::Scalar(self.scalar)), storage };
                    all.push((list(Storage::Slice), Taken::OfTensorsAlone));
                    if rows == Dimension::Dynamic {
                        all.push((list(Storage::Vec), Taken::OfTensorsAlone));
                    }
                }
                all
            }
            Value::Csr(_) if !IDENTITIES.contains(name) => vec![(Type::Csr { scalar: self.scalar }, Taken::Borrowed)],
            Value::Index(_) if OF_INTEGERS.contains(name) => vec![(Type::Count, Taken::Owned)],
            _ => Vec::new(),
        }
    }
}
