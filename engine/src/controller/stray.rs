//! Messages that no correct link brings: a second copy, a late one, one out of its place. What they do is shown, as
//! long as the controller's own books can follow; a message that its line cannot follow in the state it is in is
//! dropped. What is asked here is about this controller's own records only: it cannot know what the peer meant.

use super::{Controller, Mode};
use crate::ids::LineKey;
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
            Message::Consistent { key, drop: true, .. } => {
                self.state_of(key).is_some_and(LineState::is_mirror)
            }
            Message::Consistent { key, drop: false, .. } => self.is_mirror_with_data(key),
            Message::Reuse { key, .. } => {
                matches!(self.state_of(key), Some(LineState::M0 | LineState::MK))
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
}

#[cfg(test)]
mod tests {
    use super::super::{Asker, Request};
    use super::*;
    use crate::buffer::Buffers;
    use crate::config::Config;
    use crate::fact::IoKind;
    use crate::ids::{BlockMap, Cid, ControllerId, Lun, Slot, Ticket};
    use crate::state::FlushStep;

    const KEY: fn() -> LineKey = || LineKey::new(Lun(0), 7);

    /// The states in which a message can be followed, of a line with a slot and of one without.
    fn followed(message: &Message) -> [String; 2] {
        use LineState::{M0, MD, MF, MK, OC, OD, OF, OK, OP, OR, OW, OX};
        let of = FlushStep::Confirm;
        [Some(Slot(12)), None].map(|loc| {
            let states = [OC, OP, OD, OF(of), OK, OX, OR, OW(of), M0, MD, MF, MK].map(Some);
            let taken = states.into_iter().chain([None]).filter(|state| {
                let mut controller = Controller::new(ControllerId::A, &Config::default());
                let at = controller.record(KEY());
                (controller.table[at].state, controller.table[at].loc) = (*state, loc);
                controller.can_follow(message)
            });
            taken.map(|state| state.map_or("none", LineState::code)).collect::<Vec<_>>().join(" ")
        })
    }

    #[test]
    fn each_message_is_followed_in_the_states_that_its_rule_speaks_of() {
        let (key, slot, seq, map) = (KEY(), Slot(12), 1, BlockMap::EMPTY);
        let cid = Cid { owner: ControllerId::B, slot, generation: 1 };
        let consistent = |drop| Message::Consistent { key, cid, seq, map, drop, ret: None };
        let notify = |with_data| Message::FlushNotify { key, cid, seq, with_data };
        let swap = Grant::Swap { cid, seq, dirty: map, slot };
        let all = "OC OP OD OF OK OX OR OW M0 MD MF MK none";
        for (message, states) in [
            (Message::Meta { key, cid, slot, seq, wmap: map }, ["M0 MD MF MK none"; 2]),
            (Message::Grant { key, grant: swap }, ["MD MK"; 2]),
            (Message::Grant { key, grant: Grant::Empty { seq } }, ["M0 none"; 2]),
            (notify(true), ["M0 MD MF MK", ""]),
            (notify(false), ["M0 MD MF MK none"; 2]),
            (consistent(false), ["M0 MD MF MK", ""]),
            (consistent(true), ["M0 MD MF MK"; 2]),
            (Message::Reuse { key, ret: None }, ["M0 MK"; 2]),
            (Message::ReuseAck { key }, ["OR"; 2]),
            (Message::CAck { key }, [all; 2]),
        ] {
            assert_eq!(followed(&message), states, "{message:?}");
        }
        let fresh = Controller::new(ControllerId::A, &Config::default());
        for message in [Message::FnAck { key }, Message::CAck { key }, Message::MetaAck { key, seq }] {
            assert!(!fresh.can_follow(&message), "{message:?} of a line that nobody knows");
        }
    }

    /// A write past the cache is an operation too, and none that META_ACK ends.
    #[test]
    fn meta_ack_ends_a_write_that_is_being_mirrored() {
        let mut controller = Controller::new(ControllerId::A, &Config::default());
        let at = controller.record(KEY());
        let ack = Message::MetaAck { key: KEY(), seq: 1 };
        for (state, fresh, taken) in [
            (LineState::OP, Some(Slot(12)), true),
            (LineState::OP, None, false),
            (LineState::OW(FlushStep::Disk), Some(Slot(12)), false),
        ] {
            let line = &mut controller.table[at];
            (line.op, line.state, line.fresh) = (3, Some(state), fresh);
            assert_eq!(controller.can_follow(&ack), taken, "{state:?} {fresh:?}");
        }
    }

    /// Once everything has come, nothing more is taken; and nobody agrees to what was not said.
    #[test]
    fn a_recovery_takes_images_until_their_end_and_an_answer_to_its_closing() {
        let mut controller = Controller::new(ControllerId::A, &Config::default());
        controller.tamper_mode(Mode::Recover);
        for (complete, closing) in [(false, false), (true, false), (true, true)] {
            (controller.standing.images_complete, controller.standing.closing) = (complete, closing);
            assert_eq!(controller.can_follow(&Message::ImagesEnd), !complete);
            assert_eq!(controller.can_follow(&Message::CloseAck), closing);
        }
    }

    #[test]
    fn an_answer_finds_a_read_that_waits_for_it_or_nobody() {
        let mut controller = Controller::new(ControllerId::A, &Config::default());
        let bytes = Buffers::new(32, 8).take();
        let nobody = Ticket { index: 0, use_count: 9 };
        let request = controller.requests.insert(Request::new(
            Asker::Nobody,
            IoKind::Read,
            KEY(),
            BlockMap::EMPTY,
            bytes,
        ));
        let ticket = controller.requests.ticket(request);
        let nack = |ticket| Message::Nack { key: KEY(), ticket };
        assert!(controller.can_follow(&nack(nobody)));
        assert!(!controller.can_follow(&nack(ticket)), "it is being read from disk already");
        controller.requests[request].from_peer = true;
        assert!(controller.can_follow(&nack(ticket)));
    }
}
