//! What a controller is beside its lines: its mode, the epoch of its memory, the session with its peer, and what it
//! knows of the peer and of the array's record.

use super::{Controller, Mode, Outbox};
use crate::array::Record;
use crate::digest::Digest;
use crate::fact::{Fact, Observer};
use crate::ids::Session;

/// What a controller that starts has said of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The epoch of its memory.
    pub label: Option<u32>,
    /// The epoch of the record that it had seen.
    pub seen: u32,
    pub nonce: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub mode: Mode,
    /// The epoch that this memory belongs to; none when it has been cleared.
    pub label: Option<u32>,
    /// … and the session in which it was filled, 0 when that was by itself.
    pub label_session: u32,
    /// A record that this controller has asked for, or been told of: if the array's record is this one, the memory
    /// counts as labelled with its epoch. Kept with the memory, since power may fail between the swap and its answer.
    pub claim: Option<Record>,
    /// The claim is the end of a recovery that another controller leads: with it the memory counts as empty.
    pub claim_is_empty: bool,
    pub session: Session,
    /// A session of which something did not arrive: nothing that comes behind it is taken (M13).
    pub torn: Option<Session>,
    /// The record as last seen.
    pub record: Record,
    /// The memory is as a power failure left it: nothing in it is being worked on (protocol §6).
    pub cold: bool,
    /// Whoever served last may have died between data and parity, and left no word of it (R4).
    pub all_suspect: bool,
    /// A compare-and-swap is under way.
    pub swapping: bool,
    /// The how-manieth start of any controller this is, and how often it has cleared its memory since.
    pub boot: u32,
    pub nonce: u32,
    /// Periods in which nothing came over the link.
    pub silent: u8,
    /// Something was broken or mended: no rest before the peer has been heard.
    pub wants_word: bool,
    /// The peer has asked, and the own heartbeat is to be the answer.
    pub owes_word: bool,
    /// The peer's mailbox was fresh when last looked at.
    pub peer_writes_mailbox: bool,
    pub link_up: bool,
    pub beat_armed: bool,
    pub battery_good: bool,
    pub peer_battery_good: bool,
    /// Sessions that this start has opened, and the nonce of the HELLO that the last one answered.
    pub opened: u32,
    pub partner: u32,
    /// A replacement has said HELLO and could not be answered yet.
    pub hello: Option<u32>,
    /// While starting: what the other has said in its HELLO.
    pub other: Option<Hello>,
    /// Joins that have come to nothing since anything has changed.
    pub failed_joins: u32,
    /// Waits for an answer so far, since the start.
    pub waits: u32,
    /// The record has been asked for, and how often so far.
    pub looking: bool,
    pub looks: u32,
    /// In a recovery: the other's images are all here.
    pub images_complete: bool,
    /// In a recovery: CLOSE has been sent.
    pub closing: bool,
}

impl Standing {
    /// Both controllers are new and well.
    #[must_use]
    pub fn new() -> Standing {
        Standing {
            mode: Mode::Dual,
            label: Some(Record::FIRST.epoch),
            label_session: 0,
            claim: None,
            claim_is_empty: false,
            session: Session { epoch: Record::FIRST.epoch, nonce: 0 },
            torn: None,
            record: Record::FIRST,
            cold: false,
            all_suspect: false,
            swapping: false,
            boot: 0,
            nonce: 0,
            silent: 0,
            wants_word: false,
            owes_word: false,
            peer_writes_mailbox: true,
            link_up: true,
            beat_armed: false,
            battery_good: true,
            peer_battery_good: true,
            opened: 0,
            partner: 0,
            hello: None,
            other: None,
            failed_joins: 0,
            waits: 0,
            looking: false,
            looks: 0,
            images_complete: false,
            closing: false,
        }
    }

    /// Whether the record speaks of this memory: of its epoch, and of the session that it was filled in.
    #[must_use]
    pub fn belongs_to(&self, record: Record) -> bool {
        self.label == Some(record.epoch) && self.label_session == record.session
    }

    /// The memory belongs to a record from now on.
    pub fn set_label(&mut self, record: Record) {
        self.label = Some(record.epoch);
        self.label_session = record.session;
    }

    /// Whether messages of a session are taken: it is the open one, and none of it is missing.
    #[must_use]
    pub fn takes(&self, session: Session) -> bool {
        session == self.session && session != Session::default() && self.torn != Some(session)
    }

    /// Something of the open session is missing.
    #[must_use]
    pub fn is_torn(&self) -> bool {
        !self.link_up || self.torn == Some(self.session)
    }

    /// The epoch of the memory, 0 for none.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.label.unwrap_or(0)
    }

    pub fn feed(&self, digest: &mut Digest) {
        digest.word(self.mode as u64);
        digest.pair(self.epoch(), u32::from(self.silent));
        digest.pair(self.session.epoch, self.session.nonce);
        let torn = self.torn.unwrap_or_default();
        digest.pair(torn.epoch, torn.nonce);
        digest.pair(self.looks, self.failed_joins);
        digest.pair(self.opened, self.partner);
        digest.pair(self.label_session, self.record.session);
        digest.flags(self.record.epoch, &[self.record.pinned, self.swapping]);
        let flags = [
            self.link_up,
            self.beat_armed,
            self.battery_good,
            self.peer_battery_good,
            self.peer_writes_mailbox,
            self.claim_is_empty,
            self.wants_word,
            self.owes_word,
            self.cold,
            self.all_suspect,
            self.claim.is_some(),
            self.hello.is_some(),
            self.looking,
            self.images_complete,
            self.closing,
            self.other.is_some(),
        ];
        digest.flags(self.waits, &flags);
    }
}

impl Default for Standing {
    fn default() -> Standing {
        Standing::new()
    }
}

impl Controller {
    pub(super) fn set_mode<O: Observer>(&mut self, to: Mode, out: &mut Outbox<'_, O>) {
        let (at, from) = (self.id, self.standing.mode);
        self.standing.mode = to;
        if from != to {
            out.fact(|| Fact::Mode { at, from, to });
        }
    }

    pub(super) fn set_session<O: Observer>(&mut self, session: Session, out: &mut Outbox<'_, O>) {
        self.standing.session = session;
        out.session = session;
    }

    /// Opens a session with a controller that has said HELLO. No two sessions are the same, however often one HELLO is
    /// answered: what is still on its way from an old one must not be taken for new (M9).
    pub(super) fn open_session<O: Observer>(&mut self, epoch: u32, partner: u32, out: &mut Outbox<'_, O>) {
        self.standing.opened += 1;
        self.standing.partner = partner;
        let nonce = self.standing.boot << 16 | self.standing.opened;
        self.set_session(Session { epoch, nonce }, out);
    }

    /// No conversation: whatever comes is dropped.
    pub(super) fn close_session<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.set_session(Session::default(), out);
    }
}
