//! Chance that can be repeated: numbers that follow from one seed and what they are for.
//! Nothing is drawn from a sequence, so that the order of requests does not matter.

/// The source of all chance of one sandbox.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance {
    seed: u64,
}

/// Largest seed made up here: JSON readers that know only doubles read it exactly.
const SEED_BITS: u32 = 53;

impl Chance {
    /// With the given seed, or a random one.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        let random = || uuid::Uuid::new_v4().as_u64_pair().0 >> (u64::BITS - SEED_BITS);
        Self {
            seed: seed.unwrap_or_else(random),
        }
    }

    pub(crate) fn seed(self) -> u64 {
        self.seed
    }

    /// A number from 0 to 1, without 1.
    pub(crate) fn fraction(self, purpose: &[u64]) -> f64 {
        let upper = u32::try_from(self.number(purpose) >> 32).unwrap_or_default();
        f64::from(upper) / (f64::from(u32::MAX) + 1.0)
    }

    pub(crate) fn pick<'a, T>(self, purpose: &[u64], choices: &'a [T]) -> Option<&'a T> {
        let sides = u64::try_from(choices.len())
            .ok()
            .filter(|sides| *sides > 0)?;
        choices.get(usize::try_from(self.number(purpose) % sides).ok()?)
    }

    fn number(self, purpose: &[u64]) -> u64 {
        purpose
            .iter()
            .fold(mixed(self.seed), |state, part| mixed(state ^ mixed(*part)))
    }
}

/// One step of `SplitMix64`: neighbouring numbers become unlike ones.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
