//! The steps of a test as they are taken.

use domain::{Step, StepKind, StepState};
use tokio::time::Instant;

/// The steps taken so far. They may end in any order; they are told in theirs.
pub(crate) struct Trail<'a> {
    watch: &'a (dyn Fn(Step) + Send + Sync),
    ended: Vec<Step>,
    told: usize,
    under_way: Option<(StepKind, Instant)>,
}

impl<'a> Trail<'a> {
    pub(crate) const fn start(watch: &'a (dyn Fn(Step) + Send + Sync)) -> Self {
        Self {
            watch,
            ended: Vec::new(),
            told: 0,
            under_way: None,
        }
    }

    /// From now on the time counts for `kind`, and so does a failure.
    pub(crate) fn begin(&mut self, kind: StepKind) {
        self.under_way = Some((kind, Instant::now()));
    }

    /// The step under way has passed.
    pub(crate) fn pass(&mut self) {
        self.end(StepState::Passed);
    }

    /// A step that this account does not need.
    pub(crate) fn skip(&mut self, kind: StepKind) {
        self.enter(skipped(kind));
    }

    /// All steps: the one under way has failed if `failed`; those that were not reached are skipped.
    pub(crate) fn finish(mut self, failed: bool) -> Vec<Step> {
        if failed {
            self.end(StepState::Failed);
        }
        for kind in StepKind::ALL {
            if !self.ended.iter().any(|step| step.kind == kind) {
                self.enter(skipped(kind));
            }
        }
        self.ended.sort_unstable_by_key(|step| step.kind);
        self.ended
    }

    fn end(&mut self, state: StepState) {
        if let Some((kind, started)) = self.under_way.take() {
            self.enter(Step {
                kind,
                state,
                ms: ms_since(started),
            });
        }
    }

    fn enter(&mut self, step: Step) {
        self.ended.push(step);
        while let Some(next) = StepKind::ALL
            .get(self.told)
            .and_then(|kind| self.ended.iter().find(|step| step.kind == *kind))
        {
            (self.watch)(*next);
            self.told += 1;
        }
    }
}

const fn skipped(kind: StepKind) -> Step {
    Step {
        kind,
        state: StepState::Skipped,
        ms: 0,
    }
}

/// Milliseconds since `started`.
pub(crate) fn ms_since(started: Instant) -> u32 {
    u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::sync::Mutex;

    use super::*;

    fn told(take: impl FnOnce(&mut Trail<'_>), failed: bool) -> Vec<(StepKind, StepState)> {
        let told = Mutex::new(Vec::new());
        let watch = |step: Step| told.lock().unwrap().push((step.kind, step.state));
        let mut trail = Trail::start(&watch);
        take(&mut trail);
        let steps = trail.finish(failed);
        let told = told.into_inner().unwrap();
        assert_eq!(
            told,
            steps
                .iter()
                .map(|step| (step.kind, step.state))
                .collect::<Vec<_>>(),
            "what is told is what is reported"
        );
        told
    }

    #[test]
    fn steps_are_told_in_their_order_whatever_the_order_in_which_they_end() {
        let told = told(
            |trail| {
                for kind in [
                    StepKind::Address,
                    StepKind::Dns,
                    StepKind::Tls,
                    StepKind::Credentials,
                    StepKind::Resource,
                    StepKind::Permissions,
                ] {
                    trail.begin(kind);
                    trail.pass();
                }
            },
            false,
        );
        assert_eq!(told.len(), 6);
        assert!(told.is_sorted_by_key(|(kind, _)| *kind));
    }

    #[test]
    fn a_failure_ends_the_step_under_way_and_skips_what_was_not_reached() {
        let told = told(
            |trail| {
                trail.begin(StepKind::Address);
                trail.pass();
                trail.begin(StepKind::Dns);
            },
            true,
        );
        assert_eq!(told[0].1, StepState::Passed);
        assert_eq!(told[1].1, StepState::Failed);
        assert!(told[2..].iter().all(|(_, state)| *state == StepState::Skipped));
    }
}
