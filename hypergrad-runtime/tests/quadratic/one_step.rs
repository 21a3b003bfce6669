//! One step of the interior-point method, differentiated: right up to the complementarity of its
//! start, and wrong by `1 - t` for a step of length t.

use hypergrad_runtime::quadratic::InteriorPoint;

use crate::zoo::{apart, classes, direction, known};

#[test]
fn the_error_falls_with_the_barrier() {
    for sizes in classes().into_iter().filter(|sizes| sizes.m > 0) {
        let drawn = known(sizes, 21);
        let along = direction(&drawn.program, 2);
        let errors: Vec<f64> = [1e-2, 1e-4, 1e-6, 1e-10]
            .iter()
            .map(|&tolerance| {
                let found = drawn.program.solve(&InteriorPoint::new().tolerance(tolerance)).expect("solves");
                let exact = drawn.program.derivative(&found).expect("regular").forward(&along).expect("fits");
                let step = drawn.program.one_step(&found).expect("regular").forward(&along).expect("fits");
                apart(&exact, &step) / (1.0 + exact.x.amax())
            })
            .collect();
        assert!(errors[3] < 1e-6, "{sizes:?}: {errors:?}");
        assert!(errors[3] < 0.1 * errors[0] || errors[0] < 1e-9, "{sizes:?}: {errors:?}");
    }
}
