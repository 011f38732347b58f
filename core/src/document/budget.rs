//! How much may be spent on one file, whatever it says of itself.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Error, code};

/// The limits for one file. The defaults suit a document of 100 MB, the largest that Mindee takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest picture that is decoded, in pixels.
    pub pixels: u64,
    /// The most pages that a document may have.
    pub pages: u64,
    /// The most objects of a PDF that are looked at.
    pub objects: u64,
    /// The most bytes that compressed parts of a file may grow to, all together.
    pub inflated: u64,
    /// How deep objects and page trees may be nested.
    pub nesting: u64,
    /// The longest time that is spent.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pixels: 200_000_000,
            pages: 20_000,
            objects: 2_000_000,
            inflated: 1_000_000_000,
            nesting: 64,
            time: Duration::from_mins(1),
        }
    }
}

/// After so many objects the clock is looked at.
const CLOCK: u64 = 64;

/// What is left of the limits, for one call on one file.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    started: Instant,
    objects: AtomicU64,
    inflated: AtomicU64,
}

impl Budget {
    /// A budget whose time runs from now.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            started: Instant::now(),
            objects: AtomicU64::new(0),
            inflated: AtomicU64::new(0),
        }
    }

    /// Before a picture of this size is decoded.
    pub(crate) fn pixels(&self, width: u64, height: u64) -> Result<(), Error> {
        within(
            "limit_pixels",
            width.saturating_mul(height),
            self.limits.pixels,
        )
    }

    /// Once the number of pages is known.
    pub(crate) fn pages(&self, pages: u64) -> Result<(), Error> {
        within("limit_pages", pages, self.limits.pages)
    }

    /// Before so many more objects are looked at; looks at the clock too, now and then.
    pub(crate) fn objects(&self, more: u64) -> Result<(), Error> {
        let all = self
            .objects
            .fetch_add(more, Ordering::Relaxed)
            .saturating_add(more);
        within("limit_objects", all, self.limits.objects)?;
        // The clock costs as much as a small object.
        if all % CLOCK < more {
            self.time()
        } else {
            Ok(())
        }
    }

    /// After so many more bytes were inflated, in steps of at most a few megabytes.
    pub(crate) fn inflated(&self, more: u64) -> Result<(), Error> {
        let all = self
            .inflated
            .fetch_add(more, Ordering::Relaxed)
            .saturating_add(more);
        within("limit_inflated", all, self.limits.inflated)?;
        self.time()
    }

    /// How many more bytes may be inflated.
    pub(crate) fn inflated_left(&self) -> u64 {
        self.limits
            .inflated
            .saturating_sub(self.inflated.load(Ordering::Relaxed))
    }

    /// Before another level is entered.
    pub(crate) fn nesting(&self, depth: u64) -> Result<(), Error> {
        within("limit_nesting", depth, self.limits.nesting)
    }

    /// How deep objects may be nested that are read by recursion: no deeper than a stack holds.
    pub(crate) fn deepest(&self) -> u64 {
        self.limits.nesting.min(256)
    }

    /// Whether there is time left; asked between steps of at most a second or so.
    pub(crate) fn time(&self) -> Result<(), Error> {
        self.foresee(Duration::ZERO)
    }

    /// Before a step that cannot be ended, and takes about so long.
    pub(crate) fn foresee(&self, step: Duration) -> Result<(), Error> {
        if self.started.elapsed().saturating_add(step) <= self.limits.time {
            return Ok(());
        }
        let seconds = self.limits.time.as_secs_f64();
        Err(passed(
            "limit_time",
            &format!("takes more than {seconds} seconds"),
        ))
    }

    /// When the time is over, for work that cannot hold the budget.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.started.checked_add(self.limits.time)
    }
}

fn within(limit: &str, needed: u64, most: u64) -> Result<(), Error> {
    if needed <= most {
        return Ok(());
    }
    Err(passed(
        limit,
        &format!("needs {needed}, and {most} is the limit"),
    ))
}

fn passed(limit: &str, why: &str) -> Error {
    Error::new(
        code::DOCUMENT_LIMIT,
        format!("The file passes `{limit}`: it {why}"),
    )
}
