//! The head of a page: where it stands, what it is, what can be done.

use leptos::html;
use leptos::prelude::*;

use crate::app::use_shell;

/// A parent of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crumb {
    /// Gestisci Integrazioni.
    Integrations,
    /// Lista degli Account.
    Accounts,
    /// Integrazioni, the area.
    Area,
    /// Consegne.
    Deliveries,
    /// Eventi.
    Events,
}

/// The document's title. Leptos writes it into the page as it is, so it is escaped here, on the server only.
#[component]
pub(crate) fn PageTitle(
    /// What the page is.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let title = text + " · " + use_shell().texts.product;
    #[cfg(feature = "ssr")]
    let title = title
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    view! { <leptos_meta::Title text=title/> }
}

/// Parents, heading, what is below it and the page's actions. The heading takes the focus when the page comes by a
/// navigation in the browser, so that a screen reader says where one is.
#[component]
pub(crate) fn Head(
    /// The heading, and the document's title.
    #[prop(into)]
    title: String,
    /// The page's parents.
    #[prop(optional)]
    crumbs: &'static [Crumb],
    /// Below the heading; words and badges only, it stands in a paragraph.
    #[prop(optional, into)]
    lead: Option<AnyView>,
    /// Right of the heading.
    #[prop(optional, into)]
    actions: Option<AnyView>,
) -> impl IntoView {
    let texts = use_shell().texts;
    let path = (!crumbs.is_empty()).then(|| {
        let items = crumbs
            .iter()
            .map(|crumb| {
                let (href, name) = match crumb {
                    Crumb::Integrations => ("/accounts", texts.integrations),
                    Crumb::Accounts => ("/accounts", texts.accounts),
                    Crumb::Area => ("/accounts", texts.area_integrations),
                    Crumb::Deliveries => ("/deliveries", texts.area_deliveries),
                    Crumb::Events => ("/events", texts.delivery.events),
                };
                view! { <li><a href=href>{name}</a></li> }
            })
            .collect_view();
        view! { <nav class="crumbs" aria-label=texts.breadcrumb><ol>{items}</ol></nav> }
    });
    view! {
        <PageTitle text=title.clone()/>
        <div class="head">
            {path}
            <Heading text=title/>
            {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
            {actions.map(|actions| view! { <div class="head-actions">{actions}</div> })}
        </div>
    }
    .into_any()
}

/// The heading of a page.
#[component]
pub(crate) fn Heading(
    /// Its words.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    let shell = use_shell();
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            shell.arrived(heading.into());
        }
    });
    view! { <h1 tabindex="-1" node_ref=heading>{text}</h1> }
}
