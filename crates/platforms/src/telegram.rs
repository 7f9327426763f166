//! Telegram's Bot API (<https://core.telegram.org/bots/api>).

use async_trait::async_trait;
use domain::platform::TelegramSettings;
use domain::{ApiUrl, Fact, FactKind, Fault, Lookup, Permission, RemoteThing, RemoteValue, StepKind};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::connector::{Connector, Setback};
use crate::http::{Answer, Call};
use crate::remote::Secrets;
use crate::session::Session;
use crate::trail::Trail;

pub(crate) struct Telegram<'a> {
    settings: &'a TelegramSettings,
    secrets: &'a Secrets,
}

impl<'a> Telegram<'a> {
    pub(crate) const fn new(settings: &'a TelegramSettings, secrets: &'a Secrets) -> Self {
        Self { settings, secrets }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        session: &mut Session<'_>,
        method: &str,
        body: Value,
    ) -> Result<T, Fault> {
        let token = self.secrets.expose("bot_token");
        let answer = session
            .call(&Call::post(format!("/bot{token}/{method}"), body))
            .await?;
        if answer.is_success() {
            let reply: Reply<T> = answer.json()?;
            return reply.result.ok_or(Fault::Malformed);
        }
        Err(refusal(session, &answer))
    }

    /// The chat, and whether the bot may write there. The chat is asked for first: it is told as the last step.
    async fn verify_chat(
        &self,
        session: &mut Session<'_>,
        trail: &mut Trail<'_>,
        bot: i64,
        chat_id: &str,
    ) -> Result<(), Fault> {
        let chat: Chat = match self.ask(session, "getChat", json!({ "chat_id": chat_id })).await {
            Ok(chat) => chat,
            Err(fault) => {
                if matches!(fault, Fault::PermissionMissing { .. }) {
                    trail.begin(StepKind::Permissions);
                }
                return Err(fault);
            }
        };
        session.learn(FactKind::Chat, &chat.name());
        trail.pass();
        trail.begin(StepKind::Permissions);
        let body = json!({ "chat_id": chat_id, "user_id": bot });
        match self.ask::<Member>(session, "getChatMember", body).await {
            Ok(member) if member.writes(chat.kind == "channel") => trail.pass(),
            Ok(_) => {
                return Err(Fault::PermissionMissing {
                    what: Permission::WriteInChat,
                });
            }
            // Not every chat tells who is in it: that says nothing about writing.
            Err(Fault::Refused { .. } | Fault::PermissionMissing { .. } | Fault::NotFound { .. }) => {
                trail.skip(StepKind::Permissions);
            }
            Err(fault) => return Err(fault),
        }
        Ok(())
    }
}

#[async_trait]
impl Connector for Telegram<'_> {
    fn base(&self) -> Option<&ApiUrl> {
        Some(&self.settings.api_base_url)
    }

    /// The token's second half is the secret one.
    fn words(&self) -> Vec<&str> {
        let halves = self.secrets.expose("bot_token").split_once(':');
        halves.map(|(_, key)| key).into_iter().collect()
    }

    async fn verify(&self, session: &mut Session<'_>, trail: &mut Trail<'_>) -> Result<(), Fault> {
        let bot: Bot = self.ask(session, "getMe", json!({})).await?;
        let found = format!("@{}", bot.username);
        session.learn(FactKind::Bot, &found);
        trail.pass();
        trail.begin(StepKind::Resource);
        let expected = self.settings.bot_username.as_str();
        if !bot.username.eq_ignore_ascii_case(expected) {
            return Err(Fault::IdentityDiffers {
                expected: format!("@{expected}"),
                found: session.words(&found),
            });
        }
        if let Some(chat_id) = &self.settings.staff_chat_id {
            return self.verify_chat(session, trail, bot.id, chat_id).await;
        }
        trail.skip(StepKind::Permissions);
        trail.pass();
        Ok(())
    }

    /// The chats of the waiting updates. Without an offset none of them counts as read.
    async fn look_up(&self, session: &mut Session<'_>, lookup: Lookup) -> Result<Vec<RemoteValue>, Setback> {
        if lookup != Lookup::Chats {
            return Err(Setback::NotOffered);
        }
        let updates: Vec<Update> = self
            .ask(session, "getUpdates", json!({ "limit": 100, "timeout": 0 }))
            .await?;
        let mut chats: Vec<RemoteValue> = Vec::new();
        for chat in updates.into_iter().filter_map(Update::chat) {
            let id = chat.id.to_string();
            if !chats.iter().any(|known| known.id == id) {
                chats.push(RemoteValue {
                    id,
                    name: chat.name(),
                    note: chat.kind,
                });
            }
        }
        session.clean(&mut chats);
        Ok(chats)
    }

    async fn send_test_message(&self, session: &mut Session<'_>, text: &str) -> Result<Vec<Fact>, Setback> {
        let Some(chat_id) = &self.settings.staff_chat_id else {
            return Err(Setback::NotOffered);
        };
        let body = json!({ "chat_id": chat_id, "text": text, "disable_notification": true });
        let message: Message = self.ask(session, "sendMessage", body).await?;
        Ok(vec![session.fact(FactKind::Chat, &message.chat.name())])
    }
}

/// What a refusal means. The codes are not promised to stay, so that the descriptions of Telegram's own server count
/// too (`Client.cpp` of <https://github.com/tdlib/telegram-bot-api>). A token of the wrong form is answered with 404.
fn refusal(session: &Session<'_>, answer: &Answer) -> Fault {
    let Some(reply) = answer.error::<Refusal>() else {
        return answer.common_fault().unwrap_or(Fault::NotThisApi {
            status: answer.status,
        });
    };
    let parameters = reply.parameters.unwrap_or_default();
    if let Some(to) = parameters.migrate_to_chat_id {
        return Fault::ChatMoved { to: to.to_string() };
    }
    if let Some(wait) = parameters.retry_after {
        return Fault::RateLimited { wait_s: Some(wait) };
    }
    if let Some(fault) = answer.common_fault() {
        return fault;
    }
    let said = reply.description.to_ascii_lowercase();
    let may_not_write = ["not enough rights", "have no rights", "chat_write_forbidden"]
        .iter()
        .any(|words| said.contains(words));
    match reply.error_code {
        code @ (401 | 404) => Fault::CredentialsRejected { code },
        400 if said.contains("chat not found") => Fault::NotFound {
            what: RemoteThing::Chat,
        },
        403 => Fault::PermissionMissing {
            what: Permission::WriteInChat,
        },
        _ if may_not_write => Fault::PermissionMissing {
            what: Permission::WriteInChat,
        },
        code => Fault::Refused {
            code,
            message: session.words(&reply.description),
        },
    }
}

#[derive(Deserialize)]
struct Reply<T> {
    result: Option<T>,
}

#[derive(Deserialize)]
struct Refusal {
    error_code: u32,
    #[serde(default)]
    description: String,
    parameters: Option<Parameters>,
}

/// <https://core.telegram.org/bots/api#responseparameters>
#[derive(Default, Deserialize)]
struct Parameters {
    migrate_to_chat_id: Option<i64>,
    retry_after: Option<u32>,
}

#[derive(Deserialize)]
struct Bot {
    id: i64,
    username: String,
}

/// <https://core.telegram.org/bots/api#chat>
#[derive(Deserialize)]
struct Chat {
    id: i64,
    #[serde(rename = "type", default)]
    kind: String,
    title: Option<String>,
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
}

impl Chat {
    /// A group's title, or a person's name.
    fn name(&self) -> String {
        if let Some(title) = &self.title {
            return title.clone();
        }
        let names: Vec<&str> = [&self.first_name, &self.last_name]
            .into_iter()
            .filter_map(|name| name.as_deref())
            .collect();
        if names.is_empty() {
            self.username
                .as_ref()
                .map_or_else(|| self.id.to_string(), |name| format!("@{name}"))
        } else {
            names.join(" ")
        }
    }
}

/// <https://core.telegram.org/bots/api#chatmember>
#[derive(Deserialize)]
struct Member {
    status: String,
    can_send_messages: Option<bool>,
    can_post_messages: Option<bool>,
}

impl Member {
    /// Whether it can write; in a channel only administrators with that right can.
    fn writes(&self, in_channel: bool) -> bool {
        match self.status.as_str() {
            "left" | "kicked" => false,
            "restricted" => self.can_send_messages == Some(true),
            "administrator" => !in_channel || self.can_post_messages == Some(true),
            "member" => !in_channel,
            _ => true,
        }
    }
}

/// <https://core.telegram.org/bots/api#update>
#[derive(Deserialize)]
struct Update {
    message: Option<Message>,
    channel_post: Option<Message>,
    my_chat_member: Option<Message>,
}

impl Update {
    fn chat(self) -> Option<Chat> {
        self.message
            .or(self.channel_post)
            .or(self.my_chat_member)
            .map(|message| message.chat)
    }
}

/// A message, or a change of the bot's own membership: both happen in a chat.
#[derive(Deserialize)]
struct Message {
    chat: Chat,
}
