fn sizes(
    &self,
    x: &::hypergrad::nalgebra::DVector<::core::primitive::f64>,
    y: &::hypergrad::nalgebra::DVector<::core::primitive::f64>,
) -> hg::core::result::Result<[usize; 2usize], hg::ShapeError> {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let data = self.data();
    let s6: usize = y.len();
    let s7: usize = x.len();
    if s6 != s1 {
        return hg::core::result::Result::Err(hg::ShapeError::Mismatch {
            left: "y.len()",
            left_size: s6,
            right: "data.a_tr.ncols()",
            right_size: s1,
            place: "f: y.map(f64::exp).dot(&x.component_mul(x))",
        });
    }
    if s7 != s1 {
        return hg::core::result::Result::Err(hg::ShapeError::Mismatch {
            left: "x.len()",
            left_size: s7,
            right: "data.a_tr.ncols()",
            right_size: s1,
            place: "f: &data.a_tr * x",
        });
    }
    hg::core::result::Result::Ok([s6, s7])
}
fn ready_y(&self, w: &mut Work) {
    self.ready1(w);
}
fn table4(&self) -> hg::Vec<f64> {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let mut table = hg::zeros(s1 * s1);
    {
        let out = &mut table[..];
        {
            let b4 = &mut *out;
            b4[0usize..][..s1 * s1].fill(0f64);
        }
        {
            let a0 = self.data().a_tr.as_slice();
            let b4 = &mut *out;
            hg::kernels::gram((1f64), &a0[..s0 * s1], s0, s1, &mut b4[..s1 * s1]);
        }
    }
    table
}
fn b4(&self) -> &[f64] {
    self.b4.get_or_init(|| self.table4())
}
fn table5(&self) -> hg::Vec<f64> {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let mut table = hg::zeros(s1);
    {
        let out = &mut table[..];
        {
            let b5 = &mut *out;
            b5[0usize..][..s1].fill(0f64);
        }
        {
            let a0 = self.data().a_tr.as_slice();
            let b5 = &mut *out;
            for i0 in 0..s1 {
                let t0 = {
                    if s0 == 0 {
                        0f64
                    } else {
                        let p0 = &a0[s0 * i0..][..s0];
                        hg::kernels::sum_windows([p0], |[p0]| (p0 * p0))
                    }
                };
                b5[i0] += (t0);
            }
        }
    }
    table
}
fn b5(&self) -> &[f64] {
    self.b5.get_or_init(|| self.table5())
}
fn table7(&self) -> hg::Vec<f64> {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let mut table = hg::zeros(s1 * s1);
    {
        let out = &mut table[..];
        {
            let b7 = &mut *out;
            b7[0usize..][..s1 * s1].fill(0f64);
        }
        {
            let a2 = self.data().a_val.as_slice();
            let b7 = &mut *out;
            hg::kernels::gram((1f64), &a2[..s1 * s3], s3, s1, &mut b7[..s1 * s1]);
        }
    }
    table
}
fn b7(&self) -> &[f64] {
    self.b7.get_or_init(|| self.table7())
}
fn table17(&self) -> hg::Vec<f64> {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let mut table = hg::zeros(s1);
    {
        let out = &mut table[..];
        {
            let b17 = &mut *out;
            b17[0usize..][..s1].fill(0f64);
        }
        {
            let a0 = self.data().a_tr.as_slice();
            let a1 = self.data().b_tr.as_slice();
            let b17 = &mut *out;
            hg::kernels::gemv_t(
                (1f64),
                &a0[..s0 * s1],
                s0,
                s1,
                &a1[..s0],
                &mut b17[..s1],
            );
        }
    }
    table
}
fn b17(&self) -> &[f64] {
    self.b17.get_or_init(|| self.table17())
}
fn table18(&self) -> hg::Vec<f64> {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let mut table = hg::zeros(s1);
    {
        let out = &mut table[..];
        {
            let b18 = &mut *out;
            b18[0usize..][..s1].fill(0f64);
        }
        {
            let a2 = self.data().a_val.as_slice();
            let a3 = self.data().b_val.as_slice();
            let b18 = &mut *out;
            hg::kernels::gemv_t(
                (1f64),
                &a2[..s1 * s3],
                s3,
                s1,
                &a3[..s3],
                &mut b18[..s1],
            );
        }
    }
    table
}
fn b18(&self) -> &[f64] {
    self.b18.get_or_init(|| self.table18())
}
fn choice0(&self) -> bool {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    (0.0_f64 + 1f64 * s1 as f64 + 1f64 * s1 as f64 * s1 as f64)
        < (0.0_f64 + 2f64 * s0 as f64 * s1 as f64)
        && (0.0_f64 + 1f64 * s1 as f64 + 1f64 * s1 as f64 * s1 as f64)
            <= hg::HOIST_LIMIT as f64
}
fn choice1(&self) -> bool {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    (0.0_f64 + 1f64 * s1 as f64 * s1 as f64) < (0.0_f64 + 2f64 * s0 as f64 * s1 as f64)
        && (0.0_f64 + 1f64 * s1 as f64 * s1 as f64) <= hg::HOIST_LIMIT as f64
}
fn choice2(&self) -> bool {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    (0.0_f64 + 1f64 * s1 as f64 + 1f64 * s1 as f64 * s1 as f64)
        < (0.0_f64 + 2f64 * s1 as f64 * s3 as f64)
        && (0.0_f64 + 1f64 * s1 as f64 + 1f64 * s1 as f64 * s1 as f64)
            <= hg::HOIST_LIMIT as f64
}
fn choice3(&self) -> bool {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    (0.0_f64 + 1f64 * s1 as f64 * s1 as f64) < (0.0_f64 + 2f64 * s1 as f64 * s3 as f64)
        && (0.0_f64 + 1f64 * s1 as f64 * s1 as f64) <= hg::HOIST_LIMIT as f64
}
fn ready0(&self, w: &mut Work) {
    if w.ready[0usize] & 1u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    w.b0.resize(s0, 0f64);
    {
        let a1 = self.data().b_tr.as_slice();
        hg::kernels::copy_scaled((-1f64), &a1[..s0], &mut w.b0[..s0]);
    }
    {
        let a0 = self.data().a_tr.as_slice();
        hg::kernels::gemv(
            (1f64),
            &a0[..s0 * s1],
            s0,
            s1,
            &hg::Dense::flat(&w.x)[..s1],
            &mut w.b0[..s0],
        );
    }
    w.ready[0usize] |= 1u64;
}
fn ready1(&self, w: &mut Work) {
    if w.ready[0usize] & 2u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    w.b1.resize(s1, 0f64);
    {
        hg::kernels::exp_into(&hg::Dense::flat(&w.y)[..s1], &mut w.b1[..s1]);
    }
    w.ready[0usize] |= 2u64;
}
fn ready2(&self, w: &mut Work) {
    if w.ready[0usize] & 4u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    w.b2.resize(s3, 0f64);
    {
        let a3 = self.data().b_val.as_slice();
        hg::kernels::copy_scaled((-1f64), &a3[..s3], &mut w.b2[..s3]);
    }
    {
        let a2 = self.data().a_val.as_slice();
        hg::kernels::gemv(
            (1f64),
            &a2[..s1 * s3],
            s3,
            s1,
            &hg::Dense::flat(&w.x)[..s1],
            &mut w.b2[..s3],
        );
    }
    w.ready[0usize] |= 4u64;
}
fn start(
    &self,
    x: &::hypergrad::nalgebra::DVector<::core::primitive::f64>,
    y: &::hypergrad::nalgebra::DVector<::core::primitive::f64>,
) -> hg::core::result::Result<Work, hg::ShapeError> {
    let sizes = self.sizes(x, y)?;
    let lengths = (hg::Variable::flat_len(x), hg::Variable::flat_len(y));
    let spare = self
        .spare
        .take(|w| w.sizes() == sizes && hg::Bilevel::dims(self, w) == lengths);
    if let hg::core::option::Option::Some(mut w) = spare {
        w.home = self.spare.home();
        hg::Variable::read(x, hg::Dense::flat_mut(&mut w.x));
        hg::Variable::read(y, hg::Dense::flat_mut(&mut w.y));
        hg::point::check_input("x", hg::Dense::flat(&w.x))?;
        hg::point::check_input("y", hg::Dense::flat(&w.y))?;
        w.forget_y();
        return hg::core::result::Result::Ok(w);
    }
    let (x, y) = (
        hg::point::flat::<::hypergrad::nalgebra::DVector<::core::primitive::f64>>(x),
        hg::point::flat::<::hypergrad::nalgebra::DVector<::core::primitive::f64>>(y),
    );
    hg::point::check_input("x", hg::Dense::flat(&x))?;
    hg::point::check_input("y", hg::Dense::flat(&y))?;
    let mut w = Work::new(x, y, sizes);
    w.home = self.spare.home();
    hg::core::result::Result::Ok(w)
}
fn objective(&self, w: &mut Work) -> hg::core::option::Option<f64> {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    let out = &mut [0f64; 1];
    {
        let out = &mut *out;
        out[0usize..][..1usize].fill(0f64);
    }
    self.ready0(w);
    {
        out[..1usize][0] += (1f64) * hg::kernels::dot(&w.b0[..s0], &w.b0[..s0]);
    }
    self.ready1(w);
    let t0 = {
        if s1 == 0 {
            0f64
        } else {
            let p0 = &hg::Dense::flat(&w.x)[..s1];
            let p1 = &w.b1[..s1];
            hg::kernels::sum_windows([p0, p1], |[p0, p1]| (p0 * p0 * p1))
        }
    };
    {
        let out = &mut *out;
        out[0usize] += (0.5f64 * t0);
    }
    hg::core::option::Option::Some(out[0])
}
fn residual(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    self.ready1(w);
    {
        {
            let p0 = &hg::Dense::flat(&w.x)[..s1];
            let p1 = &w.b1[..s1];
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = ((p0[i0] * p1[i0]));
            }
        }
    }
    if self.choice0() {
        {
            hg::kernels::gemv(
                (2f64),
                &self.b4()[..s1 * s1],
                s1,
                s1,
                &hg::Dense::flat(&w.x)[..s1],
                &mut out[..s1],
            );
        }
        {
            hg::kernels::axpy((-2f64), &self.b17()[..s1], &mut out[..s1]);
        }
    } else {
        self.ready0(w);
        {
            let a0 = self.data().a_tr.as_slice();
            hg::kernels::gemv_t(
                (2f64),
                &a0[..s0 * s1],
                s0,
                s1,
                &w.b0[..s0],
                &mut out[..s1],
            );
        }
    }
}
fn f_1(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    self.ready1(w);
    {
        let b1 = &w.b1[..];
        let b4 = self.b4();
        let out = &mut *out;
        for i1 in 0..s1 {
            if s1 > 0 {
                let p0 = &b4[s1 * i1..][..s1];
                let target = &mut out[s1 * i1..][..s1];
                for i0 in 0..s1 {
                    target[i0] = ((if (i0) == (i1) { b1[i0] } else { 0f64 })
                        + 2f64 * p0[i0]);
                }
            }
        }
    }
}
fn f_2(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    self.ready1(w);
    {
        let b1 = &w.b1[..];
        let a5 = hg::Dense::flat(&w.x);
        let out = &mut *out;
        for i1 in 0..s1 {
            if s1 > 0 {
                let target = &mut out[s1 * i1..][..s1];
                for i0 in 0..s1 {
                    target[i0] = (if (i0) == (i1) { (a5[i0] * b1[i0]) } else { 0f64 });
                }
            }
        }
    }
}
fn f_1_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    self.ready1(w);
    {
        {
            let p0 = &w.b1[..s1];
            let p1 = &u[..s1];
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = ((p0[i0] * p1[i0]));
            }
        }
    }
    if self.choice1() {
        {
            hg::kernels::gemv(
                (2f64),
                &self.b4()[..s1 * s1],
                s1,
                s1,
                &u[..s1],
                &mut out[..s1],
            );
        }
    } else {
        w.b3.resize(s0, 0f64);
        {
            let a0 = self.data().a_tr.as_slice();
            hg::kernels::gemv_into(
                (1f64),
                &a0[..s0 * s1],
                s0,
                s1,
                &u[..s1],
                &mut w.b3[..s0],
            );
        }
        {
            let a0 = self.data().a_tr.as_slice();
            hg::kernels::gemv_t(
                (2f64),
                &a0[..s0 * s1],
                s0,
                s1,
                &w.b3[..s0],
                &mut out[..s1],
            );
        }
    }
}
fn f_1_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    self.f_1_mul(w, u, out)
}
fn f_2_mul(&self, w: &mut Work, c: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    self.ready1(w);
    {
        {
            let p0 = &c[..s1];
            let p1 = &hg::Dense::flat(&w.x)[..s1];
            let p2 = &w.b1[..s1];
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = (p0[i0] * (p1[i0] * p2[i0]));
            }
        }
    }
}
fn f_2_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    self.ready1(w);
    {
        {
            let p0 = &u[..s1];
            let p1 = &hg::Dense::flat(&w.x)[..s1];
            let p2 = &w.b1[..s1];
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = (p0[i0] * (p1[i0] * p2[i0]));
            }
        }
    }
}
fn f_1_diagonal(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    self.ready1(w);
    {
        {
            let p0 = &w.b1[..s1];
            let p1 = &self.b5()[..s1];
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = (p0[i0] + 2f64 * p1[i0]);
            }
        }
    }
}
fn f_1_diagonal_2_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    self.ready1(w);
    {
        {
            let p0 = &w.b1[..s1];
            let p1 = &u[..s1];
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = (p0[i0] * p1[i0]);
            }
        }
    }
}
fn g(&self, w: &mut Work) -> f64 {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    let out = &mut [0f64; 1];
    {
        let out = &mut *out;
        out[0usize..][..1usize].fill(0f64);
    }
    self.ready2(w);
    {
        out[..1usize][0] += (1f64) * hg::kernels::dot(&w.b2[..s3], &w.b2[..s3]);
    }
    out[0]
}
fn g_1(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    if self.choice2() {
        {
            hg::kernels::copy_scaled((-2f64), &self.b18()[..s1], &mut out[..s1]);
        }
        {
            hg::kernels::gemv(
                (2f64),
                &self.b7()[..s1 * s1],
                s1,
                s1,
                &hg::Dense::flat(&w.x)[..s1],
                &mut out[..s1],
            );
        }
    } else {
        {
            let out = &mut *out;
            out[0usize..][..s1].fill(0f64);
        }
        self.ready2(w);
        {
            let a2 = self.data().a_val.as_slice();
            hg::kernels::gemv_t(
                (2f64),
                &a2[..s1 * s3],
                s3,
                s1,
                &w.b2[..s3],
                &mut out[..s1],
            );
        }
    }
}
fn g_2(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    {
        let out = &mut *out;
        out[0usize..][..s1].fill(0f64);
    }
}
fn g_11(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    {
        let b7 = self.b7();
        let out = &mut *out;
        for i1 in 0..s1 {
            if s1 > 0 {
                let p0 = &b7[s1 * i1..][..s1];
                let target = &mut out[s1 * i1..][..s1];
                for i0 in 0..s1 {
                    target[i0] = (2f64 * p0[i0]);
                }
            }
        }
    }
}
fn g_21(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    {
        let out = &mut *out;
        out[0usize..][..s1 * s1].fill(0f64);
    }
}
fn m_11_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    if self.choice3() {
        {
            hg::kernels::gemv_into(
                (2f64),
                &self.b7()[..s1 * s1],
                s1,
                s1,
                &u[..s1],
                &mut out[..s1],
            );
        }
    } else {
        {
            let out = &mut *out;
            out[0usize..][..s1].fill(0f64);
        }
        w.b6.resize(s3, 0f64);
        {
            let a2 = self.data().a_val.as_slice();
            hg::kernels::gemv_into(
                (1f64),
                &a2[..s1 * s3],
                s3,
                s1,
                &u[..s1],
                &mut w.b6[..s3],
            );
        }
        {
            let a2 = self.data().a_val.as_slice();
            hg::kernels::gemv_t(
                (2f64),
                &a2[..s1 * s3],
                s3,
                s1,
                &w.b6[..s3],
                &mut out[..s1],
            );
        }
    }
}
fn m_21_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    self.ready1(w);
    {
        {
            let p0 = &u[..s1];
            let p1 = &w.b1[..s1];
            let p2 = &hg::Dense::flat(&w.v)[..s1];
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = (-(p0[i0] * (p1[i0] * p2[i0])));
            }
        }
    }
}
fn m_12_mul(&self, w: &mut Work, c: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    self.ready1(w);
    {
        {
            let p0 = &c[..s1];
            let p1 = &w.b1[..s1];
            let p2 = &hg::Dense::flat(&w.v)[..s1];
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = (-(p0[i0] * (p1[i0] * p2[i0])));
            }
        }
    }
}
fn m_11(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    {
        let b7 = self.b7();
        let out = &mut *out;
        for i1 in 0..s1 {
            if s1 > 0 {
                let p0 = &b7[s1 * i1..][..s1];
                let target = &mut out[s1 * i1..][..s1];
                for i0 in 0..s1 {
                    target[i0] = (2f64 * p0[i0]);
                }
            }
        }
    }
}
fn m_21(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    self.ready1(w);
    {
        let b1 = &w.b1[..];
        let a15 = hg::Dense::flat(&w.v);
        let out = &mut *out;
        for i1 in 0..s1 {
            if s1 > 0 {
                let target = &mut out[s1 * i1..][..s1];
                for i0 in 0..s1 {
                    target[i0] = (if (i0) == (i1) {
                        (-((b1[i0] * a15[i0])))
                    } else {
                        0f64
                    });
                }
            }
        }
    }
}
fn f_11(&self, _w: &mut Work, out: &mut [f64]) {
    out.fill(0f64);
}
fn f_21(&self, w: &mut Work, out: &mut [f64]) {
    let (n, m) = hg::Bilevel::dims(self, w);
    let v = w.v.clone();
    hg::products::tensor::<
        _,
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
    >(self, w, m, Self::l_21_mul, out);
    hg::Bilevel::set_adjoint(self, w, hg::Dense::flat(&v));
}
fn eigenvalue_bounds(&self, w: &mut Work) -> hg::EigenvalueBounds {
    hg::EigenvalueBounds::new(
        hg::core::option::Option::Some(self.f_1_least(w)),
        hg::core::option::Option::Some(self.f_1_most(w)),
    )
}
fn factor(&self, w: &mut Work) -> hg::core::result::Result<(), hg::LinearError> {
    if w.factored {
        return hg::core::result::Result::Ok(());
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = self.s4;
    let s5 = self.s5;
    let s6 = w.s6;
    let s7 = w.s7;
    if w.factor.resize("F_1", hg::Dense::flat(&w.x).len(), s0)? {
        {
            self.ready1(w);
            {
                let out = w.factor.diagonal_mut();
                hg::kernels::copy(&w.b1[..s1], &mut out[..s1]);
            }
        }
        {
            {
                let a0 = self.data().a_tr.as_slice();
                let out = w.factor.roots_mut();
                for i1 in 0..s0 {
                    if s1 > 0 {
                        let target = &mut out[s1 * i1..][..s1];
                        for i0 in 0..s1 {
                            target[i0] = (1.4142135623730951f64 * a0[(s0 * i0 + i1)]);
                        }
                    }
                }
            }
        }
        if w.factor.factor_parts("F_1")? {
            w.factored = true;
            return hg::core::result::Result::Ok(());
        }
    }
    w.factor.resize_whole("F_1", hg::Dense::flat(&w.x).len())?;
    let mut factor = hg::core::mem::replace(
        &mut w.factor,
        <hg::DiagonalPlusGram<
            hg::method::Cholesky,
            hg::nalgebra::DMatrix<f64>,
            hg::nalgebra::DMatrix<f64>,
            hg::nalgebra::DMatrix<f64>,
            hg::nalgebra::DMatrix<f64>,
            hg::nalgebra::DMatrix<f64>,
        >>::empty(),
    );
    hg::Bilevel::f_1(self, w, factor.matrix_mut());
    w.factor = factor;
    w.factor.factor("F_1")?;
    w.factored = true;
    hg::core::result::Result::Ok(())
}
fn f_1_solve_definite(&self, w: &mut Work, rhs: &mut [f64]) {
    w.factor.solve_definite(rhs)
}
fn f_1_negative_curvature(&self, w: &mut Work, out: &mut [f64]) -> bool {
    w.factor.negative_curvature(out)
}
fn spectrum<'w>(&self, w: &'w mut Work) -> &'w mut dyn hg::Spectrum {
    &mut w.factor
}
fn data_fault(&self) -> hg::core::option::Option<hg::ShapeError> {
    hg::indices::first_non_finite(
        &[
            ("data.a_tr", self.data().a_tr.as_slice()),
            ("data.b_tr", self.data().b_tr.as_slice()),
            ("data.a_val", self.data().a_val.as_slice()),
            ("data.b_val", self.data().b_val.as_slice()),
        ],
    )
}
fn take_scratch(
    &self,
    w: &mut Work,
) -> hg::core::option::Option<
    (
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
    ),
> {
    w.lent.take()
}
fn keep_scratch(
    &self,
    w: &mut Work,
    lent: (
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
    ),
) {
    w.lent = hg::core::option::Option::Some(lent);
}
