//! Many rows as the columns that `unnest` makes rows of again.

/// One column of `rows`.
pub(crate) fn column<'a, T, U>(rows: &'a [T], of: impl Fn(&'a T) -> U) -> Vec<U> {
    rows.iter().map(of).collect()
}
