//! Random programs of the language, traced, differentiated and interpreted, against the value of the
//! program by plain Rust and its exact derivatives, to third order.
//!
//! `cargo test` tries the first seeds; `docs/testing.md` says how others are tried.

mod interpreted;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use program_generator::claims::{difference, refuted};
use program_generator::generate::{self, FIRST_WITH_SEARCHES, FIRST_WITH_TWO_LISTS};
use program_generator::oracle::{Expected, carefully_expected, expected, may_be_of_none};
use program_generator::point::Point;
use program_generator::{Program, shrink, spell};

use crate::diagnostics::Diagnostics;
use crate::ir::{MOST_NODES, TooManyNodes};
use crate::model::{self, Model};
use crate::syntax;

/// Of these tests alone.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Reads a module as the macro does.
pub fn read(text: &str) -> Result<Model, String> {
    let mut diagnostics = Diagnostics::default();
    let item = text.parse().map_err(|e| format!("{e}"))?;
    let crate_path = "::hypergrad".parse().map_err(|e| format!("{e}"))?;
    let model = syntax::parse(proc_macro2::TokenStream::new(), item, &mut diagnostics)
        .and_then(|(options, module)| model::build(&module, &options, &crate_path, &mut diagnostics));
    let errors: Vec<String> = diagnostics.iter().map(|d| d.message.clone()).collect();
    match model {
        Some(model) if errors.is_empty() => Ok(model),
        _ => Err(errors.join("\n")),
    }
}

/// The text of a random module that is read.
pub fn random_module(seed: u64) -> String {
    let texts = (seed * 1000..).map(|seed| spell::module(&generate::program(seed), "random"));
    texts.into_iter().find(|text| read(text).is_ok()).unwrap_or_default()
}

/// What became of a program.
#[derive(Debug, PartialEq)]
enum Outcome {
    Agrees,
    /// By the compiler, for this reason.
    Refused(String),
    /// What is wrong, and by which quantity.
    Wrong {
        name: &'static str,
        text: String,
    },
}

/// At the sizes of the program, and at others where Rust runs it there.
fn points(program: &Program, seed: u64) -> Vec<(Point, Vec<Expected>)> {
    let points = [Point::new(program, seed), Point::resized(program, seed)];
    points.into_iter().filter_map(|point| expected(program, &point, 1.0).map(|expected| (point, expected))).collect()
}

fn check(program: &Program, seed: u64) -> Outcome {
    let text = spell::module(program, "random");
    let caught = std::panic::catch_unwind(|| {
        let mut model = match read(&text) {
            Ok(model) => model,
            Err(reason) => return Outcome::Refused(reason),
        };
        let stages = interpreted::Stages::new(&mut model);
        for (k, (point, expected)) in points(program, seed).into_iter().enumerate() {
            if !stages.accept(program, &point) {
                // At the sizes that it was made for it would do nothing.
                match k {
                    0 => return Outcome::Refused("sizes are refused when it runs".to_owned()),
                    _ => continue,
                }
            }
            let rounding = expected.iter().find(|e| e.name == "F_1 u").map_or(0.0, |e| e.tolerance);
            for found in stages.values(program, &point, rounding) {
                let differs =
                    difference(&found, &expected).and_then(|_| difference(&found, &carefully_expected(program, &point, 1.0)?));
                if let Some((name, text)) = differs {
                    if may_be_of_none(program, &point) && stages.meets_nan(program, &point) {
                        return Outcome::Refused("no number where a vector is empty".to_owned());
                    }
                    return Outcome::Wrong { name, text: format!("{text}, sizes {:?}", point.sizes) };
                }
                if let Some(name) = refuted(&stages.claimed, &found, &expected) {
                    return Outcome::Wrong { name, text: format!("{name} is claimed, sizes {:?}", point.sizes) };
                }
            }
        }
        Outcome::Agrees
    });
    caught.unwrap_or_else(|panic| {
        if panic.is::<TooManyNodes>() {
            return Outcome::Refused(format!("more than {MOST_NODES} nodes"));
        }
        let text = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
        let text = text.unwrap_or_default();
        Outcome::Wrong { name: "panic", text }
    })
}

/// A failing program made small: it goes on failing in the same quantity.
fn report(program: &Program, seed: u64, failed: &'static str) -> String {
    let fails = |candidate: &Program| {
        Point::new(candidate, seed).is_comparable(candidate)
            && matches!(check(candidate, seed), Outcome::Wrong { name, .. } if name == failed)
    };
    let small = shrink::shrink(program, &fails);
    let Outcome::Wrong { text, .. } = check(&small, seed) else { return format!("seed {seed}: {failed}") };
    format!("seed {seed}: {text}\n{}", spell::module(&small, "random"))
}

/// `HYPERGRAD_SEEDS=from..to`; else some without searches and some with them.
fn seeds() -> Vec<u64> {
    let given = std::env::var("HYPERGRAD_SEEDS").ok();
    let range = given
        .as_deref()
        .and_then(|text| text.split_once(".."))
        .and_then(|(from, to)| Some(from.trim().parse::<u64>().ok()?..to.trim().parse().ok()?));
    let by_default = || {
        let others = [FIRST_WITH_SEARCHES, FIRST_WITH_TWO_LISTS].into_iter().flat_map(|first| first..first + 300);
        (0..1600).chain(others).collect()
    };
    range.map_or_else(by_default, Iterator::collect)
}

/// Names, sizes and places are the same reason.
fn reason(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    let mut parts = first.split('`');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (k, part) in parts.enumerate() {
        text.push_str(if k % 2 == 0 { "`..`" } else { part });
    }
    text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

/// What became of many programs.
#[derive(Default)]
struct Counts {
    agree: u64,
    refused: BTreeMap<String, u64>,
    failures: BTreeMap<u64, (Program, &'static str)>,
    /// The programs that took longest.
    slowest: Vec<(Duration, u64)>,
}

impl Counts {
    fn add(&mut self, seed: u64) {
        let started = Instant::now();
        let program = generate::program(seed);
        match check(&program, seed) {
            Outcome::Agrees => self.agree += 1,
            Outcome::Refused(message) => *self.refused.entry(reason(&message)).or_default() += 1,
            Outcome::Wrong { name, .. } => {
                self.failures.insert(seed, (program, name));
            }
        }
        self.slowest.push((started.elapsed(), seed));
        self.keep_slowest();
    }

    fn keep_slowest(&mut self) {
        self.slowest.sort_by(|a, b| b.cmp(a));
        self.slowest.truncate(MOST_SLOW);
    }

    fn merge(mut self, other: Self) -> Self {
        self.agree += other.agree;
        self.failures.extend(other.failures);
        self.slowest.extend(other.slowest);
        self.keep_slowest();
        for (reason, times) in other.refused {
            *self.refused.entry(reason).or_default() += times;
        }
        self
    }
}

/// By all processors: each takes every so many-th seed.
fn count(seeds: &[u64]) -> Counts {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let own = |worker: usize| {
        let mut counts = Counts::default();
        seeds.iter().skip(worker).step_by(workers).for_each(|seed| counts.add(*seed));
        counts
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..workers).map(|worker| scope.spawn(move || own(worker))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).fold(Counts::default(), Counts::merge)
    })
}

#[test]
fn random_programs_agree_with_rust() {
    let seeds = seeds();
    let count = seeds.len() as u64;
    let Counts { agree, refused, failures, slowest } = self::count(&seeds);
    let reasons: Vec<String> = refused.iter().map(|(reason, times)| format!("{times:8}  {reason}")).collect();
    println!("{count} programs: {agree} agree, {} are wrong, refused are\n{}", failures.len(), reasons.join("\n"));
    let slowest: Vec<String> = slowest.iter().map(|(time, seed)| format!("{seed} ({:.2} s)", time.as_secs_f64())).collect();
    println!("slowest are {}", slowest.join(", "));
    let shown: Vec<String> = failures.iter().take(MOST_SHOWN).map(|(seed, (p, name))| report(p, *seed, name)).collect();
    let numbers: Vec<u64> = failures.keys().copied().collect();
    assert!(failures.is_empty(), "{} of {count} are wrong: {numbers:?}\n{}", failures.len(), shown.join("\n"));
    assert!(agree * 2 > count, "only {agree} of {count} programs could be compared");
}

/// Indices from the data decide where a step writes, or whether it does.
#[test]
fn programs_with_places_from_data_agree() {
    all_agree(&[3_067_059, 3_089_355, 3_199_928, 3_229_540]);
}

/// An index from the data that one case reads and another does not, though an earlier reading of the loop had it.
#[test]
fn programs_with_indices_from_data_in_cases_agree() {
    all_agree(&[7_486_218]);
}

/// Under a condition on an index from the data it is the index that the condition is on.
#[test]
fn conditions_on_indices_from_data_are_known() {
    let text = "mod m {
        use nalgebra::DVector;
        pub struct Data { pub order: Vec<usize> }
        pub fn f(x: &DVector<f64>, y: f64, data: &Data) -> f64 { 0.5 * x.norm_squared() }
        pub fn g(x: &DVector<f64>, y: f64, data: &Data) -> f64 {
            if data.order[0] >= 2 && data.order[0] < x.len() { x[data.order[0] - 2] } else { y }
        }
    }";
    assert_eq!(read(text).map(|_| ()), Ok(()));
}

/// Recursions beside each other, of which one knows nothing of the other's slots.
#[test]
fn programs_with_recursions_beside_each_other_end() {
    all_agree(&[7_703_685, 8_147_358]);
}

/// The factors of `v *= v[3]` double with each step.
#[test]
fn powers_of_powers_end() {
    all_agree(&[7_037_187]);
}

/// The logarithm of an empty sum, in an arm that an index from the data does not take and as a factor of an empty sum.
#[test]
fn logarithms_of_empty_sums_agree() {
    all_agree(&[3_153_824, 7_751_649, 7_978_283]);
}

/// A softmax of no entries by hand, in a `max` that drops what is no number, is not compared; the same at other sizes is.
#[test]
fn quotients_of_no_entries_are_not_compared() {
    let seed = 40_089_584;
    let Outcome::Refused(reason) = check(&generate::program(seed), seed) else { panic!("seed {seed} is compared") };
    assert!(reason.contains("empty"), "{reason}");
}

/// A quotient of a length that is no length, `(2 - n) / 3` steps at n = 5, is 0.
#[test]
fn quotients_of_lengths_below_0_agree() {
    all_agree(&[9_509_874, 9_690_354]);
}

/// A vector whose type is a matrix of one column, as the diagonal of a matrix.
#[test]
fn matrices_of_one_column_are_vectors() {
    all_agree(&[9_553_269]);
}

/// A recursion that overflows in an arm that is not taken.
#[test]
fn recursions_in_arms_agree() {
    all_agree(&[9_677_420]);
}

/// A logarithm in an arm has a form that does not overflow, safe or not.
#[test]
fn logarithms_in_arms_agree() {
    all_agree(&[5_033_450, 7_716_442, 7_753_198, 8_036_360]);
}

/// The smallest of no items in a part of a chain, which is infinite, not 0.
#[test]
fn extremes_of_no_items_agree() {
    all_agree(&[20_002_413]);
}

/// An axis for the steps of a recursion beside another one, which has no such axis.
#[test]
fn axes_of_other_recursions_agree() {
    let seed = 20_011_962;
    assert!(!matches!(check(&generate::program(seed), seed), Outcome::Wrong { .. }), "seed {seed}");
}

/// A `break` in a step that a filter on an index from the data does not pass.
#[test]
fn breaks_behind_filters_agree() {
    all_agree(&[20_102_582]);
}

/// Conditions that read those of the steps before, each several times, and ranges whose ends each differ by case.
#[test]
fn conditions_of_many_steps_end() {
    assert!(matches!(check(&generate::program(20_310_603), 20_310_603), Outcome::Refused(_)));
    all_agree(&[20_012_623, 20_014_260, 20_014_466, 20_101_803]);
}

/// A loop over `3..n` pushes nothing where n is 2: such sizes are refused when the problem is made.
#[test]
fn lists_that_grow_over_no_steps_ask_for_sizes() {
    let seed = 20_102_547;
    assert!(matches!(check(&generate::program(seed), seed), Outcome::Refused(_)));
}

/// `take(i.min(3)).zip((0..=i).skip(2))` at i = 3 has two items, and not the three that it has at most.
#[test]
fn lengths_of_most_sizes_are_asked_for() {
    let seed = 50_298_418;
    assert!(!matches!(check(&generate::program(seed), seed), Outcome::Wrong { .. }), "seed {seed}");
}

/// The largest of no items where an index from the data says that there are none: infinite, and not read.
#[test]
fn extremes_of_ranges_from_data_agree() {
    all_agree(&[20_311_051, 20_311_691]);
}

fn all_agree(seeds: &[u64]) {
    for seed in seeds {
        assert_eq!(check(&generate::program(*seed), *seed), Outcome::Agrees, "seed {seed}");
    }
}

/// Of sums with two forms that read others with two forms, each is written once: in every branch it was all memory.
#[test]
fn choices_in_choices_end() {
    assert_eq!(check(&generate::program(3_024_104), 3_024_104), Outcome::Agrees);
}

/// A row of a sparse matrix whose number differs by case has no value, also where items of it are only counted.
#[test]
fn what_has_no_value_is_refused() {
    let text = "mod m {
        use nalgebra::DVector;
        use nalgebra_sparse::CsrMatrix;
        pub struct Data { pub sp: CsrMatrix<f64> }
        pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
            (0..y.len()).map(|_| data.sp.row(x.len().max(2)).values().iter().sum::<f64>()).fold(0.5, |_, _| 1.0) * x[0]
        }
        pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 { x.sum() }
    }";
    assert!(read(text).is_err_and(|reason| reason.contains("uses a combination of words that is not accepted")));
}

/// Items without a value beside others: a loop over them is not one over the others.
#[test]
fn items_without_a_value_are_refused() {
    for seed in [8_296_188, 8_427_927] {
        assert!(matches!(check(&generate::program(seed), seed), Outcome::Refused(_)), "seed {seed}");
    }
}

/// A range that differs by a condition on values, in steps that such a condition ends: `if (i..0).count() > 2` was taken.
#[test]
fn conditions_that_differ_by_values_agree() {
    all_agree(&[20_011_497]);
}

/// Failures that are made small and shown.
const MOST_SHOWN: usize = 8;

/// Programs whose time is shown.
const MOST_SLOW: usize = 4;

/// A softmax of entries that are alike, whose squares overflow where the exponentials do not cancel.
#[test]
fn softmaxes_of_what_is_alike_agree() {
    all_agree(&[50_022_471]);
}

/// The smallest of no items behind an index that is the remainder of one from the data, or of a place that is not found.
#[test]
fn extremes_of_no_items_behind_remainders_agree() {
    all_agree(&[50_354_616, 50_392_097]);
}

/// A sigmoid by hand in an arm, whose exponential overflows.
#[test]
fn sigmoids_in_arms_agree() {
    all_agree(&[50_419_556]);
}

/// What a loop inside of two others sets was read anew without end.
#[test]
fn steps_that_two_loops_need_end() {
    let seed = 50_455_339;
    assert!(matches!(check(&generate::program(seed), seed), Outcome::Refused(_) | Outcome::Agrees), "seed {seed}");
}

/// A loop over a range that begins at an integer which a value decides was done once.
#[test]
fn loops_over_what_is_not_read_are_refused() {
    for seed in [50_676_555, 50_716_028] {
        assert!(!matches!(check(&generate::program(seed), seed), Outcome::Wrong { .. }), "seed {seed}");
    }
    let text = "mod m {
        use nalgebra::DVector;
        pub fn f(x: &DVector<f64>, y: f64) -> f64 { 0.5 * x.norm_squared() * y.exp() }
        pub fn g(x: &DVector<f64>, y: f64) -> f64 {
            let first = if y > 0.5 { 1_usize } else { 0 };
            let mut sum = x[0];
            for _ in first..3 { sum += 1.0; }
            sum
        }
    }";
    assert!(read(text).is_err_and(|reason| reason.contains("`first..3`")));
}

/// A softmax of which one entry is all but 1: what is left of its derivatives is rounding.
#[test]
fn softmaxes_of_one_entry_agree() {
    all_agree(&[50_767_271]);
}
