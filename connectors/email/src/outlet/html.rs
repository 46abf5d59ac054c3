//! A text as plain HTML: paragraphs and lines, nothing else. Whatever stands in the text is shown, never obeyed.

use super::usual::LINE;

/// The page of a text.
pub(super) fn page(text: &str) -> String {
    let mut out = String::from(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head><meta charset=\"utf-8\"></head>\n<body style=\"font-size:16px;line-height:1.7\">\n",
    );
    for paragraph in text.split("\n\n") {
        let open = if paragraph == LINE { "<p style=\"color:#888888\">" } else { "<p>" };
        out.push_str(open);
        out.push_str(&escaped(paragraph).replace('\n', "<br>\n"));
        out.push_str("</p>\n");
    }
    out + "</body>\n</html>\n"
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_html_is_shown_as_it_was_written() {
        let page = page("您好 <script>alert('1')</script>\n\"a\" & b\n\n第二段");
        assert!(
            page.contains("<p>您好 &lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;<br>\n&quot;a&quot; &amp; b</p>"),
            "{page}"
        );
        assert!(page.contains("<p>第二段</p>"), "{page}");
    }
}
