//! What a condition is made of.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Deref;
use std::rc::{Rc, Weak};

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::Condition;
use crate::ir::Guard;

/// What parts are joined to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Not,
    And,
    Or,
}

/// A union of disjoint conjunctions of guards.
type Cases = Vec<Vec<Guard>>;

/// The parts of a condition. Conditions in loops read those of the steps before, and each several times: equal parts
/// are there once, and what is found of them is kept with them, or time and memory would double with each step.
#[derive(Clone)]
pub struct Parts(Rc<Shared>);

struct Shared {
    kind: Kind,
    all: Vec<Condition>,
    /// No other parts have it, now or later.
    number: u64,
    hash: u64,
    cases: OnceCell<Option<Cases>>,
}

/// The parts that are in use, by their hash.
#[derive(Default)]
struct Known {
    by_hash: FxHashMap<u64, Vec<Weak<Shared>>>,
    /// With so many hashes those of which nothing is in use are forgotten.
    full: usize,
    /// So many parts were made.
    made: u64,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

impl Known {
    fn one(&mut self, kind: Kind, all: Vec<Condition>) -> Rc<Shared> {
        let hash = FxBuildHasher.hash_one((kind, &all));
        let alike = self.by_hash.entry(hash).or_default();
        if let Some(known) = alike.iter().filter_map(Weak::upgrade).find(|known| known.kind == kind && known.all == all) {
            return known;
        }
        self.made += 1;
        let shared = Rc::new(Shared { kind, all, number: self.made, hash, cases: OnceCell::new() });
        alike.push(Rc::downgrade(&shared));
        if self.by_hash.len() > self.full {
            self.by_hash.retain(|_, alike| {
                alike.retain(|parts| parts.strong_count() > 0);
                !alike.is_empty()
            });
            self.full = 2 * self.by_hash.len() + 64;
        }
        shared
    }
}

impl Parts {
    pub(super) fn new(kind: Kind, all: Vec<Condition>) -> Self {
        Self(KNOWN.with_borrow_mut(|known| known.one(kind, all)))
    }

    /// What these parts are together, as cases: found once.
    pub(super) fn cases(&self, find: impl FnOnce(&[Condition]) -> Option<Cases>) -> Option<Cases> {
        self.0.cases.get_or_init(|| find(&self.0.all)).clone()
    }

    pub(super) fn address(&self) -> *const () {
        Rc::as_ptr(&self.0).cast()
    }
}

impl Deref for Parts {
    type Target = [Condition];

    fn deref(&self) -> &[Condition] {
        &self.0.all
    }
}

impl PartialEq for Parts {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Parts {}

impl Hash for Parts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash.hash(state);
    }
}

/// By number: written out, parts that are shared would double with each step.
impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0.number)
    }
}
