//! The one clock of the sandbox, and the two forms in which Mindee writes a time.

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const NAIVE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]");

pub(crate) type Moment = OffsetDateTime;

pub(crate) fn now() -> Moment {
    OffsetDateTime::now_utc()
}

/// Jobs: microseconds, no zone.
pub(crate) fn naive(moment: Moment) -> String {
    moment.format(NAIVE).unwrap_or_default()
}

/// RAG documents: the same with a `Z`.
pub(crate) fn zoned(moment: Moment) -> String {
    naive(moment) + "Z"
}
