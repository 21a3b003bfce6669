//! Names in scope, as a persistent list: a closure captures its surroundings by keeping a link.
//! A name of a `let mut` is bound to its place (see [`super::cells`]), so a captured scope never changes.

use std::rc::Rc;

use super::value::{Callable, Value};

/// The bindings in scope, innermost first.
#[derive(Clone, Debug, Default)]
pub struct Environment(Option<Rc<Binding>>);

#[derive(Debug)]
struct Binding {
    name: String,
    /// `None`: the binding's value was refused; uses of the name are silently refused too.
    value: Option<Value>,
    outer: Environment,
    /// Whether this name or one further out stands for a place.
    has_places: bool,
}

/// What a name stands for.
pub enum Lookup<'e> {
    Bound(&'e Value),
    /// Its value was refused, and said to be.
    Refused,
    Unbound,
}

impl Environment {
    pub fn bind(&mut self, name: String, value: Option<Value>) {
        let outer = std::mem::take(self);
        let has_places = outer.has_places()
            || match &value {
                Some(Value::Reference(_)) => true,
                Some(Value::Callable(Callable::Closure(closure))) => closure.environment.has_places(),
                _ => false,
            };
        self.0 = Some(Rc::new(Binding { name, value, outer, has_places }));
    }

    /// The innermost binding of a name.
    pub fn get(&self, name: &str) -> Lookup<'_> {
        let mut scope = self;
        while let Some(binding) = &scope.0 {
            if binding.name == name {
                return binding.value.as_ref().map_or(Lookup::Refused, Lookup::Bound);
            }
            scope = &binding.outer;
        }
        Lookup::Unbound
    }

    pub fn binds(&self, name: &str) -> bool {
        !matches!(self.get(name), Lookup::Unbound)
    }

    /// Whether what is read in this scope can change.
    pub fn has_places(&self) -> bool {
        self.0.as_ref().is_some_and(|binding| binding.has_places)
    }

    /// The same names, each value changed by a rule.
    pub fn map(&self, rule: &mut dyn FnMut(&str, &Value) -> Option<Value>) -> Self {
        let Some(binding) = &self.0 else { return Self::default() };
        let mut mapped = binding.outer.map(rule);
        mapped.bind(binding.name.clone(), binding.value.as_ref().and_then(|value| rule(&binding.name, value)));
        mapped
    }

    /// The names that were bound since a scope further out, innermost first.
    pub fn names_within(&self, outer: &Self) -> Vec<String> {
        let count = self.names().len() - outer.names().len();
        let mut names: Vec<String> = self.names().into_iter().take(count).map(str::to_owned).collect();
        names.dedup();
        names
    }

    /// All names in scope, innermost first.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        let mut scope = self;
        while let Some(binding) = &scope.0 {
            names.push(binding.name.as_str());
            scope = &binding.outer;
        }
        names
    }
}
