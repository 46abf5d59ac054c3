//! The parts of a document beside its text: types, relations, styles, type and the number at the foot of a page.

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
const R: &str = "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

/// The part with the text: A4 with the margins of GB/T 9704 (37 mm above, 35 below, 28 left, 26 right), in twentieths of
/// a point.
pub(super) fn document(body: &str) -> String {
    format!(
        "{HEAD}<w:document {W} {R}><w:body>{body}<w:sectPr><w:footerReference w:type=\"default\" r:id=\"foot\"/>\
         <w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1588\" \
         w:header=\"851\" w:footer=\"1400\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>"
    )
}

/// Parts that are the same in every document, by their names. The types of content stand first, as readers expect.
pub(super) const FIXED: [(&str, &str); 6] = [
    ("[Content_Types].xml", include_str!("types.xml")),
    ("_rels/.rels", include_str!("rels.xml")),
    ("word/_rels/document.xml.rels", include_str!("document.rels.xml")),
    ("word/styles.xml", include_str!("styles.xml")),
    ("word/fontTable.xml", include_str!("fonts.xml")),
    ("word/footer.xml", include_str!("footer.xml")),
];
