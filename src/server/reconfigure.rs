//! A configuration that changes while the server runs: trunks, agents and queues are taken over, and no
//! call is dropped for it. What else it says takes a restart.

use super::desk::DeskInput;
use super::{Config, Plans, knows_queues, phones, trunks};
use std::sync::{Arc, PoisonError};

impl Plans {
    /// From now on these trunks, agents and queues. Gives the keys that have changed and are only read at a
    /// start; the error says why nothing is taken over.
    pub async fn reconfigure(&self, config: &Config) -> Result<Vec<&'static str>, String> {
        let shared = &self.0;
        let setup = config.setup()?;
        let plan = shared.plan();
        knows_queues(&config.queues, &plan.dialplan)?;
        let before = shared.people();
        shared.trunks.set(trunks::setups(&config.trunks))?;
        for trunk in &before.trunks {
            if config.trunks.iter().all(|now| now.name != trunk.name) {
                trunks::forget(&trunk.name);
            }
        }
        {
            let mut people = shared
                .people
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            *people = Arc::new(config.people());
        }
        // The desk knows an agent before it hears of their phone.
        shared.desk.send(DeskInput::Setup(setup)).await;
        shared
            .phones
            .take_over(&config.agents, phones::accounts(&config.agents));
        Ok(shared.config.changed_until_restart(config))
    }
}
