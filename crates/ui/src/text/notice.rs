//! The sentences of notices: what an action did.

use domain::Language;

use super::Texts;
use crate::outcome::Notice;

impl Texts {
    /// The sentence of a notice.
    pub(crate) fn notice_text(&self, notice: &Notice) -> String {
        let sentence = match notice {
            Notice::Created => self.pick(
                "Account creato. Ora puoi completare le altre sezioni e attivarlo.",
                "Account created. You can now fill in the other sections and activate it.",
            ),
            Notice::Saved => self.pick("Modifiche salvate.", "Changes saved."),
            Notice::Unchanged => self.pick("Non c'era nulla da cambiare.", "There was nothing to change."),
            Notice::Switched {
                active,
                ids,
                refused,
                skipping,
            } => {
                return self.switched_text(*active, ids.len(), *refused, *skipping);
            }
            Notice::Swapped => self.pick(
                "Scambio fatto: l'account è attivo al posto dell'altro.",
                "Swapped: the account is active in place of the other.",
            ),
            Notice::Deleted { count: 1 } => self.pick("Account eliminato.", "Account deleted."),
            Notice::Deleted { count } => {
                let count = self.number(*count);
                return if self.is_italian() {
                    format!("{count} account eliminati.")
                } else {
                    format!("{count} accounts deleted.")
                };
            }
            Notice::NothingSelected => self.pick(
                "Seleziona prima almeno un account, con la casella a sinistra della riga.",
                "First select at least one account, with the box at the left of its row.",
            ),
            Notice::SelectOne => self.pick(
                "Modifica lavora su un account alla volta: selezionane uno solo.",
                "Edit works on one account at a time: select only one.",
            ),
            Notice::Gone => self.pick(
                "L'account non c'è più: qualcuno lo ha eliminato.",
                "The account is gone: somebody deleted it.",
            ),
            Notice::ChangedMeanwhile => self.pick(
                "Nel frattempo qualcuno ha modificato un account: riguarda i dati prima di decidere.",
                "Somebody changed an account meanwhile: look again before you decide.",
            ),
            Notice::DraftRestored => self.pick(
                "Abbiamo ritrovato quello che avevi scritto. Le credenziali vanno digitate di nuovo.",
                "What you had typed is back. The credentials must be typed again.",
            ),
            Notice::SignedOut => self.pick("Sei uscito.", "You are signed out."),
            Notice::DeliveriesRetried { count } => return self.retried(*count),
            Notice::DeliveriesSkipped { count } => return self.skipped(*count),
            Notice::EventsPurged { count } => return self.purged(*count),
            Notice::DeliveryDone => self.pick(
                "Nel frattempo la consegna è cambiata: non c'era più nulla da fare.",
                "The delivery changed meanwhile: there was nothing left to do.",
            ),
            Notice::QueuePaused => self.pick(
                "Coda in pausa: gli eventi restano in attesa e nessun tentativo va perso.",
                "Queue paused: events keep waiting and no attempt is lost.",
            ),
            Notice::QueueResumed => self.pick("La coda è ripartita.", "The queue goes on."),
            Notice::QueueKept => self.queue.kept,
            Notice::TokenRevoked => self.pick(
                "Token revocato: chi lo usa non entra più.",
                "Token revoked: whoever uses it is shut out.",
            ),
            Notice::Welcome => self.pick(
                "Benvenuto in Raccordo: l'amministratore è pronto. Ora aggiungi il primo account.",
                "Welcome to Raccordo: the administrator is ready. Now add the first account.",
            ),
        };
        sentence.to_owned()
    }

    fn switched_text(&self, active: bool, changed: usize, refused: u32, skipping: u32) -> String {
        let done = match (self.language, active, changed) {
            (_, _, 0) => String::new(),
            (Language::It, true, 1) => "Account attivato.".to_owned(),
            (Language::It, false, 1) => "Account disattivato.".to_owned(),
            (Language::It, true, _) => format!("{changed} account attivati."),
            (Language::It, false, _) => format!("{changed} account disattivati."),
            (Language::En, true, 1) => "Account activated.".to_owned(),
            (Language::En, false, 1) => "Account deactivated.".to_owned(),
            (Language::En, true, _) => format!("{changed} accounts activated."),
            (Language::En, false, _) => format!("{changed} accounts deactivated."),
        };
        let not_done = match (self.language, refused) {
            (_, 0) => String::new(),
            (Language::It, 1) => {
                "1 non può essere attivato: un altro account ne occupa il posto. Attivalo da solo per scambiarli.".to_owned()
            }
            (Language::It, _) => format!(
                "{refused} non possono essere attivati: altri account ne occupano il posto. Attivali uno alla volta per scambiarli."
            ),
            (Language::En, 1) => {
                "1 cannot be activated: another account holds its place. Activate it alone to swap them.".to_owned()
            }
            (Language::En, _) => format!(
                "{refused} cannot be activated: other accounts hold their places. Activate them one at a time to swap them."
            ),
        };
        let going_on = if skipping == 0 {
            ""
        } else {
            self.pick(
                "Ciò che era in attesa viene ancora saltato: la pagina dell'account dice quanto ne resta.",
                "What was waiting is still being skipped: the account's page says how much is left.",
            )
        };
        [done, not_done, going_on.to_owned()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EN, IT};
    use super::*;

    fn ids(count: usize) -> Vec<domain::AccountId> {
        (0..count)
            .filter_map(|number| format!("01890000-0000-7000-8000-{number:012x}").parse().ok())
            .collect()
    }

    #[test]
    fn a_switch_says_what_was_done_and_what_was_not() {
        let switched = |active, count, refused| Notice::Switched {
            active,
            ids: ids(count),
            refused,
            skipping: 0,
        };
        assert_eq!(IT.notice_text(&switched(true, 1, 0)), "Account attivato.");
        assert_eq!(IT.notice_text(&switched(false, 3, 0)), "3 account disattivati.");
        let skipping = Notice::Switched {
            active: false,
            ids: ids(1),
            refused: 0,
            skipping: 1,
        };
        assert!(
            EN.notice_text(&skipping)
                .starts_with("Account deactivated. What was waiting is still")
        );
        assert_eq!(
            EN.notice_text(&switched(true, 2, 1)),
            "2 accounts activated. 1 cannot be activated: another account holds its place. Activate it alone to swap them."
        );
        assert!(
            EN.notice_text(&switched(true, 0, 2))
                .starts_with("2 cannot be activated")
        );
    }
}
