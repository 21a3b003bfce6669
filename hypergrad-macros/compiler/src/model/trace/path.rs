//! Paths: local names, constants of the module and of `std`, and what a called path means.

use std::rc::Rc;

use syn::spanned::Spanned;

use super::Tracer;
use super::call::Call;
use super::condition::Condition;
use super::environment::Lookup;
use super::generics::TypeMeant;
use super::spell::spell;
use super::value::{Callable, Value};
use super::variant::{Choice, EnumName};
use super::words::{ConstantWord, InfinityWord, LimitWord, MathWord, SourceWord, Words};
use crate::ir::{Func, Reduction};
use crate::model::Scalar;
use crate::syntax::Type;

/// Types and traits whose associated functions are the scalar functions.
const SCALARS: Words = Words("f64 f32 ComplexField RealField Float FloatCore");

/// Types whose `from` keeps the value.
const INTEGERS: Words = Words("i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize");

/// Types of the standard library whose methods are called by path.
const HOLDERS: Words = Words("Vec Option Result");

/// Traits of the standard library whose methods are called by path.
const TRAITS: Words = Words("Clone Into From Iterator IntoIterator ToOwned");

impl Tracer<'_> {
    pub(super) fn path_value(&mut self, path: &syn::ExprPath) -> Option<Value> {
        if let Some(name) = path.path.get_ident() {
            let name = name.to_string();
            match self.environment.get(&name) {
                Lookup::Bound(Value::Reference(place)) => {
                    let place = place.clone();
                    return self.load(&place, path.span());
                }
                Lookup::Bound(value) => return Some(value.clone()),
                Lookup::Refused => return None,
                Lookup::Unbound => {}
            }
        }
        if let Some(found) = self.associated_at(path) {
            return found.ok().and_then(|found| self.associated_constant(found, path));
        }
        if let Some(structure) = self.constructor_at(&path.path) {
            return if let syn::Fields::Unit = &structure.fields {
                Some(Value::structure(structure.ident.to_string(), Vec::new()))
            } else {
                Some(Value::Callable(Callable::Path(Rc::new(path.path.clone()))))
            };
        }
        if path.qself.is_none()
            && let Some((name, variant)) = self.variant_at(&path.path)
        {
            return self.variant_value(path, name, &variant);
        }
        if let Some(name) = self.module.own_name(&path.path)
            && let Some(constant) = self.module.constant(&name.to_string())
        {
            return self.constant(&constant.ident.to_string(), &constant.ty, &constant.expr);
        }
        if let Some(name) = self.module.own_name(&path.path)
            && let Some(unchanging) = self.module.unchanging(&name.to_string())
        {
            return self.constant(&unchanging.ident.to_string(), &unchanging.ty, &unchanging.expr);
        }
        if self.own_function(&path.path).is_some() {
            return Some(Value::Callable(Callable::Path(Rc::new(path.path.clone()))));
        }
        let full = self.full_path(&path.path);
        if let [.., owner, name] = full.as_slice()
            && matches!(owner.as_str(), "f64" | "f32")
            && let Some(word) = InfinityWord::named(name)
        {
            return Some(Value::Infinity(match word {
                InfinityWord::INFINITY => f64::INFINITY,
                InfinityWord::NEG_INFINITY => f64::NEG_INFINITY,
            }));
        }
        if let Some(value) = standard_constant(&full) {
            if let [.., float, owner, name] = full.as_slice()
                && owner == "consts"
            {
                self.outside(&path.path, &format!("core::{float}::consts::{name}"));
            }
            let value = if full.iter().any(|part| part == "f32") { f64::from(value as f32) } else { value };
            return Some(Value::Tensor(self.number(value)));
        }
        let is_function = full.last().is_some_and(|name| MathWord::named(name).is_some() || name.starts_with(char::is_lowercase));
        if full.len() > 1 && is_function {
            return Some(Value::Callable(Callable::Path(Rc::new(path.path.clone()))));
        }
        self.unknown_name(path, &full);
        None
    }

    /// A variant, or the function that makes it: `map(Some)`.
    fn variant_value(&mut self, path: &syn::ExprPath, name: EnumName, variant: &str) -> Option<Value> {
        let holds = match &name {
            EnumName::Own(_) => {
                let own = self.module.own_variant(&path.path);
                own.is_some_and(|(_, variant)| !matches!(variant.fields, syn::Fields::Unit))
            }
            EnumName::Option => variant == "Some",
            EnumName::Result => true,
            EnumName::Ordering => false,
        };
        if holds {
            return Some(Value::Callable(Callable::Path(Rc::new(path.path.clone()))));
        }
        self.variant_of(name, variant, Vec::new())
    }

    /// A path as imported; a single name that only a glob import can give is read below it.
    fn full_path(&self, path: &syn::Path) -> Vec<String> {
        let full = self.module.imports.expand(path);
        let [name] = full.as_slice() else { return full };
        let globs = self.module.imports.globs().iter();
        let below = globs.map(|glob| glob.iter().chain([name]).cloned().collect::<Vec<String>>());
        let known = |path: &Vec<String>| {
            standard_constant(path).is_some() || MathWord::named(name).is_some() && path.iter().any(|p| p == "math")
        };
        below.into_iter().find(known).unwrap_or(full)
    }

    pub(super) fn constant(&mut self, title: &str, ty: &syn::Type, value: &syn::Expr) -> Option<Value> {
        let name = format!("const {title}");
        if self.calls.contains(&name) {
            return None;
        }
        self.calls.push(name);
        let expected = self.hint(ty);
        let single = expected == Some(Type::Scalar(Scalar::F32)) && self.scalar == Scalar::F64;
        let value = self.at_module_level(|tracer| {
            if single { tracer.single_precision(value) } else { tracer.expression_as(value, expected.as_ref()) }
        });
        self.calls.pop();
        value
    }

    /// Calls what a path names; functions of the module were handled before.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn call_path(&mut self, path: &syn::ExprPath, arguments: Vec<Option<Value>>, call: &Call<'_>) -> Option<Value> {
        if let Some(name) = path.path.get_ident()
            && self.environment.binds(&name.to_string())
        {
            return self.call_bound(name, arguments, call);
        }
        if let Some(structure) = self.constructor_at(&path.path) {
            return self.tuple_struct(structure, arguments);
        }
        if path.qself.is_none()
            && let Some((name, variant)) = self.variant_at(&path.path)
        {
            return self.variant_of(name, &variant, arguments);
        }
        if let Some(found) = self.associated_at(path) {
            return found.ok().and_then(|found| self.call_associated(found, arguments, call.site.span));
        }
        if let Some(value) = self.method_of_trait(path, &arguments, call) {
            return value;
        }
        let full = self.module.imports.expand(&path.path);
        let name = full.last().cloned().unwrap_or_default();
        let owner = full.len().checked_sub(2).and_then(|k| full.get(k)).cloned().unwrap_or_default();
        if let Some(name) = path.path.get_ident()
            && let Some(value) = self.declared(name, &arguments, call.site.span)
        {
            return value;
        }
        if path.qself.is_none()
            && let Some(word) = MathWord::named(&name)
        {
            self.outside(&path.path, &format!("math::{name}"));
            let arguments: Vec<Value> = arguments.into_iter().collect::<Option<_>>()?;
            return self.math(word, call, arguments);
        }
        // `<f64>::sin(t)`
        let qualified = path.qself.as_ref().is_some_and(|of| matches!(self.hint(&of.ty), Some(Type::Scalar(_))));
        let of_parameter = path.path.segments.len() == 2 && self.type_parameter(&owner) == Some(&TypeMeant::Scalar);
        if let Some(value) = self.held_or_constant(path, &full, &arguments, of_parameter) {
            return value;
        }
        let is_scalar = SCALARS.contains(&owner) || self.alias_of_scalar(path) || qualified || of_parameter;
        let is_default = name == "default" && arguments.is_empty();
        if is_default && is_scalar {
            return Some(Value::Tensor(self.number(0.0)));
        }
        if is_default && path.qself.is_none() && is_standard_default(&full) && !self.module.defines("Default") {
            return self.default_at(call);
        }
        if is_scalar && name == "from" {
            let arguments: Vec<Value> = arguments.into_iter().collect::<Option<_>>()?;
            let expected = Type::Scalar(self.scalar);
            if let [value] = arguments.as_slice()
                && value.own_type().is_some()
                && let Some(made) = self.made_into(value, &expected)
            {
                return made;
            }
            return self.by_case(arguments, &mut |tracer, values| match values.into_iter().next()? {
                Value::Index(index) => Some(Value::Tensor(tracer.number_of_index(&index))),
                Value::Integer(number) => Some(Value::Tensor(number)),
                Value::Bool(condition) => Some(Value::Tensor(tracer.mask(&condition))),
                other => Some(other),
            });
        }
        if INTEGERS.contains(&owner) && matches!(name.as_str(), "from" | "try_from") && path.path.segments.len() > 1 {
            let arguments: Vec<Value> = arguments.into_iter().collect::<Option<_>>()?;
            let value = self.integer_from(arguments.into_iter().next()?, call)?;
            // What does not fit panics in `unwrap`.
            let fits = |value| Value::Choice(Box::new(Choice::some_where(Condition::Constant(true), value)));
            return Some(if name == "from" { value } else { fits(value) });
        }
        if let [root, module, _] = full.as_slice()
            && (root == "std" || root == "core")
        {
            let known = (module == "iter").then(|| SourceWord::named(&name)).flatten();
            let arguments = || arguments.iter().cloned().collect::<Option<Vec<Value>>>();
            if let Some(word) = known {
                return self.source(call, word, &arguments()?);
            }
            if module == "array" && name == "from_fn" {
                return self.array_from_fn(call, &path.path, &arguments()?);
            }
        }
        if matches!(full.len(), 2 | 4) && makes_list(&owner, &name) {
            return if name == "from" { arguments.into_iter().next()? } else { Some(Value::Array(Vec::new())) };
        }
        if is_scalar || self.is_method_by_path(path, &owner, &full) {
            let arguments: Vec<Value> = arguments.into_iter().collect::<Option<_>>()?;
            let mut arguments = arguments.into_iter();
            let receiver = arguments.next()?;
            return self.method(call, receiver, arguments.collect());
        }
        if let Some(given) = arguments.iter().cloned().collect::<Option<Vec<Value>>>()
            && let Some(factored) = self.factorisation(path, &given, call)
        {
            return factored;
        }
        if path.path.segments.len() > 1 || path.qself.is_some() {
            return self.associated(path, arguments, call);
        }
        self.unknown_function(path, &full);
        None
    }

    /// Whether a path is that of a method of the standard library: `Iterator::sum`, `Vec::len`.
    fn is_method_by_path(&self, path: &syn::ExprPath, owner: &str, full: &[String]) -> bool {
        let is_holder = HOLDERS.contains(owner) && path.path.segments.len() == 2 && !self.module.defines(owner);
        is_holder || TRAITS.contains(owner) || full.first().is_some_and(|first| first == "std" || first == "core")
    }

    /// `usize::from(..)`: 1 and 0 of a condition, an integer itself.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn integer_from(&mut self, value: Value, call: &Call<'_>) -> Option<Value> {
        match value {
            Value::Bool(condition) => Some(Value::of_condition(&condition)),
            value @ (Value::Index(_) | Value::Integer(_) | Value::Cases(_)) => Some(value),
            other => {
                let message =
                    format!("`from` of an integer type takes an integer or a condition, and found {}", other.describe());
                self.diagnostics.error(call.site.span, message);
                None
            }
        }
    }

    /// Calls what a local name is bound to.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn call_bound(&mut self, name: &syn::Ident, arguments: Vec<Option<Value>>, call: &Call<'_>) -> Option<Value> {
        let Lookup::Bound(bound) = self.environment.get(&name.to_string()) else { return None };
        let bound = match bound.clone() {
            Value::Reference(place) => self.load(&place, call.site.span)?,
            bound => bound,
        };
        let arguments: Vec<Value> = arguments.into_iter().collect::<Option<_>>()?;
        match bound {
            Value::Callable(callable) => self.call_within(&callable, arguments, call.site.span),
            other => {
                self.diagnostics.error(name, format!("`{name}` is {}, which cannot be called", other.describe()));
                None
            }
        }
    }

    /// What holds or gives back what it is given, `Box::new`, `nalgebra::convert`; and constants of a parameter that is a type.
    fn held_or_constant(
        &mut self,
        path: &syn::ExprPath,
        full: &[String],
        arguments: &[Option<Value>],
        of_parameter: bool,
    ) -> Option<Option<Value>> {
        let name = full.last()?;
        if of_parameter && let Some(value) = self.scalar_constant(name, arguments) {
            return Some(Some(value));
        }
        let is_convert = name == "convert" && matches!(full, [root, _] if root == "nalgebra");
        if is_convert {
            self.outside(&path.path, "nalgebra::convert");
        }
        if let ("distance" | "distance_squared", [root, _], [Some(first), Some(second)]) = (name.as_str(), full, arguments)
            && root == "nalgebra"
        {
            self.outside(&path.path, &format!("nalgebra::{name}"));
            return Some(self.distance(name == "distance", [first, second]));
        }
        if let ("center", [root, _], Some(center)) = (name.as_str(), full, self.module.library_function("Point", "center"))
            && root == "nalgebra"
        {
            self.outside(&path.path, "nalgebra::center");
            let function = center.function()?;
            return Some(self.call_titled(center.title(), function, arguments.to_vec(), function.sig.ident.span()));
        }
        // What an error says, as a `String` or another text.
        let is_text = name == "from" && matches!(arguments, [Some(Value::Text)]);
        let is_held = is_convert || is_text || is_box(full) && !self.module.defines("Box");
        is_held.then(|| arguments.first().cloned().flatten())
    }

    /// `T::one()`, `T::pi()`, `T::from_f64(0.5)` of a parameter that is the scalar type.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn scalar_constant(&mut self, name: &str, arguments: &[Option<Value>]) -> Option<Value> {
        use std::f64::consts;
        let value = match (name, arguments) {
            ("from_f64" | "from_f32" | "from_usize" | "from_i32" | "from_u32", [given]) => {
                let given = match given.clone()? {
                    Value::Index(index) => Value::Tensor(self.number_of_index(&index)),
                    Value::Integer(number) => Value::Tensor(number),
                    other => other,
                };
                return Some(Value::Choice(Box::new(Choice::some_where(Condition::Constant(true), given))));
            }
            ("from_subset" | "from_real", [given]) => return given.clone(),
            ("zero", []) => 0.0,
            ("one", []) => 1.0,
            ("pi", []) => consts::PI,
            ("two_pi", []) => consts::TAU,
            ("e", []) => consts::E,
            ("frac_pi_2", []) => consts::FRAC_PI_2,
            ("frac_pi_3", []) => consts::FRAC_PI_3,
            ("frac_pi_4", []) => consts::FRAC_PI_4,
            ("frac_pi_6", []) => consts::FRAC_PI_6,
            ("frac_pi_8", []) => consts::FRAC_PI_8,
            ("frac_1_pi", []) => consts::FRAC_1_PI,
            ("frac_2_pi", []) => consts::FRAC_2_PI,
            ("frac_2_sqrt_pi", []) => consts::FRAC_2_SQRT_PI,
            ("ln_2", []) => consts::LN_2,
            ("ln_10", []) => consts::LN_10,
            ("log2_e", []) => consts::LOG2_E,
            ("log10_e", []) => consts::LOG10_E,
            _ => return None,
        };
        let value = if self.scalar == Scalar::F32 { f64::from(value as f32) } else { value };
        Some(Value::Tensor(self.number(value)))
    }

    fn alias_of_scalar(&self, path: &syn::ExprPath) -> bool {
        let segments = &path.path.segments;
        let Some(owner) = segments.len().checked_sub(2).and_then(|k| segments.get(k)) else { return false };
        let alias = self.module.alias(&owner.ident.to_string());
        alias.is_some_and(|alias| matches!(self.hint(&alias.ty), Some(Type::Scalar(_))))
    }

    fn math(&mut self, word: MathWord, call: &Call<'_>, arguments: Vec<Value>) -> Option<Value> {
        let mut arguments = arguments.into_iter().enumerate();
        let mut next = |tracer: &mut Self, scalar: bool| {
            let (k, value) = arguments.next()?;
            let place = call.place(k);
            if scalar { tracer.scalar_at(value, &place, "a scalar") } else { tracer.tensor_at(value, &place, "a vector") }
        };
        let result = match word {
            MathWord::log_sum_exp => {
                let v = next(self, false)?;
                self.reduce(Reduction::LogSumExp, &v)
            }
            MathWord::huber => {
                let (t, delta) = (next(self, true)?, next(self, true)?);
                self.apply(Func::Huber, &[&t, &delta])
            }
            // δ²(sqrt(1 + (t/δ)²) - 1)
            MathWord::pseudo_huber => {
                let (t, delta) = (next(self, true)?, next(self, true)?);
                let ratio = self.divide(&t, &delta);
                let square = self.multiply(&[&ratio, &ratio]);
                let root = self.apply(Func::Sqrt1pM1, &[&square]);
                self.multiply(&[&delta, &delta, &root])
            }
            MathWord::softplus
            | MathWord::sigmoid
            | MathWord::erf
            | MathWord::erfc
            | MathWord::ln_gamma
            | MathWord::digamma
            | MathWord::trigamma
            | MathWord::normal_cdf
            | MathWord::log_normal_cdf
            | MathWord::lambert_w
            | MathWord::log1mexp => {
                let t = next(self, true)?;
                self.safely(word.of_one_scalar()?, &t)
            }
        };
        Some(Value::Tensor(result))
    }
}

/// `Box::new` and the like, which hold what they are given.
fn is_box(full: &[String]) -> bool {
    let full: Vec<&str> = full.iter().map(String::as_str).collect();
    matches!(
        full.as_slice(),
        ["Box", "new"]
            | ["std" | "alloc", "boxed", "Box", "new"]
            | ["std" | "alloc", "rc", "Rc", "new"]
            | ["std" | "alloc", "sync", "Arc", "new"]
    )
}

/// `Default::default`, of the prelude or by its whole path.
fn is_standard_default(full: &[String]) -> bool {
    let full: Vec<&str> = full.iter().map(String::as_str).collect();
    matches!(full.as_slice(), ["Default", "default"] | ["std" | "core", "default", "Default", "default"])
}

impl MathWord {
    /// The function of the graph that a word is, if it is one of one scalar.
    fn of_one_scalar(self) -> Option<Func> {
        Some(match self {
            Self::softplus => Func::Logistic(0),
            Self::sigmoid => Func::Logistic(1),
            Self::erf => Func::Erf,
            Self::erfc => Func::Erfc,
            Self::ln_gamma => Func::LnGamma,
            Self::digamma => Func::Polygamma(0),
            Self::trigamma => Func::Polygamma(1),
            Self::normal_cdf => Func::NormalCdf,
            Self::log_normal_cdf => Func::LogNormalCdf(0),
            Self::lambert_w => Func::LambertW,
            Self::log1mexp => Func::Log1mExp,
            Self::log_sum_exp | Self::huber | Self::pseudo_huber => return None,
        })
    }
}

/// A constant of `core::f64`, by its full path.
fn standard_constant(full: &[String]) -> Option<f64> {
    let [.., owner, name] = full else { return None };
    match owner.as_str() {
        "consts" => ConstantWord::named(name).map(ConstantWord::value),
        "f64" => LimitWord::named(name).map(LimitWord::double),
        "f32" => LimitWord::named(name).map(LimitWord::single),
        _ => None,
    }
}

impl ConstantWord {
    fn value(self) -> f64 {
        use std::f64::consts;
        match self {
            Self::PI => consts::PI,
            Self::E => consts::E,
            Self::TAU => consts::TAU,
            Self::LN_2 => consts::LN_2,
            Self::LN_10 => consts::LN_10,
            Self::LOG2_E => consts::LOG2_E,
            Self::LOG10_E => consts::LOG10_E,
            Self::LOG2_10 => consts::LOG2_10,
            Self::LOG10_2 => consts::LOG10_2,
            Self::SQRT_2 => consts::SQRT_2,
            Self::FRAC_1_SQRT_2 => consts::FRAC_1_SQRT_2,
            Self::FRAC_1_PI => consts::FRAC_1_PI,
            Self::FRAC_2_PI => consts::FRAC_2_PI,
            Self::FRAC_2_SQRT_PI => consts::FRAC_2_SQRT_PI,
            Self::FRAC_PI_2 => consts::FRAC_PI_2,
            Self::FRAC_PI_3 => consts::FRAC_PI_3,
            Self::FRAC_PI_4 => consts::FRAC_PI_4,
            Self::FRAC_PI_6 => consts::FRAC_PI_6,
            Self::FRAC_PI_8 => consts::FRAC_PI_8,
        }
    }
}

impl LimitWord {
    fn double(self) -> f64 {
        match self {
            Self::EPSILON => f64::EPSILON,
            Self::MIN_POSITIVE => f64::MIN_POSITIVE,
            Self::MAX => f64::MAX,
            Self::MIN => f64::MIN,
        }
    }

    fn single(self) -> f64 {
        f64::from(match self {
            Self::EPSILON => f32::EPSILON,
            Self::MIN_POSITIVE => f32::MIN_POSITIVE,
            Self::MAX => f32::MAX,
            Self::MIN => f32::MIN,
        })
    }
}

impl Callable {
    /// The path's last segment, or "the closure".
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Closure(_) => "the closure".to_owned(),
            Self::Local(local) => format!("`{}`", local.function.sig.ident),
            Self::Path(path) => format!("`{}`", spell(&**path)),
        }
    }

    pub(super) fn place(&self) -> proc_macro2::Span {
        match self {
            Self::Path(path) => path.span(),
            Self::Closure(_) | Self::Local(_) => self.span(),
        }
    }
}

fn makes_list(owner: &str, name: &str) -> bool {
    matches!(owner, "Vec" | "VecDeque") && matches!(name, "new" | "with_capacity" | "from")
}
