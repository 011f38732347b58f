//! The forms in which times are written.

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const NAIVE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]");
const HTTP: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

pub(crate) type Moment = OffsetDateTime;

/// Jobs: microseconds, no zone.
pub(crate) fn naive(moment: Moment) -> String {
    moment.format(NAIVE).unwrap_or_default()
}

/// RAG documents: the same with a `Z`.
pub(crate) fn zoned(moment: Moment) -> String {
    naive(moment) + "Z"
}

/// Headers.
pub(crate) fn http_date(moment: Moment) -> String {
    moment.format(HTTP).unwrap_or_default()
}
