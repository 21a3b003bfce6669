//! The rows of a comparison that iterate: approximate implicit and iterative differentiation.
//!
//! Their estimates at a root are off by what so many steps leave; a row has that too.

use super::compare::{Compare, Cost};
use super::{Aid, Estimator, OneStep, Piggyback, Truncated, Unrolled, hypergradient_report};
use crate::problem::Bilevel;
use crate::solver::{GradientDescent, Newton, Step};

/// Steps of the iterations.
const STEPS: usize = 20;
/// Steps after which a piggyback run is given up.
const MOST: usize = 2000;
/// Steps of all directions of x that the `C_y` of a run may take: six products each.
const MOST_FOR_EFFICIENCY: usize = 1 << 12;

impl<P: Bilevel> Compare<'_, P> {
    /// The built-in estimators that iterate, with 20 steps each. Those that push `dx/dy` forward are left out where
    /// it is large.
    pub(super) fn iterative(self) -> Self {
        let n = self.problem.dims(&self.root).0;
        let products = STEPS + 1;
        let cost = |products, vectors: usize| Cost { products, memory: vectors * n, ..Cost::default() };
        let table = if P::STRUCTURE.f1_symmetric {
            self.add_biased(&Aid::conjugate_gradient(STEPS), "cg 20", cost(products, 4))
        } else {
            self.add_biased(&Aid::gmres(STEPS), "gmres 20", cost(products, STEPS.min(n) + 4))
        };
        let table = table.descending();
        // F for the step; F again, F_2ᵀ, two of M_11, two of M_21 for its derivative.
        let newton = Cost { factorisations: 1, solves: 3, products: 7, memory: table.entries };
        table.add_biased(&OneStep::new(Newton::new()), "newton", newton)
    }

    /// A run of so many steps.
    fn add_run<E: Estimator<P>>(mut self, estimator: &E, settings: &str, steps: usize, cost: Cost) -> Self {
        let n = self.problem.dims(&self.root).0;
        self.wants_efficiency = steps.saturating_mul(n) <= MOST_FOR_EFFICIENCY;
        let mut table = self.add_biased(estimator, settings, cost);
        table.wants_efficiency = true;
        table
    }

    /// Through steps of gradient descent of length `1/L`, L by a power iteration at the root.
    fn descending(mut self) -> Self {
        let (n, m) = self.problem.dims(&self.root);
        let auto = GradientDescent::auto();
        let Ok(mut state) = auto.state(self.problem, &self.root) else { return self };
        if auto.begin(self.problem, &mut self.root, &mut state).is_err() {
            return self;
        }
        let map = GradientDescent::new(state.length());
        // A step: F, and of its derivative F_1ᵀ and F_2ᵀ, or F_1 and F_2 for each entry of y.
        let reverse = Cost { products: 3 * STEPS, memory: STEPS * n, ..Cost::default() };
        let forward = |steps: usize| Cost { products: steps * (1 + 2 * m), memory: n * m, ..Cost::default() };
        let mut table = self.add_run(&Unrolled::reverse(map, STEPS), "descent 20", STEPS, reverse);
        if table.is_small() {
            table = table.add_run(&Unrolled::forward(map, STEPS), "forward, descent 20", STEPS, forward(STEPS));
            let piggyback = Piggyback::new(map).max_steps(MOST);
            let report = hypergradient_report(table.problem, &mut table.root, &piggyback);
            let steps = report.map_or(MOST, |report| report.linear_iterations);
            table = table.add_run(&piggyback, "piggyback, descent", steps, forward(steps));
        }
        table.add_run(&Truncated::new(map, STEPS), "descent 20", STEPS, reverse).add_biased(
            &OneStep::new(map),
            "descent",
            Cost { products: 3, memory: n, ..Cost::default() },
        )
    }
}
