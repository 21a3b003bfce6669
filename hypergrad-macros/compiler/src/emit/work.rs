//! `Work`: every buffer of one point, and which of them are ready.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::statements::Names;
use super::{Emission, numbers};
use crate::analysis::Stage;
use crate::lower::program::{Argument, Buffer, Made, Stmt};

/// From this length on an array is made when it is first written.
const LARGE: i64 = 32;

/// One bit per buffer.
const WORD: usize = 64;

/// The word and the bit that say whether a buffer is ready.
pub(super) fn ready_bit(buffer: usize) -> (usize, u64) {
    (buffer / WORD, 1 << (buffer % WORD))
}

impl Names<'_> {
    /// Makes room for a buffer that the point keeps, where its field does not always have it.
    pub(super) fn room(&self, buffer: usize) -> Option<TokenStream> {
        let length = &self.buffers[buffer].length;
        let (name, zero) = (self.buffer(buffer), numbers::number(0.0, self.scalar));
        match length.as_constant() {
            None => {
                let length = numbers::size(length);
                Some(quote!(w.#name.resize(#length, #zero);))
            }
            Some(length) => (length >= LARGE).then(|| quote!(w.#name.make(#zero);)),
        }
    }
}

impl Emission<'_> {
    pub(super) fn work(&self) -> TokenStream {
        let scalar = &self.scalar;
        let (x, y) = (&self.x_type, &self.y_type);
        let factor = self.factor_type();
        let sizes = self.symbols.point_names();
        let count = numbers::usize_literal(sizes.len() as i64);
        let kept: Vec<usize> = self.kept().collect();
        let fields = kept.iter().map(|k| {
            let name = self.names.buffer(*k);
            match self.program.buffers[*k].length.as_constant() {
                Some(length) => {
                    let literal = numbers::usize_literal(length);
                    if length >= LARGE {
                        quote!(#name: hg::OnDemand<#scalar, #literal>)
                    } else {
                        quote!(#name: [#scalar; #literal])
                    }
                }
                None => quote!(#name: hg::Vec<#scalar>),
            }
        });
        let scratch = self.needs_scratch().then(|| quote!(scratch: hg::Vec<#scalar>,));
        let pivots = self.needs_pivots().then(|| quote!(pivots: hg::Vec<usize>,));
        let lent = self.lends().then(|| {
            let lent = self.lent();
            quote!(lent: hg::core::option::Option<#lent>,)
        });
        let words = self.words();
        let (z, _) = self.z_field();
        let (units, _) = self.unit_fields();
        let fresh = self.new_work_fields();
        let (forget_y, forget_x) = (self.forget(Stage::Y), self.forget(Stage::X));
        let keep_y = self.keep_y();
        let home = self.recycles().then(|| quote!(home: hg::Home<Work>,));
        let ahead = self.program.ahead.map(|_| quote!(ahead: hg::Ahead<#scalar>,));
        let leave = self.program.ahead.map(|_| quote!(w.ahead.leave();));
        let coming_home = self.recycles().then(|| self.coming_home());
        quote! {
            impl Work {
                /// Written in one piece, to where it stays: it may be some kilobytes, and moving it would cost as much as computing.
                #[inline(always)]
                fn new(
                    x: <#x as hg::Variable>::Flat, y: <#y as hg::Variable>::Flat, sizes: [usize; #count],
                ) -> Self {
                    let [#(#sizes),*] = sizes;
                    let (n, m) = (hg::Dense::flat(&x).len(), hg::Dense::flat(&y).len());
                    let v = <<#x as hg::Variable>::Flat as hg::Dense>::zeros(n, 1);
                    Work { x, y, v, #fresh }
                }
                #[inline]
                fn forget_y(&mut self) { let w = self; #forget_y #leave }
                #[inline]
                fn forget_x(&mut self) { let w = self; #forget_x #leave }
                /// What depends on y alone, from a point with the same y.
                #[inline]
                fn keep_y(&mut self, from: &Self) { let w = self; #keep_y }
                /// The sizes that x and y decide.
                #[inline]
                fn sizes(&self) -> [usize; #count] { [#(self.#sizes),*] }
            }

            /// Every buffer of one point.
            #[derive(Clone)]
            #[doc(hidden)]
            pub struct Work {
                x: <#x as hg::Variable>::Flat,
                y: <#y as hg::Variable>::Flat,
                v: <#x as hg::Variable>::Flat,
                #z
                #units
                factor: #factor,
                factored: bool,
                ready: [u64; #words],
                #scratch
                #pivots
                #lent
                #home
                #ahead
                #(#sizes: usize,)*
                #(#fields,)*
            }

            #coming_home
        }
    }

    /// Whether the buffers of a point that is gone serve the next one: where any has a dynamic length.
    pub(super) fn recycles(&self) -> bool {
        self.lends() || self.kept().any(|k| self.program.buffers[k].length.as_constant().is_none())
    }

    fn coming_home(&self) -> TokenStream {
        let (x, y) = (&self.x_type, &self.y_type);
        let count = numbers::usize_literal(self.symbols.point_names().len() as i64);
        quote! {
            impl hg::core::ops::Drop for Work {
                fn drop(&mut self) {
                    let home = self.home.leave();
                    home.keep(|| {
                        let (x, y) = (<<#x as hg::Variable>::Flat as hg::Dense>::empty(), <<#y as hg::Variable>::Flat as hg::Dense>::empty());
                        hg::core::mem::replace(self, Work::new(x, y, [0; #count]))
                    });
                }
            }
        }
    }

    /// Copies the buffers of stage y that are ready.
    fn keep_y(&self) -> TokenStream {
        let buffers = self.cached().filter(|k| self.program.buffers[*k].stage == Stage::Y).map(|k| {
            let (names, (word, bit)) = (self.made_by(k).map(|made| self.names.buffer(made)), ready_bit(k));
            quote! {
                if from.ready[#word] & #bit != 0 {
                    #(w.#names.clone_from(&from.#names);)*
                    w.ready[#word] |= #bit;
                }
            }
        });
        quote!(#(#buffers)*)
    }

    /// The fields of a new `Work`, besides x, y and v.
    fn new_work_fields(&self) -> TokenStream {
        let words = self.words();
        let sizes = self.symbols.point_names();
        let factor = self.factor_type();
        let zero = numbers::number(0.0, self.model.scalar);
        let buffers = self.kept().map(|k| {
            let name = self.names.buffer(k);
            match self.program.buffers[k].length.as_constant() {
                Some(length) if length >= LARGE => quote!(#name: hg::OnDemand::none()),
                Some(length) => {
                    let length = numbers::usize_literal(length);
                    quote!(#name: [#zero; #length])
                }
                None => quote!(#name: hg::Vec::new()),
            }
        });
        let scratch = self.needs_scratch().then(|| quote!(scratch: hg::Vec::new(),));
        let pivots = self.needs_pivots().then(|| quote!(pivots: hg::Vec::new(),));
        let lent = self.lends().then(|| quote!(lent: hg::core::option::Option::None,));
        let home = self.recycles().then(|| quote!(home: hg::Home::NONE,));
        let ahead = self.program.ahead.map(|_| quote!(ahead: hg::Ahead::NONE,));
        let (_, z) = self.z_field();
        let (_, units) = self.unit_fields();
        quote! {
            #z
            #units
            factor: <#factor>::empty(),
            factored: false,
            ready: [0; #words],
            #scratch
            #pivots
            #lent
            #home
            #ahead
            #(#sizes,)*
            #(#buffers,)*
        }
    }

    /// Whether the point keeps scratch vectors: those of constant lengths are on the stack.
    fn lends(&self) -> bool {
        [&self.layout.n, &self.layout.m].iter().any(|length| length.as_constant().is_none())
    }

    fn lent(&self) -> TokenStream {
        let (x, y) = (&self.x_type, &self.y_type);
        quote!((<#x as hg::Variable>::Flat, <#y as hg::Variable>::Flat))
    }

    /// The scratch vectors, lent.
    pub(super) fn lending(&self) -> Option<TokenStream> {
        let lent = self.lent();
        self.lends().then(|| {
            quote! {
                fn take_scratch(&self, w: &mut Work) -> hg::core::option::Option<#lent> { w.lent.take() }
                fn keep_scratch(&self, w: &mut Work, lent: #lent) { w.lent = hg::core::option::Option::Some(lent); }
            }
        })
    }

    /// Functions that make cached buffers ready.
    pub(super) fn ready_functions(&self) -> TokenStream {
        let bind = self.symbols.bind_point();
        self.cached()
            .map(|k| {
                let name = format_ident!("ready{k}");
                let (word, bit) = ready_bit(k);
                let body = self.names.statements(&self.program.computations[k], super::statements::Scope::Point);
                let room: TokenStream = self.made_by(k).filter_map(|made| self.names.room(made)).collect();
                quote! {
                    fn #name(&self, w: &mut Work) {
                        if w.ready[#word] & #bit != 0 { return; }
                        #bind
                        #room
                        #body
                        w.ready[#word] |= #bit;
                    }
                }
            })
            .collect()
    }

    /// The buffers that a computation sets.
    fn made_by(&self, computation: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.program.buffers.len()).filter(move |other| match self.program.buffers[*other].made {
            Made::Alone => *other == computation,
            Made::With(maker) => maker == computation,
            Made::Ready | Made::Along | Made::Never => false,
        })
    }

    /// Forgets the buffers of a stage and of later ones.
    pub(super) fn forget(&self, stage: Stage) -> TokenStream {
        let mut masks = vec![0_u64; self.word_count()];
        let along = (0..self.program.buffers.len()).filter(|k| self.program.buffers[*k].made == Made::Along);
        for k in self.cached().chain(along) {
            if self.program.buffers[k].stage >= stage {
                masks[k / WORD] |= 1 << (k % WORD);
            }
        }
        let clear = masks.iter().enumerate().filter(|(_, m)| **m != 0).map(|(word, mask)| {
            let keep = !mask;
            quote!(w.ready[#word] &= #keep;)
        });
        let factor =
            (self.program.f_1_stage.unwrap_or(Stage::X) >= stage && stage <= Stage::X).then(|| quote!(w.factored = false;));
        quote!(#(#clear)* #factor)
    }

    /// Buffers of stage y, made ready ahead.
    pub(super) fn ready_y(&self) -> TokenStream {
        let names = self.cached().filter(|k| self.program.buffers[*k].stage == Stage::Y).map(|k| format_ident!("ready{k}"));
        quote!(#(self.#names(w);)*)
    }

    /// Buffers that the point keeps: cached ones, and scratch of dynamic length.
    fn kept(&self) -> impl Iterator<Item = usize> + '_ {
        let is_kept = |buffer: &Buffer| buffer.stage != Stage::Data && !matches!(buffer.made, Made::Ready | Made::Never);
        (0..self.program.buffers.len()).filter(move |k| is_kept(&self.program.buffers[*k]) && !self.names.is_local(*k))
    }

    fn cached(&self) -> impl Iterator<Item = usize> + '_ {
        let is_asked = |buffer: &Buffer| {
            !matches!(buffer.stage, Stage::Data | Stage::Direction) && matches!(buffer.made, Made::Alone | Made::Ready)
        };
        (0..self.program.buffers.len()).filter(move |k| is_asked(&self.program.buffers[*k]))
    }

    fn word_count(&self) -> usize {
        self.program.buffers.len().div_ceil(WORD).max(1)
    }

    fn words(&self) -> TokenStream {
        numbers::usize_literal(self.word_count() as i64)
    }

    /// Whether any kernel needs scratch of dynamic length.
    fn needs_scratch(&self) -> bool {
        self.any_argument(&|argument| match argument {
            Argument::Scratch { rows, columns } => rows.mul(columns).as_constant().is_none(),
            Argument::Elimination { rows } => rows.as_constant().is_none(),
            Argument::Panel { .. } => true,
            Argument::Value(_)
            | Argument::Slice(_)
            | Argument::Slices(_)
            | Argument::Sparse(_)
            | Argument::Size(_)
            | Argument::Sizes(_) => false,
        })
    }

    /// Whether any kernel eliminates a matrix of dynamic size.
    fn needs_pivots(&self) -> bool {
        self.any_argument(&|argument| matches!(argument, Argument::Elimination { rows } if rows.as_constant().is_none()))
    }

    fn any_argument(&self, wanted: &dyn Fn(&Argument) -> bool) -> bool {
        fn any(statements: &[Stmt], wanted: &dyn Fn(&Argument) -> bool) -> bool {
            statements.iter().any(|s| match s {
                Stmt::Kernel(kernel) => kernel.arguments.iter().any(wanted),
                Stmt::Choose { hoisted, plain, .. } => any(hoisted, wanted) || any(plain, wanted),
                Stmt::Loop { body, .. }
                | Stmt::Steps { body, .. }
                | Stmt::Entries { body, .. }
                | Stmt::When { body, .. }
                | Stmt::Given { body, .. } => any(body, wanted),
                Stmt::Ensure(_)
                | Stmt::Scratch(_)
                | Stmt::Zero { .. }
                | Stmt::Store { .. }
                | Stmt::Let { .. }
                | Stmt::Sum { .. } => false,
            })
        }
        let after = self.program.functions.iter().flat_map(|f| &f.strips).map(|strips| &strips.after);
        let bodies = self.program.functions.iter().map(|f| &f.body);
        bodies.chain(after).chain(&self.program.computations).any(|statements| any(statements, wanted))
    }
}
