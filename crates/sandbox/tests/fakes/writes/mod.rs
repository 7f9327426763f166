//! What is written is kept, and what is not as documented is refused.

mod activecampaign;
mod clerk;
mod orders;
