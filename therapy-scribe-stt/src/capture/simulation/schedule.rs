//! What goes wrong in a session, by chance.

use std::{collections::VecDeque, time::Duration};

use super::{script::Random, service::Mislabels};

/// What goes wrong, and when.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    /// The connection breaks.
    Break,
    /// The service ends the session without a reason.
    CloseEarly,
    /// The service hears nothing any more, and the client notices after a while.
    Stall { seconds: u64 },
    /// The connection breaks, and for so long none comes about.
    Outage { seconds: u64 },
}

#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) minutes: u64,
    /// By time in milliseconds.
    pub(super) faults: VecDeque<(u64, Fault)>,
    /// The connection that breaks right after it was opened, and once more while it drains.
    pub(super) breaks_young: bool,
    pub(super) breaks_draining: bool,
    pub(super) keep: Duration,
    /// How long the service lets a session last.
    pub(super) session: Duration,
    pub(super) labels: Mislabels,
}

impl Schedule {
    pub(super) fn new(random: &mut Random) -> Self {
        let minutes = 50;
        let long_outage = random.below(10) == 0;
        let mut faults: Vec<_> = (0..random.below(9))
            .map(|_| {
                let fault = match random.below(6) {
                    0 | 1 => Fault::Break,
                    2 => Fault::CloseEarly,
                    3 => Fault::Stall {
                        seconds: 15 + random.below(30),
                    },
                    4 => Fault::Outage {
                        seconds: 1 + random.below(20),
                    },
                    _ if long_outage => Fault::Outage {
                        seconds: 600 + random.below(400),
                    },
                    _ => Fault::Outage {
                        seconds: 20 + random.below(180),
                    },
                };
                (random.below(minutes * 60_000), fault)
            })
            .collect();
        faults.sort_by_key(|(at, _)| *at);
        Self {
            minutes,
            faults: faults.into(),
            breaks_young: random.below(4) == 0,
            breaks_draining: random.below(4) == 0,
            keep: Duration::from_secs(600),
            session: Duration::from_secs(if random.below(2) == 0 { 600 } else { 10_800 }),
            labels: Mislabels::new(random),
        }
    }
}
