//! Messages that no correct link brings: a second copy, a late one, one out of its place. What they do is shown, as
//! long as the controller's own books can follow; a message that its line cannot follow in the state it is in is
//! dropped. What is asked here is about this controller's own records only: it cannot know what the peer meant.

use super::{Controller, Mode};
use crate::ids::{LineKey, Slot};
use crate::message::{Grant, Message};
use crate::slab::NONE;
use crate::state::LineState;

impl Controller {
    /// Whether a message of the open session finds what it is about. On a correct link each does.
    pub(super) fn can_follow(&self, message: &Message) -> bool {
        let recovering = self.standing.mode == Mode::Recover;
        match *message {
            Message::Meta { key, .. } => self.is_not_owned(key),
            Message::MetaAck { key, .. } => self.awaits_meta_ack(key),
            Message::Grant { key, grant: Grant::Swap { .. } } => {
                matches!(self.state_of(key), Some(LineState::MD | LineState::MK))
            }
            Message::Grant { key, grant: Grant::Empty { .. } } => {
                matches!(self.state_of(key), None | Some(LineState::M0))
            }
            Message::Nack { ticket, .. } | Message::ReadRsp { ticket, .. } => {
                self.requests.redeem(ticket).is_none_or(|request| self.requests[request].from_peer)
            }
            Message::FlushNotify { key, with_data: true, .. } => self.is_mirror_with_data(key),
            Message::FlushNotify { key, with_data: false, .. } => self.is_not_owned(key),
            Message::FnAck { key } | Message::CAck { key } => self.table.find(key).is_some(),
            Message::Consistent { key, drop, ret, .. } => {
                let mirror = self.state_of(key).is_some_and(LineState::is_mirror);
                mirror && (drop || self.is_mirror_with_data(key)) && self.may_come_home(ret)
            }
            Message::Reuse { key, ret } => {
                matches!(self.state_of(key), Some(LineState::M0 | LineState::MK)) && self.may_come_home(ret)
            }
            Message::ReuseAck { key } => self.state_of(key) == Some(LineState::OR),
            Message::Image { .. } | Message::ImagesEnd => !recovering || !self.standing.images_complete,
            Message::CloseAck => !recovering || self.standing.closing,
            Message::Data { .. }
            | Message::ReqOwn { .. }
            | Message::ReadFwd { .. }
            | Message::Heartbeat { .. }
            | Message::Hello { .. }
            | Message::Join { .. }
            | Message::ResyncDone { .. }
            | Message::Rehome { .. }
            | Message::RehomeAck { .. }
            | Message::Recall { .. }
            | Message::Close { .. } => true,
        }
    }

    fn state_of(&self, key: LineKey) -> Option<LineState> {
        self.table.find(key).and_then(|at| self.table[at].state)
    }

    fn is_not_owned(&self, key: LineKey) -> bool {
        self.state_of(key).is_none_or(LineState::is_mirror)
    }

    fn is_mirror_with_data(&self, key: LineKey) -> bool {
        self.table.find(key).is_some_and(|at| {
            let line = &self.table[at];
            line.state.is_some_and(LineState::is_mirror) && line.loc.is_some()
        })
    }

    /// The write under way is being mirrored, or nothing is and the walker copies the line.
    fn awaits_meta_ack(&self, key: LineKey) -> bool {
        self.table.find(key).is_some_and(|at| {
            let line = &self.table[at];
            line.op == NONE || (line.fresh.is_some() && line.state == Some(self.state_in_write(at)))
        })
    }

    /// Only what was taken comes home.
    fn may_come_home(&self, slot: Option<Slot>) -> bool {
        slot.is_none_or(|slot| self.memory.mirror_free.gave(slot))
    }
}
