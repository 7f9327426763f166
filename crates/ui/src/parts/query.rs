//! Addresses with a query, the same in the browser and on the server.

/// A path with the pairs as its query.
pub(crate) fn address<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut address = path.to_owned();
    let mut mark = '?';
    for (name, value) in pairs {
        address.push(mark);
        address.push_str(name);
        address.push('=');
        address.push_str(&encode(value));
        mark = '&';
    }
    address
}

/// `text` as it stands in a query.
pub(crate) fn encode(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                encoded.push('%');
                encoded.push(char::from(HEX[usize::from(byte >> 4)]));
                encoded.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    encoded
}

/// The pairs of a query, without its question mark.
pub(crate) fn decode_pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut digits = rest.clone();
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                match (digit(digits.next()), digit(digits.next())) {
                    (Some(high), Some(low)) => {
                        bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                        rest = digits;
                    }
                    _ => bytes.push(b'%'),
                }
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for text in ["", "a b", "100% & più = <script>", "città+mare", "😀\n"] {
            assert_eq!(
                decode_pairs(&format!("q={}", encode(text))),
                [("q".to_owned(), text.to_owned())]
            );
        }
    }

    #[test]
    fn addresses_of_other_makers_are_read() {
        assert_eq!(
            decode_pairs("q=a+b%2Bc&page=2&&x"),
            [
                ("q".to_owned(), "a b+c".to_owned()),
                ("page".to_owned(), "2".to_owned()),
                ("x".to_owned(), String::new()),
            ]
        );
        assert_eq!(decode_pairs("q=%zz%4")[0].1, "%zz%4");
        assert_eq!(decode_pairs("q=%ff")[0].1, "\u{fffd}");
    }

    #[test]
    fn an_address_without_pairs_has_no_question_mark() {
        assert_eq!(address("/accounts", []), "/accounts");
        assert_eq!(
            address("/accounts", [("q", "a b"), ("page", "2")]),
            "/accounts?q=a%20b&page=2"
        );
    }
}
