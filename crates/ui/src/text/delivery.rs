//! What the pages about events and deliveries say.

use domain::{DeliveryState, Language};

use super::Texts;

texts! {
    /// What the pages about events and deliveries say in one language.
    DeliveryTexts []
    // Consegne
    deliveries: "Consegne", "Deliveries";
    received: "Ricevuto", "Received";
    event: "Evento", "Event";
    account: "Account", "Account";
    result: "Esito", "Result";
    attempts: "Tentativi", "Attempts";
    took: "Durata", "Took";
    class: "Motivo", "Reason";
    entity: "Riguarda", "About";
    entity_hint: "Numero o e-mail", "Number or e-mail";
    from: "Dal", "From";
    to: "Al", "To";
    pages: "Pagine delle consegne", "Pages of the deliveries";
    older: "Più vecchie", "Older";
    tail_started: "Le nuove consegne compaiono da sole.", "New deliveries appear by themselves.";
    tail_stopped: "In pausa: le nuove consegne non compaiono più da sole.", "Paused: new deliveries no longer appear by themselves.";
    tail_missed: "Nel frattempo sono arrivate più consegne di quante ne mostra questa pagina.", "Meanwhile more deliveries have come than this page shows.";
    under_way: "in corso", "under way";
    failures: "Da sistemare", "To be mended";
    show: "Mostra", "Show";
    retry_all: "Riprova tutte…", "Retry all…";
    skip_all: "Salta tutte…", "Skip all…";
    kept_forever: "Gli eventi e le loro consegne si conservano senza scadenza.", "Events and their deliveries are kept for ever.";
    empty_title: "Nessuna consegna, per ora", "No deliveries yet";
    empty_text: "Ogni evento del negozio diventa una consegna per ogni account attivo che lo riceve. Il negozio li manda con un token API.",
        "Every event of the shop becomes a delivery for each active account that receives it. The shop sends them with an API token.";
    make_token: "Crea un token API", "Create an API token";
    nothing_title: "Nessuna consegna corrisponde", "No delivery matches";
    nothing_text: "Allarga l'intervallo di date o cambia i filtri, oppure toglili per rivedere tutte le consegne.",
        "Widen the date range or change the filters, or clear them to see every delivery again.";
    known_by_email: "Cliente non registrato", "Customer who is not registered";
    deleted_account: "account eliminato", "deleted account";

    // Riprova tutte, Salta tutte
    retry_text: "Partono subito e i tentativi si contano da capo. Le consegne già riuscite non si toccano.",
        "They go out at once, with their attempts counted anew. Deliveries that worked are left alone.";
    retry_twice: "Sono state inviate senza ricevere risposta: dove la piattaforma non si può interrogare, potrebbero arrivare due volte.",
        "They were sent without an answer: where the platform cannot be asked, they may arrive twice.";
    skip_text: "Restano nella lista come saltate e alla piattaforma non arriva nulla. Si possono ancora riprovare.",
        "They stay in the list as skipped and the platform receives nothing. They can still be retried.";
    retry: "Riprova", "Retry";
    skip: "Salta", "Skip";
    go_on: "Continua", "Continue";
    stop: "Interrompi", "Stop";
    all_sites: "Tutte le consegne in questo stato", "All deliveries in this state";
    change_none: "Nel frattempo non ce n'è più nessuna: qualcuno ci ha già pensato, oppure sono arrivate.",
        "There are none left meanwhile: somebody has taken care of them, or they have arrived.";
    back: "Torna alle consegne", "Back to the deliveries";

    // Una consegna
    show_one: "Mostra la consegna", "Show the delivery";
    retry_now: "Riprova ora", "Retry now";
    open_account: "Apri l'account", "Open the account";
    explain: "Spiega", "Explain";
    what_to_do: "Che cosa fare:", "What to do:";
    delivered_to: "La piattaforma l'ha ricevuta.", "The platform has received it.";
    attempt_under_way: "Un tentativo è in corso.", "An attempt is under way.";
    waits_first: "Il primo tentativo è previsto", "The first attempt is due";
    waits_next: "Il prossimo tentativo è previsto", "The next attempt is due";
    unknown_text: "È stata inviata, ma non è arrivata risposta: può darsi che sia stata eseguita. Controlla sulla piattaforma prima di riprovare.",
        "It was sent, but no answer came: it may have been carried out. Look on the platform before you retry.";
    curl: "Copia come curl", "Copy as curl";
    curl_note: "L'ultima chiamata, da ripetere a mano. Dove sta ▇ va scritta la credenziale.",
        "The last call, to be made by hand. Where ▇ stands the credential must be written.";
    curl_note_cut: "L'ultima chiamata, da ripetere a mano. Dove sta ▇ va scritta la credenziale. Il corpo inviato superava i 2.000 caratteri che si conservano: prima va scritto per intero in body.json. Finché la consegna non è riuscita, «Spiega» lo mostra.",
        "The last call, to be made by hand. Where ▇ stands the credential must be written. The body that was sent exceeded the 2,000 characters that are kept: write the whole of it to body.json first. Until the delivery has succeeded, “Explain” shows it.";
    timeline: "Tentativi", "Attempts";
    no_attempts: "Finora nessun tentativo.", "No attempt so far.";
    attempt: "Tentativo", "Attempt";
    attempt_delivered: "Riuscito", "Succeeded";
    no_calls: "Nessuna chiamata è partita.", "No call went out.";
    calls_locked: "Per leggere le chiamate serve la chiave principale.", "The master key is needed to read the calls.";
    request: "Richiesta", "Request";
    answer: "Risposta", "Answer";
    no_answer: "nessuna risposta", "no answer";
    no_body: "Senza corpo", "No body";
    raw: "Testo originale", "Original text";
    cut: "Si conservano i primi 2.000 caratteri.", "The first 2,000 characters are kept.";
    redacted: "▇ sta al posto di una credenziale.", "▇ stands in place of a credential.";
    payload: "Contenuto dell'evento", "Payload of the event";
    payload_locked: "Per leggere il contenuto serve la chiave principale.", "The master key is needed to read the payload.";
    occurred: "Avvenuto", "Occurred";
    source: "Origine", "Source";
    shop_id: "Identificativo del negozio", "The shop's id";
    same_entity: "Tutte le consegne che lo riguardano", "All deliveries about it";

    // Eventi
    events: "Eventi", "Events";
    events_lead: "Ciò che è successo nel negozio, nell'ordine in cui è arrivato.", "What happened in the shop, in the order in which it came in.";
    kind: "Tipo", "Kind";
    deliveries_of: "Consegne", "Deliveries";
    no_receiver: "Nessuna consegna", "No delivery";
    events_pages: "Pagine degli eventi", "Pages of the events";
    events_older: "Più vecchi", "Older";
    events_empty: "Nessun evento, per ora", "No events yet";
    events_nothing: "Nessun evento corrisponde", "No event matches";

    // Elimina eventi vecchi
    purge: "Elimina eventi vecchi", "Delete old events";
    purge_open: "Elimina eventi vecchi…", "Delete old events…";
    purge_days: "Più vecchi di quanti giorni", "Older than how many days";
    purge_days_hint: "Con 0 si eliminano tutti quelli ricevuti finora.", "With 0 all that have come in so far are deleted.";
    purge_count: "Conta", "Count";
    purge_before: "Ricevuti prima del", "Received before";
    purge_go: "Da eliminare", "To be deleted";
    purge_left: "Ancora da eliminare", "Still to be deleted";
    purge_stay: "Restano", "Kept";
    purge_lost: "Con gli eventi si perdono le loro consegne, con i tentativi, le richieste e le risposte. Un evento eliminato che il negozio manda di nuovo vale come nuovo.",
        "With the events their deliveries are lost, with attempts, requests and answers. A deleted event that the shop sends again counts as a new one.";
    purge_kept: "Restano gli eventi di cui una consegna è ancora in attesa, i log e i conteggi delle consegne.",
        "Events of which a delivery still waits are kept, and so are the log and the counts of deliveries.";
    purge_back: "Torna agli eventi", "Back to the events";

    // Spiega
    explain_lead: "Che cosa partirebbe adesso, con le impostazioni di adesso. Guardare non invia nulla.",
        "What would go out now, with the settings of now. Looking sends nothing.";
    other_event: "Scegli un altro evento", "Choose another event";
    would_skip: "Non parte nulla", "Nothing goes out";
    untold: "Non si può dire", "It cannot be told";
    explain_locked: "Le credenziali o il contenuto dell'evento non si possono aprire senza la chiave principale.",
        "The credentials or the event's payload cannot be opened without the master key.";
    explain_unreadable: "Il contenuto dell'evento non si può leggere.", "The event's payload cannot be read.";
    explain_none: "Nessun account attivo riceve eventi di questo tipo.", "No active account receives events of this kind.";
    placeholders: "Tra ‹ › sta ciò che dirà la piattaforma mentre risponde.", "In ‹ › stands what the platform will tell as it answers.";
}

impl Texts {
    /// `3/11`.
    pub(crate) fn attempts_of(&self, attempts: u32) -> String {
        format!("{}/{}", self.number(attempts), domain::ATTEMPTS_MAX)
    }

    /// `41 consegne`.
    pub(crate) fn deliveries(&self, count: u32) -> String {
        match (self.language, count) {
            (Language::It, 1) => "1 consegna".to_owned(),
            (Language::It, _) => format!("{} consegne", self.number(count)),
            (Language::En, 1) => "1 delivery".to_owned(),
            (Language::En, _) => format!("{} deliveries", self.number(count)),
        }
    }

    /// How many rows the page shows, and whether that is all.
    pub(crate) fn deliveries_shown(&self, count: usize, has_older: bool) -> String {
        let all = self.deliveries(u32::try_from(count).unwrap_or(u32::MAX));
        match (self.language, has_older) {
            (_, false) => all,
            (Language::It, true) => format!("{all}, e ce ne sono di più vecchie"),
            (Language::En, true) => format!("{all}, and there are older ones"),
        }
    }

    /// How many deliveries have come by themselves.
    pub(crate) fn deliveries_arrived(&self, count: usize) -> String {
        let all = self.deliveries(u32::try_from(count).unwrap_or(u32::MAX));
        match (self.language, count) {
            (Language::It, 1) => "1 nuova consegna".to_owned(),
            (Language::It, _) => format!("{count} nuove consegne"),
            (Language::En, _) => format!("{all} came in"),
        }
    }

    /// How long events are kept.
    pub(crate) fn events_kept(&self, days: Option<u32>) -> String {
        match (self.language, days) {
            (_, None) => self.delivery.kept_forever.to_owned(),
            (Language::It, Some(1)) => "Gli eventi e le loro consegne si conservano 1 giorno.".to_owned(),
            (Language::It, Some(days)) => {
                format!(
                    "Gli eventi e le loro consegne si conservano {} giorni.",
                    self.number(days)
                )
            }
            (Language::En, Some(1)) => "Events and their deliveries are kept for 1 day.".to_owned(),
            (Language::En, Some(days)) => {
                format!(
                    "Events and their deliveries are kept for {} days.",
                    self.number(days)
                )
            }
        }
    }

    /// The question of the page that asks before many deliveries are changed.
    pub(crate) fn change_title(&self, retries: bool, count: u32, is_more: bool) -> String {
        let deliveries = self.deliveries(count);
        match (self.language, retries, is_more) {
            (Language::It, true, false) => format!("Riprovare {deliveries}?"),
            (Language::It, false, false) => format!("Saltare {deliveries}?"),
            (Language::It, true, true) => format!("Riprovare più di {deliveries}?"),
            (Language::It, false, true) => format!("Saltare più di {deliveries}?"),
            (Language::En, true, false) => format!("Retry {deliveries}?"),
            (Language::En, false, false) => format!("Skip {deliveries}?"),
            (Language::En, true, true) => format!("Retry more than {deliveries}?"),
            (Language::En, false, true) => format!("Skip more than {deliveries}?"),
        }
    }

    /// How far work in steps is: `1.500 di 2.310`.
    pub(crate) fn done_of(&self, done: u32, total: Option<u32>) -> String {
        let done = self.number(done);
        match (self.language, total) {
            (Language::It, Some(total)) => format!("{done} di {}", self.number(total)),
            (Language::En, Some(total)) => format!("{done} of {}", self.number(total)),
            (Language::It, None) => format!("{done} finora"),
            (Language::En, None) => format!("{done} so far"),
        }
    }

    /// Deliveries are tried again.
    pub(super) fn retried(&self, count: u32) -> String {
        match (self.language, count) {
            (Language::It, 1) => "La consegna riparte ora.".to_owned(),
            (Language::It, _) => format!("{} ripartono ora.", self.deliveries(count)),
            (Language::En, 1) => "The delivery goes out again now.".to_owned(),
            (Language::En, _) => format!("{} go out again now.", self.deliveries(count)),
        }
    }

    /// Deliveries were skipped.
    pub(super) fn skipped(&self, count: u32) -> String {
        match (self.language, count) {
            (Language::It, 1) => "Consegna saltata.".to_owned(),
            (Language::It, _) => format!("{} saltate.", self.deliveries(count)),
            (Language::En, 1) => "Delivery skipped.".to_owned(),
            (Language::En, _) => format!("{} skipped.", self.deliveries(count)),
        }
    }

    /// `41 eventi`.
    pub(crate) fn events(&self, count: u32) -> String {
        let number = self.number(count);
        match (self.language, count) {
            (Language::It, 1) => "1 evento".to_owned(),
            (Language::It, 1_000_000..) if count.is_multiple_of(1_000_000) => format!("{number} di eventi"),
            (Language::It, _) => format!("{number} eventi"),
            (Language::En, 1) => "1 event".to_owned(),
            (Language::En, _) => format!("{number} events"),
        }
    }

    /// How many events would be removed.
    pub(crate) fn events_to_purge(&self, count: u32, is_more: bool) -> String {
        let events = self.events(count);
        match (self.language, count, is_more) {
            (Language::It, 0, false) => "nessun evento".to_owned(),
            (Language::En, 0, false) => "no events".to_owned(),
            (_, _, false) => events,
            (Language::It, _, true) => format!("più di {events}"),
            (Language::En, _, true) => format!("more than {events}"),
        }
    }

    /// What the button says that removes them.
    pub(crate) fn purge_verb(&self, count: u32, is_more: bool) -> String {
        let events = self.events_to_purge(count, is_more);
        match self.language {
            Language::It => format!("Elimina {events}"),
            Language::En => format!("Delete {events}"),
        }
    }

    /// Events that are kept because a delivery of them waits.
    pub(crate) fn events_that_wait(&self, count: u32) -> String {
        let events = self.events(count);
        match (self.language, count) {
            (Language::It, 1) => format!("{events}, con una consegna in attesa"),
            (Language::It, _) => format!("{events}, con consegne in attesa"),
            (Language::En, 1) => format!("{events}, with a delivery that waits"),
            (Language::En, _) => format!("{events}, with deliveries that wait"),
        }
    }

    /// Old events were removed.
    pub(super) fn purged(&self, count: u32) -> String {
        match (self.language, count) {
            (Language::It, 0) => "Nessun evento eliminato.".to_owned(),
            (Language::It, 1) => "Evento eliminato.".to_owned(),
            (Language::It, _) => format!("{} eliminati.", self.events(count)),
            (Language::En, 0) => "No events deleted.".to_owned(),
            (Language::En, 1) => "Event deleted.".to_owned(),
            (Language::En, _) => format!("{} deleted.", self.events(count)),
        }
    }

    /// `41 consegne rifiutate`.
    pub(crate) fn deliveries_in(&self, count: u32, state: DeliveryState) -> String {
        let (one, many) = match state {
            DeliveryState::Waiting => (
                self.pick("in attesa", "waiting"),
                self.pick("in attesa", "waiting"),
            ),
            DeliveryState::Delivered => (
                self.pick("riuscita", "delivered"),
                self.pick("riuscite", "delivered"),
            ),
            DeliveryState::Refused => (
                self.pick("rifiutata", "refused"),
                self.pick("rifiutate", "refused"),
            ),
            DeliveryState::GivenUp => (
                self.pick("abbandonata", "given up"),
                self.pick("abbandonate", "given up"),
            ),
            DeliveryState::Skipped => (self.pick("saltata", "skipped"), self.pick("saltate", "skipped")),
            DeliveryState::Unknown => (
                self.pick("dall'esito ignoto", "with an unknown outcome"),
                self.pick("dall'esito ignoto", "with an unknown outcome"),
            ),
        };
        format!(
            "{} {}",
            self.deliveries(count),
            if count == 1 { one } else { many }
        )
    }

    /// `Tentativo 2`.
    pub(crate) fn attempt_number(&self, number: u32) -> String {
        format!("{} {number}", self.delivery.attempt)
    }

    /// `3 chiamate`.
    pub(crate) fn calls(&self, count: u32) -> String {
        match (self.language, count) {
            (Language::It, 1) => "1 chiamata".to_owned(),
            (Language::It, _) => format!("{} chiamate", self.number(count)),
            (Language::En, 1) => "1 call".to_owned(),
            (Language::En, _) => format!("{} calls", self.number(count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::text::texts;

    use super::*;

    #[test]
    fn deliveries_are_counted_as_a_person_would() {
        let (it, en) = (texts(Language::It), texts(Language::En));
        assert_eq!(it.deliveries(1), "1 consegna");
        assert_eq!(it.change_title(true, 2_310, false), "Riprovare 2.310 consegne?");
        assert_eq!(
            en.change_title(false, 10_000, true),
            "Skip more than 10,000 deliveries?"
        );
        assert_eq!(it.done_of(1_500, Some(2_310)), "1.500 di 2.310");
        assert_eq!(en.done_of(1_500, None), "1,500 so far");
        assert_eq!(it.purge_verb(12_345, false), "Elimina 12.345 eventi");
        assert_eq!(
            it.purge_verb(1_000_000, true),
            "Elimina più di 1.000.000 di eventi"
        );
        assert_eq!(en.events_to_purge(0, false), "no events");
        assert_eq!(en.purged(1), "Event deleted.");
        assert_eq!(it.deliveries_arrived(1), "1 nuova consegna");
        assert_eq!(
            it.deliveries_in(1, DeliveryState::GivenUp),
            "1 consegna abbandonata"
        );
        assert_eq!(
            it.deliveries_in(41, DeliveryState::Refused),
            "41 consegne rifiutate"
        );
    }
}
