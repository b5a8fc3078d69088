// The page as a whole: it starts, it keeps to itself, and its policy holds.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DIST, open, started } from '../lib/harness.mjs';

let seen;

before(async () => {
  seen = await open();
  await started(seen.page);
});

after(() => seen?.close());

test('the page starts and says its name', async () => {
  assert.equal(await seen.page.title(), 'Mirrorline');
  assert.match(await seen.page.locator('h1').first().innerText(), /Mirrorline/);
});

test('the console stays silent', async () => {
  assert.deepEqual(seen.problems, []);
});

test('no request leaves the origin', async () => {
  assert.deepEqual(seen.foreign, []);
});

test('no script and no style is inline', async () => {
  const html = await readFile(join(DIST, 'index.html'), 'utf8');
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>/g)].map(([tag]) => tag);
  assert.deepEqual(inline, []);
  assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=/);
});

test('every address in the page is relative', async () => {
  const html = await readFile(join(DIST, 'index.html'), 'utf8');
  const addresses = [...html.matchAll(/(?:src|href)="?([^"\s>]+)/g)].map(([, address]) => address);
  assert.ok(addresses.length > 0);
  for (const address of addresses) {
    assert.doesNotMatch(address, /^(\/|[a-z]+:)/, address);
  }
});

test('the security policy refuses an inline script', async () => {
  const ran = await seen.page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.inlineRan = true';
    document.head.append(script);
    return window.inlineRan === true;
  });
  assert.equal(ran, false);
});
