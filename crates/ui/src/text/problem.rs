//! What goes wrong: what happened, and what to do.

use domain::Language;

use super::Texts;
use crate::outcome::Problem;
use crate::view::SignInError;

/// What happened and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProblemTexts {
    /// The heading.
    pub(crate) title: &'static str,
    /// What happened.
    pub(crate) what: &'static str,
    /// What to do.
    pub(crate) next: &'static str,
}

impl Texts {
    /// Why a sign-in is refused, and what to do.
    pub(crate) fn sign_in_error(&self, error: SignInError) -> String {
        match error {
            SignInError::Wrong => self
                .pick(
                    "Nome utente o password non corretti. Ricontrolla maiuscole e spazi, poi riprova.",
                    "Wrong user name or password. Check capitals and spaces, then try again.",
                )
                .to_owned(),
            SignInError::Wait { seconds } => {
                let wait = self.duration(seconds);
                if self.is_italian() {
                    format!("Troppi tentativi sbagliati. Riprova tra {wait}.")
                } else {
                    format!("Too many wrong attempts. Try again in {wait}.")
                }
            }
            SignInError::Problem(problem) => {
                let texts = self.problem(problem);
                format!("{} {}", texts.what, texts.next)
            }
        }
    }

    fn duration(&self, seconds: u32) -> String {
        let minutes = seconds.div_ceil(60);
        match (self.language, seconds) {
            (Language::It, 1) => "1 secondo".to_owned(),
            (Language::En, 1) => "1 second".to_owned(),
            (Language::It, ..=90) => format!("{seconds} secondi"),
            (Language::En, ..=90) => format!("{seconds} seconds"),
            (Language::It, _) => format!("{minutes} minuti"),
            (Language::En, _) => format!("{minutes} minutes"),
        }
    }

    /// What a problem is called, what happened and what to do.
    #[expect(clippy::too_many_lines, reason = "a table of sentences")]
    pub(crate) const fn problem(&self, problem: Problem) -> ProblemTexts {
        let (title, what, next) = match problem {
            Problem::NotFound => (
                self.pick("Pagina non trovata", "Page not found"),
                self.pick(
                    "A questo indirizzo non c'è nulla: forse l'account è stato eliminato, o l'indirizzo è scritto male.",
                    "There is nothing at this address: the account may have been deleted, or the address is mistyped.",
                ),
                self.pick("Riparti dalla Lista degli Account.", "Start again from the accounts."),
            ),
            Problem::BadRequest => (
                self.pick("Richiesta non valida", "Invalid request"),
                self.pick(
                    "I dati arrivati non sono quelli di una pagina di Raccordo. Non è stato cambiato nulla.",
                    "The data received is not from a page of Raccordo. Nothing was changed.",
                ),
                self.pick("Ricarica la pagina e ripeti l'operazione.", "Reload the page and try again."),
            ),
            Problem::Forbidden => (
                self.pick("Richiesta respinta", "Request refused"),
                self.pick(
                    "La richiesta arriva da un altro sito, perciò non è stata eseguita.",
                    "The request comes from another site, so it was not carried out.",
                ),
                self.pick(
                    "Ripeti l'operazione da qui. Se succede sempre, il proxy davanti a Raccordo cambia le intestazioni Host o Origin.",
                    "Try again from here. If it keeps happening, the proxy in front of Raccordo changes the Host or Origin headers.",
                ),
            ),
            Problem::TooLarge => (
                self.pick("Dati troppo grandi", "Too much data"),
                self.pick(
                    "Il modulo inviato è più grande di quanto serva. Non è stato salvato nulla.",
                    "The form is larger than it can ever need to be. Nothing was saved.",
                ),
                self.pick("Accorcia i testi e salva di nuovo.", "Shorten the texts and save again."),
            ),
            Problem::ReadOnly => (
                self.pick("Il database è in sola lettura", "The database is read-only"),
                self.pick(
                    "I dati si possono leggere ma non cambiare. Non è stato salvato nulla.",
                    "The data can be read but not changed. Nothing was saved.",
                ),
                self.pick(
                    "Chi amministra il server controlli i permessi della cartella dei dati, poi riprova.",
                    "Have whoever runs the server check the permissions of the data folder, then try again.",
                ),
            ),
            Problem::DiskFull => (
                self.pick("Il disco è pieno", "The disk is full"),
                self.pick(
                    "Non c'è più spazio per salvare. I dati già salvati sono al sicuro.",
                    "There is no room left to save. What was already saved is safe.",
                ),
                self.pick("Libera spazio sul server, poi riprova.", "Free some space on the server, then try again."),
            ),
            Problem::Busy => (
                self.pick("Il database è occupato", "The database is busy"),
                self.pick(
                    "Un'altra operazione lo tiene impegnato da troppo tempo. Non è stato salvato nulla.",
                    "Another operation has been keeping it busy for too long. Nothing was saved.",
                ),
                self.pick("Aspetta qualche secondo e riprova.", "Wait a few seconds and try again."),
            ),
            Problem::Unreachable => (
                self.pick("Il database non risponde", "The database does not answer"),
                self.pick(
                    "Raccordo funziona, ma non riesce a collegarsi al suo database.",
                    "Raccordo is running but cannot reach its database.",
                ),
                self.pick(
                    "Riprova tra poco; se non torna, chi amministra il server esegua «raccordo doctor».",
                    "Try again soon; if it stays away, have whoever runs the server run “raccordo doctor”.",
                ),
            ),
            Problem::Damaged => (
                self.pick("Il database è danneggiato", "The database is damaged"),
                self.pick(
                    "Alcuni dati non si possono leggere. Per non peggiorare le cose non è stato scritto nulla.",
                    "Some data cannot be read. Nothing was written, so as not to make things worse.",
                ),
                self.pick(
                    "Chi amministra il server esegua «raccordo doctor» e, se serve, rimetta l'ultima copia di sicurezza.",
                    "Have whoever runs the server run “raccordo doctor” and, if needed, restore the latest backup.",
                ),
            ),
            Problem::KeyMissing => (
                self.pick("Manca la chiave principale", "The master key is missing"),
                self.pick(
                    "Senza chiave le credenziali non si possono chiudere in modo sicuro, perciò non è stato salvato nulla.",
                    "Without the key, credentials cannot be sealed safely, so nothing was saved.",
                ),
                self.pick(
                    "Rimetti il file della chiave al suo posto e riavvia Raccordo; «raccordo doctor» dice dove lo cerca.",
                    "Put the key file back and restart Raccordo; “raccordo doctor” says where it looks for it.",
                ),
            ),
            Problem::OtherKey => (
                self.pick("La chiave principale è un'altra", "The master key is another one"),
                self.pick(
                    "Le credenziali già salvate sono chiuse con una chiave diversa, perciò non è stato salvato nulla.",
                    "The stored credentials are sealed with a different key, so nothing was saved.",
                ),
                self.pick(
                    "Rimetti la chiave giusta e riavvia Raccordo; «raccordo doctor» dice quale si aspetta.",
                    "Put the right key back and restart Raccordo; “raccordo doctor” says which one it expects.",
                ),
            ),
            Problem::LinkInvalid => (
                self.pick("Il collegamento non vale più", "The link is no longer valid"),
                self.pick(
                    "È già stato usato, è scaduto, oppure Raccordo ne ha stampato uno più recente.",
                    "It was used already, it has expired, or Raccordo has printed a newer one.",
                ),
                self.pick(
                    "Riavvia Raccordo per avere un nuovo collegamento nel terminale, oppure crea l'amministratore con «raccordo admin create». Se esiste già, accedi.",
                    "Restart Raccordo to get a new link in the terminal, or create the administrator with “raccordo admin create”. If there is one already, sign in.",
                ),
            ),
            Problem::Offline => (
                self.pick("Il server non risponde", "The server does not answer"),
                self.pick(
                    "La richiesta non ha avuto risposta: la rete è caduta, oppure Raccordo è fermo.",
                    "There was no answer: the network is down, or Raccordo has stopped.",
                ),
                self.pick(
                    "Quello che hai scritto è ancora qui: controlla la connessione e riprova.",
                    "What you typed is still here: check the connection and try again.",
                ),
            ),
            Problem::Internal => (
                self.pick("Qualcosa è andato storto", "Something went wrong"),
                self.pick(
                    "È un errore di Raccordo, non tuo. I dati già salvati sono al sicuro.",
                    "It is a fault of Raccordo, not yours. What was already saved is safe.",
                ),
                self.pick(
                    "Riprova; se si ripete, il registro del server dice che cosa è successo.",
                    "Try again; if it happens again, the server's log says what happened.",
                ),
            ),
        };
        ProblemTexts { title, what, next }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EN, IT};
    use super::*;

    const PROBLEMS: [Problem; 14] = [
        Problem::NotFound,
        Problem::BadRequest,
        Problem::Forbidden,
        Problem::TooLarge,
        Problem::ReadOnly,
        Problem::DiskFull,
        Problem::Busy,
        Problem::Unreachable,
        Problem::Damaged,
        Problem::KeyMissing,
        Problem::OtherKey,
        Problem::LinkInvalid,
        Problem::Offline,
        Problem::Internal,
    ];

    #[test]
    fn every_problem_says_what_happened_and_what_to_do_in_both_languages() {
        for problem in PROBLEMS {
            let (it, en) = (IT.problem(problem), EN.problem(problem));
            assert_ne!(it.title, en.title, "{problem:?}");
            for texts in [it, en] {
                assert!(!texts.title.ends_with('.'), "{problem:?}");
                assert!(
                    texts.what.ends_with('.') && texts.next.ends_with('.'),
                    "{problem:?}"
                );
            }
        }
    }

    #[test]
    fn waiting_is_told_in_seconds_or_minutes() {
        assert_eq!(
            IT.sign_in_error(SignInError::Wait { seconds: 1 }),
            "Troppi tentativi sbagliati. Riprova tra 1 secondo."
        );
        assert_eq!(
            IT.sign_in_error(SignInError::Wait { seconds: 30 }),
            "Troppi tentativi sbagliati. Riprova tra 30 secondi."
        );
        assert_eq!(
            EN.sign_in_error(SignInError::Wait { seconds: 301 }),
            "Too many wrong attempts. Try again in 6 minutes."
        );
    }
}
