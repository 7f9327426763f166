//! Why a platform was not reached or refused: what it means to a person, what to do, and whether trying again helps.

use serde::{Deserialize, Serialize};

use crate::platform::Platform;
use crate::text::{Language, Text, text};

/// What a fault means for the next step and for any retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultClass {
    /// The platform refuses the credentials: nothing works until a person gives others.
    Credentials,
    /// The credentials are good but may not do this.
    Permission,
    /// The account is set up wrongly (address, name, chat).
    Configuration,
    /// The platform refuses this one thing that was sent.
    Payload,
    /// Too many calls: later.
    RateLimited,
    /// Later it may work.
    Temporary,
    /// It was sent and no answer came: it may have been carried out.
    Unknown,
    /// The panel's own network.
    OwnNetwork,
}

impl FaultClass {
    /// All classes.
    pub const ALL: [Self; 8] = [
        Self::Credentials,
        Self::Permission,
        Self::Configuration,
        Self::Payload,
        Self::RateLimited,
        Self::Temporary,
        Self::Unknown,
        Self::OwnNetwork,
    ];

    /// As stored and in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Permission => "permission",
            Self::Configuration => "configuration",
            Self::Payload => "payload",
            Self::RateLimited => "rate_limited",
            Self::Temporary => "temporary",
            Self::Unknown => "unknown",
            Self::OwnNetwork => "own_network",
        }
    }

    /// The class of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }

    /// The words for it.
    pub const fn title(self) -> Text {
        match self {
            Self::Credentials => text!("Credenziali rifiutate", "Credentials rejected"),
            Self::Permission => text!("Permesso mancante", "Permission missing"),
            Self::Configuration => text!("Impostazioni errate", "Wrong settings"),
            Self::Payload => text!("Dato rifiutato", "Data refused"),
            Self::RateLimited => text!("Troppe richieste", "Too many requests"),
            Self::Temporary => text!("Guasto temporaneo", "Temporary failure"),
            Self::Unknown => text!("Nessuna risposta", "No answer"),
            Self::OwnNetwork => text!("Rete del server", "This server's network"),
        }
    }
}

/// Whether a call changes anything on the other side. It decides what silence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It reads: silence is only a failure.
    Reads,
    /// It writes: after silence nobody knows whether it was done.
    Writes,
}

/// Why a host's address is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressRefusal {
    /// The machine itself.
    Loopback,
    /// A private network.
    Private,
    /// Link-local, where clouds keep their metadata.
    LinkLocal,
    /// Not an address of the public Internet for other reasons (unspecified, multicast, reserved, documentation).
    Reserved,
    /// Plain `http` outside one's own network.
    PlainHttp,
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateFault {
    /// It has expired, or is not valid yet (or the clock of this machine is wrong).
    Expired,
    /// It is for another name.
    WrongName,
    /// Nobody whom this machine trusts has signed it.
    UnknownIssuer,
    /// Anything else.
    Other,
}

/// What the credentials need to be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Read ActiveCampaign's lists.
    ReadLists,
    /// Read ActiveCampaign's connections to shops (deep data).
    ReadConnections,
    /// Send WhatsApp messages (`whatsapp_business_messaging`).
    SendMessages,
    /// Read WhatsApp templates (`whatsapp_business_management`).
    ReadTemplates,
    /// Write in the chat.
    WriteInChat,
    /// Anything else.
    Other,
}

/// Something on the other side that an account names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemoteThing {
    /// Telegram's chat.
    Chat,
    /// WhatsApp's number.
    Number,
    /// The WhatsApp Business account.
    BusinessAccount,
}

/// Why a platform was not reached or refused. Names in it come from the account's own settings; remote words are cut and
/// redacted before they get here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Fault {
    /// The panel does not call such addresses.
    AddressRefused {
        /// Why.
        why: AddressRefusal,
        /// The host.
        host: String,
    },
    /// There is no such name.
    NameUnknown {
        /// The host.
        host: String,
    },
    /// The name service of this machine does not answer.
    NameServiceSilent {
        /// The host.
        host: String,
    },
    /// This machine has no way to the network.
    NetworkUnreachable {
        /// The host.
        host: String,
    },
    /// Nobody listens there.
    ConnectionRefused {
        /// The host.
        host: String,
    },
    /// The host does not answer.
    ConnectTimedOut {
        /// The host.
        host: String,
    },
    /// The certificate is not good.
    Certificate {
        /// Why.
        why: CertificateFault,
        /// The host.
        host: String,
    },
    /// There is no encrypted connection for another reason.
    TlsFailed {
        /// The host.
        host: String,
    },
    /// The platform refuses the credentials.
    CredentialsRejected {
        /// The status or code that says so.
        code: u32,
    },
    /// The credentials may not do this.
    PermissionMissing {
        /// What.
        what: Permission,
    },
    /// The credentials are somebody else's than the settings say.
    IdentityDiffers {
        /// What the settings say.
        expected: String,
        /// What the platform says.
        found: String,
    },
    /// What the settings name does not exist, or these credentials do not see it.
    NotFound {
        /// What.
        what: RemoteThing,
    },
    /// The chat has become a supergroup with another id.
    ChatMoved {
        /// The new id.
        to: String,
    },
    /// Something answers there, but not this platform.
    NotThisApi {
        /// The status.
        status: u16,
    },
    /// The answer sends elsewhere; the panel does not follow, so that no secret goes where nobody meant it to.
    Redirected {
        /// The host that it sends to.
        to: String,
    },
    /// The remote account is blocked, or its payment failed.
    AccountBlocked {
        /// The platform's code.
        code: u32,
    },
    /// Too many calls.
    RateLimited {
        /// Seconds to wait, if the platform says.
        wait_s: Option<u32>,
    },
    /// The platform has a fault of its own.
    PlatformDown {
        /// The status.
        status: u16,
    },
    /// The request went out, and no answer came in time.
    NoAnswer,
    /// The connection was closed before the answer was complete.
    ConnectionLost,
    /// The answer is not what the platform documents.
    Malformed,
    /// The answer is larger than any real one.
    TooLarge,
    /// The platform refuses what was sent.
    Refused {
        /// The platform's code or status.
        code: u32,
        /// What it says, redacted and cut.
        message: String,
    },
    /// A test took as long as one may.
    TimeUp,
}

impl Fault {
    /// What it means for the next step and for any retry.
    pub const fn class(&self, effect: Effect) -> FaultClass {
        match self {
            Self::CredentialsRejected { .. } => FaultClass::Credentials,
            Self::PermissionMissing { .. } | Self::AccountBlocked { .. } => FaultClass::Permission,
            Self::AddressRefused { .. }
            | Self::NameUnknown { .. }
            | Self::Certificate { .. }
            | Self::IdentityDiffers { .. }
            | Self::NotFound { .. }
            | Self::ChatMoved { .. }
            | Self::NotThisApi { .. }
            | Self::Redirected { .. } => FaultClass::Configuration,
            Self::Refused { .. } => FaultClass::Payload,
            Self::RateLimited { .. } => FaultClass::RateLimited,
            Self::NameServiceSilent { .. } | Self::NetworkUnreachable { .. } => FaultClass::OwnNetwork,
            Self::ConnectionRefused { .. }
            | Self::ConnectTimedOut { .. }
            | Self::TlsFailed { .. }
            | Self::PlatformDown { .. } => FaultClass::Temporary,
            Self::NoAnswer | Self::ConnectionLost | Self::Malformed | Self::TooLarge | Self::TimeUp => {
                match effect {
                    Effect::Reads => FaultClass::Temporary,
                    Effect::Writes => FaultClass::Unknown,
                }
            }
        }
    }

    /// Whether the platform has accepted the credentials before it refused.
    pub const fn is_past_credentials(&self) -> bool {
        matches!(
            self,
            Self::PermissionMissing { .. }
                | Self::AccountBlocked { .. }
                | Self::IdentityDiffers { .. }
                | Self::NotFound { .. }
                | Self::ChatMoved { .. }
                | Self::Refused { .. }
        )
    }

    /// Whether no contact at all came about: what all accounts have in common when the panel's own network is down.
    pub const fn is_without_contact(&self) -> bool {
        matches!(
            self,
            Self::NameUnknown { .. }
                | Self::NameServiceSilent { .. }
                | Self::NetworkUnreachable { .. }
                | Self::ConnectionRefused { .. }
                | Self::ConnectTimedOut { .. }
                | Self::TlsFailed { .. }
                | Self::TimeUp
        )
    }

    /// The same without the platform's own words: they may quote what was sent.
    #[must_use]
    pub fn without_words(&self) -> Self {
        match self {
            Self::Refused { code, .. } => Self::Refused {
                code: *code,
                message: String::new(),
            },
            fault => fault.clone(),
        }
    }

    /// What happened, as a sentence.
    pub fn cause(&self, platform: Platform, language: Language) -> String {
        let it = matches!(language, Language::It);
        let name = platform.name();
        match self {
            Self::AddressRefused { why, host } => why.cause(host, it),
            Self::NameUnknown { host } if it => format!("Non esiste nessun host di nome {host}."),
            Self::NameUnknown { host } => format!("There is no host called {host}."),
            Self::NameServiceSilent { host } if it => {
                format!(
                    "Il servizio dei nomi (DNS) di questo server non risponde: impossibile risolvere {host}."
                )
            }
            Self::NameServiceSilent { host } => {
                format!("This server's name service (DNS) does not answer: {host} cannot be looked up.")
            }
            Self::NetworkUnreachable { host } if it => {
                format!("Questo server non riesce a raggiungere {host}: la rete non è disponibile.")
            }
            Self::NetworkUnreachable { host } => {
                format!("This server cannot reach {host}: there is no network.")
            }
            Self::ConnectionRefused { host } if it => format!("{host} rifiuta la connessione."),
            Self::ConnectionRefused { host } => format!("{host} refuses the connection."),
            Self::ConnectTimedOut { host } if it => format!("{host} non risponde."),
            Self::ConnectTimedOut { host } => format!("{host} does not answer."),
            Self::Certificate { why, host } => why.cause(host, it),
            Self::TlsFailed { host } if it => {
                format!("Non si riesce a stabilire una connessione cifrata con {host}.")
            }
            Self::TlsFailed { host } => format!("No encrypted connection to {host} can be made."),
            // A platform that refuses with a good status says so in the body alone.
            Self::CredentialsRejected { code: 200 } if it => format!("{name} rifiuta le credenziali."),
            Self::CredentialsRejected { code: 200 } => format!("{name} rejects the credentials."),
            Self::CredentialsRejected { code } if it => {
                format!("{name} rifiuta le credenziali (risposta {code}).")
            }
            Self::CredentialsRejected { code } => format!("{name} rejects the credentials (answer {code})."),
            Self::PermissionMissing { what } => what.cause(name, it),
            Self::IdentityDiffers { expected, found } if it => {
                format!("Le credenziali sono di {found}, non di {expected}.")
            }
            Self::IdentityDiffers { expected, found } => {
                format!("The credentials belong to {found}, not to {expected}.")
            }
            Self::NotFound { what } => what.cause(name, it),
            Self::ChatMoved { to } if it => {
                format!("La chat è diventata un supergruppo: il suo ID è ora {to}.")
            }
            Self::ChatMoved { to } => format!("The chat has become a supergroup: its id is now {to}."),
            Self::NotThisApi { status } if it => {
                format!("A questo indirizzo risponde qualcosa, ma non l'API di {name} (risposta {status}).")
            }
            Self::NotThisApi { status } => {
                format!("Something answers at the address, but not {name}'s API (answer {status}).")
            }
            Self::Redirected { to } if it => {
                format!("L'indirizzo rimanda a {to}: il pannello non segue i rinvii.")
            }
            Self::Redirected { to } => {
                format!("The address redirects to {to}: the panel does not follow redirects.")
            }
            Self::AccountBlocked { code } if it => {
                format!(
                    "{name} ha bloccato l'account, o il pagamento non è andato a buon fine (codice {code})."
                )
            }
            Self::AccountBlocked { code } => {
                format!("{name} has blocked the account, or its payment failed (code {code}).")
            }
            Self::RateLimited { wait_s: Some(wait) } if it => {
                format!("{name} riceve troppe richieste e chiede di attendere {wait} s.")
            }
            Self::RateLimited { wait_s: Some(wait) } => {
                format!("{name} receives too many requests and asks to wait {wait} s.")
            }
            Self::RateLimited { wait_s: None } if it => format!("{name} riceve troppe richieste."),
            Self::RateLimited { wait_s: None } => format!("{name} receives too many requests."),
            Self::PlatformDown { status } if it => format!("{name} ha un guasto (risposta {status})."),
            Self::PlatformDown { status } => format!("{name} has a fault (answer {status})."),
            Self::NoAnswer if it => format!("{name} ha ricevuto la richiesta ma non ha risposto in tempo."),
            Self::NoAnswer => format!("{name} received the request but did not answer in time."),
            Self::ConnectionLost if it => format!("{name} ha chiuso la connessione prima di rispondere."),
            Self::ConnectionLost => format!("{name} closed the connection before it answered."),
            Self::Malformed if it => format!("La risposta non è quella che {name} documenta."),
            Self::Malformed => format!("The answer is not what {name} documents."),
            Self::TooLarge if it => format!("La risposta è più grande di qualunque risposta di {name}."),
            Self::TooLarge => format!("The answer is larger than any of {name}'s."),
            Self::Refused { code, message } if message.is_empty() && it => {
                format!("{name} rifiuta la richiesta ({code}).")
            }
            Self::Refused { code, message } if message.is_empty() => {
                format!("{name} refuses the request ({code}).")
            }
            Self::Refused { code, message } if it => {
                format!("{name} rifiuta la richiesta ({code}): {message}")
            }
            Self::Refused { code, message } => format!("{name} refuses the request ({code}): {message}"),
            Self::TimeUp if it => "Il test è durato troppo ed è stato interrotto.".into(),
            Self::TimeUp => "The test took too long and was stopped.".into(),
        }
    }

    /// What to do, as a sentence.
    pub const fn remedy(&self, platform: Platform) -> Text {
        match self {
            Self::AddressRefused { why, .. } => why.remedy(),
            Self::NameUnknown { .. } => text!(
                "Controlla l'indirizzo lettera per lettera; se è giusto, controlla il DNS di questo server.",
                "Check the address letter by letter; if it is right, check this server's DNS."
            ),
            Self::NameServiceSilent { .. } | Self::NetworkUnreachable { .. } => text!(
                "Il problema è nella rete di questo server, non nell'account: controlla connessione, DNS e firewall.",
                "The trouble is in this server's network, not in the account: check connection, DNS and firewall."
            ),
            Self::ConnectionRefused { .. } | Self::ConnectTimedOut { .. } | Self::TlsFailed { .. } => text!(
                "Controlla l'indirizzo e la porta; se sono giusti, riprova tra qualche minuto.",
                "Check the address and the port; if they are right, try again in a few minutes."
            ),
            Self::Certificate { why, .. } => why.remedy(),
            Self::CredentialsRejected { .. } => credentials_remedy(platform),
            Self::PermissionMissing { what } => what.remedy(),
            Self::IdentityDiffers { .. } => text!(
                "Correggi il nome, oppure sostituisci le credenziali con quelle dell'account giusto.",
                "Correct the name, or replace the credentials with those of the right account."
            ),
            Self::NotFound { what } => what.remedy(),
            Self::ChatMoved { .. } => text!("Scrivi il nuovo ID e salva.", "Enter the new id and save."),
            Self::NotThisApi { .. } | Self::Redirected { .. } => text!(
                "Copia l'indirizzo delle API dalla piattaforma: quello di una pagina web non basta.",
                "Copy the API's address from the platform: a web page's address will not do."
            ),
            Self::AccountBlocked { .. } => text!(
                "Apri la piattaforma e risolvi il blocco o il pagamento; poi ripeti il test.",
                "Open the platform and settle the block or the payment; then test again."
            ),
            Self::RateLimited { .. } => text!(
                "Attendi e riprova. Altri programmi che usano lo stesso account contano nel limite.",
                "Wait and try again. Other programs that use the same account count towards the limit."
            ),
            Self::PlatformDown { .. } | Self::NoAnswer | Self::ConnectionLost => text!(
                "Non dipende dall'account: riprova tra qualche minuto, o guarda lo stato della piattaforma.",
                "It is not the account: try again in a few minutes, or look at the platform's status page."
            ),
            Self::Malformed | Self::TooLarge => text!(
                "Controlla che l'indirizzo sia quello delle API; se lo è, copia i dettagli e segnalali.",
                "Check that the address is the API's; if it is, copy the details and report them."
            ),
            Self::Refused { .. } => text!(
                "Leggi che cosa dice la piattaforma e correggi i dati indicati.",
                "Read what the platform says and correct the data it names."
            ),
            Self::TimeUp => text!(
                "La piattaforma o la rete sono lente: riprova tra qualche minuto.",
                "The platform or the network is slow: try again in a few minutes."
            ),
        }
    }
}

const fn credentials_remedy(platform: Platform) -> Text {
    match platform {
        Platform::ActiveCampaign => text!(
            "Copia di nuovo URL e Chiave da Impostazioni › Sviluppatore: devono essere dello stesso account.",
            "Copy the URL and the key again from Settings › Developer: they must belong to the same account."
        ),
        Platform::Clerk => text!(
            "Controlla che le due chiavi siano dello stesso store; la privata si vede una volta sola: se serve, creane un'altra.",
            "Check that both keys belong to the same store; the private one is shown only once: create another if need be."
        ),
        Platform::WaSmartBusiness => text!(
            "Il token è scaduto, revocato o incompleto: fattene dare uno nuovo e sostituiscilo.",
            "The token has expired, was revoked or is incomplete: get a new one and replace it."
        ),
        Platform::Telegram => text!(
            "Chiedi il token a @BotFather con /token e incollalo intero.",
            "Ask @BotFather for the token with /token and paste all of it."
        ),
    }
}

impl AddressRefusal {
    fn cause(self, host: &str, it: bool) -> String {
        match self {
            Self::Loopback if it => format!("{host} è questo stesso server: il pannello non lo chiama."),
            Self::Loopback => format!("{host} is this very server: the panel does not call it."),
            Self::Private if it => format!("{host} è in una rete privata: il pannello non lo chiama."),
            Self::Private => format!("{host} is in a private network: the panel does not call it."),
            Self::LinkLocal if it => {
                format!(
                    "{host} è un indirizzo link-local, riservato ai servizi interni: il pannello non lo chiama."
                )
            }
            Self::LinkLocal => {
                format!("{host} is a link-local address for machines: the panel does not call it.")
            }
            Self::Reserved if it => format!("{host} non è un indirizzo pubblico di Internet."),
            Self::Reserved => format!("{host} is not a public Internet address."),
            Self::PlainHttp if it => format!("Verso {host} le credenziali viaggerebbero in chiaro."),
            Self::PlainHttp => format!("The credentials would travel to {host} in the clear."),
        }
    }

    const fn remedy(self) -> Text {
        match self {
            Self::PlainHttp => text!(
                "Usa https://. Per un server nella tua rete, chi amministra il server può aggiungerlo a RACCORDO_ALLOWED_HOSTS.",
                "Use https://. For a server in your own network, whoever runs the server can add it to RACCORDO_ALLOWED_HOSTS."
            ),
            _ => text!(
                "Controlla l'indirizzo. Se è un server tuo, chi amministra il server può aggiungerlo a RACCORDO_ALLOWED_HOSTS.",
                "Check the address. If the server is yours, whoever runs the server can add it to RACCORDO_ALLOWED_HOSTS."
            ),
        }
    }
}

impl CertificateFault {
    fn cause(self, host: &str, it: bool) -> String {
        match self {
            Self::Expired if it => format!("Il certificato di {host} è scaduto o non ancora valido."),
            Self::Expired => format!("The certificate of {host} has expired or is not valid yet."),
            Self::WrongName if it => format!("Il certificato presentato non è di {host}."),
            Self::WrongName => format!("The certificate shown does not belong to {host}."),
            Self::UnknownIssuer if it => {
                format!("Il certificato di {host} è firmato da un'autorità sconosciuta.")
            }
            Self::UnknownIssuer => format!("The certificate of {host} is signed by an unknown authority."),
            Self::Other if it => format!("Il certificato di {host} non è valido."),
            Self::Other => format!("The certificate of {host} is not valid."),
        }
    }

    const fn remedy(self) -> Text {
        match self {
            Self::Expired => text!(
                "Rinnova il certificato, se il server è tuo; altrimenti controlla l'orologio di questo server.",
                "Renew the certificate if the server is yours; otherwise check this server's clock."
            ),
            Self::WrongName => text!(
                "Controlla l'indirizzo: deve avere il nome per cui il certificato è stato rilasciato.",
                "Check the address: it must have the name that the certificate was issued for."
            ),
            Self::UnknownIssuer | Self::Other => text!(
                "Se il server è tuo, usa un certificato di un'autorità riconosciuta o installa la tua su questo server.",
                "If the server is yours, use a certificate of a recognised authority or install yours on this server."
            ),
        }
    }
}

impl Permission {
    fn cause(self, name: &str, it: bool) -> String {
        let what = match (self, it) {
            (Self::ReadLists, true) => "leggere le liste",
            (Self::ReadLists, false) => "read the lists",
            (Self::ReadConnections, true) => "leggere le connessioni e-commerce",
            (Self::ReadConnections, false) => "read the e-commerce connections",
            (Self::SendMessages, true) => "inviare messaggi",
            (Self::SendMessages, false) => "send messages",
            (Self::ReadTemplates, true) => "leggere i template",
            (Self::ReadTemplates, false) => "read the templates",
            (Self::WriteInChat, true) => "scrivere nella chat",
            (Self::WriteInChat, false) => "write in the chat",
            (Self::Other, true) => "fare questa operazione",
            (Self::Other, false) => "do this",
        };
        if it {
            format!("{name} accetta le credenziali, ma non permettono di {what}.")
        } else {
            format!("{name} accepts the credentials, but they may not {what}.")
        }
    }

    const fn remedy(self) -> Text {
        match self {
            Self::ReadLists | Self::ReadConnections => text!(
                "In ActiveCampaign una chiave ha i permessi del suo utente: dai al gruppo dell'utente l'accesso che manca, o usa la chiave di un amministratore.",
                "In ActiveCampaign a key has its user's permissions: give the user's group the missing access, or use an administrator's key."
            ),
            Self::SendMessages => text!(
                "Con Meta, genera il token con il permesso whatsapp_business_messaging; con un gateway, chiedi il permesso a chi lo gestisce.",
                "With Meta, generate the token with the permission whatsapp_business_messaging; with a gateway, ask whoever runs it for the permission."
            ),
            Self::ReadTemplates => text!(
                "Con Meta, genera il token con il permesso whatsapp_business_management; con un gateway, chiedi il permesso a chi lo gestisce.",
                "With Meta, generate the token with the permission whatsapp_business_management; with a gateway, ask whoever runs it for the permission."
            ),
            Self::WriteInChat => text!(
                "Aggiungi il bot alla chat e lascialo scrivere; in un canale deve essere amministratore.",
                "Add the bot to the chat and let it write; in a channel it must be an administrator."
            ),
            Self::Other => text!(
                "Sulla piattaforma, dai a queste credenziali il permesso che manca.",
                "On the platform, give these credentials the missing permission."
            ),
        }
    }
}

impl RemoteThing {
    fn cause(self, name: &str, it: bool) -> String {
        match self {
            Self::Chat if it => format!("{name} non trova la chat indicata, o il bot non ne fa parte."),
            Self::Chat => format!("{name} does not find the chat, or the bot is not in it."),
            Self::Number if it => format!("{name} non trova il numero con questo ID."),
            Self::Number => format!("{name} does not find the number with this id."),
            Self::BusinessAccount if it => {
                format!("{name} non trova l'account WhatsApp Business con questo ID.")
            }
            Self::BusinessAccount => {
                format!("{name} does not find the WhatsApp Business account with this id.")
            }
        }
    }

    const fn remedy(self) -> Text {
        match self {
            Self::Chat => text!(
                "Aggiungi il bot alla chat, scrivi lì un messaggio e usa «Trova le mie chat».",
                "Add the bot to the chat, write a message there and use “Find my chats”."
            ),
            Self::Number => text!(
                "Usa «Trova i miei numeri», o copia l'ID da WhatsApp › Configurazione API: non è il numero di telefono.",
                "Use “Find my numbers”, or copy the id from WhatsApp › API setup: it is not the phone number."
            ),
            Self::BusinessAccount => text!(
                "Copia l'ID da WhatsApp › Configurazione API; il token deve avere accesso a quell'account.",
                "Copy the id from WhatsApp › API setup; the token must have access to that account."
            ),
        }
    }
}
