//! The chats of the sandbox.

use serde_json::{Value, json};

use super::FIRST_MESSAGE_S;
use crate::sample::{
    BOT_USERNAME, CHANNEL_ID, CHANNEL_NAME, CUSTOMER_CHAT_ID, KICKED_CHAT_ID, MOVED_CHAT_ID,
    MOVED_TO_CHAT_ID, STAFF_CHAT_ID, STAFF_CHAT_TITLE,
};

/// A chat.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chat {
    pub(super) id: i64,
    kind: &'static str,
    /// Title, or first name.
    name: &'static str,
    /// With `@`, or empty.
    username: &'static str,
}

const fn chat(id: i64, kind: &'static str, name: &'static str, username: &'static str) -> Chat {
    Chat {
        id,
        kind,
        name,
        username,
    }
}

const CUSTOMER: Chat = chat(CUSTOMER_CHAT_ID, "private", "Bianca", "");
const STAFF: Chat = chat(STAFF_CHAT_ID, "supergroup", STAFF_CHAT_TITLE, "");
const KICKED: Chat = chat(KICKED_CHAT_ID, "supergroup", "Fornitori", "");
const MOVED: Chat = chat(MOVED_CHAT_ID, "group", "Magazzino", "");
const MOVED_TO: Chat = chat(MOVED_TO_CHAT_ID, "supergroup", "Magazzino", "");
const CHANNEL: Chat = chat(CHANNEL_ID, "channel", "Novità del negozio", CHANNEL_NAME);
const ALL: [Chat; 6] = [CUSTOMER, STAFF, KICKED, MOVED, MOVED_TO, CHANNEL];

impl Chat {
    /// The chat of an id or of an `@name`, in any case.
    pub(super) fn find(name: &str) -> Option<Self> {
        ALL.into_iter().find(|chat| {
            chat.id.to_string() == name
                || (!chat.username.is_empty() && chat.username.eq_ignore_ascii_case(name))
        })
    }

    /// Whether its members can be kept from writing.
    pub(super) fn can_restrict(self) -> bool {
        self.kind == "supergroup"
    }

    /// As in messages: <https://core.telegram.org/bots/api#chat>.
    pub(super) fn short(self) -> Value {
        let name = if self.kind == "private" {
            "first_name"
        } else {
            "title"
        };
        let mut short = json!({ "id": self.id, name: self.name, "type": self.kind });
        if let Some(username) = self.username.strip_prefix('@') {
            short["username"] = Value::from(username);
        }
        short
    }

    /// As `getChat` tells it: <https://core.telegram.org/bots/api#chatfullinfo>; what is not optional, and in groups
    /// the permissions.
    pub(super) fn full(self) -> Value {
        let mut full = self.short();
        full["accent_color_id"] = Value::from(0);
        full["max_reaction_count"] = Value::from(11);
        full["accepted_gift_types"] = json!({
            "unlimited_gifts": false,
            "limited_gifts": false,
            "unique_gifts": false,
            "premium_subscription": false,
            "gifts_from_channels": false,
        });
        if self.can_restrict() {
            full["permissions"] = rights(true);
        }
        full
    }

    /// The bot's membership: <https://core.telegram.org/bots/api#chatmember>.
    pub(super) fn membership(self, bot: &Value, restricted: bool) -> Value {
        if self.kind == "channel" {
            return json!({
                "user": bot,
                "status": "administrator",
                "can_be_edited": false,
                "is_anonymous": false,
                "can_manage_chat": true,
                "can_delete_messages": false,
                "can_manage_video_chats": false,
                "can_restrict_members": false,
                "can_promote_members": false,
                "can_change_info": false,
                "can_invite_users": false,
                "can_post_stories": false,
                "can_edit_stories": false,
                "can_delete_stories": false,
                "can_post_messages": !restricted,
                "can_edit_messages": false,
            });
        }
        if !restricted || !self.can_restrict() {
            return json!({ "user": bot, "status": "member" });
        }
        let mut member = rights(false);
        member["user"] = bot.clone();
        member["status"] = Value::from("restricted");
        member["is_member"] = Value::from(true);
        member["until_date"] = Value::from(0);
        member
    }
}

/// The rights of a member: <https://core.telegram.org/bots/api#chatpermissions>.
fn rights(all: bool) -> Value {
    json!({
        "can_send_messages": all,
        "can_send_audios": all,
        "can_send_documents": all,
        "can_send_photos": all,
        "can_send_videos": all,
        "can_send_video_notes": all,
        "can_send_voice_notes": all,
        "can_send_polls": all,
        "can_send_other_messages": all,
        "can_add_web_page_previews": all,
        "can_change_info": all,
        "can_invite_users": all,
        "can_pin_messages": all,
        "can_manage_topics": all,
    })
}

/// What has happened within the last 24 hours: <https://core.telegram.org/bots/api#update>.
pub(super) fn updates(bot: &Value) -> Vec<Value> {
    let customer = json!({ "id": CUSTOMER_CHAT_ID, "is_bot": false, "first_name": CUSTOMER.name });
    let message = |number: u64, chat: Chat, text: &str| {
        json!({
            "message_id": number,
            "from": customer,
            "chat": chat.short(),
            "date": FIRST_MESSAGE_S - 3600 + number,
            "text": text,
        })
    };
    vec![
        json!({ "update_id": 700_001, "message": message(1, CUSTOMER, "/start") }),
        json!({ "update_id": 700_002, "message": message(2, STAFF, &format!("/start@{BOT_USERNAME}")) }),
        json!({ "update_id": 700_003, "my_chat_member": {
            "chat": KICKED.short(),
            "from": customer,
            "date": FIRST_MESSAGE_S - 3600,
            "old_chat_member": { "user": bot, "status": "member" },
            "new_chat_member": { "user": bot, "status": "kicked", "until_date": 0 },
        } }),
        json!({ "update_id": 700_004, "channel_post": {
            "message_id": 3,
            "sender_chat": CHANNEL.short(),
            "chat": CHANNEL.short(),
            "date": FIRST_MESSAGE_S - 3600,
            "text": "Nuovi arrivi",
        } }),
        json!({ "update_id": 700_005, "message": message(4, STAFF, "Prova") }),
    ]
}
