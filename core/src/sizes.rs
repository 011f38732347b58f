//! Sizes in memory and sizes in files, each told as the other.

/// A size in memory, as files tell sizes.
pub(crate) fn wide(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}

/// A place of a file, in memory; one that is past all memory is past the end of every slice too.
pub(crate) fn index(place: u64) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}
