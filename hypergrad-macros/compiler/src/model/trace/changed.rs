//! Which cells a body may change, by the names that it assigns to: found before the body is read.
//!
//! A name too many does no harm where the body only adds to it; a change that is not found here is
//! refused where it is made.

use syn::visit::{self, Visit};

use super::Tracer;
use super::cells::Cells;
use super::count::Counts;
use super::environment::{Environment, Lookup};
use super::value::{Callable, Value};
use super::words::{ArrangeWord, ChangeWord, GrowWord, OptionPlaceWord, PlaceWord, QueueWord, SlicePlaceWord, SortWord};
use crate::syntax::{Associated, Module, Receiver};

/// What a body may change.
#[derive(Clone, Default, Debug)]
pub struct Changes {
    pub cells: Vec<usize>,
    /// Those that hold a list to which it pushes.
    pub grown: Vec<usize>,
    /// Those that hold a list from which it takes items.
    pub shrunk: Vec<usize>,
    /// Those that count its steps, if a step does what its text says.
    pub counts: Counts,
    /// Whether a `break` stands in it.
    pub may_break: bool,
}

impl Changes {
    fn extend(&mut self, other: Self) {
        self.cells.extend(other.cells);
        self.grown.extend(other.grown);
        self.shrunk.extend(other.shrunk);
        self.may_break |= other.may_break;
    }
}

struct Changed<'e> {
    environment: &'e Environment,
    known: &'e Cells,
    module: &'e Module,
    /// Names that the body binds itself, innermost last.
    hidden: Vec<String>,
    changes: Changes,
    /// Closures on the way here.
    depth: usize,
}

/// Closures that call closures, so deep.
const DEEPEST: usize = 16;

impl Tracer<'_> {
    /// The cells that a block may change; the patterns bind names in it.
    pub(super) fn changed_in_block(&self, block: &syn::Block, patterns: &[&syn::Pat]) -> Changes {
        let mut changed = Changed {
            environment: &self.environment,
            known: &self.cells,
            module: self.module,
            hidden: Vec::new(),
            changes: Changes::default(),
            depth: 0,
        };
        patterns.iter().for_each(|pattern| changed.visit_pat(pattern));
        changed.visit_block(block);
        changed.changes
    }

    /// The cells that a call may change.
    pub(super) fn changed_by(&self, callable: &Callable) -> Changes {
        let mut changed = Changed {
            environment: &self.environment,
            known: &self.cells,
            module: self.module,
            hidden: Vec::new(),
            changes: Changes::default(),
            depth: 0,
        };
        changed.called(callable);
        changed.changes
    }
}

impl Changed<'_> {
    fn called(&mut self, callable: &Callable) {
        let Callable::Closure(closure) = callable else { return };
        if !closure.environment.has_places() || self.depth >= DEEPEST {
            return;
        }
        let (environment, known, module) = (&closure.environment, self.known, self.module);
        let mut inner =
            Changed { environment, known, module, hidden: Vec::new(), changes: Changes::default(), depth: self.depth + 1 };
        inner.visit_expr_closure(&closure.syntax);
        self.changes.extend(inner.changes);
    }

    fn bound(&self, name: &str) -> Option<&Value> {
        if self.hidden.iter().any(|hidden| hidden == name) {
            return None;
        }
        match self.environment.get(name) {
            Lookup::Bound(value) => Some(value),
            Lookup::Refused | Lookup::Unbound => None,
        }
    }

    /// What is assigned to.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn target(&mut self, expression: &syn::Expr) {
        match expression {
            syn::Expr::Path(path) => {
                if let Some(name) = path.path.get_ident()
                    && let Some(Value::Reference(place)) = self.bound(&name.to_string())
                {
                    let cell = place.cell;
                    self.changes.cells.push(cell);
                }
            }
            syn::Expr::Index(inner) => self.target(&inner.expr),
            syn::Expr::Field(inner) => self.target(&inner.base),
            syn::Expr::MethodCall(call) => self.target(&call.receiver),
            syn::Expr::Unary(inner) => self.target(&inner.expr),
            syn::Expr::Paren(inner) => self.target(&inner.expr),
            syn::Expr::Group(inner) => self.target(&inner.expr),
            syn::Expr::Reference(inner) => self.target(&inner.expr),
            syn::Expr::Tuple(tuple) => tuple.elems.iter().for_each(|element| self.target(element)),
            syn::Expr::Array(array) => array.elems.iter().for_each(|element| self.target(element)),
            _ => {}
        }
    }

    /// References that are handed on by name.
    fn argument(&mut self, argument: &syn::Expr) {
        if let syn::Expr::Path(path) = argument
            && let Some(name) = path.path.get_ident()
            && let Some(Value::Reference(place)) = self.bound(&name.to_string())
            && !place.is_owner
        {
            let cell = place.cell;
            self.changes.cells.push(cell);
        }
    }
}

impl<'a> Visit<'a> for Changed<'_> {
    fn visit_block(&mut self, block: &'a syn::Block) {
        let depth = self.hidden.len();
        visit::visit_block(self, block);
        self.hidden.truncate(depth);
    }

    fn visit_local(&mut self, local: &'a syn::Local) {
        if let Some(init) = &local.init {
            self.visit_local_init(init);
        }
        self.visit_pat(&local.pat);
    }

    // What is declared inside captures nothing, and its names are its own.
    fn visit_item(&mut self, _: &'a syn::Item) {}

    fn visit_expr_for_loop(&mut self, repeated: &'a syn::ExprForLoop) {
        let depth = self.hidden.len();
        self.visit_expr(&repeated.expr);
        self.visit_pat(&repeated.pat);
        self.visit_block(&repeated.body);
        self.hidden.truncate(depth);
    }

    fn visit_arm(&mut self, arm: &'a syn::Arm) {
        let depth = self.hidden.len();
        visit::visit_arm(self, arm);
        self.hidden.truncate(depth);
    }

    fn visit_expr_if(&mut self, branch: &'a syn::ExprIf) {
        let depth = self.hidden.len();
        self.visit_expr(&branch.cond);
        self.visit_block(&branch.then_branch);
        self.hidden.truncate(depth);
        if let Some((_, otherwise)) = &branch.else_branch {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_closure(&mut self, closure: &'a syn::ExprClosure) {
        let depth = self.hidden.len();
        visit::visit_expr_closure(self, closure);
        self.hidden.truncate(depth);
    }

    fn visit_pat_ident(&mut self, name: &'a syn::PatIdent) {
        self.hidden.push(name.ident.to_string());
    }

    fn visit_expr_assign(&mut self, assignment: &'a syn::ExprAssign) {
        self.target(&assignment.left);
        visit::visit_expr_assign(self, assignment);
    }

    fn visit_expr_binary(&mut self, binary: &'a syn::ExprBinary) {
        if super::assign::compound(&binary.op).is_some() {
            self.target(&binary.left);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_reference(&mut self, reference: &'a syn::ExprReference) {
        if reference.mutability.is_some() {
            self.target(&reference.expr);
        }
        visit::visit_expr_reference(self, reference);
    }

    fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
        let name = call.method.to_string();
        let changes = |item: &Associated| item.name() == name.as_str() && item.receiver() == Some(Receiver::Mutable);
        let own = self.module.associated.iter().any(changes);
        let arranges = ArrangeWord::named(&name);
        let queues = QueueWord::named(&name);
        let grows = GrowWord::named(&name).is_some()
            || queues == Some(QueueWord::push_back)
            || matches!(arranges, Some(ArrangeWord::append | ArrangeWord::extend_from_slice));
        let shrinks = matches!(queues, Some(QueueWord::pop_front | QueueWord::pop_back))
            || matches!(arranges, Some(ArrangeWord::pop | ArrangeWord::remove | ArrangeWord::truncate | ArrangeWord::drain));
        let before = self.changes.cells.len();
        // `take` of an iterator is another method.
        let of_option = OptionPlaceWord::named(&name).is_some() && !matches!(&*call.receiver, syn::Expr::MethodCall(_));
        let refers = PlaceWord::named(&name).is_some() || SlicePlaceWord::named(&name).is_some();
        let sorts = SortWord::named(&name).is_some();
        let changes =
            ChangeWord::named(&name).is_some() || refers || arranges.is_some() || queues.is_some() || of_option || sorts;
        if own || grows || changes {
            self.target(&call.receiver);
        }
        if shrinks {
            self.changes.shrunk.extend_from_slice(&self.changes.cells[before..]);
        }
        if grows {
            let grown = self.changes.cells[before..].iter().copied().filter(|cell| self.known.is_list(*cell));
            self.changes.grown.extend(grown);
        }
        call.args.iter().for_each(|argument| self.argument(argument));
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
        call.args.iter().for_each(|argument| self.argument(argument));
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_break(&mut self, exit: &'a syn::ExprBreak) {
        self.changes.may_break = true;
        visit::visit_expr_break(self, exit);
    }

    fn visit_expr_path(&mut self, path: &'a syn::ExprPath) {
        let Some(name) = path.path.get_ident() else { return };
        let callable = match self.bound(&name.to_string()) {
            Some(Value::Callable(callable)) => Some(callable.clone()),
            // A closure that changes what it captures is bound with `let mut`.
            Some(Value::Reference(place)) => match &self.known.get(place.cell).value {
                Some(Value::Callable(callable)) => Some(callable.clone()),
                _ => None,
            },
            _ => None,
        };
        if let Some(callable) = callable {
            self.called(&callable);
        }
    }
}
