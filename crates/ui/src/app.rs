//! The frame around every page, and what every page can reach.

use std::sync::Arc;

use domain::Language;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::{NavigateOptions, SsrMode, path};

use crate::enhance;
use crate::load::LoadError;
use crate::outcome::{Notice, Outcome, Problem, Switched, activate_path, deactivate_path};
use crate::pages::{
    AccountsPage, ActivatePage, DeactivatePage, DeletePage, DeliveriesPage, DeliveryPage, EditAccountPage,
    EventsPage, ExplainPage, FirstStartPage, LogPage, NewAccountPage, ProblemPage, PurgePage, RetryPage,
    SignInPage, SkipPage, SwapPage, TokensPage,
};
use crate::parts::{Notices, encode, icon, logo};
use crate::text::{Texts, texts};
use crate::view::ShellView;

/// The name and version in the foot of every page.
const RELEASE: &str = concat!("Raccordo ", env!("CARGO_PKG_VERSION"));

/// The document around [`App`].
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let styles = format!("/{}/raccordo.css", options.site_pkg_dir);
    view! {
        <!DOCTYPE html>
        <html lang=shell_view().language.code()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff"/>
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#17171d"/>
                <meta name="robots" content="noindex"/>
                <link rel="stylesheet" href=styles/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
                // Outside of App: the browser half neither carries nor hydrates the sprite.
                <div hidden inner_html=include_str!("../../../style/sprite.svg")></div>
            </body>
        </html>
    }
}

#[cfg(feature = "ssr")]
fn shell_view() -> ShellView {
    let Some(cx) = use_context::<crate::context::Cx>() else {
        return ShellView {
            language: use_context().unwrap_or_default(),
            ..anonymous()
        };
    };
    let actor = cx.actor.as_ref();
    ShellView {
        language: cx.language,
        user: actor.map(|actor| actor.user.name.to_string()),
        site: actor.map(|_| cx.site.name.to_string()),
        notice: cx.notice.clone(),
        locked: actor.and_then(|_| cx.raccordo.locked()),
        path: cx.path.clone(),
    }
}

#[cfg(not(feature = "ssr"))]
fn shell_view() -> ShellView {
    anonymous()
}

/// For nobody in particular: when the list of routes is made, or when the context of the request is what has failed.
fn anonymous() -> ShellView {
    ShellView {
        language: Language::default(),
        user: None,
        site: None,
        notice: None,
        locked: None,
        path: "/".to_owned(),
    }
}

fn failed_page() -> Option<Problem> {
    #[cfg(feature = "ssr")]
    return use_context::<crate::context::FailedPage>().map(|failed| failed.0);
    #[cfg(not(feature = "ssr"))]
    None
}

/// Something told at the foot of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// Counts, so that the same words told again are a new element.
    pub(crate) serial: u32,
    /// What.
    pub(crate) news: News,
}

/// What can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// Something was done.
    Notice(Notice),
    /// Something could not be done.
    Problem(Problem),
}

type Navigate = Arc<dyn Fn(&str, NavigateOptions) + Send + Sync>;

/// What every page can reach.
#[derive(Clone, Copy)]
pub(crate) struct Shell {
    /// What the interface says.
    pub(crate) texts: &'static Texts,
    /// What every page knows.
    pub(crate) view: StoredValue<ShellView>,
    /// `external` when links must load whole pages, because the page of a problem has no routes.
    pub(crate) rel: Option<&'static str>,
    /// What is told now.
    pub(crate) told: RwSignal<Option<Told>>,
    /// How many requests are under way.
    pub(crate) pending: RwSignal<u32>,
    /// Goes up when the shown data must be read again; every resource of a page depends on it.
    pub(crate) revision: RwSignal<u32>,
    /// The persisted states that switches have answered; the list follows them.
    pub(crate) switched: RwSignal<Vec<Switched>>,
    /// The session has ended: the sign-in page.
    pub(crate) session_ended: RwSignal<Option<String>>,
    pathname: Memo<String>,
    search: Memo<String>,
    navigate: StoredValue<Navigate>,
    has_arrived: StoredValue<bool>,
}

/// What every page can reach.
pub(crate) fn use_shell() -> Shell {
    expect_context::<Shell>()
}

impl Shell {
    fn new(view: ShellView, problem: Option<Problem>) -> Self {
        let location = use_location();
        let navigate: Navigate = Arc::new(use_navigate());
        let told = view.notice.clone().map(|notice| Told {
            serial: 0,
            news: News::Notice(notice),
        });
        Self {
            texts: texts(view.language),
            view: StoredValue::new(view),
            rel: problem.map(|_| "external"),
            told: RwSignal::new(told),
            pending: RwSignal::new(0),
            revision: RwSignal::new(0),
            switched: RwSignal::new(Vec::new()),
            session_ended: RwSignal::new(None),
            pathname: location.pathname,
            search: location.search,
            navigate: StoredValue::new(navigate),
            has_arrived: StoredValue::new(false),
        }
    }

    /// Path and query of the page; follows the address bar.
    pub(crate) fn here(self) -> String {
        let (path, search) = (self.pathname.get(), self.search.get());
        if search.is_empty() {
            path
        } else {
            format!("{path}?{search}")
        }
    }

    /// Tells something.
    pub(crate) fn tell(self, news: News) {
        self.told.update(|told| {
            let serial = told.as_ref().map_or(1, |told| told.serial.wrapping_add(1));
            *told = Some(Told { serial, news });
        });
    }

    /// Reads the shown data again.
    pub(crate) fn refresh(self) {
        self.revision
            .update(|revision| *revision = revision.wrapping_add(1));
    }

    /// Goes to a page of ours.
    pub(crate) fn go(self, to: &str) {
        if self.rel.is_some() {
            Self::load(to);
        } else if to == untrack(|| self.here()) {
            self.refresh();
        } else {
            self.navigate.with_value(|navigate| {
                navigate(
                    to,
                    NavigateOptions {
                        resolve: false,
                        ..NavigateOptions::default()
                    },
                );
            });
        }
    }

    /// Goes to the same page with another query: the place on the page stays. `replace` leaves no step to go back to.
    pub(crate) fn go_query(self, to: &str, replace: bool) {
        let options = NavigateOptions {
            resolve: false,
            replace,
            scroll: false,
            ..NavigateOptions::default()
        };
        self.navigate.with_value(|navigate| navigate(to, options));
    }

    /// Loads a whole page, so that the frame is made anew: it shows who is signed in.
    pub(crate) fn load(to: &str) {
        // A browser that refuses to go to a path of ours is leaving already.
        let _ = window().location().assign(to);
    }

    /// What comes of a posted form, as far as it is the same on every page. Rejected forms are for their page.
    pub(crate) fn settle(self, outcome: Outcome) {
        if !matches!(outcome, Outcome::SignInNeeded { .. }) {
            self.session_ended.set(None);
        }
        match outcome {
            Outcome::Go { to, notice } => {
                self.go(&to);
                match notice {
                    Some(notice) => self.tell(News::Notice(notice)),
                    None => self.told.set(None),
                }
            }
            Outcome::Switched { accounts, notice, .. } => {
                self.switched.update(|known| {
                    known.retain(|known| accounts.iter().all(|account| account.id != known.id));
                    known.extend(accounts);
                });
                self.tell(News::Notice(notice));
            }
            Outcome::InTheWay { id } => self.go(&format!("/accounts/swap?id={id}")),
            Outcome::Unproven { ids, back } => self.go(&activate_path(&ids, &back)),
            Outcome::Waiting { ids, back } => self.go(&deactivate_path(&ids, &back)),
            Outcome::Stepped {
                to, notice, ended, ..
            } => {
                if ended {
                    self.go(&to);
                    self.tell(News::Notice(notice));
                }
            }
            Outcome::SignInNeeded { to } => self.session_ended.set(Some(to)),
            Outcome::Failed(problem) => self.tell(News::Problem(problem)),
            Outcome::Tried(_)
            | Outcome::Tokens(_)
            | Outcome::AccountRejected(_)
            | Outcome::SignInRejected(_)
            | Outcome::FirstStartRejected(_) => {}
        }
        enhance::keep_focus();
    }

    /// What comes of a form on a page that asks: after switching accounts there is nothing left to ask.
    pub(crate) fn settle_away(self, outcome: Outcome) {
        if let Outcome::Switched { to, .. } = &outcome {
            self.go(to);
        }
        self.settle(outcome);
    }

    /// Tells why something could not be read; what is shown stays.
    pub(crate) fn fail(self, error: LoadError) {
        match error {
            LoadError::Failed(problem) => self.tell(News::Problem(problem)),
            LoadError::SignInNeeded => {
                let here = untrack(|| self.here());
                self.session_ended
                    .set(Some(format!("/sign-in?next={}", encode(&here))));
            }
        }
    }

    /// Awaits `future` with the progress bar running.
    pub(crate) async fn tracked<T>(self, future: impl Future<Output = T>) -> T {
        let _pending = enhance::Pending::start(self);
        future.await
    }

    /// A page is here: its heading takes the focus, unless it came with the document.
    pub(crate) fn arrived(self, heading: leptos::web_sys::HtmlElement) {
        if self.has_arrived.get_value() {
            // Once it stands in the page: it is made before, and focus that cannot be set stays where it is.
            request_animation_frame(move || drop(heading.focus()));
        }
        self.has_arrived.set_value(true);
    }
}

/// The panel.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let view = SharedValue::new(shell_view).into_inner();
    let problem = SharedValue::new(failed_page).into_inner();
    let routing = RwSignal::new(false);
    view! {
        <Router set_is_routing=routing>
            <Frame view problem routing/>
        </Router>
    }
}

#[component]
fn Frame(view: ShellView, problem: Option<Problem>, routing: RwSignal<bool>) -> impl IntoView {
    let shell = Shell::new(view, problem);
    provide_context(shell);
    let keys = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| enhance::start(shell, keys));
    let page = match problem {
        Some(problem) => view! { <ProblemPage problem/> }.into_any(),
        None => view! {
            <FlatRoutes fallback=|| view! { <ProblemPage problem=Problem::NotFound/> }>
                <Route path=path!("/accounts") view=AccountsPage ssr=SsrMode::Async/>
                <Route path=path!("/accounts/new") view=NewAccountPage ssr=SsrMode::Async/>
                <Route path=path!("/accounts/delete") view=DeletePage ssr=SsrMode::Async/>
                <Route path=path!("/accounts/swap") view=SwapPage ssr=SsrMode::Async/>
                <Route path=path!("/accounts/activate") view=ActivatePage ssr=SsrMode::Async/>
                <Route path=path!("/accounts/deactivate") view=DeactivatePage ssr=SsrMode::Async/>
                <Route path=path!("/accounts/:id") view=EditAccountPage ssr=SsrMode::Async/>
                <Route path=path!("/deliveries") view=DeliveriesPage ssr=SsrMode::Async/>
                <Route path=path!("/deliveries/retry") view=RetryPage ssr=SsrMode::Async/>
                <Route path=path!("/deliveries/skip") view=SkipPage ssr=SsrMode::Async/>
                <Route path=path!("/deliveries/:id") view=DeliveryPage ssr=SsrMode::Async/>
                <Route path=path!("/events") view=EventsPage ssr=SsrMode::Async/>
                <Route path=path!("/events/purge") view=PurgePage ssr=SsrMode::Async/>
                <Route path=path!("/events/:id/explain") view=ExplainPage ssr=SsrMode::Async/>
                <Route path=path!("/tokens") view=TokensPage ssr=SsrMode::Async/>
                <Route path=path!("/log") view=LogPage ssr=SsrMode::Async/>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/first-start") view=FirstStartPage ssr=SsrMode::Async/>
            </FlatRoutes>
        }
        .into_any(),
    };
    let busy = move || {
        if shell.pending.get() > 0 || routing.get() {
            "progress busy"
        } else {
            "progress"
        }
    };
    view! {
        <a class="skip" href="#main" rel="external">{shell.texts.skip_link}</a>
        <div class=busy></div>
        {bar(shell)}
        {banners(shell)}
        <Notices/>
        {page}
        {foot(shell, keys)}
    }
    .into_any()
}

fn bar(shell: Shell) -> AnyView {
    let texts = shell.texts;
    let (user, site) = shell
        .view
        .with_value(|view| (view.user.clone(), view.site.clone()));
    let areas = user.is_some().then(|| {
        let links = [
            ("/accounts", texts.area_integrations),
            ("/deliveries", texts.area_deliveries),
            ("/log", texts.area_log),
            ("/tokens", texts.area_api),
        ]
        .map(|(href, name)| {
            let current = move || shell.pathname.with(|path| current(href, path));
            view! { <a href=href rel=shell.rel aria-current=current>{name}</a> }
        });
        view! { <nav class="areas" aria-label=texts.main_navigation>{links.collect_view()}</nav> }
    });
    let languages = Language::ALL.map(|language| {
        let pressed = language == texts.language;
        let code = language.code();
        view! {
            <button
                name="language"
                value=code
                lang=code
                aria-label=format!("{} ({})", language.own_name(), code.to_uppercase())
                aria-pressed=if pressed { "true" } else { "false" }
            >
                {code.to_uppercase()}
            </button>
        }
    });
    view! {
        <header class="bar">
            <a class="brand" href="/accounts" rel=shell.rel aria-label=texts.product>{logo(false)}<span>{texts.product}</span></a>
            {areas}
            {site.map(|site| view! { <span class="site">{site}</span> })}
            <form class="languages" method="post" action="/language" aria-label=texts.interface_language>
                <input type="hidden" name="next" value=move || shell.here()/>
                {languages.collect_view()}
            </form>
            {user
                .map(|user| {
                    view! {
                        <form class="person" method="post" action="/sign-out">
                            <span class="person-name">
                                <span class="hidden-text">{texts.signed_in_as} " "</span>
                                <span>{user}</span>
                            </span>
                            <button class="button quiet">{texts.sign_out}</button>
                        </form>
                    }
                })}
        </header>
    }
    .into_any()
}

/// How the link to an area says that the page at `path` is in it, or is it. Events are told where deliveries are.
fn current(area: &str, path: &str) -> Option<&'static str> {
    let within = match path.split('/').nth(1) {
        Some("deliveries" | "events") => "/deliveries",
        Some("log") => "/log",
        Some("tokens") => "/tokens",
        _ => "/accounts",
    };
    match (area == within, area == path) {
        (false, _) => None,
        (true, true) => Some("page"),
        (true, false) => Some("true"),
    }
}

fn banners(shell: Shell) -> AnyView {
    let texts = shell.texts;
    let reason = shell
        .view
        .with_value(|view| view.locked)
        .and_then(domain::SecretUse::reason);
    let locked = reason.map(|reason| {
        view! {
            <div class="banner warn" role="region" aria-label=texts.locked_title>
                {icon("#i-lock")}
                <p><strong>{texts.locked_title}</strong> " " {reason.get(texts.language)} " " {texts.locked_next}</p>
            </div>
        }
    });
    let signed_out = move || {
        shell.session_ended.get().map(|to| {
            view! {
                <div class="banner warn" role="alert">
                    {icon("#i-lock")}
                    <p>{texts.session_ended}</p>
                    <a class="button" href=to target="_blank" rel="external noopener">{texts.sign_in_new_tab}</a>
                </div>
            }
        })
    };
    let online = RwSignal::new(true);
    Effect::new(move |_| enhance::follow_network(online));
    let offline = move || {
        (!online.get()).then(|| {
            view! { <div class="banner warn" role="alert">{icon("#i-alert")}<p>{texts.offline}</p></div> }
        })
    };
    view! { {locked} {signed_out} {offline} }.into_any()
}

fn foot(shell: Shell, keys: NodeRef<html::Dialog>) -> AnyView {
    let texts = shell.texts;
    let open = move |_: ev::MouseEvent| enhance::open_keys(keys);
    let list = [
        ("/", texts.key_search),
        ("n", texts.key_new),
        ("?", texts.key_help),
        ("Esc", texts.key_escape),
    ]
    .map(|(key, what)| view! { <div><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div> });
    view! {
        <footer class="foot">
            <span>{RELEASE}</span>
            <button type="button" class="button quiet scripted" on:click=open>
                <span>{texts.keys}</span>
                <kbd>"?"</kbd>
            </button>
        </footer>
        <dialog class="keys-dialog" id="keys" aria-labelledby="keys-title" node_ref=keys>
            <h2 id="keys-title">{texts.keys}</h2>
            <dl class="keys">{list.collect_view()}</dl>
            <label class="check-line">
                <input type="checkbox" class="check" id="keys-on" checked on:change=|_| enhance::remember_keys()/>
                {texts.keys_on}
            </label>
            <form method="dialog"><button class="button">{texts.close}</button></form>
        </dialog>
    }
    .into_any()
}
