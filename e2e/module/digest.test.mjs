// The same run has the same digest natively, under Node, and in a browser.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from '../lib/harness.mjs';
import { END, GOLDEN, GOLDEN_TEXT, MODULE, PROGRAM, TRACE, load } from '../lib/module.mjs';
import { serve } from '../lib/server.mjs';

let server;
let browser;
let page;

before(async () => {
  server = await serve(join(MODULE, 'web'));
  browser = await launch();
  page = await browser.newPage();
  // An empty page of the module's own origin.
  await page.route('**/empty', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(`${server.url}empty`);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** Runs `use(module, argument)` in the page, where `use` is a function of its own, without outer names. */
async function inBrowser(use, argument) {
  const source = `(async (argument) => {
    const module = await import('./mirrorline.js');
    await module.default();
    return (${use})(module, argument);
  })(${JSON.stringify(argument)})`;
  return page.evaluate(source);
}

/** The last line that the program prints with --json. */
function native(...words) {
  const output = execFileSync(PROGRAM, [...words, '--json'], { encoding: 'utf8' });
  return JSON.parse(output.trim().split('\n').at(-1));
}

test('the golden scenario ends the same natively, in Node and in the browser', async () => {
  const { Simulation } = await load();
  const use = ({ Simulation }, { text, end }) => {
    const simulation = Simulation.fromScenario(text);
    simulation.seek(BigInt(end));
    return simulation.digest();
  };
  const argument = { text: GOLDEN_TEXT, end: String(END) };
  const inNode = use({ Simulation }, argument);
  assert.match(inNode, /^[0-9a-f]{16}$/);
  assert.equal(await inBrowser(use, argument), inNode);
  assert.equal(native('run', GOLDEN).digest, inNode);
});

test('a replayed trace ends the same in Node and in the browser, and another seed ends otherwise', async () => {
  const { replay } = await load();
  const use = ({ replay }, { bytes, seed }) =>
    replay(Uint8Array.from(bytes), { depth: 8, lines: 64, paths: 'spill:4', seed }).digest;
  const argument = { bytes: [...TRACE], seed: 7 };
  const inNode = use({ replay }, argument);
  assert.equal(await inBrowser(use, argument), inNode);
  assert.notEqual(use({ replay }, { ...argument, seed: 8 }), inNode);
});
