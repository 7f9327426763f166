//! Many rows in one statement.

use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

/// Rows that are bound as one JSON text, so that the statement stays the same however many there are. JSON holds no
/// bytes: ids are hexadecimal digits in it, read by `unhex`.
#[derive(Default)]
pub(crate) struct Rows(Vec<Value>);

impl Rows {
    /// Rows of one id each.
    pub(crate) fn of_ids(ids: impl IntoIterator<Item = Uuid>) -> Self {
        Self(ids.into_iter().map(hex).collect())
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, row: Value) {
        self.0.push(row);
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As a value to bind.
    pub(crate) const fn bound(&self) -> Json<&Vec<Value>> {
        Json(&self.0)
    }
}

/// Bytes within a row.
pub(crate) fn hex(id: Uuid) -> Value {
    Value::String(id.simple().to_string())
}

/// Splits `items` into pieces whose sizes are powers of two, the largest first, of at most 64: a statement with a row of
/// values for each item then has few different texts, and stays prepared.
pub(crate) fn pieces<T>(mut items: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = 1_usize << items.len().checked_ilog2()?.min(6);
        let (piece, rest) = items.split_at(size);
        items = rest;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_powers_of_two_and_all_there() {
        let items: Vec<u32> = (0..150).collect();
        let sizes: Vec<usize> = pieces(&items).map(<[u32]>::len).collect();
        assert_eq!(sizes, [64, 64, 16, 4, 2]);
        assert_eq!(pieces(&items).flatten().copied().collect::<Vec<_>>(), items);
        assert_eq!(pieces::<u32>(&[]).count(), 0);
    }
}
