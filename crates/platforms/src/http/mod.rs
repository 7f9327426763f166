//! The one HTTP client. It goes where an account's settings say and to the witnesses, nowhere else: no redirections, no proxy, no
//! second look-up of a name, no private addresses unless they are allowed.

mod address;
mod allowed;
mod answer;
mod call;
mod client;
mod destination;
mod handshake;
mod loss;
mod resolver;
mod trust;
mod wait;

pub use allowed::{AllowedHost, AllowedHostError};
pub use resolver::{NameError, Resolver, SystemResolver};

pub(crate) use answer::{Answer, Number};
pub(crate) use call::Call;
pub(crate) use client::Client;
pub(crate) use destination::{Destination, Found};
pub(crate) use handshake::shake_hands;
pub(crate) use trust::Trust;
