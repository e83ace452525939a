//! What is known of the connections to venues, and which orders have been lost sight of.
//!
//! Each loss of a connection begins an epoch. What went out in an earlier one and was never answered is in doubt: the answer
//! may be lost. Where the sequence numbers were lost with the connection, nothing that the venue said meanwhile can be had
//! again, so every order that it has not spoken of since is in doubt.

use model::{Link, VenueId};

use crate::order::Order;

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Venue {
    epoch: u32,
    /// Orders that were last heard of before it are in doubt.
    void_epoch: u32,
    is_up: bool,
}

/// By number; the paper venue, number 0, is never lost.
#[derive(Clone, Debug, Default)]
pub(crate) struct Venues(Vec<Venue>);

impl Venues {
    pub(crate) fn link(&mut self, venue: VenueId, link: Link) {
        let index = venue.0 as usize;
        if self.0.len() <= index {
            self.0.resize(index + 1, Venue::default());
        }
        let venue = &mut self.0[index];
        match link {
            Link::Up => venue.is_up = true,
            Link::Down => {
                venue.is_up = false;
                venue.epoch += 1;
            }
            Link::Void => {
                venue.epoch += 1;
                venue.void_epoch = venue.epoch;
            }
        }
    }

    pub(crate) fn epoch(&self, venue: VenueId) -> u32 {
        self.get(venue).epoch
    }

    pub(crate) fn is_up(&self, venue: VenueId) -> bool {
        venue == VenueId::PAPER || self.get(venue).is_up
    }

    pub(crate) fn has_lost_sight_of(&self, order: &Order) -> bool {
        let is_here = order.venue == VenueId::PAPER || order.view.held != 0;
        let unanswered = order.is_unanswered() && order.sent_epoch < self.get(order.venue).epoch;
        !is_here && (unanswered || self.has_lost_reports_of(order))
    }

    /// Were numbers lost since the venue was heard of the order last, and with them what it may have said?
    pub(crate) fn has_lost_reports_of(&self, order: &Order) -> bool {
        order.heard_epoch < self.get(order.venue).void_epoch
    }

    pub(crate) fn words(&self) -> impl Iterator<Item = [u32; 3]> + '_ {
        self.0.iter().map(|venue| [venue.epoch, venue.void_epoch, u32::from(venue.is_up)])
    }

    fn get(&self, venue: VenueId) -> Venue {
        self.0.get(venue.0 as usize).copied().unwrap_or_default()
    }
}
