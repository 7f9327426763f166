//! The troubles, and the order in which they come.

use domain::Platform;
use sandbox::Fault;

use crate::chance::Chance;

/// Something that goes wrong around a panel, apart from the kill at the end of each round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing else.
    Nothing,
    /// A platform does something wrong.
    Platform(Platform, Fault),
    /// All connections to the database are cut.
    CutOff,
    /// The database is stopped at once, as by a crash, and starts again.
    Restart,
    /// The same, and it stays away for the rest of the round.
    Away,
    /// The disk is full for the rest of the round.
    FullDisk,
    /// The clock jumps by so many seconds.
    Clock(i64),
}

/// Jumps of the clock: by hours and by seconds, either way.
const JUMPS: [i64; 6] = [7_200, -3_600, 90, -5, 86_400, -86_400];

impl Trouble {
    /// All of them, once or as often as they deserve.
    fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Nothing,
            Self::Nothing,
            Self::Nothing,
            Self::CutOff,
            Self::CutOff,
            Self::Restart,
            Self::Restart,
            Self::Away,
            Self::Away,
            Self::FullDisk,
            Self::FullDisk,
            Self::FullDisk,
        ];
        for platform in [Platform::ActiveCampaign, Platform::Clerk] {
            // One that carries writes out twice by itself says nothing about the panel.
            let faults = Fault::ALL
                .into_iter()
                .filter(|fault| *fault != Fault::DuplicateDelivery);
            all.extend(faults.map(|fault| Self::Platform(platform, fault)));
        }
        all.extend(JUMPS.map(Self::Clock));
        all
    }

    fn is_possible(self, means: &[Means]) -> bool {
        let needed = match self {
            Self::Nothing | Self::Platform(..) => return true,
            Self::CutOff => Means::Server,
            Self::Restart | Self::Away => Means::Control,
            Self::FullDisk => Means::Disk,
            Self::Clock(_) => Means::Clock,
        };
        means.contains(&needed)
    }
}

/// Deals every trouble once before any comes again.
pub(crate) struct Deck {
    chance: Chance,
    means: Vec<Means>,
    left: Vec<Trouble>,
}

/// What a trouble takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// A server whose connections can be cut.
    Server,
    /// A server that can be stopped and started.
    Control,
    /// A disk that can be filled.
    Disk,
    /// A clock that can be set.
    Clock,
}

impl Deck {
    /// The troubles that belong to a seed.
    pub(crate) fn new(seed: u64, means: Vec<Means>) -> Self {
        Self {
            chance: Chance::of(seed),
            means,
            left: Vec::new(),
        }
    }

    /// The next one.
    pub(crate) fn deal(&mut self) -> Trouble {
        if self.left.is_empty() {
            self.left = Trouble::all()
                .into_iter()
                .filter(|trouble| trouble.is_possible(&self.means))
                .collect();
        }
        let place = self.below(self.left.len());
        self.left.swap_remove(place)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let drawn = self.chance.below(u64::try_from(end).unwrap_or(u64::MAX));
        usize::try_from(drawn).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_comes_once_before_any_comes_again_and_a_seed_is_an_order() {
        let means = [Means::Disk];
        let mut wanted: Vec<String> = Trouble::all()
            .into_iter()
            .filter(|trouble| trouble.is_possible(&means))
            .map(|trouble| format!("{trouble:?}"))
            .collect();
        wanted.sort();
        let dealt = |seed| {
            let mut deck = Deck::new(seed, means.to_vec());
            (0..wanted.len())
                .map(|_| format!("{:?}", deck.deal()))
                .collect::<Vec<_>>()
        };
        let mut once = dealt(7);
        assert_eq!(once, dealt(7));
        assert_ne!(once, dealt(8));
        once.sort();
        assert_eq!(once, wanted);
        assert!(
            !wanted
                .iter()
                .any(|trouble| trouble.contains("Duplicate") || trouble.contains("CutOff"))
        );
    }
}
