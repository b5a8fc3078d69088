//! The worlds that are explored, by name, small to large.

use super::small;
use crate::mark;
use crate::scenario::Scenario;
use crate::text::Text;

/// A small world.
#[derive(Clone, Copy, Debug)]
pub struct NamedWorld {
    pub name: &'static str,
    pub about: &'static str,
    /// Whether it takes minutes.
    pub large: bool,
    /// What is seen of it at least once, or the exploration has missed what it is for: states of lines, messages, modes.
    pub reaches: &'static str,
    text: &'static str,
}

/// Every setting that has to do with time is as small as can be, and what decides is the order.
pub(super) const COMMON: &str = "mirrorline scenario 1
disks 3 left-symmetric chunk 1
hosts 1
link latency 0ns speed 4294967295MB/s
flush high 100% low 100% tick 1ms idle 1 age 1 depth 1
failover heartbeat 1ms misses 1 record 100us fence 300us boot 2ms host-timeout 3600s patrol 1
";

pub const WORLDS: [NamedWorld; 33] = [
    NamedWorld {
        name: "tight",
        about: mark!("one slot of each kind: lines are flushed and given up between writes"),
        large: false,
        reaches: "OC OP OD OF OK OX OR OW M0 MD MF MK DATA META META_ACK REQ_OWN GRANT NACK FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK DUAL",
        text: "lines 1\n\
           lent 1\n\
           lun 0 2 blocks owner A\n\
           at 0ns host 1 writes block 0:1 via A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:0 via B\n",
    },
    NamedWorld {
        name: "steady",
        about: mark!("one line, three writes and a read, through both controllers"),
        large: false,
        reaches: "OC OP OD OF OK OR M0 MD MF MK DATA META META_ACK REQ_OWN GRANT NACK READ_FWD READ_RSP FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK DUAL",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns host 1 writes blocks 0:0..1 via A\n\
           at 0ns host 1 writes block 0:0 via B\n\
           at 0ns host 1 writes block 0:1 via A\n\
           at 0ns host 1 reads blocks 0:0..1 via B\n",
    },
    NamedWorld {
        name: "two-keys",
        about: mark!("two lines and one slot of each kind: whoever finds none waits, or writes through"),
        large: false,
        reaches: "OC OP OD OF OK OX OR OW M0 MD MF MK DATA META META_ACK REQ_OWN GRANT NACK FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK DUAL",
        text: "lines 1\n\
           lent 1\n\
           lun 0 4 blocks owner A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:2 via A\n\
           at 0ns host 1 writes block 0:0 via B\n",
    },
    NamedWorld {
        name: "scrub",
        about: mark!("every stripe is looked at while it is written"),
        large: false,
        reaches: "OP OD OF OK MD MF MK DATA META META_ACK FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK HEARTBEAT DUAL",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns scrub\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via A\n",
    },
    NamedWorld {
        name: "battery",
        about: mark!("a battery fails, so that nothing may stay in the caches"),
        large: false,
        reaches: "OC OP OD OF OK OX OR OW M0 MD MF MK DATA META META_ACK REQ_OWN GRANT NACK FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK HEARTBEAT DUAL",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns battery-fails A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via B\n\
           at 0ns host 1 writes block 0:0 via A\n",
    },
    NamedWorld {
        name: "crash",
        about: mark!("a controller dies at any moment"),
        large: false,
        reaches: "OP OD OF OK OR M0 MD MF MK SC SF SW DATA META META_ACK REQ_OWN GRANT FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK HEARTBEAT DUAL FROZEN WON SOLO DOWN",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns crash A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via B\n",
    },
    NamedWorld {
        name: "crash-in-flush",
        about: mark!("the owner dies while it writes a line back, and what it has acknowledged is read"),
        large: false,
        reaches: "OC OP OD OF OK OR M0 MD MF MK SC SF SW DATA META META_ACK REQ_OWN GRANT NACK READ_FWD READ_RSP FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK HEARTBEAT DUAL FROZEN WON SOLO DOWN",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns crash A\n\
           at 0ns host 1 writes blocks 0:0..1 via A\n\
           at 0ns host 1 writes block 0:0 via B\n\
           at 0ns host 1 reads block 0:0 via B\n",
    },
    NamedWorld {
        name: "battery-crash",
        about: mark!("a battery fails, and the controller that owns nothing dies during a write-through"),
        large: false,
        reaches: "OC OP OD OF OK OX OW M0 MD MF MK SC SF SW DATA META META_ACK FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK HEARTBEAT DUAL FROZEN WON SOLO DOWN",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns battery-fails B\n\
           at 0ns crash B\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:0 via A\n",
    },
    NamedWorld {
        name: "link-cut",
        about: mark!("the link is cut, one direction or both"),
        large: false,
        reaches: "OP OD OF OK OR M0 MD MF MK SC SF SW DATA META META_ACK REQ_OWN GRANT FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK DUAL FROZEN WON SOLO HALTED",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns cut-link to A\n\
           at 0ns cut-link to B\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via B\n",
    },
    NamedWorld {
        name: "hung-peer",
        about: mark!("a controller hangs, is fenced at any later time, and goes on as if nothing had been"),
        large: false,
        reaches: "OP OD OF OK OR M0 MD MF MK SC SF SW DATA META META_ACK REQ_OWN GRANT FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK HEARTBEAT DUAL FROZEN WON SOLO HALTED",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns hang A\n\
           at 0ns resume A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via B\n",
    },
    NamedWorld {
        name: "failback",
        about: mark!("a controller dies and is replaced while hosts go on"),
        large: false,
        reaches: "OP OD OF OK OR M0 MD MF MK SC SD SF SW DATA META META_ACK REQ_OWN GRANT NACK FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK HEARTBEAT HELLO JOIN RESYNC_DONE REHOME REHOME_ACK DUAL FROZEN WON SOLO SOLO+JOIN JOINING BOOT DOWN",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns crash A\n\
           at 0ns restart A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via B\n",
    },
    NamedWorld {
        name: "failback-two",
        about: mark!("a controller dies and is replaced, and two dirty lines are to be copied"),
        large: false,
        reaches: "OP OD OF OK OR M0 MD MF MK SD SF SW DATA META META_ACK REQ_OWN GRANT NACK FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK HEARTBEAT HELLO JOIN RESYNC_DONE REHOME REHOME_ACK DUAL FROZEN WON SOLO SOLO+JOIN JOINING BOOT DOWN",
        text: "lines 2\nlent 2\nlun 0 4 blocks owner A\n\
           at 0ns crash A\n\
           at 0ns restart A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:2 via A\n",
    },
    NamedWorld {
        name: "rehome",
        about: mark!("a LUN goes back to a replaced controller while its stripes are looked at"),
        large: false,
        reaches: "OP OD OF OK OR M0 MD MF MK SD SF SW DATA META META_ACK REQ_OWN GRANT NACK FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK HEARTBEAT HELLO JOIN RESYNC_DONE REHOME REHOME_ACK DUAL FROZEN WON SOLO SOLO+JOIN JOINING BOOT DOWN",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns crash A\n\
           at 0ns restart A\n\
           at 0ns scrub\n\
           at 0ns host 1 writes block 0:0 via A\n",
    },
    NamedWorld {
        name: "second-crash",
        about: mark!("after the failback the other controller dies"),
        large: false,
        reaches: "OP OD OF OK OR M0 MD MF MK SC SD SF SW DATA META META_ACK REQ_OWN GRANT NACK FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK HEARTBEAT HELLO JOIN RESYNC_DONE REHOME REHOME_ACK DUAL FROZEN WON SOLO SOLO+JOIN JOINING BOOT REFUSED DOWN",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns crash A\n\
           at 0ns restart A\n\
           at 0ns crash B\n\
           at 0ns host 1 writes block 0:0 via A\n",
    },
    NamedWorld {
        name: "power-loss",
        about: mark!("the power of both fails and comes back"),
        large: false,
        reaches: "OP OD OF OK OR M0 MD MF MK SD SF DATA META META_ACK REQ_OWN GRANT FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK HEARTBEAT HELLO RESYNC_DONE RECALL IMAGE IMAGES_END CLOSE CLOSE_ACK DUAL JOINING RECOVER RECALLED BOOT DOWN",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns power-loss\n\
           at 0ns power-back\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via B\n",
    },
    NamedWorld {
        name: "power-and-crash",
        about: mark!("the power fails, and a controller dies during the recovery"),
        large: false,
        reaches: "OP OD OF OK M0 MD MF MK SC SD SF SW DATA META META_ACK REQ_OWN GRANT FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK HEARTBEAT HELLO RESYNC_DONE RECALL IMAGE IMAGES_END CLOSE CLOSE_ACK DUAL FROZEN WON SOLO JOINING RECOVER RECALLED BOOT DOWN",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns power-loss\n\
           at 0ns power-back\n\
           at 0ns crash B\n\
           at 0ns host 1 writes block 0:0 via A\n",
    },
    NamedWorld {
        name: "power-and-hang",
        about: mark!("the power fails, and a controller hangs while the other one recovers"),
        large: false,
        reaches: "OC OP OD OF OK OR M0 MD MF MK SC SD SF SW DATA META META_ACK REQ_OWN GRANT NACK FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK HEARTBEAT HELLO JOIN RESYNC_DONE REHOME REHOME_ACK RECALL IMAGE IMAGES_END CLOSE CLOSE_ACK DUAL FROZEN WON SOLO SOLO+JOIN JOINING RECOVER RECALLED BOOT HALTED DOWN",
        text: "lines 1\nlent 2\nlun 0 2 blocks owner A\n\
           at 0ns power-loss\n\
           at 0ns power-back\n\
           at 0ns hang A\n\
           at 0ns resume A\n\
           at 0ns host 1 writes block 0:0 via A\n",
    },
    NamedWorld {
        name: "disk-fault",
        about: mark!("a disk dies at any moment, and its stripe is written and read without it"),
        large: false,
        reaches: "OC OP OD OF OK MD MF MK DATA META META_ACK READ_FWD READ_RSP FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK HEARTBEAT DUAL",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns disk-fails 0\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 reads blocks 0:0..1 via B\n",
    },
    NamedWorld {
        name: "degraded-crash",
        about: mark!("a disk dies, and the owner with it"),
        large: false,
        reaches: "OP OD OF OK OR M0 MD MF MK SC SF SW DATA META META_ACK REQ_OWN GRANT FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK HEARTBEAT DUAL FROZEN WON SOLO DOWN",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns disk-fails 0\n\
           at 0ns crash A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via B\n",
    },
    NamedWorld {
        name: "twins",
        about: mark!("two equal blocks of a line are written and read"),
        large: false,
        reaches: "OC OP OD OF OK OX OR OW M0 MD MF MK DATA META META_ACK REQ_OWN GRANT NACK READ_FWD READ_RSP FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK DUAL",
        text: "lines 1\n\
           lent 1\n\
           lun 0 2 blocks owner A\n\
           at 0ns host 1 writes block 0:0 via B\n\
           at 0ns host 1 writes block 0:1 via B\n\
           at 0ns host 1 reads blocks 0:0..1 via A\n",
    },
    NamedWorld {
        name: "both-sides",
        about: mark!(
            "each controller owns a LUN that is written through the other one, and both batteries fail"
        ),
        large: false,
        reaches: "OC OP OD OF OR OW M0 MD MF MK DATA META META_ACK REQ_OWN GRANT FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK HEARTBEAT DUAL",
        text: "lines 1\n\
           lent 1\n\
           lun 0 2 blocks owner A\n\
           lun 1 2 blocks owner B\n\
           at 0ns battery-fails A\n\
           at 0ns battery-fails B\n\
           at 0ns host 1 writes block 0:0 via B\n\
           at 0ns host 1 writes block 1:0 via A\n",
    },
    NamedWorld {
        name: "whole-line",
        about: mark!("a whole line is written, the power fails, and a controller dies during the recovery"),
        large: false,
        reaches: "OP OD OF OK M0 MD MF MK SC SD SF SW DATA META META_ACK REQ_OWN GRANT FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK HEARTBEAT HELLO RESYNC_DONE RECALL IMAGE IMAGES_END CLOSE CLOSE_ACK DUAL FROZEN WON SOLO JOINING RECOVER RECALLED BOOT DOWN",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns power-loss\n\
           at 0ns power-back\n\
           at 0ns crash B\n\
           at 0ns host 1 writes blocks 0:0..1 via A\n",
    },
    NamedWorld {
        name: "overlap",
        about: mark!("writes come while their line is written back, and the mirror's controller dies"),
        large: false,
        reaches: "OP OD OF OK MD MF MK SC SF SW DATA META META_ACK FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK HEARTBEAT DUAL FROZEN WON SOLO DOWN",
        text: "flush high 100% low 100% tick 1ms idle 1 age 1 depth 1 overlap\n\
           lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns crash B\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via A\n",
    },
    NamedWorld {
        name: "overlap-owner",
        about: mark!("writes come while their line is written back, and its owner dies"),
        large: false,
        reaches: "OP OD OF OK MD MF MK SF SW DATA META META_ACK REQ_OWN FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK HEARTBEAT DUAL FROZEN WON SOLO DOWN",
        text: "flush high 100% low 100% tick 1ms idle 1 age 1 depth 1 overlap\n\
           lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns crash A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via A\n",
    },
    NamedWorld {
        name: "shared-stripe",
        about: mark!("two lines share a stripe, and each controller writes one of them"),
        large: false,
        reaches: "OC OP OD OF OK OR OW M0 MD MF MK DATA META META_ACK REQ_OWN GRANT NACK FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK DUAL",
        text: "disks 3 left-symmetric chunk 1 lines-per-stripe 2\n\
           flush high 100% low 100% tick 1ms idle 1 age 1 depth 2\n\
           lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via B\n\
           at 0ns host 1 writes block 0:0 via B\n",
    },
    NamedWorld {
        name: "shared-crash",
        about: mark!("two lines share a stripe, and a controller dies while they are written back"),
        large: false,
        reaches: "OP OD OF OK M0 MD MF MK SC SD SF SW DATA META META_ACK REQ_OWN GRANT FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK HEARTBEAT DUAL FROZEN WON SOLO DOWN",
        text: "disks 3 left-symmetric chunk 1 lines-per-stripe 2\n\
           flush high 100% low 100% tick 1ms idle 1 age 1 depth 2\n\
           lines 2\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns crash A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via B\n",
    },
    NamedWorld {
        name: "shared-failback",
        about: mark!("two lines share a stripe, and a controller dies and is replaced"),
        large: false,
        reaches: "OC OP OD OF OK OR OW M0 MD MF MK SC SD SF SW DATA META META_ACK REQ_OWN GRANT NACK FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK HEARTBEAT HELLO JOIN RESYNC_DONE REHOME REHOME_ACK DUAL FROZEN WON SOLO SOLO+JOIN JOINING BOOT DOWN",
        text: "disks 3 left-symmetric chunk 1 lines-per-stripe 2\n\
           flush high 100% low 100% tick 1ms idle 1 age 1 depth 2\n\
           lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns crash A\n\
           at 0ns restart A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via B\n",
    },
    NamedWorld {
        name: "shared-power",
        about: mark!("two lines share a stripe, and the power of both fails and comes back"),
        large: false,
        reaches: "OC OP OD OF OK OR OW M0 MD MF MK SD SF DATA META META_ACK REQ_OWN GRANT FLUSH_NOTIFY FN_ACK CONSISTENT C_ACK REUSE REUSE_ACK HEARTBEAT HELLO RESYNC_DONE RECALL IMAGE IMAGES_END CLOSE CLOSE_ACK DUAL JOINING RECOVER RECALLED BOOT DOWN",
        text: "disks 3 left-symmetric chunk 1 lines-per-stripe 2\n\
           flush high 100% low 100% tick 1ms idle 1 age 1 depth 2\n\
           lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns power-loss\n\
           at 0ns power-back\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via B\n",
    },
    NamedWorld {
        name: "steady-large",
        about: mark!("one line, four writes and a read"),
        large: true,
        reaches: "META",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns host 1 writes blocks 0:0..1 via A\n\
           at 0ns host 1 writes block 0:0 via B\n\
           at 0ns host 1 writes block 0:1 via A\n\
           at 0ns host 1 writes block 0:1 via B\n\
           at 0ns host 1 reads blocks 0:0..1 via B\n",
    },
    NamedWorld {
        name: "two-keys-large",
        about: mark!("two lines with slots for one, four writes"),
        large: true,
        reaches: "META",
        text: "lines 1\n\
           lent 1\n\
           lun 0 4 blocks owner A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:2 via A\n\
           at 0ns host 1 writes block 0:0 via B\n\
           at 0ns host 1 writes block 0:2 via B\n",
    },
    NamedWorld {
        name: "both-sides-large",
        about: mark!("each controller owns a LUN that is written through both"),
        large: true,
        reaches: "META",
        text: "lines 1\n\
           lent 1\n\
           lun 0 2 blocks owner A\n\
           lun 1 2 blocks owner B\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 1:0 via B\n\
           at 0ns host 1 writes block 0:0 via B\n\
           at 0ns host 1 writes block 1:0 via A\n",
    },
    NamedWorld {
        name: "failback-large",
        about: mark!("a controller dies and is replaced, three writes"),
        large: true,
        reaches: "META",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns crash A\n\
           at 0ns restart A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via B\n\
           at 0ns host 1 writes block 0:0 via B\n",
    },
    NamedWorld {
        name: "cut-and-crash",
        about: mark!("the link is cut and a controller dies, in any order"),
        large: true,
        reaches: "META",
        text: "lines 1\n\
           lent 2\n\
           lun 0 2 blocks owner A\n\
           at 0ns cut-link to A\n\
           at 0ns crash A\n\
           at 0ns host 1 writes block 0:0 via A\n\
           at 0ns host 1 writes block 0:1 via B\n",
    },
];

impl NamedWorld {
    /// # Panics
    /// Never: a test reads every one.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        // A line of the world's own for flushes or disks stands in the place of the common one.
        let replaced = |line: &&str| {
            let key = line.split(' ').next();
            matches!(key, Some("flush" | "disks"))
                && self.text.lines().any(|own| own.split(' ').next() == key)
        };
        let mut common: String =
            COMMON.lines().filter(|line| !replaced(line)).flat_map(|line| [line, "\n"]).collect();
        common.push_str(&format!("title {}\nabout {}\n{}", self.name, self.about, self.text));
        Scenario::parse(&common).expect("a named world is sound")
    }
}

impl NamedWorld {
    /// How large it is: slots, requests and faults.
    #[must_use]
    pub fn bounds(&self) -> Text {
        small::bounds(&self.scenario())
    }

    /// What the world is there to show and is not among what was seen.
    #[must_use]
    pub fn unseen(&self, seen: &[&str]) -> Vec<&'static str> {
        self.reaches.split(' ').filter(|word| !seen.contains(word)).collect()
    }
}

#[must_use]
pub fn find(name: &str) -> Option<&'static NamedWorld> {
    WORLDS.iter().find(|world| world.name == name)
}
