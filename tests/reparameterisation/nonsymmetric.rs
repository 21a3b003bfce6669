//! A comparison of every estimator on a nonsymmetric root, as docs/estimators.md shows it.

use hypergrad::estimator::*;
use hypergrad::structure::EstimatorKind;
use nalgebra::SVector;

use crate::golden::{NONSYMMETRIC as TABLE, values};
use crate::problems::root;

#[test]
fn a_comparison_has_every_estimator_and_the_bounds_hold() {
    let x = |name| SVector::<f64, 4>::from_column_slice(values(TABLE, name));
    let (star, hat, y) = (x("x_star"), x("x_hat"), SVector::<f64, 3>::from_column_slice(values(TABLE, "y")));
    let problem = root::problem();
    let table = problem.compare_at(&star, &y, &hat).unwrap();
    // Shown by `--nocapture`; in docs/estimators.md.
    println!("{table}");
    assert_eq!(table.rows.len(), 17);
    assert!(table.rows.iter().all(|row| matches!(row.error, Some(Ok(e)) if e < 0.05)), "{table}");
    assert!(table.rows.iter().all(|row| row.efficiency.is_ok()), "{table}");
    assert!(table.proposition_3.unwrap().holds());
    // Five changes of variables, two preconditioners; both sides agree with the constants above.
    assert_eq!(table.pairs.len(), 10);
    let constant = |kind| table.rows.iter().find(|row| row.kind == kind).unwrap().efficiency.unwrap();
    for pair in &table.pairs {
        let difference = constant(pair.changed).powi(2) - constant(pair.preconditioned).powi(2);
        let (bounds, slack) = (pair.proposition_13, 1e-12);
        assert!((bounds.difference - difference).abs() < slack, "{pair}");
        assert!(bounds.lower <= difference + slack && difference <= bounds.upper + slack, "{pair}");
        assert!(pair.proposition_14.left <= difference + slack, "{pair}");
        assert_eq!(pair.proposition_15.is_none(), pair.changed == EstimatorKind::Reparameterized);
        assert!(pair.proposition_15.is_none_or(|bound| bound.left <= slack - difference), "{pair}");
    }
    let (change, own) = (Reparameterized::new(), Preconditioned::custom());
    let both = proposition_13(&problem, &star, &y, &change, &own).unwrap();
    let slack = 1e-12;
    assert!(both.lower <= both.difference + slack && both.difference <= both.upper + slack, "{both:?}");
    assert!(proposition_14(&problem, &star, &y, &change, &own).unwrap().holds());
    assert!(proposition_15(&problem, &star, &y, &Localized::custom(), &own).unwrap().holds());
}
