//! The tables, as versioned migrations. A column is clear or sealed (`body`); there is no third sort.
//!
//! Clear: ids, numbers, times (ms since 1970), channel, region and category codes, state, keyed digests.
//! Nothing indexes or looks into a body. On the hot path a new submission is five rows (source, version,
//! ticket, event, errand) and at most three blind keys.

use rusqlite_migration::{M, Migrations};

const FIRST: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT;

CREATE TABLE namespace (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE channel (
    id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, namespace INTEGER NOT NULL REFERENCES namespace (id),
    known_since INTEGER NOT NULL,
    first_run INTEGER NOT NULL DEFAULT 0,   -- 0 underway, 1 needs go-live, 2 through
    live_from INTEGER,                      -- ms; what a person confirmed
    last_item INTEGER, last_poll INTEGER
) STRICT;

CREATE TABLE cursor (channel INTEGER PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE keepsake (channel INTEGER PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL) STRICT;

CREATE TABLE source (
    namespace INTEGER NOT NULL, external_id TEXT NOT NULL,
    latest INTEGER NOT NULL, ticket INTEGER,
    PRIMARY KEY (namespace, external_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE version (
    id INTEGER PRIMARY KEY, prev INTEGER, n INTEGER NOT NULL,
    namespace INTEGER NOT NULL, external_id TEXT NOT NULL, channel INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    state INTEGER NOT NULL,                 -- 0 taken, 1 unmapped, 2 held, 3 older than the latest
    standing INTEGER NOT NULL,
    ticket INTEGER, source_version TEXT, source_digest BLOB NOT NULL, mapped_digest BLOB,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE ticket (
    id INTEGER PRIMARY KEY, day INTEGER NOT NULL, serial INTEGER NOT NULL,
    channel INTEGER NOT NULL, namespace INTEGER NOT NULL, external_id TEXT NOT NULL,
    standing INTEGER NOT NULL, received_at INTEGER NOT NULL,
    submitted_at INTEGER, deadline INTEGER, category TEXT, region TEXT,
    version INTEGER NOT NULL, version_n INTEGER NOT NULL,
    events INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0,
    stuck INTEGER,                          -- the dead letter at which the lane stands still
    core_number TEXT, core_accepted_at INTEGER
) STRICT;

-- Serials of a day are handed out without gaps in commit order, so a spoken number is found by counting.
CREATE TABLE day (day INTEGER PRIMARY KEY, first INTEGER NOT NULL) STRICT;

CREATE TABLE event (
    ticket INTEGER NOT NULL, n INTEGER NOT NULL, kind INTEGER NOT NULL, at INTEGER NOT NULL,
    version INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,   -- 0 as planned, 1 dropped, 2 edited
    PRIMARY KEY (ticket, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE edit (id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL,
    body BLOB NOT NULL) STRICT;
CREATE INDEX edit_event ON edit (ticket, n);

CREATE TABLE errand (
    task INTEGER NOT NULL, subject INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (task, subject)
) STRICT, WITHOUT ROWID;

-- Kept as (span of tickets, key): inside one span keys are random, but a span is small enough to stay in
-- memory, so the hot path never dirties a page of the past.
CREATE TABLE blind (
    span INTEGER NOT NULL, key BLOB NOT NULL, ticket INTEGER NOT NULL,
    PRIMARY KEY (span, key, ticket)
) STRICT, WITHOUT ROWID;

CREATE TABLE once (
    channel INTEGER NOT NULL, token TEXT NOT NULL, until INTEGER NOT NULL, digest BLOB NOT NULL,
    PRIMARY KEY (channel, token)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead (
    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL,   -- 1 event, 2 unmapped, 3 held, 4 unreadable
    channel INTEGER NOT NULL, since INTEGER NOT NULL, reason TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    ticket INTEGER, n INTEGER, version INTEGER, digest BLOB,
    ended_at INTEGER, ended_how TEXT,
    body BLOB
) STRICT;
CREATE INDEX dead_open ON dead (channel, id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX dead_once ON dead (channel, digest) WHERE digest IS NOT NULL;

CREATE TABLE outcome (
    id INTEGER PRIMARY KEY, core_id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, digest BLOB NOT NULL,
    ticket INTEGER, until INTEGER, body BLOB NOT NULL
) STRICT;
CREATE INDEX outcome_ticket ON outcome (ticket);

CREATE TABLE deed (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE run (
    id INTEGER PRIMARY KEY, started INTEGER NOT NULL, alive INTEGER NOT NULL, stopped INTEGER
) STRICT;
";

/// Narrower spans: a commit of some sixty tickets dirties nearly every page of its span, so it is the span's size that
/// a commit writes to the log.
const NARROW_SPANS: &str = "
ALTER TABLE blind RENAME TO blind_wide;
CREATE TABLE blind (
    span INTEGER NOT NULL, key BLOB NOT NULL, ticket INTEGER NOT NULL,
    PRIMARY KEY (span, key, ticket)
) STRICT, WITHOUT ROWID;
INSERT INTO blind (span, key, ticket) SELECT ticket / 512, key, ticket FROM blind_wide ORDER BY 1, 2, 3;
DROP TABLE blind_wide;
";

/// The way home: what is to be carried to each source reference, and every try.
const HOMEWARD: &str = "
-- One row an outcome and source reference, in the order in which the store took them.
CREATE TABLE homeward (
    reference INTEGER NOT NULL, n INTEGER NOT NULL,
    outcome INTEGER,                        -- none: our own signing
    kind INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, since INTEGER NOT NULL,
    approved INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (reference, n)
) STRICT, WITHOUT ROWID;

-- Committed before anything is sent; its body is what goes out.
CREATE TABLE try (
    id INTEGER PRIMARY KEY, reference INTEGER NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL,
    ended_at INTEGER, ended_how INTEGER, body BLOB NOT NULL, answer BLOB
) STRICT;
CREATE INDEX try_item ON try (reference, n);

-- A public text as a person worded it anew; the core's own stays in the outcome.
CREATE TABLE wording (
    id INTEGER PRIMARY KEY, reference INTEGER NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX wording_item ON wording (reference, n);

-- What an event says besides the ticket.
CREATE TABLE note (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
ALTER TABLE event ADD COLUMN note INTEGER;

ALTER TABLE outcome ADD COLUMN kind INTEGER;             -- none: kept before outcomes were carried home
ALTER TABLE dead ADD COLUMN reference INTEGER;
ALTER TABLE ticket ADD COLUMN concluded_at INTEGER;      -- when the core told that it is done with; none after a redo
ALTER TABLE ticket ADD COLUMN redone INTEGER NOT NULL DEFAULT 0;   -- how often it was sent back (发回重办)
";

/// Acts about items that are not known yet; matched when they come.
const UNMATCHED: &str = "
CREATE TABLE unmatched (
    namespace INTEGER NOT NULL, about TEXT NOT NULL, version INTEGER NOT NULL, channel INTEGER NOT NULL,
    act INTEGER NOT NULL, granted INTEGER, reopens INTEGER NOT NULL, note INTEGER NOT NULL, since INTEGER NOT NULL,
    shown INTEGER NOT NULL DEFAULT 0,       -- whether a person was told that it still is not matched
    PRIMARY KEY (namespace, about, version)
) STRICT, WITHOUT ROWID;
";

/// The same letter by several roads: references that joined a ticket, what ended one, and pairs that a person took apart.
const JOINED: &str = "
CREATE TABLE reference (
    id INTEGER PRIMARY KEY,                 -- a ticket's own reference stands here only once something ended it
    ticket INTEGER NOT NULL, channel INTEGER NOT NULL, namespace INTEGER NOT NULL, external_id TEXT NOT NULL,
    since INTEGER NOT NULL, ended_at INTEGER, ended_how TEXT,
    -- The first and last event that name it: an event says the same in every attempt, whatever came after it.
    first_event INTEGER NOT NULL DEFAULT 0, last_event INTEGER
) STRICT;
CREATE INDEX reference_ticket ON reference (ticket);

CREATE TABLE apart (
    ticket INTEGER NOT NULL, namespace INTEGER NOT NULL, external_id TEXT NOT NULL,
    PRIMARY KEY (ticket, namespace, external_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE event ADD COLUMN said INTEGER;      -- the version whose draft says what was added
ALTER TABLE event ADD COLUMN refers INTEGER;    -- the other ticket that it speaks of
";

/// Files: one row a version and place, once the ticket names any.
const FILES: &str = "
CREATE TABLE file (
    id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, version INTEGER NOT NULL,
    place INTEGER NOT NULL,                 -- among the draft's files, from 0
    channel INTEGER NOT NULL,
    state INTEGER NOT NULL,                 -- 0 waiting, 1 kept, 2 failed for good, 3 refused
    reason TEXT, digest BLOB NOT NULL,      -- of its link or content: what has the same one is the same file
    blob BLOB, size INTEGER, since INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX file_ticket ON file (ticket);
CREATE INDEX file_blob ON file (blob) WHERE blob IS NOT NULL;

ALTER TABLE dead ADD COLUMN file INTEGER;
";

/// The same letter by its words: under which keys the letters of the last weeks are looked for, what joined a ticket or only
/// looks like it, and the deadline of each road.
const ALIKE: &str = "
-- Only where letters come by several roads; weeks that lie behind the window are dropped.
CREATE TABLE alike (
    week INTEGER NOT NULL, key BLOB NOT NULL, version INTEGER NOT NULL,
    at INTEGER NOT NULL,                    -- when the citizen wrote it, else when it came
    PRIMARY KEY (week, key, version)
) STRICT, WITHOUT ROWID;

-- What the first event of a ticket that waits for the end of a first run will say of another one.
CREATE TABLE hint (ticket INTEGER PRIMARY KEY, refers INTEGER NOT NULL, same_letter TEXT NOT NULL) STRICT;

ALTER TABLE event ADD COLUMN same_letter TEXT;  -- by what it is, or looks like, the letter of the ticket it speaks of
ALTER TABLE reference ADD COLUMN deadline INTEGER;
";

/// What an event carries to the core besides its text, decided before it is first sent.
const CARRIED: &str = "
ALTER TABLE event ADD COLUMN carries INTEGER;   -- how many files; none: not decided yet
ALTER TABLE event ADD COLUMN file INTEGER;      -- of which file it speaks
CREATE TABLE carried (
    ticket INTEGER NOT NULL, n INTEGER NOT NULL, file INTEGER NOT NULL,
    PRIMARY KEY (ticket, n, file)
) STRICT, WITHOUT ROWID;
";

/// Files that the core gave along with an outcome.
const ANSWER_FILES: &str = "
CREATE TABLE answer_file (
    id INTEGER PRIMARY KEY, outcome INTEGER NOT NULL, place INTEGER NOT NULL, blob BLOB NOT NULL, size INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX answer_file_outcome ON answer_file (outcome);
CREATE INDEX answer_file_blob ON answer_file (blob);
ALTER TABLE outcome ADD COLUMN files INTEGER;   -- how many; none: none
";

/// After the closing: what is told a source again, when a ticket was opened again and by when it is to be done then, and
/// which source and version an event comes of.
const CLOSING: &str = "
ALTER TABLE homeward ADD COLUMN repeats INTEGER;      -- the place of what it tells again (再次答复)
ALTER TABLE ticket ADD COLUMN reopened_at INTEGER;    -- what was told a source before no longer stands
ALTER TABLE ticket ADD COLUMN answers TEXT;           -- the number its source is answered by, where it bears none of its own
ALTER TABLE event ADD COLUMN deadline INTEGER;        -- by when it is to be done from this event on
ALTER TABLE event ADD COLUMN reference INTEGER;       -- the source that asked
ALTER TABLE event ADD COLUMN asked INTEGER;           -- the version by which it asked
ALTER TABLE unmatched ADD COLUMN deadline INTEGER;
ALTER TABLE unmatched ADD COLUMN tells INTEGER NOT NULL DEFAULT 0;   -- whether the core is told of an urging after the closing
";

/// What people are asked of one source, found without looking through all that they are asked.
const ASKED: &str = "
CREATE INDEX dead_reference ON dead (reference) WHERE reference IS NOT NULL AND ended_at IS NULL;
";

/// All migrations, oldest first. A shipped one is never changed; a new one is appended.
const ALL: &[M<'static>] = &[
    M::up(FIRST),
    M::up(NARROW_SPANS),
    M::up(HOMEWARD),
    M::up(UNMATCHED),
    M::up(JOINED),
    M::up(FILES),
    M::up(ALIKE),
    M::up(CARRIED),
    M::up(ANSWER_FILES),
    M::up(CLOSING),
    M::up(ASKED),
    M::up(super::register::CORE_ORDERS),
    M::up(super::feed::FEED),
    M::up(super::sheets::SHEETS),
    M::up(super::handled::HANDLED),
    M::up(super::session::SESSIONS),
    M::up(super::frozen::FROZEN),
    M::up(super::alarms::ALARMS),
    M::up(super::reckoning::RECKONINGS),
    M::up(super::notes::NOTES),
    M::up(super::routed::ROUTED),
    M::up(super::rations::RATIONS),
    M::up(super::unticketed::ALSO),
];

/// The migrations, ready to be run.
pub(super) fn migrations() -> Migrations<'static> {
    Migrations::from_slice(ALL)
}

/// The schema that this house writes: how many migrations lead to it.
pub(super) const KNOWN: usize = ALL.len();

/// How many tickets share a span of blind keys; a change of it needs a migration.
pub(super) const SPAN: i64 = 512;

impl From<rusqlite::Error> for crate::store::StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(Box::new(error))
    }
}
