//! Pictures: symbols of the sprite that stands at the end of every page. They never carry a meaning of their own.

use domain::Platform;
use leptos::prelude::*;

/// A symbol of the sprite. The one place that writes `<use>`: with an address that is known beforehand the macro would
/// write it out as it stands there, with the underscore.
pub(crate) fn picture(class: &'static str, symbol: &'static str) -> AnyView {
    view! { <svg class=class aria-hidden="true"><use_ href=symbol></use_></svg> }.into_any()
}

/// An icon, by the address of its symbol: `#i-plus`.
pub(crate) fn icon(symbol: &'static str) -> AnyView {
    picture("icon", symbol)
}

/// A platform's mark.
pub(crate) fn mark(platform: Platform, large: bool) -> AnyView {
    let (class, symbol) = match (platform, large) {
        (Platform::ActiveCampaign, false) => ("mark activecampaign", "#m-activecampaign"),
        (Platform::ActiveCampaign, true) => ("mark activecampaign large", "#m-activecampaign"),
        (Platform::Clerk, false) => ("mark clerk", "#m-clerk"),
        (Platform::Clerk, true) => ("mark clerk large", "#m-clerk"),
        (Platform::WaSmartBusiness, false) => ("mark wa_smart_business", "#m-wa_smart_business"),
        (Platform::WaSmartBusiness, true) => ("mark wa_smart_business large", "#m-wa_smart_business"),
        (Platform::Telegram, false) => ("mark telegram", "#m-telegram"),
        (Platform::Telegram, true) => ("mark telegram large", "#m-telegram"),
    };
    picture(class, symbol)
}

/// A platform's mark and name.
pub(crate) fn platform_name(platform: Platform) -> AnyView {
    view! { <span class="platform">{mark(platform, false)}{platform.name()}</span> }.into_any()
}

/// The logo.
pub(crate) fn logo(large: bool) -> AnyView {
    picture(if large { "logo large" } else { "logo" }, "#i-logo")
}
