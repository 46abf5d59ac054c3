//! CPU time as the kernel books it for each thread (`/proc/…/schedstat`, nanoseconds). No clock of the wall here.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// CPU time used so far, by the name of the threads.
pub(crate) struct Used(HashMap<String, u64>);

impl Used {
    /// As of now. Threads have to be at rest: a running one's time is booked when it leaves the CPU.
    pub(crate) fn now() -> Self {
        let mut used = HashMap::new();
        for thread in fs::read_dir("/proc/self/task").expect("Linux tells of threads in /proc") {
            let thread = thread.unwrap().path();
            // A thread may end while the list is read.
            let Ok(name) = fs::read_to_string(thread.join("comm")) else { continue };
            let Some(nanos) = nanos(&thread) else { continue };
            *used.entry(name.trim_end().to_owned()).or_default() += nanos;
        }
        Self(used)
    }

    /// Microseconds that the threads of this name used since `before`.
    pub(crate) fn micros_since(&self, before: &Self, name: &str) -> f64 {
        let of = |used: &Self| *used.0.get(name).unwrap_or_else(|| panic!("there is no thread `{name}`"));
        of(self).saturating_sub(of(before)) as f64 / 1e3
    }
}

/// Microseconds of CPU that the calling thread used so far.
pub(crate) fn own_micros() -> f64 {
    // Off the CPU for a moment, so that all of it is booked.
    std::thread::sleep(Duration::from_millis(1));
    nanos(Path::new("/proc/thread-self")).expect("the kernel keeps schedstat") as f64 / 1e3
}

fn nanos(thread: &Path) -> Option<u64> {
    fs::read_to_string(thread.join("schedstat")).ok()?.split_ascii_whitespace().next()?.parse().ok()
}
