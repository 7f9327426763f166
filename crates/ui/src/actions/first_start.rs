//! The first start: the first administrator and the shop's data.

use domain::{Site, SiteError, SiteLists, UserName};
use secrecy::SecretString;
use service::{FirstStart, FirstStartError, NewSession};

use super::{Cx, HOME, Pairs, failed, value};
use crate::outcome::{Notice, Outcome, Problem};
use crate::view::{FirstStartErrors, FirstStartView};

/// Creates the first administrator and saves the shop's data; the server sets the new session's cookie.
pub async fn submit(cx: &Cx, pairs: &Pairs) -> (Outcome, Option<NewSession>) {
    let mut view = typed(pairs);
    let (name, site) = parse(cx, pairs, &mut view.errors);
    let (Some(name), Some(site), true) = (name, site, view.errors.is_empty()) else {
        return (Outcome::FirstStartRejected(Box::new(view)), None);
    };
    let password = SecretString::from(value(pairs, "password").to_owned());
    match cx
        .raccordo
        .first_start(&view.token, FirstStart { name, password, site })
        .await
    {
        Ok(session) => (
            Outcome::Go {
                to: HOME.to_owned(),
                notice: Some(Notice::Welcome),
            },
            Some(session),
        ),
        Err(FirstStartError::LinkInvalid) => (Outcome::Failed(Problem::LinkInvalid), None),
        Err(FirstStartError::Password(error)) => {
            view.errors.password = Some(error);
            (Outcome::FirstStartRejected(Box::new(view)), None)
        }
        Err(FirstStartError::Service(error)) => (failed(&error), None),
    }
}

fn typed(pairs: &Pairs) -> FirstStartView {
    let text = |name| value(pairs, name).to_owned();
    FirstStartView {
        token: text("token"),
        valid: true,
        name: text("name"),
        site_name: text("site_name"),
        site_url: text("site_url"),
        languages: text("languages"),
        currencies: text("currencies"),
        time_zone: text("time_zone"),
        errors: FirstStartErrors::default(),
    }
}

fn parse(cx: &Cx, pairs: &Pairs, errors: &mut FirstStartErrors) -> (Option<UserName>, Option<Site>) {
    let password = value(pairs, "password");
    let name: Option<UserName> = value(pairs, "name")
        .parse()
        .map_err(|error| errors.name = Some(error))
        .ok();
    if let Some(name) = &name {
        errors.password = domain::check_password(password, name).err();
    }
    errors.repeat = errors.password.is_none() && value(pairs, "repeat") != password;
    let site_name = value(pairs, "site_name")
        .parse()
        .map_err(|error| errors.site_name = Some(error))
        .ok();
    let url = value(pairs, "site_url")
        .parse()
        .map_err(|error| errors.site_url = Some(error))
        .ok();
    let lists = SiteLists::parse(value(pairs, "languages"), value(pairs, "currencies"))
        .map_err(|error| match error {
            SiteError::Currency | SiteError::NoCurrency => errors.currencies = Some(error),
            _ => errors.languages = Some(error),
        })
        .ok();
    let time_zone: Option<domain::TimeZone> = value(pairs, "time_zone")
        .parse()
        .ok()
        .filter(|zone: &domain::TimeZone| crate::when::is_time_zone(zone.as_str()));
    if time_zone.is_none() {
        errors.time_zone = Some(SiteError::TimeZone);
    }
    let site = match (site_name, url, lists, time_zone) {
        (Some(name), Some(url), Some(lists), Some(time_zone)) => Some(Site {
            id: cx.site.id,
            name,
            url,
            lists,
            time_zone,
        }),
        _ => None,
    };
    (name, site)
}
