//! Buffers of a point that the same statements ask for, and no others, are made ready by one function; so is what one of
//! them alone asks for. For rustc a function and its calls are half the work of a small computation.

use std::collections::{BTreeMap, BTreeSet};

use super::cost::MOST_TOGETHER;
use super::program::{Made, Program, Stmt, Strips};
use crate::analysis::Stage;

/// Statements of one level of one body.
type Site = usize;

/// Where each buffer is asked for, and which sites are the computation of a buffer.
#[derive(Default)]
struct Sites {
    all: usize,
    of_buffers: Vec<BTreeSet<Site>>,
    computations: BTreeMap<Site, usize>,
}

impl Sites {
    fn of(program: &Program) -> Self {
        let mut sites = Self { of_buffers: vec![BTreeSet::new(); program.buffers.len()], ..Self::default() };
        for (buffer, body) in program.computations.iter().enumerate() {
            sites.computations.insert(sites.all, buffer);
            sites.visit(body);
        }
        let functions = program.functions.iter();
        let functions = functions.flat_map(|f| [&f.body].into_iter().chain(f.strips.iter().map(|strips| &strips.after)));
        let others = program.violations.iter().chain(program.samples.iter().map(|samples| &samples.body));
        functions.chain(others).for_each(|body| sites.visit(body));
        sites
    }

    fn visit(&mut self, body: &[Stmt]) {
        let own = self.all;
        self.all += 1;
        for statement in body {
            if let Stmt::Ensure(buffer) = statement {
                self.of_buffers[*buffer].insert(own);
            }
            levels(statement).into_iter().for_each(|inner| self.visit(inner));
        }
    }
}

/// The statements inside of one that ask for buffers.
fn levels(statement: &Stmt) -> Vec<&Vec<Stmt>> {
    match statement {
        Stmt::Steps { body, .. } | Stmt::Given { body, .. } => vec![body],
        Stmt::Choose { hoisted, plain, .. } => vec![hoisted, plain],
        Stmt::Ensure(_)
        | Stmt::Scratch(_)
        | Stmt::Zero { .. }
        | Stmt::Loop { .. }
        | Stmt::Entries { .. }
        | Stmt::When { .. }
        | Stmt::Store { .. }
        | Stmt::Let { .. }
        | Stmt::Sum { .. }
        | Stmt::Kernel(_) => Vec::new(),
    }
}

/// Lets one function make several buffers. Comes last: what is known of single buffers before stays true of them.
pub fn merge(program: &mut Program) {
    let sites = Sites::of(program);
    let groups = groups(program, &sites);
    let mut makers: Vec<usize> = (0..program.buffers.len()).collect();
    for group in &groups {
        let maker = group[0];
        let own = |statement: &Stmt| matches!(statement, Stmt::Ensure(buffer) if group.contains(buffer));
        let parts = group.iter().flat_map(|member| std::mem::take(&mut program.computations[*member]));
        program.computations[maker] = parts.filter(|statement| !own(statement)).collect();
        for member in &group[1..] {
            program.buffers[*member].made = Made::With(maker);
            makers[*member] = maker;
        }
    }
    let functions = program.functions.iter_mut();
    let functions = functions.flat_map(|f| [&mut f.body].into_iter().chain(f.strips.iter_mut().map(|strips| &mut strips.after)));
    let others = program.violations.iter_mut().chain(program.samples.iter_mut().map(|samples| &mut samples.body));
    functions.chain(others).chain(&mut program.computations).for_each(|body| ask(body, &makers));
}

/// Asks for what makes the buffers, once.
fn ask(body: &mut Vec<Stmt>, makers: &[usize]) {
    let mut asked = BTreeSet::new();
    body.retain_mut(|statement| match statement {
        Stmt::Ensure(buffer) => {
            *buffer = makers[*buffer];
            asked.insert(*buffer)
        }
        Stmt::Steps { body, .. } | Stmt::Given { body, .. } => {
            ask(body, makers);
            true
        }
        Stmt::Choose { hoisted, plain, .. } => {
            ask(hoisted, makers);
            ask(plain, makers);
            true
        }
        Stmt::Scratch(_)
        | Stmt::Zero { .. }
        | Stmt::Loop { .. }
        | Stmt::Entries { .. }
        | Stmt::When { .. }
        | Stmt::Store { .. }
        | Stmt::Let { .. }
        | Stmt::Sum { .. }
        | Stmt::Kernel(_) => true,
    });
}

/// Who asks for a buffer: the computations of a group, or statements elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asker {
    Group(usize),
    Site(Site),
}

/// What the members of a group have in common, but for those that only the group itself asks for.
type Key = (Stage, BTreeSet<Asker>);

/// Buffers that one function makes.
#[derive(Default)]
struct Group {
    members: Vec<usize>,
    statements: usize,
}

/// Groups of several buffers, each in the order of computation. No two groups need each other: of all buffers on such a
/// circle that others than their own group ask for, the last one would be asked for by a later one.
fn groups(program: &Program, sites: &Sites) -> Vec<Vec<usize>> {
    let alone = candidates(program);
    let mut groups: Vec<Group> = Vec::new();
    let mut group_of: Vec<usize> = vec![0; program.buffers.len()];
    let mut open: BTreeMap<Key, usize> = BTreeMap::new();
    // Those who ask come first.
    for buffer in needs_first(program).into_iter().rev() {
        let asker = |site: &Site| match sites.computations.get(site) {
            Some(computed) => Asker::Group(group_of[*computed]),
            None => Asker::Site(*site),
        };
        let key = (program.buffers[buffer].stage, sites.of_buffers[buffer].iter().map(asker).collect::<BTreeSet<_>>());
        let statements = count(&program.computations[buffer]);
        let has_room = |group: &usize| groups[*group].statements + statements <= MOST_TOGETHER;
        let is_alone = alone.contains(&buffer);
        let of_asker = match key.1.iter().collect::<Vec<_>>().as_slice() {
            [Asker::Group(group)] if program.buffers[groups[*group].members[0]].stage == key.0 => Some(*group),
            _ => None,
        };
        let of_asker = of_asker.filter(|group| alone.contains(&groups[*group].members[0]));
        let found = of_asker.or_else(|| open.get(&key).copied()).filter(|group| is_alone && has_room(group));
        let group = found.unwrap_or_else(|| {
            groups.push(Group::default());
            groups.len() - 1
        });
        group_of[buffer] = group;
        groups[group].members.push(buffer);
        groups[group].statements += statements;
        if is_alone && of_asker.is_none() {
            open.insert(key, group);
        }
    }
    let several = groups.into_iter().map(|group| group.members).filter(|members| members.len() > 1);
    several.map(|members| members.into_iter().rev().collect()).collect()
}

/// All buffers, each behind those that it needs: where one loop makes several, numbers do not say so.
fn needs_first(program: &Program) -> Vec<usize> {
    let mut order = Vec::with_capacity(program.buffers.len());
    let mut seen = vec![false; program.buffers.len()];
    for buffer in 0..program.buffers.len() {
        // Buffers with what they need that is still to be looked at.
        let mut open = vec![(buffer, needs(&program.computations[buffer]))];
        if std::mem::replace(&mut seen[buffer], true) {
            continue;
        }
        while let Some((own, needed)) = open.last_mut() {
            match needed.pop() {
                Some(need) if !std::mem::replace(&mut seen[need], true) => open.push((need, needs(&program.computations[need]))),
                Some(_) => {}
                None => {
                    order.push(*own);
                    open.pop();
                }
            }
        }
    }
    order
}

/// What statements ask for, those inside of others too.
fn needs(body: &[Stmt]) -> Vec<usize> {
    let own = |statement: &Stmt| if let Stmt::Ensure(buffer) = statement { Some(*buffer) } else { None };
    let inside = |statement: &Stmt| levels(statement).into_iter().flat_map(|inner| needs(inner)).collect::<Vec<_>>();
    body.iter().flat_map(|statement| own(statement).into_iter().chain(inside(statement))).collect()
}

/// Buffers that nothing but their own computation makes ready, or asks whether they are.
fn candidates(program: &Program) -> BTreeSet<usize> {
    let is_kept = |buffer: &usize| matches!(program.buffers[*buffer].stage, Stage::Y | Stage::X | Stage::Adjoint);
    let mut alone: BTreeSet<usize> = (0..program.buffers.len()).filter(is_kept).collect();
    alone.retain(|buffer| program.is_made_alone(*buffer));
    let mut forget = |buffer: usize| {
        alone.remove(&buffer);
    };
    program.factors.iter().for_each(|factor| forget(factor.buffer));
    program.ahead.into_iter().for_each(&mut forget);
    program.samples.iter().flat_map(|samples| &samples.kept).copied().for_each(&mut forget);
    let strips = program.functions.iter().flat_map(|function| &function.strips);
    strips.clone().flat_map(Strips::kept).for_each(&mut forget);
    let bodies = program.functions.iter().map(|function| &function.body).chain(&program.computations);
    bodies.chain(strips.map(|strips| &strips.after)).for_each(|body| on_the_way(body, &mut forget));
    alone
}

/// Buffers that products make ready on their way.
fn on_the_way(body: &[Stmt], found: &mut dyn FnMut(usize)) {
    for statement in body {
        statement.along().into_iter().for_each(&mut *found);
        levels(statement).into_iter().for_each(|inner| on_the_way(inner, found));
    }
}

/// Statements, those inside of others too.
fn count(body: &[Stmt]) -> usize {
    let inside = |statement: &Stmt| match statement {
        Stmt::Loop { body, .. }
        | Stmt::Entries { body, .. }
        | Stmt::When { body, .. }
        | Stmt::Steps { body, .. }
        | Stmt::Given { body, .. } => count(body),
        Stmt::Choose { hoisted, plain, .. } => count(hoisted) + count(plain),
        Stmt::Ensure(_)
        | Stmt::Scratch(_)
        | Stmt::Zero { .. }
        | Stmt::Store { .. }
        | Stmt::Let { .. }
        | Stmt::Sum { .. }
        | Stmt::Kernel(_) => 0,
    };
    body.iter().map(|statement| 1 + inside(statement)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::differentiate::Quantity;
    use crate::ir::Size;
    use crate::lower::program::{Buffer, Computes, Function, Place, Source};

    fn zero() -> Stmt {
        Stmt::Zero { place: Place::natural(Source::Out, &[]), shape: Vec::new() }
    }

    /// Buffers of x by what they ask for, and functions by what they do.
    fn program(needs: &[&[usize]], functions: &[&[usize]]) -> Program {
        let body = |asked: &&[usize]| asked.iter().map(|buffer| Stmt::Ensure(*buffer)).chain([zero()]).collect::<Vec<_>>();
        let buffer = |_: &&[usize]| Buffer { stage: Stage::X, length: Size::constant(1), made: Made::Alone };
        let function =
            |asked| Function { computes: Computes::Problem(Quantity::Residual), body: body(asked), strips: Vec::new() };
        Program {
            buffers: needs.iter().map(buffer).collect(),
            computations: needs.iter().map(body).collect(),
            functions: functions.iter().map(function).collect(),
            ..Program::default()
        }
    }

    fn asked(body: &[Stmt]) -> Vec<usize> {
        body.iter().filter_map(|s| if let Stmt::Ensure(buffer) = s { Some(*buffer) } else { None }).collect()
    }

    #[test]
    fn buffers_that_are_always_asked_for_together_are_made_by_one_function() {
        let mut merged = program(&[&[], &[], &[]], &[&[0, 1, 2], &[1, 0]]);
        merge(&mut merged);
        assert_eq!(
            merged.buffers.iter().map(|buffer| buffer.made).collect::<Vec<_>>(),
            [Made::Alone, Made::With(0), Made::Alone]
        );
        assert_eq!(merged.computations.iter().map(Vec::len).collect::<Vec<_>>(), [2, 0, 1]);
        assert_eq!(merged.functions.iter().map(|f| asked(&f.body)).collect::<Vec<_>>(), [vec![0, 2], vec![0]]);
    }

    /// The last buffer asks for the second, which asks for the first: nobody else does.
    #[test]
    fn what_one_computation_asks_for_is_part_of_it() {
        let mut merged = program(&[&[], &[0], &[1]], &[&[2]]);
        merge(&mut merged);
        assert_eq!(asked(&merged.functions[0].body), [0]);
        assert_eq!(merged.computations.iter().map(Vec::len).collect::<Vec<_>>(), [3, 0, 0]);
        assert_eq!(asked(&merged.computations[0]), []);
    }

    /// Of later points y is the same, what is computed from x is not.
    #[test]
    fn stages_are_made_apart() {
        let mut apart = program(&[&[], &[0]], &[&[0, 1]]);
        apart.buffers[0].stage = Stage::Y;
        merge(&mut apart);
        assert!(apart.buffers.iter().all(|buffer| buffer.made == Made::Alone));
    }

    /// A loop that makes the first two buffers needs the third, which needs nothing; another function needs that alone.
    #[test]
    fn numbers_do_not_say_what_needs_what() {
        let mut merged = program(&[&[2, 3], &[], &[3], &[]], &[&[0], &[1]]);
        merge(&mut merged);
        let asks: Vec<Vec<usize>> = merged.computations.iter().map(|body| asked(body)).collect();
        // All that the first one needs is made with it, in order.
        assert_eq!(merged.buffers.iter().map(|buffer| buffer.made).collect::<Vec<_>>()[1], Made::Alone);
        assert!(asks.iter().all(Vec::is_empty), "{asks:?}");
    }

    #[test]
    fn long_computations_stay_apart() {
        let mut long = program(&[&[], &[]], &[&[0, 1]]);
        long.computations[0] = (0..MOST_TOGETHER).map(|_| zero()).collect();
        merge(&mut long);
        assert!(long.buffers.iter().all(|buffer| buffer.made == Made::Alone));
    }
}
