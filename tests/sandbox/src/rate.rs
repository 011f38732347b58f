//! The organization's rate limits: so many POST and so many GET in any minute.

use std::collections::VecDeque;
use std::str::FromStr;
use std::time::Duration;

use hyper::Method;

use crate::clock::later;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::timestamp::{Moment, http_date};

/// How many requests an organization may send in a minute, over all its keys and routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// POST requests.
    pub posts_per_minute: usize,
    /// GET requests.
    pub gets_per_minute: usize,
    /// What a refused request is told about when to come back.
    pub retry_after: RetryAfter,
}

/// The form of the `Retry-After` header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RetryAfter {
    /// No such header, as it is with the real service.
    #[default]
    Absent,
    /// A number of seconds.
    Seconds,
    /// A date.
    Date,
}

impl Default for RateLimits {
    /// What Mindee documents.
    fn default() -> Self {
        Self {
            posts_per_minute: 200,
            gets_per_minute: 1200,
            retry_after: RetryAfter::Absent,
        }
    }
}

impl FromStr for RateLimits {
    type Err = String;

    /// `200,1200`: first POST, then GET.
    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once(',');
        let number = |text: &str| text.trim().parse().ok();
        numbers
            .and_then(|(posts, gets)| {
                Some(Self {
                    posts_per_minute: number(posts)?,
                    gets_per_minute: number(gets)?,
                    retry_after: RetryAfter::Absent,
                })
            })
            .ok_or_else(|| format!("{text:?} is not two numbers like 200,1200"))
    }
}

impl FromStr for RetryAfter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::Absent),
            "seconds" => Ok(Self::Seconds),
            "date" => Ok(Self::Date),
            _ => Err(format!("{text:?} is not none, seconds or date")),
        }
    }
}

const MINUTE: Duration = Duration::from_mins(1);

/// The requests of the last minute. One that is refused does not count.
pub(crate) struct Rates {
    limits: RateLimits,
    posts: VecDeque<Moment>,
    gets: VecDeque<Moment>,
}

impl Rates {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self {
            limits,
            posts: VecDeque::new(),
            gets: VecDeque::new(),
        }
    }

    /// Counts a request, or tells after what time there is room for another.
    pub(crate) fn count(&mut self, method: &Method, now: Moment) -> Result<(), Duration> {
        let (window, limit) = match *method {
            Method::POST => (&mut self.posts, self.limits.posts_per_minute),
            Method::GET => (&mut self.gets, self.limits.gets_per_minute),
            _ => return Ok(()),
        };
        // After a jump back of the clock some are in the future; they are no bar.
        forget(window, now);
        if window.len() < limit {
            window.push_back(now);
            return Ok(());
        }
        let room = window.front().map(|first| *first + MINUTE - now);
        let wait = room.and_then(|wait| Duration::try_from(wait).ok());
        Err(wait.unwrap_or(MINUTE))
    }
}

/// Forgets what is not of the last minute.
fn forget(window: &mut VecDeque<Moment>, now: Moment) {
    while window.front().is_some_and(|first| *first + MINUTE <= now) {
        window.pop_front();
    }
    while window.back().is_some_and(|last| *last > now) {
        window.pop_back();
    }
}

/// The answer to a request beyond the limits, when there is room again after `wait`.
pub(crate) fn refusal(limits: Option<RateLimits>, wait: Duration) -> Reply {
    let mut reply = Reply::from(Problem::too_many_requests());
    let seconds = wait.as_secs() + 1;
    match limits.unwrap_or_default().retry_after {
        RetryAfter::Absent => {}
        RetryAfter::Seconds => reply.set_header("retry-after", &seconds.to_string()),
        RetryAfter::Date => {
            // A client compares it with the machine's clock.
            let date = later(Moment::now_utc(), Duration::from_secs(seconds));
            reply.set_header("retry-after", &http_date(date));
        }
    }
    reply
}
