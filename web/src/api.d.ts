/** `A` or `B`. */
export type ControllerId = "A" | "B";
export type Io = "read" | "write";

/** A rule of the protocol that is broken on purpose. */
export type Bug =
  | "ack-before-meta" | "mirror-in-place" | "forget-flushed-mirror" | "no-fence" | "read-pending" | "recycle-early"
  | "through-keeps-mirror" | "keep-old-memory" | "switch-early" | "look-without-lock" | "disk-before-fn-ack"
  | "promote-consistent" | "grant-hands-valid" | "queue-write-through" | "trust-unpinned" | "trust-after-power-loss"
  | "close-recovery-early" | "keep-copies" | "switch-while-writing" | "tell-no-slots" | "keep-foreign-slot"
  | "rehome-any-time" | "await-resync-done" | "skip-consistent" | "skip-reuse" | "grant-during-flush"
  | "consistent-ignores-seq" | "owner-decides" | "clear-all-at-c-ack" | "continue-flush" | "restart-at-once"
  | "two-parity-writers" | "both-go-first";

/** What a world is made of; what is left out is as by default. Times in virtual nanoseconds. */
export interface Config {
  /** Slots of each controller's cache for its own lines. */
  lines?: number;
  /** Further slots of each controller's cache, lent to the peer for its mirrors. */
  lent?: number;
  raid?: {
    disks: number; layout: "left-symmetric" | "left-asymmetric"; chunkBlocks: number;
    /** The variant in which so many lines share a stripe. 1 when left out. */
    linesPerStripe?: number;
  };
  /** Bytes that a block stands for, and bytes of it that are really stored (a multiple of 8). */
  blockSize?: number;
  payloadBytes?: number;
  luns?: { blocks: number | bigint; defaultOwner: ControllerId }[];
  hosts?: number;
  link?: { latencyNs: number | bigint; megabytesPerS: number };
  disk?:
    | { kind: "ssd"; readNs: number | bigint; writeNs: number | bigint; megabytesPerS: number; parallel: number }
    | {
        kind: "hdd"; trackToTrackNs: number | bigint; fullStrokeNs: number | bigint; rotationNs: number | bigint;
        megabytesPerS: number; blocks: number | bigint;
      };
  flush?: {
    highPercent: number; lowPercent: number; tickNs: number | bigint; idleTicks: number; ageTicks: number;
    depth: number;
    /** The variant in which writes may overlap a flush. Off when left out. */
    overlap?: boolean;
  };
  hostLatencyNs?: number | bigint;
  slotWaitNs?: number | bigint;
  /** How failures are noticed and dealt with. `soloWriteBack` is unsafe: a controller alone answers from its memory. */
  failover?: {
    heartbeatNs?: number | bigint; misses?: number; recordNs?: number | bigint; fenceNs?: number | bigint;
    bootNs?: number | bigint; hostTimeoutNs?: number | bigint; patrolDepth?: number; soloWriteBack?: boolean;
  };
  /** Planted in both controllers; none when left out. */
  bug?: Bug | null;
}

/** A host's request. Hosts are counted from 1, LUNs and blocks from 0. */
export interface Request {
  host: number;
  via: ControllerId;
  io: Io;
  lun: number;
  lbn: number | bigint;
  /** 1 when left out. */
  blocks?: number;
  /** When the host sends it; what is past, or left out, means now. */
  atNs?: number | bigint;
}

/** Something that is broken or mended. Disks, hosts and stripes (of the whole array) are counted from 0. */
export type Fault =
  | { kind: "crash" | "restart" | "hang" | "resume" | "battery-fails" | "battery-good"; at: ControllerId }
  | { kind: "power-loss" | "power-back" | "fence-stuck" | "fence-works" | "scrub" }
  | { kind: "cut-link" | "mend-link"; to: ControllerId }
  | { kind: "slow-link"; to: ControllerId; factor: number }
  | { kind: "disk-fails" | "disk-replaced" | "disk-pulled" | "disk-returned"; disk: number }
  | { kind: "disk-slow"; disk: number; factor: number }
  | { kind: "sector-error"; disk: number; stripe: number | bigint }
  | { kind: "path-cut" | "path-mended"; host: number; via: ControllerId }
  | { kind: "drop-message" | "duplicate-message" | "swap-messages"; to: ControllerId; skip: number }
  | { kind: "delay-message"; to: ControllerId; skip: number; byNs: number | bigint };

/** Breaks or mends something; a time that is past, or left out, means now. */
export interface Break { fault: Fault; atNs?: number | bigint }

/** A line: `stripe` of a LUN; its first LBN is `stripe` times the blocks of a line. */
/** `part`: which of the lines that share the stripe, counted from 0; left out when it is 0. */
export interface LineKey { lun: number; stripe: bigint; part?: number }
export type FlushStep = "notify" | "disk" | "parity" | "confirm";
export type LineState =
  | "OC" | "OP" | "OD" | "OK" | "OX" | "OR" | "M0" | "MD" | "MF" | "MK" | "SC" | "SD"
  | { OF: FlushStep } | { OW: FlushStep } | { SF: FlushStep } | { SW: FlushStep };
export type MessageKind =
  | "DATA" | "META" | "META_ACK" | "REQ_OWN" | "GRANT" | "NACK" | "READ_FWD" | "READ_RSP" | "FLUSH_NOTIFY" | "FN_ACK"
  | "CONSISTENT" | "C_ACK" | "REUSE" | "REUSE_ACK" | "HEARTBEAT" | "HELLO" | "JOIN" | "RESYNC_DONE" | "REHOME" | "REHOME_ACK"
  | "RECALL" | "IMAGE" | "IMAGES_END" | "CLOSE" | "CLOSE_ACK";
export type Mode =
  | "DUAL" | "FROZEN" | "WON" | "DRAIN" | "SOLO" | "SOLO-JOIN" | "JOINING" | "RECOVER" | "RECALLED" | "BOOT" | "HALTED"
  | "REFUSED" | "DOWN";

/** What stands on the array: who may serve. */
export interface ArrayRecord {
  epoch: number;
  mode: "dual" | { solo: ControllerId };
  pinned: boolean;
  /** In dual: the session in which the partner was rebuilt, 0 at first. */
  session: number;
}

/** One event that has happened. */
export interface Event {
  index: bigint;
  id: bigint;
  atNs: bigint;
  /** Index of the event that caused it; `null` for what comes from outside. */
  cause: bigint | null;
  kind: EventKind;
}

export type EventKind =
  | { kind: "host-arrives"; op: bigint; host: number; at: ControllerId; io: Io; lun: number; lbn: bigint; blocks: number }
  | { kind: "host-done"; op: bigint; host: number; at: ControllerId; io: Io }
  | { kind: "message"; to: ControllerId; message: MessageKind; key: LineKey }
  | { kind: "disk"; disk: number; at: ControllerId; io: Io; key: LineKey; parity: boolean }
  | { kind: "flush-timer"; at: ControllerId }
  | { kind: "slot-wait"; at: ControllerId }
  | { kind: "session"; to: ControllerId; message: MessageKind }
  | { kind: "fault"; fault: Fault }
  | { kind: "heartbeat" | "mailbox" | "boot" | "boot-wait" | "patrol-timer"; at: ControllerId }
  | { kind: "record"; at: ControllerId; swapped: boolean }
  | { kind: "fence"; by: ControllerId; fenced: ControllerId }
  | { kind: "host-watch" }
  | { kind: "host-retries"; host: number; via: ControllerId };

/** One thing that an event made true. Block maps have bit i for block i of the line. */
export type Fact =
  | { fact: "host-arrived"; op: bigint; host: number; at: ControllerId; io: Io; lun: number; lbn: bigint; blocks: number }
  | { fact: "host-replied"; op: bigint; host: number; at: ControllerId; io: Io }
  | { fact: "host-done"; op: bigint; host: number; at: ControllerId; io: Io; latencyNs: bigint }
  | { fact: "block-read"; op: bigint; at: ControllerId; lun: number; lbn: bigint; value: bigint; from: "cache" | "disk" | "peer" }
  | { fact: "write-committed"; op: bigint; at: ControllerId; key: LineKey; map: bigint; seq: bigint }
  | { fact: "line-state"; at: ControllerId; key: LineKey; from: LineState | null; to: LineState | null }
  | { fact: "sent"; from: ControllerId; message: MessageKind; key: LineKey }
  | { fact: "received"; at: ControllerId; message: MessageKind; key: LineKey }
  | { fact: "ownership-gained"; at: ControllerId; key: LineKey; swapped: boolean }
  | { fact: "waits"; op: bigint; at: ControllerId; key: LineKey; forWhat: "slot" | "ownership" | "line" }
  | {
      fact: "flush-began"; at: ControllerId; key: LineKey;
      reason: "high-water" | "idle" | "age" | "slots-short" | "before-write-through" | "alone" | "battery";
    }
  | { fact: "write-through-began"; at: ControllerId; key: LineKey; op: bigint }
  | {
      fact: "parity-planned"; at: ControllerId; key: LineKey;
      plan: "full-stripe" | "reconstruct-write" | "read-modify-write"; reads: number; writes: number;
    }
  | { fact: "slot-taken" | "slot-freed"; at: ControllerId; list: "local-free" | "mirror-free"; memory: ControllerId; slot: number }
  | {
      fact: "disk-issued" | "disk-done" | "disk-failed"; at: ControllerId; key: LineKey; disk: number; offset: bigint; io: Io;
      parity: boolean;
    }
  | { fact: "fault"; fault: Fault }
  | { fact: "mode"; at: ControllerId; from: Mode; to: Mode }
  | { fact: "abandoned"; at: ControllerId }
  | { fact: "suspects"; at: ControllerId; why: "link-down" | "link-silent" | "silent" | "alone" }
  | { fact: "session-sent"; from: ControllerId; message: MessageKind }
  | { fact: "session-received"; at: ControllerId; message: MessageKind }
  | { fact: "dropped"; at: ControllerId; message: MessageKind; key: LineKey | null }
  | { fact: "stray"; at: ControllerId; message: MessageKind; key: LineKey | null }
  | { fact: "lost"; to: ControllerId; message: MessageKind; key: LineKey | null }
  | { fact: "record-swapped" | "swap-refused"; by: ControllerId; record: ArrayRecord }
  | { fact: "fenced"; fenced: ControllerId; by: ControllerId; aborted: number }
  | { fact: "took-over"; at: ControllerId; dirty: number; suspect: number }
  | { fact: "suspect" | "trusted"; at: ControllerId; key: LineKey }
  | { fact: "walked"; at: ControllerId; key: LineKey; left: number }
  | { fact: "rehomed"; lun: number; to: ControllerId }
  | { fact: "write-through-policy"; at: ControllerId; on: boolean }
  | { fact: "patrolled"; at: ControllerId; key: LineKey; found: "sound" | "parity-mended" | "chunk-rebuilt" | "degraded" }
  | { fact: "blocks-lost"; at: ControllerId; key: LineKey; map: bigint }
  | { fact: "host-retries"; op: bigint; retry: bigint; host: number; via: ControllerId }
  | { fact: "host-failed"; op: bigint; host: number; at: ControllerId; io: Io; answered: boolean };

export interface Told { event: Event; facts: Fact[] }

export interface Line {
  lun: number;
  firstLbn: bigint;
  state: "OC" | "OP" | "OD" | "OF" | "OK" | "OX" | "OR" | "OW" | "M0" | "MD" | "MF" | "MK"
    | "SC" | "SD" | "SF" | "SW";
  seq: bigint;
  valid: bigint;
  dirty: bigint;
  slot: number | null;
  peerSlot: number | null;
  /** The peer still holds an entry for this line although no data. */
  stub: boolean;
}

export interface Controller {
  id: ControllerId;
  /** The hash table's entries, in the order of LUN and LBN. */
  lines: Line[];
  /** Dirty lines, oldest first, with the addresses of their mirrors. */
  writeBackQueue: { lun: number; firstLbn: bigint; mirror: number }[];
  localFree: number;
  mirrorFree: number;
}

/** Everything at one instant. */
export interface Snapshot {
  events: bigint;
  nowNs: bigint;
  lineBlocks: number;
  /** A, then B. */
  controllers: Controller[];
  /** Messages on their way: to A first, then to B. */
  messages: { to: ControllerId; kind: MessageKind; lun: number | null; firstLbn: bigint | null; sentNs: bigint; arrivesNs: bigint }[];
  /** What can happen next, earliest first; `id` is what `stepEvent` takes. */
  pending: { id: bigint; atNs: bigint; what: "host-arrives" | "host-done" | "message" | "disk" | "timer" | "hardware" }[];
  counters: {
    hostIos: bigint; acknowledged: bigint; reads: bigint; writes: bigint; readHits: bigint; messages: bigint;
    diskReads: bigint; diskWrites: bigint;
  };
}

export interface Violation { invariant: string; afterEvents: bigint; what: string }

export interface TraceOptions {
  /** Own lines of each controller, 4096 when left out; `lent` is three quarters of it. */
  lines?: number;
  lent?: number;
  /** As fast as possible with so many requests on their way. When left out: at the trace's own times, or 32 if it has none. */
  depth?: number;
  /** `owner`, `round-robin`, `fixed` or `spill:16`. */
  paths?: string;
  luns?: number;
  repeat?: number;
  seed?: number | bigint;
}

export interface ReplayReport {
  hostIos: bigint; acknowledged: bigint; reads: bigint; writes: bigint; readHits: bigint;
  messages: Record<MessageKind, bigint>;
  diskReads: bigint; diskWrites: bigint; virtualNs: bigint; events: bigint;
  /** What the checks of the final state found. */
  violations: Violation[];
  digest: string;
}

export interface CheckOptions {
  /** Planted in the world; without a world, the one in which it is found soonest is taken. */
  bug?: Bug | null;
  /** Gives up after so many states, 20 million when left out; each takes some 50 bytes. */
  maxStates?: number;
  /** Of states that are the same but for names one is explored; `false` for every state. */
  symmetry?: boolean;
  /** Told every tenth of a second; whoever returns `false` has enough, and the search is not complete. */
  onProgress?: (progress: CheckProgress) => unknown;
}

export interface CheckProgress { unique_states: number; generated_states: number; depth: number; frontier: number }

/** The object that `mirrorline check --json` ends with, and the counterexample as a scenario's text. */
export interface CheckReport {
  /** A named world, or the scenario's title. */
  world: string;
  bug: Bug | null;
  symmetries: string[];
  unique_states: number;
  generated_states: number;
  depth: number;
  /** All that the unique ones stand for. */
  plain_states: number;
  /** Whether every state was seen. */
  complete: boolean;
  violation: {
    invariant: string; steps: number; link: string | null; what: string; file: null; scenario: string | null;
  } | null;
  wall_s: number;
  unique_states_per_s: number;
}

/** A run, one instant of it, and everything that was done to it. */
export class Simulation {
  /** A world in which nothing happens until something is applied. */
  constructor(config?: Config, seed?: number | bigint);
  /** A built-in scenario by its name, or a scenario by its text. */
  static fromScenario(nameOrText: string): Simulation;
  /** The requests of a fio iolog. */
  static fromTrace(bytes: Uint8Array, options?: TraceOptions): Simulation;
  /** What `link()` was made of, at its instant. */
  static fromLink(link: string): Simulation;
  /** A host's request, or something to break or mend. What had been recorded after this instant is forgotten. */
  apply(command: Request | Break): void;
  /** The next event, or `null` when nothing is pending. */
  step(): Event | null;
  /** Lets one pending event happen out of turn. */
  stepEvent(id: bigint | number): Event;
  /** Goes on until so many virtual nanoseconds have passed since the start; returns the number of events. */
  runUntil(ns: bigint | number): bigint;
  /** Goes to the instant after so many events, or to the end; what was applied there has been. Returns where it is then. */
  seek(eventIndex: bigint | number): bigint;
  /** A simulation of its own that begins as this one is now. */
  fork(): Simulation;
  snapshot(): Snapshot;
  /** The events from `from` to before `to`, each with its facts. */
  facts(from: bigint | number, to: bigint | number): Told[];
  /** What the checks find from the start to this instant. */
  violations(): Violation[];
  /** 64 bits over all that is and has happened, as 16 hexadecimal digits. */
  digest(): string;
  /** Version, scenario, seed, what was done, and the instant, as text for an address. */
  link(): string;
  /** Gives the memory back; the object is of no use afterwards. */
  free(): void;
}

/** The version of the engine. */
export function version(): string;
/** The names of the built-in scenarios. */
export function scenarios(): string[];
/** Replays a fio iolog to its end and reports; nothing is recorded, so it is fast. */
export function replay(bytes: Uint8Array, options?: TraceOptions): ReplayReport;
/**
 * Every order of events of a small world, checked: one of those that `mirrorline check --list` names, or a scenario's text.
 * Blocks until it is done: on a page, call it in a worker.
 */
export function check(worldOrScenario?: string | null, options?: CheckOptions): CheckReport;
