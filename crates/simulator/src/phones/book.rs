//! The bubbles of all phones in the order in which they were shown, and the ways to find them.

use std::collections::{HashMap, VecDeque};

use super::{Author, Bubble, Contact, Kind, Ticks};

#[derive(Default)]
pub(super) struct Book {
    pub(super) contacts: HashMap<String, Contact>,
    pub(super) phone_of_lid: HashMap<String, String>,
    /// Without gaps: a bubble's order tells its place.
    pub(super) bubbles: VecDeque<Bubble>,
    pub(super) last_revision: u64,
    last_order: u64,
    order_of_message: HashMap<String, u64>,
    orders_of_phone: HashMap<String, VecDeque<u64>>,
}

/// A bubble before the phones have given it its place.
pub(crate) struct NewBubble {
    pub(crate) address: String,
    pub(crate) author: Author,
    pub(crate) kind: Kind,
    pub(crate) text: String,
    pub(crate) message_id: String,
    pub(crate) zaap_id: Option<String>,
    pub(crate) at_ms: i64,
    pub(crate) ticks: Ticks,
    pub(crate) quotes: Option<String>,
}

impl NewBubble {
    /// The bubble as it would be; for messages that no phone shows.
    pub(crate) fn unplaced(self) -> Bubble {
        Bubble {
            order: 0,
            revision: 0,
            phone: self.address.clone(),
            address: self.address,
            author: self.author,
            kind: self.kind,
            text: self.text,
            message_id: self.message_id,
            zaap_id: self.zaap_id,
            at_ms: self.at_ms,
            ticks: self.ticks,
            quotes: self.quotes,
            edited: false,
        }
    }
}

impl Book {
    pub(super) fn phone_at<'a>(&'a self, address: &'a str) -> &'a str {
        self.phone_of_lid.get(address).map_or(address, String::as_str)
    }

    /// The bubbles of one phone, oldest first.
    pub(super) fn of_phone(&self, address: &str) -> impl Iterator<Item = &Bubble> {
        let orders = self.orders_of_phone.get(self.phone_at(address));
        orders.into_iter().flatten().filter_map(|order| self.bubbles.get(self.index(*order)?))
    }

    pub(super) fn next_revision(&mut self) -> u64 {
        self.last_revision += 1;
        self.last_revision
    }

    /// Puts a bubble on its phone; beyond the bound the oldest bubble of all goes.
    pub(super) fn place(&mut self, new: NewBubble, bound: usize) -> Bubble {
        self.last_order += 1;
        let mut bubble = new.unplaced();
        bubble.order = self.last_order;
        bubble.revision = self.next_revision();
        bubble.phone = self.phone_at(&bubble.address).to_owned();
        self.order_of_message.insert(bubble.message_id.clone(), bubble.order);
        self.orders_of_phone.entry(bubble.phone.clone()).or_default().push_back(bubble.order);
        self.bubbles.push_back(bubble.clone());
        if self.bubbles.len() > bound {
            self.forget_oldest();
        }
        bubble
    }

    pub(super) fn change(
        &mut self,
        message_id: &str,
        edit: impl FnOnce(&mut Bubble),
    ) -> Option<Bubble> {
        let index = self.index(*self.order_of_message.get(message_id)?)?;
        let revision = self.next_revision();
        let bubble = self.bubbles.get_mut(index)?;
        edit(bubble);
        bubble.revision = revision;
        Some(bubble.clone())
    }

    fn index(&self, order: u64) -> Option<usize> {
        let first = self.bubbles.front()?.order;
        usize::try_from(order.checked_sub(first)?).ok()
    }

    fn forget_oldest(&mut self) {
        let Some(gone) = self.bubbles.pop_front() else { return };
        self.order_of_message.remove(&gone.message_id);
        if let Some(orders) = self.orders_of_phone.get_mut(&gone.phone) {
            // A phone's oldest bubble is the first of its list, as both grow in one order.
            orders.pop_front();
        }
    }
}
