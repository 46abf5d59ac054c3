//! The connector kind that polls a JSON API and writes back by templated HTTP.
