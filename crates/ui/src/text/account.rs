//! What the pages say about an account's queue.

use domain::Language;

use super::Texts;
use crate::view::QueuedView;

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
    about: "circa", "about";
    no_calls: "nessuna chiamata", "no call";
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
    then: "Alla ripresa:", "When it goes on:";
    pause: "Metti in pausa", "Pause";
    pause_text: "Gli eventi restano in attesa e partono alla ripresa: non si perde nulla.",
        "Events keep waiting and go out afterwards: nothing is lost.";
    pause_hour: "Per 1 ora", "For 1 hour";
    pause_morning: "Fino a domani alle 8", "Until tomorrow at 8";
    pause_open: "Finché non riprendo io", "Until I resume";


    // Ciò che viene ancora saltato
    skipping: "Ciò che era in attesa viene saltato", "What was waiting is being skipped";
    skipped_all: "Ciò che era in attesa è stato saltato", "What was waiting has been skipped";
    kept: "Interrotto: ciò che resta è in coda.", "Stopped: what is left stays in the queue.";
    stop_skipping: "Interrompi", "Stop";
    stop_text: "Se interrompi, ciò che resta torna in coda e parte quando riattivi l'account.",
        "If you stop, what is left stays in the queue and goes out when you activate the account again.";

    // Disattiva con consegne in attesa
    deactivate_text: "L'account ha consegne in attesa. Che cosa ne facciamo?", "Deliveries are waiting for this account. What becomes of them?";
    deactivate_many_text: "Questi account hanno consegne in attesa. Che cosa ne facciamo?", "Deliveries are waiting for these accounts. What becomes of them?";
    swap_text: "L'account che lascia il posto ha consegne in attesa. Che cosa ne facciamo?",
        "Deliveries are waiting for the account that gives up its place. What becomes of them?";
    swap_many_text: "Gli account che lasciano il posto hanno consegne in attesa. Che cosa ne facciamo?",
        "Deliveries are waiting for the accounts that give up their places. What becomes of them?";
    keep: "Tieni in coda", "Keep them";
    keep_text: "Restano ferme e partono quando lo riattivi; quelle invecchiate nel frattempo vengono saltate.",
        "They stay where they are and go out when you activate it again; those too old by then are skipped.";
    skip: "Salta", "Skip them";
    skip_text: "Non partono più e restano nella lista come saltate.", "They never go out and stay in the list as skipped.";
    deactivate_none: "Gli account sono già disattivi o non ci sono più.", "The accounts are off already, or gone.";
}

impl Texts {
    /// `2.310 in attesa`, or `più di 1.000.000 in attesa`.
    pub(crate) fn waiting(&self, queued: &QueuedView) -> String {
        let more = if queued.is_more {
            self.pick("più di ", "more than ")
        } else {
            ""
        };
        let waiting = self.pick("in attesa", "waiting");
        format!("{more}{} {waiting}", self.number(queued.waiting))
    }

    /// What it takes to work off what is due: `640 chiamate, circa 2 min`.
    pub(crate) fn cost(&self, queued: &QueuedView) -> Option<String> {
        if queued.waiting == 0 {
            return None;
        }
        let calls = queued.calls.map(|calls| match (calls, queued.is_sampled) {
            (0, _) => self.queue.no_calls.to_owned(),
            (calls, false) => self.calls(calls),
            (calls, true) => format!("{} {}", self.queue.about, self.calls(calls)),
        });
        let parts: Vec<String> = [calls, queued.expected.clone()].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// What is skipped of what is due; `None` for nothing.
    pub(crate) fn needless(&self, queued: &QueuedView) -> Option<String> {
        let about = if queued.is_sampled { self.queue.about } else { "" };
        let count = format!("{about} {}", self.number(queued.needless));
        let count = count.trim_start();
        match (self.language, queued.needless) {
            (_, 0) => None,
            (Language::It, 1) => Some(format!("{count} superata o troppo vecchia: sarà saltata")),
            (Language::It, _) => Some(format!("{count} superate o troppo vecchie: saranno saltate")),
            (Language::En, _) => Some(format!("{count} superseded or too old: to be skipped")),
        }
    }

    /// `12 previste più avanti`: their time has not come; `None` for nothing.
    pub(crate) fn later(&self, queued: &QueuedView) -> Option<String> {
        let count = self.number(queued.later);
        match (self.language, queued.later) {
            (_, 0) => None,
            (Language::It, 1) => Some("1 prevista più avanti".to_owned()),
            (Language::It, _) => Some(format!("{count} previste più avanti")),
            (Language::En, _) => Some(format!("{count} due later")),
        }
    }

    /// Everything about what waits in one line: `2.310 in attesa, 640 chiamate, circa 2 min`; `None` for nothing.
    pub(crate) fn queued(&self, queued: &QueuedView) -> Option<String> {
        let waiting = (queued.waiting > 0).then(|| self.waiting(queued));
        let parts: Vec<String> = [waiting, self.cost(queued), self.later(queued)]
            .into_iter()
            .flatten()
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// How many are still to be skipped, of which `most` are counted: `Ne restano 12.340.`
    pub(crate) fn still_skipping(&self, count: u32, most: u32) -> String {
        let number = self.number(count);
        match (self.language, count) {
            (Language::It, 1) => "Ne resta 1.".to_owned(),
            (Language::It, count) if count >= most => format!("Ne restano più di {number}."),
            (Language::It, _) => format!("Ne restano {number}."),
            (Language::En, 1) => "1 is left.".to_owned(),
            (Language::En, count) if count >= most => format!("More than {number} are left."),
            (Language::En, _) => format!("{number} are left."),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::texts;

    #[test]
    fn what_waits_is_told_as_a_person_would() {
        let (it, en) = (texts(Language::It), texts(Language::En));
        let mut queued = QueuedView {
            waiting: 2_310,
            calls: Some(640),
            needless: 1_670,
            expected: Some("circa 2 min".to_owned()),
            ..QueuedView::default()
        };
        let told = |texts: &Texts, queued: &QueuedView| texts.queued(queued).unwrap_or_default();
        assert_eq!(told(it, &queued), "2.310 in attesa, 640 chiamate, circa 2 min");
        assert_eq!(
            it.needless(&queued).as_deref(),
            Some("1.670 superate o troppo vecchie: saranno saltate")
        );
        queued.is_sampled = true;
        queued.is_more = true;
        queued.later = 1;
        queued.expected = None;
        assert_eq!(
            told(it, &queued),
            "più di 2.310 in attesa, circa 640 chiamate, 1 prevista più avanti"
        );
        assert_eq!(
            told(en, &queued),
            "more than 2,310 waiting, about 640 calls, 1 due later"
        );
        assert_eq!(
            en.needless(&queued).as_deref(),
            Some("about 1,670 superseded or too old: to be skipped")
        );
        let one = QueuedView {
            waiting: 1,
            calls: Some(0),
            needless: 1,
            ..QueuedView::default()
        };
        assert_eq!(told(it, &one), "1 in attesa, nessuna chiamata");
        assert_eq!(
            it.needless(&one).as_deref(),
            Some("1 superata o troppo vecchia: sarà saltata")
        );
        assert_eq!(it.queued(&QueuedView::default()), None);
        let later = QueuedView {
            later: 12,
            ..QueuedView::default()
        };
        assert_eq!(told(it, &later), "12 previste più avanti");
    }
}
