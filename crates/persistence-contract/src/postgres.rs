//! A `PostgreSQL` database of its own for every test.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};
use url::Url;

/// The variable with the address of a database whose user may create others.
const VARIABLE: &str = "RACCORDO_TEST_POSTGRES_URL";

/// A new database; dropping this drops it.
pub struct Database {
    server: Url,
    name: String,
}

fn server() -> Url {
    #[expect(clippy::disallowed_methods, reason = "no command line stands before a test")]
    let address = std::env::var(VARIABLE);
    let Ok(address) = address else {
        panic!(
            "these tests need a PostgreSQL server: run `cargo xtask test`, which starts one, or set {VARIABLE} to the \
             address of a database whose user may create databases (postgres://user@localhost:5432/postgres)"
        );
    };
    address.parse().unwrap()
}

async fn execute(url: &Url, statement: String) -> Result<(), sqlx::Error> {
    let mut conn = PgConnection::connect(url.as_str()).await?;
    conn.execute(AssertSqlSafe(statement)).await?;
    conn.close().await
}

impl Database {
    /// Makes one.
    pub async fn create() -> Self {
        Self::create_with("").await
    }

    /// Makes one; `options` are those of `create database`.
    pub async fn create_with(options: &str) -> Self {
        let server = server();
        let mut conn = PgConnection::connect(server.as_str()).await.unwrap();
        let name: String =
            sqlx::query_scalar("select 'raccordo_test_' || replace(gen_random_uuid()::text, '-', '')")
                .fetch_one(&mut conn)
                .await
                .unwrap();
        conn.close().await.unwrap();
        execute(&server, format!("create database {name} {options}"))
            .await
            .unwrap();
        Self { server, name }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address.
    pub fn url(&self) -> String {
        let mut url = self.server.clone();
        url.set_path(&self.name);
        url.into()
    }

    /// A connection past the store.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.unwrap()
    }

    /// Runs a statement past the store, on a connection of its own.
    pub async fn execute(&self, statement: &str) {
        execute(&self.url().parse().unwrap(), statement.to_owned())
            .await
            .unwrap();
    }

    /// The number that a question past the store is answered with, on a connection of its own.
    pub async fn count(&self, question: &'static str) -> i64 {
        let mut conn = self.connect().await;
        let count = sqlx::query_scalar(question).fetch_one(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        count
    }

    /// Every row of every table, as text; bytes are in hexadecimal digits.
    pub async fn dump(&self) -> String {
        let mut conn = self.connect().await;
        let tables: Vec<String> = sqlx::query_scalar(
            "select quote_ident(table_name) from information_schema.tables where table_schema = 'public'",
        )
        .fetch_all(&mut conn)
        .await
        .unwrap();
        let mut dump = String::new();
        for table in tables {
            let rows = format!("select coalesce(string_agg(stored::text, chr(10)), '') from {table} stored");
            let rows: String = sqlx::query_scalar(AssertSqlSafe(rows))
                .fetch_one(&mut conn)
                .await
                .unwrap();
            dump.extend([&table, "\n", &rows, "\n"]);
        }
        conn.close().await.unwrap();
        dump
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, statement) = (
            self.server.clone(),
            format!("drop database if exists {} with (force)", self.name),
        );
        // On a thread of its own, because this also runs while a failed test unwinds.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(execute(&server, statement))
        })
        .join();
        if !matches!(dropped, Ok(Ok(()))) {
            println!("the database {} of the test was left behind", self.name);
        }
    }
}
