//! What went wrong with a database, sorted by what to do next. The words are ours; what the database said is quoted apart.

use huiliu_contract::{Fault, Reached};

/// What sort of failure it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum What {
    /// Not now: no connection, a cut line, a server that stops, too many logins, a lock.
    Away,
    /// It does not accept who we are, or what we may.
    Denied,
    /// It did not understand, or refused this statement.
    Malformed,
    /// There is a row with this value already, where only one may be.
    Twice,
    /// A table or a view is not there.
    NoTable,
    /// A column is not there.
    NoColumn,
}

/// A failure of a session.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// Its sort.
    pub(crate) what: What,
    /// What happened, in our words.
    pub(crate) message: String,
    /// What the database said.
    quoted: Option<String>,
}

impl Failure {
    fn new(what: What, message: impl Into<String>) -> Self {
        Self { what, message: message.into(), quoted: None }
    }

    /// Not now.
    pub(crate) fn away(message: impl Into<String>) -> Self {
        Self::new(What::Away, message)
    }

    /// Not for us.
    pub(crate) fn denied(message: impl Into<String>) -> Self {
        Self::new(What::Denied, message)
    }

    /// Not understood.
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(What::Malformed, message)
    }

    /// Adds what the database said.
    pub(crate) fn quoting(mut self, text: impl Into<String>) -> Self {
        self.quoted = Some(text.into());
        self
    }

    /// The same with other words.
    pub(crate) fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// The same, as what is not understood: nothing that stops a channel for good.
    pub(crate) fn softened(mut self) -> Self {
        self.what = What::Malformed;
        self
    }

    /// As the gateway hears it; `reached` says whether what was to be told may have been taken.
    pub(crate) fn fault(self, reached: Reached) -> Fault {
        let fault = match self.what {
            What::Away => Fault::unavailable(self.message, reached),
            What::Denied => Fault::denied(self.message),
            What::Malformed | What::Twice | What::NoTable | What::NoColumn => Fault::malformed(self.message),
        };
        match self.quoted {
            Some(text) => fault.quoting(text),
            None => fault,
        }
    }

    /// By a state of PostgreSQL.
    pub(super) fn of_state(state: &str, text: &str) -> Self {
        let failure = match state {
            "28P01" | "28000" => Self::denied("the database refused the login: user, password, or from where we come"),
            "3D000" => Self::denied("there is no such database (`connect.database`)"),
            "42501" => Self::denied("the account may not do this there"),
            "25006" => Self::denied("the database is open for reading only"),
            "42P01" | "3F000" => Self::new(What::NoTable, "there is no such table or view"),
            "42703" => Self::new(What::NoColumn, "there is no such column"),
            "23505" => Self::new(What::Twice, "there is such a row already"),
            "57P01" | "57P02" | "57P03" => Self::away("the database is stopping, or not ready yet"),
            "57014" => Self::away("the database gave up: it took too long (`connect.timeout`)"),
            "40001" | "40P01" | "55P03" => Self::away("others hold what is needed"),
            "0A000" if text.contains("cached plan") => Self::away("the view was changed meanwhile"),
            _ if state.starts_with("08") => Self::away("the connection was cut"),
            _ if state.starts_with("53") => Self::away("the database has no room: logins, memory or disk"),
            _ => Self::malformed(format!("the database refused the statement (state {state})")),
        };
        failure.quoting(text)
    }

    /// By an error number of MySQL.
    pub(super) fn of_number(number: u16, text: &str) -> Self {
        let failure = match number {
            1045 | 1698 | 1251 | 1275 | 1862 | 1820 | 3118 | 4151 => {
                Self::denied("the database refused the login: user, password, or from where we come")
            }
            1129 | 1130 => Self::denied("the database lets nobody in from our address"),
            1044 | 1049 => {
                Self::denied("there is no such database, or it is closed to the account (`connect.database`)")
            }
            1142 | 1143 | 1227 | 1370 => Self::denied("the account may not do this there"),
            1290 | 1792 | 1836 => Self::denied("the database, or this session, is open for reading only"),
            1146 | 1109 | 1051 => Self::new(What::NoTable, "there is no such table or view"),
            1054 => Self::new(What::NoColumn, "there is no such column"),
            1062 => Self::new(What::Twice, "there is such a row already"),
            1040 | 1203 | 1226 => Self::away("the database takes no more logins now"),
            1053 | 1077 | 1079 | 1927 | 2006 | 2013 | 3169 | 4031 => {
                Self::away("the database is stopping, or ended the session")
            }
            1205 | 1213 => Self::away("others hold what is needed"),
            1317 | 1969 | 3024 => Self::away("the database gave up: it took too long (`connect.timeout`)"),
            1021 | 1037 | 1041 | 1114 => Self::away("the database has no room"),
            _ => Self::malformed(format!("the database refused the statement (error {number})")),
        };
        failure.quoting(text)
    }
}

/// The causes of an error, outermost first.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_sorted_by_what_to_do_next() {
        let of = |failure: Failure| failure.fault(Reached::No).word();
        for state in ["57P01", "53300", "08006", "40001", "57014"] {
            assert_eq!(of(Failure::of_state(state, "")), "unavailable", "{state}");
        }
        for state in ["28P01", "42501", "3D000", "25006"] {
            assert_eq!(of(Failure::of_state(state, "")), "denied", "{state}");
        }
        for state in ["42P01", "42703", "22001", "23505"] {
            assert_eq!(of(Failure::of_state(state, "")), "malformed", "{state}");
        }
        for (number, word) in [(1045, "denied"), (1040, "unavailable"), (1146, "malformed"), (1366, "malformed")] {
            assert_eq!(of(Failure::of_number(number, "")), word, "{number}");
        }
    }

    #[test]
    fn what_the_database_said_is_in_no_message() {
        let failure = Failure::of_state("22P02", "invalid input syntax: \"诉求人 13800000001\"");
        let fault = failure.fault(Reached::No);
        assert!(!fault.to_string().contains("138") && !format!("{fault:?}").contains("138"), "{fault:?}");
    }
}
