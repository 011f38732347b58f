//! How long jobs take: fixed, or drawn from a distribution.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::chance::Chance;

/// How long the jobs of a model take. What is drawn follows from the sandbox's seed and
/// the hash of the file: the same file takes the same time in every run.
///
/// As text: `5s`, `uniform:1s,10s`, `lognormal:5s,0.8`, `list:1s,2s,60s`. Units are `ms`,
/// `s`, `m` and `h`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ProcessingTime {
    /// Always the same.
    Fixed(Duration),
    /// Anything between two times, all equally likely.
    Uniform {
        /// The shortest.
        from: Duration,
        /// The longest.
        to: Duration,
    },
    /// Mostly near the median, with a long tail, as services are.
    LogNormal {
        /// Half of the jobs are faster.
        median: Duration,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// One of these, all equally likely.
    List(Vec<Duration>),
}

/// What is drawn is never longer than this.
const LONGEST: Duration = Duration::from_hours(24);
/// Sets the draws of processing times apart from all others.
const PURPOSE: u64 = 0x70_72_6f_63;

impl ProcessingTime {
    pub(crate) fn draw(&self, chance: Chance, sha256: &str) -> Duration {
        let file = sha256.get(..16).unwrap_or_default();
        let file = u64::from_str_radix(file, 16).unwrap_or_default();
        let fraction = |label| chance.fraction(&[PURPOSE, file, label]);
        match self {
            Self::Fixed(time) => *time,
            Self::Uniform { from, to } => {
                *from + to.saturating_sub(*from).min(LONGEST).mul_f64(fraction(0))
            }
            Self::LogNormal { median, sigma } => {
                // Box and Muller's way from two even numbers to a normal one.
                let radius = (-2.0 * (1.0 - fraction(0)).ln()).sqrt();
                let normal = radius * (std::f64::consts::TAU * fraction(1)).cos();
                let seconds = median.as_secs_f64() * (sigma * normal).exp();
                Duration::try_from_secs_f64(seconds).map_or(LONGEST, |time| time.min(LONGEST))
            }
            Self::List(times) => {
                let time = chance.pick(&[PURPOSE, file], times);
                time.copied().unwrap_or_default()
            }
        }
    }
}

impl FromStr for ProcessingTime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, rest) = text.split_once(':').unwrap_or(("", text));
        let parts: Vec<&str> = rest.split(',').map(str::trim).collect();
        match (kind, parts.as_slice()) {
            ("", [time]) => Ok(Self::Fixed(span(time)?)),
            ("uniform", [from, to]) => {
                let (from, to) = (span(from)?, span(to)?);
                if from > to {
                    return Err(format!("{text}: the first time is the longer one"));
                }
                Ok(Self::Uniform { from, to })
            }
            ("lognormal", [median, sigma]) => {
                let median = span(median)?;
                let sigma = sigma
                    .parse()
                    .ok()
                    .filter(|sigma| (0.0..=10.0).contains(sigma));
                let sigma = sigma.ok_or_else(|| format!("{text}: sigma is from 0 to 10"))?;
                Ok(Self::LogNormal { median, sigma })
            }
            ("list", times) => {
                let times: Result<_, _> = times.iter().map(|time| span(time)).collect();
                Ok(Self::List(times?))
            }
            _ => Err(format!(
                "{text}: not 5s, uniform:1s,10s, lognormal:5s,0.8 or list:1s,2s"
            )),
        }
    }
}

impl TryFrom<String> for ProcessingTime {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<ProcessingTime> for String {
    fn from(time: ProcessingTime) -> Self {
        time.to_string()
    }
}

impl fmt::Display for ProcessingTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = Duration::as_millis;
        match self {
            Self::Fixed(time) => write!(formatter, "{}ms", ms(time)),
            Self::Uniform { from, to } => {
                write!(formatter, "uniform:{}ms,{}ms", ms(from), ms(to))
            }
            Self::LogNormal { median, sigma } => {
                write!(formatter, "lognormal:{}ms,{sigma}", ms(median))
            }
            Self::List(times) => {
                let times: Vec<String> =
                    times.iter().map(|time| format!("{}ms", ms(time))).collect();
                write!(formatter, "list:{}", times.join(","))
            }
        }
    }
}

/// A number with its unit.
fn span(text: &str) -> Result<Duration, String> {
    let unit = text.find(|letter: char| letter.is_ascii_alphabetic());
    let (number, unit) = text.split_at(unit.unwrap_or(text.len()));
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("{text:?}: a time has a unit: ms, s, m or h")),
    };
    let number: Option<f64> = number.parse().ok();
    number
        .and_then(|number| Duration::try_from_secs_f64(number * seconds).ok())
        .ok_or_else(|| format!("{text:?} is not a time"))
}
