//! Hands that connector kinds share: HTTP client, auth, success rules, templates, picking values out of documents.
