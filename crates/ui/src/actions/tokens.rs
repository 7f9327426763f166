//! Token API: what its page reads, making tokens and revoking them.

use domain::{Scope, TokenName};
use persistence::StoredToken;
use secrecy::ExposeSecret as _;
use service::ServiceError;

use super::read::{failed, rejection, signed_in};
use super::{Cx, Pairs, sign_in_needed, value};
use crate::load::LoadError;
use crate::outcome::{Notice, Outcome, Problem};
use crate::view::{MadeTokenView, TokenRowView, TokenText, TokensView};

/// The page.
const PATH: &str = "/tokens";

pub(crate) async fn tokens() -> Result<TokensView, LoadError> {
    if let Some(Outcome::Tokens(view)) = rejection() {
        return Ok(*view);
    }
    let (cx, _) = signed_in()?;
    cx.tokens_view().await.map_err(failed)
}

/// Makes a token or revokes one.
pub async fn submit(cx: &Cx, pairs: &Pairs) -> Outcome {
    match value(pairs, "do") {
        "create" => create(cx, pairs).await,
        "revoke" => revoke(cx, pairs).await,
        _ => Outcome::Failed(Problem::BadRequest),
    }
}

async fn create(cx: &Cx, pairs: &Pairs) -> Outcome {
    let Some(actor) = &cx.actor else {
        return sign_in_needed(cx);
    };
    let typed = value(pairs, "name");
    let scopes: Option<Vec<Scope>> = pairs
        .iter()
        .filter(|(name, _)| name == "scope")
        .map(|(_, code)| Scope::from_code(code))
        .collect();
    let Some(scopes) = scopes else {
        return Outcome::Failed(Problem::BadRequest);
    };
    let name = typed.parse::<TokenName>();
    let made = match &name {
        Ok(name) if !scopes.is_empty() => {
            match cx.raccordo.create_token(actor, cx.site.id, name, &scopes).await {
                Ok(made) => Some(MadeTokenView {
                    name: made.token.name.clone(),
                    text: TokenText(made.text.expose_secret().to_owned()),
                }),
                Err(error) => return super::failed(&error),
            }
        }
        _ => None,
    };
    match cx.tokens_view().await {
        Ok(view) if made.is_some() => Outcome::Tokens(Box::new(TokensView { made, ..view })),
        Ok(view) => Outcome::Tokens(Box::new(TokensView {
            name: typed.to_owned(),
            lacks_scope: scopes.is_empty(),
            scopes,
            name_error: name.err(),
            ..view
        })),
        Err(error) => super::failed(&error),
    }
}

async fn revoke(cx: &Cx, pairs: &Pairs) -> Outcome {
    let Some(actor) = &cx.actor else {
        return sign_in_needed(cx);
    };
    let Ok(id) = value(pairs, "id").parse() else {
        return Outcome::Failed(Problem::BadRequest);
    };
    match cx.raccordo.revoke_token(actor, cx.site.id, id).await {
        Ok(revoked) => Outcome::Go {
            to: PATH.to_owned(),
            notice: Some(if revoked {
                Notice::TokenRevoked
            } else {
                Notice::Unchanged
            }),
        },
        Err(error) => super::failed(&error),
    }
}

impl Cx {
    async fn tokens_view(&self) -> Result<TokensView, ServiceError> {
        let tokens = self.raccordo.list_tokens(self.site.id).await?;
        Ok(TokensView {
            tokens: tokens.into_iter().map(|token| self.token_row(token)).collect(),
            made: None,
            name: String::new(),
            scopes: Vec::new(),
            name_error: None,
            lacks_scope: false,
        })
    }

    fn token_row(&self, token: StoredToken) -> TokenRowView {
        let scopes = token.scopes.iter().filter_map(|code| Scope::from_code(code));
        TokenRowView {
            id: token.id,
            scopes: scopes.collect(),
            name: token.name,
            prefix: token.prefix,
            created_by: token.created_by,
            created: self.when(token.created_at),
            used: token.used_at.map(|at| self.when(at)),
            revoked: token.revoked_at.map(|at| self.when(at)),
        }
    }
}
