// A write is acknowledged only when both controllers have it: the promise of a mirrored cache, as a test that
// needs no browser. Change it, break it, and see what the protocol says.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Simulation } from 'mirrorline';

const BLOCK = 7n;

let simulation;

beforeEach(() => {
  // Two controllers with small caches; LUN 0 belongs to controller A.
  simulation = new Simulation({ lines: 8, lent: 4 }, 1);
  simulation.apply({ host: 1, via: 'A', io: 'write', lun: 0, lbn: BLOCK });
});

/** Whether a controller's cache has valid data of the block. */
function holds(controller, lineBlocks) {
  return controller.lines.some((line) => {
    const place = BLOCK - line.firstLbn;
    return line.lun === 0 && place >= 0n && place < BigInt(lineBlocks) && ((line.valid >> place) & 1n) === 1n;
  });
}

/** Which of A and B hold the block at this instant. */
function holders() {
  const { controllers, lineBlocks } = simulation.snapshot();
  return controllers.filter((controller) => holds(controller, lineBlocks)).map(({ id }) => id);
}

/** Steps until an event of this kind has happened. */
function stepUntil(kind) {
  for (let event = simulation.step(); event !== null; event = simulation.step()) {
    if (event.kind.kind === kind) return event;
  }
  assert.fail(`${kind} never happened`);
}

test('both caches hold the block before the host hears that it is written', () => {
  assert.deepEqual(holders(), [], 'nobody has it at the start');

  // Stop at the instant at which the answer is on its way, and the host has not got it.
  let replied = false;
  while (!replied) {
    const event = simulation.step();
    assert.notEqual(event, null, 'the write is answered');
    assert.notEqual(event.kind.kind, 'host-done', 'an answer is sent before it arrives');
    const [{ facts }] = simulation.facts(event.index, event.index + 1n);
    replied = facts.some(({ fact }) => fact === 'host-replied');
    if (!replied) continue;
    assert.deepEqual(holders(), ['A', 'B']);
  }

  const done = stepUntil('host-done');
  assert.equal(done.kind.io, 'write');
  assert.deepEqual(holders(), ['A', 'B']);
});

test('the mirror goes by data, then metadata, then its acknowledgement', () => {
  const done = stepUntil('host-done');
  const sent = simulation
    .facts(0, done.index)
    .flatMap(({ facts }) => facts)
    .filter(({ fact }) => fact === 'sent')
    .map(({ from, message }) => `${from} ${message}`);
  assert.deepEqual(sent, ['A DATA', 'A META', 'B META_ACK']);
});

test('no check of the protocol finds anything wrong, to the end', () => {
  while (simulation.step() !== null);
  assert.deepEqual(simulation.violations(), []);
});

test('a link reopens exactly this instant', () => {
  stepUntil('message');
  const copy = Simulation.fromLink(simulation.link());
  assert.equal(copy.digest(), simulation.digest());
  assert.equal(copy.snapshot().events, simulation.snapshot().events);

  // And both go on alike.
  assert.deepEqual(copy.step(), simulation.step());
  assert.equal(copy.digest(), simulation.digest());
});

test('an instant can be visited again', () => {
  const digests = new Map();
  for (let event = simulation.step(); event !== null && digests.size < 20; event = simulation.step()) {
    digests.set(event.index + 1n, simulation.digest());
  }
  for (const [events, digest] of digests) {
    simulation.seek(events);
    assert.equal(simulation.digest(), digest, `after ${events} events`);
  }
});
