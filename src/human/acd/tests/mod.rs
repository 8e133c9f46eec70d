//! Days at an office: callers, phones and agents are played, the machine decides.

mod agents;
mod call_back;
mod connecting;
mod obey;
mod offering;
mod office;
mod random;
mod restart;
mod truths;
mod waiting;
mod world;
