//! The buffers of a point that is gone, for the next one: without them every point of a large problem would ask the
//! system for new memory, and fill it with zeros.

use std::sync::{Arc, Mutex};

/// Where a problem keeps the buffers of the last point that went away. A clone starts without.
#[derive(Debug)]
pub struct Spare<W>(Arc<Mutex<Option<W>>>);

/// The [`Spare`] that buffers go back to; none of those that lie in it.
#[derive(Debug)]
pub struct Home<W>(Option<Arc<Mutex<Option<W>>>>);

impl<W> Spare<W> {
    /// The buffers that lie here, if they fit. Another thread that looks at the same time leaves empty-handed.
    pub fn take(&self, fits: impl FnOnce(&W) -> bool) -> Option<W> {
        let mut kept = self.0.try_lock().ok()?;
        if fits(kept.as_ref()?) { kept.take() } else { None }
    }

    /// For buffers that are to come back.
    pub fn home(&self) -> Home<W> {
        Home(Some(Arc::clone(&self.0)))
    }
}

impl<W> Default for Spare<W> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<W> Clone for Spare<W> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<W> Home<W> {
    /// Of buffers that have none.
    pub const NONE: Self = Self(None);

    /// Out of buffers that are about to go.
    #[must_use]
    pub fn leave(&mut self) -> Self {
        Self(self.0.take())
    }

    /// Brings buffers home, in place of older ones. Those of a computation that panicked may be half written.
    pub fn keep(self, buffers: impl FnOnce() -> W) {
        let Some(place) = self.0 else { return };
        if std::thread::panicking() {
            return;
        }
        if let Ok(mut kept) = place.try_lock() {
            *kept = Some(buffers());
        }
    }
}

impl<W> Clone for Home<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_come_back_once() {
        let spare = Spare::default();
        assert_eq!(spare.take(|_: &Vec<f64>| true), None);
        let mut home = spare.home();
        home.leave().keep(|| vec![1.0]);
        home.leave().keep(|| vec![2.0]);
        assert!(spare.clone().take(|_| true).is_none(), "a clone has its own");
        assert_eq!(spare.take(|kept| kept.len() == 2), None);
        assert_eq!(spare.take(|kept| kept.len() == 1), Some(vec![1.0]));
        assert_eq!(spare.take(|_| true), None);
    }

    #[test]
    fn buffers_of_a_panic_are_dropped() {
        struct Guard(Home<Vec<f64>>);
        impl Drop for Guard {
            fn drop(&mut self) {
                self.0.leave().keep(Vec::new);
            }
        }
        let spare = Spare::default();
        let guard = Guard(spare.home());
        let thread = std::thread::spawn(move || {
            let _guard = guard;
            panic!("while the buffers are in use");
        });
        assert!(thread.join().is_err());
        assert!(spare.take(|_| true).is_none());
        drop(Guard(spare.home()));
        assert!(spare.take(|_| true).is_some());
    }
}
