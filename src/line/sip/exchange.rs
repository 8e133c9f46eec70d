//! What may come next within a call: the order of its requests (RFC 3261 section 12.2.2), and one offer
//! at a time (RFC 3261 section 14, RFC 3311 section 5, RFC 6337).
//!
//! Two offers that cross would leave both sides with different ideas of what was agreed.

use rsipstack::sip::Method;

/// Why a request within a call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// Older than one before it: 500.
    OutOfOrder,
    /// Our own offer waits for its answer: 491.
    Glare,
    /// What came before it waits for our answer, or for their ACK: 500 with Retry-After.
    Pending,
}

/// One call's requests and offers.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    highest: Option<u32>,
    /// The 200 to the call's first INVITE was acknowledged.
    confirmed: bool,
    /// An offer of ours waits for its answer.
    ours: bool,
    /// Offers of theirs, and requests for ours, that wait for what we say.
    theirs: u32,
    /// The CSeq of their INVITE whose ACK is to bring the answer to our offer.
    answer_in_ack: Option<u32>,
}

impl Exchange {
    /// Of a call that begins with their INVITE.
    pub fn called(cseq: u32) -> Exchange {
        Exchange {
            highest: Some(cseq),
            ..Exchange::default()
        }
    }

    /// Of a call that we placed and that was answered.
    pub fn placed() -> Exchange {
        Exchange {
            confirmed: true,
            ..Exchange::default()
        }
    }

    /// A request of theirs has come. An INVITE or an UPDATE with an offer that passes must be followed
    /// by [`Exchange::settled`] once it is answered.
    pub fn request(&mut self, method: Method, cseq: u32, offers: bool) -> Result<(), Refused> {
        if self.highest.is_some_and(|highest| cseq < highest) {
            return Err(Refused::OutOfOrder);
        }
        self.highest = Some(cseq);
        if !(method == Method::Invite || method == Method::Update && offers) {
            return Ok(());
        }
        if self.ours {
            return Err(Refused::Glare);
        }
        if self.theirs > 0 || !self.confirmed {
            return Err(Refused::Pending);
        }
        self.theirs += 1;
        Ok(())
    }

    /// What they had offered or asked for is answered.
    pub fn settled(&mut self) {
        self.theirs = self.theirs.saturating_sub(1);
    }

    /// Our answer to their INVITE is an offer, which the ACK answers.
    pub fn offered_in_answer(&mut self, cseq: u32) {
        self.ours = true;
        self.answer_in_ack = Some(cseq);
    }

    /// The ACK to an INVITE of theirs has come. Gives whether it carries an answer to us.
    pub fn acknowledged(&mut self, cseq: u32) -> bool {
        self.confirmed = true;
        let answers = self.answer_in_ack == Some(cseq);
        if answers {
            self.answer_in_ack = None;
            self.ours = false;
        }
        answers
    }

    /// Whether we may offer something now; if so it is under way until [`Exchange::answered`].
    pub fn offer(&mut self) -> bool {
        let free = self.confirmed && !self.ours && self.theirs == 0;
        self.ours |= free;
        free
    }

    /// Our offer was answered or refused.
    pub fn answered(&mut self) {
        self.ours = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirmed() -> Exchange {
        let mut exchange = Exchange::called(1);
        assert!(!exchange.acknowledged(1));
        exchange
    }

    #[test]
    fn a_request_older_than_one_before_it_is_out_of_order() {
        let mut exchange = confirmed();
        assert_eq!(exchange.request(Method::Info, 7, false), Ok(()));
        assert_eq!(
            exchange.request(Method::Info, 6, false),
            Err(Refused::OutOfOrder)
        );
        assert_eq!(exchange.request(Method::Bye, 8, false), Ok(()));
        // Where we have placed the call, theirs begin anywhere.
        assert_eq!(Exchange::placed().request(Method::Bye, 0, false), Ok(()));
    }

    #[test]
    fn one_offer_of_theirs_at_a_time() {
        let mut exchange = confirmed();
        assert_eq!(exchange.request(Method::Invite, 2, true), Ok(()));
        assert_eq!(
            exchange.request(Method::Invite, 3, true),
            Err(Refused::Pending)
        );
        assert_eq!(
            exchange.request(Method::Update, 4, true),
            Err(Refused::Pending)
        );
        assert_eq!(exchange.request(Method::Update, 5, false), Ok(()));
        assert!(!exchange.offer());
        exchange.settled();
        assert_eq!(exchange.request(Method::Update, 6, true), Ok(()));
    }

    #[test]
    fn an_offer_of_ours_is_not_crossed() {
        let mut exchange = confirmed();
        assert!(exchange.offer());
        assert!(!exchange.offer());
        assert_eq!(
            exchange.request(Method::Invite, 2, false),
            Err(Refused::Glare)
        );
        assert_eq!(
            exchange.request(Method::Update, 3, true),
            Err(Refused::Glare)
        );
        assert_eq!(exchange.request(Method::Update, 4, false), Ok(()));
        exchange.answered();
        assert_eq!(exchange.request(Method::Invite, 5, true), Ok(()));
    }

    #[test]
    fn an_offer_in_our_answer_is_open_until_the_ack() {
        let mut exchange = Exchange::called(1);
        exchange.offered_in_answer(1);
        assert_eq!(
            exchange.request(Method::Update, 2, true),
            Err(Refused::Glare)
        );
        assert_eq!(
            exchange.request(Method::Invite, 3, true),
            Err(Refused::Glare)
        );
        assert!(exchange.acknowledged(1));
        assert_eq!(exchange.request(Method::Invite, 4, false), Ok(()));
        exchange.offered_in_answer(4);
        exchange.settled();
        // The ACK to the first INVITE again.
        assert!(!exchange.acknowledged(1));
        assert!(!exchange.offer());
        assert!(exchange.acknowledged(4));
        assert!(exchange.offer());
    }

    #[test]
    fn before_the_first_ack_there_is_no_second_offer() {
        let mut exchange = Exchange::called(1);
        let later = Err(Refused::Pending);
        assert_eq!(exchange.request(Method::Invite, 2, true), later);
        assert_eq!(exchange.request(Method::Update, 3, true), later);
        assert_eq!(exchange.request(Method::Update, 4, false), Ok(()));
        assert!(!exchange.offer());
        exchange.acknowledged(1);
        assert!(exchange.offer());
    }
}
