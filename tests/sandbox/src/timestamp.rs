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

/// In the state file: microseconds since 1970.
pub(crate) mod micros {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::Moment;

    pub(crate) fn serialize<S: Serializer>(moment: &Moment, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(from_moment(*moment))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Moment, D::Error> {
        to_moment(i64::deserialize(from)?).ok_or_else(|| D::Error::custom("not a time"))
    }

    pub(super) fn from_moment(moment: Moment) -> i64 {
        i64::try_from(moment.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
    }

    pub(super) fn to_moment(micros: i64) -> Option<Moment> {
        Moment::from_unix_timestamp_nanos(i128::from(micros) * 1000).ok()
    }
}

/// The same for a time that need not be there.
pub(crate) mod micros_or_null {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::{Moment, micros};

    #[allow(
        clippy::ref_option,
        reason = "serde hands a reference to the field over"
    )]
    pub(crate) fn serialize<S: Serializer>(
        moment: &Option<Moment>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        moment.map(micros::from_moment).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Moment>, D::Error> {
        Ok(Option::<i64>::deserialize(from)?.and_then(micros::to_moment))
    }
}
