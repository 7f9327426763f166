//! Everything that the interface says, in both languages. The names, helps and messages of fields are the domain's.

use domain::{Language, Slot, StepState};

/// Declares the texts of a struct: a name, the Italian, the English. A text that lacks a language does not compile. What
/// stands in the brackets is more fields, with their values in both languages.
macro_rules! texts {
    (
        $(#[$doc:meta])* $Texts:ident [$($(#[$more_doc:meta])* $more:ident: $Type:ty = $more_it:expr, $more_en:expr;)*]
        $($name:ident: $it:literal, $en:literal;)+
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $Texts {
            $($(#[$more_doc])* pub $more: $Type,)*
            $(#[doc = $en] pub $name: &'static str,)+
        }

        pub(super) const IT: $Texts = $Texts { $($more: $more_it,)* $($name: $it,)+ };
        pub(super) const EN: $Texts = $Texts { $($more: $more_en,)* $($name: $en,)+ };

        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $it, $en),)+];
    };
}

mod account;
mod delivery;
mod notice;
mod problem;
mod token;

// Grouped by page; within a group in the order of the page.
texts! {
    /// What the interface says in one language.
    Texts [
        /// The language.
        language: Language = Language::It, Language::En;
        /// About events and deliveries.
        delivery: delivery::DeliveryTexts = delivery::IT, delivery::EN;
        /// About an account's queue.
        queue: account::QueueTexts = account::IT, account::EN;
        /// About the tokens of the API.
        token: token::TokenTexts = token::IT, token::EN;
    ]
    // The frame around every page
    product: "Raccordo", "Raccordo";
    skip_link: "Vai al contenuto", "Skip to content";
    main_navigation: "Navigazione principale", "Main navigation";
    breadcrumb: "Percorso", "Breadcrumb";
    integrations: "Gestisci Integrazioni", "Manage integrations";
    area_integrations: "Integrazioni", "Integrations";
    area_deliveries: "Consegne", "Deliveries";
    area_api: "API", "API";
    interface_language: "Lingua dell'interfaccia", "Interface language";
    signed_in_as: "Hai effettuato l'accesso come", "Signed in as";
    sign_out: "Esci", "Sign out";
    close: "Chiudi", "Close";
    undo: "Annulla", "Undo";
    cancel: "Annulla", "Cancel";
    locked_title: "Le credenziali sono chiuse.", "The credentials are sealed.";
    locked_next: "Intanto puoi consultare, attivare e disattivare gli account; «raccordo doctor» dice che cosa manca.",
        "Meanwhile you can look at accounts, activate and deactivate them; “raccordo doctor” says what is missing.";
    offline: "Sei senza rete: quello che hai scritto resta qui. Riprova quando la connessione torna.",
        "You are offline: what you typed stays here. Try again once the connection is back.";
    session_ended: "La sessione è scaduta. Quello che hai scritto è ancora qui: accedi in un'altra scheda, poi torna e riprova.",
        "The session has ended. What you typed is still here: sign in in another tab, then come back and try again.";
    sign_in_new_tab: "Accedi in una nuova scheda", "Sign in in a new tab";

    // Keys
    keys: "Tasti rapidi", "Keyboard shortcuts";
    key_search: "Cerca nella lista degli account", "Search the list of accounts";
    key_new: "Aggiungi un account", "Add an account";
    key_help: "Mostra questi tasti", "Show these keys";
    key_escape: "Chiudi, oppure svuota la ricerca", "Close, or clear the search";
    keys_on: "Usa i tasti rapidi in questo browser", "Use keyboard shortcuts in this browser";

    // Lista degli Account
    accounts: "Lista degli Account", "Accounts";
    add_account: "Aggiungi Account", "Add account";
    search: "Cerca", "Search";
    search_hint: "Cerca negli account", "Search the accounts";
    filters: "Filtri", "Filters";
    platform: "Piattaforma", "Platform";
    platform_all: "Tutte", "All";
    state: "Stato", "State";
    state_all: "Tutti", "All";
    state_attention: "Non funzionano", "Not working";
    show_attention: "Mostrali", "Show them";
    own_network: "Nessuna piattaforma è raggiungibile: è probabile che la rete di questo server sia interrotta. Controlla prima quella.",
        "No platform can be reached: this server's network is probably down. Check that first.";
    apply_filters: "Filtra", "Filter";
    clear_filters: "Togli i filtri", "Clear filters";
    with_selected: "Con gli account selezionati", "With the selected accounts";
    edit: "Modifica", "Edit";
    activate: "Attiva", "Activate";
    deactivate: "Disattiva", "Deactivate";
    delete_more: "Elimina…", "Delete…";
    selection: "Selezione", "Selection";
    select_all: "Seleziona tutti gli account della pagina", "Select every account on this page";
    description: "Descrizione", "Description";
    target: "Destinazione", "Target";
    active: "Attivo", "Active";
    inactive: "Disattivo", "Inactive";
    active_many: "Attivi", "Active";
    inactive_many: "Disattivi", "Inactive";
    default_account: "Predefinito", "Default";
    changed_by: "da", "by";
    pages: "Pagine della lista", "Pages of the list";
    previous: "Precedente", "Previous";
    next: "Successiva", "Next";
    empty_title: "Nessun account, per ora", "No accounts yet";
    empty_text: "Un account collega il negozio a una piattaforma: scegli quale. Bastano un paio di minuti, e finché non lo attivi non parte nulla.",
        "An account connects the shop to a platform: choose one. It takes a couple of minutes, and nothing is sent until you activate it.";
    nothing_title: "Nessun account corrisponde", "No account matches";
    nothing_text: "Cambia le parole cercate, oppure togli i filtri per rivedere tutti gli account.",
        "Try other words, or clear the filters to see every account again.";

    // Dati Account
    account: "Dati Account", "Account";
    go_on: "Continua", "Continue";
    save: "Salva", "Save";
    test_connection: "Test Connessione", "Test connection";
    test_running: "Test in corso…", "Testing…";
    test_cancel: "Interrompi", "Stop";
    test_last: "Ultimo test", "Last test";
    test_works: "Funziona", "Works";
    test_fails: "Non funziona", "Not working";
    test_steps: "Passi del test", "Steps of the test";
    test_passed: "riuscito", "passed";
    test_failed: "fallito", "failed";
    test_skipped: "non eseguito", "not run";
    request_id: "ID richiesta", "Request id";
    test_details: "Dettagli tecnici", "Technical details";
    test_unsaved: "Il test riguarda i dati scritti qui, non ancora salvati.",
        "The test is about the data typed here, not saved yet.";
    test_outdated: "Il test riguarda le impostazioni precedenti: ripetilo.",
        "The test is about the previous settings: test again.";
    what_to_do: "Che cosa fare:", "What to do:";
    copy: "Copia", "Copy";
    copied: "Copiato", "Copied";
    send_message: "Invia un messaggio di prova", "Send a test message";
    send_message_help: "Scrive davvero nella chat dello staff, con le impostazioni salvate. Nessun cliente lo riceve.",
        "Really writes in the staff chat, with the saved settings. No customer receives it.";
    message_sent: "Messaggio di prova inviato: guarda nella chat dello staff.", "Test message sent: look in the staff chat.";
    message_not_sent: "Il messaggio di prova non è partito.", "The test message was not sent.";
    found_use: "Usa", "Use";
    log_of_account: "Log di questo account", "Log of this account";
    sandbox: "Sandbox", "Sandbox";
    sandbox_help: "Piattaforma di prova di Raccordo: nulla esce da questo server.",
        "A fake platform of Raccordo's: nothing leaves this server.";
    description_help: "È il nome con cui riconoscerai l'account nella lista.",
        "The name by which you will know the account in the list.";
    platform_fixed: "Una volta creato l'account, la piattaforma non cambia più.",
        "Once the account is created, its platform never changes.";
    change_platform: "Cambia piattaforma", "Change platform";
    sections: "Sezioni", "Sections";
    changed: "Modificato", "Changed";
    optional: "facoltativo", "optional";
    example: "Esempio:", "Example:";
    secret_set: "Configurato il", "Set on";
    secret_for: "per", "for";
    secret_locked: "Bloccato.", "Locked.";
    replace: "Sostituisci", "Replace";
    keep_secret: "Lascia vuoto per tenere quello attuale.", "Leave it empty to keep the current one.";
    remove_secret: "Rimuovi il valore attuale", "Remove the current value";
    secrets_again: "Per sicurezza le credenziali non tornano nella pagina: se ne avevi scritte, scrivile di nuovo.",
        "For safety, credentials do not come back to the page: if you had typed any, type them again.";
    conflict_title: "Nel frattempo qualcun altro ha modificato questo account",
        "Somebody else changed this account meanwhile";
    conflict_keep: "Non è stato salvato nulla. Quello che hai scritto è ancora qui sotto: salva di nuovo per tenerlo, oppure",
        "Nothing was saved. What you typed is still below: save again to keep it, or";
    conflict_restart: "riparti dai valori attuali", "start again from the current values";
    in_the_way_title: "Il posto è già occupato", "The place is already taken";
    in_the_way_next: "Non è stato salvato nulla. Disattiva l'altro account, oppure cambia qui il valore che li mette in conflitto, poi salva di nuovo.",
        "Nothing was saved. Deactivate the other account, or change here the value over which they collide, then save again.";
    new_tab: "(nuova scheda)", "(new tab)";

    // Attiva senza un test riuscito
    activate_one: "Attivare l'account senza un test riuscito?", "Activate the account without a passed test?";
    activate_many: "Attivare gli account senza un test riuscito?", "Activate the accounts without a passed test?";
    activate_why: "Gli eventi del negozio partiranno subito, ma nessuno sa se arriveranno. La scelta viene registrata nel log.",
        "The shop's events will go out at once, but nobody knows whether they will arrive. The choice is recorded in the log.";
    activate_anyway: "Attiva comunque", "Activate anyway";
    activate_none: "Gli account sono già attivi o non ci sono più.", "The accounts are active already, or gone.";
    test_first: "Fai prima il test", "Test first";
    swap_unproven: "Nessun test riuscito prova che questo account funzioni: l'attivazione viene registrata nel log.",
        "No passed test shows that this account works: activating it is recorded in the log.";

    // Elimina
    final_title: "È definitivo", "This is final";
    lost: "Si perdono, senza modo di recuperarli:", "What is lost, with no way to recover it:";
    lost_settings: "tutte le impostazioni e la cronologia delle modifiche", "every setting and the history of changes";
    lost_secrets: "le credenziali salvate, che per ricollegare la piattaforma andranno digitate di nuovo",
        "the stored credentials, which must be typed again to reconnect the platform";
    lost_deliveries: "le consegne, anche quelle in attesa, e la loro storia",
        "its deliveries, also those that wait, and their history";
    lost_sending: "gli invii: il sito smette subito di mandare dati alla piattaforma",
        "what would be sent: the site stops sending data to the platform at once";
    kept_remote: "Ciò che la piattaforma ha già ricevuto resta là.", "What the platform has already received stays there.";
    deactivate_text: "Vuoi solo sospendere gli invii? Disattiva: non parte più nulla e ogni impostazione resta salvata, credenziali comprese.",
        "Do you only want to pause? Deactivate: nothing is sent any more and every setting is kept, credentials included.";
    delete_forever: "Elimina definitivamente", "Delete for good";
    deactivate_instead: "Disattiva invece", "Deactivate instead";
    nothing_to_delete: "Non c'è più nulla da eliminare", "There is nothing left to delete";
    nothing_to_delete_text: "Gli account scelti non ci sono più: qualcuno li ha già eliminati.",
        "The chosen accounts are gone: somebody has deleted them already.";

    // Scambio
    swap: "Scambia", "Swap";
    swap_stays: "resta attivo, ma non è più il predefinito", "stays active, but is no longer the default";
    swap_keeps: "Avviene in un solo passaggio e ogni impostazione resta salvata, credenziali comprese: puoi scambiarli di nuovo quando vuoi.",
        "It happens in one step and every setting is kept, credentials included: you can swap them back whenever you like.";
    swap_free: "Il posto si è liberato nel frattempo: puoi attivare l'account senza toccare gli altri.",
        "The place has become free meanwhile: you can activate the account without touching the others.";

    // Accesso
    sign_in: "Accedi", "Sign in";
    sign_in_text: "Accedi per gestire le integrazioni del negozio.", "Sign in to manage the shop's integrations.";
    user_name: "Nome utente", "User name";
    password: "Password", "Password";
    show: "Mostra", "Show";
    forgotten: "Password dimenticata? Chi amministra il server può cambiarla con «raccordo admin password».",
        "Forgotten your password? Whoever runs the server can change it with “raccordo admin password”.";
    no_users_yet: "Non c'è ancora nessun utente: apri il collegamento che Raccordo ha stampato nel terminale al primo avvio, oppure crea il primo amministratore con «raccordo admin create».",
        "There is no user yet: open the link that Raccordo printed in the terminal when it first started, or create the first administrator with “raccordo admin create”.";
    sign_in_failed: "Accesso non riuscito", "Sign-in failed";

    // Primo avvio
    first_start: "Primo avvio", "First start";
    first_start_text: "Crea l'amministratore e racconta qualcosa del negozio. Tutto si potrà cambiare in seguito.",
        "Create the administrator and tell something about the shop. Everything can be changed later.";
    administrator: "Amministratore", "Administrator";
    user_name_help: "Da 2 a 64 caratteri senza spazi; va bene anche un indirizzo e-mail.",
        "2 to 64 characters without spaces; an e-mail address is fine.";
    password_help: "Almeno 12 caratteri: tre o quattro parole qualsiasi vanno benissimo.",
        "At least 12 characters: three or four random words will do.";
    password_repeat: "Ripeti la password", "Repeat the password";
    password_differs: "Le due password sono diverse: riscrivile entrambe.",
        "The two passwords differ: type both again.";
    shop: "Negozio", "Shop";
    site_name: "Nome del negozio", "Shop name";
    site_url: "Indirizzo pubblico", "Public address";
    languages: "Lingue", "Languages";
    languages_help: "I codici separati da virgole, la principale per prima: it, en.",
        "Their codes separated by commas, the main one first: it, en.";
    currencies: "Valute", "Currencies";
    currencies_help: "I codici separati da virgole, la principale per prima: EUR, USD.",
        "Their codes separated by commas, the main one first: EUR, USD.";
    time_zone: "Fuso orario", "Time zone";
    time_zone_help: "Un luogo, per esempio Europe/Rome.", "A place, for example Europe/Rome.";
    create_administrator: "Crea l'amministratore", "Create the administrator";

    // Problemi
    signed_out_title: "La sessione è scaduta", "Your session has ended";
    signed_out_text: "Accedi di nuovo: poi torni a questa pagina.", "Sign in again and you will be back on this page.";
    back_to_accounts: "Torna alla Lista degli Account", "Back to the accounts";
    try_again: "Riprova", "Try again";

    // Lista dei Log
    area_log: "Log", "Log";
    log: "Lista dei Log", "Log entries";
    download_csv: "Scarica CSV", "Download CSV";
    tail_on: "Segui in tempo reale", "Follow live";
    tail_off: "Metti in pausa", "Pause";
    tail_started: "I nuovi log compaiono da soli.", "New entries appear by themselves.";
    tail_stopped: "In pausa: i nuovi log non compaiono più da soli.", "Paused: new entries no longer appear by themselves.";
    tail_missed: "Nel frattempo sono arrivati più log di quanti ne mostra questa pagina.", "Meanwhile more entries have come than this page shows.";
    log_from: "Dal", "From";
    log_to: "Al", "To";
    log_account_hint: "Nome dell'account", "Name of the account";
    log_created: "Data di Creazione", "Created";
    log_message: "Messaggio", "Message";
    log_level: "Tipo Log", "Type";
    log_account: "Account Integrazione", "Integration account";
    log_details: "Dettagli", "Details";
    log_deleted: "eliminato", "deleted";
    log_by: "Eseguito da", "Done by";
    log_by_panel: "Raccordo, in automatico", "Raccordo, automatically";
    log_remedy: "Che cosa fare", "What to do";
    log_changes: "Modifiche", "Changes";
    log_test: "Test", "Test";
    log_pages: "Pagine del log", "Pages of the log";
    log_newer: "Più recenti", "Newer";
    log_older: "Più vecchi", "Older";
    log_kept_forever: "I log si conservano senza scadenza.", "The log is kept for ever.";
    log_empty_title: "Nessun log, per ora", "No log entries yet";
    log_empty_text: "Qui si legge tutto quello che il pannello fa con le integrazioni: account creati, modificati, attivati ed eliminati, test riusciti e falliti.",
        "Here you read everything that the panel does with the integrations: accounts created, changed, activated and deleted, tests passed and failed.";
    log_nothing_title: "Nessun log corrisponde", "No log entry matches";
    log_nothing_text: "Allarga l'intervallo di date o cambia i filtri, oppure toglili per rivedere tutto il log.",
        "Widen the date range or change the filters, or clear them to see the whole log again.";
}

/// The texts of a language.
pub fn texts(language: Language) -> &'static Texts {
    match language {
        Language::It => &IT,
        Language::En => &EN,
    }
}

impl Texts {
    const fn pick(&self, it: &'static str, en: &'static str) -> &'static str {
        match self.language {
            Language::It => it,
            Language::En => en,
        }
    }

    const fn is_italian(&self) -> bool {
        matches!(self.language, Language::It)
    }

    /// Attivo or Disattivo.
    pub(crate) const fn state_of(&self, active: bool) -> &'static str {
        if active { self.active } else { self.inactive }
    }

    /// `12 account`, or how many of all match.
    pub(crate) fn count(&self, matching: u32, total: u32) -> String {
        let (all, shown) = (self.number(total), self.number(matching));
        match (self.language, matching == total) {
            (Language::It, true) => format!("{all} account"),
            (Language::It, false) => format!("{shown} di {all} account"),
            (Language::En, true) if total == 1 => "1 account".to_owned(),
            (Language::En, true) => format!("{all} accounts"),
            (Language::En, false) => format!("{shown} of {all} accounts"),
        }
    }

    /// `2 selezionati`.
    pub(crate) fn selected(&self, count: usize) -> String {
        match (self.language, count) {
            (Language::It, 1) => "1 selezionato".to_owned(),
            (Language::It, _) => format!("{count} selezionati"),
            (Language::En, _) => format!("{count} selected"),
        }
    }

    /// `Pagina 2 di 5`.
    pub(crate) fn page_of(&self, page: u32, pages: u32) -> String {
        let (word, of) = if self.is_italian() {
            ("Pagina", "di")
        } else {
            ("Page", "of")
        };
        format!("{word} {} {of} {}", self.number(page), self.number(pages))
    }

    /// The heading of Dati Account: the account's description, or that it is a new one.
    pub(crate) fn account_title(&self, description: Option<&str>) -> String {
        match description.map(str::trim) {
            // As typed, and refused.
            Some("") => self.account.to_owned(),
            Some(description) => format!("{}: {description}", self.account),
            None => format!("{}: {}", self.account, self.pick("nuovo account", "new account")),
        }
    }

    /// `Controlla 2 campi`.
    pub(crate) fn check_fields(&self, count: usize) -> String {
        match (self.language, count) {
            (Language::It, 1) => "Controlla 1 campo".to_owned(),
            (Language::It, _) => format!("Controlla {count} campi"),
            (Language::En, 1) => "Check 1 field".to_owned(),
            (Language::En, _) => format!("Check {count} fields"),
        }
    }

    /// Which sections open once a new account was saved.
    pub(crate) fn later_sections(&self, titles: &[&str]) -> String {
        let opening = self.pick(
            "Dopo il primo salvataggio si aprono",
            "These open after the first save",
        );
        format!("{opening}: {}.", titles.join(", "))
    }

    /// The label of the field that replaces a stored secret.
    pub(crate) fn new_secret(&self, label: &str) -> String {
        format!("{} {label}", self.pick("Nuovo valore:", "New value:"))
    }

    /// What place an account holds.
    pub(crate) fn slot_holder(&self, slot: &Slot) -> String {
        match (self.language, slot) {
            (Language::It, Slot::Platform(platform)) => format!("è l'account attivo di {platform}"),
            (Language::It, Slot::PlatformLanguage(platform, tag)) => {
                format!(
                    "è l'account attivo di {platform} per la lingua «{}»",
                    tag.name(self.language)
                )
            }
            (Language::It, Slot::PlatformDefault(platform)) => {
                format!("è l'account predefinito di {platform}")
            }
            (Language::En, Slot::Platform(platform)) => format!("is the active account of {platform}"),
            (Language::En, Slot::PlatformLanguage(platform, tag)) => {
                format!(
                    "is the active account of {platform} for {}",
                    tag.name(self.language)
                )
            }
            (Language::En, Slot::PlatformDefault(platform)) => {
                format!("is the default account of {platform}")
            }
        }
    }

    /// Why two accounts cannot share a place.
    pub(crate) fn slot_rule(&self, slot: &Slot) -> String {
        match (self.language, slot) {
            (Language::It, Slot::Platform(platform)) => {
                format!("Per {platform} può essere attivo un solo account alla volta.")
            }
            (Language::It, Slot::PlatformLanguage(platform, tag)) => format!(
                "Per {platform} può essere attivo un solo account per lingua, e questa lingua («{}») è già presa.",
                tag.name(self.language)
            ),
            (Language::It, Slot::PlatformDefault(platform)) => {
                format!("Un solo account attivo di {platform} può essere il predefinito.")
            }
            (Language::En, Slot::Platform(platform)) => {
                format!("Only one account of {platform} can be active at a time.")
            }
            (Language::En, Slot::PlatformLanguage(platform, tag)) => format!(
                "Only one account of {platform} can be active for a language, and {} is taken.",
                tag.name(self.language)
            ),
            (Language::En, Slot::PlatformDefault(platform)) => {
                format!("Only one active account of {platform} can be the default.")
            }
        }
    }

    /// The question of the page that asks before deleting.
    pub(crate) fn delete_title(&self, descriptions: &[&str]) -> String {
        match (self.language, descriptions) {
            (_, []) => self.nothing_to_delete.to_owned(),
            (Language::It, [one]) => format!("Eliminare «{one}»?"),
            (Language::It, many) => format!("Eliminare {} account?", many.len()),
            (Language::En, [one]) => format!("Delete “{one}”?"),
            (Language::En, many) => format!("Delete {} accounts?", many.len()),
        }
    }

    /// The question of the page that offers to swap accounts: `displaced` are switched off.
    pub(crate) fn swap_title(&self, description: &str, displaced: &[&str]) -> String {
        let it = self.is_italian();
        let quoted: Vec<String> = displaced
            .iter()
            .map(|name| {
                if it {
                    format!("«{name}»")
                } else {
                    format!("“{name}”")
                }
            })
            .collect();
        match (it, quoted.is_empty()) {
            (true, true) => format!("Attivare «{description}»?"),
            (true, false) => format!("Attivare «{description}» al posto di {}?", quoted.join(" e ")),
            (false, true) => format!("Activate “{description}”?"),
            (false, false) => format!("Activate “{description}” in place of {}?", quoted.join(" and ")),
        }
    }

    /// The name of a row's box, for those who cannot see the row.
    pub(crate) fn select_account(&self, description: &str) -> String {
        format!("{} {description}", self.pick("Seleziona", "Select"))
    }

    /// The name of a row's switch; whether it is on, the switch itself says.
    pub(crate) fn active_switch(&self, description: &str) -> String {
        format!("{}: {description}", self.active)
    }

    /// What the button of a row's switch does.
    pub(crate) fn switch_account(&self, active: bool, description: &str) -> String {
        format!(
            "{} {description}",
            if active { self.deactivate } else { self.activate }
        )
    }

    /// `2 account attivi non funzionano.`
    pub(crate) fn attention(&self, count: u32) -> String {
        match (self.language, count) {
            (Language::It, 1) => "1 account attivo non funziona.".to_owned(),
            (Language::En, 1) => "1 active account does not work.".to_owned(),
            (Language::It, _) => format!("{} account attivi non funzionano.", self.number(count)),
            (Language::En, _) => format!("{} active accounts do not work.", self.number(count)),
        }
    }

    /// `12 valori trovati`, for those who cannot see them appear.
    pub(crate) fn values_found(&self, count: usize) -> String {
        match (self.language, count) {
            (Language::It, 1) => "1 valore trovato".to_owned(),
            (Language::En, 1) => "1 value found".to_owned(),
            (Language::It, _) => format!("{count} valori trovati"),
            (Language::En, _) => format!("{count} values found"),
        }
    }

    /// Milliseconds as a person reads them: `412 ms`, `2,4 s`.
    pub(crate) fn milliseconds(&self, ms: u32) -> String {
        if ms < 1_000 {
            return format!("{ms} ms");
        }
        let mark = if self.is_italian() { ',' } else { '.' };
        format!("{}{mark}{} s", ms / 1_000, ms % 1_000 / 100)
    }

    /// How a step ended.
    pub(crate) const fn step_state(&self, state: StepState) -> &'static str {
        match state {
            StepState::Passed => self.test_passed,
            StepState::Failed => self.test_failed,
            StepState::Skipped => self.test_skipped,
        }
    }

    /// The name of the *i* of an entry.
    pub(crate) fn log_details_of(&self, message: &str) -> String {
        format!("{}: {message}", self.log_details)
    }

    /// How many entries the page shows, and whether that is all.
    pub(crate) fn log_shown(&self, count: usize, has_older: bool) -> String {
        let all = match (self.language, count) {
            (Language::It, _) => format!("{count} log"),
            (Language::En, 1) => "1 entry".to_owned(),
            (Language::En, _) => format!("{count} entries"),
        };
        match (self.language, has_older) {
            (_, false) => all,
            (Language::It, true) => format!("{all}, e ce ne sono di più vecchi"),
            (Language::En, true) => format!("{all}, and there are older ones"),
        }
    }

    /// What a file says that does not hold all entries.
    #[cfg(feature = "ssr")]
    pub(crate) fn log_file_cut(&self, rows: u32) -> String {
        let rows = self.number(rows);
        match self.language {
            Language::It => {
                format!(
                    "Il file si ferma a {rows} di righe: i log più vecchi mancano. Scarica il resto scegliendo le date."
                )
            }
            Language::En => {
                format!(
                    "The file ends after {rows} rows: older entries are missing. Choose dates to download the rest."
                )
            }
        }
    }

    /// How many entries have come by themselves.
    pub(crate) fn log_arrived(&self, count: usize) -> String {
        match (self.language, count) {
            (Language::It, 1) => "1 nuovo log".to_owned(),
            (Language::It, _) => format!("{count} nuovi log"),
            (Language::En, 1) => "1 new entry".to_owned(),
            (Language::En, _) => format!("{count} new entries"),
        }
    }

    /// How long entries are kept.
    pub(crate) fn log_kept(&self, days: Option<u32>) -> String {
        match (self.language, days) {
            (_, None) => self.log_kept_forever.to_owned(),
            (Language::It, Some(1)) => "I log si conservano 1 giorno.".to_owned(),
            (Language::It, Some(days)) => format!("I log si conservano {} giorni.", self.number(days)),
            (Language::En, Some(1)) => "The log is kept for 1 day.".to_owned(),
            (Language::En, Some(days)) => format!("The log is kept for {} days.", self.number(days)),
        }
    }

    /// The name of the link that takes the filter on one account off.
    pub(crate) fn log_not_only(&self, description: &str) -> String {
        format!("{} {description}", self.pick("Non solo", "Not only"))
    }

    /// Whole numbers with the thousands apart: `1.204`, `1,204`.
    pub(crate) fn number(&self, number: u32) -> String {
        let mark = if self.is_italian() { '.' } else { ',' };
        let digits = number.to_string();
        let mut grouped = String::with_capacity(digits.len() + 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(mark);
            }
            grouped.push(digit);
        }
        grouped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
        [ALL, delivery::ALL, account::ALL, token::ALL]
            .into_iter()
            .flatten()
    }

    #[test]
    fn no_text_is_empty_and_none_has_loose_spaces() {
        for (name, it, en) in all() {
            for words in [it, en] {
                assert!(
                    !words.is_empty() && words.trim() == *words && !words.contains("  "),
                    "{name}: {words:?}"
                );
            }
        }
    }

    #[test]
    fn a_sentence_stays_a_sentence_in_the_other_language() {
        for (name, it, en) in all() {
            for mark in ['.', '…', '?'] {
                assert_eq!(it.ends_with(mark), en.ends_with(mark), "{name}");
            }
        }
    }

    #[test]
    fn accounts_are_counted_as_a_person_would() {
        assert_eq!(IT.count(1, 1), "1 account");
        assert_eq!(IT.count(1204, 1204), "1.204 account");
        assert_eq!(IT.count(3, 1204), "3 di 1.204 account");
        assert_eq!(EN.count(1, 1), "1 account");
        assert_eq!(EN.count(0, 0), "0 accounts");
        assert_eq!(EN.count(3, 1_234_567), "3 of 1,234,567 accounts");
        assert_eq!(IT.selected(1), "1 selezionato");
        assert_eq!(IT.selected(2), "2 selezionati");
        assert_eq!(EN.page_of(2, 5), "Page 2 of 5");
    }
}
