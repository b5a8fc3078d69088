// Wrong arguments throw an Error that says what is wrong. Nothing panics: a panic shows as a RuntimeError, and
// leaves a module behind that can no longer be trusted.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { GOLDEN_TEXT, TRACE, load } from '../lib/module.mjs';

const { Simulation, check, replay } = await load();

/** What a caller may pass by mistake. */
const ODD = [
  undefined, null, NaN, Infinity, -Infinity, -1, -1n, 0, 0.5, 1e300, 2 ** 53, 2 ** 64, 2n ** 63n, 2n ** 64n, 2n ** 200n, '', '12',
  'no such thing\n', '\ud800', true, [], [1, 2], {}, { host: 1 }, { lines: 8 }, () => 1, Symbol('s'), new Date(0), new Uint8Array(3),
  new Map([['lines', 8]]), new Simulation(), Object.create(null), new Proxy({}, { ownKeys() { throw new Error('a trap'); } }),
];

const name = (value) => {
  try {
    return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
  } catch {
    return typeof value;
  }
};

/** Calls, and lets nothing pass but a result or an Error of the module or of JavaScript. */
function mayThrow(call, what) {
  try {
    call();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Error, `${what}: threw ${String(error)}`);
    assert.ok(!(error instanceof WebAssembly.RuntimeError), `${what}: ${error.message}`);
    assert.ok(error.message.length > 3, `${what}: an error without words`);
    assert.doesNotMatch(error.message, /unreachable|panicked|null pointer|recursive use/, what);
    return error;
  }
}

function mustThrow(call, words) {
  const error = mayThrow(call, String(call));
  assert.ok(error, `${call} was let through`);
  assert.match(error.message, words, String(call));
}

/** A small world in which something is pending. */
function busy() {
  const simulation = new Simulation({ lines: 8, lent: 4 });
  simulation.apply({ host: 1, via: 'A', io: 'write', lun: 0, lbn: 7 });
  return simulation;
}

const HEALTHY = Simulation.fromScenario(GOLDEN_TEXT);
HEALTHY.seek(200);
const DIGEST = HEALTHY.digest();

afterEach(() => {
  const simulation = Simulation.fromScenario(GOLDEN_TEXT);
  simulation.seek(200);
  assert.equal(simulation.digest(), DIGEST, 'the module works as before');
});

const CALLS = {
  constructor: (value) => new Simulation(value),
  seed: (value) => new Simulation(undefined, value),
  fromScenario: (value) => Simulation.fromScenario(value),
  fromTrace: (value) => Simulation.fromTrace(value),
  'fromTrace, options': (value) => Simulation.fromTrace(TRACE, value),
  fromLink: (value) => Simulation.fromLink(value),
  replay: (value) => replay(value),
  check: (value) => check(value),
  'check, options': (value) => check('tight', value),
  'replay, options': (value) => replay(TRACE, value),
  apply: (value) => busy().apply(value),
  stepEvent: (value) => busy().stepEvent(value),
  runUntil: (value) => busy().runUntil(value),
  seek: (value) => busy().seek(value),
  'facts, from': (value) => busy().facts(value, 10),
  'facts, to': (value) => busy().facts(0, value),
};

for (const [what, call] of Object.entries(CALLS)) {
  test(`${what} takes what is good, and refuses the rest with an error`, () => {
    for (const value of ODD) mayThrow(() => call(value), `${what}(${name(value)})`);
  });
}

const CONFIG_FIELDS = [
  'lines', 'lent', 'raid', 'blockSize', 'payloadBytes', 'luns', 'hosts', 'link', 'disk', 'flush', 'hostLatencyNs', 'slotWaitNs',
];
const REQUEST = { host: 1, via: 'A', io: 'write', lun: 0, lbn: 7, blocks: 1, atNs: 0 };
const OPTIONS = ['lines', 'lent', 'depth', 'paths', 'luns', 'repeat', 'seed'];

test('every field of every argument refuses odd values', () => {
  // What is big but sound would only take long.
  const small = ODD.filter((value) => !(typeof value === 'number' && value > 1000) && !(typeof value === 'bigint' && value > 1000n));
  for (const value of small) {
    for (const field of CONFIG_FIELDS) mayThrow(() => new Simulation({ [field]: value }), `config.${field}: ${name(value)}`);
    for (const field of OPTIONS) mayThrow(() => replay(TRACE, { [field]: value }), `options.${field}: ${name(value)}`);
  }
  for (const value of ODD) {
    for (const field of Object.keys(REQUEST)) {
      const command = { ...REQUEST, [field]: value };
      const run = () => {
        const simulation = new Simulation({ lines: 8, lent: 4 });
        simulation.apply(command);
        while (simulation.step() !== null);
        assert.deepEqual(simulation.violations(), []);
      };
      mayThrow(run, `command.${field}: ${name(value)}`);
    }
  }
});

test('numbers that are no counts are refused, not rounded', () => {
  for (const value of [-1, 0.5, NaN, -1n, 2n ** 64n, '3', true]) {
    mustThrow(() => busy().seek(value), /eventIndex/);
    mustThrow(() => busy().runUntil(value), /ns/);
    mustThrow(() => busy().stepEvent(value), /id/);
    mustThrow(() => busy().apply({ ...REQUEST, lbn: value }), /command\.lbn/);
    mustThrow(() => new Simulation(undefined, value), /seed/);
  }
});

test('an object that throws while it is read leaves the simulation usable', () => {
  const simulation = busy();
  const trap = { get host() { throw new Error('a trap in a getter'); } };
  mustThrow(() => simulation.apply(trap), /trap|clone/);
  mustThrow(() => simulation.apply(new Proxy(REQUEST, {})), /clone/);
  assert.equal(simulation.step().index, 0n);
});

test('an error names what is wrong', () => {
  mustThrow(() => new Simulation({ linse: 8 }), /linse.*lines/);
  mustThrow(() => new Simulation({ link: { latencyNs: -1, megabytesPerS: 1 } }), /config\.link\.latencyNs/);
  for (const value of [[], [1, 2], new Date(0), new Map([['lines', 8]]), 7, 'lines']) {
    mustThrow(() => new Simulation(value), /config: needs a plain object/);
    mustThrow(() => busy().apply(value), /command: needs a plain object/);
    mustThrow(() => replay(TRACE, value), /options: needs a plain object/);
  }
  for (const value of [undefined, null, 7, 'trace', [102], {}]) mustThrow(() => replay(value), /bytes: needs a Uint8Array/);
  for (const value of [undefined, null, 7, {}, new Uint8Array(3)]) {
    mustThrow(() => Simulation.fromScenario(value), /needs a string/);
    mustThrow(() => Simulation.fromLink(value), /needs a string/);
  }
  mustThrow(() => new Simulation({ raid: { disks: 4, layout: 'left', chunkBlocks: 1 } }), /left/);
  mustThrow(() => new Simulation({ bug: 'no-fense' }), /config\.bug: .*no-fense.*no-fence/);
  mustThrow(() => new Simulation({ bug: 3 }), /config\.bug/);
  mustThrow(() => Simulation.fromScenario('no-such'), /no-such.*safe-write/);
  mustThrow(() => Simulation.fromScenario('mirrorline scenario 1\nlines many\n'), /2|line/);
  mustThrow(() => Simulation.fromLink('#nothing'), /link/);
  mustThrow(() => busy().apply({ ...REQUEST, host: 0 }), /from 1/);
  mustThrow(() => busy().apply({ ...REQUEST, host: 99 }), /host/);
  mustThrow(() => busy().apply({ ...REQUEST, lun: 9 }), /LUN/i);
  mustThrow(() => busy().apply({ ...REQUEST, lbn: 2n ** 60n }), /LUN|block/);
  mustThrow(() => busy().apply({ ...REQUEST, via: 'C' }), /C/);
  mustThrow(() => busy().apply({ ...REQUEST, blokcs: 2 }), /blokcs/);
  mustThrow(() => replay(new TextEncoder().encode('no trace\n')), /1|line/);
  mustThrow(() => replay(TRACE, { paths: 'nowhere' }), /paths/);
  mustThrow(() => replay(TRACE, { dpeth: 3 }), /dpeth/);
});

test('a simulation that has been given back says so', () => {
  const simulation = busy();
  simulation.free();
  for (const call of ['step', 'snapshot', 'digest', 'link', 'violations', 'fork']) {
    let error;
    try {
      simulation[call]();
    } catch (caught) {
      error = caught;
    }
    assert.ok(error instanceof Error && !(error instanceof WebAssembly.RuntimeError), call);
  }
});
