//! What exists in the sandbox, and forms that name it.

use domain::{Platform, Text};

/// `ActiveCampaign`'s key; every account's.
pub const ACTIVECAMPAIGN_KEY: &str = "SANDBOX-0123456789abcdef0123456789abcdef";
/// `ActiveCampaign`'s lists, from id 1.
pub const LISTS: [&str; 3] = ["Newsletter", "Clienti abituali", "Rivenditori"];
/// `ActiveCampaign`'s tags, from id 1.
pub const TAGS: [&str; 4] = [
    "privato",
    "azienda",
    "fiera-2026",
    "Passweb Integration – customer",
];
/// `ActiveCampaign`'s custom fields of contacts, from id 1: titles and personalisation tags.
pub const FIELDS: [(&str, &str); 3] = [
    ("Partita IVA", "PARTITA_IVA"),
    ("Data di nascita", "DATA_DI_NASCITA"),
    ("Tessera fedeltà", "TESSERA_FEDELTA"),
];

/// Clerk.io's public key.
pub const CLERK_PUBLIC_KEY: &str = "SANDBOXpublic0123456789abcdef012";
/// Clerk.io's private key.
pub const CLERK_PRIVATE_KEY: &str = "SANDBOX-private_0123456789abcdef0123456789abcde";

/// Meta's access token.
pub const META_TOKEN: &str = "EAASANDBOX0123456789abcdefghijklmnopqrstuvwxyz";
/// The app's secret.
pub const META_APP_SECRET: &str = "5a2db0c05a2db0c05a2db0c05a2db0c0";
/// The id of the WhatsApp number.
pub const PHONE_NUMBER_ID: &str = "100200300400501";
/// The id of the WhatsApp Business account.
pub const WABA_ID: &str = "100200300400500";
/// The number, as Meta shows it.
pub const META_NUMBER: &str = "+39 010 000 0001";
/// The number's verified name.
pub const META_NAME: &str = "Negozio Sandbox";

/// The gateway's token.
pub const GATEWAY_TOKEN: &str = "SANDBOX-gateway-0123456789abcdef";
/// The name of the gateway's account.
pub const GATEWAY_NAME: &str = "Negozio Sandbox";
/// The number of the gateway's account.
pub const GATEWAY_NUMBER: &str = "+390100000002";

/// The bot's token.
pub const BOT_TOKEN: &str = "1234567890:SANDBOX-AAHdqTcvCH1vGWJxfSeofSAs0";
/// The bot's id.
pub const BOT_ID: i64 = 1_234_567_890;
/// The bot's user name, without `@`.
pub const BOT_USERNAME: &str = "raccordo_sandbox_bot";
/// A supergroup in which the bot may write.
pub const STAFF_CHAT_ID: i64 = -1_001_234_567_890;
/// Its title.
pub const STAFF_CHAT_TITLE: &str = "Staff del negozio";
/// A supergroup that the bot was kicked from.
pub const KICKED_CHAT_ID: i64 = -1_001_111_111_111;
/// A group that has become a supergroup.
pub const MOVED_CHAT_ID: i64 = -987_654_321;
/// What it has become.
pub const MOVED_TO_CHAT_ID: i64 = -1_002_222_222_222;
/// The chat with a customer.
pub const CUSTOMER_CHAT_ID: i64 = 555_000_111;
/// A channel in which the bot may post.
pub const CHANNEL_ID: i64 = -1_003_333_333_333;
/// Its user name, with `@`.
pub const CHANNEL_NAME: &str = "@novita_negozio_sandbox";

/// A form that is complete, passes the rules and works with the sandbox. Clerk.io's `language` and `currency` are `it`
/// and `EUR`: for a site without them, put the site's own in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleAccount {
    /// The platform.
    pub platform: Platform,
    /// What to call the account.
    pub description: Text,
    /// The fields but the secrets, by name.
    pub values: Vec<(&'static str, String)>,
    /// The secrets, by name. They open nothing but the sandbox.
    pub secrets: Vec<(&'static str, String)>,
}

/// One sample for each platform, two for WhatsApp: by the gateway and by Meta.
pub fn sample_accounts() -> Vec<SampleAccount> {
    vec![
        sample(
            Platform::ActiveCampaign,
            "ActiveCampaign di prova",
            "ActiveCampaign to try out",
            &[
                ("api_url", "https://negozio.activecampaign.sandbox.test"),
                ("orders_enabled", "true"),
                ("abandoned_carts_enabled", "true"),
                ("new_customer_tag", TAGS[3]),
                ("newsletter_list", "1"),
                ("tag_private", "1"),
                ("tag_company", "2"),
            ],
            &[("api_key", ACTIVECAMPAIGN_KEY)],
        ),
        sample(
            Platform::Clerk,
            "Clerk.io di prova",
            "Clerk.io to try out",
            &[
                ("public_key", CLERK_PUBLIC_KEY),
                ("api_base_url", "https://api.clerk.sandbox.test/v2"),
                ("language", "it"),
                ("currency", "EUR"),
                ("visitor_mode", "auto"),
            ],
            &[("private_key", CLERK_PRIVATE_KEY)],
        ),
        sample(
            Platform::WaSmartBusiness,
            "WhatsApp di prova (gateway)",
            "WhatsApp to try out (gateway)",
            &[
                ("transport", "wa_smart_business"),
                ("gateway_url", "https://gateway.whatsapp.sandbox.test/wa"),
                ("cart_delay_hours", "3"),
            ],
            &[("access_token", GATEWAY_TOKEN)],
        ),
        sample(
            Platform::WaSmartBusiness,
            "WhatsApp di prova (Meta)",
            "WhatsApp to try out (Meta)",
            &[
                ("transport", "meta_cloud_api"),
                ("phone_number_id", PHONE_NUMBER_ID),
                ("waba_id", WABA_ID),
                ("graph_version", "v25.0"),
                ("graph_url", "https://graph.whatsapp.sandbox.test"),
                ("cart_delay_hours", "3"),
            ],
            &[("access_token", META_TOKEN), ("app_secret", META_APP_SECRET)],
        ),
        sample(
            Platform::Telegram,
            "Telegram di prova",
            "Telegram to try out",
            &[
                ("bot_username", BOT_USERNAME),
                ("api_base_url", "https://api.telegram.sandbox.test"),
                ("staff_chat_id", "-1001234567890"),
                ("cart_delay_hours", "3"),
                ("link_method", "deep_link"),
            ],
            &[("bot_token", BOT_TOKEN)],
        ),
    ]
}

fn sample(
    platform: Platform,
    it: &'static str,
    en: &'static str,
    values: &[(&'static str, &str)],
    secrets: &[(&'static str, &str)],
) -> SampleAccount {
    let owned = |pairs: &[(&'static str, &str)]| {
        pairs
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect()
    };
    SampleAccount {
        platform,
        description: Text { it, en },
        values: owned(values),
        secrets: owned(secrets),
    }
}
