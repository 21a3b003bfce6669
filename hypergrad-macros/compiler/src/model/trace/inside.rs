//! What a value of an enum holds, changed in place: `if let Some(t) = &mut best { *t += 1.0; }`, and the methods that change an
//! `Option`, each read as the assignment that says the same.

use quote::quote_spanned;

use super::Tracer;
use super::arrange::plain;
use super::place::{Place, Step};
use super::value::Value;
use super::variant::{Choice, EnumName};
use super::words::OptionPlaceWord;

impl Choice {
    /// The field of a variant.
    pub fn field(&self, variant: &str, field: &str) -> Option<&Value> {
        self.case(variant)?.fields.iter().find(|(name, _)| name == field).map(|(_, value)| value)
    }

    pub fn field_mut(&mut self, variant: &str, field: &str) -> Option<&mut Value> {
        let case = self.cases.iter_mut().find(|case| case.variant == variant)?;
        case.fields.iter_mut().find(|(name, _)| name == field).map(|(_, value)| value)
    }
}

impl Place {
    /// A reference to a field of the variant that is here.
    pub fn held(&self, variant: &str, field: &str) -> Value {
        let step = Step::Held(variant.to_owned(), field.to_owned());
        Value::Reference(Box::new(self.clone().step(step)))
    }
}

impl Tracer<'_> {
    /// What a pattern of variants looks at behind a reference: the value, its fields as references.
    pub(super) fn choice_of_references(&mut self, place: &Place) -> Option<Choice> {
        if place.part.is_some() {
            return None;
        }
        let Value::Choice(mut choice) = self.leaf(place)? else { return None };
        for case in &mut choice.cases {
            for (field, value) in &mut case.fields {
                *value = place.held(&case.variant, field);
            }
        }
        Some(*choice)
    }

    /// A method that changes an `Option` that was bound with `let mut`; `None` where it is none.
    pub(super) fn option_place_method(&mut self, call: &syn::ExprMethodCall) -> Option<Option<Value>> {
        let word = OptionPlaceWord::named(&call.method.to_string())?;
        let count = usize::from(!matches!(word, OptionPlaceWord::take | OptionPlaceWord::as_mut));
        self.root_place(&call.receiver).filter(|_| call.args.len() == count)?;
        let place = self.single_place(&call.receiver)?;
        let leaf = self.leaf(&place).filter(|leaf| matches!(leaf, Value::Choice(choice) if choice.name == EnumName::Option))?;
        if self.is_of_another_trait(&plain(call), &leaf) {
            return None;
        }
        let (span, option) = (call.method.span(), &call.receiver);
        let arguments: Vec<&syn::Expr> = call.args.iter().collect();
        let written = match (word, arguments.as_slice()) {
            (OptionPlaceWord::as_mut, []) => {
                return Some(self.choice_of_references(&place).map(|choice| Value::Choice(Box::new(choice))));
            }
            (OptionPlaceWord::take, []) => quote_spanned! { span=> { let __old = #option; #option = None; __old } },
            (OptionPlaceWord::replace, [new]) => {
                quote_spanned! { span=> { let __new = #new; let __old = #option; #option = Some(__new); __old } }
            }
            (OptionPlaceWord::insert, [new]) => quote_spanned! { span=> { #option = Some(#new); } },
            (OptionPlaceWord::get_or_insert, [new]) => {
                quote_spanned! { span=> { let __new = #new; if (#option).is_none() { #option = Some(__new); } } }
            }
            (OptionPlaceWord::get_or_insert_with, [new]) => {
                quote_spanned! { span=> { if (#option).is_none() { #option = Some((#new)()); } } }
            }
            _ => return None,
        };
        let value = self.expression(&syn::parse2(written).ok()?);
        Some(match word {
            OptionPlaceWord::take | OptionPlaceWord::replace => value,
            OptionPlaceWord::insert | OptionPlaceWord::get_or_insert | OptionPlaceWord::get_or_insert_with => {
                value.map(|_| place.held("Some", "0"))
            }
            OptionPlaceWord::as_mut => None,
        })
    }
}
