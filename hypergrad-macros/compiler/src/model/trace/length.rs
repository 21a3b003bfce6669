//! How many items an iterator has: exactly, by cases. `i..n` has `n - i` where that is not negative,
//! else none; zipped iterators have as many as the shorter.

use super::Tracer;
use super::condition::{Comparison, Condition, complement_case, conjunction};
use super::stream::Stream;
use super::value::Value;
use crate::ir::{Affine, Guard, Size, Test};

/// A length, and the guards under which it is that. Cases exclude each other and one holds.
pub type Lengths = Vec<(Vec<Guard>, Affine)>;

impl Tracer<'_> {
    /// The length of an iterator that ends, and that no values filter.
    pub(super) fn lengths(&mut self, stream: &Stream) -> Option<Lengths> {
        Some(match stream {
            Stream::Run { start, end, .. } => {
                let length = self.expanded(&end.as_ref()?.sub(start));
                self.not_below_zero(length)
            }
            Stream::Entries(tensor) => vec![(Vec::new(), Affine::constant(self.sizes.resolve(&tensor.length())))],
            Stream::Values(values) => vec![(Vec::new(), Affine::constant(Size::constant(values.len() as i64)))],
            Stream::Mapped(inner, _) | Stream::Enumerated(inner) | Stream::Reversed(inner) => self.lengths(inner)?,
            Stream::Zipped(first, second) if first.is_endless() => self.lengths(second)?,
            Stream::Zipped(first, second) if second.is_endless() => self.lengths(first)?,
            Stream::Zipped(first, second) => {
                let (first, second) = (self.lengths(first)?, self.lengths(second)?);
                self.combined(&first, &second, Self::smaller)?
            }
            Stream::Skipped(inner, count) => {
                let inner = self.lengths(inner)?;
                self.each(inner, |tracer, length| tracer.not_below_zero(length.sub(count)))?
            }
            Stream::Taken(inner, count) if inner.is_endless() => vec![(Vec::new(), count.clone())],
            Stream::Taken(inner, count) => {
                let inner = self.lengths(inner)?;
                self.each(inner, |tracer, length| tracer.smaller(length, count))?
            }
            Stream::Strided(inner, step) => {
                let mut lengths = self.lengths(inner)?;
                for (_, length) in &mut lengths {
                    *length = self.strides(length, step)?;
                }
                lengths
            }
            Stream::Chained(first, second) => {
                let (first, second) = (self.lengths(first)?, self.lengths(second)?);
                self.combined(&first, &second, |_, a, b| vec![(Vec::new(), a.add(b))])?
            }
            Stream::Cases(cases) => {
                let mut all = Lengths::new();
                for (guards, inner) in cases {
                    let own = self.lengths(inner)?;
                    all.extend(own.into_iter().map(|(own, length)| ([guards.as_slice(), &own].concat(), length)));
                }
                all
            }
            Stream::Stored(..) | Stream::Filtered(..) | Stream::Flat(..) | Stream::Steps(_) => return None,
        })
    }

    /// The lengths of an iterator of which an item is known to exist: where one case alone has items, it holds.
    pub(super) fn lengths_of_some(&mut self, stream: &Stream) -> Option<Lengths> {
        let mut lengths = self.lengths(stream)?;
        lengths.retain(|(_, length)| !length.as_size().is_some_and(Size::is_zero));
        if let [(guards, length)] = lengths.as_mut_slice() {
            guards.retain(|guard| guard.test != Test::NonNegative || guard.affine != *length);
        }
        Some(lengths)
    }

    /// ceil(length / step). Where another case holds the length may be below zero, and no number below zero has
    /// digits: then nothing would be left of the other case either. So it is divided with so many steps more.
    fn strides(&mut self, length: &Affine, step: &Size) -> Option<Affine> {
        if step.is_one() {
            return Some(length.clone());
        }
        let rounded = length.add(&Affine::constant(step.sub(&Size::constant(1))));
        let (low, _) = rounded.bounds(&|v| self.extent(v))?;
        let more = low.scale(-1).without_negative_terms();
        let shifted = rounded.add(&Affine::constant(more.mul(step)));
        Some(self.divide_index(&shifted, step)?.0.sub(&Affine::constant(more)))
    }

    fn each(&mut self, lengths: Lengths, change: impl Fn(&mut Self, &Affine) -> Lengths) -> Option<Lengths> {
        let one = vec![(Vec::new(), Affine::default())];
        self.combined(&lengths, &one, |tracer, length, _| change(tracer, length))
    }

    fn combined(
        &mut self,
        first: &Lengths,
        second: &Lengths,
        combine: impl Fn(&mut Self, &Affine, &Affine) -> Lengths,
    ) -> Option<Lengths> {
        let mut all = Lengths::new();
        for (first_guards, a) in first {
            for (second_guards, b) in second {
                for (guards, length) in combine(self, a, b) {
                    let guards = [first_guards.as_slice(), second_guards, &guards].concat();
                    let Some(mut guards) = conjunction(&[], &guards) else { continue };
                    guards.sort();
                    let length = self.joined(length);
                    all.push((guards, length.map_sizes(&|size| self.sizes.resolve(size))));
                }
            }
            if self.has_too_many_cases(all.len()) {
                return None;
            }
        }
        Some(all)
    }

    fn not_below_zero(&mut self, length: Affine) -> Lengths {
        let length = self.joined(length).map_sizes(&|size| self.sizes.resolve(size));
        match self.compare_indices(Comparison::Ge, &length, &Affine::default()) {
            Condition::Constant(false) => vec![(Vec::new(), Affine::default())],
            Condition::Index(guard) => self.by_guard(&guard, length, Affine::default()),
            Condition::Constant(_) | Condition::Scalar(_) | Condition::Not(_) | Condition::And(_) | Condition::Or(_) => {
                vec![(Vec::new(), length)]
            }
        }
    }

    fn smaller(&mut self, a: &Affine, b: &Affine) -> Lengths {
        match (self.compare_indices(Comparison::Le, a, b), self.compare_indices(Comparison::Le, b, a)) {
            (Condition::Constant(true), _) => vec![(Vec::new(), a.clone())],
            (Condition::Constant(false), _) | (_, Condition::Constant(true)) => vec![(Vec::new(), b.clone())],
            (Condition::Index(guard), _) => self.by_guard(&guard, a.clone(), b.clone()),
            _ => vec![(Vec::new(), a.clone())],
        }
    }

    fn by_guard(&self, guard: &Guard, holds: Affine, fails: Affine) -> Lengths {
        let complement = complement_case(std::slice::from_ref(guard));
        std::iter::once((vec![guard.clone()], holds)).chain(complement.into_iter().map(|rest| (rest, fails.clone()))).collect()
    }

    /// The length as an integer.
    pub(super) fn length_value(lengths: Lengths) -> Option<Value> {
        let condition =
            |guards: Vec<Guard>| guards.into_iter().map(Condition::Index).fold(Condition::Constant(true), Condition::and);
        Value::one_of(lengths.into_iter().map(|(guards, length)| (condition(guards), Value::Index(length))).collect())
    }

    /// A size that no length of this iterator exceeds.
    pub(super) fn reach(&mut self, stream: &Stream) -> Option<Size> {
        Some(match stream {
            Stream::Run { start, end, .. } => {
                let length = self.expanded(&self.joined(end.as_ref()?.sub(start)));
                let (_, high) = length.bounds(&|v| self.extent(v))?;
                self.sizes.at_most(&high).without_negative_terms()
            }
            Stream::Entries(tensor) => self.sizes.resolve(&tensor.length()),
            Stream::Values(values) => Size::constant(values.len() as i64),
            Stream::Mapped(inner, _)
            | Stream::Filtered(inner, _)
            | Stream::Enumerated(inner)
            | Stream::Reversed(inner)
            | Stream::Skipped(inner, _) => self.reach(inner)?,
            // Nobody asks: its items have no places.
            Stream::Flat(..) | Stream::Steps(_) => return None,
            Stream::Cases(cases) => {
                let mut most = Size::zero();
                for (_, inner) in cases {
                    let own = self.reach(inner)?;
                    let [shorter, longer] = [most.sub(&own), own.sub(&most)].map(|slack| slack.is_nonnegative());
                    most = if longer {
                        own
                    } else if shorter {
                        most
                    } else {
                        most.add(&own)
                    };
                }
                most
            }
            Stream::Zipped(first, second) => match (self.reach(first), self.reach(second)) {
                (Some(a), Some(b)) if a.sub(&b).is_nonnegative() => b,
                (a, b) => a.or(b)?,
            },
            Stream::Taken(inner, count) => {
                let (_, count) = count.bounds(&|v| self.extent(v))?;
                let count = self.sizes.resolve(&count).without_negative_terms();
                self.reach(inner).filter(|inner| count.sub(inner).is_nonnegative()).unwrap_or(count)
            }
            Stream::Strided(inner, step) => {
                let rounded = self.reach(inner)?.add(step).sub(&Size::constant(1));
                self.divide_sizes(&rounded, step)?
            }
            Stream::Chained(first, second) => self.reach(first)?.add(&self.reach(second)?),
            Stream::Stored(row, _) => self.sizes.resolve(&row.matrix.values.columns),
        })
    }
}
