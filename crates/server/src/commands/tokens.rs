//! `raccordo tokens`.

use anyhow::bail;
use clap::{Args, Subcommand};
use domain::{Scope, TokenId, TokenName};
use secrecy::ExposeSecret;
use service::Raccordo;

use super::print;
use crate::acting;
use crate::json::{NewToken, Token};

/// Tokens of the API.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Tokens {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
enum What {
    /// Make one; it is printed once and never again
    Create {
        /// What people call it
        name: TokenName,
        /// What it may do, such as events:write; give it several times for more
        #[arg(long = "scope", required = true, value_parser = scope)]
        scopes: Vec<Scope>,
    },
    /// List them
    List,
    /// Revoke one
    Revoke {
        /// Its id
        id: TokenId,
    },
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::from_code(text).ok_or_else(|| {
        let codes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.code()).collect();
        format!("the scopes are {}", codes.join(", "))
    })
}

impl Tokens {
    pub(super) async fn run(self, raccordo: &Raccordo) -> anyhow::Result<()> {
        let site = raccordo.shown_site().await?.id;
        match self.what {
            What::Create { name, scopes } => {
                let new = raccordo
                    .create_token(&acting::operator(), site, &name, &scopes)
                    .await?;
                if self.json {
                    return print::json(&NewToken {
                        secret: new.text.expose_secret().to_owned(),
                        token: Token::from(new.token),
                    });
                }
                println!("{}", new.text.expose_secret());
                eprintln!("Keep it now: it is never shown again.");
            }
            What::List => {
                let tokens = raccordo.list_tokens(site).await?;
                if self.json {
                    let tokens: Vec<Token> = tokens.into_iter().map(Token::from).collect();
                    return print::json(&tokens);
                }
                let rows: Vec<[String; 6]> = tokens
                    .into_iter()
                    .map(|token| {
                        [
                            token.id.to_string(),
                            format!("{}…", token.prefix),
                            if token.revoked_at.is_some() {
                                "revoked"
                            } else {
                                "good"
                            }
                            .to_owned(),
                            token.used_at.map_or_else(|| "never".to_owned(), print::at),
                            token.scopes.join(" "),
                            token.name,
                        ]
                    })
                    .collect();
                print::table(["ID", "TOKEN", "STATE", "LAST USED", "SCOPES", "NAME"], &rows);
            }
            What::Revoke { id } => {
                if !raccordo.revoke_token(&acting::operator(), site, id).await? {
                    bail!(
                        "there is no token {id}, or it was revoked before; `raccordo tokens list` shows them all"
                    );
                }
                if self.json {
                    return print::json(&serde_json::json!({ "revoked": id }));
                }
                println!("It is revoked. A running panel refuses it within five seconds.");
            }
        }
        Ok(())
    }
}
