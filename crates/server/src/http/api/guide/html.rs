//! Text as HTML.

/// A text with nothing in it that HTML would take for its own.
pub(super) fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
    html
}

/// A sentence in which backticks stand around code.
pub(super) fn prose(text: &str) -> String {
    text.split('`')
        .enumerate()
        .map(|(at, part)| {
            let part = escape(part);
            if at % 2 == 1 {
                format!("<code>{part}</code>")
            } else {
                part
            }
        })
        .collect()
}

/// A whole page in the panel's style.
pub(super) fn document(styles: &str, main: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" content=\"noindex\">\
         <title>Raccordo API</title><link rel=\"stylesheet\" href=\"{}\">\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"></head>\
         <body><a class=\"skip\" href=\"#main\">Skip to the content</a>\
         <header class=\"bar\"><a class=\"brand\" href=\"/\">Raccordo</a></header>\
         <main class=\"page guide\" id=\"main\" tabindex=\"-1\">{main}</main></body></html>\n",
        escape(styles)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_marked_and_nothing_else_is_html() {
        assert_eq!(
            prose("see `GET <x>` & \"more\""),
            "see <code>GET &lt;x&gt;</code> &amp; &quot;more&quot;"
        );
    }
}
