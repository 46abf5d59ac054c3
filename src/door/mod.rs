//! What the doors of the house share: which channel a push is for, and what is done with it once it was heard. HTTP and LMTP
//! differ in how they hear and in how they answer, and in nothing else.

mod gate;
mod taken;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use huiliu_contract::{Connector, Door};

pub use gate::Gate;
pub use taken::{Came, take_in};

use crate::channel::Channel;

/// A channel as the doors see it.
pub enum Entry {
    /// It takes pushes.
    Open(Arc<Channel>, Gate),
    /// It is known, but does not take any now: off, or its configuration needs mending.
    Shut,
    /// Its folder is gone; the store still knows it.
    Retired,
}

/// Channels by their code; each can be replaced while pushes arrive.
#[derive(Default)]
pub struct Entries(RwLock<Known>);

#[derive(Default)]
struct Known {
    entries: HashMap<String, Arc<Entry>>,
    /// For which addresses a channel takes letters, or did when it last could say so; it stays while the channel is away.
    addresses: HashMap<String, Vec<String>>,
}

/// What is known of an address that a letter is for.
pub enum Addressed {
    /// This channel, which runs.
    To(Arc<Entry>),
    /// A channel that takes nothing in now, or perhaps one of which nothing can be read: the letter must wait.
    Away,
    /// Nobody here.
    Nobody,
}

/// For which addresses a connector takes letters, in lower case; none for one that takes no letters.
pub fn addresses(connector: &Connector) -> &[String] {
    match &connector.receive {
        Some((Door::Lmtp { recipients, .. }, _)) => recipients,
        _ => &[],
    }
}

impl Entries {
    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an entry in the place of the one before.
    pub fn put(&self, code: &str, entry: Entry) {
        let mut known = self.write();
        if let Entry::Open(channel, _) = &entry {
            known.addresses.insert(code.to_owned(), addresses(&channel.connector).to_vec());
        }
        known.entries.insert(code.to_owned(), Arc::new(entry));
    }

    /// Notes for which addresses a channel takes letters that does not run.
    pub fn answers_to(&self, code: &str, addresses: Vec<String>) {
        self.write().addresses.insert(code.to_owned(), addresses);
    }

    /// Takes an entry out: nobody knows a channel of this code.
    pub fn remove(&self, code: &str) {
        let mut known = self.write();
        known.entries.remove(code);
        known.addresses.remove(code);
    }

    /// By code.
    pub fn get(&self, code: &str) -> Option<Arc<Entry>> {
        self.read().entries.get(code).cloned()
    }

    /// By code, name or former name.
    pub fn called(&self, name: &str) -> Option<Arc<Entry>> {
        self.get(name).or_else(|| {
            let named = |entry: &&Arc<Entry>| match entry.as_ref() {
                Entry::Open(channel, _) => {
                    let channel = &channel.settings.channel;
                    channel.name == name || channel.aliases.iter().any(|alias| alias == name)
                }
                Entry::Shut | Entry::Retired => false,
            };
            self.read().entries.values().find(named).cloned()
        })
    }

    /// All that run.
    pub fn open(&self) -> Vec<Arc<Channel>> {
        let known = self.read();
        let open = known.entries.values().filter_map(|entry| match entry.as_ref() {
            Entry::Open(channel, _) => Some(channel.clone()),
            Entry::Shut | Entry::Retired => None,
        });
        open.collect()
    }

    /// Whose letters come under this address, written in lower case. A channel that runs goes before one that does not.
    pub fn addressed(&self, address: &str) -> Addressed {
        let known = self.read();
        let mut away = false;
        for (code, entry) in &known.entries {
            match (known.addresses.get(code), entry.as_ref()) {
                (Some(own), _) if !own.iter().any(|one| one == address) => {}
                (Some(_), Entry::Open(..)) => return Addressed::To(entry.clone()),
                (Some(_), Entry::Shut | Entry::Retired) => away = true,
                // Its file cannot be read, so every address could be its: a letter that waits is better than one sent back.
                (None, Entry::Shut) => away = true,
                (None, Entry::Open(..) | Entry::Retired) => {}
            }
        }
        if away { Addressed::Away } else { Addressed::Nobody }
    }

    /// The largest letter that any channel that runs takes, in bytes; none where none takes letters.
    pub fn largest_letter(&self) -> Option<usize> {
        let largest = |entry: &Arc<Entry>| match entry.as_ref() {
            Entry::Open(channel, _) => match &channel.connector.receive {
                Some((Door::Lmtp { body_limit, .. }, _)) => Some(*body_limit),
                _ => None,
            },
            Entry::Shut | Entry::Retired => None,
        };
        self.read().entries.values().filter_map(largest).max()
    }
}
