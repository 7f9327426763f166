//! The page itself: no scripts, Italian first, English below.

use std::fmt::Write as _;
use std::net::SocketAddr;

use domain::Platform;

use crate::fault::Fault;
use crate::sample::{SampleAccount, sample_accounts};
use crate::world::World;

/// The page's style.
pub(super) const STYLE: &str = include_str!("style.css");

/// The page as it stands now. `platforms_addr` is where the hosts really are.
pub(super) fn render(world: &World, platforms_addr: SocketAddr) -> String {
    let sections: String = Platform::ALL
        .into_iter()
        .map(|platform| section(platform, world.fault(platform)))
        .collect();
    format!(
        r#"<!doctype html>
<html lang="it">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox · Raccordo</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
<h1>Piattaforme di prova</h1>
<p>Rispondono come quelle vere, ma non inviano nulla a nessuno. Gli host qui sotto esistono solo per Raccordo, su <code>{platforms_addr}</code>.</p>
<p lang="en">Platforms to try things out. They answer like the real ones but send nothing to anybody. The hosts below exist for Raccordo only, at <code>{platforms_addr}</code>.</p>
{sections}<p><a href="/received">Ultime richieste ricevute (JSON)</a> · <a href="/faults">Guasti attivi (JSON)</a> · <a href="/sink.json">Quante volte è stato scritto che cosa (JSON)</a></p>
<p lang="en">The newest requests received, the faults that are on, and how many times each thing was written, as JSON.</p>
</main>
</body>
</html>
"#
    )
}

fn section(platform: Platform, fault: Option<Fault>) -> String {
    let code = platform.code();
    let name = platform.name();
    let class = if fault.is_some() { r#" class="faulty""# } else { "" };
    let mut html = format!(
        r#"<section{class} aria-labelledby="{code}">
<h2 id="{code}">{name}</h2>
"#
    );
    match fault.map(Fault::title) {
        Some(title) => line(&mut html, title.it, title.en, "strong"),
        None => line(&mut html, "Funziona", "Works", "span"),
    }
    html.push_str(&form(platform, fault));
    if platform == Platform::ActiveCampaign {
        line(
            &mut html,
            "Ogni altro nome prima di .activecampaign.sandbox.test è un account a sé, con la stessa chiave.",
            "Any other name before .activecampaign.sandbox.test is an account of its own, with the same key.",
            "span",
        );
    }
    for account in sample_accounts() {
        if account.platform == platform {
            html.push_str(&sample(&account));
        }
    }
    html.push_str("</section>\n");
    html
}

/// What to type for a sample: its fields as the panel's form calls them.
fn sample(account: &SampleAccount) -> String {
    let mut html = format!("<h3>{}</h3>\n<dl>\n", escape(account.description.it));
    for (name, value) in account.values.iter().chain(&account.secrets) {
        let label = account.platform.field(name).map_or(*name, |field| field.label.it);
        let _ = writeln!(
            html,
            "<dt>{}</dt><dd><code>{}</code></dd>",
            escape(label),
            escape(value)
        );
    }
    html.push_str("</dl>\n");
    html
}

fn line(html: &mut String, it: &str, en: &str, tag: &str) {
    let _ = writeln!(
        html,
        r#"<p><{tag}>{}</{tag}> <span lang="en">{}</span></p>"#,
        escape(it),
        escape(en)
    );
}

fn form(platform: Platform, fault: Option<Fault>) -> String {
    let code = platform.code();
    let mut options = String::from("<option value=\"\">Nessuno · none</option>\n");
    for each in Fault::ALL {
        let selected = if fault == Some(each) { " selected" } else { "" };
        let title = each.title();
        let _ = writeln!(
            options,
            r#"<option value="{}"{selected}>{} · {}</option>"#,
            each.code(),
            escape(title.it),
            escape(title.en)
        );
    }
    format!(
        r#"<form method="post" action="/faults">
<input type="hidden" name="platform" value="{code}">
<label>Guasto · Fault
<select name="fault" autocomplete="off">
{options}</select></label>
<button>Imposta · Set</button>
</form>
"#
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
