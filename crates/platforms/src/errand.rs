//! A parcel in the hands of a connector.

use domain::{Fault, SkipReason};

use crate::parcel::{MemoryError, Parcel, Shop};
use crate::recall::Recall;
use crate::session::Session;

/// What a connector needs to deliver a parcel.
pub(crate) struct Errand<'a> {
    pub(crate) session: Session<'a>,
    pub(crate) shop: &'a Shop,
    pub(crate) parcel: Parcel<'a>,
    pub(crate) memory: &'a Recall<'a>,
}

/// Why a parcel is not delivered.
#[derive(Debug)]
pub(crate) enum Hitch {
    /// There is nothing to send.
    Skip(SkipReason),
    /// It was tried and failed.
    Fault(Fault),
    /// The memory failed.
    Memory(MemoryError),
}

impl From<SkipReason> for Hitch {
    fn from(reason: SkipReason) -> Self {
        Self::Skip(reason)
    }
}

impl From<Fault> for Hitch {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<MemoryError> for Hitch {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}
