//! Calls: helper functions and closures are inlined, methods are dispatched on their receiver.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

use super::Tracer;
use super::agree::Site;
use super::compose::made;
use super::environment::Environment;
use super::stream::Stream;
use super::value::{Callable, Value};
use super::variant::{Choice, EnumName};
use super::words::{
    ArrayWord, ConditionWord, ConversionWord, CsrRowWord, CsrWord, EndWord, EntryWord, ExtremeWord, IDENTITIES, IntegerWord,
    ListWord, OptionWord, OrderingWord, ResultWord, SliceWord, SolutionWord, SortedWord,
};
use crate::diagnostics::nearest;
use crate::ir::{Func, Name};
use crate::syntax::Type;

/// A call of a known method or function.
pub struct Call<'e> {
    pub site: Site<'e>,
    /// `::<3>` after the method's name.
    pub generics: Option<&'e syn::AngleBracketedGenericArguments>,
    /// The type that the place asks for, where known.
    pub expected: Option<Type>,
    /// Of an iterator: what it gives is read to its end, here and now.
    pub is_read_to_the_end: bool,
}

impl Call<'_> {
    pub fn name(&self) -> &str {
        &self.site.name
    }

    /// Operand `k` as written (the receiver is 0), or the method's name.
    pub fn place(&self, k: usize) -> TokenStream {
        match self.site.operands.get(k) {
            Some(operand) => operand.to_token_stream(),
            None => Ident::new("_at", self.site.span).into_token_stream(),
        }
    }
}

/// Functions inside of one another, where one calls itself with other constants.
const DEEPEST_RECURSION: usize = 48;

/// Whether a family of methods knows a name.
pub enum Outcome {
    /// It does; `None` where the call was refused.
    Known(Option<Value>),
    Unknown,
}

impl<'a> Tracer<'a> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn call_expression(&mut self, call: &syn::ExprCall, expected: Option<&Type>) -> Option<Value> {
        if let Some(exchanged) = self.exchanged(call) {
            return exchanged;
        }
        let mut operands: Vec<&syn::Expr> = call.args.iter().collect();
        let function = strip(&call.func);
        let syn::Expr::Path(path) = function else {
            let callee = self.expression(function);
            let arguments = self.arguments(&operands, &[]);
            return match callee? {
                Value::Callable(callable) => {
                    self.call_within(&callable, arguments.into_iter().collect::<Option<_>>()?, call.func.span())
                }
                other => {
                    self.diagnostics.error(&*call.func, format!("{} cannot be called", other.describe()));
                    None
                }
            };
        };
        let own = self.own_function(&path.path);
        let hints = own.map(|function| self.parameter_hints(&function.sig)).unwrap_or_default();
        let bound = path.path.get_ident().is_some_and(|name| self.environment.binds(&name.to_string()));
        let arguments = if own.is_some() || bound { self.passed(&operands, &hints) } else { self.arguments(&operands, &hints) };
        if let Some(function) = own {
            return self.call_own(&path.path, function, arguments);
        }
        let span = path.path.segments.last().map_or_else(|| path.path.span(), |s| s.ident.span());
        let name = path.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        operands.truncate(arguments.len());
        let site = Site { span, name, operands };
        let call = Call { site, generics: None, expected: expected.cloned(), is_read_to_the_end: false };
        self.call_path(path, arguments, &call)
    }

    fn arguments(&mut self, operands: &[&syn::Expr], hints: &[Option<Type>]) -> Vec<Option<Value>> {
        let hint = |k: usize| hints.get(k).and_then(Option::as_ref);
        operands.iter().enumerate().map(|(k, operand)| self.expression_as(operand, hint(k))).collect()
    }

    /// Arguments of functions whose bodies are read: references are passed on.
    pub(super) fn passed(&mut self, operands: &[&syn::Expr], hints: &[Option<Type>]) -> Vec<Option<Value>> {
        let hint = |k: usize| hints.get(k).and_then(Option::as_ref);
        let pass = |(k, operand): (usize, &&syn::Expr)| match self.borrowed_place(operand) {
            Some(place) => Some(place),
            None => self.expression_as(operand, hint(k)),
        };
        operands.iter().enumerate().map(pass).collect()
    }

    /// The module's function that a path names, unless a local binding hides it.
    pub(super) fn own_function(&self, path: &syn::Path) -> Option<&'a syn::ItemFn> {
        let name = self.module.own_name(path)?.to_string();
        if path.segments.len() == 1 && self.environment.binds(&name) {
            return None;
        }
        self.module.function(&name)
    }

    fn parameter_hints(&self, signature: &syn::Signature) -> Vec<Option<Type>> {
        let hint = |argument: &syn::FnArg| match argument {
            syn::FnArg::Typed(typed) => self.hint(&typed.ty),
            syn::FnArg::Receiver(_) => None,
        };
        signature.inputs.iter().map(hint).collect()
    }

    /// A function of the module by its path, with what is written behind its name.
    fn call_own(&mut self, path: &syn::Path, function: &syn::ItemFn, arguments: Vec<Option<Value>>) -> Option<Value> {
        let written = path.segments.last().map(|segment| &segment.arguments);
        let (Some(syn::PathArguments::AngleBracketed(list)), false) = (written, self.module.is_declared(&function.sig.ident))
        else {
            return self.call_function(function, arguments, path.span());
        };
        let list = list.clone();
        // What is written decides the value, as the arguments do: it is not remembered by these alone.
        self.turbofish = self.written_parameters(&list);
        self.call_in(function.sig.ident.to_string(), function, &Environment::default(), arguments, path.span())
    }

    /// Inlines a function of the module: its body in a scope with nothing but its parameters.
    pub(super) fn call_function(&mut self, function: &syn::ItemFn, arguments: Vec<Option<Value>>, span: Span) -> Option<Value> {
        match self.declared(&function.sig.ident, &arguments, span) {
            Some(value) => value,
            None => self.call_titled(function.sig.ident.to_string(), function, arguments, span),
        }
    }

    /// A function or method of the module, under a name that no other has.
    pub(super) fn call_titled(
        &mut self,
        title: String,
        function: &syn::ItemFn,
        arguments: Vec<Option<Value>>,
        span: Span,
    ) -> Option<Value> {
        let address = std::ptr::from_ref(function).addr();
        self.remembered(address, None, &arguments.clone(), |tracer| {
            tracer.call_in(title, function, &Environment::default(), arguments, span)
        })
    }

    /// A call of a function that is declared with its derivative; `None` where it is not.
    pub(super) fn declared(&mut self, name: &syn::Ident, arguments: &[Option<Value>], span: Span) -> Option<Option<Value>> {
        if !self.module.is_declared(name) {
            return None;
        }
        let [argument] = arguments else { return Some(None) };
        Some(match argument {
            Some(Value::Tensor(t)) if t.is_scalar() => {
                let function = Func::Declared(Name::new(&name.to_string()));
                Some(Value::Tensor(self.safely(function, t)))
            }
            Some(value) => {
                if !self.refuse_changing([value], span) {
                    self.diagnostics.error(span, format!("`{name}` takes a number, found {}", value.describe()));
                }
                None
            }
            None => None,
        })
    }

    /// Inlines a function that sees these items.
    fn call_in(
        &mut self,
        name: String,
        function: &syn::ItemFn,
        items: &Environment,
        arguments: Vec<Option<Value>>,
        span: Span,
    ) -> Option<Value> {
        let constants: Vec<i64> = arguments.iter().flatten().filter_map(|value| self.constant_integer(value)).collect();
        let call = (name.clone(), constants);
        let ends = !call.1.is_empty() && !self.recursions.contains(&call) && self.recursions.len() < DEEPEST_RECURSION;
        if !ends && self.refuse_recursion(&name, span) {
            self.turbofish.clear();
            return None;
        }
        self.recursions.push(call);
        if let Some(token) = &function.sig.asyncness {
            self.diagnostics.error(token, "`async` is not accepted");
        }
        let outer = std::mem::replace(&mut self.environment, items.clone());
        let outer_items = std::mem::replace(&mut self.items, items.clone());
        self.calls.push(name);
        let reading = self.diagnostics.read(Some(function.sig.ident.span()));
        let values = arguments.clone();
        for (parameter, argument) in function.sig.inputs.iter().zip(arguments) {
            match parameter {
                syn::FnArg::Typed(typed) => {
                    let argument = self.in_type(argument, &typed.ty);
                    self.bind_pattern(&typed.pat, argument);
                }
                syn::FnArg::Receiver(receiver) => self.bind_receiver(receiver, argument),
            }
        }
        self.type_parameters.push(Vec::new());
        self.bind_generics(&function.sig, &values);
        let expected = match &function.sig.output {
            syn::ReturnType::Type(_, ty) => self.hint(ty),
            syn::ReturnType::Default => None,
        };
        let value = self.until_return(span, expected.as_ref(), |tracer| tracer.block(&function.block, expected.as_ref()));
        let value = match &function.sig.output {
            syn::ReturnType::Type(_, ty) => self.in_type(value, ty),
            syn::ReturnType::Default => value,
        };
        self.type_parameters.pop();
        self.diagnostics.read(reading);
        self.calls.pop();
        self.recursions.pop();
        self.environment = outer;
        self.items = outer_items;
        value
    }

    fn constant_integer(&self, value: &Value) -> Option<i64> {
        if let Value::Index(index) = value {
            index.as_size().and_then(|size| self.sizes.resolve(size).as_constant())
        } else {
            None
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn bind_receiver(&mut self, receiver: &syn::Receiver, argument: Option<Value>) {
        let bound = match argument {
            Some(value)
                if receiver.mutability.is_some() || matches!(receiver.kind, syn::ReceiverKind::Reference(_, _, Some(_))) =>
            {
                match value {
                    reference @ Value::Reference(_) => Some(reference),
                    value => Some(self.new_cell("self".to_owned(), Some(value))),
                }
            }
            other => other,
        };
        self.environment.bind("self".to_owned(), bound);
    }

    /// Calls a closure or a function value for all values of an index at once.
    pub(super) fn call_value(&mut self, callable: &Callable, arguments: Vec<Value>, span: Span) -> Option<Value> {
        self.for_each_index(|tracer| tracer.call_within(callable, arguments, span))
    }

    /// Calls a closure or a function value, which may change what it captures.
    pub(super) fn call_within(&mut self, callable: &Callable, arguments: Vec<Value>, span: Span) -> Option<Value> {
        let address = match callable {
            Callable::Closure(closure) if closure.environment.has_places() => return self.evaluated(callable, arguments, span),
            Callable::Closure(closure) => std::rc::Rc::as_ptr(closure).addr(),
            Callable::Local(local) => std::rc::Rc::as_ptr(local).addr(),
            Callable::Path(_) => return self.evaluated(callable, arguments, span),
        };
        let known: Vec<Option<Value>> = arguments.iter().cloned().map(Some).collect();
        self.remembered(address, Some(callable), &known, |tracer| tracer.evaluated(callable, arguments, span))
    }

    fn evaluated(&mut self, callable: &Callable, arguments: Vec<Value>, span: Span) -> Option<Value> {
        match callable {
            Callable::Closure(closure) => {
                let outer = std::mem::replace(&mut self.environment, closure.environment.clone());
                let mut arguments = arguments.into_iter();
                for pattern in &closure.syntax.inputs {
                    self.bind_pattern(pattern, arguments.next());
                }
                let expected = match &closure.syntax.output {
                    syn::ReturnType::Type(_, ty) => self.hint(ty),
                    syn::ReturnType::Default => None,
                };
                let value = self.until_return(span, expected.as_ref(), |tracer| {
                    tracer.expression_as(&closure.syntax.body, expected.as_ref())
                });
                let value = match &closure.syntax.output {
                    syn::ReturnType::Type(_, ty) => self.in_type(value, ty),
                    syn::ReturnType::Default => value,
                };
                self.environment = outer;
                value
            }
            Callable::Local(function) => {
                let local = function.clone();
                self.call_in(
                    local.function.sig.ident.to_string(),
                    &local.function,
                    &local.scope(),
                    arguments.into_iter().map(Some).collect(),
                    span,
                )
            }
            Callable::Path(path) => {
                if let Some(function) = self.own_function(path) {
                    return self.call_own(path, function, arguments.into_iter().map(Some).collect());
                }
                let name = path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
                let site = Site { span: path.span(), name, operands: Vec::new() };
                let call = Call { site, generics: None, expected: None, is_read_to_the_end: false };
                let expression = syn::ExprPath { attrs: Vec::new(), qself: None, path: (**path).clone() };
                self.call_path(&expression, arguments.into_iter().map(Some).collect(), &call)
            }
        }
    }

    pub(super) fn method_call(&mut self, call: &syn::ExprMethodCall, expected: Option<&Type>) -> Option<Value> {
        let is_read_to_the_end = std::mem::take(&mut self.reads_to_the_end);
        if let Some(read) = self.read_by_reference(call) {
            return read;
        }
        if let Some(plain) = self.with_norm(call) {
            return self.method_call(&plain, expected);
        }
        if let Some(reshaped) = super::variations::reshaped(call) {
            return self.expression_as(&reshaped, expected);
        }
        if let Some(changed) = self.own_changing_method(call) {
            return changed;
        }
        if let Some(contained) = self.range_contains(call) {
            return contained;
        }
        if let Some(written) = self.queue_method(call) {
            return self.expression_as(&written, expected);
        }
        if let Some(grown) = self.growing_method(call) {
            return grown;
        }
        if let Some(changed) = self.option_place_method(call) {
            return changed;
        }
        if let Some(sorted) = self.sorting_method(call) {
            return sorted;
        }
        if let Some(arranged) = self.arranging_method(call).or_else(|| self.written_to(call)) {
            return arranged;
        }
        if let Some(changed) = self.changing_method(call) {
            return changed;
        }
        self.reads_to_the_end = super::ahead::reads_all(call, is_read_to_the_end);
        let receiver = self.expression(&call.receiver);
        self.reads_to_the_end = false;
        let operands: Vec<&syn::Expr> = [&*call.receiver].into_iter().chain(call.args.iter()).collect();
        // What `expect` would say is no value.
        let said = if call.method == "expect" { operands.len() } else { 1 };
        let arguments = self.arguments(&operands[said..], &[]);
        let site = Site { span: call.method.span(), name: call.method.to_string(), operands };
        let call = Call { site, generics: call.turbofish.as_ref(), expected: expected.cloned(), is_read_to_the_end };
        let operands: Vec<Value> = [receiver].into_iter().chain(arguments).collect::<Option<_>>()?;
        self.by_case(operands, &mut |tracer, mut operands| {
            let arguments = operands.split_off(1);
            tracer.method(&call, operands.pop()?, arguments)
        })
    }

    /// Methods that stand for others in what is read anew.
    fn read_anew(&mut self, call: &Call<'_>, receiver: &Value) -> Option<Option<Value>> {
        match (call.name(), receiver) {
            (super::arrange::EMPTY, value) => Some(self.emptied(value, call.site.span)),
            (super::ranked::WHOLE, Value::Tensor(number)) => Some(Some(Value::Integer(number.clone()))),
            (super::sort::CHOSEN, Value::Tensor(mask)) => Some(Some(self.place_chosen(mask.clone()))),
            _ => None,
        }
    }

    /// Methods that lists of every kind have.
    fn method_of_lists(&mut self, call: &Call<'_>, receiver: &Value, arguments: &[Value]) -> Option<Option<Value>> {
        if ConversionWord::named(call.name()).is_some() && arguments.is_empty() {
            // A length or an integer that does not fit panics in `unwrap`.
            let fits = Choice::certain(EnumName::Result, "Ok", vec![("0".to_owned(), receiver.clone())]);
            return Some(Some(Value::Choice(Box::new(fits))));
        }
        if let Some(word) = SortedWord::named(call.name())
            && let Some(found) = self.place_in_order(call, word, receiver, arguments)
        {
            return Some(found);
        }
        if let Some(first_or_last) = super::queue::end_of_list(call.name()).filter(|_| arguments.is_empty()) {
            let site = Site { span: call.site.span, name: first_or_last.to_owned(), operands: call.site.operands.clone() };
            let call = Call { site, generics: None, expected: None, is_read_to_the_end: false };
            return Some(self.method(&call, receiver.clone(), Vec::new()));
        }
        let is_number = matches!(receiver, Value::Tensor(tensor) if tensor.is_scalar());
        if EndWord::named(call.name()).is_some()
            && arguments.is_empty()
            && !is_number
            && let Outcome::Known(value) = self.split_end(call, receiver)
        {
            return Some(value);
        }
        None
    }

    /// A method of a value of any kind.
    pub(super) fn method(&mut self, call: &Call<'_>, receiver: Value, arguments: Vec<Value>) -> Option<Value> {
        if let Some(read) = self.read_anew(call, &receiver) {
            return read;
        }
        if receiver.own_type().is_some() {
            return self.own_method(call, receiver, arguments);
        }
        if let Some(found) = self.method_of_numbers(call, &receiver, &arguments) {
            return found;
        }
        let is_option = matches!(receiver, Value::Present(_));
        let is_scalar = matches!(&receiver, Value::Tensor(tensor) if tensor.is_scalar());
        if self.is_of_another_trait(call, &receiver) || !is_option && self.refuse_method(call, is_scalar) {
            return None;
        }
        if ExtremeWord::named(call.name()).is_some()
            && let ([Value::Infinity(value)], false) = (arguments.as_slice(), receiver.changes())
        {
            let (value, receiver) = (*value, vec![receiver]);
            return match self.infinity_method(call, value, &receiver) {
                Outcome::Known(value) => value,
                Outcome::Unknown => None,
            };
        }
        if let (Value::Growing(growing), []) = (&receiver, arguments.as_slice()) {
            return match self.method_of_growing(call, &growing.clone()) {
                Outcome::Known(value) => value,
                Outcome::Unknown => None,
            };
        }
        if receiver.changes() || arguments.iter().any(Value::changes) {
            return self.method_of_state(call, receiver, arguments);
        }
        if arguments.is_empty() && IDENTITIES.contains(call.name()) {
            return self.converted(call, receiver);
        }
        if let Some(found) = self.method_of_lists(call, &receiver, &arguments) {
            return found;
        }
        if let (Value::Index(_) | Value::Integer(_), Some(word)) = (&receiver, IntegerWord::named(call.name()))
            && let Some(written) = written_of_integers(word, arguments.len(), call.site.span)
        {
            return self.call_value(&made(written, None), [&[receiver], arguments.as_slice()].concat(), call.site.span);
        }
        let (described, known) = (receiver.describe(), words_of(&receiver));
        if let Outcome::Known(value) = self.compared_with(call, &receiver, &arguments) {
            return value;
        }
        let outcome = match receiver {
            list @ (Value::List(_) | Value::Stream(_)) if SliceWord::named(call.name()).is_some() => {
                SliceWord::named(call.name()).map_or(Outcome::Unknown, |word| self.pieces_of_list(call, word, list, &arguments))
            }
            Value::Tensor(tensor) if tensor.is_scalar() => self.scalar_method(call, &tensor, &arguments),
            Value::Csr(matrix) => self.csr_method(call, *matrix, &arguments),
            Value::CsrRow(row) => self.csr_row_method(call, *row, &arguments),
            Value::List(list) => self.list_method(call, *list, arguments),
            Value::Tensor(tensor) => self.tensor_method(call, &tensor, &arguments),
            Value::Index(index) => self.integer_method(call, &index, &arguments),
            Value::Integer(numbers) if !numbers.is_scalar() => match ListWord::named(call.name()) {
                Some(ListWord::len) if arguments.is_empty() => Outcome::Known(Some(Value::count(numbers.length()))),
                _ => match self.stream_of(Value::Integer(numbers)) {
                    Some(stream) => self.stream_method(call, stream, arguments),
                    None => Outcome::Unknown,
                },
            },
            Value::Integer(number) => self.whole_method(call, &number, &arguments),
            Value::Array(values) => self.array_method(call, values, arguments),
            value @ (Value::Range(_) | Value::Stream(_)) => match self.stream_of(value) {
                Some(stream) => self.stream_method(call, stream, arguments),
                None => Outcome::Unknown,
            },
            Value::Choice(choice) => self.choice_method(call, &choice, &arguments),
            Value::Bool(condition) => self.condition_method(call, &condition, arguments),
            Value::Factored(factored) => self.factored_method(call, &factored, &arguments),
            Value::Present(present) => self.present_method(call, *present, &arguments),
            Value::Infinity(value) => self.infinity_method(call, value, &arguments),
            Value::Text if matches!(call.name(), "to_string" | "as_str") => Outcome::Known(Some(Value::Text)),
            Value::Never
            | Value::Struct(_)
            | Value::Lazy(_)
            | Value::Listed(_)
            | Value::Cases(_)
            | Value::Tuple(_)
            | Value::Callable(_)
            | Value::Reference(_)
            | Value::State(_)
            | Value::Growing(_)
            | Value::Text
            | Value::Last => Outcome::Unknown,
        };
        match outcome {
            Outcome::Known(value) => value,
            Outcome::Unknown => {
                self.unknown_method(call, described, &known);
                None
            }
        }
    }

    /// Methods of arrays: their own, else those of an iterator over them.
    fn array_method(&mut self, call: &Call<'_>, values: Vec<Value>, arguments: Vec<Value>) -> Outcome {
        if let Some(word) = SliceWord::named(call.name()) {
            let part = self.pieces_of_array(word, &values, &arguments);
            return part.map_or(Outcome::Unknown, |part| Outcome::Known(Some(part)));
        }
        if let (Some(EntryWord::get), [Value::Index(place)]) = (EntryWord::named(call.name()), arguments.as_slice()) {
            let items = Stream::Values(values);
            return Outcome::Known(self.item_if_any(call, &items, place).map(|found| Value::Choice(Box::new(found))));
        }
        let Some(word) = ArrayWord::named(call.name()) else {
            return match self.stream_of(Value::Array(values)) {
                Some(stream) => self.stream_method(call, stream, arguments),
                None => Outcome::Unknown,
            };
        };
        Outcome::Known(match word {
            ArrayWord::concat | ArrayWord::as_flattened => self.concatenated(call, values),
            ArrayWord::map => self.mapped_array(call, values, &arguments),
            ArrayWord::len => Some(Value::count(crate::ir::Size::constant(values.len() as i64))),
            ArrayWord::iter | ArrayWord::into_iter => Some(Value::Stream(Box::new(super::stream::Stream::Values(values)))),
        })
    }

    fn unknown_method(&mut self, call: &Call<'_>, receiver: &str, known: &[&str]) {
        let name = call.name();
        let message = format!("`{name}` is not a known method of {receiver}");
        match nearest(name, known.iter().copied()) {
            Some(near) if near != name => {
                self.diagnostics.error_with_help(call.site.span, message, format!("did you mean `{near}`?"));
            }
            Some(_) => {
                let message = format!("`{name}` of {receiver} does not take these arguments");
                self.diagnostics.error(call.site.span, message);
            }
            None if known.is_empty() => self.diagnostics.error(call.site.span, message),
            None => {
                let message = format!("{message}: methods are read by name, and this one has no derivative rule");
                self.diagnostics.error_with_help(call.site.span, message, related(name, receiver, known));
            }
        }
    }

    /// `clone`, `into`, `as_slice`, ..: the same value.
    fn converted(&mut self, call: &Call<'_>, receiver: Value) -> Option<Value> {
        if call.name() == "into"
            && let Some(expected) = &call.expected
            && let Some(made) = self.made_into(&receiver, expected)
        {
            return made;
        }
        match (&receiver, &call.expected) {
            (Value::Array(_), Some(Type::Tensor { form, .. })) => {
                let form = *form;
                let tensor = self.tensor_of(receiver)?;
                Some(Value::Tensor(self.array_as(&tensor, form)))
            }
            _ => Some(receiver),
        }
    }

    fn mapped_array(&mut self, call: &Call<'_>, values: Vec<Value>, arguments: &[Value]) -> Option<Value> {
        let callable = self.callable_at(call, arguments, 0)?;
        let mapped: Vec<Option<Value>> =
            values.into_iter().map(|v| self.call_within(&callable, vec![v], call.site.span)).collect();
        mapped.into_iter().collect::<Option<Vec<Value>>>().map(Value::Array)
    }

    /// Argument `k` as a function.
    pub(super) fn callable_at(&mut self, call: &Call<'_>, arguments: &[Value], k: usize) -> Option<Callable> {
        match arguments.get(k) {
            Some(Value::Callable(callable)) => Some(callable.clone()),
            Some(other) => {
                let place = call.place(k + 1);
                self.diagnostics.error(&place, format!("expected a closure or a function, found {}", other.describe()));
                None
            }
            None => None,
        }
    }

    /// Evaluates in a scope of the module's items alone.
    pub(super) fn at_module_level<T>(&mut self, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::take(&mut self.environment);
        let arms = std::mem::take(&mut self.arms);
        let result = evaluate(self);
        self.environment = outer;
        self.arms = arms;
        result
    }
}

/// The methods of a value, for suggestions.
fn words_of(value: &Value) -> Vec<&'static str> {
    match value {
        Value::Tensor(tensor) if tensor.is_scalar() => super::scalar::names(),
        Value::Tensor(_) => super::methods::names(),
        Value::Csr(_) => CsrWord::NAMES.to_vec(),
        Value::CsrRow(_) => CsrRowWord::NAMES.to_vec(),
        Value::List(_) => [ListWord::NAMES, &super::iterate::names()].concat(),
        Value::Index(_) | Value::Integer(_) | Value::Cases(_) => IntegerWord::NAMES.to_vec(),
        Value::Range(_) | Value::Stream(_) => super::iterate::names(),
        Value::Bool(_) => ConditionWord::NAMES.to_vec(),
        Value::Array(_) => [ArrayWord::NAMES, SliceWord::NAMES, &super::iterate::names()].concat(),
        Value::Factored(_) => SolutionWord::NAMES.to_vec(),
        Value::Present(_) => OptionWord::NAMES.to_vec(),
        Value::Choice(choice) => match choice.name {
            EnumName::Option => OptionWord::NAMES.to_vec(),
            EnumName::Result => ResultWord::NAMES.to_vec(),
            EnumName::Ordering => OrderingWord::NAMES.to_vec(),
            EnumName::Own(_) => Vec::new(),
        },
        Value::Infinity(_) => ExtremeWord::NAMES.to_vec(),
        Value::Struct(_)
        | Value::Lazy(_)
        | Value::Listed(_)
        | Value::Tuple(_)
        | Value::Callable(_)
        | Value::Reference(_)
        | Value::State(_)
        | Value::Growing(_)
        | Value::Text
        | Value::Last
        | Value::Never => Vec::new(),
    }
}

/// So many methods are listed whatever was asked.
const FEW: usize = 8;

/// What to write for a method that is not known: those that share a part of its name.
fn related(name: &str, receiver: &str, known: &[&str]) -> String {
    if known.len() <= FEW {
        let all: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
        return format!("write it with {}", all.join(", "));
    }
    let parts: Vec<&str> = name.split('_').filter(|part| part.len() > 2).collect();
    let shares = |word: &&&str| parts.iter().any(|part| word.split('_').any(|own| own == *part));
    let shown: Vec<String> = known.iter().filter(shares).take(4).map(|word| format!("`{word}`")).collect();
    if shown.is_empty() {
        format!(
            "write it with operators, indices and sums; `hypergrad::guide::language` lists the methods of {receiver} that are read"
        )
    } else {
        format!("related methods that are read: {}", shown.join(", "))
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn strip(expression: &syn::Expr) -> &syn::Expr {
    match expression {
        syn::Expr::Paren(inner) => strip(&inner.expr),
        syn::Expr::Group(inner) => strip(&inner.expr),
        other => other,
    }
}

/// Methods of integers that others say as well.
fn written_of_integers(word: IntegerWord, given: usize, span: Span) -> Option<TokenStream> {
    match (word, given) {
        (IntegerWord::clamp, 2) => Some(quote_spanned! { span=> |v, low, high| v.max(low).min(high) }),
        (IntegerWord::signum, 0) => Some(quote_spanned! { span=> |v| if v > 0 { 1 } else if v < 0 { -1 } else { 0 } }),
        (
            IntegerWord::clamp
            | IntegerWord::signum
            | IntegerWord::min
            | IntegerWord::max
            | IntegerWord::abs_diff
            | IntegerWord::saturating_sub
            | IntegerWord::wrapping_add
            | IntegerWord::wrapping_sub
            | IntegerWord::pow
            | IntegerWord::abs
            | IntegerWord::rem_euclid
            | IntegerWord::div_euclid
            | IntegerWord::div_ceil,
            _,
        ) => None,
    }
}
