//! Facts where they hold and where they must not.

mod conditions;
mod eigenvalues;
mod modules;
mod rules;
mod super_efficiency;
mod super_efficiency_by_numbers;
