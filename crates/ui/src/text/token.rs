//! What the page of the API's tokens says.

use super::Texts;

texts! {
    /// What the page of the API's tokens says in one language.
    TokenTexts []
    tokens: "Token API", "API tokens";
    lead: "Con un token il negozio invia i suoi eventi, e altri programmi leggono e governano il pannello.",
        "With a token the shop sends its events, and other programs read and run the panel.";
    docs: "Documentazione dell'API", "API documentation";
    create: "Crea un token", "Create a token";
    name: "Nome", "Name";
    name_help: "Chi lo usa: il negozio, un programma, una persona.", "Who uses it: the shop, a program, a person.";
    scopes: "Permessi", "Permissions";
    scopes_help: "Solo ciò che serve: un token per ogni programma.", "Only what is needed: one token for each program.";
    no_scope: "Scegli almeno un permesso.", "Choose at least one permission.";
    submit: "Crea il token", "Create the token";
    made: "Ecco il token", "Here is the token";
    made_text: "Copialo adesso: non verrà più mostrato. Se lo perdi, revocalo e creane un altro.",
        "Copy it now: it will not be shown again. If you lose it, revoke it and create another one.";
    prefix: "Inizia con", "Starts with";
    created: "Creato", "Created";
    used: "Ultimo uso", "Last used";
    never_used: "mai", "never";
    revoke: "Revoca", "Revoke";
    revoked: "Revocato", "Revoked";
    none: "Nessun token, per ora", "No tokens yet";
    existing: "I token", "The tokens";
}

impl Texts {
    /// The name of the button that revokes a token.
    pub(crate) fn revoke_token(&self, name: &str) -> String {
        format!("{} {name}", self.token.revoke)
    }

    /// The question in front of revoking a token.
    pub(crate) fn revoke_question(&self, name: &str) -> String {
        if self.is_italian() {
            format!("Chi usa «{name}» non entra più, da subito e per sempre.")
        } else {
            format!("Whoever uses “{name}” is shut out, at once and for good.")
        }
    }
}
