//! The table: its head, and a row for each account.

use domain::{Direction, SortColumn};
use leptos::prelude::*;

use super::List;
use crate::parts::{health_badge, icon, platform_name, sandbox_badge, state_badge, time_tag};
use crate::view::AccountRowView;

/// The head: the box for all rows, and the columns that sort.
pub(super) fn head(list: List) -> AnyView {
    let texts = list.shell().texts;
    let some = move || {
        let ticked = list.ticked.get();
        ticked.ticked > 0 && ticked.ticked < ticked.all
    };
    let all = move || {
        let ticked = list.ticked.get();
        ticked.all > 0 && ticked.ticked == ticked.all
    };
    view! {
        <thead>
            <tr>
                <th class="pick" scope="col">
                    // Without scripts there is no box, and a column without a name.
                    <span class="hidden-text">{texts.selection}</span>
                    <label class="scripted">
                        <input
                            type="checkbox"
                            class="check"
                            aria-label=texts.select_all
                            autocomplete="off"
                            prop:checked=all
                            prop:indeterminate=some
                            on:change=move |event| list.tick_all(event_target_checked(&event))
                        />
                    </label>
                </th>
                <th class="name" scope="col" aria-sort=sorted(list, &[SortColumn::Description, SortColumn::Platform])>
                    {sort_link(list, SortColumn::Description, texts.description)}
                    " "
                    {sort_link(list, SortColumn::Platform, texts.platform)}
                </th>
                <th class="target" scope="col">{texts.target}</th>
                <th class="status" scope="col" aria-sort=sorted(list, &[SortColumn::State])>
                    {sort_link(list, SortColumn::State, texts.state)}
                </th>
                <th class="changed" scope="col" aria-sort=sorted(list, &[SortColumn::Updated])>
                    {sort_link(list, SortColumn::Updated, texts.changed)}
                </th>
            </tr>
        </thead>
    }
    .into_any()
}

/// The order for `aria-sort`, when the list is sorted by one of a head's columns.
fn sorted(
    list: List,
    columns: &'static [SortColumn],
) -> impl Fn() -> Option<&'static str> + Clone + Send + 'static {
    move || {
        let sort = list.filter.with(|filter| filter.sort);
        columns.contains(&sort.column).then_some(match sort.direction {
            Direction::Ascending => "ascending",
            Direction::Descending => "descending",
        })
    }
}

fn sort_link(list: List, column: SortColumn, name: &'static str) -> AnyView {
    let direction = move || {
        let sort = list.filter.with(|filter| filter.sort);
        (sort.column == column).then_some(sort.direction)
    };
    let class = move || match direction() {
        None => "sort",
        Some(Direction::Ascending) => "sort sorted",
        Some(Direction::Descending) => "sort sorted descending",
    };
    let arrow = move || direction().is_some().then(|| icon("#i-sort"));
    view! {
        <a class=class href=move || list.sorted_by(column)>
            <span>{name}</span>
            {arrow}
        </a>
    }
    .into_any()
}

/// An account.
pub(super) fn row(list: List, row: AccountRowView) -> AnyView {
    let shell = list.shell();
    let texts = shell.texts;
    let AccountRowView {
        id,
        platform,
        description,
        target,
        is_default,
        active,
        locked: _,
        health,
        sandbox,
        version,
        updated,
        updated_by,
    } = row;
    let name_id = format!("n-{id}");
    // What a switch has answered since the row was read. Closures, not memos: the server makes these for every row of
    // every page, and nobody listens there.
    let answered = move || {
        shell.switched.with(|all| {
            all.iter()
                .find(|one| one.id == id && one.version > version)
                .cloned()
        })
    };
    let is_on = move || {
        let wanted = list.wanted.with(|wanted| wanted.get(&id).copied());
        wanted.unwrap_or_else(|| answered().map_or(active, |one| one.active))
    };
    let changed = move || match answered() {
        Some(one) => (
            one.updated,
            shell
                .view
                .with_value(|view| view.user.clone().unwrap_or_default()),
        ),
        None => (updated.clone(), updated_by.clone()),
    };
    let asks = move || format!("{}:{id}", if is_on() { "deactivate" } else { "activate" });
    let title = {
        let description = description.clone();
        move || texts.switch_account(is_on(), &description)
    };
    view! {
        <tr>
            <td class="pick">
                <label>
                    <input
                        type="checkbox"
                        class="check"
                        name="id"
                        value=id.to_string()
                        autocomplete="off"
                        aria-label=texts.select_account(&description)
                    />
                </label>
            </td>
            <th class="name" scope="row">
                <a id=name_id href=format!("/accounts/{id}")>{description.clone()}</a>
                " "
                {platform_name(platform)}
                " "
                {is_default.then(|| view! { <span class="tag">{texts.default_account}</span> })}
                " "
                {sandbox_badge(texts, sandbox)}
            </th>
            <td class="target">{target.show(texts.language)}</td>
            <td class="status">
                {move || state_badge(texts, is_on())}
                " "
                <button
                    class="switch"
                    role="switch"
                    aria-checked=move || if is_on() { "true" } else { "false" }
                    aria-label=texts.active_switch(&description)
                    title=title
                    name="do"
                    value=asks
                ></button>
                " "
                {health_badge(texts, &health)}
            </td>
            <td class="changed">
                {move || {
                    let (when, by) = changed();
                    view! { {time_tag(when)} " " <span class="by">{by}</span> }
                }}
            </td>
        </tr>
    }
    .into_any()
}
