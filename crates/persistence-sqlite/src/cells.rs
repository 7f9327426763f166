//! The values of a row.

use std::fmt::Display;

use persistence::{Inconsistency, StoreError};
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row, Sqlite, Type};

use crate::error::store_error;

/// A row of `table`, which `key` names where something in it cannot be read.
pub(crate) struct Cells<'r, K> {
    pub(crate) row: &'r SqliteRow,
    pub(crate) table: &'static str,
    pub(crate) key: K,
}

impl<'r, K: Display> Cells<'r, K> {
    /// The value in `column`. What cannot be read is inconsistent.
    pub(crate) fn get<T: Decode<'r, Sqlite> + Type<Sqlite>>(
        &self,
        column: &'static str,
    ) -> Result<T, StoreError> {
        self.row.try_get(column).map_err(|error| match error {
            sqlx::Error::ColumnDecode { source, .. } => {
                Inconsistency::new(self.table, column, &self.key, source).into()
            }
            error => store_error(error),
        })
    }
}
