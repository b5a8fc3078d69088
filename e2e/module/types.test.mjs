// The declared types hold for real values, and say no more than happens: values of every call are written down as
// TypeScript, and the compiler is asked.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { distinct, literal } from '../lib/literal.mjs';
import { END, GOLDEN_TEXT, MODULE, TRACE, load } from '../lib/module.mjs';

const TSC = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mirrorline-types-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const module = await load();
const { Simulation } = module;
const values = collect();

/** Everything that can be left out, said. */
const CONFIG = {
  lines: 8,
  lent: 4,
  raid: { disks: 4, layout: 'left-asymmetric', chunkBlocks: 1, linesPerStripe: 1 },
  blockSize: 4096,
  payloadBytes: 8,
  luns: [{ blocks: 300, defaultOwner: 'B' }],
  hosts: 2,
  link: { latencyNs: 5000, megabytesPerS: 1000 },
  disk: { kind: 'ssd', readNs: 80_000n, writeNs: 20_000, megabytesPerS: 500, parallel: 4 },
  flush: { highPercent: 70, lowPercent: 30, tickNs: 1_000_000, idleTicks: 2, ageTicks: 10, depth: 4, overlap: false },
  hostLatencyNs: 1000n,
  slotWaitNs: 100_000,
  failover: {
    heartbeatNs: 1_000_000, misses: 4, recordNs: 100_000n, fenceNs: 300_000, bootNs: 2_000_000, hostTimeoutNs: 10_000_000,
    patrolDepth: 4, soloWriteBack: false,
  },
  bug: 'promote-consistent',
};
const HARD_DISK = {
  kind: 'hdd', trackToTrackNs: 500_000, fullStrokeNs: 8_000_000n, rotationNs: 8_333_333, megabytesPerS: 150,
  blocks: 1_000_000,
};

/** Runs in which things break: every word about failures occurs in one of them. */
function broken() {
  const text = readFileSync(fileURLToPath(new URL('failures.scenario', import.meta.url)), 'utf8');
  const names = ['owner-dies', 'link-cut', 'power-loss', 'failback', 'disk-and-controller', 'zombie'];
  return [text, ...names].map((name) => Simulation.fromScenario(name));
}

/** A snapshot for every word that is new in it. */
function look(simulation, known) {
  const snapshots = [];
  for (let event = simulation.step(); event !== null; event = simulation.step()) {
    const snapshot = simulation.snapshot();
    const words = JSON.stringify(snapshot, (_, value) => (typeof value === 'bigint' ? 0 : value)).match(/"[A-Za-z-]+"(?!:)/g);
    if (words.some((word) => !known.has(word))) snapshots.push(snapshot);
    for (const word of words) known.add(word);
  }
  return snapshots;
}

/** Real values, by the TypeScript type that each must have. */
function collect() {
  const simulation = Simulation.fromScenario(GOLDEN_TEXT);
  const [known, runs] = [new Set(), [simulation, ...broken()]];
  const snapshots = runs.flatMap((run) => look(run, known));
  const told = runs.flatMap((run) => run.facts(0, END));
  const tampered = Simulation.fromScenario('safe-write');
  tampered.seek(1);
  tampered.apply({ fault: { kind: 'delay-message', to: 'B', skip: 0, byNs: 50_000n } });
  told.push(...tampered.facts(0, tampered.seek(3)));
  // A second CONSISTENT, too late for what it is about.
  const doubled = Simulation.fromScenario('mirror-slots');
  doubled.seek(24);
  doubled.apply({ fault: { kind: 'duplicate-message', to: 'B', skip: 0 } });
  doubled.apply({ fault: { kind: 'delay-message', to: 'B', skip: 0, byNs: 50_000n } });
  told.push(...doubled.facts(24, doubled.seek(100)));
  const again = Simulation.fromScenario(GOLDEN_TEXT);
  again.seek(50);
  const event = again.stepEvent(again.snapshot().pending.at(-1).id);
  return {
    'ReturnType<Simulation["facts"]>': [told.slice(0, 3)],
    'ReturnType<Simulation["step"]>': [again.step(), null],
    'ReturnType<Simulation["stepEvent"]>': [event],
    'ReturnType<Simulation["runUntil"]>': [again.runUntil(2_000_000)],
    'ReturnType<Simulation["seek"]>': [again.seek(3)],
    'ReturnType<Simulation["violations"]>': [again.violations()],
    'ReturnType<Simulation["digest"]>': [again.digest()],
    'ReturnType<Simulation["link"]>': [again.link()],
    'ReturnType<typeof replay>': [module.replay(TRACE, { depth: 4, lines: 64 })],
    'ReturnType<typeof check>': [module.check('tight'), module.check(null, { bug: 'ack-before-meta' })],
    'ReturnType<typeof version>': [module.version()],
    'ReturnType<typeof scenarios>': [module.scenarios()],
    EventKind: distinct(told.map(({ event }) => event.kind)),
    Fact: distinct(told.flatMap(({ facts }) => facts)),
    Snapshot: snapshots,
  };
}

/** The program whose compilation is the test. `seen` are the names that occurred, by their type. */
function program(kind) {
  const from = JSON.stringify(join(MODULE, kind, 'mirrorline.js'));
  const names = 'Config, EventKind, Fact, LineState, MessageKind, Simulation, Snapshot, check, replay, scenarios, version';
  const lines = [`import type { ${names} } from ${from};`];
  for (const [type, list] of Object.entries(values)) {
    for (const value of list) lines.push(`(${literal(value)}) satisfies ${type};`);
  }
  lines.push(`(${literal(CONFIG)}) satisfies Required<Config>;`);
  lines.push(`(${literal({ disk: HARD_DISK })}) satisfies Config;`);
  for (const [type, list] of Object.entries(seen())) {
    // An error names what is declared but was never seen.
    const missing = `Exclude<${type}, ${list.map((name) => literal(name)).join(' | ')}>`;
    lines.push(`null as unknown as ${missing} satisfies never;`);
  }
  return lines.join('\n');
}

function seen() {
  const states = values.Fact.filter(({ fact }) => fact === 'line-state').flatMap(({ from, to }) => [from, to]);
  const lines = values.Snapshot.flatMap(({ controllers }) => controllers).flatMap(({ lines }) => lines);
  const words = (list) => [...new Set(list)];
  return {
    'Fact["fact"]': words(values.Fact.map(({ fact }) => fact)),
    'EventKind["kind"]': words(values.EventKind.map(({ kind }) => kind)),
    'Extract<EventKind, { kind: "message" }>["message"]': words(values.EventKind.flatMap(({ message }) => message ?? [])),
    'Extract<LineState, string>': words(states.filter((state) => typeof state === 'string')),
    'Snapshot["controllers"][0]["lines"][0]["state"]': words(lines.map(({ state }) => state)),
    'Snapshot["pending"][0]["what"]': words(values.Snapshot.flatMap(({ pending }) => pending).map(({ what }) => what)),
    MessageKind: Object.keys(values['ReturnType<typeof replay>'][0].messages),
  };
}

/** What the compiler says about a program: nothing, if all is well. */
function compile(text) {
  const file = join(folder, 'values.mts');
  writeFileSync(file, text);
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--skipDefaultLibCheck'];
  options.push('--lib', 'es2022,dom,esnext.disposable');
  try {
    execFileSync(process.execPath, [TSC, ...options, file], { encoding: 'utf8', cwd: folder });
    return '';
  } catch (error) {
    return error.stdout || String(error);
  }
}

for (const kind of ['node', 'web']) {
  test(`real values have the types that are declared for ${kind}`, () => {
    assert.equal(compile(program(kind)), '');
  });
}

test('a number for a bigint, a missing and an extra field, an unseen name: each is found', () => {
  const text = program('node');
  const broken = [
    [text.replace(/"lbn": (\d+)n/, '"lbn": $1'), /'number' is not assignable to type 'bigint'/],
    [text.replace(/"op": \d+n, /, ''), /'op' is missing/],
    [text.replace(/"op": \d+n, /, '$&"extra": 1, '), /extra.* does not exist/],
    [text.replace(' | "waits"', ''), /type 'never'/],
  ];
  for (const [program, words] of broken) {
    assert.notEqual(program, text);
    assert.match(compile(program), words);
  }
});

test('a world can be made of all that its type names', () => {
  assert.match(new Simulation(CONFIG, 1n).digest(), /^[0-9a-f]{16}$/);
  assert.match(new Simulation({ disk: HARD_DISK }).digest(), /^[0-9a-f]{16}$/);
});

test('the declared members are those of the class, and the exports those of the module', () => {
  const text = readFileSync(join(MODULE, 'node/mirrorline.d.ts'), 'utf8');
  const source = ts.createSourceFile('mirrorline.d.ts', text, ts.ScriptTarget.ES2022, true);
  const declared = { exports: [], own: [], static: [] };
  for (const node of source.statements) {
    if (!ts.isClassDeclaration(node) && !ts.isFunctionDeclaration(node)) continue;
    declared.exports.push(node.name.text);
    for (const member of node.members ?? []) {
      const isStatic = member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
      if (member.name) declared[isStatic ? 'static' : 'own'].push(member.name.getText());
    }
  }
  // Names that begin with two underscores are the binding's own.
  const names = (object, ...not) =>
    Object.getOwnPropertyNames(object)
      .filter((name) => !name.startsWith('__') && !not.includes(name))
      .sort();
  assert.deepEqual(declared.own.sort(), names(Simulation.prototype, 'constructor'));
  assert.deepEqual(declared.static.sort(), names(Simulation, 'length', 'name', 'prototype'));
  assert.deepEqual(declared.exports.sort(), names(module));
});
