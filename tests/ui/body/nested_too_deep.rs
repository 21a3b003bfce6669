//! More functions inside of one another than are differentiated.

#[hypergrad::bilevel]
pub mod chain {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let t0 = x.clone();
        let t1 = (&t0 * 0.9 + y).map(f64::sin);
        let t2 = (&t1 * 0.9 + y).map(f64::sin);
        let t3 = (&t2 * 0.9 + y).map(f64::sin);
        let t4 = (&t3 * 0.9 + y).map(f64::sin);
        let t5 = (&t4 * 0.9 + y).map(f64::sin);
        let t6 = (&t5 * 0.9 + y).map(f64::sin);
        let t7 = (&t6 * 0.9 + y).map(f64::sin);
        let t8 = (&t7 * 0.9 + y).map(f64::sin);
        let t9 = (&t8 * 0.9 + y).map(f64::sin);
        let t10 = (&t9 * 0.9 + y).map(f64::sin);
        let t11 = (&t10 * 0.9 + y).map(f64::sin);
        let t12 = (&t11 * 0.9 + y).map(f64::sin);
        let t13 = (&t12 * 0.9 + y).map(f64::sin);
        let t14 = (&t13 * 0.9 + y).map(f64::sin);
        let t15 = (&t14 * 0.9 + y).map(f64::sin);
        let t16 = (&t15 * 0.9 + y).map(f64::sin);
        let t17 = (&t16 * 0.9 + y).map(f64::sin);
        let t18 = (&t17 * 0.9 + y).map(f64::sin);
        let t19 = (&t18 * 0.9 + y).map(f64::sin);
        let t20 = (&t19 * 0.9 + y).map(f64::sin);
        let t21 = (&t20 * 0.9 + y).map(f64::sin);
        let t22 = (&t21 * 0.9 + y).map(f64::sin);
        let t23 = (&t22 * 0.9 + y).map(f64::sin);
        let t24 = (&t23 * 0.9 + y).map(f64::sin);
        let t25 = (&t24 * 0.9 + y).map(f64::sin);
        let t26 = (&t25 * 0.9 + y).map(f64::sin);
        let t27 = (&t26 * 0.9 + y).map(f64::sin);
        let t28 = (&t27 * 0.9 + y).map(f64::sin);
        let t29 = (&t28 * 0.9 + y).map(f64::sin);
        let t30 = (&t29 * 0.9 + y).map(f64::sin);
        let t31 = (&t30 * 0.9 + y).map(f64::sin);
        let t32 = (&t31 * 0.9 + y).map(f64::sin);
        let t33 = (&t32 * 0.9 + y).map(f64::sin);
        let t34 = (&t33 * 0.9 + y).map(f64::sin);
        let t35 = (&t34 * 0.9 + y).map(f64::sin);
        let t36 = (&t35 * 0.9 + y).map(f64::sin);
        let t37 = (&t36 * 0.9 + y).map(f64::sin);
        let t38 = (&t37 * 0.9 + y).map(f64::sin);
        let t39 = (&t38 * 0.9 + y).map(f64::sin);
        let t40 = (&t39 * 0.9 + y).map(f64::sin);
        let t41 = (&t40 * 0.9 + y).map(f64::sin);
        let t42 = (&t41 * 0.9 + y).map(f64::sin);
        let t43 = (&t42 * 0.9 + y).map(f64::sin);
        let t44 = (&t43 * 0.9 + y).map(f64::sin);
        let t45 = (&t44 * 0.9 + y).map(f64::sin);
        let t46 = (&t45 * 0.9 + y).map(f64::sin);
        let t47 = (&t46 * 0.9 + y).map(f64::sin);
        let t48 = (&t47 * 0.9 + y).map(f64::sin);
        let t49 = (&t48 * 0.9 + y).map(f64::sin);
        let t50 = (&t49 * 0.9 + y).map(f64::sin);
        let t51 = (&t50 * 0.9 + y).map(f64::sin);
        let t52 = (&t51 * 0.9 + y).map(f64::sin);
        let t53 = (&t52 * 0.9 + y).map(f64::sin);
        let t54 = (&t53 * 0.9 + y).map(f64::sin);
        let t55 = (&t54 * 0.9 + y).map(f64::sin);
        let t56 = (&t55 * 0.9 + y).map(f64::sin);
        let t57 = (&t56 * 0.9 + y).map(f64::sin);
        let t58 = (&t57 * 0.9 + y).map(f64::sin);
        let t59 = (&t58 * 0.9 + y).map(f64::sin);
        let t60 = (&t59 * 0.9 + y).map(f64::sin);
        let t61 = (&t60 * 0.9 + y).map(f64::sin);
        let t62 = (&t61 * 0.9 + y).map(f64::sin);
        let t63 = (&t62 * 0.9 + y).map(f64::sin);
        let t64 = (&t63 * 0.9 + y).map(f64::sin);
        let t65 = (&t64 * 0.9 + y).map(f64::sin);
        let t66 = (&t65 * 0.9 + y).map(f64::sin);
        let t67 = (&t66 * 0.9 + y).map(f64::sin);
        let t68 = (&t67 * 0.9 + y).map(f64::sin);
        let t69 = (&t68 * 0.9 + y).map(f64::sin);
        let t70 = (&t69 * 0.9 + y).map(f64::sin);
        (&t70 - y).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
