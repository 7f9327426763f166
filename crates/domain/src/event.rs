//! What happens in a shop: the kinds of events, and what each is about.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::Timestamp;
use crate::platform::Platform;
use crate::text::{Text, text};

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// Somebody who buys or is registered.
    Customer,
    /// A basket.
    Cart,
    /// An order.
    Order,
    /// An article.
    Product,
    /// A category of articles.
    Category,
    /// A page of text.
    Page,
}

impl Entity {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Customer,
        Self::Cart,
        Self::Order,
        Self::Product,
        Self::Category,
        Self::Page,
    ];

    /// Its name in addresses and storage.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Cart => "cart",
            Self::Order => "order",
            Self::Product => "product",
            Self::Category => "category",
            Self::Page => "page",
        }
    }

    /// The word for it.
    pub const fn title(self) -> Text {
        match self {
            Self::Customer => text!("Cliente", "Customer"),
            Self::Cart => text!("Carrello", "Cart"),
            Self::Order => text!("Ordine", "Order"),
            Self::Product => text!("Articolo", "Product"),
            Self::Category => text!("Categoria", "Category"),
            Self::Page => text!("Pagina", "Page"),
        }
    }
}

/// Declares [`EventKind`]: the kind, its code, what it is about, its name in both languages.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $code:literal, $entity:ident, $it:literal, $en:literal;)+) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum EventKind {
            $($(#[$doc])* #[serde(rename = $code)] $kind,)+
        }

        impl EventKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind,)+];

            /// Its name in addresses and storage.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$kind => $code,)+ }
            }

            /// The `type` of its CloudEvents: the code with the program's name before it and the version of the payload
            /// behind it.
            pub const fn type_name(self) -> &'static str {
                match self { $(Self::$kind => concat!("raccordo.", $code, ".v1"),)+ }
            }

            /// What it is about.
            pub const fn entity(self) -> Entity {
                match self { $(Self::$kind => Entity::$entity,)+ }
            }

            /// Its name.
            pub const fn title(self) -> Text {
                match self { $(Self::$kind => text!($it, $en),)+ }
            }
        }
    };
}

kinds! {
    /// Somebody registered.
    CustomerRegistered = "customer.registered", Customer, "Cliente registrato", "Customer registered";
    /// A profile was changed.
    CustomerUpdated = "customer.updated", Customer, "Cliente modificato", "Customer updated";
    /// A profile was deleted.
    CustomerDeleted = "customer.deleted", Customer, "Cliente eliminato", "Customer deleted";
    /// Somebody wants the newsletter.
    NewsletterSubscribed = "customer.newsletter_subscribed", Customer, "Consenso newsletter dato", "Newsletter consent given";
    /// Somebody no longer wants the newsletter.
    NewsletterUnsubscribed = "customer.newsletter_unsubscribed", Customer, "Consenso newsletter ritirato", "Newsletter consent withdrawn";
    /// A cart was changed.
    CartUpdated = "cart.updated", Cart, "Carrello modificato", "Cart updated";
    /// An order was placed.
    OrderPlaced = "order.placed", Order, "Ordine concluso", "Order placed";
    /// An order has another state.
    OrderStateChanged = "order.state_changed", Order, "Stato ordine modificato", "Order state changed";
    /// An order's payment is confirmed.
    OrderPaymentConfirmed = "order.payment_confirmed", Order, "Pagamento confermato", "Payment confirmed";
    /// There is a new product.
    ProductCreated = "product.created", Product, "Articolo creato", "Product created";
    /// A product was changed.
    ProductUpdated = "product.updated", Product, "Articolo modificato", "Product updated";
    /// A product is no longer sold.
    ProductDeleted = "product.deleted", Product, "Articolo eliminato", "Product deleted";
    /// There is a new category.
    CategoryCreated = "category.created", Category, "Categoria creata", "Category created";
    /// A category was changed.
    CategoryUpdated = "category.updated", Category, "Categoria modificata", "Category updated";
    /// A category is gone.
    CategoryDeleted = "category.deleted", Category, "Categoria eliminata", "Category deleted";
    /// There is a new page.
    PageCreated = "page.created", Page, "Pagina creata", "Page created";
    /// A page was changed.
    PageUpdated = "page.updated", Page, "Pagina modificata", "Page updated";
    /// A page is gone.
    PageDeleted = "page.deleted", Page, "Pagina eliminata", "Page deleted";
}

/// Minutes without a change after which a cart counts as abandoned (the reference manual's "Carrelli abbandonati").
pub const CART_ABANDONED_MINUTES: u32 = 30;

impl EventKind {
    /// The kind of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// The kind of a CloudEvents `type`.
    pub fn from_type_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.type_name() == name)
    }

    /// Whether a later event about the same thing makes this one needless while it waits: it only says how the thing is.
    /// Orders and consents are never passed over.
    pub const fn is_replaceable(self) -> bool {
        matches!(
            self,
            Self::CustomerRegistered
                | Self::CustomerUpdated
                | Self::CartUpdated
                | Self::ProductCreated
                | Self::ProductUpdated
                | Self::ProductDeleted
                | Self::CategoryCreated
                | Self::CategoryUpdated
                | Self::CategoryDeleted
                | Self::PageCreated
                | Self::PageUpdated
                | Self::PageDeleted
        )
    }

    /// Whether it makes earlier replaceable ones about the same thing needless.
    pub const fn replaces(self) -> bool {
        self.is_replaceable() || matches!(self, Self::CustomerDeleted)
    }

    /// Whether this one, once it has been delivered, makes an earlier event about the same thing needless that is tried again:
    /// it would set back how things are.
    pub fn overtakes(self, earlier: Self) -> bool {
        if self.entity() != earlier.entity() {
            return false;
        }
        match self {
            Self::NewsletterSubscribed => earlier == Self::NewsletterUnsubscribed,
            Self::NewsletterUnsubscribed => earlier == Self::NewsletterSubscribed,
            Self::CustomerDeleted => earlier != Self::CustomerDeleted,
            _ => self.replaces() && earlier.is_replaceable(),
        }
    }

    /// Seconds after the event from which on it is no longer worth sending; `None` for always. A reminder of a cart after
    /// days is harm, not success.
    pub const fn stale_after_s(self) -> Option<u32> {
        match self {
            Self::CartUpdated => Some(3 * 24 * 60 * 60),
            _ => None,
        }
    }

    /// Whether what happened at `occurred_at` is no longer worth sending at `now`.
    pub fn is_stale(self, occurred_at: Timestamp, now: Timestamp) -> bool {
        self.stale_up_to(now).is_some_and(|up_to| occurred_at <= up_to)
    }

    /// What happened up to this instant is stale at `now`; `None` where nothing ever is.
    pub fn stale_up_to(self, now: Timestamp) -> Option<Timestamp> {
        let whole_s = i64::from(self.stale_after_s()?) + 1;
        Some(now.plus_seconds(-whole_s))
    }

    /// Whether an active account of `platform` gets a delivery of it. What the account's own settings then leave out is a
    /// delivery that is skipped, with the rule that says so.
    pub const fn reaches(self, platform: Platform) -> bool {
        match platform {
            Platform::ActiveCampaign => matches!(
                self,
                Self::CustomerRegistered
                    | Self::CustomerUpdated
                    | Self::CustomerDeleted
                    | Self::NewsletterSubscribed
                    | Self::NewsletterUnsubscribed
                    | Self::CartUpdated
                    | Self::OrderPlaced
            ),
            Platform::Clerk => !matches!(
                self,
                Self::CartUpdated | Self::NewsletterSubscribed | Self::NewsletterUnsubscribed
            ),
            // Their message actions are later work.
            Platform::WaSmartBusiness | Platform::Telegram => false,
        }
    }

    /// Seconds between the event and the first attempt on `platform`: a cart is abandoned only after a while.
    pub const fn wait_s(self, platform: Platform) -> u32 {
        match platform {
            Platform::ActiveCampaign if matches!(self, Self::CartUpdated) => CART_ABANDONED_MINUTES * 60,
            Platform::ActiveCampaign | Platform::Clerk | Platform::WaSmartBusiness | Platform::Telegram => 0,
        }
    }
}

/// A hash in the place of an e-mail address that was an entity's id: `email-` and 16 hexadecimal digits. Ids of the shop
/// may begin with the same word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmailHash([u8; Self::BYTES]);

impl EmailHash {
    /// Its length.
    pub const BYTES: usize = 8;
    const PREFIX: &str = "email-";

    /// The hash of an address.
    pub const fn new(hash: [u8; Self::BYTES]) -> Self {
        Self(hash)
    }

    /// Whether an entity's id is one.
    pub fn is_written_as(entity_id: &str) -> bool {
        entity_id.strip_prefix(Self::PREFIX).is_some_and(|digits| {
            digits.len() == 2 * Self::BYTES
                && digits
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        })
    }
}

impl fmt::Display for EmailHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:016x}", Self::PREFIX, u64::from_be_bytes(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_types_lead_back_to_their_kind() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_code(kind.code()), Some(*kind));
            assert_eq!(EventKind::from_type_name(kind.type_name()), Some(*kind));
            assert!(kind.code().starts_with(kind.entity().code()));
        }
        assert_eq!(EventKind::OrderPlaced.type_name(), "raccordo.order.placed.v1");
    }

    #[test]
    fn a_cart_is_stale_once_a_whole_second_more_than_its_time_has_passed() {
        let happened = Timestamp::from_ms(1_000);
        let stale_after_s = i64::from(EventKind::CartUpdated.stale_after_s().unwrap_or_default());
        let is_stale =
            |kind: EventKind, now: Timestamp| kind.stale_up_to(now).is_some_and(|up_to| happened <= up_to);
        let last = happened.plus_seconds(stale_after_s + 1);
        assert!(!is_stale(
            EventKind::CartUpdated,
            Timestamp::from_ms(last.ms() - 1)
        ));
        assert!(is_stale(EventKind::CartUpdated, last));
        assert!(!is_stale(
            EventKind::OrderPlaced,
            last.plus_seconds(1_000_000_000)
        ));
    }

    #[test]
    fn what_was_delivered_is_not_set_back() {
        assert!(EventKind::ProductUpdated.overtakes(EventKind::ProductUpdated));
        assert!(EventKind::NewsletterUnsubscribed.overtakes(EventKind::NewsletterSubscribed));
        assert!(EventKind::CustomerDeleted.overtakes(EventKind::NewsletterSubscribed));
        assert!(!EventKind::CustomerUpdated.overtakes(EventKind::NewsletterUnsubscribed));
        assert!(!EventKind::OrderStateChanged.overtakes(EventKind::OrderPlaced));
    }

    #[test]
    fn orders_and_consents_are_never_passed_over() {
        for kind in EventKind::ALL {
            let is_kept = kind.entity() == Entity::Order || kind.code().contains("newsletter");
            assert!(!is_kept || !kind.is_replaceable() && !kind.replaces(), "{kind:?}");
        }
    }

    #[test]
    fn a_shops_id_that_begins_alike_is_no_hash() {
        let hash = EmailHash::new([0, 1, 2, 3, 0xfc, 0xfd, 0xfe, 0xff]);
        assert_eq!(hash.to_string(), "email-00010203fcfdfeff");
        assert!(EmailHash::is_written_as(&hash.to_string()));
        for id in [
            "email-subscription",
            "email-",
            "email-00010203fcfdfef",
            "email-00010203fcfdfeff0",
            "email-00010203FCFDFEFF",
            "00010203fcfdfeff",
        ] {
            assert!(!EmailHash::is_written_as(id), "{id}");
        }
    }
}
