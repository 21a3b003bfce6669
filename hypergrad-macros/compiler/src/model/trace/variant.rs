//! Values of enums: of the module's, `Option`s and `Ordering`s, each variant under its condition.

use proc_macro2::Span;

use super::Tracer;
use super::condition::{Comparison, Condition};
use super::value::{Tensor, Value};
use crate::ir::{Affine, Guard, Size, Test};

/// Which enum a value is of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EnumName {
    /// Of the module.
    Own(String),
    Option,
    Result,
    Ordering,
}

/// A value of an enum: the variants that it can be. Their conditions exclude each other, and one holds.
#[derive(Clone, Debug)]
pub struct Choice {
    pub name: EnumName,
    pub cases: Vec<Case>,
}

/// One variant, where its condition holds.
#[derive(Clone, Debug)]
pub struct Case {
    pub variant: String,
    pub condition: Condition,
    /// What it holds, which has a meaning only there.
    pub fields: Vec<(String, Value)>,
}

impl Choice {
    /// One variant, certainly.
    pub fn certain(name: EnumName, variant: &str, fields: Vec<(String, Value)>) -> Self {
        Self { name, cases: vec![Case { variant: variant.to_owned(), condition: Condition::Constant(true), fields }] }
    }

    /// `Some(value)` where the condition holds.
    pub fn some_where(condition: Condition, value: Value) -> Self {
        let none = Case { variant: "None".to_owned(), condition: condition.clone().not(), fields: Vec::new() };
        let some = Case { variant: "Some".to_owned(), condition, fields: vec![("0".to_owned(), value)] };
        Self { name: EnumName::Option, cases: vec![some, none] }.possible()
    }

    pub fn none() -> Self {
        Self::certain(EnumName::Option, "None", Vec::new())
    }

    pub fn case(&self, variant: &str) -> Option<&Case> {
        self.cases.iter().find(|case| case.variant == variant)
    }

    /// Where it is this variant.
    pub fn is(&self, variant: &str) -> Condition {
        self.case(variant).map_or(Condition::Constant(false), |case| case.condition.clone())
    }

    /// What `Some` holds.
    pub fn payload(&self) -> Option<&Value> {
        self.case("Some")?.fields.first().map(|(_, value)| value)
    }

    /// Without the variants that it never is.
    fn possible(mut self) -> Self {
        self.cases.retain(|case| case.condition != Condition::Constant(false));
        self
    }

    /// Whether it holds nothing: it is a variant, as an integer is a number.
    pub fn is_plain(&self) -> bool {
        matches!(self.name, EnumName::Own(_) | EnumName::Ordering) && self.cases.iter().all(|case| case.fields.is_empty())
    }

    pub fn describe(&self) -> &'static str {
        match self.name {
            EnumName::Own(_) => "an enum",
            EnumName::Option => "an `Option`",
            EnumName::Result => "a `Result`",
            EnumName::Ordering => "an `Ordering`",
        }
    }
}

impl Tracer<'_> {
    /// The enum, the variant and its fields that a path means.
    pub(super) fn variant_at(&mut self, path: &syn::Path) -> Option<(EnumName, String)> {
        if let Some((owner, variant)) = self.module.own_variant(path) {
            return Some((EnumName::Own(owner), variant.ident.to_string()));
        }
        let full = self.module.imports.expand(path);
        let last = full.last()?.clone();
        let owner = full.len().checked_sub(2).and_then(|k| full.get(k)).map(String::as_str);
        match (owner, last.as_str()) {
            (None, "Some" | "None") if !self.module.defines(&last) => {
                self.surroundings.option();
                Some((EnumName::Option, last))
            }
            (None, "Ok" | "Err") if !self.module.defines(&last) => {
                self.surroundings.result();
                Some((EnumName::Result, last))
            }
            (Some("Result"), "Ok" | "Err") => {
                self.outside(path, &format!("core::result::Result::{last}"));
                Some((EnumName::Result, last))
            }
            (Some("Option"), "Some" | "None") => {
                self.outside(path, &format!("core::option::Option::{last}"));
                Some((EnumName::Option, last))
            }
            (Some("Ordering"), "Less" | "Equal" | "Greater") => {
                self.outside(path, &format!("core::cmp::Ordering::{last}"));
                Some((EnumName::Ordering, last))
            }
            _ => None,
        }
    }

    /// A variant with what it holds, `Some(x)`, `Loss::Huber(1.0)`.
    pub(super) fn variant_of(&mut self, name: EnumName, variant: &str, arguments: Vec<Option<Value>>) -> Option<Value> {
        let fields = arguments.into_iter().enumerate().map(|(k, value)| Some((k.to_string(), value?)));
        let fields: Vec<(String, Value)> = fields.collect::<Option<_>>()?;
        Some(Value::Choice(Box::new(Choice::certain(name, variant, fields))))
    }

    /// `if condition { then } else { otherwise }`
    pub(super) fn merge_choices(&mut self, condition: &Condition, then: Choice, otherwise: Choice) -> Option<Value> {
        let mut cases: Vec<Case> = Vec::new();
        let not = condition.clone().not();
        let mut others = otherwise.cases;
        for case in then.cases {
            let other = others.iter().position(|other| other.variant == case.variant).map(|k| others.remove(k));
            let (here, fields) = match other {
                None => (condition.clone().and(case.condition), case.fields),
                Some(other) => {
                    let here = if case.condition == other.condition {
                        case.condition
                    } else {
                        condition.clone().and(case.condition).or(not.clone().and(other.condition))
                    };
                    (here, self.merge_fields(condition, case.fields, other.fields)?)
                }
            };
            cases.push(Case { variant: case.variant, condition: here, fields });
        }
        cases.extend(others.into_iter().map(|case| Case { condition: not.clone().and(case.condition), ..case }));
        Some(Value::Choice(Box::new(Choice { name: then.name, cases }.possible())))
    }

    fn merge_fields(
        &mut self,
        condition: &Condition,
        then: Vec<(String, Value)>,
        otherwise: Vec<(String, Value)>,
    ) -> Option<Vec<(String, Value)>> {
        let pairs = then.into_iter().zip(otherwise);
        pairs.map(|((name, then), (_, otherwise))| Some((name, self.merge(condition, then, otherwise)?))).collect()
    }

    /// The variants of an enum, in the order of their declaration.
    fn variants(&self, name: &EnumName) -> Vec<String> {
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect();
        match name {
            EnumName::Own(name) => {
                let declared = self.module.enumeration(name).into_iter().flat_map(|declared| &declared.variants);
                declared.map(|variant| variant.ident.to_string()).collect()
            }
            EnumName::Option => names(&["None", "Some"]),
            EnumName::Result => names(&["Ok", "Err"]),
            EnumName::Ordering => names(&["Less", "Equal", "Greater"]),
        }
    }

    /// Whether a variant of an enum of the module holds something.
    pub(super) fn has_values(&self, name: &EnumName) -> bool {
        let EnumName::Own(name) = name else { return false };
        let declared = self.module.enumeration(name).into_iter().flat_map(|declared| &declared.variants);
        declared.into_iter().any(|variant| !variant.fields.is_empty())
    }

    /// The place of a variant among those of its enum.
    pub(super) fn number_of_variant(&mut self, choice: &Choice) -> Tensor {
        let variants = self.variants(&choice.name);
        let place = |case: &Case| variants.iter().position(|variant| *variant == case.variant).unwrap_or_default();
        let mut cases = choice.cases.iter().rev();
        let mut number = self.number(cases.next().map_or(0, place) as f64);
        for case in cases {
            let own = self.number(place(case) as f64);
            number = self.select(&case.condition, &own, &number);
        }
        number
    }

    /// The variant at a place.
    pub(super) fn variant_of_number(&mut self, name: &EnumName, number: &Tensor) -> Choice {
        let mut cases = Vec::new();
        for (k, variant) in self.variants(name).into_iter().enumerate() {
            let place = self.number(k as f64);
            let condition = self.compare_scalars(Comparison::Eq, number, &place);
            cases.push(Case { variant, condition, fields: Vec::new() });
        }
        Choice { name: name.clone(), cases }.possible()
    }

    /// Where two values are the same variant; `None` where variants hold something, or `==` is the user's own.
    pub(super) fn same_variant(&mut self, left: &Choice, right: &Choice, span: Span) -> Option<Condition> {
        let holds = |choice: &Choice| choice.cases.iter().any(|case| !case.fields.is_empty());
        let own = match &left.name {
            EnumName::Own(name) => self.module.associated_items(name, "eq").next().is_some(),
            EnumName::Option | EnumName::Result | EnumName::Ordering => false,
        };
        if own || holds(left) && holds(right) {
            let message = "`==` of these is not read: variants that hold values, or an `==` of the module's own";
            self.diagnostics.error_with_help(span, message, "write `matches!(.., ..)` or `match`");
            return None;
        }
        let both = left.cases.iter().map(|case| case.condition.clone().and(right.is(&case.variant)));
        Some(both.fold(Condition::Constant(false), Condition::or))
    }

    /// `left.cmp(&right)`
    pub(super) fn ordering(&mut self, left: Value, right: Value) -> Option<Choice> {
        let mut cases = Vec::new();
        for (variant, comparison) in [("Less", Comparison::Lt), ("Equal", Comparison::Eq), ("Greater", Comparison::Gt)] {
            let condition = self.compared(comparison, left.clone(), right.clone())?;
            cases.push(Case { variant: variant.to_owned(), condition, fields: Vec::new() });
        }
        Some(Choice { name: EnumName::Ordering, cases }.possible())
    }

    /// A comparison of integers or scalars.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn compared(&mut self, comparison: Comparison, left: Value, right: Value) -> Option<Condition> {
        let compared = self.by_case(vec![left, right], &mut |tracer, operands| {
            let [left, right] = operands.as_slice() else { return None };
            if let (Value::Index(left), Value::Index(right)) = (left, right) {
                return Some(Value::Bool(tracer.compare_indices(comparison, left, right)));
            }
            let number = |tracer: &mut Self, value: &Value| match value {
                Value::Index(index) => Some(tracer.number_of_index(index)),
                Value::Integer(number) => Some(number.clone()),
                Value::Tensor(tensor) if tensor.is_scalar() => Some(tensor.clone()),
                _ => None,
            };
            let (left, right) = (number(tracer, left)?, number(tracer, right)?);
            Some(Value::Bool(tracer.compare_scalars(comparison, &left, &right)))
        });
        if let Value::Bool(condition) = compared? { Some(condition) } else { None }
    }
}

impl Value {
    /// An enum of the data: the variant at each place of its declaration, where a count is that place.
    pub fn enumeration(name: &str, variants: &[String], place: &Size) -> Self {
        let at = |k: usize| Affine::constant(place.sub(&Size::constant(k as i64)));
        let case = |(k, variant): (usize, &String)| Case {
            variant: variant.clone(),
            condition: Condition::Index(Guard { affine: at(k), test: Test::Zero }),
            fields: Vec::new(),
        };
        let cases = variants.iter().enumerate().map(case).collect();
        Self::Choice(Box::new(Choice { name: EnumName::Own(name.to_owned()), cases }))
    }

    /// A condition of the data: where a count is not 0.
    pub fn flag(count: &Size) -> Self {
        Self::Bool(Condition::Index(Guard { affine: Affine::constant(count.clone()), test: Test::NonZero }))
    }
}
