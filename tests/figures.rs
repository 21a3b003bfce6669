//! The examples `ye_figures` and `super_efficient`, reduced: numbers of the paper's script, and slopes.

#[path = "../examples/shared/cars.rs"]
#[allow(dead_code, reason = "the names of the features are for the examples")]
mod cars;
#[path = "../examples/ye_figures/data.rs"]
mod data;
#[path = "../examples/ye_figures/experiment.rs"]
mod experiment;
#[path = "../examples/ye_figures/figure.rs"]
#[allow(dead_code, reason = "titles are for the examples")]
mod figure;
#[path = "../examples/ye_figures/method.rs"]
#[allow(dead_code, reason = "names are for the examples")]
mod method;
#[path = "../examples/ye_figures/options.rs"]
mod options;
#[path = "../examples/shared/pictures.rs"]
#[allow(dead_code, reason = "folders are for the examples")]
mod pictures;
#[path = "../examples/ye_figures/problem.rs"]
mod problem;
#[path = "../examples/ye_figures/quartiles.rs"]
mod quartiles;
#[path = "../examples/ye_figures/random.rs"]
mod random;

#[path = "../examples/shared/table.rs"]
#[allow(dead_code, reason = "its numbers alone are compared")]
mod table;

#[path = "../examples/super_efficient/map.rs"]
mod map;
#[path = "../examples/super_efficient/measure.rs"]
mod measure;
#[path = "../examples/super_efficient/one_dimension.rs"]
mod one_dimension;
#[path = "../examples/super_efficient/series.rs"]
mod series;

use figure::{FIGURES, Figure, Setting, Source};
use method::Method;
use nalgebra::{DVector, dvector};
use one_dimension::{curve, line};
use random::Random;

/// What the pages show.
const YE: &str = include_str!("../docs/ye_figures.md");
const SUPER: &str = include_str!("../docs/super_efficient.md");

#[allow(clippy::unwrap_used, reason = "a test's helper")]
fn named(name: &str) -> &'static Figure {
    FIGURES.iter().find(|figure| figure.name == name).unwrap()
}

#[allow(clippy::unwrap_used, reason = "a test's helper")]
fn source(setting: Setting) -> Source {
    Source::new(setting, &data::cars().unwrap(), &data::generated())
}

/// MT19937 as published (also in the C++ standard, 29.5.6), and `numpy.random.RandomState(0)`.
#[test]
fn random_numbers_are_those_of_the_script() {
    let mut random = Random::new(5489);
    let bits: Vec<u32> = (0..10_000).map(|_| random.bits()).collect();
    assert_eq!((bits[0], bits[9999]), (3_499_211_612, 4_123_659_995));
    assert_eq!(Random::new(0).uniform(), 0.548_813_503_927_324_8);
    let normals = Random::new(0).normals(3);
    let expected = dvector![1.764_052_345_967_664, 0.400_157_208_367_223_3, 0.978_737_984_105_739_2];
    // Logarithm and square root may differ by a rounding.
    assert!((normals - expected).amax() < 1e-15);
}

/// The medians of `C_y` over the seeds 0 to 9, to three digits: of those the last is rounded, by 1/200 at most.
#[test]
fn efficiencies_of_ridge_are_those_of_the_script() {
    let source = source(Setting::Script);
    assert_eq!(source.rows()[0], 297);
    for (name, expected) in [("1a", [1.60, 0.151, 0.255, 0.151]), ("2b", [25.3, 2.27, 16.5, 15.7])] {
        let found = named(name).efficiency(&source, 10).unwrap();
        for (k, expected) in expected.into_iter().enumerate() {
            let median = found[k][1];
            assert!((median / expected - 1.0).abs() < 5e-3, "Fig. {name}, {:?}: {median}, not {expected}", Method::ALL[k]);
        }
        // Rounding, relative to the constant of plain Ω.
        assert!(found[4][2] < 1e-13 * found[0][1]);
    }
}

/// The rows of a page that begin with these cells: what follows them.
fn rows(page: &str, first: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    page.lines().filter_map(|line| line.strip_prefix(first)).map(cells).collect()
}

/// The medians for ridge on the page about the figures; with the paper's sums the rows of 1a and 1b are the last.
#[test]
fn the_page_shows_these_efficiencies() {
    for (setting, name, first) in [
        (Setting::Script, "1a", "| 1a | here "),
        (Setting::Script, "1b", "| 1b, 2b | here "),
        (Setting::Paper, "1a", "| 1a "),
        (Setting::Paper, "1b", "| 1b, 2b "),
    ] {
        let found = named(name).efficiency(&source(setting), 10).unwrap();
        let shown: Vec<String> = found.iter().map(|quartiles| table::number(quartiles[1])).collect();
        assert_eq!(rows(YE, first).last(), Some(&shown), "{setting:?}, Fig. {name}");
    }
}

#[test]
fn the_command_line_is_read() {
    let read = |line: &str| options::Options::read(line.split_whitespace().map(str::to_owned));
    let found = read("--data a --setting paper --pictures b").unwrap();
    assert_eq!((found.data, found.settings, found.pictures), (Some("a".into()), vec![Setting::Paper], "b".into()));
    assert_eq!(read("").unwrap().settings.len(), 2);
    for wrong in ["--data", "--setting both", "paper script"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

/// `|estimate - ∇h| <= C_y |x - x*|` up to second order, for each draw and so for the quartiles; and of
/// second order for Newton's preconditioner.
#[test]
fn errors_of_logistic_regression_are_bounded_by_the_efficiency() {
    for setting in [Setting::Script, Setting::Paper] {
        let numbers = named("3b").numbers(&source(setting), 2, || ()).unwrap();
        let (distance, last) = (numbers.abscissae[50], |k: usize| numbers.bands[k][50]);
        assert!((distance.log10() + 3.5).abs() < 1e-12);
        for (k, method) in Method::ALL.into_iter().enumerate() {
            assert!(numbers.bands[k].iter().flatten().all(|error| error.is_finite()));
            let bound = numbers.efficiency[k].map(|c| 1.1 * c * distance);
            if method != Method::NewtonPreconditioner {
                let holds = last(k).iter().zip(bound).all(|(error, bound)| *error <= bound);
                assert!(holds, "{setting:?}, {method:?}: {:?}, {bound:?}", last(k));
            }
        }
        let slope = (numbers.median_at(4, 1e-2) / numbers.median_at(4, 1e-3)).log10();
        assert!((slope - 2.0).abs() < 0.2, "{setting:?}: {slope}");
        assert!(last(4)[1] < last(1)[1] && last(1)[1] < last(0)[1], "P_Newton, P_diag, plain Ω");
    }
}

/// `C_y` against y: all of it finite, Newton's 0 to rounding.
#[test]
fn efficiency_over_y() {
    let numbers = named("2b").numbers(&source(Setting::Paper), 2, || ()).unwrap();
    assert!(numbers.bands.iter().flatten().flatten().all(|c| c.is_finite()));
    let newton = numbers.bands[4].iter().map(|band| band[2]).fold(0.0, f64::max);
    assert!(newton < 1e-10, "{newton}");
    assert!(numbers.median_at(1, 9.0) < numbers.median_at(1, 4.5), "a strong penalty makes F_1 diagonal");
}

/// Fig. 2a: `P_diag` does harm, `φ_exp` is super-efficient, and its error after many steps shows it.
#[test]
fn the_exponential_map_wins_where_the_preconditioner_is_poor() {
    for setting in [Setting::Script, Setting::Paper] {
        let numbers = named("2a").numbers(&source(setting), 2, || ()).unwrap();
        let [vanilla, diagonal, exp] = [0, 1, 2].map(|k: usize| numbers.efficiency[k][1]);
        assert!(diagonal > 1.5 * vanilla && exp < 1e-11 * vanilla, "{setting:?}: {vanilla} {diagonal} {exp}");
        assert!(numbers.median_at(2, 1e3) < 1e-2 * numbers.median_at(1, 1e3), "{setting:?}");
    }
}

#[test]
fn features_are_scaled_like_those_of_libsvm() {
    let cars = data::cars().unwrap();
    let scaled = data::Scale::of(&cars).apply(&cars).features;
    for column in scaled.column_iter() {
        assert_eq!((column.min(), column.max()), (-1.0, 1.0));
    }
    // The first line of LIBSVM's `mpg_scale`, of six digits.
    let first = dvector![1.0, 0.235_142, -0.086_956_5, 0.072_299_4, -0.523_81, -1.0, -1.0];
    assert!((scaled.row(0).transpose() - first).amax() < 1e-6);
}

#[test]
fn libsvm_files_leave_out_zeros() {
    let rows = data::libsvm("1 1:0.5 3:-2\n0 2:1e1 \n".as_bytes()).unwrap();
    assert_eq!(rows.labels, dvector![1.0, 0.0]);
    assert_eq!(rows.features, nalgebra::dmatrix![0.5, 0.0, -2.0; 0.0, 10.0, 0.0]);
    for wrong in ["1 0:3", "1 2", "x 1:2", "1 1:z"] {
        assert!(data::libsvm(wrong.as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn liver_disorders_are_read_from_a_directory() {
    let directory = std::env::temp_dir().join("hypergrad-figures");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("liver-disorders"), "0 1:3 2:1\n1 1:5 2:2\n").unwrap();
    std::fs::write(directory.join("liver-disorders.t.txt"), "1 1:4 2:2\n").unwrap();
    let parts = data::liver(&directory).unwrap();
    assert_eq!((&parts.training.labels, &parts.test.labels), (&dvector![-1.0, 1.0], &dvector![1.0]));
    assert_eq!(data::Scale::of(&parts.training).apply(&parts.test).features, nalgebra::dmatrix![0.0, 1.0]);
    assert!(data::liver(&directory.join("nowhere")).is_err());
}

#[test]
fn quartiles_lie_between_neighbours() {
    assert_eq!(quartiles::quartiles(vec![4.0, 1.0, 3.0, 2.0]), [1.75, 2.5, 3.25]);
    assert_eq!(quartiles::quartiles(vec![7.0]), [7.0; 3]);
}

#[test]
fn a_point_of_the_way_has_the_wanted_length() {
    let (a, b) = (dvector![3.0, 4.0], dvector![0.5, -0.5]);
    for length in [0.8, 2.0, 4.9] {
        let found = experiment::between(&a, &b, length);
        assert!((found.norm() - length).abs() < 1e-14);
        let t = (&found - &b).dot(&(&a - &b)) / (&a - &b).norm_squared();
        assert!((0.0..=1.0).contains(&t) && (found - (&b + (&a - &b) * t)).norm() < 1e-15 * 10.0);
    }
}

/// On `[-2, 3]`, against the exponential function and its integral: rounding grows with the terms.
#[test]
fn series_interpolate_and_integrate() {
    let series = series::Series::interpolate(-2.0, 3.0, 30, |x: f64| Ok::<_, ()>(x.exp())).unwrap();
    assert!(series.tail() < 1e-14);
    let integral = series.integral();
    for x in [-2.0, -0.3, 0.5, 1.9, 3.0] {
        assert!((series.value(x) - f64::exp(x)).abs() < 30.0 * 3.0_f64.exp() * f64::EPSILON);
        assert!((integral.value(x) - (f64::exp(x) - 0.5_f64.exp())).abs() < 60.0 * 3.0_f64.exp() * f64::EPSILON);
    }
}

/// `C_y = |dp*/dy| |phi_1 F_1|` with `p* = v* / phi_1` along the roots, by differences: for the map that
/// is built `p* = 1`, and for the identity and for `e^z` it is not constant.
#[test]
fn efficiency_in_one_dimension_is_the_change_of_the_adjoint() {
    let plain = map::identity();
    let problem = curve::Problem::new(&plain).unwrap();
    let y = 0.3;
    let adjoint = |y: f64| {
        let x = measure::root(&problem, y).unwrap();
        let at = problem.at(&x, &y).unwrap();
        (x, at.g_1() / at.F_1()[(0, 0)])
    };
    let difference = |p: &dyn Fn(f64) -> f64| (8.0 * (p(y + 1e-3) - p(y - 1e-3)) - (p(y + 2e-3) - p(y - 2e-3))) / 12e-3;
    let root = adjoint(y).0;
    let f_1 = problem.at(&root, &y).unwrap().F_1()[(0, 0)];
    let found = measure::constants(&problem, y).unwrap();
    let expected = (difference(&|y| adjoint(y).1) * f_1).abs();
    // The difference formula: steps of 1e-3 to the fourth power, rounding over 1e-3.
    assert!((found.plain - expected).abs() < 1e-10 && (found.changed - expected).abs() < 1e-10);
    let expected = (difference(&|y| adjoint(y).1 / adjoint(y).0) * root * f_1).abs();
    assert!((found.exp - expected).abs() < 1e-10);
}

/// Slope 2 where plain Ω has slope 1, at several y.
#[test]
fn the_map_that_is_built_is_super_efficient() {
    let (data, tail) = map::super_efficient(0.35, 1.3).unwrap();
    assert!(tail < 1e-13, "{tail}");
    let problem = curve::Problem::new(&data).unwrap();
    for y in [-0.3, 0.4, 0.7] {
        let found = measure::constants(&problem, y).unwrap();
        assert!(found.changed < 1e-9 && found.plain > 0.1, "{y}: {} beside {}", found.changed, found.plain);
        let errors = measure::errors(&problem, y, &[1e-2, 1e-3, 1e-4]).unwrap();
        for pair in errors.windows(2) {
            let slope = |error: fn(&measure::Errors) -> f64| (error(&pair[0]) / error(&pair[1])).log10();
            assert!((slope(|e| e.inner) - 1.0).abs() < 1e-12);
            let (plain, changed) = (slope(|e| e.plain), slope(|e| e.changed));
            assert!((plain - 1.0).abs() < 0.05 && (changed - 2.0).abs() < 0.05, "{y}: {plain}, {changed}");
        }
    }
}

/// The errors on the page about the map, to three digits.
#[test]
fn the_page_shows_these_errors() {
    let (data, _) = map::super_efficient(0.35, 1.3).unwrap();
    let problem = curve::Problem::new(&data).unwrap();
    let shown = rows(SUPER, "| 1e-");
    assert_eq!(shown.len(), 5);
    for (k, row) in (1..).zip(&shown) {
        let found = &measure::errors(&problem, 0.3, &[10.0_f64.powi(-k)]).unwrap()[0];
        let digits = |value: f64| format!("{value:.2e}");
        assert_eq!(row[..], [k.to_string(), digits(found.plain), digits(found.changed)]);
    }
}

/// Proposition 8: `phi = e^z` for `F = e^y x + b` is super-efficient where b does not depend on y. Where
/// `b = -1.3 + shift y` it is not: `p* = v* / x* = -2 / b`, and `phi_1 F_1 = -b`, so that `C_y = |2 shift / b|`.
#[test]
fn the_exponential_map_needs_a_constant_term() {
    let y = 0.6;
    for shift in [0.0, 0.5] {
        let problem = line::Problem::new(line::Data { shift }).unwrap();
        let found = measure::constants(&problem, y).unwrap();
        let expected = 2.0 * shift / (1.3 - shift * y);
        assert!((found.changed - expected).abs() < 1e-12 && (found.exp - expected).abs() < 1e-12);
        assert!((found.plain - 2.0).abs() < 1e-12, "v* = 2 e^-y: C_y = 2");
    }
}

/// A root outside of the interval of the table is refused, not extrapolated.
#[test]
fn the_table_ends() {
    let (data, _) = map::super_efficient(0.6, 1.1).unwrap();
    let problem = curve::Problem::new(&data).unwrap();
    assert!(measure::constants(&problem, 0.9).is_err());
    assert_eq!(DVector::from_vec(vec![data.series.len()]), dvector![data.inverse.len() - 1]);
}
