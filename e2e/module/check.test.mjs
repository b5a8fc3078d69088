// `check`: the explorer in the module, held against the program's.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PROGRAM, load } from '../lib/module.mjs';

const { Simulation, check } = await load();
const folder = mkdtempSync(join(tmpdir(), 'mirrorline-check-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The last line of a command. */
function told(...more) {
  let text;
  try {
    text = execFileSync(PROGRAM, [...more, '--json'], { encoding: 'utf8', cwd: folder });
  } catch (error) {
    // A broken rule is exit code 1.
    assert.equal(error.status, 1);
    text = error.stdout;
  }
  return JSON.parse(text.trim().split('\n').at(-1));
}

/** What depends neither on the clock nor on where files are written. */
function timeless({ wall_s: wall, unique_states_per_s: rate, violation, ...rest }) {
  assert.ok(wall >= 0 && rate > 0);
  if (violation === null) return { ...rest, violation };
  const { file: _, scenario: __, ...broken } = violation;
  return { ...rest, violation: broken };
}

test('a sound world has as many states as the program counts', () => {
  const here = check('tight');
  assert.equal(here.plain_states, 8_605);
  assert.equal(check('tight', { symmetry: false }).unique_states, 8_605);
  assert.deepEqual(timeless(here), timeless(told('check', '--world', 'tight')));
});

test('a planted bug is found by the same way, with the same fields, and can be played', () => {
  const here = check(undefined, { bug: 'no-fence' });
  const there = told('check', '--bug', 'no-fence');
  // A part of a level is as many states on all cores as in one thread, but some more may have been taken in.
  assert.deepEqual(timeless(here).violation, timeless(there).violation);
  assert.deepEqual(Object.keys(here), Object.keys(there));
  assert.deepEqual(Object.keys(here.violation), [...Object.keys(there.violation), 'scenario']);
  assert.deepEqual([here.world, here.bug, here.complete, here.violation.file], ['hung-peer', 'no-fence', false, null]);
  const run = Simulation.fromScenario(here.violation.scenario);
  run.seek(here.violation.steps);
  const [first] = run.violations();
  assert.deepEqual([first.invariant, Number(first.afterEvents)], [here.violation.invariant, here.violation.steps]);
  assert.equal(Simulation.fromLink(here.violation.link).digest().length, 16);
});

test('a scenario is explored too, if it is small, with the bug that it has or that is planted', () => {
  const text = 'mirrorline scenario 1\ntitle Mine\nlines 1\nlent 2\ndisks 3\nlun 0 2 blocks owner A\nat 0 host 1 writes block 0:0 via A\n';
  const sound = check(text);
  assert.deepEqual([sound.world, sound.bug, sound.complete, sound.violation], ['Mine', null, true, null]);
  for (const found of [check(text, { bug: 'ack-before-meta' }), check(`${text}`.replace('lines 1', 'bug ack-before-meta\nlines 1'))]) {
    assert.deepEqual([found.bug, found.violation.invariant, found.violation.steps], ['ack-before-meta', 'SURVIVE-ONE', 1]);
  }
  assert.throws(() => check('mirrorline scenario 1\nlun 0 4096 blocks owner A\n'), /too large to be explored/);
});

test('progress is told, and who returns false has enough', () => {
  const seen = [];
  const ended = check('failback-two', { onProgress: (now) => seen.push(now) < 3 });
  assert.deepEqual([ended.complete, ended.violation, seen.length], [false, null, 3]);
  assert.ok(seen.every(({ unique_states: states, depth }, n) => states > (seen[n - 1]?.unique_states ?? 0) && depth > 0));
  assert.ok(ended.unique_states >= seen[2].unique_states);
  assert.throws(() => check('failback-two', { onProgress: () => { throw new Error('mine'); } }), /^Error: mine$/);
  assert.equal(check('crash', { maxStates: 1_000, onProgress: undefined }).complete, false);
});

test('what makes no sense is refused in words', () => {
  for (const [call, words] of [
    [() => check(), /worldOrScenario: needs a string/],
    [() => check('tigth'), /no world is called 'tigth'; did you mean 'tight'/],
    [() => check('tight', { bugs: 'no-fence' }), /there is no 'bugs'/],
    [() => check('tight', { bug: 'no-fense' }), /options\.bug: unknown variant `no-fense`.*no-fence/],
    [() => check('tight', { maxStates: -1 }), /options\.maxStates/],
    [() => check('tight', { onProgress: 1 }), /options\.onProgress: needs a function/],
    [() => check('mirrorline scenario 1\nlune\n'), /2:1/],
  ]) {
    assert.throws(call, words);
  }
  assert.equal(check('tight').plain_states, 8_605, 'it works as before');
});
