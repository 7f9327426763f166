//! Several lines of text.

use leptos::prelude::*;

/// A text area for code. Leptos does not escape the children of a `<textarea>` on the server, so that text from
/// outside could end the element: the first paint gets the text escaped by hand, the browser sets the property.
#[component]
pub(crate) fn TextArea(
    /// Its id.
    #[prop(into)]
    id: String,
    /// Its name in the form.
    name: &'static str,
    /// The text as first shown.
    #[prop(into)]
    text: String,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// The ids of what describes it.
    #[prop(into)]
    described_by: Signal<Option<String>>,
    /// Whether what it holds is wrong.
    #[prop(into)]
    invalid: Signal<bool>,
) -> impl IntoView {
    view! {
        <textarea
            class="input code"
            id=id
            name=name
            rows="8"
            spellcheck="false"
            autocomplete="off"
            required=required
            aria-describedby=move || described_by.get()
            aria-invalid=move || invalid.get().then_some("true")
            inner_html=escape(text)
        ></textarea>
    }
    .into_any()
}

/// Escapes text for the inside of an element. The parser of a whole page drops the first line break (setting
/// `innerHTML` in the browser does not), so it stands twice there.
fn escape(text: String) -> String {
    let escaped = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;")]
        .into_iter()
        .fold(text, |text, (mark, entity)| text.replace(mark, entity));
    if cfg!(feature = "ssr") && escaped.starts_with('\n') {
        format!("\n{escaped}")
    } else {
        escaped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_area() {
        assert_eq!(
            escape("</textarea><script>&".to_owned()),
            "&lt;/textarea&gt;&lt;script&gt;&amp;"
        );
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_first_empty_line_is_kept() {
        assert_eq!(escape("\nabc".to_owned()), "\n\nabc");
    }
}
