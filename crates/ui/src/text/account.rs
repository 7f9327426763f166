//! What the pages say about an account's queue.

use domain::Language;

use super::Texts;

texts! {
    /// What the pages say about an account's queue in one language.
    QueueTexts []
    activity: "Attività", "Activity";
    last_day: "Ultime 24 ore", "Last 24 hours";
    delivered: "Riuscite", "Delivered";
    failed: "Non riuscite", "Failed";
    waiting: "In attesa", "Waiting";
    waiting_now: "ora", "now";
    retried: "Tentativi da ripetere", "Attempts to be repeated";
    skipped: "Saltate", "Skipped";
    hour: "Ora", "Hour";
    as_table: "Gli stessi dati in tabella", "The same data as a table";
    nothing_waits: "Nulla in attesa", "Nothing is waiting";
    oldest: "La più vecchia:", "The oldest:";
    last_success: "Ultima consegna riuscita", "Last delivery that worked";
    never: "Nessuna, finora", "None so far";
    quiet: "Finora nessun evento è stato consegnato a questo account.", "No event has been delivered to this account so far.";
    show_deliveries: "Consegne di questo account", "Deliveries of this account";
    held: "La coda è ferma", "The queue is held";
    paused: "La coda è in pausa", "The queue is paused";
    held_until: "Riprende da sola:", "It goes on by itself:";
    since: "Ferma:", "Held:";
    replace_credentials: "Sostituisci le credenziali", "Replace the credentials";
    resume: "Riprendi", "Resume";
    pause: "Metti in pausa", "Pause";
    pause_text: "Gli eventi restano in attesa e partono alla ripresa: non si perde nulla.",
        "Events keep waiting and go out afterwards: nothing is lost.";
    pause_hour: "Per 1 ora", "For 1 hour";
    pause_morning: "Fino a domani alle 8", "Until tomorrow at 8";
    pause_open: "Finché non riprendo io", "Until I resume";

    // Disattiva con consegne in attesa
    deactivate_text: "L'account ha consegne in attesa. Che cosa ne facciamo?", "Deliveries are waiting for this account. What becomes of them?";
    deactivate_many_text: "Questi account hanno consegne in attesa. Che cosa ne facciamo?", "Deliveries are waiting for these accounts. What becomes of them?";
    keep: "Tieni in coda", "Keep them";
    keep_text: "Restano ferme e partono quando lo riattivi; quelle invecchiate nel frattempo vengono saltate.",
        "They stay where they are and go out when you activate it again; those too old by then are skipped.";
    skip: "Salta", "Skip them";
    skip_text: "Non partono più e restano nella lista come saltate.", "They never go out and stay in the list as skipped.";
    deactivate_none: "Gli account sono già disattivi o non ci sono più.", "The accounts are off already, or gone.";
}

impl Texts {
    /// `2.310 in attesa`.
    pub(crate) fn waiting(&self, count: u32) -> String {
        format!("{} {}", self.number(count), self.pick("in attesa", "waiting"))
    }

    /// `12 più avanti`: their time has not come.
    pub(crate) fn later(&self, count: u32) -> String {
        format!(
            "{} {}",
            self.number(count),
            self.pick("previste più avanti", "due later")
        )
    }

    /// The question of the page that asks what becomes of what waits.
    pub(crate) fn deactivate_title(&self, descriptions: &[&str]) -> String {
        match (self.language, descriptions) {
            (Language::It, [one]) => format!("Disattivare «{one}»?"),
            (Language::It, many) => format!("Disattivare {} account?", many.len()),
            (Language::En, [one]) => format!("Deactivate “{one}”?"),
            (Language::En, many) => format!("Deactivate {} accounts?", many.len()),
        }
    }

    /// What the chart shows, for those who cannot see it.
    pub(crate) fn chart(&self, delivered: u32, retried: u32, failed: u32, waiting: u32) -> String {
        let queue = &self.queue;
        format!(
            "{}: {} {}, {} {}, {} {}, {} {}",
            queue.last_day,
            queue.delivered.to_lowercase(),
            self.number(delivered),
            queue.retried.to_lowercase(),
            self.number(retried),
            queue.failed.to_lowercase(),
            self.number(failed),
            queue.waiting.to_lowercase(),
            self.number(waiting)
        )
    }
}
