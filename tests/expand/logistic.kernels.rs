fn sizes(
    &self,
    x: &::hypergrad::nalgebra::DVector<::core::primitive::f64>,
    y: &::core::primitive::f64,
) -> hg::core::result::Result<[usize; 1usize], hg::ShapeError> {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let data = self.data();
    let s4: usize = x.len();
    if s4 != s1 {
        return hg::core::result::Result::Err(hg::ShapeError::Mismatch {
            left: "x.len()",
            left_size: s4,
            right: "data.a_tr.ncols()",
            right_size: s1,
            place: "f: &data.a_tr * x",
        });
    }
    hg::core::result::Result::Ok([s4])
}
fn ready_y(&self, w: &mut Work) {
    self.ready0(w);
}
fn table27(&self) -> hg::Vec<f64> {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let mut table = hg::zeros(s0 * s1);
    {
        let out = &mut table[..];
        {
            let a0 = self.data().a_tr.as_slice();
            let b27 = &mut *out;
            for i1 in 0..s1 {
                if s0 > 0 {
                    let p0 = &a0[s0 * i1..][..s0];
                    let target = &mut b27[s0 * i1..][..s0];
                    for i0 in 0..s0 {
                        target[i0] = (p0[i0] * p0[i0]);
                    }
                }
            }
        }
    }
    table
}
fn b27(&self) -> &[f64] {
    self.b27.get_or_init(|| self.table27())
}
fn ready0(&self, w: &mut Work) {
    if w.ready[0usize] & 1u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    {
        let a2 = hg::Dense::flat(&w.y);
        let b0 = &mut w.b0[..];
        b0[0usize] = hg::kernel::exp(a2[0usize]);
    }
    w.ready[0usize] |= 1u64;
}
fn ready5(&self, w: &mut Work) {
    if w.ready[0usize] & 32u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    w.b5.resize(s0, 0f64);
    {
        let a0 = self.data().a_tr.as_slice();
        hg::kernels::gemv_into(
            (1f64),
            &a0[..s0 * s1],
            s0,
            s1,
            &hg::Dense::flat(&w.v)[..s1],
            &mut w.b5[..s0],
        );
    }
    w.ready[0usize] |= 32u64;
}
fn ready14(&self, w: &mut Work) {
    if w.ready[0usize] & 16384u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    w.b14.resize(s0, 0f64);
    {
        let a0 = self.data().a_tr.as_slice();
        hg::kernels::gemv_into(
            ((-1f64)),
            &a0[..s0 * s1],
            s0,
            s1,
            &hg::Dense::flat(&w.x)[..s1],
            &mut w.b14[..s0],
        );
    }
    w.ready[0usize] |= 16384u64;
}
fn ready16(&self, w: &mut Work) {
    if w.ready[0usize] & 65536u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    w.b16.resize(s2, 0f64);
    {
        let a1 = self.data().a_val.as_slice();
        hg::kernels::gemv_into(
            ((-1f64)),
            &a1[..s1 * s2],
            s2,
            s1,
            &hg::Dense::flat(&w.x)[..s1],
            &mut w.b16[..s2],
        );
    }
    w.ready[0usize] |= 65536u64;
}
fn ready19(&self, w: &mut Work) {
    if w.ready[0usize] & 524288u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    w.b19.resize(s0, 0f64);
    self.ready14(w);
    {
        let fresh = w.ready[0usize] & 2147483648u64 == 0;
        if fresh {
            hg::kernels::logistic_2_into(&w.b14[..s0], &mut w.b19[..s0]);
        } else {
            hg::kernels::logistic_2_with(
                &w.b14[..s0],
                (fresh, &mut w.b31[..]),
                &mut w.b19[..s0],
            );
        }
    }
    w.ready[0usize] |= 524288u64;
}
fn ready22(&self, w: &mut Work) {
    if w.ready[0usize] & 4194304u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    w.b22.resize(s2, 0f64);
    self.ready16(w);
    {
        let fresh = w.ready[0usize] & 4294967296u64 == 0;
        if fresh {
            hg::kernels::logistic_2_into(&w.b16[..s2], &mut w.b22[..s2]);
        } else {
            hg::kernels::logistic_2_with(
                &w.b16[..s2],
                (fresh, &mut w.b32[..]),
                &mut w.b22[..s2],
            );
        }
    }
    w.ready[0usize] |= 4194304u64;
}
fn ready23(&self, w: &mut Work) {
    if w.ready[0usize] & 8388608u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    w.b23.resize(s1 * s1, 0f64);
    {
        let b23 = &mut w.b23[..];
        b23[0usize..][..s1 * s1].fill(0f64);
    }
    self.ready22(w);
    {
        let a1 = self.data().a_val.as_slice();
        let scratch = &mut w.scratch;
        scratch.resize(hg::kernels::weighted_gram_scratch(s2, s1), 0f64);
        hg::kernels::weighted_gram(
            (1f64),
            &a1[..s1 * s2],
            &w.b22[..s2],
            s2,
            s1,
            &mut scratch[..],
            &mut w.b23[..s1 * s1],
        );
    }
    w.ready[0usize] |= 8388608u64;
}
fn ready24(&self, w: &mut Work) {
    if w.ready[0usize] & 16777216u64 != 0 {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    w.b24.resize(s0, 0f64);
    self.ready14(w);
    {
        hg::kernels::logistic_3_into(&w.b14[..s0], &mut w.b24[..s0]);
    }
    w.ready[0usize] |= 16777216u64;
}
fn start(
    &self,
    x: &::hypergrad::nalgebra::DVector<::core::primitive::f64>,
    y: &::core::primitive::f64,
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
        hg::point::flat::<::core::primitive::f64>(y),
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
    let s4 = w.s4;
    if w.ready[0usize] & 16384u64 == 0 && hg::kernels::is_in_strips(s0, s1)
        && w.ahead.is_expected()
    {
        let mut values = w.ahead.take(hg::Dense::flat(&w.x).len());
        hg::Bilevel::residual(self, w, &mut values);
        w.ahead.keep(values);
    }
    let out = &mut [0f64; 1];
    let mut b1 = [0f64; 1usize];
    self.ready0(w);
    {
        let b1 = &mut b1;
        b1[0usize..][..1usize].fill(0f64);
    }
    {
        b1[..1usize][0]
            += (1f64)
                * hg::kernels::dot(
                    &hg::Dense::flat(&w.x)[..s1],
                    &hg::Dense::flat(&w.x)[..s1],
                );
    }
    {
        let b0 = &w.b0[..];
        let b1 = &b1;
        let out = &mut *out;
        out[0usize] = (0.5f64 * (b0[0usize] * b1[0usize]));
    }
    self.ready14(w);
    {
        let fresh = w.ready[0usize] & 2147483648u64 == 0;
        if fresh {
            w.b31.resize(s0, 0f64);
        }
        out[..1usize][0]
            += (1f64)
                * hg::kernels::softplus_sum_with(&w.b14[..s0], (fresh, &mut w.b31[..]));
        w.ready[0usize] |= 2147483648u64;
    }
    hg::core::option::Option::Some(out[0])
}
fn residual(&self, w: &mut Work, out: &mut [f64]) {
    if w.ahead.give(out) {
        return;
    }
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        {
            let p0 = &hg::Dense::flat(&w.x)[..s1];
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = ((p0[i0] * b0[0usize]));
            }
        }
    }
    w.b18.resize(s0, 0f64);
    let fresh14 = w.ready[0usize] & 16384u64 == 0;
    if fresh14 {
        w.b14.resize(s0, 0f64);
    }
    {
        let a0 = self.data().a_tr.as_slice();
        let a3 = hg::Dense::flat(&w.x);
        let rows = s0;
        hg::kernels::over_strips(
            (rows, s1),
            [&mut w.b14[..], &mut w.b18[..]],
            &mut out[..s1],
            |strip, [b14, b18], sums| {
                let (first, s0) = (strip.start, strip.len());
                if fresh14 {
                    {
                        hg::kernels::gemv_rows_into(
                            (a0, rows, s1),
                            first,
                            (((-1f64)), &a3[..s1], &mut b14[..s0]),
                        );
                    }
                }
                {
                    hg::kernels::sigmoid_into(&b14[..s0], &mut b18[..s0]);
                }
                {
                    hg::kernels::gemv_t_rows(
                        (a0, rows, s1),
                        first,
                        (((-1f64)), &b18[..s0], &mut sums[..]),
                    );
                }
            },
        );
    }
    w.ready[0usize] |= 16384u64;
}
fn f_1(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        let out = &mut *out;
        for i1 in 0..s1 {
            if s1 > 0 {
                let target = &mut out[s1 * i1..][..s1];
                for i0 in 0..s1 {
                    target[i0] = ((if (i0) == (i1) { b0[0usize] } else { 0f64 }));
                }
            }
        }
    }
    self.ready19(w);
    {
        let a0 = self.data().a_tr.as_slice();
        let scratch = &mut w.scratch;
        scratch.resize(hg::kernels::weighted_gram_scratch(s0, s1), 0f64);
        hg::kernels::weighted_gram(
            (1f64),
            &a0[..s0 * s1],
            &w.b19[..s0],
            s0,
            s1,
            &mut scratch[..],
            &mut out[..s1 * s1],
        );
    }
}
fn f_2(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        {
            let p0 = &hg::Dense::flat(&w.x)[..s1];
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = (p0[i0] * b0[0usize]);
            }
        }
    }
}
fn f_1_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        {
            let p0 = &u[..s1];
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = ((b0[0usize] * p0[i0]));
            }
        }
    }
    w.b20.resize(s0, 0f64);
    w.b3.resize(s0, 0f64);
    let fresh14 = w.ready[0usize] & 16384u64 == 0;
    let fresh19 = w.ready[0usize] & 524288u64 == 0;
    if fresh14 {
        w.b14.resize(s0, 0f64);
    }
    if fresh19 {
        w.b19.resize(s0, 0f64);
    }
    {
        let a0 = self.data().a_tr.as_slice();
        let a3 = hg::Dense::flat(&w.x);
        let a17 = u;
        let rows = s0;
        hg::kernels::over_strips(
            (rows, s1),
            [&mut w.b3[..], &mut w.b14[..], &mut w.b19[..], &mut w.b20[..]],
            &mut out[..s1],
            |strip, [b3, b14, b19, b20], sums| {
                let (first, s0) = (strip.start, strip.len());
                {
                    b3[0usize..][..s0].fill(0f64);
                }
                if fresh14 {
                    hg::kernels::gemv_both_rows(
                        (a0, rows, s1),
                        first,
                        ((1f64), &a17[..s1], &mut b3[..s0]),
                        (((-1f64)), &a3[..s1], &mut b14[..s0]),
                    );
                } else {
                    hg::kernels::gemv_rows(
                        (a0, rows, s1),
                        first,
                        ((1f64), &a17[..s1], &mut b3[..s0]),
                    );
                }
                if fresh19 {
                    {
                        hg::kernels::logistic_2_into(&b14[..s0], &mut b19[..s0]);
                    }
                }
                {
                    {
                        let p0 = &b3[..s0];
                        let p1 = &b19[..s0];
                        let target = &mut b20[..s0];
                        for i1 in 0..s0 {
                            target[i1] = (p0[i1] * p1[i1]);
                        }
                    }
                }
                {
                    hg::kernels::gemv_t_rows(
                        (a0, rows, s1),
                        first,
                        ((1f64), &b20[..s0], &mut sums[..]),
                    );
                }
            },
        );
    }
    w.ready[0usize] |= 16384u64;
    w.ready[0usize] |= 524288u64;
}
fn f_1_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    self.f_1_mul(w, u, out)
}
fn f_2_mul(&self, w: &mut Work, c: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        let a18 = c;
        {
            let p0 = &hg::Dense::flat(&w.x)[..s1];
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = (p0[i0] * (b0[0usize] * a18[0usize]));
            }
        }
    }
}
fn f_2_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    let mut b2 = [0f64; 1usize];
    self.ready0(w);
    {
        let b2 = &mut b2;
        b2[0usize..][..1usize].fill(0f64);
    }
    {
        b2[..1usize][0]
            += (1f64) * hg::kernels::dot(&hg::Dense::flat(&w.x)[..s1], &u[..s1]);
    }
    {
        let b0 = &w.b0[..];
        let b2 = &b2;
        let out = &mut *out;
        out[0usize] = (b0[0usize] * b2[0usize]);
    }
}
fn f_1_diagonal(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        {
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = (b0[0usize]);
            }
        }
    }
    self.ready19(w);
    {
        hg::kernels::gemv_t(
            (1f64),
            &self.b27()[..s0 * s1],
            s0,
            s1,
            &w.b19[..s0],
            &mut out[..s1],
        );
    }
}
fn f_1_diagonal_2_tr_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    {
        let out = &mut *out;
        out[0usize..][..1usize].fill(0f64);
    }
    self.ready0(w);
    let t0 = {
        let b0 = &w.b0[..];
        if s1 == 0 {
            0f64
        } else {
            let p0 = &u[..s1];
            hg::kernels::sum_windows([p0], |[p0]| (b0[0usize] * p0))
        }
    };
    {
        let out = &mut *out;
        out[0usize] += (t0);
    }
}
fn g(&self, w: &mut Work) -> f64 {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    let out = &mut [0f64; 1];
    {
        let out = &mut *out;
        out[0usize..][..1usize].fill(0f64);
    }
    self.ready16(w);
    {
        let fresh = w.ready[0usize] & 4294967296u64 == 0;
        if fresh {
            w.b32.resize(s2, 0f64);
        }
        out[..1usize][0]
            += (1f64)
                * hg::kernels::softplus_sum_with(&w.b16[..s2], (fresh, &mut w.b32[..]));
        w.ready[0usize] |= 4294967296u64;
    }
    out[0]
}
fn g_1(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    {
        let out = &mut *out;
        out[0usize..][..s1].fill(0f64);
    }
    w.b21.resize(s2, 0f64);
    let fresh16 = w.ready[0usize] & 65536u64 == 0;
    if fresh16 {
        w.b16.resize(s2, 0f64);
    }
    {
        let a1 = self.data().a_val.as_slice();
        let a3 = hg::Dense::flat(&w.x);
        let rows = s2;
        hg::kernels::over_strips(
            (rows, s1),
            [&mut w.b16[..], &mut w.b21[..]],
            &mut out[..s1],
            |strip, [b16, b21], sums| {
                let (first, s2) = (strip.start, strip.len());
                if fresh16 {
                    {
                        hg::kernels::gemv_rows_into(
                            (a1, rows, s1),
                            first,
                            (((-1f64)), &a3[..s1], &mut b16[..s2]),
                        );
                    }
                }
                {
                    hg::kernels::sigmoid_into(&b16[..s2], &mut b21[..s2]);
                }
                {
                    hg::kernels::gemv_t_rows(
                        (a1, rows, s1),
                        first,
                        (((-1f64)), &b21[..s2], &mut sums[..]),
                    );
                }
            },
        );
    }
    w.ready[0usize] |= 65536u64;
}
fn g_2(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    {
        let out = &mut *out;
        out[0usize] = 0f64;
    }
}
fn g_11(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    self.ready23(w);
    {
        let b23 = &w.b23[..];
        let out = &mut *out;
        for i1 in 0..s1 {
            if s1 > 0 {
                let p0 = &b23[s1 * i1..][..s1];
                let target = &mut out[s1 * i1..][..s1];
                for i0 in 0..s1 {
                    target[i0] = p0[i0];
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
    let s4 = w.s4;
    {
        let out = &mut *out;
        out[0usize..][..s1].fill(0f64);
    }
}
fn m_11_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    w.b29.resize(s1, 0f64);
    {
        let b29 = &mut w.b29[..];
        b29[0usize..][..s1].fill(0f64);
    }
    w.b25.resize(s0, 0f64);
    w.b3.resize(s0, 0f64);
    let fresh5 = w.ready[0usize] & 32u64 == 0;
    let fresh14 = w.ready[0usize] & 16384u64 == 0;
    let fresh24 = w.ready[0usize] & 16777216u64 == 0;
    if fresh5 {
        w.b5.resize(s0, 0f64);
    }
    if fresh14 {
        w.b14.resize(s0, 0f64);
    }
    if fresh24 {
        w.b24.resize(s0, 0f64);
    }
    {
        let a0 = self.data().a_tr.as_slice();
        let a3 = hg::Dense::flat(&w.x);
        let a16 = hg::Dense::flat(&w.v);
        let a17 = u;
        let rows = s0;
        hg::kernels::over_strips(
            (rows, s1),
            [
                &mut w.b3[..],
                &mut w.b5[..],
                &mut w.b14[..],
                &mut w.b24[..],
                &mut w.b25[..],
            ],
            &mut w.b29[..s1],
            |strip, [b3, b5, b14, b24, b25], sums| {
                let (first, s0) = (strip.start, strip.len());
                {
                    b3[0usize..][..s0].fill(0f64);
                }
                if fresh5 {
                    hg::kernels::gemv_both_rows(
                        (a0, rows, s1),
                        first,
                        ((1f64), &a17[..s1], &mut b3[..s0]),
                        ((1f64), &a16[..s1], &mut b5[..s0]),
                    );
                } else {
                    hg::kernels::gemv_rows(
                        (a0, rows, s1),
                        first,
                        ((1f64), &a17[..s1], &mut b3[..s0]),
                    );
                }
                if fresh14 {
                    {
                        hg::kernels::gemv_rows_into(
                            (a0, rows, s1),
                            first,
                            (((-1f64)), &a3[..s1], &mut b14[..s0]),
                        );
                    }
                }
                if fresh24 {
                    {
                        hg::kernels::logistic_3_into(&b14[..s0], &mut b24[..s0]);
                    }
                }
                {
                    {
                        let p0 = &b3[..s0];
                        let p1 = &b5[..s0];
                        let p2 = &b24[..s0];
                        let target = &mut b25[..s0];
                        for i1 in 0..s0 {
                            target[i1] = (p0[i1] * p1[i1] * p2[i1]);
                        }
                    }
                }
                {
                    hg::kernels::gemv_t_rows(
                        (a0, rows, s1),
                        first,
                        ((1f64), &b25[..s0], &mut sums[..]),
                    );
                }
            },
        );
    }
    w.ready[0usize] |= 32u64;
    w.ready[0usize] |= 16384u64;
    w.ready[0usize] |= 16777216u64;
    {
        hg::kernels::copy(&w.b29[..s1], &mut out[..s1]);
    }
    w.b28.resize(s2, 0f64);
    w.b4.resize(s2, 0f64);
    let fresh16 = w.ready[0usize] & 65536u64 == 0;
    let fresh22 = w.ready[0usize] & 4194304u64 == 0;
    if fresh16 {
        w.b16.resize(s2, 0f64);
    }
    if fresh22 {
        w.b22.resize(s2, 0f64);
    }
    {
        let a1 = self.data().a_val.as_slice();
        let a3 = hg::Dense::flat(&w.x);
        let a17 = u;
        let rows = s2;
        hg::kernels::over_strips(
            (rows, s1),
            [&mut w.b4[..], &mut w.b16[..], &mut w.b22[..], &mut w.b28[..]],
            &mut out[..s1],
            |strip, [b4, b16, b22, b28], sums| {
                let (first, s2) = (strip.start, strip.len());
                {
                    b4[0usize..][..s2].fill(0f64);
                }
                if fresh16 {
                    hg::kernels::gemv_both_rows(
                        (a1, rows, s1),
                        first,
                        ((1f64), &a17[..s1], &mut b4[..s2]),
                        (((-1f64)), &a3[..s1], &mut b16[..s2]),
                    );
                } else {
                    hg::kernels::gemv_rows(
                        (a1, rows, s1),
                        first,
                        ((1f64), &a17[..s1], &mut b4[..s2]),
                    );
                }
                if fresh22 {
                    {
                        hg::kernels::logistic_2_into(&b16[..s2], &mut b22[..s2]);
                    }
                }
                {
                    {
                        let p0 = &b4[..s2];
                        let p1 = &b22[..s2];
                        let target = &mut b28[..s2];
                        for i2 in 0..s2 {
                            target[i2] = (p0[i2] * p1[i2]);
                        }
                    }
                }
                {
                    hg::kernels::gemv_t_rows(
                        (a1, rows, s1),
                        first,
                        ((1f64), &b28[..s2], &mut sums[..]),
                    );
                }
            },
        );
    }
    w.ready[0usize] |= 65536u64;
    w.ready[0usize] |= 4194304u64;
}
fn m_21_mul(&self, w: &mut Work, u: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    let mut b6 = [0f64; 1usize];
    self.ready0(w);
    {
        let b6 = &mut b6;
        b6[0usize..][..1usize].fill(0f64);
    }
    {
        b6[..1usize][0]
            += (1f64) * hg::kernels::dot(&hg::Dense::flat(&w.v)[..s1], &u[..s1]);
    }
    {
        let b0 = &w.b0[..];
        let b6 = &b6;
        let out = &mut *out;
        out[0usize] = (-((b0[0usize] * b6[0usize])));
    }
}
fn m_12_mul(&self, w: &mut Work, c: &[f64], out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        let a18 = c;
        {
            let p0 = &hg::Dense::flat(&w.v)[..s1];
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = (-(p0[i0] * (b0[0usize] * a18[0usize])));
            }
        }
    }
}
fn m_11(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    self.ready23(w);
    {
        let b23 = &w.b23[..];
        let out = &mut *out;
        for i1 in 0..s1 {
            if s1 > 0 {
                let p0 = &b23[s1 * i1..][..s1];
                let target = &mut out[s1 * i1..][..s1];
                for i0 in 0..s1 {
                    target[i0] = (p0[i0]);
                }
            }
        }
    }
    w.b30.resize(s0, 0f64);
    self.ready5(w);
    self.ready24(w);
    {
        {
            let p0 = &w.b5[..s0];
            let p1 = &w.b24[..s0];
            let target = &mut w.b30[..s0];
            for i2 in 0..s0 {
                target[i2] = (p0[i2] * p1[i2]);
            }
        }
    }
    {
        let a0 = self.data().a_tr.as_slice();
        let scratch = &mut w.scratch;
        scratch.resize(hg::kernels::weighted_gram_scratch(s0, s1), 0f64);
        hg::kernels::weighted_gram(
            (1f64),
            &a0[..s0 * s1],
            &w.b30[..s0],
            s0,
            s1,
            &mut scratch[..],
            &mut out[..s1 * s1],
        );
    }
}
fn m_21(&self, w: &mut Work, out: &mut [f64]) {
    let s0 = self.s0;
    let s1 = self.s1;
    let s2 = self.s2;
    let s3 = self.s3;
    let s4 = w.s4;
    self.ready0(w);
    {
        let b0 = &w.b0[..];
        {
            let p0 = &hg::Dense::flat(&w.v)[..s1];
            let target = &mut out[..s1];
            for i0 in 0..s1 {
                target[i0] = (-(b0[0usize] * p0[i0]));
            }
        }
    }
}
fn f_11(&self, w: &mut Work, out: &mut [f64]) {
    let (n, m) = hg::Bilevel::dims(self, w);
    let v = w.v.clone();
    hg::products::tensor::<
        _,
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
    >(self, w, n, Self::l_11_mul, out);
    hg::Bilevel::set_adjoint(self, w, hg::Dense::flat(&v));
}
fn f_21(&self, w: &mut Work, out: &mut [f64]) {
    let (n, m) = hg::Bilevel::dims(self, w);
    let v = w.v.clone();
    hg::products::tensor::<
        _,
        <::core::primitive::f64 as hg::Variable>::Flat,
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
    let s4 = w.s4;
    if w.factor.resize("F_1", hg::Dense::flat(&w.x).len(), s0)? {
        {
            self.ready0(w);
            {
                let b0 = &w.b0[..];
                let out = w.factor.diagonal_mut();
                {
                    let target = &mut out[..s1];
                    for i0 in 0..s1 {
                        target[i0] = b0[0usize];
                    }
                }
            }
        }
        {
            w.b26.resize(s0, 0f64);
            self.ready19(w);
            {
                let b26 = &mut w.b26[..];
                {
                    let p0 = &w.b19[..s0];
                    let target = &mut b26[..s0];
                    for i2 in 0..s0 {
                        target[i2] = hg::kernel::sqrt(p0[i2]);
                    }
                }
            }
            {
                let b26 = &w.b26[..];
                let a0 = self.data().a_tr.as_slice();
                let out = w.factor.roots_mut();
                for i1 in 0..s0 {
                    if s1 > 0 {
                        let target = &mut out[s1 * i1..][..s1];
                        for i0 in 0..s1 {
                            target[i0] = (a0[(s0 * i0 + i1)] * b26[i1]);
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
            ("data.a_val", self.data().a_val.as_slice()),
        ],
    )
}
fn take_scratch(
    &self,
    w: &mut Work,
) -> hg::core::option::Option<
    (
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
        <::core::primitive::f64 as hg::Variable>::Flat,
    ),
> {
    w.lent.take()
}
fn keep_scratch(
    &self,
    w: &mut Work,
    lent: (
        <::hypergrad::nalgebra::DVector<::core::primitive::f64> as hg::Variable>::Flat,
        <::core::primitive::f64 as hg::Variable>::Flat,
    ),
) {
    w.lent = hg::core::option::Option::Some(lent);
}
