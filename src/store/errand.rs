//! Errands: the one durable note that something is undone for a subject.
//!
//! There is at most one for each (task, subject). It carries no data, only when it is due: whoever is
//! woken reads what is undone for that subject, oldest first, does it, and says how far it came. So order
//! within a ticket holds by construction, no two workers ever hold the same subject, and recovery after a
//! crash is the normal path walked again: what is on disk says what is undone, and nothing else is asked.
//! Planting an errand that exists only makes it due sooner.

use super::Reference;

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Task {
    /// Ask a channel; the subject is the channel's id.
    Poll = 1,
    /// Tell the core the next event of a ticket; the subject is the ticket's id.
    Forward = 2,
    /// Carry to a source what became of its letter; the subject is the reference's number.
    WriteBack = 3,
    /// Fetch a file from where it waits; the subject is the channel's id and, behind it, the file's.
    Fetch = 4,
}

impl Task {
    /// The task of a stored number.
    pub fn from_number(number: i64) -> Option<Self> {
        [Self::Poll, Self::Forward, Self::WriteBack, Self::Fetch].into_iter().find(|task| *task as i64 == number)
    }

    /// One stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Forward => "forward",
            Self::WriteBack => "write_back",
            Self::Fetch => "fetch",
        }
    }
}

/// One errand, by what identifies it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Errand {
    /// What is to be done.
    pub task: Task,
    /// For whom.
    pub subject: i64,
}

/// A far side: what it does to one of its errands must not touch another far side's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Far {
    /// The core system (热线系统).
    Core,
    /// A channel as it is asked, by its id in the store.
    Channel(u32),
    /// A channel as it is answered, by its id in the store.
    Outlet(u32),
    /// Where a channel's files wait, by its id in the store.
    Files(u32),
}

impl Errand {
    /// To fetch a file of a channel, by the file's id.
    pub fn fetch(channel: u32, file: i64) -> Self {
        Self { task: Task::Fetch, subject: Reference::own(channel, file).number() }
    }

    /// The file that is to be fetched.
    pub fn file(self) -> i64 {
        Reference::from_number(self.subject).opened().unwrap_or_default()
    }

    /// The far side that this errand talks to.
    pub fn far(self) -> Far {
        match self.task {
            Task::Forward => Far::Core,
            Task::WriteBack => Far::Outlet(Reference::from_number(self.subject).channel()),
            Task::Fetch => Far::Files(Reference::from_number(self.subject).channel()),
            Task::Poll => Far::Channel(u32::try_from(self.subject).unwrap_or(u32::MAX)),
        }
    }
}
