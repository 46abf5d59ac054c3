//! Journeys: the real program as a child process between real far sides, told as stories. They learn what
//! happened from sockets and from what the program prints, never from its database.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a story that cannot be told shall fail")]

mod face;
mod fitted;
mod glass;
mod house;
mod scene;
mod shelf;
mod sink;
mod written;

mod alarmed;
mod answered;
mod asked;
mod attended;
mod back_end;
mod closed_order;
mod closing;
mod core_away;
mod disk_full;
mod doors;
mod dropped;
mod enclosed;
mod exchanged;
mod fetched;
mod files;
mod first_run;
mod handled;
mod hands;
mod homeward;
mod imported;
mod interface;
mod kills;
mod learnt;
mod logins;
mod mailed;
mod outcomes;
mod people;
mod polled;
mod posted;
mod previewed;
mod pushed;
mod reconciled;
mod reload;
mod report;
mod reshaped;
mod retired;
mod roads;
mod roads_further;
mod roads_portals;
mod roads_sheets;
mod roads_shipped;
mod sealed;
mod secrets;
mod sheets;
mod shift;
mod signed;
mod signed_pushes;
mod splits;
mod stops;
mod tagged;
mod twice;
mod walked;
mod xml_pushes;
